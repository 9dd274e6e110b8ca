/* brier_parts.h - the Brier score against that of knowing nothing, and what it is made of
 *
 * Rows have a probability as their risk, in [0, 1] (ranked.h), and are borrowed; nothing is allocated.
 */
#ifndef ASSAY_CORE_METRIC_BRIER_PARTS_H
#define ASSAY_CORE_METRIC_BRIER_PARTS_H

#include "core/base/error.h"
#include "core/metric/bins.h"
#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

/* The scaled Brier score, or Brier skill: 1 - B / U, U = q (1 - q) the Brier score of forecasting the share
 * q of events, here that of the same rows, to all of them. 1 is perfect, 0 no better than that, below 0
 * worse. The interval is normal by the delta method: row i moves it by
 *
 *   -(l_i - B) / U + B (1 - 2 q) (y_i - q) / U^2,   l_i its loss,
 *
 * over n; cut at 1. effect as in separation.h.
 *   ASSAY_EDATA  one class only: U is 0 */
ASSAY_MUST_CHECK enum assay_status assay_brier_scaled_measure(const struct assay_ranked *rows,
                                                              struct assay_design_effect *effect,
                                                              struct assay_estimate *out,
                                                              struct assay_error *err);

/* Murphy's (1973) decomposition over groups of probabilities k, with mean p_k and share of events q_k,
 * and the two terms that are left when probabilities differ within a group (Stephenson, Coelho and Jolliffe
 * 2008, Weather and Forecasting 23:752-757):
 *
 *   Brier = reliability - resolution + uncertainty + within_bin_variance - 2 within_bin_covariance
 *
 * exactly. */
struct assay_brier_parts {
    double reliability;           /* mean of (p_k - q_k)^2 over rows: miscalibration, 0 is right */
    double resolution;            /* mean of (q_k - q)^2: how much the groups differ, more is better */
    double uncertainty;           /* q (1 - q): the rows', not the model's */
    double within_bin_variance;   /* mean of (prob - p_k)^2 */
    double within_bin_covariance; /* mean of (prob - p_k) (outcome - q_k) */
};
void assay_brier_parts_of(const struct assay_ranked *rows, enum assay_binning binning,
                          struct assay_brier_parts *out);

#endif
