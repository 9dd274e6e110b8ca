#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "release/export/target_onnx.h"

/* ---- the examples' columns ---- */

enum assay_status assay_onnx_examples(struct assay_onnx_scoring *scoring, struct assay_error *err)
{
    const struct assay_model *model = scoring->model;
    size_t n = model->n_example;
    double *numbers = assay_alloc(n, sizeof *numbers);
    const char **texts = assay_alloc(n, sizeof *texts);
    for (size_t k = 0; numbers != NULL && texts != NULL && k < model->n_input; k++) {
        for (size_t e = 0; e < n; e++) {
            const struct assay_example_input *input = &model->examples[e].inputs[k];
            numbers[e] = assay_export_example_number(input);
            texts[e] = input->text != NULL ? input->text : "";
        }
        scoring->graph.scope = scoring->names.input[k];
        if (model->inputs[k].is_text)
            scoring->columns[k].text = assay_onnx_texts(&scoring->graph, "examples", n, texts);
        if (!model->inputs[k].is_text || assay_export_reads_number(model, k))
            scoring->columns[k].number =
                assay_onnx_doubles(&scoring->graph, "examples", 0, n, numbers);
    }
    scoring->graph.scope = NULL;
    enum assay_status status = numbers != NULL && texts != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "exporting examples to onnx");
    free(numbers);
    free(texts);
    return status;
}

/* ---- what they should come to ---- */

struct expectation {
    double *normalised;                      /* [n_example * n_signal] */
    double *composite, *score, *probability; /* NaN where there is no score */
    const char **zone;
    bool *has_score;
};

static void expectation_clear(struct expectation *expected)
{
    free(expected->normalised);
    free(expected->composite);
    free(expected->score);
    free(expected->probability);
    free(expected->zone);
    free(expected->has_score);
}

static bool expectation_init(const struct assay_model *model, struct expectation *expected)
{
    size_t n = model->n_example;
    *expected = (struct expectation){.normalised = assay_alloc(n * model->n_signal, sizeof(double)),
                                     .composite = assay_alloc(n, sizeof(double)),
                                     .score = assay_alloc(n, sizeof(double)),
                                     .probability = assay_alloc(n, sizeof(double)),
                                     .zone = assay_alloc(n, sizeof *expected->zone),
                                     .has_score = assay_alloc(n, sizeof(bool))};
    if (expected->normalised == NULL || expected->composite == NULL || expected->score == NULL ||
        expected->probability == NULL || expected->zone == NULL || expected->has_score == NULL)
        return false;
    for (size_t e = 0; e < n; e++) {
        const struct assay_example *example = &model->examples[e];
        for (size_t j = 0; j < model->n_signal; j++)
            expected->normalised[e * model->n_signal + j] = example->s[j];
        expected->has_score[e] = !example->dropped;
        expected->composite[e] = example->dropped ? (double)NAN : example->composite;
        expected->score[e] = example->dropped ? (double)NAN : example->score;
        expected->probability[e] = example->dropped ? (double)NAN : example->probability;
        expected->zone[e] = example->dropped ? "" : model->spec.zones[example->zone].name;
    }
    return true;
}

/* ---- the comparison ---- */

/* How far apart, `scale` times: 0 where nothing is expected, infinite where nothing came. */
static assay_onnx_value distance(struct assay_onnx_graph *graph, assay_onnx_value got,
                                 assay_onnx_value expected, double scale)
{
    assay_onnx_value apart = assay_onnx_1(
        graph, "Abs", "apart", assay_onnx_2(graph, "Sub", "less_expected", got, expected));
    assay_onnx_value scaled =
        assay_onnx_2(graph, "Mul", "apart_on_scale", apart, assay_onnx_number(graph, scale));
    assay_onnx_value nothing = assay_onnx_1(graph, "IsNaN", "nothing", scaled);
    assay_onnx_value none = assay_onnx_1(graph, "IsNaN", "none_expected", expected);
    assay_onnx_value known = assay_onnx_3(graph, "Where", "apart_or_infinite", nothing,
                                          assay_onnx_number(graph, (double)INFINITY), scaled);
    return assay_onnx_3(graph, "Where", "distance", none, assay_onnx_number(graph, 0), known);
}

