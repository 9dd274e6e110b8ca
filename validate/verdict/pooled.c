#include "validate/verdict/pooled.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/metric/confusion.h"

/* The audits that are pooled, this one last. */
struct pooling {
    const struct assay_audit_input *input;
    const struct assay_past_audit **past; /* [n_past] */
    size_t n_past;
    struct assay_share *shares;           /* [n_past + 1] room for one metric's */
};

/* The same version flags the same accounts only at the same line. */
static bool is_same(const struct assay_audit_input *input, const struct assay_past_audit *past)
{
    const char *digest = input->model != NULL ? input->model->digest : "";
    return strcmp(past->digest != NULL ? past->digest : "", digest) == 0 && past->line == input->line;
}

static void count_share(const struct assay_confusion *c, size_t id, size_t *x, size_t *n)
{
    const size_t all = c->tp + c->fp + c->fn + c->tn;
    const size_t cells[ASSAY_PAST_SHARES][2] = {
        {c->tp, c->tp + c->fn}, {c->tn, c->tn + c->fp}, {c->tp, c->tp + c->fp}, {c->tn, c->tn + c->fn},
        {c->tp + c->fn, all},   {c->tp + c->tn, all},   {c->tp + c->fp, all}};
    *x = cells[id][0];
    *n = cells[id][1];
}

/* ---- churners that several audits count ---- */

struct window {
    int32_t from, to;
};

static struct window window_of(const struct pooling *p, size_t k)
{
    return k < p->n_past ? (struct window){p->past[k]->from, p->past[k]->to}
                         : (struct window){p->input->from, p->input->to};
}

/* Whether audit k counts an event on the day after `day`: one of its snapshots lies before, by the horizon
 * at most. */
static bool counts_event(const struct pooling *p, size_t k, int32_t day)
{
    struct window w = window_of(p, k);
    return w.from != ASSAY_NO_DATE && w.from <= day &&
           (int64_t)w.to + p->input->spec->outcome.horizon_days > day;
}

/* How many audits may count a churner of audit k: the most that count an event of one day, which is found
 * on the first day of some audit. 1 without dates, or with an outcome that has no horizon. */
static double audits_of_a_churner(const struct pooling *p, size_t k)
{
    size_t most = 1;
    if (p->input->spec->outcome.date == NULL)
        return 1.0;
    for (size_t first = 0; first <= p->n_past; first++) {
        size_t n = 0;
        int32_t day = window_of(p, first).from;
        if (day == ASSAY_NO_DATE || !counts_event(p, k, day))
            continue;
        for (size_t j = 0; j <= p->n_past; j++)
            n += counts_event(p, j, day);
        most = n > most ? n : most;
    }
    return (double)most;
}

/* ---- one metric ---- */

static void add_audit(const struct pooling *p, size_t k, struct assay_pooled_metric *metric)
{
    const struct assay_judged *judged = metric->judged;
    struct assay_share *share = &p->shares[k];
    size_t x = judged->metric->x, n = judged->metric->of;
    double worth = judged->share.n;
    if (k < p->n_past) {
        count_share(&p->past[k]->counts, judged->id, &x, &n);
        worth = p->past[k]->worth[judged->id];
    }
    *share = (struct assay_share){0, 0};
    if (n == 0 || !(worth > 0.0))
        return;
    if (judged->id == ASSAY_METRIC_SENSITIVITY)
        worth /= audits_of_a_churner(p, k);
    *share = (struct assay_share){(double)x * (worth / (double)n), worth};
    metric->x += (double)x;
    metric->n += (double)n;
    metric->worth += worth;
}

/* At the ends of (0, 1) no trial could speak for or against. */
static double inside(double target)
{
    return fmin(fmax(target, 1e-9), 1.0 - 1e-9);
}

static double evidence(double log_evidence)
{
    return exp(fmin(log_evidence, 690.0));
}

/* Of two limits a pass needs evidence for both, a fail against one. */
static void weigh(const struct assay_series *series, struct assay_pooled_metric *metric)
{
    struct assay_limits limits = metric->judged->limits;
    double pass = HUGE_VAL, fail = -HUGE_VAL;
    if (!isnan(limits.low)) {
        pass = assay_log_evidence_above(series, inside(limits.low));
        fail = assay_log_evidence_below(series, inside(limits.low));
    }
    if (!isnan(limits.high)) {
        pass = fmin(pass, assay_log_evidence_below(series, inside(limits.high)));
        fail = fmax(fail, assay_log_evidence_above(series, inside(limits.high)));
    }
    metric->evidence_pass = evidence(pass);
    metric->evidence_fail = evidence(fail);
}

