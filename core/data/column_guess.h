/* column_guess.h - what columns that nobody declared look like, from the first rows of a file
 *
 * A look ahead, so that a later reading can ask for them with a type: columns of numbers, and texts
 * with few distinct values. Dates, empty columns and texts that are nearly all different (names,
 * remarks, keys) are passed over.
 */
#ifndef ASSAY_CORE_DATA_COLUMN_GUESS_H
#define ASSAY_CORE_DATA_COLUMN_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/table.h"

enum { ASSAY_GUESS_ROWS = 2000, ASSAY_GUESS_LEVELS = 100 };

struct assay_guessed_column {
    char *name;
    enum assay_column_type type; /* ASSAY_NUMBER, or ASSAY_TEXT of up to ASSAY_GUESS_LEVELS values */
};

struct assay_guessed_columns {
    struct assay_guessed_column *columns; /* in the file's order */
    size_t n;
};

/* Reads up to ASSAY_GUESS_ROWS rows of path, which is opened anew and cannot be "-" or a pipe; bad rows are passed
 * over. Columns named in skip[n_skip], those without a name and those that stand twice are left out.
 * delimiter 0: guess. Errors as assay_csv_open() and assay_csv_read(). */
ASSAY_MUST_CHECK enum assay_status assay_columns_guess(const char *path, char delimiter,
                                                       const char *const skip[], size_t n_skip,
                                                       struct assay_guessed_columns *guessed,
                                                       struct assay_error *err);
void assay_guessed_columns_clear(struct assay_guessed_columns *guessed);

#endif
