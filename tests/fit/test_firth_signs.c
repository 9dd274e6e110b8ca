/* Firth's fit under sign limits. */
#include "core/fit/firth_signs.h"

#include <stdio.h>
#include <string.h>

#include "core/fit/profile.h"
#include "tests/fit/reference.h"

enum { MOST = 8 };

static struct assay_firth_fit fit_options(const struct design *d, const unsigned char never_positive[],
                                          const unsigned char held[], const double start[])
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    options.held = held;
    options.start = start;
    ck_assay_ok(assay_firth_fit_signed(&d->engine, &options, never_positive, &fit, &err));
    return fit;
}

static struct assay_firth_fit fit_signed(const struct design *d, const unsigned char never_positive[])
{
    return fit_options(d, never_positive, NULL, NULL);
}

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

static double error_of(const struct assay_firth_fit *fit, size_t j)
{
    double variance = fit->base.covariance[j * fit->base.n_coef + j];
    return variance > 0.0 ? sqrt(variance) : 1.0;
}

/* ---- where no limit binds ---- */

static const struct { const char *file, *part, *data, *outcome; } cases[] = {
    {"reference/telco_firth.json", "core_all_rows", "datasets/telco_signals.csv", "churned"},
    {"reference/endometrial.json", "firth", "datasets/endometrial.csv", "HG"},
    {"reference/challenger.json", "firth", "datasets/challenger.csv", "distress"},
};

/* Limits on what is negative anyway leave the reference's fit: 1e-8 of a standard error, as firth.h
 * promises. */
