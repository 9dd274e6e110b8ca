#include "release/registry/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "release/registry/ledger.h"
#include "release/registry/listing.h"

enum { PATH_SIZE = 4096 };

/* Whether what leads from the root to the last part of path are directories of the registry's own;
 * what is not there is for whoever opens path to say. errno says why not. */
static bool is_inside(char path[PATH_SIZE], size_t root_length)
{
    struct stat info;
    for (char *slash = path + root_length + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        bool elsewhere = lstat(path, &info) == 0 && !S_ISDIR(info.st_mode);
        *slash = '/';
        if (elsewhere) {
            errno = ENOTDIR;
            return false;
        }
    }
    return true;
}

static bool join(char path[PATH_SIZE], const char *root, const char *name)
{
    int length = snprintf(path, PATH_SIZE, "%s%s%s", root, *name != '\0' ? "/" : "", name);
    if (length > 0 && length < PATH_SIZE)
        return *name == '\0' || is_inside(path, strlen(root));
    errno = ENAMETOOLONG;
    return false;
}

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* The root may be a link; nothing in it may. */
static int open_directory(const char *path, const char *name)
{
    return open_again(path, O_RDONLY | O_DIRECTORY | (*name != '\0' ? O_NOFOLLOW : 0), 0);
}

/* errno says why. */
static enum assay_status fail(const char *what, const char *root, const char *name,
                              struct assay_error *err)
{
    int reason = errno;
    return assay_fail(err, ASSAY_EIO, "could not %s \"%s%s%s\": %s", what, root,
                      *name != '\0' ? "/" : "", name, strerror(reason));
}

static bool sync_again(int fd)
{
    int result;
    do
        result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Linux lets go of the descriptor whatever close() says; some file systems report a failed write
 * only there. */
static bool close_checked(int fd)
{
    return close(fd) == 0 || errno == EINTR;
}

/* ---- the root ---- */

/* A link whose end is missing can be neither read nor made, for reasons that the system puts in
 * words of another case. */
static enum assay_status check_link(const char *path, struct assay_error *err)
{
    char target[PATH_SIZE];
    struct stat info;
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0 || stat(path, &info) == 0 || errno != ENOENT)
        return ASSAY_OK;
    target[length] = '\0';
    return assay_fail(err, ASSAY_EIO,
                      "\"%s\" is a link to \"%s\", which is not there; expected a directory", path,
                      target);
}

enum assay_status assay_store_root(const char *path, char **root, struct assay_error *err)
{
    size_t length = strlen(path);
    if (length == 0)
        return assay_fail(err, ASSAY_EIO, "registry \"\" is empty; expected a directory");
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *copy = assay_copy_text(path, length);
    if (copy == NULL)
        return assay_fail_memory(err, "opening a registry");
    enum assay_status status = check_link(copy, err);
    if (status == ASSAY_OK)
        *root = copy;
    else
        free(copy);
    return status;
}

/* ---- writing ---- */

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO; /* no progress and no reason */
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

enum assay_status assay_store_write(const char *root, const char *name, const char *bytes,
                                    size_t length, mode_t mode, struct assay_error *err)
{
    char path[PATH_SIZE];
    int fd = join(path, root, name) ? open_again(path, O_WRONLY | O_CREAT | O_EXCL, mode) : -1;
    if (fd < 0)
        return fail("write", root, name, err);
    bool good = write_all(fd, bytes, length) && sync_again(fd);
    int reason = errno;
    if (!close_checked(fd) && good) {
        good = false;
        reason = errno;
    }
    if (good)
        return ASSAY_OK;
    unlink(path);
    errno = reason;
    return fail("write", root, name, err);
}

enum assay_status assay_store_sync(const char *root, const char *name, struct assay_error *err)
{
    char path[PATH_SIZE];
    int fd = join(path, root, name) ? open_directory(path, name) : -1;
    if (fd < 0)
        return fail("sync", root, name, err);
    /* Network and bucket file systems that keep no directories of their own say so. */
    bool good = sync_again(fd) || errno == EINVAL || errno == ENOTSUP || errno == EOPNOTSUPP;
    enum assay_status status = good ? ASSAY_OK : fail("sync", root, name, err);
    close(fd); /* opened for reading: nothing can be lost */
    return status;
}

enum assay_status assay_store_rename(const char *root, const char *from, const char *to,
                                     struct assay_error *err)
{
    char old[PATH_SIZE], new[PATH_SIZE];
    if (!join(old, root, from) || !join(new, root, to))
        return fail("write", root, to, err);
    int result;
    do
        result = rename(old, new);
    while (result != 0 && errno == EINTR);
    return result == 0 ? ASSAY_OK : fail("write", root, to, err);
}

enum assay_status assay_store_make_directory(const char *root, const char *name,
                                             struct assay_error *err)
{
    char path[PATH_SIZE];
    struct stat info;
    if (!join(path, root, name))
        return fail("make", root, name, err);
    if (mkdir(path, 0777) == 0)
        return ASSAY_OK;
    int reason = errno;
    bool there = reason == EEXIST && (*name != '\0' ? lstat(path, &info) : stat(path, &info)) == 0;
    errno = there ? ENOTDIR : reason;
    return there && S_ISDIR(info.st_mode) ? ASSAY_OK : fail("make", root, name, err);
}

enum assay_status assay_store_remove(const char *root, const char *name, struct assay_error *err)
{
    char path[PATH_SIZE];
    if (join(path, root, name) && (unlink(path) == 0 || errno == ENOENT))
        return ASSAY_OK;
    return fail("remove", root, name, err);
}

