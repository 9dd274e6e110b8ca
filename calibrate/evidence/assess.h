/* assess.h - how well the weights do on snapshots that they have not seen
 *
 * Three figures, never mixed: apparent (the rows of the fit), cross-validated (each account predicted
 * by a pipeline that has not seen it) and out-of-time (the last period, predicted from those
 * before). The at-risk line is chosen between the two steps below, on the held-out predictions. Of a
 * history without folds nothing is held out: cross-validated figures are not measured, and lines are given.
 */
#ifndef ASSAY_CALIBRATE_ASSESS_H
#define ASSAY_CALIBRATE_ASSESS_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/fit/folds.h"
#include "calibrate/fit/segments.h"
#include "core/base/progress.h"
#include "core/metric/summary.h"

struct assay_assessment {
    double *prob_apparent; /* [n_row] of the table, NaN in rows that do not count; NULL once they have been measured
                              where others are held out */
    double *prob_held_out; /* [n_row] cross-validated; NaN also where a fold could not be fitted. NULL: no folds */
    double *prob_equal;    /* [n_row] the same by equal weights, slope and intercept fitted; NULL once they have been
                              compared */
    size_t folds_failed;
    char fold_reason[256]; /* why the first of them failed */
    double line;           /* the at-risk probability */
    const double *row_line; /* [n_row] lines of their own, borrowed; NULL: the one line */
    bool targets_met;      /* both targets are reached at the line, cross-validated */
    struct assay_performance apparent, cross_validated, out_of_time; /* n = 0: not measured */
    struct assay_placing placing; /* behind the cross-validated AUC (core/metric/placing.h); without `twice` where not
                                     every row has a prediction, or once it has been given back */
    int32_t last_period;   /* first day of the out-of-time rows, or ASSAY_NO_DATE */
    char out_of_time_reason[256]; /* why there is none, when there is none */
};

/* Fills the arrays of predictions. published: fitted, on all rows that count; the folds are
 * fitted here, in the same way, starting from its coefficients.
 *   ASSAY_ENUMERIC  more than one fold in ten could not be fitted
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_assess_predict(const struct assay_pipeline *published,
                                                        struct assay_folds *folds,
                                                        const struct assay_estimation *estimation,
                                                        struct assay_progress *progress,
                                                        struct assay_assessment *assessment,
                                                        struct assay_error *err);

/* Measures the predictions at line and row_line, which the caller has set, and the last period by a fit
 * on what was known before it, by segment where `segments` is not NULL. Where accounts repeat, intervals
 * are by account (core/metric/clustered.h). */
ASSAY_MUST_CHECK enum assay_status assay_assess_measure(const struct assay_pipeline *published,
                                                        const struct assay_estimation *estimation,
                                                        const struct assay_segment_question *segments,
                                                        struct assay_assessment *assessment,
                                                        struct assay_error *err);
void assay_assessment_clear(struct assay_assessment *assessment);

/* Measures prob[n], NaN where there is none; a row counts as flagged above its line: row_line[n], or
 * `line` where that is NULL. Intervals are by account, cluster[n] being their codes (core/metric/clustered.h); cluster
 * NULL: each row by itself. */
ASSAY_MUST_CHECK enum assay_status
assay_measure_accounts(const double prob[], const unsigned char outcome[], const int32_t cluster[],
                       size_t n, double line, const double row_line[],
                       struct assay_performance *out, struct assay_error *err);

#endif
