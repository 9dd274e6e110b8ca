/* Reading what the gates need of an audit: every part is where it should be, or its place is named.
 */
#include "release/gates/audit_facts.h"

#include "tests/release/gated.h"
#include "tests/support/random.h"

#define CANDIDATE "sha256:44444444" ZEROS16 ZEROS16 ZEROS16 "00000000"

static struct assay_json *parse(const struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    ck_assay_ok(
        assay_json_parse("audit.json", text->data, text->length, ASSAY_JSON_STRICT, &doc, &err));
    return doc;
}

START_TEST(facts_are_those_of_the_file)
{
    struct assay_text text =
        audit_text(&(struct audit_parts){.data = DATA("1249", "109", "700")}, CANDIDATE);
    struct assay_json *doc = parse(&text);
    struct assay_audit_facts facts;
    struct assay_error err = {0};
    ck_assay_ok(assay_audit_facts_read(doc, &facts, &err));
    ck_assert_str_eq(facts.model.name, "by hand");
    ck_assert_str_eq(facts.model.version, "candidate");
    ck_assert_str_eq(facts.model.digest, CANDIDATE);
    ck_assert_str_eq(facts.champion.digest, RELEASED_DIGEST);
    ck_assert_ptr_null(facts.score_column);
    ck_assert_ptr_null(facts.rules);
    ck_assert_int_eq(facts.created, scene_day("2026-10-02"));
    ck_assert_uint_eq(facts.used, 1249);
    ck_assert_uint_eq(facts.events, 109);
    ck_assert(facts.repeated && !facts.in_sample);
    ck_assert_int_eq(facts.verdict, ASSAY_AUDIT_PASS);
    ck_assert_double_eq(facts.oe_ratio.value, 1.118);
    ck_assert_double_eq(facts.oe_ratio.high, 1.337);
    ck_assert_double_eq(facts.comparison.difference[ASSAY_COMPARED_LOG_LOSS].high, 0.004);
    ck_assert_double_eq(facts.comparison.difference[ASSAY_COMPARED_NET_BENEFIT].low, -0.005);
    ck_assert_uint_eq(facts.comparison.zoned, 1249);
    ck_assert_uint_eq(facts.comparison.moved, 67);
    ck_assert_int_eq(facts.comparison.promotion, ASSAY_AUDIT_PROMOTE);
    assay_json_free(doc);
    assay_text_clear(&text);
}
END_TEST

/* An interim audit of rows that all wait has neither "quality" nor "metrics" nor "comparison". */
START_TEST(an_audit_without_outcomes_need_not_have_measured)
{
    static const char text[] =
        "{\"format\": \"assay-audit/1\", \"created\": \"2026-10-02\", \"score_column\": "
        "\"health\", \"champion\": null, \"rules\": {\"file\": \"r.json\"}, \"data\": " DATA(
            "0", "0", "null") ", \"verdict\": " VERDICT("inconclusive", "none yet") "}";
    struct assay_json *doc;
    struct assay_audit_facts facts;
    struct assay_error err = {0};
    ck_assay_ok(assay_json_parse("audit.json", text, strlen(text), ASSAY_JSON_STRICT, &doc, &err));
    ck_assay_ok(assay_audit_facts_read(doc, &facts, &err));
    ck_assert_str_eq(facts.score_column, "health");
    ck_assert_str_eq(facts.rules, "r.json");
    ck_assert_ptr_null(facts.model.digest);
    ck_assert(isnan(facts.oe_ratio.value) && !facts.repeated);
    ck_assert_int_eq(facts.comparison.promotion, ASSAY_AUDIT_NO_PROMOTION);
    assay_json_free(doc);
}
END_TEST

