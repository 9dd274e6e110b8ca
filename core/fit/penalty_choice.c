#include "core/fit/penalty_choice.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

/* A ridge starts where an elastic net of this alpha does. */
#define LEAST_ALPHA 1e-3
/* Where all paths end, in the lasso's least lambda without coefficients. */
#define PATH_END 1e-4
/* Of the largest lambda: digits that a sum over many rows may lose. */
#define ROUNDING 1e-13

/* What one fold's task needs and leaves behind. */
struct fold {
    enum assay_status status;
    struct assay_error err;
    struct assay_error reason; /* why the path ended early */
    double *coef;              /* [n_coef], where the last fit ended */
    size_t n_done;             /* points charged */
};

struct search {
    const struct assay_strength_data *data;
    const struct assay_penalty_options *options;
    const struct assay_strength_curve *curve;
    double *loss; /* [n_point * n_group], row p: the losses at point p */
    struct fold *fold;
    double *coef;
};

struct assay_penalty_options assay_penalty_options_default(void)
{
    return (struct assay_penalty_options){.elastic = assay_elastic_options_default(), .n_grid = 60};
}

/* ---- the path ---- */

static struct assay_elastic_options fit_options(const struct assay_penalty_options *options)
{
    struct assay_elastic_options fit = options->elastic;
    fit.drop_constant = true;
    return fit;
}

static enum assay_status check_grid(const struct assay_penalty_options *options,
                                    struct assay_error *err)
{
    for (size_t p = 0; options->grid != NULL && p < options->n_grid; p++) {
        double lambda = options->grid[p];
        if (!(lambda > 0.0 && isfinite(lambda)) || (p > 0 && !(lambda < options->grid[p - 1])))
            return assay_fail(err, ASSAY_EDATA, "lambda %zu of the grid is %.6g; expected decreasing "
                              "numbers above 0", p + 1, lambda);
    }
    return ASSAY_OK;
}

/* The lasso's least lambda without coefficients, on all rows. */
static enum assay_status find_scale(const struct assay_strength_data *data,
                                    const struct assay_penalty_options *options, double *scale,
                                    struct assay_error *err)
{
    struct assay_elastic_options lasso = fit_options(options);
    double found = 0.0;
    lasso.alpha = 1.0;
    enum assay_status status = assay_elastic_lambda_max(data->whole, &lasso, &found, err);
    if (status != ASSAY_OK)
        return status;
    if (found == 0.0)
        return assay_fail(err, ASSAY_ENUMERIC, "penalty: no coefficient leaves 0 at any lambda; "
                          "expected one whose sign allows it");
    *scale = found;
    return ASSAY_OK;
}

static enum assay_status curve_init(const struct assay_strength_data *data,
                                    const struct assay_penalty_options *options,
                                    struct assay_strength_curve *curve, struct assay_error *err)
{
    size_t n = options->n_grid;
    double scale = 0.0;
    enum assay_status status = check_grid(options, err);
    if (status == ASSAY_OK)
        status = find_scale(data, options, &scale, err);
    if (status != ASSAY_OK)
        return status;
    *curve = (struct assay_strength_curve){.scale = scale,
                                           .n_anchor = 1,
                                           .n_point = n,
                                           .point = assay_alloc(n, sizeof *curve->point),
                                           .paired = assay_alloc(n * n, sizeof *curve->paired)};
    if (curve->point == NULL || curve->paired == NULL) {
        assay_strength_curve_clear(curve);
        return assay_fail_memory(err, "choosing the penalty");
    }
    /* At the first nothing is to be left, not even a coefficient of 1e-18 that rounding makes. */
    double most = scale / fmax(options->elastic.alpha, LEAST_ALPHA) * (1 + ROUNDING);
    double first = log(most), step = (log(PATH_END * scale) - first) / (double)(n - 1);
    for (size_t p = 0; p < n; p++) {
        double lambda = options->grid != NULL ? options->grid[p]
                        : p == 0              ? most
                                              : exp(first + (double)p * step);
        curve->point[p].strength = curve->point[p].lambda = lambda;
    }
    return ASSAY_OK;
}

/* ---- one fold ---- */

/* Fits point p from where the one before ended. A fit that does not settle ends the path of its fold:
 * those of weaker penalties are harder. That is a finding, not an error. */
