#include <math.h>
#include <stdint.h>

#include "core/base/memory.h"
#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/signal/design.h"
#include "core/signal/normalise.h"
#include "core/spec/fit_spec.h"
#include "core/spec/spec_parts.h"

/* ---- cohorts ---- */

static void write_cohorts(struct assay_json_writer *json, const struct assay_cohorts *cohorts)
{
    assay_json_open(json, "cohorts", '[');
    for (size_t v = 0; v < cohorts->n_node; v++) {
        const struct assay_cohort_node *node = &cohorts->nodes[v];
        assay_json_open(json, NULL, '{');
        assay_put_text(json, "plan", node->plan);
        if (node->band != ASSAY_ANY_BAND)
            assay_json_put_count(json, "band", node->band);
        else
            assay_json_put_null(json, "band");
        assay_json_put_count(json, "parent", node->parent);
        assay_json_put_count(json, "rows", node->rows);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status read_cohort(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_cohorts *cohorts, struct assay_error *err)
{
    static const char *const keys[] = {"plan", "band", "parent", "rows"};
    struct assay_cohort_node *node = &cohorts->nodes[cohorts->n_node++];
    size_t index = cohorts->n_node - 1;
    node->band = ASSAY_ANY_BAND;
    enum assay_status status =
        assay_check_element(doc, object, "a cohort", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, object, "plan", true, &node->plan, err);
    if (status == ASSAY_OK && !assay_field_is_null(object, "band"))
        status = assay_json_want_count(doc, object, "band", 0, cohorts->spec->n_band, &node->band,
                                       err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "parent", 0, index > 0 ? index - 1 : 0,
                                       &node->parent, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "rows", 0, (size_t)1 << 50, &node->rows, err);
    if (status == ASSAY_OK && index == 0 && (node->plan != NULL || node->band != ASSAY_ANY_BAND))
        return assay_json_wrong(doc, object, err, "the first cohort to be everybody");
    if (status == ASSAY_OK && index > 0 && node->plan == NULL && node->band == ASSAY_ANY_BAND)
        return assay_json_wrong(doc, object, err, "a cohort with a plan, a band or both");
    return status;
}

static enum assay_status read_cohorts(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, root, "cohorts", &list, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list);
    if (n < 1 || n > UINT16_MAX)
        return assay_json_wrong(doc, list, err, "1 to %d cohorts", UINT16_MAX);
    model->cohorts.spec = &model->spec.cohort;
    model->cohorts.nodes = assay_alloc(n, sizeof *model->cohorts.nodes);
    if (model->cohorts.nodes == NULL)
        return assay_fail_memory(err, "reading a model");
    for (const struct cJSON *object = assay_json_first(list);
         object != NULL && status == ASSAY_OK; object = assay_json_next(object))
        status = read_cohort(doc, object, &model->cohorts, err);
    return status;
}

/* ---- baselines ---- */

static void write_normalise(struct assay_json_writer *json, const struct assay_model *model,
                            size_t j)
{
    const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
    assay_json_open(json, "normalise", '{');
    assay_normalise_spec_write(json, normalise);
    if (normalise->method == ASSAY_PERCENTILE) {
        assay_json_open(json, "cohorts", '[');
        for (size_t v = 0; v < model->baselines[j].n_node; v++) {
            const struct assay_knots *knots = &model->baselines[j].knots[v];
            assay_json_open(json, NULL, '{');
            assay_json_put_count(json, "cohort", v);
            assay_json_put_count(json, "rows", knots->rows);
            assay_json_put_number(json, "borrowed", knots->borrowed);
            assay_json_put_numbers(json, "x", knots->x, knots->n);
            assay_json_put_numbers(json, "s", knots->s, knots->n);
            assay_json_close(json);
        }
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status check_knots(struct assay_json *doc, const struct cJSON *object,
                                     const struct assay_knots *knots, size_t n_s,
                                     enum assay_better better, struct assay_error *err)
{
    if (knots->n == 0 || n_s != knots->n)
        return assay_json_wrong(doc, object, err, "as many \"s\" as \"x\", at least one");
    for (size_t k = 0; k < knots->n; k++) {
        if (knots->s[k] < 0 || knots->s[k] > 100)
            return assay_json_wrong(doc, assay_json_get(object, "s"), err,
                                    "points from 0 to 100, not %g", knots->s[k]);
        if (k == 0)
            continue;
        if (knots->x[k] <= knots->x[k - 1])
            return assay_json_wrong(doc, assay_json_get(object, "x"), err,
                                    "knots that ascend; %g stands behind %g", knots->x[k],
                                    knots->x[k - 1]);
        double step = knots->s[k] - knots->s[k - 1];
        if (better == ASSAY_LOWER ? step > 0 : step < 0)
            return assay_json_wrong(doc, assay_json_get(object, "s"), err,
                                    "knots that go one way; %g stands behind %g", knots->s[k],
                                    knots->s[k - 1]);
    }
    return ASSAY_OK;
}

static enum assay_status read_knots(struct assay_json *doc, const struct cJSON *object,
                                    size_t index, enum assay_better better,
                                    struct assay_knots *knots, struct assay_error *err)
{
    static const char *const keys[] = {"cohort", "rows", "borrowed", "x", "s"};
    size_t cohort, n_s = 0;
    enum assay_status status =
        assay_check_element(doc, object, "a baseline", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "cohort", index, index, &cohort, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "rows", 0, (size_t)1 << 50, &knots->rows, err);
    if (status == ASSAY_OK)
        status = assay_want_share(doc, object, "borrowed", &knots->borrowed, err);
    if (status == ASSAY_OK)
        status = assay_json_want_numbers(doc, object, "x", &knots->x, &knots->n, err);
    if (status == ASSAY_OK)
        status = assay_json_want_numbers(doc, object, "s", &knots->s, &n_s, err);
    return status != ASSAY_OK ? status : check_knots(doc, object, knots, n_s, better, err);
}

static enum assay_status read_baseline(struct assay_json *doc, const struct cJSON *normalise,
                                       const struct assay_model *model, enum assay_better better,
                                       struct assay_baseline *baseline, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, normalise, "cohorts", &list, err);
    if (status != ASSAY_OK)
        return status;
    if (assay_json_count(list) != model->cohorts.n_node)
        return assay_json_wrong(doc, list, err, "a baseline for each of the %zu cohorts",
                                model->cohorts.n_node);
    baseline->knots = assay_alloc(model->cohorts.n_node, sizeof *baseline->knots);
    if (baseline->knots == NULL)
        return assay_fail_memory(err, "reading a model");
    baseline->n_node = model->cohorts.n_node;
    size_t v = 0;
    for (const struct cJSON *object = assay_json_first(list);
         object != NULL && status == ASSAY_OK; object = assay_json_next(object), v++)
        status = read_knots(doc, object, v, better, &baseline->knots[v], err);
    return status;
}

/* ---- missing values ---- */

/* Whether the points that stand in do not depend on the other signals. */
static bool stands_alone(enum assay_missing_policy policy)
{
    return policy == ASSAY_NEUTRAL || policy == ASSAY_INDICATOR || policy == ASSAY_POINTS;
}

static void write_missing(struct assay_json_writer *json, const struct assay_model *model, size_t j)
{
    enum assay_missing_policy policy = model->spec.signals[j].missing;
    assay_json_open(json, "missing", '{');
    assay_json_put_string(json, "policy", assay_missing_names[policy]);
    if (stands_alone(policy))
        assay_json_put_number(json, "value", assay_missing_points(&model->spec.signals[j]));
    else
        assay_json_put_null(json, "value");
    if (policy == ASSAY_INDICATOR)
        assay_json_put_number(json, "coefficient", model->missing_term[j]);
    assay_json_close(json);
}

/* "value" by the policy that has been read: points, or null where they depend on the other signals. */
static enum assay_status read_filling(struct assay_json *doc, const struct cJSON *part,
                                      struct assay_signal_spec *signal, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(part, "value");
    double points;
    if (!stands_alone(signal->missing)) {
        if (value == NULL)
            return assay_fail(err, ASSAY_EDATA, "%s: no \"value\" here; expected null",
                              assay_json_place(doc, part));
        return assay_json_is_null(value) ? ASSAY_OK : assay_json_wrong(doc, value, err, "null");
    }
    enum assay_status status = assay_json_want_number(doc, part, "value", &points, err);
    if (status != ASSAY_OK)
        return status;
    if (signal->missing != ASSAY_POINTS)
        return points == ASSAY_NEUTRAL_POINTS
                   ? ASSAY_OK
                   : assay_json_wrong(doc, value, err, "%g", ASSAY_NEUTRAL_POINTS);
    if (points < 0 || points > 100)
        return assay_json_wrong(doc, value, err, "points from 0 to 100");
    signal->missing_points = points;
    return ASSAY_OK;
}

static enum assay_status read_missing(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_model *model, size_t j, struct assay_error *err)
{
    static const char *const keys[] = {"policy", "value", "coefficient"};
    struct assay_signal_spec *signal = &model->spec.signals[j];
    const struct cJSON *part;
    size_t policy = 0;
    enum assay_status status =
        assay_want_part(doc, object, "missing", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "policy", assay_missing_names,
                                      ASSAY_MISSING_POLICIES, &policy, err);
    if (status != ASSAY_OK)
        return status;
    signal->missing = (enum assay_missing_policy)policy;
    status = read_filling(doc, part, signal, err);
    if (status == ASSAY_OK && policy == ASSAY_INDICATOR)
        status = assay_json_want_number(doc, part, "coefficient", &model->missing_term[j], err);
    else if (status == ASSAY_OK && assay_json_get(part, "coefficient") != NULL)
        status = assay_json_wrong(doc, assay_json_get(part, "coefficient"), err,
                                  "none where the policy is \"%s\"", assay_missing_names[policy]);
    return status;
}

/* ---- signals ---- */

static void write_signals(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "signals", '[');
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_coefficient *c = &model->fit.coefficients[1 + j];
        const struct assay_estimate *interval = &model->weight_interval[j];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", signal->name);
        assay_json_put_string(json, "column", signal->column);
        assay_json_put_string(json, "dimension", signal->dimension);
        assay_json_put_string(json, "better", assay_better_names[signal->better]);
        assay_json_put_number(json, "weight", model->weight[j]);
        assay_json_put_interval(json, "weight_interval", interval->low, interval->high);
        assay_json_put_number(json, "coefficient", c->estimate);
        assay_json_put_optional(json, "std_error", c->std_error);
        assay_json_put_optional(json, "p_value", c->p_value);
        assay_json_put_interval(json, "interval", c->low, c->high);
        write_normalise(json, model, j);
        write_missing(json, model, j);
        assay_json_open(json, "declared", '{');
        assay_signal_limits_write(json, signal);
        assay_json_close(json);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status read_signal_names(struct assay_json *doc, const struct cJSON *object,
                                           struct assay_signal_spec *signal,
                                           struct assay_error *err)
{
    size_t better = 0;
    enum assay_status status = assay_want_text(doc, object, "name", false, &signal->name, err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, object, "column", false, &signal->column, err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, object, "dimension", false, &signal->dimension, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, object, "better", assay_better_names, 2, &better, err);
    signal->better = (enum assay_better)better;
    return status;
}

/* A weight is negative only where the declaration lets it be; another may then be above 1. */
static enum assay_status read_weight(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_model *model, size_t j, struct assay_error *err)
{
    bool sign_free = model->spec.signals[j].sign_free;
    struct assay_estimate *interval = &model->weight_interval[j];
    double coefficient = 0;
    enum assay_status status =
        assay_json_want_number(doc, object, "weight", &model->weight[j], err);
    if (status == ASSAY_OK && model->weight[j] < 0 && !sign_free)
        status = assay_json_wrong(doc, assay_json_get(object, "weight"), err,
                                  "0 or more: its sign is not free");
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "coefficient", &coefficient, err);
    if (status == ASSAY_OK && coefficient > 0 && !sign_free)
        status = assay_json_wrong(doc, assay_json_get(object, "coefficient"), err,
                                  "0 or less: a healthier signal cannot raise the risk");
    model->slope[j] = 0 - coefficient; /* never -0 */
    if (status == ASSAY_OK)
        status = assay_want_interval(doc, object, "weight_interval", &interval->low,
                                     &interval->high, err);
    interval->value = model->weight[j];
    return status;
}

static enum assay_status read_limits(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_model *model, size_t j, struct assay_error *err)
{
    static const char *const keys[] = {"expert", "weight", "sign", "recorded"};
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, "declared", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_signal_limits_read(doc, part, model->spec.fit.signs_free,
                                          &model->spec.signals[j], err);
    return status;
}

static enum assay_status read_signal(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_model *model, size_t j, struct assay_error *err)
{
    static const char *const keys[] = {"name",    "column",    "dimension", "better",
                                       "weight",  "weight_interval", "coefficient", "std_error",
                                       "p_value", "interval",  "normalise", "missing", "declared"};
    struct assay_signal_spec *signal = &model->spec.signals[j];
    const struct cJSON *normalise;
    enum assay_status status =
        assay_check_element(doc, object, "a signal", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_signal_names(doc, object, signal, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, object, "normalise", &normalise, err);
    if (status == ASSAY_OK)
        status = assay_normalise_spec_read(doc, normalise, &signal->normalise, err);
    if (status == ASSAY_OK && signal->normalise.method == ASSAY_PERCENTILE)
        status = read_baseline(doc, normalise, model, signal->better, &model->baselines[j], err);
    if (status == ASSAY_OK)
        status = read_missing(doc, object, model, j, err);
    if (status == ASSAY_OK)
        status = read_limits(doc, object, model, j, err);
    return status != ASSAY_OK ? status : read_weight(doc, object, model, j, err);
}

static enum assay_status allocate_signals(struct assay_model *model, size_t n,
                                          struct assay_error *err)
{
    model->spec.signals = assay_alloc(n, sizeof *model->spec.signals);
    model->baselines = assay_alloc(n, sizeof *model->baselines);
    model->slope = assay_alloc(n, sizeof *model->slope);
    model->weight = assay_alloc(n, sizeof *model->weight);
    model->weight_interval = assay_alloc(n, sizeof *model->weight_interval);
    model->missing_term = assay_alloc(n, sizeof *model->missing_term);
    if (model->spec.signals == NULL || model->baselines == NULL || model->slope == NULL ||
        model->weight == NULL || model->weight_interval == NULL || model->missing_term == NULL)
        return assay_fail_memory(err, "reading a model");
    model->n_signal = model->spec.n_signal = n;
    return ASSAY_OK;
}

static enum assay_status read_signals(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, root, "signals", &list, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list), j = 0;
    if (n < 1 || n > ASSAY_MAX_SIGNALS)
        return assay_json_wrong(doc, list, err, "1 to %d signals", ASSAY_MAX_SIGNALS);
    status = allocate_signals(model, n, err);
    for (const struct cJSON *object = assay_json_first(list);
         object != NULL && status == ASSAY_OK; object = assay_json_next(object), j++)
        status = read_signal(doc, object, model, j, err);
    if (status == ASSAY_OK)
        status = assay_check_sum(doc, root, "signals", model->weight, n, err);
    model->n_indicator = assay_indicator_count(&model->spec);
    model->n_coef = 1 + n + model->n_indicator;
    return status;
}

static enum assay_status read_dimensions(struct assay_json *doc, const struct cJSON *root,
                                         struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status =
        assay_json_want_object(doc, assay_json_get(root, "declared"), "dimensions", &part, err);
    return status != ASSAY_OK ? status : assay_dimensions_read(doc, part, &model->spec, err);
}

/* ---- both ---- */

void assay_model_signals_write(struct assay_json_writer *json, const struct assay_model *model)
{
    write_signals(json, model);
    write_cohorts(json, &model->cohorts);
}

/* Cohorts first: each baseline is one of theirs. */
enum assay_status assay_model_signals_read(struct assay_json *doc, const struct cJSON *object,
                                           struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = read_cohorts(doc, object, model, err);
    if (status == ASSAY_OK)
        status = read_signals(doc, object, model, err);
    return status != ASSAY_OK ? status : read_dimensions(doc, object, model, err);
}
