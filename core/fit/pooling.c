#include "core/fit/pooling.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/fit/pooled.h"

/* What one fold's task needs and leaves behind. */
struct fold {
    enum assay_status status;
    struct assay_error err;
    struct assay_error reason; /* why the first strength without a fit has none */
    double *coef;              /* [n_coef], where the last fit ended */
    unsigned char *failed;     /* [n_point] */
};

struct search {
    const struct assay_pooling_data *data;
    const struct assay_pooling_options *options;
    const struct assay_strength_curve *curve;
    double *loss; /* [n_point * n_group], row p: the losses at strength p */
    struct fold *fold;
    double *coef;
    unsigned char *failed;
};

struct assay_pooling_options assay_pooling_options_default(void)
{
    struct assay_strength_options same = assay_strength_options_default();
    return (struct assay_pooling_options){
        .grid = same.grid, .n_grid = same.n_grid, .fit = assay_logistic_options_default()};
}

static enum assay_status curve_init(const struct assay_pooling_data *data,
                                    const struct assay_pooling_options *options,
                                    struct assay_strength_curve *curve, struct assay_error *err)
{
    size_t n = options->n_grid;
    *curve = (struct assay_strength_curve){.scale = data->scale,
                                           .n_anchor = 1,
                                           .n_point = n,
                                           .point = assay_alloc(n, sizeof *curve->point),
                                           .paired = assay_alloc(n * n, sizeof *curve->paired)};
    if (curve->point == NULL || curve->paired == NULL) {
        assay_strength_curve_clear(curve);
        return assay_fail_memory(err, "choosing the pooling");
    }
    for (size_t p = 0; p < n; p++)
        curve->point[p] = (struct assay_strength_point){
            .strength = options->grid[p], .lambda = options->grid[p] * data->scale};
    return ASSAY_OK;
}

/* ---- one fold ---- */

/* A strength without a fit is marked as failed: that is a finding, not an error. */
static enum assay_status fit_segment(const struct search *search, size_t k, size_t p,
                                     const struct assay_engine *engine, struct assay_error *err)
{
    struct fold *fold = &search->fold[k];
    struct assay_pooling pooling = {.lambda = search->curve->point[p].lambda,
                                    .common = search->data->common + k * search->data->n_coef,
                                    .sd = search->data->sd};
    struct assay_logistic_options options = search->options->fit;
    struct assay_pooled_fit fit = {0};
    struct assay_error reason = {0};
    options.start = fold->coef;
    enum assay_status status =
        assay_pooled_fit(engine, &pooling, &options, search->options->limits, &fit, &reason);
    if (status == ASSAY_OK) {
        memcpy(fold->coef, fit.fit.coef, fit.fit.n_coef * sizeof *fold->coef);
    } else if (status == ASSAY_ENUMERIC) {
        fold->failed[p] = 1;
        fold->reason = fold->reason.status == ASSAY_OK ? reason : fold->reason;
        status = ASSAY_OK;
    } else {
        *err = reason;
    }
    assay_pooled_fit_clear(&fit);
    return status;
}

/* From strong to weak, each fit starting where the one before it ended. */
static enum assay_status charge_path(const struct search *search, size_t k, size_t segment,
                                     const struct assay_engine *engine, struct assay_error *err)
{
    const struct assay_pooling_data *data = search->data;
    struct fold *fold = &search->fold[k];
    enum assay_status status = ASSAY_OK;
    memcpy(fold->coef, data->common + k * data->n_coef, data->n_coef * sizeof *fold->coef);
    for (size_t p = 0; status == ASSAY_OK && p < search->curve->n_point; p++) {
        if (!fold->failed[p] && engine->state != NULL)
            status = fit_segment(search, k, p, engine, err);
        if (status == ASSAY_OK && !fold->failed[p])
            status = data->held_out(data->state, k, segment, fold->coef,
                                    search->loss + p * data->n_group, err);
    }
    return status;
}

static void run_fold(void *state, size_t k)
{
    const struct search *search = state;
    const struct assay_pooling_data *data = search->data;
    struct fold *fold = &search->fold[k];
    for (size_t s = 0; s < data->n_segment && fold->status == ASSAY_OK; s++) {
        struct assay_engine engine = {0};
        fold->status = data->open(data->state, k, s, &engine, &fold->err);
        if (fold->status != ASSAY_OK)
            return;
        fold->status = charge_path(search, k, s, &engine, &fold->err);
        data->close(data->state, k, s, &engine);
    }
}

/* ---- the search ---- */

static void search_clear(struct search *search)
{
    free(search->loss);
    free(search->fold);
    free(search->coef);
    free(search->failed);
}

static enum assay_status search_init(const struct assay_pooling_data *data,
                                     const struct assay_pooling_options *options,
                                     const struct assay_strength_curve *curve,
                                     struct search *search, struct assay_error *err)
{
    *search = (struct search){.data = data, .options = options, .curve = curve};
    search->loss = assay_alloc(data->n_group, curve->n_point * sizeof *search->loss);
    search->fold = assay_alloc(data->n_fold, sizeof *search->fold);
    search->coef = assay_alloc(data->n_fold, data->n_coef * sizeof *search->coef);
    search->failed = assay_alloc(data->n_fold, curve->n_point);
    if (search->loss == NULL || search->fold == NULL || search->coef == NULL ||
        search->failed == NULL) {
        search_clear(search);
        return assay_fail_memory(err, "choosing the pooling");
    }
    for (size_t k = 0; k < data->n_fold; k++) {
        search->fold[k].coef = search->coef + k * data->n_coef;
        search->fold[k].failed = search->failed + k * curve->n_point;
    }
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

static enum assay_status fill_curve(const struct search *search, struct assay_strength_curve *curve,
                                    struct assay_error *err)
{
    const struct assay_pooling_data *data = search->data;
    size_t n_fine = 0;
    for (size_t p = 0; p < curve->n_point; p++) {
        for (size_t k = 0; k < data->n_fold; k++)
            curve->point[p].n_failed += search->fold[k].failed[p];
        n_fine += curve->point[p].n_failed == 0;
    }
    for (size_t k = 0; n_fine == 0 && k < data->n_fold; k++)
        if (search->fold[k].reason.status != ASSAY_OK)
            return assay_fail(err, ASSAY_ENUMERIC, "no pooling has a fit of every segment in every "
                              "fold: %s", search->fold[k].reason.message);
    return assay_strength_compare(data->group_rows, data->n_group, search->loss, curve, err);
}

enum assay_status assay_pooling_curve_find(const struct assay_pooling_data *data,
                                           const struct assay_pooling_options *options,
                                           struct assay_strength_curve *curve,
                                           struct assay_error *err)
{
    struct assay_strength_curve found;
    struct search search;
    assert(data->n_fold >= 2 && data->n_group >= 2 && data->n_segment >= 1);
    assert(options->n_grid >= 1 && data->scale > 0.0);
    enum assay_status status = assay_strength_check_grid(options->grid, options->n_grid, err);
    if (status == ASSAY_OK)
        status = curve_init(data, options, &found, err);
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
