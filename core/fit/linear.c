#include "core/fit/linear.h"

#include <math.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_sort_vector.h>

double assay_linear_dot(const double a[], const double b[], size_t n)
{
    double sum = 0.0;
    for (size_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

void assay_linear_add(double target[], double factor, const double a[], size_t n)
{
    for (size_t k = 0; k < n; k++)
        target[k] += factor * a[k];
}

void assay_linear_pick(const double from[], size_t n_from, const size_t index[], size_t n,
                       double into[])
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            into[j * n + k] = from[index[j] * n_from + index[k]];
}

bool assay_linear_unit_diagonal(double a[], size_t n, double scale[])
{
    for (size_t j = 0; j < n; j++) {
        scale[j] = sqrt(a[j * n + j]);
        if (!(scale[j] > 0.0) || !isfinite(scale[j]))
            return false;
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            a[j * n + k] = j == k ? 1.0 : a[j * n + k] / scale[j] / scale[k];
    return true;
}

bool assay_linear_factor(double a[], size_t n)
{
    gsl_matrix_view view = gsl_matrix_view_array(a, n, n);
    if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS)
        return false;
    for (size_t j = 0; j < n; j++) {
        double root = a[j * n + j];
        if (!(root * root > ASSAY_LINEAR_SINGULAR)) /* also when it is NaN */
            return false;
    }
    return true;
}

void assay_linear_solve(const double factor[], size_t n, double b[])
{
    for (size_t j = 0; j < n; j++)
        b[j] = (b[j] - assay_linear_dot(factor + j * n, b, j)) / factor[j * n + j];
    for (size_t j = n; j-- > 0;) {
        b[j] /= factor[j * n + j];
        assay_linear_add(b, -b[j], factor + j * n, j);
    }
}

bool assay_linear_invert(double a[], size_t n, double scale[])
{
    if (!assay_linear_unit_diagonal(a, n, scale) || !assay_linear_factor(a, n))
        return false;
    gsl_matrix_view view = gsl_matrix_view_array(a, n, n);
    if (gsl_linalg_cholesky_invert(&view.matrix) != GSL_SUCCESS)
        return false;
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            a[j * n + k] /= scale[j] * scale[k];
    return true;
}

/* GSL leaves vector k in column k, in any order; ours are rows, ascending. */
static void sort_pairs(double values[], double vectors[], size_t n)
{
    gsl_vector_view value_view = gsl_vector_view_array(values, n);
    if (vectors == NULL) {
        gsl_sort_vector(&value_view.vector);
        return;
    }
    gsl_matrix_view view = gsl_matrix_view_array(vectors, n, n);
    gsl_eigen_symmv_sort(&value_view.vector, &view.matrix, GSL_EIGEN_SORT_VAL_ASC);
    gsl_matrix_transpose(&view.matrix);
}

enum assay_status assay_linear_eigen(double a[], size_t n, double values[], double vectors[],
                                     struct assay_error *err)
{
    gsl_matrix_view view = gsl_matrix_view_array(a, n, n);
    gsl_vector_view value_view = gsl_vector_view_array(values, n);
    int outcome = GSL_ENOMEM;
    for (size_t k = 0; k < n * n; k++)
        if (!isfinite(a[k])) /* GSL would turn for ever */
            return assay_fail(err, ASSAY_ENUMERIC, "a %zu x %zu matrix is not finite", n, n);
    if (vectors == NULL) {
        gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);
        if (work != NULL)
            outcome = gsl_eigen_symm(&view.matrix, &value_view.vector, work);
        gsl_eigen_symm_free(work);
    } else {
        gsl_matrix_view vector_view = gsl_matrix_view_array(vectors, n, n);
        gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
        if (work != NULL)
            outcome = gsl_eigen_symmv(&view.matrix, &value_view.vector, &vector_view.matrix, work);
        gsl_eigen_symmv_free(work);
    }
    if (outcome == GSL_ENOMEM)
        return assay_fail_memory(err, "taking eigenvalues");
    if (outcome != GSL_SUCCESS)
        return assay_fail(err, ASSAY_ENUMERIC, "the eigenvalues of a %zu x %zu matrix did not settle",
                          n, n);
    sort_pairs(values, vectors, n);
    return ASSAY_OK;
}
