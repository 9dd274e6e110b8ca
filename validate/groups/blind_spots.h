/* blind_spots.h - slices of accounts in which misses, or false alarms, concentrate
 *
 * What a slice is, what it is held against, and how sure a finding is: core/metric/slices.h. Probabilities
 * are taken by their log-odds, a bare score as it is; either way it is first put right as a whole on the
 * audited rows (core/metric/expected_events.h), so that no slice is blamed for a score that is off
 * everywhere, and slices that look healthier, and so have more of their few churners below the line, are
 * no blind spots if the score says how many.
 */
#ifndef ASSAY_VALIDATE_GROUPS_BLIND_SPOTS_H
#define ASSAY_VALIDATE_GROUPS_BLIND_SPOTS_H

#include "core/base/error.h"
#include "core/metric/slices.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"
#include "validate/groups/conditions.h"

/* What the search is run on; and what it found. */
struct assay_blind_spots {
    struct assay_conditions conditions;
    struct assay_slice_search search;
    size_t smallest; /* rows of a slice: 1% of all, at least 30 */
};

/* Needs both outcomes among the audited rows.
 *   ASSAY_ENOMEM  *spots is untouched */
ASSAY_MUST_CHECK enum assay_status assay_blind_spots_find(const struct assay_audit_input *input,
                                                          struct assay_blind_spots *spots,
                                                          struct assay_error *err);
void assay_blind_spots_clear(struct assay_blind_spots *spots);

/* Writes "blind_spots" and "blind_spot_search", and advises on the strongest. Beyond the keys of the
 * audit's contract a blind spot has "expected", the wrong ones that the score led to expect, and "similar",
 * how many significant slices it explains besides. Without both outcomes nothing is searched, and
 * "blind_spot_search" says so in "refused".
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_blind_spots(const struct assay_audit_input *input,
                                                           struct assay_audit_output *out,
                                                           struct assay_error *err);

#endif
