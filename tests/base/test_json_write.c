#include "core/base/json_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

static void check_text(struct assay_json_writer *json, const char *want)
{
    ck_assert(!json->out.failed);
    ck_assert_str_eq(json->out.data, want);
    assay_text_clear(&json->out);
}

START_TEST(objects_take_a_line_a_member_and_lists_of_scalars_one_line)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "name", "a");
    assay_json_put_numbers(&json, "x", (const double[]){1, 0.5, -3}, 3);
    assay_json_open(&json, "signals", '[');
    for (size_t k = 0; k < 2; k++) {
        assay_json_open(&json, NULL, '{');
        assay_json_put_count(&json, "k", k);
        assay_json_close(&json);
    }
    assay_json_close(&json);
    assay_json_open(&json, "matrix", '[');
    assay_json_put_numbers(&json, NULL, (const double[]){1, 2}, 2);
    assay_json_put_numbers(&json, NULL, NULL, 0);
    assay_json_close(&json);
    assay_json_open(&json, "none", '{');
    assay_json_close(&json);
    assay_json_open(&json, "nothing", '[');
    assay_json_close(&json);
    assay_json_put_bool(&json, "yes", true);
    assay_json_put_bool(&json, "no", false);
    assay_json_put_null(&json, "null");
    assay_json_close(&json);
    check_text(&json, "{\n"
                      "  \"name\": \"a\",\n"
                      "  \"x\": [1, 0.5, -3],\n"
                      "  \"signals\": [\n"
                      "    {\n"
                      "      \"k\": 0\n"
                      "    },\n"
                      "    {\n"
                      "      \"k\": 1\n"
                      "    }\n"
                      "  ],\n"
                      "  \"matrix\": [\n"
                      "    [1, 2],\n"
                      "    []\n"
                      "  ],\n"
                      "  \"none\": {},\n"
                      "  \"nothing\": [],\n"
                      "  \"yes\": true,\n"
                      "  \"no\": false,\n"
                      "  \"null\": null\n"
                      "}\n");
}
END_TEST

START_TEST(text_is_escaped_where_it_must_be_and_nowhere_else)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '-');
    assay_json_put_string(&json, NULL, "\"quoted\" \\ back/slash");
    assay_json_put_string(&json, NULL, "a\nb\rc\td\be\ff\x01g\x1fh\x7fi");
    assay_json_put_string(&json, NULL, "\xc3\xa9 \xf0\x9f\x98\x80");
    assay_json_put_string(&json, NULL, "");
    assay_json_close(&json);
    check_text(&json, "[\"\\\"quoted\\\" \\\\ back/slash\", "
                      "\"a\\nb\\rc\\td\\u0008e\\u000cf\\u0001g\\u001fh\\u007fi\", "
                      "\"\xc3\xa9 \xf0\x9f\x98\x80\", \"\"]\n");
}
END_TEST

/* Cut within a character, in the middle and at the end; Latin-1; a surrogate; an overlong slash. */
START_TEST(what_is_no_utf8_is_left_out)
{
    static const char *const texts[][2] = {{"\xd0\xb6\xd0\" and", "\xd0\xb6\" and"},
                                           {"ab\xf0\x9f\x98", "ab"},
                                           {"caf\xe9.csv", "caf.csv"},
                                           {"\xed\xa0\x80x", "x"},
                                           {"\xc0\xaf", ""}};
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        struct assay_json_writer json = {0};
        struct assay_error err = {0};
        struct assay_json *doc;
        assay_json_open(&json, NULL, '{');
        assay_json_put_string(&json, "text", texts[k][0]);
        assay_json_close(&json);
        ck_assay_ok(assay_json_parse("t", json.out.data, json.out.length, ASSAY_JSON_STRICT, &doc, &err));
        ck_assert_str_eq(assay_json_string(assay_json_get(assay_json_root(doc), "text")), texts[k][1]);
        assay_json_free(doc);
        assay_text_clear(&json.out);
    }
}
END_TEST

START_TEST(keys_are_escaped_like_text)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_number(&json, "a\"b\n", 1);
    assay_json_close(&json);
    check_text(&json, "{\n  \"a\\\"b\\n\": 1\n}\n");
}
END_TEST

