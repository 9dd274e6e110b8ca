#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/signal/normalise.h"
#include "release/export/target_onnx.h"

/* ---- whose weights, whose line ---- */

/* The k-th of n values by the account's segment: everybody's first. */
static assay_onnx_value by_segment(struct assay_onnx_scoring *scoring, const char *what,
                                   double values[], size_t n, assay_onnx_value segment)
{
    if (n == 1)
        return assay_onnx_number(&scoring->graph, values[0]);
    assay_onnx_value table = assay_onnx_doubles(&scoring->graph, what, 0, n, values);
    return assay_onnx_2(&scoring->graph, "Gather", what, table, segment);
}

/* Place of the segment in a table whose first entry is everybody's. */
static assay_onnx_value segment_of(struct assay_onnx_scoring *scoring, const char *what,
                                   const char *column, size_t n)
{
    size_t input = assay_export_input(scoring->model, column);
    return assay_onnx_position(&scoring->graph, what, scoring->columns[input].text, n,
                               scoring->texts);
}

static void find_weights(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    size_t n = model->n_segment_model;
    double *values = assay_alloc(n + 1, sizeof *values);
    if (values == NULL) {
        scoring->graph.failed = true;
        return;
    }
    assay_onnx_value segment = 0;
    for (size_t k = 0; k < n; k++)
        scoring->texts[k] = model->segment_models[k].segment;
    if (n > 0)
        segment = segment_of(scoring, "segments", model->spec.fit.models_by, n);
    values[0] = model->intercept;
    for (size_t k = 0; k < n; k++)
        values[k + 1] = model->segment_models[k].intercept;
    scoring->intercept = by_segment(scoring, "intercept", values, n + 1, segment);
    for (size_t j = 0; j < model->n_signal; j++) {
        scoring->graph.scope = scoring->names.signal[j];
        values[0] = model->weight[j];
        for (size_t k = 0; k < n; k++)
            values[k + 1] = model->segment_models[k].weight[j];
        scoring->weight[j] = by_segment(scoring, "weight", values, n + 1, segment);
        values[0] = model->slope[j];
        for (size_t k = 0; k < n; k++)
            values[k + 1] = model->segment_models[k].slope[j];
        scoring->slope[j] = by_segment(scoring, "slope", values, n + 1, segment);
    }
    scoring->graph.scope = NULL;
    free(values);
}

static assay_onnx_value find_line(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    size_t n = model->n_segment_line;
    double *values = assay_alloc(n + 1, sizeof *values);
    if (values == NULL) {
        scoring->graph.failed = true;
        return 0;
    }
    assay_onnx_value segment = 0;
    values[0] = assay_export_line(model->at_risk_probability);
    for (size_t k = 0; k < n; k++) {
        scoring->texts[k] = model->segment_lines[k].segment;
        values[k + 1] = assay_export_line(model->segment_lines[k].probability);
    }
    if (n > 0)
        segment = segment_of(scoring, "segments_of_lines", model->spec.line.by, n);
    assay_onnx_value line = by_segment(scoring, "line", values, n + 1, segment);
    free(values);
    return line;
}

/* ---- sums from the left ---- */

/* sum + term, or the term where there is no sum yet. */
static assay_onnx_value add(struct assay_onnx_graph *graph, const char *what, bool *any,
                            assay_onnx_value sum, assay_onnx_value term)
{
    assay_onnx_value total = *any ? assay_onnx_2(graph, "Add", what, sum, term) : term;
    *any = true;
    return total;
}

/* Sum of w s and of w over signals, skipping some accounts in some of them. */
struct sums {
    assay_onnx_value points, weight;
    bool any_points, any_weight;
};

/* Counts signal j in; skip: accounts that are left out, where `skips`. */
static void count_in(struct assay_onnx_scoring *scoring, size_t j, bool skips,
                     assay_onnx_value skip, struct sums *sums)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value weight = scoring->weight[j];
    assay_onnx_value points = assay_onnx_2(graph, "Mul", "weighted", weight, scoring->s[j]);
    if (skips) {
        assay_onnx_value zero = assay_onnx_number(graph, 0);
        points = assay_onnx_3(graph, "Where", "weighted_if_there", skip, zero, points);
        weight = assay_onnx_3(graph, "Where", "weight_if_there", skip, zero, weight);
    }
    sums->points = add(graph, "sum", &sums->any_points, sums->points, points);
    sums->weight = add(graph, "sum_of_weights", &sums->any_weight, sums->weight, weight);
}

