/* roc.h - how well a score puts events before the others: AUC and its uncertainty
 *
 * Every function borrows score[n], finite, and outcome[n], each 0 or 1. Which end of the score is
 * the dangerous one is said by the caller and never guessed from the data: an AUC below one half
 * is a finding about the score.
 */
#ifndef ASSAY_CORE_METRIC_ROC_H
#define ASSAY_CORE_METRIC_ROC_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"
#include "core/metric/placing.h"

enum assay_higher_is {
    ASSAY_HIGHER_IS_RISK,   /* probabilities: a higher score, a likelier event */
    ASSAY_HIGHER_IS_HEALTH, /* health scores */
};

struct assay_auc {
    size_t n_event, n_nonevent;
    double mann_whitney_u; /* pairs in the right order, ties one half (Mann and Whitney 1947) */
    double variance;       /* of the AUC; NaN with a single event or a single non-event */
    double std_error;
    struct assay_estimate wald;  /* AUC -+ z SE, clipped to [0, 1] */
    struct assay_estimate logit; /* the same on the logit scale, SE / (A (1 - A)), and back */
};

/* AUC = P(event scores riskier than non-event) + P(equal) / 2 = U / (events * non-events), at
 * wald.value and logit.value alike.
 *
 * Variance after DeLong, DeLong and Clarke-Pearson (1988): s2(events' placements) / n_event +
 * s2(non-events' placements) / n_nonevent, sample variances with divisors n - 1; placements from
 * one sort with mid-ranks, O(n log n) where the definition takes n_event * n_nonevent
 * comparisons (Sun and Xu 2014). 95% intervals.
 *
 * No interval (NaN) where the variance is NaN, and where it is 0: perfect order and all-equal
 * scores say nothing of their own uncertainty, and [1, 1] would claim certainty.
 *
 *   ASSAY_EDATA   n is 0, a value out of range, or one class only
 *   ASSAY_ENOMEM  no memory for the sort */
ASSAY_MUST_CHECK enum assay_status assay_auc_measure(const double score[],
                                                     const unsigned char outcome[], size_t n,
                                                     enum assay_higher_is higher_is,
                                                     struct assay_auc *out,
                                                     struct assay_error *err);

/* The same of rows that have passed the checks, n_event of them events, and of a score that is higher where risk is;
 * and placements (below) in one: *placing, which the caller clears (placing.h).
 *   ASSAY_EDATA   one class only, or more than 2^31 rows
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_auc_place(const double score[],
                                                   const unsigned char outcome[], size_t n,
                                                   size_t n_event, struct assay_auc *out,
                                                   struct assay_placing *placing,
                                                   struct assay_error *err);

/* Fills wald and logit of an AUC whose variance and std_error are there: for who places rows himself
 * (separation.h has them sorted already). */
void assay_auc_add_intervals(struct assay_auc *auc, double value);

/* placement[n]: for an event, the share of non-events that look less risky, ties counting one half;
 * for a non-event, the share of events that look riskier. Their mean over either class is the AUC;
 * their covariances between two scores compare paired AUCs (DeLong et al. 1988). Errors as for
 * assay_auc_measure(). */
ASSAY_MUST_CHECK enum assay_status assay_auc_placements(const double score[],
                                                        const unsigned char outcome[], size_t n,
                                                        enum assay_higher_is higher_is,
                                                        double placement[],
                                                        struct assay_error *err);

#endif
