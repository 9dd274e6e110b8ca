#include "core/fit/strength.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"

#define WEIGHT_SUM   1e-9  /* as anchor.c has it */
#define SAME_WEIGHTS 1e-12 /* a rival this near is no rival */

enum { N_ANCHOR = 3 };

static const double default_grid[] = {HUGE_VAL, 64.0, 32.0,    16.0,     8.0,      4.0,      2.0, 1.0,
                                      0.5,      0.25, 1.0 / 8, 1.0 / 16, 1.0 / 32, 1.0 / 64, 0.0};

/* What one fold's task needs and leaves behind. */
struct fold {
    enum assay_status status;
    struct assay_error err;
    struct assay_error reason; /* why the first point without a fit has none */
    double *coef;              /* [n_coef], where the last fit ended */
    unsigned char *failed;     /* [n_point] */
};

struct search {
    const struct assay_strength_data *data;
    const struct assay_strength_options *options;
    const struct assay_strength_curve *curve;
    double *loss; /* [n_point * n_group], row p: the losses at point p */
    struct fold *fold;
    double *coef;
    unsigned char *failed;
};

struct assay_strength_options assay_strength_options_default(void)
{
    return (struct assay_strength_options){
        .grid = default_grid,
        .n_grid = sizeof default_grid / sizeof *default_grid,
        .fit = assay_logistic_options_default()};
}

double assay_strength_scale(const struct assay_engine *engine)
{
    double n = (double)engine->n_row, events = (double)engine->n_event;
    return events * (n - events) / n;
}

void assay_strength_curve_clear(struct assay_strength_curve *curve)
{
    if (curve == NULL)
        return;
    free(curve->weight);
    free(curve->point);
    free(curve->paired);
    *curve = (struct assay_strength_curve){0};
}

/* ---- the points ---- */

static enum assay_status check_weights(const char *whose, const double weight[], size_t n,
                                       struct assay_error *err)
{
    double sum = 0.0;
    for (size_t s = 0; s < n; s++)
        sum += weight[s];
    if (!(fabs(sum - 1.0) <= WEIGHT_SUM)) /* NaN too */
        return assay_fail(err, ASSAY_EDATA, "the %s weights sum to %.10g; expected 1", whose, sum);
    return ASSAY_OK;
}

enum assay_status assay_strength_check_grid(const double grid[], size_t n_grid,
                                            struct assay_error *err)
{
    for (size_t k = 0; k < n_grid; k++)
        if (!(grid[k] >= 0.0) || (k > 0 && !(grid[k] < grid[k - 1]))) /* NaN too */
            return assay_fail(err, ASSAY_EDATA, "strength %zu of the grid is %.6g; expected "
                              "decreasing numbers of at least 0", k + 1, grid[k]);
    return ASSAY_OK;
}

static enum assay_status check_options(const struct assay_strength_data *data,
                                       const struct assay_strength_options *options,
                                       struct assay_error *err)
{
    assert(data->n_fold >= 2 && data->n_group >= 2 && options->n_grid >= 1);
    size_t n = options->own->n_signal;
    enum assay_status status = check_weights("anchor's", options->own->weight, n, err);
    if (status == ASSAY_OK && options->rival != NULL)
        status = check_weights("rival anchor's", options->rival, n, err);
    if (status == ASSAY_OK)
        status = assay_strength_check_grid(options->grid, options->n_grid, err);
    if (status == ASSAY_OK && !(assay_strength_scale(data->whole) > 0.0))
        status = assay_fail(err, ASSAY_EDATA, "%zu of %zu rows are events; expected both outcomes",
                            data->whole->n_event, data->whole->n_row);
    return status;
}

static bool has_rival(const struct assay_strength_options *options)
{
    double most = 0.0;
    for (size_t s = 0; options->rival != NULL && s < options->own->n_signal; s++)
        most = fmax(most, fabs(options->rival[s] - options->own->weight[s]));
    return most > SAME_WEIGHTS;
}

static void fill_weights(const struct assay_strength_options *options,
                         struct assay_strength_curve *curve)
{
    size_t n = curve->n_signal;
    memcpy(curve->weight, options->own->weight, n * sizeof *curve->weight);
    for (size_t s = 0; curve->n_anchor == N_ANCHOR && s < n; s++) {
        double own = options->own->weight[s], rival = options->rival[s];
        curve->weight[ASSAY_ANCHOR_HALFWAY * n + s] = (own + rival) / 2.0;
        curve->weight[ASSAY_ANCHOR_RIVAL * n + s] = rival;
    }
}

static void fill_points(const struct assay_strength_options *options,
                        struct assay_strength_curve *curve)
{
    size_t p = 0;
    for (size_t k = 0; k < options->n_grid; k++)
        for (size_t a = 0; a < (options->grid[k] > 0.0 ? curve->n_anchor : 1); a++)
            curve->point[p++] =
                (struct assay_strength_point){.anchor = (enum assay_strength_anchor)a,
                                              .strength = options->grid[k],
                                              .lambda = options->grid[k] * curve->scale};
}

