#include "core/signal/normalise.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

/* s of each value, in both directions: lower is 100 minus higher. */
static void check_number(struct assay_normalise_spec normalise, double value, double want)
{
    struct assay_signal_spec signal = {.normalise = normalise, .better = ASSAY_HIGHER};
    ck_assert_double_eq(assay_normalise_number(&signal, NULL, value), want);
    signal.better = ASSAY_LOWER;
    ck_assert_double_eq(assay_normalise_number(&signal, NULL, value), 100 - want);
}

START_TEST(range_is_linear_and_clamped)
{
    static const struct {
        double value, s;
    } cases[] = {{-20, 0},   {-10, 0},  {0, 25},     {10, 50},        {29, 97.5},
                 {30, 100},  {31, 100}, {1e308, 100}, {-1e308, 0},     {20, 75}};
    struct assay_normalise_spec range = {.method = ASSAY_RANGE, .low = -10, .high = 30};
    for (size_t k = 0; k < COUNT(cases); k++)
        check_number(range, cases[k].value, cases[k].s);
}
END_TEST

START_TEST(steps_start_on_their_value)
{
    struct assay_step steps[] = {{NULL, 0, 10}, {NULL, 5, 40}, {NULL, 20, 100}};
    struct assay_normalise_spec normalise = {
        .method = ASSAY_STEPS, .steps = steps, .n_step = COUNT(steps)};
    static const struct {
        double value, s;
    } cases[] = {{-1e9, 10}, {-0.5, 10}, {0, 10},      {4.999999, 10}, {5, 40},
                 {19.99, 40}, {20, 100}, {1e9, 100}};
    for (size_t k = 0; k < COUNT(cases); k++)
        check_number(normalise, cases[k].value, cases[k].s);
}
END_TEST

START_TEST(none_only_clamps)
{
    static const struct {
        double value, s;
    } cases[] = {{-1, 0}, {0, 0}, {33.25, 33.25}, {100, 100}, {100.5, 100}};
    struct assay_normalise_spec none = {.method = ASSAY_NONE};
    for (size_t k = 0; k < COUNT(cases); k++)
        check_number(none, cases[k].value, cases[k].s);
}
END_TEST

START_TEST(percentile_is_linear_between_knots_and_flat_beyond)
{
    double x[] = {0, 1, 5, 7}, s[] = {10, 30, 40, 95};
    struct assay_knots knots = {.n = COUNT(x), .x = x, .s = s};
    static const struct {
        double value, s;
    } cases[] = {{-3, 10}, {0, 10}, {0.5, 20}, {1, 30},  {3, 35},
                 {5, 40},  {6, 67.5}, {7, 95},  {8, 95}, {1e308, 95}};
    struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (size_t k = 0; k < COUNT(cases); k++) {
        ck_assert_double_eq(assay_normalise_number(&signal, &knots, cases[k].value), cases[k].s);
        signal.better = ASSAY_LOWER; /* knots are turned already */
        ck_assert_double_eq(assay_normalise_number(&signal, &knots, cases[k].value), cases[k].s);
    }
}
END_TEST

START_TEST(one_knot_gives_one_value)
{
    double x = 4, s = 50;
    struct assay_knots knots = {.n = 1, .x = &x, .s = &s};
    struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (double value = 3; value <= 5; value++)
        ck_assert_double_eq(assay_normalise_number(&signal, &knots, value), 50);
}
END_TEST

/* Every knot's interval is found, however many there are, and the ends meet. */
START_TEST(knots_are_found_by_value_whatever_their_number)
{
    struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (size_t n = 2; n <= 65; n++) {
        double x[65], s[65];
        for (size_t k = 0; k < n; k++) {
            x[k] = (double)(k * k);
            s[k] = 100 * (double)k / (double)(n - 1);
        }
        struct assay_knots knots = {.n = n, .x = x, .s = s};
        for (size_t k = 0; k + 1 < n; k++) {
            double middle = (x[k] + x[k + 1]) / 2;
            ck_assert_double_eq(assay_normalise_number(&signal, &knots, x[k]), s[k]);
            ck_assert_double_eq_tol(assay_normalise_number(&signal, &knots, middle),
                                    (s[k] + s[k + 1]) / 2, 1e-13 * 100);
        }
    }
}
END_TEST

