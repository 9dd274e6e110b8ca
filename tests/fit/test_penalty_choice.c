/* Choosing the strength of a ridge, lasso or elastic net by held-out losses. */
#include "core/fit/penalty_choice.h"

#include <stdio.h>
#include <string.h>

#include "tests/fit/reference.h"

enum { MOST_FOLDS = 10, MOST_ROWS = 8000 };

static const double truth[] = {-1.5, -0.9, -0.5, 0.0, 0.3, 0.0, 0.0};
enum { N_COLUMN = 6 };

/* Row i is of group i % n_group, group g of fold g % n_fold. */
struct trial {
    struct design d;
    struct assay_strength_data data;
    struct assay_penalty_options options;
    struct assay_engine train[MOST_FOLDS];
    unsigned char include[MOST_FOLDS][MOST_ROWS];
    size_t group_rows[MOST_ROWS];
    double clip;              /* log-odds are cut here, as glmnet does */
    enum assay_status broken; /* what the callback returns when not ASSAY_OK */
};

static double row_loss(const struct trial *t, size_t i, const double coef[])
{
    double eta = coef[0];
    for (size_t j = 0; j < t->d.data.n_column; j++)
        eta += coef[j + 1] * design_at(&t->d, i, j);
    eta = fmin(fmax(eta, -t->clip), t->clip);
    return fmax(eta, 0.0) + log1p(exp(-fabs(eta))) - t->d.outcome[i] * eta;
}

static enum assay_status held_out(void *state, size_t fold, const double coef[], double loss[],
                                  struct assay_error *err)
{
    const struct trial *t = state;
    if (t->broken != ASSAY_OK)
        return assay_fail(err, t->broken, "fold %zu is broken", fold);
    for (size_t g = fold; g < t->data.n_group; g += t->data.n_fold) {
        loss[g] = 0.0;
        for (size_t i = g; i < t->d.data.n_row; i += t->data.n_group)
            loss[g] += row_loss(t, i, coef);
    }
    return ASSAY_OK;
}

static struct trial *trial_of(struct design d, size_t n_group, size_t n_fold)
{
    struct trial *t = calloc(1, sizeof *t);
    struct assay_error err = {0};
    ck_assert_uint_le(d.data.n_row, MOST_ROWS);
    t->d = d;
    t->d.data.n_thread = 1; /* of the folds' engines: the folds are threads already */
    t->clip = 700.0;
    t->data = (struct assay_strength_data){.whole = &t->d.engine,
                                           .train = t->train,
                                           .n_fold = n_fold,
                                           .n_group = n_group,
                                           .group_rows = t->group_rows,
                                           .held_out = held_out,
                                           .state = t};
    t->options = assay_penalty_options_default();
    for (size_t i = 0; i < d.data.n_row; i++)
        t->group_rows[i % n_group]++;
    for (size_t k = 0; k < n_fold; k++) {
        struct assay_array_data data = t->d.data;
        for (size_t i = 0; i < data.n_row; i++)
            t->include[k][i] = i % n_group % n_fold != k;
        data.include = t->include[k];
        ck_assay_ok(assay_array_engine_init(&data, &t->train[k], &err));
    }
    return t;
}

static struct trial *trial_new(size_t n_row, uint64_t seed)
{
    return trial_of(design_draw(n_row, N_COLUMN, truth, seed), n_row, 5);
}

static void trial_free(struct trial *t)
{
    for (size_t k = 0; k < t->data.n_fold; k++)
        assay_array_engine_clear(&t->train[k]);
    design_free(&t->d);
    free(t);
}

static struct assay_strength_curve find(const struct trial *t)
{
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    ck_assay_ok(assay_penalty_curve_find(&t->data, &t->options, &curve, &err));
    return curve;
}

/* ---- against cross-validated glmnet ---- */

static const char *const parts[] = {"alpha_0", "alpha_0.5", "alpha_1"};

static size_t read_numbers(const struct cJSON *list, double out[], size_t most)
{
    size_t n = 0;
    for (const struct cJSON *v = assay_json_first(list); v != NULL; v = assay_json_next(v)) {
        ck_assert_uint_lt(n, most);
        out[n++] = assay_json_number(v);
    }
    return n;
}

