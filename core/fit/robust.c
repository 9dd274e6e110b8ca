#include "core/fit/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

static size_t count_free(const struct assay_logistic_fit *fit)
{
    size_t n = 0;
    for (size_t j = 0; j < fit->n_coef; j++)
        n += fit->covariance[j * fit->n_coef + j] > 0.0;
    return n;
}

static enum assay_status find_multiplier(enum assay_robust_factor factor, size_t n_cluster,
                                         size_t n_row, size_t n_free, double *multiplier,
                                         struct assay_error *err)
{
    double clusters = (double)n_cluster, rows = (double)n_row;
    *multiplier = 1.0;
    if (factor == ASSAY_ROBUST_PLAIN)
        return ASSAY_OK;
    if (n_cluster < 2)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "robust errors: all rows are in 1 cluster; expected at least 2");
    *multiplier = clusters / (clusters - 1.0);
    if (factor == ASSAY_ROBUST_CLUSTERS)
        return ASSAY_OK;
    if (n_row <= n_free)
        return assay_fail(err, ASSAY_ENUMERIC,
                          "robust errors: there are %zu rows for %zu coefficients; expected more rows",
                          n_row, n_free);
    *multiplier *= (rows - 1.0) / (rows - (double)n_free);
    return ASSAY_OK;
}

/* sandwich = multiplier * bread meat bread. The upper triangle is computed and mirrored: the two would
 * differ by rounding. */
static void multiply(const double bread[], const double meat[], size_t n, double multiplier,
                     double *row, double sandwich[])
{
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < n; k++) /* both are symmetric: rows serve as columns */
            row[k] = assay_linear_dot(bread + j * n, meat + k * n, n);
        for (size_t k = j; k < n; k++)
            sandwich[j * n + k] = sandwich[k * n + j] =
                multiplier * assay_linear_dot(row, bread + k * n, n);
    }
}

enum assay_status assay_robust_covariance(const struct assay_engine *engine,
                                          const struct assay_logistic_fit *fit,
                                          enum assay_robust_factor factor, double covariance[],
                                          size_t *n_cluster, struct assay_error *err)
{
    size_t n = fit->n_coef, found;
    double multiplier;
    if (engine->cluster_scores == NULL)
        return assay_fail(err, ASSAY_EDATA, "robust errors: the source of the data cannot sum scores "
                          "by cluster; expected data in memory");
    double *meat = assay_alloc(n * n + n, sizeof *meat);
    if (meat == NULL)
        return assay_fail_memory(err, "finding robust errors");
    enum assay_status status = engine->cluster_scores(engine->state, fit->coef, meat, &found, err);
    if (status == ASSAY_OK)
        status = find_multiplier(factor, found, engine->n_row, count_free(fit), &multiplier, err);
    if (status == ASSAY_OK) {
        multiply(fit->covariance, meat, n, multiplier, meat + n * n, covariance);
        *n_cluster = found;
    }
    free(meat);
    return status;
}

/* ---- with a penalty ---- */

/* Cholesky factor of a covariance that may lack rank, with pivoting on the unit diagonal: the first
 * columns of basis [n * n], row-major, with covariance = basis basis'. They span what is free, and in
 * them the penalised information is the identity. Returns the rank, how many they are. */
static size_t factor_free(const double covariance[], size_t n, double work[], double basis[])
{
    double *scale = work + n * n;
    size_t rank = 0;
    memcpy(work, covariance, n * n * sizeof *work);
    for (size_t j = 0; j < n; j++)
        scale[j] = sqrt(fmax(covariance[j * n + j], 0.0));
    for (size_t j = 0; j < n * n; j++)
        basis[j] = 0.0;
    for (; rank < n; rank++) {
        size_t pivot = n;
        double best = 1e-12; /* of a unit diagonal: what is below is rounding */
        for (size_t j = 0; j < n; j++) {
            double share = scale[j] > 0.0 ? work[j * n + j] / (scale[j] * scale[j]) : 0.0;
            if (share > best) {
                best = share;
                pivot = j;
            }
        }
        if (pivot == n)
            break;
        double root = sqrt(work[pivot * n + pivot]);
        for (size_t j = 0; j < n; j++)
            basis[j * n + rank] = work[j * n + pivot] / root;
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n; k++)
                work[j * n + k] -= basis[j * n + rank] * basis[k * n + rank];
        for (size_t k = 0; k < n; k++)
            work[pivot * n + k] = work[k * n + pivot] = 0.0;
    }
    return rank;
}

