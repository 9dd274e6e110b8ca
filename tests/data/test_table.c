#include "core/data/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

START_TEST(dictionary_numbers_texts_in_order_of_first_appearance)
{
    struct assay_dictionary *d = assay_dictionary_new();
    ck_assert_int_eq(assay_dictionary_enter(d, "pro", 3), 0);
    ck_assert_int_eq(assay_dictionary_enter(d, "basic", 5), 1);
    ck_assert_int_eq(assay_dictionary_enter(d, "pro", 3), 0);
    ck_assert_int_eq(assay_dictionary_enter(d, "", 0), 2);
    ck_assert_int_eq(assay_dictionary_enter(d, "prolific", 3), 0); /* the length decides */
    ck_assert_uint_eq(assay_dictionary_count(d), 3);
    ck_assert_str_eq(assay_dictionary_text(d, 1), "basic");
    ck_assert_str_eq(assay_dictionary_text(d, 2), "");
    ck_assert_int_eq(assay_dictionary_find(d, "basic"), 1);
    ck_assert_int_eq(assay_dictionary_find(d, ""), 2);
    ck_assert_int_eq(assay_dictionary_find(d, "Basic"), ASSAY_NO_CODE);
    assay_dictionary_free(d);
}
END_TEST

START_TEST(empty_dictionary_finds_nothing)
{
    struct assay_dictionary *d = assay_dictionary_new();
    ck_assert_int_eq(assay_dictionary_find(d, "x"), ASSAY_NO_CODE);
    ck_assert_uint_eq(assay_dictionary_count(d), 0);
    assay_dictionary_free(d);
    assay_dictionary_free(NULL);
}
END_TEST

START_TEST(dictionary_texts_never_move)
{
    enum { N = 200000 };
    struct assay_dictionary *d = assay_dictionary_new();
    const char **seen = calloc(N, sizeof *seen);
    char text[32];
    for (int k = 0; k < N; k++) {
        int length = snprintf(text, sizeof text, "account-%d", k);
        ck_assert_int_eq(assay_dictionary_enter(d, text, (size_t)length), k);
        seen[k] = assay_dictionary_text(d, k);
    }
    for (int k = 0; k < N; k++) {
        snprintf(text, sizeof text, "account-%d", k);
        ck_assert_ptr_eq(assay_dictionary_text(d, k), seen[k]);
        ck_assert_str_eq(seen[k], text);
        ck_assert_int_eq(assay_dictionary_find(d, text), k);
    }
    free(seen);
    assay_dictionary_free(d);
}
END_TEST

/* Around the size of an arena block, where a text gets a block of its own. */
START_TEST(dictionary_keeps_long_texts)
{
    struct assay_dictionary *d = assay_dictionary_new();
    size_t longest = (1 << 16) + 2;
    char *text = malloc(longest + 1);
    memset(text, 'x', longest);
    for (size_t length = longest - 5; length <= longest; length++) {
        int32_t code = assay_dictionary_enter(d, text, length);
        ck_assert_uint_eq(strlen(assay_dictionary_text(d, code)), length);
        ck_assert_int_eq(assay_dictionary_enter(d, "short", 5), 1);
        ck_assert_int_eq(assay_dictionary_enter(d, text, length), code);
    }
    ck_assert_uint_eq(assay_dictionary_count(d), 7);
    free(text);
    assay_dictionary_free(d);
}
END_TEST

START_TEST(reset_dictionary_starts_again_from_0)
{
    struct assay_dictionary *d = assay_dictionary_new();
    assay_dictionary_reset(d);
    for (int round = 0; round < 3; round++) {
        char text[32];
        for (int k = 0; k < 20000; k++) {
            int length = snprintf(text, sizeof text, "%d in round %d", k, round);
            ck_assert_int_eq(assay_dictionary_enter(d, text, (size_t)length), k);
        }
        ck_assert_str_eq(assay_dictionary_text(d, 19999), text);
        assay_dictionary_reset(d);
        ck_assert_uint_eq(assay_dictionary_count(d), 0);
        ck_assert_int_eq(assay_dictionary_find(d, text), ASSAY_NO_CODE);
    }
    assay_dictionary_free(d);
}
END_TEST

static const enum assay_column_type types[] = {ASSAY_NUMBER, ASSAY_TEXT, ASSAY_DATE, ASSAY_FLAG};

