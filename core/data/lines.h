/* lines.h - physical lines out of bytes that come in portions, numbered from 1
 *
 * A line ends with LF, CRLF or a lone CR. Lines are handed over in pieces, so that one of any length takes no
 * memory: a piece ends where its line does, or where the portion does.
 */
#ifndef ASSAY_CORE_DATA_LINES_H
#define ASSAY_CORE_DATA_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct assay_piece {
    const char *bytes; /* in the portion, the end of line included */
    size_t length;
    size_t line;
    bool starts; /* the line begins here */
    bool ends;   /* the line ends here */
};

struct assay_lines {
    const char *bytes; /* the portion, borrowed */
    size_t at, length; /* what is left of it is bytes[at .. length) */
    size_t lf, cr;     /* the next of each at or after `at`; length when there is none */
    size_t line;       /* of the byte at `at` */
    bool mid_line;     /* the line at `at` has begun in an earlier piece */
    bool after_cr;     /* the portion before ended with CR: an LF now belongs to that line */
};

/* A portion that goes on where the last one ended, which has been used up. Zeroed lines with `line` set are ready
 * for the first. */
void assay_lines_give(struct assay_lines *lines, const char *bytes, size_t length);

/* Goes on at a later place of the portion, where the line of that number begins. */
void assay_lines_seek(struct assay_lines *lines, size_t at, size_t line);

/* The next piece; false when the portion is used up. */
bool assay_lines_next(struct assay_lines *lines, struct assay_piece *piece);

#endif
