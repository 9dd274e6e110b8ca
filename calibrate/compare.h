/* compare.h - the new model beside the champion, on the same snapshots */
#ifndef ASSAY_CALIBRATE_COMPARE_H
#define ASSAY_CALIBRATE_COMPARE_H

#include "calibrate/assemble.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Fills model->changes: weights by signal name, with what the calibration's moves say of why they moved
 * and the accounts that pull them most the way they went; how many snapshots move between zones, of
 * those that both models can score; and the champion's figures beside the new model's cross-validated
 * ones, on those of them that have a held-out prediction. Without any the figures have n = 0. */
ASSAY_MUST_CHECK enum assay_status assay_compare(const struct assay_assembly *parts,
                                                 struct assay_model *model,
                                                 struct assay_error *err);

#endif
