/* assess.h - how well the weights do on snapshots that they have not seen, and where to flag
 *
 * Three figures, never mixed: apparent (the rows of the fit), cross-validated (each account predicted
 * by a pipeline that has not seen it) and out-of-time (the last period, predicted from those
 * before). The at-risk line is chosen on the cross-validated predictions alone.
 */
#ifndef ASSAY_CALIBRATE_ASSESS_H
#define ASSAY_CALIBRATE_ASSESS_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/pipeline.h"
#include "core/base/progress.h"
#include "core/metric/summary.h"

struct assay_assessment {
    double *prob_apparent; /* [n_row] of the table, NaN in rows that do not count */
    double *prob_held_out; /* [n_row] cross-validated; NaN also where a fold could not be fitted */
    size_t folds_failed;
    char fold_reason[256]; /* why the first of them failed */
    size_t held_out_rows;
    double line;           /* the at-risk probability */
    bool line_given;       /* not chosen here, but by the spec or the champion */
    bool targets_met;      /* both targets are reached at the line, cross-validated */
    struct assay_performance apparent, cross_validated, out_of_time; /* n = 0: not measured */
    int32_t last_period;   /* first day of the out-of-time rows, or ASSAY_NO_DATE */
    char out_of_time_reason[256]; /* why there is none, when there is none */
};

/* published: the pipeline on all rows that count. line: the at-risk probability, or NaN to choose it.
 *   ASSAY_ENUMERIC  more than one fold in ten could not be fitted
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_assess(const struct assay_pipeline *published, double line,
                                                struct assay_progress *progress,
                                                struct assay_assessment *assessment,
                                                struct assay_error *err);
void assay_assessment_clear(struct assay_assessment *assessment);

/* The threshold at which the smaller of (sensitivity - a) and (specificity - b) is largest; between
 * two neighbouring predictions it lies halfway on the log-odds. Rows whose prob is NaN do not
 * count. *met: neither is negative there.
 *   ASSAY_EDATA     one outcome only
 *   ASSAY_ENUMERIC  every prediction is the same */
ASSAY_MUST_CHECK enum assay_status assay_line_choose(const double prob[],
                                                     const unsigned char outcome[], size_t n,
                                                     double sensitivity, double specificity,
                                                     double *line, bool *met,
                                                     struct assay_error *err);

#endif
