#include "core/fit/lattice.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

/* Bounds where there are none: no sum of weights goes there, nor do sums of them wrap around. */
#define FAR 1000000000L
/* A limit this close to a whole number of steps is one. */
#define WHOLE 1e-9
#define MOST_STEPS 1000000
/* An exchange must win this share of the constant: less is rounding. */
#define ROUNDING 1e-12
/* Exchanges between two signals that are made at once to leave a dip. */
enum { LONGEST_KICK = 3 };

/* ---- bounds ---- */

static long least_steps(double low, double steps)
{
    return (long)ceil(low * steps - WHOLE);
}

static long most_steps(double high, double steps)
{
    return (long)floor(high * steps + WHOLE);
}

static void find_bounds(const struct assay_weight_limits *from, const unsigned char held[],
                        struct assay_lattice *l)
{
    double steps = (double)l->total;
    for (size_t j = 0; j < l->n_signal; j++) {
        bool fixed = from->low[j] == from->high[j];
        long none = from->sign_free[j] ? -FAR : 0;
        l->low[j] = from->low[j] > 0.0 || fixed ? least_steps(from->low[j], steps) : none;
        l->high[j] = from->high[j] < 1.0 || fixed ? most_steps(from->high[j], steps) : FAR;
        if (held != NULL && held[j])
            l->low[j] = l->high[j] = 0;
    }
    for (size_t g = 0; g < l->n_group; g++) {
        bool fixed = from->group_low[g] == from->group_high[g];
        l->group_low[g] = from->group_low[g] > 0.0 || fixed ? least_steps(from->group_low[g], steps)
                                                            : -FAR * (long)l->n_signal;
        l->group_high[g] = from->group_high[g] < 1.0 || fixed
                               ? most_steps(from->group_high[g], steps)
                               : FAR * (long)l->n_signal;
    }
    l->group_low[l->n_group] = -FAR * (long)l->n_signal;
    l->group_high[l->n_group] = FAR * (long)l->n_signal;
}

/* What the signals of a group leave of its bounds. */
static void tighten_group(struct assay_lattice *l, size_t g)
{
    long low = 0, high = 0;
    for (size_t j = 0; j < l->n_signal; j++)
        if (l->group[j] == g) {
            low += l->low[j];
            high += l->high[j];
        }
    l->group_low[g] = low > l->group_low[g] ? low : l->group_low[g];
    l->group_high[g] = high < l->group_high[g] ? high : l->group_high[g];
}

static enum assay_status fail_bounds(struct assay_weight_limit what,
                                     const struct assay_weight_limits *from, double step,
                                     struct assay_weight_limit *blamed, struct assay_error *err)
{
    size_t at = what.index;
    if (blamed != NULL)
        *blamed = what;
    if (what.kind == ASSAY_LIMIT_FIXED)
        return assay_fail(err, ASSAY_EDATA,
                          "weight %zu is limited to %.6g .. %.6g, where there is no multiple of %.6g",
                          at, from->low[at], from->high[at], step);
    if (what.kind == ASSAY_LIMIT_SHARE_FIXED)
        return assay_fail(err, ASSAY_EDATA, "share %zu is limited to %.6g .. %.6g, which multiples of "
                          "%.6g within the limits of its weights do not meet", at,
                          from->group_low[at], from->group_high[at], step);
    return assay_fail(err, ASSAY_EDATA,
                      "no multiples of %.6g within the limits of weights and shares sum to 1", step);
}

static bool find_empty(const struct assay_lattice *l, struct assay_weight_limit *what)
{
    long low = 0, high = 0;
    for (size_t j = 0; j < l->n_signal; j++)
        if (l->low[j] > l->high[j]) {
            *what = (struct assay_weight_limit){ASSAY_LIMIT_FIXED, j};
            return true;
        }
    for (size_t g = 0; g <= l->n_group; g++) {
        if (l->group_low[g] > l->group_high[g]) {
            *what = (struct assay_weight_limit){ASSAY_LIMIT_SHARE_FIXED, g};
            return true;
        }
        low += l->group_low[g];
        high += l->group_high[g];
    }
    *what = (struct assay_weight_limit){ASSAY_LIMIT_TOTAL, 0};
    return low > l->total || high < l->total;
}

