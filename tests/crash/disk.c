#include "tests/crash/disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/memory.h"

enum { GONE = -1, MOST_STEPS = 30 };

/* A name in a directory, and the item it stands for; in a step GONE stands for a name taken away. */
struct name {
    char name[128];
    int item;
};
struct names {
    struct name *list; /* [n], in byte order */
    size_t n, capacity;
};

/* A file or a directory, whatever it is called. */
struct item {
    ino_t inode;
    bool is_directory, present;
    mode_t mode;
    /* of a file */
    char *bytes;
    size_t length;
    char *synced; /* [synced_length]; NULL: never */
    size_t synced_length;
    bool clean; /* synced is bytes */
    /* of a directory */
    struct names names, on_disk;
    struct names *steps; /* [n_step] what changed since it was synced */
    size_t n_step, step_capacity;
};

struct disk {
    char path[4096];
    struct item *items; /* [n_item]; the first is the directory followed */
    size_t n_item, capacity;
};

/* ---- names ---- */

/* Where a name stands, or would. */
static size_t place_of(const struct names *names, const char *name, bool *there)
{
    size_t k = 0;
    while (k < names->n && strcmp(names->list[k].name, name) < 0)
        k++;
    *there = k < names->n && strcmp(names->list[k].name, name) == 0;
    return k;
}

static void set_name(struct names *names, const char *name, int item)
{
    bool there;
    size_t k = place_of(names, name, &there);
    if (!there) {
        if (strlen(name) >= sizeof names->list->name ||
            !assay_grow(&names->list, &names->capacity, names->n + 1, sizeof *names->list))
            trace_die("no room for the name %s", name);
        memmove(&names->list[k + 1], &names->list[k], (names->n++ - k) * sizeof *names->list);
        snprintf(names->list[k].name, sizeof names->list[k].name, "%s", name);
    }
    names->list[k].item = item;
}

static void remove_name(struct names *names, const char *name)
{
    bool there;
    size_t k = place_of(names, name, &there);
    if (there)
        memmove(&names->list[k], &names->list[k + 1], (--names->n - k) * sizeof *names->list);
}

static int get_name(const struct names *names, const char *name)
{
    bool there;
    size_t k = place_of(names, name, &there);
    return there ? names->list[k].item : GONE;
}

static void apply(struct names *names, const struct names *step)
{
    for (size_t k = 0; k < step->n; k++)
        if (step->list[k].item == GONE)
            remove_name(names, step->list[k].name);
        else
            set_name(names, step->list[k].name, step->list[k].item);
}

static void clear_names(struct names *names)
{
    free(names->list);
    *names = (struct names){0};
}

static void copy_names(const struct names *from, struct names *to)
{
    to->n = 0;
    apply(to, from);
}

/* The step from one listing to the next. */
static struct names difference(const struct names *before, const struct names *after)
{
    struct names step = {0};
    for (size_t k = 0; k < before->n; k++)
        if (get_name(after, before->list[k].name) == GONE)
            set_name(&step, before->list[k].name, GONE);
    for (size_t k = 0; k < after->n; k++)
        if (get_name(before, after->list[k].name) != after->list[k].item)
            set_name(&step, after->list[k].name, after->list[k].item);
    return step;
}

/* ---- following ---- */

/* An inode number that was not there at the last look is a new file, though an old one may have had
 * it. */
