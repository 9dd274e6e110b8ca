#include "core/metric/placing.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/base/thread.h"

enum {
    FEW_BITS = 1, /* of a bucket's number; at least 1, which is the room for an item's outcome */
    MOST_BITS = 11,
    N_BUCKET = 1 << MOST_BITS,
    BUCKETS = 16,     /* of a task */
    SOME = 1 << 12,   /* rows from which on there are many buckets */
    MANY = 1 << 16,   /* from which on threads share the work; of a chunk */
    MOST_CHUNKS = 64,
    LOT = 1 << 20,    /* rows from which on half of them are placed at a time: an item takes 8 bytes */
    ASIDE = 8,        /* items between two that nobody reads */
    SLOT_BITS = 32,
    DIGIT_BITS = 10,  /* two of which are sorted by at a time */
    N_DIGIT = 1 << DIGIT_BITS,
    FEW = 32,         /* slots that are sorted by insertion */
    SMALL = 512       /* slots for which there is room without asking for memory */
};

__extension__ typedef unsigned __int128 wide;

struct bucket {
    size_t start, n_event; /* its first item; events in it */
    size_t events_below;
    wide sum, squares[2]; /* of twice the events' placements; of the squares of those of non-events and of events */
};

struct work {
    const double *score;
    const unsigned char *outcome;
    size_t n, n_event, n_chunk, n_bucket;
    uint64_t low[MOST_CHUNKS], high[MOST_CHUNKS]; /* images of scores (sort.h) */
    uint64_t lowest;
    unsigned shift; /* of an image above the lowest, to its bucket */
    size_t first, end; /* buckets whose rows are being placed */
    size_t room;       /* rows of those at most */
    uint64_t *items; /* [room] bucket by bucket, in each in the order of the rows: what of the image the bucket does not
                        say, above the outcome; then twice the placement. Behind them [n_chunk][ASIDE], where rows of
                        other buckets go */
    struct bucket *buckets; /* [n_bucket + 1] */
    uint64_t *place; /* [n_chunk][n_bucket] how many, and how many events above 32 bits; then where the first goes */
    bool failed[N_BUCKET / BUCKETS];
    struct assay_placing *out;
};

static size_t chunk_start(const struct work *w, size_t chunk)
{
    return chunk == w->n_chunk ? w->n : w->n / w->n_chunk * chunk;
}

/* ---- out into the buckets ---- */

static void extent_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        uint64_t image = assay_sort_key(w->score[i]);
        low = image < low ? image : low;
        high = image > high ? image : high;
    }
    w->low[chunk] = low;
    w->high[chunk] = high;
}

static void count_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint64_t *place = w->place + chunk * w->n_bucket;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++)
        place[(assay_sort_key(w->score[i]) - w->lowest) >> w->shift] +=
            1 + ((uint64_t)w->outcome[i] << 32);
}

/* From how many to where: bucket by bucket, and within one chunk by chunk. */
static void find_places(struct work *w)
{
    size_t next = 0, events = 0;
    for (size_t b = 0; b < w->n_bucket; b++) {
        struct bucket *bucket = &w->buckets[b];
        *bucket = (struct bucket){.start = next, .events_below = events};
        for (size_t c = 0; c < w->n_chunk; c++) {
            uint64_t *place = &w->place[c * w->n_bucket + b], found = *place;
            *place = next;
            next += (size_t)(found & UINT32_MAX);
            bucket->n_event += (size_t)(found >> 32);
        }
        events += bucket->n_event;
    }
    w->buckets[w->n_bucket] = (struct bucket){.start = next};
}

/* Where a bucket's next item lies, and by how much it moves on: by 0 where the bucket is none of those being placed,
 * so that going through the rows takes no branch. */
struct next {
    uint32_t at, step;
};

static void find_next(const struct work *w, size_t chunk, struct next next[])
{
    const uint64_t *place = w->place + chunk * w->n_bucket;
    uint64_t start = w->buckets[w->first].start;
    for (size_t b = 0; b < w->n_bucket; b++)
        next[b] = b >= w->first && b < w->end
                      ? (struct next){(uint32_t)(place[b] - start), 1}
                      : (struct next){(uint32_t)(w->room + chunk * ASIDE), 0};
}

