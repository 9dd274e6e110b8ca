#include "core/metric/placing.h"

#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/sort.h"
#include "core/base/thread.h"

enum {
    FEW_BITS = 1, /* of a bucket's number */
    MOST_BITS = 11,
    N_BUCKET = 1 << MOST_BITS,
    SOME = 1 << 12,      /* rows from which on there are many buckets */
    LOTS = 512,          /* of many rows: what fits a processor's cache */
    LOTS_IN_FILES = 64,  /* where rows lie in files: each is a place of them that has to be mapped */
    LEAST_LOT = 1 << 10, /* rows */
    MOST_LOTS = 2 * LOTS + 2,
    MANY = 1 << 16,   /* rows from which on threads share the work; of a chunk */
    MOST_CHUNKS = 64,
    HALVED = 1 << 20, /* rows from which on half of them are placed at a time: an item takes 8 bytes */
    ASIDE = 8,        /* items between two that nobody reads */
    AT_BITS = 31,     /* of a slot: where its item lies; then the outcome, then a key */
    SLOT_BITS = AT_BITS + 1,
    DIGIT_BITS = 10,  /* two of which are sorted by at a time */
    N_DIGIT = 1 << DIGIT_BITS,
    FEW = 32,         /* slots that are sorted by insertion */
    SMALL = 512       /* slots for which there is room without asking for memory */
};

__extension__ typedef unsigned __int128 wide;

/* Neighbouring buckets that are placed together. */
struct lot {
    size_t start, n_event; /* its first item; events in it */
    size_t events_below;
    size_t bucket;        /* its first */
    wide sum, squares[2]; /* of twice the events' placements; of the squares of those of non-events and of events */
};

/* Where a lot's next item lies, and by how much it moves on: by 0 where the lot is none of those being placed,
 * so that going through the rows takes no branch. */
struct next {
    uint32_t at, step;
};

struct work {
    const double *score;
    const unsigned char *outcome;
    size_t n, n_event, n_chunk, n_bucket, most_lots, n_lot;
    uint64_t low[MOST_CHUNKS], high[MOST_CHUNKS]; /* images of scores (sort.h) */
    uint64_t lowest;
    unsigned shift;    /* of an image above the lowest, to its bucket */
    size_t first, end; /* lots whose rows are being placed */
    size_t room;       /* rows of those at most */
    uint64_t *items; /* [room] lot by lot, in each in the order of the rows: how far the image is above those of the
                        lot's first bucket, above the outcome; then twice the placement. Behind them [n_chunk][ASIDE],
                        where rows of other lots go */
    uint64_t *count; /* [n_chunk][n_bucket] rows, and events above 32 bits */
    struct lot *lots; /* [most_lots + 1] */
    uint32_t *place;  /* [n_chunk][most_lots] where in a lot a chunk's first row goes */
    uint16_t lot_of[N_BUCKET];
    bool failed[MOST_LOTS];
    struct assay_placing *out;
};

static size_t chunk_start(const struct work *w, size_t chunk)
{
    return chunk == w->n_chunk ? w->n : w->n / w->n_chunk * chunk;
}

/* ---- buckets, and lots of them ---- */

static void extent_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        uint64_t image = assay_sort_key(w->score[i]);
        low = image < low ? image : low;
        high = image > high ? image : high;
        assay_parallel_row(i);
    }
    w->low[chunk] = low;
    w->high[chunk] = high;
}

static void count_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint64_t *count = w->count + chunk * w->n_bucket;
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        count[(assay_sort_key(w->score[i]) - w->lowest) >> w->shift] +=
            1 + ((uint64_t)w->outcome[i] << 32);
        assay_parallel_row(i);
    }
}

static uint64_t count_of(const struct work *w, size_t b)
{
    uint64_t rows = 0;
    for (size_t c = 0; c < w->n_chunk; c++)
        rows += w->count[c * w->n_bucket + b] & UINT32_MAX;
    return rows;
}

/* Two neighbours have more rows than one lot should have, or more buckets than half of them, so that there are no more
 * than MOST_LOTS. Half of the buckets at most: an item has room for its outcome. */
