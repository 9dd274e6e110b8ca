/* effective.h - how many accounts a set of rows is worth
 *
 * Rows of one account resemble each other. Were they all alike, the variance of a share over n rows would
 * be that over n^2 / (sum over accounts of rows^2) independent ones (Kish 1965, Survey Sampling, 8.2): the
 * number of accounts where each has as many rows, fewer where some have more. It cannot be worse than that,
 * so a test with this size alarms falsely no more often than it says; where an account's rows differ it
 * has seen more than it admits.
 */
#ifndef ASSAY_VALIDATE_DRIFT_EFFECTIVE_H
#define ASSAY_VALIDATE_DRIFT_EFFECTIVE_H

#include "core/base/error.h"
#include "validate/audit/input.h"

/* *weight in (0, 1]: what one row counts for; 1 where no account repeats or there are none. `set` is one
 * of the input's, with at least a row.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_row_weight(const struct assay_audit_input *input,
                                                    const struct assay_audit_set *set,
                                                    double *weight, struct assay_error *err);

#endif
