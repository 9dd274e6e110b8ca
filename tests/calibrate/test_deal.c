/* Folds and repeats of random histories, against the definition word for word. */
#include "calibrate/fit/deal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/signal/history.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { SEEDS = 30 };

struct past {
    struct assay_spec spec;
    struct assay_table table;
    struct assay_columns columns;
    struct assay_history history;
};

/* Accounts of a few rows each, by account and date where `ordered`; one row in ten is not used. */
static void make_past(struct past *p, uint64_t seed, size_t n_row, bool ordered)
{
    struct test_random random = {seed};
    *p = (struct past){.spec = {.id = (char *)"id", .as_of = (char *)"day", .seed = seed}};
    p->spec.fit.folds = 1 + test_below(&random, 12);
    size_t id = history_column(&p->table, "id", ASSAY_TEXT);
    size_t day = history_column(&p->table, "day", ASSAY_DATE);
    history_rows(&p->table, n_row);
    p->columns = history_columns(&p->spec, &p->table);
    p->history = (struct assay_history){.spec = &p->spec,
                                        .table = &p->table,
                                        .columns = &p->columns,
                                        .n_row = n_row,
                                        .n_thread = 1 + seed % 3,
                                        .used = calloc(n_row, 1),
                                        .outcome = calloc(n_row, 1),
                                        .fold = calloc(n_row, sizeof(uint16_t))};
    size_t account = 0;
    int32_t date = -3;
    for (size_t i = 0; i < n_row; i++) {
        char text[32];
        if (test_below(&random, 4) == 0) {
            account++;
            date = -3;
        }
        date += (int32_t)test_below(&random, 3);
        snprintf(text, sizeof text, "%zu", ordered ? account : test_below(&random, n_row / 4 + 1));
        history_text(&p->table, id, i, text);
        p->table.columns[day].dates[i] = ordered ? date : (int32_t)test_below(&random, 4) - 2;
        p->history.used[i] = test_below(&random, 10) > 0 || i == 0;
        p->history.outcome[i] = p->history.used[i] && test_below(&random, 8) == 0;
        p->history.n_used += p->history.used[i];
    }
}

static void clear_past(struct past *p)
{
    free(p->history.used);
    free(p->history.outcome);
    free(p->history.fold);
    assay_columns_clear(&p->columns);
    assay_table_clear(&p->table);
}

/* Where account a is dealt: how many come before it. */
static size_t place_of(const bool used[], const bool event[], const uint64_t hash[], size_t n,
                       size_t a)
{
    size_t before = 0;
    for (size_t b = 0; b < n; b++) {
        if (used[a] != used[b])
            before += used[b];
        else if (event[a] != event[b])
            before += event[b];
        else if (hash[a] != hash[b])
            before += hash[b] < hash[a];
        else
            before += b < a;
    }
    return before;
}

START_TEST(accounts_are_dealt_in_turn_those_with_an_event_first)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct past p;
        make_past(&p, seed, 40 + 7 * seed, seed % 2 == 0);
        ck_assay_ok(assay_history_deal(&p.history, &err));
        const struct assay_column *id = &p.table.columns[p.columns.id];
        size_t n = assay_dictionary_count(id->dictionary), n_used = 0;
        bool *used = calloc(n, sizeof *used), *event = calloc(n, sizeof *event);
        uint64_t *hash = calloc(n, sizeof *hash);
        for (size_t a = 0; a < n; a++)
            hash[a] = assay_account_hash(assay_dictionary_text(id->dictionary, (int32_t)a), seed);
        for (size_t i = 0; i < p.history.n_row; i++) {
            n_used += p.history.used[i] && !used[id->codes[i]];
            used[id->codes[i]] |= p.history.used[i];
            event[id->codes[i]] |= p.history.outcome[i];
        }
        ck_assert_uint_eq(p.history.n_account, n_used);
        ck_assert_uint_eq(p.history.n_fold, p.spec.fit.folds < n_used ? p.spec.fit.folds : n_used);
        for (size_t i = 0; i < p.history.n_row; i++)
            ck_assert_uint_eq(p.history.fold[i],
                              place_of(used, event, hash, n, (size_t)id->codes[i]) %
                                  p.history.n_fold);
        free(used);
        free(event);
        free(hash);
        clear_past(&p);
    }
}
END_TEST