enum assay_status assay_lattice_init(const struct assay_weight_limits *limits,
                                     const unsigned char held[], double step,
                                     struct assay_lattice *lattice,
                                     struct assay_weight_limit *blamed, struct assay_error *err)
{
    size_t n = limits->n_signal, n_group = limits->n_group;
    double steps = round(1.0 / step);
    struct assay_weight_limit what;
    assert(steps >= 1.0 && steps <= MOST_STEPS && fabs(steps * step - 1.0) <= WHOLE);
    struct assay_lattice made = {
        .n_signal = n, .n_group = n_group, .group = limits->group, .total = (long)steps};
    made.low = assay_alloc(2 * n + 2 * (n_group + 1), sizeof *made.low);
    if (made.low == NULL)
        return assay_fail_memory(err, "rounding weights");
    made.high = made.low + n;
    made.group_low = made.high + n;
    made.group_high = made.group_low + n_group + 1;
    find_bounds(limits, held, &made);
    for (size_t g = 0; g <= n_group; g++)
        tighten_group(&made, g);
    if (find_empty(&made, &what)) {
        assay_lattice_clear(&made);
        return fail_bounds(what, limits, step, blamed, err);
    }
    *lattice = made;
    return ASSAY_OK;
}

void assay_lattice_clear(struct assay_lattice *lattice)
{
    if (lattice == NULL)
        return;
    free(lattice->low); /* one block */
    *lattice = (struct assay_lattice){0};
}

/* ---- largest remainders ---- */

struct start {
    const struct assay_lattice *lattice;
    const double *weight;
    long *point, *sum; /* [n_signal]; [n_group + 1] */
};

/* The signal with most to gain from a step up, or down (sign -1), among those that may take it; of
 * group g alone, or of groups that may change when g is beyond them all. n_signal: none. */
static size_t most_due(const struct start *s, long sign, size_t g)
{
    const struct assay_lattice *l = s->lattice;
    size_t chosen = l->n_signal;
    double largest = -INFINITY;
    for (size_t j = 0; j < l->n_signal; j++) {
        size_t own = l->group[j];
        bool open = sign > 0 ? s->point[j] < l->high[j] : s->point[j] > l->low[j];
        bool group_open = sign > 0 ? s->sum[own] < l->group_high[own] : s->sum[own] > l->group_low[own];
        double due = (double)sign * (s->weight[j] * (double)l->total - (double)s->point[j]);
        if (open && (g <= l->n_group ? own == g : group_open) && due > largest) {
            largest = due;
            chosen = j;
        }
    }
    return chosen;
}

static void take_step(struct start *s, size_t j, long sign)
{
    assert(j < s->lattice->n_signal); /* the bounds leave room: assay_lattice_init() has looked */
    s->point[j] += sign;
    s->sum[s->lattice->group[j]] += sign;
}

enum assay_status assay_lattice_round(const struct assay_lattice *lattice, const double weight[],
                                      long point[], struct assay_error *err)
{
    const struct assay_lattice *l = lattice;
    struct start s = {.lattice = l, .weight = weight, .point = point};
    long total = 0;
    s.sum = assay_alloc(l->n_group + 1, sizeof *s.sum);
    if (s.sum == NULL)
        return assay_fail_memory(err, "rounding weights");
    for (size_t j = 0; j < l->n_signal; j++) {
        long steps = (long)floor(weight[j] * (double)l->total + WHOLE);
        point[j] = steps < l->low[j] ? l->low[j] : steps > l->high[j] ? l->high[j] : steps;
        s.sum[l->group[j]] += point[j];
    }
    for (size_t g = 0; g <= l->n_group; g++) {
        while (s.sum[g] < l->group_low[g])
            take_step(&s, most_due(&s, 1, g), 1);
        while (s.sum[g] > l->group_high[g])
            take_step(&s, most_due(&s, -1, g), -1);
        total += s.sum[g];
    }
    for (; total < l->total; total++)
        take_step(&s, most_due(&s, 1, l->n_group + 1), 1);
    for (; total > l->total; total--)
        take_step(&s, most_due(&s, -1, l->n_group + 1), -1);
    free(s.sum);
    return ASSAY_OK;
}

