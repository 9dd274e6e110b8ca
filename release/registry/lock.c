#include "release/registry/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, POLL_NANOSECONDS = 2 * 1000 * 1000 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail: Linux has this clock */
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int open_lock(const char *path, int flags)
{
    int fd;
    do
        fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* A colleague's lock may be one that only its owner may write; locking it asks for no right to
 * write, but on file systems where flock() is made of fcntl(), which are tried first. */
static int open_lock_to_write(const char *path)
{
    int fd = open_lock(path, O_RDWR | O_CREAT);
    return fd < 0 && errno == EACCES ? open_lock(path, O_RDONLY) : fd;
}

static enum assay_status fail(const char *path, struct assay_error *err)
{
    int reason = errno;
    return assay_fail(err, ASSAY_EIO, "could not lock \"%s\": %s", path, strerror(reason));
}

static enum assay_status fail_held(const char *root, double wait_seconds, struct assay_error *err)
{
    assay_fail(err, ASSAY_EIO,
               "%s: another release command holds the lock; waited %g seconds for it", root,
               wait_seconds);
    assay_hint(err, "Try again when it is done.");
    return ASSAY_EIO;
}

/* Whether the file at path is the one that was locked; if somebody removed it, others lock another.
 */
static bool is_still_there(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

static bool lock_once(int fd, int how)
{
    int result;
    do
        result = flock(fd, how | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

static void pause_briefly(void)
{
    const struct timespec pause = {.tv_nsec = POLL_NANOSECONDS};
    nanosleep(&pause, NULL); /* woken early: looks early */
}

enum assay_status assay_lock_to_write(const char *root, double wait_seconds,
                                      void (*waiting)(void *context), void *context, int *fd,
                                      struct assay_error *err)
{
    char path[PATH_SIZE];
    double until = now() + wait_seconds;
    bool said = false;
    if (snprintf(path, sizeof path, "%s/%s", root, ASSAY_LOCK_FILE) >= PATH_SIZE) {
        errno = ENAMETOOLONG;
        return fail(root, err);
    }
    for (;;) {
        int held = open_lock_to_write(path);
        if (held < 0)
            return fail(path, err);
        bool locked = lock_once(held, LOCK_EX);
        if (locked && is_still_there(held, path)) {
            *fd = held;
            return ASSAY_OK;
        }
        enum assay_status status = ASSAY_OK;
        if (!locked && errno != EWOULDBLOCK)
            status = fail(path, err);
        else if (!locked && now() >= until)
            status = fail_held(root, wait_seconds, err);
        close(held);
        if (status != ASSAY_OK)
            return status;
        if (!said && waiting != NULL)
            waiting(context);
        said = true;
        pause_briefly();
    }
}

enum assay_status assay_lock_to_read(const char *root, double wait_seconds, int *fd,
                                     struct assay_error *err)
{
    char path[PATH_SIZE];
    double until = now() + wait_seconds;
    *fd = -1;
    if (snprintf(path, sizeof path, "%s/%s", root, ASSAY_LOCK_FILE) >= PATH_SIZE)
        return ASSAY_OK;
    int held = open_lock(path, O_RDONLY);
    if (held < 0)
        return ASSAY_OK;
    while (!lock_once(held, LOCK_SH)) {
        bool busy = errno == EWOULDBLOCK;
        if (!busy || now() >= until) {
            close(held);
            return busy ? fail_held(root, wait_seconds, err) : ASSAY_OK;
        }
        pause_briefly();
    }
    *fd = held;
    return ASSAY_OK;
}
