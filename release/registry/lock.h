/* lock.h - one command at a time: flock() on the file ".lock" of a registry
 *
 * The kernel lets go of it when its holder ends, however it ends, so that none is ever left behind;
 * the file stays, empty.
 */
#ifndef ASSAY_RELEASE_REGISTRY_LOCK_H
#define ASSAY_RELEASE_REGISTRY_LOCK_H

#include "core/base/error.h"

#define ASSAY_LOCK_FILE ".lock"

/* To write: makes the file where there is none, and waits up to wait_seconds for whoever holds the
 * lock. waiting(context) is called once before it waits; may be NULL. *fd is the caller's, who lets
 * go with close(). ASSAY_EIO  the file cannot be made or locked; locked still */
ASSAY_MUST_CHECK enum assay_status assay_lock_to_write(const char *root, double wait_seconds,
                                                       void (*waiting)(void *context),
                                                       void *context, int *fd,
                                                       struct assay_error *err);

/* To read, beside others who read. Where there is no such file, or no lock to be had on it (a disk
 * that is only read, a file system without locks), nobody can be kept waiting and *fd is -1.
 *   ASSAY_EIO  locked still by one who writes */
ASSAY_MUST_CHECK enum assay_status assay_lock_to_read(const char *root, double wait_seconds,
                                                      int *fd, struct assay_error *err);

#endif
