/* separation.h - why a maximum-likelihood estimate is not finite, with a certificate
 *
 * The estimate exists unless some direction d has (2 y_i - 1) x_i'd >= 0 in every row and > 0 in one
 * (Albert & Anderson 1984, Biometrika 71:1-10): the log-likelihood then rises along d without end.
 * > 0 in every row is complete separation, a tie somewhere quasi-complete. Under limits d must also
 * keep to them however far it goes: a'd >= 0 for each, a'd = 0 for equalities.
 *
 * Candidates come from a Newton iteration that does not settle: how far it has travelled, and its
 * step cleared of everything that the surviving curvature still holds back. A candidate counts
 * for nothing until the engine has looked at every row: no margin may be below -CERTAIN times the
 * largest. Data that overlap by less than that are beyond double precision either way.
 */
#ifndef ASSAY_CORE_FIT_SEPARATION_H
#define ASSAY_CORE_FIT_SEPARATION_H

#include "core/base/error.h"
#include "core/fit/newton.h"

#define ASSAY_SEPARATION_CERTAIN 1e-10

/* Looks for a direction that separates. Sets *kind to ASSAY_FIT_SEPARATED or ASSAY_FIT_QUASI and fills
 * direction[n_coef] when there is one, certified; otherwise *kind is ASSAY_FIT_FINE. */
ASSAY_MUST_CHECK enum assay_status assay_separation_search(const struct assay_newton *newton,
                                                           double direction[],
                                                           enum assay_fit_problem *kind,
                                                           struct assay_error *err);

/* Whether direction[n_coef] separates, once components that are rounding are cleared and the
 * intercept, if it is free, is put where it serves best. direction is changed accordingly. */
ASSAY_MUST_CHECK enum assay_status assay_separation_certify(const struct assay_newton *newton,
                                                            double direction[],
                                                            enum assay_fit_problem *kind,
                                                            struct assay_error *err);

/* Iterates up to `most` times in all, looking for separation while log-odds keep moving. Stops with
 * *end as assay_newton_run() left it, or with *kind and direction as above. */
ASSAY_MUST_CHECK enum assay_status assay_separation_climb(struct assay_newton *newton, size_t most,
                                                          double direction[],
                                                          enum assay_fit_problem *kind,
                                                          enum assay_newton_end *end,
                                                          struct assay_error *err);

/* Drops columns from a certified direction, least part first, while what is left still separates;
 * *kind follows. blamed[n_coef] is 1 for the columns of the smallest set so found: without any one
 * of them no certificate was found. */
ASSAY_MUST_CHECK enum assay_status assay_separation_shrink(const struct assay_newton *newton,
                                                           double direction[],
                                                           enum assay_fit_problem *kind,
                                                           unsigned char blamed[],
                                                           struct assay_error *err);

#endif
