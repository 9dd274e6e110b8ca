/* outreach.h - the work that flags make: how many accounts a week, whose, and how many in vain
 *
 * The unit is a contact: an account that is flagged in any of its audited rows of a calendar quarter is
 * one account to work in that quarter, however many snapshots repeat the flag; it was right when one of
 * these flagged rows has the event. Without dates all rows are of one period, and nothing is said by the
 * week. A quarter has 13 weeks; quarters count that have an audited row.
 */
#ifndef ASSAY_VALIDATE_PEOPLE_OUTREACH_H
#define ASSAY_VALIDATE_PEOPLE_OUTREACH_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "validate/people/context.h"

enum { ASSAY_WEEKS_OF_QUARTER = 13 };

struct assay_owner_load {
    int32_t owner;         /* code; ASSAY_NO_CODE: accounts without one */
    size_t flagged, right; /* contacts */
    double per_week;       /* NaN without dates */
    /* right / flagged, Wilson (1927); contacts of one account count as its design effect says
     * (core/metric/design_effect.h) */
    struct assay_estimate precision;
};

struct assay_zone_load {
    size_t zone;           /* in the spec */
    size_t flagged, right; /* rows */
    struct assay_estimate precision; /* by account (core/metric/clustered.h) */
};

struct assay_outreach {
    size_t n_period;       /* quarters; 0: no dates */
    size_t flagged, right; /* contacts */
    /* Accounts to work a week, and the exact Poisson interval (Garwood 1936, Biometrika 28:437-442) of
     * their number: what other quarters like these would bring. */
    struct assay_estimate per_week;
    struct assay_owner_load *owners; /* most contacts first, then by name; none without an owner column */
    size_t n_owner;
    struct assay_zone_load zones[ASSAY_MAX_ZONES]; /* with a flagged row, in the spec's order */
    size_t n_zone;
};

ASSAY_MUST_CHECK enum assay_status assay_outreach_measure(const struct assay_people *people,
                                                          struct assay_outreach *outreach,
                                                          struct assay_error *err);
void assay_outreach_clear(struct assay_outreach *outreach);

#endif
