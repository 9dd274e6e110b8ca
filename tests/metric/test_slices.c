#include "core/metric/slices.h"

#include <math.h>
#include <string.h>

#include "core/metric/design_effect.h"
#include "core/metric/expected_events.h"
#include "core/metric/slice_parts.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST = 5000, COLUMNS = 4 };

/* Two columns of names, two of bands (one with a code for missing); score and events by it. */
static struct world {
    size_t n;
    unsigned char code[COLUMNS][MOST], flagged[MOST], outcome[MOST];
    double score[MOST], expected[MOST];
    int32_t cluster[MOST];
} world, turned;
static struct assay_slice_column columns[COLUMNS];

static void draw(struct world *w, uint64_t seed, size_t n)
{
    static const size_t codes[COLUMNS] = {4, 3, 5, 6};
    struct test_random random = {seed};
    w->n = n;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            w->code[c][i] = (unsigned char)test_below(&random, codes[c]);
        if (test_below(&random, 20) == 0)
            w->code[0][i] = 4; /* in no condition */
        w->score[i] = -4.0 + 4.0 * test_uniform(&random);
        w->flagged[i] = w->score[i] >= -1.5;
        w->outcome[i] = test_uniform(&random) < 1.0 / (1.0 + exp(-w->score[i]));
        w->cluster[i] = (int32_t)i;
    }
}

/* Below the line `share` of the rows in the slice become events. */
static void plant(struct world *w, uint64_t seed, unsigned char a, unsigned char b, double share)
{
    struct test_random random = {seed};
    for (size_t i = 0; i < w->n; i++)
        if (w->code[0][i] == a && w->code[1][i] == b && !w->flagged[i] && test_uniform(&random) < share)
            w->outcome[i] = 1;
}

static struct assay_slice_rows rows_of(struct world *w)
{
    struct assay_error err = {0};
    static const struct assay_slice_column shape[COLUMNS] = {
        {NULL, 4, 0}, {NULL, 3, 0}, {NULL, 5, 5}, {NULL, 6, 5}};
    ck_assay_ok(
        assay_expected_events(w->score, w->flagged, w->outcome, w->n, w->expected, &err));
    for (size_t c = 0; c < COLUMNS; c++) {
        columns[c] = shape[c];
        columns[c].code = w->code[c];
    }
    return (struct assay_slice_rows){.n = w->n,
                                     .column = columns,
                                     .n_column = COLUMNS,
                                     .n_group = 2,
                                     .n_paired = COLUMNS,
                                     .flagged = w->flagged,
                                     .outcome = w->outcome,
                                     .score = w->score,
                                     .expected = w->expected};
}

static struct assay_slice_search find(struct world *w, const struct assay_slice_options *options)
{
    struct assay_error err = {0};
    struct assay_slice_search search;
    struct assay_slice_rows rows = rows_of(w);
    ck_assay_ok(assay_slices_find(&rows, options, &search, &err));
    return search;
}

static struct assay_slice_options options_of(size_t smallest)
{
    struct assay_slice_options options = assay_slice_options_default();
    options.smallest = smallest;
    return options;
}

/* ---- counting ---- */

/* Every cell's sums by a walk over the rows; expectations to the 2^-28 to which they are rounded. */
START_TEST(every_slice_is_counted_as_a_walk_over_the_rows_counts_it)
{
    struct assay_error err = {0};
    struct assay_slice_grids grids;
    draw(&world, 1, 1500);
    struct assay_slice_rows rows = rows_of(&world);
    ck_assay_ok(assay_slice_grids_make(&rows, 20, 1, &grids, &err));
    for (size_t g = 0; g < grids.n_grid; g++)
        for (size_t k = grids.grid[g].first; k < grids.grid[g].end; k++) {
            const struct assay_slice_cell *cell = &grids.cell[k];
            struct assay_slice slice = {.n_condition = grids.grid[g].b < COLUMNS ? 2 : 1};
            double n[2] = {0}, event[2] = {0}, expected[2] = {0};
            slice.condition[0] = (struct assay_slice_condition){grids.grid[g].a, cell->a[0], cell->a[1]};
            slice.condition[1] = (struct assay_slice_condition){grids.grid[g].b, cell->b[0], cell->b[1]};
            for (size_t i = 0; i < world.n; i++)
                if (assay_slice_holds(columns, &slice, i)) {
                    n[world.flagged[i]]++;
                    event[world.flagged[i]] += world.outcome[i];
                    expected[world.flagged[i]] += world.expected[i];
                }
            for (size_t s = 0; s < 2; s++) {
                ck_assert_double_eq(cell->n[s], n[s]);
                ck_assert_double_eq(cell->event[s], event[s]);
                ck_assert_double_eq_tol(cell->expected[s], expected[s], 1500 * 0x1p-29);
            }
            ck_assert_double_ge(n[0] + n[1], 20);
        }
    assay_slice_grids_clear(&grids);
}
END_TEST

