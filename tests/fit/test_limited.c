/* The fit under linear limits: signs above all. */
#include <stdio.h>
#include <string.h>

#include "core/fit/linear.h"
#include "core/fit/logistic.h"
#include "tests/fit/design.h"

enum { MOST_COEF = 16, MOST_LIMITS = 20 };

static const double truth[] = {-0.5, 0.6, -0.4, 0.2, 0.0, 0.5, -0.3, 0.1, 0.3};

struct limits {
    struct assay_limits limits;
    double limit[MOST_LIMITS * MOST_COEF], floor[MOST_LIMITS];
};

/* b_j >= 0 for every j but the intercept */
static void non_negative(struct limits *l, size_t n_coef)
{
    memset(l, 0, sizeof *l);
    for (size_t j = 1; j < n_coef; j++)
        l->limit[(j - 1) * n_coef + j] = 1.0;
    l->limits = (struct assay_limits){.n_limit = n_coef - 1, .limit = l->limit, .floor = l->floor};
}

static struct assay_logistic_fit fit_limited(const struct design *d, const struct assay_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit_limited(&d->engine, &options, limits, &fit, &err));
    return fit;
}

/* Signs only: on the bound the gradient points out of the region, elsewhere it is 0; both in units of
 * the root of the information, as the gradient of one row is in those of its column. */
static double sign_violation(const struct design *d, const struct assay_logistic_fit *fit)
{
    double gradient[MOST_COEF], information[MOST_COEF * MOST_COEF], log_likelihood, worst = 0.0;
    struct assay_error err = {0};
    ck_assay_ok(d->engine.evaluate(d->engine.state, fit->coef, &log_likelihood, gradient, information,
                                   &err));
    for (size_t j = 0; j < fit->n_coef; j++) {
        double at = gradient[j] / sqrt(information[j * fit->n_coef + j]);
        ck_assert(j == 0 || fit->coef[j] >= 0.0);
        ck_assert_int_eq(fit->active[j], j > 0 && fit->coef[j] == 0.0);
        worst = fmax(worst, fit->active[j] ? at : fabs(at));
    }
    return worst;
}

START_TEST(a_bound_that_does_not_bind_changes_nothing)
{
    struct design d = design_draw(3000, 4, truth, 1);
    struct limits l;
    non_negative(&l, 5);
    for (size_t k = 0; k < 4; k++)
        l.floor[k] = -5.0;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = fit_limited(&d, &l.limits), free_fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &free_fit, &err));
    for (size_t j = 0; j < 5; j++) {
        test_close("coefficient", fit.coef[j], free_fit.coef[j], 1e-12, 0.1);
        test_close("variance", fit.covariance[6 * j], free_fit.covariance[6 * j], 1e-12, 0);
        ck_assert_uint_eq(fit.active[j], 0);
    }
    ck_assert_uint_eq(fit.iterations, free_fit.iterations);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&free_fit);
    design_free(&d);
}
END_TEST

