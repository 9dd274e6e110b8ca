/* people.h - whom the score missed, and whom it flagged in vain
 *
 * Writes "miss_summary", "misses", "false_alarm_summary" and "false_alarms", and, where it is wanted,
 * the errors file. What a miss is put down to: why.h. What outreach costs: outreach.h.
 *
 * A miss is an audited row with the event that was not flagged; a false alarm is one that was flagged
 * and did not have it. Both are listed by what the account is worth (largest first, unknown last), then
 * by probability (highest first; of a bare score, the one that looks riskiest first).
 */
#ifndef ASSAY_VALIDATE_PEOPLE_PEOPLE_H
#define ASSAY_VALIDATE_PEOPLE_PEOPLE_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/*   ASSAY_ENOMEM  what was written so far is of no use */
ASSAY_MUST_CHECK enum assay_status assay_audit_people(const struct assay_audit_input *input,
                                                      struct assay_audit_output *out,
                                                      struct assay_error *err);

#endif
