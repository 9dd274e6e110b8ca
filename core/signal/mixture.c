#include "core/signal/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/thread.h"

bool assay_runs_init(struct assay_runs *runs, size_t n)
{
    *runs = (struct assay_runs){.values = assay_rows_alloc(n, sizeof *runs->values),
                                .times = assay_rows_alloc(n, sizeof *runs->times),
                                .leaf = assay_rows_alloc(n, sizeof *runs->leaf),
                                .tolerance = ASSAY_KNOT_TOLERANCE};
    return runs->values != NULL && runs->times != NULL && runs->leaf != NULL;
}

void assay_runs_clear(struct assay_runs *runs)
{
    assay_rows_free(runs->values);
    assay_rows_free(runs->times);
    assay_rows_free(runs->leaf);
    *runs = (struct assay_runs){0};
}

/* ---- thinning ---- */

enum { GROUPS_A_NODE = 16384 };

/* 1.5 * 100 / GROUPS_A_NODE points, rounded up. */
static const double thinned_by = 0.01;

struct thinning {
    double *room; /* [n_node] what a group may hold of a node */
    double *held; /* [n_node] what it holds */
    bool *waits;  /* [n_node] the node's next value stands alone */
    size_t n_node;
};

static void find_room(const struct assay_runs *runs, struct thinning *t)
{
    for (size_t k = 0; k < runs->n; k++)
        t->room[runs->leaf[k]] += runs->times[k];
    for (size_t v = 0; v < t->n_node; v++)
        t->room[v] /= GROUPS_A_NODE;
}

/* Adds the runs of one value, from `first` on; returns their end. *fits: no node has too many, *alone: one
 * of its nodes waits for it. */
static size_t hold_value(const struct assay_runs *runs, size_t first, struct thinning *t,
                         bool *fits, bool *alone)
{
    size_t k = first;
    for (; k < runs->n && runs->values[k] == runs->values[first]; k++) {
        size_t v = runs->leaf[k];
        t->held[v] += runs->times[k];
        *fits = *fits && t->held[v] <= t->room[v];
        *alone = *alone || t->waits[v];
    }
    return k;
}

/* The end of the group that begins at run `first`: one value, and more as long as they fit. */
static size_t end_of_group(const struct assay_runs *runs, size_t first, struct thinning *t)
{
    bool fits = true, alone = false;
    size_t end = hold_value(runs, first, t, &fits, &alone);
    for (size_t k = first; k < end; k++)
        t->waits[runs->leaf[k]] = false;
    for (size_t v = 0; !fits && v < t->n_node; v++)
        t->waits[v] = true;
    while (fits && !alone && end < runs->n) {
        size_t next = hold_value(runs, end, t, &fits, &alone);
        bool joins = fits && !alone;
        for (size_t k = end; !joins && k < next; k++) /* it begins the next group */
            t->held[runs->leaf[k]] -= runs->times[k];
        end = joins ? next : end;
    }
    return end;
}

enum assay_status assay_runs_thin(struct assay_runs *runs, size_t n_node, struct assay_error *err)
{
    struct thinning t = {assay_alloc(n_node, sizeof *t.room), assay_alloc(n_node, sizeof *t.held),
                         assay_alloc(n_node, sizeof *t.waits), n_node};
    enum assay_status status = t.room != NULL && t.held != NULL && t.waits != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "estimating baselines");
    size_t n = 0;
    if (status == ASSAY_OK) {
        find_room(runs, &t);
        memset(t.waits, true, n_node * sizeof *t.waits);
    }
    for (size_t first = 0, end; status == ASSAY_OK && first < runs->n; first = end) {
        end = end_of_group(runs, first, &t);
        double value = runs->values[end - 1];
        for (size_t v = 0; v < n_node; v++) { /* not more runs than went in */
            if (t.held[v] == 0)
                continue;
            runs->values[n] = value;
            runs->leaf[n] = (uint16_t)v;
            runs->times[n++] = t.held[v];
            t.held[v] = 0;
        }
    }
    if (status == ASSAY_OK) {
        runs->n = n;
        runs->tolerance = ASSAY_KNOT_TOLERANCE - thinned_by;
    }
    free(t.room);
    free(t.held);
    free(t.waits);
    return status;
}

/* ---- mixing ---- */

/* So many nodes are summed over in one sweep: a run is read once for all of them, and the sums do not wait
 * for each other. Of a column with very many values the curves are kept one at a time. */
enum { LANES = 8, MANY_POINTS = 1 << 16 };

struct mixture {
    const struct assay_runs *runs;
    const struct assay_cohorts *cohorts;
    enum assay_better better;
    size_t n_point;       /* distinct values */
    double *value;        /* [n_point] */
    size_t width, n_kept; /* nodes, rounded up to lanes; nodes a task */
    size_t *rows;         /* [n_node] of the node and those below it */
    double *weight;       /* [n_node * width] what a row of a leaf weighs in each node */
    struct assay_knots *knots;
    bool *failed; /* [task] no memory */
};

/* ---- weights ---- */

