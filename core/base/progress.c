#include "core/base/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/base/memory.h"

/* Seconds before the first line, and between two. */
#define PATIENCE 0.5
#define PACE     0.2

struct assay_progress_view {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all below */
    pthread_cond_t over;
    bool ended;
    char *what;
    struct assay_progress_meter meter;
    char shown[ASSAY_PROGRESS_LINE_SIZE]; /* "": nothing */
};

static double seconds_of(struct timespec time)
{
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return seconds_of(time);
}

void assay_progress_init(struct assay_progress *progress, bool quiet)
{
    *progress = (struct assay_progress){.enabled = !quiet && isatty(STDERR_FILENO)};
}

/* ---- the thread that draws ---- */

static size_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

/* One write a line, which clears what is left of the line before behind it: no flicker. */
static void draw(struct assay_progress_view *view)
{
    char figures[ASSAY_PROGRESS_SIZE], line[ASSAY_PROGRESS_LINE_SIZE];
    assay_progress_meter_print(&view->meter, now(), figures);
    assay_progress_line(view->what, figures, terminal_width(), line);
    if (strcmp(line, view->shown) == 0)
        return;
    fprintf(stderr, "\r%s\033[K", line);
    fflush(stderr);
    memcpy(view->shown, line, sizeof line);
}

static struct timespec later(double seconds)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += (long)(1e9 * seconds);
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

static void *watch(void *state)
{
    struct assay_progress_view *view = state;
    struct timespec next = later(PATIENCE);
    pthread_mutex_lock(&view->mutex);
    while (!view->ended) {
        pthread_cond_timedwait(&view->over, &view->mutex, &next);
        if (view->ended || now() < seconds_of(next))
            continue;
        draw(view);
        next = later(PACE);
    }
    pthread_mutex_unlock(&view->mutex);
    return NULL;
}

/* ---- stretches ---- */

static void free_view(struct assay_progress_view *view)
{
    pthread_cond_destroy(&view->over);
    pthread_mutex_destroy(&view->mutex);
    free(view->what);
    free(view);
}

/* Who cannot be shown progress, for want of memory or of a thread, does without. */
void assay_progress_start(struct assay_progress *progress, const char *what,
                          enum assay_progress_unit unit, const char *piece)
{
    assay_progress_end(progress);
    if (!progress->enabled)
        return;
    struct assay_progress_view *view = assay_alloc(1, sizeof *view);
    if (view == NULL)
        return;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&view->mutex, NULL);
    pthread_cond_init(&view->over, &clock);
    pthread_condattr_destroy(&clock);
    view->what = assay_copy_string(what);
    assay_progress_meter_start(&view->meter, unit, piece, now());
    if (view->what != NULL && pthread_create(&view->thread, NULL, watch, view) == 0)
        progress->view = view;
    else
        free_view(view);
}

void assay_progress_update_rows(struct assay_progress *progress, size_t done, size_t total,
                                size_t n_row)
{
    struct assay_progress_view *view = progress->view;
    if (view == NULL)
        return;
    pthread_mutex_lock(&view->mutex);
    assay_progress_meter_take(&view->meter, done, total, n_row, now());
    pthread_mutex_unlock(&view->mutex);
}

void assay_progress_update(struct assay_progress *progress, size_t done, size_t total)
{
    assay_progress_update_rows(progress, done, total, 0);
}

void assay_progress_end(struct assay_progress *progress)
{
    struct assay_progress_view *view = progress->view;
    if (view == NULL)
        return;
    progress->view = NULL;
    pthread_mutex_lock(&view->mutex);
    view->ended = true;
    pthread_cond_signal(&view->over);
    pthread_mutex_unlock(&view->mutex);
    pthread_join(view->thread, NULL);
    if (view->shown[0] != '\0')
        fprintf(stderr, "\r\033[K");
    free_view(view);
}
