#include "release/export/target_python.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"

enum { WIDTH = 92 };

/* ---- literals ---- */

static void put_string(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            assay_text_printf(out, "\\%c", *c);
        else if ((unsigned char)*c < ' ' || *c == 0x7f)
            assay_text_printf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        else
            assay_text_putc(out, *c);
    }
    assay_text_putc(out, '"');
}

static void put_optional(struct assay_text *out, const char *text)
{
    if (text != NULL)
        put_string(out, text);
    else
        assay_text_puts(out, "None");
}

/* A float's literal; a missing one is None. */
static const char *print_literal(double value, char text[ASSAY_NUMBER_SIZE + 2])
{
    if (isnan(value))
        return "None";
    size_t length = assay_number_print(value, text);
    if (strpbrk(text, ".e") == NULL)
        memcpy(text + length, ".0", 3);
    return text;
}

static void put_number(struct assay_text *out, double value)
{
    char text[ASSAY_NUMBER_SIZE + 2];
    assay_text_puts(out, print_literal(value, text));
}

/* "[1.0, 2.0]", broken where a line gets too long: `used` columns of the first are taken, further ones
 * are led by indent blanks. */
static void put_numbers(struct assay_text *out, const double values[], size_t n, size_t used,
                        size_t indent)
{
    char text[ASSAY_NUMBER_SIZE + 2];
    assay_text_putc(out, '[');
    for (size_t k = 0; k < n; k++) {
        const char *number = print_literal(values[k], text);
        size_t length = strlen(number) + 1; /* with the comma */
        bool fresh = k > 0 && used + 1 + length > WIDTH;
        if (fresh)
            assay_text_printf(out, "\n%*s", (int)indent, "");
        else if (k > 0)
            assay_text_putc(out, ' ');
        used = fresh ? indent + length : used + (k > 0) + length;
        assay_text_puts(out, number);
        if (k + 1 < n)
            assay_text_putc(out, ',');
    }
    assay_text_putc(out, ']');
}

