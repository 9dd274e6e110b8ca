/* unused_write.h - what the tests of unused columns found, in JSON and in words */
#ifndef ASSAY_VALIDATE_PEOPLE_UNUSED_WRITE_H
#define ASSAY_VALIDATE_PEOPLE_UNUSED_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/fit/score_test.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"
#include "validate/people/extra.h"
#include "validate/people/repeats.h"

struct assay_unused_result {
    const struct assay_unused_column *column;
    enum assay_extra_kind kind;
    enum assay_repeats repeats; /* of anything but nothing: not tested */
    bool tested;
    size_t n_missing;
    double auc;
    struct assay_score_test test;
    double q_value;
    /* the category (struct assay_extra, code) whose events are furthest from those expected */
    int32_t furthest;
    size_t observed;
    double expected;
};

/* Writes "unused_columns" from results[n_unused], which are put in order. varies: b was fitted. */
ASSAY_MUST_CHECK enum assay_status assay_unused_write(const struct assay_audit_input *input,
                                                      struct assay_unused_result results[], bool varies,
                                                      struct assay_audit_output *out,
                                                      struct assay_error *err);

/* The same where there was nothing to test against; message: why the fit failed. */
void assay_unused_refuse(const struct assay_audit_input *input, const char *message,
                         struct assay_json_writer *json);

#endif
