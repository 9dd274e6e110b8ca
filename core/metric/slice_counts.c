#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/metric/slice_parts.h"

/* A row's expectation and the row itself, in one 64-bit number: the pass over all pairs then does one
 * addition a pair, and integer sums do not depend on the order of the rows. An expectation is a multiple of
 * 2^-28, of which 2^16 rows' sum stays below the count's lowest bit. */
enum { FRACTION = 28, COUNT_FROM = 45, FLUSH_ROWS = 1 << 16, BLOCK_ROWS = 1 << 13 };

/* Sums by cell of a grid: both sides, [cell][side]. */
struct fixed_sums {
    uint64_t *packed; /* of the rows since the last flush */
    double *n, *expected;
};

struct counting {
    const struct assay_slice_grids *grids;
    const uint64_t *packed;    /* [n] by row */
    struct fixed_sums *sums;   /* [n_grid] */
};

const unsigned char *assay_slice_codes(const struct assay_slice_grids *grids, size_t c)
{
    return c < grids->rows->n_column ? grids->rows->column[c].code : grids->nothing;
}

static size_t code_count(const struct assay_slice_rows *rows, size_t c)
{
    return c < rows->n_column ? rows->column[c].n_code : 1;
}

/* ---- the layout ---- */

static enum assay_status lay_out(struct assay_slice_grids *grids, struct assay_error *err)
{
    const struct assay_slice_rows *rows = grids->rows;
    size_t n_column = rows->n_column, n_paired = rows->n_paired;
    grids->nothing = assay_alloc(rows->n, 1);
    grids->grid = assay_alloc(n_column + n_paired * n_paired, sizeof *grids->grid);
    if (grids->nothing == NULL || grids->grid == NULL)
        return assay_fail_memory(err, "searching slices");
    for (size_t a = 0; a < n_column; a++)
        for (size_t b = a + 1; b <= n_column; b++) {
            if (b < n_column && b >= n_paired)
                continue;
            /* A row and a column in front, for running totals, and one behind for "no condition". */
            size_t width = code_count(rows, b) + 2, size = (code_count(rows, a) + 2) * width;
            bool plain = b == n_column || b < rows->n_group;
            grids->grid[grids->n_grid++] = (struct assay_slice_grid){
                .a = a, .b = b, .family = plain ? 0 : 1, .width = width, .size = size};
            grids->largest = size > grids->largest ? size : grids->largest;
        }
    return ASSAY_OK;
}

/* ---- one pass over the rows ---- */

static void flush(struct fixed_sums *sums, size_t n_cell)
{
    const uint64_t below = ((uint64_t)1 << COUNT_FROM) - 1;
    for (size_t k = 0; k < n_cell; k++) {
        sums->n[k] += (double)(sums->packed[k] >> COUNT_FROM);
        sums->expected[k] += ldexp((double)(sums->packed[k] & below), -FRACTION);
        sums->packed[k] = 0;
    }
}

static void add_block(const struct counting *c, size_t g, size_t from, size_t to)
{
    const struct assay_slice_grid *grid = &c->grids->grid[g];
    const unsigned char *a = assay_slice_codes(c->grids, grid->a);
    const unsigned char *b = assay_slice_codes(c->grids, grid->b);
    const unsigned char *flagged = c->grids->rows->flagged;
    uint64_t *sum = c->sums[g].packed;
    for (size_t i = from; i < to; i++) {
        size_t cell = (a[i] + (size_t)1) * grid->width + b[i] + 1;
        sum[2 * cell + flagged[i]] += c->packed[i];
    }
}

/* All grids of one first column, block by block: the block's codes stay in the cache. */
static void count_column(void *state, size_t column)
{
    const struct counting *c = state;
    size_t n = c->grids->rows->n, first = 0, end;
    while (first < c->grids->n_grid && c->grids->grid[first].a < column)
        first++;
    for (end = first; end < c->grids->n_grid && c->grids->grid[end].a == column;)
        end++;
    for (size_t from = 0, since = 0; from < n; from += BLOCK_ROWS) {
        size_t to = from + BLOCK_ROWS < n ? from + BLOCK_ROWS : n;
        since += to - from;
        bool full = since >= FLUSH_ROWS || to == n;
        for (size_t g = first; g < end; g++) {
            add_block(c, g, from, to);
            if (full)
                flush(&c->sums[g], 2 * c->grids->grid[g].size);
        }
        since = full ? 0 : since;
    }
}

