#include "core/base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

static void check_same(const char *text, double want)
{
    double got = -12345;
    ck_assert_msg(assay_number_parse(text, strlen(text), &got), "%.60s was refused", text);
    ck_assert_msg(memcmp(&got, &want, sizeof got) == 0, "%.60s: got %.17g, expected %.17g", text,
                  got, want);
}

/* ---- printing ---- */

static double any_bits(struct test_random *random)
{
    double value;
    do {
        uint64_t bits = test_bits(random);
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static double short_decimal(struct test_random *random)
{
    char text[64];
    snprintf(text, sizeof text, "%s%zu.%0*zue%d", test_below(random, 2) ? "-" : "",
             test_below(random, 100000), 1 + (int)test_below(random, 8),
             test_below(random, 10), (int)test_below(random, 20) - 10);
    return strtod(text, NULL);
}

START_TEST(a_million_doubles_survive_print_and_parse)
{
    enum { N = 1000000 };
    struct test_random random = {1};
    for (int k = 0; k < N; k++) {
        char text[ASSAY_NUMBER_SIZE];
        double value = k % 2 == 0 ? any_bits(&random) : short_decimal(&random);
        size_t length = assay_number_print(value, text);
        ck_assert_uint_eq(length, strlen(text));
        check_same(text, value);
    }
}
END_TEST

/* Significant digits: those between the first and the last that is not 0. */
static int digit_count(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        if (*text == '0') {
            zeros += count > 0;
        } else {
            count += zeros + 1;
            zeros = 0;
        }
    }
    return count;
}

static int fewest_digits(double value)
{
    char text[64];
    for (int digits = 1;; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return digits;
    }
}

START_TEST(no_text_with_fewer_digits_reads_back)
{
    enum { N = 50000 };
    struct test_random random = {2};
    for (int k = 0; k < N; k++) {
        char text[ASSAY_NUMBER_SIZE];
        double value = k % 3 == 0   ? any_bits(&random)
                       : k % 3 == 1 ? short_decimal(&random)
                                    : ldexp(test_uniform(&random), -1022 - (int)test_below(&random, 52));
        assay_number_print(value, text);
        ck_assert_msg(value == 0 || digit_count(text) == fewest_digits(value),
                      "%s has %d digits; %d are enough", text, digit_count(text),
                      fewest_digits(value));
    }
}
END_TEST

START_TEST(numbers_are_printed_as_json_writes_them)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-2.5, "-2.5"},
        {0.1, "0.1"},
        {0.30000000000000004, "0.30000000000000004"},
        {100000, "100000"},
        {123456789012345, "123456789012345"},
        {1e15, "1e+15"},
        {1e22, "1e+22"},
        {1.0 / 3, "0.3333333333333333"},
        {1e-5, "1e-05"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {5e-324, "5e-324"},
        {1.5e-323, "1.5e-323"},
    };
    char text[ASSAY_NUMBER_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++) {
        assay_number_print(cases[k].value, text);
        ck_assert_str_eq(text, cases[k].text);
    }
}
END_TEST

/* ---- parsing ---- */

/* digits with a point somewhere, at times with an exponent. */
static void any_decimal(struct test_random *random, size_t n_digit, char text[])
{
    size_t point = test_below(random, n_digit + 2), used = 0;
    if (test_below(random, 2) == 0)
        text[used++] = test_below(random, 4) == 0 ? '+' : '-';
    for (size_t k = 0; k < n_digit; k++) {
        if (k == point)
            text[used++] = '.';
        text[used++] = (char)('0' + test_below(random, 10));
    }
    if (point == n_digit)
        text[used++] = '.';
    text[used] = '\0';
    if (test_below(random, 2) == 0)
        sprintf(text + used, "%c%s%d", test_below(random, 2) ? 'e' : 'E',
                test_below(random, 2) ? "+" : "", (int)test_below(random, 300));
    else if (test_below(random, 2) == 0)
        sprintf(text + used, "e-%d", (int)(test_below(random, 340)));
}

