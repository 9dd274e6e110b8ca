#include "calibrate/pipeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

/* ---- baselines ---- */

struct estimating {
    struct assay_pipeline *pipeline;
    enum assay_status *status;
    struct assay_error *errors;
};

static void estimate_signal(void *state, size_t j)
{
    const struct estimating *e = state;
    const struct assay_history *history = e->pipeline->history;
    const struct assay_signal_spec *signal = &history->spec->signals[j];
    if (signal->normalise.method != ASSAY_PERCENTILE)
        return;
    e->status[j] = assay_baseline_estimate(&history->sorted[j], e->pipeline->include,
                                           &history->cohorts, signal->better,
                                           &e->pipeline->baselines[j], &e->errors[j]);
}

static enum assay_status estimate_baselines(struct assay_pipeline *pipeline,
                                            struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    size_t n = pipeline->n_signal;
    struct estimating e = {pipeline, assay_alloc(n, sizeof(enum assay_status)),
                           assay_alloc(n, sizeof(struct assay_error))};
    enum assay_status status = ASSAY_OK;
    if (e.status == NULL || e.errors == NULL)
        status = assay_fail_memory(err, "estimating baselines");
    else
        assay_parallel(n, history->n_thread, estimate_signal, &e);
    for (size_t j = 0; status == ASSAY_OK && j < n; j++) {
        if (e.status[j] == ASSAY_OK)
            continue;
        status = e.status[j];
        if (status == ASSAY_EDATA) {
            assay_fail(err, status, "signal \"%s\" is empty in every snapshot that counts",
                       history->spec->signals[j].name);
            assay_hint(err, "Leave it out of the spec, or check its column, \"%s\".",
                       history->spec->signals[j].column);
        } else if (err != NULL) {
            *err = e.errors[j];
        }
    }
    free(e.status);
    free(e.errors);
    return status;
}

/* ---- problems in words ---- */

static void list_names(const struct assay_history *history, const unsigned char blamed[],
                       size_t n_coef, struct assay_text *list, size_t *n_name)
{
    const struct assay_spec *spec = history->spec;
    size_t indicator = 1 + spec->n_signal;
    for (size_t j = 0; j < spec->n_signal; j++)
        if (blamed[1 + j])
            assay_text_printf(list, "%s\"%s\"", (*n_name)++ > 0 ? ", " : "", spec->signals[j].name);
    for (size_t j = 0; j < spec->n_signal && indicator < n_coef; j++)
        if (spec->signals[j].missing == ASSAY_INDICATOR && blamed[indicator++])
            assay_text_printf(list, "%s\"%s (missing)\"", (*n_name)++ > 0 ? ", " : "",
                              spec->signals[j].name);
}

static void say_problem(enum assay_fit_problem problem, const char *names, bool many,
                        size_t n_coef, size_t n_row, size_t n_event, struct assay_error *err)
{
    const char *s = many ? "signals" : "signal", *its = many ? "their" : "its";
    switch (problem) {
    case ASSAY_FIT_ONE_OUTCOME:
        assay_fail(err, ASSAY_ENUMERIC,
                   "%zu of the %zu snapshots that count have the event; expected some with it and "
                   "some without", n_event, n_row);
        assay_hint(err, "Check the outcome's column and the window of dates.");
        return;
    case ASSAY_FIT_CONSTANT:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s %s the same points in every snapshot; %s weight "
                   "cannot be estimated", s, names, many ? "have" : "has", its);
        assay_hint(err, "Leave %s out of the spec, or check the column and its normalisation.",
                   many ? "them" : "it");
        return;
    case ASSAY_FIT_COLLINEAR:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s say the same thing: each follows from the others; "
                   "their weights cannot be told apart", s, names);
        assay_hint(err, "Keep one of them, or leave out the one that the team trusts least.");
        return;
    case ASSAY_FIT_SEPARATED:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s separate%s the outcomes perfectly; %s weight is not "
                   "finite", s, names, many ? " together" : "s", its);
        assay_hint(err, "Leave %s out: a signal this good is often recorded after the event.",
                   many ? "one of them" : "it");
        return;
    case ASSAY_FIT_QUASI:
        assay_fail(err, ASSAY_ENUMERIC, "%s %s separate%s the outcomes but for ties "
                   "(quasi-complete separation); %s weight is not finite", s, names,
                   many ? " together" : "s", its);
        assay_hint(err, "Leave %s out, merge rare categories, or add history in which both "
                        "outcomes occur.", many ? "one of them" : "it");
        return;
    case ASSAY_FIT_FEW_EVENTS: {
        size_t other = n_row - n_event;
        bool events = n_event <= other;
        assay_fail(err, ASSAY_ENUMERIC, "%zu %s for %zu coefficients; expected at least one each, "
                   "and ten to trust them", events ? n_event : other,
                   events ? "events" : "snapshots without the event", n_coef);
        assay_hint(err, "Use fewer signals, or a longer history.");
        return;
    }
    case ASSAY_FIT_FINE:
    case ASSAY_FIT_NO_CONVERGENCE:
        return; /* the fitter's own sentence stands */
    }
}