START_TEST(without_folds_accounts_are_counted_and_dealt_nowhere)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct past p;
        make_past(&p, seed, 40 + 7 * seed, seed % 2 == 0);
        struct assay_history dealt = p.history;
        ck_assay_ok(assay_history_deal(&dealt, &err));
        free(p.history.fold);
        p.history.fold = NULL; /* to be touched by nobody */
        p.spec.fit.folds = 0;
        ck_assay_ok(assay_history_deal(&p.history, &err));
        ck_assert_uint_eq(p.history.n_account, dealt.n_account);
        ck_assert_uint_eq(p.history.n_fold, 0);
        clear_past(&p);
    }
}
END_TEST

static size_t repeats_of(const struct past *p)
{
    const int32_t *codes = p->table.columns[p->columns.id].codes;
    const int32_t *dates = p->table.columns[p->columns.as_of].dates;
    size_t sum = 0;
    for (size_t i = 0; i < p->history.n_row; i++) {
        bool repeats = false;
        for (size_t k = 0; k < i && p->history.used[i]; k++)
            repeats =
                repeats || (p->history.used[k] && codes[k] == codes[i] && dates[k] == dates[i]);
        sum += repeats;
    }
    return sum;
}

START_TEST(repeats_are_counted_in_rows_of_any_order)
{
    size_t all = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct assay_error err = {0};
        struct past p;
        make_past(&p, seed, 300 + seed, seed % 2 == 0);
        ck_assay_ok(assay_history_count_repeats(&p.history, &err));
        ck_assert_uint_eq(p.history.n_repeated, repeats_of(&p));
        all += p.history.n_repeated;
        clear_past(&p);
    }
    ck_assert_uint_gt(all, 100);
}
END_TEST

/* Three tasks of rows that are all in order but for a place where two tasks meet, or none: an account of
 * four rows, of which the last repeats, spans the border at 65,536. */
START_TEST(tasks_are_joined_at_their_borders)
{
    enum { N = 2 * 65536 + 10, BORDER = 65536 };
    for (int kind = 0; kind < 4; kind++) {
        struct assay_error err = {0};
        struct past p;
        make_past(&p, 1, 8, true);
        struct past long_past = p;
        struct assay_column columns[2] = {p.table.columns[0], p.table.columns[1]};
        columns[0].codes = calloc(N, sizeof(int32_t));
        columns[1].dates = calloc(N, sizeof(int32_t));
        long_past.table.columns = columns;
        long_past.history.table = &long_past.table;
        long_past.history.columns = &p.columns;
        long_past.history.spec = &p.spec;
        long_past.history.n_row = long_past.history.n_used = N;
        long_past.history.used = malloc(N);
        memset(long_past.history.used, 1, N);
        for (int32_t i = 0; i < N; i++)
            columns[0].codes[i] = i;
        if (kind == 1) /* two rows of one account and day, one on either side */
            columns[0].codes[BORDER] = BORDER - 1;
        if (kind == 2) { /* the same, with a whole task between them that is not used */
            memset(long_past.history.used + BORDER, 0, BORDER);
            long_past.history.n_used = N - BORDER;
            columns[0].codes[2 * BORDER] = BORDER - 1;
        }
        if (kind == 3) /* out of order at the border alone, and the first row comes again there */
            columns[0].codes[BORDER] = 0;
        ck_assay_ok(assay_history_count_repeats(&long_past.history, &err));
        ck_assert_uint_eq(long_past.history.n_repeated, kind > 0);
        free(columns[0].codes);
        free(columns[1].dates);
        free(long_past.history.used);
        clear_past(&p);
    }
}
END_TEST

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    struct past p;
    make_past(&p, 9, 300, false);
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_history history = p.history;
        test_fail_allocation(n);
        enum assay_status status = assay_history_deal(&history, &err);
        if (status == ASSAY_OK)
            status = assay_history_count_repeats(&history, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        ck_assert_int_eq(status, reached ? ASSAY_ENOMEM : ASSAY_OK);
        if (!reached)
            break;
    }
    ck_assert_uint_gt(n, 6); /* four to deal, two to look and sort */
    clear_past(&p);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, accounts_are_dealt_in_turn_those_with_an_event_first);
    tcase_add_test(tc, without_folds_accounts_are_counted_and_dealt_nowhere);
    tcase_add_test(tc, repeats_are_counted_in_rows_of_any_order);
    tcase_add_test(tc, tasks_are_joined_at_their_borders);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/deal", add_tests)
