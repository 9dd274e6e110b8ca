/* How far baselines moved, against closed forms. The reference is the whole numbers from 1 to 99,
 * whose mean is 50: where points move by a + b x, the mean of the movements is a + 50 b as long as
 * none changes its sign. */
#include "tests/release/changeable.h"

struct pair {
    struct assay_model before, after;
    struct assay_change change;
};

static void pair_of(struct pair *pair)
{
    pair->change = (struct assay_change){0};
    changeable(&pair->before, ANCHORED);
    changeable(&pair->after, ANCHORED);
}

static void pair_compare(struct pair *pair)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_change_find(&pair->before, &pair->after, &pair->change, &err));
}

static void pair_clear(struct pair *pair)
{
    assay_change_clear(&pair->change);
    assay_model_clear(&pair->before);
    assay_model_clear(&pair->after);
}

static void ck_moved(const struct pair *pair, const char *name, bool method, double mean,
                     double largest)
{
    ck_assert_uint_eq(pair->change.n_baseline, 1);
    const struct assay_baseline_change *got = &pair->change.baselines[0];
    ck_assert_str_eq(got->name, name);
    ck_assert(got->method == method);
    test_close("mean", got->mean, mean, 1e-12, 1);
    test_close("largest", got->largest, largest, 1e-12, 1);
}

START_TEST(knots_move_by_what_their_lines_move_at_the_percentiles)
{
    struct pair pair;
    pair_of(&pair);
    for (size_t v = 0; v < N_NODE; v++)
        pair.after.baselines[USE].knots[v].s[0] = 20; /* s moves by 20 - 0.2 x */
    give_reference(&pair.before, "use");
    give_reference(&pair.after, "use");
    pair_compare(&pair);
    ck_moved(&pair, "use", false, 10, 19.8);
    pair_clear(&pair);
}
END_TEST

START_TEST(the_percentiles_of_one_model_alone_will_do)
{
    for (size_t k = 0; k < 2; k++) {
        struct pair pair;
        pair_of(&pair);
        for (size_t v = 0; v < N_NODE; v++)
            pair.after.baselines[USE].knots[v].s[1] = 80; /* -0.2 x */
        give_reference(k == 0 ? &pair.before : &pair.after, "use");
        pair_compare(&pair);
        ck_moved(&pair, "use", false, 10, -19.8);
        pair_clear(&pair);
    }
}
END_TEST

START_TEST(without_percentiles_the_knots_of_both_are_the_places)
{
    struct pair pair;
    pair_of(&pair);
    for (size_t v = 0; v < N_NODE; v++)
        pair.after.baselines[USE].knots[v].s[0] = 20; /* 20 and 0 at the ends */
    pair_compare(&pair);
    ck_moved(&pair, "use", false, 10, 20);
    pair_clear(&pair);
}
END_TEST

/* 900 rows, of them 300 in Team, of them 100 in its first months: each cohort compares what its
 * children leave. */
START_TEST(cohorts_count_by_the_rows_that_they_compare)
{
    static const double share[N_NODE] = {600.0 / 900, 200.0 / 900, 100.0 / 900};
    for (size_t v = 0; v < N_NODE; v++) {
        struct pair pair;
        pair_of(&pair);
        pair.after.baselines[USE].knots[v].s[0] = 20;
        give_reference(&pair.after, "use");
        pair_compare(&pair);
        ck_moved(&pair, "use", false, 10 * share[v], 19.8);
        pair_clear(&pair);
    }
}
END_TEST

START_TEST(without_rows_cohorts_count_alike)
{
    struct pair pair;
    pair_of(&pair);
    for (size_t v = 0; v < N_NODE; v++)
        pair.before.cohorts.nodes[v].rows = pair.after.cohorts.nodes[v].rows = 0;
    pair.after.baselines[USE].knots[TEAM].s[0] = 20;
    give_reference(&pair.after, "use");
    pair_compare(&pair);
    ck_moved(&pair, "use", false, 10.0 / 3, 19.8);
    pair_clear(&pair);
}
END_TEST

