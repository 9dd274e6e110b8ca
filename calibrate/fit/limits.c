#include "calibrate/fit/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/reading.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/roc.h"

/* ---- from names to indices ---- */

static size_t dimension_of(const struct assay_spec *spec, const char *name)
{
    size_t g = 0;
    while (g < spec->n_dimension && strcmp(spec->dimensions[g].name, name) != 0)
        g++;
    return g;
}

/* Rounding blames both bounds at once where no multiple of its step lies between them. */
static void describe_range(double low, double high, struct assay_text *text)
{
    if (low == high)
        assay_text_printf(text, "fixed at %g", low);
    else
        assay_text_printf(text, "between %g and %g", low, high);
}

void assay_limit_describe(const struct assay_spec *spec, struct assay_weight_limit limit,
                          struct assay_text *text)
{
    size_t index = limit.index; /* of a signal or of a dimension; there may be none of these */
    const struct assay_signal_spec *signal = index < spec->n_signal ? &spec->signals[index] : NULL;
    const struct assay_dimension_spec *dimension =
        index < spec->n_dimension ? &spec->dimensions[index] : NULL;
    switch (limit.kind) {
    case ASSAY_LIMIT_SIGN:
        assay_text_printf(text, "the weight of \"%s\" not negative", signal->name);
        return;
    case ASSAY_LIMIT_FLOOR:
        assay_text_printf(text, "the weight of \"%s\" at least %g", signal->name,
                          signal->weight_low);
        return;
    case ASSAY_LIMIT_CAP:
        assay_text_printf(text, "the weight of \"%s\" at most %g", signal->name,
                          signal->weight_high);
        return;
    case ASSAY_LIMIT_FIXED:
        assay_text_printf(text, "the weight of \"%s\" ", signal->name);
        describe_range(signal->weight_low, signal->weight_high, text);
        return;
    case ASSAY_LIMIT_SHARE_FLOOR:
        assay_text_printf(text, "the share of \"%s\" at least %g", dimension->name,
                          dimension->share_low);
        return;
    case ASSAY_LIMIT_SHARE_CAP:
        assay_text_printf(text, "the share of \"%s\" at most %g", dimension->name,
                          dimension->share_high);
        return;
    case ASSAY_LIMIT_SHARE_FIXED:
        assay_text_printf(text, "the share of \"%s\" ", dimension->name);
        describe_range(dimension->share_low, dimension->share_high, text);
        return;
    case ASSAY_LIMIT_TOTAL:
        assay_text_printf(text, "the sum of all weights at 1");
        return;
    }
}

/* Signs go without saying: leaves them out, unless there is nothing else. Returns how many are left. */
static size_t drop_signs(struct assay_weight_limit conflict[], size_t n)
{
    size_t kept = 0;
    for (size_t k = 0; k < n; k++)
        if (conflict[k].kind != ASSAY_LIMIT_SIGN)
            conflict[kept++] = conflict[k];
    return kept > 0 ? kept : n;
}

/* Where limits contradict each other a smallest set that does is named. */
static enum assay_status check_feasible(const struct assay_spec *spec,
                                        const struct assay_weight_limits *limits,
                                        struct assay_error *err)
{
    struct assay_weight_limit *conflict = NULL;
    size_t n = 0;
    enum assay_status status = assay_weight_limits_conflict(limits, &conflict, &n, err);
    if (status != ASSAY_OK || n == 0)
        return status;
    struct assay_text list = {0};
    size_t n_named = drop_signs(conflict, n);
    for (size_t k = 0; k < n_named; k++) {
        assay_text_puts(&list, k == 0 ? "" : k + 1 == n_named ? " and " : ", ");
        assay_limit_describe(spec, conflict[k], &list);
    }
    free(conflict);
    if (list.failed) {
        assay_text_clear(&list);
        return assay_fail_memory(err, "checking limits");
    }
    assay_fail(err, ASSAY_EDATA, "no weights that sum to 1 have %s", list.data);
    assay_hint(err, "Loosen one of them; the others can be met without it.");
    assay_text_clear(&list);
    return ASSAY_EDATA;
}

