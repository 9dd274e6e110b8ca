#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "core/base/cpu.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/design_effect.h"
#include "core/metric/slice_parts.h"

/* Rows of a block, but for a last cluster that is whole; of a run of masks, which stay in the cache. */
enum { BLOCK_ROWS = 1 << 14, RUN = 512, FEW_BLOCKS = 4 }; /* FEW: less than a thread costs */

/* Sums of one side's rows by cluster, the last of which is open. */
struct effect_sums {
    double rows, clusters, by_row, by_cluster, open;
    int32_t cluster; /* of the open one; -1: none yet */
};

struct slice_block {
    struct effect_sums effect[2];
    struct assay_slice_sums part;
    size_t shared;
};

/* ---- rows by cluster ---- */

static bool is_sorted(const struct assay_slice_rows *rows)
{
    for (size_t i = 1; rows->cluster != NULL && i < rows->n; i++)
        if (rows->cluster[i] < rows->cluster[i - 1])
            return false;
    return true;
}

/* order[n]: rows by cluster, those of one as they came. */
static bool order_rows(const struct assay_slice_rows *rows, size_t order[])
{
    size_t *next = assay_rows_alloc(rows->n_cluster + 1, sizeof *next);
    if (next == NULL)
        return false;
    for (size_t i = 0; i < rows->n; i++)
        next[rows->cluster[i] + 1]++;
    for (size_t c = 0; c < rows->n_cluster; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < rows->n; i++)
        order[next[rows->cluster[i]]++] = i;
    assay_rows_free(next);
    return true;
}

static bool make_copies(const struct assay_slice_rows *rows, struct assay_slice_view *view)
{
    view->column = assay_alloc(rows->n_column, sizeof *view->column);
    view->codes = assay_rows_alloc(rows->n * rows->n_column, 1);
    view->bytes = assay_rows_alloc(2 * rows->n, 1);
    view->numbers = assay_rows_alloc((rows->score != NULL ? 2 : 1) * rows->n, sizeof *view->numbers);
    view->cluster = assay_rows_alloc(rows->n, sizeof *view->cluster);
    return view->column != NULL && view->codes != NULL && view->bytes != NULL &&
           view->numbers != NULL && view->cluster != NULL;
}

static void copy_sorted(const struct assay_slice_rows *rows, const size_t order[],
                        struct assay_slice_view *view)
{
    size_t n = rows->n;
    for (size_t c = 0; c < rows->n_column; c++) {
        unsigned char *code = view->codes + c * n;
        view->column[c] = rows->column[c];
        view->column[c].code = code;
        for (size_t k = 0; k < n; k++)
            code[k] = rows->column[c].code[order[k]];
    }
    for (size_t k = 0; k < n; k++) {
        view->bytes[k] = rows->flagged[order[k]];
        view->bytes[n + k] = rows->outcome[order[k]];
        view->numbers[k] = rows->expected[order[k]];
        if (rows->score != NULL)
            view->numbers[n + k] = rows->score[order[k]];
        view->cluster[k] = rows->cluster[order[k]];
    }
    view->sorted = *rows;
    view->sorted.column = view->column;
    view->sorted.flagged = view->bytes;
    view->sorted.outcome = view->bytes + n;
    view->sorted.score = rows->score != NULL ? view->numbers + n : NULL;
    view->sorted.expected = view->numbers;
    view->sorted.cluster = view->cluster;
    view->rows = &view->sorted;
}

static bool sort_rows(const struct assay_slice_rows *rows, struct assay_slice_view *view)
{
    size_t *order = assay_rows_alloc(rows->n, sizeof *order);
    bool good = order != NULL && order_rows(rows, order) && make_copies(rows, view);
    if (good)
        copy_sorted(rows, order, view);
    assay_rows_free(order);
    return good;
}

static void cut_blocks(struct assay_slice_view *view)
{
    const struct assay_slice_rows *rows = view->rows;
    size_t end = 0;
    while (end < rows->n) {
        view->start[view->n_block++] = end;
        end = end + BLOCK_ROWS < rows->n ? end + BLOCK_ROWS : rows->n;
        while (end < rows->n && rows->cluster != NULL &&
               rows->cluster[end] == rows->cluster[end - 1])
            end++;
    }
    view->start[view->n_block] = end;
}

