/* What columns that nobody declared look like, and that a lenient reading loses no row over them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/data/column_guess.h"
#include "core/data/csv.h"
#include "core/data/dictionary.h"
#include "core/base/text.h"
#include "tests/support/suite.h"

static char path[] = "/tmp/assay-guess-XXXXXX";

static void write_table(const char *text)
{
    strcpy(path, "/tmp/assay-guess-XXXXXX");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* 40 rows: a key, a number with gaps, a category, a date, a flag, a remark each, nothing, twice the same. */
static struct assay_text table(void)
{
    struct assay_text csv = {0};
    assay_text_puts(&csv, "id,amount,colour,since,active,remark,nothing,twice,twice,,skipped\n");
    for (int i = 0; i < 40; i++)
        assay_text_printf(&csv, "K%d,%s,%s,2026-01-%02d,%s,words %d,,1,2,3,9\n", i,
                          i % 5 == 0 ? "" : "1.5", i % 3 == 0 ? "red" : "blue", 1 + i % 28,
                          i % 2 == 0 ? "yes" : "no", i);
    return csv;
}

START_TEST(numbers_and_few_texts_are_wanted_and_nothing_else)
{
    static const char *const skip[] = {"skipped"};
    static const struct {
        const char *name;
        enum assay_column_type type;
    } expected[] = {{"amount", ASSAY_NUMBER}, {"colour", ASSAY_TEXT}, {"active", ASSAY_TEXT}};
    struct assay_guessed_columns guessed = {0};
    struct assay_error err = {0};
    struct assay_text csv = table();
    write_table(csv.data);
    ck_assay_ok(assay_columns_guess(path, 0, skip, 1, &guessed, &err));
    ck_assert_uint_eq(guessed.n, COUNT(expected));
    for (size_t k = 0; k < COUNT(expected); k++) {
        ck_assert_str_eq(guessed.columns[k].name, expected[k].name);
        ck_assert_int_eq(guessed.columns[k].type, expected[k].type);
    }
    assay_guessed_columns_clear(&guessed);
    assay_text_clear(&csv);
    unlink(path);
}
END_TEST

START_TEST(a_file_of_declared_columns_only_has_none)
{
    static const char *const skip[] = {"a", "b"};
    struct assay_guessed_columns guessed = {0};
    struct assay_error err = {0};
    write_table("a,b\n1,2\n");
    ck_assay_ok(assay_columns_guess(path, 0, skip, 2, &guessed, &err));
    ck_assert_uint_eq(guessed.n, 0);
    unlink(path);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_said)
{
    struct assay_guessed_columns guessed = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_columns_guess("/tmp/no such table.csv", 0, NULL, 0, &guessed, &err),
                     ASSAY_EIO);
}
END_TEST

/* One may fail without harm: libcsv asks again for a smaller field buffer. */
START_TEST(every_failed_allocation_is_an_error)
{
    static const char *const skip[] = {"id"};
    struct assay_error err = {0};
    struct assay_text csv = table();
    size_t total = 1, unharmed = 0;
    write_table(csv.data);
    for (size_t n = 0; n <= total; n++) {
        struct assay_guessed_columns guessed = {0};
        test_fail_allocation(n);
        enum assay_status status = assay_columns_guess(path, 0, skip, 1, &guessed, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        total = n == 0 ? made : total;
        unharmed += n > 0 && status == ASSAY_OK;
        ck_assert(status == ASSAY_OK || (n > 0 && status == ASSAY_ENOMEM));
        assay_guessed_columns_clear(&guessed);
    }
    ck_assert_uint_gt(total, 10);
    ck_assert_uint_le(unharmed, 1);
    assay_text_clear(&csv);
    unlink(path);
}
END_TEST

/* ---- lenient columns ---- */

START_TEST(a_lenient_cell_is_missing_and_counted_where_a_strict_one_loses_its_row)
{
    static const char csv[] = "id,amount,score\na,12,1\nb,n.a.,2\nc,,3\nd,1.2.3,x\n";
    struct assay_column_request requests[] = {
        {.column = "id", .type = ASSAY_TEXT, .what = "id", .required = true},
        {.column = "amount", .type = ASSAY_NUMBER, .what = "column", .lenient = true},
        {.column = "score", .type = ASSAY_NUMBER, .what = "score"}};
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_csv *reader;
    struct assay_table read = {0};
    struct assay_error err = {0};
    bool more;
    ck_assay_ok(assay_csv_open_memory("t.csv", csv, strlen(csv), &options, &reader, &err));
    ck_assay_ok(assay_csv_select(reader, requests, COUNT(requests), &read, &err));
    ck_assay_ok(assay_csv_read(reader, &read, 100, &more, &err));
    ck_assert_uint_eq(read.n_row, 3);
    ck_assert_uint_eq(assay_csv_reject_count(reader), 1); /* d, for its score */
    ck_assert_double_eq(read.columns[1].numbers[0], 12);
    ck_assert(isnan(read.columns[1].numbers[1]) && isnan(read.columns[1].numbers[2]));
    ck_assert_uint_eq(read.columns[1].n_unreadable, 2);
    ck_assert_uint_eq(read.columns[2].n_unreadable, 0);
    assay_csv_close(reader);
    assay_table_clear(&read);
}
END_TEST

/* Somebody strict asks for the same column: then it is strict. */
START_TEST(a_column_that_is_wanted_both_ways_is_strict)
{
    static const char csv[] = "amount\n1\nx\n";
    struct assay_column_request requests[] = {
        {.column = "amount", .type = ASSAY_NUMBER, .what = "column", .lenient = true},
        {.column = "amount", .type = ASSAY_NUMBER, .what = "signal \"amount\""}};
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_csv *reader;
    struct assay_table read = {0};
    struct assay_error err = {0};
    bool more;
    ck_assay_ok(assay_csv_open_memory("t.csv", csv, strlen(csv), &options, &reader, &err));
    ck_assay_ok(assay_csv_select(reader, requests, COUNT(requests), &read, &err));
    ck_assay_ok(assay_csv_read(reader, &read, 100, &more, &err));
    ck_assert_uint_eq(read.n_row, 1);
    ck_assert_uint_eq(assay_csv_reject_count(reader), 1);
    assay_csv_close(reader);
    assay_table_clear(&read);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, numbers_and_few_texts_are_wanted_and_nothing_else);
    tcase_add_test(tc, a_file_of_declared_columns_only_has_none);
    tcase_add_test(tc, a_file_that_is_not_there_is_said);
    tcase_add_test(tc, every_failed_allocation_is_an_error);
    tcase_add_test(tc, a_lenient_cell_is_missing_and_counted_where_a_strict_one_loses_its_row);
    tcase_add_test(tc, a_column_that_is_wanted_both_ways_is_strict);
}

ASSAY_SUITE("data/column_guess", add_tests)
