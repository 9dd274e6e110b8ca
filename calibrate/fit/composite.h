/* composite.h - weights that are given, as a design of a few columns
 *
 * The composite sum_j w_j x_j, and the indicators behind it: intercept, slope and indicators are fitted
 * on it in no time.
 */
#ifndef ASSAY_CALIBRATE_COMPOSITE_H
#define ASSAY_CALIBRATE_COMPOSITE_H

#include <stddef.h>

#include "calibrate/fit/sweep.h"
#include "core/base/error.h"
#include "core/fit/engine.h"

/* Zeroed is empty. */
struct assay_composite {
    size_t n_column;
    double *x; /* blocks (core/base/block.h) */
};

/* Room for the rows of a design of n_signal + indicators columns. */
ASSAY_MUST_CHECK enum assay_status assay_composite_init(const struct assay_array_data *design,
                                                        size_t n_signal,
                                                        struct assay_composite *composite,
                                                        struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_composite_fill(const struct assay_array_data *design,
                                                        size_t n_signal, const double weight[],
                                                        struct assay_composite *composite,
                                                        struct assay_error *err);

/* The same for a sweep that passes by: what it needs, in *filling, which with weight and composite is to outlive it. */
struct assay_composite_filling {
    size_t n_signal;
    const double *weight;
    struct assay_composite *composite;
};
struct assay_also assay_composite_also(struct assay_composite_filling *filling);

void assay_composite_clear(struct assay_composite *composite);

/* The rows of `design`, seen through the composite. */
struct assay_array_data assay_composite_data(const struct assay_array_data *design,
                                             const struct assay_composite *composite);

#endif
