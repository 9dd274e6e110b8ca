/* csv_run.h - rows of plain records, converted column by column
 *
 * Internal to core/data. A run is what the tokeniser (csv_index.h) found to be rows of one width and kind of line end, one
 * behind the other. Whether their cells are what they should be shows when they are read.
 */
#ifndef ASSAY_CORE_DATA_CSV_RUN_H
#define ASSAY_CORE_DATA_CSV_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/data/csv_cells.h"
#include "core/data/csv_memo.h"

/* Bytes that must be readable before and behind those of a run. */
#define ASSAY_RUN_MARGIN 64

struct assay_run {
    const char *bytes;
    const uint32_t *ends; /* of the first row; ends[-1] is the last byte before it */
    size_t stride;        /* ends a row: one more where lines end with CRLF */
    size_t n_row;
    size_t line;     /* of the first row */
    bool ascii, nul; /* whether all bytes are ASCII, whether some are NUL */
};

/* What the rows of a run are read with. */
struct assay_run_room {
    unsigned char *odd;  /* by row: a cell is not plain */
    unsigned char *left; /* by row, of one column: the quick way does not know it */
    struct assay_memo memo;
};

/* Field `field` of row `row`, blanks and all. */
static inline const char *assay_run_field(const struct assay_run *run, size_t row, size_t field,
                                          size_t *length)
{
    const uint32_t *end = run->ends + row * run->stride + field;
    uint32_t begin = end[-1] + 1; /* wraps to 0 at the very first */
    *length = *end - begin;
    return run->bytes + begin;
}

/* Writes the cells of all rows but the texts, as if all were good, behind the rows of the table, which has room; sets
 * odd for rows where one is not, and returns how many these are. */
size_t assay_run_read(const struct assay_run *run, const struct assay_cell_plan *plan,
                      struct assay_run_room *room, struct assay_table *table);

/* Rows from .. to - 1, all good, become rows of the table. Their cells are where _read left them: at row `base` + from
 * and on. False: no memory. */
ASSAY_MUST_CHECK bool assay_run_keep(const struct assay_run *run,
                                     const struct assay_cell_plan *plan,
                                     struct assay_run_room *room, size_t base, size_t from,
                                     size_t to, struct assay_table *table);

#endif
