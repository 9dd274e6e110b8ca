/* source.h - the bytes of a data file, front to back
 *
 * A file, standard input, or memory. A name that ends in ".gz" (in any case) is unpacked on the
 * way, all members of it. What lies on disk is fingerprinted and counted as it passes.
 */
#ifndef ASSAY_CORE_DATA_SOURCE_H
#define ASSAY_CORE_DATA_SOURCE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/sha256.h"

struct assay_source;

/* Opens path ("-": standard input, which _close leaves open).
 *   ASSAY_EIO   cannot be opened, or is a directory */
ASSAY_MUST_CHECK enum assay_status assay_source_open(const char *path,
                                                     struct assay_source **source,
                                                     struct assay_error *err);

/* The same over bytes[length], which are borrowed until _close, as if a file held them; name is
 * copied. */
ASSAY_MUST_CHECK enum assay_status assay_source_open_memory(const char *name, const char *bytes,
                                                            size_t length,
                                                            struct assay_source **source,
                                                            struct assay_error *err);
void assay_source_close(struct assay_source *source);

/* Fills buffer[size]; *got is less than size only at the end of the source, and where it fails: then it is what
 * came before that.
 *   ASSAY_EIO      a read failed
 *   ASSAY_EFORMAT  not gzip in spite of its name, damaged, or cut off before its end */
ASSAY_MUST_CHECK enum assay_status assay_source_read(struct assay_source *source, char *buffer,
                                                     size_t size, size_t *got,
                                                     struct assay_error *err);

const char *assay_source_name(const struct assay_source *source);  /* as messages call it */
size_t assay_source_bytes(const struct assay_source *source);      /* read so far, as on disk */
size_t assay_source_size(const struct assay_source *source);       /* on disk; 0 unknown */

/* Fingerprint of the whole file as it lies on disk; "" before its end has been read. It takes a tenth of the time
 * of reading: _skip, before anything is read, spares it to those who do not ask. */
const char *assay_source_sha256(const struct assay_source *source);
void assay_source_skip_sha256(struct assay_source *source);

#endif
