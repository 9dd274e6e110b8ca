/* reduced.h - a fit with fewer coefficients: b = offset + C t
 *
 * An engine in t over an engine in b. By the chain rule its gradient is C'g and its information C'IC,
 * so every fitter that takes an engine also fits under linear equalities: weights in fixed
 * proportions, recalibration of a given score, coefficients that share one value.
 *
 * Fitters take t[0] for the intercept. Column 0 of C is therefore (1, 0, ..., 0) wherever a fit
 * starts by itself or looks for constant columns.
 */
#ifndef ASSAY_CORE_FIT_REDUCED_H
#define ASSAY_CORE_FIT_REDUCED_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

struct assay_reduction {
    size_t n_coef;        /* length of b, that of the engine behind */
    size_t n_small;       /* length of t, at least 1 */
    const double *offset; /* [n_coef]; NULL: 0 */
    const double *matrix; /* C, row-major [n_coef * n_small], finite */
};

/* coef[n_coef] = offset + C small */
void assay_reduced_expand(const struct assay_reduction *reduction, const double small[],
                          double coef[]);

/* Copies the reduction and borrows `whole`, which must outlive the new engine; one call at a time to
 * the two together. direction takes C d to the engine behind: the offset moves no row. cluster_scores
 * is there when that of `whole` is; jeffreys is not. *engine is zeroed by _clear. */
ASSAY_MUST_CHECK enum assay_status assay_reduced_engine_init(const struct assay_engine *whole,
                                                             const struct assay_reduction *reduction,
                                                             struct assay_engine *engine,
                                                             struct assay_error *err);
void assay_reduced_engine_clear(struct assay_engine *engine);

/* Limits on b as limits on t: (C'a)'t >= floor - a'offset, equalities alike. Those that say nothing
 * about t are checked and left out; the others keep their order. The arrays in *small are the caller's
 * to free with assay_reduced_limits_clear().
 *   ASSAY_EDATA  a limit that no t can meet */
ASSAY_MUST_CHECK enum assay_status assay_reduced_limits_init(const struct assay_reduction *reduction,
                                                             const struct assay_limits *limits,
                                                             struct assay_limits *small,
                                                             struct assay_error *err);
void assay_reduced_limits_clear(struct assay_limits *small);

/* A fit of t told in terms of b: coef = offset + C t, covariance C V C' (of rank n_small at most),
 * blamed where a blamed t has a part, active where only active t have one. What counts iterations or
 * measures optimality stays that of t. A small fit without answer (problem is not ASSAY_FIT_FINE) is
 * told too. *fit is new: clear it as any other. */
ASSAY_MUST_CHECK enum assay_status assay_reduced_fit_expand(const struct assay_reduction *reduction,
                                                            const struct assay_logistic_fit *small,
                                                            struct assay_logistic_fit *fit,
                                                            struct assay_error *err);

#endif