START_TEST(limits_that_do_not_bind_leave_the_reference)
{
    if (!test_needs_shared(cases[_i].file))
        return;
    struct assay_json *doc = test_reference(cases[_i].file);
    const struct cJSON *reference = test_at(assay_json_root(doc), cases[_i].part, NULL);
    struct reference_case c = reference_read(cases[_i].data, cases[_i].outcome, reference);
    unsigned char never_positive[MOST_NAMES] = {1}; /* the intercept's is ignored */
    double worst = 0.0;
    for (size_t j = 1; j < c.n; j++)
        never_positive[j] =
            test_number(reference, "coefficients", c.names[j], "estimate", NULL) < 0.0;
    struct assay_firth_fit fit = fit_signed(&c.design, never_positive);
    for (size_t j = 0; j < c.n; j++) {
        const struct cJSON *want = test_at(reference, "coefficients", c.names[j], NULL);
        double error = test_number(want, "std_error", NULL);
        double estimate = test_number(want, "estimate", NULL);
        test_close("estimate", fit.base.coef[j], estimate, 1e-8, error);
        test_close("standard error", error_of(&fit, j), error, 1e-8, 0);
        worst = fmax(worst, fabs(fit.base.coef[j] - estimate) / fmax(fabs(estimate), error));
        ck_assert(!fit.base.active[j]);
    }
    printf("%s, %s with idle limits: largest relative difference %.1e\n", cases[_i].file,
           cases[_i].part, worst);
    assay_firth_fit_clear(&fit);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

/* NV's estimate is positive. Limited, it stands at 0, which costs half of the reference's likelihood
 * ratio for it, the penalty being that of the whole design. */
START_TEST(a_limit_that_binds_costs_the_reference_likelihood_ratio)
{
    if (!test_needs_shared("reference/endometrial.json"))
        return;
    struct assay_json *doc = test_reference("reference/endometrial.json");
    const struct cJSON *reference = test_at(assay_json_root(doc), "firth", NULL);
    struct reference_case c = reference_read("datasets/endometrial.csv", "HG", reference);
    unsigned char never_positive[MOST_NAMES] = {0};
    size_t nv = 0;
    for (size_t j = 1; j < c.n; j++)
        if (strcmp(c.names[j], "NV") == 0)
            never_positive[nv = j] = 1;
    ck_assert_uint_gt(nv, 0);
    struct assay_firth_fit fit = fit_signed(&c.design, never_positive);
    double loss = test_number(reference, "penalised_loglik", NULL) - fit.penalised_log_likelihood;
    ck_assert(fit.base.active[nv] && fit.base.coef[nv] == 0.0 && fit.score[nv] > 0.0);
    test_close("likelihood ratio", 2.0 * loss,
               test_number(reference, "penalised_lr_per_coefficient", "NV",
                           "chi2_full_penalty", NULL), 1e-8, 0);
    assay_firth_fit_clear(&fit);
    reference_free(&c);
    assay_json_free(doc);
}
END_TEST

/* ---- against maximisers of their own ---- */

static const double truth[] = {-0.6, -0.5, 0.4, -0.2, 0.3};

/* The best of all subsets of limited coefficients held at 0 whose fit keeps the limits. */
static struct assay_firth_fit best_face(const struct design *d, const unsigned char never_positive[])
{
    size_t n = d->engine.n_coef;
    struct assay_firth_fit best = {.penalised_log_likelihood = -HUGE_VAL};
    for (unsigned set = 0; set < 1u << n; set++) {
        unsigned char held[MOST] = {0};
        bool meant = true;
        for (size_t j = 0; j < n; j++) {
            held[j] = set >> j & 1;
            meant = meant && (!held[j] || (j > 0 && never_positive[j]));
        }
        if (!meant)
            continue;
        struct assay_firth_fit fit = fit_held(d, held, NULL);
        bool within = true;
        for (size_t j = 1; j < n; j++)
            within = within && !(never_positive[j] && fit.base.coef[j] > 0.0);
        if (within && fit.penalised_log_likelihood > best.penalised_log_likelihood) {
            assay_firth_fit_clear(&best);
            best = fit;
        } else {
            assay_firth_fit_clear(&fit);
        }
    }
    return best;
}

/* Both fits stop within 1e-10 of a log-odds; a standard error here is about a third. */
START_TEST(the_fit_is_the_best_of_all_active_sets) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, 1, _i % 2 == 0, 1};
    struct design d = design_draw(20 + (size_t)_i, 4, truth, (uint64_t)_i + 10);
    struct assay_firth_fit fit = fit_signed(&d, never_positive);
    struct assay_firth_fit best = best_face(&d, never_positive);
    test_close("l*", fit.penalised_log_likelihood, best.penalised_log_likelihood, 1e-12, 1.0);
    for (size_t j = 0; j < 5; j++) {
        test_close("coefficient", fit.base.coef[j], best.base.coef[j], 1e-8, error_of(&best, j));
        ck_assert(!fit.base.active[j] || (fit.base.coef[j] == 0.0 && fit.score[j] >= -1e-8));
        ck_assert(fit.base.active[j] || fabs(fit.score[j]) * error_of(&fit, j) <= 1e-8);
        ck_assert(!never_positive[j] || fit.base.coef[j] <= 0.0);
        ck_assert(!fit.base.active[j] || isnan(assay_wald(&fit.base, j).std_error));
    }
    ck_assert_double_le(fit.base.kkt_residual, 1e-7);
    assay_firth_fit_clear(&fit);
    assay_firth_fit_clear(&best);
    design_free(&d);
}
END_TEST

/* l + 1/2 ln det X'WX of an intercept and two columns, written out. */
static double penalised(const struct design *d, const double b[3])
{
    double l = 0.0, a[3][3] = {{0}};
    for (size_t i = 0; i < d->data.n_row; i++) {
        double x[] = {1.0, design_at(d, i, 0), design_at(d, i, 1)};
        double eta = b[0] + b[1] * x[1] + b[2] * x[2], p = 1.0 / (1.0 + exp(-eta));
        l += (d->outcome[i] ? eta : 0.0) - fmax(eta, 0.0) - log1p(exp(-fabs(eta)));
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 3; k++)
                a[j][k] += p * (1.0 - p) * x[j] * x[k];
    }
    double det = a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
                 a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
                 a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
    return l + 0.5 * log(det);
}

