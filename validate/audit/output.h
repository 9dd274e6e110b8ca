/* output.h - where the sections of an audit put what they found
 *
 * A section is one function: it measures, and writes its keys of the audit into `json` (an object is
 * open). Nothing is printed: the terminal's summary and the report read the finished document.
 * Estimates, dates and texts that may be absent are written by core/model/model_fields.h.
 */
#ifndef ASSAY_VALIDATE_AUDIT_OUTPUT_H
#define ASSAY_VALIDATE_AUDIT_OUTPUT_H

#include "core/base/error.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/model/model_fields.h"

enum { ASSAY_MAX_ADVICE = 24, ASSAY_ADVICE_SIZE = 400, ASSAY_LISTED = 500 };

/* What to do about it: sentences, each with its urgency (0: first). */
struct assay_advice {
    struct {
        int urgency;
        char text[ASSAY_ADVICE_SIZE];
    } line[ASSAY_MAX_ADVICE];
    size_t n;
};

struct assay_audit_output {
    struct assay_json_writer json;
    struct assay_advice advice;
    struct assay_text errors; /* the errors file, CSV; written into when wanted */
    bool want_errors;
};

/* Keeps the most urgent ASSAY_MAX_ADVICE; equal ones in the order in which they came. A sentence without
 * its full stop. */
void assay_advise(struct assay_audit_output *out, int urgency, const char *format, ...)
    ASSAY_PRINTF(3, 4);

#endif
