/* draft_text.h - a draft in words: the spec with its reasons as comments, and a summary for people
 *
 * Both append to text, whose `failed` says afterwards whether memory ran out.
 */
#ifndef ASSAY_CALIBRATE_DRAFT_TEXT_H
#define ASSAY_CALIBRATE_DRAFT_TEXT_H

#include "calibrate/init/draft.h"
#include "core/base/text.h"

/* JSON with // comments, as assay_spec_read() takes it. */
void assay_draft_print_spec(const struct assay_draft *draft, struct assay_text *text);

void assay_draft_print_summary(const struct assay_draft *draft, struct assay_text *text);

#endif