/* Conditions: 4, 3, 5 + 3 + 3 runs of bands, and these with a missing one: 30, all large enough here; pairs
 * 4 x 3 + 4 x 11 + 4 x 12 + 3 x 11 + 3 x 12 + 11 x 12. */
START_TEST(conditions_are_codes_and_runs_of_bands_from_either_end)
{
    struct assay_slice_options options = options_of(1);
    options.resamples = 0;
    draw(&world, 2, 4000);
    struct assay_slice_search search = find(&world, &options);
    ck_assert_uint_eq(search.n_condition, 30);
    ck_assert_uint_eq(search.n_slice, 30 + 12 + 44 + 48 + 33 + 36 + 132);
    assay_slice_search_clear(&search);
}
END_TEST

/* ---- T ---- */

/* By hand, with both sides' totals as expected: D = 2 sum O ln(O / E) + (n - O) ln((n - O) / (n - E)) over
 * slice and rest. */
START_TEST(t_is_the_deviance_of_slice_and_rest)
{
    struct assay_slice_sums total = {{{1000, 100, 100}, {200, 80, 80}}};
    struct assay_slice_sums slice = {{{100, 30, 10}, {40, 10, 16}}};
    double below = 2 * (30 * log(3.0) + 70 * log(70.0 / 90) + 70 * log(70.0 / 90) +
                        830 * log(830.0 / 810));
    double above = 2 * (10 * log(10.0 / 16) + 30 * log(30.0 / 24) + 70 * log(70.0 / 64) +
                        90 * log(90.0 / 96));
    struct assay_slice_gain gain = assay_slice_gain_of(ASSAY_SLICE_MISSES, &slice, &total);
    ck_assert_double_lt(above, below);
    ck_assert_double_eq_tol(gain.below, below, 1e-10);
    ck_assert_double_eq_tol(gain.above, above, 1e-10);
    slice.side[1].event = 1; /* far fewer than expected: no more counts than below the line */
    gain = assay_slice_gain_of(ASSAY_SLICE_MISSES, &slice, &total);
    ck_assert_double_eq(gain.above, gain.below);
    slice.side[1].event = 10;
    gain = assay_slice_gain_of(ASSAY_SLICE_FALSE_ALARMS, &slice, &total);
    ck_assert(gain.below == 0.0 && fabs(gain.above - above) < 1e-10);
}
END_TEST

/* Above the line as below it: all of D_f counts for misses, and none for false alarms. */
START_TEST(a_risk_that_is_understated_everywhere_is_one_of_misses)
{
    struct assay_slice_sums total = {{{1000, 20, 20}, {600, 300, 300}}};
    struct assay_slice_sums slice = {{{100, 10, 5}, {100, 75, 50}}};
    double above = 2 * (75 * log(1.5) + 25 * log(0.5) + 225 * log(0.9) + 275 * log(1.1));
    struct assay_slice_gain gain = assay_slice_gain_of(ASSAY_SLICE_MISSES, &slice, &total);
    ck_assert_double_gt(gain.above, gain.below);
    ck_assert_double_eq_tol(gain.above, above, 1e-10);
    gain = assay_slice_gain_of(ASSAY_SLICE_FALSE_ALARMS, &slice, &total);
    ck_assert(gain.below == 0.0 && gain.above == 0.0);
}
END_TEST

static const struct {
    const char *what;
    struct assay_slice_sums slice;
} nothing[] = {
    {"as expected", {{{100, 10, 10}, {40, 16, 16}}}},
    {"too few events below", {{{100, 4, 1}, {40, 5, 5}}}},
    {"too few wrong", {{{30, 4, 1}, {40, 16, 16}}}},
    {"less than a quarter more", {{{900, 95, 80}, {40, 2, 16}}}},
    {"a smaller share missed than elsewhere", {{{100, 20, 10}, {180, 76, 72}}}},
    {"nobody else", {{{1000, 120, 90}, {200, 70, 90}}}},
};
START_TEST(what_matters_to_nobody_has_no_t)
{
    struct assay_slice_sums total = {{{1000, 120, 120}, {200, 80, 80}}};
    if (_i == 5)
        total = nothing[_i].slice;
    struct assay_slice_gain gain = assay_slice_gain_of(ASSAY_SLICE_MISSES, &nothing[_i].slice, &total);
    ck_assert_msg(gain.below == 0.0 && gain.above == 0.0, "%s: %g, %g", nothing[_i].what, gain.below,
                  gain.above);
}
END_TEST

