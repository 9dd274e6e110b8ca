#include "calibrate/fit/folds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/composite.h"
#include "calibrate/fit/folds_shared.h"
#include "calibrate/fit/reading.h"
#include "calibrate/fit/sweep.h"
#include "core/base/memory.h"
#include "core/base/rows.h"

/* A part of the published design leaves its fold out by number; one with a design of its own learns its
 * baselines from rows that say for themselves whether they count. */
static enum assay_status prepare_part(struct assay_folds *folds, size_t f, struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    struct assay_pipeline *part = &folds->part[f];
    if (assay_pipeline_shares(folds->published)) {
        enum assay_status status = assay_pipeline_prepare(
            history, history->used, ASSAY_PIPELINE_RESAMPLE, folds->published, part, err);
        part->part = history->fold;
        part->left_out = (uint16_t)f;
        return status;
    }
    unsigned char *include = assay_rows_alloc(history->n_row, 1);
    if (include == NULL)
        return assay_fail_memory(err, "cross-validating");
    for (size_t i = 0; i < history->n_row; i++)
        include[i] = history->used[i] && history->fold[i] != f;
    folds->include[f] = include;
    return assay_pipeline_prepare(history, include, ASSAY_PIPELINE_RESAMPLE, folds->published, part,
                                  err);
}

enum assay_status assay_folds_prepare(const struct assay_pipeline *published,
                                      struct assay_folds *folds, struct assay_error *err)
{
    size_t n = published->history->n_fold;
    struct assay_folds made = {.published = published,
                               .n = n,
                               .part = assay_alloc(n, sizeof *made.part),
                               .include = assay_alloc(n, sizeof *made.include),
                               .fitted = assay_alloc(n, 1)};
    enum assay_status status = ASSAY_OK;
    if (made.part == NULL || made.include == NULL || made.fitted == NULL)
        status = assay_fail_memory(err, "cross-validating");
    for (size_t f = 0; status == ASSAY_OK && f < n; f++) {
        struct assay_error reason = {0};
        status = prepare_part(&made, f, &reason);
        if (status == ASSAY_EDATA) { /* a signal without a value outside this fold */
            if (made.failed++ == 0)
                snprintf(made.reason, sizeof made.reason, "%.255s", reason.message);
            status = ASSAY_OK;
        } else if (status != ASSAY_OK && err != NULL) {
            *err = reason;
        }
    }
    if (status != ASSAY_OK)
        assay_folds_clear(&made);
    else
        *folds = made;
    return status;
}

void assay_folds_clear(struct assay_folds *folds)
{
    for (size_t f = 0; folds->part != NULL && f < folds->n; f++)
        assay_pipeline_clear(&folds->part[f]);
    for (size_t f = 0; folds->include != NULL && f < folds->n; f++)
        assay_rows_free(folds->include[f]);
    free(folds->part);
    free(folds->include);
    free(folds->fitted);
    *folds = (struct assay_folds){0};
}

static enum assay_status too_many_failed(const struct assay_folds *folds, struct assay_error *err)
{
    if (10 * folds->failed <= folds->n)
        return ASSAY_OK;
    assay_fail(err, ASSAY_ENUMERIC, "%zu of %zu folds of the cross-validation could not be fitted, "
               "the first because: %s", folds->failed, folds->n, folds->reason);
    assay_hint(err, "Weights that hang on a few snapshots: use fewer signals, or a longer history.");
    return ASSAY_ENUMERIC;
}

static enum assay_status fit_part(struct assay_folds *folds, size_t f,
                                  const struct assay_estimation *estimation, const double start[],
                                  struct assay_error *err)
{
    struct assay_error reason = {0};
    enum assay_status status =
        folds->part[f].design == NULL
            ? assay_fail(&reason, ASSAY_EDATA, "%s", folds->reason)
            : assay_pipeline_fit(&folds->part[f], estimation, start, &reason);
    folds->fitted[f] = status == ASSAY_OK;
    if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
        if (folds->failed++ == 0)
            memcpy(folds->reason, reason.message, sizeof folds->reason - 1);
        return ASSAY_OK;
    }
    if (status != ASSAY_OK && err != NULL)
        *err = reason;
    return status;
}

static void forget_predictions(const struct assay_history *history, double prob[])
{
    for (size_t i = 0; i < history->n_row; i++)
        prob[i] = NAN;
}

/* Each row that counts by the part that has not seen it. */
static enum assay_status predict(const struct assay_folds *folds, double prob[],
                                 struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    enum assay_status status = ASSAY_OK;
    if (assay_pipeline_shares(folds->published))
        return assay_folds_predict_shared(folds, NULL, &(struct assay_fold_probs){.held_out = prob},
                                          err);
    forget_predictions(history, prob);
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++)
        if (folds->fitted[f]) {
            struct assay_array_data data = assay_pipeline_data(&folds->part[f]);
            status = assay_predict_part(&data, folds->part[f].fit.coef, history->fold, (uint16_t)f,
                                        history->used, prob, err);
        }
    return status;
}

