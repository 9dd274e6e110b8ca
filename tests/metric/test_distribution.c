#include "core/metric/distribution.h"

#include <math.h>

#include "tests/metric/sample.h"

START_TEST(edges_belong_to_the_bin_above_and_the_last_is_closed)
{
    const double value[] = {0, 0.049, 0.05, 0.15, 0.3, 0.95, 1};
    const unsigned char outcome[] = {0, 1, 0, 1, 1, 0, 1};
    struct assay_distribution d;
    assay_distribution_of(value, outcome, 7, 0, 1, &d);
    ck_assert_uint_eq(d.n_bin, 20);
    ck_assert(d.edge[0] == 0 && d.edge[20] == 1);
    ck_assert(d.others[0] == 1 && d.events[0] == 1);
    ck_assert_uint_eq(d.others[1], 1);
    ck_assert_uint_eq(d.events[3], 1);
    ck_assert_uint_eq(d.events[6], 1);
    ck_assert(d.others[19] == 1 && d.events[19] == 1);
}
END_TEST

START_TEST(values_beyond_the_usual_scale_set_their_own)
{
    const double value[] = {-10, 30, 5, 10};
    const unsigned char outcome[4] = {0};
    struct assay_distribution d;
    assay_distribution_of(value, outcome, 4, 0, 100, &d);
    ck_assert(d.edge[0] == -10 && d.edge[20] == 30);
    ck_assert_uint_eq(d.others[0], 1);
    ck_assert_uint_eq(d.others[10], 1); /* 10 is the middle */
    ck_assert_uint_eq(d.others[19], 1);
}
END_TEST

START_TEST(one_value_outside_is_one_bin)
{
    const double value[] = {-3, -3};
    const unsigned char outcome[] = {0, 1};
    struct assay_distribution d;
    assay_distribution_of(value, outcome, 2, 0, 100, &d);
    ck_assert_uint_eq(d.n_bin, 1);
    ck_assert(d.events[0] == 1 && d.others[0] == 1);
    ck_assert(d.edge[0] == -3 && d.edge[1] == -3);
}
END_TEST

/* Whose difference is beyond double. */
START_TEST(the_largest_numbers_have_bins)
{
    const double value[] = {-1.7e308, 0, 1.7e308};
    const unsigned char outcome[3] = {0};
    struct assay_distribution d;
    assay_distribution_of(value, outcome, 3, 0, 100, &d);
    ck_assert_uint_eq(d.others[0], 1);
    ck_assert_uint_eq(d.others[10], 1);
    ck_assert_uint_eq(d.others[19], 1);
}
END_TEST

START_TEST(every_value_is_between_the_edges_of_its_bin) /* a loop over seeds */
{
    struct sample s = sample_random((uint64_t)_i + 1, 500, _i % 2 ? 40 : 0);
    struct assay_distribution d;
    assay_distribution_of(s.value, s.outcome, s.n, 0, 1, &d);
    for (size_t b = 0; b < d.n_bin; b++) {
        size_t n[2] = {0, 0};
        for (size_t i = 0; i < s.n; i++)
            n[s.outcome[i]] += s.value[i] >= d.edge[b] && (s.value[i] < d.edge[b + 1] || b + 1 == d.n_bin);
        ck_assert_uint_eq(d.events[b], n[1]);
        ck_assert_uint_eq(d.others[b], n[0]);
    }
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, edges_belong_to_the_bin_above_and_the_last_is_closed);
    tcase_add_test(tc, values_beyond_the_usual_scale_set_their_own);
    tcase_add_test(tc, one_value_outside_is_one_bin);
    tcase_add_test(tc, the_largest_numbers_have_bins);
    tcase_add_loop_test(tc, every_value_is_between_the_edges_of_its_bin, 0, 10);
}

ASSAY_SUITE("metric/distribution", add_tests)
