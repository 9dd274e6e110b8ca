/* audit_write.h - an audit as JSON, format assay-audit/1 */
#ifndef ASSAY_VALIDATE_AUDIT_WRITE_H
#define ASSAY_VALIDATE_AUDIT_WRITE_H

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "validate/audit.h"
#include "validate/audit_data.h"

/* Where the scores came from. */
struct assay_audit_subject {
    const struct assay_model *model; /* NULL: a score column */
    const char *score_column;        /* NULL: a model */
    double line_probability;         /* of the at-risk line; NaN for a bare score */
};

/* "pass", "fail", "inconclusive" */
const char *assay_verdict_name(enum assay_verdict verdict);

/* The verdict's reasons, a line each, as they stand in the file and on the terminal. */
void assay_audit_reason(const char *metric, const struct assay_estimate *estimate, double target,
                        enum assay_verdict result, size_t n, char *out, size_t size);

ASSAY_MUST_CHECK enum assay_status assay_audit_write(const struct assay_audit *audit,
                                                     const struct assay_audit_data *data,
                                                     const struct assay_audit_rules *rules,
                                                     const struct assay_audit_subject *subject,
                                                     struct assay_text *text,
                                                     struct assay_error *err);

#endif
