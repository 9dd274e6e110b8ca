#include "core/signal/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/signal/normalise.h"
#include "tests/signal/world.h"

static bool is_below(const struct assay_cohorts *cohorts, size_t node, size_t ancestor)
{
    for (; node != ancestor; node = cohorts->nodes[node].parent)
        if (node == 0)
            return false;
    return true;
}

/* The definition, word for word: F = (n F_own + m F_parent) / (n + m), where each F is taken at its
 * mid-rank. rows: the included rows with a value that belong to the node. */
static double mid_rank(const struct world *w, const unsigned char *include, size_t node, double x,
                       size_t *rows)
{
    double below = 0;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (isnan(w->values[i]) || (include != NULL && !include[i]) ||
            !is_below(&w->cohorts, w->leaf[i], node))
            continue;
        n++;
        below += w->values[i] < x ? 1 : w->values[i] == x ? 0.5 : 0;
    }
    *rows = n;
    double own = n > 0 ? below / (double)n : 0, m = w->spec.cohort.borrow;
    if (node == 0 || (n > 0 && m == 0))
        return own;
    size_t parents;
    double parent = mid_rank(w, include, w->cohorts.nodes[node].parent, x, &parents);
    return ((double)n * own + m * parent) / (m + (double)n > 0 ? m + (double)n : 1) +
           (m + (double)n > 0 ? 0 : parent);
}

/* Whether a value carries weight in a node's distribution: with nothing borrowed, its own rows' do,
 * and its parent's where it has none. */
static bool is_in(const struct world *w, const unsigned char *include, size_t node, size_t row)
{
    if (isnan(w->values[row]) || (include != NULL && !include[row]))
        return false;
    size_t rows;
    while (w->spec.cohort.borrow == 0 && node != 0) {
        mid_rank(w, include, node, 0, &rows);
        if (rows > 0)
            return is_below(&w->cohorts, w->leaf[row], node);
        node = w->cohorts.nodes[node].parent;
    }
    return true;
}

static void check_shape(const struct assay_knots *knots, enum assay_better better)
{
    ck_assert_uint_ge(knots->n, 1);
    for (size_t k = 0; k < knots->n; k++) {
        ck_assert(knots->s[k] >= 0 && knots->s[k] <= 100);
        if (k == 0)
            continue;
        ck_assert(knots->x[k] > knots->x[k - 1]);
        ck_assert(better == ASSAY_HIGHER ? knots->s[k] > knots->s[k - 1]
                                         : knots->s[k] < knots->s[k - 1]);
    }
}

/* The sums behind a mid-rank have at most 600 terms: 1e-10 of 100 points is far above their
 * rounding and far below the tolerance that the knots are allowed. */
static const double rounding = 1e-10 * 100;

START_TEST(knots_pass_near_every_mid_rank_of_the_definition)
{
    static const struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        const unsigned char *include = _i == 0 ? NULL : w->include;
        struct assay_baseline b = estimate(w, w->values, w->leaf, w->n, include, ASSAY_HIGHER);
        ck_assert_uint_eq(b.n_node, w->cohorts.n_node);
        for (size_t v = 0; v < b.n_node; v++) {
            const struct assay_knots *knots = &b.knots[v];
            size_t rows = 0;
            double lowest = (double)INFINITY, highest = -(double)INFINITY;
            check_shape(knots, ASSAY_HIGHER);
            for (size_t i = 0; i < w->n; i++) {
                if (!is_in(w, include, v, i))
                    continue;
                double want = 100 * mid_rank(w, include, v, w->values[i], &rows);
                double got = assay_normalise_number(&signal, knots, w->values[i]);
                ck_assert_double_eq_tol(got, want, ASSAY_KNOT_TOLERANCE + rounding);
                lowest = fmin(lowest, w->values[i]);
                highest = fmax(highest, w->values[i]);
            }
            for (size_t k = 0; k < knots->n; k++) /* at a knot, exact */
                ck_assert_double_eq_tol(knots->s[k], 100 * mid_rank(w, include, v, knots->x[k], &rows),
                                        rounding);
            ck_assert_uint_eq(knots->rows, rows);
            ck_assert_double_eq(knots->x[0], lowest);
            ck_assert_double_eq(knots->x[knots->n - 1], highest);
        }
        assay_baseline_clear(&b);
        free_world(w);
    }
}
END_TEST