/* Half of the tails at 2.7055 (one degree of freedom: 10%; two: e^(-t / 2)). */
START_TEST(p_values_are_those_of_the_mixture)
{
    ck_assert_double_eq_tol(assay_slice_p_value(ASSAY_SLICE_FALSE_ALARMS, 2.705543454095404), 0.05, 1e-12);
    ck_assert_double_eq_tol(assay_slice_p_value(ASSAY_SLICE_MISSES, 2.705543454095404),
                            0.5 * exp(-2.705543454095404 / 2), 1e-12);
    ck_assert_double_eq(assay_slice_p_value(ASSAY_SLICE_MISSES, 0.0), 1.0);
}
END_TEST

/* The pruning of redrawn searches passes nothing over: the largest T is that of a search which looks at
 * every slice. */
START_TEST(redrawn_searches_find_the_largest_t)
{
    struct assay_error err = {0};
    struct assay_slice_grids grids;
    struct assay_slice_options options = options_of(20);
    double room[4][3], *largest[2][2] = {{room[0], room[1]}, {room[2], room[3]}};
    double observed[2][2] = {{0}};
    size_t done;
    options.resamples = 3;
    draw(&world, 3, 1200);
    struct assay_slice_rows rows = rows_of(&world);
    ck_assay_ok(assay_slice_grids_make(&rows, 20, 1, &grids, &err));
    /* An expectation of 0 or 1 is what is redrawn: then every redrawn search is this one. */
    for (size_t i = 0; i < world.n; i++)
        world.expected[i] = world.outcome[i];
    ck_assay_ok(assay_slice_null(&grids, &options, observed, 0.0, largest, &done, &err));
    ck_assert_uint_eq(done, 3);
    for (int kind = 0; kind < 2; kind++)
        for (size_t family = 0; family < 2; family++) {
            double most = 0.0;
            for (size_t g = 0; g < grids.n_grid; g++)
                for (size_t k = grids.grid[g].first; k < grids.grid[g].end; k++) {
                    struct assay_slice_sums sums;
                    for (size_t s = 0; s < 2; s++)
                        sums.side[s] = (struct assay_slice_side){
                            grids.cell[k].n[s], grids.cell[k].event[s], grids.cell[k].expected[s]};
                    struct assay_slice_gain gain =
                        assay_slice_gain_of((enum assay_slice_kind)kind, &sums, &grids.total);
                    if (grids.grid[g].family == family)
                        most = fmax(most, gain.below + gain.above);
                }
            ck_assert_double_gt(most, 1.0);
            for (size_t r = 0; r < 3; r++)
                test_close("largest T", largest[kind][family][r], most, 1e-9, 0.0);
        }
    assay_slice_grids_clear(&grids);
}
END_TEST

/* ---- what is found ---- */

START_TEST(a_planted_pair_is_found_and_nothing_else) /* seeds; redrawn and Bonferroni */
{
    struct assay_slice_options options = options_of(30);
    options.most_resampled = _i % 2 ? 0 : 20000;
    draw(&world, (uint64_t)_i + 10, 4000);
    plant(&world, (uint64_t)_i + 10, 2, 1, 0.35);
    struct assay_slice_search search = find(&world, &options);
    ck_assert_uint_eq(search.n_found, 1);
    const struct assay_slice *slice = &search.found[0];
    ck_assert_int_eq(slice->kind, ASSAY_SLICE_MISSES);
    ck_assert_uint_eq(slice->n_condition, 2);
    ck_assert(slice->condition[0].column == 0 && slice->condition[0].first == 2);
    ck_assert(slice->condition[1].column == 1 && slice->condition[1].first == 1);
    ck_assert_double_le(slice->q_value, 0.03);
    ck_assert_double_lt(slice->p_value, 1e-6);
    ck_assert_uint_eq(search.resamples, _i % 2 ? 0 : 999);
    size_t of = 0, wrong = 0, n = 0, rest = 0;
    for (size_t i = 0; i < world.n; i++) {
        bool in = assay_slice_holds(columns, slice, i) != 0;
        n += in;
        of += in && world.outcome[i];
        wrong += in && world.outcome[i] && !world.flagged[i];
        rest += !in && world.outcome[i];
    }
    ck_assert(slice->n == n && slice->of == of && slice->wrong == wrong && slice->rest_of == rest);
    ck_assert_double_lt(slice->expected_wrong, 0.6 * (double)wrong);
    assay_slice_search_clear(&search);
}
END_TEST

