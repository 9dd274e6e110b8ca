#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/normalise.h"
#include "release/export/target_c.h"

/* What the model's missing policies and rounding ask of the file. */
struct needs {
    bool by_dimension, renormalise, rounded_dimensions, drop;
};

static struct needs needs_of(const struct assay_model *model)
{
    struct needs needs = {.rounded_dimensions = model->spec.rounding.dimensions};
    for (size_t j = 0; j < model->n_signal; j++) {
        enum assay_missing_policy policy = model->spec.signals[j].missing;
        needs.by_dimension = needs.by_dimension || policy == ASSAY_RENORMALISE_DIMENSION;
        needs.renormalise = needs.renormalise || policy == ASSAY_RENORMALISE;
        needs.drop = needs.drop || policy == ASSAY_DROP;
    }
    needs.renormalise = needs.renormalise || needs.by_dimension; /* what step 2 left */
    return needs;
}

/* ---- tables ---- */

/* One row for everybody, then one for each segment that has weights of its own. */
static void put_weights(struct assay_c_export *e, const char *name, bool slopes)
{
    const struct assay_model *model = e->model;
    assay_c_printf(e, "static const double @_%s[%zu][%zu] = {\n", name, model->n_segment_model + 1,
                   model->n_signal);
    for (size_t k = 0; k <= model->n_segment_model; k++) {
        const struct assay_model_segment *segment = k > 0 ? &model->segment_models[k - 1] : NULL;
        if (model->n_segment_model > 0) {
            assay_text_puts(e->out, "    /* ");
            assay_c_comment(e, segment != NULL ? segment->segment : "everybody else");
            assay_text_puts(e->out, " */\n");
        }
        const double *common = slopes ? model->slope : model->weight;
        assay_c_numbers(e,
                        segment == NULL ? common
                        : slopes        ? segment->slope
                                        : segment->weight,
                        model->n_signal, 4);
        assay_text_puts(e->out, k < model->n_segment_model ? ",\n" : "\n};\n");
    }
}

static void put_row(struct assay_c_export *e, const char *declaration, const double values[],
                    size_t n)
{
    assay_c_printf(e, "static const double @_%s[%zu] =\n", declaration, n);
    assay_c_numbers(e, values, n, 4);
    assay_text_puts(e->out, ";\n");
}

static void put_lines(struct assay_c_export *e, double row[])
{
    const struct assay_model *model = e->model;
    if (model->spec.scale == ASSAY_WEIGHTED_AVERAGE)
        return;
    assay_c_put(e, "/* The at-risk line, log(p / (1 - p)): a score of 50. */\n");
    row[0] = assay_export_line(model->at_risk_probability);
    for (size_t k = 0; k < model->n_segment_line; k++)
        row[k + 1] = assay_export_line(model->segment_lines[k].probability);
    put_row(e, "line", row, model->n_segment_line + 1);
}

static void put_indices(struct assay_c_export *e, const char *name, const size_t values[], size_t n)
{
    assay_c_printf(e, "static const unsigned short @_%s[%zu] = {", name, n);
    for (size_t k = 0; k < n; k++)
        assay_text_printf(e->out, "%s%zu", k == 0 ? "" : k % 24 == 0 ? ",\n    " : ", ", values[k]);
    assay_text_puts(e->out, "};\n");
}

/* What step 1 puts where a signal is missing: NAN where a later step does. */
static void put_fill(struct assay_c_export *e, double row[])
{
    for (size_t j = 0; j < e->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &e->model->spec.signals[j];
        bool later =
            signal->missing == ASSAY_RENORMALISE || signal->missing == ASSAY_RENORMALISE_DIMENSION;
        row[j] = later ? (double)NAN : assay_missing_points(signal);
    }
    assay_c_put(e, "/* What stands for a missing signal; NAN: the average of others. */\n");
    put_row(e, "fill", row, e->model->n_signal);
}

