/* lowess.h - a smooth curve through zeros and ones: locally weighted straight lines
 *
 * Cleveland's lowess (1979, Journal of the American Statistical Association 74:829-836) without its robust
 * iterations, as R's lowess(x, y, f = 2/3, iter = 0, delta = 0.01 * range) computes it, to 1e-6: at an
 * anchor x_a a line is fitted to the nearest two thirds of the points, weighted by
 * (1 - (|x - x_a| / h)^3)^3, h the distance of the farthest; anchors lie at points at most delta apart, and
 * between them the curve is straight. So it costs the same for each anchor, of which there are at most
 * some 200.
 *
 * Points are summed in cells: of equal x, so that nothing is lost. Beyond 2^14 distinct values neighbours
 * within 2^-13 of the range share a cell with their mean as x, which moves the curve by less than 1e-6.
 *
 * Without robust iterations the curve is linear in the outcomes: y_a = sum_i l_ai y_i. Its standard error
 * is that of independent outcomes whose probabilities are the curve's own, sqrt(sum_i l_ai^2 p_i (1 - p_i)),
 * p the curve, cut at 0 and 1.
 */
#ifndef ASSAY_CORE_METRIC_LOWESS_H
#define ASSAY_CORE_METRIC_LOWESS_H

#include <stddef.h>

#include "core/base/error.h"

/* Stretches of about as many points, by which the errors of anchors are seen to go together. */
enum { ASSAY_LOWESS_PARTS = 64 };

struct assay_lowess_anchor {
    double x, y, std_error;
};

struct assay_lowess {
    size_t n_anchor;                     /* at least 1 */
    struct assay_lowess_anchor *anchors; /* x ascends strictly, from the first point to the last */
    size_t n_part;                       /* at most ASSAY_LOWESS_PARTS; ones without a point are left out */
    double *part_x, *part_share;         /* [n_part] mean x, and share of the points */
    double *loading; /* [n_anchor][n_part]: with independent standard normal z, sum_k loading_ak z_k are
                        errors of the anchors that vary together as the curve's own do; nearly, since a
                        stretch is taken to pull them all alike */
};

/* x[n] ascending and finite, y[n] 0 or 1, n at least 1; both borrowed. Points of equal x count in their
 * own order where the window of an anchor ends among them, as they do in R.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_lowess_fit(const double x[], const unsigned char y[], size_t n,
                                                    struct assay_lowess *curve,
                                                    struct assay_error *err);
void assay_lowess_clear(struct assay_lowess *curve);

/* The curve's height at each of at[n], ascending, all between the first anchor and the last. out may be at. */
void assay_lowess_heights(const struct assay_lowess *curve, const double at[], size_t n, double out[]);

#endif
