#include "core/report/page.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
#include "tests/support/suite.h"

static const char opening[] = "<script type=\"application/json\" id=\"document\">";

/* What stands in the page's document element; free() it. NULL: the page has none. */
static char *embedded(const struct assay_text *html)
{
    const char *begin = strstr(html->data, opening);
    const char *end = begin != NULL ? strstr(begin, "</script>") : NULL;
    return end != NULL ? strndup(begin + strlen(opening), (size_t)(end - begin) - strlen(opening))
                       : NULL;
}

static void check_embedded(const char *json, const char *want)
{
    struct assay_error err = {0};
    struct assay_text html = {0};
    ck_assay_ok(assay_report_page(json, strlen(json), NULL, &html, &err));
    char *got = embedded(&html);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(got, want);
    free(got);
    assay_text_clear(&html);
}

static const struct {
    const char *json, *embedded;
} documents[] = {
    {"{}", "{}"},
    {"{\n  \"a\": [1, 2],\n  \"b\": null\n}\n", "{\"a\":[1,2],\"b\":null}"},
    {"\t{ \"a b\" :\r\n \" two  blanks \" }", "{\"a b\":\" two  blanks \"}"},
    {"[\"</script><script>alert(1)</script>\"]",
     "[\"\\u003c/script>\\u003cscript>alert(1)\\u003c/script>\"]"},
    {"[\"<!-- <script>\", \"a<b\"]", "[\"\\u003c!-- \\u003cscript>\",\"a\\u003cb\"]"},
    {"[\"line\xe2\x80\xa8"
     "and\xe2\x80\xa9"
     "ends\"]",
     "[\"line\\u2028and\\u2029ends\"]"},
    {"[\"\xe2\x80\xae"
     "dash \xe2\x80\x93\"]",
     "[\"\xe2\x80\xae"
     "dash \xe2\x80\x93\"]"},
    /* A quote behind a backslash does not end the string, one behind two does. */
    {"[\"a\\\" b\", \"c\\\\\", \" d\"]", "[\"a\\\" b\",\"c\\\\\",\" d\"]"},
    /* Fractions with seven digits; counts, short ones and what only looks like a number as they
       are. */
    {"[0.78899082568807344, -1.2345678901234567e-300, 1.5]", "[0.7889908,-1.234568e-300,1.5]"},
    {"[123456789012345678, 0, -7, \"0.78899082568807344\"]",
     "[123456789012345678,0,-7,\"0.78899082568807344\"]"},
    {"{\"a\": 98765.43210987654321}", "{\"a\":98765.43}"},
    {"[\"@assay-json@\", \"@assay-title@\"]", "[\"@assay-json@\",\"@assay-title@\"]"},
};

START_TEST(the_document_stands_in_the_page_and_cannot_leave_its_element)
{
    check_embedded(documents[_i].json, documents[_i].embedded);
}
END_TEST

/* Bytes that the escaping looks at, in any order, in a string: what is embedded has none that would
 * break out, and with the escapes undone it is what was given. */
START_TEST(any_string_comes_through_unchanged)
{
    static const char *const pieces[] = {
        "<", "/script>", "\\\"", "\\\\", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xa7",
        " ", "!--",      "x"};
    struct test_random random = {(uint64_t)_i + 1};
    struct assay_text json = {0}, undone = {0}, html = {0};
    struct assay_error err = {0};
    assay_text_puts(&json, "[\"");
    for (size_t k = 0; k < 40; k++)
        assay_text_puts(&json, pieces[test_below(&random, COUNT(pieces))]);
    assay_text_puts(&json, "\"]");
    ck_assay_ok(assay_report_page(json.data, json.length, NULL, &html, &err));
    char *got = embedded(&html);
    ck_assert_ptr_nonnull(got);
    ck_assert_ptr_null(strchr(got, '<'));
    ck_assert_ptr_null(strstr(got, "\xe2\x80\xa8"));
    for (const char *at = got; *at != '\0';) {
        if (strncmp(at, "\\u", 2) == 0) {
            assay_text_puts(&undone, strncmp(at, "\\u003c", 6) == 0   ? "<"
                                     : strncmp(at, "\\u2028", 6) == 0 ? "\xe2\x80\xa8"
                                                                      : "\xe2\x80\xa9");
            at += 6;
        } else {
            size_t length = *at == '\\' ? 2 : 1;
            assay_text_add(&undone, at, length);
            at += length;
        }
    }
    ck_assert_str_eq(undone.data, json.data);
    free(got);
    assay_text_clear(&json);
    assay_text_clear(&undone);
    assay_text_clear(&html);
}
END_TEST

START_TEST(bytes_that_end_early_are_not_read_beyond)
{
    static const char *const cut[] = {"", "\"\\", "\"\xe2\x80", "\"<", "  ", "0.123456789012345678",
                                      "-"};
    struct assay_error err = {0};
    struct assay_text html = {0};
    size_t length = strlen(cut[_i]);
    char *exact = malloc(length > 0 ? length : 1); /* the sanitizer watches its end */
    memcpy(exact, cut[_i], length);
    ck_assay_ok(assay_report_page(exact, length, NULL, &html, &err));
    ck_assert_ptr_nonnull(strstr(html.data, "</html>"));
    free(exact);
    assay_text_clear(&html);
}
END_TEST

