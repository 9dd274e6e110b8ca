#include "core/spec/audit_spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/support/suite.h"

/* One line, so that the byte alone is the place: the rules' first member begins at byte 2. */
#define RULES(members) "{" members "}"
#define SPEC(members) \
    "{\"id\":\"i\",\"outcome\":{\"column\":\"c\"}," members \
    ",\"signals\":[{\"name\":\"a\",\"dimension\":\"d\",\"better\":\"higher\"}]}"

struct rules {
    struct assay_audit_spec audit;
    double sensitivity, specificity;
};

static struct rules read_good(const char *text)
{
    struct assay_error err = {0};
    struct rules r;
    ck_assay_ok(assay_audit_spec_read_text("r.json", text, strlen(text), &r.audit, &r.sensitivity,
                                           &r.specificity, &err));
    return r;
}

/* ---- what is taken ---- */

static const char full[] =
    "{ // agreed in May\n"
    "  \"targets\": {\"sensitivity\": 0.8, \"auc\": 0.8, \"brier\": 0.08,\n"
    "              \"oe_ratio\": [0.8, 1.25], \"calibration_intercept\": [-0.5, 0.5]},\n"
    "  \"owner\": \"csm\", \"acted_on\": {\"date\": \"called_on\"},\n"
    "  \"promotion\": {\"auc\": 0.01, \"sensitivity\": 0.03, \"log_loss\": 1},\n"
    "  \"recovery_rate\": [0.2, 0.3, 0.4], \"contact_cost\": 120}\n";

static void check_target(const struct assay_target *target, const char *metric, double low,
                         double high)
{
    ck_assert_str_eq(target->metric, metric);
    ck_assert(target->low == low || (isnan(target->low) && isnan(low)));
    ck_assert(target->high == high || (isnan(target->high) && isnan(high)));
}

START_TEST(every_key_sets_its_field)
{
    struct rules r = read_good(full);
    ck_assert_double_eq(r.sensitivity, 0.8);
    ck_assert_double_nan(r.specificity); /* not said */
    ck_assert_uint_eq(r.audit.n_target, 4);
    check_target(&r.audit.targets[0], "auc", 0.8, NAN);
    check_target(&r.audit.targets[1], "brier", NAN, 0.08);
    check_target(&r.audit.targets[2], "oe_ratio", 0.8, 1.25);
    check_target(&r.audit.targets[3], "calibration_intercept", -0.5, 0.5);
    ck_assert_str_eq(r.audit.owner, "csm");
    ck_assert_str_eq(r.audit.acted_on_date, "called_on");
    ck_assert_ptr_null(r.audit.acted_on_column);
    ck_assert_uint_eq(r.audit.n_promotion, 3);
    ck_assert_str_eq(r.audit.promotion[0].metric, "auc");
    ck_assert_double_eq(r.audit.promotion[0].margin, 0.01);
    ck_assert_str_eq(r.audit.promotion[2].metric, "log_loss");
    ck_assert_double_eq(r.audit.promotion[2].margin, 1);
    ck_assert_double_eq(r.audit.recovery_rate.low, 0.2);
    ck_assert_double_eq(r.audit.recovery_rate.value, 0.3);
    ck_assert_double_eq(r.audit.recovery_rate.high, 0.4);
    ck_assert_double_eq(r.audit.contact_cost.low, 120);
    ck_assert_double_eq(r.audit.contact_cost.high, 120);
    assay_audit_spec_clear(&r.audit);
    assay_audit_spec_clear(&r.audit);
}
END_TEST

START_TEST(what_is_not_said_is_none)
{
    struct rules r = read_good(RULES("\"acted_on\":{\"column\":\"touched\"}"));
    ck_assert_double_nan(r.sensitivity);
    ck_assert_double_nan(r.specificity);
    ck_assert_uint_eq(r.audit.n_target, 0);
    ck_assert_uint_eq(r.audit.n_promotion, 0);
    ck_assert_ptr_null(r.audit.owner);
    ck_assert_ptr_null(r.audit.acted_on_date);
    ck_assert_str_eq(r.audit.acted_on_column, "touched");
    ck_assert_double_nan(r.audit.recovery_rate.value);
    ck_assert_double_nan(r.audit.contact_cost.low);
    assay_audit_spec_clear(&r.audit);
    r = read_good("{}");
    ck_assert_ptr_null(r.audit.acted_on_column);
    assay_audit_spec_clear(&r.audit);
}
END_TEST

