#include <stdio.h>

#include "core/fit/robust.h"
#include "tests/fit/reference.h"

static const double truth[] = {-1.0, 0.5, -0.3, 0.0, 0.8};

static struct assay_logistic_fit fit_default(const struct design *d)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d->engine, &options, &fit, &err));
    return fit;
}

/* ---- against R's sandwich and its independent re-computation ---- */

static double worst;

static void compare(const struct reference_case *c, const struct assay_logistic_fit *fit,
                    enum assay_robust_factor factor, size_t n_cluster, const struct cJSON *reference)
{
    double covariance[MOST_NAMES * MOST_NAMES];
    struct assay_error err = {0};
    size_t found;
    ck_assay_ok(assay_robust_covariance(&c->design.engine, fit, factor, covariance, &found, &err));
    ck_assert_uint_eq(found, n_cluster);
    for (size_t j = 0; j < c->n; j++) {
        double error = sqrt(covariance[j * c->n + j]), want = test_number(reference, c->names[j], NULL);
        worst = fmax(worst, fabs(error / want - 1.0));
        test_close(c->names[j], error, want, 1e-8, 0);
    }
}

static const char *const parts[] = {"core_all_rows", "small_all_rows",
                                    "core_plus_total_charges_complete_cases", "core_A_rows"};

START_TEST(rows_as_clusters_agree_with_the_reference)
{
    if (!test_needs_shared("reference/telco_glm.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_glm.json");
    const struct cJSON *reference = test_at(assay_json_root(doc), parts[_i], NULL);
    struct reference_case c = reference_read("datasets/telco_signals.csv", "churned", reference);
    unsigned char *include = malloc(c.design.data.n_row);
    size_t every = strstr(parts[_i], "_A_") != NULL ? 2 : 1;
    for (size_t i = 0; i < c.design.data.n_row; i++)
        include[i] = i % every == 0;
    c.design.data.include = include;
    design_restart(&c.design);
    struct assay_logistic_fit fit = fit_default(&c.design);
    compare(&c, &fit, ASSAY_ROBUST_PLAIN, (size_t)test_number(reference, "n", NULL),
            test_at(reference, "robust_se", "HC0", NULL));
    printf("%s: largest relative difference %.1e\n", parts[_i], worst);
    assay_logistic_fit_clear(&fit);
    free(include);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

START_TEST(clusters_agree_with_the_reference)
{
    static const char *const names[] = {"HC0_no_adjustment", "HC0_G_over_Gm1", "HC1_stata_like"};
    if (!test_needs_shared("reference/telco_glm.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_glm.json");
    const struct cJSON *root = assay_json_root(doc);
    const struct cJSON *reference = test_at(root, "cluster_robust_core_all_rows", NULL);
    struct reference_case c = reference_read("datasets/telco_signals.csv", "churned",
                                             test_at(root, "core_all_rows", NULL));
    int32_t *cluster = malloc(c.design.data.n_row * sizeof *cluster);
    for (size_t i = 0; i < c.design.data.n_row; i++)
        cluster[i] = (int32_t)reference_value(c.frame, "tenure_months", i);
    c.design.data.cluster = cluster;
    design_restart(&c.design);
    struct assay_logistic_fit fit = fit_default(&c.design);
    for (size_t k = 0; k < COUNT(names); k++)
        compare(&c, &fit, (enum assay_robust_factor)k,
                (size_t)test_number(reference, "n_clusters", NULL), test_at(reference, names[k], NULL));
    printf("clusters: largest relative difference %.1e\n", worst);
    assay_logistic_fit_clear(&fit);
    free(cluster);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms ---- */

START_TEST(one_binary_column_has_the_binomial_errors)
{
    /* Saturated: HC0 is the covariance itself, 1/30 + 1/10 in the second group. */
    struct design d = design_new(100, 1);
    for (size_t i = 0; i < 100; i++) {
        design_set(&d, i, 0, i < 40);
        d.outcome[i] = i < 30 || i >= 80;
    }
    design_start(&d);
    struct assay_logistic_fit fit = fit_default(&d);
    struct assay_error err = {0};
    double covariance[4];
    size_t n_cluster;
    ck_assay_ok(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_PLAIN, covariance, &n_cluster,
                                        &err));
    ck_assert_uint_eq(n_cluster, 100);
    for (size_t k = 0; k < 4; k++)
        test_close("covariance", covariance[k], fit.covariance[k], 1e-13, 0);
    ck_assay_ok(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_SAMPLE, covariance, &n_cluster,
                                        &err));
    test_close("factor", covariance[3] / fit.covariance[3], 100.0 / 98.0, 1e-13, 0);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(copies_in_one_cluster_do_not_count_as_news) /* a loop over seeds */
{
    /* Every row three times, the copies a cluster: the errors of the rows once, as rows. */
    size_t n = 300;
    struct design d = design_draw(n, 3, truth, (uint64_t)_i + 1), e = design_new(3 * n, 3);
    int32_t *cluster = malloc(3 * n * sizeof *cluster);
    for (size_t i = 0; i < 3 * n; i++) {
        size_t from = (i * 7) % n;
        for (size_t j = 0; j < 3; j++)
            design_set(&e, i, j, design_at(&d, from, j));
        e.outcome[i] = d.outcome[from];
        cluster[i] = (int32_t)(2 * from + 5); /* codes may skip numbers */
    }
    e.data.cluster = cluster;
    design_start(&e);
    struct assay_logistic_fit fit = fit_default(&d), other = fit_default(&e);
    struct assay_error err = {0};
    double once[16], thrice[16];
    size_t n_once, n_thrice;
    ck_assay_ok(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_CLUSTERS, once, &n_once, &err));
    ck_assay_ok(assay_robust_covariance(&e.engine, &other, ASSAY_ROBUST_CLUSTERS, thrice, &n_thrice,
                                        &err));
    ck_assert_uint_eq(n_once, n_thrice);
    for (size_t j = 0; j < 4; j++)
        for (size_t k = 0; k < 4; k++)
            test_close("covariance", thrice[4 * j + k], once[4 * j + k], 1e-9,
                       sqrt(once[5 * j] * once[5 * k]));
    /* Left-out rows take their clusters along. */
    unsigned char *include = malloc(3 * n);
    for (size_t i = 0; i < 3 * n; i++)
        include[i] = cluster[i] >= 105 ? 2 : 0;
    e.data.include = include;
    design_restart(&e);
    ck_assay_ok(assay_robust_covariance(&e.engine, &other, ASSAY_ROBUST_PLAIN, thrice, &n_thrice, &err));
    ck_assert_uint_eq(n_thrice, n - 50);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&other);
    free(include);
    free(cluster);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(held_coefficients_get_no_error)
{
    struct design d = design_draw(500, 3, truth, 4);
    const unsigned char held[] = {0, 0, 1, 0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    double covariance[16];
    size_t n_cluster;
    options.held = held;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &fit, &err));
    ck_assay_ok(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_SAMPLE, covariance, &n_cluster,
                                        &err));
    for (size_t k = 0; k < 4; k++) {
        ck_assert(covariance[8 + k] == 0.0 && covariance[4 * k + 2] == 0.0);
        ck_assert(k == 2 || covariance[5 * k] > 0.0);
        for (size_t j = 0; j < 4; j++)
            ck_assert_double_eq(covariance[4 * j + k], covariance[4 * k + j]);
    }
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(threads_do_not_change_a_byte) /* with clusters across all blocks, and without */
{
    size_t n = 9000;
    struct design d = design_draw(n, 4, truth, 9);
    struct assay_logistic_fit fit = fit_default(&d);
    struct assay_error err = {0};
    int32_t *cluster = malloc(n * sizeof *cluster);
    double first[25], covariance[25];
    size_t n_cluster;
    for (size_t i = 0; i < n; i++)
        cluster[i] = (int32_t)(i * 31 % 700);
    d.data.cluster = _i ? cluster : NULL;
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        ck_assay_ok(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_SAMPLE,
                                            n_thread == 1 ? first : covariance, &n_cluster, &err));
        ck_assert_uint_eq(n_cluster, _i ? 700 : n);
        if (n_thread > 1)
            ck_assert_mem_eq(first, covariance, sizeof first);
    }
    assay_logistic_fit_clear(&fit);
    free(cluster);
    design_free(&d);
}
END_TEST

