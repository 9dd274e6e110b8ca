#include "core/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/json_scan.h"
#include "tests/support/suite.h"

static struct assay_json *parse(const char *text, enum assay_json_flavour flavour)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    ck_assay_ok(assay_json_parse("t.json", text, strlen(text), flavour, &doc, &err));
    return doc;
}

/* ---- the strict scan ---- */

#define NUMBER "expected a number as JSON writes it, within the range of double"
#define ESCAPE "expected an escape that JSON has (\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)"
#define CONTROL "expected a closing quote (a line end or control character in text is written " \
                "\\n or \\u00..)"
#define PAIR "expected both halves of a surrogate pair, \\ud8.. to \\udb.. first"

static const struct {
    const char *text, *message;
} bad[] = {
    {"", "t.json:1:1: the file ends here; expected a JSON value"},
    {" \n  ", "t.json:2:3: the file ends here; expected a JSON value"},
    {"{\"a\": 1, \"a\": 2}",
     "t.json:1:10: key \"a\" stands here a second time; expected it once"},
    {"{\"a\": 1,\n\"\\u0061\": 2}",
     "t.json:2:1: key \"a\" stands here a second time; expected it once"},
    {"[{\"b\": {\"a\": 1, \"b\": 2, \"a\": 3}}]",
     "t.json:1:25: key \"a\" stands here a second time; expected it once"},
    {"{\"\": 1, \"\": 2}", "t.json:1:9: key \"\" stands here a second time; expected it once"},
    {"{\"a\": 1,}", "t.json:1:9: \"}\"; expected a key in quotes"},
    {"[1, 2,]", "t.json:1:7: \"]\"; expected a JSON value"},
    {"[,1]", "t.json:1:2: \",1]\"; expected a JSON value"},
    {"[1 2]", "t.json:1:4: \"2]\"; expected \",\" or \"]\""},
    {"{\"a\" 1}", "t.json:1:6: \"1}\"; expected \":\" behind the key"},
    {"{\"a\": 1 \"b\": 2}", "t.json:1:9: \"\"b\": 2}\"; expected \",\" or \"}\""},
    {"{a: 1}", "t.json:1:2: \"a: 1}\"; expected a key in quotes"},
    {"{\"a\": 1", "t.json:1:8: the file ends here; expected \",\" or \"}\""},
    {"[1", "t.json:1:3: the file ends here; expected \",\" or \"]\""},
    {"[", "t.json:1:2: the file ends here; expected a JSON value"},
    {"{", "t.json:1:2: the file ends here; expected a key in quotes"},
    {"[1}", "t.json:1:3: \"}\"; expected \",\" or \"]\""},
    {"01", "t.json:1:1: \"01\"; " NUMBER},
    {"-01", "t.json:1:1: \"-01\"; " NUMBER},
    {"1.", "t.json:1:1: \"1.\"; " NUMBER},
    {"1.e5", "t.json:1:1: \"1.e5\"; " NUMBER},
    {".5", "t.json:1:1: \".5\"; " NUMBER},
    {"-.5", "t.json:1:1: \"-.5\"; " NUMBER},
    {"+1", "t.json:1:1: \"+1\"; " NUMBER},
    {"-", "t.json:1:1: \"-\"; " NUMBER},
    {"--1", "t.json:1:1: \"--1\"; " NUMBER},
    {"1e", "t.json:1:1: \"1e\"; " NUMBER},
    {"1e+", "t.json:1:1: \"1e+\"; " NUMBER},
    {"1e5.5", "t.json:1:1: \"1e5.5\"; " NUMBER},
    {"[1e999]", "t.json:1:2: \"1e999]\"; " NUMBER},
    {"[-1e999]", "t.json:1:2: \"-1e999]\"; " NUMBER},
    {"0x10", "t.json:1:2: \"x10\"; expected nothing behind the value"},
    {"NaN", "t.json:1:1: \"NaN\"; expected a JSON value"},
    {"[Infinity]", "t.json:1:2: \"Infinity]\"; expected a JSON value"},
    {"[-Infinity]", "t.json:1:2: \"-Infinity]\"; " NUMBER},
    {"True", "t.json:1:1: \"True\"; expected a JSON value"},
    {"nul", "t.json:1:1: \"nul\"; expected a JSON value"},
    {"nullx", "t.json:1:5: \"x\"; expected nothing behind the value"},
    {"'a'", "t.json:1:1: \"'a'\"; expected a JSON value"},
    {"\"abc", "t.json:1:5: the file ends here; expected a closing quote"},
    {"\"abc\\\"", "t.json:1:7: the file ends here; expected a closing quote"},
    {"[\"a\nb\"]", "t.json:1:4: \"\\x0a\"; " CONTROL},
    {"[\"a\tb\"]", "t.json:1:4: \"\\x09b\"]\"; " CONTROL},
    {"\"\\x\"", "t.json:1:2: \"\\x\"\"; " ESCAPE},
    {"\"\\", "t.json:1:2: \"\\\"; " ESCAPE},
    {"\"\\u12g4\"", "t.json:1:2: \"\\u12g4\"\"; expected four hexadecimal digits behind \\u"},
    {"\"\\u12\"", "t.json:1:2: \"\\u12\"\"; expected four hexadecimal digits behind \\u"},
    {"\"\\u0000\"", "t.json:1:2: \"\\u0000\"\"; expected text without NUL characters"},
    {"\"\\ud800\"", "t.json:1:2: \"\\ud800\"\"; " PAIR},
    {"\"\\uDC00\"", "t.json:1:2: \"\\uDC00\"\"; " PAIR},
    {"\"\\ud83d\\u0041\"", "t.json:1:2: \"\\ud83d\\u0041\"; " PAIR},
    {"\"\xff\"", "t.json:1:2: \"\\xff\"\"; expected text in UTF-8"},
    {"\"a\xc0\xaf\"", "t.json:1:2: \"a\\xc0\\xaf\"\"; expected text in UTF-8"},
    {"\"\xed\xa0\x80\"", "t.json:1:2: \"\\xed\\xa0\\x80\"\"; expected text in UTF-8"},
    {"{\"\xe9\": 1}", "t.json:1:3: \"\\xe9\": 1}\"; expected text in UTF-8"},
    {"1 2", "t.json:1:3: \"2\"; expected nothing behind the value"},
    {"{} []", "t.json:1:4: \"[]\"; expected nothing behind the value"},
    {"[]]", "t.json:1:3: \"]\"; expected nothing behind the value"},
    {" \xef\xbb\xbf{}", "t.json:1:2: \"\xef\xbb\xbf{}\"; expected a JSON value"},
    {"\xef\xbb\xbf\xef\xbb\xbf{}", "t.json:1:1: \"\xef\xbb\xbf{}\"; expected a JSON value"},
    {"1 // one", "t.json:1:3: \"// one\"; expected nothing behind the value"},
    {"// one\n1", "t.json:1:1: \"// one\"; expected a JSON value"},
    {"[1, /* two */ 2]", "t.json:1:5: \"/* two */ 2]\"; expected a JSON value"},
    {"\v1", "t.json:1:1: \"\\x0b1\"; expected a JSON value"},
    /* Not cut through the middle of the twelfth character. */
    {"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.\xc3\xa4",
     "t.json:1:1: \"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4.\"; expected a JSON value"},
};

