/* The fits of a prepared pipeline (pipeline.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/pipeline.h"
#include "calibrate/fit/problem.h"
#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/fit/anchor.h"
#include "core/fit/elastic.h"
#include "core/fit/firth_signs.h"

/* Newton's last step squares the error: a resample that stops at 1e-5 is within 1e-9 or so of the
 * answer, and its predictions show far less. */
#define RESAMPLE_TOLERANCE 1e-5

/* ---- before a fit ---- */

/* An anchor has something to say where the data are silent. */
static bool anchored(const struct assay_estimation *estimation)
{
    return estimation->by == ASSAY_BY_LIKELIHOOD && estimation->anchor != NULL &&
           estimation->lambda > 0;
}

/* Columns that do not vary in these rows: in a resample all are held, but for signals whose weight the
 * anchor knows; in the published fit indicators alone, since a signal there is an error. */
static bool hold_constant(struct assay_pipeline *pipeline,
                          const struct assay_estimation *estimation,
                          const unsigned char constant[])
{
    bool signal = false;
    for (size_t j = 1; j <= pipeline->n_signal; j++)
        signal = signal || constant[j];
    if (signal && pipeline->use == ASSAY_PIPELINE_PUBLISH)
        return false;
    memcpy(pipeline->held, constant, pipeline->n_coef);
    if (anchored(estimation))
        memset(pipeline->held + 1, 0, pipeline->n_signal);
    return true;
}

/* Whether a fit can be had in spite of what a look at the columns found. */
static bool can_go_on(struct assay_pipeline *pipeline, const struct assay_estimation *estimation,
                      enum assay_fit_problem problem, const unsigned char blamed[])
{
    switch (problem) {
    case ASSAY_FIT_FINE:
        return true;
    case ASSAY_FIT_CONSTANT:
        return hold_constant(pipeline, estimation, blamed);
    case ASSAY_FIT_COLLINEAR:
        return anchored(estimation) || estimation->by == ASSAY_BY_ELASTIC;
    case ASSAY_FIT_FEW_EVENTS: /* with an anchor of strength 0 the folds have found fits */
        return estimation->anchor != NULL || estimation->by != ASSAY_BY_LIKELIHOOD;
    default:
        return false;
    }
}

static enum assay_status check_columns(struct assay_pipeline *pipeline,
                                       const struct assay_estimation *estimation,
                                       const struct assay_engine *engine, struct assay_error *err)
{
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    unsigned char *blamed = assay_alloc(pipeline->n_coef, 1);
    if (blamed == NULL)
        return assay_fail_memory(err, "checking signals");
    memset(pipeline->held, 0, pipeline->n_coef);
    enum assay_status status = assay_logistic_check(engine, &problem, blamed, err);
    if (status == ASSAY_OK && !can_go_on(pipeline, estimation, problem, blamed))
        status = assay_name_problem(pipeline, problem, blamed, err);
    free(blamed);
    return status;
}

/* ---- one fit ---- */

/* A fit under way, whatever the method. */
struct outcome_of_fit {
    struct assay_logistic_fit fit;
    double penalty, degrees;
};

static struct assay_logistic_options options_for(const struct assay_pipeline *pipeline,
                                                 const double *start)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    options.held = pipeline->held;
    options.start = start;
    if (pipeline->use == ASSAY_PIPELINE_RESAMPLE)
        options.tolerance = RESAMPLE_TOLERANCE;
    return options;
}

/* Coefficients 1 .. n_signal are the signals'. */
static enum assay_status number_signals(size_t n_signal, size_t **signal, struct assay_error *err)
{
    *signal = assay_alloc(n_signal, sizeof **signal);
    if (*signal == NULL)
        return assay_fail_memory(err, "fitting weights");
    for (size_t j = 0; j < n_signal; j++)
        (*signal)[j] = 1 + j;
    return ASSAY_OK;
}

static double count_free(const struct assay_logistic_fit *fit)
{
    double n = 0;
    for (size_t k = 0; k < fit->n_coef; k++)
        n += fit->covariance[k * fit->n_coef + k] > 0;
    return n;
}

