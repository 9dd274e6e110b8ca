#include "core/metric/beta.h"

#include <float.h>
#include <math.h>

#include <gsl/gsl_sf_gamma.h>

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

/* log P(Beta(a, b) <= x), x below the mean or so. */
static double log_lower_tail(double x, double a, double b)
{
    return a * log(x) + b * log1p(-x) - log(a) - gsl_sf_lnbeta(a, b) + log(beta_fraction(x, a, b));
}

/* log(1 - e^y) of a y below 0; the two forms keep their digits on either side of 1/2. */
static double log_complement(double y)
{
    return y > -M_LN2 ? log(-expm1(y)) : log1p(-exp(y));
}

double assay_log_beta_below(double x, double a, double b)
{
    if (x * (a + b + 2.0) < a + 1.0)
        return fmin(log_lower_tail(x, a, b), 0.0);
    return log_complement(fmin(log_lower_tail(1.0 - x, b, a), -DBL_MIN));
}

double assay_log_beta_above(double x, double a, double b)
{
    if (x * (a + b + 2.0) < a + 1.0)
        return log_complement(fmin(log_lower_tail(x, a, b), -DBL_MIN));
    return fmin(log_lower_tail(1.0 - x, b, a), 0.0);
}

/* Newton's method for log P against log x, whose slope is a / ((1 - x) h). A beta variable with b >= 1
 * has a log-concave density in log x, so log P is concave in log x (Prekopa 1973): from its second
 * point on Newton climbs to the root without ever passing it, and no bracket is needed. */
double assay_beta_quantile(double tail, double a, double b, double start)
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