enum assay_status assay_name_problem(const struct assay_pipeline *pipeline,
                                     enum assay_fit_problem problem, const unsigned char blamed[],
                                     struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    struct assay_text names = {0};
    size_t n_name = 0, n_row = 0, n_event = 0;
    for (size_t i = 0; i < history->n_row; i++) {
        n_row += pipeline->include[i];
        n_event += pipeline->include[i] && history->outcome[i];
    }
    if (blamed != NULL)
        list_names(history, blamed, pipeline->n_coef, &names, &n_name);
    if (names.failed) {
        assay_text_clear(&names);
        return assay_fail_memory(err, "naming signals");
    }
    say_problem(problem, names.data != NULL ? names.data : "", n_name > 1, pipeline->n_coef, n_row,
                n_event, err);
    assay_text_clear(&names);
    return ASSAY_ENUMERIC;
}

/* ---- fitting ---- */

static struct assay_array_data array_data(const struct assay_pipeline *pipeline)
{
    return (struct assay_array_data){.x = pipeline->design->x,
                                     .outcome = pipeline->history->outcome,
                                     .include = pipeline->include,
                                     .n_row = pipeline->history->n_row,
                                     .n_column = pipeline->design->n_column,
                                     .n_thread = pipeline->history->n_thread};
}

/* A look at the columns before any fit; in a resample, those that do not vary are held. */
static enum assay_status check_columns(struct assay_pipeline *pipeline,
                                       const struct assay_engine *engine, struct assay_error *err)
{
    enum assay_fit_problem problem = ASSAY_FIT_FINE;
    unsigned char *blamed = assay_alloc(pipeline->n_coef, 1);
    if (blamed == NULL)
        return assay_fail_memory(err, "checking signals");
    enum assay_status status = assay_logistic_check(engine, &problem, blamed, err);
    bool indicator_only = problem == ASSAY_FIT_CONSTANT;
    for (size_t k = 1; k <= pipeline->n_signal; k++)
        indicator_only = indicator_only && !blamed[k];
    if (status == ASSAY_OK && problem == ASSAY_FIT_CONSTANT &&
        (pipeline->use == ASSAY_PIPELINE_RESAMPLE || indicator_only))
        memcpy(pipeline->held, blamed, pipeline->n_coef); /* nobody is missing: no term to fit */
    else if (status == ASSAY_OK && problem != ASSAY_FIT_FINE)
        status = assay_name_problem(pipeline, problem, blamed, err);
    free(blamed);
    return status;
}

/* B and the weights; false when no signal lowers the risk. */
static bool take_weights(struct assay_pipeline *pipeline)
{
    double total = 0;
    for (size_t j = 0; j < pipeline->n_signal; j++)
        total -= pipeline->fit.coef[1 + j];
    pipeline->slope_total = total;
    for (size_t j = 0; j < pipeline->n_signal && total > 0; j++)
        pipeline->weight[j] = fmax(0, -pipeline->fit.coef[1 + j] / total);
    return total > 0;
}

