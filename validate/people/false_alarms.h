/* false_alarms.h - who was flagged in vain, and what that costs */
#ifndef ASSAY_VALIDATE_PEOPLE_FALSE_ALARMS_H
#define ASSAY_VALIDATE_PEOPLE_FALSE_ALARMS_H

#include "core/base/error.h"
#include "validate/audit/output.h"
#include "validate/people/mistakes.h"

/* Writes "false_alarm_summary" and "false_alarms" (the first ASSAY_LISTED). Beyond the common keys the
 * summary has "contacts" and "contacts_in_vain" (outreach.h), of which the cost is made. "repeated":
 * accounts that had been flagged before when they were flagged in vain, with their alarms up to the last
 * such one. At most ASSAY_LISTED owners. Advises where accounts are flagged in vain again and again.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_false_alarms_write(const struct assay_people *people,
                                                            const struct assay_mistakes *mistakes,
                                                            struct assay_audit_output *out,
                                                            struct assay_error *err);

#endif