/* [examples] the largest distance of all figures. */
static assay_onnx_value largest(struct assay_onnx_scoring *scoring,
                                const struct assay_onnx_results *results,
                                const struct expectation *expected)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    size_t n = scoring->model->n_example, n_signal = scoring->model->n_signal;
    const struct {
        const char *what;
        assay_onnx_value got;
        const double *expected;
        double scale;
    } figures[] = {{"composite", results->composite, expected->composite, 1},
                   {"score", results->score, expected->score, 1},
                   {"probability", results->probability, expected->probability, 100}};
    assay_onnx_value distances[4];
    for (size_t k = 0; k < 3; k++) {
        graph->scope = figures[k].what;
        assay_onnx_value want = assay_onnx_doubles(graph, "expected", 0, n, figures[k].expected);
        assay_onnx_value apart = distance(graph, figures[k].got, want, figures[k].scale);
        distances[k] = assay_onnx_upright(graph, "distance", apart);
    }
    graph->scope = "normalised";
    assay_onnx_value want =
        assay_onnx_doubles(graph, "expected", n, n_signal, expected->normalised);
    distances[3] = distance(graph, results->normalised, want, 1);
    graph->scope = NULL;
    assay_onnx_value all = assay_onnx_beside(graph, "distances", 4, distances);
    return assay_onnx_reduce(graph, "ReduceMax", "largest_distance", all);
}

/* [examples] whether a figure is further off than it may be, or the zone or its absence is another. */
static assay_onnx_value disagrees(struct assay_onnx_scoring *scoring,
                                  const struct assay_onnx_results *results,
                                  const struct expectation *expected, assay_onnx_value apart)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    size_t n = scoring->model->n_example;
    assay_onnx_value tolerance = assay_onnx_number(graph, ASSAY_EXPORT_TOLERANCE);
    assay_onnx_value near = assay_onnx_2(graph, "LessOrEqual", "near", apart, tolerance);
    assay_onnx_value zone =
        assay_onnx_2(graph, "Equal", "same_zone", results->zone,
                     assay_onnx_texts(graph, "expected_zones", n, expected->zone));
    assay_onnx_value both =
        assay_onnx_2(graph, "Equal", "both_or_none", results->has_score,
                     assay_onnx_booleans(graph, "expected_scores", n, expected->has_score));
    assay_onnx_value agrees = assay_onnx_2(graph, "And", "near_in_same_zone", near, zone);
    agrees = assay_onnx_2(graph, "And", "agrees", agrees, both);
    return assay_onnx_1(graph, "Not", "disagrees", agrees);
}

/* The first example that disagrees, from 0; -1 where none does. */
static assay_onnx_value first_of(struct assay_onnx_graph *graph, size_t n,
                                 assay_onnx_value disagree)
{
    int64_t *numbers = assay_alloc(n, sizeof *numbers);
    if (numbers == NULL) {
        graph->failed = true;
        return 0;
    }
    for (size_t e = 0; e < n; e++)
        numbers[e] = (int64_t)e;
    assay_onnx_value examples = assay_onnx_integers(graph, "examples", n, numbers);
    int64_t behind = (int64_t)n;
    free(numbers);
    assay_onnx_value none = assay_onnx_integers(graph, "behind_all", 1, &behind);
    assay_onnx_value minus_one = assay_onnx_integers(graph, "minus_one", 1, (const int64_t[]){-1});
    assay_onnx_value if_it_does =
        assay_onnx_3(graph, "Where", "if_it_disagrees", disagree, examples, none);
    assay_onnx_value lowest = assay_onnx_reduce_all(graph, "ReduceMin", "lowest", if_it_does);
    assay_onnx_value any = assay_onnx_2(graph, "Less", "any", lowest, none);
    return assay_onnx_reduce_all(
        graph, "ReduceMax", "first",
        assay_onnx_3(graph, "Where", "lowest_or_none", any, lowest, minus_one));
}

enum assay_status assay_onnx_compare(struct assay_onnx_scoring *scoring,
                                     const struct assay_onnx_results *results,
                                     struct assay_error *err)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    struct expectation expected;
    if (!expectation_init(scoring->model, &expected)) {
        expectation_clear(&expected);
        return assay_fail_memory(err, "exporting examples to onnx");
    }
    assay_onnx_value apart = largest(scoring, results, &expected);
    assay_onnx_value disagree = disagrees(scoring, results, &expected, apart);
    assay_onnx_value ones = assay_onnx_cast(graph, "ones", ASSAY_ONNX_INT64, disagree);
    assay_onnx_output(graph, assay_onnx_reduce_all(graph, "ReduceSum", "disagreements", ones),
                      "disagreements", ASSAY_ONNX_INT64, ASSAY_ONNX_SINGLE,
                      "how many of the model's examples come out otherwise; 0 is right");
    assay_onnx_output(graph, assay_onnx_reduce_all(graph, "ReduceMax", "largest_difference", apart),
                      "largest_difference", ASSAY_ONNX_DOUBLE, ASSAY_ONNX_SINGLE,
                      "of any figure, on the scale of 0 to 100");
    assay_onnx_output(graph, first_of(graph, scoring->model->n_example, disagree), "first",
                      ASSAY_ONNX_INT64, ASSAY_ONNX_SINGLE,
                      "the first example that comes out otherwise, from 0; -1 where none does");
    expectation_clear(&expected);
    return ASSAY_OK;
}
