#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/data/dictionary.h"
#include "tests/metric/sample.h"
#include "validate/interim/doubts.h"
#include "validate/interim/interim.h"

/* ---- an input by hand ---- */

struct interim {
    struct assay_model model;
    struct assay_audit_spec rules;
    struct assay_audit_input input;
    struct assay_audit_output out;
    struct assay_json *doc; /* of what was written */
};

static void set_init(struct assay_audit_set *set, size_t n)
{
    *set = (struct assay_audit_set){.n = n,
                                    .score = calloc(n, sizeof(double)),
                                    .prob = calloc(n, sizeof(double)),
                                    .flagged = calloc(n, 1),
                                    .outcome = calloc(n, 1),
                                    .account = calloc(n, sizeof(int32_t))};
}

static void set_clear(struct assay_audit_set *set)
{
    free(set->score);
    free(set->prob);
    free(set->flagged);
    free(set->outcome);
    free(set->account);
    free(set->plan);
    if (set->segment != NULL)
        free(set->segment[0]);
    free(set->segment);
}

/* Probabilities around 0.15, flagged from 0.2 on; each row an account. */
static void set_draw(struct assay_audit_set *set, size_t n, uint64_t *seed)
{
    set_init(set, n);
    for (size_t i = 0; i < n; i++) {
        set->prob[i] = 0.6 * random_unit(seed) * random_unit(seed);
        set->score[i] = 100 * (1 - set->prob[i]);
        set->flagged[i] = set->prob[i] >= 0.2;
        set->account[i] = (int32_t)i;
    }
}

/* Outcomes with the odds that the probabilities say, times `factor`. */
static void happen(struct assay_audit_set *set, double factor, uint64_t *seed)
{
    set->n_event = 0;
    for (size_t i = 0; i < set->n; i++) {
        double odds = factor * set->prob[i] / (1 - set->prob[i]);
        set->outcome[i] = random_unit(seed) < odds / (1 + odds);
        set->n_event += set->outcome[i];
    }
}

static void evidence(struct interim *w, size_t which, struct assay_estimate intercept,
                     struct assay_estimate slope)
{
    struct assay_model_performance *p = &w->model.performance[which];
    p->n = 1000;
    p->figures[ASSAY_FIG_CALIBRATION_INTERCEPT] = intercept;
    p->figures[ASSAY_FIG_CALIBRATION_SLOPE] = slope;
}

static const struct assay_estimate right_intercept = {0.01, -0.1, 0.12}, right_slope = {0.98, 0.9, 1.06};

static void interim_init(struct interim *w, size_t n, uint64_t seed)
{
    *w = (struct interim){.model = {.spec = {.name = NULL}}};
    w->input = (struct assay_audit_input){.model = &w->model,
                                          .spec = &w->model.spec,
                                          .rules = &w->rules,
                                          .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                          .interim = true,
                                          .target_sensitivity = 0.3,
                                          .target_specificity = 0.3,
                                          .n_account = 100000};
    set_draw(&w->input.waiting, n, &seed);
    evidence(w, ASSAY_CROSS_VALIDATED, right_intercept, right_slope);
}

static void interim_clear(struct interim *w)
{
    set_clear(&w->input.waiting);
    set_clear(&w->input.used);
    assay_text_clear(&w->out.json.out);
    assay_json_free(w->doc);
}

/* The section, read back; NULL where it is null. */
static const struct cJSON *estimate(struct interim *w)
{
    struct assay_error err = {0};
    struct assay_json_writer *json = &w->out.json;
    assay_text_clear(&json->out);
    assay_json_free(w->doc);
    w->doc = NULL;
    w->out = (struct assay_audit_output){.want_errors = false};
    assay_json_open(json, NULL, '{');
    ck_assay_ok(assay_audit_interim(&w->input, &w->out, &err));
    assay_json_close(json);
    ck_assay_ok(assay_json_parse("audit", json->out.data, json->out.length, ASSAY_JSON_STRICT, &w->doc,
                                 &err));
    const struct cJSON *section = test_at(assay_json_root(w->doc), "interim", NULL);
    return assay_json_is_null(section) ? NULL : section;
}

