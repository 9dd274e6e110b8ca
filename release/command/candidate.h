/* candidate.h - a candidate, its audit, and the version in force that it is to follow */
#ifndef ASSAY_RELEASE_COMMAND_CANDIDATE_H
#define ASSAY_RELEASE_COMMAND_CANDIDATE_H

#include <stdbool.h>

#include "core/base/json.h"
#include "core/model/model.h"
#include "release/gates/gates.h"
#include "release/registry/registry.h"
#include "release/version/change.h"

/* The version word of a model that was not released. */
#define ASSAY_CANDIDATE_WORD "candidate"

struct assay_candidate {
    const char *path; /* borrowed */
    struct assay_text text;
    bool readable; /* else why_not says why it is no model */
    char why_not[768];
    struct assay_model model;
    char digest[ASSAY_DIGEST_SIZE];

    struct assay_text audit_text;
    struct assay_json *audit; /* NULL: none was given */
    char audit_sha256[ASSAY_SHA256_TEXT_SIZE];

    bool has_previous; /* a version is in force */
    struct assay_model previous;
    char previous_candidate[ASSAY_DIGEST_SIZE];
    struct assay_change change; /* against it */
};

/* Reads the candidate, and its audit where there is one (NULL: none). A file that is no sound model
 * is read: its gate is closed.
 *   ASSAY_EIO, ASSAY_EFORMAT  a file that is not there; an audit that is not JSON
 *   ASSAY_EDATA  a model that was released already, by its version word */
ASSAY_MUST_CHECK enum assay_status assay_candidate_read(const char *path, const char *audit_path,
                                                        struct assay_candidate *candidate,
                                                        struct assay_error *err);

/* Reads the version in force, where there is one, and what changed.
 *   ASSAY_EDATA  the registry holds another model, by name */
ASSAY_MUST_CHECK enum assay_status assay_candidate_compare(struct assay_candidate *candidate,
                                                           const struct assay_registry *registry,
                                                           struct assay_error *err);

ASSAY_MUST_CHECK enum assay_status assay_candidate_ask(const struct assay_candidate *candidate,
                                                       int32_t today, struct assay_gates *gates,
                                                       struct assay_error *err);

void assay_candidate_clear(struct assay_candidate *candidate);

#endif
