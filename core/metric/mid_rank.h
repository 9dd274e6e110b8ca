/* mid_rank.h - where each value stands among the others, quickly
 *
 * rank.h ranks exactly and takes 24 bytes a value; this is for columns of unknown origin, many and long,
 * whose ranks are wanted for a test: values are compared in single precision, so that two that agree to
 * seven digits are taken as tied, and beyond 3.4e38 all are.
 */
#ifndef ASSAY_CORE_METRIC_MID_RANK_H
#define ASSAY_CORE_METRIC_MID_RANK_H

#include <stddef.h>

#include "core/base/error.h"

/* place[n]: (mid-rank - 1/2) / m among the m values of value[n] that are not NaN, in (0, 1) with mean
 * 1/2; NaN where value is. *n_value is m. n below 2^32. Scratch is 16 bytes a value and is given back.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_mid_rank_places(const double value[], size_t n,
                                                         double place[], size_t *n_value,
                                                         struct assay_error *err);

#endif
