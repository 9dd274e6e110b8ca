/* estimate.h - a number with its uncertainty: how every metric hands back what it found
 *
 * Apart from interval.h, which works intervals out and needs GSL for it: a model's file has estimates too, and
 * is read where there is no GSL.
 */
#ifndef ASSAY_CORE_METRIC_ESTIMATE_H
#define ASSAY_CORE_METRIC_ESTIMATE_H

/* low <= value <= high, two-sided, 95% unless stated. low and high are NaN together where no
 * interval is defined; value is NaN too where the metric itself is not defined. */
struct assay_estimate {
    double value, low, high;
};

struct assay_estimate assay_estimate_undefined(void); /* NaN throughout */
struct assay_estimate assay_estimate_without_interval(double value);

#endif
