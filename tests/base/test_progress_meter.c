/* Rates, times left and their words, by a clock of our own. */
#include "core/base/progress_meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

static const char *words(const struct assay_progress_meter *meter, double now)
{
    static char out[ASSAY_PROGRESS_SIZE];
    return assay_progress_meter_print(meter, now, out);
}

/* Seconds that are said to be left, -1 where none are; below a minute. */
static int left(const struct assay_progress_meter *meter, double now)
{
    const char *text = words(meter, now), *tail = strstr(text, " s left");
    if (tail == NULL)
        return -1;
    while (tail > text && tail[-1] != ' ')
        tail--;
    return atoi(tail);
}

/* ---- bytes ---- */

/* 100 MB and 1,234,567 rows a second, ten looks a second, until `now`. */
static void read_steadily(struct assay_progress_meter *meter, size_t total, double now)
{
    assay_progress_meter_start(meter, ASSAY_PROGRESS_BYTES, NULL, 50);
    for (int k = 1; k <= (int)round(10 * now); k++)
        assay_progress_meter_take(meter, (size_t)k * 10000000, total, (size_t)k * 123457,
                                  50 + k / 10.0);
}

START_TEST(bytes_have_a_share_rates_and_after_two_seconds_the_time_left)
{
    struct assay_progress_meter meter;
    read_steadily(&meter, 1000000000, 1);
    ck_assert_str_eq(words(&meter, 51), "10%, 100 MB/s, 1.2 million rows/s");
    read_steadily(&meter, 1000000000, 2.5);
    ck_assert_str_eq(words(&meter, 52.5), "25%, 100 MB/s, 1.2 million rows/s, 8 s left");
    ck_assert_str_eq(words(&meter, 54.8), "25%, 100 MB/s, 1.2 million rows/s, 6 s left");
    read_steadily(&meter, 100000000000, 3);
    ck_assert_str_eq(words(&meter, 53), "0%, 100 MB/s, 1.2 million rows/s, 17 min left");
}
END_TEST

START_TEST(without_a_size_there_is_no_share_and_no_time_left)
{
    struct assay_progress_meter meter;
    read_steadily(&meter, 0, 12.3);
    ck_assert_str_eq(words(&meter, 62.3), "1,230 MB, 100 MB/s, 1.2 million rows/s");
}
END_TEST

START_TEST(before_the_first_look_nothing_is_made_up)
{
    struct assay_progress_meter meter;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_BYTES, NULL, 50);
    ck_assert_str_eq(words(&meter, 50), "0 MB");
    ck_assert_str_eq(words(&meter, 55), "0 MB");
    assay_progress_meter_take(&meter, 0, 1000, 0, 55);
    ck_assert_str_eq(words(&meter, 55), "0%, 0.0 MB/s");
}
END_TEST

static const struct {
    size_t bytes, rows; /* in one second */
    const char *words;
} rates[] = {
    {500000, 7, "50%, 0.5 MB/s, 7 rows/s"},
    {9940000, 999, "50%, 9.9 MB/s, 999 rows/s"},
    {9960000, 211600, "50%, 10 MB/s, 212,000 rows/s"},
    {2345000000, 999499, "50%, 2345 MB/s, 999,000 rows/s"},
    {2345000000, 999501, "50%, 2345 MB/s, 1.0 million rows/s"},
    {1000000, 0, "50%, 1.0 MB/s"},
};

START_TEST(rates_have_two_or_three_digits)
{
    struct assay_progress_meter meter;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_BYTES, NULL, 0);
    assay_progress_meter_take(&meter, rates[_i].bytes, 2 * rates[_i].bytes, rates[_i].rows, 1);
    ck_assert_str_eq(words(&meter, 1), rates[_i].words);
}
END_TEST

/* ---- steadiness ---- */

/* Pieces of 0.1 s, each of a rate between a half and three halves of the average: once two seconds are over, the
 * seconds left only count down. */
START_TEST(the_time_left_counts_down_though_the_rate_is_uneven)
{
    enum { TOTAL = 1000000 };
    struct test_random random = {(uint64_t)_i};
    struct assay_progress_meter meter;
    double done = 0, now = 0;
    int before = 1000, n_rise = 0;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_BYTES, NULL, 0);
    while (done < TOTAL) {
        now += 0.1;
        done = fmin(done + 5000 * (0.5 + test_uniform(&random)), TOTAL); /* 20 s in all */
        assay_progress_meter_take(&meter, (size_t)done, TOTAL, 0, now);
        int seconds = left(&meter, now);
        ck_assert_int_eq(seconds >= 0, now >= 2);
        n_rise += seconds > before;
        before = seconds >= 0 ? seconds : before;
    }
    ck_assert_int_le(n_rise, 1);
    ck_assert_int_eq(before, 1);
}
END_TEST

