#include "core/fit/elastic.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/columns.h"
#include "core/fit/linear.h"

enum {
    MOST_HALVINGS = 40,
    MOST_ROUNDS = 1000, /* of a Newton step's descent */
    SWEEPS = 10,        /* of all coordinates, a round */
};
/* What a whole step may still move a log-odds by when the fit has settled. */
#define SETTLED_MOVE 1e-8
/* The model of a step is solved this far below what it is to repair, or below the tolerance. */
#define FORCING 1e-6
#define BELOW_TOLERANCE 0.1
/* As in newton.c: the share of the promised descent that a step must win, but for rounding. */
#define SUFFICIENT 1e-4
#define ROUNDING 1e-12

/* Where the iteration stands, in c; its derivatives are those of -l / n by (b_0, c). */
struct point {
    double *c;        /* [n], c[0] is b_0 */
    double *gradient; /* [n] */
    double *hessian;  /* [n * n] */
    double log_likelihood, objective;
};

struct elastic {
    const struct assay_engine *engine;
    const struct assay_elastic_options *options;
    size_t n;              /* coefficients */
    double lasso, ridge;   /* lambda alpha, lambda (1 - alpha) */
    double *unit;          /* [n], c_j = unit_j b_j; 1 for the intercept */
    double *mean;          /* [n], of the columns */
    double *size;          /* [n], root mean square of x_j / unit_j, at least 1 */
    struct point now, trial;
    double *raw;           /* [n], b or a direction in b */
    double *target;        /* [n], where the model of this step has its minimum so far */
    double *slope;         /* [n], the model's smooth derivative there, the intercept profiled out */
    double *curvature;     /* [n * n], H_jk - H_0j H_0k / H_00 */
    double *square, *part, *scale; /* [n * n], [n], [n], scratch of the finish */
    size_t *index;         /* [n] */
    unsigned char *dropped; /* [n], 1: does not vary, stays 0 */
    double *memory;
};

struct assay_elastic_options assay_elastic_options_default(void)
{
    return (struct assay_elastic_options){
        .alpha = 1.0, .standardise = true, .tolerance = 1e-12, .max_iterations = 100};
}

void assay_elastic_fit_clear(struct assay_elastic_fit *fit)
{
    if (fit == NULL)
        return;
    free(fit->coef);
    free(fit->scaled);
    *fit = (struct assay_elastic_fit){0};
}

/* ---- memory and scales ---- */

static double *take(double **at, size_t n)
{
    double *part = *at;
    *at += n;
    return part;
}

static void point_take(struct point *point, double **at, size_t n)
{
    point->c = take(at, n);
    point->gradient = take(at, n);
    point->hessian = take(at, n * n);
}

static void elastic_clear(struct elastic *e)
{
    free(e->memory);
    free(e->index);
    free(e->dropped);
}

static bool take_memory(struct elastic *e)
{
    size_t n = e->n;
    e->memory = assay_alloc(4 * n * n + 12 * n, sizeof *e->memory);
    e->index = assay_alloc(n, sizeof *e->index);
    e->dropped = assay_alloc(n, sizeof *e->dropped);
    if (e->memory == NULL || e->index == NULL || e->dropped == NULL)
        return false;
    double *at = e->memory;
    point_take(&e->now, &at, n);
    point_take(&e->trial, &at, n);
    e->curvature = take(&at, n * n);
    e->square = take(&at, n * n);
    e->unit = take(&at, n);
    e->mean = take(&at, n);
    e->size = take(&at, n);
    e->raw = take(&at, n);
    e->target = take(&at, n);
    e->slope = take(&at, n);
    e->part = take(&at, n);
    e->scale = take(&at, n);
    return true;
}

/* From the Gram matrix: the information at b = 0, where all rows weigh the same. */
static void find_scales(struct elastic *e, const double gram[])
{
    size_t n = e->n;
    assay_columns_spread(gram, n, NULL, e->scale);
    for (size_t j = 0; j < n; j++) {
        bool own = j > 0 && e->options->standardise && !e->dropped[j];
        e->unit[j] = own ? e->scale[j] : 1.0;
        e->mean[j] = gram[j] / gram[0];
        e->size[j] = fmax(1.0, sqrt(gram[j * n + j] / gram[0]) / e->unit[j]);
    }
}

