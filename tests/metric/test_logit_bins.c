#include "core/metric/logit_bins.h"

#include <math.h>

#include "core/metric/calibration.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

static struct assay_logit_bins bins, part, rest;

static double log_odds(double p)
{
    return log(p) - log1p(-p);
}

static void fill(struct assay_logit_bins *into, const double prob[], const unsigned char outcome[],
                 size_t n)
{
    memset(into, 0, sizeof *into);
    for (size_t i = 0; i < n; i++)
        assay_logit_bins_add(into, log_odds(prob[i]), outcome[i]);
}

static double half_width(const struct assay_estimate *e)
{
    return (e->high - e->low) / 2.0;
}

/* Against the fits to the rows, which know no bins: the header's bound on a fitted probability, 1.2e-5, and
 * a few times that; here, with errors of both signs, less. */
static void check_near(const double prob[], const unsigned char outcome[], size_t n)
{
    struct assay_error err = {0};
    struct assay_calibration_in_large in_large;
    struct assay_recalibration line;
    double beside;
    fill(&bins, prob, outcome, n);
    ck_assay_ok(assay_calibration_in_large(prob, outcome, n, &in_large, &err));
    ck_assay_ok(assay_recalibration_measure(prob, outcome, n, &line, &err));
    struct assay_estimate a = assay_logit_bins_intercept(&bins);
    struct assay_estimate b = assay_logit_bins_slope(&bins, &beside);
    test_close("intercept", a.value, in_large.intercept.value, 5e-5, 1.0);
    test_close("its half width", half_width(&a), half_width(&in_large.intercept), 1e-3, 0.0);
    test_close("slope", b.value, line.slope.value, 1e-3, 0.0);
    test_close("its half width", half_width(&b), half_width(&line.slope), 1e-3, 0.0);
    test_close("beside", beside, line.intercept.value, 1e-3, 1.0);
}

START_TEST(fits_are_those_of_the_rows) /* seeds */
{
    enum { N = 4000 };
    static double prob[N];
    static unsigned char outcome[N];
    struct test_random random = {(uint64_t)_i + 1};
    for (size_t i = 0; i < N; i++) {
        double l = -2.0 + 4.0 * (test_uniform(&random) - 0.5) * (_i + 1);
        prob[i] = 1.0 / (1.0 + exp(-l));
        outcome[i] = test_uniform(&random) < 1.0 / (1.0 + exp(-0.3 - 0.8 * l));
    }
    check_near(prob, outcome, N);
}
END_TEST

START_TEST(segments_are_those_of_the_reference)
{
    static const char *const plans[] = {"Month-to-month", "One year", "Two year"};
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_group("p_core", "B", "plan", plans[_i]);
    const struct cJSON *want = test_at(assay_json_root(doc), "B_core_by_plan", plans[_i], NULL);
    fill(&bins, s.value, s.outcome, s.n);
    struct assay_estimate a = assay_logit_bins_intercept(&bins);
    test_close("intercept", a.value, test_number(want, "calibration_intercept", NULL), 5e-5, 1.0);
    test_close("se", half_width(&a) / 1.959963984540054,
               test_number(want, "calibration_intercept_se", NULL), 1e-3, 0.0);
    assay_json_free(doc);
    sample_free(&s);
}
END_TEST

START_TEST(a_whole_less_a_part_is_the_rest)
{
    enum { N = 1000 };
    static double prob[N];
    static unsigned char outcome[N];
    struct test_random random = {5};
    for (size_t i = 0; i < N; i++) {
        prob[i] = 0.02 + 0.5 * test_uniform(&random);
        outcome[i] = test_uniform(&random) < prob[i];
    }
    fill(&bins, prob, outcome, N);
    fill(&part, prob, outcome, 300);
    assay_logit_bins_subtract(&bins, &part, &rest);
    struct assay_estimate got = assay_logit_bins_intercept(&rest);
    fill(&bins, prob + 300, outcome + 300, N - 300);
    struct assay_estimate want = assay_logit_bins_intercept(&bins);
    test_close("intercept", got.value, want.value, 1e-9, 1.0);
    test_close("high", got.high, want.high, 1e-9, 1.0);
}
END_TEST

