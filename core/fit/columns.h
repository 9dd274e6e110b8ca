/* columns.h - which columns carry no information of their own
 *
 * Decided on the Gram matrix alone, since fitters never see rows. Squared lengths resolve about
 * 1e-16, so a share of variance below 1e-11 cannot be told from none: a column whose multiple
 * correlation with others has 1 - R^2 < 1e-11 (R > 0.999999999995) is called dependent. Centring
 * costs further digits where a column varies little beside its mean; the bound rises with that.
 */
#ifndef ASSAY_CORE_FIT_COLUMNS_H
#define ASSAY_CORE_FIT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/logistic.h"

/* Looks at information [n_coef * n_coef], X'WX for any positive weights W, over the coefficients with
 * held[j] == 0 (NULL: all). Sets
 *
 *   *problem        ASSAY_FIT_FINE, ASSAY_FIT_CONSTANT or ASSAY_FIT_COLLINEAR
 *   blamed[n_coef]  the constant columns; or every column of a dependent set, the intercept never
 */
ASSAY_MUST_CHECK enum assay_status assay_columns_examine(const double information[], size_t n_coef,
                                                         const unsigned char held[],
                                                         enum assay_fit_problem *problem,
                                                         unsigned char blamed[],
                                                         struct assay_error *err);

/* Whether some of the rows already show that assay_columns_examine() of all would find nothing: `some` is the
 * information at b = 0 of those rows, `all` the moments (engine.h) of all. What a column has of its own in some
 * rows further rows only add to. blamed [n_coef] is scratch. *fine is false where a doubt is left. */
ASSAY_MUST_CHECK enum assay_status assay_columns_some_tell(const double some[], const double all[],
                                                           size_t n_coef, unsigned char blamed[],
                                                           bool *fine, struct assay_error *err);

/* Weighted standard deviation of each column, about 0 when the intercept is held; 1 for the
 * intercept: spread[n_coef]. */
void assay_columns_spread(const double information[], size_t n_coef, const unsigned char held[],
                          double spread[]);

#endif
