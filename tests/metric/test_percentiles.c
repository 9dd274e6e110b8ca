#include <float.h>

#include "core/metric/percentiles.h"
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

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, percentiles_are_what_sorting_gives, 0, 9);
    tcase_add_loop_test(tc, counts_are_what_comparing_gives, 0, 9);
    tcase_add_loop_test(tc, bins_hold_every_value_once_and_merge_equal_deciles, 0, 9);
    tcase_add_test(tc, gaps_are_passed_over_and_nothing_at_all_has_no_bins);
    tcase_add_test(tc, the_ends_of_the_double_range_are_values_like_others);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("metric/percentiles", add_tests)
