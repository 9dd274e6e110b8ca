#include "core/base/rows_regions.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/rows_file.h"
#include "core/base/rows_spare.h"

enum {
    HUGE = 8 << 20,
    LEAST_FOR_FILES = 30 << 20, /* of the budget: programs, libraries and stacks are among it */
};

struct region {
    char *address;
    size_t bytes;
    int fd; /* -1: in memory */
};

/* Few: a region is a megabyte and more. The lock guards all that follows; the governor holds it while it
 * drops pages, so that none is dropped of what has just been given back. Files are made and written without it, which
 * takes long, and the governor is called without it. A region is its owner's to change, wherever it is in the list. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct region *regions;
static size_t n_region, region_capacity;
static size_t in_memory, in_files; /* bytes */
static size_t most_in_memory;      /* that there have been */
static size_t budget;
static size_t hand; /* the clock's: the region that is next */
static bool governed;

static const struct assay_disk *disk; /* NULL: memory alone */

void assay_regions_budget(size_t bytes, const struct assay_disk *beyond)
{
    pthread_mutex_lock(&lock);
    budget = bytes;
    disk = beyond;
    pthread_mutex_unlock(&lock);
}

size_t assay_rows_spilled(void)
{
    pthread_mutex_lock(&lock);
    size_t bytes = in_files;
    pthread_mutex_unlock(&lock);
    return bytes;
}

/* ---- the governor's part ---- */

static bool has_files(void)
{
    pthread_mutex_lock(&lock);
    bool any = in_files > 0;
    governed = any;
    pthread_mutex_unlock(&lock);
    return any;
}

/* The next region that lies in a file; NULL once the hand has come round. */
static const struct region *next_in_file(void)
{
    while (hand < n_region)
        if (regions[hand++].fd >= 0)
            return &regions[hand - 1];
    hand = 0;
    return NULL;
}

/* Of a shared mapping the file keeps what was written. Whole regions: work is at a few places of each, and what is
 * mapped lies there. */
static bool drop_region(void)
{
    pthread_mutex_lock(&lock);
    const struct region *region = next_in_file();
    if (region != NULL)
        madvise(region->address, region->bytes, MADV_DONTNEED);
    pthread_mutex_unlock(&lock);
    return region != NULL;
}

/* ---- regions, under the lock ---- */

/* Three eighths of the budget, or less where files would be left too little to work in. */
static bool fits_in_memory(size_t more)
{
    size_t for_files = budget / 8 * 5 > LEAST_FOR_FILES ? budget / 8 * 5 : LEAST_FOR_FILES;
    size_t room = budget > for_files ? budget - for_files : 0;
    return disk == NULL || (more <= room && in_memory <= room - more);
}

static char *map(size_t bytes, int fd)
{
    void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                         fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    if (address == MAP_FAILED)
        return NULL;
    /* Clearing fresh memory by huge pages takes a quarter of the time. Of a file every place that is worked on would
     * have one mapped, and there are dozens: as many columns as a row has, for each thread. */
    if (fd >= 0)
        madvise(address, bytes, MADV_NOHUGEPAGE);
    else if (bytes >= HUGE)
        madvise(address, bytes, MADV_HUGEPAGE);
    return address;
}

static void unmap(const struct region *region)
{
    munmap(region->address, region->bytes);
    if (region->fd >= 0)
        close(region->fd);
}

static void count(const struct region *region, bool more)
{
    size_t *total = region->fd < 0 ? &in_memory : &in_files;
    *total = more ? *total + region->bytes : *total - region->bytes;
    if (in_memory > most_in_memory)
        most_in_memory = in_memory;
}

/* What is kept does not add to what there has been in memory at any time before. */
static void make_way(size_t more)
{
    size_t wanted = in_memory + more;
    assay_spare_drop(wanted < most_in_memory ? most_in_memory - wanted : 0);
}

/* used: so many of its first bytes are still to be zeroed. */
static bool make_in_memory(size_t bytes, struct region *region, size_t *used)
{
    *region = (struct region){assay_spare_take(bytes, used), bytes, -1};
    make_way(bytes);
    if (region->address == NULL) {
        *used = 0;
        region->address = map(bytes, -1);
    }
    return region->address != NULL;
}

static struct region *find_region(const void *address)
{
    for (size_t k = 0; k < n_region; k++)
        if (regions[k].address == address)
            return &regions[k];
    return NULL;
}

static char *add_region(const struct region *made)
{
    if (!assay_grow(&regions, &region_capacity, n_region + 1, sizeof *regions))
        return NULL;
    regions[n_region++] = *made;
    count(made, true);
    return made->address;
}

