#include "calibrate/assemble.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/compare.h"
#include "core/base/memory.h"
#include "core/model/examples.h"
#include "core/model/scorer.h"
#include "core/signal/normalise.h"

/* ---- coefficients ---- */

static void take_coefficients(const struct assay_logistic_fit *fit,
                              struct assay_coefficient coefficients[])
{
    for (size_t k = 0; k < fit->n_coef; k++) {
        struct assay_wald wald = assay_wald(fit, k);
        coefficients[k] = (struct assay_coefficient){
            .estimate = fit->coef[k] + 0.0, /* -0 is written as 0 */
            .std_error = wald.std_error,
            .z = wald.z,
            .p_value = wald.p_value,
            .low = wald.low,
            .high = wald.high};
    }
}

/* w_j = u_j / sum u: variance by the delta method on the covariance of the free slopes. A weight
 * that is alone is 1 by its limits, which is no evidence of anything: no interval. */
static void weight_intervals(const struct assay_pipeline *pipeline, struct assay_model *model)
{
    size_t n = pipeline->n_signal, p = pipeline->n_coef;
    double total = pipeline->slope_total;
    size_t n_free = 0;
    for (size_t j = 0; j < n; j++)
        n_free += isnan(model->fit.coefficients[1 + j].std_error) ? 0 : 1;
    for (size_t j = 0; j < n; j++) {
        struct assay_estimate *interval = &model->weight_interval[j];
        double weight = model->weight[j], variance = 0;
        *interval = (struct assay_estimate){weight, NAN, NAN};
        if (n_free < 2 || isnan(model->fit.coefficients[1 + j].std_error))
            continue;
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                variance += ((a == j) - weight) * ((b == j) - weight) *
                            pipeline->fit.covariance[(1 + a) * p + 1 + b];
        double half = 1.959963984540054 * sqrt(fmax(variance, 0)) / total;
        interval->low = fmax(0, weight - half);
        interval->high = fmin(1, weight + half);
    }
}

static enum assay_status take_fit(const struct assay_assembly *parts, struct assay_model *model,
                                  struct assay_error *err)
{
    const struct assay_pipeline *pipeline = parts->pipeline;
    size_t n = pipeline->n_signal, p = pipeline->n_coef;
    struct assay_model_fit *fit = &model->fit;
    model->n_signal = n;
    model->n_coef = p;
    model->n_indicator = p - 1 - n;
    model->slope = assay_alloc(n, sizeof *model->slope);
    model->weight = assay_alloc(n, sizeof *model->weight);
    model->weight_interval = assay_alloc(n, sizeof *model->weight_interval);
    model->missing_term = assay_alloc(n, sizeof *model->missing_term);
    fit->coefficients = assay_alloc(p, sizeof *fit->coefficients);
    fit->free_coefficients = assay_alloc(p, sizeof *fit->free_coefficients);
    fit->covariance = assay_alloc(p * p, sizeof *fit->covariance);
    fit->free_covariance = assay_alloc(p * p, sizeof *fit->free_covariance);
    if (model->slope == NULL || model->weight == NULL || model->weight_interval == NULL ||
        model->missing_term == NULL || fit->coefficients == NULL ||
        fit->free_coefficients == NULL || fit->covariance == NULL || fit->free_covariance == NULL)
        return assay_fail_memory(err, "putting the model together");
    take_coefficients(&pipeline->fit, fit->coefficients);
    take_coefficients(parts->free_fit, fit->free_coefficients);
    memcpy(fit->covariance, pipeline->fit.covariance, p * p * sizeof(double));
    memcpy(fit->free_covariance, parts->free_fit->covariance, p * p * sizeof(double));
    model->intercept = pipeline->fit.coef[0];
    for (size_t j = 0; j < n; j++) {
        model->slope[j] = fmax(0, -pipeline->fit.coef[1 + j]);
        fit->coefficients[1 + j].estimate = 0 - model->slope[j];
        model->weight[j] = pipeline->weight[j];
    }
    for (size_t k = 0; k < model->n_indicator; k++)
        model->missing_term[pipeline->design->indicator_signal[k]] = pipeline->fit.coef[1 + n + k];
    weight_intervals(pipeline, model);
    fit->rows = parts->history->n_used;
    fit->events = parts->history->n_event;
    fit->accounts = parts->history->n_account;
    fit->log_likelihood = pipeline->fit.log_likelihood;
    fit->null_log_likelihood = pipeline->fit.null_log_likelihood;
    fit->iterations = pipeline->fit.iterations;
    fit->gradient_norm = pipeline->fit.gradient_norm;
    fit->kkt_residual = pipeline->fit.kkt_residual;
    fit->condition_number = pipeline->fit.condition_number;
    fit->free_log_likelihood = parts->free_fit->log_likelihood;
    return ASSAY_OK;
}

