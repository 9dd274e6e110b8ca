#include "core/data/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

/* Every array starts from the same capacity and doubles alike, so all end up with the same one. */
static bool column_grow(struct assay_column *column, size_t *capacity, size_t n_row)
{
    switch (column->type) {
    case ASSAY_NUMBER:
        return assay_grow(&column->numbers, capacity, n_row, sizeof *column->numbers);
    case ASSAY_TEXT:
        return assay_grow(&column->codes, capacity, n_row, sizeof *column->codes);
    case ASSAY_DATE:
        return assay_grow(&column->dates, capacity, n_row, sizeof *column->dates);
    case ASSAY_FLAG:
        return assay_grow(&column->flags, capacity, n_row, sizeof *column->flags);
    }
    return false;
}

static void column_clear(struct assay_column *column)
{
    free(column->name);
    free(column->numbers);
    free(column->codes);
    free(column->dates);
    free(column->flags);
    assay_dictionary_free(column->dictionary);
    *column = (struct assay_column){0};
}

enum assay_status assay_table_add_column(struct assay_table *table, const char *name,
                                         enum assay_column_type type, size_t *index,
                                         struct assay_error *err)
{
    assert(table->n_row == 0);
    struct assay_column column = {.name = assay_copy_string(name), .type = type};
    size_t capacity = 0;
    bool made = column.name != NULL;
    if (made && type == ASSAY_TEXT)
        made = (column.dictionary = assay_dictionary_new()) != NULL;
    made = made && column_grow(&column, &capacity, table->row_capacity);
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

enum assay_status assay_table_reserve(struct assay_table *table, size_t n_row,
                                      struct assay_error *err)
{
    if (n_row <= table->row_capacity)
        return ASSAY_OK;
    size_t grown = table->row_capacity;
    bool made = assay_grow(&table->lines, &grown, n_row, sizeof *table->lines);
    for (size_t k = 0; k < table->n_column && made; k++) {
        size_t capacity = table->row_capacity;
        made = column_grow(&table->columns[k], &capacity, n_row);
    }
    if (!made)
        return assay_fail_memory(err, "making room for more rows");
    table->row_capacity = grown;
    return ASSAY_OK;
}

void assay_table_reset(struct assay_table *table)
{
    table->n_row = 0;
}

void assay_table_clear(struct assay_table *table)
{
    for (size_t k = 0; k < table->n_column; k++)
        column_clear(&table->columns[k]);
    free(table->columns);
    free(table->lines);
    *table = (struct assay_table){0};
}