/* The distance between two doubles may itself be beyond double. */
START_TEST(knots_at_the_ends_of_double_give_finite_points)
{
    double x[] = {-1.5e308, 1.5e308}, s[] = {0, 100};
    struct assay_knots knots = {.n = 2, .x = x, .s = s};
    struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    ck_assert_double_eq(assay_normalise_number(&signal, &knots, 0), 50);
    ck_assert_double_eq_tol(assay_normalise_number(&signal, &knots, 0.75e308), 75, 1e-12);
}
END_TEST

START_TEST(a_missing_number_stays_missing)
{
    double x = 1, s = 50;
    struct assay_knots knots = {.n = 1, .x = &x, .s = &s};
    struct assay_step steps[] = {{NULL, 0, 10}, {NULL, 5, 40}};
    for (int method = ASSAY_PERCENTILE; method <= ASSAY_NONE; method++)
        for (int better = ASSAY_HIGHER; better <= ASSAY_LOWER; better++) {
            struct assay_signal_spec signal = {
                .better = (enum assay_better)better,
                .normalise = {(enum assay_method)method, 0, 1, steps, COUNT(steps), false}};
            ck_assert_double_nan(assay_normalise_number(&signal, &knots, (double)NAN));
            ck_assert(!assay_normalise_clamps(&signal, &knots, (double)NAN));
        }
}
END_TEST

/* ---- categories ---- */

START_TEST(categories_have_their_points)
{
    struct assay_step steps[] = {{(char *)"monthly", 0, 0}, {(char *)"yearly", 0, 60},
                                 {(char *)"multi-year", 0, 100}};
    struct assay_signal_spec signal = {
        .normalise = {ASSAY_STEPS, 0, 0, steps, COUNT(steps), true}};
    bool unknown = true;
    for (size_t k = 0; k < COUNT(steps); k++) {
        signal.better = ASSAY_HIGHER;
        ck_assert_double_eq(assay_normalise_category(&signal, steps[k].category, &unknown),
                            steps[k].points);
        ck_assert(!unknown);
        signal.better = ASSAY_LOWER;
        ck_assert_double_eq(assay_normalise_category(&signal, steps[k].category, &unknown),
                            100 - steps[k].points);
        ck_assert(!unknown);
    }
    static const char *const strangers[] = {"weekly", "Yearly", "year", "yearly ", ""};
    for (size_t k = 0; k < COUNT(strangers); k++) {
        ck_assert_double_nan(assay_normalise_category(&signal, strangers[k], &unknown));
        ck_assert(unknown);
        unknown = false;
    }
    unknown = true;
    ck_assert_double_nan(assay_normalise_category(&signal, NULL, &unknown));
    ck_assert(!unknown); /* missing is not unknown */
}
END_TEST

START_TEST(clamps_tell_what_lies_beyond_the_method)
{
    double x[] = {2, 8}, s[] = {10, 90};
    struct assay_knots knots = {.n = 2, .x = x, .s = s};
    struct assay_step steps[] = {{NULL, 2, 0}, {NULL, 8, 100}};
    struct assay_step categories[] = {{(char *)"a", 0, 0}, {(char *)"b", 0, 100}};
    static const struct {
        enum assay_method method;
        double value;
        bool clamped;
    } cases[] = {
        {ASSAY_PERCENTILE, 2, false}, {ASSAY_PERCENTILE, 1.9, true}, {ASSAY_PERCENTILE, 8, false},
        {ASSAY_PERCENTILE, 8.1, true}, {ASSAY_RANGE, 2, false},      {ASSAY_RANGE, 1.9, true},
        {ASSAY_RANGE, 8, false},       {ASSAY_RANGE, 8.1, true},     {ASSAY_STEPS, 2, false},
        {ASSAY_STEPS, 1.9, true},      {ASSAY_STEPS, 1e9, false},    {ASSAY_NONE, 0, false},
        {ASSAY_NONE, -0.1, true},      {ASSAY_NONE, 100, false},     {ASSAY_NONE, 100.1, true},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_signal_spec signal = {
            .normalise = {cases[k].method, 2, 8, steps, COUNT(steps), false}};
        ck_assert_msg(assay_normalise_clamps(&signal, &knots, cases[k].value) == cases[k].clamped,
                      "%s of %g", assay_method_names[cases[k].method], cases[k].value);
    }
    struct assay_signal_spec signal = {
        .normalise = {ASSAY_STEPS, 0, 0, categories, COUNT(categories), true}};
    ck_assert(!assay_normalise_clamps(&signal, NULL, -5));
}
END_TEST

