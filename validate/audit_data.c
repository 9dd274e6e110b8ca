#include "validate/audit_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/model/scorer.h"

static enum assay_status allocate(struct assay_audit_data *data, bool with_prob,
                                  struct assay_error *err)
{
    size_t n = data->intake.table.n_row, n_segment = data->spec->n_segment;
    data->score = assay_alloc(n, sizeof *data->score);
    data->outcome = assay_alloc(n, 1);
    data->segment_codes = assay_alloc(n_segment, sizeof *data->segment_codes);
    data->segment_dictionary = assay_alloc(n_segment, sizeof *data->segment_dictionary);
    if (with_prob)
        data->prob = assay_alloc(n, sizeof *data->prob);
    if (data->intake.columns.value != ASSAY_NO_COLUMN)
        data->value = assay_alloc(n, sizeof *data->value);
    bool good = data->score != NULL && data->outcome != NULL && data->segment_codes != NULL &&
                data->segment_dictionary != NULL && (!with_prob || data->prob != NULL) &&
                (data->intake.columns.value == ASSAY_NO_COLUMN || data->value != NULL);
    for (size_t s = 0; good && s < n_segment; s++) {
        data->segment_codes[s] = assay_alloc(n, sizeof **data->segment_codes);
        data->segment_dictionary[s] =
            data->intake.table.columns[data->intake.columns.segments[s]].dictionary;
        good = data->segment_codes[s] != NULL;
    }
    return good ? ASSAY_OK : assay_fail_memory(err, "reading the audit's data");
}

/* Takes row i over as the next one used. */
static void take_row(struct assay_audit_data *data, size_t i, double score, double prob,
                     unsigned char outcome)
{
    const struct assay_table *table = &data->intake.table;
    const struct assay_columns *columns = &data->intake.columns;
    size_t n = data->n++;
    data->score[n] = score;
    data->outcome[n] = outcome;
    if (data->prob != NULL)
        data->prob[n] = prob;
    if (data->value != NULL)
        data->value[n] = table->columns[columns->value].numbers[i];
    for (size_t s = 0; s < data->spec->n_segment; s++)
        data->segment_codes[s][n] = table->columns[columns->segments[s]].codes[i];
    if (columns->as_of == ASSAY_NO_COLUMN)
        return;
    int32_t as_of = table->columns[columns->as_of].dates[i];
    if (as_of == ASSAY_NO_DATE)
        return;
    data->from = data->from == ASSAY_NO_DATE || as_of < data->from ? as_of : data->from;
    data->to = data->to == ASSAY_NO_DATE || as_of > data->to ? as_of : data->to;
}

static void leave_out(struct assay_audit_data *data)
{
    data->count[ASSAY_ROW_USED]--;
    data->count[ASSAY_ROW_MISSING_SIGNAL]++;
}

static enum assay_status score_rows(struct assay_audit_data *data, const struct assay_model *model,
                                    const unsigned char state[], const unsigned char outcome[],
                                    struct assay_error *err)
{
    struct assay_scorer scorer;
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    const struct assay_table *table = &data->intake.table;
    enum assay_status status = assay_scorer_init(model, table, &scorer, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < table->n_row; i++) {
        struct assay_score score;
        if (state[i] != ASSAY_ROW_USED)
            continue;
        assay_scorer_row(&scorer, table, i, s, missing, &score);
        data->n_unseen += score.unseen_plan && !score.dropped;
        data->n_new_segment += score.terms.unseen && !score.dropped;
        data->n_unknown += score.n_unknown > 0;
        if (score.dropped)
            leave_out(data);
        else
            take_row(data, i, score.score, score.probability, outcome[i]);
    }
    assay_scorer_clear(&scorer);
    return ASSAY_OK;
}

/* All its digits: cut to six, 1.0000001 would be refused as "1". */
static enum assay_status fail_probability(const struct assay_audit_data *data, size_t row,
                                          double value, struct assay_error *err)
{
    char text[ASSAY_NUMBER_SIZE];
    assay_number_print(value, text);
    return assay_fail(err, ASSAY_EDATA, "%s:%zu: probability \"%s\" is %s; expected 0 to 1",
                      assay_csv_name(data->intake.csv), data->intake.table.lines[row],
                      data->spec->signals[0].column, text);
}

static enum assay_status take_column(struct assay_audit_data *data, bool probabilities,
                                     const unsigned char state[], const unsigned char outcome[],
                                     struct assay_error *err)
{
    const struct assay_table *table = &data->intake.table;
    const double *score = table->columns[data->intake.columns.signals[0]].numbers;
    for (size_t i = 0; i < table->n_row; i++) {
        if (state[i] != ASSAY_ROW_USED)
            continue;
        if (isnan(score[i])) {
            leave_out(data);
            continue;
        }
        if (probabilities && (score[i] < 0 || score[i] > 1))
            return fail_probability(data, i, score[i], err);
        take_row(data, i, score[i], score[i], outcome[i]);
    }
    return ASSAY_OK;
}

static enum assay_status use_rows(struct assay_audit_data *data, const struct assay_model *model,
                                  bool probabilities, struct assay_window window,
                                  struct assay_error *err)
{
    size_t n = data->intake.table.n_row;
    unsigned char *state = assay_alloc(n, 1), *outcome = assay_alloc(n, 1);
    enum assay_status status = state != NULL && outcome != NULL
                                   ? allocate(data, model != NULL || probabilities, err)
                                   : assay_fail_memory(err, "reading the audit's data");
    if (status == ASSAY_OK) {
        assay_outcome_label(data->spec, &data->intake.columns, &data->intake.table, window, state,
                            outcome, data->count, &data->early_events);
        status = model != NULL ? score_rows(data, model, state, outcome, err)
                               : take_column(data, probabilities, state, outcome, err);
    }
    free(state);
    free(outcome);
    return status;
}

enum assay_status assay_audit_data_read(const struct assay_spec *spec,
                                        const struct assay_model *model, bool probabilities,
                                        const struct assay_intake_options *options,
                                        struct assay_audit_data *data, struct assay_error *err)
{
    data->spec = spec;
    data->from = data->to = ASSAY_NO_DATE;
    enum assay_status status =
        assay_intake_open(spec, ASSAY_TO_AUDIT, options, &data->intake, err);
    if (status == ASSAY_OK)
        status = assay_intake_read_all(&data->intake, err);
    if (status == ASSAY_OK)
        status = use_rows(data, model, probabilities, options->window, err);
    if (status == ASSAY_OK && data->n == 0)
        status = assay_fail_no_rows(spec, assay_csv_name(data->intake.csv), data->count, err);
    return status;
}

void assay_audit_data_clear(struct assay_audit_data *data)
{
    for (size_t s = 0; data->segment_codes != NULL && s < data->spec->n_segment; s++)
        free(data->segment_codes[s]);
    free(data->segment_codes);
    free(data->segment_dictionary);
    free(data->score);
    free(data->prob);
    free(data->value);
    free(data->outcome);
    assay_intake_close(&data->intake);
    *data = (struct assay_audit_data){0};
}
