#include "core/model/table_scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/scorer.h"
#include "tests/model/random_model.h"
#include "tests/support/suite.h"

enum { ROWS = 700 }; /* more than two blocks */

/* ---- a table of drawn rows ---- */

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

static void draw_table(const struct assay_model *model, uint64_t seed, struct assay_table *table)
{
    struct test_random random = {seed};
    struct assay_error err = {0};
    *table = (struct assay_table){0};
    random_columns(model, table);
    ck_assay_ok(assay_table_reserve(table, ROWS, &err));
    for (; table->n_row < ROWS; table->n_row++)
        for (size_t k = 0; k < table->n_column; k++)
            draw_cell(model, &random, &table->columns[k], table->n_row);
}

START_TEST(table_has_the_scores_of_its_rows_on_any_number_of_threads)
{
    struct assay_model model;
    struct assay_table table;
    struct assay_scorer scorer;
    struct assay_error err = {0};
    double score[ROWS], s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    unsigned char wanted[ROWS];
    random_model(7000 + (uint64_t)_i, &model);
    draw_table(&model, (uint64_t)_i, &table);
    for (size_t i = 0; i < ROWS; i++)
        wanted[i] = i % 5 != 3;
    ck_assay_ok(assay_table_scores(&model, &table, _i % 2 == 0 ? wanted : NULL, 1 + (size_t)_i % 3,
                                   score, &err));
    ck_assay_ok(assay_scorer_init(&model, &table, &scorer, &err));
    for (size_t i = 0; i < ROWS; i++) {
        struct assay_score want;
        assay_scorer_row(&scorer, &table, i, s, missing, &want);
        bool counts = _i % 2 == 1 || wanted[i];
        ck_assert(counts ? memcmp(&score[i], &want.score, sizeof want.score) == 0 ||
                               (isnan(score[i]) && isnan(want.score))
                         : isnan(score[i]));
    }
    assay_scorer_clear(&scorer);
    assay_table_clear(&table);
    assay_model_clear(&model);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct assay_model model;
    struct assay_table table;
    double score[ROWS];
    bool reached = true;
    random_model(7002, &model);
    draw_table(&model, 2, &table);
    for (size_t n = 1; reached; n++) {
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_table_scores(&model, &table, NULL, 1, score, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_uint_lt(n, 1000);
    }
    assay_table_clear(&table);
    assay_model_clear(&model);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, table_has_the_scores_of_its_rows_on_any_number_of_threads, 0, 60);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("model/table_scores", add_tests)