enum assay_status assay_slice_view_init(const struct assay_slice_rows *rows, size_t n_thread,
                                        struct assay_slice_view *view, struct assay_error *err)
{
    size_t most = rows->n / BLOCK_ROWS + 2;
    *view = (struct assay_slice_view){.rows = rows,
                                      .n_thread = n_thread,
                                      .start = assay_alloc(most, sizeof *view->start),
                                      .covered = assay_rows_alloc(rows->n, 1),
                                      .uncovered = assay_alloc(most, sizeof *view->uncovered),
                                      .block = assay_alloc(most, ASSAY_SLICES_AT_ONCE * sizeof *view->block)};
    bool good = view->start != NULL && view->covered != NULL && view->uncovered != NULL &&
                view->block != NULL && (is_sorted(rows) || sort_rows(rows, view));
    if (good) {
        cut_blocks(view);
        if (view->n_block < FEW_BLOCKS)
            view->n_thread = 1;
        return ASSAY_OK;
    }
    assay_slice_view_clear(view);
    return assay_fail_memory(err, "searching slices");
}

void assay_slice_view_clear(struct assay_slice_view *view)
{
    free(view->column);
    assay_rows_free(view->codes);
    assay_rows_free(view->bytes);
    assay_rows_free(view->numbers);
    assay_rows_free(view->cluster);
    free(view->start);
    assay_rows_free(view->covered);
    free(view->uncovered);
    free(view->block);
    *view = (struct assay_slice_view){0};
}

/* ---- passes over the rows ---- */

struct pass {
    const struct assay_slice_view *view;
    const struct assay_slice *slice, *other; /* NULL: all rows */
    size_t n;                                /* slices to look at; or others */
};

/* in = 1 where code[i] is one of from .. from + span, else 0; `more`: where it was 1 before too. A whole run has a
 * length that the compiler knows: it then works on many codes at once, on twice as many where the processor has
 * AVX2. */
static inline __attribute__((always_inline)) void mark_whole(const unsigned char code[restrict],
                                                             unsigned char from, unsigned char span, bool more,
                                                             unsigned char in[restrict RUN])
{
    for (size_t i = 0; i < RUN; i++) {
        unsigned char hit = (unsigned char)(code[i] - from) <= span;
        in[i] = more ? (unsigned char)(in[i] & hit) : hit;
    }
}