START_TEST(bad_text_is_refused_where_it_goes_wrong)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    ck_assert_int_eq(assay_json_parse("t.json", bad[_i].text, strlen(bad[_i].text),
                                      ASSAY_JSON_STRICT, &doc, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_ptr_null(doc);
}
END_TEST

START_TEST(the_usual_slips_come_with_their_remedy)
{
    static const struct {
        const char *text, *hint;
    } slips[] = {
        {"id,logins,churned\n", "This is not a JSON file; is it the right one?"},
        {"{'a': 1}", "JSON wants double quotes."},
        {"[1, 2, ]", "Take out the comma before it."},
        {"{\"a\": 1,\n}", "Take out the comma before it."},
        {"{\"a\": 1\n \"b\": 2}", "A comma is missing before it."},
        {"{\"a\": \"x\" \"b\"}", "A comma is missing before it."},
        {"{\"a\": 01}", ""},
        {"[1", ""},
    };
    for (size_t k = 0; k < COUNT(slips); k++) {
        struct assay_error err = {0};
        struct assay_json *doc = NULL;
        ck_assert_int_eq(assay_json_parse("t.json", slips[k].text, strlen(slips[k].text),
                                          ASSAY_JSON_STRICT, &doc, &err),
                         ASSAY_EFORMAT);
        ck_assert_str_eq(err.hint, slips[k].hint);
    }
}
END_TEST

static const struct {
    const char *text, *message;
} bad_commented[] = {
    {"[1, /* two */ 2]", "t.json:1:5: \"/* two */ 2]\"; expected a JSON value"},
    {"[1, / 2]", "t.json:1:5: \"/ 2]\"; expected a JSON value"},
    {"# one\n1", "t.json:1:1: \"# one\"; expected a JSON value"},
    {"// nothing", "t.json:1:11: the file ends here; expected a JSON value"},
    {"[1, // ]\n 2,\n]", "t.json:3:1: \"]\"; expected a JSON value"},
};

START_TEST(comments_are_line_comments_and_keep_places)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    const char *text = bad_commented[_i].text;
    ck_assert_int_eq(
        assay_json_parse("t.json", text, strlen(text), ASSAY_JSON_COMMENTS, &doc, &err),
        ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, bad_commented[_i].message);
}
END_TEST

