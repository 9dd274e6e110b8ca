/* handmade.h - models written down by hand, with every part of the model file in one of them
 *
 * Their numbers are made up and mean nothing: what counts is that each comes back. Thirds and the
 * like stand where a decimal cut short would show.
 */
#ifndef ASSAY_TESTS_MODEL_HANDMADE_H
#define ASSAY_TESTS_MODEL_HANDMADE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/model.h"
#include "core/model/scorer.h"
#include "core/signal/design.h"
#include "tests/support/suite.h"

enum handmade { ANCHORED, PENALISED, FIRTH, SEGMENTED, PLAIN_FIT, HANDMADE };

enum { N_SIGNAL = 3, N_COEF = 5 };

/* What the specs say of fit and line, and of the sign of "nps". */
static const struct {
    const char *fit, *line, *sign;
    double weight[N_SIGNAL];
} handmade_specs[HANDMADE] = {
    {"\"round_to\": 0.05, \"folds\": 5, \"bootstrap\": 200, \"anchor\": \"expert\"},"
     "\"dimensions\": {\"product\": {\"share\": [0.5, 0.9]}",
     "{\"rule\": \"capacity\", \"accounts\": 40, \"by\": \"region\"}", "constrained",
     {0.5, 0.3, 0.2}},
    {"\"penalty\": {\"method\": \"elastic-net\", \"alpha\": 0.25}", "\"targets\"", "constrained",
     {0.625, 0.375, 0}},
    {"\"method\": \"firth\"",
     "{\"rule\": \"cost\", \"miss\": 10, \"false_alarm\": 1}", "free", {0.75, 0.5, -0.25}},
    {"\"anchor\": \"champion\", \"strength\": \"infinite\", \"models_by\": \"region\"",
     "\"youden\"", "constrained", {0.25, 0.5, 0.25}},
    {"\"anchor\": \"none\", \"bootstrap\": 0", "\"targets\"", "constrained", {0.5, 0.25, 0.25}},
};

