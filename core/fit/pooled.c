#include "core/fit/pooled.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

struct pooled {
    const struct assay_engine *plain;
    double lambda;
    size_t n;       /* coefficients */
    double *common; /* [n] */
    double *square; /* [n], sd^2; 0 for the intercept, which the last term reaches */
    double *mean;   /* [n], of the segment's columns; 1 for the intercept */
    double *gone;   /* [n], scratch: b - c */
};

/* ---- the penalty ---- */

/* Fills gone and *centre, the change of the log-odds at the segment's centre; returns the penalty
 * over lambda. */
static double find_change(struct pooled *p, const double coef[], double *centre)
{
    double half = 0.0;
    for (size_t j = 0; j < p->n; j++) {
        p->gone[j] = coef[j] - p->common[j];
        half += p->square[j] * p->gone[j] * p->gone[j] / 2.0;
    }
    *centre = assay_linear_dot(p->mean, p->gone, p->n);
    return half + *centre * *centre / 2.0;
}

/* lambda (diag(sd^2) + m m') */
static void add_information(const struct pooled *p, double information[])
{
    for (size_t j = 0; j < p->n; j++) {
        assay_linear_add(information + j * p->n, p->lambda * p->mean[j], p->mean, p->n);
        information[j * p->n + j] += p->lambda * p->square[j];
    }
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    struct pooled *p = state;
    double plain, centre;
    enum assay_status status =
        p->plain->evaluate(p->plain->state, coef, &plain, gradient, information, err);
    if (status != ASSAY_OK)
        return status;
    *log_likelihood = plain - p->lambda * find_change(p, coef, &centre);
    for (size_t j = 0; gradient != NULL && j < p->n; j++)
        gradient[j] -= p->lambda * (p->square[j] * p->gone[j] + p->mean[j] * centre);
    if (information != NULL)
        add_information(p, information);
    return ASSAY_OK;
}

static enum assay_status direction(void *state, const double coef[], struct assay_direction *what,
                                   struct assay_error *err)
{
    struct pooled *p = state;
    return p->plain->direction(p->plain->state, coef, what, err);
}

/* A penalty has no rows: what their scores vary by is the data's alone. */
static enum assay_status cluster_scores(void *state, const double coef[], double meat[],
                                        size_t *n_cluster, struct assay_error *err)
{
    struct pooled *p = state;
    return p->plain->cluster_scores(p->plain->state, coef, meat, n_cluster, err);
}

/* ---- the engine ---- */

static enum assay_status check_pooling(const struct assay_pooling *pooling, size_t n_coef,
                                       struct assay_error *err)
{
    if (!(pooling->lambda >= 0.0)) /* NaN too */
        return assay_fail(err, ASSAY_EDATA, "the pooling is %.6g; expected at least 0",
                          pooling->lambda);
    for (size_t j = 1; j < n_coef; j++)
        if (!(pooling->sd[j] >= 0.0 && isfinite(pooling->sd[j])))
            return assay_fail(err, ASSAY_EDATA, "the standard deviation of coefficient %zu is %.6g; "
                              "expected a number of at least 0", j, pooling->sd[j]);
    return ASSAY_OK;
}

/* At b = 0 all rows weigh the same: the information's first row over its first entry. */
static enum assay_status find_means(struct pooled *p, struct assay_error *err)
{
    double *memory = assay_alloc((p->n + 1) * p->n, sizeof *memory), log_likelihood;
    if (memory == NULL)
        return assay_fail_memory(err, "pooling segments");
    enum assay_status status = p->plain->evaluate(p->plain->state, memory + p->n * p->n,
                                                  &log_likelihood, NULL, memory, err);
    for (size_t j = 0; status == ASSAY_OK && j < p->n; j++)
        p->mean[j] = memory[j] / memory[0];
    free(memory);
    return status;
}

static void pooled_free(struct pooled *p)
{
    if (p == NULL)
        return;
    free(p->common);
    free(p);
}

static struct pooled *pooled_new(const struct assay_engine *plain,
                                 const struct assay_pooling *pooling)
{
    size_t n = plain->n_coef;
    struct pooled *p = assay_alloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    *p = (struct pooled){.plain = plain, .lambda = pooling->lambda, .n = n};
    p->common = assay_alloc(4 * n, sizeof *p->common);
    if (p->common == NULL) {
        pooled_free(p);
        return NULL;
    }
    p->square = p->common + n;
    p->mean = p->square + n;
    p->gone = p->mean + n;
    memcpy(p->common, pooling->common, n * sizeof *p->common);
    for (size_t j = 1; j < n; j++)
        p->square[j] = pooling->sd[j] * pooling->sd[j];
    return p;
}

enum assay_status assay_pooled_engine_init(const struct assay_engine *plain,
                                           const struct assay_pooling *pooling,
                                           struct assay_engine *engine, struct assay_error *err)
{
    enum assay_status status = check_pooling(pooling, plain->n_coef, err);
    if (status != ASSAY_OK)
        return status;
    assert(isfinite(pooling->lambda));
    struct pooled *p = pooled_new(plain, pooling);
    if (p == NULL)
        return assay_fail_memory(err, "pooling segments");
    status = find_means(p, err);
    if (status != ASSAY_OK) {
        pooled_free(p);
        return status;
    }
    size_t more = pooling->lambda > 0.0;
    *engine = (struct assay_engine){
        .n_coef = plain->n_coef,
        .n_row = plain->n_row + 2 * more,
        .n_event = plain->n_event + more,
        .state = p,
        .evaluate = evaluate,
        .direction = direction,
        .cluster_scores = plain->cluster_scores != NULL ? cluster_scores : NULL};
    return ASSAY_OK;
}

