/* net_benefit.h - what flagging is worth, at what an analyst thinks a false alarm costs
 *
 * Whoever flags from a probability t on says that a missed event is as bad as (1 - t) / t false alarms. In
 * the currency of events caught, a line is then worth (Vickers and Elkin 2006, Medical Decision Making
 * 26:565-574)
 *
 *   net benefit = TP / n - FP / n * t / (1 - t),
 *
 * flagging everybody q - (1 - q) t / (1 - t) with q the share of events, flagging nobody 0.
 */
#ifndef ASSAY_CORE_METRIC_NET_BENEFIT_H
#define ASSAY_CORE_METRIC_NET_BENEFIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

enum { ASSAY_DECISIONS = 99 }; /* thresholds 0.01, 0.02, ..., 0.99 */

struct assay_decision {
    double threshold;              /* t; flagged is a probability of t or more */
    struct assay_estimate model;   /* normal, the rows as draws: the standard error of the mean of
                                      outcome - (1 - outcome) t / (1 - t) over the flagged, 0 elsewhere */
    double treat_all;
    double avoided_per_100;        /* false alarms fewer than if everybody were flagged, at as many events
                                      caught, of 100 rows: 100 (model - treat_all) (1 - t) / t */
    double value_model, value_all; /* the same, each row weighed by what its account is worth: per row whose
                                      worth is known; NaN without */
};

struct assay_decisions {
    double prevalence;
    size_t n_valued;               /* rows whose worth is known */
    struct assay_decision at[ASSAY_DECISIONS];
};

/* Rows have a probability as their risk; borrowed, with value and cluster if there. by_account: rows that
 * share an account are not independent, intervals are stretched by the root of the design effect of each
 * threshold.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_decisions_measure(const struct assay_ranked *rows,
                                                           bool by_account,
                                                           struct assay_decisions *out,
                                                           struct assay_error *err);

/* Net benefit of rows->flagged as it stands, false alarms weighed by threshold, in (0, 1). effect as in
 * separation.h. */
struct assay_estimate assay_net_benefit_of(const struct assay_ranked *rows, double threshold,
                                           struct assay_design_effect *effect);

#endif
