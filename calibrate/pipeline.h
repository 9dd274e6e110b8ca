/* pipeline.h - history -> baselines -> design -> sign-constrained fit, on any part of the rows
 *
 * The published fit, each fold of the cross-validation and the out-of-time check are the same
 * pipeline on different rows, so that what is measured is what is published.
 */
#ifndef ASSAY_CALIBRATE_PIPELINE_H
#define ASSAY_CALIBRATE_PIPELINE_H

#include <stddef.h>

#include "calibrate/history.h"
#include "core/base/error.h"
#include "core/fit/logistic.h"
#include "core/signal/design.h"

/* What a fit does when a column does not vary, or the fit has no finite answer. */
enum assay_pipeline_use {
    ASSAY_PIPELINE_PUBLISH, /* any problem is an error that names the signals */
    ASSAY_PIPELINE_RESAMPLE /* columns that do not vary in these rows are held at 0 */
};

struct assay_pipeline {
    const struct assay_history *history; /* borrowed */
    const unsigned char *include;        /* borrowed; the rows it learns from */
    enum assay_pipeline_use use;
    size_t n_signal, n_coef;
    struct assay_baseline *baselines;    /* [n_signal], NULL where another's are shared */
    struct assay_design own_design;      /* empty where another's is shared */
    const struct assay_design *design;   /* every row of the table, learnt from or not */
    unsigned char *held;                 /* [n_coef] columns that do not vary here: kept at 0 */
    double *weight;                      /* [n_signal] */
    double slope_total;                  /* B */
    struct assay_logistic_fit fit;
};

/* Above so many snapshots a resample takes the published baselines: they do not look at outcomes,
 * and leaving a tenth of that many rows out moves no percentile by more than a few hundredths. */
#define ASSAY_SHARED_BASELINE_ROWS 100000

/* published: the fit on all rows, from which a resample starts; NULL for that fit itself.
 *   ASSAY_EDATA, ASSAY_ENUMERIC  no weights: the message names signals and says why, the hint what
 *                                to do */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_run(const struct assay_history *history,
                                                      const unsigned char *include,
                                                      enum assay_pipeline_use use,
                                                      const struct assay_pipeline *published,
                                                      struct assay_pipeline *pipeline,
                                                      struct assay_error *err);
void assay_pipeline_clear(struct assay_pipeline *pipeline);

/* The unconstrained maximum-likelihood fit on the same design. */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_fit_free(const struct assay_pipeline *pipeline,
                                                           struct assay_logistic_fit *fit,
                                                           struct assay_error *err);

/* Log-odds of every row of the table. */
void assay_pipeline_log_odds(const struct assay_pipeline *pipeline, double log_odds[]);

/* Says a fit's problem in the analyst's words; returns ASSAY_ENUMERIC. */
enum assay_status assay_name_problem(const struct assay_pipeline *pipeline,
                                     enum assay_fit_problem problem, const unsigned char blamed[],
                                     struct assay_error *err);

#endif
