/* disk.h - what a disk may hold when the power fails
 *
 * SIGKILL stops a program and leaves what the kernel knows; a power failure leaves what reached the
 * disk. POSIX promises only what fsync(2) was asked for: a file's bytes when it was synced, a
 * directory's names when that was. All else may be there or not, in any order (Pillai et al. 2014,
 * "All file systems are not created equal").
 *
 * So a disk is followed here call by call: of each file, the bytes that were synced; of each
 * directory, the names that were, and the steps since (a name made, changed or gone; a rename
 * within a directory is one step, as journals have it). The states after a failure are those in
 * which any subset of the steps since the last sync of each directory has been made, and each file
 * that was not synced since it changed is empty, half there, or whole. That is harsher than the
 * file systems in use.
 */
#ifndef ASSAY_TESTS_CRASH_DISK_H
#define ASSAY_TESTS_CRASH_DISK_H

#include <stddef.h>

#include "tests/crash/trace.h"
#include "tests/crash/tree.h"

struct disk;

/* Everything at path is on the disk. */
struct disk *disk_new(const char *path);
void disk_free(struct disk *disk);

/* Follows a call that was made. */
void disk_follow(struct disk *disk, const struct trace_call *call);

/* Calls use(context, state) with the states that the disk may be in, some of them more than once:
 * with all of them, or with the first DISK_MOST of more (more of those than a careful program
 * leaves open). Returns how many there were. */
enum { DISK_MOST = 4096 };
size_t disk_states(const struct disk *disk, void (*use)(void *context, const struct tree *state),
                   void *context);

#endif
