#include "core/metric/levels.h"

#include "tests/support/suite.h"

enum { N = 60 };

struct data {
    size_t row[N];
    unsigned char first[N];
    int32_t plan[N], region[N], term[2 * N];
    const int32_t *category[2];
    struct assay_level_rows rows;
};
static struct data d;

/* Plans 0: 20 + 10 rows of either group, 1: 8 + 8, 2: 6 + 2; missing: 3 + 3. One region. */
static void fill(void)
{
    static const struct {
        int32_t plan;
        size_t first, second;
    } plans[] = {{0, 20, 10}, {1, 8, 8}, {2, 6, 2}, {-1, 3, 3}};
    size_t n = 0;
    for (size_t p = 0; p < COUNT(plans); p++)
        for (size_t k = 0; k < plans[p].first + plans[p].second; k++, n++) {
            d.plan[n] = plans[p].plan;
            d.first[n] = k < plans[p].first;
            d.row[n] = n;
        }
    ck_assert_uint_eq(n, N);
    d.category[0] = d.plan;
    d.category[1] = d.region;
    d.rows = (struct assay_level_rows){N, d.row, d.first, d.category, 2};
}

static size_t chosen(size_t fewest, size_t most)
{
    size_t n_term = 99;
    struct assay_error err = {0};
    ck_assay_ok(assay_levels_choose(&d.rows, fewest, most, d.term, &n_term, &err));
    return n_term;
}

static int32_t term_of_plan(int32_t plan)
{
    for (size_t i = 0; i < N; i++)
        if (d.plan[i] == plan)
            return d.term[2 * i];
    return -2;
}

START_TEST(levels_that_both_groups_fill_have_terms)
{
    fill();
    ck_assert_uint_eq(chosen(3, 9), 2);
    ck_assert_int_eq(term_of_plan(0), -1); /* the commonest */
    ck_assert_int_eq(term_of_plan(1), 0);  /* the best filled of the others */
    ck_assert_int_eq(term_of_plan(2), -1);
    ck_assert_int_eq(term_of_plan(-1), 1); /* missing is a level */
    for (size_t i = 0; i < N; i++)
        ck_assert_int_eq(d.term[2 * i + 1], -1); /* a column of one level */
}
END_TEST

START_TEST(the_best_filled_come_first)
{
    fill();
    ck_assert_uint_eq(chosen(1, 1), 1);
    ck_assert_int_eq(term_of_plan(1), 0);
    ck_assert_int_eq(term_of_plan(2), -1);
    ck_assert_uint_eq(chosen(1, 0), 0);
    ck_assert_uint_eq(chosen(9, 5), 0);
}
END_TEST

START_TEST(rows_are_taken_by_their_index)
{
    fill();
    for (size_t i = 0; i < N; i++)
        d.row[i] = i < 16 ? 30 : 0; /* 16 rows of plan 1, the rest of plan 0 */
    for (size_t i = 0; i < N; i++)
        d.first[i] = i % 2;
    ck_assert_uint_eq(chosen(3, 9), 1);
    ck_assert_int_eq(d.term[0], 0);
    ck_assert_int_eq(d.term[2 * 40], -1);
}
END_TEST

START_TEST(without_columns_or_rows_there_are_no_terms)
{
    fill();
    d.rows.n_category = 0;
    ck_assert_uint_eq(chosen(1, 9), 0);
    fill();
    d.rows.n = 0;
    ck_assert_uint_eq(chosen(0, 0), 0);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    fill();
    for (size_t n = 1; n <= 3; n++) {
        struct assay_error err = {0};
        size_t n_term;
        test_fail_allocation(n);
        enum assay_status status = assay_levels_choose(&d.rows, 1, 9, d.term, &n_term, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory choosing levels to compare");
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, levels_that_both_groups_fill_have_terms);
    tcase_add_test(tc, the_best_filled_come_first);
    tcase_add_test(tc, rows_are_taken_by_their_index);
    tcase_add_test(tc, without_columns_or_rows_there_are_no_terms);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("metric/levels", add_tests)
