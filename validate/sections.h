/* sections.h - the whole audit: its sections, in the order in which the file has them */
#ifndef ASSAY_VALIDATE_SECTIONS_H
#define ASSAY_VALIDATE_SECTIONS_H

#include "core/base/error.h"
#include "core/metric/summary.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Fills out->json.out with the finished document, and out->errors where it is wanted. Both are the
 * caller's to clear, also after a failure. Without used rows (an interim audit before any outcome) the
 * verdict is inconclusive and only what needs no outcome is measured.
 *   ASSAY_EDATA    as the sections give it, behind the data's name
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_sections(const struct assay_audit_input *input,
                                                        struct assay_audit_output *out,
                                                        enum assay_verdict *verdict,
                                                        struct assay_error *err);

#endif