/* Linear dependence is no obstacle to a penalised fit, a column that says what the intercept says is. */
static enum assay_status look_at_columns(struct elastic *e, struct assay_error *err)
{
    enum assay_fit_problem problem;
    double log_likelihood;
    double *gram = e->square;
    enum assay_status status =
        e->engine->evaluate(e->engine->state, e->raw, &log_likelihood, NULL, gram, err);
    if (status == ASSAY_OK)
        status = assay_columns_examine(gram, e->n, NULL, &problem, e->dropped, err);
    if (status != ASSAY_OK)
        return status;
    if (problem != ASSAY_FIT_CONSTANT)
        memset(e->dropped, 0, e->n);
    for (size_t j = 1; !e->options->drop_constant && j < e->n; j++)
        if (e->dropped[j])
            return assay_fail(err, ASSAY_ENUMERIC, "elastic net: the column of coefficient %zu does "
                              "not vary; expected at least two values", j);
    find_scales(e, gram);
    return ASSAY_OK;
}

static enum assay_status check_options(const struct assay_engine *engine,
                                       const struct assay_elastic_options *options,
                                       struct assay_error *err)
{
    assert(options->tolerance > 0.0 && options->max_iterations >= 1);
    if (!(options->alpha >= 0.0 && options->alpha <= 1.0))
        return assay_fail(err, ASSAY_EDATA, "alpha is %.6g; expected 0 to 1", options->alpha);
    if (engine->n_event == 0 || engine->n_event == engine->n_row)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "elastic net: all %zu outcomes are %d; expected both 0 and 1",
                          engine->n_row, engine->n_event > 0);
    return ASSAY_OK;
}

static enum assay_status elastic_init(const struct assay_engine *engine,
                                      const struct assay_elastic_options *options,
                                      struct elastic *e, struct assay_error *err)
{
    *e = (struct elastic){.engine = engine, .options = options, .n = engine->n_coef};
    enum assay_status status = check_options(engine, options, err);
    if (status != ASSAY_OK)
        return status;
    status = take_memory(e) ? look_at_columns(e, err) : assay_fail_memory(err, "fitting");
    if (status != ASSAY_OK)
        elastic_clear(e);
    return status;
}

/* ---- the objective ---- */

static bool never_positive(const struct elastic *e, size_t j)
{
    return e->options->never_positive != NULL && e->options->never_positive[j];
}

static double penalty(const struct elastic *e, const double c[])
{
    double sum = 0.0;
    for (size_t j = 1; j < e->n; j++)
        sum += e->ridge / 2.0 * c[j] * c[j] + e->lasso * fabs(c[j]);
    return sum;
}

static void to_raw(const struct elastic *e, const double c[], double raw[])
{
    for (size_t j = 0; j < e->n; j++)
        raw[j] = c[j] / e->unit[j];
}

static enum assay_status evaluate(struct elastic *e, struct point *point, struct assay_error *err)
{
    size_t n = e->n;
    double rows = (double)e->engine->n_row;
    to_raw(e, point->c, e->raw);
    enum assay_status status = e->engine->evaluate(e->engine->state, e->raw, &point->log_likelihood,
                                                   point->gradient, point->hessian, err);
    if (status != ASSAY_OK)
        return status;
    point->objective = penalty(e, point->c) - point->log_likelihood / rows;
    for (size_t j = 0; j < n; j++) {
        point->gradient[j] /= -rows * e->unit[j];
        for (size_t k = 0; k < n; k++)
            point->hessian[j * n + k] /= rows * e->unit[j] * e->unit[k];
    }
    return ASSAY_OK;
}

