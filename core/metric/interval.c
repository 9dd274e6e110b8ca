#include "core/metric/interval.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

#include "core/metric/check.h"

struct assay_estimate assay_estimate_undefined(void)
{
    return assay_estimate_without_interval((double)NAN);
}

struct assay_estimate assay_estimate_without_interval(double value)
{
    return (struct assay_estimate){.value = value, .low = (double)NAN, .high = (double)NAN};
}

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

static double not_zero(double value)
{
    return fabs(value) < DBL_MIN ? DBL_MIN : value;
}

/* h in P(Beta(a, b) <= x) = x^a (1-x)^b / (a B(a, b)) h: the continued fraction DLMF 8.17.22,
 * by Lentz's method as modified by Thompson and Barnett (1986). About sqrt(max(a, b)) terms
 * below the mean of the distribution, where it is used. */
static double beta_fraction(double x, double a, double b)
{
    double c = 1.0, d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0)), h = d, change = 0.0;
    for (double m = 1.0; fabs(change - 1.0) > DBL_EPSILON && m < 1e7; m += 1.0) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / not_zero(1.0 + even * d);
        c = not_zero(1.0 + even / c);
        h *= d * c;
        d = 1.0 / not_zero(1.0 + odd * d);
        c = not_zero(1.0 + odd / c);
        change = d * c;
        h *= change;
    }
    return h;
}

/* The x with P(Beta(a, b) <= x) = tail, by Newton's method for log P against log x, whose slope
 * is a / ((1 - x) h). A beta variable with b >= 1 has a log-concave density in log x, so log P is
 * concave in log x (Prekopa 1973): from its second point on Newton climbs to the root without ever
 * passing it, and no bracket is needed.
 *
 * Not gsl_cdf_beta_Pinv(): in GSL 2.7.1 it gives NaN for 361 successes of 365 at the 95% level, and
 * for about 4 in 10 cases at n = 10,000; at n = 10,000,000 it may not return. */
static double beta_quantile(double tail, double a, double b, double start)
{
    double constant = -gsl_sf_lnbeta(a, b) - log(a) - log(tail);
    double x = start, step = 1.0;
    for (int k = 0; k < 100 && fabs(step) > 1e-13; k++) {
        double h = beta_fraction(x, a, b);
        step = (constant + a * log(x) + b * log1p(-x) + log(h)) * (1.0 - x) * h / a;
        x *= exp(-step);
    }
    return x;
}

static double clopper_pearson_low(size_t x, size_t n, double level)
{
    if (x == 0)
        return 0.0;
    double successes = (double)x, trials = (double)n, tail = (1.0 - level) / 2.0;
    if (x == n)
        return exp(log(tail) / trials); /* Beta(n, 1): P = x^n */
    double start = wilson_low(successes, trials, assay_normal_quantile(level));
    return beta_quantile(tail, successes, trials - successes + 1.0, start);
}

static struct assay_estimate clopper_pearson(size_t x, size_t n, double level)
{
    return (struct assay_estimate){
        .value = (double)x / (double)n,
        .low = clopper_pearson_low(x, n, level),
        .high = 1.0 - clopper_pearson_low(n - x, n, level),
    };
}

enum assay_status assay_clopper_pearson_interval(size_t x, size_t n, double level,
                                                 struct assay_estimate *out,
                                                 struct assay_error *err)
{
    enum assay_status status = check_share("Clopper-Pearson interval", x, n, level, err);
    if (status == ASSAY_OK)
        *out = clopper_pearson(x, n, level);
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
        rate.clopper_pearson = clopper_pearson(x, n, ASSAY_LEVEL);
    }
    return rate;
}
