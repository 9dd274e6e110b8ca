#include "core/base/machine.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* The number in a file; "max" and a file that is not there are no limit. */
static size_t read_limit(const char *directory, const char *below, const char *name)
{
    char path[2 * PATH_SIZE];
    uintmax_t limit = UINTMAX_MAX;
    snprintf(path, sizeof path, "%s%s/%s", directory, below, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return SIZE_MAX;
    if (fscanf(file, "%" SCNuMAX, &limit) != 1 || limit > SIZE_MAX)
        limit = SIZE_MAX;
    fclose(file);
    return (size_t)limit;
}

/* The group of version 2 is the line "0::/path". */
static bool find_group(const char *membership, char group[PATH_SIZE])
{
    FILE *file = fopen(membership, "re");
    bool found = false;
    char line[PATH_SIZE];
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "0::/", 4) == 0;
    }
    if (found)
        snprintf(group, PATH_SIZE, "%s", line + 3);
    if (file != NULL)
        fclose(file);
    return found;
}

size_t assay_cgroup_memory(const char *membership, const char *mounted)
{
    char group[PATH_SIZE];
    size_t least = read_limit(mounted, "/memory", "memory.limit_in_bytes");
    if (!find_group(membership, group))
        group[0] = '\0';
    /* A group is held by the limits of those it lies in, too. */
    for (;;) {
        size_t limit = read_limit(mounted, group, "memory.max");
        if (limit < least)
            least = limit;
        char *last = strrchr(group, '/');
        if (last == NULL)
            return least;
        *last = '\0';
    }
}

size_t assay_machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t all = pages > 0 && page > 0 ? (size_t)pages * (size_t)page : (size_t)1 << 32;
    size_t limit = assay_cgroup_memory("/proc/self/cgroup", "/sys/fs/cgroup");
    return limit < all ? limit : all;
}
