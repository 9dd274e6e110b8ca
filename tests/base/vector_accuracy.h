/* vector_accuracy.h - how far exp and log1p of vector_functions.h are from the truth
 *
 * For programs that define ASSAY_SIMD_WIDTH. The truth is long double, 11 bits more than a double: its own error does
 * not show in hundredths of a unit in the last place.
 */
#include <float.h>
#include <math.h>

#include "core/base/vector_functions.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { POINTS = 200000 };

/* In units in the last place of the double nearest to the truth; below the normal range that unit is constant. */
static double ulps(double got, long double want)
{
    int exponent;
    frexp((double)want, &exponent);
    double unit =
        ldexp(1.0, exponent < DBL_MIN_EXP ? DBL_MIN_EXP - DBL_MANT_DIG : exponent - DBL_MANT_DIG);
    return (double)fabsl(((long double)got - want) / unit);
}

ASSAY_SIMD_TARGET static double vector_exp(double x)
{
    double out[ASSAY_SIMD_WIDTH];
    assay_vec_store(out, assay_vec_exp(assay_vec_all(x)));
    return out[ASSAY_SIMD_WIDTH - 1];
}

ASSAY_SIMD_TARGET static double vector_log1p(double s)
{
    double out[ASSAY_SIMD_WIDTH];
    assay_vec_store(out, assay_vec_log1p(assay_vec_all(s)));
    return out[ASSAY_SIMD_WIDTH - 1];
}

/* All the range of results, normal and subnormal, arguments near 0, and tiny ones. */
static double exp_argument(struct test_random *random, size_t k)
{
    double u = test_uniform(random);
    switch (k % 4) {
    case 0:
        return -746.0 * u;
    case 1:
        return -2.0 * u;
    case 2:
        return -708.0 - 38.0 * u;
    default:
        return -ldexp(u, -(int)test_below(random, 1074));
    }
}

static double log1p_argument(struct test_random *random, size_t k)
{
    double u = test_uniform(random);
    switch (k % 4) {
    case 0:
        return u;
    case 1:
        return ldexp(u, -(int)test_below(random, 1074));
    case 2:
        return 0.5 + (u - 0.5) * 0.02;
    default:
        return 1.0 - u * 0x1p-20;
    }
}

START_TEST(exp_is_within_1_1_ulp)
{
    struct test_random random = {17};
    for (size_t k = 0; k < POINTS; k++) {
        double x = exp_argument(&random, k), error = ulps(vector_exp(x), expl((long double)x));
        ck_assert_msg(error < 1.1, "exp(%.17g) is off by %.3f ulp", x, error);
    }
}
END_TEST

START_TEST(log1p_is_within_1_1_ulp)
{
    struct test_random random = {18};
    for (size_t k = 0; k < POINTS; k++) {
        double s = log1p_argument(&random, k),
               error = ulps(vector_log1p(s), log1pl((long double)s));
        ck_assert_msg(error < 1.1, "log1p(%.17g) is off by %.3f ulp", s, error);
    }
}
END_TEST

START_TEST(ends_of_the_domain_are_exact)
{
    ck_assert_double_eq(vector_exp(0.0), 1.0);
    ck_assert_double_eq(vector_exp(-0.0), 1.0);
    ck_assert_double_eq(vector_exp(-745.0), 0x1p-1074);
    ck_assert_double_eq(vector_exp(-746.0), 0.0);
    ck_assert_double_eq(vector_exp(-1e300), 0.0);
    ck_assert_double_eq(vector_exp(-INFINITY), 0.0);
    ck_assert(isnan(vector_exp(NAN)));
    ck_assert_double_eq(vector_log1p(0.0), 0.0);
    ck_assert_double_eq(vector_log1p(0x1p-1074), 0x1p-1074);
    ck_assert_double_eq(vector_log1p(1.0), log(2.0));
}
END_TEST

static void add_accuracy_tests(TCase *tc)
{
    tcase_add_test(tc, exp_is_within_1_1_ulp);
    tcase_add_test(tc, log1p_is_within_1_1_ulp);
    tcase_add_test(tc, ends_of_the_domain_are_exact);
}