static void put_tables(struct assay_c_export *e, struct needs needs, double row[], size_t index[])
{
    const struct assay_model *model = e->model;
    assay_c_put(e,
                "/* Weights of the composite, and coefficients of the log-odds on s / 100. */\n");
    put_weights(e, "weight", false);
    put_weights(e, "slope", true);
    row[0] = model->intercept;
    for (size_t k = 0; k < model->n_segment_model; k++)
        row[k + 1] = model->segment_models[k].intercept;
    put_row(e, "intercept", row, model->n_segment_model + 1);
    put_lines(e, row);
    put_fill(e, row);
    if (needs.by_dimension || needs.rounded_dimensions) {
        assay_export_dimensions(model, index);
        assay_c_put(e, "/* The dimension of each signal. */\n");
        put_indices(e, "dimension", index, model->n_signal);
    }
    if (needs.by_dimension) {
        for (size_t j = 0; j < model->n_signal; j++)
            index[j] = model->spec.signals[j].missing == ASSAY_RENORMALISE_DIMENSION;
        assay_c_put(e, "/* 1: where missing, the average of its dimension stands for it. */\n");
        put_indices(e, "by_dimension", index, model->n_signal);
    }
    for (size_t z = 0; z < model->spec.n_zone; z++)
        row[z] = model->spec.zones[z].from;
    assay_c_put(e, "/* Zones begin at these scores. */\n");
    put_row(e, "zone_from", row, model->spec.n_zone);
    assay_text_putc(e->out, '\n');
}

/* ---- missing signals, rounding ---- */

static const char by_dimension[] =
    "/* Missing signals that go by their dimension: the weighted average of its signals that\n"
    " * have points; left open where these have no weight. */\n"
    "static inline void @_fill_by_dimension(double s[], const double w[])\n"
    "{\n"
    "    ^_EXACT\n"
    "    double sum[^_DIMENSIONS] = {0}, present[^_DIMENSIONS] = {0};\n"
    "    size_t j;\n"
    "    for (j = 0; j < ^_SIGNALS; j++)\n"
    "        if (s[j] == s[j]) {\n"
    "            sum[@_dimension[j]] += w[j] * s[j];\n"
    "            present[@_dimension[j]] += w[j];\n"
    "        }\n"
    "    for (j = 0; j < ^_SIGNALS; j++)\n"
    "        if (s[j] != s[j] && @_by_dimension[j] && present[@_dimension[j]] > 0)\n"
    "            s[j] = sum[@_dimension[j]] / present[@_dimension[j]];\n"
    "}\n\n";

static const char by_all[] =
    "/* What is still missing: the weighted average of the signals that have points; 50 where\n"
    " * these have no weight. */\n"
    "static inline void @_fill_by_all(double s[], const double w[])\n"
    "{\n"
    "    ^_EXACT\n"
    "    double sum = 0, present = 0, rest;\n"
    "    size_t j;\n"
    "    for (j = 0; j < ^_SIGNALS; j++)\n"
    "        if (s[j] == s[j]) {\n"
    "            sum += w[j] * s[j];\n"
    "            present += w[j];\n"
    "        }\n"
    "    rest = present > 0 ? sum / present : 50;\n"
    "    for (j = 0; j < ^_SIGNALS; j++)\n"
    "        s[j] = s[j] == s[j] ? s[j] : rest;\n"
    "}\n\n";

static const char half_up[] = "/* Half up, where a half is anything within 1e-9 of it. */\n"
                              "static inline double @_round(double points)\n"
                              "{\n"
                              "    return floor(points + 0.5 + 1e-9);\n"
                              "}\n\n";

