/* anchor.h - anchored recalibration: weights pulled towards those we had
 *
 * Signal j has the coefficient b = -u_j, a weight u_j / sum_k u_k, and an anchor weight w_j; the anchor
 * weights sum to 1. The fit maximises the log-likelihood less
 *
 *   lambda / 2 * sum_j sd_j^2 (u_j - w_j sum_k u_k)^2,   sd_j the standard deviation of column j,
 *
 * a ridge (Hoerl & Kennard 1970) on the part of u that does not lie along w. It pulls the proportions of
 * the weights and leaves their common size, the intercept and all other coefficients (missingness
 * indicators) alone. 0 is maximum likelihood, infinity keeps u = B w exactly. In between it is a normal
 * prior of variance 1 / lambda on each sd_j (u_j - w_j sum_k u_k): what the departure from the anchor
 * moves the log-odds by when signal j moves by one standard deviation. It does not grow with the rows.
 *
 * The penalty is flat along w, in the intercept and in the other coefficients: there the data must say
 * something. Summing the u_k presumes columns in common units (points / 100); a common factor on
 * all signal columns changes nothing, one on a single column changes what its weight means.
 */
#ifndef ASSAY_CORE_FIT_ANCHOR_H
#define ASSAY_CORE_FIT_ANCHOR_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

struct assay_anchor {
    double lambda;        /* >= 0; HUGE_VAL: the direction of the anchor is kept exactly */
    size_t n_signal;      /* at least 1 */
    const size_t *signal; /* [n_signal], their coefficients: distinct, 1 .. n_coef - 1 */
    const double *weight; /* [n_signal], w; sum 1 within 1e-9, any sign */
    const double *sd;     /* [n_signal], > 0; NULL: the columns', divisor n_row */
};

/* The engine of the penalised log-likelihood: value, gradient and information all have the penalty in
 * them. lambda must be finite here. Copies the anchor, borrows `plain`, which must outlive it; one
 * call at a time to the two together. Any fitter takes it; rows, events, directions and cluster scores
 * are those of `plain`, and separation.h asks the penalised value before it calls data separated. Of
 * Jeffreys' prior (engine.h) it knows nothing: the two penalties are not meant to be added.
 *   ASSAY_EDATA  lambda is negative or NaN, the weights do not sum to 1, an sd is not positive */
ASSAY_MUST_CHECK enum assay_status assay_anchor_engine_init(const struct assay_engine *plain,
                                                            const struct assay_anchor *anchor,
                                                            struct assay_engine *engine,
                                                            struct assay_error *err);
void assay_anchor_engine_clear(struct assay_engine *engine);

/* Zeroed is empty.
 *
 * fit.log_likelihood is that of the data alone. fit.covariance inverts the penalised information,
 * X'WX + lambda P: the spread of what we believe, were the anchor a prior (Laplace's approximation to
 * the posterior), not that of the estimate over repeated samples, which is smaller, and which is
 * centred on a value that the anchor has pulled. Its intervals are honest as far as the anchor is.
 * With lambda infinite its rank is that of the fit along the anchor: proportions have no error. */
struct assay_anchor_fit {
    struct assay_logistic_fit fit;
    double penalty; /* lambda / 2 * sum ..., at the solution; 0 for an infinite lambda */
    double degrees; /* effective degrees of freedom, trace of covariance * X'WX (Gray 1992): what an
                       information criterion counts; those that stand on a limit count 0 */
};
void assay_anchor_fit_clear(struct assay_anchor_fit *fit);

/* The anchored fit, under limits or with limits NULL, for any lambda, infinite included; options and
 * failures are those of assay_logistic_fit_limited(), and those of assay_anchor_engine_init().
 * With lambda infinite no signal may be held, a start counts for its sum of signal coefficients, and
 * messages call the composite the last coefficient. A finite lambda beyond about 1e10 times n_row
 * leaves nothing of the information in double precision: ASSAY_ENUMERIC. */
ASSAY_MUST_CHECK enum assay_status assay_anchor_fit(const struct assay_engine *engine,
                                                    const struct assay_anchor *anchor,
                                                    const struct assay_logistic_options *options,
                                                    const struct assay_limits *limits,
                                                    struct assay_anchor_fit *fit,
                                                    struct assay_error *err);

/* Do data and anchor contradict each other? (Box 1980; Evans & Moshonov 2006.) The likelihood-ratio
 * test (Wilks 1938) of u = B w against any u, both without limits. "u = B w" is a line through 0 and
 * "any u" the whole space, so the statistic is chi-square on n_signal - 1 degrees for every w and B,
 * whereas under u >= 0 it would be a mixture that depends on which weights are truly 0 (Self & Liang
 * 1987) and chi-square would be conservative. The price: evidence for a sign that the limits forbid
 * counts as conflict although no limited fit can follow it. A slope <= 0 is beyond any p-value: the
 * anchor then ranks accounts no better than backwards. */
struct assay_anchor_conflict {
    double statistic; /* >= 0 */
    size_t degrees;   /* n_signal - 1 */
    double p_value;   /* 1 when degrees is 0 */
    double slope;     /* B of the fit along the anchor */
    double log_likelihood_free, log_likelihood_anchor;
};

/* anchor->lambda and anchor->sd play no part. options apply to both fits, as in assay_anchor_fit()
 * with lambda infinite.
 *   ASSAY_ENUMERIC  one of the two fits does not exist (separation): there is no such test then */
ASSAY_MUST_CHECK enum assay_status
assay_anchor_conflict_test(const struct assay_engine *engine, const struct assay_anchor *anchor,
                           const struct assay_logistic_options *options,
                           struct assay_anchor_conflict *conflict, struct assay_error *err);

/* The same question where rows of a cluster depend on each other and likelihoods may not be compared: Wald's
 * test (1943) of u_j = w_j sum_k u_k for all j but one (which one does not matter), with any covariance
 * [n_coef * n_coef] of an unlimited fit's coefficients, such as a clustered one (robust.h; Rotnitzky &
 * Jewell 1990). log_likelihood_free and _anchor are NaN, slope is the fit's own sum of u.
 *   ASSAY_ENUMERIC  the covariance has no inverse on these contrasts */
ASSAY_MUST_CHECK enum assay_status assay_anchor_conflict_wald(const struct assay_anchor *anchor,
                                                              const double coef[],
                                                              const double covariance[],
                                                              size_t n_coef,
                                                              struct assay_anchor_conflict *conflict,
                                                              struct assay_error *err);

#endif
