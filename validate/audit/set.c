#include "validate/audit/set.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "validate/audit/signals.h"

static const unsigned char left_out = 2; /* as an entry's outcome, until the set closes up */
static const char doing[] = "reading the audit's data";

/* ---- all arrays alike ---- */

#define ARRAY(name) {offsetof(struct assay_audit_set, name), sizeof *((struct assay_audit_set *)0)->name}
enum {
    SCORE, PROB, FLAGGED, ACCOUNT, AS_OF, EVENT_DATE, VALUE, OWNER, ACTED, ACTED_ON, PLAN, TENURE,
    COHORT, CHAMPION_SCORE, CHAMPION_PROB, CHAMPION_FLAGGED, ROW, OUTCOME, /* comes last: it says which entries stay */
    ARRAYS
};
static const struct {
    size_t at, size; /* of the pointer in the set; of an entry */
} arrays[ARRAYS] = {
    [SCORE] = ARRAY(score),
    [PROB] = ARRAY(prob),
    [FLAGGED] = ARRAY(flagged),
    [ACCOUNT] = ARRAY(account),
    [AS_OF] = ARRAY(as_of),
    [EVENT_DATE] = ARRAY(event_date),
    [VALUE] = ARRAY(value),
    [OWNER] = ARRAY(owner),
    [ACTED] = ARRAY(acted),
    [ACTED_ON] = ARRAY(acted_on),
    [PLAN] = ARRAY(plan),
    [TENURE] = ARRAY(tenure),
    [COHORT] = ARRAY(cohort),
    [CHAMPION_SCORE] = ARRAY(champion_score),
    [CHAMPION_PROB] = ARRAY(champion_prob),
    [CHAMPION_FLAGGED] = ARRAY(champion_flagged),
    [ROW] = ARRAY(row),
    [OUTCOME] = ARRAY(outcome),
};

static void *array_of(const struct assay_audit_set *set, size_t k)
{
    void *array;
    memcpy(&array, (const char *)set + arrays[k].at, sizeof array); /* a pointer of any type */
    return array;
}

static void set_array(struct assay_audit_set *set, size_t k, const void *array)
{
    memcpy((char *)set + arrays[k].at, &array, sizeof array);
}

static bool is_lent(const struct assay_audit_set *set, size_t k)
{
    return (set->lent >> k & 1) != 0;
}

/* ---- making one ---- */

static const struct assay_column *column_at(const struct assay_audit_input *input, size_t index)
{
    return index != ASSAY_NO_COLUMN ? &input->intake->table.columns[index] : NULL;
}

/* Makes array k, which grows with the rows, where it is wanted; false when there is no memory. */
static bool make(struct assay_audit_set *set, size_t k, bool wanted, size_t n)
{
    void *made = wanted ? assay_rows_alloc(n, arrays[k].size) : NULL;
    set_array(set, k, made);
    return !wanted || made != NULL;
}

/* What the table has by row of a column, as a set has it; NULL: it must be made. */
static const void *cells_of(const struct assay_column *column)
{
    return column->type == ASSAY_TEXT     ? (const void *)column->codes
           : column->type == ASSAY_DATE   ? (const void *)column->dates
           : column->type == ASSAY_NUMBER ? (const void *)column->numbers
                                          : NULL;
}

/* Array k of the column's cells: the table's own where all its rows are wanted, else one to be filled. */
static bool take(const struct assay_audit_input *input, size_t column, size_t k, size_t n,
                 struct assay_audit_set *set)
{
    const struct assay_column *from = column_at(input, column);
    const void *cells = from != NULL && n == input->intake->table.n_row ? cells_of(from) : NULL;
    if (cells == NULL)
        return make(set, k, from != NULL, n);
    set_array(set, k, cells);
    set->lent |= 1U << k;
    return true;
}

/* Tenure that the table has by codes stays there: one array less. */
static bool take_tenure(const struct assay_audit_input *input, size_t n, struct assay_audit_set *set)
{
    const struct assay_column *from = column_at(input, input->intake->columns.tenure);
    if (from == NULL || from->type != ASSAY_NUMBER || from->numbers != NULL)
        return take(input, input->intake->columns.tenure, TENURE, n, set);
    set->coded_tenure = from;
    return true;
}

