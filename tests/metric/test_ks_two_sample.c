#include "core/metric/ks_two_sample.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

/* ---- p-values ---- */

/* Gnedenko and Korolyuk (1951): for two samples of n, P(D >= k / n) =
 * 2 sum (-1)^(j + 1) C(2n, n - jk) / C(2n, n); in logarithms, since C(200, 100) is large. */
static double equal_sizes(size_t n, size_t k)
{
    double p = 0.0, sign = 2.0, whole = 2.0 * lgamma((double)n + 1.0);
    for (size_t j = 1; j * k <= n; j++, sign = -sign)
        p += sign * exp(whole - lgamma((double)(n - j * k) + 1.0) - lgamma((double)(n + j * k) + 1.0));
    return p;
}

START_TEST(p_values_of_equal_sizes_are_the_closed_form)
{
    static const size_t sizes[] = {1, 2, 3, 10, 37, 100};
    for (size_t s = 0; s < COUNT(sizes); s++)
        for (size_t k = 1; k <= sizes[s]; k++) {
            double d = (double)k / (double)sizes[s];
            /* Each cell of the lattice rounds: 10,000 of them, and a difference from 1. */
            ck_assert_double_eq_tol(assay_ks_p_value(d, sizes[s], sizes[s]), equal_sizes(sizes[s], k),
                                    1e-11);
        }
}
END_TEST

/* Every way to put m of n + m places to the second sample, each as likely. */
static double enumerate(double distance, int n, int m)
{
    size_t all = 0, beyond = 0;
    for (unsigned ways = 0; ways < 1u << (n + m); ways++) {
        if (__builtin_popcount(ways) != m)
            continue;
        double first = 0, second = 0, widest = 0;
        for (int place = 0; place < n + m; place++) {
            if (ways >> place & 1)
                second += 1.0 / m;
            else
                first += 1.0 / n;
            widest = fmax(widest, fabs(first - second));
        }
        all++;
        beyond += widest >= distance - 1e-9;
    }
    return (double)beyond / (double)all;
}

START_TEST(p_values_of_unequal_sizes_are_what_enumeration_gives)
{
    static const int sizes[][2] = {{1, 4}, {2, 5}, {3, 7}, {6, 4}, {9, 6}};
    int n = sizes[_i][0], m = sizes[_i][1];
    for (double d = 0.0; d <= 1.0; d += 0.03)
        ck_assert_double_eq_tol(assay_ks_p_value(d, (size_t)n, (size_t)m), enumerate(d, n, m), 1e-12);
    ck_assert_double_eq_tol(assay_ks_p_value(1.0, (size_t)m, (size_t)n), enumerate(1.0, n, m), 1e-12);
}
END_TEST

/* Where the limit takes over it is compared with what is exact there; ks_two_sample.h says 10%. */
START_TEST(the_limit_is_near_the_exact_p_value)
{
    for (size_t n = 101; n <= 400; n += 13)
        for (size_t k = n / 8; k <= n / 4; k += 3) {
            double exact = equal_sizes(n, k), d = (double)k / (double)n;
            if (exact > 0.0003 && exact < 0.3)
                /* Equal sizes are the coarsest: between two distances of the lattice the limit is
                 * half a step away, which at n = 101 is a quarter of the p-value. */
                test_close("p", assay_ks_p_value(d, n, n), exact, 0.25, 0);
        }
}
END_TEST

START_TEST(no_distance_is_no_surprise_and_none_is_no_number)
{
    ck_assert_double_eq(assay_ks_p_value(0, 5, 7), 1);
    ck_assert_double_eq(assay_ks_p_value(0, 5000, 70000), 1);
    ck_assert(isnan(assay_ks_p_value(NAN, 5, 7)));
    ck_assert_double_lt(assay_ks_p_value(1, 5000, 70000), 1e-300);
}
END_TEST

START_TEST(limits_are_the_first_distance_that_is_rare_enough)
{
    static const size_t sizes[][2] = {{5, 9}, {40, 100}, {100, 100}, {50, 2000}, {1000, 1000000}};
    size_t n = sizes[_i][0], m = sizes[_i][1];
    for (double level = 0.001; level < 0.5; level *= 3) {
        double limit = assay_ks_limit(level, n, m);
        ck_assert(limit == 1 || assay_ks_p_value(limit, n, m) <= level);
        ck_assert_double_gt(assay_ks_p_value(limit - 2e-9, n, m), level);
    }
}
END_TEST

