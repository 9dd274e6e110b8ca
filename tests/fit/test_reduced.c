/* Fewer coefficients through the seam: b = offset + C t. */
#include <string.h>

#include "core/fit/logistic.h"
#include "core/fit/reduced.h"
#include "tests/fit/design.h"

static const double truth[] = {-0.5, 0.6, -0.4, 0.2, 0.5};

static struct assay_logistic_fit fit_engine(const struct assay_engine *engine)
{
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_logistic_fit(engine, &options, &fit, &err));
    return fit;
}

static struct assay_logistic_fit fit_reduced(const struct design *d, const struct assay_reduction *r)
{
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_engine_init(&d->engine, r, &engine, &err));
    ck_assert_uint_eq(engine.n_row, d->engine.n_row);
    ck_assert_uint_eq(engine.n_event, d->engine.n_event);
    struct assay_logistic_fit fit = fit_engine(&engine);
    assay_reduced_engine_clear(&engine);
    return fit;
}

START_TEST(derivatives_agree_with_differences) /* a loop over seeds */
{
    struct design d = design_draw(300, 4, truth, (uint64_t)_i + 1);
    uint64_t state = (uint64_t)_i + 50;
    double matrix[15], offset[5], t[3], g[3], h[9], up[3], down[3], l, above, below;
    for (size_t k = 0; k < 15; k++)
        matrix[k] = draw_normal(&state);
    for (size_t k = 0; k < 5; k++)
        offset[k] = 0.3 * draw_normal(&state);
    for (size_t k = 0; k < 3; k++)
        t[k] = 0.3 * draw_normal(&state);
    struct assay_reduction r = {.n_coef = 5, .n_small = 3, .offset = offset, .matrix = matrix};
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_engine_init(&d.engine, &r, &engine, &err));
    ck_assay_ok(engine.evaluate(engine.state, t, &l, g, h, &err));
    double coef[5], direct;
    assay_reduced_expand(&r, t, coef);
    ck_assay_ok(d.engine.evaluate(d.engine.state, coef, &direct, NULL, NULL, &err));
    ck_assert_double_eq(l, direct);
    for (size_t s = 0; s < 3; s++) {
        /* Central differences of step 1e-5: the third derivative leaves 1e-10 of the sums, the
         * rounding of l (1e-13) over the step 1e-8. */
        double old = t[s];
        t[s] = old + 1e-5;
        ck_assay_ok(engine.evaluate(engine.state, t, &above, up, NULL, &err));
        t[s] = old - 1e-5;
        ck_assay_ok(engine.evaluate(engine.state, t, &below, down, NULL, &err));
        t[s] = old;
        test_close("gradient", g[s], (above - below) / 2e-5, 1e-6, 1.0);
        for (size_t u = 0; u < 3; u++) {
            test_close("information", h[s * 3 + u], (down[u] - up[u]) / 2e-5, 1e-6, 10.0);
            ck_assert_double_eq(h[s * 3 + u], h[u * 3 + s]);
        }
    }
    assay_reduced_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(cluster_scores_are_those_of_the_reduced_columns)
{
    struct design d = design_draw(900, 2, truth, 4), sum = design_new(900, 1);
    int32_t cluster[900];
    for (size_t i = 0; i < 900; i++) {
        design_set(&sum, i, 0, design_at(&d, i, 0) - 2.0 * design_at(&d, i, 1));
        sum.outcome[i] = d.outcome[i];
        cluster[i] = (int32_t)(i * 7 % 100);
    }
    d.data.cluster = sum.data.cluster = cluster;
    design_restart(&d);
    design_start(&sum);
    const double matrix[] = {1, 0, 0, 1, 0, -2}, t[] = {-0.3, 0.4};
    struct assay_reduction r = {.n_coef = 3, .n_small = 2, .matrix = matrix};
    struct assay_engine engine = {0};
    struct assay_error err = {0};
    double meat[4], want[4];
    size_t n_cluster, n_want;
    ck_assay_ok(assay_reduced_engine_init(&d.engine, &r, &engine, &err));
    ck_assay_ok(engine.cluster_scores(engine.state, t, meat, &n_cluster, &err));
    ck_assay_ok(sum.engine.cluster_scores(sum.engine.state, t, want, &n_want, &err));
    ck_assert(n_cluster == 100 && n_want == 100);
    for (size_t k = 0; k < 4; k++)
        test_close("meat", meat[k], want[k], 1e-12, 1.0);
    assay_reduced_engine_clear(&engine);
    d.engine.cluster_scores = NULL;
    ck_assay_ok(assay_reduced_engine_init(&d.engine, &r, &engine, &err));
    ck_assert(engine.cluster_scores == NULL && engine.jeffreys == NULL);
    assay_reduced_engine_clear(&engine);
    design_free(&sum);
    design_free(&d);
}
END_TEST

