#include "validate/drift/drift_count.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

/* Where a variable's values are: numbers or codes, by row of the table or of the set. */
struct values {
    const double *numbers;
    const struct assay_column *coded; /* numbers as codes (core/data/table.h), in place of the above */
    const int32_t *codes;
    const struct assay_dictionary *dictionary;
    const size_t *row; /* NULL: entry i is row i of the set */
};

static bool find_column(const struct assay_audit_input *input, const struct assay_audit_set *set,
                        const struct assay_reference_variable *of, struct values *values)
{
    const struct assay_spec *spec = &input->model->spec;
    for (size_t j = 0; j < input->intake->columns.n_signal && j < spec->n_signal; j++) {
        if (strcmp(spec->signals[j].name, of->name) != 0)
            continue;
        const struct assay_column *column =
            &input->intake->table.columns[input->intake->columns.signals[j]];
        *values = (struct values){.numbers = column->numbers,
                                  .coded = assay_column_is_coded(column) ? column : NULL,
                                  .codes = column->codes,
                                  .dictionary = column->dictionary,
                                  .row = set->row};
        return (of->numbers != NULL) == (column->type == ASSAY_NUMBER);
    }
    return false;
}

static bool find_segment(const struct assay_audit_input *input, const struct assay_audit_set *set,
                         const struct assay_reference_variable *of, struct values *values)
{
    for (size_t k = 0; set->segment != NULL && k < input->n_segment; k++)
        if (strcmp(input->segments[k], of->name) == 0) {
            *values = (struct values){.codes = set->segment[k],
                                      .dictionary = input->segment_values[k]};
            return values->codes != NULL && values->dictionary != NULL;
        }
    return false;
}

static bool find_values(const struct assay_audit_input *input, const struct assay_audit_set *set,
                        const struct assay_reference_variable *of, struct values *values)
{
    switch (of->kind) {
    case ASSAY_OF_SIGNAL: return find_column(input, set, of, values);
    case ASSAY_OF_SEGMENT: return find_segment(input, set, of, values);
    case ASSAY_OF_PLAN:
        *values = (struct values){.codes = set->plan, .dictionary = input->plans};
        return set->plan != NULL && input->plans != NULL;
    case ASSAY_OF_SCORE:
    case ASSAY_REFERENCE_KINDS: break;
    }
    *values = (struct values){.numbers = set->score};
    return true;
}

static enum assay_status count_coded(const struct values *values, size_t n,
                                     const struct assay_percentiles *of,
                                     struct assay_percentile_counts *counts, struct assay_error *err)
{
    const struct assay_column *column = values->coded;
    size_t *times = assay_alloc(column->n_value, sizeof *times);
    if (times == NULL)
        return assay_fail_memory(err, "counting values");
    for (size_t i = 0; i < n; i++)
        times[column->number_codes[values->row != NULL ? values->row[i] : i]]++;
    assay_percentiles_tally(of, column->values, times, column->n_value, counts);
    free(times);
    return ASSAY_OK;
}

static enum assay_status count_numbers(const struct values *values, size_t n,
                                       struct assay_drift_variable *v, struct assay_error *err)
{
    struct assay_percentile_counts counts;
    if (values->coded != NULL) {
        enum assay_status status = count_coded(values, n, v->of->numbers, &counts, err);
        if (status != ASSAY_OK)
            return status;
    } else {
        assay_percentiles_count(v->of->numbers, values->numbers, values->row, n, &counts);
    }
    v->n_bin = assay_decile_bins(v->of->numbers, &counts, v->edge, v->expected, v->actual);
    if (v->n_bin == 0) { /* nothing but missing values in training: any value is news */
        v->expected[0] = 0.0;
        v->actual[v->n_bin++] = (double)counts.n;
    }
    v->missing = n - counts.n;
    v->ks = assay_ks_distance(v->of->numbers, &counts);
    return ASSAY_OK;
}

