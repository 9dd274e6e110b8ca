/* segmentation.h - does a segment need weights of its own, and how far from everybody's?
 *
 * One strength of pooling for all segments, the spec's or chosen by the held-out losses of whole
 * accounts (core/fit/pooling.h), every fold around its own common fit. Held-out predictions by segment
 * then replace the common ones, so that line and figures are those of what is published.
 */
#ifndef ASSAY_CALIBRATE_SEGMENTATION_H
#define ASSAY_CALIBRATE_SEGMENTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/fit/folds.h"
#include "calibrate/fit/segments.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/metric/paired.h"
#include "core/model/model.h"

/* Zeroed is empty. */
struct assay_segmentation {
    const char *column;       /* the spec's */
    struct assay_segments segments;
    bool chosen;              /* the strength, by cross-validation */
    double strength, lambda;  /* HUGE_VAL: the common weights are everybody's */
    struct assay_segment_fits fits; /* on all rows that count */
    struct assay_paired gain; /* held-out: predictions by segment less those of the common weights */
};

/* folds: fitted by assay_folds_fit() with this estimation; prob_common[n_row] is what it predicted.
 * prob[n_row] receives the same with the rows of segments predicted by their own weights; it may be
 * prob_common itself. While strengths are compared, holes (design.h) stand where the fold's common
 * weights put them; predictions and the published fits fill them in by each segment's own weights.
 * Where the strength chosen has no fit on all rows, the next stronger one that has is taken.
 *   ASSAY_EDATA     as assay_segments_find()
 *   ASSAY_ENUMERIC  a segment has no fit at the spec's strength */
ASSAY_MUST_CHECK enum assay_status assay_segmentation_find(const struct assay_folds *folds,
                                                           const struct assay_estimation *estimation,
                                                           const double prob_common[], double prob[],
                                                           struct assay_segmentation *segmentation,
                                                           struct assay_error *err);
void assay_segmentation_clear(struct assay_segmentation *segmentation);

/* What the model file keeps: models[n], for assay_model_clear() to free. None with an infinite
 * strength. */
ASSAY_MUST_CHECK enum assay_status
assay_segmentation_publish(const struct assay_segmentation *segmentation,
                           const struct assay_pipeline *pipeline, const unsigned char sign_free[],
                           struct assay_model_segment **models, size_t *n, struct assay_error *err);

/* A line on what came of it, and one on each segment that has weights of its own. */
void assay_segmentation_say(const struct assay_segmentation *segmentation, struct assay_text *text);

#endif
