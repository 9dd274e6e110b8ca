/* random_model.h - models drawn at random, to compare two ways of scoring
 *
 * Only what scoring reads is there: signals of every method and policy, cohorts with holes in the tree,
 * segments, lines, both scales and rounding, negative weights, one column that serves as text and as a
 * number. The same seed is the same model.
 */
#ifndef ASSAY_TESTS_MODEL_RANDOM_MODEL_H
#define ASSAY_TESTS_MODEL_RANDOM_MODEL_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/model.h"
#include "core/signal/columns.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

static inline char *random_name(const char *stem, size_t k)
{
    char name[32];
    snprintf(name, sizeof name, "%s%zu", stem, k);
    return strdup(name);
}

/* Numbers whose sums round: thirds, not halves. */
static inline double random_number(struct test_random *random, double low, double high)
{
    return low + (high - low) * test_uniform(random);
}

static inline void random_steps(struct test_random *random, struct assay_normalise_spec *normalise)
{
    normalise->by_category = test_below(random, 2) == 0;
    normalise->n_step = 1 + test_below(random, 9);
    normalise->steps = calloc(normalise->n_step, sizeof *normalise->steps);
    for (size_t k = 0; k < normalise->n_step; k++) {
        normalise->steps[k].points = random_number(random, 0, 100);
        normalise->steps[k].from = (double)k * 3 + test_uniform(random);
        if (normalise->by_category) /* some are numbers, for a column that serves as both */
            normalise->steps[k].category = random_name(k % 2 == 0 ? "" : "word", k);
    }
}

static inline void random_signal(struct test_random *random, size_t j,
                                 struct assay_signal_spec *signal)
{
    struct assay_normalise_spec *normalise = &signal->normalise;
    signal->name = random_name("signal", j);
    signal->column = test_below(random, 8) == 0 ? strdup("tenure") : random_name("column", j % 7);
    signal->dimension = random_name("dimension", test_below(random, 4));
    signal->better = test_below(random, 2) == 0 ? ASSAY_HIGHER : ASSAY_LOWER;
    signal->missing = (enum assay_missing_policy)test_below(random, ASSAY_MISSING_POLICIES);
    if (signal->missing == ASSAY_DROP && test_below(random, 3) > 0)
        signal->missing = ASSAY_NEUTRAL; /* most rows get a score */
    signal->missing_points = signal->missing == ASSAY_POINTS ? random_number(random, 0, 100) : 0;
    normalise->method = (enum assay_method)test_below(random, 4);
    normalise->low = random_number(random, -5, 5);
    normalise->high = normalise->low + random_number(random, 1, 40);
    if (normalise->method == ASSAY_STEPS)
        random_steps(random, normalise);
}

static inline void random_knots(struct test_random *random, enum assay_better better,
                                struct assay_knots *knots)
{
    double x = random_number(random, -20, 20), s = 0;
    knots->n = 1 + test_below(random, test_below(random, 4) == 0 ? 70 : 6);
    knots->x = calloc(knots->n, sizeof *knots->x);
    knots->s = calloc(knots->n, sizeof *knots->s);
    for (size_t k = 0; k < knots->n; k++) {
        x += test_below(random, 5) == 0 ? 1e-300 + fabs(x) * 1e-15 : random_number(random, 0.01, 3);
        s += (100 - s) * test_uniform(random) / 4;
        knots->x[k] = x;
        knots->s[k] = better == ASSAY_LOWER ? 100 - s : s;
    }
}

