/* verify.h - is every byte of a registry what its ledger says it is?
 *
 * Reads all of it and trusts none: the chain of the ledger and its head, every file at the top
 * against "current", every file of every version against its record and the record against the
 * ledger, every model against its digest, its examples and the candidate that was audited (the same
 * file but for its version), signatures, what is missing and what nobody knows. It keeps going
 * after a defect and names each.
 */
#ifndef ASSAY_RELEASE_REGISTRY_VERIFY_H
#define ASSAY_RELEASE_REGISTRY_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/sign/minisign.h"

enum assay_registry_state {
    ASSAY_REGISTRY_EMPTY,
    ASSAY_REGISTRY_WHOLE,
    ASSAY_REGISTRY_OLD, /* sound, with the remains of a change that was interrupted before it counted */
    ASSAY_REGISTRY_NEW, /* sound, its last change interrupted after it counted: files await their last rename */
    ASSAY_REGISTRY_DAMAGED,
};

struct assay_verify_options {
    /* To trust: the ledger must be signed with it. NULL: keys kept in the registry, no signature asked for */
    const struct assay_public_key *key;
    /* Hash of an entry that must be in the ledger, kept elsewhere, with or without "sha256:";
     * or NULL */
    const char *head;
};

struct assay_verification {
    enum assay_registry_state state;
    size_t n_entry, n_version, n_file; /* files: read and found as they should be */
    size_t signed_entries; /* the ledger's signature covers so many */
    size_t signed_versions; /* versions whose model is signed, and verifies */
    char *version;   /* in force, or NULL */
    char head[80];   /* "sha256:...", or empty */
    char **defects;  /* sentences, place first */
    size_t n_defect, defect_capacity;
    char **notes;    /* what is no defect, but is said: remains, unsigned versions, foreign files */
    size_t n_note, note_capacity;
};
void assay_verification_clear(struct assay_verification *verification);

/* Looks at path; a command that writes there is waited for. A directory with nothing of a registry
 * in it is EMPTY, and OLD with the remains of a first release.
 *   ASSAY_EDATA              the head to look for is no hash
 *   ASSAY_EIO, ASSAY_ENOMEM  could not look at it at all; a file that cannot be read is a defect */
ASSAY_MUST_CHECK enum assay_status assay_registry_verify(const char *path,
                                                         const struct assay_verify_options *options,
                                                         struct assay_verification *verification,
                                                         struct assay_error *err);

#endif
