#include "core/metric/mid_rank.h"

#include <math.h>
#include <stdlib.h>

#include "core/metric/rank.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST = 3000 };

START_TEST(places_are_mid_ranks_on_zero_to_one)
{
    struct assay_error err = {0};
    struct test_random random = {(uint64_t)_i};
    static double value[MOST], place[MOST], rank[MOST];
    size_t n = 1 + test_below(&random, MOST), m = 0;
    for (size_t i = 0; i < n; i++) /* thirds of small whole numbers, both signs, many ties */
        value[i] = ((double)test_below(&random, 500) - 250.0) / 3.0;
    ck_assay_ok(assay_mid_rank_places(value, n, place, &m, &err));
    ck_assay_ok(assay_rank_mid(value, n, rank, &err));
    ck_assert_uint_eq(m, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_double_eq_tol(place[i], (rank[i] - 0.5) / (double)n, 1e-15);
}
END_TEST

START_TEST(missing_values_have_no_place_and_do_not_count)
{
    struct assay_error err = {0};
    double value[] = {(double)NAN, 3.0, (double)NAN, -1.0, 3.0, 8.0}, place[6];
    size_t m = 0;
    ck_assay_ok(assay_mid_rank_places(value, 6, place, &m, &err));
    ck_assert_uint_eq(m, 4);
    ck_assert(isnan(place[0]) && isnan(place[2]));
    ck_assert_double_eq(place[3], 0.125);
    ck_assert_double_eq(place[1], 0.5);
    ck_assert_double_eq(place[4], 0.5);
    ck_assert_double_eq(place[5], 0.875);
}
END_TEST

START_TEST(zeros_tie_whatever_their_sign_and_huge_numbers_tie)
{
    struct assay_error err = {0};
    double value[] = {0.0, -0.0, 1e300, 1e200, -1e300}, place[5];
    size_t m = 0;
    ck_assay_ok(assay_mid_rank_places(value, 5, place, &m, &err));
    ck_assert_double_eq(place[0], place[1]);
    ck_assert_double_eq(place[2], place[3]);
    ck_assert_double_eq(place[4], 0.1);
}
END_TEST

START_TEST(dates_written_as_numbers_keep_their_order)
{
    struct assay_error err = {0};
    double value[] = {20260630, 20260628, 20260701, 20250630}, place[4];
    size_t m = 0;
    ck_assay_ok(assay_mid_rank_places(value, 4, place, &m, &err));
    ck_assert(place[3] < place[1] && place[1] < place[0] && place[0] < place[2]);
}
END_TEST

START_TEST(nothing_ranks_to_nothing)
{
    struct assay_error err = {0};
    double place = -1.0;
    size_t m = 9;
    ck_assay_ok(assay_mid_rank_places(NULL, 0, &place, &m, &err));
    ck_assert_uint_eq(m, 0);
    ck_assert(place == -1.0);
}
END_TEST

START_TEST(a_failed_allocation_is_reported)
{
    struct assay_error err = {0};
    double value[] = {1, 2}, place[2];
    size_t m = 7;
    test_fail_allocation(1);
    enum assay_status status = assay_mid_rank_places(value, 2, place, &m, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory ranking a column");
    ck_assert_uint_eq(m, 7);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, places_are_mid_ranks_on_zero_to_one, 0, 30);
    tcase_add_test(tc, missing_values_have_no_place_and_do_not_count);
    tcase_add_test(tc, zeros_tie_whatever_their_sign_and_huge_numbers_tie);
    tcase_add_test(tc, dates_written_as_numbers_keep_their_order);
    tcase_add_test(tc, nothing_ranks_to_nothing);
    tcase_add_test(tc, a_failed_allocation_is_reported);
}

ASSAY_SUITE("metric/mid_rank", add_tests)