/* How far c_j breaks its condition when the smooth part of the objective has this slope there. */
static double violation(const struct elastic *e, size_t j, double slope, double c)
{
    double whole = slope + e->ridge * c;
    if (e->dropped[j])
        return 0.0;
    if (c > 0.0)
        return fabs(whole + e->lasso) / e->size[j];
    if (c < 0.0)
        return fabs(whole - e->lasso) / e->size[j];
    double down = whole - e->lasso, up = never_positive(e, j) ? 0.0 : -whole - e->lasso;
    return fmax(fmax(down, up), 0.0) / e->size[j];
}

static double worst_violation(const struct elastic *e, const double slope[], const double c[])
{
    double worst = 0.0;
    for (size_t j = 1; j < e->n; j++)
        worst = fmax(worst, violation(e, j, slope[j], c[j]));
    return worst;
}

static double point_violation(const struct elastic *e, const struct point *point)
{
    return fmax(fabs(point->gradient[0]), worst_violation(e, point->gradient, point->c));
}

/* ---- the quadratic model of one step ---- */

/* Profiled out, the intercept no longer ties the columns together by their means. */
static void model_init(struct elastic *e)
{
    size_t n = e->n;
    const double *h = e->now.hessian, *g = e->now.gradient;
    for (size_t j = 1; j < n; j++) {
        e->slope[j] = g[j] - h[j] * g[0] / h[0];
        for (size_t k = 1; k < n; k++)
            e->curvature[j * n + k] = h[j * n + k] - h[j] * h[k] / h[0];
    }
    memcpy(e->target, e->now.c, n * sizeof(double));
}

static void model_move(struct elastic *e, size_t j, double change)
{
    e->target[j] += change;
    assay_linear_add(e->slope + 1, change, e->curvature + j * e->n + 1, e->n - 1);
}

static double soft(double value, double threshold)
{
    return value > threshold ? value - threshold : value < -threshold ? value + threshold : 0.0;
}

static void sweep(struct elastic *e)
{
    for (size_t j = 1; j < e->n; j++) {
        double curvature = e->curvature[j * e->n + j], total = curvature + e->ridge;
        if (e->dropped[j] || !(total > 0.0)) /* no row has weight left: nothing says where to go */
            continue;
        double old = e->target[j];
        double best = soft(curvature * old - e->slope[j], e->lasso) / total;
        if (never_positive(e, j))
            best = fmin(best, 0.0);
        if (best != old) {
            model_move(e, j, best - old);
            e->target[j] = best; /* not old + (best - old): 0 is to be 0 */
        }
    }
}

/* Whether the formula that holds where c_j is now still holds at `to`. */
static bool same_piece(const struct elastic *e, size_t j, double to)
{
    if (e->lasso == 0.0 && !never_positive(e, j))
        return isfinite(to);
    return e->target[j] > 0.0 ? to > 0.0 : to < 0.0; /* false for NaN */
}

/* With the signs as they are the minimum solves a linear system; taken if the signs survive. */
static void finish(struct elastic *e)
{
    size_t n = 0;
    for (size_t j = 1; j < e->n; j++)
        if (e->target[j] != 0.0)
            e->index[n++] = j;
    if (n == 0)
        return;
    assay_linear_pick(e->curvature, e->n, e->index, n, e->square);
    for (size_t f = 0; f < n; f++)
        e->square[f * n + f] += e->ridge;
    if (!assay_linear_unit_diagonal(e->square, n, e->scale) || !assay_linear_factor(e->square, n))
        return;
    for (size_t f = 0; f < n; f++) {
        size_t j = e->index[f];
        double whole = e->slope[j] + e->ridge * e->target[j] + copysign(e->lasso, e->target[j]);
        e->part[f] = -whole / e->scale[f];
    }
    assay_linear_solve(e->square, n, e->part);
    for (size_t f = 0; f < n; f++) {
        e->part[f] /= e->scale[f];
        if (!same_piece(e, e->index[f], e->target[e->index[f]] + e->part[f]))
            return;
    }
    for (size_t f = 0; f < n; f++)
        model_move(e, e->index[f], e->part[f]);
}

