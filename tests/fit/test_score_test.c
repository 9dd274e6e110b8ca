/* Rao's score test: closed forms, the reference's likelihood ratios, clusters, size. */
#include "core/fit/score_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/metric/rank.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* ---- rows to test on ---- */

enum { MOST_ROWS = 2000 };

struct trial {
    size_t n;
    unsigned char outcome[MOST_ROWS], group[MOST_ROWS];
    double x[MOST_ROWS], z[MOST_ROWS];
    int32_t cluster[MOST_ROWS];
};
static struct trial trial;

static double normal(struct test_random *random)
{
    return sqrt(-2.0 * log(1.0 - test_uniform(random))) * cos(6.283185307179586 * test_uniform(random));
}

/* Outcome by z, x and group independent of it given z; x is correlated with z. */
static void draw(uint64_t seed, size_t n)
{
    struct test_random random = {seed};
    trial.n = n;
    for (size_t i = 0; i < n; i++) {
        double z = normal(&random);
        trial.z[i] = z;
        trial.x[i] = 0.5 * z + normal(&random);
        trial.group[i] = (unsigned char)test_below(&random, 4);
        trial.outcome[i] = test_uniform(&random) < 1.0 / (1.0 + exp(1.0 - z));
        trial.cluster[i] = (int32_t)i;
    }
}

static struct assay_score_test test_against(size_t n_nuisance, size_t n_cluster, const double *x,
                                            const unsigned char *group, size_t n_group)
{
    struct assay_error err = {0};
    const double *nuisance[] = {trial.z};
    struct assay_score_rows rows = {nuisance, n_nuisance, trial.outcome,
                                    n_cluster > 0 ? trial.cluster : NULL, trial.n, n_cluster};
    struct assay_score_column column = {x, group, n_group};
    struct assay_score_null null;
    struct assay_score_test test;
    ck_assay_ok(assay_score_null_fit(&rows, 1, &null, &err));
    ck_assay_ok(assay_score_test(&null, &column, &test, &err));
    assay_score_null_clear(&null);
    return test;
}

/* ---- closed forms ---- */

/* Pearson (1900): sum over cells of (observed - expected)^2 / expected. */
static double pearson(size_t n_group)
{
    double chi2 = 0.0, n = (double)trial.n, count[64][2] = {{0}}, total[2] = {0};
    for (size_t i = 0; i < trial.n; i++) {
        count[trial.group[i]][trial.outcome[i]]++;
        total[trial.outcome[i]]++;
    }
    for (size_t g = 0; g < n_group; g++)
        for (size_t y = 0; y < 2; y++) {
            double expected = (count[g][0] + count[g][1]) * total[y] / n;
            if (expected > 0)
                chi2 += (count[g][y] - expected) * (count[g][y] - expected) / expected;
        }
    return chi2;
}

START_TEST(categories_alone_give_pearsons_chi_square)
{
    draw((uint64_t)_i, 50 + 37 * (size_t)_i);
    struct assay_score_test test = test_against(0, 0, NULL, trial.group, 4);
    test_close("chi2", test.chi2, pearson(4), 1e-10, 1e-3); /* sums of some hundred terms */
    ck_assert_uint_eq(test.df, 3);
    ck_assert(isnan(test.slope));
}
END_TEST

START_TEST(a_category_that_nobody_has_takes_no_degree_of_freedom)
{
    draw(3, 400);
    for (size_t i = 0; i < trial.n; i++)
        trial.group[i] = (unsigned char)(2 * (trial.group[i] / 2));
    struct assay_score_test test = test_against(0, 0, NULL, trial.group, 5);
    test_close("chi2", test.chi2, pearson(5), 1e-10, 1e-3);
    ck_assert_uint_eq(test.df, 1);
}
END_TEST

START_TEST(a_number_alone_gives_n_times_its_squared_correlation)
{
    draw((uint64_t)_i + 100, 60 + 31 * (size_t)_i);
    double n = (double)trial.n, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < trial.n; i++) {
        sx += trial.x[i];
        sy += trial.outcome[i];
        sxx += trial.x[i] * trial.x[i];
        sxy += trial.x[i] * trial.outcome[i];
    }
    double cxy = sxy - sx * sy / n, cxx = sxx - sx * sx / n, cyy = sy - sy * sy / n;
    struct assay_score_test test = test_against(0, 0, trial.x, NULL, 1);
    test_close("chi2", test.chi2, n * cxy * cxy / (cxx * cyy), 1e-10, 1e-3);
    /* one Newton step from the share: U / V */
    test_close("slope", test.slope, cxy / (cxx * cyy / n), 1e-10, 1e-3);
    ck_assert_uint_eq(test.df, 1);
}
END_TEST

