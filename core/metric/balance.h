/* balance.h - weights that make one group look like another
 *
 * Entropy balancing (Hainmueller 2012, Political Analysis 20:25-46): of all weights on the rows of
 * the comparison group under which the mean of every covariate is its target, those nearest to
 * equal weights. They are w_i proportional to exp(b'x_i), b the minimum of log sum exp(b'x_i) -
 * b'target, found by Newton's method with step halving. No outcome is looked at. A mean of outcomes
 * under these weights estimates what the target group would have had, if the log-odds of being in
 * the target group are linear in the covariates, or if the outcome is: one of the two suffices
 * (Zhao and Percival 2017, Journal of Causal Inference 5:20160010).
 *
 * A row has n_number covariates that are numbers and n_category that are 0/1 indicators, of which
 * it has at most one by column: with k = n_number + n_term in all, indicators are n_number .. k
 * - 1.
 */
#ifndef ASSAY_CORE_METRIC_BALANCE_H
#define ASSAY_CORE_METRIC_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* All borrowed. */
struct assay_balance_rows {
    size_t n, n_number, n_category, n_term;
    const double *number; /* [n * n_number], row-major, of about unit spread */
    const int32_t *term;  /* [n * n_category], row-major: indicator 0..n_term-1, or -1 */
    const double *target; /* [n_number + n_term] */
};

/* Owns its memory. */
struct assay_balance {
    size_t k;
    double *coef;   /* [k], b */
    double *factor; /* [k * k] Cholesky factor, lower, of the weighted covariance at b, scaled to
                       unit diagonal with 1e-9 added, so that covariates may repeat one another */
    double *scale;  /* [k] roots of its diagonal; 1 where a covariate does not vary */
    double largest_before; /* largest difference of a mean and its target, in standard deviations;
                              weights all equal */
    double largest_after;  /* under the weights */
    double n_effective;    /* (sum w)^2 / sum w^2 (Kish 1965) */
    bool balanced;         /* largest_after < 1e-6 */
};

/* weight[n] sums to 1. Where no weights balance (a target outside of what the rows span) `balanced`
 * is false and the rest is where the search was given up. ASSAY_ENOMEM  */
ASSAY_MUST_CHECK enum assay_status assay_balance_fit(const struct assay_balance_rows *rows,
                                                     double weight[], struct assay_balance *out,
                                                     struct assay_error *err);
void assay_balance_clear(struct assay_balance *balance);

/* b'x_i of the k covariates of a row. */
double assay_balance_dot(const struct assay_balance_rows *rows, size_t row, const double b[]);
/* sum[k] += factor * x_i. */
void assay_balance_add(const struct assay_balance_rows *rows, size_t row, double factor,
                       double sum[]);
/* b[k] becomes the solution of (weighted covariance) x = b. */
void assay_balance_solve(const struct assay_balance *balance, double b[]);

#endif
