/* confusion.h - who was flagged, who had the event, and the rates between them
 *
 * Counting borrows prob[n] or score[n] and outcome[n], each 0 or 1, and decides on the values as
 * they are, unrounded.
 */
#ifndef ASSAY_CORE_METRIC_CONFUSION_H
#define ASSAY_CORE_METRIC_CONFUSION_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

struct assay_confusion {
    size_t tp, fp, fn, tn; /* positive: flagged; true: rightly so */
};

/* Flagged is prob >= threshold; prob in [0, 1], threshold finite.
 *   ASSAY_EDATA  n is 0, or a value out of range */
ASSAY_MUST_CHECK enum assay_status assay_confusion_of_prob(const double prob[],
                                                           const unsigned char outcome[], size_t n,
                                                           double threshold,
                                                           struct assay_confusion *out,
                                                           struct assay_error *err);

/* Flagged is score < line; higher scores are healthier, any finite scale.
 *   ASSAY_EDATA  n is 0, or a value out of range */
ASSAY_MUST_CHECK enum assay_status assay_confusion_of_score(const double score[],
                                                            const unsigned char outcome[], size_t n,
                                                            double line,
                                                            struct assay_confusion *out,
                                                            struct assay_error *err);

/* Each with its denominator; a rate whose denominator is 0 is not defined: NaN throughout. */
struct assay_confusion_rates {
    struct assay_rate sensitivity;   /* tp of those with the event */
    struct assay_rate specificity;   /* tn of those without */
    struct assay_rate ppv;           /* tp of the flagged: precision */
    struct assay_rate npv;           /* tn of the unflagged */
    struct assay_rate prevalence;    /* events of all */
    struct assay_rate accuracy;      /* tp + tn of all */
    struct assay_rate flagged_share; /* flagged of all */
};
struct assay_confusion_rates assay_confusion_rates_of(const struct assay_confusion *counts);

#endif
