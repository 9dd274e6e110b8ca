#include "core/metric/ranked.h"

#include <math.h>

#include "tests/metric/ranked_sample.h"
#include "tests/support/random.h"

START_TEST(rows_ascend_in_risk_and_equal_ones_keep_their_order)
{
    const double score[] = {3, 1, 2, 1, 3};
    const unsigned char outcome[] = {1, 0, 1, 1, 0}, flagged[] = {1, 0, 0, 1, 1};
    const double value[] = {10, 20, 30, 40, 50};
    const int32_t cluster[] = {4, 0, 1, 2, 0};
    struct assay_ranked_columns columns = {5, score, outcome, flagged, value, cluster};
    struct assay_ranked rows;
    struct assay_error err = {0};
    ck_assay_ok(assay_ranked_init(&columns, ASSAY_HIGHER_IS_RISK, &rows, &err));
    ck_assert_mem_eq(rows.risk, ((const double[]){1, 1, 2, 3, 3}), sizeof score);
    ck_assert_mem_eq(rows.value, ((const double[]){20, 40, 30, 10, 50}), sizeof value);
    ck_assert_mem_eq(rows.outcome, ((const unsigned char[]){0, 1, 1, 1, 0}), 5);
    ck_assert_mem_eq(rows.flagged, ((const unsigned char[]){0, 1, 0, 1, 1}), 5);
    ck_assert_mem_eq(rows.cluster, ((const int32_t[]){0, 2, 1, 4, 0}), sizeof cluster);
    ck_assert_uint_eq(rows.n_code, 5);
    ck_assert_uint_eq(rows.n_event, 3);
    assay_ranked_clear(&rows);
    /* Of health scores the highest comes first, equal ones again in their own order. */
    ck_assay_ok(assay_ranked_init(&columns, ASSAY_HIGHER_IS_HEALTH, &rows, &err));
    ck_assert_mem_eq(rows.risk, ((const double[]){-3, -3, -2, -1, -1}), sizeof score);
    ck_assert_mem_eq(rows.value, ((const double[]){10, 50, 30, 20, 40}), sizeof value);
    ck_assert_mem_eq(rows.outcome, ((const unsigned char[]){1, 0, 1, 0, 1}), 5);
    assay_ranked_clear(&rows);
}
END_TEST

/* More rows than are fetched ahead, of scores that agree in all but their last bits. */
START_TEST(many_rows_take_their_columns_along)
{
    enum { N = 3000 };
    static double score[N];
    static unsigned char outcome[N], flagged[N];
    static int32_t cluster[N];
    struct test_random random = {3};
    struct assay_error err = {0};
    for (size_t i = 0; i < N; i++) {
        score[i] = 1.0 + (double)test_below(&random, 700) * 0x1p-50;
        outcome[i] = (unsigned char)test_below(&random, 2);
        flagged[i] = (unsigned char)test_below(&random, 2);
        cluster[i] = (int32_t)i;
    }
    for (int health = 0; health < 2; health++) {
        struct assay_ranked_columns columns = {N, score, outcome, flagged, NULL, cluster};
        struct assay_ranked rows;
        double sign = health ? -1.0 : 1.0;
        ck_assay_ok(assay_ranked_init(&columns, health ? ASSAY_HIGHER_IS_HEALTH : ASSAY_HIGHER_IS_RISK,
                                      &rows, &err));
        for (size_t k = 0; k < N; k++) {
            size_t i = (size_t)rows.cluster[k];
            ck_assert(rows.risk[k] == sign * score[i] && rows.outcome[k] == outcome[i] &&
                      rows.flagged[k] == flagged[i]);
            ck_assert(k == 0 || rows.risk[k] > rows.risk[k - 1] ||
                      (rows.risk[k] == rows.risk[k - 1] && rows.cluster[k] > rows.cluster[k - 1]));
        }
        ck_assert_uint_eq(rows.n_code, N);
        assay_ranked_clear(&rows);
    }
}
END_TEST

START_TEST(columns_that_are_not_given_are_not_made)
{
    struct assay_ranked rows = rank_rows((const double[]){2, 1}, (const unsigned char[]){0, 1}, 2,
                                         ASSAY_HIGHER_IS_RISK);
    ck_assert(rows.flagged == NULL && rows.value == NULL && rows.cluster == NULL);
    ck_assert_uint_eq(rows.n_code, 0);
    assay_ranked_clear(&rows);
    ck_assert_ptr_null(rows.risk);
}
END_TEST

START_TEST(zero_has_no_sign)
{
    struct assay_ranked rows = rank_rows((const double[]){0.0, -0.0, 0.0},
                                         (const unsigned char[]){0, 1, 0}, 3, ASSAY_HIGHER_IS_HEALTH);
    for (size_t k = 0; k < 3; k++)
        ck_assert(!signbit(rows.risk[k]));
    ck_assert_uint_eq(rows.outcome[1], 1);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(runs_and_places_are_found)
{
    struct assay_ranked rows = rank_rows((const double[]){5, 1, 5, 2, 5}, (const unsigned char[5]){0}, 5,
                                         ASSAY_HIGHER_IS_RISK);
    ck_assert_uint_eq(assay_ranked_run_start(&rows, 5), 2);
    ck_assert_uint_eq(assay_ranked_run_start(&rows, 2), 1);
    ck_assert_uint_eq(assay_ranked_below(&rows, 0.5), 0);
    ck_assert_uint_eq(assay_ranked_below(&rows, 2), 1);
    ck_assert_uint_eq(assay_ranked_below(&rows, 2.5), 2);
    ck_assert_uint_eq(assay_ranked_below(&rows, 6), 5);
    assay_ranked_clear(&rows);
}
END_TEST

static const struct {
    size_t n;
    double score[2];
    unsigned char outcome[2];
    const char *message;
} bad[] = {
    {0, {0, 0}, {0, 0}, "ranking: n is 0; expected at least 1 row"},
    {2, {1, NAN}, {0, 1}, "ranking: score[1] is NaN; expected a finite number"},
    {2, {HUGE_VAL, 1}, {0, 1}, "ranking: score[0] is inf; expected a finite number"},
    {2, {1, 2}, {0, 2}, "ranking: outcome[1] is 2; expected 0 or 1"},
};

START_TEST(what_cannot_be_ranked_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_ranked rows = {.n = 7};
    struct assay_ranked_columns columns = {
        .n = bad[_i].n, .score = bad[_i].score, .outcome = bad[_i].outcome};
    ck_assert_int_eq(assay_ranked_init(&columns, ASSAY_HIGHER_IS_RISK, &rows, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(rows.n, 7);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    const double score[] = {1, 2, 2}, value[] = {1, 2, 3};
    const unsigned char outcome[] = {0, 1, 0};
    const int32_t cluster[] = {0, 1, 0};
    struct assay_ranked_columns columns = {3, score, outcome, outcome, value, cluster};
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_ranked rows = {.n = 7};
        test_fail_allocation(n);
        enum assay_status status = assay_ranked_init(&columns, ASSAY_HIGHER_IS_HEALTH, &rows, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 7);
            assay_ranked_clear(&rows);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(rows.n, 7);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, rows_ascend_in_risk_and_equal_ones_keep_their_order);
    tcase_add_test(tc, many_rows_take_their_columns_along);
    tcase_add_test(tc, columns_that_are_not_given_are_not_made);
    tcase_add_test(tc, zero_has_no_sign);
    tcase_add_test(tc, runs_and_places_are_found);
    tcase_add_loop_test(tc, what_cannot_be_ranked_is_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/ranked", add_tests)
