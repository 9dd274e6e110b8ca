/* What the writers write is what the schemas in docs/ say: every key declared, every declared key
 * there. The checker is a Python program; where its module is not installed these tests are skipped. */
#include <fcntl.h>
#include <sys/wait.h>

#include "tests/model/handmade.h"
#include "tests/model/specs.h"
#include "validate/validate.h"

enum { FOLLOWS, BREAKS, NO_CHECKER = 3 };

/* What breaks the schema is printed, unless it was meant to. */
static int check_file(const char *schema, const char *path, bool meant)
{
    char command[256];
    snprintf(command, sizeof command, "tests/model/schema_check docs/%s.schema.json %s%s",
             schema, path, meant ? " > /dev/null" : "");
    fflush(stdout);
    int status = system(command);
    ck_assert(WIFEXITED(status));
    int result = WEXITSTATUS(status);
    if (result == 126 || result == 127) /* the shell's word for no /usr/bin/python3 */
        result = NO_CHECKER;
    if (result == NO_CHECKER)
        test_skip("python3-jsonschema is not installed");
    return result;
}

static int check_text(const char *schema, const char *text, size_t length, bool meant)
{
    char path[] = "/tmp/assay-schema-XXXXXX";
    lab_write_file(path, text, length);
    int result = check_file(schema, path, meant);
    unlink(path);
    return result;
}

START_TEST(every_model_follows_the_schema)
{
    struct assay_text text = text_of_spec((size_t)_i);
    int result = check_text("model", text.data, text.length, false);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    assay_text_clear(&text);
}
END_TEST

START_TEST(the_demo_model_and_its_successor_follow_the_schema)
{
    struct lab champion = {0}, lab = {.champion = &champion.model};
    struct assay_error err = {0};
    struct assay_text first = {0}, second = {0};
    lab_demo(&champion);
    ck_assay_ok(assay_model_write(&champion.model, &first, &err));
    lab_demo(&lab);
    ck_assay_ok(assay_model_write(&lab.model, &second, &err));
    int result = check_text("model", first.data, first.length, false);
    if (result != NO_CHECKER)
        result |= check_text("model", second.data, second.length, false);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    assay_text_clear(&first);
    assay_text_clear(&second);
    lab_clear(&lab);
    lab_clear(&champion);
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
    {"\"low\": 0,", ""},
    {"\"from\": 25", "\"from\": 125"},
    {"\"points_to_halve_odds\": 10", "\"points_to_halve_odds\": 0"},
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

/* A schema that lets everything through would follow as well. */
START_TEST(the_schema_refuses_what_the_format_does_not_have)
{
    struct assay_text text = handmade_file(PLAIN_FIT), changed = {0};
    const char *at = strstr(text.data, breaches[_i].from);
    ck_assert_ptr_nonnull(at);
    assay_text_add(&changed, text.data, (size_t)(at - text.data));
    assay_text_puts(&changed, breaches[_i].to);
    assay_text_puts(&changed, at + strlen(breaches[_i].from));
    int result = check_text("model", changed.data, changed.length, true);
    ck_assert(result == BREAKS || result == NO_CHECKER);
    assay_text_clear(&text);
    assay_text_clear(&changed);
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

START_TEST(an_audit_of_a_model_follows_the_schema)
{
    char model[] = "/tmp/assay-schema-XXXXXX", out[] = "/tmp/assay-schema-XXXXXX";
    struct lab lab = {0};
    struct assay_error err = {0};
    struct assay_text text = {0};
    lab_demo(&lab);
    ck_assay_ok(assay_model_write(&lab.model, &text, &err));
    lab_write_file(model, text.data, text.length);
    lab_write_file(out, "", 0);
    audit((char *[]){"validate", model, "--data", DEMO_DATA, "-o", out, "-q", NULL});
    int result = check_file("audit", out, false);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    unlink(model);
    unlink(out);
    assay_text_clear(&text);
    lab_clear(&lab);
}
END_TEST

START_TEST(an_audit_of_a_bare_column_follows_the_schema)
{
    static char *columns[] = {"--score-column=use", "--probability-column=seats"};
    char data[] = "/tmp/assay-schema-XXXXXX", out[] = "/tmp/assay-schema-XXXXXX";
    struct assay_text csv = made_up_csv(&(struct made_up){.seed = 21, .n_row = 400});
    lab_write_file(data, csv.data, csv.length);
    lab_write_file(out, "", 0);
    audit((char *[]){"validate", columns[_i], "--outcome=churned", _i == 0 ? "--line=50" : "--line=0.5",
                     "--data", data, "-o", out, "-q", NULL});
    int result = check_file("audit", out, false);
    ck_assert(result == FOLLOWS || result == NO_CHECKER);
    unlink(data);
    unlink(out);
    assay_text_clear(&csv);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, every_model_follows_the_schema, 0, COUNT(model_specs));
    tcase_add_test(tc, the_demo_model_and_its_successor_follow_the_schema);
    tcase_add_loop_test(tc, the_schema_refuses_what_the_format_does_not_have, 0, COUNT(breaches));
    tcase_add_test(tc, an_audit_of_a_model_follows_the_schema);
    tcase_add_loop_test(tc, an_audit_of_a_bare_column_follows_the_schema, 0, 2);
}

ASSAY_SUITE("model/schema", add_tests)
