/* sheet.h - the cells of a scorecard's file
 *
 * A CSV whose columns are those below, in any order; "measure" must be there, the others may be left
 * out. A place in a message is "file:line:field", the field counted from 1.
 */
#ifndef ASSAY_CALIBRATE_IMPORT_SHEET_H
#define ASSAY_CALIBRATE_IMPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "calibrate/import/scorecard.h"
#include "core/base/error.h"
#include "core/data/csv.h"
#include "core/data/table.h"

enum assay_sheet_column {
    ASSAY_SHEET_KIND,
    ASSAY_SHEET_GROUP,
    ASSAY_SHEET_GROUP_WEIGHT,
    ASSAY_SHEET_MEASURE,
    ASSAY_SHEET_COLUMN,
    ASSAY_SHEET_WEIGHT,
    ASSAY_SHEET_FROM,
    ASSAY_SHEET_TO,
    ASSAY_SHEET_VALUE,
    ASSAY_SHEET_POINTS,
    ASSAY_SHEET_POINTS_TO,
    ASSAY_SHEET_MISSING,
    ASSAY_SHEET_COLUMNS
};
extern const char
    *const assay_sheet_names[ASSAY_SHEET_COLUMNS]; /* kind, group, group_weight, ... */

struct assay_sheet {
    struct assay_csv *csv;
    struct assay_table table;
    size_t at[ASSAY_SHEET_COLUMNS];    /* in the table, or (size_t)-1 */
    size_t field[ASSAY_SHEET_COLUMNS]; /* in the file, from 1 */
};

/* Opens path ("-": standard input), or text[length] as if a file called `path` held it (text not NULL).
 *   ASSAY_EDATA  a column that is none of the above, or there twice; no rows; a bad row
 *   others       as the CSV reader fails */
ASSAY_MUST_CHECK enum assay_status assay_sheet_open(const char *path, const char *text,
                                                    size_t length, struct assay_sheet *sheet,
                                                    struct assay_error *err);
void assay_sheet_close(struct assay_sheet *sheet);

/* The cell's text, "" where it is empty or the file has no such column. */
const char *assay_sheet_text(const struct assay_sheet *sheet, size_t row,
                             enum assay_sheet_column column);

/* `file:line:field: COLUMN is "VALUE"; expected ...`; returns ASSAY_EDATA. */
enum assay_status assay_sheet_wrong(const struct assay_sheet *sheet, size_t row,
                                    enum assay_sheet_column column, struct assay_error *err,
                                    const char *expected, ...) ASSAY_PRINTF(5, 6);

/* A number, NaN where the cell is empty. A percent sign and blanks around it are passed over.
 *   ASSAY_EDATA  not a number of [low, high] */
ASSAY_MUST_CHECK enum assay_status assay_sheet_number(const struct assay_sheet *sheet, size_t row,
                                                      enum assay_sheet_column column, double low,
                                                      double high, double *out,
                                                      struct assay_error *err);

/* An end of a band: a number, alone or behind the operator that says whether it belongs to the band
 * (`from`: ">=", ">"; `to`: "<=", "<"), of at most 1e15 in size. An empty cell is an open end. */
ASSAY_MUST_CHECK enum assay_status assay_sheet_bound(const struct assay_sheet *sheet, size_t row,
                                                     enum assay_sheet_column column,
                                                     struct assay_bound *out,
                                                     struct assay_error *err);

#endif
