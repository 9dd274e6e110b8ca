/* survival.h - how long, where some lengths are known only to be at least so long
 *
 * Kaplan and Meier (1958, Journal of the American Statistical Association 53:457-481). S(t) is the
 * share whose time is more than t; a time that is censored at t counts as at risk at t. Pointwise
 * 95% limits from Greenwood's variance (1926) on the scale of log(-log S) (Kalbfleisch and Prentice
 * 1980), which keeps them in [0, 1]; where S is 0 that scale ends: the lower limit is 0, the upper
 * stays where it was. Censoring is taken to say nothing of how long the time would have been.
 */
#ifndef ASSAY_CORE_METRIC_SURVIVAL_H
#define ASSAY_CORE_METRIC_SURVIVAL_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* S steps down at time[k], ascending, to share[k]. Arrays of n_point, owned. */
struct assay_survival {
    size_t n, n_censored;
    size_t n_point;
    double *time, *share, *low, *high;
    size_t *at_risk; /* just before time[k] */
};

/* Borrows time[n], each finite and at least 0, and censored[n], each 0 or 1. n = 0 gives no point.
 *   ASSAY_EDATA   a value out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_survival_measure(const double time[],
                                                          const unsigned char censored[], size_t n,
                                                          struct assay_survival *out,
                                                          struct assay_error *err);
void assay_survival_clear(struct assay_survival *survival);

/* The time by which `share`, in (0, 1), of all have ended: the smallest t with S(t) <= 1 - share,
 * NaN where S does not come down so far. Its interval is all t at which the limits of S hold 1 -
 * share (Brookmeyer and Crowley 1982, Biometrics 38:29-41): low is the first t whose lower limit is
 * at most that, high the first whose upper limit is below; either is NaN where there is no such t.
 */
struct assay_estimate assay_survival_quantile(const struct assay_survival *survival, double share);

#endif
