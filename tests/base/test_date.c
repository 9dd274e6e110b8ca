#include "core/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/suite.h"

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* A calendar turned leaf by leaf, from a first day that timegm() gives. */
START_TEST(every_day_of_nine_thousand_years_reads_and_prints)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct tm first = {.tm_year = 1000 - 1900, .tm_mon = 0, .tm_mday = 1};
    int32_t days = (int32_t)(timegm(&first) / 86400);
    for (int year = 1000; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= length[month - 1] + (month == 2 && is_leap(year)); day++) {
                char text[32], printed[ASSAY_DATE_SIZE];
                int32_t got = ASSAY_NO_DATE;
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                ck_assert(assay_date_parse(text, 10, &got));
                ck_assert_int_eq(got, days);
                ck_assert_str_eq(assay_date_print(days, printed), text);
                days++;
            }
    struct tm last = {.tm_year = 10000 - 1900, .tm_mon = 0, .tm_mday = 1};
    ck_assert_int_eq(days, timegm(&last) / 86400);
}
END_TEST

START_TEST(days_count_from_1970)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {{"1970-01-01", 0}, {"1969-12-31", -1}, {"1970-01-31", 30}, {"2000-03-01", 11017},
                 {"2026-06-30", 20634}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        int32_t days;
        ck_assert(assay_date_parse(cases[k].text, 10, &days));
        ck_assert_int_eq(days, cases[k].days);
    }
}
END_TEST

START_TEST(a_time_behind_the_date_is_passed_over)
{
    static const char *const good[] = {
        "2026-06-30T10:00:00Z",   "2026-06-30 10:00",          "2026-06-30T23:59:59.999+02:00",
        "2026-06-30 00:00:00 UTC", "2026-06-30T10:00:00-0700", "2026-06-30 10:00:00.5 +00:00"};
    for (size_t k = 0; k < COUNT(good); k++) {
        int32_t days = 0;
        ck_assert_msg(assay_date_parse(good[k], strlen(good[k]), &days), "%s", good[k]);
        ck_assert_int_eq(days, 20634);
    }
}
END_TEST

static const char *const bad[] = {
    "",           "2026",        "2026-06",     "2026-6-30",   "2026-06-3",   "26-06-30",
    "2026/06/30", "30.06.2026",  "06/30/2026",  "2026-00-10",  "2026-13-01",  "2026-06-00",
    "2026-06-31", "2026-04-31",  "2026-02-29",  "1900-02-29",  "2100-02-29",  "2024-02-30",
    "0999-12-31", "0000-01-01",  "12026-06-30", " 2026-06-30", "2026-06-30x", "2026-06-30 ",
    "2026-06-30T", "2026-06-30Tx", "2026-06-30 noon", "2026-06-30,10:00", "2026-06- 1", "+026-06-30",
    "2026-06-30Z", "2026-0a-30", "yyyy-mm-dd",  "2026-06-30T10:00 o'clock",
};

START_TEST(what_is_not_a_day_is_refused)
{
    int32_t days = 7;
    ck_assert_msg(!assay_date_parse(bad[_i], strlen(bad[_i]), &days), "%s was taken", bad[_i]);
    ck_assert_int_eq(days, 7);
}
END_TEST

START_TEST(leap_days_are_those_of_the_gregorian_calendar)
{
    static const char *const good[] = {"2024-02-29", "2000-02-29", "1600-02-29", "9996-02-29"};
    int32_t days;
    for (size_t k = 0; k < COUNT(good); k++)
        ck_assert_msg(assay_date_parse(good[k], 10, &days), "%s", good[k]);
}
END_TEST

START_TEST(the_length_decides_where_a_date_ends)
{
    int32_t days;
    ck_assert(assay_date_parse("2026-06-30x", 10, &days));
    ck_assert(!assay_date_parse("2026-06-30", 9, &days));
    ck_assert(!assay_date_parse("2026-06-30\0", 11, &days));
}
END_TEST

