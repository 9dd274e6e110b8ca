#include "core/report/figures.h"

#include <math.h>
#include <stdio.h>

#include "core/metric/clustered.h"
#include "tests/report/sample_figures.h"

static double value_of(const struct assay_figures *figures, const char *name)
{
    const struct assay_metric *metric = assay_figures_find(figures, name);
    ck_assert_ptr_nonnull(metric);
    return metric->estimate.value;
}

/* ---- against the reference ---- */

/* Where a reference keeps a metric: up to three keys below the split; and how near R and we come;
 * the intercept of the rows that the model was fitted to is 0 but for 2e-12. */
static const struct {
    const char *metric, *keys[3];
    double tolerance;
} wanted[] = {
    {"auc", {"discrimination", "auc", NULL}, 1e-12},
    {"gini", {"discrimination", "gini", NULL}, 1e-12},
    {"ks", {"discrimination", "ks", NULL}, 1e-12},
    {"average_precision", {"discrimination", "average_precision", NULL}, 1e-12},
    {"prevalence", {"calibration", "mean_observed", NULL}, 1e-12},
    {"oe_ratio", {"calibration", "observed_over_expected", NULL}, 1e-12},
    {"brier", {"calibration", "brier", NULL}, 1e-12},
    {"brier_scaled", {"calibration", "brier_skill", NULL}, 1e-12},
    {"log_loss", {"calibration", "log_loss", NULL}, 1e-12},
    {"calibration_intercept", {"calibration", "calibration_in_the_large", "intercept_given_slope_1"}, 1e-8},
    {"calibration_slope", {"calibration", "logistic_recalibration", "slope"}, 1e-9},
    {"spiegelhalter_z", {"calibration", "spiegelhalter", "z"}, 1e-11},
    {"ici", {"calibration", "rms_val_prob", "Eavg"}, 1e-10},
    {"e90", {"calibration", "rms_val_prob", "E90"}, 1e-10},
    {"emax", {"calibration", "rms_val_prob", "Emax"}, 1e-10},
};

static double reference_number(const struct cJSON *split, const char *const keys[3])
{
    return keys[2] != NULL ? test_number(split, keys[0], keys[1], keys[2], NULL)
                           : test_number(split, keys[0], keys[1], NULL);
}

