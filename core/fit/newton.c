#include "core/fit/newton.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/columns.h"
#include "core/fit/linear.h"
#include "core/fit/qp.h"

enum { MOST_HALVINGS = 40 };
/* A step must win this share of what the slope promises (Armijo 1966), ... */
#define SUFFICIENT 1e-4
/* ... but for the rounding of a sum as large as the log-likelihood. */
#define ROUNDING 1e-12

static size_t limit_count(const struct assay_newton *w)
{
    return w->limits != NULL ? w->limits->n_limit : 0;
}

static bool is_equality(const struct assay_newton *w, size_t k)
{
    return k < w->limits->n_equal;
}

static const double *limit_row(const struct assay_newton *w, size_t k)
{
    return w->limits->limit + k * w->n_coef;
}

size_t assay_newton_bound(const struct assay_newton *newton, size_t k, double *bound)
{
    const double *row = limit_row(newton, k);
    size_t found = newton->n_coef;
    double left = newton->limits->floor[k];
    for (size_t j = 0; j < newton->n_coef; j++) {
        if (newton->held[j]) {
            left -= row[j] * newton->start[j];
        } else if (row[j] != 0.0) {
            if (found < newton->n_coef)
                return newton->n_coef;
            found = j;
        }
    }
    if (found < newton->n_coef)
        *bound = left / row[found];
    return found;
}

void assay_newton_clear(struct assay_newton *newton)
{
    free(newton->held);
    free(newton->free_index);
    free(newton->binding);
    free(newton->memory);
    *newton = (struct assay_newton){0};
}

static double *take(double **at, size_t n)
{
    double *part = *at;
    *at += n;
    return part;
}

static bool take_memory(struct assay_newton *w)
{
    size_t n = w->n_coef, m = limit_count(w);
    size_t small = n * n + m * (n + 1) + 2 * n;
    w->held = assay_alloc(n, sizeof *w->held);
    w->free_index = assay_alloc(n, sizeof *w->free_index);
    w->binding = assay_alloc(m, sizeof *w->binding);
    w->memory = assay_alloc(2 * n * n + 8 * n + m + small, sizeof *w->memory);
    if (w->held == NULL || w->free_index == NULL || w->binding == NULL || w->memory == NULL)
        return false;
    double *at = w->memory;
    w->information = take(&at, n * n);
    w->trial_information = take(&at, n * n);
    w->start = take(&at, n);
    w->coef = take(&at, n);
    w->gradient = take(&at, n);
    w->step = take(&at, n);
    w->size = take(&at, n);
    w->spread = take(&at, n);
    w->trial = take(&at, n);
    w->trial_gradient = take(&at, n);
    w->multiplier = take(&at, m);
    w->small = take(&at, small);
    return true;
}

/* Without a first guess: the fit of the intercept alone. */
static void go_to_start(struct assay_newton *w, const unsigned char held[])
{
    double events = (double)w->engine->n_event, others = (double)w->engine->n_row - events;
    for (size_t j = 0; j < w->n_coef; j++) {
        w->held[j] = held != NULL && held[j];
        if (!w->held[j])
            w->free_index[w->n_free++] = j;
    }
    if (w->options->start != NULL)
        memcpy(w->start, w->options->start, w->n_coef * sizeof(double));
    else if (!w->held[0])
        w->start[0] = log(events / others);
    memcpy(w->coef, w->start, w->n_coef * sizeof(double));
}

static enum assay_status check_start(const struct assay_newton *w, struct assay_error *err)
{
    for (size_t k = 0; k < limit_count(w); k++) {
        double value = 0.0, size = fabs(w->limits->floor[k]);
        for (size_t j = 0; j < w->n_coef; j++) {
            value += limit_row(w, k)[j] * w->coef[j];
            size += fabs(limit_row(w, k)[j] * w->coef[j]);
        }
        double beyond = is_equality(w, k) ? -fabs(value - w->limits->floor[k])
                                          : value - w->limits->floor[k];
        if (!(beyond >= -ROUNDING * size))
            return assay_fail(err, ASSAY_EDATA,
                              "limit %zu is %.6g at the start of the fit; expected %s%.6g", k, value,
                              is_equality(w, k) ? "" : "at least ", w->limits->floor[k]);
    }
    return ASSAY_OK;
}

