/* linear.h - the few operations on small dense matrices that fitters need
 *
 * Matrices are row-major, n x n, owned by the caller. Factor and solve; invert only when the
 * inverse is the answer. Information matrices are scaled to unit diagonal first: a column in
 * dollars and one in shares then weigh the same, and a pivot is a share of its column that the
 * columns before it do not explain.
 */
#ifndef ASSAY_CORE_FIT_LINEAR_H
#define ASSAY_CORE_FIT_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

/* A pivot below this share of its unit diagonal is rounding, not information. */
#define ASSAY_LINEAR_SINGULAR 1.5e-14

double assay_linear_dot(const double a[], const double b[], size_t n);

/* target += factor * a */
void assay_linear_add(double target[], double factor, const double a[], size_t n);

/* The rows and columns index[0..n) of from [n_from * n_from], into into [n * n]. */
void assay_linear_pick(const double from[], size_t n_from, const size_t index[], size_t n,
                       double into[]);

/* Divides a by scale scale', scale[j] = sqrt(a_jj); false, a untouched, unless all a_jj are positive
 * and finite. */
bool assay_linear_unit_diagonal(double a[], size_t n, double scale[]);

/* Cholesky factor L of a symmetric a of unit diagonal, into its lower triangle; false when a is not
 * positive definite by more than rounding (ASSAY_LINEAR_SINGULAR). a is lost then. */
bool assay_linear_factor(double a[], size_t n);

/* b becomes the solution of L L' x = b. */
void assay_linear_solve(const double factor[], size_t n, double b[]);

/* a, symmetric with a positive diagonal, becomes its inverse (both triangles) by way of the unit
 * diagonal; scale[n] is scratch. false when it has none; a is lost then. */
bool assay_linear_invert(double a[], size_t n, double scale[]);

/* Eigenvalues, ascending, of a symmetric a, which is lost; with vectors [n * n] not NULL also the
 * eigenvectors: vector k is vectors[k * n .. k * n + n).
 *   ASSAY_ENUMERIC  the iteration did not settle */
ASSAY_MUST_CHECK enum assay_status assay_linear_eigen(double a[], size_t n, double values[],
                                                      double vectors[], struct assay_error *err);

#endif