static void scatter_task(void *state, size_t chunk)
{
    struct work *w = state;
    struct next next[N_BUCKET];
    find_next(w, chunk, next);
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        uint64_t above = assay_sort_key(w->score[i]) - w->lowest, bucket = above >> w->shift;
        struct next to = next[bucket];
        next[bucket].at = to.at + to.step;
        w->items[to.at] = (above - (bucket << w->shift)) << 1 | w->outcome[i];
    }
}

/* ---- a bucket ---- */

static uint64_t rest_of(const uint64_t items[], uint64_t slot)
{
    return items[slot & UINT32_MAX] >> 1;
}

static void insert_all(const uint64_t items[], uint64_t slots[], size_t n)
{
    for (size_t k = 1; k < n; k++) {
        uint64_t slot = slots[k], rest = rest_of(items, slot);
        size_t at = k;
        for (; at > 0 && rest_of(items, slots[at - 1]) > rest; at--)
            slots[at] = slots[at - 1];
        slots[at] = slot;
    }
}

/* By a digit that occurs place[d] times. */
static void spread(const uint64_t from[], uint64_t to[], size_t n, unsigned shift, uint32_t place[])
{
    uint32_t next = 0;
    for (size_t d = 0; d < N_DIGIT; d++) {
        uint32_t count = place[d];
        place[d] = next;
        next += count;
    }
    for (size_t k = 0; k < n; k++)
        to[place[from[k] >> shift & (N_DIGIT - 1)]++] = from[k];
}

/* By two digits of what the items are above the lowest. */
static void sort_digits(const uint64_t items[], uint64_t slots[], uint64_t spare[], size_t n, uint64_t low,
                        unsigned shift)
{
    uint32_t place[2][N_DIGIT] = {{0}};
    for (size_t k = 0; k < n; k++) {
        uint64_t key = (rest_of(items, slots[k]) - low) >> shift;
        slots[k] = key << SLOT_BITS | (slots[k] & UINT32_MAX);
        place[0][key & (N_DIGIT - 1)]++;
        place[1][key >> DIGIT_BITS]++;
    }
    spread(slots, spare, n, SLOT_BITS, place[0]);
    spread(spare, slots, n, SLOT_BITS + DIGIT_BITS, place[1]);
}

/* Puts slots of items in the order of these; spare[n] is scratch. Sorted by their highest bits that differ, then, where
 * those agree, again: at most four times over. */
static void sort_slots(const uint64_t items[], uint64_t slots[], uint64_t spare[], size_t n)
{
    if (n <= FEW) {
        insert_all(items, slots, n);
        return;
    }
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t k = 0; k < n; k++) {
        uint64_t rest = rest_of(items, slots[k]);
        low = rest < low ? rest : low;
        high = rest > high ? rest : high;
    }
    unsigned shift = 0;
    while ((high - low) >> shift >> (2 * DIGIT_BITS) != 0)
        shift++;
    if (low < high)
        sort_digits(items, slots, spare, n, low, shift);
    for (size_t first = 0, end; shift > 0 && first < n; first = end) {
        for (end = first + 1; end < n && slots[end] >> SLOT_BITS == slots[first] >> SLOT_BITS; end++)
            ;
        if (end - first > 1)
            sort_slots(items, slots + first, spare + first, end - first);
    }
}

static uint64_t *items_of(const struct work *w, size_t b)
{
    return w->items + (w->buckets[b].start - w->buckets[w->first].start);
}

