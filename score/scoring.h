/* scoring.h - a stream of snapshots scored, block by block
 *
 * While the rows of one block are scored and printed by several threads, one of them has read the next block. Lines are
 * written in the order of the source, whatever thread made them. Memory does not grow with the rows: of a block
 * nothing is kept but its counts and the texts of plans, segments and categories.
 */
#ifndef ASSAY_SCORE_SCORING_H
#define ASSAY_SCORE_SCORING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/model/compiled_table.h"
#include "core/model/model.h"
#include "core/signal/intake.h"
#include "score/crew.h"
#include "score/lines.h"

/* Rows of a block, at most: whole slabs of the reader go into it. Two of them stay in the cache that processors share. */
#define ASSAY_SCORE_BLOCK ((size_t)16384)

struct assay_scoring_options {
    const char *model_path;
    const char *output_path; /* NULL: standard output */
    bool write;              /* whether scores are written at all */
    bool explain;
    struct assay_intake_options data;
};

/* A table of a block, and the model tied to it. */
struct assay_score_batch {
    struct assay_table table;
    struct assay_compiled_table tied;
};

/* Zeroed to start with; what it found stands in it even when it fails. */
struct assay_scoring {
    struct assay_model model;
    struct assay_compiled *compiled;
    struct assay_score_cells cells;
    struct assay_intake intake;             /* its table takes in the next block */
    struct assay_compiled_table next;       /* tied to that table */
    struct assay_score_batch batch;         /* what is scored meanwhile */
    unsigned char state[ASSAY_SCORE_BLOCK]; /* of its rows */
    struct assay_score_crew *crew;
    struct assay_output output;
    size_t n_block;
    struct assay_score_counts counts;
    size_t states[ASSAY_ROW_STATES]; /* of rows, by the window of dates */
};

ASSAY_MUST_CHECK enum assay_status assay_scoring_run(const struct assay_scoring_options *options,
                                                     struct assay_scoring *scoring,
                                                     struct assay_error *err);
void assay_scoring_clear(struct assay_scoring *scoring);

#endif
