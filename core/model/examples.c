#include "core/model/examples.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/model/scorer.h"
#include "core/signal/normalise.h"

/* Bending one signal at a time stops after so many signals; the rest differ in name only. */
enum { REAL_ROWS = 10, BENT_SIGNALS = 12 };

struct making {
    struct assay_model *model;
    const struct assay_table *table;
    size_t capacity;
    struct assay_error *err;
};

/* An example of its own from the raw inputs of a row; freed by assay_model_clear(). */
static enum assay_status add_row(struct making *m, size_t row, struct assay_example **out)
{
    struct assay_model *model = m->model;
    struct assay_example example = {.inputs = assay_alloc(model->n_input, sizeof *example.inputs),
                                    .s = assay_alloc(model->n_signal, sizeof *example.s)};
    if (example.inputs == NULL || example.s == NULL ||
        !assay_grow(&model->examples, &m->capacity, model->n_example + 1,
                    sizeof *model->examples)) {
        free(example.inputs);
        free(example.s);
        return assay_fail_memory(m->err, "making examples");
    }
    *out = &model->examples[model->n_example++];
    **out = example;
    for (size_t k = 0; k < model->n_input; k++) {
        const char *name = model->inputs[k].column;
        example.inputs[k].number = NAN;
        if (!model->inputs[k].is_text) {
            size_t c = assay_table_find(m->table, name, ASSAY_NUMBER);
            example.inputs[k].number = assay_column_number(&m->table->columns[c], row);
            continue;
        }
        const struct assay_column *column =
            &m->table->columns[assay_table_find(m->table, name, ASSAY_TEXT)];
        if (column->codes[row] == ASSAY_NO_CODE)
            continue;
        example.inputs[k].text =
            assay_copy_string(assay_dictionary_text(column->dictionary, column->codes[row]));
        if (example.inputs[k].text == NULL)
            return assay_fail_memory(m->err, "making examples");
    }
    return ASSAY_OK;
}

static struct assay_example_input *input_of(const struct assay_model *model,
                                            struct assay_example *example, const char *column)
{
    size_t k = 0;
    while (strcmp(model->inputs[k].column, column) != 0)
        k++;
    return &example->inputs[k];
}

static enum assay_status set_text(struct making *m, struct assay_example_input *input,
                                  const char *text)
{
    free(input->text);
    input->text = assay_copy_string(text);
    return input->text != NULL ? ASSAY_OK : assay_fail_memory(m->err, "making examples");
}

static void set_missing(struct assay_example_input *input)
{
    free(input->text);
    *input = (struct assay_example_input){.number = NAN};
}

/* A number in a column that may serve as text too, where it then is its text. */
static enum assay_status set_number(struct making *m, struct assay_example *example,
                                    const char *column, double value)
{
    struct assay_example_input *input = input_of(m->model, example, column);
    char text[ASSAY_NUMBER_SIZE];
    if (!m->model->inputs[input - example->inputs].is_text) {
        input->number = value;
        return ASSAY_OK;
    }
    assay_number_print(value, text);
    return set_text(m, input, text);
}

/* ---- real rows ---- */

/* A row and how far its score is from where it should be; none yet: infinitely far. */
struct near {
    double gap;
    size_t row;
};

/* The first of the nearest rows to the line, and on either side of each zone's edge: not below it, below it. */
struct offer {
    size_t n_used;
    struct near base, at[ASSAY_MAX_ZONES][2];
};

enum { TASK_ROWS = 1 << 16 };

struct finding {
    const struct assay_spec *spec;
    const double *score; /* [n_row] NaN in rows that are not used */
    size_t n_row, n_task;
    struct offer *tasks; /* [n_task] */
};

static size_t task_start(const struct finding *f, size_t task)
{
    return task == f->n_task ? f->n_row : task * TASK_ROWS;
}

static void take_nearer(double gap, size_t row, struct near *near)
{
    if (gap < near->gap)
        *near = (struct near){gap, row};
}

static void start_offer(struct offer *offer)
{
    *offer = (struct offer){.base = {.gap = INFINITY}};
    for (size_t z = 0; z < ASSAY_MAX_ZONES; z++)
        offer->at[z][0].gap = offer->at[z][1].gap = INFINITY;
}

static void find_task(void *state, size_t task)
{
    const struct finding *f = state;
    struct offer offer;
    start_offer(&offer);
    for (size_t i = task_start(f, task); i < task_start(f, task + 1); i++) {
        double score = f->score[i];
        if (isnan(score))
            continue;
        offer.n_used++;
        take_nearer(fabs(score - 50), i, &offer.base);
        for (size_t z = 1; z < f->spec->n_zone; z++) {
            double gap = score - f->spec->zones[z].from;
            take_nearer(fabs(gap), i, &offer.at[z][gap < 0]);
        }
    }
    f->tasks[task] = offer;
}

