/* csv_preamble.h - what stands before the first record: the header, read by libcsv
 *
 * Internal to core/data.
 */
#ifndef ASSAY_CORE_DATA_CSV_PREAMBLE_H
#define ASSAY_CORE_DATA_CSV_PREAMBLE_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/data/csv_records.h"
#include "core/data/csv_slab.h"

/* Reads the header from the beginning of the feed, which then stands behind it. Fills format->header, which the caller
 * clears also on failure, and format->delimiter where that is 0: *guessed then.
 *   ASSAY_EFORMAT  as assay_csv_open() has it */
ASSAY_MUST_CHECK enum assay_status assay_csv_preamble_read(struct assay_feed *feed,
                                                           struct assay_csv_format *format,
                                                           bool *guessed, struct assay_error *err);

#endif
