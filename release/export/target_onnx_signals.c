#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "release/export/target_onnx.h"

/* ---- small graphs ---- */

assay_onnx_value assay_onnx_position(struct assay_onnx_graph *graph, const char *what,
                                     assay_onnx_value text, size_t n, const char *const names[])
{
    assay_onnx_value table = assay_onnx_texts(graph, what, n, names);
    int64_t *positions = assay_alloc(n, sizeof *positions);
    if (positions == NULL) {
        graph->failed = true;
        return 0;
    }
    for (size_t k = 0; k < n; k++)
        positions[k] = (int64_t)k + 1;
    assay_onnx_value from_1 = assay_onnx_integers(graph, "positions", n, positions);
    assay_onnx_value none = assay_onnx_integers(graph, "no_position", 1, (const int64_t[]){0});
    free(positions);
    assay_onnx_value is =
        assay_onnx_2(graph, "Equal", "is", assay_onnx_upright(graph, "text", text), table);
    assay_onnx_value at = assay_onnx_3(graph, "Where", "at", is, from_1, none);
    return assay_onnx_reduce(graph, "ReduceMax", "position", at);
}

assay_onnx_value assay_onnx_reached(struct assay_onnx_graph *graph, const char *what,
                                    assay_onnx_value number, assay_onnx_value edges)
{
    assay_onnx_value upright = assay_onnx_upright(graph, "value", number);
    assay_onnx_value is = assay_onnx_2(graph, "GreaterOrEqual", "reaches", upright, edges);
    assay_onnx_value as_number = assay_onnx_cast(graph, "ones", ASSAY_ONNX_INT64, is);
    return assay_onnx_reduce(graph, "ReduceSum", what, as_number);
}

assay_onnx_value assay_onnx_clamp(struct assay_onnx_graph *graph, assay_onnx_value points)
{
    assay_onnx_value zero = assay_onnx_number(graph, 0), hundred = assay_onnx_number(graph, 100);
    assay_onnx_value above = assay_onnx_2(graph, "Greater", "above", points, hundred);
    assay_onnx_value below = assay_onnx_2(graph, "Less", "below", points, zero);
    assay_onnx_value capped = assay_onnx_3(graph, "Where", "capped", above, hundred, points);
    return assay_onnx_3(graph, "Where", "clamped", below, zero, capped);
}

/* ---- inputs and cohorts ---- */

/* Where a plan stands among those of calibration, from 1, and `nodes` with the node of each, node 0 first. */
static assay_onnx_value plan_position(struct assay_onnx_scoring *scoring, size_t nodes[],
                                      size_t *n_plan)
{
    const struct assay_cohorts *cohorts = &scoring->model->cohorts;
    const char *column = scoring->model->spec.cohort.plan;
    *n_plan = 0;
    nodes[0] = 0;
    for (size_t v = 1; v < cohorts->n_node; v++)
        if (cohorts->nodes[v].band == ASSAY_ANY_BAND) {
            scoring->texts[(*n_plan)++] = cohorts->nodes[v].plan;
            nodes[*n_plan] = v;
        }
    if (*n_plan == 0)
        return assay_onnx_integers(&scoring->graph, "no_plan", 1, (const int64_t[]){0});
    return assay_onnx_position(&scoring->graph, "plans",
                               scoring->columns[assay_export_input(scoring->model, column)].text,
                               *n_plan, scoring->texts);
}

/* The band of a tenure, from 0; behind the last where it is missing. */
static assay_onnx_value band_of(struct assay_onnx_scoring *scoring)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    const struct assay_cohort_spec *cohort = &scoring->model->spec.cohort;
    int64_t behind = (int64_t)cohort->n_band + 1;
    assay_onnx_value any = assay_onnx_integers(graph, "any_band", 1, &behind);
    if (cohort->tenure == NULL)
        return any;
    assay_onnx_value tenure =
        scoring->columns[assay_export_input(scoring->model, cohort->tenure)].number;
    assay_onnx_value edges = assay_onnx_doubles(graph, "bands", 0, cohort->n_band, cohort->bands);
    assay_onnx_value band = assay_onnx_reached(graph, "band_reached", tenure, edges);
    assay_onnx_value missing = assay_onnx_1(graph, "IsNaN", "no_tenure", tenure);
    return assay_onnx_3(graph, "Where", "band", missing, any, band);
}

