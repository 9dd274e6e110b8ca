#include "core/fit/anchor.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/fit/columns.h"
#include "core/fit/linear.h"
#include "core/fit/reduced.h"

#define WEIGHT_SUM 1e-9

struct anchored {
    const struct assay_engine *plain;
    double lambda, whole_lambda; /* of the rows looked at, and of all */
    size_t n;        /* signals */
    size_t *signal;  /* [n] */
    double *weight;  /* [n] */
    double *square;  /* [n], sd^2 */
    double *pull;    /* [n], sd_j^2 (u_j - w_j sum u) at the last coefficients looked at */
    double spread;   /* sum sd_j^2 w_j^2 */
};

/* ---- the penalty ---- */

/* Fills pull and returns the penalty over lambda. */
static double find_pull(struct anchored *a, const double coef[])
{
    double sum = 0.0, half = 0.0;
    for (size_t s = 0; s < a->n; s++)
        sum -= coef[a->signal[s]];
    for (size_t s = 0; s < a->n; s++) {
        double rest = -coef[a->signal[s]] - a->weight[s] * sum;
        a->pull[s] = a->square[s] * rest;
        half += a->pull[s] * rest / 2.0;
    }
    return half;
}

/* The derivative of the penalty by u_k is lambda (pull_k - sum_j w_j pull_j), and u = -b. */
static void add_gradient(const struct anchored *a, double gradient[])
{
    double mean = assay_linear_dot(a->weight, a->pull, a->n);
    for (size_t s = 0; s < a->n; s++)
        gradient[a->signal[s]] += a->lambda * (a->pull[s] - mean);
}

/* lambda A'D A with A = I - w 1', D = diag(sd^2): sd_j^2 [j = k] - sd_j^2 w_j - sd_k^2 w_k + spread. */
static void add_information(const struct anchored *a, size_t n_coef, double information[])
{
    for (size_t s = 0; s < a->n; s++)
        for (size_t t = 0; t < a->n; t++) {
            double both = a->square[s] * a->weight[s] + a->square[t] * a->weight[t];
            double own = s == t ? a->square[s] : 0.0;
            information[a->signal[s] * n_coef + a->signal[t]] += a->lambda * (own - both + a->spread);
        }
}

