/* doubts.h - rows that say different things of one account (mostly a join gone wrong), scores all alike */
#ifndef ASSAY_VALIDATE_AUDIT_DOUBTS_H
#define ASSAY_VALIDATE_AUDIT_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

struct assay_doubts {
    size_t n_twice;   /* used rows beyond the first of their account and day (of their account, without
                         dates) */
    size_t n_undated; /* used rows without a date of the event, though another row of their account has
                         one after their day and within their horizon: they count as not having it */
    bool constant;    /* two used rows or more, all with the same score */
};

/* The counts are 0 without an id column.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_doubts(const struct assay_audit_input *input,
                                                      struct assay_doubts *out,
                                                      struct assay_error *err);

#endif
