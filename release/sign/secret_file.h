/* secret_file.h - files that nobody else may read, and memory that is wiped
 *
 * A file of a key or a password is used only where its mode gives group and others nothing: a file
 * that everybody could read is no secret any more, and who made it so should know.
 */
#ifndef ASSAY_RELEASE_SIGN_SECRET_FILE_H
#define ASSAY_RELEASE_SIGN_SECRET_FILE_H

#include <stddef.h>

#include "core/base/error.h"

/* Reads a file, or a pipe, of at most size - 1 bytes into text[size], which is NUL-terminated;
 * *length is without the NUL. ASSAY_EIO      cannot be opened or read ASSAY_EDATA    group or
 * others have a right on it ASSAY_EFORMAT  longer */
ASSAY_MUST_CHECK enum assay_status assay_secret_file_read(const char *path, char text[],
                                                          size_t size, size_t *length,
                                                          struct assay_error *err);

/* Zeroed memory that is kept out of swap where the system allows it; NULL: there is none. */
void *assay_secret_alloc(size_t size);
/* Wipes and frees; NULL is fine. */
void assay_secret_free(void *memory, size_t size);

#endif
