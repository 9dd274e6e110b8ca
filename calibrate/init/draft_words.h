/* draft_words.h - phrases that the spec's comments and the summary share
 *
 * Internal to draft_*.c. Each appends to text.
 */
#ifndef ASSAY_CALIBRATE_DRAFT_WORDS_H
#define ASSAY_CALIBRATE_DRAFT_WORDS_H

#include "calibrate/init/draft.h"
#include "core/base/text.h"

/* "1869 of 7043 rows (26.5%)" */
void assay_say_share(size_t part, size_t whole, struct assay_text *text);
/* How often the outcome occurs, and which rows could not be used. */
void assay_say_outcome(const struct assay_draft *draft, struct assay_text *text);
/* Which snapshots count only with an event, and what to say if the export was made later; nothing
 * when there are none. */
void assay_say_early(const struct assay_draft *draft, struct assay_text *text);
/* How the id was found, whether rows share it, and how many have none. */
void assay_say_id(const struct assay_draft *draft, struct assay_text *text);
/* "AUC 0.742, higher goes with the event". */
void assay_say_direction(const struct assay_draft *draft, const struct assay_draft_signal *signal,
                         struct assay_text *text);
/* What is missing and what it tells, and a name to be wary of; nothing when there is neither. */
void assay_say_remarks(const struct assay_draft_signal *signal, struct assay_text *text);

/* A word, which is UTF-8, and blanks up to so many columns of a terminal. */
void assay_say_padded(const char *word, size_t width, struct assay_text *text);

/* AUC of the signal the way it is declared: P(an event looks worse) + P(equal) / 2. */
double assay_declared_auc(const struct assay_draft_signal *signal);

/* Left-out columns: one line each where there is a finding, one line a reason where the name says
 * enough; each line begins with prefix and ends with LF. */
void assay_say_left_out(const struct assay_draft *draft, const char *prefix,
                        struct assay_text *text);

#endif
