#include "core/spec/release_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/handmade.h"
#include "tests/model/specs.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* One line, so that the byte alone is the place: the first of the members begins at byte 45. */
#define SPEC(members)                                                                              \
    "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"},\"seed\":1," members                             \
    ",\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"higher\"}]}"

static struct assay_spec read_spec(const char *text)
{
    struct assay_error err = {0};
    struct assay_spec spec;
    ck_assay_ok(assay_spec_read_text("s.json", text, strlen(text), &spec, &err));
    return spec;
}

static struct assay_text write_parts(const struct assay_spec *spec)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_release_spec_write(&json, &spec->release);
    assay_about_write(&json, &spec->about);
    assay_json_close(&json);
    ck_assert(!json.out.failed);
    return json.out;
}

static void check_default(const struct assay_release_spec *release)
{
    ck_assert(!release->accept_inconclusive);
    ck_assert_uint_eq(release->audit_age_days, 120);
    ck_assert_double_eq(release->oe_low, 0.8);
    ck_assert_double_eq(release->oe_high, 1.25);
    ck_assert_double_eq(release->max_weight_change, 0.1);
    ck_assert_double_eq(release->max_zone_changes, 0.2);
}

/* ---- what is taken ---- */

START_TEST(what_is_not_declared_has_its_default_and_is_not_written)
{
    struct assay_spec spec = read_spec(SPEC("\"scale\":\"log-odds\""));
    struct assay_text text = write_parts(&spec);
    check_default(&spec.release);
    ck_assert(!spec.release.declared);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        ck_assert_ptr_null(spec.about.text[k]);
    ck_assert_str_eq(text.data, "{}\n");
    assay_text_clear(&text);
    assay_spec_clear(&spec);
}
END_TEST

START_TEST(an_empty_release_is_declared_with_the_defaults)
{
    struct assay_spec spec = read_spec(SPEC("\"release\":{},\"about\":{}"));
    struct assay_text text = write_parts(&spec);
    check_default(&spec.release);
    ck_assert(spec.release.declared);
    ck_assert_str_eq(text.data, "{\n"
                                "  \"release\": {\n"
                                "    \"inconclusive\": \"refuse\",\n"
                                "    \"audit_age_days\": 120,\n"
                                "    \"oe_ratio\": [0.8, 1.25],\n"
                                "    \"max_weight_change\": 0.1,\n"
                                "    \"max_zone_changes\": 0.2\n"
                                "  }\n"
                                "}\n");
    assay_text_clear(&text);
    assay_spec_clear(&spec);
}
END_TEST

static const char full[] =
    SPEC("\"release\":{\"inconclusive\":\"accept\",\"audit_age_days\":90,\"oe_ratio\":[0.5,2],"
         "\"max_weight_change\":0.05,\"max_zone_changes\":1},"
         "\"about\":{\"owner\":\"Dana Reyes, dana@example.com\",\"purpose\":\"Whom to call "
         "\\\"first\\\"\"}");

START_TEST(every_key_sets_its_field)
{
    struct assay_spec spec = read_spec(full);
    ck_assert(spec.release.declared && spec.release.accept_inconclusive);
    ck_assert_uint_eq(spec.release.audit_age_days, 90);
    ck_assert_double_eq(spec.release.oe_low, 0.5);
    ck_assert_double_eq(spec.release.oe_high, 2);
    ck_assert_double_eq(spec.release.max_weight_change, 0.05);
    ck_assert_double_eq(spec.release.max_zone_changes, 1);
    ck_assert_str_eq(spec.about.text[ASSAY_ABOUT_PURPOSE], "Whom to call \"first\"");
    ck_assert_str_eq(spec.about.text[ASSAY_ABOUT_OWNER], "Dana Reyes, dana@example.com");
    ck_assert_ptr_null(spec.about.text[ASSAY_ABOUT_USERS]);
    assay_about_clear(&spec.about);
    assay_about_clear(&spec.about);
    ck_assert_ptr_null(spec.about.text[ASSAY_ABOUT_OWNER]);
    assay_spec_clear(&spec);
}
END_TEST

