#include "core/metric/accuracy.h"
#include <math.h>
#include <stdlib.h>
#include "tests/metric/sample.h"

START_TEST(brier_and_log_loss_agree_with_the_reference_on_every_split)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_mean_loss brier, log_loss;
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *expected =
        test_at(assay_json_root(doc), splits[_i].key, "calibration", NULL);
    struct sample s = sample_read(splits[_i].column, splits[_i].split);
    ck_assay_ok(assay_brier_score(s.value, s.outcome, s.n, &brier, &err));
    ck_assay_ok(assay_log_loss(s.value, s.outcome, s.n, &log_loss, &err));
    /* Thousands of terms summed in double: a few 1e-15, and 15 digits in print. */
    test_close("brier", brier.estimate.value, test_number(expected, "brier", NULL), 1e-13, 0.0);
    test_close("log loss", log_loss.estimate.value, test_number(expected, "log_loss", NULL), 1e-13,
               0.0);
    sample_free(&s);
    assay_json_free(doc);
}
END_TEST

static const char *const group_columns[] = {"plan", "internet_service"};
static const char *const group_keys[] = {"B_core_by_plan", "B_core_by_internet_service"};

START_TEST(brier_of_every_segment_agrees_with_the_reference)
{
    if (!sample_files_are_here())
        return;
    struct assay_error err = {0};
    struct assay_json *doc = test_reference("reference/telco_validation.json");
    const struct cJSON *groups = test_at(assay_json_root(doc), group_keys[_i], NULL);
    for (const struct cJSON *g = assay_json_first(groups); g != NULL; g = assay_json_next(g)) {
        struct assay_mean_loss brier;
        struct sample s = sample_group("p_core", "B", group_columns[_i], assay_json_key(g));
        ck_assay_ok(assay_brier_score(s.value, s.outcome, s.n, &brier, &err));
        test_close("brier", brier.estimate.value, test_number(g, "brier", NULL), 1e-13, 0.0);
        sample_free(&s);
    }
    assay_json_free(doc);
}
END_TEST

START_TEST(standard_errors_have_their_closed_form)
{
    /* prob 3/4 throughout, k of n events: the losses take two values, a k times and b n - k times,
     * and their sample variance is (a - b)^2 k (n - k) / (n (n - 1)). */
    enum { N = 40, K = 25 };
    double prob[N];
    unsigned char outcome[N];
    for (size_t i = 0; i < N; i++) {
        prob[i] = 0.75;
        outcome[i] = i < K;
    }
    struct assay_error err = {0};
    struct assay_mean_loss brier, log_loss;
    ck_assay_ok(assay_brier_score(prob, outcome, N, &brier, &err));
    ck_assay_ok(assay_log_loss(prob, outcome, N, &log_loss, &err));
    double spread = sqrt((double)K * (N - K) / ((double)N * (N - 1.0)) / N);
    double z = 1.959963984540054;
    ck_assert_double_eq_tol(brier.estimate.value, (K * 0.0625 + (N - K) * 0.5625) / N, 1e-15);
    ck_assert_double_eq_tol(brier.std_error, 0.5 * spread, 1e-15);
    ck_assert_double_eq_tol(brier.estimate.low, brier.estimate.value - z * 0.5 * spread, 1e-15);
    ck_assert_double_eq_tol(brier.estimate.high, brier.estimate.value + z * 0.5 * spread, 1e-15);
    ck_assert_double_eq_tol(log_loss.estimate.value, (K * log(4.0 / 3.0) + (N - K) * log(4.0)) / N,
                            1e-15);
    ck_assert_double_eq_tol(log_loss.std_error, log(3.0) * spread, 1e-15);
}
END_TEST

START_TEST(intervals_stay_in_the_range_of_the_loss)
{
    const double good[] = {0.01, 0.01, 0.4}, poor[] = {0.99, 0.99, 0.6};
    const unsigned char outcome[] = {0, 0, 0};
    struct assay_error err = {0};
    struct assay_mean_loss loss;
    ck_assay_ok(assay_brier_score(good, outcome, 3, &loss, &err));
    ck_assert_double_eq(loss.estimate.low, 0.0);
    ck_assay_ok(assay_brier_score(poor, outcome, 3, &loss, &err));
    ck_assert_double_eq(loss.estimate.high, 1.0);
    ck_assay_ok(assay_log_loss(good, outcome, 3, &loss, &err));
    ck_assert_double_eq(loss.estimate.low, 0.0);
    ck_assert(loss.estimate.high > loss.estimate.value);
}
END_TEST

START_TEST(a_single_row_has_a_loss_and_no_interval)
{
    const double prob = 0.5;
    const unsigned char outcome = 1;
    struct assay_error err = {0};
    struct assay_mean_loss loss;
    ck_assay_ok(assay_brier_score(&prob, &outcome, 1, &loss, &err));
    ck_assert_double_eq(loss.estimate.value, 0.25);
    ck_assert(isnan(loss.std_error) && isnan(loss.estimate.low) && isnan(loss.estimate.high));
    ck_assay_ok(assay_log_loss(&prob, &outcome, 1, &loss, &err));
    ck_assert_double_eq_tol(loss.estimate.value, log(2.0), 1e-16);
    ck_assert(isnan(loss.std_error) && isnan(loss.estimate.low) && isnan(loss.estimate.high));
}
END_TEST

