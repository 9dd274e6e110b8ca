#include "calibrate/import/model_make.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/text.h"
#include "core/spec/audit_spec.h"
#include "core/spec/fit_spec.h"
#include "core/spec/release_spec.h"

static const char doing[] = "importing a scorecard";

/* ---- what is declared ---- */

static enum assay_status copy(const char *text, char **out, struct assay_error *err)
{
    if (text == NULL)
        return ASSAY_OK;
    *out = assay_copy_string(text);
    return *out != NULL ? ASSAY_OK : assay_fail_memory(err, doing);
}

/* The targets are what a spec has that says nothing of them. */
static enum assay_status declare(const struct assay_import_wishes *wishes, struct assay_spec *spec,
                                 struct assay_error *err)
{
    *spec = (struct assay_spec){.cohort = {.borrow = 200},
                                .target_sensitivity = 0.75,
                                .target_specificity = 0.70,
                                .points_to_halve_odds = 10,
                                .at_risk_probability = NAN,
                                .fit = assay_fit_spec_default(),
                                .audit = assay_audit_spec_default(),
                                .release = assay_release_spec_default(),
                                .seed = 1};
    spec->fit.anchor = ASSAY_ANCHOR_EXPERT;
    spec->fit.strength = HUGE_VAL;
    spec->outcome.horizon_days = wishes->outcome_date != NULL ? wishes->horizon_days : 0;
    spec->outcome.observed_until = wishes->outcome_date != NULL ? wishes->observed_until : 0;
    enum assay_status status = copy(wishes->name, &spec->name, err);
    if (status == ASSAY_OK)
        status = copy(wishes->id, &spec->id, err);
    if (status == ASSAY_OK)
        status = copy(wishes->as_of, &spec->as_of, err);
    if (status == ASSAY_OK && wishes->outcome_date != NULL)
        status = copy(wishes->outcome_date, &spec->outcome.date, err);
    else if (status == ASSAY_OK)
        status = copy(wishes->outcome, &spec->outcome.column, err);
    return status;
}

/* ---- the line ---- */

/* Where accounts are flagged, in the vendor's units. */
static double line_of(const struct assay_scorecard *card, const struct assay_spec *spec,
                      const struct assay_import_wishes *wishes)
{
    if (!isnan(wishes->at_risk_score))
        return wishes->at_risk_score;
    double points = spec->scale == ASSAY_WEIGHTED_AVERAGE ? spec->zones[1].from : 50;
    return points / 100 * card->vendor->highest;
}

static enum assay_status place_line(const struct assay_scorecard *card,
                                    const struct assay_import_wishes *wishes,
                                    struct assay_model *model, struct assay_error *err)
{
    double highest = card->vendor->highest;
    double score = line_of(card, &model->spec, wishes) * (100 / highest);
    model->at_risk_probability = wishes->at_risk_probability;
    model->at_risk_score = score;
    if (!(score > 0 && score <= 100))
        return assay_fail(err, ASSAY_EDATA,
                          "%s: accounts below a score of %.12g are at risk; expected "
                          "a score above 0, up to %.12g",
                          card->source, score / 100 * highest, highest);
    if (model->spec.scale == ASSAY_LOG_ODDS && score != 50) {
        assay_fail(err, ASSAY_EDATA,
                   "%s: accounts below a score of %.12g are at risk; expected %.12g", card->source,
                   score / 100 * highest, highest / 2);
        assay_hint(err,
                   "Its points can add up to less than 0 or more than %.12g before the score is cut "
                   "there, or one of its measures is linear; a model of such a card can have its at-risk "
                   "line in the middle only.",
                   highest);
        return ASSAY_EDATA;
    }
    if (!isnan(wishes->at_risk_score) && model->spec.scale == ASSAY_WEIGHTED_AVERAGE &&
        !model->spec.rounding.score)
        model->at_risk_score -= ASSAY_EDGE_SLACK;
    return ASSAY_OK;
}

/* ---- numbers ---- */

static double logit(double p)
{
    return log(p / (1 - p));
}

void assay_import_set_slope(struct assay_model *model, const struct assay_shape *shape,
                            double intercept, double b)
{
    bool average = model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    double at = average ? model->at_risk_score : 100 * (50 - shape->floor) / shape->reach;
    model->intercept = intercept;
    model->at_risk_probability = assay_expit(intercept - b * at / 100);
    if (!average)
        model->spec.points_to_halve_odds = shape->reach * M_LN2 / b;
    for (size_t j = 0; j < model->n_signal; j++) {
        model->slope[j] = b * model->weight[j];
        model->fit.coefficients[1 + j].estimate = 0 - model->slope[j];
    }
    model->fit.coefficients[0].estimate = intercept;
}

/* A slope at which ten points of the score halve the odds. */
static void set_nominal(struct assay_model *model, const struct assay_shape *shape)
{
    double p = model->at_risk_probability, b = shape->reach * M_LN2 / 10;
    bool average = model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    double at = average ? model->at_risk_score : 100 * (50 - shape->floor) / shape->reach;
    assay_import_set_slope(model, shape, logit(p) + b * at / 100, b);
    model->at_risk_probability = p; /* to the last bit */
    model->spec.points_to_halve_odds = 10;
}

