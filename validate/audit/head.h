/* head.h - what an audit is of: the keys that come before any finding */
#ifndef ASSAY_VALIDATE_AUDIT_HEAD_H
#define ASSAY_VALIDATE_AUDIT_HEAD_H

#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* "format", "created", "model" or "score_column" and "higher_is", "champion", "rules", "data" and "line". */
void assay_audit_head_write(const struct assay_audit_input *input, struct assay_audit_output *out);

/* "quality": what to bear in mind. counts and auc as in notes.h.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_quality_write(const struct assay_audit_input *input,
                                                             const struct assay_confusion *counts,
                                                             const struct assay_estimate *auc,
                                                             struct assay_audit_output *out,
                                                             struct assay_error *err);

/* "what_to_do": what the sections advised, most urgent first. */
void assay_audit_advice_write(struct assay_audit_output *out);

#endif
