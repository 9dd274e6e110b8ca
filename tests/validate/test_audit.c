/* The figures of an audit: counts at the line, verdicts, zones, and what is left of them on rows
 * that define little. Segments and values: test_audit_segments.c. */
#include "tests/validate/measuring.h"

/* ---- the line ---- */

static const double lines[] = {50, 0.1 + 0.2, -3, 0.0, -0.0, 1e-300, 1e300};

START_TEST(an_account_on_the_line_is_flagged_as_a_risk_but_not_as_a_health_score)
{
    double line = lines[_i], on = line == 0 ? 0.0 : line; /* 0 is on the line -0 */
    double below = nextafter(line, -INFINITY), above = nextafter(line, INFINITY);
    const double score[] = {below, on, above, below, on, above};
    const unsigned char outcome[] = {1, 1, 1, 0, 0, 0};
    struct assay_audit_rows rows = {.n = 6, .score = score, .outcome = outcome};
    struct assay_audit_rules rules = {.line = line,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .target_sensitivity = 0.75,
                                      .target_specificity = 0.7};
    struct assay_audit health = measure(&rows, &rules);
    ck_assert(same_counts(&health.counts, &(struct assay_confusion){1, 1, 2, 2}));
    rules.higher_is = ASSAY_HIGHER_IS_RISK;
    struct assay_audit risk = measure(&rows, &rules);
    ck_assert(same_counts(&risk.counts, &(struct assay_confusion){2, 2, 1, 1}));
    ck_assert(risk.n == 6 && risk.n_event == 3 && health.n == 6 && health.n_event == 3);
    assay_audit_clear(&health);
    assay_audit_clear(&risk);
}
END_TEST

/* Scores are clamped to 0 and 100; probabilities are not. */
START_TEST(flags_come_from_the_score_and_order_from_the_probability)
{
    static const double score[] = {0, 0, 0, 0}, prob[] = {0.6, 0.7, 0.8, 0.9};
    static const unsigned char outcome[] = {0, 0, 1, 1};
    struct assay_audit_rows rows = {.n = 4, .score = score, .outcome = outcome};
    struct assay_audit_rules rules = {.line = 50, .higher_is = ASSAY_HIGHER_IS_HEALTH};
    struct assay_audit bare = measure(&rows, &rules);
    ck_assert_double_eq(bare.auc.wald.value, 0.5);
    ck_assert(undefined(&bare.performance.brier) && undefined(&bare.performance.oe_ratio));
    ck_assert(undefined(&bare.performance.calibration_slope));
    rows.prob = prob;
    struct assay_audit model = measure(&rows, &rules);
    ck_assert_double_eq(model.auc.wald.value, 1);
    ck_assert(same_counts(&model.counts, &bare.counts));
    /* (0.36 + 0.49 + 0.04 + 0.01) / 4 */
    test_close("Brier", model.performance.brier.value, 0.225, 1e-15, 0);
    assay_audit_clear(&bare);
    assay_audit_clear(&model);
}
END_TEST

/* ---- the verdict ---- */

enum { HUNDRED = 100 };

/* 100 with the event and 100 without, of whom tp and tn are on the right side of the line. */
static struct assay_audit audit_of_counts(size_t tp, size_t tn, double target_sensitivity,
                                          double target_specificity)
{
    double score[2 * HUNDRED];
    unsigned char outcome[2 * HUNDRED];
    for (size_t i = 0; i < HUNDRED; i++) {
        outcome[i] = 1;
        outcome[HUNDRED + i] = 0;
        score[i] = i < tp ? 10 : 90;
        score[HUNDRED + i] = i < tn ? 90 : 10;
    }
    struct assay_audit_rows rows = {.n = 2 * HUNDRED, .score = score, .outcome = outcome};
    struct assay_audit_rules rules = {.line = 50,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .target_sensitivity = target_sensitivity,
                                      .target_specificity = target_specificity};
    return measure(&rows, &rules);
}