static enum assay_status sum_rows(const struct assay_slice_grids *grids, size_t n_thread,
                                  struct fixed_sums *sums, struct assay_error *err)
{
    const struct assay_slice_rows *rows = grids->rows;
    struct counting counting = {.grids = grids, .sums = sums};
    uint64_t *packed = assay_alloc(rows->n, sizeof *packed);
    if (packed == NULL)
        return assay_fail_memory(err, "searching slices");
    for (size_t i = 0; i < rows->n; i++)
        packed[i] = ((uint64_t)1 << COUNT_FROM) + (uint64_t)llrint(ldexp(rows->expected[i], FRACTION));
    counting.packed = packed;
    assay_parallel(rows->n_column, n_thread, count_column, &counting);
    free(packed);
    return ASSAY_OK;
}

/* ---- from cells to rectangles ---- */

void assay_slice_accumulate(uint32_t count[], size_t size, size_t width)
{
    for (size_t k = 0; k < size; k++)
        count[k] += k % width > 0 ? count[k - 1] : 0;
    for (size_t k = width; k < size; k++)
        count[k] += count[k - width];
}

static void accumulate(double sum[], size_t size, size_t width)
{
    for (size_t k = 2; k < 2 * size; k++)
        sum[k] += k / 2 % width > 0 ? sum[k - 2] : 0.0;
    for (size_t k = 2 * width; k < 2 * size; k++)
        sum[k] += sum[k - 2 * width];
}

static double rectangle(const double sum[], const uint32_t corner[4], size_t side)
{
    return sum[2 * corner[0] + side] - sum[2 * corner[1] + side] - sum[2 * corner[2] + side] +
           sum[2 * corner[3] + side];
}

/* The conditions of a column: its codes one by one; of bands also the runs of two and more that begin with
 * the lowest or end with the highest, but for all of them. Returns how many. */
static size_t list_conditions(const struct assay_slice_rows *rows, size_t c,
                              unsigned char condition[][2])
{
    size_t n = 0, bands = c < rows->n_column ? rows->column[c].n_band : 0;
    for (size_t k = 0; k < code_count(rows, c); k++, n++)
        condition[n][0] = condition[n][1] = (unsigned char)k;
    for (size_t k = 1; k + 1 < bands; k++) {
        condition[n][0] = 0;
        condition[n++][1] = (unsigned char)k;
        condition[n][0] = (unsigned char)k;
        condition[n++][1] = (unsigned char)(bands - 1);
    }
    return n;
}

static double variance(double n, double expected)
{
    return n > 0.0 ? expected * (1.0 - expected / n) : 0.0;
}

static void set_looseness(const struct assay_slice_grids *grids, struct assay_slice_cell *cell)
{
    for (size_t s = 0; s < 2; s++) {
        const struct assay_slice_side *all = &grids->total.side[s];
        cell->looseness[s] =
            1.0 / variance(cell->n[s], cell->expected[s]) +
            1.0 / variance(all->n - cell->n[s], all->expected - cell->expected[s]);
    }
}

static enum assay_status add_rectangles(struct assay_slice_grids *grids, struct fixed_sums *sums,
                                        struct assay_slice_grid *grid, size_t smallest,
                                        struct assay_error *err)
{
    unsigned char a[3 * ASSAY_SLICE_MAX_CODES][2], b[3 * ASSAY_SLICE_MAX_CODES][2];
    size_t n_a = list_conditions(grids->rows, grid->a, a);
    size_t n_b = list_conditions(grids->rows, grid->b, b);
    accumulate(sums->n, grid->size, grid->width);
    accumulate(sums->expected, grid->size, grid->width);
    grid->first = grids->n_cell;
    for (size_t j = 0; j < n_a * n_b; j++) {
        const unsigned char *of_a = a[j / n_b], *of_b = b[j % n_b];
        size_t top = of_a[0] * grid->width, bottom = (of_a[1] + (size_t)1) * grid->width;
        struct assay_slice_cell cell = {
            .corner = {(uint32_t)(bottom + of_b[1] + 1), (uint32_t)(bottom + of_b[0]),
                       (uint32_t)(top + of_b[1] + 1), (uint32_t)(top + of_b[0])},
            .a = {of_a[0], of_a[1]},
            .b = {of_b[0], of_b[1]}};
        for (size_t s = 0; s < 2; s++) {
            cell.n[s] = rectangle(sums->n, cell.corner, s);
            cell.expected[s] = fmax(rectangle(sums->expected, cell.corner, s), 0.0);
        }
        if (cell.n[0] + cell.n[1] < (double)smallest)
            continue;
        set_looseness(grids, &cell);
        if (!assay_grow(&grids->cell, &grids->capacity, grids->n_cell + 1, sizeof cell))
            return assay_fail_memory(err, "searching slices");
        grids->cell[grids->n_cell++] = cell;
    }
    grid->end = grids->n_cell;
    return ASSAY_OK;
}

