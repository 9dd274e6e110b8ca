/* What acting did and what it is worth; the least there may be, and no memory. */
#include "validate/outcomes/outcomes.h"

#include "tests/outcomes/outcome_section.h"
#include "validate/outcomes/effect.h"

/* ---- acted on ---- */

/* Whether the effect's interval holds the truth; the estimate itself is left in *effect. */
static bool holds(const struct outcome_world *from, struct assay_effect *effect, double *truth)
{
    struct assay_error err = {0};
    struct assay_actions actions;
    ck_assay_ok(assay_actions_init(&from->input, &actions, &err));
    ck_assay_ok(assay_effect_measure(&from->input, &actions, effect, &err));
    *truth = outcome_world_truth(from, &actions);
    assay_actions_clear(&actions);
    const struct assay_estimate *r = &effect->treatment.risk_difference;
    return r->low <= *truth && *truth <= r->high;
}

/* 200 data sets: coverage of 95% has a standard error of 1.5%; below 90% three of them off. Where
 * acting does nothing, a comparison that knows no dates finds in most that it helps: accounts that
 * left early count as not acted on. */
START_TEST(the_effect_is_found_in_spite_of_immortal_time)
{
    enum { SETS = 200 };
    size_t held[2] = {0}, fooled = 0;
    for (uint64_t seed = 1; seed <= SETS; seed++)
        for (size_t k = 0; k < 2; k++) {
            struct assay_effect effect;
            double truth;
            outcome_world_draw(&world, seed, 1000, k == 0 ? 0.5 : 1.0);
            held[k] += holds(&world, &effect, &truth);
            if (k == 1) {
                int32_t *dates = world.input.used.acted_on;
                world.input.used.acted_on = NULL; /* a flag alone */
                world.rules.acted_on_column = (char *)"acted";
                (void)holds(&world, &effect, &truth);
                fooled += effect.treatment.risk_difference.high < 0;
                world.input.used.acted_on = dates;
            }
            outcome_world_clear(&world);
        }
    ck_assert_uint_gt(held[0], 0.9 * SETS);
    ck_assert_uint_gt(held[1], 0.9 * SETS);
    ck_assert_uint_gt(fooled, 0.4 * SETS);
}
END_TEST

