#include "core/signal/design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/block.h"
#include "core/signal/normalise.h"
#include "tests/signal/coded.h"
#include "tests/signal/history.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* ---- six signals: every method, every policy, numbers and categories ---- */

enum { N_SIGNAL = 6, N_INDICATOR = 2, N_COLUMN = N_SIGNAL + N_INDICATOR };

struct world {
    struct assay_signal_spec signals[N_SIGNAL];
    struct assay_step categories[3], numbers[3];
    struct assay_spec spec;
    struct assay_table table;
    struct assay_columns columns;
    uint16_t *leaf;
    struct assay_baseline baselines[N_SIGNAL];
    struct assay_knots knots[2][2]; /* of signals 0 and 5, in two cohorts */
    double x[2][2][3], s[2][2][3];
};

static void declare(struct world *w)
{
    static const char *const categories[] = {"monthly", "yearly", "multi-year"};
    for (size_t k = 0; k < 3; k++) {
        w->categories[k] = (struct assay_step){(char *)categories[k], 0, 10 + 40 * (double)k};
        w->numbers[k] = (struct assay_step){NULL, 10 * (double)k, 100 - 50 * (double)k};
    }
    struct assay_signal_spec signals[N_SIGNAL] = {
        {.name = (char *)"usage", .missing = ASSAY_RENORMALISE},
        {.name = (char *)"tenure", .better = ASSAY_LOWER, .missing = ASSAY_NEUTRAL,
         .normalise = {.method = ASSAY_RANGE, .low = -1, .high = 1}},
        {.name = (char *)"contract", .missing = ASSAY_INDICATOR,
         .normalise = {.method = ASSAY_STEPS, .steps = w->categories, .n_step = 3,
                       .by_category = true}},
        {.name = (char *)"tickets", .missing = ASSAY_RENORMALISE,
         .normalise = {.method = ASSAY_STEPS, .steps = w->numbers, .n_step = 3}},
        {.name = (char *)"nps", .missing = ASSAY_INDICATOR, .normalise = {.method = ASSAY_NONE}},
        {.name = (char *)"seats", .better = ASSAY_LOWER, .missing = ASSAY_DROP},
    };
    memcpy(w->signals, signals, sizeof signals);
    for (size_t j = 0; j < N_SIGNAL; j++)
        w->signals[j].column = w->signals[j].name;
    w->spec = (struct assay_spec){.id = (char *)"id", .signals = w->signals, .n_signal = N_SIGNAL};
}

static void make_baselines(struct world *w)
{
    static const double x[3] = {-1, 0.5, 30}, s[2][3] = {{0, 40, 100}, {20, 60, 90}};
    for (size_t b = 0; b < 2; b++) {
        for (size_t v = 0; v < 2; v++) {
            for (size_t k = 0; k < 3; k++) {
                w->x[b][v][k] = x[k] * (1 + (double)b);
                w->s[b][v][k] = b == 0 ? s[v][k] : 100 - s[v][k];
            }
            w->knots[b][v] = (struct assay_knots){.n = 3, .x = w->x[b][v], .s = w->s[b][v]};
        }
        w->baselines[b == 0 ? 0 : 5] = (struct assay_baseline){w->knots[b], 2};
    }
}

/* One cell in eight is missing; one category in ten is not in the table. */
static void make_world(struct world *w, uint64_t seed, size_t n_row)
{
    static const char *const contracts[] = {"yearly", "monthly", "weekly", "multi-year"};
    struct test_random random = {seed};
    *w = (struct world){0};
    declare(w);
    make_baselines(w);
    for (size_t j = 0; j < N_SIGNAL; j++)
        history_column(&w->table, w->signals[j].name, assay_signal_type(&w->signals[j]));
    history_rows(&w->table, n_row);
    w->leaf = calloc(n_row + 1, sizeof *w->leaf);
    for (size_t i = 0; i < n_row; i++) {
        w->leaf[i] = (uint16_t)test_below(&random, 2);
        for (size_t j = 0; j < N_SIGNAL; j++) {
            double value = 60 * test_uniform(&random) - 20;
            if (test_below(&random, 8) == 0)
                continue;
            if (j == 2)
                history_text(&w->table, j, i, contracts[test_below(&random, 4)]);
            else
                w->table.columns[j].numbers[i] = j == 1 ? value / 20 : value;
        }
    }
    w->columns = history_columns(&w->spec, &w->table);
}