START_TEST(table_grows_row_by_row_and_keeps_its_cells)
{
    enum { N = 5000 };
    struct assay_table table = {0};
    struct assay_error err = {0};
    size_t index;
    for (size_t k = 0; k < COUNT(types); k++) {
        ck_assay_ok(assay_table_add_column(&table, "c", types[k], &index, &err));
        ck_assert_uint_eq(index, k);
        ck_assert_uint_eq(assay_table_find(&table, "c", types[k]), k);
    }
    ck_assert_uint_eq(assay_table_find(&table, "d", ASSAY_NUMBER), (size_t)-1);
    for (size_t i = 0; i < N; i++) {
        ck_assay_ok(assay_table_reserve(&table, i + 1, &err));
        table.columns[0].numbers[i] = (double)i;
        table.columns[1].codes[i] = (int32_t)i;
        table.columns[2].dates[i] = (int32_t)(2 * i);
        table.columns[3].flags[i] = (int8_t)(i % 2);
        table.lines[i] = i + 2;
        table.n_row++;
    }
    for (size_t i = 0; i < N; i++) {
        ck_assert(table.columns[0].numbers[i] == (double)i);
        ck_assert_int_eq(table.columns[1].codes[i], (int)i);
        ck_assert_int_eq(table.columns[2].dates[i], (int)(2 * i));
        ck_assert_int_eq(table.columns[3].flags[i], (int)(i % 2));
        ck_assert_uint_eq(table.lines[i], i + 2);
    }
    assay_table_clear(&table);
    ck_assert_ptr_null(table.columns);
    ck_assert_uint_eq(table.n_column, 0);
}
END_TEST

/* A stream is read in blocks into one table; codes must mean the same in each. */
START_TEST(reset_forgets_rows_and_keeps_columns_codes_and_room)
{
    struct assay_table table = {0};
    struct assay_error err = {0};
    size_t index;
    ck_assay_ok(assay_table_add_column(&table, "plan", ASSAY_TEXT, &index, &err));
    ck_assay_ok(assay_table_reserve(&table, 100, &err));
    ck_assert_int_eq(assay_dictionary_enter(table.columns[0].dictionary, "pro", 3), 0);
    size_t capacity = table.row_capacity;
    const int32_t *codes = table.columns[0].codes;
    table.n_row = 100;
    assay_table_reset(&table);
    ck_assert_uint_eq(table.n_row, 0);
    ck_assert_uint_eq(table.n_column, 1);
    ck_assert_uint_eq(table.row_capacity, capacity);
    ck_assert_ptr_eq(table.columns[0].codes, codes);
    ck_assert_int_eq(assay_dictionary_find(table.columns[0].dictionary, "pro"), 0);
    ck_assay_ok(assay_table_add_column(&table, "arr", ASSAY_NUMBER, &index, &err));
    table.columns[1].numbers[capacity - 1] = 1.0; /* the new column has the old ones' room */
    assay_table_clear(&table);
}
END_TEST

START_TEST(room_that_cannot_exist_is_out_of_memory)
{
    struct assay_table table = {0};
    struct assay_error err = {0};
    size_t index;
    ck_assay_ok(assay_table_add_column(&table, "arr", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_reserve(&table, 8, &err));
    ck_assert_int_eq(assay_table_reserve(&table, (size_t)-1, &err), ASSAY_ENOMEM);
    ck_assert_str_eq(err.message, "out of memory making room for more rows");
    ck_assert_uint_eq(table.row_capacity, 8);
    assay_table_clear(&table);
}
END_TEST

static enum assay_status fill(struct assay_table *table, struct assay_error *err)
{
    size_t index;
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < 12 && status == ASSAY_OK; k++)
        status = assay_table_add_column(table, "c", types[k % COUNT(types)], &index, err);
    for (size_t n = 1; n < 40 && status == ASSAY_OK; n += 9)
        status = assay_table_reserve(table, n, err);
    return status;
}

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    for (size_t n = 1;; n++) {
        struct assay_table table = {0};
        struct assay_error err = {0};
        test_fail_allocation(n);
        enum assay_status status = fill(&table, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        assay_table_clear(&table);
        if (!reached)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_uint_lt(n, 1000);
    }
}
END_TEST

START_TEST(dictionary_is_unchanged_when_memory_fails)
{
    for (size_t n = 2; n <= 4; n++) { /* entries, slots, block; the first made the dictionary */
        test_fail_allocation(n);
        struct assay_dictionary *d = assay_dictionary_new();
        int32_t code = assay_dictionary_enter(d, "pro", 3);
        test_fail_allocation(0); /* before Check allocates */
        ck_assert_int_eq(code, ASSAY_NO_CODE);
        ck_assert_uint_eq(assay_dictionary_count(d), 0);
        ck_assert_int_eq(assay_dictionary_find(d, "pro"), ASSAY_NO_CODE);
        ck_assert_int_eq(assay_dictionary_enter(d, "pro", 3), 0);
        assay_dictionary_free(d);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, dictionary_numbers_texts_in_order_of_first_appearance);
    tcase_add_test(tc, empty_dictionary_finds_nothing);
    tcase_add_test(tc, dictionary_texts_never_move);
    tcase_add_test(tc, dictionary_keeps_long_texts);
    tcase_add_test(tc, reset_dictionary_starts_again_from_0);
    tcase_add_test(tc, table_grows_row_by_row_and_keeps_its_cells);
    tcase_add_test(tc, reset_forgets_rows_and_keeps_columns_codes_and_room);
    tcase_add_test(tc, room_that_cannot_exist_is_out_of_memory);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
    tcase_add_test(tc, dictionary_is_unchanged_when_memory_fails);
}

ASSAY_SUITE("data/table", add_tests)