/* sum w s / sum w, or `otherwise` where the weights do not add up to more than 0. */
static assay_onnx_value average(struct assay_onnx_graph *graph, const struct sums *sums,
                                double otherwise)
{
    assay_onnx_value weighs =
        assay_onnx_2(graph, "Greater", "weighs", sums->weight, assay_onnx_number(graph, 0));
    assay_onnx_value divisor =
        assay_onnx_3(graph, "Where", "divisor", weighs, sums->weight, assay_onnx_number(graph, 1));
    assay_onnx_value mean = assay_onnx_2(graph, "Div", "mean", sums->points, divisor);
    return assay_onnx_3(graph, "Where", "mean_or_not", weighs, mean,
                        assay_onnx_number(graph, otherwise));
}

/* ---- missing values, step by step ---- */

static void put_fixed(struct assay_onnx_scoring *scoring)
{
    for (size_t j = 0; j < scoring->model->n_signal; j++) {
        const struct assay_signal_spec *signal = &scoring->model->spec.signals[j];
        if (assay_export_is_averaged(signal))
            continue;
        scoring->graph.scope = scoring->names.signal[j];
        assay_onnx_value points = assay_onnx_number(&scoring->graph, assay_missing_points(signal));
        scoring->s[j] = assay_onnx_3(&scoring->graph, "Where", "filled", scoring->missing[j],
                                     points, scoring->s[j]);
    }
}

static bool has_policy(const struct assay_model *model, enum assay_missing_policy policy,
                       const size_t of_signal[], size_t dimension)
{
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->spec.signals[j].missing == policy && of_signal[j] == dimension)
            return true;
    return false;
}

/* The average of one dimension, put where its signals wait for it; NaN leaves them to the next step. */
static void put_dimension(struct assay_onnx_scoring *scoring, const size_t of_signal[],
                          size_t dimension)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    struct sums sums = {0};
    if (!has_policy(model, ASSAY_RENORMALISE_DIMENSION, of_signal, dimension))
        return;
    for (size_t j = 0; j < model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        if (of_signal[j] == dimension)
            count_in(scoring, j, assay_export_is_averaged(&model->spec.signals[j]),
                     scoring->missing[j], &sums);
    }
    graph->scope = "dimension";
    assay_onnx_value mean = average(graph, &sums, (double)NAN);
    for (size_t j = 0; j < model->n_signal; j++) {
        if (of_signal[j] != dimension ||
            model->spec.signals[j].missing != ASSAY_RENORMALISE_DIMENSION)
            continue;
        graph->scope = scoring->names.signal[j];
        scoring->s[j] = assay_onnx_3(graph, "Where", "filled_by_dimension", scoring->missing[j],
                                     mean, scoring->s[j]);
    }
}

/* The average of all that are known, put where points are still missing. */
static void put_rest(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value unknown[ASSAY_MAX_SIGNALS];
    struct sums sums = {0};
    bool any = false;
    for (size_t j = 0; j < model->n_signal; j++) {
        bool averaged = assay_export_is_averaged(&model->spec.signals[j]);
        graph->scope = scoring->names.signal[j];
        unknown[j] = averaged ? assay_onnx_1(graph, "IsNaN", "still_missing", scoring->s[j]) : 0;
        any = any || averaged;
    }
    if (!any)
        return;
    for (size_t j = 0; j < model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        count_in(scoring, j, assay_export_is_averaged(&model->spec.signals[j]), unknown[j], &sums);
    }
    graph->scope = "known";
    assay_onnx_value mean = average(graph, &sums, ASSAY_NEUTRAL_POINTS);
    for (size_t j = 0; j < model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        if (assay_export_is_averaged(&model->spec.signals[j]))
            scoring->s[j] = assay_onnx_3(graph, "Where", "filled", unknown[j], mean, scoring->s[j]);
    }
}

static void fill_missing(struct assay_onnx_scoring *scoring, const size_t of_signal[],
                         size_t n_dimension)
{
    put_fixed(scoring);
    for (size_t d = 0; d < n_dimension; d++)
        put_dimension(scoring, of_signal, d);
    put_rest(scoring);
    scoring->graph.scope = NULL;
}

/* ---- composite, rounding, log-odds ---- */

static assay_onnx_value composite_of(struct assay_onnx_scoring *scoring)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value sum = 0;
    bool any = false;
    for (size_t j = 0; j < scoring->model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        assay_onnx_value term =
            assay_onnx_2(graph, "Mul", "part", scoring->weight[j], scoring->s[j]);
        sum = add(graph, "composite", &any, sum, term);
    }
    graph->scope = NULL;
    return sum;
}

