#include "calibrate/evidence/zone_moves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/model/scorer.h"

/* ---- the latest snapshot of each account ---- */

/* latest[code] is 1 + its row, 0 where there is none. Of snapshots of one day the last that was read. */
static enum assay_status find_latest(const struct assay_history *history,
                                     struct assay_window window, size_t latest[],
                                     struct assay_error *err)
{
    const struct assay_columns *columns = history->columns;
    const int32_t *account = history->table->columns[columns->id].codes;
    const int32_t *as_of = columns->as_of != ASSAY_NO_COLUMN
                               ? history->table->columns[columns->as_of].dates
                               : NULL;
    size_t count[ASSAY_ROW_STATES] = {0}, early = 0;
    unsigned char *state = assay_rows_alloc(2 * history->n_row, 1);
    if (state == NULL)
        return assay_fail_memory(err, "comparing zones");
    assay_outcome_label(history->spec, columns, history->table, window, state,
                        state + history->n_row, count, &early);
    for (size_t i = 0; i < history->n_row; i++) {
        if (state[i] == ASSAY_ROW_OUTSIDE_WINDOW || state[i] == ASSAY_ROW_AFTER_EVENT ||
            account[i] == ASSAY_NO_CODE)
            continue;
        size_t *best = &latest[account[i]];
        if (*best == 0 || as_of == NULL || as_of[i] >= as_of[*best - 1])
            *best = 1 + i;
    }
    assay_rows_free(state);
    return ASSAY_OK;
}

/* ---- both scores ---- */

static size_t zone_named(const struct assay_model *model, const char *name)
{
    size_t z = 0;
    while (z < model->spec.n_zone && strcmp(model->spec.zones[z].name, name) != 0)
        z++;
    return z;
}

static void note_account(struct assay_zone_moves *moves, const struct assay_model *champion,
                         const struct assay_model *model, size_t row, double value,
                         const struct assay_score *old, const struct assay_score *new)
{
    size_t same = zone_named(model, champion->spec.zones[old->zone].name);
    bool known = same < model->spec.n_zone;
    moves->accounts[moves->n_account++] = (struct assay_zone_account){
        .row = row,
        .value = value,
        .score_before = old->score,
        .score_after = new->score,
        .zone_before = old->zone,
        .zone_after = new->zone,
        .direction = known ? (new->zone > same) - (new->zone < same) : 0,
        .moved = same != new->zone};
    moves->matrix[old->zone * moves->n_after + new->zone]++;
}

static enum assay_status score_latest(const struct assay_model *champion,
                                      const struct assay_model *model,
                                      const struct assay_history *history, const size_t latest[],
                                      size_t n_code, struct assay_zone_moves *moves,
                                      struct assay_error *err)
{
    struct assay_scorer before = {0}, after = {0};
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    const struct assay_column *value =
        moves->has_value ? &history->table->columns[history->columns->value] : NULL;
    enum assay_status status = assay_scorer_init(champion, history->table, &before, err);
    if (status == ASSAY_OK)
        status = assay_scorer_init(model, history->table, &after, err);
    for (size_t c = 0; status == ASSAY_OK && c < n_code; c++) {
        struct assay_score old, new;
        if (latest[c] == 0)
            continue;
        size_t row = latest[c] - 1;
        assay_scorer_row(&before, history->table, row, s, missing, &old);
        assay_scorer_row(&after, history->table, row, s, missing, &new);
        if (old.dropped || new.dropped)
            moves->n_unscored++;
        else
            note_account(moves, champion, model, row,
                         value != NULL ? assay_column_number(value, row) : (double)NAN, &old, &new);
    }
    if (before.model != NULL)
        assay_scorer_clear(&before);
    if (after.model != NULL)
        assay_scorer_clear(&after);
    return status;
}

/* ---- in the order of a list to work through ---- */

struct listed {
    struct assay_zone_account account;
    const char *id;
};

static int by_worth(const void *a, const void *b)
{
    const struct listed *l = a, *r = b;
    double left = isnan(l->account.value) ? -INFINITY : l->account.value;
    double right = isnan(r->account.value) ? -INFINITY : r->account.value;
    if (l->account.moved != r->account.moved)
        return l->account.moved ? -1 : 1;
    if (left != right)
        return left > right ? -1 : 1;
    return strcmp(l->id, r->id);
}

