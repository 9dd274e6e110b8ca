/* What the writers write is what the schemas in docs/ say: every key declared, every declared key
 * there. The checker is a Python program; where its module is not installed these tests are skipped. */
#include <fcntl.h>
#include <sys/wait.h>

#include "tests/model/handmade.h"
#include "tests/model/specs.h"
#include "validate/validate.h"

enum { FOLLOWS, BREAKS, NO_CHECKER = 3 };

enum { PATH_SIZE = sizeof "/tmp/assay-schema-XXXXXX" };

/* One run for all the files: Python takes longer to start than to check. broken[k]: file k breaks the
 * schema; what does is printed, unless it was meant to. */
static int check_files(const char *schema, char paths[][PATH_SIZE], size_t n, bool meant,
                       bool broken[])
{
    struct assay_text command = {0};
    char line[1024];
    assay_text_printf(&command, "tests/model/schema_check docs/%s.schema.json", schema);
    for (size_t k = 0; k < n; k++) {
        assay_text_printf(&command, " %s", paths[k]);
        broken[k] = false;
    }
    ck_assert(!command.failed);
    FILE *said = popen(command.data, "r");
    ck_assert_ptr_nonnull(said);
    while (fgets(line, sizeof line, said) != NULL) {
        for (size_t k = 0; k < n; k++)
            broken[k] |= strncmp(line, paths[k], PATH_SIZE - 1) == 0;
        if (!meant)
            fputs(line, stdout);
    }
    int status = pclose(said);
    assay_text_clear(&command);
    ck_assert(WIFEXITED(status));
    int result = WEXITSTATUS(status);
    if (result == 126 || result == 127) /* the shell's word for no /usr/bin/python3 */
        result = NO_CHECKER;
    if (result == NO_CHECKER)
        test_skip("python3-jsonschema is not installed");
    return result;
}

/* The same for texts, which are cleared. */
static int check_texts(const char *schema, struct assay_text texts[], size_t n, bool meant,
                       bool broken[])
{
    char(*paths)[PATH_SIZE] = calloc(n, sizeof *paths);
    for (size_t k = 0; k < n; k++) {
        memcpy(paths[k], "/tmp/assay-schema-XXXXXX", PATH_SIZE);
        lab_write_file(paths[k], texts[k].data, texts[k].length);
        assay_text_clear(&texts[k]);
    }
    int result = check_files(schema, paths, n, meant, broken);
    for (size_t k = 0; k < n; k++)
        unlink(paths[k]);
    free(paths);
    return result;
}

START_TEST(every_model_follows_the_schema)
{
    struct assay_text texts[COUNT(model_specs)];
    bool broken[COUNT(model_specs)];
    for (size_t k = 0; k < COUNT(model_specs); k++)
        texts[k] = text_of_spec(k);
    int result = check_texts("model", texts, COUNT(texts), false, broken);
    for (size_t k = 0; k < COUNT(model_specs); k++)
        ck_assert_msg(!broken[k], "the model of spec %zu breaks the schema", k);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
}
END_TEST

/* Calibrated once for the tests that only look at it. */
static struct lab demo;

static void make_demo(void)
{
    lab_demo(&demo);
}

static void drop_demo(void)
{
    lab_clear(&demo);
}

static struct assay_text written(struct assay_model *model)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    ck_assay_ok(assay_model_write(model, &text, &err));
    return text;
}

START_TEST(the_demo_model_and_its_successor_follow_the_schema)
{
    struct lab lab = {.champion = &demo.model};
    struct assay_text texts[2];
    bool broken[2];
    texts[0] = written(&demo.model); /* first: the successor's parent needs its digest */
    lab_demo(&lab);
    texts[1] = written(&lab.model);
    int result = check_texts("model", texts, COUNT(texts), false, broken);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    lab_clear(&lab);
}
END_TEST