static assay_onnx_value round_half_up(struct assay_onnx_graph *graph, assay_onnx_value points)
{
    assay_onnx_value half =
        assay_onnx_2(graph, "Add", "and_a_half", points, assay_onnx_number(graph, 0.5));
    assay_onnx_value margin =
        assay_onnx_2(graph, "Add", "and_a_hair", half, assay_onnx_number(graph, 1e-9));
    return assay_onnx_1(graph, "Floor", "rounded", margin);
}

/* Of one dimension: its rounded average times its weight, and that weight; 0 where it has no points of its own. */
static void add_dimension(struct assay_onnx_scoring *scoring, const size_t of_signal[],
                          size_t dimension, struct sums *total)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    struct sums counted = {0}, own = {0};
    assay_onnx_value whole = 0, zero = assay_onnx_number(graph, 0);
    bool any = false;
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        if (of_signal[j] != dimension)
            continue;
        graph->scope = scoring->names.signal[j];
        whole = add(graph, "weight_of_dimension", &any, whole, scoring->weight[j]);
        count_in(scoring, j, signal->missing == ASSAY_RENORMALISE, scoring->missing[j], &counted);
        count_in(scoring, j, assay_export_is_averaged(signal), scoring->missing[j], &own);
    }
    graph->scope = "dimension";
    assay_onnx_value counts = assay_onnx_2(graph, "Greater", "counts", own.weight, zero);
    assay_onnx_value rounded = round_half_up(graph, average(graph, &counted, ASSAY_NEUTRAL_POINTS));
    assay_onnx_value weighted = assay_onnx_2(graph, "Mul", "weighted", whole, rounded);
    total->points =
        add(graph, "sum", &total->any_points, total->points,
            assay_onnx_3(graph, "Where", "weighted_if_counted", counts, weighted, zero));
    total->weight = add(graph, "sum_of_weights", &total->any_weight, total->weight,
                        assay_onnx_3(graph, "Where", "weight_if_counted", counts, whole, zero));
}

/* What is left of the composite after rounding, as the model declares it. */
static assay_onnx_value rounded_composite(struct assay_onnx_scoring *scoring,
                                          const size_t of_signal[], size_t n_dimension,
                                          assay_onnx_value composite)
{
    const struct assay_rounding_spec *rounding = &scoring->model->spec.rounding;
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value result = composite;
    if (rounding->dimensions) {
        struct sums total = {0};
        for (size_t d = 0; d < n_dimension; d++)
            add_dimension(scoring, of_signal, d, &total);
        graph->scope = "rounding";
        assay_onnx_value mean = average(graph, &total, (double)NAN);
        assay_onnx_value none = assay_onnx_1(graph, "IsNaN", "none", mean);
        result = assay_onnx_3(graph, "Where", "of_dimensions", none, composite, mean);
    }
    graph->scope = NULL;
    return rounding->score ? round_half_up(graph, result) : result;
}

static assay_onnx_value log_odds_of(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value hundred = assay_onnx_number(graph, 100), zero = assay_onnx_number(graph, 0);
    assay_onnx_value sum = scoring->intercept;
    for (size_t j = 0; j < model->n_signal; j++) {
        graph->scope = scoring->names.signal[j];
        assay_onnx_value share = assay_onnx_2(graph, "Div", "share_of_100", scoring->s[j], hundred);
        assay_onnx_value term =
            assay_onnx_2(graph, "Mul", "off_log_odds", scoring->slope[j], share);
        sum = assay_onnx_2(graph, "Sub", "log_odds", sum, term);
    }
    for (size_t j = 0; j < model->n_signal; j++) {
        if (model->spec.signals[j].missing != ASSAY_INDICATOR)
            continue;
        graph->scope = scoring->names.signal[j];
        assay_onnx_value term = assay_onnx_number(graph, model->missing_term[j]);
        term = assay_onnx_3(graph, "Where", "term_if_missing", scoring->missing[j], term, zero);
        sum = assay_onnx_2(graph, "Add", "log_odds", sum, term);
    }
    graph->scope = NULL;
    return sum;
}

/* ---- results ---- */

/* 1 / (1 + e^-x), where exp() sees no positive number. */
static assay_onnx_value probability_of(struct assay_onnx_graph *graph, assay_onnx_value log_odds)
{
    assay_onnx_value one = assay_onnx_number(graph, 1);
    assay_onnx_value size = assay_onnx_1(graph, "Abs", "size", log_odds);
    assay_onnx_value negative = assay_onnx_1(graph, "Neg", "negative_size", size);
    assay_onnx_value e = assay_onnx_1(graph, "Exp", "exp", negative);
    assay_onnx_value divisor = assay_onnx_2(graph, "Add", "one_and_exp", one, e);
    assay_onnx_value below =
        assay_onnx_2(graph, "Less", "below_even_odds", log_odds, assay_onnx_number(graph, 0));
    assay_onnx_value dividend = assay_onnx_3(graph, "Where", "dividend", below, e, one);
    return assay_onnx_2(graph, "Div", "probability", dividend, divisor);
}