enum assay_status assay_folds_fit(struct assay_folds *folds,
                                  const struct assay_estimation *estimation, const double start[],
                                  struct assay_progress *progress, double prob_held_out[],
                                  struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    folds->failed = 0;
    memset(folds->fitted, 0, folds->n);
    assay_progress_start(progress, "cross-validating", ASSAY_PROGRESS_PIECES, "fold");
    if (folds->published->fit.coef != NULL && assay_folds_are_near(folds, estimation))
        status = assay_folds_fit_near(folds, estimation, err);
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++) {
        if (!folds->fitted[f])
            status = fit_part(folds, f, estimation, start, err);
        assay_progress_update(progress, f + 1, folds->n);
    }
    assay_progress_end(progress);
    if (status == ASSAY_OK && prob_held_out != NULL)
        status = predict(folds, prob_held_out, err);
    return status == ASSAY_OK ? too_many_failed(folds, err) : status;
}

/* ---- given weights ---- */

/* Fits a part's rows of the composite. A column that does not vary there is held at 0. coef
 * [1 + n_column]: where to begin, and where it ended; a fold's answer is near the one before it. */
static enum assay_status fit_composite(const struct assay_array_data *data, double coef[],
                                       struct assay_error *err)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    unsigned char *held = assay_alloc(data->n_column + 1, 1);
    if (held == NULL)
        return assay_fail_memory(err, "cross-validating");
    enum assay_status status = assay_array_engine_init(data, &engine, err);
    if (status == ASSAY_OK) {
        options.tolerance = 1e-6; /* Newton's last step squares it */
        options.held = held;
        options.start = coef;
        status = assay_logistic_check(&engine, &problem, held, err);
        if (problem != ASSAY_FIT_CONSTANT)
            memset(held, 0, data->n_column + 1);
        for (size_t k = 0; k <= data->n_column; k++)
            coef[k] = held[k] ? 0 : coef[k];
        if (status == ASSAY_OK)
            status = assay_logistic_fit(&engine, &options, &fit, err);
        assay_array_engine_clear(&engine);
    }
    if (status == ASSAY_OK)
        memcpy(coef, fit.coef, fit.n_coef * sizeof *coef);
    assay_logistic_fit_clear(&fit);
    free(held);
    return status;
}

/* The share of events, and no slope. */
static void begin_composite(const struct assay_history *history, double coef[])
{
    double events = (double)history->n_event, others = (double)history->n_used - events;
    coef[0] = log(events / others);
}

/* A part with a design of its own. coef: as above. */
static enum assay_status predict_weights(struct assay_folds *folds, size_t f, const double weight[],
                                         struct assay_composite *composite, double coef[],
                                         double prob[], struct assay_error *err)
{
    struct assay_pipeline *part = &folds->part[f];
    const struct assay_history *history = part->history;
    struct assay_error reason = {0};
    if (part->own_design.n_hole > 0)
        assay_pipeline_fill_holes(part, weight);
    struct assay_array_data design = assay_pipeline_data(part);
    struct assay_array_data data = assay_composite_data(&design, composite);
    enum assay_status status =
        assay_composite_fill(&design, part->n_signal, weight, composite, &reason);
    if (status == ASSAY_OK)
        status = fit_composite(&data, coef, &reason);
    if (part->own_design.n_hole > 0 && folds->fitted[f])
        assay_pipeline_fill_holes(part, part->weight);
    if (status == ASSAY_OK)
        status = assay_predict_part(&data, coef, history->fold, (uint16_t)f, history->used, prob,
                                    &reason);
    if (status != ASSAY_OK && status != ASSAY_ENUMERIC && err != NULL)
        *err = reason;
    return status == ASSAY_ENUMERIC ? ASSAY_OK : status;
}

enum assay_status assay_folds_predict_weights(struct assay_folds *folds, const double weight[],
                                              double prob[], struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data whole = assay_pipeline_data(published);
    struct assay_composite composite = {0};
    if (assay_pipeline_shares(published))
        return assay_folds_predict_shared(folds, weight, &(struct assay_fold_probs){.given = prob},
                                          err);
    forget_predictions(published->history, prob);
    double *coef = assay_alloc(2 + published->n_coef - published->n_signal, sizeof *coef);
    if (coef == NULL)
        return assay_fail_memory(err, "cross-validating");
    begin_composite(published->history, coef);
    enum assay_status status = assay_composite_init(&whole, published->n_signal, &composite, err);
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++)
        if (folds->part[f].design != NULL)
            status = predict_weights(folds, f, weight, &composite, coef, prob, err);
    assay_composite_clear(&composite);
    free(coef);
    return status;
}

/* ---- all of them ---- */

enum assay_status assay_folds_predict(struct assay_folds *folds, const double weight[],
                                      const struct assay_fold_probs *prob, struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data data = assay_pipeline_data(published);
    if (assay_pipeline_shares(published))
        return assay_folds_predict_shared(folds, weight, prob, err);
    enum assay_status status = assay_predict_rows(&data, published->fit.coef,
                                                  published->history->used, prob->apparent, err);
    if (status == ASSAY_OK)
        status = predict(folds, prob->held_out, err);
    return status == ASSAY_OK ? assay_folds_predict_weights(folds, weight, prob->given, err)
                              : status;
}