/* Leaves the model's minimum in target, the intercept's part included. */
static void solve_model(struct elastic *e, double enough)
{
    const double *h = e->now.hessian;
    model_init(e);
    for (size_t round = 0; round < MOST_ROUNDS; round++) {
        for (size_t k = 0; k < SWEEPS; k++)
            sweep(e);
        finish(e);
        if (worst_violation(e, e->slope, e->target) <= enough)
            break;
    }
    double slope = e->now.gradient[0];
    for (size_t j = 1; j < e->n; j++)
        slope += h[j] * (e->target[j] - e->now.c[j]);
    e->target[0] = e->now.c[0] - slope / h[0];
}

/* ---- the iteration ---- */

/* The largest change of a log-odds by the whole step. */
static enum assay_status find_move(struct elastic *e, double *move, struct assay_error *err)
{
    struct assay_direction what;
    for (size_t j = 0; j < e->n; j++)
        e->raw[j] = (e->target[j] - e->now.c[j]) / e->unit[j];
    enum assay_status status = e->engine->direction(e->engine->state, e->raw, &what, err);
    if (status == ASSAY_OK)
        *move = what.max_move;
    return status;
}

/* Goes the whole way to target, or half, or a quarter, ... (Armijo 1966; with a penalty that has
 * corners: Tseng & Yun 2009); *share is 0 when nothing descends. */
static enum assay_status take_step(struct elastic *e, double *share, struct assay_error *err)
{
    double promised = penalty(e, e->target) - penalty(e, e->now.c);
    for (size_t j = 0; j < e->n; j++)
        promised += e->now.gradient[j] * (e->target[j] - e->now.c[j]);
    *share = 1.0;
    for (size_t halving = 0; halving <= MOST_HALVINGS; halving++, *share /= 2) {
        for (size_t j = 0; j < e->n; j++)
            e->trial.c[j] = halving == 0 ? e->target[j]
                                         : e->now.c[j] + *share * (e->target[j] - e->now.c[j]);
        enum assay_status status = evaluate(e, &e->trial, err);
        if (status != ASSAY_OK)
            return status;
        double most = e->now.objective + SUFFICIENT * *share * promised +
                      ROUNDING * fabs(e->now.objective);
        if (e->trial.objective <= most) { /* false for NaN */
            struct point old = e->now;
            e->now = e->trial;
            e->trial = old;
            return ASSAY_OK;
        }
    }
    *share = 0.0;
    return ASSAY_OK;
}

static void go_to_start(struct elastic *e, const double start[])
{
    double events = (double)e->engine->n_event, others = (double)e->engine->n_row - events;
    memset(e->now.c, 0, e->n * sizeof(double));
    e->now.c[0] = log(events / others);
    for (size_t j = 0; start != NULL && j < e->n; j++) {
        double c = e->dropped[j] ? 0.0 : start[j] * e->unit[j];
        e->now.c[j] = j > 0 && never_positive(e, j) ? fmin(c, 0.0) : c;
    }
}

/* Iterates from now.c to the minimum. */
static enum assay_status descend(struct elastic *e, double lambda, size_t *iterations,
                                 struct assay_error *err)
{
    double tolerance = e->options->tolerance, move = HUGE_VAL, share = 1.0;
    e->lasso = lambda * e->options->alpha;
    e->ridge = lambda * (1.0 - e->options->alpha);
    enum assay_status status = evaluate(e, &e->now, err);
    double off = status == ASSAY_OK ? point_violation(e, &e->now) : HUGE_VAL;
    for (*iterations = 0; status == ASSAY_OK && *iterations < e->options->max_iterations;) {
        solve_model(e, fmax(BELOW_TOLERANCE * tolerance, FORCING * off));
        status = find_move(e, &move, err);
        if (status == ASSAY_OK)
            status = take_step(e, &share, err);
        if (status != ASSAY_OK || share == 0.0)
            break;
        ++*iterations;
        off = point_violation(e, &e->now);
        if (off <= tolerance && share == 1.0 && move <= SETTLED_MOVE)
            return ASSAY_OK;
    }
    if (status != ASSAY_OK)
        return status;
    return assay_fail(err, ASSAY_ENUMERIC,
                      "elastic net at lambda %.6g: after %zu iterations optimality is off by %.1e and "
                      "log-odds still move by %.1e; expected below %.1e and %.1e",
                      lambda, *iterations, off, move, tolerance, SETTLED_MOVE);
}

