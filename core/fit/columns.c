#include "core/fit/columns.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/fit/linear.h"

/* Shares of a column's squared length: what is left of it once it is centred, or regressed. */
#define CONSTANT_SHARE 1e-12
#define DEPENDENT_SHARE 1e-11
/* Least part, by length, that a column has in a dependence that names it. */
#define PART 1e-6
/* So many times the least share, and rounding is no matter. */
#define BEYOND_DOUBT 16.0

struct columns {
    size_t n;          /* columns examined, the intercept not among them */
    size_t *index;     /* [n], their coefficients */
    size_t *kept;      /* [n], positions of those found independent so far */
    double *share;     /* [n], of the squared length left after centring */
    double *centred;   /* [n * n], unit diagonal */
    double *factor;    /* [n * n], Cholesky rows of the kept ones */
    double *part;      /* [n], coefficients of one column on the kept ones */
    double *memory;
};

static bool is_held(const unsigned char held[], size_t j)
{
    return held != NULL && held[j];
}

/* a_jk once both columns are centred; as it stands without an intercept to centre by. */
static double centred_product(const double a[], size_t n_coef, const unsigned char held[], size_t j,
                              size_t k)
{
    double product = a[j * n_coef + k];
    return is_held(held, 0) ? product : product - a[j] * a[k] / a[0];
}

static void columns_clear(struct columns *c)
{
    free(c->index);
    free(c->kept);
    free(c->memory);
}

static bool columns_init(size_t n_coef, struct columns *c)
{
    *c = (struct columns){0};
    c->index = assay_alloc(n_coef, sizeof *c->index);
    c->kept = assay_alloc(n_coef, sizeof *c->kept);
    c->memory = assay_alloc(2 * n_coef * n_coef + 2 * n_coef, sizeof *c->memory);
    if (c->index == NULL || c->kept == NULL || c->memory == NULL) {
        columns_clear(c);
        return false;
    }
    c->centred = c->memory;
    c->factor = c->centred + n_coef * n_coef;
    c->share = c->factor + n_coef * n_coef;
    c->part = c->share + n_coef;
    return true;
}

/* Sorts the columns into those that vary, with their shares, and the constant ones, blamed. */
static bool find_constant(const double a[], size_t n_coef, const unsigned char held[],
                          struct columns *c, unsigned char blamed[])
{
    bool found = false;
    for (size_t j = 1; j < n_coef; j++) {
        if (is_held(held, j))
            continue;
        double share = centred_product(a, n_coef, held, j, j) / a[j * n_coef + j];
        if (share > CONSTANT_SHARE) { /* false for 0 / 0, a column of zeros */
            c->share[c->n] = share;
            c->index[c->n++] = j;
        } else {
            blamed[j] = 1;
            found = true;
        }
    }
    return found;
}

static void fill_centred(const double a[], size_t n_coef, const unsigned char held[],
                         struct columns *c)
{
    for (size_t s = 0; s < c->n; s++)
        for (size_t t = 0; t < c->n; t++) {
            size_t j = c->index[s], k = c->index[t];
            double lengths = sqrt(c->share[s] * a[j * n_coef + j]) *
                             sqrt(c->share[t] * a[k * n_coef + k]);
            c->centred[s * c->n + t] = centred_product(a, n_coef, held, j, k) / lengths;
        }
}

/* Regresses column s on the n_kept before it: fills its Cholesky row, returns 1 - R^2. */
static double regress(struct columns *c, size_t s, size_t n_kept)
{
    double *row = c->factor + n_kept * c->n, rest = 1.0;
    for (size_t k = 0; k < n_kept; k++) {
        const double *other = c->factor + k * c->n;
        row[k] = (c->centred[s * c->n + c->kept[k]] - assay_linear_dot(other, row, k)) / other[k];
        rest -= row[k] * row[k];
    }
    row[n_kept] = sqrt(fmax(rest, 0.0));
    return rest;
}

