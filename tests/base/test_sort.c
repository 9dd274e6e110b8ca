#include "core/base/sort.h"

#include <math.h>
#include <stdlib.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { SIZES = 9, KINDS = 6 };
/* Around what is sorted by insertion, in one go, and by threads in several chunks. */
static const size_t sizes[SIZES] = {0, 1, 2, 24, 25, 1000, 65535, 65536, 200001};

/* Values of several shapes: spread out, of a few exponents, ties, one value, both signs, in order but for the last. */
static double draw(struct test_random *random, int kind, size_t i, size_t n)
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
    default:
        return i + 1 < n ? (double)i : -1.0;
    }
}

static struct assay_sort_item *make_items(size_t size, int kind)
{
    struct test_random random = {(uint64_t)(17 * kind) + size};
    struct assay_sort_item *items = calloc(2 * size + 1, sizeof *items);
    ck_assert_ptr_nonnull(items);
    for (size_t i = 0; i < size; i++)
        items[i] = (struct assay_sort_item){assay_sort_key(draw(&random, kind, i, size)), i};
    return items;
}

START_TEST(items_ascend_and_equal_ones_keep_their_order)
{
    size_t n = sizes[_i / KINDS];
    struct assay_sort_item *items = make_items(n, _i % KINDS), *sorted = NULL;
    unsigned char *seen = calloc(n + 1, 1);
    ck_assert_ptr_nonnull(seen);
    ck_assert(assay_sort_items(items, items + n, n, &sorted));
    ck_assert(sorted == items || sorted == items + n);
    for (size_t k = 0; k < n; k++) {
        bool fresh = sorted[k].index < n && !seen[sorted[k].index];
        bool after = k == 0 || sorted[k - 1].key < sorted[k].key ||
                     (sorted[k - 1].key == sorted[k].key && sorted[k - 1].index < sorted[k].index);
        if (!fresh || !after)
            ck_abort_msg("item %zu of %zu is out of place", k, n);
        seen[sorted[k].index] = 1;
    }
    free(seen);
    free(items);
}
END_TEST

START_TEST(items_keep_their_keys)
{
    enum { N = 70000 };
    struct assay_sort_item *items = make_items(N, 1), *was = make_items(N, 1), *sorted = NULL;
    ck_assert(assay_sort_items(items, items + N, N, &sorted));
    for (size_t k = 0; k < N; k++)
        if (sorted[k].key != was[sorted[k].index].key)
            ck_abort_msg("item %zu has another's key", k);
    free(items);
    free(was);
}
END_TEST

START_TEST(keys_sort_as_doubles_do_and_lead_back)
{
    static const double ascending[] = {
        -INFINITY, -1.7976931348623157e308, -2.5,    -5e-324, 0.0, 5e-324,
        1.0,       1.0000000000000002,      INFINITY};
    enum { N = sizeof ascending / sizeof ascending[0] };
    for (size_t k = 0; k < N; k++) {
        ck_assert(k == 0 || assay_sort_key(ascending[k - 1]) < assay_sort_key(ascending[k]));
        ck_assert(assay_sort_value(assay_sort_key(ascending[k])) == ascending[k]);
    }
    ck_assert_uint_eq(assay_sort_key(-0.0), assay_sort_key(0.0));
}
END_TEST

START_TEST(a_lack_of_memory_is_said)
{
    size_t n = sizes[SIZES - 1 - (size_t)_i];
    struct assay_sort_item *items = make_items(n, 0), *sorted = NULL;
    test_fail_allocation(1);
    bool done = assay_sort_items(items, items + n, n, &sorted);
    test_fail_allocation(0);
    ck_assert(!done);
    free(items);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, items_ascend_and_equal_ones_keep_their_order, 0, SIZES * KINDS);
    tcase_add_test(tc, items_keep_their_keys);
    tcase_add_test(tc, keys_sort_as_doubles_do_and_lead_back);
    tcase_add_loop_test(tc, a_lack_of_memory_is_said, 0, 4);
}

ASSAY_SUITE("base/sort", add_tests)