START_TEST(cohorts_that_only_one_model_has_are_left_out)
{
    struct pair pair;
    pair_of(&pair);
    retext(&pair.after.cohorts.nodes[TEAM].plan, "Pro");
    retext(&pair.after.cohorts.nodes[TEAM_FIRST].plan, "Pro");
    for (size_t v = 1; v < N_NODE; v++)
        pair.after.baselines[USE].knots[v].s[0] = 90;
    give_reference(&pair.after, "use");
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 0);
    pair_clear(&pair);
}
END_TEST

/* Bands cut elsewhere hold other accounts; the plan above them holds the same. */
START_TEST(other_bands_are_other_cohorts)
{
    struct pair pair;
    pair_of(&pair);
    pair.after.spec.cohort.bands[0] = 24;
    pair.after.baselines[USE].knots[TEAM_FIRST].s[0] = 90;
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 0);
    pair_clear(&pair);
    pair_of(&pair);
    pair.after.spec.cohort.bands[0] = 24;
    pair.after.baselines[USE].knots[TEAM].s[0] = 20;
    pair_compare(&pair);
    ck_moved(&pair, "use", false, 10 * 200.0 / 800, 20);
    pair_clear(&pair);
}
END_TEST

/* Knots in another order of cohorts are found by what the cohorts are. */
START_TEST(cohorts_are_found_wherever_they_stand)
{
    struct pair pair;
    pair_of(&pair);
    struct assay_cohort_node node = {.plan = handmade_text("Basic"), .band = ASSAY_ANY_BAND};
    struct assay_model *after = &pair.after;
    struct assay_cohort_node *nodes = handmade_alloc(N_NODE + 1, sizeof *nodes);
    struct assay_knots *knots = handmade_alloc(N_NODE + 1, sizeof *knots);
    for (size_t v = 0; v < N_NODE; v++) {
        nodes[v > 0 ? v + 1 : 0] = after->cohorts.nodes[v];
        knots[v > 0 ? v + 1 : 0] = after->baselines[USE].knots[v];
    }
    nodes[1] = node;
    nodes[3].parent = 2;
    straight_knots(&knots[1], 0);
    free(after->cohorts.nodes);
    free(after->baselines[USE].knots);
    after->cohorts.nodes = nodes;
    after->baselines[USE].knots = knots;
    after->cohorts.n_node = after->baselines[USE].n_node = N_NODE + 1;
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 0);
    ck_assert_uint_eq(pair.change.n_minor, 1);
    ck_assert_str_eq(pair.change.minor[0], "cohorts known now: \"Basic\"");
    pair_clear(&pair);
}
END_TEST

START_TEST(a_range_moves_at_the_bounds_of_both)
{
    struct pair pair;
    pair_of(&pair);
    pair.after.spec.signals[SEATS].normalise.high = 10; /* at 0, 8, 0, 10: 0, 80 - 100, 0, 0 */
    pair_compare(&pair);
    ck_moved(&pair, "seats", true, 5, -20);
    pair_clear(&pair);
}
END_TEST

/* none -> range 0 to 200: s halves. */
START_TEST(another_method_is_compared_by_its_points)
{
    struct pair pair;
    pair_of(&pair);
    pair.after.spec.signals[NPS].normalise =
        (struct assay_normalise_spec){.method = ASSAY_RANGE, .low = 0, .high = 200};
    give_reference(&pair.after, "nps");
    pair_compare(&pair);
    ck_moved(&pair, "nps", true, 25, -49.5);
    pair_clear(&pair);
}
END_TEST

/* Percentiles give x in every cohort, the range 100 - x where lower is better: |100 - 2x| has the
 * mean 50 x 49 / 99 x 2 over 1 to 99. */
START_TEST(a_direction_that_turns_is_no_baseline_but_moves_one_that_is)
{
    struct pair pair;
    pair_of(&pair);
    pair.after.spec.signals[NPS].better = ASSAY_LOWER;
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 0);
    pair_clear(&pair);
    pair_of(&pair);
    assay_baseline_clear(&pair.after.baselines[USE]);
    pair.after.spec.signals[USE].better = ASSAY_LOWER;
    pair.after.spec.signals[USE].normalise =
        (struct assay_normalise_spec){.method = ASSAY_RANGE, .low = 0, .high = 100};
    give_reference(&pair.after, "use");
    pair_compare(&pair);
    ck_moved(&pair, "use", true, 4900.0 / 99, 98);
    pair_clear(&pair);
}
END_TEST