/* ---- the way down ---- */

struct walk {
    const struct assay_lattice *lattice;
    const struct assay_ratio *ratio;
    long *point;
    long *sum;          /* [n_group + 1] */
    double *product;    /* [n_signal], square * point */
    double along, size; /* linear'point, point'square point */
};

struct exchange {
    size_t to, from;
    double loss;
};

static double loss_of(const struct assay_ratio *ratio, double along, double size)
{
    return along > 0.0 ? ratio->constant - along * along / (2.0 * size) : ratio->constant;
}

static void walk_measure(struct walk *w)
{
    size_t n = w->lattice->n_signal;
    memset(w->product, 0, n * sizeof(double));
    w->along = w->size = 0.0;
    for (size_t j = 0; j < n; j++)
        assay_linear_add(w->product, (double)w->point[j], w->ratio->square + j * n, n);
    for (size_t j = 0; j < n; j++) {
        w->along += (double)w->point[j] * w->ratio->linear[j];
        w->size += (double)w->point[j] * w->product[j];
    }
}

static bool walk_init(const struct assay_lattice *lattice, const struct assay_ratio *ratio,
                      long point[], struct walk *w)
{
    size_t n = lattice->n_signal;
    *w = (struct walk){.lattice = lattice, .ratio = ratio, .point = point};
    w->sum = assay_alloc(lattice->n_group + 1, sizeof *w->sum);
    w->product = assay_alloc(n, sizeof *w->product);
    if (w->sum == NULL || w->product == NULL) {
        free(w->sum);
        free(w->product);
        return false;
    }
    for (size_t j = 0; j < n; j++)
        w->sum[lattice->group[j]] += point[j];
    walk_measure(w);
    return true;
}

static void walk_clear(struct walk *w)
{
    free(w->sum);
    free(w->product);
}

static bool is_allowed(const struct walk *w, size_t to, size_t from)
{
    const struct assay_lattice *l = w->lattice;
    size_t up = l->group[to], down = l->group[from];
    return to != from && w->point[to] < l->high[to] && w->point[from] > l->low[from] &&
           (up == down ||
            (w->sum[up] < l->group_high[up] && w->sum[down] > l->group_low[down]));
}

static double size_after(const struct walk *w, size_t to, size_t from)
{
    size_t n = w->lattice->n_signal;
    const double *square = w->ratio->square;
    return w->size + 2.0 * (w->product[to] - w->product[from]) + square[to * n + to] +
           square[from * n + from] - 2.0 * square[to * n + from];
}

static double loss_after(const struct walk *w, size_t to, size_t from)
{
    double along = w->along + w->ratio->linear[to] - w->ratio->linear[from];
    return loss_of(w->ratio, along, size_after(w, to, from));
}

static void move(struct walk *w, size_t to, size_t from)
{
    size_t n = w->lattice->n_signal;
    w->size = size_after(w, to, from);
    w->along += w->ratio->linear[to] - w->ratio->linear[from];
    assay_linear_add(w->product, 1.0, w->ratio->square + to * n, n);
    assay_linear_add(w->product, -1.0, w->ratio->square + from * n, n);
    w->point[to]++;
    w->point[from]--;
    w->sum[w->lattice->group[to]]++;
    w->sum[w->lattice->group[from]]--;
}

static struct exchange best_exchange(const struct walk *w)
{
    struct exchange best = {.loss = INFINITY};
    for (size_t to = 0; to < w->lattice->n_signal; to++)
        for (size_t from = 0; from < w->lattice->n_signal; from++) {
            if (!is_allowed(w, to, from))
                continue;
            double loss = loss_after(w, to, from);
            if (loss < best.loss)
                best = (struct exchange){to, from, loss};
        }
    return best;
}

static double loss_here(const struct walk *w)
{
    return loss_of(w->ratio, w->along, w->size);
}

