/* intake.h - a CSV of snapshots into a table, the way every command takes it in
 *
 * Opens the source, asks for the columns that the spec and the purpose need, reads it whole or block
 * by block, and keeps account of bad rows. It prints nothing: commands show what it says.
 */
#ifndef ASSAY_CORE_SIGNAL_INTAKE_H
#define ASSAY_CORE_SIGNAL_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/options.h"
#include "core/base/progress.h"
#include "core/base/text.h"
#include "core/data/csv.h"
#include "core/data/table.h"
#include "core/signal/columns.h"
#include "core/signal/outcome.h"
#include "core/spec/spec.h"

struct assay_intake_options {
    const char *path;    /* "-": standard input */
    char delimiter;      /* 0: guess */
    size_t max_rejects;  /* more bad rows than this end the run */
    const char *rejects; /* file that keeps them, or NULL */
    struct assay_window window;
    bool quiet;
    size_t n_thread;     /* that read; 0: as many as there are processors */
    size_t memory;       /* bytes to keep to (rows.h), set for the process when it is opened; 0: as it is */
    const struct assay_column_request *extra; /* [n_extra] more columns, which the source has; texts are
                                                 borrowed while it opens */
    size_t n_extra;
    const struct assay_spec *also; /* another spec whose signals are read too (a champion's), or NULL */
};
struct assay_intake_options assay_intake_options_default(void);

/* The option table's rows for it, shared by the commands. `o` is a struct assay_intake_options. */
#define ASSAY_INTAKE_OPTIONS(o) \
    {"data", 'd', ASSAY_OPTION_TEXT, "FILE", "snapshots, CSV; \"-\" for standard input", \
     &(o).path, 0, 0, NULL}, \
    {"delimiter", 0, ASSAY_OPTION_CHAR, "C", \
     "what stands between fields; guessed from the header line without it", &(o).delimiter, 0, 0, \
     NULL}, \
    {"from", 0, ASSAY_OPTION_DATE, "DATE", "only snapshots dated DATE or later", \
     &(o).window.from, 0, 0, NULL}, \
    {"until", 0, ASSAY_OPTION_DATE, "DATE", "only snapshots dated DATE or earlier", \
     &(o).window.until, 0, 0, NULL}, \
    {"max-rejects", 0, ASSAY_OPTION_COUNT, "N", "go on with up to N bad rows left out", \
     &(o).max_rejects, 0, 1e15, NULL}, \
    {"rejects", 0, ASSAY_OPTION_TEXT, "FILE", "keep the bad rows in FILE", &(o).rejects, 0, 0, \
     NULL}, \
    {"threads", 0, ASSAY_OPTION_COUNT, "N", \
     "threads; 0: one a processor. The result is the same", &(o).n_thread, 0, 64, NULL}, \
    {"memory", 0, ASSAY_OPTION_SIZE, "SIZE", \
     "memory to aim at, as 64M or 2G, a quarter of the machine's without it: rows beyond it lie in " \
     "files in $TMPDIR. The result is the same", &(o).memory, 1, 1e18, NULL}, \
    {"quiet", 'q', ASSAY_OPTION_FLAG, NULL, "no progress on standard error", &(o).quiet, 0, 0, NULL}

struct assay_intake {
    struct assay_csv *csv;
    struct assay_table table;
    struct assay_columns columns;
    struct assay_progress progress;
    size_t max_rejects;
};

ASSAY_MUST_CHECK enum assay_status assay_intake_open(const struct assay_spec *spec,
                                                     enum assay_purpose purpose,
                                                     const struct assay_intake_options *options,
                                                     struct assay_intake *intake,
                                                     struct assay_error *err);
void assay_intake_close(struct assay_intake *intake);

/* Appends up to max_row rows; *more is false at the end of the source, where too many bad rows
 * are an error:
 *   ASSAY_EDATA  more than max_rejects bad rows */
ASSAY_MUST_CHECK enum assay_status assay_intake_read(struct assay_intake *intake, size_t max_row,
                                                     bool *more, struct assay_error *err);

/* The same, but stops where it suits the reader (assay_csv_read_whole()). */
ASSAY_MUST_CHECK enum assay_status assay_intake_read_whole(struct assay_intake *intake,
                                                           size_t max_row, bool *more,
                                                           struct assay_error *err);

/* Ranks and rows are kept in 32 bits, and twice a rank must be. */
#define ASSAY_MOST_ROWS ((size_t)1 << 31)

/* Reads all there is.
 *   ASSAY_EDATA  also for more rows than these */
ASSAY_MUST_CHECK enum assay_status assay_intake_read_all(struct assay_intake *intake,
                                                         struct assay_error *err);

/* Lines for people: the delimiter that was guessed, the first bad rows, how many more. Empty when
 * there is nothing to say. */
void assay_intake_describe(const struct assay_intake *intake, struct assay_text *text);

#endif
