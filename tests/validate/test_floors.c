#include "validate/verdict/floors.h"

#include <math.h>
#include <string.h>

#include "tests/support/suite.h"

enum { MOST = 64 };

/* Rows written down one by one; dates are days. */
struct rows {
    struct assay_audit_input input;
    struct assay_spec spec;
    struct assay_zone zones[3];
    double score[2][MOST];
    unsigned char outcome[2][MOST], flagged[2][MOST];
    int32_t account[2][MOST], as_of[2][MOST], event[2][MOST];
};

static void rows_init(struct rows *r)
{
    *r = (struct rows){.zones = {{(char *)"Red", 0}, {(char *)"Amber", 40}, {(char *)"Green", 70}}};
    r->spec.zones = r->zones;
    r->spec.n_zone = 3;
    r->input.spec = &r->spec;
    r->input.higher_is = ASSAY_HIGHER_IS_HEALTH;
    r->input.n_account = MOST;
    r->input.from = r->input.to = ASSAY_NO_DATE; /* every event counts */
    struct assay_audit_set *sets[] = {&r->input.used, &r->input.other};
    for (int k = 0; k < 2; k++)
        *sets[k] = (struct assay_audit_set){.score = r->score[k],
                                            .outcome = r->outcome[k],
                                            .flagged = r->flagged[k],
                                            .account = r->account[k],
                                            .as_of = r->as_of[k],
                                            .event_date = r->event[k]};
}

/* event_in: days from the snapshot to the event; 0: none. */
static void add(struct rows *r, bool used, int32_t account, int32_t as_of, int32_t event_in,
                double score)
{
    struct assay_audit_set *set = used ? &r->input.used : &r->input.other;
    set->account[set->n] = account;
    set->as_of[set->n] = as_of;
    set->event_date[set->n] = event_in > 0 ? as_of + event_in : ASSAY_NO_DATE;
    set->outcome[set->n] = event_in > 0 && event_in <= 90;
    set->n_event += set->outcome[set->n];
    set->score[set->n++] = score;
}

static const struct assay_floor *measure(struct rows *r, enum assay_floor_name which)
{
    static struct assay_floor floors[ASSAY_FLOORS];
    struct assay_error err = {0};
    ck_assay_ok(assay_audit_floors(&r->input, floors, &err));
    return &floors[which];
}

/* ---- red zone ---- */

START_TEST(the_red_zone_is_held_against_all_accounts)
{
    /* 10 red, 6 of them churn; 40 others, 2 of them: 0.6 against 0.16. */
    static struct rows r;
    rows_init(&r);
    for (int32_t k = 0; k < 50; k++)
        add(&r, true, k, 100, k < 6 || k >= 48 ? 50 : 0, k < 10 ? 39.999 : 40);
    const struct assay_floor *floor = measure(&r, ASSAY_FLOOR_RED_ZONE);
    ck_assert_str_eq(floor->name, "red_zone_multiple");
    ck_assert_double_eq_tol(floor->estimate.value, 3.75, 1e-12);
    ck_assert_double_eq(floor->of, 10);
    ck_assert_int_eq(floor->result, ASSAY_FLOOR_INCONCLUSIVE);
    ck_assert(strstr(floor->words, "red zone (Red): churns 3.8 times [") == floor->words);
    r.input.used.n_event = 0;
    memset(r.outcome[0], 0, MOST);
    floor = measure(&r, ASSAY_FLOOR_RED_ZONE);
    ck_assert_int_eq(floor->result, ASSAY_FLOOR_UNDEFINED);
    ck_assert_str_eq(floor->words, "red zone (Red): no churn multiple, for there are no churners");
}
END_TEST

/* ---- below green ---- */

START_TEST(only_days_60_to_90_before_the_event_count)
{
    static struct rows r;
    rows_init(&r);
    add(&r, true, 0, 100, 59, 10);
    add(&r, true, 1, 100, 60, 69.999);
    add(&r, true, 2, 100, 90, 70);
    add(&r, true, 3, 100, 91, 10);
    add(&r, false, 4, 10, 75, 10); /* outside the window */
    add(&r, true, 5, 100, 0, 10);
    const struct assay_floor *floor = measure(&r, ASSAY_FLOOR_BELOW_GREEN);
    ck_assert_double_eq(floor->of, 3);
    ck_assert_double_eq_tol(floor->estimate.value, 2.0 / 3.0, 1e-12);
    ck_assert_int_eq(floor->result, ASSAY_FLOOR_INCONCLUSIVE);
    ck_assert_str_eq(floor->words, "below Green 60 to 90 days before churn: 67% [21, 94] of 3 churners; "
                                   "at least two thirds are asked for");
}
END_TEST

