#include <math.h>
#include <string.h>

#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/spec/spec_parts.h"

/* ---- the line ---- */

static void write_line(struct assay_json_writer *json, const struct assay_model_line *line)
{
    bool targets = !line->given && line->rule == ASSAY_LINE_TARGETS;
    bool capacity = !line->given && line->rule == ASSAY_LINE_CAPACITY;
    bool cost = !line->given && line->rule == ASSAY_LINE_COST;
    assay_json_open(json, "line", '{');
    assay_json_put_string(json, "rule", assay_line_rule_names[line->rule]);
    assay_json_put_bool(json, "given", line->given);
    assay_json_put_bool(json, "feasible", line->feasible);
    assay_json_put_interval(json, "interval", targets && line->feasible ? line->low : NAN,
                            line->high);
    if (capacity)
        assay_put_estimate(json, "caught", &(struct assay_estimate){line->caught, line->caught_low,
                                                                    line->caught_high});
    else
        assay_json_put_null(json, "caught");
    assay_json_put_optional(json, "cost", cost ? line->cost : NAN);
    assay_json_close(json);
}

static enum assay_status read_caught(struct assay_json *doc, const struct cJSON *part,
                                     struct assay_model_line *line, struct assay_error *err)
{
    struct assay_estimate caught = assay_estimate_undefined();
    const struct cJSON *value = assay_json_get(part, "caught");
    enum assay_status status = ASSAY_OK;
    if (!assay_field_is_null(part, "caught"))
        status = assay_want_estimate(doc, part, "caught", &caught, err);
    if (status == ASSAY_OK && caught.value < 0)
        status = assay_json_wrong(doc, value, err, "a number of events, 0 or more");
    line->caught = caught.value;
    line->caught_low = caught.low;
    line->caught_high = caught.high;
    return status;
}

/* Each rule has figures of its own, and none has another's. */
static enum assay_status check_rule(struct assay_json *doc, const struct cJSON *part,
                                    const struct assay_model_line *line, struct assay_error *err)
{
    const struct cJSON *interval = assay_json_get(part, "interval");
    bool targets = !line->given && line->rule == ASSAY_LINE_TARGETS;
    if (isnan(line->low) == (targets && line->feasible))
        return targets && line->feasible
                   ? assay_json_wrong(doc, interval, err, "[low, high]: \"feasible\" is true")
                   : assay_json_wrong(doc, interval, err,
                                      "null where no line was found for targets");
    if (line->low < 0 || line->high > 1)
        return assay_json_wrong(doc, interval, err, "probabilities, 0 to 1");
    bool capacity = !line->given && line->rule == ASSAY_LINE_CAPACITY;
    if (assay_field_is_null(part, "caught") == capacity)
        return assay_json_wrong(doc, assay_json_get(part, "caught"), err,
                                capacity ? "an estimate: \"capacity\" decided"
                                         : "null where no \"capacity\" decided");
    if (!isnan(line->cost) && (line->given || line->rule != ASSAY_LINE_COST))
        return assay_json_wrong(doc, assay_json_get(part, "cost"), err,
                                "null where no \"cost\" decided");
    if (line->cost < 0)
        return assay_json_wrong(doc, assay_json_get(part, "cost"), err, "0 or more");
    return ASSAY_OK;
}

static enum assay_status read_line(struct assay_json *doc, const struct cJSON *score,
                                   struct assay_model_line *line, struct assay_error *err)
{
    static const char *const keys[] = {"rule", "given", "feasible", "interval", "caught", "cost"};
    const struct cJSON *part;
    size_t rule = 0;
    enum assay_status status =
        assay_want_part(doc, score, "line", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "rule", assay_line_rule_names, 4, &rule, err);
    line->rule = (enum assay_line_rule)rule;
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "given", &line->given, err);
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "feasible", &line->feasible, err);
    if (status == ASSAY_OK)
        status = assay_want_interval(doc, part, "interval", &line->low, &line->high, err);
    if (status == ASSAY_OK)
        status = read_caught(doc, part, line, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "cost", &line->cost, err);
    return status != ASSAY_OK ? status : check_rule(doc, part, line, err);
}

