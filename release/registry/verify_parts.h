/* verify_parts.h - what the parts of a verification share: where they look, and what they say
 *
 * A part that finds a defect says so and goes on. Want of memory is remembered, and asked for once,
 * at the end.
 */
#ifndef ASSAY_RELEASE_REGISTRY_VERIFY_PARTS_H
#define ASSAY_RELEASE_REGISTRY_VERIFY_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/registry/ledger.h"
#include "release/registry/listing.h"
#include "release/registry/verify.h"

struct assay_look {
    const char *root;
    const struct assay_verify_options *options;
    struct assay_verification *out;
    struct assay_listing current; /* zeroed where it is missing or damaged */
    bool has_current;
    struct assay_ledger ledger;    /* likewise */
    struct assay_public_key *keys; /* [n_key] those that signed an entry */
    size_t n_key, key_capacity;
    bool out_of_memory;
};

void assay_look_defect(struct assay_look *look, const char *format, ...) ASSAY_PRINTF(2, 3);
void assay_look_note(struct assay_look *look, const char *format, ...) ASSAY_PRINTF(2, 3);
/* Whether status is ASSAY_OK; else its message is a defect. */
bool assay_look_took(struct assay_look *look, enum assay_status status,
                     const struct assay_error *err);

/* The key of that ID to check a signature with: the one to trust, or else one that the registry
 * keeps. NULL: none. */
const struct assay_public_key *assay_look_key(const struct assay_look *look, const char *id);
/* Whether a signature by that key is by the one to trust, if there is one. */
bool assay_look_trusts(const struct assay_look *look, const char *id);

/* Appends the bytes that "current" lists as file; without "current", those that stand there. */
ASSAY_MUST_CHECK enum assay_status assay_look_read(struct assay_look *look, const char *file,
                                                   struct assay_text *text,
                                                   struct assay_error *err);

/* Reads the public keys that "current" lists; without it, those that the ledger names. */
void assay_verify_keys(struct assay_look *look);
/* The ledger's signature, or what its absence means. */
void assay_verify_signature(struct assay_look *look);
/* The folder of the version that an entry releases. */
void assay_verify_version(struct assay_look *look, const struct assay_entry *release);

/* The digest that a released model had as a candidate, with "candidate" in place of its version.
 * False: bytes[length] has no line of that version, or no digest line at its end. */
bool assay_candidate_digest(const char *bytes, size_t length, const char *version,
                            char out[ASSAY_DIGEST_SIZE]);

#endif
