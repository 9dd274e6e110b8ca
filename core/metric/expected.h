/* expected.h - the rates and the AUC that calibrated probabilities let one expect, before outcomes are known
 *
 * A row of probability p counts as p events and 1 - p others: a confusion table, and pairs of an event and
 * another in the right order, can be summed without any outcome (confidence-based performance estimation,
 * CBPE: Kivimäki, Białek, Kuberski and Nurminen 2025, arXiv:2505.05295). All of it rests on the
 * probabilities being right, which these rows cannot show.
 *
 *   events       sum p
 *   sensitivity  sum over the flagged of p / sum p
 *   specificity  sum over the others of (1 - p) / sum (1 - p)
 *   ppv          mean p of the flagged
 *   auc          sum over pairs i != j of p_i (1 - p_j) h_ij / sum over pairs of p_i (1 - p_j), where h_ij is
 *                1 if i looks riskier than j, one half if they tie, else 0
 *
 * The interval is for what will be found once the outcomes are known. It has two parts:
 *
 * Chance. Outcomes y_i are drawn with probabilities p_i; to first order a figure moves by v_i (y_i - p_i),
 * v_i its derivative, and its variance is sum v_i^2 p_i (1 - p_i) (delta method). Rows of one cluster (the
 * snapshots of an account) may share their fate: then it is at most sum_g (sum over g of
 * v_i sqrt(p_i (1 - p_i)))^2, and the larger of the two is taken.
 *
 * Calibration. Where it is known only within limits, of the intercept a and the slope b, logit p becomes
 * m + b (logit p - m) + a, m the mean of logit p weighted by p (1 - p), about which a slope leaves the number
 * of events as it is, to first order. Figures are computed at the middle of the limits, and how far they move
 * from there to each limit adds in squares to the chance. The interval given is the shortest that holds this
 * one and the one by chance alone about the estimate, which is that of the probabilities as they are: limits
 * that do not agree with them move it that way. Clusters are taken to add to the chance at the middle as much,
 * in proportion, as to that of the probabilities as they are.
 */
#ifndef ASSAY_CORE_METRIC_EXPECTED_H
#define ASSAY_CORE_METRIC_EXPECTED_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/roc.h"

/* All borrowed, [n]. */
struct assay_expected_rows {
    const double *prob;           /* [0, 1] */
    const double *score;          /* finite: by which the AUC orders */
    enum assay_higher_is higher_is; /* of the score */
    const unsigned char *flagged; /* 0 or 1 */
    const int32_t *cluster;       /* codes from 0; NULL: every row is one of its own */
    size_t n;
};

/* 95% limits of the calibration intercept (slope 1) and slope; NaN: not known, and then not allowed for. */
struct assay_calibration_limits {
    double intercept_low, intercept_high;
    double slope_low, slope_high;
};

/* Intervals at 95%, cut at the ends of the range. NaN throughout where there is nothing to expect: the ppv
 * where nobody is flagged, the AUC of a single row. */
struct assay_expected {
    size_t n, n_flagged;
    struct assay_estimate events, sensitivity, specificity, ppv, auc;
};

/* limits NULL: calibration is taken as exact. Takes 54 bytes a row and 40 for each code while it runs.
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_expected_measure(const struct assay_expected_rows *rows,
                                                          const struct assay_calibration_limits *limits,
                                                          struct assay_expected *out,
                                                          struct assay_error *err);

#endif
