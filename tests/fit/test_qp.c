#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/fit/linear.h"
#include "core/fit/qp.h"
#include "tests/support/suite.h"

enum { MOST_N = 40, MOST_LIMITS = 120 };

static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(UINT64_C(1) << 53);
}

static double around_zero(void)
{
    return uniform() + uniform() + uniform() + uniform() - 2.0;
}

struct problem {
    struct assay_qp qp;
    double hessian[MOST_N * MOST_N], linear[MOST_N];
    double limit[MOST_LIMITS * MOST_N], floor[MOST_LIMITS];
    double solution[MOST_N], multiplier[MOST_LIMITS];
    unsigned char active[MOST_LIMITS];
};

/* H = B B' + I/10 in columns of widely different units; the limits hold at a random point, some of
 * them with equality, so that the programme has a solution. */
static void make_problem(struct problem *p, uint64_t seed, size_t n, size_t m, size_t n_equal)
{
    state = seed * 7919 + 17;
    double half[MOST_N * MOST_N], inside[MOST_N], unit[MOST_N];
    for (size_t j = 0; j < n; j++) {
        unit[j] = pow(10.0, 2.0 * around_zero());
        inside[j] = around_zero() / unit[j];
        p->linear[j] = 3.0 * around_zero() * unit[j];
    }
    for (size_t k = 0; k < n * n; k++)
        half[k] = around_zero();
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            p->hessian[j * n + k] = unit[j] * unit[k] *
                                    (assay_linear_dot(half + j * n, half + k * n, n) + (j == k) * 0.1);
    for (size_t k = 0; k < m; k++) {
        double *row = p->limit + k * n;
        bool twin = k > n_equal && uniform() < 0.2;
        for (size_t j = 0; j < n; j++)
            row[j] = twin              ? 2.0 * p->limit[(k - 1) * n + j]
                     : uniform() < 0.5 ? 0.0
                                       : around_zero() * unit[j];
        p->floor[k] = assay_linear_dot(row, inside, n);
        if (k >= n_equal && uniform() < 0.6)
            p->floor[k] -= uniform();
    }
    p->qp = (struct assay_qp){.n = n, .n_limit = m, .n_equal = n_equal, .hessian = p->hessian,
                              .linear = p->linear, .limit = p->limit, .floor = p->floor};
}

static double value_at(const struct assay_qp *qp, const double d[])
{
    double value = -assay_linear_dot(qp->linear, d, qp->n);
    for (size_t j = 0; j < qp->n; j++)
        value += 0.5 * d[j] * assay_linear_dot(qp->hessian + j * qp->n, d, qp->n);
    return value;
}

/* The optimality conditions, each relative to the size of its own terms. */
static double kkt_residual(const struct problem *p)
{
    const struct assay_qp *qp = &p->qp;
    size_t n = qp->n;
    double worst = 0.0;
    for (size_t j = 0; j < n; j++) {
        double sum = -qp->linear[j], size = fabs(qp->linear[j]);
        for (size_t k = 0; k < n; k++) {
            sum += qp->hessian[j * n + k] * p->solution[k];
            size += fabs(qp->hessian[j * n + k] * p->solution[k]);
        }
        for (size_t k = 0; k < qp->n_limit; k++) {
            sum -= p->multiplier[k] * qp->limit[k * n + j];
            size += fabs(p->multiplier[k] * qp->limit[k * n + j]);
        }
        worst = fmax(worst, fabs(sum) / size);
    }
    for (size_t k = 0; k < qp->n_limit; k++) {
        double s = -qp->floor[k], size = fabs(qp->floor[k]) + 1e-300;
        for (size_t j = 0; j < n; j++) {
            double a = qp->limit[k * n + j];
            s += a * p->solution[j];
            size += fabs(a * p->solution[j]) + fabs(a * qp->linear[j] / qp->hessian[j * n + j]);
        }
        bool must_hold = p->active[k] || k < qp->n_equal;
        worst = fmax(worst, (must_hold ? fabs(s) : fmax(-s, 0.0)) / size);
        if (k >= qp->n_equal)
            ck_assert_double_ge(p->multiplier[k], 0.0);
        if (!p->active[k])
            ck_assert_double_eq(p->multiplier[k], 0.0);
    }
    return worst;
}

static void solve(struct problem *p)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&p->qp, p->solution, p->multiplier, p->active, NULL, &err));
}

