#include "core/data/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/data/number_codes.h"

enum { DOUBLING_ROWS = 1 << 17 }; /* beyond it rows grow by half, which wastes less */

static bool is_long(const struct assay_table *table, size_t n_row)
{
    return n_row >= (table->long_from > 0 ? table->long_from : ASSAY_LONG_TABLE);
}

/* ---- room ---- */

/* To exactly the capacity that the table has decided on. */
static bool array_grow(void *array, size_t capacity, size_t grown, size_t size)
{
    return assay_rows_grow(array, &capacity, grown, size);
}

static bool column_grow(struct assay_column *column, size_t capacity, size_t grown)
{
    switch (column->type) {
    case ASSAY_NUMBER:
        if (assay_column_is_coded(column))
            return array_grow(&column->number_codes, capacity, grown, sizeof *column->number_codes);
        return array_grow(&column->numbers, capacity, grown, sizeof *column->numbers);
    case ASSAY_TEXT:
        return array_grow(&column->codes, capacity, grown, sizeof *column->codes);
    case ASSAY_DATE:
        return array_grow(&column->dates, capacity, grown, sizeof *column->dates);
    case ASSAY_FLAG:
        return array_grow(&column->flags, capacity, grown, sizeof *column->flags);
    }
    return false;
}

/* All columns have the same capacity, and so have the lines where they are kept. */
static bool make_room(struct assay_table *table, size_t n_row, bool with_lines)
{
    size_t grown = table->row_capacity < 8 ? 8 : table->row_capacity;
    while (grown < n_row) {
        if (grown > SIZE_MAX / 2)
            return false;
        grown += grown < DOUBLING_ROWS ? grown : grown / 2;
    }
    if (n_row <= table->row_capacity)
        return true;
    bool made = !with_lines ||
                array_grow(&table->lines, table->row_capacity, grown, sizeof *table->lines);
    for (size_t k = 0; k < table->n_column && made; k++)
        made = column_grow(&table->columns[k], table->row_capacity, grown);
    if (made)
        table->row_capacity = grown;
    return made;
}

static void column_release(struct assay_column *column)
{
    assay_number_codes_clear(column);
    assay_rows_free(column->numbers);
    assay_rows_free(column->codes);
    assay_rows_free(column->dates);
    assay_rows_free(column->flags);
    column->numbers = NULL;
    column->codes = NULL;
    column->dates = NULL;
    column->flags = NULL;
}

static void column_clear(struct assay_column *column)
{
    column_release(column);
    free(column->name);
    assay_dictionary_free(column->dictionary);
    *column = (struct assay_column){0};
}

enum assay_status assay_table_add_column(struct assay_table *table, const char *name,
                                         enum assay_column_type type, size_t *index,
                                         struct assay_error *err)
{
    assert(table->n_row == 0);
    struct assay_column column = {.name = assay_copy_string(name), .type = type};
    bool made = column.name != NULL;
    if (made && type == ASSAY_TEXT)
        made = (column.dictionary = assay_dictionary_new()) != NULL;
    made = made && column_grow(&column, 0, table->row_capacity);
    made = made && assay_grow(&table->columns, &table->column_capacity, table->n_column + 1,
                              sizeof column);
    if (!made) {
        column_clear(&column);
        return assay_fail_memory(err, "adding a column to the table");
    }
    *index = table->n_column;
    table->columns[table->n_column++] = column;
    return ASSAY_OK;
}

size_t assay_table_find(const struct assay_table *table, const char *name,
                        enum assay_column_type type)
{
    for (size_t k = 0; k < table->n_column; k++)
        if (table->columns[k].type == type && strcmp(table->columns[k].name, name) == 0)
            return k;
    return (size_t)-1;
}

/* ---- lines ---- */

/* Row i begins on line first + i. */
static bool follows(const struct assay_table *table, size_t first)
{
    if (table->lines == NULL)
        return table->n_row == 0 || table->first_line == first;
    for (size_t i = 0; i < table->n_row; i++)
        if (table->lines[i] != first + i)
            return false;
    return true;
}

static bool keep_lines(struct assay_table *table)
{
    if (table->lines != NULL)
        return true;
    table->lines = assay_rows_alloc(table->row_capacity, sizeof *table->lines);
    for (size_t i = 0; table->lines != NULL && i < table->n_row; i++)
        table->lines[i] = table->first_line + i;
    return table->lines != NULL;
}

static void drop_lines(struct assay_table *table)
{
    if (table->n_row > 0 && !follows(table, assay_table_line(table, 0)))
        return;
    if (table->n_row > 0)
        table->first_line = assay_table_line(table, 0);
    assay_rows_free(table->lines);
    table->lines = NULL;
}

static bool append_lines(struct assay_table *table, const struct assay_table *part)
{
    if (table->lines == NULL) {
        if (table->n_row == 0)
            table->first_line = assay_table_line(part, 0);
        if (follows(part, table->first_line + table->n_row))
            return true;
        if (!keep_lines(table))
            return false;
    }
    size_t *lines = table->lines + table->n_row;
    for (size_t i = 0; i < part->n_row; i++)
        lines[i] = assay_table_line(part, i);
    return true;
}

/* ---- long tables ---- */

/* Of a table that is about to become long. */
static bool condense(struct assay_table *table)
{
    bool made = true;
    table->condensed = true;
    for (size_t k = 0; k < table->n_column && made; k++) {
        struct assay_column *column = &table->columns[k];
        if (column->type == ASSAY_NUMBER && !assay_column_is_coded(column))
            made = assay_number_codes_make(column, table->n_row, table->row_capacity);
    }
    if (made)
        drop_lines(table);
    return made;
}

