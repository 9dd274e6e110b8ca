#include "validate/audit/set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

static const struct assay_column *column_at(const struct assay_audit_input *input, size_t index)
{
    return index != ASSAY_NO_COLUMN ? &input->intake->table.columns[index] : NULL;
}

/* Makes *array where it is wanted; false when there is no memory. */
static bool make(void *array, bool wanted, size_t n, size_t size)
{
    void *made = wanted ? assay_alloc(n, size) : NULL;
    memcpy(array, &made, sizeof made); /* the address of a pointer of any type */
    return !wanted || made != NULL;
}

static bool make_plain(const struct assay_audit_input *input, const struct assay_audit_shape *shape,
                       size_t n, struct assay_audit_set *set)
{
    const struct assay_columns *columns = &input->intake->columns;
    bool dated_event = input->spec->outcome.date != NULL;
    return make(&set->row, true, n, sizeof *set->row) &&
           make(&set->score, true, n, sizeof *set->score) &&
           make(&set->prob, shape->prob, n, sizeof *set->prob) &&
           make(&set->flagged, true, n, 1) && make(&set->outcome, true, n, 1) &&
           make(&set->account, columns->id != ASSAY_NO_COLUMN, n, sizeof *set->account) &&
           make(&set->as_of, columns->as_of != ASSAY_NO_COLUMN, n, sizeof *set->as_of) &&
           make(&set->event_date, dated_event, n, sizeof *set->event_date) &&
           make(&set->value, columns->value != ASSAY_NO_COLUMN, n, sizeof *set->value) &&
           make(&set->owner, columns->owner != ASSAY_NO_COLUMN, n, sizeof *set->owner) &&
           make(&set->acted, columns->acted_on != ASSAY_NO_COLUMN, n, 1) &&
           make(&set->acted_on,
                columns->acted_on != ASSAY_NO_COLUMN && input->spec->audit.acted_on_date != NULL, n,
                sizeof *set->acted_on) &&
           make(&set->plan, columns->plan != ASSAY_NO_COLUMN, n, sizeof *set->plan) &&
           make(&set->tenure, columns->tenure != ASSAY_NO_COLUMN, n, sizeof *set->tenure) &&
           make(&set->champion_score, shape->champion, n, sizeof *set->champion_score) &&
           make(&set->champion_prob, shape->champion, n, sizeof *set->champion_prob) &&
           make(&set->champion_flagged, shape->champion, n, 1);
}

enum assay_status assay_audit_set_init(const struct assay_audit_input *input,
                                       const struct assay_audit_shape *shape, size_t capacity,
                                       struct assay_audit_set *set, struct assay_error *err)
{
    *set = (struct assay_audit_set){0};
    bool good = make_plain(input, shape, capacity, set) &&
                make(&set->segment, true, input->n_segment, sizeof *set->segment) &&
                make(&set->s, shape->n_signal > 0, shape->n_signal, sizeof *set->s) &&
                make(&set->missing, shape->n_signal > 0, shape->n_signal, sizeof *set->missing);
    for (size_t k = 0; good && k < input->n_segment; k++)
        good = make(&set->segment[k], true, capacity, sizeof **set->segment);
    for (size_t j = 0; good && j < shape->n_signal; j++)
        good = make(&set->s[j], true, capacity, sizeof **set->s) &&
               make(&set->missing[j], true, capacity, sizeof **set->missing);
    return good ? ASSAY_OK : assay_fail_memory(err, "reading the audit's data");
}

static bool is_flagged(double score, enum assay_higher_is higher_is, double line)
{
    return higher_is == ASSAY_HIGHER_IS_HEALTH ? score < line : score >= line;
}

/* What the table says of the row, beyond its score. */
static void copy_cells(const struct assay_audit_input *input, size_t row,
                       struct assay_audit_set *set, size_t n)
{
    const struct assay_columns *columns = &input->intake->columns;
    if (set->account != NULL)
        set->account[n] = column_at(input, columns->id)->codes[row];
    if (set->as_of != NULL)
        set->as_of[n] = column_at(input, columns->as_of)->dates[row];
    if (set->event_date != NULL)
        set->event_date[n] = column_at(input, columns->outcome)->dates[row];
    if (set->value != NULL)
        set->value[n] = column_at(input, columns->value)->numbers[row];
    if (set->owner != NULL)
        set->owner[n] = column_at(input, columns->owner)->codes[row];
    if (set->plan != NULL)
        set->plan[n] = column_at(input, columns->plan)->codes[row];
    if (set->tenure != NULL)
        set->tenure[n] = column_at(input, columns->tenure)->numbers[row];
    for (size_t k = 0; k < input->n_segment; k++)
        set->segment[k][n] = column_at(input, columns->segments[k])->codes[row];
    if (set->acted_on != NULL) {
        set->acted_on[n] = column_at(input, columns->acted_on)->dates[row];
        set->acted[n] = set->acted_on[n] != ASSAY_NO_DATE ? ASSAY_ACTED : ASSAY_NOT_ACTED;
    } else if (set->acted != NULL) {
        int8_t flag = column_at(input, columns->acted_on)->flags[row];
        set->acted[n] = flag == ASSAY_NO_FLAG ? ASSAY_ACTION_UNKNOWN
                        : flag == 1           ? ASSAY_ACTED
                                              : ASSAY_NOT_ACTED;
    }
}

void assay_audit_set_take(const struct assay_audit_input *input, const struct assay_audit_row *row,
                          struct assay_audit_set *set)
{
    size_t n = set->n++;
    set->row[n] = row->row;
    set->score[n] = row->score;
    set->flagged[n] = is_flagged(row->score, input->higher_is, input->line);
    set->outcome[n] = row->outcome;
    set->n_event += row->outcome;
    if (set->prob != NULL)
        set->prob[n] = row->prob;
    if (set->champion_score != NULL) {
        set->champion_score[n] = row->champion_score;
        set->champion_prob[n] = row->champion_prob;
        set->champion_flagged[n] = row->champion_score < input->champion->at_risk_score;
    }
    if (set->s != NULL)
        for (size_t j = 0; j < input->n_signal; j++) {
            set->s[j][n] = (float)row->s[j];
            set->missing[j][n] = row->missing[j];
        }
    copy_cells(input, row->row, set, n);
}

void assay_audit_set_clear(struct assay_audit_set *set, size_t n_segment, size_t n_signal)
{
    for (size_t k = 0; set->segment != NULL && k < n_segment; k++)
        free(set->segment[k]);
    for (size_t j = 0; j < n_signal; j++) {
        if (set->s != NULL)
            free(set->s[j]);
        if (set->missing != NULL)
            free(set->missing[j]);
    }
    free(set->segment);
    free(set->s);
    free(set->missing);
    free(set->row);
    free(set->score);
    free(set->prob);
    free(set->flagged);
    free(set->outcome);
    free(set->account);
    free(set->as_of);
    free(set->event_date);
    free(set->value);
    free(set->owner);
    free(set->acted);
    free(set->acted_on);
    free(set->plan);
    free(set->tenure);
    free(set->champion_score);
    free(set->champion_prob);
    free(set->champion_flagged);
    *set = (struct assay_audit_set){0};
}
