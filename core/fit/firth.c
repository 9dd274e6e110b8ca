#include "core/fit/firth.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/columns.h"
#include "core/fit/inference.h"
#include "core/fit/linear.h"
#include "core/fit/newton.h"

enum { MOST_HALVINGS = 40 };
/* The rounding of a sum as large as the log-likelihood; a step may lose that much. */
#define ROUNDING 1e-12
/* Steps that shrink by less than this, once they are below 1, are slow: scoring would go on so. */
#define SLOW 0.1
/* Width of a difference, in units of a coefficient's own standard error. */
#define WIDTH 1e-5

/* newton holds the point, its information and, once complete() has been there, the penalised score
 * for a gradient. */
struct firth {
    struct assay_newton newton;
    struct assay_logistic_options options; /* with a start that is always finite */
    double *start;     /* [n_coef] */
    double penalised;  /* l* at the point */
    double *inverse;   /* [n_coef * n_coef], of the information there */
    double *curvature; /* [n_coef * n_coef], of the augmented data there */
    double *second;    /* [n_coef * n_coef], minus the second derivatives of l* when they are wanted */
    double *pull;      /* [n_coef] */
    double last_move;  /* largest move of the step before the last */
    size_t *present;   /* [n_present], columns of the determinant: all that are not held and constant */
    size_t n_present;
    double *memory;
};

void assay_firth_fit_clear(struct assay_firth_fit *fit)
{
    if (fit == NULL)
        return;
    assay_logistic_fit_clear(&fit->base);
    free(fit->score);
    *fit = (struct assay_firth_fit){0};
}

static void firth_clear(struct firth *w)
{
    assay_newton_clear(&w->newton);
    free(w->memory);
    free(w->present);
}

/* ---- one point ---- */

/* ln det of a matrix of unit diagonal times scale scale', positive definite; -HUGE_VAL when it is not
 * one. Both are lost. */
static double log_determinant(double matrix[], size_t n, double scale[])
{
    double sum = 0.0;
    if (!assay_linear_unit_diagonal(matrix, n, scale) || !assay_linear_factor(matrix, n))
        return -HUGE_VAL;
    for (size_t j = 0; j < n; j++)
        sum += 2.0 * log(scale[j] * matrix[j * n + j]);
    return sum;
}

static double penalise(const struct firth *w, double log_likelihood, const double information[])
{
    size_t n = w->n_present;
    double *square = w->newton.small;
    assay_linear_pick(information, w->newton.n_coef, w->present, n, square);
    return log_likelihood + 0.5 * log_determinant(square, n, square + n * n);
}

/* Into w->inverse, 0 in rows and columns that are not there; false when there is none. */
static bool invert_present(struct firth *w, const double information[])
{
    size_t n_coef = w->newton.n_coef, n = w->n_present;
    double *square = w->newton.small;
    assay_linear_pick(information, n_coef, w->present, n, square);
    if (!assay_linear_invert(square, n, square + n * n))
        return false;
    memset(w->inverse, 0, n_coef * n_coef * sizeof(double));
    for (size_t f = 0; f < n; f++)
        for (size_t g = 0; g < n; g++)
            w->inverse[w->present[f] * n_coef + w->present[g]] = square[f * n + g];
    return true;
}

/* Turns score, the gradient at coef, into the penalised score. curvature may be NULL. */
static enum assay_status add_pull(struct firth *w, const double coef[], const double information[],
                                  double score[], double curvature[], struct assay_error *err)
{
    const struct assay_engine *engine = w->newton.engine;
    if (!invert_present(w, information))
        return assay_fail(err, ASSAY_ENUMERIC, "Firth fit: the information has no inverse");
    enum assay_status status =
        engine->jeffreys(engine->state, coef, w->inverse, w->pull, curvature, err);
    if (status == ASSAY_OK)
        assay_linear_add(score, 1.0, w->pull, engine->n_coef);
    return status;
}

static enum assay_status complete(struct firth *w, struct assay_error *err)
{
    struct assay_newton *at = &w->newton;
    enum assay_status status =
        add_pull(w, at->coef, at->information, at->gradient, w->curvature, err);
    if (status == ASSAY_OK)
        assay_linear_add(w->curvature, 1.0, at->information, at->n_coef * at->n_coef);
    return status;
}

/* Minus the second derivatives of l*, differences of its score: the hat values change too, which the
 * augmented data do not see. */
