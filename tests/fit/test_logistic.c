#include <float.h>
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/fit/logistic.h"
#include "tests/fit/design.h"

/* ---- against R and its independent re-computation (shared/reference) ---- */

enum { MOST_COEF = 16 };

/* A dummy column of the reference: 1 where `column` reads `value`. */
static const struct { const char *name, *column, *value; } dummies[] = {
    {"plan_one_year", "plan", "One year"},
    {"plan_two_year", "plan", "Two year"},
    {"fiber_optic", "internet_service", "Fiber optic"},
    {"no_internet", "internet_service", "No"},
};

static double cell(const struct test_frame *frame, const char *name, size_t row)
{
    for (size_t k = 0; k < COUNT(dummies); k++)
        if (strcmp(name, dummies[k].name) == 0 && strcmp(frame->names[1], "tenure_months") == 0)
            return strcmp(frame->text[test_frame_column(frame, dummies[k].column)][row],
                          dummies[k].value) == 0;
    return frame->values[test_frame_column(frame, name)][row];
}

static bool is_complete(const struct test_frame *frame, const char *const names[], size_t n, size_t row)
{
    for (size_t j = 0; j < n; j++)
        if (isnan(cell(frame, names[j], row)))
            return false;
    return true;
}

/* Every `every`-th complete row of the named columns. */
static struct design frame_design(const struct test_frame *frame, const char *const names[], size_t n,
                                  const char *outcome, size_t every)
{
    size_t n_row = 0, *rows = malloc(frame->n_row * sizeof *rows);
    for (size_t i = 0; i < frame->n_row; i += every)
        if (is_complete(frame, names, n, i))
            rows[n_row++] = i;
    struct design d = design_new(n_row, n);
    for (size_t i = 0; i < n_row; i++) {
        for (size_t j = 0; j < n; j++)
            design_set(&d, i, j, cell(frame, names[j], rows[i]));
        d.outcome[i] = cell(frame, outcome, rows[i]) != 0.0;
    }
    free(rows);
    design_start(&d);
    return d;
}

static double worst;

/* Reference numbers carry 15 digits and both sides converge to the last ones; 1e-8 is what we
 * promise. The floor is for numbers that are near zero by cancellation, in their own units. */
static void compare(const char *what, const char *name, double got, double want, double floor)
{
    char label[96];
    snprintf(label, sizeof label, "%s of %s", what, name);
    worst = fmax(worst, fabs(got - want) / fmax(fabs(want), floor));
    test_close(label, got, want, 1e-8, floor);
}

static size_t coefficient_names(const struct cJSON *reference, const char *names[MOST_COEF])
{
    size_t n = 0;
    const struct cJSON *list = test_at(reference, "coefficients", NULL);
    for (const struct cJSON *c = assay_json_first(list); c != NULL; c = assay_json_next(c)) {
        ck_assert_uint_lt(n, MOST_COEF);
        names[n++] = assay_json_key(c);
    }
    return n;
}

static void compare_fit(const struct assay_logistic_fit *fit, const struct cJSON *reference)
{
    const char *names[MOST_COEF];
    size_t n = coefficient_names(reference, names);
    ck_assert_uint_eq(fit->n_coef, n);
    const struct cJSON *row = assay_json_first(test_at(reference, "vcov", "matrix", NULL));
    for (size_t j = 0; j < n; j++, row = assay_json_next(row)) {
        const struct cJSON *c = test_at(reference, "coefficients", names[j], NULL);
        struct assay_wald wald = assay_wald(fit, j);
        double error = test_number(c, "std_error", NULL);
        compare("estimate", names[j], fit->coef[j], test_number(c, "estimate", NULL), error);
        compare("standard error", names[j], wald.std_error, error, 0);
        compare("z", names[j], wald.z, test_number(c, "z", NULL), 1);
        /* p falls by a factor of e^-z: its relative error is z^2 that of z. */
        double p = test_number(c, "p_value", NULL);
        if (p > 0.0)
            ck_assert_double_le(fabs(wald.p_value / p - 1.0), 1e-8 * fmax(1.0, wald.z * wald.z));
        const struct cJSON *low = assay_json_first(test_at(c, "wald_ci95", NULL));
        compare("lower limit", names[j], wald.low, assay_json_number(low), error);
        compare("upper limit", names[j], wald.high, assay_json_number(assay_json_next(low)), error);
        const struct cJSON *entry = assay_json_first(row);
        for (size_t k = 0; k < n; k++, entry = assay_json_next(entry))
            compare("covariance", names[j], fit->covariance[j * n + k], assay_json_number(entry),
                    error * sqrt(fit->covariance[k * n + k]));
    }
    compare("log-likelihood", "fit", fit->log_likelihood, test_number(reference, "loglik", NULL), 0);
    compare("log-likelihood", "null", fit->null_log_likelihood,
            test_number(reference, "loglik_null", NULL), 0);
}