/* Fills tasks, which the caller frees, and what they come to together. */
static enum assay_status find_rows(struct making *m, const double score[], struct finding *f,
                                   struct offer *all)
{
    size_t n_row = m->table->n_row;
    *f = (struct finding){.spec = &m->model->spec,
                          .score = score,
                          .n_row = n_row,
                          .n_task = n_row / TASK_ROWS + (n_row % TASK_ROWS != 0)};
    f->tasks = assay_alloc(f->n_task, sizeof *f->tasks);
    if (f->tasks == NULL)
        return assay_fail_memory(m->err, "making examples");
    assay_parallel(f->n_task, 0, find_task, f);
    start_offer(all);
    for (size_t t = 0; t < f->n_task; t++) {
        const struct offer *offer = &f->tasks[t];
        all->n_used += offer->n_used;
        take_nearer(offer->base.gap, offer->base.row, &all->base);
        for (size_t z = 1; z < f->spec->n_zone; z++)
            for (int below = 0; below < 2; below++)
                take_nearer(offer->at[z][below].gap, offer->at[z][below].row, &all->at[z][below]);
    }
    return ASSAY_OK;
}

/* Of the rows that are used the one with so many before it. */
static size_t row_after(const struct finding *f, size_t before)
{
    size_t task = 0, row;
    for (; f->tasks[task].n_used <= before; task++)
        before -= f->tasks[task].n_used;
    for (row = task_start(f, task); isnan(f->score[row]) || before > 0; row++) {
        before -= isnan(f->score[row]) ? 0 : 1;
        assay_parallel_row(row);
    }
    return row;
}

static enum assay_status add_real(struct making *m, const struct finding *f, const struct offer *all)
{
    struct assay_example *made;
    enum assay_status status = ASSAY_OK;
    size_t before = 0;
    for (size_t taken = 0; taken < REAL_ROWS && status == ASSAY_OK; taken++, before++) {
        size_t even = (taken * all->n_used + REAL_ROWS - 1) / REAL_ROWS;
        before = even > before ? even : before;
        if (before >= all->n_used)
            break;
        status = add_row(m, row_after(f, before), &made);
    }
    for (size_t z = 1; z < m->model->spec.n_zone; z++)
        for (int below = 0; below < 2 && status == ASSAY_OK; below++)
            if (!isinf(all->at[z][below].gap))
                status = add_row(m, all->at[z][below].row, &made);
    return status;
}

/* ---- bent rows ---- */

/* The outermost raw numbers that a signal's normalisation tells apart. */
static void known_range(const struct assay_model *model, size_t j, double *low, double *high)
{
    const struct assay_normalise_spec *normalise = &model->spec.signals[j].normalise;
    switch (normalise->method) {
    case ASSAY_PERCENTILE: {
        const struct assay_knots *all = &model->baselines[j].knots[0];
        *low = all->x[0];
        *high = all->x[all->n - 1];
        return;
    }
    case ASSAY_RANGE:
        *low = normalise->low;
        *high = normalise->high;
        return;
    case ASSAY_STEPS:
        *low = normalise->steps[0].from;
        *high = normalise->steps[normalise->n_step - 1].from;
        return;
    case ASSAY_NONE:
        *low = 0;
        *high = 100;
        return;
    }
}

static enum assay_status bend_signal(struct making *m, size_t base, size_t j)
{
    const struct assay_signal_spec *signal = &m->model->spec.signals[j];
    struct assay_example *made;
    enum assay_status status = add_row(m, base, &made);
    if (status == ASSAY_OK)
        set_missing(input_of(m->model, made, signal->column));
    if (status == ASSAY_OK && assay_signal_type(signal) == ASSAY_TEXT) {
        status = add_row(m, base, &made);
        if (status == ASSAY_OK)
            status = set_text(m, input_of(m->model, made, signal->column),
                              "(a category that calibration never saw)");
        return status;
    }
    double low = 0, high = 0;
    known_range(m->model, j, &low, &high);
    double beyond[] = {fmax(low - 1 - fabs(low), -DBL_MAX), fmin(high + 1 + fabs(high), DBL_MAX)};
    for (size_t k = 0; status == ASSAY_OK && k < 2; k++) {
        status = add_row(m, base, &made);
        if (status == ASSAY_OK)
            status = set_number(m, made, signal->column, beyond[k]);
    }
    return status;
}