static inline void *handmade_alloc(size_t n, size_t size)
{
    void *memory = assay_alloc(n, size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static inline char *handmade_text(const char *text)
{
    char *copy = assay_copy_string(text);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static inline double *handmade_numbers(const double from[], size_t n)
{
    double *numbers = handmade_alloc(n, sizeof *numbers);
    memcpy(numbers, from, n * sizeof *numbers);
    return numbers;
}

/* value with an interval around it; another value, other digits. */
static inline struct assay_estimate around(double value)
{
    return (struct assay_estimate){value, value - 1.0 / 30, value + 1.0 / 70};
}

static inline void handmade_figures(struct assay_estimate figures[ASSAY_FIGURES], double shift)
{
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        figures[f] = around((double)(f + 1) / 13 + shift);
    figures[ASSAY_FIG_PPV] = assay_estimate_undefined();
    figures[ASSAY_FIG_OE_RATIO] = assay_estimate_without_interval(1.0 / 7);
}

static inline void handmade_declare(struct assay_model *model, enum handmade kind)
{
    char spec[2048];
    struct assay_error err = {0};
    snprintf(spec, sizeof spec,
             "{\"name\": \"by hand\", \"id\": \"id\", \"as_of\": \"as_of\","
             "\"outcome\": {\"column\": \"churned\"}, \"signals\": ["
             "{\"name\": \"use\", \"dimension\": \"product\", \"better\": \"higher\","
             " \"normalise\": {\"method\": \"none\"}%s},"
             "{\"name\": \"seats\", \"dimension\": \"product\", \"better\": \"higher\","
             " \"normalise\": {\"method\": \"range\", \"low\": 0, \"high\": 8}%s},"
             "{\"name\": \"nps\", \"dimension\": \"sentiment\", \"better\": \"higher\","
             " \"normalise\": {\"method\": \"none\"}, \"missing\": \"indicator\", \"sign\": \"%s\"%s}],"
             "\"fit\": {%s}, \"line\": %s}",
             kind == ANCHORED ? ", \"expert\": 3, \"weight\": [0.1, 0.5]" : "",
             kind == ANCHORED ? ", \"expert\": 1, \"recorded\": \"seats_on\"" : "",
             handmade_specs[kind].sign, kind == ANCHORED ? ", \"expert\": 0" : "",
             handmade_specs[kind].fit, handmade_specs[kind].line);
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &model->spec, &err));
    model->version = handmade_text("candidate");
    memcpy(model->created, "2026-07-01", 11);
    model->n_signal = N_SIGNAL;
    model->n_indicator = 1;
    model->n_coef = N_COEF;
}

static inline struct assay_coefficient handmade_coefficient(double estimate, double std_error)
{
    double z = estimate / std_error;
    return (struct assay_coefficient){estimate, std_error,          z,
                                      exp(-z * z), estimate - 2 * std_error,
                                      estimate + 2 * std_error};
}

static inline void handmade_weights(struct assay_model *model, enum handmade kind)
{
    struct assay_model_fit *fit = &model->fit;
    model->intercept = 4.0 / 3;
    model->weight = handmade_numbers(handmade_specs[kind].weight, N_SIGNAL);
    model->slope = handmade_alloc(N_SIGNAL, sizeof *model->slope);
    model->weight_interval = handmade_alloc(N_SIGNAL, sizeof *model->weight_interval);
    model->missing_term = handmade_numbers((double[]){0, 0, -1.0 / 9}, N_SIGNAL);
    model->baselines = handmade_alloc(N_SIGNAL, sizeof *model->baselines);
    fit->coefficients = handmade_alloc(N_COEF, sizeof *fit->coefficients);
    fit->covariance = handmade_alloc(N_COEF * N_COEF, sizeof *fit->covariance);
    fit->coefficients[0] = handmade_coefficient(model->intercept, 0.3);
    fit->coefficients[4] = handmade_coefficient(model->missing_term[2], 0.7);
    for (size_t j = 0; j < N_SIGNAL; j++) {
        model->slope[j] = 4 * model->weight[j];
        model->weight_interval[j] = around(model->weight[j]);
        fit->coefficients[1 + j] = handmade_coefficient(0 - model->slope[j], 0.1 + (double)j / 7);
    }
    if (model->weight[2] == 0) { /* held at its bound */
        fit->coefficients[3] = (struct assay_coefficient){0, NAN, NAN, NAN, NAN, NAN};
        model->weight_interval[2] = (struct assay_estimate){0, NAN, NAN};
    }
    for (size_t k = 0; k < N_COEF * N_COEF; k++)
        fit->covariance[k] = 1 / (1 + (double)(k % 6));
}

static inline void handmade_line(struct assay_model *model)
{
    model->at_risk_probability = 1.0 / 3;
    model->at_risk_score = 50;
    model->line = (struct assay_model_line){.rule = model->spec.line.rule,
                                            .low = NAN,
                                            .high = NAN,
                                            .caught = NAN,
                                            .caught_low = NAN,
                                            .caught_high = NAN,
                                            .cost = NAN};
}

static inline void handmade_fit_numbers(struct assay_model *model)
{
    struct assay_model_fit *fit = &model->fit;
    fit->rows = 900;
    fit->events = 90;
    fit->accounts = 450;
    fit->log_likelihood = -200.0 / 3;
    fit->null_log_likelihood = -290.1;
    fit->iterations = 7;
    fit->gradient_norm = 1e-9 / 3;
    fit->kkt_residual = 1e-10;
    fit->condition_number = 17.5;
    fit->free_log_likelihood = -66.5;
    fit->free_coefficients = handmade_alloc(N_COEF, sizeof *fit->free_coefficients);
    fit->free_covariance = handmade_alloc(N_COEF * N_COEF, sizeof *fit->free_covariance);
    for (size_t k = 0; k < N_COEF; k++)
        fit->free_coefficients[k] = handmade_coefficient(1.0 / (double)(k + 3), 0.2);
    fit->anchor.conflict_statistic = fit->anchor.conflict_p = NAN;
    fit->sample_size = (struct assay_model_sample_size){1.0 / 6, 0.81, 600, 1.0 / 3, 139, 600};
    model->training.rows = 900;
    model->training.left_out[ASSAY_ROW_USED] = 900;
    model->training.from = 19000;
    model->training.to = ASSAY_NO_DATE;
    memset(model->training.sha256, 'a', 64);
    model->performance[ASSAY_APPARENT].n = 900;
    model->performance[ASSAY_APPARENT].events = 90;
    handmade_figures(model->performance[ASSAY_APPARENT].figures, 0);
    model->pooling = NAN;
}

/* 40 accounts over the range of every input, with gaps; the regions are north, south and none. */
static inline void handmade_example(struct assay_model *model, size_t e)
{
    static const char *const regions[] = {"north", "south"};
    struct assay_example *example = &model->examples[e];
    struct assay_score score;
    bool missing[N_SIGNAL];
    example->inputs = handmade_alloc(model->n_input, sizeof *example->inputs);
    example->s = handmade_alloc(N_SIGNAL, sizeof *example->s);
    for (size_t k = 0; k < model->n_input; k++) {
        example->inputs[k].number = NAN;
        if (model->inputs[k].is_text && e % 3 < 2)
            example->inputs[k].text = handmade_text(regions[e % 3]);
        else if (!model->inputs[k].is_text && (e + k) % 5 > 0)
            example->inputs[k].number = (double)((e * 7 + k * 11) % 103) / (k == 1 ? 10 : 1);
    }
    assay_score_inputs(model, example->inputs, example->s, missing, &score);
    example->composite = score.composite;
    example->score = score.score;
    example->probability = score.probability;
    example->zone = score.zone;
}

static inline void handmade_examples(struct assay_model *model)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_model_find_inputs(model, &err));
    model->examples = handmade_alloc(40, sizeof *model->examples);
    for (model->n_example = 0; model->n_example < 40; model->n_example++)
        handmade_example(model, model->n_example);
}

