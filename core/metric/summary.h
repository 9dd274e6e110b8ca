/* summary.h - the headline figures of a set of predictions in one call, and a verdict on each */
#ifndef ASSAY_CORE_METRIC_SUMMARY_H
#define ASSAY_CORE_METRIC_SUMMARY_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/calibration.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"
#include "core/metric/placing.h"

/* A metric that is not defined on these rows (the AUC of a single class, the ppv when nobody is
 * flagged, the slope of a constant) is NaN throughout. Intervals at 95%. */
struct assay_performance {
    size_t n, n_event;
    struct assay_estimate prevalence;                         /* Wilson */
    struct assay_estimate auc;                                /* DeLong, Wald clipped to [0, 1] */
    struct assay_estimate brier, log_loss;                    /* normal */
    struct assay_estimate calibration_intercept;              /* slope fixed at 1; Wald */
    struct assay_estimate calibration_slope;                  /* Wald */
    struct assay_estimate oe_ratio;                           /* log-normal */
    struct assay_estimate sensitivity, specificity, ppv, npv; /* Wilson */
    size_t tp, fp, fn, tn;
};

/* Borrows prob[n], each in [0, 1], and outcome[n], each 0 or 1; flagged is prob >= threshold.
 *   ASSAY_EDATA   n is 0, or a value out of range
 *   ASSAY_ENOMEM  no memory to sort with */
ASSAY_MUST_CHECK enum assay_status assay_performance_measure(const double prob[],
                                                             const unsigned char outcome[],
                                                             size_t n, double threshold,
                                                             struct assay_performance *out,
                                                             struct assay_error *err);

/* What intervals by account (clustered.h) need of a measuring besides. */
struct assay_performance_parts {
    struct assay_placing placing; /* without `twice` where there is no AUC */
    struct assay_calibration_pair lines;
};

/* The same of rows that have passed the checks, flagged as counted, with what was found on the way; the caller clears
 * it.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_performance_measure_parts(const double prob[], const unsigned char outcome[], size_t n,
                                const struct assay_confusion *counts, struct assay_performance *out,
                                struct assay_performance_parts *parts, struct assay_error *err);
void assay_performance_parts_clear(struct assay_performance_parts *parts);

enum assay_verdict { ASSAY_PASS, ASSAY_FAIL, ASSAY_INCONCLUSIVE };

/* For metrics where more is better: pass when the whole interval is at or above the target
 * (low >= target), fail when all of it is below (high < target), inconclusive between, and where
 * there is no interval. */
enum assay_verdict assay_verdict_of(const struct assay_estimate *estimate, double target);

#endif