/* ---- what segments have of their own ---- */

/* "segment" of an element of a list: there, and in no element before it. */
static enum assay_status read_segment_name(struct assay_json *doc, const struct cJSON *list,
                                           const struct cJSON *element, char **segment,
                                           struct assay_error *err)
{
    enum assay_status status = assay_want_text(doc, element, "segment", false, segment, err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *name = assay_json_get(element, "segment");
    if (**segment == '\0')
        return assay_json_wrong(doc, name, err, "a value of the segments' column");
    for (const struct cJSON *other = assay_json_first(list); other != element;
         other = assay_json_next(other))
        if (strcmp(assay_json_string(assay_json_get(other, "segment")), *segment) == 0)
            return assay_json_wrong(doc, name, err, "each segment once");
    return ASSAY_OK;
}

/* "column" must be the declared one. */
static enum assay_status check_column(struct assay_json *doc, const struct cJSON *part,
                                      const char *key, const char *declared,
                                      struct assay_error *err)
{
    if (declared == NULL)
        return assay_json_wrong(doc, part, err, "null: \"%s\" is not declared", key);
    return assay_check_word(doc, part, "column", declared, err);
}

static void write_lines_by(struct assay_json_writer *json, const struct assay_model *model)
{
    if (model->n_segment_line == 0) {
        assay_json_put_null(json, "lines_by");
        return;
    }
    assay_json_open(json, "lines_by", '{');
    assay_put_text(json, "column", model->spec.line.by);
    assay_json_open(json, "lines", '[');
    for (size_t k = 0; k < model->n_segment_line; k++) {
        const struct assay_model_segment_line *line = &model->segment_lines[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "segment", line->segment);
        assay_json_put_number(json, "probability", line->probability);
        assay_json_put_count(json, "rows", line->rows);
        assay_json_put_count(json, "events", line->events);
        assay_json_put_bool(json, "common", line->common);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static enum assay_status read_segment_line(struct assay_json *doc, const struct cJSON *list,
                                           const struct cJSON *element,
                                           const struct assay_model *model,
                                           struct assay_model_segment_line *line,
                                           struct assay_error *err)
{
    static const char *const keys[] = {"segment", "probability", "rows", "events", "common"};
    enum assay_status status =
        assay_check_element(doc, element, "a line", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_segment_name(doc, list, element, &line->segment, err);
    if (status == ASSAY_OK)
        status = assay_want_probability(doc, element, "probability", &line->probability, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, element, "rows", &line->rows, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, element, line->rows, &line->events, err);
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, element, "common", &line->common, err);
    if (status == ASSAY_OK && line->common)
        status = assay_check_same(doc, element, "probability", model->at_risk_probability, "score",
                                  err);
    return status;
}

static enum assay_status read_lines_by(struct assay_json *doc, const struct cJSON *score,
                                       struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"column", "lines"};
    const struct cJSON *part, *list;
    enum assay_status status =
        assay_want_part(doc, score, "lines_by", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = check_column(doc, part, "by", model->spec.line.by, err);
    if (status == ASSAY_OK)
        status = assay_want_list(doc, part, "lines", sizeof *model->segment_lines,
                                 &model->segment_lines, &list, err);
    if (status == ASSAY_OK && assay_json_count(list) == 0)
        status = assay_json_wrong(doc, list, err, "at least one line");
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element))
        status = read_segment_line(doc, list, element, model,
                                   &model->segment_lines[model->n_segment_line++], err);
    return status;
}

static void write_segment_model(struct assay_json_writer *json, size_t n_signal,
                                const struct assay_model_segment *segment)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "segment", segment->segment);
    assay_json_put_count(json, "rows", segment->rows);
    assay_json_put_count(json, "events", segment->events);
    assay_json_put_number(json, "borrowed", segment->borrowed);
    assay_json_put_number(json, "intercept", segment->intercept);
    assay_json_put_numbers(json, "weights", segment->weight, n_signal);
    assay_json_open(json, "coefficients", '-');
    for (size_t j = 0; j < n_signal; j++)
        assay_json_put_number(json, NULL, 0 - segment->slope[j]); /* never -0 */
    assay_json_close(json);
    assay_json_close(json);
}

