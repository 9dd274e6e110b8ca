/* desk.h - scratch memory for tasks that run side by side
 *
 * As many desks as threads, not as tasks: a task takes a free one, and leaves it when it is done. Which one it gets says
 * nothing about its result as long as it begins by clearing what it uses.
 */
#ifndef ASSAY_CORE_BASE_DESK_H
#define ASSAY_CORE_BASE_DESK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { ASSAY_MOST_DESKS = 64 };

struct assay_desks {
    double *memory; /* from rows.h */
    size_t size, n;
    atomic_bool taken[ASSAY_MOST_DESKS];
};

/* Desks of `size` doubles, aligned to 64 bytes, for n_thread threads (1..64). false: no memory. */
bool assay_desks_init(struct assay_desks *desks, size_t n_thread, size_t size);
void assay_desks_clear(struct assay_desks *desks);

/* A free desk; there is one while no more tasks than n_thread are at work. */
double *assay_desk_take(struct assay_desks *desks);
void assay_desk_leave(struct assay_desks *desks, const double *desk);

#endif
