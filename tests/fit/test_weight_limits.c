/* Floors, caps and fixed values of weights and of shares: fits under them. */
#include <string.h>

#include "core/fit/linear.h"
#include "core/fit/weight_limits.h"
#include "tests/fit/bounds.h"

enum { MOST_ROWS = 24 };

static void check_set(const struct assay_weight_limit_set *set,
                      const struct assay_weight_limit want[], size_t n)
{
    ck_assert_uint_eq(set->limits.n_limit, n);
    for (size_t k = 0; k < n; k++) {
        ck_assert_int_eq(set->what[k].kind, want[k].kind);
        ck_assert_uint_eq(set->what[k].index, want[k].index);
    }
}

/* ---- the rows ---- */

START_TEST(limits_that_say_nothing_have_no_row)
{
    struct bounds b;
    struct assay_weight_limit_set set;
    struct assay_error err = {0};
    static const struct assay_weight_limit signs[] = {
        {ASSAY_LIMIT_SIGN, 0}, {ASSAY_LIMIT_SIGN, 1}, {ASSAY_LIMIT_SIGN, 2}};
    bounds_open(&b, 3, 1);
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, 5, &set, &err));
    check_set(&set, signs, 3);
    for (size_t k = 0; k < 15; k++)
        ck_assert_double_eq(set.limits.limit[k], k == 1 || k == 7 || k == 13 ? -1.0 : 0.0);
    assay_weight_limit_set_clear(&set);
    memset(b.sign_free, 1, 3);
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, 5, &set, &err));
    check_set(&set, (struct assay_weight_limit[]){{ASSAY_LIMIT_TOTAL, 0}}, 1);
    assay_weight_limit_set_clear(&set);
    assay_weight_limit_set_clear(&set);
}
END_TEST

START_TEST(rows_are_the_limits_times_the_sum)
{
    struct bounds b;
    struct assay_weight_limit_set set;
    struct assay_error err = {0};
    static const struct assay_weight_limit want[] = {
        {ASSAY_LIMIT_FIXED, 1}, {ASSAY_LIMIT_SHARE_FIXED, 1}, {ASSAY_LIMIT_SIGN, 2},
        {ASSAY_LIMIT_FLOOR, 0}, {ASSAY_LIMIT_CAP, 2},         {ASSAY_LIMIT_SHARE_CAP, 0},
        {ASSAY_LIMIT_TOTAL, 0}};
    static const double rows[7][5] = { /* on u, so minus those on b */
        {-0.25, 0.75, -0.25, -0.25, 0}, {-0.5, -0.5, 0.5, -0.5, 0}, {0, 0, 1, 0, 0},
        {0.75, -0.25, -0.25, -0.25, 0}, {0.5, 0.5, -0.5, 0.5, 0}, {-0.25, -0.25, 0.75, 0.75, 0},
        {1, 1, 1, 1, 0}};
    bounds_open(&b, 4, 2);
    b.low[0] = b.low[1] = b.high[1] = 0.25;
    b.high[2] = 0.5;
    b.sign_free[3] = 1;
    b.group[0] = b.group[1] = 0;
    b.group_high[0] = 0.75;
    b.group[2] = 1;
    b.group_low[1] = b.group_high[1] = 0.5;
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, 6, &set, &err));
    check_set(&set, want, 7);
    ck_assert_uint_eq(set.limits.n_equal, 2);
    for (size_t k = 0; k < 7; k++) {
        ck_assert_double_eq(set.limits.floor[k], 0.0);
        ck_assert_double_eq(set.limits.limit[6 * k], 0.0); /* the intercept is free */
        for (size_t j = 0; j < 5; j++)
            ck_assert_double_eq(set.limits.limit[6 * k + 1 + j], -rows[k][j]);
    }
    assay_weight_limit_set_clear(&set);
}
END_TEST

/* ---- the fit ---- */

/* What is left of the gradient, in roots of the information, once non-negative multiples (any, of
 * equalities) of the limits that hold with equality have done their best: coordinate descent on the
 * least squares, which shares nothing with the solver under test. */
