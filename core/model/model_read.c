#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/model/model.h"
#include "core/model/model_evidence.h"
#include "core/model/scorer.h"
#include "core/signal/design.h"
#include "core/signal/normalise.h"
#include "core/spec/spec_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* object[key]: text, or null when `optional`; copied into *out. */
static enum assay_status read_text(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, bool optional, char **out,
                                   struct assay_error *err)
{
    const char *text;
    const struct cJSON *value = assay_json_get(object, key);
    if (optional && value != NULL && assay_json_is_null(value))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    return status != ASSAY_OK ? status : assay_spec_text(text, out, err);
}

static enum assay_status read_identity(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *parent = assay_json_get(root, "parent");
    const char *created;
    int32_t day;
    enum assay_status status = read_text(doc, root, "name", false, &model->spec.name, err);
    if (status == ASSAY_OK)
        status = read_text(doc, root, "version", false, &model->version, err);
    if (status == ASSAY_OK && (parent == NULL || !assay_json_is_null(parent))) {
        static const char *const keys[] = {"version", "digest"};
        status = assay_json_want_object(doc, root, "parent", &parent, err);
        if (status == ASSAY_OK)
            status = assay_json_check_keys(doc, parent, "\"parent\"", keys, COUNT(keys), err);
        if (status == ASSAY_OK)
            status = read_text(doc, parent, "version", false, &model->parent_version, err);
        if (status == ASSAY_OK)
            status = read_text(doc, parent, "digest", false, &model->parent_digest, err);
    }
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, root, "created", &created, err);
    if (status != ASSAY_OK)
        return status;
    if (strlen(created) != 10 || !assay_date_parse(created, 10, &day))
        return assay_json_wrong(doc, assay_json_get(root, "created"), err,
                                "a date as \"2026-06-30\"");
    memcpy(model->created, created, 11);
    return ASSAY_OK;
}

static enum assay_status read_share(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, double *out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_number(doc, object, key, out, err);
    if (status == ASSAY_OK && (*out <= 0 || *out > 1))
        return assay_json_wrong(doc, assay_json_get(object, key), err, "a share above 0, up to 1");
    return status;
}

static enum assay_status read_declared(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    struct assay_spec *spec = &model->spec;
    const struct cJSON *part;
    enum assay_status status = read_text(doc, root, "id", false, &spec->id, err);
    if (status == ASSAY_OK)
        status = read_text(doc, root, "as_of", true, &spec->as_of, err);
    if (status == ASSAY_OK)
        status = read_text(doc, root, "value", true, &spec->value, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "outcome", &part, err);
    if (status == ASSAY_OK)
        status = assay_outcome_spec_read(doc, part, &spec->outcome, err);
    part = assay_json_get(root, "cohort");
    if (status == ASSAY_OK && (part == NULL || !assay_json_is_null(part))) {
        status = assay_json_want_object(doc, root, "cohort", &part, err);
        if (status == ASSAY_OK)
            status = assay_cohort_spec_read(doc, part, &spec->cohort, err);
    }
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, root, "segments", &part, err);
    if (status == ASSAY_OK)
        status = assay_segments_read(doc, part, &spec->segments, &spec->n_segment, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "targets", &part, err);
    if (status == ASSAY_OK)
        status = read_share(doc, part, "sensitivity", &spec->target_sensitivity, err);
    if (status == ASSAY_OK)
        status = read_share(doc, part, "specificity", &spec->target_specificity, err);
    return status;
}

/* ---- cohorts and knots ---- */

