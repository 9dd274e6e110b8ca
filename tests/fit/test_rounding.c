/* Rounded weights, against every point of the lattice. */
#include <string.h>

#include "core/fit/rounding.h"
#include "tests/fit/bounds.h"

static const size_t signals[] = {1, 2, 3, 4, 5, 6, 7, 8};

static struct assay_logistic_fit fit_anchored(const struct assay_engine *engine,
                                              const struct assay_anchor *anchor,
                                              const struct assay_weight_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_weight_limit_set_init(limits, engine->n_coef, &set, &err));
    ck_assay_ok(assay_anchor_fit(engine, anchor, &options, &set.limits, &fit, &err));
    assay_weight_limit_set_clear(&set);
    return fit.fit;
}

static enum assay_status try_rounding(const struct assay_engine *engine,
                                      const struct assay_anchor *anchor,
                                      const struct assay_weight_limits *limits, const double coef[],
                                      double step, struct assay_rounding *rounding,
                                      struct assay_error *err)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_rounding_question q = {.engine = engine, .anchor = anchor, .options = &options,
                                        .limits = limits, .coef = coef, .step = step};
    return assay_rounding_find(&q, rounding, NULL, err);
}

static struct assay_rounding round_fit(const struct assay_engine *engine,
                                       const struct assay_anchor *anchor,
                                       const struct assay_weight_limits *limits,
                                       const double coef[], double step)
{
    struct assay_rounding rounding = {0};
    struct assay_error err = {0};
    ck_assay_ok(try_rounding(engine, anchor, limits, coef, step, &rounding, &err));
    return rounding;
}

/* Weights are multiples that sum to 1, and the coefficients have them. */
static void check_rounding(const struct assay_rounding *r, const struct bounds *b, double step)
{
    double weight[MOST_SIGNALS];
    long sum = 0, total = lround(1.0 / step);
    for (size_t j = 0; j < r->n_signal; j++) {
        long steps = lround(r->weight[j] / step);
        ck_assert_double_eq(r->weight[j], (double)steps / (double)total);
        sum += steps;
    }
    ck_assert_int_eq(sum, total);
    ck_assert_double_le(violation(b, r->weight), 1e-9);
    weights_of(r->n_signal, r->coef, weight);
    for (size_t j = 0; j < r->n_signal; j++)
        ck_assert_double_eq_tol(weight[j], r->weight[j], 1e-14);
}

/* ---- every point, by a Newton iteration of our own in intercept and slope ---- */

struct scan {
    const struct design *d;
    const struct bounds *b;
    size_t n;
    long total;
    double *column;       /* [n_row], the composite */
    double lambda, best;  /* of an anchor at equal weights with sd 1 */
    long steps[MOST_SIGNALS], best_steps[MOST_SIGNALS];
};

static double newton_two(const struct scan *s, double ridge)
{
    double a = 0.0, slope = 0.0, value = -INFINITY;
    for (int round = 0; round < 60; round++) {
        double l = -ridge * slope * slope / 2.0, ga = 0.0, gs = -ridge * slope;
        double haa = 0.0, has = 0.0, hss = ridge;
        for (size_t i = 0; i < s->d->data.n_row; i++) {
            double x = s->column[i], eta = a - slope * x, p = 1.0 / (1.0 + exp(-eta));
            double y = s->d->outcome[i], w = p * (1.0 - p);
            l += y * eta - fmax(eta, 0.0) - log1p(exp(-fabs(eta)));
            ga += y - p;
            gs -= (y - p) * x;
            haa += w;
            has -= w * x;
            hss += w * x * x;
        }
        double det = haa * hss - has * has;
        if (fabs(l - value) < 1e-13 * fabs(l))
            return slope >= 0.0 ? l : -INFINITY;
        value = l;
        a += (hss * ga - has * gs) / det;
        slope += (haa * gs - has * ga) / det;
    }
    return slope >= 0.0 ? value : -INFINITY;
}