static enum assay_status bend_cohort(struct making *m, size_t base)
{
    const struct assay_cohort_spec *cohort = &m->model->spec.cohort;
    struct assay_example *made;
    enum assay_status status = ASSAY_OK;
    if (cohort->plan != NULL) {
        status = add_row(m, base, &made);
        if (status == ASSAY_OK)
            status = set_text(m, input_of(m->model, made, cohort->plan),
                              "(a plan that calibration never saw)");
        if (status == ASSAY_OK)
            status = add_row(m, base, &made);
        if (status == ASSAY_OK)
            set_missing(input_of(m->model, made, cohort->plan));
    }
    if (status != ASSAY_OK || cohort->tenure == NULL)
        return status;
    status = add_row(m, base, &made);
    if (status == ASSAY_OK)
        set_missing(input_of(m->model, made, cohort->tenure));
    for (size_t b = 0; b < cohort->n_band; b++)
        for (int on = 0; status == ASSAY_OK && on < 2; on++) {
            double tenure = on == 1 ? cohort->bands[b] : nextafter(cohort->bands[b], -INFINITY);
            status = add_row(m, base, &made);
            if (status == ASSAY_OK)
                status = set_number(m, made, cohort->tenure, tenure);
        }
    return status;
}

static enum assay_status bend_text(struct making *m, size_t base, const char *column,
                                   const char *text)
{
    struct assay_example *made;
    enum assay_status status = add_row(m, base, &made);
    return status == ASSAY_OK ? set_text(m, input_of(m->model, made, column), text) : status;
}

/* A segment that nobody has heard of, and none at all. */
static enum assay_status bend_outside(struct making *m, size_t base, const char *column)
{
    struct assay_example *made;
    enum assay_status status =
        bend_text(m, base, column, "(a segment that calibration never saw)");
    if (status == ASSAY_OK)
        status = add_row(m, base, &made);
    if (status == ASSAY_OK)
        set_missing(input_of(m->model, made, column));
    return status;
}

/* Every segment that has weights or a line of its own, on one and the same snapshot. */
static enum assay_status bend_segments(struct making *m, size_t base)
{
    const struct assay_model *model = m->model;
    const char *models_by = model->spec.fit.models_by, *line_by = model->spec.line.by;
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < model->n_segment_model; k++)
        status = bend_text(m, base, models_by, model->segment_models[k].segment);
    for (size_t k = 0; status == ASSAY_OK && k < model->n_segment_line; k++)
        status = bend_text(m, base, line_by, model->segment_lines[k].segment);
    if (status == ASSAY_OK && models_by != NULL)
        status = bend_outside(m, base, models_by);
    if (status == ASSAY_OK && line_by != NULL &&
        (models_by == NULL || strcmp(line_by, models_by) != 0))
        status = bend_outside(m, base, line_by);
    return status;
}

static enum assay_status all_missing(struct making *m, size_t base)
{
    struct assay_example *made;
    enum assay_status status = add_row(m, base, &made);
    for (size_t j = 0; status == ASSAY_OK && j < m->model->n_signal; j++)
        set_missing(input_of(m->model, made, m->model->spec.signals[j].column));
    return status;
}

/* ---- results ---- */

void assay_examples_score(struct assay_model *model)
{
    bool missing[ASSAY_MAX_SIGNALS];
    for (size_t e = 0; e < model->n_example; e++) {
        struct assay_example *example = &model->examples[e];
        struct assay_score score;
        assay_score_inputs(model, example->inputs, example->s, missing, &score);
        example->dropped = score.dropped;
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
}

enum assay_status assay_examples_make(struct assay_model *model, const struct assay_table *table,
                                      const double score[], struct assay_error *err)
{
    struct making m = {.model = model, .table = table, .err = err};
    struct finding found;
    struct offer all = {0};
    enum assay_status status = find_rows(&m, score, &found, &all);
    if (status != ASSAY_OK)
        return status;
    size_t base = all.base.row;
    status = add_real(&m, &found, &all);
    free(found.tasks);
    if (status == ASSAY_OK)
        status = bend_cohort(&m, base);
    if (status == ASSAY_OK)
        status = bend_segments(&m, base);
    if (status == ASSAY_OK)
        status = all_missing(&m, base);
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal && j < BENT_SIGNALS; j++)
        status = bend_signal(&m, base, j);
    /* Few signals and no cohorts: further real rows, again from the first when they run out. */
    for (size_t i = 0; status == ASSAY_OK && model->n_example < ASSAY_MIN_EXAMPLES;
         i = (i + 1) % table->n_row) {
        struct assay_example *made;
        if (!isnan(score[i]))
            status = add_row(&m, i, &made);
    }
    if (status == ASSAY_OK)
        assay_examples_score(model);
    return status;
}
