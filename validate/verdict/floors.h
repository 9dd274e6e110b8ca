/* floors.h - what practitioners hold a health score to, whatever its statistics
 *
 *   red_zone_multiple         accounts in the lowest zone churn at least 3 times as often as all do
 *   below_green_before_churn  of the churners, at least 2/3 were below the top zone 60 to 90 days before:
 *                             one snapshot of each account and event, the latest in those days, in or
 *                             before the audit's window; events from its first snapshot to the end of
 *                             the horizon of its last
 *   green_share               at most 80% of the accounts, each at its latest snapshot, are in the top
 *                             zone: a score with more flatters
 *
 * Zones are the model's (or those declared for a score column of health). 95% intervals: of
 * core/metric/multiple.h for the first, Wilson's for the others.
 */
#ifndef ASSAY_VALIDATE_VERDICT_FLOORS_H
#define ASSAY_VALIDATE_VERDICT_FLOORS_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "validate/audit/input.h"

enum assay_floor_name {
    ASSAY_FLOOR_RED_ZONE,
    ASSAY_FLOOR_BELOW_GREEN,
    ASSAY_FLOOR_GREEN_SHARE,
    ASSAY_FLOORS
};

enum assay_floor_result {
    ASSAY_FLOOR_MET,          /* all of the interval keeps the bound */
    ASSAY_FLOOR_MISSED,       /* all of it breaks it */
    ASSAY_FLOOR_INCONCLUSIVE, /* it holds the bound */
    ASSAY_FLOOR_UNDEFINED
};

struct assay_floor {
    const char *name;
    struct assay_estimate estimate; /* NaN where undefined */
    double of;                      /* what it is a share of: churners, accounts; rows of the zone */
    double bound;
    bool at_least;                  /* else at most */
    enum assay_floor_result result;
    char words[320];                /* a sentence, without its full stop */
};

const char *assay_floor_result_word(enum assay_floor_result result);

/* Fills floors[ASSAY_FLOORS].
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_floors(const struct assay_audit_input *input,
                                                      struct assay_floor floors[],
                                                      struct assay_error *err);

#endif
