/* weight_interval.h - between which bounds a weight lies, told from slopes and their covariance
 *
 * A weight is a ratio, w_j = b_{1+j} / sum_k b_{1+k} over the signals' coefficients b. Its interval
 * holds every w for which b_{1+j} - w sum b is not significantly away from 0 (Fieller 1954):
 *
 *   (b_j - w B)^2 <= z^2 (V_jj - 2 w V_jB + w^2 V_BB),   B = sum b,   z the normal quantile,
 *
 * V_jB and V_BB being the covariance of b_j with B and the variance of B. Where B is many standard
 * errors from 0 this is the delta method's interval; where it is few, the delta method is too short
 * and lies on the wrong side, and this one is not.
 */
#ifndef ASSAY_CORE_FIT_WEIGHT_INTERVAL_H
#define ASSAY_CORE_FIT_WEIGHT_INTERVAL_H

#include <stddef.h>

/* coef[n_coef] and covariance[n_coef * n_coef] of a fit, intercept first and the n_signal signals next;
 * level in (0, 1): low[n_signal] and high[n_signal]. -HUGE_VAL and HUGE_VAL where B itself is not
 * significantly away from 0: the weights could then be anything. */
void assay_weight_intervals(const double coef[], const double covariance[], size_t n_coef,
                            size_t n_signal, double level, double low[], double high[]);

#endif
