#include "core/metric/confusion.h"
#include "tests/metric/rates.h"
#include "tests/metric/sample.h"

static void check_threshold(const struct assay_confusion *counts, const struct cJSON *expected)
{
    ck_assert_double_eq((double)counts->tp, test_number(expected, "tp", NULL));
    ck_assert_double_eq((double)counts->fp, test_number(expected, "fp", NULL));
    ck_assert_double_eq((double)counts->fn, test_number(expected, "fn", NULL));
    ck_assert_double_eq((double)counts->tn, test_number(expected, "tn", NULL));
    struct assay_confusion_rates rates = assay_confusion_rates_of(counts);
    check_rate("sensitivity", &rates.sensitivity, test_at(expected, "sensitivity", NULL));
    check_rate("specificity", &rates.specificity, test_at(expected, "specificity", NULL));
    check_rate("ppv", &rates.ppv, test_at(expected, "ppv", NULL));
    check_rate("npv", &rates.npv, test_at(expected, "npv", NULL));
    check_rate("accuracy", &rates.accuracy, test_at(expected, "accuracy", NULL));
    check_rate("flagged share", &rates.flagged_share, test_at(expected, "flagged_share", NULL));
}

START_TEST(every_threshold_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    const struct cJSON *list = test_at(assay_json_root(doc), splits[_i].key, "thresholds", NULL);
    size_t n_threshold = 0;
    for (const struct cJSON *t = assay_json_first(list); t != NULL; t = assay_json_next(t)) {
        struct assay_confusion counts;
        ck_assay_ok(assay_confusion_of_prob(s.value, s.outcome, s.n,
                                            test_number(t, "threshold", NULL), &counts, &err));
        check_threshold(&counts, t);
        n_threshold++;
    }
    ck_assert_uint_eq(n_threshold, 3);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(the_tied_health_score_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_score_audit.json");
    struct sample s = sample_read("health_score", "B");
    const struct cJSON *list = test_at(assay_json_root(doc), "health_score_B_thresholds", NULL);
    size_t n_threshold = 0;
    for (const struct cJSON *t = assay_json_first(list); t != NULL; t = assay_json_next(t)) {
        /* The reference flags 100 - health >= t, that is health <= 100 - t; health is whole. */
        double line = 100.0 - test_number(t, "threshold", NULL) + 0.5;
        struct assay_confusion counts;
        ck_assay_ok(assay_confusion_of_score(s.value, s.outcome, s.n, line, &counts, &err));
        check_threshold(&counts, t);
        n_threshold++;
    }
    ck_assert_uint_eq(n_threshold, 2);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(the_cut_itself_is_flagged_as_a_probability_and_not_as_a_score)
{
    const double prob[] = {0.3, 0.3, 0.29999999999999998, 0.29999999999999993};
    const double score[] = {50.0, 50.0, 49.999999999999993, 50.000000000000007};
    const unsigned char outcome[] = {1, 0, 1, 0};
    struct assay_error err = {0};
    struct assay_confusion c;
    ck_assay_ok(assay_confusion_of_prob(prob, outcome, 4, 0.3, &c, &err));
    ck_assert(c.tp == 2 && c.fp == 1 && c.fn == 0 && c.tn == 1);
    ck_assay_ok(assay_confusion_of_score(score, outcome, 4, 50.0, &c, &err));
    ck_assert(c.tp == 1 && c.fp == 0 && c.fn == 1 && c.tn == 2);
}
END_TEST

START_TEST(rates_with_an_empty_denominator_are_not_defined)
{
    /* Nobody flagged, nobody churned: only specificity, npv and the shares of all exist. */
    struct assay_confusion_rates r = assay_confusion_rates_of(&(struct assay_confusion){.tn = 10});
    ck_assert(isnan(r.sensitivity.wilson.value) && isnan(r.sensitivity.clopper_pearson.high));
    ck_assert(isnan(r.ppv.wilson.value) && isnan(r.ppv.wilson.low) && isnan(r.ppv.wilson.high));
    ck_assert_double_eq(r.specificity.wilson.value, 1.0);
    ck_assert_double_eq(r.npv.wilson.value, 1.0);
    ck_assert_double_eq(r.prevalence.wilson.value, 0.0);
    ck_assert_double_eq(r.flagged_share.wilson.value, 0.0);
    ck_assert_double_eq(r.accuracy.wilson.value, 1.0);
}
END_TEST

START_TEST(each_rate_has_its_own_denominator)
{
    struct assay_confusion_rates r = assay_confusion_rates_of(
        &(struct assay_confusion){.tp = 1, .fp = 20, .fn = 300, .tn = 4000});
    ck_assert(r.sensitivity.x == 1 && r.sensitivity.n == 301);
    ck_assert(r.specificity.x == 4000 && r.specificity.n == 4020);
    ck_assert(r.ppv.x == 1 && r.ppv.n == 21);
    ck_assert(r.npv.x == 4000 && r.npv.n == 4300);
    ck_assert(r.prevalence.x == 301 && r.prevalence.n == 4321);
    ck_assert(r.accuracy.x == 4001 && r.accuracy.n == 4321);
    ck_assert(r.flagged_share.x == 21 && r.flagged_share.n == 4321);
}
END_TEST

static const struct {
    double value[2];
    unsigned char outcome[2];
    size_t n;
    double cut;
    const char *prob_message, *score_message; /* NULL: fine */
} bad[] = {
    {{0.5, 0.5},
     {0, 1},
     0,
     0.5,
     "confusion: n is 0; expected at least 1 row",
     "confusion: n is 0; expected at least 1 row"},
    {{0.5, 1.2}, {0, 1}, 2, 0.5, "confusion: prob[1] is 1.2; expected 0 to 1", NULL},
    {{-0.1, 0.2}, {0, 1}, 2, 0.5, "confusion: prob[0] is -0.1; expected 0 to 1", NULL},
    {{(double)NAN, 0.2},
     {0, 1},
     2,
     0.5,
     "confusion: prob[0] is NaN; expected 0 to 1",
     "confusion: score[0] is NaN; expected a finite number"},
    {{0.5, 0.5},
     {0, 2},
     2,
     0.5,
     "confusion: outcome[1] is 2; expected 0 or 1",
     "confusion: outcome[1] is 2; expected 0 or 1"},
    {{0.5, 0.5},
     {0, 1},
     2,
     (double)INFINITY,
     "confusion: threshold is inf; expected a finite number",
     "confusion: line is inf; expected a finite number"},
};

START_TEST(values_out_of_range_are_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_confusion c = {.tp = 7};
    ck_assert_int_eq(
        assay_confusion_of_prob(bad[_i].value, bad[_i].outcome, bad[_i].n, bad[_i].cut, &c, &err),
        ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].prob_message);
    ck_assert_uint_eq(c.tp, 7);
    enum assay_status status =
        assay_confusion_of_score(bad[_i].value, bad[_i].outcome, bad[_i].n, bad[_i].cut, &c, &err);
    if (bad[_i].score_message == NULL) {
        ck_assert_int_eq(status, ASSAY_OK);
    } else {
        ck_assert_int_eq(status, ASSAY_EDATA);
        ck_assert_str_eq(err.message, bad[_i].score_message);
    }
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, every_threshold_agrees_with_the_reference, 0, COUNT(splits));
    tcase_add_test(tc, the_tied_health_score_agrees_with_the_reference);
    tcase_add_test(tc, the_cut_itself_is_flagged_as_a_probability_and_not_as_a_score);
    tcase_add_test(tc, rates_with_an_empty_denominator_are_not_defined);
    tcase_add_test(tc, each_rate_has_its_own_denominator);
    tcase_add_loop_test(tc, values_out_of_range_are_refused_by_name, 0, COUNT(bad));
}

ASSAY_SUITE("metric/confusion", add_tests)
