#include "calibrate/evidence/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/model/scorer.h"

/* ---- accounts ---- */

/* Kish (1965, Survey Sampling, 8.2): rows of accounts count for rows^2 / (sum over accounts of rows^2)
 * accounts where an account's rows are all alike, and for more where they are not. */
static enum assay_status count_accounts(const struct assay_history *history,
                                        struct assay_model_reference *reference,
                                        struct assay_error *err)
{
    const struct assay_column *id = &history->table->columns[history->columns->id];
    size_t n_code = assay_dictionary_count(id->dictionary);
    size_t *rows = assay_alloc(n_code, sizeof *rows);
    double squares = 0.0;
    if (rows == NULL)
        return assay_fail_memory(err, "describing the training data");
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i])
            rows[id->codes[i]]++;
    for (size_t c = 0; c < n_code; c++)
        squares += (double)rows[c] * (double)rows[c];
    free(rows);
    reference->rows = history->n_used;
    reference->accounts = history->n_account;
    reference->effective = (double)history->n_used * (double)history->n_used / squares;
    return ASSAY_OK;
}

/* ---- scores ---- */

/* score[n_row], NaN where the row does not count; zones are counted on the way. */
static enum assay_status score_rows(const struct assay_model *model,
                                    const struct assay_history *history, double score[],
                                    struct assay_model_reference *reference,
                                    struct assay_error *err)
{
    struct assay_scorer scorer;
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    enum assay_status status = assay_scorer_init(model, history->table, &scorer, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < history->n_row; i++) {
        struct assay_score made;
        score[i] = NAN;
        if (!history->used[i])
            continue;
        assay_scorer_row(&scorer, history->table, i, s, missing, &made);
        score[i] = made.score;
        reference->zone_rows[made.zone]++;
        reference->zone_events[made.zone] += history->outcome[i];
    }
    assay_scorer_clear(&scorer);
    return ASSAY_OK;
}

/* ---- variables ---- */

static enum assay_status measure_numbers(const double value[], const struct assay_history *history,
                                         struct assay_reference_variable *variable,
                                         struct assay_error *err)
{
    double *used = assay_alloc(history->n_used, sizeof *used);
    variable->numbers = assay_alloc(1, sizeof *variable->numbers);
    enum assay_status status = ASSAY_OK;
    if (used == NULL || variable->numbers == NULL)
        status = assay_fail_memory(err, "describing the training data");
    for (size_t i = 0, n = 0; status == ASSAY_OK && i < history->n_row; i++)
        if (history->used[i])
            used[n++] = value[i];
    if (status == ASSAY_OK)
        status = assay_percentiles_measure(used, history->n_used, variable->numbers, err);
    if (status == ASSAY_OK)
        variable->missing = history->n_used - variable->numbers->n;
    free(used);
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
    struct frequency *frequency = assay_alloc(n, sizeof *frequency);
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
    free(frequency);
    return status;
}

/* One variable and where its values are. */
struct source {
    const char *name;
    const struct assay_column *column; /* NULL: the score */
    enum assay_status status;
    struct assay_error err;
};

struct measuring {
    const struct assay_history *history;
    const double *score;
    struct source *sources;
    struct assay_reference_variable *variables;
};

static void measure(void *state, size_t v)
{
    struct measuring *m = state;
    struct source *source = &m->sources[v];
    struct assay_reference_variable *variable = &m->variables[v];
    variable->name = assay_copy_string(source->name);
    if (variable->name == NULL)
        source->status = assay_fail_memory(&source->err, "describing the training data");
    else if (source->column != NULL && source->column->type == ASSAY_TEXT)
        source->status = measure_texts(source->column, m->history, variable, &source->err);
    else
        source->status = measure_numbers(source->column != NULL ? source->column->numbers : m->score,
                                         m->history, variable, &source->err);
}

/* Signals in order, the score, the segments that the source has, the plan. */
static size_t list_sources(const struct assay_model *model, const struct assay_history *history,
                           struct source sources[], struct assay_reference_variable variables[])
{
    const struct assay_columns *columns = history->columns;
    const struct assay_column *all = history->table->columns;
    const struct assay_spec *spec = &model->spec;
    size_t n = 0;
    for (size_t j = 0; j < spec->n_signal; j++) {
        variables[n].kind = ASSAY_OF_SIGNAL;
        sources[n++] = (struct source){.name = spec->signals[j].name,
                                       .column = &all[columns->signals[j]]};
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

static enum assay_status measure_all(const struct assay_model *model,
                                     const struct assay_history *history, const double score[],
                                     struct assay_model_reference *reference,
                                     struct assay_error *err)
{
    size_t most = model->spec.n_signal + model->spec.n_segment + 2;
    struct source *sources = assay_alloc(most, sizeof *sources);
    reference->variables = assay_alloc(most, sizeof *reference->variables);
    if (sources == NULL || reference->variables == NULL) {
        free(sources);
        return assay_fail_memory(err, "describing the training data");
    }
    struct measuring m = {history, score, sources, reference->variables};
    reference->n_variable = list_sources(model, history, sources, reference->variables);
    assay_parallel(reference->n_variable, history->n_thread, measure, &m);
    enum assay_status status = ASSAY_OK;
    for (size_t v = 0; status == ASSAY_OK && v < reference->n_variable; v++) {
        status = sources[v].status;
        if (status != ASSAY_OK && err != NULL)
            *err = sources[v].err;
    }
    free(sources);
    return status;
}

enum assay_status assay_reference_make(struct assay_model *model,
                                       const struct assay_history *history, struct assay_error *err)
{
    struct assay_model_reference made = {0};
    double *score = assay_alloc(history->n_row, sizeof *score);
    if (score == NULL)
        return assay_fail_memory(err, "describing the training data");
    enum assay_status status = count_accounts(history, &made, err);
    if (status == ASSAY_OK)
        status = score_rows(model, history, score, &made, err);
    if (status == ASSAY_OK)
        status = measure_all(model, history, score, &made, err);
    free(score);
    if (status != ASSAY_OK)
        assay_model_reference_clear(&made);
    else
        model->training.reference = made;
    return status;
}
