/* Distinct values of a signal, and whether it is alive on the last date. */
#include "calibrate/evidence/eye.h"

#include <stdlib.h>
#include <string.h>

#include "calibrate/evidence/latest.h"
#include "calibrate/evidence/stale.h"
#include "core/base/date.h"
#include "core/metric/roc.h"
#include "tests/support/random.h"
#include "tests/support/suite.h"

enum { ROWS = 600, ACCOUNTS = 90, VALUES = 12 };

/* A column of numbers, once plain and once coded; NaN among them, and 0 as -0 and 0. */
struct sample {
    struct assay_history history;
    struct assay_column plain, coded;
    unsigned char used[ROWS], outcome[ROWS];
    double number[ROWS], value[VALUES];
    uint16_t code[ROWS];
    int32_t day[ROWS], account[ROWS];
};

static void sample_init(struct sample *s, uint64_t seed)
{
    struct test_random random = {seed};
    *s = (struct sample){0};
    for (size_t v = 0; v < VALUES; v++)
        s->value[v] = v == 0 ? (double)NAN : v == 1 ? -0.0 : (double)(v * 7 % 11) - 3;
    for (size_t i = 0; i < ROWS; i++) {
        s->code[i] = (uint16_t)test_below(&random, VALUES);
        s->number[i] = s->value[s->code[i]];
        s->used[i] = test_below(&random, 9) > 0;
        s->outcome[i] = test_below(&random, 4) == 0;
        s->day[i] = test_below(&random, 20) == 0 ? ASSAY_NO_DATE : (int32_t)test_below(&random, 6);
        s->account[i] = (int32_t)test_below(&random, ACCOUNTS);
        s->history.n_used += s->used[i];
    }
    s->history.n_row = ROWS;
    s->history.used = s->used;
    s->history.outcome = s->outcome;
    s->plain = (struct assay_column){.type = ASSAY_NUMBER, .numbers = s->number};
    s->coded = (struct assay_column){
        .type = ASSAY_NUMBER, .number_codes = s->code, .values = s->value, .n_value = VALUES};
}

static struct assay_eye eye_of(const struct sample *s, bool coded)
{
    return (struct assay_eye){.history = &s->history, .column = coded ? &s->coded : &s->plain};
}

static enum assay_status count_levels(const struct assay_eye *eye, bool *known,
                                      struct assay_levels *levels, struct assay_error *err)
{
    struct assay_events events = {0};
    enum assay_status status = assay_events_find(eye->history, &events, err);
    if (status == ASSAY_OK)
        status = assay_levels_count(eye, &events, known, levels, err);
    assay_events_clear(&events);
    return status;
}

START_TEST(levels_are_the_values_in_order_each_once) /* a loop over seeds */
{
    struct sample s;
    struct assay_levels levels = {0};
    struct assay_error err = {0};
    bool known;
    size_t total[2], want[2] = {0}, missing[2] = {0};
    sample_init(&s, (uint64_t)_i + 1);
    struct assay_eye eye = eye_of(&s, true);
    ck_assay_ok(count_levels(&eye, &known, &levels, &err));
    ck_assert(known);
    for (size_t k = 0; k < levels.n; k++) {
        size_t count[2] = {0};
        if (k > 0)
            ck_assert_double_lt(levels.value[k - 1], levels.value[k]);
        for (size_t i = 0; i < ROWS; i++)
            if (s.used[i] && s.number[i] == levels.value[k])
                count[s.outcome[i]]++;
        ck_assert_mem_eq(levels.count[k], count, sizeof count);
    }
    for (size_t i = 0; i < ROWS; i++)
        if (s.used[i])
            (isnan(s.number[i]) ? missing : want)[s.outcome[i]]++;
    assay_levels_total(&levels, total);
    ck_assert_mem_eq(total, want, sizeof want);
    ck_assert_mem_eq(levels.missing, missing, sizeof missing);
    assay_levels_clear(&levels);
}
END_TEST

START_TEST(their_auc_is_that_of_the_rows_to_the_last_bit) /* a loop over seeds */
{
    struct sample s;
    struct assay_levels levels = {0};
    struct assay_auc auc;
    struct assay_error err = {0};
    double score[ROWS];
    unsigned char outcome[ROWS];
    size_t n = 0;
    bool known;
    sample_init(&s, (uint64_t)_i + 101);
    struct assay_eye eye = eye_of(&s, true);
    for (size_t i = 0; i < ROWS; i++)
        if (s.used[i] && !isnan(s.number[i])) {
            score[n] = s.number[i];
            outcome[n++] = s.outcome[i];
        }
    ck_assay_ok(assay_auc_measure(score, outcome, n, ASSAY_HIGHER_IS_RISK, &auc, &err));
    ck_assay_ok(count_levels(&eye, &known, &levels, &err));
    ck_assert_double_eq(assay_levels_auc(&levels), auc.wald.value);
    assay_levels_clear(&levels);
}
END_TEST

