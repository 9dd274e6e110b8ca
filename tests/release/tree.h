/* tree.h - directories copied, compared and removed in process: by the hundred, a shell would take
 * most of the time */
#ifndef ASSAY_TESTS_RELEASE_TREE_H
#define ASSAY_TESTS_RELEASE_TREE_H

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/suite.h"

struct tree_path {
    char text[512];
};

static inline struct tree_path tree_path(const char *directory, const char *name)
{
    struct tree_path path;
    int length = snprintf(path.text, sizeof path.text, "%s/%s", directory, name);
    ck_assert_int_lt(length, (int)sizeof path.text);
    return path;
}

static inline bool tree_is_directory(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Calls visit(directory, name, context) for all that is in it, not for what is in that. */
static inline void tree_each(const char *directory,
                             void (*visit)(const char *directory, const char *name, void *context),
                             void *context)
{
    DIR *listing = opendir(directory);
    ck_assert_msg(listing != NULL, "%s", directory);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            visit(directory, entry->d_name, context);
    closedir(listing);
}

static inline struct assay_text tree_read(const char *path)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_file_read(path, (size_t)1 << 24, &text, &err));
    return text;
}

/* Not through assay_file_write(), which would wait for the disk. */
static inline void tree_write(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0,
                  "could not write %s", path);
}

/* ---- removing ---- */

static inline void tree_remove(const char *path);

static inline void tree_remove_in(const char *directory, const char *name, void *context)
{
    (void)context;
    tree_remove(tree_path(directory, name).text);
}

/* What is not there is removed already. */
static inline void tree_remove(const char *path)
{
    if (!tree_is_directory(path)) {
        unlink(path);
        return;
    }
    tree_each(path, tree_remove_in, NULL);
    ck_assert_int_eq(rmdir(path), 0);
}

/* ---- copying ---- */

static inline void tree_copy(const char *from, const char *to);

static inline void tree_copy_in(const char *directory, const char *name, void *context)
{
    struct tree_path from = tree_path(directory, name), to = tree_path(context, name);
    tree_copy(from.text, to.text);
}

/* TO, which is removed before, becomes what FROM is; modes apart. */
static inline void tree_copy(const char *from, const char *to)
{
    tree_remove(to);
    if (tree_is_directory(from)) {
        ck_assert_int_eq(mkdir(to, 0777), 0);
        tree_each(from, tree_copy_in, (void *)(uintptr_t)to);
        return;
    }
    struct assay_text text = tree_read(from);
    tree_write(to, text.data, text.length);
    assay_text_clear(&text);
}

/* ---- comparing ---- */

struct tree_other {
    const char *directory;
    bool same;
};

static inline bool tree_holds(const char *a, const char *b);

static inline void tree_compare_in(const char *directory, const char *name, void *context)
{
    struct tree_other *other = context;
    struct tree_path a = tree_path(directory, name), b = tree_path(other->directory, name);
    other->same = other->same && tree_holds(a.text, b.text);
}

/* Whether all that is in a is in b, and is the same there. */
static inline bool tree_holds(const char *a, const char *b)
{
    if (access(b, F_OK) != 0 || tree_is_directory(a) != tree_is_directory(b))
        return false;
    if (tree_is_directory(a)) {
        struct tree_other other = {b, true};
        tree_each(a, tree_compare_in, &other);
        return other.same;
    }
    struct assay_text left = tree_read(a), right = tree_read(b);
    bool same = left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
    assay_text_clear(&left);
    assay_text_clear(&right);
    return same;
}

static inline bool tree_is_same(const char *a, const char *b)
{
    return tree_holds(a, b) && tree_holds(b, a);
}

#endif
