/* quantile.h - quantiles without sorting */
#ifndef ASSAY_CORE_METRIC_QUANTILE_H
#define ASSAY_CORE_METRIC_QUANTILE_H

#include <stddef.h>

/* out[k]: the share[k] quantile of value[n], linear between the order statistics on either side of
 * (n - 1) share (type 7 of Hyndman and Fan 1996, American Statistician 50:361-365, R's default). Shares
 * ascend in [0, 1], n is at least 1, values are finite and are left in another order. Linear time
 * (Hoare's selection 1961, the pivot the median of three; of many values only among those near a quantile). */
void assay_quantiles(double value[], size_t n, const double share[], size_t n_share, double out[]);

/* The median of value[n], n at least 1: the middle one, or the mean of the two in the middle. As the above. */
double assay_median(double value[], size_t n);

#endif
