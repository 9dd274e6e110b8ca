#include "core/metric/cusum.h"
#include "tests/drift/timeline.h"
#include "validate/drift/calibration_drift.h"
#include "validate/drift/periods.h"

/* n accounts of a quarter, each with probability p, so many of them with the event. */
static void add_quarter(struct timeline *t, const char *as_of, size_t n, double p, size_t events)
{
    for (size_t i = 0; i < n; i++)
        add_used(t, (struct snapshot){(int32_t)t->input.used.n, as_of, 50, p, i < events});
}

static const struct cJSON *section(const struct assay_json *doc)
{
    return test_at(assay_json_root(doc), "calibration_drift", NULL);
}

START_TEST(points_are_the_quarters_with_their_differences)
{
    struct timeline *t = timeline_new();
    struct assay_advice advice;
    add_quarter(t, "2026-05-31", 200, 0.25, 62);
    add_quarter(t, "2026-01-01", 100, 0.1, 13);
    add_quarter(t, "2026-03-31", 100, 0.2, 27);
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, &advice);
    const struct cJSON *point = assay_json_first(assay_json_get(section(doc), "points"));
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "period")), "2026-Q1");
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "from")), "2026-01-01");
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "to")), "2026-03-31");
    ck_assert_double_eq(test_number(point, "observed", NULL), 40);
    test_close("expected", test_number(point, "expected", NULL), 30, 1e-12, 0);
    double z = 10 / sqrt(100 * 0.09 + 100 * 0.16);
    test_close("z", test_number(point, "z", NULL), z, 1e-12, 0);
    test_close("upper", test_number(point, "upper", NULL), z - 0.5, 1e-12, 0);
    ck_assert_double_eq(test_number(point, "lower", NULL), 0);
    point = assay_json_next(point);
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "period")), "2026-Q2");
    test_close("z", test_number(point, "z", NULL), 12 / sqrt(200 * 0.1875), 1e-12, 0);
    ck_assert_ptr_null(assay_json_next(point));
    ck_assert_double_eq(test_number(section(doc), "limit", NULL), ASSAY_CUSUM_LIMIT);
    ck_assert(!assay_json_bool(assay_json_get(section(doc), "alarm")));
    ck_assert(assay_json_is_null(assay_json_get(section(doc), "direction")));
    ck_assert_uint_eq(advice.n, 0);
    assay_json_free(doc);
    free(t);
}
END_TEST

/* 100 rows at 0.2 a quarter have a standard error of 4, two such quarters one of 5.66: 1.96 of them are
 * 7.8 and 11.1 events. */
static const struct words_case {
    size_t first, second; /* events; 0: no second quarter */
    const char *words;
} words_cases[] = {
    {27, 24, "Predictions still add up: 51 churners, 40 predicted over 2 periods, no lasting difference in "
             "either direction"},
    {27, 25, "Predictions do not add up: more churners than predicted, 52 against 40 over 2 periods, more "
             "than chance explains; the CUSUM raises no alarm of a lasting difference yet"},
    {13, 15, "Predictions do not add up: fewer churners than predicted, 28 against 40 over 2 periods, more "
             "than chance explains; the CUSUM raises no alarm of a lasting difference yet"},
    {27, 0, "Predictions still add up: 27 churners, 20 predicted over 1 period"},
    {12, 0, "Predictions do not add up: fewer churners than predicted, 12 against 20 over 1 period, more "
            "than chance explains; with one period the CUSUM raises no alarm yet"},
};

START_TEST(without_an_alarm_predictions_add_up_only_where_all_periods_together_do)
{
    const struct words_case *c = &words_cases[_i];
    struct timeline *t = timeline_new();
    struct assay_advice advice;
    add_quarter(t, "2026-01-15", 100, 0.2, c->first);
    if (c->second > 0)
        add_quarter(t, "2026-04-15", 100, 0.2, c->second);
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, &advice);
    ck_assert(!assay_json_bool(assay_json_get(section(doc), "alarm")));
    ck_assert_str_eq(assay_json_string(assay_json_get(section(doc), "words")), c->words);
    ck_assert_uint_eq(advice.n, 0);
    assay_json_free(doc);
    free(t);
}
END_TEST

/* z is 2 in every quarter, so the sum gains 1.5 a quarter: 6 in the fourth. */
START_TEST(a_lasting_difference_raises_an_alarm_either_way)
{
    static const char *const quarters[] = {"2025-02-01", "2025-05-01", "2025-08-01", "2025-11-01"};
    struct timeline *t = timeline_new();
    struct assay_advice advice;
    bool more = _i == 0;
    for (size_t q = 0; q < 4; q++)
        add_quarter(t, quarters[q], 400, 0.2, more ? 96 : 64);
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, &advice);
    ck_assert(assay_json_bool(assay_json_get(section(doc), "alarm")));
    ck_assert_str_eq(assay_json_string(assay_json_get(section(doc), "direction")),
                     more ? "more" : "fewer");
    ck_assert_str_eq(assay_json_string(assay_json_get(section(doc), "since")), "2025-Q1");
    ck_assert_uint_eq(advice.n, 1);
    ck_assert_str_eq(advice.line[0].text,
                     more ? "Recalibrate: since 2025-Q1 there have been more churners than the model "
                            "predicts, so its probabilities are too low"
                          : "Recalibrate: since 2025-Q1 there have been fewer churners than the model "
                            "predicts, so its probabilities are too high");
    assay_json_free(doc);
    free(t);
}
END_TEST