/* A grid of 5 x 5 x 5 points about the best so far, drawn in until it is too small to see. */
static void search_grid(const struct design *d, const bool limited[3], double best[3])
{
    double most = penalised(d, best);
    for (double width = 2.0; width > 1e-7; width *= 0.6) {
        double centre[] = {best[0], best[1], best[2]};
        for (int k = 0; k < 125; k++) {
            double b[] = {centre[0] + width * (k % 5 - 2), centre[1] + width * (k / 5 % 5 - 2),
                          centre[2] + width * (k / 25 - 2)};
            for (size_t j = 0; j < 3; j++)
                b[j] = limited[j] ? fmin(b[j], 0.0) : b[j];
            double value = penalised(d, b);
            if (value > most) {
                most = value;
                memcpy(best, b, sizeof b);
            }
        }
    }
}

/* The grid sees l* to 1e-14 or so, and a maximum to the root of that: 1e-6 in coefficients. */
START_TEST(no_grid_finds_a_better_point) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, _i % 2 == 0};
    const bool limited[] = {false, true, _i % 2 == 0};
    const double turn = _i % 3 == 0 ? 0.7 : -0.7, here[] = {-0.4, turn, 0.3};
    struct design d = design_draw(30, 2, here, (uint64_t)_i + 400);
    struct assay_firth_fit fit = fit_signed(&d, never_positive);
    double found[3] = {0};
    search_grid(&d, limited, found);
    ck_assert_double_ge(fit.penalised_log_likelihood, penalised(&d, found) - 1e-11);
    for (size_t j = 0; j < 3; j++)
        test_close("coefficient", fit.base.coef[j], found[j], 2e-6, 1.0);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* Two columns pull against each other: beside the first the second seems to raise the risk, alone it
 * lowers it. */
static struct design opposed(uint64_t seed)
{
    struct design d = design_new(300, 2);
    uint64_t state = seed;
    for (size_t i = 0; i < 300; i++) {
        double a = draw_normal(&state), b = -0.8 * a + 0.6 * draw_normal(&state);
        design_set(&d, i, 0, a);
        design_set(&d, i, 1, b);
        d.outcome[i] = draw_uniform(&state) < 1.0 / (1.0 + exp(-2.0 * a - 0.7 * b));
    }
    design_start(&d);
    return d;
}

START_TEST(what_was_stopped_is_let_go_again) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, 1}, none[] = {0, 0, 0};
    struct design d = opposed((uint64_t)_i + 1);
    struct assay_firth_fit free_fit = fit_signed(&d, none), fit = fit_signed(&d, never_positive);
    ck_assert(free_fit.base.coef[1] > 0.0 && free_fit.base.coef[2] > 0.0);
    ck_assert(fit.base.active[1] && !fit.base.active[2] && fit.base.coef[2] < 0.0);
    ck_assert_double_lt(fit.penalised_log_likelihood, free_fit.penalised_log_likelihood);
    assay_firth_fit_clear(&free_fit);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- starts, held coefficients, units, separation ---- */

START_TEST(a_start_changes_the_way_not_the_answer)
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    const double starts[][5] = {{3, -3, -3, -3, -3}, {0, 0, 0, 0, 0}, {1, 2, 2, 2, 2}, {-1, 0, -1, 0, 2}};
    struct design d = design_draw(80, 4, truth, 33);
    struct assay_firth_fit fit = fit_signed(&d, never_positive);
    for (size_t k = 0; k < COUNT(starts); k++) {
        struct assay_firth_fit again = fit_options(&d, never_positive, NULL, starts[k]);
        for (size_t j = 0; j < 5; j++)
            test_close("coefficient", again.base.coef[j], fit.base.coef[j], 1e-8, error_of(&fit, j));
        ck_assert_mem_eq(again.base.active, fit.base.active, 5);
        assay_firth_fit_clear(&again);
    }
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* Resamples stop at 1e-6: scores at a limit are then off by more than 1e-8, which must neither keep the
 * search going nor move the answer by more than a few tolerances. */
START_TEST(a_loose_tolerance_ends_near_the_same_fit) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    struct design d = design_draw(400, 4, truth, (uint64_t)_i + 700);
    struct assay_firth_fit fit = fit_signed(&d, never_positive), loose = {0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    options.tolerance = 1e-6;
    ck_assay_ok(assay_firth_fit_signed(&d.engine, &options, never_positive, &loose, &err));
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", loose.base.coef[j], fit.base.coef[j], 1e-5, 1.0);
    ck_assert_uint_le(loose.base.iterations, fit.base.iterations);
    assay_firth_fit_clear(&fit);
    assay_firth_fit_clear(&loose);
    design_free(&d);
}
END_TEST

