#include "core/model/compiled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/compiled_parts.h"
#include "core/signal/columns.h"
#include "core/signal/normalise.h"

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "preparing to score");
}

static size_t find_input(const struct assay_model *model, const char *column)
{
    for (size_t k = 0; column != NULL && k < model->n_input; k++)
        if (strcmp(model->inputs[k].column, column) == 0)
            return k;
    return ASSAY_NO_INPUT;
}

/* ---- texts ---- */

static bool enter(struct assay_compiled *c, size_t input, const char *text)
{
    struct assay_dictionary *texts = c->inputs[input].texts;
    return assay_dictionary_enter(texts, text, strlen(text)) != ASSAY_NO_CODE;
}

/* Every text that the model has for an input of texts, whatever it serves there. */
static bool enter_texts(struct assay_compiled *c)
{
    const struct assay_model *model = c->model;
    bool entered = true;
    for (size_t v = 1; c->plan != ASSAY_NO_INPUT && v < model->cohorts.n_node; v++)
        if (model->cohorts.nodes[v].band == ASSAY_ANY_BAND)
            entered = entered && enter(c, c->plan, model->cohorts.nodes[v].plan);
    for (size_t k = 0; k < model->n_segment_model; k++)
        entered = entered && enter(c, c->models_by, model->segment_models[k].segment);
    for (size_t k = 0; k < model->n_segment_line; k++)
        entered = entered && enter(c, c->line_by, model->segment_lines[k].segment);
    for (size_t j = 0; j < c->n_signal; j++) {
        const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
        for (size_t k = 0; c->signals[j].by_category && k < normalise->n_step; k++)
            entered = entered && enter(c, c->signals[j].input, normalise->steps[k].category);
    }
    return entered;
}

static void read_number(struct assay_compiled *c, size_t input)
{
    if (input != ASSAY_NO_INPUT)
        c->inputs[input].reads_number = true;
}

static enum assay_status make_inputs(struct assay_compiled *c, struct assay_error *err)
{
    for (size_t k = 0; k < c->n_input; k++)
        if (c->model->inputs[k].is_text && (c->inputs[k].texts = assay_dictionary_new()) == NULL)
            return no_memory(err);
    if (!enter_texts(c))
        return no_memory(err);
    for (size_t k = 0; k < c->n_input; k++) {
        struct assay_compiled_input *input = &c->inputs[k];
        if (input->texts == NULL)
            continue;
        input->n_text = assay_dictionary_count(input->texts);
        input->flags = assay_alloc(input->n_text + 2, sizeof *input->flags);
        if (input->flags == NULL)
            return no_memory(err);
    }
    read_number(c, c->tenure);
    for (size_t j = 0; j < c->n_signal; j++)
        if (!c->signals[j].by_category)
            read_number(c, c->signals[j].input);
    return ASSAY_OK;
}

bool assay_compiled_reads_number(const struct assay_compiled *compiled, size_t input)
{
    return compiled->inputs[input].reads_number;
}

int32_t assay_compiled_id(const struct assay_compiled *compiled, size_t input, const char *text)
{
    const struct assay_compiled_input *at = &compiled->inputs[input];
    if (text == NULL)
        return (int32_t)at->n_text + 1;
    int32_t id = assay_dictionary_find(at->texts, text);
    return id == ASSAY_NO_CODE ? (int32_t)at->n_text : id;
}

/* ---- cohorts ---- */

/* Node of each plan: 0 is everybody, 1 + id the text of that id in the plan's column. */
static void find_plans(struct assay_compiled *c, uint32_t node_of_plan[], uint32_t plan_of_node[])
{
    const struct assay_cohorts *cohorts = &c->model->cohorts;
    for (size_t v = 1; c->plan != ASSAY_NO_INPUT && v < cohorts->n_node; v++) {
        if (cohorts->nodes[v].band != ASSAY_ANY_BAND)
            continue;
        int32_t plan = 1 + assay_compiled_id(c, c->plan, cohorts->nodes[v].plan);
        if (node_of_plan[plan] == 0)
            node_of_plan[plan] = (uint32_t)v;
        plan_of_node[v] = (uint32_t)plan;
    }
}