/* ---- composite ---- */

enum { MOST = 12 };

START_TEST(a_complete_row_is_a_weighted_average)
{
    struct assay_signal_spec signals[3] = {{.missing = ASSAY_NEUTRAL}, {.missing = ASSAY_DROP},
                                           {.missing = ASSAY_RENORMALISE}};
    double s[] = {10, 50, 90};
    bool missing[] = {true, true, true};
    ck_assert_double_eq(assay_composite(signals, (const double[]){0.5, 0.25, 0.25}, 3, s, 1, missing),
                        40);
    ck_assert(!missing[0] && !missing[1] && !missing[2]);
    ck_assert_double_eq(s[2], 90);
}
END_TEST

START_TEST(neutral_indicator_and_drop_put_fifty)
{
    static const enum assay_missing_policy policies[] = {ASSAY_NEUTRAL, ASSAY_INDICATOR, ASSAY_DROP};
    for (size_t k = 0; k < COUNT(policies); k++) {
        struct assay_signal_spec signals[2] = {{.missing = policies[k]}, {.missing = policies[k]}};
        double s[] = {(double)NAN, 90};
        bool missing[2];
        ck_assert_double_eq(
            assay_composite(signals, (const double[]){0.75, 0.25}, 2, s, 1, missing), 60);
        ck_assert_double_eq(s[0], 50);
        ck_assert(missing[0] && !missing[1]);
    }
}
END_TEST

START_TEST(renormalise_puts_the_composite_of_the_rest)
{
    struct assay_signal_spec signals[3] = {
        {.missing = ASSAY_RENORMALISE}, {.missing = ASSAY_NEUTRAL}, {.missing = ASSAY_RENORMALISE}};
    double s[] = {(double)NAN, (double)NAN, 80};
    bool missing[3];
    /* the neutral one counts as 50: (0.25 * 50 + 0.5 * 80) / 0.75 = 70 */
    ck_assert_double_eq(
        assay_composite(signals, (const double[]){0.25, 0.25, 0.5}, 3, s, 1, missing), 70);
    ck_assert_double_eq(s[0], 70);
    ck_assert_double_eq(s[1], 50);
    ck_assert(missing[0] && missing[1] && !missing[2]);
}
END_TEST

START_TEST(renormalise_with_nothing_left_is_fifty)
{
    struct assay_signal_spec signals[2] = {{.missing = ASSAY_RENORMALISE},
                                           {.missing = ASSAY_RENORMALISE}};
    double all[] = {(double)NAN, (double)NAN}, weightless[] = {(double)NAN, 90};
    ck_assert_double_eq(assay_composite(signals, (const double[]){0.5, 0.5}, 2, all, 1, NULL), 50);
    ck_assert_double_eq(all[0], 50);
    ck_assert_double_eq(assay_composite(signals, (const double[]){1, 0}, 2, weightless, 1, NULL), 50);
    ck_assert_double_eq(weightless[0], 50);
    ck_assert_double_eq(weightless[1], 90);
}
END_TEST

/* Leaving signals out and letting the other weights add up to 1 is what the policy promises. The
 * two ways add a dozen products up to 100 in different order: 1e-13 of 100 covers the rounding. */
START_TEST(renormalising_equals_leaving_out)
{
    for (uint64_t seed = 0; seed < 2000; seed++) {
        struct test_random random = {seed};
        struct assay_signal_spec signals[MOST] = {0};
        double weight[MOST], s[MOST], total = 0, present = 0, sum = 0;
        size_t n = 1 + test_below(&random, MOST);
        for (size_t j = 0; j < n; j++) {
            signals[j].missing = ASSAY_RENORMALISE;
            total += weight[j] = test_uniform(&random);
        }
        for (size_t j = 0; j < n; j++) {
            weight[j] /= total;
            s[j] = test_below(&random, 3) == 0 ? (double)NAN : 100 * test_uniform(&random);
            if (!isnan(s[j])) {
                present += weight[j];
                sum += weight[j] * s[j];
            }
        }
        double want = present > 0 ? sum / present : 50;
        ck_assert_double_eq_tol(assay_composite(signals, weight, n, s, 1, NULL), want, 1e-11);
    }
}
END_TEST

