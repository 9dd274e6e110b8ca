/* value.h - what the accounts are worth that left, were caught, missed, or flagged in vain
 *
 * Writes "value": null without a column of values, or lost, its parts lost_flagged and lost_missed,
 * flagged_in_vain, without_value (snapshots that have none, and count nothing) and words. An account counts
 * once in each sum, whatever its snapshots: among the lost as flagged where any snapshot before the event
 * was, at the value of the last of these, else as missed at its last; in vain at its highest value.
 */
#ifndef ASSAY_VALIDATE_FIGURES_VALUE_H
#define ASSAY_VALIDATE_FIGURES_VALUE_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* To be asked before any section is begun: several add values up, and all at the same time.
 *   ASSAY_EDATA   the values add up to more than a number can hold */
ASSAY_MUST_CHECK enum assay_status assay_audit_value_check(const struct assay_audit_input *input,
                                                           struct assay_error *err);

/*   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_value(const struct assay_audit_input *input,
                                                     struct assay_audit_output *out,
                                                     struct assay_error *err);

#endif
