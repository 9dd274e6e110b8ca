/* file.h - files that appear whole or not at all */
#ifndef ASSAY_CORE_BASE_FILE_H
#define ASSAY_CORE_BASE_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* Reads the whole file (path "-": standard input) into text, which the caller clears.
 *   ASSAY_EIO      could not open or read it
 *   ASSAY_EFORMAT  longer than limit bytes */
ASSAY_MUST_CHECK enum assay_status assay_file_read(const char *path, size_t limit,
                                                   struct assay_text *text,
                                                   struct assay_error *err);

/* A result on its way to a file or to standard output. The file is written beside its final
 * place under another name and appears, complete and synced, at _finish; _abort leaves
 * nothing behind. A path that is a device or a pipe is written to as it is. path NULL or "-" writes
 * to standard output, where _finish flushes and checks. */
struct assay_output {
    FILE *stream; /* write here; write errors are reported by _finish */
    char *path, *part; /* part: the name until _finish; NULL when written directly */
    off_t begun;       /* bytes that the system has been asked to store */
};

ASSAY_MUST_CHECK enum assay_status assay_output_open(const char *path, struct assay_output *out,
                                                     struct assay_error *err);
/* Asks the system to begin storing what has been written, which _finish waits for: once every few megabytes of a
 * long file, so that the disk works while the next ones are made. */
void assay_output_store(struct assay_output *out);

ASSAY_MUST_CHECK enum assay_status assay_output_finish(struct assay_output *out,
                                                       struct assay_error *err);
void assay_output_abort(struct assay_output *out); /* also after _finish, and on a zeroed one */

/* Flushes standard output; what could not be written, also earlier, is an error. */
ASSAY_MUST_CHECK enum assay_status assay_flush_stdout(struct assay_error *err);

/* Writes bytes[length] as the whole content of path. */
ASSAY_MUST_CHECK enum assay_status assay_file_write(const char *path, const char *bytes,
                                                    size_t length, struct assay_error *err);

#endif
