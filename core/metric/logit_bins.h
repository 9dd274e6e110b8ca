/* logit_bins.h - calibration of many groups, and of what remains without each, from one pass over the rows
 *
 * Rows are gathered by the log-odds L of their probability, in bins 1/32 wide over [-16, 16] (rows beyond
 * go into the outermost); each bin keeps how many there are, their events, and the sum of L. Fits that
 * would pass over the rows a dozen times then pass over at most 1,024 bins, each standing at its mean L: a
 * fitted probability is off by at most 0.05 times the variance of L within a bin (1 / 4,096 at most),
 * 1.2e-5, and intercept and slope by a few times that, against standard errors some hundred times as
 * large. Bins add up and subtract: the rest of a column is the whole less the group.
 */
#ifndef ASSAY_CORE_METRIC_LOGIT_BINS_H
#define ASSAY_CORE_METRIC_LOGIT_BINS_H

#include <stddef.h>

#include "core/metric/interval.h"

enum { ASSAY_LOGIT_BINS = 1024 };

struct assay_logit_bin {
    double n, event, log_odds; /* sums */
};

struct assay_logit_bins {
    struct assay_logit_bin bin[ASSAY_LOGIT_BINS];
    size_t n_certain; /* rows of probability 0 or 1, which have no log-odds */
};

/* One row; log_odds may be infinite. Zeroed bins are empty. */
void assay_logit_bins_add(struct assay_logit_bins *bins, double log_odds, unsigned char outcome);

/* whole - part. */
void assay_logit_bins_subtract(const struct assay_logit_bins *whole,
                               const struct assay_logit_bins *part, struct assay_logit_bins *rest);

/* Calibration in the large, a in logit P = a + L, and the slope, b in logit P = a + b L, as calibration.h
 * has them, with Wald's interval at 95%; NaN where that would refuse the rows: a probability of 0 or 1, one
 * outcome only, and for the slope all probabilities in one bin, or outcomes that they separate. *beside is
 * the intercept that goes with the slope. */
struct assay_estimate assay_logit_bins_intercept(const struct assay_logit_bins *bins);
struct assay_estimate assay_logit_bins_slope(const struct assay_logit_bins *bins, double *beside);

/* Do the events of a part of the rows come as often as the probabilities say, once all are shifted by the
 * intercept that is right for the whole? Rao's score test of a shift of its own, U^2 / (v (1 - v / V)),
 * U the part's events less those expected, v and V the sums of p (1 - p) over part and whole; effect
 * divides the statistic: 1, or the design effect where rows depend on each other. NaN where the part is
 * expected to have fewer than 5 events (over `effect`) or fewer than 5 others, too few for the normal
 * distribution, and where the whole has no intercept. */
double assay_logit_bins_shift_p(const struct assay_logit_bins *whole,
                                const struct assay_logit_bins *part, double effect);

#endif