static const char rounded_dimensions[] =
    "/* The composite of rounded dimensions: each is the average of its signals but those that\n"
    " * an average of all stands for (open), and weighs what all of its signals do. */\n"
    "static inline double @_composite_rounded(const double s[], const double w[],\n"
    "        const int open[], double composite)\n"
    "{\n"
    "    ^_EXACT\n"
    "    double points[^_DIMENSIONS] = {0}, counted[^_DIMENSIONS] = {0};\n"
    "    double whole[^_DIMENSIONS] = {0}, sum = 0, total = 0;\n"
    "    size_t j, d;\n"
    "    for (j = 0; j < ^_SIGNALS; j++) {\n"
    "        d = @_dimension[j];\n"
    "        whole[d] += w[j];\n"
    "        points[d] += open[j] ? 0 : w[j] * s[j];\n"
    "        counted[d] += open[j] ? 0 : w[j];\n"
    "    }\n"
    "    for (d = 0; d < ^_DIMENSIONS; d++)\n"
    "        if (counted[d] > 0) {\n"
    "            sum += whole[d] * @_round(points[d] / counted[d]);\n"
    "            total += whole[d];\n"
    "        }\n"
    "    return total > 0 ? sum / total : composite;\n"
    "}\n\n";

static void put_helpers(struct assay_c_export *e, struct needs needs, size_t index[])
{
    const struct assay_model *model = e->model;
    if (needs.by_dimension || needs.rounded_dimensions)
        assay_c_printf(e, "enum { ^_DIMENSIONS = %zu };\n\n",
                       assay_export_dimensions(model, index));
    if (needs.by_dimension)
        assay_c_put(e, by_dimension);
    if (needs.renormalise)
        assay_c_put(e, by_all);
    if (model->spec.rounding.score || needs.rounded_dimensions)
        assay_c_put(e, half_up);
    if (needs.rounded_dimensions)
        assay_c_put(e, rounded_dimensions);
}

/* ---- from normalised signals to the rest ---- */

/* Which of the signals are missing, where the rest of the function asks. */
static void put_missing(struct assay_c_export *e)
{
    for (size_t j = 0; j < e->model->n_signal; j++) {
        enum assay_missing_policy policy = e->model->spec.signals[j].missing;
        if (policy == ASSAY_INDICATOR || policy == ASSAY_DROP)
            assay_text_printf(e->out, "    const int no_%s = s[%zu] != s[%zu];\n",
                              e->names.signal[j], j, j);
    }
}

static void put_filling(struct assay_c_export *e, struct needs needs)
{
    assay_c_put(e, "    for (j = 0; j < ^_SIGNALS; j++)\n"
                   "        s[j] = s[j] == s[j] ? s[j] : @_fill[j];\n");
    if (needs.by_dimension)
        assay_c_put(e, "    @_fill_by_dimension(s, w);\n");
    if (needs.rounded_dimensions)
        assay_c_put(e, "    for (j = 0; j < ^_SIGNALS; j++)\n        open[j] = s[j] != s[j];\n");
    if (needs.renormalise)
        assay_c_put(e, "    @_fill_by_all(s, w);\n");
}

/* 50 + points for each halving of the odds, or the composite; clamped. */
static void put_score(struct assay_c_export *e)
{
    const struct assay_spec *spec = &e->model->spec;
    if (spec->scale != ASSAY_WEIGHTED_AVERAGE) {
        assay_text_puts(e->out, "    score = 50 + ");
        assay_c_number(e, assay_export_factor(e->model));
        assay_c_put(e, " * (@_line[line] - log_odds);\n");
    } else if (spec->rounding.dimensions) {
        assay_c_put(e, "    score = @_composite_rounded(s, w, open, composite);\n");
    } else {
        assay_text_puts(e->out, "    score = composite;\n");
    }
    if (spec->scale == ASSAY_WEIGHTED_AVERAGE && spec->rounding.score)
        assay_c_put(e, "    score = @_round(score);\n");
    assay_c_put(e, "    score = score < 0 ? 0 : score > 100 ? 100 : score;\n"
                   "    for (z = 1; z < ^_ZONES; z++)\n"
                   "        zone += score >= @_zone_from[z] ? 1 : 0;\n");
}

