#include "core/base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/powers.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double any_bits(struct test_random *random)
{
    double value;
    do {
        uint64_t bits = test_bits(random);
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

/* ---- the table of powers, made anew in long integers ---- */

enum { LIMBS = 72 }; /* 2,304 bits: 10^342 shifted by 128 has 1,265 */

struct big {
    uint32_t limb[LIMBS]; /* the lowest first */
};

static void big_times(struct big *n, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)n->limb[i] * factor;
        n->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    ck_assert_uint_eq(carry, 0);
}

static int big_bits(const struct big *n)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (n->limb[i] != 0)
            return 32 * i + 32 - __builtin_clz(n->limb[i]);
    return 0;
}

static bool big_bit(const struct big *n, int at)
{
    return n->limb[at / 32] >> (at % 32) & 1;
}

static struct big big_power10(int k)
{
    struct big n = {{1}};
    for (; k > 0; k--)
        big_times(&n, 10);
    return n;
}

/* a >= b, and a -= b */
static bool big_not_less(const struct big *a, const struct big *b)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] > b->limb[i];
    return true;
}

static void big_subtract(struct big *a, const struct big *b)
{
    int64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow += (int64_t)a->limb[i] - b->limb[i];
        a->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
}

static void push_bit(struct assay_power *power, bool bit)
{
    power->high = power->high << 1 | power->low >> 63;
    power->low = power->low << 1 | bit;
}

/* The leading 128 bits of 10^k, k >= 0, cut off. */
static struct assay_power large_power(int k, int *log2)
{
    struct big n = big_power10(k);
    struct assay_power power = {0};
    *log2 = big_bits(&n) - 1;
    for (int at = *log2; at > *log2 - 128; at--)
        push_bit(&power, at >= 0 && big_bit(&n, at));
    return power;
}

/* The leading 128 bits of 1 / 10^k, k > 0, rounded up: long division, a bit at a time. */
static struct assay_power small_power(int k, int *log2)
{
    struct big n = big_power10(k), rest = {{1}};
    struct assay_power power = {0};
    for (*log2 = 0; !big_not_less(&rest, &n); --*log2)
        big_times(&rest, 2);
    for (int at = 0; at < 128; at++) {
        bool bit = big_not_less(&rest, &n);
        push_bit(&power, bit);
        if (bit)
            big_subtract(&rest, &n);
        big_times(&rest, 2);
    }
    power.low++; /* 1 / 10^k has no end in binary, so something was cut off */
    power.high += power.low == 0;
    return power;
}

START_TEST(every_power_is_what_long_integers_make_of_it)
{
    for (int k = ASSAY_POWER_FIRST; k <= ASSAY_POWER_LAST; k++) {
        int log2;
        struct assay_power want = k < 0 ? small_power(-k, &log2) : large_power(k, &log2);
        const struct assay_power *got = &assay_powers[k - ASSAY_POWER_FIRST];
        ck_assert_msg(got->high == want.high && got->low == want.low, "10^%d", k);
        ck_assert_int_eq(assay_log2_power10(k), log2);
    }
}
END_TEST

START_TEST(powers_are_exact_as_far_as_is_said)
{
    struct big n = big_power10(ASSAY_POWER_EXACT), beyond = big_power10(ASSAY_POWER_EXACT + 1);
    for (int at = 0; at < big_bits(&n) - 128; at++)
        ck_assert(!big_bit(&n, at));
    bool lost = false;
    for (int at = 0; at < big_bits(&beyond) - 128; at++)
        lost = lost || big_bit(&beyond, at);
    ck_assert(lost);
}
END_TEST

/* 2^k = 10^(k log10 2), whose logarithm is nowhere so near an integer that a long double could not tell. */
START_TEST(logarithms_of_powers_of_two_are_right_over_all_doubles)
{
    for (int k = -1100; k <= 1100; k++) {
        long double log10 = (long double)k * 0.301029995663981195213738894724493027L;
        ck_assert_int_eq(assay_log10_power2(k), (int)floorl(log10));
    }
}
END_TEST

/* ---- text to digits ---- */

static const struct {
    const char *text;
    struct assay_decimal want;
} scanned[] = {
    {"0", {0, 0, false, false}},
    {"-0.00", {0, -2, true, false}},
    {"12.5", {125, -1, false, false}},
    {"+12.5e3", {125, 2, false, false}},
    {"12345678", {12345678, 0, false, false}},
    {"0012345678.12345678", {1234567812345678, -8, false, false}},
    {"9999999999999999999", {UINT64_C(9999999999999999999), 0, false, false}},
    {"99999999999999999990000", {UINT64_C(9999999999999999999), 4, false, false}},
    {"99999999999999999990001", {UINT64_C(9999999999999999999), 4, false, true}},
    {"0.00000000000000000000000000012", {12, -29, false, false}},
    {"-1234567890.12345678901e-7", {UINT64_C(1234567890123456789), -16, true, true}},
    {"12345678901234567890.5E+1", {UINT64_C(1234567890123456789), 2, false, true}},
};

