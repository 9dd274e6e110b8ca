#include "core/metric/cluster_sums.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

/* Tasks depend on the data alone: so many rows where clusters are together, so many codes at least where they are
 * not, for every such task goes through all rows. */
enum { TASK_ROWS = 1 << 16, TASK_CODES = 1 << 15, MOST_RANGES = 8, FEW_ROWS = 1 << 14 };

struct cluster {
    double sum[ASSAY_MOVES];
    uint32_t cell[4];
};

struct part {
    struct assay_cluster_sums sums;
    bool failed; /* for want of memory */
};

struct work {
    const struct assay_move_rows *rows;
    size_t n_code, n_range_code;
    struct part *parts;
};

/* Rows on their way to their clusters. */
struct batch {
    size_t row[ASSAY_MOVE_ROWS], n;
    struct assay_move_strip strip;
};

/* ---- one row, one cluster ---- */

static void add_row(const struct assay_move_rows *rows, const struct assay_move_strip *strip, size_t k,
                    struct cluster *cluster, struct assay_cluster_sums *sums)
{
    cluster->cell[strip->cell[k]]++;
    for (size_t m = 0; m < rows->n_figure; m++) {
        double move = strip->move[m][k];
        cluster->sum[m] += move;
        sums->by_row[m] += move * move;
    }
}

static void close_cells(const struct cluster *cluster, struct assay_cluster_sums *sums)
{
    unsigned mask = 0;
    struct assay_cell_moments *cells = &sums->cells;
    for (unsigned a = 0; a < 4; a++) {
        if (cluster->cell[a] == 0)
            continue;
        double rows = (double)cluster->cell[a];
        mask |= 1U << a;
        cells->rows[a] += rows;
        sums->rows += rows;
        for (unsigned b = 0; b < 4; b++)
            cells->product[a][b] += rows * (double)cluster->cell[b];
    }
    if (mask == 0)
        return;
    sums->clusters += 1.0;
    cells->clusters[mask] += 1.0;
}

static void close_cluster(const struct cluster *cluster, struct assay_cluster_sums *sums)
{
    close_cells(cluster, sums);
    for (size_t m = 0; m < ASSAY_MOVES; m++)
        sums->by_cluster[m] += cluster->sum[m] * cluster->sum[m];
}

/* ---- clusters whose rows are together ---- */

/* Without a branch in it. */
static bool rise(const void *state, size_t first, size_t end)
{
    const int32_t *cluster = state;
    unsigned falls = 0;
    for (size_t i = first > 0 ? first : 1; i < end; i++)
        falls |= cluster[i] < cluster[i - 1];
    return falls == 0;
}

bool assay_clusters_together(const int32_t cluster[], size_t n)
{
    return cluster == NULL || assay_parallel_holds(n, 0, rise, cluster);
}

static bool begins_cluster(const struct assay_move_rows *rows, size_t row)
{
    return rows->cluster == NULL || rows->cluster[row] != rows->cluster[row - 1];
}

/* The first cluster of a task begins with or behind its first row. */
static size_t task_start(const struct assay_move_rows *rows, size_t task)
{
    size_t at = task * TASK_ROWS;
    while (at > 0 && at < rows->n && !begins_cluster(rows, at))
        at++;
    return at < rows->n ? at : rows->n;
}

/* Where in n rows from `row` a cluster ends: end[k] rows into them. How often. */
static size_t find_ends(const struct assay_move_rows *rows, size_t row, size_t n, size_t first,
                        size_t end[ASSAY_MOVE_ROWS])
{
    size_t n_end = 0;
    for (size_t k = 0; k < n; k++)
        if (row + k > first && begins_cluster(rows, row + k))
            end[n_end++] = k;
    return n_end;
}

