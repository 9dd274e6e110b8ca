/* resample.h - one resample of the accounts, and what the whole pipeline makes of it
 *
 * As many accounts as the history has are drawn with replacement, each with all its snapshots
 * (Davison & Hinkley 1997, ch. 2 and 3): snapshots of one account are not independent, accounts are.
 * On the rows so drawn, each as often as it was, run baselines, design, fit, the weights of
 * segments, the choice of the at-risk line, zones and figures. How weights are estimated stays as it
 * was settled on the history: anchor, strength, penalty and pooling are not chosen anew, and published
 * weights are not rounded.
 *
 * A resample's line is chosen by the spec's rule on its own rows and its model's predictions for them.
 * The accounts that were not drawn would be honester, but they are 37% of the history: a line
 * chosen on so few wanders 1.7 times as far as the published one, which is chosen on all rows
 * (intervals of 95% then hold the truth in 100 of 100 cases; those from a resample's own rows in 96), a
 * segment of them has too few events for a line of its own, and a team's capacity is for all
 * accounts. What a line on its own rows flatters is part of the optimism that is taken out.
 */
#ifndef ASSAY_CALIBRATE_RESAMPLE_H
#define ASSAY_CALIBRATE_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "calibrate/evidence/line.h"
#include "calibrate/evidence/measured.h"
#include "calibrate/fit/pipeline.h"
#include "calibrate/fit/segments.h"
#include "core/base/error.h"
#include "core/model/model.h"

/* What is resampled, borrowed; nothing of it may change or go away meanwhile. */
struct assay_resampled {
    const struct assay_pipeline *published;    /* fitted, on all rows that count */
    const struct assay_estimation *estimation; /* as it was */
    const struct assay_segment_question *segments; /* as they were; NULL: one model for all */
    const struct assay_line_given *given;      /* lines that are not chosen */
};

/* Zeroed is empty. */
struct assay_resampling {
    struct assay_resampled of;
    struct assay_history history; /* the published one's, shallow, with one thread */
    size_t n_account;
    int32_t *accounts;            /* [n_account] codes of those with rows that count, in byte order of
                                     their ids: draws do not depend on the order of the rows. Owned */
};
ASSAY_MUST_CHECK enum assay_status assay_resampling_init(const struct assay_resampled *of,
                                                         struct assay_resampling *resampling,
                                                         struct assay_error *err);
void assay_resampling_clear(struct assay_resampling *resampling);

/* How often each row counts in resample `number`: times[n_row]. The draws follow from the spec's seed
 * and the number alone. */
ASSAY_MUST_CHECK enum assay_status assay_resample_draw(const struct assay_resampling *resampling,
                                                       size_t number, unsigned char times[],
                                                       struct assay_error *err);

/* Log-odds of every row of the table by a fitted pipeline, and its segments where there are any. */
ASSAY_MUST_CHECK enum assay_status assay_resample_predict(const struct assay_resampled *of,
                                                          const struct assay_pipeline *pipeline,
                                                          double log_odds[],
                                                          struct assay_error *err);

struct assay_resample {
    double *weight; /* [n_signal], the caller's room */
    double line;    /* the common one */
    struct assay_measurement own;      /* this resample's model and lines on this resample's rows */
    struct assay_measurement original; /* ... on the rows of the history */
};

/* The pipeline on the rows drawn.
 *   ASSAY_EDATA, ASSAY_ENUMERIC  there is no fit, or no line, on these rows: the message says why */
ASSAY_MUST_CHECK enum assay_status assay_resample_run(const struct assay_resampling *resampling,
                                                      const unsigned char times[],
                                                      struct assay_resample *resample,
                                                      struct assay_error *err);

#endif
