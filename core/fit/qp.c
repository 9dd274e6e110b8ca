/* Names follow Goldfarb & Idnani (1983). With H = L L' the columns of J = L^-T Q are kept as rows of
 * jt, so that each is contiguous; N holds the active limits as columns, J'N = [R; 0], R upper
 * triangular; u are their multipliers. */
#include "core/fit/qp.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

/* What counts as met, relative to the size of a limit's terms and to how far d has ever been from
 * the origin, which is what its rounding error is made of; the last correction does the rest. */
#define TOLERANCE 1e-13
/* A limit whose part outside the active ones is smaller than this share of it depends on them. */
#define DEPENDENT 1e-11

struct qp_work {
    const struct assay_qp *qp;
    size_t n, q;     /* variables; active limits */
    double reach;    /* longest x so far */
    double *memory;  /* one allocation behind the arrays below */
    double *scale;   /* [n], sqrt of H's diagonal */
    double *hessian; /* [n * n], unit diagonal */
    double *linear;  /* [n] */
    double *limit;   /* [n_limit * n], unit length; a row of zeros stays one */
    double *floor;   /* [n_limit] */
    double *length;  /* [n_limit], of the scaled rows before */
    double *jt;      /* [n * n] */
    double *r;       /* [n * n], column c of R in r[c * n ..] */
    double *x;       /* [n] */
    double *entering; /* [n], the limit being taken in, towards its sign */
    double *z, *d, *turn; /* [n] */
    double *u;       /* [n + 1] */
    double *sign;    /* [n], -1: an equality taken from above */
    size_t *member;  /* [n], index of each active limit */
    unsigned char *active; /* [n_limit], enum membership */
};

enum membership { OUTSIDE, MEMBER, IMPLIED };

static void work_clear(struct qp_work *w)
{
    free(w->memory);
    free(w->member);
    free(w->active);
}

static double *take(double **at, size_t n)
{
    double *part = *at;
    *at += n;
    return part;
}

static bool work_init(const struct assay_qp *qp, struct qp_work *w)
{
    size_t n = qp->n, m = qp->n_limit;
    *w = (struct qp_work){.qp = qp, .n = n};
    w->memory = assay_alloc(3 * n * n + m * n + 2 * m + 9 * n + 1, sizeof *w->memory);
    w->member = assay_alloc(n, sizeof *w->member);
    w->active = assay_alloc(m, sizeof *w->active);
    if (w->memory == NULL || w->member == NULL || w->active == NULL) {
        work_clear(w);
        return false;
    }
    double *at = w->memory;
    w->hessian = take(&at, n * n);
    w->jt = take(&at, n * n);
    w->r = take(&at, n * n);
    w->limit = take(&at, m * n);
    w->floor = take(&at, m);
    w->length = take(&at, m);
    w->scale = take(&at, n);
    w->linear = take(&at, n);
    w->x = take(&at, n);
    w->z = take(&at, n);
    w->d = take(&at, n);
    w->turn = take(&at, n);
    w->sign = take(&at, n);
    w->entering = take(&at, n);
    w->u = take(&at, n + 1);
    return true;
}

static void scale_limits(struct qp_work *w)
{
    size_t n = w->n;
    for (size_t k = 0; k < w->qp->n_limit; k++) {
        double *row = w->limit + k * n, square = 0.0;
        for (size_t j = 0; j < n; j++) {
            row[j] = w->qp->limit[k * n + j] / w->scale[j];
            square += row[j] * row[j];
        }
        w->length[k] = square > 0.0 ? sqrt(square) : 1.0;
        for (size_t j = 0; j < n; j++)
            row[j] /= w->length[k];
        w->floor[k] = w->qp->floor[k] / w->length[k];
    }
}

/* Scales the programme, factors H and goes to the unlimited minimum. */
static bool prepare(struct qp_work *w)
{
    size_t n = w->n;
    memcpy(w->hessian, w->qp->hessian, n * n * sizeof(double));
    if (!assay_linear_unit_diagonal(w->hessian, n, w->scale))
        return false;
    memcpy(w->jt, w->hessian, n * n * sizeof(double));
    if (!assay_linear_factor(w->jt, n))
        return false;
    for (size_t j = 0; j < n; j++)
        w->x[j] = w->linear[j] = w->qp->linear[j] / w->scale[j];
    assay_linear_solve(w->jt, n, w->x);
    gsl_matrix_view view = gsl_matrix_view_array(w->jt, n, n);
    if (gsl_linalg_tri_invert(CblasLower, CblasNonUnit, &view.matrix) != GSL_SUCCESS)
        return false;
    for (size_t j = 0; j < n; j++)
        memset(w->jt + j * n + j + 1, 0, (n - j - 1) * sizeof(double));
    scale_limits(w);
    return true;
}