START_TEST(a_constant_column_that_is_held_is_not_there)
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1}, held[] = {0, 0, 1, 0, 0};
    struct design d = design_draw(80, 4, truth, 35);
    for (size_t i = 0; i < 80; i++)
        design_set(&d, i, 1, 0.0);
    design_restart(&d);
    struct assay_firth_fit fit = fit_options(&d, never_positive, held, NULL);
    ck_assert(fit.base.coef[2] == 0.0 && !fit.base.active[2]);
    ck_assert(fit.base.coef[1] < 0.0 && isfinite(fit.penalised_log_likelihood));
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(what_the_caller_holds_stays_whatever_its_sign)
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1}, held[] = {0, 0, 1, 0, 0};
    const double start[] = {0, 0, 0.25, 0, 0};
    struct design d = design_draw(80, 4, truth, 34);
    struct assay_firth_fit fit = fit_options(&d, never_positive, held, start);
    ck_assert_double_eq(fit.base.coef[2], 0.25);
    ck_assert(!fit.base.active[2] && isnan(assay_wald(&fit.base, 2).std_error));
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(units_do_not_change_the_fit) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    struct design d = design_draw(60, 4, truth, (uint64_t)_i + 70), e = design_new(60, 4);
    for (size_t i = 0; i < 60; i++) {
        for (size_t j = 0; j < 4; j++)
            design_set(&e, i, j, design_at(&d, i, j) * (j == 1 ? 1000.0 : 1.0));
        e.outcome[i] = d.outcome[i];
    }
    design_start(&e);
    struct assay_firth_fit a = fit_signed(&d, never_positive), b = fit_signed(&e, never_positive);
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", b.base.coef[j] * (j == 2 ? 1000.0 : 1.0), a.base.coef[j], 1e-9, 1.0);
    ck_assert_mem_eq(a.base.active, b.base.active, 5);
    assay_firth_fit_clear(&a);
    assay_firth_fit_clear(&b);
    design_free(&d);
    design_free(&e);
}
END_TEST

