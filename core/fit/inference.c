#include "core/fit/inference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

/* Phi^-1(0.975) */
#define NORMAL_975 1.959963984540054

/* Flags coefficients that stand on a bound of their own; the iteration puts them there exactly. */
static void flag_active(const struct assay_newton *w, unsigned char active[])
{
    for (size_t k = 0; w->limits != NULL && k < w->limits->n_limit; k++) {
        double bound;
        size_t j = assay_newton_bound(w, k, &bound);
        if (j < w->n_coef && w->coef[j] == bound)
            active[j] = 1;
    }
}

double assay_inference_residual(const struct assay_newton *newton, size_t j)
{
    double residual = newton->gradient[j];
    for (size_t k = 0; newton->limits != NULL && k < newton->limits->n_limit; k++)
        residual += newton->multiplier[k] * newton->limits->limit[k * newton->n_coef + j];
    return residual;
}

static void find_residuals(const struct assay_newton *w, struct assay_logistic_fit *fit)
{
    for (size_t f = 0; f < w->n_free; f++) {
        size_t j = w->free_index[f];
        if (!fit->active[j])
            fit->gradient_norm = fmax(fit->gradient_norm, fabs(w->gradient[j]));
        fit->kkt_residual = fmax(fit->kkt_residual, fabs(assay_inference_residual(w, j)));
    }
}

/* Takes out of the covariance v what an active limit a forbids: v - v a a'v / a'v a. */
static void project(double v[], size_t n, const double a[], double va[])
{
    double variance = 0.0, size = 0.0;
    for (size_t j = 0; j < n; j++) {
        va[j] = assay_linear_dot(v + j * n, a, n);
        variance += a[j] * va[j];
        size += a[j] * a[j] * v[j * n + j];
    }
    if (!(variance > ASSAY_LINEAR_SINGULAR * size)) /* earlier limits imply it */
        return;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++) /* in this order v stays symmetric to the last bit */
            v[j * n + k] -= va[j] * va[k] / variance;
}

static void project_on_limits(const struct assay_newton *w, const size_t index[], size_t n,
                              double v[], double a[], double va[])
{
    for (size_t k = 0; w->limits != NULL && k < w->limits->n_limit; k++) {
        double bound;
        if (!w->binding[k] || assay_newton_bound(w, k, &bound) < w->n_coef)
            continue;
        for (size_t f = 0; f < n; f++)
            a[f] = w->limits->limit[k * w->n_coef + index[f]];
        project(v, n, a, va);
    }
}

/* Ratio of the extreme eigenvalues of the information scaled to unit diagonal (square is lost). */
static enum assay_status find_condition(double square[], size_t n, double scale[], double value[],
                                        double *condition, struct assay_error *err)
{
    if (!assay_linear_unit_diagonal(square, n, scale))
        return assay_fail(err, ASSAY_ENUMERIC, "the information is not positive");
    enum assay_status status = assay_linear_eigen(square, n, value, NULL, err);
    if (status == ASSAY_OK)
        *condition = value[n - 1] / fmax(value[0], ASSAY_LINEAR_SINGULAR);
    return status;
}

static enum assay_status invert_free(const struct assay_newton *w, const size_t index[], size_t n,
                                     double *memory, struct assay_logistic_fit *fit,
                                     struct assay_error *err)
{
    double *square = memory, *first = square + n * n, *second = first + n;
    assay_linear_pick(w->information, w->n_coef, index, n, square);
    enum assay_status status =
        find_condition(square, n, first, second, &fit->condition_number, err);
    if (status != ASSAY_OK)
        return status;
    assay_linear_pick(w->information, w->n_coef, index, n, square);
    if (!assay_linear_invert(square, n, first))
        return assay_fail(err, ASSAY_ENUMERIC,
                          "logistic fit: the information at the solution has no inverse");
    project_on_limits(w, index, n, square, first, second);
    for (size_t f = 0; f < n; f++)
        for (size_t g = 0; g < n; g++)
            fit->covariance[index[f] * w->n_coef + index[g]] = square[f * n + g];
    return ASSAY_OK;
}

enum assay_status assay_inference_fill(const struct assay_newton *newton,
                                       struct assay_logistic_fit *fit, struct assay_error *err)
{
    size_t n_coef = newton->n_coef, n = 0;
    size_t *index = assay_alloc(n_coef, sizeof *index);
    double *memory = assay_alloc(n_coef * n_coef + 2 * n_coef, sizeof *memory);
    enum assay_status status = ASSAY_OK;
    if (index == NULL || memory == NULL) {
        status = assay_fail_memory(err, "inverting the information");
        goto cleanup;
    }
    memcpy(fit->coef, newton->coef, n_coef * sizeof(double));
    flag_active(newton, fit->active);
    find_residuals(newton, fit);
    for (size_t j = 0; j < n_coef; j++)
        if (!newton->held[j] && !fit->active[j])
            index[n++] = j;
    fit->condition_number = 1.0;
    if (n > 0)
        status = invert_free(newton, index, n, memory, fit, err);
cleanup:
    free(memory);
    free(index);
    return status;
}

struct assay_wald assay_wald(const struct assay_logistic_fit *fit, size_t j)
{
    double variance = fit->covariance[j * fit->n_coef + j];
    if (!(variance > 0.0))
        return (struct assay_wald){NAN, NAN, NAN, NAN, NAN};
    double error = sqrt(variance), z = fit->coef[j] / error;
    return (struct assay_wald){.std_error = error,
                               .z = z,
                               .p_value = erfc(fabs(z) / sqrt(2.0)),
                               .low = fit->coef[j] - NORMAL_975 * error,
                               .high = fit->coef[j] + NORMAL_975 * error};
}
