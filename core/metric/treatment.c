#include "core/metric/treatment.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/balance.h"
#include "core/metric/check.h"
#include "core/metric/levels.h"

/* The rows that are compared: those acted on, 0..n_acted-1, then the others. Not to be copied: the
 * rows of `balance` point into it. */
struct sample {
    const struct assay_treatment_rows *rows;
    size_t n, n_acted, n_other;
    size_t *row;          /* [n] in *rows */
    unsigned char *acted; /* [n] */
    double *number; /* [n * n_number], less the mean of the acted, over the others' deviation */
    int32_t *term;  /* [n * n_category] */
    double *weight; /* [n_other] */
    double *target; /* [k] means of the acted */
    double *slope;  /* [k] g */
    double *sum;    /* [2 * n_cluster]: influence on r1 - g'm, and on r0 for fixed m */
    struct assay_balance_rows others, all;
    struct assay_balance balance;
};

static enum assay_status check_rows(const struct assay_treatment_rows *rows,
                                    struct assay_error *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->acted[i] > 1 || rows->outcome[i] > 1)
            return assay_fail(err, ASSAY_EDATA,
                              "treatment: row %zu is acted %u, outcome %u; expected 0 or 1", i,
                              rows->acted[i], rows->outcome[i]);
        if (rows->cluster != NULL && rows->cluster[i] < 0)
            return assay_fail(err, ASSAY_EDATA, "treatment: cluster[%zu] is %d; expected 0 or more",
                              i, rows->cluster[i]);
        for (size_t j = 0; j < rows->n_number; j++)
            if (!isfinite(rows->number[j][i]))
                return assay_fail_value(err, "treatment: a covariate", rows->number[j][i],
                                        "a finite number");
        for (size_t c = 0; c < rows->n_category; c++)
            if (rows->category[c][i] < -1)
                return assay_fail(err, ASSAY_EDATA,
                                  "treatment: category[%zu] is %d; expected -1 or more", i,
                                  rows->category[c][i]);
    }
    return ASSAY_OK;
}

/* ---- who is compared ---- */

static bool included(const struct assay_treatment_rows *rows, size_t i)
{
    return rows->include == NULL || rows->include[i];
}

struct span {
    double low, high;
};

static struct span span_of(const struct assay_treatment_rows *rows, unsigned char acted)
{
    struct span span = {HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < rows->n; i++)
        if (included(rows, i) && rows->acted[i] == acted) {
            span.low = fmin(span.low, rows->number[0][i]);
            span.high = fmax(span.high, rows->number[0][i]);
        }
    return span;
}

/* Where both groups have rows around. */
static struct span common_span(const struct assay_treatment_rows *rows)
{
    struct span acted = span_of(rows, 1), other = span_of(rows, 0);
    return (struct span){fmax(acted.low, other.low), fmin(acted.high, other.high)};
}

static bool within(const struct assay_treatment_rows *rows, struct span span, size_t i)
{
    return rows->number[0][i] >= span.low && rows->number[0][i] <= span.high;
}

static void count_rows(const struct assay_treatment_rows *rows, struct span span,
                       struct assay_treatment *out)
{
    for (size_t i = 0; i < rows->n; i++) {
        bool in = within(rows, span, i), event = rows->outcome[i] != 0;
        if (!included(rows, i))
            continue;
        if (rows->acted[i]) {
            out->n_acted += in;
            out->outside_acted += !in;
            out->events_acted += in && event;
        } else {
            out->n_other += in;
            out->outside_other += !in;
            out->events_other += in && event;
        }
    }
}

static enum assay_treatment_problem problem_of_counts(const struct assay_treatment *out)
{
    if (out->n_acted + out->outside_acted < ASSAY_TREATMENT_ROWS)
        return ASSAY_TREATMENT_FEW_ACTED;
    if (out->n_other + out->outside_other < ASSAY_TREATMENT_ROWS)
        return ASSAY_TREATMENT_FEW_OTHERS;
    if (out->n_acted <= out->outside_acted || out->n_acted < ASSAY_TREATMENT_ROWS ||
        out->n_other < ASSAY_TREATMENT_ROWS)
        return ASSAY_TREATMENT_NO_OVERLAP;
    return out->events_other < ASSAY_TREATMENT_EVENTS ? ASSAY_TREATMENT_FEW_EVENTS
                                                      : ASSAY_TREATMENT_FINE;
}

/* ---- the sample ---- */

