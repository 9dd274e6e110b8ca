/* bootstrap.h - how sure we are of weights, line, zones and figures: the whole pipeline, again and again
 *
 * Each resample of the accounts (resample.h) goes through the pipeline. What the published model would
 * have been with another draw of accounts shows in them.
 *
 * Weights (the common ones, where segments have their own) and the line: percentile intervals, between
 * the (R + 1) 2.5%-th and (R + 1) 97.5%-th of R sorted values (Davison & Hinkley 1997, section 5.2;
 * type 6 of Hyndman & Fan 1996; type 7 would cover 1% less with R = 200), widened where the
 * published value lies outside.
 * With an anchor they say how far a weight would move with other accounts, not where the true one
 * is: anchor and strength stay, and a strong pull leaves little to move (docs/coverage.md).
 *
 * Figures, and shares and rates of zones: with A the apparent value of the published model, and in
 * resample b A_b that of its model on its own rows and O_b that of the same model, at the same line, on
 * the rows of the history, the optimism is the mean of A_b - O_b, and A less the optimism the corrected
 * value (Efron 1983; Harrell, Lee & Mark 1996; Steyerberg et al. 2001). The history is to a
 * resample what the population is to the history: A_b - O_b is distributed as A less the true value of
 * the published model at its line. The interval is the bias-corrected normal one (Davison &
 * Hinkley 1997, section 5.2): A less the mean of A_b - O_b, give or take 1.96 of their standard
 * deviations, on the scale where these are steadiest: the arc sine of the root for shares and the AUC,
 * the logarithm for losses and O/E, calibration intercept and slope as they are. Quantiles of 200
 * differences in place of the normal distribution wander more and cover a little less. Percentiles of
 * A_b shifted by the optimism (Noma et al. 2021, Statistics in Medicine 40:5691) mix in how the line
 * itself moves: they covered sensitivity in 71 of 100 simulated cases and the shares of zones in 85 to
 * 100 (1,500 rows, 750 accounts, 300 cases), these all in 93 to 96.
 */
#ifndef ASSAY_CALIBRATE_BOOTSTRAP_H
#define ASSAY_CALIBRATE_BOOTSTRAP_H

#include <stddef.h>

#include "calibrate/evidence/resample.h"
#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/model/model.h"

/* Where the spec is silent: ASSAY_RESAMPLES up to ASSAY_RESAMPLED_ROWS snapshots, none above. */
#define ASSAY_RESAMPLES 200
#define ASSAY_RESAMPLED_ROWS 20000
size_t assay_bootstrap_resamples(const struct assay_history *history);

struct assay_bootstrap_question {
    struct assay_resampled of; /* the published pipeline */
    double line;               /* the published one, */
    const double *row_line;    /* [n_row] and each row's, where there is more than one; else NULL */
    size_t resamples;          /* at least 2 */
};

/* Fills *bootstrap, whose arrays the caller owns, and *corrected with the same figures. The same bytes
 * for any number of threads (the history's). Resamples in which a figure is not defined do not count
 * towards it; where these are more than 5% it has no interval, and where all are no value.
 *   ASSAY_ENUMERIC  more than 5% of the resamples have no fit or no line; the message ends in why
 *                   the first of them has none
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_bootstrap_run(const struct assay_bootstrap_question *question,
                    struct assay_progress *progress, struct assay_model_bootstrap *bootstrap,
                    struct assay_model_performance *corrected, struct assay_error *err);

#endif