static inline __attribute__((always_inline)) void mark_either(const unsigned char code[restrict],
                                                              unsigned char from, unsigned char span, bool more,
                                                              unsigned char in[restrict RUN])
{
    if (more)
        mark_whole(code, from, span, true, in);
    else
        mark_whole(code, from, span, false, in);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void mark_avx2(const unsigned char code[restrict], unsigned char from,
                                                      unsigned char span, bool more,
                                                      unsigned char in[restrict RUN])
{
    mark_either(code, from, span, more, in);
}
#endif

static void mark_run(const unsigned char code[restrict], unsigned char from, unsigned char span, bool more,
                     unsigned char in[restrict RUN])
{
#if defined(__x86_64__)
    if (assay_cpu() >= ASSAY_CPU_AVX2) {
        mark_avx2(code, from, span, more, in);
        return;
    }
#endif
    mark_either(code, from, span, more, in);
}

static void mark_some(const unsigned char code[], size_t n, unsigned char from, unsigned char span,
                      unsigned char in[RUN])
{
    for (size_t i = 0; i < n; i++)
        in[i] = (unsigned char)(in[i] & ((unsigned char)(code[i] - from) <= span));
}

/* in[n], n at most RUN: 1 for rows that meet all conditions. What is behind is 0. */
static void mark(const struct assay_slice_rows *rows, const struct assay_slice *slice, size_t first,
                 size_t n, unsigned char in[RUN])
{
    if (n < RUN || slice == NULL) { /* of a whole run the first condition sets all */
        memset(in, 0, RUN);
        memset(in, 1, n);
    }
    for (size_t k = 0; slice != NULL && k < slice->n_condition; k++) {
        const struct assay_slice_condition *c = &slice->condition[k];
        const unsigned char *code = rows->column[c->column].code + first;
        unsigned char span = (unsigned char)(c->last - c->first);
        if (n == RUN)
            mark_run(code, c->first, span, k > 0, in);
        else
            mark_some(code, n, c->first, span, in);
    }
}

static void close_cluster(struct effect_sums *e)
{
    e->by_cluster += e->open * e->open;
    e->open = 0.0;
}

/* Doubles side by side, and what masks them without leaving the registers of doubles: a chain of sums would wait for
 * the way there and back. */
typedef double pair __attribute__((vector_size(16)));
typedef int64_t pair_mask __attribute__((vector_size(16)));

/* Of the first alone. */
static pair_mask mask_of(bool first)
{
    return (pair_mask){-(int64_t)first, 0};
}

static pair where(pair_mask mask, pair value)
{
    return (pair)((pair_mask)value & mask);
}

/* Adds the listed rows to their side, those that are covered excepted, and sums what came of all less what was
 * expected by cluster. Both in one loop, whose chains of additions the processor works on at once; and without a
 * branch, for which row opens a cluster, or is covered, nobody can foresee. */
static void add_listed(const struct assay_slice_view *view, size_t first, const uint16_t list[], size_t n,
                       struct effect_sums *effect, struct assay_slice_side *side)
{
    const double *expected = view->rows->expected + first;
    const unsigned char *outcome = view->rows->outcome + first, *covered = view->covered + first;
    const int32_t *cluster = view->rows->cluster + first;
    int32_t before = effect->cluster;
    size_t begun = 0, count = 0, event = 0;
    pair open = {effect->open, 0.0}, uncovered = {side->expected, 0.0};
    pair squares = {effect->by_row, effect->by_cluster};
    for (size_t k = 0; k < n; k++) {
        size_t i = list[k], counts = !covered[i];
        bool same = cluster[i] == before;
        double move = outcome[i] - expected[i];
        pair closed = where(mask_of(!same), open), two = {move, closed[0]};
        squares += two * two;
        open = where(mask_of(same), open) + (pair){move, 0.0};
        before = cluster[i];
        begun += !same;
        count += counts;
        event += counts & outcome[i];
        uncovered += where(mask_of(counts != 0), (pair){expected[i], 0.0});
    }
    effect->rows += (double)n;
    effect->clusters += (double)begun;
    effect->by_row = squares[0];
    effect->by_cluster = squares[1];
    effect->open = open[0];
    effect->cluster = before;
    side->n += (double)count;
    side->event += (double)event;
    side->expected = uncovered[0];
}

/* Adds the listed rows that are not covered to their side. */
static void add_uncovered(const struct assay_slice_view *view, size_t first, const uint16_t list[], size_t n,
                          struct assay_slice_side *side)
{
    const struct assay_slice_rows *rows = view->rows;
    size_t count = 0, event = 0;
    pair expected = {side->expected, 0.0};
    for (size_t k = 0; k < n; k++) {
        size_t i = first + list[k], counts = !view->covered[i];
        count += counts;
        event += counts & rows->outcome[i];
        expected += where(mask_of(counts != 0), (pair){rows->expected[i], 0.0});
    }
    side->n += (double)count;
    side->event += (double)event;
    side->expected = expected[0];
}

/* ---- rows as bits ---- */

enum { WORDS = RUN / 64 };

/* Bits of 64 bytes of 0 or 1, the first the lowest. */
static uint64_t bits_of(const unsigned char bytes[64])
{
    uint64_t bits = 0;
#if defined(__x86_64__)
    for (int k = 0; k < 4; k++) {
        __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * k));
        uint64_t low = (uint32_t)_mm_movemask_epi8(_mm_slli_epi16(some, 7));
        bits |= low << 16 * k;
    }
#else
    for (int k = 0; k < 64; k += 8) {
        uint64_t some;
        memcpy(&some, bytes + k, sizeof some);
        bits |= (some * UINT64_C(0x0102040810204080) >> 56) << k;
    }
#endif
    return bits;
}

/* bits[WORDS] of bytes[n], n at most RUN; 0 behind. */
static void take_bits(const unsigned char bytes[], size_t n, uint64_t bits[WORDS])
{
    unsigned char some[RUN];
    if (n < RUN) {
        memset(some, 0, RUN);
        bytes = memcpy(some, bytes, n);
    }
    for (size_t w = 0; w < WORDS; w++)
        bits[w] = bits_of(bytes + 64 * w);
}

/* list[RUN]: the rows of the bits; returns how many. Most rows are of no slice, and cost next to nothing. */
static size_t list_rows(const uint64_t bits[WORDS], uint16_t list[RUN])
{
    size_t length = 0;
    for (size_t w = 0; w < WORDS; w++)
        for (uint64_t rows = bits[w]; rows != 0; rows &= rows - 1)
            list[length++] = (uint16_t)(64 * w + (size_t)__builtin_ctzll(rows));
    return length;
}

/* The marked rows, listed side by side, and added up. */
static void add_marked(const struct assay_slice_view *view, size_t first, const uint64_t flagged[WORDS],
                       const unsigned char in[RUN], struct slice_block *block)
{
    uint64_t marked[WORDS];
    take_bits(in, RUN, marked);
    for (unsigned s = 0; s < 2; s++) {
        uint64_t rows[WORDS];
        uint16_t list[RUN];
        for (size_t w = 0; w < WORDS; w++)
            rows[w] = marked[w] & (s != 0 ? flagged[w] : ~flagged[w]);
        size_t length = list_rows(rows, list);
        if (view->rows->cluster != NULL)
            add_listed(view, first, list, length, &block->effect[s], &block->part.side[s]);
        else
            add_uncovered(view, first, list, length, &block->part.side[s]);
    }
}

