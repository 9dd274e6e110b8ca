/* progress.h - how far long work has come, on a terminal
 *
 * A line on standard error, only where that is a terminal, once a stretch of work has taken half a second. It is
 * redrawn five times a second at most, only where it has changed, by a thread of its own, so that it also moves
 * where a step is long; and it is wiped before anything else is said. progress_meter.h has the words.
 *
 *   assay_progress_init(&progress, quiet);
 *   assay_progress_start(&progress, "cross-validating", ASSAY_PROGRESS_PIECES, "fold");
 *   for (f = 0; f < n; f++) {
 *       assay_progress_update(&progress, f, n);
 *       ...
 *   }
 *   assay_progress_end(&progress);
 */
#ifndef ASSAY_CORE_BASE_PROGRESS_H
#define ASSAY_CORE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/progress_meter.h"

struct assay_progress {
    bool enabled;
    struct assay_progress_view *view; /* of the stretch under way; NULL: none, or nobody looks */
};

/* quiet: never draw. */
void assay_progress_init(struct assay_progress *progress, bool quiet);

/* A new stretch of work, which ends the one before; what is a short phrase such as "reading q3.csv", and is copied.
 * piece: what one piece is called, NULL where nothing is counted in pieces; borrowed. */
void assay_progress_start(struct assay_progress *progress, const char *what,
                          enum assay_progress_unit unit, const char *piece);

/* done of total (0: unknown), in the unit of the stretch. */
void assay_progress_update(struct assay_progress *progress, size_t done, size_t total);
/* The same of bytes that have come with n_row rows. */
void assay_progress_update_rows(struct assay_progress *progress, size_t done, size_t total,
                                size_t n_row);
void assay_progress_end(struct assay_progress *progress);

#endif
