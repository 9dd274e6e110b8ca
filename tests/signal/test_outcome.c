#include "core/signal/outcome.h"

#include <stdio.h>
#include <string.h>

#include "tests/signal/history.h"
#include "tests/support/suite.h"

static const struct assay_window always = {ASSAY_NO_DATE, ASSAY_NO_DATE};

struct labels {
    unsigned char state[64], outcome[64];
    size_t count[ASSAY_ROW_STATES], early;
};

/* ---- by date: horizon of 90 days, seen until 2026-06-30 ---- */

static const struct {
    const char *as_of, *event; /* event NULL: none */
    enum assay_row_state state;
    int outcome, early;
} dated[] = {
    /* 2026-01-01 + 90 days is 2026-04-01 */
    {"2026-01-01", NULL, ASSAY_ROW_USED, 0, 0},
    {"2026-01-01", "2025-12-31", ASSAY_ROW_AFTER_EVENT, 0, 0},
    {"2026-01-01", "2026-01-01", ASSAY_ROW_AFTER_EVENT, 0, 0},
    {"2026-01-01", "2026-01-02", ASSAY_ROW_USED, 1, 0},
    {"2026-01-01", "2026-03-31", ASSAY_ROW_USED, 1, 0},
    {"2026-01-01", "2026-04-01", ASSAY_ROW_USED, 1, 0},
    {"2026-01-01", "2026-04-02", ASSAY_ROW_USED, 0, 0},
    {"2026-01-01", "2026-06-30", ASSAY_ROW_USED, 0, 0},
    {"2026-01-01", "2027-01-01", ASSAY_ROW_USED, 0, 0},
    /* 2026-04-01 + 90 days is 2026-06-30, the last day that is seen */
    {"2026-04-01", NULL, ASSAY_ROW_USED, 0, 0},
    {"2026-04-01", "2026-06-30", ASSAY_ROW_USED, 1, 0},
    {"2026-04-01", "2026-07-01", ASSAY_ROW_USED, 0, 0},
    /* one day later the horizon is not over */
    {"2026-04-02", NULL, ASSAY_ROW_NOT_MATURED, 0, 0},
    {"2026-04-02", "2026-04-02", ASSAY_ROW_AFTER_EVENT, 0, 0},
    {"2026-04-02", "2026-04-03", ASSAY_ROW_USED, 1, 1},
    {"2026-04-02", "2026-06-30", ASSAY_ROW_USED, 1, 1},
    /* announced, but not observed: those who will leave unannounced are not known either */
    {"2026-04-02", "2026-07-01", ASSAY_ROW_NOT_MATURED, 0, 0},
    {"2026-04-02", "2026-07-02", ASSAY_ROW_NOT_MATURED, 0, 0},
    {"2026-07-01", NULL, ASSAY_ROW_NOT_MATURED, 0, 0},
    {"2026-07-01", "2026-06-01", ASSAY_ROW_AFTER_EVENT, 0, 0},
};

static struct assay_spec dated_spec(void)
{
    return (struct assay_spec){.id = (char *)"id",
                               .as_of = (char *)"as_of",
                               .outcome = {.date = (char *)"churned_on",
                                           .horizon_days = 90,
                                           .observed_until = history_day("2026-06-30")}};
}

static void fill_dated(struct assay_table *table)
{
    size_t as_of = history_column(table, "as_of", ASSAY_DATE);
    size_t event = history_column(table, "churned_on", ASSAY_DATE);
    history_rows(table, COUNT(dated));
    for (size_t i = 0; i < COUNT(dated); i++) {
        table->columns[as_of].dates[i] = history_day(dated[i].as_of);
        if (dated[i].event != NULL)
            table->columns[event].dates[i] = history_day(dated[i].event);
    }
}

