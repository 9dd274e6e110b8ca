/* gaps.h - does a value of a segment column differ from the rest of its column by more than chance?
 *
 * For sensitivity, specificity, calibration in the large and AUC, each value against all other rows. Where
 * accounts repeat, the rest's design effect is the mean of its values', weighted by their rows.
 *
 *   sensitivity, specificity   core/metric/share_gap.h, trials over their design effects
 *   calibration_intercept      difference of the two intercepts, Wald's interval; the p-value is the score
 *                              test's of logit_bins.h
 *   auc                        difference, normal, the variance being the sum of DeLong's two (unpaired);
 *                              the p-value has pooled variances (core/metric/group_auc.h). Only with 10
 *                              events and 10 others on either side
 *
 * A value that is too small for a test has no gap there. q-values are Benjamini & Hochberg's over all gaps
 * of the audit: tests of values of one column depend on each other, and of two values only they are the
 * same test; docs/audit-evidence.md has the rate of false findings.
 */
#ifndef ASSAY_VALIDATE_GROUPS_GAPS_H
#define ASSAY_VALIDATE_GROUPS_GAPS_H

#include "core/base/text.h"
#include "validate/groups/segment.h"

enum assay_gap_metric {
    ASSAY_GAP_SENSITIVITY,
    ASSAY_GAP_SPECIFICITY,
    ASSAY_GAP_CALIBRATION,
    ASSAY_GAP_AUC,
    ASSAY_GAP_METRICS
};
extern const char *const assay_gap_metric_names[ASSAY_GAP_METRICS];

struct assay_segment_gap {
    const struct assay_segment *segment; /* borrowed */
    enum assay_gap_metric metric;
    double value, rest;                  /* of the metric: the segment's, and the rest's */
    struct assay_estimate gap;           /* segment less rest */
    double p_value, q_value;
};

/* The gaps of one column's values (of two at least) into gap[ASSAY_GAP_METRICS * n]; returns how many. q
 * is NaN. */
size_t assay_segment_gaps(const struct assay_segment segments[], size_t n,
                          struct assay_segment_gap gap[]);

/* q-values of all gaps of an audit; then those found (q at most ASSAY_FALSE_DISCOVERY_RATE) come first, by
 * p-value either way.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_segment_gaps_judge(struct assay_segment_gap gap[], size_t n,
                                                            struct assay_error *err);

/* "Retail: sensitivity 62%, 14 points below the rest". */
void assay_segment_gap_words(struct assay_text *words, const struct assay_segment_gap *gap);

#endif