START_TEST(the_identity_changes_nothing)
{
    struct design d = design_draw(1000, 4, truth, 3);
    double matrix[25] = {0};
    for (size_t j = 0; j < 5; j++)
        matrix[6 * j] = 1.0;
    struct assay_reduction r = {.n_coef = 5, .n_small = 5, .matrix = matrix};
    struct assay_logistic_fit fit = fit_engine(&d.engine), same = fit_reduced(&d, &r), told = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_fit_expand(&r, &same, &told, &err));
    ck_assert_double_eq(fit.log_likelihood, told.log_likelihood);
    ck_assert_uint_eq(fit.iterations, told.iterations);
    for (size_t k = 0; k < 5; k++)
        ck_assert_double_eq(fit.coef[k], told.coef[k]);
    for (size_t k = 0; k < 25; k++)
        ck_assert_double_eq(fit.covariance[k], told.covariance[k]);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&same);
    assay_logistic_fit_clear(&told);
    design_free(&d);
}
END_TEST

START_TEST(a_shared_coefficient_is_the_fit_on_the_sum)
{
    struct design d = design_draw(2000, 2, truth, 4), sum = design_new(2000, 1);
    for (size_t i = 0; i < 2000; i++) {
        design_set(&sum, i, 0, design_at(&d, i, 0) - 2.0 * design_at(&d, i, 1));
        sum.outcome[i] = d.outcome[i];
    }
    design_start(&sum);
    const double matrix[] = {1, 0, 0, 1, 0, -2};
    struct assay_reduction r = {.n_coef = 3, .n_small = 2, .matrix = matrix};
    struct assay_logistic_fit fit = fit_engine(&sum.engine), small = fit_reduced(&d, &r), told = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_fit_expand(&r, &small, &told, &err));
    /* The same sums in another order: rounding alone. */
    test_close("intercept", told.coef[0], fit.coef[0], 1e-12, 0.1);
    test_close("first", told.coef[1], fit.coef[1], 1e-12, 0.1);
    ck_assert_double_eq(told.coef[2], -2.0 * told.coef[1]);
    test_close("variance", told.covariance[4], fit.covariance[3], 1e-12, 0);
    test_close("variance", told.covariance[8], 4.0 * fit.covariance[3], 1e-12, 0);
    test_close("covariance", told.covariance[5], -2.0 * fit.covariance[3], 1e-12, 0);
    test_close("covariance", told.covariance[1], fit.covariance[1], 1e-12, 0);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&small);
    assay_logistic_fit_clear(&told);
    design_free(&sum);
    design_free(&d);
}
END_TEST

START_TEST(a_given_slope_leaves_the_intercept_of_calibration_in_the_large)
{
    /* 30 of 40 events with the feature and 20 of 60 without; the slope is held at the log odds ratio,
     * so the intercept is the log odds of those without. */
    struct design d = design_new(100, 1);
    for (size_t i = 0; i < 100; i++) {
        design_set(&d, i, 0, i < 40);
        d.outcome[i] = i < 30 || i >= 80;
    }
    design_start(&d);
    const double matrix[] = {1, 0}, offset[] = {5, log(3.0) - log(0.5)};
    struct assay_reduction r = {.n_coef = 2, .n_small = 1, .offset = offset, .matrix = matrix};
    struct assay_logistic_fit small = fit_reduced(&d, &r), told = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_fit_expand(&r, &small, &told, &err));
    test_close("intercept", told.coef[0], log(0.5), 1e-13, 0);
    ck_assert_double_eq(told.coef[1], offset[1]);
    test_close("variance", told.covariance[0], 1.0 / (40 * 3 / 16.0 + 60 * 2 / 9.0), 1e-13, 0);
    ck_assert(told.covariance[1] == 0.0 && told.covariance[3] == 0.0);
    assay_logistic_fit_clear(&small);
    assay_logistic_fit_clear(&told);
    design_free(&d);
}
END_TEST

