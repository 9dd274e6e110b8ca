#include "release/export/target_js.h"
#include "release/export/target.h"

struct assay_js_uses assay_js_uses_of(const struct assay_model *model)
{
    struct assay_js_uses uses = {.dimensions = model->spec.rounding.dimensions};
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        bool by_category = signal->normalise.method == ASSAY_STEPS && signal->normalise.by_category;
        bool by_dimension = signal->missing == ASSAY_RENORMALISE_DIMENSION;
        uses.categories = uses.categories || by_category;
        uses.method[signal->normalise.method] =
            uses.method[signal->normalise.method] || !by_category;
        uses.averages = uses.averages || by_dimension || signal->missing == ASSAY_RENORMALISE;
        uses.dimensions = uses.dimensions || by_dimension;
    }
    uses.cohorts = uses.method[ASSAY_PERCENTILE] && model->cohorts.n_node > 1;
    return uses;
}

/* ---- what comes first ---- */

static void put_head(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "/*\n");
    assay_export_notice(out, model, " * ");
    assay_text_puts(out, " *\n * An ES module without dependencies, for browsers, workers and "
                         "servers. Scores as the program\n"
                         " * does, by the same operations in the same order; Math.exp() alone may "
                         "differ in the last digit.\n"
                         " *\n *     import { score } from \"./FILE.mjs\";\n"
                         " *     const { score: points, zone } = score(row);\n"
                         " *\n * TypeScript reads the types from the comments.\n */\n\n");
}

static void put_row_type(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(
        out, "/**\n * An account by column; it may have other columns too.\n * @typedef {{\n");
    for (size_t k = 0; k < model->n_input; k++) {
        assay_text_puts(out, "    ");
        assay_js_string(out, model->inputs[k].column);
        assay_text_puts(out, "?: Cell;\n");
    }
    assay_text_puts(out, " * }} Row\n */\n\n");
}

static void put_fact(struct assay_text *out, const char *key, const char *value)
{
    assay_text_printf(out, "    %s: ", key);
    assay_js_string(out, value);
    assay_text_puts(out, ",\n");
}

static void put_facts(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "/** @type {Readonly<Model>} */\nexport const model = Object.freeze({\n");
    put_fact(out, "name", model->spec.name);
    put_fact(out, "version", model->version);
    put_fact(out, "digest", model->digest);
    assay_text_puts(out, "    inputs: Object.freeze([\n");
    for (size_t k = 0; k < model->n_input; k++) {
        assay_text_puts(out, "        Object.freeze({ column: ");
        assay_js_string(out, model->inputs[k].column);
        assay_text_printf(out, ", type: \"%s\" }),\n",
                          model->inputs[k].is_text ? "text" : "number");
    }
    assay_text_puts(out, "    ]),\n    signals: Object.freeze([\n");
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_text_puts(out, "        ");
        assay_js_string(out, model->spec.signals[j].name);
        assay_text_puts(out, ",\n");
    }
    assay_text_puts(out, "    ]),\n    zones: Object.freeze([\n");
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        assay_text_puts(out, "        Object.freeze({ name: ");
        assay_js_string(out, model->spec.zones[z].name);
        assay_text_puts(out, ", from: ");
        assay_export_number(out, model->spec.zones[z].from);
        assay_text_puts(out, " }),\n");
    }
    assay_text_puts(out, "    ]),\n});\n\n");
}

/* ---- score() ---- */

/* The cell of an input as account.texts or account.numbers has it, or nothing where none is declared. */
static void put_cell(struct assay_text *out, const struct assay_model *model, const char *column,
                     const char *list, const char *nothing)
{
    if (column != NULL)
        assay_text_printf(out, "account.%s[%zu]", list, assay_export_input(model, column));
    else
        assay_text_puts(out, nothing);
}

