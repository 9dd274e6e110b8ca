/* Folds that share the published design: read together, fitted as each by itself. */
#include "calibrate/fit/folds.h"

#include "calibrate/fit/folds_shared.h"
#include "calibrate/fit/uncertainty.h"
#include "core/base/number.h"
#include "tests/calibrate/trial.h"

enum { ACCOUNTS = 51000 }; /* one to three snapshots each: more than ASSAY_SHARED_BASELINE_ROWS */

/* What a fold gets by itself, from the start of all fits. */
static void fit_alone(const struct assay_pipeline *published,
                      const struct assay_estimation *estimation, uint16_t fold,
                      struct assay_pipeline *part)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_pipeline_prepare(published->history, published->history->used,
                                       ASSAY_PIPELINE_RESAMPLE, published, part, &err));
    part->part = published->history->fold;
    part->left_out = fold;
    ck_assay_ok(assay_pipeline_fit(part, estimation, NULL, &err));
}

/* Resamples stop where no log-odds moves by more than 1e-5, which leaves much less than 1e-6. */
static void check_fits(const struct trial *trial, const struct assay_estimation *estimation,
                       const struct assay_folds *folds, const double prob[])
{
    const struct assay_history *h = &trial->history;
    double *log_odds = malloc(h->n_row * sizeof *log_odds);
    for (uint16_t f = 0; f < folds->n; f++) {
        struct assay_pipeline alone;
        fit_alone(&trial->pipeline, estimation, f, &alone);
        ck_assert_uint_eq(folds->fitted[f], 1);
        for (size_t k = 0; k < TRIAL_COEF; k++)
            test_close("coefficient", folds->part[f].fit.coef[k], alone.fit.coef[k], 1e-6, 1);
        for (size_t j = 0; j < TRIAL_SIGNALS; j++)
            test_close("weight", folds->part[f].weight[j], alone.weight[j], 1e-6, 1);
        ck_assert(assay_pipeline_log_odds(&folds->part[f], log_odds));
        for (size_t i = 0; i < h->n_row; i++)
            if (h->fold[i] == f && fabs(prob[i] - assay_expit(log_odds[i])) > 1e-14)
                ck_abort_msg("row %zu: %.17g", i, prob[i]);
        assay_pipeline_clear(&alone);
    }
    free(log_odds);
}

static void refit(struct trial *trial, double lambda)
{
    struct assay_error err = {0};
    trial->estimation.lambda = lambda;
    ck_assay_ok(assay_pipeline_fit(&trial->pipeline, &trial->estimation, NULL, &err));
}

/* Given weights are an anchor that is kept exactly. */
static void check_given(const struct trial *trial, struct assay_folds *folds, double prob[])
{
    static const double given[] = {0.2, 0.5, 0.3};
    const struct assay_history *h = &trial->history;
    struct assay_error err = {0};
    struct assay_estimation keep = trial->estimation;
    double *log_odds = malloc(h->n_row * sizeof *log_odds);
    keep.anchor = given;
    keep.lambda = HUGE_VAL;
    ck_assay_ok(assay_folds_predict_weights(folds, given, prob, &err));
    for (uint16_t f = 0; f < folds->n; f++) {
        struct assay_pipeline alone;
        fit_alone(&trial->pipeline, &keep, f, &alone);
        ck_assert(assay_pipeline_log_odds(&alone, log_odds));
        for (size_t i = 0; i < h->n_row; i++)
            if (h->fold[i] == f && !(fabs(prob[i] - assay_expit(log_odds[i])) < 1e-7))
                ck_abort_msg("row %zu: %.17g", i, prob[i]);
        assay_pipeline_clear(&alone);
    }
    free(log_odds);
}

/* All predictions together have the bytes of each by itself. */
static void check_together(const struct trial *trial, struct assay_folds *folds)
{
    static const double given[] = {0.2, 0.5, 0.3};
    size_t n = trial->history.n_row;
    struct assay_error err = {0};
    double *room = malloc(6 * n * sizeof *room), *log_odds = room + 5 * n;
    struct assay_fold_probs prob = {room, room + n, room + 2 * n};
    struct assay_progress progress;
    assay_progress_init(&progress, true);
    ck_assay_ok(assay_folds_fit(folds, &trial->estimation, trial->pipeline.fit.coef, &progress,
                                room + 3 * n, &err));
    ck_assay_ok(assay_folds_predict_weights(folds, given, room + 4 * n, &err));
    ck_assay_ok(assay_folds_predict(folds, given, &prob, &err));
    ck_assert_mem_eq(prob.held_out, room + 3 * n, n * sizeof *room);
    ck_assert_mem_eq(prob.given, room + 4 * n, n * sizeof *room);
    ck_assert(assay_pipeline_log_odds(&trial->pipeline, log_odds));
    for (size_t i = 0; i < n; i++)
        if (!(fabs(prob.apparent[i] - assay_expit(log_odds[i])) < 1e-15))
            ck_abort_msg("row %zu: %.17g", i, prob.apparent[i]);
    free(room);
}

