/* zones_parts.h - what both ways of measuring zones (zones.h) share */
#ifndef ASSAY_CORE_METRIC_ZONES_PARTS_H
#define ASSAY_CORE_METRIC_ZONES_PARTS_H

#include <stddef.h>

#include "core/base/error.h"

/*   ASSAY_EDATA  n_zone is 0, or bounds do not ascend */
ASSAY_MUST_CHECK enum assay_status assay_zones_check_bounds(const double lower[], size_t n_zone,
                                                            struct assay_error *err);

/* The last zone whose bound is not above the score; 0 where there is none. */
static inline size_t assay_zone_of(double score, const double lower[], size_t n_zone)
{
    size_t at = 0, beyond = n_zone;
    while (beyond - at > 1) {
        size_t middle = at + (beyond - at) / 2;
        if (score >= lower[middle])
            at = middle;
        else
            beyond = middle;
    }
    return at;
}

#endif
