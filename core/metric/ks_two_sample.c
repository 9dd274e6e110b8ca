#include "core/metric/ks_two_sample.h"

#include <math.h>

#include "core/metric/separation.h"

enum { EXACT_PRODUCT = 10000, LONGEST_SIDE = 100 }; /* the shorter side's square is at most the product */

struct assay_ks assay_ks_distance(const struct assay_percentiles *of,
                                  const struct assay_percentile_counts *counts)
{
    struct assay_ks ks = {NAN, NAN, NAN, NAN, 0};
    if (of->n == 0 || counts->n == 0)
        return ks;
    double n = (double)of->n, m = (double)counts->n;
    ks = (struct assay_ks){(double)counts->below / m, of->lowest, 0.0, (double)counts->below / m, 1};
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        double then = (double)of->up_to[k] / n, now = (double)counts->up_to[k] / m;
        if (fabs(now - then) > ks.distance)
            ks = (struct assay_ks){fabs(now - then), of->at[k], then, now, 0};
    }
    return ks;
}

/* Share of the lattice paths from (0, 0) to (long_side, short_side) that keep |i / long - j / short|
 * below `distance` throughout. inside[j] is the share of those to (i, j), of which i / (i + j) come from
 * (i - 1, j): shares do not overflow as counts would. */
static double share_inside(double distance, size_t long_side, size_t short_side)
{
    double inside[LONGEST_SIDE + 1], l = (double)long_side, s = (double)short_side;
    /* Gaps are multiples of 1 / (l s): halfway below the first that is not below `distance`. */
    double limit = (ceil(distance * l * s - 1e-6) - 0.5) / (l * s);
    for (size_t j = 0; j <= short_side; j++)
        inside[j] = (double)j / s < limit ? 1.0 : 0.0;
    for (size_t i = 1; i <= long_side; i++) {
        double x = (double)i;
        inside[0] = x / l < limit ? inside[0] : 0.0;
        for (size_t j = 1; j <= short_side; j++) {
            double y = (double)j;
            inside[j] = fabs(x / l - y / s) < limit
                            ? (x * inside[j] + y * inside[j - 1]) / (x + y) : 0.0;
        }
    }
    return inside[short_side];
}

double assay_ks_p_value(double distance, size_t n, size_t m)
{
    size_t long_side = n > m ? n : m, short_side = n > m ? m : n;
    if (isnan(distance))
        return NAN;
    if (long_side <= EXACT_PRODUCT / short_side)
        return fmin(fmax(1.0 - share_inside(distance, long_side, short_side), 0.0), 1.0);
    double s = sqrt((double)n * (double)m / ((double)n + (double)m));
    return assay_kolmogorov_p_value((s + 0.12 + 0.11 / s) * distance);
}

double assay_ks_limit(double level, size_t n, size_t m)
{
    double low = 0.0, high = 1.0;
    while (high - low > 1e-9) {
        double middle = (low + high) / 2.0;
        if (assay_ks_p_value(middle, n, m) <= level)
            high = middle;
        else
            low = middle;
    }
    return high;
}
