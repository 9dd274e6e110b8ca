#include "core/metric/zones.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"
#include "core/metric/check.h"
#include "core/metric/cluster_sums.h"
#include "core/metric/clustered.h"
#include "core/metric/zones_parts.h"

enum { TASK_ROWS = 1 << 16, STRIP = 256, EVENT = 3, OTHER = 2 }; /* cells of a zone's rows, by outcome */

/* What a task finds of a zone. */
struct part {
    struct assay_cell_moments cells;
    size_t count[2];  /* without the event, with it */
    uint32_t open[2]; /* of the cluster that is being gone through */
};

struct work {
    const struct assay_zone_rows *rows;
    const double *lower;
    size_t n_zone, n_task;
    struct part *parts;  /* [n_task][n_zone], and one that keeps tasks apart */
    size_t *bad;         /* [n_task] the first row whose score has no zone, or n */
    unsigned char *zone; /* [n] where clusters lie apart, else NULL */
};

static struct part *parts_of(const struct work *w, size_t task)
{
    _Static_assert(sizeof(struct part) >= ASSAY_TASKS_APART, "one part is room enough between two tasks");
    return w->parts + task * (w->n_zone + 1);
}

static bool begins_cluster(const struct assay_zone_rows *rows, size_t row)
{
    return rows->cluster != NULL && rows->cluster[row] != rows->cluster[row - 1];
}

/* Where clusters lie together, the first of a task begins with or behind its first row. */
static size_t task_start(const struct work *w, size_t task)
{
    size_t at = task * TASK_ROWS, n = w->rows->n;
    bool whole = w->rows->cluster != NULL && w->zone == NULL;
    while (whole && at > 0 && at < n && !begins_cluster(w->rows, at))
        at++;
    return at < n ? at : n;
}

static void close_cluster(struct part parts[], size_t n_zone)
{
    for (size_t z = 0; z < n_zone; z++) {
        struct assay_cell_moments *cells = &parts[z].cells;
        uint32_t *open = parts[z].open;
        double rows[2] = {open[0], open[1]};
        if ((open[0] | open[1]) == 0)
            continue;
        for (unsigned a = 0; a < 2; a++) {
            cells->rows[OTHER + a] += rows[a];
            for (unsigned b = 0; b < 2; b++)
                cells->product[OTHER + a][OTHER + b] += rows[a] * rows[b];
        }
        cells->clusters[(open[0] > 0 ? 1U << OTHER : 0U) | (open[1] > 0 ? 1U << EVENT : 0U)] += 1.0;
        parts[z].count[0] += open[0];
        parts[z].count[1] += open[1];
        open[0] = open[1] = 0;
    }
}

static void count_strip(struct work *w, size_t task, size_t first, size_t n, bool continued)
{
    const struct assay_zone_rows *rows = w->rows;
    struct part *parts = parts_of(w, task);
    double score[STRIP];
    rows->score(rows->state, first, n, score);
    for (size_t k = 0; k < n; k++) {
        size_t row = first + k, zone = assay_zone_of(score[k], w->lower, w->n_zone);
        if (!(score[k] >= w->lower[0] && score[k] < (double)INFINITY) && w->bad[task] == rows->n)
            w->bad[task] = row;
        if ((k > 0 || continued) && begins_cluster(rows, row))
            close_cluster(parts, w->n_zone);
        parts[zone].open[rows->outcome[row]]++;
        if (w->zone != NULL)
            w->zone[row] = (unsigned char)zone;
    }
}

static void count_task(void *state, size_t task)
{
    struct work *w = state;
    size_t first = task_start(w, task), end = task_start(w, task + 1);
    w->bad[task] = w->rows->n;
    for (size_t i = first; i < end; i += STRIP)
        count_strip(w, task, i, end - i < STRIP ? end - i : STRIP, i > first);
    close_cluster(parts_of(w, task), w->n_zone);
}

/* ---- clusters that lie apart ---- */

struct zone_rows {
    const struct work *work;
    size_t zone;
};

static void fill_cells(const void *state, const size_t row[], size_t n, struct assay_move_strip *strip)
{
    const struct zone_rows *of = state;
    const struct work *w = of->work;
    for (size_t k = 0; k < n; k++)
        strip->cell[k] = (unsigned char)(2 * (w->zone[row[k]] == of->zone) + w->rows->outcome[row[k]]);
}