/* within [r * r] = basis' a basis; basis [n * r], half [n * r] scratch. */
static void project(const double a[], const double basis[], size_t n, size_t r, double half[],
                    double within[])
{
    for (size_t j = 0; j < n; j++)
        for (size_t c = 0; c < r; c++) {
            double sum = 0.0;
            for (size_t k = 0; k < n; k++)
                sum += a[j * n + k] * basis[k * r + c];
            half[j * r + c] = sum;
        }
    for (size_t b = 0; b < r; b++)
        for (size_t c = 0; c < r; c++) {
            double sum = 0.0;
            for (size_t j = 0; j < n; j++)
                sum += basis[j * r + b] * half[j * r + c];
            within[b * r + c] = sum;
        }
}

/* middle [r * r] becomes (A M^-1 A + 1 - A)^-1; false when one of the inverses does not exist. */
static bool find_middle(const double a[], double m[], size_t r, double scratch[], double middle[])
{
    if (!assay_linear_invert(m, r, scratch))
        return false;
    project(m, a, r, r, scratch, middle); /* A is symmetric */
    for (size_t b = 0; b < r; b++)
        for (size_t c = 0; c < r; c++)
            middle[b * r + c] += (b == c) - a[b * r + c];
    return assay_linear_invert(middle, r, scratch);
}

/* covariance = basis middle basis', mirrored. */
static void expand(const double basis[], const double middle[], size_t n, size_t r,
                   double covariance[])
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = j; k < n; k++) {
            double sum = 0.0;
            for (size_t b = 0; b < r; b++)
                for (size_t c = 0; c < r; c++)
                    sum += basis[j * r + b] * middle[b * r + c] * basis[k * r + c];
            covariance[j * n + k] = covariance[k * n + j] = sum;
        }
}

static enum assay_status take_clusters(const struct assay_engine *engine,
                                       const struct assay_logistic_fit *fit, double information[],
                                       double meat[], double gradient[], size_t *n_cluster,
                                       struct assay_error *err)
{
    size_t n = fit->n_coef;
    double log_likelihood;
    enum assay_status status = engine->evaluate(engine->state, fit->coef, &log_likelihood, gradient,
                                                information, err);
    if (status == ASSAY_OK)
        status = engine->cluster_scores(engine->state, fit->coef, meat, n_cluster, err);
    if (status == ASSAY_OK && *n_cluster < 2)
        status = assay_fail(err, ASSAY_ENUMERIC,
                            "robust errors: all rows are in 1 cluster; expected at least 2");
    if (status != ASSAY_OK)
        return status;
    double clusters = (double)*n_cluster, factor = clusters / (clusters - 1.0);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            meat[j * n + k] =
                factor * (meat[j * n + k] - gradient[j] * gradient[k] / clusters);
    return ASSAY_OK;
}

enum assay_status assay_robust_anchored(const struct assay_engine *engine,
                                        const struct assay_logistic_fit *fit, double covariance[],
                                        size_t *n_cluster, struct assay_error *err)
{
    size_t n = fit->n_coef, found = 0;
    if (engine->cluster_scores == NULL)
        return assay_fail(err, ASSAY_EDATA, "robust errors: the source of the data cannot sum scores "
                          "by cluster; expected data in memory");
    double *memory = assay_alloc(8 * n * n + 2 * n, sizeof *memory);
    if (memory == NULL)
        return assay_fail_memory(err, "finding robust errors");
    double *information = memory, *meat = memory + n * n, *basis = memory + 2 * n * n,
           *a = memory + 3 * n * n, *m = memory + 4 * n * n, *middle = memory + 5 * n * n,
           *gradient = memory + 6 * n * n, *work = gradient + n; /* n * n + n */
    enum assay_status status =
        take_clusters(engine, fit, information, meat, gradient, &found, err);
    if (status == ASSAY_OK) {
        size_t r = factor_free(fit->covariance, n, work, basis);
        for (size_t j = 0; j < n; j++) /* rows of r, in place: they only move forward */
            for (size_t c = 0; c < r; c++)
                basis[j * r + c] = basis[j * n + c];
        project(information, basis, n, r, work, a);
        project(meat, basis, n, r, work, m);
        if (r > 0 && !find_middle(a, m, r, work, middle))
            status = assay_fail(err, ASSAY_ENUMERIC, "robust errors: %zu clusters for %zu "
                                "coefficients; expected more clusters", found, r);
        else
            expand(basis, middle, n, r, covariance);
    }
    if (status == ASSAY_OK)
        *n_cluster = found;
    free(memory);
    return status;
}
