/* csv_header.h - how a CSV file begins: what it is, its delimiter, its names
 *
 * Internal to core/data. `source` is what messages call the file; fields are counted from 0 here
 * and from 1 in messages.
 */
#ifndef ASSAY_CORE_DATA_CSV_HEADER_H
#define ASSAY_CORE_DATA_CSV_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/data/dictionary.h"

/* Looks at the first bytes of a file; *skip is the length of its byte order mark.
 *   ASSAY_EFORMAT  empty, UTF-16, a spreadsheet or archive, gzip under another name */
ASSAY_MUST_CHECK enum assay_status assay_csv_sniff(const char *source, const char *bytes, size_t n,
                                                   size_t *skip, struct assay_error *err);

/* ---- where the header record ends, and what parts its fields ----
 * A quote opens a field only where one may begin, and counts of delimiters leave out what is
 * quoted. Every quote that libcsv takes for an opening one is taken for one here as well; it
 * refuses the others, so both agree on where a well-formed header ends. */
struct assay_header_scan {
    char given; /* 0: guess */
    bool in_quotes;
    bool no_quote; /* a quote here would not open or reopen a field */
    bool begun;    /* something else than blanks and line ends has come */
    size_t counts[4];
};
void assay_header_scan_add(struct assay_header_scan *scan, const char *bytes, size_t length);
/* The given delimiter, else the most frequent of , ; tab and |; earlier ones win ties. */
char assay_header_scan_delimiter(const struct assay_header_scan *scan);

/* ---- names ---- */
struct assay_csv_header {
    size_t line; /* where it stands */
    size_t n;    /* fields */
    int32_t *codes; /* [n] of their names */
    size_t code_capacity;
    struct assay_dictionary *names;
    size_t *first, *second; /* by code: fields with that name; second is 0 when there is one */
    size_t first_capacity, second_capacity;
};
void assay_csv_header_clear(struct assay_csv_header *header);

/* Appends a name.
 *   ASSAY_EFORMAT  not UTF-8, or with a NUL byte */
ASSAY_MUST_CHECK enum assay_status assay_csv_header_add(struct assay_csv_header *header,
                                                        const char *source, const char *text,
                                                        size_t length, struct assay_error *err);

/*   ASSAY_EFORMAT  every name is empty */
ASSAY_MUST_CHECK enum assay_status assay_csv_header_check(const struct assay_csv_header *header,
                                                          const char *source,
                                                          struct assay_error *err);

const char *assay_csv_header_name(const struct assay_csv_header *header, size_t field);

/* Field of the column that is wanted as `what`.
 *   ASSAY_EDATA  there is none of this name (with the nearest one, or what there is, as the
 *                hint), or there are two */
ASSAY_MUST_CHECK enum assay_status assay_csv_header_find(const struct assay_csv_header *header,
                                                         const char *source, const char *column,
                                                         const char *what, size_t *field,
                                                         struct assay_error *err);

#endif
