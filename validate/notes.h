/* notes.h - what the reader of an audit should bear in mind, as sentences
 *
 * The same lines stand under the verdict on the terminal and in the file's quality.notes.
 */
#ifndef ASSAY_VALIDATE_NOTES_H
#define ASSAY_VALIDATE_NOTES_H

#include <stddef.h>

#include "core/model/model.h"
#include "validate/audit.h"
#include "validate/audit_data.h"

enum { ASSAY_MAX_NOTES = 12, ASSAY_NOTE_SIZE = 320 };

struct assay_notes {
    char text[ASSAY_MAX_NOTES][ASSAY_NOTE_SIZE];
    size_t n;
};

/* model NULL: a score column. */
void assay_notes_gather(const struct assay_audit *audit, const struct assay_audit_data *data,
                        const struct assay_audit_rules *rules, const struct assay_model *model,
                        struct assay_notes *notes);

/* Whether the audit's rows are, or may be, among those that the model was fitted to: the same file
 * or the same days. */
bool assay_audit_in_sample(const struct assay_audit_data *data, const struct assay_model *model);

#endif