static double kkt_violation(const struct assay_engine *engine, const double coef[],
                            const struct assay_weight_limit_set *set)
{
    size_t p = engine->n_coef;
    double l, gap[MOST_COEF], information[MOST_COEF * MOST_COEF], rows[MOST_ROWS][MOST_COEF];
    double multiplier[MOST_ROWS] = {0}, worst = 0.0;
    unsigned char active[MOST_ROWS];
    struct assay_error err = {0};
    ck_assay_ok(engine->evaluate(engine->state, coef, &l, gap, information, &err));
    assay_weight_limit_set_active(set, coef, p, active);
    for (size_t j = 0; j < p; j++) {
        double root = sqrt(information[j * p + j]);
        gap[j] /= root;
        for (size_t k = 0; k < set->limits.n_limit; k++)
            rows[k][j] = set->limits.limit[k * p + j] / root;
    }
    for (size_t round = 0; round < 20000; round++)
        for (size_t k = 0; k < set->limits.n_limit; k++) {
            double size = assay_linear_dot(rows[k], rows[k], p);
            if (!active[k] || size == 0.0)
                continue;
            double next = multiplier[k] - assay_linear_dot(rows[k], gap, p) / size;
            if (k >= set->limits.n_equal)
                next = fmax(next, 0.0);
            assay_linear_add(gap, next - multiplier[k], rows[k], p);
            multiplier[k] = next;
        }
    for (size_t j = 0; j < p; j++)
        worst = fmax(worst, fabs(gap[j]));
    return worst;
}


START_TEST(limited_fits_are_optimal_and_within) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i * 7 + 3;
    size_t n = 2 + (size_t)_i % 7;
    struct design d = design_draw(600, n + 1, truth, (uint64_t)_i + 40);
    struct bounds b;
    struct assay_weight_limit_set set;
    struct assay_error err = {0};
    double weight[MOST_SIGNALS];
    bounds_draw(&b, n, &state);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, n + 2, &set, &err));
    ck_assert_double_le(kkt_violation(&d.engine, fit.coef, &set), 1e-8);
    ck_assert_double_ge(slope_of(n, fit.coef), 0.0);
    if (slope_of(n, fit.coef) > 1e-6) {
        weights_of(n, fit.coef, weight);
        ck_assert_double_le(violation(&b, weight), 1e-12);
    }
    assay_weight_limit_set_clear(&set);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* The log-likelihood along given weights, everything else fitted: one column in place of two. */
static double along(const struct design *d, double first)
{
    struct design c = design_new(d->data.n_row, 1);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    for (size_t i = 0; i < d->data.n_row; i++) {
        design_set(&c, i, 0, first * design_at(d, i, 0) + (1.0 - first) * design_at(d, i, 1));
        c.outcome[i] = d->outcome[i];
    }
    design_start(&c);
    ck_assay_ok(assay_logistic_fit(&c.engine, &options, &fit, &err));
    double log_likelihood = fit.log_likelihood;
    assay_logistic_fit_clear(&fit);
    design_free(&c);
    return log_likelihood;
}