static void clear_world(struct world *w)
{
    free(w->leaf);
    assay_columns_clear(&w->columns);
    assay_table_clear(&w->table);
}

static struct assay_design make_design(const struct world *w, size_t n_thread)
{
    struct assay_error err = {0};
    struct assay_design design = {0};
    ck_assay_ok(assay_design_init(&w->spec, w->table.n_row, &design, &err));
    ck_assay_ok(assay_design_fill(&design, &w->columns, &w->table, w->baselines, w->leaf, n_thread,
                                  &err));
    return design;
}

static double at(const struct assay_design *design, size_t row, size_t column)
{
    return design->x[assay_block_index(row, column, design->n_column)];
}

/* One cell normalised by itself. */
static double alone(const struct world *w, size_t i, size_t j)
{
    const struct assay_column *column = &w->table.columns[j];
    bool unknown;
    if (j == 2)
        return assay_normalise_category(
            &w->signals[j],
            column->codes[i] == ASSAY_NO_CODE
                ? NULL
                : assay_dictionary_text(column->dictionary, column->codes[i]),
            &unknown);
    return assay_normalise_number(&w->signals[j],
                                  j == 0   ? &w->knots[0][w->leaf[i]]
                                  : j == 5 ? &w->knots[1][w->leaf[i]]
                                           : NULL,
                                  column->numbers[i]);
}

/* ---- layout ---- */

START_TEST(blocks_hold_their_columns_one_behind_the_other)
{
    const size_t r = ASSAY_BLOCK_ROWS;
    ck_assert_uint_eq(assay_block_index(0, 0, 3), 0);
    ck_assert_uint_eq(assay_block_index(5, 2, 3), 2 * r + 5);
    ck_assert_uint_eq(assay_block_index(r - 1, 0, 3), r - 1);
    ck_assert_uint_eq(assay_block_index(r, 0, 3), 3 * r);
    ck_assert_uint_eq(assay_block_index(2 * r + 7, 1, 3), 7 * r + 7);
    ck_assert_uint_eq(assay_block_size(0, 3), 0);
    ck_assert_uint_eq(assay_block_size(1, 3), 3 * r);
    ck_assert_uint_eq(assay_block_size(r, 3), 3 * r);
    ck_assert_uint_eq(assay_block_size(r + 1, 3), 6 * r);
}
END_TEST

START_TEST(indicators_stand_behind_the_signals_in_their_order)
{
    struct world w;
    make_world(&w, 1, 10);
    struct assay_design design = make_design(&w, 1);
    ck_assert_uint_eq(assay_indicator_count(&w.spec), N_INDICATOR);
    ck_assert_uint_eq(design.n_signal, N_SIGNAL);
    ck_assert_uint_eq(design.n_column, N_COLUMN);
    ck_assert_uint_eq(design.n_row, 10);
    ck_assert_uint_eq(design.indicator_signal[0], 2);
    ck_assert_uint_eq(design.indicator_signal[1], 4);
    assay_design_clear(&design);
    ck_assert_ptr_null(design.x);
    clear_world(&w);
}
END_TEST

static const size_t sizes[] = {0, 1, 255, 256, 257, 1000, 4096, 4097, 9000};

START_TEST(every_cell_is_what_its_row_alone_gives)
{
    struct world w;
    make_world(&w, (uint64_t)_i, sizes[_i]);
    struct assay_design design = make_design(&w, 2);
    for (size_t i = 0; i < w.table.n_row; i++) {
        for (size_t j = 0; j < N_SIGNAL; j++) {
            double s = alone(&w, i, j);
            ck_assert_double_eq(at(&design, i, j), isnan(s) ? 0.5 : s / 100);
        }
        ck_assert_double_eq(at(&design, i, N_SIGNAL), isnan(alone(&w, i, 2)) ? 1 : 0);
        ck_assert_double_eq(at(&design, i, N_SIGNAL + 1), isnan(alone(&w, i, 4)) ? 1 : 0);
    }
    assay_design_clear(&design);
    clear_world(&w);
}
END_TEST