START_TEST(a_nul_byte_is_not_the_end)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    ck_assert_int_eq(assay_json_parse("t.json", "1\0 2", 4, ASSAY_JSON_STRICT, &doc, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "t.json:1:2: \"\\x00 2\"; expected nothing behind the value");
    ck_assert_int_eq(assay_json_parse("t.json", "[\0]", 3, ASSAY_JSON_STRICT, &doc, &err),
                     ASSAY_EFORMAT);
    ck_assert_str_eq(err.message, "t.json:1:2: \"\\x00]\"; expected a JSON value");
}
END_TEST

START_TEST(text_ends_where_its_length_says)
{
    struct assay_error err = {0};
    struct assay_json *doc = NULL;
    ck_assay_ok(assay_json_parse("t.json", "12345", 3, ASSAY_JSON_STRICT, &doc, &err));
    ck_assert_double_eq(assay_json_number(assay_json_root(doc)), 123);
    assay_json_free(doc);
}
END_TEST

/* 64 levels are read, the 65th is refused at its own bracket; objects count like lists. */
START_TEST(nesting_ends_at_64_levels)
{
    struct assay_error err = {0};
    char text[1024] = "";
    size_t place = 0;
    for (int depth = 0; depth < ASSAY_JSON_MAX_DEPTH; depth++)
        strcat(text, depth % 2 == 0 ? "[" : "{\"k\":");
    place = strlen(text) + 1;
    char deeper[1100];
    snprintf(deeper, sizeof deeper, "%s[]", text);
    strcat(text, "0");
    for (int depth = ASSAY_JSON_MAX_DEPTH - 1; depth >= 0; depth--)
        strcat(text, depth % 2 == 0 ? "]" : "}");
    struct assay_json *doc = parse(text, ASSAY_JSON_STRICT);
    assay_json_free(doc);
    ck_assert_int_eq(
        assay_json_parse("t.json", deeper, strlen(deeper), ASSAY_JSON_STRICT, &doc, &err),
        ASSAY_EFORMAT);
    char message[128];
    snprintf(message, sizeof message, "t.json:1:%zu: \"[]\"; expected at most 64 levels of nesting",
             place);
    ck_assert_str_eq(err.message, message);
}
END_TEST

