#include <math.h>

#include "core/metric/cusum.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

START_TEST(sums_are_those_of_the_definition)
{
    const double z[] = {1, -2, 0.5, 3, 0};
    const double up[] = {0.5, 0, 0, 2.5, 2}, down[] = {0, 1.5, 0.5, 0, 0};
    double upper[5], lower[5];
    struct assay_cusum_alarm alarm = assay_cusum(z, 5, upper, lower);
    for (size_t t = 0; t < 5; t++) {
        ck_assert_double_eq(upper[t], up[t]);
        ck_assert_double_eq(lower[t], down[t]);
    }
    ck_assert_int_eq(alarm.direction, 0);
}
END_TEST

/* 1.5 a period above the allowance of 0.5: 1, 2, 3, 4, 5 passes 4.8 in the fifth. */
START_TEST(an_alarm_says_when_it_came_and_when_it_began)
{
    double z[8] = {-1, 0, 1.5, 1.5, 1.5, 1.5, 1.5, -9}, upper[8], lower[8];
    double sign = _i == 0 ? 1 : -1;
    for (size_t t = 0; t < 8; t++)
        z[t] *= sign;
    struct assay_cusum_alarm alarm = assay_cusum(z, 8, upper, lower);
    ck_assert_int_eq(alarm.direction, _i == 0 ? 1 : -1);
    ck_assert_uint_eq(alarm.since, 2);
    ck_assert_uint_eq(alarm.at, 6);
    ck_assert_double_eq(_i == 0 ? upper[7] : lower[7], 0); /* and it is not taken back */
}
END_TEST

START_TEST(nothing_seen_is_no_alarm)
{
    ck_assert_int_eq(assay_cusum(NULL, 0, NULL, NULL).direction, 0);
}
END_TEST

static double normal(struct test_random *random)
{
    double u = test_uniform(random), v = test_uniform(random);
    return sqrt(-2 * log(1 - u)) * cos(2 * 3.14159265358979323846 * v);
}

/* 40,000 runs: 3.8% has a standard error of 0.1%. */
START_TEST(false_alarms_are_as_rare_as_the_limit_says)
{
    struct test_random random = {7};
    double z[ASSAY_CUSUM_LOOKS], upper[ASSAY_CUSUM_LOOKS], lower[ASSAY_CUSUM_LOOKS];
    size_t alarms = 0, runs = 40000;
    for (size_t k = 0; k < runs; k++) {
        for (size_t t = 0; t < ASSAY_CUSUM_LOOKS; t++)
            z[t] = normal(&random);
        alarms += assay_cusum(z, ASSAY_CUSUM_LOOKS, upper, lower).direction != 0;
    }
    double share = (double)alarms / (double)runs;
    ck_assert_msg(share > 0.034 && share < 0.042, "%g", share);
    ck_assert_double_lt(share, ASSAY_CUSUM_FALSE_ALARMS);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, sums_are_those_of_the_definition);
    tcase_add_loop_test(tc, an_alarm_says_when_it_came_and_when_it_began, 0, 2);
    tcase_add_test(tc, nothing_seen_is_no_alarm);
    tcase_add_test(tc, false_alarms_are_as_rare_as_the_limit_says);
}

ASSAY_SUITE("metric/cusum", add_tests)
