#include "core/metric/class_rates.h"

#include <math.h>

#include "core/metric/clustered.h"
#include "tests/metric/ranked_sample.h"
#include "tests/metric/rates.h"

static struct assay_ranked rank_flagged(const double score[], const unsigned char outcome[],
                                        const unsigned char flagged[], size_t n)
{
    struct assay_error err = {0};
    struct assay_ranked rows;
    struct assay_ranked_columns columns = {.n = n, .score = score, .outcome = outcome, .flagged = flagged};
    ck_assay_ok(assay_ranked_init(&columns, ASSAY_HIGHER_IS_RISK, &rows, &err));
    return rows;
}

static void check_share(const char *what, const struct assay_class_share *share, const struct cJSON *expected)
{
    const struct assay_rate rate = {share->x, share->n, share->estimate, share->clopper_pearson};
    check_rate(what, &rate, expected);
    ck_assert_double_eq(share->design_effect, 1);
}

static void check_threshold(const struct sample *s, const struct cJSON *want)
{
    struct assay_class_rates rates;
    unsigned char *flagged = calloc(s->n, 1);
    for (size_t i = 0; i < s->n; i++)
        flagged[i] = s->value[i] >= test_number(want, "threshold", NULL);
    struct assay_ranked rows = rank_flagged(s->value, s->outcome, flagged, s->n);
    assay_class_rates_measure(&rows, NULL, &rates);
    ck_assert_double_eq((double)rates.counts.tp, test_number(want, "tp", NULL));
    ck_assert_double_eq((double)rates.counts.fp, test_number(want, "fp", NULL));
    ck_assert_double_eq((double)rates.counts.fn, test_number(want, "fn", NULL));
    ck_assert_double_eq((double)rates.counts.tn, test_number(want, "tn", NULL));
    check_share("sensitivity", &rates.sensitivity, test_at(want, "sensitivity", NULL));
    check_share("specificity", &rates.specificity, test_at(want, "specificity", NULL));
    check_share("ppv", &rates.ppv, test_at(want, "ppv", NULL));
    check_share("npv", &rates.npv, test_at(want, "npv", NULL));
    check_share("accuracy", &rates.accuracy, test_at(want, "accuracy", NULL));
    check_share("flagged share", &rates.flagged_share, test_at(want, "flagged_share", NULL));
    /* Closed forms of counts: rounding. */
    test_close("balanced", rates.balanced_accuracy.value, test_number(want, "balanced_accuracy", NULL),
               1e-13, 0);
    test_close("f1", rates.f1.value, test_number(want, "f1", NULL), 1e-13, 0);
    test_close("mcc", rates.mcc.value, test_number(want, "mcc", NULL), 1e-13, 0);
    assay_ranked_clear(&rows);
    free(flagged);
}

START_TEST(rates_agree_with_the_reference_at_every_threshold)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    const struct cJSON *list = test_at(assay_json_root(doc), splits[_i].key, "thresholds", NULL);
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at))
        check_threshold(&s, at);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(rates_of_a_tied_health_score_agree_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", "B");
    for (size_t i = 0; i < s.n; i++)
        s.value[i] = 100 - s.value[i];
    const struct cJSON *list = test_at(assay_json_root(doc), "health_score_B_thresholds", NULL);
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at))
        check_threshold(&s, at);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

/* ---- intervals ---- */

static struct assay_class_rates rates_of(size_t tp, size_t fp, size_t fn, size_t tn)
{
    enum { MOST = 20000 };
    static double score[MOST];
    static unsigned char outcome[MOST], flagged[MOST];
    size_t n = tp + fp + fn + tn;
    struct assay_class_rates rates;
    ck_assert_uint_le(n, MOST);
    for (size_t i = 0; i < n; i++) {
        flagged[i] = i < tp + fp;
        outcome[i] = i < tp || (i >= tp + fp && i < tp + fp + fn);
    }
    struct assay_ranked rows = rank_flagged(score, outcome, flagged, n);
    assay_class_rates_measure(&rows, NULL, &rates);
    assay_ranked_clear(&rows);
    return rates;
}

/* F1 has 2 / (1 + J)^2 times the error of J. Where half are flagged and half have the event, MCC is, to
 * first order, 1 less twice the share that is wrong. */
START_TEST(intervals_are_those_of_the_delta_method_when_rows_are_many)
{
    struct assay_class_rates r = rates_of(7000, 3000, 3000, 7000);
    double z = assay_normal_quantile(ASSAY_LEVEL), j = 7000.0 / 13000;
    double f1_error = 2 / ((1 + j) * (1 + j)) * sqrt(j * (1 - j) / 13000);
    test_close("f1", r.f1.high - r.f1.low, 2 * z * f1_error, 1e-3, 0);
    test_close("mcc", r.mcc.value, 0.4, 1e-14, 0);
    test_close("mcc error", r.mcc.high - r.mcc.low, 2 * z * 2 * sqrt(0.3 * 0.7 / 20000), 1e-3, 0);
    double balanced_error = sqrt(2 * 0.7 * 0.3 / 10000) / 2;
    test_close("balanced", r.balanced_accuracy.high - r.balanced_accuracy.low, 2 * z * balanced_error,
               1e-3, 0);
}
END_TEST

