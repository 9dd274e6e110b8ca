#include "calibrate/fit/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/deal.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/signal/normalise.h"

/* ---- which rows count ---- */

/* Sweeps over rows are shared out in tasks of so many; each counts for itself, and counts are added. */
enum { TASK_ROWS = 1 << 16 };

static size_t task_count(size_t n_row)
{
    return (n_row + TASK_ROWS - 1) / TASK_ROWS;
}

struct counts {
    size_t state[ASSAY_ROW_STATES], event, early;
    int32_t from, to; /* first and last as_of used, or ASSAY_NO_DATE */
};

struct labelling {
    struct assay_history *history;
    struct assay_window window;
    struct counts *counts; /* [task] */
};

static bool is_missing(const struct assay_column *column, size_t row)
{
    return column->type == ASSAY_TEXT ? column->codes[row] == ASSAY_NO_CODE
                                      : isnan(assay_column_number(column, row));
}

static void drop_incomplete(const struct assay_history *history, size_t first, size_t n,
                            unsigned char state[], size_t count[ASSAY_ROW_STATES])
{
    for (size_t j = 0; j < history->spec->n_signal; j++) {
        if (history->spec->signals[j].missing != ASSAY_DROP)
            continue;
        const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
        for (size_t i = first; i < first + n; i++)
            if (state[i] == ASSAY_ROW_USED && is_missing(column, i)) {
                state[i] = ASSAY_ROW_MISSING_SIGNAL;
                count[ASSAY_ROW_USED]--;
                count[ASSAY_ROW_MISSING_SIGNAL]++;
            }
    }
}

static void note_date(int32_t as_of, struct counts *counts)
{
    if (as_of == ASSAY_NO_DATE)
        return;
    if (counts->from == ASSAY_NO_DATE || as_of < counts->from)
        counts->from = as_of;
    if (counts->to == ASSAY_NO_DATE || as_of > counts->to)
        counts->to = as_of;
}

static void label_task(void *state, size_t task)
{
    const struct labelling *l = state;
    const struct assay_history *history = l->history;
    const int32_t *as_of = history->columns->as_of != ASSAY_NO_COLUMN
                               ? history->table->columns[history->columns->as_of].dates
                               : NULL;
    struct counts counts = {.from = ASSAY_NO_DATE, .to = ASSAY_NO_DATE}; /* beside no other task's */
    size_t first = task * TASK_ROWS, left = history->n_row - first;
    size_t n = left < TASK_ROWS ? left : TASK_ROWS;
    unsigned char *used = history->used; /* states at first */
    assay_outcome_label_rows(history->spec, history->columns, history->table, l->window, first, n,
                             used, history->outcome, counts.state, &counts.early);
    drop_incomplete(history, first, n, used, counts.state);
    for (size_t i = first; i < first + n; i++) {
        used[i] = used[i] == ASSAY_ROW_USED;
        counts.event += used[i] && history->outcome[i];
        if (used[i] && as_of != NULL)
            note_date(as_of[i], &counts);
    }
    l->counts[task] = counts;
}

static void add_counts(struct assay_history *history, const struct counts counts[], size_t n_task)
{
    struct counts all = {.from = ASSAY_NO_DATE, .to = ASSAY_NO_DATE};
    for (size_t t = 0; t < n_task; t++) {
        for (size_t k = 0; k < ASSAY_ROW_STATES; k++)
            all.state[k] += counts[t].state[k];
        all.event += counts[t].event;
        all.early += counts[t].early;
        note_date(counts[t].from, &all);
        note_date(counts[t].to, &all);
    }
    memcpy(history->count, all.state, sizeof history->count);
    history->n_used = all.state[ASSAY_ROW_USED];
    history->n_event = all.event;
    history->early_events = all.early;
    history->from = all.from;
    history->to = all.to;
}

