#include "core/base/shortest.h"

#include <math.h>
#include <string.h>

#include "core/base/powers.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

__extension__ typedef unsigned __int128 uint128;

#define HIDDEN_BIT (UINT64_C(1) << 52)

/* ---- double to digits ---- */

static void keep(uint64_t digits, int exponent, struct assay_decimal *d)
{
    for (; digits % 10000 == 0; exponent += 4)
        digits /= 10000;
    for (; digits % 10 == 0; exponent++)
        digits /= 10;
    d->digits = digits;
    d->exponent = exponent;
}

/* At most 15 digits, 4 of them decimals: when such a decimal reads back, it is what the shortest search
 * would find, as each double has at most one of 15 digits near enough. */
static bool few_decimals(double value, struct assay_decimal *d)
{
    if (!(value < 1e11))
        return false;
    uint64_t digits = (uint64_t)(value * 1e4 + 0.5);
    if (digits == 0 || (double)digits / 1e4 != value)
        return false;
    keep(digits, -4, d);
    return true;
}

/* g x / 2^128, cut off, but for the lowest bit, which says that something was cut off, too: enough to compare with
 * any multiple of 2 (Giulietti 2020, section 9, "rounding to odd"). */
static uint64_t multiply_to_odd(uint128 g, uint64_t x)
{
    uint128 low = (uint128)(uint64_t)g * x;
    uint128 high = (uint128)(uint64_t)(g >> 64) * x + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* The power as Schubfach wants it: cut off and one more, unless it is exact. */
static uint128 power_above(int k)
{
    const struct assay_power *power = &assay_powers[k - ASSAY_POWER_FIRST];
    return ((uint128)power->high << 64 | power->low) + (k > ASSAY_POWER_EXACT);
}

/* value = c 2^q, no power of two. All below in units of 10^k / 4, where 10^k <= 2^q < 10^(k + 1): the doubles' spacing
 * holds at least one multiple of 10^k, and at most one of 10^(k + 1), which has a digit less. */
static void search(uint64_t c, int q, struct assay_decimal *d)
{
    int k = assay_log10_power2(q);
    int shift = q + assay_log2_power10(-k) + 1;
    uint128 g = power_above(-k);
    uint64_t here = multiply_to_odd(g, 4 * c << shift);
    /* Ends of the interval read back as the double when it is even. */
    uint64_t low = multiply_to_odd(g, (4 * c - 2) << shift) + (c & 1);
    uint64_t high = multiply_to_odd(g, (4 * c + 2) << shift) - (c & 1);

    uint64_t tens = here / 40, units = here / 4;
    bool below = tens > 0 && low <= 40 * tens, above = 40 * tens + 40 <= high;
    if (below != above) {
        keep(tens + above, k + 1, d);
        return;
    }
    below = low <= 4 * units;
    above = 4 * units + 4 <= high;
    if (below == above) {
        uint64_t middle = 4 * units + 2;
        above = here > middle || (here == middle && units % 2 == 1);
    }
    keep(units + above, k, d);
}

bool assay_shortest_digits(double value, struct assay_decimal *d)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    *d = (struct assay_decimal){.negative = bits >> 63 != 0};
    if (value == 0)
        return true;
    if (few_decimals(fabs(value), d))
        return true;
    uint64_t fraction = bits & (HIDDEN_BIT - 1);
    int biased = (int)(bits >> 52 & 0x7ff);
    if (fraction == 0 && biased > 1)
        return false;
    if (biased == 0)
        search(fraction, 1 - 1075, d);
    else
        search(fraction | HIDDEN_BIT, biased - 1075, d);
    return true;
}

/* ---- digits to text ---- */

static const uint64_t powers[] = {UINT64_C(1),
                                  UINT64_C(10),
                                  UINT64_C(100),
                                  UINT64_C(1000),
                                  UINT64_C(10000),
                                  UINT64_C(100000),
                                  UINT64_C(1000000),
                                  UINT64_C(10000000),
                                  UINT64_C(100000000),
                                  UINT64_C(1000000000),
                                  UINT64_C(10000000000),
                                  UINT64_C(100000000000),
                                  UINT64_C(1000000000000),
                                  UINT64_C(10000000000000),
                                  UINT64_C(100000000000000),
                                  UINT64_C(1000000000000000),
                                  UINT64_C(10000000000000000),
                                  UINT64_C(100000000000000000)};

/* Seventeen digits of text, zeros behind the last: in registers, so that they can be shifted and written without being
 * read back. Each writing may go beyond the digits there are; what comes next writes over that. */
struct laid {
    char first;
    uint64_t middle, low; /* eight each, the first in the lowest byte */
};

enum { EIGHT = 8, LAID = 17 };

