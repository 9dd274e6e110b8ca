/* Rows of a table through a compiled model are what the row scorer makes of them, bit for bit, however the table came
 * about. */
#include "core/model/compiled_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/cpu.h"
#include "core/model/scorer.h"
#include "tests/model/random_model.h"
#include "tests/support/suite.h"

enum { ROWS = 200, CAPACITY = 64 };

/* ---- tables as a reader fills them ---- */

static void draw_cell(const struct assay_model *model, struct test_random *random,
                      struct assay_column *column, size_t row)
{
    char text[32];
    if (column->type == ASSAY_NUMBER) {
        column->numbers[row] = random_raw(random, model);
        return;
    }
    const char *drawn = random_text(random, text);
    column->codes[row] = drawn == NULL
                             ? ASSAY_NO_CODE
                             : assay_dictionary_enter(column->dictionary, drawn, strlen(drawn));
}

static void draw_rows(const struct assay_model *model, size_t n, uint64_t seed,
                      struct assay_table *table)
{
    struct test_random random = {seed};
    struct assay_error err = {0};
    ck_assay_ok(assay_table_reserve(table, table->n_row + n, &err));
    for (size_t i = 0; i < n; i++, table->n_row++)
        for (size_t k = 0; k < table->n_column; k++)
            draw_cell(model, &random, &table->columns[k], table->n_row);
}

/* ---- comparison ---- */

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void check_row(const struct assay_scorer *scorer, const struct assay_table *table,
                      size_t row, const struct assay_block *block, size_t i)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    assay_scorer_row(scorer, table, row, s, missing, &score);
    for (size_t j = 0; j < scorer->model->n_signal; j++) {
        ck_assert(same(block->s[j * block->capacity + i], s[j]));
        ck_assert_int_eq(block->missing[j * block->capacity + i], missing[j]);
    }
    ck_assert(same(block->composite[i], score.composite));
    ck_assert(same(block->log_odds[i], score.log_odds));
    ck_assert(same(block->probability[i], score.probability));
    ck_assert(same(block->score[i], score.score));
    ck_assert_uint_eq(block->zone[i], score.zone);
    ck_assert_uint_eq(block->n_missing[i], score.n_missing);
    ck_assert_uint_eq(block->n_unknown[i], score.n_unknown);
    ck_assert_uint_eq(block->flags[i], (score.dropped ? ASSAY_ROW_DROPPED : 0) |
                                           (score.unseen_plan ? ASSAY_ROW_UNSEEN_PLAN : 0) |
                                           (score.terms.unseen ? ASSAY_ROW_UNSEEN_SEGMENT : 0));
}

/* All rows, by blocks that do not divide them. */
static void check_rows(const struct assay_model *model, const struct assay_compiled_table *tied,
                       const struct assay_table *table)
{
    struct assay_error err = {0};
    struct assay_scorer scorer;
    struct assay_compiled_work work;
    ck_assay_ok(assay_scorer_init(model, table, &scorer, &err));
    ck_assay_ok(assay_compiled_work_init(tied, CAPACITY, &work, &err));
    for (size_t first = 0; first < table->n_row; first += CAPACITY) {
        size_t left = table->n_row - first, n = left < CAPACITY ? left : CAPACITY;
        assay_compiled_table_score(tied, table, first, n, &work);
        for (size_t i = 0; i < n; i++)
            check_row(&scorer, table, first + i, &work.block, i);
    }
    assay_compiled_work_clear(&work);
    assay_scorer_clear(&scorer);
}

/* By each instruction set that there is. */
static void check_table(const struct assay_model *model, const struct assay_compiled_table *tied,
                        const struct assay_table *table)
{
    static const char *const sets[] = {"baseline", "avx2", "avx512"};
    struct assay_error err = {0};
    for (size_t k = 0; k < COUNT(sets); k++)
        if (assay_cpu_choose(sets[k], &err) == ASSAY_OK)
            check_rows(model, tied, table);
    ck_assay_ok(assay_cpu_choose(NULL, &err));
}

struct fixture {
    struct assay_model model;
    struct assay_compiled *compiled;
    struct assay_table table;
    struct assay_compiled_table tied;
};

static void fixture_init(struct fixture *f, uint64_t seed)
{
    struct assay_error err = {0};
    memset(f, 0, sizeof *f);
    random_model(seed, &f->model);
    ck_assay_ok(assay_compiled_new(&f->model, &f->compiled, &err));
    random_columns(&f->model, &f->table);
}

static void fixture_clear(struct fixture *f)
{
    assay_compiled_table_clear(&f->tied);
    assay_table_clear(&f->table);
    assay_compiled_free(f->compiled);
    assay_model_clear(&f->model);
}

/* Every block brings texts that the one before did not have, and forgets its rows. */
START_TEST(blocks_of_a_stream_score_as_the_row_scorer_does)
{
    struct fixture f;
    struct assay_error err = {0};
    fixture_init(&f, 3000 + (uint64_t)_i);
    ck_assay_ok(assay_compiled_table_init(f.compiled, &f.model, &f.table, &f.tied, &err));
    for (uint64_t block = 0; block < 3; block++) {
        draw_rows(&f.model, ROWS / 3, block * 100 + (uint64_t)_i, &f.table);
        ck_assay_ok(assay_compiled_table_extend(&f.tied, &f.table, &err));
        check_table(&f.model, &f.tied, &f.table);
        assay_table_reset(&f.table);
    }
    fixture_clear(&f);
}
END_TEST

START_TEST(a_long_table_with_coded_numbers_scores_the_same)
{
    struct fixture f;
    struct assay_error err = {0};
    struct assay_table whole = {.long_from = 1};
    fixture_init(&f, 4000 + (uint64_t)_i);
    draw_rows(&f.model, ROWS, (uint64_t)_i, &f.table);
    random_columns(&f.model, &whole);
    ck_assay_ok(assay_table_append(&whole, &f.table, &err));
    for (size_t k = 0; k < whole.n_column; k++)
        ck_assert(whole.columns[k].type == ASSAY_TEXT || whole.columns[k].numbers == NULL);
    ck_assay_ok(assay_compiled_table_init(f.compiled, &f.model, &whole, &f.tied, &err));
    check_table(&f.model, &f.tied, &whole);
    assay_table_clear(&whole);
    fixture_clear(&f);
}
END_TEST

START_TEST(a_failing_allocation_is_an_error_and_leaks_nothing)
{
    struct fixture f;
    size_t n_failed = 0;
    fixture_init(&f, 3003);
    draw_rows(&f.model, ROWS, 5, &f.table);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_compiled_work work = {0};
        test_fail_allocation(n);
        enum assay_status status =
            assay_compiled_table_init(f.compiled, &f.model, &f.table, &f.tied, &err);
        if (status == ASSAY_OK)
            status = assay_compiled_work_init(&f.tied, CAPACITY, &work, &err);
        test_fail_allocation(0);
        assay_compiled_work_clear(&work);
        assay_compiled_table_clear(&f.tied);
        if (status == ASSAY_OK)
            break;
        n_failed++;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_ptr_nonnull(strstr(err.message, "out of memory "));
    }
    ck_assert_uint_ge(n_failed, 4);
    fixture_clear(&f);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, blocks_of_a_stream_score_as_the_row_scorer_does, 0, 60);
    tcase_add_loop_test(tc, a_long_table_with_coded_numbers_scores_the_same, 0, 40);
    tcase_add_test(tc, a_failing_allocation_is_an_error_and_leaks_nothing);
}

ASSAY_SUITE("model/compiled_table", add_tests)