/* ---- distances ---- */

static double naive_distance(const double a[], size_t n, const double b[], size_t m)
{
    double widest = 0;
    for (size_t i = 0; i < n + m; i++) {
        double x = i < n ? a[i] : b[i - n], f = 0, g = 0;
        for (size_t k = 0; k < n; k++)
            f += a[k] <= x;
        for (size_t k = 0; k < m; k++)
            g += b[k] <= x;
        widest = fmax(widest, fabs(f / (double)n - g / (double)m));
    }
    return widest;
}

static struct assay_ks distance(const double a[], size_t n, const double b[], size_t m)
{
    struct assay_error err = {0};
    struct assay_percentiles p;
    struct assay_percentile_counts counts;
    ck_assay_ok(assay_percentiles_measure(a, n, &p, &err));
    assay_percentiles_count(&p, b, NULL, m, &counts);
    return assay_ks_distance(&p, &counts);
}

START_TEST(the_distance_is_the_whole_one_less_at_most_one_percent)
{
    struct test_random random = {(uint64_t)_i};
    double a[300], b[80];
    for (size_t i = 0; i < 300; i++)
        a[i] = _i % 2 ? floor(8 * test_uniform(&random)) : test_uniform(&random);
    for (size_t i = 0; i < 80; i++)
        b[i] = _i % 2 ? floor(9 * test_uniform(&random)) : 1.3 * test_uniform(&random);
    double whole = naive_distance(a, 300, b, 80), seen = distance(a, 300, b, 80).distance;
    ck_assert(seen <= whole + 1e-12);
    ck_assert_msg(seen >= whole - 0.0101, "%g of %g", seen, whole);
}
END_TEST

START_TEST(the_distance_says_where_it_is)
{
    const double a[] = {1, 2, 3, 4, 5}, low[] = {0, 0, 0, 5}, high[] = {9, 9, 9, 9};
    struct assay_ks ks = distance(a, 5, low, 4);
    ck_assert_double_eq(ks.distance, 0.75);
    ck_assert_int_eq(ks.below, 1);
    ck_assert_double_eq(ks.at, 1);
    ks = distance(a, 5, high, 4);
    ck_assert_double_eq(ks.now, 0);
    ck_assert_int_eq(ks.below, 0);
    ck_assert_double_ge(ks.distance, 0.8); /* the highest percentile is below 5 */
}
END_TEST

/* A constant is all that is known of; its lowest value tells values below it from it. */
START_TEST(a_constant_that_moved_either_way_is_a_distance_of_one)
{
    const double five[] = {5, 5, 5}, six[] = {6, 6}, four[] = {4, 4};
    ck_assert_double_eq(distance(five, 3, six, 2).distance, 1);
    ck_assert_double_eq(distance(five, 3, four, 2).distance, 1);
    ck_assert_double_eq(distance(five, 3, five, 3).distance, 0);
}
END_TEST

START_TEST(an_empty_sample_has_no_distance)
{
    const double none[] = {NAN}, five[] = {5};
    ck_assert(isnan(distance(none, 1, five, 1).distance));
    ck_assert(isnan(distance(five, 1, none, 1).distance));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, p_values_of_equal_sizes_are_the_closed_form);
    tcase_add_loop_test(tc, p_values_of_unequal_sizes_are_what_enumeration_gives, 0, 5);
    tcase_add_test(tc, the_limit_is_near_the_exact_p_value);
    tcase_add_test(tc, no_distance_is_no_surprise_and_none_is_no_number);
    tcase_add_loop_test(tc, limits_are_the_first_distance_that_is_rare_enough, 0, 5);
    tcase_add_loop_test(tc, the_distance_is_the_whole_one_less_at_most_one_percent, 0, 20);
    tcase_add_test(tc, the_distance_says_where_it_is);
    tcase_add_test(tc, a_constant_that_moved_either_way_is_a_distance_of_one);
    tcase_add_test(tc, an_empty_sample_has_no_distance);
}

ASSAY_SUITE("metric/ks_two_sample", add_tests)
