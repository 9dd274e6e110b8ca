#include "core/metric/summary.h"

#include <math.h>

#include "core/metric/accuracy.h"
#include "core/metric/calibration.h"
#include "core/metric/check.h"
#include "core/metric/confusion.h"
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
                                                size_t n, struct assay_performance *out)
{
    struct assay_auc auc;
    enum assay_status status =
        assay_auc_measure(prob, outcome, n, ASSAY_HIGHER_IS_RISK, &auc, NULL);
    return keep(status, &auc.wald, &out->auc);
}

static enum assay_status measure_accuracy(const double prob[], const unsigned char outcome[],
                                          size_t n, struct assay_performance *out)
{
    struct assay_mean_loss loss;
    enum assay_status status = assay_brier_score(prob, outcome, n, &loss, NULL);
    status = keep(status, &loss.estimate, &out->brier);
    if (status != ASSAY_OK)
        return status;
    status = assay_log_loss(prob, outcome, n, &loss, NULL);
    return keep(status, &loss.estimate, &out->log_loss);
}

static enum assay_status measure_calibration(const double prob[], const unsigned char outcome[],
                                             size_t n, struct assay_performance *out)
{
    struct assay_estimate ratio;
    struct assay_calibration_in_large in_large;
    struct assay_recalibration line;
    enum assay_status status =
        keep(assay_oe_ratio(prob, outcome, n, &ratio, NULL), &ratio, &out->oe_ratio);
    if (status == ASSAY_OK)
        status = keep(assay_calibration_in_large(prob, outcome, n, &in_large, NULL),
                      &in_large.intercept, &out->calibration_intercept);
    if (status == ASSAY_OK)
        status = keep(assay_recalibration_measure(prob, outcome, n, &line, NULL), &line.slope,
                      &out->calibration_slope);
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

enum assay_status assay_performance_measure(const double prob[], const unsigned char outcome[],
                                            size_t n, double threshold,
                                            struct assay_performance *out, struct assay_error *err)
{
    static const char what[] = "performance";
    struct assay_confusion counts;
    enum assay_status status = assay_check_outcome(what, outcome, n, NULL, err);
    if (status == ASSAY_OK)
        status = assay_check_prob(what, prob, n, err);
    if (status == ASSAY_OK)
        status = assay_confusion_of_prob(prob, outcome, n, threshold, &counts, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_performance measured = performance_of_counts(&counts);
    status = measure_discrimination(prob, outcome, n, &measured);
    if (status == ASSAY_OK)
        status = measure_accuracy(prob, outcome, n, &measured);
    if (status == ASSAY_OK)
        status = measure_calibration(prob, outcome, n, &measured);
    if (status != ASSAY_OK)
        return assay_fail_memory(err, "measuring performance");
    *out = measured;
    return ASSAY_OK;
}

enum assay_verdict assay_verdict_of(const struct assay_estimate *estimate, double target)
{
    if (isnan(estimate->low) || isnan(estimate->high))
        return ASSAY_INCONCLUSIVE;
    if (estimate->low >= target)
        return ASSAY_PASS;
    return estimate->high < target ? ASSAY_FAIL : ASSAY_INCONCLUSIVE;
}
