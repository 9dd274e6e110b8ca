#include "calibrate/held_out.h"

#include <math.h>

#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/base/vector_math.h"
#include "core/model/scorer.h"

/* Scores of held-out probabilities, by the lines that go with the rows; tasks of so many. */
enum { TASK_ROWS = 16384, BLOCK_ROWS = 256 };

static double log_odds_of(double prob)
{
    return log(prob) - log1p(-prob);
}

static void score_block(const struct assay_held_out *h, size_t first, size_t n, double score[])
{
    const struct assay_model *model = h->by.model;
    double log_prob[BLOCK_ROWS], log_rest[BLOCK_ROWS];
    assay_logs_array(h->prob + first, n, log_prob, log_rest);
    for (size_t k = 0; k < n; k++) {
        double log_odds = log_prob[k] - log_rest[k];
        log_odds += h->by.line_shift != NULL ? h->by.line_shift[first + k] : 0;
        double average = 100 * (model->intercept - log_odds) / h->by.total;
        score[k] = assay_score_by_line(model, h->by.line, log_odds, average);
    }
}

static void score_rows(const void *state, size_t first, size_t n, double score[])
{
    for (size_t k = 0; k < n; k += BLOCK_ROWS)
        score_block(state, first + k, n - k < BLOCK_ROWS ? n - k : BLOCK_ROWS, score + k);
}

static void score_task(void *state, size_t task)
{
    struct assay_held_out *h = state;
    size_t first = task * TASK_ROWS, n = h->n - first < TASK_ROWS ? h->n - first : TASK_ROWS;
    score_rows(h, first, n, h->score + first);
    for (size_t k = first; k < first + n; k++)
        h->flagged[k] = h->score[k] < h->by.model->at_risk_score;
}

enum assay_status assay_held_out_score(struct assay_held_out *h, struct assay_error *err)
{
    double *score = assay_rows_alloc(h->n, sizeof *score);
    unsigned char *flagged = assay_rows_alloc(h->n, 1);
    if (score == NULL || flagged == NULL) {
        assay_rows_free(score);
        assay_rows_free(flagged);
        return assay_fail_memory(err, "scoring held-out snapshots");
    }
    h->score = score;
    h->flagged = flagged;
    assay_parallel((h->n + TASK_ROWS - 1) / TASK_ROWS, h->by.n_thread, score_task, h);
    return ASSAY_OK;
}

static const double *predictions(const struct assay_calibration *c)
{
    return c->assessment.prob_held_out != NULL ? c->assessment.prob_held_out
                                               : c->assessment.prob_apparent;
}

static bool are_numbers(const void *state, size_t first, size_t end)
{
    const double *prob = state;
    unsigned missing = 0;
    for (size_t i = first; i < end; i++)
        missing |= prob[i] != prob[i];
    return missing == 0;
}

/* Whether every row of the table has a prediction. */
static bool all_count(const struct assay_calibration *c)
{
    return assay_parallel_holds(c->history.n_row, c->history.n_thread, are_numbers, predictions(c));
}

static bool allocate_own(struct assay_held_out *h, size_t n)
{
    h->prob = h->own.prob = assay_rows_alloc(n, sizeof *h->own.prob);
    h->outcome = h->own.outcome = assay_rows_alloc(n, 1);
    h->account = h->own.account = assay_rows_alloc(n, sizeof *h->own.account);
    return h->prob != NULL && h->outcome != NULL && h->account != NULL;
}

static enum assay_status allocate(const struct assay_calibration *c, struct assay_held_out *h,
                                  struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    size_t n = history->n_used;
    bool with_value = history->columns->value != ASSAY_NO_COLUMN, with_line = c->row_line != NULL;
    bool good = true;
    if (all_count(c)) {
        h->prob = predictions(c);
        h->outcome = history->outcome;
        h->account = history->table->columns[history->columns->id].codes;
    } else {
        good = allocate_own(h, n);
    }
    if (with_value)
        h->value = assay_rows_alloc(n, sizeof *h->value);
    if (with_line)
        h->by.line_shift = assay_rows_alloc(n, sizeof *h->by.line_shift);
    good = good && (!with_value || h->value != NULL) && (!with_line || h->by.line_shift != NULL);
    return good ? ASSAY_OK : assay_fail_memory(err, "collecting held-out predictions");
}

/* Everything but scores and flags. */
static void gather(const struct assay_calibration *c, double common, struct assay_held_out *h)
{
    const struct assay_history *history = &c->history;
    const struct assay_column *columns = history->table->columns;
    const int32_t *codes = columns[history->columns->id].codes;
    const double *of_row = predictions(c);
    for (size_t i = 0; i < history->n_row; i++) {
        double prob = of_row[i];
        assay_parallel_row(i);
        if (isnan(prob))
            continue;
        size_t k = h->n++;
        if (h->own.prob != NULL) {
            h->own.prob[k] = prob;
            h->own.outcome[k] = history->outcome[i];
            h->own.account[k] = codes[i];
        }
        if (h->value != NULL)
            h->value[k] = assay_column_number(&columns[history->columns->value], i);
        if (h->by.line_shift != NULL) /* another line shifts the log-odds that score 50 */
            h->by.line_shift[k] = log_odds_of(common) - log_odds_of(c->row_line[i]);
    }
}

enum assay_status assay_held_out_init(const struct assay_model *model,
                                      const struct assay_calibration *c,
                                      struct assay_held_out *held_out, struct assay_error *err)
{
    const struct assay_history *history = &c->history;
    double at_risk = model->at_risk_probability;
    struct assay_held_out h = {.repeated = history->n_account < history->n_used,
                               .apparent = c->assessment.prob_held_out == NULL,
                               .by = {.model = model,
                                      .n_thread = history->n_thread,
                                      .line = log(at_risk / (1 - at_risk))}};
    for (size_t j = 0; j < model->n_signal; j++)
        h.by.total += model->slope[j];
    enum assay_status status = allocate(c, &h, err);
    if (status != ASSAY_OK) {
        assay_held_out_clear(&h);
        return status;
    }
    if (h.own.prob == NULL && h.value == NULL && h.by.line_shift == NULL)
        h.n = history->n_row;
    else
        gather(c, at_risk, &h);
    *held_out = h;
    return ASSAY_OK;
}

void assay_held_out_clear(struct assay_held_out *held_out)
{
    assay_rows_free(held_out->score);
    assay_rows_free(held_out->own.prob);
    assay_rows_free(held_out->value);
    assay_rows_free(held_out->flagged);
    assay_rows_free(held_out->own.outcome);
    assay_rows_free(held_out->own.account);
    assay_rows_free(held_out->by.line_shift);
    *held_out = (struct assay_held_out){0};
}

enum assay_status assay_held_out_zones(const struct assay_held_out *h, const struct assay_model *model,
                                       struct assay_zone_result zones[], struct assay_error *err)
{
    double lower[ASSAY_MAX_ZONES];
    struct assay_zone_rows rows = {.outcome = h->outcome,
                                   .cluster = h->repeated ? h->account : NULL,
                                   .n = h->n,
                                   .state = h,
                                   .score = score_rows};
    for (size_t z = 0; z < model->spec.n_zone; z++)
        lower[z] = model->spec.zones[z].from;
    return assay_zones_by_cluster(&rows, lower, model->spec.n_zone, zones, err);
}
