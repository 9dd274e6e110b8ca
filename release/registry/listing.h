/* listing.h - the file "current": what is in force, and what the files beside it hold
 *
 * Its keys are in registry.h. One text stands for it and no other: what assay_listing_write()
 * makes, files in the order of their names' bytes. Which files are listed follows from the ledger:
 * .gitattributes, CHANGELOG.json, CHANGELOG.md and ledger.jsonl always; ledger.jsonl.minisig where
 * the last entry is signed; KEYID.pub of each key that ever signed an entry.
 */
#ifndef ASSAY_RELEASE_REGISTRY_LISTING_H
#define ASSAY_RELEASE_REGISTRY_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/registry/ledger.h"

#define ASSAY_CURRENT_FILE    "current"
#define ASSAY_LEDGER_FILE     "ledger.jsonl"
#define ASSAY_SIGNATURE_FILE  "ledger.jsonl.minisig"
#define ASSAY_ATTRIBUTES_FILE ".gitattributes"
#define ASSAY_ATTRIBUTES      "* -text\n"
#define ASSAY_VERSIONS        "versions"
/* Longest "current": some thousands of keys. */
#define ASSAY_CURRENT_LIMIT ((size_t)1 << 20)

struct assay_listing_file {
    char *name;
    char sha256[ASSAY_SHA256_TEXT_SIZE];
};

struct assay_listing {
    char *name;    /* of the model */
    char *version; /* in force */
    char digest[ASSAY_DIGEST_SIZE];
    size_t entry; /* entries in the ledger */
    char head[ASSAY_DIGEST_SIZE];
    struct assay_listing_file *files; /* [n_file], sorted by name */
    size_t n_file, capacity;
};
void assay_listing_clear(struct assay_listing *current);

/* Reads text[length]; name stands in messages.
 *   ASSAY_EFORMAT  not JSON, or not in the one form
 *   ASSAY_EDATA    a value that none of its kind can have */
ASSAY_MUST_CHECK enum assay_status assay_listing_read(const char *name, const char *text,
                                                      size_t length, struct assay_listing *current,
                                                      struct assay_error *err);

/* Appends it to text. */
ASSAY_MUST_CHECK enum assay_status assay_listing_write(const struct assay_listing *current,
                                                       struct assay_text *text,
                                                       struct assay_error *err);

/* The hexadecimal SHA-256 of a listed file, NULL: it is not listed. */
const char *assay_listing_of(const struct assay_listing *current, const char *file);
/* Lists a file, or changes what is listed of it. */
ASSAY_MUST_CHECK enum assay_status assay_listing_put(struct assay_listing *current,
                                                     const char *file, const char *sha256,
                                                     struct assay_error *err);

/* Whether it is what follows from the ledger (all but the hashes of files).
 *   ASSAY_EDATA  it is not: "NAME: ..." */
ASSAY_MUST_CHECK enum assay_status assay_listing_check(const char *name,
                                                       const struct assay_listing *current,
                                                       const struct assay_ledger *ledger,
                                                       struct assay_error *err);

/* Whether entries[n] is the first that is signed with its key. */
bool assay_first_signs(const struct assay_ledger *ledger, size_t n);

/* Whether a registry may list a file of that name. */
bool assay_may_be_listed(const char *file);

#endif
