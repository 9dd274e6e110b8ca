#include "release/export/xlsx_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/signal/columns.h"
#include "release/export/digits.h"
#include "release/export/target.h"

bool assay_xlsx_has_position(const struct assay_signal_spec *signal)
{
    return signal->normalise.method == ASSAY_PERCENTILE || signal->normalise.method == ASSAY_STEPS;
}

bool assay_xlsx_steps_above(const struct assay_normalise_spec *normalise)
{
    double below;
    for (size_t k = 1; !normalise->by_category && k < normalise->n_step; k++)
        if (assay_export_is_above(normalise->steps[k].from, &below))
            return true;
    return false;
}

bool assay_xlsx_zones_above(const struct assay_spec *spec)
{
    double below;
    for (size_t k = 1; k < spec->n_zone; k++)
        if (assay_export_is_above(spec->zones[k].from, &below))
            return true;
    return false;
}

size_t assay_xlsx_knot_rows(const struct assay_knots *knots)
{
    return knots->n > 1 ? knots->n : 2;
}

size_t assay_xlsx_set_of(const struct assay_model *model, const struct assay_model_segment *weights)
{
    return weights == NULL ? 0 : (size_t)(weights - model->segment_models) + 1;
}

size_t assay_xlsx_line_of(const struct assay_model *model,
                          const struct assay_model_segment_line *line)
{
    return line == NULL ? 0 : (size_t)(line - model->segment_lines) + 1;
}

/* ---- inputs ---- */

static void plan_inputs(struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    for (size_t k = 0; k < model->n_input; k++) {
        if (model->inputs[k].is_text)
            plan->inputs[plan->n_input++] = (struct assay_xlsx_input){k, false};
        if (assay_export_reads_number(model, k))
            plan->inputs[plan->n_input++] = (struct assay_xlsx_input){k, true};
    }
}

/* Sheet column of an input; NONE where no column is declared. */
static size_t find_input(const struct assay_xlsx_plan *plan, const char *column, bool is_number)
{
    for (size_t k = 0; column != NULL && k < plan->n_input; k++)
        if (plan->inputs[k].is_number == is_number &&
            strcmp(plan->model->inputs[plan->inputs[k].input].column, column) == 0)
            return plan->at.inputs + k;
    return ASSAY_XLSX_NONE;
}

/* ---- the row of an account ---- */

/* Takes n columns; none where they are not wanted. */
static size_t take(size_t *next, size_t n, bool wanted)
{
    size_t first = *next;
    if (!wanted)
        return ASSAY_XLSX_NONE;
    *next += n;
    return first;
}

static void plan_working(struct assay_xlsx_plan *plan, size_t *next)
{
    const struct assay_model *model = plan->model;
    struct assay_xlsx_columns *at = &plan->at;
    bool within = assay_export_has_policy(model, ASSAY_RENORMALISE_DIMENSION), categories = false;
    at->node = take(next, 1, model->cohorts.n_node > 1);
    at->set = take(next, 1, plan->n_set > 1);
    at->line = take(next, 1, plan->n_line > 1);
    for (size_t j = 0; j < plan->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        bool is_text = assay_signal_type(signal) == ASSAY_TEXT;
        plan->of_signal[j] = find_input(plan, signal->column, !is_text);
        plan->position[j] = take(next, 1, assay_xlsx_has_position(signal));
        categories = categories || is_text;
    }
    at->unknown = take(next, 1, categories);
    at->raw = take(next, plan->n_signal, true);
    at->average = take(next, plan->n_dimension, within || model->spec.rounding.dimensions);
    at->waiting = take(next, plan->n_dimension, within);
    at->rest = take(next, 1, within || assay_export_has_policy(model, ASSAY_RENORMALISE));
}