START_TEST(without_limits_it_solves_the_linear_system)
{
    /* 2 x + y = 4, x + 3 y = 7 */
    const double hessian[] = {2, 1, 1, 3}, linear[] = {4, 7};
    struct assay_qp qp = {.n = 2, .hessian = hessian, .linear = linear};
    double d[2];
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, d, NULL, NULL, NULL, &err));
    test_close("x", d[0], 1.0, 4 * DBL_EPSILON, 0);
    test_close("y", d[1], 2.0, 4 * DBL_EPSILON, 0);
}
END_TEST

START_TEST(the_nearest_point_of_a_half_plane_is_the_foot_of_the_perpendicular)
{
    /* nearest to (0, 0) with 3 x + 4 y >= 10: (6/5, 8/5), multiplier 2/5 */
    const double hessian[] = {1, 0, 0, 1}, linear[] = {0, 0}, limit[] = {3, 4}, floor[] = {10};
    struct assay_qp qp = {.n = 2, .n_limit = 1, .hessian = hessian, .linear = linear,
                          .limit = limit, .floor = floor};
    double d[2], multiplier[1];
    unsigned char active[1];
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, d, multiplier, active, NULL, &err));
    test_close("x", d[0], 1.2, 4 * DBL_EPSILON, 0);
    test_close("y", d[1], 1.6, 4 * DBL_EPSILON, 0);
    test_close("multiplier", multiplier[0], 0.4, 4 * DBL_EPSILON, 0);
    ck_assert_uint_eq(active[0], 1);
}
END_TEST

START_TEST(a_non_negative_minimum_clips_when_the_curvature_is_diagonal)
{
    const double hessian[] = {1, 0, 0, 0, 1e8, 0, 0, 0, 1e-8}, linear[] = {-2, 3e8, 5e-8};
    const double limit[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, floor[] = {0, 0, 0};
    struct assay_qp qp = {.n = 3, .n_limit = 3, .hessian = hessian, .linear = linear,
                          .limit = limit, .floor = floor};
    double d[3], multiplier[3];
    unsigned char active[3];
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, d, multiplier, active, NULL, &err));
    ck_assert_double_eq_tol(d[0], 0.0, DBL_EPSILON);
    test_close("d1", d[1], 3.0, 4 * DBL_EPSILON, 0);
    test_close("d2", d[2], 5.0, 4 * DBL_EPSILON, 0);
    test_close("multiplier", multiplier[0], 2.0, 4 * DBL_EPSILON, 0);
    ck_assert(active[0] && !active[1] && !active[2]);
}
END_TEST

START_TEST(an_equality_takes_a_multiplier_of_either_sign)
{
    /* nearest to (1, 1) on x + y = 0 is (0, 0): x - 1 = lambda, so lambda = -1; its twin is implied */
    const double hessian[] = {1, 0, 0, 1}, linear[] = {1, 1}, limit[] = {1, 1, 2, 2}, floor[] = {0, 0};
    struct assay_qp qp = {.n = 2, .n_limit = 2, .n_equal = 2, .hessian = hessian, .linear = linear,
                          .limit = limit, .floor = floor};
    double d[2], multiplier[2];
    unsigned char active[2];
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, d, multiplier, active, NULL, &err));
    ck_assert_double_eq_tol(d[0], 0.0, DBL_EPSILON);
    ck_assert_double_eq_tol(d[1], 0.0, DBL_EPSILON);
    test_close("multiplier", multiplier[0], -1.0, 4 * DBL_EPSILON, 0);
    ck_assert_uint_eq(active[1], 0);
}
END_TEST

START_TEST(random_programmes_meet_the_optimality_conditions) /* a loop over seeds */
{
    static struct problem p;
    uint64_t seed = (uint64_t)_i;
    size_t n = 1 + seed % MOST_N, m = (seed * 7) % MOST_LIMITS;
    size_t n_equal = seed % 3 == 0 ? 0 : n / 4 < m ? n / 4 : m;
    make_problem(&p, seed, n, m, n_equal);
    solve(&p);
    /* Refinement leaves a few roundings of sums of up to 160 terms; 1e-10 is the promise. */
    ck_assert_double_le(kkt_residual(&p), 1e-10);
}
END_TEST

