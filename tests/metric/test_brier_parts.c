#include "core/metric/brier_parts.h"

#include <math.h>

#include "core/metric/accuracy.h"
#include "tests/metric/ranked_sample.h"

static void check_parts(const struct assay_ranked *rows, enum assay_binning binning,
                        const struct cJSON *want)
{
    struct assay_brier_parts parts;
    assay_brier_parts_of(rows, binning, &parts);
    /* 15 digits of sums in another order; terms of 1e-4 are differences of larger ones. */
    test_close("reliability", parts.reliability, test_number(want, "reliability", NULL), 1e-11, 0);
    test_close("resolution", parts.resolution, test_number(want, "resolution", NULL), 1e-12, 0);
    test_close("uncertainty", parts.uncertainty, test_number(want, "uncertainty", NULL), 1e-13, 0);
    test_close("variance", parts.within_bin_variance, test_number(want, "within_bin_variance", NULL),
               1e-12, 0);
    test_close("covariance", parts.within_bin_covariance,
               test_number(want, "within_bin_covariance", NULL), 1e-11, 0);
}

START_TEST(parts_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_estimate scaled;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *want = test_at(assay_json_root(doc), splits[_i].key, "calibration", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    struct assay_ranked rows = rank_sample(&s);
    check_parts(&rows, ASSAY_EQUAL_WIDTH, test_at(want, "murphy_equal_width_10", NULL));
    check_parts(&rows, ASSAY_EQUAL_COUNT, test_at(want, "murphy_equal_count_10", NULL));
    ck_assay_ok(assay_brier_scaled_measure(&rows, NULL, &scaled, &err));
    test_close("scaled", scaled.value, test_number(want, "brier_skill", NULL), 1e-12, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

START_TEST(parts_add_up_to_the_brier_score) /* a loop over seeds */
{
    static const enum assay_binning all[] = {ASSAY_EQUAL_WIDTH, ASSAY_EQUAL_COUNT, ASSAY_DECILE_CUTS};
    struct assay_error err = {0};
    struct assay_mean_loss loss;
    struct sample s = sample_random((uint64_t)_i + 1, 5 + 20 * (size_t)_i, _i % 2 ? 5 : 0);
    struct assay_ranked rows = rank_sample(&s);
    ck_assay_ok(assay_brier_score(s.value, s.outcome, s.n, &loss, &err));
    for (size_t k = 0; k < COUNT(all); k++) {
        struct assay_brier_parts p;
        assay_brier_parts_of(&rows, all[k], &p);
        test_close("sum", p.reliability - p.resolution + p.uncertainty + p.within_bin_variance -
                              2 * p.within_bin_covariance, loss.estimate.value, 1e-12, 0);
    }
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

/* The error by leaving each row out (Quenouille 1949), which differs by terms of 1 / n: 1%. */
START_TEST(the_interval_is_that_of_leaving_rows_out) /* a loop over seeds */
{
    struct assay_error err = {0};
    struct assay_estimate scaled;
    struct sample s = sample_random((uint64_t)_i + 1, 500, 0);
    struct assay_ranked rows = rank_sample(&s);
    double n = (double)s.n, loss = 0, events = 0, mean = 0, squares = 0, without[500];
    for (size_t i = 0; i < s.n; i++) {
        loss += (s.value[i] - s.outcome[i]) * (s.value[i] - s.outcome[i]);
        events += s.outcome[i];
    }
    for (size_t i = 0; i < s.n; i++) {
        double left = loss - (s.value[i] - s.outcome[i]) * (s.value[i] - s.outcome[i]);
        double q = (events - s.outcome[i]) / (n - 1);
        without[i] = 1 - left / (n - 1) / (q * (1 - q));
        mean += without[i] / n;
    }
    for (size_t i = 0; i < s.n; i++)
        squares += (without[i] - mean) * (without[i] - mean);
    ck_assay_ok(assay_brier_scaled_measure(&rows, NULL, &scaled, &err));
    double error = (scaled.high - scaled.value) / assay_normal_quantile(ASSAY_LEVEL);
    test_close("error", error, sqrt(squares * (n - 1) / n), 1e-2, 0);
    assay_ranked_clear(&rows);
    sample_free(&s);
}
END_TEST

START_TEST(the_scale_runs_from_perfect_to_no_better_than_the_share)
{
    struct assay_error err = {0};
    struct assay_estimate scaled;
    const unsigned char outcome[] = {0, 0, 0, 1};
    struct assay_ranked rows =
        rank_rows((const double[]){0, 0, 0, 1}, outcome, 4, ASSAY_HIGHER_IS_RISK);
    ck_assay_ok(assay_brier_scaled_measure(&rows, NULL, &scaled, &err));
    ck_assert_double_eq(scaled.value, 1);
    ck_assert_double_eq(scaled.high, 1);
    assay_ranked_clear(&rows);
    rows = rank_rows((const double[]){0.25, 0.25, 0.25, 0.25}, outcome, 4, ASSAY_HIGHER_IS_RISK);
    ck_assay_ok(assay_brier_scaled_measure(&rows, NULL, &scaled, &err));
    test_close("none", scaled.value, 0, 1e-15, 1);
    /* To first order nothing moves the skill of forecasting the rows' own share. */
    test_close("width", scaled.high - scaled.low, 0, 1e-14, 1);
    assay_ranked_clear(&rows);
}
END_TEST

START_TEST(copies_of_rows_say_no_more_than_the_rows) /* a loop over seeds */
{
    struct assay_error err = {0};
    struct assay_estimate one, three;
    struct sample s = sample_random((uint64_t)_i + 1, 300, 0);
    struct assay_ranked rows = rank_sample(&s), copies = rank_copies(&s, 3);
    struct assay_design_effect effect = room_for(&copies);
    ck_assay_ok(assay_brier_scaled_measure(&rows, NULL, &one, &err));
    ck_assay_ok(assay_brier_scaled_measure(&copies, &effect, &three, &err));
    check_same_width("scaled", &three, &one, 5e-3);
    assay_design_effect_clear(&effect);
    assay_ranked_clear(&rows);
    assay_ranked_clear(&copies);
    sample_free(&s);
}
END_TEST

START_TEST(one_class_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_estimate scaled;
    struct assay_ranked rows =
        rank_rows((const double[]){0.5}, (const unsigned char[]){0}, 1, ASSAY_HIGHER_IS_RISK);
    ck_assert_int_eq(assay_brier_scaled_measure(&rows, NULL, &scaled, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "scaled Brier score: all 1 outcomes are 0; expected both 0 and 1");
    assay_ranked_clear(&rows);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, parts_agree_with_the_reference_on_every_split, 0, COUNT(splits));
    tcase_add_loop_test(tc, parts_add_up_to_the_brier_score, 0, 10);
    tcase_add_loop_test(tc, the_interval_is_that_of_leaving_rows_out, 0, 5);
    tcase_add_test(tc, the_scale_runs_from_perfect_to_no_better_than_the_share);
    tcase_add_loop_test(tc, copies_of_rows_say_no_more_than_the_rows, 0, 5);
    tcase_add_test(tc, one_class_is_refused_by_name);
}

ASSAY_SUITE("metric/brier_parts", add_tests)
