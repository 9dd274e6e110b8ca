/* drift_count.h - the audit's rows, counted in the bins of the training data */
#ifndef ASSAY_VALIDATE_DRIFT_DRIFT_COUNT_H
#define ASSAY_VALIDATE_DRIFT_DRIFT_COUNT_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/drift/drift_test.h"

enum { ASSAY_RARE_ROWS = 5 };

/* Fills the given parts of variables[], which has room for every variable of the model's reference; *n is
 * how many of them the audit's data have as well. `set` is one of the input's with at least a row.
 *
 * The bins of a number are its deciles; of a text its values and then all others, to which those are added
 * of which fewer than ASSAY_RARE_ROWS are expected in either sample, each row counting for its weight: among
 * dozens of values that occur once, most of the PSI is chance. The last bin is for missing values.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_drift_count(const struct assay_audit_input *input,
                                                     const struct assay_audit_set *set,
                                                     struct assay_drift_weights weights,
                                                     struct assay_drift_variable variables[],
                                                     size_t *n, struct assay_error *err);

#endif