/* A name behind "#", which ends with its line. */
static void put_comment(struct assay_text *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        assay_text_putc(out, (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c);
}

static void put_named(struct assay_text *out, const char *name, const char *text)
{
    assay_text_printf(out, "%s = ", name);
    put_optional(out, text);
    assay_text_putc(out, '\n');
}

/* ---- inputs, cohorts ---- */

static bool is_column(const char *column, const char *name)
{
    return column != NULL && strcmp(column, name) == 0;
}

/* What a column is first of all, as messages call it: plan, or signal "logins". */
static void put_role(struct assay_text *out, const struct assay_model *model, const char *column)
{
    const struct assay_spec *spec = &model->spec;
    struct assay_text role = {0};
    if (is_column(spec->cohort.plan, column))
        assay_text_puts(&role, "plan");
    else if (is_column(spec->cohort.tenure, column))
        assay_text_puts(&role, "tenure");
    else if (is_column(spec->fit.models_by, column) || is_column(spec->line.by, column))
        assay_text_puts(&role, "segment");
    for (size_t j = 0; j < model->n_signal && role.length == 0 && !role.failed; j++)
        if (strcmp(spec->signals[j].column, column) == 0) {
            bool same = strcmp(spec->signals[j].name, column) == 0;
            assay_text_printf(&role, same ? "signal" : "signal \"%s\"", spec->signals[j].name);
        }
    put_string(out, role.data != NULL ? role.data : "");
    out->failed = out->failed || role.failed;
    assay_text_clear(&role);
}

static void put_inputs(struct assay_text *out, const struct assay_model *model)
{
    put_named(out, "ID", model->spec.id);
    put_named(out, "AS_OF: Optional[str]", model->spec.as_of);
    assay_text_puts(out, "INPUTS: Dict[str, str] = {  # columns, and what they are\n");
    for (size_t k = 0; k < model->n_input; k++) {
        assay_text_puts(out, "    ");
        put_string(out, model->inputs[k].column);
        assay_text_puts(out, ": ");
        put_role(out, model, model->inputs[k].column);
        assay_text_puts(out, ",\n");
    }
    assay_text_puts(out, "}\nALSO_TEXT: FrozenSet[str] = frozenset((");
    for (size_t k = 0; k < model->n_input; k++)
        if (model->inputs[k].is_text) {
            put_string(out, model->inputs[k].column);
            assay_text_puts(out, ", ");
        }
    assay_text_puts(out, "))\n\n");
}

/* The cohorts of a plan by band of tenure; the last is that of a missing tenure. */
static void put_bands(struct assay_text *out, const struct assay_cohorts *cohorts, size_t node)
{
    size_t n_band = cohorts->spec->tenure != NULL ? cohorts->spec->n_band + 1 : 0;
    put_optional(out, cohorts->nodes[node].plan);
    assay_text_puts(out, ": [");
    for (size_t band = 0; band < n_band; band++)
        assay_text_printf(out, "%zu, ", assay_cohort_band_node(cohorts, node, band));
    assay_text_printf(out, "%zu],\n", node);
}

static void put_cohorts(struct assay_text *out, const struct assay_model *model)
{
    const struct assay_cohort_spec *spec = &model->spec.cohort;
    put_named(out, "PLAN: Optional[str]", spec->plan);
    put_named(out, "TENURE: Optional[str]", spec->tenure);
    assay_text_puts(out, "BANDS: List[float] = ");
    put_numbers(out, spec->bands, spec->n_band, 21, 4);
    assay_text_puts(
        out, "\n# Cohorts by plan and band of tenure; the last is that of a missing tenure.\n"
             "COHORTS: Dict[Optional[str], List[int]] = {\n");
    for (size_t v = spec->plan != NULL ? 1 : 0; v < model->cohorts.n_node; v++)
        if (model->cohorts.nodes[v].band == ASSAY_ANY_BAND) {
            assay_text_puts(out, "    ");
            put_bands(out, &model->cohorts, v);
        }
    assay_text_puts(out, "}\n\n");
}

/* ---- signals ---- */

static void put_percentile(struct assay_text *out, const struct assay_model *model, size_t j)
{
    const struct assay_baseline *baseline = &model->baselines[j];
    char label[256];
    assay_text_puts(out, "Percentile([\n");
    for (size_t v = 0; v < baseline->n_node; v++) {
        const struct assay_knots *knots = &baseline->knots[v];
        assay_text_printf(out, "            # %zu: ", v);
        put_comment(out, assay_cohort_label(&model->cohorts, v, label, sizeof label));
        assay_text_puts(out, "\n            (");
        put_numbers(out, knots->x, knots->n, 14, 14);
        assay_text_puts(out, ",\n             ");
        put_numbers(out, knots->s, knots->n, 14, 14);
        assay_text_puts(out, "),\n");
    }
    assay_text_puts(out, "        ])");
}

static void put_steps(struct assay_text *out, const struct assay_signal_spec *signal)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    assay_text_puts(out, normalise->by_category ? "Categories({\n" : "Steps([\n");
    for (size_t k = 0; k < normalise->n_step && !normalise->by_category; k++) {
        assay_text_puts(out, "            ");
        put_number(out, normalise->steps[k].from);
        assay_text_puts(out, ",\n");
    }
    if (!normalise->by_category)
        assay_text_puts(out, "        ], [\n");
    for (size_t k = 0; k < normalise->n_step; k++) {
        assay_text_puts(out, "            ");
        if (normalise->by_category) {
            put_string(out, normalise->steps[k].category);
            assay_text_puts(out, ": ");
        }
        put_number(out, assay_export_step_points(signal, k));
        assay_text_puts(out, ",\n");
    }
    assay_text_puts(out, normalise->by_category ? "        })" : "        ])");
}

static void put_method(struct assay_text *out, const struct assay_model *model, size_t j)
{
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    const char *turned = signal->better == ASSAY_LOWER ? "True" : "False";
    switch (signal->normalise.method) {
    case ASSAY_PERCENTILE:
        put_percentile(out, model, j);
        break;
    case ASSAY_RANGE:
        assay_text_puts(out, "Range(");
        put_number(out, signal->normalise.low);
        assay_text_puts(out, ", ");
        put_number(out, signal->normalise.high);
        assay_text_printf(out, ", %s)", turned);
        break;
    case ASSAY_STEPS:
        put_steps(out, signal);
        break;
    case ASSAY_NONE:
        assay_text_printf(out, "Plain(%s)", turned);
        break;
    }
}

/* The step of fill_missing() at which a signal is filled in. */
static const char *step_of(enum assay_missing_policy policy)
{
    return policy == ASSAY_RENORMALISE             ? "all"
           : policy == ASSAY_RENORMALISE_DIMENSION ? "dimension"
                                                   : "points";
}

static void put_signals(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "SIGNALS: List[Signal] = [\n");
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        assay_text_puts(out, "    Signal(\n        ");
        put_string(out, signal->name);
        assay_text_puts(out, ", ");
        put_string(out, signal->column);
        assay_text_puts(out, ", ");
        put_string(out, signal->dimension);
        assay_text_puts(out, ",\n        ");
        put_method(out, model, j);
        assay_text_printf(out, ",\n        missing=\"%s\", fill=", step_of(signal->missing));
        put_number(out, assay_missing_points(signal));
        assay_text_puts(out, ", term=");
        put_number(out, model->missing_term[j]);
        assay_text_puts(out, ",\n    ),\n");
    }
    assay_text_puts(out, "]\n");
}

