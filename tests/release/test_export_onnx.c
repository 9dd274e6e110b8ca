/* The graph that is written, run node by node, gives the program's own figures to the last bit. */
#include "core/base/number.h"
#include "tests/release/exported.h"
#include "tests/release/onnx_run.h"

enum { N_ACCOUNT = 150 };

static double number_of(const struct assay_example_input *input)
{
    double value;
    if (input->text == NULL)
        return input->number;
    return assay_number_parse(input->text, strlen(input->text), &value) ? value : (double)NAN;
}

/* The columns of the accounts, as the file's inputs ask for them. */
static void feed(struct onnx_file *file, const struct assay_model *model,
                 struct assay_example_input *const accounts[])
{
    size_t at = 0;
    for (size_t k = 0; k < model->n_input; k++) {
        bool is_text = model->inputs[k].is_text;
        struct onnx_value *value =
            onnx_feed(file, file->inputs[at++], is_text ? ONNX_STRING : ONNX_DOUBLE, N_ACCOUNT);
        for (size_t i = 0; i < N_ACCOUNT; i++)
            if (is_text)
                value->texts[i] = strdup(accounts[i][k].text != NULL ? accounts[i][k].text : "");
            else
                value->numbers[i] = accounts[i][k].number;
        if (at == file->n_input || strstr(file->inputs[at], "_AS_NUMBER") == NULL)
            continue;
        value = onnx_feed(file, file->inputs[at++], ONNX_DOUBLE, N_ACCOUNT);
        for (size_t i = 0; i < N_ACCOUNT; i++)
            value->numbers[i] = number_of(&accounts[i][k]);
    }
    ck_assert_uint_eq(at, file->n_input);
}

static void assert_same(const char *what, double got, double want)
{
    ck_assert_msg(got == want || (isnan(got) && isnan(want)), "%s is %.17g; expected %.17g", what,
                  got, want);
}

/* Row i of the outputs against the program's score of the same inputs. */
static void assert_scored(struct onnx_file *file, const struct assay_model *model, size_t i,
                          const struct assay_example_input inputs[])
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    struct assay_score score;
    assay_score_inputs(model, inputs, s, missing, &score);
    for (size_t j = 0; j < model->n_signal; j++)
        assert_same("normalised", onnx_find(file, "normalised")->numbers[i * model->n_signal + j],
                    s[j]);
    double none = (double)NAN;
    assert_same("composite", onnx_find(file, "composite")->numbers[i],
                score.dropped ? none : score.composite);
    assert_same("score", onnx_find(file, "score")->numbers[i], score.dropped ? none : score.score);
    assert_same("probability", onnx_find(file, "probability")->numbers[i],
                score.dropped ? none : score.probability);
    assert_same("has_score", onnx_find(file, "has_score")->numbers[i], !score.dropped);
    ck_assert_str_eq(onnx_find(file, "zone")->texts[i],
                     score.dropped ? "" : model->spec.zones[score.zone].name);
}

START_TEST(the_graph_scores_as_the_program_does_to_the_last_bit)
{
    struct lab lab = {0};
    struct onnx_file file;
    struct test_random random = {7 + (uint64_t)_i};
    struct assay_example_input *accounts[N_ACCOUNT];
    exported_model(&lab, (size_t)_i);
    const struct assay_model *model = &lab.model;
    struct assay_text text = exported_text(assay_export_onnx, model, false);
    onnx_read(text.data, text.length, &file);
    for (size_t i = 0; i < N_ACCOUNT; i++) {
        accounts[i] = calloc(model->n_input, sizeof *accounts[i]);
        exported_account(model, &random, accounts[i]);
    }
    feed(&file, model, accounts);
    onnx_run(&file, text.data, text.length);
    ck_assert_uint_eq(onnx_find(&file, "normalised")->rows, N_ACCOUNT);
    ck_assert_uint_eq(onnx_find(&file, "score")->columns, N_ACCOUNT);
    for (size_t i = 0; i < N_ACCOUNT; i++)
        assert_scored(&file, model, i, accounts[i]);
    for (size_t i = 0; i < N_ACCOUNT; i++)
        free(accounts[i]);
    onnx_clear(&file);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

/* ---- the self-test ---- */

struct verdict {
    double disagreements, largest, first;
};

static struct verdict run_self_test(const struct assay_model *model)
{
    struct onnx_file file;
    struct assay_text text = exported_text(assay_export_onnx, model, true);
    onnx_read(text.data, text.length, &file);
    ck_assert_uint_eq(file.n_input, 0);
    ck_assert_uint_eq(file.n_output, 3);
    onnx_run(&file, text.data, text.length);
    struct verdict verdict = {onnx_find(&file, "disagreements")->numbers[0],
                              onnx_find(&file, "largest_difference")->numbers[0],
                              onnx_find(&file, "first")->numbers[0]};
    onnx_clear(&file);
    assay_text_clear(&text);
    return verdict;
}

START_TEST(the_self_test_finds_every_example_right)
{
    struct lab lab = {0};
    exported_model(&lab, (size_t)_i);
    struct verdict verdict = run_self_test(&lab.model);
    ck_assert_double_eq(verdict.disagreements, 0);
    ck_assert_double_eq(verdict.largest, 0);
    ck_assert_double_eq(verdict.first, -1);
    lab_clear(&lab);
}
END_TEST

/* What is done to example 5, and example 9. */
enum wrong { SCORE_OFF, PROBABILITY_OFF, POINTS_OFF, ZONE_OFF, NOT_DROPPED, SCORE_NEAR, WRONGS };

static void spoil(struct assay_example *example, enum wrong wrong)
{
    if (wrong == SCORE_OFF)
        example->score += 1e-8;
    else if (wrong == PROBABILITY_OFF)
        example->probability += 1e-10;
    else if (wrong == POINTS_OFF)
        example->s[0] += 40;
    else if (wrong == ZONE_OFF)
        example->zone = example->zone == 0 ? 1 : 0;
    else if (wrong == NOT_DROPPED)
        example->dropped = !example->dropped;
    else
        example->score += 1e-10;
}

START_TEST(the_self_test_says_how_many_examples_differ_and_which_is_first)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    ck_assert(!lab.model.examples[5].dropped && !lab.model.examples[9].dropped);
    spoil(&lab.model.examples[5], (enum wrong)_i);
    spoil(&lab.model.examples[9], (enum wrong)_i);
    struct verdict verdict = run_self_test(&lab.model);
    ck_assert_double_eq(verdict.disagreements, _i == SCORE_NEAR ? 0 : 2);
    ck_assert_double_eq(verdict.first, _i == SCORE_NEAR ? -1 : 5);
    if (_i == POINTS_OFF)
        ck_assert_double_eq_tol(verdict.largest, 40, 1e-12);
    lab_clear(&lab);
}
END_TEST

