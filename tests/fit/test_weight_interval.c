#include "core/fit/weight_interval.h"

#include <math.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { SIGNALS = 4, COEF = 6 }; /* an indicator behind the signals plays no part */
static const double z = 1.959963984540054; /* normal quantile of 0.975 */

/* coef, and covariance = scale^2 * A A' for a random A, which is positive definite. */
static void draw(uint64_t seed, double scale, double coef[COEF], double covariance[COEF * COEF])
{
    struct test_random random = {seed};
    double a[COEF * COEF];
    for (size_t k = 0; k < COEF * COEF; k++)
        a[k] = scale * (test_uniform(&random) - 0.5);
    for (size_t j = 0; j < COEF; j++) {
        coef[j] = -3.0 * test_uniform(&random);
        for (size_t k = 0; k < COEF; k++) {
            covariance[j * COEF + k] = 0.0;
            for (size_t m = 0; m < COEF; m++)
                covariance[j * COEF + k] += a[j * COEF + m] * a[k * COEF + m];
        }
    }
}

static double total_of(const double coef[])
{
    double total = 0.0;
    for (size_t j = 1; j <= SIGNALS; j++)
        total += coef[j];
    return total;
}

/* Variance of b_j - w sum b. */
static double variance_at(const double covariance[], size_t signal, double w)
{
    double variance = 0.0;
    for (size_t j = 1; j <= SIGNALS; j++)
        for (size_t k = 1; k <= SIGNALS; k++)
            variance += ((j == signal + 1) - w) * ((k == signal + 1) - w) * covariance[j * COEF + k];
    return variance;
}

/* Rounding in the quadratic's root is some 1e-15 of b^2 over what is left of it: 1e-9 is ample. */
START_TEST(at_both_ends_the_contrast_is_just_significant) /* a loop over seeds */
{
    double coef[COEF], covariance[COEF * COEF], low[SIGNALS], high[SIGNALS];
    draw((uint64_t)_i + 1, 0.8, coef, covariance);
    double total = total_of(coef);
    assay_weight_intervals(coef, covariance, COEF, SIGNALS, 0.95, low, high);
    for (size_t j = 0; j < SIGNALS; j++) {
        const double ends[] = {low[j], high[j]};
        ck_assert_double_lt(low[j], coef[1 + j] / total);
        ck_assert_double_gt(high[j], coef[1 + j] / total);
        for (size_t e = 0; e < 2; e++)
            test_close("statistic",
                       fabs(coef[1 + j] - ends[e] * total) / sqrt(variance_at(covariance, j, ends[e])),
                       z, 1e-9, 1);
    }
}
END_TEST

/* Fieller's ends differ from the delta method's by the square of the total's coefficient of variation,
 * here some 1e-8. */
START_TEST(with_little_noise_it_is_the_delta_method) /* a loop over seeds */
{
    double coef[COEF], covariance[COEF * COEF], low[SIGNALS], high[SIGNALS];
    draw((uint64_t)_i + 1, 1e-4, coef, covariance);
    double total = total_of(coef);
    assay_weight_intervals(coef, covariance, COEF, SIGNALS, 0.95, low, high);
    for (size_t j = 0; j < SIGNALS; j++) {
        double w = coef[1 + j] / total;
        double half = z * sqrt(variance_at(covariance, j, w)) / fabs(total);
        test_close("low", (w - low[j]) / half, 1, 1e-3, 1);
        test_close("high", (high[j] - w) / half, 1, 1e-3, 1);
    }
}
END_TEST

START_TEST(a_common_factor_on_the_slopes_changes_nothing)
{
    double coef[COEF], covariance[COEF * COEF], low[2][SIGNALS], high[2][SIGNALS];
    draw(3, 0.8, coef, covariance);
    assay_weight_intervals(coef, covariance, COEF, SIGNALS, 0.95, low[0], high[0]);
    for (size_t j = 0; j < COEF; j++)
        coef[j] *= -1024.0;
    for (size_t k = 0; k < COEF * COEF; k++)
        covariance[k] *= 1024.0 * 1024.0;
    assay_weight_intervals(coef, covariance, COEF, SIGNALS, 0.95, low[1], high[1]);
    for (size_t j = 0; j < SIGNALS; j++) { /* powers of 2: no rounding */
        ck_assert_double_eq(low[0][j], low[1][j]);
        ck_assert_double_eq(high[0][j], high[1][j]);
    }
}
END_TEST

/* b = (-2, -1), independent, standard error s each: z^2 2 s^2 = 9 at s = 3 / (z sqrt 2). */
START_TEST(without_a_significant_total_weights_could_be_anything)
{
    double coef[] = {0, -2, -1}, low[2], high[2], edge = 9 / (2 * z * z);
    for (int beyond = 0; beyond < 2; beyond++) {
        double v = edge * (beyond ? 1.001 : 0.999), covariance[] = {1, 0, 0, 0, v, 0, 0, 0, v};
        assay_weight_intervals(coef, covariance, 3, 2, 0.95, low, high);
        ck_assert_int_eq(isinf(low[0]) != 0, beyond);
        ck_assert_int_eq(isinf(high[1]) != 0, beyond);
        ck_assert(low[0] < 0 && high[0] > 1);
    }
}
END_TEST

START_TEST(a_signal_that_is_alone_has_weight_1)
{
    double coef[] = {1, -2}, covariance[] = {1, 0.1, 0.1, 0.25}, low, high;
    assay_weight_intervals(coef, covariance, 2, 1, 0.95, &low, &high);
    test_close("low", low, 1, 1e-7, 1); /* the root of a difference that is 0 but for rounding */
    test_close("high", high, 1, 1e-7, 1);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, at_both_ends_the_contrast_is_just_significant, 0, 50);
    tcase_add_loop_test(tc, with_little_noise_it_is_the_delta_method, 0, 50);
    tcase_add_test(tc, a_common_factor_on_the_slopes_changes_nothing);
    tcase_add_test(tc, without_a_significant_total_weights_could_be_anything);
    tcase_add_test(tc, a_signal_that_is_alone_has_weight_1);
}

ASSAY_SUITE("fit/weight_interval", add_tests)