static void plan_columns(struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    const struct assay_spec *spec = &model->spec;
    struct assay_xlsx_columns *at = &plan->at;
    size_t next = 0;
    at->id = take(&next, 1, true);
    at->as_of = take(&next, 1, spec->as_of != NULL);
    at->inputs = take(&next, plan->n_input, true);
    plan->plan = find_input(plan, spec->cohort.plan, false);
    plan->tenure = find_input(plan, spec->cohort.tenure, true);
    plan->models_by =
        plan->n_set > 1 ? find_input(plan, spec->fit.models_by, false) : ASSAY_XLSX_NONE;
    plan->line_by = plan->n_line > 1 ? find_input(plan, spec->line.by, false) : ASSAY_XLSX_NONE;
    plan_working(plan, &next);
    at->cohort = take(&next, 1, model->cohorts.n_node > 1);
    at->filled = take(&next, plan->n_signal, true);
    at->composite = take(&next, 1, true);
    at->rounded = take(&next, plan->n_dimension, spec->rounding.dimensions);
    at->log_odds = take(&next, 1, true);
    at->score = take(&next, 1, true);
    at->probability = take(&next, 1, true);
    at->zone = take(&next, 1, true);
    at->note = take(&next, 1, true);
    at->n = next;
}

/* ---- tables ---- */

static void plan_lookup(struct assay_xlsx_plan *plan)
{
    const struct assay_cohorts *cohorts = &plan->model->cohorts;
    size_t next = 4;
    for (size_t v = 1; v < cohorts->n_node; v++)
        plan->n_plan += cohorts->nodes[v].plan != NULL && cohorts->nodes[v].band == ASSAY_ANY_BAND;
    plan->weight = take(&next, plan->n_set, true);
    plan->coef = take(&next, plan->n_set, true);
    plan->term = take(&next, 1, assay_export_has_policy(plan->model, ASSAY_INDICATOR));
    plan->put =
        take(&next, 1, plan->at.rest != ASSAY_XLSX_NONE || plan->at.average != ASSAY_XLSX_NONE);
    plan->later = take(&next, 1, plan->put != ASSAY_XLSX_NONE);
    plan->within = take(&next, 1, plan->at.waiting != ASSAY_XLSX_NONE);
    plan->drop = take(&next, 1, assay_export_has_policy(plan->model, ASSAY_DROP));
    plan->mask = take(&next, plan->n_dimension, plan->at.average != ASSAY_XLSX_NONE);
    next += 2;
    plan->share = take(&next, 1, plan->at.rounded != ASSAY_XLSX_NONE);
    next += plan->share != ASSAY_XLSX_NONE ? 2 : 0;
    plan->first = take(&next, cohorts->n_node, true);
    next += 2;
    plan->last = take(&next, cohorts->n_node, true);
    next += 2;
    plan->edges = take(&next, 1, cohorts->n_node > 1);
    plan->grid = take(&next, 1 + plan->n_plan, cohorts->n_node > 1);
    next += 2;
    plan->segments = take(&next, plan->n_set - 1, plan->n_set > 1);
}

static enum assay_status plan_baselines(struct assay_xlsx_plan *plan, struct assay_error *err)
{
    const struct assay_model *model = plan->model;
    size_t next = ASSAY_XLSX_BASELINE_TOP;
    for (size_t j = 0; j < plan->n_signal; j++) {
        const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
        plan->baseline[j] = next;
        next += normalise->method == ASSAY_RANGE   ? 2
                : normalise->method == ASSAY_STEPS ? normalise->n_step
                : normalise->method == ASSAY_NONE  ? 1
                                                   : 0;
        if (normalise->method != ASSAY_PERCENTILE)
            continue;
        plan->knots[j] = assay_alloc(model->cohorts.n_node, sizeof **plan->knots);
        if (plan->knots[j] == NULL)
            return assay_fail_memory(err, "planning a workbook");
        for (size_t v = 0; v < model->cohorts.n_node; v++)
            plan->knots[j][v] =
                take(&next, assay_xlsx_knot_rows(&model->baselines[j].knots[v]), true);
    }
    plan->baseline_end = next;
    return ASSAY_OK;
}

static bool follows(const double slope[], const double weight[], size_t n)
{
    double total = 0;
    for (size_t j = 0; j < n; j++)
        total += slope[j];
    for (size_t j = 0; j < n; j++)
        if (!(fabs(weight[j] * total - slope[j]) <= 1e-14 * fabs(total)))
            return false;
    return true;
}

static void plan_weights(struct assay_xlsx_plan *plan)
{
    const struct assay_model *model = plan->model;
    plan->follows = follows(model->slope, model->weight, plan->n_signal);
    for (size_t k = 0; k < model->n_segment_model; k++)
        plan->follows = plan->follows && follows(model->segment_models[k].slope,
                                                 model->segment_models[k].weight, plan->n_signal);
    plan->factor_row = ASSAY_XLSX_ZONE_TOP + model->spec.n_zone + 1;
    plan->line_row = plan->factor_row + 3;
}

