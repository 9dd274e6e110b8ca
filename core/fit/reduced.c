#include "core/fit/reduced.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

/* A limit whose part in t is below this share of its terms has none: the rest is rounding. */
#define ROUNDING 1e-12

struct reduced {
    const struct assay_engine *whole;
    struct assay_reduction reduction; /* its arrays are in memory, as the next four */
    double *coef;        /* [n_coef] */
    double *gradient;    /* [n_coef] */
    double *information; /* [n_coef * n_coef], or a matrix of scores */
    double *product;     /* [n_coef * n_small], that matrix times C */
    double *memory;
};

static void multiply(const struct assay_reduction *r, const double small[], double coef[])
{
    for (size_t j = 0; j < r->n_coef; j++)
        coef[j] = assay_linear_dot(r->matrix + j * r->n_small, small, r->n_small);
}

void assay_reduced_expand(const struct assay_reduction *reduction, const double small[], double coef[])
{
    multiply(reduction, small, coef);
    if (reduction->offset != NULL)
        assay_linear_add(coef, 1.0, reduction->offset, reduction->n_coef);
}

/* into[n_small] = C'from */
static void multiply_transposed(const struct assay_reduction *r, const double from[], double into[])
{
    memset(into, 0, r->n_small * sizeof(double));
    for (size_t j = 0; j < r->n_coef; j++)
        assay_linear_add(into, from[j], r->matrix + j * r->n_small, r->n_small);
}

/* into = C'MC for the matrix in r->information; one triangle is taken and mirrored, so that it is
 * symmetric to the last bit. */
static void reduce_square(struct reduced *r, double into[])
{
    size_t n = r->reduction.n_coef, m = r->reduction.n_small;
    const double *matrix = r->reduction.matrix;
    for (size_t j = 0; j < n; j++)
        multiply_transposed(&r->reduction, r->information + j * n, r->product + j * m);
    for (size_t s = 0; s < m; s++)
        for (size_t t = s; t < m; t++) {
            double sum = 0.0;
            for (size_t j = 0; j < n; j++)
                sum += matrix[j * m + s] * r->product[j * m + t];
            into[s * m + t] = into[t * m + s] = sum;
        }
}

static enum assay_status evaluate(void *state, const double small[], double *log_likelihood,
                                  double gradient[], double information[], struct assay_error *err)
{
    struct reduced *r = state;
    assay_reduced_expand(&r->reduction, small, r->coef);
    enum assay_status status = r->whole->evaluate(
        r->whole->state, r->coef, log_likelihood, gradient != NULL ? r->gradient : NULL,
        information != NULL ? r->information : NULL, err);
    if (status == ASSAY_OK && gradient != NULL)
        multiply_transposed(&r->reduction, r->gradient, gradient);
    if (status == ASSAY_OK && information != NULL)
        reduce_square(r, information);
    return status;
}

static enum assay_status direction(void *state, const double small[], struct assay_direction *what,
                                   struct assay_error *err)
{
    struct reduced *r = state;
    multiply(&r->reduction, small, r->coef);
    return r->whole->direction(r->whole->state, r->coef, what, err);
}

static enum assay_status cluster_scores(void *state, const double small[], double meat[],
                                        size_t *n_cluster, struct assay_error *err)
{
    struct reduced *r = state;
    assay_reduced_expand(&r->reduction, small, r->coef);
    enum assay_status status =
        r->whole->cluster_scores(r->whole->state, r->coef, r->information, n_cluster, err);
    if (status == ASSAY_OK)
        reduce_square(r, meat);
    return status;
}

/* One block: offset, matrix, then the scratch. */
static bool take_memory(const struct assay_reduction *from, struct reduced *r)
{
    size_t n = from->n_coef, m = from->n_small;
    r->memory = assay_alloc(3 * n + n * n + 2 * n * m, sizeof *r->memory);
    if (r->memory == NULL)
        return false;
    double *offset = r->memory, *matrix = offset + n;
    r->product = matrix + n * m;
    r->coef = r->product + n * m;
    r->gradient = r->coef + n;
    r->information = r->gradient + n;
    if (from->offset != NULL)
        memcpy(offset, from->offset, n * sizeof(double));
    memcpy(matrix, from->matrix, n * m * sizeof(double));
    r->reduction =
        (struct assay_reduction){.n_coef = n, .n_small = m, .offset = offset, .matrix = matrix};
    return true;
}

enum assay_status assay_reduced_engine_init(const struct assay_engine *whole,
                                            const struct assay_reduction *reduction,
                                            struct assay_engine *engine, struct assay_error *err)
{
    assert(reduction->n_coef == whole->n_coef && reduction->n_small >= 1);
    struct reduced *r = assay_alloc(1, sizeof *r);
    if (r == NULL || !take_memory(reduction, r)) {
        free(r);
        return assay_fail_memory(err, "reducing the coefficients");
    }
    r->whole = whole;
    *engine = (struct assay_engine){
        .n_coef = reduction->n_small,
        .n_row = whole->n_row,
        .n_event = whole->n_event,
        .state = r,
        .evaluate = evaluate,
        .direction = direction,
        .cluster_scores = whole->cluster_scores != NULL ? cluster_scores : NULL};
    return ASSAY_OK;
}

void assay_reduced_engine_clear(struct assay_engine *engine)
{
    if (engine == NULL || engine->state == NULL)
        return;
    struct reduced *r = engine->state;
    free(r->memory);
    free(r);
    *engine = (struct assay_engine){0};
}

