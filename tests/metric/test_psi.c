#include <gsl/gsl_cdf.h>

#include "core/metric/percentiles.h"
#include "core/metric/psi.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

/* ---- against R ---- */

/* The reference's blocks, and where their columns are: split A as expected and B as actual, or those who
 * are no seniors and those who are. */
static const struct block {
    const char *key, *name, *file, *column;
    bool seniors;
} blocks[] = {
    {"A_expected_B_actual", "monthly_charges", "datasets/telco_signals.csv", "monthly_charges", false},
    {"A_expected_B_actual", "tenure_months", "datasets/telco_signals.csv", "tenure_months", false},
    {"A_expected_B_actual", "p_core", "datasets/telco_scores.csv", "p_core", false},
    {"A_expected_B_actual", "health_score", "datasets/telco_health_score.csv", "health_score", false},
    {"nonsenior_expected_senior_actual", "monthly_charges", "datasets/telco_signals.csv",
     "monthly_charges", true},
    {"nonsenior_expected_senior_actual", "tenure_months", "datasets/telco_signals.csv",
     "tenure_months", true},
    {"nonsenior_expected_senior_actual", "health_score", "datasets/telco_health_score.csv",
     "health_score", true},
};

/* 1 where a row is actual; the rows of all files are in the same order. */
static unsigned char *split_rows(bool seniors, size_t n)
{
    struct test_frame *frame =
        test_frame_read(seniors ? "datasets/telco_signals.csv" : "datasets/telco_scores.csv");
    size_t column = test_frame_column(frame, seniors ? "senior" : "split");
    unsigned char *actual = calloc(n, 1);
    ck_assert_uint_eq(frame->n_row, n);
    for (size_t i = 0; i < n; i++)
        actual[i] = strcmp(frame->text[column][i], seniors ? "1" : "B") == 0;
    test_frame_free(frame);
    return actual;
}

static void check_list(const struct cJSON *list, const double got[], size_t n)
{
    ck_assert_uint_eq(assay_json_count(list), n);
    const struct cJSON *value = assay_json_first(list);
    for (size_t k = 0; k < n; k++, value = assay_json_next(value))
        test_close("cut point or count", got[k], assay_json_number(value), 1e-12, 1.0);
}

START_TEST(psi_of_numbers_is_the_references_from_raw_values)
{
    const struct block *block = &blocks[_i];
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    double edge[ASSAY_DECILE_BINS - 1], expected[ASSAY_DECILE_BINS], actual[ASSAY_DECILE_BINS];
    if (!sample_files_are_here() || !test_needs_shared(block->file))
        return;
    struct test_frame *frame = test_frame_read(block->file);
    const double *value = frame->values[test_frame_column(frame, block->column)];
    unsigned char *is_actual = split_rows(block->seniors, frame->n_row);
    double *then = calloc(frame->n_row, sizeof *then);
    size_t *row = calloc(frame->n_row, sizeof *row), n = 0, m = 0;
    for (size_t i = 0; i < frame->n_row; i++)
        if (is_actual[i])
            row[m++] = i;
        else
            then[n++] = value[i];
    ck_assay_ok(assay_percentiles_measure(then, n, &p, &err));
    assay_percentiles_count(&p, value, row, m, &counts);
    size_t n_bin = assay_decile_bins(&p, &counts, edge, expected, actual);
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    const struct cJSON *want = test_at(assay_json_root(doc), "psi", block->key, block->name, NULL);
    check_list(test_at(want, "inner_cut_points", NULL), edge, n_bin - 1);
    check_list(test_at(want, "expected_counts", NULL), expected, n_bin);
    check_list(test_at(want, "actual_counts", NULL), actual, n_bin);
    /* Both sum ten terms in doubles; the reference prints 15 digits. */
    test_close("psi", assay_psi(expected, actual, n_bin), test_number(want, "psi", NULL), 1e-12, 1e-3);
    assay_json_free(doc);
    free(then);
    free(row);
    free(is_actual);
    test_frame_free(frame);
}
END_TEST

