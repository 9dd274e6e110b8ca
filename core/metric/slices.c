#include "core/metric/slices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/slice_parts.h"

enum { MOST_EXAMINED = 60 }; /* significant slices of a kind that are looked at one by one */

/* T by which two conditions must exceed one of them: of the many that could be added to a single one that
 * says it all, the luckiest adds about so much. */
static const double least_better = 4.0;

/* A slice that is significant by the design effects of all rows. */
struct candidate {
    double t;
    size_t cell; /* among all, which decides between equals */
    const struct assay_slice_grid *grid;
    bool examined;
};

struct finder {
    struct assay_slice_view view;
    const struct assay_slice_rows *rows; /* the view's */
    const struct assay_slice_options *options;
    struct assay_slice_grids grids;
    double *largest[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES];
    size_t family_size[ASSAY_SLICE_FAMILIES]; /* slices */
    double n_family;              /* of both kinds, those that are not empty */
    size_t resamples;             /* 0: Bonferroni */
    size_t n_condition;
    double effect[2];             /* by side */
    struct candidate *candidates; /* of one kind, the strongest first */
    size_t n_candidate, capacity;
    struct assay_slice *found;
    size_t n_found;
    /* Candidates that have been looked at together, since the last was covered. */
    const struct candidate *ahead[ASSAY_SLICES_AT_ONCE];
    struct assay_slice_seen seen[ASSAY_SLICES_AT_ONCE];
    size_t n_ahead, width; /* width: how many to look at next */
    struct assay_slice_sums uncovered;
};

struct assay_slice_options assay_slice_options_default(void)
{
    return (struct assay_slice_options){.smallest = 1,
                                        .rate = 0.03,
                                        .resamples = 999,
                                        .most_resampled = 20000,
                                        .seed = 1};
}

/* ---- how sure ---- */

static double q_value(const struct finder *f, enum assay_slice_kind kind, size_t family, double t)
{
    if (f->resamples == 0)
        return fmin(1.0, f->n_family * (double)f->family_size[family] *
                             assay_slice_p_value(kind, t));
    const double *largest = f->largest[kind][family];
    size_t low = 0, high = f->resamples; /* the first that is at least t, but for rounding */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (largest[middle] < t * (1.0 - 1e-9))
            low = middle + 1;
        else
            high = middle;
    }
    double as_large = (double)(f->resamples - low) + 1.0;
    return fmin(1.0, f->n_family * as_large / ((double)f->resamples + 1.0));
}

static double statistic(const struct assay_slice_gain *gain, const double effect[2])
{
    return gain->below / effect[0] + gain->above / effect[1];
}

/* ---- candidates ---- */

static struct assay_slice_sums sums_of_cell(const struct assay_slice_cell *cell)
{
    struct assay_slice_sums sums;
    for (size_t s = 0; s < 2; s++)
        sums.side[s] =
            (struct assay_slice_side){cell->n[s], cell->event[s], cell->expected[s]};
    return sums;
}

static struct assay_slice slice_of_cell(const struct finder *f, enum assay_slice_kind kind,
                                        const struct candidate *c)
{
    const struct assay_slice_cell *cell = &f->grids.cell[c->cell];
    struct assay_slice slice = {.kind = kind, .n_condition = c->grid->b < f->rows->n_column ? 2 : 1};
    slice.condition[0] = (struct assay_slice_condition){c->grid->a, cell->a[0], cell->a[1]};
    if (slice.n_condition == 2)
        slice.condition[1] = (struct assay_slice_condition){c->grid->b, cell->b[0], cell->b[1]};
    return slice;
}

static int strongest_first(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->t > right->t || left->t < right->t)
        return left->t > right->t ? -1 : 1;
    return left->cell < right->cell ? -1 : 1;
}

static enum assay_status gather_candidates(struct finder *f, enum assay_slice_kind kind,
                                           struct assay_error *err)
{
    f->n_candidate = 0;
    for (size_t g = 0; g < f->grids.n_grid; g++)
        for (size_t k = f->grids.grid[g].first; k < f->grids.grid[g].end; k++) {
            struct assay_slice_sums sums = sums_of_cell(&f->grids.cell[k]);
            struct assay_slice_gain gain = assay_slice_gain_of(kind, &sums, &f->grids.total);
            double t = statistic(&gain, f->effect);
            if (!(t > 0.0 && q_value(f, kind, f->grids.grid[g].family, t) <= f->options->rate))
                continue;
            if (!assay_grow(&f->candidates, &f->capacity, f->n_candidate + 1, sizeof *f->candidates))
                return assay_fail_memory(err, "searching slices");
            f->candidates[f->n_candidate++] = (struct candidate){t, k, &f->grids.grid[g], false};
        }
    if (f->n_candidate > 0)
        qsort(f->candidates, f->n_candidate, sizeof *f->candidates, strongest_first);
    return ASSAY_OK;
}

