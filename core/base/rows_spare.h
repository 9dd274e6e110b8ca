/* rows_spare.h - memory of arrays that were given back, kept for the next ones
 *
 * Fresh memory has to be cleared by the kernel page by page, which takes several times what clearing memory at hand
 * does. Not for several threads at once: rows_regions.c calls these under its lock.
 */
#ifndef ASSAY_CORE_BASE_ROWS_SPARE_H
#define ASSAY_CORE_BASE_ROWS_SPARE_H

#include <stddef.h>

/* Bytes that are kept now. */
size_t assay_spare_bytes(void);

/* Keeps a private mapping of whole pages, or unmaps it where it cannot be noted. */
void assay_spare_keep(char *address, size_t bytes);

/* A mapping of so many bytes out of what is kept, the caller's from now on: the smallest that is large enough,
 * of which the rest stays, or else the largest, made longer. *used: so many bytes from its beginning may not be
 * zero. NULL: nothing is kept, or there is no room to make it longer. */
char *assay_spare_take(size_t bytes, size_t *used);

/* Unmaps until no more than so many bytes, whole pages, are kept. */
void assay_spare_drop(size_t most);

#endif
