#include "calibrate/fit/folds_shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/composite.h"
#include "calibrate/fit/reading.h"
#include "calibrate/fit/sweep.h"
#include "core/base/memory.h"
#include "core/fit/nearby.h"

/* Normalised values and indicators lie in [0, 1]; a composite of weights below 0 may not, by their sum. */
#define REACH 1.0
/* As estimate.c for a resample, and as folds.c for given weights. */
#define NEAR_TOLERANCE      1e-5
#define COMPOSITE_TOLERANCE 1e-6

/* The published rows, by fold. */
static struct assay_array_data data_by_fold(const struct assay_folds *folds)
{
    struct assay_array_data data = assay_pipeline_data(folds->published);
    data.part = folds->published->history->fold;
    data.left_out = UINT16_MAX;
    return data;
}

bool assay_folds_are_near(const struct assay_folds *folds,
                          const struct assay_estimation *estimation)
{
    return estimation->by == ASSAY_BY_LIKELIHOOD && folds->part[0].published != NULL;
}

/* ---- all coefficients free, anchored or not ---- */

/* Fits that lie near the published one, over rows of its design: coefs [n_part * n_coef]; found [n_part]. information:
 * of all of these rows at the published fit, where it is known, or NULL. */
static enum assay_status fit_rows(const struct assay_pipeline *published,
                                  const struct assay_array_data *data, size_t n_part,
                                  const struct assay_estimation *estimation,
                                  const double information[], double coefs[],
                                  unsigned char found[], struct assay_error *err)
{
    struct assay_engine engine;
    size_t *signal = assay_alloc(published->n_signal, sizeof *signal);
    if (signal == NULL)
        return assay_fail_memory(err, "cross-validating");
    for (size_t j = 0; j < published->n_signal; j++)
        signal[j] = 1 + j;
    struct assay_anchor anchor = {.lambda = estimation->lambda,
                                  .n_signal = published->n_signal,
                                  .signal = signal,
                                  .weight = estimation->anchor,
                                  .sd = estimation->sd};
    struct assay_nearby question = {
        .engine = &engine,
        .n_part = n_part,
        .start = published->fit.coef,
        .information = information,
        .held = published->held,
        .anchor = estimation->anchor != NULL && estimation->lambda > 0 ? &anchor : NULL,
        .limits = estimation->limits,
        .reach = REACH,
        .tolerance = NEAR_TOLERANCE};
    enum assay_status status = assay_array_engine_init(data, &engine, err);
    if (status == ASSAY_OK) {
        status = assay_nearby_fit(&question, coefs, found, err);
        assay_array_engine_clear(&engine);
    }
    free(signal);
    return status;
}

static enum assay_status fit_signals(const struct assay_folds *folds,
                                     const struct assay_estimation *estimation, double coefs[],
                                     unsigned char found[], struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data data = data_by_fold(folds);
    const struct assay_engine *engine;
    size_t p = published->n_coef;
    double *information = assay_alloc(p, p * sizeof *information), log_likelihood;
    if (information == NULL)
        return assay_fail_memory(err, "cross-validating");
    enum assay_status status = assay_pipeline_engine(published, &engine, err);
    if (status == ASSAY_OK) /* where the fit ended: the engine remembers */
        status = engine->evaluate(engine->state, published->fit.coef, &log_likelihood, NULL,
                                  information, err);
    if (status == ASSAY_OK)
        status = fit_rows(published, &data, folds->n, estimation, information, coefs, found, err);
    free(information);
    return status;
}

/* ---- weights given: a slope along them ---- */

static double reach_of(const double weight[], size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += fabs(weight[j]);
    return fmax(sum, REACH);
}

static enum assay_status fit_slopes(const struct assay_folds *folds,
                                    const struct assay_composite *composite, const double weight[],
                                    const double start[], const unsigned char held[],
                                    double coefs[], unsigned char found[], struct assay_error *err)
{
    struct assay_array_data design = data_by_fold(folds);
    struct assay_array_data data = assay_composite_data(&design, composite);
    struct assay_engine engine;
    struct assay_nearby question = {.engine = &engine,
                                    .n_part = folds->n,
                                    .start = start,
                                    .held = held,
                                    .reach = reach_of(weight, folds->published->n_signal),
                                    .tolerance = COMPOSITE_TOLERANCE};
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_nearby_fit(&question, coefs, found, err);
    assay_array_engine_clear(&engine);
    return status;
}

/* From intercept, slope and indicators to all coefficients, and back. */
static void spread_slope(const struct assay_pipeline *pipeline, const double small[],
                         const double weight[], double coef[])
{
    size_t n = pipeline->n_signal;
    coef[0] = small[0];
    for (size_t j = 0; j < n; j++)
        coef[1 + j] = small[1] * weight[j];
    memcpy(coef + 1 + n, small + 2, (pipeline->n_coef - 1 - n) * sizeof *coef);
}

static void gather_slope(const struct assay_pipeline *pipeline, const double coef[], double small[])
{
    size_t n = pipeline->n_signal;
    small[0] = coef[0];
    small[1] = -pipeline->slope_total;
    memcpy(small + 2, coef + 1 + n, (pipeline->n_coef - 1 - n) * sizeof *small);
}

