/* drawn.h - rows that count several times, written out so often
 *
 * For what reads a history row by row and knows no multiplicities: the choice of a line. An account that
 * was drawn twice stands there as two accounts, each with all its rows.
 */
#ifndef ASSAY_CALIBRATE_DRAWN_H
#define ASSAY_CALIBRATE_DRAWN_H

#include <stddef.h>

#include "calibrate/fit/history.h"
#include "core/base/error.h"

/* Not to be copied: the history points into it. */
struct assay_drawn {
    struct assay_history history; /* of the rows written out, all used; of their columns there are id,
                                     as_of and line_by alone, the ids without texts. No folds, cohorts
                                     and sorted signals */
    struct assay_table table;
    struct assay_columns columns; /* the original's, but for the id's place; not to be cleared */
    size_t *row;                  /* [history.n_row] where in the original table each comes from */
};

/* times[n_row], 0 in rows that are not used. The original must outlive it. */
ASSAY_MUST_CHECK enum assay_status assay_drawn_init(const struct assay_history *original,
                                                    const unsigned char times[],
                                                    struct assay_drawn *drawn,
                                                    struct assay_error *err);
void assay_drawn_clear(struct assay_drawn *drawn);

#endif
