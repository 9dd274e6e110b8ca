/* document.h - the model document: what a reviewer of models asks for, from the files of a version
 * alone
 *
 * Sections: purpose and use, data, outcome, signals, fit, performance with intervals, limits,
 * monitoring plan, change history, and the TRIPOD+AI checklist (Collins et al. 2024), each item
 * filled, with where it stands, or marked missing, with the key of the spec ("about.purpose") that
 * would fill it.
 */
#ifndef ASSAY_RELEASE_DOCUMENT_DOCUMENT_H
#define ASSAY_RELEASE_DOCUMENT_DOCUMENT_H

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/model/model.h"
#include "release/registry/ledger.h"

struct assay_document_input {
    const struct assay_model *model;
    struct assay_json *record;            /* release.json */
    struct assay_json *audit;             /* NULL: none */
    const struct assay_ledger *ledger;    /* the change history */
    struct assay_json *const *records;    /* [n_record] those of all versions, oldest first */
    size_t n_record;
};

/* Markdown, or one HTML page that needs nothing else (print, dark, phone; no scripts). Append. */
ASSAY_MUST_CHECK enum assay_status assay_document_markdown(const struct assay_document_input *input,
                                                           struct assay_text *text,
                                                           struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_document_html(const struct assay_document_input *input,
                                                       struct assay_text *text,
                                                       struct assay_error *err);

#endif
