#include "core/base/rows_governor.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/memory.h"

enum {
    PAUSE = 1000000,       /* nanoseconds between two looks: memory fills by a few MB in that time */
    LEAST_MAPPED = 8 << 20, /* bytes that may stay mapped in any case, beside programs and libraries */
    STACK = 1 << 17,
};

struct governor {
    size_t budget;
    bool (*wanted)(void);
    bool (*drop)(void);
    int fd;       /* /proc/self/statm */
    size_t least; /* bytes of files that may stay mapped */
};

/* Of /proc/self/statm: all resident bytes, and those of them that belong to files. */
static bool read_resident(int fd, size_t *resident, size_t *mapped)
{
    char text[128];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return false;
    text[n] = '\0';
    size_t pages, of_files, page = (size_t)sysconf(_SC_PAGESIZE);
    if (sscanf(text, "%*u %zu %zu", &pages, &of_files) != 2)
        return false;
    *resident = pages * page;
    *mapped = of_files * page;
    return true;
}

static bool exceeds(const struct governor *governor, size_t limit)
{
    size_t resident, mapped;
    return read_resident(governor->fd, &resident, &mapped) && resident > limit &&
           mapped > governor->least;
}

/* Once around at most, and no further than needed: what was dropped comes back by faults. Where everything
 * else is over the budget already, dropping pages all the time would gain nothing. Says whether that is near. */
static bool relieve(const struct governor *governor)
{
    size_t low = governor->budget / 4 * 3;
    if (!exceeds(governor, low))
        return false;
    if (exceeds(governor, governor->budget / 8 * 7)) {
        for (int ends = 0; ends < 2 && exceeds(governor, low);)
            ends += !governor->drop();
    }
    return true;
}

static void *govern(void *argument)
{
    struct governor governor = *(struct governor *)argument;
    free(argument);
    while (governor.wanted()) {
        struct timespec pause = {.tv_nsec = relieve(&governor) ? PAUSE / 4 : PAUSE};
        nanosleep(&pause, NULL);
    }
    close(governor.fd);
    return NULL;
}

/* Signals are for the threads that work. */
static bool start(struct governor *governor)
{
    pthread_t thread;
    pthread_attr_t attributes;
    sigset_t all, before;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool made = pthread_create(&thread, &attributes, govern, governor) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return made;
}

static bool begin(struct governor *governor)
{
    size_t resident, mapped;
    governor->fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (governor->fd < 0)
        return false;
    governor->least = LEAST_MAPPED;
    if (read_resident(governor->fd, &resident, &mapped))
        governor->least += mapped;
    if (start(governor))
        return true;
    close(governor->fd);
    return false;
}

bool assay_rows_govern(size_t budget, bool (*wanted)(void), bool (*drop)(void))
{
    struct governor *governor = assay_alloc(1, sizeof *governor);
    if (governor == NULL)
        return false;
    *governor = (struct governor){.budget = budget, .wanted = wanted, .drop = drop};
    if (begin(governor))
        return true;
    free(governor);
    return false;
}
