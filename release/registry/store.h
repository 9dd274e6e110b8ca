/* store.h - the file operations that a registry's safety rests on
 *
 * Raw system calls: the result of each is checked, an interrupted one is made again, a short write
 * is continued. Names are relative to a root directory, "" is the root itself; both stand in
 * messages:
 *
 *   could not write "models/.current.next": No space left on device
 *
 * The root may be a link. Nothing below it is followed: a name whose folders are not directories of
 * the root's own, but links, is refused ("Not a directory"), so that whoever wrote a registry can
 * not have files elsewhere read, renamed or removed.
 *
 * What these return is ASSAY_EIO, or ASSAY_ENOMEM from those that allocate (_root, _read,
 * _list, _remove_folder).
 */
#ifndef ASSAY_RELEASE_REGISTRY_STORE_H
#define ASSAY_RELEASE_REGISTRY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/error.h"
#include "core/base/text.h"

/* Longest file that is read, but for those with a limit of their own: "current" (listing.h) and the
 * ledger (ledger.h), in their places and beside them. */
#define ASSAY_STORE_LIMIT ((size_t)1 << 30)

/* A copy of path, without slashes at its end, as the root of a registry: a directory, or a name
 * that is free.
 *   ASSAY_EIO  it is empty, or a link to nothing */
ASSAY_MUST_CHECK enum assay_status assay_store_root(const char *path, char **root,
                                                    struct assay_error *err);

/* Makes a file that is not there yet, whole and synced; its mode is `mode` less the umask. After a
 * failure it is not there. */
ASSAY_MUST_CHECK enum assay_status assay_store_write(const char *root, const char *name,
                                                     const char *bytes, size_t length, mode_t mode,
                                                     struct assay_error *err);
/* Makes the names within a directory durable, where its file system can. */
ASSAY_MUST_CHECK enum assay_status assay_store_sync(const char *root, const char *name,
                                                    struct assay_error *err);
/* Not durable before the directory is synced. */
ASSAY_MUST_CHECK enum assay_status assay_store_rename(const char *root, const char *from,
                                                      const char *to, struct assay_error *err);
/* One that is there already will do. */
ASSAY_MUST_CHECK enum assay_status assay_store_make_directory(const char *root, const char *name,
                                                              struct assay_error *err);
/* A file that is not there is removed already. */
ASSAY_MUST_CHECK enum assay_status assay_store_remove(const char *root, const char *name,
                                                      struct assay_error *err);
/* A directory with the files in it; one with directories in it is refused. */
ASSAY_MUST_CHECK enum assay_status assay_store_remove_folder(const char *root, const char *name,
                                                             struct assay_error *err);

/* What a name stands for; nothing is followed, so that a link is ASSAY_STORE_OTHER. */
enum assay_store_kind {
    ASSAY_STORE_NOTHING,
    ASSAY_STORE_FILE,
    ASSAY_STORE_DIRECTORY,
    ASSAY_STORE_OTHER,
};
ASSAY_MUST_CHECK enum assay_status assay_store_look(const char *root, const char *name,
                                                    enum assay_store_kind *kind,
                                                    struct assay_error *err);

/* Appends a whole file to text, after a failure perhaps its beginning. *found is false where there
 * is none; with found NULL that is an error. What is no file (a directory, a link, a pipe) is an
 * error. */
ASSAY_MUST_CHECK enum assay_status assay_store_read(const char *root, const char *name,
                                                    struct assay_text *text, bool *found,
                                                    struct assay_error *err);

struct assay_names {
    char **names; /* [n], sorted by their bytes */
    size_t n, capacity;
};
void assay_names_clear(struct assay_names *names);
/* What is in a directory, but for "." and ".."; nothing where there is no directory (*found false;
 * NULL as above). */
ASSAY_MUST_CHECK enum assay_status assay_store_list(const char *root, const char *name,
                                                    struct assay_names *names, bool *found,
                                                    struct assay_error *err);

#endif