/* ---- the doors ---- */

static enum assay_status tell(const struct elastic *e, double lambda, size_t iterations,
                              struct assay_elastic_fit *fit, struct assay_error *err)
{
    struct assay_elastic_fit made = {.lambda = lambda,
                                     .n_coef = e->n,
                                     .log_likelihood = e->now.log_likelihood,
                                     .objective = e->now.objective,
                                     .kkt_violation = point_violation(e, &e->now),
                                     .iterations = iterations};
    made.coef = assay_alloc(e->n, sizeof *made.coef);
    made.scaled = assay_alloc(e->n, sizeof *made.scaled);
    if (made.coef == NULL || made.scaled == NULL) {
        assay_elastic_fit_clear(&made);
        return assay_fail_memory(err, "fitting");
    }
    to_raw(e, e->now.c, made.coef);
    memcpy(made.scaled, e->now.c, e->n * sizeof(double));
    for (size_t j = 1; j < e->n; j++) {
        made.n_nonzero += made.coef[j] != 0.0;
        if (e->options->standardise)
            made.scaled[0] += made.coef[j] * e->mean[j];
    }
    *fit = made;
    return ASSAY_OK;
}

static enum assay_status fit_one(struct elastic *e, double lambda, struct assay_elastic_fit *fit,
                                 struct assay_error *err)
{
    size_t iterations;
    if (!(lambda >= 0.0 && isfinite(lambda)))
        return assay_fail(err, ASSAY_EDATA, "lambda is %.6g; expected a finite number, at least 0",
                          lambda);
    enum assay_status status = descend(e, lambda, &iterations, err);
    return status == ASSAY_OK ? tell(e, lambda, iterations, fit, err) : status;
}

enum assay_status assay_elastic_path(const struct assay_engine *engine,
                                     const struct assay_elastic_options *options,
                                     const double lambda[], size_t n_lambda,
                                     struct assay_elastic_fit fit[], struct assay_error *err)
{
    struct elastic e;
    enum assay_status status = elastic_init(engine, options, &e, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_elastic_fit *made = assay_alloc(n_lambda, sizeof *made);
    if (made == NULL)
        status = assay_fail_memory(err, "fitting");
    go_to_start(&e, options->start);
    for (size_t k = 0; status == ASSAY_OK && k < n_lambda; k++)
        status = fit_one(&e, lambda[k], &made[k], err);
    for (size_t k = 0; made != NULL && k < n_lambda; k++) {
        if (status == ASSAY_OK)
            fit[k] = made[k];
        else
            assay_elastic_fit_clear(&made[k]);
    }
    free(made);
    elastic_clear(&e);
    return status;
}

enum assay_status assay_elastic_fit(const struct assay_engine *engine,
                                    const struct assay_elastic_options *options, double lambda,
                                    struct assay_elastic_fit *fit, struct assay_error *err)
{
    return assay_elastic_path(engine, options, &lambda, 1, fit, err);
}

enum assay_status assay_elastic_lambda_max(const struct assay_engine *engine,
                                           const struct assay_elastic_options *options,
                                           double *lambda_max, struct assay_error *err)
{
    struct elastic e;
    double steepest = 0.0;
    enum assay_status status = elastic_init(engine, options, &e, err);
    if (status != ASSAY_OK)
        return status;
    go_to_start(&e, NULL);
    status = evaluate(&e, &e.now, err);
    for (size_t j = 1; status == ASSAY_OK && j < e.n; j++) {
        double slope = e.dropped[j] ? 0.0 : e.now.gradient[j];
        steepest = fmax(steepest, never_positive(&e, j) ? slope : fabs(slope));
    }
    if (status == ASSAY_OK)
        *lambda_max = steepest == 0.0         ? 0.0
                      : options->alpha == 0.0 ? HUGE_VAL
                                              : steepest / options->alpha;
    elastic_clear(&e);
    return status;
}
