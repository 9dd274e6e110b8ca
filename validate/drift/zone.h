/* zone.h - the zone of a score
 *
 * Zones are those of the spec; a score below the lowest bound, as a bare column may hold, counts to the
 * lowest zone. */
#ifndef ASSAY_VALIDATE_DRIFT_ZONE_H
#define ASSAY_VALIDATE_DRIFT_ZONE_H

#include <stdbool.h>
#include <stddef.h>

#include "validate/audit/input.h"

/* Whether the subject has zones at all: a health score, and bounds declared for it. */
static inline bool assay_has_zones(const struct assay_audit_input *input)
{
    return input->spec->n_zone > 0 && input->higher_is == ASSAY_HIGHER_IS_HEALTH;
}

static inline size_t assay_zone_of(const struct assay_spec *spec, double score)
{
    size_t z = spec->n_zone - 1;
    while (z > 0 && score < spec->zones[z].from)
        z--;
    return z;
}

#endif
