/* rows.h - memory for arrays that grow with the rows, within a budget
 *
 * Up to the budget such arrays lie in memory. What goes beyond it lies in files without a name, in $TMPDIR
 * (/tmp without one), of which the process keeps mapped only what it is working on: the same pointers, the
 * same bytes, whatever the budget. Room is taken from the file system first, so that a full disk is an
 * allocation that fails, with a sentence of its own (assay_fail_memory() says it), and never a signal later.
 *
 * Only arrays of a megabyte and more count; smaller ones are left to malloc(). What comes from here goes back
 * by assay_rows_free(), never by free().
 */
#ifndef ASSAY_CORE_BASE_ROWS_H
#define ASSAY_CORE_BASE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that the process should keep in memory; 0: a quarter of the machine's (machine.h). Three eighths of
 * them (all but 30 MB of a small budget) are for arrays in plain memory, the rest for what is mapped of files and for
 * everything else. Set once, before the first array and before any thread; until then everything lies in plain
 * memory. */
void assay_rows_budget(size_t bytes);

/* Zeroed memory for n things of size bytes, aligned to 64; n = 0 gives a pointer that may be given back.
 * NULL: no room. Any thread may call these. */
void *assay_rows_alloc(size_t n, size_t size);

/* As assay_grow() (memory.h), for an array from here or NULL; new room is zeroed. */
bool assay_rows_grow(void *array, size_t *capacity, size_t needed, size_t size);

void assay_rows_free(void *array);

/* Bytes that lie in files now; for tests and for people. */
size_t assay_rows_spilled(void);

/* Why the last allocation had no room in a file, as a finished clause ("12 GB more in \"/tmp\", which has 3 GB
 * free"), or NULL when files were not the reason. */
const char *assay_rows_problem(void);

#endif
