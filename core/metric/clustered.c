#include "core/metric/clustered.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/metric/calibration.h"
#include "core/metric/roc.h"

/* The rows that count, side by side, and room for one figure's sums. */
struct gathered {
    size_t n, n_code;
    double *prob, *move; /* [n]; move: v_i */
    unsigned char *outcome, *flagged, *member;
    int32_t *cluster;
    double *sum;         /* [n_code] */
    unsigned char *seen; /* [n_code] */
};

static void release(struct gathered *g)
{
    free(g->prob);
    free(g->outcome);
    free(g->cluster);
    free(g->sum);
    free(g->seen);
}

static enum assay_status gather(const struct assay_clustered_rows *rows, struct gathered *g,
                                struct assay_error *err)
{
    size_t n_code = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (!(rows->prob != NULL && isnan(rows->prob[i])) && (size_t)rows->cluster[i] >= n_code)
            n_code = (size_t)rows->cluster[i] + 1;
    *g = (struct gathered){.n_code = n_code,
                           .prob = assay_alloc(2 * rows->n, sizeof *g->prob),
                           .outcome = assay_alloc(3 * rows->n, 1),
                           .cluster = assay_alloc(rows->n, sizeof *g->cluster),
                           .sum = assay_alloc(n_code, sizeof *g->sum),
                           .seen = assay_alloc(n_code, 1)};
    if (g->prob == NULL || g->outcome == NULL || g->cluster == NULL || g->sum == NULL ||
        g->seen == NULL) {
        release(g);
        return assay_fail_memory(err, "measuring by cluster");
    }
    g->move = g->prob + rows->n;
    g->flagged = g->outcome + rows->n;
    g->member = g->flagged + rows->n;
    return ASSAY_OK;
}

static enum assay_status gather_predictions(const struct assay_clustered_rows *rows,
                                            struct gathered *g, struct assay_error *err)
{
    enum assay_status status = gather(rows, g, err);
    for (size_t i = 0; status == ASSAY_OK && i < rows->n; i++)
        if (!isnan(rows->prob[i])) {
            g->prob[g->n] = rows->prob[i];
            g->outcome[g->n] = rows->outcome[i];
            g->flagged[g->n] = rows->flagged[i];
            g->cluster[g->n++] = rows->cluster[i];
        }
    return status;
}

/* ---- the design effect of move[] over the members ---- */

static double design_effect(struct gathered *g)
{
    double members = 0.0, clusters = 0.0, by_row = 0.0, by_cluster = 0.0;
    for (size_t c = 0; c < g->n_code; c++) {
        g->sum[c] = 0.0;
        g->seen[c] = 0;
    }
    for (size_t i = 0; i < g->n; i++)
        if (g->member[i]) {
            members += 1.0;
            by_row += g->move[i] * g->move[i];
            g->sum[g->cluster[i]] += g->move[i];
            g->seen[g->cluster[i]] = 1;
        }
    for (size_t c = 0; c < g->n_code; c++)
        if (g->seen[c]) {
            clusters += 1.0;
            by_cluster += g->sum[c] * g->sum[c];
        }
    if (!(clusters > 1.0 && by_row > 0.0))
        return 1.0;
    return fmax(1.0, clusters / (clusters - 1.0) * by_cluster / (members / (members - 1.0) * by_row));
}

static void everybody(struct gathered *g)
{
    for (size_t i = 0; i < g->n; i++)
        g->member[i] = 1;
}

/* ---- shares ---- */

/* Of hit among the members. */
static struct assay_estimate share_of(struct gathered *g, const unsigned char hit[])
{
    double members = 0.0, hits = 0.0;
    for (size_t i = 0; i < g->n; i++) {
        members += g->member[i];
        hits += g->member[i] && hit[i];
    }
    if (members == 0.0)
        return assay_estimate_undefined();
    double share = hits / members;
    for (size_t i = 0; i < g->n; i++)
        g->move[i] = (hit[i] - share) / members;
    return assay_wilson_of_share(share, members / design_effect(g), ASSAY_LEVEL);
}

/* Hits: those with the value `want` of `what`; members: those with `of_want` of `of`. */
static void measure_share(struct gathered *g, const unsigned char what[], bool want,
                          const unsigned char of[], bool of_want, struct assay_estimate *share)
{
    for (size_t i = 0; i < g->n; i++)
        g->member[i] = of == NULL || (of[i] != 0) == of_want;
    struct assay_estimate yes = share_of(g, what);
    double value = share->value;
    *share = want ? yes : (struct assay_estimate){1.0 - yes.value, 1.0 - yes.high, 1.0 - yes.low};
    share->value = value; /* as it was measured, to the last digit */
}

/* ---- the others ---- */

static void stretch(struct assay_estimate *estimate, double effect, double lowest, double highest)
{
    double by = sqrt(effect), value = estimate->value;
    estimate->low = fmax(value - by * (value - estimate->low), lowest);
    estimate->high = fmin(value + by * (estimate->high - value), highest);
}

static void stretch_ratio(struct assay_estimate *ratio, double effect)
{
    double by = sqrt(effect), value = ratio->value;
    ratio->low = value * pow(ratio->low / value, by);
    ratio->high = value * pow(ratio->high / value, by);
}