START_TEST(one_column_of_the_wrong_sign_leaves_the_intercept)
{
    struct design d = design_new(100, 1);
    for (size_t i = 0; i < 100; i++) {
        design_set(&d, i, 0, i < 40);
        d.outcome[i] = i >= 30 && i < 70; /* 10 of 40 with the feature, 30 of 60 without */
    }
    design_start(&d);
    struct limits l;
    non_negative(&l, 2);
    struct assay_logistic_fit fit = fit_limited(&d, &l.limits);
    test_close("intercept", fit.coef[0], log(40.0 / 60.0), 1e-14, 0);
    ck_assert_double_eq(fit.coef[1], 0.0);
    ck_assert(fit.active[1] && !fit.active[0]);
    test_close("variance", fit.covariance[0], 1.0 / 24.0, 1e-14, 0);
    ck_assert(fit.covariance[1] == 0.0 && fit.covariance[3] == 0.0);
    ck_assert(isnan(assay_wald(&fit, 1).std_error));
    test_close("log-likelihood", fit.log_likelihood, fit.null_log_likelihood, 1e-14, 0);
    /* The gradient that the bound holds back: 10 events where 16 are expected. */
    ck_assert_double_le(fit.gradient_norm, 1e-12);
    ck_assert_double_le(fit.kkt_residual, 1e-12);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* Every subset of columns on its bound: the best of those fits that keep the signs. */
static double brute_force(const struct design *d, double best_coef[])
{
    size_t n_coef = d->engine.n_coef;
    double best = -INFINITY;
    for (size_t set = 0; set < (size_t)1 << (n_coef - 1); set++) {
        struct assay_logistic_options options = assay_logistic_options_default();
        struct assay_logistic_fit fit = {0};
        struct assay_error err = {0};
        unsigned char held[MOST_COEF] = {0};
        for (size_t j = 1; j < n_coef; j++)
            held[j] = set >> (j - 1) & 1;
        options.held = held;
        ck_assay_ok(assay_logistic_fit(&d->engine, &options, &fit, &err));
        bool feasible = true;
        for (size_t j = 1; j < n_coef; j++)
            feasible = feasible && fit.coef[j] >= 0.0;
        if (feasible && fit.log_likelihood > best) {
            best = fit.log_likelihood;
            memcpy(best_coef, fit.coef, n_coef * sizeof(double));
        }
        assay_logistic_fit_clear(&fit);
    }
    return best;
}

START_TEST(signs_agree_with_every_subset_tried) /* a loop over seeds */
{
    struct design d = design_draw(200, 1 + (size_t)_i % 6, truth, (uint64_t)_i + 300);
    size_t n_coef = d.engine.n_coef;
    double coef[MOST_COEF];
    struct limits l;
    non_negative(&l, n_coef);
    struct assay_logistic_fit fit = fit_limited(&d, &l.limits);
    test_close("log-likelihood", fit.log_likelihood, brute_force(&d, coef), 1e-13, 0);
    for (size_t j = 0; j < n_coef; j++)
        test_close("coefficient", fit.coef[j], coef[j], 1e-9, 0.1);
    ck_assert_double_le(sign_violation(&d, &fit), 1e-10);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static const char *const telco_columns[] = {
    "tenure_months", "addon_services", "streaming_services", "auto_pay", "senior", "partner",
    "dependents", "monthly_charges", "electronic_check", "paperless_billing", "phone_service",
    "multiple_lines", "online_security",
};

START_TEST(telco_with_signs_is_optimal)
{
    if (!test_needs_shared("datasets/telco_signals.csv"))
        return;
    struct test_frame *frame = test_frame_read("datasets/telco_signals.csv");
    size_t n = COUNT(telco_columns), churned = test_frame_column(frame, "churned"), n_active = 0;
    struct design d = design_new(frame->n_row, n);
    for (size_t i = 0; i < frame->n_row; i++) {
        for (size_t j = 0; j < n; j++) /* signs as an analyst would guess them; some are wrong */
            design_set(&d, i, j, (j < 6 ? -1.0 : 1.0) *
                                     frame->values[test_frame_column(frame, telco_columns[j])][i]);
        d.outcome[i] = frame->values[churned][i] != 0.0;
    }
    design_start(&d);
    struct limits l;
    non_negative(&l, n + 1);
    struct assay_logistic_fit fit = fit_limited(&d, &l.limits);
    ck_assert_double_le(sign_violation(&d, &fit), 1e-8);
    for (size_t j = 1; j <= n; j++)
        n_active += fit.active[j];
    printf("telco: %zu of %zu signs bind, optimality %.1e, %zu iterations\n", n_active, n,
           fit.kkt_residual, fit.iterations);
    ck_assert_uint_gt(n_active, 0);
    ck_assert_uint_lt(n_active, n);
    /* Settled means settled: from its own answer the fit does not move. */
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit again = {0};
    struct assay_error err = {0};
    options.start = fit.coef;
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &l.limits, &again, &err));
    ck_assert_uint_eq(again.iterations, 1);
    ck_assert_mem_eq(again.active, fit.active, n + 1);
    assay_logistic_fit_clear(&again);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
    test_frame_free(frame);
}
END_TEST

