#include "core/metric/roc.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/check.h"
#include "core/metric/rank.h"

static const char what[] = "AUC";

struct classes {
    size_t n_event, n_nonevent;
};

static enum assay_status check(const double score[], const unsigned char outcome[], size_t n,
                               struct classes *classes, struct assay_error *err)
{
    size_t n_event = 0;
    enum assay_status status = assay_check_outcome(what, outcome, n, &n_event, err);
    if (status == ASSAY_OK)
        status = assay_check_score(what, score, n, err);
    if (status == ASSAY_OK)
        status = assay_check_both(what, n_event, n, err);
    *classes = (struct classes){.n_event = n_event, .n_nonevent = n - n_event};
    return status;
}

/* Walks runs of equal scores upwards and counts both classes below and within each: these counts
 * are the mid-ranks, less the ranks within the own class. Returns U for "higher is risk". Counts of
 * halves are exact in a double up to 2^53 pairs, so that U does not depend on the order. */
static double place(const double score[], const unsigned char outcome[], const size_t order[],
                    struct classes classes, enum assay_higher_is higher_is, double placement[])
{
    size_t n = classes.n_event + classes.n_nonevent;
    double all_events = (double)classes.n_event, all_nonevents = (double)classes.n_nonevent;
    double events_below = 0.0, nonevents_below = 0.0, u = 0.0;
    for (size_t first = 0, end; first < n; first = end) {
        end = assay_rank_run_end(score, order, n, first);
        double events = 0.0;
        for (size_t k = first; k < end; k++)
            events += outcome[order[k]];
        double nonevents = (double)(end - first) - events;
        double lower = nonevents_below + 0.5 * nonevents;         /* seen by an event */
        double higher = all_events - events_below - 0.5 * events; /* seen by a non-event */
        u += events * lower;
        if (higher_is == ASSAY_HIGHER_IS_HEALTH) {
            lower = all_nonevents - lower;
            higher = all_events - higher;
        }
        for (size_t k = first; k < end; k++)
            placement[order[k]] = outcome[order[k]] ? lower / all_nonevents : higher / all_events;
        events_below += events;
        nonevents_below += nonevents;
    }
    return higher_is == ASSAY_HIGHER_IS_RISK ? u : all_events * all_nonevents - u;
}

static enum assay_status place_sorted(const double score[], const unsigned char outcome[],
                                      struct classes classes, enum assay_higher_is higher_is,
                                      double placement[], double *u, struct assay_error *err)
{
    size_t n = classes.n_event + classes.n_nonevent;
    size_t *order = assay_alloc(n, sizeof *order);
    if (order == NULL)
        return assay_fail_memory(err, "measuring the AUC");
    enum assay_status status = assay_rank_order(score, n, order, err);
    if (status == ASSAY_OK)
        *u = place(score, outcome, order, classes, higher_is, placement);
    free(order);
    return status;
}

/* Variance of the mean placement of one class; NaN (0 / 0) when the class has one member. */
static double variance_of_mean(const double placement[], const unsigned char outcome[], size_t n,
                               unsigned char class, double count, double auc)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double gap = placement[i] - auc;
        if (outcome[i] == class)
            sum += gap * gap;
    }
    return count > 1.0 ? sum / (count - 1.0) / count : (double)NAN;
}

void assay_auc_add_intervals(struct assay_auc *auc, double value)
{
    auc->wald = auc->logit = assay_estimate_without_interval(value);
    if (!(auc->variance > 0.0))
        return;
    auc->wald = assay_normal_interval(value, auc->std_error, ASSAY_LEVEL);
    auc->wald.low = fmax(auc->wald.low, 0.0);
    auc->wald.high = fmin(auc->wald.high, 1.0);
    double spread = value * (1.0 - value);
    struct assay_estimate log_odds =
        assay_normal_interval(log(value) - log1p(-value), auc->std_error / spread, ASSAY_LEVEL);
    auc->logit.low = 1.0 / (1.0 + exp(-log_odds.low));
    auc->logit.high = 1.0 / (1.0 + exp(-log_odds.high));
}

enum assay_status assay_auc_measure(const double score[], const unsigned char outcome[], size_t n,
                                    enum assay_higher_is higher_is, struct assay_auc *out,
                                    struct assay_error *err)
{
    struct classes classes;
    enum assay_status status = check(score, outcome, n, &classes, err);
    if (status != ASSAY_OK)
        return status;
    double u = 0.0, *placement = assay_alloc(n, sizeof *placement);
    if (placement == NULL)
        return assay_fail_memory(err, "measuring the AUC");
    status = place_sorted(score, outcome, classes, higher_is, placement, &u, err);
    if (status == ASSAY_OK) {
        double events = (double)classes.n_event, nonevents = (double)classes.n_nonevent;
        double value = u / (events * nonevents);
        double variance = variance_of_mean(placement, outcome, n, 1, events, value) +
                          variance_of_mean(placement, outcome, n, 0, nonevents, value);
        *out = (struct assay_auc){.n_event = classes.n_event,
                                  .n_nonevent = classes.n_nonevent,
                                  .mann_whitney_u = u,
                                  .variance = variance,
                                  .std_error = sqrt(variance)};
        assay_auc_add_intervals(out, value);
    }
    free(placement);
    return status;
}

enum assay_status assay_auc_placements(const double score[], const unsigned char outcome[],
                                       size_t n, enum assay_higher_is higher_is, double placement[],
                                       struct assay_error *err)
{
    struct classes classes;
    double u;
    enum assay_status status = check(score, outcome, n, &classes, err);
    if (status == ASSAY_OK)
        status = place_sorted(score, outcome, classes, higher_is, placement, &u, err);
    return status;
}