static inline void random_cohorts(struct test_random *random, struct assay_model *model)
{
    struct assay_cohort_spec *spec = &model->spec.cohort;
    struct assay_cohorts *cohorts = &model->cohorts;
    size_t n_plan = test_below(random, 5);
    spec->plan = n_plan > 0 ? strdup("plan") : NULL;
    spec->tenure = test_below(random, 3) > 0 ? strdup("tenure") : NULL;
    spec->n_band = spec->tenure != NULL ? test_below(random, 4) : 0;
    spec->bands = calloc(spec->n_band + 1, sizeof *spec->bands);
    for (size_t b = 0; b < spec->n_band; b++)
        spec->bands[b] = 3 + 9 * (double)b;
    cohorts->spec = spec;
    cohorts->nodes = calloc((n_plan + 1) * (spec->n_band + 2) + 1, sizeof *cohorts->nodes);
    cohorts->nodes[cohorts->n_node++] = (struct assay_cohort_node){.band = ASSAY_ANY_BAND};
    for (size_t p = 0; p < n_plan || (p == 0 && n_plan == 0); p++) {
        size_t top = 0;
        if (n_plan > 0) {
            top = cohorts->n_node;
            cohorts->nodes[cohorts->n_node++] =
                (struct assay_cohort_node){.plan = random_name("plan", p), .band = ASSAY_ANY_BAND};
        }
        for (size_t b = 0; spec->tenure != NULL && b <= spec->n_band; b++)
            if (test_below(random, 3) > 0)
                cohorts->nodes[cohorts->n_node++] = (struct assay_cohort_node){
                    .plan = n_plan > 0 ? random_name("plan", p) : NULL, .band = b, .parent = top};
    }
    if (test_below(random, 4) == 0) { /* a node that the tree has no use for, as a file may have one */
        size_t parent = test_below(random, cohorts->n_node);
        cohorts->nodes[cohorts->n_node++] = (struct assay_cohort_node){.parent = parent};
    }
}

/* Slopes that add up to more than 0, some of them negative, and their weights; returns nothing else. */
static inline void random_weights(struct test_random *random, size_t n, bool may_be_negative,
                                  double **slope, double **weight)
{
    double total = 0;
    *slope = calloc(n, sizeof **slope);
    *weight = calloc(n, sizeof **weight);
    for (size_t j = 0; j < n; j++) {
        (*slope)[j] = test_below(random, 6) == 0 ? 0 : random_number(random, 0, 2);
        if (may_be_negative && j > 0 && test_below(random, 5) == 0)
            (*slope)[j] *= -0.1;
        total += (*slope)[j];
    }
    (*slope)[0] += 1;
    for (size_t j = 0; j < n; j++)
        (*weight)[j] = (*slope)[j] / (total + 1);
}

static inline void random_segments(struct test_random *random, struct assay_model *model)
{
    if (test_below(random, 2) == 0) {
        model->spec.fit.models_by = strdup("region");
        model->n_segment_model = 1 + test_below(random, 4);
        model->segment_models = calloc(model->n_segment_model, sizeof *model->segment_models);
    }
    for (size_t k = 0; k < model->n_segment_model; k++) {
        struct assay_model_segment *segment = &model->segment_models[k];
        segment->segment = random_name("region", k);
        segment->intercept = random_number(random, -2, 2);
        random_weights(random, model->n_signal, false, &segment->slope, &segment->weight);
    }
    if (test_below(random, 2) == 0) { /* sometimes the same column */
        model->spec.line.by = strdup(test_below(random, 2) == 0 ? "region" : "size");
        model->n_segment_line = 1 + test_below(random, 4);
        model->segment_lines = calloc(model->n_segment_line, sizeof *model->segment_lines);
    }
    for (size_t k = 0; k < model->n_segment_line; k++)
        model->segment_lines[k] =
            (struct assay_model_segment_line){.segment = random_name("region", k + 1),
                                              .probability = random_number(random, 0.01, 0.9)};
}

static inline void random_scale(struct test_random *random, struct assay_model *model)
{
    struct assay_spec *spec = &model->spec;
    spec->scale = test_below(random, 2) == 0 ? ASSAY_LOG_ODDS : ASSAY_WEIGHTED_AVERAGE;
    if (spec->scale == ASSAY_WEIGHTED_AVERAGE) {
        spec->rounding.dimensions = test_below(random, 2) == 0;
        spec->rounding.score = test_below(random, 2) == 0;
    }
    spec->points_to_halve_odds = random_number(random, 5, 30);
    spec->n_zone = 1 + test_below(random, 5);
    spec->zones = calloc(spec->n_zone, sizeof *spec->zones);
    for (size_t z = 0; z < spec->n_zone; z++)
        spec->zones[z] = (struct assay_zone){random_name("zone", z), 20 * (double)z};
    model->at_risk_probability = random_number(random, 0.01, 0.9);
    model->intercept = random_number(random, -2, 2);
}

