/* libassay: what it tells of a model, and the same figures by every way. */
#include <math.h>
#include <pthread.h>

#include "core/model/points.h"
#include "core/model/scorer.h"
#include "tests/library/accounts.h"

/* ---- what a model is ---- */

START_TEST(a_model_is_described_as_its_file_has_it)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load((size_t)_i);
    const struct assay_model *at = &model->model;
    struct libassay_about about = {.size = sizeof about};
    ck_library_ok(libassay_describe(model, &about, &error));
    ck_assert_str_eq(about.name, at->spec.name);
    ck_assert_str_eq(about.version, "candidate");
    ck_assert_str_eq(about.format, "assay-model/1");
    ck_assert_ptr_nonnull(strstr(files[_i].data, about.digest));
    ck_assert_str_eq(about.id_column, at->spec.id);
    ck_assert_uint_eq(about.n_example, at->n_example);
    ck_assert(same(about.at_risk_score, at->at_risk_score));
    ck_assert(same(about.at_risk_probability, at->at_risk_probability));
    for (size_t k = 0; k < about.n_input; k++) {
        struct libassay_input input = {.size = sizeof input};
        ck_library_ok(libassay_describe_input(model, k, &input, &error));
        ck_assert_str_eq(input.column, at->inputs[k].column);
        ck_assert_int_eq(input.kind, at->inputs[k].is_text ? LIBASSAY_TEXT : LIBASSAY_NUMBER);
    }
    double total = 0;
    for (size_t j = 0; j < about.n_signal; j++) {
        struct libassay_signal signal = {.size = sizeof signal};
        ck_library_ok(libassay_describe_signal(model, j, &signal, &error));
        ck_assert_str_eq(signal.name, at->spec.signals[j].name);
        ck_assert_str_eq(signal.column, at->inputs[signal.input].column);
        ck_assert_str_eq(signal.dimension, at->spec.signals[j].dimension);
        ck_assert_str_eq(signal.missing, assay_missing_names[at->spec.signals[j].missing]);
        ck_assert(same(signal.coefficient, -at->slope[j]));
        total += signal.weight;
    }
    test_close("weights", total, 1, 1e-12, 1);
    for (size_t z = 0; z < about.n_zone; z++) {
        struct libassay_zone zone = {.size = sizeof zone};
        ck_library_ok(libassay_describe_zone(model, z, &zone, &error));
        ck_assert_str_eq(zone.name, at->spec.zones[z].name);
        ck_assert(same(zone.from, at->spec.zones[z].from));
    }
    libassay_free(model);
}
END_TEST

/* ---- one mathematics ---- */

static void check_score(const struct libassay_score *score, const struct assay_score *ours)
{
    uint32_t flags = (ours->dropped ? LIBASSAY_NO_SCORE : 0) |
                     (ours->unseen_plan ? LIBASSAY_NEW_PLAN : 0) |
                     (ours->terms.unseen ? LIBASSAY_NEW_SEGMENT : 0);
    ck_assert_uint_eq(score->flags, flags);
    ck_assert_uint_eq(score->n_missing, ours->n_missing);
    ck_assert_uint_eq(score->n_unknown, ours->n_unknown);
    ck_assert_int_eq(score->zone, ours->dropped ? -1 : (int)ours->zone);
    ck_assert(same(score->composite, ours->dropped ? (double)NAN : ours->composite));
    ck_assert(same(score->score, ours->dropped ? (double)NAN : ours->score));
    ck_assert(same(score->probability, ours->dropped ? (double)NAN : ours->probability));
    ck_assert(same(score->log_odds, ours->dropped ? (double)NAN : ours->log_odds));
}

/* The scorer's figures of an account, s and missing too. */
static void by_scorer(const struct assay_model *model, const struct libassay_value values[],
                      double s[], bool missing[], struct assay_score *out)
{
    struct assay_example_input inputs[ASSAY_MAX_INPUTS];
    for (size_t k = 0; k < model->n_input; k++) {
        const char *text = assay_library_text(values[k].text);
        inputs[k] = (struct assay_example_input){.number = NAN};
        if (model->inputs[k].is_text)
            inputs[k].text = (char *)text;
        else
            inputs[k].number = values[k].number;
    }
    assay_score_inputs(model, inputs, s, missing, out);
}

