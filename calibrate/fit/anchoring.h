/* anchoring.h - how strongly the weights hold on to the anchor, and to which, by cross-validation
 *
 * The rule is that of core/fit/strength.h, on the accounts of a history: grouped folds, losses by
 * account. Where the folds share the published baselines, above ASSAY_SHARED_BASELINE_ROWS snapshots,
 * it looks at a sample of whole accounts, about ASSAY_STRENGTH_ROWS snapshots, and carries lambda
 * over: a prior's variance does not depend on how many rows there are.
 */
#ifndef ASSAY_CALIBRATE_ANCHORING_H
#define ASSAY_CALIBRATE_ANCHORING_H

#include "calibrate/fit/folds.h"
#include "core/base/error.h"
#include "core/fit/strength.h"

#define ASSAY_STRENGTH_ROWS 20000

/* Everything is borrowed; weights [n_signal]. */
struct assay_anchoring {
    const double *own;                 /* sum 1, within the limits */
    const double *rival;               /* equal weights, or the nearest to them within the limits */
    const double *sd;                  /* of the published design's columns */
    const unsigned char *judged;       /* [n_row] rows whose held-out loss counts; NULL: all that count */
    const struct assay_limits *limits;
};

/* The curve of held-out losses, and the point that the rule picks. A sample's strengths are told as those
 * of the whole history: its lambda over the scale of all rows.
 *   ASSAY_ENUMERIC  no strength has a fit in every fold */
ASSAY_MUST_CHECK enum assay_status assay_anchoring_find(const struct assay_folds *folds,
                                                        const struct assay_anchoring *question,
                                                        struct assay_strength_curve *curve,
                                                        struct assay_strength_choice *choice,
                                                        struct assay_error *err);

#endif
