/* The gates' table, their part of the record, and audits as the real program makes them. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json_write.h"
#include "tests/model/damage.h"
#include "tests/release/gated.h"
#include "tests/support/command.h"
#include "tests/support/random.h"
#include "validate/validate.h"

/* ---- the table ---- */

START_TEST(the_table_has_a_gate_a_line_and_what_was_asked_of_the_closed)
{
    static const char want[] =
        "Gates\n"
        "  file         open       line\n"
        "  examples     open       line\n"
        "  audit        open       line\n"
        "  age          CLOSED     made on 2026-05-01, 157 days before the release on 2026-10-05\n"
        "                          asked: at most 120 days before\n"
        "  verdict      open       line\n"
        "  promotion    CLOSED     none is declared; say in the spec by how much a new model may "
        "be worse:\n"
        "                          \"audit\": {\"promotion\": {\"auc\": 0.01, \"sensitivity\": "
        "0.03, \"specificity\":\n"
        "                          0.03}}\n"
        "                          asked: the model's own rule\n"
        "  champion     open       line\n"
        "  calibration  open       line\n"
        "  weights      not asked  this is the first version\n"
        "  zones        open       line\n";
    static char
        line[] = "line",
        age[] = "made on 2026-05-01, 157 days before the release on 2026-10-05",
        limit[] = "at most 120 days before", rule[] = "the model's own rule",
        none[] =
            "none is declared; say in the spec by how much a new model may be worse: \"audit\": "
            "{\"promotion\": {\"auc\": 0.01, \"sensitivity\": 0.03, \"specificity\": 0.03}}",
        first[] = "this is the first version";
    struct assay_gates gates;
    struct assay_text text = {0};
    for (size_t g = 0; g < ASSAY_GATES; g++)
        gates.gate[g] = (struct assay_gate){ASSAY_GATE_OPEN, line, line};
    gates.gate[ASSAY_GATE_AGE] = (struct assay_gate){ASSAY_GATE_CLOSED, limit, age};
    gates.gate[ASSAY_GATE_PROMOTION] = (struct assay_gate){ASSAY_GATE_CLOSED, rule, none};
    gates.gate[ASSAY_GATE_WEIGHTS] = (struct assay_gate){ASSAY_GATE_NOT_ASKED, rule, first};
    assay_gates_words(&gates, &text);
    ck_assert_str_eq(text.data, want);
    ck_assert_uint_eq(assay_gates_closed(&gates), 2);
    ck_assert(!assay_gates_barred(&gates));
    assay_text_clear(&text);
}
END_TEST

/* Words of every length, of every alphabet, and what a terminal would take for an order. */
START_TEST(no_line_is_wider_than_100_columns)
{
    static const char *const words[] = {"a",         "word",    "größer",    "解約率",
                                        "line\nend", "\x1b[2J", "tab\tstop", "x\x7fy"};
    struct test_random random = {(uint64_t)_i};
    struct assay_text found = {0}, text = {0};
    struct assay_gates gates;
    for (size_t k = 0; k < 1 + test_below(&random, 80); k++)
        assay_text_printf(&found, " %s", words[test_below(&random, COUNT(words))]);
    for (size_t g = 0; g < ASSAY_GATES; g++)
        gates.gate[g] =
            (struct assay_gate){(enum assay_gate_result)(g % 3), found.data, found.data};
    assay_gates_words(&gates, &text);
    ck_assert(!text.failed);
    for (char *line = text.data, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        ck_assert_int_le(assay_display_width(line), 100);
        for (const char *at = line; *at != '\0'; at++)
            ck_assert((unsigned char)*at >= ' ' && *at != 0x7f);
    }
    assay_text_clear(&found);
    assay_text_clear(&text);
}
END_TEST

/* ---- the record's part ---- */

