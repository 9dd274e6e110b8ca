#include "core/fit/logistic.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/columns.h"
#include "core/fit/inference.h"
#include "core/fit/newton.h"
#include "core/fit/separation.h"
#include "core/fit/warm.h"

/* What may be left of the optimality conditions of a limited fit: a residual over the root of its
 * information is the error it stands for, in standard errors. */
#define OPTIMAL 1e-8

/* Of a step of the last one's length, and of the tolerance: where many rows are read, steps that fall this fast and would
 * next move this little are at their end. */
#define FALLS 1e-2
#define LEFT  1e-2

enum { MOST_NEAR = 8 }; /* steps from a start near the end: it takes four */

struct assay_logistic_options assay_logistic_options_default(void)
{
    return (struct assay_logistic_options){.max_iterations = 100, .tolerance = 1e-10};
}

void assay_logistic_fit_clear(struct assay_logistic_fit *fit)
{
    if (fit == NULL)
        return;
    free(fit->blamed);
    free(fit->coef);
    free(fit->covariance);
    free(fit->active);
    *fit = (struct assay_logistic_fit){0};
}

/* ---- looking at the data first ---- */

static bool one_outcome(const struct assay_engine *engine)
{
    return engine->n_event == 0 || engine->n_event == engine->n_row;
}

static bool few_events(const struct assay_engine *engine)
{
    return engine->n_event < engine->n_coef || engine->n_row - engine->n_event < engine->n_coef;
}

/* At b = 0 every weight is 1/4: the information is the Gram matrix of the columns. */
static enum assay_status examine_gram(const struct assay_engine *engine,
                                      const unsigned char held[], enum assay_fit_problem *problem,
                                      unsigned char blamed[], struct assay_error *err)
{
    size_t n = engine->n_coef;
    double *memory = assay_alloc(n * n + n, sizeof *memory), log_likelihood;
    if (memory == NULL)
        return assay_fail_memory(err, "looking at the columns");
    double *zero = memory + n * n;
    enum assay_status status =
        engine->evaluate(engine->state, zero, &log_likelihood, NULL, memory, err);
    if (status == ASSAY_OK)
        status = assay_columns_examine(memory, n, held, problem, blamed, err);
    free(memory);
    return status;
}

/* Columns by themselves cost less to read than their products do: those of all rows and the products of few
 * mostly tell that nothing is wrong. *fine is false where they do not. */
static enum assay_status examine_sample(const struct assay_engine *engine, unsigned char blamed[],
                                        bool *fine, struct assay_error *err)
{
    size_t n = engine->n_coef;
    double *memory = assay_alloc(2 * n * n + n, sizeof *memory), log_likelihood;
    if (memory == NULL)
        return assay_fail_memory(err, "looking at the columns");
    double *gram = memory, *moments = memory + n * n, *zero = memory + 2 * n * n;
    enum assay_status status = engine->moments(engine->state, moments, err);
    engine->thin(engine->reader, assay_warm_sample(engine));
    if (status == ASSAY_OK)
        status = engine->evaluate(engine->state, zero, &log_likelihood, NULL, gram, err);
    engine->thin(engine->reader, 1);
    if (status == ASSAY_OK)
        status = assay_columns_some_tell(gram, moments, n, blamed, fine, err);
    free(memory);
    return status;
}

static enum assay_status examine_rows(const struct assay_engine *engine,
                                      enum assay_fit_problem *problem, unsigned char blamed[],
                                      struct assay_error *err)
{
    bool fine = false;
    enum assay_status status = ASSAY_OK;
    if (engine->thin != NULL && engine->moments != NULL && assay_warm_has_rows(engine))
        status = examine_sample(engine, blamed, &fine, err);
    if (status != ASSAY_OK || !fine)
        return status == ASSAY_OK ? examine_gram(engine, NULL, problem, blamed, err) : status;
    memset(blamed, 0, engine->n_coef);
    *problem = ASSAY_FIT_FINE;
    return ASSAY_OK;
}