static bool make_plain(const struct assay_audit_input *input, const struct assay_audit_shape *shape,
                       size_t n, struct assay_audit_set *set)
{
    const struct assay_columns *columns = &input->intake->columns;
    bool dated_event = input->spec->outcome.date != NULL;
    bool dated_action = input->spec->audit.acted_on_date != NULL;
    return make(set, ROW, n != input->intake->table.n_row, n) && make(set, SCORE, true, n) &&
           make(set, PROB, shape->prob, n) && make(set, FLAGGED, true, n) &&
           make(set, OUTCOME, true, n) && take(input, columns->id, ACCOUNT, n, set) &&
           take(input, columns->as_of, AS_OF, n, set) &&
           take(input, dated_event ? columns->outcome : ASSAY_NO_COLUMN, EVENT_DATE, n, set) &&
           take(input, columns->value, VALUE, n, set) && take(input, columns->owner, OWNER, n, set) &&
           make(set, ACTED, columns->acted_on != ASSAY_NO_COLUMN, n) &&
           take(input, dated_action ? columns->acted_on : ASSAY_NO_COLUMN, ACTED_ON, n, set) &&
           take(input, columns->plan, PLAN, n, set) && take_tenure(input, n, set) &&
           make(set, CHAMPION_SCORE, shape->champion, n) &&
           make(set, CHAMPION_PROB, shape->champion, n) &&
           make(set, CHAMPION_FLAGGED, shape->champion, n);
}

/* Of a text each: all are lent, or none. */
static bool take_segments(const struct assay_audit_input *input, size_t n, struct assay_audit_set *set)
{
    set->segments_lent = n == input->intake->table.n_row;
    for (size_t k = 0; k < input->n_segment; k++) {
        set->segment[k] = set->segments_lent ? column_at(input, input->intake->columns.segments[k])->codes
                                             : assay_rows_alloc(n, sizeof **set->segment);
        if (set->segment[k] == NULL)
            return false;
    }
    return true;
}

/* What signals need by entry (signals.h). */
static bool make_signals(size_t n_signal, bool by_cohort, size_t n, struct assay_audit_set *set)
{
    for (size_t j = 0; j < n_signal; j++) {
        if (!assay_audit_signal_is_plain(set, j))
            continue;
        set->s[j] = assay_rows_alloc(n, sizeof **set->s);
        set->missing[j] = assay_rows_alloc(n, sizeof **set->missing);
        if (set->s[j] == NULL || set->missing[j] == NULL)
            return false;
    }
    return make(set, COHORT, by_cohort, n);
}

static bool make_lists(size_t n_segment, size_t n_signal, struct assay_audit_set *set)
{
    set->segment = assay_alloc(n_segment, sizeof *set->segment);
    if (n_signal > 0) {
        set->s = assay_alloc(n_signal, sizeof *set->s);
        set->missing = assay_alloc(n_signal, sizeof *set->missing);
    }
    return set->segment != NULL && (n_signal == 0 || (set->s != NULL && set->missing != NULL));
}

enum assay_status assay_audit_set_init(const struct assay_audit_input *input,
                                       const struct assay_audit_shape *shape, size_t capacity,
                                       struct assay_audit_set *set, struct assay_error *err)
{
    bool by_cohort;
    *set = (struct assay_audit_set){0};
    enum assay_status status =
        assay_audit_points_make(input, shape->n_signal, capacity, set, &by_cohort, err);
    if (status != ASSAY_OK)
        return status;
    bool good = make_plain(input, shape, capacity, set) &&
                make_lists(input->n_segment, shape->n_signal, set) &&
                take_segments(input, capacity, set) &&
                make_signals(shape->n_signal, by_cohort, capacity, set);
    return good ? ASSAY_OK : assay_fail_memory(err, doing);
}

static bool is_flagged(double score, enum assay_higher_is higher_is, double line)
{
    return higher_is == ASSAY_HIGHER_IS_HEALTH ? score < line : score >= line;
}

/* ---- entries ---- */

static void put_codes(const struct assay_column *column, const struct assay_audit_rows *rows,
                      int32_t out[])
{
    for (size_t i = 0; out != NULL && i < rows->n; i++)
        out[i] = column->codes[rows->first + rows->pick[i]];
}

static void put_dates(const struct assay_column *column, const struct assay_audit_rows *rows,
                      int32_t out[])
{
    for (size_t i = 0; out != NULL && i < rows->n; i++)
        out[i] = column->dates[rows->first + rows->pick[i]];
}