START_TEST(decimals_of_every_length_read_as_strtod_reads_them)
{
    enum { LONGEST = 1500, EACH_SHORT = 20000, SHORT = 40 };
    struct test_random random = {3};
    char text[LONGEST + 64];
    for (size_t n = 1; n <= LONGEST; n++) {
        int rounds = n <= SHORT ? EACH_SHORT : 20;
        for (int k = 0; k < rounds; k++) {
            any_decimal(&random, n, text);
            double want = strtod(text, NULL), got = 0;
            if (isfinite(want))
                check_same(text, want);
            else
                ck_assert_msg(!assay_number_parse(text, strlen(text), &got), "%s was taken", text);
        }
    }
}
END_TEST

START_TEST(tiny_decimals_read_as_subnormals)
{
    struct test_random random = {4};
    char text[64];
    for (int k = 0; k < 200000; k++) {
        snprintf(text, sizeof text, "%.*fe-%d", (int)test_below(&random, 20),
                 10 * test_uniform(&random), 300 + (int)test_below(&random, 30));
        check_same(text, strtod(text, NULL));
    }
}
END_TEST

/* Lowers digits[] by one unit in the last place of the last digit that is not 0, which makes the
 * digits behind it nines. */
static void lower_a_little(char *digits, size_t length)
{
    size_t at = length;
    while (digits[at - 1] == '0')
        digits[--at] = '9';
    digits[at - 1]--;
}

/* The point halfway between a double and the next one up is exact in long double, and all its
 * digits (at most 768) can be printed. It rounds to the even one of the two; a little less
 * to the lower, a little more to the upper. */
START_TEST(halfway_points_round_to_even_however_long)
{
    enum { ROUNDS = 20000 };
    struct test_random random = {5};
    for (int k = 0; k < ROUNDS; k++) {
        char text[1200], *exponent;
        double low = fabs(any_bits(&random));
        if (k % 4 == 0)
            low = ldexp((double)test_below(&random, 1 << 20), -1074);
        double high = nextafter(low, (double)INFINITY);
        if (!isfinite(high))
            continue;
        uint64_t bits;
        memcpy(&bits, &low, sizeof bits);
        long double middle = ((long double)low + (long double)high) / 2;
        int digits = k % 2 == 0 ? 1000 : 780; /* either side of what is converted whole */
        snprintf(text, sizeof text, "%.*Le", digits, middle);
        check_same(text, bits % 2 == 0 ? low : high);
        exponent = strchr(text, 'e');
        exponent[-1] = '1';
        check_same(text, high);
        exponent[-1] = '0';
        char *first = text[0] == '0' ? text + 2 : text;
        memmove(first + 1, first + 2, strlen(first + 2) + 1); /* d.ddd to dddd */
        exponent--;
        lower_a_little(first, (size_t)(exponent - first));
        memmove(first + 2, first + 1, strlen(first + 1) + 1);
        first[1] = '.';
        check_same(text, low);
    }
}
END_TEST

START_TEST(any_number_of_zeros_may_stand_in_front_or_behind)
{
    enum { ZEROS = 200000 };
    char *text = malloc(2 * ZEROS + 64);
    sprintf(text, "0.%0*d1e%d", ZEROS, 0, ZEROS + 1);
    check_same(text, 1.0);
    sprintf(text, "1%0*de-%d", ZEROS, 0, ZEROS);
    check_same(text, 1.0);
    sprintf(text, "-%0*d.5", ZEROS, 0);
    check_same(text, -0.5);
    sprintf(text, "-%0*d.%0*d", ZEROS, 0, ZEROS, 0);
    check_same(text, -0.0);
    sprintf(text, "%0*d12345678901234567890e-19", ZEROS, 0);
    check_same(text, 1.234567890123456789);
    free(text);
}
END_TEST

