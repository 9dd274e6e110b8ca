#include "release/export/target_onnx.h"

#include <stdlib.h>

#include "core/base/json_write.h"
#include "core/base/memory.h"

static const char *const outputs[] = {"normalised",  "composite", "score",
                                      "probability", "zone",      "has_score"};
enum { N_OUTPUT = sizeof outputs / sizeof outputs[0] };

/* No input may have the name of an output; an object that feeds a session in JavaScript has "__proto__" already. */
static const char *const reserved[] = {"normalised", "composite", "score",     "probability",
                                       "zone",       "has_score", "__proto__", NULL};

/* ---- inputs and outputs ---- */

/* The second input of a column of texts that is read as numbers too: with capitals, so that no
 * column's own name is the same. */
static void put_number_too(struct assay_onnx_scoring *scoring, size_t k)
{
    struct assay_text name = {0}, doc = {0};
    assay_text_printf(&name, "%s_AS_NUMBER", scoring->names.input[k]);
    assay_text_printf(&doc, "column %s once more, as numbers; NaN: missing",
                      scoring->model->inputs[k].column);
    if (name.failed || doc.failed)
        scoring->graph.failed = true;
    else
        scoring->columns[k].number =
            assay_onnx_input(&scoring->graph, name.data, ASSAY_ONNX_DOUBLE, doc.data);
    assay_text_clear(&name);
    assay_text_clear(&doc);
}

static void put_inputs(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    for (size_t k = 0; k < model->n_input; k++) {
        struct assay_text doc = {0};
        const struct assay_input *input = &model->inputs[k];
        assay_text_printf(&doc, "column %s, %s", input->column,
                          input->is_text ? "as texts; \"\": missing" : "as numbers; NaN: missing");
        enum assay_onnx_type type = input->is_text ? ASSAY_ONNX_STRING : ASSAY_ONNX_DOUBLE;
        if (doc.failed) {
            scoring->graph.failed = true;
            return;
        }
        assay_onnx_value column =
            assay_onnx_input(&scoring->graph, scoring->names.input[k], type, doc.data);
        assay_text_clear(&doc);
        *(input->is_text ? &scoring->columns[k].text : &scoring->columns[k].number) = column;
        if (input->is_text && assay_export_reads_number(model, k))
            put_number_too(scoring, k);
    }
}

static void put_outputs(struct assay_onnx_scoring *scoring,
                        const struct assay_onnx_results *results)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_output(
        graph, results->normalised, outputs[0], ASSAY_ONNX_DOUBLE, (long)scoring->model->n_signal,
        "points of the signals, 0 to 100; where a value is missing, what stands for it");
    assay_onnx_output(graph, results->composite, outputs[1], ASSAY_ONNX_DOUBLE, 0,
                      "weighted average of the points; NaN where there is no score");
    assay_onnx_output(graph, results->score, outputs[2], ASSAY_ONNX_DOUBLE, 0,
                      "0 to 100, higher is healthier; NaN where there is none");
    assay_onnx_output(graph, results->probability, outputs[3], ASSAY_ONNX_DOUBLE, 0,
                      "of the outcome that the model predicts; NaN where there is no score");
    assay_onnx_output(graph, results->zone, outputs[4], ASSAY_ONNX_STRING, 0,
                      "decided on the score; \"\" where there is none");
    assay_onnx_output(graph, results->has_score, outputs[5], ASSAY_ONNX_BOOL, 0,
                      "false where a signal is missing that the model cannot do without");
}

/* ---- what the file says of itself ---- */

enum list { LIST_INPUTS, LIST_COLUMNS, LIST_SIGNALS, LIST_ZONES, LIST_OUTPUTS, N_LIST };
static const char *const list_names[N_LIST] = {"inputs", "columns", "signals", "zones", "outputs"};

static void put_items(struct assay_json_writer *json, const struct assay_onnx_scoring *scoring,
                      enum list list)
{
    const struct assay_model *model = scoring->model;
    if (list == LIST_INPUTS)
        for (size_t k = 0; k < model->n_input; k++)
            assay_json_put_string(json, NULL, scoring->names.input[k]);
    else if (list == LIST_COLUMNS)
        for (size_t k = 0; k < model->n_input; k++)
            assay_json_put_string(json, NULL, model->inputs[k].column);
    else if (list == LIST_SIGNALS)
        for (size_t j = 0; j < model->n_signal; j++)
            assay_json_put_string(json, NULL, model->spec.signals[j].name);
    else if (list == LIST_ZONES)
        for (size_t z = 0; z < model->spec.n_zone; z++)
            assay_json_put_string(json, NULL, model->spec.zones[z].name);
    else
        for (size_t k = 0; k < N_OUTPUT; k++)
            assay_json_put_string(json, NULL, outputs[k]);
}