static enum assay_status gather_cells(const struct work *w, size_t zone,
                                      struct assay_cell_moments *cells, struct assay_error *err)
{
    struct zone_rows of = {w, zone};
    struct assay_move_rows rows = {
        .cluster = w->rows->cluster, .n = w->rows->n, .state = &of, .fill = fill_cells};
    struct assay_cluster_sums sums;
    enum assay_status status = assay_cluster_sums_find(&rows, &sums, err);
    if (status == ASSAY_OK)
        *cells = sums.cells;
    return status;
}

/* ---- all of it ---- */

static void add_part(const struct part *part, struct part *all)
{
    for (unsigned y = 0; y < 2; y++)
        all->count[y] += part->count[y];
    for (unsigned mask = 0; mask < 16; mask++)
        all->cells.clusters[mask] += part->cells.clusters[mask];
    for (unsigned a = OTHER; a <= EVENT; a++) {
        all->cells.rows[a] += part->cells.rows[a];
        for (unsigned b = OTHER; b <= EVENT; b++)
            all->cells.product[a][b] += part->cells.product[a][b];
    }
}

static enum assay_status measure_zone(const struct work *w, size_t zone,
                                      struct assay_zone_result *out, struct assay_error *err)
{
    struct part all = {.count = {0}};
    enum assay_status status = ASSAY_OK;
    for (size_t t = 0; t < w->n_task; t++)
        add_part(&parts_of(w, t)[zone], &all);
    struct assay_zone_result made = {.n = all.count[0] + all.count[1], .n_event = all.count[1]};
    made.rate = assay_rate_of(made.n_event, made.n);
    if (w->zone != NULL)
        status = gather_cells(w, zone, &all.cells, err);
    if (status == ASSAY_OK && w->rows->cluster != NULL)
        made.rate.wilson = assay_share_of_cells(&all.cells);
    if (status == ASSAY_OK)
        *out = made;
    return status;
}

static enum assay_status check_scores(const struct work *w, struct assay_error *err)
{
    for (size_t t = 0; t < w->n_task; t++) {
        size_t bad = w->bad[t];
        char place[64];
        double score;
        if (bad == w->rows->n)
            continue;
        w->rows->score(w->rows->state, bad, 1, &score);
        snprintf(place, sizeof place, "zones: score[%zu]", bad);
        return assay_fail_value(err, place, score,
                                isfinite(score) ? "at least the lowest zone's bound"
                                                : "a finite number");
    }
    return ASSAY_OK;
}

static bool make_room(struct work *w)
{
    const struct assay_zone_rows *rows = w->rows;
    bool apart = !assay_clusters_together(rows->cluster, rows->n);
    w->parts = assay_alloc(w->n_task * (w->n_zone + 1), sizeof *w->parts);
    w->bad = assay_alloc(w->n_task, sizeof *w->bad);
    if (apart)
        w->zone = assay_rows_alloc(rows->n, 1);
    return w->parts != NULL && w->bad != NULL && (!apart || w->zone != NULL);
}

static enum assay_status measure(struct work *w, struct assay_zone_result out[],
                                 struct assay_error *err)
{
    assay_parallel(w->n_task, 0, count_task, w);
    enum assay_status status = check_scores(w, err);
    for (size_t z = 0; status == ASSAY_OK && z < w->n_zone; z++)
        status = measure_zone(w, z, &out[z], err);
    return status;
}

enum assay_status assay_zones_by_cluster(const struct assay_zone_rows *rows, const double lower[],
                                         size_t n_zone, struct assay_zone_result out[],
                                         struct assay_error *err)
{
    struct work w = {.rows = rows, .lower = lower, .n_zone = n_zone};
    enum assay_status status = assay_zones_check_bounds(lower, n_zone, err);
    if (status == ASSAY_OK)
        status = assay_check_outcome("zones", rows->outcome, rows->n, NULL, err);
    if (status != ASSAY_OK)
        return status;
    assert(n_zone <= 256);
    w.n_task = (rows->n + TASK_ROWS - 1) / TASK_ROWS;
    status = make_room(&w) ? measure(&w, out, err) : assay_fail_memory(err, "counting zones");
    free(w.parts);
    free(w.bad);
    assay_rows_free(w.zone);
    return status;
}