/* Every subset of limits as equalities, on tiny programmes: the best feasible one is the answer. */
static double brute_force(const struct problem *p)
{
    const struct assay_qp *qp = &p->qp;
    size_t n = qp->n, m = qp->n_limit;
    double best = INFINITY;
    for (size_t set = 0; set < (size_t)1 << m; set++) {
        struct problem trial = {0};
        size_t q = 0;
        for (size_t k = 0; k < m; k++)
            if (set >> k & 1) {
                memcpy(trial.limit + q * n, qp->limit + k * n, n * sizeof(double));
                trial.floor[q++] = qp->floor[k];
            }
        trial.qp = (struct assay_qp){.n = n, .n_limit = q, .n_equal = q, .hessian = qp->hessian,
                                     .linear = qp->linear, .limit = trial.limit,
                                     .floor = trial.floor};
        if (assay_qp_solve(&trial.qp, trial.solution, trial.multiplier, trial.active, NULL, NULL) !=
            ASSAY_OK)
            continue;
        bool feasible = true;
        for (size_t k = 0; k < m; k++) {
            double at = assay_linear_dot(qp->limit + k * n, trial.solution, n);
            feasible = feasible && at >= qp->floor[k] - 1e-9 * (1.0 + fabs(qp->floor[k]));
        }
        if (feasible)
            best = fmin(best, value_at(qp, trial.solution));
    }
    return best;
}

START_TEST(small_programmes_agree_with_every_active_set_tried)
{
    static struct problem p;
    uint64_t seed = 1000 + (uint64_t)_i;
    make_problem(&p, seed, 1 + seed % 4, 1 + seed % 7, 0);
    solve(&p);
    double value = value_at(&p.qp, p.solution), best = brute_force(&p);
    /* The brute force admits points outside by 1e-9. */
    test_close("minimum", value, best, 1e-7, 1.0);
}
END_TEST

START_TEST(a_limit_that_contradicts_the_others_is_named)
{
    /* x >= 1, y >= 0, x + y <= 1/2 */
    const double hessian[] = {1, 0, 0, 1}, linear[] = {0, 0};
    const double limit[] = {1, 0, 0, 1, -1, -1}, floor[] = {1, 0, -0.5};
    struct assay_qp qp = {.n = 2, .n_limit = 3, .hessian = hessian, .linear = linear,
                          .limit = limit, .floor = floor};
    double d[2] = {77, 77}, multiplier[3];
    unsigned char active[3];
    size_t unmet = 99;
    struct assay_error err = {0};
    ck_assert_int_eq(assay_qp_solve(&qp, d, multiplier, active, &unmet, &err), ASSAY_ENUMERIC);
    /* All three are in it; the last one met is the most violated at the end, y >= 0. */
    ck_assert_uint_eq(unmet, 1);
    ck_assert_str_eq(err.message, "limit 1 cannot be met together with the others");
    ck_assert_double_eq(d[0], 77);
}
END_TEST

START_TEST(contradictions_are_found_in_any_random_programme)
{
    static struct problem p;
    uint64_t seed = 5000 + (uint64_t)_i;
    size_t n = 2 + seed % 10, m = 5 + seed % 20;
    make_problem(&p, seed, n, m, 0);
    double *row = p.limit + (m - 1) * n; /* the first limit again, from the other side */
    for (size_t j = 0; j < n; j++)
        row[j] = -p.limit[j];
    p.limit[0] += p.limit[0] == 0.0; /* never a row of zeros */
    row[0] = -p.limit[0];
    p.floor[m - 1] = -p.floor[0] + 1e-3 * (1.0 + fabs(p.floor[0]));
    size_t unmet = 99;
    ck_assert_int_eq(assay_qp_solve(&p.qp, p.solution, p.multiplier, p.active, &unmet, NULL),
                     ASSAY_ENUMERIC);
    ck_assert_uint_lt(unmet, m);
}
END_TEST

START_TEST(an_empty_limit_is_met_or_named)
{
    const double hessian[] = {1}, linear[] = {1}, limit[] = {0};
    double floor[] = {-1}, d, multiplier;
    unsigned char active;
    size_t unmet = 99;
    struct assay_qp qp = {.n = 1, .n_limit = 1, .hessian = hessian, .linear = linear,
                          .limit = limit, .floor = floor};
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, &d, &multiplier, &active, &unmet, &err));
    ck_assert_double_eq(d, 1.0);
    floor[0] = 1;
    ck_assert_int_eq(assay_qp_solve(&qp, &d, &multiplier, &active, &unmet, &err), ASSAY_ENUMERIC);
    ck_assert_uint_eq(unmet, 0);
}
END_TEST

