/* flexible.h - how far probabilities are off, by a calibration curve of any shape
 *
 * The curve is a lowess of the outcomes on the probabilities (lowess.h); |p - curve(p)| over the rows is
 * summed up by its mean (ICI, the integrated calibration index: Austin and Steyerberg 2019, Statistics in
 * Medicine 38:4051-4065; Eavg in Harrell's val.prob), median (E50), 90% quantile (E90) and largest value
 * (Emax). All are 0 when the curve is the diagonal, and larger by luck alone: the curve bends with the noise.
 */
#ifndef ASSAY_CORE_METRIC_FLEXIBLE_H
#define ASSAY_CORE_METRIC_FLEXIBLE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/ranked.h"

struct assay_flexible_point {
    double predicted;
    struct assay_estimate observed; /* pointwise: curve -+ z standard errors; may leave [0, 1] */
};

/* Intervals of the four figures. Write e for the error of the curve, a Gaussian process with the covariance
 * that the outcomes give it (lowess.h), and Q_s for a quantile over the rows. For any e
 *
 *   | mean|g + e| - mean|g| | <= mean|e|,   | max|g + e| - max|g| | <= max|e|,
 *   Q_(s - 0.05)(|g + e|) - Q_0.95(|e|) <= Q_s(|g|) <= Q_(s + 0.05)(|g + e|) + Q_0.95(|e|):
 *
 * at most 5% of the rows have an |e| above its 95% quantile, and among the others |g| and |g + e| differ by
 * no more. So the figure -+ the 95% quantile of mean|e|, and so on, over 1,000 draws of e (of a fixed seed),
 * covers at least at its level, cut at 0. This holds when the truth is the diagonal, where a bootstrap of
 * the figure, which cannot see how much of it is luck, never does. What the smoothing hides (a bend
 * narrower than its window) no interval shows; and Emax, decided where rows are fewest, falls short of the
 * level by some points with few events (docs/audit-evidence.md). */
struct assay_flexible {
    struct assay_estimate ici, e50, e90, emax;
    size_t n_point;
    struct assay_flexible_point *points; /* the curve, straight between them; ascending */
};

/* Rows have a probability as their risk, in [0, 1]; borrowed. With accounts errors are stretched by the root
 * of the design effect of outcome - curve; effect as in separation.h. With one class only the curve is what
 * it is, and nothing has an interval; nor where it runs through the outcomes themselves (a few rows, or
 * probabilities of 0 and 1 that were all right), which says nothing of its errors.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_flexible_measure(const struct assay_ranked *rows,
                                                          struct assay_design_effect *effect,
                                                          struct assay_flexible *out,
                                                          struct assay_error *err);
void assay_flexible_clear(struct assay_flexible *flexible);

#endif
