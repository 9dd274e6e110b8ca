/* crew.h - a block of rows scored and printed by several threads
 *
 * A block is cut into tasks of equal size, each with counts and lines of its own.
 */
#ifndef ASSAY_SCORE_CREW_H
#define ASSAY_SCORE_CREW_H

#include <stdio.h>

#include "core/base/error.h"
#include "core/data/table.h"
#include "core/model/compiled_table.h"
#include "core/signal/columns.h"
#include "score/lines.h"

struct assay_score_counts {
    size_t n_scored, n_dropped;
    size_t n_unseen, n_new_segment; /* of those that are scored */
    size_t n_unknown, n_incomplete; /* of all */
    size_t zones[ASSAY_MAX_ZONES];
};

/* What tasks read. */
struct assay_score_job {
    const struct assay_score_cells *cells; /* NULL: rows are counted, and not printed */
    const struct assay_columns *columns;
    const struct assay_compiled_table *tied;
    const struct assay_table *table;
    const unsigned char *state; /* [n_row] rows that are ASSAY_ROW_USED are scored */
    void (*beside)(void *with); /* what one of the threads does meanwhile, before it scores; NULL: nothing */
    void *with;
};

struct assay_score_crew;

/* For blocks of up to max_row rows. n_thread 0: as many as there are processors. */
ASSAY_MUST_CHECK enum assay_status assay_score_crew_new(const struct assay_compiled_table *tied,
                                                        size_t max_row, size_t n_thread,
                                                        struct assay_score_crew **crew,
                                                        struct assay_error *err);
void assay_score_crew_free(struct assay_score_crew *crew);

/* Scores a block, adds to the counts and writes the lines to the stream, in the order of the rows. What
 * cannot be written is left to whoever closes the stream. */
ASSAY_MUST_CHECK enum assay_status assay_score_crew_run(struct assay_score_crew *crew,
                                                        const struct assay_score_job *job,
                                                        FILE *stream,
                                                        struct assay_score_counts *counts,
                                                        struct assay_error *err);

#endif