/* Ties share their mid-rank, so the mean over a distribution is 50; knots add at most their
 * tolerance to each value. */
START_TEST(the_mean_over_a_cohort_is_near_fifty)
{
    static const struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(3 * seed); /* nothing borrowed */
        ck_assert_double_eq(w->spec.cohort.borrow, 0);
        struct assay_baseline b = estimate(w, w->values, w->leaf, w->n, NULL, ASSAY_HIGHER);
        for (size_t v = 0; v < b.n_node; v++) {
            double sum = 0, n = 0;
            for (size_t i = 0; i < w->n; i++)
                if (!isnan(w->values[i]) && is_below(&w->cohorts, w->leaf[i], v)) {
                    sum += assay_normalise_number(&signal, &b.knots[v], w->values[i]);
                    n++;
                }
            if (n > 0)
                ck_assert_double_eq_tol(sum / n, 50, ASSAY_KNOT_TOLERANCE + rounding);
        }
        assay_baseline_clear(&b);
        free_world(w);
    }
}
END_TEST

START_TEST(leaving_rows_out_equals_not_having_them)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        double values[MOST_ROWS];
        uint16_t leaf[MOST_ROWS];
        size_t n = 0;
        for (size_t i = 0; i < w->n; i++)
            if (w->include[i]) {
                values[n] = w->values[i];
                leaf[n++] = w->leaf[i];
            }
        struct assay_baseline masked =
            estimate(w, w->values, w->leaf, w->n, w->include, ASSAY_HIGHER);
        struct assay_baseline removed = estimate(w, values, leaf, n, NULL, ASSAY_HIGHER);
        check_identical(&masked, &removed);
        assay_baseline_clear(&masked);
        assay_baseline_clear(&removed);
        free_world(w);
    }
}
END_TEST

START_TEST(the_order_of_rows_does_not_matter)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        struct test_random random = {seed + 1000};
        double values[MOST_ROWS] = {0};
        uint16_t leaf[MOST_ROWS] = {0};
        for (size_t i = 0; i < w->n; i++) { /* Fisher and Yates, from the inside out */
            size_t other = test_below(&random, i + 1);
            values[i] = values[other];
            leaf[i] = leaf[other];
            values[other] = w->values[i];
            leaf[other] = w->leaf[i];
        }
        struct assay_baseline ordered = estimate(w, w->values, w->leaf, w->n, NULL, ASSAY_HIGHER);
        struct assay_baseline shuffled = estimate(w, values, leaf, w->n, NULL, ASSAY_HIGHER);
        check_identical(&ordered, &shuffled);
        assay_baseline_clear(&ordered);
        assay_baseline_clear(&shuffled);
        free_world(w);
    }
}
END_TEST

START_TEST(lower_is_better_turns_the_knots_over)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world *w = make_world(seed);
        struct assay_baseline up = estimate(w, w->values, w->leaf, w->n, NULL, ASSAY_HIGHER);
        struct assay_baseline down = estimate(w, w->values, w->leaf, w->n, NULL, ASSAY_LOWER);
        for (size_t v = 0; v < up.n_node; v++) {
            check_shape(&down.knots[v], ASSAY_LOWER);
            ck_assert_uint_eq(up.knots[v].n, down.knots[v].n);
            for (size_t k = 0; k < up.knots[v].n; k++) {
                ck_assert_double_eq(down.knots[v].x[k], up.knots[v].x[k]);
                ck_assert_double_eq(down.knots[v].s[k], 100 - up.knots[v].s[k]);
            }
        }
        assay_baseline_clear(&up);
        assay_baseline_clear(&down);
        free_world(w);
    }
}
END_TEST

/* ---- closed forms, on trees made by hand ---- */

/* Everybody is one node; or node 1 is below node 0 and node 2 below node 1. */
static struct world small_world(size_t n_node, double borrow)
{
    struct world w = {.spec = {.cohort = {.borrow = borrow}}};
    w.cohorts.n_node = n_node;
    w.cohorts.nodes = calloc(n_node, sizeof *w.cohorts.nodes);
    for (size_t v = 1; v < n_node; v++)
        w.cohorts.nodes[v].parent = v - 1;
    return w;
}