static void scan_point(struct scan *s)
{
    double weight[MOST_SIGNALS], ridge = 0.0;
    for (size_t j = 0; j < s->n; j++) {
        weight[j] = (double)s->steps[j] / (double)s->total;
        ridge += s->lambda * pow(weight[j] - 1.0 / (double)s->n, 2);
    }
    if (violation(s->b, weight) > 1e-9)
        return;
    for (size_t i = 0; i < s->d->data.n_row; i++) {
        s->column[i] = 0.0;
        for (size_t j = 0; j < s->n; j++)
            s->column[i] += weight[j] * design_at(s->d, i, j);
    }
    double value = newton_two(s, ridge);
    if (value > s->best) {
        s->best = value;
        memcpy(s->best_steps, s->steps, sizeof s->steps);
    }
}

static void scan_from(struct scan *s, size_t j, long left)
{
    if (j + 1 == s->n) {
        s->steps[j] = left;
        scan_point(s);
        return;
    }
    for (long k = 0; k <= left; k++) {
        s->steps[j] = k;
        scan_from(s, j + 1, left - k);
    }
}

static struct scan scan_all(const struct design *d, const struct bounds *b, double lambda, long total)
{
    struct scan s = {.d = d, .b = b, .n = b->limits.n_signal, .total = total, .lambda = lambda,
                     .best = -INFINITY};
    s.column = malloc(d->data.n_row * sizeof *s.column);
    scan_from(&s, 0, total);
    free(s.column);
    return s;
}

static void check_best(const struct assay_rounding *r, const struct scan *s)
{
    for (size_t j = 0; j < s->n; j++)
        ck_assert_msg(lround(r->weight[j] * (double)s->total) == s->best_steps[j],
                      "weight %zu is %g, not %g", j, r->weight[j],
                      (double)s->best_steps[j] / (double)s->total);
}