static enum assay_status allocate(struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    size_t n = model->spec.n_signal, p = 1 + n;
    model->n_signal = n;
    model->n_coef = p;
    model->slope = assay_alloc(n, sizeof *model->slope);
    model->weight = assay_alloc(n, sizeof *model->weight);
    model->weight_interval = assay_alloc(n, sizeof *model->weight_interval);
    model->missing_term = assay_alloc(n, sizeof *model->missing_term);
    model->baselines = assay_alloc(n, sizeof *model->baselines);
    model->cohorts.nodes = assay_alloc(1, sizeof *model->cohorts.nodes);
    fit->coefficients = assay_alloc(p, sizeof *fit->coefficients);
    fit->free_coefficients = assay_alloc(p, sizeof *fit->free_coefficients);
    fit->covariance = assay_alloc(p * p, sizeof *fit->covariance);
    fit->free_covariance = assay_alloc(p * p, sizeof *fit->free_covariance);
    fit->anchor.weight = assay_alloc(n, sizeof *fit->anchor.weight);
    return model->slope != NULL && model->weight != NULL && model->weight_interval != NULL &&
                   model->missing_term != NULL && model->baselines != NULL &&
                   model->cohorts.nodes != NULL && fit->coefficients != NULL &&
                   fit->free_coefficients != NULL && fit->covariance != NULL &&
                   fit->free_covariance != NULL && fit->anchor.weight != NULL
               ? ASSAY_OK
               : assay_fail_memory(err, doing);
}

static void say_no_fit(struct assay_model *model, const struct assay_shape *shape)
{
    static const struct assay_coefficient none = {NAN, NAN, NAN, NAN, NAN, NAN};
    struct assay_model_fit *fit = &model->fit;
    fit->imported = true;
    fit->free_missing = true;
    fit->log_likelihood = fit->null_log_likelihood = fit->free_log_likelihood = NAN;
    fit->gradient_norm = fit->kkt_residual = fit->condition_number = NAN;
    fit->sample_size = (struct assay_model_sample_size){NAN, NAN, NAN, NAN, NAN, NAN};
    fit->anchor.word = ASSAY_ANCHOR_EXPERT;
    fit->anchor.taken = ASSAY_TAKEN_OWN;
    fit->anchor.strength = fit->anchor.lambda = HUGE_VAL;
    fit->anchor.conflict_statistic = fit->anchor.conflict_p = NAN;
    for (size_t k = 0; k < model->n_coef; k++)
        fit->coefficients[k] = fit->free_coefficients[k] = none;
    for (size_t k = 0; k < model->n_coef * model->n_coef; k++)
        fit->free_covariance[k] = NAN;
    for (size_t j = 0; j < model->n_signal; j++) {
        model->weight[j] = fit->anchor.weight[j] = shape->weight[j];
        model->weight_interval[j] = assay_estimate_without_interval(model->weight[j]);
    }
    model->line = (struct assay_model_line){.rule = ASSAY_LINE_TARGETS,
                                            .given = true,
                                            .low = NAN,
                                            .high = NAN,
                                            .caught = NAN,
                                            .caught_low = NAN,
                                            .caught_high = NAN,
                                            .cost = NAN};
    model->pooling = NAN;
    model->training.from = model->training.to = ASSAY_NO_DATE;
}

enum assay_status assay_import_warn(struct assay_model *model, const char *warning,
                                    struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    size_t capacity = fit->n_warning;
    if (!assay_grow(&fit->warnings, &capacity, fit->n_warning + 1, sizeof *fit->warnings))
        return assay_fail_memory(err, doing);
    char *text = assay_copy_string(warning);
    if (text == NULL)
        return assay_fail_memory(err, doing);
    fit->warnings[fit->n_warning++] = text;
    return ASSAY_OK;
}

static enum assay_status take_identity(const struct assay_scorecard *card,
                                       const struct assay_import_wishes *wishes,
                                       struct assay_model *model, struct assay_error *err)
{
    model->version = assay_copy_string("candidate");
    if (model->version == NULL)
        return assay_fail_memory(err, doing);
    snprintf(model->created, sizeof model->created, "%s", wishes->created);
    memcpy(model->training.sha256, card->sha256, sizeof model->training.sha256);
    model->cohorts.nodes[0] = (struct assay_cohort_node){.band = ASSAY_ANY_BAND};
    model->cohorts.n_node = 1;
    model->cohorts.spec = &model->spec.cohort;
    return ASSAY_OK;
}

enum assay_status assay_import_model(const struct assay_scorecard *card,
                                     const struct assay_import_wishes *wishes,
                                     struct assay_shape *shape, struct assay_model *model,
                                     struct assay_error *err)
{
    *shape = (struct assay_shape){0};
    *model = (struct assay_model){0};
    enum assay_status status = declare(wishes, &model->spec, err);
    if (status == ASSAY_OK)
        status = assay_shape_make(card, shape, &model->spec, err);
    if (status == ASSAY_OK)
        status = allocate(model, err);
    if (status == ASSAY_OK)
        status = place_line(card, wishes, model, err);
    if (status == ASSAY_OK)
        status = take_identity(card, wishes, model, err);
    if (status != ASSAY_OK)
        return status;
    say_no_fit(model, shape);
    set_nominal(model, shape);
    return ASSAY_OK;
}