static int find_item(const struct disk *disk, ino_t inode, bool is_directory,
                     const bool was_present[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (was_present[k] && disk->items[k].inode == inode &&
            disk->items[k].is_directory == is_directory)
            return (int)k;
    return GONE;
}

static int add_item(struct disk *disk, ino_t inode, bool is_directory)
{
    if (!assay_grow(&disk->items, &disk->capacity, disk->n_item + 1, sizeof *disk->items))
        trace_die("out of memory");
    disk->items[disk->n_item] = (struct item){.inode = inode, .is_directory = is_directory};
    return (int)disk->n_item++;
}

static void take_bytes(struct item *item, const struct tree_node *node)
{
    if (item->bytes != NULL && item->length == node->length &&
        memcmp(item->bytes, node->bytes, node->length) == 0)
        return;
    free(item->bytes);
    item->bytes = assay_copy_text(node->bytes, node->length);
    item->length = node->length;
    item->clean = false;
    if (item->bytes == NULL)
        trace_die("out of memory");
}

/* The item of a node of a fresh look, of which the first n_before were known before it. */
static int item_of(struct disk *disk, const struct tree_node *node, const bool was_present[],
                   size_t n_before)
{
    char path[8192];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", disk->path, node->path);
    if (lstat(path, &info) != 0)
        trace_die("could not look at %s: %s", path, strerror(errno));
    bool is_directory = node->bytes == NULL;
    int item = find_item(disk, info.st_ino, is_directory, was_present, n_before);
    if (item == GONE)
        item = add_item(disk, info.st_ino, is_directory);
    disk->items[item].present = true;
    disk->items[item].mode = node->mode;
    if (!is_directory)
        take_bytes(&disk->items[item], node);
    return item;
}

static int *match(struct disk *disk, const struct tree *tree)
{
    size_t n_before = disk->n_item;
    bool *was_present = assay_alloc(n_before, sizeof *was_present);
    int *items = assay_alloc(tree->n, sizeof *items);
    if (was_present == NULL || items == NULL)
        trace_die("out of memory");
    for (size_t k = 0; k < n_before; k++) {
        was_present[k] = disk->items[k].present;
        disk->items[k].present = false;
    }
    for (size_t k = 0; k < tree->n; k++)
        items[k] = item_of(disk, &tree->nodes[k], was_present, n_before);
    free(was_present);
    return items;
}

/* The names directly in the directory that node d of the tree is. */
static struct names names_in(const struct tree *tree, const int items[], size_t d)
{
    struct names names = {0};
    const char *path = tree->nodes[d].path;
    size_t length = strlen(path);
    for (size_t k = d + 1; k < tree->n; k++) {
        const char *below = tree->nodes[k].path;
        if (length > 0 && (strncmp(below, path, length) != 0 || below[length] != '/'))
            continue;
        below += length > 0 ? length + 1 : 0;
        if (strchr(below, '/') == NULL)
            set_name(&names, below, items[k]);
    }
    return names;
}

static void note_step(struct item *directory, struct names *now)
{
    struct names step = difference(&directory->names, now);
    clear_names(&directory->names);
    directory->names = *now;
    if (step.n == 0) {
        clear_names(&step);
        return;
    }
    if (!assay_grow(&directory->steps, &directory->step_capacity, directory->n_step + 1,
                    sizeof *directory->steps))
        trace_die("out of memory");
    directory->steps[directory->n_step++] = step;
}

static void look(struct disk *disk)
{
    struct tree tree;
    tree_take(disk->path, &tree);
    int *items = match(disk, &tree);
    for (size_t k = 0; k < tree.n; k++)
        if (tree.nodes[k].bytes == NULL) {
            struct names now = names_in(&tree, items, k);
            note_step(&disk->items[items[k]], &now);
        }
    free(items);
    tree_clear(&tree);
}

static void sync_item(struct item *item)
{
    if (!item->is_directory) {
        free(item->synced);
        item->synced = assay_copy_text(item->bytes, item->length);
        item->synced_length = item->length;
        item->clean = true;
        if (item->synced == NULL)
            trace_die("out of memory");
        return;
    }
    copy_names(&item->names, &item->on_disk);
    for (size_t k = 0; k < item->n_step; k++)
        clear_names(&item->steps[k]);
    item->n_step = 0;
}

struct disk *disk_new(const char *path)
{
    struct disk *disk = assay_alloc(1, sizeof *disk);
    if (disk == NULL)
        trace_die("out of memory");
    snprintf(disk->path, sizeof disk->path, "%s", path);
    look(disk);
    for (size_t k = 0; k < disk->n_item; k++)
        sync_item(&disk->items[k]);
    return disk;
}

void disk_free(struct disk *disk)
{
    for (size_t k = 0; k < disk->n_item; k++) {
        struct item *item = &disk->items[k];
        for (size_t s = 0; s < item->n_step; s++)
            clear_names(&item->steps[s]);
        free(item->steps);
        clear_names(&item->names);
        clear_names(&item->on_disk);
        free(item->bytes);
        free(item->synced);
    }
    free(disk->items);
    free(disk);
}

void disk_follow(struct disk *disk, const struct trace_call *call)
{
    char link[64];
    struct stat info;
    if (!call->done || call->result < 0)
        return;
    if (trace_changes(call->kind))
        look(disk);
    if (call->kind != TRACE_SYNC)
        return;
    snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)call->pid, (int)call->args[0]);
    if (stat(link, &info) != 0)
        trace_die("could not look at %s: %s", link, strerror(errno));
    for (size_t k = 0; k < disk->n_item; k++)
        if (disk->items[k].present && disk->items[k].inode == info.st_ino)
            sync_item(&disk->items[k]);
}

