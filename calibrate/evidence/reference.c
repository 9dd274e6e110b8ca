#include "calibrate/evidence/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/percentiles.h"
#include "core/model/table_scores.h"

/* One variable and where its values are. */
struct source {
    const char *name;
    const struct assay_column *column; /* NULL: the score */
    const struct assay_levels *levels; /* of a signal, where they may have been counted; or NULL */
};

/* ---- accounts ---- */

/* Kish (1965, Survey Sampling, 8.2): rows of accounts count for rows^2 / (sum over accounts of rows^2)
 * accounts where an account's rows are all alike, and for more where they are not. */
static enum assay_status count_accounts(const struct assay_history *history,
                                        struct assay_model_reference *reference,
                                        struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    uint32_t *rows = assay_rows_alloc(n_code, sizeof *rows);
    double squares = 0.0;
    if (rows == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t i = 0; i < history->n_row; i++) {
        if (history->used[i])
            rows[id->codes[i]]++;
        assay_parallel_row(i);
    }
    for (size_t c = 0; c < n_code; c++)
        squares += (double)rows[c] * (double)rows[c];
    assay_rows_free(rows);
    reference->rows = history->n_used;
    reference->accounts = history->n_account;
    reference->effective = (double)history->n_used * (double)history->n_used / squares;
    return ASSAY_OK;
}

/* ---- zones ---- */

/* The last zone that does not begin above the score. */
static void count_zones(const struct assay_model *model, const double score[],
                        const struct assay_history *history,
                        struct assay_model_reference *reference)
{
    const struct assay_spec *spec = &model->spec;
    size_t count[ASSAY_MAX_ZONES][2] = {0};
    for (size_t i = 0; i < history->n_row; i++) {
        size_t zone = 0;
        for (size_t z = 1; z < spec->n_zone; z++)
            zone += score[i] >= spec->zones[z].from;
        if (history->used[i])
            count[zone][history->outcome[i]]++;
        assay_parallel_row(i);
    }
    for (size_t z = 0; z < ASSAY_MAX_ZONES; z++) {
        reference->zone_rows[z] = count[z][0] + count[z][1];
        reference->zone_events[z] = count[z][1];
    }
}

/* ---- variables ---- */

/* Of a column with few values how often each comes is enough. */
static enum assay_status measure_levels(const struct assay_levels *levels,
                                        struct assay_percentiles *out, struct assay_error *err)
{
    size_t *times = assay_alloc(levels->n, sizeof *times);
    if (times == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t k = 0; k < levels->n; k++)
        times[k] = levels->count[k][0] + levels->count[k][1];
    enum assay_status status =
        assay_percentiles_of_counts(levels->value, times, levels->n, out, err);
    free(times);
    return status;
}

static enum assay_status measure_counts(const struct assay_column *column,
                                        const struct assay_history *history,
                                        struct assay_percentiles *out, struct assay_error *err)
{
    size_t *times = assay_alloc(column->n_value, sizeof *times);
    if (times == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t i = 0; i < history->n_row; i++) {
        times[column->number_codes[i]] += history->used[i];
        assay_parallel_row(i);
    }
    enum assay_status status =
        assay_percentiles_of_counts(column->values, times, column->n_value, out, err);
    free(times);
    return status;
}

static enum assay_status measure_values(const double value[], const struct assay_history *history,
                                        struct assay_percentiles *out, struct assay_error *err)
{
    if (history->n_used == history->n_row)
        return assay_percentiles_measure(value, history->n_row, out, err);
    double *used = assay_rows_alloc(history->n_used, sizeof *used);
    if (used == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t i = 0, n = 0; i < history->n_row; i++) {
        if (history->used[i])
            used[n++] = value[i];
        assay_parallel_row(i);
    }
    enum assay_status status = assay_percentiles_measure(used, history->n_used, out, err);
    assay_rows_free(used);
    return status;
}