/* In the place of each item, twice its placement. */
static void place_bucket(struct work *w, size_t b, const uint64_t slots[])
{
    struct bucket *bucket = &w->buckets[b];
    uint64_t *items = items_of(w, b);
    size_t n = w->buckets[b + 1].start - bucket->start, events_seen = 0, others_seen = 0;
    size_t events_below = bucket->events_below, others_below = bucket->start - events_below;
    size_t all_events = w->n_event;
    wide sum = 0, squares[2] = {0, 0};
    for (size_t first = 0, end; first < n; first = end) {
        uint64_t rest = rest_of(items, slots[first]);
        size_t events = 0;
        for (end = first; end < n && rest_of(items, slots[end]) == rest; end++)
            events += items[slots[end] & UINT32_MAX] & 1;
        size_t others = end - first - events;
        uint64_t of[2] = {2 * (all_events - events_below - events_seen) - events,
                          2 * (others_below + others_seen) + others};
        for (size_t k = first; k < end; k++) {
            uint64_t *item = &items[slots[k] & UINT32_MAX];
            *item = of[*item & 1];
        }
        sum += (wide)of[1] * events;
        squares[0] += (wide)(of[0] * of[0]) * others;
        squares[1] += (wide)(of[1] * of[1]) * events;
        events_seen += events;
        others_seen += others;
    }
    bucket->sum = sum;
    bucket->squares[0] = squares[0];
    bucket->squares[1] = squares[1];
}

static size_t largest_bucket(const struct work *w, size_t first, size_t end)
{
    size_t most = 0;
    for (size_t b = first; b < end; b++) {
        size_t n = w->buckets[b + 1].start - w->buckets[b].start;
        most = n > most ? n : most;
    }
    return most;
}

static void bucket_task(void *state, size_t task)
{
    struct work *w = state;
    uint64_t small[2 * SMALL], *slots = small;
    size_t first = w->first + task * BUCKETS, end = first + BUCKETS < w->end ? first + BUCKETS : w->end;
    size_t room = largest_bucket(w, first, end);
    if (room > SMALL)
        slots = assay_rows_alloc(2 * room, sizeof *slots);
    w->failed[task] = slots == NULL;
    for (size_t b = first; slots != NULL && b < end; b++) {
        size_t n = w->buckets[b + 1].start - w->buckets[b].start;
        for (size_t k = 0; k < n; k++)
            slots[k] = k;
        sort_slots(items_of(w, b), slots, slots + room, n);
        place_bucket(w, b, slots);
    }
    if (slots != small)
        assay_rows_free(slots);
}

/* ---- back to the rows ---- */

static void return_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint32_t *twice = w->out->twice;
    struct next next[N_BUCKET];
    find_next(w, chunk, next);
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        struct next *from = &next[(assay_sort_key(w->score[i]) - w->lowest) >> w->shift];
        uint32_t found = (uint32_t)w->items[from->at], keep = from->step - 1; /* all bits, or none */
        from->at += from->step;
        twice[i] = (twice[i] & keep) | (found & ~keep);
    }
}

/* ---- all of it ---- */

static void find_extent(struct work *w, size_t n_thread)
{
    uint64_t high = 0;
    assay_parallel(w->n_chunk, n_thread, extent_task, w);
    w->lowest = UINT64_MAX;
    for (size_t c = 0; c < w->n_chunk; c++) {
        w->lowest = w->low[c] < w->lowest ? w->low[c] : w->lowest;
        high = w->high[c] > high ? w->high[c] : high;
    }
    while ((high - w->lowest) >> w->shift >= w->n_bucket)
        w->shift++;
}

/* Of n numbers, their sum and that of their squares: the squares of the gaps to their mean, exact but for the last
 * step, so that they are the same for any scores that rank the rows alike. */
static double gap_squares(wide sum, wide squares, size_t n)
{
    return (double)(squares * n - sum * sum) / (double)n;
}

/* The mean placement of either class is the AUC. */
static void add_up(struct work *w)
{
    struct assay_placing *out = w->out;
    wide sum = 0, squares[2] = {0, 0};
    for (size_t b = 0; b < w->n_bucket; b++) {
        const struct bucket *bucket = &w->buckets[b];
        sum += bucket->sum;
        squares[0] += bucket->squares[0];
        squares[1] += bucket->squares[1];
    }
    out->u = (double)sum / 2.0; /* the sum over non-events is the same */
    out->auc = out->u / (out->others[0] * out->others[1]);
    for (size_t y = 0; y < 2; y++)
        out->squares[y] = gap_squares(sum, squares[y], y == 1 ? w->n_event : w->n - w->n_event) /
                          (4.0 * out->others[y] * out->others[y]);
}

