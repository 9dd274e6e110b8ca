/* inflation.h - do more accounts look healthy than are?
 *
 * Zone shares and the churn of the top zone ("green"), now and then. Then is the oldest past audit that
 * has the same number of zones, because its outcomes were not known when its scores were made; without one,
 * the training data as the model keeps them, whose green rate is a little flattering.
 */
#ifndef ASSAY_VALIDATE_DRIFT_INFLATION_H
#define ASSAY_VALIDATE_DRIFT_INFLATION_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "inflation", null without zones or audited rows:
 *   zones[]       {zone, share_now, share_then}, riskiest first; share_then null where there is no then
 *   green         the top zone's name
 *   green_share, green_rate   of the audited rows, of the green ones those with the event; intervals allow
 *                 for accounts that repeat
 *   then          {source: "audit|training", from, to, green_share, green_rate}, or null
 *   expected, observed   events now, at the rates of then in green and in the rest, and as they were
 *   p_value       of more green without fewer churners (inflation_test.h); null where not defined
 *   found         p_value <= 0.05
 *   words
 * Advises when it is found.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_inflation(const struct assay_audit_input *input,
                                                         struct assay_audit_output *out,
                                                         struct assay_error *err);

#endif