static enum assay_status find_second(struct firth *w, struct assay_error *err)
{
    struct assay_newton *at = &w->newton;
    size_t n = at->n_coef;
    for (size_t f = 0; f < at->n_free; f++) {
        size_t j = at->free_index[f];
        double unused, width = WIDTH / sqrt(at->information[j * n + j]);
        memcpy(at->trial, at->coef, n * sizeof(double));
        at->trial[j] += width;
        enum assay_status status =
            at->engine->evaluate(at->engine->state, at->trial, &unused, at->trial_gradient,
                                 at->trial_information, err);
        if (status == ASSAY_OK)
            status = add_pull(w, at->trial, at->trial_information, at->trial_gradient, NULL, err);
        if (status != ASSAY_OK)
            return status;
        for (size_t k = 0; k < n; k++)
            w->second[j * n + k] = (at->gradient[k] - at->trial_gradient[k]) / width;
    }
    for (size_t f = 0; f < at->n_free; f++)
        for (size_t g = 0; g < f; g++) {
            double *low = w->second + at->free_index[f] * n + at->free_index[g];
            double *high = w->second + at->free_index[g] * n + at->free_index[f];
            *low = *high = 0.5 * (*low + *high);
        }
    return ASSAY_OK;
}

/* ---- the iteration ---- */

/* curvature * step = score on what is free; false where the curvature is not positive. */
static bool solve_step(struct firth *w, const double curvature[])
{
    struct assay_newton *at = &w->newton;
    size_t n = at->n_free;
    double *square = at->small, *scale = square + n * n, *step = scale + n;
    assay_linear_pick(curvature, at->n_coef, at->free_index, n, square);
    if (!assay_linear_unit_diagonal(square, n, scale) || !assay_linear_factor(square, n))
        return false;
    for (size_t f = 0; f < n; f++)
        step[f] = at->gradient[at->free_index[f]] / scale[f];
    assay_linear_solve(square, n, step);
    for (size_t f = 0; f < n; f++) {
        at->step[at->free_index[f]] = step[f] / scale[f];
        if (!isfinite(step[f] / scale[f]))
            return false;
    }
    return true;
}

/* Scoring far from the solution and where it converges fast, as it does in large samples; Newton's
 * step where it does not, if l* is concave there. */
static enum assay_status find_step(struct firth *w, bool *found, struct assay_error *err)
{
    double move = w->newton.largest_move;
    enum assay_status status = ASSAY_OK;
    *found = false;
    if (w->newton.iterations > 1 && move < 1.0 && move > SLOW * w->last_move) {
        status = find_second(w, err);
        *found = status == ASSAY_OK && solve_step(w, w->second);
    }
    if (status == ASSAY_OK && !*found)
        *found = solve_step(w, w->curvature);
    return status;
}

static void swap(double **a, double **b)
{
    double *old = *a;
    *a = *b;
    *b = old;
}

/* Takes the longest of step, step / 2, step / 4, ... on which l* does not fall; *share is 0 when there
 * is none. */
static enum assay_status take_step(struct firth *w, double *share, struct assay_error *err)
{
    struct assay_newton *at = &w->newton;
    double least = w->penalised -
                   ROUNDING * (fabs(at->log_likelihood) + fabs(w->penalised - at->log_likelihood));
    *share = 1.0;
    for (size_t halving = 0; halving <= MOST_HALVINGS; halving++, *share /= 2) {
        double log_likelihood;
        memcpy(at->trial, at->coef, at->n_coef * sizeof(double));
        assay_linear_add(at->trial, *share, at->step, at->n_coef);
        enum assay_status status =
            at->engine->evaluate(at->engine->state, at->trial, &log_likelihood, at->trial_gradient,
                                 at->trial_information, err);
        if (status != ASSAY_OK)
            return status;
        double penalised = penalise(w, log_likelihood, at->trial_information);
        if (penalised >= least) { /* false for NaN */
            w->penalised = penalised;
            at->log_likelihood = log_likelihood;
            swap(&at->coef, &at->trial);
            swap(&at->gradient, &at->trial_gradient);
            swap(&at->information, &at->trial_information);
            return ASSAY_OK;
        }
    }
    *share = 0.0;
    return ASSAY_OK;
}