/* 10^900000 overflows, although digits and a shortened exponent would seem to cancel. */
START_TEST(an_exponent_is_never_cut_short)
{
    enum { ZEROS = 100010 };
    char *text = malloc(ZEROS + 64);
    double value = 7;
    sprintf(text, "0.%0*d1e1000000", ZEROS, 0);
    ck_assert(!assay_number_parse(text, strlen(text), &value));
    ck_assert_double_eq(value, 7);
    free(text);
    check_same("0e99999999999999999999999999", 0.0);
    check_same("1e-99999999999999999999999999", 0.0);
    ck_assert(!assay_number_parse("1e99999999999999999999999999", 28, &value));
}
END_TEST

START_TEST(long_numbers_need_no_memory)
{
    char text[4001];
    memset(text, '7', sizeof text - 1);
    text[1] = '.';
    text[sizeof text - 1] = '\0';
    double value = 0;
    test_fail_allocation(1);
    bool taken = assay_number_parse(text, sizeof text - 1, &value);
    test_fail_allocation(0);
    ck_assert(taken);
    ck_assert_double_eq(value, strtod(text, NULL));
}
END_TEST

static const struct {
    const char *text;
    double value;
} good[] = {
    {"0", 0},           {"-0", -0.0},    {"+1", 1},       {"1.", 1},
    {".5", 0.5},        {"-.5", -0.5},   {"007", 7},      {"1e5", 1e5},
    {"1E+05", 1e5},     {"12e-1", 1.2},  {"1e22", 1e22},  {"1e23", 1e23},
    {"1e-999", 0},      {"-1e-999", -0.0},
    {"1.7976931348623157e308", DBL_MAX}, {"9007199254740993", 9007199254740992.0},
    {"9007199254740993.00000000000000000000000000000000001", 9007199254740994.0},
    {"2.4703282292062327e-324", 0},      {"2.4703282292062328e-324", 5e-324},
};

START_TEST(numbers_are_taken_in_any_usual_form)
{
    check_same(good[_i].text, good[_i].value);
}
END_TEST

static const char *const bad[] = {
    "",      "+",        "-",        ".",     "-.",     "e5",     ".e5",  "1e",      "1e+",
    "1e-",   " 1",       "1 ",       "1\n",   "\t1",    "1 2",    "0x10", "0x1p3",   "nan",
    "NaN",   "inf",      "Infinity", "-inf",  "1,5",    "1,000",  "1_0",  "1'000",   "--1",
    "+-1",   "1..2",     "1.2.3",    "1e5.0", "1e5e5",  "12abc",  "abc",  "$5",      "5%",
    "1e999", "-1e999",   "1e309",    "1.8e308", "1d5",  "1f",     "\xd9\xa1", "1.7976931348623159e308",
    "(1)",   "1-",       "e",        "nan(1)",
};

START_TEST(what_is_not_a_decimal_number_is_refused)
{
    double value = 7;
    ck_assert(!assay_number_parse(bad[_i], strlen(bad[_i]), &value));
    ck_assert_double_eq(value, 7);
}
END_TEST

START_TEST(the_length_decides_where_a_number_ends)
{
    double value = 0;
    ck_assert(assay_number_parse("12345", 3, &value));
    ck_assert_double_eq(value, 123);
    ck_assert(!assay_number_parse("1\0", 2, &value));
    ck_assert(!assay_number_parse("12345678901234567890123\0", 24, &value));
}
END_TEST

START_TEST(ways_to_leave_a_cell_empty)
{
    static const char *const missing[] = {"", "NA", "na", "N/A", "n/a", "null", "NULL", "NaN", "nan"};
    static const char *const present[] = {" ", "0", "-", "N", "N.A", "none", "nil", "nulls", "NAN "};
    for (size_t k = 0; k < COUNT(missing); k++)
        ck_assert_msg(assay_is_missing(missing[k], strlen(missing[k])), "%s", missing[k]);
    for (size_t k = 0; k < COUNT(present); k++)
        ck_assert_msg(!assay_is_missing(present[k], strlen(present[k])), "%s", present[k]);
}
END_TEST