/* Node by plan and band, from a table that holds the fallbacks too. */
static void find_cohort(struct assay_onnx_scoring *scoring)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    const struct assay_cohorts *cohorts = &scoring->model->cohorts;
    size_t n_band = scoring->model->spec.cohort.n_band, n_plan;
    size_t *nodes = assay_alloc(cohorts->n_node, sizeof *nodes);
    int64_t *table = assay_alloc(cohorts->n_node * (n_band + 2), sizeof *table);
    if (nodes == NULL || table == NULL) {
        graph->failed = true;
        free(nodes);
        free(table);
        return;
    }
    graph->scope = "cohort";
    assay_onnx_value plan = plan_position(scoring, nodes, &n_plan);
    for (size_t p = 0; p <= n_plan; p++)
        for (size_t b = 0; b < n_band + 2; b++)
            table[p * (n_band + 2) + b] = (int64_t)assay_cohort_band_node(
                cohorts, nodes[p], b <= n_band ? b : ASSAY_ANY_BAND);
    assay_onnx_value band = band_of(scoring);
    int64_t n_column = (int64_t)n_band + 2;
    assay_onnx_value width = assay_onnx_integers(graph, "bands_a_plan", 1, &n_column);
    assay_onnx_value first = assay_onnx_2(graph, "Mul", "first_of_plan", plan, width);
    assay_onnx_value at = assay_onnx_2(graph, "Add", "place", first, band);
    assay_onnx_value of_place =
        assay_onnx_integers(graph, "by_plan_and_band", (n_plan + 1) * (n_band + 2), table);
    scoring->cohort = assay_onnx_2(graph, "Gather", "node", of_place, at);
    free(nodes);
    free(table);
}

/* ---- by knots ---- */

/* What a value needs to know by the number of knots that it has reached, 0 .. n: halved start and width of
 * the stretch between two knots, points at its start, and how far they rise. Outside the knots they do
 * not rise, whatever start and width. A row of K + 1 for each cohort. */
struct stretches {
    size_t n_node, width;                 /* cohorts, K + 1 */
    double *edges;                        /* [n_node * K] knots, then infinity */
    double *start, *span, *points, *rise; /* [n_node * (K + 1)] */
};

static void fill_stretches(const struct assay_knots *knots, struct stretches *t, size_t node)
{
    size_t n = knots->n, at = node * t->width;
    for (size_t k = 0; k + 1 < t->width; k++)
        t->edges[node * (t->width - 1) + k] = k < n ? knots->x[k] : (double)INFINITY;
    for (size_t k = 0; k < t->width; k++) {
        bool inside = k > 0 && k < n;
        size_t low = k == 0 ? 0 : k < n ? k - 1 : n - 1;
        t->start[at + k] = inside ? knots->x[low] / 2 : 0;
        t->span[at + k] = inside ? knots->x[k] / 2 - t->start[at + k] : 1;
        t->points[at + k] = knots->s[low];
        t->rise[at + k] = inside ? knots->s[k] - knots->s[low] : 0;
    }
}

static bool stretches_init(const struct assay_baseline *baseline, size_t n_node,
                           struct stretches *t)
{
    *t = (struct stretches){.n_node = n_node, .width = 1};
    for (size_t v = 0; v < n_node; v++)
        if (baseline->knots[v].n + 1 > t->width)
            t->width = baseline->knots[v].n + 1;
    t->edges = assay_alloc(n_node * (t->width - 1), sizeof(double));
    t->start = assay_alloc(n_node * t->width, 4 * sizeof(double));
    if (t->edges == NULL || t->start == NULL)
        return false;
    t->span = t->start + n_node * t->width;
    t->points = t->span + n_node * t->width;
    t->rise = t->points + n_node * t->width;
    for (size_t v = 0; v < n_node; v++)
        fill_stretches(&baseline->knots[v], t, v);
    return true;
}

/* points + (v / 2 - start) / span * rise, each looked up at `at`. */
static assay_onnx_value interpolate(struct assay_onnx_graph *graph, const struct stretches *t,
                                    assay_onnx_value value, assay_onnx_value at)
{
    size_t n = t->n_node * t->width;
    assay_onnx_value start = assay_onnx_2(graph, "Gather", "start",
                                          assay_onnx_doubles(graph, "starts", 0, n, t->start), at);
    assay_onnx_value span = assay_onnx_2(graph, "Gather", "span",
                                         assay_onnx_doubles(graph, "spans", 0, n, t->span), at);
    assay_onnx_value points =
        assay_onnx_2(graph, "Gather", "points_at_start",
                     assay_onnx_doubles(graph, "points", 0, n, t->points), at);
    assay_onnx_value rise = assay_onnx_2(graph, "Gather", "rise",
                                         assay_onnx_doubles(graph, "rises", 0, n, t->rise), at);
    assay_onnx_value half = assay_onnx_2(graph, "Div", "half", value, assay_onnx_number(graph, 2));
    assay_onnx_value along = assay_onnx_2(graph, "Sub", "along", half, start);
    assay_onnx_value share = assay_onnx_2(graph, "Div", "share", along, span);
    assay_onnx_value gain = assay_onnx_2(graph, "Mul", "gain", share, rise);
    return assay_onnx_2(graph, "Add", "between_knots", points, gain);
}

