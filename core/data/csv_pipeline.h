/* csv_pipeline.h - slabs filled, read and handed over, by several threads
 *
 * Internal to core/data. Slabs go round in a ring. Filling is done by one thread at a time, in the order of the file,
 * and so fingerprints it; slabs are read into parts by any thread; the caller takes the parts in order, and works like
 * the others while the next is not ready. What is in a part depends on the file alone.
 *
 * A slab with a piece of a longer record is read by the caller, when its turn comes.
 */
#ifndef ASSAY_CORE_DATA_CSV_PIPELINE_H
#define ASSAY_CORE_DATA_CSV_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/csv_records.h"
#include "core/data/csv_slab.h"
#include "core/data/csv_tuning.h"

struct assay_pipeline;

/* A slab that has been read. */
struct assay_delivery {
    struct assay_slab slab;
    struct assay_part part;
    bool has_part; /* the part has its columns */
    bool read;
};

/* Reads what the feed has from now on. Borrows format and feed, and takes the columns from the table. n_thread at
 * least 1; threads start when there is more than one slab. */
ASSAY_MUST_CHECK enum assay_status assay_pipeline_new(
    const struct assay_csv_format *format, struct assay_feed *feed, const struct assay_table *like,
    size_t n_thread, const struct assay_csv_tuning *tuning, struct assay_pipeline **pipeline,
    struct assay_error *err);
void assay_pipeline_free(struct assay_pipeline *pipeline);

/* The next slab, read; good until _release. Not behind one that is the last or whose part has failed. */
struct assay_delivery *assay_pipeline_take(struct assay_pipeline *pipeline);
void assay_pipeline_release(struct assay_pipeline *pipeline);

#endif