/* a_k'x - c_k, and in *size what its rounding error is relative to. */
static double slack(const struct qp_work *w, size_t k, double *size)
{
    const double *row = w->limit + k * w->n;
    double sum = -w->floor[k];
    *size = fabs(w->floor[k]);
    for (size_t j = 0; j < w->n; j++) {
        sum += row[j] * w->x[j];
        *size += fabs(row[j] * w->x[j]);
    }
    return sum;
}

/* The limit to take in next: equalities in their order, then the most violated; n_limit: none. */
static size_t choose_violated(struct qp_work *w)
{
    w->reach = fmax(w->reach, sqrt(assay_linear_dot(w->x, w->x, w->n)));
    size_t chosen = w->qp->n_limit;
    double worst = 0.0;
    for (size_t k = 0; k < w->qp->n_limit; k++) {
        if (w->active[k] != OUTSIDE)
            continue;
        if (k < w->qp->n_equal)
            return k;
        double size, s = slack(w, k, &size);
        if (s < worst && s < -TOLERANCE * (size + w->reach)) {
            worst = s;
            chosen = k;
        }
    }
    return chosen;
}

/* d = J'a, z = J2 d2 the primal step direction, turn = R^-1 d1 the dual one. */
static void find_directions(struct qp_work *w, const double a[])
{
    size_t n = w->n, q = w->q;
    for (size_t k = 0; k < n; k++)
        w->d[k] = assay_linear_dot(w->jt + k * n, a, n);
    memset(w->z, 0, n * sizeof(double));
    for (size_t k = q; k < n; k++)
        assay_linear_add(w->z, w->d[k], w->jt + k * n, n);
    memcpy(w->turn, w->d, q * sizeof(double));
    for (size_t c = q; c-- > 0;) {
        w->turn[c] /= w->r[c * n + c];
        assay_linear_add(w->turn, -w->turn[c], w->r + c * n, c);
    }
}

/* Turns the rows a and b of jt, and a pair of numbers, so that *second becomes 0. */
static void rotate(double *a, double *b, size_t n, double *first, double *second, double *c,
                   double *s)
{
    double length = hypot(*first, *second);
    *c = *first / length;
    *s = *second / length;
    *first = length;
    *second = 0.0;
    for (size_t j = 0; j < n; j++) {
        double old = a[j];
        a[j] = *c * old + *s * b[j];
        b[j] = *c * b[j] - *s * old;
    }
}

static void add_active(struct qp_work *w, size_t k, double sign)
{
    size_t n = w->n;
    for (size_t i = n - 1; i > w->q; i--) {
        double c, s;
        if (w->d[i] != 0.0)
            rotate(w->jt + (i - 1) * n, w->jt + i * n, n, &w->d[i - 1], &w->d[i], &c, &s);
    }
    memcpy(w->r + w->q * n, w->d, (w->q + 1) * sizeof(double));
    w->member[w->q] = k;
    w->sign[w->q] = sign;
    w->active[k] = MEMBER;
    w->q++;
}

/* Takes out the active limit at position p: R loses a column and is made triangular again. */
static void drop_active(struct qp_work *w, size_t p)
{
    size_t n = w->n;
    w->active[w->member[p]] = OUTSIDE;
    for (size_t c = p; c + 1 < w->q; c++) {
        w->member[c] = w->member[c + 1];
        w->sign[c] = w->sign[c + 1];
        memcpy(w->r + c * n, w->r + (c + 1) * n, (c + 2) * sizeof(double));
    }
    memmove(w->u + p, w->u + p + 1, (w->q - p) * sizeof(double)); /* with the entering one's */
    w->q--;
    for (size_t i = p; i < w->q; i++) {
        double *column = w->r + i * n, c, s;
        if (column[i + 1] == 0.0)
            continue;
        rotate(w->jt + i * n, w->jt + (i + 1) * n, n, &column[i], &column[i + 1], &c, &s);
        for (size_t k = i + 1; k < w->q; k++) {
            double *other = w->r + k * n, old = other[i];
            other[i] = c * old + s * other[i + 1];
            other[i + 1] = c * other[i + 1] - s * old;
        }
    }
}

/* The longest dual step that leaves every multiplier of an inequality non-negative. */
static double longest_dual_step(const struct qp_work *w, size_t *blocking)
{
    double longest = INFINITY;
    for (size_t c = 0; c < w->q; c++)
        if (w->member[c] >= w->qp->n_equal && w->turn[c] > 0.0 && w->u[c] / w->turn[c] < longest) {
            longest = w->u[c] / w->turn[c];
            *blocking = c;
        }
    return longest;
}

/* An equality that the ones before it imply needs no place among them. */
static bool is_implied(struct qp_work *w, size_t k)
{
    double size, s = slack(w, k, &size);
    if (k >= w->qp->n_equal || fabs(s) > 1e-10 * (size + w->reach))
        return false;
    w->active[k] = IMPLIED;
    return true;
}

