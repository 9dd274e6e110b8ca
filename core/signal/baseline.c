#include "core/signal/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/sort.h"

void assay_baseline_clear(struct assay_baseline *baseline)
{
    for (size_t v = 0; v < baseline->n_node; v++) {
        free(baseline->knots[v].x);
        free(baseline->knots[v].s);
    }
    free(baseline->knots);
    *baseline = (struct assay_baseline){0};
}

/* Rows with a value, by leaf: the sort is stable, so ties come out in the same order of cohorts, and
 * sums over them to the same bits, whatever the order of the rows. False when there is no memory. */
static bool enter_by_leaf(const double values[], const uint16_t leaf[], size_t n_row,
                          struct assay_sort_item items[])
{
    size_t *start = assay_alloc((size_t)UINT16_MAX + 2, sizeof *start);
    if (start == NULL)
        return false;
    for (size_t i = 0; i < n_row; i++)
        start[leaf[i] + 1] += isnan(values[i]) ? 0 : 1;
    for (size_t l = 1; l <= UINT16_MAX; l++)
        start[l] += start[l - 1];
    for (size_t i = 0; i < n_row; i++)
        if (!isnan(values[i]))
            items[start[leaf[i]]++] = (struct assay_sort_item){assay_sort_key(values[i]), i};
    free(start);
    return true;
}

enum assay_status assay_sorted_column_init(const double values[], const uint16_t leaf[],
                                           size_t n_row, struct assay_sorted_column *column,
                                           struct assay_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < n_row; i++)
        n += isnan(values[i]) ? 0 : 1;
    struct assay_sort_item *items = assay_alloc(2 * n, sizeof *items), *sorted = NULL;
    struct assay_sorted_column made = {.n = n,
                                       .values = assay_alloc(n, sizeof *made.values),
                                       .rows = assay_alloc(n, sizeof *made.rows),
                                       .leaf = assay_alloc(n, sizeof *made.leaf)};
    bool good = items != NULL && made.values != NULL && made.rows != NULL && made.leaf != NULL;
    good = good && enter_by_leaf(values, leaf, n_row, items);
    good = good && assay_sort_items(items, items + n, n, &sorted);
    for (size_t k = 0; good && k < n; k++) {
        made.values[k] = assay_sort_value(sorted[k].key);
        made.rows[k] = (uint32_t)sorted[k].index;
        made.leaf[k] = leaf[sorted[k].index];
    }
    free(items);
    if (!good) {
        assay_sorted_column_clear(&made);
        return assay_fail_memory(err, "sorting a signal");
    }
    *column = made;
    return ASSAY_OK;
}

void assay_sorted_column_clear(struct assay_sorted_column *column)
{
    free(column->values);
    free(column->rows);
    free(column->leaf);
    *column = (struct assay_sorted_column){0};
}

/* ---- mixing ---- */

/* What one estimate works with: the included part of the column as runs of equal value and leaf, and
 * room for one node's curve. */
struct workspace {
    double *values, *times; /* times: rows in the run */
    uint16_t *leaf;
    size_t n;
    size_t *rows, *pick;
    double *weight, *x, *s;
};

/* Collects the included rows, so that the sweep for each node runs through memory in order; counts
 * rows[v], children's included. Rows are counted before they are weighed: one that counts twice
 * then gives the same bits as two, in whatever order they stood. */
static void select_rows(const struct assay_sorted_column *column, const unsigned char *include,
                        const struct assay_cohorts *cohorts, struct workspace *work)
{
    size_t *rows = work->rows, n = 0;
    for (size_t k = 0; k < column->n; k++) {
        size_t times = include != NULL ? include[column->rows[k]] : 1;
        if (times == 0)
            continue;
        rows[column->leaf[k]] += times;
        if (n == 0 || work->values[n - 1] != column->values[k] ||
            work->leaf[n - 1] != column->leaf[k]) {
            work->values[n] = column->values[k];
            work->leaf[n] = column->leaf[k];
            work->times[n++] = 0;
        }
        work->times[n - 1] += (double)times;
    }
    work->n = n;
    for (size_t v = cohorts->n_node; v-- > 1;)
        rows[cohorts->nodes[v].parent] += rows[v];
}

/* weight[l]: what one row of leaf l weighs in the distribution of node v; all rows weigh 1. */
static void mix_weights(const struct assay_cohorts *cohorts, const size_t rows[], size_t node,
                        double weight[])
{
    double left = 1;
    memset(weight, 0, cohorts->n_node * sizeof *weight);
    for (size_t v = node;; v = cohorts->nodes[v].parent) {
        double n = (double)rows[v], m = cohorts->spec->borrow;
        double share = v == 0 ? left : n + m > 0 ? left * n / (n + m) : 0;
        if (rows[v] > 0)
            weight[v] += share / n;
        left -= share;
        if (v == 0)
            break;
    }
    /* A row counts in its own node and in every node above. Parents come before children. */
    for (size_t v = 1; v < cohorts->n_node; v++)
        weight[v] += weight[cohorts->nodes[v].parent];
}

