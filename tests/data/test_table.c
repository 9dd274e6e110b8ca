#include "core/data/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"
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

/* ---- appending ---- */

enum { NUMBER, MANY, TEXT, DATE, FLAG, N_COLUMN };

static void add_columns(struct assay_table *table, size_t long_from)
{
    static const enum assay_column_type of[N_COLUMN] = {ASSAY_NUMBER, ASSAY_NUMBER, ASSAY_TEXT,
                                                        ASSAY_DATE, ASSAY_FLAG};
    struct assay_error err = {0};
    size_t index;
    *table = (struct assay_table){.long_from = long_from};
    for (size_t k = 0; k < N_COLUMN; k++)
        ck_assay_ok(assay_table_add_column(table, "c", of[k], &index, &err));
}

/* Few numbers, among them both zeros and more than one NaN; as many numbers as there are rows. */
static double few(uint64_t key)
{
    static const uint64_t odd[] = {UINT64_C(0x7ff8000000000001), UINT64_C(0x8000000000000000),
                                   UINT64_C(0), UINT64_C(0xfff8000000000000)};
    double number;
    memcpy(&number, &odd[key % COUNT(odd)], sizeof number);
    return key % 3 == 0 ? number : (double)(key % 97) / 8;
}

static void write_row(struct assay_table *table, uint64_t key, size_t line)
{
    char text[32];
    struct assay_error err = {0};
    size_t i = table->n_row;
    ck_assay_ok(assay_table_reserve(table, i + 1, &err));
    struct assay_column *c = table->columns;
    int length = snprintf(text, sizeof text, "plan %d", (int)(key % 31));
    c[NUMBER].numbers[i] = few(key);
    c[MANY].numbers[i] = (double)key / 3;
    c[TEXT].codes[i] = key % 7 == 0 ? ASSAY_NO_CODE
                                    : assay_dictionary_enter(c[TEXT].dictionary, text, (size_t)length);
    c[DATE].dates[i] = (int32_t)(key % 1000);
    c[FLAG].flags[i] = (int8_t)(key % 2);
    table->lines[i] = line;
    table->n_row++;
}

static bool same_number(double a, double b)
{
    return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof a) == 0;
}

static bool same_row(const struct assay_table *a, const struct assay_table *b, size_t i)
{
    const struct assay_column *x = a->columns, *y = b->columns;
    return same_number(assay_column_number(&x[NUMBER], i), assay_column_number(&y[NUMBER], i)) &&
           same_number(assay_column_number(&x[MANY], i), assay_column_number(&y[MANY], i)) &&
           x[TEXT].codes[i] == y[TEXT].codes[i] && x[DATE].dates[i] == y[DATE].dates[i] &&
           x[FLAG].flags[i] == y[FLAG].flags[i] && assay_table_line(a, i) == assay_table_line(b, i);
}

static void assert_same_table(const struct assay_table *got, const struct assay_table *want)
{
    ck_assert_uint_eq(got->n_row, want->n_row);
    for (size_t i = 0; i < want->n_row; i++)
        if (!same_row(got, want, i))
            ck_abort_msg("row %zu differs", i);
    const struct assay_dictionary *texts = want->columns[TEXT].dictionary;
    ck_assert_uint_eq(assay_dictionary_count(got->columns[TEXT].dictionary),
                      assay_dictionary_count(texts));
    for (size_t c = 0; c < assay_dictionary_count(texts); c++)
        ck_assert_str_eq(assay_dictionary_text(got->columns[TEXT].dictionary, (int32_t)c),
                         assay_dictionary_text(texts, (int32_t)c));
}

/* Lines skip one now and then, in a third of the tables. */
static size_t next_line(struct test_random *random, size_t line, bool skipping)
{
    return line + 1 + (skipping && test_below(random, 50) == 0);
}

START_TEST(table_of_parts_is_the_table_of_one_reading)
{
    struct assay_error err = {0};
    struct test_random random = {1 + (uint64_t)_i};
    struct assay_table whole, parts, part;
    add_columns(&whole, 0);
    add_columns(&parts, 1 + test_below(&random, 600));
    size_t line = 2;
    for (size_t p = 0; p < 12; p++) {
        add_columns(&part, p % 5 == 4 ? 1 : 0);
        for (size_t n = test_below(&random, 200); n > 0; n--) {
            uint64_t key = test_bits(&random) >> 20;
            write_row(&whole, key, line);
            write_row(&part, key, line);
            line = next_line(&random, line, _i % 3 == 0);
        }
        part.columns[NUMBER].n_unreadable = p;
        ck_assay_ok(assay_table_append(&parts, &part, &err));
        assay_table_clear(&part);
    }
    assert_same_table(&parts, &whole);
    if (whole.n_row >= parts.long_from) {
        ck_assert_ptr_null(parts.columns[NUMBER].numbers);
        ck_assert(parts.columns[NUMBER].n_value <= 97 + 3); /* all NaN are one */
        ck_assert((parts.lines == NULL) == (_i % 3 != 0));
    }
    ck_assert_uint_eq(parts.columns[NUMBER].n_unreadable, 66);
    assay_table_clear(&parts);
    assay_table_clear(&whole);
}
END_TEST