static void fill_bands(struct assay_compiled *c, const uint32_t node_of_plan[],
                       const uint32_t plan_of_node[])
{
    const struct assay_cohorts *cohorts = &c->model->cohorts;
    size_t width = c->n_band + 2;
    for (size_t p = 0; p < c->n_plan; p++)
        for (size_t b = 0; b < width; b++)
            c->bands[p * width + b] = node_of_plan[p];
    for (size_t v = 1; v < cohorts->n_node; v++) {
        size_t parent = cohorts->nodes[v].parent, band = cohorts->nodes[v].band;
        bool of_everybody = parent == 0 && c->plan != ASSAY_NO_INPUT;
        if (band == ASSAY_ANY_BAND || of_everybody || cohorts->nodes[parent].band != ASSAY_ANY_BAND)
            continue;
        uint32_t *at = &c->bands[plan_of_node[parent] * width + band];
        if (*at == parent)
            *at = (uint32_t)v;
    }
}

/* A plan that the model does not have goes with everybody, whatever the tenure. */
static enum assay_status make_cohorts(struct assay_compiled *c, struct assay_error *err)
{
    struct assay_compiled_input *input = c->plan != ASSAY_NO_INPUT ? &c->inputs[c->plan] : NULL;
    size_t n_text = input != NULL ? input->n_text : 0;
    c->n_plan = 1 + n_text;
    c->n_band = c->model->spec.cohort.n_band;
    c->bands = assay_alloc(c->n_plan * (c->n_band + 2), sizeof *c->bands);
    uint32_t *node_of_plan = assay_alloc(c->n_plan, sizeof *node_of_plan);
    uint32_t *plan_of_node = assay_alloc(c->model->cohorts.n_node, sizeof *plan_of_node);
    if (input != NULL)
        input->plan = assay_alloc(n_text + 2, sizeof *input->plan);
    enum assay_status status = ASSAY_OK;
    if (c->bands == NULL || node_of_plan == NULL || plan_of_node == NULL ||
        (input != NULL && input->plan == NULL)) {
        status = no_memory(err);
    } else {
        find_plans(c, node_of_plan, plan_of_node);
        fill_bands(c, node_of_plan, plan_of_node);
    }
    for (size_t id = 0; status == ASSAY_OK && input != NULL && id <= n_text; id++) {
        if (id < n_text && node_of_plan[1 + id] != 0)
            input->plan[id] = 1 + (uint32_t)id;
        else
            input->flags[id] |= ASSAY_ROW_UNSEEN_PLAN;
    }
    free(node_of_plan);
    free(plan_of_node);
    return status;
}

/* ---- segments ---- */

static double log_odds(double probability)
{
    return log(probability / (1 - probability));
}

static enum assay_status make_weights(struct assay_compiled *c, struct assay_error *err)
{
    const struct assay_model *model = c->model;
    if (model->n_segment_model == 0)
        return ASSAY_OK;
    struct assay_compiled_input *input = &c->inputs[c->models_by];
    input->weights = assay_alloc(input->n_text + 2, sizeof *input->weights);
    if (input->weights == NULL)
        return no_memory(err);
    for (size_t k = 0; k < model->n_segment_model; k++)
        input->weights[assay_compiled_id(c, c->models_by, model->segment_models[k].segment)] =
            1 + (uint32_t)k;
    for (size_t id = 0; id <= input->n_text; id++)
        if (input->weights[id] == 0)
            input->flags[id] |= ASSAY_ROW_UNSEEN_SEGMENT;
    return ASSAY_OK;
}

static enum assay_status make_lines(struct assay_compiled *c, struct assay_error *err)
{
    const struct assay_model *model = c->model;
    if (model->n_segment_line == 0)
        return ASSAY_OK;
    struct assay_compiled_input *input = &c->inputs[c->line_by];
    input->line = assay_alloc(input->n_text + 2, sizeof *input->line);
    if (input->line == NULL)
        return no_memory(err);
    for (size_t id = 0; id < input->n_text + 2; id++)
        input->line[id] = NAN;
    for (size_t k = 0; k < model->n_segment_line; k++)
        input->line[assay_compiled_id(c, c->line_by, model->segment_lines[k].segment)] =
            log_odds(model->segment_lines[k].probability);
    for (size_t id = 0; id < input->n_text + 2; id++) {
        if (!isnan(input->line[id]))
            continue;
        input->line[id] = c->line;
        if (id <= input->n_text)
            input->flags[id] |= ASSAY_ROW_UNSEEN_SEGMENT;
    }
    return ASSAY_OK;
}

/* ---- signals ---- */

/* Room that a curve may take beyond four times its own pieces. */
enum { SPARE_PIECES = 1 << 16 };

