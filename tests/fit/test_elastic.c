/* Ridge, lasso and elastic net. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "core/fit/elastic.h"
#include "core/fit/logistic.h"
#include "tests/fit/reference.h"

enum { MOST_COEF = 16 };

static const double truth[] = {-0.8, 0.6, -0.4, 0.2, 0.0, 0.5, -0.3, 0.1, 0.3};

static struct assay_elastic_fit fit_at(const struct design *d,
                                       const struct assay_elastic_options *options, double lambda)
{
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_elastic_fit(&d->engine, options, lambda, &fit, &err));
    return fit;
}

/* ---- against the reference ---- */

/* The columns in the order in which the reference names their coefficients. */
static struct design reference_design(const struct test_frame *frame, const struct cJSON *coefficients,
                                      const char *outcome)
{
    struct design d = design_new(frame->n_row, assay_json_count(coefficients));
    size_t j = 0;
    for (const struct cJSON *c = assay_json_first(coefficients); c != NULL; c = assay_json_next(c), j++)
        for (size_t i = 0; i < frame->n_row; i++)
            design_set(&d, i, j, reference_cell(frame, assay_json_key(c), i));
    for (size_t i = 0; i < frame->n_row; i++)
        d.outcome[i] = reference_cell(frame, outcome, i) != 0.0;
    design_start(&d);
    return d;
}

static double worst;

/* The reference carries 15 digits of an exact solution, so does ours: 1e-8 is what we promise. */
static void compare(const char *what, double got, double want, double floor)
{
    worst = fmax(worst, fabs(got - want) / fmax(fabs(want), floor));
    test_close(what, got, want, 1e-8, floor);
}

static void compare_fit(const struct design *d, const struct cJSON *want)
{
    struct assay_elastic_options options = assay_elastic_options_default();
    options.alpha = test_number(want, "alpha", NULL);
    options.standardise = assay_json_bool(test_at(want, "standardize", NULL));
    struct assay_elastic_fit fit = fit_at(d, &options, test_number(want, "lambda", NULL));
    const struct cJSON *raw = assay_json_first(test_at(want, "coefficients", NULL));
    const struct cJSON *scaled =
        assay_json_first(test_at(want, "coefficients_standardized_scale", NULL));
    for (size_t j = 1; j < fit.n_coef; j++) {
        compare(assay_json_key(raw), fit.coef[j], assay_json_number(raw), 0);
        compare(assay_json_key(raw), fit.scaled[j], assay_json_number(scaled), 0);
        ck_assert_int_eq(fit.coef[j] == 0.0, assay_json_number(raw) == 0.0);
        raw = assay_json_next(raw);
        scaled = assay_json_next(scaled);
    }
    compare("intercept", fit.coef[0], test_number(want, "intercept", NULL), 0.1);
    compare("log-likelihood", fit.log_likelihood, test_number(want, "loglik", NULL), 0);
    compare("objective", fit.objective, test_number(want, "objective", NULL), 0);
    ck_assert_uint_eq(fit.n_nonzero, (size_t)test_number(want, "n_nonzero", NULL));
    ck_assert_double_le(fit.kkt_violation, 1e-12);
    assay_elastic_fit_clear(&fit);
}

static size_t compare_fits(const struct design *d, const struct cJSON *fits)
{
    size_t n = 0;
    for (const struct cJSON *f = assay_json_first(fits); f != NULL; f = assay_json_next(f), n++)
        compare_fit(d, f);
    return n;
}

static const struct cJSON *first_coefficients(const struct cJSON *fits)
{
    return test_at(assay_json_first(fits), "coefficients", NULL);
}

