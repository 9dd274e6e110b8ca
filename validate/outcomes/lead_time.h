/* lead_time.h - how long before churn the audited churners had been flagged for good
 *
 * Churners are accounts with an audited snapshot that has the event; the day is that of their last
 * such event. Their snapshots before it count, those dated outside the audited window too, back to
 * an earlier event of the same account (it had come back). Writes "lead_time": null without
 * accounts or dates, {"refused": sentence}, or
 *
 *   accounts            churners
 *   single              of them, with one snapshot alone
 *   flagged_before      flagged at the last snapshot before churn, and so with a lead
 *   withdrawn           flagged once, not at the last snapshot: no lead (0 days)
 *   never               never flagged: no lead
 *   censored            flagged at every snapshot: the lead is at least the time observed; the same
 *                       number as first_seen_flagged
 *   median, quartiles   days; null beyond what was observed
 *   first_flag          the median from the first flag ever, taken back or not
 *   ahead[]             days, share, interval, of: flagged for good so long before, of the churners
 *                       observed so early
 *   step_days           between an account's snapshots, the median
 *   rule, words
 *   curve[]             days, share, interval: the share of churners whose lead is longer; at most
 *                       200 points
 */
#ifndef ASSAY_VALIDATE_OUTCOMES_LEAD_TIME_H
#define ASSAY_VALIDATE_OUTCOMES_LEAD_TIME_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

ASSAY_MUST_CHECK enum assay_status assay_audit_lead_time(const struct assay_audit_input *input,
                                                         struct assay_audit_output *out,
                                                         struct assay_error *err);

#endif
