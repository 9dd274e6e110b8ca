/* A compiled model gives what the scorer gives, bit for bit, however the rows are cut. */
#include "core/model/compiled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/number.h"
#include "core/model/scorer.h"
#include "tests/model/random_model.h"
#include "tests/support/suite.h"

enum { ROWS = 300, MODELS = 400 };

/* Rows of raw inputs, as an example has them and as lanes. */
struct rows {
    size_t n, n_input;
    struct assay_example_input *inputs; /* [n * n_input] by row */
    char (*texts)[32];                  /* the same */
    double *numbers;                    /* [n_input * n] by input */
    int32_t *ids;                       /* the same */
};

static double spelled(const char *text)
{
    double value;
    return text != NULL && assay_number_parse(text, strlen(text), &value) ? value : (double)NAN;
}

static void rows_draw(struct rows *rows, const struct assay_model *model,
                      const struct assay_compiled *compiled, size_t n, uint64_t seed)
{
    struct test_random random = {seed};
    size_t n_cell = n * model->n_input;
    *rows = (struct rows){.n = n,
                          .n_input = model->n_input,
                          .inputs = calloc(n_cell, sizeof *rows->inputs),
                          .texts = calloc(n_cell, sizeof *rows->texts),
                          .numbers = calloc(n_cell, sizeof *rows->numbers),
                          .ids = calloc(n_cell, sizeof *rows->ids)};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < model->n_input; k++) {
            struct assay_example_input *input = &rows->inputs[i * model->n_input + k];
            double *number = &rows->numbers[k * n + i];
            if (model->inputs[k].is_text) {
                input->text = (char *)random_text(&random, rows->texts[i * model->n_input + k]);
                input->number = NAN;
                rows->ids[k * n + i] = assay_compiled_id(compiled, k, input->text);
                *number = spelled(input->text);
            } else {
                *number = input->number = random_raw(&random, model);
            }
        }
}

static void rows_clear(struct rows *rows)
{
    free(rows->inputs);
    free(rows->texts);
    free(rows->numbers);
    free(rows->ids);
}

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void check_row(const struct assay_model *model, const struct assay_compiled *compiled,
                      const struct assay_block *block, size_t i, const double s[],
                      const bool missing[], const struct assay_score *score)
{
    for (size_t j = 0; j < model->n_signal; j++) {
        ck_assert(same(block->s[j * block->capacity + i], s[j]));
        ck_assert_int_eq(block->missing[j * block->capacity + i], missing[j]);
    }
    ck_assert_uint_eq(block->cohort[i], score->cohort);
    ck_assert_ptr_eq(assay_block_terms(compiled, block, i).weights, score->terms.weights);
    ck_assert_uint_eq(block->flags[i], (score->dropped ? ASSAY_ROW_DROPPED : 0) |
                                           (score->unseen_plan ? ASSAY_ROW_UNSEEN_PLAN : 0) |
                                           (score->terms.unseen ? ASSAY_ROW_UNSEEN_SEGMENT : 0));
    ck_assert_uint_eq(block->n_missing[i], score->n_missing);
    ck_assert_uint_eq(block->n_unknown[i], score->n_unknown);
    ck_assert(same(block->composite[i], score->composite));
    ck_assert(same(block->rounded[i], score->rounded));
    ck_assert(same(block->log_odds[i], score->log_odds));
    ck_assert(same(block->probability[i], score->probability));
    ck_assert(same(block->score[i], score->score));
    ck_assert_uint_eq(block->zone[i], score->zone);
}

/* All rows of a model in blocks of `capacity`, against the scorer's, one by one. */
static void check_blocks(const struct assay_model *model, const struct assay_compiled *compiled,
                         const struct rows *rows, size_t capacity)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_block block;
    void *room = malloc(assay_block_room(compiled, capacity));
    assay_block_lay(compiled, room, capacity, &block);
    for (size_t start = 0; start < rows->n; start += capacity) {
        struct assay_lane lanes[ASSAY_MAX_SIGNALS];
        size_t n = rows->n - start < capacity ? rows->n - start : capacity;
        for (size_t k = 0; k < model->n_input; k++)
            lanes[k] = (struct assay_lane){.numbers = rows->numbers + k * rows->n + start,
                                           .ids = rows->ids + k * rows->n + start};
        assay_compiled_score(compiled, lanes, n, &block);
        for (size_t i = 0; i < n; i++) {
            struct assay_score score;
            assay_score_inputs(model, rows->inputs + (start + i) * rows->n_input, s, missing,
                               &score);
            check_row(model, compiled, &block, i, s, missing, &score);
        }
    }
    free(room);
}