static void put_dimensions(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "# Signals of each dimension, by their place above.\n"
                         "DIMENSIONS: Dict[str, List[int]] = {\n");
    size_t of_signal[ASSAY_MAX_SIGNALS], n = assay_export_dimensions(model, of_signal);
    for (size_t d = 0; d < n; d++) {
        const char *open = "";
        for (size_t j = 0; j < model->n_signal; j++)
            if (of_signal[j] == d) {
                assay_text_puts(out, *open == '\0' ? "    " : open);
                if (*open == '\0') {
                    put_string(out, model->spec.signals[j].dimension);
                    assay_text_puts(out, ": [");
                }
                assay_text_printf(out, "%zu", j);
                open = ", ";
            }
        assay_text_puts(out, "],\n");
    }
    assay_text_puts(out, "}\n");
}

static void put_required(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "# Signals without which there is no score.\nREQUIRED: List[int] = [");
    const char *comma = "";
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->spec.signals[j].missing == ASSAY_DROP) {
            assay_text_printf(out, "%s%zu", comma, j);
            comma = ", ";
        }
    assay_text_puts(out, "]\n\n");
}

/* ---- weights, lines, zones ---- */

static void put_weights(struct assay_text *out, double intercept, const double weight[],
                        const double slope[], size_t n, size_t indent)
{
    assay_text_puts(out, "Weights(\n");
    assay_text_printf(out, "%*s", (int)indent + 4, "");
    put_number(out, intercept);
    assay_text_printf(out, ",\n%*s", (int)indent + 4, "");
    put_numbers(out, weight, n, indent + 5, indent + 5);
    assay_text_printf(out, ",\n%*s", (int)indent + 4, "");
    put_numbers(out, slope, n, indent + 5, indent + 5);
    assay_text_printf(out, ",\n%*s)", (int)indent, "");
}

static void put_terms(struct assay_text *out, const struct assay_model *model)
{
    const struct assay_spec *spec = &model->spec;
    put_named(out, "MODELS_BY: Optional[str]", spec->fit.models_by);
    put_named(out, "LINE_BY: Optional[str]", spec->line.by);
    assay_text_puts(out, "EVERYBODY = ");
    put_weights(out, model->intercept, model->weight, model->slope, model->n_signal, 0);
    assay_text_puts(out, "\nSEGMENT_WEIGHTS: Dict[str, Weights] = {");
    for (size_t k = 0; k < model->n_segment_model; k++) {
        const struct assay_model_segment *segment = &model->segment_models[k];
        assay_text_puts(out, "\n    ");
        put_string(out, segment->segment);
        assay_text_puts(out, ": ");
        put_weights(out, segment->intercept, segment->weight, segment->slope, model->n_signal, 4);
        assay_text_putc(out, ',');
    }
    assay_text_puts(out, model->n_segment_model > 0 ? "\n}\n" : "}\n");
    assay_text_puts(out, "LINE = ");
    put_number(out, assay_export_line(model->at_risk_probability));
    assay_text_puts(out, "  # log-odds where the score is 50\nSEGMENT_LINES: Dict[str, float] = {");
    for (size_t k = 0; k < model->n_segment_line; k++) {
        assay_text_puts(out, "\n    ");
        put_string(out, model->segment_lines[k].segment);
        assay_text_puts(out, ": ");
        put_number(out, assay_export_line(model->segment_lines[k].probability));
        assay_text_putc(out, ',');
    }
    assay_text_puts(out, model->n_segment_line > 0 ? "\n}\n" : "}\n");
    assay_text_puts(out, "FACTOR = ");
    put_number(out, assay_export_factor(model));
    assay_text_puts(out, "  # points of the score for 1 of the log-odds\n\n");
}

static void put_zones(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "ZONES = [");
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        assay_text_puts(out, z > 0 ? ", " : "");
        put_string(out, model->spec.zones[z].name);
    }
    assay_text_puts(out, "]\nZONE_FROM = [");
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        assay_text_puts(out, z > 0 ? ", " : "");
        put_number(out, model->spec.zones[z].from);
    }
    assay_text_puts(out, "]\n\n");
}

/* ---- examples ---- */

static void put_example_inputs(struct assay_text *out, const struct assay_model *model,
                               const struct assay_example *example)
{
    size_t line = out->length; /* where the line began */
    assay_text_puts(out, "    ({");
    for (size_t k = 0; k < model->n_input; k++) {
        const struct assay_example_input *input = &example->inputs[k];
        if (k > 0 && out->length - line > WIDTH - 30) {
            assay_text_puts(out, ",\n");
            line = out->length;
            assay_text_puts(out, "      ");
        } else if (k > 0) {
            assay_text_puts(out, ", ");
        }
        put_string(out, model->inputs[k].column);
        assay_text_puts(out, ": ");
        if (input->text != NULL)
            put_string(out, input->text);
        else
            put_number(out, input->number);
    }
    assay_text_puts(out, "},\n     ");
}

