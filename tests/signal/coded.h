/* coded.h - tables whose numbers are codes into their distinct values, however short they are */
#ifndef ASSAY_TESTS_SIGNAL_CODED_H
#define ASSAY_TESTS_SIGNAL_CODED_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/table.h"

static inline bool coded_same(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* The column with codes in the place of numbers, as a long table has it: values in order of appearance, -0
 * and 0 apart, all NaN one. Its arrays are the caller's, name and dictionary the plain column's. */
static inline struct assay_column coded_column(const struct assay_column *plain, size_t n_row)
{
    struct assay_column made = *plain;
    made.numbers = NULL;
    made.number_codes = calloc(n_row + 1, sizeof *made.number_codes);
    made.values = calloc(n_row + 1, sizeof *made.values);
    for (size_t i = 0; i < n_row; i++) {
        size_t c = 0;
        while (c < made.n_value && !coded_same(made.values[c], plain->numbers[i]))
            c++;
        if (c == made.n_value)
            made.values[made.n_value++] = plain->numbers[i];
        made.number_codes[i] = (uint16_t)c;
    }
    return made;
}

static inline void coded_column_free(struct assay_column *column)
{
    free(column->number_codes);
    free(column->values);
}

/* The table with its first n_coded columns of numbers coded; the rest is the plain table's. */
static inline struct assay_table coded_table(const struct assay_table *plain, size_t n_coded)
{
    struct assay_table made = *plain;
    made.columns = calloc(plain->n_column, sizeof *made.columns);
    for (size_t c = 0; c < plain->n_column; c++) {
        made.columns[c] = plain->columns[c];
        if (made.columns[c].type == ASSAY_NUMBER && n_coded > 0) {
            made.columns[c] = coded_column(&plain->columns[c], plain->n_row);
            n_coded--;
        }
    }
    return made;
}

static inline void coded_table_free(struct assay_table *coded)
{
    for (size_t c = 0; c < coded->n_column; c++)
        if (coded->columns[c].type == ASSAY_NUMBER && coded->columns[c].numbers == NULL)
            coded_column_free(&coded->columns[c]);
    free(coded->columns);
}

#endif
