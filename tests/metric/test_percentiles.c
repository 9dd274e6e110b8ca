#include <float.h>

#include "core/metric/percentiles.h"
#include "core/metric/sieve.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

static int ascending(const void *a, const void *b)
{
    double l = *(const double *)a, r = *(const double *)b;
    return l < r ? -1 : l > r;
}

/* Type 7 by its definition, one sort at a time. */
static double naive_percentile(const double value[], size_t n, size_t percent)
{
    double *sorted = malloc(n * sizeof *sorted);
    memcpy(sorted, value, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    double h = (double)(n - 1) * (double)percent / 100.0;
    size_t k = (size_t)floor(h);
    double x = sorted[k] + (k + 1 < n ? (h - (double)k) * (sorted[k + 1] - sorted[k]) : 0.0);
    free(sorted);
    return x;
}

static size_t naive_count(const double value[], size_t n, double limit)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += value[i] <= limit;
    return count;
}

/* Of seed 0 all differ, of the others some or most tie. */
static double *draw(uint64_t seed, size_t n)
{
    struct test_random random = {seed};
    double *value = calloc(n, sizeof *value);
    for (size_t i = 0; i < n; i++) {
        double u = test_uniform(&random);
        value[i] = seed % 3 == 0 ? 1e3 * (u - 0.5) : floor(u * (double)(seed % 7 + 2));
    }
    return value;
}

/* Of many values most are only counted: smooth ones, ones that pile up at the ends, ones of any magnitude, and
 * tied ones, with gaps in every other. */
START_TEST(percentiles_of_many_are_what_sorting_gives)
{
    enum { N = 150001 };
    static double value[N], sorted[N];
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct test_random random = {77 + (uint64_t)_i};
    size_t n = 0;
    for (size_t i = 0; i < N; i++) {
        double u = 20 * (test_uniform(&random) - 0.5);
        double kinds[] = {u, fmin(fmax(u, -8), 8), exp(5 * u), floor(u)};
        value[i] = _i % 2 == 1 && test_below(&random, 9) == 0 ? (double)NAN : kinds[_i / 2];
        if (!isnan(value[i]))
            sorted[n++] = value[i];
    }
    qsort(sorted, n, sizeof *sorted, ascending);
    ck_assay_ok(assay_percentiles_measure(value, N, &p, &err));
    ck_assert_uint_eq(p.n, n);
    ck_assert_double_eq(p.lowest, sorted[0]);
    ck_assert_double_eq(p.highest, sorted[n - 1]);
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
        double h = (double)(n - 1) * (double)(k + 1) / 100.0;
        size_t at = (size_t)h;
        double share = h - (double)at;
        double x = share > 0 ? (1 - share) * sorted[at] + share * sorted[at + 1] : sorted[at];
        ck_assert_double_eq(p.at[k], x);
        ck_assert_uint_eq(p.up_to[k], naive_count(sorted, n, x));
    }
}
END_TEST

/* Between ties a percentile may be rounded to beside them: into the strip below, where a strip is as narrow as a
 * rounding. Another value lies there. */
START_TEST(a_percentile_that_is_rounded_away_from_ties_counts_what_is_below_it)
{
    enum { MOST = 1200 };
    struct assay_error err = {0};
    struct assay_percentiles p;
    double value[MOST];
    size_t beside = 0;
    for (size_t n = 300; n < MOST; n++) {
        double low = 1.9, top = low + (ASSAY_STRIPS - 1) * DBL_EPSILON;
        double v = low + (double)(3 * n + 1) * DBL_EPSILON;
        for (size_t i = 0; i < n; i++)
            value[i] = i == 0 ? low : i == 1 ? top : i == 2 ? v - DBL_EPSILON : i == 3 ? (double)NAN : v;
        ck_assay_ok(assay_percentiles_measure(value, n, &p, &err));
        for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
            beside += p.at[k] < v;
            ck_assert_uint_eq(p.up_to[k], naive_count(value, n, p.at[k]));
        }
    }
    ck_assert_uint_gt(beside, 0);
}
END_TEST

