/* audit_spec.h - what audits are asked to hold a model to, as declared before there are results
 *
 * A spec says it at the top level, in "targets" and "audit"; a model file carries both, so that the
 * rule by which it is judged is as old as the model. A rules file, for a score without a model or in
 * place of the model's rules, is one object with "targets" and the keys of "audit" side by side.
 *
 * Each reader changes what its object says and leaves the rest of the struct, which holds the defaults;
 * on failure what was allocated stays in it, for assay_audit_spec_clear().
 */
#ifndef ASSAY_CORE_SPEC_AUDIT_SPEC_H
#define ASSAY_CORE_SPEC_AUDIT_SPEC_H

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/base/sha256.h"
#include "core/spec/spec.h"

/* What a number in "targets" asks of a metric. */
enum assay_target_kind {
    ASSAY_TARGET_AT_LEAST, /* more is better: low is the number, high NaN */
    ASSAY_TARGET_AT_MOST,  /* less is better: high is the number, low NaN */
    ASSAY_TARGET_WITHIN,   /* a value between is right: [low, high] */
};

/* The kind of a metric of the audit, in *kind; false where there is no metric of this name. */
bool assay_target_kind_of(const char *metric, enum assay_target_kind *kind);

/* Nothing declared: every assumption NaN. */
struct assay_audit_spec assay_audit_spec_default(void);

/* The object "targets", METRIC: number | [lowest, highest]. Sensitivity and specificity, where they are
 * there, go into the two numbers, all others into audit->targets, in the file's order.
 *
 *   sensitivity, specificity, ppv, npv, accuracy, balanced_accuracy, f1, mcc, auc, auc_logit,
 *   average_precision, ks, gini, brier_scaled      at least; above 0, up to 1
 *   net_benefit                                    at least; 0 to 1
 *   lift_top_decile                                at least; above 0, up to 10
 *   brier, ici, e50, e90, emax                     at most; above 0, up to 1
 *   log_loss                                       at most; above 0, up to 1e9
 *   prevalence, flagged_share                      within; 0 to 1
 *   oe_ratio                                       within; 0 to 1e9
 *   calibration_intercept, calibration_slope, spiegelhalter_z   within; -1e9 to 1e9
 *
 *   ASSAY_EDATA  another metric, a number where a pair belongs or the reverse, or one out of range */
ASSAY_JSON_ASK assay_targets_read(struct assay_json *doc, const struct cJSON *object,
                                  double *sensitivity, double *specificity,
                                  struct assay_audit_spec *audit, struct assay_error *err);

/* The object "audit":
 *
 *   owner          column with who looks after the account
 *   acted_on       {"date": COLUMN} or {"column": COLUMN}
 *   promotion      METRIC: margin, above 0 and up to 1, for one or more of auc, sensitivity,
 *                  specificity, brier, log_loss, net_benefit
 *   recovery_rate  number of 0 to 1, or [low, value, high] in order
 *   contact_cost   number of 0 to 1e12, or [low, value, high] in order
 *
 *   ASSAY_EDATA  a key that is none of these, or a value that is not as above */
ASSAY_JSON_ASK assay_audit_part_read(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_audit_spec *audit, struct assay_error *err);

/* Writes "targets" as its reader takes it. */
void assay_targets_write(struct assay_json_writer *json, const struct assay_spec *spec);

/* Writes "audit" as its reader takes it; nothing at all where nothing was declared. */
void assay_audit_part_write(struct assay_json_writer *json, const struct assay_audit_spec *audit);

/* Reads a rules file ("-": standard input); // comments are allowed. *audit is filled anew; the two
 * targets are NaN where the file does not name them; sha256 is that of the file's bytes.
 *   ASSAY_EIO, ASSAY_EFORMAT, ASSAY_EDATA  outputs untouched */
ASSAY_MUST_CHECK enum assay_status assay_audit_spec_read(const char *path,
                                                         struct assay_audit_spec *audit,
                                                         double *sensitivity, double *specificity,
                                                         char sha256[ASSAY_SHA256_TEXT_SIZE],
                                                         struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_audit_spec_read_text(const char *name, const char *text,
                                                              size_t length,
                                                              struct assay_audit_spec *audit,
                                                              double *sensitivity,
                                                              double *specificity,
                                                              struct assay_error *err);

/* Back to the default. */
void assay_audit_spec_clear(struct assay_audit_spec *audit);

#endif