START_TEST(the_object_has_what_its_readers_need)
{
    outcome_world_draw(&world, 5, 2000, 0.4);
    write_outcomes(&world.input);
    const struct cJSON *acted = test_at(w.root, "acted_on", NULL);
    double n = test_number(acted, "acted", NULL);
    ck_assert_str_eq(assay_json_string(test_at(acted, "column", NULL)), "acted_on");
    ck_assert_str_eq(assay_json_string(test_at(acted, "kind", NULL)), "date");
    ck_assert_double_eq(n + test_number(acted, "not_acted", NULL), 2000);
    ck_assert_double_eq(test_number(acted, "unknown", NULL), 0);
    const struct cJSON *split = test_at(acted, "split", NULL);
    ck_assert_uint_eq(assay_json_count(split), 2);
    ck_assert(says(test_at(assay_json_first(split), "group", NULL), "acted"));
    ck_assert_double_eq(test_number(assay_json_first(split), "n", NULL), n);
    const struct cJSON *bound = test_at(acted, "bounds", "sensitivity", NULL);
    const struct cJSON *interval = test_at(acted, "bounds", "intervals", "sensitivity", NULL);
    double low = assay_json_number(assay_json_first(bound));
    double high = assay_json_number(assay_json_next(assay_json_first(bound)));
    ck_assert(0 < low && low < high && high < 1);
    ck_assert_double_lt(assay_json_number(assay_json_first(interval)), low);
    ck_assert(says(test_at(acted, "bounds", "words", NULL), "may have been saved"));
    const struct cJSON *effect = test_at(acted, "effect", NULL);
    ck_assert_double_eq(test_number(effect, "landmark_days", NULL), WORLD_LAST_ACTION);
    ck_assert_double_gt(test_number(effect, "prevented", "value", NULL), 0);
    ck_assert_double_lt(test_number(effect, "odds_ratio", "value", NULL), 1);
    ck_assert(says(test_at(effect, "words", NULL), "still there 30 days after the snapshot"));
    ck_assert(says(test_at(effect, "assumption", NULL), "alike in probability, value, plan"));
    ck_assert(says(test_at(effect, "overlap", NULL), "standard deviations"));
    ck_assert_ptr_nonnull(advice("Act on more of the flagged"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

/* Dates that do not count: on the day of the event or later, before the snapshot, beyond the
 * horizon. */
START_TEST(actions_at_the_wrong_time_do_not_count)
{
    static const struct {
        int32_t acted_on, event;
        bool counts;
    } rows[] = {{0, ASSAY_NO_DATE, true},
                {90, ASSAY_NO_DATE, true},
                {91, ASSAY_NO_DATE, false},
                {-1, ASSAY_NO_DATE, false},
                {12, 5, false},
                {5, 5, false},
                {4, 5, true},
                {100, 120, false}};
    struct assay_error err = {0};
    struct assay_actions actions;
    outcome_world_init(&world, COUNT(rows));
    for (size_t i = 0; i < COUNT(rows); i++) {
        world.input.used.acted_on[i] = WORLD_AS_OF + rows[i].acted_on;
        if (rows[i].event != ASSAY_NO_DATE)
            world.input.used.event_date[i] = WORLD_AS_OF + rows[i].event;
    }
    ck_assay_ok(assay_actions_init(&world.input, &actions, &err));
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_int_eq(actions.group[i] == ASSAY_ACTED_UPON, rows[i].counts);
    ck_assert_uint_eq(actions.n[ASSAY_ACTED_UPON], 3);
    ck_assert_uint_eq(actions.after_event, 2);
    ck_assert_uint_eq(actions.before_snapshot, 1);
    ck_assert_uint_eq(actions.after_horizon, 2);
    ck_assert_int_eq(actions.landmark, 45); /* half the horizon: the action on day 90 came later */
    ck_assert_uint_eq(actions.late, 1);
    assay_actions_clear(&actions);
    outcome_world_clear(&world);
}
END_TEST

START_TEST(a_flag_without_dates_is_taken_as_it_stands)
{
    outcome_world_draw(&world, 6, 900, 0.5);
    free(world.input.used.acted_on);
    world.input.used.acted_on = NULL;
    world.rules.acted_on_column = (char *)"contacted";
    for (size_t i = 0; i < 30; i++)
        world.input.used.acted[i] = ASSAY_ACTION_UNKNOWN;
    write_outcomes(&world.input);
    const struct cJSON *acted = test_at(w.root, "acted_on", NULL);
    ck_assert_str_eq(assay_json_string(test_at(acted, "column", NULL)), "contacted");
    ck_assert_str_eq(assay_json_string(test_at(acted, "kind", NULL)), "flag");
    ck_assert_double_eq(test_number(acted, "unknown", NULL), 30);
    ck_assert_uint_eq(assay_json_count(test_at(acted, "split", NULL)), 3);
    ck_assert_double_eq(test_number(acted, "effect", "landmark_days", NULL), 0);
    ck_assert(says(test_at(acted, "effect", "assumption", NULL), "not known which came first"));
    ck_assert(says(test_at(acted, "effect", "words", NULL), "only if accounts were marked at"));
    ck_assert_ptr_nonnull(advice("Record the days of outreach"));
    ck_assert_ptr_null(advice("Act on more"));
    ck_assert(assay_json_is_null(test_at(w.root, "impact", "realised", NULL)));
    ck_assert(says(test_at(acted, "bounds", "words", NULL), "and 30 of which that is not known"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

static void act_on_all_flagged(struct assay_audit_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        set->acted_on[i] = set->flagged[i] ? set->as_of[i] : ASSAY_NO_DATE;
}

static const struct {
    void (*change)(struct assay_audit_set *set);
    const char *refused;
} refusals[] = {
    {act_on_nobody, "only 0 accounts were acted on; at least 20 are needed."},
    {act_on_all_flagged,
     "accounts that were acted on and those that were not hardly overlap: too few "
     "that nobody acted on are like them in risk, plan and segments."},
};
START_TEST(an_effect_that_cannot_be_measured_is_refused_by_name) /* a loop over refusals[] */
{
    outcome_world_draw(&world, 7, 800, 0.5);
    refusals[_i].change(&world.input.used);
    write_outcomes(&world.input);
    ck_assert_str_eq(assay_json_string(test_at(w.root, "acted_on", "effect", "refused", NULL)),
                     refusals[_i].refused);
    ck_assert(assay_json_is_null(test_at(w.root, "impact", "realised", NULL)));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

/* ---- impact ---- */

static void draw_fifty(void)
{
    outcome_world_init(&world, 60);
    world.input.used.acted = (free(world.input.used.acted), NULL);
    for (size_t i = 0; i < 60; i++) {
        world.input.used.flagged[i] = 1;
        if (i < 50)
            outcome_world_event(&world.input.used, i, 40);
    }
}

START_TEST(fifty_accounts_of_15000_at_30_percent_are_225000)
{
    draw_fifty();
    world.rules.recovery_rate = (struct assay_assumption){0.3, 0.3, 0.3};
    write_outcomes(&world.input);
    const struct cJSON *impact = test_at(w.root, "impact", NULL);
    ck_assert(assay_json_is_null(test_at(w.root, "acted_on", NULL)));
    test_close("retained", test_number(impact, "expected", "retained", "value", NULL), 225000,
               1e-12, 1);
    test_close("net", test_number(impact, "expected", "net", "low", NULL), 225000, 1e-12, 1);
    ck_assert_double_eq(test_number(impact, "expected", "accounts", NULL), 50);
    ck_assert_double_eq(test_number(impact, "expected", "contacts", NULL), 60);
    ck_assert_str_eq(assay_json_string(test_at(impact, "assumptions", "source", NULL)), "given");
    ck_assert(says(
        assay_json_first(test_at(impact, "words", NULL)),
        "50 flagged accounts churned, worth 750,000 by arr. Were 30% of that kept, outreach would "
        "retain 225,000"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(what_nobody_gave_is_marked_as_assumed)
{
    draw_fifty();
    write_outcomes(&world.input);
    const struct cJSON *impact = test_at(w.root, "impact", NULL);
    ck_assert_str_eq(assay_json_string(test_at(impact, "assumptions", "source", NULL)), "default");
    test_close("low", test_number(impact, "expected", "retained", "low", NULL), 75000, 1e-12, 1);
    test_close("high", test_number(impact, "expected", "retained", "high", NULL), 225000, 1e-12, 1);
    ck_assert_double_eq(test_number(impact, "expected", "cost", "high", NULL), 0);
    const struct cJSON *words = assay_json_next(assay_json_first(test_at(impact, "words", NULL)));
    ck_assert(says(words, "an assumption of this program, not a finding"));
    ck_assert(says(assay_json_next(words), "No contact cost was given"));
    ck_assert_ptr_nonnull(advice("Give a recovery rate"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(costs_and_unknown_values_are_said)
{
    draw_fifty();
    world.rules.recovery_rate = (struct assay_assumption){0.1, 0.2, 0.3};
    world.rules.contact_cost = (struct assay_assumption){4000, 5000, 6000};
    for (size_t i = 0; i < 10; i++)
        world.input.used.value[i] = (double)NAN;
    write_outcomes(&world.input);
    const struct cJSON *expected = test_at(w.root, "impact", "expected", NULL);
    ck_assert_double_eq(test_number(expected, "accounts_without_value", NULL), 10);
    test_close("net", test_number(expected, "net", "high", NULL), 0.3 * 600000 - 60 * 4000.0, 1e-12,
               1);
    test_close("rate", test_number(expected, "break_even_rate", NULL), 300000.0 / 600000, 1e-12, 1);
    ck_assert(says(assay_json_first(test_at(w.root, "impact", "words", NULL)),
                   "The value of 10 of them is not known"));
    ck_assert_ptr_nonnull(advice("Flag fewer accounts"));
    clear_written();
    for (size_t i = 10; i < 60; i++)
        world.input.used.value[i] = (double)NAN;
    write_outcomes(&world.input);
    expected = test_at(w.root, "impact", "expected", NULL);
    ck_assert(assay_json_is_null(test_at(expected, "retained", "value", NULL)));
    test_close("accounts", test_number(expected, "retained_accounts", "value", NULL), 10, 1e-12, 1);
    ck_assert(says(assay_json_first(test_at(w.root, "impact", "words", NULL)), "is not known"));
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(an_account_is_kept_once)
{
    draw_fifty();
    world.input.repeated = true;
    for (size_t i = 0; i < 60; i++) {
        world.input.used.account[i] = (int32_t)(i / 2);
        world.input.used.as_of[i] +=
            i % 2 == 0 ? 30 : 0; /* the earlier row is the later snapshot */
        world.input.used.value[i] = i % 2 == 0 ? 100 : 1;
    }
    write_outcomes(&world.input);
    const struct cJSON *expected = test_at(w.root, "impact", "expected", NULL);
    ck_assert_double_eq(test_number(expected, "accounts", NULL), 25);
    ck_assert_double_eq(test_number(expected, "value_at_risk", NULL), 2500);
    ck_assert_double_eq(test_number(expected, "contacts", NULL), 30);
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

START_TEST(realised_is_what_was_prevented_at_the_mean_value)
{
    outcome_world_draw(&world, 9, 2000, 0.4);
    world.rules.contact_cost = (struct assay_assumption){50, 50, 50};
    write_outcomes(&world.input);
    const struct cJSON *realised = test_at(w.root, "impact", "realised", NULL);
    double prevented = test_number(realised, "prevented", "value", NULL);
    ck_assert_double_eq(test_number(realised, "mean_value", NULL), 15000);
    test_close("retained", test_number(realised, "retained", "value", NULL), 15000 * prevented,
               1e-12, 1);
    test_close("net", test_number(realised, "net", "value", NULL),
               15000 * prevented - 50 * test_number(realised, "acted", NULL), 1e-12, 1);
    ck_assert_double_gt(test_number(realised, "kept", "value", NULL), 0);
    clear_written();
    outcome_world_clear(&world);
}
END_TEST

/* ---- the least there may be, and memory ---- */

START_TEST(a_bare_score_column_works)
{
    outcome_world_draw(&world, 10, 900, 0.5);
    struct assay_audit_set *used = &world.input.used;
    struct assay_audit_set all = *used;
    used->prob = NULL;
    used->plan = NULL;
    used->value = NULL;
    write_outcomes(&world.input); /* an action column, still */
    ck_assert_double_gt(test_number(w.root, "acted_on", "effect", "acted", NULL), 20);
    ck_assert(says(test_at(w.root, "acted_on", "effect", "method", NULL), "acted on in score ("));
    ck_assert(assay_json_is_null(test_at(w.root, "impact", "realised", "retained", "value", NULL)));
    clear_written();
    used->account = used->as_of = used->event_date = used->acted_on = NULL;
    used->acted = NULL;
    world.input.from = world.input.to = ASSAY_NO_DATE;
    world.input.n_account = 0;
    write_outcomes(&world.input); /* and nothing but score and outcome */
    ck_assert(assay_json_is_null(test_at(w.root, "acted_on", NULL)));
    ck_assert(assay_json_is_null(test_at(w.root, "lead_time", NULL)));
    ck_assert_double_gt(test_number(w.root, "impact", "expected", "accounts", NULL), 0);
    clear_written();
    used->n = used->n_event = 0;
    write_outcomes(&world.input); /* nor any row */
    ck_assert(assay_json_is_null(test_at(w.root, "impact", NULL)));
    clear_written();
    *used = all;
    outcome_world_clear(&world);
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    static const char *const flags[] = {"0011", "0101", "01"};
    for (int kind = 0; kind < 2; kind++) {
        if (kind == 0)
            outcome_world_draw(&world, 12, 300, 0.5);
        else
            write_leads(flags, COUNT(flags));
        size_t failed = 0;
        for (size_t n = 1;; n++) {
            struct assay_error err = {0};
            struct assay_audit_output out = {.json = {.depth = 0}};
            test_fail_allocation(n);
            assay_json_open(&out.json, NULL, '{');
            enum assay_status status = assay_audit_outcomes(&world.input, &out, &err);
            assay_json_close(&out.json);
            size_t made = test_allocations();
            test_fail_allocation(0);
            bool lost = out.json.out.failed;
            assay_text_clear(&out.json.out);
            if (made < n) {
                ck_assay_ok(status);
                break;
            }
            ck_assert(status == ASSAY_ENOMEM || (status == ASSAY_OK && lost));
            failed += status == ASSAY_ENOMEM;
        }
        ck_assert_uint_gt(failed, 10);
        outcome_world_clear(&world);
        memset(&world, 0, sizeof world);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_effect_is_found_in_spite_of_immortal_time);
    tcase_add_test(tc, the_object_has_what_its_readers_need);
    tcase_add_test(tc, actions_at_the_wrong_time_do_not_count);
    tcase_add_test(tc, a_flag_without_dates_is_taken_as_it_stands);
    tcase_add_loop_test(tc, an_effect_that_cannot_be_measured_is_refused_by_name, 0,
                        COUNT(refusals));
    tcase_add_test(tc, fifty_accounts_of_15000_at_30_percent_are_225000);
    tcase_add_test(tc, what_nobody_gave_is_marked_as_assumed);
    tcase_add_test(tc, costs_and_unknown_values_are_said);
    tcase_add_test(tc, an_account_is_kept_once);
    tcase_add_test(tc, realised_is_what_was_prevented_at_the_mean_value);
    tcase_add_test(tc, a_bare_score_column_works);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("outcomes/outcomes", add_tests)
