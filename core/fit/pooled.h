/* pooled.h - a segment's own coefficients, partially pooled with those of everybody
 *
 * Segments of the accounts (industries, regions) may follow weights of their own, but each has only
 * part of the events. With c the coefficients fitted to all rows and m the means of the segment's
 * columns (1 for the intercept), the segment's b maximises its log-likelihood less
 *
 *   lambda / 2 * [ sum_j sd_j^2 (b_j - c_j)^2 + (m'(b - c))^2 ],   j running over the columns,
 *
 * a ridge towards c instead of 0 (Hoerl & Kennard 1970). Each term is what a departure from the common
 * fit moves the log-odds by: that of coefficient j when its column moves by one standard deviation,
 * the last one at the segment's centre. So neither a column's unit nor its origin means anything.
 * In a hierarchical model lambda is the precision of a normal prior on these departures, shared by all
 * segments (Lindley & Smith 1972): the more rows a segment has, the less it borrows. 0 is maximum
 * likelihood on the segment alone, infinity keeps c.
 */
#ifndef ASSAY_CORE_FIT_POOLED_H
#define ASSAY_CORE_FIT_POOLED_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

struct assay_pooling {
    double lambda;        /* >= 0; HUGE_VAL: the common coefficients are kept */
    const double *common; /* [n_coef], c */
    const double *sd;     /* [n_coef], of all segments' columns, >= 0; [0] plays no part. The pull
                             reaches a coefficient whose sd is 0 through the centre alone */
};

/* The engine of the penalised log-likelihood of the segment that `plain` stands for: value, gradient
 * and information have the penalty in them. lambda must be finite here. Copies the pooling, borrows
 * `plain`, which must outlive it; one call at a time to the two together. As far as lambda > 0, the
 * pull says something about both outcomes: the engine counts one event and one other row more than
 * there are, so that a segment without events has a fit. Of Jeffreys' prior it knows nothing.
 *   ASSAY_EDATA  lambda is negative or NaN, an sd is negative or not finite */
ASSAY_MUST_CHECK enum assay_status assay_pooled_engine_init(const struct assay_engine *plain,
                                                            const struct assay_pooling *pooling,
                                                            struct assay_engine *engine,
                                                            struct assay_error *err);
void assay_pooled_engine_clear(struct assay_engine *engine);

/* Zeroed is empty. fit.log_likelihood and fit.null_log_likelihood are those of the segment's rows
 * alone. fit.covariance inverts the penalised information, X'WX + lambda P: what we believe about b
 * were c known and the pull a prior (Laplace's approximation); with lambda infinite it is 0. */
struct assay_pooled_fit {
    struct assay_logistic_fit fit;
    double penalty;  /* lambda / 2 * [...] at the solution; 0 for an infinite lambda */
    double degrees;  /* effective degrees of freedom, trace of covariance * X'WX (Gray 1992) */
    double borrowed; /* the share of what is known about the segment's free coefficients that comes
                        from the common fit: 1 - degrees / (directions free to move), in [0, 1] */
};
void assay_pooled_fit_clear(struct assay_pooled_fit *fit);

/* The pooled fit for any lambda, under limits or with limits NULL. Options and failures are those of
 * assay_logistic_fit_limited() and assay_pooled_engine_init(), but that a start of NULL means c, which
 * must satisfy the limits then, and that held coefficients stay at c. */
ASSAY_MUST_CHECK enum assay_status assay_pooled_fit(const struct assay_engine *segment,
                                                    const struct assay_pooling *pooling,
                                                    const struct assay_logistic_options *options,
                                                    const struct assay_limits *limits,
                                                    struct assay_pooled_fit *fit,
                                                    struct assay_error *err);

#endif
