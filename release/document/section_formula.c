/* Weights and formula: enough to compute a score by hand, and one score computed so. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "release/document/sections.h"
#include "release/document/words.h"
#include "release/record/look.h"

/* ---- weights ---- */

/* A signal's weight in the version in force before; NaN: there is none. */
static double weight_before(const struct assay_document *d, const char *name)
{
    const struct cJSON *weight =
        assay_look_for(assay_path_value(d->record, "changes.weights"), "name", name);
    return assay_path_number(weight, "before.weight");
}

static struct assay_estimate weight_of(const struct assay_model *model, size_t j)
{
    struct assay_estimate weight = model->weight_interval[j];
    weight.value = model->weight[j];
    if (weight.high - weight.low < 1e-9) /* held: its interval is no statement of uncertainty */
        weight.low = weight.high = NAN;
    return weight;
}

static void say_weights(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"signal", false},   {"dimension", false},
                                                        {"weight", true},    {"before", true},
                                                        {"resampled", true}, {"pulled to", true}};
    const struct assay_model *model = d->model;
    assay_content_table(d->content, "Weights, points of 100 with 95% intervals", columns, 6);
    for (size_t j = 0; j < model->n_signal; j++) {
        const char *name = model->spec.signals[j].name;
        assay_content_cell(d->content, "%s", name);
        assay_content_cell(d->content, "%s", model->spec.signals[j].dimension);
        assay_content_cell(d->content, "%s", assay_say_points(weight_of(model, j)));
        assay_content_cell(d->content, "%s", assay_say_number(100 * weight_before(d, name), 1));
        assay_content_cell(d->content, "%s",
                           model->fit.bootstrap.weight == NULL
                               ? "-"
                               : assay_say_interval_points(model->fit.bootstrap.weight[j]));
        assay_content_cell(d->content, "%s",
                           model->fit.anchor.weight == NULL
                               ? "-"
                               : assay_say_number(100 * model->fit.anchor.weight[j], 1));
    }
}

static void draw_weights(const struct assay_document *d)
{
    struct assay_picture shape = {.title = "Weights, points of 100",
                                  .first = "weight with its 95% interval",
                                  .mark = ASSAY_MARK_RING};
    double lowest = 0, highest = 0;
    for (size_t j = 0; j < d->model->n_signal; j++) {
        struct assay_estimate weight = weight_of(d->model, j);
        double before = weight_before(d, d->model->spec.signals[j].name);
        highest = fmax(highest, fmax(fmax(weight.value, weight.high), before));
        lowest = fmin(lowest, fmin(weight.value, weight.low));
        shape.second = isnan(before) ? shape.second : "in the version before";
    }
    assay_picture_scale(&shape, 100 * lowest, 100 * highest);
    assay_content_picture(d->content, &shape);
    for (size_t j = 0; j < d->model->n_signal; j++) {
        struct assay_estimate weight = weight_of(d->model, j);
        double before = weight_before(d, d->model->spec.signals[j].name);
        assay_content_picture_row(
            d->content, d->model->spec.signals[j].name,
            (struct assay_estimate){100 * weight.value, 100 * weight.low, 100 * weight.high},
            100 * before, isnan(before) ? "%s" : "%s, before %s", assay_say_points(weight),
            assay_say_number(100 * before, 1));
    }
}

/* ---- the formula ---- */

/* A name on one line, whatever it holds. */
static void put_name(struct assay_text *lines, const char *name)
{
    for (; *name != '\0'; name += assay_is_hidden(name) ? 3 : 1)
        if (!assay_is_hidden(name))
            assay_text_putc(lines, (unsigned char)*name < ' ' ? ' ' : *name);
}

