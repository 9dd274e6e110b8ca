#include "core/fit/score_test.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "core/base/block.h"
#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/vector_math.h"
#include "core/fit/engine.h"
#include "core/fit/linear.h"
#include "core/fit/logistic.h"

enum {
    MAX_COEF = ASSAY_SCORE_MAX_NUISANCE + 1,
    MAX_COLUMNS = ASSAY_SCORE_MAX_GROUPS /* x, and the groups but the reference */
};

/* What a column brings beyond the others and the nuisance, as a share of its own information: below
 * this it is rounding. */
static const double nothing_new = 1e-9;

static const char doing[] = "testing a column";

/* ---- the model without the column ---- */

static double *lay_out(const struct assay_score_rows *rows)
{
    size_t size = assay_block_size(rows->n, rows->n_nuisance);
    double *x = assay_rows_alloc(size, sizeof *x);
    for (size_t j = 0; x != NULL && j < rows->n_nuisance; j++)
        for (size_t i = 0; i < rows->n; i++)
            x[assay_block_index(i, j, rows->n_nuisance)] = rows->nuisance[j][i];
    return x;
}

static enum assay_status fit_null(const struct assay_score_rows *rows, const double x[],
                                  size_t n_thread, struct assay_score_null *null,
                                  struct assay_error *err)
{
    struct assay_array_data data = {.x = x, .outcome = rows->outcome, .n_row = rows->n,
                                    .n_column = rows->n_nuisance, .n_thread = n_thread};
    struct assay_logistic_options options = assay_logistic_options_default();
    struct assay_logistic_fit fit = {0};
    struct assay_engine engine;
    enum assay_status status = assay_array_engine_init(&data, &engine, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_logistic_fit(&engine, &options, &fit, err);
    if (status == ASSAY_OK) {
        assay_array_log_odds(&data, fit.coef, null->prob);
        assay_expit_array(null->prob, rows->n, null->prob);
        memcpy(null->inverse, fit.covariance, null->n_coef * null->n_coef * sizeof *null->inverse);
    }
    assay_logistic_fit_clear(&fit);
    assay_array_engine_clear(&engine);
    return status;
}

/* z_ik, the intercept first. */
static double nuisance_of(const struct assay_score_rows *rows, size_t i, size_t k)
{
    return k == 0 ? 1.0 : rows->nuisance[k - 1][i];
}

static double residual_of(const struct assay_score_null *null, size_t i)
{
    return null->rows.outcome[i] - null->prob[i];
}

/* Counting sort of the rows by cluster. */
static void sort_by_cluster(struct assay_score_null *null)
{
    const struct assay_score_rows *rows = &null->rows;
    size_t *start = null->start;
    for (size_t i = 0; i < rows->n; i++)
        start[rows->cluster[i] + 1]++;
    for (size_t c = 0; c < rows->n_cluster; c++)
        start[c + 1] += start[c];
    for (size_t i = 0; i < rows->n; i++) /* start[c] becomes the end of c, */
        null->order[start[rows->cluster[i]]++] = i;
    for (size_t c = rows->n_cluster; c > 0; c--) /* which is where c + 1 starts */
        start[c] = start[c - 1];
    start[0] = 0;
}

static void sum_clusters(struct assay_score_null *null)
{
    size_t p = null->n_coef;
    for (size_t c = 0; c < null->rows.n_cluster; c++) {
        double *t = null->cluster_score + c * p;
        for (size_t m = null->start[c]; m < null->start[c + 1]; m++)
            for (size_t k = 0; k < p; k++)
                t[k] += residual_of(null, null->order[m]) *
                        nuisance_of(&null->rows, null->order[m], k);
        for (size_t k = 0; k < p; k++)
            assay_linear_add(null->cluster_meat + k * p, t[k], t, p);
    }
}

static bool allocate(struct assay_score_null *null)
{
    const struct assay_score_rows *rows = &null->rows;
    size_t p = null->n_coef;
    null->prob = assay_rows_alloc(rows->n, sizeof *null->prob);
    null->inverse = assay_alloc(p * p, sizeof *null->inverse);
    if (null->prob == NULL || null->inverse == NULL)
        return false;
    if (rows->cluster == NULL)
        return true;
    null->order = assay_rows_alloc(rows->n, sizeof *null->order);
    null->start = assay_rows_alloc(rows->n_cluster + 1, sizeof *null->start);
    null->cluster_score = assay_rows_alloc(rows->n_cluster, p * sizeof *null->cluster_score);
    null->cluster_meat = assay_alloc(p * p, sizeof *null->cluster_meat);
    return null->order != NULL && null->start != NULL && null->cluster_score != NULL &&
           null->cluster_meat != NULL;
}

enum assay_status assay_score_null_fit(const struct assay_score_rows *rows, size_t n_thread,
                                       struct assay_score_null *null, struct assay_error *err)
{
    struct assay_score_null made = {.rows = *rows, .n_coef = rows->n_nuisance + 1};
    double *x = lay_out(rows);
    enum assay_status status = ASSAY_OK;
    if (x == NULL || !allocate(&made))
        status = assay_fail_memory(err, doing);
    else
        status = fit_null(rows, x, n_thread, &made, err);
    assay_rows_free(x);
    if (status != ASSAY_OK) {
        assay_score_null_clear(&made);
        return status;
    }
    if (rows->cluster != NULL) {
        sort_by_cluster(&made);
        sum_clusters(&made);
    }
    *null = made;
    return ASSAY_OK;
}

void assay_score_null_clear(struct assay_score_null *null)
{
    assay_rows_free(null->prob);
    free(null->inverse);
    assay_rows_free(null->order);
    assay_rows_free(null->start);
    assay_rows_free(null->cluster_score);
    free(null->cluster_meat);
    *null = (struct assay_score_null){0};
}

/* ---- sums over the rows ---- */

/* By group: sum of r, w, w x, w z. Of x: sum of r x, w x^2, w x z. */
struct sums {
    double r[ASSAY_SCORE_MAX_GROUPS], w[ASSAY_SCORE_MAX_GROUPS], wx[ASSAY_SCORE_MAX_GROUPS];
    double wz[ASSAY_SCORE_MAX_GROUPS][MAX_COEF];
    double rx, wxx, wxz[MAX_COEF];
};

static void sum_rows(const struct assay_score_null *null, const struct assay_score_column *column,
                     struct sums *sums)
{
    *sums = (struct sums){0};
    for (size_t i = 0; i < null->rows.n; i++) {
        double p = null->prob[i], r = residual_of(null, i), w = p * (1.0 - p);
        double x = column->x != NULL ? column->x[i] : 0.0;
        size_t g = column->group != NULL ? column->group[i] : 0;
        sums->r[g] += r;
        sums->w[g] += w;
        sums->wx[g] += w * x;
        sums->rx += r * x;
        sums->wxx += w * x * x;
        for (size_t k = 0; k < null->n_coef; k++) {
            double wz = w * nuisance_of(&null->rows, i, k);
            sums->wz[g][k] += wz;
            sums->wxz[k] += wz * x;
        }
    }
}

/* ---- the score and its variance ---- */

/* d columns: x where there is one, then the groups but the reference. Matrices are row-major. */
struct problem {
    size_t d, p;
    size_t first_group;  /* column of group 1 */
    double *u;           /* [d] */
    double *own;         /* [d] diagonal of the information, before the nuisance is taken out */
    double *projection;  /* [d * p] A */
    double *variance;    /* [d * d] V */
    double *robust;      /* [d * d] its clustered version */
    double *half;        /* [d * p] sum over clusters of a t' */
    double *work;        /* [d * d] */
    double *solution;    /* [d] */
    size_t *kept;        /* [d] columns that bring something */
};

/* information [d * d] in variance, and sum w d z' [d * p] in half. */
static void arrange(const struct sums *sums, bool has_x, struct problem *o)
{
    size_t d = o->d, p = o->p;
    if (has_x) {
        o->u[0] = sums->rx;
        o->variance[0] = sums->wxx;
        memcpy(o->half, sums->wxz, p * sizeof *o->half);
    }
    for (size_t j = o->first_group; j < d; j++) {
        size_t g = j - o->first_group + 1;
        o->u[j] = sums->r[g];
        o->variance[j * d + j] = sums->w[g];
        if (has_x)
            o->variance[j] = o->variance[j * d] = sums->wx[g];
        memcpy(o->half + j * p, sums->wz[g], p * sizeof *o->half);
    }
    for (size_t j = 0; j < d; j++)
        o->own[j] = o->variance[j * d + j];
}

/* projection = half inverse; variance -= projection half'. */
static void take_out_nuisance(const struct assay_score_null *null, struct problem *o)
{
    size_t d = o->d, p = o->p;
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < p; k++) /* the inverse is symmetric: its rows serve as columns */
            o->projection[j * p + k] =
                assay_linear_dot(o->half + j * p, null->inverse + k * p, p);
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < d; k++)
            o->variance[j * d + k] -=
                assay_linear_dot(o->projection + j * p, o->half + k * p, p);
}

