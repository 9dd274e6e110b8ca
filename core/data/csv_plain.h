/* csv_plain.h - plain records, many at a time
 *
 * Internal to core/data. A record is plain when it is one line with as many fields as the header, none of them with
 * a quote, and each the text, number, date or flag that it should be, or properly empty. Plain records are cut by the
 * vector tokeniser (csv_index.h) and converted column by column (csv_run.h); what is not plain goes to libcsv
 * (csv_records.h), record by record, so that the part is what libcsv alone would have made of all of it.
 */
#ifndef ASSAY_CORE_DATA_CSV_PLAIN_H
#define ASSAY_CORE_DATA_CSV_PLAIN_H

#include <stddef.h>

#include "core/data/csv_records.h"

/* The memory that one thread works in. */
struct assay_plain;

/* NULL: no memory. */
struct assay_plain *assay_plain_new(void);
void assay_plain_free(struct assay_plain *plain);

/* Reads a slab that begins with a record, on the given line, and ends with one. ASSAY_RUN_MARGIN bytes (csv_run.h) must be
 * readable before and behind it. */
void assay_plain_read(struct assay_plain *plain, struct assay_records *records, const char *bytes,
                      size_t length, size_t line, struct assay_part *part);

#endif
