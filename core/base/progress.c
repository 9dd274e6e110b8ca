#include "core/base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void assay_progress_init(struct assay_progress *progress, bool quiet)
{
    *progress = (struct assay_progress){.enabled = !quiet && isatty(STDERR_FILENO), .what = ""};
}

void assay_progress_start(struct assay_progress *progress, const char *what)
{
    progress->what = what;
    progress->started = now();
}

void assay_progress_update(struct assay_progress *progress, size_t done, size_t total)
{
    if (!progress->enabled)
        return;
    double time = now(), spent = time - progress->started;
    if (spent < 0.5 || time - progress->drawn_at < 0.1)
        return;
    progress->drawn_at = time;
    progress->drawn = true;
    if (total > 0 && done > 0 && done <= total)
        fprintf(stderr, "\r\033[K%s: %.0f%%, about %.0f s left", progress->what,
                100.0 * (double)done / (double)total,
                spent * (double)(total - done) / (double)done);
    else
        fprintf(stderr, "\r\033[K%s: %zu, %.0f a second", progress->what, done,
                (double)done / spent);
    fflush(stderr);
}

void assay_progress_end(struct assay_progress *progress)
{
    if (progress->drawn)
        fprintf(stderr, "\r\033[K");
    progress->drawn = false;
}