START_TEST(numbers_are_short_and_what_is_undefined_is_null)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_number(&json, "tenth", 0.1);
    assay_json_put_number(&json, "sum", 0.1 + 0.2);
    assay_json_put_number(&json, "minus", -0.0);
    assay_json_put_number(&json, "big", 1e22);
    assay_json_put_number(&json, "whole", 9007199254740992.0);
    assay_json_put_count(&json, "count", 18446744073709551615u);
    assay_json_put_optional(&json, "given", 2.5);
    assay_json_put_optional(&json, "absent", (double)NAN);
    assay_json_put_interval(&json, "interval", 0.25, 0.75);
    assay_json_put_interval(&json, "half", (double)NAN, 0.75);
    assay_json_put_numbers(&json, "list", (const double[]){1, (double)NAN}, 2);
    assay_json_close(&json);
    check_text(&json, "{\n"
                      "  \"tenth\": 0.1,\n"
                      "  \"sum\": 0.30000000000000004,\n"
                      "  \"minus\": -0,\n"
                      "  \"big\": 1e+22,\n"
                      "  \"whole\": 9007199254740992,\n"
                      "  \"count\": 18446744073709551615,\n"
                      "  \"given\": 2.5,\n"
                      "  \"absent\": null,\n"
                      "  \"interval\": [0.25, 0.75],\n"
                      "  \"half\": null,\n"
                      "  \"list\": [1, null]\n"
                      "}\n");
}
END_TEST

/* ---- random trees: the same stream of draws writes a tree and then checks what was read ---- */

enum { KINDS = 7, DEEPEST = 6, WIDEST = 6, TREES = 2000 };