/* The best exchange, and the next, while they improve by more than rounding. */
static void slide(struct walk *w)
{
    double tiny = ROUNDING * fmax(1.0, fabs(w->ratio->constant));
    for (;;) {
        struct exchange next = best_exchange(w);
        if (!(next.loss < loss_here(w) - tiny))
            return;
        move(w, next.to, next.from);
        walk_measure(w); /* anew: updates drift */
    }
}

static void go_to(struct walk *w, const long point[])
{
    size_t n = w->lattice->n_signal;
    memcpy(w->point, point, n * sizeof *point);
    memset(w->sum, 0, (w->lattice->n_group + 1) * sizeof *w->sum);
    for (size_t j = 0; j < n; j++)
        w->sum[w->lattice->group[j]] += point[j];
    walk_measure(w);
}

/* Whether `length` exchanges between two signals, worse as they are, lead to a slide that ends lower;
 * if so the walk is there, and otherwise back at foot. */
static bool kick(struct walk *w, size_t to, size_t from, size_t length, const long foot[])
{
    double least = loss_here(w) - ROUNDING * fmax(1.0, fabs(w->ratio->constant));
    for (size_t k = 0; k < length && is_allowed(w, to, from); k++)
        move(w, to, from);
    walk_measure(w);
    slide(w);
    if (loss_here(w) < least)
        return true;
    go_to(w, foot);
    return false;
}

/* The first kick that leads lower, short ones first. */
static bool kick_any(struct walk *w, long foot[])
{
    size_t n = w->lattice->n_signal;
    memcpy(foot, w->point, n * sizeof *foot);
    for (size_t length = 1; length <= LONGEST_KICK; length++)
        for (size_t to = 0; to < n; to++)
            for (size_t from = 0; from < n; from++)
                if (is_allowed(w, to, from) && kick(w, to, from, length, foot))
                    return true;
    return false;
}

enum assay_status assay_lattice_descend(const struct assay_lattice *lattice,
                                        const struct assay_ratio *ratio, long point[],
                                        struct assay_error *err)
{
    struct walk w;
    long *foot = assay_alloc(lattice->n_signal, sizeof *foot);
    if (foot == NULL || !walk_init(lattice, ratio, point, &w)) {
        free(foot);
        return assay_fail_memory(err, "rounding weights");
    }
    slide(&w);
    while (lattice->n_signal <= ASSAY_LATTICE_DEEP && kick_any(&w, foot))
        continue;
    walk_clear(&w);
    free(foot);
    return ASSAY_OK;
}

/* Keeps the best `most` of those offered, best first. */
static void offer(struct exchange best[], size_t most, size_t *n, struct exchange next)
{
    size_t at = *n;
    while (at > 0 && best[at - 1].loss > next.loss)
        at--;
    if (at == most)
        return;
    *n = *n < most ? *n + 1 : most;
    memmove(best + at + 1, best + at, (*n - at - 1) * sizeof *best);
    best[at] = next;
}

enum assay_status assay_lattice_around(const struct assay_lattice *lattice,
                                       const struct assay_ratio *ratio, const long point[],
                                       size_t most, long found[], size_t *n_found,
                                       struct assay_error *err)
{
    struct walk w;
    size_t n = lattice->n_signal, n_best = 0;
    struct exchange *best = assay_alloc(most, sizeof *best);
    memcpy(found, point, n * sizeof *found);
    if (best == NULL || !walk_init(lattice, ratio, found, &w)) {
        free(best);
        return assay_fail_memory(err, "rounding weights");
    }
    for (size_t to = 0; to < n; to++)
        for (size_t from = 0; from < n; from++)
            if (is_allowed(&w, to, from))
                offer(best, most - 1, &n_best, (struct exchange){to, from, loss_after(&w, to, from)});
    for (size_t k = 0; k < n_best; k++) {
        long *next = found + (k + 1) * n;
        memcpy(next, point, n * sizeof *next);
        next[best[k].to]++;
        next[best[k].from]--;
    }
    *n_found = n_best + 1;
    walk_clear(&w);
    free(best);
    return ASSAY_OK;
}
