/* outcomes.h - what became of the flagged: acted on or not, how early they were seen, what it was
 * worth
 *
 * Writes three keys, in this order, each null where the audit's data hold nothing for it:
 *
 *   acted_on    accounts that were acted on: metrics by group, bounds, and the effect on churn
 *   lead_time   from first flagged for good to churn (lead_time.h)
 *   impact      retained value under assumptions, and as far as it was realised
 *
 * They share a door because what outreach achieved, in the first, is what the last sets against
 * what was assumed.
 */
#ifndef ASSAY_VALIDATE_OUTCOMES_OUTCOMES_H
#define ASSAY_VALIDATE_OUTCOMES_OUTCOMES_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

ASSAY_MUST_CHECK enum assay_status assay_audit_outcomes(const struct assay_audit_input *input,
                                                        struct assay_audit_output *out,
                                                        struct assay_error *err);

#endif