enum assay_status assay_declared_limits_init(const struct assay_spec *spec, size_t n_coef,
                                             struct assay_declared_limits *declared,
                                             struct assay_error *err)
{
    size_t n = spec->n_signal, n_group = spec->n_dimension;
    struct assay_declared_limits made = {
        .sign_free = assay_alloc(n, 1),
        .low = assay_alloc(n, sizeof *made.low),
        .high = assay_alloc(n, sizeof *made.high),
        .group = assay_alloc(n, sizeof *made.group),
        .group_low = assay_alloc(n_group + 1, sizeof *made.group_low),
        .group_high = assay_alloc(n_group + 1, sizeof *made.group_high)};
    enum assay_status status = ASSAY_OK;
    if (made.sign_free == NULL || made.low == NULL || made.high == NULL || made.group == NULL ||
        made.group_low == NULL || made.group_high == NULL)
        status = assay_fail_memory(err, "taking in limits");
    for (size_t j = 0; status == ASSAY_OK && j < n; j++) {
        made.sign_free[j] = spec->signals[j].sign_free;
        made.low[j] = spec->signals[j].weight_low;
        made.high[j] = spec->signals[j].weight_high;
        made.group[j] = dimension_of(spec, spec->signals[j].dimension);
    }
    for (size_t g = 0; status == ASSAY_OK && g < n_group; g++) {
        made.group_low[g] = spec->dimensions[g].share_low;
        made.group_high[g] = spec->dimensions[g].share_high;
    }
    made.limits = (struct assay_weight_limits){.n_signal = n,
                                               .sign_free = made.sign_free,
                                               .low = made.low,
                                               .high = made.high,
                                               .n_group = n_group,
                                               .group = made.group,
                                               .group_low = made.group_low,
                                               .group_high = made.group_high};
    if (status == ASSAY_OK)
        status = check_feasible(spec, &made.limits, err);
    if (status == ASSAY_OK)
        status = assay_weight_limit_set_init(&made.limits, n_coef, &made.set, err);
    if (status != ASSAY_OK)
        assay_declared_limits_clear(&made);
    else
        *declared = made;
    return status;
}

void assay_declared_limits_clear(struct assay_declared_limits *declared)
{
    assay_weight_limit_set_clear(&declared->set);
    free(declared->sign_free);
    free(declared->low);
    free(declared->high);
    free(declared->group);
    free(declared->group_low);
    free(declared->group_high);
    *declared = (struct assay_declared_limits){0};
}

/* ---- what they cost ---- */

/* The AUC of coef on the rows that the pipeline learnt from; NaN where there is none. */
static enum assay_status find_auc(const struct assay_pipeline *pipeline, const double coef[],
                                  double *auc, struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    struct assay_array_data data = assay_pipeline_data(pipeline);
    double *log_odds = assay_rows_alloc(history->n_row, sizeof *log_odds);
    unsigned char *outcome = assay_rows_alloc(history->n_row, 1);
    struct assay_auc measured;
    size_t n = 0;
    *auc = NAN;
    if (log_odds == NULL || outcome == NULL || !assay_array_log_odds(&data, coef, log_odds)) {
        assay_rows_free(log_odds);
        assay_rows_free(outcome);
        return assay_fail_memory(err, "finding what limits cost");
    }
    for (size_t i = 0; i < history->n_row; i++)
        if (assay_pipeline_times(pipeline, i) > 0) {
            log_odds[n] = log_odds[i];
            outcome[n++] = history->outcome[i];
        }
    enum assay_status status =
        assay_auc_measure(log_odds, outcome, n, ASSAY_HIGHER_IS_RISK, &measured, err);
    if (status == ASSAY_OK)
        *auc = measured.wald.value;
    assay_rows_free(log_odds);
    assay_rows_free(outcome);
    return status;
}

