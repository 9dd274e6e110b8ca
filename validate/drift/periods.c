#include "validate/drift/periods.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/rows.h"
#include "core/metric/design_effect.h"

/* ---- past audits ---- */

/* Another version's predictions are not this one's; a bare column has no versions. */
static bool is_ours(const struct assay_audit_input *input, const struct assay_past_audit *past)
{
    if (isnan(past->expected) || isnan(past->expected_variance) || isnan(past->observed))
        return false;
    return input->model == NULL ||
           (past->digest != NULL && strcmp(past->digest, input->model->digest) == 0);
}

static void take_past(const struct assay_audit_input *input, struct assay_drift_periods *periods)
{
    for (size_t k = 0; k < input->n_past; k++)
        if (is_ours(input, &input->past[k]))
            periods->periods[periods->n++] =
                (struct assay_drift_period){.from = input->past[k].from,
                                            .to = input->past[k].to,
                                            .observed = input->past[k].observed,
                                            .expected = input->past[k].expected,
                                            .variance = input->past[k].expected_variance,
                                            .past = true};
}

/* ---- the audited rows by quarter ---- */

/* Rows that tell, sorted by quarter: those of quarter first + q are row[start[q]] .. row[start[q + 1] - 1],
 * in the order of the set. */
struct quarters {
    int32_t first;
    size_t n;
    size_t *start; /* [n + 1] */
    size_t *row;
};

static bool tells(const struct assay_audit_input *input, size_t i)
{
    const struct assay_outcome_spec *outcome = &input->spec->outcome;
    int32_t day = input->used.as_of[i];
    return day != ASSAY_NO_DATE &&
           (outcome->date == NULL || day + outcome->horizon_days <= outcome->observed_until);
}

static void clear_quarters(struct quarters *q)
{
    free(q->start);
    assay_rows_free(q->row);
}

static enum assay_status sort_by_quarter(const struct assay_audit_input *input, struct quarters *q,
                                         struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    struct assay_quarter_memo memo = {0};
    int32_t last = INT32_MIN;
    *q = (struct quarters){.first = INT32_MAX};
    for (size_t i = 0; i < set->n; i++)
        if (tells(input, i)) {
            int32_t quarter = assay_date_quarter_again(&memo, set->as_of[i]);
            q->first = quarter < q->first ? quarter : q->first;
            last = quarter > last ? quarter : last;
        }
    q->n = last < q->first ? 0 : (size_t)(last - q->first) + 1;
    q->start = assay_alloc(q->n + 2, sizeof *q->start);
    q->row = assay_rows_alloc(set->n, sizeof *q->row);
    if (q->start == NULL || q->row == NULL) {
        clear_quarters(q);
        return assay_fail_memory(err, "sorting snapshots by quarter");
    }
    /* start[k + 2] counts quarter k, then becomes where it begins, and moves to where it ends, which is
     * where the next begins. */
    for (size_t i = 0; i < set->n; i++)
        if (tells(input, i))
            q->start[assay_date_quarter_again(&memo, set->as_of[i]) - q->first + 2]++;
    for (size_t k = 2; k < q->n + 2; k++)
        q->start[k] += q->start[k - 1];
    for (size_t i = 0; i < set->n; i++)
        if (tells(input, i))
            q->row[q->start[assay_date_quarter_again(&memo, set->as_of[i]) - q->first + 1]++] = i;
    return ASSAY_OK;
}

static struct assay_drift_period sum_quarter(const struct assay_audit_set *set,
                                             const struct quarters *q, size_t k)
{
    struct assay_drift_period period = {.from = INT32_MAX, .to = INT32_MIN};
    for (size_t r = q->start[k]; r < q->start[k + 1]; r++) {
        size_t i = q->row[r];
        period.from = set->as_of[i] < period.from ? set->as_of[i] : period.from;
        period.to = set->as_of[i] > period.to ? set->as_of[i] : period.to;
        period.observed += set->outcome[i];
        period.expected += set->prob[i];
        period.variance += set->prob[i] * (1.0 - set->prob[i]);
    }
    return period;
}

