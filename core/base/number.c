#include "core/base/number.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What the grammar says of a number: mantissa digits as an integer (if they fit) and exponent. */
struct decimal {
    uint64_t mantissa;
    long exponent; /* value = mantissa * 10^exponent */
    bool exact;    /* no digit had to be left out of the mantissa */
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void take_digit(struct decimal *d, char c, int *n_digit)
{
    if (*n_digit == 0 && c == '0')
        return;
    if (++*n_digit <= 19)
        d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
    else
        d->exact = false;
}

static bool scan(const char *text, size_t length, struct decimal *d)
{
    const char *at = text, *end = text + length;
    *d = (struct decimal){.exact = true};
    if (at < end && (*at == '+' || *at == '-'))
        d->negative = *at++ == '-';
    int n_digit = 0;
    const char *first = at;
    while (at < end && is_digit(*at))
        take_digit(d, *at++, &n_digit);
    size_t mantissa_digits = (size_t)(at - first);
    if (at < end && *at == '.') {
        first = ++at;
        while (at < end && is_digit(*at))
            take_digit(d, *at++, &n_digit);
        mantissa_digits += (size_t)(at - first);
        d->exponent = -(long)(at - first);
    }
    if (mantissa_digits == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        bool down = false;
        if (at < end && (*at == '+' || *at == '-'))
            down = *at++ == '-';
        if (at == end)
            return false;
        long exponent = 0;
        for (; at < end && is_digit(*at); at++)
            if (exponent < LONG_MAX / 100) /* beyond what any number of digits could undo */
                exponent = exponent * 10 + (*at - '0');
        d->exponent += down ? -exponent : exponent;
    }
    return at == end;
}

/* strtod() of text that scan() took, whatever its length, in memory of fixed size: no double and no
 * halfway point between two has more than 767 significant digits, so all that the digits beyond
 * can say is that there was something more, and one digit says that. */
static double convert(const char *text, size_t length, const struct decimal *d)
{
    enum { DIGITS = 780 };
    char buffer[DIGITS + 32];
    if (length < sizeof buffer) {
        memcpy(buffer, text, length);
        buffer[length] = '\0';
        return strtod(buffer, NULL);
    }
    size_t used = 0, dropped = 0;
    bool more = false;
    for (const char *at = text; at < text + length && *at != 'e' && *at != 'E'; at++) {
        if (!is_digit(*at) || (used == 0 && *at == '0'))
            continue;
        if (used < DIGITS) {
            buffer[used++] = *at;
        } else {
            dropped++;
            more = more || *at != '0';
        }
    }
    if (more) {
        buffer[used++] = '1';
        dropped--;
    }
    snprintf(buffer + used, sizeof buffer - used, "%se%ld", used == 0 ? "0" : "",
             d->exponent + (long)dropped);
    double x = strtod(buffer, NULL);
    return d->negative ? -x : x;
}

bool assay_number_parse(const char *text, size_t length, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct decimal d;
    if (!scan(text, length, &d))
        return false;
    double x;
    if (d.exact && d.mantissa <= (UINT64_C(1) << 53) && d.exponent >= -22 && d.exponent <= 22) {
        /* Both operands are exact doubles, so one rounding decides (Clinger 1990). */
        x = (double)d.mantissa;
        x = d.exponent < 0 ? x / power[-d.exponent] : x * power[d.exponent];
        x = d.negative ? -x : x;
    } else {
        x = convert(text, length, &d);
    }
    if (!isfinite(x))
        return false;
    *value = x;
    return true;
}

static bool reads_back(const char *text, double value)
{
    return strtod(text, NULL) == value;
}

size_t assay_number_print(double value, char out[ASSAY_NUMBER_SIZE])
{
    /* Any 15 digits survive a normal double, so shorter texts need no search there. */
    bool subnormal = value != 0 && fabs(value) < DBL_MIN;
    for (int digits = subnormal ? 1 : 15; digits <= 17; digits++) {
        snprintf(out, ASSAY_NUMBER_SIZE, "%.*g", digits, value);
        if (reads_back(out, value))
            break;
    }
    return strlen(out);
}

double assay_number_unsigned_zero(double value, int decimals)
{
    double half = 0.5 * pow(10, -decimals);
    return value >= -half && value < half ? 0 : value; /* a tie may go either way, but not to "-0" */
}

const char *assay_number_group(double value, char out[ASSAY_GROUPED_SIZE])
{
    char digits[ASSAY_GROUPED_SIZE];
    size_t used = 0;
    if (fabs(value) >= 1e15) {
        snprintf(out, ASSAY_GROUPED_SIZE, "%.3e", value);
        return out;
    }
    value = assay_number_unsigned_zero(value, 0);
    int n = snprintf(digits, sizeof digits, "%.0f", fabs(value));
    if (value < 0)
        out[used++] = '-';
    for (int k = 0; k < n; k++) {
        if (k > 0 && (n - k) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[k];
    }
    out[used] = '\0';
    return out;
}

bool assay_is_missing(const char *text, size_t length)
{
    switch (length) {
    case 0:
        return true;
    case 2:
        return strncasecmp(text, "na", 2) == 0;
    case 3:
        return strncasecmp(text, "n/a", 3) == 0 || strncasecmp(text, "nan", 3) == 0;
    case 4:
        return strncasecmp(text, "null", 4) == 0;
    default:
        return false;
    }
}

bool assay_flag_parse(const char *text, size_t length, int8_t *flag)
{
    static const char *const words[2][6] = {{"0", "no", "false", "n", "f", "0.0"},
                                            {"1", "yes", "true", "y", "t", "1.0"}};
    for (int8_t value = 0; value <= 1; value++)
        for (size_t k = 0; k < 6; k++)
            if (strlen(words[value][k]) == length &&
                strncasecmp(words[value][k], text, length) == 0) {
                *flag = value;
                return true;
            }
    return false;
}

double assay_expit(double log_odds)
{
    double e = exp(-fabs(log_odds));
    return log_odds < 0 ? e / (1 + e) : 1 / (1 + e);
}