/* Pivoted elimination of a positive semi-definite matrix a [n * n], which is lost: fills kept[] with the
 * columns whose diagonal stays above its floor's share, and returns how many there are. */
static size_t find_rank(double a[], size_t n, const double own[], size_t kept[])
{
    size_t rank = 0;
    for (; rank < n; rank++) {
        size_t pivot = n;
        double best = nothing_new;
        for (size_t j = 0; j < n; j++) {
            double share = own[j] > 0.0 ? a[j * n + j] / own[j] : 0.0;
            if (share > best) {
                best = share;
                pivot = j;
            }
        }
        if (pivot == n)
            break;
        kept[rank] = pivot;
        double diagonal = a[pivot * n + pivot];
        for (size_t j = 0; j < n; j++)
            if (j != pivot)
                assay_linear_add(a + j * n, -a[j * n + pivot] / diagonal, a + pivot * n, n);
        for (size_t j = 0; j < n; j++)
            a[j * n + pivot] = a[pivot * n + j] = 0.0;
    }
    return rank;
}

/* solution[kept] = (a on kept)^-1 u, and returns u' of it; NaN when rounding leaves no inverse. */
static double solve(const double a[], size_t d, const size_t kept[], size_t n, struct problem *o)
{
    double scale[MAX_COLUMNS], b[MAX_COLUMNS], sum = 0.0;
    assay_linear_pick(a, d, kept, n, o->work);
    if (!assay_linear_unit_diagonal(o->work, n, scale) || !assay_linear_factor(o->work, n))
        return (double)NAN;
    for (size_t j = 0; j < n; j++)
        b[j] = o->u[kept[j]] / scale[j];
    assay_linear_solve(o->work, n, b);
    for (size_t j = 0; j < n; j++) {
        o->solution[kept[j]] = b[j] / scale[j];
        sum += o->u[kept[j]] * o->solution[kept[j]];
    }
    return sum;
}

