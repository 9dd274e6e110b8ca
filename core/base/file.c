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

enum assay_status assay_output_open(const char *path, struct assay_output *out,
                                    struct assay_error *err)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        *out = (struct assay_output){.stream = stdout};
        return ASSAY_OK;
    }
    size_t length = strlen(path);
    struct assay_output made = {.path = assay_copy_string(path),
                                .part = assay_alloc(length + 16, 1)};
    if (made.path == NULL || made.part == NULL) {
        assay_output_abort(&made);
        return assay_fail_memory(err, "opening an output file");
    }
    memcpy(made.part, path, length);
    memcpy(made.part + length, ".part-XXXXXX", 13);
    int fd = mkstemp(made.part);
    mode_t mask = umask(0);
    umask(mask);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
        made.stream = fdopen(fd, "w");
    if (made.stream == NULL) {
        enum assay_status status = fail_write(path, err);
        if (fd >= 0) {
            close(fd);
            unlink(made.part);
        }
        free(made.part);
        free(made.path);
        return status;
    }
    *out = made;
    return ASSAY_OK;
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
    bool good = fflush(out->stream) == 0 && !ferror(out->stream) && fsync(fileno(out->stream)) == 0;
    int reason = errno;
    good = fclose(out->stream) == 0 && good;
    out->stream = NULL;
    if (good)
        good = rename(out->part, out->path) == 0;
    else
        errno = reason;
    if (!good) {
        enum assay_status status = fail_write(out->path, err);
        assay_output_abort(out);
        return status;
    }
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
