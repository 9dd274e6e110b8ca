/* elastic.h - ridge, lasso and elastic net at a given strength
 *
 * Minimises, with l the log-likelihood over n rows and the intercept free (Zou & Hastie 2005),
 *
 *   -l / n + lambda * sum_j [ (1 - alpha) / 2 * c_j^2 + alpha * |c_j| ],   c_j = sd_j b_j or b_j:
 *
 * alpha 0 is the ridge (Hoerl & Kennard 1970), 1 the lasso (Tibshirani 1996). sd_j is the column's
 * standard deviation, divisor n; with it the answer does not depend on the columns' units.
 *
 * Proximal Newton (Lee, Sun & Saunders 2014): the penalty is added to the quadratic model of an
 * engine's log-likelihood, which is minimised by coordinate descent (Friedman, Hastie & Tibshirani
 * 2010) with the intercept profiled out, and finished by one linear solve once the signs stand. Rows
 * are never seen.
 *
 * These fits shrink on purpose: no covariance comes with them.
 */
#ifndef ASSAY_CORE_FIT_ELASTIC_H
#define ASSAY_CORE_FIT_ELASTIC_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/engine.h"

struct assay_elastic_options {
    double alpha;          /* 0..1, default 1 */
    bool standardise;      /* penalise sd_j b_j, default true; false: b_j as it is */
    bool drop_constant;    /* columns that do not vary keep b_j = 0; default false: they are an error */
    const unsigned char *never_positive; /* [n_coef], 1: b_j <= 0; NULL: none. [0] is ignored */
    const double *start;   /* [n_coef] first guess of b; NULL: the intercept alone. A positive guess
                              for a coefficient that is never positive counts as 0 */
    double tolerance;      /* largest violation of the optimality conditions; default 1e-12 */
    size_t max_iterations; /* Newton steps; default 100 */
};
struct assay_elastic_options assay_elastic_options_default(void);

/* Arrays are owned by the fit. Zeroed is empty.
 *
 * The violation is that of the conditions of Karush (1939) and Kuhn & Tucker (1951), per row: for c_j
 * not 0 the size of the objective's derivative by c_j, for c_j = 0 how far it is beyond what |c_j|
 * absorbs; divided by the root mean square of column j over its sd_j (or 1) where that exceeds 1. */
struct assay_elastic_fit {
    double lambda;
    size_t n_coef;
    double *coef;          /* [n_coef], b; what the lasso drops is exactly 0 */
    double *scaled;        /* [n_coef], c; [0] is the intercept on centred columns when standardised,
                              b_0 otherwise */
    size_t n_nonzero;      /* the intercept not counted */
    double log_likelihood; /* of the data alone */
    double objective;      /* what is minimised */
    double kkt_violation;
    size_t iterations;
};
void assay_elastic_fit_clear(struct assay_elastic_fit *fit);

/* Fit at one lambda >= 0. Settled when the violation is within tolerance and a whole step moves no
 * log-odds by more than 1e-8: near lambda 0 on separated data the former alone comes true too early.
 *   ASSAY_EDATA     lambda or alpha is out of range
 *   ASSAY_ENUMERIC  one outcome only, a column that does not vary, or not settled. With lambda 0
 *                   there is no such fit on separated data; with lambda > 0 there always is one,
 *                   though with alpha 1 and dependent columns not only one.
 * On failure *fit is untouched. */
ASSAY_MUST_CHECK enum assay_status assay_elastic_fit(const struct assay_engine *engine,
                                                     const struct assay_elastic_options *options,
                                                     double lambda, struct assay_elastic_fit *fit,
                                                     struct assay_error *err);

/* A fit for each lambda[k], each started where the one before it ended: give them in decreasing order,
 * which is how the steps are short. fit[n_lambda] is filled whole or, on failure, untouched. */
ASSAY_MUST_CHECK enum assay_status assay_elastic_path(const struct assay_engine *engine,
                                                      const struct assay_elastic_options *options,
                                                      const double lambda[], size_t n_lambda,
                                                      struct assay_elastic_fit fit[],
                                                      struct assay_error *err);

/* The least lambda at which all coefficients but the intercept are 0; HUGE_VAL for alpha 0, which has
 * none (0 if no column has any slope at 0). Failures as for the fit. */
ASSAY_MUST_CHECK enum assay_status
assay_elastic_lambda_max(const struct assay_engine *engine,
                         const struct assay_elastic_options *options, double *lambda_max,
                         struct assay_error *err);

#endif
