/* verify_theirs.h - another scorer's scores in memory, found again by account
 *
 * Rows are found by account, and by date too where both files have one; rows of the same key are handed
 * out in the order in which they stand. Memory is what their file needs, whatever the size of the data.
 */
#ifndef ASSAY_SCORE_VERIFY_THEIRS_H
#define ASSAY_SCORE_VERIFY_THEIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/csv.h"
#include "core/data/table.h"
#include "core/model/model.h"
#include "core/signal/columns.h"
#include "score/verify_compare.h"

#define ASSAY_NO_ROW ((size_t)-1)

struct assay_theirs_options {
    const char *path;                   /* "-": standard input */
    char delimiter;                     /* 0: guess */
    const char *id, *as_of;             /* columns; NULL: those of the model */
    const char *column[ASSAY_COMPARED]; /* NULL: the figure's own name, where the file has it */
    bool dated;                         /* the data has dates */
};

/* The rows of one key. */
struct assay_their_slot {
    size_t any;   /* one of them, for its key; ASSAY_NO_ROW: the slot is free */
    size_t first; /* the first that is left, or ASSAY_NO_ROW */
};

struct assay_theirs {
    const struct assay_model *model; /* borrowed */
    struct assay_csv *csv;
    struct assay_table table;
    size_t id, as_of;              /* as_of ASSAY_NO_COLUMN: found by account alone */
    size_t column[ASSAY_COMPARED]; /* ASSAY_NO_COLUMN: not compared */
    size_t *normalised, *points;   /* [n_signal] their signals "NAME" and "points:NAME", likewise */
    size_t *zone_of_code;
    size_t n_other_zone;    /* rows whose zone is none of the model's */
    const char *other_zone; /* the first such text, or NULL */
    /* ---- rows by key ---- */
    struct assay_their_slot *slots; /* [n_slot] open addressing, a power of two */
    size_t n_slot;
    size_t *next; /* [n_row] the next row of the same key, or ASSAY_NO_ROW */
    bool *taken;  /* [n_row] */
    size_t n_taken;
    size_t n_repeated; /* rows whose key another row before has */
};

/* Reads the whole file.
 *   ASSAY_EDATA  a column that it does not have, nothing to compare, a bad row */
ASSAY_MUST_CHECK enum assay_status assay_theirs_read(const struct assay_model *model,
                                                     const struct assay_theirs_options *options,
                                                     struct assay_theirs *theirs,
                                                     struct assay_error *err);
void assay_theirs_clear(struct assay_theirs *theirs);

/* The next row of an account, which is then no longer left, or ASSAY_NO_ROW. as_of is looked at where
 * rows are found by date. */
size_t assay_theirs_take(struct assay_theirs *theirs, const char *id, int32_t as_of);

/* The first row that nobody has taken, or ASSAY_NO_ROW. */
size_t assay_theirs_left(const struct assay_theirs *theirs);

struct assay_their_figures assay_theirs_figures(const struct assay_theirs *theirs, size_t row);
/* Cells as written; NULL: empty. */
const char *assay_theirs_id(const struct assay_theirs *theirs, size_t row);
const char *assay_theirs_zone(const struct assay_theirs *theirs, size_t row);
int32_t assay_theirs_date(const struct assay_theirs *theirs, size_t row); /* or ASSAY_NO_DATE */

#endif
