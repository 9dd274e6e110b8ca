#include "core/metric/paired.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/check.h"
#include "core/metric/roc.h"

struct totals {
    size_t n_event, n_other;
    double event_place, other_place; /* sums of differences: of placements, */
    double brier, log_loss;          /* and of losses */
};

struct pairing {
    const double *first, *second;
    const unsigned char *outcome;
    const int32_t *cluster;
    size_t n, n_code;
    struct totals *totals; /* [n_code] */
};

static double log_error(double prob, unsigned char outcome)
{
    return fabs(outcome ? log(prob) : log1p(-prob));
}

static double squared_error(double prob, unsigned char outcome)
{
    return (prob - outcome) * (prob - outcome);
}

/* ---- what may be compared ---- */

static enum assay_status check_prediction(const char *what, const double prob[],
                                          const unsigned char outcome[], size_t n,
                                          struct assay_error *err)
{
    enum assay_status status = assay_check_prob(what, prob, n, err);
    for (size_t i = 0; status == ASSAY_OK && i < n; i++)
        if (prob[i] == 1.0 - outcome[i])
            status = assay_fail(err, ASSAY_EDATA,
                                "%s: prob[%zu] is %d and outcome[%zu] is %d; expected no outcome "
                                "that was given probability 0",
                                what, i, 1 - outcome[i], i, outcome[i]);
    return status;
}

static enum assay_status count_codes(struct pairing *p, struct assay_error *err)
{
    p->n_code = p->cluster == NULL ? p->n : 0;
    for (size_t i = 0; p->cluster != NULL && i < p->n; i++) {
        if (p->cluster[i] < 0)
            return assay_fail(err, ASSAY_EDATA, "paired comparison: cluster[%zu] is %d; expected 0 or "
                              "more", i, p->cluster[i]);
        if ((size_t)p->cluster[i] >= p->n_code)
            p->n_code = (size_t)p->cluster[i] + 1;
    }
    return ASSAY_OK;
}

static bool are_same(const struct pairing *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (fabs(p->first[i] - p->second[i]) > ASSAY_PAIRED_SAME)
            return false;
    return true;
}

/* ---- sums by cluster ---- */

static struct totals *totals_of(const struct pairing *p, size_t row)
{
    return &p->totals[p->cluster != NULL ? (size_t)p->cluster[row] : row];
}

static void add_losses(const struct pairing *p, struct assay_paired *out)
{
    double *sums[] = {&out->brier.first, &out->brier.second, &out->log_loss.first,
                      &out->log_loss.second};
    for (size_t i = 0; i < p->n; i++) {
        struct totals *t = totals_of(p, i);
        unsigned char y = p->outcome[i];
        double brier[2] = {squared_error(p->first[i], y), squared_error(p->second[i], y)};
        double loss[2] = {log_error(p->first[i], y), log_error(p->second[i], y)};
        t->n_event += y;
        t->n_other += !y;
        t->brier += brier[0] - brier[1];
        t->log_loss += loss[0] - loss[1];
        out->brier.first += brier[0];
        out->brier.second += brier[1];
        out->log_loss.first += loss[0];
        out->log_loss.second += loss[1];
    }
    for (size_t k = 0; k < 4; k++)
        *sums[k] /= (double)p->n;
}

static enum assay_status add_placements(const struct pairing *p, struct assay_paired *out,
                                        struct assay_error *err)
{
    double *place[2] = {assay_alloc(p->n, sizeof *place[0]), assay_alloc(p->n, sizeof *place[1])};
    enum assay_status status = place[0] != NULL && place[1] != NULL
                                   ? ASSAY_OK
                                   : assay_fail_memory(err, "comparing two predictions");
    if (status == ASSAY_OK)
        status = assay_auc_placements(p->first, p->outcome, p->n, ASSAY_HIGHER_IS_RISK, place[0], err);
    if (status == ASSAY_OK)
        status =
            assay_auc_placements(p->second, p->outcome, p->n, ASSAY_HIGHER_IS_RISK, place[1], err);
    for (size_t i = 0; status == ASSAY_OK && i < p->n; i++) {
        struct totals *t = totals_of(p, i);
        *(p->outcome[i] ? &t->event_place : &t->other_place) += place[0][i] - place[1][i];
        out->auc.first += p->outcome[i] ? place[0][i] : 0.0;
        out->auc.second += p->outcome[i] ? place[1][i] : 0.0;
    }
    out->auc.first /= (double)out->n_event;
    out->auc.second /= (double)out->n_event;
    free(place[0]);
    free(place[1]);
    return status;
}

/* ---- errors ---- */

/* G / (G - 1): a single cluster says nothing of the variance between clusters. */
static double factor(size_t n_cluster)
{
    return n_cluster > 1 ? (double)n_cluster / ((double)n_cluster - 1.0) : (double)NAN;
}

static double variance_of_mean(const struct pairing *p, size_t n_cluster, double mean,
                               double (*sum_of)(const struct totals *))
{
    double squares = 0.0, count = (double)p->n;
    for (size_t g = 0; g < p->n_code; g++) {
        const struct totals *t = &p->totals[g];
        double gap = sum_of(t) - mean * (double)(t->n_event + t->n_other);
        squares += gap * gap;
    }
    return factor(n_cluster) * squares / (count * count);
}

