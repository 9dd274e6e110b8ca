#include "calibrate/fit/penalised.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/fit/accounts.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/fit/penalty_choice.h"
#include "core/fit/stability.h"

/* A penalty under consideration, and what it is considered on. */
struct trial {
    const struct assay_pipeline *published;
    const struct assay_folds *folds;
    struct assay_accounts accounts;
    struct assay_elastic_options elastic;
    unsigned char *never_positive; /* [n_coef] */
    struct assay_engine whole;     /* over the published design */
    struct assay_engine *train;    /* [folds->n], those made are not zero */
    unsigned char **include;       /* [n_half], rows of the half-samples at work */
    size_t *first, *row;           /* fold f holds out row[first[f]] .. row[first[f + 1] - 1] */
};

static void trial_clear(struct trial *t)
{
    for (size_t f = 0; t->train != NULL && f < t->folds->n; f++)
        assay_array_engine_clear(&t->train[f]);
    assay_array_engine_clear(&t->whole);
    assay_accounts_clear(&t->accounts);
    free(t->train);
    free(t->never_positive);
    free(t->include);
    free(t->first);
    assay_rows_free(t->row);
}

static double alpha_of(const struct assay_fit_spec *fit)
{
    return fit->penalty == ASSAY_RIDGE ? 0.0 : fit->penalty == ASSAY_LASSO ? 1.0 : fit->alpha;
}

static enum assay_status trial_init(const struct assay_pipeline *published,
                                    const struct assay_folds *folds,
                                    const struct assay_estimation *estimation, size_t n_half,
                                    struct trial *t, struct assay_error *err)
{
    struct assay_array_data data = assay_pipeline_data(published);
    *t = (struct trial){.published = published,
                        .folds = folds,
                        .elastic = assay_elastic_options_default(),
                        .never_positive = assay_alloc(published->n_coef, 1),
                        .train = assay_alloc(folds->n, sizeof *t->train),
                        .include = assay_alloc(n_half, sizeof *t->include)};
    if (t->never_positive == NULL || t->train == NULL || t->include == NULL)
        return assay_fail_memory(err, "choosing the penalty");
    for (size_t j = 0; j < published->n_signal; j++)
        t->never_positive[1 + j] = !estimation->sign_free[j];
    t->elastic.alpha = alpha_of(&published->history->spec->fit);
    t->elastic.never_positive = t->never_positive;
    t->elastic.drop_constant = true; /* an indicator that never occurs */
    enum assay_status status = assay_accounts_init(published->history, &t->accounts, err);
    if (status == ASSAY_OK && t->accounts.n < 2)
        return assay_fail(err, ASSAY_EDATA, "%zu account has snapshots that count; expected at least "
                          "2 to choose a penalty by", t->accounts.n);
    return status == ASSAY_OK ? assay_array_engine_init(&data, &t->whole, err) : status;
}

/* ---- how strong ---- */

/* Rows by fold, each fold's in ascending order: a fold is charged for its own. */
static enum assay_status sort_by_fold(struct trial *t, struct assay_error *err)
{
    const struct assay_history *history = t->published->history;
    size_t n_fold = t->folds->n;
    t->first = assay_alloc(n_fold + 2, sizeof *t->first);
    t->row = assay_rows_alloc(history->n_used, sizeof *t->row);
    if (t->first == NULL || t->row == NULL)
        return assay_fail_memory(err, "choosing the penalty");
    size_t *next = t->first + 1; /* next[f] starts as first[f] and ends as first[f + 1] */
    for (size_t i = 0; i < history->n_row; i++)
        next[history->fold[i] + 1] += history->used[i];
    for (size_t f = 0; f < n_fold; f++)
        next[f + 1] += next[f];
    for (size_t i = 0; i < history->n_row; i++)
        if (history->used[i])
            t->row[next[history->fold[i]]++] = i;
    return ASSAY_OK;
}

static enum assay_status charge_fold(void *state, size_t f, const double coef[], double loss[],
                                     struct assay_error *err)
{
    const struct trial *t = state;
    const struct assay_history *history = t->published->history;
    const struct assay_design *design = t->folds->part[f].design;
    double *x = assay_alloc(design->n_column, sizeof *x);
    if (x == NULL)
        return assay_fail_memory(err, "choosing the penalty");
    for (size_t k = t->first[f]; k < t->first[f + 1]; k++)
        loss[t->accounts.account[t->row[k]]] = 0;
    for (size_t k = t->first[f]; k < t->first[f + 1]; k++) {
        size_t i = t->row[k];
        double eta = coef[0];
        assay_design_row(design, i, x);
        for (size_t j = 0; j < design->n_column; j++)
            eta += coef[1 + j] * x[j];
        double wrong = history->outcome[i] ? -eta : eta;
        loss[t->accounts.account[i]] += fmax(wrong, 0) + log1p(exp(-fabs(wrong)));
    }
    free(x);
    return ASSAY_OK;
}

static enum assay_status start_folds(struct trial *t, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t f = 0; status == ASSAY_OK && f < t->folds->n; f++) {
        if (t->folds->part[f].design == NULL)
            return assay_fail(err, ASSAY_ENUMERIC, "%s", t->folds->reason);
        struct assay_array_data data = assay_pipeline_data(&t->folds->part[f]);
        data.n_thread = 1; /* folds run side by side */
        status = assay_array_engine_init(&data, &t->train[f], err);
    }
    return status;
}

