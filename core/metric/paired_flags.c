#include "core/metric/paired_flags.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/check.h"

/* ---- Newcombe's interval ---- */

static double correlation(const struct assay_paired_table *t, double n)
{
    double margins = (t->both + t->only_first) * (t->only_second + t->neither) *
                     (t->both + t->only_second) * (t->only_first + t->neither);
    double gap = t->both * t->neither - t->only_first * t->only_second;
    if (!(margins > 0.0))
        return 0.0;
    if (gap > 0.0)
        gap = fmax(gap - n / 2.0, 0.0);
    return gap / sqrt(margins);
}

/* Length of a - b where the angle between them has this cosine. */
static double add_squares(double a, double b, double cosine)
{
    return sqrt(fmax(a * a - 2.0 * cosine * a * b + b * b, 0.0));
}

struct assay_estimate assay_newcombe_paired(const struct assay_paired_table *table, double level)
{
    double n = table->both + table->only_first + table->only_second + table->neither;
    if (!(n > 0.0))
        return assay_estimate_undefined();
    double phi = correlation(table, n);
    struct assay_estimate a = assay_wilson_of_share((table->both + table->only_first) / n, n, level);
    struct assay_estimate b = assay_wilson_of_share((table->both + table->only_second) / n, n, level);
    double difference = (table->only_first - table->only_second) / n;
    return (struct assay_estimate){
        difference, difference - add_squares(a.value - a.low, b.high - b.value, phi),
        difference + add_squares(a.high - a.value, b.value - b.low, phi)};
}

/* ---- sums by cluster ---- */

struct totals {
    size_t n_event, n_other;
    double event, other; /* sums of differences over the events, over the others */
};

struct clusters {
    const int32_t *code; /* NULL: every row one of its own */
    size_t n_row, n_code;
    struct totals *totals; /* [n_code] */
};

static enum assay_status clusters_init(const int32_t code[], size_t n, struct clusters *c,
                                       struct assay_error *err)
{
    *c = (struct clusters){.code = code, .n_row = n, .n_code = code == NULL ? n : 0};
    for (size_t i = 0; code != NULL && i < n; i++) {
        if (code[i] < 0)
            return assay_fail(err, ASSAY_EDATA,
                              "paired flags: cluster[%zu] is %d; expected 0 or more", i, code[i]);
        if ((size_t)code[i] >= c->n_code)
            c->n_code = (size_t)code[i] + 1;
    }
    c->totals = assay_alloc(c->n_code, sizeof *c->totals);
    return c->totals != NULL ? ASSAY_OK : assay_fail_memory(err, "comparing two ways of flagging");
}

static void add(struct clusters *c, size_t row, unsigned char event, double difference)
{
    struct totals *t = &c->totals[c->code != NULL ? (size_t)c->code[row] : row];
    *(event ? &t->n_event : &t->n_other) += 1;
    *(event ? &t->event : &t->other) += difference;
}

/* What a figure is about: a cluster's rows and the sum of their differences. */
struct part {
    double n, sum;
};

static struct part all_of(const struct totals *t)
{
    return (struct part){(double)(t->n_event + t->n_other), t->event + t->other};
}

/* Right where there was no event is not flagged: the difference turns round. */
static struct part right_of(const struct totals *t)
{
    return (struct part){(double)(t->n_event + t->n_other), t->event - t->other};
}

static struct part events_of(const struct totals *t)
{
    return (struct part){(double)t->n_event, t->event};
}

static struct part others_of(const struct totals *t)
{
    return (struct part){(double)t->n_other, -t->other};
}

struct spread {
    size_t n_cluster;
    bool repeated;
    double n, sum, squares; /* of the clusters' sums */
    double gaps;            /* sum over clusters of (sum less n times the mean)^2 */
};

static struct spread spread_of(const struct clusters *c, struct part (*part_of)(const struct totals *))
{
    struct spread s = {0};
    for (size_t g = 0; g < c->n_code; g++) {
        struct part part = part_of(&c->totals[g]);
        s.n_cluster += part.n > 0.0;
        s.repeated |= part.n > 1.0;
        s.n += part.n;
        s.sum += part.sum;
        s.squares += part.sum * part.sum;
    }
    double mean = s.sum / s.n;
    for (size_t g = 0; s.n > 0.0 && g < c->n_code; g++) {
        struct part part = part_of(&c->totals[g]);
        s.gaps += (part.sum - part.n * mean) * (part.sum - part.n * mean);
    }
    return s;
}

static double variance_of_mean(const struct spread *s)
{
    double clusters = (double)s->n_cluster;
    return s->n_cluster > 1 ? clusters / (clusters - 1.0) * s->gaps / (s->n * s->n) : (double)NAN;
}

/* ---- shares ---- */

/* By how much rows say less than as many independent ones. */
static double design_effect(const struct assay_paired_counts *counts, const struct spread *s)
{
    double tell = (double)(counts->only_first + counts->only_second);
    double by_row = (tell - s->sum * s->sum / s->n) / (s->n * (s->n - 1.0));
    if (!s->repeated)
        return 1.0;
    return by_row > 0.0 && s->n_cluster > 1 ? fmax(1.0, variance_of_mean(s) / by_row)
                                            : s->n / (double)s->n_cluster;
}