static struct assay_estimate figure(const struct cJSON *section, const char *name)
{
    const struct cJSON *low = assay_json_first(test_at(section, name, "interval", NULL));
    return (struct assay_estimate){test_number(section, name, "value", NULL), assay_json_number(low),
                                   assay_json_number(assay_json_next(low))};
}

/* Whether some warning holds these words. */
static bool warns(const struct cJSON *section, const char *words)
{
    for (const struct cJSON *w = assay_json_first(test_at(section, "warnings", NULL)); w != NULL;
         w = assay_json_next(w))
        if (strstr(assay_json_string(w), words) != NULL)
            return true;
    return false;
}

static bool advises(const struct interim *w, const char *words)
{
    for (size_t k = 0; k < w->out.advice.n; k++)
        if (strstr(w->out.advice.line[k].text, words) != NULL)
            return true;
    return false;
}

/* ---- the estimate ---- */

START_TEST(an_estimate_says_that_it_is_one)
{
    struct interim w;
    interim_init(&w, 2000, 1);
    const struct cJSON *got = estimate(&w);
    double sum = 0;
    for (size_t i = 0; i < 2000; i++)
        sum += w.input.waiting.prob[i];
    ck_assert(assay_json_bool(test_at(got, "estimated", NULL)));
    ck_assert_uint_eq((size_t)test_number(got, "n", NULL), 2000);
    test_close("events", test_number(got, "expected_events", "value", NULL), sum, 1e-12, 0);
    ck_assert_uint_eq(assay_json_count(test_at(got, "conditions", NULL)), 4);
    ck_assert_uint_eq(assay_json_count(test_at(got, "warnings", NULL)), 0);
    ck_assert_str_eq(assay_json_string(test_at(got, "calibration", "from", NULL)), "cross_validated");
    const char *words = assay_json_string(test_at(got, "words", NULL));
    ck_assert(strncmp(words, "An estimate from the probabilities alone: of 2,000 snapshots", 60) == 0);
    ck_assert_ptr_nonnull(strstr(words, "Nothing of this was measured."));
    ck_assert(advises(&w, "Audit the 2000 snapshots that wait once their outcomes are known"));
    interim_clear(&w);
}
END_TEST

START_TEST(outcomes_of_those_that_wait_play_no_part)
{
    struct interim w;
    uint64_t seed = 3;
    interim_init(&w, 500, 2);
    estimate(&w);
    char *before = strdup(w.out.json.out.data);
    happen(&w.input.waiting, 1, &seed);
    estimate(&w);
    ck_assert_str_eq(w.out.json.out.data, before);
    free(before);
    interim_clear(&w);
}
END_TEST

START_TEST(there_is_no_estimate_unless_it_is_asked_for_and_can_be_made)
{
    struct interim w;
    interim_init(&w, 50, 4);
    w.input.interim = false;
    ck_assert_ptr_null(estimate(&w));
    w.input.interim = true;
    double *prob = w.input.waiting.prob;
    w.input.waiting.prob = NULL;
    ck_assert_ptr_nonnull(strstr(assay_json_string(test_at(estimate(&w), "refused", NULL)),
                                 "A score without probabilities"));
    w.input.waiting.prob = prob;
    w.input.waiting.n = 0;
    ck_assert_ptr_nonnull(
        strstr(assay_json_string(test_at(estimate(&w), "refused", NULL)), "No snapshot waits"));
    w.input.waiting.n = 1; /* one row: no pairs, and nobody flagged or nobody else */
    ck_assert(assay_json_is_null(test_at(estimate(&w), "auc", "value", NULL)));
    interim_clear(&w);
}
END_TEST

