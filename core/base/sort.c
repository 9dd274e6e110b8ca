#include "core/base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

/* All items are scattered by their most significant bits, in chunks that keep their order; every bucket is then sorted
 * where it lies, within the cache. */
enum {
    MOST_BITS = 11, /* of a digit */
    LEAST_BITS = 4,
    N_BUCKET = 1 << MOST_BITS,
    FEW = 24,       /* items that are sorted by insertion */
    MANY = 1 << 16, /* from which on threads share the work; of a chunk */
    MOST_CHUNKS = 64,
    BUCKETS = 1 << LEAST_BITS /* of a task */
};

double assay_sort_value(uint64_t key)
{
    uint64_t bits = key >> 63 != 0 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- a bucket ---- */

/* Bits in which not all keys are the same. */
static uint64_t varying_bits(const struct assay_sort_item items[], size_t n)
{
    uint64_t varying = 0;
    for (size_t i = 1; i < n; i++)
        varying |= items[i].key ^ items[0].key;
    return varying;
}

/* By how much to shift a key so that its digit of so many bits begins with the highest that varies. */
static unsigned shift_of(uint64_t varying, unsigned bits)
{
    unsigned top = 64;
    while (varying >> (top - 1) == 0)
        top--;
    return top > bits ? top - bits : 0;
}

/* A digit for n items: a few of them to a bucket. */
static unsigned bits_for(size_t n)
{
    unsigned bits = LEAST_BITS;
    while (bits < MOST_BITS && n >> (bits + 2) > 0)
        bits++;
    return bits;
}

static void insert_all(struct assay_sort_item items[], size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct assay_sort_item item = items[i];
        size_t at = i;
        for (; at > 0 && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

/* Sorts items[n]; the result is in them, or in spare[n] where `across`. A level of recursion for each digit that
 * varies: at most 64 / LEAST_BITS. */
static void sort_bucket(struct assay_sort_item items[], struct assay_sort_item spare[], size_t n,
                        bool across)
{
    uint64_t varying = n > FEW ? varying_bits(items, n) : 0;
    if (varying == 0) {
        if (n <= FEW)
            insert_all(items, n);
        if (across)
            memcpy(spare, items, n * sizeof *items);
        return;
    }
    unsigned bits = bits_for(n), shift = shift_of(varying, bits);
    size_t end[N_BUCKET], n_bucket = (size_t)1 << bits, first = 0;
    memset(end, 0, n_bucket * sizeof *end);
    for (size_t i = 0; i < n; i++)
        end[items[i].key >> shift & (n_bucket - 1)]++;
    for (size_t b = 0, next = 0; b < n_bucket; b++) {
        size_t count = end[b];
        end[b] = next;
        next += count;
    }
    for (size_t i = 0; i < n; i++)
        spare[end[items[i].key >> shift & (n_bucket - 1)]++] = items[i];
    for (size_t b = 0; b < n_bucket; first = end[b++])
        if (end[b] > first)
            sort_bucket(spare + first, items + first, end[b] - first, !across);
}

/* ---- many items ---- */

struct sorting {
    struct assay_sort_item *items, *spare;
    size_t n, n_chunk, n_bucket;
    unsigned shift;
    uint64_t varying[MOST_CHUNKS]; /* against the first key of all */
    size_t *start;                 /* [n_bucket + 1] */
    size_t *place; /* [n_chunk][n_bucket] first how many, then where the next one goes */
};

static size_t chunk_start(const struct sorting *s, size_t chunk)
{
    return s->n / s->n_chunk * chunk + s->n % s->n_chunk * chunk / s->n_chunk;
}

static size_t first_digit(const struct sorting *s, uint64_t key)
{
    return (size_t)(key >> s->shift) & (s->n_bucket - 1);
}

static void compare_task(void *state, size_t chunk)
{
    struct sorting *s = state;
    uint64_t varying = 0;
    for (size_t i = chunk_start(s, chunk); i < chunk_start(s, chunk + 1); i++) {
        varying |= s->items[i].key ^ s->items[0].key;
        assay_parallel_row(i);
    }
    s->varying[chunk] = varying;
}

static void count_task(void *state, size_t chunk)
{
    struct sorting *s = state;
    size_t *place = s->place + chunk * s->n_bucket;
    for (size_t i = chunk_start(s, chunk); i < chunk_start(s, chunk + 1); i++) {
        place[first_digit(s, s->items[i].key)]++;
        assay_parallel_row(i);
    }
}

static void scatter_task(void *state, size_t chunk)
{
    struct sorting *s = state;
    size_t *place = s->place + chunk * s->n_bucket;
    for (size_t i = chunk_start(s, chunk); i < chunk_start(s, chunk + 1); i++) {
        s->spare[place[first_digit(s, s->items[i].key)]++] = s->items[i];
        assay_parallel_row(i);
    }
}

static void bucket_task(void *state, size_t task)
{
    struct sorting *s = state;
    for (size_t b = task * BUCKETS; b < (task + 1) * BUCKETS; b++) {
        size_t first = s->start[b], n = s->start[b + 1] - first;
        if (n > 1)
            sort_bucket(s->spare + first, s->items + first, n, false);
    }
}

/* From how many to where: bucket by bucket, and within one chunk by chunk. */
static void find_places(struct sorting *s)
{
    size_t next = 0;
    for (size_t b = 0; b < s->n_bucket; b++) {
        s->start[b] = next;
        for (size_t c = 0; c < s->n_chunk; c++) {
            size_t count = s->place[c * s->n_bucket + b];
            s->place[c * s->n_bucket + b] = next;
            next += count;
        }
    }
    s->start[s->n_bucket] = next;
}

/* False, with nothing moved, where all keys are the same. */
static bool sort_all(struct sorting *s, unsigned bits, size_t n_thread)
{
    uint64_t varying = 0;
    assay_parallel(s->n_chunk, n_thread, compare_task, s);
    for (size_t c = 0; c < s->n_chunk; c++)
        varying |= s->varying[c];
    if (varying == 0)
        return false;
    s->shift = shift_of(varying, bits);
    assay_parallel(s->n_chunk, n_thread, count_task, s);
    find_places(s);
    assay_parallel(s->n_chunk, n_thread, scatter_task, s);
    assay_parallel(s->n_bucket / BUCKETS, n_thread, bucket_task, s);
    return true;
}

bool assay_sort_items(struct assay_sort_item items[], struct assay_sort_item spare[], size_t n,
                      struct assay_sort_item **sorted)
{
    unsigned bits = bits_for(n);
    size_t n_chunk = n < 2 * MANY ? 1 : n / MANY < MOST_CHUNKS ? n / MANY : MOST_CHUNKS;
    struct sorting s = {
        .items = items, .spare = spare, .n = n, .n_chunk = n_chunk, .n_bucket = (size_t)1 << bits};
    s.start = assay_alloc((n_chunk + 1) * s.n_bucket + 1, sizeof *s.start);
    if (s.start == NULL)
        return false;
    s.place = s.start + s.n_bucket + 1;
    *sorted = n > 1 && sort_all(&s, bits, n < MANY ? 1 : 0) ? spare : items;
    free(s.start);
    return true;
}
