#include "tests/crash/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "tests/crash/trace.h"

static void join(char *out, const char *top, const char *below)
{
    int length = snprintf(out, 4096, "%s%s%s", top, below[0] != '\0' ? "/" : "", below);
    if (length < 0 || length >= 4096)
        trace_die("a path is too long: %s/%s", top, below);
}

void tree_add(struct tree *tree, const char *path, mode_t mode, const char *bytes, size_t length)
{
    if (!assay_grow(&tree->nodes, &tree->capacity, tree->n + 1, sizeof *tree->nodes))
        trace_die("out of memory");
    struct tree_node *node = &tree->nodes[tree->n++];
    *node = (struct tree_node){.path = assay_copy_string(path), .mode = mode, .length = length};
    if (bytes != NULL)
        node->bytes = assay_copy_text(bytes, length);
    if (node->path == NULL || (bytes != NULL && node->bytes == NULL))
        trace_die("out of memory");
}

static void take_file(const char *path, struct assay_text *text)
{
    char buffer[16384];
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0)
        assay_text_add(text, buffer, (size_t)got);
    if (got < 0 || text->failed)
        trace_die("could not read %s: %s", path, strerror(errno));
    close(fd);
}

static int not_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void take(struct tree *tree, const char *top, const char *below)
{
    char path[4096], name[4096];
    struct stat info;
    struct assay_text text = {0};
    join(path, top, below);
    if (lstat(path, &info) != 0)
        trace_die("could not look at %s: %s", path, strerror(errno));
    if (S_ISREG(info.st_mode)) {
        take_file(path, &text);
        tree_add(tree, below, info.st_mode & 07777, text.data != NULL ? text.data : "",
                 text.length);
        assay_text_clear(&text);
        return;
    }
    if (!S_ISDIR(info.st_mode))
        trace_die("%s is neither a file nor a directory", path);
    tree_add(tree, below, info.st_mode & 07777, NULL, 0);
    struct dirent **list;
    int n = scandir(path, &list, not_dots, by_bytes);
    if (n < 0)
        trace_die("could not list %s: %s", path, strerror(errno));
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "%.2000s%s%s", below, below[0] != '\0' ? "/" : "",
                 list[k]->d_name);
        free(list[k]);
        take(tree, top, name);
    }
    free(list);
}

void tree_take(const char *path, struct tree *tree)
{
    struct stat info;
    *tree = (struct tree){0};
    if (lstat(path, &info) == 0)
        take(tree, path, "");
}

void tree_remove(const char *path)
{
    struct dirent **list;
    char name[4096];
    if (unlink(path) == 0 || errno == ENOENT)
        return;
    int n = scandir(path, &list, not_dots, NULL);
    for (int k = 0; k < n; k++) {
        join(name, path, list[k]->d_name);
        free(list[k]);
        tree_remove(name);
    }
    if (n >= 0)
        free(list);
    if (rmdir(path) != 0)
        trace_die("could not remove %s: %s", path, strerror(errno));
}

static void put_file(const char *path, const struct tree_node *node)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t done = 0;
    ssize_t n = 0;
    while (fd >= 0 && n >= 0 && done < node->length) {
        n = write(fd, node->bytes + done, node->length - done);
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd < 0 || n < 0 || fchmod(fd, node->mode) != 0 || close(fd) != 0)
        trace_die("could not write %s: %s", path, strerror(errno));
}

void tree_put(const struct tree *tree, const char *top)
{
    char path[4096];
    tree_remove(top);
    for (size_t k = 0; k < tree->n; k++) {
        const struct tree_node *node = &tree->nodes[k];
        join(path, top, node->path);
        if (node->bytes != NULL)
            put_file(path, node);
        else if (mkdir(path, 0700) != 0 || chmod(path, node->mode | 0700) != 0)
            trace_die("could not make %s: %s", path, strerror(errno));
    }
}

void tree_copy(const struct tree *from, struct tree *to)
{
    *to = (struct tree){0};
    for (size_t k = 0; k < from->n; k++) {
        const struct tree_node *node = &from->nodes[k];
        tree_add(to, node->path, node->mode, node->bytes, node->length);
    }
}

void tree_clear(struct tree *tree)
{
    for (size_t k = 0; k < tree->n; k++) {
        free(tree->nodes[k].path);
        free(tree->nodes[k].bytes);
    }
    free(tree->nodes);
    *tree = (struct tree){0};
}

const struct tree_node *tree_find(const struct tree *tree, const char *path)
{
    for (size_t k = 0; k < tree->n; k++)
        if (strcmp(tree->nodes[k].path, path) == 0)
            return &tree->nodes[k];
    return NULL;
}

static bool same(const struct tree_node *a, const struct tree_node *b)
{
    if (a == NULL || b == NULL || (a->bytes == NULL) != (b->bytes == NULL))
        return a == NULL && b == NULL;
    return a->mode == b->mode && a->length == b->length &&
           (a->bytes == NULL || memcmp(a->bytes, b->bytes, a->length) == 0);
}

bool tree_same_file(const struct tree *a, const struct tree *b, const char *path)
{
    return same(tree_find(a, path), tree_find(b, path));
}

void tree_digest(const struct tree *tree, char out[ASSAY_SHA256_TEXT_SIZE])
{
    struct assay_sha256 hash;
    assay_sha256_init(&hash);
    for (size_t k = 0; k < tree->n; k++) {
        const struct tree_node *node = &tree->nodes[k];
        char head[64];
        int length = snprintf(head, sizeof head, "%c %o %zu ", node->bytes != NULL ? 'f' : 'd',
                              (unsigned)node->mode, node->length);
        assay_sha256_add(&hash, head, (size_t)length);
        assay_sha256_add(&hash, node->path, strlen(node->path) + 1);
        if (node->bytes != NULL)
            assay_sha256_add(&hash, node->bytes, node->length);
    }
    assay_sha256_finish(&hash, out);
}

const char *tree_difference(const struct tree *a, const struct tree *b)
{
    for (size_t k = 0; k < a->n; k++)
        if (!tree_same_file(a, b, a->nodes[k].path))
            return a->nodes[k].path;
    for (size_t k = 0; k < b->n; k++)
        if (tree_find(a, b->nodes[k].path) == NULL)
            return b->nodes[k].path;
    return NULL;
}
