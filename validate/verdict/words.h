/* words.h - the verdict in sentences, without their full stops
 *
 * Appends to a text; a lack of memory is remembered there.
 */
#ifndef ASSAY_VALIDATE_VERDICT_WORDS_H
#define ASSAY_VALIDATE_VERDICT_WORDS_H

#include "core/base/text.h"
#include "validate/verdict/judge.h"
#include "validate/verdict/pooled.h"
#include "validate/verdict/prospects.h"

/* All that the verdict is told from; everything is borrowed. */
struct assay_verdict_view {
    const struct assay_audit_input *input;
    const struct assay_judgement *judgement;
    const struct assay_needed *needed; /* [judgement->n] */
    const struct assay_pooled *pooled;
};

/* The metric's name in a sentence: "AUC" for auc. */
const char *assay_judged_name(const struct assay_judged *judged);

/* "inconclusive: 31 churners, about two more quarters to a verdict" */
void assay_say_headline(struct assay_text *text, const struct assay_verdict_view *view);

/* Why target k of the judgement is met, missed or not decided. */
void assay_say_reason(struct assay_text *text, const struct assay_verdict_view *view, size_t k);

/* What this quarter could have shown; detectable: of sensitivity and specificity, NaN as
 * assay_audit_detectable() gives it; NULL where that has no target. */
void assay_say_power(struct assay_text *text, const struct assay_verdict_view *view,
                     const double *sensitivity, const double *specificity);

/* The audits together; there is more than this one, or others were left out. */
void assay_say_pooled(struct assay_text *text, const struct assay_pooled *pooled);

/* "one more quarter", "about two more quarters" */
void assay_say_quarters(struct assay_text *text, double quarters);

#endif
