#include "core/base/row_sort.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/desk.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/base/thread.h"

/* All items are scattered by the first digit of the key, in chunks that keep their order; a bucket is then sorted by
 * the two others, least significant first, by way of a desk, and ends where it lay. */
enum {
    ROW_BITS = 32,
    KEY_BITS = 31,
    FIRST_BITS = 11,
    NEXT_BITS = (KEY_BITS - FIRST_BITS) / 2,
    N_BUCKET = 1 << FIRST_BITS,
    N_NEXT = 1 << NEXT_BITS,
    FEW = 32,       /* items that are sorted by insertion */
    MANY = 1 << 16, /* from which on threads share the work; of a chunk */
    MOST_CHUNKS = 64,
    BUCKETS = 16, /* of a task */
    N_TASK = N_BUCKET / BUCKETS
};

struct work {
    const double *value;
    const unsigned char *flag;
    size_t n, n_chunk;
    unsigned shift; /* of an image, to its key */
    uint64_t varying[MOST_CHUNKS];
    uint64_t *items;
    struct assay_desks desks; /* room for the largest bucket, for each thread */
    size_t *start;      /* [N_BUCKET + 1] */
    size_t *place;      /* [n_chunk][N_BUCKET] first how many, then where the next one goes */
    bool failed[N_TASK]; /* for want of memory */
};

static uint64_t key_of(const struct work *w, size_t row)
{
    return assay_sort_key(w->value[row]) >> w->shift & ((UINT64_C(1) << KEY_BITS) - 1);
}

static size_t chunk_start(const struct work *w, size_t chunk)
{
    return chunk == w->n_chunk ? w->n : w->n / w->n_chunk * chunk;
}

static void compare_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint64_t varying = 0, first = assay_sort_key(w->value[0]);
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        varying |= assay_sort_key(w->value[i]) ^ first;
        assay_parallel_row(i);
    }
    w->varying[chunk] = varying;
}

static void count_task(void *state, size_t chunk)
{
    struct work *w = state;
    size_t *place = w->place + chunk * N_BUCKET;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        place[key_of(w, i) >> (KEY_BITS - FIRST_BITS)]++;
        assay_parallel_row(i);
    }
}

static void scatter_task(void *state, size_t chunk)
{
    struct work *w = state;
    size_t *place = w->place + chunk * N_BUCKET;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        uint64_t key = key_of(w, i);
        unsigned flag = w->flag != NULL ? w->flag[i] : 0;
        w->items[place[key >> (KEY_BITS - FIRST_BITS)]++] =
            key << (ROW_BITS + 1) | (uint64_t)i << 1 | flag;
        assay_parallel_row(i);
    }
}

/* From how many to where: bucket by bucket, and within one chunk by chunk. */
static void find_places(struct work *w)
{
    size_t next = 0;
    for (size_t b = 0; b < N_BUCKET; b++) {
        w->start[b] = next;
        for (size_t c = 0; c < w->n_chunk; c++) {
            size_t *place = &w->place[c * N_BUCKET + b], count = *place;
            *place = next;
            next += count;
        }
    }
    w->start[N_BUCKET] = next;
}

static void insert_all(uint64_t items[], size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1] > item; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void pass(const uint64_t from[], uint64_t to[], size_t n, unsigned shift)
{
    size_t place[N_NEXT] = {0}, next = 0;
    for (size_t k = 0; k < n; k++)
        place[from[k] >> shift & (N_NEXT - 1)]++;
    for (size_t d = 0; d < N_NEXT; d++) {
        size_t count = place[d];
        place[d] = next;
        next += count;
    }
    for (size_t k = 0; k < n; k++)
        to[place[from[k] >> shift & (N_NEXT - 1)]++] = from[k];
}

static void sort_bucket(uint64_t items[], uint64_t spare[], size_t n)
{
    if (n <= FEW) {
        insert_all(items, n);
        return;
    }
    pass(items, spare, n, ROW_BITS + 1);
    pass(spare, items, n, ROW_BITS + 1 + NEXT_BITS);
}

/* ---- scores that agree in the bits of a key ---- */

static bool same_key(uint64_t a, uint64_t b)
{
    return a >> (ROW_BITS + 1) == b >> (ROW_BITS + 1);
}