enum assay_status assay_newton_init(const struct assay_engine *engine,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits, const unsigned char held[],
                                    struct assay_newton *newton, struct assay_error *err)
{
    struct assay_newton w = {.engine = engine, .options = options, .limits = limits,
                             .n_coef = engine->n_coef};
    if (!take_memory(&w)) {
        assay_newton_clear(&w);
        return assay_fail_memory(err, "fitting");
    }
    go_to_start(&w, held);
    enum assay_status status = check_start(&w, err);
    if (status == ASSAY_OK)
        status = engine->evaluate(engine->state, w.coef, &w.log_likelihood, w.gradient,
                                  w.information, err);
    if (status != ASSAY_OK) {
        assay_newton_clear(&w);
        return status;
    }
    for (size_t j = 0; j < w.n_coef; j++)
        w.size[j] = sqrt(w.information[j * w.n_coef + j]);
    assay_columns_spread(w.information, w.n_coef, w.held, w.spread);
    *newton = w;
    return ASSAY_OK;
}

/* Newton's step: information * step = gradient. */
static bool free_step(struct assay_newton *w, double step[])
{
    size_t n = w->n_free;
    double *square = w->small, *scale = square + n * n;
    assay_linear_pick(w->information, w->n_coef, w->free_index, n, square);
    if (!assay_linear_unit_diagonal(square, n, scale) || !assay_linear_factor(square, n))
        return false;
    for (size_t f = 0; f < n; f++)
        step[f] = w->gradient[w->free_index[f]] / scale[f];
    assay_linear_solve(square, n, step);
    for (size_t f = 0; f < n; f++)
        step[f] /= scale[f];
    return true;
}

/* The same within the limits: how far each may still move is its floor less its value. */
static enum assay_status limited_step(struct assay_newton *w, double step[], bool *found,
                                      struct assay_error *err)
{
    size_t n = w->n_free, m = limit_count(w);
    double *square = w->small, *linear = square + n * n, *limit = linear + n, *room = limit + m * n;
    assay_linear_pick(w->information, w->n_coef, w->free_index, n, square);
    for (size_t f = 0; f < n; f++)
        linear[f] = w->gradient[w->free_index[f]];
    for (size_t k = 0; k < m; k++) {
        for (size_t f = 0; f < n; f++)
            limit[k * n + f] = limit_row(w, k)[w->free_index[f]];
        double left = w->limits->floor[k] - assay_linear_dot(limit_row(w, k), w->coef, w->n_coef);
        /* The start was checked: what is above 0 is rounding, and all that equalities leave. */
        room[k] = is_equality(w, k) ? 0.0 : fmin(left, 0.0);
    }
    struct assay_qp qp = {.n = n, .n_limit = m, .n_equal = w->limits->n_equal, .hessian = square,
                          .linear = linear, .limit = limit, .floor = room};
    enum assay_status status = assay_qp_solve(&qp, step, w->multiplier, w->binding, NULL, err);
    *found = status == ASSAY_OK;
    return status == ASSAY_ENUMERIC ? ASSAY_OK : status;
}

static enum assay_status find_step(struct assay_newton *w, bool *found, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    double *step = w->trial; /* free until a trial is made */
    if (limit_count(w) > 0)
        status = limited_step(w, step, found, err);
    else
        *found = free_step(w, step);
    if (status != ASSAY_OK || !*found)
        return status;
    memset(w->step, 0, w->n_coef * sizeof(double));
    for (size_t f = 0; f < w->n_free; f++) {
        w->step[w->free_index[f]] = step[f];
        *found = *found && isfinite(step[f]);
    }
    return ASSAY_OK;
}

