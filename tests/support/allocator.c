/* The linker sends our own calls of malloc, calloc and realloc here (--wrap), so that a test can
 * make the n-th of them fail. Libraries keep the real ones. */
#include <stdatomic.h>
#include <stddef.h>

#include "tests/support/suite.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static atomic_size_t made;
static atomic_size_t failing;

static int must_fail(void)
{
    size_t now = atomic_fetch_add(&made, 1) + 1;
    return now == atomic_load(&failing);
}

void test_fail_allocation(size_t n)
{
    atomic_store(&made, 0);
    atomic_store(&failing, n);
}

size_t test_allocations(void)
{
    return atomic_load(&made);
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return must_fail() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return must_fail() ? NULL : __real_realloc(old, size);
}