static void put_log_odds(struct assay_c_export *e)
{
    assay_c_put(e, "    for (j = 0; j < ^_SIGNALS; j++)\n"
                   "        composite += w[j] * s[j];\n"
                   "    for (j = 0; j < ^_SIGNALS; j++)\n"
                   "        pull[j] = u[j] * (s[j] / 100);\n"
                   "    for (j = 0; j < ^_SIGNALS; j++)\n"
                   "        log_odds -= pull[j];\n");
    for (size_t j = 0; j < e->model->n_signal; j++) {
        if (e->model->spec.signals[j].missing != ASSAY_INDICATOR)
            continue;
        assay_text_printf(e->out, "    log_odds += no_%s ? ", e->names.signal[j]);
        assay_c_number(e, e->model->missing_term[j]);
        assay_text_puts(e->out, " : 0;\n");
    }
}

static void put_no_score(struct assay_c_export *e)
{
    const char * or = "";
    assay_text_puts(e->out, "    out->no_score = ");
    for (size_t j = 0; j < e->model->n_signal; j++)
        if (e->model->spec.signals[j].missing == ASSAY_DROP) {
            assay_text_printf(e->out, "%sno_%s", or, e->names.signal[j]);
            or = " | ";
        }
    assay_text_puts(e->out, ";\n    if (out->no_score) {\n"
                            "        composite = score = log_odds = NAN;\n"
                            "        zone = -1;\n"
                            "    }\n");
}

static void put_finish(struct assay_c_export *e, struct needs needs)
{
    bool lines = e->model->spec.scale != ASSAY_WEIGHTED_AVERAGE;
    assay_c_printf(
        e,
        "/* From the normalised signals, NaN where missing, of an account that has row `weights`\n"
        " * of the weights%s; fills s and what does not depend on the\n"
        " * inputs in out, and returns the log-odds of the event. */\n"
        "static inline double @_finish(double s[], size_t weights%s, struct @_result *out)\n"
        "{\n"
        "    ^_EXACT\n"
        "    const double *w = @_weight[weights], *u = @_slope[weights];\n"
        "    double composite = 0, log_odds = @_intercept[weights], score, pull[^_SIGNALS];\n"
        "    int %szone = 0, z;\n"
        "    size_t j;\n",
        lines ? " and row `line` of the lines" : "", lines ? ", size_t line" : "",
        needs.rounded_dimensions ? "open[^_SIGNALS], " : "");
    put_missing(e);
    put_filling(e, needs);
    put_log_odds(e);
    put_score(e);
    if (needs.drop)
        put_no_score(e);
    else
        assay_text_puts(e->out, "    out->no_score = 0;\n");
    assay_text_puts(e->out, "    out->composite = composite;\n"
                            "    out->score = score;\n"
                            "    out->zone = zone;\n"
                            "    return log_odds;\n"
                            "}\n\n");
    assay_c_put(e, "/* exp() sees only numbers that are not positive. */\n"
                   "static inline double @_probability(double log_odds)\n"
                   "{\n"
                   "    double e = exp(-fabs(log_odds));\n"
                   "    return (log_odds < 0 ? e : 1) / (1 + e);\n"
                   "}\n\n");
}

void assay_c_figures(struct assay_c_export *e)
{
    const struct assay_model *model = e->model;
    size_t n =
        model->n_signal + model->n_segment_model + model->n_segment_line + model->spec.n_zone + 1;
    double *row = assay_alloc(n, sizeof *row);
    size_t *index = assay_alloc(n, sizeof *index);
    if (row == NULL || index == NULL) {
        e->out->failed = true;
    } else {
        struct needs needs = needs_of(model);
        put_tables(e, needs, row, index);
        put_helpers(e, needs, index);
        put_finish(e, needs);
    }
    free(row);
    free(index);
}