/* The columns that the reference names coefficients of; it lists no intercept among them. */
static struct design telco(const struct cJSON *coefficients)
{
    struct test_frame *frame = test_frame_read("datasets/telco_signals.csv");
    struct design d = design_new(frame->n_row, assay_json_count(coefficients));
    size_t j = 0;
    for (const struct cJSON *c = assay_json_first(coefficients); c != NULL; c = assay_json_next(c), j++)
        for (size_t i = 0; i < frame->n_row; i++)
            design_set(&d, i, j, reference_cell(frame, assay_json_key(c), i));
    for (size_t i = 0; i < frame->n_row; i++)
        d.outcome[i] = reference_cell(frame, "churned", i) != 0.0;
    test_frame_free(frame);
    design_start(&d);
    return d;
}

/* The reference's losses are glmnet's own, whose coefficients are off by up to 1e-6 by its own account
 * (max_abs_difference_from_glmnet); a held-out loss is not flat where the training part's is, and
 * sees them at first order. Ours are held to 1e-11 below. */
#define GLMNET 1e-7

START_TEST(losses_are_those_of_glmnet_in_the_same_folds)
{
    if (!test_needs_shared("reference/telco_penalised.json"))
        return;
    struct assay_json *doc = test_reference("reference/telco_penalised.json");
    const struct cJSON *root = assay_json_root(doc);
    const struct cJSON *want = test_at(root, "cross_validation", "results", parts[_i], NULL);
    double lambda[64], cvm[64], worst = 0.0;
    size_t n = read_numbers(test_at(want, "lambda", NULL), lambda, 64);
    ck_assert_uint_eq(read_numbers(test_at(want, "cvm", NULL), cvm, 64), n);
    struct design d = telco(test_at(root, "fits", "ridge_0.1", "coefficients", NULL));
    struct trial *t = trial_of(d, d.data.n_row, 10);
    t->clip = log((1.0 - 1e-5) / 1e-5);
    t->options.elastic.alpha = test_number(want, "alpha", NULL);
    t->options.grid = lambda;
    t->options.n_grid = n;
    struct assay_strength_curve curve = find(t);
    for (size_t p = 0; p < n; p++) { /* theirs is a deviance, twice the loss */
        worst = fmax(worst, fabs(2.0 * curve.point[p].loss / cvm[p] - 1.0));
        test_close("loss", 2.0 * curve.point[p].loss, cvm[p], GLMNET, 0);
    }
    printf("telco, %s: %zu cross-validated losses, largest relative difference %.1e\n", parts[_i], n,
           worst);
    struct assay_strength_choice best = assay_strength_choose(&curve, 0.0);
    test_close("lambda of the least loss", curve.point[best.chosen].lambda,
               test_number(want, "lambda_min", NULL), 1e-12, 0);
    assay_strength_curve_clear(&curve);
    trial_free(t);
    assay_json_free(doc);
}
END_TEST

/* ---- the path ---- */

static const double alphas[] = {0.0, 0.0005, 0.25, 1.0};