START_TEST(two_signals_end_where_a_scan_of_weights_does) /* floors, caps and fixed weights */
{
    static const struct { double low, high, at; } cases[] = {
        {0.8, 1.0, 0.8}, {0.0, 0.3, 0.3}, {0.5, 0.5, 0.5}, {0.1, 0.9, NAN}};
    struct design d = design_draw(3000, 2, truth, 5); /* u is about 0.9, 0.5 */
    struct bounds b;
    double best = -INFINITY, argument = NAN, weight[2];
    bounds_open(&b, 2, 0);
    b.low[0] = cases[_i].low;
    b.high[0] = cases[_i].high;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    weights_of(2, fit.coef, weight);
    for (int k = 0; k <= 200; k++) {
        double first = b.low[0] + (b.high[0] - b.low[0]) * k / 200.0, l = along(&d, first);
        if (l > best) {
            best = l;
            argument = first;
        }
    }
    if (!isnan(cases[_i].at)) {
        test_close("weight", weight[0], cases[_i].at, 1e-13, 0);
        ck_assert_double_eq_tol(argument, cases[_i].at, 1e-12);
        test_close("log-likelihood", fit.log_likelihood, best, 1e-13, 0);
    } else { /* a grid of 0.004: flat at the top, the scan is below it by next to nothing */
        ck_assert_double_eq_tol(argument, weight[0], 0.004);
        ck_assert_double_ge(fit.log_likelihood, best);
        ck_assert_double_le(fit.log_likelihood - best, 1e-2);
    }
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_factor_on_all_columns_changes_no_weight) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i + 900;
    struct design d = design_draw(500, 5, truth, (uint64_t)_i + 70), e = design_new(500, 5);
    struct bounds b;
    double first[MOST_SIGNALS], second[MOST_SIGNALS];
    for (size_t i = 0; i < 500; i++) {
        for (size_t j = 0; j < 5; j++)
            design_set(&e, i, j, 1000.0 * design_at(&d, i, j));
        e.outcome[i] = d.outcome[i];
    }
    design_start(&e);
    bounds_draw(&b, 5, &state);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_logistic_fit far = fit_within(&e.engine, &b.limits);
    weights_of(5, fit.coef, first);
    weights_of(5, far.coef, second);
    for (size_t j = 0; j < 5; j++)
        ck_assert_double_eq_tol(first[j], second[j], 1e-9);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&far);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(fixed_shares_leave_the_share_no_variance)
{
    struct design d = design_draw(1500, 4, truth, 8);
    struct bounds b;
    bounds_open(&b, 4, 1);
    b.group[0] = b.group[3] = 0;
    b.sign_free[3] = 1;
    b.group_low[0] = b.group_high[0] = 0.4;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    static const double row[] = {0, 0.6, -0.4, -0.4, 0.6};
    double spread[5], size = 0.0;
    for (size_t j = 0; j < 5; j++) {
        spread[j] = assay_linear_dot(fit.covariance + 5 * j, row, 5);
        size = fmax(size, fit.covariance[6 * j]);
    }
    ck_assert_double_le(fabs(assay_linear_dot(row, spread, 5)), 1e-14 * size);
    ck_assert_double_gt(fit.covariance[6], 0.0);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- with an anchor ---- */

static const size_t signals[] = {1, 2, 3, 4, 5, 6, 7, 8};

START_TEST(anchored_fits_under_limits_are_optimal) /* a loop over seeds and strengths */
{
    static const double lambdas[] = {0.0, 1.0, 30.0, 1e4};
    uint64_t state = (uint64_t)_i + 77;
    size_t n = 3 + (size_t)_i % 4;
    struct design d = design_draw(500, n + 1, truth, (uint64_t)_i + 11);
    struct bounds b;
    double weight[MOST_SIGNALS], equal[MOST_SIGNALS], sd[MOST_SIGNALS];
    bounds_draw(&b, n, &state);
    for (size_t j = 0; j < n; j++) {
        equal[j] = 1.0 / (double)n;
        sd[j] = 0.5 + draw_uniform(&state);
    }
    struct assay_anchor anchor = {.lambda = lambdas[_i % 4], .n_signal = n, .signal = signals,
                                  .weight = equal, .sd = sd};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_anchor_fit fit = {0};
    struct assay_engine engine;
    struct assay_error err = {0};
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, n + 2, &set, &err));
    ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, &set.limits, &fit, &err));
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assert_double_le(kkt_violation(&engine, fit.fit.coef, &set), 1e-8);
    weights_of(n, fit.fit.coef, weight);
    ck_assert_double_le(violation(&b, weight), 1e-12);
    assay_anchor_engine_clear(&engine);
    assay_anchor_fit_clear(&fit);
    assay_weight_limit_set_clear(&set);
    design_free(&d);
}
END_TEST

START_TEST(an_anchor_within_the_limits_is_kept_exactly_under_them) /* a loop over seeds */
{
    uint64_t state = (uint64_t)_i + 99;
    size_t n = 3 + (size_t)_i % 5;
    struct design d = design_draw(500, n + 1, truth, (uint64_t)_i + 23);
    struct bounds b;
    double weight[MOST_SIGNALS], sd[MOST_SIGNALS], got[MOST_SIGNALS];
    bounds_draw(&b, n, &state);
    for (size_t j = 0; j < n; j++) {
        weight[j] = 1.0 / (double)n;
        sd[j] = 0.5 + draw_uniform(&state);
    }
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_anchor_fit fit = {0}, free_fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_weight_limits_nearest(&b.limits, weight, sd, weight, &err));
    struct assay_anchor anchor = {.lambda = HUGE_VAL, .n_signal = n, .signal = signals,
                                  .weight = weight};
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, n + 2, &set, &err));
    ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, &set.limits, &fit, &err));
    ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, NULL, &free_fit, &err));
    if (slope_of(n, free_fit.fit.coef) > 0.0) {
        weights_of(n, fit.fit.coef, got);
        for (size_t j = 0; j < n; j++)
            test_close("weight", got[j], weight[j], 1e-13, 1.0);
        test_close("log-likelihood", fit.fit.log_likelihood, free_fit.fit.log_likelihood, 1e-13, 0);
    }
    assay_anchor_fit_clear(&fit);
    assay_anchor_fit_clear(&free_fit);
    assay_weight_limit_set_clear(&set);
    design_free(&d);
}
END_TEST

/* ---- what limits cost ---- */

