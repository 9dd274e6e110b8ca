/* pipeline.h - history -> baselines -> design -> weights, on any part of the rows
 *
 * The published fit, each fold of the cross-validation, the out-of-time check and every resample of
 * the bootstrap are the same pipeline on different rows, so that what is measured is what is
 * published. How weights are estimated is settled once (struct assay_estimation) and the same in all
 * of them.
 */
#ifndef ASSAY_CALIBRATE_PIPELINE_H
#define ASSAY_CALIBRATE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"
#include "core/fit/logistic.h"
#include "core/signal/design.h"

/* What a fit does when a column does not vary, or the fit has no finite answer. */
enum assay_pipeline_use {
    ASSAY_PIPELINE_PUBLISH, /* any problem is an error that names the signals */
    ASSAY_PIPELINE_RESAMPLE /* columns that do not vary in these rows are held at 0, terms of missing
                               indicators that separate the outcomes at the start */
};

enum assay_estimator {
    ASSAY_BY_LIKELIHOOD, /* maximum likelihood under limits, anchored where lambda > 0 */
    ASSAY_BY_FIRTH,      /* Firth's method with signs, FLIC intercept */
    ASSAY_BY_ELASTIC     /* ridge, lasso, elastic net with signs */
};

/* Everything is borrowed. Arrays [n_signal]. */
struct assay_estimation {
    enum assay_estimator by;
    const struct assay_limits *limits; /* on all coefficients: signs, weights, shares */
    const unsigned char *sign_free;    /* 1: the weight may be negative */
    const double *anchor;              /* weights that sum to 1; NULL: none */
    double lambda;                     /* of the anchor: 0 maximum likelihood .. HUGE_VAL kept */
    const double *sd;                  /* of the published design's columns */
    double alpha, penalty;             /* of ASSAY_BY_ELASTIC (core/fit/elastic.h) */
};

struct assay_pipeline {
    const struct assay_history *history; /* borrowed */
    const unsigned char *include;        /* borrowed; how often each row counts, 0: not at all */
    const uint16_t *part;                /* borrowed, or NULL; rows of part left_out do not count, whatever */
    uint16_t left_out;                   /* include says: assay_pipeline_times() knows */
    const struct assay_pipeline *published; /* borrowed; whose design is shared, or NULL */
    enum assay_pipeline_use use;
    size_t n_signal, n_coef;
    struct assay_baseline *baselines;    /* [n_signal], NULL where another's are shared */
    struct assay_design own_design;      /* empty where another's is shared */
    const struct assay_design *design;   /* every row of the table, learnt from or not */
    unsigned char *held;                 /* [n_coef] 0: free; else kept where it is (estimate.c) */
    double *weight;                      /* [n_signal] */
    double slope_total;                  /* B */
    double penalty;                      /* what the anchor takes off the log-likelihood */
    double degrees;                      /* effective degrees of freedom; NaN by elastic net */
    struct assay_logistic_fit fit;       /* of the data; with an anchor its covariance is anchor.h's */
    struct assay_reading *reading;       /* the engine over its rows (reading.h) */
};

/* How often a row counts. */
static inline unsigned assay_pipeline_times(const struct assay_pipeline *pipeline, size_t row)
{
    bool out = pipeline->part != NULL && pipeline->part[row] == pipeline->left_out;
    return out ? 0 : pipeline->include[row];
}

/* Above so many snapshots a resample takes the published baselines: they do not look at outcomes,
 * and leaving a tenth of that many rows out moves no percentile by more than a few hundredths. */
#define ASSAY_SHARED_BASELINE_ROWS 100000

/* Whether pipelines on parts of the rows share the baselines, and with them the design, of the one on all. */
bool assay_pipeline_shares(const struct assay_pipeline *published);

/* Baselines and design; nothing is fitted yet. published: the pipeline on all rows, whose baselines
 * may be shared and must then outlive this one; NULL for that one itself. A pipeline must not be
 * copied once prepared.
 *   ASSAY_EDATA  a percentile signal is empty in all rows that are included */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_prepare(const struct assay_history *history,
                                                          const unsigned char *include,
                                                          enum assay_pipeline_use use,
                                                          const struct assay_pipeline *published,
                                                          struct assay_pipeline *pipeline,
                                                          struct assay_error *err);

/* Looks at the columns before a fit, as assay_pipeline_fit() does by itself, and notes in `held` those
 * that do not vary.
 *   ASSAY_ENUMERIC  no fit is worth trying: the message names the signals */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_check(struct assay_pipeline *pipeline,
                                                        const struct assay_estimation *estimation,
                                                        struct assay_error *err);

/* Fits a prepared pipeline, anew if it was fitted before. start[n_coef]: where to begin, within the
 * limits; NULL: anywhere. A pipeline that cannot be fitted stays prepared.
 *   ASSAY_EDATA, ASSAY_ENUMERIC  no weights: the message names signals and says why, the hint what
 *                                to do */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_fit(struct assay_pipeline *pipeline,
                                                      const struct assay_estimation *estimation,
                                                      const double start[],
                                                      struct assay_error *err);
void assay_pipeline_clear(struct assay_pipeline *pipeline);

/* Puts these weights [n_signal] in place of the fitted ones: slope, intercept and indicators are
 * fitted to them, covariance and degrees stay those of the fit before. */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_set_weights(struct assay_pipeline *pipeline,
                                                              const double weight[],
                                                              struct assay_error *err);

/* Takes coefficients [n_coef] that were found elsewhere for the fit: no covariance, no likelihood.
 *   ASSAY_ENUMERIC  no signal lowers the risk */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_take_fit(struct assay_pipeline *pipeline,
                                                           const double coef[],
                                                           const unsigned char sign_free[],
                                                           struct assay_error *err);

/* The unconstrained maximum-likelihood fit on the same design. Where rows are many it starts from the
 * pipeline's own fit, if there is one. */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_fit_free(const struct assay_pipeline *pipeline,
                                                           struct assay_logistic_fit *fit,
                                                           struct assay_error *err);

/* What the engine over this pipeline's rows is made of; cluster codes are the accounts'. */
struct assay_array_data assay_pipeline_data(const struct assay_pipeline *pipeline);

/* Log-odds of every row of the table; false, and nothing written, when there is no memory for the blocks of
 * a design that keeps none. */
bool assay_pipeline_log_odds(const struct assay_pipeline *pipeline, double log_odds[]);

#endif