static enum assay_status measure_column(const struct source *source,
                                        const struct assay_history *history,
                                        struct assay_percentiles *out, struct assay_error *err)
{
    const struct assay_column *column = source->column;
    if (source->levels != NULL && source->levels->value != NULL)
        return measure_levels(source->levels, out, err);
    return column->numbers == NULL ? measure_counts(column, history, out, err)
                                   : measure_values(column->numbers, history, out, err);
}

static enum assay_status measure_numbers(const struct source *source, const double score[],
                                         const struct assay_history *history,
                                         struct assay_reference_variable *variable,
                                         struct assay_error *err)
{
    variable->numbers = assay_alloc(1, sizeof *variable->numbers);
    if (variable->numbers == NULL)
        return assay_fail_memory(err, "describing the training data");
    enum assay_status status =
        source->column != NULL
            ? measure_column(source, history, variable->numbers, err)
            : assay_percentiles_measure(score, history->n_row, variable->numbers, err);
    if (status == ASSAY_OK)
        variable->missing = history->n_used - variable->numbers->n;
    return status;
}

struct frequency {
    const char *text;
    size_t rows;
};

static int by_frequency(const void *a, const void *b)
{
    const struct frequency *l = a, *r = b;
    if (l->rows != r->rows)
        return l->rows > r->rows ? -1 : 1;
    return strcmp(l->text, r->text);
}

static enum assay_status keep_values(const struct frequency frequency[], size_t n,
                                     struct assay_reference_variable *variable,
                                     struct assay_error *err)
{
    size_t most = n < ASSAY_REFERENCE_VALUES ? n : ASSAY_REFERENCE_VALUES;
    variable->values = assay_alloc(most, sizeof *variable->values);
    variable->counts = assay_alloc(most, sizeof *variable->counts);
    if (variable->values == NULL || variable->counts == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t k = 0; k < n && frequency[k].rows > 0; k++) {
        if (k >= most) {
            variable->others += frequency[k].rows;
            continue;
        }
        variable->values[k] = assay_copy_string(frequency[k].text);
        variable->counts[k] = frequency[k].rows;
        variable->n_value = k + 1;
        if (variable->values[k] == NULL)
            return assay_fail_memory(err, "describing the training data");
    }
    return ASSAY_OK;
}

static enum assay_status measure_texts(const struct assay_column *column,
                                       const struct assay_history *history,
                                       struct assay_reference_variable *variable,
                                       struct assay_error *err)
{
    size_t n = assay_dictionary_count(column->dictionary);
    struct frequency *frequency = assay_rows_alloc(n, sizeof *frequency);
    if (frequency == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t c = 0; c < n; c++)
        frequency[c].text = assay_dictionary_text(column->dictionary, (int32_t)c);
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i] && column->codes[i] != ASSAY_NO_CODE)
            frequency[column->codes[i]].rows++;
        else if (history->used[i])
            variable->missing++;
    qsort(frequency, n, sizeof *frequency, by_frequency);
    enum assay_status status = keep_values(frequency, n, variable, err);
    assay_rows_free(frequency);
    return status;
}

/* One thing to describe: variables, and behind them zones and accounts. */
struct outcome {
    enum assay_status status;
    struct assay_error err;
};

enum { BESIDE_VARIABLES = 2 };

struct describing {
    const struct assay_history *history;
    const struct assay_model *model;
    const double *score;
    const struct source *sources;
    struct assay_model_reference *reference;
    struct outcome *outcomes; /* [n_variable + BESIDE_VARIABLES] */
};

static enum assay_status measure(const struct describing *d, size_t v, struct assay_error *err)
{
    const struct source *source = &d->sources[v];
    struct assay_reference_variable *variable = &d->reference->variables[v];
    variable->name = assay_copy_string(source->name);
    if (variable->name == NULL)
        return assay_fail_memory(err, "describing the training data");
    if (source->column != NULL && source->column->type == ASSAY_TEXT)
        return measure_texts(source->column, d->history, variable, err);
    return measure_numbers(source, d->score, d->history, variable, err);
}