/* ---- what each of them has of its own ---- */

static inline void handmade_bootstrap(struct assay_model *model)
{
    struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    size_t n_zone = model->spec.n_zone;
    bootstrap->resamples = 200;
    bootstrap->failed = 3;
    bootstrap->weight = handmade_alloc(N_SIGNAL, sizeof *bootstrap->weight);
    bootstrap->zone_share = handmade_alloc(n_zone, sizeof *bootstrap->zone_share);
    bootstrap->zone_rate = handmade_alloc(n_zone, sizeof *bootstrap->zone_rate);
    for (size_t j = 0; j < N_SIGNAL; j++)
        bootstrap->weight[j] = around(model->weight[j]);
    bootstrap->weight[2] = assay_estimate_without_interval(model->weight[2]);
    bootstrap->line = around(model->at_risk_probability);
    handmade_figures(bootstrap->figures, 0.01);
    for (size_t k = 0; k < n_zone; k++) {
        bootstrap->zone_share[k] = around((double)(k + 1) / 10);
        bootstrap->zone_rate[k] = around((double)(k + 1) / 11);
    }
    bootstrap->zone_rate[n_zone - 1] = assay_estimate_undefined();
    model->performance[ASSAY_OPTIMISM_CORRECTED] = model->performance[ASSAY_APPARENT];
    handmade_figures(model->performance[ASSAY_OPTIMISM_CORRECTED].figures, -0.01);
}

