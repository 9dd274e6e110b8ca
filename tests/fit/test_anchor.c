/* Anchored recalibration. */
#include <string.h>

#include "core/fit/anchor.h"
#include "core/fit/logistic.h"
#include "tests/fit/anchored.h"

struct signs {
    struct assay_limits limits;
    double limit[N_SIGNAL * N_COEF], floor[N_SIGNAL];
};

/* u_j >= 0 */
static void healthy(struct signs *s)
{
    memset(s, 0, sizeof *s);
    for (size_t k = 0; k < N_SIGNAL; k++)
        s->limit[k * N_COEF + signal[k]] = -1.0;
    s->limits = (struct assay_limits){.n_limit = N_SIGNAL, .limit = s->limit, .floor = s->floor};
}

static struct assay_anchor_fit fit_anchor(const struct design *d, const struct assay_anchor *anchor,
                                          const struct assay_limits *limits)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_anchor_fit(&d->engine, anchor, &options, limits, &fit, &err));
    return fit;
}

/* Standard deviation of a stored column, divisor n, by its rows. */
static double column_sd(const struct design *d, size_t column)
{
    double mean = 0.0, sum = 0.0, n = (double)d->data.n_row;
    for (size_t i = 0; i < d->data.n_row; i++)
        mean += design_at(d, i, column) / n;
    for (size_t i = 0; i < d->data.n_row; i++)
        sum += pow(design_at(d, i, column) - mean, 2) / n;
    return sqrt(sum);
}

/* sum_j sd_j^2 (u_j - w_j sum u)^2, as the definition has it. */
static double departure(const struct design *d, const struct assay_anchor *anchor, const double coef[])
{
    double sum = 0.0, total = 0.0;
    for (size_t k = 0; k < anchor->n_signal; k++)
        sum -= coef[anchor->signal[k]];
    for (size_t k = 0; k < anchor->n_signal; k++)
        total += pow(column_sd(d, anchor->signal[k] - 1) *
                         (-coef[anchor->signal[k]] - anchor->weight[k] * sum), 2);
    return total;
}

/* ---- the engine ---- */

