/* section.h - what a section of the audit wrote, read back */
#ifndef ASSAY_TESTS_DRIFT_SECTION_H
#define ASSAY_TESTS_DRIFT_SECTION_H

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/support/suite.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

typedef enum assay_status section_writer(const struct assay_audit_input *input,
                                         struct assay_audit_output *out, struct assay_error *err);

/* The section's document; *advice, if not NULL, receives what it advised. */
static inline struct assay_json *section_read(section_writer *write,
                                              const struct assay_audit_input *input,
                                              struct assay_advice *advice)
{
    struct assay_error err = {0};
    struct assay_audit_output *out = calloc(1, sizeof *out);
    struct assay_json *doc;
    assay_json_open(&out->json, NULL, '{');
    ck_assay_ok(write(input, out, &err));
    assay_json_close(&out->json);
    ck_assert(!out->json.out.failed);
    ck_assert_uint_eq(out->json.depth, 0);
    ck_assay_ok(assay_json_parse("audit", out->json.out.data, out->json.out.length,
                                 ASSAY_JSON_STRICT, &doc, &err));
    if (advice != NULL)
        *advice = out->advice;
    assay_text_clear(&out->json.out);
    free(out);
    return doc;
}

/* Every allocation fails in turn; returns how many there are. */
static inline size_t section_starve(section_writer *write, const struct assay_audit_input *input)
{
    size_t failures = 0;
    enum assay_status status;
    struct assay_error err = {0};
    do {
        struct assay_audit_output *out = calloc(1, sizeof *out);
        assay_json_open(&out->json, NULL, '{');
        test_fail_allocation(failures + 1);
        status = write(input, out, &err);
        if (status == ASSAY_OK && out->json.out.failed)
            status = ASSAY_ENOMEM; /* the writer remembers for the end */
        test_fail_allocation(0);
        assay_text_clear(&out->json.out);
        free(out);
        failures += status == ASSAY_ENOMEM;
    } while (status == ASSAY_ENOMEM);
    ck_assert_int_eq(status, ASSAY_OK);
    return failures;
}

#endif