/* Four sums side by side: one would wait for itself. */
static double add_squares(const double move[], size_t n)
{
    double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        a += move[k] * move[k];
        b += move[k + 1] * move[k + 1];
        c += move[k + 2] * move[k + 2];
        d += move[k + 3] * move[k + 3];
    }
    a += k < n ? move[k] * move[k] : 0.0;
    b += k + 1 < n ? move[k + 1] * move[k + 1] : 0.0;
    c += k + 2 < n ? move[k + 2] * move[k + 2] : 0.0;
    return a + b + (c + d);
}

/* Adds rows first .. end - 1, all figures side by side: one by one each would wait for itself. Moves that are not used
 * are zeros. */
static void add_moves(const struct assay_move_strip *strip, size_t first, size_t end, double sum[])
{
    const double(*move)[ASSAY_MOVE_ROWS] = strip->move;
    double a = sum[0], b = sum[1], c = sum[2], d = sum[3], e = sum[4], f = sum[5];
    static_assert(ASSAY_MOVES == 6, "each figure has a sum");
    for (size_t k = first; k < end; k++) {
        a += move[0][k];
        b += move[1][k];
        c += move[2][k];
        d += move[3][k];
        e += move[4][k];
        f += move[5][k];
    }
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
    sum[4] = e;
    sum[5] = f;
}

/* A cluster's sums are left open at the end; the squares of those that end are added up. */
static void add_clusters(const struct assay_move_strip *strip, size_t n, const size_t end[],
                         size_t n_end, double sum[], double squares[])
{
    size_t k = 0;
    double total[ASSAY_MOVES] = {0.0};
    for (size_t c = 0; c < n_end; c++) {
        add_moves(strip, k, end[c], sum);
        for (size_t m = 0; m < ASSAY_MOVES; m++) {
            total[m] += sum[m] * sum[m];
            sum[m] = 0.0;
        }
        k = end[c];
    }
    add_moves(strip, k, n, sum);
    for (size_t m = 0; m < ASSAY_MOVES; m++)
        squares[m] += total[m];
}

static void add_cells(const unsigned char cell[], size_t n, const size_t end[], size_t n_end,
                      struct cluster *open, struct assay_cluster_sums *sums)
{
    size_t k = 0;
    for (size_t c = 0; c < n_end; c++) {
        for (; k < end[c]; k++)
            open->cell[cell[k]]++;
        close_cells(open, sums);
        memset(open->cell, 0, sizeof open->cell);
    }
    for (; k < n; k++)
        open->cell[cell[k]]++;
}

static void together_task(void *state, size_t task)
{
    const struct work *w = state;
    const struct assay_move_rows *rows = w->rows;
    struct assay_cluster_sums own = {.rows = 0}, *sums = &own; /* beside no other task's */
    struct batch batch;
    struct cluster open = {.cell = {0}};
    size_t first = task_start(rows, task), end = task_start(rows, task + 1), ends[ASSAY_MOVE_ROWS];
    memset(batch.strip.move, 0, sizeof batch.strip.move);
    for (size_t i = first; i < end; i += batch.n) {
        batch.n = end - i < ASSAY_MOVE_ROWS ? end - i : ASSAY_MOVE_ROWS;
        for (size_t k = 0; k < batch.n; k++)
            batch.row[k] = i + k;
        rows->fill(rows->state, batch.row, batch.n, &batch.strip);
        size_t n_end = find_ends(rows, i, batch.n, first, ends);
        for (size_t m = 0; m < rows->n_figure; m++)
            sums->by_row[m] += add_squares(batch.strip.move[m], batch.n);
        if (rows->n_figure > 0)
            add_clusters(&batch.strip, batch.n, ends, n_end, open.sum, sums->by_cluster);
        add_cells(batch.strip.cell, batch.n, ends, n_end, &open, sums);
    }
    close_cluster(&open, sums);
    w->parts[task].sums = own;
}

/* ---- clusters whose rows are anywhere ---- */