static enum assay_status fit_likelihood(const struct assay_pipeline *pipeline,
                                        const struct assay_engine *engine,
                                        const struct assay_estimation *estimation,
                                        const double *start, struct outcome_of_fit *out,
                                        struct assay_error *err)
{
    struct assay_logistic_options options = options_for(pipeline, start);
    if (!anchored(estimation)) {
        enum assay_status status =
            assay_logistic_fit_limited(engine, &options, estimation->limits, &out->fit, err);
        out->degrees = status == ASSAY_OK ? count_free(&out->fit) : NAN;
        return status;
    }
    size_t *signal;
    enum assay_status status = number_signals(pipeline->n_signal, &signal, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_anchor anchor = {.lambda = estimation->lambda,
                                  .n_signal = pipeline->n_signal,
                                  .signal = signal,
                                  .weight = estimation->anchor,
                                  .sd = estimation->sd};
    struct assay_anchor_fit fit = {0};
    status = assay_anchor_fit(engine, &anchor, &options, estimation->limits, &fit, err);
    *out = (struct outcome_of_fit){fit.fit, fit.penalty, fit.degrees};
    free(signal);
    return status;
}

/* What maximum likelihood would fill in, from a fit that has no covariance. */
static enum assay_status take_elastic(const struct assay_engine *engine,
                                      const struct assay_elastic_fit *elastic,
                                      struct assay_logistic_fit *fit, struct assay_error *err)
{
    size_t p = elastic->n_coef;
    double n = (double)engine->n_row, events = (double)engine->n_event, share = events / n;
    *fit = (struct assay_logistic_fit){
        .n_coef = p,
        .blamed = assay_alloc(p, 1),
        .coef = assay_alloc(p, sizeof(double)),
        .covariance = assay_alloc(p * p, sizeof(double)),
        .active = assay_alloc(p, 1),
        .log_likelihood = elastic->log_likelihood,
        .null_log_likelihood = events * log(share) + (n - events) * log1p(-share),
        .iterations = elastic->iterations,
        .kkt_residual = elastic->kkt_violation,
        .gradient_norm = elastic->kkt_violation,
        .condition_number = 1};
    if (fit->blamed == NULL || fit->coef == NULL || fit->covariance == NULL || fit->active == NULL)
        return assay_fail_memory(err, "fitting weights");
    memcpy(fit->coef, elastic->coef, p * sizeof *fit->coef);
    return ASSAY_OK;
}

/* Flags of the coefficients that signs limit: *flags [n_coef]. */
static enum assay_status flag_signs(const struct assay_pipeline *pipeline,
                                    const struct assay_estimation *estimation,
                                    unsigned char **flags, struct assay_error *err)
{
    *flags = assay_alloc(pipeline->n_coef, 1);
    if (*flags == NULL)
        return assay_fail_memory(err, "fitting weights");
    for (size_t j = 0; j < pipeline->n_signal; j++)
        (*flags)[1 + j] = !estimation->sign_free[j];
    return ASSAY_OK;
}

/* Firth's slopes, and the intercept that makes the mean prediction the share of events (FLIC). */
static enum assay_status fit_firth(const struct assay_pipeline *pipeline,
                                   const struct assay_engine *engine,
                                   const struct assay_estimation *estimation, const double *start,
                                   struct outcome_of_fit *out, struct assay_error *err)
{
    struct assay_logistic_options options = options_for(pipeline, start);
    struct assay_firth_fit firth = {0};
    unsigned char *never_positive;
    enum assay_status status = flag_signs(pipeline, estimation, &never_positive, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_firth_fit_signed(engine, &options, never_positive, &firth, err);
    if (status == ASSAY_OK)
        status = assay_firth_intercept(engine, &options, firth.base.coef, &firth.base.coef[0], err);
    if (status == ASSAY_OK)
        status = engine->evaluate(engine->state, firth.base.coef, &firth.base.log_likelihood, NULL,
                                  NULL, err);
    *out = (struct outcome_of_fit){.fit = firth.base};
    firth.base = (struct assay_logistic_fit){0};
    if (status == ASSAY_OK)
        out->degrees = count_free(&out->fit);
    assay_firth_fit_clear(&firth);
    free(never_positive);
    return status;
}

static enum assay_status fit_elastic(const struct assay_pipeline *pipeline,
                                     const struct assay_engine *engine,
                                     const struct assay_estimation *estimation,
                                     const double *start, struct outcome_of_fit *out,
                                     struct assay_error *err)
{
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit elastic = {0};
    unsigned char *never_positive;
    enum assay_status status = flag_signs(pipeline, estimation, &never_positive, err);
    if (status != ASSAY_OK)
        return status;
    options.alpha = estimation->alpha;
    options.never_positive = never_positive;
    options.drop_constant = true;
    options.start = start;
    status = assay_elastic_fit(engine, &options, estimation->penalty, &elastic, err);
    if (status == ASSAY_OK)
        status = take_elastic(engine, &elastic, &out->fit, err);
    out->degrees = NAN;
    assay_elastic_fit_clear(&elastic);
    free(never_positive);
    return status;
}

/* B and the weights, where signals lower the risk. */
static enum assay_status take_weights(struct assay_pipeline *pipeline,
                                      const unsigned char sign_free[], struct assay_error *err)
{
    double total = 0;
    for (size_t j = 0; j < pipeline->n_signal; j++)
        total -= pipeline->fit.coef[1 + j];
    pipeline->slope_total = total;
    for (size_t j = 0; j < pipeline->n_signal && total > 0; j++) {
        double weight = -pipeline->fit.coef[1 + j] / total;
        pipeline->weight[j] = sign_free[j] ? weight : fmax(0, weight);
    }
    if (total > 0)
        return ASSAY_OK;
    assay_fail(err, ASSAY_ENUMERIC,
               "no signal goes with fewer events; every weight would be 0");
    assay_hint(err, "Check that \"better\" is the right way round and that the outcome is 1 for "
                    "those who left.");
    return ASSAY_ENUMERIC;
}

enum assay_status assay_pipeline_take_fit(struct assay_pipeline *pipeline, const double coef[],
                                          const unsigned char sign_free[], struct assay_error *err)
{
    struct assay_logistic_fit made = {.n_coef = pipeline->n_coef,
                                      .coef = assay_alloc(pipeline->n_coef, sizeof *coef)};
    if (made.coef == NULL)
        return assay_fail_memory(err, "fitting weights");
    memcpy(made.coef, coef, pipeline->n_coef * sizeof *coef);
    assay_logistic_fit_clear(&pipeline->fit);
    pipeline->fit = made;
    pipeline->penalty = pipeline->degrees = NAN;
    return take_weights(pipeline, sign_free, err);
}

/* What `held` says of a column: it does not vary, and stays at 0; or its term separates the outcomes of a
 * resample, and stays at the start. */
enum { HELD_AT_0 = 1, HELD_AT_START };

/* In a resample a few snapshots with a missing value may all have gone one way: the indicator's term is
 * then not finite, and keeps the published value. False where a signal is to blame. */
static bool hold_separated(struct assay_pipeline *pipeline, const struct assay_logistic_fit *fit)
{
    bool any = false;
    if (pipeline->use != ASSAY_PIPELINE_RESAMPLE || fit->blamed == NULL ||
        (fit->problem != ASSAY_FIT_SEPARATED && fit->problem != ASSAY_FIT_QUASI))
        return false;
    for (size_t k = 1; k <= pipeline->n_signal; k++)
        if (fit->blamed[k])
            return false;
    for (size_t k = 1 + pipeline->n_signal; k < pipeline->n_coef; k++)
        if (fit->blamed[k] && !pipeline->held[k]) {
            pipeline->held[k] = HELD_AT_START;
            any = true;
        }
    return any;
}

/* *again: there is no such fit, but with what is held now there may be. */
static enum assay_status fit_once(struct assay_pipeline *pipeline,
                                  const struct assay_estimation *estimation, const double *start,
                                  bool *again, struct assay_error *err)
{
    static enum assay_status (*const fitters[])(
        const struct assay_pipeline *, const struct assay_engine *,
        const struct assay_estimation *, const double *, struct outcome_of_fit *,
        struct assay_error *) = {[ASSAY_BY_LIKELIHOOD] = fit_likelihood,
                                 [ASSAY_BY_FIRTH] = fit_firth,
                                 [ASSAY_BY_ELASTIC] = fit_elastic};
    const struct assay_engine *engine;
    struct outcome_of_fit made = {0};
    enum assay_status status = assay_pipeline_engine(pipeline, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = fitters[estimation->by](pipeline, engine, estimation, start, &made, err);
    *again = status == ASSAY_ENUMERIC && hold_separated(pipeline, &made.fit);
    if (status == ASSAY_ENUMERIC)
        assay_name_problem(pipeline, made.fit.problem, made.fit.blamed, err);
    if (status != ASSAY_OK) {
        assay_logistic_fit_clear(&made.fit);
        return status;
    }
    assay_logistic_fit_clear(&pipeline->fit);
    pipeline->fit = made.fit;
    pipeline->penalty = made.penalty;
    pipeline->degrees = made.degrees;
    return take_weights(pipeline, estimation->sign_free, err);
}

/* Whether b keeps to all limits, to rounding: what a resample holds at 0 leaves others a larger share. */
static bool keeps_limits(const struct assay_limits *limits, const double b[], size_t n_coef)
{
    static const double rounding = 1e-12;
    for (size_t k = 0; limits != NULL && k < limits->n_limit; k++) {
        double sum = -limits->floor[k], size = fabs(limits->floor[k]);
        for (size_t j = 0; j < n_coef; j++) {
            sum += limits->limit[k * n_coef + j] * b[j];
            size += fabs(limits->limit[k * n_coef + j] * b[j]);
        }
        if (sum < -rounding * size || (k < limits->n_equal && sum > rounding * size))
            return false;
    }
    return true;
}

/* ---- until the weights reproduce themselves ---- */

/* Signals left out by `renormalise` stand at the composite of the others, those left out by
 * `renormalise-dimension` at that of their dimension's others, which depend on the weights: refit until the weights reproduce themselves. */
static enum assay_status fit_fixed_point(struct assay_pipeline *pipeline,
                                         const struct assay_estimation *estimation,
                                         const double *start, bool *again, struct assay_error *err)
{
    enum { ROUNDS = 200 };
    static const double settled = 1e-13; /* of x in [0, 1]: log-odds then agree to 1e-12 */
    enum assay_status status = fit_once(pipeline, estimation, start, again, err);
    for (size_t round = 0; status == ASSAY_OK && pipeline->own_design.n_hole > 0; round++) {
        if (assay_pipeline_fill_holes(pipeline, pipeline->weight) <= settled)
            return ASSAY_OK;
        if (round == ROUNDS)
            return assay_fail(err, ASSAY_ENUMERIC,
                              "weights of signals with missing values still move after %d refits; "
                              "expected them to settle", ROUNDS);
        double *from = assay_alloc(pipeline->n_coef, sizeof *from);
        if (from == NULL)
            return assay_fail_memory(err, "fitting weights");
        memcpy(from, pipeline->fit.coef, pipeline->n_coef * sizeof *from);
        status = fit_once(pipeline, estimation, from, again, err);
        free(from);
    }
    return status;
}

enum assay_status assay_pipeline_check(struct assay_pipeline *pipeline,
                                       const struct assay_estimation *estimation,
                                       struct assay_error *err)
{
    const struct assay_engine *engine;
    enum assay_status status = assay_pipeline_engine(pipeline, &engine, err);
    return status == ASSAY_OK ? check_columns(pipeline, estimation, engine, err) : status;
}

enum assay_status assay_pipeline_fit(struct assay_pipeline *pipeline,
                                     const struct assay_estimation *estimation,
                                     const double start[], struct assay_error *err)
{
    double *from = NULL;
    bool again = true;
    enum assay_status status = ASSAY_OK;
    if (pipeline->published != NULL) /* so many rows that what varies in all varies in these */
        memcpy(pipeline->held, pipeline->published->held, pipeline->n_coef);
    else
        status = assay_pipeline_check(pipeline, estimation, err);
    if (status == ASSAY_OK && start != NULL) {
        from = assay_alloc(pipeline->n_coef, sizeof *from);
        if (from == NULL)
            return assay_fail_memory(err, "fitting weights");
    }
    while (status == ASSAY_OK && again) { /* once more for every indicator at most */
        for (size_t k = 0; from != NULL && k < pipeline->n_coef; k++)
            from[k] = pipeline->held[k] == HELD_AT_0 ? 0 : start[k];
        again = false;
        bool begins = from != NULL && keeps_limits(estimation->limits, from, pipeline->n_coef);
        status = fit_fixed_point(pipeline, estimation, begins ? from : NULL, &again, err);
        if (again)
            status = ASSAY_OK;
    }
    free(from);
    return status;
}

/* ---- given weights, and no limits at all ---- */

static enum assay_status fit_along(const struct assay_pipeline *pipeline, const double weight[],
                                   struct outcome_of_fit *out, struct assay_error *err)
{
    struct assay_estimation keep = {.anchor = weight, .lambda = HUGE_VAL};
    struct assay_pipeline all = *pipeline; /* no signal is held: its weight is given */
    const struct assay_engine *engine;
    all.held = assay_alloc(all.n_coef, 1);
    if (all.held == NULL)
        return assay_fail_memory(err, "fitting weights");
    for (size_t k = 1 + all.n_signal; k < all.n_coef; k++)
        all.held[k] = pipeline->held[k];
    enum assay_status status = assay_pipeline_engine(pipeline, &engine, err);
    if (status == ASSAY_OK)
        status = fit_likelihood(&all, engine, &keep, NULL, out, err);
    free(all.held);
    return status;
}

enum assay_status assay_pipeline_set_weights(struct assay_pipeline *pipeline,
                                             const double weight[], struct assay_error *err)
{
    struct outcome_of_fit made = {0};
    if (pipeline->own_design.n_hole > 0)
        assay_pipeline_fill_holes(pipeline, weight);
    enum assay_status status = fit_along(pipeline, weight, &made, err);
    if (status == ASSAY_OK) {
        double total = 0;
        memcpy(pipeline->fit.coef, made.fit.coef, pipeline->n_coef * sizeof(double));
        pipeline->fit.log_likelihood = made.fit.log_likelihood;
        for (size_t j = 0; j < pipeline->n_signal; j++)
            total -= made.fit.coef[1 + j];
        pipeline->slope_total = total;
        memcpy(pipeline->weight, weight, pipeline->n_signal * sizeof *weight);
    }
    assay_logistic_fit_clear(&made.fit);
    return status;
}

enum assay_status assay_pipeline_fit_free(const struct assay_pipeline *pipeline,
                                          struct assay_logistic_fit *fit, struct assay_error *err)
{
    const struct assay_engine *engine;
    struct assay_logistic_options options = assay_logistic_options_default();
    options.held = pipeline->held;
    if (assay_pipeline_shares(pipeline)) /* limits and anchor move little where so many rows speak */
        options.start = pipeline->fit.coef;
    enum assay_status status = assay_pipeline_engine(pipeline, &engine, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_logistic_fit made = {0};
    status = assay_logistic_fit(engine, &options, &made, err);
    if (status == ASSAY_ENUMERIC)
        assay_name_problem(pipeline, made.problem, made.blamed, err);
    if (status != ASSAY_OK)
        assay_logistic_fit_clear(&made);
    else
        *fit = made;
    return status;
}
