/* draft_parts.h - the steps of a draft
 *
 * Internal to draft*.c. Each step adds to a draft; on failure what was allocated stays in it, for
 * assay_draft_clear().
 */
#ifndef ASSAY_CALIBRATE_DRAFT_PARTS_H
#define ASSAY_CALIBRATE_DRAFT_PARTS_H

#include "calibrate/init/column_name.h"
#include "calibrate/init/draft.h"

#define ASSAY_STEP ASSAY_MUST_CHECK enum assay_status

/* draft_roles.c: outcome, as_of, id, value, plan, tenure and its bands. */
ASSAY_STEP assay_draft_roles(const struct assay_draft_options *options, struct assay_draft *draft,
                             struct assay_error *err);

/* draft_outcome.c: rows whose outcome is known, and what it is. */
ASSAY_STEP assay_draft_outcome(const struct assay_draft_options *options, struct assay_draft *draft,
                               struct assay_error *err);

/* draft_columns.c: every column without a role becomes a candidate, a segment or is left out. */
ASSAY_STEP assay_draft_columns(struct assay_draft *draft, struct assay_error *err);

/* draft_choice.c: from candidates to signals that can be fitted together. */
ASSAY_STEP assay_draft_choose(struct assay_draft *draft, struct assay_error *err);

/* ---- shared ---- */

const char *assay_draft_name(const struct assay_draft *draft, size_t column);
const char *assay_draft_words(const struct assay_draft *draft, size_t column,
                              char words[ASSAY_NAME_WORDS_SIZE]);

/* The candidate's value in the rows used, the way the fit would take it in up to scale: numbers,
 * flags as 0 and 1, categories as points. value[n_used], NaN where missing. */
ASSAY_STEP assay_draft_values(const struct assay_draft *draft,
                              const struct assay_draft_signal *signal, double value[],
                              struct assay_error *err);

/* Notes a column as left out; format NULL: nothing to say beyond the reason. */
ASSAY_STEP assay_draft_leave(struct assay_draft *draft, size_t column,
                             enum assay_left_reason reason, struct assay_error *err,
                             const char *format, ...) ASSAY_PRINTF(5, 6);

/* A column name as messages and comments show it. */
struct assay_shown_name {
    char text[ASSAY_QUOTE_SIZE];
};
const char *assay_draft_shown(const struct assay_draft *draft, size_t column,
                              struct assay_shown_name *shown);

#endif