/* Without models the pooling is still said where there might have been some. */
static void write_segment_models(struct assay_json_writer *json, const struct assay_model *model)
{
    if (model->spec.fit.models_by == NULL ||
        (model->n_segment_model == 0 && isnan(model->pooling))) {
        assay_json_put_null(json, "segment_models");
        return;
    }
    assay_json_open(json, "segment_models", '{');
    assay_json_put_string(json, "column", model->spec.fit.models_by);
    assay_put_amount(json, "pooling", model->pooling);
    assay_json_open(json, "models", '[');
    for (size_t k = 0; k < model->n_segment_model; k++)
        write_segment_model(json, model->n_signal, &model->segment_models[k]);
    assay_json_close(json);
    assay_json_close(json);
}

/* What holds for the common weights holds for a segment's. */
static enum assay_status check_segment_weights(struct assay_json *doc, const struct cJSON *element,
                                               const struct assay_model *model,
                                               const struct assay_model_segment *segment,
                                               struct assay_error *err)
{
    const struct cJSON *weight = assay_json_first(assay_json_get(element, "weights"));
    const struct cJSON *coefficient = assay_json_first(assay_json_get(element, "coefficients"));
    double total = 0;
    for (size_t j = 0; j < model->n_signal; j++)
        total += segment->slope[j];
    if (!(total > 0))
        return assay_json_wrong(doc, assay_json_get(element, "coefficients"), err,
                                "coefficients that add up to less than 0");
    for (size_t j = 0; j < model->n_signal; j++) {
        if (segment->slope[j] < 0 && !model->spec.signals[j].sign_free)
            return assay_json_wrong(doc, coefficient, err,
                                    "0 or less: a healthier signal cannot raise the risk");
        if (!(fabs(segment->weight[j] - segment->slope[j] / total) <= 1e-9))
            return assay_json_wrong(doc, weight, err, "the coefficient's share of all, %.12g",
                                    segment->slope[j] / total);
        weight = assay_json_next(weight);
        coefficient = assay_json_next(coefficient);
    }
    return assay_check_sum(doc, element, "weights", segment->weight, model->n_signal, err);
}

static enum assay_status read_segment_model(struct assay_json *doc, const struct cJSON *list,
                                            const struct cJSON *element,
                                            const struct assay_model *model,
                                            struct assay_model_segment *segment,
                                            struct assay_error *err)
{
    static const char *const keys[] = {"segment",   "rows",    "events",      "borrowed",
                                       "intercept", "weights", "coefficients"};
    enum assay_status status =
        assay_check_element(doc, element, "a segment's model", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_segment_name(doc, list, element, &segment->segment, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, element, "rows", &segment->rows, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, element, segment->rows, &segment->events, err);
    if (status == ASSAY_OK)
        status = assay_want_share(doc, element, "borrowed", &segment->borrowed, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, element, "intercept", &segment->intercept, err);
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, element, "weights", model->n_signal, &segment->weight, err);
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, element, "coefficients", model->n_signal, &segment->slope,
                                   err);
    if (status != ASSAY_OK)
        return status;
    for (size_t j = 0; j < model->n_signal; j++)
        segment->slope[j] = 0 - segment->slope[j]; /* never -0 */
    return check_segment_weights(doc, element, model, segment, err);
}

static enum assay_status read_segment_models(struct assay_json *doc, const struct cJSON *root,
                                             struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"column", "pooling", "models"};
    const struct cJSON *part, *list;
    model->pooling = NAN;
    enum assay_status status =
        assay_want_part(doc, root, "segment_models", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = check_column(doc, part, "models_by", model->spec.fit.models_by, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "pooling", &model->pooling, err);
    if (status == ASSAY_OK && isnan(model->pooling))
        status = assay_json_wrong(doc, assay_json_get(part, "pooling"), err,
                                  "a number from 0 up or \"infinite\"");
    if (status == ASSAY_OK)
        status = assay_want_list(doc, part, "models", sizeof *model->segment_models,
                                 &model->segment_models, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element))
        status = read_segment_model(doc, list, element, model,
                                    &model->segment_models[model->n_segment_model++], err);
    return status;
}

