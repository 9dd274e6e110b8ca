#include "datasets/raw_value.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

double assay_count_quantile(double mean, double size, double prob)
{
    double odds = mean / (size + mean);
    double log_term = size * log1p(-odds);
    double sum = 0.0;
    for (double k = 0.0;; k += 1.0) {
        double term = exp(log_term);
        sum += term;
        /* Past the mode a term that no longer moves the sum ends the walk: rounding may keep the
         * sum below a prob next to 1 for ever. */
        if (sum >= prob || (k > mean && term < 1e-17))
            return k;
        log_term += log(odds * (k + size) / (k + 1.0));
    }
}

static double hurdle(const struct assay_raw_shape *shape, double level, double x)
{
    /* The upper tail, so that far positions keep their digits. */
    double above = gsl_cdf_ugaussian_Q(x) / (1.0 - shape->zero);
    if (above >= 1.0)
        return 0.0;
    return shape->centre * level * exp(shape->spread * gsl_cdf_ugaussian_Qinv(above));
}

static double quantile(const struct assay_raw_shape *shape, double level, double x)
{
    switch (shape->family) {
    case ASSAY_RAW_LOGNORMAL:
        return shape->centre * level * exp(shape->spread * x);
    case ASSAY_RAW_SHARE: {
        double odds = shape->centre / (1.0 - shape->centre) * level;
        return 1.0 / (1.0 + exp(-shape->spread * x) / odds);
    }
    case ASSAY_RAW_NORMAL:
        return shape->centre * level + shape->spread * x;
    case ASSAY_RAW_COUNT:
        return assay_count_quantile(shape->centre * level, shape->spread, gsl_cdf_ugaussian_P(x));
    case ASSAY_RAW_HURDLE:
        return hurdle(shape, level, x);
    case ASSAY_RAW_UNIFORM:
        break;
    }
    return 100.0 * gsl_cdf_ugaussian_P(x);
}

double assay_raw_value(const struct assay_raw_shape *shape, double level, double x)
{
    double value = fmin(fmax(quantile(shape, level, x), shape->low), shape->high);
    if (shape->decimals == ASSAY_RAW_EXACT)
        return value;
    double unit = 1.0;
    for (size_t k = 0; k < shape->decimals; k++)
        unit *= 10.0;
    /* One correctly rounded division gives the double nearest to the decimal, so that a file of
     * short decimals reads back as these very values. Adding 0 turns -0 into 0. */
    return round(value * unit) / unit + 0.0;
}
