#include "core/data/csv_run.h"

#include <math.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"
#include "core/base/text.h"
#include "core/data/csv_numbers.h"

struct field {
    const char *text;
    size_t length;
};

static inline struct field field_of(const struct assay_run *run, size_t row, size_t field)
{
    size_t length;
    const char *text = assay_run_field(run, row, field, &length);
    return (struct field){text, length};
}

/* ---- cells ---- */

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* As libcsv trims them; the delimiter is in no field. */
static inline struct field trimmed(struct field field)
{
    while (field.length > 0 && is_blank(*field.text)) {
        field.text++;
        field.length--;
    }
    while (field.length > 0 && is_blank(field.text[field.length - 1]))
        field.length--;
    return field;
}

static bool is_empty_cell(const struct assay_cell_slot *slot, struct field field)
{
    return !slot->required && assay_is_missing(field.text, field.length);
}

/* A cell that the quick way does not know. */
static bool read_number(const struct assay_cell_slot *slot, struct field field, double *number)
{
    field = trimmed(field);
    if (assay_number_parse(field.text, field.length, number))
        return true;
    *number = NAN;
    return is_empty_cell(slot, field);
}

static void read_numbers(struct assay_run_room *room, const struct assay_run *run,
                         const struct assay_cell_slot *slot, double number[])
{
    size_t n_left = assay_numbers_read(run->bytes, run->ends + slot->field, run->stride, run->n_row,
                                       slot->required, number, room->left);
    for (size_t i = 0; n_left > 0; i++) {
        if (!room->left[i])
            continue;
        n_left--;
        if (!read_number(slot, field_of(run, i, slot->field), &number[i]))
            room->odd[i] = 1;
    }
}

static bool read_date(const struct assay_cell_slot *slot, struct field field, int32_t *date)
{
    field = trimmed(field);
    if (assay_date_parse(field.text, field.length, date))
        return true;
    *date = ASSAY_NO_DATE;
    return is_empty_cell(slot, field);
}

static void read_dates(const struct assay_run *run, const struct assay_cell_slot *slot,
                       size_t column, struct assay_memo *memo, int32_t date[], unsigned char odd[])
{
    enum { DAY = 10 }; /* YYYY-MM-DD */
    for (size_t i = 0; i < run->n_row; i++) {
        struct field field = field_of(run, i, slot->field);
        bool known = false;
        struct assay_memo_entry *entry = NULL;
        if (field.length == 0 && !slot->required) {
            date[i] = ASSAY_NO_DATE;
            continue;
        }
        if (field.length == DAY) {
            struct assay_memo_key key = assay_memo_key(column, field.text, DAY);
            entry = assay_memo_find(memo, &key, &known);
        }
        if (known) {
            date[i] = entry->answer;
            continue;
        }
        bool good = read_date(slot, field, &date[i]);
        if (!good)
            odd[i] = 1;
        if (entry != NULL)
            entry->answer = date[i];
        if (entry != NULL && !good)
            entry->key = 0; /* no field is like that */
    }
}

static void read_flags(const struct assay_run *run, const struct assay_cell_slot *slot,
                       int8_t flag[], unsigned char odd[])
{
    for (size_t i = 0; i < run->n_row; i++) {
        struct field field = field_of(run, i, slot->field);
        if (field.length == 1 && (*field.text == '0' || *field.text == '1')) {
            flag[i] = (int8_t)(*field.text - '0');
            continue;
        }
        field = trimmed(field);
        if (assay_flag_parse(field.text, field.length, &flag[i]))
            continue;
        flag[i] = ASSAY_NO_FLAG;
        if (!is_empty_cell(slot, field))
            odd[i] = 1;
    }
}

/* Texts are entered later: those of a bad row must leave no trace. */
static void check_texts(const struct assay_run *run, const struct assay_cell_slot *slot,
                        unsigned char odd[])
{
    enum { LONGER = 5 }; /* than anything that stands for a missing text */
    bool simple = run->ascii && !run->nul;
    if (simple && !slot->required)
        return;
    for (size_t i = 0; i < run->n_row; i++) {
        struct field field = field_of(run, i, slot->field);
        if (simple && field.length >= LONGER && !is_blank(*field.text) &&
            !is_blank(field.text[field.length - 1]))
            continue;
        field = trimmed(field);
        if ((slot->required && assay_is_missing(field.text, field.length)) ||
            (run->nul && field.length > 0 && memchr(field.text, '\0', field.length) != NULL) ||
            (!run->ascii && !assay_is_utf8(field.text, field.length)))
            odd[i] = 1;
    }
}

