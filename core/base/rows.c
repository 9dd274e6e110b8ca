#include "core/base/rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/rows_regions.h"

enum { LARGE = 1 << 20, ALIGNMENT = 64, PAGE = 4096 };

/* ---- small arrays ---- */

/* From malloc(), 64 bytes and more behind what that gave, which lies before the array. Regions begin with a
 * page and small arrays never do: that is how they are told apart. */
static void *small_alloc(size_t bytes)
{
    char *given = assay_alloc(bytes + 3 * (size_t)ALIGNMENT, 1);
    if (given == NULL)
        return NULL;
    size_t ahead = 2 * (size_t)ALIGNMENT - (uintptr_t)given % ALIGNMENT;
    if (((uintptr_t)given + ahead) % PAGE == 0)
        ahead += ALIGNMENT;
    char *array = given + ahead;
    memcpy(array - sizeof given, &given, sizeof given);
    return array;
}

static bool is_small(const void *array)
{
    return (uintptr_t)array % PAGE != 0;
}

static void small_free(char *array)
{
    char *given;
    memcpy(&given, array - sizeof given, sizeof given);
    free(given);
}

/* ---- the doors ---- */

static size_t whole_pages(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return bytes > SIZE_MAX - page ? 0 : (bytes + page - 1) / page * page;
}

static char *large_alloc(size_t bytes)
{
    bytes = whole_pages(bytes);
    return bytes > 0 ? assay_region_new(bytes) : NULL;
}

void *assay_rows_alloc(size_t n, size_t size)
{
    if (size > 0 && n > PTRDIFF_MAX / size)
        return NULL;
    return n * size < LARGE ? small_alloc(n * size) : large_alloc(n * size);
}

static char *large_grow(char *array, size_t bytes)
{
    bytes = whole_pages(bytes);
    return bytes > 0 ? assay_region_grow(array, bytes) : NULL;
}

/* Small arrays double, as others do; half as much again of a large one wastes less. */
static size_t enlarged(size_t capacity, size_t needed, size_t size)
{
    size_t wanted = capacity < LARGE / size ? 2 * capacity : capacity + capacity / 2;
    if (wanted < 8)
        wanted = 8;
    return wanted > needed ? wanted : needed;
}

bool assay_rows_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = enlarged(*capacity, needed, size);
    if (wanted > PTRDIFF_MAX / size)
        return false;
    char *old, *grown;
    memcpy(&old, array, sizeof old); /* array is really a T **; void ** would alias */
    if (old != NULL && !is_small(old)) {
        grown = large_grow(old, wanted * size);
    } else {
        grown = assay_rows_alloc(wanted, size);
        if (grown != NULL && old != NULL) {
            memcpy(grown, old, *capacity * size);
            small_free(old);
        }
    }
    if (grown == NULL)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

void assay_rows_free(void *array)
{
    if (array == NULL)
        return;
    if (is_small(array))
        small_free(array);
    else
        assay_region_free(array);
}
