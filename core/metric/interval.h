/* interval.h - normal intervals, and intervals for a share of successes */
#ifndef ASSAY_CORE_METRIC_INTERVAL_H
#define ASSAY_CORE_METRIC_INTERVAL_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/estimate.h"

#define ASSAY_LEVEL 0.95 /* confidence of an interval that does not say otherwise */

/* value -+ z std_error, z the normal quantile of (1 + level) / 2 (Wald 1943). No interval when
 * std_error is NaN. level in (0, 1). */
struct assay_estimate assay_normal_interval(double value, double std_error, double level);

/* z with P(|Z| <= z) = level: 1.95996... for 0.95. level in (0, 1). */
double assay_normal_quantile(double level);

/* P(|Z| > |z|), the two-sided normal p-value. */
double assay_normal_p_value(double z);

/* x successes in n trials, value = x / n.
 *
 * Wilson (1927): the score interval, without continuity correction. Its coverage is near the
 * level on average; for single n and share it may fall short by a few points.
 * Clopper and Pearson (1934): the exact interval, beta quantiles. Covers at least at the level.
 * Both stay in [0, 1], hold x / n, and reach 0 when x is 0 and 1 when x is n.
 *
 *   ASSAY_EDATA  n is 0, x > n, or level is not strictly between 0 and 1 */
ASSAY_MUST_CHECK enum assay_status assay_wilson_interval(size_t x, size_t n, double level,
                                                         struct assay_estimate *out,
                                                         struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_clopper_pearson_interval(size_t x, size_t n, double level,
                                                                  struct assay_estimate *out,
                                                                  struct assay_error *err);

/* Wilson's interval for a share of as many successes as n trials, n > 0 and not whole, are worth: where
 * trials depend on each other, n is their number over the design effect. share in [0, 1]. */
struct assay_estimate assay_wilson_of_share(double share, double n, double level);
/* Clopper and Pearson's likewise, by the beta distribution with share * n (Korn & Graubard 1998, Survey
 * Methodology 24:193-201). */
struct assay_estimate assay_clopper_pearson_of_share(double share, double n, double level);

/* x of n with both intervals at 95%. With n = 0 the rate is not defined: both are NaN throughout,
 * and that is no error. x <= n is the caller's promise. */
struct assay_rate {
    size_t x, n;
    struct assay_estimate wilson, clopper_pearson;
};
struct assay_rate assay_rate_of(size_t x, size_t n);

#endif