static double any_number(struct test_random *random)
{
    uint64_t bits;
    double value;
    do {
        bits = test_bits(random);
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return test_below(random, 2) == 0 ? value : round(1000 * test_uniform(random)) / 8;
}

/* Characters of one to four bytes, those that need an escape among them; tail makes keys differ. */
static void any_text(struct test_random *random, char out[64], size_t tail)
{
    static const char *const pieces[] = {"a",    "\"",   "\\",       "\n",           "\r", "\t", "\x01",
                                         "\x1f", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "/",  " ",  "//",
                                         "\xf0\x9f\x98\x80",         "\xef\xbf\xbf", "\b", "\f"};
    out[0] = '\0';
    for (size_t n = test_below(random, 8); n > 0; n--)
        strcat(out, pieces[test_below(random, COUNT(pieces))]);
    size_t length = strlen(out);
    out[length] = (char)('0' + tail);
    out[length + 1] = '\0';
}

static void write_tree(struct assay_json_writer *json, const char *key, struct test_random *random,
                       size_t depth)
{
    char text[64];
    size_t kind = test_below(random, depth == 0 ? 2 : depth < DEEPEST ? KINDS : KINDS - 2);
    if (depth == 0)
        kind += KINDS - 2;
    switch (kind) {
    case 0:
        assay_json_put_null(json, key);
        return;
    case 1:
        assay_json_put_bool(json, key, test_below(random, 2) == 1);
        return;
    case 2:
        any_text(random, text, 0);
        assay_json_put_string(json, key, text);
        return;
    case 3:
        assay_json_put_number(json, key, any_number(random));
        return;
    case 4:
        assay_json_open(json, key, '-');
        for (size_t n = test_below(random, WIDEST); n > 0; n--)
            assay_json_put_number(json, NULL, any_number(random));
        assay_json_close(json);
        return;
    case 5:
        assay_json_open(json, key, '[');
        for (size_t n = test_below(random, WIDEST); n > 0; n--)
            write_tree(json, NULL, random, depth + 1);
        assay_json_close(json);
        return;
    default:
        assay_json_open(json, key, '{');
        for (size_t n = test_below(random, WIDEST); n > 0; n--) {
            any_text(random, text, n);
            write_tree(json, text, random, depth + 1);
        }
        assay_json_close(json);
    }
}

static void check_number(const struct cJSON *value, double want)
{
    ck_assert(assay_json_is_number(value));
    double got = assay_json_number(value);
    ck_assert_mem_eq(&got, &want, sizeof got); /* bits: -0 is not 0 */
}

static void check_tree(const struct cJSON *value, struct test_random *random, size_t depth)
{
    char text[64];
    size_t kind = test_below(random, depth == 0 ? 2 : depth < DEEPEST ? KINDS : KINDS - 2);
    if (depth == 0)
        kind += KINDS - 2;
    ck_assert_ptr_nonnull(value);
    const struct cJSON *child = assay_json_first(value);
    switch (kind) {
    case 0:
        ck_assert(assay_json_is_null(value));
        return;
    case 1:
        ck_assert(assay_json_is_bool(value));
        ck_assert_int_eq(assay_json_bool(value), test_below(random, 2) == 1);
        return;
    case 2:
        any_text(random, text, 0);
        ck_assert(assay_json_is_string(value));
        ck_assert_str_eq(assay_json_string(value), text);
        return;
    case 3:
        check_number(value, any_number(random));
        return;
    case 4:
        ck_assert(assay_json_is_array(value));
        for (size_t n = test_below(random, WIDEST); n > 0; n--, child = assay_json_next(child))
            check_number(child, any_number(random));
        break;
    case 5:
        ck_assert(assay_json_is_array(value));
        for (size_t n = test_below(random, WIDEST); n > 0; n--, child = assay_json_next(child))
            check_tree(child, random, depth + 1);
        break;
    default:
        ck_assert(assay_json_is_object(value));
        for (size_t n = test_below(random, WIDEST); n > 0; n--, child = assay_json_next(child)) {
            any_text(random, text, n);
            ck_assert_str_eq(assay_json_key(child), text);
            check_tree(child, random, depth + 1);
        }
    }
    ck_assert_ptr_null(child);
}

START_TEST(random_trees_read_back_as_they_were_written)
{
    for (uint64_t seed = 0; seed < TREES; seed++) {
        struct assay_error err = {0};
        struct assay_json_writer json = {0};
        struct assay_json *doc;
        struct test_random random = {seed}, replay = {seed};
        write_tree(&json, NULL, &random, 0);
        ck_assert(!json.out.failed);
        ck_assay_ok(assay_json_parse("tree", json.out.data, json.out.length, ASSAY_JSON_STRICT,
                                     &doc, &err));
        check_tree(assay_json_root(doc), &replay, 0);
        assay_json_free(doc);
        assay_text_clear(&json.out);
    }
}
END_TEST

START_TEST(running_out_of_memory_is_remembered_until_the_end)
{
    for (size_t n = 1;; n++) {
        struct assay_json_writer json = {0};
        struct test_random random = {5};
        test_fail_allocation(n);
        write_tree(&json, NULL, &random, 0);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(json.out.failed, reached);
        assay_text_clear(&json.out);
        if (!reached) {
            ck_assert_uint_gt(n, 3);
            break;
        }
    }
}
END_TEST

START_TEST(branches_join_as_if_written_in_order)
{
    struct assay_json_writer json = {0}, straight = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_count(&json, "a", 1);
    struct assay_json_writer first = assay_json_branch(&json), second = first, none = first;
    assay_json_put_numbers(&second, "c", (const double[]){1, 2}, 2);
    assay_json_open(&first, "b", '[');
    assay_json_put_numbers(&first, NULL, NULL, 0);
    assay_json_close(&first);
    assay_json_join(&json, &first);
    assay_json_join(&json, &none);
    assay_json_join(&json, &second);
    assay_json_put_null(&json, "d");
    assay_json_close(&json);
    assay_json_open(&straight, NULL, '{');
    assay_json_put_count(&straight, "a", 1);
    assay_json_open(&straight, "b", '[');
    assay_json_put_numbers(&straight, NULL, NULL, 0);
    assay_json_close(&straight);
    assay_json_put_numbers(&straight, "c", (const double[]){1, 2}, 2);
    assay_json_put_null(&straight, "d");
    assay_json_close(&straight);
    check_text(&json, straight.out.data);
    assay_text_clear(&straight.out);
}
END_TEST

START_TEST(a_branch_without_memory_is_remembered_by_what_it_joins)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_count(&json, "a", 1);
    struct assay_json_writer branch = assay_json_branch(&json);
    test_fail_allocation(1);
    assay_json_put_count(&branch, "b", 2);
    test_fail_allocation(0);
    assay_json_join(&json, &branch);
    ck_assert(json.out.failed);
    assay_text_clear(&json.out);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, objects_take_a_line_a_member_and_lists_of_scalars_one_line);
    tcase_add_test(tc, text_is_escaped_where_it_must_be_and_nowhere_else);
    tcase_add_test(tc, what_is_no_utf8_is_left_out);
    tcase_add_test(tc, keys_are_escaped_like_text);
    tcase_add_test(tc, numbers_are_short_and_what_is_undefined_is_null);
    tcase_add_test(tc, random_trees_read_back_as_they_were_written);
    tcase_add_test(tc, running_out_of_memory_is_remembered_until_the_end);
    tcase_add_test(tc, branches_join_as_if_written_in_order);
    tcase_add_test(tc, a_branch_without_memory_is_remembered_by_what_it_joins);
}

ASSAY_SUITE("base/json_write", add_tests)