START_TEST(dates_decide_to_the_day)
{
    struct assay_spec spec = dated_spec();
    struct assay_table table = {0};
    struct labels got = {0};
    size_t count[ASSAY_ROW_STATES] = {0}, early = 0;
    fill_dated(&table);
    struct assay_columns columns = history_columns(&spec, &table);
    assay_outcome_label(&spec, &columns, &table, always, got.state, got.outcome, got.count,
                        &got.early);
    for (size_t i = 0; i < COUNT(dated); i++) {
        ck_assert_msg(got.state[i] == dated[i].state && got.outcome[i] == dated[i].outcome,
                      "as of %s, event %s: %s, outcome %d", dated[i].as_of,
                      dated[i].event != NULL ? dated[i].event : "never",
                      assay_row_state_name(got.state[i]), got.outcome[i]);
        count[dated[i].state]++;
        early += (size_t)dated[i].early;
    }
    ck_assert_mem_eq(got.count, count, sizeof count);
    ck_assert_uint_eq(got.early, early);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(a_window_includes_both_its_days)
{
    struct assay_spec spec = dated_spec();
    struct assay_table table = {0};
    fill_dated(&table);
    struct assay_columns columns = history_columns(&spec, &table);
    static const struct {
        const char *from, *until;
        size_t inside;
    } cases[] = {
        {"2026-01-01", "2026-07-01", 20}, {"2026-01-02", NULL, 11},        {NULL, "2026-01-01", 9},
        {NULL, "2025-12-31", 0},          {"2026-04-01", "2026-04-01", 3}, {"2026-04-02", NULL, 8},
        {"2026-07-02", NULL, 0},          {"2026-07-01", "2026-01-01", 0},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_window window = {
            cases[k].from != NULL ? history_day(cases[k].from) : ASSAY_NO_DATE,
            cases[k].until != NULL ? history_day(cases[k].until) : ASSAY_NO_DATE};
        struct labels labelled = {0}, windowed = {0};
        assay_outcome_label(&spec, &columns, &table, window, labelled.state, labelled.outcome,
                            labelled.count, &labelled.early);
        assay_window_apply(&columns, &table, window, windowed.state, windowed.count);
        ck_assert_uint_eq(windowed.count[ASSAY_ROW_USED], cases[k].inside);
        ck_assert_uint_eq(windowed.count[ASSAY_ROW_OUTSIDE_WINDOW], COUNT(dated) - cases[k].inside);
        ck_assert_uint_eq(labelled.count[ASSAY_ROW_OUTSIDE_WINDOW], COUNT(dated) - cases[k].inside);
        for (size_t i = 0; i < COUNT(dated); i++) {
            bool outside = windowed.state[i] == ASSAY_ROW_OUTSIDE_WINDOW;
            ck_assert_int_eq(labelled.state[i],
                             outside ? ASSAY_ROW_OUTSIDE_WINDOW : dated[i].state);
            ck_assert_int_eq(labelled.outcome[i], outside ? 0 : dated[i].outcome);
        }
    }
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

/* ---- by flag ---- */

static void fill_flags(struct assay_table *table, bool with_dates)
{
    size_t as_of = with_dates ? history_column(table, "as_of", ASSAY_DATE) : 0;
    size_t churned = history_column(table, "churned", ASSAY_FLAG);
    history_rows(table, 4); /* 0, 1, empty, 1, on the first four days of 2026 */
    table->columns[churned].flags[0] = 0;
    table->columns[churned].flags[1] = 1;
    table->columns[churned].flags[3] = 1;
    for (int i = 0; with_dates && i < 4; i++)
        table->columns[as_of].dates[i] = history_day("2026-01-01") + i;
}

static void check_flags(const struct labels *got, const int state[4], const int outcome[4])
{
    size_t count[ASSAY_ROW_STATES] = {0};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(got->state[i], state[i]);
        ck_assert_int_eq(got->outcome[i], outcome[i]);
        count[state[i]]++;
    }
    ck_assert_mem_eq(got->count, count, sizeof count);
    ck_assert_uint_eq(got->early, 0);
}

START_TEST(flags_say_it_themselves)
{
    struct assay_spec spec = {.id = (char *)"id", .outcome = {.column = (char *)"churned"}};
    struct assay_table table = {0};
    struct labels got = {0};
    fill_flags(&table, false);
    struct assay_columns columns = history_columns(&spec, &table);
    assay_outcome_label(&spec, &columns, &table, always, got.state, got.outcome, got.count,
                        &got.early);
    check_flags(&got,
                (const int[]){ASSAY_ROW_USED, ASSAY_ROW_USED, ASSAY_ROW_NO_OUTCOME, ASSAY_ROW_USED},
                (const int[]){0, 1, 0, 1});
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(flags_outside_the_window_do_not_count)
{
    struct assay_spec spec = {.id = (char *)"id", .as_of = (char *)"as_of",
                              .outcome = {.column = (char *)"churned"}};
    struct assay_table table = {0};
    struct labels got = {0};
    fill_flags(&table, true);
    struct assay_columns columns = history_columns(&spec, &table);
    struct assay_window window = {history_day("2026-01-02"), history_day("2026-01-03")};
    assay_outcome_label(&spec, &columns, &table, window, got.state, got.outcome, got.count,
                        &got.early);
    check_flags(&got,
                (const int[]){ASSAY_ROW_OUTSIDE_WINDOW, ASSAY_ROW_USED, ASSAY_ROW_NO_OUTCOME,
                              ASSAY_ROW_OUTSIDE_WINDOW},
                (const int[]){0, 1, 0, 0});
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(counts_add_up_over_calls)
{
    struct assay_spec spec = {.id = (char *)"id", .outcome = {.column = (char *)"churned"}};
    struct assay_table table = {0};
    struct labels got = {0};
    fill_flags(&table, false);
    struct assay_columns columns = history_columns(&spec, &table);
    for (int call = 0; call < 3; call++)
        assay_outcome_label(&spec, &columns, &table, always, got.state, got.outcome, got.count,
                            &got.early);
    ck_assert_uint_eq(got.count[ASSAY_ROW_USED], 9);
    ck_assert_uint_eq(got.count[ASSAY_ROW_NO_OUTCOME], 3);
    assay_columns_clear(&columns);
    assay_table_clear(&table);
}
END_TEST

START_TEST(states_have_the_names_that_files_use)
{
    static const char *const names[ASSAY_ROW_STATES] = {
        "used", "not_matured", "after_event", "no_outcome", "outside_window", "missing_signal"};
    for (int k = 0; k < ASSAY_ROW_STATES; k++)
        ck_assert_str_eq(assay_row_state_name((enum assay_row_state)k), names[k]);
}
END_TEST

START_TEST(a_source_without_usable_rows_is_told_why)
{
    struct assay_spec spec = dated_spec();
    static const struct {
        size_t count[ASSAY_ROW_STATES];
        enum assay_row_state first, second; /* the reasons named; USED: none */
        const char *hint;
    } cases[] = {
        {{0}, ASSAY_ROW_USED, ASSAY_ROW_USED, ""},
        {{[ASSAY_ROW_NO_OUTCOME] = 7}, ASSAY_ROW_NO_OUTCOME, ASSAY_ROW_USED, ""},
        {{[ASSAY_ROW_OUTSIDE_WINDOW] = 3}, ASSAY_ROW_OUTSIDE_WINDOW, ASSAY_ROW_USED,
         "Check --from and --until against the dates in the file."},
        {{[ASSAY_ROW_NOT_MATURED] = 5, [ASSAY_ROW_OUTSIDE_WINDOW] = 3}, ASSAY_ROW_NOT_MATURED,
         ASSAY_ROW_OUTSIDE_WINDOW,
         "Events were observed until 2026-06-30; if later ones are in the file, say so with "
         "--observed-until DATE."},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_error err = {0};
        char why[200] = "there are no rows", want[320];
        if (cases[k].first != ASSAY_ROW_USED)
            snprintf(why, sizeof why, "%zu %s", cases[k].count[cases[k].first],
                     assay_row_state_words(cases[k].first));
        if (cases[k].second != ASSAY_ROW_USED)
            snprintf(why + strlen(why), sizeof why - strlen(why), ", %zu %s",
                     cases[k].count[cases[k].second], assay_row_state_words(cases[k].second));
        ck_assert_int_eq(assay_fail_no_rows(&spec, "q3.csv", cases[k].count, &err), ASSAY_EDATA);
        snprintf(want, sizeof want,
                 "q3.csv: no snapshot counts (%s); expected some with a known outcome", why);
        ck_assert_str_eq(err.message, want);
        ck_assert_str_eq(err.hint, cases[k].hint);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, dates_decide_to_the_day);
    tcase_add_test(tc, a_window_includes_both_its_days);
    tcase_add_test(tc, flags_say_it_themselves);
    tcase_add_test(tc, flags_outside_the_window_do_not_count);
    tcase_add_test(tc, counts_add_up_over_calls);
    tcase_add_test(tc, states_have_the_names_that_files_use);
    tcase_add_test(tc, a_source_without_usable_rows_is_told_why);
}

ASSAY_SUITE("signal/outcome", add_tests)