static struct assay_past_audit past_audit(const char *digest, const char *from, const char *to,
                                          double observed, double expected)
{
    return (struct assay_past_audit){.digest = (char *)digest, /* read only */
                                     .from = day_of(from),
                                     .to = day_of(to),
                                     .observed = observed,
                                     .expected = expected,
                                     .expected_variance = 0.8 * expected};
}

START_TEST(past_audits_of_this_version_come_first)
{
    struct timeline *t = timeline_new();
    struct assay_past_audit past[] = {
        past_audit("sha256:another", "2025-01-01", "2025-03-31", 90, 30),
        past_audit(NULL, "2025-04-01", "2025-06-30", 90, 30),
        past_audit("sha256:ours", "2025-07-01", "2025-09-30", 33, 30),
        past_audit("sha256:ours", NULL, NULL, 29, 30),
        past_audit("sha256:ours", "2025-10-01", "2025-12-31", NAN, NAN)};
    add_quarter(t, "2026-02-01", 100, 0.2, 21);
    t->input.past = past;
    t->input.n_past = COUNT(past);
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    const struct cJSON *point = assay_json_first(assay_json_get(section(doc), "points"));
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "period")), "2025-Q3");
    ck_assert(assay_json_bool(assay_json_get(point, "past")));
    test_close("z", test_number(point, "z", NULL), 3 / sqrt(24), 1e-12, 0);
    point = assay_json_next(point);
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "period")), "an earlier audit");
    ck_assert(assay_json_is_null(assay_json_get(point, "from")));
    point = assay_json_next(point);
    ck_assert_str_eq(assay_json_string(assay_json_get(point, "period")), "2026-Q1");
    ck_assert(!assay_json_bool(assay_json_get(point, "past")));
    ck_assert_ptr_null(assay_json_next(point));
    assay_json_free(doc);
    free(t);
}
END_TEST

/* Where only events are known, rows would all be churners. */
START_TEST(rows_whose_horizon_is_not_over_are_left_out)
{
    struct timeline *t = timeline_new();
    add_quarter(t, "2026-01-15", 100, 0.2, 20);
    add_quarter(t, "2026-05-15", 9, 0.5, 9);
    t->model.spec.outcome = (struct assay_outcome_spec){
        .date = (char *)"churned_on", .horizon_days = 90, .observed_until = day_of("2026-06-30")};
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    ck_assert_uint_eq(assay_json_count(assay_json_get(section(doc), "points")), 1);
    assay_json_free(doc);
    free(t);
}
END_TEST

/* An account's snapshots of one quarter share its outcome: four alike are one. */
START_TEST(repeated_accounts_widen_the_error)
{
    struct timeline *t = timeline_new();
    for (int32_t a = 0; a < 200; a++)
        for (size_t k = 0; k < 4; k++)
            add_used(t, (struct snapshot){a, "2026-02-01", 50, 0.2, a % 5 == 0});
    t->input.repeated = true;
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    /* 200 / 199 of 4, over 800 / 799 */
    test_close("design effect", test_number(section(doc), "design_effect", NULL),
               4.0 * 200 / 199 * 799 / 800, 1e-12, 0);
    assay_json_free(doc);
    free(t);
}
END_TEST

/* ---- joining ---- */

static struct assay_drift_periods periods_of(const double expected[], size_t n,
                                             struct assay_drift_period p[])
{
    for (size_t k = 0; k < n; k++)
        p[k] = (struct assay_drift_period){.from = (int32_t)(10 * k),
                                           .to = (int32_t)(10 * k + 9),
                                           .expected = expected[k],
                                           .observed = expected[k] + 1,
                                           .variance = 1,
                                           .past = k < 2};
    return (struct assay_drift_periods){.periods = p, .n = n};
}

static const struct {
    double expected[6];
    size_t n, most;
    double joined[6];
    size_t n_joined;
} joinings[] = {
    {{5, 6, 7}, 3, 20, {5, 6, 7}, 3},
    {{1, 1, 1, 9}, 4, 20, {3, 9}, 2},
    {{1, 1, 4, 1, 5}, 5, 20, {6, 6}, 2},
    {{5, 1, 1}, 3, 20, {7}, 1},
    {{1, 1}, 2, 20, {0}, 0},
    {{2.9}, 1, 20, {0}, 0},
    {{3, 4, 5, 6}, 4, 2, {5, 6}, 2},
    {{0}, 0, 20, {0}, 0},
    {{4, 1, 3, 2, 0.5, 0.5}, 6, 20, {4, 4, 3}, 3},
    {{4, 4, 1, 1}, 4, 1, {6}, 1},
};