START_TEST(a_row_scores_as_the_program_scores_it_with_its_reasons)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load((size_t)_i);
    const struct assay_model *at = &model->model;
    struct accounts a;
    size_t n_scored = 0;
    draw_accounts(at, ROWS, &a);
    for (size_t i = 0; i < ROWS; i++) {
        struct libassay_value values[ASSAY_MAX_INPUTS];
        struct libassay_driver drivers[ASSAY_MAX_SIGNALS];
        struct libassay_score score = {.size = sizeof score}, again = {.size = sizeof again};
        struct assay_score ours;
        double s[ASSAY_MAX_SIGNALS];
        bool missing[ASSAY_MAX_SIGNALS];
        account(&a, i, values);
        by_scorer(at, values, s, missing, &ours);
        ck_library_ok(libassay_score_row(model, values, a.n_input, &score, &error));
        ck_library_ok(
            libassay_explain_row(model, values, a.n_input, drivers, at->n_signal, &again, &error));
        ck_assert_mem_eq(&score, &again, sizeof score);
        check_score(&score, &ours);
        for (size_t j = 0; j < at->n_signal; j++) {
            ck_assert(same(drivers[j].normalised, s[j]));
            ck_assert_int_eq(drivers[j].missing, missing[j]);
            ck_assert(same(drivers[j].weight, assay_terms_weight(at, ours.terms)[j]));
            ck_assert(same(drivers[j].points,
                           assay_points_of_signal(at, ours.terms, j, s[j], missing[j])));
        }
        n_scored += score.zone >= 0;
    }
    ck_assert_uint_gt(n_scored, ROWS / 10);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

/* Results of all columns, in arrays of their own. */
struct results {
    double figures[4][ROWS];
    int32_t zone[ROWS];
    uint32_t counts[3][ROWS];
};

static struct libassay_results into(struct results *r)
{
    return (struct libassay_results){.size = sizeof(struct libassay_results),
                                     .composite = r->figures[0],
                                     .score = r->figures[1],
                                     .probability = r->figures[2],
                                     .log_odds = r->figures[3],
                                     .zone = r->zone,
                                     .flags = r->counts[0],
                                     .n_missing = r->counts[1],
                                     .n_unknown = r->counts[2]};
}

START_TEST(columns_of_texts_or_codes_score_as_their_rows)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load((size_t)_i);
    struct accounts a;
    struct results *texts = calloc(1, sizeof *texts), *codes = calloc(1, sizeof *codes);
    struct libassay_results out = into(texts);
    draw_accounts(&model->model, ROWS, &a);
    ck_library_ok(libassay_score_columns(model, a.by_text, a.n_input, ROWS, &out, &error));
    out = into(codes);
    ck_library_ok(libassay_score_columns(model, a.by_code, a.n_input, ROWS, &out, &error));
    for (size_t i = 0; i < ROWS; i++) {
        struct libassay_value values[ASSAY_MAX_INPUTS];
        struct libassay_score row = {.size = sizeof row};
        account(&a, i, values);
        ck_library_ok(libassay_score_row(model, values, a.n_input, &row, &error));
        ck_assert(same(texts->figures[0][i], row.composite));
        ck_assert(same(texts->figures[1][i], row.score));
        ck_assert(same(texts->figures[2][i], row.probability));
        ck_assert(same(texts->figures[3][i], row.log_odds));
        ck_assert_int_eq(texts->zone[i], row.zone);
        ck_assert_uint_eq(texts->counts[0][i], row.flags);
        ck_assert_uint_eq(texts->counts[1][i], row.n_missing);
        ck_assert_uint_eq(texts->counts[2][i], row.n_unknown);
    }
    ck_assert_mem_eq(texts, codes, sizeof *texts);
    free(texts);
    free(codes);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

