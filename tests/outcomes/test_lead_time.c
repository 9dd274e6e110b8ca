/* How long before churners left they were flagged. */
#include "validate/outcomes/lead_time.h"

#include "tests/outcomes/outcome_section.h"

START_TEST(leads_are_taken_from_the_history_too)
{
    static const char *const flags[] = {"0011", "0101", "1", "11", "0000", "0110", "0001"};
    write_leads(flags, COUNT(flags));
    write_outcomes(&world.input);
    const struct cJSON *lead = test_at(w.root, "lead_time", NULL);
    ck_assert_double_eq(test_number(lead, "accounts", NULL), 7);
    ck_assert_double_eq(test_number(lead, "single", NULL), 1);
    ck_assert_double_eq(test_number(lead, "flagged_before", NULL), 5);
    ck_assert_double_eq(test_number(lead, "withdrawn", NULL), 1);
    ck_assert_double_eq(test_number(lead, "never", NULL), 1);
    ck_assert_double_eq(test_number(lead, "first_seen_flagged", NULL), 2);
    ck_assert_double_eq(test_number(lead, "step_days", NULL), 91);
    /* leads: 121, 30, 30+, 121+, 0, 0, 30; those of at least so long leave half a step, 45.5 days,
     * before: S(0) = 5/7, S(30) = 5/7 * 2/4 */
    ck_assert_double_eq(test_number(lead, "median", "value", NULL), 30);
    const struct cJSON *at_30 = assay_json_next(assay_json_first(test_at(lead, "curve", NULL)));
    test_close("S(30)", test_number(at_30, "share", NULL), 5.0 / 14, 1e-12, 1);
    const struct cJSON *ninety = assay_json_first(test_at(lead, "ahead", NULL));
    ninety = assay_json_next(assay_json_next(ninety));
    ck_assert_double_eq(test_number(ninety, "of", NULL),
                        6); /* all but the one with a single snapshot */
    test_close("share", test_number(ninety, "share", NULL), 2.0 / 6, 1e-12, 1);
    ck_assert(says(test_at(lead, "words", NULL), "Snapshots of an account are 91 days apart"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(snapshots_before_an_earlier_churn_belong_to_that)
{
    static const char *const flags[] = {"1101"};
    write_leads(flags, 1);
    for (size_t k = 0; k < 2; k++) /* it left once before, and came back */
        world.input.other.event_date[k] = WORLD_AS_OF - 100;
    write_outcomes(&world.input);
    const struct cJSON *lead = test_at(w.root, "lead_time", NULL);
    ck_assert_double_eq(test_number(lead, "median", "value", NULL), 30);
    ck_assert_double_eq(test_number(lead, "first_flag", "value", NULL), 30);
    ck_assert_double_eq(test_number(lead, "first_seen_flagged", NULL), 0);
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

static void make_flag_outcome(void)
{
    free(world.input.used.event_date);
    world.input.used.event_date = NULL;
    world.spec.outcome.date = NULL;
    world.spec.outcome.column = (char *)"churned";
}
static void make_undated(void)
{
    world.input.from = ASSAY_NO_DATE;
}
static void make_loyal(void)
{
    memset(world.input.used.outcome, 0, world.input.used.n);
}
static void make_single(void)
{
    world.input.other.n = 0;
}
static const struct {
    void (*change)(void);
    const char *refused; /* NULL: null */
} no_leads[] = {
    {make_flag_outcome, "the outcome is a 0/1 column"},
    {make_undated, NULL},
    {make_loyal, "nobody churned."},
    {make_single, "no churner has an earlier snapshot"},
};
START_TEST(without_times_lead_times_are_refused_by_name) /* a loop over no_leads[] */
{
    static const char *const flags[] = {"01", "11"};
    write_leads(flags, COUNT(flags));
    no_leads[_i].change();
    write_outcomes(&world.input);
    const struct cJSON *lead = test_at(w.root, "lead_time", NULL);
    if (no_leads[_i].refused == NULL)
        ck_assert(assay_json_is_null(lead));
    else
        ck_assert(says(test_at(lead, "refused", NULL), no_leads[_i].refused));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

/* 300 accounts, each flagged for good on a day of its own after a healthy start. */
START_TEST(a_long_curve_is_thinned_and_keeps_its_ends)
{
    enum { N = 300 };
    static int32_t account[2 * N], as_of[2 * N], event[2 * N];
    static unsigned char flagged[2 * N];
    struct assay_audit_set *other = &world.input.other;
    outcome_world_init(&world, N);
    act_on_nobody(&world.input.used);
    for (int32_t i = 0; i < N; i++) {
        outcome_world_event(&world.input.used, (size_t)i, 30);
        world.input.used.flagged[i] = 1;
        for (size_t k = 0; k < 2; k++, other->n++) {
            account[other->n] = i;
            as_of[other->n] = WORLD_AS_OF - (k == 0 ? 1000 : i + 1);
            event[other->n] = world.input.used.event_date[i];
            flagged[other->n] = k == 1;
        }
    }
    other->account = account;
    other->as_of = as_of;
    other->event_date = event;
    other->flagged = flagged;
    write_outcomes(&world.input);
    const struct cJSON *curve = test_at(w.root, "lead_time", "curve", NULL), *last = NULL;
    ck_assert_uint_eq(assay_json_count(curve), 200);
    for (const struct cJSON *at = assay_json_first(curve); at != NULL; at = assay_json_next(at)) {
        if (last != NULL)
            ck_assert_double_gt(test_number(at, "days", NULL), test_number(last, "days", NULL));
        last = at;
    }
    ck_assert_double_eq(test_number(assay_json_first(curve), "days", NULL), 31);
    ck_assert_double_eq(test_number(last, "days", NULL), 330);
    ck_assert_double_eq(test_number(last, "share", NULL), 0);
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(late_warnings_are_worth_a_word)
{
    static const char *const flags[] = {"01", "01", "01", "00", "00", "00", "00", "00", "00", "00",
                                        "00", "00", "00", "00", "00", "00", "00", "00", "00", "00"};
    write_leads(flags, COUNT(flags));
    write_outcomes(&world.input);
    ck_assert_ptr_nonnull(advice("Score accounts more often"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, leads_are_taken_from_the_history_too);
    tcase_add_test(tc, snapshots_before_an_earlier_churn_belong_to_that);
    tcase_add_loop_test(tc, without_times_lead_times_are_refused_by_name, 0, COUNT(no_leads));
    tcase_add_test(tc, a_long_curve_is_thinned_and_keeps_its_ends);
    tcase_add_test(tc, late_warnings_are_worth_a_word);
}

ASSAY_SUITE("outcomes/lead_time", add_tests)
