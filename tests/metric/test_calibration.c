#include <stdio.h>

#include "core/metric/calibration.h"
#include "tests/metric/sample.h"
#include "tests/support/random.h"

static double logit(double prob)
{
    return log(prob) - log1p(-prob);
}

/* ---- the reference ---- */

/* The root of a sum of n terms of order 1, over an information of hundreds: 1e-14 absolute, which
 * the floor of 0.1 allows for where the truth is 0 (the apparent figures). The reference takes its
 * likelihood ratios as differences of sums of thousands, 1e-12 absolute. */
static const double tolerance = 1e-11, floor_at = 0.1;

static void check_in_large(const struct sample *s, const struct cJSON *calibration)
{
    struct assay_error err = {0};
    struct assay_calibration_in_large c;
    ck_assay_ok(assay_calibration_in_large(s->value, s->outcome, s->n, &c, &err));
    const struct cJSON *expected = test_at(calibration, "calibration_in_the_large", NULL);
    double a = test_number(expected, "intercept_given_slope_1", NULL);
    double se = test_number(expected, "std_error", NULL), z = 1.959963984540054;
    test_close("intercept", c.intercept.value, a, tolerance, floor_at);
    test_close("SE", c.std_error, se, tolerance, 0.0);
    test_close("low", c.intercept.low, a - z * se, tolerance, floor_at);
    test_close("high", c.intercept.high, a + z * se, tolerance, floor_at);
    test_close("z", c.z, test_number(expected, "z", NULL), tolerance, 1.0);
    test_close("p", c.p_value, test_number(expected, "p_value", NULL), tolerance, 0.0);
    const struct cJSON *ratio =
        test_at(calibration, "logistic_recalibration", "lr_intercept_only", NULL);
    test_close("LR", c.lr_chi2, test_number(ratio, "chi2", NULL), 1e-8, 1e-3);
    /* p changes by 1 / sqrt(2 pi chi2) a unit of chi2: 12 at the smallest that is not 0. */
    test_close("LR p", c.lr_p_value, test_number(ratio, "p_value", NULL), 1e-8, 0.0);
}

static void check_recalibration(const struct sample *s, const struct cJSON *calibration)
{
    struct assay_error err = {0};
    struct assay_recalibration c;
    ck_assay_ok(assay_recalibration_measure(s->value, s->outcome, s->n, &c, &err));
    const struct cJSON *expected = test_at(calibration, "logistic_recalibration", NULL);
    test_close("intercept", c.intercept.value, test_number(expected, "intercept", NULL), tolerance,
               floor_at);
    test_close("slope", c.slope.value, test_number(expected, "slope", NULL), tolerance, 0.0);
    test_close("intercept SE", c.intercept_se, test_number(expected, "intercept_se", NULL),
               tolerance, 0.0);
    test_close("slope SE", c.slope_se, test_number(expected, "slope_se", NULL), tolerance, 0.0);
    const struct cJSON *low = assay_json_first(test_at(expected, "slope_ci95_wald", NULL));
    test_close("slope low", c.slope.low, assay_json_number(low), tolerance, 0.0);
    test_close("slope high", c.slope.high, assay_json_number(assay_json_next(low)), tolerance, 0.0);
    test_close("slope p", c.slope_p_value, test_number(expected, "p_slope_equals_1_wald", NULL),
               tolerance, 0.0);
    double chi2 = test_number(expected, "lr_unreliability", "chi2", NULL);
    test_close("LR", c.unreliability_chi2, chi2, 1e-10, floor_at);
    test_close("LR p", c.unreliability_p_value,
               test_number(expected, "lr_unreliability", "p_value", NULL), 1e-10, 0.0);
    test_close("U", c.unreliability, (chi2 - 2.0) / (double)s->n, 1e-10, 0.0);
}

START_TEST(every_split_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_estimate ratio;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *expected =
        test_at(assay_json_root(doc), splits[_i].key, "calibration", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    check_in_large(&s, expected);
    check_recalibration(&s, expected);
    ck_assay_ok(assay_oe_ratio(s.value, s.outcome, s.n, &ratio, &err));
    test_close("O/E", ratio.value, test_number(expected, "observed_over_expected", NULL), 1e-13,
               0.0);
    /* rms::val.prob(), a third implementation, iterates to fewer digits. */
    struct assay_recalibration line;
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &line, &err));
    const struct cJSON *rms = test_at(expected, "rms_val_prob", NULL);
    test_close("rms U", line.unreliability, test_number(rms, "U", NULL), 1e-8, 0.0);
    test_close("rms slope", line.slope.value, test_number(rms, "Slope", NULL), 1e-8, 0.0);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

