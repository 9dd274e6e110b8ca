#include "core/metric/balance.h"

#include <math.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { N = 400 };

struct data {
    double number[2 * N], weight[N], target[5];
    int32_t term[2 * N];
    struct assay_balance_rows rows;
};
static struct data d;

/* Two numbers; a category of three levels, the first without a term, and one of two; the target is
 * the mean under known weights exp(b'x). */
static void draw(uint64_t seed, const double b[5])
{
    struct test_random random = {seed};
    double sum = 0;
    d.rows = (struct assay_balance_rows){N, 2, 2, 3, d.number, d.term, d.target};
    memset(d.target, 0, sizeof d.target);
    for (size_t i = 0; i < N; i++) {
        d.number[2 * i] = 2 * test_uniform(&random) - 1;
        d.number[2 * i + 1] = d.number[2 * i] * d.number[2 * i] + test_uniform(&random);
        d.term[2 * i] = (int32_t)test_below(&random, 3) - 1;
        d.term[2 * i + 1] = test_uniform(&random) < 0.3 ? 2 : -1;
    }
    for (size_t i = 0; i < N; i++)
        sum += exp(assay_balance_dot(&d.rows, i, b));
    for (size_t i = 0; i < N; i++)
        assay_balance_add(&d.rows, i, exp(assay_balance_dot(&d.rows, i, b)) / sum, d.target);
}

static struct assay_balance fitted(void)
{
    struct assay_balance balance;
    struct assay_error err = {0};
    ck_assay_ok(assay_balance_fit(&d.rows, d.weight, &balance, &err));
    return balance;
}

/* The weights of the family that meet the targets are one of a kind, so the known ones come back.
 * The search stops at a standardised difference of 1e-10, of the order of the coefficients' error.
 */
START_TEST(known_weights_come_back) /* a loop over seeds */
{
    const double b[5] = {0.8, -0.5, 0.7, -1.1, 0.4};
    draw((uint64_t)_i + 1, b);
    struct assay_balance balance = fitted();
    ck_assert(balance.balanced);
    ck_assert_double_gt(balance.largest_before, 0.1);
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", balance.coef[j], b[j], 1e-6, 1);
    double mean[5] = {0}, sum = 0, squares = 0;
    for (size_t i = 0; i < N; i++) {
        assay_balance_add(&d.rows, i, d.weight[i], mean);
        sum += d.weight[i];
        squares += d.weight[i] * d.weight[i];
    }
    for (size_t j = 0; j < 5; j++)
        test_close("mean", mean[j], d.target[j], 1e-8, 1);
    test_close("sum", sum, 1, 1e-12, 1);
    test_close("effective", balance.n_effective, 1 / squares, 1e-10, 1);
    assay_balance_clear(&balance);
}
END_TEST

/* One 0/1 covariate: weights are the target's share over the rows' in closed form. */
START_TEST(one_indicator_has_a_closed_form)
{
    const double target = 0.75;
    int32_t term[10];
    double weight[10];
    struct assay_balance balance;
    struct assay_error err = {0};
    for (size_t i = 0; i < 10; i++)
        term[i] = i < 4 ? 0 : -1;
    struct assay_balance_rows rows = {10, 0, 1, 1, d.number, term, &target};
    ck_assay_ok(assay_balance_fit(&rows, weight, &balance, &err));
    test_close("with", weight[0], 0.75 / 4, 1e-9, 1);
    test_close("without", weight[9], 0.25 / 6, 1e-9, 1);
    test_close("coefficient", balance.coef[0], log(0.75 / 4 / (0.25 / 6)), 1e-8, 1);
    assay_balance_clear(&balance);
}
END_TEST

/* What the solver solves: the weighted covariance, written out. */
START_TEST(the_solution_solves)
{
    const double b[5] = {0.3, 0.2, -0.4, 0.6, -0.2};
    draw(3, b);
    struct assay_balance balance = fitted();
    double x[5] = {1, -2, 3, 0.5, -1}, back[5] = {0}, want[5];
    memcpy(want, x, sizeof want);
    assay_balance_solve(&balance, x);
    double at_mean = 0;
    for (size_t j = 0; j < 5; j++)
        at_mean += x[j] * d.target[j];
    for (size_t i = 0; i < N; i++)
        assay_balance_add(&d.rows, i, d.weight[i] * (assay_balance_dot(&d.rows, i, x) - at_mean),
                          back);
    for (size_t j = 0; j < 5; j++) /* 1e-9 is added to the diagonal */
        test_close("right side", back[j], want[j], 1e-6, 1);
    assay_balance_clear(&balance);
}
END_TEST

START_TEST(a_covariate_twice_or_constant_does_no_harm)
{
    const double b[5] = {0.8, 0, 0.7, 0, 0};
    draw(5, b);
    for (size_t i = 0; i < N; i++) {
        d.number[2 * i + 1] = d.number[2 * i]; /* the first once more */
        d.term[2 * i + 1] = 2;                 /* everybody has it */
    }
    d.target[1] = d.target[0];
    d.target[2] = 1.0 / 3;
    d.target[3] = 1.0 / 3;
    d.target[4] = 1;
    struct assay_balance balance = fitted();
    ck_assert(balance.balanced);
    ck_assert(isfinite(balance.coef[1]) && isfinite(balance.coef[4]));
    assay_balance_clear(&balance);
}
END_TEST

static const struct {
    double first;
    const char *what;
} beyond[] = {{1.5, "beyond every row"}, {-0.9999, "beyond all but a row or two"}};
START_TEST(a_target_outside_the_rows_is_not_balanced) /* a loop over beyond[] */
{
    const double b[5] = {0};
    draw(6, b);
    d.target[0] = beyond[_i].first;
    struct assay_balance balance = fitted();
    ck_assert_msg(!balance.balanced || balance.n_effective < 5, "%s", beyond[_i].what);
    assay_balance_clear(&balance);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    const double b[5] = {0.3, 0.2, -0.4, 0.6, -0.2};
    draw(7, b);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_balance balance = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_balance_fit(&d.rows, d.weight, &balance, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_eq(n, 4);
            assay_balance_clear(&balance);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory balancing groups");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, known_weights_come_back, 0, 10);
    tcase_add_test(tc, one_indicator_has_a_closed_form);
    tcase_add_test(tc, the_solution_solves);
    tcase_add_test(tc, a_covariate_twice_or_constant_does_no_harm);
    tcase_add_loop_test(tc, a_target_outside_the_rows_is_not_balanced, 0, COUNT(beyond));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/balance", add_tests)
