/* rates.h - comparing a rate with one of the reference: {x, n, estimate, two intervals} */
#ifndef ASSAY_TESTS_METRIC_RATES_H
#define ASSAY_TESTS_METRIC_RATES_H

#include "core/base/json.h"
#include "core/metric/interval.h"
#include "tests/support/suite.h"

/* Wilson is closed form: rounding. R finds beta quantiles to about 1e-13, and prints 15 digits. */
static inline void check_rate(const char *what, const struct assay_rate *rate,
                              const struct cJSON *expected)
{
    ck_assert_double_eq((double)rate->x, test_number(expected, "x", NULL));
    ck_assert_double_eq((double)rate->n, test_number(expected, "n", NULL));
    double value = test_number(expected, "estimate", NULL);
    test_close(what, rate->wilson.value, value, 1e-13, 0.0);
    test_close(what, rate->clopper_pearson.value, value, 1e-13, 0.0);
    const struct cJSON *wilson = assay_json_first(test_at(expected, "wilson_ci95", NULL));
    const struct cJSON *exact = assay_json_first(test_at(expected, "clopper_pearson_ci95", NULL));
    test_close(what, rate->wilson.low, assay_json_number(wilson), 1e-13, 0.0);
    test_close(what, rate->wilson.high, assay_json_number(assay_json_next(wilson)), 1e-13, 0.0);
    test_close(what, rate->clopper_pearson.low, assay_json_number(exact), 1e-11, 0.0);
    test_close(what, rate->clopper_pearson.high, assay_json_number(assay_json_next(exact)), 1e-11,
               0.0);
}

#endif
