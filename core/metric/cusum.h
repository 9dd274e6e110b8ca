/* cusum.h - small shifts that add up: cumulative sums in both directions
 *
 * Page (1954, Biometrika 41:100-115). Over periods with standardised differences z, which have mean 0 and
 * variance 1 while all is well,
 *
 *   upper(t) = max(0, upper(t - 1) + z(t) - 1/2),   lower(t) = max(0, lower(t - 1) - z(t) - 1/2)
 *
 * from 0. The allowance of 1/2 finds a shift by one standard error a period soonest. Either sum above
 * ASSAY_CUSUM_LIMIT is an alarm.
 *
 * The limit: 4.8 is passed in 3.8% of runs of ASSAY_CUSUM_LOOKS normal z without any shift, and in at
 * most 4.5% where z comes from counts of events with at least ASSAY_CUSUM_EXPECTED expected a period
 * (docs/audit-evidence.md).
 */
#ifndef ASSAY_CORE_METRIC_CUSUM_H
#define ASSAY_CORE_METRIC_CUSUM_H

#include <stddef.h>

#define ASSAY_CUSUM_ALLOWANCE 0.5
#define ASSAY_CUSUM_LIMIT 4.8
#define ASSAY_CUSUM_FALSE_ALARMS 0.05 /* at most, over ASSAY_CUSUM_LOOKS periods, both directions */
#define ASSAY_CUSUM_EXPECTED 3.0
enum { ASSAY_CUSUM_LOOKS = 20 };

struct assay_cusum_alarm {
    int direction; /* 1: upper, -1: lower, 0: none; the first that came */
    size_t at;     /* the period in which it came */
    size_t since;  /* the first period after the sum last stood at 0: Page's estimate of the onset */
};

/* z[n], finite; fills upper[n] and lower[n]. */
struct assay_cusum_alarm assay_cusum(const double z[], size_t n, double upper[], double lower[]);

#endif