static void put_numbers(const struct assay_column *column, const struct assay_audit_rows *rows,
                        double out[])
{
    for (size_t i = 0; out != NULL && i < rows->n; i++)
        out[i] = assay_column_number(column, rows->first + rows->pick[i]);
}

static void put_actions(const struct assay_column *column, const struct assay_audit_rows *rows,
                        size_t at, struct assay_audit_set *set)
{
    for (size_t i = 0; set->acted != NULL && i < rows->n; i++)
        if (set->acted_on != NULL) {
            int32_t day = column->dates[rows->first + rows->pick[i]];
            if (!is_lent(set, ACTED_ON))
                set->acted_on[at + i] = day;
            set->acted[at + i] = day != ASSAY_NO_DATE ? ASSAY_ACTED : ASSAY_NOT_ACTED;
        } else {
            int8_t flag = column->flags[rows->first + rows->pick[i]];
            set->acted[at + i] = flag == ASSAY_NO_FLAG ? ASSAY_ACTION_UNKNOWN
                                 : flag == 1           ? ASSAY_ACTED
                                                       : ASSAY_NOT_ACTED;
        }
}

/* The array from entry `at` on, or NULL where there is none that is the set's own. */
#define FROM(k, array) ((array) != NULL && !is_lent(set, k) ? (array) + at : NULL)

/* What the table says of the rows, beyond their scores. */
static void put_cells(const struct assay_audit_input *input, const struct assay_audit_rows *rows,
                      size_t at, struct assay_audit_set *set)
{
    const struct assay_columns *columns = &input->intake->columns;
    put_codes(column_at(input, columns->id), rows, FROM(ACCOUNT, set->account));
    put_dates(column_at(input, columns->as_of), rows, FROM(AS_OF, set->as_of));
    put_dates(column_at(input, columns->outcome), rows, FROM(EVENT_DATE, set->event_date));
    put_numbers(column_at(input, columns->value), rows, FROM(VALUE, set->value));
    put_codes(column_at(input, columns->owner), rows, FROM(OWNER, set->owner));
    put_codes(column_at(input, columns->plan), rows, FROM(PLAN, set->plan));
    put_numbers(column_at(input, columns->tenure), rows, FROM(TENURE, set->tenure));
    for (size_t k = 0; k < input->n_segment && !set->segments_lent; k++)
        put_codes(column_at(input, columns->segments[k]), rows, set->segment[k] + at);
    put_actions(column_at(input, columns->acted_on), rows, at, set);
}

static void put_signals(const struct assay_audit_rows *rows, size_t n_signal, size_t at,
                        struct assay_audit_set *set)
{
    for (size_t i = 0; set->cohort != NULL && i < rows->n; i++)
        set->cohort[at + i] = (uint16_t)rows->cohort[rows->pick[i]];
    for (size_t j = 0; set->s != NULL && j < n_signal && rows->n > 0; j++) {
        if (!assay_audit_signal_is_plain(set, j))
            continue;
        size_t first = rows->pick[0], span = rows->pick[rows->n - 1] - first + 1;
        const double *s = rows->s + j * rows->stride + first;
        const bool *missing = rows->missing + j * rows->stride + first;
        float *to = set->s[j] + at;
        for (size_t i = 0; span == rows->n && i < span; i++) /* without gaps */
            to[i] = (float)s[i];
        for (size_t i = 0; span > rows->n && i < rows->n; i++)
            to[i] = (float)s[rows->pick[i] - first];
        /* Where none is missing the array's memory stays untouched, zero as it came. */
        bool any = memchr(missing, true, span) != NULL;
        for (size_t i = 0; any && i < rows->n; i++)
            set->missing[j][at + i] = missing[rows->pick[i] - first];
    }
}

static void put_champion(const struct assay_audit_input *input, const struct assay_audit_rows *rows,
                         size_t at, struct assay_audit_set *set)
{
    for (size_t i = 0; set->champion_score != NULL && i < rows->n; i++) {
        double score = rows->champion_score[rows->pick[i]];
        set->champion_score[at + i] = score;
        set->champion_prob[at + i] = rows->champion_prob[rows->pick[i]];
        set->champion_flagged[at + i] = score < input->champion->at_risk_score;
    }
}