START_TEST(digits_and_exponent_are_kept_as_far_as_they_fit)
{
    struct assay_decimal d, want = scanned[_i].want;
    ck_assert(assay_decimal_scan(scanned[_i].text, strlen(scanned[_i].text), &d));
    ck_assert_uint_eq(d.digits, want.digits);
    ck_assert_int_eq(d.exponent, want.exponent);
    ck_assert_int_eq(d.negative, want.negative);
    ck_assert_int_eq(d.more, want.more);
}
END_TEST

/* The grammar once more, a character at a time. */
static size_t run_of_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool is_number(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t n = run_of_digits(text);
    text += n;
    if (*text == '.') {
        size_t decimals = run_of_digits(++text);
        text += decimals;
        n += decimals;
    }
    if (n > 0 && (*text == 'e' || *text == 'E')) {
        text++;
        text += *text == '+' || *text == '-';
        n = run_of_digits(text);
        text += n;
    }
    return n > 0 && *text == '\0';
}

static void check_parse(const char *text)
{
    double got = 7, want = strtod(text, NULL);
    bool taken = assay_number_parse(text, strlen(text), &got);
    ck_assert_msg(taken == (is_number(text) && isfinite(want)), "\"%s\": %d", text, (int)taken);
    ck_assert_msg(bits_of(got) == bits_of(taken ? want : 7), "\"%s\": %a, expected %a", text, got,
                  want);
}

static void some_number(struct test_random *random, char text[96])
{
    unsigned long long a = test_bits(random) >> test_below(random, 64);
    unsigned long long b = test_bits(random) >> test_below(random, 64);
    double x = any_bits(random);
    switch (test_below(random, 4)) {
    case 0:
        snprintf(text, 96, "%s%llu.%llu", test_below(random, 3) == 0 ? "-" : "", a, b);
        return;
    case 1:
        snprintf(text, 96, "%llu.%llue%d", a, b, (int)test_below(random, 700) - 350);
        return;
    case 2:
        snprintf(text, 96, "%.*g", 1 + (int)test_below(random, 40), x);
        return;
    default:
        snprintf(text, 96, "%.*f", (int)test_below(random, 8), 1000 * test_uniform(random) - 200);
        return;
    }
}

START_TEST(numbers_read_as_strtod_reads_them_and_others_are_refused)
{
    enum { ROUNDS = 400000 };
    static const char odd[] = "0123456789.eE+- x/:,\n\t\xff";
    struct test_random random = {(uint64_t)_i};
    char text[96];
    for (int round = 0; round < ROUNDS; round++) {
        some_number(&random, text);
        if (round % 2 == 0)
            text[test_below(&random, strlen(text))] = odd[test_below(&random, sizeof odd - 1)];
        if (round % 5 == 0)
            text[test_below(&random, strlen(text))] = odd[test_below(&random, sizeof odd - 1)];
        check_parse(text);
    }
}
END_TEST

/* ---- digits to double ---- */

/* Both neighbours of powers of ten and two, of what fits 53 bits, and of the ends of the table. */
START_TEST(numbers_beside_a_boundary_read_as_strtod_reads_them)
{
    static const long long edges[] = {1,
                                      10,
                                      1LL << 52,
                                      1LL << 53,
                                      1LL << 54,
                                      1000000000000000000,
                                      17976931348623157,
                                      22250738585072014,
                                      49406564584124654};
    char text[64];
    for (size_t e = 0; e < COUNT(edges); e++)
        for (int step = -3; step <= 3; step++)
            for (int k = -360; k <= 330; k++) {
                snprintf(text, sizeof text, "%llde%d", edges[e] + step, k);
                check_parse(text);
            }
}
END_TEST

START_TEST(what_a_double_cannot_settle_is_left_to_others)
{
    static const struct assay_decimal left[] = {
        {UINT64_C(9007199254740993), 0, false, false},    /* halfway */
        {UINT64_C(9007199254740993000), -3, false, true}, /* perhaps halfway */
        {1, 309, false, false},                           /* overflows */
        {UINT64_C(17976931348623159), 292, false, false},
        {1, -310, false, false}, /* subnormal */
        {1, -100000, false, false},
        {1, 100000, false, false},
    };
    for (size_t k = 0; k < COUNT(left); k++) {
        double value = 7;
        ck_assert_msg(!assay_decimal_value(&left[k], &value), "case %zu: %.17g", k, value);
        ck_assert(value == 7);
    }
    double value;
    struct assay_decimal zero = {0, 100000, true, false};
    ck_assert(assay_decimal_value(&zero, &value));
    ck_assert(value == 0 && signbit(value));
}
END_TEST

