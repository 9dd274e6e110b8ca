/* lattice.h - weights in whole steps: which there are within limits, and the way down among them
 *
 * A point holds how many steps each weight is, point[n_signal], summing to `total` = 1 / step. Limits
 * on weights, on the shares of disjoint groups and on the sum are nested, so whole points exist
 * wherever the bounds, rounded inwards, leave room, and any two are joined by exchanges of one step
 * between two signals that never leave the limits (Murota 2003, Discrete Convex Analysis, ch. 4).
 */
#ifndef ASSAY_CORE_FIT_LATTICE_H
#define ASSAY_CORE_FIT_LATTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/weight_limits.h"

/* Zeroed is empty. */
struct assay_lattice {
    size_t n_signal, n_group;
    const size_t *group;  /* borrowed, as in struct assay_weight_limits */
    long total;
    long *low, *high;     /* [n_signal], inclusive */
    long *group_low, *group_high; /* [n_group + 1], of the sums over groups as their signals leave
                                     them; the last is of those in none */
};

/* held[n_signal], 1: the weight is 0 whatever the limits say; NULL: none. 1 / step is whole.
 *   ASSAY_EDATA  there is no point; *blamed as in rounding.h, NULL is allowed */
ASSAY_MUST_CHECK enum assay_status assay_lattice_init(const struct assay_weight_limits *limits,
                                                      const unsigned char held[], double step,
                                                      struct assay_lattice *lattice,
                                                      struct assay_weight_limit *blamed,
                                                      struct assay_error *err);
void assay_lattice_clear(struct assay_lattice *lattice);

/* A point near weight[n_signal], which sum to 1: whole steps, those left over to the largest
 * remainders (Hamilton's rule), repaired where the limits forbid it. */
ASSAY_MUST_CHECK enum assay_status assay_lattice_round(const struct assay_lattice *lattice,
                                                       const double weight[], long point[],
                                                       struct assay_error *err);

/* What is minimised: constant - max(linear'w, 0)^2 / (2 w'square w), the least over B >= 0 of a
 * quadratic in B w; the size of w plays no part. */
struct assay_ratio {
    double constant;
    const double *linear; /* [n_signal] */
    const double *square; /* [n_signal * n_signal], symmetric, w'square w > 0 */
};

/* Exchanges one step between two signals, the best exchange first, until none improves. While signals
 * are at most ASSAY_LATTICE_DEEP it then leaves the dip by one to three exchanges between any two and
 * slides down from there, until none of these ends lower: exchanges among three signals, and of two
 * pairs at once, are among them. */
#define ASSAY_LATTICE_DEEP 24
ASSAY_MUST_CHECK enum assay_status assay_lattice_descend(const struct assay_lattice *lattice,
                                                         const struct assay_ratio *ratio,
                                                         long point[], struct assay_error *err);

/* The best `most` - 1 points one exchange away from point, best first, behind it itself:
 * found[*n_found * n_signal], room for `most` >= 1. */
ASSAY_MUST_CHECK enum assay_status assay_lattice_around(const struct assay_lattice *lattice,
                                                        const struct assay_ratio *ratio,
                                                        const long point[], size_t most,
                                                        long found[], size_t *n_found,
                                                        struct assay_error *err);

#endif