/* Rows are counted before they are weighed: one that counts twice then gives the same bits as two. */
static void count_rows(struct mixture *m)
{
    for (size_t k = 0; k < m->runs->n; k++) {
        m->rows[m->runs->leaf[k]] += (size_t)m->runs->times[k];
        m->n_point += k == 0 || m->runs->values[k] != m->runs->values[k - 1];
    }
    for (size_t v = m->cohorts->n_node; v-- > 1;)
        m->rows[m->cohorts->nodes[v].parent] += m->rows[v];
}

/* weight[l * width + node]: what one row of leaf l weighs in the distribution of the node; all rows
 * weigh 1. */
static void mix_weights(struct mixture *m, size_t node)
{
    const struct assay_cohorts *cohorts = m->cohorts;
    double left = 1, *weight = m->weight + node;
    for (size_t v = node;; v = cohorts->nodes[v].parent) {
        double n = (double)m->rows[v], borrow = cohorts->spec->borrow;
        double share = v == 0 ? left : n + borrow > 0 ? left * n / (n + borrow) : 0;
        if (m->rows[v] > 0)
            weight[v * m->width] += share / n;
        left -= share;
        if (v == 0)
            break;
    }
    /* A row counts in its own node and in every node above. Parents come before children. */
    for (size_t v = 1; v < cohorts->n_node; v++)
        weight[v * m->width] += weight[cohorts->nodes[v].parent * m->width];
}

/* ---- curves ---- */

static bool list_values(struct mixture *m)
{
    const struct assay_runs *runs = m->runs;
    m->value = assay_rows_alloc(m->n_point, sizeof *m->value);
    for (size_t k = 0, p = 0; m->value != NULL && k < runs->n; k++)
        if (k == 0 || runs->values[k] != runs->values[k - 1])
            m->value[p++] = runs->values[k];
    return m->value != NULL;
}

/* Room for the curves of one task. */
struct room {
    double *x, *s; /* [n_point], [n_kept * n_point] */
    size_t *pick;  /* [n_point] */
};

/* Sums up the mass below and half of that at every value, for n_kept nodes from `first`; where a node has
 * none, -1. below[]: the mass of all. */
static void sum_masses(const struct mixture *m, size_t first, double s[], double below[LANES])
{
    const struct assay_runs *runs = m->runs;
    for (size_t k = 0, p = 0; k < runs->n; p++) {
        double value = runs->values[k], mass[LANES] = {0};
        for (; k < runs->n && runs->values[k] == value; k++) {
            const double *weight = &m->weight[runs->leaf[k] * m->width + first];
            for (size_t g = 0; g < LANES; g++)
                mass[g] += runs->times[k] * weight[g];
        }
        for (size_t g = 0; g < m->n_kept; g++) {
            s[g * m->n_point + p] = mass[g] > 0 ? below[g] + 0.5 * mass[g] : -1;
            below[g] += mass[g] > 0 ? mass[g] : 0;
        }
    }
}

/* The values that a node has, into x, and their mid-ranks times 100, into s; returns how many. Whether a node has a
 * value is not for a processor to guess: what it has not is written over. */
static size_t take_points(const struct mixture *m, double total, double x[], double s[])
{
    size_t n = 0;
    for (size_t p = 0; p < m->n_point; p++) {
        double points = 100 * (s[p] / total);
        s[p] = points < 100 ? points : 100; /* sums of weights end a rounding away from 1 */
    }
    for (size_t p = 0; p < m->n_point; p++) {
        double points = s[p];
        x[n] = m->value[p];
        s[n] = points;
        n += points >= 0;
    }
    return n;
}

/* ---- knots ---- */

/* The slopes from one point to the next four: to the points themselves, and to the ends of what is
 * tolerated around them. Quotients side by side: divisions are most of the work. */
enum { AHEAD = 4 };
struct slopes {
    double to[AHEAD], low[AHEAD], high[AHEAD];
};

static void look_ahead(const double x[], const double s[], double from_x, double from_s,
                       double tolerance, struct slopes *slopes)
{
    for (size_t a = 0; a < AHEAD; a++) {
        double run = x[a] - from_x, rise = s[a] - from_s;
        slopes->to[a] = rise / run;
        slopes->low[a] = (rise - tolerance) / run;
        slopes->high[a] = (rise + tolerance) / run;
    }
}

/* The last point to which a line from point `at` passes within the tolerance of all between: the slopes
 * that still pass near all points seen form a cone. */
static size_t reach(const double x[], const double s[], size_t n, double tolerance, size_t at)
{
    double low = -INFINITY, high = INFINITY;
    size_t best = at + 1;
    for (size_t k = at + 1; k < n && low <= high;) {
        struct slopes slopes;
        double few_x[AHEAD] = {0}, few_s[AHEAD] = {0};
        size_t left = n - k < AHEAD ? n - k : AHEAD;
        if (left < AHEAD) {
            memcpy(few_x, x + k, left * sizeof *few_x);
            memcpy(few_s, s + k, left * sizeof *few_s);
        }
        look_ahead(left < AHEAD ? few_x : x + k, left < AHEAD ? few_s : s + k, x[at], s[at],
                   tolerance, &slopes);
        for (size_t a = 0; a < left && low <= high; a++, k++) {
            if (slopes.to[a] >= low && slopes.to[a] <= high)
                best = k;
            low = slopes.low[a] > low ? slopes.low[a] : low;
            high = slopes.high[a] < high ? slopes.high[a] : high;
        }
    }
    return best;
}