static enum assay_status charge(const struct search *search, size_t k, size_t p, bool *ended,
                                struct assay_error *err)
{
    struct fold *fold = &search->fold[k];
    const struct assay_strength_data *data = search->data;
    struct assay_elastic_options options = fit_options(search->options);
    struct assay_elastic_fit fit = {0};
    struct assay_error reason = {0};
    options.start = p > 0 ? fold->coef : options.start;
    enum assay_status status = assay_elastic_fit(&data->train[k], &options,
                                                 search->curve->point[p].lambda, &fit, &reason);
    *ended = status == ASSAY_ENUMERIC;
    if (status == ASSAY_OK) {
        memcpy(fold->coef, fit.coef, fit.n_coef * sizeof *fold->coef);
        status = data->held_out(data->state, k, fold->coef, search->loss + p * data->n_group, err);
    } else if (*ended) {
        fold->reason = reason;
        status = ASSAY_OK;
    } else {
        *err = reason;
    }
    assay_elastic_fit_clear(&fit);
    return status;
}

static void run_fold(void *state, size_t k)
{
    const struct search *search = state;
    struct fold *fold = &search->fold[k];
    bool ended = false;
    for (size_t p = 0; p < search->curve->n_point; p++) {
        fold->status = charge(search, k, p, &ended, &fold->err);
        if (fold->status != ASSAY_OK || ended)
            return;
        fold->n_done++;
    }
}

/* ---- the search ---- */

static enum assay_status fill_curve(const struct search *search, struct assay_strength_curve *curve,
                                    struct assay_error *err)
{
    const struct assay_strength_data *data = search->data;
    for (size_t p = 0; p < curve->n_point; p++)
        for (size_t k = 0; k < data->n_fold; k++)
            curve->point[p].n_failed += search->fold[k].n_done <= p;
    for (size_t k = 0; curve->point[0].n_failed > 0 && k < data->n_fold; k++)
        if (search->fold[k].n_done == 0)
            return assay_fail(err, ASSAY_ENUMERIC, "no penalty has a fit in every fold: %s",
                              search->fold[k].reason.message);
    return assay_strength_compare(data->group_rows, data->n_group, search->loss, curve, err);
}

static void search_clear(struct search *search)
{
    free(search->loss);
    free(search->fold);
    free(search->coef);
}

static enum assay_status search_init(const struct assay_strength_data *data,
                                     const struct assay_penalty_options *options,
                                     const struct assay_strength_curve *curve,
                                     struct search *search, struct assay_error *err)
{
    size_t n_coef = data->whole->n_coef;
    *search = (struct search){.data = data, .options = options, .curve = curve};
    search->loss = assay_alloc(data->n_group, curve->n_point * sizeof *search->loss);
    search->fold = assay_alloc(data->n_fold, sizeof *search->fold);
    search->coef = assay_alloc(data->n_fold, n_coef * sizeof *search->coef);
    if (search->loss == NULL || search->fold == NULL || search->coef == NULL) {
        search_clear(search);
        return assay_fail_memory(err, "choosing the penalty");
    }
    for (size_t k = 0; k < data->n_fold; k++)
        search->fold[k].coef = search->coef + k * n_coef;
    return ASSAY_OK;
}

/* The first fold's failure, whichever thread came to its own first. */
static enum assay_status first_failure(const struct search *search, struct assay_error *err)
{
    for (size_t k = 0; k < search->data->n_fold; k++)
        if (search->fold[k].status != ASSAY_OK) {
            if (err != NULL)
                *err = search->fold[k].err;
            return search->fold[k].status;
        }
    return ASSAY_OK;
}

enum assay_status assay_penalty_curve_find(const struct assay_strength_data *data,
                                           const struct assay_penalty_options *options,
                                           struct assay_strength_curve *curve,
                                           struct assay_error *err)
{
    assert(data->n_fold >= 2 && data->n_group >= 2 && options->n_grid >= 2);
    struct assay_strength_curve found;
    struct search search;
    enum assay_status status = curve_init(data, options, &found, err);
    if (status != ASSAY_OK)
        return status;
    status = search_init(data, options, &found, &search, err);
    if (status == ASSAY_OK) {
        assay_parallel(data->n_fold, options->n_thread, run_fold, &search);
        status = first_failure(&search, err);
        if (status == ASSAY_OK)
            status = fill_curve(&search, &found, err);
        search_clear(&search);
    }
    if (status == ASSAY_OK)
        *curve = found;
    else
        assay_strength_curve_clear(&found);
    return status;
}