/* Its name in a file is what the header says of the key's place in the enum. */
static const struct {
    enum assay_about_key key;
    const char *name;
} abouts[] = {
    {ASSAY_ABOUT_PURPOSE, "purpose"},
    {ASSAY_ABOUT_USERS, "users"},
    {ASSAY_ABOUT_ACTION, "action"},
    {ASSAY_ABOUT_POPULATION, "population"},
    {ASSAY_ABOUT_DATA, "data"},
    {ASSAY_ABOUT_OUTCOME, "outcome"},
    {ASSAY_ABOUT_SIGNALS, "signals"},
    {ASSAY_ABOUT_FAIRNESS, "fairness"},
    {ASSAY_ABOUT_LIMITATIONS, "limitations"},
    {ASSAY_ABOUT_MONITORING, "monitoring"},
    {ASSAY_ABOUT_OWNER, "owner"},
    {ASSAY_ABOUT_APPROVAL, "approval"},
    {ASSAY_ABOUT_INVOLVEMENT, "involvement"},
    {ASSAY_ABOUT_FUNDING, "funding"},
    {ASSAY_ABOUT_PROTOCOL, "protocol"},
    {ASSAY_ABOUT_DATA_ACCESS, "data_access"},
    {ASSAY_ABOUT_CODE_ACCESS, "code_access"},
};

START_TEST(every_text_about_a_model_has_its_key)
{
    char text[256];
    ck_assert_uint_eq(COUNT(abouts), ASSAY_ABOUT_KEYS);
    snprintf(text, sizeof text, SPEC("\"about\":{\"%s\":\"so it is\"}"), abouts[_i].name);
    struct assay_spec spec = read_spec(text);
    ck_assert_str_eq(assay_about_names[abouts[_i].key], abouts[_i].name);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        ck_assert_int_eq(spec.about.text[k] != NULL, k == abouts[_i].key);
    ck_assert_str_eq(spec.about.text[abouts[_i].key], "so it is");
    assay_spec_clear(&spec);
}
END_TEST

static void put_long_about(struct assay_text *text, size_t length)
{
    assay_text_puts(text, "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"},\"about\":{\"data\":\"");
    for (size_t k = 0; k < length; k++)
        assay_text_putc(text, 'x');
    assay_text_puts(text,
                    "\"},\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"lower\"}]}");
}

START_TEST(a_text_has_at_most_4000_bytes)
{
    struct assay_error err = {0};
    struct assay_spec spec;
    struct assay_text text = {0};
    put_long_about(&text, 4000);
    ck_assay_ok(assay_spec_read_text("s.json", text.data, text.length, &spec, &err));
    ck_assert_uint_eq(strlen(spec.about.text[ASSAY_ABOUT_DATA]), 4000);
    assay_spec_clear(&spec);
    assay_text_reset(&text);
    put_long_about(&text, 4001);
    ck_assert_int_eq(assay_spec_read_text("s.json", text.data, text.length, &spec, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "s.json:1:45: \"data\" is \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                     "...\"; expected text in quotes, not blank and of at most 4000 bytes");
    assay_text_clear(&text);
}
END_TEST

/* ---- and back ---- */

/* Budgets of any kind, a third of the texts. */
static void draw(struct test_random *random, struct assay_spec *spec)
{
    spec->release = (struct assay_release_spec){.declared = true,
                                                .accept_inconclusive = test_below(random, 2) == 1,
                                                .audit_age_days = 1 + test_below(random, 3650),
                                                .oe_low = 1e-9 + test_uniform(random),
                                                .max_weight_change = 1 - test_uniform(random),
                                                .max_zone_changes = 1 - test_uniform(random)};
    spec->release.oe_high = spec->release.oe_low + 1e-6 + test_uniform(random);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        if (test_below(random, 3) == 0)
            spec->about.text[k] = handmade_text("two lines\nand a \"word\", \xc3\xa9\\");
}

START_TEST(what_is_written_reads_back_the_same)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    struct test_random random = {(uint64_t)_i};
    struct assay_spec spec = {0}, back = {.release = assay_release_spec_default()};
    draw(&random, &spec);
    struct assay_text first = write_parts(&spec);
    ck_assay_ok(
        assay_json_parse("m.json", first.data, first.length, ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc), *about = assay_json_get(root, "about");
    ck_assay_ok(assay_release_spec_read(doc, assay_json_get(root, "release"), &back.release, &err));
    if (about != NULL)
        ck_assay_ok(assay_about_read(doc, about, &back.about, &err));
    ck_assert_uint_eq(back.release.audit_age_days, spec.release.audit_age_days);
    ck_assert_double_eq(back.release.oe_low, spec.release.oe_low);
    ck_assert_double_eq(back.release.max_weight_change, spec.release.max_weight_change);
    struct assay_text second = write_parts(&back);
    ck_assert_str_eq(second.data, first.data);
    assay_json_free(doc);
    assay_text_clear(&first);
    assay_text_clear(&second);
    assay_spec_clear(&spec);
    assay_spec_clear(&back);
}
END_TEST

/* ---- in a model file ---- */

START_TEST(a_model_carries_both_behind_its_audit)
{
    struct assay_error err = {0};
    struct assay_model model, back;
    struct assay_text text = {0}, again = {0};
    handmade_model(&model, PLAIN_FIT);
    model.spec.audit.owner = handmade_text("csm");
    model.spec.release.declared = true;
    model.spec.release.max_weight_change = 0.25;
    model.spec.about.text[ASSAY_ABOUT_ACTION] = handmade_text("a call within a week");
    ck_assay_ok(assay_model_write(&model, &text, &err));
    const char *at =
        strstr(text.data, "  \"audit\": {\n    \"owner\": \"csm\"\n  },\n  \"release\": {\n");
    ck_assert_ptr_nonnull(at);
    ck_assert_ptr_nonnull(
        strstr(at, "    \"max_zone_changes\": 0.2\n  },\n  \"about\": {\n"
                   "    \"action\": \"a call within a week\"\n  },\n  \"signals\": ["));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &back, &err));
    ck_assert(back.spec.release.declared);
    ck_assert_double_eq(back.spec.release.max_weight_change, 0.25);
    ck_assay_ok(assay_model_write(&back, &again, &err));
    ck_assert_str_eq(again.data, text.data);
    assay_text_clear(&text);
    assay_text_clear(&again);
    assay_model_clear(&model);
    assay_model_clear(&back);
}
END_TEST