static enum assay_status evaluate(void *state, const double coef[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    struct anchored *a = state;
    double plain;
    enum assay_status status =
        a->plain->evaluate(a->plain->state, coef, &plain, gradient, information, err);
    if (status != ASSAY_OK)
        return status;
    *log_likelihood = plain - a->lambda * find_pull(a, coef);
    if (gradient != NULL)
        add_gradient(a, gradient);
    if (information != NULL)
        add_information(a, a->plain->n_coef, information);
    return ASSAY_OK;
}

static enum assay_status direction(void *state, const double coef[], struct assay_direction *what,
                                   struct assay_error *err)
{
    struct anchored *a = state;
    return a->plain->direction(a->plain->state, coef, what, err);
}

static void watch(void *reader, const double step[])
{
    struct anchored *a = reader;
    a->plain->watch(a->plain->reader, step);
}

/* The penalty weighs against fewer rows. */
static void thin(void *reader, size_t every)
{
    struct anchored *a = reader;
    a->lambda = a->whole_lambda / (double)every;
    a->plain->thin(a->plain->reader, every);
}

/* A penalty has no rows: what their scores vary by is the data's alone. */
static enum assay_status cluster_scores(void *state, const double coef[], double meat[],
                                        size_t *n_cluster, struct assay_error *err)
{
    struct anchored *a = state;
    return a->plain->cluster_scores(a->plain->state, coef, meat, n_cluster, err);
}

/* ---- the engine ---- */

static enum assay_status check_anchor(const struct assay_engine *plain,
                                      const struct assay_anchor *anchor, struct assay_error *err)
{
    double sum = 0.0;
    assert(anchor->n_signal >= 1 && anchor->n_signal < plain->n_coef);
    if (!(anchor->lambda >= 0.0)) /* NaN too */
        return assay_fail(err, ASSAY_EDATA, "the anchor's strength is %.6g; expected at least 0",
                          anchor->lambda);
    for (size_t s = 0; s < anchor->n_signal; s++) {
        assert(anchor->signal[s] >= 1 && anchor->signal[s] < plain->n_coef);
        sum += anchor->weight[s];
        if (anchor->sd != NULL && !(anchor->sd[s] > 0.0 && isfinite(anchor->sd[s])))
            return assay_fail(err, ASSAY_EDATA, "the standard deviation of coefficient %zu is %.6g; "
                              "expected a positive number", anchor->signal[s], anchor->sd[s]);
    }
    if (!(fabs(sum - 1.0) <= WEIGHT_SUM))
        return assay_fail(err, ASSAY_EDATA, "the anchor's weights sum to %.10g; expected 1", sum);
    return ASSAY_OK;
}

/* At b = 0 all rows weigh the same, and the information is the Gram matrix. */
static enum assay_status find_spreads(const struct assay_engine *plain, struct anchored *a,
                                      struct assay_error *err)
{
    size_t n = plain->n_coef;
    double *memory = assay_alloc(n * n + 2 * n, sizeof *memory), log_likelihood;
    if (memory == NULL)
        return assay_fail_memory(err, "anchoring");
    double *zero = memory + n * n, *spread = zero + n;
    enum assay_status status =
        plain->evaluate(plain->state, zero, &log_likelihood, NULL, memory, err);
    if (status == ASSAY_OK) {
        assay_columns_spread(memory, n, NULL, spread);
        for (size_t s = 0; s < a->n; s++)
            a->square[s] = spread[a->signal[s]] * spread[a->signal[s]];
    }
    free(memory);
    return status;
}

static void anchored_free(struct anchored *a)
{
    if (a == NULL)
        return;
    free(a->signal);
    free(a->weight);
    free(a);
}

static struct anchored *anchored_new(const struct assay_engine *plain,
                                     const struct assay_anchor *anchor)
{
    size_t n = anchor->n_signal;
    struct anchored *a = assay_alloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    *a = (struct anchored){.plain = plain, .lambda = anchor->lambda,
                           .whole_lambda = anchor->lambda, .n = n};
    a->signal = assay_alloc(n, sizeof *a->signal);
    a->weight = assay_alloc(3 * n, sizeof *a->weight);
    if (a->signal == NULL || a->weight == NULL) {
        anchored_free(a);
        return NULL;
    }
    a->square = a->weight + n;
    a->pull = a->square + n;
    memcpy(a->signal, anchor->signal, n * sizeof *a->signal);
    memcpy(a->weight, anchor->weight, n * sizeof *a->weight);
    for (size_t s = 0; anchor->sd != NULL && s < n; s++)
        a->square[s] = anchor->sd[s] * anchor->sd[s];
    return a;
}

enum assay_status assay_anchor_engine_init(const struct assay_engine *plain,
                                           const struct assay_anchor *anchor,
                                           struct assay_engine *engine, struct assay_error *err)
{
    enum assay_status status = check_anchor(plain, anchor, err);
    if (status != ASSAY_OK)
        return status;
    assert(isfinite(anchor->lambda));
    struct anchored *a = anchored_new(plain, anchor);
    if (a == NULL)
        return assay_fail_memory(err, "anchoring");
    if (anchor->sd == NULL)
        status = find_spreads(plain, a, err);
    if (status != ASSAY_OK) {
        anchored_free(a);
        return status;
    }
    for (size_t s = 0; s < a->n; s++)
        a->spread += a->square[s] * a->weight[s] * a->weight[s];
    *engine = (struct assay_engine){
        .n_coef = plain->n_coef,
        .n_row = plain->n_row,
        .n_event = plain->n_event,
        .state = a,
        .evaluate = evaluate,
        .direction = direction,
        .cluster_scores = plain->cluster_scores != NULL ? cluster_scores : NULL,
        .reader = a,
        .watch = plain->watch != NULL ? watch : NULL,
        .thin = plain->thin != NULL ? thin : NULL};
    return ASSAY_OK;
}

void assay_anchor_engine_clear(struct assay_engine *engine)
{
    if (engine == NULL)
        return;
    anchored_free(engine->state);
    *engine = (struct assay_engine){0};
}

/* ---- the fit ---- */

void assay_anchor_fit_clear(struct assay_anchor_fit *fit)
{
    if (fit == NULL)
        return;
    assay_logistic_fit_clear(&fit->fit);
    *fit = (struct assay_anchor_fit){0};
}

static enum assay_status fit_logistic(const struct assay_engine *engine,
                                      const struct assay_logistic_options *options,
                                      const struct assay_limits *limits,
                                      struct assay_logistic_fit *fit, struct assay_error *err)
{
    return limits != NULL ? assay_logistic_fit_limited(engine, options, limits, fit, err)
                          : assay_logistic_fit(engine, options, fit, err);
}

/* The data's own log-likelihood and the effective degrees of freedom. */
static enum assay_status settle_accounts(const struct assay_engine *plain,
                                         struct assay_anchor_fit *fit, struct assay_error *err)
{
    size_t n = plain->n_coef;
    double *information = assay_alloc(n * n, sizeof *information), log_likelihood;
    if (information == NULL)
        return assay_fail_memory(err, "anchoring");
    enum assay_status status =
        plain->evaluate(plain->state, fit->fit.coef, &log_likelihood, NULL, information, err);
    if (status == ASSAY_OK) {
        fit->fit.log_likelihood = log_likelihood;
        fit->degrees = assay_linear_dot(fit->fit.covariance, information, n * n);
    }
    free(information);
    return status;
}

static enum assay_status fit_finite(const struct assay_engine *plain,
                                    const struct assay_anchor *anchor,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits,
                                    struct assay_anchor_fit *fit, struct assay_error *err)
{
    struct assay_engine engine;
    enum assay_status status = assay_anchor_engine_init(plain, anchor, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = fit_logistic(&engine, options, limits, &fit->fit, err);
    if (status == ASSAY_OK)
        fit->penalty = anchor->lambda * find_pull(engine.state, fit->fit.coef);
    assay_anchor_engine_clear(&engine);
    return status;
}

/* ---- along the anchor: t = (what is no signal, in its order, then B), b_signal = -w B ---- */

struct along {
    struct assay_reduction reduction;
    struct assay_logistic_options options;
    double *matrix;
    double *start;       /* [n_small] */
    unsigned char *held; /* [n_small]; before that, n_coef flags: is a signal */
};

static void along_clear(struct along *along)
{
    free(along->matrix);
    free(along->held);
}

static void flag_signals(const struct assay_anchor *anchor, unsigned char is_signal[])
{
    for (size_t s = 0; s < anchor->n_signal; s++)
        is_signal[anchor->signal[s]] = 1;
}

static enum assay_status along_init(size_t n_coef, const struct assay_anchor *anchor,
                                    const struct assay_logistic_options *options,
                                    struct along *along, struct assay_error *err)
{
    size_t m = n_coef - anchor->n_signal + 1, t = 0;
    *along = (struct along){.options = *options};
    along->matrix = assay_alloc(n_coef * m + m, sizeof *along->matrix);
    along->held = assay_alloc(m + n_coef, sizeof *along->held);
    if (along->matrix == NULL || along->held == NULL) {
        along_clear(along);
        return assay_fail_memory(err, "fitting along the anchor");
    }
    along->start = along->matrix + n_coef * m;
    unsigned char *is_signal = along->held + m;
    flag_signals(anchor, is_signal);
    for (size_t j = 0; j < n_coef; j++) {
        size_t part = is_signal[j] ? m - 1 : t++;
        bool held = options->held != NULL && options->held[j];
        assert(!(held && is_signal[j]));
        along->held[part] = along->held[part] || held;
        if (!is_signal[j])
            along->matrix[j * m + part] = 1.0;
        if (options->start != NULL)
            along->start[part] += is_signal[j] ? -options->start[j] : options->start[j];
    }
    for (size_t s = 0; s < anchor->n_signal; s++)
        along->matrix[anchor->signal[s] * m + m - 1] = -anchor->weight[s];
    along->reduction =
        (struct assay_reduction){.n_coef = n_coef, .n_small = m, .matrix = along->matrix};
    along->options.start = options->start != NULL ? along->start : NULL;
    along->options.held = along->held;
    return ASSAY_OK;
}

static enum assay_status fit_reduced(const struct assay_engine *plain, const struct along *along,
                                     const struct assay_limits *limits,
                                     struct assay_logistic_fit *small, struct assay_error *err)
{
    struct assay_engine engine;
    struct assay_limits reduced = {0};
    enum assay_status status =
        assay_reduced_engine_init(plain, &along->reduction, &engine, err);
    if (status != ASSAY_OK)
        return status;
    if (limits != NULL)
        status = assay_reduced_limits_init(&along->reduction, limits, &reduced, err);
    if (status == ASSAY_OK)
        status = fit_logistic(&engine, &along->options, limits != NULL ? &reduced : NULL, small, err);
    assay_reduced_limits_clear(&reduced);
    assay_reduced_engine_clear(&engine);
    return status;
}

static enum assay_status fit_infinite(const struct assay_engine *plain,
                                      const struct assay_anchor *anchor,
                                      const struct assay_logistic_options *options,
                                      const struct assay_limits *limits,
                                      struct assay_logistic_fit *fit, struct assay_error *err)
{
    struct along along;
    struct assay_logistic_fit small = {0};
    enum assay_status told, status = check_anchor(plain, anchor, err);
    if (status == ASSAY_OK)
        status = along_init(plain->n_coef, anchor, options, &along, err);
    if (status != ASSAY_OK)
        return status;
    status = fit_reduced(plain, &along, limits, &small, err);
    if (status == ASSAY_OK || small.problem != ASSAY_FIT_FINE) {
        told = assay_reduced_fit_expand(&along.reduction, &small, fit, err);
        status = told != ASSAY_OK ? told : status;
    }
    if (status == ASSAY_ENUMERIC)
        assay_error_prefix(err, "along the anchor");
    assay_logistic_fit_clear(&small);
    along_clear(&along);
    return status;
}

enum assay_status assay_anchor_fit(const struct assay_engine *engine,
                                   const struct assay_anchor *anchor,
                                   const struct assay_logistic_options *options,
                                   const struct assay_limits *limits, struct assay_anchor_fit *fit,
                                   struct assay_error *err)
{
    struct assay_anchor_fit made = {0};
    enum assay_status status =
        isinf(anchor->lambda) && anchor->lambda > 0.0
            ? fit_infinite(engine, anchor, options, limits, &made.fit, err)
            : fit_finite(engine, anchor, options, limits, &made, err);
    if (status == ASSAY_OK)
        status = settle_accounts(engine, &made, err);
    if (status == ASSAY_OK || (status == ASSAY_ENUMERIC && made.fit.problem != ASSAY_FIT_FINE))
        *fit = made;
    else
        assay_anchor_fit_clear(&made);
    return status;
}

/* ---- conflict ---- */

enum assay_status assay_anchor_conflict_test(const struct assay_engine *engine,
                                             const struct assay_anchor *anchor,
                                             const struct assay_logistic_options *options,
                                             struct assay_anchor_conflict *conflict,
                                             struct assay_error *err)
{
    struct assay_anchor exact = *anchor;
    struct assay_logistic_fit any = {0}, along = {0};
    exact.lambda = HUGE_VAL;
    exact.sd = NULL;
    enum assay_status status = fit_infinite(engine, &exact, options, NULL, &along, err);
    if (status == ASSAY_OK)
        status = assay_logistic_fit(engine, options, &any, err);
    if (status == ASSAY_OK) {
        struct assay_anchor_conflict found = {.degrees = anchor->n_signal - 1, .p_value = 1.0};
        found.log_likelihood_free = any.log_likelihood;
        found.log_likelihood_anchor = along.log_likelihood;
        found.statistic = fmax(2.0 * (any.log_likelihood - along.log_likelihood), 0.0);
        if (found.degrees > 0)
            found.p_value = gsl_cdf_chisq_Q(found.statistic, (double)found.degrees);
        for (size_t s = 0; s < anchor->n_signal; s++)
            found.slope -= along.coef[anchor->signal[s]];
        *conflict = found;
    }
    assay_logistic_fit_clear(&any);
    assay_logistic_fit_clear(&along);
    return status;
}

/* contrast[j] = u_j - w_j sum u for the first n - 1 signals, and its covariance [(n - 1) * (n - 1)]. */
static void find_contrasts(const struct assay_anchor *anchor, const double coef[],
                           const double covariance[], size_t n_coef, double contrast[],
                           double spread[], double half[])
{
    size_t n = anchor->n_signal, m = n - 1;
    const size_t *at = anchor->signal;
    double total = 0.0;
    for (size_t k = 0; k < n; k++)
        total -= coef[at[k]];
    for (size_t j = 0; j < m; j++)
        contrast[j] = -coef[at[j]] - anchor->weight[j] * total;
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k < n; k++) {
            double sum = covariance[at[j] * n_coef + at[k]];
            for (size_t a = 0; a < n; a++)
                sum -= anchor->weight[j] * covariance[at[a] * n_coef + at[k]];
            half[j * n + k] = sum;
        }
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k < m; k++) {
            double sum = half[j * n + k];
            for (size_t a = 0; a < n; a++)
                sum -= anchor->weight[k] * half[j * n + a];
            spread[j * m + k] = sum;
        }
}

