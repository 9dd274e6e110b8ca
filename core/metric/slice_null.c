#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/sort.h"
#include "core/base/thread.h"
#include "core/metric/slice_parts.h"

/* Searches are shared out by their number, whatever the number of threads, ROUND of them at a time. */
enum { TASKS = 10, ROUND = 100 };

struct drawing {
    const struct assay_slice_grids *grids;
    const struct assay_slice_options *options;
    size_t *row;           /* [n] in an order that depends on what rows are, not on where they stand */
    uint64_t *limit;       /* [n] by that order: 64 random bits below it draw an event */
    double *(*largest)[ASSAY_SLICE_FAMILIES]; /* [kind][family][resamples] */
    size_t from, to;       /* the searches of this round */
    /* of each task */
    size_t *event;         /* [TASKS * n] rows drawn */
    uint32_t *count;       /* [TASKS * 2 * largest grid] */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t z = hash ^ (value + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Rows that hash alike are alike in all that the search looks at. */
static enum assay_status order_rows(struct drawing *d, struct assay_error *err)
{
    const struct assay_slice_rows *rows = d->grids->rows;
    struct assay_sort_item *items = assay_alloc(2 * rows->n, sizeof *items), *sorted = NULL;
    for (size_t i = 0; items != NULL && i < rows->n; i++) {
        uint64_t hash = mix(rows->flagged[i], assay_sort_key(rows->score[i]));
        for (size_t c = 0; c < rows->n_column; c++)
            hash = mix(hash, rows->column[c].code[i]);
        items[i] = (struct assay_sort_item){.key = hash, .index = i};
    }
    if (items == NULL || !assay_sort_items(items, items + rows->n, rows->n, &sorted)) {
        free(items);
        return assay_fail_memory(err, "searching slices");
    }
    for (size_t k = 0; k < rows->n; k++) {
        double p = rows->expected[sorted[k].index];
        d->row[k] = sorted[k].index;
        d->limit[k] = p < 1.0 ? (uint64_t)ldexp(p, 64) : UINT64_MAX;
    }
    free(items);
    return ASSAY_OK;
}

static size_t draw_events(const struct drawing *d, size_t resample, size_t event[],
                          struct assay_slice_sums *total)
{
    const struct assay_slice_rows *rows = d->grids->rows;
    struct assay_random random;
    size_t n_event = 0;
    assay_random_init(&random, d->options->seed, resample);
    *total = d->grids->total;
    total->side[0].event = total->side[1].event = 0.0;
    for (size_t k = 0; k < rows->n; k++)
        if (assay_random_bits(&random) < d->limit[k]) {
            event[n_event++] = d->row[k];
            total->side[rows->flagged[d->row[k]]].event += 1.0;
        }
    return n_event;
}

static void count_grid(const struct drawing *d, const struct assay_slice_grid *grid,
                       const size_t event[], size_t n_event, uint32_t count[])
{
    const unsigned char *flagged = d->grids->rows->flagged;
    const unsigned char *a = assay_slice_codes(d->grids, grid->a);
    const unsigned char *b = assay_slice_codes(d->grids, grid->b);
    memset(count, 0, 2 * grid->size * sizeof *count);
    for (size_t k = 0; k < n_event; k++) {
        size_t i = event[k];
        count[flagged[i] * grid->size + (a[i] + (size_t)1) * grid->width + b[i] + 1]++;
    }
    assay_slice_accumulate(count, grid->size, grid->width);
    assay_slice_accumulate(count + grid->size, grid->size, grid->width);
}

/* What each side's expectation is multiplied by so that all its events come, and the least that this
 * leaves of a variance. Below 1 it takes events away, and above 1 it is the others that shrink. */
struct level {
    double events, others, least;
};

static struct level level_of(const struct assay_slice_side *total)
{
    struct level level = {1.0, 1.0, 1.0};
    if (total->event < total->expected)
        level.events = level.least = total->event / total->expected;
    else if (total->event > total->expected)
        level.others = level.least = (total->n - total->event) / (total->n - total->expected);
    return level;
}

static double expected_at(const struct level *level, double n, double expected)
{
    return level->others < 1.0 ? n - (n - expected) * level->others : expected * level->events;
}

/* Updates the largest T of either kind in the grid's family with the grid's rectangles. D is
 * 2 n KL(O / n, E / n), and KL is at most the chi-square distance: D <= 2 (O - E)^2 (1 / v + 1 / v of the
 * rest). So most rectangles, which cannot be the largest, are passed over without a logarithm. */
static void search_grid(const struct drawing *d, const struct assay_slice_grid *grid,
                        const uint32_t count[], const struct assay_slice_sums *total,
                        double largest[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES])
{
    struct level below = level_of(&total->side[0]), above = level_of(&total->side[1]);
    for (size_t k = grid->first; k < grid->end; k++) {
        const struct assay_slice_cell *cell = &d->grids->cell[k];
        double event[2] = {assay_slice_count(count, cell->corner),
                           assay_slice_count(count + grid->size, cell->corner)};
        double off[2] = {event[0] - expected_at(&below, cell->n[0], cell->expected[0]),
                         event[1] - expected_at(&above, cell->n[1], cell->expected[1])};
        double bound_below = 2.0 * off[0] * off[0] * cell->looseness[0] / below.least;
        double bound_above = 2.0 * off[1] * off[1] * cell->looseness[1] / above.least;
        double beside = off[1] > 0.0 ? bound_above : fmin(bound_above, bound_below);
        double bound[ASSAY_SLICE_KINDS] = {off[0] > 0.0 ? bound_below + beside : 0.0,
                                           off[1] < 0.0 ? bound_above : 0.0};
        struct assay_slice_sums slice;
        for (size_t s = 0; s < 2; s++)
            slice.side[s] = (struct assay_slice_side){cell->n[s], event[s], cell->expected[s]};
        for (int kind = 0; kind < ASSAY_SLICE_KINDS; kind++) {
            double *most = &largest[kind][grid->family];
            if (bound[kind] <= *most)
                continue;
            struct assay_slice_gain gain =
                assay_slice_gain_of((enum assay_slice_kind)kind, &slice, total);
            *most = fmax(*most, gain.below + gain.above);
        }
    }
}

static void draw_task(void *state, size_t task)
{
    struct drawing *d = state;
    size_t *event = d->event + task * d->grids->rows->n;
    uint32_t *count = d->count + task * 2 * d->grids->largest;
    for (size_t r = d->from + task; r < d->to; r += TASKS) {
        struct assay_slice_sums total;
        double largest[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES] = {{0.0}};
        size_t n_event = draw_events(d, r, event, &total);
        for (size_t g = 0; g < d->grids->n_grid; g++) {
            count_grid(d, &d->grids->grid[g], event, n_event, count);
            search_grid(d, &d->grids->grid[g], count, &total, largest);
        }
        for (size_t k = 0; k < ASSAY_SLICE_KINDS * ASSAY_SLICE_FAMILIES; k++)
            d->largest[k / ASSAY_SLICE_FAMILIES][k % ASSAY_SLICE_FAMILIES][r] =
                largest[k / ASSAY_SLICE_FAMILIES][k % ASSAY_SLICE_FAMILIES];
    }
}

/* Whether anything observed may yet be a finding. */
static bool is_open(const struct drawing *d, double observed[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES],
                    double allowed)
{
    for (size_t k = 0; k < ASSAY_SLICE_KINDS * ASSAY_SLICE_FAMILIES; k++) {
        size_t kind = k / ASSAY_SLICE_FAMILIES, family = k % ASSAY_SLICE_FAMILIES;
        double reached = 0.0;
        for (size_t r = 0; r < d->to; r++)
            reached += d->largest[kind][family][r] >= observed[kind][family];
        if (reached <= allowed && observed[kind][family] > 0.0)
            return true;
    }
    return false;
}

static int upwards(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

enum assay_status assay_slice_null(const struct assay_slice_grids *grids,
                                   const struct assay_slice_options *options,
                                   double observed[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES],
                                   double allowed,
                                   double *largest[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES],
                                   size_t *done, struct assay_error *err)
{
    size_t n = grids->rows->n;
    struct drawing d = {.grids = grids,
                        .options = options,
                        .row = assay_alloc(n, sizeof *d.row),
                        .limit = assay_alloc(n, sizeof *d.limit),
                        .largest = largest,
                        .event = assay_alloc(TASKS * n, sizeof *d.event),
                        .count = assay_alloc(TASKS * 2 * grids->largest, sizeof *d.count)};
    enum assay_status status = ASSAY_OK;
    if (d.row == NULL || d.limit == NULL || d.event == NULL || d.count == NULL)
        status = assay_fail_memory(err, "searching slices");
    if (status == ASSAY_OK)
        status = order_rows(&d, err);
    if (status == ASSAY_OK) {
        do {
            d.from = d.to;
            d.to = d.from + ROUND < options->resamples ? d.from + ROUND : options->resamples;
            assay_parallel(TASKS, options->n_thread, draw_task, &d);
        } while (d.to < options->resamples && is_open(&d, observed, allowed));
        *done = d.to;
        for (size_t k = 0; k < ASSAY_SLICE_KINDS * ASSAY_SLICE_FAMILIES; k++)
            qsort(largest[k / ASSAY_SLICE_FAMILIES][k % ASSAY_SLICE_FAMILIES], d.to, sizeof(double),
                  upwards);
    }
    free(d.row);
    free(d.limit);
    free(d.event);
    free(d.count);
    return status;
}
