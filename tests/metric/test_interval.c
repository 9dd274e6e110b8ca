#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "core/metric/interval.h"
#include "tests/metric/sample.h"

START_TEST(wilson_has_its_closed_form_at_the_edges)
{
    /* x = 0: [0, z^2 / (n + z^2)]; x = n: its mirror image. Rounding only: 1e-14. */
    const size_t sizes[] = {1, 2, 40, 1000000};
    size_t n = sizes[_i];
    double z = 1.959963984540054, z2 = z * z;
    struct assay_error err = {0};
    struct assay_estimate none, all;
    ck_assay_ok(assay_wilson_interval(0, n, 0.95, &none, &err));
    ck_assay_ok(assay_wilson_interval(n, n, 0.95, &all, &err));
    ck_assert_double_eq(none.value, 0.0);
    ck_assert_double_eq(none.low, 0.0);
    ck_assert_double_eq_tol(none.high, z2 / ((double)n + z2), 1e-14);
    ck_assert_double_eq(all.value, 1.0);
    ck_assert_double_eq(all.high, 1.0);
    test_close("low", all.low, (double)n / ((double)n + z2), 1e-14, 0.0);
}
END_TEST

START_TEST(wilson_limits_solve_the_score_equation)
{
    /* Each limit q satisfies (p - q)^2 = z^2 q (1 - q) / n, at any level. */
    const double levels[] = {0.5, 0.9, 0.95, 0.99, 0.999999};
    struct assay_error err = {0};
    double z = assay_normal_quantile(levels[_i]);
    for (size_t n = 1; n < 200; n += 7) {
        for (size_t x = 0; x <= n; x++) {
            struct assay_estimate e;
            ck_assay_ok(assay_wilson_interval(x, n, levels[_i], &e, &err));
            for (int side = 0; side < 2; side++) {
                double q = side ? e.high : e.low;
                double variance = z * z * q * (1.0 - q) / (double)n;
                ck_assert_double_eq_tol((e.value - q) * (e.value - q), variance, 1e-13);
            }
            ck_assert(e.low >= 0.0 && e.low <= e.value && e.value <= e.high && e.high <= 1.0);
        }
    }
}
END_TEST

START_TEST(clopper_pearson_has_its_closed_form_at_the_edges)
{
    /* x = 0: high = 1 - tail^(1/n); x = 1: low = 1 - (1 - tail)^(1/n). */
    const size_t sizes[] = {1, 2, 5, 365, 100000, 100000000};
    double n = (double)sizes[_i], tail = 0.025;
    struct assay_error err = {0};
    struct assay_estimate e;
    ck_assay_ok(assay_clopper_pearson_interval(0, sizes[_i], 0.95, &e, &err));
    ck_assert_double_eq(e.low, 0.0);
    ck_assert_double_eq_tol(e.high, -expm1(log(tail) / n), 1e-15);
    ck_assay_ok(assay_clopper_pearson_interval(1, sizes[_i], 0.95, &e, &err));
    test_close("low", e.low, -expm1(log1p(-tail) / n), 1e-11, 0.0);
    ck_assay_ok(assay_clopper_pearson_interval(sizes[_i], sizes[_i], 0.95, &e, &err));
    ck_assert_double_eq(e.high, 1.0);
    test_close("low", e.low, exp(log(tail) / n), 1e-14, 0.0);
}
END_TEST

/* P(X >= x) for X binomial(n, q): the tail that defines the lower limit. */
static double tail_by_sum(size_t x, size_t n, double q)
{
    double sum = 0.0;
    for (size_t k = n + 1; k-- > x;)
        sum += gsl_ran_binomial_pdf((unsigned)k, q, (unsigned)n);
    return sum;
}

START_TEST(clopper_pearson_limits_leave_half_the_error_in_each_tail)
{
    const double levels[] = {0.1, 0.8, 0.95, 0.99, 0.999999};
    double tail = (1.0 - levels[_i]) / 2.0;
    struct assay_error err = {0};
    for (size_t n = 1; n <= 400; n += n < 20 ? 1 : 38) {
        for (size_t x = 1; x <= n; x++) {
            struct assay_estimate e, mirror;
            ck_assay_ok(assay_clopper_pearson_interval(x, n, levels[_i], &e, &err));
            ck_assay_ok(assay_clopper_pearson_interval(n - x, n, levels[_i], &mirror, &err));
            /* The sum of up to 400 terms, each good to lgamma's 1e-13. */
            test_close("tail", tail_by_sum(x, n, e.low), tail, 1e-11, 0.0);
            ck_assert_double_eq_tol(mirror.high, 1.0 - e.low, 1e-15);
            ck_assert(e.low >= 0.0 && e.low <= e.value && e.value <= e.high && e.high <= 1.0);
        }
    }
}
END_TEST

START_TEST(clopper_pearson_agrees_with_the_beta_distribution_at_any_size)
{
    /* gsl_cdf_beta_P() is another implementation; against 80-bit arithmetic it was found good to
     * 3e-10 at 1e5 and 4e-9 at 1e6. Where it gives up (NaN, beyond 1e6) there is nothing to
     * compare. */
    const size_t sizes[] = {365, 3521, 10000, 100000, 1000000};
    const double tolerance[] = {1e-11, 1e-10, 1e-10, 2e-9, 2e-8};
    struct assay_error err = {0};
    size_t n = sizes[_i];
    for (size_t k = 1; k < 300; k++) {
        struct assay_estimate e;
        size_t x = n * k / 300;
        ck_assay_ok(assay_clopper_pearson_interval(x, n, 0.95, &e, &err));
        double a = (double)x, b = (double)(n - x);
        test_close("low", gsl_cdf_beta_P(e.low, a, b + 1.0), 0.025, tolerance[_i], 0.0);
        test_close("high", gsl_cdf_beta_Q(e.high, a + 1.0, b), 0.025, tolerance[_i], 0.0);
    }
}
END_TEST