static enum assay_status label(struct assay_history *history, const char *source,
                               struct assay_window window, struct assay_error *err)
{
    size_t n_task = task_count(history->n_row);
    struct labelling labelling = {history, window, assay_alloc(n_task, sizeof(struct counts))};
    if (labelling.counts == NULL)
        return assay_fail_memory(err, "taking in the history");
    assay_parallel(n_task, history->n_thread, label_task, &labelling);
    add_counts(history, labelling.counts, n_task);
    free(labelling.counts);
    return history->n_used > 0
               ? ASSAY_OK
               : assay_fail_no_rows(history->spec, source, history->count, err);
}

/* ---- categories ---- */

static enum assay_status fail_category(const struct assay_history *history, const char *source,
                                       size_t j, size_t row, struct assay_error *err)
{
    const struct assay_signal_spec *signal = &history->spec->signals[j];
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    const char *text = assay_dictionary_text(column->dictionary, column->codes[row]);
    char quoted[ASSAY_QUOTE_SIZE];
    assay_fail(err, ASSAY_EDATA,
               "%s:%zu: signal \"%s\" is \"%s\"; expected one of the %zu categories in its "
               "steps",
               source, assay_table_line(history->table, row), signal->name,
               assay_quote_value(text, strlen(text), quoted), signal->normalise.n_step);
    assay_hint(err, "Give the category its points in the spec's \"table\".");
    return ASSAY_EDATA;
}

/* unknown[code]: the steps do not have it; returns whether there is one. */
static bool find_unknown(const struct assay_signal_spec *signal, const struct assay_column *column,
                         bool unknown[])
{
    size_t n = assay_dictionary_count(column->dictionary);
    bool any = false;
    for (size_t c = 0; c < n; c++) {
        assay_normalise_category(signal, assay_dictionary_text(column->dictionary, (int32_t)c),
                                 &unknown[c]);
        any = any || unknown[c];
    }
    return any;
}

static enum assay_status check_signal(const struct assay_history *history, const char *source,
                                      size_t j, struct assay_error *err)
{
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    if (column->type != ASSAY_TEXT)
        return ASSAY_OK;
    bool *unknown = assay_alloc(assay_dictionary_count(column->dictionary), sizeof *unknown);
    if (unknown == NULL)
        return assay_fail_memory(err, "taking in the history");
    enum assay_status status = ASSAY_OK;
    bool any = find_unknown(&history->spec->signals[j], column, unknown);
    for (size_t i = 0; status == ASSAY_OK && any && i < history->n_row; i++)
        if (history->used[i] && column->codes[i] != ASSAY_NO_CODE && unknown[column->codes[i]])
            status = fail_category(history, source, j, i, err);
    free(unknown);
    return status;
}

static enum assay_status check_categories(const struct assay_history *history, const char *source,
                                          struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < history->spec->n_signal; j++)
        status = check_signal(history, source, j, err);
    return status;
}

/* ---- cohorts ---- */

static enum assay_status find_leaves(struct assay_history *history, const char *source,
                                     struct assay_error *err)
{
    enum assay_status status =
        assay_cohorts_build(&history->spec->cohort, history->columns, history->table,
                            history->used, &history->cohorts, err);
    if (status == ASSAY_EDATA)
        assay_error_prefix(err, "%s", source);
    if (status == ASSAY_OK)
        status = assay_cohort_leaves(&history->cohorts, history->columns, history->table,
                                     history->n_thread, history->leaf, err);
    return status;
}

/* ---- signals ---- */

struct tying {
    struct assay_history *history;
    enum assay_status *status;
    struct assay_error *errors;
};

/* Coded columns are looked up by their codes; only percentiles need to know their order. */
static void tie_signal(void *state, size_t j)
{
    const struct tying *tying = state;
    struct assay_history *history = tying->history;
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    bool percentile = history->spec->signals[j].normalise.method == ASSAY_PERCENTILE;
    if (column->type == ASSAY_NUMBER && (percentile || column->numbers != NULL))
        tying->status[j] =
            assay_ties_init(column, history->leaf, history->cohorts.n_node, history->n_row,
                            &history->ties[j], &tying->errors[j]);
}