/* ---- warnings ---- */

static enum assay_status warn(struct assay_model *model, struct assay_error *err,
                              const char *format, ...) ASSAY_PRINTF(3, 4);

static enum assay_status warn(struct assay_model *model, struct assay_error *err,
                              const char *format, ...)
{
    struct assay_model_fit *fit = &model->fit;
    char text[600];
    size_t capacity = fit->n_warning;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = assay_copy_string(text);
    if (copy == NULL || !assay_grow(&fit->warnings, &capacity, fit->n_warning + 1,
                                    sizeof *fit->warnings)) {
        free(copy);
        return assay_fail_memory(err, "noting a warning");
    }
    fit->warnings[fit->n_warning++] = copy;
    return ASSAY_OK;
}

static enum assay_status warn_of_sample(const struct assay_history *history,
                                        struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    size_t rare = history->n_event < history->n_used - history->n_event
                      ? history->n_event : history->n_used - history->n_event;
    if (rare < 10 * (model->n_coef - 1))
        status = warn(model, err, "%zu events for %zu coefficients: fewer than ten each, so the "
                      "weights are mostly noise; read their intervals", rare, model->n_coef - 1);
    if (status == ASSAY_OK && history->n_account < history->n_used)
        status = warn(model, err, "%zu snapshots come from %zu accounts; standard errors take "
                      "snapshots as independent and may be too small", history->n_used,
                      history->n_account);
    if (status == ASSAY_OK && history->n_repeated > 0)
        status = warn(model, err, "%zu snapshots repeat an account and date that stand already; "
                      "check the export for a join gone wrong", history->n_repeated);
    if (status == ASSAY_OK && history->early_events > 0)
        status = warn(model, err, "%zu events come from snapshots whose horizon is not over, while "
                      "their peers without an event are left out: churn looks higher than it is; "
                      "end the window earlier (--until)", history->early_events);
    return status;
}

static enum assay_status warn_of_evidence(const struct assay_assembly *parts,
                                          struct assay_model *model, struct assay_error *err)
{
    const struct assay_assessment *a = parts->assessment;
    const struct assay_spec *spec = &model->spec;
    enum assay_status status = ASSAY_OK;
    if (a->folds_failed > 0)
        status = warn(model, err, "%zu of %zu folds could not be fitted (%s); cross-validated "
                      "figures come from the others", a->folds_failed, parts->history->n_fold,
                      a->fold_reason);
    if (status == ASSAY_OK && !a->targets_met)
        status = warn(model, err, "at the at-risk line, sensitivity is %.1f%% and specificity %.1f%% "
                      "on held-out snapshots; the targets are %g%% and %g%%%s",
                      100 * a->cross_validated.sensitivity.value,
                      100 * a->cross_validated.specificity.value, 100 * spec->target_sensitivity,
                      100 * spec->target_specificity,
                      a->line_given ? "" : ", and no other line comes nearer to both");
    if (status == ASSAY_OK && a->out_of_time.n == 0)
        status = warn(model, err, "no out-of-time check: %s", a->out_of_time_reason);
    double condition = model->fit.condition_number;
    if (status == ASSAY_OK && condition > 1e6)
        status = warn(model, err, "condition number %.1e: some signals nearly repeat others, and "
                      "their weights trade off freely", condition);
    return status;
}