START_TEST(each_result_may_be_left_out)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(0);
    struct accounts a;
    struct results *all = calloc(1, sizeof *all), *one = calloc(1, sizeof *one);
    struct libassay_results out = into(all), none = {.size = sizeof none};
    draw_accounts(&model->model, ROWS, &a);
    ck_library_ok(libassay_score_columns(model, a.by_code, a.n_input, ROWS, &out, &error));
    ck_library_ok(libassay_score_columns(model, a.by_code, a.n_input, ROWS, &none, &error));
    out = none;
    out.score = one->figures[1];
    out.zone = one->zone;
    ck_library_ok(libassay_score_columns(model, a.by_code, a.n_input, ROWS, &out, &error));
    ck_assert_mem_eq(one->figures[1], all->figures[1], sizeof all->figures[1]);
    ck_assert_mem_eq(one->zone, all->zone, sizeof all->zone);
    ck_assert(one->figures[0][0] == 0 && one->counts[0][0] == 0);
    ck_library_ok(libassay_score_columns(model, a.by_code, a.n_input, 0, &none, &error));
    free(all);
    free(one);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

/* A weighted average is 50 where all signals are; on the log-odds scale alpha says where. */
START_TEST(points_add_up_to_the_distance_from_a_neutral_account)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(2);
    const struct assay_model *at = &model->model;
    struct accounts a;
    size_t n_checked = 0;
    draw_accounts(at, ROWS, &a);
    for (size_t i = 0; i < ROWS; i++) {
        struct libassay_value values[ASSAY_MAX_INPUTS];
        struct libassay_driver drivers[ASSAY_MAX_SIGNALS];
        struct libassay_score score = {.size = sizeof score};
        struct assay_score ours;
        double s[ASSAY_MAX_SIGNALS], points = 0;
        bool missing[ASSAY_MAX_SIGNALS];
        account(&a, i, values);
        ck_library_ok(
            libassay_explain_row(model, values, a.n_input, drivers, at->n_signal, &score, &error));
        for (size_t j = 0; j < at->n_signal; j++)
            points += drivers[j].points;
        by_scorer(at, values, s, missing, &ours);
        double neutral = assay_terms_intercept(at, ours.terms);
        for (size_t j = 0; j < at->n_signal; j++)
            neutral -= assay_terms_slope(at, ours.terms)[j] * 0.5;
        if (score.zone < 0)
            continue;
        test_close("points", points,
                   at->spec.points_to_halve_odds / M_LN2 * (neutral - score.log_odds), 1e-9, 1);
        n_checked++;
    }
    ck_assert_uint_gt(n_checked, ROWS / 2);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

/* ---- the self-test ---- */

START_TEST(a_model_gets_its_own_examples_right)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load((size_t)_i);
    ck_library_ok(libassay_self_test(model, &error));
    libassay_free(model);
}
END_TEST

/* An example that has been bent in memory, past what the digest guards. */
START_TEST(the_self_test_names_the_first_example_that_differs)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(1);
    struct assay_example *example = &model->model.examples[2];
    const struct assay_example kept = *example;
    char expected[256];
    example->score += 3e-9;
    ck_assert_int_eq(libassay_self_test(model, &error), LIBASSAY_EDATA);
    snprintf(expected, sizeof expected,
             "example 3, by itself, scores %.12g (%s); expected %.12g (%s)", kept.score,
             model->model.spec.zones[kept.zone].name, example->score,
             model->model.spec.zones[kept.zone].name);
    ck_assert_str_eq(error.message, expected);
    *example = kept;
    example->zone = (kept.zone + 1) % model->model.spec.n_zone;
    ck_assert_int_eq(libassay_self_test(model, &error), LIBASSAY_EDATA);
    *example = kept;
    example->probability += 3e-11;
    ck_assert_int_eq(libassay_self_test(model, &error), LIBASSAY_EDATA);
    ck_assert_ptr_nonnull(strstr(error.message, "example 3, by itself, has composite"));
    *example = kept;
    example->dropped = true;
    ck_assert_int_eq(libassay_self_test(model, &error), LIBASSAY_EDATA);
    ck_assert_str_eq(error.message, "example 3, by itself, gets a score; expected the reverse");
    *example = kept;
    example->s[1] += 3e-9;
    ck_assert_int_eq(libassay_self_test(model, &error), LIBASSAY_EDATA);
    snprintf(expected, sizeof expected,
             "example 3, by itself, has signal \"%s\" at %.12g; expected %.12g",
             model->model.spec.signals[1].name, example->s[1] - 3e-9, example->s[1]);
    ck_assert_str_eq(error.message, expected);
    example->s[1] -= 3e-9;
    libassay_free(model);
}
END_TEST

