/* Rows that count several times, as a bootstrap draws them, against the same rows written so often. */
#include <string.h>

#include "tests/signal/world.h"

/* How often each row counts: as often as a bootstrap draws it, some not at all, one row very often. */
static void draw_times(struct world *w, uint64_t seed)
{
    struct test_random random = {seed + 77};
    memset(w->include, 0, sizeof w->include);
    for (size_t k = 0; k < w->n; k++)
        w->include[test_below(&random, w->n)]++;
    w->include[test_below(&random, w->n)] = 255;
}

/* The rows written out, copies not side by side but a whole round after another. */
static size_t write_out(const struct world *w, size_t rows[])
{
    size_t n = 0;
    for (unsigned round = 0; round < 255; round++)
        for (size_t i = 0; i < w->n; i++)
            if (w->include[i] > round)
                rows[n++] = i;
    return n;
}

START_TEST(a_row_that_counts_n_times_gives_the_baseline_of_n_rows_to_the_bit)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        size_t rows[MOST_ROWS + 255];
        double values[MOST_ROWS + 255];
        uint16_t leaf[MOST_ROWS + 255];
        draw_times(w, seed);
        size_t n = write_out(w, rows);
        for (size_t k = 0; k < n; k++) {
            values[k] = w->values[rows[k]];
            leaf[k] = w->leaf[rows[k]];
        }
        struct assay_baseline times =
            estimate(w, w->values, w->leaf, w->n, w->include, ASSAY_LOWER);
        struct assay_baseline written = estimate(w, values, leaf, n, NULL, ASSAY_LOWER);
        check_identical(&times, &written);
        assay_baseline_clear(&times);
        assay_baseline_clear(&written);
        free_world(w);
    }
}
END_TEST

START_TEST(cohorts_count_rows_as_often_as_they_do)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        struct assay_error err = {0};
        struct assay_cohorts made = {0};
        size_t in_leaf[64] = {0};
        ck_assert_uint_le(w->cohorts.n_node, COUNT(in_leaf));
        draw_times(w, seed);
        ck_assay_ok(assay_cohorts_build(&w->spec.cohort, &w->columns, &w->table, w->include, &made,
                                        &err));
        for (size_t i = 0; i < w->n; i++)
            in_leaf[w->leaf[i]] += w->include[i];
        for (size_t v = w->cohorts.n_node; v-- > 1;)
            in_leaf[w->cohorts.nodes[v].parent] += in_leaf[v];
        size_t seen = 0; /* nodes of both trees in the same order, those without rows missing */
        for (size_t v = 0; v < w->cohorts.n_node; v++)
            if (in_leaf[v] > 0) {
                ck_assert_uint_lt(seen, made.n_node);
                ck_assert_uint_eq(made.nodes[seen++].rows, in_leaf[v]);
            }
        ck_assert_uint_eq(seen, made.n_node);
        assay_cohorts_clear(&made);
        free_world(w);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_row_that_counts_n_times_gives_the_baseline_of_n_rows_to_the_bit);
    tcase_add_test(tc, cohorts_count_rows_as_often_as_they_do);
}

ASSAY_SUITE("signal/multiplicity", add_tests)