/* Without an anchor, and off its limits, the fit is the free one, and is taken for it. */
static void check_free(const struct trial *trial)
{
    struct assay_uncertainty found;
    struct assay_model_anchor none = {0};
    struct assay_error err = {0};
    const struct assay_logistic_fit *fit = &trial->pipeline.fit;
    ck_assay_ok(assay_uncertainty_find(&trial->pipeline, &trial->estimation, NULL, &none, &found,
                                       &err));
    ck_assert(!found.free_missing);
    ck_assert_mem_eq(found.free_fit.coef, fit->coef, fit->n_coef * sizeof *fit->coef);
    ck_assert(found.free_fit.coef != fit->coef);
    ck_assert_mem_eq(found.free_fit.covariance, found.covariance,
                     fit->n_coef * fit->n_coef * sizeof *fit->covariance);
    assay_uncertainty_clear(&found);
}

/* Rounding may leave a fit that a limit on several coefficients holds back a digit inside: it is not the free one. */
static void check_held_back(struct trial *trial)
{
    /* The third weight, about 1/6, at least 3 of 10. */
    static const double limit[TRIAL_COEF] = {0, 0.3, 0.3, -0.7};
    double floor = 0, value = 0;
    struct assay_limits limits = {.n_limit = 1, .limit = limit, .floor = &floor};
    struct assay_estimation estimation = trial->estimation;
    struct assay_uncertainty found;
    struct assay_model_anchor none = {0};
    struct assay_error err = {0};
    const struct assay_logistic_fit *fit = &trial->pipeline.fit;
    estimation.limits = &limits;
    ck_assay_ok(assay_pipeline_fit(&trial->pipeline, &estimation, NULL, &err));
    for (size_t k = 0; k < TRIAL_COEF; k++)
        value += limit[k] * fit->coef[k];
    ck_assert_double_lt(fabs(value), 1e-14);
    floor = value - 1e-15;
    ck_assay_ok(assay_uncertainty_find(&trial->pipeline, &estimation, NULL, &none, &found, &err));
    ck_assert(!found.free_missing);
    ck_assert_double_gt(found.free_fit.log_likelihood, fit->log_likelihood + 10);
    assay_uncertainty_clear(&found);
}

/* Rows that are no fold. */
static void check_most_rows(const struct trial *trial)
{
    const struct assay_history *h = &trial->history;
    unsigned char *include = malloc(h->n_row);
    struct assay_pipeline near, alone;
    struct assay_error err = {0};
    bool found = false;
    for (size_t i = 0; i < h->n_row; i++)
        include[i] = h->used[i] && i % 3 > 0;
    ck_assay_ok(assay_pipeline_prepare(h, include, ASSAY_PIPELINE_RESAMPLE, &trial->pipeline, &near,
                                       &err));
    ck_assay_ok(assay_pipeline_prepare(h, include, ASSAY_PIPELINE_RESAMPLE, &trial->pipeline, &alone,
                                       &err));
    ck_assay_ok(assay_pipeline_fit_near(&near, &trial->estimation, &found, &err));
    ck_assay_ok(assay_pipeline_fit(&alone, &trial->estimation, NULL, &err));
    ck_assert_int_eq(found, !isinf(trial->estimation.lambda));
    for (size_t k = 0; found && k < TRIAL_COEF; k++) {
        test_close("coefficient", near.fit.coef[k], alone.fit.coef[k], 1e-6, 1);
        ck_assert_double_ne(near.fit.coef[k], trial->pipeline.fit.coef[k]);
    }
    assay_pipeline_clear(&near);
    assay_pipeline_clear(&alone);
    free(include);
}

START_TEST(shared_folds_are_fitted_together_as_each_by_itself)
{
    static const double strengths[] = {0, 300, HUGE_VAL};
    struct trial_table *table = trial_draw(3, ACCOUNTS, -2);
    struct trial trial = {0};
    struct assay_folds folds;
    struct assay_progress progress;
    struct assay_error err = {0};
    trial_make(&trial, TRIAL_SPEC, table, 2);
    ck_assert(assay_pipeline_shares(&trial.pipeline));
    double *prob = malloc(trial.history.n_row * sizeof *prob);
    assay_progress_init(&progress, true);
    ck_assay_ok(assay_folds_prepare(&trial.pipeline, &folds, &err));
    for (size_t k = 0; k < COUNT(strengths); k++) {
        refit(&trial, strengths[k]);
        ck_assay_ok(assay_folds_fit(&folds, &trial.estimation, trial.pipeline.fit.coef, &progress,
                                    prob, &err));
        ck_assert_uint_eq(folds.failed, 0);
        check_fits(&trial, &trial.estimation, &folds, prob);
        check_most_rows(&trial);
        if (strengths[k] == 0) {
            check_together(&trial, &folds);
            check_free(&trial);
            check_held_back(&trial);
        }
    }
    check_given(&trial, &folds, prob);
    assay_folds_clear(&folds);
    trial_clear(&trial);
    free(prob);
    free(table);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, shared_folds_are_fitted_together_as_each_by_itself);
}

ASSAY_SUITE("calibrate/folds", add_tests)
