/* accuracy.h - how well predicted probabilities match what happened, row by row
 *
 * Every function borrows prob[n], each in [0, 1], and outcome[n], each 0 or 1, where 1 is the event
 * that is predicted; none allocates or keeps anything.
 */
#ifndef ASSAY_CORE_METRIC_ACCURACY_H
#define ASSAY_CORE_METRIC_ACCURACY_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/interval.h"

/* The mean of n losses, one a row. The rows are taken as independent draws: the standard error is
 * their sample standard deviation (divisor n - 1) over sqrt(n), the interval normal at 95% and
 * clipped to the range of the loss. Both are NaN with a single row. */
struct assay_mean_loss {
    struct assay_estimate estimate;
    double std_error;
};

/* Brier (1950): mean of (prob - outcome)^2. In [0, 1], 0 is perfect.
 *   ASSAY_EDATA  n is 0, or a prob or outcome is out of range */
ASSAY_MUST_CHECK enum assay_status assay_brier_score(const double prob[],
                                                     const unsigned char outcome[], size_t n,
                                                     struct assay_mean_loss *out,
                                                     struct assay_error *err);

/* Logarithmic score (Good 1952): mean of -ln(probability given to what happened). In [0, inf), 0 is
 * perfect. Nothing is clipped: a prob of exactly 0 or 1 that came true costs 0, and one that did
 * not makes the loss infinite, which is refused.
 *   ASSAY_EDATA  n is 0, a prob or outcome is out of range, or something given probability 0
 *                happened */
ASSAY_MUST_CHECK enum assay_status assay_log_loss(const double prob[],
                                                  const unsigned char outcome[], size_t n,
                                                  struct assay_mean_loss *out,
                                                  struct assay_error *err);

/* Both from one look at rows that have passed the checks; what is infinite is NaN throughout. */
void assay_losses_of(const double prob[], const unsigned char outcome[], size_t n,
                     struct assay_mean_loss *brier, struct assay_mean_loss *log_loss);

#endif