/* Newton's last step squares the error: a resample that stops at 1e-6 is within 1e-11 or so of the
 * answer, which is all that its predictions can show. */
#define RESAMPLE_TOLERANCE 1e-6

static enum assay_status fit_once(struct assay_pipeline *pipeline, const double *start,
                                  const struct assay_limits *limits, struct assay_error *err)
{
    struct assay_array_data data = array_data(pipeline);
    struct assay_engine engine; /* anew: it copies the last block, and holes may have moved */
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    options.held = pipeline->held;
    options.start = start;
    if (pipeline->use == ASSAY_PIPELINE_RESAMPLE)
        options.tolerance = RESAMPLE_TOLERANCE;
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_logistic_fit_limited(&engine, &options, limits, &fit, err);
    assay_array_engine_clear(&engine);
    if (status == ASSAY_ENUMERIC)
        assay_name_problem(pipeline, fit.problem, fit.blamed, err);
    if (status != ASSAY_OK) {
        assay_logistic_fit_clear(&fit);
        return status;
    }
    assay_logistic_fit_clear(&pipeline->fit);
    pipeline->fit = fit;
    if (take_weights(pipeline))
        return ASSAY_OK;
    assay_fail(err, ASSAY_ENUMERIC,
               "no signal goes with fewer events; every weight would be 0");
    assay_hint(err, "Check that \"better\" is the right way round and that the outcome is 1 for "
                    "those who left.");
    return ASSAY_ENUMERIC;
}

/* Signals left out by `renormalise` stand at the composite of the others, which depends on the
 * weights: refit until the weights reproduce themselves. */
static enum assay_status fit_fixed_point(struct assay_pipeline *pipeline, const double *start,
                                         const struct assay_limits *limits,
                                         struct assay_error *err)
{
    enum { ROUNDS = 200 };
    static const double settled = 1e-13; /* of x in [0, 1]: log-odds then agree to 1e-12 */
    enum assay_status status = fit_once(pipeline, start, limits, err);
    for (size_t round = 0; status == ASSAY_OK && pipeline->own_design.n_hole > 0; round++) {
        if (assay_design_fill_holes(&pipeline->own_design, pipeline->weight) <= settled)
            return ASSAY_OK;
        if (round == ROUNDS)
            return assay_fail(err, ASSAY_ENUMERIC,
                              "weights of signals with missing values still move after %d refits; "
                              "expected them to settle", ROUNDS);
        double *from = assay_alloc(pipeline->n_coef, sizeof *from);
        if (from == NULL)
            return assay_fail_memory(err, "fitting weights");
        memcpy(from, pipeline->fit.coef, pipeline->n_coef * sizeof *from);
        status = fit_once(pipeline, from, limits, err);
        free(from);
    }
    return status;
}

static enum assay_status fit_constrained(struct assay_pipeline *pipeline, const double *start,
                                         struct assay_error *err)
{
    struct assay_array_data data = array_data(pipeline);
    struct assay_engine engine;
    size_t p = pipeline->n_coef, n = pipeline->n_signal;
    double *limit = assay_alloc(n * p, sizeof *limit);
    double *floor = assay_alloc(n, sizeof *floor);
    double *from = assay_alloc(p, sizeof *from);
    enum assay_status status = ASSAY_OK;
    if (limit == NULL || floor == NULL || from == NULL)
        status = assay_fail_memory(err, "fitting weights");
    else
        status = assay_array_engine_init(&data, &engine, err);
    if (status == ASSAY_OK) {
        for (size_t j = 0; j < n; j++)
            limit[j * p + 1 + j] = -1; /* u_j = -b_j >= 0 */
        struct assay_limits limits = {.n_limit = n, .limit = limit, .floor = floor};
        status = check_columns(pipeline, &engine, err);
        for (size_t k = 0; start != NULL && k < p; k++)
            from[k] = pipeline->held[k] ? 0 : start[k];
        if (status == ASSAY_OK)
            status = fit_fixed_point(pipeline, start != NULL ? from : NULL, &limits, err);
        assay_array_engine_clear(&engine);
    }
    free(limit);
    free(floor);
    free(from);
    return status;
}