/* Each value as often as it comes, in whatever order; values that never come, and NaN, do not count. */
START_TEST(percentiles_of_counts_are_those_of_the_values)
{
    struct assay_error err = {0};
    struct test_random random = {500 + (uint64_t)_i};
    struct assay_percentiles of_counts, of_values;
    double values[24], *all = calloc(24 * 40, sizeof *all);
    size_t times[24], n = 0, n_value = 1 + test_below(&random, 24);
    for (size_t k = 0; k < n_value; k++) {
        values[k] = k == 3 ? (double)NAN : 1e2 * (test_uniform(&random) - 0.5);
        times[k] = test_below(&random, 4) == 0 ? 0 : test_below(&random, _i % 2 == 0 ? 3 : 40);
        for (size_t t = 0; t < times[k]; t++)
            all[n++] = values[k];
    }
    ck_assay_ok(assay_percentiles_of_counts(values, times, n_value, &of_counts, &err));
    ck_assay_ok(assay_percentiles_measure(all, n, &of_values, &err));
    ck_assert_mem_eq(&of_counts, &of_values, sizeof of_values);
    free(all);
}
END_TEST

START_TEST(percentiles_are_what_sorting_gives)
{
    static const size_t sizes[] = {1, 2, 3, 10, 99, 100, 101, 737};
    struct assay_error err = {0};
    struct assay_percentiles p;
    for (size_t s = 0; s < COUNT(sizes); s++) {
        size_t n = sizes[s];
        double *value = draw((uint64_t)_i, n);
        ck_assay_ok(assay_percentiles_measure(value, n, &p, &err));
        ck_assert_uint_eq(p.n, n);
        for (size_t k = 0; k < ASSAY_PERCENTILES; k++) {
            test_close("percentile", p.at[k], naive_percentile(value, n, k + 1), 1e-12, 1.0);
            ck_assert_uint_eq(p.up_to[k], naive_count(value, n, p.at[k]));
            ck_assert(p.lowest <= p.at[k] && p.at[k] <= p.highest);
            ck_assert(k == 0 || p.at[k] >= p.at[k - 1]);
        }
        free(value);
    }
}
END_TEST

START_TEST(counts_are_what_comparing_gives)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    size_t n = 311, m = 200;
    double *then = draw((uint64_t)_i, n), *now = draw((uint64_t)_i + 30, m);
    size_t *row = malloc(m * sizeof *row);
    for (size_t i = 0; i < m; i++)
        row[i] = m - 1 - i;
    now[3] = -1e6;
    now[7] = 1e6;
    now[11] = NAN;
    ck_assay_ok(assay_percentiles_measure(then, n, &p, &err));
    assay_percentiles_count(&p, now, _i % 2 ? row : NULL, m, &counts);
    ck_assert_uint_eq(counts.n, m - 1);
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++)
        ck_assert_uint_eq(counts.up_to[k], naive_count(now, m, p.at[k]));
    size_t below = 0;
    for (size_t i = 0; i < m; i++)
        below += now[i] < p.lowest;
    ck_assert_uint_eq(counts.below, below);
    free(then);
    free(now);
    free(row);
}
END_TEST

START_TEST(bins_hold_every_value_once_and_merge_equal_deciles)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    double edge[ASSAY_DECILE_BINS - 1], expected[ASSAY_DECILE_BINS], actual[ASSAY_DECILE_BINS];
    double *then = draw((uint64_t)_i, 500), *now = draw((uint64_t)_i + 30, 90);
    ck_assay_ok(assay_percentiles_measure(then, 500, &p, &err));
    assay_percentiles_count(&p, now, NULL, 90, &counts);
    size_t n = assay_decile_bins(&p, &counts, edge, expected, actual);
    ck_assert(n >= 2 && n <= ASSAY_DECILE_BINS);
    ck_assert(_i % 3 != 0 || n == ASSAY_DECILE_BINS);
    double all_then = 0, all_now = 0;
    for (size_t b = 0; b < n; b++) {
        size_t low = b > 0 ? naive_count(then, 500, edge[b - 1]) : 0;
        size_t high = b + 1 < n ? naive_count(then, 500, edge[b]) : 500;
        ck_assert_double_eq(expected[b], (double)(high - low));
        ck_assert(b == 0 || b + 1 == n || edge[b] > edge[b - 1]);
        all_then += expected[b];
        all_now += actual[b];
    }
    ck_assert_double_eq(all_then, 500);
    ck_assert_double_eq(all_now, 90);
    free(then);
    free(now);
}
END_TEST