/* One refit, without the limit k of the set. */
struct costing {
    const struct assay_pipeline *pipeline;
    const struct assay_declared_limits *declared;
    const double *asked; /* [n_signal] the anchor before it was moved within the limits */
    const struct assay_engine *engine;
    struct assay_anchor anchor;
    struct assay_logistic_options options;
    double *coef; /* [n_coef] */
    double auc;   /* under all limits */
};

/* The declared limits but one; signs stay. *memory is the caller's to free. */
static enum assay_status loosen(const struct assay_weight_limits *all,
                                struct assay_weight_limit without,
                                struct assay_weight_limits *loosened, double **memory,
                                struct assay_error *err)
{
    size_t n = all->n_signal, n_group = all->n_group;
    double *low = assay_alloc(2 * (n + n_group), sizeof *low);
    if (low == NULL)
        return assay_fail_memory(err, "finding what limits cost");
    double *high = low + n, *group_low = high + n, *group_high = group_low + n_group;
    memcpy(low, all->low, n * sizeof *low);
    memcpy(high, all->high, n * sizeof *high);
    memcpy(group_low, all->group_low, n_group * sizeof *group_low);
    memcpy(group_high, all->group_high, n_group * sizeof *group_high);
    switch (without.kind) {
    case ASSAY_LIMIT_FLOOR:
        low[without.index] = 0;
        break;
    case ASSAY_LIMIT_CAP:
        high[without.index] = 1;
        break;
    case ASSAY_LIMIT_FIXED:
        low[without.index] = 0;
        high[without.index] = 1;
        break;
    case ASSAY_LIMIT_SHARE_FLOOR:
        group_low[without.index] = 0;
        break;
    case ASSAY_LIMIT_SHARE_CAP:
        group_high[without.index] = 1;
        break;
    case ASSAY_LIMIT_SHARE_FIXED:
        group_low[without.index] = 0;
        group_high[without.index] = 1;
        break;
    case ASSAY_LIMIT_SIGN:
    case ASSAY_LIMIT_TOTAL:
        break;
    }
    *loosened = *all;
    loosened->low = low;
    loosened->high = high;
    loosened->group_low = group_low;
    loosened->group_high = group_high;
    *memory = low;
    return ASSAY_OK;
}

/* The cost where the anchor is kept exactly: it stands elsewhere without the limit. */
static enum assay_status cost_of_kept(struct costing *c, struct assay_weight_limit without,
                                      double *deviance, struct assay_error *err)
{
    struct assay_weight_limits loosened;
    struct assay_anchor anchor = c->anchor;
    struct assay_anchor_fit fit = {0};
    double *memory = NULL, *weight = assay_alloc(anchor.n_signal, sizeof *weight);
    enum assay_status status = weight != NULL
                                   ? loosen(&c->declared->limits, without, &loosened, &memory, err)
                                   : assay_fail_memory(err, "finding what limits cost");
    if (status == ASSAY_OK)
        status = assay_weight_limits_nearest(&loosened, c->asked, anchor.sd, weight, err);
    anchor.weight = weight;
    if (status == ASSAY_OK)
        status = assay_anchor_fit(c->engine, &anchor, &c->options, NULL, &fit, err);
    if (status == ASSAY_OK) {
        memcpy(c->coef, fit.fit.coef, fit.fit.n_coef * sizeof *c->coef);
        *deviance = 2 * (fit.fit.log_likelihood - c->pipeline->fit.log_likelihood);
    }
    assay_anchor_fit_clear(&fit);
    free(memory);
    free(weight);
    return status;
}

