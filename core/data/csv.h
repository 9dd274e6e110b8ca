/* csv.h - CSV as it really comes, into a table
 *
 * libcsv (strict) decides what a field is. Around it this reader handles what libcsv leaves open:
 * byte order mark, gzip (by the name's ".gz"), the delimiter, line numbers, record widths, NUL
 * bytes and encoding. The file is read once, front to back, in constant memory besides the table,
 * and is fingerprinted as it lies on disk (so that sha256sum agrees).
 *
 * A bad row is one that breaks the header's width, has a quote out of place, or holds a value that
 * is not what its column should be. Bad rows are counted by reason, the first 20 are kept as
 * finished messages, and they never reach the table.
 */
#ifndef ASSAY_CORE_DATA_CSV_H
#define ASSAY_CORE_DATA_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/data/table.h"

/* Version of libcsv that this was built with, "3.0.3". */
const char *assay_csv_library_version(void);

#define ASSAY_REJECTS_SHOWN 20

enum assay_reject_reason {
    ASSAY_REJECT_WIDTH,   /* more or fewer fields than the header */
    ASSAY_REJECT_QUOTE,   /* a quote inside an unquoted field, or text behind a closing one */
    ASSAY_REJECT_NUMBER,  /* not a number */
    ASSAY_REJECT_DATE,    /* not a date */
    ASSAY_REJECT_OUTCOME, /* not 0/1, yes/no, true/false */
    ASSAY_REJECT_TEXT,    /* text with NUL bytes or not in UTF-8 */
    ASSAY_REJECT_EMPTY,   /* empty where a value is required */
    ASSAY_REJECT_REASONS
};

/* "width", "quote", ...: the key under which files count it. */
const char *assay_reject_reason_name(enum assay_reject_reason reason);

/* One column that the caller wants. `what` says in messages what the column is to the caller,
 * for example: signal "tickets_30d". */
struct assay_column_request {
    const char *column;
    enum assay_column_type type;
    const char *what;
    bool required; /* an empty cell is a bad row */
    bool lenient;  /* a cell that is not what it should be is missing, and counted in the column's
                      n_unreadable, where otherwise its row would be bad */
};

struct assay_csv_options {
    char delimiter;      /* 0: guess from the header line among , ; tab and | */
    size_t max_field;    /* bytes; a longer field is an error. Default 64 MiB */
    size_t n_thread;     /* that read; 0: as many as there are processors. What is read is the same */
    bool no_fingerprint; /* nobody will ask for it: assay_csv_sha256() stays empty */
    const char *rejects; /* path of the file that keeps the bad rows, or NULL: a CSV of line,
                            column, name, reason, value, expected and the record as it stood. It
                            appears when the source has been read to its end, and not before */
};
struct assay_csv_options assay_csv_options_default(void);

struct assay_csv;

/* Opens path ("-": standard input) and reads the header.
 *   ASSAY_EIO      could not be opened or read
 *   ASSAY_EFORMAT  no header or only empty names in it, a name that is not UTF-8, UTF-16, a
 *                  spreadsheet, gzip by name but not in fact or the reverse, and so on
 *   ASSAY_EDATA    a delimiter that cannot be one */
ASSAY_MUST_CHECK enum assay_status assay_csv_open(const char *path,
                                                  const struct assay_csv_options *options,
                                                  struct assay_csv **csv,
                                                  struct assay_error *err);

/* The same over bytes[length], which are borrowed until _close, as if a file called name held
 * them. */
ASSAY_MUST_CHECK enum assay_status assay_csv_open_memory(const char *name, const char *bytes,
                                                         size_t length,
                                                         const struct assay_csv_options *options,
                                                         struct assay_csv **csv,
                                                         struct assay_error *err);
void assay_csv_close(struct assay_csv *csv);

/* What the header says. */
const char *assay_csv_name(const struct assay_csv *csv); /* as messages call the source */
size_t assay_csv_header_count(const struct assay_csv *csv);
const char *assay_csv_header(const struct assay_csv *csv, size_t index);
char assay_csv_delimiter(const struct assay_csv *csv);
bool assay_csv_delimiter_guessed(const struct assay_csv *csv); /* guessed, and not a comma */

/* Declares the wanted columns, once, before the first row is read, and adds them to the empty
 * table in this order. A second request for the same column and type shares the first's, and is
 * then required when either is; requests of different type may name the same column. Without any,
 * rows are only counted. A failure leaves the table empty.
 *   ASSAY_EDATA   a column that the header does not have: `q3.csv: no column "churned"; expected it
 *                 as the outcome`, with the nearest header in the hint; or one that it has twice
 *                 (a repeated name that nobody asks for is harmless) */
ASSAY_MUST_CHECK enum assay_status assay_csv_select(struct assay_csv *csv,
                                                    const struct assay_column_request requests[],
                                                    size_t n_request, struct assay_table *table,
                                                    struct assay_error *err);

/* Appends up to max_row good rows to the table; *more is false once the source has ended.
 * The table must be the one given to _select. After a failure it holds the rows before that, and
 * the reader can only be closed.
 *   ASSAY_EIO, ASSAY_EFORMAT   the source cannot be read further: I/O, damaged gzip, a quote
 *                              still open at the end, a field over the limit; or the rejects
 *                              could not be written */
ASSAY_MUST_CHECK enum assay_status assay_csv_read(struct assay_csv *csv, struct assay_table *table,
                                                  size_t max_row, bool *more,
                                                  struct assay_error *err);

/* The same, but stops early where max_row would cut through what is at hand, which costs its rows a copy. *more is
 * false, or there is at least one row. */
ASSAY_MUST_CHECK enum assay_status assay_csv_read_whole(struct assay_csv *csv,
                                                        struct assay_table *table, size_t max_row,
                                                        bool *more, struct assay_error *err);

/* What has been read so far. */
size_t assay_csv_record_count(const struct assay_csv *csv); /* good and bad, without the header */
size_t assay_csv_bytes(const struct assay_csv *csv);        /* of the file on disk */
size_t assay_csv_size(const struct assay_csv *csv);         /* of the whole file; 0 unknown */
size_t assay_csv_reject_count(const struct assay_csv *csv);
const size_t *assay_csv_rejects_by_reason(const struct assay_csv *csv); /* [ASSAY_REJECT_REASONS] */
/* Message k of the first ASSAY_REJECTS_SHOWN, NULL behind the last. */
const char *assay_csv_reject_message(const struct assay_csv *csv, size_t k);
/* Of the whole file, once *more was false; empty before, and without a fingerprint. */
void assay_csv_sha256(const struct assay_csv *csv, char out[ASSAY_SHA256_TEXT_SIZE]);

#endif