/* Cochran (1954): over strata, (sum a - E)^2 / sum n1 n0 m1 m0 / n^3. */
START_TEST(a_flag_within_strata_gives_cochrans_statistic)
{
    double a[2] = {0}, n[2] = {0}, n1[2] = {0}, m1[2] = {0}, gap = 0, variance = 0;
    draw((uint64_t)_i + 200, 500);
    for (size_t i = 0; i < trial.n; i++) {
        size_t s = trial.z[i] > 0.3;
        trial.z[i] = (double)s;
        trial.group[i] = trial.x[i] > 0;
        n[s]++;
        n1[s] += trial.group[i];
        m1[s] += trial.outcome[i];
        a[s] += trial.group[i] * trial.outcome[i];
    }
    for (size_t s = 0; s < 2; s++) {
        gap += a[s] - n1[s] * m1[s] / n[s];
        variance += n1[s] * (n[s] - n1[s]) * m1[s] * (n[s] - m1[s]) / (n[s] * n[s] * n[s]);
    }
    struct assay_score_test test = test_against(1, 0, NULL, trial.group, 2);
    test_close("chi2", test.chi2, gap * gap / variance, 1e-9, 1e-3);
}
END_TEST

START_TEST(a_column_that_the_nuisance_says_already_brings_nothing)
{
    draw(5, 300);
    for (size_t i = 0; i < trial.n; i++)
        trial.x[i] = 3.0 - 2.0 * trial.z[i];
    struct assay_score_test test = test_against(1, 0, trial.x, NULL, 1);
    ck_assert_uint_eq(test.df, 0);
    ck_assert(test.chi2 == 0.0 && test.p_value == 1.0 && isnan(test.slope));
    memset(trial.group, 0, sizeof trial.group);
    ck_assert_uint_eq(test_against(1, 0, NULL, trial.group, 3).df, 0);
    ck_assert_uint_eq(test_against(1, 0, NULL, NULL, 1).df, 0); /* no column at all */
}
END_TEST

/* No model with the column exists, and the test is defined all the same: n r^2 with r = 1. */
START_TEST(a_column_that_separates_the_outcomes_is_tested_like_any_other)
{
    draw(6, 300);
    for (size_t i = 0; i < trial.n; i++)
        trial.x[i] = trial.outcome[i];
    test_close("chi2", test_against(0, 0, trial.x, NULL, 1).chi2, 300.0, 1e-10, 1);
}
END_TEST

START_TEST(scale_and_origin_of_a_number_do_not_matter)
{
    draw((uint64_t)_i + 300, 400);
    double before = test_against(1, 0, trial.x, trial.group, 4).chi2;
    struct assay_score_test plain = test_against(1, 0, trial.x, NULL, 1);
    for (size_t i = 0; i < trial.n; i++)
        trial.x[i] = 40.0 - 7.0 * trial.x[i];
    struct assay_score_test scaled = test_against(1, 0, trial.x, NULL, 1);
    test_close("chi2", scaled.chi2, plain.chi2, 1e-8, 1e-3); /* an origin 40 units off costs digits */
    test_close("slope", scaled.slope, plain.slope / -7.0, 1e-8, 1e-3);
    test_close("jointly", test_against(1, 0, trial.x, trial.group, 4).chi2, before, 1e-8, 1e-3);
}
END_TEST

/* ---- clusters ---- */

/* Every row written k times, the copies in one cluster: the rows say k times as much, the clusters no
 * more than before. */
START_TEST(copies_in_one_cluster_are_not_news)
{
    draw((uint64_t)_i + 400, 400);
    struct assay_score_test once = test_against(1, 400, trial.x, trial.group, 4);
    double naive = test_against(1, 0, trial.x, trial.group, 4).chi2;
    for (size_t i = 0; i < 400; i++)
        for (size_t copy = 1; copy <= 3; copy++) {
            size_t at = copy * 400 + i;
            trial.x[at] = trial.x[i];
            trial.z[at] = trial.z[i];
            trial.group[at] = trial.group[i];
            trial.outcome[at] = trial.outcome[i];
            trial.cluster[at] = (int32_t)i;
        }
    trial.n = 1600;
    struct assay_score_test copied = test_against(1, 400, trial.x, trial.group, 4);
    test_close("clustered", copied.chi2, once.chi2, 1e-8, 1e-3);
    test_close("by row", test_against(1, 0, trial.x, trial.group, 4).chi2, 4.0 * naive, 1e-8, 1e-3);
    ck_assert_uint_eq(copied.df, once.df);
}
END_TEST

