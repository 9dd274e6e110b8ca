/* compiled_table.h - a compiled model on the rows of a table
 *
 * Ties the inputs of a compiled model to the columns of a table by name and type, and remembers what each text's
 * code leads to, so that a long stream pays once per text. Blocks of rows are then scored by as many threads as
 * there are, each in memory of its own:
 *
 *   assay_compiled_table_init(compiled, table, &tied, err), and _extend() after each block that is read
 *   assay_compiled_work_init(&tied, ASSAY_COMPILED_ROWS, &work, err) a thread
 *   assay_compiled_table_score(&tied, table, first, n, &work): figures of rows first .. first + n - 1 in work.block
 *
 * The figures are those of core/model/scorer.h on the same table, bit for bit.
 */
#ifndef ASSAY_CORE_MODEL_COMPILED_TABLE_H
#define ASSAY_CORE_MODEL_COMPILED_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/compiled.h"

/* A column of the table that an input does not read. */
#define ASSAY_NOT_TIED ((size_t)-1)

/* Where one input of the model stands in the table. */
struct assay_tied_input {
    size_t text, number; /* columns, or ASSAY_NOT_TIED where it does not serve that way */
    int32_t none;        /* id of a missing text */
    int32_t *id_of_code; /* [n_code] */
    size_t n_code, code_capacity;
};

struct assay_compiled_table {
    const struct assay_compiled *compiled; /* borrowed */
    size_t n_input;
    struct assay_tied_input *inputs;
};

/* The table has the columns that assay_requests_build() asks for (core/signal/columns.h). The compiled model
 * must outlive it, the table need not. */
ASSAY_MUST_CHECK enum assay_status assay_compiled_table_init(const struct assay_compiled *compiled,
                                                             const struct assay_model *model,
                                                             const struct assay_table *table,
                                                             struct assay_compiled_table *tied,
                                                             struct assay_error *err);
void assay_compiled_table_clear(struct assay_compiled_table *tied);

/* Takes in the texts that have appeared since; none of the table's dictionaries of inputs may have been reset. */
ASSAY_MUST_CHECK enum assay_status assay_compiled_table_extend(struct assay_compiled_table *tied,
                                                               const struct assay_table *table,
                                                               struct assay_error *err);

/* Memory in which one thread scores. */
struct assay_compiled_work {
    struct assay_block block;
    struct assay_lane lanes[ASSAY_MAX_INPUTS];
    double *numbers; /* [n_input * capacity] of columns that are coded */
    int32_t *ids;    /* [n_input * capacity] */
    void *room;
};
ASSAY_MUST_CHECK enum assay_status assay_compiled_work_init(const struct assay_compiled_table *tied,
                                                            size_t capacity,
                                                            struct assay_compiled_work *work,
                                                            struct assay_error *err);
void assay_compiled_work_clear(struct assay_compiled_work *work);

/* Scores n <= work->block.capacity rows of the table that `tied` was made for, or of one whose columns and
 * dictionaries are the same. */
void assay_compiled_table_score(const struct assay_compiled_table *tied,
                                const struct assay_table *table, size_t first, size_t n,
                                struct assay_compiled_work *work);

#endif
