#include "core/metric/net_benefit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/memory.h"

enum { AHEAD = 24 }; /* rows by which accounts are fetched ahead */

/* Of the rows at and above a threshold, met from the riskiest down; with accounts, sums over these of
 * products of their numbers of flagged events, flagged others and rows, which change by little with each
 * row: the squares of all accounts at every threshold in one pass. */
struct tally {
    double tp, fp, value_tp, value_fp;
    double tp_tp, fp_fp, tp_fp, tp_rows, fp_rows; /* by account */
    uint32_t *account;                            /* [3 n_code]: events, others, rows of each, or NULL */
};

static enum assay_status start_tally(const struct assay_ranked *rows, bool by_account,
                                     struct tally *tally, struct assay_error *err)
{
    *tally = (struct tally){0};
    if (!by_account)
        return ASSAY_OK;
    tally->account = assay_alloc(rows->n_code, 3 * sizeof *tally->account);
    if (tally->account == NULL)
        return assay_fail_memory(err, "measuring net benefit");
    for (size_t k = 0; k < rows->n; k++) {
        if (k + AHEAD < rows->n)
            __builtin_prefetch(tally->account + 3 * rows->cluster[k + AHEAD], 1);
        tally->account[3 * rows->cluster[k] + 2]++;
    }
    return ASSAY_OK;
}

static void add_row(const struct assay_ranked *rows, size_t k, struct tally *tally)
{
    double event = rows->outcome[k], value = rows->value != NULL ? rows->value[k] : (double)NAN;
    tally->tp += event;
    tally->fp += 1.0 - event;
    if (!isnan(value)) {
        tally->value_tp += event * value;
        tally->value_fp += (1.0 - event) * value;
    }
    if (tally->account == NULL)
        return;
    uint32_t *of = tally->account + 3 * rows->cluster[k];
    if (k >= AHEAD)
        __builtin_prefetch(tally->account + 3 * rows->cluster[k - AHEAD], 1);
    if (rows->outcome[k]) {
        tally->tp_tp += 2.0 * of[0]++ + 1.0;
        tally->tp_fp += of[1];
        tally->tp_rows += of[2];
    } else {
        tally->fp_fp += 2.0 * of[1]++ + 1.0;
        tally->tp_fp += of[0];
        tally->fp_rows += of[2];
    }
}

/* Of all rows, which no threshold changes. */
struct whole {
    double n, n_account, rows_rows; /* rows_rows: sum over accounts of the square of their rows */
    double prevalence, n_valued, value_event, value_other;
};

static struct whole sum_whole(const struct assay_ranked *rows, const struct tally *tally)
{
    struct whole whole = {.n = (double)rows->n,
                          .prevalence = (double)rows->n_event / (double)rows->n};
    for (size_t g = 0; tally->account != NULL && g < rows->n_code; g++) {
        double of = tally->account[3 * g + 2];
        whole.n_account += of > 0 ? 1.0 : 0.0;
        whole.rows_rows += of * of;
    }
    for (size_t k = 0; rows->value != NULL && k < rows->n; k++)
        if (!isnan(rows->value[k])) {
            whole.n_valued += 1.0;
            *(rows->outcome[k] ? &whole.value_event : &whole.value_other) += rows->value[k];
        }
    return whole;
}

/* With b_i what row i adds and B their mean, sum_g (sum_i b_i - B)^2 over sum_i (b_i - B)^2. */
static double account_effect(const struct tally *t, const struct whole *all, double w, double mean,
                             double by_row)
{
    double by_account = t->tp_tp + w * w * t->fp_fp + mean * mean * all->rows_rows -
                        2 * w * t->tp_fp - 2 * mean * t->tp_rows + 2 * w * mean * t->fp_rows;
    double g = all->n_account;
    if (t->account == NULL || !(g > 1.0 && by_row > 0.0))
        return 1.0;
    return fmax(1.0, g / (g - 1.0) * by_account / (all->n / (all->n - 1.0) * by_row));
}

static struct assay_decision decide(const struct tally *t, const struct whole *all, double threshold)
{
    double w = threshold / (1.0 - threshold), mean = (t->tp - w * t->fp) / all->n;
    double by_row = t->tp + w * w * t->fp - all->n * mean * mean;
    double d = account_effect(t, all, w, mean, by_row);
    double error = sqrt(d * fmax(by_row, 0.0) / (all->n - 1.0) / all->n);
    struct assay_decision at = {.threshold = threshold,
                                .model = assay_normal_interval(mean, error, ASSAY_LEVEL),
                                .treat_all = all->prevalence - (1.0 - all->prevalence) * w};
    at.avoided_per_100 = 100.0 * (mean - at.treat_all) / w;
    at.value_model = (t->value_tp - w * t->value_fp) / all->n_valued; /* NaN without any */
    at.value_all = (all->value_event - w * all->value_other) / all->n_valued;
    return at;
}

enum assay_status assay_decisions_measure(const struct assay_ranked *rows, bool by_account,
                                          struct assay_decisions *out, struct assay_error *err)
{
    struct tally tally;
    enum assay_status status = start_tally(rows, by_account, &tally, err);
    if (status != ASSAY_OK)
        return status;
    struct whole whole = sum_whole(rows, &tally);
    size_t next = rows->n;
    out->prevalence = whole.prevalence;
    out->n_valued = (size_t)whole.n_valued;
    for (size_t d = ASSAY_DECISIONS; d-- > 0;) {
        double threshold = (double)(d + 1) / 100.0;
        while (next > 0 && rows->risk[next - 1] >= threshold)
            add_row(rows, --next, &tally);
        out->at[d] = decide(&tally, &whole, threshold);
    }
    free(tally.account);
    return ASSAY_OK;
}

struct assay_estimate assay_net_benefit_of(const struct assay_ranked *rows, double threshold,
                                           struct assay_design_effect *effect)
{
    double n = (double)rows->n, w = threshold / (1.0 - threshold), sum = 0.0, squares = 0.0;
    for (size_t k = 0; k < rows->n; k++)
        if (rows->flagged[k])
            sum += rows->outcome[k] ? 1.0 : -w;
    double mean = sum / n;
    for (size_t k = 0; k < rows->n; k++) {
        double move = (rows->flagged[k] ? (rows->outcome[k] ? 1.0 : -w) : 0.0) - mean;
        squares += move * move;
        if (effect != NULL)
            assay_design_effect_add(effect, rows->cluster[k], move);
    }
    double d = effect != NULL ? assay_design_effect_take(effect) : 1.0;
    return assay_normal_interval(mean, sqrt(d * squares / (n - 1.0) / n), ASSAY_LEVEL);
}
