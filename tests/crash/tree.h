/* tree.h - a directory held in memory: taken, put back, told apart
 *
 * Knows directories and regular files, their modes and bytes; anything else in a directory is a
 * reason to stop. A tree of a path where nothing is has no nodes.
 */
#ifndef ASSAY_TESTS_CRASH_TREE_H
#define ASSAY_TESTS_CRASH_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/base/sha256.h"

struct tree_node {
    char *path; /* below the top, "" for the top itself */
    mode_t mode;
    char *bytes; /* NULL for a directory */
    size_t length;
};

struct tree {
    struct tree_node *nodes; /* a directory before what is in it; names in byte order */
    size_t n, capacity;
};

void tree_take(const char *path, struct tree *tree);
/* What is at path is replaced. */
void tree_put(const struct tree *tree, const char *path);
void tree_remove(const char *path);
void tree_copy(const struct tree *from, struct tree *to);
void tree_clear(struct tree *tree);

/* Adds a node: bytes NULL for a directory, else bytes[length] are copied. */
void tree_add(struct tree *tree, const char *path, mode_t mode, const char *bytes, size_t length);

/* NULL: not there. */
const struct tree_node *tree_find(const struct tree *tree, const char *path);
bool tree_same_file(const struct tree *a, const struct tree *b, const char *path);

/* Of names, kinds, modes and bytes. */
void tree_digest(const struct tree *tree, char out[ASSAY_SHA256_TEXT_SIZE]);

/* The first path in which b is not a; NULL: they are the same. */
const char *tree_difference(const struct tree *a, const struct tree *b);

#endif