static const struct {
    const char *what;
    double prob[4];
    unsigned char outcome[4];
    bool intercept, slope;
} edges[] = {
    {"overlap", {0.1, 0.2, 0.3, 0.4}, {0, 1, 0, 1}, true, true},
    {"separated", {0.1, 0.2, 0.3, 0.4}, {0, 0, 1, 1}, true, false},
    {"separated the other way", {0.1, 0.2, 0.3, 0.4}, {1, 1, 0, 0}, true, false},
    {"touching", {0.1, 0.3, 0.3, 0.4}, {0, 0, 1, 1}, true, false},
    {"constant", {0.2, 0.2, 0.2, 0.2}, {0, 1, 0, 1}, true, false},
    {"one outcome", {0.1, 0.2, 0.3, 0.4}, {0, 0, 0, 0}, false, false},
    {"certain", {0.1, 0.2, 1.0, 0.4}, {0, 1, 0, 1}, false, false},
};
START_TEST(what_the_rows_would_refuse_is_not_defined)
{
    double beside;
    fill(&bins, edges[_i].prob, edges[_i].outcome, 4);
    struct assay_estimate a = assay_logit_bins_intercept(&bins);
    struct assay_estimate b = assay_logit_bins_slope(&bins, &beside);
    ck_assert_msg(!isnan(a.value) == edges[_i].intercept, "%s: %g", edges[_i].what, a.value);
    ck_assert_msg(!isnan(b.value) == edges[_i].slope, "%s: %g", edges[_i].what, b.value);
    ck_assert_int_eq(isnan(b.value), isnan(beside));
}
END_TEST

START_TEST(the_far_ends_are_kept)
{
    const double prob[] = {1e-12, 1e-9, 1.0 - 1e-12, 0.5};
    const unsigned char outcome[] = {0, 1, 1, 0};
    fill(&bins, prob, outcome, 4);
    ck_assert_double_eq(bins.bin[0].n, 2.0);
    ck_assert_double_eq(bins.bin[ASSAY_LOGIT_BINS - 1].n, 1.0);
    ck_assert(!isnan(assay_logit_bins_intercept(&bins).value));
}
END_TEST

/* Constant probabilities: U = x - n X / N, v = n p (1 - p), p = X / N: Pearson's chi-square of the table. */
START_TEST(the_shift_of_a_constant_is_pearsons)
{
    double prob[200];
    unsigned char outcome[200] = {0};
    for (size_t i = 0; i < 200; i++) {
        prob[i] = 0.3;
        outcome[i] = i < 30 || (i >= 100 && i < 118);
    }
    fill(&bins, prob, outcome, 200);
    fill(&part, prob, outcome, 100);
    double chi2 = 36.0 / (100 * 0.24 * 0.76 * 0.5), p = assay_logit_bins_shift_p(&bins, &part, 1.0);
    ck_assert_double_eq_tol(p, erfc(sqrt(chi2 / 2.0)), 1e-9);
    ck_assert_double_eq_tol(assay_logit_bins_shift_p(&bins, &part, 2.0), erfc(sqrt(chi2 / 4.0)), 1e-9);
    fill(&part, prob, outcome, 20); /* 4.8 events expected */
    ck_assert(isnan(assay_logit_bins_shift_p(&bins, &part, 1.0)));
    ck_assert(isnan(assay_logit_bins_shift_p(&bins, &bins, 1.0)));
}
END_TEST

/* 400 rows of 2,000, true probabilities: the test's size at 5% in 2,000 draws, whose standard error is
 * 0.5%, within 3 of these. */
START_TEST(the_shift_keeps_its_level)
{
    enum { N = 2000, DRAWS = 2000 };
    struct test_random random = {8};
    static double prob[N];
    static unsigned char outcome[N];
    double found = 0.0;
    for (size_t i = 0; i < N; i++)
        prob[i] = 1.0 / (1.0 + exp(3.0 - 3.0 * test_uniform(&random)));
    for (int draw = 0; draw < DRAWS; draw++) {
        for (size_t i = 0; i < N; i++)
            outcome[i] = test_uniform(&random) < prob[i];
        fill(&bins, prob, outcome, N);
        fill(&part, prob, outcome, 400);
        found += assay_logit_bins_shift_p(&bins, &part, 1.0) <= 0.05;
    }
    ck_assert_double_eq_tol(found / DRAWS, 0.05, 0.015);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, fits_are_those_of_the_rows, 0, 4);
    tcase_add_loop_test(tc, segments_are_those_of_the_reference, 0, 3);
    tcase_add_test(tc, a_whole_less_a_part_is_the_rest);
    tcase_add_loop_test(tc, what_the_rows_would_refuse_is_not_defined, 0, COUNT(edges));
    tcase_add_test(tc, the_far_ends_are_kept);
    tcase_add_test(tc, the_shift_of_a_constant_is_pearsons);
    tcase_add_test(tc, the_shift_keeps_its_level);
}

ASSAY_SUITE("metric/logit_bins", add_tests)
