/* drift.h - does the audited population still look like the one the model learned from?
 *
 * "drift" of the audit: every signal (raw), the score, the segments and the plan against the reference
 * that the model keeps of its training data. The rows are the audited ones; with --interim those that wait
 * for their outcome, which drift does not need. Neither outcome nor dates play a part.
 */
#ifndef ASSAY_VALIDATE_DRIFT_DRIFT_H
#define ASSAY_VALIDATE_DRIFT_DRIFT_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "drift":
 *   reference         {rows, accounts, from, to} of the training data, null where there is none
 *   refused           why nothing was compared, and then no other key but reference
 *   rows              rows compared
 *   effective         {expected, actual}: what either side's rows are worth, in accounts (effective.h)
 *   variables[]       drifted first, then by q_value: name, kind, n (rows), missing (of them), psi, psi_limit,
 *                     psi_p, ks, ks_limit, ks_p (null for texts), q_value, drifted, words, and
 *                     bins[] {label, expected, actual} as shares of all rows; empty ones are left out
 *   any, false_alarm_rate, words
 * Advises when something has drifted.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_drift(const struct assay_audit_input *input,
                                                     struct assay_audit_output *out,
                                                     struct assay_error *err);

#endif