/* ---- score and zones ---- */

void assay_model_score_write(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_put_number(json, "intercept", model->intercept);
    assay_json_open(json, "score", '{');
    assay_json_put_string(json, "scale", assay_scale_names[model->spec.scale]);
    assay_json_put_number(json, "at_risk_probability", model->at_risk_probability);
    assay_json_put_number(json, "at_risk_score", model->at_risk_score);
    assay_json_put_number(json, "points_to_halve_odds", model->spec.points_to_halve_odds);
    assay_rounding_spec_write(json, &model->spec.rounding);
    write_line(json, &model->line);
    write_lines_by(json, model);
    assay_json_close(json);
    assay_zones_write(json, model->spec.zones, model->spec.n_zone);
    write_segment_models(json, model);
}

static enum assay_status read_scale(struct assay_json *doc, const struct cJSON *part,
                                    struct assay_model *model, struct assay_error *err)
{
    struct assay_spec *spec = &model->spec;
    size_t scale = 0;
    enum assay_status status =
        assay_json_want_word(doc, part, "scale", assay_scale_names, 2, &scale, err);
    spec->scale = (enum assay_scale)scale;
    if (status == ASSAY_OK)
        status = assay_want_probability(doc, part, "at_risk_probability",
                                        &model->at_risk_probability, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "at_risk_score", &model->at_risk_score, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "points_to_halve_odds",
                                        &spec->points_to_halve_odds, err);
    if (status == ASSAY_OK && !(spec->points_to_halve_odds > 0))
        status = assay_json_wrong(doc, assay_json_get(part, "points_to_halve_odds"), err,
                                  "more than 0");
    return status;
}

/* Absent where nothing is rounded, so that there is one way to write it. */
static enum assay_status read_rounding(struct assay_json *doc, const struct cJSON *score,
                                       struct assay_spec *spec, struct assay_error *err)
{
    static const char *const keys[] = {"dimensions", "score"};
    struct assay_rounding_spec *rounding = &spec->rounding;
    const struct cJSON *part, *at = assay_json_get(score, "rounding");
    enum assay_status status =
        assay_want_part(doc, score, "rounding", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "dimensions", &rounding->dimensions, err);
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "score", &rounding->score, err);
    if (status != ASSAY_OK)
        return status;
    if (!rounding->dimensions && !rounding->score)
        return assay_json_wrong(doc, at, err, "something that is rounded, or no such key");
    if (spec->scale != ASSAY_WEIGHTED_AVERAGE)
        return assay_json_wrong(doc, at, err, "none where \"scale\" is \"%s\"",
                                assay_scale_names[spec->scale]);
    for (size_t j = 0; j < spec->n_signal; j++)
        if (spec->signals[j].sign_free)
            return assay_json_wrong(doc, at, err, "none where the sign of a signal is free");
    return ASSAY_OK;
}

enum assay_status assay_model_score_read(struct assay_json *doc, const struct cJSON *object,
                                         struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"scale", "at_risk_probability", "at_risk_score",
                                       "points_to_halve_odds", "rounding", "line", "lines_by"};
    const struct cJSON *part, *zones;
    enum assay_status status =
        assay_json_want_number(doc, object, "intercept", &model->intercept, err);
    if (status == ASSAY_OK)
        status = assay_want_part(doc, object, "score", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = read_scale(doc, part, model, err);
    if (status == ASSAY_OK && assay_json_get(part, "rounding") != NULL)
        status = read_rounding(doc, part, &model->spec, err);
    if (status == ASSAY_OK)
        status = read_line(doc, part, &model->line, err);
    if (status == ASSAY_OK)
        status = read_lines_by(doc, part, model, err);
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, object, "zones", &zones, err);
    if (status == ASSAY_OK)
        status = assay_zones_read(doc, zones, &model->spec.zones, &model->spec.n_zone, err);
    return status != ASSAY_OK ? status : read_segment_models(doc, object, model, err);
}
