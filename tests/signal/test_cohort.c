#include "core/signal/cohort.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/signal/history.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

static double edges[] = {3, 12};

static struct assay_spec plan_and_tenure(void)
{
    return (struct assay_spec){.id = (char *)"id",
                               .cohort = {.plan = (char *)"plan", .tenure = (char *)"months",
                                          .bands = edges, .n_band = 2, .borrow = 200}};
}

struct row {
    const char *plan; /* NULL: missing */
    double tenure;    /* NaN: missing */
};

static void fill(struct assay_table *table, const struct row rows[], size_t n)
{
    size_t plan = history_column(table, "plan", ASSAY_TEXT);
    size_t months = history_column(table, "months", ASSAY_NUMBER);
    history_rows(table, n);
    for (size_t i = 0; i < n; i++) {
        if (rows[i].plan != NULL)
            history_text(table, plan, i, rows[i].plan);
        table->columns[months].numbers[i] = rows[i].tenure;
    }
}

struct node {
    const char *plan;
    size_t band, parent, rows;
};

static void check_nodes(const struct assay_cohorts *cohorts, const struct node want[], size_t n)
{
    ck_assert_uint_eq(cohorts->n_node, n);
    for (size_t v = 0; v < n; v++) {
        const struct assay_cohort_node *got = &cohorts->nodes[v];
        if (want[v].plan == NULL)
            ck_assert_ptr_null(got->plan);
        else
            ck_assert_str_eq(got->plan, want[v].plan);
        ck_assert_uint_eq(got->band, want[v].band);
        ck_assert_uint_eq(got->parent, want[v].parent);
        ck_assert_uint_eq(got->rows, want[v].rows);
    }
}

/* Bands 0: below 3, 1: 3 to 12, 2: from 12. Nobody on Team is new. */
static const struct row history[] = {
    {"Team", 12},  {"Basic", 0},   {"Team", 3},     {"Basic", 2.999}, {"Basic", 11.999},
    {NULL, 5},     {"Basic", NAN}, {"Team", 100},   {NULL, NAN},      {"Team", 5},
};

#define ANY ASSAY_ANY_BAND

START_TEST(the_tree_is_all_then_plans_in_byte_order_with_their_bands)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    fill(&table, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err));
    static const struct node want[] = {
        {NULL, ANY, 0, 10},  {"Basic", ANY, 0, 4}, {"Basic", 0, 1, 2}, {"Basic", 1, 1, 1},
        {"Team", ANY, 0, 4}, {"Team", 1, 4, 2},    {"Team", 2, 4, 2},
    };
    check_nodes(&cohorts, want, COUNT(want));
    assay_cohorts_clear(&cohorts);
    ck_assert_ptr_null(cohorts.nodes);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(rows_left_out_leave_no_nodes)
{
    static const unsigned char include[COUNT(history)] = {1, 0, 0, 0, 0, 1, 0, 1, 1, 0};
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    fill(&table, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, include, &cohorts, &err));
    static const struct node want[] = {{NULL, ANY, 0, 4}, {"Team", ANY, 0, 2}, {"Team", 2, 1, 2}};
    check_nodes(&cohorts, want, COUNT(want));
    bool unseen = false;
    ck_assert_uint_eq(assay_cohort_plan_node(&cohorts, "Basic", &unseen), 0);
    ck_assert(unseen);
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(tenure_alone_makes_bands_of_everybody)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    spec.cohort.plan = NULL;
    fill(&table, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err));
    static const struct node want[] = {
        {NULL, ANY, 0, 10}, {NULL, 0, 0, 2}, {NULL, 1, 0, 4}, {NULL, 2, 0, 2}};
    check_nodes(&cohorts, want, COUNT(want));
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(a_plan_alone_makes_no_bands_and_nothing_makes_one_node)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    fill(&table, history, COUNT(history));
    spec.cohort.tenure = NULL;
    spec.cohort.n_band = 0;
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err));
    static const struct node plans[] = {
        {NULL, ANY, 0, 10}, {"Basic", ANY, 0, 4}, {"Team", ANY, 0, 4}};
    check_nodes(&cohorts, plans, COUNT(plans));
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    spec.cohort.plan = NULL;
    columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err));
    check_nodes(&cohorts, (const struct node[]){{NULL, ANY, 0, 10}}, 1);
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(a_band_starts_on_its_edge)
{
    struct assay_spec spec = plan_and_tenure();
    static const struct {
        double tenure;
        size_t band;
    } cases[] = {{-5, 0}, {0, 0},   {2.9999999999999996, 0}, {3, 1}, {3.0000000000000004, 1},
                 {11.99, 1}, {12, 2}, {1e300, 2}, {(double)NAN, ANY}};
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_uint_eq(assay_cohort_band(&spec.cohort, cases[k].tenure), cases[k].band);
}
END_TEST

