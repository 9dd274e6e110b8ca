/* thread.h - the same answer on any number of threads
 *
 * Work is cut into numbered tasks whose boundaries depend on the data alone; each
 * task writes only its own results, and the caller adds them up in task order.
 */
#ifndef ASSAY_CORE_BASE_THREAD_H
#define ASSAY_CORE_BASE_THREAD_H

#include <stdbool.h>
#include <stddef.h>

/* Runs run(state, 0) .. run(state, n_task - 1), each exactly once, in any order, on at most
 * n_thread threads (0: as many as there are processors). Returns when all are done. Falls
 * back to fewer threads, down to the calling one, when the system gives no more. */
void assay_parallel(size_t n_task, size_t n_thread, void (*run)(void *state, size_t task),
                    void *state);

/* Whether `holds` says so of all n rows, asked about in strips first .. end - 1; once one does not, others may not be
 * asked about. */
bool assay_parallel_holds(size_t n, size_t n_thread, bool (*holds)(const void *state, size_t first, size_t end),
                          const void *state);

/* From now on every thread calls this behind each task, whoever wants that done; NULL: nothing. It must change
 * no results, nor call assay_parallel(), and may make threads wait for each other for a moment: no task ends holding a
 * lock that it takes. A child of fork() has none. For who watches over what all tasks share (rows_governor.h). */
void assay_parallel_between(void (*between)(void));

/* The same within a task, where it is long and goes over much memory. */
void assay_parallel_step(void);

/* Behind row i of such a task: a step every few thousand rows. */
static inline void assay_parallel_row(size_t i)
{
    enum { ROWS = 1 << 13 };
    if (i % ROWS == 0)
        assay_parallel_step();
}

/* Processors this process may use, at least 1. */
size_t assay_processor_count(void);

/* Bytes by which what tasks write again and again should lie apart: processors hand each other whole lines of their
 * caches, two at a time, and a count beside another task's is waited for at every row. */
#define ASSAY_TASKS_APART 128

#endif