/* False: no memory. */
static bool enter_text(struct assay_dictionary *dictionary, struct field field, int32_t *code)
{
    field = trimmed(field);
    *code = ASSAY_NO_CODE;
    if (assay_is_missing(field.text, field.length))
        return true;
    *code = assay_dictionary_enter(dictionary, field.text, field.length);
    return *code != ASSAY_NO_CODE;
}

/* The code of a field that the memo has or can take. */
static bool enter_short(struct assay_memo *memo, const struct assay_memo_key *key,
                        struct assay_dictionary *dictionary, struct field field, int32_t *code)
{
    bool known;
    struct assay_memo_entry *entry = assay_memo_find(memo, key, &known);
    if (!known && !enter_text(dictionary, field, &entry->answer))
        return false;
    *code = entry->answer;
    return true;
}

/* Rows from .. to - 1 of the run; false: no memory. The rows of an account stand together, and so do its id, plan and
 * segment: those of the row before are at hand. */
static bool enter_texts(const struct assay_run *run, size_t from, size_t to, size_t field_index,
                        struct assay_memo *memo, size_t column, struct assay_dictionary *dictionary,
                        int32_t code[])
{
    struct assay_memo_key last = {0}; /* of no field */
    int32_t answer = ASSAY_NO_CODE;
    for (size_t i = from; i < to; i++) {
        struct field field = field_of(run, i, field_index);
        if (field.length == 0) {
            code[i - from] = ASSAY_NO_CODE;
            continue;
        }
        if (field.length > ASSAY_MEMO_LONGEST) {
            if (!enter_text(dictionary, field, &code[i - from]))
                return false;
            continue;
        }
        struct assay_memo_key key = assay_memo_key(column, field.text, field.length);
        if (!assay_memo_same(&key, &last) && !enter_short(memo, &key, dictionary, field, &answer))
            return false;
        last = key;
        code[i - from] = answer;
    }
    return true;
}

/* ---- rows ---- */

size_t assay_run_read(const struct assay_run *run, const struct assay_cell_plan *plan,
                      struct assay_run_room *room, struct assay_table *table)
{
    size_t row = table->n_row, n_odd = 0;
    memset(room->odd, 0, run->n_row);
    for (size_t k = 0; k < plan->n_slot; k++) {
        const struct assay_cell_slot *slot = &plan->slots[k];
        struct assay_column *column = &table->columns[k];
        switch (slot->type) {
        case ASSAY_NUMBER:
            read_numbers(room, run, slot, column->numbers + row);
            break;
        case ASSAY_TEXT:
            check_texts(run, slot, room->odd);
            break;
        case ASSAY_DATE:
            read_dates(run, slot, k, &room->memo, column->dates + row, room->odd);
            break;
        case ASSAY_FLAG:
            read_flags(run, slot, column->flags + row, room->odd);
            break;
        }
    }
    for (size_t i = 0; i < run->n_row; i++)
        n_odd += room->odd[i];
    return n_odd;
}

/* Cells of n rows, from where they were read to where they belong once odd rows before them are gone. Texts are not
 * there yet. */
static void close_up(struct assay_column *column, size_t from, size_t to, size_t n)
{
    if (from == to)
        return;
    switch (column->type) {
    case ASSAY_NUMBER:
        memmove(column->numbers + to, column->numbers + from, n * sizeof *column->numbers);
        break;
    case ASSAY_DATE:
        memmove(column->dates + to, column->dates + from, n * sizeof *column->dates);
        break;
    case ASSAY_FLAG:
        memmove(column->flags + to, column->flags + from, n * sizeof *column->flags);
        break;
    case ASSAY_TEXT:
        break;
    }
}

bool assay_run_keep(const struct assay_run *run, const struct assay_cell_plan *plan,
                    struct assay_run_room *room, size_t base, size_t from, size_t to,
                    struct assay_table *table)
{
    size_t row = table->n_row, n = to - from;
    for (size_t k = 0; k < plan->n_slot; k++) {
        struct assay_column *column = &table->columns[k];
        close_up(column, base + from, row, n);
        if (column->type == ASSAY_TEXT &&
            !enter_texts(run, from, to, plan->slots[k].field, &room->memo, k, column->dictionary,
                         column->codes + row))
            return false;
    }
    for (size_t i = 0; i < n; i++)
        table->lines[row + i] = run->line + from + i;
    table->n_row += n;
    return true;
}