/* Else strtod() would be what is measured. */
START_TEST(hardly_any_normal_double_is_left_to_others)
{
    enum { N = 100000 };
    struct test_random random = {11};
    int undecided = 0, cut_undecided = 0;
    for (int k = 0; k < N; k++) {
        double x = any_bits(&random), y;
        char text[64];
        struct assay_decimal d;
        if (fabs(x) < 1e-300 || fabs(x) > 1e300)
            continue;
        snprintf(text, sizeof text, "%.17g", x);
        ck_assert(assay_decimal_scan(text, strlen(text), &d));
        undecided += !assay_decimal_value(&d, &y);
        snprintf(text, sizeof text, "%.30g", x);
        ck_assert(assay_decimal_scan(text, strlen(text), &d));
        cut_undecided += !assay_decimal_value(&d, &y);
    }
    ck_assert_int_eq(undecided, 0);
    /* Digits that lack up to a unit of the 19th make an error of at most 2^68 either way among 2^74. */
    ck_assert_int_lt(cut_undecided, N / 32);
}
END_TEST

/* ---- fields of up to 8 characters ---- */

/* [-]digits[.digits] */
static bool is_plain(const char *text)
{
    return is_number(text) && text[0] != '+' && strpbrk(text, "eE") == NULL;
}

static void check_field(const char *text, size_t length, uint64_t before)
{
    char around[16];
    memcpy(around, &before, 8);
    memcpy(around + 8, text, length);
    uint64_t word = assay_decimal_load(around + length);
    double got = 7, same = 7;
    bool taken = assay_decimal_short(word, length, &got);
    ck_assert_msg(taken == is_plain(text), "\"%s\": %d", text, (int)taken);
    ck_assert_msg(bits_of(got) == bits_of(taken ? strtod(text, NULL) : 7), "\"%s\": %a", text, got);
    ck_assert(assay_decimal_short(assay_decimal_field(text, length), length, &same) == taken);
    ck_assert_uint_eq(bits_of(same), bits_of(got));
}

START_TEST(every_field_of_up_to_five_characters_is_taken_or_refused_rightly)
{
    static const char letters[] = "019.-+e ";
    enum { LETTERS = sizeof letters - 1, LONGEST = 5 };
    char text[LONGEST + 1];
    size_t n = 1;
    for (size_t length = 1; length <= LONGEST; length++) {
        n *= LETTERS;
        text[length] = '\0';
        for (size_t k = 0; k < n; k++) {
            size_t rest = k;
            for (size_t at = 0; at < length; at++, rest /= LETTERS)
                text[at] = letters[rest % LETTERS];
            check_field(text, length, UINT64_C(0x2c2e2d3931302c2e) + k); /* ",.019-., and others */
        }
    }
}
END_TEST

START_TEST(longer_fields_are_taken_or_refused_rightly)
{
    struct test_random random = {12};
    static const char letters[] = "01234567890123456789.-e/:,";
    char text[9];
    for (int k = 0; k < 500000; k++) {
        size_t length = 4 + test_below(&random, 5);
        for (size_t at = 0; at < length; at++)
            text[at] = letters[test_below(&random, k % 2 == 0 ? 21 : sizeof letters - 1)];
        text[length] = '\0';
        check_field(text, length, test_bits(&random));
    }
}
END_TEST

START_TEST(a_field_comes_with_its_decimals)
{
    uint32_t number;
    int decimals;
    bool negative;
    ck_assert(
        assay_decimal_small(assay_decimal_field("-12.0340", 8), 8, &number, &decimals, &negative));
    ck_assert_uint_eq(number, 120340);
    ck_assert_int_eq(decimals, 4);
    ck_assert(negative);
    ck_assert(!assay_decimal_small(0, 0, &number, &decimals, &negative));
    ck_assert(
        !assay_decimal_small(assay_decimal_load("12345678"), 9, &number, &decimals, &negative));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_power_is_what_long_integers_make_of_it);
    tcase_add_test(tc, powers_are_exact_as_far_as_is_said);
    tcase_add_test(tc, logarithms_of_powers_of_two_are_right_over_all_doubles);
    tcase_add_loop_test(tc, digits_and_exponent_are_kept_as_far_as_they_fit, 0, COUNT(scanned));
    tcase_add_loop_test(tc, numbers_read_as_strtod_reads_them_and_others_are_refused, 1, 4);
    tcase_add_test(tc, numbers_beside_a_boundary_read_as_strtod_reads_them);
    tcase_add_test(tc, what_a_double_cannot_settle_is_left_to_others);
    tcase_add_test(tc, hardly_any_normal_double_is_left_to_others);
    tcase_add_test(tc, every_field_of_up_to_five_characters_is_taken_or_refused_rightly);
    tcase_add_test(tc, longer_fields_are_taken_or_refused_rightly);
    tcase_add_test(tc, a_field_comes_with_its_decimals);
}

ASSAY_SUITE("base/decimal", add_tests)
