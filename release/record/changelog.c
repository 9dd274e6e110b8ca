#include "release/record/changelog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/record/changelog_parts.h"
#include "release/record/record.h"

static const struct assay_changelog_version *version_named(
    const struct assay_changelog_version versions[], size_t n, const char *version)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(versions[k].version, version) == 0)
            return &versions[k];
    return NULL;
}

static enum assay_status gather(struct assay_changelog *changelog,
                                const struct assay_changelog_version versions[], size_t n,
                                struct assay_error *err)
{
    const struct assay_ledger *ledger = changelog->ledger;
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < ledger->n_entry; k++) {
        const struct assay_entry *entry = &ledger->entries[k];
        char name[ASSAY_QUOTE_SIZE];
        if (entry->event != ASSAY_EVENT_RELEASE)
            continue;
        const struct assay_changelog_version *version = version_named(versions, n, entry->version);
        if (version == NULL)
            return assay_fail(
                err, ASSAY_EDATA,
                "ledger entry %zu: no files of version %s; expected those of every version",
                entry->number, entry->version);
        changelog->versions[k] = version;
        snprintf(name, sizeof name, "versions/%.100s/release.json", entry->version);
        status = assay_record_read(name, version->record, version->record_length,
                                   &changelog->records[k], err);
    }
    return status;
}

/* Adds both or neither. */
static enum assay_status add_both(const struct assay_text *page, const struct assay_text *document,
                                  struct assay_text *markdown, struct assay_text *json,
                                  struct assay_error *err)
{
    size_t length = markdown->length;
    if (!page->failed && !document->failed) {
        assay_text_add(markdown, page->data, page->length);
        if (!markdown->failed)
            assay_text_add(json, document->data, document->length);
        if (!markdown->failed && !json->failed)
            return ASSAY_OK;
    }
    if (markdown->data != NULL)
        markdown->data[markdown->length = length] = '\0';
    return assay_fail_memory(err, "writing the changelog");
}

static enum assay_status write_both(const struct assay_changelog *changelog,
                                    struct assay_text *markdown, struct assay_text *json,
                                    struct assay_error *err)
{
    struct assay_text page = {0}, document = {0};
    assay_changelog_markdown(changelog, &page);
    enum assay_status status = assay_changelog_json(changelog, &document, err);
    if (status == ASSAY_OK)
        status = add_both(&page, &document, markdown, json, err);
    assay_text_clear(&page);
    assay_text_clear(&document);
    return status;
}

enum assay_status assay_changelog_write(const char *name, const struct assay_ledger *ledger,
                                        const struct assay_changelog_version versions[], size_t n,
                                        struct assay_text *markdown, struct assay_text *json,
                                        struct assay_error *err)
{
    struct assay_changelog changelog = {
        .name = name,
        .ledger = ledger,
        .versions = assay_alloc(ledger->n_entry, sizeof *changelog.versions),
        .records = assay_alloc(ledger->n_entry, sizeof *changelog.records)};
    enum assay_status status;
    if (changelog.versions == NULL || changelog.records == NULL)
        status = assay_fail_memory(err, "writing the changelog");
    else
        status = gather(&changelog, versions, n, err);
    if (status == ASSAY_OK)
        status = write_both(&changelog, markdown, json, err);
    for (size_t k = 0; changelog.records != NULL && k < ledger->n_entry; k++)
        assay_json_free(changelog.records[k]);
    free(changelog.records);
    free(changelog.versions);
    return status;
}