START_TEST(sibling_containers_do_not_add_to_the_depth)
{
    char text[1024] = "[";
    for (int k = 0; k < 200; k++)
        strcat(text, k > 0 ? ",[]" : "[]");
    strcat(text, "]");
    struct assay_json *doc = parse(text, ASSAY_JSON_STRICT);
    ck_assert_uint_eq(assay_json_count(assay_json_root(doc)), 200);
    assay_json_free(doc);
}
END_TEST

/* ---- what is read ---- */

START_TEST(comments_are_blanks_outside_strings_only)
{
    struct assay_json *doc = parse("// a health score\n"
                                   "{\"url\": \"http://x\", // where \"quotes\" mean nothing\n"
                                   " \"quote\": \"\\\"// still text\" // { [\n"
                                   "}// end",
                                   ASSAY_JSON_COMMENTS);
    const struct cJSON *root = assay_json_root(doc);
    ck_assert_str_eq(assay_json_string(assay_json_get(root, "url")), "http://x");
    ck_assert_str_eq(assay_json_string(assay_json_get(root, "quote")), "\"// still text");
    ck_assert_uint_eq(assay_json_count(root), 2);
    assay_json_free(doc);
}
END_TEST

START_TEST(a_byte_order_mark_at_the_start_is_passed_over)
{
    struct assay_json *doc = parse("\xef\xbb\xbf{\"a\": 1}", ASSAY_JSON_STRICT);
    ck_assert_str_eq(assay_json_place(doc, assay_json_root(doc)), "t.json:1:1");
    assay_json_free(doc);
}
END_TEST

START_TEST(values_are_what_the_text_says)
{
    struct assay_json *doc =
        parse("{\"s\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xc3\xa9\", \"t\": true,\r\n"
              "\t\"f\": false, \"n\": null, \"l\": [1, -0, 0.1, 1E+2, 5e-324], \"e\": {}, \"E\": []}",
              ASSAY_JSON_STRICT);
    const struct cJSON *root = assay_json_root(doc);
    ck_assert(assay_json_is_object(root));
    ck_assert_str_eq(assay_json_string(assay_json_get(root, "s")),
                     "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xc3\xa9");
    ck_assert(assay_json_is_bool(assay_json_get(root, "t")));
    ck_assert(assay_json_bool(assay_json_get(root, "t")));
    ck_assert(!assay_json_bool(assay_json_get(root, "f")));
    ck_assert(assay_json_is_null(assay_json_get(root, "n")));
    ck_assert(assay_json_is_object(assay_json_get(root, "e")));
    ck_assert(assay_json_is_array(assay_json_get(root, "E")));
    ck_assert_ptr_null(assay_json_first(assay_json_get(root, "E")));
    ck_assert_ptr_null(assay_json_get(root, "S")); /* keys keep their case */
    const double want[] = {1, -0.0, 0.1, 100, 5e-324};
    const struct cJSON *value = assay_json_first(assay_json_get(root, "l"));
    for (size_t k = 0; k < COUNT(want); k++, value = assay_json_next(value)) {
        double got = assay_json_number(value);
        ck_assert_mem_eq(&got, &want[k], sizeof got);
    }
    ck_assert_ptr_null(value);
    assay_json_free(doc);
}
END_TEST

/* cJSON copies a number into memory of its own; a long one may not be cut there. */
START_TEST(numbers_of_any_length_are_read_whole)
{
    char text[1200] = "";
    for (int zeros = 1; zeros < 1000; zeros += 37) {
        snprintf(text, sizeof text, "[0.%0*d7e%d]", zeros, 0, zeros);
        struct assay_json *doc = parse(text, ASSAY_JSON_STRICT);
        ck_assert_double_eq(assay_json_number(assay_json_first(assay_json_root(doc))), 0.7);
        assay_json_free(doc);
    }
}
END_TEST

