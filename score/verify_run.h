/* verify_run.h - the data scored block by block, each account held against its row of theirs */
#ifndef ASSAY_SCORE_VERIFY_RUN_H
#define ASSAY_SCORE_VERIFY_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/model.h"
#include "core/model/scorer.h"
#include "core/signal/intake.h"
#include "score/verify_result.h"

struct assay_verify_options {
    const char *model_path, *output_path; /* output: a CSV of every disagreement, or NULL */
    struct assay_intake_options data;
    struct assay_theirs_options theirs;
    double tolerance;                      /* >= 0, on the 0-100 scale */
    size_t decimals, probability_decimals; /* of theirs, or ASSAY_NOT_ROUNDED */
    size_t show;                           /* disagreements that are told one by one */
    bool partial;
};

/* Zeroed to start with; everything in it is cleared by _clear, also after a failure. */
struct assay_verify_run {
    struct assay_model model;
    struct assay_intake intake;
    struct assay_scorer scorer;
    struct assay_theirs theirs;
    struct assay_comparison comparison;
    struct assay_causes causes;
    struct assay_agreement result; /* what the caller is after */
    bool ready;                    /* result may be read */
    unsigned char *state;
    struct assay_output output;
    struct assay_text line;
};

/* Does all of it, and writes the CSV of disagreements where one is asked for. The run may not move: its
 * parts refer to each other.
 *   ASSAY_EDATA  no account of theirs is in the data */
ASSAY_MUST_CHECK enum assay_status assay_verify(const struct assay_verify_options *options,
                                                struct assay_verify_run *run,
                                                struct assay_error *err);
void assay_verify_clear(struct assay_verify_run *run);

#endif