START_TEST(an_offset_within_the_span_moves_t_not_b)
{
    struct design d = design_draw(1500, 4, truth, 8);
    const double matrix[] = {1, 0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0, 1, 0, -1, 2};
    const double shift[] = {0.7, -0.2, 0.4};
    double offset[5];
    struct assay_reduction r = {.n_coef = 5, .n_small = 3, .matrix = matrix};
    assay_reduced_expand(&r, shift, offset);
    struct assay_logistic_fit fit = fit_reduced(&d, &r);
    r.offset = offset;
    struct assay_logistic_fit moved = fit_reduced(&d, &r);
    for (size_t s = 0; s < 3; s++) /* settled to 1e-10 of log-odds, and quadratically so */
        test_close("t", moved.coef[s] + shift[s], fit.coef[s], 1e-10, 0.1);
    assay_logistic_fit_clear(&fit);
    assay_logistic_fit_clear(&moved);
    design_free(&d);
}
END_TEST

START_TEST(limits_follow_and_the_silent_ones_go)
{
    const double matrix[] = {1, 0, 0, 0.7, 0, 0.3, 0, 0}, offset[] = {0, 0, 1, 2};
    struct assay_reduction r = {.n_coef = 4, .n_small = 2, .offset = offset, .matrix = matrix};
    const double limit[] = {0, 1, 0, 0, 0, 0, 0, 1, 0, 0.3, -0.7, 0, 1, 0, 1, 1};
    const double floor[] = {0, 2, -0.7, 5};
    struct assay_limits limits = {.n_limit = 4, .limit = limit, .floor = floor}, small = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_limits_init(&r, &limits, &small, &err));
    ck_assert_uint_eq(small.n_limit, 2); /* the second and the third hold whatever t is */
    ck_assert(small.limit[0] == 0.0 && small.limit[1] == 0.7 && small.floor[0] == 0.0);
    ck_assert(small.limit[2] == 1.0 && small.limit[3] == 0.3 && small.floor[1] == 2.0);
    ck_assert_uint_eq(small.n_equal, 0);
    assay_reduced_limits_clear(&small);
    limits.n_equal = 2;
    ck_assay_ok(assay_reduced_limits_init(&r, &limits, &small, &err));
    ck_assert(small.n_limit == 2 && small.n_equal == 1); /* the second was one and says nothing */
    assay_reduced_limits_clear(&small);
    const double low[] = {0, 1.5, -0.7, 5};
    limits.floor = low;
    ck_assert_int_eq(assay_reduced_limits_init(&r, &limits, &small, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "limit 1 is 2 whatever the fit; expected 1.5");
    limits.n_equal = 0;
    const double high[] = {0, 2.5, -0.7, 5};
    limits.floor = high;
    ck_assert_int_eq(assay_reduced_limits_init(&r, &limits, &small, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, "limit 1 is 2 whatever the fit; expected at least 2.5");
    ck_assert(small.limit == NULL);
}
END_TEST

START_TEST(flags_are_told_of_the_coefficients_they_touch)
{
    const double matrix[] = {1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0};
    struct assay_reduction r = {.n_coef = 4, .n_small = 3, .matrix = matrix};
    double coef[3] = {1, 2, 3}, covariance[9] = {0};
    unsigned char blamed[3] = {1, 0, 1}, active[3] = {0, 1, 0};
    struct assay_logistic_fit small = {.problem = ASSAY_FIT_QUASI, .n_coef = 3, .coef = coef,
                                       .covariance = covariance, .blamed = blamed, .active = active};
    struct assay_logistic_fit told = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_fit_expand(&r, &small, &told, &err));
    const unsigned char want_blamed[] = {0, 0, 1, 0}, want_active[] = {0, 1, 0, 0};
    ck_assert_mem_eq(told.blamed, want_blamed, 4);
    ck_assert_mem_eq(told.active, want_active, 4);
    ck_assert_int_eq(told.problem, ASSAY_FIT_QUASI);
    ck_assert(told.coef[2] == 5.0 && told.coef[3] == 0.0);
    assay_logistic_fit_clear(&told);
}
END_TEST

