/* inference.h - what is known about the coefficients once the iteration has settled */
#ifndef ASSAY_CORE_FIT_INFERENCE_H
#define ASSAY_CORE_FIT_INFERENCE_H

#include "core/base/error.h"
#include "core/fit/logistic.h"
#include "core/fit/newton.h"

/* Fills the arrays of *fit (allocated by the caller, zeroed), its norms and its condition number from
 * a settled iteration. The covariance is the inverse information at the solution on what is free
 * to vary: coefficients neither held nor on a bound of their own, and among those only the
 * directions along active limits of several coefficients; equalities are always active.
 *   ASSAY_ENUMERIC  the information has no inverse there */
ASSAY_MUST_CHECK enum assay_status assay_inference_fill(const struct assay_newton *newton,
                                                        struct assay_logistic_fit *fit,
                                                        struct assay_error *err);

/* What optimality leaves of the log-likelihood's derivative by coefficient j once the multipliers of
 * the limits have had their part (Karush 1939, Kuhn & Tucker 1951): 0 at the solution. */
double assay_inference_residual(const struct assay_newton *newton, size_t j);

#endif
