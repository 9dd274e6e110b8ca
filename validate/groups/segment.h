/* segment.h - every figure of one value of a segment column, and of the rows that have another
 *
 * Rows are sorted once for all columns (core/metric/group_auc.h), and their log-odds counted once
 * (core/metric/logit_bins.h): a column costs a walk over all rows, a value one over its own.
 */
#ifndef ASSAY_VALIDATE_GROUPS_SEGMENT_H
#define ASSAY_VALIDATE_GROUPS_SEGMENT_H

#include <stdbool.h>

#include "core/metric/confusion.h"
#include "core/metric/group_auc.h"
#include "core/metric/logit_bins.h"
#include "validate/audit/input.h"

enum { ASSAY_SMALL_CELL = 10 }; /* fewer events, or fewer others */

/* What intervals are stretched by where accounts repeat (core/metric/design_effect.h); 1 otherwise. */
struct assay_segment_effects {
    double sensitivity, specificity, prevalence, auc, calibration;
};

/* Estimates are NaN where they are not defined; intervals at 95%, by account where accounts repeat. Shares
 * are Wilson's, the AUC DeLong's, Brier score normal, O/E log-normal, calibration Wald's. */
struct assay_segment {
    const char *column, *value; /* value "": missing */
    size_t n, n_event;
    struct assay_confusion counts;
    struct assay_estimate sensitivity, specificity, ppv, npv, prevalence, flagged_share;
    struct assay_estimate auc, brier, oe_ratio, calibration_intercept, calibration_slope;
    bool small;
    struct assay_estimate shrunk_sensitivity, shrunk_specificity; /* core/metric/shrinkage.h, by column */

    struct assay_segment_effects effect;
    struct assay_spread_auc own_auc, rest_auc;
    struct assay_estimate rest_intercept;
    double calibration_p; /* of the same calibration in the large as the rest's; NaN: too few to tell */
};

/* What all values of all columns share. Owns its arrays. */
struct assay_segment_ground {
    const struct assay_audit_input *input;
    struct assay_risk_order risk;   /* by probability, or by a bare score */
    double *log_odds;               /* [n], NULL: a bare score */
    struct assay_logit_bins *whole; /* of all rows; NULL the same */
};

/*   ASSAY_ENOMEM; ASSAY_EDATA: a score that is not finite */
ASSAY_MUST_CHECK enum assay_status assay_segment_ground_make(const struct assay_audit_input *input,
                                                             struct assay_segment_ground *ground,
                                                             struct assay_error *err);
void assay_segment_ground_clear(struct assay_segment_ground *ground);

/* Every value of column c that some row has, in byte order; *segments is allocated. Shares of small cells
 * are shrunk among the values of the column.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_segments_measure(const struct assay_segment_ground *ground,
                                                          size_t c, struct assay_segment **segments,
                                                          size_t *n_segment,
                                                          struct assay_error *err);

#endif
