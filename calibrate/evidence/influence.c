#include "calibrate/evidence/influence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/base/number.h"

/* ---- an account's rows ---- */

struct deleting {
    const struct assay_pipeline *pipeline;
    double *residual, *spread; /* [n_row] (y - p) and p (1 - p), each as often as the row counts */
    size_t *first, *row;       /* rows of code c: row[first[c]] .. row[first[c + 1] - 1] */
    double *score, *step, *last, *sum, *x; /* [n_coef] */
};

static void deleting_clear(struct deleting *d)
{
    assay_rows_free(d->residual);
    assay_rows_free(d->spread);
    assay_rows_free(d->first);
    assay_rows_free(d->row);
    free(d->score);
}

/* A counting sort of the rows that count. */
static void sort_by_account(struct deleting *d, const int32_t account[], size_t n_code)
{
    const struct assay_pipeline *p = d->pipeline;
    size_t *next = d->first + 1; /* next[c] starts as first[c] and ends as first[c + 1] */
    for (size_t i = 0; i < p->history->n_row; i++)
        next[account[i] + 1] += p->include[i] > 0;
    for (size_t c = 0; c < n_code; c++)
        next[c + 1] += next[c];
    for (size_t i = 0; i < p->history->n_row; i++)
        if (p->include[i] > 0)
            d->row[next[account[i]]++] = i;
}

static enum assay_status prepare(const struct assay_pipeline *p, const int32_t account[],
                                 size_t n_code, struct deleting *d, struct assay_error *err)
{
    size_t n = p->history->n_row;
    *d = (struct deleting){.pipeline = p,
                           .residual = assay_rows_alloc(n, sizeof *d->residual),
                           .spread = assay_rows_alloc(n, sizeof *d->spread),
                           .first = assay_rows_alloc(n_code + 2, sizeof *d->first),
                           .row = assay_rows_alloc(n, sizeof *d->row),
                           .score = assay_alloc(5 * p->n_coef, sizeof *d->score)};
    if (d->residual == NULL || d->spread == NULL || d->first == NULL || d->row == NULL ||
        d->score == NULL || !assay_pipeline_log_odds(p, d->residual)) {
        deleting_clear(d);
        return assay_fail_memory(err, "finding the accounts that move weights");
    }
    d->step = d->score + p->n_coef;
    d->last = d->step + p->n_coef;
    d->sum = d->last + p->n_coef;
    d->x = d->sum + p->n_coef;
    for (size_t i = 0; i < n; i++) {
        double prob = assay_expit(d->residual[i]), times = p->include[i];
        d->spread[i] = times * prob * (1 - prob);
        d->residual[i] = times * (p->history->outcome[i] - prob);
    }
    sort_by_account(d, account, n_code);
    return ASSAY_OK;
}

/* The row's values are in d->x. */
static double along(const struct deleting *d, const double direction[])
{
    double sum = direction[0];
    for (size_t j = 0; j < d->pipeline->design->n_column; j++)
        sum += direction[1 + j] * d->x[j];
    return sum;
}

static void add_row(const struct deleting *d, double times, double sum[])
{
    sum[0] += times;
    for (size_t j = 0; j < d->pipeline->design->n_column; j++)
        sum[1 + j] += times * d->x[j];
}

/* ---- one account ---- */

/* step = V (score + I_g step) until it stays, I_g the account's part of the information: what the
 * formula inverts, as a series. It converges as powers of the account's leverage, which is below 1
 * unless the fit hangs on the account. */
static void find_step(struct deleting *d, size_t code)
{
    enum { ROUNDS = 60 };
    static const double settled = 1e-6; /* of the step: more digits than one Newton step deserves */
    const struct assay_pipeline *p = d->pipeline;
    size_t n = p->n_coef;
    memset(d->score, 0, n * sizeof *d->score);
    memset(d->step, 0, n * sizeof *d->step);
    for (size_t k = d->first[code]; k < d->first[code + 1]; k++) {
        assay_design_row(p->design, d->row[k], d->x);
        add_row(d, d->residual[d->row[k]], d->score);
    }
    for (size_t round = 0; round < ROUNDS; round++) {
        double change = 0, size = 0;
        memcpy(d->last, d->step, n * sizeof *d->last);
        memcpy(d->sum, d->score, n * sizeof *d->sum);
        for (size_t k = d->first[code]; k < d->first[code + 1]; k++) {
            assay_design_row(p->design, d->row[k], d->x);
            add_row(d, d->spread[d->row[k]] * along(d, d->last), d->sum);
        }
        for (size_t a = 0; a < n; a++) {
            d->step[a] = 0;
            for (size_t b = 0; b < n; b++)
                d->step[a] += p->fit.covariance[a * n + b] * d->sum[b];
            change = fmax(change, fabs(d->step[a] - d->last[a]));
            size = fmax(size, fabs(d->step[a]));
        }
        if (change <= settled * size)
            return;
    }
}