static enum assay_status curve_init(const struct assay_strength_data *data,
                                    const struct assay_strength_options *options,
                                    struct assay_strength_curve *curve, struct assay_error *err)
{
    size_t zero = options->grid[options->n_grid - 1] == 0.0;
    *curve = (struct assay_strength_curve){.scale = assay_strength_scale(data->whole),
                                           .n_anchor = has_rival(options) ? N_ANCHOR : 1,
                                           .n_signal = options->own->n_signal};
    curve->n_point = (options->n_grid - zero) * curve->n_anchor + zero;
    curve->weight = assay_alloc(curve->n_anchor * curve->n_signal, sizeof *curve->weight);
    curve->point = assay_alloc(curve->n_point, sizeof *curve->point);
    curve->paired = assay_alloc(curve->n_point * curve->n_point, sizeof *curve->paired);
    if (curve->weight == NULL || curve->point == NULL || curve->paired == NULL) {
        assay_strength_curve_clear(curve);
        return assay_fail_memory(err, "choosing the anchor's strength");
    }
    fill_weights(options, curve);
    fill_points(options, curve);
    return ASSAY_OK;
}

/* ---- one fold ---- */

/* A point without a fit is marked as failed: that is a finding, not an error. */
static enum assay_status charge(const struct search *search, size_t k, size_t p,
                                const double start[], struct assay_error *err)
{
    struct fold *fold = &search->fold[k];
    const struct assay_strength_point *point = &search->curve->point[p];
    const struct assay_strength_data *data = search->data;
    struct assay_anchor anchor = *search->options->own;
    struct assay_logistic_options options = search->options->fit;
    struct assay_anchor_fit fit = {0};
    struct assay_error reason = {0};
    anchor.lambda = point->lambda;
    anchor.weight = search->curve->weight + point->anchor * search->curve->n_signal;
    options.start = start;
    enum assay_status status = assay_anchor_fit(&data->train[k], &anchor, &options,
                                                search->options->limits, &fit, &reason);
    if (status == ASSAY_OK) {
        memcpy(fold->coef, fit.fit.coef, fit.fit.n_coef * sizeof *fold->coef);
        status = data->held_out(data->state, k, fold->coef, search->loss + p * data->n_group, err);
    } else if (status == ASSAY_ENUMERIC) {
        fold->failed[p] = 1;
        fold->reason = fold->reason.status == ASSAY_OK ? reason : fold->reason;
        status = ASSAY_OK;
    } else {
        *err = reason;
    }
    assay_anchor_fit_clear(&fit);
    return status;
}

/* From strong to weak along anchor a; strength 0, at the end, belongs to the first. */
static enum assay_status charge_path(const struct search *search, size_t k, size_t a,
                                     struct assay_error *err)
{
    const struct assay_strength_curve *curve = search->curve;
    const double *start = search->options->fit.start;
    enum assay_status status = ASSAY_OK;
    for (size_t p = 0; status == ASSAY_OK && p < curve->n_point; p++) {
        if (curve->point[p].anchor != a)
            continue;
        status = charge(search, k, p, start, err);
        if (!search->fold[k].failed[p])
            start = search->fold[k].coef;
    }
    return status;
}

static void run_fold(void *state, size_t k)
{
    const struct search *search = state;
    struct fold *fold = &search->fold[k];
    for (size_t a = 0; a < search->curve->n_anchor && fold->status == ASSAY_OK; a++)
        fold->status = charge_path(search, k, a, &fold->err);
}

/* ---- comparing ---- */

/* Mean and standard error of a loss, or of the difference of two: b may be NULL. */
static void compare(const size_t group_rows[], size_t n_group, const double a[], const double b[],
                    double *mean, double *std_error)
{
    double sum = 0.0, square = 0.0, n = 0.0, count = (double)n_group;
    for (size_t g = 0; g < n_group; g++) {
        sum += a[g] - (b != NULL ? b[g] : 0.0);
        n += (double)group_rows[g];
    }
    *mean = sum / n;
    for (size_t g = 0; g < n_group; g++) {
        double rest = a[g] - (b != NULL ? b[g] : 0.0) - *mean * (double)group_rows[g];
        square += rest * rest;
    }
    *std_error = sqrt(count / (count - 1.0) * square) / n;
}

