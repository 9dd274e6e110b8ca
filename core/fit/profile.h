/* profile.h - profile-likelihood intervals
 *
 * The interval of coefficient j is where 2 (max l - p(b_j)) <= q, with p(b_j) the maximum of the
 * likelihood over all other free coefficients and q the level's quantile of chi-squared with one degree
 * of freedom (Venzon & Moolgavkar 1988, Applied Statistics 37:87-94). It does not assume that the
 * likelihood is a parabola, as Wald's does, and exists where the estimate itself is not finite.
 * Linear limits on the coefficients are not supported: the intervals are those of the free fit.
 */
#ifndef ASSAY_CORE_FIT_PROFILE_H
#define ASSAY_CORE_FIT_PROFILE_H

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

enum assay_profile_likelihood {
    ASSAY_PROFILE_PLAIN, /* l */
    ASSAY_PROFILE_FIRTH, /* l + 1/2 ln det of the whole design's information (firth.h) */
};

struct assay_profile_options {
    /* Of every fit along the way. Held coefficients keep their start and have no interval; without
     * held ones the start is only a first guess. report is not called. */
    struct assay_logistic_options fit;
    enum assay_profile_likelihood likelihood; /* default plain */
    double level;                             /* in (0, 1), default 0.95 */
    const unsigned char *wanted;              /* [n_coef], 0: no interval; NULL (default): all */
};
struct assay_profile_options assay_profile_options_default(void);

/* low and high are exact to 1e-9 of their distance from the estimate. -HUGE_VAL and HUGE_VAL where
 * the likelihood never falls far enough: with the plain likelihood on separated data, where also the
 * estimate may be infinite, or NaN when both limits are and it could be anything. All three are NaN
 * for coefficients held or not wanted. */
struct assay_profile_interval {
    double estimate, low, high;
};

/* interval[n_coef]. *maximum, unless NULL, is the largest log-likelihood, penalised if so asked: on
 * separated data its supremum.
 *   ASSAY_ENUMERIC  a fit did not settle, one outcome is all there is, or columns are constant or
 *                   dependent
 *   ASSAY_EDATA     Firth's likelihood of an engine without jeffreys */
ASSAY_MUST_CHECK enum assay_status
assay_profile_intervals(const struct assay_engine *engine,
                        const struct assay_profile_options *options,
                        struct assay_profile_interval interval[], double *maximum,
                        struct assay_error *err);

#endif
