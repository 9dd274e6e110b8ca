/* rank.h - sorting a million scores, and their ranks
 *
 * -0 and 0 are the same value. Both functions take values that are finite; scratch memory is 8
 * bytes a value and is given back. At most 2^32 values.
 *
 *   ASSAY_EDATA   a value is not finite
 *   ASSAY_ENOMEM  no memory for the scratch
 */
#ifndef ASSAY_CORE_METRIC_RANK_H
#define ASSAY_CORE_METRIC_RANK_H

#include <stddef.h>

#include "core/base/error.h"

/* order[n]: the indices of value[n] from the smallest value to the largest, equal values in index
 * order. */
ASSAY_MUST_CHECK enum assay_status assay_rank_order(const double value[], size_t n, size_t order[],
                                                    struct assay_error *err);

/* rank[n]: 1 for the smallest, n for the largest; equal values share the mean of their places
 * (mid-rank). */
ASSAY_MUST_CHECK enum assay_status assay_rank_mid(const double value[], size_t n, double rank[],
                                                  struct assay_error *err);

/* The end of the run of equal values that starts at place `first` of order: one past its last. */
size_t assay_rank_run_end(const double value[], const size_t order[], size_t n, size_t first);

#endif