/* So that rows can be written one by one. */
static bool expand(struct assay_table *table)
{
    bool made = keep_lines(table);
    for (size_t k = 0; k < table->n_column && made; k++) {
        struct assay_column *column = &table->columns[k];
        if (assay_column_is_coded(column))
            made = assay_number_codes_undo(column, table->n_row, table->row_capacity);
    }
    table->condensed = !made;
    return made;
}

enum assay_status assay_table_reserve(struct assay_table *table, size_t n_row,
                                      struct assay_error *err)
{
    if (n_row <= table->row_capacity && !table->condensed)
        return ASSAY_OK;
    if ((table->condensed && !expand(table)) || !make_room(table, n_row, true))
        return assay_fail_memory(err, "making room for more rows");
    return ASSAY_OK;
}

void assay_table_reset(struct assay_table *table)
{
    if (table->condensed) {
        for (size_t k = 0; k < table->n_column; k++)
            column_release(&table->columns[k]);
        assay_rows_free(table->lines);
        table->lines = NULL;
        table->row_capacity = 0;
        table->condensed = false;
    }
    table->n_row = 0;
}

void assay_table_clear(struct assay_table *table)
{
    for (size_t k = 0; k < table->n_column; k++)
        column_clear(&table->columns[k]);
    free(table->columns);
    assay_rows_free(table->lines);
    *table = (struct assay_table){0};
}

/* ---- append ---- */

/* Falls back to plain numbers where the part brings one value too many. */
static bool append_numbers(struct assay_column *column, const struct assay_column *part,
                           size_t n_row, size_t n, size_t capacity)
{
    enum { BLOCK = 1024 };
    double room[BLOCK];
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t step = n - at < BLOCK ? n - at : BLOCK;
        const double *number = assay_column_numbers(part, at, step, room);
        size_t done = 0;
        if (assay_column_is_coded(column)) {
            done = assay_number_codes_write(column, n_row + at, number, step);
            if (done < step && (column->n_value < ASSAY_MOST_VALUES ||
                                !assay_number_codes_undo(column, n_row + at + done, capacity)))
                return false;
        }
        if (!assay_column_is_coded(column))
            memcpy(column->numbers + n_row + at + done, number + done,
                   (step - done) * sizeof *number);
    }
    return true;
}

static bool append_texts(struct assay_column *column, const struct assay_column *part, size_t n_row,
                         size_t n)
{
    size_t n_text = assay_dictionary_count(part->dictionary);
    int32_t *ours = assay_alloc(n_text, sizeof *ours);
    bool made = ours != NULL &&
                assay_dictionary_enter_all(column->dictionary, part->dictionary, ours);
    for (size_t i = 0; i < n && made; i++)
        column->codes[n_row + i] =
            part->codes[i] == ASSAY_NO_CODE ? ASSAY_NO_CODE : ours[part->codes[i]];
    free(ours);
    return made;
}

static bool append_column(struct assay_column *column, const struct assay_column *part,
                          size_t n_row, size_t n, size_t capacity)
{
    switch (column->type) {
    case ASSAY_NUMBER:
        return append_numbers(column, part, n_row, n, capacity);
    case ASSAY_TEXT:
        return append_texts(column, part, n_row, n);
    case ASSAY_DATE:
        memcpy(column->dates + n_row, part->dates, n * sizeof *part->dates);
        return true;
    case ASSAY_FLAG:
        memcpy(column->flags + n_row, part->flags, n * sizeof *part->flags);
        return true;
    }
    return false;
}

static bool append_rows(struct assay_table *table, const struct assay_table *part)
{
    size_t n_row = table->n_row, n = part->n_row;
    if (is_long(table, n_row + n) && !is_long(table, n_row) && !condense(table))
        return false;
    bool with_lines = table->lines != NULL || !is_long(table, n_row + n);
    bool made = make_room(table, n_row + n, with_lines) && append_lines(table, part);
    for (size_t k = 0; k < table->n_column && made; k++) {
        assert(part->columns[k].type == table->columns[k].type);
        made = append_column(&table->columns[k], &part->columns[k], n_row, n, table->row_capacity);
    }
    return made;
}

enum assay_status assay_table_append(struct assay_table *table, const struct assay_table *part,
                                     struct assay_error *err)
{
    assert(part->n_column == table->n_column);
    if (part->n_row > 0 && !append_rows(table, part)) {
        for (size_t k = 0; k < table->n_column; k++)
            if (assay_column_is_coded(&table->columns[k]))
                assay_number_codes_trim(&table->columns[k], table->n_row);
        return assay_fail_memory(err, "adding rows to the table");
    }
    for (size_t k = 0; k < table->n_column; k++)
        table->columns[k].n_unreadable += part->columns[k].n_unreadable;
    table->n_row += part->n_row;
    return ASSAY_OK;
}

/* ---- reading ---- */

const double *assay_column_numbers(const struct assay_column *column, size_t first, size_t n,
                                   double out[])
{
    if (column->numbers != NULL)
        return column->numbers + first;
    for (size_t i = 0; i < n; i++)
        out[i] = column->values[column->number_codes[first + i]];
    return out;
}

size_t assay_table_line(const struct assay_table *table, size_t row)
{
    return table->lines != NULL ? table->lines[row] : table->first_line + row;
}
