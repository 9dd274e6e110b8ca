/* audit_data.h - from a CSV to the rows of an audit: with a model of ours, or a score column */
#ifndef ASSAY_VALIDATE_AUDIT_DATA_H
#define ASSAY_VALIDATE_AUDIT_DATA_H

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/signal/intake.h"
#include "validate/audit.h"

struct assay_audit_data {
    const struct assay_spec *spec; /* borrowed */
    struct assay_intake intake;
    size_t count[ASSAY_ROW_STATES]; /* what became of every row; [ASSAY_ROW_USED] as n below */
    size_t early_events; /* events used of snapshots whose horizon is not over */
    size_t n_unseen;     /* rows used on a plan that calibration never saw */
    size_t n_new_segment; /* rows used of a segment that calibration never saw */
    size_t n_unknown;    /* rows, used or left out for it, with a category that has no points */
    int32_t from, to;               /* first and last as_of used, or ASSAY_NO_DATE */
    size_t n;                       /* rows used; arrays below are as long */
    double *score, *prob, *value;   /* prob NULL for a bare score, value NULL without a column */
    unsigned char *outcome;
    int32_t **segment_codes;        /* [spec->n_segment] */
    const struct assay_dictionary **segment_dictionary;
};

/* Reads and, with a model, scores; to be cleared also after a failure, which leaves in it what the
 * source says of its bad rows. model NULL: the spec's one signal is the score column; its values
 * are probabilities when `probabilities` says so (score is then the same number).
 *   ASSAY_EDATA  no row counts; a probability outside 0 to 1 */
ASSAY_MUST_CHECK enum assay_status assay_audit_data_read(const struct assay_spec *spec,
                                                         const struct assay_model *model,
                                                         bool probabilities,
                                                         const struct assay_intake_options *options,
                                                         struct assay_audit_data *data,
                                                         struct assay_error *err);
void assay_audit_data_clear(struct assay_audit_data *data);

#endif
