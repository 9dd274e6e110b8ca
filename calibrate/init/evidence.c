#include "calibrate/init/evidence.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "core/base/memory.h"
#include "core/metric/rank.h"
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

/* ---- can it be weighed ---- */

struct tally {
    double value;
    size_t rows[2]; /* without and with the event */
};

bool assay_is_weighable(const double value[], const unsigned char outcome[], size_t n)
{
    struct tally levels[ASSAY_MOST_LEVELS];
    size_t n_level = 0, n_mixed = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        if (isnan(value[i]))
            continue;
        while (k < n_level && levels[k].value != value[i])
            k++;
        if (k == n_level) {
            assert(n_level < ASSAY_MOST_LEVELS);
            levels[n_level++] = (struct tally){.value = value[i]};
        }
        levels[k].rows[outcome[i]]++;
    }
    for (size_t k = 0; k < n_level; k++)
        n_mixed += levels[k].rows[0] >= ASSAY_WEIGHABLE_ROWS &&
                   levels[k].rows[1] >= ASSAY_WEIGHABLE_ROWS;
    return n_mixed >= 2;
}

/* Of the rows with a value: what it is and what became of them. */
struct present {
    double *value;
    unsigned char *outcome;
    size_t n;
};

static void release(struct present *present)
{
    free(present->value);
    free(present->outcome);
}

static enum assay_status gather(const double value[], const unsigned char outcome[], size_t n,
                                struct present *present, struct assay_error *err)
{
    *present = (struct present){assay_alloc(n, sizeof *present->value), assay_alloc(n, 1), 0};
    if (present->value == NULL || present->outcome == NULL) {
        release(present);
        return assay_fail_memory(err, "weighing a column");
    }
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i]))
            continue;
        present->outcome[present->n] = outcome[i];
        present->value[present->n++] = value[i];
    }
    return ASSAY_OK;
}

/* Borders between two values are no better than those at one, where ties are allowed. */
static struct assay_border best_border(const struct present *present, const size_t order[])
{
    size_t total[2] = {0}, below[2] = {0}; /* by outcome */
    struct assay_border best = {SIZE_MAX, NAN};
    for (size_t i = 0; i < present->n; i++)
        total[present->outcome[i]]++;
    if (total[0] == 0 || total[1] == 0)
        return (struct assay_border){0, NAN};
    for (size_t first = 0, end; first < present->n; first = end) {
        size_t here[2] = {0};
        end = assay_rank_run_end(present->value, order, present->n, first);
        for (size_t k = first; k < end; k++)
            here[present->outcome[order[k]]]++;
        for (size_t side = 0; side < 2; side++) { /* the outcome that belongs below */
            size_t n_row = below[!side] + total[side] - below[side] - here[side];
            if (n_row < best.n_row)
                best = (struct assay_border){n_row, present->value[order[first]]};
        }
        below[0] += here[0];
        below[1] += here[1];
    }
    return best;
}

enum assay_status assay_border_find(const double value[], const unsigned char outcome[], size_t n,
                                    struct assay_border *border, struct assay_error *err)
{
    struct present present;
    enum assay_status status = gather(value, outcome, n, &present, err);
    if (status != ASSAY_OK)
        return status;
    size_t *order = assay_alloc(n, sizeof *order);
    status = order != NULL ? assay_rank_order(present.value, present.n, order, err)
                           : assay_fail_memory(err, "weighing a column");
    if (status == ASSAY_OK)
        *border = best_border(&present, order);
    free(order);
    release(&present);
    return status;
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
    struct present present;
    struct assay_auc auc;
    enum assay_status status = gather(value, outcome, n, &present, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_auc_measure(present.value, present.outcome, present.n, ASSAY_HIGHER_IS_RISK, &auc,
                               err);
    if (status == ASSAY_OK) {
        double gap = auc.wald.value - 0.5;
        out->auc = auc.wald.value;
        out->z = gap == 0 ? 0 : auc.std_error > 0 ? gap / auc.std_error : copysign(INFINITY, gap);
    }
    release(&present);
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