START_TEST(a_planted_single_condition_needs_no_second) /* seeds */
{
    struct assay_slice_options options = options_of(30);
    draw(&world, (uint64_t)_i + 50, 4000);
    for (unsigned char b = 0; b < 3; b++)
        plant(&world, (uint64_t)_i + 50, 3, b, 0.2);
    struct assay_slice_search search = find(&world, &options);
    ck_assert_uint_ge(search.n_found, 1);
    ck_assert_uint_eq(search.found[0].n_condition, 1);
    ck_assert(search.found[0].condition[0].column == 0 && search.found[0].condition[0].first == 3);
    assay_slice_search_clear(&search);
}
END_TEST

START_TEST(false_alarms_have_a_search_of_their_own)
{
    struct assay_slice_options options = options_of(30);
    draw(&world, 70, 5000);
    for (size_t i = 0; i < world.n; i++) /* riskier by the score than it is */
        if (world.code[1][i] == 0 && world.flagged[i] && world.code[2][i] < 3)
            world.outcome[i] = world.outcome[i] && i % 3 == 0;
    struct assay_slice_search search = find(&world, &options);
    ck_assert_uint_ge(search.n_found, 1);
    const struct assay_slice *slice = &search.found[0];
    ck_assert_int_eq(slice->kind, ASSAY_SLICE_FALSE_ALARMS);
    ck_assert(slice->n_condition == 2 && slice->condition[0].column == 1 &&
              slice->condition[0].first == 0 && slice->condition[1].column == 2 &&
              slice->condition[1].first == 0 && slice->condition[1].last == 2);
    ck_assert_double_gt((double)slice->wrong, slice->expected_wrong);
    assay_slice_search_clear(&search);
}
END_TEST

/* Of 60 searches without a blind spot 3% report something, 1.8 expected: more than 6 come once in 400. */
START_TEST(nothing_is_found_where_nothing_is)
{
    struct assay_slice_options options = options_of(20);
    size_t found = 0;
    options.resamples = 399;
    for (uint64_t seed = 0; seed < 60; seed++) {
        draw(&world, 1000 + seed, 800);
        struct assay_slice_search search = find(&world, &options);
        found += search.n_found > 0;
        assay_slice_search_clear(&search);
    }
    ck_assert_uint_le(found, 6);
}
END_TEST

/* ---- what must not matter ---- */

static void check_same(const struct assay_slice_search *a, const struct assay_slice_search *b)
{
    ck_assert_uint_eq(a->n_found, b->n_found);
    ck_assert_uint_eq(a->n_slice, b->n_slice);
    for (size_t k = 0; k < a->n_found; k++) {
        ck_assert_uint_eq(a->found[k].n, b->found[k].n);
        ck_assert_uint_eq(a->found[k].wrong, b->found[k].wrong);
        ck_assert_uint_eq(a->found[k].similar, b->found[k].similar);
        ck_assert_double_eq_tol(a->found[k].q_value, b->found[k].q_value, 1e-12);
        test_close("T", a->found[k].statistic, b->found[k].statistic, 1e-6, 0.0);
    }
}

START_TEST(neither_the_order_of_rows_nor_threads_matter)
{
    struct assay_slice_options options = options_of(30);
    draw(&world, 90, 3000);
    plant(&world, 90, 1, 2, 0.25);
    turned.n = world.n;
    for (size_t i = 0; i < world.n; i++) {
        size_t to = (i * 1009 + 17) % world.n; /* 1009 has no divisor in common with 3000 */
        for (size_t c = 0; c < COLUMNS; c++)
            turned.code[c][to] = world.code[c][i];
        turned.score[to] = world.score[i];
        turned.flagged[to] = world.flagged[i];
        turned.outcome[to] = world.outcome[i];
    }
    options.n_thread = 1;
    struct assay_slice_search one = find(&world, &options), other = find(&turned, &options);
    ck_assert_uint_ge(one.n_found, 1);
    check_same(&one, &other);
    assay_slice_search_clear(&other);
    options.n_thread = 5;
    other = find(&world, &options);
    check_same(&one, &other);
    assay_slice_search_clear(&one);
    assay_slice_search_clear(&other);
}
END_TEST

