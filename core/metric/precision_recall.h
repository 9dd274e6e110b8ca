/* precision_recall.h - who the flagged are as the line comes down: precision against recall, and the
 * average precision
 *
 * Precision at a risk is the share of events among the rows at or above it (the ppv of that line), recall
 * the share of all events among them (its sensitivity). Rows of equal risk are never parted.
 */
#ifndef ASSAY_CORE_METRIC_PRECISION_RECALL_H
#define ASSAY_CORE_METRIC_PRECISION_RECALL_H

#include "core/base/error.h"
#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

/* Average precision: sum over the distinct risks, the highest first, of (recall - recall before) times
 * precision; no interpolation. In (0, 1]; chance gives about the prevalence.
 *
 * Its standard error is that of the mean of what each row moves it by, to first order: with n rows, E
 * events, P(x) and N(x) the precision and the number of rows at or above risk x, and sums over the
 * events j,
 *
 *   move_i = n / E * ( y_i (P(x_i) - AP) + y_i sum_{x_j <= x_i} 1 / N(x_j) - sum_{x_j <= x_i} P(x_j) / N(x_j) )
 *
 * (the influence function of AP as a functional of the distribution that rows are drawn from), divisors
 * n - 1 and n. The interval is on the logit scale, which holds its level with few events where the plain
 * one does not (Boyd, Eng and Page 2013, ECML PKDD, LNCS 8190:451-466, who take a binomial variance in
 * the place of this one). Accounts stretch it there by the root of the design effect of the moves.
 * No interval where the order is perfect (AP = 1) or a row alone. */
struct assay_average_precision {
    struct assay_estimate estimate;
    double std_error; /* without accounts */
};

/* Borrows the rows; effect as in separation.h.
 *   ASSAY_EDATA  no events */
ASSAY_MUST_CHECK enum assay_status assay_average_precision_measure(
    const struct assay_ranked *rows, struct assay_design_effect *effect,
    struct assay_average_precision *out, struct assay_error *err);

#endif