START_TEST(places_are_those_of_keys_and_elements)
{
    struct assay_json *doc = parse("{\n  \"a\": [1,\n    {\"b\": 2}],\n  \"c\":\n 3}", 0);
    const struct cJSON *root = assay_json_root(doc), *a = assay_json_get(root, "a");
    const struct cJSON *second = assay_json_next(assay_json_first(a));
    ck_assert_str_eq(assay_json_place(doc, root), "t.json:1:1");
    ck_assert_str_eq(assay_json_place(doc, a), "t.json:2:3");
    ck_assert_str_eq(assay_json_place(doc, assay_json_first(a)), "t.json:2:9");
    ck_assert_str_eq(assay_json_place(doc, second), "t.json:3:5");
    ck_assert_str_eq(assay_json_place(doc, assay_json_get(second, "b")), "t.json:3:6");
    ck_assert_str_eq(assay_json_place(doc, assay_json_get(root, "c")), "t.json:4:3");
    ck_assert_str_eq(assay_json_key(assay_json_get(root, "c")), "c");
    ck_assert_str_eq(assay_json_name(doc), "t.json");
    assay_json_free(doc);
}
END_TEST

/* Comparing keys pair by pair takes minutes here; sorting them takes less than a second, and the
 * limit leaves room for the slowest of sanitizers. */
START_TEST(an_object_of_many_keys_is_read_in_seconds)
{
    enum { N = 500000, LIMIT = 30 };
    clock_t start = clock();
    char *text = malloc(N * 16), *at = text;
    *at++ = '{';
    for (int k = 0; k < N; k++)
        at += sprintf(at, "%s\"k%06d\":0", k > 0 ? "," : "", k);
    strcpy(at, "}");
    struct assay_json *doc = parse(text, ASSAY_JSON_STRICT);
    ck_assert_uint_eq(assay_json_count(assay_json_root(doc)), N);
    assay_json_free(doc);
    free(text);
    ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, LIMIT);
}
END_TEST

/* ---- asking ---- */

static const char *const colours[] = {"red", "green", "blue"};

enum asked { OBJECT, ARRAY, STRING, NUMBER_, BOOL, COUNT_, WORD, NUMBERS };

static enum assay_status ask(struct assay_json *doc, enum asked asked, const char *key,
                             struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc), *value = NULL;
    const char *text;
    double number, *numbers = NULL;
    bool yes;
    size_t n;
    enum assay_status status = ASSAY_OK;
    switch (asked) {
    case OBJECT:
        return assay_json_want_object(doc, root, key, &value, err);
    case ARRAY:
        return assay_json_want_array(doc, root, key, &value, err);
    case STRING:
        return assay_json_want_string(doc, root, key, &text, err);
    case NUMBER_:
        return assay_json_want_number(doc, root, key, &number, err);
    case BOOL:
        return assay_json_want_bool(doc, root, key, &yes, err);
    case COUNT_:
        return assay_json_want_count(doc, root, key, 2, 100, &n, err);
    case WORD:
        return assay_json_want_word(doc, root, key, colours, COUNT(colours), &n, err);
    case NUMBERS:
        status = assay_json_want_numbers(doc, root, key, &numbers, &n, err);
        free(numbers);
        return status;
    }
    return status;
}