START_TEST(clopper_pearson_answers_for_a_hundred_million)
{
    /* There both intervals are p -+ z SE to a relative 1e-3 of their half width. */
    const size_t n = 100000000;
    struct assay_error err = {0};
    for (size_t k = 1; k < 10; k++) {
        struct assay_estimate exact, score;
        ck_assay_ok(assay_clopper_pearson_interval(n / 10 * k, n, 0.95, &exact, &err));
        ck_assay_ok(assay_wilson_interval(n / 10 * k, n, 0.95, &score, &err));
        double half = (score.high - score.low) / 2.0;
        ck_assert_double_eq_tol(exact.low, score.low, 1e-3 * half);
        ck_assert_double_eq_tol(exact.high, score.high, 1e-3 * half);
    }
}
END_TEST

START_TEST(coverage_is_what_the_headers_say)
{
    /* Exact coverage, summed over the binomial distribution of x: Clopper-Pearson never below the
     * level, Wilson near it on average (Agresti and Coull 1998 print 0.95 -+ 0.01 from n = 10). */
    const size_t sizes[] = {10, 25, 60};
    size_t n = sizes[_i];
    struct assay_error err = {0};
    double mean_wilson = 0.0;
    enum { N_SHARE = 200 };
    for (int k = 0; k < N_SHARE; k++) {
        double share = (k + 0.5) / N_SHARE, wilson = 0.0, exact = 0.0;
        for (size_t x = 0; x <= n; x++) {
            struct assay_estimate w, c;
            ck_assay_ok(assay_wilson_interval(x, n, 0.95, &w, &err));
            ck_assay_ok(assay_clopper_pearson_interval(x, n, 0.95, &c, &err));
            double mass = gsl_ran_binomial_pdf((unsigned)x, share, (unsigned)n);
            wilson += w.low <= share && share <= w.high ? mass : 0.0;
            exact += c.low <= share && share <= c.high ? mass : 0.0;
        }
        ck_assert_double_ge(exact, 0.95 - 1e-12);
        ck_assert_double_ge(wilson, 0.83);
        mean_wilson += wilson / N_SHARE;
    }
    ck_assert_double_eq_tol(mean_wilson, 0.95, 0.01);
}
END_TEST

static const struct {
    size_t x, n;
    double level;
    const char *message;
} bad[] = {
    {0, 0, 0.95, "Wilson interval: n is 0; expected at least 1 trial"},
    {6, 5, 0.95, "Wilson interval: 6 successes in 5 trials; expected at most 5"},
    {1, 5, 1.0, "Wilson interval: level is 1; expected more than 0, less than 1"},
    {1, 5, 0.0, "Wilson interval: level is 0; expected more than 0, less than 1"},
    {1, 5, (double)NAN, "Wilson interval: level is NaN; expected more than 0, less than 1"},
};

START_TEST(impossible_shares_are_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_estimate e = {.value = 7.0};
    ck_assert_int_eq(assay_wilson_interval(bad[_i].x, bad[_i].n, bad[_i].level, &e, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_int_eq(assay_clopper_pearson_interval(bad[_i].x, bad[_i].n, bad[_i].level, &e, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(strchr(err.message, ':'), strchr(bad[_i].message, ':'));
    ck_assert_double_eq(e.value, 7.0);
}
END_TEST

START_TEST(a_rate_without_a_denominator_is_not_a_number)
{
    struct assay_rate rate = assay_rate_of(0, 0);
    ck_assert_uint_eq(rate.n, 0);
    ck_assert(isnan(rate.wilson.value) && isnan(rate.wilson.low) && isnan(rate.wilson.high));
    ck_assert(isnan(rate.clopper_pearson.value) && isnan(rate.clopper_pearson.low) &&
              isnan(rate.clopper_pearson.high));
}
END_TEST

START_TEST(normal_interval_is_symmetric_and_unknown_without_an_error)
{
    struct assay_estimate e = assay_normal_interval(2.0, 0.5, 0.95);
    ck_assert_double_eq_tol(e.low, 2.0 - 0.5 * 1.959963984540054, 1e-15);
    ck_assert_double_eq_tol(e.high, 2.0 + 0.5 * 1.959963984540054, 1e-15);
    e = assay_normal_interval(2.0, (double)NAN, 0.95);
    ck_assert(e.value == 2.0 && isnan(e.low) && isnan(e.high));
    ck_assert_double_eq_tol(assay_normal_p_value(-1.959963984540054), 0.05, 1e-15);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, wilson_has_its_closed_form_at_the_edges, 0, 4);
    tcase_add_loop_test(tc, wilson_limits_solve_the_score_equation, 0, 5);
    tcase_add_loop_test(tc, clopper_pearson_has_its_closed_form_at_the_edges, 0, 6);
    tcase_add_loop_test(tc, clopper_pearson_limits_leave_half_the_error_in_each_tail, 0, 5);
    tcase_add_loop_test(tc, clopper_pearson_agrees_with_the_beta_distribution_at_any_size, 0, 5);
    tcase_add_test(tc, clopper_pearson_answers_for_a_hundred_million);
    tcase_add_loop_test(tc, coverage_is_what_the_headers_say, 0, 3);
    tcase_add_loop_test(tc, impossible_shares_are_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, a_rate_without_a_denominator_is_not_a_number);
    tcase_add_test(tc, normal_interval_is_symmetric_and_unknown_without_an_error);
}

ASSAY_SUITE("metric/interval", add_tests)
