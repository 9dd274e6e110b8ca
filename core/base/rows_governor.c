#include "core/base/rows_governor.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "core/base/thread.h"

enum {
    MOST_PAUSE = 200000,    /* nanoseconds between two looks */
    LEAST_PAUSE = 10000,    /* behind tasks: what they read here and there maps a megabyte in as much */
    LEAST_SLEEP = 100000,   /* of the governor's own thread */
    LEAST_RATE = 6,         /* bytes a nanosecond: more than threads that write one behind the other need */
    LEAST_MAPPED = 3 << 20, /* bytes that may stay mapped in any case, beside programs and libraries */
    STACK = 1 << 17,
};

/* One for the process. The lock guards it; who holds it never waits for the lock of the regions. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    size_t budget;
    bool (*wanted)(void);
    bool (*drop)(void);
    int fd;          /* /proc/self/statm, once it is open */
    size_t least;    /* bytes of files that may stay mapped */
    size_t n_thread; /* two while one is about to end and the next has begun */
    long long when;  /* the last look was, and ... */
    size_t all;      /* ... what was resident behind it */
    double rate;     /* bytes a nanosecond that memory filled by, of late */
} governor = {.fd = -1};

static atomic_llong next_look; /* not before that time */
static atomic_bool dropping;

/* Of /proc/self/statm: all resident bytes, and those of them that belong to files. */
static bool read_resident(size_t *resident, size_t *mapped)
{
    char text[128];
    ssize_t n = pread(governor.fd, text, sizeof text - 1, 0);
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

/* Once around at most, and no further than needed: what was dropped comes back by faults. Where everything
 * else is over the budget already, dropping the last pages all the time would gain nothing. Returns what is resident
 * then. */
static size_t relieve(size_t resident, size_t mapped)
{
    if (resident <= governor.budget / 4 * 3 || mapped <= governor.least)
        return resident;
    atomic_store_explicit(&dropping, true, memory_order_relaxed);
    for (int ends = 0; ends < 2 && resident > governor.budget / 8 * 5;) {
        ends += !governor.drop();
        if (!read_resident(&resident, &mapped))
            break;
    }
    atomic_store_explicit(&dropping, false, memory_order_relaxed);
    return resident;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Sweeps begin at once, and do not end between two looks that come soon after each other. */
static void take_rate(size_t grown, long long passed)
{
    double rate = passed > 0 ? (double)grown / (double)passed : 0;
    governor.rate = rate > governor.rate / 2 ? rate : governor.rate / 2;
}

/* How long half the room that is left lasts. */
static long long time_left(size_t room)
{
    double pause = (double)room / 2 / (governor.rate > LEAST_RATE ? governor.rate : LEAST_RATE);
    return pause > MOST_PAUSE ? MOST_PAUSE : pause < LEAST_PAUSE ? LEAST_PAUSE : (long long)pause;
}

static void look_again_in(long long pause)
{
    atomic_store_explicit(&next_look, now() + pause, memory_order_relaxed);
}

/* The lock is held. */
static void look(void)
{
    size_t resident, mapped, limit = governor.budget / 4 * 3;
    if (!read_resident(&resident, &mapped)) {
        look_again_in(MOST_PAUSE);
        return;
    }
    take_rate(resident > governor.all ? resident - governor.all : 0,
              now() - governor.when); /* without the time that dropping takes */
    governor.all = relieve(resident, mapped);
    governor.when = now();
    if (limit < resident - mapped + governor.least)
        limit = resident - mapped + governor.least;
    look_again_in(time_left(limit > governor.all ? limit - governor.all : 0));
}

static long long due_in(void)
{
    return atomic_load_explicit(&next_look, memory_order_relaxed) - now();
}

/* Where somebody is looking that is enough; where he is dropping pages, or has lost his processor, this waits for him
 * instead of mapping more meanwhile. */
static void look_where_due(void)
{
    long long due = due_in();
    if (due > 0)
        return;
    if (pthread_mutex_trylock(&lock) != 0) {
        if (due > -LEAST_PAUSE && !atomic_load_explicit(&dropping, memory_order_relaxed))
            return;
        pthread_mutex_lock(&lock);
    }
    if (due_in() <= 0)
        look();
    pthread_mutex_unlock(&lock);
}

/* For when nobody steps. While tasks are at work this one may have to wait for a processor, and they look themselves. */
static void *govern(void *unused)
{
    (void)unused;
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, 1UL); /* else a pause is 50 microseconds longer */
#endif
    pthread_mutex_lock(&lock);
    bool (*wanted)(void) = governor.wanted;
    pthread_mutex_unlock(&lock);
    while (wanted()) {
        look_where_due();
        long long pause = due_in();
        struct timespec sleep = {.tv_nsec = (long)(pause < LEAST_SLEEP ? LEAST_SLEEP : pause)};
        nanosleep(&sleep, NULL);
    }
    pthread_mutex_lock(&lock);
    if (--governor.n_thread == 0)
        assay_parallel_between(NULL);
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Signals are for the threads that work. */
static bool start(void)
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
    bool made = pthread_create(&thread, &attributes, govern, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return made;
}

static bool begin(void)
{
    size_t resident, mapped;
    if (governor.fd < 0)
        governor.fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (governor.fd < 0)
        return false;
    governor.least = LEAST_MAPPED;
    if (read_resident(&resident, &mapped))
        governor.least += mapped;
    return start();
}

bool assay_rows_govern(size_t budget, bool (*wanted)(void), bool (*drop)(void))
{
    pthread_mutex_lock(&lock);
    governor.budget = budget;
    governor.wanted = wanted;
    governor.drop = drop;
    bool made = begin();
    if (made && governor.n_thread++ == 0)
        assay_parallel_between(look_where_due);
    pthread_mutex_unlock(&lock);
    return made;
}