static struct assay_baseline estimate_small(struct world *w, const double values[],
                                            const uint16_t leaf[], size_t n)
{
    w->cohorts.spec = &w->spec.cohort;
    return estimate(w, values, leaf, n, NULL, ASSAY_HIGHER);
}

START_TEST(a_constant_is_exactly_fifty)
{
    for (size_t n = 1; n < 200; n += 7) {
        struct world w = small_world(3, 10);
        double values[200];
        uint16_t leaf[200];
        for (size_t i = 0; i < n; i++) {
            values[i] = -3.25;
            leaf[i] = (uint16_t)(i % 3);
        }
        struct assay_baseline b = estimate_small(&w, values, leaf, n);
        for (size_t v = 0; v < 3; v++) {
            ck_assert_uint_eq(b.knots[v].n, 1);
            ck_assert_double_eq(b.knots[v].x[0], -3.25);
            ck_assert_double_eq(b.knots[v].s[0], 50);
        }
        assay_baseline_clear(&b);
        free(w.cohorts.nodes);
    }
}
END_TEST

/* n rows of the cohort are all 1 and the other N of everybody all 2. With p = n / (n + N), the
 * cohort's share of ones is q = (n + m p) / (n + m); the mid-ranks are q / 2 and q + (1 - q) / 2. */
START_TEST(a_cohort_borrows_m_rows_of_its_parents)
{
    static const struct {
        size_t n, others;
        double m;
    } cases[] = {{100, 300, 200}, {1, 399, 200}, {399, 1, 200}, {50, 50, 0.5}, {10, 30, 1e9}, {7, 9, 0}};
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct world w = small_world(2, cases[c].m);
        double values[400], m = cases[c].m, n = (double)cases[c].n;
        uint16_t leaf[400];
        size_t rows = cases[c].n + cases[c].others;
        for (size_t i = 0; i < rows; i++) {
            values[i] = i < cases[c].n ? 1 : 2;
            leaf[i] = i < cases[c].n;
        }
        struct assay_baseline b = estimate_small(&w, values, leaf, rows);
        double p = n / (double)rows, q = (n + m * p) / (n + m);
        test_close("everybody, 1", b.knots[0].s[0], 50 * p, 1e-13, 1);
        test_close("everybody, 2", b.knots[0].s[1], 50 * (1 + p), 1e-13, 1);
        test_close("the cohort, 1", b.knots[1].s[0], 50 * q, 1e-13, 1);
        if (m > 0)
            test_close("the cohort, 2", b.knots[1].s[1], 50 * (1 + q), 1e-13, 1);
        ck_assert_uint_eq(b.knots[1].n, m > 0 ? 2 : 1);
        test_close("borrowed", b.knots[1].borrowed, m / (n + m), 1e-15, 1);
        ck_assert_double_eq(b.knots[0].borrowed, 0);
        ck_assert_uint_eq(b.knots[1].rows, cases[c].n);
        ck_assert_uint_eq(b.knots[0].rows, rows);
        assay_baseline_clear(&b);
        free(w.cohorts.nodes);
    }
}
END_TEST

/* A band of 10 rows (value 1) in a plan of 30 (value 2) among 80 (value 3), m = 20:
 * plan: 30/50 own + 20/50 of all = 0.6 (1/3, 2/3, 0) + 0.4 (1/8, 1/4, 5/8) = (1/4, 1/2, 1/4);
 * band: 10/30 own + 20/30 of plan = (1/3 + 1/6, 1/3, 1/6) = (1/2, 1/3, 1/6). */
START_TEST(a_band_borrows_through_its_plan)
{
    struct world w = small_world(3, 20);
    double values[80];
    uint16_t leaf[80];
    for (size_t i = 0; i < 80; i++) {
        leaf[i] = i < 10 ? 2 : i < 30 ? 1 : 0;
        values[i] = 3 - leaf[i];
    }
    struct assay_baseline b = estimate_small(&w, values, leaf, 80);
    static const double want[3][3] = {
        {100.0 / 16, 25, 100 * (0.375 + 5.0 / 16)}, {12.5, 50, 87.5}, {25, 200.0 / 3, 275.0 / 3}};
    static const struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    for (size_t v = 0; v < 3; v++)
        for (int k = 0; k < 3; k++)
            test_close("mid-rank", assay_normalise_number(&signal, &b.knots[v], k + 1), want[v][k],
                       1e-13, 1);
    test_close("borrowed by the plan", b.knots[1].borrowed, 0.4, 1e-15, 1);
    test_close("borrowed by the band", b.knots[2].borrowed, 2.0 / 3, 1e-15, 1);
    assay_baseline_clear(&b);
    free(w.cohorts.nodes);
}
END_TEST