static double brier_of(const struct totals *t)
{
    return t->brier;
}

static double log_loss_of(const struct totals *t)
{
    return t->log_loss;
}

static double variance_of_auc(const struct pairing *p, const struct assay_paired *out, double mean)
{
    double events = (double)out->n_event, others = (double)(out->n - out->n_event);
    double event_squares = 0.0, other_squares = 0.0, products = 0.0;
    size_t with_events = 0, with_others = 0;
    for (size_t g = 0; g < p->n_code; g++) {
        const struct totals *t = &p->totals[g];
        double a = (t->event_place - mean * (double)t->n_event) / events;
        double b = (t->other_place - mean * (double)t->n_other) / others;
        with_events += t->n_event > 0;
        with_others += t->n_other > 0;
        event_squares += a * a;
        other_squares += b * b;
        products += a * b;
    }
    return factor(with_events) * event_squares + factor(with_others) * other_squares +
           2.0 * factor(out->n_cluster) * products;
}

static void add_interval(struct assay_paired_figure *figure, bool same, double variance)
{
    double difference = figure->first - figure->second;
    figure->std_error = sqrt(variance);
    if (same) {
        figure->difference = (struct assay_estimate){0};
        figure->std_error = 0.0;
    } else if (variance > 0.0) {
        figure->difference = assay_normal_interval(difference, figure->std_error, ASSAY_LEVEL);
    } else {
        figure->difference = assay_estimate_without_interval(difference);
    }
}

static double log_odds_of(double prob)
{
    return log(prob) - log1p(-prob);
}

/* Whether the log-odds of one are a straight, rising line of the other's: the same score with another
 * intercept or another slope, which ranks any rows alike, not these alone. */
static bool are_aligned(const struct pairing *p)
{
    size_t low = 0, high = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!(p->first[i] > 0.0 && p->first[i] < 1.0 && p->second[i] > 0.0 && p->second[i] < 1.0))
            return false;
        low = p->first[i] < p->first[low] ? i : low;
        high = p->first[i] > p->first[high] ? i : high;
    }
    double from = log_odds_of(p->first[low]), to = log_odds_of(p->second[low]);
    double run = log_odds_of(p->first[high]) - from, rise = log_odds_of(p->second[high]) - to;
    if (!(run > 0.0 && rise > 0.0))
        return false;
    double slope = rise / run, near = ASSAY_PAIRED_SAME * fmax(1.0, fabs(to) + rise);
    for (size_t i = 0; i < p->n; i++)
        if (fabs(to + slope * (log_odds_of(p->first[i]) - from) - log_odds_of(p->second[i])) > near)
            return false;
    return true;
}

static enum assay_status compare_orders(const struct pairing *p, struct assay_paired *out,
                                        struct assay_error *err)
{
    if (out->n_event == 0 || out->n_event == out->n) {
        out->auc = (struct assay_paired_figure){NAN, NAN, assay_estimate_undefined(), NAN};
        return ASSAY_OK;
    }
    double variance = 0.0;
    enum assay_status status = add_placements(p, out, err);
    if (status == ASSAY_OK)
        variance = variance_of_auc(p, out, out->auc.first - out->auc.second);
    if (status == ASSAY_OK)
        add_interval(&out->auc, out->same || (!(variance > 0.0) && are_aligned(p)), variance);
    return status;
}

static enum assay_status compare(const struct pairing *p, struct assay_paired *out,
                                 struct assay_error *err)
{
    add_losses(p, out);
    for (size_t g = 0; g < p->n_code; g++)
        out->n_cluster += p->totals[g].n_event + p->totals[g].n_other > 0;
    double brier = out->brier.first - out->brier.second;
    double log_loss = out->log_loss.first - out->log_loss.second;
    add_interval(&out->brier, out->same, variance_of_mean(p, out->n_cluster, brier, brier_of));
    add_interval(&out->log_loss, out->same,
                 variance_of_mean(p, out->n_cluster, log_loss, log_loss_of));
    return compare_orders(p, out, err);
}

enum assay_status assay_paired_measure(const double first[], const double second[],
                                       const unsigned char outcome[], const int32_t cluster[],
                                       size_t n, struct assay_paired *out, struct assay_error *err)
{
    struct pairing p = {first, second, outcome, cluster, n, 0, NULL};
    struct assay_paired made = {.n = n};
    enum assay_status status = assay_check_outcome("paired comparison", outcome, n, &made.n_event, err);
    if (status == ASSAY_OK)
        status = check_prediction("first prediction", first, outcome, n, err);
    if (status == ASSAY_OK)
        status = check_prediction("second prediction", second, outcome, n, err);
    if (status == ASSAY_OK)
        status = count_codes(&p, err);
    if (status != ASSAY_OK)
        return status;
    p.totals = assay_alloc(p.n_code, sizeof *p.totals);
    if (p.totals == NULL)
        return assay_fail_memory(err, "comparing two predictions");
    made.same = are_same(&p);
    status = compare(&p, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    free(p.totals);
    return status;
}
