#include "core/data/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/base/memory.h"

enum { PACKED_SIZE = 1 << 16 };

struct assay_source {
    char *name;
    int fd;             /* -1: memory */
    bool owns_fd;
    const char *memory; /* what is left of it is memory[bytes .. size) */
    size_t bytes, size;
    bool raw_ended; /* the file, or the memory, has been read to its end */
    bool unhashed;  /* nobody asks for the fingerprint */
    struct assay_sha256 hash;
    char digest[ASSAY_SHA256_TEXT_SIZE];

    /* gzip alone */
    unsigned char *packed; /* [PACKED_SIZE], NULL for plain text */
    z_stream inflater;
    bool inflater_ready;
    size_t n_member;      /* begun */
    bool between_members; /* before the first member, or behind a complete one */
};

/* zlib's own allocations are ours as well, so that they are checked like all others. */
static void *zlib_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return assay_alloc(n, size);
}

static void zlib_free(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static bool is_gzip_name(const char *name)
{
    size_t length = strlen(name);
    return length >= 3 && strcasecmp(name + length - 3, ".gz") == 0;
}

static enum assay_status source_new(const char *name, struct assay_source **source,
                                    struct assay_error *err)
{
    struct assay_source *made = assay_alloc(1, sizeof *made);
    if (made == NULL)
        return assay_fail_memory(err, "opening a data file");
    made->fd = -1;
    made->name = assay_copy_string(name);
    assay_sha256_init(&made->hash);
    bool good = made->name != NULL;
    if (good && is_gzip_name(name)) {
        made->between_members = true;
        made->packed = malloc(PACKED_SIZE);
        made->inflater.zalloc = zlib_alloc;
        made->inflater.zfree = zlib_free;
        /* 15: the largest window; 32: tell gzip from zlib by the header. */
        made->inflater_ready = made->packed != NULL &&
                               inflateInit2(&made->inflater, 15 + 32) == Z_OK;
        good = made->inflater_ready;
    }
    if (!good) {
        assay_source_close(made);
        return assay_fail_memory(err, "opening a data file");
    }
    *source = made;
    return ASSAY_OK;
}

static enum assay_status open_file(struct assay_source *source, const char *path,
                                   struct assay_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    source->owns_fd = !standard && source->fd >= 0;
    struct stat info;
    if (source->fd < 0 || fstat(source->fd, &info) != 0)
        return assay_fail(err, ASSAY_EIO, "could not open \"%s\": %s", source->name,
                          strerror(errno));
    if (S_ISDIR(info.st_mode))
        return assay_fail(err, ASSAY_EIO, "could not open \"%s\": it is a directory; expected a "
                          "CSV file", source->name);
    if (S_ISREG(info.st_mode))
        source->size = (size_t)info.st_size;
    return ASSAY_OK;
}

enum assay_status assay_source_open(const char *path, struct assay_source **source,
                                    struct assay_error *err)
{
    struct assay_source *made = NULL;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    enum assay_status status = source_new(name, &made, err);
    if (status == ASSAY_OK)
        status = open_file(made, path, err);
    if (status == ASSAY_OK)
        *source = made;
    else
        assay_source_close(made);
    return status;
}

enum assay_status assay_source_open_memory(const char *name, const char *bytes, size_t length,
                                           struct assay_source **source, struct assay_error *err)
{
    struct assay_source *made = NULL;
    enum assay_status status = source_new(name, &made, err);
    if (status != ASSAY_OK)
        return status;
    made->memory = bytes;
    made->size = length;
    *source = made;
    return ASSAY_OK;
}

void assay_source_close(struct assay_source *source)
{
    if (source == NULL)
        return;
    if (source->owns_fd)
        close(source->fd);
    if (source->inflater_ready)
        inflateEnd(&source->inflater);
    free(source->packed);
    free(source->name);
    free(source);
}

static enum assay_status read_some(struct assay_source *source, void *buffer, size_t size,
                                   size_t *got, struct assay_error *err)
{
    if (source->fd < 0) {
        size_t left = source->size - source->bytes;
        *got = left < size ? left : size;
        if (*got > 0)
            memcpy(buffer, source->memory + source->bytes, *got);
        return ASSAY_OK;
    }
    ssize_t n;
    do
        n = read(source->fd, buffer, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return assay_fail(err, ASSAY_EIO, "could not read \"%s\": %s", source->name,
                          strerror(errno));
    *got = (size_t)n;
    return ASSAY_OK;
}

/* The file as it lies on disk: filled to size unless it ends, hashed and counted. */
static enum assay_status read_raw(struct assay_source *source, void *buffer, size_t size,
                                  size_t *got, struct assay_error *err)
{
    *got = 0;
    while (*got < size && !source->raw_ended) {
        size_t more = 0;
        enum assay_status status =
            read_some(source, (char *)buffer + *got, size - *got, &more, err);
        if (status != ASSAY_OK)
            return status;
        if (!source->unhashed)
            assay_sha256_add(&source->hash, (char *)buffer + *got, more);
        source->bytes += more;
        *got += more;
        source->raw_ended = more == 0;
        if (source->raw_ended && !source->unhashed)
            assay_sha256_finish(&source->hash, source->digest);
    }
    return ASSAY_OK;
}

static enum assay_status refill(struct assay_source *source, struct assay_error *err)
{
    size_t n;
    enum assay_status status = read_raw(source, source->packed, PACKED_SIZE, &n, err);
    if (status == ASSAY_OK) {
        source->inflater.next_in = source->packed;
        source->inflater.avail_in = (unsigned)n;
    }
    return status;
}

/* Starts the next member where there is one. Zeros behind a member are the padding of tapes and
 * block devices. */
static bool enter_member(struct assay_source *source)
{
    z_stream *z = &source->inflater;
    while (source->n_member > 0 && z->avail_in > 0 && *z->next_in == 0) {
        z->next_in++;
        z->avail_in--;
    }
    if (z->avail_in == 0)
        return false;
    inflateReset(z);
    source->n_member++;
    source->between_members = false;
    return true;
}

static enum assay_status fail_inflate(const struct assay_source *source, int code,
                                      struct assay_error *err)
{
    const z_stream *z = &source->inflater;
    if (code == Z_MEM_ERROR)
        return assay_fail_memory(err, "unpacking gzip");
    if (code == Z_BUF_ERROR)
        return assay_fail(err, ASSAY_EFORMAT, "%s: the gzip data is cut off after %zu bytes; "
                          "expected the whole file", source->name, source->bytes);
    if (source->n_member == 1 && z->total_in <= 2)
        return assay_fail(err, ASSAY_EFORMAT, "%s: not gzip data; expected gzip behind a name that "
                          "ends in .gz", source->name);
    return assay_fail(err, ASSAY_EFORMAT, "%s: the gzip data is damaged before byte %zu (%s)",
                      source->name, source->bytes - z->avail_in + 1,
                      z->msg != NULL ? z->msg : "not usable");
}

static enum assay_status inflate_some(struct assay_source *source, char *buffer, size_t size,
                                      size_t *got, struct assay_error *err)
{
    z_stream *z = &source->inflater;
    size_t room = size < UINT32_MAX ? size : UINT32_MAX;
    z->next_out = (unsigned char *)buffer;
    z->avail_out = (unsigned)room;
    int code = inflate(z, Z_NO_FLUSH);
    *got = room - z->avail_out;
    source->between_members = code == Z_STREAM_END;
    /* Without progress: harmless while there is more to read, an end in mid-air otherwise. */
    bool starved = code == Z_BUF_ERROR && !source->raw_ended;
    return code == Z_OK || code == Z_STREAM_END || starved ? ASSAY_OK
                                                           : fail_inflate(source, code, err);
}

static enum assay_status read_gzip(struct assay_source *source, char *buffer, size_t size,
                                   size_t *got, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    *got = 0;
    while (status == ASSAY_OK && *got < size) {
        if (source->inflater.avail_in == 0 && !source->raw_ended)
            status = refill(source, err);
        if (status != ASSAY_OK)
            break;
        if (source->between_members && !enter_member(source)) {
            if (source->raw_ended)
                break;
            continue;
        }
        size_t more;
        status = inflate_some(source, buffer + *got, size - *got, &more, err);
        *got += more;
    }
    return status;
}

enum assay_status assay_source_read(struct assay_source *source, char *buffer, size_t size,
                                    size_t *got, struct assay_error *err)
{
    return source->packed != NULL ? read_gzip(source, buffer, size, got, err)
                                  : read_raw(source, buffer, size, got, err);
}

const char *assay_source_name(const struct assay_source *source)
{
    return source->name;
}

size_t assay_source_bytes(const struct assay_source *source)
{
    return source->bytes;
}

size_t assay_source_size(const struct assay_source *source)
{
    return source->size;
}

const char *assay_source_sha256(const struct assay_source *source)
{
    return source->digest;
}

void assay_source_skip_sha256(struct assay_source *source)
{
    source->unhashed = true;
}