START_TEST(the_value_is_the_likelihood_less_the_penalty_of_the_definition)
{
    struct design d = draw(500, (uint64_t)_i + 1);
    struct assay_anchor anchor = anchor_at(30.0);
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    double coef[N_COEF], plain, anchored;
    uint64_t state = (uint64_t)_i + 9;
    for (size_t j = 0; j < N_COEF; j++)
        coef[j] = draw_normal(&state);
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assay_ok(d.engine.evaluate(d.engine.state, coef, &plain, NULL, NULL, &err));
    ck_assay_ok(engine.evaluate(engine.state, coef, &anchored, NULL, NULL, &err));
    test_close("penalty", plain - anchored, 15.0 * departure(&d, &anchor, coef), 1e-11, 1.0);
    assay_anchor_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(derivatives_agree_with_differences) /* a loop over seeds */
{
    struct design d = draw(300, (uint64_t)_i + 1);
    const double sd[] = {0.5, 1.0, 2.0, 0.1};
    struct assay_anchor anchor = anchor_at(50.0);
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    double coef[N_COEF], g[N_COEF], h[N_COEF * N_COEF], up[N_COEF], down[N_COEF], l, above, below;
    uint64_t state = (uint64_t)_i + 5;
    anchor.sd = _i % 2 ? sd : NULL;
    for (size_t j = 0; j < N_COEF; j++)
        coef[j] = draw_normal(&state);
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assay_ok(engine.evaluate(engine.state, coef, &l, g, h, &err));
    for (size_t j = 0; j < N_COEF; j++) {
        /* Central differences of step 1e-5: rounding of l (1e-13) over the step is 1e-8. */
        double old = coef[j];
        coef[j] = old + 1e-5;
        ck_assay_ok(engine.evaluate(engine.state, coef, &above, up, NULL, &err));
        coef[j] = old - 1e-5;
        ck_assay_ok(engine.evaluate(engine.state, coef, &below, down, NULL, &err));
        coef[j] = old;
        test_close("gradient", g[j], (above - below) / 2e-5, 1e-6, 1.0);
        for (size_t k = 0; k < N_COEF; k++) {
            test_close("information", h[j * N_COEF + k], (down[k] - up[k]) / 2e-5, 1e-6, 10.0);
            ck_assert_double_eq(h[j * N_COEF + k], h[k * N_COEF + j]);
        }
    }
    assay_anchor_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(cluster_scores_are_those_of_the_data)
{
    struct design d = draw(300, 3);
    struct assay_anchor anchor = anchor_at(10.0);
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    double meat[N_COEF * N_COEF], want[N_COEF * N_COEF];
    size_t n_cluster, n_want;
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assay_ok(engine.cluster_scores(engine.state, truth, meat, &n_cluster, &err));
    ck_assay_ok(d.engine.cluster_scores(d.engine.state, truth, want, &n_want, &err));
    ck_assert_mem_eq(meat, want, sizeof meat);
    ck_assert_uint_eq(n_cluster, n_want);
    assay_anchor_engine_clear(&engine);
    d.engine.cluster_scores = NULL;
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assert(engine.cluster_scores == NULL && engine.jeffreys == NULL);
    assay_anchor_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(the_penalty_is_flat_along_the_anchor)
{
    struct design d = draw(300, 3);
    struct assay_anchor anchor = anchor_at(1e6);
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    const double coef[N_COEF] = {1.5, -0.2, -0.4, -0.6, -0.8, 2.0}; /* u = 2 w */
    double plain, anchored, g[N_COEF], pg[N_COEF];
    ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
    ck_assay_ok(d.engine.evaluate(d.engine.state, coef, &plain, pg, NULL, &err));
    ck_assay_ok(engine.evaluate(engine.state, coef, &anchored, g, NULL, &err));
    test_close("value", anchored, plain, 1e-14, 0);
    for (size_t j = 0; j < N_COEF; j++) /* rounding of u, 1e-16, times lambda */
        test_close("gradient", g[j], pg[j], 1e-9, 1.0);
    assay_anchor_engine_clear(&engine);
    design_free(&d);
}
END_TEST

/* ---- the fit and its limits ---- */

START_TEST(lambda_zero_is_maximum_likelihood)
{
    struct design d = draw(2000, 4);
    struct assay_anchor anchor = anchor_at(0.0);
    struct assay_logistic_fit ml = fit_plain(&d.engine);
    struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
    for (size_t k = 0; k < N_COEF; k++)
        ck_assert_double_eq(fit.fit.coef[k], ml.coef[k]);
    ck_assert_mem_eq(fit.fit.covariance, ml.covariance, N_COEF * N_COEF * sizeof(double));
    test_close("log-likelihood", fit.fit.log_likelihood, ml.log_likelihood, 1e-15, 0);
    ck_assert_double_eq(fit.penalty, 0.0);
    test_close("degrees", fit.degrees, N_COEF, 1e-10, 0);
    anchor.lambda = 1e-6; /* against an information of 250 or more */
    struct assay_anchor_fit near = fit_anchor(&d, &anchor, NULL);
    for (size_t k = 0; k < N_COEF; k++)
        test_close("coefficient", near.fit.coef[k], ml.coef[k], 1e-7, 0.1);
    assay_logistic_fit_clear(&ml);
    assay_anchor_fit_clear(&fit);
    assay_anchor_fit_clear(&near);
    design_free(&d);
}
END_TEST

START_TEST(lambda_infinite_is_the_fit_of_the_composite)
{
    struct design d = draw(2000, 5), c = composite(&d, uneven);
    struct assay_anchor anchor = anchor_at(HUGE_VAL);
    struct assay_logistic_fit want = fit_plain(&c.engine);
    struct signs signs;
    healthy(&signs);
    for (size_t limited = 0; limited < 2; limited++) {
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, limited ? &signs.limits : NULL);
        test_close("intercept", fit.fit.coef[0], want.coef[0], 1e-11, 0.1);
        test_close("indicator", fit.fit.coef[5], want.coef[2], 1e-11, 0.1);
        for (size_t k = 0; k < N_SIGNAL; k++) {
            test_close("signal", fit.fit.coef[k + 1], uneven[k] * want.coef[1], 1e-11, 0.1);
            test_close("variance", fit.fit.covariance[(k + 1) * (N_COEF + 1)],
                       uneven[k] * uneven[k] * want.covariance[4], 1e-10, 0);
            ck_assert_uint_eq(fit.fit.active[k + 1], 0);
        }
        test_close("log-likelihood", fit.fit.log_likelihood, want.log_likelihood, 1e-13, 0);
        test_close("degrees", fit.degrees, 3.0, 1e-10, 0);
        ck_assert_double_eq(fit.penalty, 0.0);
        assay_anchor_fit_clear(&fit);
    }
    assay_logistic_fit_clear(&want);
    design_free(&c);
    design_free(&d);
}
END_TEST

START_TEST(a_large_lambda_nears_the_infinite_one_in_proportion)
{
    struct design d = draw(2000, 6);
    struct assay_anchor anchor = anchor_at(HUGE_VAL);
    struct assay_anchor_fit end = fit_anchor(&d, &anchor, NULL);
    double before = 0.0;
    for (double lambda = 1e6; lambda <= 1e9; lambda *= 10.0) {
        anchor.lambda = lambda;
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
        double gap = 0.0;
        for (size_t j = 0; j < N_COEF; j++)
            gap = fmax(gap, fabs(fit.fit.coef[j] - end.fit.coef[j]));
        ck_assert_double_le(gap, 1e3 / lambda); /* information / lambda */
        if (before > 0.0 && gap > 1e-8) /* in which rounding has no part yet */
            test_close("gap", gap, before / 10.0, 0.01, 0);
        before = gap;
        assay_anchor_fit_clear(&fit);
    }
    assay_anchor_fit_clear(&end);
    design_free(&d);
}
END_TEST

START_TEST(an_anchor_that_the_data_confirm_changes_nothing)
{
    struct design d = draw(2000, 7);
    struct assay_logistic_fit ml = fit_plain(&d.engine);
    double weight[N_SIGNAL], sum = 0.0;
    for (size_t k = 0; k < N_SIGNAL; k++)
        sum += ml.coef[signal[k]];
    for (size_t k = 0; k < N_SIGNAL; k++)
        weight[k] = ml.coef[signal[k]] / sum;
    static const double lambdas[] = {1.0, 100.0, 1e5, HUGE_VAL};
    for (size_t l = 0; l < COUNT(lambdas); l++) {
        struct assay_anchor anchor = anchor_at(lambdas[l]);
        anchor.weight = weight;
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
        for (size_t j = 0; j < N_COEF; j++)
            test_close("coefficient", fit.fit.coef[j], ml.coef[j], 1e-9, 0.1);
        assay_anchor_fit_clear(&fit);
    }
    assay_logistic_fit_clear(&ml);
    design_free(&d);
}
END_TEST

START_TEST(one_signal_has_nothing_to_be_anchored_to)
{
    struct design d = draw(1000, 8);
    const double one = 1.0;
    struct assay_anchor anchor = {.lambda = 1000.0, .n_signal = 1, .signal = signal, .weight = &one};
    struct assay_logistic_fit ml = fit_plain(&d.engine);
    struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
    for (size_t j = 0; j < N_COEF; j++)
        ck_assert_double_eq(fit.fit.coef[j], ml.coef[j]);
    assay_logistic_fit_clear(&ml);
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

START_TEST(a_stronger_anchor_never_lets_the_weights_depart_further) /* a loop over seeds */
{
    struct design d = draw(150 + 100 * (size_t)(_i % 5), (uint64_t)_i + 100);
    struct signs signs;
    healthy(&signs);
    double away = HUGE_VAL, likelihood = 0.0, degrees = N_COEF + 1e-9;
    for (double lambda = 0.01; lambda < 1e6; lambda *= 4.0) {
        struct assay_anchor anchor = anchor_at(lambda);
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, _i % 2 ? &signs.limits : NULL);
        double now = departure(&d, &anchor, fit.fit.coef);
        /* A theorem for any penalty: it falls, and the likelihood with it. */
        ck_assert_double_le(now, away * (1 + 1e-9) + 1e-15);
        if (away < HUGE_VAL)
            ck_assert_double_le(fit.fit.log_likelihood, likelihood + 1e-9);
        test_close("penalty", fit.penalty, lambda / 2.0 * now, 1e-9, 1e-12);
        if (_i % 2 == 0) { /* limits come and go, and degrees with them */
            ck_assert_double_le(fit.degrees, degrees + 1e-3);
            ck_assert_double_ge(fit.degrees, N_COEF - N_SIGNAL + 1 - 1e-9);
        }
        away = now;
        likelihood = fit.fit.log_likelihood;
        degrees = fit.degrees;
        assay_anchor_fit_clear(&fit);
    }
    ck_assert_double_le(away, 1e-6);
    design_free(&d);
}
END_TEST

START_TEST(limited_fits_are_optimal) /* a loop over seeds */
{
    struct design d = draw(120 + 40 * (size_t)(_i % 5), (uint64_t)_i + 500);
    double worst = 0.0;
    struct signs signs;
    healthy(&signs);
    for (double lambda = 0.1; lambda < 2e3; lambda *= 10.0) {
        struct assay_anchor anchor = anchor_at(lambda);
        struct assay_engine engine = {0};
        struct assay_error err = {0};
        double g[N_COEF], h[N_COEF * N_COEF], l;
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, &signs.limits);
        ck_assay_ok(assay_anchor_engine_init(&d.engine, &anchor, &engine, &err));
        ck_assay_ok(engine.evaluate(engine.state, fit.fit.coef, &l, g, h, &err));
        for (size_t j = 0; j < N_COEF; j++) {
            double scaled = g[j] / sqrt(h[j * N_COEF + j]);
            bool is_signal = j >= 1 && j <= N_SIGNAL, bound = is_signal && fit.fit.coef[j] == 0.0;
            ck_assert(!is_signal || fit.fit.coef[j] <= 0.0);
            ck_assert_int_eq(fit.fit.active[j], bound);
            /* At the bound the likelihood may only want more of what is forbidden. */
            worst = fmax(worst, bound ? -scaled : fabs(scaled));
        }
        ck_assert_double_le(worst, 1e-8);
        assay_anchor_engine_clear(&engine);
        assay_anchor_fit_clear(&fit);
    }
    design_free(&d);
}
END_TEST

START_TEST(data_that_run_backwards_leave_the_composite_on_its_bound)
{
    static const double worse[] = {-0.4, 0.6, 0.4, 0.5, 0.5, 0.3};
    const double weight[] = {0.5, 0.5, 0.0, 0.0};
    struct design d = design_draw(1000, N_COEF - 1, worse, 3);
    struct assay_anchor anchor = anchor_at(HUGE_VAL);
    struct signs signs;
    healthy(&signs);
    anchor.weight = weight;
    struct assay_anchor_fit fit = fit_anchor(&d, &anchor, &signs.limits);
    const unsigned char active[N_COEF] = {0, 1, 1, 0, 0, 0};
    for (size_t k = 0; k < N_SIGNAL; k++)
        ck_assert_double_eq(fit.fit.coef[signal[k]], 0.0);
    ck_assert_mem_eq(fit.fit.active, active, N_COEF);
    test_close("degrees", fit.degrees, 2.0, 1e-10, 0);
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- units ---- */

static void multiply_column(struct design *d, size_t column, double factor)
{
    for (size_t i = 0; i < d->data.n_row; i++)
        design_set(d, i, column, factor * design_at(d, i, column));
}

START_TEST(a_common_unit_of_the_signals_does_not_matter)
{
    struct design d = draw(700, 9);
    static const double lambdas[] = {20.0, HUGE_VAL};
    for (size_t l = 0; l < COUNT(lambdas); l++) {
        struct assay_anchor anchor = anchor_at(lambdas[l]);
        double before[700], after[700];
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
        assay_array_log_odds(&d.data, fit.fit.coef, before);
        for (size_t k = 0; k < N_SIGNAL; k++)
            multiply_column(&d, signal[k] - 1, 1000.0);
        multiply_column(&d, N_COEF - 2, 0.001); /* the indicator has a unit of its own */
        design_restart(&d);
        struct assay_anchor_fit scaled = fit_anchor(&d, &anchor, NULL);
        assay_array_log_odds(&d.data, scaled.fit.coef, after);
        for (size_t i = 0; i < 700; i++)
            ck_assert_double_le(fabs(after[i] - before[i]), 1e-9);
        test_close("penalty", scaled.penalty, fit.penalty, 1e-9, 1e-9);
        assay_anchor_fit_clear(&fit);
        assay_anchor_fit_clear(&scaled);
    }
    design_free(&d);
}
END_TEST

START_TEST(a_given_sd_is_the_one_that_counts)
{
    struct design d = draw(700, 10);
    double sd[N_SIGNAL], twice[N_SIGNAL];
    for (size_t k = 0; k < N_SIGNAL; k++) {
        sd[k] = column_sd(&d, signal[k] - 1);
        twice[k] = 2.0 * sd[k];
    }
    struct assay_anchor found = anchor_at(40.0), given = anchor_at(40.0), stronger = anchor_at(10.0);
    given.sd = sd;
    stronger.sd = twice;
    struct assay_anchor_fit a = fit_anchor(&d, &found, NULL), b = fit_anchor(&d, &given, NULL),
                            c = fit_anchor(&d, &stronger, NULL);
    for (size_t j = 0; j < N_COEF; j++) {
        test_close("given", b.fit.coef[j], a.fit.coef[j], 1e-11, 0.1);
        test_close("twice the sd, a quarter of lambda", c.fit.coef[j], a.fit.coef[j], 1e-11, 0.1);
    }
    assay_anchor_fit_clear(&a);
    assay_anchor_fit_clear(&b);
    assay_anchor_fit_clear(&c);
    design_free(&d);
}
END_TEST

/* ---- separation ---- */

/* Column 0 separates by itself, 1 does not; together they do not along the anchor (1/2, 1/2). */
static const double split[] = {1, 5, 0, 2, 1, 0, 3, 6, 0, 4, 2, 1, 5, 1, 1, 6, 4, 1, 3.4, 2, 0};

START_TEST(an_anchor_gives_separated_data_a_fit)
{
    struct design d = design_of(split, 7, 2);
    const double half[] = {0.5, 0.5};
    struct assay_anchor anchor = {.lambda = 0.01, .n_signal = 2, .signal = signal, .weight = half};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit ml = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(assay_logistic_fit(&d.engine, &options, &ml, &err), ASSAY_ENUMERIC);
    ck_assert_int_eq(ml.problem, ASSAY_FIT_SEPARATED);
    for (; anchor.lambda < 1e5; anchor.lambda *= 10.0) {
        struct assay_anchor_fit fit = fit_anchor(&d, &anchor, NULL);
        ck_assert_double_le(fit.fit.gradient_norm, 1e-7);
        assay_anchor_fit_clear(&fit);
    }
    assay_logistic_fit_clear(&ml);
    design_free(&d);
}
END_TEST

START_TEST(separation_along_the_anchor_is_still_told)
{
    struct design d = design_of(split, 7, 2);
    const double first[] = {1.0, 0.0};
    struct assay_anchor anchor = {.n_signal = 2, .signal = signal, .weight = first};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    anchor.lambda = 1.0;
    ck_assert_int_eq(assay_anchor_fit(&d.engine, &anchor, &options, NULL, &fit, &err),
                     ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.fit.problem, ASSAY_FIT_SEPARATED);
    assay_anchor_fit_clear(&fit);
    anchor.lambda = HUGE_VAL;
    ck_assert_int_eq(assay_anchor_fit(&d.engine, &anchor, &options, NULL, &fit, &err),
                     ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.fit.problem, ASSAY_FIT_SEPARATED);
    ck_assert(!fit.fit.blamed[0] && fit.fit.blamed[1] && !fit.fit.blamed[2]);
    ck_assert_str_eq(err.message, "along the anchor: logistic fit: coefficient 1 separates the "
                                  "outcomes perfectly; its estimate is not finite");
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

/* ---- what cannot be ---- */

static const double half_sum[] = {0.1, 0.2, 0.1, 0.1}, zero_sd[] = {1, 1, 0, 1};
static const struct { double lambda; const double *weight, *sd; const char *message; } bad[] = {
    {-1.0, uneven, NULL, "the anchor's strength is -1; expected at least 0"},
    {-HUGE_VAL, uneven, NULL, "the anchor's strength is -inf; expected at least 0"},
    {1.0, half_sum, NULL, "the anchor's weights sum to 0.5; expected 1"},
    {HUGE_VAL, half_sum, NULL, "the anchor's weights sum to 0.5; expected 1"},
    {1.0, uneven, zero_sd,
     "the standard deviation of coefficient 3 is 0; expected a positive number"},
};

START_TEST(anchors_that_are_none_are_refused)
{
    struct design d = draw(100, 1);
    struct assay_anchor anchor = anchor_at(bad[_i].lambda);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    anchor.weight = bad[_i].weight;
    anchor.sd = bad[_i].sd;
    ck_assert_int_eq(assay_anchor_fit(&d.engine, &anchor, &options, NULL, &fit, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_ptr_null(fit.fit.coef);
    design_free(&d);
}
END_TEST

START_TEST(starts_and_held_coefficients_are_kept)
{
    struct design d = draw(1000, 12);
    const double start[] = {0.2, -0.1, -0.1, -0.3, -0.5, 0.25};
    const unsigned char held[] = {0, 0, 0, 0, 0, 1};
    static const double lambdas[] = {20.0, HUGE_VAL};
    struct signs signs;
    healthy(&signs);
    for (size_t l = 0; l < COUNT(lambdas); l++) {
        struct assay_anchor anchor = anchor_at(lambdas[l]);
        struct assay_logistic_options options = assay_logistic_options_default();
        struct assay_anchor_fit fit = {0}, again = {0};
        struct assay_error err = {0};
        options.start = start;
        options.held = held;
        ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, &signs.limits, &fit, &err));
        ck_assert_double_eq(fit.fit.coef[5], 0.25);
        ck_assert_double_eq(fit.fit.covariance[35], 0.0);
        options.start = fit.fit.coef;
        ck_assay_ok(assay_anchor_fit(&d.engine, &anchor, &options, &signs.limits, &again, &err));
        ck_assert_uint_eq(again.fit.iterations, 1);
        assay_anchor_fit_clear(&fit);
        assay_anchor_fit_clear(&again);
    }
    design_free(&d);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = draw(9000, 12);
    struct signs signs;
    healthy(&signs);
    static const double lambdas[] = {20.0, HUGE_VAL};
    for (size_t l = 0; l < COUNT(lambdas); l++) {
        struct assay_anchor anchor = anchor_at(lambdas[l]);
        double coef[N_COEF], covariance[N_COEF * N_COEF];
        for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
            d.data.n_thread = n_thread;
            design_restart(&d);
            struct assay_anchor_fit fit = fit_anchor(&d, &anchor, &signs.limits);
            if (n_thread == 1) {
                memcpy(coef, fit.fit.coef, sizeof coef);
                memcpy(covariance, fit.fit.covariance, sizeof covariance);
            }
            ck_assert_mem_eq(coef, fit.fit.coef, sizeof coef);
            ck_assert_mem_eq(covariance, fit.fit.covariance, sizeof covariance);
            assay_anchor_fit_clear(&fit);
        }
    }
    design_free(&d);
}
END_TEST

START_TEST(every_allocation_may_fail) /* once for a finite lambda, once for an infinite one */
{
    struct design d = draw(300, 13);
    struct signs signs;
    struct assay_anchor anchor = anchor_at(_i ? HUGE_VAL : 10.0);
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_anchor_fit fit = {0};
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    healthy(&signs);
    do {
        test_fail_allocation(++n);
        status = assay_anchor_fit(&d.engine, &anchor, &options, &signs.limits, &fit, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && fit.fit.coef == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 20);
    assay_anchor_fit_clear(&fit);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, the_value_is_the_likelihood_less_the_penalty_of_the_definition, 0, 10);
    tcase_add_loop_test(tc, derivatives_agree_with_differences, 0, 20);
    tcase_add_test(tc, cluster_scores_are_those_of_the_data);
    tcase_add_test(tc, the_penalty_is_flat_along_the_anchor);
    tcase_add_test(tc, lambda_zero_is_maximum_likelihood);
    tcase_add_test(tc, lambda_infinite_is_the_fit_of_the_composite);
    tcase_add_test(tc, a_large_lambda_nears_the_infinite_one_in_proportion);
    tcase_add_test(tc, an_anchor_that_the_data_confirm_changes_nothing);
    tcase_add_test(tc, one_signal_has_nothing_to_be_anchored_to);
    tcase_add_loop_test(tc, a_stronger_anchor_never_lets_the_weights_depart_further, 0, 40);
    tcase_add_loop_test(tc, limited_fits_are_optimal, 0, 40);
    tcase_add_test(tc, data_that_run_backwards_leave_the_composite_on_its_bound);
    tcase_add_test(tc, a_common_unit_of_the_signals_does_not_matter);
    tcase_add_test(tc, a_given_sd_is_the_one_that_counts);
    tcase_add_test(tc, an_anchor_gives_separated_data_a_fit);
    tcase_add_test(tc, separation_along_the_anchor_is_still_told);
    tcase_add_loop_test(tc, anchors_that_are_none_are_refused, 0, COUNT(bad));
    tcase_add_test(tc, starts_and_held_coefficients_are_kept);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_loop_test(tc, every_allocation_may_fail, 0, 2);
}

ASSAY_SUITE("fit/anchor", add_tests)
