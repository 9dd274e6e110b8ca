#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/slice_parts.h"

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
    grids->nothing = assay_rows_alloc(rows->n, 1);
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

/* ---- from cells to rectangles ---- */

/* Sums by cell of a grid: both sides, [cell][side]; of events [side][cell]. */
struct grid_sums {
    double *n, *expected;
    uint32_t *event;
};

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

static enum assay_status add_rectangles(struct assay_slice_grids *grids, const struct grid_sums *sums,
                                        struct assay_slice_grid *grid, size_t smallest,
                                        struct assay_error *err)
{
    unsigned char a[3 * ASSAY_SLICE_MAX_CODES][2], b[3 * ASSAY_SLICE_MAX_CODES][2];
    size_t n_a = list_conditions(grids->rows, grid->a, a);
    size_t n_b = list_conditions(grids->rows, grid->b, b);
    accumulate(sums->n, grid->size, grid->width);
    accumulate(sums->expected, grid->size, grid->width);
    assay_slice_accumulate(sums->event, grid->size, grid->width);
    assay_slice_accumulate(sums->event + grid->size, grid->size, grid->width);
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
            cell.event[s] = assay_slice_count(sums->event + s * grid->size, cell.corner);
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

static enum assay_status add_grids(struct assay_slice_grids *grids,
                                   const struct assay_slice_joints *joints, size_t smallest,
                                   struct assay_error *err)
{
    size_t n = 2 * grids->largest;
    struct grid_sums sums = {.n = assay_alloc(n, sizeof *sums.n),
                             .expected = assay_alloc(n, sizeof *sums.expected),
                             .event = assay_alloc(n, sizeof *sums.event)};
    enum assay_status status = sums.n != NULL && sums.expected != NULL && sums.event != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "searching slices");
    for (size_t g = 0; status == ASSAY_OK && g < grids->n_grid; g++) {
        assay_slice_joints_margin(joints, g, grids, sums.n, sums.expected, sums.event);
        status = add_rectangles(grids, &sums, &grids->grid[g], smallest, err);
    }
    free(sums.n);
    free(sums.expected);
    free(sums.event);
    return status;
}

static enum assay_status fill(struct assay_slice_grids *grids, size_t smallest, size_t n_thread,
                              struct assay_error *err)
{
    struct assay_slice_joints joints = {0};
    if (grids->n_grid == 0)
        return ASSAY_OK;
    sum_all(grids);
    enum assay_status status = assay_slice_joints_make(grids, n_thread, &joints, err);
    if (status == ASSAY_OK)
        status = add_grids(grids, &joints, smallest, err);
    assay_slice_joints_clear(&joints);
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
    assay_rows_free(grids->nothing);
    *grids = (struct assay_slice_grids){0};
}
