/* rows_regions.h - the large arrays of rows.h: whole pages, in memory or in a file
 *
 * Any thread may call these.
 */
#ifndef ASSAY_CORE_BASE_ROWS_REGIONS_H
#define ASSAY_CORE_BASE_ROWS_REGIONS_H

#include <stdbool.h>
#include <stddef.h>

/* What lies beyond the budget: files (rows_file.h), and who drops pages of them (rows_governor.h). A table, so
 * that what sets no budget, libassay for one, links neither. */
struct assay_disk {
    int (*open)(const char *first, size_t n, size_t bytes);
    bool (*extend)(int fd, size_t bytes, size_t extended);
    bool (*govern)(size_t budget, bool (*wanted)(void), bool (*drop)(void));
};

/* The disk is kept, not copied. Once, before the first array; until then everything lies in memory. */
void assay_regions_budget(size_t bytes, const struct assay_disk *disk);

/* Zeroed, of so many bytes, whole pages and not 0; NULL: no room. */
char *assay_region_new(size_t bytes);

/* Where the array lies now; it is no smaller than before. NULL: no room, and it is as it was. */
char *assay_region_grow(char *array, size_t bytes);

void assay_region_free(char *array);

#endif