/* `from` in the audit that opens every gate becomes `to`. */
static const struct {
    const char *from, *to, *message;
} damaged[] = {
    {"assay-audit/1", "assay-model/1",
     "audit.json:1:2: \"format\" is \"assay-model/1\"; expected \"assay-audit/1\""},
    {"\"format\": \"assay-audit/1\",", "",
     "audit.json:1:1: no \"format\" here; expected text in quotes"},
    {"2026-10-02", "2026-13-02",
     "audit.json:2:1: \"created\" is \"2026-13-02\"; expected a date as \"2026-06-30\""},
    {"\"2026-10-02\"", "null", "audit.json:2:1: \"created\" is null; expected text in quotes"},
    {"\"model\"", "\"modle\"", "audit.json:1:1: no \"model\" here; expected an object in braces"},
    {"\"version\": \"candidate\"", "\"version\": 3",
     "audit.json:3:30: \"version\" is 3; expected text in quotes"},
    {CANDIDATE, "sha256:4",
     "audit.json:3:54: \"digest\" is \"sha256:4\"; expected \"sha256:\" and 64 hexadecimal "
     "digits"},
    {"sha256:4444444", "sha255:4444444",
     "audit.json:3:54: \"digest\" is \"sha255:444444440000000000000000000000000...\"; expected "
     "\"sha256:\" and 64 "
     "hexadecimal digits"},
    {"sha256:4444444", "sha256:444444G",
     "audit.json:3:54: \"digest\" is \"sha256:444444G40000000000000000000000000...\"; expected "
     "\"sha256:\" and 64 "
     "hexadecimal digits"},
    {"\"champion\": {", "\"champion\": 1, \"x\": {",
     "audit.json:4:1: \"champion\" is 1; expected an object in braces"},
    {"\"rules\": null", "\"rules\": {}",
     "audit.json:5:1: no \"file\" here; expected text in quotes"},
    {"\"used\": 1249", "\"used\": 1249.5",
     "audit.json:6:10: \"used\" is 1249.5; expected a whole number from 0 to 9007199254740991"},
    {"\"events\": 109", "\"events\": 1250",
     "audit.json:6:24: \"events\" is 1250; expected a whole number from 0 to "
     "1249"},
    {"\"accounts\": 1249", "\"accounts\": 1250",
     "audit.json:6:39: \"accounts\" is 1250; expected a whole number from 0 to 1249"},
    {", \"accounts\": 1249", "",
     "audit.json:6:1: no \"accounts\" here; expected a whole number from 0 to 1249"},
    {"\"result\": \"pass\"", "\"result\": \"passed\"",
     "audit.json:7:13: \"result\" is \"passed\"; expected \"pass\", \"fail\" or \"inconclusive\""},
    {"pass: 109 churners, and every target is met", "",
     "audit.json:7:31: \"headline\" is \"\"; expected text that is not empty"},
    {"\"in_sample\": false", "\"in_sample\": null",
     "audit.json:8:13: \"in_sample\" is null; expected true or false"},
    {"\"oe_ratio\"", "\"oe\"",
     "audit.json:9:1: no \"oe_ratio\" here; expected an object in braces"},
    {"[0.934, 1.337]", "[1.337, 0.934]",
     "audit.json:9:42: \"interval\" is a list; expected [low, high], the lower one first"},
    {"[0.934, 1.337]", "[0.934]",
     "audit.json:9:42: \"interval\" is a list; expected [low, high] or null"},
    {"\"value\": 1.118, ", "", "audit.json:9:13: no \"value\" here; expected a number"},
    {"\"n\": 1249,", "\"n\": 1250,",
     "audit.json:10:16: \"n\" is 1250; expected a whole number from 0 to 1249"},
    {"\"words\": \"Compared.\"", "\"words\": \"\"",
     "audit.json:10:27: \"words\" is \"\"; expected text that is not empty"},
    {"\"metric\": \"auc\"", "\"metric\": \"gini\"",
     "audit.json:11:18: \"metric\" is \"gini\"; expected \"auc\", \"brier\", \"log_loss\", "
     "\"sensitivity\", "
     "\"specificity\" or \"net_benefit\""},
    {"\"metric\": \"brier\"", "\"metric\": \"auc\"",
     "audit.json:11:101: \"metric\" is \"auc\"; expected each metric once"},
    {"[" AUC ", ", "[", "audit.json:11:1: \"differences\" is a list; expected 6 metrics"},
    {AUC, "7", "audit.json:11:17: found 7; expected a difference: an object"},
    {"\"from\": \"Healthy\", ", "", "audit.json:12:109: no \"from\" here; expected text in quotes"},
    {"\"n\": 682", "\"n\": 683",
     "audit.json:12:146: \"n\" is 683; expected a whole number from 0 to 682"},
    {MOVE("Healthy", "Healthy", "682"), "[]",
     "audit.json:12:109: found a list; expected a move: an object"},
    {"\"promote\"", "\"promoted\"",
     "audit.json:13:15: \"result\" is \"promoted\"; expected \"promote\", \"keep\" or "
     "\"undecided\""},
    {"in the model", "--rules easy.json",
     "audit.json:13:36: \"declared\" is \"--rules easy.json\"; expected \"in the model\""},
    {"Promote the new model: every margin holds.", "",
     "audit.json:13:64: \"words\" is \"\"; expected text that is not empty"},
    {"\"champion\": " MODEL("1.0.0", RELEASED_DIGEST), "\"champion\": null",
     "audit.json:10:1: \"comparison\" is an object; expected null, as \"champion\" is"},
};

