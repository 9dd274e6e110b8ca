#include "core/metric/check.h"

#include <math.h>
#include <stdio.h>

#include "core/base/number.h"

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

enum assay_status assay_check_outcome(const char *what, const unsigned char outcome[], size_t n,
                                      size_t *n_event, struct assay_error *err)
{
    if (n == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: n is 0; expected at least 1 row", what);
    size_t ones = 0;
    for (size_t i = 0; i < n; i++) {
        if (outcome[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "%s: outcome[%zu] is %u; expected 0 or 1", what, i,
                              (unsigned)outcome[i]);
        ones += outcome[i];
    }
    if (n_event != NULL)
        *n_event = ones;
    return ASSAY_OK;
}

enum assay_status assay_check_prob(const char *what, const double prob[], size_t n,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < n; i++) {
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
    for (size_t i = 0; i < n; i++) {
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
