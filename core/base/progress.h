/* progress.h - how far long work has come, on a terminal
 *
 * Lines go to standard error, ten times a second at most, and only when it is a terminal and the
 * work has taken half a second; they are wiped before anything else is said.
 */
#ifndef ASSAY_CORE_BASE_PROGRESS_H
#define ASSAY_CORE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct assay_progress {
    bool enabled, drawn;
    double started, drawn_at; /* seconds */
    const char *what;         /* borrowed */
};

/* quiet: never draw. */
void assay_progress_init(struct assay_progress *progress, bool quiet);
/* A new stretch of work; what is a short phrase such as "reading q3.csv". */
void assay_progress_start(struct assay_progress *progress, const char *what);
/* done of total (0: unknown), in any unit. */
void assay_progress_update(struct assay_progress *progress, size_t done, size_t total);
void assay_progress_end(struct assay_progress *progress);

#endif
