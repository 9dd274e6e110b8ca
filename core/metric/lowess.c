#include "core/metric/lowess.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

enum { MOST_CELLS = 1 << 14, GRID = 1 << 13 };
static const double span = 2.0 / 3.0, step = 0.01; /* of the points; of the range */

/* Neighbouring points that are summed as one. */
struct cell {
    size_t first, end;
    double x, variance; /* mean; p (1 - p) of one of its points */
};

/* The points nearest to an anchor: from point `left` on, within h, h itself not included. */
struct window {
    size_t left, cell; /* cell: that which holds `left` */
    double h;
};

struct work {
    const double *x;
    size_t n, n_cell;
    double range;
    size_t *ones;           /* [n + 1] how many of the points before the i-th are 1 */
    struct cell *cells;
    double *line;           /* [n_cell] l of a point of each */
    struct window *windows; /* [n_anchor] */
    size_t anchor_capacity, window_capacity;
};

/* ---- cells ---- */

static size_t count_distinct(const double x[], size_t n)
{
    size_t distinct = 1;
    for (size_t i = 1; i < n; i++)
        distinct += x[i] != x[i - 1];
    return distinct;
}

/* The end of the cell that starts at point `first`. */
static size_t cell_end(const struct work *work, size_t first, double width)
{
    size_t end = first + 1;
    while (end < work->n && work->x[end] - work->x[first] <= width)
        end++;
    return end;
}

static enum assay_status make_cells(struct work *work, const unsigned char y[], struct assay_error *err)
{
    size_t distinct = count_distinct(work->x, work->n);
    double width = distinct > MOST_CELLS ? work->range / GRID : 0.0;
    size_t most = distinct > MOST_CELLS ? GRID + 2 : distinct;
    work->ones = assay_rows_alloc(work->n + 1, sizeof *work->ones);
    work->cells = assay_alloc(most, sizeof *work->cells);
    work->line = assay_alloc(most, sizeof *work->line);
    if (work->ones == NULL || work->cells == NULL || work->line == NULL)
        return assay_fail_memory(err, "smoothing outcomes");
    for (size_t i = 0; i < work->n; i++)
        work->ones[i + 1] = work->ones[i] + y[i];
    for (size_t first = 0, end; first < work->n; first = end) {
        end = cell_end(work, first, width);
        double sum = 0.0;
        for (size_t i = first; i < end; i++)
            sum += work->x[i] - work->x[first];
        work->cells[work->n_cell++] = (struct cell){
            .first = first, .end = end, .x = work->x[first] + sum / (double)(end - first)};
    }
    return ASSAY_OK;
}

/* ---- anchors and their windows, as in R's clowess() ---- */

/* Moves the window right while that brings its far end nearer to x[at]. */
static void slide(const struct work *work, size_t at, size_t n_near, size_t *left)
{
    const double *x = work->x;
    while (*left + n_near < work->n && x[at] - x[*left] > x[*left + n_near] - x[at])
        ++*left;
}

/* The next anchor behind the one at `last`: the farthest point within delta, but the next one at least. */
static size_t next_anchor(const struct work *work, size_t last, double delta)
{
    const double *x = work->x;
    double cut = x[last] + delta;
    size_t i = last + 1;
    for (; i < work->n && x[i] <= cut; i++)
        if (x[i] == x[last])
            last = i;
    return last + 1 > i - 1 ? last + 1 : i - 1;
}

static enum assay_status add_anchor(struct work *work, struct assay_lowess *curve, size_t at,
                                    struct window window, struct assay_error *err)
{
    size_t k = curve->n_anchor;
    if (!assay_grow(&curve->anchors, &work->anchor_capacity, k + 1, sizeof *curve->anchors) ||
        !assay_grow(&work->windows, &work->window_capacity, k + 1, sizeof *work->windows))
        return assay_fail_memory(err, "smoothing outcomes");
    curve->anchors[k] = (struct assay_lowess_anchor){.x = work->x[at]};
    work->windows[k] = window;
    curve->n_anchor++;
    return ASSAY_OK;
}