START_TEST(the_path_runs_from_nothing_to_a_ten_thousandth_of_the_lasso)
{
    struct trial *t = trial_new(400, 3);
    struct assay_error err = {0};
    struct assay_elastic_options lasso = assay_elastic_options_default();
    double g, alpha = alphas[_i];
    ck_assay_ok(assay_elastic_lambda_max(&t->d.engine, &lasso, &g, &err));
    t->options.elastic.alpha = alpha;
    struct assay_strength_curve curve = find(t);
    ck_assert_uint_eq(curve.n_point, 60);
    ck_assert_double_eq(curve.scale, g);
    test_close("first", curve.point[0].lambda, g / fmax(alpha, 0.001), 1e-12, 0);
    test_close("last", curve.point[59].lambda, 1e-4 * g, 1e-12, 0);
    double ratio = curve.point[1].lambda / curve.point[0].lambda;
    for (size_t p = 1; p < 60; p++)
        test_close("ratio", curve.point[p].lambda / curve.point[p - 1].lambda, ratio, 1e-12, 0);
    struct assay_elastic_fit fit = {0};
    ck_assay_ok(assay_elastic_fit(&t->d.engine, &t->options.elastic, curve.point[0].lambda * 1.000001,
                                  &fit, &err));
    for (size_t j = 1; j < fit.n_coef; j++)
        ck_assert_double_le(fabs(fit.scaled[j]), alpha >= 0.001 ? 0.0 : 0.001);
    assay_elastic_fit_clear(&fit);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

/* ---- losses and errors by the definition ---- */

/* Held-out losses at a lambda, each fold fitted from scratch. */
static void refit(struct trial *t, double lambda, double loss[])
{
    struct assay_error err = {0};
    for (size_t k = 0; k < t->data.n_fold; k++) {
        struct assay_elastic_fit fit = {0};
        ck_assay_ok(assay_elastic_fit(&t->train[k], &t->options.elastic, lambda, &fit, &err));
        ck_assay_ok(held_out(t, k, fit.coef, loss, &err));
        assay_elastic_fit_clear(&fit);
    }
}

/* Ratio of sums over G groups of unequal size (Cochran 1977, ch. 6). */
static double ratio_error(const struct trial *t, const double value[], double *mean)
{
    double n = 0.0, sum = 0.0, square = 0.0, count = (double)t->data.n_group;
    for (size_t g = 0; g < t->data.n_group; g++) {
        n += (double)t->group_rows[g];
        sum += value[g];
    }
    *mean = sum / n;
    for (size_t g = 0; g < t->data.n_group; g++)
        square += pow(value[g] - *mean * (double)t->group_rows[g], 2);
    return sqrt(count / (count - 1.0) * square) / n;
}

/* 500 rows in 220 accounts of 2 and 3. A settled fit moves no log-odds by more than 1e-8, and Newton's
 * last step leaves the square of that: starts do not show. */
START_TEST(losses_and_errors_are_those_of_the_definition) /* a loop over alphas, with and without signs */
{
    enum { N_GROUP = 220 };
    const unsigned char signs[] = {0, 1, 1, 1, 1, 0, 1};
    struct trial *t = trial_of(design_draw(500, N_COLUMN, truth, 4), N_GROUP, 5);
    t->options.elastic.alpha = 0.5 * (_i % 3);
    t->options.elastic.never_positive = _i >= 3 ? signs : NULL;
    struct assay_strength_curve curve = find(t);
    struct assay_strength_choice choice = assay_strength_choose(&curve, ASSAY_STRENGTH_ERRORS);
    static double best[N_GROUP], loss[N_GROUP], difference[N_GROUP];
    refit(t, curve.point[choice.best].lambda, best);
    for (size_t p = 0; p < curve.n_point; p += 3) {
        double mean, error;
        refit(t, curve.point[p].lambda, loss);
        error = ratio_error(t, loss, &mean);
        test_close("loss", curve.point[p].loss, mean, 1e-11, 0);
        test_close("standard error", curve.point[p].std_error, error, 1e-10, 0);
        for (size_t g = 0; g < N_GROUP; g++)
            difference[g] = loss[g] - best[g];
        error = ratio_error(t, difference, &mean);
        test_close("paired error", curve.paired[p * curve.n_point + choice.best], error, 1e-8, 1e-6);
        ck_assert_double_ge(mean, -1e-12); /* none is better than the best */
    }
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(the_choice_is_the_strongest_within_the_margin) /* a loop over seeds */
{
    struct trial *t = trial_new(400, (uint64_t)_i + 60);
    struct assay_strength_curve curve = find(t);
    size_t best = assay_strength_choose(&curve, 0.0).chosen, n = curve.n_point;
    size_t half = assay_strength_choose(&curve, 0.5).chosen;
    size_t one = assay_strength_choose(&curve, 1.0).chosen;
    ck_assert(one <= half && half <= best);
    for (size_t p = 0; p < n; p++) {
        double excess = curve.point[p].loss - curve.point[best].loss;
        ck_assert_double_ge(excess, 0.0);
        ck_assert(p >= half || excess > 0.5 * curve.paired[p * n + best]);
        ck_assert(p >= one || excess > curve.paired[p * n + best]);
        ck_assert(p != half || excess <= 0.5 * curve.paired[p * n + best]);
    }
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

/* ---- what does not matter ---- */

static struct assay_elastic_fit chosen_fit(const struct trial *t, const struct assay_strength_curve *curve)
{
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    size_t p = assay_strength_choose(curve, ASSAY_STRENGTH_ERRORS).chosen;
    ck_assay_ok(assay_elastic_fit(&t->d.engine, &t->options.elastic, curve->point[p].lambda, &fit, &err));
    return fit;
}

START_TEST(units_change_nothing) /* a loop over alphas */
{
    struct design scaled = design_draw(600, N_COLUMN, truth, 9);
    for (size_t i = 0; i < 600; i++)
        design_set(&scaled, i, 1, 1000.0 * design_at(&scaled, i, 1));
    design_restart(&scaled);
    struct trial *t = trial_new(600, 9), *u = trial_of(scaled, 600, 5);
    t->options.elastic.alpha = u->options.elastic.alpha = 0.5 * _i;
    struct assay_strength_curve a = find(t), b = find(u);
    for (size_t p = 0; p < a.n_point; p++) {
        test_close("lambda", b.point[p].lambda, a.point[p].lambda, 1e-12, 0);
        test_close("loss", b.point[p].loss, a.point[p].loss, 1e-11, 0);
    }
    struct assay_elastic_fit before = chosen_fit(t, &a), after = chosen_fit(u, &b);
    for (size_t j = 0; j < before.n_coef; j++)
        test_close("coefficient", after.coef[j] * (j == 2 ? 1000.0 : 1.0), before.coef[j], 1e-9, 1.0);
    assay_elastic_fit_clear(&before);
    assay_elastic_fit_clear(&after);
    assay_strength_curve_clear(&a);
    assay_strength_curve_clear(&b);
    trial_free(t);
    trial_free(u);
}
END_TEST

START_TEST(threads_change_nothing)
{
    struct trial *t = trial_new(600, 3);
    t->options.n_thread = 1;
    struct assay_strength_curve one = find(t);
    t->options.n_thread = (size_t)_i;
    struct assay_strength_curve many = find(t);
    size_t n = one.n_point;
    ck_assert_mem_eq(one.paired, many.paired, n * n * sizeof *one.paired);
    for (size_t p = 0; p < n; p++)
        ck_assert_mem_eq(&one.point[p].loss, &many.point[p].loss, sizeof(double));
    assay_strength_curve_clear(&one);
    assay_strength_curve_clear(&many);
    trial_free(t);
}
END_TEST

/* ---- what it finds ---- */

/* 12 columns of noise beside one that matters: the penalty keeps that one, and a noisier world
 * is penalised more. */
START_TEST(noise_asks_for_a_penalty) /* a loop over seeds */
{
    const double noisy[13] = {-1.0, -1.0}, clear[13] = {-1.0, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1};
    struct trial *t = trial_of(design_draw(300, 12, noisy, (uint64_t)_i + 1), 300, 5);
    struct trial *u = trial_of(design_draw(300, 12, clear, (uint64_t)_i + 1), 300, 5);
    struct assay_strength_curve a = find(t), b = find(u);
    size_t strong = assay_strength_choose(&a, ASSAY_STRENGTH_ERRORS).chosen;
    size_t weak = assay_strength_choose(&b, ASSAY_STRENGTH_ERRORS).chosen;
    ck_assert_double_gt(a.point[strong].lambda, b.point[weak].lambda);
    struct assay_elastic_fit fit = chosen_fit(t, &a);
    ck_assert_double_lt(fit.coef[1], 0.0);
    ck_assert_uint_le(fit.n_nonzero, 9);
    assay_elastic_fit_clear(&fit);
    assay_strength_curve_clear(&a);
    assay_strength_curve_clear(&b);
    trial_free(t);
    trial_free(u);
}
END_TEST

/* Column 5 is 1 in group 0 alone, so that it does not vary where fold 0 is left out. */
START_TEST(a_column_that_one_fold_has_alone_is_dropped_without_it)
{
    struct design d = design_draw(300, N_COLUMN, truth, 21);
    for (size_t i = 0; i < 300; i++)
        design_set(&d, i, 5, i == 0);
    design_restart(&d);
    struct trial *t = trial_of(d, 300, 5);
    struct assay_strength_curve curve = find(t);
    for (size_t p = 0; p < curve.n_point; p++)
        ck_assert_uint_eq(curve.point[p].n_failed, 0);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

START_TEST(a_path_that_ends_early_has_failed_from_there_on)
{
    struct trial *t = trial_new(200, 5);
    t->options.elastic.max_iterations = 3; /* of a ridge a weak penalty needs more */
    t->options.elastic.alpha = 0.0;
    const double grid[] = {1e3, 1e2, 1e-6};
    t->options.grid = grid;
    t->options.n_grid = 3;
    struct assay_strength_curve curve = find(t);
    ck_assert_uint_eq(curve.point[0].n_failed, 0);
    ck_assert_uint_gt(curve.point[2].n_failed, 0);
    ck_assert(isnan(curve.point[2].loss) && isnan(curve.paired[2]));
    ck_assert_uint_le(assay_strength_choose(&curve, 0.5).chosen, 1);
    assay_strength_curve_clear(&curve);
    t->options.elastic.max_iterations = 1;
    struct assay_error err = {0};
    t->options.grid = grid + 1;
    t->options.n_grid = 2;
    t->options.elastic.tolerance = 1e-300;
    ck_assert_int_eq(assay_penalty_curve_find(&t->data, &t->options, &curve, &err), ASSAY_ENUMERIC);
    ck_assert_msg(strncmp(err.message, "no penalty has a fit in every fold: elastic net at lambda 100: ",
                          63) == 0, "%s", err.message);
    ck_assert_ptr_null(curve.point);
    trial_free(t);
}
END_TEST

/* ---- what cannot be ---- */

static const struct { double alpha, grid[2]; const char *message; } bad[] = {
    {1.5, {0.1, 0.01}, "alpha is 1.5; expected 0 to 1"},
    {1.0, {0.1, 0.2}, "lambda 2 of the grid is 0.2; expected decreasing numbers above 0"},
    {1.0, {0.1, 0.0}, "lambda 2 of the grid is 0; expected decreasing numbers above 0"},
    {1.0, {INFINITY, 1.0}, "lambda 1 of the grid is inf; expected decreasing numbers above 0"},
    {1.0, {NAN, 1.0}, "lambda 1 of the grid is nan; expected decreasing numbers above 0"},
};

START_TEST(options_out_of_range_are_named)
{
    struct trial *t = trial_new(100, 2);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->options.elastic.alpha = bad[_i].alpha;
    t->options.grid = bad[_i].grid;
    t->options.n_grid = 2;
    ck_assert_int_eq(assay_penalty_curve_find(&t->data, &t->options, &curve, &err), ASSAY_EDATA);
    ck_assert_str_eq(err.message, bad[_i].message);
    ck_assert_ptr_null(curve.point);
    trial_free(t);
}
END_TEST

START_TEST(signs_that_allow_nothing_are_an_error)
{
    const double up[] = {-1.0, 1.0};
    const unsigned char signs[] = {0, 1};
    struct trial *t = trial_of(design_draw(200, 1, up, 1), 200, 5);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->options.elastic.never_positive = signs;
    ck_assert_int_eq(assay_penalty_curve_find(&t->data, &t->options, &curve, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "penalty: no coefficient leaves 0 at any lambda; expected one whose "
                                  "sign allows it");
    trial_free(t);
}
END_TEST

START_TEST(a_failing_callback_is_passed_on_whichever_fold_comes_first)
{
    struct trial *t = trial_new(100, 2);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    t->broken = ASSAY_EIO;
    ck_assert_int_eq(assay_penalty_curve_find(&t->data, &t->options, &curve, &err), ASSAY_EIO);
    ck_assert_str_eq(err.message, "fold 0 is broken");
    ck_assert_ptr_null(curve.point);
    trial_free(t);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    struct trial *t = trial_new(60, 2);
    struct assay_strength_curve curve = {0};
    struct assay_error err = {0};
    enum assay_status status;
    size_t n = 0;
    t->options.n_thread = 1;
    t->options.n_grid = 2;
    do {
        test_fail_allocation(++n);
        status = assay_penalty_curve_find(&t->data, &t->options, &curve, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && curve.point == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 30);
    assay_strength_curve_clear(&curve);
    trial_free(t);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, losses_are_those_of_glmnet_in_the_same_folds, 0, COUNT(parts));
    tcase_add_loop_test(tc, the_path_runs_from_nothing_to_a_ten_thousandth_of_the_lasso, 0,
                        COUNT(alphas));
    tcase_add_loop_test(tc, losses_and_errors_are_those_of_the_definition, 0, 6);
    tcase_add_loop_test(tc, the_choice_is_the_strongest_within_the_margin, 0, 10);
    tcase_add_loop_test(tc, units_change_nothing, 0, 3);
    tcase_add_loop_test(tc, threads_change_nothing, 2, 8);
    tcase_add_loop_test(tc, noise_asks_for_a_penalty, 0, 8);
    tcase_add_test(tc, a_column_that_one_fold_has_alone_is_dropped_without_it);
    tcase_add_test(tc, a_path_that_ends_early_has_failed_from_there_on);
    tcase_add_loop_test(tc, options_out_of_range_are_named, 0, COUNT(bad));
    tcase_add_test(tc, signs_that_allow_nothing_are_an_error);
    tcase_add_test(tc, a_failing_callback_is_passed_on_whichever_fold_comes_first);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/penalty_choice", add_tests)
