/* zones.h - what happened in each zone of the score */
#ifndef ASSAY_CORE_METRIC_ZONES_H
#define ASSAY_CORE_METRIC_ZONES_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

struct assay_zone_result {
    size_t n, n_event;
    struct assay_rate rate; /* events of the zone's rows; NaN throughout in an empty zone */
};

/* Zone k is [lower[k], lower[k + 1]), the last one open above; lower[n_zone] ascends strictly.
 * Decided on the unrounded score: 24.999... is not 25. Borrows score[n], finite, and outcome[n],
 * each 0 or 1; fills out[n_zone].
 *   ASSAY_EDATA   n or n_zone is 0, a value out of range, bounds that do not ascend, or a score
 *                 below lower[0]
 *   ASSAY_ENOMEM  16 bytes for each zone and 65,536 rows */
ASSAY_MUST_CHECK enum assay_status assay_zones_measure(const double score[],
                                                       const unsigned char outcome[], size_t n,
                                                       const double lower[], size_t n_zone,
                                                       struct assay_zone_result out[],
                                                       struct assay_error *err);

/* Rows whose scores are made where they are needed; all borrowed. */
struct assay_zone_rows {
    const unsigned char *outcome; /* [n] 0 or 1 */
    const int32_t *cluster;       /* [n] codes from 0; NULL: every row one of its own */
    size_t n;
    const void *state;
    /* Fills score[n_row] of the rows from `first` on. Several threads may be at it at once. */
    void (*score)(const void *state, size_t first, size_t n_row, double score[]);
};

/* The same of at most 256 zones, in one pass, Wilson's intervals by cluster (clustered.h).
 *   ASSAY_ENOMEM  312 bytes for each zone and 65,536 rows, and where clusters lie apart a byte a row */
ASSAY_MUST_CHECK enum assay_status assay_zones_by_cluster(const struct assay_zone_rows *rows,
                                                          const double lower[], size_t n_zone,
                                                          struct assay_zone_result out[],
                                                          struct assay_error *err);

#endif