START_TEST(a_pure_end_stops_at_the_first_value_of_a_non_event)
{
    double value[] = {1, 2, 3, 4};
    size_t count[][2] = {{0, 5}, {0, 2}, {4, 9}, {0, 3}};
    struct assay_levels levels = {.n = 4, .value = value, .count = count};
    ck_assert_uint_eq(assay_levels_pure(&levels, true), 7);
    ck_assert_uint_eq(assay_levels_pure(&levels, false), 3);
    count[3][0] = 1;
    ck_assert_uint_eq(assay_levels_pure(&levels, false), 0);
}
END_TEST

START_TEST(plain_columns_are_not_counted)
{
    struct sample s;
    struct assay_levels levels = {0};
    struct assay_error err = {0};
    bool known = true;
    sample_init(&s, 7);
    struct assay_eye eye = eye_of(&s, false);
    ck_assay_ok(count_levels(&eye, &known, &levels, &err));
    ck_assert(!known);
    ck_assert_uint_eq(levels.n, 0);
}
END_TEST

START_TEST(categories_with_the_same_points_are_one_level)
{
    static const char *const names[] = {"Gold", "Silver", "Bronze", "Lead"};
    double points[] = {90, 40, 40, 10}; /* the last is in no row */
    int32_t code[ROWS];
    size_t want[3][2] = {{0}}; /* 40, 90, missing */
    struct sample s;
    struct assay_levels levels = {0};
    struct assay_error err = {0};
    bool known;
    sample_init(&s, 5);
    struct assay_column column = {
        .type = ASSAY_TEXT, .codes = code, .dictionary = assay_dictionary_new()};
    for (size_t c = 0; c < COUNT(names); c++)
        ck_assert_int_eq(assay_dictionary_enter(column.dictionary, names[c], strlen(names[c])), (int)c);
    for (size_t i = 0; i < ROWS; i++) {
        code[i] = s.code[i] % 4 == 3 ? ASSAY_NO_CODE : s.code[i] % 4;
        size_t level = code[i] == ASSAY_NO_CODE ? 2 : code[i] == 0 ? 1 : 0;
        want[level][s.outcome[i]] += s.used[i];
    }
    struct assay_eye eye = {.history = &s.history, .column = &column, .points = points};
    ck_assay_ok(count_levels(&eye, &known, &levels, &err));
    ck_assert(known);
    ck_assert_uint_eq(levels.n, 2);
    ck_assert_double_eq(levels.value[0], 40);
    ck_assert_double_eq(levels.value[1], 90);
    ck_assert_mem_eq(levels.count, want, sizeof want[0] * 2);
    ck_assert_mem_eq(levels.missing, want[2], sizeof want[2]);
    assay_levels_clear(&levels);
    assay_dictionary_free(column.dictionary);
}
END_TEST

/* From day 3 on nothing (1) or one value (2); each account its own always (3); or all as it is (0). */
static void make_quiet(struct sample *s, int how)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (how == 3)
            s->number[i] = (double)s->account[i];
        else if (how > 0 && s->day[i] >= 3)
            s->number[i] = how == 1 ? (double)NAN : 5;
    }
}

START_TEST(what_is_lively_is_never_stale_and_quiet_ends_are_not_lively) /* kind and seed */
{
    struct sample s;
    struct assay_latest latest = {0};
    struct assay_stale_rows rows = {0};
    struct assay_stale stale;
    struct assay_error err = {0};
    double value[ROWS];
    sample_init(&s, (uint64_t)_i / 4 + 1);
    make_quiet(&s, _i % 4);
    struct assay_eye eye = eye_of(&s, false);
    ck_assay_ok(assay_latest_find(s.day, s.account, s.used, ROWS, ACCOUNTS, &latest, &err));
    ck_assay_ok(assay_stale_rows_init(s.day, s.account, s.used, ROWS, ACCOUNTS, &rows, &err));
    for (size_t k = 0; k < rows.n; k++)
        value[k] = s.number[rows.row[k]];
    ck_assay_ok(assay_stale_find(&rows, value, 0.999, &stale, &err));
    bool lively = assay_latest_is_lively(&latest, &eye);
    ck_assert(latest.several);
    ck_assert_msg(!lively || stale.kind == ASSAY_STALE_NOT, "kind %d", (int)stale.kind);
    ck_assert_int_eq(lively, _i % 4 == 0);
    assay_latest_clear(&latest);
    assay_stale_rows_clear(&rows);
}
END_TEST