static void find_lots(struct work *w)
{
    size_t wanted = assay_rows_spilled() > 0 ? LOTS_IN_FILES : LOTS, rows = 0;
    size_t most = w->n / wanted + 1 > LEAST_LOT ? w->n / wanted + 1 : LEAST_LOT;
    w->n_lot = 0;
    for (size_t b = 0; b < w->n_bucket; b++) {
        size_t more = count_of(w, b);
        if (b == 0 || rows + more > most || b - w->lots[w->n_lot - 1].bucket == w->n_bucket / 2) {
            w->lots[w->n_lot++] = (struct lot){.bucket = b};
            rows = 0;
        }
        rows += more;
        w->lot_of[b] = (uint16_t)(w->n_lot - 1);
    }
    w->lots[w->n_lot] = (struct lot){.bucket = w->n_bucket};
}

/* Lot by lot, and within one chunk by chunk. */
static void find_places(struct work *w)
{
    size_t next = 0, events = 0;
    for (size_t l = 0; l < w->n_lot; l++) {
        struct lot *lot = &w->lots[l];
        lot->start = next;
        lot->events_below = events;
        for (size_t c = 0; c < w->n_chunk; c++) {
            w->place[c * w->most_lots + l] = (uint32_t)next;
            for (size_t b = lot->bucket; b < w->lots[l + 1].bucket; b++) {
                uint64_t found = w->count[c * w->n_bucket + b];
                next += (size_t)(found & UINT32_MAX);
                lot->n_event += (size_t)(found >> 32);
            }
        }
        events += lot->n_event;
    }
    w->lots[w->n_lot].start = next;
}

/* ---- out into the lots ---- */

static void find_next(const struct work *w, size_t chunk, struct next next[])
{
    for (size_t l = 0; l < w->n_lot; l++)
        next[l] = l >= w->first && l < w->end
                      ? (struct next){(uint32_t)(w->place[chunk * w->most_lots + l] - w->lots[w->first].start), 1}
                      : (struct next){(uint32_t)(w->room + chunk * ASIDE), 0};
}

static void scatter_task(void *state, size_t chunk)
{
    struct work *w = state;
    struct next next[MOST_LOTS];
    uint64_t base[MOST_LOTS];
    find_next(w, chunk, next);
    for (size_t l = 0; l < w->n_lot; l++)
        base[l] = w->lowest + ((uint64_t)w->lots[l].bucket << w->shift);
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        uint64_t image = assay_sort_key(w->score[i]);
        size_t lot = w->lot_of[(image - w->lowest) >> w->shift];
        struct next to = next[lot];
        next[lot].at = to.at + to.step;
        w->items[to.at] = (image - base[lot]) << 1 | w->outcome[i];
        assay_parallel_row(i);
    }
}

/* ---- a lot ---- */

/* A slot says where an item lies and its outcome, so that these need not be fetched again once slots are in order;
 * above them a key, for sorting. */
static uint64_t slot_of(size_t at, uint64_t item)
{
    return at | (item & 1) << AT_BITS;
}

static uint64_t *item_at(uint64_t items[], uint64_t slot)
{
    return &items[slot & (((uint64_t)1 << AT_BITS) - 1)];
}