/* ---- knots ---- */

/* Distinct values and their exact mid-ranks times 100, into x and s; returns how many. */
static size_t mid_ranks(struct workspace *work)
{
    size_t n = 0;
    double below = 0, *s = work->s;
    for (size_t k = 0; k < work->n;) {
        double value = work->values[k], mass = 0;
        for (; k < work->n && work->values[k] == value; k++)
            mass += work->times[k] * work->weight[work->leaf[k]];
        if (mass <= 0)
            continue;
        work->x[n] = value;
        s[n++] = below + 0.5 * mass;
        below += mass;
    }
    for (size_t k = 0; k < n; k++) /* sums of weights end a rounding away from 1 */
        s[k] = fmin(100 * (s[k] / below), 100);
    return n;
}

/* Picks knots among the points, first and last included, such that the line between neighbours
 * passes within the tolerance of every point skipped: from each knot, the slopes that still pass
 * near all points seen form a cone; the last point inside it becomes the next knot (after
 * Reumann & Witkam 1974). Returns how many; pick[] holds their indices. */
static size_t pick_knots(const double x[], const double s[], size_t n, size_t pick[])
{
    size_t n_pick = 0, at = 0;
    pick[n_pick++] = 0;
    while (at + 1 < n) {
        double low = -INFINITY, high = INFINITY;
        size_t best = at + 1;
        for (size_t k = at + 1; k < n && low <= high; k++) {
            double run = x[k] - x[at], rise = s[k] - s[at];
            if (rise / run >= low && rise / run <= high)
                best = k;
            low = fmax(low, (rise - ASSAY_KNOT_TOLERANCE) / run);
            high = fmin(high, (rise + ASSAY_KNOT_TOLERANCE) / run);
        }
        at = best;
        pick[n_pick++] = at;
    }
    return n_pick;
}

static enum assay_status estimate_node(const struct assay_cohorts *cohorts,
                                       enum assay_better better, size_t node,
                                       struct workspace *work, struct assay_knots *knots,
                                       struct assay_error *err)
{
    mix_weights(cohorts, work->rows, node, work->weight);
    size_t n = mid_ranks(work);
    size_t n_knot = pick_knots(work->x, work->s, n, work->pick);
    double m = cohorts->spec->borrow, own = (double)work->rows[node];
    knots->x = assay_alloc(n_knot, sizeof *knots->x);
    knots->s = assay_alloc(n_knot, sizeof *knots->s);
    if (knots->x == NULL || knots->s == NULL)
        return assay_fail_memory(err, "estimating baselines");
    knots->n = n_knot;
    knots->rows = work->rows[node];
    knots->borrowed = node == 0 ? 0 : own + m > 0 ? m / (own + m) : 1;
    for (size_t k = 0; k < n_knot; k++) {
        double s = work->s[work->pick[k]];
        knots->x[k] = work->x[work->pick[k]];
        knots->s[k] = better == ASSAY_LOWER ? 100 - s : s;
    }
    return ASSAY_OK;
}

enum assay_status assay_baseline_estimate(const struct assay_sorted_column *column,
                                          const unsigned char *include,
                                          const struct assay_cohorts *cohorts,
                                          enum assay_better better,
                                          struct assay_baseline *baseline, struct assay_error *err)
{
    struct workspace work = {.values = assay_alloc(column->n, sizeof *work.values),
                             .times = assay_alloc(column->n, sizeof *work.times),
                             .leaf = assay_alloc(column->n, sizeof *work.leaf),
                             .rows = assay_alloc(cohorts->n_node, sizeof *work.rows),
                             .pick = assay_alloc(column->n, sizeof *work.pick),
                             .weight = assay_alloc(cohorts->n_node, sizeof *work.weight),
                             .x = assay_alloc(column->n, sizeof *work.x),
                             .s = assay_alloc(column->n, sizeof *work.s)};
    struct assay_baseline made = {.knots = assay_alloc(cohorts->n_node, sizeof *made.knots),
                                  .n_node = cohorts->n_node};
    enum assay_status status = ASSAY_OK;
    if (work.values == NULL || work.times == NULL || work.leaf == NULL || work.rows == NULL ||
        work.pick == NULL || work.weight == NULL || work.x == NULL || work.s == NULL ||
        made.knots == NULL) {
        made.n_node = made.knots != NULL ? made.n_node : 0;
        status = assay_fail_memory(err, "estimating baselines");
    } else {
        select_rows(column, include, cohorts, &work);
        if (work.rows[0] == 0)
            status = assay_fail(err, ASSAY_EDATA, "no row has a value");
    }
    for (size_t v = 0; status == ASSAY_OK && v < cohorts->n_node; v++)
        status = estimate_node(cohorts, better, v, &work, &made.knots[v], err);
    free(work.values);
    free(work.times);
    free(work.leaf);
    free(work.rows);
    free(work.pick);
    free(work.weight);
    free(work.x);
    free(work.s);
    if (status != ASSAY_OK)
        assay_baseline_clear(&made);
    else
        *baseline = made;
    return status;
}