/* The buckets from w->first on that are placed together: no more rows than a lot, but for a bucket that has them. */
static size_t find_end(const struct work *w)
{
    size_t lot = w->n < LOT ? w->n : w->n / 2 + 1, end = w->first + 1;
    while (end < w->n_bucket && w->buckets[end + 1].start - w->buckets[w->first].start <= lot)
        end++;
    return end;
}

static bool make_items(struct work *w)
{
    for (w->first = 0; w->first < w->n_bucket; w->first = w->end) {
        w->end = find_end(w);
        size_t rows = w->buckets[w->end].start - w->buckets[w->first].start;
        w->room = rows > w->room ? rows : w->room;
    }
    w->items = assay_rows_alloc(w->room + w->n_chunk * ASIDE, sizeof *w->items);
    return w->items != NULL;
}

static bool place_some(struct work *w, size_t n_thread)
{
    size_t n_task = (w->end - w->first + BUCKETS - 1) / BUCKETS;
    assay_parallel(w->n_chunk, n_thread, scatter_task, w);
    assay_parallel(n_task, n_thread, bucket_task, w);
    for (size_t t = 0; t < n_task; t++)
        if (w->failed[t])
            return false;
    if (w->out->twice != NULL)
        assay_parallel(w->n_chunk, n_thread, return_task, w);
    return true;
}

static bool place_rows(struct work *w, size_t n_thread)
{
    find_extent(w, n_thread);
    assay_parallel(w->n_chunk, n_thread, count_task, w);
    find_places(w);
    bool good = make_items(w);
    for (w->first = 0; good && w->first < w->n_bucket; w->first = w->end) {
        w->end = find_end(w);
        good = place_some(w, n_thread);
    }
    if (good)
        add_up(w);
    return good;
}

static bool make_room(struct work *w, bool with_rows)
{
    size_t counts = w->n_chunk * w->n_bucket;
    if (with_rows)
        w->out->twice = assay_rows_alloc(w->n, sizeof *w->out->twice);
    w->buckets = assay_alloc((w->n_bucket + 1) * sizeof *w->buckets + counts * sizeof *w->place, 1);
    if ((with_rows && w->out->twice == NULL) || w->buckets == NULL)
        return false;
    w->place = (uint64_t *)(void *)(w->buckets + w->n_bucket + 1);
    return true;
}

enum assay_status assay_placing_find(const double score[], const unsigned char outcome[], size_t n,
                                     size_t n_event, bool with_rows,
                                     struct assay_placing *placing, struct assay_error *err)
{
    struct assay_placing made = {.others = {(double)n_event, (double)(n - n_event)}};
    struct work w = {.score = score,
                     .outcome = outcome,
                     .n = n,
                     .n_event = n_event,
                     .n_bucket = (size_t)1 << (n < SOME ? FEW_BITS : MOST_BITS),
                     .out = &made};
    if (n > (size_t)1 << 31)
        return assay_fail(err, ASSAY_EDATA, "AUC: n is %zu; expected at most 2147483648 rows", n);
    w.n_chunk = n < 2 * MANY ? 1 : n / MANY < MOST_CHUNKS ? n / MANY : MOST_CHUNKS;
    bool good = make_room(&w, with_rows) && place_rows(&w, n < MANY ? 1 : 0);
    assay_rows_free(w.items);
    free(w.buckets);
    if (good)
        *placing = made;
    else
        assay_placing_clear(&made);
    return good ? ASSAY_OK : assay_fail_memory(err, "measuring the AUC");
}

void assay_placing_clear(struct assay_placing *placing)
{
    assay_rows_free(placing->twice);
    *placing = (struct assay_placing){.twice = NULL};
}
