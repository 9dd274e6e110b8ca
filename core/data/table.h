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

struct assay_column {
    char *name;                  /* the CSV's header */
    enum assay_column_type type; /* decides which of these is used: */
    double *numbers;
    int32_t *codes;
    int32_t *dates;
    int8_t *flags;
    struct assay_dictionary *dictionary; /* TEXT alone: what its codes stand for */
    size_t n_unreadable; /* cells read as missing because they were nothing better (csv.h, lenient) */
};

/* Starts zeroed. Whoever fills it reserves room, writes row n_row of every column and its line,
 * and then counts it: n_row++. */
struct assay_table {
    size_t n_row, n_column;
    size_t row_capacity, column_capacity;
    struct assay_column *columns;
    size_t *lines; /* the line of the source on which each row begins, from 1 */
};

/* Adds an empty column and gives its index. The table must have no rows yet. */
ASSAY_MUST_CHECK enum assay_status assay_table_add_column(struct assay_table *table,
                                                          const char *name,
                                                          enum assay_column_type type,
                                                          size_t *index, struct assay_error *err);

/* Index of the column with this name and type, or (size_t)-1. */
size_t assay_table_find(const struct assay_table *table, const char *name,
                        enum assay_column_type type);

/* Makes room for at least n_row rows in every column, doubling, so that rows may be added one by
 * one. Rows and the memory they had are untouched when there is no more. */
ASSAY_MUST_CHECK enum assay_status assay_table_reserve(struct assay_table *table, size_t n_row,
                                                       struct assay_error *err);

/* Forgets the rows; keeps columns, dictionaries (so that codes keep their meaning) and memory. */
void assay_table_reset(struct assay_table *table);
/* Gives everything back and leaves a zeroed table. */
void assay_table_clear(struct assay_table *table);

#endif