static enum assay_status read_cohort(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_cohorts *cohorts, struct assay_error *err)
{
    static const char *const keys[] = {"plan", "band", "parent", "rows"};
    struct assay_cohort_node *node = &cohorts->nodes[cohorts->n_node++];
    size_t index = cohorts->n_node - 1;
    node->band = ASSAY_ANY_BAND;
    if (!assay_json_is_object(object))
        return assay_json_wrong(doc, object, err, "a cohort as an object");
    enum assay_status status =
        assay_json_check_keys(doc, object, "a cohort", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_text(doc, object, "plan", true, &node->plan, err);
    const struct cJSON *band = assay_json_get(object, "band");
    if (status == ASSAY_OK && (band == NULL || !assay_json_is_null(band)))
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
    if (!assay_json_is_object(object))
        return assay_json_wrong(doc, object, err, "a baseline as an object");
    enum assay_status status =
        assay_json_check_keys(doc, object, "a baseline", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "cohort", index, index, &cohort, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, object, "rows", 0, (size_t)1 << 50, &knots->rows, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "borrowed", &knots->borrowed, err);
    if (status == ASSAY_OK && (knots->borrowed < 0 || knots->borrowed > 1))
        status = assay_json_wrong(doc, assay_json_get(object, "borrowed"), err, "a share, 0 to 1");
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

/* ---- signals ---- */

/* The points that stand in for a missing value; null where they depend on the other signals. */
static enum assay_status check_filling(struct assay_json *doc, const struct cJSON *part,
                                       bool neutral, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(part, "value");
    double points;
    if (neutral) {
        enum assay_status status = assay_json_want_number(doc, part, "value", &points, err);
        if (status == ASSAY_OK && points != ASSAY_NEUTRAL_POINTS)
            status = assay_json_wrong(doc, value, err, "%g", ASSAY_NEUTRAL_POINTS);
        return status;
    }
    if (value == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: no \"value\" here; expected null",
                          assay_json_place(doc, part));
    return assay_json_is_null(value) ? ASSAY_OK : assay_json_wrong(doc, value, err, "null");
}

static enum assay_status read_missing(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_model *model, size_t j, struct assay_error *err)
{
    static const char *const keys[] = {"policy", "value", "coefficient"};
    const struct cJSON *part;
    size_t policy = 0;
    enum assay_status status = assay_json_want_object(doc, object, "missing", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, part, "\"missing\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "policy", assay_missing_names, 4, &policy, err);
    if (status != ASSAY_OK)
        return status;
    model->spec.signals[j].missing = (enum assay_missing_policy)policy;
    status = check_filling(doc, part, policy == ASSAY_NEUTRAL || policy == ASSAY_INDICATOR, err);
    if (status == ASSAY_OK && policy == ASSAY_INDICATOR)
        status = assay_json_want_number(doc, part, "coefficient", &model->missing_term[j], err);
    else if (status == ASSAY_OK && assay_json_get(part, "coefficient") != NULL)
        status = assay_json_wrong(doc, assay_json_get(part, "coefficient"), err,
                                  "none where the policy is \"%s\"", assay_missing_names[policy]);
    return status;
}

static enum assay_status read_signal_names(struct assay_json *doc, const struct cJSON *object,
                                           struct assay_signal_spec *signal,
                                           struct assay_error *err)
{
    size_t better = 0;
    enum assay_status status = read_text(doc, object, "name", false, &signal->name, err);
    if (status == ASSAY_OK)
        status = read_text(doc, object, "column", false, &signal->column, err);
    if (status == ASSAY_OK)
        status = read_text(doc, object, "dimension", false, &signal->dimension, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, object, "better", assay_better_names, 2, &better, err);
    signal->better = (enum assay_better)better;
    return status;
}

static enum assay_status read_signal(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_model *model, size_t j, struct assay_error *err)
{
    static const char *const keys[] = {"name",        "column",    "dimension",       "better",
                                       "weight",      "weight_interval", "coefficient", "std_error",
                                       "p_value",     "interval",  "normalise",       "missing"};
    struct assay_signal_spec *signal = &model->spec.signals[j];
    const struct cJSON *normalise;
    double coefficient = 0;
    if (!assay_json_is_object(object))
        return assay_json_wrong(doc, object, err, "a signal as an object");
    enum assay_status status =
        assay_json_check_keys(doc, object, "a signal", keys, COUNT(keys), err);
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
        status = assay_json_want_number(doc, object, "weight", &model->weight[j], err);
    if (status == ASSAY_OK && (model->weight[j] < 0 || model->weight[j] > 1 + 1e-12))
        status = assay_json_wrong(doc, assay_json_get(object, "weight"), err, "a weight from 0 to 1");
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "coefficient", &coefficient, err);
    if (status == ASSAY_OK && coefficient > 0)
        status = assay_json_wrong(doc, assay_json_get(object, "coefficient"), err,
                                  "0 or less: a healthier signal cannot raise the risk");
    model->slope[j] = 0 - coefficient; /* never -0 */
    model->weight_interval[j].value = model->weight[j];
    if (status == ASSAY_OK)
        status = assay_evidence_interval(doc, object, "weight_interval",
                                         &model->weight_interval[j].low,
                                         &model->weight_interval[j].high, err);
    return status;
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
    double sum = 0;
    for (const struct cJSON *object = assay_json_first(list);
         object != NULL && status == ASSAY_OK; object = assay_json_next(object), j++) {
        status = read_signal(doc, object, model, j, err);
        sum += model->weight[j];
    }
    if (status == ASSAY_OK && !(fabs(sum - 1) <= 1e-9))
        status = assay_json_wrong(doc, list, err, "weights that add up to 1, not %.12g", sum);
    model->n_indicator = assay_indicator_count(&model->spec);
    model->n_coef = 1 + n + model->n_indicator;
    return status;
}

/* What is stated twice must agree: weights with coefficients, the line on both its scales. */
static enum assay_status check_scale(struct assay_json *doc, const struct cJSON *root,
                                     struct assay_model *model, struct assay_error *err)
{
    double total = 0, line = log(model->at_risk_probability / (1 - model->at_risk_probability));
    const struct cJSON *signal = assay_json_first(assay_json_get(root, "signals"));
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    for (size_t j = 0; j < model->n_signal; j++, signal = assay_json_next(signal))
        if (!(fabs(model->weight[j] - model->slope[j] / total) <= 1e-9))
            return assay_json_wrong(doc, assay_json_get(signal, "weight"), err,
                                    "the coefficient's share of all, %.12g",
                                    model->slope[j] / total);
    bool average = model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    double score = average ? 100 * (model->intercept - line) / total : 50;
    const struct cJSON *part = assay_json_get(root, "score");
    if (!(fabs(model->at_risk_score - score) <= 1e-6))
        return assay_json_wrong(doc, assay_json_get(part, "at_risk_score"), err,
                                "%.12g, where \"at_risk_probability\" stands on the score", score);
    if (average && model->n_indicator > 0)
        return assay_json_wrong(doc, assay_json_get(part, "scale"), err,
                                "\"log-odds\" beside a missing indicator");
    return ASSAY_OK;
}

static enum assay_status read_score(struct assay_json *doc, const struct cJSON *root,
                                    struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"scale", "at_risk_probability", "at_risk_score",
                                       "points_to_halve_odds"};
    const struct cJSON *part;
    size_t scale = 0;
    enum assay_status status = assay_json_want_number(doc, root, "intercept", &model->intercept, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "score", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, part, "\"score\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "scale", assay_scale_names, 2, &scale, err);
    if (status == ASSAY_OK)
        status = read_share(doc, part, "at_risk_probability", &model->at_risk_probability, err);
    if (status == ASSAY_OK && model->at_risk_probability >= 1)
        status = assay_json_wrong(doc, assay_json_get(part, "at_risk_probability"), err,
                                  "a probability below 1");
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "at_risk_score", &model->at_risk_score, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "points_to_halve_odds",
                                        &model->spec.points_to_halve_odds, err);
    if (status == ASSAY_OK && !(model->spec.points_to_halve_odds > 0))
        status = assay_json_wrong(doc, assay_json_get(part, "points_to_halve_odds"), err,
                                  "more than 0");
    model->spec.scale = (enum assay_scale)scale;
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, root, "zones", &part, err);
    if (status == ASSAY_OK)
        status = assay_zones_read(doc, part, &model->spec.zones, &model->spec.n_zone, err);
    return status;
}