static void put_example(struct assay_text *out, const struct assay_model *model,
                        const struct assay_example *example)
{
    put_example_inputs(out, model, example);
    put_numbers(out, example->s, model->n_signal, 6, 6);
    assay_text_puts(out, ",\n     ");
    put_number(out, example->dropped ? (double)NAN : example->composite);
    assay_text_puts(out, ", ");
    put_number(out, example->dropped ? (double)NAN : example->score);
    assay_text_puts(out, ", ");
    put_number(out, example->dropped ? (double)NAN : example->probability);
    assay_text_puts(out, ", ");
    put_optional(out, example->dropped ? NULL : model->spec.zones[example->zone].name);
    assay_text_puts(out, "),\n");
}

static void put_examples(struct assay_text *out, const struct assay_model *model, bool self_test)
{
    assay_text_puts(
        out, "# Examples of the model file: inputs, points of each signal, composite, score,\n"
             "# probability, zone.\nEXAMPLES: List[Tuple[Any, ...]] = [");
    for (size_t k = 0; k < model->n_example && self_test; k++) {
        assay_text_puts(out, k == 0 ? "\n" : "");
        put_example(out, model, &model->examples[k]);
    }
    assay_text_puts(out, "]\n");
}

/* ---- the file ---- */

static void put_methods(struct assay_text *out, const struct assay_model *model)
{
    const struct assay_normalise_spec *found[4] = {NULL};
    bool numbers = false;
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
        found[normalise->method] = normalise;
        numbers = numbers || (normalise->method == ASSAY_STEPS && !normalise->by_category);
    }
    assay_text_puts(out, assay_python_methods);
    if (found[ASSAY_PERCENTILE] != NULL)
        assay_text_puts(out, assay_python_percentile);
    if (found[ASSAY_RANGE] != NULL)
        assay_text_puts(out, assay_python_range);
    if (found[ASSAY_NONE] != NULL)
        assay_text_puts(out, assay_python_plain);
    if (numbers)
        assay_text_puts(out, assay_python_steps);
    assay_text_puts(out, assay_python_categories);
    assay_text_puts(out, assay_python_signal);
}

static void put_model(struct assay_text *out, const struct assay_model *model, bool self_test)
{
    assay_text_puts(out, "# ---- the model ----\n\n");
    put_named(out, "MODEL", model->spec.name);
    put_named(out, "VERSION", model->version);
    put_named(out, "DIGEST", model->digest);
    put_inputs(out, model);
    put_cohorts(out, model);
    put_signals(out, model);
    put_dimensions(out, model);
    put_required(out, model);
    put_terms(out, model);
    put_zones(out, model);
    put_examples(out, model, self_test);
}

static void put_scoring(struct assay_text *out, const struct assay_spec *spec)
{
    bool rounded = spec->rounding.dimensions || spec->rounding.score;
    assay_text_puts(out, assay_python_cohort);
    assay_text_puts(out, assay_python_average);
    assay_text_puts(out, assay_python_fill);
    if (rounded)
        assay_text_puts(out, assay_python_round);
    assay_text_puts(out, assay_python_parts);
    assay_text_puts(out, assay_python_score_1);
    assay_text_puts(out,
                    spec->rounding.dimensions ? assay_python_fill_left : assay_python_fill_call);
    assay_text_puts(out, assay_python_score_2);
    if (spec->scale != ASSAY_WEIGHTED_AVERAGE)
        assay_text_puts(out, assay_python_log_odds);
    else if (spec->rounding.dimensions)
        assay_text_puts(out,
                        "    points = rounded_composite(s, weights.weight, left, composite)\n");
    else
        assay_text_puts(out, "    points = composite\n");
    if (spec->scale == ASSAY_WEIGHTED_AVERAGE)
        assay_text_puts(out, spec->rounding.score ? "    points = clamp(round_half_up(points))\n"
                                                  : "    points = clamp(points)\n");
    assay_text_puts(out, assay_python_end);
}

enum assay_status assay_export_python(const struct assay_export_request *request,
                                      struct assay_text *out, struct assay_error *err)
{
    const struct assay_model *model = request->model;
    assay_text_puts(out, "#!/usr/bin/env python3\n");
    assay_export_notice(out, model, "# ");
    assay_text_puts(out, assay_python_begin);
    put_methods(out, model);
    put_model(out, model, request->self_test);
    assay_text_puts(out, assay_python_read);
    put_scoring(out, &model->spec);
    assay_text_puts(out, assay_python_csv);
    assay_text_puts(out, assay_python_test);
    return out->failed ? assay_fail_memory(err, "exporting") : ASSAY_OK;
}