static const char *const group_columns[] = {"plan", "internet_service"};
static const char *const group_keys[] = {"B_core_by_plan", "B_core_by_internet_service"};

START_TEST(every_segment_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *groups = test_at(assay_json_root(doc), group_keys[_i], NULL);
    for (const struct cJSON *g = assay_json_first(groups); g != NULL; g = assay_json_next(g)) {
        struct assay_calibration_in_large c;
        struct assay_estimate ratio;
        struct sample s = sample_group("p_core", "B", group_columns[_i], assay_json_key(g));
        ck_assay_ok(assay_calibration_in_large(s.value, s.outcome, s.n, &c, &err));
        ck_assay_ok(assay_oe_ratio(s.value, s.outcome, s.n, &ratio, &err));
        test_close("intercept", c.intercept.value, test_number(g, "calibration_intercept", NULL),
                   tolerance, 0.0);
        test_close("SE", c.std_error, test_number(g, "calibration_intercept_se", NULL), tolerance,
                   0.0);
        test_close("O/E", ratio.value, test_number(g, "observed_over_expected", NULL), 1e-13, 0.0);
        sample_free(&s);
    }
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms ---- */

/* Two probabilities, n rows each, so many events among them. */
static const struct pair {
    double prob[2];
    size_t n[2], n_event[2];
} pairs[] = {
    {{0.2, 0.6}, {50, 40}, {15, 22}},
    {{1e-6, 1e-5}, {3000, 4000}, {1, 2}},
    {{0.3, 0.3000001}, {100, 100}, {20, 60}}, /* a slope of millions */
    {{1e-300, 0.999999}, {9, 8}, {4, 5}},
    {{0.7, 0.2}, {60, 60}, {10, 40}}, /* a negative slope */
};

static struct sample pair_sample(const struct pair *pair)
{
    size_t n = pair->n[0] + pair->n[1], i = 0;
    struct sample s = {.n = n, .value = calloc(n, sizeof *s.value), .outcome = calloc(n, 1)};
    for (size_t g = 0; g < 2; g++) {
        for (size_t k = 0; k < pair->n[g]; k++, i++) {
            s.value[i] = pair->prob[g];
            s.outcome[i] = k < pair->n_event[g];
        }
    }
    return s;
}

START_TEST(two_probabilities_have_a_closed_form)
{
    /* The line passes through the two observed log-odds t, each with variance v = 1 / (n r (1-r)).
     */
    const struct pair *pair = &pairs[_i];
    double l[2], t[2], v[2], ratio = 0.0;
    for (int g = 0; g < 2; g++) {
        double n = (double)pair->n[g], events = (double)pair->n_event[g], p = pair->prob[g];
        l[g] = logit(p);
        t[g] = log(events) - log(n - events);
        v[g] = 1.0 / events + 1.0 / (n - events);
        ratio +=
            2.0 * (events * log(events / n / p) + (n - events) * log((n - events) / n / (1.0 - p)));
    }
    double d = l[1] - l[0];
    struct assay_error err = {0};
    struct assay_recalibration c;
    struct sample s = pair_sample(pair);
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &c, &err));
    /* The difference d of the log-odds carries their rounding, 1e-16 |l|, against its own size. */
    double loose = 1e-12 + 1e-15 * fabs(l[0] / d);
    test_close("slope", c.slope.value, (t[1] - t[0]) / d, loose, 0.0);
    test_close("intercept", c.intercept.value, (t[0] * l[1] - t[1] * l[0]) / d, loose, 1.0);
    test_close("slope SE", c.slope_se, sqrt(v[0] + v[1]) / fabs(d), loose, 0.0);
    test_close("intercept SE", c.intercept_se,
               sqrt(l[1] * l[1] * v[0] + l[0] * l[0] * v[1]) / fabs(d), loose, 0.0);
    test_close("covariance", c.covariance, -(l[1] * v[0] + l[0] * v[1]) / (d * d), 2.0 * loose,
               0.0);
    test_close("LR", c.unreliability_chi2, ratio, loose, 1.0);
    sample_free(&s);
}
END_TEST