/* ---- the whole ---- */

static enum assay_status check_format(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_error *err)
{
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "a model: an object");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status != ASSAY_OK)
        return status;
    if (strcmp(format, ASSAY_MODEL_FORMAT) == 0)
        return ASSAY_OK;
    assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"%s\"", ASSAY_MODEL_FORMAT);
    if (strncmp(format, "assay-model/", 12) == 0)
        assay_hint(err, "A newer assay wrote this file; score it with that version.");
    return ASSAY_EFORMAT;
}

/* The file must end with the digest's line and "}", and the digest be that of all before. */
static enum assay_status check_digest(const char *name, const char *text, size_t length,
                                      struct assay_model *model, struct assay_error *err)
{
    static const char head[] = "  \"digest\": \"sha256:", tail[] = "\"\n}\n";
    size_t line = sizeof head - 1 + 64 + sizeof tail - 1;
    const char *at = length >= line ? text + length - line : text;
    if (length < line || memcmp(at, head, sizeof head - 1) != 0 ||
        memcmp(text + length - (sizeof tail - 1), tail, sizeof tail - 1) != 0) {
        assay_fail(err, ASSAY_EFORMAT,
                   "%s: no digest in the last line but one; expected the file as assay wrote it",
                   name);
        assay_hint(err, "It was changed on the way (an editor, line ends); get it again from where it "
                        "was released.");
        return ASSAY_EFORMAT;
    }
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, text, length - line);
    assay_sha256_finish(&hash, hex);
    const char *said = at + sizeof head - 1;
    if (memcmp(hex, said, 64) != 0) {
        assay_fail(err, ASSAY_EFORMAT,
                   "%s: the digest is %.12s...; expected %.12s..., that of what stands before it",
                   name, said, hex);
        assay_hint(err, "The file was changed after it was written; get it again from where it was "
                        "released.");
        return ASSAY_EFORMAT;
    }
    memcpy(model->digest, "sha256:", 7);
    memcpy(model->digest + 7, hex, sizeof hex);
    return ASSAY_OK;
}

