/* One step away from the fit without an account, against the fit without it. */
#include "calibrate/evidence/influence.h"

#include "core/fit/robust.h"
#include "tests/calibrate/fitted.h"

#define SIX_SIGNALS \
    SPEC_HEAD "\"signals\": [" \
    SIGNAL("logins", "logins", "higher", "") "," \
    SIGNAL("tickets", "tickets", "lower", "") "," \
    SIGNAL("nps", "nps", "higher", MISSING("indicator")) "," \
    SIGNAL("seats", "seats", "higher", METHOD("\"none\"")) "," \
    SIGNAL("use", "use", "higher", METHOD("\"none\"")) "," \
    SIGNAL("contract", "contract", "higher", BY_CATEGORY) "]}"

static void fit_made_up(struct fitted *f, const char *spec, struct made_up how)
{
    struct assay_text csv = made_up_csv(&how);
    struct assay_error err = {0};
    ck_assay_ok(lab_read(&f->lab, spec, csv.data, &err));
    fitted_fit(f);
    assay_text_clear(&csv);
}

/* ---- against refits ---- */

/* Refits without one account, on the same design, and returns w_j - w_j(without) for all j. */
static void refit_without(struct fitted *f, int32_t code, unsigned char include[], double pull[])
{
    const struct assay_history *history = &f->lab.history;
    const int32_t *codes = history->table->columns[history->columns->id].codes;
    struct assay_error err = {0};
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_array_data data = assay_pipeline_data(&f->lab.pipeline);
    double total = 0;
    for (size_t i = 0; i < history->n_row; i++)
        include[i] = history->used[i] && codes[i] != code;
    data.include = include;
    options.held = f->lab.pipeline.held;
    options.start = f->lab.pipeline.fit.coef;
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    ck_assay_ok(assay_logistic_fit_limited(&engine, &options, f->lab.estimation.limits, &fit, &err));
    for (size_t j = 0; j < f->lab.pipeline.n_signal; j++)
        total -= fit.coef[1 + j];
    for (size_t j = 0; j < f->lab.pipeline.n_signal; j++)
        pull[j] = f->lab.pipeline.weight[j] + fit.coef[1 + j] / total;
    assay_array_engine_clear(&engine);
    assay_logistic_fit_clear(&fit);
}

struct agreement {
    double xy, xx, yy, worst; /* worst: largest gap over the largest pull */
    double largest;
};

static double correlation(const struct agreement *a)
{
    return a->xy / sqrt(a->xx * a->yy);
}

/* Over the accounts that count, one in `stride`: pulls centre on 0 by construction. */
static void compare(struct fitted *f, const struct assay_influence *influence, size_t stride,
                    struct agreement agreement[])
{
    unsigned char *include = calloc(f->lab.history.n_row, 1);
    double pull[ASSAY_MAX_SIGNALS];
    ck_assert_ptr_nonnull(include);
    for (size_t c = 0; c < influence->n_code; c += stride) {
        if (!influence->counts[c])
            continue;
        refit_without(f, (int32_t)c, include, pull);
        for (size_t j = 0; j < influence->n_signal; j++) {
            double step = influence->pull[c * influence->n_signal + j];
            struct agreement *a = &agreement[j];
            a->xy += step * pull[j];
            a->xx += step * step;
            a->yy += pull[j] * pull[j];
            a->worst = fmax(a->worst, fabs(step - pull[j]));
            a->largest = fmax(a->largest, fabs(pull[j]));
        }
    }
    free(include);
}

/* 300 snapshots, 6 signals: each account has a share in the fit that no demo gives it. A single step
 * leaves out the third derivative, which is of the order of the account's leverage, here some 5%. */