START_TEST(a_quarter_is_three_months_of_the_calendar)
{
    static const struct {
        const char *day;
        int32_t quarter;
    } days[] = {{"1970-01-01", 0},  {"1970-03-31", 0},   {"1970-04-01", 1},   {"1970-12-31", 3},
                {"1969-12-31", -1}, {"1969-01-01", -4},  {"1968-12-31", -5},  {"2024-02-29", 216},
                {"2024-03-31", 216}, {"2024-04-01", 217}, {"2024-09-30", 218}, {"2024-10-01", 219}};
    int32_t day;
    for (size_t k = 0; k < COUNT(days); k++) {
        ck_assert(assay_date_parse(days[k].day, 10, &day));
        ck_assert_msg(assay_date_quarter(day) == days[k].quarter, "%s: %d", days[k].day,
                      (int)assay_date_quarter(day));
    }
}
END_TEST

START_TEST(the_time_of_a_run_is_given_or_of_the_environment)
{
    char time[ASSAY_TIME_SIZE];
    int32_t day;
    struct assay_error err = {0};
    ck_assert_int_eq(setenv("SOURCE_DATE_EPOCH", "1782864061", 1), 0);
    ck_assay_ok(assay_time_of_run(ASSAY_NO_DATE, time, &err));
    ck_assert_str_eq(time, "2026-07-01T00:01:01Z");
    ck_assay_ok(assay_time_of_run(-1, time, &err));
    ck_assert_str_eq(time, "1969-12-31T00:00:00Z");
    ck_assay_ok(assay_date_of_run(ASSAY_NO_DATE, &day, &err));
    ck_assert_int_eq(day, 20635);
    ck_assert_int_eq(setenv("SOURCE_DATE_EPOCH", "yesterday", 1), 0);
    ck_assert_int_eq(assay_time_of_run(ASSAY_NO_DATE, time, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "SOURCE_DATE_EPOCH is \"yesterday\"; expected seconds since 1970");
    ck_assert_int_eq(unsetenv("SOURCE_DATE_EPOCH"), 0);
    ck_assay_ok(assay_time_of_run(ASSAY_NO_DATE, time, &err));
    ck_assert(assay_time_parse(time));
}
END_TEST

START_TEST(a_second_has_one_form)
{
    static const char *const none[] = {"", "2026-10-05", "2026-10-05T09:30:00", "2026-10-05 09:30:00Z",
                                       "2026-10-05T24:00:00Z", "2026-10-05T09:60:00Z",
                                       "2026-10-05T09:30:60Z", "2026-02-30T09:30:00Z",
                                       "2026-10-05T09:30:00Zx", "2026-10-05t09:30:00Z"};
    ck_assert(assay_time_parse("2026-10-05T23:59:59Z"));
    for (size_t k = 0; k < COUNT(none); k++)
        ck_assert_msg(!assay_time_parse(none[k]), "%s", none[k]);
}
END_TEST

START_TEST(a_quarter_asked_for_again_is_the_same)
{
    struct assay_quarter_memo memo = {0};
    for (int32_t day = -40000; day < 40000; day += 17)
        for (int again = 0; again < 2; again++)
            if (assay_date_quarter_again(&memo, day) != assay_date_quarter(day))
                ck_abort_msg("day %d has another quarter", (int)day);
    ck_assert_int_eq(assay_date_quarter_again(&(struct assay_quarter_memo){0}, 0), 0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_day_of_nine_thousand_years_reads_and_prints);
    tcase_add_test(tc, days_count_from_1970);
    tcase_add_test(tc, a_time_behind_the_date_is_passed_over);
    tcase_add_loop_test(tc, what_is_not_a_day_is_refused, 0, COUNT(bad));
    tcase_add_test(tc, leap_days_are_those_of_the_gregorian_calendar);
    tcase_add_test(tc, the_length_decides_where_a_date_ends);
    tcase_add_test(tc, a_quarter_is_three_months_of_the_calendar);
    tcase_add_test(tc, the_time_of_a_run_is_given_or_of_the_environment);
    tcase_add_test(tc, a_second_has_one_form);
    tcase_add_test(tc, a_quarter_asked_for_again_is_the_same);
}

ASSAY_SUITE("base/date", add_tests)