enum assay_status assay_logistic_check(const struct assay_engine *engine,
                                       enum assay_fit_problem *problem, unsigned char blamed[],
                                       struct assay_error *err)
{
    if (one_outcome(engine)) {
        memset(blamed, 0, engine->n_coef);
        *problem = ASSAY_FIT_ONE_OUTCOME;
        return ASSAY_OK;
    }
    enum assay_status status = examine_rows(engine, problem, blamed, err);
    if (status == ASSAY_OK && *problem == ASSAY_FIT_FINE && few_events(engine))
        *problem = ASSAY_FIT_FEW_EVENTS;
    return status;
}

/* ---- saying what is wrong ---- */

enum { MOST_NAMED = 8, NAMES_SIZE = 320 };

static size_t count_blamed(const unsigned char blamed[], size_t n_coef)
{
    size_t n = 0;
    for (size_t j = 0; j < n_coef; j++)
        n += blamed[j] != 0;
    return n;
}

/* "coefficient 3", "coefficients 1, 4 and 7", "coefficients 1, 2, ..., 8 and 5 more" */
static void name_blamed(const unsigned char blamed[], size_t n_coef, char names[NAMES_SIZE])
{
    size_t n = count_blamed(blamed, n_coef), named = 0;
    size_t at = (size_t)snprintf(names, NAMES_SIZE, n == 1 ? "coefficient" : "coefficients");
    for (size_t j = 0; j < n_coef && named < MOST_NAMED; j++) {
        if (!blamed[j])
            continue;
        const char *joint = named == 0 ? "" : named + 1 == n ? " and" : ",";
        at += (size_t)snprintf(names + at, NAMES_SIZE - at, "%s %zu", joint, j);
        named++;
    }
    if (n > named)
        snprintf(names + at, NAMES_SIZE - at, " and %zu more", n - named);
}

static enum assay_status fail_columns(enum assay_fit_problem problem, bool several,
                                      const char *names, struct assay_error *err)
{
    if (problem == ASSAY_FIT_CONSTANT) {
        assay_fail(err, ASSAY_ENUMERIC, "logistic fit: the column%s of %s %s not vary; "
                   "expected at least two values", several ? "s" : "", names,
                   several ? "do" : "does");
        assay_hint(err, "Drop %s: the intercept says the same.", several ? "them" : "it");
        return ASSAY_ENUMERIC;
    }
    assay_fail(err, ASSAY_ENUMERIC,
               "logistic fit: the columns of %s are linearly dependent; "
               "expected none to follow from the others", names);
    assay_hint(err, "Drop one of them.");
    return ASSAY_ENUMERIC;
}

static enum assay_status fail_separated(enum assay_fit_problem problem, bool several,
                                        const char *names, struct assay_error *err)
{
    assay_fail(err, ASSAY_ENUMERIC, "logistic fit: %s%s separates the outcomes %s; %s not finite",
               several ? "a combination of " : "", names,
               problem == ASSAY_FIT_SEPARATED ? "perfectly" : "but for ties",
               several ? "their estimates are" : "its estimate is");
    assay_hint(err, "Drop %s, or fit with an anchor or a penalty.", several ? "one of them" : "it");
    return ASSAY_ENUMERIC;
}

static enum assay_status fail_unsettled(const struct assay_newton *newton, struct assay_error *err)
{
    assay_fail(err, ASSAY_ENUMERIC,
               "logistic fit: log-odds still move by %.1e after %zu iterations; expected below %.1e",
               newton->largest_move, newton->iterations, newton->options->tolerance);
    if (few_events(newton->engine))
        assay_hint(err, "There are %zu events among %zu rows, for %zu coefficients.",
                   newton->engine->n_event, newton->engine->n_row, newton->n_coef);
    return ASSAY_ENUMERIC;
}