void assay_pooled_engine_clear(struct assay_engine *engine)
{
    if (engine == NULL)
        return;
    pooled_free(engine->state);
    *engine = (struct assay_engine){0};
}

/* ---- the fit ---- */

void assay_pooled_fit_clear(struct assay_pooled_fit *fit)
{
    if (fit == NULL)
        return;
    assay_logistic_fit_clear(&fit->fit);
    *fit = (struct assay_pooled_fit){0};
}

/* n ln(n / of), 0 for none */
static double share_log_likelihood(size_t n, size_t of)
{
    return n > 0 ? (double)n * log((double)n / (double)of) : 0.0;
}

/* trace(V (X'WX + lambda P)) counts the directions free to move, whatever the limits; the data's part
 * of it is the degrees of freedom, the pull's part is borrowed. */
static enum assay_status settle_accounts(const struct assay_engine *segment,
                                         const struct assay_engine *penalised,
                                         struct assay_pooled_fit *fit, struct assay_error *err)
{
    size_t n = segment->n_coef, n_row = segment->n_row, n_event = segment->n_event;
    double *own = assay_alloc(2 * n * n, sizeof *own), with_pull;
    if (own == NULL)
        return assay_fail_memory(err, "pooling segments");
    double *whole = own + n * n;
    enum assay_status status = segment->evaluate(segment->state, fit->fit.coef,
                                                 &fit->fit.log_likelihood, NULL, own, err);
    if (status == ASSAY_OK)
        status = penalised->evaluate(penalised->state, fit->fit.coef, &with_pull, NULL, whole, err);
    if (status == ASSAY_OK) {
        double free_to_move = assay_linear_dot(fit->fit.covariance, whole, n * n);
        fit->penalty = fmax(fit->fit.log_likelihood - with_pull, 0.0);
        fit->degrees = assay_linear_dot(fit->fit.covariance, own, n * n);
        fit->borrowed = free_to_move > 0.0 ? 1.0 - fit->degrees / free_to_move : 1.0;
        fit->borrowed = fmin(fmax(fit->borrowed, 0.0), 1.0);
        fit->fit.null_log_likelihood =
            share_log_likelihood(n_event, n_row) + share_log_likelihood(n_row - n_event, n_row);
    }
    free(own);
    return status;
}

static enum assay_status fit_from(const struct assay_engine *segment, const struct assay_engine *engine,
                                  const struct assay_logistic_options *options,
                                  const struct assay_limits *limits, struct assay_pooled_fit *fit,
                                  struct assay_error *err)
{
    enum assay_status status =
        limits != NULL ? assay_logistic_fit_limited(engine, options, limits, &fit->fit, err)
                       : assay_logistic_fit(engine, options, &fit->fit, err);
    return status == ASSAY_OK ? settle_accounts(segment, engine, fit, err) : status;
}

static enum assay_status fit_finite(const struct assay_engine *segment,
                                    const struct assay_pooling *pooling,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits,
                                    struct assay_pooled_fit *fit, struct assay_error *err)
{
    struct assay_logistic_options from = *options;
    struct assay_engine engine;
    size_t n = segment->n_coef;
    enum assay_status status = assay_pooled_engine_init(segment, pooling, &engine, err);
    if (status != ASSAY_OK)
        return status;
    double *start = assay_alloc(n, sizeof *start);
    if (start == NULL)
        status = assay_fail_memory(err, "pooling segments");
    for (size_t j = 0; status == ASSAY_OK && j < n; j++) {
        bool stays = options->start == NULL || (options->held != NULL && options->held[j]);
        start[j] = stays ? pooling->common[j] : options->start[j];
    }
    from.start = start;
    if (status == ASSAY_OK)
        status = fit_from(segment, &engine, &from, limits, fit, err);
    free(start);
    assay_pooled_engine_clear(&engine);
    return status;
}

/* c itself: nothing moves, nothing is learnt from the segment. */
static enum assay_status keep_common(const struct assay_engine *segment,
                                     const struct assay_pooling *pooling,
                                     struct assay_pooled_fit *fit, struct assay_error *err)
{
    size_t n = segment->n_coef;
    struct assay_logistic_fit *base = &fit->fit;
    base->n_coef = n;
    base->blamed = assay_alloc(n, sizeof *base->blamed);
    base->coef = assay_alloc(n, sizeof *base->coef);
    base->covariance = assay_alloc(n * n, sizeof *base->covariance);
    base->active = assay_alloc(n, sizeof *base->active);
    if (base->blamed == NULL || base->coef == NULL || base->covariance == NULL ||
        base->active == NULL)
        return assay_fail_memory(err, "pooling segments");
    memcpy(base->coef, pooling->common, n * sizeof *base->coef);
    base->condition_number = 1.0;
    enum assay_status status = check_pooling(pooling, n, err);
    return status == ASSAY_OK ? settle_accounts(segment, segment, fit, err) : status;
}

enum assay_status assay_pooled_fit(const struct assay_engine *segment,
                                   const struct assay_pooling *pooling,
                                   const struct assay_logistic_options *options,
                                   const struct assay_limits *limits, struct assay_pooled_fit *fit,
                                   struct assay_error *err)
{
    struct assay_pooled_fit made = {0};
    enum assay_status status = isinf(pooling->lambda) && pooling->lambda > 0.0
                                   ? keep_common(segment, pooling, &made, err)
                                   : fit_finite(segment, pooling, options, limits, &made, err);
    if (status == ASSAY_OK || (status == ASSAY_ENUMERIC && made.fit.problem != ASSAY_FIT_FINE))
        *fit = made;
    else
        assay_pooled_fit_clear(&made);
    return status;
}
