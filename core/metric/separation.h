/* separation.h - how far apart the risks of the events lie from those of the others: AUC, KS and average precision of
 * rows that are sorted already
 *
 * All in two walks over the rows: in the order of risk accounts come at random, and each look at one costs more than
 * what is reckoned there. None depends on the order of rows of equal risk.
 */
#ifndef ASSAY_CORE_METRIC_SEPARATION_H
#define ASSAY_CORE_METRIC_SEPARATION_H

#include <stdbool.h>

#include "core/metric/design_effect.h"
#include "core/metric/interval.h"
#include "core/metric/precision_recall.h"
#include "core/metric/ranked.h"
#include "core/metric/roc.h"

/* The two-sample statistic of Kolmogorov and Smirnov: the largest gap between the distributions of the
 * risk among events and among others, D = max |F1 - F0|, in [0, 1].
 *
 * Interval: D -+ c sqrt(d (1 / events + 1 / others)), clipped, c = 1.358 the 95% quantile of Kolmogorov's
 * distribution (Smirnov 1948, Annals of Mathematical Statistics 19:279-281). By the triangle inequality D
 * errs by no more than the largest error of F1 - F0, which that bounds; so the interval also holds the
 * pull of the maximum, which always sees too large a gap, and holds 0 exactly when the test of equal
 * distributions does not reject. Cautious: it covers more often than its level. d is the design effect
 * of F1 - F0 at the gap. */
struct assay_ks_gap {
    struct assay_estimate d;
    double at;      /* the risk at and below which the gap is largest; of equal gaps the lowest */
    double p_value; /* of equal distributions, from the limit of large samples */
};

struct assay_separation {
    bool both;                                /* both outcomes occur; else auc and ks are not set */
    /* What assay_auc_measure() makes of the same rows, to the last digits. With accounts, wald and logit are
     * stretched by the design effect of the placements, which is Obuchowski's (1997); variance and std_error
     * stay DeLong's. */
    struct assay_auc auc;
    struct assay_ks_gap ks;
    bool any;                                 /* there are events; else precision is not set */
    struct assay_average_precision precision;
};

/* Borrows the rows, allocates nothing. `effect` is room for sums by account (design_effect.h), or NULL where every row
 * is one of its own: intervals then take no account of accounts. */
void assay_separation_measure(const struct assay_ranked *rows, struct assay_design_effect *effect,
                              struct assay_separation *out);

/* The Gini coefficient, or Somers' D (1962): 2 AUC - 1, in [-1, 1], with the interval of the AUC. */
struct assay_estimate assay_gini_of(const struct assay_estimate *auc);

/* P(K > x) of Kolmogorov's distribution, x >= 0: 2 sum_k (-1)^(k-1) exp(-2 k^2 x^2). */
double assay_kolmogorov_p_value(double x);

#endif