static void put_list(struct assay_onnx_scoring *scoring, enum list list)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '-');
    put_items(&json, scoring, list);
    assay_json_close(&json);
    if (json.out.failed)
        scoring->graph.failed = true;
    else
        assay_onnx_property(&scoring->graph, list_names[list], json.out.data);
    assay_text_clear(&json.out);
}

static void put_properties(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    assay_onnx_property(&scoring->graph, "name", model->spec.name);
    assay_onnx_property(&scoring->graph, "version", model->version);
    assay_onnx_property(&scoring->graph, "digest", model->digest);
    assay_onnx_property(&scoring->graph, "permission", assay_export_permission);
    assay_onnx_property(&scoring->graph, "missing",
                        "NaN in a column of numbers, \"\" in a column of texts");
    for (enum list list = 0; list < N_LIST; list++)
        put_list(scoring, list);
}

static void describe(struct assay_text *doc, const struct assay_model *model, bool self_test)
{
    assay_export_notice(doc, model, "");
    assay_text_puts(
        doc,
        "\nScores as the program does, in double precision, by the same operations in the same "
        "order.\n");
    assay_text_puts(
        doc,
        self_test
            ? "The self-test of the exported graph: the model's own examples are in it. Run it "
              "without inputs; \"disagreements\" must be 0.\n"
            : "An input a column, a value an account. Missing is NaN in a column of numbers and "
              "\"\" in a column of texts. Where has_score is false a signal is missing that the "
              "model cannot do without: composite, score and probability are NaN, zone is \"\".\n");
}

/* ---- the whole ---- */

/* How many texts the longest list of them has. */
static size_t longest(const struct assay_model *model)
{
    size_t n = model->cohorts.n_node;
    const size_t others[] = {model->spec.n_zone + 1, model->n_segment_model, model->n_segment_line};
    for (size_t k = 0; k < sizeof others / sizeof others[0]; k++)
        n = others[k] > n ? others[k] : n;
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->spec.signals[j].normalise.n_step > n)
            n = model->spec.signals[j].normalise.n_step;
    return n;
}

static enum assay_status build(struct assay_onnx_scoring *scoring, bool self_test,
                               struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (self_test)
        status = assay_onnx_examples(scoring, err);
    else
        put_inputs(scoring);
    if (status != ASSAY_OK)
        return status;
    assay_onnx_normalise(scoring);
    struct assay_onnx_results results = assay_onnx_score(scoring);
    put_properties(scoring);
    if (self_test)
        return assay_onnx_compare(scoring, &results, err);
    put_outputs(scoring, &results);
    return ASSAY_OK;
}

enum assay_status assay_export_onnx(const struct assay_export_request *request,
                                    struct assay_text *out, struct assay_error *err)
{
    const struct assay_model *model = request->model;
    struct assay_text doc = {0};
    struct assay_onnx_scoring scoring = {
        .model = model,
        .columns = assay_alloc(model->n_input, sizeof *scoring.columns),
        .texts = assay_alloc(longest(model), sizeof *scoring.texts)};
    enum assay_status status = ASSAY_OK, written;
    if (scoring.columns == NULL || scoring.texts == NULL)
        status = assay_fail_memory(err, "exporting to onnx");
    if (status == ASSAY_OK)
        status = assay_export_names_init(model, reserved, &scoring.names, err);
    if (status == ASSAY_OK)
        status = build(&scoring, request->self_test, err);
    describe(&doc, model, request->self_test);
    scoring.graph.failed = scoring.graph.failed || doc.failed;
    written = assay_onnx_write(&scoring.graph, status == ASSAY_OK ? scoring.names.model : "",
                               doc.failed ? "" : doc.data, out, status == ASSAY_OK ? err : NULL);
    assay_text_clear(&doc);
    assay_export_names_clear(&scoring.names);
    free(scoring.columns);
    free(scoring.texts);
    return status != ASSAY_OK ? status : written;
}
