/* segments.h - segments of the accounts, and coefficients of their own on a pipeline's rows
 *
 * A segment is a value of the column that "models_by" names. Baselines and the terms of missing
 * indicators are common to all; intercept and slopes are each segment's, partially pooled with the
 * pipeline's own fit (core/fit/pooled.h), under the same limits.
 */
#ifndef ASSAY_CALIBRATE_SEGMENTS_H
#define ASSAY_CALIBRATE_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "calibrate/fit/pipeline.h"
#include "core/base/error.h"
#include "core/fit/pooled.h"

enum { ASSAY_MAX_SEGMENTS = 200 };

/* The values of rows that count, in byte order. Rows without a value, or with one that no row that
 * counts has, are in no segment: the common coefficients are theirs. Zeroed is empty. */
struct assay_segments {
    size_t n;
    const char **name; /* [n], the table's */
    size_t *first;     /* [n + 1]: segment s has row[first[s]] .. row[first[s + 1] - 1] */
    uint32_t *row;     /* rows of the table, ascending in each segment */
    uint16_t *of_row;  /* [n_row] a row's segment; n: in none */
};

/* column: a text column of the history's table.
 *   ASSAY_EDATA  no row that counts has a value, or there are more than ASSAY_MAX_SEGMENTS */
ASSAY_MUST_CHECK enum assay_status assay_segments_find(const struct assay_history *history,
                                                       size_t column,
                                                       struct assay_segments *segments,
                                                       struct assay_error *err);
void assay_segments_clear(struct assay_segments *segments);

/* ---- the rows of one segment ---- */

/* A copy of a pipeline's design on the rows of one segment, so that a fit looks at no others. Holes
 * (design.h) stand where the pipeline has them. Zeroed is empty. */
struct assay_segment_part {
    struct assay_design design;
    unsigned char *outcome, *include; /* [design.n_row] */
    const uint32_t *row;              /* [design.n_row], the table's; borrowed from the segments */
};
ASSAY_MUST_CHECK enum assay_status assay_segment_part_init(const struct assay_pipeline *pipeline,
                                                           const struct assay_segments *segments,
                                                           size_t segment,
                                                           struct assay_segment_part *part,
                                                           struct assay_error *err);
void assay_segment_part_clear(struct assay_segment_part *part);

/* What the engine over these rows is made of, on one thread. */
struct assay_array_data assay_segment_part_data(const struct assay_segment_part *part);

/* ---- their coefficients ---- */

/* How segments are fitted. Everything is borrowed. */
struct assay_segment_question {
    const struct assay_segments *segments;
    const struct assay_estimation *estimation; /* its limits, sign_free and sd */
    double lambda;                             /* of the pull, core/fit/pooled.h */
};

/* Zeroed is empty. */
struct assay_segment_fits {
    size_t n, n_coef;
    double *coef;           /* [n * n_coef], row s: segment s, in the design's order */
    double *borrowed;       /* [n], core/fit/pooled.h; 1 where no row of the segment is included */
    size_t *rows, *events;  /* [n] learnt from, each as often as it counts */
};

/* The pull's standard deviations [n_coef] from the signals': 0 for intercept and indicators. */
void assay_segment_spreads(const struct assay_pipeline *pipeline,
                           const struct assay_estimation *estimation, double sd[]);

/* 1 for the coefficients that a segment has in common with all: held[n_coef]. */
void assay_segment_held(const struct assay_pipeline *pipeline, unsigned char held[]);

/* Fits every segment on a fitted pipeline's rows. Holes are filled in by each segment's own weights,
 * as the pipeline does by its own: until the weights reproduce themselves.
 *   ASSAY_ENUMERIC  a segment has no fit; the message names it and says why. With
 *                   ASSAY_PIPELINE_PUBLISH also when none of its signals lowers the risk */
ASSAY_MUST_CHECK enum assay_status assay_segments_fit(const struct assay_pipeline *pipeline,
                                                      const struct assay_segment_question *question,
                                                      struct assay_segment_fits *fits,
                                                      struct assay_error *err);
void assay_segment_fits_clear(struct assay_segment_fits *fits);

/* Replaces the log-odds of rows that are in a segment, learnt from or not, by their segment's:
 * log_odds[n_row]. */
ASSAY_MUST_CHECK enum assay_status
assay_segments_log_odds(const struct assay_pipeline *pipeline, const struct assay_segments *segments,
                        const struct assay_segment_fits *fits, const unsigned char sign_free[],
                        double log_odds[], struct assay_error *err);

/* Slopes and weights of one segment, by signal: slope[n_signal], weight[n_signal]; returns B, the
 * slopes' sum, and leaves the weights 0 unless it is positive. */
double assay_segment_weights(const double coef[], size_t n_signal, const unsigned char sign_free[],
                             double slope[], double weight[]);

#endif
