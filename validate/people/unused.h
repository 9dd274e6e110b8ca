/* unused.h - columns of the file that the model does not use: would they add anything?
 *
 * Each is put to Rao's score test (core/fit/score_test.h) for adding it to
 *
 *   logit P = a + b logit(probability),
 *
 * a and b fitted to the audit's rows, so that a score whose level or spread has drifted is not taken for
 * a column that is missing; b only where the probability varies. Of a bare score, whose probabilities
 * nobody knows, the score itself stands in the place of the logit. A column's chi-square is close to what
 * adding it would take off the deviance. Where accounts repeat the test is by account. Ranked by p-value;
 * q-values after Benjamini & Hochberg (1995).
 *
 * A column that alone tells the outcome nearly perfectly (AUC above ASSAY_SUSPICIOUS_AUC) is suspicious:
 * such columns are mostly filled in afterwards. One that repeats the score, or whether the account was acted
 * on (0/1, or yes and no), is not tested (repeats.h).
 */
#ifndef ASSAY_VALIDATE_PEOPLE_UNUSED_H
#define ASSAY_VALIDATE_PEOPLE_UNUSED_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

#define ASSAY_SUSPICIOUS_AUC 0.98

/* Writes "unused_columns": null where the file has no such column. Beyond the common keys: "refused", a
 * sentence, where there is nothing to test against; "by_account"; of a column "tested_as" (rank,
 * categories, filled in), "auc" (of the column alone) and "unreadable"; and "skipped", columns that do
 * not vary, have too many different texts or repeat what is known, with the reason. "direction" says what
 * higher values are, "riskier" or "healthier" than the probability says.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_unused_columns(const struct assay_audit_input *input,
                                                              struct assay_audit_output *out,
                                                              struct assay_error *err);

#endif