START_TEST(certainty_that_came_true_costs_nothing)
{
    const double prob[] = {0.0, 1.0};
    const unsigned char outcome[] = {0, 1};
    struct assay_error err = {0};
    struct assay_mean_loss loss;
    ck_assay_ok(assay_log_loss(prob, outcome, 2, &loss, &err));
    ck_assert_double_eq(loss.estimate.value, 0.0);
    ck_assert_int_eq(signbit(loss.estimate.value), 0);
    ck_assert_double_eq(loss.std_error, 0.0);
}
END_TEST

START_TEST(the_smallest_probability_has_a_finite_loss)
{
    const double prob = 0x1p-1074;
    const unsigned char outcome = 1;
    struct assay_error err = {0};
    struct assay_mean_loss loss;
    ck_assay_ok(assay_log_loss(&prob, &outcome, 1, &loss, &err));
    ck_assert_double_eq_tol(loss.estimate.value, 1074.0 * log(2.0), 1e-12);
}
END_TEST

static const struct {
    double prob[2];
    unsigned char outcome[2];
    size_t n;
    const char *log_message, *brier_message; /* NULL: fine */
} bad[] = {
    {{0.5, 1.2},
     {0, 1},
     2,
     "log loss: prob[1] is 1.2; expected 0 to 1",
     "Brier score: prob[1] is 1.2; expected 0 to 1"},
    {{(double)NAN, 0.2},
     {0, 1},
     2,
     "log loss: prob[0] is NaN; expected 0 to 1",
     "Brier score: prob[0] is NaN; expected 0 to 1"},
    {{0.5, 0.2},
     {0, 255},
     2,
     "log loss: outcome[1] is 255; expected 0 or 1",
     "Brier score: outcome[1] is 255; expected 0 or 1"},
    {{0.5, 0.2},
     {0, 1},
     0,
     "log loss: n is 0; expected at least 1 row",
     "Brier score: n is 0; expected at least 1 row"},
    {{0.5, 0.0},
     {0, 1},
     2,
     "log loss: prob[1] is 0 and outcome[1] is 1; expected no outcome that was given probability 0",
     NULL},
    {{1.0, 0.5},
     {0, 1},
     2,
     "log loss: prob[0] is 1 and outcome[0] is 0; expected no outcome that was given probability 0",
     NULL},
};

START_TEST(the_impossible_is_refused_by_name)
{
    struct assay_error err = {0};
    struct assay_mean_loss loss = {.std_error = 7.0};
    ck_assert_int_eq(assay_log_loss(bad[_i].prob, bad[_i].outcome, bad[_i].n, &loss, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].log_message);
    ck_assert_double_eq(loss.std_error, 7.0);
    enum assay_status status =
        assay_brier_score(bad[_i].prob, bad[_i].outcome, bad[_i].n, &loss, &err);
    if (bad[_i].brier_message == NULL) {
        ck_assert_int_eq(status, ASSAY_OK);
    } else {
        ck_assert_int_eq(status, ASSAY_EDATA);
        ck_assert_str_eq(err.message, bad[_i].brier_message);
    }
}
END_TEST

/* Rows of several chunks, far from 0 with little between them: squares about 0 would have lost the digits. */
START_TEST(both_losses_from_one_look_have_the_errors_of_two_passes)
{
    enum { N = 60000 };
    double *prob = malloc(N * sizeof *prob), sum = 0.0, squares = 0.0;
    unsigned char *outcome = calloc(N, 1);
    struct assay_error err = {0};
    struct assay_mean_loss brier, log_loss, alone;
    ck_assert(prob != NULL && outcome != NULL);
    for (size_t i = 0; i < N; i++) {
        prob[i] = 0.9 + 1e-7 * (double)(i % 97) + 1e-6 * (double)(i / 10000);
        sum += prob[i] * prob[i];
    }
    for (size_t i = 0; i < N; i++)
        squares += (prob[i] * prob[i] - sum / N) * (prob[i] * prob[i] - sum / N);
    assay_losses_of(prob, outcome, N, &brier, &log_loss);
    test_close("Brier SE", brier.std_error, sqrt(squares / (N - 1.0) / N), 1e-9, 0.0);
    ck_assay_ok(assay_brier_score(prob, outcome, N, &alone, &err));
    ck_assert_mem_eq(&alone, &brier, sizeof brier);
    ck_assay_ok(assay_log_loss(prob, outcome, N, &alone, &err));
    ck_assert_mem_eq(&alone, &log_loss, sizeof log_loss);
    prob[5] = 1.0; /* did not happen */
    assay_losses_of(prob, outcome, N, &brier, &log_loss);
    ck_assert_double_nan(log_loss.estimate.value);
    ck_assert(isfinite(brier.std_error));
    free(outcome);
    free(prob);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, both_losses_from_one_look_have_the_errors_of_two_passes);
    tcase_add_loop_test(tc, brier_and_log_loss_agree_with_the_reference_on_every_split, 0,
                        COUNT(splits));
    tcase_add_loop_test(tc, brier_of_every_segment_agrees_with_the_reference, 0,
                        COUNT(group_columns));
    tcase_add_test(tc, standard_errors_have_their_closed_form);
    tcase_add_test(tc, intervals_stay_in_the_range_of_the_loss);
    tcase_add_test(tc, a_single_row_has_a_loss_and_no_interval);
    tcase_add_test(tc, certainty_that_came_true_costs_nothing);
    tcase_add_test(tc, the_smallest_probability_has_a_finite_loss);
    tcase_add_loop_test(tc, the_impossible_is_refused_by_name, 0, COUNT(bad));
}

ASSAY_SUITE("metric/accuracy", add_tests)