/* Every row four times: four times the evidence, unless the copies are known to be one account's. */
START_TEST(copies_of_a_row_are_no_evidence)
{
    struct assay_error err = {0};
    struct assay_slice_options options = options_of(30);
    options.resamples = 0; /* by its p-value, against which T can be held */
    draw(&world, 33, 1250);
    plant(&world, 33, 0, 0, 0.15);
    struct assay_slice_rows rows = rows_of(&world);
    struct assay_slice_search one;
    options.rate = 1.0;
    ck_assay_ok(assay_slices_find(&rows, &options, &one, &err));
    ck_assert_uint_ge(one.n_found, 1);
    for (size_t i = 5000; i-- > 0;) {
        size_t from = i / 4;
        for (size_t c = 0; c < COLUMNS; c++)
            world.code[c][i] = world.code[c][from];
        world.score[i] = world.score[from];
        world.flagged[i] = world.flagged[from];
        world.outcome[i] = world.outcome[from];
        world.cluster[i] = (int32_t)from;
    }
    world.n = 5000;
    rows = rows_of(&world);
    rows.cluster = world.cluster;
    rows.n_cluster = 1250;
    struct assay_slice_search four;
    ck_assay_ok(assay_slices_find(&rows, &options, &four, &err));
    ck_assert_uint_ge(four.n_found, 1);
    /* d is 4 (n - 1/4) / (n - 1), the ridge weighs a quarter: a few per cent. */
    test_close("T", four.found[0].statistic, one.found[0].statistic, 0.05, 0.0);
    assay_slice_search_clear(&one);
    assay_slice_search_clear(&four);
}
END_TEST

/* ---- passes over the rows ---- */

/* In a last run that is not whole, too; rows by cluster and not. */
START_TEST(slices_that_are_looked_at_together_are_as_a_walk_over_the_rows_finds_them)
{
    enum { N = 4 };
    const struct assay_slice slices[N] = {
        {.condition = {{0, 1, 1}}, .n_condition = 1},
        {.condition = {{1, 0, 0}, {2, 1, 4}}, .n_condition = 2},
        {.condition = {{2, 0, 1}, {3, 3, 4}}, .n_condition = 2},
        {.condition = {{3, 5, 5}}, .n_condition = 1}}; /* missing */
    struct assay_error err = {0};
    struct assay_slice_view view;
    struct assay_slice_seen seen[N];
    struct assay_slice_sums total;
    draw(&world, 7, 2000 + 300 * (size_t)_i);
    struct assay_slice_rows rows = rows_of(&world);
    for (size_t i = 0; i < world.n; i++)
        world.cluster[i] = (int32_t)(_i % 2 ? i / 3 : i % 700);
    rows.cluster = world.cluster;
    rows.n_cluster = world.n;
    ck_assay_ok(assay_slice_view_init(&rows, 1, &view, &err));
    assay_slice_uncover(&view);
    assay_slice_cover(&view, &slices[0]);
    assay_slice_look(&view, slices, N, seen, &total);
    for (size_t k = 0; k < N; k++)
        for (size_t s = 0; s < 2; s++) {
            struct assay_design_effect room;
            double n = 0, event = 0, expected = 0;
            ck_assay_ok(assay_design_effect_init(world.n, &room, &err));
            for (size_t i = 0; i < world.n; i++) {
                if (world.flagged[i] != s || !assay_slice_holds(columns, &slices[k], i))
                    continue;
                bool open = !assay_slice_holds(columns, &slices[0], i);
                assay_design_effect_add(&room, world.cluster[i], world.outcome[i] - world.expected[i]);
                n += open;
                event += open && world.outcome[i];
                expected += open ? world.expected[i] : 0.0;
            }
            test_close("effect", seen[k].effect[s], assay_design_effect_take(&room), 1e-12, 0.0);
            ck_assert_double_eq(seen[k].part.side[s].n, n);
            ck_assert_double_eq(seen[k].part.side[s].event, event);
            test_close("expected", seen[k].part.side[s].expected, expected, 1e-12, 1.0);
            assay_design_effect_clear(&room);
        }
    assay_slice_view_clear(&view);
}
END_TEST

