/* reference.h - what the training data look like, for audits to come */
#ifndef ASSAY_CALIBRATE_REFERENCE_H
#define ASSAY_CALIBRATE_REFERENCE_H

#include "calibrate/evidence/eye.h"
#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Fills model->training.reference from the rows of the history that count: every signal as it was read,
 * the score that the model, complete but for this, gives them, segments where the source has them, and
 * the plan. Lists the model's inputs, where that has not been done.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_reference_make(struct assay_model *model,
                                                        const struct assay_history *history,
                                                        struct assay_error *err);

/* The same, with the scores behind it: score[n_row], NaN in rows that do not count. levels[n_signal] of the history,
 * where they have been counted; NULL: nowhere. */
ASSAY_MUST_CHECK enum assay_status assay_reference_make_scored(struct assay_model *model,
                                                               const struct assay_history *history,
                                                               const struct assay_levels levels[],
                                                               double score[],
                                                               struct assay_error *err);

#endif