START_TEST(a_single_date_and_no_date_have_nothing_before)
{
    struct sample s;
    struct assay_latest latest = {0};
    struct assay_error err = {0};
    sample_init(&s, 9);
    for (int dated = 0; dated < 2; dated++) {
        for (size_t i = 0; i < ROWS; i++)
            s.day[i] = dated ? 4 : ASSAY_NO_DATE;
        ck_assay_ok(assay_latest_find(s.day, s.account, s.used, ROWS, ACCOUNTS, &latest, &err));
        ck_assert(!latest.several);
        ck_assert_uint_eq(latest.n, dated ? s.history.n_used : 0);
        assay_latest_clear(&latest);
    }
}
END_TEST

/* Rows for more than one task: EACH of every account, next to each other or far apart. */
enum { MANY_ACCOUNTS = 20000, EACH = 8, MANY = MANY_ACCOUNTS * EACH };

static size_t row_of(bool together, size_t account, size_t k)
{
    return together ? account * EACH + k : k * MANY_ACCOUNTS + account;
}

/* The latest row of an earlier date before the account's first row of the last date; SIZE_MAX: none. */
static size_t walk_before(const int32_t day[], const unsigned char wanted[], bool together, size_t account,
                          size_t row, int32_t last)
{
    size_t before = SIZE_MAX;
    for (size_t k = 0; k < EACH; k++) {
        size_t i = row_of(together, account, k);
        if (!wanted[i] || day[i] == ASSAY_NO_DATE)
            continue;
        if (day[i] == last && i < row)
            return SIZE_MAX;
        if (day[i] != last && (before == SIZE_MAX || day[before] <= day[i]))
            before = i;
    }
    return before;
}

START_TEST(rows_of_the_last_date_have_those_before_them) /* accounts together, apart */
{
    static int32_t day[MANY], account[MANY];
    static unsigned char wanted[MANY];
    struct test_random random = {17};
    struct assay_latest latest = {0};
    struct assay_error err = {0};
    bool together = _i == 0;
    size_t n = 0;
    for (size_t a = 0; a < MANY_ACCOUNTS; a++)
        for (size_t k = 0; k < EACH; k++) {
            size_t i = row_of(together, a, k);
            account[i] = (int32_t)a;
            day[i] = test_below(&random, 20) == 0 ? ASSAY_NO_DATE : (int32_t)test_below(&random, 9);
            wanted[i] = test_below(&random, 9) > 0;
        }
    ck_assay_ok(assay_latest_find(day, account, wanted, MANY, MANY_ACCOUNTS, &latest, &err));
    ck_assert(latest.several);
    for (size_t i = 0; i < MANY; i++) {
        if (!wanted[i] || day[i] != 8)
            continue;
        ck_assert_uint_lt(n, latest.n);
        ck_assert_uint_eq(latest.row[n], i);
        ck_assert_uint_eq(latest.before[n],
                          walk_before(day, wanted, together, (size_t)account[i], i, 8));
        n++;
    }
    ck_assert_uint_eq(latest.n, n);
    assay_latest_clear(&latest);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct sample s;
    sample_init(&s, 5);
    struct assay_eye eye = eye_of(&s, true);
    for (size_t n = 1; n < 100; n++) {
        struct assay_levels levels = {0};
        struct assay_latest latest = {0};
        struct assay_error err = {0};
        bool known;
        test_fail_allocation(n);
        enum assay_status status = count_levels(&eye, &known, &levels, &err);
        if (status == ASSAY_OK)
            status = assay_latest_find(s.day, s.account, s.used, ROWS, ACCOUNTS, &latest, &err);
        test_fail_allocation(0);
        assay_levels_clear(&levels);
        assay_latest_clear(&latest);
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory", 13), 0);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, levels_are_the_values_in_order_each_once, 0, 10);
    tcase_add_loop_test(tc, their_auc_is_that_of_the_rows_to_the_last_bit, 0, 10);
    tcase_add_test(tc, categories_with_the_same_points_are_one_level);
    tcase_add_test(tc, a_pure_end_stops_at_the_first_value_of_a_non_event);
    tcase_add_test(tc, plain_columns_are_not_counted);
    tcase_add_loop_test(tc, what_is_lively_is_never_stale_and_quiet_ends_are_not_lively, 0, 40);
    tcase_add_test(tc, a_single_date_and_no_date_have_nothing_before);
    tcase_add_loop_test(tc, rows_of_the_last_date_have_those_before_them, 0, 2);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/eye", add_tests)
