/* doubts.h - what is known against an estimate that rests on the probabilities being right
 *
 * Such an estimate fails where they are not, and the rows it is made for cannot show it. Other rows can:
 * those of this audit whose outcomes are known, past audits, the model's own evidence; and kinds of
 * accounts that were never seen can be counted.
 */
#ifndef ASSAY_VALIDATE_INTERIM_DOUBTS_H
#define ASSAY_VALIDATE_INTERIM_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/expected.h"
#include "validate/audit/input.h"

enum { ASSAY_MAX_DOUBTS = 12, ASSAY_DOUBT_SIZE = 320 };

struct assay_doubts {
    char text[ASSAY_MAX_DOUBTS][ASSAY_DOUBT_SIZE]; /* sentences without their full stop */
    size_t n;
    bool calibration; /* one of them says that the probabilities are off */
};

/* Which of the model's performances says how well its probabilities are calibrated: the latest that was not
 * made on rows it was fitted to. ASSAY_PERFORMANCES where there is none, or no model. */
size_t assay_interim_evidence(const struct assay_audit_input *input);

/* Its limits; NaN throughout without evidence. */
struct assay_calibration_limits assay_interim_limits(const struct assay_audit_input *input);

/* Observed over expected events with its 95% interval: ln(O/E) -+ z sqrt(variance) / O, variance that of the
 * events. Without events from 0 to -ln(0.025) / expected: so many would have shown one nearly always. NaN
 * throughout where nothing is expected, or NaN. */
struct assay_estimate assay_interim_ratio(double events, double expected, double variance);

struct assay_interim_oe {
    size_t n; /* rows */
    double events, expected;
    struct assay_estimate ratio;
};

/* The same of rows with outcomes; the variance is the sum over accounts (rows, where there are none) of the
 * square of their events less their expected ones (Liang and Zeger 1986). Codes are below n_account. Rows
 * whose horizon was not over when events were last observed are left out: of those only the ones with the
 * event have an outcome, and would make any model look too low.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_interim_oe(const struct assay_outcome_spec *outcome,
                                                    const struct assay_audit_set *set,
                                                    size_t n_account, struct assay_interim_oe *out,
                                                    struct assay_error *err);

/* Everything that speaks against `expected`, the estimate for input->waiting, in order of weight.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_doubts_gather(const struct assay_audit_input *input,
                                                       const struct assay_expected *expected,
                                                       struct assay_doubts *doubts,
                                                       struct assay_error *err);

#endif
