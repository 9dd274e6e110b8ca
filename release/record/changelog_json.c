#include "core/base/json_write.h"
#include "core/model/model_fields.h"
#include "release/record/changelog_parts.h"
#include "release/record/json_copy.h"

static void put_digest(struct assay_json_writer *json, const char *key, const char *digest)
{
    assay_put_text(json, key, *digest != '\0' ? digest : NULL);
}

static enum assay_status put_entry(struct assay_json_writer *json, const struct assay_entry *entry,
                                   struct assay_json *record, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    assay_json_open(json, NULL, '{');
    assay_json_put_count(json, "entry", entry->number);
    assay_json_put_string(json, "at", entry->at);
    assay_json_put_string(json, "event", assay_event_names[entry->event]);
    assay_json_put_string(json, "version", entry->version);
    assay_put_text(json, "from", entry->from);
    put_digest(json, "digest", entry->digest);
    put_digest(json, "candidate", entry->candidate);
    put_digest(json, "record", entry->record);
    assay_put_text(json, "by", entry->by);
    assay_put_text(json, "reason", entry->reason);
    assay_put_text(json, "key", entry->key);
    put_digest(json, "previous", entry->previous);
    put_digest(json, "hash", entry->hash);
    if (record != NULL)
        status = assay_json_copy(json, "release", record, assay_json_root(record), err);
    else
        assay_json_put_null(json, "release");
    assay_json_close(json);
    return status;
}

enum assay_status assay_changelog_json(const struct assay_changelog *changelog,
                                       struct assay_text *text, struct assay_error *err)
{
    const struct assay_ledger *ledger = changelog->ledger;
    struct assay_json_writer json = {0};
    enum assay_status status = ASSAY_OK;
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", ASSAY_CHANGELOG_FORMAT);
    assay_json_put_string(&json, "name", changelog->name);
    assay_put_text(&json, "in_force", assay_ledger_in_force(ledger, ledger->n_entry));
    assay_json_open(&json, "entries", '[');
    for (size_t k = 0; status == ASSAY_OK && k < ledger->n_entry; k++)
        status = put_entry(&json, &ledger->entries[k], changelog->records[k], err);
    assay_json_close(&json);
    assay_json_close(&json);
    text->failed |= json.out.failed;
    if (status == ASSAY_OK && !text->failed)
        assay_text_add(text, json.out.data, json.out.length);
    assay_text_clear(&json.out);
    return status;
}
