/* interim.h - the audit's "interim": what to expect of snapshots whose outcomes are not known yet
 *
 * null without --interim. Made from input->waiting: from probabilities, scores and flags, and nothing that
 * happened afterwards (core/metric/expected.h). Where that cannot be, an object with "refused", a sentence.
 * Otherwise
 *
 *   n, flagged       snapshots that wait
 *   estimated        true: no figure here was measured
 *   expected_events, sensitivity, specificity, ppv, auc
 *                    each {value, interval}; the interval is for what will be found, and allows for chance
 *                    and for what is known of the model's calibration
 *   calibration      what was allowed for: from ("out_of_time" or "cross_validated"), intercept and slope,
 *                    95% limits each; null: nothing is known
 *   conditions[]     when the estimate fails; each completes "It fails when"
 *   warnings[]       what is known against it here, with numbers (doubts.h)
 *   words            the estimate in a sentence
 */
#ifndef ASSAY_VALIDATE_INTERIM_INTERIM_H
#define ASSAY_VALIDATE_INTERIM_INTERIM_H

#include "validate/audit/input.h"
#include "validate/audit/output.h"

/*   ASSAY_EDATA   a probability or a score out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_interim(const struct assay_audit_input *input,
                                                       struct assay_audit_output *out,
                                                       struct assay_error *err);

#endif
