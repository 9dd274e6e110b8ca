#include "core/metric/expected_events.h"

#include <math.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { N = 6000 };
static double x[N], truth[N], expected[N];
static unsigned char flagged[N], outcome[N];

/* Curved, and different on either side of x = 1. */
static double curve(double at)
{
    double eta = at < 1.0 ? -3.0 + 0.5 * at : -1.0 + 0.4 * (at - 1.0) - 0.1 * at * at;
    return 1.0 / (1.0 + exp(-eta));
}

static void draw(uint64_t seed, double unit)
{
    struct test_random random = {seed};
    for (size_t i = 0; i < N; i++) {
        double at = 4.0 * test_uniform(&random) - 1.0;
        truth[i] = curve(at);
        flagged[i] = at >= 1.0;
        outcome[i] = test_uniform(&random) < truth[i];
        x[i] = unit * at + 1000.0 * unit;
    }
}

static void expect(size_t n)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_expected_events(x, flagged, outcome, n, expected, &err));
}

START_TEST(events_come_as_often_as_expected_on_either_side) /* seeds */
{
    double sum[2] = {0}, event[2] = {0};
    draw((uint64_t)_i + 1, 1.0);
    expect(N);
    for (size_t i = 0; i < N; i++) {
        sum[flagged[i]] += expected[i];
        event[flagged[i]] += outcome[i];
    }
    for (size_t k = 0; k < 2; k++)
        test_close("sum", sum[k], event[k], 1e-6, 0.0);
}
END_TEST

/* Three coefficients from 3,000 rows a side: a fitted probability near 0.2 has a standard error of about
 * sqrt(0.16 * 3 / 3000) = 0.013; the mean distance stays below one and a half of them. */
START_TEST(a_curve_is_followed) /* seeds */
{
    double off = 0.0;
    draw((uint64_t)_i + 1, 1.0);
    expect(N);
    for (size_t i = 0; i < N; i++)
        off += fabs(expected[i] - truth[i]) / N;
    ck_assert_double_lt(off, 0.019);
}
END_TEST

START_TEST(the_unit_and_the_direction_do_not_matter)
{
    static double first[N];
    static const double units[] = {-1.0, 1e-6, 1e6};
    draw(4, 1.0);
    expect(N);
    for (size_t i = 0; i < N; i++)
        first[i] = expected[i];
    for (size_t k = 0; k < COUNT(units); k++) {
        draw(4, units[k]);
        expect(N);
        /* A row next to the edge of a bin may fall to either side: 1/256 of a curve. */
        for (size_t i = 0; i < N; i++)
            ck_assert_double_eq_tol(expected[i], first[i], 1e-4);
    }
}
END_TEST

START_TEST(a_side_of_one_outcome_expects_it)
{
    for (size_t i = 0; i < 100; i++) {
        x[i] = (double)i;
        flagged[i] = outcome[i] = i >= 50;
    }
    expect(100);
    for (size_t i = 0; i < 100; i++)
        ck_assert_double_eq(expected[i], outcome[i]);
}
END_TEST

START_TEST(a_score_that_separates_stays_finite)
{
    for (size_t i = 0; i < 100; i++) {
        x[i] = (double)i;
        flagged[i] = 0;
        outcome[i] = i >= 50;
    }
    expect(100);
    for (size_t i = 0; i < 100; i++)
        ck_assert(outcome[i] ? expected[i] > 0.4 : expected[i] < 0.6);
    ck_assert(expected[0] < 1e-6 && expected[99] > 1.0 - 1e-6);
}
END_TEST

START_TEST(a_constant_score_expects_the_rate)
{
    for (size_t i = 0; i < 90; i++) {
        x[i] = 0.1;
        flagged[i] = 1;
        outcome[i] = i % 3 == 0;
    }
    expect(90);
    for (size_t i = 0; i < 90; i++)
        ck_assert_double_eq_tol(expected[i], 1.0 / 3.0, 1e-9);
    expect(0);
}
END_TEST

START_TEST(running_out_of_memory_is_said)
{
    struct assay_error err = {0};
    test_fail_allocation(1);
    enum assay_status status = assay_expected_events(x, flagged, outcome, 10, expected, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, events_come_as_often_as_expected_on_either_side, 0, 5);
    tcase_add_loop_test(tc, a_curve_is_followed, 0, 5);
    tcase_add_test(tc, the_unit_and_the_direction_do_not_matter);
    tcase_add_test(tc, a_side_of_one_outcome_expects_it);
    tcase_add_test(tc, a_score_that_separates_stays_finite);
    tcase_add_test(tc, a_constant_score_expects_the_rate);
    tcase_add_test(tc, running_out_of_memory_is_said);
}

ASSAY_SUITE("metric/expected_events", add_tests)