/* A column of probabilities has no model: no evidence, no plans; the rest is there. */
START_TEST(probabilities_of_others_allow_for_chance_alone_and_say_so)
{
    struct interim w;
    interim_init(&w, 800, 5);
    struct assay_estimate with = figure(estimate(&w), "ppv");
    w.input.model = NULL;
    const struct cJSON *got = estimate(&w);
    struct assay_estimate without = figure(got, "ppv");
    ck_assert(assay_json_is_null(test_at(got, "calibration", NULL)));
    ck_assert(warns(got, "nothing is known of how well these probabilities are calibrated"));
    ck_assert_double_eq(without.value, with.value);
    ck_assert_double_gt(without.low, with.low);
    ck_assert_double_lt(without.high, with.high);
    interim_clear(&w);
}
END_TEST

START_TEST(what_came_later_speaks_first)
{
    struct interim w;
    interim_init(&w, 300, 6);
    evidence(&w, ASSAY_OUT_OF_TIME, (struct assay_estimate){0.4, 0.2, 0.6},
             (struct assay_estimate){0.7, 0.5, 0.9});
    const struct cJSON *got = estimate(&w);
    ck_assert_str_eq(assay_json_string(test_at(got, "calibration", "from", NULL)), "out_of_time");
    ck_assert(warns(got, "the model's out-of-time calibration intercept was 0.40 [0.20, 0.60], away from 0: "
                         "it underestimated the risk"));
    ck_assert(warns(got, "calibration slope was 0.70 [0.50, 0.90], away from 1: its probabilities were too "
                         "extreme"));
    ck_assert(advises(&w, "recalibrate first: at its calibration the model's out-of-time"));
    /* the interval goes where the evidence points */
    struct assay_estimate events = figure(got, "expected_events");
    ck_assert_double_gt(events.high - events.value, 2 * (events.value - events.low));
    interim_clear(&w);
}
END_TEST

START_TEST(a_target_out_of_reach_is_said_before_the_quarter_is_over)
{
    struct interim w;
    interim_init(&w, 3000, 7);
    w.input.target_sensitivity = 0.95;
    estimate(&w);
    ck_assert(advises(&w, "Expect to miss the sensitivity target"));
    ck_assert(!advises(&w, "Expect to miss the specificity target"));
    interim_clear(&w);
}
END_TEST

/* ---- what speaks against it ---- */

START_TEST(known_outcomes_that_do_not_fit_are_a_warning)
{
    struct interim w;
    uint64_t seed = 8;
    interim_init(&w, 300, 8);
    set_draw(&w.input.used, 2000, &seed);
    happen(&w.input.used, 1, &seed);
    ck_assert(!warns(estimate(&w), "whose outcomes are known"));
    happen(&w.input.used, 2, &seed);
    ck_assert(warns(estimate(&w), "among the 2000 snapshots whose outcomes are known"));
    ck_assert(warns(estimate(&w), "so the probabilities are too low"));
    ck_assert(advises(&w, "Do not plan by the interim estimate, recalibrate first: among the 2000"));
    memset(w.input.used.outcome, 0, 2000); /* nobody, where 300 were expected */
    w.input.used.n_event = 0;
    ck_assert(warns(estimate(&w), "so the probabilities are too high"));
    interim_clear(&w);
}
END_TEST

START_TEST(the_last_audit_is_heard)
{
    struct interim w;
    struct assay_past_audit past[] = {
        {.n = 900, .to = 20000, .observed = 90, .expected = 45, .expected_variance = 40},
        {.n = 800, .to = 20634, .observed = 40, .expected = 42, .expected_variance = 38}};
    interim_init(&w, 300, 9);
    w.input.past = past;
    w.input.n_past = 2;
    ck_assert(!warns(estimate(&w), "last audit"));
    past[1].observed = 80;
    ck_assert(warns(estimate(&w), "among the 800 snapshots of the last audit, up to 2026-06-30 80 churned "
                                  "where 42.0 were expected: O/E 1.90 ["));
    past[1].expected = past[1].expected_variance = NAN; /* of a bare score */
    ck_assert(!warns(estimate(&w), "last audit"));
    interim_clear(&w);
}
END_TEST

