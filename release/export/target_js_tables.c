#include "release/export/target_js.h"

#include <math.h>
#include <string.h>

#include "core/signal/columns.h"
#include "core/signal/normalise.h"
#include "release/export/target.h"

enum { WIDTH = 100 };

/* ---- words of the language ---- */

/* U+2028 and U+2029 end lines, in comments too. */
static bool is_line_separator(const char *at)
{
    return memcmp(at, "\xe2\x80", 2) == 0 && (at[2] == '\xa8' || at[2] == '\xa9');
}

void assay_js_string(struct assay_text *out, const char *text)
{
    assay_text_putc(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            assay_text_printf(out, "\\%c", *at);
        else if ((unsigned char)*at < 0x20 || *at == 0x7f)
            assay_text_printf(out, "\\x%02x", (unsigned)*at);
        else if (*at == '/' && at > text && (at[-1] == '*' || at[-1] == '<'))
            assay_text_puts(out, "\\/");
        else if (strlen(at) >= 3 && is_line_separator(at)) {
            assay_text_puts(out, at[2] == '\xa8' ? "\\u2028" : "\\u2029");
            at += 2;
        } else
            assay_text_putc(out, *at);
    }
    assay_text_putc(out, '"');
}

static void put_indent(struct assay_text *out, size_t indent)
{
    assay_text_printf(out, "%*s", (int)indent, "");
}

/* Bytes since the last line end. */
static size_t column_of(const struct assay_text *out)
{
    size_t n = 0;
    while (!out->failed && n < out->length && out->data[out->length - 1 - n] != '\n')
        n++;
    return n;
}

void assay_js_numbers(struct assay_text *out, size_t indent, const double values[], size_t n)
{
    assay_text_putc(out, '[');
    for (size_t k = 0; k < n; k++) {
        struct assay_text number = {0};
        assay_export_number(&number, values[k]);
        out->failed = out->failed || number.failed;
        if (k > 0 && column_of(out) + number.length + 4 > WIDTH) {
            assay_text_puts(out, ",\n");
            put_indent(out, indent);
        } else if (k > 0)
            assay_text_puts(out, ", ");
        assay_text_add(out, number.data, number.length);
        assay_text_clear(&number);
    }
    assay_text_putc(out, ']');
}

static const char *better(const struct assay_signal_spec *signal)
{
    return assay_better_names[signal->better];
}

/* ---- signals ---- */

static void put_percentile(struct assay_text *out, const struct assay_model *model, size_t j,
                           size_t input)
{
    const struct assay_baseline *baseline = &model->baselines[j];
    assay_text_printf(out, "percentile(%zu, [\n", input);
    for (size_t v = 0; v < baseline->n_node; v++) {
        char label[ASSAY_QUOTE_SIZE];
        assay_text_puts(out, "            // ");
        assay_js_string(out, assay_cohort_label(&model->cohorts, v, label, sizeof label));
        assay_text_puts(out, "\n            {\n                x: ");
        assay_js_numbers(out, 20, baseline->knots[v].x, baseline->knots[v].n);
        assay_text_puts(out, ",\n                s: ");
        assay_js_numbers(out, 20, baseline->knots[v].s, baseline->knots[v].n);
        assay_text_puts(out, ",\n            },\n");
    }
    assay_text_puts(out, "        ]),\n");
}

static void put_steps(struct assay_text *out, const struct assay_signal_spec *signal, size_t input)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    assay_text_printf(out, "%s(%zu, [\n", normalise->by_category ? "categories" : "steps", input);
    for (size_t k = 0; k < normalise->n_step; k++) {
        assay_text_puts(out, "            [");
        if (normalise->by_category)
            assay_js_string(out, normalise->steps[k].category);
        else
            assay_export_number(out, normalise->steps[k].from);
        assay_text_puts(out, ", ");
        assay_export_number(out, normalise->steps[k].points);
        assay_text_puts(out, "],\n");
    }
    assay_text_printf(out, "        ], \"%s\"),\n", better(signal));
}

static void put_points(struct assay_text *out, const struct assay_model *model, size_t j)
{
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    size_t input = assay_export_input(model, signal->column);
    assay_text_puts(out, "        points: ");
    switch (signal->normalise.method) {
    case ASSAY_PERCENTILE:
        put_percentile(out, model, j, input);
        break;
    case ASSAY_RANGE:
        assay_text_printf(out, "range(%zu, ", input);
        assay_export_number(out, signal->normalise.low);
        assay_text_puts(out, ", ");
        assay_export_number(out, signal->normalise.high);
        assay_text_printf(out, ", \"%s\"),\n", better(signal));
        break;
    case ASSAY_STEPS:
        put_steps(out, signal, input);
        break;
    case ASSAY_NONE:
        assay_text_printf(out, "asIs(%zu, \"%s\"),\n", input, better(signal));
        break;
    }
}