/* ---- two conditions or one ---- */

/* The cell of a condition by itself, or NULL where it is smaller than the smallest slice. */
static const struct assay_slice_cell *find_single(const struct finder *f,
                                                  const struct assay_slice_condition *condition)
{
    for (size_t g = 0; g < f->grids.n_grid; g++) {
        const struct assay_slice_grid *grid = &f->grids.grid[g];
        if (grid->a != condition->column || grid->b != f->rows->n_column)
            continue;
        for (size_t k = grid->first; k < grid->end; k++)
            if (f->grids.cell[k].a[0] == condition->first && f->grids.cell[k].a[1] == condition->last)
                return &f->grids.cell[k];
    }
    return NULL;
}

/* By how much the slice stands out among the rows of one of its conditions; 0 where that is no more than
 * the best of so many conditions would by chance. */
static double beats(const struct finder *f, enum assay_slice_kind kind,
                    const struct assay_slice_sums *slice, const struct assay_slice_cell *single)
{
    struct assay_slice_sums whole = sums_of_cell(single);
    struct assay_slice_gain gain = assay_slice_gain_of(kind, slice, &whole);
    double t = statistic(&gain, f->effect);
    return assay_slice_p_value(kind, t) * (double)f->n_condition <= 0.05 ? t : 0.0;
}

static bool needs_both(const struct finder *f, const struct assay_slice *slice,
                       const struct assay_slice_sums *sums)
{
    struct assay_slice_gain own = assay_slice_gain_of(slice->kind, sums, &f->grids.total);
    double better = statistic(&own, f->effect);
    for (size_t k = 0; k < slice->n_condition && slice->n_condition == 2; k++) {
        const struct assay_slice_cell *single = find_single(f, &slice->condition[k]);
        if (single == NULL)
            continue;
        struct assay_slice_sums all = sums_of_cell(single);
        struct assay_slice_gain gain = assay_slice_gain_of(slice->kind, &all, &f->grids.total);
        double t = statistic(&gain, f->effect);
        if (t > 0.0 && q_value(f, slice->kind, 0, t) <= f->options->rate && /* singles are plain */
            t + least_better > better && !(beats(f, slice->kind, sums, single) > 0.0))
            return false;
    }
    return true;
}

static bool same_condition(const struct assay_slice_condition *a,
                           const struct assay_slice_condition *b)
{
    return a->column == b->column && a->first == b->first && a->last == b->last;
}

/* Of the candidates of two conditions, this single one being the first or the second, the one that stands
 * out most among its rows; NULL where none does. */
static struct candidate *find_core(const struct finder *f, enum assay_slice_kind kind,
                                   const struct candidate *single)
{
    struct assay_slice whole = slice_of_cell(f, kind, single);
    struct candidate *core = NULL;
    double most = 0.0;
    for (size_t k = 0; k < f->n_candidate; k++) {
        struct candidate *candidate = &f->candidates[k];
        struct assay_slice slice = slice_of_cell(f, kind, candidate);
        if (candidate->examined || slice.n_condition < 2 ||
            !(same_condition(&slice.condition[0], &whole.condition[0]) ||
              same_condition(&slice.condition[1], &whole.condition[0])))
            continue;
        struct assay_slice_sums sums = sums_of_cell(&f->grids.cell[candidate->cell]);
        double t = beats(f, kind, &sums, &f->grids.cell[single->cell]);
        if (t > most && needs_both(f, &slice, &sums)) {
            most = t;
            core = candidate;
        }
    }
    return core;
}

/* ---- what is reported ---- */

/* Of those reported before, the one that holds most of the slice's wrong rows. */
static struct assay_slice *most_similar(const struct finder *f, const struct assay_slice *slice,
                                        size_t first)
{
    struct assay_slice *best = NULL;
    size_t most = 0, shared[ASSAY_SLICE_MOST_FOUND];
    assay_slice_shared(&f->view, slice, f->found + first, f->n_found - first, shared);
    for (size_t k = first; k < f->n_found; k++)
        if (shared[k - first] > most) {
            most = shared[k - first];
            best = &f->found[k];
        }
    return best;
}

