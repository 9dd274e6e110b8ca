#include <math.h>
#include <string.h>

#include "core/fit/sample_size.h"
#include "tests/support/suite.h"

static struct assay_sample_question ask(size_t n_row, size_t n_event, size_t n_slope, double r2)
{
    struct assay_sample_question q = assay_sample_question_default();
    q.n_row = n_row;
    q.n_event = n_event;
    q.n_slope = n_slope;
    q.r2 = r2;
    return q;
}

static struct assay_sample_size answer(struct assay_sample_question q)
{
    struct assay_sample_size size;
    struct assay_error err = {0};
    ck_assay_ok(assay_sample_size(&q, &size, &err));
    return size;
}

/* Worked examples of Riley et al. (2020): pre-eclampsia, 5% events and 30 coefficients, needs 5,249
 * rows for shrinkage and 73 for the margin; the example of their program pmsampsize, 17.4% and
 * 24 coefficients at R2 = 0.288, needs 623, 662 and 221, hence 662. Here 17.4% are 113 of 650. */
START_TEST(published_examples_come_out)
{
    struct assay_sample_size size = answer(ask(10000, 500, 30, 0.05));
    ck_assert_double_eq(size.for_shrinkage.n_row, 5249);
    ck_assert_double_eq(size.for_margin.n_row, 73);
    ck_assert(size.for_shrinkage.met && size.for_margin.met);
    size = answer(ask(650, 113, 24, 0.288));
    ck_assert_double_eq(size.for_shrinkage.n_row, 623);
    ck_assert_double_eq(size.for_optimism.n_row, 662);
    ck_assert_double_eq(size.for_margin.n_row, 221);
    ck_assert_double_eq(size.overall.n_row, 662);
    ck_assert(size.for_shrinkage.met && !size.for_optimism.met && size.for_margin.met);
    ck_assert(!size.overall.met);
}
END_TEST

START_TEST(half_events_have_the_largest_r2)
{
    /* l0 = n ln(1/2): max R2 = 1 - 1/4 */
    test_close("largest R2", answer(ask(100, 50, 1, 0.1)).r2_max, 0.75, 1e-15, 0);
    test_close("margin", answer(ask(100, 50, 1, 0.1)).for_margin.n_row, 385, 0, 0);
}
END_TEST

START_TEST(an_apparent_r2_is_adjusted_by_the_expected_shrinkage)
{
    /* ln(1 - R2) = -1/4 and n = 200: a likelihood ratio of 50, so with 5 coefficients 45/50 is left. */
    struct assay_sample_question q = ask(200, 60, 5, -expm1(-0.25));
    double anticipated = answer(q).r2_adjusted;
    q.apparent = true;
    struct assay_sample_size size = answer(q);
    test_close("shrinkage", size.shrinkage, 0.9, 1e-14, 0);
    test_close("anticipated", anticipated, q.r2, 0, 0);
    test_close("adjusted", size.r2_adjusted, 0.9 * q.r2, 1e-14, 0);
    /* At the number that is needed, the expected shrinkage is the target. */
    q = ask(1000000, 300000, 12, 0.1);
    double n = answer(q).for_shrinkage.n_row;
    double left = 1.0 + 12.0 / (n * log1p(-0.1 / 0.9)); /* the apparent R2 is the adjusted over S */
    ck_assert(left >= 0.9 && left < 0.9 + 1e-3);
}
END_TEST

START_TEST(a_model_without_signal_never_has_enough_rows)
{
    struct assay_sample_question q = ask(100, 30, 20, 0.1); /* a likelihood ratio of 10.5 for 20 */
    q.apparent = true;
    struct assay_sample_size size = answer(q);
    ck_assert_double_lt(size.r2_adjusted, 0.0);
    ck_assert(size.for_shrinkage.n_row == HUGE_VAL && size.for_optimism.n_row == HUGE_VAL);
    ck_assert(size.overall.n_row == HUGE_VAL && !size.overall.met && !size.for_shrinkage.met);
}
END_TEST

START_TEST(more_coefficients_and_stricter_targets_need_more_rows)
{
    struct assay_sample_question q = ask(1000, 200, 5, 0.1);
    double last = 0.0;
    for (q.n_slope = 5; q.n_slope <= 50; q.n_slope += 5) {
        double n = answer(q).overall.n_row;
        ck_assert_double_ge(n, last);
        last = n;
    }
    for (q.shrinkage = 0.91; q.shrinkage < 0.99; q.shrinkage += 0.01) {
        double n = answer(q).overall.n_row;
        ck_assert_double_gt(n, last);
        last = n;
    }
}
END_TEST

static const struct {
    size_t n_row, n_event, n_slope;
    double r2, shrinkage;
    const char *message;
} bad[] = {
    {100, 0, 3, 0.1, 0.9, "sample size: 0 of 100 outcomes are events; expected some but not all"},
    {100, 100, 3, 0.1, 0.9, "sample size: 100 of 100 outcomes are events; expected some but not all"},
    {0, 0, 3, 0.1, 0.9, "sample size: 0 of 0 outcomes are events; expected some but not all"},
    {100, 30, 0, 0.1, 0.9, "sample size: no coefficient; expected at least one"},
    {100, 50, 3, 0.8, 0.9, "sample size: the Cox-Snell R2 is 0.8; expected above 0 and below 0.75"},
    {100, 50, 3, 0.0, 0.9, "sample size: the Cox-Snell R2 is 0; expected above 0 and below 0.75"},
    {100, 50, 3, NAN, 0.9, "sample size: the Cox-Snell R2 is nan; expected above 0 and below 0.75"},
    {100, 50, 3, 0.1, 1.0, "sample size: the target for shrinkage is 1; expected above 0 and below 1"},
};

START_TEST(questions_out_of_range_are_refused)
{
    struct assay_sample_question q =
        ask(bad[_i].n_row, bad[_i].n_event, bad[_i].n_slope, bad[_i].r2);
    struct assay_sample_size size = {.r2_max = 7};
    struct assay_error err = {0};
    q.shrinkage = bad[_i].shrinkage;
    ck_assert_int_eq(assay_sample_size(&q, &size, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_double_eq(size.r2_max, 7);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, published_examples_come_out);
    tcase_add_test(tc, half_events_have_the_largest_r2);
    tcase_add_test(tc, an_apparent_r2_is_adjusted_by_the_expected_shrinkage);
    tcase_add_test(tc, a_model_without_signal_never_has_enough_rows);
    tcase_add_test(tc, more_coefficients_and_stricter_targets_need_more_rows);
    tcase_add_loop_test(tc, questions_out_of_range_are_refused, 0, COUNT(bad));
}

ASSAY_SUITE("fit/sample_size", add_tests)
