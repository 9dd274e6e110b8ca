/* firth.h - Firth's penalised maximum likelihood, for few events and for separated outcomes
 *
 * Maximises l*(b) = l(b) + 1/2 ln det I(b), I(b) = X'WX (Firth 1993, Biometrika 80:27-38; Heinze &
 * Schemper 2002, Statistics in Medicine 21:2409-2419). The penalty, Jeffreys' prior, takes out the
 * first-order bias of the estimates and keeps them finite whatever the outcomes, one outcome alone
 * included. It does not depend on the units of the columns, except that l* itself shifts by a
 * constant with them. The mean prediction differs from the event share; see assay_firth_intercept().
 */
#ifndef ASSAY_CORE_FIT_FIRTH_H
#define ASSAY_CORE_FIT_FIRTH_H

#include "core/base/error.h"
#include "core/fit/engine.h"
#include "core/fit/logistic.h"

struct assay_firth_fit {
    /* As maximum likelihood fills it, so that assay_wald() reads it: covariance is the inverse
     * information at coef, without a term for the penalty; log_likelihood is l(coef), unpenalised;
     * gradient_norm and kkt_residual are of the penalised score. problem is one of ASSAY_FIT_FINE,
     * _CONSTANT, _COLLINEAR and _NO_CONVERGENCE. */
    struct assay_logistic_fit base;
    double penalised_log_likelihood; /* l*(coef), the determinant that of the whole design as it is */
    double *score; /* [n_coef], owned: derivatives of l* at coef, 0 but for held coefficients */
};
void assay_firth_fit_clear(struct assay_firth_fit *fit);

/* Fits by scoring on the modified score, sum x (y - p + h (1/2 - p)), with the information of rows
 * of weight 1 + h, the hat values (Heinze & Schemper's data augmentation), and step halving on l*;
 * where that shrinks the steps too slowly, as in very small samples, by Newton's steps on differences
 * of the score. Stops as assay_logistic_fit() does; options as there, except that report is given l*.
 * The penalty is that of the whole design, held coefficients too: twice the difference in l* to the
 * fit that holds none is then a likelihood ratio that does not depend on units. Only held columns that
 * do not vary, as in a resample, are left out of it: they say what the intercept says.
 *   ASSAY_EDATA     the engine has no jeffreys operation
 *   ASSAY_ENUMERIC  columns constant and not held, or dependent (also among held ones), or no
 *                   convergence: fit->base.problem and .blamed say which; clear the fit all the same
 * On any other failure *fit is untouched. */
ASSAY_MUST_CHECK enum assay_status assay_firth_fit(const struct assay_engine *engine,
                                                   const struct assay_logistic_options *options,
                                                   struct assay_firth_fit *fit,
                                                   struct assay_error *err);

/* FLIC, Firth's fit with the intercept corrected (Puhr, Heinze, Nold, Lusa & Geroldinger 2017,
 * Statistics in Medicine 36:2302-2317): the maximum-likelihood intercept to go with the slopes in
 * coef[n_coef], so that the mean prediction is the event share. options->start and ->held are
 * not used.
 *   ASSAY_ENUMERIC  only one outcome: the intercept is not finite */
ASSAY_MUST_CHECK enum assay_status
assay_firth_intercept(const struct assay_engine *engine,
                      const struct assay_logistic_options *options, const double coef[],
                      double *intercept, struct assay_error *err);

#endif