START_TEST(gaps_are_passed_over_and_nothing_at_all_has_no_bins)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    double edge[ASSAY_DECILE_BINS - 1], expected[ASSAY_DECILE_BINS], actual[ASSAY_DECILE_BINS];
    const double gaps[] = {NAN, 4, NAN, 2}, none[] = {NAN, NAN};
    ck_assay_ok(assay_percentiles_measure(gaps, 4, &p, &err));
    ck_assert_uint_eq(p.n, 2);
    ck_assert_double_eq(p.at[49], 3);
    ck_assert_uint_eq(p.up_to[49], 1);
    assay_percentiles_count(&p, none, NULL, 2, &counts);
    ck_assert_uint_eq(counts.n, 0);
    ck_assay_ok(assay_percentiles_measure(none, 2, &p, &err));
    ck_assert_uint_eq(p.n, 0);
    assay_percentiles_count(&p, gaps, NULL, 4, &counts);
    ck_assert_uint_eq(assay_decile_bins(&p, &counts, edge, expected, actual), 0);
}
END_TEST

START_TEST(the_ends_of_the_double_range_are_values_like_others)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    const double value[] = {-DBL_MAX, DBL_MAX, 0, 5e-324, -5e-324};
    ck_assay_ok(assay_percentiles_measure(value, COUNT(value), &p, &err));
    for (size_t k = 0; k < ASSAY_PERCENTILES; k++)
        ck_assert(isfinite(p.at[k]));
    ck_assert_double_eq(p.at[24], -5e-324);
    ck_assert_double_eq(p.lowest, -DBL_MAX);
    ck_assert_double_eq(p.highest, DBL_MAX);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    double *value = draw(0, 50);
    size_t failures = 0;
    enum assay_status status;
    do {
        test_fail_allocation(failures + 1);
        status = assay_percentiles_measure(value, 50, &p, &err);
        test_fail_allocation(0);
        failures += status == ASSAY_ENOMEM;
    } while (status == ASSAY_ENOMEM);
    ck_assay_ok(status);
    ck_assert_uint_ge(failures, 1);
    ck_assert_str_eq(err.message, "out of memory taking percentiles");
    free(value);
}
END_TEST

START_TEST(tallies_count_as_their_values_would_one_by_one)
{
    enum { N = 3000, VALUES = 40 };
    struct test_random random = {(uint64_t)_i + 5};
    struct assay_error err = {0};
    struct assay_percentiles of;
    struct assay_percentile_counts one_by_one, tallied;
    double sample[N], then[N], value[VALUES];
    size_t times[VALUES] = {0};
    for (size_t k = 0; k < VALUES; k++)
        value[k] = k == 3 ? (double)NAN : floor(30 * test_uniform(&random)) / 8;
    for (size_t i = 0; i < N; i++) {
        size_t k = test_bits(&random) % VALUES;
        times[k]++;
        sample[i] = value[k];
        then[i] = 1 + 2 * test_uniform(&random);
    }
    ck_assay_ok(assay_percentiles_measure(then, N, &of, &err));
    assay_percentiles_count(&of, sample, NULL, N, &one_by_one);
    assay_percentiles_tally(&of, value, times, VALUES, &tallied);
    ck_assert_uint_eq(tallied.n, one_by_one.n);
    ck_assert_uint_eq(tallied.below, one_by_one.below);
    ck_assert_mem_eq(tallied.up_to, one_by_one.up_to, sizeof tallied.up_to);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, percentiles_of_counts_are_those_of_the_values, 0, 60);
    tcase_add_loop_test(tc, percentiles_are_what_sorting_gives, 0, 9);
    tcase_add_loop_test(tc, percentiles_of_many_are_what_sorting_gives, 0, 8);
    tcase_add_test(tc, a_percentile_that_is_rounded_away_from_ties_counts_what_is_below_it);
    tcase_add_loop_test(tc, counts_are_what_comparing_gives, 0, 9);
    tcase_add_loop_test(tc, bins_hold_every_value_once_and_merge_equal_deciles, 0, 9);
    tcase_add_test(tc, gaps_are_passed_over_and_nothing_at_all_has_no_bins);
    tcase_add_test(tc, the_ends_of_the_double_range_are_values_like_others);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
    tcase_add_loop_test(tc, tallies_count_as_their_values_would_one_by_one, 0, 5);
}

ASSAY_SUITE("metric/percentiles", add_tests)
