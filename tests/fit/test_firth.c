#include <float.h>
#include <stdio.h>

#include "core/fit/firth.h"
#include "tests/fit/reference.h"

static const double truth[] = {-1.0, 0.5, -0.3, 0.0, 0.8, -0.2, 0.1, 0.4};

static struct assay_firth_fit fit_held(const struct design *d, const unsigned char held[],
                                       const double start[])
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    options.held = held;
    options.start = start;
    ck_assay_ok(assay_firth_fit(&d->engine, &options, &fit, &err));
    return fit;
}

static struct assay_firth_fit fit_default(const struct design *d)
{
    return fit_held(d, NULL, NULL);
}

static double mean_prediction(const struct design *d, const double coef[])
{
    double sum = 0.0, *log_odds = malloc(d->data.n_row * sizeof *log_odds);
    assay_array_log_odds(&d->data, coef, log_odds);
    for (size_t i = 0; i < d->data.n_row; i++)
        sum += 1.0 / (1.0 + exp(-log_odds[i]));
    free(log_odds);
    return sum / (double)d->data.n_row;
}

static void check_intercept(const struct design *d, const double coef[])
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    double corrected[MOST_NAMES];
    memcpy(corrected, coef, d->engine.n_coef * sizeof *coef);
    ck_assay_ok(assay_firth_intercept(&d->engine, &options, coef, &corrected[0], &err));
    double share = (double)d->engine.n_event / (double)d->engine.n_row;
    ck_assert_double_eq_tol(mean_prediction(d, corrected), share, 1e-12);
}

/* ---- against R's brglm2 and its independent re-computation ---- */

static const struct { const char *file, *part, *data, *outcome; } cases[] = {
    {"reference/telco_firth.json", "core_all_rows", "datasets/telco_signals.csv", "churned"},
    {"reference/telco_firth.json", "small_all_rows", "datasets/telco_signals.csv", "churned"},
    {"reference/endometrial.json", "firth", "datasets/endometrial.csv", "HG"},
    {"reference/challenger.json", "firth", "datasets/challenger.csv", "distress"},
};

static double worst;

/* Both sides converge to the last digits; 1e-8 is what we promise, in standard errors for estimates. */
static void compare(const char *what, double got, double want, double floor)
{
    worst = fmax(worst, fabs(got - want) / fmax(fabs(want), floor));
    test_close(what, got, want, 1e-8, floor);
}

/* Twice what l* loses when coefficient j is held at 0, under the penalty of the whole design. */
static double ratio_without(const struct reference_case *c, const struct assay_firth_fit *fit, size_t j)
{
    unsigned char held[MOST_NAMES] = {0};
    held[j] = 1;
    struct assay_firth_fit without = fit_held(&c->design, held, NULL);
    double ratio = 2.0 * (fit->penalised_log_likelihood - without.penalised_log_likelihood);
    ck_assert_double_eq(without.base.coef[j], 0.0);
    assay_firth_fit_clear(&without);
    return ratio;
}

