#include "core/metric/beta.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/metric/sample.h"

START_TEST(the_distribution_has_its_closed_forms)
{
    /* Beta(a, 1): P(X <= x) = x^a; Beta(1, b): P(X > x) = (1-x)^b. Rounding of logarithms: 1e-13. */
    const double shapes[] = {0.3, 1.0, 2.5, 40.0, 1e6};
    double a = shapes[_i];
    for (double x = 0.01; x < 1.0; x += 0.07) {
        test_close("x^a", assay_log_beta_below(x, a, 1.0), a * log(x), 1e-13, 1e-3);
        test_close("(1-x)^b", assay_log_beta_above(x, 1.0, a), a * log1p(-x), 1e-13, 1e-3);
    }
}
END_TEST

START_TEST(the_two_tails_add_up_to_one)
{
    uint64_t seed = (uint64_t)_i + 1;
    for (int k = 0; k < 200; k++) {
        double a = 0.2 + 60.0 * random_unit(&seed), b = 0.2 + 60.0 * random_unit(&seed);
        double x = random_unit(&seed);
        double sum = exp(assay_log_beta_below(x, a, b)) + exp(assay_log_beta_above(x, a, b));
        ck_assert_double_eq_tol(sum, 1.0, 1e-12);
        test_close("GSL", exp(assay_log_beta_below(x, a, b)), gsl_cdf_beta_P(x, a, b), 1e-10, 1e-3);
        ck_assert(assay_log_beta_below(x, a, b) == assay_log_beta_above(1.0 - x, b, a) ||
                  fabs(assay_log_beta_below(x, a, b) - assay_log_beta_above(1.0 - x, b, a)) <
                      1e-10 * fmax(1.0, fabs(assay_log_beta_below(x, a, b))));
    }
}
END_TEST

START_TEST(tails_beyond_the_reach_of_a_double_have_their_logarithm)
{
    /* P(Beta(5000, 5000) <= 0.01) is about 10^-7000: leading term x^a (1-x)^b / (a B(a, b)) times a
     * factor between 1 and 1 / (1 - x / mean). */
    double a = 5000.0, x = 0.01;
    double lead = a * log(x) + a * log1p(-x) - log(a) - (2.0 * lgamma(a) - lgamma(2.0 * a));
    double found = assay_log_beta_below(x, a, a);
    ck_assert(found >= lead && found <= lead - log1p(-x / 0.5));
    ck_assert(assay_log_beta_above(x, a, a) <= 0.0);
}
END_TEST

START_TEST(a_quantile_leads_back_to_its_tail)
{
    uint64_t seed = (uint64_t)_i + 99;
    for (int k = 0; k < 100; k++) {
        double a = 0.2 + 500.0 * random_unit(&seed), b = 1.0 + 500.0 * random_unit(&seed);
        double tail = 0.001 + 0.4 * random_unit(&seed);
        double x = assay_beta_quantile(tail, a, b, a / (a + b) * 0.9);
        ck_assert_double_eq_tol(exp(assay_log_beta_below(x, a, b)), tail, 1e-10);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_distribution_has_its_closed_forms, 0, 5);
    tcase_add_loop_test(tc, the_two_tails_add_up_to_one, 0, 5);
    tcase_add_test(tc, tails_beyond_the_reach_of_a_double_have_their_logarithm);
    tcase_add_loop_test(tc, a_quantile_leads_back_to_its_tail, 0, 5);
}

ASSAY_SUITE("metric/beta", add_tests)
