/* warnings.h - what somebody who signs the weights should know, a sentence each */
#ifndef ASSAY_CALIBRATE_WARNINGS_H
#define ASSAY_CALIBRATE_WARNINGS_H

#include "calibrate/calibration.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Appends to model->fit.warnings. The model's fit and performance are filled in already.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_warnings_note(const struct assay_calibration *calibration,
                                                       struct assay_model *model,
                                                       struct assay_error *err);

#endif