START_TEST(a_limit_costs_what_the_fit_without_it_gains)
{
    struct design d = design_draw(1500, 5, truth, 17);
    struct bounds b, open;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    double coef[6], deviance;
    bounds_open(&b, 4, 1);
    b.high[0] = 0.3;
    b.low[2] = 0.15;
    b.low[1] = b.high[1] = 0.25;
    b.group[2] = b.group[3] = 0;
    b.group_low[0] = 0.4;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    static const struct assay_weight_limit each[] = {
        {ASSAY_LIMIT_CAP, 0}, {ASSAY_LIMIT_FLOOR, 2}, {ASSAY_LIMIT_FIXED, 1},
        {ASSAY_LIMIT_SHARE_FLOOR, 0}, {ASSAY_LIMIT_SIGN, 3}};
    for (size_t k = 0; k < COUNT(each); k++) {
        open = b;
        open.limits.sign_free = open.sign_free;
        open.limits.low = open.low;
        open.limits.high = open.high;
        open.limits.group_low = open.group_low;
        if (k == 0 || k == 2)
            open.high[each[k].index] = 1.0;
        if (k == 1 || k == 2)
            open.low[each[k].index] = 0.0;
        if (k == 3)
            open.group_low[0] = 0.0;
        open.sign_free[3] = k == 4;
        struct assay_logistic_fit want = fit_within(&d.engine, &open.limits);
        ck_assay_ok(assay_weight_limit_cost(&d.engine, NULL, &options, &b.limits, &fit, each[k], coef,
                                            &deviance, &err));
        ck_assert_double_ge(deviance, -1e-9);
        ck_assert_double_eq_tol(deviance, 2.0 * (want.log_likelihood - fit.log_likelihood), 1e-9);
        for (size_t j = 0; j < 6; j++)
            test_close("coefficient", coef[j], want.coef[j], 1e-8, 0.1);
        assay_logistic_fit_clear(&want);
    }
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(an_anchor_that_is_kept_makes_limits_free)
{
    struct design d = design_draw(800, 4, truth, 18);
    struct bounds b;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    double coef[5], deviance, weight[] = {0.25, 0.25, 0.25, 0.25}, sd[] = {1, 1, 1, 1};
    bounds_open(&b, 4, 0);
    b.low[3] = 0.4;
    ck_assay_ok(assay_weight_limits_nearest(&b.limits, weight, sd, weight, &err));
    struct assay_anchor anchor = {.lambda = HUGE_VAL, .n_signal = 4, .signal = signals,
                                  .weight = weight};
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, 5, &set, &err));
    ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, &set.limits, &fit, &err));
    ck_assay_ok(assay_weight_limit_cost(&d.engine, &anchor, &options, &b.limits, &fit.fit,
                                        (struct assay_weight_limit){ASSAY_LIMIT_FLOOR, 3}, coef,
                                        &deviance, &err));
    ck_assert_double_eq_tol(deviance, 0.0, 1e-10);
    assay_anchor_fit_clear(&fit);
    assay_weight_limit_set_clear(&set);
    design_free(&d);
}
END_TEST

/* ---- memory ---- */

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 4, truth, 13);
    struct bounds b;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_error err = {0};
    double coef[5], deviance = NAN;
    size_t n = 0;
    enum assay_status status;
    bounds_open(&b, 4, 1);
    b.high[0] = 0.2;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    do {
        test_fail_allocation(++n);
        status = assay_weight_limit_cost(&d.engine, NULL, &options, &b.limits, &fit,
                                         (struct assay_weight_limit){ASSAY_LIMIT_CAP, 0}, coef,
                                         &deviance, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && isnan(deviance)));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, limits_that_say_nothing_have_no_row);
    tcase_add_test(tc, rows_are_the_limits_times_the_sum);
    tcase_add_loop_test(tc, limited_fits_are_optimal_and_within, 0, 200);
    tcase_add_loop_test(tc, two_signals_end_where_a_scan_of_weights_does, 0, 4);
    tcase_add_loop_test(tc, a_factor_on_all_columns_changes_no_weight, 0, 20);
    tcase_add_test(tc, fixed_shares_leave_the_share_no_variance);
    tcase_add_loop_test(tc, anchored_fits_under_limits_are_optimal, 0, 60);
    tcase_add_loop_test(tc, an_anchor_within_the_limits_is_kept_exactly_under_them, 0, 40);
    tcase_add_test(tc, a_limit_costs_what_the_fit_without_it_gains);
    tcase_add_test(tc, an_anchor_that_is_kept_makes_limits_free);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/weight_limits", add_tests)
