/* acted_on.h - accounts that were acted on: metrics by group, bounds on what they would have been
 * had nobody acted, and what acting did
 *
 * Writes "acted_on": null without a column of actions or a row, or
 *
 *   column, kind               kind: "date" or "flag"
 *   acted, not_acted, unknown  snapshots
 *   flagged_acted, flagged_not_acted
 *   not_counted                {after_event, before_snapshot, after_horizon}: actions too late or
 *                              too early to have mattered; their snapshots are not acted on
 *   stayed                     {flagged, unflagged}: acted on (or nobody knows) and no event: each
 *                              may have been saved
 *   split[]                    group, n, events, sensitivity, specificity, ppv: as they were seen
 *   bounds                     sensitivity, specificity, ppv, npv: [low, high]; intervals: the same
 *                              with sampling error, 95%; words
 *   effect                     {"refused": sentence}, or acted, others, events_acted,
 *                              events_others, others_effective, without_like, landmark_days,
 *                              left_before, risk_acted, risk_otherwise, risk_difference,
 *                              odds_ratio, kept, prevented, hidden_reason, method, assumption,
 *                              overlap, words
 */
#ifndef ASSAY_VALIDATE_OUTCOMES_ACTED_ON_H
#define ASSAY_VALIDATE_OUTCOMES_ACTED_ON_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"
#include "validate/outcomes/actions.h"
#include "validate/outcomes/effect.h"

ASSAY_MUST_CHECK enum assay_status assay_audit_acted_on(const struct assay_audit_input *input,
                                                        const struct assay_actions *actions,
                                                        const struct assay_effect *effect,
                                                        struct assay_audit_output *out,
                                                        struct assay_error *err);

#endif
