/* csv_cells.h - from the bytes of a field to the cells of a table row
 *
 * Internal to core/data. Cells are written into row table->n_row, which does not exist until
 * _commit counts it; texts wait until then as well, so that a bad row leaves nothing in a
 * dictionary. Fields are counted from 0.
 */
#ifndef ASSAY_CORE_DATA_CSV_CELLS_H
#define ASSAY_CORE_DATA_CSV_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/csv.h"
#include "core/data/table.h"

#define ASSAY_NO_SLOT ((size_t)-1)

/* One wanted (field, type); slot k is column k of the table. */
struct assay_cell_slot {
    enum assay_column_type type;
    bool required, lenient;
    char *what;
    size_t field;
    size_t next; /* slot of the same field, or ASSAY_NO_SLOT */
};

/* What is wanted of each field; made once, read by all threads. */
struct assay_cell_plan {
    size_t n_field;
    size_t *first_slot; /* [n_field], or ASSAY_NO_SLOT where nobody wants the field */
    struct assay_cell_slot *slots;
    size_t n_slot, slot_capacity;
};

ASSAY_MUST_CHECK enum assay_status assay_cell_plan_init(struct assay_cell_plan *plan, size_t n_field,
                                                        struct assay_error *err);
void assay_cell_plan_clear(struct assay_cell_plan *plan);

/* Wants the field for a new table column, or joins an earlier wish for the same type: then
 * *joined is true, and the cell is required when either says so. */
ASSAY_MUST_CHECK enum assay_status assay_cell_plan_want(struct assay_cell_plan *plan, size_t field,
                                                        const struct assay_column_request *request,
                                                        bool *joined, struct assay_error *err);

/* The first bad cell of the current row. */
struct assay_bad_cell {
    bool found;
    enum assay_reject_reason reason;
    size_t field;
    const char *what;
    struct assay_text value;
    char expected[128];
};

/* A text of the current row: texts.data[at .. at + length), or at is ASSAY_NO_SLOT for an empty cell. */
struct assay_staged_text {
    size_t at, length;
};

/* The row that one thread is reading. */
struct assay_cells {
    const struct assay_cell_plan *plan;
    struct assay_staged_text *staged; /* [n_slot], those of TEXT slots */
    struct assay_text texts;
    struct assay_bad_cell bad;
};

/* The plan must be complete, and outlive the cells. False: no memory. */
ASSAY_MUST_CHECK bool assay_cells_init(struct assay_cells *cells,
                                       const struct assay_cell_plan *plan);
void assay_cells_clear(struct assay_cells *cells);

/* Converts bytes[length] (NULL: empty and unquoted) for every slot of the field. */
void assay_cells_take(struct assay_cells *cells, struct assay_table *table, size_t field,
                      const char *bytes, size_t length);

/* Appends the row; false when there is no memory. */
ASSAY_MUST_CHECK bool assay_cells_commit(struct assay_cells *cells, struct assay_table *table,
                                         size_t line);
/* Forgets what has been taken since the last row. */
void assay_cells_restart(struct assay_cells *cells);

#endif
