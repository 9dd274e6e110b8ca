/* Foreign texts in Markdown. */
#include "release/record/markdown.h"
#include "release/record/markdown_table.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

#include <string.h>

/* ---- foreign texts ---- */

static const struct {
    const char *foreign, *markdown;
} escapes[] = {
    {"plain words; 5% of R&D (a) \"b\" 'c'", "plain words; 5% of R&D (a) \"b\" 'c'"},
    {"78.9% [70.3, 85.5] of 109", "78.9% [70.3, 85.5] of 109"},
    {"active_seats and _this_", "active_seats and \\_this\\_"},
    {"2 * 3 but *this*", "2 * 3 but \\*this\\*"},
    {"score < 50, <b>, </b>, <!-- -->, <?x", "score < 50, \\<b>, \\</b>, \\<!-- -->, \\<?x"},
    {"<script>alert(1)</script>", "\\<script>alert(1)\\</script>"},
    {"[text](http://e) ![i](x) [a][b] [a]: b", "[text\\](http://e) ![i\\](x) [a\\][b] [a\\]: b"},
    {"a|b `c` ~~d~~ \\e", "a\\|b \\`c\\` \\~\\~d\\~\\~ \\\\e"},
    {"&amp; &#38; &x", "\\&amp; \\&#38; &x"},
    {" two\r\n\r\nlines\tand\v blanks \n", "two lines and blanks"},
    {"bell\a esc\x1b[31m del\x7f", "bell\xef\xbf\xbd esc\xef\xbf\xbd[31m del\xef\xbf\xbd"},
    {"\xe2\x80\xaegnp.exe \xc2\x85 \xe2\x81\xa7x \xe2\x80\xa8y \xd8\x9cz",
     "\xef\xbf\xbdgnp.exe \xef\xbf\xbd \xef\xbf\xbdx \xef\xbf\xbdy \xef\xbf\xbdz"},
    {"caf\xc3\xa9 \xe2\x82\xac\x35 \xf0\x9f\x98\x80",
     "caf\xc3\xa9 \xe2\x82\xac\x35 \xf0\x9f\x98\x80"},
    {"cut \xe2\x82", "cut \xef\xbf\xbd\xef\xbf\xbd"},
    {"", ""},
    {" \n ", ""},
};

START_TEST(foreign_texts_show_as_the_characters_they_are)
{
    struct assay_text text = {0};
    assay_markdown_put(&text, escapes[_i].foreign);
    ck_assert_str_eq(text.data != NULL ? text.data : "", escapes[_i].markdown);
    assay_text_clear(&text);
}
END_TEST

static const struct {
    const char *line, *wrapped;
} wraps[] = {
    {"a b", "> a b\n"},
    {"- a", "> \\- a\n"},
    {"+ a", "> \\+ a\n"},
    {"--- a", "> \\--- a\n"},
    {"1. a", "> 1\\. a\n"},
    {"23) a", "> 23\\) a\n"},
    {"1.5 a", "> 1.5 a\n"},
    {"# a", "> \\# a\n"},
    {"#a", "> #a\n"},
    {"> a", "> \\> a\n"},
    {"-0.5 a", "> -0.5 a\n"},
    {"=== a", "> \\=== a\n"},
    {"", "> \n"},
};

START_TEST(a_word_that_would_open_a_block_does_not)
{
    struct assay_text text = {0};
    assay_markdown_wrap(&text, "> ", "> ", wraps[_i].line);
    ck_assert_str_eq(text.data, wraps[_i].wrapped);
    assay_text_clear(&text);
}
END_TEST

/* What a reader of Markdown makes of a backslash before punctuation. */
static void unescape(struct assay_text *text)
{
    size_t n = 0;
    for (size_t k = 0; k < text->length; k++) {
        if (text->data[k] == '\\' && k + 1 < text->length &&
            strchr("\\`*_<]|~&>#+-=.):", text->data[k + 1]))
            k++;
        text->data[n++] = text->data[k];
    }
    text->data[n] = '\0';
    text->length = n;
}