static enum assay_status choose_lambda(struct trial *t, double *lambda, struct assay_error *err)
{
    struct assay_penalty_options options = assay_penalty_options_default();
    struct assay_strength_data data = {.whole = &t->whole,
                                       .train = t->train,
                                       .n_fold = t->folds->n,
                                       .n_group = t->accounts.n,
                                       .group_rows = t->accounts.rows,
                                       .held_out = charge_fold,
                                       .state = t};
    struct assay_strength_curve curve = {0};
    options.elastic = t->elastic;
    options.n_thread = t->published->history->n_thread;
    enum assay_status status = start_folds(t, err);
    if (status == ASSAY_OK)
        status = sort_by_fold(t, err);
    if (status == ASSAY_OK)
        status = assay_penalty_curve_find(&data, &options, &curve, err);
    if (status == ASSAY_OK)
        *lambda =
            curve.point[assay_strength_choose(&curve, ASSAY_STRENGTH_ERRORS).chosen].lambda;
    assay_strength_curve_clear(&curve);
    return status;
}

static enum assay_status nothing_left(const struct assay_model_penalty *penalty,
                                      struct assay_error *err)
{
    assay_fail(err, ASSAY_ENUMERIC, "%s: lambda %.6g%s leaves no signal a weight",
               assay_penalty_names[penalty->word], penalty->lambda,
               penalty->chosen ? ", which held-out accounts ask for," : "");
    if (penalty->chosen)
        assay_hint(err, "The signals hardly predict accounts that they have not seen: use an anchor "
                        "instead of a penalty, other signals, or a longer history.");
    else
        assay_hint(err, "Give a smaller \"lambda\", or \"auto\".");
    return ASSAY_ENUMERIC;
}

static enum assay_status check_fit(const struct trial *t, const struct assay_model_penalty *penalty,
                                   struct assay_error *err)
{
    struct assay_elastic_fit fit = {0};
    bool any = false;
    enum assay_status status =
        assay_elastic_fit(&t->whole, &t->elastic, penalty->lambda, &fit, err);
    for (size_t j = 0; status == ASSAY_OK && j < t->published->n_signal; j++)
        any = any || fit.coef[1 + j] != 0;
    assay_elastic_fit_clear(&fit);
    return status != ASSAY_OK || any ? status : nothing_left(penalty, err);
}

/* ---- how stable ---- */

static enum assay_status start_half(void *state, size_t sample, const unsigned char half[],
                                    struct assay_engine *engine, struct assay_error *err)
{
    struct trial *t = state;
    struct assay_array_data data = assay_pipeline_data(t->published);
    unsigned char *include = assay_rows_alloc(data.n_row, 1);
    if (include == NULL)
        return assay_fail_memory(err, "fitting half-samples");
    for (size_t i = 0; i < data.n_row; i++)
        include[i] = t->accounts.account[i] >= 0 && half[t->accounts.account[i]];
    data.include = include;
    data.n_thread = 1; /* pairs run side by side */
    enum assay_status status = assay_array_engine_init(&data, engine, err);
    if (status == ASSAY_OK)
        t->include[sample] = include;
    else
        assay_rows_free(include);
    return status;
}

static void end_half(void *state, size_t sample, struct assay_engine *engine)
{
    struct trial *t = state;
    assay_array_engine_clear(engine);
    assay_rows_free(t->include[sample]);
    t->include[sample] = NULL;
}

static enum assay_status find_stability(struct trial *t, struct assay_stability_options *options,
                                        struct assay_model_penalty *penalty,
                                        struct assay_error *err)
{
    size_t n_coef = t->published->n_coef, n_signal = t->published->n_signal;
    struct assay_stability_data data = {.n_coef = n_coef,
                                        .n_group = t->accounts.n,
                                        .make_engine = start_half,
                                        .drop_engine = end_half,
                                        .state = t};
    double *share = assay_alloc(n_coef, sizeof *share);
    double *stability = assay_alloc(n_signal, sizeof *stability);
    enum assay_status status = share != NULL && stability != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "fitting half-samples");
    options->elastic = t->elastic;
    options->lambda = penalty->lambda;
    options->seed = t->published->history->spec->seed;
    options->n_thread = t->published->history->n_thread;
    if (status == ASSAY_OK)
        status = assay_stability_select(&data, options, share, &penalty->half_samples, err);
    if (status == ASSAY_OK) {
        memcpy(stability, share + 1, n_signal * sizeof *stability);
        penalty->stability = stability;
        stability = NULL; /* now the penalty's */
    }
    free(share);
    free(stability);
    return status;
}

/* ---- both ---- */

enum assay_status assay_penalised_settle(const struct assay_pipeline *published,
                                         const struct assay_folds *folds,
                                         const struct assay_estimation *estimation,
                                         struct assay_model_penalty *penalty,
                                         struct assay_error *err)
{
    const struct assay_fit_spec *fit = &published->history->spec->fit;
    struct assay_stability_options options = assay_stability_options_default();
    struct assay_model_penalty made = {.word = fit->penalty,
                                       .alpha = alpha_of(fit),
                                       .lambda = fit->lambda,
                                       .chosen = isnan(fit->lambda)};
    struct trial trial;
    enum assay_status status =
        trial_init(published, folds, estimation, 2 * options.n_pair, &trial, err);
    if (status == ASSAY_OK && made.chosen)
        status = choose_lambda(&trial, &made.lambda, err);
    if (status == ASSAY_OK)
        status = check_fit(&trial, &made, err);
    if (status == ASSAY_OK)
        status = find_stability(&trial, &options, &made, err);
    trial_clear(&trial);
    if (status == ASSAY_OK)
        *penalty = made;
    return status;
}
