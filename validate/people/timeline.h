/* timeline.h - all snapshots of the accounts that somebody will be asked about
 *
 * An account is on it when one of its audited rows is flagged, or has the event and is not. All audited
 * rows of these accounts are there, and those dated outside the window. Without an id column every
 * audited row is an account of its own.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_TIMELINE_H
#define ASSAY_VALIDATE_PEOPLE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

struct assay_moment {
    int32_t account; /* as the input codes it, or the row's index without an id column */
    int32_t as_of;   /* ASSAY_NO_DATE: the source has no dates */
    uint32_t index;  /* in input->used, or in input->other */
    bool other;
};

struct assay_timeline {
    struct assay_moment *moments; /* by account, then as_of; those of a day as the file has them */
    size_t n;
};

ASSAY_MUST_CHECK enum assay_status assay_timeline_init(const struct assay_audit_input *input,
                                                       struct assay_timeline *timeline,
                                                       struct assay_error *err);
void assay_timeline_clear(struct assay_timeline *timeline);

/* The set that a moment's index is in. */
const struct assay_audit_set *assay_moment_set(const struct assay_audit_input *input,
                                               const struct assay_moment *moment);
bool assay_moment_flagged(const struct assay_audit_input *input, const struct assay_moment *moment);

/* One past the last moment of the account that place `first` begins. */
size_t assay_timeline_account_end(const struct assay_timeline *timeline, size_t first);

#endif