/* What a segment's text leads to in a Map, else the common one. No segment is called "". */
static void put_lookup(struct assay_text *out, const struct assay_model *model, const char *name,
                       const char *column, const char *map, const char *common)
{
    assay_text_printf(out, "    const %s = %s.get(", name, map);
    put_cell(out, model, column, "texts", "");
    assay_text_printf(out, " ?? \"\") ?? %s;\n", common);
}

static void put_beginning(struct assay_text *out, const struct assay_model *model,
                          const struct assay_js_uses *uses)
{
    const struct assay_cohort_spec *cohort = &model->spec.cohort;
    assay_text_puts(out, "    const account = read(row);\n");
    if (uses->cohorts) {
        assay_text_puts(out, "    const cohort = cohortOf(");
        put_cell(out, model, cohort->plan, "texts", "null");
        assay_text_puts(out, ", ");
        put_cell(out, model, cohort->tenure, "numbers", "NaN");
        assay_text_puts(out, ");\n");
    } else
        assay_text_puts(out, "    const cohort = 0; // everybody\n");
    if (model->n_segment_model > 0)
        put_lookup(out, model, "{ intercept, weights, slopes }", model->spec.fit.models_by,
                   "SEGMENTS", "COMMON");
    else
        assay_text_puts(out, "    const { intercept, weights, slopes } = COMMON;\n");
    assay_text_puts(out,
                    "    const points = SIGNALS.map((signal) => signal.points(account, cohort));\n"
                    "    const missing = points.map((s) => Number.isNaN(s));\n"
                    "    fill(points, weights);\n\n");
}

static void put_sums(struct assay_text *out, const struct assay_model *model)
{
    assay_text_puts(out, "    let composite = 0;\n"
                         "    let logOdds = intercept;\n"
                         "    for (let j = 0; j < points.length; j++) {\n"
                         "        composite += weights[j] * points[j];\n"
                         "        logOdds -= slopes[j] * (points[j] / 100);\n"
                         "    }\n");
    if (assay_export_has_policy(model, ASSAY_INDICATOR))
        assay_text_puts(out, "    SIGNALS.forEach(({ term = 0 }, j) => {\n"
                             "        if (missing[j]) logOdds += term;\n"
                             "    });\n");
    if (assay_export_has_policy(model, ASSAY_DROP))
        assay_text_puts(
            out, "    if (SIGNALS.some((signal, j) => missing[j] && signal.missing === \"drop\"))\n"
                 "        return { normalised: points, composite: null, score: null, "
                 "probability: null, zone: null };\n");
}

static void put_end(struct assay_text *out, const struct assay_model *model)
{
    const struct assay_rounding_spec *rounding = &model->spec.rounding;
    if (model->spec.scale == ASSAY_LOG_ODDS) {
        if (model->n_segment_line > 0)
            put_lookup(out, model, "line", model->spec.line.by, "LINES", "LINE");
        assay_text_printf(out, "    const raw = 50 + FACTOR * (%s - logOdds);\n",
                          model->n_segment_line > 0 ? "line" : "LINE");
    } else {
        const char *composite = rounding->dimensions
                                    ? "roundDimensions(points, missing, weights, composite)"
                                    : "composite";
        assay_text_printf(
            out, rounding->score ? "    const raw = roundHalfUp(%s);\n" : "    const raw = %s;\n",
            composite);
    }
    assay_text_puts(
        out,
        "    const value = clamp(raw);\n"
        "    let zone = 0;\n"
        "    while (zone + 1 < model.zones.length && value >= model.zones[zone + 1].from) zone++;\n"
        "    return {\n"
        "        normalised: points,\n"
        "        composite,\n"
        "        score: value,\n"
        "        probability: probabilityOf(logOdds),\n"
        "        zone: model.zones[zone].name,\n"
        "    };\n");
}

static void put_score(struct assay_text *out, const struct assay_model *model,
                      const struct assay_js_uses *uses)
{
    assay_text_puts(
        out,
        "/**\n * Scores an account. Throws a TypeError where a cell is not what its column holds.\n"
        " * @param {Row} row\n * @returns {Result}\n */\nexport function score(row) {\n");
    put_beginning(out, model, uses);
    put_sums(out, model);
    put_end(out, model);
    assay_text_puts(out, "}\n\n");
    assay_text_puts(out, assay_js_rows);
    assay_text_putc(out, '\n');
}