/* ---- clusters ---- */

/* One cluster's sums of r_i d_i, and which of them are not 0. */
struct touched {
    double a[MAX_COLUMNS];
    size_t column[MAX_COLUMNS], n;
};

static void touch(struct touched *touched, size_t column, double amount)
{
    size_t m = 0;
    while (m < touched->n && touched->column[m] != column)
        m++;
    if (m == touched->n) {
        touched->column[touched->n++] = column;
        touched->a[m] = 0.0;
    }
    touched->a[m] += amount;
}

static void gather(const struct assay_score_null *null, const struct assay_score_column *column,
                   size_t cluster, size_t first_group, struct touched *touched)
{
    touched->n = 0;
    for (size_t m = null->start[cluster]; m < null->start[cluster + 1]; m++) {
        size_t i = null->order[m], g = column->group != NULL ? column->group[i] : 0;
        double r = residual_of(null, i);
        if (column->x != NULL)
            touch(touched, 0, r * column->x[i]);
        if (g > 0)
            touch(touched, first_group + g - 1, r);
    }
}

/* robust = sum of (a - A t)(a - A t)' over the clusters. Most clusters touch few groups, so the products
 * with the rest, which is t's alone, are taken once. */
static void sum_robust(const struct assay_score_null *null, const struct assay_score_column *column,
                       struct problem *o)
{
    size_t d = o->d, p = o->p;
    memset(o->half, 0, d * p * sizeof *o->half);
    for (size_t c = 0; c < null->rows.n_cluster; c++) {
        struct touched touched;
        gather(null, column, c, o->first_group, &touched);
        for (size_t m = 0; m < touched.n; m++) {
            double *row = o->robust + touched.column[m] * d;
            for (size_t l = 0; l < touched.n; l++)
                row[touched.column[l]] += touched.a[m] * touched.a[l];
            assay_linear_add(o->half + touched.column[m] * p, touched.a[m],
                             null->cluster_score + c * p, p);
        }
    }
    for (size_t j = 0; j < d; j++)
        for (size_t k = 0; k < d; k++) {
            const double *aj = o->projection + j * p, *ak = o->projection + k * p;
            double *v = &o->robust[j * d + k];
            *v -= assay_linear_dot(o->half + j * p, ak, p) + assay_linear_dot(o->half + k * p, aj, p);
            for (size_t l = 0; l < p; l++)
                *v += aj[l] * assay_linear_dot(null->cluster_meat + l * p, ak, p);
        }
}

