#include "core/metric/quantile.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

static int by_value(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* R: quantile(c(1, 2, 4, 8, 16), c(0, 0.1, 0.5, 0.9, 1)) */
START_TEST(quantiles_lie_between_order_statistics)
{
    double value[] = {8, 1, 16, 4, 2}, out[5];
    assay_quantiles(value, 5, (const double[]){0, 0.1, 0.5, 0.9, 1}, 5, out);
    const double want[] = {1, 1.4, 4, 12.8, 16};
    for (size_t k = 0; k < 5; k++)
        test_close("quantile", out[k], want[k], 1e-15, 0);
}
END_TEST

START_TEST(selecting_finds_what_sorting_finds) /* a loop over seeds, ties among them */
{
    struct test_random random = {(uint64_t)_i + 1};
    size_t n = 1 + test_below(&random, 400);
    double value[400], sorted[400], out[4];
    static const double share[] = {0.05, 0.5, 0.55, 0.95};
    for (size_t i = 0; i < n; i++)
        sorted[i] = value[i] = _i % 2 ? (double)test_below(&random, 9) : test_uniform(&random);
    if (_i % 5 == 0) /* sorted already */
        qsort(value, n, sizeof *value, by_value);
    qsort(sorted, n, sizeof *sorted, by_value);
    assay_quantiles(value, n, share, 4, out);
    for (size_t s = 0; s < 4; s++) {
        double at = share[s] * (double)(n - 1);
        size_t k = (size_t)at;
        double above = k + 1 < n ? sorted[k + 1] : sorted[k];
        test_close("quantile", out[s], sorted[k] + (at - (double)k) * (above - sorted[k]), 1e-14, 1);
    }
    qsort(value, n, sizeof *value, by_value); /* nothing is lost */
    ck_assert_mem_eq(value, sorted, n * sizeof *value);
}
END_TEST

/* A scale of its own each: even, crowded at one end, few values that repeat, and two of an extreme magnitude. */
START_TEST(many_values_are_as_few)
{
    enum { N = 40000 };
    struct test_random random = {(uint64_t)_i + 1};
    double *value = malloc(2 * N * sizeof *value), *sorted = value + N, out[6];
    static const double share[] = {0, 0.45, 0.5, 0.85, 0.95, 1};
    for (size_t i = 0; i < N; i++) {
        double u = test_uniform(&random);
        value[i] = _i == 0 ? u : _i == 1 ? u * u * u * u * u * u : _i == 2 ? (double)test_below(&random, 7) : u;
    }
    if (_i == 3) {
        value[7] = 1.7e308;
        value[9] = -1.7e308;
    }
    if (_i == 4)
        value[7] = 1e300;
    memcpy(sorted, value, N * sizeof *value);
    qsort(sorted, N, sizeof *sorted, by_value);
    assay_quantiles(value, N, share, 6, out);
    for (size_t s = 0; s < 6; s++) {
        double at = share[s] * (N - 1);
        size_t k = (size_t)at;
        double want = sorted[k];
        if (at > (double)k)
            want += (at - (double)k) * (sorted[k + 1] - sorted[k]);
        ck_assert(out[s] == want);
    }
    qsort(value, N, sizeof *value, by_value); /* nothing is lost */
    ck_assert_mem_eq(value, sorted, N * sizeof *value);
    free(value);
}
END_TEST

START_TEST(a_median_is_the_middle)
{
    double odd[] = {5, 1, 3}, even[] = {8, 1, 2, 4}, tied[] = {2, 2, 1, 3}, many[20000];
    ck_assert(assay_median(odd, 3) == 3 && assay_median(even, 4) == 3 && assay_median(tied, 4) == 2);
    ck_assert(assay_median((double[]){7}, 1) == 7);
    for (size_t i = 0; i < 20000; i++)
        many[i] = (double)(i * 7919 % 20000);
    ck_assert(assay_median(many, 20000) == 9999.5);
}
END_TEST

START_TEST(one_value_is_all_its_quantiles)
{
    double value = 3, out[2];
    assay_quantiles(&value, 1, (const double[]){0.1, 0.9}, 2, out);
    ck_assert(out[0] == 3 && out[1] == 3);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, quantiles_lie_between_order_statistics);
    tcase_add_loop_test(tc, selecting_finds_what_sorting_finds, 0, 60);
    tcase_add_loop_test(tc, many_values_are_as_few, 0, 5);
    tcase_add_test(tc, a_median_is_the_middle);
    tcase_add_test(tc, one_value_is_all_its_quantiles);
}

ASSAY_SUITE("metric/quantile", add_tests)
