#include "core/metric/share_gap.h"

#include <math.h>

#include <gsl/gsl_randist.h>

#include "tests/support/suite.h"

static struct assay_share_gap measure(double x1, double n1, double x2, double n2)
{
    return assay_share_gap_measure((struct assay_trials){x1 / n1, n1},
                                   (struct assay_trials){x2 / n2, n2});
}

/* Newcombe (1998), table II, method 10, printed with 4 decimals. */
static const struct {
    double x1, n1, x2, n2, low, high;
} published[] = {
    {56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090}, {6, 7, 2, 7, 0.0582, 0.8062},
    {5, 56, 0, 29, -0.0381, 0.1926},  {0, 10, 0, 20, -0.1611, 0.2775}, {10, 10, 0, 20, 0.6791, 1.0},
};
START_TEST(the_interval_is_newcombes)
{
    struct assay_share_gap gap =
        measure(published[_i].x1, published[_i].n1, published[_i].x2, published[_i].n2);
    ck_assert_double_eq_tol(gap.gap.low, published[_i].low, 0.5e-4);
    ck_assert_double_eq_tol(gap.gap.high, published[_i].high, 0.5e-4);
}
END_TEST

/* Fisher's tea tasting: 3 of 4 against 1 of 4 has P(3) + P(4) on both sides = 34 / 70. */
START_TEST(small_tables_have_fishers_test)
{
    ck_assert_double_eq_tol(measure(3, 4, 1, 4).p_value, 34.0 / 70.0, 1e-12);
    ck_assert_double_eq_tol(measure(4, 4, 0, 4).p_value, 2.0 / 70.0, 1e-12);
}
END_TEST

/* By hand: 40 of 100 against 20 of 100: Pearson 200 * 0.04 / (0.3 0.7 ...) = 9.5238..., times 199 / 200. */
START_TEST(large_tables_have_the_n_minus_1_chi_square)
{
    double chi2 = 199.0 / 200.0 * 0.04 / (0.3 * 0.7 * 0.02);
    ck_assert_double_eq_tol(measure(40, 100, 20, 100).p_value, erfc(sqrt(chi2 / 2.0)), 1e-12);
}
END_TEST

START_TEST(what_never_varies_differs_by_chance)
{
    ck_assert_double_eq(measure(0, 5, 0, 9000).p_value, 1.0);
    ck_assert_double_eq(measure(5, 5, 9000, 9000).p_value, 1.0);
}
END_TEST

START_TEST(turning_it_round_turns_the_sign)
{
    struct assay_share_gap a = measure(7, 9, 120, 400), b = measure(120, 400, 7, 9);
    struct assay_share_gap c = measure(2, 9, 280, 400); /* failures */
    ck_assert_double_eq_tol(a.gap.low, -b.gap.high, 1e-15);
    ck_assert_double_eq_tol(a.p_value, b.p_value, 1e-12);
    ck_assert_double_eq_tol(a.p_value, c.p_value, 1e-12);
    ck_assert_double_eq_tol(a.gap.high, -c.gap.low, 1e-12);
}
END_TEST

/* The exact size of the test at 5%, n against 400 trials, over common shares: every table's probability
 * where it rejects. Fisher's never exceeds 5%; the chi-square, at an expected 5, by at most a fifth
 * (Campbell 2007 accepts as much), on average over shares not at all. */
START_TEST(small_cells_keep_their_level) /* a loop over the smaller group's size */
{
    const unsigned sizes[] = {3, 8, 15, 30}, n1 = sizes[_i], n2 = 400;
    double mean = 0.0;
    for (double share = 0.05; share < 0.96; share += 0.15) {
        double size = 0.0;
        for (unsigned x = 0; x <= n1; x++)
            for (unsigned y = 0; y <= n2; y++) {
                double p = gsl_ran_binomial_pdf(x, share, n1) * gsl_ran_binomial_pdf(y, share, n2);
                if (p > 1e-9 && measure(x, n1, y, n2).p_value <= 0.05)
                    size += p;
            }
        ck_assert_double_lt(size, 0.06);
        mean += size / 7.0;
    }
    ck_assert_double_lt(mean, 0.05);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_interval_is_newcombes, 0, COUNT(published));
    tcase_add_test(tc, small_tables_have_fishers_test);
    tcase_add_test(tc, large_tables_have_the_n_minus_1_chi_square);
    tcase_add_test(tc, what_never_varies_differs_by_chance);
    tcase_add_test(tc, turning_it_round_turns_the_sign);
    tcase_add_loop_test(tc, small_cells_keep_their_level, 0, 4);
}

ASSAY_SUITE("metric/share_gap", add_tests)