START_TEST(the_record_lists_every_gate_with_its_words)
{
    struct scene scene;
    struct assay_error err = {0};
    struct assay_json_writer json = {0};
    struct assay_json *doc;
    scene_open(&scene);
    ck_assay_ok(assay_gates_ask(&scene.input, &scene.gates, &err));
    assay_json_open(&json, NULL, '{');
    assay_gates_write(&json, "gates", &scene.gates);
    assay_json_close(&json);
    ck_assay_ok(
        assay_json_parse("record", json.out.data, json.out.length, ASSAY_JSON_STRICT, &doc, &err));
    size_t g = 0;
    for (const struct cJSON *at = assay_json_first(test_at(assay_json_root(doc), "gates", NULL));
         at != NULL; at = assay_json_next(at), g++) {
        const struct assay_gate *gate = &scene.gates.gate[g];
        ck_assert_uint_eq(assay_json_count(at), 4);
        ck_assert_str_eq(assay_json_string(test_at(at, "gate", NULL)), assay_gate_names[g]);
        ck_assert_str_eq(assay_json_string(test_at(at, "result", NULL)),
                         assay_gate_results[gate->result]);
        ck_assert_str_eq(assay_json_string(test_at(at, "asked", NULL)), gate->asked);
        ck_assert_str_eq(assay_json_string(test_at(at, "found", NULL)), gate->found);
    }
    ck_assert_uint_eq(g, ASSAY_GATES);
    assay_json_free(doc);
    assay_text_clear(&json.out);
    scene_close(&scene);
}
END_TEST

/* ---- what answers do not hang on ---- */

START_TEST(a_damaged_audit_is_an_error_even_beside_an_unreadable_file)
{
    struct scene scene;
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){.created = "\"soon\""}, &err));
    for (int readable = 0; readable < 2; readable++) {
        scene.input.model = readable ? &scene.model : NULL;
        scene.input.unreadable = "it is damaged";
        ck_assert_int_eq(assay_gates_ask(&scene.input, &scene.gates, &err), ASSAY_EDATA);
        ck_assert_str_eq(
            err.message,
            "audit.json:2:1: \"created\" is \"soon\"; expected a date as \"2026-06-30\"");
        ck_assert_ptr_null(scene.gates.gate[ASSAY_GATE_FILE].found);
    }
    scene_close(&scene);
}
END_TEST

START_TEST(the_clock_does_not_change_an_answer)
{
    struct scene scene;
    struct assay_gates again = {0};
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    ck_assay_ok(assay_gates_ask(&scene.input, &scene.gates, &err));
    setenv("SOURCE_DATE_EPOCH", "86400", 1);
    ck_assay_ok(assay_gates_ask(&scene.input, &again, &err));
    unsetenv("SOURCE_DATE_EPOCH");
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        ck_assert_int_eq(again.gate[g].result, scene.gates.gate[g].result);
        ck_assert_str_eq(again.gate[g].asked, scene.gates.gate[g].asked);
        ck_assert_str_eq(again.gate[g].found, scene.gates.gate[g].found);
    }
    assay_gates_clear(&again);
    scene_close(&scene);
}
END_TEST

/* ---- memory ---- */

START_TEST(every_failing_allocation_is_an_error_and_leaks_nothing)
{
    struct scene scene;
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t failures = 0;
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    for (size_t n = 1; n < 100000 && status == ASSAY_ENOMEM; n++) {
        test_fail_allocation(n);
        status = assay_gates_ask(&scene.input, &scene.gates, &err);
        test_fail_allocation(0);
        failures += status == ASSAY_ENOMEM;
        if (status == ASSAY_ENOMEM)
            ck_assert_msg(strncmp(err.message, "out of memory ", 14) == 0, "%s", err.message);
    }
    ck_assay_ok(status);
    ck_assert_uint_gt(failures, 2 * ASSAY_GATES); /* each of the texts, at the least */
    scene_close(&scene);
}
END_TEST

START_TEST(a_table_without_memory_says_so)
{
    struct scene scene;
    struct assay_error err = {0};
    bool failed = true;
    size_t failures = 0;
    scene_open(&scene);
    ck_assay_ok(assay_gates_ask(&scene.input, &scene.gates, &err));
    for (size_t n = 1; n < 1000 && failed; n++) {
        struct assay_text text = {0};
        test_fail_allocation(n);
        assay_gates_words(&scene.gates, &text);
        test_fail_allocation(0);
        failed = text.failed;
        failures += failed;
        assay_text_clear(&text);
    }
    ck_assert(!failed && failures > 0);
    scene_close(&scene);
}
END_TEST

/* ---- audits as the real program makes them ---- */

struct real {
    struct scene scene;
    char folder[40], model[64], champion[64], data[64], rules[64], audit[64];
    struct assay_text released; /* the version in force */
};

static void write_file(const char *path, const struct assay_text *text)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_file_write(path, text->data, text->length, &err));
}

