/* compare.h - the new model beside the champion, on the same snapshots */
#ifndef ASSAY_CALIBRATE_COMPARE_H
#define ASSAY_CALIBRATE_COMPARE_H

#include "calibrate/assemble.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Fills model->changes: weights by signal name, the champion's figures beside the new model's
 * cross-validated ones, and how many snapshots move between zones. */
ASSAY_MUST_CHECK enum assay_status assay_compare(const struct assay_assembly *parts,
                                                 struct assay_model *model,
                                                 struct assay_error *err);

#endif
