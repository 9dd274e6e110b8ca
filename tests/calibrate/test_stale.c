/* Feeds that die, and feeds that only pause. */
#include "calibrate/evidence/stale.h"

#include <math.h>

#include "core/base/date.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { ACCOUNTS = 30, DATES = 8, ROWS = ACCOUNTS * DATES };
static const double limit = 1e-4;

/* Account a's value on date d; rows stand by account, so that sorting has something to do. */
struct feed {
    int32_t day[ROWS], account[ROWS];
    unsigned char wanted[ROWS];
    double value[ROWS]; /* by row; by place after find() */
};

static size_t at(size_t account, size_t date)
{
    return account * DATES + date;
}

static void make_lively(struct feed *feed, uint64_t seed)
{
    struct test_random random = {seed};
    for (size_t a = 0; a < ACCOUNTS; a++)
        for (size_t d = 0; d < DATES; d++) {
            feed->day[at(a, d)] = (int32_t)(100 + 90 * d);
            feed->account[at(a, d)] = (int32_t)a;
            feed->wanted[at(a, d)] = 1;
            feed->value[at(a, d)] = (double)test_below(&random, 10);
        }
}

static struct assay_stale find(const struct feed *feed)
{
    struct assay_error err = {0};
    struct assay_stale_rows rows = {0};
    struct assay_stale stale;
    double value[ROWS];
    ck_assay_ok(assay_stale_rows_init(feed->day, feed->account, feed->wanted, ROWS, ACCOUNTS, &rows,
                                      &err));
    for (size_t k = 0; k < rows.n; k++) {
        ck_assert(k == 0 || rows.day[k - 1] <= rows.day[k]);
        value[k] = feed->value[rows.row[k]];
    }
    ck_assay_ok(assay_stale_find(&rows, value, limit, &stale, &err));
    assay_stale_rows_clear(&rows);
    return stale;
}

/* From date `from` on the feed is empty, constant or frozen. */
static void kill_feed(struct feed *feed, enum assay_stale_kind how, size_t from)
{
    for (size_t a = 0; a < ACCOUNTS; a++)
        for (size_t d = from; d < DATES; d++)
            feed->value[at(a, d)] = how == ASSAY_STALE_EMPTY      ? (double)NAN
                                    : how == ASSAY_STALE_CONSTANT ? 3
                                                                  : feed->value[at(a, from - 1)];
}

START_TEST(a_feed_that_goes_on_is_not_stale)
{
    struct feed feed;
    make_lively(&feed, (uint64_t)_i);
    ck_assert_int_eq(find(&feed).kind, ASSAY_STALE_NOT);
}
END_TEST

START_TEST(the_first_quiet_date_is_found_in_each_way_to_die)
{
    static const enum assay_stale_kind kinds[] = {ASSAY_STALE_EMPTY, ASSAY_STALE_CONSTANT,
                                                  ASSAY_STALE_FROZEN};
    enum assay_stale_kind kind = kinds[_i % 3];
    size_t from = (size_t)(2 + _i / 3);
    struct feed feed;
    make_lively(&feed, (uint64_t)_i);
    kill_feed(&feed, kind, from);
    struct assay_stale stale = find(&feed);
    ck_assert_int_eq(stale.kind, kind);
    ck_assert_int_eq(stale.since, (int)(100 + 90 * from));
    ck_assert_uint_eq(stale.rows, ACCOUNTS * (DATES - from));
    ck_assert_uint_eq(stale.accounts, ACCOUNTS);
    ck_assert(kind == ASSAY_STALE_CONSTANT ? stale.value == 3 : isnan(stale.value));
}
END_TEST

/* Nothing was empty before: ((0 + 1) / (n + 1))^m with n rows before and m accounts since. */
START_TEST(the_chance_of_an_accident_is_that_of_the_formula)
{
    struct feed feed;
    make_lively(&feed, 1);
    kill_feed(&feed, ASSAY_STALE_EMPTY, 5);
    struct assay_stale stale = find(&feed);
    ck_assert_uint_eq(stale.rows_before, 5 * ACCOUNTS);
    ck_assert_uint_eq(stale.quiet_before, 0);
    test_close("chance", log(stale.chance), -ACCOUNTS * log(5 * ACCOUNTS + 1), 1e-14, 1);
}
END_TEST

/* A value that nine in ten have: 30 accounts with it at the end are no news (0.9^30 = 4%). */
START_TEST(a_common_value_is_no_dead_feed)
{
    struct feed feed;
    struct test_random random = {7};
    make_lively(&feed, 7);
    for (size_t i = 0; i < ROWS; i++)
        feed.value[i] = test_uniform(&random) < 0.9 ? 0 : feed.value[i];
    kill_feed(&feed, ASSAY_STALE_CONSTANT, 7);
    for (size_t a = 0; a < ACCOUNTS; a++)
        feed.value[at(a, 7)] = 0;
    struct assay_stale stale = find(&feed);
    ck_assert_int_eq(stale.kind, ASSAY_STALE_NOT);
}
END_TEST

