#include "core/metric/shrinkage.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

/* By hand: p = 30 / 100, spread = 50 (0.4 - 0.3)^2 + 50 (0.2 - 0.3)^2 = 1, p (1 - p) = 0.21,
 * rho = (1 - 0.21) / (0.21 (100 - 50 - 1)) = 0.79 / 10.29, weight = 1 / rho - 1 = 9.5 / 0.79. */
START_TEST(the_weight_is_kleinmans)
{
    double x[] = {20, 10}, n[] = {50, 50};
    struct assay_shrinkage whole = assay_shrinkage_fit(x, n, 2);
    ck_assert_double_eq_tol(whole.mean, 0.3, 1e-15);
    ck_assert_double_eq_tol(whole.weight, 9.5 / 0.79, 1e-12);
}
END_TEST

START_TEST(a_cell_moves_towards_the_whole_by_its_size)
{
    struct assay_shrinkage whole = {.mean = 0.3, .weight = 20};
    struct assay_estimate none = assay_shrink(&whole, 0, 0), small = assay_shrink(&whole, 5, 5);
    struct assay_estimate large = assay_shrink(&whole, 5000, 5000);
    ck_assert_double_eq_tol(none.value, 0.3, 1e-15);
    ck_assert_double_eq_tol(small.value, 11.0 / 25.0, 1e-15);
    ck_assert_double_gt(large.value, 0.99);
    ck_assert(none.low < 0.3 && 0.3 < none.high);
    ck_assert_double_lt(large.high - large.low, small.high - small.low);
}
END_TEST

static const struct {
    const char *what;
    double x[3], n[3], weight;
} limits[] = {
    {"alike", {10, 10, 10}, {50, 50, 50}, ASSAY_MOST_BORROWED},
    {"one cell", {10, 0, 0}, {50, 0, 0}, ASSAY_MOST_BORROWED},
    {"worlds of their own", {50, 0, 50}, {50, 50, 50}, ASSAY_LEAST_BORROWED},
    {"no success", {0, 0, 0}, {50, 50, 50}, ASSAY_MOST_BORROWED},
};
START_TEST(the_weight_stays_inside_its_limits)
{
    struct assay_shrinkage whole = assay_shrinkage_fit(limits[_i].x, limits[_i].n, 3);
    ck_assert_msg(whole.weight == limits[_i].weight, "%s: %g", limits[_i].what, whole.weight);
}
END_TEST

START_TEST(nothing_is_shrunk_to_nothing)
{
    double x[] = {0}, n[] = {0};
    struct assay_shrinkage whole = assay_shrinkage_fit(x, n, 1);
    ck_assert(isnan(whole.mean) && isnan(assay_shrink(&whole, 0, 0).value));
}
END_TEST

/* 60 cells of 8 to 40 trials whose shares are drawn from Beta(6, 14): the squared error of the shrunk
 * shares is below that of the plain ones in every one of 20 draws (about half of it), and the weight, 20 in
 * truth, comes out below 12 and above 28 in less than half of the draws each. */
START_TEST(small_cells_are_nearer_to_the_truth)
{
    struct test_random random = {3};
    size_t below = 0, above = 0;
    for (int draw = 0; draw < 20; draw++) {
        double x[60], n[60], truth[60], plain = 0.0, shrunk = 0.0;
        for (size_t c = 0; c < 60; c++) {
            n[c] = 8.0 + (double)test_below(&random, 33);
            truth[c] = gsl_cdf_beta_Pinv(0.5 * 0x1p-53 + test_uniform(&random), 6.0, 14.0);
            x[c] = 0.0;
            for (double k = 0.0; k < n[c]; k++)
                x[c] += test_uniform(&random) < truth[c];
        }
        struct assay_shrinkage whole = assay_shrinkage_fit(x, n, 60);
        for (size_t c = 0; c < 60; c++) {
            plain += pow(x[c] / n[c] - truth[c], 2);
            shrunk += pow(assay_shrink(&whole, x[c], n[c]).value - truth[c], 2);
        }
        ck_assert_double_lt(shrunk, plain);
        below += whole.weight < 12.0;
        above += whole.weight > 28.0;
    }
    ck_assert_uint_lt(below, 10);
    ck_assert_uint_lt(above, 10);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_weight_is_kleinmans);
    tcase_add_test(tc, a_cell_moves_towards_the_whole_by_its_size);
    tcase_add_loop_test(tc, the_weight_stays_inside_its_limits, 0, COUNT(limits));
    tcase_add_test(tc, nothing_is_shrunk_to_nothing);
    tcase_add_test(tc, small_cells_are_nearer_to_the_truth);
}

ASSAY_SUITE("metric/shrinkage", add_tests)
