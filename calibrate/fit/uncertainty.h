/* uncertainty.h - what is known about the coefficients of a fitted pipeline
 *
 * Accounts that repeat are no independent evidence: covariances are then clustered by account
 * (core/fit/robust.h). Beside the published fit stands the unconstrained one, and the sample is held
 * against what a model of so many coefficients needs.
 */
#ifndef ASSAY_CALIBRATE_UNCERTAINTY_H
#define ASSAY_CALIBRATE_UNCERTAINTY_H

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Profile-likelihood intervals take some fifty fits a coefficient; above so many snapshots they agree
 * with Wald's to all digits that are printed. */
#define ASSAY_PROFILE_ROWS 20000

/* Zeroed is empty. */
struct assay_uncertainty {
    struct assay_logistic_fit free_fit; /* maximum likelihood (Firth's where that is the method) without
                                           limits or anchor; its covariance as below */
    bool free_missing;                  /* there is none: */
    char free_reason[256];              /* why */
    double *free_low, *free_high;       /* [n_coef] intervals; NaN where there are none */
    double *covariance;                 /* [n_coef * n_coef] of the published coefficients */
    bool clustered;                     /* covariances, here and of free_fit, are by account: where these
                                           repeat, unless they are too few or the outcomes separated */
    bool profiled;                      /* free intervals are profile-likelihood ones */
    double *coef;                       /* [n_coef] the published coefficients before they are rounded */
    double *low, *high;                 /* [n_coef] intervals of the published coefficients: Wald's on the
                                           covariance, Firth's profile; where cross-validation chose
                                           the anchor's strength the free ones, widened to hold the
                                           estimates: such an anchor is no prior to rely on, and
                                           Wald's held the truth in 55 to 85 of 100 cases */
    struct assay_model_sample_size sample_size;
};

/* pipeline: fitted and not yet rounded.
 * own [n_signal]: the anchor that was asked for, which the prior-conflict test is about, whichever was
 * taken. anchor: statistic, p and degrees of the prior-conflict test are filled in where it has weights.
 *   ASSAY_ENOMEM; trouble with the numbers leaves NaN */
ASSAY_MUST_CHECK enum assay_status assay_uncertainty_find(const struct assay_pipeline *pipeline,
                                                          const struct assay_estimation *estimation,
                                                          const double own[],
                                                          struct assay_model_anchor *anchor,
                                                          struct assay_uncertainty *uncertainty,
                                                          struct assay_error *err);
void assay_uncertainty_clear(struct assay_uncertainty *uncertainty);

#endif