static enum assay_status fail_with(const struct assay_newton *newton, enum assay_fit_problem problem,
                                   const unsigned char blamed[], struct assay_error *err)
{
    char names[NAMES_SIZE];
    bool several = count_blamed(blamed, newton->n_coef) > 1;
    name_blamed(blamed, newton->n_coef, names);
    switch (problem) {
    case ASSAY_FIT_CONSTANT:
    case ASSAY_FIT_COLLINEAR:
        return fail_columns(problem, several, names, err);
    case ASSAY_FIT_SEPARATED:
    case ASSAY_FIT_QUASI:
        return fail_separated(problem, several, names, err);
    case ASSAY_FIT_FINE:
    case ASSAY_FIT_ONE_OUTCOME:
    case ASSAY_FIT_FEW_EVENTS:
    case ASSAY_FIT_NO_CONVERGENCE:
        break;
    }
    return fail_unsettled(newton, err);
}

static enum assay_status fail_one_outcome(const struct assay_engine *engine, struct assay_error *err)
{
    return assay_fail(err, ASSAY_ENUMERIC,
                      "logistic fit: all %zu outcomes are %d; expected both 0 and 1", engine->n_row,
                      engine->n_event > 0);
}

/* ---- the fit ---- */

static double null_log_likelihood(const struct assay_engine *engine)
{
    double n = (double)engine->n_row, events = (double)engine->n_event, others = n - events;
    return events * log(events / n) + others * log(others / n);
}

/* The columns as the start weighs them; a start far out may flatten some, so ask there twice. */
static enum assay_status examine_columns(const struct assay_newton *newton,
                                         enum assay_fit_problem *problem, unsigned char blamed[],
                                         struct assay_error *err)
{
    enum assay_status status = assay_columns_examine(newton->information, newton->n_coef,
                                                     newton->held, problem, blamed, err);
    if (status == ASSAY_OK && *problem != ASSAY_FIT_FINE && newton->options->start != NULL)
        status = examine_gram(newton->engine, newton->held, problem, blamed, err);
    return status;
}

/* Iterates to the end; *problem says what came of it. */
static enum assay_status climb(struct assay_newton *newton, enum assay_fit_problem *problem,
                               unsigned char blamed[], struct assay_error *err)
{
    double *direction = assay_alloc(newton->n_coef, sizeof *direction);
    enum assay_newton_end end;
    if (direction == NULL)
        return assay_fail_memory(err, "fitting");
    enum assay_status status = assay_separation_climb(newton, newton->options->max_iterations,
                                                      direction, problem, &end, err);
    if (status == ASSAY_OK && *problem != ASSAY_FIT_FINE)
        status = assay_separation_shrink(newton, direction, problem, blamed, err);
    else if (status == ASSAY_OK && end != ASSAY_NEWTON_SETTLED)
        *problem = few_events(newton->engine) ? ASSAY_FIT_FEW_EVENTS : ASSAY_FIT_NO_CONVERGENCE;
    free(direction);
    return status;
}

static enum assay_status check_optimal(const struct assay_newton *newton, struct assay_error *err)
{
    double most = fmax(OPTIMAL, newton->options->tolerance);
    for (size_t f = 0; newton->limits != NULL && f < newton->n_free; f++) {
        size_t j = newton->free_index[f];
        double root = sqrt(newton->information[j * newton->n_coef + j]);
        /* A gradient that a limit holds in check is itself only known to so many digits. */
        double scale = fmax(root, fabs(newton->gradient[j]));
        double residual = fabs(assay_inference_residual(newton, j)) / scale;
        if (!(residual <= most))
            return assay_fail(err, ASSAY_ENUMERIC,
                              "logistic fit: the optimality condition of coefficient %zu is off by "
                              "%.1e; expected below %.1e", j, residual, most);
    }
    return ASSAY_OK;
}

