/* csv_slab.h - a file cut into slabs, each of whole records
 *
 * Internal to core/data. Slabs are filled one after the other, in the order of the file; what stands behind the last
 * record end of one begins the next. A record that is longer than a slab goes through several of them, which are
 * marked.
 */
#ifndef ASSAY_CORE_DATA_CSV_SLAB_H
#define ASSAY_CORE_DATA_CSV_SLAB_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/data/csv_ends.h"
#include "core/data/source.h"

/* Bytes that are readable before and behind those of a slab. */
#define ASSAY_SLAB_MARGIN 64

struct assay_slab {
    char *room;  /* [ASSAY_SLAB_MARGIN + capacity + ASSAY_SLAB_MARGIN], NULL before the first use */
    char *bytes; /* in it */
    size_t capacity, length;
    size_t first_line;        /* of the source: that of the first byte */
    bool begun;               /* its first record began in the slab before */
    bool open;                /* its last record goes on in the next slab */
    bool last;                /* the source has ended, or failed: */
    size_t on_disk;           /* bytes of the file that have been read by now */
    enum assay_status status; /* what came behind the bytes */
    struct assay_error err;
};

void assay_slab_clear(struct assay_slab *slab);

/* The bytes of a source that wait for a slab. */
struct assay_feed {
    struct assay_source *source; /* borrowed */
    char delimiter;              /* set before the first slab */
    size_t slab_size;            /* likewise: 1 .. ASSAY_SLAB_SIZE */
    char *bytes;                 /* waiting[at .. length) */
    size_t at, length, capacity;
    size_t line; /* of bytes[at] */
    bool ended;  /* the source has no more behind these */
    struct assay_ends ends;
    bool open;                /* the last slab ended within a record, */
    bool after_cr;            /* and with a CR, to which an LF may belong */
    enum assay_status status; /* the source failed behind these */
    struct assay_error err;
};

enum { ASSAY_SLAB_SIZE = 1 << 18 };

/* Reads the first bytes of the source, which must outlive it. */
ASSAY_MUST_CHECK enum assay_status assay_feed_init(struct assay_feed *feed,
                                                   struct assay_source *source,
                                                   struct assay_error *err);
void assay_feed_clear(struct assay_feed *feed);

/* Reads on when all that waited has been used: for the header, which is not in a slab. */
ASSAY_MUST_CHECK enum assay_status assay_feed_more(struct assay_feed *feed,
                                                   struct assay_error *err);

/* Fills the next slab. A failure is left in it. */
void assay_feed_fill(struct assay_feed *feed, struct assay_slab *slab);

#endif