enum assay_status assay_anchor_conflict_wald(const struct assay_anchor *anchor, const double coef[],
                                             const double covariance[], size_t n_coef,
                                             struct assay_anchor_conflict *conflict,
                                             struct assay_error *err)
{
    size_t n = anchor->n_signal, m = n - 1;
    struct assay_anchor_conflict found = {.degrees = m,
                                          .p_value = 1.0,
                                          .log_likelihood_free = NAN,
                                          .log_likelihood_anchor = NAN};
    for (size_t k = 0; k < n; k++)
        found.slope -= coef[anchor->signal[k]];
    double *memory = assay_alloc(m + m * m + n * n + m + 1, sizeof *memory);
    if (memory == NULL)
        return assay_fail_memory(err, "testing the anchor");
    double *contrast = memory, *spread = contrast + m, *half = spread + m * m,
           *scale = half + n * n;
    find_contrasts(anchor, coef, covariance, n_coef, contrast, spread, half);
    enum assay_status status = ASSAY_OK;
    if (m > 0 && !assay_linear_invert(spread, m, scale))
        status = assay_fail(err, ASSAY_ENUMERIC, "the covariance says nothing of %zu contrasts with "
                                                 "the anchor; expected one that has an inverse", m);
    for (size_t j = 0; status == ASSAY_OK && j < m; j++)
        found.statistic += contrast[j] * assay_linear_dot(spread + j * m, contrast, m);
    if (status == ASSAY_OK && m > 0)
        found.p_value = gsl_cdf_chisq_Q(found.statistic, (double)m);
    free(memory);
    if (status == ASSAY_OK)
        *conflict = found;
    return status;
}
