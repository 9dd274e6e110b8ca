#include "core/fit/weight_interval.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

void assay_weight_intervals(const double coef[], const double covariance[], size_t n_coef,
                            size_t n_signal, double level, double low[], double high[])
{
    double z = gsl_cdf_ugaussian_Pinv((1 + level) / 2), total = 0, total_variance = 0;
    for (size_t j = 1; j <= n_signal; j++) {
        total += coef[j];
        for (size_t k = 1; k <= n_signal; k++)
            total_variance += covariance[j * n_coef + k];
    }
    double a = total * total - z * z * total_variance; /* of a w^2 - 2 b w + c <= 0 */
    for (size_t j = 1; j <= n_signal; j++) {
        double with_total = 0;
        for (size_t k = 1; k <= n_signal; k++)
            with_total += covariance[j * n_coef + k];
        double b = coef[j] * total - z * z * with_total;
        double c = coef[j] * coef[j] - z * z * covariance[j * n_coef + j];
        double root = sqrt(fmax(b * b - a * c, 0)); /* real: the estimate itself is in the set */
        low[j - 1] = a > 0 ? (b - root) / a : -HUGE_VAL;
        high[j - 1] = a > 0 ? (b + root) / a : HUGE_VAL;
    }
}
