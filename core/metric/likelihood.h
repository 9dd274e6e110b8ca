/* likelihood.h - what a row says of its log-odds */
#ifndef ASSAY_CORE_METRIC_LIKELIHOOD_H
#define ASSAY_CORE_METRIC_LIKELIHOOD_H

#include <math.h>

#include "core/base/number.h"

/* ln P(outcome) = -log(1 + e^x), x the log-odds of what did not happen. */
static inline double assay_log_likelihood(double log_odds, unsigned char outcome)
{
    double x = outcome ? -log_odds : log_odds;
    return -(fmax(x, 0.0) + log1p(exp(-fabs(x))));
}

/* assay_log_likelihood(old + move) - assay_log_likelihood(old), to full precision for a small move: with q the
 * probability of what did not happen and x its change in log-odds, -log(1 - q + q e^x). */
static inline double assay_log_likelihood_change(double old, double move, unsigned char outcome)
{
    double x = outcome ? -move : move;
    if (fabs(x) > 1.0)
        return assay_log_likelihood(old + move, outcome) - assay_log_likelihood(old, outcome);
    return -log1p(assay_expit(outcome ? -old : old) * expm1(x));
}

#endif
