#include "core/base/desk.h"

#include <assert.h>
#include <stdint.h>

#include "core/base/rows.h"

enum { LINE = 8 }; /* doubles a cache line: desks never share one */

bool assay_desks_init(struct assay_desks *desks, size_t n_thread, size_t size)
{
    assert(n_thread >= 1 && n_thread <= ASSAY_MOST_DESKS);
    size_t whole = (size / LINE + 1) * LINE;
    desks->memory = NULL;
    if (whole > SIZE_MAX / n_thread)
        return false;
    desks->memory = assay_rows_alloc(n_thread * whole, sizeof *desks->memory);
    desks->size = whole;
    desks->n = n_thread;
    for (size_t k = 0; k < n_thread; k++)
        atomic_init(&desks->taken[k], false);
    return desks->memory != NULL;
}

void assay_desks_clear(struct assay_desks *desks)
{
    assay_rows_free(desks->memory);
    desks->memory = NULL;
}

double *assay_desk_take(struct assay_desks *desks)
{
    for (size_t k = 0; k < desks->n; k++)
        if (!atomic_exchange_explicit(&desks->taken[k], true, memory_order_acquire))
            return desks->memory + k * desks->size;
    assert(false); /* more tasks at work than desks */
    return NULL;
}

void assay_desk_leave(struct assay_desks *desks, const double *desk)
{
    size_t k = (size_t)(desk - desks->memory) / desks->size;
    atomic_store_explicit(&desks->taken[k], false, memory_order_release);
}