/* ---- where an account belongs ---- */

START_TEST(an_account_belongs_to_the_nearest_node_there_is)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table past = {0}, now = {0};
    struct assay_cohorts cohorts = {0};
    struct assay_cohort_lookup lookup = {0};
    fill(&past, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &past);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &past, NULL, &cohorts, &err));
    static const struct {
        struct row row;
        size_t node;
        bool unseen;
    } cases[] = {
        {{"Basic", 0}, 2, false},  {{"Basic", 3}, 3, false},  {{"Basic", 12}, 1, false},
        {{"Basic", NAN}, 1, false}, {{"Team", 1}, 4, false},  {{"Team", 3}, 5, false},
        {{"Team", 12}, 6, false},  {{NULL, 5}, 0, false},     {{NULL, NAN}, 0, false},
        {{"Gold", 5}, 0, true},    {{"team", 12}, 0, true},   {{"Gold", NAN}, 0, true},
    };
    struct row rows[COUNT(cases)];
    for (size_t k = 0; k < COUNT(cases); k++)
        rows[k] = cases[k].row;
    fill(&now, rows, COUNT(rows));
    ck_assay_ok(assay_cohort_lookup_extend(&lookup, &cohorts, &columns, &now, &err));
    for (size_t k = 0; k < COUNT(cases); k++) {
        bool unseen = true;
        ck_assert_uint_eq(assay_cohort_of_row(&lookup, &cohorts, &columns, &now, k, &unseen),
                          cases[k].node);
        ck_assert_int_eq(unseen, cases[k].unseen);
    }
    assay_cohort_lookup_clear(&lookup);
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&past);
    assay_table_clear(&now);
}
END_TEST

/* A stream brings new plans block by block; what was looked up before stays. */
START_TEST(a_lookup_grows_with_the_dictionary)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    struct assay_cohort_lookup lookup = {0};
    fill(&table, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err));
    for (int block = 0; block < 30; block++) {
        char plan[16];
        bool unseen;
        snprintf(plan, sizeof plan, "New %d", block);
        history_text(&table, columns.plan, 0, plan);
        ck_assay_ok(assay_cohort_lookup_extend(&lookup, &cohorts, &columns, &table, &err));
        ck_assert_uint_eq(assay_cohort_of_row(&lookup, &cohorts, &columns, &table, 0, &unseen), 0);
        ck_assert(unseen);
        ck_assert_uint_eq(assay_cohort_of_row(&lookup, &cohorts, &columns, &table, 2, &unseen), 5);
        ck_assert(!unseen);
    }
    assay_cohort_lookup_clear(&lookup);
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

/* ---- labels ---- */

START_TEST(labels_say_plan_and_band)
{
    struct assay_spec spec = plan_and_tenure();
    struct assay_cohort_node nodes[] = {
        {NULL, ANY, 0, 9}, {(char *)"Team", ANY, 0, 9}, {(char *)"Team", 0, 1, 9},
        {(char *)"Team", 1, 1, 9}, {(char *)"Team", 2, 1, 9}, {NULL, 0, 0, 9}, {NULL, 2, 0, 9},
        {(char *)"a\nb", ANY, 0, 9}};
    static const char *const want[] = {
        "all", "Team", "Team, months below 3", "Team, months 3 to 12", "Team, months from 12",
        "months below 3", "months from 12", "a\\x0ab"};
    struct assay_cohorts cohorts = {nodes, COUNT(nodes), &spec.cohort};
    char label[160];
    for (size_t v = 0; v < COUNT(nodes); v++)
        ck_assert_str_eq(assay_cohort_label(&cohorts, v, label, sizeof label), want[v]);
    ck_assert_str_eq(assay_cohort_label(&cohorts, 3, label, 8), "Team, m");
    ck_assert_str_eq(assay_cohort_label(&cohorts, 3, label, 4), "Tea");
}
END_TEST

/* ---- limits and invariance ---- */

static void fill_plans(struct assay_table *table, size_t n_plan)
{
    size_t plan = history_column(table, "plan", ASSAY_TEXT);
    history_column(table, "months", ASSAY_NUMBER);
    history_rows(table, n_plan);
    for (size_t i = 0; i < n_plan; i++) {
        char name[16];
        snprintf(name, sizeof name, "plan %zu", i);
        history_text(table, plan, i, name);
    }
}