/* Eight digits as two numbers of four, the first in the lower half. */
static inline uint64_t part_fours(uint32_t number)
{
    return number / 10000 | (uint64_t)(number % 10000) << 32;
}

/* Twos, then ones are parted, all at once, each with one multiplication in the place of a division. */
#if defined(__SSE2__)
static inline void lay_sixteen(uint32_t middle, uint32_t low, struct laid *laid)
{
    __m128i fours = _mm_set_epi64x((int64_t)part_fours(low), (int64_t)part_fours(middle));
    __m128i hundreds = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi16(5243)), 3);
    __m128i rest = _mm_sub_epi16(fours, _mm_mullo_epi16(hundreds, _mm_set1_epi16(100)));
    __m128i twos = _mm_or_si128(hundreds, _mm_slli_epi32(rest, 16));
    __m128i tens = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554));
    rest = _mm_sub_epi16(twos, _mm_mullo_epi16(tens, _mm_set1_epi16(10)));
    __m128i digits = _mm_or_si128(_mm_or_si128(tens, _mm_slli_epi16(rest, 8)), _mm_set1_epi8('0'));
    laid->middle = (uint64_t)_mm_cvtsi128_si64(digits);
    laid->low = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(digits, digits));
}
#else
static inline uint64_t lay_eight(uint32_t number)
{
    uint64_t fours = part_fours(number);
    uint64_t hundreds = fours * 5243 >> 19 & UINT64_C(0x7f0000007f);
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = twos * 103 >> 10 & UINT64_C(0xf000f000f000f);
    return (tens | (twos - 10 * tens) << 8) + UINT64_C(0x3030303030303030);
}

static inline void lay_sixteen(uint32_t middle, uint32_t low, struct laid *laid)
{
    laid->middle = lay_eight(middle);
    laid->low = lay_eight(low);
}
#endif

/* n is how many digits number has: 1 .. 17. */
static inline struct laid lay(uint64_t number, int n)
{
    number *= powers[LAID - n];
    uint64_t upper = number / 100000000;
    struct laid laid = {.first = (char)('0' + upper / 100000000)};
    lay_sixteen((uint32_t)(upper % 100000000), (uint32_t)(number % 100000000), &laid);
    return laid;
}

/* 1 of 0, which is written as a digit. */
static int count_digits(uint64_t number)
{
    number |= number == 0;
    int n = (64 - __builtin_clzll(number)) * 1233 >> 12; /* log10(2); too few by one at most */
    return n + (number >= powers[n]);
}

static inline void write_eight(uint64_t digits, char *at)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    digits = __builtin_bswap64(digits);
#endif
    memcpy(at, &digits, EIGHT);
}

static inline void write_laid(struct laid laid, char *at)
{
    *at = laid.first;
    write_eight(laid.middle, at + 1);
    write_eight(laid.low, at + 1 + EIGHT);
}

/* With the point behind the first `point` of them, which are 1 .. 16. */
static inline void write_pointed(struct laid laid, int point, char *at)
{
    int shift = 8 * ((point - 1) % EIGHT);
    uint64_t behind = laid.low >> shift;
    write_laid(laid, at);
    at += point;
    *at++ = '.';
    if (point <= EIGHT) {
        write_eight(laid.middle >> shift | (laid.low << 1) << (63 - shift), at);
        write_eight(behind, at + EIGHT);
    } else {
        write_eight(behind, at);
    }
}

/* e+05, e-324: a sign and two digits at least, as C has it. */
static char *write_exponent(int exponent, char *at)
{
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    int size = exponent < 0 ? -exponent : exponent;
    if (size >= 100)
        *at++ = (char)('0' + size / 100);
    *at++ = (char)('0' + size / 10 % 10);
    *at++ = (char)('0' + size % 10);
    return at;
}

size_t assay_shortest_text(const struct assay_decimal *d, char out[ASSAY_NUMBER_SIZE])
{
    char *at = out;
    if (d->negative)
        *at++ = '-';
    int n = count_digits(d->digits);
    int point = n + (int)d->exponent; /* digits in front of it, or minus the zeros behind it */
    struct laid laid = lay(d->digits, n);
    if (d->digits == 0) {
        *at++ = '0';
    } else if (point < -3 || point > (n > 15 ? n : 15)) {
        write_pointed(laid, 1, at);
        at = write_exponent(point - 1, n > 1 ? at + n + 1 : at + 1);
    } else if (point <= 0) {
        memcpy(at, "0.000000", EIGHT);
        write_laid(laid, at + 2 - point);
        at += 2 - point + n;
    } else if (point >= n) {
        write_laid(laid, at);
        at += point;
    } else {
        write_pointed(laid, point, at);
        at += n + 1;
    }
    *at = '\0';
    return (size_t)(at - out);
}