/* Signs and outcomes that look the wrong way round. */
static enum assay_status warn_of_directions(const struct assay_history *history,
                                            struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    double share = (double)history->n_event / (double)history->n_used;
    if (share > 0.5)
        status = warn(model, err, "%.1f%% of the snapshots have the event: is the outcome the right way "
                      "round?", 100 * share);
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++) {
        const struct assay_coefficient *c = &model->fit.free_coefficients[1 + j];
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        if (model->slope[j] == 0 && c->estimate > 0 && c->p_value < 0.05)
            status = warn(model, err, "signal \"%s\": beside the others the data say the opposite of "
                          "\"better\": \"%s\" (p = %.2g); check it", signal->name,
                          assay_better_names[signal->better], c->p_value);
    }
    return status;
}

/* A category or a column that everybody is missing in makes no term. */
static enum assay_status warn_of_signals(const struct assay_assembly *parts,
                                         struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    const struct assay_history *history = parts->history;
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_column *column = &history->table->columns[history->columns->signals[j]];
        size_t clamped = 0, n_value = 0;
        bool fixed = column->type == ASSAY_NUMBER && signal->normalise.method != ASSAY_PERCENTILE;
        for (size_t i = 0; fixed && i < history->n_row; i++) {
            n_value += history->used[i] && !isnan(column->numbers[i]);
            clamped += history->used[i] && assay_normalise_clamps(signal, NULL, column->numbers[i]);
        }
        if (clamped > 0)
            status = warn(model, err, "signal \"%s\": %zu of %zu values lie beyond its %s and were "
                          "clamped", signal->name, clamped, n_value,
                          signal->normalise.method == ASSAY_RANGE  ? "range"
                          : signal->normalise.method == ASSAY_NONE ? "0 to 100"
                                                                   : "first step");
    }
    for (size_t k = 0; status == ASSAY_OK && k < model->n_indicator; k++) {
        size_t j = parts->pipeline->design->indicator_signal[k];
        if (parts->pipeline->held[1 + model->n_signal + k])
            status = warn(model, err, "signal \"%s\": its missing indicator does not vary, so it "
                          "has no term", model->spec.signals[j].name);
    }
    return status;
}

/* ---- the rest ---- */

static void take_training(const struct assay_assembly *parts, struct assay_training_data *training)
{
    const struct assay_csv *csv = parts->intake->csv;
    training->rows = assay_csv_record_count(csv);
    memcpy(training->left_out, parts->history->count, sizeof training->left_out);
    memcpy(training->rejected, assay_csv_rejects_by_reason(csv), sizeof training->rejected);
    assay_csv_sha256(csv, training->sha256);
    training->from = parts->history->from;
    training->to = parts->history->to;
}

/* On the weighted-average scale the declared bounds mean the same risks, expressed in H. */
static enum assay_status place_zones(const struct assay_assembly *parts, struct assay_model *model,
                                     struct assay_error *err)
{
    double line = model->at_risk_probability;
    double line_log_odds = log(line / (1 - line));
    model->at_risk_score = 50;
    if (model->spec.scale == ASSAY_LOG_ODDS)
        return ASSAY_OK;
    double per_point = M_LN2 / model->spec.points_to_halve_odds, total = parts->pipeline->slope_total;
    model->at_risk_score = 100 * (model->intercept - line_log_odds) / total;
    for (size_t z = 1; z < model->spec.n_zone; z++) {
        struct assay_zone *zone = &model->spec.zones[z];
        double log_odds = line_log_odds - (zone->from - 50) * per_point;
        double from = 100 * (model->intercept - log_odds) / total;
        zone->from = fmin(fmax(from, 0), 100);
        if (zone->from <= model->spec.zones[z - 1].from) {
            assay_fail(err, ASSAY_EDATA, "zone \"%s\" would start at %g on the weighted average, "
                       "no higher than the zone before it", zone->name, zone->from);
            assay_hint(err, "The weighted average spans fewer risks than the zones ask for: use "
                            "\"scale\": \"log-odds\", or zones nearer to 50.");
            return ASSAY_EDATA;
        }
    }
    return ASSAY_OK;
}

