/* xlsx_pieces.h - what formulas are put together from
 *
 * Rows and columns count from 0. An account's formulas are made once: ASSAY_XLSX_HERE (xlsx_formula.h) stands
 * where the number of its row goes.
 */
#ifndef ASSAY_RELEASE_EXPORT_XLSX_PIECES_H
#define ASSAY_RELEASE_EXPORT_XLSX_PIECES_H

#include <stddef.h>

#include "core/base/text.h"
#include "release/export/xlsx_plan.h"

/* A formula that is being written. */
struct assay_xlsx_writing {
    const struct assay_xlsx_plan *plan;
    struct assay_text *out;
};

/* Adds to it. In format, % followed by
 *   c  size_t         a cell of this row
 *   r  size_t, size_t the cells of this row from one column to another
 *   s  size_t         a row of Lookup, over all signals
 *   w  size_t         the same of a block of rows, that of the account's set of weights
 *   v  size_t, size_t of a block of rows of Lookup, those of cohorts: that of the account's, of a signal
 *   a  const char *   text as it is */
void assay_xlsx_put(const struct assay_xlsx_writing *f, const char *format, ...);

/* Row of the text that stands in a column of this row, within the table from top to bottom in column left of
 * a sheet, counted from 1; 0 when it is not there. */
void assay_xlsx_put_find(const struct assay_xlsx_writing *f, size_t column, const char *sheet,
                         size_t top, size_t bottom, size_t left);

/* How many edges of a table the number in a column of this row has reached, at least 1. The table is that of
 * put_find; edges and words are its columns, where the word "above" says that an edge itself belongs to what
 * is below. words is ASSAY_XLSX_NONE where no edge does. */
void assay_xlsx_put_reached(const struct assay_xlsx_writing *f, size_t column, const char *sheet,
                            size_t top, size_t bottom, size_t edges, size_t words);

#endif
