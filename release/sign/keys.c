#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "release/sign/minisign.h"
#include "release/sign/secret_file.h"
#include "release/sign/secret_key.h"

enum { FILE_SIZE = 4096, PATH_SIZE = 4096 };

static enum assay_status fail_exists(const char *path, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EDATA, "%s: is there already; expected the name of a new file",
                      path);
}

/* Asked before the password is turned into a key, which takes a second; open() asks again. */
static enum assay_status check_absent(const char *path, struct assay_error *err)
{
    struct stat info;
    return lstat(path, &info) == 0 ? fail_exists(path, err) : ASSAY_OK;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = EIO; /* no progress and no reason */
        if (done <= 0)
            return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

static bool sync_again(int fd)
{
    int result;
    do
        result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* The name of a new file is durable when its directory is, where its file system has such. */
static bool sync_directory_of(const char *path)
{
    char directory[PATH_SIZE] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL)
        snprintf(directory, sizeof directory, "%.*s", slash > path ? (int)(slash - path) : 1, path);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == EACCES; /* one may write where one may not read */
    bool good = sync_again(fd) || errno == EINVAL || errno == ENOTSUP || errno == EOPNOTSUPP;
    int reason = errno;
    close(fd);
    errno = reason;
    return good;
}

static enum assay_status create(const char *path, mode_t mode, const char *bytes, size_t length,
                                struct assay_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 && errno == EEXIST)
        return fail_exists(path, err);
    int reason = fd < 0 ? errno : 0;
    if (fd >= 0 && (!write_all(fd, bytes, length) || !sync_again(fd)))
        reason = errno;
    if (fd >= 0 && close(fd) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && !sync_directory_of(path))
        reason = errno;
    if (reason == 0)
        return ASSAY_OK;
    if (fd >= 0)
        unlink(path);
    return assay_fail(err, ASSAY_EIO, "could not write \"%s\": %s", path, strerror(reason));
}

static enum assay_status create_pair(const char *secret_path, const char *public_path,
                                     const char *secret_text, const struct assay_public_key *key,
                                     struct assay_error *err)
{
    struct assay_text text = {0};
    assay_public_key_write(key, &text);
    enum assay_status status =
        text.failed ? assay_fail_memory(err, "writing a public key") : ASSAY_OK;
    if (status == ASSAY_OK)
        status = create(secret_path, 0600, secret_text, strlen(secret_text), err);
    if (status == ASSAY_OK) {
        status = create(public_path, 0666, text.data, text.length, err);
        if (status != ASSAY_OK)
            unlink(secret_path);
    }
    assay_text_clear(&text);
    return status;
}

enum assay_status assay_keys_make(const char *secret_path, const char *public_path,
                                  const char *password, struct assay_public_key *made,
                                  struct assay_error *err)
{
    struct assay_secret_key key = {0};
    enum assay_status status = check_absent(secret_path, err);
    if (status == ASSAY_OK)
        status = check_absent(public_path, err);
    if (status == ASSAY_OK)
        status = assay_secret_key_make(&key, err);
    if (status != ASSAY_OK)
        return status;
    char *text = assay_secret_alloc(ASSAY_SECRET_KEY_TEXT_SIZE);
    status = text == NULL ? assay_fail_memory(err, "making a key")
                          : assay_secret_key_encode(&key, password, assay_scrypt_limits_default(),
                                                    text, err);
    if (status == ASSAY_OK)
        status = create_pair(secret_path, public_path, text, &key.public_key, err);
    if (status == ASSAY_OK)
        *made = key.public_key;
    assay_secret_free(text, ASSAY_SECRET_KEY_TEXT_SIZE);
    assay_secret_key_clear(&key);
    return status;
}

enum assay_status assay_secret_key_read(const char *path,
                                        bool (*ask)(void *context, char *password, size_t size),
                                        void *context, struct assay_secret_key *key,
                                        struct assay_error *err)
{
    size_t length = 0;
    char *text = assay_secret_alloc(FILE_SIZE);
    if (text == NULL)
        return assay_fail_memory(err, "reading a secret key");
    enum assay_status status =
        assay_secret_file_read(path, assay_secret_key_look, text, FILE_SIZE, &length, err);
    if (status == ASSAY_OK)
        status = assay_secret_key_decode(path, text, length, ask, context, key, err);
    assay_secret_free(text, FILE_SIZE);
    return status;
}