START_TEST(psi_of_texts_is_the_references)
{
    double expected[8], actual[8];
    if (!test_needs_shared("reference/telco_score_audit.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    const struct cJSON *want =
        test_at(assay_json_root(doc), "psi", "A_expected_B_actual", "plan", NULL);
    const struct cJSON *e = assay_json_first(test_at(want, "expected_counts", NULL));
    const struct cJSON *a = assay_json_first(test_at(want, "actual_counts", NULL));
    size_t n = 0;
    for (; e != NULL; e = assay_json_next(e), a = assay_json_next(a), n++) {
        expected[n] = assay_json_number(e);
        actual[n] = assay_json_number(a);
    }
    test_close("psi", assay_psi(expected, actual, n), test_number(want, "psi", NULL), 1e-12, 1e-3);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms ---- */

START_TEST(psi_is_the_sum_of_its_terms_and_symmetric)
{
    const double e[] = {20, 30, 50}, a[] = {10, 5, 5};
    double by_hand = 0.3 * log(0.5 / 0.2) + (0.25 - 0.3) * log(0.25 / 0.3) + (0.25 - 0.5) * log(0.5);
    test_close("psi", assay_psi(e, a, 3), by_hand, 1e-14, 0);
    test_close("symmetry", assay_psi(a, e, 3), by_hand, 1e-14, 0);
    ck_assert_double_eq(assay_psi(e, e, 3), 0);
}
END_TEST

START_TEST(a_bin_empty_on_one_side_adds_one_half_everywhere)
{
    const double e[] = {10, 0, 10, 0}, a[] = {8, 2, 0, 0};
    const double e_added[] = {10.5, 0.5, 10.5}, a_added[] = {8.5, 2.5, 0.5};
    ck_assert_double_eq(assay_psi(e, a, 4), assay_psi(e_added, a_added, 3)); /* the last adds nothing */
    ck_assert(isfinite(assay_psi(e, a, 4)));
}
END_TEST

START_TEST(an_empty_sample_has_no_psi)
{
    const double none[] = {0, 0}, some[] = {1, 2};
    ck_assert(isnan(assay_psi(none, some, 2)));
    ck_assert(isnan(assay_psi(some, none, 2)));
    ck_assert(isnan(assay_psi(some, some, 0)));
}
END_TEST

/* ---- the null ---- */

/* Means of 4,000 draws have a standard error of mean sqrt(2 / 9) / sqrt(4000) = 0.75% of the mean; the
 * variance one of about 4%. At 500 rows a bin the limit itself is off by less. */
START_TEST(the_null_is_near_its_limit_in_large_samples)
{
    double expected[10];
    struct assay_psi_null null;
    for (size_t b = 0; b < 10; b++)
        expected[b] = 500;
    assay_psi_null_draw(expected, 10, 20000, 1, &null);
    double scale = 1.0 / 5000 + 1.0 / 20000;
    test_close("mean", null.mean, 9 * scale, 0.03, 0);
    test_close("sd", null.sd, sqrt(18.0) * scale, 0.08, 0);
    test_close("skewness", null.skewness, sqrt(8.0 / 9.0), 0.25, 0);
    for (double level = 0.0005; level < 0.3; level *= 3)
        test_close("limit", assay_psi_limit(&null, level), scale * gsl_cdf_chisq_Qinv(level, 9), 0.10, 0);
}
END_TEST

START_TEST(p_value_and_limit_are_each_others_inverse)
{
    const double expected[] = {40, 30, 20, 5, 5};
    struct assay_psi_null null;
    assay_psi_null_draw(expected, 5, 60, (uint64_t)_i, &null);
    for (double level = 1e-6; level < 0.9; level *= 4)
        test_close("level", assay_psi_p_value(&null, assay_psi_limit(&null, level)), level, 1e-6, 0);
    ck_assert_double_eq(assay_psi_p_value(&null, 0), 1.0);
    ck_assert(isnan(assay_psi_p_value(&null, NAN)));
}
END_TEST

START_TEST(a_null_is_the_same_for_the_same_seed)
{
    const double expected[] = {100, 50, 0, 7};
    struct assay_psi_null a, b, c;
    assay_psi_null_draw(expected, 4, 80, 5, &a);
    assay_psi_null_draw(expected, 4, 80, 5, &b);
    assay_psi_null_draw(expected, 4, 80, 6, &c);
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert_double_ne(a.mean, c.mean);
}
END_TEST

START_TEST(a_single_bin_cannot_drift)
{
    const double expected[] = {50};
    struct assay_psi_null null;
    assay_psi_null_draw(expected, 1, 80, 1, &null);
    ck_assert_double_eq(null.sd, 0);
    ck_assert_double_eq(assay_psi_p_value(&null, 0), 1);
    ck_assert_double_eq(assay_psi_limit(&null, 0.05), 0);
}
END_TEST

/* PSI of a fresh sample on the deciles of another; NaN-free, continuous. */
static double fresh_psi(struct test_random *random, size_t n, size_t m, double expected[10])
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    double edge[9], actual[10], *value = malloc((n > m ? n : m) * sizeof *value);
    for (size_t i = 0; i < n; i++)
        value[i] = test_uniform(random);
    ck_assay_ok(assay_percentiles_measure(value, n, &p, &err));
    for (size_t i = 0; i < m; i++)
        value[i] = test_uniform(random);
    assay_percentiles_count(&p, value, NULL, m, &counts);
    ck_assert_uint_eq(assay_decile_bins(&p, &counts, edge, expected, actual), 10);
    free(value);
    return assay_psi(expected, actual, 10);
}

/* 2,000 samples: 5% has a standard error of 0.5%, 1% one of 0.22%; bounds are four of them away, and a
 * fifth of the level for the three moments. */
START_TEST(without_any_change_p_values_are_small_as_often_as_they_say)
{
    static const size_t sizes[][2] = {{200, 50}, {500, 100}, {300, 300}, {100, 1000}};
    struct test_random random = {(uint64_t)_i + 17};
    struct assay_psi_null null = {0};
    double expected[10];
    size_t at_5 = 0, at_1 = 0, runs = 2000;
    for (size_t k = 0; k < runs; k++) {
        double psi = fresh_psi(&random, sizes[_i][0], sizes[_i][1], expected);
        if (k == 0) /* deciles of so many continuous values always hold as many */
            assay_psi_null_draw(expected, 10, (double)sizes[_i][1], 3, &null);
        at_5 += assay_psi_p_value(&null, psi) <= 0.05;
        at_1 += assay_psi_p_value(&null, psi) <= 0.01;
    }
    ck_assert_msg((double)at_5 > 0.02 * (double)runs && (double)at_5 < 0.08 * (double)runs, "%zu", at_5);
    ck_assert_msg(at_1 > 0 && (double)at_1 < 0.021 * (double)runs, "%zu", at_1);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, psi_of_numbers_is_the_references_from_raw_values, 0, COUNT(blocks));
    tcase_add_test(tc, psi_of_texts_is_the_references);
    tcase_add_test(tc, psi_is_the_sum_of_its_terms_and_symmetric);
    tcase_add_test(tc, a_bin_empty_on_one_side_adds_one_half_everywhere);
    tcase_add_test(tc, an_empty_sample_has_no_psi);
    tcase_add_test(tc, the_null_is_near_its_limit_in_large_samples);
    tcase_add_loop_test(tc, p_value_and_limit_are_each_others_inverse, 0, 5);
    tcase_add_test(tc, a_null_is_the_same_for_the_same_seed);
    tcase_add_test(tc, a_single_bin_cannot_drift);
    tcase_add_loop_test(tc, without_any_change_p_values_are_small_as_often_as_they_say, 0, 4);
}

ASSAY_SUITE("metric/psi", add_tests)
