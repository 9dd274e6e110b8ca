/* Scores that are added up from terms are those of the row scorer, bit for bit, and only where they can be. */
#include "core/model/coded_scores.h"

#include <math.h>
#include <string.h>

#include "core/model/scorer.h"
#include "tests/model/random_model.h"
#include "tests/support/suite.h"

enum { ROWS = 9000, POOL = 9 }; /* a few values a column, which so many rows pay for in 40 cohorts and more */

/* ---- a long table of drawn rows ---- */

struct pool {
    double number[POOL];
    char text[POOL][32];
    bool missing[POOL];
};

static void fill_pool(const struct assay_model *model, struct test_random *random, struct pool *pool)
{
    for (size_t k = 0; k < POOL; k++) {
        char text[32];
        const char *drawn = random_text(random, text);
        pool->number[k] = random_raw(random, model);
        pool->missing[k] = drawn == NULL;
        snprintf(pool->text[k], sizeof pool->text[k], "%s", drawn == NULL ? "" : drawn);
    }
}

static void draw_cell(const struct pool *pool, struct test_random *random,
                      struct assay_column *column, size_t row)
{
    size_t k = test_below(random, POOL);
    if (column->type == ASSAY_NUMBER)
        column->numbers[row] = pool->number[k];
    else if (pool->missing[k])
        column->codes[row] = ASSAY_NO_CODE;
    else
        column->codes[row] =
            assay_dictionary_enter(column->dictionary, pool->text[k], strlen(pool->text[k]));
}

/* Numbers are coded, as a reader leaves them. */
static void draw_table(const struct assay_model *model, uint64_t seed, struct assay_table *table)
{
    struct test_random random = {seed};
    struct assay_error err = {0};
    struct assay_table part = {0};
    random_columns(model, &part);
    ck_assay_ok(assay_table_reserve(&part, ROWS, &err));
    for (size_t k = 0; k < part.n_column; k++) {
        struct pool pool;
        fill_pool(model, &random, &pool);
        for (size_t i = 0; i < ROWS; i++)
            draw_cell(&pool, &random, &part.columns[k], i);
    }
    part.n_row = ROWS;
    *table = (struct assay_table){.long_from = 1};
    random_columns(model, table);
    ck_assay_ok(assay_table_append(table, &part, &err));
    assay_table_clear(&part);
}

/* ---- models that can be scored so ---- */

static void simplify(struct assay_model *model)
{
    model->spec.rounding.dimensions = false;
    for (size_t j = 0; j < model->n_signal; j++) {
        enum assay_missing_policy *policy = &model->spec.signals[j].missing;
        if (*policy == ASSAY_RENORMALISE || *policy == ASSAY_RENORMALISE_DIMENSION)
            *policy = ASSAY_NEUTRAL;
    }
}

static bool has_segments(const struct assay_model *model)
{
    return model->n_segment_model > 0 || model->n_segment_line > 0;
}

static void check_rows(const struct assay_model *model, const struct assay_table *table,
                       const struct assay_coded_scores *coded)
{
    static double score[ROWS];
    struct assay_scorer scorer;
    struct assay_error err = {0};
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    assay_coded_scores_take(coded, 0, 1234, score);
    assay_coded_scores_take(coded, 1234, ROWS - 1234, score + 1234);
    ck_assay_ok(assay_scorer_init(model, table, &scorer, &err));
    for (size_t i = 0; i < ROWS; i++) {
        struct assay_score want;
        assay_scorer_row(&scorer, table, i, s, missing, &want);
        ck_assert(memcmp(&score[i], &want.score, sizeof want.score) == 0 ||
                  (isnan(score[i]) && isnan(want.score)));
    }
    assay_scorer_clear(&scorer);
}

START_TEST(coded_tables_have_the_scores_of_their_rows)
{
    struct assay_model model;
    struct assay_table table;
    struct assay_coded_scores *coded;
    struct assay_error err = {0};
    random_model((uint64_t)_i, &model);
    simplify(&model);
    draw_table(&model, (uint64_t)_i, &table);
    ck_assay_ok(assay_coded_scores_new(&model, &table, 1 + (size_t)_i % 3, &coded, &err));
    ck_assert_int_eq(coded != NULL, !has_segments(&model));
    if (coded != NULL)
        check_rows(&model, &table, coded);
    assay_coded_scores_free(coded);
    assay_table_clear(&table);
    assay_model_clear(&model);
}
END_TEST

/* ---- what cannot ---- */

/* The first model without segments. */
static void plain_model(struct assay_model *model, uint64_t *seed)
{
    for (*seed = 0;; ++*seed) {
        random_model(*seed, model);
        simplify(model);
        if (!has_segments(model) && model->n_signal > 1)
            return;
        assay_model_clear(model);
    }
}

static bool is_taken(const struct assay_model *model, const struct assay_table *table)
{
    struct assay_coded_scores *coded;
    struct assay_error err = {0};
    ck_assay_ok(assay_coded_scores_new(model, table, 1, &coded, &err));
    bool taken = coded != NULL;
    assay_coded_scores_free(coded);
    return taken;
}

START_TEST(signals_that_look_at_each_other_and_plain_columns_are_left_to_others)
{
    struct assay_model model;
    struct assay_table table;
    struct assay_error err = {0};
    uint64_t seed;
    plain_model(&model, &seed);
    draw_table(&model, seed, &table);
    ck_assert(is_taken(&model, &table));
    enum assay_missing_policy *policy = &model.spec.signals[1].missing, before = *policy;
    *policy = ASSAY_RENORMALISE;
    ck_assert(!is_taken(&model, &table));
    *policy = ASSAY_RENORMALISE_DIMENSION;
    ck_assert(!is_taken(&model, &table));
    *policy = before;
    model.spec.rounding.dimensions = true;
    ck_assert(!is_taken(&model, &table));
    model.spec.rounding.dimensions = false;
    ck_assert(is_taken(&model, &table));
    ck_assay_ok(assay_table_reserve(&table, ROWS, &err)); /* makes its numbers plain */
    ck_assert(!is_taken(&model, &table));
    assay_table_clear(&table);
    assay_model_clear(&model);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct assay_model model;
    struct assay_table table;
    bool reached = true;
    uint64_t seed;
    plain_model(&model, &seed);
    draw_table(&model, seed, &table);
    for (size_t n = 1; reached; n++) {
        struct assay_error err = {0};
        struct assay_coded_scores *coded;
        test_fail_allocation(n);
        enum assay_status status = assay_coded_scores_new(&model, &table, 1, &coded, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_int_eq(coded != NULL, !reached);
        assay_coded_scores_free(coded);
        ck_assert_uint_lt(n, 1000);
    }
    assay_table_clear(&table);
    assay_model_clear(&model);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, coded_tables_have_the_scores_of_their_rows, 0, 200);
    tcase_add_test(tc, signals_that_look_at_each_other_and_plain_columns_are_left_to_others);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("model/coded_scores", add_tests)