START_TEST(the_number_of_threads_changes_no_byte)
{
    static const size_t threads[] = {2, 5, 0};
    struct world w;
    make_world(&w, 7, 30011);
    struct assay_design one = make_design(&w, 1);
    for (size_t t = 0; t < COUNT(threads); t++) {
        struct assay_design many = make_design(&w, threads[t]);
        ck_assert_mem_eq(many.x, one.x, assay_block_size(one.n_row, one.n_column) * sizeof *one.x);
        ck_assert_uint_eq(many.n_hole, one.n_hole);
        for (size_t h = 0; h < one.n_hole; h++)
            ck_assert(many.holes[h].row == one.holes[h].row &&
                      many.holes[h].signal == one.holes[h].signal);
        assay_design_clear(&many);
    }
    assay_design_clear(&one);
    clear_world(&w);
}
END_TEST

/* Resamples fill one design again and again. */
START_TEST(filling_again_starts_anew)
{
    struct assay_error err = {0};
    struct world w;
    make_world(&w, 8, 3000);
    struct assay_design design = make_design(&w, 1), fresh = make_design(&w, 1);
    static const double weight[N_SIGNAL] = {0.3, 0.1, 0.1, 0.2, 0.1, 0.2};
    assay_design_fill_holes(&design, weight);
    ck_assay_ok(assay_design_fill(&design, &w.columns, &w.table, w.baselines, w.leaf, 1, &err));
    ck_assert_uint_eq(design.n_hole, fresh.n_hole);
    ck_assert_mem_eq(design.x, fresh.x, assay_block_size(3000, N_COLUMN) * sizeof *fresh.x);
    assay_design_clear(&design);
    assay_design_clear(&fresh);
    clear_world(&w);
}
END_TEST

/* ---- holes ---- */

START_TEST(holes_are_the_missing_values_under_renormalise)
{
    struct world w;
    make_world(&w, 9, 2000);
    struct assay_design design = make_design(&w, 1);
    size_t h = 0;
    for (size_t i = 0; i < w.table.n_row; i++)
        for (size_t j = 0; j < N_SIGNAL; j++)
            if (w.signals[j].missing == ASSAY_RENORMALISE && isnan(alone(&w, i, j))) {
                ck_assert_uint_lt(h, design.n_hole);
                ck_assert_uint_eq(design.holes[h].row, i);
                ck_assert_uint_eq(design.holes[h].signal, j);
                h++;
            }
    ck_assert_uint_eq(h, design.n_hole);
    ck_assert_uint_gt(h, 300); /* two signals, one value in eight */
    assay_design_clear(&design);
    clear_world(&w);
}
END_TEST

START_TEST(a_strange_category_under_renormalise_is_a_hole)
{
    struct world w;
    make_world(&w, 10, 3);
    history_text(&w.table, 2, 0, "weekly");
    history_text(&w.table, 2, 1, "yearly");
    w.table.columns[2].codes[2] = ASSAY_NO_CODE;
    for (size_t j = 0; j < N_SIGNAL; j++)
        w.signals[j].missing = j == 2 ? ASSAY_RENORMALISE : ASSAY_NEUTRAL;
    struct assay_design design = make_design(&w, 1);
    ck_assert_uint_eq(design.n_column, N_SIGNAL);
    ck_assert_uint_eq(design.n_hole, 2);
    ck_assert_uint_eq(design.holes[0].row, 0);
    ck_assert_uint_eq(design.holes[1].row, 2);
    ck_assert_uint_eq(design.holes[1].signal, 2);
    assay_design_clear(&design);
    clear_world(&w);
}
END_TEST

/* The row's composite is the weighted average over the signals that are not holes: leaving them out
 * and letting the other weights add up to 1. Six products of order 1: 1e-14 covers their rounding. */
