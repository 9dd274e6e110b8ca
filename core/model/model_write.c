#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_write.h"
#include "core/model/model.h"
#include "core/spec/spec_parts.h"

static void put_text_or_null(struct assay_json_writer *json, const char *key, const char *text)
{
    if (text != NULL)
        assay_json_put_string(json, key, text);
    else
        assay_json_put_null(json, key);
}

static void put_date_or_null(struct assay_json_writer *json, const char *key, int32_t days)
{
    char text[ASSAY_DATE_SIZE];
    put_text_or_null(json, key, days != ASSAY_NO_DATE ? assay_date_print(days, text) : NULL);
}

static void write_identity(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_put_string(json, "format", ASSAY_MODEL_FORMAT);
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    if (model->parent_digest == NULL) {
        assay_json_put_null(json, "parent");
    } else {
        assay_json_open(json, "parent", '{');
        assay_json_put_string(json, "version", model->parent_version);
        assay_json_put_string(json, "digest", model->parent_digest);
        assay_json_close(json);
    }
    assay_json_put_string(json, "created", model->created);
}

static void write_declared(struct assay_json_writer *json, const struct assay_spec *spec)
{
    assay_json_put_string(json, "id", spec->id);
    put_text_or_null(json, "as_of", spec->as_of);
    put_text_or_null(json, "value", spec->value);
    assay_outcome_spec_write(json, &spec->outcome);
    assay_cohort_spec_write(json, &spec->cohort);
    assay_json_open(json, "segments", '-');
    for (size_t k = 0; k < spec->n_segment; k++)
        assay_json_put_string(json, NULL, spec->segments[k]);
    assay_json_close(json);
    assay_json_open(json, "targets", '{');
    assay_json_put_number(json, "sensitivity", spec->target_sensitivity);
    assay_json_put_number(json, "specificity", spec->target_specificity);
    assay_json_close(json);
}