static void put_signal(struct assay_text *out, const struct assay_model *model, size_t j)
{
    const struct assay_signal_spec *signal = &model->spec.signals[j];
    assay_text_puts(out, "    {\n        name: ");
    assay_js_string(out, signal->name);
    assay_text_puts(out, ", // from ");
    assay_js_string(out, signal->column);
    assay_text_printf(out, "; %s is better\n        missing: \"%s\",\n", better(signal),
                      assay_missing_names[signal->missing]);
    if (signal->missing != ASSAY_RENORMALISE && signal->missing != ASSAY_RENORMALISE_DIMENSION) {
        assay_text_puts(out, "        filled: ");
        assay_export_number(out, assay_missing_points(signal));
        assay_text_puts(out, ",\n");
    }
    if (signal->missing == ASSAY_INDICATOR) {
        assay_text_puts(out, "        term: ");
        assay_export_number(out, model->missing_term[j]);
        assay_text_puts(out, ",\n");
    }
    put_points(out, model, j);
    assay_text_puts(out, "    },\n");
}

static void put_signals(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "/** @type {Signal[]} in the model's order */\nconst SIGNALS = [\n");
    for (size_t j = 0; j < model->n_signal; j++)
        put_signal(out, model, j);
    assay_text_puts(out, "];\n\n");
}

static void put_dimensions(struct assay_text *out, const struct assay_model *model)
{
    size_t of_signal[ASSAY_MAX_SIGNALS];
    double members[ASSAY_MAX_SIGNALS];
    size_t n_dimension = assay_export_dimensions(model, of_signal);
    assay_text_puts(out, "// The signals of each dimension, by their places in SIGNALS.\n"
                         "const DIMENSIONS = [\n");
    for (size_t d = 0; d < n_dimension; d++) {
        size_t n = 0;
        for (size_t j = 0; j < model->n_signal; j++)
            if (of_signal[j] == d)
                members[n++] = (double)j;
        assay_text_puts(out, "    ");
        assay_js_numbers(out, 8, members, n);
        assay_text_puts(out, ", // ");
        assay_js_string(out, model->spec.signals[(size_t)members[0]].dimension);
        assay_text_putc(out, '\n');
    }
    assay_text_puts(out, "];\n\n");
}

/* ---- weights and lines ---- */

/* Weights or slopes, a signal a line, named where they are everybody's. */
static void put_named(struct assay_text *out, const struct assay_model *model, const char *key,
                      const double values[])
{
    assay_text_printf(out, "    %s: [\n", key);
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_text_puts(out, "        ");
        assay_export_number(out, values[j]);
        assay_text_puts(out, ", // ");
        assay_js_string(out, model->spec.signals[j].name);
        assay_text_putc(out, '\n');
    }
    assay_text_puts(out, "    ],\n");
}

static void put_segment_terms(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "/**\n * Weights of their own, by ");
    assay_js_string(out, model->spec.fit.models_by);
    assay_text_puts(out, ".\n * @type {Map<string, Terms>}\n */\nconst SEGMENTS = new Map([\n");
    for (size_t k = 0; k < model->n_segment_model; k++) {
        const struct assay_model_segment *segment = &model->segment_models[k];
        assay_text_puts(out, "    [");
        assay_js_string(out, segment->segment);
        assay_text_puts(out, ", {\n        intercept: ");
        assay_export_number(out, segment->intercept);
        assay_text_puts(out, ",\n        weights: ");
        assay_js_numbers(out, 12, segment->weight, model->n_signal);
        assay_text_puts(out, ",\n        slopes: ");
        assay_js_numbers(out, 12, segment->slope, model->n_signal);
        assay_text_puts(out, ",\n    }],\n");
    }
    assay_text_puts(out, "]);\n\n");
}

static void put_terms(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "/** @type {Terms} everybody's */\nconst COMMON = {\n    intercept: ");
    assay_export_number(out, model->intercept);
    assay_text_puts(out, ",\n");
    put_named(out, model, "weights", model->weight);
    put_named(out, model, "slopes", model->slope);
    assay_text_puts(out, "};\n\n");
    if (model->n_segment_model > 0)
        put_segment_terms(out, model);
}

/* The log-odds at which the score is 50, and what one of them is worth in points. */
static void put_line(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out,
                    "// The log-odds at which the score is 50, and what one is worth in points.\n"
                    "const LINE = ");
    assay_export_number(out, assay_export_line(model->at_risk_probability));
    assay_text_puts(out, ";\nconst FACTOR = ");
    assay_export_number(out, assay_export_factor(model));
    assay_text_puts(out, ";\n\n");
    if (model->n_segment_line == 0)
        return;
    assay_text_puts(out, "/**\n * Lines of their own, by ");
    assay_js_string(out, model->spec.line.by);
    assay_text_puts(out, ".\n * @type {Map<string, number>}\n */\nconst LINES = new Map([\n");
    for (size_t k = 0; k < model->n_segment_line; k++) {
        assay_text_puts(out, "    [");
        assay_js_string(out, model->segment_lines[k].segment);
        assay_text_puts(out, ", ");
        assay_export_number(out, assay_export_line(model->segment_lines[k].probability));
        assay_text_puts(out, "],\n");
    }
    assay_text_puts(out, "]);\n\n");
}