static inline void handmade_anchored(struct assay_model *model)
{
    struct assay_model_fit *fit = &model->fit;
    fit->anchor = (struct assay_model_anchor){
        .word = ASSAY_ANCHOR_EXPERT,
        .taken = ASSAY_TAKEN_HALFWAY,
        .chosen = true,
        .weight = handmade_numbers((double[]){13.0 / 24, 7.0 / 24, 1.0 / 6}, N_SIGNAL),
        .strength = 0.5,
        .lambda = 40.0 / 3,
        .degrees = 10.0 / 3,
        .conflict_statistic = 7.1,
        .conflict_p = 0.03,
        .conflict_degrees = 2};
    fit->n_limit = 2;
    fit->limits = handmade_alloc(2, sizeof *fit->limits);
    fit->limits[0] = (struct assay_model_limit){handmade_text("weight of use at most 0.5"), 1.0 / 3,
                                                -0.0001};
    fit->limits[1] = (struct assay_model_limit){handmade_text("share of product at least 0.5"), NAN,
                                                NAN};
    fit->rounding = (struct assay_model_rounding){
        0.05, 0.02, handmade_numbers((double[]){0.51, 0.28, 0.21}, N_SIGNAL)};
    fit->clustered = true;
    handmade_bootstrap(model);
    model->line.caught = 12.5;
    model->line.caught_low = 9;
    model->line.caught_high = 17;
    model->n_segment_line = 2;
    model->segment_lines = handmade_alloc(2, sizeof *model->segment_lines);
    model->segment_lines[0] =
        (struct assay_model_segment_line){handmade_text("north"), 0.25, 500, 60, false};
    model->segment_lines[1] = (struct assay_model_segment_line){
        handmade_text("south"), model->at_risk_probability, 100, 11, true};
}

static inline void handmade_penalised(struct assay_model *model)
{
    model->fit.penalty = (struct assay_model_penalty){
        .word = ASSAY_ELASTIC_NET,
        .alpha = 0.25,
        .lambda = 1.0 / 90,
        .chosen = true,
        .stability = handmade_numbers((double[]){1, 0.99, 1.0 / 3}, N_SIGNAL),
        .half_samples = 100};
    model->fit.anchor.degrees = model->fit.condition_number = NAN;
    model->fit.profiled = true;
    model->line.feasible = true;
    model->line.low = 0.3;
    model->line.high = 0.4;
}

static inline void handmade_firth(struct assay_model *model)
{
    struct assay_model_fit *fit = &model->fit;
    fit->free_missing = true;
    fit->free_log_likelihood = NAN;
    for (size_t k = 0; k < N_COEF; k++)
        fit->free_coefficients[k] = (struct assay_coefficient){NAN, NAN, NAN, NAN, NAN, NAN};
    for (size_t k = 0; k < N_COEF * N_COEF; k++)
        fit->free_covariance[k] = NAN;
    fit->sample_size = (struct assay_model_sample_size){NAN, -0.5, HUGE_VAL, HUGE_VAL, 139,
                                                        HUGE_VAL};
    fit->n_warning = 1;
    fit->warnings = handmade_alloc(1, sizeof *fit->warnings);
    fit->warnings[0] = handmade_text("\"use\" separates the outcomes");
    model->line.cost = 200.0 / 3;
}