static void empty_batch(const struct assay_move_rows *rows, struct batch *batch, size_t first_code,
                        struct cluster clusters[], struct assay_cluster_sums *sums)
{
    rows->fill(rows->state, batch->row, batch->n, &batch->strip);
    for (size_t k = 0; k < batch->n; k++)
        add_row(rows, &batch->strip, k,
                &clusters[(size_t)rows->cluster[batch->row[k]] - first_code], sums);
    batch->n = 0;
}

static void range_task(void *state, size_t task)
{
    const struct work *w = state;
    const struct assay_move_rows *rows = w->rows;
    struct part *part = &w->parts[task];
    struct batch batch = {.n = 0};
    size_t first = task * w->n_range_code;
    size_t n = w->n_code - first < w->n_range_code ? w->n_code - first : w->n_range_code;
    struct cluster *clusters = assay_rows_alloc(n, sizeof *clusters);
    part->failed = clusters == NULL;
    for (size_t i = 0; !part->failed && i < rows->n; i++) {
        if ((size_t)rows->cluster[i] - first >= n)
            continue;
        batch.row[batch.n++] = i;
        if (batch.n == ASSAY_MOVE_ROWS)
            empty_batch(rows, &batch, first, clusters, &part->sums);
    }
    if (batch.n > 0)
        empty_batch(rows, &batch, first, clusters, &part->sums);
    for (size_t c = 0; !part->failed && c < n; c++)
        close_cluster(&clusters[c], &part->sums);
    assay_rows_free(clusters);
}

/* ---- all of it ---- */

static void add_part(const struct assay_cluster_sums *part, struct assay_cluster_sums *all)
{
    all->rows += part->rows;
    all->clusters += part->clusters;
    for (size_t m = 0; m < ASSAY_MOVES; m++) {
        all->by_row[m] += part->by_row[m];
        all->by_cluster[m] += part->by_cluster[m];
    }
    for (size_t mask = 0; mask < 16; mask++)
        all->cells.clusters[mask] += part->cells.clusters[mask];
    for (size_t a = 0; a < 4; a++) {
        all->cells.rows[a] += part->cells.rows[a];
        for (size_t b = 0; b < 4; b++)
            all->cells.product[a][b] += part->cells.product[a][b];
    }
}

static size_t count_codes(const struct assay_move_rows *rows)
{
    int32_t highest = -1;
    for (size_t i = 0; i < rows->n; i++) {
        highest = rows->cluster[i] > highest ? rows->cluster[i] : highest;
        assay_parallel_row(i);
    }
    return (size_t)(highest + 1);
}

enum assay_status assay_cluster_sums_find(const struct assay_move_rows *rows,
                                          struct assay_cluster_sums *sums, struct assay_error *err)
{
    struct work w = {.rows = rows};
    bool together = assay_clusters_together(rows->cluster, rows->n), failed = false;
    size_t n_task = (rows->n + TASK_ROWS - 1) / TASK_ROWS;
    if (!together) {
        w.n_code = count_codes(rows);
        w.n_range_code = w.n_code / MOST_RANGES + 1;
        w.n_range_code = w.n_range_code < TASK_CODES ? TASK_CODES : w.n_range_code;
        n_task = (w.n_code + w.n_range_code - 1) / w.n_range_code;
    }
    w.parts = assay_alloc(n_task, sizeof *w.parts);
    if (w.parts == NULL)
        return assay_fail_memory(err, "measuring by cluster");
    assay_parallel(n_task, rows->n < FEW_ROWS ? 1 : 0, together ? together_task : range_task, &w);
    *sums = (struct assay_cluster_sums){.rows = 0.0};
    for (size_t t = 0; t < n_task; t++) {
        failed = failed || w.parts[t].failed;
        add_part(&w.parts[t].sums, sums);
    }
    free(w.parts);
    return failed ? assay_fail_memory(err, "measuring by cluster") : ASSAY_OK;
}

double assay_cluster_sums_effect(const struct assay_cluster_sums *sums, size_t k)
{
    return assay_design_effect_of(sums->rows, sums->clusters, sums->by_row[k], sums->by_cluster[k]);
}
