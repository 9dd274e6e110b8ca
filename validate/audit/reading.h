/* reading.h - from files to what an audit looks at: the data, scored, and the audits of the past */
#ifndef ASSAY_VALIDATE_AUDIT_READING_H
#define ASSAY_VALIDATE_AUDIT_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/column_guess.h"
#include "core/signal/intake.h"
#include "validate/audit/history.h"
#include "validate/audit/input.h"

/* What to audit, and how. Everything is borrowed while the reading lives. */
struct assay_audit_wanted {
    const struct assay_model *model;    /* NULL: the spec's one signal is the score column */
    const struct assay_model *champion; /* NULL: none */
    const struct assay_spec *spec;      /* the model's, or one made for the score column */
    bool probabilities;                 /* the score column holds probabilities of the event */
    double line;                        /* of a score column */
    enum assay_higher_is higher_is;     /* of a score column */
    double target_sensitivity, target_specificity;
    const char *rules_name, *rules_sha256; /* of --rules, already in the spec; NULL: none */
    int32_t created;
    bool interim;
    const char *history;                /* folder of past audits, or NULL */
    struct assay_intake_options options;
};

/* Zeroed is empty. It must not be copied: the input points into it. */
struct assay_audit_reading {
    struct assay_audit_input input;
    struct assay_intake intake;
    struct assay_guessed_columns guessed;
    struct assay_unused_column *unused;
    const struct assay_dictionary **segment_values;
    struct assay_past_audits past;
    struct assay_text said; /* lines about past audits that were left out */
};

/* To be cleared also after a failure, which leaves in it what the source says of its bad rows.
 *   ASSAY_EDATA  no row counts (with `interim`: none waits either); a probability outside 0 to 1
 *   others       as reading the data, the scorer's columns and the history give them */
ASSAY_MUST_CHECK enum assay_status assay_audit_read(const struct assay_audit_wanted *wanted,
                                                    struct assay_audit_reading *reading,
                                                    struct assay_error *err);
void assay_audit_reading_clear(struct assay_audit_reading *reading);

#endif