/* Asks for what the rows of the next run have: those of a slice lie apart, too unevenly for a processor to foresee.
 * Inlined, always: gcc leaves out calls of a function that does nothing but fetch ahead. */
static inline __attribute__((always_inline)) void fetch_run(const struct assay_slice_view *view, size_t first)
{
    enum { LINE = 64 };
    uintptr_t expected = (uintptr_t)view->rows->expected + first * sizeof(double);
    uintptr_t cluster = (uintptr_t)view->rows->cluster + first * sizeof(int32_t);
    for (size_t k = 0; k < RUN * sizeof(double); k += LINE)
        __builtin_prefetch((const void *)(expected + k)); /* of what is not there: nothing */
    for (size_t k = 0; k < RUN * sizeof(int32_t) && view->rows->cluster != NULL; k += LINE)
        __builtin_prefetch((const void *)(cluster + k));
}

static void look_task(void *state, size_t b)
{
    const struct pass *pass = state;
    const struct assay_slice_view *view = pass->view;
    struct slice_block *blocks = view->block + b * ASSAY_SLICES_AT_ONCE;
    for (size_t k = 0; k < pass->n; k++)
        blocks[k] = (struct slice_block){.effect = {{.cluster = -1}, {.cluster = -1}}};
    for (size_t first = view->start[b]; first < view->start[b + 1]; first += RUN) {
        size_t left = view->start[b + 1] - first, n = left < RUN ? left : RUN;
        uint64_t flagged[WORDS];
        fetch_run(view, first + RUN);
        take_bits(view->rows->flagged + first, n, flagged);
        for (size_t k = 0; k < pass->n; k++) {
            unsigned char in[RUN];
            mark(view->rows, pass->slice != NULL ? &pass->slice[k] : NULL, first, n, in);
            add_marked(view, first, flagged, in, &blocks[k]);
        }
    }
    for (size_t k = 0; k < pass->n; k++) {
        close_cluster(&blocks[k].effect[0]);
        close_cluster(&blocks[k].effect[1]);
    }
}

static void add_sums(const struct assay_slice_sums *one, struct assay_slice_sums *sum)
{
    for (size_t s = 0; s < 2; s++) {
        sum->side[s].n += one->side[s].n;
        sum->side[s].event += one->side[s].event;
        sum->side[s].expected += one->side[s].expected;
    }
}

/* What the blocks found of slice k. */
static struct assay_slice_seen add_blocks(const struct assay_slice_view *view, size_t k)
{
    struct effect_sums sums[2] = {{.cluster = -1}, {.cluster = -1}};
    struct assay_slice_seen seen = {.effect = {0.0, 0.0}};
    for (size_t b = 0; b < view->n_block; b++) {
        const struct slice_block *block = &view->block[b * ASSAY_SLICES_AT_ONCE + k];
        for (size_t s = 0; s < 2; s++) {
            const struct effect_sums *e = &block->effect[s];
            sums[s].rows += e->rows;
            sums[s].clusters += e->clusters;
            sums[s].by_row += e->by_row;
            sums[s].by_cluster += e->by_cluster;
        }
        add_sums(&block->part, &seen.part);
    }
    for (size_t s = 0; s < 2; s++)
        seen.effect[s] = assay_design_effect_of(sums[s].rows, sums[s].clusters, sums[s].by_row,
                                                sums[s].by_cluster);
    return seen;
}

void assay_slice_look(const struct assay_slice_view *view, const struct assay_slice slices[], size_t n,
                      struct assay_slice_seen seen[], struct assay_slice_sums *total)
{
    struct pass pass = {.view = view, .slice = slices, .n = n};
    assay_parallel(view->n_block, view->n_thread, look_task, &pass);
    *total = (struct assay_slice_sums){0};
    for (size_t b = 0; b < view->n_block; b++)
        add_sums(&view->uncovered[b], total);
    for (size_t k = 0; k < n; k++)
        seen[k] = add_blocks(view, k);
}

/* ---- what has been reported ---- */

