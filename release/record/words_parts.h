/* words_parts.h - the sections of a version's words; internal to record_words.c and words_*.c
 *
 * Each appends its section with its heading, or nothing where the record has nothing to say of it.
 * A record that assay_record_read() took has all the keys; whatever is not there is passed over.
 */
#ifndef ASSAY_RELEASE_RECORD_WORDS_PARTS_H
#define ASSAY_RELEASE_RECORD_WORDS_PARTS_H

#include "core/base/json.h"
#include "core/base/text.h"

/* Weights of a first version, largest first.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_words_weights(const struct cJSON *record,
                                                       struct assay_text *text,
                                                       struct assay_error *err);
/* Before and after on the same rows, and the audit: its verdict, and its figures where it has not
 * been shown as "after". */
void assay_words_accuracy(const struct cJSON *record, struct assay_text *text);
void assay_words_impact(const struct cJSON *record, struct assay_text *text);
void assay_words_moves(const struct cJSON *record, struct assay_text *text);
void assay_words_gates(const struct cJSON *record, struct assay_text *text);

/* ---- pieces; `line` is a paragraph in the making ---- */

void assay_words_heading(struct assay_text *text, const char *heading);
/* Wraps line into text behind an empty line, and empties line; its failure becomes the text's. */
void assay_words_paragraph(struct assay_text *text, struct assay_text *line);
/* Thousands set off; "?" where it is NAN. */
void assay_words_count(struct assay_text *line, double count);
/* A foreign text without the full stops and blanks at its end, for the middle of a sentence. */
void assay_words_clause(struct assay_text *line, const char *foreign);
/* "1,249 snapshots, 109 with the event" */
void assay_words_rows(struct assay_text *line, double rows, double events);

#endif
