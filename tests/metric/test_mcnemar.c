#include "core/metric/mcnemar.h"

#include <stdio.h>

#include "core/metric/paired_flags.h"
#include "tests/metric/sample.h"

/* ---- against R ---- */

static const struct {
    const char *key;
    double threshold;
} references[] = {{"threshold_0.3", 0.3}, {"threshold_0.5", 0.5}};

/* Both give 15 digits; the binomial tail is a continued fraction on either side: four digits of slack. */
START_TEST(two_models_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_paired_flags flags;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(doc), "B_core_vs_small", "mcnemar",
                                       references[_i].key, NULL);
    struct sample a = sample_read("p_core", "B"), b = sample_read("p_small", "B");
    unsigned char *first = calloc(a.n, 1), *second = calloc(a.n, 1);
    for (size_t i = 0; i < a.n; i++) {
        first[i] = a.value[i] >= references[_i].threshold;
        second[i] = b.value[i] >= references[_i].threshold;
    }
    ck_assay_ok(assay_paired_flags_measure(first, second, a.outcome, NULL, a.n, &flags, &err));
    const struct assay_paired_counts *c = &flags.right.counts;
    ck_assert_uint_eq(c->both, (size_t)test_number(want, "both_correct", NULL));
    ck_assert_uint_eq(c->only_first, (size_t)test_number(want, "only_a_correct", NULL));
    ck_assert_uint_eq(c->only_second, (size_t)test_number(want, "only_b_correct", NULL));
    ck_assert_uint_eq(c->neither, (size_t)test_number(want, "both_wrong", NULL));
    struct assay_mcnemar test = assay_mcnemar_of(c->only_first, c->only_second);
    double exact = test_number(want, "p_exact_binomial", NULL), mid = test_number(want, "p_mid_p", NULL);
    test_close("exact", test.p_exact, exact, 1e-11, 0);
    test_close("mid", test.p_mid, mid, 1e-11, 0);
    test_close("chi2", test.chi2, test_number(want, "chi2_uncorrected", NULL), 1e-13, 0);
    test_close("p", test.p_chi2, test_number(want, "p_uncorrected", NULL), 1e-12, 0);
    test_close("reported", flags.right.p_value, mid, 1e-11, 0);
    printf("%s: exact p off by %.1e, mid-p by %.1e\n", references[_i].key,
           fabs(test.p_exact / exact - 1), fabs(test.p_mid / mid - 1));
    free(first);
    free(second);
    sample_free(&a);
    sample_free(&b);
    assay_json_free(doc);
}
END_TEST

/* ---- by hand ---- */

/* Tails of a fair coin, in 1024ths for ten tosses: 1, 11, 56, 176, 386, 638. */
static const struct {
    size_t first, second;
    double exact, mid;
} coins[] = {
    {0, 0, 1, 1},
    {1, 0, 1, 0.5},
    {0, 5, 2.0 / 32, 1.0 / 32},
    {9, 1, 22.0 / 1024, 12.0 / 1024},
    {2, 8, 112.0 / 1024, 67.0 / 1024},
    {6, 4, 772.0 / 1024, 562.0 / 1024},
    {5, 5, 1, 1},
};

START_TEST(few_rows_are_tosses_of_a_fair_coin)
{
    struct assay_mcnemar test = assay_mcnemar_of(coins[_i].first, coins[_i].second);
    test_close("exact", test.p_exact, coins[_i].exact, 1e-13, 0);
    test_close("mid", test.p_mid, coins[_i].mid, 1e-13, 0);
    ck_assert((coins[_i].first + coins[_i].second == 0) == isnan(test.chi2));
    struct assay_mcnemar turned = assay_mcnemar_of(coins[_i].second, coins[_i].first);
    ck_assert_double_eq(turned.p_mid, test.p_mid);
}
END_TEST

/* The normal approximation of a million tosses is good to the fourth digit where p is not tiny. */
START_TEST(a_million_rows_are_still_a_binomial)
{
    struct assay_mcnemar test = assay_mcnemar_of(500900, 499100);
    test_close("mid", test.p_mid, test.p_chi2, 1e-4, 0);
    test = assay_mcnemar_of(900000, 100000);
    ck_assert_double_ge(test.p_mid, 0);
    ck_assert_double_lt(test.p_mid, 1e-300);
}
END_TEST

/* Of one row each, D_g^2 is 1 where the row tells: McNemar's statistic, but for (G - 1) / G. */
START_TEST(clusters_of_one_row_are_the_plain_test)
{
    double first = 30, second = 18, clusters = 1e6;
    double p = assay_mcnemar_clustered_p(first - second, first + second, (size_t)clusters);
    test_close("p", p, assay_mcnemar_of(30, 18).p_chi2, 1e-5, 0);
    /* Each row three times: the sum is tripled, the squares are nine times as large, the p is the same. */
    test_close("p", assay_mcnemar_clustered_p(3 * (first - second), 9 * (first + second), 100),
               assay_mcnemar_clustered_p(first - second, first + second, 100), 1e-13, 0);
    ck_assert_double_eq(assay_mcnemar_clustered_p(0, 0, 5), 1);
    ck_assert_double_nan(assay_mcnemar_clustered_p(3, 9, 1));
}
END_TEST

/* Under no difference, mid-p errs at its level on average over the number of rows that tell, here 10 to 59:
 * of 4,000 draws at most 5% + 3 standard errors of 0.34 points are below 0.05; the exact p stays below 5%
 * for every number. */
START_TEST(no_difference_is_seldom_called_one)
{
    size_t exact = 0, mid = 0, n_draw = 4000;
    uint64_t seed = 17;
    for (size_t k = 0; k < n_draw; k++) {
        size_t first = 0, rows = 10 + k % 50;
        for (size_t i = 0; i < rows; i++)
            first += random_unit(&seed) < 0.5;
        struct assay_mcnemar test = assay_mcnemar_of(first, rows - first);
        exact += test.p_exact < 0.05;
        mid += test.p_mid < 0.05;
    }
    printf("of %zu: mid-p below 0.05 %zu times, exact p %zu times\n", n_draw, mid, exact);
    ck_assert_uint_le(exact, 200);
    ck_assert_uint_le(mid, 241);
    ck_assert_uint_gt(mid, exact);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, two_models_agree_with_the_reference, 0, COUNT(references));
    tcase_add_loop_test(tc, few_rows_are_tosses_of_a_fair_coin, 0, COUNT(coins));
    tcase_add_test(tc, a_million_rows_are_still_a_binomial);
    tcase_add_test(tc, clusters_of_one_row_are_the_plain_test);
    tcase_add_test(tc, no_difference_is_seldom_called_one);
}

ASSAY_SUITE("metric/mcnemar", add_tests)