/* Without x where the longest node would make the others too wide. */
static bool alloc_curve(struct assay_curve *curve, size_t n_node, size_t n_piece, size_t longest)
{
    size_t width = 1;
    for (; width < longest; width *= 2)
        curve->n_halving++;
    if (width > (SPARE_PIECES + 4 * n_piece) / n_node)
        return true;
    curve->width = (uint32_t)width;
    curve->x = assay_alloc(n_node * width, sizeof *curve->x);
    curve->knots = assay_alloc(n_node * width, sizeof *curve->knots);
    for (size_t k = 0; curve->x != NULL && k < n_node * width; k++)
        curve->x[k] = INFINITY;
    return curve->x != NULL && curve->knots != NULL;
}

/* The pieces of one node from x[first] on. */
static void add_knots(struct assay_curve *curve, size_t first, const struct assay_knots *knots)
{
    for (size_t k = 0; k < curve->width; k++) {
        size_t at = k < knots->n ? k : knots->n - 1;
        struct assay_knot *knot = &curve->knots[first + k];
        *knot = (struct assay_knot){.half = knots->x[at] / 2, .width = 1, .s = knots->s[at]};
        if (k < knots->n)
            curve->x[first + k] = knots->x[k];
        if (k + 1 < knots->n) {
            knot->width = knots->x[k + 1] / 2 - knot->half;
            knot->rise = knots->s[k + 1] - knots->s[k];
        }
    }
}

static bool make_percentile(struct assay_curve *curve, const struct assay_baseline *baseline)
{
    size_t n_piece = 0, longest = 0;
    for (size_t v = 0; v < baseline->n_node; v++) {
        n_piece += baseline->knots[v].n;
        longest = baseline->knots[v].n > longest ? baseline->knots[v].n : longest;
    }
    curve->by_node = true;
    if (!alloc_curve(curve, baseline->n_node, n_piece, longest))
        return false;
    for (size_t v = 0; curve->x != NULL && v < baseline->n_node; v++)
        add_knots(curve, v * curve->width, &baseline->knots[v]);
    return true;
}

static double turned(const struct assay_signal_spec *spec, double points)
{
    return spec->better == ASSAY_LOWER ? 100 - points : points;
}

static bool make_steps(struct assay_curve *curve, const struct assay_signal_spec *spec)
{
    size_t n = spec->normalise.n_step;
    if (!alloc_curve(curve, 1, n, n))
        return false;
    for (size_t k = 0; k < curve->width; k++) {
        const struct assay_step *step = &spec->normalise.steps[k < n ? k : n - 1];
        curve->knots[k] = (struct assay_knot){
            .half = step->from / 2, .width = 1, .s = turned(spec, step->points)};
        if (k < n)
            curve->x[k] = step->from;
    }
    return true;
}

static bool make_categories(const struct assay_compiled *c, struct assay_compiled_signal *signal,
                            const struct assay_signal_spec *spec)
{
    size_t n = c->inputs[signal->input].n_text + 2;
    signal->by_text = assay_alloc(n, sizeof *signal->by_text);
    if (signal->by_text == NULL)
        return false;
    for (size_t id = 0; id < n; id++)
        signal->by_text[id] = NAN;
    for (size_t k = 0; k < spec->normalise.n_step; k++) {
        const struct assay_step *step = &spec->normalise.steps[k];
        double *s = &signal->by_text[assay_compiled_id(c, signal->input, step->category)];
        if (isnan(*s))
            *s = turned(spec, step->points);
    }
    return true;
}

static bool copy_weights(struct assay_compiled_signal *signal, const struct assay_model *model,
                         size_t j)
{
    size_t n = 1 + model->n_segment_model;
    signal->slope = assay_alloc(n, sizeof *signal->slope);
    signal->weight = assay_alloc(n, sizeof *signal->weight);
    if (signal->slope == NULL || signal->weight == NULL)
        return false;
    signal->slope[0] = model->slope[j];
    signal->weight[0] = model->weight[j];
    for (size_t k = 1; k < n; k++) {
        signal->slope[k] = model->segment_models[k - 1].slope[j];
        signal->weight[k] = model->segment_models[k - 1].weight[j];
    }
    return true;
}