static enum assay_status sort_accounts(const struct assay_history *history,
                                       struct assay_zone_moves *moves, struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    struct listed *list = assay_rows_alloc(moves->n_account, sizeof *list);
    if (list == NULL)
        return assay_fail_memory(err, "comparing zones");
    for (size_t k = 0; k < moves->n_account; k++)
        list[k] = (struct listed){
            moves->accounts[k],
            assay_dictionary_text(id->dictionary, id->codes[moves->accounts[k].row])};
    qsort(list, moves->n_account, sizeof *list, by_worth);
    for (size_t k = 0; k < moves->n_account; k++)
        moves->accounts[k] = list[k].account;
    assay_rows_free(list);
    return ASSAY_OK;
}

/* ---- counts ---- */

static void tally(const struct assay_zone_account *account, struct assay_zone_tally *t)
{
    double value = isnan(account->value) ? 0 : account->value;
    t->accounts++;
    t->value += value;
    t->moved += account->moved;
    t->value_moved += account->moved ? value : 0;
    t->up += account->direction > 0;
    t->value_up += account->direction > 0 ? value : 0;
    t->down += account->direction < 0;
    t->value_down += account->direction < 0 ? value : 0;
}

static int by_name(const void *a, const void *b)
{
    const struct assay_zone_segment *l = a, *r = b;
    if (l->name == NULL || r->name == NULL)
        return (l->name == NULL) - (r->name == NULL);
    return strcmp(l->name, r->name);
}

/* One segment column: a tally by code, of which those that have accounts are kept. */
static enum assay_status tally_column(const struct assay_history *history, size_t k,
                                      struct assay_zone_moves *moves, struct assay_error *err)
{
    size_t index = history->columns->segments[k];
    if (index == ASSAY_NO_COLUMN)
        return ASSAY_OK;
    const struct assay_column *column = &history->table->columns[index];
    size_t n = assay_dictionary_count(column->dictionary), first = moves->n_segment;
    struct assay_zone_tally *tallies = assay_alloc(n + 1, sizeof *tallies); /* the last: no value */
    if (tallies == NULL || !assay_grow(&moves->segments, &moves->segment_capacity, first + n + 1,
                                       sizeof *moves->segments)) {
        free(tallies);
        return assay_fail_memory(err, "comparing zones");
    }
    for (size_t a = 0; a < moves->n_account; a++) {
        int32_t code = column->codes[moves->accounts[a].row];
        tally(&moves->accounts[a], &tallies[code == ASSAY_NO_CODE ? n : (size_t)code]);
    }
    for (size_t c = 0; c <= n; c++)
        if (tallies[c].accounts > 0)
            moves->segments[moves->n_segment++] = (struct assay_zone_segment){
                k, c < n ? assay_dictionary_text(column->dictionary, (int32_t)c) : NULL, tallies[c]};
    free(tallies);
    if (moves->n_segment > first)
        qsort(moves->segments + first, moves->n_segment - first, sizeof *moves->segments, by_name);
    return ASSAY_OK;
}

static enum assay_status count_all(const struct assay_history *history,
                                   struct assay_zone_moves *moves, struct assay_error *err)
{
    enum assay_status status = sort_accounts(history, moves, err);
    for (size_t a = 0; status == ASSAY_OK && a < moves->n_account; a++)
        tally(&moves->accounts[a], &moves->all);
    for (size_t k = 0; status == ASSAY_OK && k < history->columns->n_segment; k++)
        status = tally_column(history, k, moves, err);
    return status;
}

enum assay_status assay_zone_moves_find(const struct assay_model *champion,
                                        const struct assay_model *model,
                                        const struct assay_history *history,
                                        struct assay_window window, struct assay_zone_moves *moves,
                                        struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    size_t *latest = assay_rows_alloc(n_code, sizeof *latest);
    struct assay_zone_moves made = {.has_value = history->columns->value != ASSAY_NO_COLUMN,
                                    .n_before = champion->spec.n_zone,
                                    .n_after = model->spec.n_zone};
    made.accounts = assay_rows_alloc(n_code, sizeof *made.accounts);
    made.matrix = assay_alloc(made.n_before * made.n_after, sizeof *made.matrix);
    enum assay_status status = ASSAY_OK;
    if (latest == NULL || made.accounts == NULL || made.matrix == NULL)
        status = assay_fail_memory(err, "comparing zones");
    if (status == ASSAY_OK)
        status = find_latest(history, window, latest, err);
    if (status == ASSAY_OK)
        status = score_latest(champion, model, history, latest, n_code, &made, err);
    if (status == ASSAY_OK)
        status = count_all(history, &made, err);
    assay_rows_free(latest);
    if (status != ASSAY_OK)
        assay_zone_moves_clear(&made);
    else
        *moves = made;
    return status;
}

void assay_zone_moves_clear(struct assay_zone_moves *moves)
{
    assay_rows_free(moves->accounts);
    free(moves->segments);
    free(moves->matrix);
    *moves = (struct assay_zone_moves){0};
}
