#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

/* ---- growing ---- */

START_TEST(appending_keeps_all_bytes_and_a_nul_behind)
{
    struct assay_text text = {0};
    struct test_random random = {1};
    char *twin = calloc(1 << 20, 1);
    size_t length = 0;
    for (int k = 0; k < 20000; k++) {
        char piece[40];
        size_t n = test_below(&random, sizeof piece);
        for (size_t b = 0; b < n; b++)
            piece[b] = (char)test_bits(&random);
        assay_text_add(&text, piece, n);
        memcpy(twin + length, piece, n);
        length += n;
        ck_assert_uint_eq(text.length, length);
        ck_assert_int_eq(text.data[length], '\0');
    }
    ck_assert_mem_eq(text.data, twin, length);
    free(twin);
    assay_text_clear(&text);
    ck_assert_ptr_null(text.data);
}
END_TEST

START_TEST(strings_characters_and_formats_are_appended)
{
    struct assay_text text = {0};
    assay_text_puts(&text, "");
    ck_assert_str_eq(text.data, "");
    assay_text_puts(&text, "row ");
    assay_text_putc(&text, '#');
    assay_text_printf(&text, "%d of %*d", 7, 300, 9);
    ck_assert_uint_eq(text.length, 5 + 1 + 4 + 300);
    ck_assert_int_eq(strncmp(text.data, "row #7 of    ", 12), 0);
    assay_text_reset(&text);
    ck_assert_uint_eq(text.length, 0);
    ck_assert_str_eq(text.data, "");
    assay_text_puts(&text, "again");
    ck_assert_str_eq(text.data, "again");
    assay_text_clear(&text);
}
END_TEST

START_TEST(a_failed_text_stays_as_it_was_and_says_so)
{
    struct assay_text text = {0};
    assay_text_puts(&text, "1234567"); /* fills the first eight bytes */
    test_fail_allocation(1);
    assay_text_puts(&text, "89");
    test_fail_allocation(0);
    ck_assert(text.failed);
    ck_assert_str_eq(text.data, "1234567");
    assay_text_printf(&text, "%d", 8);
    assay_text_putc(&text, '8');
    ck_assert_str_eq(text.data, "1234567");
    assay_text_reset(&text);
    ck_assert(text.failed);
    ck_assert_str_eq(text.data, "");
    assay_text_clear(&text);
    ck_assert(!text.failed);
}
END_TEST

START_TEST(sizes_that_wrap_around_are_refused)
{
    size_t capacity = 0;
    double *array = NULL;
    ck_assert_ptr_null(assay_alloc((size_t)-1 / 4, 8));
    ck_assert(!assay_grow(&array, &capacity, (size_t)-1 / 4, sizeof *array));
    ck_assert(!assay_grow(&array, &capacity, (size_t)-1, sizeof *array));
    ck_assert_ptr_null(array);
    ck_assert_uint_eq(capacity, 0);
}
END_TEST

/* ---- CSV cells ---- */

START_TEST(cells_are_quoted_only_when_they_must_be)
{
    static const struct {
        const char *cell, *want;
        char separator;
    } cases[] = {
        {"", "", ','},          {"plain", "plain", ','},     {"a b", "a b", ','},
        {" a", "\" a\"", ','},  {"a\t", "\"a\t\"", ','},     {"a,b", "\"a,b\"", ','},
        {"a;b", "a;b", ','},    {"a;b", "\"a;b\"", ';'},     {"a,b", "a,b", ';'},
        {"\"", "\"\"\"\"", ','}, {"x\ny", "\"x\ny\"", ','},  {"x\ry", "\"x\ry\"", ','},
        {"say \"a\"", "\"say \"\"a\"\"\"", ','},             {" ", "\" \"", ','},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_text text = {0};
        assay_text_csv(&text, cases[k].cell, strlen(cases[k].cell), cases[k].separator);
        ck_assert_str_eq(text.data, cases[k].want);
        assay_text_clear(&text);
    }
}
END_TEST

START_TEST(what_is_printed_into_room_is_what_is_appended)
{
    static const char *const cells[] = {"", "plain", "a,b", "\"", " x", "two\nlines", "say \"hi\", he said"};
    struct assay_text room = {0}, appended = {0};
    for (size_t k = 0; k < COUNT(cells); k++) {
        size_t length = strlen(cells[k]);
        char *to = assay_text_room(&room, 2 * length + 2);
        ck_assert_ptr_nonnull(to);
        room.length = (size_t)(assay_csv_print(cells[k], length, ',', to) - room.data);
        assay_text_csv(&appended, cells[k], length, ',');
        ck_assert_uint_eq(room.length, appended.length);
        ck_assert_int_eq(memcmp(room.data, appended.data, room.length), 0);
    }
    ck_assert_ptr_null(assay_text_room(&room, (size_t)-1));
    ck_assert(room.failed);
    assay_text_clear(&room);
    assay_text_clear(&appended);
}
END_TEST

/* ---- quoting in messages ---- */

#define TEN "0123456789"