START_TEST(no_point_of_the_lattice_loses_less) /* a loop over seeds */
{
    size_t n = 3 + (size_t)_i % 2;
    struct design d = design_draw(200, n, truth, (uint64_t)_i + 1);
    struct bounds b;
    bounds_open(&b, n, 0);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, 0.05);
    struct scan s = scan_all(&d, &b, 0.0, 20);
    check_rounding(&r, &b, 0.05);
    check_best(&r, &s);
    test_close("log-likelihood", r.log_likelihood, s.best, 1e-12, 0);
    test_close("lost", r.lost, fit.log_likelihood - s.best, 1e-10, 1.0);
    ck_assert_double_ge(r.lost, 0.0);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(nor_one_within_the_limits) /* a loop over seeds; where there is none, that is said */
{
    uint64_t state = (uint64_t)_i + 11;
    size_t n = 3 + (size_t)_i % 2;
    struct design d = design_draw(200, n, truth, (uint64_t)_i + 300);
    struct bounds b;
    struct assay_rounding r = {0};
    struct assay_error err = {0};
    bounds_draw(&b, n, &state);
    memset(b.sign_free, 0, sizeof b.sign_free); /* the scan has no negative weights */
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    if (slope_of(n, fit.coef) > 0.0) {
        enum assay_status status =
            try_rounding(&d.engine, NULL, &b.limits, fit.coef, 0.05, &r, &err);
        struct scan s = scan_all(&d, &b, 0.0, 20);
        ck_assert_int_eq(status, isinf(s.best) ? ASSAY_EDATA : ASSAY_OK);
        if (status == ASSAY_OK) {
            check_rounding(&r, &b, 0.05);
            check_best(&r, &s);
        }
    }
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(nor_one_of_five_signals) /* a loop over seeds: 10626 points each */
{
    struct design d = design_draw(100, 5, truth, (uint64_t)_i + 600);
    struct bounds b;
    bounds_open(&b, 5, 0);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, 0.05);
    struct scan s = scan_all(&d, &b, 0.0, 20);
    check_best(&r, &s);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- with an anchor ---- */

START_TEST(an_anchor_has_its_say) /* a loop over seeds and strengths */
{
    static const double lambdas[] = {1.0, 10.0, 100.0}, equal[] = {0.25, 0.25, 0.25, 0.25};
    static const double sd[] = {1, 1, 1, 1};
    struct design d = design_draw(200, 4, truth, (uint64_t)_i + 50);
    struct assay_anchor anchor = {.lambda = lambdas[_i % 3], .n_signal = 4, .signal = signals,
                                  .weight = equal, .sd = sd};
    struct bounds b;
    bounds_open(&b, 4, 0);
    struct assay_logistic_fit fit = fit_anchored(&d.engine, &anchor, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, &anchor, &b.limits, fit.coef, 0.05);
    struct scan s = scan_all(&d, &b, anchor.lambda, 20);
    check_rounding(&r, &b, 0.05);
    check_best(&r, &s);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(an_anchor_that_is_kept_is_rounded_whatever_the_outcomes_say)
{
    static const double given[] = {0.1, 0.2, 0.3, 0.4}, odd[] = {0.104, 0.196, 0.304, 0.396};
    struct design d = design_draw(1500, 4, truth, 60); /* which wants other weights */
    struct bounds b;
    bounds_open(&b, 4, 0);
    for (int k = 0; k < 2; k++) {
        struct assay_anchor anchor = {.lambda = HUGE_VAL, .n_signal = 4, .signal = signals,
                                      .weight = k == 0 ? given : odd};
        struct assay_logistic_fit fit = fit_anchored(&d.engine, &anchor, &b.limits);
        struct assay_rounding r = round_fit(&d.engine, &anchor, &b.limits, fit.coef, 0.02);
        check_rounding(&r, &b, 0.02);
        for (size_t j = 0; j < 4; j++)
            ck_assert_double_eq(r.weight[j], given[j]);
        if (k == 0)
            ck_assert_double_eq_tol(r.lost, 0.0, 1e-9);
        assay_rounding_clear(&r);
        assay_logistic_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

/* ---- what must hold of any ---- */

START_TEST(weights_that_are_round_stay)
{
    struct design d = design_draw(800, 4, truth, 61);
    struct bounds b;
    bounds_open(&b, 4, 0);
    for (size_t j = 0; j < 4; j++)
        b.low[j] = b.high[j] = 0.1 * (double)(j + 1);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, 0.1);
    check_rounding(&r, &b, 0.1);
    ck_assert_double_eq_tol(r.lost, 0.0, 1e-9);
    for (size_t j = 0; j < 5; j++)
        test_close("coefficient", r.coef[j], fit.coef[j], 1e-10, 0.1);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_finer_step_loses_less)
{
    struct design d = design_draw(1000, 6, truth, 62);
    struct bounds b;
    double before = HUGE_VAL;
    bounds_open(&b, 5, 0); /* the sixth column is an indicator */
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    for (double step = 1.0; step > 5e-5; step /= 10.0) { /* each lattice holds the one before */
        struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, step);
        check_rounding(&r, &b, step);
        ck_assert_double_ge(r.lost, -1e-9);
        ck_assert_double_lt(r.lost, before);
        before = r.lost;
        assay_rounding_clear(&r);
    }
    ck_assert_double_le(before, 1e-5); /* 1/2 information * (1e-4 / 2)^2, a few hundreds in all */
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static double lost_with(const struct design *d, const double weight[], size_t n)
{
    struct assay_anchor anchor = {.lambda = HUGE_VAL, .n_signal = n, .signal = signals,
                                  .weight = weight};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_anchor_fit(&d->engine, &anchor, &options, NULL, &fit, &err));
    double log_likelihood = fit.fit.log_likelihood;
    assay_anchor_fit_clear(&fit);
    return log_likelihood;
}

START_TEST(no_exchange_of_a_step_gains) /* a loop over seeds; eight signals, 0.01 and an indicator */
{
    struct design d = design_draw(600, 9, truth, (uint64_t)_i + 63);
    struct bounds b;
    bounds_open(&b, 8, 0);
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, 0.01);
    check_rounding(&r, &b, 0.01);
    for (size_t to = 0; to < 8; to++)
        for (size_t from = 0; from < 8; from++) {
            double weight[8];
            memcpy(weight, r.weight, sizeof weight);
            weight[to] += 0.01;
            weight[from] -= 0.01;
            if (weight[from] > -1e-9)
                ck_assert_double_ge(r.log_likelihood, lost_with(&d, weight, 8) - 1e-9);
        }
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_factor_on_all_columns_changes_nothing)
{
    struct design d = design_draw(500, 5, truth, 71), e = design_new(500, 5);
    struct bounds b;
    for (size_t i = 0; i < 500; i++) {
        for (size_t j = 0; j < 5; j++)
            design_set(&e, i, j, 1000.0 * design_at(&d, i, j));
        e.outcome[i] = d.outcome[i];
    }
    design_start(&e);
    bounds_open(&b, 5, 0);
    b.high[0] = 0.3;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_logistic_fit far = fit_within(&e.engine, &b.limits);
    struct assay_rounding r = round_fit(&d.engine, NULL, &b.limits, fit.coef, 0.01);
    struct assay_rounding s = round_fit(&e.engine, NULL, &b.limits, far.coef, 0.01);
    ck_assert_mem_eq(r.weight, s.weight, 5 * sizeof(double));
    assay_rounding_clear(&r);
    assay_rounding_clear(&s);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&far);
    design_free(&d);
    design_free(&e);
}
END_TEST

