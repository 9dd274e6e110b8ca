/* The threads stay for the next call: making one costs more than many a call has to do. Calls are a list of jobs, of
 * which idle threads take what is open; who calls works on his own job too, so that nested calls, and calls
 * from several threads at once, wait for nobody but those who are already at their tasks. */
#include "core/base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

struct job {
    void (*run)(void *state, size_t task);
    void *state;
    size_t n_task;
    atomic_size_t next;
    size_t n_wanted; /* threads that may still join */
    size_t n_helper; /* threads that are at it, beside the caller */
    struct job *below;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t opened, left; /* a job was opened; a helper has left one */
    struct job *jobs;            /* open ones, the newest first */
    size_t n_thread;
    bool ready_for_fork;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .opened = PTHREAD_COND_INITIALIZER,
          .left = PTHREAD_COND_INITIALIZER};

static void (*_Atomic behind_each)(void);

void assay_parallel_step(void)
{
    void (*between)(void) = atomic_load_explicit(&behind_each, memory_order_acquire);
    if (between != NULL)
        between();
}

static void work(struct job *job)
{
    for (;;) {
        size_t task = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed);
        if (task >= job->n_task)
            return;
        job->run(job->state, task);
        assay_parallel_step();
    }
}

static struct job *find_open(void)
{
    for (struct job *job = pool.jobs; job != NULL; job = job->below)
        if (job->n_wanted > 0 &&
            atomic_load_explicit(&job->next, memory_order_relaxed) < job->n_task)
            return job;
    return NULL;
}

static void *serve(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        struct job *job = find_open();
        if (job == NULL) {
            pthread_cond_wait(&pool.opened, &pool.lock);
            continue;
        }
        job->n_wanted--;
        job->n_helper++;
        pthread_mutex_unlock(&pool.lock);
        work(job);
        pthread_mutex_lock(&pool.lock);
        if (--job->n_helper == 0)
            pthread_cond_broadcast(&pool.left);
    }
    return NULL;
}

/* ---- fork: the child has the lock and the list as they were, and no thread but its own ---- */

static void before_fork(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&pool.lock);
}

static void in_child(void)
{
    pool.n_thread = 0;
    pool.jobs = NULL;
    atomic_store(&behind_each, NULL); /* who watched is gone, and may have held a lock */
    pthread_cond_init(&pool.opened, NULL);
    pthread_cond_init(&pool.left, NULL);
    pthread_mutex_init(&pool.lock, NULL);
}

/* The lock is held. */
static void prepare_for_fork(void)
{
    if (!pool.ready_for_fork)
        pool.ready_for_fork = pthread_atfork(before_fork, after_fork, in_child) == 0;
}

void assay_parallel_between(void (*between)(void))
{
    pthread_mutex_lock(&pool.lock);
    prepare_for_fork();
    pthread_mutex_unlock(&pool.lock);
    atomic_store(&behind_each, between);
}

/* Has the pool at least n threads, as far as the system gives them. The lock is held. */
static void grow_pool(size_t n)
{
    prepare_for_fork();
    while (pool.ready_for_fork && pool.n_thread < n) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, NULL) != 0)
            return;
        pthread_detach(thread);
        pool.n_thread++;
    }
}

static void open_job(struct job *job, size_t n_helper)
{
    pthread_mutex_lock(&pool.lock);
    grow_pool(n_helper);
    job->n_wanted = n_helper;
    job->below = pool.jobs;
    pool.jobs = job;
    for (size_t k = 0; k < n_helper; k++)
        pthread_cond_signal(&pool.opened);
    pthread_mutex_unlock(&pool.lock);
}

/* The job is done when its tasks are all taken and nobody is at one. */
static void close_job(struct job *job)
{
    pthread_mutex_lock(&pool.lock);
    struct job **at = &pool.jobs;
    while (*at != job)
        at = &(*at)->below;
    *at = job->below;
    while (job->n_helper > 0)
        pthread_cond_wait(&pool.left, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
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
    struct job job = {.run = run, .state = state, .n_task = n_task};
    if (n_thread == 0)
        n_thread = assay_processor_count();
    if (n_thread > n_task)
        n_thread = n_task;
    if (n_thread > MAX_THREADS)
        n_thread = MAX_THREADS;
    if (n_thread <= 1) {
        work(&job);
        return;
    }
    open_job(&job, n_thread - 1);
    work(&job);
    close_job(&job);
}

struct question {
    bool (*holds)(const void *state, size_t first, size_t end);
    const void *state;
    size_t n;
    atomic_bool denied;
};

enum { STRIP_ROWS = 1 << 16 };

static void ask_strip(void *state, size_t strip)
{
    struct question *q = state;
    size_t first = strip * STRIP_ROWS, end = q->n - first < STRIP_ROWS ? q->n : first + STRIP_ROWS;
    if (!atomic_load_explicit(&q->denied, memory_order_relaxed) && !q->holds(q->state, first, end))
        atomic_store_explicit(&q->denied, true, memory_order_relaxed);
}

bool assay_parallel_holds(size_t n, size_t n_thread, bool (*holds)(const void *state, size_t first, size_t end),
                          const void *state)
{
    if (n <= STRIP_ROWS)
        return n == 0 || holds(state, 0, n);
    struct question question = {.holds = holds, .state = state, .n = n};
    assay_parallel((n + STRIP_ROWS - 1) / STRIP_ROWS, n_thread, ask_strip, &question);
    return !atomic_load(&question.denied);
}
