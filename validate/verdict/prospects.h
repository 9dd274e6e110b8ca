/* prospects.h - what this audit could have seen, and how long until a verdict */
#ifndef ASSAY_VALIDATE_VERDICT_PROSPECTS_H
#define ASSAY_VALIDATE_VERDICT_PROSPECTS_H

#include "validate/verdict/judge.h"

#define ASSAY_POWER 0.8
#define ASSAY_MOST_QUARTERS 40 /* ten years: beyond it no plan is made */

/* Quarters that an audit covers: the days from its first snapshot to its last over 91.3, rounded, and at
 * least 1; 1 without dates. Not the calendar's, which many a fiscal year does not follow. */
double assay_audit_quarters(int32_t from, int32_t to);

/* One audit over a longer window, that a verdict on this metric comes of with ASSAY_POWER if the truth is
 * what was seen. */
struct assay_needed {
    double more;     /* rows of the metric's kind (churners, for the sensitivity) beyond this audit's */
    double quarters; /* that they take at the pace of this audit and the past ones; both NaN where the
                        metric is decided, is no share, or would take more than ASSAY_MOST_QUARTERS */
    bool never;      /* the last of these */
};
struct assay_needed assay_audit_needed(const struct assay_audit_input *input,
                                       const struct assay_judged *judged,
                                       struct assay_verdict_errors errors);

/* The true share that this audit would have failed with ASSAY_POWER; NaN: none is bad enough, or the
 * metric is not a share with rows. Of two limits, the lower one. */
double assay_audit_detectable(const struct assay_judged *judged, struct assay_verdict_errors errors);

#endif
