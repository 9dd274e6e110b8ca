/* table.h - snapshots as typed columns
 *
 * A table holds only the columns that somebody asked for, one array each, row i of every column
 * belonging to the same snapshot. Text is stored once per distinct value (a dictionary), so a
 * column of plans is a column of small integers. What is missing:
 *   NUMBER  NaN             DATE  ASSAY_NO_DATE
 *   TEXT    ASSAY_NO_CODE   FLAG  ASSAY_NO_FLAG
 */
#ifndef ASSAY_CORE_DATA_TABLE_H
#define ASSAY_CORE_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/date.h"
#include "core/base/error.h"
#include "core/data/dictionary.h"

enum assay_column_type {
    ASSAY_NUMBER, /* double */
    ASSAY_TEXT,   /* int32_t code into the dictionary */
    ASSAY_DATE,   /* int32_t days since 1970-01-01 */
    ASSAY_FLAG,   /* int8_t 0 or 1; read from 0/1, no/yes, n/y, false/true, f/t in any case */
};

#define ASSAY_NO_FLAG ((int8_t)-1)

/* Numbers of a long table are kept as 16-bit codes into their distinct values while these are no more than
 * 65,536 (NaN is one of them): read them through assay_column_number(), assay_column_numbers() or, for work
 * that is the same for the same value, through codes and values themselves. */
struct assay_column {
    char *name;                  /* the CSV's header */
    enum assay_column_type type; /* decides which of these is used: */
    double *numbers;             /* NULL where they are coded: */
    uint16_t *number_codes;      /* [n_row] index into values, where numbers is NULL */
    double *values;              /* [n_value] distinct, in order of first appearance */
    size_t n_value;
    struct assay_number_index *index;    /* finds a value's code; the table's own */
    int32_t *codes;
    int32_t *dates;
    int8_t *flags;
    struct assay_dictionary *dictionary; /* TEXT alone: what its codes stand for */
    size_t n_unreadable; /* cells read as missing because they were nothing better (csv.h, lenient) */
};

/* Rows from which a table counts as long: its numbers are coded, and lines are kept where they must be. */
#define ASSAY_LONG_TABLE 65536

/* Starts zeroed. Whoever fills it row by row reserves room, writes row n_row of every column and its line,
 * and then counts it: n_row++; the numbers of such a table are plain, however long it grows. Rows that come
 * by assay_table_append() are what long tables are made of. */
struct assay_table {
    size_t n_row, n_column;
    size_t row_capacity, column_capacity;
    struct assay_column *columns;
    size_t *lines; /* the line of the source on which each row begins, from 1; NULL while row i begins on
                      line first_line + i: ask assay_table_line() */
    size_t first_line;
    bool condensed;   /* it has become long: numbers may be coded, lines left out */
    size_t long_from; /* rows; 0: ASSAY_LONG_TABLE. Tests set it, before the first row */
};

static inline double assay_column_number(const struct assay_column *column, size_t row)
{
    return column->numbers != NULL ? column->numbers[row]
                                   : column->values[column->number_codes[row]];
}

/* A column of numbers that are codes into its few values; one without rows is not. */
static inline bool assay_column_is_coded(const struct assay_column *column)
{
    return column->number_codes != NULL;
}

/* Rows first .. first + n - 1 as numbers: the column's own where it is plain, else copied into out[n]. */
const double *assay_column_numbers(const struct assay_column *column, size_t first, size_t n,
                                   double out[]);

size_t assay_table_line(const struct assay_table *table, size_t row);

/* Appends all rows of a table that has the same columns and dictionaries of its own. Texts are entered in the
 * order of their codes there, so that codes are those of one table that had read all rows; counts of cells
 * that were unreadable are added. The part stays as it is. On failure nothing has been appended
 * (dictionaries may have grown). */
ASSAY_MUST_CHECK enum assay_status assay_table_append(struct assay_table *table,
                                                      const struct assay_table *part,
                                                      struct assay_error *err);

/* Adds an empty column and gives its index. The table must have no rows yet. */
ASSAY_MUST_CHECK enum assay_status assay_table_add_column(struct assay_table *table,
                                                          const char *name,
                                                          enum assay_column_type type,
                                                          size_t *index, struct assay_error *err);

/* Index of the column with this name and type, or (size_t)-1. */
size_t assay_table_find(const struct assay_table *table, const char *name,
                        enum assay_column_type type);

/* Makes room for at least n_row rows in every column, growing by half or more, so that rows may be added one
 * by one; numbers that were coded are made plain for that, and lines are kept. Rows and the memory they had
 * are untouched when there is no more. */
ASSAY_MUST_CHECK enum assay_status assay_table_reserve(struct assay_table *table, size_t n_row,
                                                       struct assay_error *err);

/* Forgets the rows; keeps columns, dictionaries (so that codes keep their meaning) and, unless the table had
 * become long, memory. */
void assay_table_reset(struct assay_table *table);
/* Gives everything back and leaves a zeroed table. */
void assay_table_clear(struct assay_table *table);

#endif