/* Of 100, by Wilson at 95%: 100 is [96.3, 100], 75 is [65.7, 82.5] and 50 is [40.4, 59.6]. */
static const struct {
    size_t tp, tn;
    enum assay_verdict sensitivity, specificity, verdict;
} joins[] = {
    {100, 100, ASSAY_PASS, ASSAY_PASS, ASSAY_PASS},
    {100, 50, ASSAY_PASS, ASSAY_FAIL, ASSAY_FAIL},
    {100, 75, ASSAY_PASS, ASSAY_INCONCLUSIVE, ASSAY_INCONCLUSIVE},
    {50, 100, ASSAY_FAIL, ASSAY_PASS, ASSAY_FAIL},
    {50, 50, ASSAY_FAIL, ASSAY_FAIL, ASSAY_FAIL},
    {50, 75, ASSAY_FAIL, ASSAY_INCONCLUSIVE, ASSAY_FAIL},
    {75, 100, ASSAY_INCONCLUSIVE, ASSAY_PASS, ASSAY_INCONCLUSIVE},
    {75, 50, ASSAY_INCONCLUSIVE, ASSAY_FAIL, ASSAY_FAIL},
    {75, 75, ASSAY_INCONCLUSIVE, ASSAY_INCONCLUSIVE, ASSAY_INCONCLUSIVE},
};

START_TEST(one_failure_fails_and_only_two_passes_pass)
{
    struct assay_audit audit = audit_of_counts(joins[_i].tp, joins[_i].tn, 0.75, 0.7);
    ck_assert_int_eq(audit.sensitivity_result, joins[_i].sensitivity);
    ck_assert_int_eq(audit.specificity_result, joins[_i].specificity);
    ck_assert_int_eq(audit.verdict, joins[_i].verdict);
    assay_audit_clear(&audit);
}
END_TEST

START_TEST(a_target_at_the_lower_limit_is_met_and_at_the_upper_one_straddled)
{
    struct assay_estimate e;
    struct assay_error err = {0};
    ck_assay_ok(assay_wilson_interval(80, HUNDRED, ASSAY_LEVEL, &e, &err));
    const struct {
        double target;
        enum assay_verdict result;
    } cases[] = {{e.low, ASSAY_PASS},
                 {nextafter(e.low, 1), ASSAY_INCONCLUSIVE},
                 {e.high, ASSAY_INCONCLUSIVE},
                 {nextafter(e.high, 1), ASSAY_FAIL}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct assay_audit audit = audit_of_counts(80, 80, cases[k].target, cases[k].target);
        ck_assert_int_eq(audit.sensitivity_result, cases[k].result);
        ck_assert_int_eq(audit.specificity_result, cases[k].result);
        assay_audit_clear(&audit);
    }
}
END_TEST

/* ---- zones ---- */

START_TEST(a_zone_holds_its_lower_bound_and_not_its_upper_one)
{
    static const struct assay_zone zones[] = {
        {(char *)"Critical", 0}, {(char *)"At Risk", 25}, {(char *)"Odd", 100.0 / 3},
        {(char *)"Empty", 60},   {(char *)"Healthy", 75}};
    static const struct {
        size_t n, n_event;
    } expected[] = {{2, 2}, {2, 1}, {2, 0}, {0, 0}, {2, 1}};
    const double score[] = {0,          nextafter(25, 0), 25, nextafter(100.0 / 3, 0),
                            100.0 / 3,  nextafter(60, 0), 75, 100};
    const unsigned char outcome[] = {1, 1, 1, 0, 0, 0, 0, 1};
    struct assay_audit_rows rows = {.n = COUNT(score), .score = score, .outcome = outcome};
    struct assay_audit_rules rules = {.line = 50,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .zones = zones,
                                      .n_zone = COUNT(zones)};
    struct assay_audit audit = measure(&rows, &rules);
    ck_assert_uint_eq(audit.n_zone, COUNT(zones));
    for (size_t z = 0; z < COUNT(zones); z++) {
        struct assay_rate rate = assay_rate_of(expected[z].n_event, expected[z].n);
        ck_assert_uint_eq(audit.zones[z].n, expected[z].n);
        ck_assert_uint_eq(audit.zones[z].n_event, expected[z].n_event);
        ck_assert(same_rate(&audit.zones[z].rate, &rate));
    }
    ck_assert(undefined(&audit.zones[3].rate.wilson)); /* the empty one */
    assay_audit_clear(&audit);
    rules.zones = NULL;
    rules.n_zone = 0;
    audit = measure(&rows, &rules);
    ck_assert(audit.zones == NULL && audit.n_zone == 0);
    assay_audit_clear(&audit);
}
END_TEST

/* ---- rows that define little ---- */