START_TEST(kinds_of_accounts_that_were_never_seen_are_counted)
{
    static char team[] = "Team";
    struct assay_cohort_node nodes[] = {{NULL, ASSAY_ANY_BAND, 0, 100}, {team, ASSAY_ANY_BAND, 0, 50}};
    struct assay_dictionary *plans = assay_dictionary_new(), *values = assay_dictionary_new();
    const struct assay_dictionary *segment_values[] = {values};
    static const char *const columns[] = {"region"};
    struct interim w;
    uint64_t seed = 10;
    interim_init(&w, 200, 10);
    set_draw(&w.input.used, 100, &seed);
    happen(&w.input.used, 1, &seed);
    int32_t known = assay_dictionary_enter(plans, "Team", 4), novel = assay_dictionary_enter(plans, "Pro", 3);
    int32_t north = assay_dictionary_enter(values, "north", 5), south = assay_dictionary_enter(values, "south", 5);
    struct assay_audit_set *sets[] = {&w.input.waiting, &w.input.used};
    for (size_t k = 0; k < 2; k++) {
        sets[k]->plan = calloc(sets[k]->n, sizeof(int32_t));
        sets[k]->segment = calloc(1, sizeof(int32_t *));
        sets[k]->segment[0] = calloc(sets[k]->n, sizeof(int32_t));
        for (size_t i = 0; i < sets[k]->n; i++) {
            sets[k]->plan[i] = k == 0 && i % 8 == 0 ? novel : known;
            sets[k]->segment[0][i] = i % 5 == 1 ? ASSAY_NO_CODE : k == 0 && i % 4 == 0 ? south : north;
        }
    }
    w.model.spec.cohort.plan = team;
    w.model.cohorts = (struct assay_cohorts){.nodes = nodes, .n_node = 2, .spec = &w.model.spec.cohort};
    w.input.plans = plans;
    w.input.n_segment = 1;
    w.input.segments = columns;
    w.input.segment_values = segment_values;
    const struct cJSON *got = estimate(&w);
    ck_assert(warns(got, "12.5% of these snapshots (25) are on a plan that calibration never saw"));
    ck_assert(warns(got, "20.0% of these snapshots (40) have a value of \"region\" that none with a known "
                         "outcome has"));
    ck_assert(!advises(&w, "recalibrate first"));
    interim_clear(&w);
    assay_dictionary_free(plans);
    assay_dictionary_free(values);
}
END_TEST

START_TEST(few_expected_events_are_a_warning)
{
    struct interim w;
    interim_init(&w, 30, 11);
    ck_assert(warns(estimate(&w), "churners are expected here: the intervals are rough"));
    interim_clear(&w);
}
END_TEST

/* ---- O/E by account ---- */

