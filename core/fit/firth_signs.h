/* firth_signs.h - Firth's fit when some coefficients may not be positive
 *
 * Maximises l* (firth.h) over all b with b_j <= 0 where never_positive[j]. The solution meets the
 * conditions of Karush (1939) and Kuhn & Tucker (1951): the derivative of l* is 0 for what is free,
 * and for what stands at 0 it points to the forbidden side. The penalty is that of the whole design,
 * those at 0 too, so that l* does not jump when a coefficient comes to its limit.
 *
 * An active set, with release: Firth fits with a set held at 0 follow each other, each starting where
 * the one before was stopped by a limit, and what the score would move into the allowed side is
 * let go, one at a time. Where l* is concave between two of these fits it rises from fit to fit, no
 * set returns and the search ends; that it always is has not been proved, so the fits are counted.
 *
 * Intervals. What is published for this fit are the profile-penalised intervals of the coefficients
 * that are free, given those that stand at 0: assay_profile_intervals() with ASSAY_PROFILE_FIRTH,
 * options.fit.start the solution and options.fit.held its base.active. They do not know that the
 * data chose which ones stand there, and are not cut off at 0; their estimates are this fit's,
 * intercept included (that of FLIC, assay_firth_intercept(), is not a maximum of l*). What stands at
 * 0 has none.
 */
#ifndef ASSAY_CORE_FIT_FIRTH_SIGNS_H
#define ASSAY_CORE_FIT_FIRTH_SIGNS_H

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/firth.h"
#include "core/fit/logistic.h"

/* never_positive [n_coef], 1: b_j <= 0; [0] is ignored. options as for assay_firth_fit(): a positive
 * start counts as 0 where it is not allowed, and held coefficients stay at their start, whatever
 * never_positive says of them. max_iterations is that of every fit on the way; iterations adds them
 * all up.
 *
 * base.active flags what stands at its limit, exactly 0 and without variance. Its score, in roots of
 * its information, points to the allowed side by no more than 1e-8, or half the tolerance times the
 * root of n_row if that is more: as many standard errors is what it would move. base.kkt_residual is
 * the largest |score| of those free, or of those that point there; score has all derivatives.
 * Failures as for assay_firth_fit(), and
 *   ASSAY_ENUMERIC  the set at 0 still changed after 20 fits for each coefficient */
ASSAY_MUST_CHECK enum assay_status
assay_firth_fit_signed(const struct assay_engine *engine,
                       const struct assay_logistic_options *options,
                       const unsigned char never_positive[], struct assay_firth_fit *fit,
                       struct assay_error *err);

#endif
