#include "core/model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/summary.h"
#include "core/signal/columns.h"
#include "core/signal/design.h"

const char *const assay_performance_names[ASSAY_PERFORMANCES] = {
    "apparent", "optimism_corrected", "cross_validated", "out_of_time"};
const char *const assay_taken_names[3] = {"own", "halfway", "equal"};
const char *const assay_yard_names[ASSAY_YARDS] = {"equal_weights", "champion",
                                                   "champion_recalibrated"};

const char *assay_figure_name(enum assay_figure_name figure)
{
    static const char *const names[] = {
        "auc",      "brier",       "log_loss",    "calibration_intercept", "calibration_slope",
        "oe_ratio", "sensitivity", "specificity", "ppv",                   "npv"};
    return names[figure];
}

void assay_model_performance_take(const struct assay_performance *measured,
                                  struct assay_model_performance *kept)
{
    const struct assay_estimate figures[ASSAY_FIGURES] = {
        measured->auc,         measured->brier,
        measured->log_loss,    measured->calibration_intercept,
        measured->calibration_slope, measured->oe_ratio,
        measured->sensitivity, measured->specificity,
        measured->ppv,         measured->npv};
    kept->n = measured->n;
    kept->events = measured->n_event;
    memcpy(kept->figures, figures, sizeof figures);
}

bool assay_model_is_nominal(const struct assay_model *model)
{
    return model->fit.imported && model->fit.rows == 0;
}

const char *assay_coefficient_name(const struct assay_model *model, size_t coefficient, char *out,
                                   size_t size)
{
    if (coefficient == 0)
        return "(intercept)";
    if (coefficient <= model->n_signal)
        return model->spec.signals[coefficient - 1].name;
    size_t left = coefficient - model->n_signal - 1;
    for (size_t j = 0; j < model->n_signal; j++)
        if (model->spec.signals[j].missing == ASSAY_INDICATOR && left-- == 0) {
            snprintf(out, size, "%s (missing)", model->spec.signals[j].name);
            break;
        }
    while (!assay_is_utf8(out, strlen(out)))
        out[strlen(out) - 1] = '\0'; /* cut at size, inside a character */
    return out;
}

static enum assay_status add_input(struct assay_model *model, size_t *capacity, const char *column,
                                   bool is_text, struct assay_error *err)
{
    if (column == NULL)
        return ASSAY_OK;
    for (size_t k = 0; k < model->n_input; k++)
        if (strcmp(model->inputs[k].column, column) == 0) {
            model->inputs[k].is_text = model->inputs[k].is_text || is_text;
            return ASSAY_OK;
        }
    char *copy = assay_copy_string(column);
    if (copy == NULL ||
        !assay_grow(&model->inputs, capacity, model->n_input + 1, sizeof *model->inputs)) {
        free(copy);
        return assay_fail_memory(err, "listing inputs");
    }
    model->inputs[model->n_input++] = (struct assay_input){copy, is_text};
    return ASSAY_OK;
}

enum assay_status assay_model_find_inputs(struct assay_model *model, struct assay_error *err)
{
    const struct assay_spec *spec = &model->spec;
    size_t capacity = 0;
    enum assay_status status = add_input(model, &capacity, spec->cohort.plan, true, err);
    if (status == ASSAY_OK)
        status = add_input(model, &capacity, spec->cohort.tenure, false, err);
    if (status == ASSAY_OK)
        status = add_input(model, &capacity, spec->fit.models_by, true, err);
    if (status == ASSAY_OK)
        status = add_input(model, &capacity, spec->line.by, true, err);
    for (size_t j = 0; status == ASSAY_OK && j < spec->n_signal; j++)
        status = add_input(model, &capacity, spec->signals[j].column,
                           assay_signal_type(&spec->signals[j]) == ASSAY_TEXT, err);
    return status;
}

static void clear_fit(struct assay_model_fit *fit)
{
    free(fit->coefficients);
    free(fit->covariance);
    free(fit->free_coefficients);
    free(fit->free_covariance);
    for (size_t k = 0; k < fit->n_warning; k++)
        free(fit->warnings[k]);
    free(fit->warnings);
    free(fit->anchor.weight);
    free(fit->penalty.stability);
    for (size_t k = 0; k < fit->n_limit; k++)
        free(fit->limits[k].what);
    free(fit->limits);
    free(fit->rounding.before);
    free(fit->bootstrap.weight);
    free(fit->bootstrap.zone_share);
    free(fit->bootstrap.zone_rate);
}

static void clear_segments(struct assay_model *model)
{
    for (size_t k = 0; k < model->n_segment_line; k++)
        free(model->segment_lines[k].segment);
    free(model->segment_lines);
    for (size_t k = 0; k < model->n_segment_model; k++) {
        free(model->segment_models[k].segment);
        free(model->segment_models[k].slope);
        free(model->segment_models[k].weight);
    }
    free(model->segment_models);
}

static void clear_changes(struct assay_model_changes *changes)
{
    for (size_t k = 0; k < changes->n_weight; k++) {
        free(changes->weights[k].name);
        for (size_t a = 0; a < 3; a++)
            free(changes->weights[k].accounts[a]);
    }
    free(changes->weights);
    for (size_t k = 0; k < changes->n_move; k++) {
        free(changes->moves[k].from);
        free(changes->moves[k].to);
    }
    free(changes->moves);
}

static void clear_examples(struct assay_model *model)
{
    for (size_t e = 0; e < model->n_example; e++) {
        struct assay_example *example = &model->examples[e];
        for (size_t k = 0; example->inputs != NULL && k < model->n_input; k++)
            free(example->inputs[k].text);
        free(example->inputs);
        free(example->s);
    }
    free(model->examples);
    for (size_t k = 0; k < model->n_input; k++)
        free(model->inputs[k].column);
    free(model->inputs);
}

void assay_model_clear(struct assay_model *model)
{
    clear_examples(model);
    clear_changes(&model->changes);
    assay_model_reference_clear(&model->training.reference);
    clear_fit(&model->fit);
    clear_segments(model);
    for (size_t j = 0; model->baselines != NULL && j < model->n_signal; j++)
        assay_baseline_clear(&model->baselines[j]);
    free(model->baselines);
    assay_cohorts_clear(&model->cohorts);
    free(model->slope);
    free(model->weight);
    free(model->weight_interval);
    free(model->missing_term);
    free(model->version);
    free(model->parent_version);
    free(model->parent_digest);
    assay_spec_clear(&model->spec);
    *model = (struct assay_model){0};
}
