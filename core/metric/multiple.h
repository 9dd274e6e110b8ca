/* multiple.h - how many times as often the event comes in a group as in all rows */
#ifndef ASSAY_CORE_METRIC_MULTIPLE_H
#define ASSAY_CORE_METRIC_MULTIPLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* R = (event rate of the members) / (event rate of all) = s / f, where s is the members' share of the
 * events and f their share of the rows. 95% interval: Wilson's for s, divided by f, with as many trials
 * as give s the variance that R f has,
 *
 *   V = sum over clusters of (sum of v_i)^2,   v_i = (y_i (z_i - s) / m - R (z_i - f) / n) / f
 *
 * (z_i: member, y_i: event, m events among n rows; the delta method for a part against its whole), and not
 * smaller than with every row a cluster of its own. Where that variance says nothing (no event among the
 * members, or all) the trials are the events, of which those of a cluster count as one.
 *
 * Borrows member[n] and outcome[n], 0 or 1, and cluster[n], codes from 0 to below n_cluster, or NULL: every
 * row is one of its own. NaN throughout where there are no events or no members.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_rate_multiple(const unsigned char member[],
                                                       const unsigned char outcome[],
                                                       const int32_t cluster[], size_t n_cluster,
                                                       size_t n, struct assay_estimate *multiple,
                                                       struct assay_error *err);

/* As many independent rows as n rows that fall into clusters of size[n_cluster] are worth when those of
 * a cluster all say the same: n^2 / sum of size^2 (Kish 1965), n with every size 0 or 1; 0 of none. */
double assay_worth_of_clusters(const uint32_t size[], size_t n_cluster);

#endif
