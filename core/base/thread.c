#include "core/base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

struct pool {
    void (*run)(void *state, size_t task);
    void *state;
    size_t n_task;
    atomic_size_t next;
};

static void *work(void *argument)
{
    struct pool *pool = argument;
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (task >= pool->n_task)
            return NULL;
        pool->run(pool->state, task);
    }
}

size_t assay_processor_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (size_t)CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (size_t)n : 1;
}

void assay_parallel(size_t n_task, size_t n_thread, void (*run)(void *state, size_t task),
                    void *state)
{
    struct pool pool = {.run = run, .state = state, .n_task = n_task};
    if (n_thread == 0)
        n_thread = assay_processor_count();
    if (n_thread > n_task)
        n_thread = n_task;
    if (n_thread > MAX_THREADS)
        n_thread = MAX_THREADS;
    pthread_t helper[MAX_THREADS];
    size_t n_helper = 0;
    while (n_helper + 1 < n_thread && pthread_create(&helper[n_helper], NULL, work, &pool) == 0)
        n_helper++;
    work(&pool);
    for (size_t k = 0; k < n_helper; k++)
        pthread_join(helper[k], NULL);
}
