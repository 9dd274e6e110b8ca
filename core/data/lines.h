/* lines.h - physical lines out of a source, numbered from 1
 *
 * A line ends with LF, CRLF or a lone CR. Lines are handed over in pieces, so that one of any
 * length takes no more memory than the buffer: a piece ends where its line does, or where the
 * buffer does.
 */
#ifndef ASSAY_CORE_DATA_LINES_H
#define ASSAY_CORE_DATA_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/source.h"

struct assay_piece {
    const char *bytes; /* the end of line included; good until the next call */
    size_t length;     /* 0: the source has ended */
    size_t line;
    bool starts; /* the line begins here */
    bool ends;   /* the line ends here */
};

struct assay_lines {
    struct assay_source *source; /* borrowed */
    char *buffer;
    size_t at, filled; /* what is left is buffer[at .. filled) */
    size_t lf, cr;     /* the next of each at or after `at`; filled when there is none */
    size_t line;       /* of the byte at `at` */
    bool mid_line;     /* the line at `at` has begun in an earlier piece */
    bool after_cr;     /* the buffer ended with CR: an LF now belongs to the line before */
};

/* Starts at the first byte of the source, which must outlive it. */
ASSAY_MUST_CHECK enum assay_status assay_lines_init(struct assay_lines *lines,
                                                    struct assay_source *source,
                                                    struct assay_error *err);
void assay_lines_clear(struct assay_lines *lines);

/* What begins the source, at most *n bytes of it, before the first piece has been taken; and
 * passes over some of them. */
const char *assay_lines_peek(const struct assay_lines *lines, size_t *n);
void assay_lines_skip(struct assay_lines *lines, size_t n);

ASSAY_MUST_CHECK enum assay_status assay_lines_next(struct assay_lines *lines,
                                                    struct assay_piece *piece,
                                                    struct assay_error *err);

#endif
