/* moves.h - why a weight moved: new data, new baselines, or another method
 *
 * The way from the champion's weights to the new ones goes through two fits in between, in the order
 * in which a calibration itself goes, from the rows to the baselines to the fit:
 *
 *   champion           before
 *     new data         the champion's signals, baselines and method on the new rows
 *     new baselines    the same with cohorts and baselines estimated from the new rows
 *     method           what is published: other signals beside it, definitions, anchor, strength,
 *                      limits, rounding
 *   new model          after
 *
 * so that the three differences add up to after - before. What two causes do together falls to the
 * later one; in another order the parts would be others.
 *
 * The champion's method is what its spec declares. Where the new spec declares the same, both fits in
 * between are made as the new one was settled, anchor and strength included: that new rows led to
 * another strength is their doing. Otherwise it is the champion's estimator with its anchor's
 * weights, its limits and its strength: the strength as such, which grows with the rows as it did
 * then, and not chosen anew. Where the champion
 * rounded its weights, the data's part starts from those before rounding; undoing the rounding is
 * the method's.
 *
 * Intervals, 95%: the jackknife over accounts of each difference (influence.h), both of whose fits see
 * the same accounts. The champion's weights count as fixed numbers, so that the interval of the data's
 * part asks whether other new accounts would have told the same, not whether champion and new
 * weights differ by more than the luck of both; had the champion's accounts been drawn anew too, it
 * would be wider. Baselines, strengths and the choice of active limits count as given. There is no
 * interval where no account moves anything: a weight fixed, on its limit, or kept by an infinite
 * strength in both fits; nor without a covariance (elastic net).
 */
#ifndef ASSAY_CALIBRATE_MOVES_H
#define ASSAY_CALIBRATE_MOVES_H

#include "calibrate/evidence/influence.h"
#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/model/model.h"

struct assay_weight_move {
    struct assay_estimate data, baselines, method; /* NaN where the champion has no such signal, or
                                                      where there is no split */
};

/* Zeroed is empty. */
struct assay_weight_moves {
    size_t n_signal;                 /* the new model's */
    struct assay_weight_move *moves; /* [n_signal] */
    struct assay_influence influence; /* of the published weights */
    char reason[768]; /* why there is no split, as an error would say it; empty where there is one */
};

/* How the new weights were settled. Zeroed: by another method than the champion's. */
struct assay_moves_question {
    const struct assay_estimation *estimation; /* borrowed */
    enum assay_anchor_word anchor;             /* the one that was asked for */
};

/* published: fitted, its weights those that are published, with the spec of the new model.
 * That the champion cannot be refitted to these rows is no failure, but a reason.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_weight_moves_find(const struct assay_pipeline *published,
                                                           const struct assay_moves_question *question,
                                                           const struct assay_model *champion,
                                                           struct assay_weight_moves *moves,
                                                           struct assay_error *err);
void assay_weight_moves_clear(struct assay_weight_moves *moves);

#endif