enum assay_status assay_store_remove_folder(const char *root, const char *name,
                                            struct assay_error *err)
{
    char path[PATH_SIZE], file[PATH_SIZE];
    struct assay_names inside = {0};
    enum assay_status status = assay_store_list(root, name, &inside, NULL, err);
    for (size_t k = 0; status == ASSAY_OK && k < inside.n; k++) {
        int length = snprintf(file, sizeof file, "%s/%s", name, inside.names[k]);
        errno = ENAMETOOLONG;
        status = length > 0 && length < PATH_SIZE ? assay_store_remove(root, file, err)
                                                  : fail("remove", root, name, err);
    }
    assay_names_clear(&inside);
    if (status == ASSAY_OK && (!join(path, root, name) || rmdir(path) != 0))
        status = fail("remove", root, name, err);
    return status;
}

/* ---- reading ---- */

enum assay_status assay_store_look(const char *root, const char *name, enum assay_store_kind *kind,
                                   struct assay_error *err)
{
    char path[PATH_SIZE];
    struct stat info;
    if (join(path, root, name) && lstat(path, &info) == 0)
        *kind = S_ISREG(info.st_mode)   ? ASSAY_STORE_FILE
                : S_ISDIR(info.st_mode) ? ASSAY_STORE_DIRECTORY
                                        : ASSAY_STORE_OTHER;
    else if (errno == ENOENT)
        *kind = ASSAY_STORE_NOTHING;
    else
        return fail("read", root, name, err);
    return ASSAY_OK;
}

/* The longest file of that name that is read. */
static size_t limit_of(const char *name)
{
    static const struct {
        const char *name;
        size_t limit;
    } limits[] = {{ASSAY_CURRENT_FILE, ASSAY_CURRENT_LIMIT},
                  {"." ASSAY_CURRENT_FILE ".next", ASSAY_CURRENT_LIMIT},
                  {ASSAY_LEDGER_FILE, ASSAY_LEDGER_LIMIT},
                  {"." ASSAY_LEDGER_FILE ".next", ASSAY_LEDGER_LIMIT}};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++)
        if (strcmp(name, limits[k].name) == 0)
            return limits[k].limit;
    return ASSAY_STORE_LIMIT;
}

static enum assay_status fail_long(const char *root, const char *name, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EIO, "could not read \"%s/%s\": longer than %zu MiB", root, name,
                      limit_of(name) >> 20);
}

static enum assay_status read_all(int fd, const char *root, const char *name,
                                  struct assay_text *text, struct assay_error *err)
{
    char buffer[65536];
    size_t before = text->length, limit = limit_of(name);
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail("read", root, name, err);
        assay_text_add(text, buffer,
                       (size_t)n); /* of an empty file too, so that data is a string */
        if (text->failed)
            return assay_fail_memory(err, "reading a file of the registry");
        if (text->length - before > limit)
            return fail_long(root, name, err);
        if (n == 0)
            return ASSAY_OK;
    }
}

enum assay_status assay_store_read(const char *root, const char *name, struct assay_text *text,
                                   bool *found, struct assay_error *err)
{
    char path[PATH_SIZE];
    struct stat info;
    /* Without waiting for whoever holds the other end of a pipe. */
    int fd = join(path, root, name) ? open_again(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0) : -1;
    if (fd < 0 && errno == ENOENT && found != NULL) {
        *found = false;
        return ASSAY_OK;
    }
    if (fd < 0 && errno != ELOOP)
        return fail("read", root, name, err);
    enum assay_status status;
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        status = assay_fail(err, ASSAY_EIO,
                            "could not read \"%s/%s\": expected a file, no link or "
                            "directory",
                            root, name);
    else if (info.st_size > (off_t)limit_of(name)) /* before memory is asked for it */
        status = fail_long(root, name, err);
    else
        status = read_all(fd, root, name, text, err);
    if (fd >= 0)
        close(fd);
    if (status == ASSAY_OK && found != NULL)
        *found = true;
    return status;
}

void assay_names_clear(struct assay_names *names)
{
    for (size_t k = 0; k < names->n; k++)
        free(names->names[k]);
    free(names->names);
    *names = (struct assay_names){0};
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_name(struct assay_names *names, const char *name)
{
    char *copy = assay_copy_string(name);
    if (copy == NULL || !assay_grow(&names->names, &names->capacity, names->n + 1, sizeof copy)) {
        free(copy);
        return false;
    }
    names->names[names->n++] = copy;
    return true;
}

static enum assay_status list_open(DIR *listing, const char *root, const char *name,
                                   struct assay_names *names, struct assay_error *err)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(listing);
        if (entry == NULL)
            return errno == 0 ? ASSAY_OK : fail("read", root, name, err);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !add_name(names, entry->d_name))
            return assay_fail_memory(err, "listing a directory");
    }
}

enum assay_status assay_store_list(const char *root, const char *name, struct assay_names *names,
                                   bool *found, struct assay_error *err)
{
    char path[PATH_SIZE];
    struct assay_names made = {0};
    int fd = join(path, root, name) ? open_directory(path, name) : -1;
    if (fd < 0 && errno == ENOENT && found != NULL) {
        *found = false;
        return ASSAY_OK;
    }
    DIR *listing = fd >= 0 ? fdopendir(fd) : NULL;
    if (listing == NULL) {
        enum assay_status status = fail("read", root, name, err);
        if (fd >= 0)
            close(fd);
        return status;
    }
    enum assay_status status = list_open(listing, root, name, &made, err);
    closedir(listing);
    if (status != ASSAY_OK) {
        assay_names_clear(&made);
        return status;
    }
    if (made.n > 0)
        qsort(made.names, made.n, sizeof *made.names, by_bytes);
    if (found != NULL)
        *found = true;
    *names = made;
    return ASSAY_OK;
}
