#include "core/metric/check.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "core/base/thread.h"

enum { PLACE_SIZE = 128 };

enum assay_status assay_fail_value(struct assay_error *err, const char *what, double value,
                                   const char *expected)
{
    char text[ASSAY_NUMBER_SIZE];
    if (isfinite(value))
        assay_number_print(value, text);
    else
        snprintf(text, sizeof text, "%s", isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf");
    return assay_fail(err, ASSAY_EDATA, "%s is %s; expected %s", what, text, expected);
}

/* Rows are first looked at without a branch, and only where something is wrong one by one. */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Every byte 0 or 1; how many are 1. */
static bool are_outcomes(const unsigned char outcome[], size_t n, size_t *n_event)
{
    const uint64_t first_bits = UINT64_C(0x0101010101010101);
    uint64_t seen = 0;
    size_t i = 0, ones = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, outcome + i, sizeof eight);
        seen |= eight;
        ones += (size_t)((eight & first_bits) * first_bits >> 56);
    }
    for (; i < n; i++) {
        seen |= outcome[i];
        ones += outcome[i];
    }
    *n_event = ones;
    return (seen & ~first_bits) == 0;
}

/* Numbers from 0 to 1 are the images up to that of 1. -0 is taken for wrong here. */
static bool are_probs(const void *state, size_t first, size_t end)
{
    const double *prob = state;
    const uint64_t one = bits_of(1.0);
    uint64_t wrong = 0;
    for (size_t i = first; i < end; i++)
        wrong |= (one - bits_of(prob[i])) | bits_of(prob[i]);
    return wrong >> 63 == 0;
}

/* One more than the largest exponent sets the highest bit. */
static bool are_finite(const void *state, size_t first, size_t end)
{
    const double *score = state;
    const uint64_t exponent = UINT64_C(0x7ff) << 52;
    uint64_t wrong = 0;
    for (size_t i = first; i < end; i++)
        wrong |= (bits_of(score[i]) & exponent) + (UINT64_C(1) << 52);
    return wrong >> 63 == 0;
}

enum assay_status assay_check_outcome(const char *what, const unsigned char outcome[], size_t n,
                                      size_t *n_event, struct assay_error *err)
{
    if (n == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: n is 0; expected at least 1 row", what);
    size_t ones;
    bool good = are_outcomes(outcome, n, &ones);
    for (size_t i = 0; !good && i < n; i++)
        if (outcome[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "%s: outcome[%zu] is %u; expected 0 or 1", what, i,
                              (unsigned)outcome[i]);
    if (n_event != NULL)
        *n_event = ones;
    return ASSAY_OK;
}

enum assay_status assay_check_prob(const char *what, const double prob[], size_t n,
                                   struct assay_error *err)
{
    bool good = assay_parallel_holds(n, 0, are_probs, prob);
    for (size_t i = 0; !good && i < n; i++) {
        if (!(prob[i] >= 0.0 && prob[i] <= 1.0)) { /* a NaN is neither */
            char place[PLACE_SIZE];
            snprintf(place, sizeof place, "%s: prob[%zu]", what, i);
            return assay_fail_value(err, place, prob[i], "0 to 1");
        }
    }
    return ASSAY_OK;
}

enum assay_status assay_check_score(const char *what, const double score[], size_t n,
                                    struct assay_error *err)
{
    bool good = assay_parallel_holds(n, 0, are_finite, score);
    for (size_t i = 0; !good && i < n; i++) {
        if (!isfinite(score[i])) {
            char place[PLACE_SIZE];
            snprintf(place, sizeof place, "%s: score[%zu]", what, i);
            return assay_fail_value(err, place, score[i], "a finite number");
        }
    }
    return ASSAY_OK;
}

enum assay_status assay_check_both(const char *what, size_t n_event, size_t n,
                                   struct assay_error *err)
{
    if (n_event > 0 && n_event < n)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "%s: all %zu outcomes are %d; expected both 0 and 1", what,
                      n, n_event > 0);
}
