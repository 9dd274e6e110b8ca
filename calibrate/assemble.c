#include "calibrate/assemble.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/compare.h"
#include "calibrate/evidence/reference.h"
#include "calibrate/summary/warnings.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/fit/weight_interval.h"
#include "core/metric/clustered.h"
#include "core/model/examples.h"
#include "core/model/scorer.h"

/* ---- coefficients ---- */

/* Wald's inference on fitted coefficients [n_coef] with a covariance [n_coef * n_coef], and intervals that
 * may be others, beside the estimates of `fit`. */
static void take_coefficients(const struct assay_logistic_fit *fit, const double fitted[],
                              const double covariance[], const double low[], const double high[],
                              struct assay_coefficient coefficients[])
{
    struct assay_logistic_fit shown = *fit;
    shown.coef = (double *)fitted; /* read only, both */
    shown.covariance = (double *)covariance;
    for (size_t k = 0; k < fit->n_coef; k++) {
        struct assay_wald wald = assay_wald(&shown, k);
        coefficients[k] = (struct assay_coefficient){
            .estimate = fit->coef[k] + 0.0, /* -0 is written as 0 */
            .std_error = wald.std_error,
            .z = wald.z,
            .p_value = wald.p_value,
            .low = low[k],
            .high = high[k]};
    }
}

/* Whose slopes and covariance say between which bounds the weights lie. A strength that the spec gives is
 * a prior, and the fit's covariance the posterior. One that cross-validation chose is not: it is the
 * strongest that the data do not object to, and intervals that took the anchor at its word held the
 * true weight in 75 to 85 of 100 cases (docs/coverage.md). These are then what the data alone say, as
 * they are without an anchor, where the free fit also knows of weights that a sign holds at 0. NULL:
 * nobody, for the penalised have no covariance and an anchor that was asked to be kept has no error. */
static const struct assay_logistic_fit *weight_witness(const struct assay_calibration *c,
                                                       struct assay_logistic_fit *published)
{
    const struct assay_model_anchor *anchor = &c->settlement.anchor;
    bool given = anchor->weight != NULL && !anchor->chosen;
    if (c->settlement.estimation.by == ASSAY_BY_ELASTIC || (given && isinf(anchor->strength)))
        return NULL;
    if (!c->uncertainty.free_missing && (!given || anchor->strength == 0))
        return &c->uncertainty.free_fit;
    *published = c->pipeline.fit;
    published->covariance = c->uncertainty.covariance;
    return published;
}

/* An estimate beyond what its sign allows is first moved onto the bound, which takes it nearer to the
 * truth; the interval is cut there, and widened to hold the published weight. `most` is 1, or infinite
 * where another signal's weight may be negative: then the rest can sum to more. */
static struct assay_estimate weight_interval(double weight, double estimate, double low, double high,
                                             bool sign_free, double most)
{
    if (isinf(low))
        return isinf(most) ? assay_estimate_without_interval(weight)
                           : (struct assay_estimate){weight, 0, 1};
    if (!sign_free) {
        double moved = fmin(fmax(estimate, 0), most) - estimate;
        low = fmax(low + moved, 0);
        high = fmin(high + moved, most);
    }
    return (struct assay_estimate){weight, fmin(low, weight), fmax(high, weight)};
}

/* A weight that is alone is 1 by its limits, and a fixed one what it was fixed to, which is no evidence of
 * anything: no interval. */
static enum assay_status weight_intervals(const struct assay_calibration *c,
                                          struct assay_model *model, struct assay_error *err)
{
    size_t n = c->pipeline.n_signal, p = c->pipeline.n_coef, n_free = 0;
    struct assay_logistic_fit published;
    const struct assay_logistic_fit *witness = weight_witness(c, &published);
    double *low = assay_alloc(2 * n, sizeof *low), total = 0, most = 1;
    if (low == NULL)
        return assay_fail_memory(err, "putting the model together");
    double *high = low + n;
    for (size_t j = 0; witness != NULL && j < n; j++) {
        n_free += witness->covariance[(1 + j) * p + 1 + j] > 0;
        total += witness->coef[1 + j];
        if (model->spec.signals[j].sign_free)
            most = HUGE_VAL;
    }
    if (n_free > 1)
        assay_weight_intervals(witness->coef, witness->covariance, p, n, ASSAY_LEVEL, low, high);
    for (size_t j = 0; j < n; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        model->weight_interval[j] = assay_estimate_without_interval(model->weight[j]);
        if (n_free > 1 && witness->covariance[(1 + j) * p + 1 + j] > 0 &&
            signal->weight_low < signal->weight_high)
            model->weight_interval[j] = weight_interval(model->weight[j], witness->coef[1 + j] / total,
                                                        low[j], high[j], signal->sign_free, most);
    }
    free(low);
    return ASSAY_OK;
}