static enum assay_status place_anchors(struct work *work, struct assay_lowess *curve,
                                       struct assay_error *err)
{
    double share = floor(span * (double)work->n + 1e-7);
    size_t n_near = share < 2.0 ? 2 : (size_t)share, left = 0, cell = 0;
    enum assay_status status = ASSAY_OK;
    if (n_near > work->n)
        n_near = work->n;
    for (size_t at = 0; status == ASSAY_OK && at < work->n;
         at = next_anchor(work, at, step * work->range)) {
        slide(work, at, n_near, &left);
        while (work->cells[cell].end <= left)
            cell++;
        double h = fmax(work->x[at] - work->x[left], work->x[left + n_near - 1] - work->x[at]);
        status = add_anchor(work, curve, at, (struct window){left, cell, h}, err);
    }
    return status;
}

/* ---- the line at an anchor ---- */

static double cube(double x)
{
    return x * x * x;
}

/* Points of cell c in the window: the first cell may lie in it in part. */
static double points_of(const struct work *work, const struct window *window, size_t c)
{
    size_t first = work->cells[c].first > window->left ? work->cells[c].first : window->left;
    return (double)(work->cells[c].end - first);
}

static double ones_of(const struct work *work, const struct window *window, size_t c)
{
    size_t first = work->cells[c].first > window->left ? work->cells[c].first : window->left;
    return (double)(work->ones[work->cells[c].end] - work->ones[first]);
}

/* line[c], c in window->cell .. end - 1: what the outcome of a point of cell c adds to the height at the
 * anchor; returns end. */
static size_t fit_line(struct work *work, const struct window *window, double anchor)
{
    double none = 0.0, first = 0.0, second = 0.0, h = window->h, *line = work->line;
    size_t end = window->cell;
    for (; end < work->n_cell; end++) {
        double gap = work->cells[end].x - anchor, far = fabs(gap);
        if (far > 0.999 * h && gap > 0.0)
            break;
        double weight = far > 0.999 * h && gap < 0.0 ? 0.0
                        : far <= 0.001 * h           ? 1.0
                                                     : cube(1.0 - cube(far / h));
        double all = weight * points_of(work, window, end);
        line[end] = weight;
        none += all;
        first += all * gap;
        second += all * gap * gap;
    }
    double mean = first / none, spread = second / none - mean * mean;
    double slope = spread > 0.0 && sqrt(spread) > 0.001 * work->range ? -mean / spread : 0.0;
    for (size_t c = window->cell; c < end; c++)
        line[c] = line[c] / none * (1.0 + slope * (work->cells[c].x - anchor - mean));
    return end;
}

static void find_heights(struct work *work, struct assay_lowess *curve)
{
    for (size_t a = 0; a < curve->n_anchor; a++) {
        const struct window *window = &work->windows[a];
        size_t end = fit_line(work, window, curve->anchors[a].x);
        for (size_t c = window->cell; c < end; c++)
            curve->anchors[a].y += work->line[c] * ones_of(work, window, c);
    }
}

/* ---- errors ---- */

static void find_variances(struct work *work, const struct assay_lowess *curve)
{
    double *height = work->line; /* free until the next line is fitted */
    for (size_t c = 0; c < work->n_cell; c++)
        height[c] = work->cells[c].x;
    assay_lowess_heights(curve, height, work->n_cell, height);
    for (size_t c = 0; c < work->n_cell; c++) {
        double p = fmin(fmax(height[c], 0.0), 1.0);
        work->cells[c].variance = p * (1.0 - p);
    }
}

static size_t part_of(const struct work *work, size_t cell)
{
    return work->cells[cell].first * ASSAY_LOWESS_PARTS / work->n;
}

