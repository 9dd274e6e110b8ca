#include "core/signal/ties.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/signal/mixture.h"
#include "core/signal/normalise.h"
#include "tests/signal/coded.h"
#include "tests/signal/world.h"

/* The world's values as a column, plain (form 0) or coded. */
static struct assay_column column_of(struct world *w, int form)
{
    struct assay_column plain = {.type = ASSAY_NUMBER, .numbers = w->values};
    return form == 0 ? plain : coded_column(&plain, w->n);
}

static void column_done(struct assay_column *column)
{
    if (column->numbers == NULL)
        coded_column_free(column);
}

static struct assay_ties tie(const struct world *w, const struct assay_column *column)
{
    struct assay_error err = {0};
    struct assay_ties ties = {0};
    ck_assay_ok(assay_ties_init(column, w->leaf, w->cohorts.n_node, w->n, &ties, &err));
    ck_assert_uint_gt(ties.n_tie, 0);
    return ties;
}

/* Every number of times, none and several, in plain and in coded columns. */
START_TEST(counted_baselines_are_those_of_sorted_rows_to_the_bit)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct test_random random = {seed + 77};
        struct world *w = make_world(seed);
        struct assay_column column = column_of(w, _i % 2);
        struct assay_ties ties = tie(w, &column);
        for (size_t i = 0; i < w->n; i++)
            w->include[i] = (unsigned char)test_below(&random, 4);
        const unsigned char *include = _i < 2 ? NULL : w->include;
        enum assay_better better = seed % 2 ? ASSAY_LOWER : ASSAY_HIGHER;
        struct assay_baseline sorted = estimate(w, w->values, w->leaf, w->n, include, better);
        struct assay_baseline counted = {0};
        ck_assay_ok(
            assay_baseline_count(&ties, w->leaf, include, &w->cohorts, better, &counted, &err));
        check_identical(&sorted, &counted);
        assay_baseline_clear(&sorted);
        assay_baseline_clear(&counted);
        assay_ties_clear(&ties);
        column_done(&column);
        free_world(w);
    }
}
END_TEST

START_TEST(rows_of_a_short_table_have_a_tie_of_their_value_and_cohort)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        struct assay_column column = column_of(w, 0);
        struct assay_ties ties = tie(w, &column);
        for (size_t i = 0; i < w->n; i++) {
            size_t t = ties.tie[i];
            ck_assert_uint_lt(t, ties.n_tie);
            if (isnan(w->values[i])) {
                ck_assert_uint_eq(t, ties.n_tie - 1);
                ck_assert(isnan(ties.value[t]));
                continue;
            }
            ck_assert_double_eq(ties.value[t], w->values[i]);
            ck_assert_uint_eq(ties.leaf[t], w->leaf[i]);
        }
        for (size_t t = 1; t + 1 < ties.n_tie; t++)
            ck_assert(ties.value[t - 1] < ties.value[t] ||
                      (ties.value[t - 1] == ties.value[t] && ties.leaf[t - 1] < ties.leaf[t]));
        assay_ties_clear(&ties);
        free_world(w);
    }
}
END_TEST

/* Sums do not wait for each other's threads. */
START_TEST(threads_do_not_change_a_bit_of_the_knots)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct assay_error err = {0};
        struct world *w = make_world(seed);
        struct assay_column column = column_of(w, 1);
        struct assay_ties ties = tie(w, &column);
        struct assay_runs runs;
        struct assay_baseline one = {0};
        ck_assay_ok(assay_ties_count(&ties, w->leaf, NULL, &runs, &err));
        ck_assay_ok(assay_mixture_estimate(&runs, &w->cohorts, ASSAY_HIGHER, 1, &one, &err));
        for (size_t n_thread = 2; n_thread <= 7; n_thread += 5) {
            struct assay_baseline many = {0};
            ck_assay_ok(
                assay_mixture_estimate(&runs, &w->cohorts, ASSAY_HIGHER, n_thread, &many, &err));
            check_identical(&one, &many);
            assay_baseline_clear(&many);
        }
        assay_baseline_clear(&one);
        assay_runs_clear(&runs);
        assay_ties_clear(&ties);
        column_done(&column);
        free_world(w);
    }
}
END_TEST

/* More points than are kept for several nodes at a time: 70,000 values of which each cohort has half. Its
 * mid-ranks are a straight line, 100 (k + 1/2) / 35,000, of which two knots are left. */
