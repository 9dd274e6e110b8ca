/* A segment's coefficients, pulled to the common ones. */
#include "core/fit/pooled.h"

#include <string.h>

#include "tests/fit/design.h"

enum { N_COLUMN = 3, N_COEF = 4 };

static const double truth[N_COEF] = {-1.2, -0.8, -0.4, -0.3};
static const double common[N_COEF] = {-1.0, -0.5, -0.6, 0.0};
static const double sd[N_COEF] = {0.0, 1.0, 0.7, 1.3};

static struct assay_pooling pooling_at(double lambda)
{
    return (struct assay_pooling){.lambda = lambda, .common = common, .sd = sd};
}

static struct design draw(size_t n_row, uint64_t seed)
{
    return design_draw(n_row, N_COLUMN, truth, seed);
}

static struct assay_pooled_fit fit_limited(const struct design *d, const struct assay_pooling *pooling,
                                           const struct assay_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_pooled_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_pooled_fit(&d->engine, pooling, &options, limits, &fit, &err));
    return fit;
}

static struct assay_pooled_fit fit_at(const struct design *d, double lambda)
{
    struct assay_pooling pooling = pooling_at(lambda);
    return fit_limited(d, &pooling, NULL);
}

static double value_of(const struct design *d, size_t i, size_t coefficient)
{
    return coefficient == 0 ? 1.0 : design_at(d, i, coefficient - 1);
}

static double log_odds_of(const struct design *d, size_t i, const double coef[])
{
    double eta = 0.0;
    for (size_t j = 0; j <= d->data.n_column; j++)
        eta += coef[j] * value_of(d, i, j);
    return eta;
}

/* What the definition leaves of the derivative by b_j, row by row: 0 at a solution without limits. */
static double rest_of(const struct design *d, const double coef[], const double to[],
                      const double spread[], double lambda, size_t j)
{
    double rest = 0.0, mean = 0.0, centre = 0.0, n = (double)d->data.n_row;
    for (size_t i = 0; i < d->data.n_row; i++) {
        double value = value_of(d, i, j);
        rest += (d->outcome[i] - 1.0 / (1.0 + exp(-log_odds_of(d, i, coef)))) * value;
        mean += value / n;
        for (size_t k = 0; k <= d->data.n_column; k++)
            centre += (coef[k] - to[k]) * value_of(d, i, k) / n;
    }
    double own = j > 0 ? spread[j] * spread[j] * (coef[j] - to[j]) : 0.0;
    return rest - lambda * (own + mean * centre);
}

/* ---- the limits of the strength ---- */

START_TEST(no_pull_is_maximum_likelihood)
{
    struct design d = draw(400, (uint64_t)_i + 1);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit own = {0};
    struct assay_error err = {0};
    struct assay_pooled_fit fit = fit_at(&d, 0.0);
    ck_assay_ok(assay_logistic_fit(&d.engine, &options, &own, &err));
    for (size_t j = 0; j < N_COEF; j++) /* both stop within 1e-10 of a log-odds, and squared */
        test_close("coefficient", fit.fit.coef[j], own.coef[j], 1e-9, 1);
    test_close("degrees", fit.degrees, N_COEF, 1e-9, 1);
    test_close("borrowed", fit.borrowed, 0.0, 1e-9, 1);
    ck_assert_double_eq(fit.penalty, 0.0);
    assay_pooled_fit_clear(&fit);
    assay_logistic_fit_clear(&own);
    design_free(&d);
}
END_TEST

