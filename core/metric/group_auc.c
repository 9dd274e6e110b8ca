#include "core/metric/group_auc.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/row_sort.h"
#include "core/base/rows.h"
#include "core/metric/check.h"

enum { AHEAD = 32 }; /* rows by which codes are fetched ahead */

/* ---- the order ---- */

void assay_risk_order_clear(struct assay_risk_order *risk)
{
    assay_rows_free(risk->row);
    assay_rows_free(risk->mark);
    *risk = (struct assay_risk_order){0};
}

/* sorted[n] as assay_row_sort() has left them. */
static bool keep_order(const double value[], const uint64_t sorted[], struct assay_risk_order *risk)
{
    risk->row = assay_rows_alloc(risk->n, sizeof *risk->row);
    risk->mark = assay_rows_alloc(risk->n, 1);
    if (risk->row == NULL || risk->mark == NULL)
        return false;
    for (size_t k = 0; k < risk->n; k++) {
        bool tied = k > 0 && assay_sorted_tied(value, sorted[k - 1], sorted[k]);
        risk->row[k] = (uint32_t)assay_sorted_row(sorted[k]);
        risk->mark[k] = (unsigned char)((assay_sorted_flag(sorted[k]) ? ASSAY_RISK_EVENT : 0) |
                                        (tied ? 0 : ASSAY_RISK_RUN));
    }
    return true;
}

/* By value, which is by row. */
static bool sort_rows(const double value[], const unsigned char outcome[], struct assay_risk_order *risk)
{
    uint64_t *sorted = assay_rows_alloc(risk->n, sizeof *sorted);
    uint64_t *spare = assay_rows_alloc(risk->n, sizeof *spare);
    bool good = sorted != NULL && spare != NULL && assay_row_sort(value, outcome, risk->n, sorted, spare);
    assay_rows_free(spare);
    good = good && keep_order(value, sorted, risk);
    assay_rows_free(sorted);
    return good;
}