START_TEST(points_put_what_was_declared)
{
    struct assay_signal_spec signals[3] = {{.missing = ASSAY_POINTS, .missing_points = 20},
                                           {.missing = ASSAY_POINTS, .missing_points = 0},
                                           {.missing = ASSAY_POINTS, .missing_points = 100}};
    double s[] = {(double)NAN, (double)NAN, 64};
    bool missing[3];
    ck_assert_double_eq(
        assay_composite(signals, (const double[]){0.5, 0.25, 0.25}, 3, s, 1, missing), 26);
    ck_assert_double_eq(s[0], 20);
    ck_assert_double_eq(s[1], 0);
    ck_assert(missing[0] && missing[1] && !missing[2]);
    ck_assert_double_eq(assay_missing_points(&signals[2]), 100);
    ck_assert_double_eq(assay_missing_points(&(struct assay_signal_spec){.missing = ASSAY_DROP}), 50);
}
END_TEST

#define IN(name, policy) {.dimension = (char *)name, .missing = policy}

/* Of "product" b has 80 and c, which is neutral, 50 for its gap: (0.25 * 80 + 0.125 * 50) / 0.375 = 70
 * stands for a and e; "support" has no part in it, though its signals stand between. */
START_TEST(renormalise_dimension_puts_the_average_of_its_dimension)
{
    struct assay_signal_spec signals[5] = {
        IN("product", ASSAY_RENORMALISE_DIMENSION), IN("product", ASSAY_DROP),
        IN("support", ASSAY_NEUTRAL), IN("product", ASSAY_NEUTRAL),
        IN("product", ASSAY_RENORMALISE_DIMENSION)};
    double s[] = {(double)NAN, 80, 10, (double)NAN, (double)NAN};
    bool missing[5];
    double h = assay_composite(signals, (const double[]){0.125, 0.25, 0.25, 0.125, 0.25}, 5, s, 1,
                               missing);
    ck_assert_double_eq(s[0], 70);
    ck_assert_double_eq(s[4], 70);
    ck_assert_double_eq(s[3], 50);
    ck_assert_double_eq(h, 0.375 * 70 + 0.25 * 80 + 0.25 * 10 + 0.125 * 50);
    ck_assert(missing[0] && !missing[1] && !missing[2] && missing[3] && missing[4]);
}
END_TEST

/* Step 2 fills d from e with 20; a has nobody in "product" but b, which is to have the average of all.
 * Step 3 gives both what c, d and e come to: (0.25 * 80 + 0.125 * 20 + 0.125 * 20) / 0.5 = 50. */
START_TEST(a_dimension_without_points_takes_the_average_of_all_that_are_there_by_then)
{
    struct assay_signal_spec signals[5] = {
        IN("product", ASSAY_RENORMALISE_DIMENSION), IN("product", ASSAY_RENORMALISE),
        IN("support", ASSAY_NEUTRAL), IN("money", ASSAY_RENORMALISE_DIMENSION),
        IN("money", ASSAY_NEUTRAL)};
    double s[] = {(double)NAN, (double)NAN, 80, (double)NAN, 20};
    static const double weight[] = {0.25, 0.25, 0.25, 0.125, 0.125};
    ck_assert_double_eq(assay_composite(signals, weight, 5, s, 1, NULL), 50);
    ck_assert_double_eq(s[3], 20);
    ck_assert_double_eq(s[0], 50);
    ck_assert_double_eq(s[1], 50);
    double weightless[] = {(double)NAN, 90, 30}; /* what has no weight has no say */
    struct assay_signal_spec others[3] = {IN("product", ASSAY_RENORMALISE_DIMENSION),
                                          IN("product", ASSAY_NEUTRAL),
                                          IN("support", ASSAY_NEUTRAL)};
    assay_composite(others, (const double[]){0.5, 0, 0.5}, 3, weightless, 1, NULL);
    ck_assert_double_eq(weightless[0], 30);
}
END_TEST

/* With one dimension the two policies are one, to the bit: the same sums in the same order. */
START_TEST(within_a_single_dimension_both_renormalise_alike)
{
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct test_random random = {seed};
        struct assay_signal_spec all[MOST] = {0}, within[MOST] = {0};
        double weight[MOST], s[MOST], t[MOST];
        size_t n = 1 + test_below(&random, MOST);
        for (size_t j = 0; j < n; j++) {
            all[j] = (struct assay_signal_spec)IN("d", ASSAY_RENORMALISE);
            within[j] = (struct assay_signal_spec)IN("d", ASSAY_RENORMALISE_DIMENSION);
            weight[j] = test_below(&random, 4) == 0 ? 0 : test_uniform(&random);
            s[j] = t[j] = test_below(&random, 2) == 0 ? (double)NAN : 100 * test_uniform(&random);
        }
        ck_assert_double_eq(assay_composite(all, weight, n, s, 1, NULL),
                            assay_composite(within, weight, n, t, 1, NULL));
        ck_assert_mem_eq(s, t, n * sizeof *s);
    }
}
END_TEST

