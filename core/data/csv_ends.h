/* csv_ends.h - where records end, before anybody has read them
 *
 * Internal to core/data. Quotes decide: a line end inside a quoted field ends no record. The rules are those of
 * libcsv when it is strict and given up records end with their line, so that a cut here is one that libcsv
 * finds between two records.
 */
#ifndef ASSAY_CORE_DATA_CSV_ENDS_H
#define ASSAY_CORE_DATA_CSV_ENDS_H

#include <stdbool.h>
#include <stddef.h>

/* Where the bytes so far leave off; zeroed at the start of a record. */
struct assay_ends {
    enum {
        ASSAY_OUTSIDE,        /* no quoted field is open */
        ASSAY_INSIDE,         /* of a quoted field */
        ASSAY_BEHIND_QUOTE,   /* it closes the field, or doubles */
        ASSAY_BEHIND_CLOSING, /* blanks have followed: it closes */
        ASSAY_GIVEN_UP,       /* a quote out of place: the rest of its line counts for nothing */
    } state;
    bool begun; /* OUTSIDE: an unquoted field has begun, so that a quote is out of place */
};

/* Goes over bytes[n], which follow those before, and returns where the last record that ends in them does, behind its
 * line end; 0: none ends. A CR at the very end is not taken for an end: an LF may belong to it. */
size_t assay_ends_find(struct assay_ends *ends, const char *bytes, size_t n, char delimiter);

/* Lines that end in bytes[n]: LF, CRLF and lone CR. */
size_t assay_ends_count_lines(const char *bytes, size_t n);

#endif
