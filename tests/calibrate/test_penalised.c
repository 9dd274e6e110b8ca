/* Ridge, lasso and elastic net on a history. */
#include "calibrate/fit/penalised.h"

#include "core/fit/elastic.h"
#include "tests/calibrate/trial.h"

enum { N_POINT = 60, MOST_ACCOUNTS = 600, N_FOLD = 5 };

#define PENALTY(text) TRIAL_SPEC_WITH("\"fit\": {\"folds\": 5, \"penalty\": " text "},")

/* A trial with its folds. */
struct lab {
    struct trial trial;
    struct assay_folds folds;
    struct trial_table *table;
};

static struct lab *lab_of(const char *spec, struct trial_table *table, const size_t *order,
                          size_t n_thread)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct assay_error err = {0};
    struct assay_text csv = trial_csv(table, order, NULL);
    lab->table = table;
    trial_fit(&lab->trial, spec, &csv, n_thread);
    ck_assay_ok(assay_folds_prepare(&lab->trial.pipeline, &lab->folds, &err));
    ck_assert_uint_eq(lab->folds.n, N_FOLD);
    assay_text_clear(&csv);
    return lab;
}

static struct lab *lab_new(const char *spec, size_t n_thread)
{
    return lab_of(spec, trial_draw(3, 250, -2.0), NULL, n_thread);
}

static void lab_free(struct lab *lab)
{
    assay_folds_clear(&lab->folds);
    trial_clear(&lab->trial);
    free(lab->table);
    free(lab);
}

static enum assay_status settle(const struct lab *lab, struct assay_model_penalty *penalty,
                                struct assay_error *err)
{
    return assay_penalised_settle(&lab->trial.pipeline, &lab->folds, &lab->trial.estimation, penalty,
                                  err);
}

static struct assay_model_penalty settled(const struct lab *lab)
{
    struct assay_model_penalty penalty = {0};
    struct assay_error err = {0};
    ck_assay_ok(settle(lab, &penalty, &err));
    return penalty;
}

/* ---- the choice, computed once more ---- */

static const struct { const char *spec; enum assay_penalty_word word; double alpha; } words[] = {
    {PENALTY("\"ridge\""), ASSAY_RIDGE, 0.0},
    {PENALTY("\"lasso\""), ASSAY_LASSO, 1.0},
    {PENALTY("{\"method\": \"elastic-net\", \"alpha\": 0.3}"), ASSAY_ELASTIC_NET, 0.3},
};

/* loss[account of the table]: what the rows outside fold f, fitted at lambda, say of the fold. */
static void charge(const struct lab *lab, size_t f, const struct assay_elastic_options *options,
                   double lambda, double loss[])
{
    const struct assay_history *history = &lab->trial.history;
    struct assay_array_data data = assay_pipeline_data(&lab->folds.part[f]);
    struct assay_engine engine;
    struct assay_elastic_fit fit = {0};
    struct assay_error err = {0};
    double *eta = malloc(history->n_row * sizeof *eta);
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    ck_assay_ok(assay_elastic_fit(&engine, options, lambda, &fit, &err));
    assay_array_log_odds(&data, fit.coef, eta);
    for (size_t i = 0; i < history->n_row; i++)
        if (history->fold[i] == f)
            loss[lab->table->row[i].account] += log1p(exp(history->outcome[i] ? -eta[i] : eta[i]));
    free(eta);
    assay_elastic_fit_clear(&fit);
    assay_array_engine_clear(&engine);
}

/* Mean of a - b per row, and its standard error over accounts. */
static double difference(const struct lab *lab, const double a[], const double b[], double *error)
{
    double rows[MOST_ACCOUNTS] = {0}, n = (double)lab->table->n, sum = 0, square = 0, count = 0;
    for (size_t i = 0; i < lab->table->n; i++)
        rows[lab->table->row[i].account]++;
    for (size_t g = 0; g < MOST_ACCOUNTS; g++)
        sum += a[g] - b[g];
    for (size_t g = 0; g < MOST_ACCOUNTS; g++) {
        count += rows[g] > 0;
        square += pow(a[g] - b[g] - sum / n * rows[g], 2);
    }
    *error = sqrt(count / (count - 1) * square) / n;
    return sum / n;
}

