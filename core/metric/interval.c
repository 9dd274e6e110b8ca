#include "core/metric/interval.h"

#include <assert.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#include "core/metric/beta.h"
#include "core/metric/check.h"

double assay_normal_quantile(double level)
{
    return gsl_cdf_ugaussian_Qinv((1.0 - level) / 2.0);
}

double assay_normal_p_value(double z)
{
    return 2.0 * gsl_cdf_ugaussian_Q(fabs(z));
}

struct assay_estimate assay_normal_interval(double value, double std_error, double level)
{
    double reach = assay_normal_quantile(level) * std_error;
    return (struct assay_estimate){.value = value, .low = value - reach, .high = value + reach};
}

static enum assay_status check_share(const char *what, size_t x, size_t n, double level,
                                     struct assay_error *err)
{
    if (n == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: n is 0; expected at least 1 trial", what);
    if (x > n)
        return assay_fail(err, ASSAY_EDATA, "%s: %zu successes in %zu trials; expected at most %zu",
                          what, x, n, n);
    if (level > 0.0 && level < 1.0)
        return ASSAY_OK;
    enum assay_status status = assay_fail_value(err, "level", level, "more than 0, less than 1");
    assay_error_prefix(err, "%s", what);
    return status;
}

/* Lower Wilson limit. The two limits are the roots of a quadratic whose product is
 * p^2 / (1 + z^2/n): dividing by the larger one loses no digits when p is small, as subtracting
 * the square root would. The upper limit is 1 minus this for the failures. */
static double wilson_low(double x, double n, double z)
{
    double p = x / n, c = z * z / (2.0 * n);
    double root = z * sqrt(p * ((n - x) / n) / n + c / (2.0 * n));
    return p * p / (p + c + root);
}

struct assay_estimate assay_wilson_of_share(double share, double n, double level)
{
    double z = assay_normal_quantile(level);
    return (struct assay_estimate){
        .value = share,
        .low = wilson_low(share * n, n, z),
        .high = 1.0 - wilson_low((1.0 - share) * n, n, z),
    };
}

static struct assay_estimate wilson(size_t x, size_t n, double level)
{
    double z = assay_normal_quantile(level), successes = (double)x, trials = (double)n;
    return (struct assay_estimate){
        .value = successes / trials,
        .low = wilson_low(successes, trials, z),
        .high = 1.0 - wilson_low((double)(n - x), trials, z),
    };
}

enum assay_status assay_wilson_interval(size_t x, size_t n, double level,
                                        struct assay_estimate *out, struct assay_error *err)
{
    enum assay_status status = check_share("Wilson interval", x, n, level, err);
    if (status == ASSAY_OK)
        *out = wilson(x, n, level);
    return status;
}

static double clopper_pearson_low(double x, double n, double level)
{
    if (x <= 0.0)
        return 0.0;
    double tail = (1.0 - level) / 2.0;
    if (x >= n)
        return exp(log(tail) / n); /* Beta(n, 1): P = x^n */
    double start = wilson_low(x, n, assay_normal_quantile(level));
    return assay_beta_quantile(tail, x, n - x + 1.0, start);
}

/* Successes and failures apart: of whole ones neither loses a digit. */
static struct assay_estimate clopper_pearson(double x, double failures, double level)
{
    double n = x + failures;
    return (struct assay_estimate){
        .value = x / n,
        .low = clopper_pearson_low(x, n, level),
        .high = 1.0 - clopper_pearson_low(failures, n, level),
    };
}

struct assay_estimate assay_clopper_pearson_of_share(double share, double n, double level)
{
    struct assay_estimate out = clopper_pearson(share * n, (1.0 - share) * n, level);
    out.value = share;
    return out;
}

enum assay_status assay_clopper_pearson_interval(size_t x, size_t n, double level,
                                                 struct assay_estimate *out,
                                                 struct assay_error *err)
{
    enum assay_status status = check_share("Clopper-Pearson interval", x, n, level, err);
    if (status == ASSAY_OK)
        *out = clopper_pearson((double)x, (double)(n - x), level);
    return status;
}

struct assay_rate assay_rate_of(size_t x, size_t n)
{
    assert(x <= n);
    struct assay_rate rate = {.x = x,
                              .n = n,
                              .wilson = assay_estimate_undefined(),
                              .clopper_pearson = assay_estimate_undefined()};
    if (n > 0) {
        rate.wilson = wilson(x, n, ASSAY_LEVEL);
        rate.clopper_pearson = clopper_pearson((double)x, (double)(n - x), ASSAY_LEVEL);
    }
    return rate;
}