static void sample_clear(struct sample *s)
{
    assay_rows_free(s->row);
    assay_rows_free(s->acted);
    assay_rows_free(s->number);
    assay_rows_free(s->term);
    assay_rows_free(s->weight);
    free(s->target);
    assay_rows_free(s->sum);
    assay_balance_clear(&s->balance);
}

static enum assay_status sample_init(const struct assay_treatment_rows *rows, struct span span,
                                     const struct assay_treatment *counts, struct sample *s,
                                     struct assay_error *err)
{
    size_t n = counts->n_acted + counts->n_other,
           most_terms = rows->n_number + ASSAY_TREATMENT_TERMS;
    *s = (struct sample){.rows = rows,
                         .n = n,
                         .n_acted = counts->n_acted,
                         .n_other = counts->n_other,
                         .row = assay_rows_alloc(n, sizeof *s->row),
                         .acted = assay_rows_alloc(n, 1),
                         .number = assay_rows_alloc(n, rows->n_number * sizeof *s->number),
                         .term = assay_rows_alloc(n, rows->n_category * sizeof *s->term),
                         .weight = assay_rows_alloc(counts->n_other, sizeof *s->weight),
                         .target = assay_alloc(2 * most_terms, sizeof *s->target)};
    if (s->row == NULL || s->acted == NULL || s->number == NULL || s->term == NULL ||
        s->weight == NULL || s->target == NULL)
        return assay_fail_memory(err, "comparing accounts that were acted on");
    s->slope = s->target + most_terms;
    size_t next[2] = {counts->n_acted, 0};
    for (size_t i = 0; i < rows->n; i++)
        if (included(rows, i) && within(rows, span, i)) {
            size_t at = next[rows->acted[i]]++;
            s->row[at] = i;
            s->acted[at] = rows->acted[i];
        }
    return ASSAY_OK;
}

/* Column j, so that its mean among the acted is 0 and its deviation among the others is 1. */
static void standardise(struct sample *s, size_t j)
{
    size_t width = s->rows->n_number;
    const double *from = s->rows->number[j];
    double acted = 0.0, other = 0.0, squares = 0.0;
    for (size_t i = 0; i < s->n_acted; i++)
        acted += from[s->row[i]];
    for (size_t i = s->n_acted; i < s->n; i++)
        other += from[s->row[i]];
    acted /= (double)s->n_acted;
    other /= (double)s->n_other;
    for (size_t i = s->n_acted; i < s->n; i++)
        squares += (from[s->row[i]] - other) * (from[s->row[i]] - other);
    double deviation = sqrt(squares / (double)s->n_other);
    if (!(deviation > 1e-12 * fabs(acted))) /* constant but for rounding */
        deviation = 1.0;
    for (size_t i = 0; i < s->n; i++)
        s->number[i * width + j] = (from[s->row[i]] - acted) / deviation;
}

static enum assay_status choose_covariates(struct sample *s, struct assay_treatment *out,
                                           struct assay_error *err)
{
    const struct assay_treatment_rows *rows = s->rows;
    size_t least = s->n_acted < s->n_other ? s->n_acted : s->n_other;
    size_t most = least / 10 < ASSAY_TREATMENT_TERMS ? least / 10 : ASSAY_TREATMENT_TERMS;
    struct assay_level_rows level_rows = {s->n, s->row, s->acted, rows->category, rows->n_category};
    for (size_t j = 0; j < rows->n_number; j++)
        standardise(s, j);
    enum assay_status status =
        assay_levels_choose(&level_rows, ASSAY_TREATMENT_LEVEL, most, s->term, &out->n_term, err);
    if (status != ASSAY_OK)
        return status;
    s->all = (struct assay_balance_rows){s->n,      rows->n_number, rows->n_category, out->n_term,
                                         s->number, s->term,        s->target};
    s->others = s->all;
    s->others.n = s->n_other;
    s->others.number += s->n_acted * rows->n_number;
    s->others.term += s->n_acted * rows->n_category;
    for (size_t i = 0; i < s->n_acted; i++)
        assay_balance_add(&s->all, i, 1.0 / (double)s->n_acted, s->target);
    return ASSAY_OK;
}

/* ---- the estimate and its errors ---- */

struct shares {
    double r1, r0;
    double v1, v0, covariance;
};

static unsigned char outcome_of(const struct sample *s, size_t i)
{
    return s->rows->outcome[s->row[i]];
}

