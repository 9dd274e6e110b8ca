/* What only a pool that stays can get wrong. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/thread.h"
#include "tests/support/suite.h"

#if defined(__SANITIZE_THREAD__)
#define WATCHED true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WATCHED true
#endif
#endif
#ifndef WATCHED
#define WATCHED false
#endif

enum { OUTER = 12, INNER = 40 };

static void count(void *state, size_t task)
{
    (void)task;
    atomic_fetch_add((atomic_size_t *)state, 1);
}

static void call_again(void *state, size_t task)
{
    (void)task;
    assay_parallel(INNER, 3, count, state);
}

START_TEST(calls_within_calls_run_every_task_once)
{
    for (size_t n_thread = 1; n_thread <= 5; n_thread++) {
        atomic_size_t n = 0;
        assay_parallel(OUTER, n_thread, call_again, &n);
        ck_assert_uint_eq(atomic_load(&n), OUTER * INNER);
    }
}
END_TEST

static void *call_often(void *state)
{
    for (size_t k = 0; k < 300; k++) {
        atomic_size_t n = 0;
        assay_parallel(k % 7, 1 + k % 4, count, &n);
        atomic_fetch_add((atomic_size_t *)state, atomic_load(&n) == k % 7);
    }
    return NULL;
}

START_TEST(calls_from_several_threads_do_not_meet)
{
    atomic_size_t right = 0;
    pthread_t caller[4];
    for (size_t k = 0; k < COUNT(caller); k++)
        ck_assert_int_eq(pthread_create(&caller[k], NULL, call_often, &right), 0);
    for (size_t k = 0; k < COUNT(caller); k++)
        pthread_join(caller[k], NULL);
    ck_assert_uint_eq(atomic_load(&right), COUNT(caller) * 300);
}
END_TEST

START_TEST(state_on_the_stack_may_go_as_soon_as_a_call_returns)
{
    for (size_t k = 0; k < 2000; k++) {
        atomic_size_t n = 0;
        assay_parallel(3, 3, count, &n);
        ck_assert_uint_eq(atomic_exchange(&n, 99), 3);
    }
}
END_TEST

START_TEST(a_child_process_has_threads_of_its_own)
{
    if (WATCHED) {
        test_skip("the thread sanitizer ends a child that makes threads");
        return;
    }
    atomic_size_t n = 0;
    assay_parallel(20, 4, count, &n);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        atomic_size_t own = 0;
        assay_parallel(50, 4, count, &own);
        _exit(atomic_load(&own) == 50 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    assay_parallel(20, 4, count, &n);
    ck_assert_uint_eq(atomic_load(&n), 40);
}
END_TEST

static atomic_size_t looks;

static void look(void)
{
    atomic_fetch_add(&looks, 1);
}

START_TEST(nobody_watches_a_child_process) /* who did is not in it, and may have held a lock */
{
    assay_parallel_between(look);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        assay_parallel_step();
        _exit(atomic_load(&looks) == 0 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    assay_parallel_step();
    ck_assert_uint_eq(atomic_load(&looks), 1);
    assay_parallel_between(NULL);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, calls_within_calls_run_every_task_once);
    tcase_add_test(tc, calls_from_several_threads_do_not_meet);
    tcase_add_test(tc, state_on_the_stack_may_go_as_soon_as_a_call_returns);
    tcase_add_test(tc, a_child_process_has_threads_of_its_own);
    tcase_add_test(tc, nobody_watches_a_child_process);
}

ASSAY_SUITE("base/thread_pool", add_tests)
