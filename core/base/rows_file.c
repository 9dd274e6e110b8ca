#include "core/base/rows_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/text.h"

enum { PIECE = 1 << 16 };

static const char *directory(void)
{
    const char *named = getenv("TMPDIR");
    return named != NULL && named[0] != '\0' ? named : "/tmp";
}

/* "12 GB", "3.4 GB", "70 MB". */
static void print_size(double bytes, char *text, size_t size)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1000;
    snprintf(text, size, bytes < 9.95 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void note(int error, size_t more)
{
    char wanted[32], left[32], place[ASSAY_QUOTE_SIZE], problem[400];
    struct statvfs disk;
    const char *where = directory();
    print_size((double)more, wanted, sizeof wanted);
    assay_quote_value(where, strlen(where), place);
    int used = snprintf(problem, sizeof problem, "%s more in \"%s\"", wanted, place);
    if (error == ENOSPC && statvfs(where, &disk) == 0) {
        print_size((double)disk.f_bavail * (double)disk.f_frsize, left, sizeof left);
        snprintf(problem + used, sizeof problem - (size_t)used, ", which has %s free", left);
    } else {
        snprintf(problem + used, sizeof problem - (size_t)used, ", which says: %s",
                 strerror(error));
    }
    assay_rows_note_problem(problem);
}

/* Not every file system knows files that never had a name. */
static int open_named(const char *where)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/assay-XXXXXX", where) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* Written in pieces, from one multiple of their size to the next: Linux keeps in one piece what it was handed in
 * one, up to 2 MB, and a look at one byte of it maps all that. Beside pages that come one by one, each by a fault of
 * its own, writing the zeros first takes a third of the time. */
static bool fill(int fd, const char *bytes, size_t from, size_t to)
{
    static char zeros[PIECE];
    for (size_t at = from; at < to;) {
        size_t left = PIECE - at % PIECE, n = left < to - at ? left : to - at;
        ssize_t written = pwrite(fd, bytes != NULL ? bytes + at : zeros, n, (off_t)at);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            at += (size_t)written;
    }
    return true;
}

/* The room first, whole, so that none of it is written where it is not there. */
static bool lengthen(int fd, const char *bytes, size_t n, size_t length, size_t lengthened)
{
    int error;
    do
        error = posix_fallocate(fd, (off_t)length, (off_t)(lengthened - length));
    while (error == EINTR);
    if (error == 0 && fill(fd, bytes, length, length + n) && fill(fd, NULL, length + n, lengthened))
        return true;
    note(error != 0 ? error : errno, lengthened - length);
    return false;
}

bool assay_rows_file_extend(int fd, size_t bytes, size_t extended)
{
    return lengthen(fd, NULL, 0, bytes, extended);
}

int assay_rows_file_open(const char *first, size_t n, size_t bytes)
{
    const char *where = directory();
    int fd = open(where, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        fd = open_named(where);
    if (fd < 0) {
        note(errno, bytes);
        return -1;
    }
    if (lengthen(fd, first, n, 0, bytes))
        return fd;
    close(fd);
    return -1;
}
