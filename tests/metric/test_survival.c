#include "core/metric/survival.h"

#include <math.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

/* Weeks in remission of 21 patients on 6-mercaptopurine (Freireich et al. 1963, Blood 21:699-716),
 * the field's worked example: S is 18/21, then times 16/17, 14/15, 11/12, 10/11, 6/7, 5/6;
 * median 23. */
static const double weeks[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                               17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const unsigned char censored[] = {0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0,
                                         1, 1, 1, 0, 0, 1, 1, 1, 1, 1};

static struct assay_survival measured(const double time[], const unsigned char cut[], size_t n)
{
    struct assay_survival s;
    struct assay_error err = {0};
    ck_assay_ok(assay_survival_measure(time, cut, n, &s, &err));
    return s;
}

START_TEST(the_worked_example_comes_out)
{
    const double at[] = {6, 7, 10, 13, 16, 22, 23};
    const double of[] = {18.0 / 21, 16.0 / 17, 14.0 / 15, 11.0 / 12, 10.0 / 11, 6.0 / 7, 5.0 / 6};
    const size_t risk[] = {21, 17, 15, 12, 11, 7, 6};
    struct assay_survival s = measured(weeks, censored, COUNT(weeks));
    ck_assert_uint_eq(s.n_point, COUNT(at));
    ck_assert_uint_eq(s.n_censored, 12);
    double share = 1, greenwood = 0;
    for (size_t k = 0; k < COUNT(at); k++) {
        double d = (double)risk[k] * (1 - of[k]);
        share *= of[k];
        greenwood += d / ((double)risk[k] * ((double)risk[k] - d));
        ck_assert_double_eq(s.time[k], at[k]);
        ck_assert_uint_eq(s.at_risk[k], risk[k]);
        test_close("S", s.share[k], share, 1e-14, 1);
        double scale = log(-log(share)), reach = 1.959963984540054 * sqrt(greenwood) / -log(share);
        test_close("low", s.low[k], exp(-exp(scale + reach)), 1e-12, 1);
        test_close("high", s.high[k], exp(-exp(scale - reach)), 1e-12, 1);
    }
    test_close("S(23)", s.share[6], 0.4481793, 1e-7, 1);
    struct assay_estimate median = assay_survival_quantile(&s, 0.5);
    struct assay_estimate upper = assay_survival_quantile(&s, 0.75);
    ck_assert_double_eq(median.value, 23);
    ck_assert_double_eq(median.low, 13); /* the first with a lower limit of 1/2 or less: 0.432 */
    ck_assert(isnan(median.high));       /* the upper limit never comes down to it */
    ck_assert_double_eq(assay_survival_quantile(&s, 0.25).value, 13);
    ck_assert(isnan(upper.value));
    assay_survival_clear(&s);
}
END_TEST

START_TEST(without_censoring_it_is_the_share_that_is_longer) /* a loop over seeds */
{
    enum { N = 60 };
    struct test_random random = {(uint64_t)_i + 1};
    double time[N];
    unsigned char none[N] = {0};
    for (size_t i = 0; i < N; i++)
        time[i] = (double)test_below(&random, 25);
    struct assay_survival s = measured(time, none, N);
    for (size_t k = 0; k < s.n_point; k++) {
        double longer = 0;
        for (size_t i = 0; i < N; i++)
            longer += time[i] > s.time[k];
        test_close("S", s.share[k], longer / N, 1e-13, 1);
        ck_assert(s.low[k] <= s.share[k] && s.share[k] <= s.high[k]);
    }
    ck_assert_double_eq(s.share[s.n_point - 1], 0);
    assay_survival_clear(&s);
}
END_TEST

START_TEST(the_order_of_the_rows_does_not_matter)
{
    double time[COUNT(weeks)];
    unsigned char cut[COUNT(weeks)];
    for (size_t i = 0; i < COUNT(weeks); i++) {
        time[i] = weeks[i * 8 % COUNT(weeks)];
        cut[i] = censored[i * 8 % COUNT(weeks)];
    }
    struct assay_survival one = measured(weeks, censored, COUNT(weeks));
    struct assay_survival two = measured(time, cut, COUNT(weeks));
    ck_assert_uint_eq(one.n_point, two.n_point);
    ck_assert_mem_eq(one.share, two.share, one.n_point * sizeof *one.share);
    ck_assert_mem_eq(one.high, two.high, one.n_point * sizeof *one.high);
    assay_survival_clear(&one);
    assay_survival_clear(&two);
}
END_TEST

START_TEST(edges_are_defined)
{
    const double one[] = {5, 5};
    const unsigned char all[] = {1, 1}, none[] = {0, 0};
    struct assay_survival s = measured(one, none, 0);
    ck_assert_uint_eq(s.n_point, 0);
    ck_assert(isnan(assay_survival_quantile(&s, 0.5).value));
    assay_survival_clear(&s);
    s = measured(one, all, 2); /* nobody's end was seen */
    ck_assert_uint_eq(s.n_point, 0);
    assay_survival_clear(&s);
    s = measured(one, none, 1); /* one end says next to nothing */
    ck_assert_double_eq(assay_survival_quantile(&s, 0.5).value, 5);
    ck_assert_double_eq(s.low[0], 0);
    ck_assert_double_eq(s.high[0], 1);
    assay_survival_clear(&s);
}
END_TEST

static const struct {
    double time;
    unsigned char censored;
    const char *message;
} bad[] = {
    {-1, 0, "survival: a time is -1; expected a finite number, at least 0"},
    {(double)NAN, 0, "survival: a time is NaN; expected a finite number, at least 0"},
    {3, 2, "survival: censored[0] is 2; expected 0 or 1"},
};
START_TEST(bad_values_are_named) /* a loop over bad[] */
{
    struct assay_error err = {0};
    struct assay_survival s;
    ck_assert_int_eq(assay_survival_measure(&bad[_i].time, &bad[_i].censored, 1, &s, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_survival s = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_survival_measure(weeks, censored, COUNT(weeks), &s, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_eq(n, 5);
            assay_survival_clear(&s);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory estimating a survival curve");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_worked_example_comes_out);
    tcase_add_loop_test(tc, without_censoring_it_is_the_share_that_is_longer, 0, 20);
    tcase_add_test(tc, the_order_of_the_rows_does_not_matter);
    tcase_add_test(tc, edges_are_defined);
    tcase_add_loop_test(tc, bad_values_are_named, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/survival", add_tests)