/* lambda by the rule, from scratch: g of the published rows, 60 lambdas, 5 folds, half an error. */
static double choose_again(const struct lab *lab, double alpha)
{
    static double loss[N_POINT][MOST_ACCOUNTS];
    const unsigned char signs[TRIAL_COEF] = {0, 1, 1, 1};
    struct assay_elastic_options options = assay_elastic_options_default();
    struct assay_array_data data = assay_pipeline_data(&lab->trial.pipeline);
    struct assay_engine engine;
    struct assay_error err = {0};
    double g, lambda[N_POINT], zero[MOST_ACCOUNTS] = {0}, unused;
    size_t best = 0;
    options.never_positive = signs;
    ck_assay_ok(assay_array_engine_init(&data, &engine, &err));
    ck_assay_ok(assay_elastic_lambda_max(&engine, &options, &g, &err));
    assay_array_engine_clear(&engine);
    options.alpha = alpha;
    memset(loss, 0, sizeof loss);
    for (size_t p = 0; p < N_POINT; p++) {
        double top = g / fmax(alpha, 0.001);
        lambda[p] = top * pow(1e-4 * g / top, (double)p / (N_POINT - 1));
        for (size_t f = 0; f < N_FOLD; f++)
            charge(lab, f, &options, lambda[p], loss[p]);
        if (difference(lab, loss[p], zero, &unused) < difference(lab, loss[best], zero, &unused))
            best = p;
    }
    for (size_t p = 0; p < best; p++) {
        double error, excess = difference(lab, loss[p], loss[best], &error);
        if (excess <= 0.5 * error)
            return lambda[p];
    }
    return lambda[best];
}

START_TEST(lambda_is_the_one_that_the_rule_picks) /* a loop over methods */
{
    struct lab *lab = lab_new(words[_i].spec, 2);
    struct assay_model_penalty penalty = settled(lab);
    ck_assert_int_eq(penalty.word, words[_i].word);
    ck_assert_double_eq(penalty.alpha, words[_i].alpha);
    ck_assert(penalty.chosen);
    test_close("lambda", penalty.lambda, choose_again(lab, words[_i].alpha), 1e-10, 0);
    free(penalty.stability);
    lab_free(lab);
}
END_TEST

START_TEST(a_lambda_that_is_given_stands)
{
    struct lab *lab = lab_new(PENALTY("{\"method\": \"lasso\", \"lambda\": 0.004}"), 1);
    struct assay_model_penalty penalty = settled(lab);
    ck_assert_double_eq(penalty.lambda, 0.004);
    ck_assert(!penalty.chosen);
    ck_assert_uint_eq(penalty.half_samples, 100);
    ck_assert_double_eq(penalty.stability[0], 1.0); /* the signal that matters most */
    free(penalty.stability);
    lab_free(lab);
}
END_TEST

/* ---- signs and stability ---- */

/* c is declared the wrong way round: its sign keeps it out of nearly all halves, until it is free. */
START_TEST(a_signal_the_wrong_way_round_is_kept_only_with_a_free_sign)
{
    char spec[4096];
    snprintf(spec, sizeof spec, "%s", PENALTY("{\"method\": \"lasso\", \"lambda\": 0.001}"));
    char *last = NULL;
    for (char *at = spec; (at = strstr(at, "\"higher\"")) != NULL; at++)
        last = at;
    memcpy(last, "\"lower\" ", 8);
    struct lab *lab = lab_new(spec, 2);
    struct assay_model_penalty limited = settled(lab);
    lab->trial.sign_free[2] = 1;
    struct assay_model_penalty free_sign = settled(lab);
    ck_assert_double_le(limited.stability[2], 0.1);
    ck_assert_double_ge(free_sign.stability[2], 0.9);
    free(limited.stability);
    free(free_sign.stability);
    lab_free(lab);
}
END_TEST

static void check_same(const struct assay_model_penalty *a, const struct assay_model_penalty *b)
{
    test_close("lambda", b->lambda, a->lambda, 1e-12, 0);
    ck_assert_uint_eq(a->half_samples, b->half_samples);
    ck_assert_mem_eq(a->stability, b->stability, TRIAL_SIGNALS * sizeof *a->stability);
}

START_TEST(threads_change_nothing)
{
    struct lab *one = lab_new(words[1].spec, 1), *many = lab_new(words[1].spec, (size_t)_i);
    struct assay_model_penalty a = settled(one), b = settled(many);
    check_same(&a, &b);
    ck_assert_double_eq(a.lambda, b.lambda);
    free(a.stability);
    free(b.stability);
    lab_free(one);
    lab_free(many);
}
END_TEST

