/* calibration_drift.h - do the predictions still add up, quarter by quarter?
 *
 * For each period, z = (observed - expected) / sqrt(d sum p (1 - p)): events against the sum of the
 * probabilities, d being the design effect by account of the differences within a quarter, measured on the
 * audit in hand (core/metric/design_effect.h). The CUSUM of z (core/metric/cusum.h) finds small lasting
 * differences that no single quarter would show.
 *
 * Periods: past audits of this very version of the model (another version's predictions are another's to
 * answer for), one each, then the calendar quarters of the audited rows. Rows whose horizon is not over
 * are left out: among them only events are known. Periods in which fewer than ASSAY_CUSUM_EXPECTED events
 * are expected are joined with the next, the last one with the one before. The ASSAY_CUSUM_LOOKS latest
 * count. Where horizons are longer than periods the same event may count twice in a row, and alarms are
 * more frequent than they say.
 */
#ifndef ASSAY_VALIDATE_DRIFT_CALIBRATION_DRIFT_H
#define ASSAY_VALIDATE_DRIFT_CALIBRATION_DRIFT_H

#include "core/base/error.h"
#include "validate/audit/input.h"
#include "validate/audit/output.h"

/* Writes "calibration_drift": null without probabilities or audited rows; else
 *   refused       why there are no points: no dates, too few events expected, or the
 *                 nominal probabilities of an imported scorecard; or
 *   points[]      {period, from, to, observed, expected, z, upper, lower, past}, oldest first
 *   limit, design_effect, looks, false_alarm_rate    (at most, over so many periods)
 *   alarm         either sum was ever above the limit
 *   direction     "more|fewer" events than predicted, null without an alarm; since: the period in which it
 *                 began
 *   words         without an alarm: whether all periods together add up, the same difference of their sums
 *                 lying within the normal quantiles of ASSAY_LEVEL
 * Advises on an alarm.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status
assay_audit_calibration_drift(const struct assay_audit_input *input, struct assay_audit_output *out,
                              struct assay_error *err);

#endif