static void measure_losses(struct gathered *g, struct assay_performance *out)
{
    everybody(g);
    for (size_t i = 0; i < g->n; i++) {
        double miss = g->prob[i] - g->outcome[i];
        g->move[i] = miss * miss - out->brier.value;
    }
    stretch(&out->brier, design_effect(g), 0.0, 1.0);
    if (isnan(out->log_loss.low)) /* a loss may be infinite */
        return;
    for (size_t i = 0; i < g->n; i++)
        g->move[i] = fabs(g->outcome[i] ? log(g->prob[i]) : log1p(-g->prob[i])) - out->log_loss.value;
    stretch(&out->log_loss, design_effect(g), 0.0, HUGE_VAL);
}

static enum assay_status measure_auc(struct gathered *g, struct assay_performance *out)
{
    double events = (double)out->n_event, others = (double)(out->n - out->n_event);
    if (isnan(out->auc.low))
        return ASSAY_OK;
    enum assay_status status =
        assay_auc_placements(g->prob, g->outcome, g->n, ASSAY_HIGHER_IS_RISK, g->move, NULL);
    if (status != ASSAY_OK)
        return status;
    everybody(g);
    for (size_t i = 0; i < g->n; i++)
        g->move[i] = (g->move[i] - out->auc.value) / (g->outcome[i] ? events : others);
    stretch(&out->auc, design_effect(g), 0.0, 1.0);
    return ASSAY_OK;
}

void assay_calibration_moves(const double prob[], const unsigned char outcome[], size_t n, double a,
                             double b, bool with_slope, double move[])
{
    double sum = 0.0, middle = 0.0;
    for (size_t i = 0; with_slope && i < n; i++) {
        double x = log(prob[i]) - log1p(-prob[i]), p = 1.0 / (1.0 + exp(-(a + b * x)));
        sum += p * (1.0 - p);
        middle += p * (1.0 - p) * x;
    }
    middle = with_slope ? middle / sum : 0.0;
    for (size_t i = 0; i < n; i++) {
        double x = log(prob[i]) - log1p(-prob[i]), p = 1.0 / (1.0 + exp(-(a + b * x)));
        move[i] = (outcome[i] - p) * (with_slope ? x - middle : 1.0);
    }
}

static enum assay_status measure_calibration(struct gathered *g, struct assay_performance *out)
{
    struct assay_recalibration line;
    everybody(g);
    for (size_t i = 0; i < g->n; i++)
        g->move[i] = g->outcome[i] - out->prevalence.value;
    stretch_ratio(&out->oe_ratio, design_effect(g));
    if (!isnan(out->calibration_intercept.low)) {
        assay_calibration_moves(g->prob, g->outcome, g->n, out->calibration_intercept.value, 1.0, false,
                                g->move);
        stretch(&out->calibration_intercept, design_effect(g), -HUGE_VAL, HUGE_VAL);
    }
    if (isnan(out->calibration_slope.low))
        return ASSAY_OK;
    enum assay_status status = assay_recalibration_measure(g->prob, g->outcome, g->n, &line, NULL);
    if (status != ASSAY_OK)
        return status;
    assay_calibration_moves(g->prob, g->outcome, g->n, line.intercept.value, line.slope.value, true,
                            g->move);
    stretch(&out->calibration_slope, design_effect(g), -HUGE_VAL, HUGE_VAL);
    return ASSAY_OK;
}

enum assay_status assay_performance_by_cluster(const struct assay_clustered_rows *rows,
                                               struct assay_performance *performance,
                                               struct assay_error *err)
{
    struct gathered g;
    struct assay_performance made = *performance;
    enum assay_status status = gather_predictions(rows, &g, err);
    if (status != ASSAY_OK)
        return status;
    measure_share(&g, g.outcome, true, NULL, true, &made.prevalence);
    measure_share(&g, g.flagged, true, g.outcome, true, &made.sensitivity);
    measure_share(&g, g.flagged, false, g.outcome, false, &made.specificity);
    measure_share(&g, g.outcome, true, g.flagged, true, &made.ppv);
    measure_share(&g, g.outcome, false, g.flagged, false, &made.npv);
    measure_losses(&g, &made);
    status = measure_auc(&g, &made);
    if (status == ASSAY_OK)
        status = measure_calibration(&g, &made);
    release(&g);
    if (status != ASSAY_OK) /* these rows were measured before: only memory can be short */
        return assay_fail_memory(err, "measuring by cluster");
    *performance = made;
    return ASSAY_OK;
}

enum assay_status assay_share_by_cluster(const struct assay_clustered_rows *rows,
                                         const unsigned char member[], const unsigned char hit[],
                                         struct assay_estimate *share, struct assay_error *err)
{
    struct assay_clustered_rows all = {.cluster = rows->cluster, .n = rows->n};
    struct gathered g;
    enum assay_status status = gather(&all, &g, err);
    if (status != ASSAY_OK)
        return status;
    for (g.n = 0; g.n < rows->n; g.n++) {
        g.cluster[g.n] = rows->cluster[g.n];
        g.member[g.n] = member[g.n];
    }
    *share = share_of(&g, hit);
    release(&g);
    return ASSAY_OK;
}