START_TEST(an_infinite_pull_keeps_the_common_coefficients)
{
    struct design d = draw(200, 1);
    struct assay_pooled_fit fit = fit_at(&d, HUGE_VAL);
    double log_likelihood = 0.0;
    for (size_t i = 0; i < 200; i++) {
        double eta = log_odds_of(&d, i, common);
        log_likelihood += d.outcome[i] * eta - log1p(exp(eta));
    }
    ck_assert_mem_eq(fit.fit.coef, common, sizeof common);
    test_close("log-likelihood", fit.fit.log_likelihood, log_likelihood, 1e-12, 1);
    ck_assert_double_eq(fit.borrowed, 1.0);
    ck_assert_double_eq(fit.degrees, 0.0);
    ck_assert_double_eq(fit.penalty, 0.0);
    for (size_t k = 0; k < N_COEF * N_COEF; k++)
        ck_assert_double_eq(fit.fit.covariance[k], 0.0);
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* lambda (b - c) -> P^-1 g(c), and the next term is of the order of 1 / lambda: at a lambda of 1e8 some
 * 1e-5 of it. So b comes to c, and from the right side. */
START_TEST(a_strong_pull_leaves_what_the_gradient_moves)
{
    const double lambda = 1e8;
    struct design d = draw(400, 3);
    struct assay_pooled_fit fit = fit_at(&d, lambda);
    double there[N_COEF], most = 0.0;
    for (size_t j = 0; j < N_COEF; j++) {
        there[j] = fit.fit.coef[j] - common[j];
        most = fmax(most, fabs(there[j]));
    }
    ck_assert_double_lt(most, 1e-4);
    ck_assert_double_gt(most, 1e-9);
    for (size_t j = 0; j < N_COEF; j++) {
        double gradient = rest_of(&d, common, common, sd, 0.0, j);
        double pulled = -rest_of(&d, fit.fit.coef, common, sd, lambda, j) +
                        rest_of(&d, fit.fit.coef, common, sd, 0.0, j);
        test_close("pull", pulled, gradient, 1e-4, 1);
    }
    ck_assert_double_gt(fit.borrowed, 0.999);
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- in between ---- */

static const double lambdas[] = {0.01, 0.5, 3.0, 20.0, 400.0};

START_TEST(the_fit_solves_the_equations_of_the_definition)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct design d = draw(300, seed);
        struct assay_pooled_fit fit = fit_at(&d, lambdas[_i]);
        for (size_t j = 0; j < N_COEF; j++) /* a step of 1e-10 squared, times an information of 300 */
            ck_assert_double_lt(fabs(rest_of(&d, fit.fit.coef, common, sd, lambdas[_i], j)), 1e-8);
        assay_pooled_fit_clear(&fit);
        design_free(&d);
    }
}
END_TEST

/* Without columns: events - n p = lambda (b - c), and a share of lambda / (lambda + n p (1 - p)) is
 * borrowed. */
START_TEST(the_level_alone_borrows_by_its_information)
{
    struct design d = design_new(50, 0);
    for (size_t i = 0; i < 10; i++)
        d.outcome[i] = 1;
    design_start(&d);
    struct assay_pooled_fit fit = fit_at(&d, lambdas[_i]);
    double prob = 1.0 / (1.0 + exp(-fit.fit.coef[0])), information = 50.0 * prob * (1.0 - prob);
    double gone = fit.fit.coef[0] - common[0];
    test_close("equation", 10.0 - 50.0 * prob, lambdas[_i] * gone, 1e-10, 1);
    test_close("borrowed", fit.borrowed, lambdas[_i] / (lambdas[_i] + information), 1e-12, 1);
    test_close("degrees", fit.degrees, information / (lambdas[_i] + information), 1e-12, 1);
    test_close("penalty", fit.penalty, lambdas[_i] / 2.0 * gone * gone, 1e-9, 1);
    test_close("variance", fit.fit.covariance[0], 1.0 / (lambdas[_i] + information), 1e-12, 0);
    test_close("null", fit.fit.null_log_likelihood, 10 * log(0.2) + 40 * log(0.8), 1e-14, 0);
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_stronger_pull_borrows_more)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct design d = draw(150, seed);
        double borrowed = -1.0, degrees = HUGE_VAL;
        for (size_t k = 0; k < COUNT(lambdas); k++) {
            struct assay_pooled_fit fit = fit_at(&d, lambdas[k]);
            ck_assert_double_gt(fit.borrowed, borrowed);
            ck_assert_double_lt(fit.degrees, degrees);
            borrowed = fit.borrowed;
            degrees = fit.degrees;
            assay_pooled_fit_clear(&fit);
        }
        design_free(&d);
    }
}
END_TEST

START_TEST(more_rows_borrow_less)
{
    double borrowed = 1.0;
    for (size_t n = 100; n <= 6400; n *= 4) {
        struct design d = draw(n, 5);
        struct assay_pooled_fit fit = fit_at(&d, 20.0);
        ck_assert_double_lt(fit.borrowed, borrowed);
        borrowed = fit.borrowed;
        assay_pooled_fit_clear(&fit);
        design_free(&d);
    }
    ck_assert_double_lt(borrowed, 0.1);
}
END_TEST

/* ---- units and origins ---- */