static void pool_metric(const struct pooling *p, const struct assay_judged *judged,
                        const struct assay_pooled *pooled, struct assay_pooled_metric *metric)
{
    *metric = (struct assay_pooled_metric){.judged = judged, .result = ASSAY_INCONCLUSIVE};
    for (size_t k = 0; k <= p->n_past; k++)
        add_audit(p, k, metric);
    struct assay_series series = {.shares = p->shares,
                                  .n = p->n_past + 1,
                                  .same_trials = judged->id != ASSAY_METRIC_SENSITIVITY};
    metric->interval = assay_anytime_interval(&series, ASSAY_VERDICT_ERROR);
    metric->evidence_pass = metric->evidence_fail = 1.0;
    if (metric->n > 0.0)
        weigh(&series, metric);
    if (metric->evidence_fail >= pooled->fail_at)
        metric->result = ASSAY_FAIL;
    else if (metric->evidence_pass >= pooled->pass_at)
        metric->result = ASSAY_PASS;
}

/* ---- all ---- */

static void pool_metrics(const struct pooling *p, const struct assay_judgement *judgement,
                         struct assay_pooled *pooled)
{
    enum assay_verdict results[ASSAY_METRICS];
    double limits = 0.0;
    for (size_t k = 0; k < judgement->n; k++) {
        const struct assay_judged *judged = &judgement->judged[k];
        if (judged->is_share && judged->id < ASSAY_PAST_SHARES)
            limits += !isnan(judged->limits.low) + !isnan(judged->limits.high);
    }
    pooled->pass_at = 1.0 / ASSAY_VERDICT_ERROR;
    pooled->fail_at = fmax(1.0, limits) / ASSAY_VERDICT_ERROR;
    for (size_t k = 0; k < judgement->n; k++) {
        const struct assay_judged *judged = &judgement->judged[k];
        if (!judged->is_share || judged->id >= ASSAY_PAST_SHARES)
            continue;
        pool_metric(p, judged, pooled, &pooled->metric[pooled->n]);
        results[pooled->n] = pooled->metric[pooled->n].result;
        pooled->n++;
    }
    pooled->result = assay_join_results(results, pooled->n);
}

static void find_days(const struct pooling *p, struct assay_pooled *pooled)
{
    pooled->from = pooled->to = ASSAY_NO_DATE;
    for (size_t k = 0; k <= p->n_past; k++) {
        struct window w = window_of(p, k);
        if (w.from == ASSAY_NO_DATE || w.to == ASSAY_NO_DATE)
            continue;
        if (pooled->from == ASSAY_NO_DATE || w.from < pooled->from)
            pooled->from = w.from;
        if (pooled->to == ASSAY_NO_DATE || w.to > pooled->to)
            pooled->to = w.to;
    }
}

enum assay_status assay_audit_pool(const struct assay_audit_input *input,
                                   const struct assay_judgement *judgement,
                                   struct assay_pooled *out, struct assay_error *err)
{
    struct assay_pooled made = {.n_audit = 0};
    struct pooling p = {.input = input};
    enum assay_status status = ASSAY_OK;
    if (input->n_past == 0) {
        *out = made;
        return ASSAY_OK;
    }
    p.past = assay_alloc(input->n_past, sizeof *p.past);
    p.shares = assay_alloc(input->n_past + 1, sizeof *p.shares);
    if (p.past == NULL || p.shares == NULL) {
        status = assay_fail_memory(err, "pooling audits");
        goto cleanup;
    }
    for (size_t k = 0; k < input->n_past; k++)
        if (is_same(input, &input->past[k]))
            p.past[p.n_past++] = &input->past[k];
    made.n_audit = p.n_past + 1;
    made.n_other = input->n_past - p.n_past;
    pool_metrics(&p, judgement, &made);
    find_days(&p, &made);
    *out = made;
cleanup:
    free(p.past);
    free(p.shares);
    return status;
}
