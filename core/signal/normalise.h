/* normalise.h - a raw value to [0, 100], higher always healthier
 *
 * percentile  linear between the knots of the account's cohort, constant beyond the outer two
 * range       100 (v - low) / (high - low), clamped
 * steps       the points of the category, or of the last step whose `from` is not above v; below
 *             the first step, the first step's points
 * none        v itself, clamped
 * "better": "lower" turns s into 100 - s. Knots are stored turned already.
 * A missing value is NaN until assay_composite() applies the policies.
 */
#ifndef ASSAY_CORE_SIGNAL_NORMALISE_H
#define ASSAY_CORE_SIGNAL_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/data/table.h"
#include "core/signal/baseline.h"
#include "core/spec/spec.h"

/* The value that stands for "nothing known": halfway. */
#define ASSAY_NEUTRAL_POINTS 50.0

/* s of a number, in [0, 100]; NaN stays NaN. knots: of the row's cohort (percentile only). */
double assay_normalise_number(const struct assay_signal_spec *signal,
                              const struct assay_knots *knots, double value);

/* s of a category; NaN when it is NULL (missing) or not in the table (*unknown is set). */
double assay_normalise_category(const struct assay_signal_spec *signal, const char *category,
                                bool *unknown);

/* Whether a number lies beyond what the method distinguishes, so that it was clamped. */
bool assay_normalise_clamps(const struct assay_signal_spec *signal, const struct assay_knots *knots,
                            double value);

/* Composite and missing values in one: fills the NaNs of s[j * stride] by each signal's policy and
 * returns H = sum weight_j s_j. In three steps, each over the signals in their order:
 *   1  `neutral`, `indicator` and `drop` put 50, `points` puts missing_points;
 *   2  `renormalise-dimension` puts sum w s / sum w over the signals of its dimension that have points after
 *      step 1; where their sum of w is not above 0, it is left to step 3;
 *   3  what is still missing, and `renormalise`, gets sum w s / sum w over the signals that have points
 *      after step 2: the same as leaving the missing ones out and letting the weights of the others
 *      add up to 1 (50 where their sum of w is not above 0).
 * missing[j * stride], when not NULL, receives whether s_j was missing. */
double assay_composite(const struct assay_signal_spec signals[], const double weight[],
                       size_t n_signal, double s[], size_t stride, bool missing[]);

/* What step 1 puts: missing_points under `points`, else 50. */
double assay_missing_points(const struct assay_signal_spec *signal);

/* ---- rounding (struct assay_rounding_spec) ---- */

/* floor(points + 0.5 + 1e-9): half up, where a half is what lies within 1e-9 of one: an average of weights
 * such as 0.1 misses the half that it is on paper by a last digit. */
double assay_round_half_up(double points);

/* The composite of rounded dimensions, from what assay_composite() left in s[n_signal] and
 * missing[n_signal]; weights >= 0, at most ASSAY_MAX_SIGNALS. In the order in which signals first name them:
 *   D_d  sum w s / sum w over the dimension's signals but those that step 3 filled, in their order; without
 *        any, or where their sum of w is 0, the dimension is left out
 *   W_d  sum of w over all of the dimension's signals
 * and the result is sum W_d round(D_d) / sum W_d; where all are left out, `composite` as it is. */
double assay_composite_rounded(const struct assay_signal_spec signals[], const double weight[],
                               size_t n_signal, const double s[], const bool missing[],
                               double composite);

#endif
