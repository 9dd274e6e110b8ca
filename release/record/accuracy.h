/* accuracy.h - a record's "accuracy": how the version in force and the new one do on the same rows
 *
 *   source          "audit": the comparison of the audit of this very model with the version in
 *                   force; "calibration": the model's own "changes.performance", where its parent
 *                   is that version
 *   n, events       rows that both score, those with the event
 *   before, after   {NAME: value}; null where it is not defined. NAME: auc, brier, log_loss,
 *                   sensitivity, specificity, ppv and, by source, net_benefit and flagged (rows),
 *                   or npv, calibration_intercept, calibration_slope and oe_ratio
 *   differences[]   {metric, value, interval}: after less before, paired on the rows, 95%; of a
 *                   calibration auc, brier and log_loss, its "yardsticks.champion", where that is
 *                   of the same rows
 */
#ifndef ASSAY_RELEASE_RECORD_ACCURACY_H
#define ASSAY_RELEASE_RECORD_ACCURACY_H

#include "core/base/json_write.h"
#include "release/record/record.h"

/* Writes it, or null where neither source is there. */
void assay_record_put_accuracy(struct assay_json_writer *json,
                               const struct assay_release_facts *facts);

#endif