START_TEST(factors_that_do_not_exist_are_refused)
{
    struct design d = design_draw(40, 2, truth, 5);
    struct assay_logistic_fit fit = fit_default(&d);
    int32_t cluster[40] = {0};
    struct assay_error err = {0};
    double covariance[9] = {7};
    size_t n_cluster = 7;
    d.data.cluster = cluster;
    design_restart(&d);
    ck_assert_int_eq(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_CLUSTERS, covariance,
                                             &n_cluster, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "robust errors: all rows are in 1 cluster; expected at least 2");
    unsigned char include[40] = {1, 1, 1};
    cluster[0] = 1;
    d.data.include = include;
    design_restart(&d);
    ck_assert_int_eq(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_SAMPLE, covariance,
                                             &n_cluster, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "robust errors: there are 3 rows for 3 coefficients; "
                                  "expected more rows");
    d.engine.cluster_scores = NULL;
    ck_assert_int_eq(assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_PLAIN, covariance,
                                             &n_cluster, &err), ASSAY_EDATA);
    ck_assert(covariance[0] == 7 && n_cluster == 7);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 2, truth, 6);
    struct assay_logistic_fit fit = fit_default(&d);
    struct assay_error err = {0};
    int32_t cluster[300] = {0};
    double covariance[9] = {7};
    size_t n_cluster = 0, n = 0;
    d.data.cluster = cluster;
    design_restart(&d);
    enum assay_status status;
    do {
        test_fail_allocation(++n);
        status = assay_robust_covariance(&d.engine, &fit, ASSAY_ROBUST_PLAIN, covariance, &n_cluster,
                                         &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && covariance[0] == 7));
    } while (status != ASSAY_OK);
    ck_assert_uint_eq(n, 4);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, rows_as_clusters_agree_with_the_reference, 0, COUNT(parts));
    tcase_add_test(tc, clusters_agree_with_the_reference);
    tcase_add_test(tc, one_binary_column_has_the_binomial_errors);
    tcase_add_loop_test(tc, copies_in_one_cluster_do_not_count_as_news, 0, 10);
    tcase_add_test(tc, held_coefficients_get_no_error);
    tcase_add_loop_test(tc, threads_do_not_change_a_byte, 0, 2);
    tcase_add_test(tc, factors_that_do_not_exist_are_refused);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/robust", add_tests)
