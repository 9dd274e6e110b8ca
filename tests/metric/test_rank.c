#include <float.h>
#include <time.h>

#include "core/metric/rank.h"
#include "tests/metric/sample.h"

static const double awkward[] = {3.0,      -0.0,   0.0,     -1.5, DBL_MAX,
                                 -DBL_MAX, 5e-324, -5e-324, 3.0,  1.0};

START_TEST(order_is_ascending_and_equal_values_keep_theirs)
{
    const size_t expected[] = {5, 3, 7, 1, 2, 6, 9, 0, 8, 4}; /* -0 and 0 are equal */
    struct assay_error err = {0};
    size_t order[COUNT(awkward)];
    ck_assay_ok(assay_rank_order(awkward, COUNT(awkward), order, &err));
    for (size_t k = 0; k < COUNT(awkward); k++)
        ck_assert_uint_eq(order[k], expected[k]);
}
END_TEST

START_TEST(equal_values_share_the_mean_of_their_places)
{
    const double expected[] = {8.5, 4.5, 4.5, 2.0, 10.0, 1.0, 6.0, 3.0, 8.5, 7.0};
    struct assay_error err = {0};
    double rank[COUNT(awkward)];
    ck_assay_ok(assay_rank_mid(awkward, COUNT(awkward), rank, &err));
    for (size_t i = 0; i < COUNT(awkward); i++)
        ck_assert_double_eq(rank[i], expected[i]);
}
END_TEST

START_TEST(mid_rank_is_what_counting_gives)
{
    struct assay_error err = {0};
    size_t n = 1 + (size_t)_i * 37;
    struct sample s = sample_random((uint64_t)_i, n < 2 ? 2 : n, _i % 2 ? 9 : 0);
    double *rank = calloc(s.n, sizeof *rank), total = 0.0;
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = (s.value[i] - 0.5) * 1e3;
    ck_assay_ok(assay_rank_mid(s.value, s.n, rank, &err));
    for (size_t i = 0; i < s.n; i++) {
        double below = 0.0, equal = 0.0;
        for (size_t k = 0; k < s.n; k++) {
            below += s.value[k] < s.value[i];
            equal += s.value[k] == s.value[i];
        }
        ck_assert_double_eq(rank[i], below + (equal + 1.0) / 2.0);
        total += rank[i];
    }
    ck_assert_double_eq(total, (double)s.n * ((double)s.n + 1.0) / 2.0);
    free(rank);
    sample_free(&s);
}
END_TEST

START_TEST(random_bit_patterns_sort_as_the_numbers_do)
{
    enum { N = 5000 };
    struct assay_error err = {0};
    static double value[N];
    static size_t order[N];
    uint64_t state = (uint64_t)_i;
    for (size_t i = 0; i < N;) {
        uint64_t bits = random_bits(&state);
        memcpy(&value[i], &bits, sizeof bits);
        i += isfinite(value[i]) ? 1 : 0;
    }
    ck_assay_ok(assay_rank_order(value, N, order, &err));
    for (size_t k = 1; k < N; k++)
        ck_assert(value[order[k - 1]] < value[order[k]] ||
                  (value[order[k - 1]] == value[order[k]] && order[k - 1] < order[k]));
}
END_TEST

START_TEST(what_is_not_a_number_has_no_rank)
{
    const double values[] = {1.0, 2.0, (double)NAN};
    struct assay_error err = {0};
    double rank[3] = {7.0, 7.0, 7.0};
    ck_assert_int_eq(assay_rank_mid(values, 3, rank, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "rank: score[2] is NaN; expected a finite number");
    ck_assert_double_eq(rank[0], 7.0);
    ck_assay_ok(assay_rank_mid(values, 0, rank, &err));
}
END_TEST

START_TEST(a_million_are_sorted_in_linear_time)
{
    enum { N = 1000000 };
    struct assay_error err = {0};
    struct sample s = sample_random(1, N, 0);
    size_t *order = calloc(N, sizeof *order);
    clock_t start = clock();
    ck_assay_ok(assay_rank_order(s.value, N, order, &err));
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    for (size_t k = 1; k < N; k++)
        ck_assert(s.value[order[k - 1]] <= s.value[order[k]]);
    /* Measured 0.1; the rest is room for sanitizers and a busy machine. Going quadratic would
     * take hours. */
    ck_assert_double_lt(seconds, 3.0);
    free(order);
    sample_free(&s);
}
END_TEST

START_TEST(a_lack_of_memory_is_reported)
{
    struct assay_error err = {0};
    double rank[COUNT(awkward)] = {0};
    for (size_t k = 1; k <= 4; k++) { /* the order, the keys, the counts; no fourth */
        test_fail_allocation(k);
        enum assay_status status = assay_rank_mid(awkward, COUNT(awkward), rank, &err);
        test_fail_allocation(0); /* Check allocates, too */
        ck_assert_int_eq(status, k <= 3 ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_double_eq(rank[0], k <= 3 ? 0.0 : 8.5);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, order_is_ascending_and_equal_values_keep_theirs);
    tcase_add_test(tc, equal_values_share_the_mean_of_their_places);
    tcase_add_loop_test(tc, mid_rank_is_what_counting_gives, 0, 12);
    tcase_add_loop_test(tc, random_bit_patterns_sort_as_the_numbers_do, 0, 5);
    tcase_add_test(tc, what_is_not_a_number_has_no_rank);
    tcase_add_test(tc, a_million_are_sorted_in_linear_time);
    tcase_add_test(tc, a_lack_of_memory_is_reported);
}

ASSAY_SUITE("metric/rank", add_tests)
