/* settle.h - how the weights will be estimated, settled before any of them is
 *
 * From what the spec declares and what the folds say to one struct assay_estimation: method, limits,
 * anchor and strength, penalty. The published fit, the folds, the last period and the resamples then
 * all use it.
 */
#ifndef ASSAY_CALIBRATE_SETTLE_H
#define ASSAY_CALIBRATE_SETTLE_H

#include "calibrate/fit/folds.h"
#include "calibrate/fit/limits.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* Zeroed is empty. Must not be moved: the estimation points into it. */
struct assay_settlement {
    struct assay_estimation estimation;
    struct assay_declared_limits limits;
    struct assay_model_anchor anchor;   /* what the model file says of it */
    struct assay_model_penalty penalty; /* likewise; word ASSAY_NO_PENALTY: none */
    double *sd;             /* [n_signal] of the published design's columns */
    double *own, *rival;    /* [n_signal] the anchor that was asked for; equal weights. Both as near as
                               the limits let them be */
    double *asked;          /* [n_signal] the anchor that was taken, before limits moved it */
    bool own_moved;         /* the limits did not let the anchor be */
    size_t n_new;           /* signals that the champion does not have: their share is 1 / n each */
};

/* Limits first: what the spec declares of them may contradict itself.
 *   ASSAY_EDATA  no weights meet them all */
ASSAY_MUST_CHECK enum assay_status assay_settle_limits(const struct assay_pipeline *published,
                                                       struct assay_settlement *settlement,
                                                       struct assay_error *err);

/* Everything else. published and folds: prepared. champion: NULL if there is none. judged [n_row]: the rows
 * whose held-out losses choose a champion anchor's strength; NULL: all that count.
 *   ASSAY_EDATA     the spec wants the champion for anchor, which has weight on none of its signals
 *   ASSAY_ENUMERIC  no fit is worth trying (pipeline.h); no strength has a fit in every fold */
ASSAY_MUST_CHECK enum assay_status assay_settle(struct assay_pipeline *published,
                                                const struct assay_folds *folds,
                                                const struct assay_model *champion,
                                                const unsigned char *judged,
                                                struct assay_settlement *settlement,
                                                struct assay_error *err);
void assay_settlement_clear(struct assay_settlement *settlement);

#endif