/* ---- structs that may grow ---- */

/* A struct of a later header, which has more behind what this library knows. */
START_TEST(what_stands_behind_a_struct_we_know_is_left_alone)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(0);
    struct {
        struct libassay_about about;
        double later;
    } longer = {.about = {.size = sizeof longer}, .later = 42};
    ck_library_ok(libassay_describe(model, &longer.about, &error));
    ck_assert_uint_eq(longer.about.size, sizeof longer);
    ck_assert_uint_gt(longer.about.n_signal, 0);
    ck_assert(longer.later == 42);
    libassay_free(model);
}
END_TEST

/* What sizeof was in version 1.0, for 64 bits, whatever it is now. */
enum { ABOUT = 96, INPUT = 24, SIGNAL = 64, ZONE = 24, SCORE = 56, RESULTS = 72 };

START_TEST(a_program_of_version_1_0_is_served)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(0);
    struct accounts a;
    struct libassay_about about = {.size = ABOUT};
    struct libassay_input input = {.size = INPUT};
    struct libassay_signal signal = {.size = SIGNAL};
    struct libassay_zone zone = {.size = ZONE};
    struct libassay_score score = {.size = SCORE};
    struct libassay_results results = {.size = RESULTS};
    struct libassay_value values[ASSAY_MAX_INPUTS];
    if (sizeof(void *) != 8) {
        test_skip("the sizes of version 1.0 are recorded for 64 bits");
        libassay_free(model);
        return;
    }
    draw_accounts(&model->model, 1, &a);
    account(&a, 0, values);
    ck_library_ok(libassay_describe(model, &about, &error));
    ck_library_ok(libassay_describe_input(model, 0, &input, &error));
    ck_library_ok(libassay_describe_signal(model, 0, &signal, &error));
    ck_library_ok(libassay_describe_zone(model, 0, &zone, &error));
    ck_library_ok(libassay_score_row(model, values, a.n_input, &score, &error));
    ck_library_ok(libassay_score_columns(model, a.by_text, a.n_input, 1, &results, &error));
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

START_TEST(the_version_is_that_of_the_header)
{
    ck_assert_str_eq(libassay_version(), LIBASSAY_VERSION);
    libassay_free(NULL);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 8 };

struct worker {
    pthread_t thread;
    const struct libassay_model *model;
    const struct accounts *accounts;
    struct results results;
    enum libassay_status status;
};

/* Everything that a model allows, several times over. */
static void *work(void *context)
{
    struct worker *worker = context;
    struct libassay_results out = into(&worker->results);
    for (size_t round = 0; worker->status == LIBASSAY_OK && round < 5; round++) {
        struct libassay_value values[ASSAY_MAX_INPUTS];
        struct libassay_score score = {.size = sizeof score};
        account(worker->accounts, round, values);
        worker->status = libassay_score_columns(worker->model, worker->accounts->by_text,
                                                worker->accounts->n_input, ROWS, &out, NULL);
        if (worker->status == LIBASSAY_OK)
            worker->status =
                libassay_score_row(worker->model, values, worker->accounts->n_input, &score, NULL);
        if (worker->status == LIBASSAY_OK)
            worker->status = libassay_self_test(worker->model, NULL);
    }
    return NULL;
}

