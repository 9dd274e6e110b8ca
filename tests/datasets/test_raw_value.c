#include "datasets/raw_value.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "tests/support/suite.h"

static struct assay_raw_shape shape_of(enum assay_raw_family family, double centre, double spread)
{
    return (struct assay_raw_shape){.family = family,
                                    .centre = centre,
                                    .spread = spread,
                                    .low = -INFINITY,
                                    .high = INFINITY,
                                    .decimals = ASSAY_RAW_EXACT};
}

/* Closed forms at x = 1; a few roundings each. */
START_TEST(each_family_gives_its_quantile)
{
    struct assay_raw_shape shape = shape_of(ASSAY_RAW_LOGNORMAL, 40, 0.8);
    test_close("lognormal", assay_raw_value(&shape, 5, 1), 200 * exp(0.8), 1e-15, 0);
    shape = shape_of(ASSAY_RAW_SHARE, 0.6, 1);
    /* odds 1.5 * 0.5 e = 0.75 e */
    test_close("share", assay_raw_value(&shape, 0.5, 1), 0.75 * M_E / (1 + 0.75 * M_E), 1e-15, 0);
    shape = shape_of(ASSAY_RAW_NORMAL, 50, 10);
    test_close("normal", assay_raw_value(&shape, 2, 1), 110, 1e-15, 0);
    shape = shape_of(ASSAY_RAW_UNIFORM, 0, 0);
    test_close("uniform", assay_raw_value(&shape, 1, 0), 50, 1e-15, 0);
    shape = shape_of(ASSAY_RAW_HURDLE, 10, 0.9);
    shape.zero = 0.5;
    ck_assert_double_eq(assay_raw_value(&shape, 1, -1e-9), 0);
    /* Half way up the half that is not 0 is its median; Qinv is good to about 1e-15. */
    test_close("hurdle", assay_raw_value(&shape, 3, gsl_cdf_ugaussian_Pinv(0.75)), 30, 1e-13, 0);
}
END_TEST

START_TEST(values_are_limited_and_then_rounded)
{
    struct assay_raw_shape shape = shape_of(ASSAY_RAW_NORMAL, 0, 1);
    shape.low = -2;
    shape.high = 3.14159;
    shape.decimals = 2;
    ck_assert_double_eq(assay_raw_value(&shape, 1, -9), -2);
    ck_assert_double_eq(assay_raw_value(&shape, 1, 9), 3.14);
    ck_assert_double_eq(assay_raw_value(&shape, 1, 0.128), 0.13);
    ck_assert(!signbit(assay_raw_value(&shape, 1, -0.001))); /* 0, not -0 */
}
END_TEST

/* The definition: F(k - 1) < prob <= F(k), F from GSL's incomplete beta. prob keeps 1e-9 away from
 * F's own jumps by being irrational multiples. */
START_TEST(count_quantile_inverts_the_distribution)
{
    static const double means[] = {0.05, 0.9, 4, 60, 900}, sizes[] = {0.05, 0.7, 3, 50};
    for (size_t a = 0; a < COUNT(means); a++)
        for (size_t b = 0; b < COUNT(sizes); b++)
            for (double prob = 0.0003; prob < 1; prob += 0.0137 * M_PI / 3) {
                double p = sizes[b] / (sizes[b] + means[a]);
                double k = assay_count_quantile(means[a], sizes[b], prob);
                ck_assert_double_eq(k, floor(k));
                ck_assert(gsl_cdf_negative_binomial_P((unsigned)k, p, sizes[b]) >= prob - 1e-10);
                if (k > 0)
                    ck_assert(gsl_cdf_negative_binomial_P((unsigned)k - 1, p, sizes[b]) <
                              prob + 1e-10);
            }
}
END_TEST

START_TEST(count_quantile_ends_next_to_one)
{
    double k = assay_count_quantile(2, 1, nextafter(1.0, 0.0));
    ck_assert(k > 50 && k < 200); /* geometric with ratio 2/3: 1e-16 lies at 91 */
    ck_assert_double_eq(assay_count_quantile(2, 1, 0), 0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, each_family_gives_its_quantile);
    tcase_add_test(tc, values_are_limited_and_then_rounded);
    tcase_add_test(tc, count_quantile_inverts_the_distribution);
    tcase_add_test(tc, count_quantile_ends_next_to_one);
}

ASSAY_SUITE("datasets/raw_value", add_tests)
