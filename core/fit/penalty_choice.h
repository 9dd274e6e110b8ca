/* penalty_choice.h - how strong a ridge, lasso or elastic net: chosen by held-out losses
 *
 * The penalised fits of a path of lambdas (elastic.h) on the rows outside each fold, charged for the
 * fold's (Stone 1974). Groups, losses and paired standard errors are those of strength.h: log loss
 * per row, and the error of the difference of two losses on the same groups, not that of the loss.
 *
 * The path. With g the least lambda at which the lasso drops everything, on all rows, it runs in
 * equal ratios from g / max(alpha, 0.001) down to 1e-4 g. The upper end is where the penalty leaves
 * nothing; a ridge has no such end, and starts where that of alpha = 0.001 does (Friedman, Hastie &
 * Tibshirani 2010): no standardised coefficient can then be above 0.001. The lower end is the same for
 * every alpha. 1e-4 of each alpha's own upper end, as glmnet has it, would end a ridge at 0.1 g, where
 * it still shrinks by much: in shared/reference, telco, g is 0.16 and the least loss of the ridge is
 * at 0.0008. lambda is per row, as in elastic.h, and so means the same in the folds as on all rows.
 *
 * The rule: the strongest penalty whose loss exceeds the least by no more than half a paired standard
 * error. One standard error is the rule of Breiman, Friedman, Olshen & Stone (1984, section 3.4.3),
 * with the error of the loss itself. For anchors (strength.h, docs/anchoring.md) that one hardly
 * looked at the data, and half a paired error lost least in the worst of the worlds tried; a
 * penalty is the same kind of choice on the same losses: what is nearly as good and shrinks more
 * moves less from one calibration to the next.
 */
#ifndef ASSAY_CORE_FIT_PENALTY_CHOICE_H
#define ASSAY_CORE_FIT_PENALTY_CHOICE_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/fit/elastic.h"
#include "core/fit/strength.h"

struct assay_penalty_options {
    struct assay_elastic_options elastic; /* of every fit; start that of the strongest. Columns that do
                                             not vary in a fold are dropped there, whatever it says */
    const double *grid;                   /* [n_grid], lambdas: decreasing, above 0; NULL, the default:
                                             as above */
    size_t n_grid;                        /* at least 2, default 60 */
    size_t n_thread;                      /* 0, the default: as many as there are processors */
};
struct assay_penalty_options assay_penalty_options_default(void);

/* Fits the path in every fold, each fit starting where the one before ended, and charges it; a path
 * ends early where a fit does not settle, and has failed from there on in that fold. The curve is that
 * of strength.h with one anchor, no weights, g for its scale, and lambda for strength and lambda of a
 * point: assay_strength_choose() picks by the rule above with ASSAY_STRENGTH_ERRORS, the least loss
 * with 0, by one standard error with 1. Of data->whole g is asked besides its counts. Takes n_group
 * doubles a point while it runs. The same bytes for any n_thread. On failure *curve is untouched.
 *   ASSAY_EDATA     alpha or the grid is out of range
 *   ASSAY_ENUMERIC  one outcome only; no column has a slope that the signs allow; no lambda has a fit
 *                   in every fold (the message ends in the first reason); a loss is not finite */
ASSAY_MUST_CHECK enum assay_status
assay_penalty_curve_find(const struct assay_strength_data *data,
                         const struct assay_penalty_options *options,
                         struct assay_strength_curve *curve, struct assay_error *err);

#endif