/* Every metric of an audit has a target of its kind, and no other name has one. */
static const struct {
    const char *metric, *good, *other; /* other: what another kind of metric would take */
    enum assay_target_kind kind;
} kinds[] = {
    {"sensitivity", "1", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"specificity", "0.01", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"ppv", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"npv", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"prevalence", "[0, 1]", "0.5", ASSAY_TARGET_WITHIN},
    {"accuracy", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"flagged_share", "[0.1, 0.2]", "0.5", ASSAY_TARGET_WITHIN},
    {"auc", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"auc_logit", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"brier", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"log_loss", "5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"calibration_intercept", "[-1, 0]", "0", ASSAY_TARGET_WITHIN},
    {"calibration_slope", "[-1, 2]", "1", ASSAY_TARGET_WITHIN},
    {"oe_ratio", "[0, 2]", "1", ASSAY_TARGET_WITHIN},
    {"balanced_accuracy", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"f1", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"mcc", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"average_precision", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"ks", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"gini", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"brier_scaled", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"ici", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"e50", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"e90", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"emax", "0.5", "[0.5, 0.6]", ASSAY_TARGET_AT_MOST},
    {"spiegelhalter_z", "[-2, 2]", "0", ASSAY_TARGET_WITHIN},
    {"net_benefit", "0", "[0.5, 0.6]", ASSAY_TARGET_AT_LEAST},
    {"lift_top_decile", "3", "[2, 6]", ASSAY_TARGET_AT_LEAST},
};

START_TEST(every_metric_takes_what_its_kind_asks_for)
{
    struct assay_error err = {0};
    char text[128];
    enum assay_target_kind kind;
    ck_assert(assay_target_kind_of(kinds[_i].metric, &kind));
    ck_assert_int_eq(kind, kinds[_i].kind);
    snprintf(text, sizeof text, "{\"targets\": {\"%s\": %s}}", kinds[_i].metric, kinds[_i].good);
    struct rules r = read_good(text);
    if (r.audit.n_target > 0) {
        const struct assay_target *target = &r.audit.targets[0];
        ck_assert(isnan(target->low) == (kind == ASSAY_TARGET_AT_MOST));
        ck_assert(isnan(target->high) == (kind == ASSAY_TARGET_AT_LEAST));
    } else {
        ck_assert(!isnan(r.sensitivity) || !isnan(r.specificity));
    }
    assay_audit_spec_clear(&r.audit);
    snprintf(text, sizeof text, "{\"targets\": {\"%s\": %s}}", kinds[_i].metric, kinds[_i].other);
    ck_assert_int_eq(assay_audit_spec_read_text("r.json", text, strlen(text), &r.audit,
                                                &r.sensitivity, &r.specificity, &err),
                     ASSAY_EDATA);
    ck_assert(!assay_target_kind_of("recall", &kind));
}
END_TEST

/* ---- the file ---- */

START_TEST(a_rules_file_is_known_by_its_digest)
{
    struct assay_error err = {0};
    struct rules r;
    char path[] = "/tmp/assay-rules-XXXXXX", sha256[ASSAY_SHA256_TEXT_SIZE] = "";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    ck_assay_ok(assay_file_write(path, "{}\n", 3, &err));
    ck_assay_ok(assay_audit_spec_read(path, &r.audit, &r.sensitivity, &r.specificity, sha256, &err));
    /* printf '{}\n' | sha256sum */
    ck_assert_str_eq(sha256, "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356");
    unlink(path);
    ck_assert_int_eq(assay_audit_spec_read(path, &r.audit, &r.sensitivity, &r.specificity, sha256,
                                           &err),
                     ASSAY_EIO);
    ck_assert_str_eq(sha256, "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356");
}
END_TEST

/* ---- in a spec, to a model file and back ---- */

static struct assay_spec read_spec(const char *text)
{
    struct assay_error err = {0};
    struct assay_spec spec = {0};
    ck_assay_ok(assay_spec_read_text("s.json", text, strlen(text), &spec, &err));
    return spec;
}

START_TEST(a_spec_has_targets_and_audit_at_its_top)
{
    struct assay_spec spec = read_spec(SPEC("\"targets\":{\"ks\":0.3},\"audit\":{\"owner\":\"o\"}"));
    ck_assert_double_eq(spec.target_sensitivity, 0.75); /* the defaults stay */
    ck_assert_double_eq(spec.target_specificity, 0.70);
    check_target(&spec.audit.targets[0], "ks", 0.3, NAN);
    ck_assert_str_eq(spec.audit.owner, "o");
    ck_assert_double_nan(spec.audit.recovery_rate.value);
    assay_spec_clear(&spec);
    spec = read_spec(SPEC("\"seed\":2"));
    ck_assert_uint_eq(spec.audit.n_target, 0);
    ck_assert_double_nan(spec.audit.contact_cost.high);
    assay_spec_clear(&spec);
}
END_TEST

static const struct {
    const char *members, *written;
} forms[] = {
    {"\"targets\":{\"emax\":0.1,\"specificity\":0.6,\"oe_ratio\":[0.8,1.25]},"
     "\"audit\":{\"contact_cost\":[80,120,200],\"recovery_rate\":0.3,"
     "\"promotion\":{\"brier\":0.002,\"auc\":0.01},\"acted_on\":{\"column\":\"t\"},\"owner\":\"o\"}",
     "{\n"
     "  \"targets\": {\n"
     "    \"sensitivity\": 0.75,\n"
     "    \"specificity\": 0.6,\n"
     "    \"emax\": 0.1,\n"
     "    \"oe_ratio\": [0.8, 1.25]\n"
     "  },\n"
     "  \"audit\": {\n"
     "    \"owner\": \"o\",\n"
     "    \"acted_on\": {\n"
     "      \"column\": \"t\"\n"
     "    },\n"
     "    \"promotion\": {\n"
     "      \"brier\": 0.002,\n"
     "      \"auc\": 0.01\n"
     "    },\n"
     "    \"recovery_rate\": 0.3,\n"
     "    \"contact_cost\": [80, 120, 200]\n"
     "  }\n"
     "}\n"},
    {"\"audit\":{\"acted_on\":{\"date\":\"d\"},\"contact_cost\":0}",
     "{\n"
     "  \"targets\": {\n"
     "    \"sensitivity\": 0.75,\n"
     "    \"specificity\": 0.7\n"
     "  },\n"
     "  \"audit\": {\n"
     "    \"acted_on\": {\n"
     "      \"date\": \"d\"\n"
     "    },\n"
     "    \"contact_cost\": 0\n"
     "  }\n"
     "}\n"},
    {"\"audit\":{}",
     "{\n"
     "  \"targets\": {\n"
     "    \"sensitivity\": 0.75,\n"
     "    \"specificity\": 0.7\n"
     "  }\n"
     "}\n"},
};

static struct assay_text write_parts(const struct assay_spec *spec)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_targets_write(&json, spec);
    assay_audit_part_write(&json, &spec->audit);
    assay_json_close(&json);
    ck_assert(!json.out.failed);
    return json.out;
}