enum assay_status assay_history_find_ties(struct assay_history *history, struct assay_error *err)
{
    size_t n = history->spec->n_signal;
    struct tying tying = {history, assay_alloc(n, sizeof(enum assay_status)),
                          assay_alloc(n, sizeof(struct assay_error))};
    enum assay_status status = ASSAY_OK;
    if (tying.status == NULL || tying.errors == NULL)
        status = assay_fail_memory(err, "sorting signals");
    else
        assay_parallel(n, history->n_thread, tie_signal, &tying);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++)
        if (tying.status[j] != ASSAY_OK) {
            status = tying.status[j];
            if (err != NULL)
                *err = tying.errors[j];
        }
    free(tying.status);
    free(tying.errors);
    return status;
}

/* Too many different values to count: a plain column of a long table, sorted for this once, as its
 * baselines are rarely asked for a second time and sorted rows take much room. */
static enum assay_status sort_for_baseline(const struct assay_history *history, size_t j,
                                           const unsigned char *include,
                                           struct assay_baseline *baseline, struct assay_error *err)
{
    const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
    struct assay_sorted_column sorted = {0};
    double *own = column->numbers == NULL ? assay_rows_alloc(history->n_row, sizeof *own) : NULL;
    if (column->numbers == NULL && own == NULL)
        return assay_fail_memory(err, "sorting a signal");
    const double *numbers = assay_column_numbers(column, 0, history->n_row, own);
    enum assay_status status =
        assay_sorted_column_init(numbers, history->leaf, history->n_row, &sorted, err);
    assay_rows_free(own);
    sorted.n_thread = history->n_thread;
    if (status == ASSAY_OK)
        status = assay_baseline_estimate(&sorted, include, &history->cohorts,
                                         history->spec->signals[j].better, baseline, err);
    assay_sorted_column_clear(&sorted);
    return status;
}

enum assay_status assay_history_baseline(const struct assay_history *history, size_t j,
                                         const unsigned char *include,
                                         struct assay_baseline *baseline, struct assay_error *err)
{
    if (history->ties[j].n_tie == 0)
        return sort_for_baseline(history, j, include, baseline, err);
    return assay_baseline_count(&history->ties[j], history->leaf, include, &history->cohorts,
                                history->spec->signals[j].better, baseline, err);
}

/* ---- the door ---- */

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
        .used = assay_rows_alloc(n, 1),
        .outcome = assay_rows_alloc(n, 1),
        .leaf = assay_rows_alloc(n, sizeof *made.leaf),
        .fold = assay_rows_alloc(spec->fit.folds > 0 ? n : 0, sizeof *made.fold),
        .ties = assay_alloc(spec->n_signal, sizeof *made.ties),
    };
    enum assay_status status = ASSAY_OK;
    if (made.used == NULL || made.outcome == NULL || made.leaf == NULL || made.fold == NULL ||
        made.ties == NULL)
        status = assay_fail_memory(err, "taking in the history");
    if (status == ASSAY_OK)
        status = label(&made, source, window, err);
    if (status == ASSAY_OK)
        status = check_categories(&made, source, err);
    if (status == ASSAY_OK)
        status = find_leaves(&made, assay_csv_name(intake->csv), err);
    if (status == ASSAY_OK)
        status = assay_history_deal(&made, err);
    if (status == ASSAY_OK)
        status = assay_history_count_repeats(&made, err);
    if (status == ASSAY_OK)
        status = assay_history_find_ties(&made, err);
    if (status != ASSAY_OK) {
        assay_history_clear(&made);
        return status;
    }
    *history = made;
    return ASSAY_OK;
}

void assay_history_clear(struct assay_history *history)
{
    for (size_t j = 0; history->ties != NULL && j < history->n_signal; j++)
        assay_ties_clear(&history->ties[j]);
    free(history->ties);
    assay_rows_free(history->used);
    assay_rows_free(history->outcome);
    assay_rows_free(history->leaf);
    assay_rows_free(history->fold);
    assay_cohorts_clear(&history->cohorts);
    *history = (struct assay_history){0};
}
