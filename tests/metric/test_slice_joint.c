#include "core/metric/slices.h"

#include <string.h>

#include "core/metric/slice_parts.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* Columns of few codes, which share tables, of many, which do not, and two that are in no pair; rows for more than one
 * task. Then every pair's table by a walk over the rows. */
enum { WIDE = 9, WIDE_PAIRED = 7, WIDE_ROWS = (1 << 19) + 777 };
static unsigned char wide_code[WIDE][WIDE_ROWS], wide_flagged[WIDE_ROWS], wide_outcome[WIDE_ROWS];
static double wide_expected[WIDE_ROWS];

static void check_margin(const struct assay_slice_grids *grids, const struct assay_slice_joints *joints,
                         size_t g)
{
    enum { MOST_SIZE = 100 * 100 };
    static double n[2 * MOST_SIZE], expected[2 * MOST_SIZE], of_n[2 * MOST_SIZE];
    static uint32_t event[2 * MOST_SIZE], of_event[2 * MOST_SIZE];
    const struct assay_slice_grid *grid = &grids->grid[g];
    const unsigned char *a = assay_slice_codes(grids, grid->a), *b = assay_slice_codes(grids, grid->b);
    double sum = 0.0, whole = 0.0;
    ck_assert_uint_le(grid->size, MOST_SIZE);
    memset(of_n, 0, sizeof of_n);
    memset(of_event, 0, sizeof of_event);
    assay_slice_joints_margin(joints, g, grids, n, expected, event);
    for (size_t i = 0; i < WIDE_ROWS; i++) {
        size_t cell = (a[i] + (size_t)1) * grid->width + b[i] + 1;
        of_n[2 * cell + wide_flagged[i]]++;
        of_event[wide_flagged[i] * grid->size + cell] += wide_outcome[i];
        whole += wide_expected[i];
    }
    for (size_t k = 0; k < 2 * grid->size; k++) {
        ck_assert(n[k] == of_n[k] && event[k] == of_event[k]);
        ck_assert(expected[k] <= n[k]);
        sum += expected[k];
    }
    ck_assert_double_eq(sum, whole); /* all are multiples of 2^-20 */
}

START_TEST(tables_of_several_columns_have_the_counts_of_every_pair)
{
    static const size_t codes[WIDE] = {4, 6, 90, 6, 5, 80, 6, 3, 7};
    struct test_random random = {5};
    struct assay_slice_column wide[WIDE];
    struct assay_slice_grids grids;
    struct assay_slice_joints joints;
    struct assay_error err = {0};
    for (size_t c = 0; c < WIDE; c++)
        wide[c] = (struct assay_slice_column){.code = wide_code[c], .n_code = codes[c]};
    for (size_t i = 0; i < WIDE_ROWS; i++) {
        uint64_t draw = test_below(&random, UINT64_C(1) << 40);
        for (size_t c = 0; c < WIDE; c++)
            wide_code[c][i] = (unsigned char)((draw >> (3 * c)) % 251 % (codes[c] + 1));
        wide_flagged[i] = (unsigned char)(draw >> 38 & 1);
        wide_outcome[i] = (unsigned char)(draw >> 30 & 7) == 0;
        wide_expected[i] = (double)(draw & 0xfffff) * 0x1p-20;
    }
    struct assay_slice_rows rows = {.n = WIDE_ROWS,
                                    .column = wide,
                                    .n_column = WIDE,
                                    .n_group = 2,
                                    .n_paired = WIDE_PAIRED,
                                    .flagged = wide_flagged,
                                    .outcome = wide_outcome,
                                    .expected = wide_expected};
    ck_assay_ok(assay_slice_grids_make(&rows, 1000, 2, &grids, &err));
    ck_assay_ok(assay_slice_joints_make(&grids, 2, &joints, &err));
    ck_assert_uint_eq(grids.n_grid, WIDE_PAIRED * (WIDE_PAIRED - 1) / 2 + WIDE);
    ck_assert_uint_lt(joints.n_joint, grids.n_grid * 2 / 3);
    for (size_t g = 0; g < grids.n_grid; g++)
        check_margin(&grids, &joints, g);
    assay_slice_joints_clear(&joints);
    assay_slice_grids_clear(&grids);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, tables_of_several_columns_have_the_counts_of_every_pair);
}

ASSAY_SUITE("metric/slice_joint", add_tests)