START_TEST(a_model_file_has_them_in_one_form_and_reads_it_back)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    char text[1024];
    snprintf(text, sizeof text, SPEC("%s"), forms[_i].members);
    struct assay_spec spec = read_spec(text), back = {.audit = assay_audit_spec_default()};
    struct assay_text first = write_parts(&spec);
    ck_assert_str_eq(first.data, forms[_i].written);
    ck_assay_ok(assay_json_parse("m.json", first.data, first.length, ASSAY_JSON_STRICT, &doc, &err));
    const struct cJSON *root = assay_json_root(doc), *audit = assay_json_get(root, "audit");
    ck_assay_ok(assay_targets_read(doc, assay_json_get(root, "targets"), &back.target_sensitivity,
                                   &back.target_specificity, &back.audit, &err));
    if (audit != NULL)
        ck_assay_ok(assay_audit_part_read(doc, audit, &back.audit, &err));
    struct assay_text second = write_parts(&back);
    ck_assert_str_eq(second.data, first.data);
    assay_json_free(doc);
    assay_text_clear(&first);
    assay_text_clear(&second);
    assay_spec_clear(&spec);
    assay_spec_clear(&back);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *text, *message, *hint;
} bad[] = {
    {"[]", "r.json:1:1: found a list; expected rules for audits: an object in braces", ""},
    {RULES("\"audit\":{}"), "r.json:1:2: unknown key \"audit\" in the rules",
     "Known keys: \"owner\", \"acted_on\", \"promotion\", \"recovery_rate\", \"contact_cost\", "
     "\"targets\"."},
    {RULES("\"promotions\":{}"), "r.json:1:2: unknown key \"promotions\" in the rules",
     "Did you mean \"promotion\"?"},
    {RULES("\"targets\":0.8"), "r.json:1:2: \"targets\" is 0.8; expected an object in braces", ""},
    {RULES("\"targets\":{\"sensitivty\":0.8}"),
     "r.json:1:13: unknown key \"sensitivty\" in \"targets\"", "Did you mean \"sensitivity\"?"},
    {RULES("\"targets\":{\"happiness\":0.8}"),
     "r.json:1:13: unknown key \"happiness\" in \"targets\"",
     "Targets are for the metrics of an audit, as \"sensitivity\", \"auc\" or \"oe_ratio\"."},
    {RULES("\"targets\":{\"auc\":0}"),
     "r.json:1:13: \"auc\" is 0; expected a number above 0 and up to 1", ""},
    {RULES("\"targets\":{\"auc\":80}"),
     "r.json:1:13: \"auc\" is 80; expected a number above 0 and up to 1", ""},
    {RULES("\"targets\":{\"auc\":[0.7,0.9]}"),
     "r.json:1:13: \"auc\" is a list; expected a number above 0 and up to 1", ""},
    {RULES("\"targets\":{\"lift_top_decile\":11}"),
     "r.json:1:13: \"lift_top_decile\" is 11; expected a number above 0 and up to 10", ""},
    {RULES("\"targets\":{\"net_benefit\":-0.1}"),
     "r.json:1:13: \"net_benefit\" is -0.1; expected a number from 0 to 1", ""},
    {RULES("\"targets\":{\"oe_ratio\":1}"),
     "r.json:1:13: \"oe_ratio\" is 1; expected two numbers, [lowest, highest], between which it is "
     "right", ""},
    {RULES("\"targets\":{\"oe_ratio\":[1,2,3]}"),
     "r.json:1:13: \"oe_ratio\" is a list; expected two numbers, [lowest, highest], between which "
     "it is right", ""},
    {RULES("\"targets\":{\"oe_ratio\":[-1,2]}"),
     "r.json:1:25: found -1; expected a number from 0 to 1e+09", ""},
    {RULES("\"targets\":{\"oe_ratio\":[1.2,0.8]}"),
     "r.json:1:29: found 0.8; expected a number above 1.2, which is the lower one, and up to 1e+09",
     ""},
    {RULES("\"targets\":{\"oe_ratio\":[1,1]}"),
     "r.json:1:27: found 1; expected a number above 1, which is the lower one, and up to 1e+09", ""},
    {RULES("\"owner\":\"\""), "r.json:1:2: \"owner\" is \"\"; expected a name", ""},
    {RULES("\"owner\":3"), "r.json:1:2: \"owner\" is 3; expected text in quotes", ""},
    {RULES("\"acted_on\":\"called\""),
     "r.json:1:2: \"acted_on\" is \"called\"; expected an object in braces", ""},
    {RULES("\"acted_on\":{}"),
     "r.json:1:2: \"acted_on\" names neither; expected either \"date\", a column with the day, or "
     "\"column\", one of 0 and 1", ""},
    {RULES("\"acted_on\":{\"date\":\"a\",\"column\":\"b\"}"),
     "r.json:1:2: \"acted_on\" names both; expected either \"date\", a column with the day, or "
     "\"column\", one of 0 and 1", ""},
    {RULES("\"acted_on\":{\"day\":\"a\"}"), "r.json:1:14: unknown key \"day\" in \"acted_on\"",
     "Did you mean \"date\"?"},
    {RULES("\"promotion\":{}"),
     "r.json:1:2: \"promotion\" is an object; expected at least one metric with its margin", ""},
    {RULES("\"promotion\":{\"brier_scaled\":0.1}"),
     "r.json:1:15: unknown key \"brier_scaled\" in \"promotion\"",
     "Known keys: \"auc\", \"sensitivity\", \"specificity\", \"brier\", \"log_loss\", "
     "\"net_benefit\"."},
    {RULES("\"promotion\":{\"auc\":0}"),
     "r.json:1:15: \"auc\" is 0; expected a margin above 0 and up to 1",
     "By how much may a new model be worse here and still be good enough? No data can show that it "
     "is not worse at all."},
    {RULES("\"promotion\":{\"auc\":\"0.01\"}"),
     "r.json:1:15: \"auc\" is \"0.01\"; expected a margin above 0 and up to 1",
     "By how much may a new model be worse here and still be good enough? No data can show that it "
     "is not worse at all."},
    {RULES("\"recovery_rate\":30"),
     "r.json:1:2: \"recovery_rate\" is 30; expected a number from 0 to 1, or three of them as [low, "
     "value, high]", ""},
    {RULES("\"recovery_rate\":[0.2,0.4]"),
     "r.json:1:2: \"recovery_rate\" is a list; expected a number from 0 to 1, or three of them as "
     "[low, value, high]", ""},
    {RULES("\"recovery_rate\":[-0.2,0.4,0.5]"),
     "r.json:1:19: found -0.2; expected a number from 0 to 1", ""},
    {RULES("\"recovery_rate\":[0.5,0.4,0.6]"),
     "r.json:1:23: found 0.4; expected a number from 0.5, which is the one before it, to 1", ""},
    {RULES("\"contact_cost\":-1"),
     "r.json:1:2: \"contact_cost\" is -1; expected a number from 0 to 1e+12, or three of them as "
     "[low, value, high]", ""},
    {RULES("\"contact_cost\":[1,2,\"3\"]"),
     "r.json:1:22: found \"3\"; expected a number from 2, which is the one before it, to 1e+12", ""},
};