/* ---- what may be left ---- */

struct possible {
    const struct disk *disk;
    size_t *choice; /* [n_item] directory: bits, a step each; file: 0 as synced, 1 half, 2 whole */
    size_t *ways;   /* [n_item] how many choices there are */
};

/* Those that can be reached from a directory, by any of its names since it was synced. */
static void reach(struct possible *p, int item)
{
    const struct item *at = &p->disk->items[item];
    if (p->ways[item] > 0)
        return;
    if (!at->is_directory) {
        p->ways[item] = at->clean ? 1 : 3;
        return;
    }
    if (at->n_step > MOST_STEPS)
        trace_die("%zu names of a directory were changed and not synced", at->n_step);
    p->ways[item] = (size_t)1 << at->n_step;
    for (size_t k = 0; k < at->on_disk.n; k++)
        reach(p, at->on_disk.list[k].item);
    for (size_t s = 0; s < at->n_step; s++)
        for (size_t k = 0; k < at->steps[s].n; k++)
            if (at->steps[s].list[k].item != GONE)
                reach(p, at->steps[s].list[k].item);
}

static void build(const struct possible *p, int item, const char *path, struct tree *tree)
{
    const struct item *at = &p->disk->items[item];
    size_t choice = p->choice[item];
    if (!at->is_directory) {
        if (at->clean || choice == 0)
            tree_add(tree, path, at->mode, at->synced != NULL ? at->synced : "", at->synced_length);
        else
            tree_add(tree, path, at->mode, at->bytes, choice == 1 ? at->length / 2 : at->length);
        return;
    }
    struct names names = {0};
    copy_names(&at->on_disk, &names);
    for (size_t s = 0; s < at->n_step; s++)
        if ((choice >> s & 1u) != 0)
            apply(&names, &at->steps[s]);
    tree_add(tree, path, at->mode, NULL, 0);
    for (size_t k = 0; k < names.n; k++) {
        char below[4096];
        snprintf(below, sizeof below, "%.3800s%s%s", path, path[0] != '\0' ? "/" : "",
                 names.list[k].name);
        build(p, names.list[k].item, below, tree);
    }
    clear_names(&names);
}

/* The next combination of choices; false: that was the last. */
static bool next_choice(struct possible *p)
{
    for (size_t k = 0; k < p->disk->n_item; k++) {
        if (p->ways[k] < 2)
            continue;
        if (++p->choice[k] < p->ways[k])
            return true;
        p->choice[k] = 0;
    }
    return false;
}

size_t disk_states(const struct disk *disk, void (*use)(void *context, const struct tree *state),
                   void *context)
{
    struct possible p = {disk, assay_alloc(disk->n_item, sizeof *p.choice),
                         assay_alloc(disk->n_item, sizeof *p.ways)};
    size_t n = 0;
    if (p.choice == NULL || p.ways == NULL)
        trace_die("out of memory");
    reach(&p, 0);
    do {
        struct tree state = {0};
        build(&p, 0, "", &state);
        use(context, &state);
        tree_clear(&state);
        n++;
    } while (n < DISK_MOST && next_choice(&p));
    free(p.choice);
    free(p.ways);
    return n;
}