START_TEST(very_many_values_keep_their_mid_ranks)
{
    enum { N = 70000 };
    struct assay_error err = {0};
    struct assay_cohort_spec spec = {.borrow = 0};
    struct assay_cohort_node nodes[3] = {{0}, {0}, {0}};
    struct assay_cohorts cohorts = {nodes, 3, &spec};
    struct assay_runs runs;
    struct assay_baseline baseline = {0};
    ck_assert(assay_runs_init(&runs, N));
    for (size_t k = 0; k < N; k++) {
        runs.values[k] = (double)k;
        runs.times[k] = 1;
        runs.leaf[k] = (uint16_t)(1 + k % 2);
    }
    runs.n = N;
    ck_assay_ok(assay_mixture_estimate(&runs, &cohorts, ASSAY_HIGHER, 2, &baseline, &err));
    for (size_t v = 1; v < 3; v++) {
        const struct assay_knots *knots = &baseline.knots[v];
        ck_assert_uint_eq(knots->n, 2);
        ck_assert_uint_eq(knots->rows, N / 2);
        ck_assert_double_eq(knots->x[0], (double)v - 1);
        ck_assert_double_eq(knots->x[1], N - 3 + (double)v);
        test_close("lowest", knots->s[0], 100 * 0.5 / (N / 2), 1e-9, 1); /* 35,000 roundings */
        test_close("highest", knots->s[1], 100 * (1 - 0.5 / (N / 2)), 1e-9, 1);
    }
    assay_baseline_clear(&baseline);
    assay_runs_clear(&runs);
}
END_TEST

/* 200,000 rows in three nodes, nearly all values different, with heavy ones between: knots of the thinned runs,
 * against the mid-ranks of all values, in every node. */
START_TEST(knots_of_thinned_runs_pass_near_every_value)
{
    enum { N = 200000, HEAVY = 9 };
    static const struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    struct assay_error err = {0};
    struct assay_cohort_spec spec = {.borrow = 0};
    struct assay_cohort_node nodes[3] = {{0}, {0}, {0}};
    struct assay_cohorts cohorts = {nodes, 3, &spec};
    struct test_random random = {(uint64_t)_i + 5};
    struct assay_runs runs;
    struct assay_baseline baseline = {0};
    double *values = calloc(N, sizeof *values), *times = calloc(N, sizeof *times);
    uint16_t *leaf = calloc(N, sizeof *leaf);
    double total[3] = {0}, below[3] = {0}, x = -50;
    ck_assert(assay_runs_init(&runs, N));
    for (size_t k = 0; k < N; k++) {
        x += test_below(&random, 3) == 0 ? 0.001 : 1e-6;
        values[k] = runs.values[k] = x;
        times[k] = runs.times[k] =
            k % (N / HEAVY) == 7 ? 30000 : 1 + (double)test_below(&random, 2);
        leaf[k] = runs.leaf[k] = (uint16_t)(test_below(&random, 50) == 0 ? 2 : 1);
        total[leaf[k]] += times[k];
        total[0] += times[k];
    }
    runs.n = N;
    ck_assay_ok(assay_runs_thin(&runs, 3, &err));
    ck_assert_uint_lt(runs.n, N / 2);
    ck_assay_ok(assay_mixture_estimate(&runs, &cohorts, ASSAY_HIGHER, 1, &baseline, &err));
    for (size_t k = 0; k < N; k++)
        for (size_t v = 0; v < 3; v += v == 0 ? leaf[k] : 3) { /* everybody, and its own node */
            double want = 100 * (below[v] + times[k] / 2) / total[v];
            double got = assay_normalise_number(&signal, &baseline.knots[v], values[k]);
            if (fabs(got - want) > ASSAY_KNOT_TOLERANCE)
                ck_abort_msg("value %zu of node %zu: %g; expected %g", k, v, got, want);
            below[v] += times[k];
        }
    for (size_t v = 0; v < 3; v++)
        ck_assert_double_eq((double)baseline.knots[v].rows, total[v]);
    ck_assert_double_eq(baseline.knots[0].x[0], values[0]);
    ck_assert_double_eq(baseline.knots[0].x[baseline.knots[0].n - 1], values[N - 1]);
    assay_baseline_clear(&baseline);
    assay_runs_clear(&runs);
    free(values);
    free(times);
    free(leaf);
}
END_TEST