static enum assay_status check_room(const struct assay_xlsx_plan *plan, size_t rows,
                                    struct assay_error *err)
{
    size_t columns = plan->at.n + 5; /* those that the self-test has more */
    size_t room = ASSAY_XLSX_MAX_ROWS - ASSAY_XLSX_ACCOUNT_TOP;
    if (rows > room)
        return assay_export_refuse(err, "xlsx", "%zu accounts; a sheet has room for %zu", rows,
                                   room);
    if (columns > ASSAY_XLSX_MAX_COLUMNS)
        return assay_export_refuse(err, "xlsx", "it takes %zu columns; a sheet has %zu", columns,
                                   ASSAY_XLSX_MAX_COLUMNS);
    if (plan->baseline_end > ASSAY_XLSX_MAX_ROWS)
        return assay_export_refuse(err, "xlsx", "its baselines take %zu rows; a sheet has %zu",
                                   plan->baseline_end, ASSAY_XLSX_MAX_ROWS);
    return ASSAY_OK;
}

/* Bands are looked up as they stand: no history has one that begins by the last digit of a double. */
static enum assay_status check_bands(const struct assay_cohort_spec *spec, struct assay_error *err)
{
    double below;
    for (size_t b = 0; b < spec->n_band; b++)
        if (assay_export_is_above(spec->bands[b], &below))
            return assay_export_refuse(
                err, "xlsx",
                "a band of \"%s\" begins at %.17g; a spreadsheet tells 15 digits apart",
                spec->tenure, spec->bands[b]);
    return ASSAY_OK;
}

static bool allocate(struct assay_xlsx_plan *plan)
{
    size_t n = plan->n_signal;
    plan->dimension = assay_alloc(n, sizeof *plan->dimension);
    plan->dimensions = assay_alloc(n, sizeof *plan->dimensions);
    plan->inputs = assay_alloc(2 * plan->model->n_input, sizeof *plan->inputs);
    plan->position = assay_alloc(n, sizeof *plan->position);
    plan->of_signal = assay_alloc(n, sizeof *plan->of_signal);
    plan->baseline = assay_alloc(n, sizeof *plan->baseline);
    plan->knots = assay_alloc(n, sizeof *plan->knots);
    return plan->dimension != NULL && plan->dimensions != NULL && plan->inputs != NULL &&
           plan->position != NULL && plan->of_signal != NULL && plan->baseline != NULL &&
           plan->knots != NULL;
}

enum assay_status assay_xlsx_plan_init(const struct assay_model *model, size_t rows,
                                       struct assay_xlsx_plan *plan, struct assay_error *err)
{
    struct assay_xlsx_plan made = {.model = model,
                                   .n_signal = model->n_signal,
                                   .n_set = 1 + model->n_segment_model,
                                   .n_line = 1};
    enum assay_status status = ASSAY_OK;
    if (model->spec.scale == ASSAY_LOG_ODDS)
        made.n_line += model->n_segment_line;
    if (!allocate(&made))
        status = assay_fail_memory(err, "planning a workbook");
    if (status == ASSAY_OK) {
        made.n_dimension = assay_export_dimensions(model, made.dimension);
        for (size_t j = made.n_signal; j-- > 0;)
            made.dimensions[made.dimension[j]] = model->spec.signals[j].dimension;
        plan_inputs(&made);
        plan_columns(&made);
        plan_lookup(&made);
        plan_weights(&made);
        status = plan_baselines(&made, err);
    }
    if (status == ASSAY_OK)
        status = check_bands(&model->spec.cohort, err);
    if (status == ASSAY_OK)
        status = check_room(&made, rows, err);
    if (status != ASSAY_OK)
        assay_xlsx_plan_clear(&made);
    else
        *plan = made;
    return status;
}

void assay_xlsx_plan_clear(struct assay_xlsx_plan *plan)
{
    for (size_t j = 0; plan->knots != NULL && j < plan->n_signal; j++)
        free(plan->knots[j]);
    free(plan->dimension);
    free(plan->dimensions);
    free(plan->inputs);
    free(plan->position);
    free(plan->of_signal);
    free(plan->baseline);
    free(plan->knots);
    *plan = (struct assay_xlsx_plan){0};
}