static void measure_shares(struct sample *s, struct shares *shares)
{
    size_t k = s->balance.k;
    *shares = (struct shares){0};
    for (size_t i = 0; i < s->n_acted; i++)
        shares->r1 += outcome_of(s, i);
    shares->r1 /= (double)s->n_acted;
    for (size_t i = 0; i < s->n_other; i++)
        shares->r0 += s->weight[i] * outcome_of(s, s->n_acted + i);
    shares->r0 = fmin(shares->r0, 1.0); /* weights sum to 1 but for rounding */
    for (size_t j = 0; j < k; j++)
        s->slope[j] = 0.0;
    for (size_t i = 0; i < s->n_other; i++)
        assay_balance_add(&s->others, i,
                          s->weight[i] * (outcome_of(s, s->n_acted + i) - shares->r0), s->slope);
    assay_balance_solve(&s->balance, s->slope);
}

static double influence(const struct sample *s, const struct shares *shares, double at_means,
                        size_t i)
{
    double explained = assay_balance_dot(&s->all, i, s->slope) - at_means;
    if (i < s->n_acted)
        return (outcome_of(s, i) - shares->r1 - explained) / (double)s->n_acted;
    return s->weight[i - s->n_acted] * (outcome_of(s, i) - shares->r0 - explained);
}

/* Squares of sums by cluster, and of each kind with the other. Without clusters a row is its own.
 */
static enum assay_status measure_variances(struct sample *s, struct shares *shares,
                                           struct assay_error *err)
{
    const int32_t *cluster = s->rows->cluster;
    double at_means = 0.0, clusters = 0.0;
    for (size_t j = 0; j < s->balance.k; j++)
        at_means += s->slope[j] * s->target[j];
    size_t n_code = cluster == NULL ? s->n : 0;
    for (size_t i = 0; cluster != NULL && i < s->n; i++)
        if ((size_t)cluster[s->row[i]] >= n_code)
            n_code = (size_t)cluster[s->row[i]] + 1;
    s->sum = n_code > SIZE_MAX / 2 ? NULL : assay_rows_alloc(2 * n_code, sizeof *s->sum);
    if (s->sum == NULL)
        return assay_fail_memory(err, "comparing accounts that were acted on");
    for (size_t i = 0; i < s->n; i++) {
        size_t code = cluster == NULL ? i : (size_t)cluster[s->row[i]];
        s->sum[2 * code + (i >= s->n_acted)] += influence(s, shares, at_means, i);
    }
    for (size_t c = 0; c < n_code; c++) {
        const double *sum = s->sum + 2 * c;
        clusters += sum[0] != 0.0 || sum[1] != 0.0;
        shares->v1 += sum[0] * sum[0];
        shares->v0 += sum[1] * sum[1];
        shares->covariance += sum[0] * sum[1];
    }
    double few = clusters > 1.0 ? clusters / (clusters - 1.0) : 1.0;
    double fitted = s->balance.n_effective / (s->balance.n_effective - (double)s->balance.k - 1.0);
    shares->v1 *= few;
    shares->v0 *= few * fitted;
    shares->covariance *= few * sqrt(fitted);
    return ASSAY_OK;
}

static struct assay_estimate share_interval(double share, double variance, double n)
{
    double worth =
        share > 0.0 && share < 1.0 && variance > 0.0 ? share * (1.0 - share) / variance : n;
    return assay_wilson_of_share(share, worth, ASSAY_LEVEL);
}

/* a - b from the limits of either, on one scale. */
static struct assay_estimate difference(struct assay_estimate a, struct assay_estimate b,
                                        double correlation)
{
    double down_a = a.value - a.low, up_a = a.high - a.value;
    double down_b = b.value - b.low, up_b = b.high - b.value;
    double below = down_a * down_a - 2.0 * correlation * down_a * up_b + up_b * up_b;
    double above = up_a * up_a - 2.0 * correlation * up_a * down_b + down_b * down_b;
    double value = a.value - b.value;
    return (struct assay_estimate){value, value - sqrt(fmax(below, 0.0)),
                                   value + sqrt(fmax(above, 0.0))};
}

static struct assay_estimate on_scale(struct assay_estimate a, bool odds)
{
    return (struct assay_estimate){log(a.value) - (odds ? log1p(-a.value) : 0.0),
                                   log(a.low) - (odds ? log1p(-a.low) : 0.0),
                                   log(a.high) - (odds ? log1p(-a.high) : 0.0)};
}

