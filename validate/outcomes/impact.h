/* impact.h - what flagging was worth, under assumptions, and as far as outreach showed it
 *
 * Writes "impact": null where nothing is audited, or
 *
 *   assumptions  recovery_rate and contact_cost {low, value, high}; source: of the recovery rate,
 *                "given" or "default"; contact_cost_given
 *   expected     contacts: flagged accounts, each at most once a quarter; accounts: the churners among them, each
 *                once; accounts_without_value, value_at_risk; retained, retained_accounts, cost and
 *                net {low, value, high}; break_even_rate. Values are null where none is known
 *   realised     null without an estimate of what outreach prevented, or where the days of outreach
 *                and churn are not known (effect.h); else acted, prevented, kept (the share kept of
 *                those that would have churned), mean_value; retained, cost and net {low, value,
 *                high}, the range being that of the interval of what was prevented
 *   words[]
 *
 * The arithmetic is core/metric/impact.h.
 */
#ifndef ASSAY_VALIDATE_OUTCOMES_IMPACT_H
#define ASSAY_VALIDATE_OUTCOMES_IMPACT_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"
#include "validate/outcomes/effect.h"

ASSAY_MUST_CHECK enum assay_status assay_audit_impact(const struct assay_audit_input *input,
                                                      const struct assay_effect *effect,
                                                      struct assay_audit_output *out,
                                                      struct assay_error *err);

#endif