static enum assay_status build_design(struct assay_pipeline *pipeline, struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    pipeline->baselines = assay_alloc(pipeline->n_signal, sizeof *pipeline->baselines);
    if (pipeline->baselines == NULL)
        return assay_fail_memory(err, "estimating baselines");
    enum assay_status status = estimate_baselines(pipeline, err);
    if (status == ASSAY_OK)
        status = assay_design_init(history->spec, history->n_row, &pipeline->own_design, err);
    if (status == ASSAY_OK)
        status = assay_design_fill(&pipeline->own_design, history->columns, history->table,
                                   pipeline->baselines, history->leaf, history->n_thread, err);
    return status;
}

enum assay_status assay_pipeline_run(const struct assay_history *history,
                                     const unsigned char *include, enum assay_pipeline_use use,
                                     const struct assay_pipeline *published,
                                     struct assay_pipeline *pipeline, struct assay_error *err)
{
    size_t n_signal = history->n_signal;
    size_t n_coef = 1 + n_signal + assay_indicator_count(history->spec);
    struct assay_pipeline made = {.history = history,
                                  .include = include,
                                  .use = use,
                                  .n_signal = n_signal,
                                  .n_coef = n_coef,
                                  .held = assay_alloc(n_coef, 1),
                                  .weight = assay_alloc(n_signal, sizeof *made.weight)};
    bool shares = published != NULL && history->n_used > ASSAY_SHARED_BASELINE_ROWS &&
                  published->design->n_hole == 0; /* holes depend on the weights */
    enum assay_status status = ASSAY_OK;
    if (made.held == NULL || made.weight == NULL)
        status = assay_fail_memory(err, "fitting weights");
    else if (!shares)
        status = build_design(&made, err);
    made.design = shares ? published->design : &made.own_design;
    if (status == ASSAY_OK)
        status = fit_constrained(&made, published != NULL ? published->fit.coef : NULL, err);
    if (status != ASSAY_OK) {
        assay_pipeline_clear(&made);
        return status;
    }
    *pipeline = made;
    if (!shares)
        pipeline->design = &pipeline->own_design;
    return ASSAY_OK;
}

void assay_pipeline_clear(struct assay_pipeline *pipeline)
{
    for (size_t j = 0; pipeline->baselines != NULL && j < pipeline->n_signal; j++)
        assay_baseline_clear(&pipeline->baselines[j]);
    free(pipeline->baselines);
    free(pipeline->held);
    free(pipeline->weight);
    assay_design_clear(&pipeline->own_design);
    assay_logistic_fit_clear(&pipeline->fit);
    *pipeline = (struct assay_pipeline){0};
}

enum assay_status assay_pipeline_fit_free(const struct assay_pipeline *pipeline,
                                          struct assay_logistic_fit *fit, struct assay_error *err)
{
    struct assay_array_data data = array_data(pipeline);
    struct assay_engine engine;
    struct assay_logistic_options options = assay_logistic_options_default();
    options.held = pipeline->held;
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_logistic_fit made = {0};
    status = assay_logistic_fit(&engine, &options, &made, err);
    assay_array_engine_clear(&engine);
    if (status == ASSAY_ENUMERIC)
        assay_name_problem(pipeline, made.problem, made.blamed, err);
    if (status != ASSAY_OK)
        assay_logistic_fit_clear(&made);
    else
        *fit = made;
    return status;
}

void assay_pipeline_log_odds(const struct assay_pipeline *pipeline, double log_odds[])
{
    struct assay_array_data data = array_data(pipeline);
    assay_array_log_odds(&data, pipeline->fit.coef, log_odds);
}