START_TEST(the_title_is_text)
{
    struct assay_error err = {0};
    struct assay_text html = {0};
    ck_assay_ok(assay_report_page("{}", 2, "R&D </title><script>", &html, &err));
    ck_assert_ptr_nonnull(strstr(html.data, "<title>R&amp;D &lt;/title&gt;&lt;script&gt;</title>"));
    assay_text_reset(&html);
    ck_assay_ok(assay_report_page("{}", 2, NULL, &html, &err));
    ck_assert_ptr_nonnull(strstr(html.data, "<title>Health score report</title>"));
    assay_text_clear(&html);
}
END_TEST

START_TEST(a_page_is_appended_to_what_is_there)
{
    struct assay_error err = {0};
    struct assay_text html = {0};
    assay_text_puts(&html, "before");
    ck_assay_ok(assay_report_page("{}", 2, NULL, &html, &err));
    ck_assert_int_eq(strncmp(html.data, "before<!DOCTYPE html>", 21), 0);
    assay_text_clear(&html);
}
END_TEST

/* Nothing is to be fetched: no element of the page has an address but the icon, which is empty. */
START_TEST(the_page_asks_for_nothing_and_allows_no_script_but_its_own)
{
    static const char *const never[] = {"src=\"",   "@import",  "unsafe-inline", "unsafe-eval",
                                        "@policy@", "@charts@", "page.css@",     "page.js@"};
    struct assay_error err = {0};
    struct assay_text html = {0};
    ck_assay_ok(assay_report_page("{}", 2, NULL, &html, &err));
    char *end = strstr(html.data, "<script>"); /* our own; the data comes before */
    ck_assert_ptr_nonnull(end);
    *end = '\0';
    for (size_t k = 0; k < COUNT(never); k++)
        ck_assert_msg(strstr(html.data, never[k]) == NULL, "the page has %s", never[k]);
    ck_assert_ptr_nonnull(strstr(html.data, "default-src 'none'; script-src 'sha256-"));
    ck_assert_ptr_nonnull(strstr(html.data, "style-src 'sha256-"));
    assay_text_clear(&html);
}
END_TEST

/* With charts the libraries are most of the page, which leaves room below 2 MB for an audit. */
START_TEST(whether_there_are_charts_is_told_and_shows_in_the_size)
{
    struct assay_error err = {0};
    struct assay_text html = {0};
    ck_assay_ok(assay_report_page("{}", 2, NULL, &html, &err));
    ck_assert_int_eq(assay_report_has_charts(),
                     strstr(html.data, "<html lang=\"en\" data-charts=\"yes\">") != NULL);
    if (assay_report_has_charts()) {
        ck_assert_uint_gt(html.length, 400 * 1024);
        ck_assert_uint_lt(html.length, 700 * 1024);
        ck_assert_ptr_nonnull(strstr(
            html.data, "University of Washington Interactive Data Lab")); /* Vega's licence */
        ck_assert_ptr_nonnull(strstr(html.data, "Mike Bostock"));         /* D3's */
    } else {
        ck_assert_uint_lt(html.length, 300 * 1024);
    }
    assay_text_clear(&html);
}
END_TEST

START_TEST(running_out_of_memory_leaves_what_was_there)
{
    struct assay_error err = {0};

    enum assay_status status = ASSAY_ENOMEM;
    for (size_t n = 1; status != ASSAY_OK && n < 100; n++) {
        struct assay_text html = {0};
        assay_text_puts(&html, "before");
        err = (struct assay_error){0};
        test_fail_allocation(n);
        status = assay_report_page("{\"a\": \"<\"}", 10, "title", &html, &err);
        test_fail_allocation(0);
        if (status != ASSAY_OK) {
            ck_assert_int_eq(status, ASSAY_ENOMEM);
            ck_assert_str_eq(err.message, "out of memory writing the report");
            ck_assert_str_eq(html.data, "before");
            ck_assert_uint_eq(html.length, 6);
        } else {
            ck_assert_uint_gt(n, 1); /* some allocation failed before */
        }
        assay_text_clear(&html);
    }
    ck_assert_int_eq(status, ASSAY_OK);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_document_stands_in_the_page_and_cannot_leave_its_element, 0,
                        (int)COUNT(documents));
    tcase_add_loop_test(tc, any_string_comes_through_unchanged, 0, 30);
    tcase_add_loop_test(tc, bytes_that_end_early_are_not_read_beyond, 0, 7);
    tcase_add_test(tc, the_title_is_text);
    tcase_add_test(tc, a_page_is_appended_to_what_is_there);
    tcase_add_test(tc, the_page_asks_for_nothing_and_allows_no_script_but_its_own);
    tcase_add_test(tc, whether_there_are_charts_is_told_and_shows_in_the_size);
    tcase_add_test(tc, running_out_of_memory_leaves_what_was_there);
}

ASSAY_SUITE("report/page", add_tests)
