/* memory.h - allocation with sizes that cannot wrap around
 *
 * What these return is released with free(). NULL means that there is no memory
 * (or that n * size does not fit in size_t).
 */
#ifndef ASSAY_CORE_BASE_MEMORY_H
#define ASSAY_CORE_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory for n things of size bytes; n = 0 gives a pointer that may be freed. */
void *assay_alloc(size_t n, size_t size);

/* Makes *array hold at least needed things, doubling; false, with *array and *capacity
 * as they were, when there is no memory. `array` is the address of the pointer:
 *
 *   if (!assay_grow(&rows, &row_capacity, n_row + 1, sizeof *rows)) ...
 */
bool assay_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* A copy of text[length] with a NUL behind it. */
char *assay_copy_text(const char *text, size_t length);
char *assay_copy_string(const char *text);

/* Gives what free() has kept back to the system, where the C library can: for when much is over. */
void assay_memory_trim(void);

#endif
