#include "core/base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/support/suite.h"

enum { MOST_TASKS = 5000 };

struct account {
    atomic_int runs[MOST_TASKS];
    pthread_t by[MOST_TASKS];
};

static void note(void *state, size_t task)
{
    struct account *account = state;
    account->by[task] = pthread_self();
    atomic_fetch_add(&account->runs[task], 1);
}

static size_t count_threads(const struct account *account, size_t n_task)
{
    size_t n = 0;
    for (size_t k = 0; k < n_task; k++) {
        bool seen = false;
        for (size_t j = 0; j < k && !seen; j++)
            seen = pthread_equal(account->by[j], account->by[k]);
        n += !seen;
    }
    return n;
}

static const size_t threads[] = {0, 1, 2, 3, 5, 64, 1000};

START_TEST(every_task_runs_exactly_once)
{
    static const size_t tasks[] = {0, 1, 2, 7, 64, 65, MOST_TASKS};
    for (size_t t = 0; t < COUNT(tasks); t++) {
        struct account *account = calloc(1, sizeof *account);
        assay_parallel(tasks[t], threads[_i], note, account);
        for (size_t k = 0; k < MOST_TASKS; k++)
            ck_assert_int_eq(atomic_load(&account->runs[k]), k < tasks[t]);
        size_t most = threads[_i] > 0 ? threads[_i] : assay_processor_count();
        ck_assert_uint_le(count_threads(account, tasks[t]), most);
        free(account);
    }
}
END_TEST

/* Both tasks wait until the other has begun, which one thread alone could never see. */
struct meeting {
    pthread_barrier_t both;
};

static void meet(void *state, size_t task)
{
    (void)task;
    pthread_barrier_wait(&((struct meeting *)state)->both);
}

START_TEST(two_threads_work_at_the_same_time)
{
    struct meeting meeting;
    pthread_barrier_init(&meeting.both, NULL, 2);
    assay_parallel(20, 2, meet, &meeting);
    pthread_barrier_destroy(&meeting.both);
}
END_TEST

static void note_caller(void *state, size_t task)
{
    (void)task;
    *(pthread_t *)state = pthread_self();
}

START_TEST(one_thread_is_the_callers_own)
{
    pthread_t by;
    assay_parallel(1, 8, note_caller, &by);
    ck_assert(pthread_equal(by, pthread_self()));
    struct account *account = calloc(1, sizeof *account);
    assay_parallel(100, 1, note, account);
    for (size_t k = 0; k < 100; k++)
        ck_assert(pthread_equal(account->by[k], pthread_self()));
    free(account);
}
END_TEST

/* Stacks that no system can give, so that no thread can be made. */
START_TEST(the_calling_thread_does_the_work_when_there_are_no_others)
{
    pthread_attr_t before, huge;
    ck_assert_int_eq(pthread_getattr_default_np(&before), 0);
    pthread_attr_init(&huge);
    ck_assert_int_eq(pthread_attr_setstacksize(&huge, (size_t)1 << 60), 0);
    ck_assert_int_eq(pthread_setattr_default_np(&huge), 0);
    struct account *account = calloc(1, sizeof *account);
    assay_parallel(100, 4, note, account);
    pthread_setattr_default_np(&before);
    for (size_t k = 0; k < 100; k++) {
        ck_assert_int_eq(atomic_load(&account->runs[k]), 1);
        ck_assert(pthread_equal(account->by[k], pthread_self()));
    }
    free(account);
    pthread_attr_destroy(&before);
    pthread_attr_destroy(&huge);
}
END_TEST

/* Each task sums its own part and the parts are added in task order, as all callers do. */
struct parts {
    double sum[100];
};

static void add_part(void *state, size_t task)
{
    double sum = 0;
    for (size_t k = 1; k <= 1000; k++)
        sum += 1.0 / (double)(task * 1000 + k);
    ((struct parts *)state)->sum[task] = sum;
}

START_TEST(sums_do_not_depend_on_the_number_of_threads)
{
    double want = 0;
    for (size_t t = 0; t < COUNT(threads); t++) {
        struct parts parts;
        double total = 0;
        assay_parallel(COUNT(parts.sum), threads[t], add_part, &parts);
        for (size_t k = 0; k < COUNT(parts.sum); k++)
            total += parts.sum[k];
        if (t == 0)
            want = total;
        ck_assert_mem_eq(&total, &want, sizeof want);
    }
}
END_TEST

struct asked {
    size_t wrong; /* the row of which it does not hold */
    atomic_uchar *rows;
};

static bool is_right(const void *state, size_t first, size_t end)
{
    const struct asked *asked = state;
    for (size_t i = first; i < end; i++)
        atomic_fetch_add(&asked->rows[i], 1);
    return asked->wrong < first || asked->wrong >= end;
}

START_TEST(what_holds_of_all_rows_is_asked_about_each_once)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 400000};
    for (size_t s = 0; s < COUNT(sizes); s++) {
        size_t n = sizes[s], wrongs[] = {0, n / 2, n > 0 ? n - 1 : 0};
        struct asked asked = {.wrong = n, .rows = calloc(n + 1, 1)};
        ck_assert(assay_parallel_holds(n, threads[_i], is_right, &asked));
        for (size_t i = 0; i <= n; i++)
            ck_assert_int_eq(atomic_load(&asked.rows[i]), i < n);
        for (size_t k = 0; n > 0 && k < COUNT(wrongs); k++) {
            asked.wrong = wrongs[k];
            ck_assert(!assay_parallel_holds(n, threads[_i], is_right, &asked));
        }
        free(asked.rows);
    }
}
END_TEST

START_TEST(processors_are_those_this_process_may_use)
{
    cpu_set_t before, one;
    ck_assert_int_eq(sched_getaffinity(0, sizeof before, &before), 0);
    ck_assert_uint_eq(assay_processor_count(), (size_t)CPU_COUNT(&before));
    size_t first = 0;
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    size_t n = assay_processor_count();
    sched_setaffinity(0, sizeof before, &before);
    ck_assert_uint_eq(n, 1);
}
END_TEST

/* ---- in between ---- */

static atomic_size_t looks;

static void look(void)
{
    atomic_fetch_add(&looks, 1);
}

static void step(void *state, size_t task)
{
    (void)state;
    (void)task;
    assay_parallel_step();
}

START_TEST(whoever_watches_is_called_behind_each_task_and_at_each_step)
{
    assay_parallel_step();
    assay_parallel_between(look);
    assay_parallel(100, threads[_i], step, NULL);
    ck_assert_uint_eq(atomic_load(&looks), 200);
    assay_parallel_between(NULL);
    assay_parallel(100, threads[_i], step, NULL);
    ck_assert_uint_eq(atomic_load(&looks), 200);
    atomic_store(&looks, 0);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, whoever_watches_is_called_behind_each_task_and_at_each_step, 0,
                        COUNT(threads));
    tcase_add_loop_test(tc, every_task_runs_exactly_once, 0, COUNT(threads));
    tcase_add_test(tc, two_threads_work_at_the_same_time);
    tcase_add_test(tc, one_thread_is_the_callers_own);
    tcase_add_test(tc, the_calling_thread_does_the_work_when_there_are_no_others);
    tcase_add_test(tc, sums_do_not_depend_on_the_number_of_threads);
    tcase_add_loop_test(tc, what_holds_of_all_rows_is_asked_about_each_once, 0, COUNT(threads));
    tcase_add_test(tc, processors_are_those_this_process_may_use);
}

ASSAY_SUITE("base/thread", add_tests)
