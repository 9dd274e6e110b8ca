#include "core/metric/group_auc.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/check.h"
#include "core/metric/rank.h"

void assay_risk_order_clear(struct assay_risk_order *risk)
{
    free(risk->row);
    free(risk->run);
    free(risk->outcome);
    free(risk->before);
    *risk = (struct assay_risk_order){0};
}

/* Adds a run of `event` and `other` rows with equal risk, which have below_event others and below_other
 * events below each. */
static void add_run(struct assay_risk_before *sum, double event, double other, double below_event,
                    double below_other)
{
    sum->event += event;
    sum->other += other;
    sum->below_event += event * below_event;
    sum->below_event_squared += event * below_event * below_event;
    sum->below_other += other * below_other;
    sum->below_other_squared += other * below_other * below_other;
}

static size_t run_end(const double sorted[], size_t n, size_t first)
{
    size_t end = first + 1;
    while (end < n && sorted[end] == sorted[first])
        end++;
    return end;
}

/* Runs from lowest risk to highest. */
static void number_runs(const double sorted[], struct assay_risk_order *risk)
{
    struct assay_risk_before sum = {0};
    for (size_t first = 0, end; first < risk->n; first = end) {
        double event = 0.0;
        end = run_end(sorted, risk->n, first);
        for (size_t k = first; k < end; k++) {
            risk->run[k] = (uint32_t)risk->n_run;
            event += risk->outcome[k];
        }
        double other = (double)(end - first) - event;
        risk->before[risk->n_run++] = sum;
        add_run(&sum, event, other, sum.other + other / 2.0, sum.event + event / 2.0);
    }
    risk->before[risk->n_run] = sum;
}

/* By value, which is by row; `sorted` has room for as many. */
static enum assay_status sort_rows(const double value[], double sorted[],
                                   const unsigned char outcome[], struct assay_risk_order *risk,
                                   struct assay_error *err)
{
    size_t runs = 0, *order = assay_alloc(risk->n, sizeof *order);
    enum assay_status status = order != NULL ? assay_rank_order(value, risk->n, order, err)
                                             : assay_fail_memory(err, "sorting by risk");
    for (size_t k = 0; status == ASSAY_OK && k < risk->n; k++) {
        risk->row[k] = (uint32_t)order[k];
        risk->outcome[k] = outcome[order[k]];
        sorted[k] = value[order[k]];
    }
    free(order);
    if (status != ASSAY_OK)
        return status;
    for (size_t first = 0; first < risk->n; first = run_end(sorted, risk->n, first))
        runs++;
    risk->before = assay_alloc(runs + 1, sizeof *risk->before);
    if (risk->before == NULL)
        return assay_fail_memory(err, "sorting by risk");
    number_runs(sorted, risk);
    return ASSAY_OK;
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
    struct assay_risk_order made = {.n = n,
                                    .row = assay_alloc(n, sizeof *made.row),
                                    .run = assay_alloc(n, sizeof *made.run),
                                    .outcome = assay_alloc(n, 1)};
    double *value = n <= UINT32_MAX ? assay_alloc(2 * n, sizeof *value) : NULL;
    if (value == NULL || made.row == NULL || made.run == NULL || made.outcome == NULL)
        status = assay_fail_memory(err, "sorting by risk");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        value[i] = higher_is == ASSAY_HIGHER_IS_RISK ? score[i] : -score[i];
    if (status == ASSAY_OK)
        status = sort_rows(value, value + n, outcome, &made, err);
    free(value);
    if (status == ASSAY_OK)
        *risk = made;
    else
        assay_risk_order_clear(&made);
    return status;
}

/* ---- a group and its rest ---- */

/* The rest's part of the runs from `from` up to `to`, none of which holds a row of the group, when `own`
 * lies below: every row there has own.other (own.event) fewer below it than in all. */
static void add_stretch(const struct assay_risk_before *from, const struct assay_risk_before *to,
                        const struct assay_risk_before *own, struct assay_risk_before *rest)
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

static struct assay_spread_auc auc_of(const struct assay_risk_before *sum)
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

/* Where the run of place[first] ends in the group, and how many events it holds. */
static size_t run_in_group(const struct assay_risk_order *risk, const uint32_t place[], size_t n,
                           size_t first, double *event)
{
    uint32_t run = risk->run[place[first]];
    size_t end = first;
    *event = 0.0;
    for (; end < n && risk->run[place[end]] == run; end++)
        *event += risk->outcome[place[end]];
    return end;
}

static void place_group(const struct assay_risk_order *risk, const uint32_t place[], size_t n,
                        const struct assay_risk_before *total, double placement[])
{
    double events_below = 0.0, others_below = 0.0, event;
    for (size_t first = 0, end; first < n; first = end) {
        end = run_in_group(risk, place, n, first, &event);
        double other = (double)(end - first) - event;
        double lower = (others_below + other / 2.0) / total->other;
        double higher = (total->event - events_below - event / 2.0) / total->event;
        for (size_t k = first; k < end; k++)
            placement[k] = risk->outcome[place[k]] ? lower : higher;
        events_below += event;
        others_below += other;
    }
}

void assay_group_auc(const struct assay_risk_order *risk, const uint32_t place[], size_t n,
                     struct assay_spread_auc *group, struct assay_spread_auc *rest,
                     double placement[])
{
    const struct assay_risk_before *passed = risk->before; /* the rest is summed up to here */
    struct assay_risk_before own = {0}, others = {0};
    for (size_t first = 0, end; first < n; first = end) {
        double event;
        end = run_in_group(risk, place, n, first, &event);
        const struct assay_risk_before *here = &risk->before[risk->run[place[first]]];
        double other = (double)(end - first) - event;
        double rest_event = here[1].event - here[0].event - event;
        double rest_other = here[1].other - here[0].other - other;
        add_stretch(passed, here, &own, &others);
        add_run(&others, rest_event, rest_other, others.other + rest_other / 2.0,
                others.event + rest_event / 2.0);
        add_run(&own, event, other, own.other + other / 2.0, own.event + event / 2.0);
        passed = here + 1;
    }
    add_stretch(passed, &risk->before[risk->n_run], &own, &others);
    *group = auc_of(&own);
    *rest = auc_of(&others);
    if (placement != NULL && own.event > 0.0 && own.other > 0.0)
        place_group(risk, place, n, &own, placement);
}
