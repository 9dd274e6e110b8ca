/* questions.h - each gate's question and its answer in words; internal to gates.c
 *
 * A question fills an answer that begins zeroed: open, no words. Texts remember a lack of memory;
 * gates.c asks once, at the end.
 */
#ifndef ASSAY_RELEASE_GATES_QUESTIONS_H
#define ASSAY_RELEASE_GATES_QUESTIONS_H

#include <stdbool.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/gates/audit_facts.h"
#include "release/gates/gates.h"

struct assay_gate_view {
    const struct assay_gate_input *input;  /* with a model */
    const struct assay_audit_facts *given; /* the audit as it is; NULL: none was given */
};

struct assay_gate_answer {
    enum assay_gate_result result;
    struct assay_text asked, found;
};

/* ---- what several gates need to know ---- */

/* Budgets hold to this much. */
#define ASSAY_BUDGET_SLACK 1e-9

/* The audit where it is of the candidate's own digest; else NULL. */
const struct assay_audit_facts *assay_gate_audit(const struct assay_gate_view *view);
/* Likewise where some outcome was known; else NULL, and the answer is closed and says why. */
const struct assay_audit_facts *assay_gate_measured(const struct assay_gate_view *view,
                                                    struct assay_gate_answer *answer);
/* Whether a digest is the version in force's, of either kind; digest may be NULL. */
bool assay_gate_is_previous(const struct assay_gate_view *view, const char *digest);

/* "1.118 [0.934, 1.337]", or without an interval "1.118", so many decimals; sign: "+0.0021". */
void assay_gate_put_estimate(struct assay_text *text, struct assay_estimate estimate, int decimals,
                             bool sign);
/* "1,249" */
void assay_gate_put_count(struct assay_text *text, size_t count);
/* A digest's beginning: "sha256:dc5a3b1b6e4f". */
void assay_gate_put_digest(struct assay_text *text, const char *digest);

/* Follows an answer that is open only because the spec accepts it. */
#define ASSAY_ACCEPTED "; accepted beforehand (release.inconclusive)"

/* ---- the questions ---- */

/*   ASSAY_ENOMEM  reading it again */
ASSAY_MUST_CHECK enum assay_status assay_gate_ask_file(const struct assay_gate_view *view,
                                                       struct assay_gate_answer *answer,
                                                       struct assay_error *err);
void assay_gate_ask_examples(const struct assay_gate_view *view, struct assay_gate_answer *answer);

void assay_gate_ask_audit(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_age(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_verdict(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_calibration(const struct assay_gate_view *view,
                                struct assay_gate_answer *answer);

void assay_gate_ask_promotion(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_champion(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_weights(const struct assay_gate_view *view, struct assay_gate_answer *answer);
void assay_gate_ask_zones(const struct assay_gate_view *view, struct assay_gate_answer *answer);

#endif