/* ---- the file ---- */

static const char *property(const struct onnx_file *file, const char *key)
{
    for (size_t k = 0; k < file->n_property; k++)
        if (strcmp(file->keys[k], key) == 0)
            return file->properties[k];
    ck_abort_msg("no property %s", key);
}

START_TEST(the_file_says_whose_it_is_and_how_it_is_fed)
{
    struct lab lab = {0};
    struct onnx_file file;
    exported_model(&lab, N_EXPORTED - 1);
    struct assay_text text = exported_text(assay_export_onnx, &lab.model, false);
    onnx_read(text.data, text.length, &file);
    ck_assert_int_eq(file.format, 9);
    ck_assert_int_eq(file.operators, 19);
    ck_assert_ptr_nonnull(strstr(file.doc, lab.model.digest));
    ck_assert_str_eq(property(&file, "name"), "made-up");
    ck_assert_str_eq(property(&file, "version"), "candidate");
    ck_assert_str_eq(property(&file, "digest"), lab.model.digest);
    ck_assert_str_eq(property(&file, "permission"), assay_export_permission);
    ck_assert_str_eq(property(&file, "inputs"), "[\"nps\", \"months\", \"logins\"]\n");
    ck_assert_str_eq(property(&file, "columns"), "[\"nps\", \"months\", \"logins\"]\n");
    ck_assert_str_eq(property(&file, "signals"), "[\"score\", \"logins\"]\n");
    ck_assert_uint_eq(file.n_input, 4);
    ck_assert_str_eq(file.inputs[1], "nps_AS_NUMBER");
    onnx_clear(&file);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(no_input_has_the_name_of_an_output)
{
    struct lab lab = {0};
    struct onnx_file file;
    exported_model(&lab, 2);
    struct assay_model *model = &lab.model;
    char *column = strdup("Score");
    free(model->spec.signals[0].column);
    free(model->inputs[1].column);
    model->spec.signals[0].column = column;
    model->inputs[1].column = strdup("Score");
    struct assay_text text = exported_text(assay_export_onnx, model, false);
    onnx_read(text.data, text.length, &file);
    ck_assert_str_eq(file.inputs[1], "score_");
    ck_assert_str_eq(property(&file, "columns"), "[\"plan\", \"Score\", \"tickets\"]\n");
    onnx_clear(&file);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(the_same_model_gives_the_same_bytes)
{
    struct lab lab = {0};
    exported_model(&lab, 3);
    struct assay_text first = exported_text(assay_export_onnx, &lab.model, _i == 1);
    struct assay_text second = exported_text(assay_export_onnx, &lab.model, _i == 1);
    ck_assert_uint_eq(first.length, second.length);
    ck_assert_mem_eq(first.data, second.data, first.length);
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&lab);
}
END_TEST

START_TEST(running_out_of_memory_is_said_and_nothing_leaks)
{
    struct lab lab = {0};
    exported_model(&lab, COUNT(model_specs) - 1);
    struct assay_export_request request = {.model = &lab.model, .self_test = _i == 1};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 1, step = 1;
    for (; status != ASSAY_OK; n += step) {
        struct assay_error err = {0};
        struct assay_text text = {0};
        test_fail_allocation(n);
        status = assay_export_onnx(&request, &text, &err);
        test_fail_allocation(0);
        assay_text_clear(&text);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
        ck_assert(status == ASSAY_OK || strncmp(err.message, "out of memory", 13) == 0);
        step = n < 200 ? 1 : 1 + n / 50; /* nodes are all made alike */
    }
    ck_assert_uint_gt(n, 100);
    lab_clear(&lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_graph_scores_as_the_program_does_to_the_last_bit, 0, N_EXPORTED);
    tcase_add_loop_test(tc, the_self_test_finds_every_example_right, 0, N_EXPORTED);
    tcase_add_loop_test(tc, the_self_test_says_how_many_examples_differ_and_which_is_first, 0,
                        WRONGS);
    tcase_add_test(tc, the_file_says_whose_it_is_and_how_it_is_fed);
    tcase_add_test(tc, no_input_has_the_name_of_an_output);
    tcase_add_loop_test(tc, the_same_model_gives_the_same_bytes, 0, 2);
    tcase_add_loop_test(tc, running_out_of_memory_is_said_and_nothing_leaks, 0, 2);
}

ASSAY_SUITE("release/export_onnx", add_tests)