/* From 100 units a second to 25: ten seconds later the past counts for a fifth or so of the estimate. */
START_TEST(a_change_of_speed_is_followed)
{
    struct assay_progress_meter meter;
    double done = 0, now = 0;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_BYTES, NULL, 0);
    for (int k = 0; k < 150; k++) {
        now += 0.1;
        done += k < 50 ? 10 : 2.5;
        assay_progress_meter_take(&meter, (size_t)done, 2000, 0, now);
    }
    double truth = (2000 - done) / 25;
    ck_assert_int_ge(left(&meter, now), (int)(truth * 0.6));
    ck_assert_int_le(left(&meter, now), (int)(truth * 1.1));
}
END_TEST

/* ---- pieces and time ---- */

START_TEST(pieces_are_numbered_by_the_one_in_work)
{
    struct assay_progress_meter meter;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_PIECES, "fold", 10);
    ck_assert_str_eq(words(&meter, 11), "fold 1");
    assay_progress_meter_take(&meter, 2, 10, 0, 11);
    ck_assert_str_eq(words(&meter, 11), "fold 3 of 10");
    assay_progress_meter_take(&meter, 4, 10, 0, 12);
    ck_assert_str_eq(words(&meter, 12), "fold 5 of 10, 3 s left");
    assay_progress_meter_take(&meter, 10, 10, 0, 15);
    ck_assert_str_eq(words(&meter, 15), "fold 10 of 10, 1 s left");
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_PIECES, "resample", 10);
    assay_progress_meter_take(&meter, 1234, 20000, 0, 11);
    ck_assert_str_eq(words(&meter, 11), "resample 1,235 of 20,000");
}
END_TEST

static const struct {
    double seconds;
    const char *words;
} spans[] = {
    {0.2, "1 s"},         {1.2, "2 s"},
    {59, "59 s"},         {59.5, "1 min 0 s"},
    {599, "9 min 59 s"},  {601, "11 min"},
    {3540, "59 min"},     {3600, "1 h 0 min"},
    {9000, "2 h 30 min"}, {1e300, "277777 h 46 min"},
};

START_TEST(what_is_not_counted_has_its_time)
{
    struct assay_progress_meter meter;
    assay_progress_meter_start(&meter, ASSAY_PROGRESS_TIME, NULL, 0);
    ck_assert_str_eq(words(&meter, spans[_i].seconds), spans[_i].words);
}
END_TEST

/* ---- lines ---- */

static const struct {
    const char *what, *figures;
    size_t width;
    const char *line;
} lines[] = {
    {"reading q3.csv", "41%, 3 s left", 79, "reading q3.csv: 41%, 3 s left"},
    {"reading a-rather-long-name-of-a-file.csv", "41%, 3 s left", 40,
     "reading a-rather-long-...: 41%, 3 s left"},
    {"reading a-rather-long-name-of-a-file.csv", "41%, 3 s left", 5,
     "reading a-rather-long-...: 41%, 3 s left"},
    {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9",
     "123456789 123456789 123456789", 40,
     "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9...: 123456789 123456789 123456789"},
};

START_TEST(a_line_fits_the_terminal_and_keeps_its_figures)
{
    char out[ASSAY_PROGRESS_LINE_SIZE];
    ck_assert_str_eq(assay_progress_line(lines[_i].what, lines[_i].figures, lines[_i].width, out),
                     lines[_i].line);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, bytes_have_a_share_rates_and_after_two_seconds_the_time_left);
    tcase_add_test(tc, without_a_size_there_is_no_share_and_no_time_left);
    tcase_add_test(tc, before_the_first_look_nothing_is_made_up);
    tcase_add_loop_test(tc, rates_have_two_or_three_digits, 0, COUNT(rates));
    tcase_add_loop_test(tc, the_time_left_counts_down_though_the_rate_is_uneven, 0, 20);
    tcase_add_test(tc, a_change_of_speed_is_followed);
    tcase_add_test(tc, pieces_are_numbered_by_the_one_in_work);
    tcase_add_loop_test(tc, what_is_not_counted_has_its_time, 0, COUNT(spans));
    tcase_add_loop_test(tc, a_line_fits_the_terminal_and_keeps_its_figures, 0, COUNT(lines));
}

ASSAY_SUITE("base/progress_meter", add_tests)