START_TEST(a_constant_has_an_intercept_and_no_slope)
{
    /* a = logit(share) - logit(p), SE = 1 / sqrt(n share (1 - share)). */
    const double probs[] = {0.3, 0.5, 1e-12, 0.99999};
    enum { N = 40, K = 13 };
    double prob[N];
    unsigned char outcome[N];
    for (size_t i = 0; i < N; i++) {
        prob[i] = probs[_i];
        outcome[i] = i < K;
    }
    struct assay_error err = {0};
    struct assay_calibration_in_large c;
    struct assay_recalibration line;
    ck_assay_ok(assay_calibration_in_large(prob, outcome, N, &c, &err));
    test_close("intercept", c.intercept.value, logit((double)K / N) - logit(probs[_i]), 1e-13, 0.0);
    test_close("SE", c.std_error, sqrt((double)N / ((double)K * (N - K))), 1e-13, 0.0);
    ck_assert_int_eq(assay_recalibration_measure(prob, outcome, N, &line, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "calibration slope: all 40 probs are the same; expected at least two values");
}
END_TEST

START_TEST(shifted_and_stretched_log_odds_give_the_line_back)
{
    /* q = expit(c + d logit p): the fit on q has slope b / d and intercept a - c b / d; calibration
     * in the large moves by -c when d is 1. */
    struct assay_error err = {0};
    struct assay_recalibration before, after;
    struct assay_calibration_in_large large, moved;
    struct sample s = sample_random((uint64_t)_i + 300, 400, _i % 2 ? 12 : 0);
    double c = 0.1 * _i - 1.0, d = 0.5 + 0.1 * _i;
    double *stretched = calloc(s.n, sizeof *stretched), *shifted = calloc(s.n, sizeof *shifted);
    for (size_t i = 0; i < s.n; i++) {
        stretched[i] = 1.0 / (1.0 + exp(-(c + d * logit(s.value[i]))));
        shifted[i] = 1.0 / (1.0 + exp(-(c + logit(s.value[i]))));
    }
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &before, &err));
    ck_assay_ok(assay_recalibration_measure(stretched, s.outcome, s.n, &after, &err));
    ck_assay_ok(assay_calibration_in_large(s.value, s.outcome, s.n, &large, &err));
    ck_assay_ok(assay_calibration_in_large(shifted, s.outcome, s.n, &moved, &err));
    double slope = before.slope.value / d;
    /* Probabilities near 1 hold their log-odds to 1e-16 e^|l|; l stays under 16 here. */
    test_close("slope", after.slope.value, slope, 1e-9, 0.0);
    test_close("slope SE", after.slope_se, before.slope_se / d, 1e-9, 0.0);
    test_close("intercept", after.intercept.value, before.intercept.value - c * slope, 1e-9, 1.0);
    test_close("in the large", moved.intercept.value, large.intercept.value - c, 1e-9, 1.0);
    free(stretched);
    free(shifted);
    sample_free(&s);
}
END_TEST

START_TEST(counting_the_other_outcome_turns_the_intercepts_and_keeps_the_slope)
{
    struct assay_error err = {0};
    struct assay_recalibration before, after;
    struct assay_calibration_in_large large, turned;
    struct sample s = sample_random((uint64_t)_i + 400, 200, 64); /* 1 - p is exact on 1/128 */
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &before, &err));
    ck_assay_ok(assay_calibration_in_large(s.value, s.outcome, s.n, &large, &err));
    for (size_t i = 0; i < s.n; i++) {
        s.value[i] = 1.0 - s.value[i];
        s.outcome[i] = !s.outcome[i];
    }
    ck_assay_ok(assay_recalibration_measure(s.value, s.outcome, s.n, &after, &err));
    ck_assay_ok(assay_calibration_in_large(s.value, s.outcome, s.n, &turned, &err));
    test_close("slope", after.slope.value, before.slope.value, 1e-11, 0.0);
    test_close("intercept", after.intercept.value, -before.intercept.value, 1e-11, 1.0);
    test_close("in the large", turned.intercept.value, -large.intercept.value, 1e-11, 1.0);
    test_close("LR", after.unreliability_chi2, before.unreliability_chi2, 1e-10, 1.0);
    sample_free(&s);
}
END_TEST