START_TEST(intervals_hold_the_value_and_stay_in_range) /* a loop over small tables */
{
    struct test_random random = {(uint64_t)_i + 1};
    struct assay_class_rates r = rates_of(test_below(&random, 5), test_below(&random, 5),
                                          test_below(&random, 5), 1 + test_below(&random, 9));
    const struct assay_estimate *all[] = {&r.balanced_accuracy, &r.f1, &r.mcc};
    const double lowest[] = {0, 0, -1};
    for (size_t k = 0; k < 3; k++)
        if (!isnan(all[k]->low)) {
            ck_assert_double_ge(all[k]->low, lowest[k]);
            ck_assert_double_le(all[k]->low, all[k]->value + 1e-12);
            ck_assert_double_ge(all[k]->high, all[k]->value - 1e-12);
            ck_assert_double_le(all[k]->high, 1);
        }
}
END_TEST

static const struct {
    size_t tp, fp, fn, tn;
    bool balanced, f1, mcc; /* defined */
} odd[] = {
    {3, 2, 0, 0, true, true, false},  /* everybody flagged */
    {0, 0, 3, 2, true, true, false},  /* nobody */
    {3, 0, 2, 0, false, true, false}, /* everybody has the event */
    {0, 2, 0, 3, false, true, false}, /* nobody */
    {0, 0, 0, 3, false, false, false},
    {1, 0, 0, 0, false, true, false}, /* one row */
};

START_TEST(what_an_empty_margin_leaves_is_not_defined)
{
    struct assay_class_rates r = rates_of(odd[_i].tp, odd[_i].fp, odd[_i].fn, odd[_i].tn);
    ck_assert_int_eq(!isnan(r.balanced_accuracy.value), odd[_i].balanced);
    ck_assert_int_eq(!isnan(r.f1.value), odd[_i].f1);
    ck_assert_int_eq(!isnan(r.mcc.value), odd[_i].mcc);
}
END_TEST

START_TEST(a_perfect_or_inverted_table_has_an_mcc_without_interval)
{
    struct assay_class_rates right = rates_of(4, 0, 0, 6), wrong = rates_of(0, 5, 5, 0);
    ck_assert(right.mcc.value == 1 && isnan(right.mcc.low) && isnan(right.mcc.high));
    ck_assert(wrong.mcc.value == -1 && isnan(wrong.mcc.low));
    ck_assert(right.f1.value == 1 && right.f1.high == 1 && right.f1.low < 1);
}
END_TEST

START_TEST(accounts_widen_shares_as_clustered_h_does) /* a loop over seeds */
{
    struct assay_error err = {0};
    struct sample s = sample_random((uint64_t)_i + 1, 200, 0);
    struct assay_ranked rows = rank_copies(&s, 3), single = rank_copies(&s, 1);
    struct assay_design_effect effect = room_for(&rows);
    struct assay_clustered_rows all = {.prob = rows.risk, .outcome = rows.outcome,
                                       .flagged = rows.flagged, .cluster = rows.cluster, .n = rows.n};
    struct assay_performance p;
    struct assay_class_rates r, one;
    ck_assay_ok(assay_performance_measure(rows.risk, rows.outcome, rows.n, 0.4, &p, &err));
    ck_assay_ok(assay_performance_by_cluster(&all, &p, &err));
    assay_class_rates_measure(&rows, &effect, &r);
    assay_class_rates_measure(&single, NULL, &one);
    const struct assay_estimate *got[] = {&r.sensitivity.estimate, &r.specificity.estimate,
                                          &r.ppv.estimate, &r.npv.estimate, &r.prevalence.estimate};
    const struct assay_estimate *want[] = {&p.sensitivity, &p.specificity, &p.ppv, &p.npv, &p.prevalence};
    for (size_t k = 0; k < 5; k++) {
        test_close("value", got[k]->value, want[k]->value, 1e-14, 0);
        test_close("low", got[k]->low, want[k]->low, 1e-12, 0);
        test_close("high", got[k]->high, want[k]->high, 1e-12, 0);
    }
    test_close("d", r.prevalence.design_effect, 3, 0.02, 0); /* (3 n - 1) / (n - 1) */
    check_same_width("f1", &r.f1, &one.f1, 2e-2);
    check_same_width("mcc", &r.mcc, &one.mcc, 2e-2);
    /* Wilson's intervals of three times the rows, stretched, are no longer Wilson's of these: 3%. */
    check_same_width("balanced", &r.balanced_accuracy, &one.balanced_accuracy, 3e-2);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&single);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, rates_agree_with_the_reference_at_every_threshold, 0, COUNT(splits));
    tcase_add_test(tc, rates_of_a_tied_health_score_agree_with_the_reference);
    tcase_add_test(tc, intervals_are_those_of_the_delta_method_when_rows_are_many);
    tcase_add_loop_test(tc, intervals_hold_the_value_and_stay_in_range, 0, 50);
    tcase_add_loop_test(tc, what_an_empty_margin_leaves_is_not_defined, 0, COUNT(odd));
    tcase_add_test(tc, a_perfect_or_inverted_table_has_an_mcc_without_interval);
    tcase_add_loop_test(tc, accounts_widen_shares_as_clustered_h_does, 0, 5);
}

ASSAY_SUITE("metric/class_rates", add_tests)