START_TEST(a_churner_counts_once_by_its_latest_snapshot)
{
    static struct rows r;
    rows_init(&r);
    add(&r, true, 7, 20, 61, 20);  /* the latest: below */
    add(&r, false, 7, 10, 71, 90);
    add(&r, false, 7, 1, 80, 90);
    add(&r, true, 8, 15, 66, 90);  /* of one day the healthiest: green */
    add(&r, true, 8, 15, 66, 10);
    add(&r, true, 7, 400, 70, 90); /* another event of the same account */
    const struct assay_floor *floor = measure(&r, ASSAY_FLOOR_BELOW_GREEN);
    ck_assert_double_eq(floor->of, 3);
    ck_assert_double_eq_tol(floor->estimate.value, 1.0 / 3.0, 1e-12);
}
END_TEST

START_TEST(events_of_other_quarters_are_not_this_audit_s)
{
    static struct rows r;
    rows_init(&r);
    r.input.from = 100;
    r.input.to = 130;
    r.spec.outcome.horizon_days = 90;
    add(&r, true, 0, 130, 90, 10); /* the last day */
    add(&r, false, 1, 31, 70, 10); /* the first */
    add(&r, false, 2, 30, 70, 10); /* the day before */
    add(&r, false, 3, 140, 81, 10); /* the day after */
    ck_assert_double_eq(measure(&r, ASSAY_FLOOR_BELOW_GREEN)->of, 2);
}
END_TEST

START_TEST(without_account_ids_every_snapshot_is_a_churner_of_its_own)
{
    static struct rows r;
    rows_init(&r);
    add(&r, true, 7, 20, 61, 20);
    add(&r, true, 7, 19, 62, 90);
    r.input.used.account = r.input.other.account = NULL;
    ck_assert_double_eq(measure(&r, ASSAY_FLOOR_BELOW_GREEN)->of, 2);
}
END_TEST

START_TEST(without_churn_dates_nothing_is_known_of_the_days_before)
{
    static struct rows r;
    rows_init(&r);
    add(&r, true, 0, 100, 0, 10);
    const struct assay_floor *floor = measure(&r, ASSAY_FLOOR_BELOW_GREEN);
    ck_assert_int_eq(floor->result, ASSAY_FLOOR_UNDEFINED);
    ck_assert_str_eq(floor->words, "below Green 60 to 90 days before churn: no snapshot was taken of a "
                                   "churner in those days");
    r.input.used.event_date = r.input.other.event_date = NULL;
    ck_assert_str_eq(measure(&r, ASSAY_FLOOR_BELOW_GREEN)->words,
                     "below Green 60 to 90 days before churn: not known without a column of churn dates");
}
END_TEST

/* ---- green ---- */

START_TEST(green_accounts_are_counted_at_their_latest_snapshot)
{
    static struct rows r;
    rows_init(&r);
    add(&r, true, 0, 10, 0, 90);
    add(&r, true, 0, 20, 0, 30); /* later: not green */
    add(&r, true, 1, 20, 0, 90);
    add(&r, true, 1, 10, 0, 30); /* earlier, and later in the file */
    add(&r, true, 2, 10, 0, 90);
    add(&r, true, 2, 10, 0, 30); /* the same day: in worse health */
    r.input.repeated = true;
    const struct assay_floor *floor = measure(&r, ASSAY_FLOOR_GREEN_SHARE);
    ck_assert_double_eq(floor->of, 3);
    ck_assert_double_eq_tol(floor->estimate.value, 1.0 / 3.0, 1e-12);
    r.input.repeated = false; /* rows, then */
    ck_assert_double_eq_tol(measure(&r, ASSAY_FLOOR_GREEN_SHARE)->estimate.value, 0.5, 1e-12);
}
END_TEST

START_TEST(each_floor_is_met_missed_or_open_by_its_interval)
{
    /* Wilson for 20 of 50: [0.276, 0.538]; 40: [0.670, 0.888]; 50: [0.929, 1]. */
    const struct {
        int32_t green;
        enum assay_floor_result result;
    } cases[] = {{20, ASSAY_FLOOR_MET}, {40, ASSAY_FLOOR_INCONCLUSIVE}, {50, ASSAY_FLOOR_MISSED}};
    static struct rows r;
    rows_init(&r);
    for (int32_t k = 0; k < 50; k++)
        add(&r, true, k, 100, 75, k < cases[_i].green ? 70 : 60);
    const struct assay_floor *green = measure(&r, ASSAY_FLOOR_GREEN_SHARE);
    ck_assert_int_eq(green->result, cases[_i].result);
    ck_assert(strstr(green->words, "% [") != NULL);
    /* of the same rows those below green, [0.46, 0.72], [0.11, 0.33], [0, 0.07], at least 2/3 */
    ck_assert_int_eq(measure(&r, ASSAY_FLOOR_BELOW_GREEN)->result,
                     cases[_i].green == 20 ? ASSAY_FLOOR_INCONCLUSIVE : ASSAY_FLOOR_MISSED);
}
END_TEST

