#include "validate/outcomes/outcomes.h"

#include <stdio.h>

#include "core/base/json.h"
#include "tests/outcomes/outcome_world.h"
#include "tests/support/suite.h"
#include "validate/outcomes/effect.h"

/* ---- what the section wrote ---- */

struct written {
    struct assay_audit_output out;
    struct assay_json *doc;
    const struct cJSON *root;
};

static struct written w;

static void write_outcomes(const struct assay_audit_input *input)
{
    struct assay_error err = {0};
    memset(&w, 0, sizeof w);
    assay_json_open(&w.out.json, NULL, '{');
    ck_assay_ok(assay_audit_outcomes(input, &w.out, &err));
    assay_json_close(&w.out.json);
    ck_assert(!w.out.json.out.failed);
    ck_assay_ok(assay_json_parse("audit", w.out.json.out.data, w.out.json.out.length,
                                 ASSAY_JSON_STRICT, &w.doc, &err));
    w.root = assay_json_root(w.doc);
}

static void clear_written(void)
{
    assay_json_free(w.doc);
    assay_text_clear(&w.out.json.out);
}

static bool says(const struct cJSON *text, const char *part)
{
    return assay_json_is_string(text) && strstr(assay_json_string(text), part) != NULL;
}

static const char *advice(const char *part)
{
    for (size_t k = 0; k < w.out.advice.n; k++)
        if (strstr(w.out.advice.line[k].text, part) != NULL)
            return w.out.advice.line[k].text;
    return NULL;
}

static struct outcome_world world;

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

static void act_on_nobody(struct assay_audit_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        set->acted_on[i] = ASSAY_NO_DATE;
}

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

/* ---- lead time ---- */

/* Snapshots of accounts by hand: flags a quarter apart up to the last, 30 days before the event.
 * The last is audited, those before it are history. */
static void write_leads(const char *const flags[], size_t n_account)
{
    enum { MOST = 64 };
    static int32_t account[MOST], as_of[MOST], event[MOST];
    static unsigned char flagged[MOST];
    struct assay_audit_set *used = &world.input.used, *other = &world.input.other;
    outcome_world_init(&world, n_account);
    act_on_nobody(used);
    other->account = account;
    other->as_of = as_of;
    other->event_date = event;
    other->flagged = flagged;
    for (size_t i = 0; i < n_account; i++) {
        size_t length = strlen(flags[i]);
        outcome_world_event(used, i, 30);
        used->flagged[i] = flags[i][length - 1] == '1';
        for (size_t k = 0; k + 1 < length; k++, other->n++) {
            size_t back = length - 1 - k;
            account[other->n] = (int32_t)i;
            as_of[other->n] = WORLD_AS_OF - 91 * (int32_t)back;
            event[other->n] = used->event_date[i];
            flagged[other->n] = flags[i][k] == '1';
        }
    }
}

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
    tcase_add_test(tc, leads_are_taken_from_the_history_too);
    tcase_add_test(tc, snapshots_before_an_earlier_churn_belong_to_that);
    tcase_add_loop_test(tc, without_times_lead_times_are_refused_by_name, 0, COUNT(no_leads));
    tcase_add_test(tc, a_long_curve_is_thinned_and_keeps_its_ends);
    tcase_add_test(tc, late_warnings_are_worth_a_word);
    tcase_add_test(tc, fifty_accounts_of_15000_at_30_percent_are_225000);
    tcase_add_test(tc, what_nobody_gave_is_marked_as_assumed);
    tcase_add_test(tc, costs_and_unknown_values_are_said);
    tcase_add_test(tc, an_account_is_kept_once);
    tcase_add_test(tc, realised_is_what_was_prevented_at_the_mean_value);
    tcase_add_test(tc, a_bare_score_column_works);
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("outcomes/outcomes", add_tests)