START_TEST(random_models_score_as_the_scorer_does)
{
    for (uint64_t seed = (uint64_t)_i * MODELS / 8; seed < (uint64_t)(_i + 1) * MODELS / 8;
         seed++) {
        struct assay_error err = {0};
        struct assay_model model;
        struct assay_compiled *compiled;
        struct rows rows;
        random_model(seed, &model);
        ck_assay_ok(assay_compiled_new(&model, &compiled, &err));
        rows_draw(&rows, &model, compiled, ROWS / 8, seed);
        check_blocks(&model, compiled, &rows, 16);
        check_blocks(&model, compiled, &rows, 1);
        rows_clear(&rows);
        assay_compiled_free(compiled);
        assay_model_clear(&model);
    }
}
END_TEST

/* A table as a CSV would fill it: texts and numbers of one column stand in two. */
static void fill_table(const struct assay_model *model, const struct rows *rows,
                       struct assay_table *table)
{
    struct assay_error err = {0};
    random_columns(model, table);
    ck_assay_ok(assay_table_reserve(table, rows->n, &err));
    for (size_t k = 0; k < model->n_input; k++) {
        const char *name = model->inputs[k].column;
        struct assay_column *number = &table->columns[assay_table_find(table, name, ASSAY_NUMBER)];
        memcpy(number->numbers, rows->numbers + k * rows->n, rows->n * sizeof(double));
        if (!model->inputs[k].is_text)
            continue;
        struct assay_column *text = &table->columns[assay_table_find(table, name, ASSAY_TEXT)];
        for (size_t i = 0; i < rows->n; i++) {
            const char *cell = rows->inputs[i * rows->n_input + k].text;
            text->codes[i] = cell == NULL
                                 ? ASSAY_NO_CODE
                                 : assay_dictionary_enter(text->dictionary, cell, strlen(cell));
        }
    }
    table->n_row = rows->n;
}

START_TEST(rows_of_a_table_score_the_same)
{
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_compiled *compiled;
    struct assay_table table = {0};
    struct assay_scorer scorer;
    struct assay_block block;
    struct rows rows;
    struct assay_lane lanes[ASSAY_MAX_SIGNALS];
    random_model(1000 + (uint64_t)_i, &model);
    ck_assay_ok(assay_compiled_new(&model, &compiled, &err));
    rows_draw(&rows, &model, compiled, ROWS, (uint64_t)_i);
    fill_table(&model, &rows, &table);
    ck_assay_ok(assay_scorer_init(&model, &table, &scorer, &err));
    void *room = malloc(assay_block_room(compiled, ROWS));
    assay_block_lay(compiled, room, ROWS, &block);
    for (size_t k = 0; k < model.n_input; k++)
        lanes[k] =
            (struct assay_lane){.numbers = rows.numbers + k * ROWS, .ids = rows.ids + k * ROWS};
    assay_compiled_score(compiled, lanes, ROWS, &block);
    for (size_t i = 0; i < ROWS; i++) {
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        struct assay_score score;
        assay_scorer_row(&scorer, &table, i, s, missing, &score);
        check_row(&model, compiled, &block, i, s, missing, &score);
    }
    free(room);
    assay_scorer_clear(&scorer);
    assay_table_clear(&table);
    rows_clear(&rows);
    assay_compiled_free(compiled);
    assay_model_clear(&model);
}
END_TEST

/* ---- edges ---- */

/* One percentile signal with knots as given, in each of n_node plans. */
static void one_signal(struct assay_model *model, size_t n_node, size_t n_knot_of_last)
{
    *model = (struct assay_model){.n_signal = 1, .at_risk_probability = 0.5};
    model->spec.n_signal = 1;
    model->spec.points_to_halve_odds = 10;
    model->spec.signals = calloc(1, sizeof *model->spec.signals);
    model->spec.signals[0] = (struct assay_signal_spec){
        .name = strdup("s"), .column = strdup("s"), .dimension = strdup("d")};
    model->spec.zones = calloc(1, sizeof *model->spec.zones);
    model->spec.n_zone = 1;
    model->spec.zones[0].name = strdup("All");
    model->spec.cohort.plan = strdup("plan");
    model->cohorts.spec = &model->spec.cohort;
    model->cohorts.nodes = calloc(n_node, sizeof *model->cohorts.nodes);
    model->cohorts.n_node = n_node;
    model->missing_term = calloc(1, sizeof(double));
    random_weights(&(struct test_random){1}, 1, false, &model->slope, &model->weight);
    model->baselines = calloc(1, sizeof *model->baselines);
    model->baselines[0].n_node = n_node;
    model->baselines[0].knots = calloc(n_node, sizeof(struct assay_knots));
    for (size_t v = 0; v < n_node; v++) {
        struct assay_knots *knots = &model->baselines[0].knots[v];
        model->cohorts.nodes[v].band = ASSAY_ANY_BAND;
        if (v > 0)
            model->cohorts.nodes[v].plan = random_name("plan", v);
        knots->n = v + 1 == n_node ? n_knot_of_last : 1;
        knots->x = calloc(knots->n, sizeof(double));
        knots->s = calloc(knots->n, sizeof(double));
        for (size_t k = 0; k < knots->n; k++) {
            knots->x[k] = (double)k / 3;
            knots->s[k] = 100 * (double)k / (double)knots->n;
        }
    }
}