START_TEST(yes_and_no_are_taken_as_exports_write_them)
{
    static const char *const words[2][8] = {{"0", "no", "No", "FALSE", "false", "n", "F", "0.0"},
                                            {"1", "yes", "YES", "True", "true", "Y", "t", "1.0"}};
    static const char *const others[] = {"", "2", "00", "01", "1.", "-1", "ye", "yess", "on", "off",
                                         " 1", "1 ", "nope", "tr", "NA"};
    for (int want = 0; want <= 1; want++)
        for (size_t k = 0; k < COUNT(words[want]); k++) {
            int8_t flag = 7;
            ck_assert_msg(assay_flag_parse(words[want][k], strlen(words[want][k]), &flag), "%s",
                          words[want][k]);
            ck_assert_int_eq(flag, want);
        }
    for (size_t k = 0; k < COUNT(others); k++) {
        int8_t flag = 7;
        ck_assert_msg(!assay_flag_parse(others[k], strlen(others[k]), &flag), "%s", others[k]);
        ck_assert_int_eq(flag, 7);
    }
}
END_TEST

START_TEST(people_read_thousands_set_off)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"}, {-0.0, "0"}, {-0.4, "0"}, {-0.5, "0"}, {0.6, "1"}, {999, "999"},
                 {999.7, "1,000"}, {-1000, "-1,000"}, {-123456, "-123,456"}, {13322407, "13,322,407"},
                 {999999999999999, "999,999,999,999,999"}, {1e15, "1.000e+15"},
                 {-DBL_MAX, "-1.798e+308"}};
    char out[ASSAY_GROUPED_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_str_eq(assay_number_group(cases[k].value, out), cases[k].text);
}
END_TEST

START_TEST(no_zero_is_printed_with_a_sign)
{
    struct test_random random = {1};
    char text[32];
    for (size_t k = 0; k < 100000; k++) {
        int decimals = (int)(k % 5);
        double value = (test_uniform(&random) - 0.7) * pow(10, -(double)(k % 7));
        double shown = assay_number_unsigned_zero(value, decimals);
        snprintf(text, sizeof text, "%+.*f", decimals, shown);
        ck_assert_msg(shown == 0 || strpbrk(text, "123456789") != NULL, "%.17g: %s", value, text);
        ck_assert_msg(shown == value || fabs(value) <= 0.5 * pow(10, -decimals), "%.17g", value);
    }
    ck_assert(!signbit(assay_number_unsigned_zero(-0.0, 3)));
    ck_assert_double_nan(assay_number_unsigned_zero(NAN, 3));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, people_read_thousands_set_off);
    tcase_add_test(tc, no_zero_is_printed_with_a_sign);
    tcase_add_test(tc, a_million_doubles_survive_print_and_parse);
    tcase_add_test(tc, no_text_with_fewer_digits_reads_back);
    tcase_add_test(tc, numbers_are_printed_as_json_writes_them);
    tcase_add_test(tc, decimals_of_every_length_read_as_strtod_reads_them);
    tcase_add_test(tc, tiny_decimals_read_as_subnormals);
    tcase_add_test(tc, halfway_points_round_to_even_however_long);
    tcase_add_test(tc, any_number_of_zeros_may_stand_in_front_or_behind);
    tcase_add_test(tc, an_exponent_is_never_cut_short);
    tcase_add_test(tc, long_numbers_need_no_memory);
    tcase_add_loop_test(tc, numbers_are_taken_in_any_usual_form, 0, COUNT(good));
    tcase_add_loop_test(tc, what_is_not_a_decimal_number_is_refused, 0, COUNT(bad));
    tcase_add_test(tc, the_length_decides_where_a_number_ends);
    tcase_add_test(tc, ways_to_leave_a_cell_empty);
    tcase_add_test(tc, yes_and_no_are_taken_as_exports_write_them);
}

ASSAY_SUITE("base/number", add_tests)