/* Rows that do not come by cluster, which are copied. */
START_TEST(scores_are_not_asked_for_where_no_events_are_drawn)
{
    struct assay_error err = {0};
    struct assay_slice_search with, without;
    struct assay_slice_options options = options_of(20);
    options.most_resampled = 100;
    draw(&world, 90, 3000);
    plant(&world, 90, 1, 2, 0.6);
    struct assay_slice_rows rows = rows_of(&world);
    for (size_t i = 0; i < world.n; i++)
        world.cluster[i] = (int32_t)(i % 2500);
    rows.cluster = world.cluster;
    rows.n_cluster = 2500;
    ck_assay_ok(assay_slices_find(&rows, &options, &with, &err));
    rows.score = NULL;
    ck_assay_ok(assay_slices_find(&rows, &options, &without, &err));
    ck_assert_uint_ge(with.n_found, 1);
    ck_assert_uint_eq(without.n_found, with.n_found);
    ck_assert_double_eq(without.found[0].q_value, with.found[0].q_value);
    assay_slice_search_clear(&with);
    assay_slice_search_clear(&without);
}
END_TEST

/* ---- ends ---- */

START_TEST(few_rows_and_no_columns_find_nothing)
{
    struct assay_error err = {0};
    struct assay_slice_search search;
    struct assay_slice_options options = options_of(1);
    draw(&world, 5, 3);
    struct assay_slice_rows rows = rows_of(&world);
    ck_assay_ok(assay_slices_find(&rows, &options, &search, &err));
    ck_assert_uint_eq(search.n_found, 0);
    assay_slice_search_clear(&search);
    rows.n_column = rows.n_paired = rows.n_group = 0;
    ck_assay_ok(assay_slices_find(&rows, &options, &search, &err));
    ck_assert_uint_eq(search.n_found + search.n_slice, 0);
    assay_slice_search_clear(&search);
    draw(&world, 5, 200); /* everybody flagged */
    memset(world.flagged, 1, 200);
    rows = rows_of(&world);
    ck_assay_ok(assay_slices_find(&rows, &options, &search, &err));
    for (size_t k = 0; k < search.n_found; k++)
        ck_assert_int_eq(search.found[k].kind, ASSAY_SLICE_FALSE_ALARMS);
    assay_slice_search_clear(&search);
}
END_TEST

START_TEST(every_failing_allocation_is_said)
{
    struct assay_slice_options options = options_of(20);
    options.resamples = 199;
    options.n_thread = 1;
    draw(&world, 90, 1000);
    plant(&world, 90, 1, 2, 0.6);
    struct assay_slice_rows rows = rows_of(&world);
    rows.cluster = world.cluster;
    rows.n_cluster = world.n;
    for (size_t k = 1;; k++) {
        struct assay_error err = {0};
        struct assay_slice_search search = {.n_slice = 77};
        test_fail_allocation(k);
        enum assay_status status = assay_slices_find(&rows, &options, &search, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK) {
            ck_assert_uint_ge(search.n_found, 1);
            ck_assert_uint_ge(k, 20);
            assay_slice_search_clear(&search);
            return;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(search.n_slice, 77);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_slice_is_counted_as_a_walk_over_the_rows_counts_it);
    tcase_add_test(tc, conditions_are_codes_and_runs_of_bands_from_either_end);
    tcase_add_test(tc, t_is_the_deviance_of_slice_and_rest);
    tcase_add_test(tc, a_risk_that_is_understated_everywhere_is_one_of_misses);
    tcase_add_loop_test(tc, what_matters_to_nobody_has_no_t, 0, COUNT(nothing));
    tcase_add_test(tc, p_values_are_those_of_the_mixture);
    tcase_add_test(tc, redrawn_searches_find_the_largest_t);
    tcase_add_loop_test(tc, a_planted_pair_is_found_and_nothing_else, 0, 4);
    tcase_add_loop_test(tc, a_planted_single_condition_needs_no_second, 0, 3);
    tcase_add_test(tc, false_alarms_have_a_search_of_their_own);
    tcase_add_test(tc, nothing_is_found_where_nothing_is);
    tcase_add_test(tc, neither_the_order_of_rows_nor_threads_matter);
    tcase_add_test(tc, copies_of_a_row_are_no_evidence);
    tcase_add_loop_test(tc, slices_that_are_looked_at_together_are_as_a_walk_over_the_rows_finds_them, 0, 4);
    tcase_add_test(tc, scores_are_not_asked_for_where_no_events_are_drawn);
    tcase_add_test(tc, few_rows_and_no_columns_find_nothing);
    tcase_add_test(tc, every_failing_allocation_is_said);
}

ASSAY_SUITE("metric/slices", add_tests)