static void finish_share(const struct clusters *c, struct part (*part_of)(const struct totals *),
                         struct assay_paired_share *share)
{
    const struct assay_paired_counts *k = &share->counts;
    struct spread s = spread_of(c, part_of);
    if (!(s.n > 0.0)) {
        share->figure = (struct assay_paired_figure){NAN, NAN, assay_estimate_undefined(), NAN};
        share->p_value = NAN;
        return;
    }
    double d = design_effect(k, &s);
    struct assay_paired_table table = {(double)k->both / d, (double)k->only_first / d,
                                       (double)k->only_second / d, (double)k->neither / d};
    share->figure = (struct assay_paired_figure){
        .first = (double)(k->both + k->only_first) / s.n,
        .second = (double)(k->both + k->only_second) / s.n,
        .difference = assay_newcombe_paired(&table, ASSAY_LEVEL),
        .std_error = sqrt(variance_of_mean(&s))};
    share->figure.difference.value = s.sum / s.n; /* as it was counted, to the last digit */
    share->p_value = s.repeated ? assay_mcnemar_clustered_p(s.sum, s.squares, s.n_cluster)
                                : assay_mcnemar_of(k->only_first, k->only_second).p_mid;
}

static void count(struct assay_paired_counts *counts, bool first, bool second)
{
    *(first ? (second ? &counts->both : &counts->only_first)
            : (second ? &counts->only_second : &counts->neither)) += 1;
}

static enum assay_status check_flags(const char *what, const unsigned char flag[], size_t n,
                                     struct assay_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (flag[i] > 1)
            return assay_fail(err, ASSAY_EDATA, "%s: flag[%zu] is %d; expected 0 or 1", what, i,
                              flag[i]);
    return ASSAY_OK;
}

enum assay_status assay_paired_flags_measure(const unsigned char first[],
                                             const unsigned char second[],
                                             const unsigned char outcome[],
                                             const int32_t cluster[], size_t n,
                                             struct assay_paired_flags *out,
                                             struct assay_error *err)
{
    struct assay_paired_flags made = {.n = n};
    struct clusters c = {0};
    enum assay_status status = assay_check_outcome("paired flags", outcome, n, &made.n_event, err);
    if (status == ASSAY_OK)
        status = check_flags("first flags", first, n, err);
    if (status == ASSAY_OK)
        status = check_flags("second flags", second, n, err);
    if (status == ASSAY_OK)
        status = clusters_init(cluster, n, &c, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        bool a = first[i] == outcome[i], b = second[i] == outcome[i];
        add(&c, i, outcome[i], (double)first[i] - (double)second[i]);
        count(&made.right.counts, a, b);
        count(outcome[i] ? &made.sensitivity.counts : &made.specificity.counts, a, b);
    }
    finish_share(&c, right_of, &made.right);
    finish_share(&c, events_of, &made.sensitivity);
    finish_share(&c, others_of, &made.specificity);
    struct spread all = spread_of(&c, all_of);
    made.n_cluster = all.n_cluster;
    made.repeated = all.repeated;
    free(c.totals);
    *out = made;
    return ASSAY_OK;
}

/* ---- net benefit ---- */

static struct assay_estimate net_benefit_interval(const struct spread *s, double std_error, double cost,
                                                  bool differ)
{
    double difference = s->sum / s->n;
    if (!differ) {
        /* The exact upper limit of a share that was 0 among so many, at the worst a row can be worth. */
        double most = 1.0 - pow((1.0 - ASSAY_LEVEL) / 2.0, 1.0 / (double)s->n_cluster);
        return (struct assay_estimate){0.0, -most * fmax(1.0, cost), most * fmax(1.0, cost)};
    }
    return std_error > 0.0 ? assay_normal_interval(difference, std_error, ASSAY_LEVEL)
                           : assay_estimate_without_interval(difference);
}

enum assay_status assay_paired_net_benefit(const double first[], const double second[],
                                           const unsigned char outcome[], const int32_t cluster[],
                                           size_t n, double threshold,
                                           struct assay_paired_figure *out, struct assay_error *err)
{
    struct clusters c = {0};
    double cost = threshold / (1.0 - threshold), sum[2] = {0.0, 0.0};
    bool differ = false;
    enum assay_status status = assay_check_outcome("net benefit", outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob("net benefit", first, n, err);
    if (status == ASSAY_OK)
        status = assay_check_prob("net benefit", second, n, err);
    if (status == ASSAY_OK && !(threshold > 0.0 && threshold < 1.0))
        status = assay_fail_value(err, "net benefit: threshold", threshold, "above 0 and below 1");
    if (status == ASSAY_OK)
        status = clusters_init(cluster, n, &c, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < n; i++) {
        double worth = outcome[i] ? 1.0 : -cost;
        double a = first[i] >= threshold ? worth : 0.0, b = second[i] >= threshold ? worth : 0.0;
        sum[0] += a;
        sum[1] += b;
        differ |= a != b;
        add(&c, i, outcome[i], a - b);
    }
    struct spread s = spread_of(&c, all_of);
    double std_error = sqrt(variance_of_mean(&s)), rows = (double)n;
    *out = (struct assay_paired_figure){.first = sum[0] / rows,
                                        .second = sum[1] / rows,
                                        .difference = net_benefit_interval(&s, std_error, cost, differ),
                                        .std_error = std_error};
    free(c.totals);
    return ASSAY_OK;
}