static enum assay_status allocate_fit(size_t n, size_t p, struct assay_model *model,
                                      struct assay_error *err)
{
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
    return model->slope != NULL && model->weight != NULL && model->weight_interval != NULL &&
                   model->missing_term != NULL && fit->coefficients != NULL &&
                   fit->free_coefficients != NULL && fit->covariance != NULL &&
                   fit->free_covariance != NULL
               ? ASSAY_OK
               : assay_fail_memory(err, "putting the model together");
}

static void take_free(const struct assay_uncertainty *u, size_t p, struct assay_model_fit *fit)
{
    fit->free_missing = u->free_missing;
    fit->free_log_likelihood = NAN;
    for (size_t k = 0; u->free_missing && k < p; k++)
        fit->free_coefficients[k] = (struct assay_coefficient){NAN, NAN, NAN, NAN, NAN, NAN};
    if (u->free_missing)
        return;
    take_coefficients(&u->free_fit, u->free_fit.coef, u->free_fit.covariance, u->free_low, u->free_high,
                      fit->free_coefficients);
    memcpy(fit->free_covariance, u->free_fit.covariance, p * p * sizeof(double));
    fit->free_log_likelihood = u->free_fit.log_likelihood;
}

static enum assay_status take_fit(struct assay_calibration *c, struct assay_model *model,
                                  struct assay_error *err)
{
    const struct assay_pipeline *pipeline = &c->pipeline;
    const struct assay_uncertainty *u = &c->uncertainty;
    size_t n = pipeline->n_signal, p = pipeline->n_coef;
    struct assay_model_fit *fit = &model->fit;
    enum assay_status status = allocate_fit(n, p, model, err);
    if (status != ASSAY_OK)
        return status;
    take_coefficients(&pipeline->fit, u->coef, u->covariance, u->low, u->high, fit->coefficients);
    memcpy(fit->covariance, u->covariance, p * p * sizeof(double));
    take_free(u, p, fit);
    model->intercept = pipeline->fit.coef[0];
    for (size_t j = 0; j < n; j++) {
        double slope = -pipeline->fit.coef[1 + j];
        model->slope[j] = model->spec.signals[j].sign_free ? slope : fmax(0, slope);
        fit->coefficients[1 + j].estimate = 0 - model->slope[j];
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        bool fixed = signal->weight_low == signal->weight_high; /* then to the last bit */
        model->weight[j] = fixed ? signal->weight_low : pipeline->weight[j];
    }
    for (size_t k = 0; k < model->n_indicator; k++)
        model->missing_term[pipeline->design->indicator_signal[k]] = pipeline->fit.coef[1 + n + k];
    fit->rows = c->history.n_used;
    fit->events = c->history.n_event;
    fit->accounts = c->history.n_account;
    fit->log_likelihood = pipeline->fit.log_likelihood;
    fit->null_log_likelihood = pipeline->fit.null_log_likelihood;
    fit->iterations = pipeline->fit.iterations;
    fit->gradient_norm = pipeline->fit.gradient_norm;
    fit->kkt_residual = pipeline->fit.kkt_residual;
    fit->condition_number = pipeline->fit.condition_number;
    return weight_intervals(c, model, err);
}

/* ---- how it was estimated ---- */

/* Moves what the calibration owns. */
static void take_method(struct assay_calibration *c, struct assay_model *model)
{
    struct assay_model_fit *fit = &model->fit;
    fit->anchor = c->settlement.anchor;
    fit->anchor.degrees = c->pipeline.degrees;
    c->settlement.anchor = (struct assay_model_anchor){0};
    fit->penalty = c->settlement.penalty;
    c->settlement.penalty = (struct assay_model_penalty){0};
    fit->limits = c->limits;
    fit->n_limit = c->n_limit;
    c->limits = NULL;
    c->n_limit = 0;
    fit->rounding = c->rounding;
    c->rounding = (struct assay_model_rounding){0};
    fit->sample_size = c->uncertainty.sample_size;
    fit->bootstrap = c->bootstrap;
    c->bootstrap = (struct assay_model_bootstrap){0};
    fit->clustered = c->uncertainty.clustered;
    fit->profiled = c->uncertainty.profiled;
    memcpy(model->yardsticks, c->yards, sizeof model->yardsticks);
    model->line = c->line.how;
    model->segment_lines = c->line.segments;
    model->n_segment_line = c->line.n_segment;
    c->line.segments = NULL;
    c->line.n_segment = 0;
}