static const struct {
    enum asked asked;
    const char *text, *message;
} unmet[] = {
    {OBJECT, "{}", "t.json:1:1: no \"k\" here; expected an object in braces"},
    {OBJECT, "{\"k\": []}", "t.json:1:2: \"k\" is a list; expected an object in braces"},
    {ARRAY, "{}", "t.json:1:1: no \"k\" here; expected a list in brackets"},
    {ARRAY, "{\"k\": {}}", "t.json:1:2: \"k\" is an object; expected a list in brackets"},
    {STRING, "\n {\"K\": \"x\"}", "t.json:2:2: no \"k\" here; expected text in quotes"},
    {STRING, "{\"k\": null}", "t.json:1:2: \"k\" is null; expected text in quotes"},
    {NUMBER_, "{}", "t.json:1:1: no \"k\" here; expected a number"},
    {NUMBER_, "{\"k\": \"7\"}", "t.json:1:2: \"k\" is \"7\"; expected a number"},
    {NUMBER_, "{\"k\": \"a\\nb\"}", "t.json:1:2: \"k\" is \"a\\x0ab\"; expected a number"},
    {NUMBER_, "{\"k\": true}", "t.json:1:2: \"k\" is true; expected a number"},
    {BOOL, "{}", "t.json:1:1: no \"k\" here; expected true or false"},
    {BOOL, "{\"k\": 0.1}", "t.json:1:2: \"k\" is 0.1; expected true or false"},
    {COUNT_, "{}", "t.json:1:1: no \"k\" here; expected a whole number from 2 to 100"},
    {COUNT_, "{\"k\": 1}", "t.json:1:2: \"k\" is 1; expected a whole number from 2 to 100"},
    {COUNT_, "{\"k\": 101}", "t.json:1:2: \"k\" is 101; expected a whole number from 2 to 100"},
    {COUNT_, "{\"k\": 2.5}", "t.json:1:2: \"k\" is 2.5; expected a whole number from 2 to 100"},
    {COUNT_, "{\"k\": -3}", "t.json:1:2: \"k\" is -3; expected a whole number from 2 to 100"},
    {COUNT_, "{\"k\": false}", "t.json:1:2: \"k\" is false; expected a whole number from 2 to 100"},
    {WORD, "{}", "t.json:1:1: no \"k\" here; expected \"red\", \"green\" or \"blue\""},
    {WORD, "{\"k\": \"Red\"}",
     "t.json:1:2: \"k\" is \"Red\"; expected \"red\", \"green\" or \"blue\""},
    {WORD, "{\"k\": 1}", "t.json:1:2: \"k\" is 1; expected \"red\", \"green\" or \"blue\""},
    {NUMBERS, "{\"k\": 3}", "t.json:1:2: \"k\" is 3; expected a list in brackets"},
    {NUMBERS, "{\"k\": [1, null]}", "t.json:1:11: found null; expected a number in \"k\""},
};

START_TEST(getters_say_what_they_found_and_wanted)
{
    struct assay_error err = {0};
    struct assay_json *doc = parse(unmet[_i].text, ASSAY_JSON_STRICT);
    ck_assert_int_eq(ask(doc, unmet[_i].asked, "k", &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, unmet[_i].message);
    assay_json_free(doc);
}
END_TEST

START_TEST(getters_give_what_is_there)
{
    struct assay_error err = {0};
    struct assay_json *doc = parse("{\"o\": {\"x\": 1}, \"a\": [1], \"s\": \"\", \"d\": -1.5,"
                                   " \"b\": true, \"c\": 100, \"w\": \"blue\", \"v\": [3, 2.5],"
                                   " \"none\": []}",
                                   ASSAY_JSON_STRICT);
    const struct cJSON *root = assay_json_root(doc), *value;
    const char *text;
    double number, *numbers;
    bool yes = false;
    size_t n;
    ck_assay_ok(assay_json_want_object(doc, root, "o", &value, &err));
    ck_assert_uint_eq(assay_json_count(value), 1);
    ck_assay_ok(assay_json_want_array(doc, root, "a", &value, &err));
    ck_assert(assay_json_is_array(value));
    ck_assay_ok(assay_json_want_string(doc, root, "s", &text, &err));
    ck_assert_str_eq(text, "");
    ck_assay_ok(assay_json_want_number(doc, root, "d", &number, &err));
    ck_assert_double_eq(number, -1.5);
    ck_assay_ok(assay_json_want_bool(doc, root, "b", &yes, &err));
    ck_assert(yes);
    ck_assay_ok(assay_json_want_count(doc, root, "c", 100, 100, &n, &err));
    ck_assert_uint_eq(n, 100);
    ck_assay_ok(assay_json_want_word(doc, root, "w", colours, COUNT(colours), &n, &err));
    ck_assert_uint_eq(n, 2);
    ck_assay_ok(assay_json_want_numbers(doc, root, "v", &numbers, &n, &err));
    ck_assert_uint_eq(n, 2);
    ck_assert_double_eq(numbers[1], 2.5);
    free(numbers);
    ck_assay_ok(assay_json_want_numbers(doc, root, "none", &numbers, &n, &err));
    ck_assert_uint_eq(n, 0);
    free(numbers);
    assay_json_free(doc);
}
END_TEST

START_TEST(unknown_keys_are_named_with_the_nearest)
{
    static const char *const keys[] = {"sensitivity", "specificity"};
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"{\"sensitivty\": 1}", "t.json:1:2: unknown key \"sensitivty\" in \"targets\"",
         "Did you mean \"sensitivity\"?"},
        {"{\"specificity\": 1,\n \"Specifcity\": 1}",
         "t.json:2:2: unknown key \"Specifcity\" in \"targets\"", "Did you mean \"specificity\"?"},
        {"{\"auc\": 1}", "t.json:1:2: unknown key \"auc\" in \"targets\"",
         "Known keys: \"sensitivity\", \"specificity\"."},
    };
    struct assay_error err = {0};
    struct assay_json *doc = parse(cases[_i].text, ASSAY_JSON_STRICT);
    ck_assert_int_eq(assay_json_check_keys(doc, assay_json_root(doc), "\"targets\"", keys,
                                           COUNT(keys), &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, cases[_i].message);
    ck_assert_str_eq(err.hint, cases[_i].hint);
    assay_json_free(doc);
}
END_TEST

