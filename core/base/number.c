#include "core/base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/decimal.h"
#include "core/base/shortest.h"

/* strtod() of text that was scanned as d, whatever its length, in memory of fixed size: no double and no
 * halfway point between two has more than 767 significant digits, so all that the digits beyond
 * can say is that there was something more, and one digit says that. */
static double convert(const char *text, size_t length, const struct assay_decimal *d)
{
    enum { DIGITS = 780 };
    char buffer[DIGITS + 32];
    if (length < sizeof buffer) {
        memcpy(buffer, text, length);
        buffer[length] = '\0';
        return strtod(buffer, NULL);
    }
    size_t used = 0;
    bool more = false;
    for (const char *at = text; at < text + length && *at != 'e' && *at != 'E'; at++) {
        if (*at < '0' || *at > '9' || (used == 0 && *at == '0'))
            continue;
        if (used < DIGITS)
            buffer[used++] = *at;
        else
            more = more || *at != '0';
    }
    if (more)
        buffer[used++] = '1';
    long beyond = used > ASSAY_DECIMAL_DIGITS ? (long)used - ASSAY_DECIMAL_DIGITS : 0;
    snprintf(buffer + used, sizeof buffer - used, "%se%ld", used == 0 ? "0" : "", d->exponent - beyond);
    double x = strtod(buffer, NULL);
    return d->negative ? -x : x;
}

bool assay_number_parse(const char *text, size_t length, double *value)
{
    if (length - 1 < 8 && assay_decimal_short(assay_decimal_field(text, length), length, value))
        return true;
    struct assay_decimal d;
    double x;
    if (!assay_decimal_scan(text, length, &d))
        return false;
    if (!assay_decimal_value(&d, &x)) {
        x = convert(text, length, &d);
        if (!isfinite(x))
            return false;
    }
    *value = x;
    return true;
}

size_t assay_number_print(double value, char out[ASSAY_NUMBER_SIZE])
{
    struct assay_decimal d;
    if (assay_shortest_digits(value, &d))
        return assay_shortest_text(&d, out);
    /* Any 15 digits survive a normal double, so shorter texts need no search. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, ASSAY_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
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
