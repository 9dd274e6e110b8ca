/* folds_shared.h - the folds of a long history, fitted together
 *
 * Where parts share the published design (pipeline.h) a fold's fit is near the published one, and all folds
 * read the rows together (core/fit/nearby.h).
 */
#ifndef ASSAY_CALIBRATE_FOLDS_SHARED_H
#define ASSAY_CALIBRATE_FOLDS_SHARED_H

#include <stdbool.h>

#include "calibrate/fit/folds.h"
#include "core/base/error.h"

/* Whether assay_folds_fit_near() knows the way: one design, maximum likelihood, anchored or not. */
bool assay_folds_are_near(const struct assay_folds *folds,
                          const struct assay_estimation *estimation);

/* Fits the parts that lie near the published fit and flags them in folds->fitted; the others stay as they
 * are. published: fitted in the same way. */
ASSAY_MUST_CHECK enum assay_status assay_folds_fit_near(struct assay_folds *folds,
                                                        const struct assay_estimation *estimation,
                                                        struct assay_error *err);

/* The fit of one part that is prepared on the design of the published pipeline, which is fitted in the same way: for
 * the predictions that its coefficients give, without a covariance. *found is false, and the part yet to be fitted,
 * where that is no way (no shared design, another method, too far from the published fit): assay_pipeline_fit() then
 * finds the fit, or says why there is none.
 *   ASSAY_EDATA  no row counts */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_fit_near(struct assay_pipeline *part,
                                                           const struct assay_estimation *estimation,
                                                           bool *found, struct assay_error *err);

/* What assay_folds_predict() and assay_folds_predict_weights() promise, on one design: every row is written. Without
 * prob->given no weights are asked about; without prob->held_out, and then prob->apparent, they alone. */
ASSAY_MUST_CHECK enum assay_status assay_folds_predict_shared(const struct assay_folds *folds,
                                                              const double *weight,
                                                              const struct assay_fold_probs *prob,
                                                              struct assay_error *err);

#endif