enum assay_status assay_risk_order_init(const double score[], const unsigned char outcome[], size_t n,
                                        enum assay_higher_is higher_is,
                                        struct assay_risk_order *risk, struct assay_error *err)
{
    enum assay_status status = assay_check_outcome("AUC", outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_score("AUC", score, n, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_risk_order made = {.n = n};
    bool turned = higher_is == ASSAY_HIGHER_IS_HEALTH;
    double *value = assay_rows_alloc(turned ? n : 0, sizeof *value);
    for (size_t i = 0; turned && value != NULL && i < n; i++)
        value[i] = -score[i];
    bool good = value != NULL && n <= UINT32_MAX && sort_rows(turned ? value : score, outcome, &made);
    assay_rows_free(value);
    if (!good) {
        assay_risk_order_clear(&made);
        return assay_fail_memory(err, "sorting by risk");
    }
    *risk = made;
    return ASSAY_OK;
}

/* ---- sums ---- */

/* Over rows: how many have the event and how many have not; of the rows with the event, of how many others lie below
 * each (ties one half) and of its square; of the others, of how many events do, and of its square. */
struct sums {
    double event, other;
    double below_event, below_event_squared, below_other, below_other_squared;
};

/* Adds a run of `event` and `other` rows with equal risk, which have below_event others and below_other
 * events below each. */
static void add_run(struct sums *sum, double event, double other, double below_event,
                    double below_other)
{
    sum->event += event;
    sum->other += other;
    sum->below_event += event * below_event;
    sum->below_event_squared += event * below_event * below_event;
    sum->below_other += other * below_other;
    sum->below_other_squared += other * below_other * below_other;
}

/* The rest's part of the runs from `from` up to `to`, none of which holds a row of the group, when `own`
 * lies below: every row there has own.other (own.event) fewer below it than in all. */
static void add_stretch(const struct sums *from, const struct sums *to, const struct sums *own,
                        struct sums *rest)
{
    double event = to->event - from->event, below_event = to->below_event - from->below_event;
    double other = to->other - from->other, below_other = to->below_other - from->below_other;
    rest->event += event;
    rest->other += other;
    rest->below_event += below_event - own->other * event;
    rest->below_other += below_other - own->event * other;
    rest->below_event_squared += to->below_event_squared - from->below_event_squared -
                                 own->other * (2.0 * below_event - own->other * event);
    rest->below_other_squared += to->below_other_squared - from->below_other_squared -
                                 own->event * (2.0 * below_other - own->event * other);
}

/* Sample variance of `count` numbers over scale, from their sum and the sum of their squares; NaN for a
 * single one. What rounding alone could have left is none: perfect order says nothing of its own
 * uncertainty. */
static double spread_of(double count, double sum, double squares, double scale)
{
    double spread = squares - sum * (sum / count);
    if (!(spread > 1e-13 * squares))
        spread = 0.0;
    return count > 1.0 ? spread / (count - 1.0) / (scale * scale) : (double)NAN;
}

static struct assay_spread_auc auc_of(const struct sums *sum)
{
    struct assay_auc auc = {.n_event = (size_t)sum->event,
                            .n_nonevent = (size_t)sum->other,
                            .mann_whitney_u = (double)NAN,
                            .variance = (double)NAN,
                            .std_error = (double)NAN,
                            .wald = assay_estimate_undefined(),
                            .logit = assay_estimate_undefined()};
    struct assay_spread_auc made = {auc, (double)NAN, (double)NAN};
    if (sum->event == 0.0 || sum->other == 0.0)
        return made;
    made.event_spread =
        spread_of(sum->event, sum->below_event, sum->below_event_squared, sum->other);
    made.other_spread =
        spread_of(sum->other, sum->below_other, sum->below_other_squared, sum->event);
    made.auc.mann_whitney_u = sum->below_event;
    made.auc.variance = made.event_spread / sum->event + made.other_spread / sum->other;
    made.auc.std_error = sqrt(made.auc.variance);
    assay_auc_add_intervals(&made.auc, sum->below_event / (sum->event * sum->other));
    return made;
}

static double pooled(double n, double spread, double rest_n, double rest_spread)
{
    return ((n - 1.0) * spread + (rest_n - 1.0) * rest_spread) / (n + rest_n - 2.0);
}

double assay_group_auc_p(const struct assay_spread_auc *group, double group_effect,
                         const struct assay_spread_auc *rest, double rest_effect)
{
    double events = (double)group->auc.n_event, others = (double)group->auc.n_nonevent;
    double rest_events = (double)rest->auc.n_event, rest_others = (double)rest->auc.n_nonevent;
    double event = pooled(events, group->event_spread, rest_events, rest->event_spread);
    double other = pooled(others, group->other_spread, rest_others, rest->other_spread);
    double variance = group_effect * (event / events + other / others) +
                      rest_effect * (event / rest_events + other / rest_others);
    if (!(variance > 0.0))
        return (double)NAN;
    return assay_normal_p_value((group->auc.wald.value - rest->auc.wald.value) / sqrt(variance));
}

/* ---- all groups ---- */

struct tally {
    struct sums own, rest;
    struct sums passed;  /* all rows up to where the rest is summed */
    double event, other; /* in the run at hand */
};

struct walk {
    const struct assay_risk_order *risk;
    const int32_t *code;
    struct tally *tallies; /* by group */
    uint32_t *met;         /* [n_met] groups in the run at hand */
    size_t n_met, first, end;
};

/* The next run, the first from zeros, counted by group; false when there is none. */
static bool next_run(struct walk *w)
{
    const struct assay_risk_order *risk = w->risk;
    size_t k = w->first = w->end;
    w->n_met = 0;
    if (k == risk->n)
        return false;
    do {
        if (k + AHEAD < risk->n)
            __builtin_prefetch(&w->code[risk->row[k + AHEAD]]);
        uint32_t group = (uint32_t)(w->code[risk->row[k]] + 1);
        struct tally *t = &w->tallies[group];
        if (t->event + t->other == 0.0)
            w->met[w->n_met++] = group;
        *((risk->mark[k] & ASSAY_RISK_EVENT) != 0 ? &t->event : &t->other) += 1.0;
    } while (++k < risk->n && (risk->mark[k] & ASSAY_RISK_RUN) == 0);
    w->end = k;
    return true;
}

/* The rows of one group in a run, before and behind which all rows have these sums. */
static void take_run(struct tally *t, const struct sums *here, const struct sums *behind)
{
    double rest_event = behind->event - here->event - t->event;
    double rest_other = behind->other - here->other - t->other;
    add_stretch(&t->passed, here, &t->own, &t->rest);
    add_run(&t->rest, rest_event, rest_other, t->rest.other + rest_other / 2.0,
            t->rest.event + rest_event / 2.0);
    add_run(&t->own, t->event, t->other, t->own.other + t->other / 2.0, t->own.event + t->event / 2.0);
    t->passed = *behind;
    t->event = t->other = 0.0;
}

static struct sums sum_groups(struct walk *w)
{
    struct sums here = {0};
    while (next_run(w)) {
        struct sums behind = here;
        double event = 0.0, other = 0.0;
        for (size_t m = 0; m < w->n_met; m++) {
            event += w->tallies[w->met[m]].event;
            other += w->tallies[w->met[m]].other;
        }
        add_run(&behind, event, other, here.other + other / 2.0, here.event + event / 2.0);
        for (size_t m = 0; m < w->n_met; m++)
            take_run(&w->tallies[w->met[m]], &here, &behind);
        here = behind;
    }
    return here;
}

/* own: what of each group lies below the run; of all its rows, out has the numbers. */
static void place_rows(struct walk *w, const struct assay_group_auc out[], double placement[])
{
    while (next_run(w)) {
        for (size_t k = w->first; k < w->end; k++) {
            size_t row = w->risk->row[k], group = (size_t)(w->code[row] + 1);
            const struct assay_auc *auc = &out[group].group.auc;
            const struct tally *t = &w->tallies[group];
            double events = (double)auc->n_event, others = (double)auc->n_nonevent;
            if (auc->n_event > 0 && auc->n_nonevent > 0)
                placement[row] = (w->risk->mark[k] & ASSAY_RISK_EVENT) != 0
                                     ? (t->own.other + t->other / 2.0) / others
                                     : (events - t->own.event - t->event / 2.0) / events;
        }
        for (size_t m = 0; m < w->n_met; m++) {
            struct tally *t = &w->tallies[w->met[m]];
            t->own.event += t->event;
            t->own.other += t->other;
            t->event = t->other = 0.0;
        }
    }
}

enum assay_status assay_group_aucs(const struct assay_risk_order *risk, const int32_t code[],
                                   size_t n_group, struct assay_group_auc out[], double placement[],
                                   struct assay_error *err)
{
    struct walk w = {.risk = risk,
                     .code = code,
                     .tallies = assay_rows_alloc(n_group, sizeof *w.tallies),
                     .met = assay_rows_alloc(n_group, sizeof *w.met)};
    bool good = w.tallies != NULL && w.met != NULL;
    if (good) {
        struct sums all = sum_groups(&w);
        for (size_t g = 0; g < n_group; g++) {
            struct tally *t = &w.tallies[g];
            add_stretch(&t->passed, &all, &t->own, &t->rest);
            out[g] = (struct assay_group_auc){auc_of(&t->own), auc_of(&t->rest)};
            t->own = (struct sums){0};
        }
        w.end = 0;
        if (placement != NULL)
            place_rows(&w, out, placement);
    }
    assay_rows_free(w.tallies);
    assay_rows_free(w.met);
    return good ? ASSAY_OK : assay_fail_memory(err, "measuring groups");
}