START_TEST(filled_holes_carry_the_composite_of_the_rest)
{
    static const double weights[][N_SIGNAL] = {{0.3, 0.1, 0.1, 0.2, 0.1, 0.2},
                                               {0.05, 0.25, 0.2, 0.4, 0.05, 0.05}};
    struct world w;
    make_world(&w, 11, 3000);
    struct assay_design design = make_design(&w, 1);
    for (size_t round = 0; round < COUNT(weights); round++) {
        const double *weight = weights[round];
        struct assay_design before = make_design(&w, 1);
        if (round > 0)
            assay_design_fill_holes(&before, weights[round - 1]);
        double largest = 0, change = assay_design_fill_holes(&design, weight);
        for (size_t i = 0; i < w.table.n_row; i++) {
            double sum = 0, present = 0;
            for (size_t j = 0; j < N_SIGNAL; j++) {
                double s = alone(&w, i, j);
                if (isnan(s) && w.signals[j].missing == ASSAY_RENORMALISE)
                    continue;
                sum += weight[j] * (isnan(s) ? 50 : s) / 100;
                present += weight[j];
            }
            for (size_t j = 0; j < N_COLUMN; j++) {
                bool hole = j < N_SIGNAL && w.signals[j].missing == ASSAY_RENORMALISE &&
                            isnan(alone(&w, i, j));
                if (hole)
                    ck_assert_double_eq_tol(at(&design, i, j), sum / present, 1e-14);
                else
                    ck_assert_double_eq(at(&design, i, j), at(&before, i, j));
                largest = fmax(largest, fabs(at(&design, i, j) - at(&before, i, j)));
            }
        }
        ck_assert_double_eq(change, largest);
        ck_assert_double_eq_tol(assay_design_fill_holes(&design, weight), 0, 1e-15);
        assay_design_clear(&before);
    }
    assay_design_clear(&design);
    clear_world(&w);
}
END_TEST

/* Two dimensions of three signals; holes of a dimension carry its average, those of `renormalise` that of
 * all: what assay_composite() makes of the row alone. Six products of order 1: 1e-14. */
