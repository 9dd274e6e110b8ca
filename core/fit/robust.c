#include "core/fit/robust.h"

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