/* ---- cohorts ---- */

/* { cohort: 1, bands: [2, 3, 1] }: a node, and the nodes of its bands, itself where there is none. */
static void put_node(struct assay_text *out, const struct assay_model *model, size_t node)
{
    double bands[ASSAY_MAX_BANDS + 1];
    size_t n_band = model->spec.cohort.n_band;
    for (size_t b = 0; b <= n_band; b++)
        bands[b] = (double)assay_cohort_band_node(&model->cohorts, node, b);
    assay_text_printf(out, "{ cohort: %zu, bands: ", node);
    assay_js_numbers(out, 12, bands, n_band + 1);
    assay_text_puts(out, " }");
}

static void put_cohorts(struct assay_text *out, const struct assay_model *model)
{
    const struct assay_cohorts *cohorts = &model->cohorts;
    assay_text_puts(
        out,
        "// Bands of tenure begin here; knots are given by cohort, and cohorts by plan and band.\n"
        "/** @type {number[]} */\nconst BANDS = ");
    assay_js_numbers(out, 4, model->spec.cohort.bands, model->spec.cohort.n_band);
    assay_text_puts(out, ";\n\nconst EVERYBODY = ");
    put_node(out, model, 0);
    assay_text_puts(out, ";\n\n/** @type {Map<string, { cohort: number, bands: number[] }>} */\n"
                         "const PLANS = new Map([\n");
    for (size_t v = 1; v < cohorts->n_node; v++) {
        if (cohorts->nodes[v].band != ASSAY_ANY_BAND)
            continue;
        assay_text_puts(out, "    [");
        assay_js_string(out, cohorts->nodes[v].plan);
        assay_text_puts(out, ", ");
        put_node(out, model, v);
        assay_text_puts(out, "],\n");
    }
    assay_text_puts(out, "]);\n\n");
}

void assay_js_tables(struct assay_text *out, const struct assay_model *model,
                     const struct assay_js_uses *uses)
{
    put_terms(out, model);
    if (model->spec.scale == ASSAY_LOG_ODDS)
        put_line(out, model);
    if (uses->cohorts)
        put_cohorts(out, model);
    if (uses->dimensions)
        put_dimensions(out, model);
    put_signals(out, model);
}

/* ---- examples ---- */

static void put_cell(struct assay_text *out, const struct assay_example_input *input)
{
    if (input->text != NULL)
        assay_js_string(out, input->text);
    else if (isnan(input->number))
        assay_text_puts(out, "null");
    else
        assay_export_number(out, input->number);
}

static void put_example(struct assay_text *out, const struct assay_model *model,
                        const struct assay_example *example)
{
    assay_text_puts(out, "    [\n        [");
    for (size_t k = 0; k < model->n_input; k++) {
        assay_text_puts(out, k == 0 ? "" : column_of(out) > WIDTH - 20 ? ",\n            " : ", ");
        put_cell(out, &example->inputs[k]);
    }
    assay_text_puts(out, "],\n        ");
    assay_js_numbers(out, 12, example->s, model->n_signal);
    if (example->dropped) {
        assay_text_puts(out, ",\n        null, null, null, null,\n    ],\n");
        return;
    }
    assay_text_puts(out, ",\n        ");
    assay_export_number(out, example->composite);
    assay_text_puts(out, ", ");
    assay_export_number(out, example->score);
    assay_text_puts(out, ", ");
    assay_export_number(out, example->probability);
    assay_text_puts(out, ", ");
    assay_js_string(out, model->spec.zones[example->zone].name);
    assay_text_puts(out, ",\n    ],\n");
}

void assay_js_examples(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(
        out, "// What a figure may be off by, on the scale of 0 to 100.\nconst TOLERANCE = ");
    assay_export_number(out, ASSAY_EXPORT_TOLERANCE);
    assay_text_puts(out, ";\n\n/**\n * The model's examples: cells in the order of the inputs, "
                         "points in that of the\n"
                         " * signals, composite, score, probability, zone.\n"
                         " * @type {[Cell[], number[], number | null, number | null, number | "
                         "null, string | null][]}\n"
                         " */\nconst EXAMPLES = [\n");
    for (size_t e = 0; e < model->n_example; e++)
        put_example(out, model, &model->examples[e]);
    assay_text_puts(out, "];\n");
}