START_TEST(the_last_steps_converge_quadratically)
{
    struct design d = design_draw(5000, 8, truth, 9);
    struct limits l;
    non_negative(&l, 9);
    struct assay_logistic_fit fit = fit_limited(&d, &l.limits);
    ck_assert_uint_le(fit.iterations, 8);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_limit_on_several_coefficients_gives_its_direction_no_variance)
{
    /* b1 + b2 <= 0.1, though the data want about 1.1: along the limit only b1 - b2 is free. */
    const double both[] = {-0.5, 0.6, 0.5, 0.3};
    struct design d = design_draw(2000, 3, both, 77);
    const double limit[] = {0, -1, -1, 0}, floor[] = {-0.1};
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = floor};
    struct assay_logistic_fit fit = fit_limited(&d, &limits);
    test_close("sum", fit.coef[1] + fit.coef[2], 0.1, 1e-12, 0);
    double va[4];
    for (size_t j = 0; j < 4; j++) {
        va[j] = assay_linear_dot(fit.covariance + 4 * j, limit, 4);
        ck_assert_double_eq_tol(va[j], 0.0, 1e-15);
        ck_assert_uint_eq(fit.active[j], 0);
    }
    /* The same by substitution: b2 = 0.1 - b1 is a column x1 - x2 and an offset, here held. */
    struct design e = design_new(2000, 3);
    for (size_t i = 0; i < 2000; i++) {
        design_set(&e, i, 0, design_at(&d, i, 0) - design_at(&d, i, 1));
        design_set(&e, i, 1, design_at(&d, i, 1));
        design_set(&e, i, 2, design_at(&d, i, 2));
        e.outcome[i] = d.outcome[i];
    }
    design_start(&e);
    struct assay_logistic_options options = assay_logistic_options_default();
    const double start[] = {0, 0, 0.1, 0};
    const unsigned char held[] = {0, 0, 1, 0};
    struct assay_logistic_fit same = {0};
    struct assay_error err = {0};
    options.start = start;
    options.held = held;
    ck_assay_ok(assay_logistic_fit(&e.engine, &options, &same, &err));
    test_close("b1", fit.coef[1], same.coef[1], 1e-10, 0);
    test_close("log-likelihood", fit.log_likelihood, same.log_likelihood, 1e-13, 0);
    test_close("variance of b1", fit.covariance[5], same.covariance[5], 1e-10, 0);
    test_close("variance of b2", fit.covariance[10], same.covariance[5], 1e-10, 0);
    test_close("variance of b3", fit.covariance[15], same.covariance[15], 1e-10, 0);
    assay_logistic_fit_clear(&same);
    assay_logistic_fit_clear(&fit);
    design_free(&e);
    design_free(&d);
}
END_TEST

/* The column sum_j weight_j x_j in place of columns 0 and 1, column 2 beside it. */
static struct design composite(const struct design *d, double first, double second)
{
    struct design c = design_new(d->data.n_row, 2);
    for (size_t i = 0; i < d->data.n_row; i++) {
        design_set(&c, i, 0, first * design_at(d, i, 0) + second * design_at(d, i, 1));
        design_set(&c, i, 1, design_at(d, i, 2));
        c.outcome[i] = d->outcome[i];
    }
    design_start(&c);
    return c;
}

static struct assay_logistic_fit fit_free(const struct design *d)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(&d->engine, &options, &fit, &err));
    return fit;
}

START_TEST(an_equality_holds_from_either_side) /* 3 b1 = b2, then b1 = 3 b2 */
{
    const double both[] = {-0.5, 0.5, 0.5, 0.3};
    struct design d = design_draw(2000, 3, both, 78);
    const double first = _i == 0 ? 1.0 : 3.0, second = _i == 0 ? 3.0 : 1.0;
    const double limit[] = {0, -second, first, 0, 0, -2 * second, 2 * first, 0};
    const double floor[] = {0, 0};
    struct design c = composite(&d, first, second);
    struct assay_logistic_fit want = fit_free(&c);
    for (size_t n_limit = 1; n_limit <= 2; n_limit++) { /* the second follows from the first */
        struct assay_limits limits = {
            .n_limit = n_limit, .limit = limit, .floor = floor, .n_equal = n_limit};
        struct assay_logistic_fit fit = fit_limited(&d, &limits);
        test_close("b1", fit.coef[1], first * want.coef[1], 1e-11, 0);
        test_close("b2", fit.coef[2], second * want.coef[1], 1e-11, 0);
        test_close("b3", fit.coef[3], want.coef[2], 1e-11, 0);
        test_close("log-likelihood", fit.log_likelihood, want.log_likelihood, 1e-13, 0);
        test_close("variance of b1", fit.covariance[5], first * first * want.covariance[4], 1e-10, 0);
        test_close("covariance", fit.covariance[6], first * second * want.covariance[4], 1e-10, 0);
        test_close("variance of b3", fit.covariance[15], want.covariance[8], 1e-10, 0);
        ck_assert_double_le(fit.kkt_residual, 1e-8);
        assay_logistic_fit_clear(&fit);
    }
    assay_logistic_fit_clear(&want);
    design_free(&c);
    design_free(&d);
}
END_TEST

