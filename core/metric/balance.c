#include "core/metric/balance.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"

static const double ridge = 1e-9;        /* on a unit diagonal */
static const double near_enough = 1e-10; /* standardised difference at which Newton stops */
static const double balanced_at = 1e-6;
static const double too_few =
    2.0; /* effective rows: the weights run off to the edge of what there is */
static const double rounding = 1e-12; /* of the objective, which is flat near its minimum where the
                                         differences still shrink */
enum { MOST_STEPS = 60, MOST_HALVINGS = 30 };

/* ---- one row ---- */

double assay_balance_dot(const struct assay_balance_rows *rows, size_t row, const double b[])
{
    const double *x = rows->number + row * rows->n_number;
    const int32_t *term = rows->term + row * rows->n_category;
    double sum = 0.0;
    for (size_t j = 0; j < rows->n_number; j++)
        sum += b[j] * x[j];
    for (size_t c = 0; c < rows->n_category; c++)
        if (term[c] >= 0)
            sum += b[rows->n_number + (size_t)term[c]];
    return sum;
}

void assay_balance_add(const struct assay_balance_rows *rows, size_t row, double factor,
                       double sum[])
{
    const double *x = rows->number + row * rows->n_number;
    const int32_t *term = rows->term + row * rows->n_category;
    for (size_t j = 0; j < rows->n_number; j++)
        sum[j] += factor * x[j];
    for (size_t c = 0; c < rows->n_category; c++)
        if (term[c] >= 0)
            sum[rows->n_number + (size_t)term[c]] += factor;
}

/* Lower triangle of sum [k * k] += factor * x_i x_i'. */
static void add_square(const struct assay_balance_rows *rows, size_t row, size_t k, double factor,
                       double sum[])
{
    const double *x = rows->number + row * rows->n_number;
    const int32_t *term = rows->term + row * rows->n_category;
    for (size_t a = 0; a < rows->n_number; a++)
        for (size_t b = 0; b <= a; b++)
            sum[a * k + b] += factor * x[a] * x[b];
    for (size_t c = 0; c < rows->n_category; c++) {
        if (term[c] < 0)
            continue;
        size_t a = rows->n_number + (size_t)term[c];
        for (size_t b = 0; b < rows->n_number; b++)
            sum[a * k + b] += factor * x[b];
        for (size_t d = 0; d < rows->n_category; d++)
            if (term[d] >= 0 && term[d] <= term[c])
                sum[a * k + rows->n_number + (size_t)term[d]] += factor;
    }
}

/* ---- at one b ---- */

/* weight[i] = exp(b'x_i) over their sum; the objective is log sum exp(b'x_i) - b'target. */
static double weigh(const struct assay_balance_rows *rows, size_t k, const double coef[],
                    double weight[])
{
    double most = -HUGE_VAL, sum = 0.0, at_target = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        weight[i] = assay_balance_dot(rows, i, coef);
        most = weight[i] > most ? weight[i] : most; /* fmax() is a call */
    }
    for (size_t i = 0; i < rows->n; i++)
        sum += weight[i] = exp(weight[i] - most);
    for (size_t i = 0; i < rows->n; i++)
        weight[i] /= sum;
    for (size_t j = 0; j < k; j++)
        at_target += coef[j] * rows->target[j];
    return most + log(sum) - at_target;
}

static double effective(const double weight[], size_t n)
{
    double squares = 0.0;
    for (size_t i = 0; i < n; i++)
        squares += weight[i] * weight[i];
    return n > 0 ? 1.0 / squares : 0.0;
}

/* Weighted means less their targets, and the weighted covariance, both triangles. */
static void look(const struct assay_balance_rows *rows, size_t k, const double weight[],
                 double gap[], double covariance[])
{
    for (size_t j = 0; j < k; j++)
        gap[j] = 0.0;
    for (size_t j = 0; j < k * k; j++)
        covariance[j] = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        assay_balance_add(rows, i, weight[i], gap);
        add_square(rows, i, k, weight[i], covariance);
    }
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++) {
            covariance[a * k + b] -= gap[a] * gap[b];
            covariance[b * k + a] = covariance[a * k + b];
        }
    for (size_t j = 0; j < k; j++)
        gap[j] -= rows->target[j];
}

/* Cholesky of a, scaled to unit diagonal, with the ridge; a covariate that does not vary gets a
 * row of the unit matrix. */