static void put_log_odds(const struct assay_model *model, struct assay_text *lines)
{
    assay_text_printf(lines, "log-odds = %s", assay_say_short(model->intercept));
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->slope[j] != 0) {
            assay_text_printf(lines, "\n           %c %s * points(",
                              model->slope[j] > 0 ? '-' : '+',
                              assay_say_short(fabs(model->slope[j])));
            put_name(lines, model->spec.signals[j].name);
            assay_text_puts(lines, ") / 100");
        }
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->missing_term[j] != 0) {
            assay_text_printf(lines, "\n           %c %s where ",
                              model->missing_term[j] > 0 ? '+' : '-',
                              assay_say_short(fabs(model->missing_term[j])));
            put_name(lines, model->spec.signals[j].name);
            assay_text_puts(lines, " is missing");
        }
    assay_text_puts(lines, "\n\nprobability = 1 / (1 + exp(-log-odds))\n\n");
}

static void put_average(const struct assay_rounding_spec *rounding, struct assay_text *lines)
{
    if (rounding->dimensions)
        assay_text_puts(lines, "dimension = sum of weight * points / sum of weight, over its signals, "
                               "rounded half up\n"
                               "score = sum of weight * dimension, a dimension's weight being the sum "
                               "of its signals'");
    else
        assay_text_puts(lines, "score = sum of weight * points, of which the weights add up to 1");
    assay_text_puts(lines, rounding->score ? ",\n        rounded half up\n" : "\n");
}

static void put_score(const struct assay_model *model, struct assay_text *lines)
{
    double p = model->at_risk_probability;
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE) {
        put_average(&model->spec.rounding, lines);
        return;
    }
    assay_text_printf(lines,
                      "score = 50 + %s / ln 2 * (%s - log-odds), not below 0 and not above 100\n"
                      "        %s is the log-odds of the at-risk probability, %s\n",
                      assay_say_short(model->spec.points_to_halve_odds),
                      assay_say_short(log(p / (1 - p))), assay_say_short(log(p / (1 - p))),
                      assay_say_short(p));
}

static void say_formula(const struct assay_document *d)
{
    const struct assay_model *model = d->model;
    struct assay_text lines = {0};
    put_log_odds(model, &lines);
    put_score(model, &lines);
    if (lines.failed)
        d->content->failed = true;
    else
        assay_content_formula(d->content, lines.data);
    assay_text_clear(&lines);
}

/* ---- coefficients ---- */

static void put_coefficient(const struct assay_document *d, const struct assay_coefficient *c)
{
    assay_content_cell(d->content, "%s", assay_say_short(c->estimate));
    assay_content_cell(d->content, "%s",
                       isnan(c->std_error) ? "held" : assay_say_number(c->std_error, 3));
    if (isnan(c->low))
        assay_content_cell(d->content, "-");
    else
        assay_content_cell(d->content, "[%s, %s]", assay_say_number(c->low, 3),
                           assay_say_number(c->high, 3));
}

static void say_coefficients(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"coefficient", false},
                                                        {"estimate", true},
                                                        {"standard error", true},
                                                        {"95% interval", true}};
    const struct assay_model *model = d->model;
    assay_content_table(d->content, "Coefficients, log-odds of the event per 100 points", columns,
                        4);
    for (size_t k = 0; k < model->n_coef; k++) {
        char name[ASSAY_QUOTE_SIZE];
        assay_content_cell(d->content, "%s", assay_coefficient_name(model, k, name, sizeof name));
        put_coefficient(d, &model->fit.coefficients[k]);
    }
}

static void say_segment_models(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"segment", false},
                                                        {"snapshots", true},
                                                        {"with the event", true},
                                                        {"intercept", true},
                                                        {"borrowed", true}};
    const struct assay_model *model = d->model;
    if (model->n_segment_model == 0)
        return;
    assay_content_paragraph(
        d->content,
        "Accounts with one of these values of \"%s\" have an intercept and weights of their "
        "own, pulled to the common ones above by the share that is borrowed. Their weights stand "
        "in the model file, under \"segment_models\".",
        model->spec.fit.models_by);
    assay_content_table(d->content, "Segments with weights of their own", columns, 5);
    for (size_t k = 0; k < model->n_segment_model; k++) {
        const struct assay_model_segment *segment = &model->segment_models[k];
        assay_content_cell(d->content, "%s", segment->segment);
        assay_content_cell(d->content, "%s", assay_say_count(segment->rows));
        assay_content_cell(d->content, "%s", assay_say_count(segment->events));
        assay_content_cell(d->content, "%s", assay_say_short(segment->intercept));
        assay_content_cell(d->content, "%s", assay_say_percent(segment->borrowed));
    }
}