static assay_onnx_value by_knots(struct assay_onnx_scoring *scoring, size_t j,
                                 assay_onnx_value value)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    struct stretches t;
    assay_onnx_value result = 0;
    if (!stretches_init(&scoring->model->baselines[j],
                        scoring->by_cohort ? scoring->model->cohorts.n_node : 1, &t)) {
        graph->failed = true;
    } else {
        assay_onnx_value knots = assay_onnx_doubles(
            graph, "knots", scoring->by_cohort ? t.n_node : 0, t.width - 1, t.edges);
        if (scoring->by_cohort)
            knots = assay_onnx_2(graph, "Gather", "knots_of_cohort", knots, scoring->cohort);
        assay_onnx_value at = assay_onnx_reached(graph, "knots_reached", value, knots);
        if (scoring->by_cohort) {
            int64_t n_column = (int64_t)t.width;
            assay_onnx_value width = assay_onnx_integers(graph, "stretches_a_cohort", 1, &n_column);
            assay_onnx_value first =
                assay_onnx_2(graph, "Mul", "first_of_cohort", scoring->cohort, width);
            at = assay_onnx_2(graph, "Add", "stretch", first, at);
        }
        result = interpolate(graph, &t, value, at);
    }
    free(t.edges);
    free(t.start);
    return result;
}

/* ---- the other methods ---- */

static assay_onnx_value turn(struct assay_onnx_graph *graph, const struct assay_signal_spec *signal,
                             assay_onnx_value points)
{
    if (signal->better == ASSAY_HIGHER)
        return points;
    return assay_onnx_2(graph, "Sub", "turned", assay_onnx_number(graph, 100), points);
}

static assay_onnx_value by_range(struct assay_onnx_graph *graph,
                                 const struct assay_signal_spec *signal, assay_onnx_value value)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    assay_onnx_value low = assay_onnx_number(graph, normalise->low);
    assay_onnx_value span = assay_onnx_number(graph, normalise->high - normalise->low);
    assay_onnx_value above = assay_onnx_2(graph, "Sub", "above_low", value, low);
    assay_onnx_value hundredfold =
        assay_onnx_2(graph, "Mul", "hundredfold", assay_onnx_number(graph, 100), above);
    assay_onnx_value points = assay_onnx_2(graph, "Div", "points", hundredfold, span);
    return turn(graph, signal, assay_onnx_clamp(graph, points));
}

/* Points by the place in the table; place 0 is the first step's, or a category that the table has not. */
static assay_onnx_value by_steps(struct assay_onnx_scoring *scoring,
                                 const struct assay_signal_spec *signal,
                                 const struct assay_onnx_column *column)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    const struct assay_normalise_spec *normalise = &signal->normalise;
    size_t n = normalise->n_step;
    double *numbers = assay_alloc(n + 1, sizeof *numbers);
    if (numbers == NULL) {
        graph->failed = true;
        return 0;
    }
    assay_onnx_value at;
    if (normalise->by_category) {
        for (size_t k = 0; k < n; k++)
            scoring->texts[k] = normalise->steps[k].category;
        at = assay_onnx_position(graph, "categories", column->text, n, scoring->texts);
    } else {
        for (size_t k = 0; k < n; k++)
            numbers[k] = normalise->steps[k].from;
        at = assay_onnx_reached(graph, "steps_reached", column->number,
                                assay_onnx_doubles(graph, "steps", 0, n, numbers));
    }
    numbers[0] = normalise->by_category ? (double)NAN : normalise->steps[0].points;
    for (size_t k = 0; k < n; k++)
        numbers[k + 1] = normalise->steps[k].points;
    assay_onnx_value table = assay_onnx_doubles(graph, "points_of_steps", 0, n + 1, numbers);
    free(numbers);
    assay_onnx_value points = turn(graph, signal, assay_onnx_2(graph, "Gather", "step", table, at));
    if (normalise->by_category)
        return points;
    assay_onnx_value missing = assay_onnx_1(graph, "IsNaN", "no_value", column->number);
    return assay_onnx_3(graph, "Where", "step_or_missing", missing, column->number, points);
}

static assay_onnx_value points_of(struct assay_onnx_scoring *scoring, size_t j)
{
    const struct assay_signal_spec *signal = &scoring->model->spec.signals[j];
    const struct assay_onnx_column *column =
        &scoring->columns[assay_export_input(scoring->model, signal->column)];
    switch (signal->normalise.method) {
    case ASSAY_PERCENTILE:
        return by_knots(scoring, j, column->number);
    case ASSAY_RANGE:
        return by_range(&scoring->graph, signal, column->number);
    case ASSAY_STEPS:
        return by_steps(scoring, signal, column);
    case ASSAY_NONE:
        break;
    }
    return turn(&scoring->graph, signal, assay_onnx_clamp(&scoring->graph, column->number));
}

void assay_onnx_normalise(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    bool percentile = false;
    for (size_t j = 0; j < model->n_signal; j++)
        percentile = percentile || model->spec.signals[j].normalise.method == ASSAY_PERCENTILE;
    scoring->by_cohort = percentile && model->cohorts.n_node > 1;
    if (scoring->by_cohort)
        find_cohort(scoring);
    for (size_t j = 0; j < model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        scoring->s[j] = points_of(scoring, j);
        scoring->missing[j] = assay_onnx_1(graph, "IsNaN", "missing", scoring->s[j]);
    }
    graph->scope = NULL;
}