/* Of 100 rows, four an account, 20 with the event where 10 were expected. */
START_TEST(observed_over_expected_counts_accounts)
{
    struct assay_error err = {0};
    struct assay_audit_set set;
    struct assay_interim_oe row, account;
    const struct assay_outcome_spec outcome = {.column = NULL};
    set_init(&set, 100);
    for (size_t i = 0; i < 100; i++) {
        set.prob[i] = 0.1;
        set.outcome[i] = i < 20;
        set.account[i] = (int32_t)(i / 4); /* 5 accounts of events, 20 of none */
    }
    set.n_event = 20;
    ck_assay_ok(assay_interim_oe(&outcome, &set, 25, &account, &err));
    ck_assert_uint_eq(account.n, 100);
    test_close("expected", account.expected, 10, 1e-13, 0);
    test_close("O/E", account.ratio.value, 2, 1e-13, 0);
    double variance = 5 * pow(4 * 0.9, 2) + 20 * pow(4 * 0.1, 2);
    test_close("high", account.ratio.high, 2 * exp(1.959963984540054 * sqrt(variance) / 20), 1e-12, 0);
    int32_t *codes = set.account;
    set.account = NULL;
    ck_assay_ok(assay_interim_oe(&outcome, &set, 0, &row, &err));
    test_close("low", row.ratio.low, 2 / exp(1.959963984540054 * sqrt(variance / 4) / 20), 1e-12, 0);
    set.account = codes;
    ck_assert_double_nan(assay_interim_ratio(0, 0, 1).value);
    test_close("none", assay_interim_ratio(0, 5, 1).high, log(40) / 5, 1e-13, 0);
    set_clear(&set);
}
END_TEST

/* Of the later 40 rows, whose horizon is not over, all known ones have the event. */
START_TEST(events_that_came_early_are_no_sign_of_a_wrong_model)
{
    struct assay_error err = {0};
    struct assay_audit_set set;
    struct assay_interim_oe known;
    const struct assay_outcome_spec outcome = {
        .date = "churned_on", .horizon_days = 90, .observed_until = 190};
    int32_t day[100];
    set_init(&set, 100);
    for (size_t i = 0; i < 100; i++) {
        set.prob[i] = 0.1;
        set.outcome[i] = i < 6 || i >= 60;
        set.account[i] = (int32_t)i;
        day[i] = i < 60 ? 100 : 101;
    }
    set.n_event = 46;
    set.as_of = day;
    ck_assay_ok(assay_interim_oe(&outcome, &set, 100, &known, &err));
    ck_assert_uint_eq(known.n, 60);
    ck_assert_double_eq(known.events, 6);
    test_close("O/E", known.ratio.value, 1, 1e-13, 0);
    set_clear(&set);
}
END_TEST

/* ---- simulation ---- */

static bool holds(const struct assay_estimate *e, double truth)
{
    return e->low <= truth && truth <= e->high;
}

/* A quarter in a world where the model's log-odds are off by a shift that its evidence measured with an error
 * of 0.06. 300 quarters of 1,500 snapshots: 95% less three standard errors of 1.3 points is 91%. Where the
 * odds doubled after the evidence, expected events and precision are hardly ever right, and as soon as 500
 * outcomes are known the audit says so. */
START_TEST(quarters_are_as_estimated_until_calibration_drifts)
{
    size_t held[3] = {0}, drifted[3] = {0}, warned = 0, n_quarter = 300;
    uint64_t seed = 12;
    for (size_t q = 0; q < 2 * n_quarter; q++) {
        struct interim w;
        bool drift = q >= n_quarter;
        interim_init(&w, 1500, 1000 + q);
        double shift = 0.1 * (random_unit(&seed) - 0.5);
        double seen = shift + 0.06 * sqrt(-2 * log(random_unit(&seed))) * cos(6.283185307 * random_unit(&seed));
        evidence(&w, ASSAY_CROSS_VALIDATED,
                 (struct assay_estimate){seen, seen - 1.96 * 0.06, seen + 1.96 * 0.06}, right_slope);
        set_draw(&w.input.used, 500, &seed);
        happen(&w.input.used, exp(shift) * (drift ? 2 : 1), &seed);
        happen(&w.input.waiting, exp(shift) * (drift ? 2 : 1), &seed);
        const struct cJSON *got = estimate(&w);
        const struct assay_audit_set *set = &w.input.waiting;
        double flagged = 0, hits = 0;
        for (size_t i = 0; i < set->n; i++) {
            flagged += set->flagged[i];
            hits += set->flagged[i] && set->outcome[i];
        }
        struct assay_estimate events = figure(got, "expected_events"), ppv = figure(got, "ppv"),
                              sensitivity = figure(got, "sensitivity");
        size_t *count = drift ? drifted : held;
        count[0] += holds(&events, (double)set->n_event);
        count[1] += holds(&ppv, hits / flagged);
        count[2] += holds(&sensitivity, hits / (double)set->n_event);
        warned += drift && warns(got, "whose outcomes are known");
        interim_clear(&w);
    }
    printf("of %zu quarters: events %zu, ppv %zu, sensitivity %zu; after drift %zu, %zu, %zu, warned %zu\n",
           n_quarter, held[0], held[1], held[2], drifted[0], drifted[1], drifted[2], warned);
    for (size_t k = 0; k < 3; k++)
        ck_assert_uint_ge(held[k], 273);
    ck_assert_uint_le(drifted[0], 15);
    ck_assert_uint_le(drifted[1], 15);
    ck_assert_uint_ge(warned, 285);
}
END_TEST