/* The anchor kept exactly. */
static enum assay_status fit_along(const struct assay_folds *folds,
                                   const struct assay_estimation *estimation, double coefs[],
                                   unsigned char found[], struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data data = assay_pipeline_data(published);
    struct assay_composite composite = {0};
    size_t p = published->n_coef, n_small = 2 + published->n_coef - 1 - published->n_signal;
    double *small = assay_alloc((folds->n + 1) * n_small, sizeof *small), *start = small;
    unsigned char *held = assay_alloc(n_small, 1);
    enum assay_status status =
        small != NULL && held != NULL
            ? assay_composite_init(&data, published->n_signal, &composite, err)
            : assay_fail_memory(err, "cross-validating");
    if (status == ASSAY_OK)
        status =
            assay_composite_fill(&data, published->n_signal, estimation->anchor, &composite, err);
    if (status == ASSAY_OK) {
        memcpy(held + 2, published->held + 1 + published->n_signal, n_small - 2);
        gather_slope(published, published->fit.coef, start);
        status = fit_slopes(folds, &composite, estimation->anchor, start, held, small + n_small,
                            found, err);
    }
    for (size_t f = 0; status == ASSAY_OK && f < folds->n; f++)
        spread_slope(published, small + (1 + f) * n_small, estimation->anchor, coefs + f * p);
    assay_composite_clear(&composite);
    free(small);
    free(held);
    return status;
}

/* ---- into the parts ---- */

/* Weights that are all 0 are a part without a fit, which the ordinary way then says. */
static enum assay_status take_fits(struct assay_folds *folds,
                                   const struct assay_estimation *estimation, const double coefs[],
                                   const unsigned char found[], struct assay_error *err)
{
    size_t p = folds->published->n_coef;
    for (size_t f = 0; f < folds->n; f++) {
        struct assay_error reason = {0};
        struct assay_pipeline *part = &folds->part[f];
        if (!found[f])
            continue;
        memcpy(part->held, folds->published->held, p);
        enum assay_status status =
            assay_pipeline_take_fit(part, coefs + f * p, estimation->sign_free, &reason);
        folds->fitted[f] = status == ASSAY_OK;
        if (status == ASSAY_ENOMEM) {
            if (err != NULL)
                *err = reason;
            return status;
        }
    }
    return ASSAY_OK;
}

enum assay_status assay_folds_fit_near(struct assay_folds *folds,
                                       const struct assay_estimation *estimation,
                                       struct assay_error *err)
{
    double *coefs = assay_alloc(folds->n, folds->published->n_coef * sizeof *coefs);
    unsigned char *found = assay_alloc(folds->n, 1);
    enum assay_status status = ASSAY_OK;
    if (coefs == NULL || found == NULL)
        status = assay_fail_memory(err, "cross-validating");
    else if (estimation->anchor != NULL && isinf(estimation->lambda))
        status = fit_along(folds, estimation, coefs, found, err);
    else
        status = fit_signals(folds, estimation, coefs, found, err);
    if (status == ASSAY_OK)
        status = take_fits(folds, estimation, coefs, found, err);
    free(coefs);
    free(found);
    return status;
}

/* ---- rows that are no fold ---- */

enum assay_status assay_pipeline_fit_near(struct assay_pipeline *part,
                                          const struct assay_estimation *estimation, bool *found,
                                          struct assay_error *err)
{
    const struct assay_pipeline *published = part->published;
    unsigned char done = 0;
    struct assay_error reason = {0};
    *found = false;
    if (published == NULL || estimation->by != ASSAY_BY_LIKELIHOOD ||
        (estimation->anchor != NULL && isinf(estimation->lambda)))
        return ASSAY_OK;
    double *coef = assay_alloc(published->n_coef, sizeof *coef);
    if (coef == NULL)
        return assay_fail_memory(err, "fitting weights");
    struct assay_array_data data = assay_pipeline_data(part);
    enum assay_status status = fit_rows(published, &data, 1, estimation, NULL, coef, &done, err);
    if (status == ASSAY_OK && done) {
        memcpy(part->held, published->held, published->n_coef);
        status = assay_pipeline_take_fit(part, coef, estimation->sign_free, &reason);
        *found = status == ASSAY_OK;
        if (status == ASSAY_ENUMERIC) /* the ordinary way says so */
            status = ASSAY_OK;
        else if (status != ASSAY_OK && err != NULL)
            *err = reason;
    }
    free(coef);
    return status;
}

/* ---- predictions of given weights ---- */