/* Sums in another order differ in their last bits, which no choice here hangs on. */
START_TEST(the_order_of_the_rows_changes_nothing)
{
    struct lab *plain = lab_new(words[1].spec, 1);
    struct trial_table *table = trial_draw(3, 250, -2.0);
    size_t order[TRIAL_MOST_ROWS];
    for (size_t k = 0; k < table->n; k++)
        order[k] = table->n - 1 - k;
    struct lab *reversed = lab_of(words[1].spec, table, order, 1);
    struct assay_model_penalty a = settled(plain), b = settled(reversed);
    check_same(&a, &b);
    free(a.stability);
    free(b.stability);
    lab_free(plain);
    lab_free(reversed);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(a_lambda_that_leaves_nothing_is_an_error)
{
    struct lab *lab = lab_new(PENALTY("{\"method\": \"lasso\", \"lambda\": 5}"), 1);
    struct assay_model_penalty penalty = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(settle(lab, &penalty, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "lasso: lambda 5 leaves no signal a weight");
    ck_assert_str_eq(err.hint, "Give a smaller \"lambda\", or \"auto\".");
    ck_assert_ptr_null(penalty.stability);
    lab_free(lab);
}
END_TEST

/* Outcomes that have nothing to do with the signals: every seventh row. */
START_TEST(signals_that_predict_nothing_are_told_so)
{
    struct trial_table *table = trial_draw(3, 250, -2.0);
    for (size_t i = 0; i < table->n; i++)
        table->row[i].rest[strlen(table->row[i].rest) - 1] = i % 7 == 0 ? '1' : '0';
    struct lab *lab = lab_of(words[1].spec, table, NULL, 1);
    struct assay_model_penalty penalty = {0};
    struct assay_error err = {0};
    ck_assert_int_eq(settle(lab, &penalty, &err), ASSAY_ENUMERIC);
    ck_assert_msg(strstr(err.message, ", which held-out accounts ask for, leaves no signal a weight") !=
                      NULL, "%s", err.message);
    ck_assert_ptr_null(penalty.stability);
    lab_free(lab);
}
END_TEST

START_TEST(a_fold_without_baselines_is_named)
{
    struct lab *lab = lab_new(words[0].spec, 1);
    struct assay_model_penalty penalty = {0};
    struct assay_error err = {0};
    const struct assay_design *design = lab->folds.part[2].design;
    lab->folds.part[2].design = NULL; /* as assay_folds_prepare() leaves it */
    snprintf(lab->folds.reason, sizeof lab->folds.reason, "signal \"a\" is empty");
    ck_assert_int_eq(settle(lab, &penalty, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "signal \"a\" is empty");
    lab->folds.part[2].design = design;
    lab_free(lab);
}
END_TEST

/* Each of the first allocations, then every 41st: there are thousands, most in a hundred fits alike. */
START_TEST(allocations_may_fail)
{
    struct lab *lab = lab_new(PENALTY("{\"method\": \"ridge\", \"lambda\": 0.1}"), 1);
    struct assay_model_penalty penalty = {0};
    struct assay_error err = {0};
    enum assay_status status;
    size_t n = 0;
    do {
        test_fail_allocation(n += n < 40 ? 1 : 41);
        status = settle(lab, &penalty, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || (status == ASSAY_ENOMEM && penalty.stability == NULL));
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 500);
    free(penalty.stability);
    lab_free(lab);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, lambda_is_the_one_that_the_rule_picks, 0, COUNT(words));
    tcase_add_test(tc, a_lambda_that_is_given_stands);
    tcase_add_test(tc, a_signal_the_wrong_way_round_is_kept_only_with_a_free_sign);
    tcase_add_loop_test(tc, threads_change_nothing, 2, 4);
    tcase_add_test(tc, the_order_of_the_rows_changes_nothing);
    tcase_add_test(tc, a_lambda_that_leaves_nothing_is_an_error);
    tcase_add_test(tc, signals_that_predict_nothing_are_told_so);
    tcase_add_test(tc, a_fold_without_baselines_is_named);
    tcase_add_test(tc, allocations_may_fail);
}

ASSAY_SUITE("calibrate/penalised", add_tests)