START_TEST(escaped_and_wrapped_a_text_reads_as_it_was)
{
    static const char alphabet[] = "aZ09 __**``<>[]()|~&;#\\.-+=:!\n\t";
    struct test_random random = {(uint64_t)_i};
    struct assay_text foreign = {0}, plain = {0}, escaped = {0}, wrapped = {0};
    size_t n = 1 + test_below(&random, 600);
    assay_text_putc(&foreign, 'a');
    for (size_t k = 0; k < n; k++)
        assay_text_putc(&foreign, alphabet[test_below(&random, sizeof alphabet - 1)]);
    for (size_t k = 0; k < foreign.length; k++)
        if (strchr(" \t\n", foreign.data[k]) == NULL)
            assay_text_putc(&plain, foreign.data[k]);
        else if (strspn(foreign.data + k + 1, " \t\n") == 0 && k + 1 < foreign.length)
            assay_text_putc(&plain, ' ');
    assay_markdown_put(&escaped, foreign.data);
    assay_markdown_wrap(&wrapped, "", "", escaped.data);
    ck_assert_int_eq(wrapped.data[wrapped.length - 1], '\n');
    wrapped.data[--wrapped.length] = '\0';
    for (char *line = wrapped.data; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t length = strcspn(line, "\n");
        ck_assert(length <= ASSAY_MARKDOWN_WIDTH + 1 || strcspn(line, " \n") == length);
        ck_assert_msg(strchr(">|", *line) == NULL, "a line begins a block: %.40s", line);
    }
    for (size_t k = 0; k < wrapped.length; k++)
        wrapped.data[k] = wrapped.data[k] == '\n' ? ' ' : wrapped.data[k];
    unescape(&wrapped);
    ck_assert_str_eq(wrapped.data, plain.data);
    assay_text_clear(&foreign);
    assay_text_clear(&plain);
    assay_text_clear(&escaped);
    assay_text_clear(&wrapped);
}
END_TEST

START_TEST(plain_text_keeps_its_lists_and_nothing_else)
{
    struct assay_text text = {0};
    assay_markdown_lines(&text, "A *line*.\n\n- item <b>\n  - no item\n# no heading\n- \n1. x");
    ck_assert_str_eq(text.data,
                     "A \\*line\\*.\n\n- item \\<b>\n  \\- no item\n\\# no heading\n\n1\\. x\n");
    assay_text_clear(&text);
}
END_TEST

/* ---- tables ---- */

START_TEST(a_table_lines_up_by_what_a_screen_shows)
{
    struct assay_markdown_table table = {.n_column = 3, .n_left = 2};
    struct assay_text text = {0};
    static const char *const cells[] = {"zone", "a|b", "n", "caf\xc3\xa9", "", "1,234"};
    for (size_t k = 0; k < COUNT(cells); k++)
        assay_markdown_table_put_foreign(&table, cells[k]);
    assay_markdown_table_end(&table, &text);
    ck_assert_str_eq(text.data, "| zone | a\\|b |     n |\n"
                                "|:-----|:-----|------:|\n"
                                "| caf\xc3\xa9 |      | 1,234 |\n");
    ck_assert_ptr_null(table.cells.data);
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_cell_without_end_makes_only_its_own_row_long)
{
    struct assay_markdown_table table = {.n_column = 2, .n_left = 1};
    struct assay_text text = {0};
    char name[301] = "";
    memset(name, 'x', 300);
    assay_markdown_table_put(&table, "name");
    assay_markdown_table_put(&table, "n");
    assay_markdown_table_put(&table, name);
    assay_markdown_table_printf(&table, "%d", 7);
    assay_markdown_table_end(&table, &text);
    ck_assert_uint_eq(strcspn(text.data, "\n"), 40 + 3 + 7);
    ck_assert_ptr_nonnull(strstr(text.data, name));
    assay_text_clear(&text);
}
END_TEST

START_TEST(without_memory_a_text_says_so)
{
    bool failed = true;
    size_t n = 0;
    while (failed) {
        struct assay_text text = {0};
        struct assay_markdown_table table = {.n_column = 1};
        test_fail_allocation(++n);
        assay_markdown_lines(&text, "- one *two*\n\nthree");
        assay_markdown_table_put_foreign(&table, "a");
        assay_markdown_table_end(&table, &text);
        test_fail_allocation(0);
        failed = text.failed;
        assay_text_clear(&text);
    }
    ck_assert_uint_gt(n, 3);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, foreign_texts_show_as_the_characters_they_are, 0, COUNT(escapes));
    tcase_add_loop_test(tc, a_word_that_would_open_a_block_does_not, 0, COUNT(wraps));
    tcase_add_loop_test(tc, escaped_and_wrapped_a_text_reads_as_it_was, 0, 200);
    tcase_add_test(tc, plain_text_keeps_its_lists_and_nothing_else);
    tcase_add_test(tc, a_table_lines_up_by_what_a_screen_shows);
    tcase_add_test(tc, a_cell_without_end_makes_only_its_own_row_long);
    tcase_add_test(tc, without_memory_a_text_says_so);
}

ASSAY_SUITE("release/markdown", add_tests)
