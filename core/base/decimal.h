/* decimal.h - decimal text as digits and an exponent, and those as a double
 *
 * What assay_number_parse() is made of (number.h is the door that takes and refuses), and a short cut for
 * readers of many small fields.
 */
#ifndef ASSAY_CORE_BASE_DECIMAL_H
#define ASSAY_CORE_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* +-digits * 10^exponent. Where the text has more than 19 significant digits, digits are the first 19 of
 * them, and more says that one of the others is not 0: the number lies between digits and digits + 1. */
#define ASSAY_DECIMAL_DIGITS 19
struct assay_decimal {
    uint64_t digits;
    long exponent;
    bool negative, more;
};

/* Takes all of text[length], in the grammar of assay_number_parse(), whatever its length; false, with
 * nothing promised of *d, for anything else. */
bool assay_decimal_scan(const char *text, size_t length, struct assay_decimal *d);

/* The double nearest to d, ties to even: the bits of strtod(). False, with *value untouched, for the few that
 * 128 bits cannot decide, or that are no normal double: d lies on or next to the middle between two doubles, is
 * subnormal or overflows. By Clinger (1990, "How to read floating point numbers accurately") where digits and
 * power are doubles, else in the manner of Eisel and Lemire (Lemire 2021, "Number parsing at a gigabyte per
 * second"). */
bool assay_decimal_value(const struct assay_decimal *d, double *value);

/* The eight characters at text, the first in the lowest byte whatever the machine. */
static inline uint64_t assay_decimal_load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Whether all eight are digits: the upper half of each byte is 3, and stays 3 when 6 is added. */
static inline bool assay_decimal_are_digits(uint64_t word)
{
    uint64_t upper = word & UINT64_C(0xf0f0f0f0f0f0f0f0);
    uint64_t moved = (word + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0);
    return (upper | moved >> 4) == UINT64_C(0x3333333333333333);
}

/* The number that eight digits write: neighbours are joined to two, four, eight digits, each time all pairs
 * with one multiplication (Lemire 2021, section 5). */
static inline uint32_t assay_decimal_join(uint64_t word)
{
    word = (word & UINT64_C(0x0f0f0f0f0f0f0f0f)) * ((10 << 8) + 1) >> 8;
    word = (word & UINT64_C(0x00ff00ff00ff00ff)) * ((100 << 16) + 1) >> 16;
    word = (word & UINT64_C(0x0000ffff0000ffff)) * ((UINT64_C(10000) << 32) + 1) >> 32;
    return (uint32_t)word;
}

/* A field of 1 to 8 characters as the upper bytes of a word, the last character uppermost, which is how
 * assay_decimal_small() wants it. Where the 8 bytes before the field's end may be read, whatever is in them,
 * assay_decimal_load(end - 8) does as well. */
static inline uint64_t assay_decimal_field(const char *text, size_t length)
{
    size_t before = 64 - 8 * length;
    if (length >= 4) { /* first four and last four, which may overlap */
        uint64_t front = 0, back = 0;
        for (size_t k = 0; k < 4; k++) {
            front |= (uint64_t)(unsigned char)text[k] << 8 * k;
            back |= (uint64_t)(unsigned char)text[length - 4 + k] << 8 * k;
        }
        return back << 32 | front << before;
    }
    size_t middle = length / 2;
    return (uint64_t)(unsigned char)text[0] << before |
           (uint64_t)(unsigned char)text[middle] << (before + 8 * middle) |
           (uint64_t)(unsigned char)text[length - 1] << 56;
}

/* [-]digits[.digits] with at least one digit ("7", "-0.25", ".5", "12."), length characters in the upper
 * bytes of word; what is in the lower ones counts for nothing. *number is its digits without point and sign, and
 * there are *decimals of them behind the point. False, with nothing promised of the outputs, for any other text and
 * for lengths other than 1..8: assay_number_parse() has the last word on it. */
static inline bool assay_decimal_small(uint64_t word, size_t length, uint32_t *number,
                                       int *decimals, bool *negative)
{
    const uint64_t zeros = UINT64_C(0x3030303030303030), ones = UINT64_C(0x0101010101010101);
    if (length - 1 > 7)
        return false;
    *negative = (word >> (64 - 8 * length) & 0xff) == '-';
    size_t used = length - *negative;
    if (used == 0)
        return false;
    uint64_t before = 64 - 8 * used;
    word = (word ^ zeros) >> before << before;
    /* Digits are 0..9 now and a point is 0x1e; the lowest bit of `point` is in the first one. */
    uint64_t point = word ^ (ones * ('.' ^ '0'));
    point = (point - ones) & ~point & (ones << 7);
    *decimals = 0;
    if (point != 0) {
        int at = __builtin_ctzll(point) & ~7;
        uint64_t front = (UINT64_C(1) << at) - 1;
        word = (word & ~front & ~(UINT64_C(0xff) << at)) | (word & front) << 8;
        *decimals = 7 - at / 8;
        if (used == 1)
            return false;
    }
    *number = assay_decimal_join(word);
    return assay_decimal_are_digits(word ^ zeros);
}

/* The same as a double, to the bits of assay_number_parse(): at most 8 digits over a power of ten that is a
 * double too, so that one rounding decides (Clinger 1990). *value is untouched when false. */
static inline bool assay_decimal_short(uint64_t word, size_t length, double *value)
{
    static const double power[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    uint32_t number;
    int decimals;
    bool negative;
    if (!assay_decimal_small(word, length, &number, &decimals, &negative))
        return false;
    double x = number / power[decimals];
    *value = negative ? -x : x;
    return true;
}

#endif