/* Chi-square with the clustered variance, on the columns kept [n]; *df is its rank. */
static double robust_chi2(struct problem *o, size_t n, size_t *df)
{
    double own[MAX_COLUMNS];
    size_t within[MAX_COLUMNS], kept[MAX_COLUMNS];
    assay_linear_pick(o->robust, o->d, o->kept, n, o->work);
    for (size_t j = 0; j < n; j++)
        own[j] = o->work[j * n + j];
    *df = find_rank(o->work, n, own, within);
    for (size_t j = 0; j < *df; j++)
        kept[j] = o->kept[within[j]];
    return solve(o->robust, o->d, kept, *df, o);
}

/* ---- the test ---- */

static bool set_up(const struct assay_score_null *null, const struct assay_score_column *column,
                   struct problem *o, double **memory)
{
    size_t has_x = column->x != NULL, d = column->n_group - 1 + has_x, p = null->n_coef;
    *o = (struct problem){.d = d, .p = p, .first_group = has_x};
    *memory = assay_alloc(3 * d * d + 2 * d * p + 3 * d, sizeof **memory);
    o->kept = assay_alloc(d, sizeof *o->kept);
    if (*memory == NULL || o->kept == NULL)
        return false;
    o->variance = *memory;
    o->robust = o->variance + d * d;
    o->work = o->robust + d * d;
    o->projection = o->work + d * d;
    o->half = o->projection + d * p;
    o->u = o->half + d * p;
    o->own = o->u + d;
    o->solution = o->own + d;
    return true;
}

static void decide(const struct assay_score_null *null, const struct assay_score_column *column,
                   struct problem *o, struct assay_score_test *test)
{
    memcpy(o->work, o->variance, o->d * o->d * sizeof *o->work);
    size_t n = find_rank(o->work, o->d, o->own, o->kept), df = n;
    if (n == 0)
        return;
    o->solution[0] = (double)NAN; /* stays where x is not kept */
    double chi2 = solve(o->variance, o->d, o->kept, n, o);
    if (column->x != NULL)
        test->slope = o->solution[0];
    if (null->rows.cluster != NULL) {
        sum_robust(null, column, o);
        chi2 = robust_chi2(o, n, &df);
    }
    if (isfinite(chi2) && df > 0) {
        test->chi2 = fmax(chi2, 0.0);
        test->df = df;
        test->p_value = gsl_cdf_chisq_Q(test->chi2, (double)df);
    }
}

enum assay_status assay_score_test(const struct assay_score_null *null,
                                   const struct assay_score_column *column,
                                   struct assay_score_test *test, struct assay_error *err)
{
    struct problem problem;
    struct sums sums;
    double *memory = NULL;
    enum assay_status status = ASSAY_OK;
    if (set_up(null, column, &problem, &memory)) {
        *test = (struct assay_score_test){.p_value = 1.0, .slope = (double)NAN};
        sum_rows(null, column, &sums);
        if (problem.d > 0) {
            arrange(&sums, column->x != NULL, &problem);
            take_out_nuisance(null, &problem);
            decide(null, column, &problem, test);
        }
    } else {
        status = assay_fail_memory(err, doing);
    }
    free(problem.kept);
    free(memory);
    return status;
}