static enum assay_status iterate(struct firth *w, bool *settled, bool *stuck, struct assay_error *err)
{
    struct assay_newton *at = &w->newton;
    struct assay_direction what;
    double share;
    bool found;
    enum assay_status status = find_step(w, &found, err);
    *stuck = !found;
    if (status != ASSAY_OK || *stuck)
        return status;
    status = at->engine->direction(at->engine->state, at->step, &what, err);
    if (status == ASSAY_OK)
        status = take_step(w, &share, err);
    if (status != ASSAY_OK)
        return status;
    w->last_move = at->largest_move;
    at->largest_move = what.max_move;
    *stuck = share == 0.0;
    if (*stuck)
        return ASSAY_OK;
    at->iterations++;
    *settled = share == 1.0 && at->largest_move <= w->options.tolerance;
    if (w->options.report != NULL)
        w->options.report(w->options.report_state, at->iterations, w->penalised, at->largest_move);
    return complete(w, err);
}

static enum assay_status climb(struct firth *w, struct assay_error *err)
{
    struct assay_newton *at = &w->newton;
    bool settled = at->n_free == 0, stuck = false;
    w->penalised = penalise(w, at->log_likelihood, at->information);
    enum assay_status status = complete(w, err);
    while (status == ASSAY_OK && !settled && !stuck && at->iterations < w->options.max_iterations)
        status = iterate(w, &settled, &stuck, err);
    if (status == ASSAY_OK && !settled)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "Firth fit: log-odds still move by %.1e after %zu iterations; "
                          "expected below %.1e", at->largest_move, at->iterations,
                          w->options.tolerance);
    return status;
}

/* ---- before and after ---- */

static enum assay_status fail_columns(const struct assay_logistic_fit *fit, struct assay_error *err)
{
    size_t n = 0, first = 0;
    for (size_t j = fit->n_coef; j-- > 0;)
        if (fit->blamed[j]) {
            n++;
            first = j;
        }
    if (fit->problem == ASSAY_FIT_CONSTANT)
        assay_fail(err, ASSAY_ENUMERIC, "Firth fit: the column of coefficient %zu does not vary; "
                   "expected at least two values", first);
    else
        assay_fail(err, ASSAY_ENUMERIC, "Firth fit: the column of coefficient %zu and %zu more are "
                   "linearly dependent; expected none to follow from the others", first, n - 1);
    assay_hint(err, "Drop the column.");
    return ASSAY_ENUMERIC;
}

/* Looks at the columns by their Gram matrix. Constant ones are absent when all of them are held; the
 * others are then looked at again. */
static enum assay_status find_absent(const double gram[], const unsigned char held[],
                                     unsigned char absent[], struct assay_logistic_fit *fit,
                                     struct assay_error *err)
{
    size_t n = fit->n_coef;
    bool all_held = held != NULL;
    enum assay_status status =
        assay_columns_examine(gram, n, NULL, &fit->problem, fit->blamed, err);
    for (size_t j = 0; j < n; j++)
        all_held = all_held && (!fit->blamed[j] || held[j]);
    if (status != ASSAY_OK || fit->problem != ASSAY_FIT_CONSTANT || !all_held)
        return status;
    memcpy(absent, fit->blamed, n);
    return assay_columns_examine(gram, n, absent, &fit->problem, fit->blamed, err);
}

/* The determinant is 0 unless all columns that are present, held ones too, say something of their own.
 * At b = 0 the information is their Gram matrix. */
static enum assay_status examine(struct firth *w, const struct assay_engine *engine,
                                 const unsigned char held[], struct assay_logistic_fit *fit,
                                 struct assay_error *err)
{
    size_t n = engine->n_coef;
    double log_likelihood, *memory = assay_alloc(n * n + n, sizeof *memory);
    unsigned char *absent = assay_alloc(n, sizeof *absent);
    w->present = assay_alloc(n, sizeof *w->present);
    enum assay_status status = memory != NULL && absent != NULL && w->present != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "looking at the columns");
    if (status == ASSAY_OK)
        status = engine->evaluate(engine->state, memory + n * n, &log_likelihood, NULL, memory, err);
    if (status == ASSAY_OK)
        status = find_absent(memory, held, absent, fit, err);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++)
        if (!absent[j])
            w->present[w->n_present++] = j;
    free(memory);
    free(absent);
    if (status == ASSAY_OK && fit->problem != ASSAY_FIT_FINE)
        status = fail_columns(fit, err);
    return status;
}

