/* Rows that contradict each other, and what the accounts are worth when they come more than once. */
#include "validate/audit/doubts.h"

#include "tests/validate/village.h"
#include "validate/figures/value.h"

#define ROW(id, day, logins, arr, left) \
    id "," day "," logins ",50,50,50,," arr ",Ann,EU,," left "\n"

static struct assay_doubts doubts_of(const char *rows)
{
    struct village v;
    struct assay_error err = {0};
    struct assay_doubts doubts;
    village_open(&v, VILLAGE_SPEC("weighted-average"), "", rows, (struct assay_window){0});
    ck_assay_ok(assay_audit_doubts(&v.reading.input, &doubts, &err));
    village_close(&v);
    return doubts;
}

START_TEST(rows_of_different_days_and_accounts_raise_no_doubt)
{
    struct assay_doubts doubts = doubts_of(ROW("a", "2026-01-01", "90", "1", "")
                                           ROW("a", "2026-02-01", "90", "1", "")
                                           ROW("b", "2026-01-01", "10", "1", "2026-01-20"));
    ck_assert_uint_eq(doubts.n_twice, 0);
    ck_assert_uint_eq(doubts.n_undated, 0);
}
END_TEST

START_TEST(an_account_twice_on_one_day_is_counted_beyond_its_first_row)
{
    struct assay_doubts doubts = doubts_of(ROW("a", "2026-01-01", "90", "1", "")
                                           ROW("b", "2026-01-01", "10", "1", "")
                                           ROW("a", "2026-01-01", "20", "1", "")
                                           ROW("a", "2026-01-01", "30", "1", ""));
    ck_assert_uint_eq(doubts.n_twice, 2);
    doubts = doubts_of(ROW("a", "2026-01-01", "90", "1", "") ROW("a", "2026-01-01", "20", "1", "")
                       ROW("a", "2026-02-01", "20", "1", "") ROW("b", "2026-02-01", "30", "1", "")
                       ROW("b", "2026-02-01", "30", "1", "") ROW("b", "2026-02-01", "30", "1", ""));
    ck_assert_uint_eq(doubts.n_twice, 3); /* as they stand in the file */
    doubts = doubts_of(ROW("a", "2026-01-01", "90", "1", "") ROW("a", "2026-01-01", "20", "1", "")
                       ROW("b", "2026-02-01", "30", "1", "") ROW("b", "2026-01-01", "30", "1", ""));
    ck_assert_uint_eq(doubts.n_twice, 1); /* in order but for the last */
}
END_TEST

/* The horizon is 90 days: the rows of December (62 days before) and January contradict the one with the date,
 * that of October (123 days before) does not. */
START_TEST(a_date_of_the_event_that_other_rows_of_the_account_lack_is_counted)
{
    struct assay_doubts doubts = doubts_of(ROW("a", "2025-10-01", "90", "1", "")
                                           ROW("a", "2025-12-01", "90", "1", "")
                                           ROW("a", "2026-01-01", "90", "1", "")
                                           ROW("a", "2026-01-20", "10", "1", "2026-02-01")
                                           ROW("b", "2026-01-20", "10", "1", ""));
    ck_assert_uint_eq(doubts.n_undated, 2);
}
END_TEST

START_TEST(scores_that_are_all_alike_are_told)
{
    ck_assert(doubts_of(ROW("a", "2026-01-01", "50", "1", "") ROW("b", "2026-01-01", "50", "1", "")).constant);
    ck_assert(!doubts_of(ROW("a", "2026-01-01", "50", "1", "") ROW("b", "2026-01-01", "51", "1", "")).constant);
    ck_assert(!doubts_of(ROW("a", "2026-01-01", "50", "1", "")).constant);
}
END_TEST

/* a: flagged at the later of two snapshots, worth 20 there. b: never flagged, worth 7 at the last. c: flagged
 * in vain twice, at most 5. */
START_TEST(an_account_is_worth_its_value_once)
{
    struct village v;
    village_open(&v, VILLAGE_SPEC("weighted-average"), "",
                 ROW("a", "2026-01-01", "90", "10", "2026-02-20")
                 ROW("a", "2026-02-01", "10", "20", "2026-02-20")
                 ROW("b", "2026-01-01", "90", "6", "2026-02-20")
                 ROW("b", "2026-02-01", "90", "7", "2026-02-20")
                 ROW("c", "2026-01-01", "10", "5", "")
                 ROW("c", "2026-02-01", "10", "4", "")
                 ROW("d", "2026-01-01", "10", "", ""), (struct assay_window){0});
    const struct cJSON *value = assay_json_get(village_run(&v, assay_audit_value), "value");
    ck_assert_double_eq(assay_json_number(assay_json_get(value, "lost")), 27);
    ck_assert_double_eq(assay_json_number(assay_json_get(value, "lost_flagged")), 20);
    ck_assert_double_eq(assay_json_number(assay_json_get(value, "lost_missed")), 7);
    ck_assert_double_eq(assay_json_number(assay_json_get(value, "flagged_in_vain")), 5);
    ck_assert_double_eq(assay_json_number(assay_json_get(value, "without_value")), 1);
    ck_assert_str_eq(village_text(value, "words"),
                     "Value lost with the event: 27, of which flagged before 20, never flagged 7. "
                     "Flagged in vain: 5. Each account counts once.");
    village_close(&v);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, rows_of_different_days_and_accounts_raise_no_doubt);
    tcase_add_test(tc, an_account_twice_on_one_day_is_counted_beyond_its_first_row);
    tcase_add_test(tc, a_date_of_the_event_that_other_rows_of_the_account_lack_is_counted);
    tcase_add_test(tc, scores_that_are_all_alike_are_told);
    tcase_add_test(tc, an_account_is_worth_its_value_once);
}

ASSAY_SUITE("validate/doubts", add_tests)
