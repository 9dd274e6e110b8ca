#include "calibrate/fit/folds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"

static enum assay_status prepare_part(struct assay_folds *folds, size_t f, struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    unsigned char *include = assay_alloc(history->n_row, 1);
    if (include == NULL)
        return assay_fail_memory(err, "cross-validating");
    for (size_t i = 0; i < history->n_row; i++)
        include[i] = history->used[i] && history->fold[i] != f;
    folds->include[f] = include;
    return assay_pipeline_prepare(history, include, ASSAY_PIPELINE_RESAMPLE, folds->published,
                                  &folds->part[f], err);
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
        free(folds->include[f]);
    free(folds->part);
    free(folds->include);
    free(folds->fitted);
    *folds = (struct assay_folds){0};
}

/* prob of the rows of fold f by these log-odds of every row. */
static void take_predictions(const struct assay_history *history, size_t f,
                             const double log_odds[], double prob[])
{
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && history->fold[i] == f)
            prob[i] = assay_expit(log_odds[i]);
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

enum assay_status assay_folds_fit(struct assay_folds *folds,
                                  const struct assay_estimation *estimation, const double start[],
                                  struct assay_progress *progress, double prob_held_out[],
                                  struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    double *log_odds = assay_alloc(history->n_row, sizeof *log_odds);
    if (log_odds == NULL)
        return assay_fail_memory(err, "cross-validating");
    for (size_t i = 0; prob_held_out != NULL && i < history->n_row; i++)
        prob_held_out[i] = NAN;
    enum assay_status status = ASSAY_OK;
    folds->failed = 0;
    assay_progress_start(progress, "cross-validating");
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++) {
        struct assay_error reason = {0};
        folds->fitted[f] = 0;
        status = folds->part[f].design == NULL
                     ? assay_fail(&reason, ASSAY_EDATA, "%s", folds->reason)
                     : assay_pipeline_fit(&folds->part[f], estimation, start, &reason);
        if (status == ASSAY_OK) {
            folds->fitted[f] = 1;
            assay_pipeline_log_odds(&folds->part[f], log_odds);
            if (prob_held_out != NULL)
                take_predictions(history, f, log_odds, prob_held_out);
        } else if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
            if (folds->failed++ == 0)
                memcpy(folds->reason, reason.message, sizeof folds->reason - 1);
            status = ASSAY_OK;
        } else if (err != NULL) {
            *err = reason;
        }
        assay_progress_update(progress, f + 1, folds->n);
    }
    assay_progress_end(progress);
    free(log_odds);
    return status == ASSAY_OK ? too_many_failed(folds, err) : status;
}

/* ---- given weights ---- */

/* The composite sum_j w_j x_j of every row, and the indicators behind it: a design of a few columns, on
 * which intercept, slope and indicators are fitted in no time. */
static void fill_composite(const struct assay_design *design, const double weight[], double small[])
{
    size_t n_small = 1 + design->n_column - design->n_signal;
    for (size_t i = 0; i < design->n_row; i++) {
        double sum = 0;
        for (size_t j = 0; j < design->n_signal; j++)
            sum += weight[j] * design->x[assay_block_index(i, j, design->n_column)];
        small[assay_block_index(i, 0, n_small)] = sum;
        for (size_t k = 1; k < n_small; k++)
            small[assay_block_index(i, k, n_small)] =
                design->x[assay_block_index(i, design->n_signal + k - 1, design->n_column)];
    }
}

/* Fits a fold's rows of that design and gives the log-odds of all. A column that does not vary there is
 * held at 0. coef [2 + indicators]: where to begin, and where it ended; a fold's answer is near the one
 * before it. */
static enum assay_status fit_composite(const struct assay_pipeline *part, const double small[],
                                       double coef[], double log_odds[], struct assay_error *err)
{
    struct assay_array_data data = assay_pipeline_data(part);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    data.x = small;
    data.n_column = 1 + part->design->n_column - part->design->n_signal;
    unsigned char *held = assay_alloc(data.n_column + 1, 1);
    if (held == NULL)
        return assay_fail_memory(err, "cross-validating");
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status == ASSAY_OK) {
        options.tolerance = 1e-6; /* Newton's last step squares it */
        options.held = held;
        options.start = coef;
        status = assay_logistic_check(&engine, &problem, held, err);
        if (problem != ASSAY_FIT_CONSTANT)
            memset(held, 0, data.n_column + 1);
        for (size_t k = 0; k <= data.n_column; k++)
            coef[k] = held[k] ? 0 : coef[k];
        if (status == ASSAY_OK)
            status = assay_logistic_fit(&engine, &options, &fit, err);
        assay_array_engine_clear(&engine);
    }
    if (status == ASSAY_OK) {
        assay_array_log_odds(&data, fit.coef, log_odds);
        memcpy(coef, fit.coef, fit.n_coef * sizeof *coef);
    }
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

enum assay_status assay_folds_predict_weights(struct assay_folds *folds,
                                              const double weight[], double prob[],
                                              struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    const struct assay_design *filled = NULL, *whole = folds->published->design;
    size_t n_small = 1 + whole->n_column - whole->n_signal;
    double *log_odds = assay_alloc(history->n_row, sizeof *log_odds);
    double *small = assay_alloc(assay_block_size(history->n_row, n_small), sizeof *small);
    double *coef = assay_alloc(1 + n_small, sizeof *coef);
    enum assay_status status = ASSAY_OK;
    if (log_odds == NULL || small == NULL || coef == NULL)
        status = assay_fail_memory(err, "cross-validating");
    else
        begin_composite(history, coef);
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++)
        prob[i] = NAN;
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++) {
        struct assay_pipeline *part = &folds->part[f];
        struct assay_error reason = {0};
        if (part->design == NULL)
            continue;
        if (part->own_design.n_hole > 0)
            assay_design_fill_holes(&part->own_design, weight);
        if (part->design != filled)
            fill_composite(part->design, weight, small);
        filled = part->design;
        status = fit_composite(part, small, coef, log_odds, &reason);
        if (part->own_design.n_hole > 0 && folds->fitted[f])
            assay_design_fill_holes(&part->own_design, part->weight);
        if (status == ASSAY_OK)
            take_predictions(history, f, log_odds, prob);
        else if (status == ASSAY_ENUMERIC)
            status = ASSAY_OK;
        else if (err != NULL)
            *err = reason;
    }
    free(log_odds);
    free(small);
    free(coef);
    return status;
}
