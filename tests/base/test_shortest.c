#include "core/base/shortest.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

/* What assay_number_print() promises, tried one digit after the other: the fewest digits, as %g rounds them, that
 * read back. Any 15 digits survive a normal double, so that %g begins with those. */
static void print_by_trial(double value, char out[64])
{
    bool subnormal = value != 0 && fabs(value) < DBL_MIN;
    for (int digits = subnormal ? 1 : 15; digits <= 17; digits++) {
        snprintf(out, 64, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            return;
    }
}

static void check_text(double value)
{
    char want[64], got[ASSAY_NUMBER_SIZE];
    print_by_trial(value, want);
    size_t length = assay_number_print(value, got);
    ck_assert_msg(strcmp(got, want) == 0, "%a: %s, expected %s", value, got, want);
    ck_assert_uint_eq(length, strlen(want));
}

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- many doubles ---- */

static double any_bits(struct test_random *random)
{
    double value;
    do
        value = from_bits(test_bits(random));
    while (!isfinite(value));
    return value;
}

static double integer(struct test_random *random)
{
    return (double)(int64_t)(test_bits(random) >> test_below(random, 64));
}

static double short_decimal(struct test_random *random)
{
    return (double)test_below(random, 1000000000) / pow(10, (double)test_below(random, 12));
}

/* Both ends of one power of two after the other. */
static double beside_a_power_of_two(struct test_random *random)
{
    double value = ldexp(1.0, (int)test_below(random, 2098) - 1074);
    size_t steps = test_below(random, 4);
    for (size_t k = 0; k < steps; k++)
        value = nextafter(value, test_below(random, 2) ? DBL_MAX : 0);
    return value;
}

static double subnormal(struct test_random *random)
{
    return from_bits(test_bits(random) >> (12 + test_below(random, 51)));
}

/* What has about 15 to 18 digits, the lengths between which %g and the search must agree. */
static double binary_fraction(struct test_random *random)
{
    return ldexp((double)(test_bits(random) >> (10 + test_below(random, 20))),
                 -(int)test_below(random, 60));
}

static double cut_decimal(struct test_random *random)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", (int)test_below(random, 17), any_bits(random));
    double value = strtod(text, NULL);
    return isfinite(value) ? value : 1;
}

static const struct {
    double (*draw)(struct test_random *random);
    int rounds;
} kinds[] = {
    {any_bits, 80000},    {integer, 150000},         {short_decimal, 200000},
    {subnormal, 15000},   {binary_fraction, 100000}, {beside_a_power_of_two, 40000},
    {cut_decimal, 50000},
};

START_TEST(doubles_of_every_kind_print_as_trial_prints_them)
{
    struct test_random random = {20 + (uint64_t)_i};
    for (int k = 0; k < kinds[_i].rounds; k++) {
        double value = kinds[_i].draw(&random);
        check_text(k % 3 == 0 ? -value : value);
    }
}
END_TEST

START_TEST(doubles_at_the_edges_print_as_trial_prints_them)
{
    for (int k = -1074; k <= 1023; k++) {
        double value = ldexp(1.0, k);
        check_text(value);
        check_text(nextafter(value, 0));
        check_text(nextafter(value, DBL_MAX));
    }
    for (int k = -323; k <= 308; k++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", k);
        double value = strtod(text, NULL);
        check_text(value);
        check_text(nextafter(value, 0));
        check_text(nextafter(value, DBL_MAX));
    }
    check_text(DBL_MAX);
    check_text(-DBL_MAX);
    check_text(0.0);
    check_text(-0.0);
}
END_TEST

START_TEST(halves_are_left_to_the_even_digit)
{
    /* 17 digits of an exact 18, so two texts are equally near: %g takes the even one, and so do we. */
    check_text(1234567890123.03125);
    check_text(1234567890123.09375);
    char text[ASSAY_NUMBER_SIZE];
    assay_number_print(1234567890123.03125, text);
    ck_assert_str_eq(text, "1234567890123.0312");
    assay_number_print(1234567890123.09375, text);
    ck_assert_str_eq(text, "1234567890123.0938");
}
END_TEST

START_TEST(only_powers_of_two_are_left_to_trial)
{
    struct test_random random = {31};
    struct assay_decimal d;
    for (int k = 0; k < 100000; k++) {
        double value = any_bits(&random);
        int exponent;
        bool power = fabs(frexp(value, &exponent)) == 0.5;
        ck_assert(assay_shortest_digits(value, &d) || power);
    }
    ck_assert(!assay_shortest_digits(0x1p-1000, &d));
    ck_assert(assay_shortest_digits(DBL_MIN, &d)); /* its neighbours are equally near */
    ck_assert(assay_shortest_digits(0.5, &d));     /* few decimals */
    ck_assert_uint_eq(d.digits, 5);
    ck_assert_int_eq(d.exponent, -1);
}
END_TEST

/* ---- digits to text ---- */

START_TEST(digits_are_laid_out_as_g_lays_them_out)
{
    static const uint64_t digits[] = {
        1, 12, 123456789, 123456789012345, 1234567890123456, 12345678901234567};
    for (size_t k = 0; k < COUNT(digits); k++)
        for (long exponent = -320; exponent <= 290; exponent++) {
            struct assay_decimal d = {digits[k], exponent, k % 2 == 1, false};
            char got[ASSAY_NUMBER_SIZE], source[64], want[64];
            size_t length = assay_shortest_text(&d, got);
            int n = snprintf(source, sizeof source, "%llu", (unsigned long long)digits[k]);
            snprintf(source, sizeof source, "%s%llue%ld", d.negative ? "-" : "",
                     (unsigned long long)digits[k], exponent);
            /* 17 digits of a long double are the decimal's own. */
            snprintf(want, sizeof want, "%.*Lg", n > 15 ? n : 15, strtold(source, NULL));
            ck_assert_str_eq(got, want);
            ck_assert_uint_eq(length, strlen(want));
        }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, doubles_of_every_kind_print_as_trial_prints_them, 0, COUNT(kinds));
    tcase_add_test(tc, doubles_at_the_edges_print_as_trial_prints_them);
    tcase_add_test(tc, halves_are_left_to_the_even_digit);
    tcase_add_test(tc, only_powers_of_two_are_left_to_trial);
    tcase_add_test(tc, digits_are_laid_out_as_g_lays_them_out);
}

ASSAY_SUITE("base/shortest", add_tests)