static enum assay_status take_arrays(size_t n_coef, struct assay_logistic_fit *fit,
                                     struct assay_error *err)
{
    fit->n_coef = n_coef;
    fit->blamed = assay_alloc(n_coef, sizeof *fit->blamed);
    fit->coef = assay_alloc(n_coef, sizeof *fit->coef);
    fit->covariance = assay_alloc(n_coef * n_coef, sizeof *fit->covariance);
    fit->active = assay_alloc(n_coef, sizeof *fit->active);
    if (fit->blamed == NULL || fit->coef == NULL || fit->covariance == NULL || fit->active == NULL)
        return assay_fail_memory(err, "fitting");
    return ASSAY_OK;
}

/* What is to be known of a fit that has ended. */
static enum assay_status finish(const struct assay_newton *newton, struct assay_logistic_fit *fit,
                                struct assay_error *err)
{
    fit->iterations = newton->iterations;
    fit->largest_move = newton->largest_move;
    fit->log_likelihood = newton->log_likelihood;
    if (fit->problem != ASSAY_FIT_FINE)
        return fail_with(newton, fit->problem, fit->blamed, err);
    enum assay_status status = assay_inference_fill(newton, fit, err);
    if (status == ASSAY_OK)
        status = check_optimal(newton, err);
    if (status == ASSAY_ENUMERIC)
        fit->problem = ASSAY_FIT_NO_CONVERGENCE;
    return status;
}

static enum assay_status fit_newton(struct assay_newton *newton, struct assay_logistic_fit *fit,
                                    struct assay_error *err)
{
    enum assay_status status = examine_columns(newton, &fit->problem, fit->blamed, err);
    if (status == ASSAY_OK && fit->problem == ASSAY_FIT_FINE)
        status = climb(newton, &fit->problem, fit->blamed, err);
    return status == ASSAY_OK ? finish(newton, fit, err) : status;
}

/* Newton's steps m, m', m'', ... fall off as squares do, m'' = m'^3 / m^2 (Kantorovich): whether the one that would come
 * next, after `last` and `before`, is far below the tolerance. What it would find is then known. */
static bool next_is_nothing(double before, double last, double tolerance)
{
    double rate = last / before;
    return rate <= FALLS && last * rate * rate <= LEFT * tolerance;
}

/* Steps until they move nothing any more, or would not. *settled: they do not. */
static enum assay_status run_near(struct assay_newton *newton, size_t most, bool *settled,
                                  struct assay_error *err)
{
    enum assay_newton_end end = ASSAY_NEWTON_RUNNING;
    enum assay_status status = ASSAY_OK;
    double before = 0; /* the first step has none to compare with */
    *settled = false;
    for (size_t step = 1;
         status == ASSAY_OK && !*settled && end == ASSAY_NEWTON_RUNNING && step <= most; step++) {
        status = assay_newton_run(newton, step, &end, err);
        *settled = status == ASSAY_OK &&
                   (end == ASSAY_NEWTON_SETTLED ||
                    (end == ASSAY_NEWTON_RUNNING &&
                     next_is_nothing(before, newton->largest_move, newton->options->tolerance) &&
                     check_optimal(newton, NULL) == ASSAY_OK));
        before = newton->largest_move;
    }
    return status;
}

