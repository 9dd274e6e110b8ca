/* penalised.h - ridge, lasso and elastic net on a history: how strong, and how stable
 *
 * lambda is the spec's, or chosen by the held-out losses of whole accounts over the folds
 * (core/fit/penalty_choice.h); the signals' columns carry the penalty in standard deviations, signs
 * are limited where sign_free is not set, indicators are penalised with either sign. Stability
 * (core/fit/stability.h) is over 50 complementary pairs of half the accounts each, on the
 * published design, drawn from the spec's seed. Holes (design.h) stand where the designs have them.
 */
#ifndef ASSAY_CALIBRATE_PENALISED_H
#define ASSAY_CALIBRATE_PENALISED_H

#include "calibrate/fit/folds.h"
#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* published and folds: prepared. Of the estimation sign_free is read. spec.fit.penalty is one of
 * ridge, lasso and elastic-net. *penalty's array is the caller's to free. On failure it is untouched.
 *   ASSAY_EDATA     one account only
 *   ASSAY_ENUMERIC  a fold has no baselines; no lambda has a fit in every fold; the lambda leaves no
 *                   signal a weight */
ASSAY_MUST_CHECK enum assay_status assay_penalised_settle(const struct assay_pipeline *published,
                                                          const struct assay_folds *folds,
                                                          const struct assay_estimation *estimation,
                                                          struct assay_model_penalty *penalty,
                                                          struct assay_error *err);

#endif
