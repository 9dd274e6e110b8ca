/* gates.h - what a candidate must show before it becomes a version
 *
 * Each gate is a question with an answer in words. What is asked comes from the model file (spec
 * "release" and "audit"), which is older than the audit, or from the defaults.
 *
 *   file        it reads: format, rules, digest, and is byte for byte as this program writes it
 *   examples    it gives its own examples
 *   audit       there is an audit of this very digest, not of the rows it was calibrated on, and the
 *               model is no first look ("folds": 0)
 *   age         neither the audit nor the outcomes of its last snapshots are older than
 *               release.audit_age_days; the audit is not older than the model, nor of a later day
 *   verdict     pass; inconclusive where the spec accepts it
 *   promotion   the rule that the model itself carries holds against the version in force, on the
 *               same rows
 *   champion    no metric of the comparison is worse than the version in force's beyond chance
 *   calibration observed / expected within release.oe_ratio
 *   weights     no weight moved by more than release.max_weight_change
 *   zones       no more than release.max_zone_changes of the snapshots change zone
 *
 * promotion, champion, weights and zones are not asked of the first version, zones not where the
 * zones' names are others: there is nothing to compare then. A signal that one of the models does
 * not have weighs nothing in it, so that adding or removing one is a move as any. Zones of the same
 * names are compared whatever their bounds are: on the weighted-average scale every calibration has
 * its own, and elsewhere customers see the move all the same. file and examples can not be
 * overridden. A gate whose evidence is missing is closed: "not known: ..." in `found`.
 *
 * Which audit counts. The audit of the candidate's own digest, and no other: weights that are alike
 * are not the same file. The version in force goes by two digests, its own and the one it had as a
 * candidate, which differ in the version's line; an audit may compare with either. An audit may be
 * made with rules from a file (validate --rules) in place of the model's. These are no older than
 * the audit itself, so that somebody may have known what they would say: by such an audit verdict
 * and promotion stay closed, whatever it says.
 *
 * How sure. calibration, weights and zones are budgets, held against the value as it was found; the
 * interval is shown beside it and does not decide. champion goes by the 95% interval of the paired
 * difference (DeLong et al. 1988 and others: docs/audit.md): worse is one that lies wholly on the
 * bad side of 0. Of a candidate that is as good as its champion each of the six metrics says so
 * falsely in 2.5% of audits, all of them together in at most 15% (Boole), and less, for they go
 * together. An interval that holds 0 is no proof of being as good: that is what promotion asks.
 * Shares of snapshots that move have Wilson's interval (1927) where no account is counted twice.
 * Budgets hold to 1e-9, so that 0.4 - 0.3 is no more than 0.1.
 */
#ifndef ASSAY_RELEASE_GATES_GATES_H
#define ASSAY_RELEASE_GATES_GATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/json_write.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "release/version/change.h"

enum assay_gate_name {
    ASSAY_GATE_FILE,
    ASSAY_GATE_EXAMPLES,
    ASSAY_GATE_AUDIT,
    ASSAY_GATE_AGE,
    ASSAY_GATE_VERDICT,
    ASSAY_GATE_PROMOTION,
    ASSAY_GATE_CHAMPION,
    ASSAY_GATE_CALIBRATION,
    ASSAY_GATE_WEIGHTS,
    ASSAY_GATE_ZONES,
    ASSAY_GATES
};
extern const char *const assay_gate_names[ASSAY_GATES];

enum assay_gate_result { ASSAY_GATE_OPEN, ASSAY_GATE_CLOSED, ASSAY_GATE_NOT_ASKED };
extern const char *const assay_gate_results[3]; /* open, closed, not asked */

struct assay_gate {
    enum assay_gate_result result;
    char *asked; /* "a pass; release.inconclusive is \"refuse\"" */
    char *found; /* "inconclusive: 109 churners, about six more quarters to a verdict" */
};
struct assay_gates {
    struct assay_gate gate[ASSAY_GATES];
};
void assay_gates_clear(struct assay_gates *gates);

struct assay_gate_input {
    /* the candidate: its model, or the sentence why it could not be read (model NULL then) */
    const struct assay_model *model;
    const char *unreadable;
    const char *bytes; /* [length] the candidate's file */
    size_t length;
    struct assay_json *audit; /* borrowed; NULL: none was given */
    /* the version in force; model NULL: none yet */
    const struct assay_model *previous;
    const char *previous_candidate; /* the digest it had as a candidate; audits may name either */
    const struct assay_change *change; /* against it; NULL without one */
    int32_t today;
};

/* Asks all. An unreadable file closes the first gate, and the others are not asked. The answers
 * depend on the input alone: not on the clock, and not on the order of lists in the audit. *gates
 * is the caller's to clear. model, where there is one, is what bytes say.
 *   ASSAY_EDATA   the audit is no audit file: its place, and what was expected; also where the file
 *                 is unreadable
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_gates_ask(const struct assay_gate_input *input,
                                                   struct assay_gates *gates,
                                                   struct assay_error *err);

size_t assay_gates_closed(const struct assay_gates *gates);
/* Whether one that cannot be overridden is closed. */
bool assay_gates_barred(const struct assay_gates *gates);

/* The list "gates" of a record: {gate, result, asked, found}. */
void assay_gates_write(struct assay_json_writer *json, const char *key,
                       const struct assay_gates *gates);

/* A table for the terminal: a gate a line, what was found, and what was asked where it is closed;
 * lines of up to 100 columns, hanging. Appends; a lack of memory is remembered in text. */
void assay_gates_words(const struct assay_gates *gates, struct assay_text *text);

#endif