START_TEST(a_cohort_without_rows_of_its_own_is_its_parents)
{
    static const double borrow[] = {0, 200};
    for (size_t c = 0; c < 2; c++) {
        struct world w = small_world(3, borrow[c]);
        const double values[] = {5, 1, (double)NAN, 3};
        const uint16_t leaf[] = {0, 0, 2, 1};
        struct assay_baseline b = estimate_small(&w, values, leaf, 4);
        ck_assert_uint_eq(b.knots[2].rows, 0);
        ck_assert_double_eq(b.knots[2].borrowed, 1);
        ck_assert_uint_eq(b.knots[2].n, b.knots[1].n);
        ck_assert_mem_eq(b.knots[2].x, b.knots[1].x, b.knots[1].n * sizeof(double));
        for (size_t k = 0; k < b.knots[1].n; k++)
            test_close("mid-rank", b.knots[2].s[k], b.knots[1].s[k], 1e-13, 1);
        assay_baseline_clear(&b);
        free(w.cohorts.nodes);
    }
}
END_TEST

START_TEST(minus_zero_is_zero)
{
    struct world w = small_world(1, 0);
    const double values[] = {-0.0, 0.0, -0.0, 1, -1e-300};
    const uint16_t leaf[5] = {0};
    struct assay_baseline b = estimate_small(&w, values, leaf, 5);
    ck_assert_uint_eq(b.knots[0].n, 3);
    const double x[] = {-1e-300, 0.0, 1};
    ck_assert_mem_eq(b.knots[0].x, x, sizeof x); /* bits: the knot is +0 */
    test_close("mid-rank", b.knots[0].s[1], 50, 1e-13, 1);
    assay_baseline_clear(&b);
    free(w.cohorts.nodes);
}
END_TEST

START_TEST(values_at_the_ends_of_double_keep_their_mid_ranks)
{
    static const struct assay_signal_spec signal = {.better = ASSAY_HIGHER};
    struct world w = small_world(1, 0);
    double values[101];
    uint16_t leaf[101] = {0};
    for (int power = 1; power <= 3; power += 2) { /* two knots; many */
        for (int i = 0; i <= 100; i++)
            values[i] = 1.7e308 * pow((i - 50) / 50.0, power);
        struct assay_baseline b = estimate_small(&w, values, leaf, 101);
        for (int i = 0; i <= 100; i++)
            ck_assert_double_eq_tol(assay_normalise_number(&signal, &b.knots[0], values[i]),
                                    100 * (i + 0.5) / 101, ASSAY_KNOT_TOLERANCE + rounding);
        assay_baseline_clear(&b);
    }
    free(w.cohorts.nodes);
}
END_TEST

/* A straight line needs its two ends; what is kept grows with the bends, not with the rows. */
START_TEST(knots_are_few)
{
    enum { N = 20000 };
    double *values = calloc(N, sizeof *values);
    uint16_t *leaf = calloc(N, sizeof *leaf);
    struct world w = small_world(1, 0);
    for (size_t i = 0; i < N; i++)
        values[i] = (double)i;
    struct assay_baseline line = estimate_small(&w, values, leaf, N);
    ck_assert_uint_eq(line.knots[0].n, 2);
    for (size_t i = 0; i < N; i++)
        values[i] = -log(((double)i + 0.5) / N);
    struct assay_baseline curve = estimate_small(&w, values, leaf, N);
    ck_assert_uint_le(curve.knots[0].n, 30);
    assay_baseline_clear(&line);
    assay_baseline_clear(&curve);
    free(w.cohorts.nodes);
    free(values);
    free(leaf);
}
END_TEST

/* ---- sorting, refusals and memory ---- */

