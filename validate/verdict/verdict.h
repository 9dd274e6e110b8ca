/* verdict.h - does the score do what was asked of it? The audit's "verdict"
 *
 * Judges the targets (judge.h), says what this quarter could have shown and how long a verdict will take
 * (prospects.h), pools the audits of the past (pooled.h) and measures the floors (floors.h). Keys beyond
 * those that other parts of the audit are told of: targets[] have
 *
 *   worth       independent rows that "of" is worth: one account's count as one
 *   at_least,   the one-sided bounds that decide about the lower limit (about the upper one where there
 *   at_most     is no lower), each with its own confidence: 1 - error_rate for a pass, and for a fail
 *               1 - error_rate / number of limits
 *
 * and pooled has pass_at and fail_at, the evidence that decides, and its metrics their worth.
 */
#ifndef ASSAY_VALIDATE_VERDICT_VERDICT_H
#define ASSAY_VALIDATE_VERDICT_VERDICT_H

#include "core/base/error.h"
#include "core/report/figures.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "verdict", advises, and puts the verdict on each target in the place of the figures' own
 * (metric[].result), which went by the interval alone: so "metrics" is to be written after this.
 *   ASSAY_ENOMEM  figures and *result are untouched */
ASSAY_MUST_CHECK enum assay_status assay_audit_verdict(const struct assay_audit_input *input,
                                                       struct assay_figures *figures,
                                                       struct assay_audit_output *out,
                                                       enum assay_verdict *result,
                                                       struct assay_error *err);

#endif