START_TEST(one_step_is_near_the_refit_without_the_account)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    struct agreement agreement[ASSAY_MAX_SIGNALS] = {{0}};
    fit_made_up(&f, SIX_SIGNALS, (struct made_up){.seed = (uint64_t)_i, .n_row = 300});
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    compare(&f, &influence, 1, agreement);
    for (size_t j = 0; j < influence.n_signal; j++) {
        if (f.lab.pipeline.weight[j] == 0)
            continue;
        ck_assert_msg(correlation(&agreement[j]) > 0.99, "signal %zu: correlation %.4f", j,
                      correlation(&agreement[j]));
        ck_assert_msg(agreement[j].worst < 0.25 * agreement[j].largest, "signal %zu: gap %.3g of %.3g",
                      j, agreement[j].worst, agreement[j].largest);
    }
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

/* The three accounts that the step puts first, against the order of their refits and of others. */
static bool same_three(struct fitted *f, const struct assay_influence *influence, size_t j)
{
    enum { TOP = 3, LOOKED_AT = 12 };
    size_t top[LOOKED_AT], n = assay_influence_top(influence, j, 0, LOOKED_AT, top), beaten = 0;
    double pull[ASSAY_MAX_SIGNALS], third = INFINITY;
    unsigned char *include = calloc(f->lab.history.n_row, 1);
    ck_assert_ptr_nonnull(include);
    ck_assert_uint_eq(n, LOOKED_AT);
    for (size_t k = 0; k < n; k++) {
        refit_without(f, (int32_t)top[k], include, pull);
        if (k < TOP)
            third = fmin(third, fabs(pull[j]));
        else
            beaten += fabs(pull[j]) > third;
    }
    free(include);
    return beaten == 0;
}

START_TEST(on_the_demo_steps_and_refits_name_the_same_accounts)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    struct agreement agreement[ASSAY_MAX_SIGNALS] = {{0}};
    size_t free_signals = 0, same = 0;
    double lowest = 1;
    ck_assay_ok(assay_spec_read(DEMO_SPEC, &f.lab.spec, &err));
    ck_assay_ok(lab_history(&f.lab, DEMO_DATA, &err));
    fitted_fit(&f);
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    compare(&f, &influence, 23, agreement);
    for (size_t j = 0; j < influence.n_signal; j++) {
        if (f.lab.pipeline.weight[j] == 0)
            continue;
        free_signals++;
        same += same_three(&f, &influence, j);
        lowest = fmin(lowest, correlation(&agreement[j]));
        ck_assert_msg(correlation(&agreement[j]) > 0.99, "signal %zu: correlation %.4f", j,
                      correlation(&agreement[j]));
    }
    printf("demo: correlation of pulls at least %.7f; the same three accounts in %zu of %zu signals\n",
           lowest, same, free_signals);
    ck_assert_uint_ge(4 * same, 3 * free_signals);
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

/* ---- what pulls are ---- */

START_TEST(weights_sum_to_1_so_an_accounts_pulls_sum_to_0)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    fit_made_up(&f, SIX_SIGNALS, (struct made_up){.seed = (uint64_t)_i, .n_row = 600});
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    ck_assert(influence.known);
    ck_assert_uint_eq(influence.n_account, 300);
    for (size_t c = 0; c < influence.n_code; c++) {
        double sum = 0;
        for (size_t j = 0; j < influence.n_signal; j++)
            sum += influence.pull[c * influence.n_signal + j];
        ck_assert_msg(fabs(sum) < 1e-14, "account %zu: %.3g", c, sum);
    }
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

/* The delta method with the sandwich by account (robust.h), against the jackknife of the steps: the two
 * agree to first order, the jackknife being the larger by about the leverage, here 1%. */
