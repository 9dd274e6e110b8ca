/* Records as files: read back, copied, refused where damaged, held to the schema; and without
 * memory. */
#include <math.h>

#include "release/record/json_copy.h"
#include "tests/release/recorded.h"
#include "tests/release/schema.h"
#include "tests/support/random.h"

/* ---- reading ---- */

static const struct {
    const char *from, *to, *message;
} damages[] = {
    {"\"assay-release/1\"", "\"assay-release/2\"",
     "r.json:2:3: \"format\" is \"assay-release/2\"; expected \"assay-release/1\""},
    {"\"format\": \"assay-release/1\",", "",
     "r.json:1:1: no \"format\" here; expected text in quotes"},
    {"\"name\": \"by hand\"", "\"nam\": \"by hand\"",
     "r.json:3:3: unknown key \"nam\" in a release record"},
    {"\"version\": \"1.1.0\"", "\"version\": \"1.1\"",
     "r.json:4:3: \"version\" is \"1.1\"; expected a version number, \"1.2.3\""},
    {"\"at\": \"2026-10-05T09:30:00Z\"", "\"at\": \"2026-10-05\"",
     "r.json:5:3: \"at\" is \"2026-10-05\"; expected a second, \"2026-10-05T09:30:00Z\""},
    {"\"approver\": \"Dana Reyes\"", "\"approver\": 7",
     "r.json:6:3: \"approver\" is 7; expected text in quotes, or null"},
    {"\"notes\": \"Logins count more.\",", "",
     "r.json:1:1: no \"notes\" here; expected text in quotes, or null"},
    {"\"digest\": \"sha256:4", "\"digest\": \"sha256:",
     "r.json:9:5: \"digest\" is \"sha256:444444444444444444444444444444444...\"; expected a "
     "digest, \"sha256:\" and "
     "64 hexadecimal digits"},
    {"\"created\": \"2026-07-01\"", "\"created\": \"2026-02-30\"",
     "r.json:11:5: \"created\" is \"2026-02-30\"; expected a day, \"2026-10-05\""},
    {"\"rows\": 900", "\"rows\": -1",
     "r.json:16:5: \"rows\" is -1; expected a whole number from 0 up"},
    {"\"gates\": [", "\"gates\": {}, \"x\": [",
     "r.json:25:16: unknown key \"x\" in a release record"},
    {"\"override\": null", "\"override\": []",
     "r.json:87:3: \"override\" is a list; expected an object in braces, or null"},
    /* of these the place depends on what changed: only that they are refused */
    {"\"8 flagged accounts churned.\"", "8", NULL},
    {"\"interval\": [0.65, 0.85]", "\"interval\": [0.85, 0.65]", NULL},
    {"\"sha256\": \"e3b0", "\"sha256\": \"E3b0", NULL},
};

START_TEST(a_damaged_record_is_refused_with_its_place)
{
    struct assay_error err = {0};
    struct assay_json *record = NULL;
    struct recorded r;
    recorded_second(&r);
    struct assay_text text = record_of(&r), changed = {0};
    const char *at = strstr(text.data, damages[_i].from);
    ck_assert_msg(at != NULL, "no %s", damages[_i].from);
    assay_text_add(&changed, text.data, (size_t)(at - text.data));
    assay_text_puts(&changed, damages[_i].to);
    assay_text_puts(&changed, at + strlen(damages[_i].from));
    ck_assert_int_eq(assay_record_read("r.json", changed.data, changed.length, &record, &err),
                     ASSAY_EDATA);
    if (damages[_i].message != NULL)
        ck_assert_str_eq(err.message, damages[_i].message);
    ck_assert_ptr_null(record);
    assay_text_clear(&text);
    assay_text_clear(&changed);
    recorded_clear(&r);
}
END_TEST