size_t assay_audit_set_put(const struct assay_audit_input *input, const struct assay_audit_rows *rows,
                           size_t at, struct assay_audit_set *set)
{
    size_t n_event = 0;
    for (size_t i = 0; i < rows->n; i++) {
        size_t k = rows->pick[i];
        if (set->row != NULL)
            set->row[at + i] = rows->first + k;
        set->score[at + i] = rows->score[k];
        set->flagged[at + i] = is_flagged(rows->score[k], input->higher_is, input->line);
        set->outcome[at + i] = rows->left_out[k] ? left_out : rows->outcome[k];
        n_event += !rows->left_out[k] && rows->outcome[k];
    }
    for (size_t i = 0; set->prob != NULL && i < rows->n; i++)
        set->prob[at + i] = rows->prob[rows->pick[i]];
    put_champion(input, rows, at, set);
    put_signals(rows, input->n_signal, at, set);
    put_cells(input, rows, at, set);
    return n_event;
}

/* ---- closing up ---- */

/* Moves the entries that stay to the front of to, which may be the array itself. */
static void close_array(const unsigned char outcome[], size_t n, const void *array, size_t size, void *to)
{
    const char *bytes = array;
    char *out = to;
    size_t kept = 0;
    for (size_t i = 0; bytes != NULL && i < n; i++)
        if (outcome[i] != left_out)
            memmove(out + kept++ * size, bytes + i * size, size);
}

/* Closes up array k; what was lent becomes the set's own. */
static bool close_plain(struct assay_audit_set *set, size_t k, size_t kept)
{
    void *array = array_of(set, k), *own = array;
    if (is_lent(set, k)) {
        own = assay_rows_alloc(kept, arrays[k].size);
        if (own == NULL)
            return false;
        set_array(set, k, own);
        set->lent &= ~(1U << k);
    }
    close_array(set->outcome, set->n, array, arrays[k].size, own);
    return true;
}

/* Lends no segments any more. */
static bool close_segments(struct assay_audit_set *set, size_t n_segment, size_t kept)
{
    bool lent = set->segments_lent;
    set->segments_lent = false;
    for (size_t k = 0; k < n_segment; k++) {
        int32_t *codes = set->segment[k];
        if (lent)
            set->segment[k] = assay_rows_alloc(kept, sizeof *codes);
        if (set->segment[k] != NULL)
            close_array(set->outcome, set->n, codes, sizeof *codes, set->segment[k]);
    }
    for (size_t k = 0; k < n_segment; k++)
        if (set->segment[k] == NULL)
            return false;
    return true;
}

/* The rows of a set that had all. */
static bool number_rows(struct assay_audit_set *set)
{
    if (set->row != NULL)
        return true;
    set->row = assay_rows_alloc(set->n, sizeof *set->row);
    for (size_t i = 0; set->row != NULL && i < set->n; i++)
        set->row[i] = i;
    return set->row != NULL;
}

enum assay_status assay_audit_set_close_up(struct assay_audit_set *set, size_t n_segment, size_t n_signal,
                                           struct assay_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->n; i++)
        kept += set->outcome[i] != left_out;
    if (kept == set->n)
        return ASSAY_OK;
    bool good = number_rows(set) && close_segments(set, n_segment, kept);
    for (size_t j = 0; good && set->s != NULL && j < n_signal; j++) {
        if (!assay_audit_signal_is_plain(set, j))
            continue;
        close_array(set->outcome, set->n, set->s[j], sizeof **set->s, set->s[j]);
        close_array(set->outcome, set->n, set->missing[j], sizeof **set->missing, set->missing[j]);
    }
    for (size_t k = 0; good && k < ARRAYS; k++)
        good = close_plain(set, k, kept);
    set->n = kept;
    return good ? ASSAY_OK : assay_fail_memory(err, doing);
}

void assay_audit_set_clear(struct assay_audit_set *set, size_t n_segment, size_t n_signal)
{
    for (size_t k = 0; set->segment != NULL && !set->segments_lent && k < n_segment; k++)
        assay_rows_free(set->segment[k]);
    for (size_t j = 0; set->s != NULL && j < n_signal; j++)
        assay_rows_free(set->s[j]);
    for (size_t j = 0; set->missing != NULL && j < n_signal; j++)
        assay_rows_free(set->missing[j]);
    free(set->segment);
    free(set->s);
    free(set->missing);
    assay_audit_points_clear(set, n_signal);
    for (size_t k = 0; k < ARRAYS; k++)
        if (!is_lent(set, k))
            assay_rows_free(array_of(set, k));
    *set = (struct assay_audit_set){0};
}