START_TEST(one_outcome_only_leaves_what_needs_both_undefined)
{
    static const double score[] = {10, 40, 60, 90}, prob[] = {0.8, 0.6, 0.4, 0.2};
    const unsigned char outcome[] = {(unsigned char)_i, (unsigned char)_i, (unsigned char)_i,
                                     (unsigned char)_i};
    struct assay_audit_rows rows = {.n = 4, .score = score, .prob = prob, .outcome = outcome};
    struct assay_audit_rules rules = {.line = 50,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .target_sensitivity = 0.01,
                                      .target_specificity = 0.01};
    for (int bare = 0; bare < 2; bare++) {
        rows.prob = bare ? NULL : prob;
        struct assay_audit audit = measure(&rows, &rules);
        ck_assert(undefined(&audit.auc.wald) && undefined(&audit.auc.logit));
        ck_assert(isnan(audit.auc.mann_whitney_u) && isnan(audit.auc.std_error));
        ck_assert(audit.auc.n_event == (_i ? 4 : 0) && audit.auc.n_nonevent == (_i ? 0 : 4));
        ck_assert(undefined(&audit.performance.calibration_intercept));
        ck_assert(undefined(&audit.performance.calibration_slope));
        ck_assert_int_eq(undefined(&audit.rates.sensitivity.wilson), !_i);
        ck_assert_int_eq(undefined(&audit.rates.specificity.wilson), _i);
        ck_assert_int_eq(isfinite(audit.performance.brier.value), !bare);
        /* one target is met, and of the other there is nothing to say */
        ck_assert_int_eq(audit.verdict, ASSAY_INCONCLUSIVE);
        assay_audit_clear(&audit);
    }
}
END_TEST

START_TEST(a_single_account_is_measured)
{
    static const double score = 20, prob = 0.7, value = 30;
    static const unsigned char outcome = 1;
    static const struct assay_zone zones[] = {{(char *)"All", 0}};
    struct assay_audit_rows rows = {
        .n = 1, .score = &score, .prob = &prob, .outcome = &outcome, .value = &value};
    struct assay_audit_rules rules = {.line = 50,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .target_sensitivity = 0.75,
                                      .target_specificity = 0.7,
                                      .zones = zones,
                                      .n_zone = 1};
    struct assay_audit audit = measure(&rows, &rules);
    ck_assert(same_counts(&audit.counts, &(struct assay_confusion){1, 0, 0, 0}));
    ck_assert_double_eq(audit.rates.sensitivity.wilson.value, 1);
    ck_assert(undefined(&audit.rates.npv.wilson) && undefined(&audit.auc.wald));
    test_close("Brier", audit.performance.brier.value, 0.09, 1e-15, 0);
    ck_assert(isnan(audit.performance.brier.low));
    ck_assert(audit.zones[0].n == 1 && audit.zones[0].n_event == 1);
    ck_assert_double_eq(audit.value_caught, 30);
    ck_assert_int_eq(audit.verdict, ASSAY_INCONCLUSIVE);
    assay_audit_clear(&audit);
}
END_TEST

START_TEST(all_or_none_flagged_leaves_one_rate_without_a_denominator)
{
    static const double score[] = {10, 20, 30, 40, 50};
    static const unsigned char outcome[] = {1, 0, 1, 0, 0};
    struct assay_audit_rows rows = {.n = 5, .score = score, .outcome = outcome};
    struct assay_audit_rules rules = {.line = _i ? 50.5 : 10,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .target_sensitivity = 0.75,
                                      .target_specificity = 0.7};
    struct assay_audit audit = measure(&rows, &rules);
    ck_assert_double_eq(audit.rates.flagged_share.wilson.value, _i);
    ck_assert_double_eq(audit.rates.sensitivity.wilson.value, _i);
    ck_assert_double_eq(audit.rates.specificity.wilson.value, !_i);
    ck_assert_int_eq(undefined(&audit.rates.ppv.wilson), !_i);
    ck_assert_int_eq(undefined(&audit.rates.npv.wilson), _i);
    /* events at places 1 and 3 of 5: of the 6 pairs, 5 are in order */
    test_close("AUC", audit.auc.wald.value, 5.0 / 6, 1e-15, 0);
    assay_audit_clear(&audit);
}
END_TEST