START_TEST(a_signal_that_is_held_has_no_weight)
{
    struct design d = design_draw(500, 5, truth, 72);
    static const unsigned char held[] = {0, 0, 1, 0, 0, 1};
    static const double start[6] = {0};
    struct bounds b;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit_set set;
    struct assay_logistic_fit fit = {0};
    struct assay_rounding r = {0};
    struct assay_error err = {0};
    bounds_open(&b, 4, 0);
    options.held = held;
    options.start = start;
    ck_assay_ok(assay_weight_limit_set_init(&b.limits, 6, &set, &err));
    ck_assay_ok(assay_logistic_fit_limited(&d.engine, &options, &set.limits, &fit, &err));
    struct assay_rounding_question q = {.engine = &d.engine, .options = &options,
                                        .limits = &b.limits, .coef = fit.coef, .step = 0.01};
    ck_assay_ok(assay_rounding_find(&q, &r, NULL, &err));
    check_rounding(&r, &b, 0.01);
    ck_assert(r.weight[1] == 0.0 && r.coef[2] == 0.0 && r.coef[5] == 0.0);
    assay_rounding_clear(&r);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    assay_weight_limit_set_clear(&set);
    design_free(&d);
}
END_TEST

START_TEST(limits_between_two_multiples_are_refused)
{
    struct design d = design_draw(300, 3, truth, 73);
    struct bounds b;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_weight_limit blamed = {0};
    struct assay_rounding r = {0};
    struct assay_error err = {0};
    bounds_open(&b, 3, 0);
    b.low[2] = 0.11;
    b.high[2] = 0.14;
    struct assay_logistic_fit fit = fit_within(&d.engine, &b.limits);
    struct assay_rounding_question q = {.engine = &d.engine, .options = &options,
                                        .limits = &b.limits, .coef = fit.coef, .step = 0.05};
    ck_assert_int_eq(assay_rounding_find(&q, &r, &blamed, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message,
                     "weight 2 is limited to 0.11 .. 0.14, where there is no multiple of 0.05");
    ck_assert(blamed.kind == ASSAY_LIMIT_FIXED && blamed.index == 2);
    ck_assert(r.weight == NULL && r.coef == NULL);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    static const double equal[] = {0.25, 0.25, 0.25, 0.25};
    struct design d = design_draw(300, 5, truth, 13);
    struct assay_anchor anchor = {.lambda = 5.0, .n_signal = 4, .signal = signals, .weight = equal};
    struct bounds b;
    struct assay_rounding r = {0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    bounds_open(&b, 4, 0);
    struct assay_logistic_fit fit = fit_anchored(&d.engine, &anchor, &b.limits);
    do {
        test_fail_allocation(++n);
        status = try_rounding(&d.engine, &anchor, &b.limits, fit.coef, 0.05, &r, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && r.weight == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 60);
    assay_rounding_clear(&r);
    assay_logistic_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, no_point_of_the_lattice_loses_less, 0, 100);
    tcase_add_loop_test(tc, nor_one_within_the_limits, 0, 100);
    tcase_add_loop_test(tc, nor_one_of_five_signals, 0, 8);
    tcase_add_loop_test(tc, an_anchor_has_its_say, 0, 30);
    tcase_add_test(tc, an_anchor_that_is_kept_is_rounded_whatever_the_outcomes_say);
    tcase_add_test(tc, weights_that_are_round_stay);
    tcase_add_test(tc, a_finer_step_loses_less);
    tcase_add_loop_test(tc, no_exchange_of_a_step_gains, 0, 5);
    tcase_add_test(tc, a_factor_on_all_columns_changes_nothing);
    tcase_add_test(tc, a_signal_that_is_held_has_no_weight);
    tcase_add_test(tc, limits_between_two_multiples_are_refused);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/rounding", add_tests)