/* On all rows that count: coef [1 + n_column]; held flags columns that do not vary. *found: there is a fit. */
static enum assay_status fit_whole(const struct assay_array_data *data, double coef[],
                                   unsigned char held[], bool *found, struct assay_error *err)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    struct assay_error reason = {0};
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    enum assay_status status = assay_array_engine_init(data, &engine, &reason);
    if (status == ASSAY_OK) {
        options.held = held;
        options.tolerance = COMPOSITE_TOLERANCE;
        status = assay_logistic_check(&engine, &problem, held, &reason);
        if (problem != ASSAY_FIT_CONSTANT)
            memset(held, 0, data->n_column + 1);
        if (status == ASSAY_OK)
            status = assay_logistic_fit(&engine, &options, &fit, &reason);
        assay_array_engine_clear(&engine);
    }
    *found = status == ASSAY_OK;
    if (*found)
        memcpy(coef, fit.coef, fit.n_coef * sizeof *coef);
    assay_logistic_fit_clear(&fit);
    if (status == ASSAY_OK || status == ASSAY_ENUMERIC)
        return ASSAY_OK;
    if (err != NULL)
        *err = reason;
    return status;
}

/* found [n], coefs [n * (1 + n_column)], whole [1 + n_column] and held likewise are scratch. */
struct slopes {
    double *whole, *coefs;
    unsigned char *held, *found;
};

static enum assay_status predict_slopes(const struct assay_folds *folds, const double weight[],
                                        const struct assay_composite *composite, struct slopes *s,
                                        double prob[], struct assay_error *err)
{
    const struct assay_history *history = folds->published->history;
    struct assay_array_data design = assay_pipeline_data(folds->published);
    struct assay_array_data data = assay_composite_data(&design, composite);
    struct assay_part_coefs by = {.part = history->fold, .coefs = s->coefs, .fitted = s->found};
    bool any = false; /* without a fit on all rows there is none on a part */
    enum assay_status status = fit_whole(&data, s->whole, s->held, &any, err);
    if (status == ASSAY_OK && any)
        status = fit_slopes(folds, composite, weight, s->whole, s->held, s->coefs, s->found, err);
    return status == ASSAY_OK ? assay_predict_parts(&data, &by, history->used, prob, err) : status;
}

/* By the published fit and the parts' own; `also` comes with it. */
static enum assay_status predict_fits(const struct assay_folds *folds,
                                      const struct assay_fold_probs *prob,
                                      const struct assay_also *also, struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data data = assay_pipeline_data(published);
    size_t p = published->n_coef;
    double *coefs = assay_alloc(folds->n, p * sizeof *coefs);
    if (coefs == NULL)
        return assay_fail_memory(err, "cross-validating");
    for (size_t f = 0; f < folds->n; f++)
        if (folds->fitted[f])
            memcpy(coefs + f * p, folds->part[f].fit.coef, p * sizeof *coefs);
    struct assay_part_coefs by = {published->history->fold, coefs, folds->fitted};
    enum assay_status status;
    if (prob->apparent != NULL)
        status = assay_predict_both(&data, published->fit.coef, &by, published->history->used,
                                    prob->apparent, prob->held_out, also, err);
    else
        status = assay_predict_parts(&data, &by, published->history->used, prob->held_out, err);
    free(coefs);
    return status;
}

/* The composite, and on the way what else is asked for. */
static enum assay_status fill_composite(const struct assay_folds *folds, const double weight[],
                                        const struct assay_fold_probs *prob,
                                        struct assay_composite *composite, struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_array_data data = assay_pipeline_data(published);
    struct assay_composite_filling filling = {published->n_signal, weight, composite};
    struct assay_also also = assay_composite_also(&filling);
    enum assay_status status = assay_composite_init(&data, published->n_signal, composite, err);
    if (status != ASSAY_OK)
        return status;
    return prob->apparent != NULL
               ? predict_fits(folds, prob, &also, err)
               : assay_composite_fill(&data, published->n_signal, weight, composite, err);
}

static enum assay_status predict_given(const struct assay_folds *folds, const double weight[],
                                       const struct assay_fold_probs *prob, struct assay_error *err)
{
    const struct assay_pipeline *published = folds->published;
    struct assay_composite composite = {0};
    size_t n_small = 2 + published->n_coef - 1 - published->n_signal;
    struct slopes s = {.whole = assay_alloc(n_small, sizeof *s.whole),
                       .coefs = assay_alloc(folds->n, n_small * sizeof *s.coefs),
                       .held = assay_alloc(n_small, 1),
                       .found = assay_alloc(folds->n, 1)};
    enum assay_status status = ASSAY_OK;
    if (s.whole == NULL || s.coefs == NULL || s.held == NULL || s.found == NULL)
        status = assay_fail_memory(err, "cross-validating");
    if (status == ASSAY_OK)
        status = fill_composite(folds, weight, prob, &composite, err);
    if (status == ASSAY_OK)
        status = predict_slopes(folds, weight, &composite, &s, prob->given, err);
    assay_composite_clear(&composite);
    free(s.whole);
    free(s.coefs);
    free(s.held);
    free(s.found);
    return status;
}

enum assay_status assay_folds_predict_shared(const struct assay_folds *folds, const double *weight,
                                             const struct assay_fold_probs *prob,
                                             struct assay_error *err)
{
    return prob->given != NULL ? predict_given(folds, weight, prob, err)
                               : predict_fits(folds, prob, NULL, err);
}