START_TEST(an_infinite_loss_or_ratio_costs_only_itself)
{
    static const struct {
        double prob[4];
        bool log_loss, oe_ratio, intercept; /* whether they are defined */
    } cases[] = {
        {{0, 0.4, 0.5, 0.6}, false, true, false}, /* what was impossible happened */
        {{0.5, 1, 0.5, 0.6}, false, true, false}, /* what was certain did not */
        {{1, 0, 0.5, 0.6}, true, true, false},    /* both came true: the loss is finite */
        {{1e-320, 2e-320, 1e-320, 2e-320}, true, false, true},
        {{0, 0, 0, 0}, false, false, false},
    };
    static const unsigned char outcome[] = {1, 0, 1, 0};
    struct assay_audit_rows rows = {
        .n = 4, .score = cases[_i].prob, .prob = cases[_i].prob, .outcome = outcome};
    struct assay_audit_rules rules = {.line = 0.5, .higher_is = ASSAY_HIGHER_IS_RISK};
    struct assay_audit audit = measure(&rows, &rules);
    const struct assay_performance *p = &audit.performance;
    ck_assert_int_eq(isfinite(p->log_loss.value), cases[_i].log_loss);
    ck_assert_int_eq(undefined(&p->log_loss), !cases[_i].log_loss);
    ck_assert_int_eq(isfinite(p->oe_ratio.value), cases[_i].oe_ratio);
    ck_assert_int_eq(undefined(&p->oe_ratio), !cases[_i].oe_ratio);
    ck_assert_int_eq(undefined(&p->calibration_intercept), !cases[_i].intercept);
    ck_assert(isfinite(p->brier.value) && isfinite(audit.auc.wald.value));
    assay_audit_clear(&audit);
}
END_TEST

/* ---- what is refused ---- */

static const struct assay_zone from_zero[] = {{(char *)"All", 0}};
static const struct {
    size_t n;
    double score[2], prob[2], value[2]; /* a NaN in prob[0]: a bare score */
    unsigned char outcome[2];
    const struct assay_zone *zones;
    const char *message;
} bad[] = {
    {0, {1, 2}, {NAN}, {1, 1}, {0, 1}, NULL, "audit: n is 0; expected at least 1 row"},
    {2, {1, NAN}, {NAN}, {1, 1}, {0, 1}, NULL, "audit: score[1] is NaN; expected a finite number"},
    {2, {INFINITY, 2}, {NAN}, {1, 1}, {1, 1}, NULL,
     "audit: score[0] is inf; expected a finite number"},
    {2, {-1, 2}, {NAN}, {1, 1}, {0, 1}, from_zero,
     "zones: score[0] is -1; expected at least the lowest zone's bound"},
    {2, {1, 2}, {0.5, 1.5}, {1, 1}, {0, 1}, NULL,
     "performance: prob[1] is 1.5; expected 0 to 1"},
    {2, {1, 2}, {NAN}, {1e308, 1e308}, {1, 1}, NULL,
     "the values of the accounts add up to more than a number can hold; expected amounts of money"},
    {2, {1, 2}, {NAN}, {1e308, 1e308}, {0, 0}, NULL,
     "the values of the accounts add up to more than a number can hold; expected amounts of money"},
};

START_TEST(what_cannot_be_measured_is_refused_and_leaves_the_audit_as_it_was)
{
    struct assay_error err = {0};
    struct assay_audit audit = {.n = 77};
    struct assay_audit_rows rows = {.n = bad[_i].n,
                                    .score = bad[_i].score,
                                    .prob = isnan(bad[_i].prob[0]) ? NULL : bad[_i].prob,
                                    .outcome = bad[_i].outcome,
                                    .value = bad[_i].value};
    struct assay_audit_rules rules = {.line = 50,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .zones = bad[_i].zones,
                                      .n_zone = bad[_i].zones != NULL};
    ck_assert_int_eq(assay_audit_measure(&rows, &rules, &audit, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(audit.n, 77);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, an_account_on_the_line_is_flagged_as_a_risk_but_not_as_a_health_score,
                        0, COUNT(lines));
    tcase_add_test(tc, flags_come_from_the_score_and_order_from_the_probability);
    tcase_add_loop_test(tc, one_failure_fails_and_only_two_passes_pass, 0, COUNT(joins));
    tcase_add_test(tc, a_target_at_the_lower_limit_is_met_and_at_the_upper_one_straddled);
    tcase_add_test(tc, a_zone_holds_its_lower_bound_and_not_its_upper_one);
    tcase_add_loop_test(tc, one_outcome_only_leaves_what_needs_both_undefined, 0, 2);
    tcase_add_test(tc, a_single_account_is_measured);
    tcase_add_loop_test(tc, all_or_none_flagged_leaves_one_rate_without_a_denominator, 0, 2);
    tcase_add_loop_test(tc, an_infinite_loss_or_ratio_costs_only_itself, 0, 5);
    tcase_add_loop_test(tc, what_cannot_be_measured_is_refused_and_leaves_the_audit_as_it_was, 0,
                        COUNT(bad));
}

ASSAY_SUITE("validate/audit", add_tests)