/* Sums the rows that are not covered, by side: both chains of additions in one pair. */
static void add_rest(const struct assay_slice_view *view, size_t first, size_t n, struct assay_slice_sums *sums)
{
    const struct assay_slice_rows *rows = view->rows;
    pair expected = {sums->side[0].expected, sums->side[1].expected};
    size_t count[2] = {0}, event[2] = {0};
    for (size_t i = first; i < first + n; i++) {
        size_t counts = !view->covered[i], flagged = rows->flagged[i], above = counts & flagged;
        pair_mask mask = {-(int64_t)(counts - above), -(int64_t)above};
        count[0] += counts;
        count[1] += above;
        event[0] += counts & rows->outcome[i];
        event[1] += above & rows->outcome[i];
        expected += where(mask, (pair){rows->expected[i], rows->expected[i]});
    }
    for (size_t s = 0; s < 2; s++) {
        sums->side[s].n += (double)(s != 0 ? count[1] : count[0] - count[1]);
        sums->side[s].event += (double)(s != 0 ? event[1] : event[0] - event[1]);
        sums->side[s].expected = expected[s];
    }
}

static void cover_task(void *state, size_t b)
{
    const struct pass *pass = state;
    const struct assay_slice_view *view = pass->view;
    struct assay_slice_sums *sums = &view->uncovered[b];
    *sums = (struct assay_slice_sums){0};
    for (size_t first = view->start[b]; first < view->start[b + 1]; first += RUN) {
        unsigned char in[RUN];
        size_t left = view->start[b + 1] - first, n = left < RUN ? left : RUN;
        if (pass->slice != NULL)
            mark(view->rows, pass->slice, first, n, in);
        for (size_t i = 0; pass->slice != NULL && i < n; i++)
            view->covered[first + i] |= in[i];
        add_rest(view, first, n, sums);
    }
}

void assay_slice_uncover(struct assay_slice_view *view)
{
    struct pass pass = {.view = view};
    memset(view->covered, 0, view->rows->n);
    assay_parallel(view->n_block, view->n_thread, cover_task, &pass);
}

void assay_slice_cover(struct assay_slice_view *view, const struct assay_slice *slice)
{
    struct pass pass = {.view = view, .slice = slice};
    assay_parallel(view->n_block, view->n_thread, cover_task, &pass);
}

static size_t count_both(const unsigned char a[RUN], const unsigned char b[RUN])
{
    size_t sum = 0;
    for (size_t i = 0; i < RUN; i += 8) { /* eight counts of 0 or 1 */
        uint64_t of_a, of_b;
        memcpy(&of_a, a + i, sizeof of_a);
        memcpy(&of_b, b + i, sizeof of_b);
        sum += (size_t)((of_a & of_b) * UINT64_C(0x0101010101010101) >> 56);
    }
    return sum;
}

static void share_task(void *state, size_t b)
{
    const struct pass *pass = state;
    const struct assay_slice_view *view = pass->view;
    const struct assay_slice_rows *rows = view->rows;
    struct slice_block *blocks = view->block + b * ASSAY_SLICES_AT_ONCE;
    unsigned char flagged = pass->slice->kind == ASSAY_SLICE_FALSE_ALARMS, event = !flagged;
    for (size_t k = 0; k < pass->n; k++)
        blocks[k].shared = 0;
    for (size_t first = view->start[b]; first < view->start[b + 1]; first += RUN) {
        unsigned char in[RUN], both[RUN];
        size_t left = view->start[b + 1] - first, n = left < RUN ? left : RUN;
        mark(rows, pass->slice, first, n, in);
        if (n == RUN) {
            mark_run(rows->flagged + first, flagged, 0, true, in);
            mark_run(rows->outcome + first, event, 0, true, in);
        } else {
            mark_some(rows->flagged + first, n, flagged, 0, in);
            mark_some(rows->outcome + first, n, event, 0, in);
        }
        for (size_t k = 0; k < pass->n; k++) {
            mark(rows, &pass->other[k], first, n, both);
            blocks[k].shared += count_both(in, both);
        }
    }
}

void assay_slice_shared(const struct assay_slice_view *view, const struct assay_slice *slice,
                        const struct assay_slice others[], size_t n, size_t shared[])
{
    for (size_t done = 0; done < n; done += ASSAY_SLICES_AT_ONCE) {
        struct pass pass = {.view = view, .slice = slice, .other = others + done, .n = n - done};
        if (pass.n > ASSAY_SLICES_AT_ONCE)
            pass.n = ASSAY_SLICES_AT_ONCE;
        assay_parallel(view->n_block, view->n_thread, share_task, &pass);
        for (size_t k = 0; k < pass.n; k++) {
            shared[done + k] = 0;
            for (size_t b = 0; b < view->n_block; b++)
                shared[done + k] += view->block[b * ASSAY_SLICES_AT_ONCE + k].shared;
        }
    }
}