/* Steps of 3 rows in 4 stay, those of the fourth gain 10; a category that only the newer table has
 * was missing, and neutral, before. */
START_TEST(categories_count_by_how_frequent_they_were)
{
    static const char *const names[] = {"monthly", "yearly", "multi-year"};
    static const size_t counts[] = {6, 1, 1};
    struct pair pair;
    pair_of(&pair);
    give_steps(&pair.before, SEATS, names, (double[]){0, 60}, 2);
    give_steps(&pair.after, SEATS, names, (double[]){0, 70, 100}, 3);
    give_categories(&pair.after, "seats", names, counts, 3);
    pair_compare(&pair);
    ck_moved(&pair, "seats", true, (10.0 + 50.0) / 8, 50);
    pair_clear(&pair);
}
END_TEST

START_TEST(steps_without_a_reference_are_compared_row_by_row)
{
    struct pair pair;
    pair_of(&pair);
    give_steps(&pair.before, SEATS, NULL, (double[]){0, 50, 100}, 3);
    give_steps(&pair.after, SEATS, NULL, (double[]){0, 40, 100}, 3);
    pair_compare(&pair);
    ck_moved(&pair, "seats", true, 10.0 / 3, -10);
    ck_assert_uint_eq(pair.change.n_minor, 1);
    ck_assert_str_eq(pair.change.minor[0],
                     "signal \"seats\": normalise steps from 0: 0, from 10: 50, "
                     "from 20: 100 -> steps from 0: 0, from 10: 40, from 20: 100");
    pair_clear(&pair);
}
END_TEST

START_TEST(numbers_and_categories_cannot_be_compared)
{
    struct pair pair;
    pair_of(&pair);
    give_steps(&pair.after, SEATS, (const char *const[]){"few"}, (double[]){10}, 1);
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 1);
    ck_assert(pair.change.baselines[0].method);
    ck_assert(isnan(pair.change.baselines[0].mean) && isnan(pair.change.baselines[0].largest));
    pair_clear(&pair);
}
END_TEST

START_TEST(of_many_baselines_the_reason_names_the_farthest)
{
    struct pair pair;
    pair_of(&pair);
    give_percentiles(&pair.before, NPS);
    give_percentiles(&pair.after, NPS);
    pair.after.baselines[USE].knots[TEAM].s[0] = 20;
    pair.after.baselines[NPS].knots[ALL].s[0] = 6; /* 3 on average, in two thirds of the rows */
    pair_compare(&pair);
    ck_assert_uint_eq(pair.change.n_baseline, 2);
    ck_assert_uint_eq(pair.change.n_minor, 1);
    ck_assert_str_eq(pair.change.minor[0],
                     "baselines of 2 signals, most of all \"use\": by 2.2 points on "
                     "average, +20.0 at most");
    pair_clear(&pair);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, knots_move_by_what_their_lines_move_at_the_percentiles);
    tcase_add_test(tc, the_percentiles_of_one_model_alone_will_do);
    tcase_add_test(tc, without_percentiles_the_knots_of_both_are_the_places);
    tcase_add_test(tc, cohorts_count_by_the_rows_that_they_compare);
    tcase_add_test(tc, without_rows_cohorts_count_alike);
    tcase_add_test(tc, cohorts_that_only_one_model_has_are_left_out);
    tcase_add_test(tc, other_bands_are_other_cohorts);
    tcase_add_test(tc, cohorts_are_found_wherever_they_stand);
    tcase_add_test(tc, a_range_moves_at_the_bounds_of_both);
    tcase_add_test(tc, another_method_is_compared_by_its_points);
    tcase_add_test(tc, a_direction_that_turns_is_no_baseline_but_moves_one_that_is);
    tcase_add_test(tc, categories_count_by_how_frequent_they_were);
    tcase_add_test(tc, steps_without_a_reference_are_compared_row_by_row);
    tcase_add_test(tc, numbers_and_categories_cannot_be_compared);
    tcase_add_test(tc, of_many_baselines_the_reason_names_the_farthest);
}

ASSAY_SUITE("release/change_baseline", add_tests)