/* ---- limits ---- */

/* The limit a'b >= floor in terms of t: row[n_small], *floor, and whether t has a part in it. *size is
 * what its constant terms amount to. */
static bool reduce_limit(const struct assay_reduction *r, const double a[], double row[],
                         double *floor, double *size)
{
    bool speaks = false;
    *size = fabs(*floor);
    for (size_t j = 0; r->offset != NULL && j < r->n_coef; j++) {
        *floor -= a[j] * r->offset[j];
        *size += fabs(a[j] * r->offset[j]);
    }
    for (size_t s = 0; s < r->n_small; s++) {
        double sum = 0.0, terms = 0.0;
        for (size_t j = 0; j < r->n_coef; j++) {
            sum += a[j] * r->matrix[j * r->n_small + s];
            terms += fabs(a[j] * r->matrix[j * r->n_small + s]);
        }
        row[s] = fabs(sum) > ROUNDING * terms ? sum : 0.0;
        speaks = speaks || row[s] != 0.0;
    }
    return speaks;
}

enum assay_status assay_reduced_limits_init(const struct assay_reduction *reduction,
                                            const struct assay_limits *limits,
                                            struct assay_limits *small, struct assay_error *err)
{
    size_t m = reduction->n_small, n_kept = 0, n_equal = 0;
    double *row = assay_alloc(limits->n_limit * (m + 1), sizeof *row);
    if (row == NULL)
        return assay_fail_memory(err, "reducing the limits");
    double *kept_floor = row + limits->n_limit * m;
    for (size_t k = 0; k < limits->n_limit; k++) {
        double floor = limits->floor[k], size;
        bool equality = k < limits->n_equal;
        if (reduce_limit(reduction, limits->limit + k * reduction->n_coef, row + n_kept * m, &floor,
                         &size)) {
            n_equal += equality;
            kept_floor[n_kept++] = floor;
        } else if (!((equality ? fabs(floor) : floor) <= ROUNDING * size)) {
            free(row);
            return assay_fail(err, ASSAY_EDATA,
                              "limit %zu is %.6g whatever the fit; expected %s%.6g", k,
                              limits->floor[k] - floor, equality ? "" : "at least ",
                              limits->floor[k]);
        }
    }
    *small = (struct assay_limits){
        .n_limit = n_kept, .limit = row, .floor = kept_floor, .n_equal = n_equal};
    return ASSAY_OK;
}

void assay_reduced_limits_clear(struct assay_limits *small)
{
    if (small == NULL)
        return;
    free((double *)small->limit); /* ours: _init made one block of it */
    *small = (struct assay_limits){0};
}

/* ---- the fit in terms of b ---- */

static bool take_fit(size_t n, struct assay_logistic_fit *fit)
{
    fit->n_coef = n;
    fit->blamed = assay_alloc(n, sizeof *fit->blamed);
    fit->coef = assay_alloc(n, sizeof *fit->coef);
    fit->covariance = assay_alloc(n * n, sizeof *fit->covariance);
    fit->active = assay_alloc(n, sizeof *fit->active);
    return fit->blamed != NULL && fit->coef != NULL && fit->covariance != NULL &&
           fit->active != NULL;
}

/* full = C V C'; product is scratch, [n_coef * n_small]. */
static void expand_covariance(const struct assay_reduction *r, const double v[], double product[],
                              double full[])
{
    size_t n = r->n_coef, m = r->n_small;
    for (size_t j = 0; j < n; j++)
        for (size_t s = 0; s < m; s++) /* V is symmetric: its rows are its columns */
            product[j * m + s] = assay_linear_dot(r->matrix + j * m, v + s * m, m);
    for (size_t j = 0; j < n; j++)
        for (size_t k = j; k < n; k++)
            full[j * n + k] = full[k * n + j] =
                assay_linear_dot(product + j * m, r->matrix + k * m, m);
}

static void expand_flags(const struct assay_reduction *r, const struct assay_logistic_fit *small,
                         struct assay_logistic_fit *fit)
{
    for (size_t j = 0; j < r->n_coef; j++) {
        size_t parts = 0, active = 0;
        for (size_t s = 0; s < r->n_small; s++) {
            if (r->matrix[j * r->n_small + s] == 0.0)
                continue;
            parts++;
            active += small->active[s] != 0;
            if (small->blamed[s] && j > 0) /* the intercept never */
                fit->blamed[j] = 1;
        }
        fit->active[j] = parts > 0 && active == parts;
    }
}

enum assay_status assay_reduced_fit_expand(const struct assay_reduction *reduction,
                                           const struct assay_logistic_fit *small,
                                           struct assay_logistic_fit *fit, struct assay_error *err)
{
    size_t n = reduction->n_coef;
    struct assay_logistic_fit made = *small;
    made.blamed = made.active = NULL;
    made.coef = made.covariance = NULL;
    double *product = assay_alloc(n * reduction->n_small, sizeof *product);
    if (product == NULL || !take_fit(n, &made)) {
        free(product);
        assay_logistic_fit_clear(&made);
        return assay_fail_memory(err, "telling the fit");
    }
    assay_reduced_expand(reduction, small->coef, made.coef);
    expand_covariance(reduction, small->covariance, product, made.covariance);
    expand_flags(reduction, small, &made);
    free(product);
    *fit = made;
    return ASSAY_OK;
}
