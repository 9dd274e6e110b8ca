/* score_test.h - would a column add to a logistic model that does without it?
 *
 * Rao's score test (1948, Mathematical Proceedings of the Cambridge Philosophical Society 44:50-57):
 * the model is fitted once, without the column, and the test looks at the slope of the log-likelihood
 * at which the column would enter. No model with the column is fitted, so it is defined also for one
 * that separates the outcomes perfectly, and a hundred columns cost a hundred passes over the rows.
 *
 * With p_i the fitted probability without the column, r_i = y_i - p_i, w_i = p_i (1 - p_i), z_i the
 * nuisance covariates (a leading 1) and d_i what the column brings,
 *
 *   U = sum r_i d_i,   V = sum w_i d_i d_i' - (sum w_i d_i z_i') (sum w_i z_i z_i')^-1 (sum w_i z_i d_i'),
 *
 * and U' V^-1 U is chi-square with as many degrees of freedom as V has rank. With the intercept alone
 * and a column of categories it is Pearson's (1900) chi-square of the table. It is close to what adding
 * the column would take off the deviance.
 *
 * Where rows of one cluster (an account) may depend on each other, V is the sum over clusters of
 * u u', u = sum over its rows of r_i (d_i - A z_i), A the regression of d on z with weights w: the
 * generalised score test (Boos 1992, American Statistician 46:327-333; with clusters Rotnitzky & Jewell
 * 1990, Biometrika 77:485-497).
 */
#ifndef ASSAY_CORE_FIT_SCORE_TEST_H
#define ASSAY_CORE_FIT_SCORE_TEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

enum { ASSAY_SCORE_MAX_NUISANCE = 32, ASSAY_SCORE_MAX_GROUPS = 64 };

/* The model without the column. All borrowed. */
struct assay_score_rows {
    const double *const *nuisance; /* [n_nuisance][n], finite; the intercept is not among them */
    size_t n_nuisance;             /* at most ASSAY_SCORE_MAX_NUISANCE; 0: the intercept alone */
    const unsigned char *outcome;  /* [n], each 0 or 1 */
    const int32_t *cluster;        /* [n], 0 .. n_cluster - 1, some of which may be empty; NULL: rows
                                      are independent */
    size_t n, n_cluster;
};

/* The same, fitted; owns its arrays and borrows those of `rows`, which must outlive it. */
struct assay_score_null {
    struct assay_score_rows rows;
    size_t n_coef;          /* n_nuisance + 1 */
    double *prob;           /* [n] p_i */
    double *inverse;        /* [n_coef * n_coef] of sum w z z' */
    size_t *order, *start;  /* rows by cluster; cluster c is order[start[c]] .. order[start[c + 1] - 1];
                               NULL without clusters */
    double *cluster_score;  /* [n_cluster * n_coef] t_c, the sum of r_i z_i over each cluster */
    double *cluster_meat;   /* [n_coef * n_coef] sum of t_c t_c' */
};

/* Fits the nuisance by maximum likelihood.
 *   ASSAY_EDATA, ASSAY_ENUMERIC  as assay_logistic_fit() says: one class only, a nuisance column that
 *                does not vary or depends on others, outcomes that the nuisance separates perfectly */
ASSAY_MUST_CHECK enum assay_status assay_score_null_fit(const struct assay_score_rows *rows,
                                                        size_t n_thread,
                                                        struct assay_score_null *null,
                                                        struct assay_error *err);
void assay_score_null_clear(struct assay_score_null *null);

/* What a column brings to each row: a number, a category, or both (a number, and whether it is there). */
struct assay_score_column {
    const double *x;            /* [n], finite; NULL: none. Best with a mean near 0 and a spread near 1 */
    const unsigned char *group; /* [n], 0 .. n_group - 1; NULL: none. Group 0 is the reference */
    size_t n_group;             /* 1 .. ASSAY_SCORE_MAX_GROUPS; 1 without groups */
};

struct assay_score_test {
    double chi2;
    size_t df;      /* 0: the column brings nothing that the nuisance does not say; chi2 is 0, p is 1 */
    double p_value;
    double slope;   /* of x, log-odds per unit: one Newton step from the model without it; NaN: no x,
                       or one that the rest says already */
};

/* Tests a column; any number of threads may do so with the same null.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_score_test(const struct assay_score_null *null,
                                                    const struct assay_score_column *column,
                                                    struct assay_score_test *test,
                                                    struct assay_error *err);

#endif
