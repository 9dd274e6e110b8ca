#include "calibrate/import/edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/model/examples.h"
#include "core/signal/normalise.h"

/* Examples that bend one measure: so many in all, shared by the measures, so that files of 200 measures
 * stay readable. */
enum { BENT = 400, LEAST_BENT = 3, MIXED = 16 };

static const char unheard_of[] = "(a category that nobody has heard of)";

/* Values that a measure may have, texts borrowed. */
struct values {
    struct assay_example_input *list; /* the first: missing */
    size_t n, best, worst, middle;
};

struct making {
    struct assay_model *model;
    struct values *values; /* [n_signal] */
    size_t capacity;
    struct assay_error *err;
};

/* ---- values of a measure ---- */

static void add_number(struct values *values, double number)
{
    values->list[values->n++] = (struct assay_example_input){.number = number};
}

static void add_edge(struct values *values, double edge)
{
    add_number(values, edge);
    add_number(values, nextafter(edge, -HUGE_VAL));
}

static void list_values(const struct assay_signal_spec *signal, struct values *values)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    double low = 0, high = 100;
    add_number(values, NAN);
    if (normalise->by_category) {
        for (size_t k = 0; k < normalise->n_step; k++)
            values->list[values->n++] =
                (struct assay_example_input){normalise->steps[k].category, NAN};
        values->list[values->n++] = (struct assay_example_input){(char *)unheard_of, NAN};
        return;
    }
    if (normalise->method == ASSAY_STEPS) {
        for (size_t k = 1; k < normalise->n_step; k++)
            add_edge(values, normalise->steps[k].from);
        low = normalise->steps[0].from;
        high = normalise->steps[normalise->n_step - 1].from;
    } else {
        if (normalise->method == ASSAY_RANGE) {
            low = normalise->low;
            high = normalise->high;
        }
        add_edge(values, low);
        add_edge(values, high);
        add_number(values, low + (high - low) / 3);
    }
    add_number(values, low - 1 - fabs(low));
    add_number(values, high + 1 + fabs(high));
}

static double points_of(const struct assay_signal_spec *signal,
                        const struct assay_example_input *value)
{
    bool unknown;
    return signal->normalise.by_category ? assay_normalise_category(signal, value->text, &unknown)
                                         : assay_normalise_number(signal, NULL, value->number);
}

/* The values with the most, the least and the most nearly middling points. */
static void rank_values(const struct assay_signal_spec *signal, struct values *values)
{
    double best = -1, worst = 101, middle = 101;
    for (size_t k = 1; k < values->n; k++) {
        double points = points_of(signal, &values->list[k]);
        if (isnan(points))
            continue;
        if (points > best) {
            best = points;
            values->best = k;
        }
        if (points < worst) {
            worst = points;
            values->worst = k;
        }
        if (fabs(points - 50) < middle) {
            middle = fabs(points - 50);
            values->middle = k;
        }
    }
}

static enum assay_status find_values(struct making *m)
{
    const struct assay_model *model = m->model;
    m->values = assay_alloc(model->n_signal, sizeof *m->values);
    if (m->values == NULL)
        return assay_fail_memory(m->err, "making examples");
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        struct values *values = &m->values[j];
        values->list = assay_alloc(2 * signal->normalise.n_step + 8, sizeof *values->list);
        if (values->list == NULL)
            return assay_fail_memory(m->err, "making examples");
        list_values(signal, values);
        rank_values(signal, values);
    }
    return ASSAY_OK;
}

/* ---- examples ---- */

static size_t input_of(const struct assay_model *model, size_t j)
{
    size_t k = 0;
    while (strcmp(model->inputs[k].column, model->spec.signals[j].column) != 0)
        k++;
    return k;
}

/* An example with value pick[j] of each measure; freed by assay_model_clear(). Measures that share a column
 * share the last one's value. */
