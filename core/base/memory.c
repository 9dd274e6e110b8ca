#include "core/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

void *assay_alloc(size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size)
        return NULL; /* calloc() would say so too, but a sanitizer ends the program there */
    return calloc(n > 0 ? n : 1, size > 0 ? size : 1);
}

bool assay_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / size)
        return false;
    void *old;
    memcpy(&old, array, sizeof old); /* array is really a T **; void ** would alias */
    void *grown = realloc(old, wanted * size);
    if (grown == NULL)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

char *assay_copy_text(const char *text, size_t length)
{
    char *copy = assay_alloc(length + 1, 1);
    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *assay_copy_string(const char *text)
{
    return assay_copy_text(text, strlen(text));
}

void assay_memory_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