START_TEST(a_damaged_audit_is_refused_with_its_place)
{
    struct assay_text text = audit_text(&(struct audit_parts){0}, CANDIDATE), changed = {0};
    struct assay_audit_facts facts, untouched;
    struct assay_error err = {0};
    const char *at = strstr(text.data, damaged[_i].from);
    ck_assert_msg(at != NULL, "the audit has no %s", damaged[_i].from);
    assay_text_add(&changed, text.data, (size_t)(at - text.data));
    assay_text_puts(&changed, damaged[_i].to);
    assay_text_puts(&changed, at + strlen(damaged[_i].from));
    struct assay_json *doc = parse(&changed);
    memset(&facts, 7, sizeof facts);
    memset(&untouched, 7, sizeof untouched);
    ck_assert_int_eq(assay_audit_facts_read(doc, &facts, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, damaged[_i].message);
    ck_assert_mem_eq(&facts, &untouched, sizeof facts);
    assay_json_free(doc);
    assay_text_clear(&changed);
    assay_text_clear(&text);
}
END_TEST

START_TEST(what_is_no_object_is_no_audit)
{
    struct assay_json *doc;
    struct assay_audit_facts facts;
    struct assay_error err = {0};
    ck_assay_ok(assay_json_parse("audit.json", "[1]", 3, ASSAY_JSON_STRICT, &doc, &err));
    ck_assert_int_eq(assay_audit_facts_read(doc, &facts, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "audit.json:1:1: found a list; expected an audit: an object");
    assay_json_free(doc);
}
END_TEST

/* The answers must not hang on the order in which an audit lists things. */
START_TEST(the_order_of_lists_does_not_matter)
{
    static const char *const metrics[] = {AUC,         BRIER,       LOG_LOSS,
                                          SENSITIVITY, SPECIFICITY, NET_BENEFIT};
    static const char *const moves[] = {
        MOVE("Critical", "Critical", "500"), MOVE("Critical", "At Risk", "60"),
        MOVE("Neutral", "Healthy", "7"), MOVE("Healthy", "Healthy", "682")};
    struct test_random random = {(uint64_t)_i};
    struct scene scene;
    struct assay_gates first = {0};
    struct assay_error err = {0};
    scene_open(&scene);
    ck_assay_ok(scene_audit(&scene, &(struct audit_parts){0}, &err));
    ck_assay_ok(assay_gates_ask(&scene.input, &first, &err));
    assay_json_free(scene.audit);
    size_t order[COUNT(metrics)] = {0, 1, 2, 3, 4, 5};
    struct assay_text differences = {0}, moved = {0};
    for (size_t k = COUNT(order); k-- > 0;) {
        size_t other = test_below(&random, k + 1), kept = order[k];
        order[k] = order[other];
        order[other] = kept;
    }
    for (size_t k = 0; k < COUNT(order); k++)
        assay_text_printf(&differences, "%s %s", k == 0 ? "[" : ",", metrics[order[k]]);
    for (size_t k = 0, n = 0; k < COUNT(order); k++)
        if (order[k] < COUNT(moves))
            assay_text_printf(&moved, "%s %s", n++ == 0 ? "[" : ",", moves[order[k]]);
    assay_text_putc(&differences, ']');
    assay_text_putc(&moved, ']');
    ck_assay_ok(scene_audit(
        &scene, &(struct audit_parts){.differences = differences.data, .moves = moved.data}, &err));
    ck_assay_ok(assay_gates_ask(&scene.input, &scene.gates, &err));
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        ck_assert_int_eq(scene.gates.gate[g].result, first.gate[g].result);
        ck_assert_str_eq(scene.gates.gate[g].found, first.gate[g].found);
    }
    assay_text_clear(&differences);
    assay_text_clear(&moved);
    assay_gates_clear(&first);
    scene_close(&scene);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, facts_are_those_of_the_file);
    tcase_add_test(tc, an_audit_without_outcomes_need_not_have_measured);
    tcase_add_loop_test(tc, a_damaged_audit_is_refused_with_its_place, 0, COUNT(damaged));
    tcase_add_test(tc, what_is_no_object_is_no_audit);
    tcase_add_loop_test(tc, the_order_of_lists_does_not_matter, 0, 20);
}

ASSAY_SUITE("release/audit_facts", add_tests)