START_TEST(telco_agrees_with_the_reference)
{
    if (!test_needs_shared("reference/telco_penalised.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_penalised.json");
    const struct cJSON *root = assay_json_root(doc), *fits = test_at(root, "fits", NULL);
    struct test_frame *frame = test_frame_read("datasets/telco_signals.csv");
    struct design d = reference_design(frame, first_coefficients(fits), "churned");
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_error err = {0};
    double lambda_max = 0.0;
    size_t n = compare_fits(&d, fits);
    ck_assert_uint_eq(n, 12);
    ck_assay_ok(assay_elastic_lambda_max(&d.engine, &options, &lambda_max, &err));
    compare("lambda_max", lambda_max, test_number(root, "lambda_max_lasso", NULL), 0);
    printf("telco, %zu penalised fits: largest relative difference %.1e\n", n, worst);
    design_free(&d);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

START_TEST(endometrial_agrees_with_the_reference_where_there_is_no_free_fit)
{
    if (!test_needs_shared("reference/endometrial.json"))
        return;
    struct assay_json *doc = test_reference("reference/endometrial.json");
    const struct cJSON *fits = test_at(assay_json_root(doc), "penalised", NULL);
    struct test_frame *frame = test_frame_read("datasets/endometrial.csv");
    struct design d = reference_design(frame, first_coefficients(fits), "HG");
    size_t n = compare_fits(&d, fits);
    ck_assert_uint_eq(n, 4);
    printf("endometrial, %zu penalised fits: largest relative difference %.1e\n", n, worst);
    design_free(&d);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

START_TEST(the_reference_path_keeps_as_many_columns)
{
    if (!test_needs_shared("reference/telco_penalised.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_penalised.json");
    const struct cJSON *root = assay_json_root(doc), *fits = test_at(root, "fits", NULL);
    const struct cJSON *grid = test_at(root, "cross_validation", "results", "alpha_1", NULL);
    struct test_frame *frame = test_frame_read("datasets/telco_signals.csv");
    struct design d = reference_design(frame, first_coefficients(fits), "churned");
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit path[64] = {0};
    struct assay_error err = {0};
    double lambda[64];
    size_t n = 0, steps = 0;
    for (const struct cJSON *v = assay_json_first(test_at(grid, "lambda", NULL)); v != NULL;
         v = assay_json_next(v))
        lambda[n++] = assay_json_number(v);
    ck_assay_ok(assay_elastic_path(&d.engine, &options, lambda, n, path, &err));
    const struct cJSON *want = assay_json_first(test_at(grid, "nonzero", NULL));
    for (size_t k = 0; k < n; k++, want = assay_json_next(want)) {
        ck_assert_uint_eq(path[k].n_nonzero, (size_t)assay_json_number(want));
        steps += path[k].iterations;
        assay_elastic_fit_clear(&path[k]);
    }
    ck_assert_uint_eq(n, 41);
    ck_assert_uint_le(steps, 6 * n); /* warm starts are near */
    design_free(&d);
    test_frame_free(frame);
    assay_json_free(doc);
}
END_TEST

/* ---- closed forms and limits ---- */

static double logit(double p)
{
    return log(p / (1.0 - p));
}

static struct design two_by_two(void)
{
    struct design d = design_new(100, 1); /* 30 of 40 events with the feature, 20 of 60 without */
    for (size_t i = 0; i < 100; i++) {
        design_set(&d, i, 0, i < 40);
        d.outcome[i] = i < 30 || i >= 80;
    }
    design_start(&d);
    return d;
}

START_TEST(the_lasso_of_one_binary_column_moves_both_rates_together)
{
    /* The slope's condition moves n lambda events out of one cell, the intercept's puts them in the
     * other: rates (30 - 100 lambda) / 40 and (20 + 100 lambda) / 60, until they meet at 0.1. */
    struct design d = two_by_two();
    struct assay_elastic_options options = assay_elastic_options_default();
    options.standardise = false;
    for (double lambda = 0.0; lambda < 0.0995; lambda += 0.01) {
        struct assay_elastic_fit fit = fit_at(&d, &options, lambda);
        double with = (30 - 100 * lambda) / 40, without = (20 + 100 * lambda) / 60;
        test_close("intercept", fit.coef[0], logit(without), 1e-11, 0.1);
        test_close("slope", fit.coef[1], logit(with) - logit(without), 1e-11, 0.1);
        assay_elastic_fit_clear(&fit);
    }
    struct assay_elastic_fit none = fit_at(&d, &options, 0.1000001);
    ck_assert(none.coef[1] == 0.0 && none.n_nonzero == 0);
    test_close("intercept", none.coef[0], 0.0, 1e-14, 1.0);
    double lambda_max;
    struct assay_error err = {0};
    ck_assay_ok(assay_elastic_lambda_max(&d.engine, &options, &lambda_max, &err));
    test_close("lambda_max", lambda_max, 0.1, 1e-14, 0);
    assay_elastic_fit_clear(&none);
    design_free(&d);
}
END_TEST

START_TEST(lambda_zero_is_maximum_likelihood)
{
    struct design d = design_draw(2000, 8, truth, 5);
    struct assay_logistic_options plain = assay_logistic_options_default();
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_logistic_fit ml = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d.engine, &plain, &ml, &err));
    for (size_t k = 0; k < 3; k++) {
        options.alpha = 0.5 * (double)k;
        struct assay_elastic_fit fit = fit_at(&d, &options, 0.0), near = fit_at(&d, &options, 1e-9);
        for (size_t j = 0; j < 9; j++) {
            double error = assay_wald(&ml, j).std_error;
            test_close("coefficient", fit.coef[j], ml.coef[j], 1e-10, error);
            /* 1e-9 a row is 2e-6 of gradient against an information of about 100 */
            test_close("coefficient", near.coef[j], ml.coef[j], 1e-6, error);
        }
        assay_elastic_fit_clear(&fit);
        assay_elastic_fit_clear(&near);
    }
    assay_logistic_fit_clear(&ml);
    design_free(&d);
}
END_TEST

START_TEST(a_strong_ridge_goes_to_the_null_gradient_over_lambda)
{
    /* For lambda to infinity c_j lambda tends to minus the null gradient, at rate 1 / lambda. */
    struct design d = design_draw(1000, 8, truth, 6);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_error err = {0};
    options.alpha = 0.0;
    options.standardise = false;
    struct assay_elastic_fit fit = fit_at(&d, &options, 1e6);
    double start[9] = {logit((double)d.engine.n_event / 1000.0)}, gradient[9], log_likelihood;
    ck_assay_ok(d.engine.evaluate(d.engine.state, start, &log_likelihood, gradient, NULL, &err));
    for (size_t j = 1; j < 9; j++)
        test_close("coefficient", fit.coef[j] * 1e6, gradient[j] / 1000.0, 1e-5, 0.01);
    assay_elastic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(lambda_max_is_where_the_first_column_enters) /* a loop over seeds */
{
    struct design d = design_draw(500, 8, truth, (uint64_t)_i + 20);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_error err = {0};
    double lambda_max;
    options.alpha = 0.25 + 0.25 * (_i % 4);
    options.standardise = _i % 2 == 0;
    ck_assay_ok(assay_elastic_lambda_max(&d.engine, &options, &lambda_max, &err));
    struct assay_elastic_fit at = fit_at(&d, &options, lambda_max * 1.0000001);
    struct assay_elastic_fit below = fit_at(&d, &options, lambda_max * 0.9999);
    ck_assert_uint_eq(at.n_nonzero, 0);
    ck_assert_uint_ge(below.n_nonzero, 1);
    options.alpha = 0.0;
    ck_assay_ok(assay_elastic_lambda_max(&d.engine, &options, &lambda_max, &err));
    ck_assert_double_eq(lambda_max, HUGE_VAL);
    assay_elastic_fit_clear(&at);
    assay_elastic_fit_clear(&below);
    design_free(&d);
}
END_TEST

/* ---- optimality, told by the engine ---- */

/* The largest violation per row, signs respected, of a fit on raw coefficients. */
static double raw_violation(const struct design *d, const struct assay_elastic_options *options,
                            const struct assay_elastic_fit *fit)
{
    double gradient[MOST_COEF], log_likelihood, most = 0.0, n = (double)d->engine.n_row;
    double lasso = fit->lambda * options->alpha, ridge = fit->lambda * (1.0 - options->alpha);
    struct assay_error err = {0};
    ck_assay_ok(d->engine.evaluate(d->engine.state, fit->coef, &log_likelihood, gradient, NULL, &err));
    most = fabs(gradient[0]) / n;
    for (size_t j = 1; j < fit->n_coef; j++) {
        double b = fit->coef[j], slope = -gradient[j] / n + ridge * b;
        bool limited = options->never_positive != NULL && options->never_positive[j];
        ck_assert(!limited || b <= 0.0);
        double low = b > 0.0 ? lasso : -lasso, high = b < 0.0 ? -lasso : lasso;
        /* -slope must be in [low, high]; a limit lets it be above */
        most = fmax(most, low + slope);
        most = fmax(most, limited && b == 0.0 ? 0.0 : -slope - high);
    }
    return most;
}

START_TEST(every_fit_is_optimal_with_and_without_signs) /* a loop over seeds */
{
    struct design d = design_draw(150 + 50 * (size_t)(_i % 8), 8, truth, (uint64_t)_i + 40);
    const unsigned char signs[] = {0, 1, 1, 0, 1, 1, 0, 1, 0};
    struct assay_elastic_options options = assay_elastic_options_default();
    options.standardise = false;
    options.alpha = 0.5 * (_i % 3);
    options.never_positive = _i % 2 ? signs : NULL;
    for (double lambda = 0.2; lambda > 1e-5; lambda /= 4.0) {
        struct assay_elastic_fit fit = fit_at(&d, &options, lambda);
        ck_assert_double_le(raw_violation(&d, &options, &fit), 1.1e-12 * 2.0); /* columns of size 1 */
        assay_elastic_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

START_TEST(signs_at_lambda_zero_are_those_of_the_limited_fit)
{
    struct design d = design_draw(1000, 4, truth, 9);
    const double limit[] = {0, -1, 0, 0, 0, 0, 0, -1, 0, 0}, floor[] = {0, 0};
    const unsigned char signs[] = {0, 1, 1, 0, 0};
    struct assay_limits limits = {.n_limit = 2, .limit = limit, .floor = floor};
    struct assay_logistic_options plain = assay_logistic_options_default();
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_logistic_fit limited = {0};
    struct assay_error err = {0};
    options.never_positive = signs;
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &plain, &limits, &limited, &err));
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.0);
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", fit.coef[j], limited.coef[j], 1e-9, 0.1);
    ck_assert(fit.coef[1] == 0.0 && limited.active[1] && fit.coef[2] < 0.0);
    assay_elastic_fit_clear(&fit);
    assay_logistic_fit_clear(&limited);
    design_free(&d);
}
END_TEST

START_TEST(equal_columns_share_a_ridge)
{
    struct design d = design_draw(400, 3, truth, 10);
    for (size_t i = 0; i < 400; i++)
        design_set(&d, i, 2, design_at(&d, i, 0));
    design_restart(&d);
    struct assay_elastic_options options = assay_elastic_options_default();
    options.alpha = 0.0;
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.01);
    test_close("half", fit.coef[3], fit.coef[1], 1e-10, 0);
    assay_elastic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(near_copies_still_settle) /* where coordinates alone would creep for millions of sweeps */
{
    struct design d = design_draw(400, 8, truth, 10);
    uint64_t state = 77;
    for (size_t i = 0; i < 400; i++)
        design_set(&d, i, 7, design_at(&d, i, 0) + 1e-4 * draw_normal(&state));
    design_restart(&d);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_error err = {0};
    struct assay_logistic_options plain = assay_logistic_options_default();
    struct assay_logistic_fit ml = {0};
    ck_assay_ok(assay_logistic_fit(&d.engine, &plain, &ml, &err));
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.0);
    ck_assert_double_le(fit.kkt_violation, 1e-12);
    for (size_t j = 0; j < 9; j++) /* settled means 1e-8 of log-odds at most */
        test_close("coefficient", fit.coef[j], ml.coef[j], 1e-7, assay_wald(&ml, j).std_error);
    assay_elastic_fit_clear(&fit);
    assay_logistic_fit_clear(&ml);
    design_free(&d);
}
END_TEST

START_TEST(units_do_not_matter_when_standardised)
{
    struct design d = design_draw(800, 4, truth, 11);
    struct assay_elastic_options options = assay_elastic_options_default();
    options.alpha = 0.7;
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.02);
    double before[800], after[800];
    assay_array_log_odds(&d.data, fit.coef, before);
    for (size_t i = 0; i < 800; i++)
        design_set(&d, i, 1, 1000.0 * design_at(&d, i, 1) + 50.0);
    design_restart(&d);
    struct assay_elastic_fit scaled = fit_at(&d, &options, 0.02);
    assay_array_log_odds(&d.data, scaled.coef, after);
    for (size_t i = 0; i < 800; i++)
        ck_assert_double_le(fabs(after[i] - before[i]), 1e-9);
    for (size_t j = 0; j < 5; j++)
        test_close("scaled", scaled.scaled[j], fit.scaled[j], 1e-9, 0.1);
    assay_elastic_fit_clear(&fit);
    assay_elastic_fit_clear(&scaled);
    design_free(&d);
}
END_TEST