START_TEST(values_are_cut_at_40_bytes_between_characters)
{
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {TEN TEN TEN TEN, TEN TEN TEN TEN},
        {TEN TEN TEN TEN "x", TEN TEN TEN TEN "..."},
        {TEN TEN TEN "012345678\xc3\xa9", TEN TEN TEN "012345678..."},
        {TEN TEN TEN "01234567\xc3\xa9", TEN TEN TEN "01234567\xc3\xa9"},
        {"a\nb\x7f", "a\\x0ab\\x7f"},
        {"\xff\xc3(", "\\xff\\xc3("},
        {"\xe2\x82", "\\xe2\\x82"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    char quoted[ASSAY_QUOTE_SIZE];
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_str_eq(assay_quote_value(cases[k].value, strlen(cases[k].value), quoted),
                         cases[k].want);
}
END_TEST

START_TEST(no_value_overflows_a_quote)
{
    char worst[100], quoted[ASSAY_QUOTE_SIZE], want[ASSAY_QUOTE_SIZE] = "";
    memset(worst, 0xff, sizeof worst);
    for (int k = 0; k < 40; k++)
        strcat(want, "\\xff");
    strcat(want, "...");
    ck_assert_str_eq(assay_quote_value(worst, sizeof worst, quoted), want);
    memset(worst, 0, sizeof worst);
    ck_assert_uint_eq(strlen(assay_quote_value(worst, 40, quoted)), 160);
}
END_TEST

/* ---- UTF-8 ---- */

/* The bytes of a code point, by the definition (RFC 3629, section 3). */
static size_t encode(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t k = n; k-- > 1; point >>= 6)
        out[k] = (char)(0x80 | (point & 0x3f));
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    out[0] = (char)(lead[n] | point);
    return n;
}

START_TEST(every_code_point_but_surrogates_is_utf8)
{
    char bytes[4];
    for (uint32_t point = 0; point < 0x110000; point++) {
        size_t n = encode(point, bytes);
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        ck_assert_int_eq(assay_is_utf8(bytes, n), !surrogate);
        if (n > 1)
            ck_assert(!assay_is_utf8(bytes, n - 1));
    }
    for (uint32_t point = 0x110000; point < 0x200000; point += 97)
        ck_assert(!assay_is_utf8(bytes, encode(point, bytes)));
}
END_TEST

START_TEST(overlong_and_stray_bytes_are_not_utf8)
{
    static const char *const bad[] = {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
                                      "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\x80", "\xbf", "\xfe",
                                      "\xff", "\xc3", "\xc3\xc3\xa9", "a\xe9z", "\xf5\x80\x80\x80",
                                      "\xe2\x82\x28", "\xf0\x9f\x98"};
    for (size_t k = 0; k < COUNT(bad); k++)
        ck_assert_msg(!assay_is_utf8(bad[k], strlen(bad[k])), "case %zu", k);
    ck_assert(assay_is_utf8("", 0));
}
END_TEST

/* ---- nearest words ---- */

START_TEST(the_nearest_word_is_a_slip_away)
{
    static const char *const words[] = {"id", "as_of", "outcome", "cohort", "segments", "signals"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"outcom", "outcome"},  {"outcomes", "outcome"}, {"oucttome", "outcome"},
        {"OUTCOME", "outcome"}, {"cohrot", "cohort"},    {"segment", "segments"},
        {"signal", "signals"},  {"as-of", "as_of"},      {"asof", "as_of"},
        {"weights", NULL},      {"x", NULL},             {"", NULL},
        {"idx", "id"},          {"completely different", NULL},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        const char *got = assay_nearest_word(cases[k].word, words, COUNT(words));
        if (cases[k].nearest == NULL)
            ck_assert_msg(got == NULL, "%s: got %s", cases[k].word, got);
        else
            ck_assert_str_eq(got, cases[k].nearest);
    }
    ck_assert_ptr_null(assay_nearest_word("id", NULL, 0));
}
END_TEST

START_TEST(long_words_have_no_nearest)
{
    char word[200];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    const char *const words[] = {word};
    ck_assert_ptr_null(assay_nearest_word("aaaa", words, 1));
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, appending_keeps_all_bytes_and_a_nul_behind);
    tcase_add_test(tc, strings_characters_and_formats_are_appended);
    tcase_add_test(tc, a_failed_text_stays_as_it_was_and_says_so);
    tcase_add_test(tc, sizes_that_wrap_around_are_refused);
    tcase_add_test(tc, cells_are_quoted_only_when_they_must_be);
    tcase_add_test(tc, what_is_printed_into_room_is_what_is_appended);
    tcase_add_test(tc, values_are_cut_at_40_bytes_between_characters);
    tcase_add_test(tc, no_value_overflows_a_quote);
    tcase_add_test(tc, every_code_point_but_surrogates_is_utf8);
    tcase_add_test(tc, overlong_and_stray_bytes_are_not_utf8);
    tcase_add_test(tc, the_nearest_word_is_a_slip_away);
    tcase_add_test(tc, long_words_have_no_nearest);
}

ASSAY_SUITE("base/text", add_tests)
