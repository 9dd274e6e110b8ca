/* world.h - a random history for tests of baselines: plans x tenure bands, values with ties and gaps */
#ifndef ASSAY_TESTS_SIGNAL_WORLD_H
#define ASSAY_TESTS_SIGNAL_WORLD_H

#include <math.h>
#include <stdlib.h>

#include "core/signal/baseline.h"
#include "core/signal/cohort.h"
#include "tests/signal/history.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { MOST_ROWS = 600, SEEDS = 60 };

struct world {
    struct assay_spec spec;
    double edges[2];
    struct assay_table table;
    struct assay_columns columns;
    struct assay_cohorts cohorts;
    size_t n;
    uint16_t leaf[MOST_ROWS];
    double values[MOST_ROWS];
    unsigned char include[MOST_ROWS];
};

/* Counts, cents, or numbers that never repeat; skewed, as usage is. */
static inline double draw_value(struct test_random *random, int kind)
{
    double u = test_uniform(random), skewed = -log(1 - u);
    if (test_below(random, 12) == 0)
        return (double)NAN;
    switch (kind) {
    case 0:
        return floor(4 * skewed);
    case 1:
        return round(100 * (skewed - 0.5)) / 100;
    case 2:
        return 1000 * skewed;
    default:
        return u < 0.4 ? 0.0 : u < 0.5 ? -0.0 : floor(40 * u) - 30;
    }
}

static inline struct world *make_world(uint64_t seed)
{
    static const char *const plans[] = {"Basic", "Team", "Gold", "Rare"};
    static const double borrow[] = {0, 10, 200};
    struct assay_error err = {0};
    struct test_random random = {seed};
    struct world *w = calloc(1, sizeof *w);
    *w = (struct world){.edges = {3, 12}, .n = 50 + test_below(&random, MOST_ROWS - 50)};
    w->spec.id = (char *)"id";
    w->spec.cohort = (struct assay_cohort_spec){.plan = (char *)"plan", .tenure = (char *)"months",
                                                .bands = w->edges, .n_band = 2,
                                                .borrow = borrow[seed % 3]};
    size_t plan = history_column(&w->table, "plan", ASSAY_TEXT);
    size_t months = history_column(&w->table, "months", ASSAY_NUMBER);
    history_rows(&w->table, w->n);
    for (size_t i = 0; i < w->n; i++) {
        size_t p = test_below(&random, 40);
        if (p > 0)
            history_text(&w->table, plan, i, plans[p == 1 ? 3 : p % 3]);
        if (test_below(&random, 20) > 0)
            w->table.columns[months].numbers[i] = floor(20 * test_uniform(&random));
        w->values[i] = draw_value(&random, (int)(seed % 4));
        w->include[i] = test_below(&random, 5) > 0;
    }
    w->columns = history_columns(&w->spec, &w->table);
    ck_assay_ok(assay_cohorts_build(&w->spec.cohort, &w->columns, &w->table, NULL, &w->cohorts, &err));
    struct assay_cohort_lookup lookup = {0};
    ck_assay_ok(assay_cohort_lookup_extend(&lookup, &w->cohorts, &w->columns, &w->table, &err));
    for (size_t i = 0; i < w->n; i++) {
        bool unseen;
        w->leaf[i] = (uint16_t)assay_cohort_of_row(&lookup, &w->cohorts, &w->columns, &w->table, i,
                                                   &unseen);
    }
    assay_cohort_lookup_clear(&lookup);
    return w;
}

static inline void free_world(struct world *w)
{
    assay_cohorts_clear(&w->cohorts);
    assay_columns_clear(&w->columns);
    assay_table_clear(&w->table);
    free(w);
}

static inline struct assay_baseline estimate(const struct world *w, const double values[],
                                      const uint16_t leaf[], size_t n, const unsigned char *include,
                                      enum assay_better better)
{
    struct assay_error err = {0};
    struct assay_sorted_column column = {0};
    struct assay_baseline baseline = {0};
    ck_assay_ok(assay_sorted_column_init(values, leaf, n, &column, &err));
    ck_assay_ok(
        assay_baseline_estimate(&column, include, &w->cohorts, better, &baseline, &err));
    assay_sorted_column_clear(&column);
    return baseline;
}

static inline void check_identical(const struct assay_baseline *a, const struct assay_baseline *b)
{
    ck_assert_uint_eq(a->n_node, b->n_node);
    for (size_t v = 0; v < a->n_node; v++) {
        const struct assay_knots *left = &a->knots[v], *right = &b->knots[v];
        ck_assert_uint_eq(left->n, right->n);
        ck_assert_mem_eq(left->x, right->x, left->n * sizeof *left->x);
        ck_assert_mem_eq(left->s, right->s, left->n * sizeof *left->s);
        ck_assert_uint_eq(left->rows, right->rows);
        ck_assert_double_eq(left->borrowed, right->borrowed);
    }
}

#endif
