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
 * returns H = sum weight_j s_j. The policies `neutral`, `indicator` and `drop` put 50;
 * `renormalise` puts the composite of the signals present, which is the same as leaving the missing
 * ones out and letting the weights of the others add up to 1 (50 when those have no weight).
 * missing[j * stride], when not NULL, receives whether s_j was missing. */
double assay_composite(const struct assay_signal_spec signals[], const double weight[],
                       size_t n_signal, double s[], size_t stride, bool missing[]);

#endif