/* From a start near the end, to the end or not. */
static enum assay_status climb_near(const struct assay_engine *engine,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits, const double start[],
                                    struct assay_newton *newton, unsigned char blamed[],
                                    bool *settled, struct assay_error *err)
{
    struct assay_logistic_options near = *options;
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    near.start = start;
    enum assay_status status = assay_newton_init(engine, &near, limits, options->held, newton, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_columns_examine(newton->information, newton->n_coef, newton->held, &problem,
                                   blamed, err);
    if (status == ASSAY_OK && problem == ASSAY_FIT_FINE) {
        size_t most = options->max_iterations < MOST_NEAR ? options->max_iterations : MOST_NEAR;
        status = run_near(newton, most, settled, err);
    }
    newton->options = options;
    return status;
}

/* Many rows: from where a sample of them ends, or from the start that is given. Nothing is diagnosed here: a fit
 * that does not settle soon, or whose columns leave a doubt, is as if it had not been tried (*settled is false),
 * and begins at the usual start. */
static enum assay_status try_warm(const struct assay_engine *engine,
                                  const struct assay_logistic_options *options,
                                  const struct assay_limits *limits, struct assay_newton *newton,
                                  unsigned char blamed[], bool *settled, struct assay_error *err)
{
    struct assay_error trouble = {0};
    bool found = options->start != NULL;
    *settled = false;
    if (found ? !assay_warm_has_rows(engine) : !assay_warm_pays(engine, options))
        return ASSAY_OK;
    double *start = assay_alloc(engine->n_coef, sizeof *start);
    if (start == NULL)
        return assay_fail_memory(err, "fitting");
    enum assay_status status = ASSAY_OK;
    if (found)
        memcpy(start, options->start, engine->n_coef * sizeof *start);
    else
        status = assay_warm_start(engine, options, limits, start, &found, &trouble);
    if (status == ASSAY_OK && found)
        status = climb_near(engine, options, limits, start, newton, blamed, settled, &trouble);
    free(start);
    if (!*settled) {
        assay_newton_clear(newton);
        memset(blamed, 0, engine->n_coef);
    }
    if (status != ASSAY_ENOMEM)
        return ASSAY_OK;
    *err = trouble;
    return ASSAY_ENOMEM;
}

/* *newton is zeroed before, the caller's to clear after. */
static enum assay_status climb_to_fit(const struct assay_engine *engine,
                                  const struct assay_logistic_options *options,
                                  const struct assay_limits *limits, struct assay_newton *newton,
                                  struct assay_logistic_fit *fit, struct assay_error *err)
{
    bool settled;
    enum assay_status status = try_warm(engine, options, limits, newton, fit->blamed, &settled, err);
    if (status != ASSAY_OK)
        return status;
    if (settled)
        return finish(newton, fit, err);
    status = assay_newton_init(engine, options, limits, options->held, newton, err);
    return status == ASSAY_OK ? fit_newton(newton, fit, err) : status;
}

static enum assay_status fit_within(const struct assay_engine *engine,
                                    const struct assay_logistic_options *options,
                                    const struct assay_limits *limits,
                                    struct assay_logistic_fit *fit, struct assay_error *err)
{
    struct assay_logistic_fit made = {0};
    struct assay_newton newton = {0};
    assert(options->max_iterations >= 1 && options->tolerance > 0.0);
    enum assay_status status = take_arrays(engine->n_coef, &made, err);
    if (status == ASSAY_OK && one_outcome(engine)) {
        made.problem = ASSAY_FIT_ONE_OUTCOME;
        status = fail_one_outcome(engine, err);
    } else if (status == ASSAY_OK) {
        made.null_log_likelihood = null_log_likelihood(engine);
        status = climb_to_fit(engine, options, limits, &newton, &made, err);
    }
    assay_newton_clear(&newton);
    if (status == ASSAY_OK || (status == ASSAY_ENUMERIC && made.problem != ASSAY_FIT_FINE))
        *fit = made;
    else
        assay_logistic_fit_clear(&made);
    return status;
}

enum assay_status assay_logistic_fit(const struct assay_engine *engine,
                                     const struct assay_logistic_options *options,
                                     struct assay_logistic_fit *fit, struct assay_error *err)
{
    return fit_within(engine, options, NULL, fit, err);
}

enum assay_status assay_logistic_fit_limited(const struct assay_engine *engine,
                                             const struct assay_logistic_options *options,
                                             const struct assay_limits *limits,
                                             struct assay_logistic_fit *fit,
                                             struct assay_error *err)
{
    return fit_within(engine, options, limits->n_limit > 0 ? limits : NULL, fit, err);
}