START_TEST(columns_sort_by_value_and_keep_row_and_cohort)
{
    enum { N = 5000 };
    struct assay_error err = {0};
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct test_random random = {seed};
        struct assay_sorted_column column = {0};
        double values[N];
        uint16_t leaf[N];
        unsigned char seen[N] = {0};
        size_t present = 0;
        for (size_t i = 0; i < N; i++) {
            uint64_t bits = test_bits(&random); /* any double, the infinities aside */
            memcpy(&values[i], &bits, sizeof bits);
            if (seed % 2 == 0 || isinf(values[i]))
                values[i] = (double)test_below(&random, 50) - 25;
            leaf[i] = (uint16_t)test_bits(&random);
            present += isnan(values[i]) ? 0 : 1;
        }
        ck_assay_ok(assay_sorted_column_init(values, leaf, N, &column, &err));
        ck_assert_uint_eq(column.n, present);
        for (size_t k = 0; k < column.n; k++) {
            ck_assert(k == 0 || column.values[k] >= column.values[k - 1]);
            ck_assert_double_eq(column.values[k], values[column.rows[k]]);
            ck_assert_uint_eq(column.leaf[k], leaf[column.rows[k]]);
            ck_assert_int_eq(seen[column.rows[k]]++, 0);
        }
        assay_sorted_column_clear(&column);
    }
}
END_TEST

START_TEST(a_column_without_values_has_no_baseline)
{
    static const unsigned char none[3] = {0};
    const double empty[3] = {(double)NAN, (double)NAN, (double)NAN}, given[3] = {1, 2, 3};
    const uint16_t leaf[3] = {0};
    struct world w = small_world(1, 200);
    w.cohorts.spec = &w.spec.cohort;
    for (int k = 0; k < 3; k++) {
        struct assay_error err = {0};
        struct assay_sorted_column column = {0};
        struct assay_baseline baseline = {0};
        ck_assay_ok(
            assay_sorted_column_init(k == 2 ? given : empty, leaf, k == 0 ? 0 : 3, &column, &err));
        ck_assert_int_eq(assay_baseline_estimate(&column, k == 2 ? none : NULL, &w.cohorts,
                                                 ASSAY_HIGHER, &baseline, &err),
                         ASSAY_EDATA);
        ck_assert_str_eq(err.message, "no row has a value");
        ck_assert_ptr_null(baseline.knots);
        assay_sorted_column_clear(&column);
    }
    free(w.cohorts.nodes);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct world w = small_world(3, 20);
    const double values[] = {3, 1, 2, (double)NAN, 5};
    const uint16_t leaf[] = {0, 1, 2, 2, 1};
    w.cohorts.spec = &w.spec.cohort;
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_sorted_column column = {0};
        struct assay_baseline baseline = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_sorted_column_init(values, leaf, 5, &column, &err);
        if (status == ASSAY_OK)
            status = assay_baseline_estimate(&column, NULL, &w.cohorts, ASSAY_HIGHER, &baseline, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_int_eq(baseline.knots == NULL, reached);
        assay_baseline_clear(&baseline);
        assay_sorted_column_clear(&column);
        if (!reached)
            break;
    }
    ck_assert_uint_gt(n, 16); /* sorting, seven of the workspace, two a node */
    free(w.cohorts.nodes);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, knots_pass_near_every_mid_rank_of_the_definition, 0, 2);
    tcase_add_test(tc, the_mean_over_a_cohort_is_near_fifty);
    tcase_add_test(tc, leaving_rows_out_equals_not_having_them);
    tcase_add_test(tc, the_order_of_rows_does_not_matter);
    tcase_add_test(tc, lower_is_better_turns_the_knots_over);
    tcase_add_test(tc, a_constant_is_exactly_fifty);
    tcase_add_test(tc, a_cohort_borrows_m_rows_of_its_parents);
    tcase_add_test(tc, a_band_borrows_through_its_plan);
    tcase_add_test(tc, a_cohort_without_rows_of_its_own_is_its_parents);
    tcase_add_test(tc, minus_zero_is_zero);
    tcase_add_test(tc, values_at_the_ends_of_double_keep_their_mid_ranks);
    tcase_add_test(tc, knots_are_few);
    tcase_add_test(tc, columns_sort_by_value_and_keep_row_and_cohort);
    tcase_add_test(tc, a_column_without_values_has_no_baseline);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("signal/baseline", add_tests)
