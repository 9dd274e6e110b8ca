/* history.h - tables of snapshots, made by hand
 *
 *   size_t plan = history_column(&table, "plan", ASSAY_TEXT);
 *   history_rows(&table, 3);
 *   history_text(&table, plan, 0, "Team");
 *
 * Cells that are not set are missing. Columns come before rows, as in any table.
 */
#ifndef ASSAY_TESTS_SIGNAL_HISTORY_H
#define ASSAY_TESTS_SIGNAL_HISTORY_H

#include <math.h>
#include <string.h>

#include "core/data/table.h"
#include "core/signal/columns.h"
#include "tests/support/suite.h"

static inline size_t history_column(struct assay_table *table, const char *name,
                                    enum assay_column_type type)
{
    struct assay_error err = {0};
    size_t index = 0;
    ck_assay_ok(assay_table_add_column(table, name, type, &index, &err));
    return index;
}

static inline void history_rows(struct assay_table *table, size_t n_row)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_table_reserve(table, n_row, &err));
    for (size_t c = 0; c < table->n_column; c++)
        for (size_t i = 0; i < n_row; i++)
            switch (table->columns[c].type) {
            case ASSAY_NUMBER:
                table->columns[c].numbers[i] = (double)NAN;
                break;
            case ASSAY_TEXT:
                table->columns[c].codes[i] = ASSAY_NO_CODE;
                break;
            case ASSAY_DATE:
                table->columns[c].dates[i] = ASSAY_NO_DATE;
                break;
            case ASSAY_FLAG:
                table->columns[c].flags[i] = ASSAY_NO_FLAG;
                break;
            }
    for (size_t i = 0; i < n_row; i++)
        table->lines[i] = i + 2;
    table->n_row = n_row;
}

static inline void history_text(struct assay_table *table, size_t column, size_t row,
                                const char *text)
{
    int32_t code =
        assay_dictionary_enter(table->columns[column].dictionary, text, strlen(text));
    ck_assert_int_ge(code, 0);
    table->columns[column].codes[row] = code;
}

static inline int32_t history_day(const char *text)
{
    int32_t days = 0;
    ck_assert_msg(assay_date_parse(text, strlen(text), &days), "%s is no date", text);
    return days;
}

static inline struct assay_columns history_columns(const struct assay_spec *spec,
                                                   const struct assay_table *table)
{
    struct assay_error err = {0};
    struct assay_columns columns = {0};
    ck_assay_ok(assay_columns_find(spec, table, &columns, &err));
    return columns;
}

#endif