static char *add_in_memory(size_t bytes, size_t *used)
{
    struct region made;
    return assay_grow(&regions, &region_capacity, n_region + 1, sizeof *regions) &&
                   make_in_memory(bytes, &made, used)
               ? add_region(&made)
               : NULL;
}

static char *stretch(struct region *region, size_t bytes)
{
    struct region before = *region;
    void *address = mremap(region->address, region->bytes, bytes, MREMAP_MAYMOVE);
    if (address == MAP_FAILED)
        return NULL;
    region->address = address;
    region->bytes = bytes;
    count(&before, false);
    count(region, true);
    return address;
}

/* ---- files, without the lock ---- */

/* The governor waits for nobody who is here. */
static void govern(void)
{
    pthread_mutex_lock(&lock);
    bool starts = in_files > 0 && !governed;
    governed = governed || starts;
    pthread_mutex_unlock(&lock);
    if (!starts || disk->govern(budget, has_files, drop_region))
        return;
    pthread_mutex_lock(&lock);
    governed = false;
    pthread_mutex_unlock(&lock);
}

/* With the first n bytes as given; the others are zero. */
static bool make_in_file(const char *first, size_t n, size_t bytes, struct region *region)
{
    *region = (struct region){.bytes = bytes, .fd = disk->open(first, n, bytes)};
    if (region->fd < 0)
        return false;
    region->address = map(bytes, region->fd);
    if (region->address == NULL)
        close(region->fd);
    return region->address != NULL;
}

static char *new_in_file(size_t bytes)
{
    struct region made;
    if (!make_in_file(NULL, 0, bytes, &made))
        return NULL;
    pthread_mutex_lock(&lock);
    char *array = add_region(&made);
    pthread_mutex_unlock(&lock);
    if (array == NULL)
        unmap(&made);
    govern();
    return array;
}

/* Written, so that the file's pages do not stand in memory beside the array's. */
static char *move_to_file(const struct region *region, size_t bytes)
{
    struct region made;
    if (!make_in_file(region->address, region->bytes, bytes, &made))
        return NULL;
    pthread_mutex_lock(&lock);
    *find_region(region->address) = made;
    count(region, false);
    count(&made, true);
    assay_spare_keep(region->address, region->bytes);
    pthread_mutex_unlock(&lock);
    govern();
    return made.address;
}

static char *stretch_in_file(const struct region *region, size_t bytes)
{
    if (!disk->extend(region->fd, region->bytes, bytes))
        return NULL;
    pthread_mutex_lock(&lock);
    char *array = stretch(find_region(region->address), bytes);
    pthread_mutex_unlock(&lock);
    return array;
}

/* ---- the doors ---- */

char *assay_region_new(size_t bytes)
{
    assay_rows_note_problem(NULL);
    size_t used = 0;
    char *array = NULL;
    pthread_mutex_lock(&lock);
    bool fits = fits_in_memory(bytes);
    if (fits)
        array = add_in_memory(bytes, &used);
    pthread_mutex_unlock(&lock);
    if (!fits)
        return new_in_file(bytes);
    if (array != NULL && used > 0)
        memset(array, 0, used);
    return array;
}

char *assay_region_grow(char *array, size_t bytes)
{
    assay_rows_note_problem(NULL);
    pthread_mutex_lock(&lock);
    struct region *region = find_region(array), now = *region;
    bool in_memory_yet = now.fd < 0, enough = bytes <= now.bytes;
    bool stays = !enough && in_memory_yet && fits_in_memory(bytes - now.bytes);
    if (stays) {
        make_way(bytes - now.bytes);
        array = stretch(region, bytes);
    }
    pthread_mutex_unlock(&lock);
    if (enough || stays)
        return array;
    return in_memory_yet ? move_to_file(&now, bytes) : stretch_in_file(&now, bytes);
}

/* The last array is gone. */
static void forget_all(void)
{
    free(regions);
    regions = NULL;
    region_capacity = 0;
    most_in_memory = 0;
    assay_spare_drop(0);
}

void assay_region_free(char *array)
{
    pthread_mutex_lock(&lock);
    struct region *region = find_region(array), gone = *region;
    count(&gone, false);
    *region = regions[--n_region];
    if (gone.fd < 0)
        assay_spare_keep(gone.address, gone.bytes);
    if (n_region == 0)
        forget_all();
    pthread_mutex_unlock(&lock);
    if (gone.fd >= 0)
        unmap(&gone);
}