START_TEST(a_path_ends_where_its_fits_alone_would)
{
    struct design d = design_draw(600, 8, truth, 14);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit path[12] = {0};
    struct assay_error err = {0};
    double lambda[12], before = 0.0;
    ck_assay_ok(assay_elastic_lambda_max(&d.engine, &options, &lambda[0], &err));
    for (size_t k = 1; k < 12; k++)
        lambda[k] = lambda[k - 1] / 2.0;
    ck_assay_ok(assay_elastic_path(&d.engine, &options, lambda, 12, path, &err));
    for (size_t k = 0; k < 12; k++) {
        struct assay_elastic_fit alone = fit_at(&d, &options, lambda[k]);
        double size = 0.0;
        for (size_t j = 1; j < 9; j++) {
            test_close("coefficient", path[k].coef[j], alone.coef[j], 1e-10, 0.1);
            size += fabs(path[k].scaled[j]);
        }
        ck_assert_double_ge(size, before); /* the size of the lasso grows as lambda falls */
        before = size;
        assay_elastic_fit_clear(&alone);
        assay_elastic_fit_clear(&path[k]);
    }
    design_free(&d);
}
END_TEST

START_TEST(a_start_changes_the_way_not_the_answer)
{
    struct design d = design_draw(600, 4, truth, 15);
    const double start[] = {2, 3, -3, 3, -3};
    const unsigned char signs[] = {0, 0, 0, 1, 1};
    struct assay_elastic_options options = assay_elastic_options_default();
    options.never_positive = signs;
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.005);
    options.start = start;
    struct assay_elastic_fit again = fit_at(&d, &options, 0.005);
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", again.coef[j], fit.coef[j], 1e-10, 0.1);
    assay_elastic_fit_clear(&fit);
    assay_elastic_fit_clear(&again);
    design_free(&d);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(separated_data_have_penalised_fits_only)
{
    const double table[] = {1, 0, 2, 0, 3, 0, 4, 1, 5, 1, 6, 1};
    struct design d = design_of(table, 6, 1);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit fit = fit_at(&d, &options, 1e-4), none = {0};
    struct assay_error err = {0};
    ck_assert_double_gt(fit.coef[1], 1.0);
    ck_assert_int_eq(assay_elastic_fit(&d.engine, &options, 0.0, &none, &err), ASSAY_ENUMERIC);
    ck_assert_msg(strncmp(err.message, "elastic net at lambda 0: after ", 31) == 0, "%s", err.message);
    ck_assert_ptr_null(none.coef);
    assay_elastic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(too_few_iterations_are_an_error_that_says_so)
{
    struct design d = design_draw(500, 4, truth, 5);
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    options.max_iterations = 1;
    ck_assert_int_eq(assay_elastic_fit(&d.engine, &options, 0.001, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_msg(strncmp(err.message, "elastic net at lambda 0.001: after 1 iterations ", 48) == 0,
                  "%s", err.message);
    ck_assert_msg(strstr(err.message, "expected below 1.0e-12 and 1.0e-08") != NULL, "%s", err.message);
    ck_assert_ptr_null(fit.coef);
    design_free(&d);
}
END_TEST

static const struct { double alpha, lambda; const char *message; } bad[] = {
    {-0.5, 1.0, "alpha is -0.5; expected 0 to 1"},
    {1.5, 1.0, "alpha is 1.5; expected 0 to 1"},
    {1.0, -1.0, "lambda is -1; expected a finite number, at least 0"},
    {1.0, INFINITY, "lambda is inf; expected a finite number, at least 0"},
};

START_TEST(options_out_of_range_are_named)
{
    struct design d = two_by_two();
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    options.alpha = bad[_i].alpha;
    ck_assert_int_eq(assay_elastic_fit(&d.engine, &options, bad[_i].lambda, &fit, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_ptr_null(fit.coef);
    design_free(&d);
}
END_TEST

START_TEST(data_without_contrast_are_refused)
{
    struct design d = two_by_two();
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    for (size_t i = 0; i < 100; i++)
        design_set(&d, i, 0, 7.0);
    design_restart(&d);
    ck_assert_int_eq(assay_elastic_fit(&d.engine, &options, 0.1, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "elastic net: the column of coefficient 1 does not vary; "
                                  "expected at least two values");
    memset(d.outcome, 1, 100);
    design_restart(&d);
    ck_assert_int_eq(assay_elastic_fit(&d.engine, &options, 0.1, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "elastic net: all 100 outcomes are 1; expected both 0 and 1");
    ck_assert_ptr_null(fit.coef);
    design_free(&d);
}
END_TEST

START_TEST(a_constant_column_may_be_dropped) /* a loop over alphas, in both units */
{
    struct design d = design_new(300, 4), e = design_draw(300, 3, truth, 16);
    struct assay_elastic_options options = assay_elastic_options_default();
    memcpy(d.outcome, e.outcome, 300);
    for (size_t k = 0; k < 4 * 300; k++) /* the constant stands second */
        design_set(&d, k / 4, k % 4, k % 4 == 1 ? 7.0 : design_at(&e, k / 4, k % 4 - (k % 4 > 1)));
    design_start(&d);
    options.alpha = 0.5 * (_i % 3);
    options.standardise = _i >= 3;
    struct assay_elastic_fit want = fit_at(&e, &options, 0.01);
    options.drop_constant = true;
    options.start = (const double[]){0, 0.5, 0.5, 0.5, 0.5};
    struct assay_elastic_fit fit = fit_at(&d, &options, 0.01);
    ck_assert_double_eq(fit.coef[2], 0.0);
    for (size_t j = 0; j < 4; j++)
        test_close("coefficient", fit.coef[j < 2 ? j : j + 1], want.coef[j], 1e-10, 0.1);
    assay_elastic_fit_clear(&want);
    assay_elastic_fit_clear(&fit);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(9000, 8, truth, 12);
    struct assay_elastic_options options = assay_elastic_options_default();
    double coef[9];
    options.alpha = 0.5;
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct assay_elastic_fit fit = fit_at(&d, &options, 0.02);
        if (n_thread == 1)
            memcpy(coef, fit.coef, sizeof coef);
        ck_assert_mem_eq(coef, fit.coef, sizeof coef);
        assay_elastic_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 3, truth, 13);
    struct assay_elastic_options options = assay_elastic_options_default();
    const double lambda[] = {0.1, 0.05};
    struct assay_elastic_fit path[2] = {0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    do {
        test_fail_allocation(++n);
        status = assay_elastic_path(&d.engine, &options, lambda, 2, path, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && path[0].coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 8);
    assay_elastic_fit_clear(&path[0]);
    assay_elastic_fit_clear(&path[1]);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, telco_agrees_with_the_reference);
    tcase_add_test(tc, endometrial_agrees_with_the_reference_where_there_is_no_free_fit);
    tcase_add_test(tc, the_reference_path_keeps_as_many_columns);
    tcase_add_test(tc, the_lasso_of_one_binary_column_moves_both_rates_together);
    tcase_add_test(tc, lambda_zero_is_maximum_likelihood);
    tcase_add_test(tc, a_strong_ridge_goes_to_the_null_gradient_over_lambda);
    tcase_add_loop_test(tc, lambda_max_is_where_the_first_column_enters, 0, 16);
    tcase_add_loop_test(tc, every_fit_is_optimal_with_and_without_signs, 0, 60);
    tcase_add_test(tc, signs_at_lambda_zero_are_those_of_the_limited_fit);
    tcase_add_test(tc, equal_columns_share_a_ridge);
    tcase_add_test(tc, near_copies_still_settle);
    tcase_add_test(tc, units_do_not_matter_when_standardised);
    tcase_add_test(tc, a_path_ends_where_its_fits_alone_would);
    tcase_add_test(tc, a_start_changes_the_way_not_the_answer);
    tcase_add_test(tc, separated_data_have_penalised_fits_only);
    tcase_add_test(tc, too_few_iterations_are_an_error_that_says_so);
    tcase_add_loop_test(tc, options_out_of_range_are_named, 0, COUNT(bad));
    tcase_add_test(tc, data_without_contrast_are_refused);
    tcase_add_loop_test(tc, a_constant_column_may_be_dropped, 0, 6);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/elastic", add_tests)