START_TEST(a_curvature_that_is_flat_somewhere_is_refused)
{
    const double hessian[] = {1, 1, 1, 1}, linear[] = {1, 1};
    struct assay_qp qp = {.n = 2, .hessian = hessian, .linear = linear};
    double d[2];
    size_t unmet = 99;
    struct assay_error err = {0};
    ck_assert_int_eq(assay_qp_solve(&qp, d, NULL, NULL, &unmet, &err), ASSAY_ENUMERIC);
    ck_assert_uint_eq(unmet, 0);
    ck_assert_str_eq(err.message, "the curvature is not positive definite");
}
END_TEST

START_TEST(as_large_as_the_fitter_needs_it)
{
    enum { N = 201, M = 1000 };
    struct assay_qp qp = {.n = N, .n_limit = M};
    double *hessian = calloc((size_t)N * N, sizeof *hessian), *linear = calloc(N, sizeof *linear);
    double *limit = calloc((size_t)M * N, sizeof *limit), *floor = calloc(M, sizeof *floor);
    double *d = calloc(N, sizeof *d), *multiplier = calloc(M, sizeof *multiplier);
    unsigned char *active = calloc(M, 1);
    state = 4242;
    for (size_t j = 0; j < N; j++) {
        linear[j] = around_zero();
        for (size_t k = 0; k < N; k++)
            hessian[j * N + k] = pow(0.9, fabs((double)j - (double)k));
    }
    for (size_t k = 0; k < M; k++)
        for (size_t j = 0; j < N; j++)
            limit[k * N + j] = k < N ? (j == k) : around_zero(); /* all hold at 0 */
    qp.hessian = hessian, qp.linear = linear, qp.limit = limit, qp.floor = floor;
    struct assay_error err = {0};
    ck_assay_ok(assay_qp_solve(&qp, d, multiplier, active, NULL, &err));
    for (size_t j = 0; j < N; j++) {
        double residual = assay_linear_dot(hessian + j * N, d, N) - linear[j];
        for (size_t k = 0; k < M; k++)
            residual -= multiplier[k] * limit[k * N + j];
        ck_assert_double_eq_tol(residual, 0.0, 1e-10);
    }
    for (size_t k = 0; k < M; k++)
        ck_assert_double_ge(assay_linear_dot(limit + k * N, d, N), -1e-10);
    free(hessian), free(linear), free(limit), free(floor), free(d), free(multiplier), free(active);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
    static struct problem p;
    make_problem(&p, 8, 6, 9, 1);
    struct assay_error err = {0};
    size_t n = 0;
    enum assay_status status;
    do {
        test_fail_allocation(++n);
        status = assay_qp_solve(&p.qp, p.solution, p.multiplier, p.active, NULL, &err);
        test_fail_allocation(0);
        ck_assert(status == ASSAY_OK || status == ASSAY_ENOMEM);
    } while (status != ASSAY_OK);
    ck_assert_uint_gt(n, 1);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, without_limits_it_solves_the_linear_system);
    tcase_add_test(tc, the_nearest_point_of_a_half_plane_is_the_foot_of_the_perpendicular);
    tcase_add_test(tc, a_non_negative_minimum_clips_when_the_curvature_is_diagonal);
    tcase_add_test(tc, an_equality_takes_a_multiplier_of_either_sign);
    tcase_add_loop_test(tc, random_programmes_meet_the_optimality_conditions, 0, 400);
    tcase_add_loop_test(tc, small_programmes_agree_with_every_active_set_tried, 0, 200);
    tcase_add_test(tc, a_limit_that_contradicts_the_others_is_named);
    tcase_add_loop_test(tc, contradictions_are_found_in_any_random_programme, 0, 100);
    tcase_add_test(tc, an_empty_limit_is_met_or_named);
    tcase_add_test(tc, a_curvature_that_is_flat_somewhere_is_refused);
    tcase_add_test(tc, as_large_as_the_fitter_needs_it);
    tcase_add_test(tc, every_allocation_may_fail);
}

ASSAY_SUITE("fit/qp", add_tests)