/* The weights are u / sum u with u = -b; without the account b is b - step. */
static void find_pull(const struct deleting *d, double pull[])
{
    const struct assay_pipeline *p = d->pipeline;
    double total = 0;
    for (size_t j = 0; j < p->n_signal; j++)
        total += d->step[1 + j] - p->fit.coef[1 + j];
    for (size_t j = 0; j < p->n_signal; j++) {
        double before = -p->fit.coef[1 + j] / p->slope_total;
        pull[j] = before - (d->step[1 + j] - p->fit.coef[1 + j]) / total;
    }
}

/* ---- all of them ---- */

static bool has_covariance(const struct assay_logistic_fit *fit)
{
    for (size_t k = 0; k < fit->n_coef; k++)
        if (fit->covariance[k * fit->n_coef + k] > 0)
            return true;
    return false;
}

enum assay_status assay_influence_measure(const struct assay_pipeline *pipeline,
                                          struct assay_influence *influence,
                                          struct assay_error *err)
{
    const struct assay_history *history = pipeline->history;
    const struct assay_column *id = &history->table->columns[history->columns->id];
    struct assay_influence made = {.known = has_covariance(&pipeline->fit),
                                   .n_code = assay_dictionary_count(id->dictionary),
                                   .n_signal = pipeline->n_signal};
    struct deleting d = {0};
    made.counts = assay_rows_alloc(made.n_code, 1);
    made.pull = assay_rows_alloc(made.n_code, made.n_signal * sizeof *made.pull);
    enum assay_status status = made.counts != NULL && made.pull != NULL
                                   ? prepare(pipeline, id->codes, made.n_code, &d, err)
                                   : assay_fail_memory(err, "finding the accounts that move weights");
    if (status != ASSAY_OK) {
        assay_influence_clear(&made);
        return status;
    }
    for (size_t c = 0; c < made.n_code; c++) {
        made.counts[c] = d.first[c] < d.first[c + 1];
        made.n_account += made.counts[c];
        double *pull = made.pull + c * made.n_signal;
        if (made.counts[c] && made.known) {
            find_step(&d, c);
            find_pull(&d, pull);
        } else if (made.counts[c]) {
            for (size_t j = 0; j < made.n_signal; j++)
                pull[j] = NAN;
        }
    }
    deleting_clear(&d);
    *influence = made;
    return ASSAY_OK;
}

void assay_influence_clear(struct assay_influence *influence)
{
    assay_rows_free(influence->counts);
    assay_rows_free(influence->pull);
    *influence = (struct assay_influence){0};
}

size_t assay_influence_top(const struct assay_influence *influence, size_t signal, int direction,
                           size_t n, size_t top[])
{
    size_t found = 0;
    for (size_t c = 0; influence->known && c < influence->n_code; c++) {
        double pull = influence->pull[c * influence->n_signal + signal];
        double size = direction > 0 ? pull : direction < 0 ? -pull : fabs(pull);
        if (!(size > 0) || n == 0)
            continue;
        size_t place = found < n ? found++ : n;
        for (; place > 0; place--) { /* insertion: n is a handful */
            double above = influence->pull[top[place - 1] * influence->n_signal + signal];
            if (fabs(above) >= size)
                break;
            if (place < n)
                top[place] = top[place - 1];
        }
        if (place < n)
            top[place] = c;
    }
    return found;
}

double assay_influence_error(const struct assay_influence *influence, size_t j,
                             const struct assay_influence *other, size_t k)
{
    double sum = 0, square = 0, n = 0;
    for (size_t c = 0; c < influence->n_code; c++) {
        bool there = other != NULL && other->counts[c];
        if (!influence->counts[c] && !there)
            continue;
        double pull = influence->pull[c * influence->n_signal + j];
        pull -= there ? other->pull[c * other->n_signal + k] : 0;
        sum += pull;
        square += pull * pull;
        n++;
    }
    double spread = square - sum * sum / n;
    return n > 1 ? sqrt((spread < 0 ? 0 : spread) * (n - 1) / n) : NAN; /* NaN stays NaN */
}
