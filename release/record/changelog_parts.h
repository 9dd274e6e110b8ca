/* changelog_parts.h - the two texts of a registry's changelog; internal to changelog*.c */
#ifndef ASSAY_RELEASE_RECORD_CHANGELOG_PARTS_H
#define ASSAY_RELEASE_RECORD_CHANGELOG_PARTS_H

#include "core/base/json.h"
#include "release/record/changelog.h"

/* What both are made of: of each entry its version's record and changes.md, where it is a release.
 */
struct assay_changelog {
    const char *name;
    const struct assay_ledger *ledger;
    const struct assay_changelog_version **versions; /* [n_entry], NULL but for releases */
    struct assay_json **records;                     /* [n_entry], likewise; owned */
};

/* Appends CHANGELOG.md; memory failure is in text->failed. */
void assay_changelog_markdown(const struct assay_changelog *changelog, struct assay_text *text);

/* Appends CHANGELOG.json; memory failure is in text->failed.
 *   ASSAY_EDATA  a record nests deeper than can be written */
ASSAY_MUST_CHECK enum assay_status assay_changelog_json(const struct assay_changelog *changelog,
                                                        struct assay_text *text,
                                                        struct assay_error *err);

#endif
