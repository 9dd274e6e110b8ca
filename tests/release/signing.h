/* signing.h - keys and signatures that minisign 0.11 made, a directory for files, and minisign
 * itself
 *
 * The keys were made for these tests and sign nothing else.
 */
#ifndef ASSAY_TESTS_RELEASE_SIGNING_H
#define ASSAY_TESTS_RELEASE_SIGNING_H

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.h"
#include "release/sign/minisign.h"
#include "tests/support/suite.h"

/* The file that the signatures are of. */
#define SIGNED_BYTES "health score\n"

/* minisign -G -W */
#define PLAIN_ID         "2F08BCC1E9E5A8E4"
#define PLAIN_PUBLIC_KEY "RWTkqOXpwbwIL6uNss9o7o432mRKxMDgnxkhaYGlR0wUH6ks9q2A8Oe5"
#define PLAIN_PUBLIC     "untrusted comment: minisign public key " PLAIN_ID "\n" PLAIN_PUBLIC_KEY "\n"
#define PLAIN_SECRET                                                                               \
    "untrusted comment: minisign encrypted secret key\n"                                           \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA5Kjl"                 \
    "6cG8CC917pqYdRbrxPrCYF/KXJ/Z7zp2Tn9Rwc3YsikFIlpegKuNss9o7o432mRKxMDgnxkhaYGl"                 \
    "R0wUH6ks9q2A8Oe5AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

/* minisign -G with this password, and the same key after minisign -C -W took it off again */
#define SEALED_PASSWORD   "seven tall birches"
#define SEALED_ID         "4EB67B649C8DC3FC"
#define SEALED_PUBLIC_KEY "RWT8w42cZHu2Tk8B2WvIHKhA8zfFvHyLpr+X89O1tWyfQyndVJ2ieKVo"
#define SEALED_PUBLIC                                                                              \
    "untrusted comment: minisign public key " SEALED_ID "\n" SEALED_PUBLIC_KEY "\n"
#define SEALED_SECRET                                                                              \
    "untrusted comment: minisign encrypted secret key\n"                                           \
    "RWRTY0Iy7JAvmSAhGKqWcYusElhgoHagI3UAJTOWQ/gXURbJtREAAAACAAAAAAAAAEAAAAAAfvT/"                 \
    "Tvd802e39XRMoxI13a/7IkF9UGK5pQT4ICQ5vjRRlDkfOgkkpw7EsRs38NiDlXPiHKm5hJfPjZ5H"                 \
    "cYw1fLeTsCCNVIG/DO4WHh/vbM2HADTTbgri/UEfoYS7THEqYK0RZjI+aio=\n"
#define UNSEALED_SECRET                                                                            \
    "untrusted comment: minisign encrypted secret key\n"                                           \
    "RWQAAEIy7JAvmSAhGKqWcYusElhgoHagI3UAJTOWQ/gXURbJtREAAAACAAAAAAAAAEAAAAAA/MON"                 \
    "nGR7tk6WUjnotMZ3UsZd3sGElqvdTj9NQfTkON82ZjWTmyMbO08B2WvIHKhA8zfFvHyLpr+X89O1"                 \
    "tWyfQyndVJ2ieKVoC+i1/qAB+BcDnYSRgx+6x8HWtjYJlWQMzstQUa2GdaQ=\n"

/* minisign -S -t 'released by hand', with the plain key */
#define HASHED_LINES                                                                               \
    "RUTkqOXpwbwIL9YvJeidy+Ohz6P5Dncn6nBf+OMWT6NJvxmNEM6WjeAG9UtEj7JbrBX2UxZGIQOb"                 \
    "eSDHxpruONCc3btfDSSRIAM=\n"                                                                   \
    "trusted comment: released by hand\n"                                                          \
    "S2yh3C4MDhJF+lF0KL34iFypXcI/wTF5jed4KkBw+036kfk6QICITt31s1nPVqy1p1bNqGevXc7S"                 \
    "irwXChMkAA==\n"
#define HASHED_SIGNATURE "untrusted comment: signature from minisign secret key\n" HASHED_LINES
/* minisign -S, its own trusted comment */
#define TABBED_SIGNATURE                                                                           \
    "untrusted comment: signature from minisign secret key\n"                                      \
    "RUTkqOXpwbwIL9YvJeidy+Ohz6P5Dncn6nBf+OMWT6NJvxmNEM6WjeAG9UtEj7JbrBX2UxZGIQOb"                 \
    "eSDHxpruONCc3btfDSSRIAM=\n"                                                                   \
    "trusted comment: timestamp:1795382475\tfile:f.txt\thashed\n"                                  \
    "JIDcu1LsoXNoaWY4ewJ7NzwRp7Fxmh5sWgW8AhSM436aSacxULE+fR5ye8B/P+ULyURWUSZr34mb"                 \
    "j7pnbQyuBg==\n"
/* minisign -S -l -t 'the older kind' */
#define LEGACY_SIGNATURE                                                                           \
    "untrusted comment: signature from minisign secret key\n"                                      \
    "RWTkqOXpwbwILx0LqfsWBMFCRx5KBafc2iB4JgluSYuZkK7nnGl5aLSQf5HvRgrIDCGjVFw1Jbiy"                 \
    "AuvLNoBFnc/p9t5PmHdscgE=\n"                                                                   \
    "trusted comment: the older kind\n"                                                            \
    "6NpTzt8GtaXkIVV1ccZWB2HbaDAubNweK9hYymoV0r5nMmWWQSy4x4F4Jlp9s5YvkCbjJzSxx+hz"                 \
    "f/qOMxe7Cg==\n"

/* ---- files ---- */

struct signing_directory {
    char path[40];
};

static inline struct signing_directory signing_directory(void)
{
    struct signing_directory made = {"/tmp/assay-sign-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(made.path));
    return made;
}

static inline void signing_directory_remove(const struct signing_directory *directory)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", directory->path);
    ck_assert_int_eq(system(command), 0);
}

struct signing_path {
    char text[80];
};

static inline struct signing_path signing_path(const struct signing_directory *directory,
                                               const char *name)
{
    struct signing_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", directory->path, name);
    return path;
}

static inline struct signing_path signing_file(const struct signing_directory *directory,
                                               const char *name, const char *content, mode_t mode)
{
    struct assay_error err = {0};
    struct signing_path path = signing_path(directory, name);
    ck_assay_ok(assay_file_write(path.text, content, strlen(content), &err));
    ck_assert_int_eq(chmod(path.text, mode), 0);
    return path;
}

/* ---- minisign ---- */

/* Whether it is installed; counts a skip where not. */
static inline bool needs_minisign(void)
{
    if (system("minisign -v >/dev/null 2>&1") == 0)
        return true;
    test_skip("minisign is not installed");
    return false;
}

/* Runs a command in the directory, without a word; returns its exit status. */
static inline int ASSAY_PRINTF(2, 3)
    signing_run(const struct signing_directory *directory, const char *format, ...)
{
    char command[1024];
    int length =
        snprintf(command, sizeof command, "cd %s && exec >/dev/null 2>&1 && ", directory->path);
    va_list args;
    va_start(args, format);
    vsnprintf(command + length, sizeof command - (size_t)length, format, args);
    va_end(args);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#endif