static enum assay_status take_identity(const struct assay_assembly *parts,
                                       struct assay_model *model, struct assay_error *err)
{
    model->version = assay_copy_string("candidate");
    if (parts->champion != NULL) {
        model->parent_version = assay_copy_string(parts->champion->version);
        model->parent_digest = assay_copy_string(parts->champion->digest);
    }
    if (model->version == NULL ||
        (parts->champion != NULL &&
         (model->parent_version == NULL || model->parent_digest == NULL)))
        return assay_fail_memory(err, "putting the model together");
    snprintf(model->created, sizeof model->created, "%s", parts->created);
    model->at_risk_probability = parts->assessment->line;
    return ASSAY_OK;
}

static void move_parts(const struct assay_assembly *parts, struct assay_model *model)
{
    *model = (struct assay_model){.spec = *parts->spec, .cohorts = parts->history->cohorts};
    *parts->spec = (struct assay_spec){0};
    parts->history->cohorts = (struct assay_cohorts){0};
    parts->history->spec = &model->spec;
    parts->pipeline->own_design.spec = &model->spec;
    model->cohorts.spec = &model->spec.cohort;
    model->n_signal = model->spec.n_signal;
    model->baselines = parts->pipeline->baselines;
    parts->pipeline->baselines = NULL;
}

enum assay_status assay_assemble(const struct assay_assembly *parts, struct assay_model *model,
                                 struct assay_error *err)
{
    const struct assay_assessment *a = parts->assessment;
    move_parts(parts, model);
    enum assay_status status = take_identity(parts, model, err);
    if (status == ASSAY_OK)
        status = take_fit(parts, model, err);
    if (status == ASSAY_OK)
        status = place_zones(parts, model, err);
    if (status == ASSAY_OK) {
        assay_model_performance_take(&a->apparent, &model->performance[ASSAY_APPARENT]);
        assay_model_performance_take(&a->cross_validated, &model->performance[ASSAY_CROSS_VALIDATED]);
        assay_model_performance_take(&a->out_of_time, &model->performance[ASSAY_OUT_OF_TIME]);
        take_training(parts, &model->training);
        status = warn_of_sample(parts->history, model, err);
    }
    if (status == ASSAY_OK)
        status = warn_of_directions(parts->history, model, err);
    if (status == ASSAY_OK)
        status = warn_of_evidence(parts, model, err);
    if (status == ASSAY_OK)
        status = warn_of_signals(parts, model, err);
    if (status == ASSAY_OK)
        status = assay_examples_make(model, parts->history->table, a->prob_apparent, err);
    if (status == ASSAY_OK && parts->champion != NULL)
        status = assay_compare(parts, model, err);
    if (status != ASSAY_OK)
        assay_model_clear(model);
    return status;
}

enum assay_status assay_zones_held_out(const struct assay_model *model,
                                       const struct assay_history *history,
                                       const struct assay_assessment *assessment,
                                       struct assay_zone_result zones[], struct assay_error *err)
{
    double lower[ASSAY_MAX_ZONES], total = 0;
    double *score = assay_alloc(history->n_used, sizeof *score);
    unsigned char *outcome = assay_alloc(history->n_used, 1);
    enum assay_status status = ASSAY_OK;
    size_t n = 0;
    if (score == NULL || outcome == NULL)
        status = assay_fail_memory(err, "counting zones");
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    for (size_t i = 0; status == ASSAY_OK && i < history->n_row; i++) {
        double p = assessment->prob_held_out[i];
        if (isnan(p))
            continue;
        struct assay_score made = {.log_odds = log(p) - log1p(-p)};
        made.composite = 100 * (model->intercept - made.log_odds) / total;
        assay_score_finish(model, &made);
        score[n] = made.score;
        outcome[n++] = history->outcome[i];
    }
    for (size_t z = 0; z < model->spec.n_zone; z++)
        lower[z] = model->spec.zones[z].from;
    if (status == ASSAY_OK)
        status = assay_zones_measure(score, outcome, n, lower, model->spec.n_zone, zones, err);
    free(score);
    free(outcome);
    return status;
}
