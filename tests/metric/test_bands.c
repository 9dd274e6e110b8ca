#include "core/metric/bands.h"

#include <math.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

static size_t edges_of(const double value[], size_t n, size_t n_band, double edge[])
{
    struct assay_bands bands;
    struct assay_error err = {0};
    ck_assay_ok(assay_bands_init(&bands, &err));
    for (size_t i = 0; i < n; i++)
        assay_bands_add(&bands, value[i]);
    size_t n_edge = assay_bands_edges(&bands, n_band, edge);
    assay_bands_clear(&bands);
    return n_edge;
}

/* Steps of 1.6% and three digits: each of five bands of 20,000 draws holds a fifth to within 1.5%. */
START_TEST(bands_hold_about_equally_many) /* of several shapes, over seeds */
{
    enum { N = 20000 };
    static double value[N];
    struct test_random random = {(uint64_t)_i + 1};
    double edge[4], count[5] = {0};
    for (size_t i = 0; i < N; i++) {
        double u = test_uniform(&random);
        value[i] = _i % 4 == 0 ? 100.0 * u : _i % 4 == 1 ? 1e6 * u * u * u : _i % 4 == 2 ? u - 0.5 : -u;
    }
    ck_assert_uint_eq(edges_of(value, N, 5, edge), 4);
    for (size_t i = 0; i < N; i++) {
        size_t band = 0;
        while (band < 4 && value[i] >= edge[band])
            band++;
        count[band] += 1.0 / N;
    }
    for (size_t k = 0; k < 5; k++)
        ck_assert_double_eq_tol(count[k], 0.2, 0.015);
}
END_TEST

static const struct {
    double value[8];
    size_t n, n_edge;
    double edge[4];
} small[] = {
    {{0}, 0, 0, {0}},
    {{7, 7, 7, 7}, 4, 0, {0}},
    {{0, 0, 0, 1, 1, 1}, 6, 1, {1}},
    {{10, 50, 50, 50, 50, 50, 50, 90}, 8, 2, {50, 90}},
    {{1, 2, 3, 4, 5, 6, 7, 8}, 8, 4, {3, 4, 6, 7}},
    {{-3, -3, -3, 4, 4, 4}, 6, 1, {4}},
    {{0.1, 0.1, 1234567, 1234567}, 4, 1, {1230000}},
};
START_TEST(few_values_make_few_bands)
{
    double edge[4] = {0};
    ck_assert_uint_eq(edges_of(small[_i].value, small[_i].n, 5, edge), small[_i].n_edge);
    for (size_t k = 0; k < small[_i].n_edge; k++)
        ck_assert_double_eq(edge[k], small[_i].edge[k]);
}
END_TEST

START_TEST(the_order_of_the_rows_does_not_matter)
{
    double value[500], back[500], a[4], b[4];
    struct test_random random = {2};
    for (size_t i = 0; i < 500; i++)
        back[499 - i] = value[i] = test_uniform(&random);
    ck_assert_uint_eq(edges_of(value, 500, 5, a), edges_of(back, 500, 5, b));
    for (size_t k = 0; k < 4; k++)
        ck_assert_double_eq(a[k], b[k]);
}
END_TEST

START_TEST(an_emptied_counter_is_empty)
{
    struct assay_bands bands;
    struct assay_error err = {0};
    double edge[4];
    ck_assay_ok(assay_bands_init(&bands, &err));
    for (double v = 0; v < 100; v++)
        assay_bands_add(&bands, v);
    ck_assert_uint_eq(assay_bands_edges(&bands, 5, edge), 4);
    assay_bands_reset(&bands);
    ck_assert_uint_eq(assay_bands_edges(&bands, 5, edge), 0);
    assay_bands_clear(&bands);
}
END_TEST

START_TEST(running_out_of_memory_is_said)
{
    struct assay_bands bands;
    struct assay_error err = {0};
    test_fail_allocation(1);
    enum assay_status status = assay_bands_init(&bands, &err);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
    ck_assert_ptr_null(bands.count);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, bands_hold_about_equally_many, 0, 12);
    tcase_add_loop_test(tc, few_values_make_few_bands, 0, COUNT(small));
    tcase_add_test(tc, the_order_of_the_rows_does_not_matter);
    tcase_add_test(tc, an_emptied_counter_is_empty);
    tcase_add_test(tc, running_out_of_memory_is_said);
}

ASSAY_SUITE("metric/bands", add_tests)
