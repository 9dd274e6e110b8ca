/* vector_math.h - functions of whole arrays
 *
 * On the instruction set that cpu.h chose; the same bytes on every set with a fused multiply-add. An element's
 * value does not depend on its neighbours or on its place.
 */
#ifndef ASSAY_CORE_BASE_VECTOR_MATH_H
#define ASSAY_CORE_BASE_VECTOR_MATH_H

#include <stddef.h>

/* prob[i] = 1 / (1 + exp(-log_odds[i])), by exp() of what is never positive: as accurate in both tails as assay_expit(),
 * from which it differs by at most 2 units in the last place. prob may be log_odds. */
void assay_expit_array(const double log_odds[], size_t n, double prob[]);

/* log_prob[i] = log(prob[i]) and log_rest[i] = log(1 - prob[i]), off by at most 1.5 units in the last place, that of 1 -
 * prob too where prob is small; prob in [0, 1], -infinity for the logarithm of 0. The arrays do not overlap. */
void assay_logs_array(const double prob[], size_t n, double log_prob[], double log_rest[]);

#endif