START_TEST(what_is_no_record_is_refused)
{
    struct assay_error err = {0};
    struct assay_json *record = NULL;
    ck_assert_int_eq(assay_record_read("r", "[]", 2, &record, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "r:1:1: found a list; expected a release record, an object in braces");
    ck_assert_int_eq(assay_record_read("r", "{", 1, &record, &err), ASSAY_EFORMAT);
    ck_assert_int_eq(assay_record_read("r", "", ASSAY_RELEASE_LIMIT + 1, &record, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "r: 16777217 bytes; expected a release record, at most 16777216");
    ck_assert_ptr_null(record);
}
END_TEST

/* ---- copies ---- */

/* Equal but for blanks and line ends between values: blanks within texts are in both. */
static void assert_same_values(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, " \n");
        b += strspn(b, " \n");
        ck_assert_msg(*a == *b, "%.60s\ninstead of\n%.60s", b, a);
        if (*a == '\0')
            return;
    }
}

START_TEST(a_record_copied_says_the_same)
{
    struct assay_error err = {0};
    struct assay_json_writer json = {0};
    struct recorded r;
    recorded_second(&r);
    struct assay_text text = record_of(&r);
    struct assay_json *record = record_read(&text);
    ck_assay_ok(assay_json_copy(&json, NULL, record, assay_json_root(record), &err));
    assert_same_values(text.data, json.out.data);
    assay_text_clear(&json.out);
    assay_json_free(record);
    assay_text_clear(&text);
    recorded_clear(&r);
}
END_TEST

static void put_random(struct assay_json_writer *json, const char *key, struct test_random *random,
                       size_t depth)
{
    static const char *const keys[] = {"a", "b\"\\", "\xc3\xa9", "", "e\n\x01"};
    size_t kind = test_below(random, depth < 8 ? 7 : 5), n = test_below(random, COUNT(keys) + 1);
    double number = ldexp(test_uniform(random) - 0.5, (int)test_below(random, 200) - 100);
    if (kind == 0)
        assay_json_put_string(json, key, keys[test_below(random, COUNT(keys))]);
    else if (kind <= 2)
        assay_json_put_number(json, key,
                              kind == 1 ? number : floor(1e9 * number / fmax(1, fabs(number))));
    else if (kind == 3)
        assay_json_put_bool(json, key, n % 2 == 0);
    else if (kind == 4)
        assay_json_put_null(json, key);
    else {
        assay_json_open(json, key, kind == 5 ? '{' : '[');
        for (size_t k = 0; k < n; k++)
            put_random(json, kind == 5 ? keys[k % COUNT(keys)] : NULL, random, depth + 1);
        assay_json_close(json);
    }
}

/* Random lists come an element a line, which copies of numbers do not: a copy's copy is the same.
 */
START_TEST(copies_keep_every_value)
{
    struct test_random random = {(uint64_t)_i};
    struct assay_json_writer first = {0}, copy[2] = {{.depth = 0}, {.depth = 0}};
    struct assay_error err = {0};
    assay_json_open(&first, NULL, '[');
    for (size_t k = 0; k < 6; k++)
        put_random(&first, NULL, &random, 0);
    assay_json_close(&first);
    const struct assay_text *text = &first.out;
    for (size_t k = 0; k < 2; k++) {
        struct assay_json *doc;
        ck_assay_ok(assay_json_parse("x", text->data, text->length, ASSAY_JSON_STRICT, &doc, &err));
        ck_assay_ok(assay_json_copy(&copy[k], NULL, doc, assay_json_root(doc), &err));
        assay_json_free(doc);
        text = &copy[k].out;
    }
    ck_assert_str_eq(copy[0].out.data, copy[1].out.data);
    assert_same_values(first.out.data, copy[0].out.data);
    assay_text_clear(&first.out);
    assay_text_clear(&copy[0].out);
    assay_text_clear(&copy[1].out);
}
END_TEST

