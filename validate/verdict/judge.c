#include "validate/verdict/judge.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/multiple.h"

const char *assay_result_word(enum assay_verdict result)
{
    static const char *const words[] = {"pass", "fail", "inconclusive"};
    return words[result];
}

enum assay_verdict assay_join_results(const enum assay_verdict results[], size_t n)
{
    size_t passed = 0;
    for (size_t k = 0; k < n; k++) {
        if (results[k] == ASSAY_FAIL)
            return ASSAY_FAIL;
        passed += results[k] == ASSAY_PASS;
    }
    return n > 0 && passed == n ? ASSAY_PASS : ASSAY_INCONCLUSIVE;
}

/* ---- what a share is worth ---- */

/* Whether a row is in the denominator of a share. */
static bool counts_for(size_t id, bool event, bool flagged)
{
    switch (id) {
    case ASSAY_METRIC_SENSITIVITY:
        return event;
    case ASSAY_METRIC_SPECIFICITY:
        return !event;
    case ASSAY_METRIC_PPV:
        return flagged;
    case ASSAY_METRIC_NPV:
        return !flagged;
    default:
        return true;
    }
}

/* Rows of each account that count; size[n_account] is 0 at first. */
static void count_sizes(const struct assay_audit_set *used, size_t id, uint32_t size[])
{
    for (size_t i = 0; i < used->n; i++)
        if (counts_for(id, used->outcome[i], used->flagged[i]))
            size[used->account[i]]++;
}

static enum assay_status measure_worth(const struct assay_audit_input *input, size_t id,
                                       size_t n, double *worth, struct assay_error *err)
{
    *worth = (double)n;
    if (!input->repeated || input->used.account == NULL)
        return ASSAY_OK;
    uint32_t *size = assay_alloc(input->n_account, sizeof *size);
    if (size == NULL)
        return assay_fail_memory(err, "judging the audit");
    count_sizes(&input->used, id, size);
    *worth = assay_worth_of_clusters(size, input->n_account);
    free(size);
    return ASSAY_OK;
}

static enum assay_status count_accounts(const struct assay_audit_input *input,
                                        struct assay_judgement *out, struct assay_error *err)
{
    const struct assay_audit_set *used = &input->used;
    out->churners = (double)used->n_event;
    out->others = (double)(used->n - used->n_event);
    if (!input->repeated || used->account == NULL)
        return ASSAY_OK;
    unsigned char *seen = assay_alloc(input->n_account, 1); /* bit 0: without, bit 1: with the event */
    if (seen == NULL)
        return assay_fail_memory(err, "judging the audit");
    for (size_t i = 0; i < used->n; i++)
        seen[used->account[i]] |= used->outcome[i] ? 2 : 1;
    out->churners = out->others = 0.0;
    for (size_t a = 0; a < input->n_account; a++) {
        out->others += seen[a] & 1;
        out->churners += seen[a] >> 1;
    }
    free(seen);
    return ASSAY_OK;
}

/* ---- judging ---- */

static void judge_share(struct assay_judged *judged, struct assay_verdict_errors errors)
{
    struct assay_share share = judged->share;
    judged->at_least = judged->at_most = (double)NAN;
    judged->result = ASSAY_INCONCLUSIVE;
    if (share.n == 0.0)
        return;
    bool lower = !isnan(judged->limits.low);
    judged->at_least = assay_share_at_least(share, lower ? errors.pass : errors.fail);
    judged->at_most = assay_share_at_most(share, lower ? errors.fail : errors.pass);
    judged->result = assay_share_verdict(share, judged->limits, errors);
}

/* The printed interval leaves 2.5% at each end, less than either error asks for up to two limits: room for
 * what the approximation behind it lacks. With more limits a fail needs a longer reach. */
static void judge_interval(struct assay_judged *judged, struct assay_verdict_errors errors)
{
    struct assay_estimate e = judged->metric->estimate;
    double low = judged->limits.low, high = judged->limits.high;
    double reach = fmax(1.0, assay_normal_quantile(1.0 - 2.0 * errors.fail) /
                                 assay_normal_quantile(ASSAY_LEVEL));
    judged->at_least = e.low;
    judged->at_most = e.high;
    judged->result = ASSAY_INCONCLUSIVE;
    if (isnan(e.low))
        return;
    if (e.value + reach * (e.high - e.value) < low || e.value - reach * (e.value - e.low) > high)
        judged->result = ASSAY_FAIL;
    else if (!(e.low < low) && !(e.high > high))
        judged->result = ASSAY_PASS;
}

/* Limits of all targets, open ones not counted. */
static double count_limits(const struct assay_figures *figures)
{
    double n = 0.0;
    for (size_t id = 0; id < ASSAY_METRICS; id++)
        if (figures->metric[id].judged)
            n += !isnan(figures->metric[id].low) + !isnan(figures->metric[id].high);
    return n;
}

static enum assay_status judge_one(const struct assay_audit_input *input, size_t id,
                                   const struct assay_metric *metric,
                                   struct assay_verdict_errors errors, struct assay_judged *judged,
                                   struct assay_error *err)
{
    double worth = 0.0;
    *judged = (struct assay_judged){.metric = metric,
                                    .id = id,
                                    .limits = {metric->low, metric->high},
                                    .is_share = metric->is_rate};
    if (!metric->is_rate) {
        judge_interval(judged, errors);
        return ASSAY_OK;
    }
    enum assay_status status = measure_worth(input, id, metric->of, &worth, err);
    if (status != ASSAY_OK)
        return status;
    if (metric->of > 0)
        judged->share = (struct assay_share){(double)metric->x * (worth / (double)metric->of), worth};
    judge_share(judged, errors);
    return ASSAY_OK;
}

enum assay_status assay_audit_judge(const struct assay_audit_input *input,
                                    const struct assay_figures *figures,
                                    struct assay_judgement *out, struct assay_error *err)
{
    enum assay_verdict results[ASSAY_METRICS];
    struct assay_judgement made = {.n = 0};
    made.errors = (struct assay_verdict_errors){
        .pass = ASSAY_VERDICT_ERROR, .fail = ASSAY_VERDICT_ERROR / fmax(1.0, count_limits(figures))};
    enum assay_status status = count_accounts(input, &made, err);
    for (size_t id = 0; status == ASSAY_OK && id < ASSAY_METRICS; id++) {
        if (!figures->metric[id].judged)
            continue;
        status = judge_one(input, id, &figures->metric[id], made.errors, &made.judged[made.n], err);
        results[made.n] = made.judged[made.n].result;
        made.n++;
    }
    if (status != ASSAY_OK)
        return status;
    made.result = assay_join_results(results, made.n);
    *out = made;
    return ASSAY_OK;
}
