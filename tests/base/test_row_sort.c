#include "core/base/row_sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { SIZES = 7, KINDS = 7 };
/* Around what is sorted by insertion, in one go, and by threads in several chunks. */
static const size_t sizes[SIZES] = {0, 1, 33, 1000, 65535, 65536, 200001};

/* Values of several shapes: spread out, of a few exponents, ties, one value, both signs, far apart but for a crowd that
 * agrees in its highest bits, and such a crowd of few values. */
static double draw(struct test_random *random, int kind, size_t i)
{
    double u = test_uniform(random);
    switch (kind) {
    case 0:
        return ldexp(u - 0.5, (int)(test_bits(random) % 2000) - 1000);
    case 1:
        return 1 / (1 + exp(-8 * (u - 0.7)));
    case 2:
        return floor(7 * u);
    case 3:
        return 3.5;
    case 4:
        return u < 0.1 ? 0.0 : u < 0.2 ? -0.0 : u - 0.6;
    case 5:
        return i == 0 ? -1e300 : 1.0 + 1e-12 * u;
    default:
        return i == 0 ? -1e300 : 1.0 + 1e-15 * floor(9 * u);
    }
}

/* The order of sort.h, which is stable, too. */
static void check_order(const double value[], const unsigned char flag[], size_t n, const uint64_t items[])
{
    struct assay_sort_item *want = calloc(2 * n + 1, sizeof *want), *sorted = NULL;
    ck_assert_ptr_nonnull(want);
    for (size_t i = 0; i < n; i++)
        want[i] = (struct assay_sort_item){assay_sort_key(value[i]), i};
    ck_assert(assay_sort_items(want, want + n, n, &sorted));
    for (size_t k = 0; k < n; k++) {
        if (assay_sorted_row(items[k]) != sorted[k].index ||
            assay_sorted_flag(items[k]) != flag[sorted[k].index])
            ck_abort_msg("item %zu of %zu is out of place", k, n);
        if (k > 0 && assay_sorted_tied(value, items[k - 1], items[k]) !=
                         (sorted[k - 1].key == sorted[k].key))
            ck_abort_msg("items %zu and %zu of %zu: tied or not", k - 1, k, n);
    }
    free(want);
}

START_TEST(rows_are_in_the_order_of_their_values) /* a loop over sizes and kinds */
{
    size_t n = sizes[_i / KINDS];
    struct test_random random = {(uint64_t)_i + 1};
    double *value = malloc((n + 1) * sizeof *value);
    unsigned char *flag = malloc(n + 1);
    uint64_t *items = malloc((n + 1) * sizeof *items);
    ck_assert(value != NULL && flag != NULL && items != NULL);
    for (size_t i = 0; i < n; i++) {
        value[i] = draw(&random, _i % KINDS, i);
        flag[i] = test_bits(&random) % 2;
    }
    ck_assert(assay_row_sort(value, flag, n, items));
    check_order(value, flag, n, items);
    memset(flag, 0, n + 1);
    ck_assert(assay_row_sort(value, NULL, n, items));
    check_order(value, flag, n, items);
    free(items);
    free(flag);
    free(value);
}
END_TEST

/* The second is room for the largest bucket, the third what a crowd takes that has to be told apart. */
START_TEST(a_lack_of_memory_is_said)
{
    double value[200];
    uint64_t items[200];
    struct test_random random = {3};
    for (size_t i = 0; i < COUNT(value); i++)
        value[i] = draw(&random, 5, i);
    for (size_t k = 1; k <= 3; k++) {
        test_fail_allocation(k);
        bool good = assay_row_sort(value, NULL, COUNT(value), items);
        test_fail_allocation(0);
        ck_assert(!good);
    }
    ck_assert(assay_row_sort(value, NULL, COUNT(value), items));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, rows_are_in_the_order_of_their_values, 0, SIZES * KINDS);
    tcase_add_test(tc, a_lack_of_memory_is_said);
}

ASSAY_SUITE("base/row_sort", add_tests)