/* With the intercept alone and rows that are clusters: (sum r x)^2 / sum r^2 (x - mean)^2. */
START_TEST(single_rows_as_clusters_give_the_empirical_variance)
{
    draw((uint64_t)_i + 500, 350);
    double n = (double)trial.n, share = 0, mean = 0, score = 0, variance = 0;
    for (size_t i = 0; i < trial.n; i++) {
        share += trial.outcome[i] / n;
        mean += trial.x[i] / n;
    }
    for (size_t i = 0; i < trial.n; i++) {
        double r = trial.outcome[i] - share, u = r * (trial.x[i] - mean);
        score += u;
        variance += u * u;
    }
    test_close("chi2", test_against(0, 350, trial.x, NULL, 1).chi2, score * score / variance, 1e-9,
               1e-3);
}
END_TEST

START_TEST(clusters_may_be_empty_or_fewer_than_the_categories)
{
    draw(9, 300);
    for (size_t i = 0; i < trial.n; i++) /* codes 3 and 7 of 0 .. 9 */
        trial.cluster[i] = i % 2 == 0 ? 3 : 7;
    struct assay_score_test test = test_against(1, 10, NULL, trial.group, 4);
    ck_assert_uint_le(test.df, 2);
    ck_assert(test.chi2 >= 0.0 && test.chi2 <= 2.0 + 1e-6); /* never above the number of clusters */
}
END_TEST

/* ---- the reference ---- */

/* n_frame rows of telco_signals.csv with the outcome. */
static struct test_frame *read_telco(unsigned char **outcome)
{
    struct test_frame *frame = test_frame_read("datasets/telco_signals.csv");
    size_t churned = test_frame_column(frame, "churned");
    *outcome = calloc(frame->n_row, 1);
    for (size_t i = 0; i < frame->n_row; i++)
        (*outcome)[i] = frame->values[churned][i] != 0.0;
    return frame;
}

/* The reference lists Mann-Whitney's z with tie correction; with mid-ranks r, z^2 = (n - 1) r^2, and the
 * score test is n r^2. Also Spearman's rho, which for a 0/1 outcome is r. */