START_TEST(long_plain_columns_and_too_many_ties_have_none)
{
    struct assay_error err = {0};
    size_t n = (size_t)UINT16_MAX + 1;
    double *numbers = calloc(n, sizeof *numbers);
    uint16_t *leaf = calloc(n, sizeof *leaf);
    struct assay_column plain = {.type = ASSAY_NUMBER, .numbers = numbers};
    struct assay_column coded = {.type = ASSAY_NUMBER, .values = numbers, .n_value = n};
    const struct {
        const struct assay_column *column;
        size_t n_row, n_leaf, n_tie;
    } cases[] = {{&plain, n, 1, 0},
                 {&plain, n - 1, 1, 2}, /* one value, and room for the missing */
                 {&coded, 1, ASSAY_MOST_TIES / n, ASSAY_MOST_TIES},
                 {&coded, 1, ASSAY_MOST_TIES / n + 1, 0}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_ties ties = {0};
        ck_assay_ok(
            assay_ties_init(cases[k].column, leaf, cases[k].n_leaf, cases[k].n_row, &ties, &err));
        ck_assert_uint_eq(ties.n_tie, cases[k].n_tie);
        assay_ties_clear(&ties);
    }
    free(numbers);
    free(leaf);
}
END_TEST

START_TEST(a_column_without_values_has_no_baseline)
{
    static const unsigned char none[MOST_ROWS] = {0};
    for (int form = 0; form < 2; form++) {
        struct assay_error err = {0};
        struct world *w = make_world(1);
        struct assay_column column = column_of(w, form);
        struct assay_ties ties = tie(w, &column);
        struct assay_baseline baseline = {0};
        ck_assert_int_eq(
            assay_baseline_count(&ties, w->leaf, none, &w->cohorts, ASSAY_HIGHER, &baseline, &err),
            ASSAY_EDATA);
        ck_assert_str_eq(err.message, "no row has a value");
        ck_assert_ptr_null(baseline.knots);
        assay_ties_clear(&ties);
        column_done(&column);
        free_world(w);
    }
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct world *w = make_world(2);
    struct assay_column column = column_of(w, _i);
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_ties ties = {0};
        struct assay_baseline baseline = {0};
        test_fail_allocation(n);
        enum assay_status status =
            assay_ties_init(&column, w->leaf, w->cohorts.n_node, w->n, &ties, &err);
        if (status == ASSAY_OK)
            status = assay_baseline_count(&ties, w->leaf, NULL, &w->cohorts, ASSAY_HIGHER,
                                          &baseline, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_int_eq(baseline.knots == NULL, reached);
        assay_baseline_clear(&baseline);
        assay_ties_clear(&ties);
        if (!reached)
            break;
    }
    ck_assert_uint_gt(
        n, 12); /* sorting, four to count, four of the mixture, three a task, two a node */
    column_done(&column);
    free_world(w);
}
END_TEST

START_TEST(thinning_reports_every_failing_allocation_and_leaves_the_runs)
{
    struct assay_runs runs;
    ck_assert(assay_runs_init(&runs, 2));
    runs.n = 2;
    runs.values[1] = 1;
    runs.times[0] = runs.times[1] = 3;
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_runs_thin(&runs, 1, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_uint_eq(runs.n, 2);
        ck_assert_int_eq(runs.tolerance < ASSAY_KNOT_TOLERANCE, !reached);
        if (!reached)
            break;
    }
    ck_assert_uint_eq(n, 4); /* room, what is held, who waits */
    assay_runs_clear(&runs);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, counted_baselines_are_those_of_sorted_rows_to_the_bit, 0, 4);
    tcase_add_test(tc, rows_of_a_short_table_have_a_tie_of_their_value_and_cohort);
    tcase_add_test(tc, threads_do_not_change_a_bit_of_the_knots);
    tcase_add_test(tc, very_many_values_keep_their_mid_ranks);
    tcase_add_loop_test(tc, knots_of_thinned_runs_pass_near_every_value, 0, 4);
    tcase_add_test(tc, thinning_reports_every_failing_allocation_and_leaves_the_runs);
    tcase_add_test(tc, long_plain_columns_and_too_many_ties_have_none);
    tcase_add_test(tc, a_column_without_values_has_no_baseline);
    tcase_add_loop_test(tc, every_failing_allocation_is_reported_and_leaks_nothing, 0, 2);
}

ASSAY_SUITE("signal/ties", add_tests)
