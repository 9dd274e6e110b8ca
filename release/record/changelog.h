/* changelog.h - CHANGELOG.md and .json of a registry: every version and every event
 *
 * CHANGELOG.md, newest first, opens with what is in force and a short guide to the directory; each
 * version's section is its stored changes.md, word for word, under a line that says whether it is
 * in force, was withdrawn (why), was released over closed gates (why); rollbacks and withdrawals
 * stand between in their order. CHANGELOG.json: format "assay-changelog/1", name, in_force,
 * entries[] oldest first: the ledger's fields in its order, "hash" (of the entry's own line), and
 * "release": the whole record of a release, null for other events.
 */
#ifndef ASSAY_RELEASE_RECORD_CHANGELOG_H
#define ASSAY_RELEASE_RECORD_CHANGELOG_H

#include "core/base/error.h"
#include "core/base/text.h"
#include "release/registry/ledger.h"

#define ASSAY_CHANGELOG_FORMAT "assay-changelog/1"

struct assay_changelog_version {
    const char *version;
    const char *record; /* release.json */
    size_t record_length;
    const char *changes; /* changes.md */
    size_t changes_length;
};

/* versions[n] has every version that the ledger releases, in any order. Both texts are appended to.
 *   ASSAY_EFORMAT, ASSAY_EDATA  a record is damaged, or a version is not in versions[] */
ASSAY_MUST_CHECK enum assay_status assay_changelog_write(
    const char *name, const struct assay_ledger *ledger,
    const struct assay_changelog_version versions[], size_t n, struct assay_text *markdown,
    struct assay_text *json, struct assay_error *err);

#endif