START_TEST(the_rank_test_of_one_column_is_mann_whitneys)
{
    static const char *const columns[] = {"tenure_months", "monthly_charges", "addon_services",
                                          "senior", "phone_service", "tech_support"};
    if (!test_needs_shared("reference/telco_score_audit.json") ||
        !test_needs_shared("datasets/telco_signals.csv"))
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    unsigned char *outcome;
    struct test_frame *frame = read_telco(&outcome);
    size_t n = frame->n_row;
    double *rank = calloc(n, sizeof *rank);
    struct assay_score_rows rows = {NULL, 0, outcome, NULL, n, 0};
    struct assay_score_null null;
    ck_assay_ok(assay_score_null_fit(&rows, 0, &null, &err));
    for (size_t k = 0; k < COUNT(columns); k++) {
        const struct cJSON *at = test_at(assay_json_root(doc), "univariate_all_rows", columns[k], NULL);
        double z = test_number(at, "mann_whitney_z_no_continuity", NULL);
        double rho = test_number(at, "spearman_rho", NULL);
        struct assay_score_column column = {rank, NULL, 1};
        struct assay_score_test test;
        ck_assay_ok(assay_rank_mid(frame->values[test_frame_column(frame, columns[k])], n, rank, &err));
        for (size_t i = 0; i < n; i++)
            rank[i] = rank[i] / (double)n - 0.5;
        ck_assay_ok(assay_score_test(&null, &column, &test, &err));
        test_close(columns[k], test.chi2, z * z * (double)n / (double)(n - 1), 1e-8, 1e-3);
        test_close(columns[k], test.chi2, rho * rho * (double)n, 1e-8, 1e-3);
    }
    assay_score_null_clear(&null);
    free(rank);
    free(outcome);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

enum { N_CORE = 13 };

/* The columns of the reference's core model, dummies included, as they stand in its formula. */
static void read_core(const struct test_frame *frame, double **core)
{
    static const char *const numbers[] = {"tenure_months", "monthly_charges", "addon_services",
                                          "streaming_services", "auto_pay", "paperless_billing",
                                          "senior", "partner", "dependents"};
    static const char *const dummies[][2] = {{"plan", "One year"},
                                             {"plan", "Two year"},
                                             {"internet_service", "Fiber optic"},
                                             {"internet_service", "No"}};
    for (size_t j = 0; j < N_CORE; j++) {
        bool plain = j < COUNT(numbers);
        size_t c = test_frame_column(frame, plain ? numbers[j] : dummies[j - COUNT(numbers)][0]);
        core[j] = calloc(frame->n_row, sizeof *core[j]);
        for (size_t i = 0; i < frame->n_row; i++)
            core[j][i] = plain ? frame->values[c][i]
                               : strcmp(frame->text[c][i], dummies[j - COUNT(numbers)][1]) == 0;
    }
}

/* Score and likelihood ratio tests differ by a third-order term of the column's effect, of relative size
 * effect / sqrt(events) or so: with 1,869 events a few percent where the effect is moderate. What is
 * compared is the health score added to the core model (chi-square 72). */
START_TEST(an_added_column_comes_close_to_the_likelihood_ratio)
{
    if (!test_needs_shared("reference/telco_score_audit.json") ||
        !test_needs_shared("datasets/telco_scores.csv"))
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct test_frame *scores = test_frame_read("datasets/telco_scores.csv");
    unsigned char *outcome;
    struct test_frame *frame = read_telco(&outcome);
    double *core[N_CORE];
    read_core(frame, core);
    struct assay_score_rows rows = {(const double *const *)core, N_CORE, outcome, NULL, frame->n_row, 0};
    struct assay_score_null null;
    struct assay_score_column column = {scores->values[test_frame_column(scores, "health_score")], NULL, 1};
    struct assay_score_test test;
    ck_assay_ok(assay_score_null_fit(&rows, 0, &null, &err));
    ck_assay_ok(assay_score_test(&null, &column, &test, &err));
    test_close("chi2", test.chi2,
               test_number(assay_json_root(doc), "incremental_value", "chi2", NULL), 0.03, 1);
    ck_assert_uint_eq(test.df, 1);
    ck_assert_double_lt(test.slope, 0); /* a health score */
    assay_score_null_clear(&null);
    for (size_t j = 0; j < N_CORE; j++)
        free(core[j]);
    free(outcome);
    test_frame_free(frame);
    test_frame_free(scores);
    assay_json_free(doc);
}
END_TEST

/* The same for every column of the core model, taken out and put back: drop_one_lr. The largest gap is
 * that of plan_two_year, with an odds ratio of 1/4 (77 for 86); of chi-squares below 5 half a unit. */
START_TEST(a_column_taken_out_comes_close_to_its_likelihood_ratio)
{
    static const char *const names[N_CORE] = {
        "tenure_months", "monthly_charges", "addon_services", "streaming_services", "auto_pay",
        "paperless_billing", "senior", "partner", "dependents", "plan_one_year", "plan_two_year",
        "fiber_optic", "no_internet"};
    if (!test_needs_shared("reference/telco_glm.json") ||
        !test_needs_shared("datasets/telco_signals.csv"))
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_glm.json");
    unsigned char *outcome;
    struct test_frame *frame = read_telco(&outcome);
    double *core[N_CORE];
    const double *others[N_CORE - 1];
    read_core(frame, core);
    for (size_t out = 0; out < N_CORE; out++) {
        for (size_t j = 0, k = 0; j < N_CORE; j++)
            if (j != out)
                others[k++] = core[j];
        struct assay_score_rows rows = {others, N_CORE - 1, outcome, NULL, frame->n_row, 0};
        struct assay_score_column column = {core[out], NULL, 1};
        struct assay_score_null null;
        struct assay_score_test test;
        double lr = test_number(assay_json_root(doc), "core_all_rows", "drop_one_lr", names[out],
                                "chi2", NULL);
        ck_assay_ok(assay_score_null_fit(&rows, 0, &null, &err));
        ck_assay_ok(assay_score_test(&null, &column, &test, &err));
        test_close(names[out], test.chi2, lr, 0.11, 5);
        assay_score_null_clear(&null);
    }
    for (size_t j = 0; j < N_CORE; j++)
        free(core[j]);
    free(outcome);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

/* ---- size ---- */

/* 500 draws without any effect: 5% of them are rejected, give or take four standard errors (3.9%). */
START_TEST(without_an_effect_one_in_twenty_is_rejected)
{
    size_t number = 0, joint = 0, clustered = 0, runs = 500;
    for (size_t run = 0; run < runs; run++) {
        draw(run + 10000, 300);
        number += test_against(1, 0, trial.x, NULL, 1).p_value <= 0.05;
        joint += test_against(1, 0, trial.x, trial.group, 4).p_value <= 0.05;
        clustered += test_against(1, 300, trial.x, trial.group, 4).p_value <= 0.05;
    }
    ck_assert_uint_ge(number, 6);
    ck_assert_uint_le(number, 45);
    ck_assert_uint_ge(joint, 6);
    ck_assert_uint_le(joint, 45);
    ck_assert_uint_ge(clustered, 6);
    ck_assert_uint_le(clustered, 45);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(one_outcome_alone_is_refused_with_the_reason_of_the_fit)
{
    struct assay_error err = {0};
    struct assay_score_null null = {0};
    draw(1, 50);
    memset(trial.outcome, 0, sizeof trial.outcome);
    struct assay_score_rows rows = {NULL, 0, trial.outcome, NULL, trial.n, 0};
    ck_assert_int_eq(assay_score_null_fit(&rows, 1, &null, &err), ASSAY_ENUMERIC);
    ck_assert_str_ne(err.message, "");
    ck_assert_ptr_null(null.prob);
}
END_TEST

START_TEST(every_failed_allocation_is_reported_and_leaves_nothing_behind)
{
    struct assay_error err = {0};
    const double *nuisance[] = {trial.z};
    struct assay_score_column column = {trial.x, trial.group, 4};
    draw(2, 200);
    struct assay_score_rows rows = {nuisance, 1, trial.outcome, trial.cluster, trial.n, 200};
    size_t failures = 0;
    for (size_t nth = 1;; nth++) {
        struct assay_score_null null = {0};
        struct assay_score_test test = {.chi2 = -1.0};
        test_fail_allocation(nth);
        enum assay_status status = assay_score_null_fit(&rows, 1, &null, &err);
        if (status == ASSAY_OK)
            status = assay_score_test(&null, &column, &test, &err);
        test_fail_allocation(0);
        assay_score_null_clear(&null);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert(test.chi2 == -1.0);
        failures++;
    }
    ck_assert_uint_ge(failures, 8);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, categories_alone_give_pearsons_chi_square, 0, 20);
    tcase_add_test(tc, a_category_that_nobody_has_takes_no_degree_of_freedom);
    tcase_add_loop_test(tc, a_number_alone_gives_n_times_its_squared_correlation, 0, 20);
    tcase_add_loop_test(tc, a_flag_within_strata_gives_cochrans_statistic, 0, 10);
    tcase_add_test(tc, a_column_that_the_nuisance_says_already_brings_nothing);
    tcase_add_test(tc, a_column_that_separates_the_outcomes_is_tested_like_any_other);
    tcase_add_loop_test(tc, scale_and_origin_of_a_number_do_not_matter, 0, 10);
    tcase_add_loop_test(tc, copies_in_one_cluster_are_not_news, 0, 5);
    tcase_add_loop_test(tc, single_rows_as_clusters_give_the_empirical_variance, 0, 10);
    tcase_add_test(tc, clusters_may_be_empty_or_fewer_than_the_categories);
    tcase_add_test(tc, the_rank_test_of_one_column_is_mann_whitneys);
    tcase_add_test(tc, an_added_column_comes_close_to_the_likelihood_ratio);
    tcase_add_test(tc, a_column_taken_out_comes_close_to_its_likelihood_ratio);
    tcase_add_test(tc, without_an_effect_one_in_twenty_is_rejected);
    tcase_add_test(tc, one_outcome_alone_is_refused_with_the_reason_of_the_fit);
    tcase_add_test(tc, every_failed_allocation_is_reported_and_leaves_nothing_behind);
}

ASSAY_SUITE("fit/score_test", add_tests)
