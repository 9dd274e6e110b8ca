/* zones.h - what became of each zone of the score, of each quarter, and the weights behind the score
 *
 * Writes "zones", "periods" and "weights" into the audit:
 *
 *   zones    as the spec has them, the riskiest first: rows, events, rate with its interval (Wilson; by
 *            account where accounts repeat), what their accounts are worth and what of that was lost. []
 *            where the score has no zones.
 *   periods  one for each calendar quarter that audited rows are dated in, behind those of past audits
 *            (periods.h)
 *   weights  the model's, with the champion's beside them (weights.h); null for a score column
 */
#ifndef ASSAY_VALIDATE_FIGURES_ZONES_H
#define ASSAY_VALIDATE_FIGURES_ZONES_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/*   ASSAY_EDATA   a score below the lowest zone
 *   ASSAY_ENOMEM  what was written so far is of no use */
ASSAY_MUST_CHECK enum assay_status assay_audit_zones(const struct assay_audit_input *input,
                                                     struct assay_audit_output *out,
                                                     struct assay_error *err);

#endif