static enum assay_status take_segments(const struct assay_calibration *c, struct assay_model *model,
                                       struct assay_error *err)
{
    model->pooling = NAN;
    if (c->segmentation.column == NULL)
        return ASSAY_OK;
    model->pooling = c->segmentation.strength;
    return assay_segmentation_publish(&c->segmentation, &c->pipeline,
                                      c->settlement.estimation.sign_free, &model->segment_models,
                                      &model->n_segment_model, err);
}

/* ---- the rest ---- */

static void take_training(const struct assay_assembly *parts, struct assay_training_data *training)
{
    const struct assay_csv *csv = parts->intake->csv;
    training->rows = assay_csv_record_count(csv);
    memcpy(training->left_out, parts->calibration->history.count, sizeof training->left_out);
    memcpy(training->rejected, assay_csv_rejects_by_reason(csv), sizeof training->rejected);
    assay_csv_sha256(csv, training->sha256);
    training->from = parts->calibration->history.from;
    training->to = parts->calibration->history.to;
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
    double per_point = M_LN2 / model->spec.points_to_halve_odds;
    double total = parts->calibration->pipeline.slope_total;
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
    const struct assay_model *champion = parts->calibration->champion;
    model->version = assay_copy_string("candidate");
    if (champion != NULL) {
        model->parent_version = assay_copy_string(champion->version);
        model->parent_digest = assay_copy_string(champion->digest);
    }
    if (model->version == NULL || (champion != NULL && (model->parent_version == NULL ||
                                                        model->parent_digest == NULL)))
        return assay_fail_memory(err, "putting the model together");
    snprintf(model->created, sizeof model->created, "%s", parts->created);
    model->at_risk_probability = parts->calibration->line.probability;
    return ASSAY_OK;
}

static void move_parts(const struct assay_assembly *parts, struct assay_model *model)
{
    struct assay_calibration *c = parts->calibration;
    *model = (struct assay_model){.spec = *parts->spec, .cohorts = c->history.cohorts};
    *parts->spec = (struct assay_spec){0};
    c->history.cohorts = (struct assay_cohorts){0};
    c->history.spec = &model->spec;
    c->pipeline.own_design.spec = &model->spec;
    model->cohorts.spec = &model->spec.cohort;
    model->n_signal = model->spec.n_signal;
    model->baselines = c->pipeline.baselines;
    c->pipeline.baselines = NULL;
}

static void take_evidence(const struct assay_assembly *parts, struct assay_model *model)
{
    const struct assay_assessment *a = &parts->calibration->assessment;
    assay_model_performance_take(&a->apparent, &model->performance[ASSAY_APPARENT]);
    assay_model_performance_take(&a->cross_validated, &model->performance[ASSAY_CROSS_VALIDATED]);
    assay_model_performance_take(&a->out_of_time, &model->performance[ASSAY_OUT_OF_TIME]);
    model->performance[ASSAY_OPTIMISM_CORRECTED] = parts->calibration->corrected;
    take_training(parts, &model->training);
}

/* What is made of the scores of the history's rows. */
static enum assay_status take_scores(const struct assay_calibration *c, struct assay_model *model,
                                     struct assay_error *err)
{
    double *score = assay_rows_alloc(c->history.n_row, sizeof *score);
    if (score == NULL)
        return assay_fail_memory(err, "putting the model together");
    enum assay_status status = assay_reference_make_scored(model, &c->history, c->findings.levels, score,
                                                           err);
    if (status == ASSAY_OK)
        status = assay_examples_make(model, c->history.table, score, err);
    assay_rows_free(score);
    return status;
}

enum assay_status assay_assemble(const struct assay_assembly *parts, struct assay_model *model,
                                 struct assay_error *err)
{
    struct assay_calibration *c = parts->calibration;
    move_parts(parts, model);
    enum assay_status status = take_identity(parts, model, err);
    if (status == ASSAY_OK)
        status = take_fit(c, model, err);
    if (status == ASSAY_OK)
        status = take_segments(c, model, err);
    if (status == ASSAY_OK) {
        take_method(c, model);
        status = place_zones(parts, model, err);
    }
    if (status == ASSAY_OK) {
        take_evidence(parts, model);
        status = assay_warnings_note(c, model, err);
    }
    if (status == ASSAY_OK)
        status = take_scores(c, model, err);
    if (status == ASSAY_OK && c->champion != NULL)
        status = assay_compare(parts, model, err);
    if (status != ASSAY_OK)
        assay_model_clear(model);
    return status;
}