/* Without a first guess: Firth's fit of the intercept alone, half an event added to either side. */
static enum assay_status begin(struct firth *w, const struct assay_engine *engine,
                               const struct assay_logistic_options *options, struct assay_error *err)
{
    size_t n = engine->n_coef;
    w->memory = assay_alloc(3 * n * n + 2 * n, sizeof *w->memory);
    if (w->memory == NULL)
        return assay_fail_memory(err, "fitting");
    w->inverse = w->memory;
    w->curvature = w->inverse + n * n;
    w->second = w->curvature + n * n;
    w->pull = w->second + n * n;
    w->start = w->pull + n;
    w->options = *options;
    if (options->start == NULL) {
        double events = (double)engine->n_event, others = (double)engine->n_row - events;
        w->start[0] = options->held != NULL && options->held[0]
                          ? 0.0
                          : log((events + 0.5) / (others + 0.5));
        w->options.start = w->start;
    }
    return assay_newton_init(engine, &w->options, NULL, options->held, &w->newton, err);
}

static enum assay_status take_arrays(size_t n_coef, struct assay_firth_fit *fit,
                                     struct assay_error *err)
{
    struct assay_logistic_fit *base = &fit->base;
    base->n_coef = n_coef;
    base->blamed = assay_alloc(n_coef, sizeof *base->blamed);
    base->coef = assay_alloc(n_coef, sizeof *base->coef);
    base->covariance = assay_alloc(n_coef * n_coef, sizeof *base->covariance);
    base->active = assay_alloc(n_coef, sizeof *base->active);
    fit->score = assay_alloc(n_coef, sizeof *fit->score);
    if (base->blamed == NULL || base->coef == NULL || base->covariance == NULL ||
        base->active == NULL || fit->score == NULL)
        return assay_fail_memory(err, "fitting");
    return ASSAY_OK;
}

/* n ln(n / of), 0 for none */
static double share_log_likelihood(size_t n, size_t of)
{
    return n > 0 ? (double)n * log((double)n / (double)of) : 0.0;
}

static enum assay_status fill(const struct firth *w, struct assay_firth_fit *fit,
                              struct assay_error *err)
{
    const struct assay_newton *at = &w->newton;
    size_t n_row = at->engine->n_row, n_event = at->engine->n_event;
    fit->base.iterations = at->iterations;
    fit->base.largest_move = at->largest_move;
    fit->base.log_likelihood = at->log_likelihood;
    fit->base.null_log_likelihood =
        share_log_likelihood(n_event, n_row) + share_log_likelihood(n_row - n_event, n_row);
    fit->penalised_log_likelihood = w->penalised;
    memcpy(fit->score, at->gradient, at->n_coef * sizeof(double));
    return assay_inference_fill(at, &fit->base, err);
}

enum assay_status assay_firth_fit(const struct assay_engine *engine,
                                  const struct assay_logistic_options *options,
                                  struct assay_firth_fit *fit, struct assay_error *err)
{
    struct assay_firth_fit made = {0};
    struct firth w = {0};
    assert(options->max_iterations >= 1 && options->tolerance > 0.0);
    if (engine->jeffreys == NULL)
        return assay_fail(err, ASSAY_EDATA, "Firth fit: the source of the data cannot weigh rows by "
                          "their hat values; expected data in memory");
    enum assay_status status = take_arrays(engine->n_coef, &made, err);
    if (status == ASSAY_OK)
        status = examine(&w, engine, options->held, &made.base, err);
    if (status == ASSAY_OK)
        status = begin(&w, engine, options, err);
    if (status == ASSAY_OK) {
        status = climb(&w, err);
        if (status == ASSAY_OK)
            status = fill(&w, &made, err);
        if (status == ASSAY_ENUMERIC)
            made.base.problem = ASSAY_FIT_NO_CONVERGENCE;
    }
    firth_clear(&w);
    if (status == ASSAY_OK || (status == ASSAY_ENUMERIC && made.base.problem != ASSAY_FIT_FINE))
        *fit = made;
    else
        assay_firth_fit_clear(&made);
    return status;
}

enum assay_status assay_firth_intercept(const struct assay_engine *engine,
                                        const struct assay_logistic_options *options,
                                        const double coef[], double *intercept,
                                        struct assay_error *err)
{
    struct assay_logistic_options slopes_held = *options;
    struct assay_logistic_fit fit = {0};
    unsigned char *held = assay_alloc(engine->n_coef, sizeof *held);
    if (held == NULL)
        return assay_fail_memory(err, "fitting the intercept");
    memset(held + 1, 1, engine->n_coef - 1);
    slopes_held.held = held;
    slopes_held.start = coef;
    enum assay_status status = assay_logistic_fit(engine, &slopes_held, &fit, err);
    if (status == ASSAY_OK)
        *intercept = fit.coef[0];
    assay_logistic_fit_clear(&fit);
    free(held);
    return status;
}