START_TEST(a_model_that_declares_neither_has_neither_and_reads_the_defaults)
{
    struct assay_error err = {0};
    struct assay_model back;
    struct assay_text text = handmade_file(PLAIN_FIT);
    ck_assert_ptr_null(strstr(text.data, "\"release\""));
    ck_assert_ptr_null(strstr(text.data, "\"about\""));
    ck_assay_ok(assay_model_read_text("m.json", text.data, text.length, &back, &err));
    check_default(&back.spec.release);
    ck_assert(!back.spec.release.declared);
    assay_text_clear(&text);
    assay_model_clear(&back);
}
END_TEST

START_TEST(calibrate_carries_both_from_the_spec_into_the_model)
{
    struct lab lab = {0};
    size_t k = 0;
    while (strstr(model_specs[k].spec, "\"release\"") == NULL)
        k++;
    lab_of_spec(&lab, k);
    ck_assert(lab.model.spec.release.declared && lab.model.spec.release.accept_inconclusive);
    ck_assert_uint_eq(lab.model.spec.release.audit_age_days, 60);
    ck_assert_double_eq(lab.model.spec.release.oe_high, 2);
    ck_assert_double_eq(lab.model.spec.release.max_weight_change, 0.1); /* not said: the default */
    ck_assert_str_eq(lab.model.spec.about.text[ASSAY_ABOUT_PURPOSE], "whom to call\nfirst");
    ck_assert_str_eq(lab.model.spec.about.text[ASSAY_ABOUT_CODE_ACCESS], "the team's");
    lab_clear(&lab);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *text, *message, *hint;
} bad[] = {
    {SPEC("\"release\":[]"), "s.json:1:45: \"release\" is a list; expected an object in braces",
     ""},
    {SPEC("\"releases\":{}"), "s.json:1:45: unknown key \"releases\" in the spec",
     "Did you mean \"release\"?"},
    {SPEC("\"release\":{\"max_weight_changes\":0.1}"),
     "s.json:1:56: unknown key \"max_weight_changes\" in \"release\"",
     "Did you mean \"max_weight_change\"?"},
    {SPEC("\"release\":{\"inconclusive\":true}"),
     "s.json:1:56: \"inconclusive\" is true; expected \"refuse\" or \"accept\"", ""},
    {SPEC("\"release\":{\"inconclusive\":\"pass\"}"),
     "s.json:1:56: \"inconclusive\" is \"pass\"; expected \"refuse\" or \"accept\"", ""},
    {SPEC("\"release\":{\"audit_age_days\":0}"),
     "s.json:1:56: \"audit_age_days\" is 0; expected a whole number from 1 to 3650", ""},
    {SPEC("\"release\":{\"audit_age_days\":3651}"),
     "s.json:1:56: \"audit_age_days\" is 3651; expected a whole number from 1 to 3650", ""},
    {SPEC("\"release\":{\"oe_ratio\":1}"),
     "s.json:1:56: \"oe_ratio\" is 1; expected two numbers, [lowest, highest], between which it is "
     "right",
     ""},
    {SPEC("\"release\":{\"oe_ratio\":[0.8,1,1.25]}"),
     "s.json:1:56: \"oe_ratio\" is a list; expected two numbers, [lowest, highest], between which "
     "it "
     "is right",
     ""},
    {SPEC("\"release\":{\"oe_ratio\":[0,1.25]}"),
     "s.json:1:68: found 0; expected a number above 0 and up to 1e+09", ""},
    {SPEC("\"release\":{\"oe_ratio\":[\"0.8\",1.25]}"),
     "s.json:1:68: found \"0.8\"; expected a number above 0 and up to 1e+09", ""},
    {SPEC("\"release\":{\"oe_ratio\":[1.25,0.8]}"),
     "s.json:1:73: found 0.8; expected a number above 1.25, which is the lower one, and up to "
     "1e+09",
     ""},
    {SPEC("\"release\":{\"oe_ratio\":[1,1]}"),
     "s.json:1:70: found 1; expected a number above 1, which is the lower one, and up to 1e+09",
     ""},
    {SPEC("\"release\":{\"oe_ratio\":[1,2e9]}"),
     "s.json:1:70: found 2000000000; expected a number above 1, which is the lower one, and up to "
     "1e+09",
     ""},
    {SPEC("\"release\":{\"max_weight_change\":0}"),
     "s.json:1:56: \"max_weight_change\" is 0; expected a number above 0 and up to 1", ""},
    {SPEC("\"release\":{\"max_weight_change\":\"10%\"}"),
     "s.json:1:56: \"max_weight_change\" is \"10%\"; expected a number above 0 and up to 1", ""},
    {SPEC("\"release\":{\"max_zone_changes\":20}"),
     "s.json:1:56: \"max_zone_changes\" is 20; expected a number above 0 and up to 1", ""},
    {SPEC("\"about\":\"churn\""),
     "s.json:1:45: \"about\" is \"churn\"; expected an object in braces", ""},
    {SPEC("\"about\":{\"limitation\":\"none\"}"),
     "s.json:1:54: unknown key \"limitation\" in \"about\"", "Did you mean \"limitations\"?"},
    {SPEC("\"about\":{\"users\":\"\"}"),
     "s.json:1:54: \"users\" is \"\"; expected text in quotes, not blank and of at most 4000 bytes",
     ""},
    {SPEC("\"about\":{\"users\":\" \\n\\t\"}"),
     "s.json:1:54: \"users\" is \" \\x0a\\x09\"; expected text in quotes, not blank and of at most "
     "4000 bytes",
     ""},
    {SPEC("\"about\":{\"purpose\":\"to call\",\"owner\":null}"),
     "s.json:1:74: \"owner\" is null; expected text in quotes, not blank and of at most 4000 bytes",
     ""},
};

