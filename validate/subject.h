/* subject.h - what is audited, against what, and by which rules: from files and options */
#ifndef ASSAY_VALIDATE_SUBJECT_H
#define ASSAY_VALIDATE_SUBJECT_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/model/model.h"

/* What the command line says of it; texts are borrowed, NULL where not given. */
struct assay_subject_options {
    const char *model, *champion, *rules;                 /* files */
    const char *score_column, *probability_column;        /* one of them in place of a model */
    const char *outcome, *id, *value, *as_of, *segments;  /* columns beside it; segments: "a,b" */
    int32_t observed_until;                               /* ASSAY_NO_DATE: the model's */
    double target_sensitivity, target_specificity;        /* NaN: the rules' */
};

/* Zeroed is empty. */
struct assay_subject {
    struct assay_model model, champion;
    struct assay_spec column_spec; /* of a score column, in place of a model's */
    struct assay_spec *spec;       /* the one or the other */
    double target_sensitivity, target_specificity;
    char rules_sha256[ASSAY_SHA256_TEXT_SIZE]; /* of --rules; empty without */
};

/* To be cleared also after a failure.
 *   ASSAY_EDATA  --observed-until beside a 0/1 outcome; a champion of another outcome; and as reading
 *                the files gives it */
ASSAY_MUST_CHECK enum assay_status assay_subject_read(const struct assay_subject_options *options,
                                                      struct assay_subject *subject,
                                                      struct assay_error *err);
void assay_subject_clear(struct assay_subject *subject);

#endif
