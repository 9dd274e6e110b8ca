#include "core/metric/accuracy.h"
#include "core/metric/calibration.h"
#include "core/metric/confusion.h"
#include "core/metric/roc.h"
#include "core/metric/summary.h"
#include "tests/metric/sample.h"

static bool same(const struct assay_estimate *a, const struct assay_estimate *b)
{
    return a->value == b->value && a->low == b->low && a->high == b->high;
}

static bool undefined(const struct assay_estimate *e)
{
    return isnan(e->value) && isnan(e->low) && isnan(e->high);
}

START_TEST(the_summary_is_what_each_metric_says)
{
    struct assay_error err = {0};
    struct assay_performance p;
    struct assay_auc auc;
    struct assay_mean_loss brier, log_loss;
    struct assay_calibration_in_large large;
    struct assay_recalibration line;
    struct assay_estimate ratio;
    struct assay_confusion c;
    struct sample s = sample_random((uint64_t)_i, 300, 20);
    ck_assay_ok(assay_performance_measure(s.value, s.outcome, s.n, 0.4, &p, &err));
    ck_assay_ok(assay_auc_measure(s.value, s.outcome, s.n, ASSAY_HIGHER_IS_RISK, &auc, &err));
    ck_assay_ok(assay_brier_score(s.value, s.outcome, s.n, &brier, &err));
    ck_assay_ok(assay_log_loss(s.value, s.outcome, s.n, &log_loss, &err));
    ck_assay_ok(assay_calibration_in_large(s.value, s.outcome, s.n, &large, &err));
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &line, &err));
    ck_assay_ok(assay_oe_ratio(s.value, s.outcome, s.n, &ratio, &err));
    ck_assay_ok(assay_confusion_of_prob(s.value, s.outcome, s.n, 0.4, &c, &err));
    struct assay_confusion_rates rates = assay_confusion_rates_of(&c);
    ck_assert(p.n == s.n && p.n_event == c.tp + c.fn);
    ck_assert(p.tp == c.tp && p.fp == c.fp && p.fn == c.fn && p.tn == c.tn);
    ck_assert(same(&p.auc, &auc.wald));
    ck_assert(same(&p.brier, &brier.estimate));
    ck_assert(same(&p.log_loss, &log_loss.estimate));
    ck_assert(same(&p.calibration_intercept, &large.intercept));
    ck_assert(same(&p.calibration_slope, &line.slope));
    ck_assert(same(&p.oe_ratio, &ratio));
    ck_assert(same(&p.prevalence, &rates.prevalence.wilson));
    ck_assert(same(&p.sensitivity, &rates.sensitivity.wilson));
    ck_assert(same(&p.specificity, &rates.specificity.wilson));
    ck_assert(same(&p.ppv, &rates.ppv.wilson));
    ck_assert(same(&p.npv, &rates.npv.wilson));
    sample_free(&s);
}
END_TEST

START_TEST(one_class_leaves_what_needs_two_undefined)
{
    const double prob[] = {0.1, 0.2, 0.3};
    const unsigned char outcome[] = {0, 0, 0};
    struct assay_error err = {0};
    struct assay_performance p;
    ck_assay_ok(assay_performance_measure(prob, outcome, 3, 0.9, &p, &err));
    ck_assert(undefined(&p.auc) && undefined(&p.calibration_intercept));
    ck_assert(undefined(&p.calibration_slope) && undefined(&p.sensitivity) && undefined(&p.ppv));
    ck_assert_double_eq(p.specificity.value, 1.0);
    ck_assert_double_eq(p.npv.value, 1.0);
    ck_assert_double_eq(p.prevalence.value, 0.0);
    ck_assert(p.oe_ratio.value == 0.0 && isnan(p.oe_ratio.low));
    ck_assert(isfinite(p.brier.value) && isfinite(p.log_loss.value));
    ck_assert_str_eq(err.message, "");
}
END_TEST

START_TEST(a_constant_and_a_broken_certainty_cost_only_their_own_metrics)
{
    const double constant[] = {0.4, 0.4, 0.4, 0.4}, certain[] = {0.0, 0.4, 0.5, 0.6};
    const unsigned char outcome[] = {1, 0, 1, 0};
    struct assay_error err = {0};
    struct assay_performance p;
    ck_assay_ok(assay_performance_measure(constant, outcome, 4, 0.4, &p, &err));
    ck_assert(undefined(&p.calibration_slope) && isfinite(p.calibration_intercept.value));
    ck_assert(p.auc.value == 0.5 && isnan(p.auc.low));
    ck_assert(undefined(&p.npv)); /* all are flagged */
    ck_assay_ok(assay_performance_measure(certain, outcome, 4, 0.4, &p, &err));
    ck_assert(undefined(&p.log_loss) && undefined(&p.calibration_slope));
    ck_assert(undefined(&p.calibration_intercept));
    ck_assert(isfinite(p.brier.value) && isfinite(p.auc.value) && isfinite(p.oe_ratio.value));
}
END_TEST

