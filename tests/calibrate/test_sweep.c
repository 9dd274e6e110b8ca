/* Predictions and composites, block by block. */
#include "calibrate/fit/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/composite.h"
#include "core/base/number.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { COLUMNS = 3, SIGNALS = 2, PARTS = 4, MOST = 40000 };

struct sample {
    struct assay_array_data data;
    double *x;
    unsigned char *used;
    uint16_t *part;
};

static void sample_init(struct sample *s, size_t n_row, size_t n_thread)
{
    struct test_random random = {n_row + 1};
    size_t size = assay_block_size(n_row, COLUMNS);
    *s = (struct sample){.x = malloc(size * sizeof *s->x),
                         .used = malloc(n_row),
                         .part = malloc(n_row * sizeof *s->part)};
    for (size_t k = 0; k < size; k++)
        s->x[k] = test_uniform(&random);
    for (size_t i = 0; i < n_row; i++) {
        s->used[i] = test_below(&random, 5) > 0;
        s->part[i] = (uint16_t)test_below(&random, PARTS);
    }
    s->data = (struct assay_array_data){
        .x = s->x, .n_row = n_row, .n_column = COLUMNS, .n_thread = n_thread};
}

static void sample_free(struct sample *s)
{
    free(s->x);
    free(s->used);
    free(s->part);
}

static double value_at(const struct sample *s, size_t row, size_t column)
{
    return s->x[assay_block_index(row, column, COLUMNS)];
}

static void fill(const void *state, size_t block, double out[])
{
    const struct sample *s = state;
    memcpy(out, s->x + block * COLUMNS * ASSAY_BLOCK_ROWS,
           COLUMNS * ASSAY_BLOCK_ROWS * sizeof *out);
}

static const double coefs[PARTS][1 + COLUMNS] = {
    {-1, 2, -0.5, 0.25}, {0.5, -1, 1, 2}, {9, 9, 9, 9}, {-3, 0, 0, 1}};
static const unsigned char fitted[PARTS] = {1, 1, 0, 1};

static double prob_of(const struct sample *s, size_t i, size_t part)
{
    double eta = coefs[part][0];
    for (size_t j = 0; j < COLUMNS; j++)
        eta += coefs[part][1 + j] * value_at(s, i, j);
    return assay_expit(eta);
}

static void forget(double prob[], size_t n)
{
    for (size_t i = 0; i < n; i++)
        prob[i] = -1;
}

static const size_t sizes[] = {1, 255, 256, 257, 5000, MOST};

static bool same(double prob, double want)
{
    /* 2 units in the last place of at most 1 */
    return isnan(want) ? isnan(prob) : fabs(prob - want) <= 1e-15;
}

START_TEST(each_row_is_predicted_by_its_part) /* over sizes */
{
    static double prob[MOST], apparent[MOST], held_out[MOST];
    struct sample s;
    struct assay_error err = {0};
    sample_init(&s, sizes[_i], 2);
    struct assay_part_coefs by = {s.part, coefs[0], fitted};
    forget(prob, sizes[_i]);
    ck_assay_ok(assay_predict_parts(&s.data, &by, s.used, prob, &err));
    for (size_t i = 0; i < sizes[_i]; i++) {
        bool there = s.used[i] && fitted[s.part[i]];
        double want = there ? prob_of(&s, i, s.part[i]) : (double)NAN;
        if (!same(prob[i], want))
            ck_abort_msg("row %zu: %.17g, %.17g", i, prob[i], want);
    }
    ck_assay_ok(assay_predict_both(&s.data, coefs[3], &by, s.used, apparent, held_out, NULL, &err));
    ck_assert_mem_eq(held_out, prob, sizes[_i] * sizeof *prob);
    for (size_t i = 0; i < sizes[_i]; i++)
        if (!same(apparent[i], s.used[i] ? prob_of(&s, i, 3) : (double)NAN))
            ck_abort_msg("row %zu: %.17g", i, apparent[i]);
    sample_free(&s);
}
END_TEST