static uint64_t rest_of(const uint64_t items[], uint64_t slot)
{
    return items[slot & (((uint64_t)1 << AT_BITS) - 1)] >> 1;
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

/* Equal items have equal keys; others may. */
static bool tied(const uint64_t items[], uint64_t a, uint64_t b)
{
    return a >> SLOT_BITS == b >> SLOT_BITS && rest_of(items, a) == rest_of(items, b);
}

/* In the place of each item, twice its placement. */
static void place_slots(const struct work *w, struct lot *lot, uint64_t items[], const uint64_t slots[], size_t n)
{
    size_t events_seen = 0, others_seen = 0;
    size_t events_below = lot->events_below, others_below = lot->start - events_below;
    for (size_t first = 0, end; first < n; first = end) {
        size_t events = slots[first] >> AT_BITS & 1;
        for (end = first + 1; end < n && tied(items, slots[end], slots[first]); end++)
            events += slots[end] >> AT_BITS & 1;
        size_t others = end - first - events;
        uint64_t of[2] = {2 * (w->n_event - events_below - events_seen) - events,
                          2 * (others_below + others_seen) + others};
        for (size_t k = first; k < end; k++)
            *item_at(items, slots[k]) = of[slots[k] >> AT_BITS & 1];
        lot->sum += (wide)of[1] * events;
        lot->squares[0] += (wide)(of[0] * of[0]) * others;
        lot->squares[1] += (wide)(of[1] * of[1]) * events;
        events_seen += events;
        others_seen += others;
    }
}

static void lot_task(void *state, size_t task)
{
    struct work *w = state;
    struct lot *lot = &w->lots[w->first + task];
    uint64_t *items = w->items + (lot->start - w->lots[w->first].start);
    size_t n = lot[1].start - lot->start;
    uint64_t small[2 * SMALL], *slots = small;
    if (n > SMALL)
        slots = assay_rows_alloc(2 * n, sizeof *slots);
    w->failed[task] = slots == NULL;
    if (slots == NULL)
        return;
    for (size_t k = 0; k < n; k++)
        slots[k] = slot_of(k, items[k]);
    sort_slots(items, slots, slots + n, n);
    place_slots(w, lot, items, slots, n);
    if (slots != small)
        assay_rows_free(slots);
}

/* ---- back to the rows ---- */

static void return_task(void *state, size_t chunk)
{
    struct work *w = state;
    uint32_t *twice = w->out->twice;
    struct next next[MOST_LOTS];
    find_next(w, chunk, next);
    for (size_t i = chunk_start(w, chunk); i < chunk_start(w, chunk + 1); i++) {
        struct next *from = &next[w->lot_of[(assay_sort_key(w->score[i]) - w->lowest) >> w->shift]];
        uint32_t found = (uint32_t)w->items[from->at], keep = from->step - 1; /* all bits, or none */
        from->at += from->step;
        twice[i] = (twice[i] & keep) | (found & ~keep);
        assay_parallel_row(i);
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
    for (size_t l = 0; l < w->n_lot; l++) {
        const struct lot *lot = &w->lots[l];
        sum += lot->sum;
        squares[0] += lot->squares[0];
        squares[1] += lot->squares[1];
    }
    out->u = (double)sum / 2.0; /* the sum over non-events is the same */
    out->auc = out->u / (out->others[0] * out->others[1]);
    for (size_t y = 0; y < 2; y++)
        out->squares[y] = gap_squares(sum, squares[y], y == 1 ? w->n_event : w->n - w->n_event) /
                          (4.0 * out->others[y] * out->others[y]);
}

/* The lots from w->first on that are placed together: half of the rows, but for a lot that has more. */
static size_t find_end(const struct work *w)
{
    size_t most = w->n < HALVED ? w->n : w->n / 2 + 1, end = w->first + 1;
    while (end < w->n_lot && w->lots[end + 1].start - w->lots[w->first].start <= most)
        end++;
    return end;
}

static bool make_items(struct work *w)
{
    for (w->first = 0; w->first < w->n_lot; w->first = w->end) {
        w->end = find_end(w);
        size_t rows = w->lots[w->end].start - w->lots[w->first].start;
        w->room = rows > w->room ? rows : w->room;
    }
    w->items = assay_rows_alloc(w->room + w->n_chunk * ASIDE, sizeof *w->items);
    return w->items != NULL;
}

static bool place_some(struct work *w, size_t n_thread)
{
    assay_parallel(w->n_chunk, n_thread, scatter_task, w);
    assay_parallel(w->end - w->first, n_thread, lot_task, w);
    for (size_t t = 0; t < w->end - w->first; t++)
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
    find_lots(w);
    find_places(w);
    bool good = make_items(w);
    for (w->first = 0; good && w->first < w->n_lot; w->first = w->end) {
        w->end = find_end(w);
        good = place_some(w, n_thread);
    }
    if (good)
        add_up(w);
    return good;
}

static bool make_room(struct work *w, bool with_rows)
{
    if (with_rows)
        w->out->twice = assay_rows_alloc(w->n, sizeof *w->out->twice);
    w->count = assay_alloc(w->n_chunk * w->n_bucket, sizeof *w->count);
    w->most_lots = w->n_bucket < MOST_LOTS ? w->n_bucket : MOST_LOTS;
    size_t places = w->n_chunk * w->most_lots;
    w->lots = assay_alloc((w->most_lots + 1) * sizeof *w->lots + places * sizeof *w->place, 1);
    if ((with_rows && w->out->twice == NULL) || w->count == NULL || w->lots == NULL)
        return false;
    w->place = (uint32_t *)(void *)(w->lots + w->most_lots + 1);
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
    free(w.count);
    free(w.lots);
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
