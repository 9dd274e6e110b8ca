/* csv_records.h - records as libcsv reads them, into a part
 *
 * Internal to core/data. This is the authority on every byte: whatever else reads records (csv_plain.h) hands over to
 * it what is not plain, and is right when it gives what this would have given. Each thread has its own.
 */
#ifndef ASSAY_CORE_DATA_CSV_RECORDS_H
#define ASSAY_CORE_DATA_CSV_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/data/csv_cells.h"
#include "core/data/csv_header.h"
#include "core/data/csv_parser.h"
#include "core/data/csv_part.h"
#include "core/data/lines.h"

#define ASSAY_QUOTE_EXPECTED "quotes around the whole field and doubled inside it"

/* What is the same for all readers of a file; borrowed by them. */
struct assay_csv_format {
    const char *source; /* its name */
    char delimiter;
    size_t max_field;
    bool filing; /* bad rows go to a file, as they stood */
    struct assay_csv_header header;
    struct assay_cell_plan plan;
};

struct assay_records {
    const struct assay_csv_format *format;
    struct assay_parser *parser;
    struct assay_cells cells;
    struct assay_lines lines;
    struct assay_part *part; /* where rows go */

    /* the record being read */
    size_t record_line;
    size_t n_field;
    bool broken;              /* libcsv gave it up; what is left of its line is passed over */
    struct assay_text record; /* raw, for the rejects file alone */
};

ASSAY_MUST_CHECK enum assay_status assay_records_init(struct assay_records *records,
                                                      const struct assay_csv_format *format,
                                                      struct assay_error *err);
void assay_records_clear(struct assay_records *records);

/* Bytes that go on where the last ones ended, and the part that takes their rows. */
void assay_records_give(struct assay_records *records, const char *bytes, size_t length,
                        struct assay_part *part);

/* Reads what was given to its end, which may be in the middle of a record. What ends the reading is in
 * part->status, here and below:
 *   ASSAY_EFORMAT  a field over the limit; _finish: a quote that is still open */
void assay_records_read(struct assay_records *records);

/* Reads one record (or line of blanks) of what was given, from byte `at`, where the line of that number begins. Returns
 * where the next one begins; records->lines.line is its line. */
size_t assay_records_read_one(struct assay_records *records, size_t at, size_t line);

/* The source has ended: so does the record that is open. */
void assay_records_finish(struct assay_records *records);

#endif