/* The caller clears it (assay_model_clear). It must not be moved: cohorts.spec points into it. */
static inline void random_model(uint64_t seed, struct assay_model *model)
{
    struct test_random random = {seed * 7919 + 1};
    struct assay_error err = {0};
    size_t n = 1 + test_below(&random, 14);
    *model = (struct assay_model){.n_signal = n, .n_coef = n + 1};
    model->spec.n_signal = n;
    model->spec.signals = calloc(n, sizeof *model->spec.signals);
    model->missing_term = calloc(n, sizeof *model->missing_term);
    model->baselines = calloc(n, sizeof *model->baselines);
    random_cohorts(&random, model);
    random_scale(&random, model);
    for (size_t j = 0; j < n; j++) {
        struct assay_signal_spec *signal = &model->spec.signals[j];
        random_signal(&random, j, signal);
        if (signal->missing == ASSAY_INDICATOR && model->spec.scale == ASSAY_LOG_ODDS)
            model->missing_term[j] = random_number(&random, -1, 1);
        if (signal->normalise.method != ASSAY_PERCENTILE)
            continue;
        model->baselines[j].n_node = model->cohorts.n_node;
        model->baselines[j].knots = calloc(model->cohorts.n_node, sizeof(struct assay_knots));
        for (size_t v = 0; v < model->cohorts.n_node; v++)
            random_knots(&random, signal->better, &model->baselines[j].knots[v]);
    }
    random_weights(&random, n, model->spec.scale == ASSAY_LOG_ODDS, &model->slope, &model->weight);
    random_segments(&random, model);
    ck_assay_ok(assay_model_find_inputs(model, &err));
}

/* A raw number: ordinary, on a knot or a step of the signal that reads it, far out, or missing. */
static inline double random_raw(struct test_random *random, const struct assay_model *model)
{
    static const double special[] = {0, -0.0, 100,    1e308,    -1e308,
                                     3, 12,   5e-324, INFINITY, -INFINITY};
    size_t kind = test_below(random, 12), j = test_below(random, model->n_signal);
    if (kind == 0)
        return NAN;
    if (kind == 1)
        return special[test_below(random, COUNT(special))];
    if (kind < 4 && model->baselines[j].n_node > 0) {
        const struct assay_knots *knots =
            &model->baselines[j].knots[test_below(random, model->baselines[j].n_node)];
        return knots->x[test_below(random, knots->n)];
    }
    return random_number(random, -30, 130);
}

/* A text that the model has, one that it has not, one that spells a number, or NULL. */
static inline const char *random_text(struct test_random *random, char out[32])
{
    static const char *const stems[] = {"plan", "region", "word", "", "", "nowhere"};
    size_t kind = test_below(random, COUNT(stems) + 1);
    if (kind == COUNT(stems))
        return NULL;
    if (kind == 4)
        snprintf(out, 32, "%.17g", random_number(random, -30, 130));
    else
        snprintf(out, 32, "%s%zu", stems[kind], test_below(random, 9));
    return out;
}

/* Columns for all that the model reads. An input that serves as text stands there as text, and as a number beside it. */
static inline void random_columns(const struct assay_model *model, struct assay_table *table)
{
    struct assay_error err = {0};
    size_t column;
    for (size_t k = 0; k < model->n_input; k++) {
        const char *name = model->inputs[k].column;
        if (model->inputs[k].is_text)
            ck_assay_ok(assay_table_add_column(table, name, ASSAY_TEXT, &column, &err));
        ck_assay_ok(assay_table_add_column(table, name, ASSAY_NUMBER, &column, &err));
    }
}

#endif