START_TEST(fits_agree_with_the_reference)
{
    if (!test_needs_shared(cases[_i].file))
        return;
    struct assay_json *doc = test_reference(cases[_i].file);
    const struct cJSON *reference = test_at(assay_json_root(doc), cases[_i].part, NULL);
    struct reference_case c = reference_read(cases[_i].data, cases[_i].outcome, reference);
    struct assay_firth_fit fit = fit_default(&c.design);
    for (size_t j = 0; j < c.n; j++) {
        const struct cJSON *want = test_at(reference, "coefficients", c.names[j], NULL);
        struct assay_wald wald = assay_wald(&fit.base, j);
        double error = test_number(want, "std_error", NULL);
        compare("estimate", fit.base.coef[j], test_number(want, "estimate", NULL), error);
        compare("standard error", wald.std_error, error, 0);
        compare("z", wald.z, test_number(want, "z", NULL), 1);
        /* A difference of numbers near 3000 that are good to 1e-13 of it. */
        compare("likelihood ratio", ratio_without(&c, &fit, j),
                test_number(reference, "penalised_lr_per_coefficient", c.names[j],
                            "chi2_full_penalty", NULL), 1);
    }
    compare("l*", fit.penalised_log_likelihood, test_number(reference, "penalised_loglik", NULL), 0);
    compare("l", fit.base.log_likelihood, test_number(reference, "loglik_at_estimate", NULL), 0);
    check_intercept(&c.design, fit.base.coef);
    printf("%s %s: %zu iterations, largest relative difference %.1e\n", cases[_i].file, cases[_i].part,
           fit.base.iterations, worst);
    assay_firth_fit_clear(&fit);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms and invariants ---- */

START_TEST(two_groups_get_half_a_count_in_every_cell) /* Haldane 1956, Anscombe 1956 */
{
    /* In a saturated 2 x 2 table all hat values of a group sum to 1: Firth adds 1/2 to each cell. */
    static const size_t counts[][4] = {
        {3, 7, 2, 9}, {0, 5, 4, 4}, {0, 6, 3, 0}, {0, 1, 1, 0}, {1, 0, 1, 0},
    };
    const size_t *n = counts[_i];
    struct design d = design_new(n[0] + n[1] + n[2] + n[3], 1);
    for (size_t i = 0; i < d.data.n_row; i++) {
        bool second = i >= n[0] + n[1];
        design_set(&d, i, 0, second);
        d.outcome[i] = i < n[0] || (second && i < n[0] + n[1] + n[2]);
    }
    design_start(&d);
    struct assay_firth_fit fit = fit_default(&d);
    double first = log(((double)n[0] + 0.5) / ((double)n[1] + 0.5));
    double second = log(((double)n[2] + 0.5) / ((double)n[3] + 0.5));
    ck_assert_double_eq_tol(fit.base.coef[0], first, 1e-12);
    ck_assert_double_eq_tol(fit.base.coef[1], second - first, 1e-12);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* A small design, separated every so often; its columns far from 0 and from each other in size. */
static struct design small_design(uint64_t seed, size_t n_column)
{
    struct design d = design_draw(10 + (size_t)(seed % 40), n_column, truth, seed * 7919 + 5);
    for (size_t i = 0; i < d.data.n_row; i++)
        for (size_t j = 0; j < n_column; j++)
            design_set(&d, i, j, pow(10.0, (double)j - 1.0) * (design_at(&d, i, j) + 0.5));
    design_restart(&d);
    return d;
}

START_TEST(small_samples_settle_whatever_their_outcomes) /* a loop over seeds */
{
    size_t n_column = 1 + (size_t)_i % 4;
    struct design d = small_design((uint64_t)_i, n_column);
    if (_i % 3 == 0) { /* complete separation, or (_i % 2) only events */
        for (size_t i = 0; i < d.data.n_row; i++)
            d.outcome[i] = _i % 2 || design_at(&d, i, 0) > 0.05;
        design_restart(&d);
    }
    struct assay_firth_fit fit = fit_default(&d);
    for (size_t j = 0; j <= n_column; j++) /* the score is 0, in standard errors */
        ck_assert_double_le(fabs(fit.score[j]) * assay_wald(&fit.base, j).std_error, 1e-8);
    ck_assert_uint_le(fit.base.iterations, 25);
    ck_assert_int_eq(fit.base.problem, ASSAY_FIT_FINE);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(the_score_is_the_derivative_of_the_penalised_likelihood)
{
    struct design d = small_design((uint64_t)_i + 900, 3);
    const unsigned char all[] = {1, 1, 1, 1};
    double at[] = {0.3, 0.4, -0.2, 0.01};
    struct assay_firth_fit fit = fit_held(&d, all, at);
    for (size_t j = 0; j < 4; j++) {
        double step = 1e-3 * pow(10.0, j > 1 ? 2.0 - (double)j : 0.0); /* to the column's size */
        double value[4], kept = at[j];
        for (int k = 0; k < 4; k++) {
            at[j] = kept + (k - 1.5) * step; /* -1.5, -0.5, 0.5, 1.5 steps */
            struct assay_firth_fit there = fit_held(&d, all, at);
            value[k] = there.penalised_log_likelihood;
            assay_firth_fit_clear(&there);
        }
        at[j] = kept;
        /* Fourth order in the step: 1e-12 by the formula, 50 * 1e-16 / 1e-3 by rounding. */
        double slope = (27.0 * (value[2] - value[1]) - (value[3] - value[0])) / (24.0 * step);
        test_close("score", fit.score[j], slope, 1e-8, 1e-3 / step);
    }
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(units_do_not_change_the_fit)
{
    struct design d = small_design((uint64_t)_i + 50, 3), e = design_new(d.data.n_row, 3);
    for (size_t i = 0; i < d.data.n_row; i++) {
        for (size_t j = 0; j < 3; j++)
            design_set(&e, i, j, 1000.0 * design_at(&d, i, j) - 7.0 * (double)j);
        e.outcome[i] = d.outcome[i];
    }
    design_start(&e);
    struct assay_firth_fit fit = fit_default(&d), other = fit_default(&e);
    for (size_t j = 1; j < 4; j++)
        test_close("slope", 1000.0 * other.base.coef[j], fit.base.coef[j], 1e-8,
                   assay_wald(&fit.base, j).std_error);
    /* det I grows by the square of each unit. */
    test_close("l*", other.penalised_log_likelihood,
               fit.penalised_log_likelihood + 3.0 * log(1000.0), 1e-10, 1);
    assay_firth_fit_clear(&fit);
    assay_firth_fit_clear(&other);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(the_corrected_intercept_predicts_the_event_share)
{
    struct design d = design_draw(200 + 10 * (size_t)_i, 5, truth, (uint64_t)_i + 3000);
    struct assay_firth_fit fit = fit_default(&d);
    double share = (double)d.engine.n_event / (double)d.engine.n_row;
    ck_assert_double_gt(fabs(mean_prediction(&d, fit.base.coef) - share), 1e-6); /* it was needed */
    check_intercept(&d, fit.base.coef);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_row_counted_twice_is_the_row_written_twice) /* a loop over seeds */
{
    size_t n = 40 + (size_t)_i, n_column = 3, n_written = 0;
    struct design d = design_draw(n, n_column, truth, (uint64_t)_i + 70);
    unsigned char *times = malloc(n);
    uint64_t state = (uint64_t)_i;
    for (size_t i = 0; i < n; i++)
        n_written += times[i] = (unsigned char)(4.0 * draw_uniform(&state));
    struct design e = design_new(n_written, n_column);
    for (size_t i = 0, row = 0; i < n; i++)
        for (size_t k = 0; k < times[i]; k++, row++) {
            for (size_t j = 0; j < n_column; j++)
                design_set(&e, row, j, design_at(&d, i, j));
            e.outcome[row] = d.outcome[i];
        }
    d.data.include = times;
    design_restart(&d);
    design_start(&e);
    ck_assert_uint_eq(d.engine.n_row, e.engine.n_row);
    ck_assert_uint_eq(d.engine.n_event, e.engine.n_event);
    struct assay_firth_fit fit = fit_default(&d), other = fit_default(&e);
    for (size_t j = 0; j <= n_column; j++)
        test_close("coefficient", fit.base.coef[j], other.base.coef[j], 1e-9,
                   assay_wald(&other.base, j).std_error);
    test_close("l*", fit.penalised_log_likelihood, other.penalised_log_likelihood, 1e-12, 1);
    assay_firth_fit_clear(&fit);
    assay_firth_fit_clear(&other);
    free(times);
    design_free(&d);
    design_free(&e);
}
END_TEST

/* Held at 0, or where it moves the intercept alone: by 3 for each unit. */
START_TEST(a_constant_column_that_is_held_is_not_there) /* a loop over what it is held at */
{
    struct design e = design_draw(60, 2, truth, 12), d = design_new(60, 3);
    const unsigned char held[] = {0, 0, 1, 0};
    const double start[] = {0, 0, 0.5 * _i, 0};
    memcpy(d.outcome, e.outcome, 60);
    for (size_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 3; j++)
            design_set(&d, i, j, j == 1 ? 3.0 : design_at(&e, i, j / 2));
    design_start(&d);
    struct assay_firth_fit fit = fit_held(&d, held, start), want = fit_default(&e);
    double intercept = fit.base.coef[0] + 3.0 * start[2];
    test_close("intercept", intercept, want.base.coef[0], 1e-9, 1.0);
    test_close("slope", fit.base.coef[1], want.base.coef[1], 1e-9, 1.0);
    test_close("slope", fit.base.coef[3], want.base.coef[2], 1e-9, 1.0);
    test_close("l*", fit.penalised_log_likelihood, want.penalised_log_likelihood, 1e-12, 1.0);
    assay_firth_fit_clear(&fit);
    assay_firth_fit_clear(&want);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(9000, 7, truth, 7);
    double coef[8], covariance[64];
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct assay_firth_fit fit = fit_default(&d);
        if (n_thread == 1) {
            memcpy(coef, fit.base.coef, sizeof coef);
            memcpy(covariance, fit.base.covariance, sizeof covariance);
        }
        ck_assert_mem_eq(coef, fit.base.coef, sizeof coef);
        ck_assert_mem_eq(covariance, fit.base.covariance, sizeof covariance);
        assay_firth_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

/* ---- what is refused ---- */

static void check_refused(struct design *d, enum assay_status status, enum assay_fit_problem problem,
                          size_t most, const char *message)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    options.max_iterations = most;
    ck_assert_int_eq(assay_firth_fit(&d->engine, &options, &fit, &err), status);
    ck_assert_int_eq(fit.base.problem, problem);
    ck_assert_msg(strstr(err.message, message) != NULL, "%s", err.message);
    assay_firth_fit_clear(&fit);
}

START_TEST(what_has_no_fit_is_refused_by_name)
{
    struct design d = design_draw(60, 3, truth, 4);
    check_refused(&d, ASSAY_ENUMERIC, ASSAY_FIT_NO_CONVERGENCE, 1,
                  "after 1 iterations; expected below 1.0e-10");
    for (size_t i = 0; i < 60; i++)
        design_set(&d, i, 2, 3.0 - design_at(&d, i, 0));
    design_restart(&d);
    check_refused(&d, ASSAY_ENUMERIC, ASSAY_FIT_COLLINEAR, 100,
                  "Firth fit: the column of coefficient 1 and 1 more are linearly dependent; "
                  "expected none to follow from the others");
    for (size_t i = 0; i < 60; i++)
        design_set(&d, i, 2, 3.0);
    design_restart(&d);
    check_refused(&d, ASSAY_ENUMERIC, ASSAY_FIT_CONSTANT, 100,
                  "Firth fit: the column of coefficient 3 does not vary; "
                  "expected at least two values");
    d.engine.jeffreys = NULL;
    check_refused(&d, ASSAY_EDATA, ASSAY_FIT_FINE, 100, "expected data in memory");
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(100, 3, truth, 2);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    enum assay_status status;
    double intercept;
    size_t n = 0;
    do {
        test_fail_allocation(++n);
        status = assay_firth_fit(&d.engine, &options, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.base.coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 10);
    n = 0;
    do {
        test_fail_allocation(++n);
        status = assay_firth_intercept(&d.engine, &options, fit.base.coef, &intercept, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 10);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, fits_agree_with_the_reference, 0, COUNT(cases));
    tcase_add_loop_test(tc, two_groups_get_half_a_count_in_every_cell, 0, 5);
    tcase_add_loop_test(tc, small_samples_settle_whatever_their_outcomes, 0, 300);
    tcase_add_loop_test(tc, the_score_is_the_derivative_of_the_penalised_likelihood, 0, 20);
    tcase_add_loop_test(tc, units_do_not_change_the_fit, 0, 20);
    tcase_add_loop_test(tc, the_corrected_intercept_predicts_the_event_share, 0, 20);
    tcase_add_loop_test(tc, a_row_counted_twice_is_the_row_written_twice, 0, 50);
    tcase_add_loop_test(tc, a_constant_column_that_is_held_is_not_there, 0, 2);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_test(tc, what_has_no_fit_is_refused_by_name);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/firth", add_tests)
