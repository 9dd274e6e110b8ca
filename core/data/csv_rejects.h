/* csv_rejects.h - the rows that were not what they should be
 *
 * Internal to core/data. Counts bad rows by reason, words the first ASSAY_REJECTS_SHOWN, and
 * keeps all of them in a file when one is asked for.
 */
#ifndef ASSAY_CORE_DATA_CSV_REJECTS_H
#define ASSAY_CORE_DATA_CSV_REJECTS_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/csv.h"

/* One bad row. Everything is borrowed. */
struct assay_reject {
    enum assay_reject_reason reason;
    size_t line;               /* where the row begins */
    size_t n_field, n_header;  /* WIDTH alone */
    size_t column;             /* of the cell, from 1; 0 where the row as a whole is bad */
    const char *name, *what;   /* the cell's header and what it is to the caller, or NULL */
    const char *value;         /* as it stands in the file, or NULL */
    size_t value_length;
    const char *expected;      /* what stands behind "expected" */
    const char *record;        /* raw, without its line end; NULL when no file is kept */
    size_t record_length;
};

struct assay_rejects {
    size_t count;
    size_t by_reason[ASSAY_REJECT_REASONS];
    struct assay_text shown[ASSAY_REJECTS_SHOWN];
    struct assay_output file;
    bool filing;
    struct assay_text line; /* of the file, reused */
};

/* Zeroed rejects are ready; this adds the file. */
ASSAY_MUST_CHECK enum assay_status assay_rejects_open(struct assay_rejects *rejects,
                                                      const char *path, struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_rejects_add(struct assay_rejects *rejects,
                                                     const char *source,
                                                     const struct assay_reject *reject,
                                                     struct assay_error *err);
/* Makes the file, if any, appear. */
ASSAY_MUST_CHECK enum assay_status assay_rejects_finish(struct assay_rejects *rejects,
                                                        struct assay_error *err);
/* Gives everything back; a file that was not finished leaves no trace. */
void assay_rejects_clear(struct assay_rejects *rejects);

#endif