/* Takes limit k in, dropping others on the way as they stop to bind; false: it cannot be met. */
static bool take_in(struct qp_work *w, size_t k)
{
    size_t n = w->n;
    double size, s = slack(w, k, &size);
    double sign = k < w->qp->n_equal && s > 0.0 ? -1.0 : 1.0;
    for (size_t j = 0; j < n; j++)
        w->entering[j] = sign * w->limit[k * n + j];
    w->u[w->q] = 0.0;
    for (;;) {
        find_directions(w, w->entering);
        double whole = assay_linear_dot(w->d, w->d, n);
        double outside = assay_linear_dot(w->d + w->q, w->d + w->q, n - w->q);
        bool dependent = !(outside > DEPENDENT * DEPENDENT * whole);
        size_t blocking = 0;
        double dual = longest_dual_step(w, &blocking);
        double primal = dependent ? INFINITY : fmax(-sign * slack(w, k, &size), 0.0) / outside;
        double step = fmin(primal, dual);
        if (isinf(step))
            return is_implied(w, k);
        assay_linear_add(w->u, -step, w->turn, w->q);
        w->u[w->q] += step;
        if (!dependent)
            assay_linear_add(w->x, step, w->z, n);
        if (primal <= dual) {
            add_active(w, k, sign);
            return true;
        }
        drop_active(w, blocking);
    }
}

/* One step of iterative refinement on the equations that hold at the solution,
 * H x - N u = g and N'x = c. */
static void correct(struct qp_work *w)
{
    size_t n = w->n, q = w->q;
    double *gap = w->z, *y = w->turn;
    for (size_t j = 0; j < n; j++)
        gap[j] = w->linear[j] - assay_linear_dot(w->hessian + j * n, w->x, n);
    for (size_t c = 0; c < q; c++)
        assay_linear_add(gap, w->sign[c] * w->u[c], w->limit + w->member[c] * n, n);
    for (size_t k = 0; k < n; k++)
        w->d[k] = assay_linear_dot(w->jt + k * n, gap, n);
    memcpy(y, w->d, n * sizeof(double));
    for (size_t c = 0; c < q; c++) { /* y1 = R^-T (c - N'x), the columns of R being rows here */
        double size, missing = -w->sign[c] * slack(w, w->member[c], &size);
        y[c] = (missing - assay_linear_dot(w->r + c * n, y, c)) / w->r[c * n + c];
    }
    for (size_t k = 0; k < n; k++)
        assay_linear_add(w->x, y[k], w->jt + k * n, n);
    for (size_t c = 0; c < q; c++)
        y[c] -= w->d[c];
    for (size_t c = q; c-- > 0;) {
        y[c] /= w->r[c * n + c];
        assay_linear_add(y, -y[c], w->r + c * n, c);
        w->u[c] += y[c];
    }
}

static void give(const struct qp_work *w, double solution[], double multiplier[],
                 unsigned char active[])
{
    for (size_t j = 0; j < w->n; j++)
        solution[j] = w->x[j] / w->scale[j];
    for (size_t k = 0; k < w->qp->n_limit; k++) {
        multiplier[k] = 0.0;
        active[k] = 0;
    }
    for (size_t c = 0; c < w->q; c++) {
        size_t k = w->member[c];
        double u = w->sign[c] * w->u[c] / w->length[k];
        multiplier[k] = k < w->qp->n_equal ? u : fmax(u, 0.0);
        active[k] = 1;
    }
}

static enum assay_status iterate(struct qp_work *w, size_t *unmet, struct assay_error *err)
{
    size_t n_limit = w->qp->n_limit;
    /* The dual objective rises with every limit taken in, so no active set comes twice; the bound
     * is for rounding among limits that are almost one. */
    size_t most = 50 * (w->n + n_limit) + 100;
    for (size_t round = 0; round < most; round++) {
        size_t k = choose_violated(w);
        if (k == n_limit)
            return ASSAY_OK;
        if (!take_in(w, k)) {
            *unmet = k;
            return assay_fail(err, ASSAY_ENUMERIC,
                              "limit %zu cannot be met together with the others", k);
        }
    }
    *unmet = n_limit;
    return assay_fail(err, ASSAY_ENUMERIC, "%zu limits did not settle in %zu rounds", n_limit, most);
}

enum assay_status assay_qp_solve(const struct assay_qp *qp, double solution[], double multiplier[],
                                 unsigned char active[], size_t *unmet, struct assay_error *err)
{
    struct qp_work work;
    size_t ignored;
    if (unmet == NULL)
        unmet = &ignored;
    if (!work_init(qp, &work))
        return assay_fail_memory(err, "solving a quadratic programme");
    enum assay_status status;
    if (prepare(&work)) {
        status = iterate(&work, unmet, err);
    } else {
        *unmet = qp->n_limit;
        status = assay_fail(err, ASSAY_ENUMERIC, "the curvature is not positive definite");
    }
    if (status == ASSAY_OK) {
        correct(&work);
        give(&work, solution, multiplier, active);
    }
    work_clear(&work);
    return status;
}
