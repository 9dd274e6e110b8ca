#include "core/report/figures_write.h"

#include <math.h>

#include "core/base/json.h"
#include "tests/report/sample_figures.h"

/* Written, and read back by the strict reader. */
static struct assay_json *written(const struct assay_figures *figures)
{
    struct assay_error err = {0};
    struct assay_json_writer json = {0};
    struct assay_json *doc = NULL;
    assay_json_open(&json, NULL, '{');
    assay_figures_write(figures, &json);
    assay_json_close(&json);
    ck_assert(!json.out.failed);
    ck_assay_ok(assay_json_parse("figures", json.out.data, json.out.length, ASSAY_JSON_STRICT, &doc, &err));
    assay_text_clear(&json.out);
    return doc;
}

START_TEST(every_metric_stands_with_value_interval_and_method)
{
    struct sample s = sample_random(1, 200, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures f = measure_rows(&rows.all);
    struct assay_json *doc = written(&f);
    const struct cJSON *metrics = test_at(assay_json_root(doc), "metrics", NULL);
    ck_assert_uint_eq(assay_json_count(metrics), ASSAY_METRICS);
    for (size_t id = 0; id < ASSAY_METRICS; id++) {
        const struct assay_metric *want = &f.metric[id];
        const struct cJSON *got = test_at(metrics, want->name, NULL);
        ck_assert_double_eq(test_number(got, "value", NULL), want->estimate.value);
        ck_assert_str_eq(assay_json_string(test_at(got, "method", NULL)), want->method);
        const struct cJSON *interval = test_at(got, "interval", NULL);
        ck_assert_int_eq(assay_json_is_null(interval), isnan(want->estimate.low));
        if (!isnan(want->estimate.low))
            ck_assert_double_eq(assay_json_number(assay_json_first(interval)), want->estimate.low);
        ck_assert_int_eq(assay_json_get(got, "of") != NULL, want->is_rate);
        ck_assert_int_eq(assay_json_get(got, "clopper_pearson") != NULL, want->is_rate);
        ck_assert_int_eq(assay_json_get(got, "p_value") != NULL, !isnan(want->p_value));
    }
    const struct cJSON *sensitivity = test_at(metrics, "sensitivity", NULL);
    ck_assert_double_eq(test_number(sensitivity, "target", NULL), 0.75);
    ck_assert_str_eq(assay_json_string(test_at(sensitivity, "result", NULL)),
                     assay_result_name(f.metric[ASSAY_METRIC_SENSITIVITY].result));
    ck_assert(assay_json_is_null(test_at(metrics, "auc", "target", NULL)));
    ck_assert_double_eq(test_number(assay_json_root(doc), "counts", "tp", NULL), (double)f.counts.tp);
    assay_json_free(doc);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(a_target_with_an_upper_side_is_a_pair)
{
    struct assay_error err = {0};
    struct assay_figures f;
    char brier[] = "brier", oe[] = "oe_ratio";
    struct assay_target further[] = {{brier, NAN, 0.2}, {oe, 0.8, 1.25}};
    struct assay_figures_targets targets = {.sensitivity = NAN, .specificity = NAN, .further = further,
                                            .n_further = 2};
    struct sample s = sample_random(1, 200, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    ck_assay_ok(assay_figures_measure(&rows.all, &targets, &f, &err));
    struct assay_json *doc = written(&f);
    const struct cJSON *metrics = test_at(assay_json_root(doc), "metrics", NULL);
    const struct cJSON *low = assay_json_first(test_at(metrics, "brier", "target", NULL));
    ck_assert(assay_json_is_null(low));
    ck_assert_double_eq(assay_json_number(assay_json_next(low)), 0.2);
    low = assay_json_first(test_at(metrics, "oe_ratio", "target", NULL));
    ck_assert_double_eq(assay_json_number(low), 0.8);
    ck_assert(assay_json_is_null(test_at(metrics, "sensitivity", "target", NULL)));
    assay_json_free(doc);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(curves_are_written_as_they_were_measured)
{
    struct sample s = sample_random(2, 500, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures f = measure_rows(&rows.all);
    struct assay_json *doc = written(&f);
    const struct cJSON *curves = test_at(assay_json_root(doc), "curves", NULL);
    ck_assert_uint_eq(assay_json_count(test_at(curves, "roc", NULL)), f.curves->n_roc);
    ck_assert_uint_eq(assay_json_count(test_at(curves, "precision_recall", NULL)),
                      f.curves->n_precision_recall);
    ck_assert_uint_eq(assay_json_count(test_at(curves, "gains", NULL)), 10);
    const struct cJSON *calibration = test_at(curves, "calibration", NULL);
    ck_assert_uint_eq(assay_json_count(test_at(calibration, "bins", NULL)), 10);
    const struct cJSON *points = test_at(calibration, "flexible", "points", NULL);
    ck_assert_uint_eq(assay_json_count(points), f.curves->calibration.flexible.n_point);
    for (const struct cJSON *p = assay_json_first(points); p != NULL; p = assay_json_next(p)) {
        double low = test_number(p, "low", NULL), high = test_number(p, "high", NULL);
        ck_assert(0 <= low && low <= test_number(p, "observed", NULL) && high <= 1);
    }
    test_close("parts", test_number(calibration, "brier_parts", "reliability", NULL),
               f.curves->calibration.parts.reliability, 0, 1);
    ck_assert_double_eq(test_number(calibration, "hosmer_lemeshow", "df", NULL), 10);
    ck_assert_double_eq(test_number(calibration, "spiegelhalter", "z", NULL),
                        f.metric[ASSAY_METRIC_SPIEGELHALTER_Z].estimate.value);
    const struct cJSON *decisions = test_at(curves, "net_benefit", "points", NULL);
    ck_assert_uint_eq(assay_json_count(decisions), ASSAY_DECISIONS);
    ck_assert(assay_json_is_number(test_at(assay_json_first(decisions), "value_model", NULL)));
    ck_assert_uint_eq(assay_json_count(test_at(curves, "distribution", "edges", NULL)), 21);
    ck_assert_str_eq(assay_json_string(test_at(curves, "distribution", "of", NULL)), "probability");
    assay_json_free(doc);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

/* What is not defined on them is null, never a NaN, which the reader would refuse. */
static const struct {
    size_t n;
    double prob[3];
    unsigned char outcome[3];
    bool bare;
} odd[] = {
    {1, {0.3}, {0}, false},          {1, {0.3}, {1}, true},
    {3, {0.3, 0.4, 0.5}, {0}, false}, {3, {0.3, 0.3, 0.3}, {1, 0, 0}, false},
    {3, {0, 1, 1}, {1, 0, 0}, false}, {3, {0.1, 0.2, 0.2}, {1, 1, 1}, true},
};

START_TEST(odd_rows_are_written_as_json)
{
    struct sample s = {.n = odd[_i].n, .value = calloc(3, sizeof *s.value), .outcome = calloc(3, 1)};
    memcpy(s.value, odd[_i].prob, sizeof odd[_i].prob);
    memcpy(s.outcome, odd[_i].outcome, 3);
    struct rows rows = rows_of(&s, 0.5, 1);
    if (odd[_i].bare) {
        rows.all.prob = NULL;
        rows.all.line_probability = NAN;
    }
    struct assay_figures f = measure_rows(&rows.all);
    struct assay_json *doc = written(&f);
    const struct cJSON *curves = test_at(assay_json_root(doc), "curves", NULL);
    ck_assert_int_eq(assay_json_is_null(test_at(curves, "calibration", NULL)), odd[_i].bare);
    ck_assert_int_eq(assay_json_is_null(test_at(curves, "net_benefit", NULL)), odd[_i].bare);
    ck_assert_int_eq(assay_json_is_null(test_at(curves, "roc", NULL)), f.n_event == 0 || f.n_event == f.n);
    assay_json_free(doc);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(a_lack_of_memory_is_remembered_by_the_writer)
{
    struct assay_json_writer json = {0};
    struct sample s = sample_random(1, 20, 0);
    struct rows rows = rows_of(&s, 0.4, 1);
    struct assay_figures f = measure_rows(&rows.all);
    test_fail_allocation(4);
    assay_json_open(&json, NULL, '{');
    assay_figures_write(&f, &json);
    assay_json_close(&json);
    test_fail_allocation(0);
    ck_assert(json.out.failed);
    assay_text_clear(&json.out);
    assay_figures_clear(&f);
    rows_free(&rows);
    sample_free(&s);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, every_metric_stands_with_value_interval_and_method);
    tcase_add_test(tc, a_target_with_an_upper_side_is_a_pair);
    tcase_add_test(tc, curves_are_written_as_they_were_measured);
    tcase_add_loop_test(tc, odd_rows_are_written_as_json, 0, COUNT(odd));
    tcase_add_test(tc, a_lack_of_memory_is_remembered_by_the_writer);
}

ASSAY_SUITE("report/figures_write", add_tests)
