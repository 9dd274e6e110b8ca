#include "core/metric/separation.h"

#include <math.h>

#include "core/metric/check.h"

/* ---- AUC ---- */

/* A run of equal risks, and how the rows of either class in it are placed (roc.h). */
struct run {
    size_t first, end;
    double events, others;
    double of_event, of_other; /* placements */
};

/* The run that starts where the last one ended; counts of halves are exact in a double. */
static void next_run(const struct assay_ranked *rows, struct run *run, double *events_below,
                     double *others_below)
{
    double all_events = (double)rows->n_event, all_others = (double)(rows->n - rows->n_event);
    run->first = run->end;
    run->end = assay_ranked_run_end(rows, run->first);
    run->events = 0.0;
    for (size_t k = run->first; k < run->end; k++)
        run->events += rows->outcome[k];
    run->others = (double)(run->end - run->first) - run->events;
    run->of_event = (*others_below + 0.5 * run->others) / all_others;
    run->of_other = (all_events - *events_below - 0.5 * run->events) / all_events;
    *events_below += run->events;
    *others_below += run->others;
}

static double sum_pairs(const struct assay_ranked *rows)
{
    double u = 0.0, others_below = 0.0;
    for (size_t first = 0, end; first < rows->n; first = end) {
        end = assay_ranked_run_end(rows, first);
        double events = 0.0;
        for (size_t k = first; k < end; k++)
            events += rows->outcome[k];
        double others = (double)(end - first) - events;
        u += events * (others_below + 0.5 * others);
        others_below += others;
    }
    return u;
}

/* DeLong's variance, and with accounts the design effect of the placements. */
static double spread(const struct assay_ranked *rows, double auc, struct assay_design_effect *effect,
                     double *d)
{
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    double of_events = 0.0, of_others = 0.0, events_below = 0.0, others_below = 0.0;
    struct run run = {0};
    while (run.end < rows->n) {
        next_run(rows, &run, &events_below, &others_below);
        double event_gap = run.of_event - auc, other_gap = run.of_other - auc;
        of_events += run.events * event_gap * event_gap;
        of_others += run.others * other_gap * other_gap;
        for (size_t k = run.first; effect != NULL && k < run.end; k++)
            assay_design_effect_add(effect, rows->cluster[k],
                                    rows->outcome[k] ? event_gap / events : other_gap / others);
    }
    *d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    if (!(events > 1.0 && others > 1.0))
        return NAN;
    return of_events / (events - 1.0) / events + of_others / (others - 1.0) / others;
}

enum assay_status assay_auc_of_ranked(const struct assay_ranked *rows,
                                      struct assay_design_effect *effect, struct assay_auc *out,
                                      struct assay_error *err)
{
    enum assay_status status = assay_check_both("AUC", rows->n_event, rows->n, err);
    if (status != ASSAY_OK)
        return status;
    size_t n_other = rows->n - rows->n_event;
    double d, u = sum_pairs(rows), value = u / ((double)rows->n_event * (double)n_other);
    double variance = spread(rows, value, effect, &d);
    *out = (struct assay_auc){.n_event = rows->n_event,
                              .n_nonevent = n_other,
                              .mann_whitney_u = u,
                              .variance = variance,
                              .std_error = sqrt(variance)};
    assay_auc_add_intervals(out, value);
    out->wald = assay_stretch(out->wald, d, 0.0, 1.0);
    out->logit = assay_stretch_logit(out->logit, d);
    return ASSAY_OK;
}

struct assay_estimate assay_gini_of(const struct assay_estimate *auc)
{
    return (struct assay_estimate){2 * auc->value - 1, 2 * auc->low - 1, 2 * auc->high - 1};
}

/* ---- KS ---- */

double assay_kolmogorov_p_value(double x)
{
    double sum = 0.0, sign = 1.0;
    if (x < 0.2) /* 1 - 5e-13 at most, where the series below would need many terms */
        return 1.0;
    for (double k = 1; k <= 20; k++, sign = -sign)
        sum += sign * exp(-2 * k * k * x * x);
    return fmin(fmax(2 * sum, 0.0), 1.0);
}

struct gap {
    double size, at;
    size_t end;
    double event_share, other_share;
};

static struct gap largest_gap(const struct assay_ranked *rows)
{
    struct gap gap = {.size = -1.0};
    double all_events = (double)rows->n_event, all_others = (double)(rows->n - rows->n_event);
    double events = 0.0, seen = 0.0;
    for (size_t first = 0, end; first < rows->n; first = end) {
        end = assay_ranked_run_end(rows, first);
        for (size_t k = first; k < end; k++)
            events += rows->outcome[k];
        seen = (double)end;
        double of_events = events / all_events, of_others = (seen - events) / all_others;
        double size = fabs(of_others - of_events);
        if (size > gap.size)
            gap = (struct gap){size, rows->risk[first], end, of_events, of_others};
    }
    return gap;
}

static double gap_effect(const struct assay_ranked *rows, const struct gap *gap,
                         struct assay_design_effect *effect)
{
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    if (effect == NULL)
        return 1.0;
    for (size_t k = 0; k < rows->n; k++) {
        double below = k < gap->end ? 1.0 : 0.0;
        assay_design_effect_add(effect, rows->cluster[k],
                                rows->outcome[k] ? (below - gap->event_share) / events
                                                 : (gap->other_share - below) / others);
    }
    return assay_design_effect_take(effect);
}

enum assay_status assay_ks_gap_measure(const struct assay_ranked *rows,
                                   struct assay_design_effect *effect, struct assay_ks_gap *out,
                                   struct assay_error *err)
{
    static const double quantile = 1.3580986393225507; /* assay_kolmogorov_p_value() is 0.05 there */
    enum assay_status status = assay_check_both("KS", rows->n_event, rows->n, err);
    if (status != ASSAY_OK)
        return status;
    struct gap gap = largest_gap(rows);
    double events = (double)rows->n_event, others = (double)(rows->n - rows->n_event);
    double unit = sqrt(gap_effect(rows, &gap, effect) * (1.0 / events + 1.0 / others));
    *out = (struct assay_ks_gap){.d = {gap.size, fmax(gap.size - quantile * unit, 0.0),
                                   fmin(gap.size + quantile * unit, 1.0)},
                             .at = gap.at,
                             .p_value = assay_kolmogorov_p_value(gap.size / unit)};
    return ASSAY_OK;
}
