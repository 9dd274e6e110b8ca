#include "calibrate/fit/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/signal/normalise.h"

/* ---- which rows count ---- */

static bool is_missing(const struct assay_column *column, size_t row)
{
    return column->type == ASSAY_TEXT ? column->codes[row] == ASSAY_NO_CODE
                                      : isnan(column->numbers[row]);
}

static void drop_incomplete(struct assay_history *history, unsigned char state[])
{
    for (size_t j = 0; j < history->spec->n_signal; j++) {
        if (history->spec->signals[j].missing != ASSAY_DROP)
            continue;
        const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
        for (size_t i = 0; i < history->n_row; i++)
            if (state[i] == ASSAY_ROW_USED && is_missing(column, i)) {
                state[i] = ASSAY_ROW_MISSING_SIGNAL;
                history->count[ASSAY_ROW_USED]--;
                history->count[ASSAY_ROW_MISSING_SIGNAL]++;
            }
    }
}

static void note_dates(struct assay_history *history)
{
    history->from = history->to = ASSAY_NO_DATE;
    if (history->columns->as_of == ASSAY_NO_COLUMN)
        return;
    const int32_t *as_of = history->table->columns[history->columns->as_of].dates;
    for (size_t i = 0; i < history->n_row; i++) {
        if (!history->used[i] || as_of[i] == ASSAY_NO_DATE)
            continue;
        if (history->from == ASSAY_NO_DATE || as_of[i] < history->from)
            history->from = as_of[i];
        if (history->to == ASSAY_NO_DATE || as_of[i] > history->to)
            history->to = as_of[i];
    }
}

static enum assay_status label(struct assay_history *history, const char *source,
                               struct assay_window window, struct assay_error *err)
{
    unsigned char *state = history->used; /* becomes 0/1 below */
    assay_outcome_label(history->spec, history->columns, history->table, window, state,
                        history->outcome, history->count, &history->early_events);
    drop_incomplete(history, state);
    history->n_used = history->count[ASSAY_ROW_USED];
    for (size_t i = 0; i < history->n_row; i++) {
        history->used[i] = state[i] == ASSAY_ROW_USED;
        history->n_event += history->used[i] && history->outcome[i];
    }
    note_dates(history);
    return history->n_used > 0
               ? ASSAY_OK
               : assay_fail_no_rows(history->spec, source, history->count, err);
}

static enum assay_status check_categories(const struct assay_history *history, const char *source,
                                          struct assay_error *err)
{
    for (size_t j = 0; j < history->spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &history->spec->signals[j];
        const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
        for (size_t i = 0; column->type == ASSAY_TEXT && i < history->n_row; i++) {
            bool unknown = false;
            if (!history->used[i] || column->codes[i] == ASSAY_NO_CODE)
                continue;
            const char *text = assay_dictionary_text(column->dictionary, column->codes[i]);
            assay_normalise_category(signal, text, &unknown);
            if (!unknown)
                continue;
            char quoted[ASSAY_QUOTE_SIZE];
            assay_fail(err, ASSAY_EDATA,
                       "%s:%zu: signal \"%s\" is \"%s\"; expected one of the %zu categories in its "
                       "steps",
                       source, history->table->lines[i], signal->name,
                       assay_quote_value(text, strlen(text), quoted), signal->normalise.n_step);
            assay_hint(err, "Give the category its points in the spec's \"table\".");
            return ASSAY_EDATA;
        }
    }
    return ASSAY_OK;
}

/* ---- cohorts ---- */

static enum assay_status find_leaves(struct assay_history *history, const char *source,
                                     struct assay_error *err)
{
    struct assay_cohort_lookup lookup = {0};
    enum assay_status status =
        assay_cohorts_build(&history->spec->cohort, history->columns, history->table,
                            history->used, &history->cohorts, err);
    if (status == ASSAY_EDATA)
        assay_error_prefix(err, "%s", source);
    if (status == ASSAY_OK)
        status = assay_cohort_lookup_extend(&lookup, &history->cohorts, history->columns,
                                            history->table, err);
    bool unseen;
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++)
        history->leaf[i] = (uint16_t)assay_cohort_of_row(&lookup, &history->cohorts,
                                                         history->columns, history->table, i,
                                                         &unseen);
    assay_cohort_lookup_clear(&lookup);
    return status;
}

/* ---- folds ---- */

struct account {
    uint64_t hash;
    int32_t code;
    bool used, event;
};

uint64_t assay_account_hash(const char *id, uint64_t seed)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *id != '\0'; id++)
        hash = (hash ^ (unsigned char)*id) * UINT64_C(1099511628211);
    hash += (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    hash = (hash ^ hash >> 27) * UINT64_C(0x94d049bb133111eb);
    return hash ^ hash >> 31;
}

/* Used before unused, churned before others, then by hash: dealing in this order gives every fold
 * its share of accounts that churned. */
static int by_deal(const void *a, const void *b)
{
    const struct account *left = a, *right = b;
    if (left->used != right->used)
        return left->used ? -1 : 1;
    if (left->event != right->event)
        return left->event ? -1 : 1;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return left->code < right->code ? -1 : left->code > right->code;
}

