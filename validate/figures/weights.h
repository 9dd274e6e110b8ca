/* weights.h - the weights behind the score that is audited */
#ifndef ASSAY_VALIDATE_FIGURES_WEIGHTS_H
#define ASSAY_VALIDATE_FIGURES_WEIGHTS_H

#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "weights": each signal's weight with its interval from the model file, and the weight of the
 * champion's signal of the same name (null: no champion, or no such signal). null for a score column. */
void assay_audit_write_weights(const struct assay_audit_input *input, struct assay_audit_output *out);

#endif