/* Parts in cells' order, those without a cell left out; part[c] is the part of cell c. */
static void make_parts(const struct work *work, struct assay_lowess *curve, size_t part[],
                       double variance[])
{
    for (size_t c = 0; c < work->n_cell; c++) {
        const struct cell *cell = &work->cells[c];
        if (c == 0 || part_of(work, c) != part_of(work, c - 1))
            curve->n_part++;
        size_t k = part[c] = curve->n_part - 1;
        double points = (double)(cell->end - cell->first);
        curve->part_x[k] += points * cell->x;
        curve->part_share[k] += points;
        variance[k] += points * cell->variance;
    }
    for (size_t k = 0; k < curve->n_part; k++) {
        curve->part_x[k] /= curve->part_share[k];
        curve->part_share[k] /= (double)work->n;
    }
}

static void load_anchors(struct work *work, struct assay_lowess *curve, const size_t part[],
                         const double variance[])
{
    for (size_t a = 0; a < curve->n_anchor; a++) {
        const struct window *window = &work->windows[a];
        double *loading = curve->loading + a * curve->n_part, sum = 0.0;
        size_t end = fit_line(work, window, curve->anchors[a].x);
        for (size_t c = window->cell; c < end; c++) {
            double moved = points_of(work, window, c) * work->line[c] * work->cells[c].variance;
            sum += moved * work->line[c];
            if (variance[part[c]] > 0.0)
                loading[part[c]] += moved / sqrt(variance[part[c]]);
        }
        curve->anchors[a].std_error = sqrt(sum);
    }
}

static enum assay_status find_errors(struct work *work, struct assay_lowess *curve,
                                     struct assay_error *err)
{
    double variance[ASSAY_LOWESS_PARTS] = {0};
    size_t *part = assay_alloc(work->n_cell, sizeof *part);
    curve->part_x = assay_alloc(ASSAY_LOWESS_PARTS, sizeof *curve->part_x);
    curve->part_share = assay_alloc(ASSAY_LOWESS_PARTS, sizeof *curve->part_share);
    if (part != NULL && curve->part_x != NULL && curve->part_share != NULL) {
        find_variances(work, curve);
        make_parts(work, curve, part, variance);
        curve->loading = assay_alloc(curve->n_anchor * curve->n_part, sizeof *curve->loading);
        if (curve->loading != NULL)
            load_anchors(work, curve, part, variance);
    }
    free(part);
    return curve->loading != NULL ? ASSAY_OK : assay_fail_memory(err, "smoothing outcomes");
}

/* ---- doors ---- */

enum assay_status assay_lowess_fit(const double x[], const unsigned char y[], size_t n,
                                   struct assay_lowess *curve, struct assay_error *err)
{
    struct work work = {.x = x, .n = n, .range = x[n - 1] - x[0]};
    struct assay_lowess made = {0};
    enum assay_status status = make_cells(&work, y, err);
    if (status == ASSAY_OK)
        status = place_anchors(&work, &made, err);
    if (status == ASSAY_OK) {
        find_heights(&work, &made);
        status = find_errors(&work, &made, err);
    }
    assay_rows_free(work.ones);
    free(work.cells);
    free(work.line);
    free(work.windows);
    if (status == ASSAY_OK)
        *curve = made;
    else
        assay_lowess_clear(&made);
    return status;
}

void assay_lowess_clear(struct assay_lowess *curve)
{
    free(curve->anchors);
    free(curve->part_x);
    free(curve->part_share);
    free(curve->loading);
    *curve = (struct assay_lowess){0};
}

void assay_lowess_heights(const struct assay_lowess *curve, const double at[], size_t n, double out[])
{
    const struct assay_lowess_anchor *anchor = curve->anchors;
    size_t a = 0;
    for (size_t i = 0; i < n; i++) {
        while (a + 2 < curve->n_anchor && anchor[a + 1].x < at[i])
            a++;
        if (curve->n_anchor == 1) {
            out[i] = anchor[0].y;
            continue;
        }
        double along = (at[i] - anchor[a].x) / (anchor[a + 1].x - anchor[a].x);
        out[i] = along * anchor[a + 1].y + (1.0 - along) * anchor[a].y;
    }
}
