/* changeable.h - models with every part of the file, of which a test changes exactly one thing
 *
 * Made by hand (tests/model/handmade.h), with cohorts and a signal by percentiles besides: "use"
 * knows everybody, the plan "Team" and Team's first twelve months. Texts are replaced with
 * retext(), which frees the old one.
 */
#ifndef ASSAY_TESTS_RELEASE_CHANGEABLE_H
#define ASSAY_TESTS_RELEASE_CHANGEABLE_H

#include "release/version/change.h"
#include "tests/model/handmade.h"

enum { USE, SEATS, NPS };
enum { ALL, TEAM, TEAM_FIRST, N_NODE };

static inline void retext(char **text, const char *to)
{
    free(*text);
    *text = to != NULL ? handmade_text(to) : NULL;
}

/* Points from 0 to 100 over raw values from 0 to 100. */
static inline void straight_knots(struct assay_knots *knots, size_t rows)
{
    knots->n = 2;
    knots->rows = rows;
    knots->x = handmade_numbers((double[]){0, 100}, 2);
    knots->s = handmade_numbers((double[]){0, 100}, 2);
}

static inline void give_cohorts(struct assay_model *model)
{
    static const struct {
        const char *plan;
        size_t band, parent, rows;
    } nodes[N_NODE] = {
        {NULL, ASSAY_ANY_BAND, 0, 900}, {"Team", ASSAY_ANY_BAND, 0, 300}, {"Team", 0, 1, 100}};
    struct assay_cohort_spec *spec = &model->spec.cohort;
    assay_cohorts_clear(&model->cohorts);
    model->cohorts.spec = spec;
    model->cohorts.nodes = handmade_alloc(N_NODE, sizeof *model->cohorts.nodes);
    model->cohorts.n_node = N_NODE;
    for (size_t v = 0; v < N_NODE; v++)
        model->cohorts.nodes[v] = (struct assay_cohort_node){
            .plan = nodes[v].plan != NULL ? handmade_text(nodes[v].plan) : NULL,
            .band = nodes[v].band,
            .parent = nodes[v].parent,
            .rows = nodes[v].rows};
    retext(&spec->plan, "plan");
    retext(&spec->tenure, "months");
    free(spec->bands);
    spec->bands = handmade_numbers((double[]){12}, 1);
    spec->n_band = 1;
}

static inline void give_percentiles(struct assay_model *model, size_t j)
{
    static const size_t rows[N_NODE] = {900, 300, 100};
    model->spec.signals[j].normalise = (struct assay_normalise_spec){.method = ASSAY_PERCENTILE};
    model->baselines[j].n_node = N_NODE;
    model->baselines[j].knots = handmade_alloc(N_NODE, sizeof *model->baselines[j].knots);
    for (size_t v = 0; v < N_NODE; v++)
        straight_knots(&model->baselines[j].knots[v], rows[v]);
}

static inline void changeable(struct assay_model *model, enum handmade kind)
{
    handmade_model(model, kind);
    give_cohorts(model);
    give_percentiles(model, USE);
}

/* The model's training data had these raw values of a signal: whole numbers, 1 to 99. */
static inline void give_reference(struct assay_model *model, const char *signal)
{
    struct assay_model_reference *reference = &model->training.reference;
    reference->rows = 99;
    reference->accounts = 99;
    reference->effective = 99;
    reference->n_variable = 1;
    reference->variables = handmade_alloc(1, sizeof *reference->variables);
    reference->variables[0] = (struct assay_reference_variable){
        .kind = ASSAY_OF_SIGNAL,
        .name = handmade_text(signal),
        .numbers = handmade_alloc(1, sizeof *reference->variables->numbers)};
    struct assay_percentiles *numbers = reference->variables[0].numbers;
    numbers->n = 99;
    numbers->lowest = 1;
    numbers->highest = 99;
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        numbers->at[k] = (double)(k + 1);
        numbers->up_to[k] = k + 1;
    }
}

/* n categories and how many rows had each. */
static inline void give_categories(struct assay_model *model, const char *signal,
                                   const char *const values[], const size_t counts[], size_t n)
{
    struct assay_model_reference *reference = &model->training.reference;
    reference->rows = 99;
    reference->n_variable = 1;
    reference->variables = handmade_alloc(1, sizeof *reference->variables);
    struct assay_reference_variable *variable = &reference->variables[0];
    *variable = (struct assay_reference_variable){.kind = ASSAY_OF_SIGNAL,
                                                  .name = handmade_text(signal),
                                                  .values = handmade_alloc(n, sizeof(char *)),
                                                  .counts = handmade_alloc(n, sizeof(size_t)),
                                                  .n_value = n};
    for (size_t k = 0; k < n; k++) {
        variable->values[k] = handmade_text(values[k]);
        variable->counts[k] = counts[k];
    }
}

/* A steps table in place of the signal's method; categories NULL: of numbers from 0, 10, 20. */
static inline void give_steps(struct assay_model *model, size_t j, const char *const categories[],
                              const double points[], size_t n)
{
    struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
    assay_baseline_clear(&model->baselines[j]);
    for (size_t k = 0; k < normalise->n_step; k++)
        free(normalise->steps[k].category);
    free(normalise->steps);
    *normalise =
        (struct assay_normalise_spec){.method = ASSAY_STEPS,
                                      .by_category = categories != NULL,
                                      .n_step = n,
                                      .steps = handmade_alloc(n, sizeof(struct assay_step))};
    for (size_t k = 0; k < n; k++)
        normalise->steps[k] = (struct assay_step){
            .category = categories != NULL ? handmade_text(categories[k]) : NULL,
            .from = 10 * (double)k,
            .points = points[k]};
}

/* A signal under another name, which reads the same column. */
static inline void renamed(struct assay_model *m)
{
    retext(&m->spec.signals[SEATS].name, "licences");
}

/* A signal gone, and another in its place. */
static inline void other_signal(struct assay_model *m)
{
    retext(&m->spec.signals[SEATS].name, "licences");
    retext(&m->spec.signals[SEATS].column, "licences");
}

/* All sentences, one a line, each after its level: "major: signal ...". The caller frees. */
static inline char *sentences_of(const struct assay_change *change)
{
    struct assay_text text = {0};
    for (size_t k = 0; k < change->n_major; k++)
        assay_text_printf(&text, "major: %s\n", change->major[k]);
    for (size_t k = 0; k < change->n_minor; k++)
        assay_text_printf(&text, "minor: %s\n", change->minor[k]);
    for (size_t k = 0; k < change->n_patch; k++)
        assay_text_printf(&text, "patch: %s\n", change->patch[k]);
    assay_text_puts(&text, "");
    ck_assert(!text.failed);
    return text.data;
}

#endif