/* Column 1 becomes factor * x + shift: c and sd are those of the new column. */
START_TEST(a_columns_unit_and_origin_mean_nothing)
{
    static const struct {
        double factor, shift;
    } maps[] = {{1000.0, 0.0}, {1.0, 40.0}, {0.001, -3.0}};
    struct design d = draw(300, 7), e = draw(300, 7);
    double factor = maps[_i].factor, shift = maps[_i].shift;
    for (size_t i = 0; i < 300; i++)
        design_set(&e, i, 1, factor * design_at(&e, i, 1) + shift);
    design_restart(&e);
    double there[N_COEF], spread[N_COEF];
    memcpy(there, common, sizeof there);
    memcpy(spread, sd, sizeof spread);
    there[2] /= factor;
    there[0] -= there[2] * shift;
    spread[2] *= factor;
    struct assay_pooling moved = {.lambda = 8.0, .common = there, .sd = spread};
    struct assay_pooled_fit a = fit_at(&d, 8.0), b = fit_limited(&e, &moved, NULL);
    for (size_t i = 0; i < 300; i++) /* both stop within 1e-10; a shift of 40 costs three digits */
        test_close("log-odds", log_odds_of(&e, i, b.fit.coef), log_odds_of(&d, i, a.fit.coef), 1e-9,
                   1);
    test_close("borrowed", b.borrowed, a.borrowed, 1e-8, 1);
    test_close("penalty", b.penalty, a.penalty, 1e-8, 1);
    assay_pooled_fit_clear(&a);
    assay_pooled_fit_clear(&b);
    design_free(&d);
    design_free(&e);
}
END_TEST

/* ---- limits ---- */

/* b_j <= 0 for the columns: KKT by rows. The third column's truth is turned round, so that its limit
 * binds in some seeds. */
START_TEST(limits_hold_and_bind_only_against_the_pull_of_all)
{
    static const double turned[N_COEF] = {-1.2, -0.8, -0.4, 0.5};
    double limit[N_COLUMN * N_COEF] = {0}, floor[N_COLUMN] = {0};
    for (size_t k = 0; k < N_COLUMN; k++)
        limit[k * N_COEF + k + 1] = -1.0;
    struct assay_limits limits = {.n_limit = N_COLUMN, .limit = limit, .floor = floor};
    size_t n_bound = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct design d = design_draw(200, N_COLUMN, turned, seed);
        struct assay_pooling pooling = pooling_at(lambdas[_i]);
        struct assay_pooled_fit fit = fit_limited(&d, &pooling, &limits);
        for (size_t j = 0; j < N_COEF; j++) {
            double rest = rest_of(&d, fit.fit.coef, common, sd, lambdas[_i], j);
            if (fit.fit.active[j]) {
                ck_assert_double_eq(fit.fit.coef[j], 0.0);
                ck_assert_double_gt(rest, -1e-8);
                n_bound++;
            } else {
                ck_assert(j == 0 || fit.fit.coef[j] < 0.0);
                ck_assert_double_lt(fabs(rest), 1e-7);
            }
        }
        ck_assert(fit.borrowed >= 0.0 && fit.borrowed <= 1.0);
        assay_pooled_fit_clear(&fit);
        design_free(&d);
    }
    ck_assert_uint_ge(n_bound, 10);
}
END_TEST

