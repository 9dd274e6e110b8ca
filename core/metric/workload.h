/* workload.h - how many accounts a line hands to the team each period, and how many of them rightly
 *
 * An account that is flagged in any of its rows of a period is one account to work in that period,
 * and one event caught if a flagged row of its has the event. Rows are flagged one by one, in any
 * order; periods are those that have a row, flagged or not.
 */
#ifndef ASSAY_CORE_METRIC_WORKLOAD_H
#define ASSAY_CORE_METRIC_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* An account in a period. */
struct assay_visit {
    int32_t account;
    unsigned char flagged, caught;
};

struct assay_workload {
    size_t n_row, n_period;
    size_t *visit_of; /* [n_row] index of its visit */
    struct assay_visit *visits; /* [n_visit] those of an account side by side */
    size_t n_visit;
    size_t n_flagged, n_caught; /* visits */
};

/* Nobody is flagged yet. account[n] and period[n] are codes from 0, borrowed during the call, which takes
 * a byte for each period up to the largest; the workload takes 16 bytes a row.
 *   ASSAY_EDATA   a code is negative
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_workload_init(const int32_t account[],
                                                       const int32_t period[], size_t n,
                                                       struct assay_workload *workload,
                                                       struct assay_error *err);
void assay_workload_clear(struct assay_workload *workload);

void assay_workload_flag(struct assay_workload *workload, size_t row, unsigned char outcome);
void assay_workload_reset(struct assay_workload *workload); /* nobody is flagged again */

/* Accounts flagged in a period, on average. */
double assay_workload_size(const struct assay_workload *workload);

/* Events caught in a period, on average: C caught among F flagged visits, r = C / F, in T periods. The
 * interval is Wilson's (1927) for r, times F / T, with F divided by the design effect d of visits that
 * share an account (Rao and Scott 1992, Biometrics 48:577-585): over the G flagged accounts
 *
 *   d = v / (r (1 - r) / (F - 1)),   v = G / (G - 1) * sum_a (caught_a - r flagged_a)^2 / F^2,
 *
 * 1 where each account is flagged once, and taken as 1 where it is 0 or not defined (none or all
 * caught, one account). The number flagged, which the team's capacity sets, is taken as given. NaN
 * throughout where nobody is flagged.
 */
struct assay_estimate assay_workload_caught(const struct assay_workload *workload);

#endif