static void write_cohorts(struct assay_json_writer *json, const struct assay_cohorts *cohorts)
{
    assay_json_open(json, "cohorts", '[');
    for (size_t v = 0; v < cohorts->n_node; v++) {
        const struct assay_cohort_node *node = &cohorts->nodes[v];
        assay_json_open(json, NULL, '{');
        put_text_or_null(json, "plan", node->plan);
        if (node->band != ASSAY_ANY_BAND)
            assay_json_put_count(json, "band", node->band);
        else
            assay_json_put_null(json, "band");
        assay_json_put_count(json, "parent", node->parent);
        assay_json_put_count(json, "rows", node->rows);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_normalise(struct assay_json_writer *json, const struct assay_model *model,
                            size_t j)
{
    const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
    assay_json_open(json, "normalise", '{');
    assay_normalise_spec_write(json, normalise);
    if (normalise->method == ASSAY_PERCENTILE) {
        assay_json_open(json, "cohorts", '[');
        for (size_t v = 0; v < model->baselines[j].n_node; v++) {
            const struct assay_knots *knots = &model->baselines[j].knots[v];
            assay_json_open(json, NULL, '{');
            assay_json_put_count(json, "cohort", v);
            assay_json_put_count(json, "rows", knots->rows);
            assay_json_put_number(json, "borrowed", knots->borrowed);
            assay_json_put_numbers(json, "x", knots->x, knots->n);
            assay_json_put_numbers(json, "s", knots->s, knots->n);
            assay_json_close(json);
        }
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_missing(struct assay_json_writer *json, const struct assay_model *model, size_t j)
{
    enum assay_missing_policy policy = model->spec.signals[j].missing;
    assay_json_open(json, "missing", '{');
    assay_json_put_string(json, "policy", assay_missing_names[policy]);
    if (policy == ASSAY_NEUTRAL || policy == ASSAY_INDICATOR)
        assay_json_put_number(json, "value", 50);
    else
        assay_json_put_null(json, "value");
    if (policy == ASSAY_INDICATOR)
        assay_json_put_number(json, "coefficient", model->missing_term[j]);
    assay_json_close(json);
}

static void write_signals(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "signals", '[');
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_coefficient *c = &model->fit.coefficients[1 + j];
        const struct assay_estimate *interval = &model->weight_interval[j];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", signal->name);
        assay_json_put_string(json, "column", signal->column);
        assay_json_put_string(json, "dimension", signal->dimension);
        assay_json_put_string(json, "better", assay_better_names[signal->better]);
        assay_json_put_number(json, "weight", model->weight[j]);
        assay_json_put_interval(json, "weight_interval", interval->low, interval->high);
        assay_json_put_number(json, "coefficient", c->estimate);
        assay_json_put_optional(json, "std_error", c->std_error);
        assay_json_put_optional(json, "p_value", c->p_value);
        assay_json_put_interval(json, "interval", c->low, c->high);
        write_normalise(json, model, j);
        write_missing(json, model, j);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_score(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_put_number(json, "intercept", model->intercept);
    assay_json_open(json, "score", '{');
    assay_json_put_string(json, "scale", assay_scale_names[model->spec.scale]);
    assay_json_put_number(json, "at_risk_probability", model->at_risk_probability);
    assay_json_put_number(json, "at_risk_score", model->at_risk_score);
    assay_json_put_number(json, "points_to_halve_odds", model->spec.points_to_halve_odds);
    assay_json_close(json);
    assay_zones_write(json, model->spec.zones, model->spec.n_zone);
}

/* ---- fit ---- */

static void write_matrix(struct assay_json_writer *json, const char *key, const double m[],
                         size_t n)
{
    assay_json_open(json, key, '[');
    for (size_t r = 0; r < n; r++)
        assay_json_put_numbers(json, NULL, m + r * n, n);
    assay_json_close(json);
}

static void write_coefficients(struct assay_json_writer *json, const struct assay_model *model,
                               const struct assay_coefficient coefficients[])
{
    char name[ASSAY_QUOTE_SIZE];
    assay_json_open(json, "coefficients", '[');
    for (size_t k = 0; k < model->n_coef; k++) {
        const struct assay_coefficient *c = &coefficients[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", assay_coefficient_name(model, k, name, sizeof name));
        assay_json_put_number(json, "estimate", c->estimate);
        assay_json_put_optional(json, "std_error", c->std_error);
        assay_json_put_optional(json, "z", c->z);
        assay_json_put_optional(json, "p_value", c->p_value);
        assay_json_put_interval(json, "interval", c->low, c->high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_fit(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    size_t free_count = 0;
    for (size_t k = 0; k < model->n_coef; k++)
        free_count += isnan(fit->coefficients[k].std_error) ? 0 : 1;
    assay_json_open(json, "fit", '{');
    assay_json_put_string(json, "method", "maximum likelihood");
    assay_json_put_string(json, "signs", "constrained");
    assay_json_put_string(json, "penalty", "none");
    assay_json_put_string(json, "anchor", "none");
    assay_json_put_null(json, "strength");
    assay_json_put_count(json, "folds", model->spec.folds);
    assay_json_put_number(json, "seed", (double)model->spec.seed);
    assay_json_put_count(json, "rows", fit->rows);
    assay_json_put_count(json, "events", fit->events);
    assay_json_put_count(json, "accounts", fit->accounts);
    assay_json_put_number(json, "log_likelihood", fit->log_likelihood);
    assay_json_put_number(json, "null_log_likelihood", fit->null_log_likelihood);
    assay_json_put_number(json, "deviance", -2 * fit->log_likelihood);
    assay_json_put_number(json, "aic", -2 * fit->log_likelihood + 2 * (double)free_count);
    assay_json_put_count(json, "iterations", fit->iterations);
    assay_json_put_number(json, "gradient_norm", fit->gradient_norm);
    assay_json_put_number(json, "kkt_residual", fit->kkt_residual);
    assay_json_put_number(json, "condition_number", fit->condition_number);
    write_coefficients(json, model, fit->coefficients);
    write_matrix(json, "covariance", fit->covariance, model->n_coef);
    assay_json_open(json, "warnings", '[');
    for (size_t k = 0; k < fit->n_warning; k++)
        assay_json_put_string(json, NULL, fit->warnings[k]);
    assay_json_close(json);
    assay_json_open(json, "unconstrained", '{');
    assay_json_put_number(json, "log_likelihood", fit->free_log_likelihood);
    write_coefficients(json, model, fit->free_coefficients);
    write_matrix(json, "covariance", fit->free_covariance, model->n_coef);
    assay_json_close(json);
    assay_json_close(json);
}

/* ---- evidence ---- */

static void write_performance(struct assay_json_writer *json, const char *key,
                              const struct assay_model_performance *performance)
{
    if (performance->n == 0) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_count(json, "n", performance->n);
    assay_json_put_count(json, "events", performance->events);
    for (size_t f = 0; f < ASSAY_FIGURES; f++) {
        const struct assay_estimate *figure = &performance->figures[f];
        assay_json_open(json, assay_figure_name((enum assay_figure_name)f), '{');
        assay_json_put_optional(json, "value", figure->value);
        assay_json_put_interval(json, "interval", figure->low, figure->high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_training(struct assay_json_writer *json,
                           const struct assay_training_data *training)
{
    assay_json_open(json, "training_data", '{');
    assay_json_put_count(json, "rows", training->rows);
    assay_json_put_count(json, "used", training->left_out[ASSAY_ROW_USED]);
    assay_json_open(json, "dropped", '{');
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        assay_json_put_count(json, assay_row_state_name((enum assay_row_state)k),
                             training->left_out[k]);
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++) {
        char key[64];
        snprintf(key, sizeof key, "bad_%s", assay_reject_reason_name((enum assay_reject_reason)k));
        assay_json_put_count(json, key, training->rejected[k]);
    }
    assay_json_close(json);
    assay_json_put_string(json, "sha256", training->sha256);
    put_date_or_null(json, "from", training->from);
    put_date_or_null(json, "to", training->to);
    assay_json_close(json);
}

static void write_changes(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_changes *changes = &model->changes;
    if (model->parent_digest == NULL) {
        assay_json_put_null(json, "changes");
        return;
    }
    assay_json_open(json, "changes", '{');
    assay_json_open(json, "weights", '[');
    for (size_t k = 0; k < changes->n_weight; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", changes->weights[k].name);
        assay_json_put_optional(json, "before", changes->weights[k].before);
        assay_json_put_optional(json, "after", changes->weights[k].after);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_open(json, "performance", '{');
    write_performance(json, "before", &changes->before);
    write_performance(json, "after", &changes->after);
    assay_json_close(json);
    assay_json_open(json, "zones", '[');
    for (size_t k = 0; k < changes->n_move; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "from", changes->moves[k].from);
        assay_json_put_string(json, "to", changes->moves[k].to);
        assay_json_put_count(json, "snapshots", changes->moves[k].snapshots);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static void write_example(struct assay_json_writer *json, const struct assay_model *model,
                          const struct assay_example *example)
{
    assay_json_open(json, NULL, '{');
    assay_json_open(json, "inputs", '{');
    for (size_t k = 0; k < model->n_input; k++) {
        const struct assay_example_input *input = &example->inputs[k];
        if (input->text != NULL)
            assay_json_put_string(json, model->inputs[k].column, input->text);
        else
            assay_json_put_optional(json, model->inputs[k].column, input->number);
    }
    assay_json_close(json);
    assay_json_put_numbers(json, "normalised", example->s, model->n_signal);
    if (example->dropped) {
        assay_json_put_null(json, "composite");
        assay_json_put_null(json, "score");
        assay_json_put_null(json, "probability");
        assay_json_put_null(json, "zone");
    } else {
        assay_json_put_number(json, "composite", example->composite);
        assay_json_put_number(json, "score", example->score);
        assay_json_put_number(json, "probability", example->probability);
        assay_json_put_string(json, "zone", model->spec.zones[example->zone].name);
    }
    assay_json_close(json);
}

enum assay_status assay_model_write(struct assay_model *model, struct assay_text *text,
                                    struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    write_identity(&json, model);
    write_declared(&json, &model->spec);
    write_signals(&json, model);
    write_cohorts(&json, &model->cohorts);
    write_score(&json, model);
    write_fit(&json, model);
    assay_json_open(&json, "performance", '{');
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++)
        write_performance(&json, assay_performance_names[k], &model->performance[k]);
    assay_json_close(&json);
    write_training(&json, &model->training);
    write_changes(&json, model);
    assay_json_open(&json, "examples", '[');
    for (size_t e = 0; e < model->n_example; e++)
        write_example(&json, model, &model->examples[e]);
    assay_json_close(&json);
    /* The digest covers every byte before its own line, the comma and line end included. */
    assay_text_puts(&json.out, ",\n");
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the model");
    }
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, json.out.data, json.out.length);
    assay_sha256_finish(&hash, hex);
    snprintf(model->digest, sizeof model->digest, "sha256:%s", hex);
    assay_text_printf(&json.out, "  \"digest\": \"%s\"\n}\n", model->digest);
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the model");
    }
    *text = json.out;
    return ASSAY_OK;
}
