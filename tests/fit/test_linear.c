#include <float.h>
#include <math.h>
#include <string.h>

#include "core/fit/linear.h"
#include "tests/fit/design.h"

enum { N = 30 };

/* A random correlation-like matrix in columns of very different units. */
static void make(double a[N * N], uint64_t seed)
{
    double half[N * N], unit[N];
    for (size_t k = 0; k < N * N; k++)
        half[k] = draw_normal(&seed);
    for (size_t j = 0; j < N; j++)
        unit[j] = pow(10.0, 4.0 * draw_normal(&seed));
    for (size_t j = 0; j < N; j++)
        for (size_t k = 0; k < N; k++)
            a[j * N + k] = unit[j] * unit[k] *
                           (assay_linear_dot(half + j * N, half + k * N, N) + (j == k));
}

START_TEST(a_factor_solves_what_it_factors)
{
    double a[N * N], factor[N * N], scale[N], x[N];
    make(a, (uint64_t)_i);
    ck_assert(assay_linear_unit_diagonal(a, N, scale));
    memcpy(factor, a, sizeof a);
    ck_assert(assay_linear_factor(factor, N));
    for (size_t j = 0; j < N; j++)
        x[j] = (double)(j % 5) - 2.0;
    assay_linear_solve(factor, N, x);
    /* backward stable: the residual is some N roundings of |a| |x| */
    for (size_t j = 0; j < N; j++)
        ck_assert_double_eq_tol(assay_linear_dot(a + j * N, x, N), (double)(j % 5) - 2.0,
                                N * DBL_EPSILON * N * sqrt(assay_linear_dot(x, x, N)));
}
END_TEST

START_TEST(a_matrix_times_its_inverse_is_one_in_any_units)
{
    double a[N * N], inverse[N * N], scale[N];
    make(a, (uint64_t)_i + 50);
    memcpy(inverse, a, sizeof a);
    ck_assert(assay_linear_invert(inverse, N, scale));
    for (size_t j = 0; j < N; j++)
        for (size_t k = 0; k < N; k++) {
            ck_assert_double_eq(inverse[j * N + k], inverse[k * N + j]);
            double product = assay_linear_dot(a + j * N, inverse + k * N, N) * scale[k] / scale[j];
            /* condition numbers here stay below 1e5 */
            ck_assert_double_eq_tol(product, j == k, 1e-9);
        }
}
END_TEST

START_TEST(eigenvectors_rebuild_the_matrix)
{
    double a[N * N], work[N * N], value[N], only[N], vector[N * N], scale[N];
    struct assay_error err = {0};
    make(a, (uint64_t)_i + 90);
    ck_assert(assay_linear_unit_diagonal(a, N, scale));
    memcpy(work, a, sizeof a);
    ck_assay_ok(assay_linear_eigen(work, N, value, vector, &err));
    memcpy(work, a, sizeof a);
    ck_assay_ok(assay_linear_eigen(work, N, only, NULL, &err));
    for (size_t k = 0; k < N; k++) {
        ck_assert(k == 0 || value[k] >= value[k - 1]);
        ck_assert_double_eq_tol(value[k], only[k], 1e-12);
        for (size_t j = 0; j < N; j++) /* a v = value v */
            ck_assert_double_eq_tol(assay_linear_dot(a + j * N, vector + k * N, N),
                                    value[k] * vector[k * N + j], 1e-12);
    }
}
END_TEST

START_TEST(eigenvalues_of_two_correlated_columns_are_known)
{
    double a[] = {1.0, 0.6, 0.6, 1.0}, value[2], vector[4];
    struct assay_error err = {0};
    ck_assay_ok(assay_linear_eigen(a, 2, value, vector, &err));
    test_close("1 - r", value[0], 0.4, 1e-15, 0);
    test_close("1 + r", value[1], 1.6, 1e-15, 0);
    ck_assert_double_eq_tol(vector[0], -vector[1], 1e-15);
    ck_assert_double_eq_tol(vector[2], vector[3], 1e-15);
}
END_TEST

START_TEST(what_has_no_inverse_is_refused)
{
    double twins[] = {4, 2, 2, 1}, negative[] = {1, 2, 2, 1}, empty[] = {0, 0, 0, 1};
    double wild[] = {1, NAN, NAN, 1}, scale[2], value[2];
    struct assay_error err = {0};
    ck_assert(!assay_linear_invert(twins, 2, scale));
    ck_assert(!assay_linear_invert(negative, 2, scale));
    ck_assert(!assay_linear_invert(empty, 2, scale));
    ck_assert_int_eq(assay_linear_eigen(wild, 2, value, NULL, &err), ASSAY_ENUMERIC);
    ck_assert_str_eq(err.message, "a 2 x 2 matrix is not finite");
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_loop_test(tc, a_factor_solves_what_it_factors, 0, 20);
    tcase_add_loop_test(tc, a_matrix_times_its_inverse_is_one_in_any_units, 0, 20);
    tcase_add_loop_test(tc, eigenvectors_rebuild_the_matrix, 0, 20);
    tcase_add_test(tc, eigenvalues_of_two_correlated_columns_are_known);
    tcase_add_test(tc, what_has_no_inverse_is_refused);
}

ASSAY_SUITE("fit/linear", add_tests)