/* Rounding must not leave a coefficient beside its bound, least of all on the wrong side. */
static void snap_to_bounds(struct assay_newton *w, bool whole_step)
{
    for (size_t k = 0; k < limit_count(w); k++) {
        double bound;
        size_t j = assay_newton_bound(w, k, &bound);
        if (j == w->n_coef)
            continue;
        bool beyond = limit_row(w, k)[j] > 0.0 ? w->trial[j] < bound : w->trial[j] > bound;
        if (beyond || is_equality(w, k) || (whole_step && w->binding[k]))
            w->trial[j] = bound;
    }
}

static void swap(double **a, double **b)
{
    double *old = *a;
    *a = *b;
    *b = old;
}

/* At the trial; with the whole step also how far it moves the rows, in the same reading where the engine can. */
static enum assay_status look(struct assay_newton *w, bool whole_step, double *log_likelihood,
                              struct assay_error *err)
{
    const struct assay_engine *engine = w->engine;
    struct assay_direction what;
    if (whole_step && engine->watch != NULL)
        engine->watch(engine->reader, w->step);
    enum assay_status status = engine->evaluate(engine->state, w->trial, log_likelihood,
                                                w->trial_gradient, w->trial_information, err);
    if (status != ASSAY_OK && engine->watch != NULL)
        engine->watch(engine->reader, NULL); /* the step is not to outlive its fit */
    if (status != ASSAY_OK || !whole_step)
        return status;
    status = engine->direction(engine->state, w->step, &what, err);
    if (status == ASSAY_OK)
        w->largest_move = what.max_move;
    return status;
}

/* Takes the longest of step, step / 2, step / 4, ... that climbs; *share is 0 when none does. */
static enum assay_status take_step(struct assay_newton *w, double *share, struct assay_error *err)
{
    double slope = assay_linear_dot(w->gradient, w->step, w->n_coef);
    *share = 1.0;
    for (size_t halving = 0; halving <= MOST_HALVINGS; halving++, *share /= 2) {
        double log_likelihood;
        for (size_t j = 0; j < w->n_coef; j++)
            w->trial[j] = w->coef[j] + *share * w->step[j];
        snap_to_bounds(w, halving == 0);
        enum assay_status status = look(w, halving == 0, &log_likelihood, err);
        if (status != ASSAY_OK)
            return status;
        double least = w->log_likelihood + SUFFICIENT * *share * slope -
                       ROUNDING * fabs(w->log_likelihood);
        if (log_likelihood >= least) { /* false for NaN */
            w->log_likelihood = log_likelihood;
            swap(&w->coef, &w->trial);
            swap(&w->gradient, &w->trial_gradient);
            swap(&w->information, &w->trial_information);
            return ASSAY_OK;
        }
    }
    *share = 0.0;
    return ASSAY_OK;
}

static enum assay_status iterate(struct assay_newton *w, enum assay_newton_end *end,
                                 struct assay_error *err)
{
    bool found;
    double share;
    *end = ASSAY_NEWTON_STUCK;
    enum assay_status status = find_step(w, &found, err);
    if (status != ASSAY_OK || !found)
        return status;
    status = take_step(w, &share, err);
    if (status != ASSAY_OK)
        return status;
    if (share == 0.0)
        return ASSAY_OK;
    w->iterations++;
    if (w->options->report != NULL)
        w->options->report(w->options->report_state, w->iterations, w->log_likelihood,
                           w->largest_move);
    *end = share == 1.0 && w->largest_move <= w->options->tolerance ? ASSAY_NEWTON_SETTLED
                                                                    : ASSAY_NEWTON_RUNNING;
    return ASSAY_OK;
}

enum assay_status assay_newton_run(struct assay_newton *newton, size_t until,
                                   enum assay_newton_end *end, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    *end = newton->n_free > 0 ? ASSAY_NEWTON_RUNNING : ASSAY_NEWTON_SETTLED;
    while (status == ASSAY_OK && *end == ASSAY_NEWTON_RUNNING && newton->iterations < until)
        status = iterate(newton, end, err);
    return status;
}