/* ---- failures ---- */

START_TEST(every_failing_allocation_is_reported_and_leaks_nothing)
{
    static char team[] = "Team";
    struct assay_cohort_node nodes[] = {{NULL, ASSAY_ANY_BAND, 0, 100}};
    struct assay_dictionary *plans = assay_dictionary_new();
    struct interim w;
    uint64_t seed = 13;
    interim_init(&w, 40, 13);
    set_draw(&w.input.used, 40, &seed);
    happen(&w.input.used, 3, &seed);
    w.input.waiting.plan = calloc(40, sizeof(int32_t));
    assay_dictionary_enter(plans, "Pro", 3);
    w.model.spec.cohort.plan = team;
    w.model.cohorts = (struct assay_cohorts){.nodes = nodes, .n_node = 1, .spec = &w.model.spec.cohort};
    w.input.plans = plans;
    size_t n = 1;
    for (;; n++) {
        struct assay_error err = {0};
        struct assay_audit_output out = {.want_errors = false};
        assay_json_open(&out.json, NULL, '{');
        test_fail_allocation(n);
        enum assay_status status = assay_audit_interim(&w.input, &out, &err);
        bool reached = test_allocations() >= n;
        test_fail_allocation(0);
        bool failed = out.json.out.failed;
        assay_text_clear(&out.json.out);
        if (!reached) {
            ck_assay_ok(status);
            break;
        }
        ck_assert(status == ASSAY_ENOMEM || failed); /* the writer's own is asked for at the end */
        if (status == ASSAY_ENOMEM)
            ck_assert_str_eq(err.message, "out of memory estimating what to expect");
    }
    ck_assert_uint_gt(n, 14);
    interim_clear(&w);
    assay_dictionary_free(plans);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, an_estimate_says_that_it_is_one);
    tcase_add_test(tc, outcomes_of_those_that_wait_play_no_part);
    tcase_add_test(tc, there_is_no_estimate_unless_it_is_asked_for_and_can_be_made);
    tcase_add_test(tc, probabilities_of_others_allow_for_chance_alone_and_say_so);
    tcase_add_test(tc, what_came_later_speaks_first);
    tcase_add_test(tc, a_target_out_of_reach_is_said_before_the_quarter_is_over);
    tcase_add_test(tc, known_outcomes_that_do_not_fit_are_a_warning);
    tcase_add_test(tc, the_last_audit_is_heard);
    tcase_add_test(tc, kinds_of_accounts_that_were_never_seen_are_counted);
    tcase_add_test(tc, few_expected_events_are_a_warning);
    tcase_add_test(tc, observed_over_expected_counts_accounts);
    tcase_add_test(tc, events_that_came_early_are_no_sign_of_a_wrong_model);
    tcase_add_test(tc, quarters_are_as_estimated_until_calibration_drifts);
    tcase_add_test(tc, every_failing_allocation_is_reported_and_leaks_nothing);
}

ASSAY_SUITE("validate/interim", add_tests)
