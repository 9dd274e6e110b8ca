/* segments.h - every figure by segment, and the gaps between segments */
#ifndef ASSAY_VALIDATE_GROUPS_SEGMENTS_H
#define ASSAY_VALIDATE_GROUPS_SEGMENTS_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "segments" (columns as declared, values in byte order) and "segment_gaps" (gaps.h), and advises on
 * the gaps that are found. "shrunk" holds estimates of their own, with intervals (core/metric/shrinkage.h).
 *   ASSAY_EDATA   a score that is not finite
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_segments(const struct assay_audit_input *input,
                                                        struct assay_audit_output *out,
                                                        struct assay_error *err);

#endif