/* Asked on every other date only, which the last is not; or on none of the last two. */
START_TEST(a_survey_that_pauses_is_accused_only_beyond_its_rhythm)
{
    struct feed feed;
    make_lively(&feed, 3);
    for (size_t a = 0; a < ACCOUNTS; a++)
        for (size_t d = 1; d < DATES; d += 2)
            feed.value[at(a, d)] = NAN;
    ck_assert_int_eq(find(&feed).kind, ASSAY_STALE_NOT);
    kill_feed(&feed, ASSAY_STALE_EMPTY, 6);
    struct assay_stale stale = find(&feed);
    ck_assert_int_eq(stale.kind, ASSAY_STALE_EMPTY);
    ck_assert_int_eq(stale.since, 100 + 90 * 5);
}
END_TEST

START_TEST(what_never_changes_by_nature_is_not_frozen)
{
    struct feed feed;
    make_lively(&feed, 4);
    for (size_t a = 0; a < ACCOUNTS; a++)
        for (size_t d = 1; d < DATES; d++)
            feed.value[at(a, d)] = feed.value[at(a, 0)];
    ck_assert_int_eq(find(&feed).kind, ASSAY_STALE_NOT);
}
END_TEST

START_TEST(few_accounts_prove_nothing)
{
    struct feed feed;
    make_lively(&feed, 5);
    kill_feed(&feed, ASSAY_STALE_EMPTY, 6);
    for (size_t a = ASSAY_STALE_ACCOUNTS - 1; a < ACCOUNTS; a++)
        for (size_t d = 6; d < DATES; d++)
            feed.wanted[at(a, d)] = 0;
    ck_assert_int_eq(find(&feed).kind, ASSAY_STALE_NOT);
    feed.wanted[at(ASSAY_STALE_ACCOUNTS - 1, 7)] = 1;
    ck_assert_int_eq(find(&feed).kind, ASSAY_STALE_EMPTY);
}
END_TEST

START_TEST(rows_without_date_or_account_are_left_out)
{
    struct assay_error err = {0};
    struct assay_stale_rows rows = {0};
    static const int32_t day[] = {5, ASSAY_NO_DATE, 3, 4}, account[] = {0, 0, 1, -1};
    static const unsigned char wanted[] = {1, 1, 1, 1};
    ck_assay_ok(assay_stale_rows_init(day, account, wanted, 4, 2, &rows, &err));
    ck_assert_uint_eq(rows.n, 2);
    ck_assert(rows.day[0] == 3 && rows.row[0] == 2 && rows.account[0] == 1);
    ck_assert(rows.day[1] == 5 && rows.row[1] == 0 && rows.account[1] == 0);
    assay_stale_rows_clear(&rows);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct feed feed;
    struct assay_error err = {0};
    struct assay_stale_rows rows = {0};
    struct assay_stale stale;
    make_lively(&feed, 6);
    for (size_t k = 1; k <= 4; k++) {
        test_fail_allocation(k);
        ck_assert_int_eq(assay_stale_rows_init(feed.day, feed.account, feed.wanted, ROWS, ACCOUNTS,
                                               &rows, &err), ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory sorting snapshots by date");
    }
    test_fail_allocation(0);
    ck_assay_ok(assay_stale_rows_init(feed.day, feed.account, feed.wanted, ROWS, ACCOUNTS, &rows,
                                      &err));
    for (size_t k = 1; k <= 2; k++) {
        test_fail_allocation(k);
        ck_assert_int_eq(assay_stale_find(&rows, feed.value, limit, &stale, &err), ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory looking for stale signals");
    }
    test_fail_allocation(0);
    assay_stale_rows_clear(&rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_feed_that_goes_on_is_not_stale, 0, 100);
    tcase_add_loop_test(tc, the_first_quiet_date_is_found_in_each_way_to_die, 0, 18);
    tcase_add_test(tc, the_chance_of_an_accident_is_that_of_the_formula);
    tcase_add_test(tc, a_common_value_is_no_dead_feed);
    tcase_add_test(tc, a_survey_that_pauses_is_accused_only_beyond_its_rhythm);
    tcase_add_test(tc, what_never_changes_by_nature_is_not_frozen);
    tcase_add_test(tc, few_accounts_prove_nothing);
    tcase_add_test(tc, rows_without_date_or_account_are_left_out);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/stale", add_tests)
