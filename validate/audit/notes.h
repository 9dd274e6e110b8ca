/* notes.h - what the reader of an audit should bear in mind, as sentences
 *
 * They stand under the verdict wherever it is shown, and in the file's quality.notes.
 */
#ifndef ASSAY_VALIDATE_AUDIT_NOTES_H
#define ASSAY_VALIDATE_AUDIT_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/metric/confusion.h"
#include "core/metric/interval.h"
#include "validate/audit/input.h"

enum { ASSAY_MAX_NOTES = 16, ASSAY_NOTE_SIZE = 320 };

struct assay_notes {
    char text[ASSAY_MAX_NOTES][ASSAY_NOTE_SIZE];
    size_t n;
};

/* counts and auc (NaN: not defined) are those of the used rows.
 *   ASSAY_ENOMEM */
ASSAY_MUST_CHECK enum assay_status assay_notes_gather(const struct assay_audit_input *input,
                                                      const struct assay_confusion *counts,
                                                      const struct assay_estimate *auc,
                                                      struct assay_notes *notes,
                                                      struct assay_error *err);

/* Whether the audit's rows are, or may be, among those that the model was fitted to: the same file
 * or the same days. False for a score column. */
bool assay_audit_in_sample(const struct assay_audit_input *input);

#endif
