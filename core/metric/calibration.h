/* calibration.h - do events come as often as the probabilities say?
 *
 * Every function borrows prob[n], each in [0, 1], and outcome[n], each 0 or 1. The two that work on
 * log-odds need every prob strictly between 0 and 1. Intervals are at 95%.
 */
#ifndef ASSAY_CORE_METRIC_CALIBRATION_H
#define ASSAY_CORE_METRIC_CALIBRATION_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* Observed over expected events, sum(outcome) / sum(prob); 1 is right, above 1 risk was
 * underestimated. The interval is log-normal with var(ln O/E) = (1 - prevalence) / events, the
 * expected number taken as fixed (Debray et al. 2017). None where nobody or everybody had the
 * event: the variance is infinite or 0 there.
 *   ASSAY_EDATA  n is 0, a value out of range, every prob is 0, or the probs are so near 0 that the
 *                ratio or its upper limit is beyond double */
ASSAY_MUST_CHECK enum assay_status assay_oe_ratio(const double prob[],
                                                  const unsigned char outcome[], size_t n,
                                                  struct assay_estimate *out,
                                                  struct assay_error *err);

/* The same of rows that have passed the checks, n_event of them events. */
ASSAY_MUST_CHECK enum assay_status assay_oe_ratio_of(const double prob[], size_t n, size_t n_event,
                                                     struct assay_estimate *out,
                                                     struct assay_error *err);

/* Calibration in the large (Cox 1958): a in logit P = a + logit prob, the slope fixed at 1. 0 is
 * right, above 0 risk was underestimated. Maximum likelihood; Wald interval. */
struct assay_calibration_in_large {
    struct assay_estimate intercept;
    double std_error;
    double z, p_value; /* Wald test of intercept = 0 */
    double lr_chi2;    /* likelihood ratio of the same, 1 degree of freedom */
    double lr_p_value;
};

/*   ASSAY_EDATA     n is 0, a value out of range, or one class only
 *   ASSAY_ENUMERIC  as many probs are next to 1 as there are events, and the others next to 0: the
 *                   likelihood is flat, no intercept fits better than the next
 *   ASSAY_ENOMEM    no memory for the log-odds */
ASSAY_MUST_CHECK enum assay_status assay_calibration_in_large(
    const double prob[], const unsigned char outcome[], size_t n,
    struct assay_calibration_in_large *out, struct assay_error *err);

/* Logistic recalibration (Cox 1958): a and b in logit P = a + b logit prob, by maximum likelihood.
 * b = 1 is right, below 1 the probabilities are too extreme. This intercept is not calibration in
 * the large. */
struct assay_recalibration {
    struct assay_estimate intercept, slope; /* Wald */
    double intercept_se, slope_se;
    double covariance;             /* of intercept and slope */
    double slope_z, slope_p_value; /* Wald test of slope = 1 */
    /* Test of unreliability (Miller, Hui and Tierney 1991): likelihood ratio of (0, 1) against
     * both free, 2 degrees of freedom; and the index U = (chi2 - 2) / n (Harrell 2015). */
    double unreliability_chi2, unreliability_p_value;
    double unreliability;
};

/*   ASSAY_EDATA     n is 0, a value out of range, one class only, or all probs are the same: there
 *                   is no slope
 *   ASSAY_ENUMERIC  the probs separate the outcomes perfectly, touching at most: the slope is not
 *                   finite
 *   ASSAY_ENOMEM    no memory for the log-odds */
ASSAY_MUST_CHECK enum assay_status assay_recalibration_measure(const double prob[],
                                                               const unsigned char outcome[],
                                                               size_t n,
                                                               struct assay_recalibration *out,
                                                               struct assay_error *err);

/* Both from one look at the rows, for who wants no likelihood ratio of the first. in_large and line say whether
 * `intercept` (that of calibration in the large) and `recalibration` could be had: ASSAY_OK, or what the
 * functions above would say.
 *   ASSAY_ENOMEM; all else is said so */
struct assay_calibration_pair {
    enum assay_status in_large, line;
    struct assay_estimate intercept;
    struct assay_recalibration recalibration;
};
ASSAY_MUST_CHECK enum assay_status assay_calibration_pair(const double prob[],
                                                          const unsigned char outcome[], size_t n,
                                                          struct assay_calibration_pair *out);

/* The same without the likelihood ratio of the second, whose test of unreliability is NaN; of rows that have passed the
 * checks, n_event of them events. */
ASSAY_MUST_CHECK enum assay_status assay_calibration_lines(const double prob[],
                                                           const unsigned char outcome[], size_t n,
                                                           size_t n_event,
                                                           struct assay_calibration_pair *out);

#endif