/* What is known before there are texts. */
static void start_signal(struct assay_compiled *c, size_t j)
{
    const struct assay_signal_spec *spec = &c->model->spec.signals[j];
    bool waits = spec->missing == ASSAY_RENORMALISE || spec->missing == ASSAY_RENORMALISE_DIMENSION;
    c->signals[j] =
        (struct assay_compiled_signal){.method = spec->normalise.method,
                                       .by_category = assay_signal_type(spec) == ASSAY_TEXT,
                                       .lower = spec->better == ASSAY_LOWER,
                                       .input = find_input(c->model, spec->column),
                                       .low = spec->normalise.low,
                                       .span = spec->normalise.high - spec->normalise.low,
                                       .filling = waits ? (double)NAN : assay_missing_points(spec),
                                       .drops = spec->missing == ASSAY_DROP,
                                       .missing_term = c->model->missing_term[j]};
    c->by_row = c->by_row || waits;
}

static enum assay_status make_signal(struct assay_compiled *c, size_t j, struct assay_error *err)
{
    const struct assay_signal_spec *spec = &c->model->spec.signals[j];
    struct assay_compiled_signal *signal = &c->signals[j];
    bool made = copy_weights(signal, c->model, j);
    if (made && signal->by_category)
        made = make_categories(c, signal, spec);
    else if (made && signal->method == ASSAY_PERCENTILE)
        made = make_percentile(&signal->curve, &c->model->baselines[j]);
    else if (made && signal->method == ASSAY_STEPS)
        made = make_steps(&signal->curve, spec);
    return made ? ASSAY_OK : no_memory(err);
}

/* ---- the whole ---- */

static enum assay_status make(struct assay_compiled *c, struct assay_error *err)
{
    const struct assay_model *model = c->model;
    c->signals = assay_alloc(c->n_signal, sizeof *c->signals);
    c->inputs = assay_alloc(c->n_input, sizeof *c->inputs);
    c->intercept = assay_alloc(1 + model->n_segment_model, sizeof *c->intercept);
    if (c->signals == NULL || c->inputs == NULL || c->intercept == NULL)
        return no_memory(err);
    c->intercept[0] = model->intercept;
    for (size_t k = 0; k < model->n_segment_model; k++)
        c->intercept[1 + k] = model->segment_models[k].intercept;
    for (size_t j = 0; j < c->n_signal; j++)
        start_signal(c, j);
    enum assay_status status = make_inputs(c, err);
    if (status == ASSAY_OK)
        status = make_cohorts(c, err);
    if (status == ASSAY_OK)
        status = make_weights(c, err);
    if (status == ASSAY_OK)
        status = make_lines(c, err);
    for (size_t j = 0; status == ASSAY_OK && j < c->n_signal; j++)
        status = make_signal(c, j, err);
    return status;
}

enum assay_status assay_compiled_new(const struct assay_model *model,
                                     struct assay_compiled **compiled, struct assay_error *err)
{
    struct assay_compiled *c = assay_alloc(1, sizeof *c);
    if (c == NULL)
        return no_memory(err);
    *c = (struct assay_compiled){.model = model,
                                 .n_signal = model->n_signal,
                                 .n_input = model->n_input,
                                 .plan = find_input(model, model->spec.cohort.plan),
                                 .tenure = find_input(model, model->spec.cohort.tenure),
                                 .models_by = find_input(model, model->spec.fit.models_by),
                                 .line_by = find_input(model, model->spec.line.by),
                                 .line = log_odds(model->at_risk_probability),
                                 .factor = model->spec.points_to_halve_odds / M_LN2,
                                 .by_row = model->spec.rounding.dimensions};
    enum assay_status status = make(c, err);
    if (status == ASSAY_OK)
        *compiled = c;
    else
        assay_compiled_free(c);
    return status;
}

static void free_signal(struct assay_compiled_signal *signal)
{
    free(signal->curve.x);
    free(signal->curve.knots);
    free(signal->by_text);
    free(signal->slope);
    free(signal->weight);
}

void assay_compiled_free(struct assay_compiled *compiled)
{
    if (compiled == NULL)
        return;
    for (size_t j = 0; compiled->signals != NULL && j < compiled->n_signal; j++)
        free_signal(&compiled->signals[j]);
    for (size_t k = 0; compiled->inputs != NULL && k < compiled->n_input; k++) {
        assay_dictionary_free(compiled->inputs[k].texts);
        free(compiled->inputs[k].plan);
        free(compiled->inputs[k].weights);
        free(compiled->inputs[k].line);
        free(compiled->inputs[k].flags);
    }
    free(compiled->signals);
    free(compiled->inputs);
    free(compiled->bands);
    free(compiled->intercept);
    free(compiled);
}