/* What a part was coded as does not matter. */
START_TEST(parts_may_be_long_themselves)
{
    struct assay_error err = {0};
    struct assay_table whole, long_part, part;
    add_columns(&whole, 0);
    add_columns(&part, 0);
    add_columns(&long_part, 1);
    for (uint64_t key = 0; key < 3000; key++)
        write_row(&part, key * 7, 2 + key);
    ck_assay_ok(assay_table_append(&long_part, &part, &err));
    ck_assert_ptr_null(long_part.columns[MANY].numbers);
    ck_assert_ptr_null(long_part.lines);
    ck_assay_ok(assay_table_append(&whole, &long_part, &err));
    ck_assert_ptr_nonnull(whole.columns[MANY].numbers);
    assert_same_table(&whole, &part);
    double room[100];
    const double *number = assay_column_numbers(&long_part.columns[MANY], 2900, 100, room);
    ck_assert_mem_eq(number, part.columns[MANY].numbers + 2900, sizeof room);
    ck_assert_ptr_eq(assay_column_numbers(&part.columns[MANY], 5, 100, room),
                     part.columns[MANY].numbers + 5);
    assay_table_clear(&whole);
    assay_table_clear(&part);
    assay_table_clear(&long_part);
}
END_TEST

/* The value more than 16 bits can tell apart comes within a part, and at its start. */
START_TEST(column_of_too_many_values_becomes_plain_again)
{
    enum { STEP = 16384 };
    struct assay_error err = {0};
    struct assay_table table = {0}, part = {0};
    size_t index, first = _i == 0 ? 0 : STEP / 2; /* rows that the first part lacks */
    ck_assay_ok(assay_table_add_column(&table, "c", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_add_column(&part, "c", ASSAY_NUMBER, &index, &err));
    table.long_from = 1;
    ck_assay_ok(assay_table_reserve(&part, STEP, &err));
    for (size_t p = 0; p < 6; p++) {
        size_t from = p == 0 ? first : 0;
        part.n_row = 0;
        for (size_t i = from; i < STEP; i++) {
            part.columns[0].numbers[part.n_row] = 0.1 * (double)(p * STEP + i);
            part.lines[part.n_row++] = p * STEP + i;
        }
        ck_assay_ok(assay_table_append(&table, &part, &err));
        bool coded = table.n_row <= 65536;
        ck_assert((table.columns[0].numbers == NULL) == coded);
        ck_assert_uint_eq(table.columns[0].n_value, coded ? table.n_row : 0);
    }
    for (size_t i = 0; i < table.n_row; i++)
        if (assay_column_number(&table.columns[0], i) != 0.1 * (double)(first + i))
            ck_abort_msg("row %zu differs", i);
    assay_table_clear(&table);
    assay_table_clear(&part);
}
END_TEST

START_TEST(table_that_begins_with_too_many_values_stays_plain)
{
    enum { N = 65537 };
    struct assay_error err = {0};
    struct assay_table table = {.long_from = N + 1}, part = {0};
    size_t index;
    ck_assay_ok(assay_table_add_column(&table, "c", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_add_column(&part, "c", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_reserve(&part, N, &err));
    for (part.n_row = 0; part.n_row < N; part.n_row++) {
        part.columns[0].numbers[part.n_row] = (double)part.n_row;
        part.lines[part.n_row] = part.n_row;
    }
    ck_assay_ok(assay_table_append(&table, &part, &err));
    part.n_row = 1;
    ck_assay_ok(assay_table_append(&table, &part, &err));
    ck_assert_ptr_nonnull(table.columns[0].numbers);
    ck_assert_ptr_null(table.columns[0].number_codes);
    ck_assert(table.columns[0].numbers[N - 1] == N - 1 && table.columns[0].numbers[N] == 0);
    assay_table_clear(&table);
    assay_table_clear(&part);
}
END_TEST

START_TEST(zeros_of_both_signs_are_two_values_and_all_nan_are_one)
{
    static const uint64_t bits[] = {UINT64_C(0x7ff8000000000000), UINT64_C(0), UINT64_C(1) << 63,
                                    UINT64_C(0xfff8000000000000), UINT64_C(0x7ff0000000000123),
                                    UINT64_C(0x7ff0000000000000)};
    struct assay_error err = {0};
    struct assay_table table = {.long_from = 1}, part = {0};
    size_t index;
    ck_assay_ok(assay_table_add_column(&table, "c", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_add_column(&part, "c", ASSAY_NUMBER, &index, &err));
    ck_assay_ok(assay_table_reserve(&part, COUNT(bits), &err));
    memcpy(part.columns[0].numbers, bits, sizeof bits);
    for (; part.n_row < COUNT(bits); part.n_row++)
        part.lines[part.n_row] = 7 + part.n_row;
    ck_assay_ok(assay_table_append(&table, &part, &err));
    const struct assay_column *c = &table.columns[0];
    ck_assert_uint_eq(c->n_value, 4);
    ck_assert(isnan(c->values[0]) && c->values[1] == 0 && !signbit(c->values[1]) &&
              c->values[2] == 0 && signbit(c->values[2]) && isinf(c->values[3]));
    ck_assert(c->number_codes[3] == 0 && c->number_codes[4] == 0 && c->number_codes[5] == 3);
    ck_assert_uint_eq(assay_table_line(&table, 5), 12);
    assay_table_clear(&table);
    assay_table_clear(&part);
}
END_TEST

START_TEST(long_table_can_be_written_by_rows_and_reset)
{
    struct assay_error err = {0};
    struct assay_table table, part, whole;
    add_columns(&table, 10);
    add_columns(&part, 0);
    add_columns(&whole, 0);
    for (uint64_t key = 0; key < 50; key++) {
        write_row(&part, 11 * key, 5 + key);
        write_row(&whole, 11 * key, 5 + key);
    }
    for (int round = 0; round < 2; round++) {
        ck_assay_ok(assay_table_append(&table, &part, &err));
        ck_assert_ptr_null(table.columns[NUMBER].numbers);
        write_row(&table, 1234567, 99);
        write_row(&whole, 1234567, 99);
        ck_assert_ptr_nonnull(table.columns[NUMBER].numbers);
        ck_assert_ptr_null(table.columns[NUMBER].number_codes);
        assert_same_table(&table, &whole);
        whole.n_row--;
        assay_table_reset(&table);
    }
    ck_assay_ok(assay_table_append(&table, &part, &err));
    assay_table_reset(&table);
    ck_assert_uint_eq(table.n_row, 0);
    ck_assert_uint_eq(table.n_column, N_COLUMN);
    ck_assay_ok(assay_table_append(&table, &part, &err));
    assert_same_table(&table, &part);
    assay_table_clear(&table);
    assay_table_clear(&part);
    assay_table_clear(&whole);
}
END_TEST

/* All that was there is there, and the same part can be appended when there is memory again. */
START_TEST(append_that_fails_leaves_the_table_as_it_was)
{
    struct assay_table whole, first, second;
    struct assay_error err = {0};
    add_columns(&whole, 0);
    add_columns(&first, 0);
    add_columns(&second, 0);
    for (uint64_t key = 0; key < 300; key++) {
        write_row(&whole, key * key, 2 + key);
        write_row(key < 100 ? &first : &second, key * key, 2 + key);
    }
    bool reached = true;
    for (size_t n = 1; reached; n++) {
        struct assay_table table;
        add_columns(&table, _i == 0 ? 200 : 50); /* becomes long with the second part, or the first */
        ck_assay_ok(assay_table_append(&table, &first, &err));
        test_fail_allocation(n);
        enum assay_status status = assay_table_append(&table, &second, &err);
        reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        if (reached) {
            ck_assert_str_eq(err.message, "out of memory adding rows to the table");
            ck_assert_uint_eq(table.n_row, 100);
            for (size_t i = 0; i < 100; i++)
                ck_assert(same_row(&table, &whole, i));
            ck_assay_ok(assay_table_append(&table, &second, &err));
        }
        assert_same_table(&table, &whole);
        if (!table.columns[MANY].numbers)
            ck_assert_uint_eq(table.columns[MANY].n_value, 300);
        assay_table_clear(&table);
        ck_assert_uint_lt(n, 1000);
    }
    assay_table_clear(&whole);
    assay_table_clear(&first);
    assay_table_clear(&second);
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
    tcase_add_loop_test(tc, table_of_parts_is_the_table_of_one_reading, 0, 60);
    tcase_add_test(tc, parts_may_be_long_themselves);
    tcase_add_loop_test(tc, column_of_too_many_values_becomes_plain_again, 0, 2);
    tcase_add_test(tc, table_that_begins_with_too_many_values_stays_plain);
    tcase_add_test(tc, zeros_of_both_signs_are_two_values_and_all_nan_are_one);
    tcase_add_test(tc, long_table_can_be_written_by_rows_and_reset);
    tcase_add_loop_test(tc, append_that_fails_leaves_the_table_as_it_was, 0, 2);
}

ASSAY_SUITE("data/table", add_tests)
