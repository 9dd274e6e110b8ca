/* reference.h - what the training data look like, for audits to come */
#ifndef ASSAY_CALIBRATE_REFERENCE_H
#define ASSAY_CALIBRATE_REFERENCE_H

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Fills model->training.reference from the rows of the history that count: every signal as it was read,
 * the score that the model, complete but for this, gives them, segments where the source has them, and
 * the plan.
 *   ASSAY_EDATA  a column that the model needs is not in the table
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_reference_make(struct assay_model *model,
                                                        const struct assay_history *history,
                                                        struct assay_error *err);

#endif