START_TEST(separation_is_seen_through_it)
{
    const double table[] = {1, 5, 0, 2, 3, 0, 3, 6, 0, 4, 4, 1, 5, 6, 1, 6, 3, 1};
    struct design d = design_of(table, 6, 2);
    const double matrix[] = {1, 0, 0, 1, 0, 0.1};
    struct assay_reduction r = {.n_coef = 3, .n_small = 2, .matrix = matrix};
    struct assay_engine engine = {0};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_reduced_engine_init(&d.engine, &r, &engine, &err));
    ck_assert_int_eq(assay_logistic_fit(&engine, &options, &fit, &err), ASSAY_ENUMERIC);
    ck_assert_int_eq(fit.problem, ASSAY_FIT_SEPARATED);
    ck_assert(fit.blamed[1] && !fit.blamed[0]);
    assay_logistic_fit_clear(&fit);
    assay_reduced_engine_clear(&engine);
    design_free(&d);
}
END_TEST

START_TEST(threads_do_not_change_a_byte)
{
    struct design d = design_draw(9000, 4, truth, 12);
    const double matrix[] = {1, 0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0, 1, 0, -1, 2};
    struct assay_reduction r = {.n_coef = 5, .n_small = 3, .matrix = matrix};
    double coef[3], covariance[9];
    for (size_t n_thread = 1; n_thread <= 7; n_thread += 3) {
        d.data.n_thread = n_thread;
        design_restart(&d);
        struct assay_logistic_fit fit = fit_reduced(&d, &r);
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

/* Everything that allocates, once through; no assertion in here, it would allocate too. */
static enum assay_status use_all(const struct design *d, const struct assay_reduction *r,
                                 const struct assay_limits *limits,
                                 const struct assay_logistic_fit *small, bool *untouched,
                                 struct assay_error *err)
{
    struct assay_engine engine = {0};
    struct assay_limits reduced = {0};
    struct assay_logistic_fit told = {0};
    enum assay_status status = assay_reduced_engine_init(&d->engine, r, &engine, err);
    if (status == ASSAY_OK)
        status = assay_reduced_limits_init(r, limits, &reduced, err);
    if (status == ASSAY_OK)
        status = assay_reduced_fit_expand(r, small, &told, err);
    *untouched = told.coef == NULL;
    assay_logistic_fit_clear(&told);
    assay_reduced_limits_clear(&reduced);
    assay_reduced_engine_clear(&engine);
    return status;
}

START_TEST(every_allocation_may_fail)
{
    struct design d = design_draw(300, 2, truth, 13);
    const double matrix[] = {1, 0, 0, 1, 0, -2}, limit[] = {0, 1, 0}, floor[] = {0};
    struct assay_reduction r = {.n_coef = 3, .n_small = 2, .matrix = matrix};
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = floor};
    struct assay_logistic_fit small = fit_reduced(&d, &r);
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    bool untouched;
    do {
        test_fail_allocation(++n);
        status = use_all(&d, &r, &limits, &small, &untouched, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && untouched));
    } while (status != ASSAY_OK);
    ck_assert_uint_eq(n, 9); /* eight allocations: engine 2, limits 1, fit 5 */
    assay_logistic_fit_clear(&small);
    design_free(&d);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, derivatives_agree_with_differences, 0, 20);
    tcase_add_test(tc, cluster_scores_are_those_of_the_reduced_columns);
    tcase_add_test(tc, the_identity_changes_nothing);
    tcase_add_test(tc, a_shared_coefficient_is_the_fit_on_the_sum);
    tcase_add_test(tc, a_given_slope_leaves_the_intercept_of_calibration_in_the_large);
    tcase_add_test(tc, an_offset_within_the_span_moves_t_not_b);
    tcase_add_test(tc, limits_follow_and_the_silent_ones_go);
    tcase_add_test(tc, flags_are_told_of_the_coefficients_they_touch);
    tcase_add_test(tc, separation_is_seen_through_it);
    tcase_add_test(tc, threads_do_not_change_a_byte);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/reduced", add_tests)