START_TEST(a_single_row_is_measured)
{
    const double prob = 0.7;
    const unsigned char outcome = 1;
    struct assay_error err = {0};
    struct assay_performance p;
    ck_assay_ok(assay_performance_measure(&prob, &outcome, 1, 0.5, &p, &err));
    ck_assert(p.n == 1 && p.n_event == 1 && p.tp == 1);
    ck_assert_double_eq(p.sensitivity.value, 1.0);
    ck_assert(undefined(&p.auc) && undefined(&p.specificity));
    ck_assert(isfinite(p.brier.value) && isnan(p.brier.low));
}
END_TEST

static const struct {
    double prob[2];
    unsigned char outcome[2];
    size_t n;
    double threshold;
    const char *message;
} bad[] = {
    {{0.5, 0.6}, {0, 1}, 0, 0.5, "performance: n is 0; expected at least 1 row"},
    {{0.5, 1.6}, {0, 1}, 2, 0.5, "performance: prob[1] is 1.6; expected 0 to 1"},
    {{0.5, 0.6}, {2, 1}, 2, 0.5, "performance: outcome[0] is 2; expected 0 or 1"},
    {{0.5, 0.6}, {0, 1}, 2, (double)NAN, "confusion: threshold is NaN; expected a finite number"},
};

START_TEST(values_out_of_range_are_an_error)
{
    struct assay_error err = {0};
    struct assay_performance p = {.tp = 7};
    ck_assert_int_eq(assay_performance_measure(bad[_i].prob, bad[_i].outcome, bad[_i].n,
                                               bad[_i].threshold, &p, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_uint_eq(p.tp, 7);
}
END_TEST

START_TEST(every_lack_of_memory_is_reported)
{
    struct assay_error err = {0};
    struct assay_performance p = {.tp = 7};
    struct sample s = sample_random(5, 50, 0);
    size_t n_failed = 0;
    while (n_failed < 100) {
        test_fail_allocation(n_failed + 1);
        enum assay_status status =
            assay_performance_measure(s.value, s.outcome, s.n, 0.5, &p, &err);
        test_fail_allocation(0); /* Check allocates, too */
        if (status == ASSAY_OK)
            break;
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory measuring performance");
        ck_assert_uint_eq(p.tp, 7);
        n_failed++;
    }
    ck_assert_uint_eq(n_failed, 5); /* rows; counts, places and items; log-odds */
    sample_free(&s);
}
END_TEST

START_TEST(a_verdict_needs_the_whole_interval_on_one_side)
{
    const double none = (double)NAN;
    const struct {
        struct assay_estimate estimate;
        enum assay_verdict verdict;
    } cases[] = {
        {{0.80, 0.76, 0.84}, ASSAY_PASS},         {{0.80, 0.75, 0.84}, ASSAY_PASS},
        {{0.80, 0.74, 0.84}, ASSAY_INCONCLUSIVE}, {{0.70, 0.60, 0.75}, ASSAY_INCONCLUSIVE},
        {{0.70, 0.60, 0.74}, ASSAY_FAIL},         {{0.90, none, none}, ASSAY_INCONCLUSIVE},
        {{none, none, none}, ASSAY_INCONCLUSIVE},
    };
    for (size_t k = 0; k < COUNT(cases); k++)
        ck_assert_int_eq(assay_verdict_of(&cases[k].estimate, 0.75), cases[k].verdict);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_summary_is_what_each_metric_says, 0, 5);
    tcase_add_test(tc, one_class_leaves_what_needs_two_undefined);
    tcase_add_test(tc, a_constant_and_a_broken_certainty_cost_only_their_own_metrics);
    tcase_add_test(tc, a_single_row_is_measured);
    tcase_add_loop_test(tc, values_out_of_range_are_an_error, 0, COUNT(bad));
    tcase_add_test(tc, every_lack_of_memory_is_reported);
    tcase_add_test(tc, a_verdict_needs_the_whole_interval_on_one_side);
}

ASSAY_SUITE("metric/summary", add_tests)