/* Events of every rectangle as they came. */
static enum assay_status count_events(struct assay_slice_grids *grids, struct assay_error *err)
{
    const struct assay_slice_rows *rows = grids->rows;
    uint32_t *count = assay_alloc(2 * grids->largest, sizeof *count);
    size_t *event = assay_alloc(rows->n, sizeof *event), n_event = 0;
    if (count == NULL || event == NULL) {
        free(count);
        free(event);
        return assay_fail_memory(err, "searching slices");
    }
    for (size_t i = 0; i < rows->n; i++)
        if (rows->outcome[i])
            event[n_event++] = i;
    for (size_t g = 0; g < grids->n_grid; g++) {
        const struct assay_slice_grid *grid = &grids->grid[g];
        const unsigned char *a = assay_slice_codes(grids, grid->a);
        const unsigned char *b = assay_slice_codes(grids, grid->b);
        memset(count, 0, 2 * grid->size * sizeof *count);
        for (size_t k = 0; k < n_event; k++) {
            size_t i = event[k];
            count[rows->flagged[i] * grid->size + (a[i] + (size_t)1) * grid->width + b[i] + 1]++;
        }
        for (size_t s = 0; s < 2; s++) {
            assay_slice_accumulate(count + s * grid->size, grid->size, grid->width);
            for (size_t k = grid->first; k < grid->end; k++)
                grids->cell[k].event[s] =
                    assay_slice_count(count + s * grid->size, grids->cell[k].corner);
        }
    }
    free(count);
    free(event);
    return ASSAY_OK;
}

static void sum_all(struct assay_slice_grids *grids)
{
    const struct assay_slice_rows *rows = grids->rows;
    for (size_t i = 0; i < rows->n; i++) {
        struct assay_slice_side *side = &grids->total.side[rows->flagged[i]];
        side->n += 1.0;
        side->event += rows->outcome[i];
        side->expected += rows->expected[i];
    }
}

/* Room for the sums of all grids in three arrays; *sums has its parts by grid. */
static enum assay_status make_room(const struct assay_slice_grids *grids, struct fixed_sums **sums,
                                   struct assay_error *err)
{
    size_t cells = 0, at = 0;
    for (size_t g = 0; g < grids->n_grid; g++)
        cells += 2 * grids->grid[g].size;
    struct fixed_sums all = {.packed = assay_alloc(cells, sizeof *all.packed),
                             .n = assay_alloc(cells, sizeof *all.n),
                             .expected = assay_alloc(cells, sizeof *all.expected)};
    *sums = assay_alloc(grids->n_grid, sizeof **sums);
    if (all.packed == NULL || all.n == NULL || all.expected == NULL || *sums == NULL) {
        free(all.packed);
        free(all.n);
        free(all.expected);
        free(*sums);
        *sums = NULL;
        return assay_fail_memory(err, "searching slices");
    }
    for (size_t g = 0; g < grids->n_grid; g++) {
        (*sums)[g] = (struct fixed_sums){all.packed + at, all.n + at, all.expected + at};
        at += 2 * grids->grid[g].size;
    }
    return ASSAY_OK;
}

static enum assay_status fill(struct assay_slice_grids *grids, size_t smallest, size_t n_thread,
                              struct assay_error *err)
{
    struct fixed_sums *sums = NULL;
    if (grids->n_grid == 0)
        return ASSAY_OK;
    enum assay_status status = make_room(grids, &sums, err);
    if (status != ASSAY_OK)
        return status;
    sum_all(grids);
    status = sum_rows(grids, n_thread, sums, err);
    for (size_t g = 0; status == ASSAY_OK && g < grids->n_grid; g++)
        status = add_rectangles(grids, &sums[g], &grids->grid[g], smallest, err);
    if (status == ASSAY_OK)
        status = count_events(grids, err);
    free(sums[0].packed); /* the first grid's are where all begin */
    free(sums[0].n);
    free(sums[0].expected);
    free(sums);
    return status;
}

enum assay_status assay_slice_grids_make(const struct assay_slice_rows *rows, size_t smallest,
                                         size_t n_thread, struct assay_slice_grids *grids,
                                         struct assay_error *err)
{
    struct assay_slice_grids made = {.rows = rows};
    enum assay_status status = lay_out(&made, err);
    if (status == ASSAY_OK)
        status = fill(&made, smallest, n_thread, err);
    if (status != ASSAY_OK)
        assay_slice_grids_clear(&made);
    else
        *grids = made;
    return status;
}

void assay_slice_grids_clear(struct assay_slice_grids *grids)
{
    free(grids->grid);
    free(grids->cell);
    free(grids->nothing);
    *grids = (struct assay_slice_grids){0};
}