START_TEST(what_nests_too_deep_to_be_written_is_an_error)
{
    struct assay_json_writer json = {0};
    struct assay_error err = {0};
    struct assay_json *doc;
    char text[80] = "";
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    ck_assay_ok(assay_json_parse("x", text, 66, ASSAY_JSON_STRICT, &doc, &err));
    ck_assert_int_eq(assay_json_copy(&json, NULL, doc, assay_json_root(doc), &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "x:1:33: nests too deep; expected 32 levels at most");
    assay_text_clear(&json.out);
    assay_json_free(doc);
}
END_TEST

/* ---- the schema ---- */

static const struct {
    const char *from, *to;
} breaches[] = {
    {"\"format\": \"assay-release/1\"", "\"format\": \"assay-release/2\""},
    {"\"version\": \"1.1.0\"", "\"version\": \"1.1\""},
    {"\"notes\": \"Logins count more.\",", ""},
    {"\"override\": null", "\"override\": {\"reason\": \"x\", \"gates\": []}"},
    {"\"result\": \"open\"", "\"result\": \"ajar\""},
    {"\"signature\": null", "\"signature\": {\"key\": \"abc\"}"},
    {"\"source\": \"audit\"", "\"source\": \"hearsay\""},
    {"\"weights\": null", "\"weights\": []"},
};

static void add_good(struct schema_lines *lines)
{
    static const char *const audits[] = {NULL, audit_of_second, audit_of_first, audit_of_interim,
                                         audit_of_score};
    struct recorded r;
    for (size_t k = 0; k < 2 * COUNT(audits); k++) {
        k % 2 == 0 ? recorded_first(&r) : recorded_second(&r);
        recorded_audit(&r, audits[k / 2]);
        recorded_close(&r, ASSAY_GATE_ZONES, "a", "");
        r.facts.override = k % 3 == 0 ? "so" : NULL;
        r.facts.key_id = k % 4 == 0 ? "0123456789ABCDEF" : NULL;
        struct assay_text text = record_of(&r);
        schema_add(lines, "release", text.data, false);
        assay_text_clear(&text);
        recorded_clear(&r);
    }
}

static void add_bad(struct schema_lines *lines)
{
    struct recorded r;
    recorded_second(&r);
    struct assay_text text = record_of(&r);
    for (size_t k = 0; k < COUNT(breaches); k++) {
        struct assay_text changed = {0};
        const char *at = strstr(text.data, breaches[k].from);
        ck_assert_msg(at != NULL, "no %s", breaches[k].from);
        assay_text_add(&changed, text.data, (size_t)(at - text.data));
        assay_text_puts(&changed, breaches[k].to);
        assay_text_puts(&changed, at + strlen(breaches[k].from));
        schema_add(lines, "release", changed.data, true);
        assay_text_clear(&changed);
    }
    assay_text_clear(&text);
    recorded_clear(&r);
}

/* A schema that lets everything through would follow as well. */
START_TEST(the_schema_has_what_records_have_and_nothing_else)
{
    struct schema_lines lines = {0};
    add_good(&lines);
    add_bad(&lines);
    schema_check(&lines);
}
END_TEST

/* ---- memory ---- */

START_TEST(without_memory_nothing_is_written)
{
    struct recorded r;
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    _i == 0 ? recorded_first(&r) : recorded_second(&r);
    while (status == ASSAY_ENOMEM) {
        struct assay_error err = {0};
        struct assay_text text = {0}, words = {0};
        struct assay_json *record = NULL;
        test_fail_allocation(++n);
        status = assay_record_write(&r.facts, &text, &err);
        if (status == ASSAY_OK)
            status = assay_record_read("r", text.data, text.length, &record, &err);
        if (status == ASSAY_OK)
            status = assay_record_words(record, &words, &err);
        test_fail_allocation(0);
        if (status == ASSAY_ENOMEM) {
            ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
            ck_assert_uint_eq(words.length, 0);
        }
        assay_json_free(record);
        assay_text_clear(&text);
        assay_text_clear(&words);
    }
    ck_assert_int_eq(status, ASSAY_OK);
    ck_assert_uint_gt(n, 30);
    recorded_clear(&r);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_damaged_record_is_refused_with_its_place, 0, COUNT(damages));
    tcase_add_test(tc, what_is_no_record_is_refused);
    tcase_add_test(tc, a_record_copied_says_the_same);
    tcase_add_loop_test(tc, copies_keep_every_value, 0, 50);
    tcase_add_test(tc, what_nests_too_deep_to_be_written_is_an_error);
    tcase_add_test(tc, the_schema_has_what_records_have_and_nothing_else);
    tcase_add_loop_test(tc, without_memory_nothing_is_written, 0, 2);
}

ASSAY_SUITE("release/record_file", add_tests)