static void describe(const struct finder *f, const struct assay_slice_sums *sums, size_t family,
                     double t, struct assay_slice *slice)
{
    const struct assay_slice_sums *total = &f->grids.total;
    double of, wrong, all_of, all_wrong;
    assay_slice_rate(slice->kind, sums, &of, &wrong);
    assay_slice_rate(slice->kind, total, &all_of, &all_wrong);
    slice->n = (size_t)(sums->side[0].n + sums->side[1].n);
    slice->of = (size_t)of;
    slice->wrong = (size_t)wrong;
    slice->rest_of = (size_t)(all_of - of);
    slice->rest_wrong = (size_t)(all_wrong - wrong);
    slice->expected_wrong = slice->kind == ASSAY_SLICE_MISSES
                                ? sums->side[0].expected
                                : sums->side[1].n - sums->side[1].expected;
    slice->statistic = t;
    slice->p_value = assay_slice_p_value(slice->kind, t);
    slice->q_value = q_value(f, slice->kind, family, t);
}

/* Looks at a candidate, and while the rows pass at those that are likely to be examined next: at more of them the
 * longer none was covered, for then all have to be looked at again. */
static const struct assay_slice_seen *look(struct finder *f, enum assay_slice_kind kind,
                                           const struct candidate *candidate)
{
    struct assay_slice slices[ASSAY_SLICES_AT_ONCE];
    for (size_t k = 0; k < f->n_ahead; k++)
        if (f->ahead[k] == candidate)
            return &f->seen[k];
    slices[0] = slice_of_cell(f, kind, candidate);
    f->ahead[0] = candidate;
    f->n_ahead = 1;
    for (size_t k = (size_t)(candidate - f->candidates) + 1;
         k < f->n_candidate && k < MOST_EXAMINED && f->n_ahead < f->width; k++) {
        const struct candidate *next = &f->candidates[k];
        struct assay_slice slice = slice_of_cell(f, kind, next);
        struct assay_slice_sums sums = sums_of_cell(&f->grids.cell[next->cell]);
        if (next->examined || !needs_both(f, &slice, &sums))
            continue;
        f->ahead[f->n_ahead] = next;
        slices[f->n_ahead++] = slice;
    }
    f->width = 2 * f->width < ASSAY_SLICES_AT_ONCE ? 2 * f->width : ASSAY_SLICES_AT_ONCE;
    assay_slice_look(&f->view, slices, f->n_ahead, f->seen, &f->uncovered);
    return &f->seen[0];
}

static void forget_ahead(struct finder *f)
{
    f->n_ahead = 0;
    f->width = 1;
}

/* Reports a candidate, counts it as similar to one reported, or lets it go. */
static void examine(struct finder *f, enum assay_slice_kind kind, struct candidate *candidate,
                    size_t first)
{
    candidate->examined = true;
    struct assay_slice slice = slice_of_cell(f, kind, candidate);
    struct assay_slice_sums sums = sums_of_cell(&f->grids.cell[candidate->cell]);
    if (!needs_both(f, &slice, &sums))
        return;
    const struct assay_slice_seen *seen = look(f, kind, candidate);
    double effect[2];
    for (size_t s = 0; s < 2; s++)
        effect[s] = fmax(f->effect[s], seen->effect[s]);
    struct assay_slice_gain gain = assay_slice_gain_of(kind, &sums, &f->grids.total);
    double t = statistic(&gain, effect);
    size_t family = candidate->grid->family;
    if (q_value(f, kind, family, t) > f->options->rate)
        return;
    gain = assay_slice_gain_of(kind, &seen->part, &f->uncovered);
    if (q_value(f, kind, family, statistic(&gain, effect)) <= f->options->rate) {
        if (f->n_found - first == ASSAY_SLICE_MOST_FOUND)
            return;
        describe(f, &sums, family, t, &slice);
        f->found[f->n_found++] = slice;
        assay_slice_cover(&f->view, &slice);
        forget_ahead(f);
        return;
    }
    struct assay_slice *like = most_similar(f, &slice, first);
    if (like != NULL)
        like->similar++;
}

static enum assay_status choose(struct finder *f, enum assay_slice_kind kind, struct assay_error *err)
{
    size_t first = f->n_found;
    enum assay_status status = gather_candidates(f, kind, err);
    assay_slice_uncover(&f->view);
    forget_ahead(f);
    for (size_t k = 0; status == ASSAY_OK && k < f->n_candidate && k < MOST_EXAMINED; k++) {
        struct candidate *candidate = &f->candidates[k], *core = NULL;
        if (!candidate->examined && candidate->grid->b == f->rows->n_column)
            core = find_core(f, kind, candidate);
        if (core != NULL)
            examine(f, kind, core, first);
        if (!candidate->examined)
            examine(f, kind, candidate, first);
    }
    return status;
}

/* ---- all of it ---- */