START_TEST(without_zones_of_health_there_are_no_floors)
{
    static const char *const words[] = {
        "red zone churn multiple: not known without zones of a health score",
        "below green 60 to 90 days before churn: not known without zones of a health score",
        "share of green accounts: not known without zones of a health score"};
    static struct rows r;
    rows_init(&r);
    add(&r, true, 0, 100, 75, 10);
    for (int kind = 0; kind < 2; kind++) {
        r.spec.n_zone = kind == 0 ? 0 : 3;
        r.input.higher_is = kind == 0 ? ASSAY_HIGHER_IS_HEALTH : ASSAY_HIGHER_IS_RISK;
        for (int k = 0; k < ASSAY_FLOORS; k++) {
            const struct assay_floor *floor = measure(&r, (enum assay_floor_name)k);
            ck_assert_int_eq(floor->result, ASSAY_FLOOR_UNDEFINED);
            ck_assert_str_eq(floor->words, words[k]);
        }
    }
}
END_TEST

START_TEST(no_rows_leave_every_floor_undefined)
{
    static struct rows r;
    rows_init(&r);
    for (int k = 0; k < ASSAY_FLOORS; k++)
        ck_assert_int_eq(measure(&r, (enum assay_floor_name)k)->result, ASSAY_FLOOR_UNDEFINED);
}
END_TEST

START_TEST(the_order_of_rows_does_not_matter)
{
    static struct rows r, s;
    rows_init(&r);
    rows_init(&s);
    for (int32_t k = 0; k < 30; k++)
        add(&r, true, k % 11, 100 + 7 * (k % 5), k % 3 == 0 ? 55 + k : 0, 13 * k % 100);
    for (int32_t k = 30; k-- > 0;)
        add(&s, true, k % 11, 100 + 7 * (k % 5), k % 3 == 0 ? 55 + k : 0, 13 * k % 100);
    r.input.repeated = s.input.repeated = true;
    for (int k = 0; k < ASSAY_FLOORS; k++) {
        struct assay_floor a = *measure(&r, (enum assay_floor_name)k);
        struct assay_floor b = *measure(&s, (enum assay_floor_name)k);
        ck_assert_double_eq(a.estimate.value, b.estimate.value);
        ck_assert_double_eq_tol(a.estimate.low, b.estimate.low, 1e-14); /* sums in another order */
        ck_assert_str_eq(a.words, b.words);
    }
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    static struct rows r;
    rows_init(&r);
    for (int32_t k = 0; k < 30; k++)
        add(&r, true, k % 11, 100, k % 3 == 0 ? 75 : 0, 3 * k);
    r.input.repeated = true;
    size_t n = 1;
    for (enum assay_status status = ASSAY_ENOMEM; status != ASSAY_OK; n++) {
        struct assay_floor floors[ASSAY_FLOORS];
        struct assay_error err = {0};
        test_fail_allocation(n);
        status = assay_audit_floors(&r.input, floors, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
    }
    ck_assert_uint_ge(n, 6);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_red_zone_is_held_against_all_accounts);
    tcase_add_test(tc, only_days_60_to_90_before_the_event_count);
    tcase_add_test(tc, a_churner_counts_once_by_its_latest_snapshot);
    tcase_add_test(tc, events_of_other_quarters_are_not_this_audit_s);
    tcase_add_test(tc, without_account_ids_every_snapshot_is_a_churner_of_its_own);
    tcase_add_test(tc, without_churn_dates_nothing_is_known_of_the_days_before);
    tcase_add_test(tc, green_accounts_are_counted_at_their_latest_snapshot);
    tcase_add_loop_test(tc, each_floor_is_met_missed_or_open_by_its_interval, 0, 3);
    tcase_add_test(tc, without_zones_of_health_there_are_no_floors);
    tcase_add_test(tc, no_rows_leave_every_floor_undefined);
    tcase_add_test(tc, the_order_of_rows_does_not_matter);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("validate/floors", add_tests)