START_TEST(threads_share_a_model)
{
    struct libassay_model *model = load(0);
    struct worker *workers = calloc(THREADS, sizeof *workers);
    struct accounts a;
    draw_accounts(&model->model, ROWS, &a);
    for (size_t t = 0; t < THREADS; t++) {
        workers[t].model = model;
        workers[t].accounts = &a;
        ck_assert_int_eq(pthread_create(&workers[t].thread, NULL, work, &workers[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        pthread_join(workers[t].thread, NULL);
        ck_assert_int_eq(workers[t].status, LIBASSAY_OK);
        ck_assert_mem_eq(&workers[t].results, &workers[0].results, sizeof workers[t].results);
    }
    free(workers);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

/* ---- memory ---- */

/* The reader's own allocations are failed one by one in model/test_model: here the first and the last. */
START_TEST(loading_without_memory_is_an_error)
{
    struct libassay_error error = {0};
    struct libassay_model *model = NULL;
    test_fail_allocation(SIZE_MAX);
    enum libassay_status status =
        libassay_load_memory("m.json", files[0].data, files[0].length, &model, &error);
    size_t n = test_allocations();
    test_fail_allocation(0);
    ck_assert_int_eq(status, LIBASSAY_OK);
    libassay_free(model);
    for (size_t k = 0; k < 60; k++) {
        model = NULL;
        test_fail_allocation(k < 3 ? k + 1 : n - 60 + k + 1);
        status = libassay_load_memory("m.json", files[0].data, files[0].length, &model, &error);
        test_fail_allocation(0);
        ck_assert_int_eq(status, LIBASSAY_ENOMEM);
        ck_assert_ptr_null(model);
    }
}
END_TEST

START_TEST(scoring_and_testing_without_memory_are_errors)
{
    struct libassay_error error = {0};
    struct libassay_model *model = load(0);
    struct accounts a;
    struct libassay_results out = {.size = sizeof out};
    size_t n_failed = 0;
    draw_accounts(&model->model, ROWS, &a);
    for (int testing = 0; testing < 2; testing++)
        for (size_t n = 1;; n++) {
            test_fail_allocation(n);
            enum libassay_status status =
                testing ? libassay_self_test(model, &error)
                        : libassay_score_columns(model, a.by_code, a.n_input, ROWS, &out, &error);
            test_fail_allocation(0);
            if (status == LIBASSAY_OK)
                break;
            n_failed++;
            ck_assert_int_eq(status, LIBASSAY_ENOMEM);
            ck_assert_msg(strncmp(error.message, "out of memory ", 14) == 0, "%s", error.message);
        }
    ck_assert_uint_gt(n_failed, 10);
    free_accounts(&a);
    libassay_free(model);
}
END_TEST

static void add_tests(TCase *tc)
{
    make_files();
    tcase_add_loop_test(tc, a_model_is_described_as_its_file_has_it, 0, KINDS);
    tcase_add_loop_test(tc, a_row_scores_as_the_program_scores_it_with_its_reasons, 0, KINDS);
    tcase_add_loop_test(tc, columns_of_texts_or_codes_score_as_their_rows, 0, KINDS);
    tcase_add_test(tc, each_result_may_be_left_out);
    tcase_add_test(tc, points_add_up_to_the_distance_from_a_neutral_account);
    tcase_add_loop_test(tc, a_model_gets_its_own_examples_right, 0, KINDS);
    tcase_add_test(tc, the_self_test_names_the_first_example_that_differs);
    tcase_add_test(tc, what_stands_behind_a_struct_we_know_is_left_alone);
    tcase_add_test(tc, a_program_of_version_1_0_is_served);
    tcase_add_test(tc, the_version_is_that_of_the_header);
    tcase_add_test(tc, threads_share_a_model);
    tcase_add_test(tc, loading_without_memory_is_an_error);
    tcase_add_test(tc, scoring_and_testing_without_memory_are_errors);
}

ASSAY_SUITE("library/library", add_tests)