START_TEST(an_equality_of_one_coefficient_is_the_same_as_holding_it)
{
    struct design d = design_draw(1000, 3, truth, 79);
    const double limit[] = {0, 0, -4, 0}, floor[] = {1.2}, start[] = {0, 0, -0.3, 0};
    const unsigned char held[] = {0, 0, 1, 0};
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = floor, .n_equal = 1};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0}, want = {0}, both = {0};
    struct assay_error err = {0};
    options.start = start;
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &limits, &fit, &err));
    options.held = held;
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &want, &err));
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &limits, &both, &err));
    ck_assert_double_eq(fit.coef[2], -0.3);
    ck_assert_uint_eq(fit.active[2], 1);
    for (size_t j = 0; j < 4; j++) {
        test_close("coefficient", fit.coef[j], want.coef[j], 1e-11, 0.1);
        test_close("held as well", both.coef[j], want.coef[j], 1e-11, 0.1);
        test_close("variance", fit.covariance[5 * j], want.covariance[5 * j], 1e-10, 1e-6);
    }
    ck_assert(isnan(assay_wald(&fit, 2).std_error));
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&want);
    assay_logistic_fit_clear(&both);
    design_free(&d);
}
END_TEST

START_TEST(equalities_may_leave_nothing_free)
{
    struct design d = design_draw(200, 1, truth, 80);
    const double limit[] = {1, 0, 1, 1}, floor[] = {-1, -0.5}, start[] = {-1, 0.5};
    struct assay_limits limits = {.n_limit = 2, .limit = limit, .floor = floor, .n_equal = 2};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.start = start;
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &limits, &fit, &err));
    ck_assert_double_eq(fit.coef[0], -1.0);
    test_close("slope", fit.coef[1], 0.5, 1e-15, 0);
    ck_assert_double_eq(fit.covariance[0], 0.0);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(held_coefficients_count_towards_the_limits)
{
    /* b1 held at 0.5 and b1 + b2 >= 1: b2 >= 0.5, which binds. */
    struct design d = design_draw(1000, 2, truth, 6);
    const double limit[] = {0, 1, 1}, floor[] = {1}, start[] = {0, 0.5, 2};
    const unsigned char held[] = {0, 1, 0};
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = floor};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.start = start;
    options.held = held;
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &limits, &fit, &err));
    ck_assert_double_eq(fit.coef[1], 0.5);
    ck_assert_double_eq(fit.coef[2], 0.5);
    ck_assert_uint_eq(fit.active[2], 1);
    ck_assert(isnan(assay_wald(&fit, 2).std_error));
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_start_outside_the_limits_is_refused)
{
    struct design d = design_draw(100, 2, truth, 6);
    struct limits l;
    non_negative(&l, 3);
    const double start[] = {0, 1, -0.25};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    options.start = start;
    ck_assert_int_eq(assay_logistic_fit_limited(&d.engine, &options, &l.limits, &fit, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "limit 1 is -0.25 at the start of the fit; expected at least 0");
    ck_assert(fit.coef == NULL && fit.blamed == NULL);
    l.limits.n_equal = 1;
    ck_assert_int_eq(assay_logistic_fit_limited(&d.engine, &options, &l.limits, &fit, &err),
                     ASSAY_EDATA);
    ck_assert_str_eq(err.message, "limit 0 is 1 at the start of the fit; expected 0");
    design_free(&d);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(9000, 8, truth, 12);
    struct limits l;
    double coef[9];
    non_negative(&l, 9);
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct assay_logistic_fit fit = fit_limited(&d, &l.limits);
        if (n_thread == 1)
            memcpy(coef, fit.coef, sizeof coef);
        ck_assert_mem_eq(coef, fit.coef, sizeof coef);
        assay_logistic_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 4, truth, 13);
    struct limits l;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    non_negative(&l, 5);
    do {
        test_fail_allocation(++n);
        status = assay_logistic_fit_limited(&d.engine, &options, &l.limits, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_bound_that_does_not_bind_changes_nothing);
    tcase_add_test(tc, one_column_of_the_wrong_sign_leaves_the_intercept);
    tcase_add_loop_test(tc, signs_agree_with_every_subset_tried, 0, 60);
    tcase_add_test(tc, telco_with_signs_is_optimal);
    tcase_add_test(tc, the_last_steps_converge_quadratically);
    tcase_add_test(tc, a_limit_on_several_coefficients_gives_its_direction_no_variance);
    tcase_add_loop_test(tc, an_equality_holds_from_either_side, 0, 2);
    tcase_add_test(tc, an_equality_of_one_coefficient_is_the_same_as_holding_it);
    tcase_add_test(tc, equalities_may_leave_nothing_free);
    tcase_add_test(tc, held_coefficients_count_towards_the_limits);
    tcase_add_test(tc, a_start_outside_the_limits_is_refused);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/limited", add_tests)