static void factorise(double a[], size_t k, double scale[])
{
    for (size_t j = 0; j < k; j++)
        scale[j] = a[j * k + j] > 1e-14 ? sqrt(a[j * k + j]) : 0.0;
    for (size_t r = 0; r < k; r++)
        for (size_t c = 0; c <= r; c++) {
            double sum = r == c ? 1.0 + ridge : 0.0;
            if (r != c && scale[r] > 0.0 && scale[c] > 0.0)
                sum = a[r * k + c] / (scale[r] * scale[c]);
            for (size_t m = 0; m < c; m++)
                sum -= a[r * k + m] * a[c * k + m];
            a[r * k + c] = r == c ? sqrt(fmax(sum, ridge)) : sum / a[c * k + c];
        }
    for (size_t j = 0; j < k; j++)
        if (!(scale[j] > 0.0))
            scale[j] = 1.0;
}

void assay_balance_solve(const struct assay_balance *balance, double b[])
{
    const double *l = balance->factor, *scale = balance->scale;
    size_t k = balance->k;
    for (size_t r = 0; r < k; r++) {
        double sum = b[r] / scale[r];
        for (size_t c = 0; c < r; c++)
            sum -= l[r * k + c] * b[c];
        b[r] = sum / l[r * k + r];
    }
    for (size_t r = k; r-- > 0;) {
        for (size_t c = r + 1; c < k; c++)
            b[r] -= l[c * k + r] * b[c];
        b[r] /= l[r * k + r];
    }
    for (size_t r = 0; r < k; r++)
        b[r] /= scale[r];
}

/* ---- Newton ---- */

/* spread[k]: standard deviations under equal weights, 1 for a covariate that does not vary. */
static double largest_gap(const double gap[], const double spread[], size_t k)
{
    double largest = 0.0;
    for (size_t j = 0; j < k; j++)
        largest = fmax(largest, fabs(gap[j]) / spread[j]);
    return largest;
}

/* From out->coef along -step, halved until the objective does not rise; false when it does all the
 * same. */
static bool descend(const struct assay_balance_rows *rows, const double step[], double trial[],
                    double weight[], double *objective, struct assay_balance *out)
{
    double part = 1.0;
    for (size_t h = 0; h < MOST_HALVINGS; h++, part *= 0.5) {
        for (size_t j = 0; j < out->k; j++)
            trial[j] = out->coef[j] - part * step[j];
        double there = weigh(rows, out->k, trial, weight);
        if (there <= *objective + rounding * (1.0 + fabs(*objective))) {
            *objective = there;
            for (size_t j = 0; j < out->k; j++)
                out->coef[j] = trial[j];
            return true;
        }
    }
    (void)weigh(rows, out->k, out->coef, weight);
    return false;
}

static void search(const struct assay_balance_rows *rows, double weight[], double scratch[],
                   struct assay_balance *out)
{
    size_t k = out->k;
    double *gap = scratch, *trial = scratch + k, *spread = scratch + 2 * k;
    double objective = weigh(rows, k, out->coef, weight);
    for (size_t steps = 0;; steps++) {
        look(rows, k, weight, gap, out->factor);
        factorise(out->factor, k, out->scale);
        if (steps == 0) {
            for (size_t j = 0; j < k; j++)
                spread[j] = out->scale[j];
            out->largest_before = largest_gap(gap, spread, k);
        }
        out->largest_after = largest_gap(gap, spread, k);
        out->n_effective = effective(weight, rows->n);
        if (out->largest_after < near_enough || out->n_effective < too_few || steps == MOST_STEPS)
            return;
        assay_balance_solve(out, gap);
        if (!descend(rows, gap, trial, weight, &objective, out))
            return;
    }
}

enum assay_status assay_balance_fit(const struct assay_balance_rows *rows, double weight[],
                                    struct assay_balance *out, struct assay_error *err)
{
    size_t k = rows->n_number + rows->n_term;
    struct assay_balance made = {.k = k,
                                 .coef = assay_alloc(2 * k, sizeof *made.coef),
                                 .factor = assay_alloc(k, k * sizeof *made.factor)};
    double *scratch = assay_alloc(3 * k, sizeof *scratch);
    if (made.coef == NULL || made.factor == NULL || scratch == NULL) {
        assay_balance_clear(&made);
        free(scratch);
        return assay_fail_memory(err, "balancing groups");
    }
    made.scale = made.coef + k;
    search(rows, weight, scratch, &made);
    free(scratch);
    made.balanced = made.largest_after < balanced_at;
    *out = made;
    return ASSAY_OK;
}

void assay_balance_clear(struct assay_balance *balance)
{
    free(balance->coef);
    free(balance->factor);
    *balance = (struct assay_balance){0};
}
