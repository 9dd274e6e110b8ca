/* zones.h - what happened in each zone of the score */
#ifndef ASSAY_CORE_METRIC_ZONES_H
#define ASSAY_CORE_METRIC_ZONES_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

struct assay_zone_result {
    size_t n, n_event;
    struct assay_rate rate; /* events of the zone's rows; NaN throughout in an empty zone */
};

/* Zone k is [lower[k], lower[k + 1]), the last one open above; lower[n_zone] ascends strictly.
 * Decided on the unrounded score: 24.999... is not 25. Borrows score[n], finite, and outcome[n],
 * each 0 or 1; fills out[n_zone].
 *   ASSAY_EDATA  n or n_zone is 0, a value out of range, bounds that do not ascend, or a score
 *                below lower[0] */
ASSAY_MUST_CHECK enum assay_status assay_zones_measure(const double score[],
                                                       const unsigned char outcome[], size_t n,
                                                       const double lower[], size_t n_zone,
                                                       struct assay_zone_result out[],
                                                       struct assay_error *err);

#endif