/* ---- rounding ---- */

START_TEST(a_half_goes_up_where_it_is_one_on_paper)
{
    static const double cases[][2] = {
        {0, 0},       {0.4999, 0}, {0.5, 1},          {2.5, 3},           {2.4999999995, 3},
        {2.49999999, 2}, {99.5, 100}, {100, 100}, {49.999999999999, 50}, {50.2, 50}};
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_double_eq(assay_round_half_up(cases[k][0]), cases[k][1]);
    /* weights as people write them: 1.5, 7.5, 67.5 and 2.5 on paper, the first a digit less in binary */
    ck_assert_double_lt((0.1 * 0 + 0.3 * 2) / (0.1 + 0.3), 1.5);
    ck_assert_double_eq(assay_round_half_up((0.1 * 0 + 0.3 * 2) / (0.1 + 0.3)), 2);
    ck_assert_double_eq(assay_round_half_up((0.1 * 3 + 0.3 * 9) / (0.1 + 0.3)), 8);
    ck_assert_double_eq(assay_round_half_up((0.1 * 60 + 0.3 * 70) / (0.1 + 0.3)), 68);
    ck_assert_double_eq(assay_round_half_up((0.3 * 0 + 0.1 * 10) / (0.3 + 0.1)), 3);
}
END_TEST

/* "product" comes to 0.6 / 0.4 = 1.5, which is 2, and "support" to 7.2 / 0.6 = 12: 0.4 * 2 + 0.6 * 12 = 8.
 * Four products of order 1 and a division: 1e-14. */
START_TEST(rounded_dimensions_are_averaged_by_their_weights)
{
    struct assay_signal_spec signals[4] = {IN("product", ASSAY_NEUTRAL), IN("support", ASSAY_NEUTRAL),
                                           IN("product", ASSAY_NEUTRAL), IN("support", ASSAY_NEUTRAL)};
    static const double weight[] = {0.1, 0.2, 0.3, 0.4}, s[] = {0, 10, 2, 13};
    static const bool missing[4] = {false};
    ck_assert_double_eq_tol(assay_composite_rounded(signals, weight, 4, s, missing, -1), 8, 1e-14);
}
END_TEST

/* One dimension at a time, as assay_composite() leaves it; "support" is 90.4, which is 90. */
static const struct {
    struct assay_signal_spec signals[4];
    double s[4], weight[4], composite, rounded;
} filled[] = {
    /* step 3 gives b (2.6 + 45.2) / 0.75: no part of 10.4, but b's weight goes with its dimension */
    {{IN("product", ASSAY_NEUTRAL), IN("product", ASSAY_RENORMALISE), IN("support", ASSAY_NEUTRAL)},
     {10.4, NAN, 90.4}, {0.25, 0.25, 0.5}, (2.6 + 45.2) / 0.75, 50},
    /* step 2 gives b 10.4 */
    {{IN("product", ASSAY_NEUTRAL), IN("product", ASSAY_RENORMALISE_DIMENSION),
      IN("support", ASSAY_NEUTRAL)},
     {10.4, NAN, 90.4}, {0.25, 0.25, 0.5}, 0.5 * 10.4 + 0.5 * 90.4, 50},
    /* nothing in "product": it is left out, whichever way it was filled */
    {{IN("product", ASSAY_RENORMALISE), IN("product", ASSAY_RENORMALISE), IN("support", ASSAY_NEUTRAL)},
     {NAN, NAN, 90.4}, {0.25, 0.25, 0.5}, 90.4, 90},
    {{IN("product", ASSAY_RENORMALISE), IN("product", ASSAY_RENORMALISE_DIMENSION),
      IN("support", ASSAY_NEUTRAL)},
     {NAN, NAN, 90.4}, {0.25, 0.25, 0.5}, 90.4, 90},
    /* 0 for a gap counts: (0.25 * 0 + 0.25 * 11) / 0.5 = 5.5 */
    {{{.dimension = (char *)"product", .missing = ASSAY_POINTS}, IN("product", ASSAY_NEUTRAL),
      IN("support", ASSAY_NEUTRAL)},
     {NAN, 11, 90.4}, {0.25, 0.25, 0.5}, 0.25 * 11 + 0.5 * 90.4, 0.5 * 6 + 0.5 * 90},
    /* present, but without weight */
    {{IN("product", ASSAY_NEUTRAL), IN("product", ASSAY_RENORMALISE), IN("support", ASSAY_NEUTRAL)},
     {10.4, NAN, 90.4}, {0, 0.5, 0.5}, 90.4, 90},
    /* nothing at all: the neutral composite as it is */
    {{IN("product", ASSAY_RENORMALISE), IN("product", ASSAY_RENORMALISE_DIMENSION),
      IN("support", ASSAY_RENORMALISE)},
     {NAN, NAN, NAN}, {0.25, 0.25, 0.5}, 50, 50},
};

