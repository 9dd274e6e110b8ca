#include "release/sign/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"

static enum assay_status fail_read(const char *path, int reason, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EIO, "could not read \"%s\": %s", path, strerror(reason));
}

static enum assay_status check_mode(const char *path, mode_t mode, struct assay_error *err)
{
    if ((mode & (S_IRWXG | S_IRWXO)) == 0)
        return ASSAY_OK;
    enum assay_status status =
        assay_fail(err, ASSAY_EDATA, "%s: mode %04o lets others at a secret; expected 0600", path,
                   (unsigned)(mode & 07777));
    assay_hint(err, "If nobody else has read it: chmod 600 %s", path);
    return status;
}

static enum assay_status read_all(const char *path, int fd, char text[], size_t size,
                                  size_t *length, struct assay_error *err)
{
    size_t total = 0;
    while (total < size) {
        ssize_t got = read(fd, text + total, size - total);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_read(path, errno, err);
        if (got == 0)
            break;
        total += (size_t)got;
    }
    if (total == size)
        return assay_fail(err, ASSAY_EFORMAT, "%s: longer than %zu bytes; expected a smaller file",
                          path, size - 1);
    text[total] = '\0';
    *length = total;
    return ASSAY_OK;
}

/* The mode is that of the open file, not of its name, which could come to mean another. */
static enum assay_status read_open(const char *path, int fd, assay_secret_look *look, char text[],
                                   size_t size, size_t *length, struct assay_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail_read(path, errno, err);
    if (S_ISDIR(info.st_mode))
        return fail_read(path, EISDIR, err);
    enum assay_status status = look == NULL ? check_mode(path, info.st_mode, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = read_all(path, fd, text, size, length, err);
    if (status == ASSAY_OK && look != NULL) {
        status = look(path, text, *length, err);
        if (status == ASSAY_OK)
            status = check_mode(path, info.st_mode, err);
    }
    return status;
}

enum assay_status assay_secret_file_read(const char *path, assay_secret_look *look, char text[],
                                         size_t size, size_t *length, struct assay_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return assay_fail(err, ASSAY_EIO, "could not open \"%s\": %s", path, strerror(errno));
    enum assay_status status = read_open(path, fd, look, text, size, length, err);
    close(fd);
    if (status != ASSAY_OK)
        sodium_memzero(text, size);
    return status;
}

void *assay_secret_alloc(size_t size)
{
    void *memory = assay_alloc(size, 1);
    /* Where the limit on locked memory is zero the secret could reach swap; the work is still done.
     */
    if (memory != NULL)
        (void)!sodium_mlock(memory, size);
    return memory;
}

void assay_secret_free(void *memory, size_t size)
{
    if (memory == NULL)
        return;
    sodium_munlock(memory, size); /* wipes first */
    free(memory);
}