/* ---- what score() calls ---- */

static void put_fill(struct assay_text *out, const struct assay_js_uses *uses, bool by_dimension)
{
    assay_text_puts(out,
                    "/**\n * Puts in what stands for missing values.\n * @param {number[]} points\n"
                    " * @param {number[]} weights\n */\nfunction fill(points, weights) {\n"
                    "    SIGNALS.forEach(({ filled = NaN }, j) => {\n"
                    "        if (Number.isNaN(points[j])) points[j] = filled;\n"
                    "    });\n");
    if (by_dimension)
        assay_text_puts(out, "    // The average of its dimension; where that is none, a signal is "
                             "left to what follows.\n"
                             "    for (const members of DIMENSIONS) {\n"
                             "        const mean = average(points, weights, members);\n"
                             "        for (const j of members)\n"
                             "            if (Number.isNaN(points[j]) && SIGNALS[j].missing === "
                             "\"renormalise-dimension\")\n"
                             "                points[j] = mean;\n"
                             "    }\n");
    if (uses->averages)
        assay_text_puts(out,
                        "    // The average of all that are known, or halfway.\n"
                        "    const mean = average(points, weights, [...points.keys()]);\n"
                        "    points.forEach((s, j) => {\n"
                        "        if (Number.isNaN(s)) points[j] = Number.isNaN(mean) ? 50 : mean;\n"
                        "    });\n");
    assay_text_puts(out, "}\n\n");
}

static void put_part(struct assay_text *out, bool used, const char *part)
{
    if (!used)
        return;
    assay_text_puts(out, part);
    assay_text_putc(out, '\n');
}

static void put_functions(struct assay_text *out, const struct assay_model *model,
                          const struct assay_js_uses *uses)
{
    const struct assay_rounding_spec *rounding = &model->spec.rounding;
    put_part(out, true, assay_js_inner_types);
    put_part(out, true, assay_js_read);
    put_part(out, uses->cohorts, assay_js_cohort);
    put_part(out, uses->method[ASSAY_PERCENTILE], assay_js_percentile);
    put_part(out, uses->method[ASSAY_RANGE], assay_js_range);
    put_part(out, uses->method[ASSAY_STEPS], assay_js_steps);
    put_part(out, uses->categories, assay_js_categories);
    put_part(out, uses->method[ASSAY_NONE], assay_js_none);
    put_part(out, uses->averages, assay_js_average);
    put_fill(out, uses, assay_export_has_policy(model, ASSAY_RENORMALISE_DIMENSION));
    put_part(out, rounding->dimensions || rounding->score, assay_js_round);
    put_part(out, rounding->dimensions, assay_js_round_dimensions);
    put_part(out, true, assay_js_clamp);
    put_part(out, true, assay_js_probability);
}

enum assay_status assay_export_js(const struct assay_export_request *request,
                                  struct assay_text *out, struct assay_error *err)
{
    const struct assay_model *model = request->model;
    struct assay_js_uses uses = assay_js_uses_of(model);
    put_head(out, model);
    put_part(out, true, assay_js_types);
    put_row_type(out, model);
    put_facts(out, model);
    put_score(out, model, &uses);
    put_functions(out, model, &uses);
    assay_js_tables(out, model, &uses);
    assay_text_putc(out, '\n');
    if (request->self_test) {
        assay_js_examples(out, model);
        assay_text_putc(out, '\n');
        assay_text_puts(out, assay_js_self_test);
    }
    assay_text_puts(out, assay_js_started);
    assay_text_puts(out, request->self_test ? assay_js_run_self_test : assay_js_no_self_test);
    assay_text_puts(out, assay_js_start);
    return out->failed ? assay_fail_memory(err, "exporting to js") : ASSAY_OK;
}
