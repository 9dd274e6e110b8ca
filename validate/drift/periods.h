/* periods.h - events against what was predicted, period by period
 *
 * Past audits of this version of the model, one each, and the calendar quarters of the audited rows whose
 * horizon is over (calibration_drift.h says why).
 */
#ifndef ASSAY_VALIDATE_DRIFT_PERIODS_H
#define ASSAY_VALIDATE_DRIFT_PERIODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "validate/audit/input.h"

struct assay_drift_period {
    int32_t from, to; /* first and last as_of, ASSAY_NO_DATE: not dated */
    double observed, expected;
    double variance;  /* sum of p (1 - p) */
    bool past;
};

struct assay_drift_periods {
    struct assay_drift_period *periods; /* oldest first */
    size_t n;
    double design_effect; /* of the audited rows' differences within a quarter; 1 where none repeats */
};

/* input->used has probabilities and dates. Zeroed is empty.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_drift_periods_find(const struct assay_audit_input *input,
                                                            struct assay_drift_periods *periods,
                                                            struct assay_error *err);
void assay_drift_periods_clear(struct assay_drift_periods *periods);

/* Joins each period in which fewer events are expected with the one after it, the last ones with the one
 * before; then keeps the `most` latest. None is left where all together expect too few. */
void assay_drift_periods_join(struct assay_drift_periods *periods, double fewest, size_t most);

enum { ASSAY_PERIOD_NAME_SIZE = 48 };
/* "2026-Q2", "2025-Q4 to 2026-Q1", "an earlier audit" where it is not dated. */
const char *assay_drift_period_name(const struct assay_drift_period *period,
                                    char out[ASSAY_PERIOD_NAME_SIZE]);

#endif