/* ---- one score ---- */

static const struct assay_example_input *input_of(const struct assay_model *model,
                                                  const struct assay_example *example,
                                                  const char *column)
{
    for (size_t k = 0; k < model->n_input; k++)
        if (strcmp(model->inputs[k].column, column) == 0)
            return &example->inputs[k];
    return NULL;
}

static bool is_whole(const struct assay_model *model, const struct assay_example *example)
{
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_example_input *input =
            input_of(model, example, model->spec.signals[j].column);
        if (input == NULL || (input->text == NULL && isnan(input->number)))
            return false;
    }
    return !example->dropped;
}

/* An example with all its signals, whose account goes by the formula above: the first whose score
 * is not held at an end of the scale, else the first; NULL: none. */
static const struct assay_example *find_example(const struct assay_model *model)
{
    const struct assay_example *first = NULL;
    if (model->n_segment_model > 0 || model->n_segment_line > 0)
        return NULL;
    for (size_t e = 0; e < model->n_example; e++) {
        const struct assay_example *example = &model->examples[e];
        if (!is_whole(model, example))
            continue;
        if (example->score > 0 && example->score < 100)
            return example;
        if (first == NULL)
            first = example;
    }
    return first;
}

/* A score at the end of the scale is not what the formula gives; a weighted average never leaves
 * the scale. */
static void say_held(const struct assay_document *d, const struct assay_example *example,
                     double log_odds)
{
    const struct assay_model *model = d->model;
    double p = model->at_risk_probability;
    double formula = 50 + model->spec.points_to_halve_odds / log(2) * (log(p / (1 - p)) - log_odds);
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE || (formula >= 0 && formula <= 100))
        return;
    assay_content_paragraph(d->content, "The formula gives %s; scores stop at %s.",
                            assay_say_number(formula, 1), assay_say_number(example->score, 0));
}

static void say_example(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"signal", false}, {"raw value", true}, {"points", true}, {"part of the log-odds", true}};
    const struct assay_model *model = d->model;
    const struct assay_example *example = find_example(model);
    double log_odds = model->intercept;
    if (example == NULL)
        return;
    assay_content_table(d->content,
                        "A score computed, of an example in the model file with all its signals",
                        columns, 4);
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_example_input *input = input_of(model, example, signal->column);
        double part = assay_number_unsigned_zero(-model->slope[j] * example->s[j] / 100, 4);
        log_odds -= model->slope[j] * example->s[j] / 100;
        assay_content_cell(d->content, "%s", signal->name);
        assay_content_cell(d->content, "%s",
                           input->text != NULL ? input->text : assay_say_short(input->number));
        assay_content_cell(d->content, "%s", assay_say_number(example->s[j], 2));
        assay_content_cell(d->content, "%s", assay_say_change(part, 4));
    }
    assay_content_paragraph(
        d->content,
        "With the intercept, %s, the parts add up to log-odds of %s: a probability of %s, "
        "score %s, zone %s.",
        assay_say_number(model->intercept, 4), assay_say_number(log_odds, 4),
        assay_say_percent(example->probability), assay_say_number(example->score, 2),
        model->spec.zones[example->zone].name);
    say_held(d, example, log_odds);
}

void assay_document_formula(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_FORMULA, "Weights and formula");
    assay_content_paragraph(
        d->content,
        "A weight is a signal's share of all that the signals can do to the log-odds, in points "
        "of 100. Its interval is what the data say of it; \"resampled\" is where it fell when the "
        "calibration was repeated on other draws of the accounts; \"pulled to\" is the anchor.");
    draw_weights(d);
    say_weights(d);
    say_formula(d);
    say_coefficients(d);
    say_segment_models(d);
    say_example(d);
    assay_content_paragraph(
        d->content, "The model file holds all of it to the last digit, and examples with which any "
                    "program that computes scores can be checked.");
}