/* How many of the values, which come from the most frequent, are frequent enough in both samples. */
static size_t count_listed(const struct assay_reference_variable *of, double rows_then, size_t n,
                           struct assay_drift_weights weights)
{
    size_t listed = 0;
    double least = fmin(weights.expected, weights.actual * (double)n / rows_then);
    while (listed < of->n_value && (double)of->counts[listed] * least >= ASSAY_RARE_ROWS)
        listed++;
    return listed;
}

/* The bin of each code: that of the value it stands for, else the one for all others. */
static enum assay_status match_codes(const struct assay_reference_variable *of, size_t listed,
                                     const struct assay_dictionary *dictionary, size_t **bin,
                                     struct assay_error *err)
{
    size_t n_code = assay_dictionary_count(dictionary);
    *bin = assay_alloc(n_code, sizeof **bin);
    if (*bin == NULL)
        return assay_fail_memory(err, "counting values");
    for (size_t c = 0; c < n_code; c++)
        (*bin)[c] = listed;
    for (size_t k = 0; k < listed; k++) {
        int32_t code = assay_dictionary_find(dictionary, of->values[k]);
        if (code != ASSAY_NO_CODE)
            (*bin)[code] = k;
    }
    return ASSAY_OK;
}

static enum assay_status count_texts(const struct values *values, size_t n, size_t listed,
                                     struct assay_drift_variable *v, struct assay_error *err)
{
    size_t *bin;
    enum assay_status status = match_codes(v->of, listed, values->dictionary, &bin, err);
    if (status != ASSAY_OK)
        return status;
    v->n_bin = listed + 1;
    v->expected[listed] = (double)v->of->others;
    for (size_t k = 0; k < v->of->n_value; k++)
        v->expected[k < listed ? k : listed] += (double)v->of->counts[k];
    for (size_t i = 0; i < n; i++) {
        int32_t code = values->codes[values->row != NULL ? values->row[i] : i];
        if (code == ASSAY_NO_CODE)
            v->missing++;
        else
            v->actual[bin[code]] += 1.0;
    }
    free(bin);
    v->ks = (struct assay_ks){NAN, NAN, NAN, NAN, 0};
    return ASSAY_OK;
}

/* ---- all of them ---- */

struct task {
    struct values values;
    enum assay_status status;
    struct assay_error err;
};

struct counting {
    size_t n_row, rows_then;
    struct assay_drift_weights weights;
    struct task *tasks;
    struct assay_drift_variable *variables;
};

static void count(void *state, size_t k)
{
    struct counting *c = state;
    struct assay_drift_variable *v = &c->variables[k];
    struct task *task = &c->tasks[k];
    v->n = c->n_row;
    if (v->of->numbers != NULL)
        task->status = count_numbers(&task->values, c->n_row, v, &task->err);
    else
        task->status = count_texts(&task->values, c->n_row,
                                   count_listed(v->of, (double)c->rows_then, c->n_row, c->weights),
                                   v, &task->err);
    if (task->status != ASSAY_OK)
        return;
    v->expected[v->n_bin] = (double)v->of->missing;
    v->actual[v->n_bin++] = (double)v->missing;
}

enum assay_status assay_drift_count(const struct assay_audit_input *input,
                                    const struct assay_audit_set *set,
                                    struct assay_drift_weights weights,
                                    struct assay_drift_variable variables[], size_t *n,
                                    struct assay_error *err)
{
    const struct assay_model_reference *reference = &input->model->training.reference;
    struct task *tasks = assay_alloc(reference->n_variable, sizeof *tasks);
    enum assay_status status = ASSAY_OK;
    if (tasks == NULL)
        return assay_fail_memory(err, "counting values");
    struct counting counting = {set->n, reference->rows, weights, tasks, variables};
    *n = 0;
    for (size_t v = 0; v < reference->n_variable; v++) {
        variables[*n] = (struct assay_drift_variable){.of = &reference->variables[v]};
        *n += find_values(input, set, variables[*n].of, &tasks[*n].values);
    }
    assay_parallel(*n, 0, count, &counting);
    for (size_t k = 0; status == ASSAY_OK && k < *n; k++) {
        status = tasks[k].status;
        if (status != ASSAY_OK && err != NULL)
            *err = tasks[k].err;
    }
    free(tasks);
    return status;
}