static const struct {
    const char *from, *to;
} breaches[] = {
    {"\"format\": \"assay-model/1\"", "\"format\": \"assay-model/2\""},
    {"\"parent\": null,", ""},
    {"\"parent\": null,", "\"parent\": null, \"extra\": 1,"},
    {"\"better\": \"higher\"", "\"better\": \"up\""},
    {"\"better\": \"higher\"", "\"better\": \"higher\", \"note\": \"\""},
    {"\"coefficient\": -", "\"coefficient\": "},
    {"\"value\": 50", "\"value\": 40"},
    {"\"policy\": \"neutral\"", "\"policy\": \"renormalise-dimension\""}, /* which has no value */
    {"\"policy\": \"neutral\"", "\"policy\": \"points\", \"coefficient\": 0"},
    {"\"low\": 0,", ""},
    {"\"from\": 25", "\"from\": 125"},
    {"\"points_to_halve_odds\": 10", "\"points_to_halve_odds\": 0"},
    {"\"at_risk_score\": 50,", /* on the log-odds scale */
     "\"at_risk_score\": 50, \"rounding\": {\"dimensions\": true, \"score\": true},"},
    {"\"scale\": \"log-odds\",",
     "\"scale\": \"weighted-average\", \"rounding\": {\"dimensions\": false, \"score\": false},"},
    {"\"scale\": \"log-odds\",",
     "\"scale\": \"weighted-average\", \"rounding\": {\"dimensions\": true},"},
    {"\"created\": \"2026", "\"created\": \"26"},
    {"\"sha256\": \"", "\"sha256\": \"0"},
    {"\"anchored_to\": null", "\"anchored_to\": 1"},
    {"\"strength\": null", "\"strength\": 0.5"},
    {"\"strength_chosen\": false", "\"strength_chosen\": true"},
    {"\"sign\": \"constrained\"", "\"sign\": \"any\""},
    {"\"given\": false", "\"given\": 0"},
    {"\"segment_models\": null,", ""},
    {"\"intervals\": \"wald\"", "\"intervals\": \"exact\""},
    {"\"rounding\": null", "\"rounding\": {\"step\": 0.05}"},
    {"\"yardsticks\": {", "\"yardstick\": {"},
    {"\"optimism_corrected\": null,", ""},
    {"\"examples\": [", "\"examples\": [], \"rest\": ["},
};

static struct assay_text breach(size_t k)
{
    struct assay_text text = handmade_file(PLAIN_FIT), changed = {0};
    const char *at = strstr(text.data, breaches[k].from);
    ck_assert_msg(at != NULL, "no %s", breaches[k].from);
    assay_text_add(&changed, text.data, (size_t)(at - text.data));
    assay_text_puts(&changed, breaches[k].to);
    assay_text_puts(&changed, at + strlen(breaches[k].from));
    assay_text_clear(&text);
    return changed;
}

/* A schema that lets everything through would follow as well. */
START_TEST(the_schema_refuses_what_the_format_does_not_have)
{
    struct assay_text texts[COUNT(breaches)];
    bool broken[COUNT(breaches)];
    for (size_t k = 0; k < COUNT(breaches); k++)
        texts[k] = breach(k);
    if (check_texts("model", texts, COUNT(texts), true, broken) == NO_CHECKER)
        return;
    for (size_t k = 0; k < COUNT(breaches); k++)
        ck_assert_msg(broken[k], "%s in the place of %s passed", breaches[k].to, breaches[k].from);
}
END_TEST

/* Runs validate with the people's summary thrown away; argv ends with NULL. */
static void audit(char **argv)
{
    int argc = 0, kept = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY);
    while (argv[argc] != NULL)
        argc++;
    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    int status = assay_validate_main(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(nowhere);
    ck_assert_int_ne(status, 2);
}

/* The audit that these arguments lead to; argv[at_output] is to be where it goes. */
static void assert_audit_follows(char **argv, size_t at_output)
{
    char out[1][PATH_SIZE] = {"/tmp/assay-schema-XXXXXX"};
    bool broken[1];
    lab_write_file(out[0], "", 0);
    argv[at_output] = out[0];
    audit(argv);
    int result = check_files("audit", out, 1, false, broken);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    unlink(out[0]);
}

START_TEST(an_audit_of_a_model_follows_the_schema)
{
    char model[] = "/tmp/assay-schema-XXXXXX";
    struct assay_text text = written(&demo.model);
    lab_write_file(model, text.data, text.length);
    assert_audit_follows(
        (char *[]){"validate", model, "--data", DEMO_DATA, "-q", "-o", NULL, NULL}, 6);
    unlink(model);
    assay_text_clear(&text);
}
END_TEST

START_TEST(an_audit_of_a_bare_column_follows_the_schema)
{
    static char *columns[] = {"--score-column=use", "--probability-column=seats"};
    char data[] = "/tmp/assay-schema-XXXXXX";
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    lab_write_file(data, csv.data, csv.length);
    assert_audit_follows((char *[]){"validate", columns[_i], "--outcome=churned",
                                    _i == 0 ? "--line=50" : "--line=0.5", "--data", data, "-q",
                                    "-o", NULL, NULL},
                         8);
    unlink(data);
    assay_text_clear(&csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_unchecked_fixture(tc, make_demo, drop_demo);
    tcase_add_test(tc, every_model_follows_the_schema);
    tcase_add_test(tc, the_demo_model_and_its_successor_follow_the_schema);
    tcase_add_test(tc, the_schema_refuses_what_the_format_does_not_have);
    tcase_add_test(tc, an_audit_of_a_model_follows_the_schema);
    tcase_add_loop_test(tc, an_audit_of_a_bare_column_follows_the_schema, 0, 2);
}

ASSAY_SUITE("model/schema", add_tests)