static enum assay_status find_cost(struct costing *c, size_t k, struct assay_model_limit *limit,
                                   struct assay_error *err)
{
    struct assay_weight_limit which = c->declared->set.what[k];
    struct assay_text words = {0};
    assay_limit_describe(c->pipeline->history->spec, which, &words);
    if (words.failed) {
        assay_text_clear(&words);
        return assay_fail_memory(err, "finding what limits cost");
    }
    *limit = (struct assay_model_limit){.what = words.data, .deviance = NAN, .auc = NAN};
    struct assay_error reason = {0};
    enum assay_status status =
        isinf(c->anchor.lambda)
            ? cost_of_kept(c, which, &limit->deviance, &reason)
            : assay_weight_limit_cost(c->engine, c->anchor.lambda > 0 ? &c->anchor : NULL,
                                      &c->options, &c->declared->limits, &c->pipeline->fit, which,
                                      c->coef, &limit->deviance, &reason);
    if (status == ASSAY_ENUMERIC) { /* without it there is no fit at all */
        limit->deviance = NAN;
        return ASSAY_OK;
    }
    if (status != ASSAY_OK) {
        if (err != NULL)
            *err = reason;
        return status;
    }
    status = find_auc(c->pipeline, c->coef, &limit->auc, err);
    limit->auc -= c->auc;
    return status;
}

static bool is_declared(enum assay_weight_limit_kind kind)
{
    return kind != ASSAY_LIMIT_SIGN && kind != ASSAY_LIMIT_TOTAL;
}

static enum assay_status find_costs(struct costing *c, const unsigned char active[],
                                    struct assay_model_limit *limit, size_t *n_limit,
                                    struct assay_error *err)
{
    const struct assay_weight_limit_set *set = &c->declared->set;
    enum assay_status status = ASSAY_OK;
    c->auc = NAN;
    for (size_t k = 0; status == ASSAY_OK && k < set->limits.n_limit; k++)
        if (active[k] && is_declared(set->what[k].kind)) {
            if (isnan(c->auc))
                status = find_auc(c->pipeline, c->pipeline->fit.coef, &c->auc, err);
            if (status == ASSAY_OK)
                status = find_cost(c, k, &limit[*n_limit], err);
            *n_limit += limit[*n_limit].what != NULL;
        }
    return status;
}

enum assay_status assay_limits_cost(const struct assay_pipeline *pipeline,
                                    const struct assay_estimation *estimation,
                                    const struct assay_declared_limits *declared,
                                    const double asked[], struct assay_model_limit **limit,
                                    size_t *n_limit, struct assay_error *err)
{
    const struct assay_limits *limits = &declared->set.limits;
    struct costing c = {.pipeline = pipeline,
                        .declared = declared,
                        .asked = asked,
                        .options = assay_logistic_options_default(),
                        .coef = assay_alloc(pipeline->n_coef, sizeof *c.coef)};
    size_t *signal = assay_alloc(pipeline->n_signal, sizeof *signal);
    unsigned char *active = assay_alloc(limits->n_limit + 1, 1);
    *limit = assay_alloc(limits->n_limit + 1, sizeof **limit);
    *n_limit = 0;
    enum assay_status status = ASSAY_OK;
    if (c.coef == NULL || signal == NULL || active == NULL || *limit == NULL)
        status = assay_fail_memory(err, "finding what limits cost");
    else
        status = assay_pipeline_engine(pipeline, &c.engine, err);
    if (status == ASSAY_OK) {
        for (size_t j = 0; j < pipeline->n_signal; j++)
            signal[j] = 1 + j;
        c.anchor = (struct assay_anchor){.lambda = estimation->anchor != NULL ? estimation->lambda : 0,
                                         .n_signal = pipeline->n_signal,
                                         .signal = signal,
                                         .weight = estimation->anchor,
                                         .sd = estimation->sd};
        c.options.held = pipeline->held;
        assay_weight_limit_set_active(&declared->set, pipeline->fit.coef, pipeline->n_coef, active);
        status = find_costs(&c, active, *limit, n_limit, err);
    }
    free(c.coef);
    free(signal);
    free(active);
    return status;
}
