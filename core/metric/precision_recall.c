#include "core/metric/precision_recall.h"

#include <math.h>
#include <stdbool.h>

#include "core/base/number.h"

/* A run of equal risks. Sums over the events at or below it, and over those at or above it. */
struct run {
    size_t first, end;
    double events, seen;              /* of the run; of it and all below */
    double at_or_above, precision;    /* rows; share of events among them */
    double inverse, weighted;         /* sum over events j at or below of 1 / N_j and of P_j / N_j */
};

/* The next run upwards, the first from zeros; false when there is none. */
static bool next_run(const struct assay_ranked *rows, struct run *run)
{
    if (run->end == rows->n)
        return false;
    run->first = run->end;
    run->end = assay_ranked_run_end(rows, run->first);
    run->at_or_above = (double)(rows->n - run->first);
    run->precision = ((double)rows->n_event - run->seen) / run->at_or_above;
    run->events = 0.0;
    for (size_t k = run->first; k < run->end; k++)
        run->events += rows->outcome[k];
    run->seen += run->events;
    run->inverse += run->events / run->at_or_above;
    run->weighted += run->events * run->precision / run->at_or_above;
    return true;
}

static double average(const struct assay_ranked *rows)
{
    struct run run = {0};
    double sum = 0.0;
    while (next_run(rows, &run))
        sum += run.events * run.precision; /* whole numbers where the order is perfect: 1 exactly */
    return sum / (double)rows->n_event;
}

/* The variance of the average, and its design effect. */
static double variance_of(const struct assay_ranked *rows, double value,
                          struct assay_design_effect *effect, double *d)
{
    double n = (double)rows->n, scale = n / (double)rows->n_event, sum = 0.0;
    struct run run = {0};
    while (next_run(rows, &run)) {
        double other = -scale * run.weighted;
        double event = other + scale * (run.precision - value + run.inverse);
        double others = (double)(run.end - run.first) - run.events;
        sum += run.events * event * event + others * other * other;
        for (size_t k = run.first; effect != NULL && k < run.end; k++)
            assay_design_effect_add(effect, rows->cluster[k], rows->outcome[k] ? event : other);
    }
    *d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    return n > 1.0 ? sum / (n - 1.0) / n : (double)NAN;
}

enum assay_status assay_average_precision_measure(const struct assay_ranked *rows,
                                                  struct assay_design_effect *effect,
                                                  struct assay_average_precision *out,
                                                  struct assay_error *err)
{
    if (rows->n_event == 0)
        return assay_fail(err, ASSAY_EDATA,
                          "average precision: all %zu outcomes are 0; expected at least one event",
                          rows->n);
    double d, value = average(rows), variance = variance_of(rows, value, effect, &d);
    struct assay_estimate estimate = assay_estimate_without_interval(value);
    if (variance > 0.0 && value < 1.0) {
        double log_odds = log(value) - log1p(-value);
        struct assay_estimate scale = assay_normal_interval(
            log_odds, sqrt(d * variance) / (value * (1.0 - value)), ASSAY_LEVEL);
        estimate.low = assay_expit(scale.low);
        estimate.high = assay_expit(scale.high);
    }
    *out = (struct assay_average_precision){.estimate = estimate, .std_error = sqrt(variance)};
    return ASSAY_OK;
}
