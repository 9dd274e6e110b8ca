/* folds.h - the pipelines of a cross-validation, prepared once and fitted as often as needed
 *
 * Part f learns from the rows that count outside fold f. The choice of an anchor's strength, the
 * held-out predictions and the yardsticks all use the same parts. Of a history without folds there are none,
 * and n is 0.
 */
#ifndef ASSAY_CALIBRATE_FOLDS_H
#define ASSAY_CALIBRATE_FOLDS_H

#include <stddef.h>

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/base/progress.h"

struct assay_folds {
    const struct assay_pipeline *published; /* borrowed */
    size_t n;
    struct assay_pipeline *part; /* [n]; part[f] may be fitted or not, see fitted */
    unsigned char **include;     /* [n], each [n_row]; NULL where parts share the published design */
    unsigned char *fitted;       /* [n] 1: part[f] holds the fit that assay_folds_fit() made */
    size_t failed;               /* parts that could not be fitted by it */
    char reason[256];            /* why the first of them could not */
};

/* published: prepared, on all rows that count. */
ASSAY_MUST_CHECK enum assay_status assay_folds_prepare(const struct assay_pipeline *published,
                                                       struct assay_folds *folds,
                                                       struct assay_error *err);
void assay_folds_clear(struct assay_folds *folds);

/* Fits all parts, starting from `start` [n_coef] (NULL: anywhere), and predicts: prob_held_out[n_row]
 * of each row that counts by the part that has not seen it, NaN elsewhere and where the part could
 * not be fitted. prob_held_out may be NULL.
 *   ASSAY_ENUMERIC  more than one part in ten could not be fitted */
ASSAY_MUST_CHECK enum assay_status assay_folds_fit(struct assay_folds *folds,
                                                   const struct assay_estimation *estimation,
                                                   const double start[],
                                                   struct assay_progress *progress,
                                                   double prob_held_out[],
                                                   struct assay_error *err);

/* Held-out predictions of weights that are given, with intercept, slope and indicators fitted in the
 * same parts: prob[n_row]; the parts' own fits stay. Values that `renormalise` fills in are theirs
 * meanwhile. A part in which they have no fit predicts nothing. */
ASSAY_MUST_CHECK enum assay_status assay_folds_predict_weights(struct assay_folds *folds,
                                                               const double weight[],
                                                               double prob[],
                                                               struct assay_error *err);

/* After assay_folds_fit(), all predictions of a history: of each row that counts by the published fit, NaN elsewhere;
 * held out as by assay_folds_fit(), and by weights that are given as above. One sweep where parts share the
 * published design. */
struct assay_fold_probs {
    double *apparent, *held_out, *given; /* [n_row] */
};
ASSAY_MUST_CHECK enum assay_status assay_folds_predict(struct assay_folds *folds,
                                                       const double weight[],
                                                       const struct assay_fold_probs *prob,
                                                       struct assay_error *err);

#endif
