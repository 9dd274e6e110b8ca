/* survey.h - what lies about in a registry beside what belongs there
 *
 * An interrupted change leaves files that "current" does not name, under names that tell what they
 * are (registry.h says how a change is made). This finds them, and says of each what it means.
 */
#ifndef ASSAY_RELEASE_REGISTRY_SURVEY_H
#define ASSAY_RELEASE_REGISTRY_SURVEY_H

#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/registry/ledger.h"
#include "release/registry/listing.h"

enum assay_leftover_kind {
    /* of a change that counts */
    ASSAY_LEFT_AWAITED, /* ".NAME.next": has the bytes that "current" lists as NAME, which NAME has
                           not */
    ASSAY_LEFT_STALE, /* ledger.jsonl.minisig, of the ledger before; its removal is awaited likewise
                       */
    /* of a change that was not made */
    ASSAY_LEFT_FILE,    /* ".NAME.next" with other bytes */
    ASSAY_LEFT_FOLDER,  /* "versions/.V.next" */
    ASSAY_LEFT_VERSION, /* "versions/V": not in the ledger, but in ".ledger.jsonl.next" */
    /* of no change */
    ASSAY_LEFT_UNLISTED, /* damage: a file or version with a registry's name that nothing accounts
                            for */
    ASSAY_LEFT_UNKNOWN,  /* damage: in versions/, and no version */
    /* damage that every change would meet, and no command removes */
    ASSAY_LEFT_NO_DIRECTORY, /* a link, or a file: "versions", or in it under a version's name */
    ASSAY_LEFT_NO_FILE,      /* a link, or a directory: ".NAME.next"; a directory in a folder that
                                is to be removed */
    ASSAY_LEFT_FOREIGN,      /* at the top, somebody's own */
};

struct assay_leftover {
    enum assay_leftover_kind kind;
    char *name; /* relative to the root */
};
struct assay_survey {
    struct assay_leftover *items; /* [n], those at the top first, each part sorted by name */
    size_t n, capacity;
};
void assay_survey_clear(struct assay_survey *survey);

/* Says of one that is in the way of every change what it is, and what to do.
 *   ASSAY_EDATA  it is: "ROOT/NAME: ..." */
ASSAY_MUST_CHECK enum assay_status assay_leftover_check(const char *root,
                                                        const struct assay_leftover *item,
                                                        struct assay_error *err);
/* The same of all; the first that is. */
ASSAY_MUST_CHECK enum assay_status assay_survey_check(const char *root,
                                                      const struct assay_survey *survey,
                                                      struct assay_error *err);

/* Looks. Nothing that is a link is followed. current is NULL where there is none; the ledger has no
 * entries then.
 *   ASSAY_EIO  a directory, or a file that must be compared, cannot be read */
ASSAY_MUST_CHECK enum assay_status assay_survey_take(const char *root,
                                                     const struct assay_listing *current,
                                                     const struct assay_ledger *ledger,
                                                     struct assay_survey *survey,
                                                     struct assay_error *err);

/* The first of a kind, NULL: there is none. */
const char *assay_survey_first(const struct assay_survey *survey, enum assay_leftover_kind kind);
/* Whether anything of a change that counts awaits its end. */
bool assay_survey_unfinished(const struct assay_survey *survey);
/* Whether anything of a change that was not made is there. */
bool assay_survey_remains(const struct assay_survey *survey);

/* Appends the bytes that "current" lists as file, from its place or, where its last rename is
 * awaited, from beside it. ASSAY_EIO    cannot be read ASSAY_EDATA  it is missing, or its bytes are
 * others: "ROOT/FILE: ..." */
ASSAY_MUST_CHECK enum assay_status assay_listed_read(const char *root,
                                                     const struct assay_listing *current,
                                                     const char *file, struct assay_text *text,
                                                     struct assay_error *err);

#endif
