/* Clustered covariances of anchored fits. */
#include "core/fit/robust.h"

#include <string.h>

#include "core/fit/linear.h"

#include "tests/fit/anchored.h"

static struct assay_anchor_fit fit_anchored(const struct assay_engine *engine, double lambda)
{
    struct assay_anchor anchor = anchor_at(lambda);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_anchor_fit(engine, &anchor, &options, NULL, &fit, &err));
    return fit;
}

static void check_matrix(const char *what, const double a[], const double b[], double tolerance)
{
    for (size_t j = 0; j < N_COEF; j++)
        for (size_t k = 0; k < N_COEF; k++)
            test_close(what, a[j * N_COEF + k], b[j * N_COEF + k], tolerance,
                       sqrt(b[j * N_COEF + j] * b[k * N_COEF + k]) + 1e-300);
}

/* Five rows a cluster. */
static int32_t *clusters_of_five(size_t n)
{
    int32_t *cluster = malloc(n * sizeof *cluster);
    for (size_t i = 0; i < n; i++)
        cluster[i] = (int32_t)(i / 5);
    return cluster;
}

START_TEST(without_a_penalty_it_is_the_sandwich) /* a loop over seeds */
{
    struct design d = draw(600, (uint64_t)_i + 1);
    int32_t *cluster = clusters_of_five(600);
    struct assay_error err = {0};
    double robust[N_COEF * N_COEF], plain[N_COEF * N_COEF];
    size_t n_cluster = 0;
    d.data.cluster = cluster;
    design_restart(&d);
    static const double strengths[] = {0.0, HUGE_VAL}; /* both without a finite penalty */
    for (size_t k = 0; k < 2; k++) {
        struct assay_anchor_fit fit = fit_anchored(&d.engine, strengths[k]);
        ck_assay_ok(assay_robust_anchored(&d.engine, &fit.fit, robust, &n_cluster, &err));
        ck_assert_uint_eq(n_cluster, 120);
        ck_assay_ok(assay_robust_covariance(&d.engine, &fit.fit, ASSAY_ROBUST_CLUSTERS, plain,
                                            &n_cluster, &err));
        /* Along the anchor scores do not sum to 0 across it, but only those along it count. */
        check_matrix("sandwich", robust, plain, 1e-8);
        assay_anchor_fit_clear(&fit);
    }
    free(cluster);
    design_free(&d);
}
END_TEST

START_TEST(copies_of_a_row_in_one_cluster_count_once) /* a loop over seeds */
{
    enum { N = 400 };
    struct design d = draw(N, (uint64_t)_i + 1);
    struct assay_error err = {0};
    unsigned char thrice[N];
    int32_t cluster[N];
    double once[N_COEF * N_COEF], copied[N_COEF * N_COEF];
    size_t n_once, n_copied;
    for (size_t i = 0; i < N; i++) {
        thrice[i] = 3;
        cluster[i] = (int32_t)i;
    }
    /* The prior weighs the same against rows once and against three copies that are no news: the fit
     * is that of the copies, so it is made with three times the penalty there. */
    struct assay_anchor_fit fit = fit_anchored(&d.engine, 20);
    ck_assay_ok(assay_robust_anchored(&d.engine, &fit.fit, once, &n_once, &err));
    d.data.include = thrice;
    d.data.cluster = cluster;
    design_restart(&d);
    struct assay_anchor_fit tripled = fit_anchored(&d.engine, 60);
    ck_assay_ok(assay_robust_anchored(&d.engine, &tripled.fit, copied, &n_copied, &err));
    ck_assert_uint_eq(n_once, n_copied);
    /* V = (J + lambda P)^-1 with the same J and three times the penalty is the smaller. */
    for (size_t j = 0; j < N_COEF; j++)
        ck_assert(copied[j * N_COEF + j] <= once[j * N_COEF + j] * (1 + 1e-9));
    /* With J from the copies and the penalty of one copy, what one copy says: make it from both. */
    double back[N_COEF * N_COEF];
    struct assay_logistic_fit same = tripled.fit;
    struct assay_anchor one = anchor_at(20);
    struct assay_engine penalised;
    double value, information[N_COEF * N_COEF], plain[N_COEF * N_COEF], scratch[N_COEF];
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &one, &penalised, &err));
    ck_assay_ok(penalised.evaluate(penalised.state, same.coef, &value, NULL, information, &err));
    ck_assay_ok(d.engine.evaluate(d.engine.state, same.coef, &value, NULL, plain, &err));
    memcpy(back, information, sizeof back);
    ck_assert(assay_linear_invert(back, N_COEF, scratch));
    double *kept = same.covariance;
    same.covariance = back;
    ck_assay_ok(assay_robust_anchored(&d.engine, &same, copied, &n_copied, &err));
    check_matrix("copies", copied, once, 1e-7);
    same.covariance = kept;
    assay_anchor_engine_clear(&penalised);
    assay_anchor_fit_clear(&fit);
    assay_anchor_fit_clear(&tripled);
    design_free(&d);
}
END_TEST

START_TEST(rows_that_are_independent_leave_the_posterior_about_as_it_was)
{
    /* 40,000 rows: M is within about 1% of I, and so is V. */
    struct design d = draw(40000, 3);
    struct assay_error err = {0};
    double robust[N_COEF * N_COEF];
    size_t n_cluster;
    struct assay_anchor_fit fit = fit_anchored(&d.engine, 500);
    ck_assay_ok(assay_robust_anchored(&d.engine, &fit.fit, robust, &n_cluster, &err));
    check_matrix("posterior", robust, fit.fit.covariance, 0.03);
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(too_few_clusters_are_refused)
{
    struct design d = draw(60, 5);
    struct assay_error err = {0};
    double robust[N_COEF * N_COEF] = {7};
    size_t n_cluster = 7;
    int32_t cluster[60] = {0};
    d.data.cluster = cluster;
    design_restart(&d);
    struct assay_anchor_fit fit = fit_anchored(&d.engine, 5);
    ck_assert_int_eq(assay_robust_anchored(&d.engine, &fit.fit, robust, &n_cluster, &err),
                     ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "robust errors: all rows are in 1 cluster; expected at least 2");
    for (size_t i = 0; i < 60; i++)
        cluster[i] = (int32_t)(i / 20);
    design_restart(&d);
    ck_assert_int_eq(assay_robust_anchored(&d.engine, &fit.fit, robust, &n_cluster, &err),
                     ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "robust errors: 3 clusters for 6 coefficients; expected more "
                                  "clusters");
    ck_assert(robust[0] == 7 && n_cluster == 7);
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, without_a_penalty_it_is_the_sandwich, 0, 10);
    tcase_add_loop_test(tc, copies_of_a_row_in_one_cluster_count_once, 0, 10);
    tcase_add_test(tc, rows_that_are_independent_leave_the_posterior_about_as_it_was);
    tcase_add_test(tc, too_few_clusters_are_refused);
}

ASSAY_SUITE("fit/robust_anchored", add_tests)