static bool agree(double a, double b)
{
    return fabs(a - b) <= 1e-9; /* another compiler's exp() may end in other digits */
}

static bool same_points(const double a[], const double b[], size_t n)
{
    size_t j = 0;
    while (j < n && agree(a[j], b[j]))
        j++;
    return j == n;
}

/* A model that does not give its own examples was written by another mathematics than ours. */
static enum assay_status check_examples(const char *name, const struct assay_model *model,
                                        struct assay_error *err)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    for (size_t e = 0; e < model->n_example; e++) {
        const struct assay_example *example = &model->examples[e];
        struct assay_score score;
        assay_score_inputs(model, example->inputs, s, missing, &score);
        if (score.dropped != example->dropped)
            return assay_fail(err, ASSAY_EDATA, "%s: example %zu %s a score; expected the reverse",
                              name, e + 1, example->dropped ? "gets" : "gets no");
        if (!same_points(s, example->s, model->n_signal))
            return assay_fail(err, ASSAY_EDATA, "%s: example %zu has other normalised signals than "
                                                "it says", name, e + 1);
        if (example->dropped)
            continue;
        if (!agree(score.score, example->score) || score.zone != example->zone)
            return assay_fail(err, ASSAY_EDATA,
                              "%s: example %zu scores %.12g (%s); expected %.12g (%s) as it says",
                              name, e + 1, score.score, model->spec.zones[score.zone].name,
                              example->score, model->spec.zones[example->zone].name);
        if (!agree(score.composite, example->composite) ||
            !agree(score.probability, example->probability))
            return assay_fail(err, ASSAY_EDATA,
                              "%s: example %zu has composite %.12g and probability %.12g; expected "
                              "%.12g and %.12g as it says", name, e + 1, score.composite,
                              score.probability, example->composite, example->probability);
    }
    return ASSAY_OK;
}

static enum assay_status read_root(struct assay_json *doc, const struct cJSON *root,
                                   struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {
        "format",   "name",   "version", "parent",        "created", "id",
        "as_of",    "value",  "outcome", "cohort",        "segments", "targets",
        "signals",  "cohorts", "intercept", "score",      "zones",   "fit",
        "performance", "training_data", "changes", "examples", "digest"};
    static enum assay_status (*const readers[])(struct assay_json *, const struct cJSON *,
                                                struct assay_model *, struct assay_error *) = {
        read_identity, read_declared, read_cohorts, read_signals, read_score, assay_evidence_read,
        check_scale};
    enum assay_status status =
        assay_json_check_keys(doc, root, "the model", keys, COUNT(keys), err);
    for (size_t k = 0; status == ASSAY_OK && k < COUNT(readers); k++)
        status = readers[k](doc, root, model, err);
    return status;
}

enum assay_status assay_model_read_text(const char *name, const char *text, size_t length,
                                        struct assay_model *model, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_model made = {.spec = {.cohort = {.borrow = 200}}};
    enum assay_status status = assay_json_parse(name, text, length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_EFORMAT)
        assay_hint(err, "It is not a whole model file as \"assay calibrate\" writes them.");
    if (status != ASSAY_OK)
        return status;
    status = check_format(doc, assay_json_root(doc), err);
    if (status == ASSAY_OK)
        status = check_digest(name, text, length, &made, err);
    if (status == ASSAY_OK)
        status = read_root(doc, assay_json_root(doc), &made, err);
    if (status == ASSAY_OK)
        status = check_examples(name, &made, err);
    assay_json_free(doc);
    if (status != ASSAY_OK) {
        assay_model_clear(&made);
        return status;
    }
    *model = made;
    model->cohorts.spec = &model->spec.cohort; /* it pointed into `made` */
    return ASSAY_OK;
}

enum assay_status assay_model_read(const char *path, struct assay_model *model,
                                   struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_file_read(path, ASSAY_MODEL_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = assay_model_read_text(strcmp(path, "-") == 0 ? "standard input" : path, text.data,
                                       text.length, model, err);
    assay_text_clear(&text);
    return status;
}