/* One node with so many knots that room for as many in each would be gigabytes. */
START_TEST(one_long_baseline_among_many_short_ones_is_no_burden)
{
    enum { NODES = 2000, KNOTS = 20000, N = 64 };
    struct assay_error err = {0};
    struct assay_model model;
    struct assay_compiled *compiled;
    struct rows rows;
    one_signal(&model, NODES, KNOTS);
    ck_assay_ok(assay_model_find_inputs(&model, &err));
    ck_assay_ok(assay_compiled_new(&model, &compiled, &err));
    rows_draw(&rows, &model, compiled, N, 3);
    for (size_t i = 0; i < N; i += 2) { /* every other in the plan of the long one */
        char *text = rows.texts[i * rows.n_input];
        snprintf(text, 32, "plan%d", NODES - 1);
        rows.inputs[i * rows.n_input].text = text;
        rows.ids[i] = assay_compiled_id(compiled, 0, text);
        rows.numbers[N + i] = rows.inputs[i * rows.n_input + 1].number = (double)i * 110;
    }
    check_blocks(&model, compiled, &rows, N);
    rows_clear(&rows);
    assay_compiled_free(compiled);
    assay_model_clear(&model);
}
END_TEST

START_TEST(one_row_of_the_widest_model_fits_the_room_for_one_row)
{
    struct assay_error err = {0};
    struct assay_model model = {.n_signal = ASSAY_MAX_SIGNALS, .at_risk_probability = 0.5};
    struct assay_compiled *compiled;
    struct assay_baseline baselines[ASSAY_MAX_SIGNALS] = {{0}};
    struct assay_signal_spec signals[ASSAY_MAX_SIGNALS];
    double zeros[ASSAY_MAX_SIGNALS] = {0};
    for (size_t j = 0; j < ASSAY_MAX_SIGNALS; j++)
        signals[j] =
            (struct assay_signal_spec){.column = (char *)"x", .normalise = {.method = ASSAY_NONE}};
    struct assay_input input = {.column = (char *)"x"};
    model.spec.signals = signals;
    model.spec.n_signal = ASSAY_MAX_SIGNALS;
    model.slope = model.weight = model.missing_term = zeros;
    model.baselines = baselines;
    model.inputs = &input;
    model.n_input = 1;
    ck_assay_ok(assay_compiled_new(&model, &compiled, &err));
    ck_assert_uint_le(assay_block_room(compiled, 1), ASSAY_COMPILED_ROW_ROOM);
    assay_compiled_free(compiled);
}
END_TEST

START_TEST(a_failing_allocation_is_an_error_and_leaks_nothing)
{
    struct assay_model model;
    size_t n_failed = 0;
    random_model(5, &model);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_compiled *compiled = NULL;
        test_fail_allocation(n);
        enum assay_status status = assay_compiled_new(&model, &compiled, &err);
        test_fail_allocation(0);
        if (status == ASSAY_OK) {
            assay_compiled_free(compiled);
            break;
        }
        n_failed++;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory preparing to score");
        ck_assert_ptr_null(compiled);
    }
    ck_assert_uint_gt(n_failed, 10);
    assay_model_clear(&model);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, random_models_score_as_the_scorer_does, 0, 8);
    tcase_add_loop_test(tc, rows_of_a_table_score_the_same, 0, 20);
    tcase_add_test(tc, one_long_baseline_among_many_short_ones_is_no_burden);
    tcase_add_test(tc, one_row_of_the_widest_model_fits_the_room_for_one_row);
    tcase_add_test(tc, a_failing_allocation_is_an_error_and_leaks_nothing);
}

ASSAY_SUITE("model/compiled", add_tests)