START_TEST(a_bad_declaration_is_refused_where_it_stands)
{
    struct assay_error err = {0};
    struct assay_spec spec = {.seed = 77};
    const char *text = bad[_i].text;
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_uint_eq(spec.seed, 77); /* untouched */
}
END_TEST

START_TEST(a_refused_release_leaves_the_one_before_as_it_was)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    static const char text[] = "{\"audit_age_days\": 7, \"max_zone_changes\": 2}";
    struct assay_release_spec release = assay_release_spec_default();
    ck_assay_ok(assay_json_parse("m", text, strlen(text), ASSAY_JSON_STRICT, &doc, &err));
    ck_assert_int_eq(assay_release_spec_read(doc, assay_json_root(doc), &release, &err),
                     ASSAY_EDATA);
    check_default(&release);
    ck_assert(!release.declared);
    assay_json_free(doc);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_spec spec = {.seed = 77};
        test_fail_allocation(n);
        enum assay_status status = assay_spec_read_text("s.json", full, strlen(full), &spec, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (!reached) {
            ck_assay_ok(status);
            assay_spec_clear(&spec);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_eq(spec.seed, 77);
    }
    ck_assert_uint_gt(n, 10); /* the two texts, names, signals, zones, the document, ... */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, what_is_not_declared_has_its_default_and_is_not_written);
    tcase_add_test(tc, an_empty_release_is_declared_with_the_defaults);
    tcase_add_test(tc, every_key_sets_its_field);
    tcase_add_loop_test(tc, every_text_about_a_model_has_its_key, 0, COUNT(abouts));
    tcase_add_test(tc, a_text_has_at_most_4000_bytes);
    tcase_add_loop_test(tc, what_is_written_reads_back_the_same, 0, 40);
    tcase_add_test(tc, a_model_carries_both_behind_its_audit);
    tcase_add_test(tc, a_model_that_declares_neither_has_neither_and_reads_the_defaults);
    tcase_add_test(tc, calibrate_carries_both_from_the_spec_into_the_model);
    tcase_add_loop_test(tc, a_bad_declaration_is_refused_where_it_stands, 0, COUNT(bad));
    tcase_add_test(tc, a_refused_release_leaves_the_one_before_as_it_was);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("spec/release_spec", add_tests)
