/* scorer.h - raw inputs to composite, log-odds, probability, score and zone
 *
 *   H        = sum w_j s_j
 *   logit P  = alpha - sum u_j s_j / 100 + sum of the terms of missing indicators
 *   score    = clamp(50 + (points / ln 2) (logit p_risk - logit P), 0, 100), or H where the spec says
 *              "weighted-average"; rounded only where the model declares it, on that scale alone: H of
 *              rounded dimensions (normalise.h), then the score itself. H and P are never rounded
 *   zone     the last whose `from` is not above the score
 * Where the model has them, weights, alpha and p_risk are the account's segment's (segments.h).
 */
#ifndef ASSAY_CORE_MODEL_SCORER_H
#define ASSAY_CORE_MODEL_SCORER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/model/model.h"
#include "core/model/segments.h"
#include "core/signal/columns.h"

struct assay_score {
    double composite;   /* [0, 100] */
    double rounded;     /* the same of rounded dimensions where the model rounds these, else composite */
    double log_odds, probability;
    double score;       /* [0, 100]; whole where the model rounds scores, else exact */
    size_t zone;
    struct assay_terms terms; /* whose weights and line; unseen: a segment that calibration had not */
    size_t cohort;      /* node in model->cohorts */
    bool unseen_plan;   /* compared with everybody, because calibration had no such plan */
    bool dropped;       /* a signal whose policy is `drop` is missing: the figures do not count */
    size_t n_missing;   /* signals without a value */
    size_t n_unknown;   /* of them, categories that the steps table does not have */
};

/* From normalised signals s[n_signal], NaN where missing; fills the missing ones in s and
 * missing[n_signal]. Sets terms, composite, rounded, log_odds, probability, score, zone and n_missing. */
void assay_score_normalised(const struct assay_model *model, struct assay_terms terms, double s[],
                            bool missing[], struct assay_score *out);

/* The score, from the log-odds and H (of rounded dimensions where the model rounds these), by a line with these
 * log-odds. */
double assay_score_by_line(const struct assay_model *model, double line_log_odds, double log_odds,
                           double rounded);

/* Probability, score and zone of log_odds and rounded under out->terms; what assay_score_normalised()
 * ends with. */
void assay_score_finish(const struct assay_model *model, struct assay_score *out);

/* A model tied to a table's columns. */
struct assay_scorer {
    const struct assay_model *model; /* borrowed */
    struct assay_columns columns;
    struct assay_cohort_lookup lookup;
    struct assay_terms_lookup terms;
    double **points;      /* [n_signal] points by category code, NULL for numbers */
    bool **unknown;       /* [n_signal] categories that are not in the table */
    size_t *n_point, *point_capacity, *unknown_capacity;
};
ASSAY_MUST_CHECK enum assay_status assay_scorer_init(const struct assay_model *model,
                                                     const struct assay_table *table,
                                                     struct assay_scorer *scorer,
                                                     struct assay_error *err);
void assay_scorer_clear(struct assay_scorer *scorer);

/* Takes in the categories, plans and segments that have appeared since; to be called after each block
 * is read. */
ASSAY_MUST_CHECK enum assay_status assay_scorer_extend(struct assay_scorer *scorer,
                                                       const struct assay_table *table,
                                                       struct assay_error *err);

/* Scores one row; s[n_signal] and missing[n_signal] receive the normalised signals. */
void assay_scorer_row(const struct assay_scorer *scorer, const struct assay_table *table,
                      size_t row, double s[], bool missing[], struct assay_score *out);

/* Scores the inputs of an example in the order of model->inputs, through the same mathematics.
 * Used to make and to check examples. */
void assay_score_inputs(const struct assay_model *model, const struct assay_example_input inputs[],
                        double s[], bool missing[], struct assay_score *out);

#endif