/* Picks knots among the points, first and last included, such that the line between neighbours passes
 * within the tolerance of every point skipped (after Reumann & Witkam 1974). Returns how many; pick[]
 * holds their indices. */
static size_t pick_knots(const double x[], const double s[], size_t n, double tolerance,
                         size_t pick[])
{
    size_t n_pick = 0, at = 0;
    pick[n_pick++] = 0;
    while (at + 1 < n) {
        at = reach(x, s, n, tolerance, at);
        pick[n_pick++] = at;
    }
    return n_pick;
}

static bool keep_knots(const struct mixture *m, size_t node, const struct room *room,
                       const double s[], size_t n_knot)
{
    struct assay_knots *knots = &m->knots[node];
    double borrow = m->cohorts->spec->borrow, own = (double)m->rows[node];
    knots->x = assay_alloc(n_knot, sizeof *knots->x);
    knots->s = assay_alloc(n_knot, sizeof *knots->s);
    if (knots->x == NULL || knots->s == NULL)
        return false;
    knots->n = n_knot;
    knots->rows = m->rows[node];
    knots->borrowed = node == 0 ? 0 : own + borrow > 0 ? borrow / (own + borrow) : 1;
    for (size_t k = 0; k < n_knot; k++) {
        double points = s[room->pick[k]];
        knots->x[k] = room->x[room->pick[k]];
        knots->s[k] = m->better == ASSAY_LOWER ? 100 - points : points;
    }
    return true;
}

static void estimate_task(void *state, size_t task)
{
    struct mixture *m = state;
    size_t first = task * m->n_kept;
    double below[LANES] = {0};
    struct room room = {.x = assay_rows_alloc(m->n_point, sizeof *room.x),
                        .s = assay_rows_alloc(m->n_kept * m->n_point, sizeof *room.s),
                        .pick = assay_rows_alloc(m->n_point, sizeof *room.pick)};
    bool good = room.x != NULL && room.s != NULL && room.pick != NULL;
    if (good)
        sum_masses(m, first, room.s, below);
    for (size_t g = 0; good && g < m->n_kept && first + g < m->cohorts->n_node; g++) {
        double *s = room.s + g * m->n_point;
        size_t n = take_points(m, below[g], room.x, s);
        size_t n_knot = pick_knots(room.x, s, n, m->runs->tolerance, room.pick);
        good = keep_knots(m, first + g, &room, s, n_knot);
    }
    m->failed[task] = !good;
    assay_rows_free(room.x);
    assay_rows_free(room.s);
    assay_rows_free(room.pick);
}

static enum assay_status estimate(struct mixture *m, size_t n_thread, struct assay_error *err)
{
    size_t n_node = m->cohorts->n_node;
    if (m->rows == NULL || m->weight == NULL || m->knots == NULL || m->failed == NULL)
        return assay_fail_memory(err, "estimating baselines");
    count_rows(m);
    if (!list_values(m))
        return assay_fail_memory(err, "estimating baselines");
    m->n_kept = m->n_point > MANY_POINTS ? 1 : LANES;
    for (size_t v = 0; v < n_node; v++)
        mix_weights(m, v);
    size_t n_task = (n_node + m->n_kept - 1) / m->n_kept;
    assay_parallel(n_task, n_thread, estimate_task, m);
    for (size_t task = 0; task < n_task; task++)
        if (m->failed[task])
            return assay_fail_memory(err, "estimating baselines");
    return ASSAY_OK;
}

enum assay_status assay_mixture_estimate(const struct assay_runs *runs,
                                         const struct assay_cohorts *cohorts,
                                         enum assay_better better, size_t n_thread,
                                         struct assay_baseline *baseline, struct assay_error *err)
{
    size_t n_node = cohorts->n_node;
    if (runs->n == 0)
        return assay_fail(err, ASSAY_EDATA, "no row has a value");
    /* A task reads LANES weights from its first node on, even where it keeps one node. */
    struct mixture m = {
        .runs = runs, .cohorts = cohorts, .better = better, .width = n_node + LANES};
    m.rows = assay_alloc(n_node, sizeof *m.rows);
    m.weight = assay_alloc(n_node * m.width, sizeof *m.weight);
    m.knots = assay_alloc(n_node, sizeof *m.knots);
    m.failed = assay_alloc(n_node, sizeof *m.failed);
    enum assay_status status = estimate(&m, n_thread, err);
    free(m.rows);
    free(m.weight);
    free(m.failed);
    assay_rows_free(m.value);
    struct assay_baseline made = {m.knots, m.knots != NULL ? n_node : 0};
    if (status != ASSAY_OK)
        assay_baseline_clear(&made);
    else
        *baseline = made;
    return status;
}