enum assay_status assay_strength_compare(const size_t group_rows[], size_t n_group,
                                         const double loss[], struct assay_strength_curve *curve,
                                         struct assay_error *err)
{
    size_t n = curve->n_point;
    for (size_t p = 0; p < n; p++) {
        struct assay_strength_point *point = &curve->point[p];
        point->loss = point->std_error = NAN;
        if (point->n_failed == 0)
            compare(group_rows, n_group, loss + p * n_group, NULL, &point->loss, &point->std_error);
        if (point->n_failed == 0 && !isfinite(point->std_error))
            return assay_fail(err, ASSAY_ENUMERIC, "the held-out loss at strength %.6g is %.6g; "
                              "expected a finite number", point->strength, point->loss);
        for (size_t q = 0; q <= p; q++) {
            double mean, error = NAN;
            if (point->n_failed == 0 && curve->point[q].n_failed == 0)
                compare(group_rows, n_group, loss + p * n_group, loss + q * n_group, &mean, &error);
            curve->paired[p * n + q] = curve->paired[q * n + p] = error;
        }
    }
    return ASSAY_OK;
}

static enum assay_status fill_curve(const struct search *search, struct assay_strength_curve *curve,
                                    struct assay_error *err)
{
    const struct assay_strength_data *data = search->data;
    size_t n_fine = 0;
    for (size_t p = 0; p < curve->n_point; p++) {
        for (size_t k = 0; k < data->n_fold; k++)
            curve->point[p].n_failed += search->fold[k].failed[p];
        n_fine += curve->point[p].n_failed == 0;
    }
    for (size_t k = 0; n_fine == 0 && k < data->n_fold; k++)
        if (search->fold[k].reason.status != ASSAY_OK)
            return assay_fail(err, ASSAY_ENUMERIC, "no strength of the anchor has a fit in every "
                              "fold: %s", search->fold[k].reason.message);
    return assay_strength_compare(data->group_rows, data->n_group, search->loss, curve, err);
}

/* ---- the search ---- */

static void search_clear(struct search *search)
{
    free(search->loss);
    free(search->fold);
    free(search->coef);
    free(search->failed);
}

static enum assay_status search_init(const struct assay_strength_data *data,
                                     const struct assay_strength_options *options,
                                     const struct assay_strength_curve *curve,
                                     struct search *search, struct assay_error *err)
{
    size_t n_coef = data->whole->n_coef;
    *search = (struct search){.data = data, .options = options, .curve = curve};
    search->loss = assay_alloc(data->n_group, curve->n_point * sizeof *search->loss);
    search->fold = assay_alloc(data->n_fold, sizeof *search->fold);
    search->coef = assay_alloc(data->n_fold, n_coef * sizeof *search->coef);
    search->failed = assay_alloc(data->n_fold, curve->n_point);
    if (search->loss == NULL || search->fold == NULL || search->coef == NULL ||
        search->failed == NULL) {
        search_clear(search);
        return assay_fail_memory(err, "choosing the anchor's strength");
    }
    for (size_t k = 0; k < data->n_fold; k++) {
        search->fold[k].coef = search->coef + k * n_coef;
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

enum assay_status assay_strength_curve_find(const struct assay_strength_data *data,
                                            const struct assay_strength_options *options,
                                            struct assay_strength_curve *curve,
                                            struct assay_error *err)
{
    struct assay_strength_curve found;
    struct search search;
    enum assay_status status = check_options(data, options, err);
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

/* ---- the rule ---- */

/* Fits settle to 1e-10 in the log-odds: of losses that are nearer to each other than this part of themselves
 * rounding would choose, as where limits leave no weight to choose. */
static const double same_loss = 1e-9;

/* Points run from the strongest down, so that the first of equals is the strongest. */
static size_t find_best(const struct assay_strength_curve *curve)
{
    size_t best = curve->n_point;
    for (size_t p = 0; p < curve->n_point; p++)
        if (curve->point[p].n_failed == 0 &&
            (best == curve->n_point ||
             curve->point[p].loss < curve->point[best].loss * (1 - same_loss)))
            best = p;
    return best;
}

static bool within(const struct assay_strength_curve *curve, size_t p, size_t best, double errors)
{
    double excess = curve->point[p].loss - curve->point[best].loss;
    return curve->point[p].n_failed == 0 &&
           excess <= errors * curve->paired[p * curve->n_point + best] +
                         same_loss * curve->point[best].loss;
}

struct assay_strength_choice assay_strength_choose(const struct assay_strength_curve *curve,
                                                   double errors)
{
    size_t n = curve->n_point, best = find_best(curve);
    struct assay_strength_choice choice = {.best = best, .chosen = n, .own = n};
    assert(best < n && errors >= 0.0);
    for (size_t p = 0; p < n; p++) {
        if (!within(curve, p, best, errors))
            continue;
        if (choice.chosen == n)
            choice.chosen = p;
        if (choice.own == n && curve->point[p].anchor == ASSAY_ANCHOR_OWN)
            choice.own = p;
    }
    choice.excess = curve->point[choice.chosen].loss - curve->point[best].loss;
    choice.excess_error = curve->paired[choice.chosen * n + best];
    return choice;
}
