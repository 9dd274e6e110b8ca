/* beta.h - the beta distribution, to full precision in its tails
 *
 * P(Beta(a, b) <= x) is the regularised incomplete beta function; it is also the binomial tail
 * P(X >= a) of a + b - 1 trials with probability x. Any a, b > 0, whole or not; 0 < x < 1.
 */
#ifndef ASSAY_CORE_METRIC_BETA_H
#define ASSAY_CORE_METRIC_BETA_H

/* log P(Beta(a, b) <= x) and log P(Beta(a, b) > x), also where the probability itself underflows. About
 * sqrt(max(a, b)) terms of a continued fraction (DLMF 8.17.22). */
double assay_log_beta_below(double x, double a, double b);
double assay_log_beta_above(double x, double a, double b);

/* The x with P(Beta(a, b) <= x) = tail, b >= 1. start: a value in (0, 1) to begin with, better near.
 *
 * Not gsl_cdf_beta_Pinv(): in GSL 2.7.1 it gives NaN for 361 successes of 365 at the 95% level, and
 * for about 4 in 10 cases at n = 10,000; at n = 10,000,000 it may not return. */
double assay_beta_quantile(double tail, double a, double b, double start);

#endif