START_TEST(the_jackknife_is_the_sandwich_to_first_order)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    struct assay_engine engine;
    size_t n_cluster, p;
    fit_made_up(&f, SIX_SIGNALS, (struct made_up){.seed = 3, .n_row = 4000});
    p = f.lab.pipeline.n_coef;
    double *v = malloc(p * p * sizeof *v);
    ck_assert_ptr_nonnull(v);
    struct assay_array_data data = assay_pipeline_data(&f.lab.pipeline);
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    ck_assay_ok(assay_robust_covariance(&engine, &f.lab.pipeline.fit, ASSAY_ROBUST_CLUSTERS, v,
                                        &n_cluster, &err));
    assay_array_engine_clear(&engine);
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    for (size_t j = 0; j < influence.n_signal; j++) {
        double variance = 0, total = f.lab.pipeline.slope_total, w = f.lab.pipeline.weight[j];
        for (size_t a = 0; a < influence.n_signal; a++)
            for (size_t b = 0; b < influence.n_signal; b++)
                variance += ((a == j) - w) * ((b == j) - w) * v[(1 + a) * p + 1 + b] / total / total;
        test_close("error", assay_influence_error(&influence, j, NULL, 0), sqrt(variance), 0.02,
                   1e-6);
        ck_assert(assay_influence_error(&influence, j, &influence, j) == 0);
    }
    free(v);
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

START_TEST(top_orders_by_pull_in_the_direction_asked_for)
{
    enum { N = 6 };
    double pull[N] = {0.1, -0.4, 0, 0.3, 0.3, -0.2};
    unsigned char counts[N] = {1, 1, 1, 1, 1, 1};
    struct assay_influence influence = {true, N, 1, N, counts, pull};
    size_t top[N];
    ck_assert_uint_eq(assay_influence_top(&influence, 0, 0, 3, top), 3);
    ck_assert(top[0] == 1 && top[1] == 3 && top[2] == 4);
    ck_assert_uint_eq(assay_influence_top(&influence, 0, 1, 6, top), 3);
    ck_assert(top[0] == 3 && top[1] == 4 && top[2] == 0);
    ck_assert_uint_eq(assay_influence_top(&influence, 0, -1, 1, top), 1);
    ck_assert(top[0] == 1);
    ck_assert_uint_eq(assay_influence_top(&influence, 0, -1, 0, top), 0);
}
END_TEST

START_TEST(a_fit_without_covariance_names_nobody)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    size_t top[3];
    fit_made_up(&f, SIX_SIGNALS, (struct made_up){.seed = 1, .n_row = 300});
    memset(f.lab.pipeline.fit.covariance, 0,
           f.lab.pipeline.n_coef * f.lab.pipeline.n_coef * sizeof(double));
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    ck_assert(!influence.known);
    ck_assert_uint_eq(assay_influence_top(&influence, 0, 0, 3, top), 0);
    ck_assert(isnan(assay_influence_error(&influence, 0, NULL, 0)));
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

START_TEST(a_failing_allocation_is_said_and_leaks_nothing)
{
    struct fitted f = {0};
    struct assay_error err = {0};
    struct assay_influence influence = {0};
    fit_made_up(&f, SIX_SIGNALS, (struct made_up){.seed = 1, .n_row = 300});
    for (size_t k = 1; k <= 7; k++) {
        test_fail_allocation(k);
        enum assay_status status = assay_influence_measure(&f.lab.pipeline, &influence, &err);
        test_fail_allocation(0);
        ck_assert_int_eq(status, ASSAY_ENOMEM);
        ck_assert_str_eq(err.message, "out of memory finding the accounts that move weights");
    }
    ck_assay_ok(assay_influence_measure(&f.lab.pipeline, &influence, &err));
    assay_influence_clear(&influence);
    fitted_clear(&f);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, one_step_is_near_the_refit_without_the_account, 1, 9);
    tcase_add_test(tc, on_the_demo_steps_and_refits_name_the_same_accounts);
    tcase_add_loop_test(tc, weights_sum_to_1_so_an_accounts_pulls_sum_to_0, 1, 4);
    tcase_add_test(tc, the_jackknife_is_the_sandwich_to_first_order);
    tcase_add_test(tc, top_orders_by_pull_in_the_direction_asked_for);
    tcase_add_test(tc, a_fit_without_covariance_names_nobody);
    tcase_add_test(tc, a_failing_allocation_is_said_and_leaks_nothing);
}

ASSAY_SUITE("calibrate/influence", add_tests)