START_TEST(metrics_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *split = test_at(assay_json_root(doc), splits[_i].key, NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct rows rows = rows_of(&s, 0.2, 1);
    struct assay_figures f = measure_rows(&rows.all);
    for (size_t k = 0; k < COUNT(wanted); k++)
        test_close(wanted[k].metric, value_of(&f, wanted[k].metric),
                   reference_number(split, wanted[k].keys), wanted[k].tolerance, 1e-3);
    const struct cJSON *at = assay_json_first(test_at(split, "thresholds", NULL)); /* 0.2 */
    ck_assert_double_eq((double)f.counts.tp, test_number(at, "tp", NULL));
    test_close("mcc", value_of(&f, "mcc"), test_number(at, "mcc", NULL), 1e-12, 0);
    test_close("net benefit", value_of(&f, "net_benefit"), f.curves->decisions.at[19].model.value, 1e-12, 0);
    const struct assay_calibration_curve *curve = &f.curves->calibration;
    test_close("chi2", curve->unreliability_chi2,
               test_number(split, "calibration", "logistic_recalibration", "lr_unreliability", "chi2", NULL),
               1e-8, 1e-3);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(a_bare_tied_health_score_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    const struct cJSON *want = test_at(assay_json_root(doc), "health_score_all_rows", NULL);
    struct sample s = sample_read("health_score", NULL);
    unsigned char *flagged = calloc(s.n, 1);
    for (size_t i = 0; i < s.n; i++)
        flagged[i] = s.value[i] < 40;
    struct assay_figures_rows rows = {.n = s.n, .score = s.value, .flagged = flagged,
                                      .outcome = s.outcome, .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .line = 40, .line_probability = NAN};
    struct assay_figures f = measure_rows(&rows);
    static const char *const names[] = {"auc", "gini", "ks", "average_precision"};
    for (size_t k = 0; k < COUNT(names); k++)
        test_close(names[k], value_of(&f, names[k]),
                   test_number(want, "auc_of_minus_health", names[k], NULL), 1e-12, 0);
    const struct cJSON *top = assay_json_first(test_at(want, "lift", "groups", NULL));
    test_close("lift", value_of(&f, "lift_top_decile"), test_number(top, "lift", NULL), 1e-13, 0);
    /* In the score's own units again: the reference's are of the score with its sign turned. */
    ck_assert_double_eq(f.curves->gains.decile[0].highest, -test_number(top, "min_score", NULL));
    ck_assert_double_eq(f.curves->gains.decile[0].lowest, -test_number(top, "max_score", NULL));
    assay_figures_clear(&f);
    free(flagged);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* ---- one list for all ---- */

START_TEST(metrics_are_found_by_their_names)
{
    struct sample s = sample_random(1, 100, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures f = measure_rows(&rows.all);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        ck_assert_ptr_eq(assay_figures_find(&f, assay_metric_names[id]), &f.metric[id]);
        ck_assert_str_eq(f.metric[id].name, assay_metric_names[id]);
        ck_assert_ptr_nonnull(f.metric[id].method);
        ck_assert_msg(!isnan(f.metric[id].estimate.value), "%s", f.metric[id].name);
    }
    ck_assert_ptr_null(assay_figures_find(&f, "aucc"));
    assay_figures_clear(&f);
    ck_assert_ptr_null(f.curves);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(row_order_does_not_matter) /* a loop over seeds; no ties: those may be cut by deciles */
{
    struct sample s = sample_random((uint64_t)_i + 1, 300, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures before = measure_rows(&rows.all);
    rows_free(&rows);
    shuffle(&s, (uint64_t)_i + 50);
    rows = rows_of(&s, 0.4, 1);
    struct assay_figures after = measure_rows(&rows.all);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        const struct assay_estimate *a = &after.metric[id].estimate, *b = &before.metric[id].estimate;
        ck_assert_msg(a->value == b->value, "%s", assay_metric_names[id]);
        ck_assert_msg(a->low == b->low || (isnan(a->low) && isnan(b->low)), "%s", assay_metric_names[id]);
    }
    assay_figures_clear(&before);
    assay_figures_clear(&after);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(a_bare_score_has_no_figures_of_probabilities)
{
    struct sample s = sample_random(2, 80, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    rows.all.prob = NULL;
    rows.all.line_probability = NAN;
    struct assay_figures f = measure_rows(&rows.all);
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        ck_assert_int_eq(isnan(f.metric[id].estimate.value), id >= ASSAY_METRIC_BRIER);
    ck_assert(!f.curves->of_probability);
    ck_assert_uint_gt(f.curves->n_roc, 2);
    ck_assert_double_eq(f.curves->distribution.edge[20], 100);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* The same rows by health, by risk, and by probability. */
START_TEST(either_direction_of_a_score_says_the_same)
{
    struct sample s = sample_random(3, 200, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures by_prob = measure_rows(&rows.all);
    rows.all.prob = NULL;
    struct assay_figures health = measure_rows(&rows.all);
    rows.all.score = s.value;
    rows.all.higher_is = ASSAY_HIGHER_IS_RISK;
    rows.all.line = 0.4;
    struct assay_figures risk = measure_rows(&rows.all);
    for (size_t id = 0; id < ASSAY_METRIC_BRIER; id++) {
        ck_assert_double_eq(health.metric[id].estimate.value, by_prob.metric[id].estimate.value);
        ck_assert_double_eq(risk.metric[id].estimate.value, by_prob.metric[id].estimate.value);
    }
    ck_assert_uint_eq(health.curves->n_roc, risk.curves->n_roc);
    for (size_t k = 1; k < risk.curves->n_roc; k++) {
        ck_assert_double_eq(health.curves->roc[k].up, risk.curves->roc[k].up);
        test_close("threshold", health.curves->roc[k].threshold, 100 * (1 - risk.curves->roc[k].threshold),
                   1e-12, 1);
    }
    assay_figures_clear(&by_prob);
    assay_figures_clear(&health);
    assay_figures_clear(&risk);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* ---- accounts ---- */

START_TEST(accounts_of_one_row_change_nothing)
{
    struct sample s = sample_random(4, 150, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures with = measure_rows(&rows.all);
    rows.all.cluster = NULL;
    struct assay_figures without = measure_rows(&rows.all);
    ck_assert(!with.by_cluster);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        ck_assert_str_eq(with.metric[id].method, without.metric[id].method);
        ck_assert(isnan(with.metric[id].estimate.low) ||
                  with.metric[id].estimate.low == without.metric[id].estimate.low);
    }
    assay_figures_clear(&with);
    assay_figures_clear(&without);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* The headline figures are those of clustered.h, which takes the rows in another order: rounding. */
START_TEST(accounts_that_repeat_have_the_intervals_of_clustered_h) /* a loop over seeds, the last of many rows */
{
    struct assay_error err = {0};
    struct assay_performance p;
    struct sample s = sample_random((uint64_t)_i + 1, _i < 5 ? 300 : 70200, 0);
    for (size_t i = 0; i < s.n; i++) /* rows that resemble those of their account */
        if (i % 3 != 0) {
            s.value[i] = 0.9 * s.value[i / 3 * 3] + 0.1 * s.value[i];
            s.outcome[i] = s.outcome[i / 3 * 3];
        }
    struct rows rows = rows_of(&s, 0.4, 3);
    struct assay_figures f = measure_rows(&rows.all);
    struct assay_clustered_rows all = {.prob = s.value, .outcome = s.outcome, .flagged = rows.flagged,
                                       .cluster = rows.cluster, .n = s.n};
    ck_assay_ok(assay_performance_measure(s.value, s.outcome, s.n, 0.4, &p, &err));
    ck_assay_ok(assay_performance_by_cluster(&all, &p, &err));
    const struct assay_estimate *want[] = {
        &p.sensitivity, &p.specificity, &p.ppv, &p.npv, &p.prevalence, &p.auc, &p.brier, &p.log_loss,
        &p.calibration_intercept, &p.calibration_slope, &p.oe_ratio};
    static const char *const names[] = {
        "sensitivity", "specificity", "ppv", "npv", "prevalence", "auc", "brier", "log_loss",
        "calibration_intercept", "calibration_slope", "oe_ratio"};
    ck_assert(f.by_cluster);
    for (size_t k = 0; k < COUNT(want); k++) {
        const struct assay_metric *got = assay_figures_find(&f, names[k]);
        test_close(names[k], got->estimate.low, want[k]->low, 1e-9, 1);
        test_close(names[k], got->estimate.high, want[k]->high, 1e-9, 1);
        ck_assert_ptr_nonnull(strstr(got->method, ", by account"));
    }
    ck_assert(isnan(f.curves->calibration.groups.p_value) && !isnan(f.curves->calibration.groups.chi2));
    ck_assert(isnan(f.curves->calibration.unreliability_p_value));
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* ---- what is not defined ---- */

static const struct {
    size_t n;
    double prob[4];
    unsigned char outcome[4];
    const char *undefined; /* names, blank between */
} odd[] = {
    {4, {0.1, 0.2, 0.6, 0.7}, {0, 0, 0, 0},
     "sensitivity balanced_accuracy mcc auc auc_logit gini ks average_precision lift_top_decile "
     "brier_scaled calibration_intercept calibration_slope"},
    {4, {0.1, 0.2, 0.6, 0.7}, {1, 1, 1, 1},
     "specificity balanced_accuracy mcc auc auc_logit gini ks brier_scaled calibration_intercept "
     "calibration_slope"},
    {4, {0.3, 0.3, 0.3, 0.3}, {0, 1, 0, 1}, "ppv mcc calibration_slope"},
    {4, {0.6, 0.6, 0.6, 0.6}, {0, 1, 0, 1}, "npv mcc calibration_slope"},
    {1, {0.6}, {1},
     "specificity npv balanced_accuracy mcc auc auc_logit gini ks brier_scaled "
     "calibration_intercept calibration_slope"},
    {4, {0, 0, 1, 1}, {0, 1, 0, 1},
     "log_loss calibration_intercept calibration_slope spiegelhalter_z"},
};

static bool is_named(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)) != NULL; at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

START_TEST(what_is_not_defined_is_nan_and_all_else_is_not)
{
    struct sample s = {.n = odd[_i].n, .value = calloc(4, sizeof *s.value), .outcome = calloc(4, 1)};
    memcpy(s.value, odd[_i].prob, sizeof odd[_i].prob);
    memcpy(s.outcome, odd[_i].outcome, 4);
    struct rows rows = rows_of(&s, 0.5, 1);
    struct assay_figures f = measure_rows(&rows.all);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        const struct assay_estimate *e = &f.metric[id].estimate;
        ck_assert_msg(isnan(e->value) == is_named(odd[_i].undefined, assay_metric_names[id]), "%s is %g",
                      assay_metric_names[id], e->value);
        ck_assert(!isnan(e->value) || (isnan(e->low) && isnan(e->high)));
    }
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* ---- targets ---- */

static const struct {
    const char *metric;
    double low, high;
    enum assay_verdict result;
} judged[] = { /* of 80 rows that are right 60 times: accuracy 0.75 [0.645, 0.832] */
    {"accuracy", 0.5, NAN, ASSAY_PASS},        {"accuracy", 0.7, NAN, ASSAY_INCONCLUSIVE},
    {"accuracy", 0.9, NAN, ASSAY_FAIL},        {"accuracy", NAN, 0.9, ASSAY_PASS},
    {"accuracy", NAN, 0.8, ASSAY_INCONCLUSIVE}, {"accuracy", NAN, 0.5, ASSAY_FAIL},
    {"accuracy", 0.6, 0.9, ASSAY_PASS},        {"accuracy", 0.7, 0.9, ASSAY_INCONCLUSIVE},
    {"accuracy", 0.85, 0.9, ASSAY_FAIL},       {"accuracy", 0.1, 0.6, ASSAY_FAIL},
    {"sensitivity", 0.5, NAN, ASSAY_PASS},     /* in the place of the usual one */
    {"spiegelhalter_z", -2, 2, ASSAY_INCONCLUSIVE}, /* has no interval */
};

START_TEST(a_target_is_met_missed_or_left_open_by_the_interval)
{
    struct assay_error err = {0};
    struct assay_figures f;
    char name[32];
    struct sample s = {.n = 80, .value = calloc(80, sizeof *s.value), .outcome = calloc(80, 1)};
    for (size_t i = 0; i < s.n; i++) {
        s.value[i] = i < 40 ? 0.7 : 0.2;
        s.outcome[i] = i < 30 || i >= 70;
    }
    struct rows rows = rows_of(&s, 0.5, 1);
    snprintf(name, sizeof name, "%s", judged[_i].metric);
    struct assay_target target = {.metric = name, .low = judged[_i].low, .high = judged[_i].high};
    struct assay_figures_targets targets = {.sensitivity = 0.99, .specificity = NAN,
                                            .further = &target, .n_further = 1};
    ck_assay_ok(assay_figures_measure(&rows.all, &targets, &f, &err));
    const struct assay_metric *metric = assay_figures_find(&f, name);
    ck_assert(metric->judged);
    ck_assert_int_eq(metric->result, judged[_i].result);
    ck_assert(!f.metric[ASSAY_METRIC_SPECIFICITY].judged);
    ck_assert(f.metric[ASSAY_METRIC_SENSITIVITY].judged);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* ---- errors ---- */

static const struct {
    double score, prob;
    unsigned char outcome;
    const char *target, *message;
} bad[] = {
    {NAN, 0.5, 0, NULL, "figures: score[1] is NaN; expected a finite number"},
    {1, 1.5, 0, NULL, "figures: prob[1] is 1.5; expected 0 to 1"},
    {1, 0.5, 7, NULL, "ranking: outcome[1] is 7; expected 0 or 1"},
    {1, 0.5, 1, "sensitivty", "no metric \"sensitivty\" to have a target; expected sensitivity"},
    {1, 0.5, 1, "zzzzzzzzzz",
     "no metric \"zzzzzzzzzz\" to have a target; expected the name of one that an audit has"},
};

START_TEST(what_cannot_be_measured_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_figures f = {.n = 7};
    char name[32];
    const double score[] = {1, bad[_i].score}, prob[] = {0.2, bad[_i].prob};
    const unsigned char outcome[] = {0, bad[_i].outcome}, flagged[] = {0, 1};
    struct assay_figures_rows rows = {.n = 2, .score = score, .prob = prob, .flagged = flagged,
                                      .outcome = outcome, .line_probability = 0.5};
    snprintf(name, sizeof name, "%s", bad[_i].target != NULL ? bad[_i].target : "");
    struct assay_target target = {.metric = name, .low = 0.5, .high = NAN};
    struct assay_figures_targets targets = {.sensitivity = NAN, .specificity = NAN, .further = &target,
                                            .n_further = bad[_i].target != NULL};
    ck_assert_int_eq(assay_figures_measure(&rows, &targets, &f, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(f.n, 7);
    rows.n = 0;
    ck_assert_int_eq(assay_figures_measure(&rows, &usual_targets, &f, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "ranking: n is 0; expected at least 1 row");
}
END_TEST

START_TEST(every_failing_allocation_is_reported)
{
    struct sample s = sample_random(9, 40, 0);
    struct rows rows = rows_of(&s, 0.4, 2);
    for (size_t n = 1;; n++) {
        struct assay_error err = {0};
        struct assay_figures f = {.n = 7};
        test_fail_allocation(n);
        enum assay_status status = assay_figures_measure(&rows.all, &usual_targets, &f, &err);
        size_t made = test_allocations();
        test_fail_allocation(0);
        if (made < n) {
            ck_assay_ok(status);
            ck_assert_uint_gt(n, 25);
            assay_figures_clear(&f);
            break;
        }
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_int_eq(strncmp(err.message, "out of memory ", 14), 0);
        ck_assert_uint_eq(f.n, 7);
    }
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, metrics_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_test(tc, a_bare_tied_health_score_agrees_with_the_reference);
    tcase_add_test(tc, metrics_are_found_by_their_names);
    tcase_add_loop_test(tc, row_order_does_not_matter, 0, 5);
    tcase_add_test(tc, a_bare_score_has_no_figures_of_probabilities);
    tcase_add_test(tc, either_direction_of_a_score_says_the_same);
    tcase_add_test(tc, accounts_of_one_row_change_nothing);
    tcase_add_loop_test(tc, accounts_that_repeat_have_the_intervals_of_clustered_h, 0, 6);
    tcase_add_loop_test(tc, what_is_not_defined_is_nan_and_all_else_is_not, 0, COUNT(odd));
    tcase_add_loop_test(tc, a_target_is_met_missed_or_left_open_by_the_interval, 0, COUNT(judged));
    tcase_add_loop_test(tc, what_cannot_be_measured_is_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, every_failing_allocation_is_reported);
}

ASSAY_SUITE("report/figures", add_tests)