START_TEST(the_score_equation_holds_for_hopeless_probabilities)
{
    /* Sum of fitted probabilities = events, however wrong the predictions. */
    const double sets[][4] = {
        {1e-300, 1e-250, 1e-290, 1e-5},
        {0.9999999, 1e-9, 0.999, 0.5},
        {1e-12, 0.5, 1.0 - 0x1p-53, 0.3},
    };
    const unsigned char outcome[] = {1, 0, 0, 1};
    struct assay_error err = {0};
    struct assay_calibration_in_large c;
    ck_assay_ok(assay_calibration_in_large(sets[_i], outcome, 4, &c, &err));
    double fitted = 0.0;
    for (size_t i = 0; i < 4; i++)
        fitted += 1.0 / (1.0 + exp(-(c.intercept.value + logit(sets[_i][i]))));
    ck_assert_double_eq_tol(fitted, 2.0, 1e-12);
    ck_assert(c.std_error > 0.0 && isfinite(c.std_error));
}
END_TEST

START_TEST(as_many_certainties_as_events_have_no_intercept)
{
    const double prob[] = {1e-300, 1.0 - 0x1p-53, 1e-300, 1.0 - 0x1p-53};
    const unsigned char outcome[] = {0, 1, 0, 1};
    struct assay_error err = {0};
    struct assay_calibration_in_large c = {.std_error = 7.0};
    ck_assert_int_eq(assay_calibration_in_large(prob, outcome, 4, &c, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "calibration in the large: the probs are so near 0 and 1 that no "
                                  "intercept can be told from another");
    ck_assert_double_eq(c.std_error, 7.0);
}
END_TEST

START_TEST(observed_over_expected_has_its_closed_form)
{
    const double prob[] = {0.5, 0.25, 0.125, 0.125};
    const unsigned char one[] = {1, 0, 0, 0}, none[] = {0, 0, 0, 0}, all[] = {1, 1, 1, 1};
    struct assay_error err = {0};
    struct assay_estimate e;
    ck_assay_ok(assay_oe_ratio(prob, one, 4, &e, &err));
    ck_assert_double_eq(e.value, 1.0);
    double reach = 1.959963984540054 * sqrt(0.75); /* (1 - 1/4) / 1 event */
    test_close("low", e.low, exp(-reach), 1e-14, 0.0);
    test_close("high", e.high, exp(reach), 1e-14, 0.0);
    ck_assay_ok(assay_oe_ratio(prob, none, 4, &e, &err));
    ck_assert(e.value == 0.0 && isnan(e.low) && isnan(e.high));
    ck_assay_ok(assay_oe_ratio(prob, all, 4, &e, &err));
    ck_assert(e.value == 4.0 && isnan(e.low) && isnan(e.high));
}
END_TEST

START_TEST(a_ratio_beyond_double_is_refused)
{
    const double prob[] = {1e-320, 0.0, 0.0, 0.0}, edge[] = {1e-308, 0.0, 0.0, 0.0};
    const unsigned char one[] = {1, 0, 0, 0};
    struct assay_error err = {0};
    struct assay_estimate e = {.value = 7.0};
    ck_assert_int_eq(assay_oe_ratio(prob, one, 4, &e, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "O/E ratio: the probs add up to 1.0e-320; expected a sum by which "
                                  "1 events can be divided");
    ck_assert_int_eq(assay_oe_ratio(edge, one, 4, &e, &err), ASSAY_EDATA); /* its upper limit */
    ck_assert_double_eq(e.value, 7.0);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    double prob[4];
    unsigned char outcome[4];
    enum assay_status status;
    const char *message;
} separated[] = {
    {{0.1, 0.2, 0.3, 0.4}, {0, 0, 1, 1}, ASSAY_ENUMERIC, NULL},
    {{0.1, 0.2, 0.2, 0.4}, {0, 0, 1, 1}, ASSAY_ENUMERIC, NULL}, /* touching */
    {{0.1, 0.2, 0.3, 0.4}, {1, 1, 0, 0}, ASSAY_ENUMERIC, NULL}, /* the wrong way round */
    {{0.1, 0.1, 0.1, 0.4}, {0, 0, 1, 1}, ASSAY_ENUMERIC, NULL}, /* quasi-complete */
    {{0.1, 0.3, 0.2, 0.4}, {0, 0, 1, 1}, ASSAY_OK, NULL},
    {{0.1, 0.4, 0.1, 0.4}, {0, 0, 1, 1}, ASSAY_OK, NULL},
};

START_TEST(separated_outcomes_have_no_finite_slope)
{
    struct assay_error err = {0};
    struct assay_recalibration c = {.slope_se = 7.0};
    ck_assert_int_eq(
        assay_recalibration_measure(separated[_i].prob, separated[_i].outcome, 4, &c, &err),
        separated[_i].status);
    if (separated[_i].status == ASSAY_OK) {
        ck_assert(isfinite(c.slope.value) && isfinite(c.slope_se));
    } else {
        ck_assert_str_eq(err.message, "calibration slope: the probs separate the outcomes "
                                      "perfectly; the slope is not finite");
        ck_assert_double_eq(c.slope_se, 7.0);
    }
}
END_TEST

static const struct {
    double prob[3];
    unsigned char outcome[3];
    size_t n;
    const char *slope_message; /* behind "calibration slope", as behind the other names */
    const char *ratio_message; /* NULL: fine */
} bad[] = {
    {{0.1, 0.2, 0.3},
     {0, 1, 0},
     0,
     ": n is 0; expected at least 1 row",
     ": n is 0; expected at least 1 row"},
    {{0.1, 1.2, 0.3},
     {0, 1, 0},
     3,
     ": prob[1] is 1.2; expected 0 to 1",
     ": prob[1] is 1.2; expected 0 to 1"},
    {{0.1, 0.2, 0.3},
     {0, 1, 3},
     3,
     ": outcome[2] is 3; expected 0 or 1",
     ": outcome[2] is 3; expected 0 or 1"},
    {{0.1, 0.2, 0.3}, {0, 0, 0}, 3, ": all 3 outcomes are 0; expected both 0 and 1", NULL},
    {{0.1, 0.2, 0.3}, {1, 1, 1}, 3, ": all 3 outcomes are 1; expected both 0 and 1", NULL},
    {{0.1, 0.0, 0.3},
     {0, 0, 1},
     3,
     ": prob[1] is 0; expected more than 0 and less than 1, its log-odds being infinite",
     NULL},
    {{0.1, 0.2, 1.0},
     {0, 0, 1},
     3,
     ": prob[2] is 1; expected more than 0 and less than 1, its log-odds being infinite",
     NULL},
    {{0.0, 0.0, 0.0},
     {0, 1, 0},
     3,
     ": prob[0] is 0; expected more than 0 and less than 1, its log-odds being infinite",
     ": every prob is 0; expected at least one above"},
};

START_TEST(what_has_no_calibration_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_recalibration line;
    struct assay_calibration_in_large large;
    struct assay_estimate ratio;
    char message[256];
    const double *prob = bad[_i].prob;
    const unsigned char *outcome = bad[_i].outcome;
    ck_assert_int_eq(assay_recalibration_measure(prob, outcome, bad[_i].n, &line, &err),
                     ASSAY_EDATA);
    snprintf(message, sizeof message, "calibration slope%s", bad[_i].slope_message);
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(assay_calibration_in_large(prob, outcome, bad[_i].n, &large, &err),
                     ASSAY_EDATA);
    snprintf(message, sizeof message, "calibration in the large%s", bad[_i].slope_message);
    ck_assert_str_eq(err.message, message);
    enum assay_status status = assay_oe_ratio(prob, outcome, bad[_i].n, &ratio, &err);
    if (bad[_i].ratio_message == NULL) {
        ck_assert_int_eq(status, ASSAY_OK);
    } else {
        ck_assert_int_eq(status, ASSAY_EDATA);
        snprintf(message, sizeof message, "O/E ratio%s", bad[_i].ratio_message);
        ck_assert_str_eq(err.message, message);
    }
}
END_TEST

START_TEST(a_lack_of_memory_is_reported)
{
    const double *prob = separated[4].prob;
    const unsigned char *outcome = separated[4].outcome;
    struct assay_error err = {0};
    struct assay_recalibration line = {.slope_se = 7.0};
    struct assay_calibration_in_large large = {.std_error = 7.0};
    for (size_t k = 1; k <= 2; k++) {
        test_fail_allocation(k);
        enum assay_status status = assay_recalibration_measure(prob, outcome, 4, &line, &err);
        test_fail_allocation(k);
        enum assay_status status_large = assay_calibration_in_large(prob, outcome, 4, &large, &err);
        test_fail_allocation(0); /* Check allocates, too */
        ck_assert_int_eq(status, k == 1 ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_int_eq(status_large, k == 1 ? ASSAY_ENOMEM : ASSAY_OK);
        ck_assert_int_eq(line.slope_se == 7.0 && large.std_error == 7.0, k == 1);
    }
}
END_TEST

/* Few rows, and many in many blocks. */
START_TEST(both_at_once_are_what_each_says)
{
    enum { N = 150000 };
    struct test_random random = {(uint64_t)_i + 9};
    struct assay_error err = {0};
    struct assay_calibration_in_large large;
    struct assay_recalibration line;
    struct assay_calibration_pair pair;
    size_t n = _i == 0 ? 300 : N;
    double *prob = calloc(n, sizeof *prob);
    unsigned char *outcome = calloc(n, 1);
    ck_assert(prob != NULL && outcome != NULL);
    for (size_t i = 0; i < n; i++) {
        double x = 6 * test_uniform(&random) - 4;
        prob[i] = 1 / (1 + exp(-x));
        outcome[i] = test_uniform(&random) < 1 / (1 + exp(-(0.3 + 0.8 * x)));
    }
    ck_assay_ok(assay_calibration_in_large(prob, outcome, n, &large, &err));
    ck_assay_ok(assay_recalibration_measure(prob, outcome, n, &line, &err));
    ck_assert_int_eq(assay_calibration_pair(prob, outcome, n, &pair), ASSAY_OK);
    ck_assert(pair.in_large == ASSAY_OK && pair.line == ASSAY_OK);
    ck_assert_mem_eq(&pair.intercept, &large.intercept, sizeof large.intercept);
    ck_assert_mem_eq(&pair.recalibration, &line, sizeof line);
    /* The line the outcomes were drawn from lies within five standard errors. */
    ck_assert_double_le(fabs(line.slope.value - 0.8), 5 * line.slope_se);
    ck_assert_double_le(fabs(line.intercept.value - 0.3), 5 * line.intercept_se);
    free(prob);
    free(outcome);
}
END_TEST

START_TEST(both_at_once_say_what_cannot_be_had)
{
    static const double prob[] = {0.2, 0.3, 0.7, 0.8}, same[] = {0.4, 0.4, 0.4, 0.4};
    static const unsigned char apart[] = {0, 0, 1, 1}, mixed[] = {0, 1, 0, 1};
    struct assay_calibration_pair pair;
    ck_assert_int_eq(assay_calibration_pair(prob, apart, 4, &pair), ASSAY_OK);
    ck_assert(pair.in_large == ASSAY_OK && pair.line == ASSAY_ENUMERIC);
    ck_assert_int_eq(assay_calibration_pair(same, mixed, 4, &pair), ASSAY_OK);
    ck_assert(pair.in_large == ASSAY_OK && pair.line == ASSAY_EDATA);
    test_fail_allocation(1);
    enum assay_status status = assay_calibration_pair(prob, mixed, 4, &pair);
    test_fail_allocation(0);
    ck_assert_int_eq(status, ASSAY_ENOMEM);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, every_split_agrees_with_the_reference, 0, COUNT(splits));
    tcase_add_loop_test(tc, every_segment_agrees_with_the_reference, 0, COUNT(group_columns));
    tcase_add_loop_test(tc, two_probabilities_have_a_closed_form, 0, COUNT(pairs));
    tcase_add_loop_test(tc, a_constant_has_an_intercept_and_no_slope, 0, 4);
    tcase_add_loop_test(tc, shifted_and_stretched_log_odds_give_the_line_back, 0, 10);
    tcase_add_loop_test(tc, counting_the_other_outcome_turns_the_intercepts_and_keeps_the_slope, 0,
                        10);
    tcase_add_loop_test(tc, the_score_equation_holds_for_hopeless_probabilities, 0, 3);
    tcase_add_test(tc, as_many_certainties_as_events_have_no_intercept);
    tcase_add_test(tc, observed_over_expected_has_its_closed_form);
    tcase_add_test(tc, a_ratio_beyond_double_is_refused);
    tcase_add_loop_test(tc, separated_outcomes_have_no_finite_slope, 0, COUNT(separated));
    tcase_add_loop_test(tc, what_has_no_calibration_is_refused_by_name, 0, COUNT(bad));
    tcase_add_test(tc, a_lack_of_memory_is_reported);
    tcase_add_loop_test(tc, both_at_once_are_what_each_says, 0, 2);
    tcase_add_test(tc, both_at_once_say_what_cannot_be_had);
}

ASSAY_SUITE("metric/calibration", add_tests)
