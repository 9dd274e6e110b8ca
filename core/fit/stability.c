#include "core/fit/stability.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/thread.h"

/* Streams of their own: other draws from the same seed number theirs from 0 or from 2^32. */
#define FIRST_STREAM (UINT64_C(2) << 32)

/* What a pair's task leaves behind. */
struct pair {
    enum assay_status status;
    struct assay_error err;
    struct assay_error reason; /* why the first half without a fit has none */
    size_t n_fitted;
    unsigned char *kept; /* [n_coef], in how many of the two */
};

struct selection {
    const struct assay_stability_data *data;
    struct assay_elastic_options elastic;
    const struct assay_stability_options *options;
    struct pair *pair;
    unsigned char *kept;
};

struct assay_stability_options assay_stability_options_default(void)
{
    return (struct assay_stability_options){
        .elastic = assay_elastic_options_default(), .n_pair = 50, .seed = 1};
}

/* ---- dealing ---- */

/* half[g] becomes 1 in a random half of the groups and 2 in another, 0 in one that is left. order is
 * scratch, [n]. (Fisher & Yates 1938; the shuffle ends where both halves are full.) */
static void deal(struct assay_random *random, size_t n, size_t order[], unsigned char half[])
{
    size_t each = n / 2;
    for (size_t g = 0; g < n; g++)
        order[g] = g;
    memset(half, 0, n);
    for (size_t k = 0; k < 2 * each; k++) {
        size_t at = k + assay_random_below(random, n - k), drawn = order[at];
        order[at] = order[k];
        order[k] = drawn;
        half[drawn] = k < each ? 1 : 2;
    }
}

/* flag[g] is 1 where half[g] is `which`. */
static void pick(const unsigned char half[], size_t n, unsigned char which, unsigned char flag[])
{
    for (size_t g = 0; g < n; g++)
        flag[g] = half[g] == which;
}

/* ---- one half ---- */

static enum assay_status fit_half(const struct selection *s, size_t sample,
                                  const unsigned char flag[], struct assay_elastic_fit *fit,
                                  struct assay_error *err)
{
    struct assay_engine engine;
    enum assay_status status = s->data->make_engine(s->data->state, sample, flag, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_elastic_fit(&engine, &s->elastic, s->options->lambda, fit, err);
    s->data->drop_engine(s->data->state, sample, &engine);
    return status;
}

/* A half without a fit is a finding, not an error. */
static enum assay_status count_half(const struct selection *s, size_t sample,
                                    const unsigned char flag[], struct pair *pair)
{
    struct assay_elastic_fit fit = {0};
    struct assay_error reason = {0};
    enum assay_status status = fit_half(s, sample, flag, &fit, &reason);
    if (status == ASSAY_OK) {
        pair->n_fitted++;
        for (size_t j = 0; j < fit.n_coef; j++)
            pair->kept[j] = (unsigned char)(pair->kept[j] + (j == 0 || fit.coef[j] != 0.0));
    } else if (status == ASSAY_ENUMERIC || status == ASSAY_EDATA) {
        pair->reason = pair->reason.status == ASSAY_OK ? reason : pair->reason;
        status = ASSAY_OK;
    } else {
        pair->err = reason;
    }
    assay_elastic_fit_clear(&fit);
    return status;
}

static void run_pair(void *state, size_t k)
{
    const struct selection *s = state;
    struct pair *pair = &s->pair[k];
    struct assay_random random;
    size_t n = s->data->n_group, *order = assay_alloc(n, sizeof *order);
    unsigned char *half = assay_alloc(n, sizeof *half), *flag = assay_alloc(n, sizeof *flag);
    if (order == NULL || half == NULL || flag == NULL)
        pair->status = assay_fail_memory(&pair->err, "fitting half-samples");
    if (pair->status == ASSAY_OK) {
        assay_random_init(&random, s->options->seed, FIRST_STREAM + k);
        deal(&random, n, order, half);
    }
    for (unsigned char which = 1; pair->status == ASSAY_OK && which <= 2; which++) {
        pick(half, n, which, flag);
        pair->status = count_half(s, 2 * k + which - 1, flag, pair);
    }
    free(order);
    free(half);
    free(flag);
}

/* ---- all of them ---- */

static enum assay_status sum_up(const struct selection *s, double share[], size_t *n_fitted,
                                struct assay_error *err)
{
    size_t n_coef = s->data->n_coef, n_pair = s->options->n_pair, total = 0;
    const struct assay_error *reason = NULL;
    for (size_t k = 0; k < n_pair; k++) {
        if (s->pair[k].status != ASSAY_OK) {
            if (err != NULL)
                *err = s->pair[k].err;
            return s->pair[k].status;
        }
        total += s->pair[k].n_fitted;
        if (reason == NULL && s->pair[k].reason.status != ASSAY_OK)
            reason = &s->pair[k].reason;
    }
    if (total == 0 && reason != NULL)
        return assay_fail(err, ASSAY_ENUMERIC, "none of %zu half-samples has a fit: %s", 2 * n_pair,
                          reason->message);
    for (size_t j = 0; j < n_coef; j++) {
        size_t kept = 0;
        for (size_t k = 0; k < n_pair; k++)
            kept += s->pair[k].kept[j];
        share[j] = (double)kept / (double)total;
    }
    *n_fitted = total;
    return ASSAY_OK;
}

static enum assay_status check_options(const struct assay_stability_options *options,
                                       struct assay_error *err)
{
    double lambda = options->lambda, alpha = options->elastic.alpha;
    if (!(lambda > 0.0 && lambda < HUGE_VAL))
        return assay_fail(err, ASSAY_EDATA, "lambda is %.6g; expected a finite number above 0", lambda);
    if (!(alpha >= 0.0 && alpha <= 1.0))
        return assay_fail(err, ASSAY_EDATA, "alpha is %.6g; expected 0 to 1", alpha);
    return ASSAY_OK;
}

enum assay_status assay_stability_select(const struct assay_stability_data *data,
                                         const struct assay_stability_options *options,
                                         double share[], size_t *n_fitted, struct assay_error *err)
{
    assert(data->n_group >= 2 && options->n_pair >= 1);
    struct selection s = {.data = data, .elastic = options->elastic, .options = options};
    enum assay_status status = check_options(options, err);
    if (status != ASSAY_OK)
        return status;
    s.elastic.drop_constant = true;
    s.pair = assay_alloc(options->n_pair, sizeof *s.pair);
    s.kept = assay_alloc(options->n_pair, data->n_coef);
    if (s.pair == NULL || s.kept == NULL)
        status = assay_fail_memory(err, "fitting half-samples");
    if (status == ASSAY_OK) {
        for (size_t k = 0; k < options->n_pair; k++)
            s.pair[k].kept = s.kept + k * data->n_coef;
        assay_parallel(options->n_pair, options->n_thread, run_pair, &s);
        status = sum_up(&s, share, n_fitted, err);
    }
    free(s.pair);
    free(s.kept);
    return status;
}
