/* csv_tuning.h - how the CSV reader works, never what it reads
 *
 * Internal to core/data, and for its tests: whatever is set here, tables, messages and errors are the same.
 */
#ifndef ASSAY_CORE_DATA_CSV_TUNING_H
#define ASSAY_CORE_DATA_CSV_TUNING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/data/csv.h"

struct assay_csv_tuning {
    size_t slab_size;  /* bytes, 1 .. 256 KiB, which is what readers use */
    bool libcsv_alone; /* no record is plain (csv_plain.h) */
};
struct assay_csv_tuning assay_csv_tuning_default(void);

/* Before the first row is read. */
void assay_csv_tune(struct assay_csv *csv, const struct assay_csv_tuning *tuning);

#endif
