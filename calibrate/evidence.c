#include "calibrate/evidence.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/metric/roc.h"

/* ---- groups ---- */

double assay_rates_p_value(const size_t counts[], const size_t events[], size_t n_group)
{
    double n = 0, n_event = 0, chi2 = 0;
    int used = 0;
    for (size_t k = 0; k < n_group; k++) {
        n += (double)counts[k];
        n_event += (double)events[k];
        used += counts[k] > 0;
    }
    if (used < 2 || n_event == 0 || n_event == n)
        return 1;
    /* Both cells of a group deviate by the same amount; their terms are added up here. */
    for (size_t k = 0; k < n_group; k++) {
        double expected = (double)counts[k] * n_event / n;
        double gap = (double)events[k] - expected;
        if (counts[k] > 0)
            chi2 += gap * gap * (1 / expected + 1 / ((double)counts[k] - expected));
    }
    return gsl_cdf_chisq_Q(chi2, used - 1);
}

void assay_points_from_rates(const size_t counts[], const size_t events[], size_t n_group,
                             double points[])
{
    double n = 0, n_event = 0, worst = INFINITY, best = -INFINITY;
    for (size_t k = 0; k < n_group; k++) {
        n += (double)counts[k];
        n_event += (double)events[k];
    }
    double overall = 1 - n_event / n;
    for (size_t k = 0; k < n_group; k++) {
        double kept = (double)(counts[k] - events[k]) + ASSAY_RATE_PRIOR * overall;
        points[k] = kept / ((double)counts[k] + ASSAY_RATE_PRIOR);
        worst = fmin(worst, points[k]);
        best = fmax(best, points[k]);
    }
    for (size_t k = 0; k < n_group; k++)
        points[k] = best > worst ? 5 * round(20 * (points[k] - worst) / (best - worst)) : 50;
}

/* ---- weighable ---- */

struct tally {
    double value;
    size_t rows[2]; /* without and with the event */
};

/* Adds to the level of value; false when it is one too many. */
static bool tally_value(struct tally levels[], size_t *n_level, size_t limit, double value,
                        unsigned char outcome)
{
    size_t k = 0;
    while (k < *n_level && levels[k].value != value)
        k++;
    if (k == limit)
        return false;
    if (k == *n_level)
        levels[(*n_level)++] = (struct tally){.value = value};
    levels[k].rows[outcome]++;
    return true;
}

/* Whether the values of events and of the others overlap by more than a single point. */
static bool outcomes_overlap(const double value[], const unsigned char outcome[], size_t n)
{
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i]))
            continue;
        low[outcome[i]] = fmin(low[outcome[i]], value[i]);
        high[outcome[i]] = fmax(high[outcome[i]], value[i]);
    }
    return low[0] < high[1] && low[1] < high[0];
}

bool assay_is_weighable(const double value[], const unsigned char outcome[], size_t n)
{
    enum { FEW = 12 };
    struct tally levels[FEW];
    size_t n_level = 0, n_mixed = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]) && !tally_value(levels, &n_level, FEW, value[i], outcome[i]))
            return outcomes_overlap(value, outcome, n);
    for (size_t k = 0; k < n_level; k++)
        n_mixed += levels[k].rows[0] >= ASSAY_WEIGHABLE_ROWS &&
                   levels[k].rows[1] >= ASSAY_WEIGHABLE_ROWS;
    return n_mixed >= 2;
}

/* ---- one column ---- */

/* What presence alone says: cell[missing][outcome] counts rows. */
static void judge_presence(const size_t cell[2][2], struct assay_evidence *out)
{
    size_t counts[2] = {cell[0][0] + cell[0][1], cell[1][0] + cell[1][1]};
    size_t events[2] = {cell[0][1], cell[1][1]};
    double n_event = (double)(events[0] + events[1]);
    double n_other = (double)(cell[0][0] + cell[1][0]);
    /* A binary score's AUC is the mean of its sensitivity and specificity. */
    double auc = ((double)events[0] / n_event + (double)cell[1][0] / n_other) / 2;
    out->presence_auc = fmax(auc, 1 - auc);
    out->missing_p_value = assay_rates_p_value(counts, events, 2);
    out->missing_weighable = true;
    for (size_t k = 0; k < 4; k++)
        out->missing_weighable =
            out->missing_weighable && cell[k / 2][k % 2] >= ASSAY_WEIGHABLE_ROWS;
}

static enum assay_status judge_values(const double value[], const unsigned char outcome[], size_t n,
                                      struct assay_evidence *out, struct assay_error *err)
{
    double *score = assay_alloc(n, sizeof *score);
    unsigned char *event = assay_alloc(n, 1);
    struct assay_auc auc;
    size_t used = 0;
    enum assay_status status = ASSAY_OK;
    if (score == NULL || event == NULL)
        status = assay_fail_memory(err, "weighing a column");
    for (size_t i = 0; status == ASSAY_OK && i < n; i++) {
        if (isnan(value[i]))
            continue;
        event[used] = outcome[i];
        score[used++] = value[i];
    }
    if (status == ASSAY_OK)
        status = assay_auc_measure(score, event, used, ASSAY_HIGHER_IS_RISK, &auc, err);
    if (status == ASSAY_OK) {
        double gap = auc.wald.value - 0.5;
        out->auc = auc.wald.value;
        out->z = gap == 0 ? 0 : auc.std_error > 0 ? gap / auc.std_error : copysign(INFINITY, gap);
    }
    free(score);
    free(event);
    return status;
}

enum assay_status assay_evidence_measure(const double value[], const unsigned char outcome[],
                                         size_t n, struct assay_evidence *out,
                                         struct assay_error *err)
{
    size_t cell[2][2] = {{0}};
    for (size_t i = 0; i < n; i++)
        cell[isnan(value[i])][outcome[i]]++;
    struct assay_evidence made = {.n = n, .n_present = cell[0][0] + cell[0][1], .auc = 0.5};
    judge_presence(cell, &made);
    enum assay_status status = ASSAY_OK;
    if (cell[0][0] > 0 && cell[0][1] > 0)
        status = judge_values(value, outcome, n, &made, err);
    if (status == ASSAY_OK)
        *out = made;
    return status;
}

double assay_evidence_strength(const struct assay_evidence *evidence)
{
    return fabs(evidence->auc - 0.5) * (double)evidence->n_present / (double)evidence->n;
}