static inline void handmade_changes(struct assay_model *model)
{
    struct assay_model_changes *changes = &model->changes;
    model->parent_version = handmade_text("3");
    model->parent_digest =
        handmade_text("sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    changes->n_weight = 2;
    changes->weights = handmade_alloc(2, sizeof *changes->weights);
    changes->weights[0] = (struct assay_weight_change){
        .name = handmade_text("use"), .before = 0.2, .after = 0.25, .data = around(0.04),
        .baselines = around(1.0 / 300), .method = assay_estimate_without_interval(0.05 / 7),
        .accounts = {handmade_text("A7"), handmade_text("B,\"9\"")}, .pulls = {-0.01, 1.0 / 300}};
    changes->weights[1] = (struct assay_weight_change){
        .name = handmade_text("tickets"), .before = 0.1, .after = NAN,
        .data = assay_estimate_undefined(), .baselines = assay_estimate_undefined(),
        .method = assay_estimate_undefined()};
    changes->n_move = 1;
    changes->moves = handmade_alloc(1, sizeof *changes->moves);
    changes->moves[0] = (struct assay_zone_move){handmade_text("Red"), handmade_text("Healthy"), 9};
    changes->before = model->performance[ASSAY_APPARENT];
}

static inline void handmade_segmented(struct assay_model *model)
{
    static const struct {
        const char *name;
        double weight[N_SIGNAL], total, borrowed;
    } segments[] = {{"north", {0.5, 0.25, 0.25}, 3, 1.0 / 3}, {"south", {0, 0.5, 0.5}, 6, 1}};
    struct assay_model_fit *fit = &model->fit;
    fit->anchor = (struct assay_model_anchor){
        .word = ASSAY_ANCHOR_CHAMPION,
        .weight = handmade_numbers(model->weight, N_SIGNAL),
        .strength = HUGE_VAL,
        .lambda = HUGE_VAL,
        .degrees = 2,
        .conflict_statistic = NAN,
        .conflict_p = NAN};
    model->pooling = 2;
    model->segment_models = handmade_alloc(2, sizeof *model->segment_models);
    for (size_t k = 0; k < 2; k++) {
        struct assay_model_segment *segment = &model->segment_models[model->n_segment_model++];
        *segment = (struct assay_model_segment){.segment = handmade_text(segments[k].name),
                                                .rows = 400 - k,
                                                .events = 40,
                                                .intercept = (double)k / 3,
                                                .borrowed = segments[k].borrowed};
        segment->weight = handmade_numbers(segments[k].weight, N_SIGNAL);
        segment->slope = handmade_numbers(segments[k].weight, N_SIGNAL);
        for (size_t j = 0; j < N_SIGNAL; j++)
            segment->slope[j] *= segments[k].total;
    }
    model->yardsticks[ASSAY_YARD_EQUAL] = (struct assay_model_yardstick){
        900, 90, 0.8, 0.07, 0.25, around(0.01), around(-1.0 / 900), around(-0.02)};
    model->yardsticks[ASSAY_YARD_RECALIBRATED] = (struct assay_model_yardstick){
        850, 0, NAN, 0.07, 0.25, assay_estimate_undefined(), around(0), around(0.02)};
    handmade_changes(model);
}

/* PLAIN_FIT stays as calibrate would leave it without anything of this: all zero. */
static inline void handmade_model(struct assay_model *model, enum handmade kind)
{
    *model = (struct assay_model){0};
    handmade_declare(model, kind);
    handmade_weights(model, kind);
    handmade_line(model);
    model->cohorts.spec = &model->spec.cohort;
    model->cohorts.nodes = handmade_alloc(1, sizeof *model->cohorts.nodes);
    model->cohorts.nodes[0] = (struct assay_cohort_node){.band = ASSAY_ANY_BAND, .rows = 900};
    model->cohorts.n_node = 1;
    handmade_fit_numbers(model);
    switch (kind) {
    case ANCHORED: handmade_anchored(model); break;
    case PENALISED: handmade_penalised(model); break;
    case FIRTH: handmade_firth(model); break;
    case SEGMENTED: handmade_segmented(model); break;
    case PLAIN_FIT:
        model->line = (struct assay_model_line){0};
        model->pooling = 0;
        model->fit.anchor = (struct assay_model_anchor){0};
        model->fit.sample_size = (struct assay_model_sample_size){0};
        break;
    case HANDMADE: break;
    }
    handmade_examples(model);
}

/* Its file; the caller clears it. */
static inline struct assay_text handmade_file(enum handmade kind)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_text text = {0};
    handmade_model(&model, kind);
    ck_assay_ok(assay_model_write(&model, &text, &err));
    assay_model_clear(&model);
    return text;
}

#endif
