/* periods.h - quarter by quarter: does the score still find the churners?
 *
 * Writes "periods": the past audits, oldest first, each as one period over its own days; then the calendar
 * quarters that audited rows are dated in. Sensitivity and specificity with Wilson's interval, by account
 * where accounts repeat; how many events there were, and how many the probabilities led to expect (null
 * for a bare score). Undated rows belong to no quarter.
 */
#ifndef ASSAY_VALIDATE_FIGURES_PERIODS_H
#define ASSAY_VALIDATE_FIGURES_PERIODS_H

#include <stdint.h>

#include "core/base/error.h"
#include "core/metric/design_effect.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* "2026-Q2", or of days in two quarters "2026-Q1 to 2026-Q2". Returns out. */
#define ASSAY_PERIOD_SIZE 48
const char *assay_period_name(int32_t from, int32_t to, char out[ASSAY_PERIOD_SIZE]);

/* effect: room for all accounts, or NULL where none repeats.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_write_periods(const struct assay_audit_input *input,
                                                             struct assay_design_effect *effect,
                                                             struct assay_audit_output *out,
                                                             struct assay_error *err);

#endif
