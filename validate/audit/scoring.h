/* scoring.h - the rows of a table, scored block by block, on all processors */
#ifndef ASSAY_VALIDATE_AUDIT_SCORING_H
#define ASSAY_VALIDATE_AUDIT_SCORING_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/model/scorer.h"

enum { ASSAY_SCORING_BLOCK = 16384 };

/* What a block of rows came to. */
struct assay_scored_block {
    size_t capacity;
    struct assay_score *score; /* [capacity] */
    double *s;                 /* [capacity][n_signal] */
    bool *missing;             /* [capacity][n_signal] */
};

/* Room for min(n_row, ASSAY_SCORING_BLOCK) rows at a time.
 *   ASSAY_ENOMEM  what was made is to be cleared all the same */
ASSAY_MUST_CHECK enum assay_status assay_scored_block_init(size_t n_row, size_t n_signal,
                                                           struct assay_scored_block *block,
                                                           struct assay_error *err);
void assay_scored_block_clear(struct assay_scored_block *block);

/* Scores those of the rows first .. first + n - 1 (n at most the capacity) for which wanted[row] is not 0;
 * row first + k is at k of the block. The same on any number of threads. */
void assay_scored_block_fill(const struct assay_scorer *scorer, const struct assay_table *table,
                             size_t first, size_t n, const unsigned char wanted[],
                             struct assay_scored_block *block);

#endif
