#include "core/metric/summary.h"

#include <math.h>

#include "core/metric/accuracy.h"
#include "core/metric/check.h"
#include "core/metric/roc.h"

/* The rows have passed every check, so what a single metric refuses is that it is not defined on
 * them; only a lack of memory ends the whole. */
static enum assay_status keep(enum assay_status status, const struct assay_estimate *measured,
                              struct assay_estimate *out)
{
    if (status == ASSAY_ENOMEM)
        return status;
    *out = status == ASSAY_OK ? *measured : assay_estimate_undefined();
    return ASSAY_OK;
}

static enum assay_status measure_discrimination(const double prob[], const unsigned char outcome[],
                                                size_t n, struct assay_performance *out,
                                                struct assay_placing *placing)
{
    struct assay_auc auc;
    enum assay_status status =
        assay_auc_place(prob, outcome, n, out->n_event, &auc, placing, NULL);
    return keep(status, &auc.wald, &out->auc);
}

static void measure_accuracy(const double prob[], const unsigned char outcome[], size_t n,
                             struct assay_performance *out)
{
    struct assay_mean_loss brier, log_loss;
    assay_losses_of(prob, outcome, n, &brier, &log_loss);
    out->brier = brier.estimate;
    out->log_loss = log_loss.estimate;
}

static enum assay_status measure_calibration(const double prob[], const unsigned char outcome[],
                                             size_t n, struct assay_performance *out,
                                             struct assay_calibration_pair *lines)
{
    struct assay_estimate ratio;
    enum assay_status status =
        keep(assay_oe_ratio_of(prob, n, out->n_event, &ratio, NULL), &ratio, &out->oe_ratio);
    if (status == ASSAY_OK)
        status = assay_calibration_lines(prob, outcome, n, out->n_event, lines);
    if (status == ASSAY_OK)
        status = keep(lines->in_large, &lines->intercept, &out->calibration_intercept);
    if (status == ASSAY_OK)
        status = keep(lines->line, &lines->recalibration.slope, &out->calibration_slope);
    return status;
}

static struct assay_performance performance_of_counts(const struct assay_confusion *counts)
{
    struct assay_confusion_rates rates = assay_confusion_rates_of(counts);
    return (struct assay_performance){
        .n = rates.prevalence.n,
        .n_event = rates.prevalence.x,
        .prevalence = rates.prevalence.wilson,
        .sensitivity = rates.sensitivity.wilson,
        .specificity = rates.specificity.wilson,
        .ppv = rates.ppv.wilson,
        .npv = rates.npv.wilson,
        .tp = counts->tp,
        .fp = counts->fp,
        .fn = counts->fn,
        .tn = counts->tn,
    };
}

enum assay_status assay_performance_measure_parts(const double prob[], const unsigned char outcome[],
                                                  size_t n, const struct assay_confusion *counts,
                                                  struct assay_performance *out,
                                                  struct assay_performance_parts *parts,
                                                  struct assay_error *err)
{
    struct assay_performance measured = performance_of_counts(counts);
    struct assay_performance_parts made = {.placing = {.twice = NULL}};
    measure_accuracy(prob, outcome, n, &measured);
    /* Placements last: they stay, while the log-odds of calibration are given back. */
    enum assay_status status = measure_calibration(prob, outcome, n, &measured, &made.lines);
    if (status == ASSAY_OK)
        status = measure_discrimination(prob, outcome, n, &measured, &made.placing);
    if (status == ASSAY_OK) {
        *out = measured;
        *parts = made;
        return ASSAY_OK;
    }
    assay_performance_parts_clear(&made);
    return assay_fail_memory(err, "measuring performance");
}

void assay_performance_parts_clear(struct assay_performance_parts *parts)
{
    assay_placing_clear(&parts->placing);
    *parts = (struct assay_performance_parts){.placing = {.twice = NULL}};
}

enum assay_status assay_performance_measure(const double prob[], const unsigned char outcome[],
                                            size_t n, double threshold,
                                            struct assay_performance *out, struct assay_error *err)
{
    static const char what[] = "performance";
    struct assay_confusion counts;
    struct assay_performance_parts parts;
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status == ASSAY_OK)
        status = assay_confusion_of_prob(prob, outcome, n, threshold, &counts, err);
    if (status == ASSAY_OK)
        status = assay_performance_measure_parts(prob, outcome, n, &counts, out, &parts, err);
    if (status == ASSAY_OK)
        assay_performance_parts_clear(&parts);
    return status;
}

enum assay_verdict assay_verdict_of(const struct assay_estimate *estimate, double target)
{
    if (isnan(estimate->low) || isnan(estimate->high))
        return ASSAY_INCONCLUSIVE;
    if (estimate->low >= target)
        return ASSAY_PASS;
    return estimate->high < target ? ASSAY_FAIL : ASSAY_INCONCLUSIVE;
}