START_TEST(a_bad_rule_is_refused_where_it_stands)
{
    struct assay_error err = {0};
    struct rules r = {.sensitivity = 77};
    const char *text = bad[_i].text;
    ck_assert_int_eq(assay_audit_spec_read_text("r.json", text, strlen(text), &r.audit,
                                                &r.sensitivity, &r.specificity, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_double_eq(r.sensitivity, 77); /* untouched */
    ck_assert_ptr_null(r.audit.owner);
}
END_TEST

START_TEST(a_spec_refuses_the_same_in_its_audit)
{
    struct assay_error err = {0};
    struct assay_spec spec = {.seed = 77};
    static const char text[] = SPEC("\"audit\":{\"targets\":{}}");
    ck_assert_int_eq(assay_spec_read_text("s.json", text, strlen(text), &spec, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "s.json:1:45: unknown key \"targets\" in \"audit\"");
    ck_assert_uint_eq(spec.seed, 77);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct rules r = {.sensitivity = 77};
        test_fail_allocation(n);
        enum assay_status status = assay_audit_spec_read_text(
            "r.json", full, strlen(full), &r.audit, &r.sensitivity, &r.specificity, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (!reached) {
            ck_assay_ok(status);
            assay_audit_spec_clear(&r.audit);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_msg(strncmp(err.message, "out of memory reading ", 22) == 0, "%s", err.message);
        ck_assert_double_eq(r.sensitivity, 77);
    }
    ck_assert_uint_gt(n, 11); /* 2 columns, 4 targets and 3 margins with their lists, ... */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_key_sets_its_field);
    tcase_add_test(tc, what_is_not_said_is_none);
    tcase_add_loop_test(tc, every_metric_takes_what_its_kind_asks_for, 0, COUNT(kinds));
    tcase_add_test(tc, a_rules_file_is_known_by_its_digest);
    tcase_add_test(tc, a_spec_has_targets_and_audit_at_its_top);
    tcase_add_loop_test(tc, a_model_file_has_them_in_one_form_and_reads_it_back, 0, COUNT(forms));
    tcase_add_loop_test(tc, a_bad_rule_is_refused_where_it_stands, 0, COUNT(bad));
    tcase_add_test(tc, a_spec_refuses_the_same_in_its_audit);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("spec/audit_spec", add_tests)