START_TEST(held_coefficients_stay_at_the_common_ones)
{
    static const unsigned char held[N_COEF] = {0, 0, 1, 0};
    static const double start[N_COEF] = {0.5, 0.5, 0.5, 0.5};
    struct design d = draw(200, 2);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_pooling pooling = pooling_at(2.0);
    struct assay_pooled_fit fit = {0};
    struct assay_error err = {0};
    options.held = held;
    options.start = start;
    ck_assay_ok(assay_pooled_fit(&d.engine, &pooling, &options, NULL, &fit, &err));
    ck_assert_double_eq(fit.fit.coef[2], common[2]);
    for (size_t j = 0; j < N_COEF; j++)
        if (!held[j])
            ck_assert_double_lt(fabs(rest_of(&d, fit.fit.coef, common, sd, 2.0, j)), 1e-8);
    test_close("directions", fit.degrees / (1.0 - fit.borrowed), 3.0, 1e-9, 0);
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- where the segment alone has no fit ---- */

/* 0: no events; 1: events alone; 2: the first column splits the outcomes; 3: it does not vary. */
static struct design hopeless(int kind)
{
    struct design d = draw(40, 11);
    for (size_t i = 0; i < 40; i++) {
        if (kind <= 1)
            d.outcome[i] = kind == 1;
        else if (kind == 2)
            d.outcome[i] = design_at(&d, i, 0) > 0;
        else
            design_set(&d, i, 0, 0.25);
    }
    design_restart(&d);
    return d;
}

START_TEST(a_pull_makes_a_fit_where_the_segment_alone_has_none)
{
    static const enum assay_fit_problem problems[] = {ASSAY_FIT_ONE_OUTCOME, ASSAY_FIT_ONE_OUTCOME,
                                                      ASSAY_FIT_SEPARATED, ASSAY_FIT_CONSTANT};
    struct design d = hopeless(_i);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_pooling none = pooling_at(0.0);
    struct assay_pooled_fit fit = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_pooled_fit(&d.engine, &none, &options, NULL, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.fit.problem, problems[_i]);
    assay_pooled_fit_clear(&fit);
    fit = fit_at(&d, 5.0);
    for (size_t j = 0; j < N_COEF; j++)
        ck_assert_double_lt(fabs(rest_of(&d, fit.fit.coef, common, sd, 5.0, j)), 1e-8);
    if (_i <= 1) {
        ck_assert_double_eq(fit.fit.null_log_likelihood, 0.0);
        ck_assert((fit.fit.coef[0] > common[0]) == (_i == 1));
    }
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static const double short_sd[N_COEF] = {0.0, 1.0, -1.0, 1.0}, endless_sd[N_COEF] = {0.0, 1.0, 1.0, NAN};
static const struct {
    double lambda;
    const double *sd;
    const char *message;
} bad[] = {
    {-1.0, sd, "the pooling is -1; expected at least 0"},
    {NAN, sd, "the pooling is nan; expected at least 0"},
    {1.0, short_sd, "the standard deviation of coefficient 2 is -1; expected a number of at least 0"},
    {HUGE_VAL, endless_sd,
     "the standard deviation of coefficient 3 is nan; expected a number of at least 0"},
};

START_TEST(bad_poolings_are_named)
{
    struct design d = draw(50, 1);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_pooling pooling = {bad[_i].lambda, common, bad[_i].sd};
    struct assay_pooled_fit fit = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_pooled_fit(&d.engine, &pooling, &options, NULL, &fit, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_ptr_null(fit.fit.coef);
    design_free(&d);
}
END_TEST

START_TEST(any_allocation_may_fail)
{
    static const double strengths[] = {2.0, HUGE_VAL};
    struct design d = draw(100, 1);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_pooling pooling = pooling_at(strengths[_i]);
    struct assay_pooled_fit fit = {0};
    struct assay_error err = {0};
    enum assay_status status = ASSAY_ENOMEM;
    size_t n = 0;
    d.data.n_thread = 1;
    design_restart(&d);
    while (status == ASSAY_ENOMEM) {
        test_fail_allocation(++n);
        status = assay_pooled_fit(&d.engine, &pooling, &options, NULL, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.fit.coef == NULL));
    }
    ck_assert_uint_gt(n, 4);
    assay_pooled_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, no_pull_is_maximum_likelihood, 0, 10);
    tcase_add_test(tc, an_infinite_pull_keeps_the_common_coefficients);
    tcase_add_test(tc, a_strong_pull_leaves_what_the_gradient_moves);
    tcase_add_loop_test(tc, the_fit_solves_the_equations_of_the_definition, 0, COUNT(lambdas));
    tcase_add_loop_test(tc, the_level_alone_borrows_by_its_information, 0, COUNT(lambdas));
    tcase_add_test(tc, a_stronger_pull_borrows_more);
    tcase_add_test(tc, more_rows_borrow_less);
    tcase_add_loop_test(tc, a_columns_unit_and_origin_mean_nothing, 0, 3);
    tcase_add_loop_test(tc, limits_hold_and_bind_only_against_the_pull_of_all, 0, COUNT(lambdas));
    tcase_add_test(tc, held_coefficients_stay_at_the_common_ones);
    tcase_add_loop_test(tc, a_pull_makes_a_fit_where_the_segment_alone_has_none, 0, 4);
    tcase_add_loop_test(tc, bad_poolings_are_named, 0, COUNT(bad));
    tcase_add_loop_test(tc, any_allocation_may_fail, 0, 2);
}

ASSAY_SUITE("fit/pooled", add_tests)