/* Accounts that churn as the candidate says they will. */
static void write_data(const char *path, const struct assay_model *model, uint64_t seed)
{
    struct test_random random = {seed};
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,as_of,use,seats,nps,churned\n");
    for (size_t i = 0; i < 800; i++) {
        double s[N_SIGNAL], log_odds = model->intercept;
        for (size_t j = 0; j < N_SIGNAL; j++) {
            s[j] = 100 * test_uniform(&random);
            log_odds -= model->slope[j] * s[j] / 100;
        }
        int churned = test_uniform(&random) < 1 / (1 + exp(-log_odds));
        assay_text_printf(&csv, "a%zu,2026-09-30,%.17g,%.17g,%.17g,%d\n", i, s[0], s[1] * 8 / 100,
                          s[2], churned);
    }
    write_file(path, &csv);
    assay_text_clear(&csv);
}

/* In force: a model with other weights, and which expects more churn of everybody. */
static void make_champion(struct real *real, const double weight[N_SIGNAL], double more)
{
    struct assay_error err = {0};
    struct assay_model made;
    handmade_model(&made, PLAIN_FIT);
    made.fit.coefficients[0].estimate = made.intercept += more;
    free(made.version);
    made.version = handmade_text("1.0.0");
    for (size_t j = 0; j < N_SIGNAL; j++) {
        made.weight[j] = weight[j];
        made.slope[j] = 4 * weight[j];
        made.fit.coefficients[1 + j].estimate = 0 - made.slope[j];
    }
    for (size_t e = 0; e < made.n_example; e++) {
        bool missing[N_SIGNAL];
        struct assay_score score;
        struct assay_example *example = &made.examples[e];
        assay_score_inputs(&made, example->inputs, example->s, missing, &score);
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
    ck_assay_ok(assay_model_write(&made, &real->released, &err));
    memcpy(real->scene.previous.digest, made.digest, sizeof made.digest);
    assay_model_clear(&made);
}

static void real_open(struct real *real, const double weight[N_SIGNAL], double more)
{
    *real = (struct real){.folder = "/tmp/assay-gates-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(real->folder));
    snprintf(real->model, sizeof real->model, "%s/candidate.json", real->folder);
    snprintf(real->champion, sizeof real->champion, "%s/model.json", real->folder);
    snprintf(real->data, sizeof real->data, "%s/data.csv", real->folder);
    snprintf(real->rules, sizeof real->rules, "%s/rules.json", real->folder);
    snprintf(real->audit, sizeof real->audit, "%s/audit.json", real->folder);
    scene_open(&real->scene);
    make_champion(real, weight, more);
    write_file(real->model, &real->scene.file);
    write_file(real->champion, &real->released);
    write_data(real->data, &real->scene.model, 1);
}

static void real_close(struct real *real)
{
    unlink(real->model);
    unlink(real->champion);
    unlink(real->data);
    unlink(real->rules);
    unlink(real->audit);
    ck_assert_int_eq(rmdir(real->folder), 0);
    assay_text_clear(&real->released);
    scene_close(&real->scene);
}

/* Runs validate on `model`, with up to four further arguments, and asks the gates about the audit.
 */
static void real_ask(struct real *real, const char *model, const char *const more[])
{
    char *argv[16] = {"validate",   (char *)(uintptr_t)model,
                      "--quiet",    "--as-of",
                      "2026-10-02", "--data",
                      real->data,   "--output",
                      real->audit};
    struct assay_error err = {0};
    struct assay_text text = {0};
    for (size_t n = 9, k = 0; more[k] != NULL; k++)
        argv[n++] = (char *)(uintptr_t)more[k];
    struct test_run run = test_command(assay_validate_main, argv);
    ck_assert_msg(run.status != 2, "%s", run.err);
    test_run_clear(&run);
    ck_assay_ok(assay_file_read(real->audit, (size_t)1 << 22, &text, &err));
    assay_json_free(real->scene.audit);
    ck_assay_ok(assay_json_parse("audit.json", text.data, text.length, ASSAY_JSON_STRICT,
                                 &real->scene.audit, &err));
    assay_text_clear(&text);
    real->scene.input.audit = real->scene.audit;
    assay_gates_clear(&real->scene.gates);
    ck_assay_ok(assay_gates_ask(&real->scene.input, &real->scene.gates, &err));
}

static void check(const struct real *real, enum assay_gate_name gate, enum assay_gate_result result,
                  const char *within)
{
    const struct assay_gate *got = &real->scene.gates.gate[gate];
    ck_assert_msg(got->result == result && strstr(got->found, within) != NULL, "%s: %s, \"%s\"",
                  assay_gate_names[gate], assay_gate_results[got->result], got->found);
}

/* The data come from the candidate itself; the version in force looks at the wrong signal. */
START_TEST(a_candidate_that_is_right_takes_the_place_of_one_that_is_wrong)
{
    struct real real;
    real_open(&real, (const double[]){0, 0, 1}, 0);
    real_ask(&real, real.model, (const char *const[]){"--champion", real.champion, NULL});
    check(&real, ASSAY_GATE_AUDIT, ASSAY_GATE_OPEN, "made on 2026-10-02 of 800 snapshots, ");
    check(&real, ASSAY_GATE_AGE, ASSAY_GATE_OPEN, "3 days before");
    check(&real, ASSAY_GATE_PROMOTION, ASSAY_GATE_OPEN, "Promote the new model: ");
    check(&real, ASSAY_GATE_CHAMPION, ASSAY_GATE_OPEN,
          "none of 6 metrics is worse beyond chance; AUC +");
    check(&real, ASSAY_GATE_CALIBRATION, ASSAY_GATE_OPEN, "1.0");
    check(&real, ASSAY_GATE_ZONES, ASSAY_GATE_CLOSED, " of 800 snapshots in the audit");
    real_close(&real);
}
END_TEST

/* Same order of accounts; but it flags fewer of them. */
START_TEST(a_candidate_that_catches_fewer_is_stopped)
{
    struct real real;
    real_open(&real, handmade_specs[PLAIN_FIT].weight, 0.5);
    real_ask(&real, real.model, (const char *const[]){"--champion", real.champion, NULL});
    check(&real, ASSAY_GATE_CHAMPION, ASSAY_GATE_CLOSED, "worse: sensitivity -");
    check(&real, ASSAY_GATE_CALIBRATION, ASSAY_GATE_OPEN, "1.0");
    real_close(&real);
}
END_TEST

START_TEST(audits_made_in_other_ways_do_not_count_for_it)
{
    static const char easy[] = "{\"targets\": {\"sensitivity\": 0.1, \"specificity\": 0.1}, "
                               "\"promotion\": {\"auc\": 0.5}}";
    struct real real;
    struct assay_error err = {0};
    real_open(&real, (const double[]){0, 0, 1}, 0);
    ck_assay_ok(assay_file_write(real.rules, easy, strlen(easy), &err));
    real_ask(&real, real.model,
             (const char *const[]){"--champion", real.champion, "--rules", real.rules, NULL});
    check(&real, ASSAY_GATE_VERDICT, ASSAY_GATE_CLOSED, ", which are no older than the audit");
    check(&real, ASSAY_GATE_PROMOTION, ASSAY_GATE_CLOSED,
          "not known: the audit went by the rules of ");
    check(&real, ASSAY_GATE_CHAMPION, ASSAY_GATE_OPEN,
          "none of 6 metrics is worse beyond chance; ");
    real_ask(&real, real.model, (const char *const[]){NULL});
    check(&real, ASSAY_GATE_AUDIT, ASSAY_GATE_OPEN, "made on 2026-10-02");
    check(&real, ASSAY_GATE_PROMOTION, ASSAY_GATE_CLOSED,
          "not known: the audit compares with no champion");
    real_ask(&real, real.champion, (const char *const[]){NULL});
    check(&real, ASSAY_GATE_AUDIT, ASSAY_GATE_CLOSED, "an audit of the version in force, 1.0.0");
    check(&real, ASSAY_GATE_VERDICT, ASSAY_GATE_CLOSED,
          "not known: there is no audit of this file");
    real_close(&real);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_table_has_a_gate_a_line_and_what_was_asked_of_the_closed);
    tcase_add_loop_test(tc, no_line_is_wider_than_100_columns, 0, 30);
    tcase_add_test(tc, the_record_lists_every_gate_with_its_words);
    tcase_add_test(tc, a_damaged_audit_is_an_error_even_beside_an_unreadable_file);
    tcase_add_test(tc, the_clock_does_not_change_an_answer);
    tcase_add_test(tc, every_failing_allocation_is_an_error_and_leaks_nothing);
    tcase_add_test(tc, a_table_without_memory_says_so);
    tcase_add_test(tc, a_candidate_that_is_right_takes_the_place_of_one_that_is_wrong);
    tcase_add_test(tc, a_candidate_that_catches_fewer_is_stopped);
    tcase_add_test(tc, audits_made_in_other_ways_do_not_count_for_it);
}

ASSAY_SUITE("release/gates_whole", add_tests)