START_TEST(holes_of_a_dimension_carry_its_average_and_declared_points_stand)
{
    static const double weight[N_SIGNAL] = {0.3, 0.1, 0.1, 0.2, 0.1, 0.2};
    struct world w;
    size_t n_hole = 0;
    make_world(&w, 13, 3000);
    for (size_t j = 0; j < N_SIGNAL; j++)
        w.signals[j].dimension = (char *)(j % 2 == 0 ? "even" : "odd");
    w.signals[3].missing = w.signals[5].missing = ASSAY_RENORMALISE_DIMENSION;
    w.signals[1].missing = ASSAY_POINTS;
    w.signals[1].missing_points = 20;
    struct assay_design design = make_design(&w, 1);
    assay_design_fill_holes(&design, weight);
    for (size_t i = 0; i < w.table.n_row; i++) {
        double s[N_SIGNAL];
        bool missing[N_SIGNAL];
        for (size_t j = 0; j < N_SIGNAL; j++)
            s[j] = alone(&w, i, j);
        assay_composite(w.signals, weight, N_SIGNAL, s, 1, missing);
        for (size_t j = 0; j < N_SIGNAL; j++) {
            ck_assert_double_eq_tol(at(&design, i, j), s[j] / 100, 1e-14);
            n_hole += missing[j] && (j == 0 || j == 3 || j == 5);
        }
        if (missing[1])
            ck_assert_double_eq(at(&design, i, 1), 0.2);
    }
    ck_assert_uint_eq(design.n_hole, n_hole);
    ck_assert_uint_gt(n_hole, 1000); /* three signals, one value in eight */
    ck_assert_double_eq_tol(assay_design_fill_holes(&design, weight), 0, 1e-15);
    assay_design_clear(&design);
    clear_world(&w);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct world w;
    make_world(&w, 12, 500);
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_design design = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_design_init(&w.spec, w.table.n_row, &design, &err);
        if (status == ASSAY_OK)
            status = assay_design_fill(&design, &w.columns, &w.table, w.baselines, w.leaf, 1, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_design_clear(&design);
        if (!reached) {
            ck_assay_ok(status);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory building the design");
    }
    ck_assert_uint_gt(n, 5); /* x, indicators, tables of categories, one table, holes that grow */
    clear_world(&w);
}
END_TEST

/* ---- designs without x ---- */

static struct assay_design make_coded(const struct world *w, const struct assay_table *table,
                                      const struct assay_ties ties[])
{
    struct assay_error err = {0};
    struct assay_design design = {0};
    struct assay_design_source source = {&w->columns, table, w->baselines, w->leaf, ties, 2};
    ck_assay_ok(assay_design_make(&w->spec, &source, &design, &err));
    return design;
}

/* Every block, and what is read of it by column and by row, against the design that is kept. */
static void check_same_values(const struct assay_design *kept, const struct assay_design *made)
{
    enum { SIZE = N_COLUMN * ASSAY_BLOCK_ROWS };
    struct assay_block_source blocks = assay_design_blocks(made);
    double block[SIZE], filled[SIZE], column[ASSAY_BLOCK_ROWS], row[N_COLUMN];
    for (size_t first = 0; first < kept->n_row; first += ASSAY_BLOCK_ROWS) {
        size_t b = first / ASSAY_BLOCK_ROWS, left = kept->n_row - first;
        size_t n = left < ASSAY_BLOCK_ROWS ? left : ASSAY_BLOCK_ROWS;
        const double *want = kept->x + b * SIZE;
        memset(filled, 1, sizeof filled);
        blocks.fill(blocks.state, b, filled);
        ck_assert_mem_eq(filled, want, sizeof filled); /* the padding too: it is finite */
        ck_assert_mem_eq(assay_design_block(made, b, block), want, sizeof block);
        ck_assert_ptr_eq(assay_design_block(kept, b, block), want);
        for (size_t j = 0; j < N_COLUMN; j++) {
            size_t skip = n / 3;
            const double *got = assay_design_column(made, j, first + skip, n - skip, column);
            ck_assert_mem_eq(got, want + j * ASSAY_BLOCK_ROWS + skip, (n - skip) * sizeof *got);
        }
        assay_design_row(made, first + n - 1, row);
        for (size_t j = 0; j < N_COLUMN; j++)
            ck_assert_double_eq(row[j], want[j * ASSAY_BLOCK_ROWS + n - 1]);
    }
}

/* One column coded, three, all five; the others keep a value a row. */
START_TEST(a_coded_table_makes_the_blocks_of_the_plain_one)
{
    static const double weights[2][N_SIGNAL] = {{0.3, 0.1, 0.1, 0.2, 0.1, 0.2},
                                                {0, 0.5, 0.1, 0.2, 0, 0.2}};
    static const size_t n_coded[] = {1, 3, 5};
    for (size_t c = 0; c < COUNT(n_coded); c++) {
        struct world w;
        make_world(&w, 20 + c, 1000 + 13 * c);
        w.signals[0].missing = c == 1 ? ASSAY_NEUTRAL : ASSAY_RENORMALISE;
        struct assay_table coded = coded_table(&w.table, n_coded[c]);
        struct assay_design kept = make_design(&w, 1), made = make_coded(&w, &coded, NULL);
        ck_assert_ptr_null(made.x);
        ck_assert_uint_eq(made.n_hole, kept.n_hole);
        ck_assert_mem_eq(made.indicator_signal, kept.indicator_signal,
                         N_INDICATOR * sizeof *kept.indicator_signal);
        check_same_values(&kept, &made);
        for (size_t k = 0; k < COUNT(weights); k++) {
            ck_assert_double_eq(assay_design_fill_holes(&made, weights[k]),
                                assay_design_fill_holes(&kept, weights[k]));
            check_same_values(&kept, &made);
        }
        assay_design_clear(&kept);
        assay_design_clear(&made);
        coded_table_free(&coded);
        clear_world(&w);
    }
}
END_TEST

START_TEST(ties_change_no_byte_of_a_short_design)
{
    struct world w;
    struct assay_ties ties[N_SIGNAL] = {{0}};
    make_world(&w, 31, 900);
    for (size_t j = 0; j < N_SIGNAL; j++) {
        struct assay_error err = {0};
        if (w.table.columns[j].type != ASSAY_NUMBER)
            continue;
        for (size_t i = 0; i < 300; i++) /* some that are tied */
            w.table.columns[j].numbers[i] = floor(w.table.columns[j].numbers[i]);
        ck_assay_ok(assay_ties_init(&w.table.columns[j], w.leaf, 2, 900, &ties[j], &err));
    }
    struct assay_design plain = make_design(&w, 1), tied = make_coded(&w, &w.table, ties);
    ck_assert_ptr_nonnull(tied.x);
    ck_assert_mem_eq(tied.x, plain.x, assay_block_size(900, N_COLUMN) * sizeof *plain.x);
    for (size_t j = 0; j < N_SIGNAL; j++)
        assay_ties_clear(&ties[j]);
    assay_design_clear(&plain);
    assay_design_clear(&tied);
    clear_world(&w);
}
END_TEST

START_TEST(a_made_design_reports_every_failing_allocation_and_leaks_nothing)
{
    struct world w;
    make_world(&w, 12, 500);
    struct assay_table coded = coded_table(&w.table, 3);
    struct assay_design_source source = {&w.columns, &coded, w.baselines, w.leaf, NULL, 1};
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_design design = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_design_make(&w.spec, &source, &design, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_design_clear(&design);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        if (!reached)
            break;
        ck_assert_str_eq(err.message, "out of memory building the design");
    }
    ck_assert_uint_gt(n, 9); /* indicators, tables, six of them, holes that grow, what stands there */
    coded_table_free(&coded);
    clear_world(&w);
}
END_TEST

/* Tables of more and of fewer entries than 16 bits tell apart, and rows that are no whole blocks. */
START_TEST(a_row_finds_the_entry_of_its_leaf_and_code) /* a loop over codes a leaf */
{
    static const size_t n_values[] = {1, 7, 16383, 16384, 21846, 65536};
    enum { ROWS = 700, LEAVES = 4 };
    static uint16_t code[ROWS], leaf[ROWS];
    static double out[ROWS];
    size_t n_value = n_values[_i];
    struct test_random random = {n_value};
    struct assay_lookup lookup = {.table = malloc(LEAVES * n_value * sizeof(double)),
                                  .n_entry = LEAVES * n_value,
                                  .code = code,
                                  .leaf = leaf,
                                  .n_value = n_value};
    for (size_t t = 0; t < lookup.n_entry; t++)
        lookup.table[t] = (double)t;
    for (size_t i = 0; i < ROWS; i++) {
        code[i] = (uint16_t)(i % 5 == 0 ? n_value - 1 : test_below(&random, n_value));
        leaf[i] = (uint16_t)test_below(&random, LEAVES);
    }
    for (size_t first = 0; first < 9; first++) {
        assay_lookup_take(&lookup, first, ROWS - first, out);
        for (size_t i = first; i < ROWS; i++)
            ck_assert_double_eq(out[i - first], (double)(leaf[i] * n_value + code[i]));
    }
    free(lookup.table);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, blocks_hold_their_columns_one_behind_the_other);
    tcase_add_test(tc, indicators_stand_behind_the_signals_in_their_order);
    tcase_add_loop_test(tc, every_cell_is_what_its_row_alone_gives, 0, COUNT(sizes));
    tcase_add_test(tc, the_number_of_threads_changes_no_byte);
    tcase_add_test(tc, filling_again_starts_anew);
    tcase_add_test(tc, holes_are_the_missing_values_under_renormalise);
    tcase_add_test(tc, a_strange_category_under_renormalise_is_a_hole);
    tcase_add_test(tc, filled_holes_carry_the_composite_of_the_rest);
    tcase_add_test(tc, holes_of_a_dimension_carry_its_average_and_declared_points_stand);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
    tcase_add_test(tc, a_coded_table_makes_the_blocks_of_the_plain_one);
    tcase_add_test(tc, ties_change_no_byte_of_a_short_design);
    tcase_add_loop_test(tc, a_row_finds_the_entry_of_its_leaf_and_code, 0, 6);
    tcase_add_test(tc, a_made_design_reports_every_failing_allocation_and_leaks_nothing);
}

ASSAY_SUITE("signal/design", add_tests)
