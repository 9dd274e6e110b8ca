/* Leaves of all rows at once, against those found row by row. */
#include "core/signal/cohort.h"

#include <stdlib.h>
#include <string.h>

#include "tests/signal/coded.h"
#include "tests/signal/world.h"

/* Rows of another world have plans that this one's history had not. */
static void check_leaves(const struct assay_cohorts *cohorts, const struct world *rows,
                         const struct assay_table *table, size_t n_thread)
{
    struct assay_error err = {0};
    struct assay_cohort_lookup lookup = {0};
    uint16_t leaf[MOST_ROWS];
    ck_assay_ok(assay_cohort_leaves(cohorts, &rows->columns, table, n_thread, leaf, &err));
    ck_assay_ok(assay_cohort_lookup_extend(&lookup, cohorts, &rows->columns, table, &err));
    for (size_t i = 0; i < rows->n; i++) {
        bool unseen;
        ck_assert_uint_eq(leaf[i],
                          assay_cohort_of_row(&lookup, cohorts, &rows->columns, table, i, &unseen));
    }
    assay_cohort_lookup_clear(&lookup);
}

START_TEST(leaves_of_all_rows_are_those_of_each)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct world *w = make_world(seed), *other = make_world(seed + 1000);
        struct assay_cohorts few = {0};
        for (size_t i = 0; i < w->n; i++) /* a tree without the plans of the other rows */
            w->include[i] = w->table.columns[0].codes[i] == 0;
        ck_assay_ok(
            assay_cohorts_build(&w->spec.cohort, &w->columns, &w->table, w->include, &few, &err));
        struct assay_table coded = coded_table(&other->table, 1);
        check_leaves(&w->cohorts, w, &w->table, 1);
        check_leaves(&w->cohorts, other, &other->table, 2);
        check_leaves(&few, other, &coded, 2);
        assay_cohorts_clear(&few);
        coded_table_free(&coded);
        free_world(w);
        free_world(other);
    }
}
END_TEST

START_TEST(a_coded_tenure_spans_the_same_tree)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct world *w = make_world(seed);
        struct assay_table coded = coded_table(&w->table, 1);
        struct assay_cohorts cohorts = {0};
        ck_assay_ok(
            assay_cohorts_build(&w->spec.cohort, &w->columns, &coded, NULL, &cohorts, &err));
        ck_assert_uint_eq(cohorts.n_node, w->cohorts.n_node);
        for (size_t v = 0; v < cohorts.n_node; v++) {
            ck_assert_uint_eq(cohorts.nodes[v].rows, w->cohorts.nodes[v].rows);
            ck_assert_uint_eq(cohorts.nodes[v].band, w->cohorts.nodes[v].band);
        }
        assay_cohorts_clear(&cohorts);
        coded_table_free(&coded);
        free_world(w);
    }
}
END_TEST

/* The world's rows time and again, to so many rows that they are counted side by side. */
static struct assay_table repeated_table(const struct world *w, size_t times)
{
    struct assay_table made = w->table;
    made.n_row = w->n * times;
    made.columns = calloc(made.n_column, sizeof *made.columns);
    for (size_t c = 0; c < made.n_column; c++) {
        const struct assay_column *of = &w->table.columns[c];
        bool text = of->type == ASSAY_TEXT;
        size_t size = text ? sizeof *of->codes : sizeof *of->numbers;
        char *all = malloc(made.n_row * size);
        for (size_t k = 0; k < times; k++)
            memcpy(all + k * w->n * size, text ? (const void *)of->codes : of->numbers, w->n * size);
        made.columns[c] = *of;
        if (text)
            made.columns[c].codes = (int32_t *)(void *)all;
        else
            made.columns[c].numbers = (double *)(void *)all;
    }
    return made;
}

START_TEST(a_long_history_spans_the_tree_of_what_it_repeats) /* a loop over seeds */
{
    struct assay_error err = {0};
    struct world *w = make_world((uint64_t)_i);
    size_t times = 400000 / w->n;
    struct assay_table table = repeated_table(w, times);
    unsigned char *include = malloc(table.n_row);
    struct assay_cohorts few = {0}, many = {0};
    for (size_t k = 0; k < times; k++)
        memcpy(include + k * w->n, w->include, w->n);
    ck_assay_ok(assay_cohorts_build(&w->spec.cohort, &w->columns, &w->table, w->include, &few, &err));
    ck_assay_ok(assay_cohorts_build(&w->spec.cohort, &w->columns, &table, include, &many, &err));
    ck_assert_uint_eq(many.n_node, few.n_node);
    for (size_t v = 0; v < many.n_node; v++)
        ck_assert_uint_eq(many.nodes[v].rows, times * few.nodes[v].rows);
    assay_cohorts_clear(&few);
    assay_cohorts_clear(&many);
    for (size_t c = 0; c < table.n_column; c++)
        free(table.columns[c].type == ASSAY_TEXT ? (void *)table.columns[c].codes
                                                 : (void *)table.columns[c].numbers);
    free(table.columns);
    free(include);
    free_world(w);
}
END_TEST

/* By tenure alone, by plan alone, by neither. */
START_TEST(trees_of_one_kind_of_branch_have_leaves_too)
{
    for (int kind = 0; kind < 3; kind++) {
        struct assay_error err = {0};
        struct world *w = make_world(4);
        if (kind != 1) {
            w->spec.cohort.plan = NULL;
            w->columns.plan = ASSAY_NO_COLUMN;
        }
        if (kind != 0) {
            w->spec.cohort.tenure = NULL;
            w->columns.tenure = ASSAY_NO_COLUMN;
        }
        struct assay_cohorts cohorts = {0};
        ck_assay_ok(
            assay_cohorts_build(&w->spec.cohort, &w->columns, &w->table, NULL, &cohorts, &err));
        ck_assert_uint_eq(cohorts.n_node > 1, kind < 2);
        check_leaves(&cohorts, w, &w->table, 1);
        assay_cohorts_clear(&cohorts);
        free_world(w);
    }
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct world *w = make_world(3);
    struct assay_table coded = coded_table(&w->table, 1);
    uint16_t leaf[MOST_ROWS];
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status =
            assay_cohort_leaves(&w->cohorts, &w->columns, &coded, 1, leaf, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        if (!reached)
            break;
    }
    ck_assert_uint_eq(n, 3); /* bands of codes, nodes of places */
    coded_table_free(&coded);
    free_world(w);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, leaves_of_all_rows_are_those_of_each);
    tcase_add_test(tc, a_coded_tenure_spans_the_same_tree);
    tcase_add_loop_test(tc, a_long_history_spans_the_tree_of_what_it_repeats, 0, 4);
    tcase_add_test(tc, trees_of_one_kind_of_branch_have_leaves_too);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("signal/cohort_leaves", add_tests)