static enum assay_status add_example(struct making *m, const size_t pick[])
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
    model->examples[model->n_example++] = example;
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_example_input *value = &m->values[j].list[pick[j]];
        size_t k = input_of(model, j);
        struct assay_example_input *input = &example.inputs[k];
        char number[ASSAY_NUMBER_SIZE];
        const char *text = value->text;
        free(input->text);
        *input = (struct assay_example_input){.number = NAN};
        if (text == NULL && !isnan(value->number) && model->inputs[k].is_text) {
            assay_number_print(value->number, number);
            text = number;
        }
        if (text == NULL) {
            input->number = value->number;
            continue;
        }
        input->text = assay_copy_string(text);
        if (input->text == NULL)
            return assay_fail_memory(m->err, "making examples");
    }
    return ASSAY_OK;
}

static void pick_all(const struct making *m, size_t (*which)(const struct values *), size_t pick[])
{
    for (size_t j = 0; j < m->model->n_signal; j++)
        pick[j] = which(&m->values[j]);
}

static size_t best_of(const struct values *values)
{
    return values->best;
}

static size_t worst_of(const struct values *values)
{
    return values->worst;
}

static size_t middle_of(const struct values *values)
{
    return values->middle;
}

static size_t missing_of(const struct values *values)
{
    (void)values;
    return 0;
}

static enum assay_status add_whole(struct making *m)
{
    static size_t (*const which[])(const struct values *) = {best_of, middle_of, worst_of,
                                                             missing_of};
    size_t pick[ASSAY_MAX_SIGNALS];
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < 4; k++) {
        pick_all(m, which[k], pick);
        status = add_example(m, pick);
    }
    return status;
}

/* The first signal of each dimension stands for it. */
static enum assay_status add_groups(struct making *m)
{
    const struct assay_signal_spec *signals = m->model->spec.signals;
    size_t pick[ASSAY_MAX_SIGNALS], n = m->model->n_signal;
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; status == ASSAY_OK && j < n; j++) {
        bool seen = false;
        for (size_t k = 0; k < j; k++)
            seen = seen || strcmp(signals[k].dimension, signals[j].dimension) == 0;
        if (seen)
            continue;
        pick_all(m, middle_of, pick);
        for (size_t k = j; k < n; k++)
            if (strcmp(signals[k].dimension, signals[j].dimension) == 0)
                pick[k] = 0;
        status = add_example(m, pick);
    }
    return status;
}

static enum assay_status add_bent(struct making *m)
{
    size_t pick[ASSAY_MAX_SIGNALS], n = m->model->n_signal;
    size_t most = BENT / n > LEAST_BENT ? BENT / n : LEAST_BENT;
    enum assay_status status = ASSAY_OK;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; status == ASSAY_OK && k < m->values[j].n && k < most; k++) {
            pick_all(m, middle_of, pick);
            pick[j] = k;
            status = add_example(m, pick);
        }
    return status;
}

/* Every measure steps through its values at a pace of its own. */
static enum assay_status add_mixed(struct making *m)
{
    size_t pick[ASSAY_MAX_SIGNALS];
    enum assay_status status = ASSAY_OK;
    for (size_t e = 0;
         status == ASSAY_OK && (e < MIXED || m->model->n_example < ASSAY_MIN_EXAMPLES); e++) {
        for (size_t j = 0; j < m->model->n_signal; j++)
            pick[j] = (1 + e + e * j + j * j) % m->values[j].n;
        status = add_example(m, pick);
    }
    return status;
}

enum assay_status assay_edge_examples_make(struct assay_model *model, struct assay_error *err)
{
    struct making m = {.model = model, .err = err};
    enum assay_status status = assay_model_find_inputs(model, err);
    if (status == ASSAY_OK)
        status = find_values(&m);
    if (status == ASSAY_OK)
        status = add_whole(&m);
    if (status == ASSAY_OK)
        status = add_groups(&m);
    if (status == ASSAY_OK)
        status = add_bent(&m);
    if (status == ASSAY_OK)
        status = add_mixed(&m);
    if (status == ASSAY_OK)
        assay_examples_score(model);
    for (size_t j = 0; m.values != NULL && j < model->n_signal; j++)
        free(m.values[j].list);
    free(m.values);
    return status;
}