/* Blames column s and every kept column with a part in it. */
static void blame_dependence(struct columns *c, size_t s, size_t n_kept, unsigned char blamed[])
{
    double largest = 0.0;
    memcpy(c->part, c->factor + n_kept * c->n, n_kept * sizeof(double));
    for (size_t k = n_kept; k-- > 0;) {
        const double *row = c->factor + k * c->n;
        c->part[k] /= row[k];
        assay_linear_add(c->part, -c->part[k], row, k);
        largest = fmax(largest, fabs(c->part[k]));
    }
    blamed[c->index[s]] = 1;
    for (size_t k = 0; k < n_kept; k++)
        if (fabs(c->part[k]) > PART * largest)
            blamed[c->index[c->kept[k]]] = 1;
}

/* The share of its centred length that a column must have of its own. */
static double least_share(const struct columns *c, size_t s)
{
    double noise = 64.0 * DBL_EPSILON / c->share[s];
    return fmax(DEPENDENT_SHARE, noise);
}

static bool find_dependent(struct columns *c, unsigned char blamed[])
{
    bool found = false;
    size_t n_kept = 0;
    for (size_t s = 0; s < c->n; s++) {
        if (regress(c, s, n_kept) > least_share(c, s)) {
            c->kept[n_kept++] = s;
        } else {
            blame_dependence(c, s, n_kept, blamed);
            found = true;
        }
    }
    return found;
}

enum assay_status assay_columns_examine(const double information[], size_t n_coef,
                                        const unsigned char held[],
                                        enum assay_fit_problem *problem, unsigned char blamed[],
                                        struct assay_error *err)
{
    struct columns columns;
    if (!columns_init(n_coef, &columns))
        return assay_fail_memory(err, "looking for dependent columns");
    memset(blamed, 0, n_coef);
    *problem = ASSAY_FIT_FINE;
    if (find_constant(information, n_coef, held, &columns, blamed)) {
        *problem = ASSAY_FIT_CONSTANT;
    } else {
        fill_centred(information, n_coef, held, &columns);
        if (find_dependent(&columns, blamed))
            *problem = ASSAY_FIT_COLLINEAR;
    }
    columns_clear(&columns);
    return ASSAY_OK;
}

/* Column s is coefficient s + 1: none is constant in either. part[s]: the least share that all rows ask of it. */
static bool stand_alone(const double some[], const double all[], size_t n_coef, struct columns *c)
{
    static const double quarter = 0.25; /* the weight of a row at b = 0 */
    bool fine = true;
    for (size_t s = 0; fine && s < c->n; s++) {
        double left = regress(c, s, s), length = centred_product(some, n_coef, NULL, s + 1, s + 1);
        double needed = c->part[s] * quarter * centred_product(all, n_coef, NULL, s + 1, s + 1);
        c->kept[s] = s;
        fine = left > BEYOND_DOUBT * least_share(c, s) && left * length > BEYOND_DOUBT * needed;
    }
    return fine;
}

enum assay_status assay_columns_some_tell(const double some[], const double all[], size_t n_coef,
                                          unsigned char blamed[], bool *fine,
                                          struct assay_error *err)
{
    struct columns columns;
    if (!columns_init(n_coef, &columns))
        return assay_fail_memory(err, "looking for dependent columns");
    *fine = !find_constant(all, n_coef, NULL, &columns, blamed);
    for (size_t s = 0; s < columns.n; s++)
        columns.part[s] = least_share(&columns, s);
    columns.n = 0;
    if (*fine && !find_constant(some, n_coef, NULL, &columns, blamed)) {
        fill_centred(some, n_coef, NULL, &columns);
        *fine = stand_alone(some, all, n_coef, &columns);
    } else {
        *fine = false;
    }
    columns_clear(&columns);
    return ASSAY_OK;
}

void assay_columns_spread(const double information[], size_t n_coef, const unsigned char held[],
                          double spread[])
{
    spread[0] = 1.0;
    for (size_t j = 1; j < n_coef; j++)
        spread[j] = sqrt(fmax(centred_product(information, n_coef, held, j, j), 0.0) / information[0]);
}
