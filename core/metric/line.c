#include "core/metric/line.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/metric/check.h"
#include "core/metric/rank.h"
#include "core/metric/workload.h"

/* Rates are quotients of counts, targets decimal fractions: 1 - 3/10 - 0.7 need not be 0. */
static const double rounding = 1e-12;

/* Rows with a prediction, side by side. */
struct rows {
    double *prob;
    unsigned char *outcome;
    int32_t *account, *period;
    size_t *order; /* from the lowest prediction to the highest */
    size_t n, n_event;
    struct assay_workload workload; /* CAPACITY alone */
};

/* Everybody from the prediction `above` on is flagged; `below` is the next one. */
struct cut {
    double above, below;
    size_t caught, vain; /* events and others that are flagged */
};

struct search {
    const struct assay_line_question *question;
    struct rows rows;
    struct cut best;
    double worth; /* of the best */
    double low, high, most_sensitivity, most_specificity;
};

/* ---- taking in ---- */

static enum assay_status check_rule(const struct assay_line_question *q, struct assay_error *err)
{
    bool fine = true;
    switch (q->by) {
    case ASSAY_BY_TARGETS:
        fine = q->sensitivity > 0 && q->sensitivity <= 1 && q->specificity > 0 && q->specificity <= 1;
        break;
    case ASSAY_BY_YOUDEN:
        break;
    case ASSAY_BY_COST:
        fine = q->miss > 0 && q->false_alarm > 0 && isfinite(q->miss + q->false_alarm);
        break;
    case ASSAY_BY_CAPACITY:
        assert(q->account != NULL && q->period != NULL);
        fine = q->accounts > 0;
        break;
    }
    static const char *const expected[] = {"targets of more than 0, at most 1", "",
                                           "finite costs of more than 0",
                                           "room for more than 0 accounts"};
    return fine ? ASSAY_OK : assay_fail(err, ASSAY_EDATA, "line: expected %s", expected[q->by]);
}

