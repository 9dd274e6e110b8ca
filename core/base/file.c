#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"

enum assay_status assay_file_read(const char *path, size_t limit, struct assay_text *text,
                                  struct assay_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return assay_fail(err, ASSAY_EIO, "could not open \"%s\": %s", path, strerror(errno));
    struct assay_text content = {0};
    enum assay_status status = ASSAY_OK;
    char buffer[65536];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = assay_fail(err, ASSAY_EIO, "could not read \"%s\": %s", name, strerror(errno));
        if (got <= 0)
            break;
        assay_text_add(&content, buffer, (size_t)got);
        if (content.failed)
            break;
        if (content.length > limit) {
            status = assay_fail(err, ASSAY_EFORMAT, "%s: longer than %zu bytes; expected a smaller "
                                "file", name, limit);
            break;
        }
    }
    if (!standard)
        close(fd);
    if (status == ASSAY_OK && content.length == 0)
        assay_text_puts(&content, ""); /* so that data is a string */
    if (status == ASSAY_OK && content.failed)
        status = assay_fail_memory(err, "reading a file");
    if (status != ASSAY_OK)
        assay_text_clear(&content);
    else
        *text = content;
    return status;
}

static enum assay_status fail_write(const char *path, struct assay_error *err)
{
    int reason = errno;
    return assay_fail(err, ASSAY_EIO, "could not write \"%s\": %s", path, strerror(reason));
}

/* The file beside path, whose name it puts into part; NULL, with errno set, when it cannot be. */
static FILE *open_part(const char *path, char part[])
{
    size_t length = strlen(path);
    memcpy(part, path, length);
    memcpy(part + length, ".part-XXXXXX", 13);
    int fd = mkstemp(part);
    if (fd < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    FILE *stream = fchmod(fd, 0666 & ~mask) == 0 ? fdopen(fd, "w") : NULL;
    if (stream == NULL) {
        int reason = errno;
        close(fd);
        unlink(part);
        errno = reason;
    }
    return stream;
}

enum assay_status assay_output_open(const char *path, struct assay_output *out,
                                    struct assay_error *err)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        *out = (struct assay_output){.stream = stdout};
        return ASSAY_OK;
    }
    /* Renaming onto /dev/null would put a file in its place. */
    struct stat info;
    bool special = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
    struct assay_output made = {.path = assay_copy_string(path)};
    if (!special)
        made.part = assay_alloc(strlen(path) + 16, 1);
    enum assay_status status = ASSAY_OK;
    if (made.path == NULL || (!special && made.part == NULL)) {
        status = assay_fail_memory(err, "opening an output file");
    } else {
        made.stream = special ? fopen(path, "we") : open_part(path, made.part);
        if (made.stream == NULL)
            status = fail_write(path, err);
    }
    if (status != ASSAY_OK) {
        free(made.part);
        free(made.path);
        return status;
    }
    *out = made;
    return ASSAY_OK;
}

void assay_output_store(struct assay_output *out)
{
    if (out->part == NULL || fflush(out->stream) != 0)
        return;
    off_t written = ftello(out->stream);
    if (written > out->begun) /* a hint: what it cannot do, fsync() will */
        sync_file_range(fileno(out->stream), out->begun, written - out->begun, SYNC_FILE_RANGE_WRITE);
    out->begun = written;
}

/* The name is durable only when the directory that holds it is. */
static void sync_directory_of(const char *path)
{
    char *directory = assay_copy_string(path);
    if (directory == NULL)
        return;
    char *slash = strrchr(directory, '/');
    if (slash == directory)
        slash[1] = '\0';
    else if (slash != NULL)
        *slash = '\0';
    int fd = open(slash != NULL ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd); /* not every file system can; the rename itself has been made */
        close(fd);
    }
    free(directory);
}

enum assay_status assay_output_finish(struct assay_output *out, struct assay_error *err)
{
    if (out->path == NULL) {
        bool good = fflush(out->stream) == 0 && !ferror(out->stream);
        out->stream = NULL;
        return good ? ASSAY_OK : fail_write("standard output", err);
    }
    bool good = fflush(out->stream) == 0 && !ferror(out->stream) &&
                (out->part == NULL || fsync(fileno(out->stream)) == 0);
    int reason = errno;
    if (fclose(out->stream) != 0 && good) {
        good = false;
        reason = errno;
    }
    out->stream = NULL;
    if (good && out->part != NULL && rename(out->part, out->path) != 0) {
        good = false;
        reason = errno;
    }
    if (!good) {
        errno = reason;
        enum assay_status status = fail_write(out->path, err);
        assay_output_abort(out);
        return status;
    }
    if (out->part != NULL)
        sync_directory_of(out->path);
    free(out->part);
    out->part = NULL;
    assay_output_abort(out);
    return ASSAY_OK;
}

void assay_output_abort(struct assay_output *out)
{
    if (out->path != NULL && out->stream != NULL)
        fclose(out->stream);
    if (out->part != NULL)
        unlink(out->part);
    free(out->part);
    free(out->path);
    *out = (struct assay_output){0};
}

enum assay_status assay_flush_stdout(struct assay_error *err)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? ASSAY_OK : fail_write("standard output", err);
}

enum assay_status assay_file_write(const char *path, const char *bytes, size_t length,
                                   struct assay_error *err)
{
    struct assay_output out;
    enum assay_status status = assay_output_open(path, &out, err);
    if (status != ASSAY_OK)
        return status;
    fwrite(bytes, 1, length, out.stream);
    return assay_output_finish(&out, err);
}