static enum assay_status deal_folds(struct assay_history *history, struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n = assay_dictionary_count(id->dictionary);
    struct account *accounts = assay_alloc(n, sizeof *accounts);
    uint16_t *fold_of = assay_alloc(n, sizeof *fold_of);
    if (accounts == NULL || fold_of == NULL) {
        free(accounts);
        free(fold_of);
        return assay_fail_memory(err, "dealing folds");
    }
    for (size_t c = 0; c < n; c++)
        accounts[c] = (struct account){
            .hash = assay_account_hash(assay_dictionary_text(id->dictionary, (int32_t)c),
                                       history->spec->seed),
            .code = (int32_t)c};
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i]) {
            accounts[id->codes[i]].used = true;
            accounts[id->codes[i]].event |= history->outcome[i];
        }
    for (size_t c = 0; c < n; c++)
        history->n_account += accounts[c].used;
    history->n_fold =
        history->spec->fit.folds < history->n_account ? history->spec->fit.folds : history->n_account;
    qsort(accounts, n, sizeof *accounts, by_deal);
    for (size_t c = 0; c < n; c++)
        fold_of[accounts[c].code] = (uint16_t)(c % history->n_fold);
    for (size_t i = 0; i < history->n_row; i++)
        history->fold[i] = id->codes[i] != ASSAY_NO_CODE ? fold_of[id->codes[i]] : 0;
    free(accounts);
    free(fold_of);
    return ASSAY_OK;
}

struct snapshot_key {
    int32_t account, as_of;
};

static int by_key(const void *a, const void *b)
{
    const struct snapshot_key *l = a, *r = b;
    if (l->account != r->account)
        return l->account < r->account ? -1 : 1;
    return l->as_of < r->as_of ? -1 : l->as_of > r->as_of;
}

/* An account twice on one date is usually a join gone wrong, and counts its outcome twice. */
static enum assay_status count_repeats(struct assay_history *history, struct assay_error *err)
{
    const int32_t *codes = history->table->columns[history->columns->id].codes;
    const int32_t *as_of = history->columns->as_of != ASSAY_NO_COLUMN
                               ? history->table->columns[history->columns->as_of].dates
                               : NULL;
    struct snapshot_key *keys = assay_alloc(history->n_used, sizeof *keys);
    if (keys == NULL)
        return assay_fail_memory(err, "looking for repeated snapshots");
    size_t n = 0;
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i])
            keys[n++] = (struct snapshot_key){codes[i], as_of != NULL ? as_of[i] : 0};
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t k = 1; k < n; k++)
        history->n_repeated += by_key(&keys[k - 1], &keys[k]) == 0;
    free(keys);
    return ASSAY_OK;
}

/* ---- sorted signals ---- */

struct sorting {
    struct assay_history *history;
    enum assay_status *status;
    struct assay_error *errors;
};

static void sort_signal(void *state, size_t j)
{
    const struct sorting *sorting = state;
    struct assay_history *history = sorting->history;
    if (history->spec->signals[j].normalise.method != ASSAY_PERCENTILE)
        return;
    sorting->status[j] = assay_sorted_column_init(
        history->table->columns[history->columns->signals[j]].numbers, history->leaf,
        history->n_row, &history->sorted[j], &sorting->errors[j]);
}

static enum assay_status sort_signals(struct assay_history *history, struct assay_error *err)
{
    size_t n = history->spec->n_signal;
    struct sorting sorting = {history, assay_alloc(n, sizeof(enum assay_status)),
                              assay_alloc(n, sizeof(struct assay_error))};
    enum assay_status status = ASSAY_OK;
    if (sorting.status == NULL || sorting.errors == NULL)
        status = assay_fail_memory(err, "sorting signals");
    else
        assay_parallel(n, history->n_thread, sort_signal, &sorting);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++)
        if (sorting.status[j] != ASSAY_OK) {
            status = sorting.status[j];
            if (err != NULL)
                *err = sorting.errors[j];
        }
    free(sorting.status);
    free(sorting.errors);
    return status;
}

enum assay_status assay_history_init(const struct assay_spec *spec,
                                     const struct assay_intake *intake, struct assay_window window,
                                     size_t n_thread, struct assay_history *history,
                                     struct assay_error *err)
{
    const char *source = assay_csv_name(intake->csv);
    size_t n = intake->table.n_row;
    struct assay_history made = {
        .spec = spec,
        .table = &intake->table,
        .columns = &intake->columns,
        .n_signal = spec->n_signal,
        .n_row = n,
        .n_thread = n_thread,
        .used = assay_alloc(n, 1),
        .outcome = assay_alloc(n, 1),
        .leaf = assay_alloc(n, sizeof *made.leaf),
        .fold = assay_alloc(n, sizeof *made.fold),
        .sorted = assay_alloc(spec->n_signal, sizeof *made.sorted),
    };
    enum assay_status status = ASSAY_OK;
    if (made.used == NULL || made.outcome == NULL || made.leaf == NULL || made.fold == NULL ||
        made.sorted == NULL)
        status = assay_fail_memory(err, "taking in the history");
    else if (n > UINT32_MAX)
        status = assay_fail(err, ASSAY_EDATA, "%s: %zu snapshots; expected at most %u", source, n,
                            UINT32_MAX);
    if (status == ASSAY_OK)
        status = label(&made, source, window, err);
    if (status == ASSAY_OK)
        status = check_categories(&made, source, err);
    if (status == ASSAY_OK)
        status = find_leaves(&made, assay_csv_name(intake->csv), err);
    if (status == ASSAY_OK)
        status = deal_folds(&made, err);
    if (status == ASSAY_OK)
        status = count_repeats(&made, err);
    if (status == ASSAY_OK)
        status = sort_signals(&made, err);
    if (status != ASSAY_OK) {
        assay_history_clear(&made);
        return status;
    }
    *history = made;
    return ASSAY_OK;
}

void assay_history_clear(struct assay_history *history)
{
    for (size_t j = 0; history->sorted != NULL && j < history->n_signal; j++)
        assay_sorted_column_clear(&history->sorted[j]);
    free(history->sorted);
    free(history->used);
    free(history->outcome);
    free(history->leaf);
    free(history->fold);
    assay_cohorts_clear(&history->cohorts);
    *history = (struct assay_history){0};
}