START_TEST(rows_of_other_parts_are_left_alone) /* over sizes */
{
    static double prob[MOST];
    struct sample s;
    struct assay_error err = {0};
    sample_init(&s, sizes[_i], 2);
    forget(prob, sizes[_i]);
    ck_assay_ok(assay_predict_part(&s.data, coefs[1], s.part, 1, s.used, prob, &err));
    for (size_t i = 0; i < sizes[_i]; i++) {
        double want = s.used[i] && s.part[i] == 1 ? prob_of(&s, i, 1) : -1;
        if (!same(prob[i], want))
            ck_abort_msg("row %zu: %.17g, %.17g", i, prob[i], want);
    }
    sample_free(&s);
}
END_TEST

START_TEST(bytes_depend_on_neither_threads_nor_where_blocks_come_from)
{
    static double first[MOST], prob[MOST];
    struct sample s;
    struct assay_error err = {0};
    sample_init(&s, MOST, 1);
    forget(first, MOST);
    ck_assay_ok(assay_predict_rows(&s.data, coefs[0], s.used, first, &err));
    for (size_t i = 0; i < MOST; i++)
        if (!same(first[i], s.used[i] ? prob_of(&s, i, 0) : (double)NAN))
            ck_abort_msg("row %zu: %.17g", i, first[i]);
    for (size_t k = 0; k < 6; k++) {
        s.data.n_thread = k / 2 == 2 ? 7 : k / 2 + 1;
        s.data.x = k % 2 == 0 ? s.x : NULL;
        s.data.blocks = (struct assay_block_source){fill, &s};
        forget(prob, MOST);
        ck_assay_ok(assay_predict_rows(&s.data, coefs[0], s.used, prob, &err));
        ck_assert_mem_eq(prob, first, sizeof first);
    }
    sample_free(&s);
}
END_TEST

START_TEST(a_composite_is_the_weighted_sum_with_the_indicators_behind_it) /* over sizes */
{
    static const double weight[SIGNALS] = {0.75, 0.25};
    struct sample s;
    struct assay_composite composite = {0};
    struct assay_error err = {0};
    sample_init(&s, sizes[_i], 2);
    ck_assay_ok(assay_composite_init(&s.data, SIGNALS, &composite, &err));
    ck_assay_ok(assay_composite_fill(&s.data, SIGNALS, weight, &composite, &err));
    struct assay_array_data data = assay_composite_data(&s.data, &composite);
    ck_assert_uint_eq(data.n_column, 2);
    ck_assert_uint_eq(data.n_row, sizes[_i]);
    for (size_t i = 0; i < sizes[_i]; i++) {
        double sum = 0.75 * value_at(&s, i, 0) + 0.25 * value_at(&s, i, 1);
        if (data.x[assay_block_index(i, 0, 2)] != sum ||
            data.x[assay_block_index(i, 1, 2)] != value_at(&s, i, 2))
            ck_abort_msg("row %zu", i);
    }
    assay_composite_clear(&composite);
    sample_free(&s);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    static const double weight[SIGNALS] = {0.5, 0.5};
    static double prob[MOST];
    struct sample s;
    sample_init(&s, MOST, 1);
    s.data.x = NULL;
    s.data.blocks = (struct assay_block_source){fill, &s};
    for (size_t n = 1; n < 100; n++) {
        struct assay_composite composite = {0};
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_predict_rows(&s.data, coefs[0], s.used, prob, &err);
        if (status == ASSAY_OK)
            status = assay_composite_init(&s.data, SIGNALS, &composite, &err);
        if (status == ASSAY_OK)
            status = assay_composite_fill(&s.data, SIGNALS, weight, &composite, &err);
        test_fail_allocation(0);
        assay_composite_clear(&composite);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory", 13), 0);
    }
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, each_row_is_predicted_by_its_part, 0,
                        COUNT(sizes));
    tcase_add_loop_test(tc, rows_of_other_parts_are_left_alone, 0,
                        COUNT(sizes));
    tcase_add_test(tc, bytes_depend_on_neither_threads_nor_where_blocks_come_from);
    tcase_add_loop_test(tc, a_composite_is_the_weighted_sum_with_the_indicators_behind_it, 0,
                        COUNT(sizes));
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/sweep", add_tests)
