#include "core/base/decimal.h"

#include <limits.h>

#include "core/base/powers.h"

__extension__ typedef unsigned __int128 uint128;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- text to digits ---- */

/* Adds the digits from at on to *digits, modulo 2^64; returns where they end. */
static const char *take_digits(const char *at, const char *end, uint64_t *digits)
{
    while (end - at >= 8) {
        uint64_t word = assay_decimal_load(at);
        if (!assay_decimal_are_digits(word))
            break;
        *digits = *digits * 100000000 + assay_decimal_join(word);
        at += 8;
    }
    for (; at < end && is_digit(*at); at++)
        *digits = *digits * 10 + (uint64_t)(*at - '0');
    return at;
}

/* [e [+-] digits] up to the end of the text; added to *exponent. */
static bool take_exponent(const char *at, const char *end, long *exponent)
{
    if (at == end)
        return true;
    if (*at != 'e' && *at != 'E')
        return false;
    at++;
    bool down = false;
    if (at < end && (*at == '+' || *at == '-'))
        down = *at++ == '-';
    if (at == end)
        return false;
    long power = 0;
    for (; at < end && is_digit(*at); at++)
        if (power < LONG_MAX / 100) /* beyond what any number of digits could undo */
            power = power * 10 + (*at - '0');
    *exponent += down ? -power : power;
    return at == end;
}

/* The first 19 significant digits of the mantissa in text..end, whose exponent is that of its last digit. */
static void keep_first_digits(const char *text, const char *end, struct assay_decimal *d)
{
    int kept = 0;
    d->digits = 0;
    for (const char *at = text; at < end; at++) {
        if (*at == '.' || (kept == 0 && *at == '0'))
            continue;
        if (kept < ASSAY_DECIMAL_DIGITS) {
            d->digits = d->digits * 10 + (uint64_t)(*at - '0');
            kept++;
        } else {
            d->exponent++;
            d->more = d->more || *at != '0';
        }
    }
}

bool assay_decimal_scan(const char *text, size_t length, struct assay_decimal *d)
{
    const char *at = text, *end = text + length;
    *d = (struct assay_decimal){0};
    if (at < end && (*at == '+' || *at == '-'))
        d->negative = *at++ == '-';
    const char *first = at;
    at = take_digits(at, end, &d->digits);
    size_t n_digit = (size_t)(at - first);
    if (at < end && *at == '.') {
        const char *decimals = ++at;
        at = take_digits(at, end, &d->digits);
        n_digit += (size_t)(at - decimals);
        d->exponent = -(long)(at - decimals);
    }
    if (n_digit == 0)
        return false;
    if (n_digit > ASSAY_DECIMAL_DIGITS)
        keep_first_digits(first, at, d);
    return take_exponent(at, end, &d->exponent);
}

/* ---- digits to double ---- */

/* value = digits 2^exponent, digits with the bits of a double. */
static bool assemble(uint64_t digits, int exponent, bool negative, double *value)
{
    int biased = exponent + 52 + 1023;
    if (biased < 1 || biased > 2045) /* 2046 may be rounded up to what overflows */
        return false;
    /* Added, not joined: digits rounded up to 2^53 carry into the exponent, as they should. */
    uint64_t bits = ((uint64_t)(biased - 1) << 52) + digits;
    bits |= (uint64_t)negative << 63;
    memcpy(value, &bits, sizeof *value);
    return true;
}

/* digits and power, both with the top bit set, give the leading 128 bits of the product but for an error:
 * less than 2 units for the power, which is off by less than one of its own, and as much as the power
 * for what digits lack. Unless the middle between two doubles lies within the error, both ends of it round
 * to the same double, which is then the right one. */
static bool multiply(const struct assay_decimal *d, double *value)
{
    int shift = __builtin_clzll(d->digits), k = (int)d->exponent;
    const struct assay_power *power = &assay_powers[k - ASSAY_POWER_FIRST];
    uint64_t digits = d->digits << shift;
    uint128 product =
        (uint128)digits * power->high + (uint64_t)((uint128)digits * power->low >> 64);
    uint128 error = 2 + (d->more ? (uint128)1 << (64 + shift) : 0);

    int drop = 74 + (int)(product >> 127);
    uint128 half = (uint128)1 << (drop - 1);
    uint128 rest = product & (half + half - 1);
    uint128 distance = rest > half ? rest - half : half - rest;
    if (distance <= error)
        return false;
    uint64_t rounded = (uint64_t)(product >> drop) + (rest > half);
    return assemble(rounded, assay_log2_power10(k) - shift - 63 + drop, d->negative, value);
}

bool assay_decimal_value(const struct assay_decimal *d, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (!d->more && d->digits <= UINT64_C(1) << 53 && d->exponent >= -22 && d->exponent <= 22) {
        double x = (double)d->digits;
        x = d->exponent < 0 ? x / power[-d->exponent] : x * power[d->exponent];
        *value = d->negative ? -x : x;
        return true;
    }
    if (d->digits == 0) {
        *value = d->negative ? -0.0 : 0.0;
        return true;
    }
    if (d->exponent < ASSAY_POWER_FIRST || d->exponent > ASSAY_POWER_LAST)
        return false;
    return multiply(d, value);
}