START_TEST(two_hundred_plans_are_taken_and_one_more_is_not)
{
    for (size_t n = ASSAY_MAX_PLANS; n <= ASSAY_MAX_PLANS + 1; n++) {
        struct assay_error err = {0};
        struct assay_spec spec = plan_and_tenure();
        struct assay_table table = {0};
        struct assay_cohorts cohorts = {0};
        fill_plans(&table, n);
        struct assay_columns columns = history_columns(&spec, &table);
        enum assay_status status =
            assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err);
        if (n == ASSAY_MAX_PLANS) {
            ck_assay_ok(status);
            ck_assert_uint_eq(cohorts.n_node, 1 + n);
        } else {
            ck_assert_int_eq(status, ASSAY_EDATA);
            ck_assert_str_eq(err.message,
                             "plan \"plan\" has 201 different values; expected at most 200");
            ck_assert_str_eq(err.hint, "A cohort needs a column with a few values, such as the plan "
                                       "or edition.");
            ck_assert_ptr_null(cohorts.nodes);
        }
        assay_cohorts_clear(&cohorts);
        assay_columns_clear(&columns);
        assay_table_clear(&table);
    }
}
END_TEST

START_TEST(plans_of_rows_left_out_do_not_count)
{
    unsigned char include[ASSAY_MAX_PLANS + 100] = {0};
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    struct assay_cohorts cohorts = {0};
    fill_plans(&table, COUNT(include));
    memset(include, 1, ASSAY_MAX_PLANS);
    struct assay_columns columns = history_columns(&spec, &table);
    ck_assay_ok(assay_cohorts_build(&spec.cohort, &columns, &table, include, &cohorts, &err));
    ck_assert_uint_eq(cohorts.n_node, 1 + ASSAY_MAX_PLANS);
    assay_cohorts_clear(&cohorts);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(the_order_of_rows_does_not_matter)
{
    struct assay_error err = {0};
    struct assay_spec spec = plan_and_tenure();
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct test_random random = {seed};
        struct row rows[COUNT(history)];
        struct assay_table tables[2] = {{0}, {0}};
        struct assay_cohorts cohorts[2] = {{0}, {0}};
        memcpy(rows, history, sizeof rows);
        for (int k = 0; k < 2; k++) {
            fill(&tables[k], rows, COUNT(rows));
            struct assay_columns columns = history_columns(&spec, &tables[k]);
            ck_assay_ok(
                assay_cohorts_build(&spec.cohort, &columns, &tables[k], NULL, &cohorts[k], &err));
            assay_columns_clear(&columns);
            for (size_t i = COUNT(rows) - 1; i > 0; i--) {
                size_t other = test_below(&random, i + 1);
                struct row swap = rows[i];
                rows[i] = rows[other];
                rows[other] = swap;
            }
        }
        struct node want[16];
        for (size_t v = 0; v < cohorts[0].n_node; v++)
            want[v] = (struct node){cohorts[0].nodes[v].plan, cohorts[0].nodes[v].band,
                                    cohorts[0].nodes[v].parent, cohorts[0].nodes[v].rows};
        check_nodes(&cohorts[1], want, cohorts[0].n_node);
        for (int k = 0; k < 2; k++) {
            assay_cohorts_clear(&cohorts[k]);
            assay_table_clear(&tables[k]);
        }
    }
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct assay_spec spec = plan_and_tenure();
    struct assay_table table = {0};
    fill(&table, history, COUNT(history));
    struct assay_columns columns = history_columns(&spec, &table);
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_cohorts cohorts = {0};
        struct assay_cohort_lookup lookup = {0};
        test_fail_allocation(n);
        enum assay_status status =
            assay_cohorts_build(&spec.cohort, &columns, &table, NULL, &cohorts, &err);
        if (status == ASSAY_OK)
            status = assay_cohort_lookup_extend(&lookup, &cohorts, &columns, &table, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        assay_cohorts_clear(&cohorts);
        assay_cohort_lookup_clear(&lookup);
        if (!reached)
            break;
    }
    ck_assert_uint_gt(n, 8); /* census, nodes, a name for each of 6 nodes of a plan, lookup */
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_tree_is_all_then_plans_in_byte_order_with_their_bands);
    tcase_add_test(tc, rows_left_out_leave_no_nodes);
    tcase_add_test(tc, tenure_alone_makes_bands_of_everybody);
    tcase_add_test(tc, a_plan_alone_makes_no_bands_and_nothing_makes_one_node);
    tcase_add_test(tc, a_band_starts_on_its_edge);
    tcase_add_test(tc, an_account_belongs_to_the_nearest_node_there_is);
    tcase_add_test(tc, a_lookup_grows_with_the_dictionary);
    tcase_add_test(tc, labels_say_plan_and_band);
    tcase_add_test(tc, two_hundred_plans_are_taken_and_one_more_is_not);
    tcase_add_test(tc, plans_of_rows_left_out_do_not_count);
    tcase_add_test(tc, the_order_of_rows_does_not_matter);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("signal/cohort", add_tests)