static struct assay_estimate ratio(struct assay_estimate a, struct assay_estimate b,
                                   double correlation, bool odds)
{
    struct assay_estimate log_ratio = difference(on_scale(a, odds), on_scale(b, odds), correlation);
    return (struct assay_estimate){exp(log_ratio.value), exp(log_ratio.low), exp(log_ratio.high)};
}

static bool inside(double share)
{
    return share > 0.0 && share < 1.0;
}

/* With no event among the acted the logarithm ends: the worst of either limit is taken. */
static struct assay_estimate share_kept(struct assay_estimate r1, struct assay_estimate r0,
                                        double correlation)
{
    if (!(r0.value > 0.0))
        return assay_estimate_undefined();
    if (!(r1.value > 0.0))
        return (struct assay_estimate){1.0, 1.0 - r1.high / r0.low, 1.0};
    struct assay_estimate left = ratio(r1, r0, correlation, false);
    return (struct assay_estimate){1.0 - left.value, 1.0 - left.high, 1.0 - left.low};
}

static void put_results(const struct sample *s, const struct shares *shares,
                        struct assay_treatment *out)
{
    double n = (double)s->n_acted, both = sqrt(shares->v1 * shares->v0);
    double correlation = both > 0.0 ? fmax(-1.0, fmin(1.0, shares->covariance / both)) : 0.0;
    struct assay_estimate r1 = share_interval(shares->r1, shares->v1, n);
    struct assay_estimate r0 = share_interval(shares->r0, shares->v0, out->n_effective);
    struct assay_estimate apart = difference(r1, r0, correlation);
    out->risk_acted = r1;
    out->risk_otherwise = r0;
    out->risk_difference = apart;
    out->prevented = (struct assay_estimate){-n * apart.value, -n * apart.high, -n * apart.low};
    out->kept = share_kept(r1, r0, correlation);
    if (inside(r1.value) && inside(r0.value))
        out->odds_ratio = ratio(r1, r0, correlation, true);
}

static enum assay_status compare(struct sample *s, struct assay_treatment *out,
                                 struct assay_error *err)
{
    struct shares shares;
    enum assay_status status = choose_covariates(s, out, err);
    if (status == ASSAY_OK)
        status = assay_balance_fit(&s->others, s->weight, &s->balance, err);
    if (status != ASSAY_OK)
        return status;
    out->gap_before = s->balance.largest_before;
    out->n_effective = s->balance.n_effective;
    if (!s->balance.balanced || out->n_effective < ASSAY_TREATMENT_ROWS ||
        out->n_effective < 2.0 * (double)(s->balance.k + 1)) {
        out->problem = ASSAY_TREATMENT_NO_OVERLAP;
        return ASSAY_OK;
    }
    measure_shares(s, &shares);
    if (shares.r0 * out->n_effective < ASSAY_TREATMENT_EVENTS) {
        out->problem = ASSAY_TREATMENT_FEW_EVENTS;
        return ASSAY_OK;
    }
    status = measure_variances(s, &shares, err);
    if (status == ASSAY_OK)
        put_results(s, &shares, out);
    return status;
}

enum assay_status assay_treatment_measure(const struct assay_treatment_rows *rows,
                                          struct assay_treatment *out, struct assay_error *err)
{
    const struct assay_estimate none = assay_estimate_undefined();
    struct assay_treatment made = {.gap_before = (double)NAN,
                                   .n_effective = (double)NAN,
                                   .risk_acted = none,
                                   .risk_otherwise = none,
                                   .risk_difference = none,
                                   .odds_ratio = none,
                                   .kept = none,
                                   .prevented = none};
    struct sample sample;
    enum assay_status status = check_rows(rows, err);
    if (status != ASSAY_OK)
        return status;
    struct span span = common_span(rows);
    count_rows(rows, span, &made);
    made.problem = problem_of_counts(&made);
    if (made.problem == ASSAY_TREATMENT_FINE) {
        status = sample_init(rows, span, &made, &sample, err);
        if (status == ASSAY_OK)
            status = compare(&sample, &made, err);
        sample_clear(&sample);
    }
    if (status == ASSAY_OK)
        *out = made;
    return status;
}

double assay_hidden_reason(double risk_ratio)
{
    if (!(risk_ratio > 0.0 && risk_ratio <= 1.0))
        return (double)NAN;
    double inverse = 1.0 / risk_ratio;
    return inverse + sqrt(inverse * (inverse - 1.0));
}