static enum assay_status make_room(struct finder *f, struct assay_error *err)
{
    bool resampled = f->rows->n <= f->options->most_resampled && f->options->resamples > 0;
    f->resamples = resampled ? f->options->resamples : 0;
    f->found = assay_alloc(ASSAY_SLICE_KINDS * ASSAY_SLICE_MOST_FOUND, sizeof *f->found);
    if (f->found == NULL)
        return assay_fail_memory(err, "searching slices");
    for (size_t k = 0; k < ASSAY_SLICE_KINDS * ASSAY_SLICE_FAMILIES; k++) {
        double **largest = &f->largest[k / ASSAY_SLICE_FAMILIES][k % ASSAY_SLICE_FAMILIES];
        *largest = assay_alloc(f->resamples, sizeof **largest);
        if (*largest == NULL)
            return assay_fail_memory(err, "searching slices");
    }
    return ASSAY_OK;
}

static void count_slices(struct finder *f)
{
    for (size_t g = 0; g < f->grids.n_grid; g++) {
        const struct assay_slice_grid *grid = &f->grids.grid[g];
        f->family_size[grid->family] += grid->end - grid->first;
        if (grid->b == f->rows->n_column)
            f->n_condition += grid->end - grid->first;
    }
    f->n_family = ASSAY_SLICE_KINDS * (f->family_size[1] > 0 ? 2.0 : 1.0);
}

/* Searches again on redrawn events, for as long as the strongest slices may be findings. */
static enum assay_status redraw(struct finder *f, struct assay_error *err)
{
    double observed[ASSAY_SLICE_KINDS][ASSAY_SLICE_FAMILIES] = {{0.0}};
    double allowed = f->options->rate / f->n_family * ((double)f->resamples + 1.0) - 1.0;
    for (size_t g = 0; g < f->grids.n_grid; g++)
        for (size_t k = f->grids.grid[g].first; k < f->grids.grid[g].end; k++)
            for (int kind = 0; kind < ASSAY_SLICE_KINDS; kind++) {
                double *most = &observed[kind][f->grids.grid[g].family];
                struct assay_slice_sums sums = sums_of_cell(&f->grids.cell[k]);
                struct assay_slice_gain gain = assay_slice_gain_of((enum assay_slice_kind)kind, &sums,
                                                                   &f->grids.total);
                *most = fmax(*most, statistic(&gain, f->effect));
            }
    return assay_slice_null(&f->grids, f->options, observed, allowed, f->largest, &f->resamples, err);
}

static enum assay_status search_all(struct finder *f, struct assay_error *err)
{
    struct assay_slice_seen all;
    enum assay_status status = make_room(f, err);
    if (status == ASSAY_OK)
        status = assay_slice_grids_make(f->rows, f->options->smallest, f->options->n_thread,
                                        &f->grids, err);
    if (status != ASSAY_OK)
        return status;
    count_slices(f);
    assay_slice_look(&f->view, NULL, 1, &all, &f->uncovered);
    memcpy(f->effect, all.effect, sizeof f->effect);
    if (f->resamples > 0 && f->grids.n_cell > 0)
        status = redraw(f, err);
    for (int kind = 0; status == ASSAY_OK && kind < ASSAY_SLICE_KINDS; kind++)
        status = choose(f, (enum assay_slice_kind)kind, err);
    return status;
}

enum assay_status assay_slices_find(const struct assay_slice_rows *rows,
                                    const struct assay_slice_options *options,
                                    struct assay_slice_search *search, struct assay_error *err)
{
    struct finder f = {.options = options};
    enum assay_status status = assay_slice_view_init(rows, options->n_thread, &f.view, err);
    f.rows = f.view.rows;
    if (status == ASSAY_OK)
        status = search_all(&f, err);
    if (status == ASSAY_OK) {
        *search = (struct assay_slice_search){.found = f.found,
                                              .n_found = f.n_found,
                                              .n_slice = f.grids.n_cell,
                                              .n_condition = f.n_condition,
                                              .resamples = f.resamples};
        f.found = NULL; /* now owned by search */
    }
    assay_slice_grids_clear(&f.grids);
    assay_slice_view_clear(&f.view);
    for (size_t k = 0; k < ASSAY_SLICE_KINDS * ASSAY_SLICE_FAMILIES; k++)
        free(f.largest[k / ASSAY_SLICE_FAMILIES][k % ASSAY_SLICE_FAMILIES]);
    free(f.candidates);
    free(f.found);
    return status;
}

void assay_slice_search_clear(struct assay_slice_search *search)
{
    free(search->found);
    *search = (struct assay_slice_search){0};
}