static struct assay_logistic_fit fit_default(const struct design *d)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d->engine, &options, &fit, &err));
    return fit;
}

static void check_against(const char *data, const char *outcome, size_t every,
                          const struct cJSON *reference)
{
    const char *names[MOST_COEF];
    size_t n = coefficient_names(reference, names);
    struct test_frame *frame = test_frame_read(data);
    struct design d = frame_design(frame, names + 1, n - 1, outcome, every);
    ck_assert_uint_eq(d.engine.n_row, (size_t)test_number(reference, "n", NULL));
    ck_assert_uint_eq(d.engine.n_event, (size_t)test_number(reference, "n_events", NULL));
    struct assay_logistic_fit fit = fit_default(&d);
    compare_fit(&fit, reference);
    printf("%s, %zu rows: largest relative difference %.1e\n", data, d.engine.n_row, worst);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
    test_frame_free(frame);
}

static const struct { const char *name; size_t every; } telco[] = {
    {"core_all_rows", 1}, {"small_all_rows", 1}, {"core_plus_total_charges_complete_cases", 1},
    {"core_A_rows", 2}, {"small_A_rows", 2},
};

START_TEST(telco_agrees_with_the_reference)
{
    if (!test_needs_shared("reference/telco_glm.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_glm.json");
    check_against("datasets/telco_signals.csv", "churned", telco[_i].every,
                  test_at(assay_json_root(doc), telco[_i].name, NULL));
    assay_json_free(doc);
}
END_TEST

static struct design endometrial(bool with_nv)
{
    static const char *const names[] = {"NV", "PI", "EH"};
    struct test_frame *frame = test_frame_read("datasets/endometrial.csv");
    struct design d = frame_design(frame, with_nv ? names : names + 1, with_nv ? 3 : 2, "HG", 1);
    test_frame_free(frame);
    return d;
}

START_TEST(challenger_agrees_with_the_reference)
{
    if (!test_needs_shared("reference/challenger.json"))
        return;
    struct assay_json *doc = test_reference("reference/challenger.json");
    const struct cJSON *reference = test_at(assay_json_root(doc), "ml", NULL);
    struct test_frame *frame = test_frame_read("datasets/challenger.csv"); /* its names are quoted */
    struct design d = design_new(frame->n_row, 1);
    for (size_t i = 0; i < frame->n_row; i++) {
        design_set(&d, i, 0, frame->values[1][i]);
        d.outcome[i] = frame->values[2][i] != 0.0;
    }
    design_start(&d);
    struct assay_logistic_fit fit = fit_default(&d);
    compare_fit(&fit, reference);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

START_TEST(endometrial_names_the_column_that_separates)
{
    if (!test_needs_shared("datasets/endometrial.csv"))
        return;
    struct design d = endometrial(true);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_logistic_fit(&d.engine, &options, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_QUASI);
    ck_assert(!fit.blamed[0] && fit.blamed[1] && !fit.blamed[2] && !fit.blamed[3]);
    ck_assert_str_eq(err.message, "logistic fit: coefficient 1 separates the outcomes but for ties; "
                                  "its estimate is not finite");
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(endometrial_without_it_agrees_with_the_reference)
{
    if (!test_needs_shared("reference/endometrial.json"))
        return;
    struct assay_json *doc = test_reference("reference/endometrial.json");
    struct design d = endometrial(false);
    struct assay_logistic_fit fit = fit_default(&d);
    compare_fit(&fit, test_at(assay_json_root(doc), "without_NV", "ml", NULL));
    assay_logistic_fit_clear(&fit);
    design_free(&d);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms and invariants ---- */

START_TEST(one_binary_column_gives_the_log_odds_ratio)
{
    /* a = 30 of 40 events with the feature, b = 20 of 60 without */
    struct design d = design_new(100, 1);
    for (size_t i = 0; i < 100; i++) {
        design_set(&d, i, 0, i < 40);
        d.outcome[i] = i < 30 || i >= 80;
    }
    design_start(&d);
    struct assay_logistic_fit fit = fit_default(&d);
    test_close("intercept", fit.coef[0], log(20.0 / 40.0), 1e-14, 0);
    test_close("slope", fit.coef[1], log(30.0 / 10.0) - log(20.0 / 40.0), 1e-14, 0);
    test_close("Woolf's standard error", assay_wald(&fit, 1).std_error,
               sqrt(1 / 30.0 + 1 / 10.0 + 1 / 20.0 + 1 / 40.0), 1e-14, 0);
    test_close("null", fit.null_log_likelihood, 100 * log(0.5), 1e-15, 0);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_FINE);
    ck_assert_double_le(fit.gradient_norm, 1e-12);
    ck_assert_double_le(fit.largest_move, 1e-10);
    /* Scaled to unit diagonal the information of (1, x) is [1 r; r 1]: (1 + r) / (1 - r). */
    double w1 = 40 * 0.75 * 0.25, w0 = 60.0 * (1 / 3.0) * (2 / 3.0), r = sqrt(w1 / (w0 + w1));
    test_close("condition", fit.condition_number, (1 + r) / (1 - r), 1e-12, 0);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(without_columns_it_is_the_logit_of_the_share)
{
    struct design d = design_new(50, 0);
    for (size_t i = 0; i < 10; i++)
        d.outcome[i] = 1;
    design_start(&d);
    struct assay_logistic_fit fit = fit_default(&d);
    test_close("intercept", fit.coef[0], log(0.25), 1e-15, 0);
    test_close("variance", fit.covariance[0], 1.0 / 8.0, 1e-15, 0);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static const double truth[] = {-1.2, 0.5, -0.3, 0.0, 0.8, -0.2, 0.1, 0.4, -0.6, 0.3, 0.0, -0.1, 0.25};

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(20000, 12, truth, 7);
    double coef[13], covariance[169];
    for (size_t n_thread = 1; n_thread <= 7; n_thread += n_thread == 1 ? 1 : 5) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct assay_logistic_fit fit = fit_default(&d);
        if (n_thread == 1) {
            memcpy(coef, fit.coef, sizeof coef);
            memcpy(covariance, fit.covariance, sizeof covariance);
        }
        ck_assert_mem_eq(coef, fit.coef, sizeof coef);
        ck_assert_mem_eq(covariance, fit.covariance, sizeof covariance);
        assay_logistic_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

START_TEST(order_of_rows_and_units_of_columns_do_not_matter)
{
    struct design d = design_draw(5000, 12, truth, (uint64_t)_i + 1), e = design_new(5000, 12);
    for (size_t i = 0; i < 5000; i++) {
        size_t from = (i * 1237 + 11) % 5000; /* 1237 and 5000 have no common factor */
        for (size_t j = 0; j < 12; j++)
            design_set(&e, i, j, pow(10.0, (double)j - 6.0) * (design_at(&d, from, j) + (double)j));
        e.outcome[i] = d.outcome[from];
    }
    design_start(&e);
    struct assay_logistic_fit fit = fit_default(&d), other = fit_default(&e);
    for (size_t j = 1; j <= 12; j++) {
        double unit = pow(10.0, (double)j - 7.0), error = assay_wald(&fit, j).std_error;
        test_close("coefficient", other.coef[j] * unit, fit.coef[j], 1e-9, error);
        test_close("standard error", assay_wald(&other, j).std_error * unit, error, 1e-8, 0);
    }
    test_close("log-likelihood", other.log_likelihood, fit.log_likelihood, 1e-12, 0);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&other);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(a_start_changes_the_way_not_the_answer)
{
    struct design d = design_draw(3000, 12, truth, 21);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = fit_default(&d), again = {0};
    struct assay_error err = {0};
    double start[13];
    for (size_t j = 0; j < 13; j++)
        start[j] = fit.coef[j] + 3.0 * (j % 2 ? 1 : -1); /* far enough for steps to be halved */
    options.start = start;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &again, &err));
    for (size_t j = 0; j < 13; j++)
        test_close("coefficient", again.coef[j], fit.coef[j], 1e-9, assay_wald(&fit, j).std_error);
    assay_logistic_fit_clear(&again);
    options.start = fit.coef;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &again, &err));
    ck_assert_uint_eq(again.iterations, 1);
    assay_logistic_fit_clear(&again);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(held_coefficients_stay_and_have_no_variance)
{
    struct design d = design_draw(3000, 4, truth, 22);
    struct assay_logistic_options options = assay_logistic_options_default();
    const double start[] = {0, 0.5, 0, 0, 0};
    const unsigned char held[] = {0, 1, 0, 1, 0};
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.start = start;
    options.held = held;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &fit, &err));
    ck_assert_double_eq(fit.coef[1], 0.5);
    ck_assert_double_eq(fit.coef[3], 0.0);
    for (size_t k = 0; k < 5; k++)
        ck_assert(fit.covariance[5 + k] == 0.0 && fit.covariance[15 + k] == 0.0);
    ck_assert(isnan(assay_wald(&fit, 1).std_error) && isnan(assay_wald(&fit, 1).p_value));
    double gradient[5], log_likelihood;
    ck_assay_ok(d.engine.evaluate(d.engine.state, fit.coef, &log_likelihood, gradient, NULL, &err));
    for (size_t j = 0; j < 5; j++)
        ck_assert(held[j] || fabs(gradient[j]) < 1e-8);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

struct progress { size_t n; double log_likelihood; };

static void note(void *state, size_t iteration, double log_likelihood, double largest_move)
{
    struct progress *progress = state;
    ck_assert_uint_eq(iteration, ++progress->n);
    ck_assert_double_ge(log_likelihood, progress->log_likelihood - 1e-9);
    ck_assert_double_ge(largest_move, 0.0);
    progress->log_likelihood = log_likelihood;
}

START_TEST(progress_is_reported_and_the_likelihood_never_falls)
{
    struct design d = design_draw(2000, 6, truth, 5);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct progress progress = {.log_likelihood = -INFINITY};
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.report = note;
    options.report_state = &progress;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &fit, &err));
    ck_assert_uint_eq(progress.n, fit.iterations);
    ck_assert_double_eq(progress.log_likelihood, fit.log_likelihood);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(too_few_iterations_are_an_error_that_says_so)
{
    struct design d = design_draw(2000, 6, truth, 5);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.max_iterations = 2;
    ck_assert_int_eq(assay_logistic_fit(&d.engine, &options, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_NO_CONVERGENCE);
    ck_assert_msg(strstr(err.message, "after 2 iterations; expected below 1.0e-10") != NULL, "%s",
                  err.message);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- statistics of many fits ---- */

START_TEST(a_large_sample_recovers_the_truth)
{
    struct design d = design_draw(200000, 12, truth, 1);
    struct assay_logistic_fit fit = fit_default(&d);
    /* 4 standard errors: 13 coefficients all stay within with probability 0.999 */
    for (size_t j = 0; j < 13; j++)
        ck_assert_double_le(fabs(fit.coef[j] - truth[j]), 4.0 * assay_wald(&fit, j).std_error);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(wald_intervals_cover_the_truth_as_often_as_they_say)
{
    size_t covered = 0, n_interval = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct design d = design_draw(2000, 12, truth, seed * 101);
        struct assay_logistic_fit fit = fit_default(&d);
        for (size_t j = 0; j < 13; j++) {
            struct assay_wald wald = assay_wald(&fit, j);
            covered += wald.low <= truth[j] && truth[j] <= wald.high;
            n_interval++;
        }
        assay_logistic_fit_clear(&fit);
        design_free(&d);
    }
    double share = (double)covered / (double)n_interval;
    printf("95%% Wald intervals cover in %.2f%% of %zu\n", 100 * share, n_interval);
    ck_assert_double_ge(share, 0.92); /* 2,600 intervals: one standard error is 0.4 points */
    ck_assert_double_le(share, 0.98);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(400, 3, truth, 2);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    do {
        test_fail_allocation(++n);
        status = assay_logistic_fit(&d.engine, &options, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 10);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, telco_agrees_with_the_reference, 0, COUNT(telco));
    tcase_add_test(tc, challenger_agrees_with_the_reference);
    tcase_add_test(tc, endometrial_names_the_column_that_separates);
    tcase_add_test(tc, endometrial_without_it_agrees_with_the_reference);
    tcase_add_test(tc, one_binary_column_gives_the_log_odds_ratio);
    tcase_add_test(tc, without_columns_it_is_the_logit_of_the_share);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_loop_test(tc, order_of_rows_and_units_of_columns_do_not_matter, 0, 20);
    tcase_add_test(tc, a_start_changes_the_way_not_the_answer);
    tcase_add_test(tc, held_coefficients_stay_and_have_no_variance);
    tcase_add_test(tc, progress_is_reported_and_the_likelihood_never_falls);
    tcase_add_test(tc, too_few_iterations_are_an_error_that_says_so);
    tcase_add_test(tc, a_large_sample_recovers_the_truth);
    tcase_add_test(tc, wald_intervals_cover_the_truth_as_often_as_they_say);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/logistic", add_tests)
