/* secret_file.h - files that nobody else may read, and memory that is wiped
 *
 * A file of a key or a password is used only where its mode gives group and others nothing: a file
 * that everybody could read is no secret any more, and who made it so should know.
 */
#ifndef ASSAY_RELEASE_SIGN_SECRET_FILE_H
#define ASSAY_RELEASE_SIGN_SECRET_FILE_H

#include <stddef.h>

#include "core/base/error.h"

/* Whether text[length] is the secret that was asked for; its message says what it is instead. */
typedef enum assay_status assay_secret_look(const char *path, const char *text, size_t length,
                                            struct assay_error *err);

/* Reads a file, or a pipe, of at most size - 1 bytes into text[size], which is NUL-terminated;
 * *length is without the NUL. look: asked of what was read before the mode is judged, so that
 * nobody is told to hide a file that is no secret; NULL: any text is one. After a failure text is
 * wiped.
 *   ASSAY_EIO      cannot be opened or read
 *   ASSAY_EDATA    group or others have a right on it
 *   ASSAY_EFORMAT  longer
 *   or what look returns */
ASSAY_MUST_CHECK enum assay_status assay_secret_file_read(const char *path, assay_secret_look *look,
                                                          char text[], size_t size, size_t *length,
                                                          struct assay_error *err);

/* Zeroed memory that is kept out of swap where the system allows it; NULL: there is none. */
void *assay_secret_alloc(size_t size);
/* Wipes and frees; NULL is fine. */
void assay_secret_free(void *memory, size_t size);

#endif