START_TEST(thin_periods_are_joined_and_nothing_is_lost)
{
    struct assay_drift_period p[6];
    struct assay_drift_periods periods =
        periods_of(joinings[_i].expected, joinings[_i].n, p);
    assay_drift_periods_join(&periods, 3, joinings[_i].most);
    ck_assert_uint_eq(periods.n, joinings[_i].n_joined);
    for (size_t k = 0; k < periods.n; k++) {
        ck_assert_double_eq(p[k].expected, joinings[_i].joined[k]);
        ck_assert_double_eq(p[k].observed - p[k].expected, p[k].variance); /* 1 for each that is in it */
        ck_assert(k == 0 || p[k].from == p[k - 1].to + 1);
    }
    if (periods.n > 0)
        ck_assert_int_eq(p[periods.n - 1].to, (int32_t)(10 * joinings[_i].n - 1));
}
END_TEST

START_TEST(periods_have_names)
{
    static const struct {
        const char *from, *to, *name;
    } names[] = {{"2026-04-01", "2026-06-30", "2026-Q2"},
                 {"2025-12-31", "2026-01-01", "2025-Q4 to 2026-Q1"},
                 {"1969-12-31", "1969-12-31", "1969-Q4"},
                 {NULL, NULL, "an earlier audit"}};
    char out[ASSAY_PERIOD_NAME_SIZE];
    for (size_t k = 0; k < COUNT(names); k++) {
        struct assay_drift_period p = {.from = day_of(names[k].from), .to = day_of(names[k].to)};
        ck_assert_str_eq(assay_drift_period_name(&p, out), names[k].name);
    }
}
END_TEST

/* ---- where there is none ---- */

static void assert_refused(const struct timeline *t, const char *why)
{
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    if (why == NULL)
        ck_assert(assay_json_is_null(section(doc)));
    else
        ck_assert_str_eq(assay_json_string(assay_json_get(section(doc), "refused")), why);
    assay_json_free(doc);
}

START_TEST(what_cannot_be_charted_is_null_or_refused_by_name)
{
    struct timeline *t = timeline_new();
    assert_refused(t, NULL);
    add_quarter(t, "2026-02-01", 20, 0.1, 2);
    assert_refused(t, "Fewer than 3 churners are predicted for the snapshots whose horizon is over: too "
                      "few to see a drift in");
    for (size_t i = 0; i < 20; i++)
        t->used.as_of[i] = ASSAY_NO_DATE;
    assert_refused(t, "Snapshots have no dates: they cannot be put in the order of time");
    t->input.used.as_of = NULL;
    assert_refused(t, "Snapshots have no dates: they cannot be put in the order of time");
    t->input.used.prob = NULL;
    assert_refused(t, NULL);
    free(t);
}
END_TEST

START_TEST(a_bare_probability_has_no_accounts_and_no_model)
{
    struct timeline *t = timeline_new();
    add_quarter(t, "2026-02-01", 100, 0.1, 12);
    t->input.model = NULL;
    t->input.used.account = NULL;
    t->input.n_account = 0;
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    ck_assert_uint_eq(assay_json_count(assay_json_get(section(doc), "points")), 1);
    assay_json_free(doc);
    free(t);
}
END_TEST

START_TEST(certain_predictions_make_no_difference_that_is_not_a_number)
{
    struct timeline *t = timeline_new();
    add_quarter(t, "2026-02-01", 10, 1, 10);
    struct assay_json *doc = section_read(assay_audit_calibration_drift, &t->input, NULL);
    const struct cJSON *point = assay_json_first(assay_json_get(section(doc), "points"));
    ck_assert_double_eq(test_number(point, "z", NULL), 0);
    assay_json_free(doc);
    free(t);
}
END_TEST

START_TEST(running_out_of_memory_is_an_error)
{
    struct timeline *t = timeline_new();
    for (int32_t a = 0; a < 60; a++)
        add_used(t, (struct snapshot){a / 2, "2026-02-01", 50, 0.2, a % 5 == 0});
    t->input.repeated = true;
    ck_assert_uint_gt(section_starve(assay_audit_calibration_drift, &t->input), 5);
    free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, points_are_the_quarters_with_their_differences);
    tcase_add_loop_test(tc, without_an_alarm_predictions_add_up_only_where_all_periods_together_do, 0,
                        COUNT(words_cases));
    tcase_add_loop_test(tc, a_lasting_difference_raises_an_alarm_either_way, 0, 2);
    tcase_add_test(tc, past_audits_of_this_version_come_first);
    tcase_add_test(tc, rows_whose_horizon_is_not_over_are_left_out);
    tcase_add_test(tc, repeated_accounts_widen_the_error);
    tcase_add_loop_test(tc, thin_periods_are_joined_and_nothing_is_lost, 0, COUNT(joinings));
    tcase_add_test(tc, periods_have_names);
    tcase_add_test(tc, what_cannot_be_charted_is_null_or_refused_by_name);
    tcase_add_test(tc, a_bare_probability_has_no_accounts_and_no_model);
    tcase_add_test(tc, certain_predictions_make_no_difference_that_is_not_a_number);
    tcase_add_test(tc, running_out_of_memory_is_an_error);
}

ASSAY_SUITE("drift/calibration_drift", add_tests)
