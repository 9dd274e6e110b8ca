/* rounding.h - weights for publication: multiples of a step that lose least likelihood
 *
 * Weights of 12.37% and 8.81% are published as 12% and 9%. Which way each goes is not a matter of its
 * own decimals: what one correlated signal loses another can make up for, and intercept, slope and
 * all other coefficients are fitted anew to the rounded weights. The loss of weights w is
 *
 *   loss(w) = f(b) - max over a, B > 0, c of f(a, -B w, c),
 *
 * f the log-likelihood, less the anchor's penalty where the fit was anchored, b that fit, a the
 * intercept and c the coefficients that are no signals'. Where the anchor is kept exactly, lambda
 * infinite, the likelihood has no say in the weights and the loss is what it would be by the model's
 * own reckoning: half the information's measure of how far the log-odds move.
 *
 * f is taken for its quadratic at the fit (information and gradient), in which a, B and c are exactly
 * profiled out; exchanges of a step between signals go down from the largest remainders (lattice.h).
 * The best few points are then fitted, the quadratic is taken anew at the best of them, and so on
 * until no better point is found. A search, not a proof: tests compare it with every point of the
 * lattice.
 */
#ifndef ASSAY_CORE_FIT_ROUNDING_H
#define ASSAY_CORE_FIT_ROUNDING_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/anchor.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"
#include "core/fit/weight_limits.h"

/* Everything is borrowed. */
struct assay_rounding_question {
    const struct assay_engine *engine;
    const struct assay_anchor *anchor; /* of the fit, over coefficients 1 .. n_signal; NULL: none */
    const struct assay_logistic_options *options; /* of the fits; start plays no part. A signal that
                                                     is held has weight 0 */
    const struct assay_weight_limits *limits;
    const double *coef; /* [n_coef], the fit under the limits; sum u > 0 */
    double step;        /* 1 / step is whole, 1 .. 1,000,000 */
};

/* Arrays are owned. Zeroed is empty. */
struct assay_rounding {
    size_t n_signal, n_coef;
    double *weight;        /* [n_signal], each the double nearest to its multiple of step; these
                              multiples sum to 1 and meet the limits exactly */
    double *coef;          /* [n_coef], intercept, slope and the others by maximum likelihood */
    double log_likelihood; /* of the data at coef */
    double lost;           /* of the log-likelihood; below 0 only where an anchor had taken more */
};
void assay_rounding_clear(struct assay_rounding *rounding);

/*   ASSAY_EDATA     no multiples of step meet the limits: *blamed, if not NULL, is the limit of one
 *                   weight (ASSAY_LIMIT_FIXED, its index) or share (ASSAY_LIMIT_SHARE_FIXED) between
 *                   whose bounds there is none, or ASSAY_LIMIT_TOTAL when it is all together
 *   ASSAY_ENUMERIC  no candidate has a fit */
ASSAY_MUST_CHECK enum assay_status
assay_rounding_find(const struct assay_rounding_question *question, struct assay_rounding *rounding,
                    struct assay_weight_limit *blamed, struct assay_error *err);

#endif