/* Before they are gathered, so that messages number rows as the caller does. */
static enum assay_status check_rows(const double prob[], const unsigned char outcome[], size_t n,
                                    struct assay_error *err)
{
    char place[64];
    for (size_t i = 0; i < n; i++) {
        if (isnan(prob[i]))
            continue;
        if (!(prob[i] >= 0 && prob[i] <= 1)) {
            snprintf(place, sizeof place, "line: prob[%zu]", i);
            return assay_fail_value(err, place, prob[i], "0 to 1");
        }
        if (outcome[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "line: outcome[%zu] is %u; expected 0 or 1", i,
                              (unsigned)outcome[i]);
    }
    return ASSAY_OK;
}

static enum assay_status gather(const double prob[], const unsigned char outcome[], size_t n,
                                struct search *s, struct assay_error *err)
{
    bool placed = s->question->by == ASSAY_BY_CAPACITY;
    struct rows *r = &s->rows;
    r->prob = assay_alloc(n, sizeof *r->prob);
    r->outcome = assay_alloc(n, 1);
    r->order = assay_alloc(n, sizeof *r->order);
    r->account = placed ? assay_alloc(n, sizeof *r->account) : NULL;
    r->period = placed ? assay_alloc(n, sizeof *r->period) : NULL;
    if (r->prob == NULL || r->outcome == NULL || r->order == NULL ||
        (placed && (r->account == NULL || r->period == NULL)))
        return assay_fail_memory(err, "choosing the at-risk line");
    for (size_t i = 0; i < n; i++) {
        if (isnan(prob[i]))
            continue;
        r->prob[r->n] = prob[i];
        r->outcome[r->n] = outcome[i];
        if (placed) {
            r->account[r->n] = s->question->account[i];
            r->period[r->n] = s->question->period[i];
        }
        r->n++;
    }
    enum assay_status status = assay_check_outcome("line", r->outcome, r->n, &r->n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_both("line", r->n_event, r->n, err);
    if (status == ASSAY_OK)
        status = assay_rank_order(r->prob, r->n, r->order, err);
    if (status == ASSAY_OK && placed)
        status = assay_workload_init(r->account, r->period, r->n, &r->workload, err);
    return status;
}

static void release(struct rows *rows)
{
    free(rows->prob);
    free(rows->outcome);
    free(rows->account);
    free(rows->period);
    free(rows->order);
    assay_workload_clear(&rows->workload);
}

/* ---- what a cut is worth ---- */

static double sensitivity_of(const struct rows *rows, const struct cut *cut)
{
    return (double)cut->caught / (double)rows->n_event;
}

static double specificity_of(const struct rows *rows, const struct cut *cut)
{
    return 1 - (double)cut->vain / (double)(rows->n - rows->n_event);
}

static double cost_of(const struct search *s, size_t caught, size_t vain)
{
    return 100.0 *
           (s->question->miss * (double)(s->rows.n_event - caught) +
            s->question->false_alarm * (double)vain) /
           (double)s->rows.n;
}

/* More is better; -INFINITY: not allowed. */
static double worth_of(const struct search *s, const struct cut *cut)
{
    const struct assay_line_question *q = s->question;
    double events = (double)s->rows.n_event, others = (double)s->rows.n - events;
    switch (q->by) {
    case ASSAY_BY_TARGETS:
        return fmin(sensitivity_of(&s->rows, cut) - q->sensitivity,
                    specificity_of(&s->rows, cut) - q->specificity);
    case ASSAY_BY_YOUDEN: /* exact in counts, so that ties are ties */
        return (double)cut->caught * others - (double)cut->vain * events;
    case ASSAY_BY_COST:
        return -cost_of(s, cut->caught, cut->vain);
    case ASSAY_BY_CAPACITY:
        break;
    }
    if (assay_workload_size(&s->rows.workload) > q->accounts)
        return -INFINITY;
    return (double)(cut->caught + cut->vain);
}

/* Cuts come from the highest down: those that meet both targets are neighbours. */
static void note_targets(struct search *s, const struct cut *cut)
{
    double sensitivity = sensitivity_of(&s->rows, cut), specificity = specificity_of(&s->rows, cut);
    bool sensitive = sensitivity - s->question->sensitivity >= -rounding;
    bool specific = specificity - s->question->specificity >= -rounding;
    if (specific)
        s->most_sensitivity = fmax(s->most_sensitivity, sensitivity);
    if (sensitive)
        s->most_specificity = fmax(s->most_specificity, specificity);
    if (!sensitive || !specific)
        return;
    s->low = cut->below;
    if (isnan(s->high))
        s->high = cut->above;
}

/* Walks down from the highest prediction: flagging one more group of ties at each step. */
static void walk(struct search *s)
{
    struct rows *rows = &s->rows;
    struct cut cut = {0};
    for (size_t k = rows->n; k-- > 1;) {
        size_t row = rows->order[k];
        cut.caught += rows->outcome[row];
        cut.vain += !rows->outcome[row];
        if (s->question->by == ASSAY_BY_CAPACITY)
            assay_workload_flag(&rows->workload, row, rows->outcome[row]);
        cut.above = rows->prob[row];
        cut.below = rows->prob[rows->order[k - 1]];
        if (cut.below == cut.above)
            continue;
        if (s->question->by == ASSAY_BY_TARGETS)
            note_targets(s, &cut);
        double worth = worth_of(s, &cut);
        if (worth > s->worth) {
            s->worth = worth;
            s->best = cut;
        }
    }
}

/* ---- the answer ---- */

static enum assay_status fail_without_line(struct search *s, struct assay_error *err)
{
    struct rows *rows = &s->rows;
    size_t first = rows->n - 1;
    double highest = rows->prob[rows->order[first]];
    if (rows->prob[rows->order[0]] == highest) {
        char text[ASSAY_NUMBER_SIZE];
        assay_number_print(highest, text);
        return assay_fail(err, ASSAY_ENUMERIC, "line: all %zu predictions are %s; expected some that "
                          "differ", rows->n, text);
    }
    assay_workload_reset(&rows->workload);
    for (size_t k = rows->n; k-- > 0 && rows->prob[rows->order[k]] == highest;)
        assay_workload_flag(&rows->workload, rows->order[k], 0);
    return assay_fail(err, ASSAY_ENUMERIC, "line: the highest prediction is shared by %.4g accounts a "
                      "period; expected at most %.4g", assay_workload_size(&rows->workload),
                      s->question->accounts);
}

static void answer_capacity(struct search *s, struct assay_line *out)
{
    struct rows *rows = &s->rows;
    assay_workload_reset(&rows->workload);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->prob[i] >= s->best.above)
            assay_workload_flag(&rows->workload, i, rows->outcome[i]);
    out->n_period = rows->workload.n_period;
    out->flagged = assay_workload_size(&rows->workload);
    out->caught = assay_workload_caught(&rows->workload);
}

static double log_odds_of(double prob)
{
    return fmin(fmax(log(prob) - log1p(-prob), -36), 36);
}

static void answer(struct search *s, struct assay_line *out)
{
    const struct rows *rows = &s->rows;
    const double undefined = (double)NAN;
    bool targets = s->question->by == ASSAY_BY_TARGETS, cost = s->question->by == ASSAY_BY_COST;
    *out = (struct assay_line){
        .line = assay_expit(0.5 * (log_odds_of(s->best.above) + log_odds_of(s->best.below))),
        .n = rows->n,
        .n_event = rows->n_event,
        .sensitivity = sensitivity_of(rows, &s->best),
        .specificity = specificity_of(rows, &s->best),
        .feasible = targets && !isnan(s->high),
        .low = s->low,
        .high = s->high,
        .most_sensitivity = targets ? s->most_sensitivity : undefined,
        .most_specificity = targets ? s->most_specificity : undefined,
        .cost = cost ? -s->worth : undefined,
        .cost_of_none = cost ? cost_of(s, 0, 0) : undefined,
        .cost_of_all = cost ? cost_of(s, rows->n_event, rows->n - rows->n_event) : undefined,
        .flagged = undefined,
        .caught = assay_estimate_undefined(),
    };
    if (s->question->by == ASSAY_BY_CAPACITY)
        answer_capacity(s, out);
}

enum assay_status assay_line_choose(const double prob[], const unsigned char outcome[], size_t n,
                                    const struct assay_line_question *question,
                                    struct assay_line *out, struct assay_error *err)
{
    struct search s = {.question = question, .worth = -INFINITY, .low = NAN, .high = NAN};
    enum assay_status status = check_rule(question, err);
    if (status == ASSAY_OK)
        status = check_rows(prob, outcome, n, err);
    if (status == ASSAY_OK)
        status = gather(prob, outcome, n, &s, err);
    if (status == ASSAY_OK)
        walk(&s);
    if (status == ASSAY_OK && isinf(s.worth))
        status = fail_without_line(&s, err);
    if (status == ASSAY_OK)
        answer(&s, out);
    release(&s.rows);
    return status;
}