/* Each quarter's design effect, weighed by the variance that it multiplies. */
static enum assay_status measure_effect(const struct assay_audit_input *input,
                                        const struct quarters *q, double *design_effect,
                                        struct assay_error *err)
{
    const struct assay_audit_set *set = &input->used;
    struct assay_design_effect effect;
    double stretched = 0.0, variance = 0.0;
    *design_effect = 1.0;
    if (set->account == NULL || !input->repeated)
        return ASSAY_OK;
    enum assay_status status = assay_design_effect_init(input->n_account, &effect, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < q->n; k++) {
        struct assay_drift_period sums = sum_quarter(set, q, k);
        double mean = (sums.observed - sums.expected) / (double)(q->start[k + 1] - q->start[k]);
        for (size_t r = q->start[k]; r < q->start[k + 1]; r++) {
            size_t i = q->row[r];
            assay_design_effect_add(&effect, set->account[i], set->outcome[i] - set->prob[i] - mean);
        }
        stretched += assay_design_effect_take(&effect) * sums.variance;
        variance += sums.variance;
    }
    assay_design_effect_clear(&effect);
    if (variance > 0.0)
        *design_effect = stretched / variance;
    return ASSAY_OK;
}

enum assay_status assay_drift_periods_find(const struct assay_audit_input *input,
                                           struct assay_drift_periods *periods,
                                           struct assay_error *err)
{
    struct quarters q;
    struct assay_drift_periods made = {0};
    enum assay_status status = sort_by_quarter(input, &q, err);
    if (status != ASSAY_OK)
        return status;
    made.periods = assay_alloc(input->n_past + q.n, sizeof *made.periods);
    if (made.periods == NULL)
        status = assay_fail_memory(err, "adding up quarters");
    if (status == ASSAY_OK)
        status = measure_effect(input, &q, &made.design_effect, err);
    if (status == ASSAY_OK) {
        take_past(input, &made);
        for (size_t k = 0; k < q.n; k++)
            if (q.start[k + 1] > q.start[k])
                made.periods[made.n++] = sum_quarter(&input->used, &q, k);
        *periods = made;
    } else {
        free(made.periods);
    }
    clear_quarters(&q);
    return status;
}

void assay_drift_periods_clear(struct assay_drift_periods *periods)
{
    free(periods->periods);
    *periods = (struct assay_drift_periods){0};
}

/* ---- joining ---- */

static void join(struct assay_drift_period *into, const struct assay_drift_period *later)
{
    into->to = later->to;
    into->observed += later->observed;
    into->expected += later->expected;
    into->variance += later->variance;
    into->past = into->past && later->past;
}

void assay_drift_periods_join(struct assay_drift_periods *periods, double fewest, size_t most)
{
    struct assay_drift_period *p = periods->periods;
    size_t n = 0; /* finished ones; p[n] is being filled */
    for (size_t k = 0; k < periods->n; n += p[n].expected >= fewest) {
        p[n] = p[k++];
        while (k < periods->n && p[n].expected < fewest)
            join(&p[n], &p[k++]);
    }
    if (n > 0 && n < periods->n && p[n].expected < fewest && p[n].to > p[n - 1].to)
        join(&p[n - 1], &p[n]);
    size_t first = n > most ? n - most : 0;
    if (first > 0)
        memmove(p, p + first, (n - first) * sizeof *p);
    periods->n = n - first;
}

/* ---- names ---- */

const char *assay_drift_period_name(const struct assay_drift_period *period,
                                    char out[ASSAY_PERIOD_NAME_SIZE])
{
    if (period->from == ASSAY_NO_DATE || period->to == ASSAY_NO_DATE) {
        snprintf(out, ASSAY_PERIOD_NAME_SIZE, "an earlier audit");
        return out;
    }
    char from[ASSAY_DATE_SIZE], to[ASSAY_DATE_SIZE];
    int first = assay_date_quarter(period->from), last = assay_date_quarter(period->to);
    assay_date_print(period->from, from);
    assay_date_print(period->to, to);
    /* Quarters are counted from one that begins a year. */
    int first_of_year = ((first % 4) + 4) % 4 + 1, last_of_year = ((last % 4) + 4) % 4 + 1;
    if (first == last)
        snprintf(out, ASSAY_PERIOD_NAME_SIZE, "%.4s-Q%d", from, first_of_year);
    else
        snprintf(out, ASSAY_PERIOD_NAME_SIZE, "%.4s-Q%d to %.4s-Q%d", from, first_of_year, to,
                 last_of_year);
    return out;
}