/* Whether nothing is missing that the model cannot do without: an account without a value in a signal whose
 * policy is `drop` has no score. */
static assay_onnx_value has_score(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value dropped = 0;
    bool any = false;
    for (size_t j = 0; j < model->n_signal; j++) {
        if (model->spec.signals[j].missing != ASSAY_DROP)
            continue;
        dropped = any ? assay_onnx_2(graph, "Or", "dropped", dropped, scoring->missing[j])
                      : scoring->missing[j];
        any = true;
    }
    if (!any) /* points are always there by now */
        dropped = assay_onnx_1(graph, "IsNaN", "dropped", scoring->s[0]);
    return assay_onnx_1(graph, "Not", "has_score", dropped);
}

/* By the last zone whose start is not above the score, the first where all are. */
static assay_onnx_value zone_of(struct assay_onnx_scoring *scoring, assay_onnx_value score,
                                assay_onnx_value scored)
{
    const struct assay_spec *spec = &scoring->model->spec;
    struct assay_onnx_graph *graph = &scoring->graph;
    double from[ASSAY_MAX_ZONES];
    for (size_t z = 0; z < spec->n_zone; z++)
        from[z] = z > 0 ? spec->zones[z].from : -(double)INFINITY;
    scoring->texts[0] = "";
    for (size_t z = 0; z < spec->n_zone; z++)
        scoring->texts[z + 1] = spec->zones[z].name;
    assay_onnx_value starts = assay_onnx_doubles(graph, "zones_from", 0, spec->n_zone, from);
    assay_onnx_value at = assay_onnx_reached(graph, "zones_reached", score, starts);
    assay_onnx_value none = assay_onnx_integers(graph, "no_zone", 1, (const int64_t[]){0});
    assay_onnx_value place = assay_onnx_3(graph, "Where", "place", scored, at, none);
    assay_onnx_value zones = assay_onnx_texts(graph, "zones", spec->n_zone + 1, scoring->texts);
    return assay_onnx_2(graph, "Gather", "zone", zones, place);
}

static assay_onnx_value only_if(struct assay_onnx_graph *graph, const char *what,
                                assay_onnx_value scored, assay_onnx_value figure)
{
    return assay_onnx_3(graph, "Where", what, scored, figure,
                        assay_onnx_number(graph, (double)NAN));
}

static assay_onnx_value points_on_scale(struct assay_onnx_scoring *scoring,
                                        assay_onnx_value log_odds)
{
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value line = find_line(scoring);
    assay_onnx_value factor = assay_onnx_number(graph, assay_export_factor(scoring->model));
    assay_onnx_value above = assay_onnx_2(graph, "Sub", "above_the_line", line, log_odds);
    assay_onnx_value points = assay_onnx_2(graph, "Mul", "points", factor, above);
    return assay_onnx_2(graph, "Add", "points_from_50", assay_onnx_number(graph, 50), points);
}

struct assay_onnx_results assay_onnx_score(struct assay_onnx_scoring *scoring)
{
    const struct assay_model *model = scoring->model;
    struct assay_onnx_graph *graph = &scoring->graph;
    assay_onnx_value upright[ASSAY_MAX_SIGNALS];
    size_t of_signal[ASSAY_MAX_SIGNALS], n_dimension = assay_export_dimensions(model, of_signal);
    find_weights(scoring);
    fill_missing(scoring, of_signal, n_dimension);
    assay_onnx_value composite = composite_of(scoring), log_odds = log_odds_of(scoring);
    assay_onnx_value points = model->spec.scale == ASSAY_WEIGHTED_AVERAGE
                                  ? rounded_composite(scoring, of_signal, n_dimension, composite)
                                  : points_on_scale(scoring, log_odds);
    assay_onnx_value score = assay_onnx_clamp(graph, points), scored = has_score(scoring);
    for (size_t j = 0; j < model->n_signal; j++)
        upright[j] = assay_onnx_upright(graph, "normalised", scoring->s[j]);
    return (struct assay_onnx_results){
        .normalised = assay_onnx_beside(graph, "normalised", model->n_signal, upright),
        .composite = only_if(graph, "composite", scored, composite),
        .score = only_if(graph, "score", scored, score),
        .probability = only_if(graph, "probability", scored, probability_of(graph, log_odds)),
        .zone = zone_of(scoring, score, scored),
        .has_score = scored};
}