static void describe(void *state, size_t task)
{
    const struct describing *d = state;
    struct outcome *outcome = &d->outcomes[task];
    size_t n = d->reference->n_variable;
    if (task < n)
        outcome->status = measure(d, task, &outcome->err);
    else if (task == n)
        count_zones(d->model, d->score, d->history, d->reference);
    else
        outcome->status = count_accounts(d->history, d->reference, &outcome->err);
}

/* Signals in order, the score, the segments that the source has, the plan. */
static size_t list_sources(const struct assay_model *model, const struct assay_history *history,
                           const struct assay_levels levels[], struct source sources[],
                           struct assay_reference_variable variables[])
{
    const struct assay_columns *columns = history->columns;
    const struct assay_column *all = history->table->columns;
    const struct assay_spec *spec = &model->spec;
    size_t n = 0;
    for (size_t j = 0; j < spec->n_signal; j++) {
        variables[n].kind = ASSAY_OF_SIGNAL;
        sources[n++] = (struct source){.name = spec->signals[j].name,
                                       .column = &all[columns->signals[j]],
                                       .levels = levels != NULL ? &levels[j] : NULL};
    }
    variables[n].kind = ASSAY_OF_SCORE;
    sources[n++] = (struct source){.name = "score"};
    for (size_t k = 0; k < spec->n_segment; k++)
        if (columns->segments[k] != ASSAY_NO_COLUMN) {
            variables[n].kind = ASSAY_OF_SEGMENT;
            sources[n++] = (struct source){.name = spec->segments[k],
                                           .column = &all[columns->segments[k]]};
        }
    if (columns->plan != ASSAY_NO_COLUMN) {
        variables[n].kind = ASSAY_OF_PLAN;
        sources[n++] = (struct source){.name = spec->cohort.plan, .column = &all[columns->plan]};
    }
    return n;
}

static enum assay_status describe_all(const struct assay_model *model,
                                      const struct assay_history *history,
                                      const struct assay_levels levels[], const double score[],
                                      struct assay_model_reference *reference,
                                      struct assay_error *err)
{
    size_t most = model->spec.n_signal + model->spec.n_segment + 2;
    struct source *sources = assay_alloc(most, sizeof *sources);
    struct outcome *outcomes = assay_alloc(most + BESIDE_VARIABLES, sizeof *outcomes);
    reference->variables = assay_alloc(most, sizeof *reference->variables);
    enum assay_status status = ASSAY_OK;
    if (sources == NULL || outcomes == NULL || reference->variables == NULL)
        status = assay_fail_memory(err, "describing the training data");
    if (status == ASSAY_OK) {
        struct describing d = {history, model, score, sources, reference, outcomes};
        reference->n_variable = list_sources(model, history, levels, sources, reference->variables);
        assay_parallel(reference->n_variable + BESIDE_VARIABLES, history->n_thread, describe, &d);
        for (size_t t = 0; status == ASSAY_OK && t < reference->n_variable + BESIDE_VARIABLES; t++) {
            status = outcomes[t].status;
            if (status != ASSAY_OK && err != NULL)
                *err = outcomes[t].err;
        }
    }
    free(sources);
    free(outcomes);
    return status;
}

enum assay_status assay_reference_make_scored(struct assay_model *model,
                                              const struct assay_history *history,
                                              const struct assay_levels levels[], double score[],
                                              struct assay_error *err)
{
    struct assay_model_reference made = {0};
    enum assay_status status = assay_model_find_inputs(model, err);
    if (status == ASSAY_OK)
        status = assay_table_scores(model, history->table, history->used, history->n_thread, score,
                                    err);
    if (status == ASSAY_OK)
        status = describe_all(model, history, levels, score, &made, err);
    if (status != ASSAY_OK)
        assay_model_reference_clear(&made);
    else
        model->training.reference = made;
    return status;
}

enum assay_status assay_reference_make(struct assay_model *model,
                                       const struct assay_history *history, struct assay_error *err)
{
    double *score = assay_rows_alloc(history->n_row, sizeof *score);
    if (score == NULL)
        return assay_fail_memory(err, "describing the training data");
    enum assay_status status = assay_reference_make_scored(model, history, NULL, score, err);
    assay_rows_free(score);
    return status;
}
