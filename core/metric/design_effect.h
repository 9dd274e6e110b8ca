/* design_effect.h - by how much rows that share an account say less than as many that do not
 *
 * A figure is, to first order, a sum over its m rows of what each moves it by, v_i. Its design effect
 * (Kish 1965) is the variance that holds between clusters over the one that would hold between rows,
 *
 *   d = G / (G - 1) * sum_g (sum of v_i over cluster g)^2 / ( m / (m - 1) * sum_i v_i^2 ),
 *
 * over the G clusters that hold these rows, and not below 1: chance alone makes estimates so small. 1 also
 * where there is a single cluster, or nothing moves the figure. Shares take it off their denominator (Rao
 * and Scott 1992, Biometrics 48:577-585), others stretch their interval by its root: clustered.h does so
 * for the headline figures, and this is the same for any other.
 */
#ifndef ASSAY_CORE_METRIC_DESIGN_EFFECT_H
#define ASSAY_CORE_METRIC_DESIGN_EFFECT_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* Room for the sums of one figure at a time: 13 bytes for each code. */
struct assay_design_effect {
    size_t n_code, n_seen, n;
    double by_row;
    double *sum;         /* [n_code] */
    int32_t *seen;       /* [n_seen] the codes so far */
    unsigned char *mark; /* [n_code] 1: seen */
};

/* For codes 0 .. n_code - 1.  ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_design_effect_init(size_t n_code,
                                                            struct assay_design_effect *effect,
                                                            struct assay_error *err);
void assay_design_effect_clear(struct assay_design_effect *effect);

/* One row of the figure: its cluster, and v_i (in any unit). */
void assay_design_effect_add(struct assay_design_effect *effect, int32_t cluster, double move);

/* d of the rows added since the last call; the room is empty again. */
double assay_design_effect_take(struct assay_design_effect *effect);

/* estimate with its interval stretched by sqrt(d) about the value and cut at lowest and highest. */
struct assay_estimate assay_stretch(struct assay_estimate estimate, double d, double lowest,
                                    double highest);

/* The same on the logit scale, for a value strictly between 0 and 1. */
struct assay_estimate assay_stretch_logit(struct assay_estimate estimate, double d);

#endif
