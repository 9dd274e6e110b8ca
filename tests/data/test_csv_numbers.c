/* Short numbers, of which some instruction sets read several at once: each as it is read alone. */
#include <math.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/base/decimal.h"
#include "core/base/number.h"
#include "core/data/csv_numbers.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum {
    MARGIN = 8,
    MOST_FIELDS = 4096,
    LONGEST = 12, /* of a field */
};

static const char *const sets[] = {"baseline", "avx2", "avx512"};

static bool choose(size_t k)
{
    struct assay_error err = {0};
    bool has = assay_cpu_choose(sets[k], &err) == ASSAY_OK;
    if (!has)
        test_skip(err.message);
    return has;
}

/* Fields one behind the other, each with a comma behind it. */
static struct {
    char room[MARGIN + 1 + MOST_FIELDS * (LONGEST + 1)];
    uint32_t places[1 + MOST_FIELDS];
    size_t n, length;
} line;

/* What stands before the first field is the tail of another, which must not be read. */
static void start_line(void)
{
    memcpy(line.room, "-1.2345,", MARGIN);
    line.n = 0;
    line.length = MARGIN;
    line.places[0] = MARGIN - 1;
}

static void add_field(const char *text, size_t length)
{
    memcpy(line.room + line.length, text, length);
    line.length += length;
    line.places[++line.n] = (uint32_t)line.length;
    line.room[line.length++] = ',';
}

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static void check_field(const char *text, size_t length, bool required, double got,
                        unsigned char left)
{
    double want = NAN, parsed;
    bool known = length == 0 && !required;
    if (length > 0 && length <= 8)
        known = assay_decimal_short(assay_decimal_field(text, length), length, &want);
    ck_assert_msg(left == !known, "\"%.*s\" is left: %d", (int)length, text, left);
    if (!known)
        return;
    ck_assert_msg(bits_of(got) == bits_of(want), "\"%.*s\" is %.17g", (int)length, text, got);
    if (length > 0) {
        ck_assert(assay_number_parse(text, length, &parsed));
        ck_assert_uint_eq(bits_of(parsed), bits_of(want));
    }
}

/* The fields of the line as a table of `stride` columns, column by column. */
static void check_line(size_t stride, bool required)
{
    static double number[MOST_FIELDS];
    static unsigned char left[MOST_FIELDS];
    size_t n = line.n / stride;
    for (size_t j = 0; j < stride; j++) {
        const uint32_t *ends = line.places + 1 + j;
        size_t n_left = 0;
        memset(left, 7, sizeof left);
        size_t got = assay_numbers_read(line.room, ends, stride, n, required, number, left);
        for (size_t i = 0; i < n; i++, ends += stride) {
            check_field(line.room + ends[-1] + 1, *ends - ends[-1] - 1, required, number[i],
                        left[i]);
            n_left += left[i];
        }
        ck_assert_uint_eq(got, n_left);
        ck_assert_uint_eq(left[n], 7);
    }
}

static void check_line_both_ways(size_t stride)
{
    check_line(stride, false);
    check_line(stride, true);
}

/* Every text of up to four of these, each beside others of its length and of the next. */
START_TEST(every_short_text_is_read_as_alone)
{
    static const char alphabet[] = "059.-+e/: \x80";
    enum { KINDS = sizeof alphabet - 1 };
    if (!choose((size_t)_i))
        return;
    size_t n_text = 1;
    for (size_t length = 0; length <= 4; length++, n_text *= KINDS) {
        start_line();
        for (size_t k = 0; k < n_text; k++) {
            char text[4];
            size_t rest = k;
            for (size_t c = 0; c < length; c++, rest /= KINDS)
                text[c] = alphabet[rest % KINDS];
            add_field(text, length);
            if (line.n == MOST_FIELDS - 1 || k + 1 == n_text) {
                check_line_both_ways(1);
                start_line();
            }
        }
    }
}
END_TEST

/* Up to eight digits with or without sign and a point at each place; the point of a neighbour, or none, is of no
 * account. */
START_TEST(digits_with_a_point_anywhere_are_read_as_alone)
{
    struct test_random random = {7};
    if (!choose((size_t)_i))
        return;
    for (int round = 0; round < 60; round++) {
        start_line();
        for (size_t k = 0; k < 1000; k++) {
            char text[LONGEST];
            size_t length = 0, n_digit = test_below(&random, 9), point = test_below(&random, 12);
            if (test_below(&random, 3) == 0)
                text[length++] = '-';
            for (size_t c = 0; c <= n_digit; c++) {
                if (c == point && round % 3 != 0)
                    text[length++] = '.';
                if (c < n_digit)
                    text[length++] = (char)('0' + test_below(&random, 10));
            }
            add_field(text, length);
        }
        check_line_both_ways(1 + test_below(&random, 20));
    }
}
END_TEST

/* Bytes of all kinds, most of them those of numbers; counts of rows that no set takes at once. */
START_TEST(any_bytes_are_read_as_alone)
{
    static const char common[] = "0123456789012345678901234567890123456789..-+eE";
    if (!choose((size_t)_i))
        return;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct test_random random = {seed};
        size_t n = test_below(&random, seed % 2 == 0 ? 30 : 1000),
               kinds = 1 + test_below(&random, 300);
        start_line();
        for (size_t k = 0; k < n; k++) {
            char text[LONGEST];
            size_t length = test_below(&random, 1 + test_below(&random, LONGEST + 1));
            for (size_t c = 0; c < length; c++)
                text[c] = test_below(&random, kinds) == 0 && seed % 3 != 0
                              ? (char)test_below(&random, 256)
                              : common[test_below(&random, sizeof common - 1)];
            add_field(text, length);
        }
        check_line_both_ways(1 + test_below(&random, 5));
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, every_short_text_is_read_as_alone, 0, COUNT(sets));
    tcase_add_loop_test(tc, digits_with_a_point_anywhere_are_read_as_alone, 0, COUNT(sets));
    tcase_add_loop_test(tc, any_bytes_are_read_as_alone, 0, COUNT(sets));
}

ASSAY_SUITE("data/csv_numbers", add_tests)