START_TEST(what_is_filled_from_other_dimensions_is_no_part_of_an_average)
{
    double s[4];
    bool missing[4];
    memcpy(s, filled[_i].s, sizeof s);
    double h = assay_composite(filled[_i].signals, filled[_i].weight, 3, s, 1, missing);
    ck_assert_double_eq_tol(h, filled[_i].composite, 1e-13);
    ck_assert_double_eq(
        assay_composite_rounded(filled[_i].signals, filled[_i].weight, 3, s, missing, h),
        filled[_i].rounded);
}
END_TEST

START_TEST(where_no_dimension_counts_the_composite_stays_as_it_is)
{
    struct assay_signal_spec signals[2] = {IN("product", ASSAY_RENORMALISE),
                                           IN("support", ASSAY_RENORMALISE)};
    static const double weight[] = {0.5, 0.5}, s[] = {50, 50};
    static const bool missing[] = {true, true};
    ck_assert_double_eq(assay_composite_rounded(signals, weight, 2, s, missing, 12.34), 12.34);
}
END_TEST

START_TEST(a_stride_takes_every_nth_value)
{
    struct assay_signal_spec signals[2] = {{.missing = ASSAY_NEUTRAL}, {.missing = ASSAY_NEUTRAL}};
    double s[] = {10, -1, -1, (double)NAN, -1, -1};
    bool missing[6] = {0};
    ck_assert_double_eq(assay_composite(signals, (const double[]){0.5, 0.5}, 2, s, 3, missing), 30);
    ck_assert_double_eq(s[3], 50);
    ck_assert_double_eq(s[1], -1);
    ck_assert(missing[3] && !missing[0] && !missing[1]);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, range_is_linear_and_clamped);
    tcase_add_test(tc, steps_start_on_their_value);
    tcase_add_test(tc, none_only_clamps);
    tcase_add_test(tc, percentile_is_linear_between_knots_and_flat_beyond);
    tcase_add_test(tc, one_knot_gives_one_value);
    tcase_add_test(tc, knots_are_found_by_value_whatever_their_number);
    tcase_add_test(tc, knots_at_the_ends_of_double_give_finite_points);
    tcase_add_test(tc, a_missing_number_stays_missing);
    tcase_add_test(tc, categories_have_their_points);
    tcase_add_test(tc, clamps_tell_what_lies_beyond_the_method);
    tcase_add_test(tc, a_complete_row_is_a_weighted_average);
    tcase_add_test(tc, neutral_indicator_and_drop_put_fifty);
    tcase_add_test(tc, renormalise_puts_the_composite_of_the_rest);
    tcase_add_test(tc, renormalise_with_nothing_left_is_fifty);
    tcase_add_test(tc, renormalising_equals_leaving_out);
    tcase_add_test(tc, points_put_what_was_declared);
    tcase_add_test(tc, renormalise_dimension_puts_the_average_of_its_dimension);
    tcase_add_test(tc, a_dimension_without_points_takes_the_average_of_all_that_are_there_by_then);
    tcase_add_test(tc, within_a_single_dimension_both_renormalise_alike);
    tcase_add_test(tc, a_half_goes_up_where_it_is_one_on_paper);
    tcase_add_test(tc, rounded_dimensions_are_averaged_by_their_weights);
    tcase_add_loop_test(tc, what_is_filled_from_other_dimensions_is_no_part_of_an_average, 0,
                        COUNT(filled));
    tcase_add_test(tc, where_no_dimension_counts_the_composite_stays_as_it_is);
    tcase_add_test(tc, a_stride_takes_every_nth_value);
}

ASSAY_SUITE("signal/normalise", add_tests)