/* A key is the file's text as much as a value is: one line, whatever it holds. */
START_TEST(a_message_about_a_strange_key_stays_on_one_line)
{
    struct assay_error err = {0};
    struct assay_json *doc = parse("{\"a\\nb\": 200}", ASSAY_JSON_STRICT);
    enum assay_status status = assay_json_wrong(doc, assay_json_first(assay_json_root(doc)), &err,
                                                "points up to %d", 100);
    ck_assert_int_eq(status, ASSAY_EDATA);
    ck_assert_str_eq(err.message, "t.json:1:2: \"a\\x0ab\" is 200; expected points up to 100");
    assay_json_free(doc);
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    static const char text[] = "// c\n{\"a\": [1, {\"b\": \"x\", \"c\": null}], \"d\": {\"e\": [[]]}}";
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_json *doc = NULL;
        test_fail_allocation(n);
        enum assay_status status =
            assay_json_parse("t.json", text, strlen(text), ASSAY_JSON_COMMENTS, &doc, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        if (!reached) {
            ck_assay_ok(status);
            assay_json_free(doc);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory reading JSON");
        ck_assert_ptr_null(doc);
    }
    ck_assert_uint_gt(n, 5); /* document, name, text, offsets, spots, members */
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, bad_text_is_refused_where_it_goes_wrong, 0, COUNT(bad));
    tcase_add_test(tc, the_usual_slips_come_with_their_remedy);
    tcase_add_loop_test(tc, comments_are_line_comments_and_keep_places, 0, COUNT(bad_commented));
    tcase_add_test(tc, a_nul_byte_is_not_the_end);
    tcase_add_test(tc, text_ends_where_its_length_says);
    tcase_add_test(tc, nesting_ends_at_64_levels);
    tcase_add_test(tc, sibling_containers_do_not_add_to_the_depth);
    tcase_add_test(tc, comments_are_blanks_outside_strings_only);
    tcase_add_test(tc, a_byte_order_mark_at_the_start_is_passed_over);
    tcase_add_test(tc, values_are_what_the_text_says);
    tcase_add_test(tc, numbers_of_any_length_are_read_whole);
    tcase_add_test(tc, places_are_those_of_keys_and_elements);
    tcase_add_test(tc, an_object_of_many_keys_is_read_in_seconds);
    tcase_add_loop_test(tc, getters_say_what_they_found_and_wanted, 0, COUNT(unmet));
    tcase_add_test(tc, getters_give_what_is_there);
    tcase_add_loop_test(tc, unknown_keys_are_named_with_the_nearest, 0, 3);
    tcase_add_test(tc, a_message_about_a_strange_key_stays_on_one_line);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("base/json", add_tests)
