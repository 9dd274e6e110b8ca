/* comparison.h - the audit's "comparison": this model (the challenger) beside the champion, row by row
 *
 * null without a champion, and for a bare score, which has no probabilities to compare. Otherwise
 *
 *   n, events, left_out   rows that both score; used rows that the champion leaves out
 *   champion, challenger  auc, brier, log_loss, sensitivity, specificity, net_benefit, ppv, flagged; either
 *                         at its own line, but for net_benefit, which is at the challenger's for both
 *   differences[]         metric, champion, challenger, difference {value, interval}, p_value, method:
 *                         challenger less champion, paired, by account where accounts repeat
 *   mcnemar               both_right, only_champion, only_challenger, both_wrong; p_value with its method;
 *                         p_exact, null where accounts repeat
 *   moves[]               from (the champion's zone), to (this model's), n, events; without empty ones
 *   promotion             the rule held against the differences (promotion.h); null where none is declared
 *   words                 the same in sentences
 *
 * The rule is input->rules: the model's own, fixed at its calibration, or that of --rules, whose SHA-256 is
 * recorded with it. */
#ifndef ASSAY_VALIDATE_CHAMPION_COMPARISON_H
#define ASSAY_VALIDATE_CHAMPION_COMPARISON_H

#include "validate/audit/input.h"
#include "validate/audit/output.h"

/*   ASSAY_EDATA   a probability or a score out of range
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_audit_comparison(const struct assay_audit_input *input,
                                                          struct assay_audit_output *out,
                                                          struct assay_error *err);

#endif