/* In order already, as ties are: rows with the same key stand in the order of the file. */
static bool in_order(const struct work *w, const uint64_t items[], size_t n)
{
    for (size_t k = 1; k < n; k++)
        if (w->value[assay_sorted_row(items[k])] < w->value[assay_sorted_row(items[k - 1])])
            return false;
    return true;
}

static bool sort_run(const struct work *w, uint64_t items[], size_t n)
{
    if (n == 1 || in_order(w, items, n))
        return true;
    struct assay_sort_item *all = assay_rows_alloc(2 * n, sizeof *all), *sorted;
    bool good = all != NULL;
    for (size_t k = 0; good && k < n; k++)
        all[k] = (struct assay_sort_item){.key = assay_sort_key(w->value[assay_sorted_row(items[k])]),
                                          .index = (size_t)items[k]};
    good = good && assay_sort_items(all, all + n, n, &sorted);
    for (size_t k = 0; good && k < n; k++)
        items[k] = sorted[k].index;
    assay_rows_free(all);
    return good;
}

static bool sort_runs(const struct work *w, uint64_t items[], size_t n)
{
    bool good = true;
    for (size_t first = 0, end; w->shift > 0 && good && first < n; first = end) {
        end = first + 1;
        while (end < n && same_key(items[end], items[first]))
            end++;
        if (end == first + 2) {
            uint64_t a = items[first], b = items[first + 1];
            bool turned = w->value[assay_sorted_row(b)] < w->value[assay_sorted_row(a)];
            items[first] = turned ? b : a;
            items[first + 1] = turned ? a : b;
        } else {
            good = sort_run(w, items + first, end - first);
        }
    }
    return good;
}

static void sort_task(void *state, size_t task)
{
    struct work *w = state;
    double *desk = assay_desk_take(&w->desks);
    static_assert(sizeof *desk == sizeof *w->items, "items lie on desks of doubles");
    for (size_t b = task * BUCKETS; b < (task + 1) * BUCKETS; b++) {
        size_t first = w->start[b], n = w->start[b + 1] - first;
        sort_bucket(w->items + first, (uint64_t *)(void *)desk, n);
        w->failed[task] = !sort_runs(w, w->items + first, n) || w->failed[task];
    }
    assay_desk_leave(&w->desks, desk);
}

/* On as many threads as there is room for the largest bucket in that of all items. */
static bool sort_buckets(struct work *w, size_t n_thread)
{
    size_t largest = 1, most = n_thread > 0 ? n_thread : assay_processor_count();
    for (size_t b = 0; b < N_BUCKET; b++)
        largest = w->start[b + 1] - w->start[b] > largest ? w->start[b + 1] - w->start[b] : largest;
    if (most > w->n / largest)
        most = w->n / largest;
    if (most > ASSAY_MOST_DESKS)
        most = ASSAY_MOST_DESKS;
    if (!assay_desks_init(&w->desks, most, largest))
        return false;
    assay_parallel(N_TASK, most, sort_task, w);
    assay_desks_clear(&w->desks);
    for (size_t t = 0; t < N_TASK; t++)
        if (w->failed[t])
            return false;
    return true;
}

/* ---- all of it ---- */

static bool sort_all(struct work *w, size_t n_thread)
{
    uint64_t varying = 0;
    unsigned top = 0;
    assay_parallel(w->n_chunk, n_thread, compare_task, w);
    for (size_t c = 0; c < w->n_chunk; c++)
        varying |= w->varying[c];
    while (top < 64 && varying >> top != 0)
        top++;
    w->shift = top > KEY_BITS ? top - KEY_BITS : 0;
    assay_parallel(w->n_chunk, n_thread, count_task, w);
    find_places(w);
    assay_parallel(w->n_chunk, n_thread, scatter_task, w);
    return sort_buckets(w, n_thread);
}

bool assay_row_sort(const double value[], const unsigned char flag[], size_t n, uint64_t items[])
{
    struct work w = {.value = value, .flag = flag, .n = n, .items = items};
    assert(n == 0 || (uint64_t)(n - 1) <= UINT32_MAX);
    w.n_chunk = n < 2 * MANY ? 1 : n / MANY < MOST_CHUNKS ? n / MANY : MOST_CHUNKS;
    w.start = assay_alloc((w.n_chunk + 1) * N_BUCKET + 1, sizeof *w.start);
    if (w.start == NULL)
        return false;
    w.place = w.start + N_BUCKET + 1;
    bool good = n == 0 || sort_all(&w, n < MANY ? 1 : 0);
    free(w.start);
    return good;
}
