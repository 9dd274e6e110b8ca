/* What a terminal is shown: a child works, its standard error a pseudo-terminal that the test reads. */
#include "core/base/progress.h"

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/text.h"
#include "tests/support/suite.h"

static void sleep_for(double seconds)
{
    usleep((useconds_t)(1e6 * seconds));
}

/* All that the child puts on its terminal while work() runs. */
static struct assay_text shown_by(void (*work)(void))
{
    struct winsize size = {.ws_row = 24, .ws_col = 60};
    struct assay_text shown = {0};
    char bytes[256];
    int terminal, status;
    fflush(NULL);
    pid_t child = forkpty(&terminal, NULL, NULL, &size);
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        work();
        _exit(0);
    }
    for (ssize_t n; (n = read(terminal, bytes, sizeof bytes)) > 0;)
        assay_text_add(&shown, bytes, (size_t)n);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(terminal);
    ck_assert(!shown.failed);
    return shown;
}

static size_t count(const struct assay_text *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text->data; at != NULL && (at = strstr(at, part)) != NULL; at++)
        n++;
    return n;
}

/* 0.76 s in fifty steps. */
static void read_for_a_while(void)
{
    struct assay_progress progress;
    assay_progress_init(&progress, false);
    assay_progress_start(&progress, "reading a-file-with-a-name-that-is-too-long.csv",
                         ASSAY_PROGRESS_BYTES, NULL);
    for (size_t k = 0; k < 50; k++) {
        assay_progress_update_rows(&progress, 10 * k, 1000, k);
        sleep_for(0.0152);
    }
    assay_progress_end(&progress);
}

START_TEST(long_work_is_shown_a_few_times_and_then_wiped)
{
    struct assay_text shown = shown_by(read_for_a_while);
    ck_assert_msg(count(&shown, "\rreading a-file") >= 1, "\"%s\"", shown.data);
    ck_assert_uint_le(count(&shown, "\rreading a-file"), 2); /* after 0.5 s and 0.7 s */
    ck_assert_uint_ge(count(&shown, "...: "), 1);            /* cut to 60 columns */
    ck_assert_uint_ge(count(&shown, "%, 0.0 MB/s, "), 1);
    ck_assert_str_eq(shown.data + shown.length - 4, "\r\033[K");
    assay_text_clear(&shown);
}
END_TEST

static void do_short_work(void)
{
    struct assay_progress progress;
    assay_progress_init(&progress, false);
    for (size_t k = 0; k < 5; k++) { /* each stretch ends the one before */
        assay_progress_start(&progress, "a moment", ASSAY_PROGRESS_TIME, NULL);
        assay_progress_update(&progress, k, 5);
    }
    if (progress.view == NULL)
        _exit(1);
    assay_progress_end(&progress);
    assay_progress_end(&progress);
}

static void be_quiet(void)
{
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    assay_progress_start(&progress, "nothing", ASSAY_PROGRESS_TIME, NULL);
    if (progress.view != NULL)
        _exit(1);
    assay_progress_update(&progress, 1, 2);
    assay_progress_end(&progress);
}

/* Whichever allocation fails, work goes on without a line. */
static void have_no_memory(void)
{
    for (size_t n = 1; n <= 2; n++) {
        struct assay_progress progress;
        assay_progress_init(&progress, false);
        test_fail_allocation(n);
        assay_progress_start(&progress, "nothing", ASSAY_PROGRESS_TIME, NULL);
        test_fail_allocation(0);
        if (progress.view != NULL)
            _exit(1);
        assay_progress_update(&progress, 1, 2);
        assay_progress_end(&progress);
    }
}

START_TEST(short_work_quiet_work_and_work_without_memory_show_nothing)
{
    static void (*const works[])(void) = {do_short_work, be_quiet, have_no_memory};
    struct assay_text shown = shown_by(works[_i]);
    ck_assert_uint_eq(shown.length, 0);
    assay_text_clear(&shown);
}
END_TEST

START_TEST(where_nobody_looks_nothing_is_started)
{
    struct assay_progress progress;
    int kept = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    dup2(fileno(file), STDERR_FILENO);
    assay_progress_init(&progress, false);
    assay_progress_start(&progress, "nothing", ASSAY_PROGRESS_TIME, NULL);
    dup2(kept, STDERR_FILENO);
    close(kept);
    fclose(file);
    ck_assert_ptr_null(progress.view);
    assay_progress_update(&progress, 1, 2);
    assay_progress_end(&progress);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, long_work_is_shown_a_few_times_and_then_wiped);
    tcase_add_loop_test(tc, short_work_quiet_work_and_work_without_memory_show_nothing, 0, 3);
    tcase_add_test(tc, where_nobody_looks_nothing_is_started);
}

ASSAY_SUITE("base/progress", add_tests)