/* x = 1 .. 6, the last three with the event, and beside it the same upside down and noise. */
START_TEST(separated_outcomes_have_a_finite_fit_on_either_side)
{
    struct design d = design_new(6, 2);
    for (size_t i = 0; i < 6; i++) {
        design_set(&d, i, 0, _i ? 6.0 - (double)i : (double)i);
        design_set(&d, i, 1, (double)(i * i % 5));
        d.outcome[i] = i >= 3;
    }
    design_start(&d);
    struct assay_firth_fit fit = fit_signed(&d, (const unsigned char[]){0, 1, 0});
    ck_assert(_i ? fit.base.coef[1] < -0.1 && fit.base.coef[1] > -10.0 : fit.base.active[1] != 0);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- what is published with it ---- */

/* FLIC: the slopes with the intercept of maximum likelihood. */
START_TEST(the_corrected_intercept_predicts_the_event_share)
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    struct design d = design_draw(150, 4, truth, (uint64_t)_i + 90);
    struct assay_firth_fit fit = fit_signed(&d, never_positive);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    double log_odds[150], sum = 0.0;
    ck_assay_ok(assay_firth_intercept(&d.engine, &options, fit.base.coef, &fit.base.coef[0], &err));
    assay_array_log_odds(&d.data, fit.base.coef, log_odds);
    for (size_t i = 0; i < 150; i++)
        sum += 1.0 / (1.0 + exp(-log_odds[i]));
    ck_assert_double_eq_tol(sum / 150.0, (double)d.engine.n_event / 150.0, 1e-12);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* At its limits the profile given the active set is 3.84 / 2 below the top. */
START_TEST(intervals_are_those_given_what_stands_at_0) /* a loop over seeds */
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    struct design d = design_draw(60, 4, truth, (uint64_t)_i + 300);
    struct assay_firth_fit fit = fit_signed(&d, never_positive);
    struct assay_profile_options options = assay_profile_options_default();
    struct assay_profile_interval interval[5];
    struct assay_error err = {0};
    double maximum;
    options.likelihood = ASSAY_PROFILE_FIRTH;
    options.fit.held = fit.base.active;
    options.fit.start = fit.base.coef;
    ck_assay_ok(assay_profile_intervals(&d.engine, &options, interval, &maximum, &err));
    test_close("maximum", maximum, fit.penalised_log_likelihood, 1e-12, 1.0);
    for (size_t j = 0; j < 5; j++) {
        ck_assert_int_eq(isnan(interval[j].low), fit.base.active[j]);
        if (fit.base.active[j])
            continue;
        test_close("estimate", interval[j].estimate, fit.base.coef[j], 1e-8, error_of(&fit, j));
        unsigned char held[5];
        double at[5];
        memcpy(held, fit.base.active, 5);
        memcpy(at, fit.base.coef, sizeof at);
        held[j] = 1;
        at[j] = interval[j].high;
        struct assay_firth_fit there = fit_held(&d, held, at);
        test_close("fall", 2.0 * (maximum - there.penalised_log_likelihood), 3.841458820694124, 1e-6, 0);
        assay_firth_fit_clear(&there);
    }
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(what_has_no_fit_is_refused_by_name)
{
    const unsigned char never_positive[] = {0, 1, 1, 1, 1};
    struct design d = design_draw(60, 4, truth, 4);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    options.max_iterations = 1;
    ck_assert_int_eq(assay_firth_fit_signed(&d.engine, &options, never_positive, &fit, &err),
                     ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.base.problem, ASSAY_FIT_NO_CONVERGENCE);
    ck_assert_ptr_nonnull(strstr(err.message, "after 1 iterations; expected below 1.0e-10"));
    assay_firth_fit_clear(&fit);
    for (size_t i = 0; i < 60; i++)
        design_set(&d, i, 2, 3.0);
    design_restart(&d);
    ck_assert_int_eq(assay_firth_fit_signed(&d.engine, &options, never_positive, &fit, &err),
                     ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.base.problem, ASSAY_FIT_CONSTANT);
    ck_assert(fit.base.blamed[3] && !fit.base.blamed[1]);
    ck_assert_str_eq(err.message, "Firth fit: the column of coefficient 3 does not vary; expected at "
                                  "least two values");
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    const unsigned char never_positive[] = {0, 1, 1};
    struct design d = opposed(3); /* three fits */
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_firth_fit fit = {0};
    struct assay_error err = {0};
    enum assay_status status;
    size_t n = 0;
    do {
        test_fail_allocation(++n);
        status = assay_firth_fit_signed(&d.engine, &options, never_positive, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.base.coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    assay_firth_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, limits_that_do_not_bind_leave_the_reference, 0, COUNT(cases));
    tcase_add_test(tc, a_limit_that_binds_costs_the_reference_likelihood_ratio);
    tcase_add_loop_test(tc, the_fit_is_the_best_of_all_active_sets, 0, 100);
    tcase_add_loop_test(tc, no_grid_finds_a_better_point, 0, 24);
    tcase_add_loop_test(tc, what_was_stopped_is_let_go_again, 0, 10);
    tcase_add_test(tc, a_start_changes_the_way_not_the_answer);
    tcase_add_loop_test(tc, a_loose_tolerance_ends_near_the_same_fit, 0, 40);
    tcase_add_test(tc, a_constant_column_that_is_held_is_not_there);
    tcase_add_test(tc, what_the_caller_holds_stays_whatever_its_sign);
    tcase_add_loop_test(tc, units_do_not_change_the_fit, 0, 20);
    tcase_add_loop_test(tc, separated_outcomes_have_a_finite_fit_on_either_side, 0, 2);
    tcase_add_loop_test(tc, the_corrected_intercept_predicts_the_event_share, 0, 5);
    tcase_add_loop_test(tc, intervals_are_those_given_what_stands_at_0, 0, 10);
    tcase_add_test(tc, what_has_no_fit_is_refused_by_name);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/firth_signs", add_tests)
