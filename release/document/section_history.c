/* Change history: every version with what its audit said, and every entry of the ledger. */
#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* Whether a version's record has the audit of that very version. */
static bool has_own_audit(const struct cJSON *record)
{
    const char *audited = assay_path_text(record, "audit.model");
    const char *own = assay_path_text(record, "model.digest");
    const char *candidate = assay_path_text(record, "model.candidate");
    return audited != NULL && ((own != NULL && strcmp(audited, own) == 0) ||
                               (candidate != NULL && strcmp(audited, candidate) == 0));
}

static void say_versions(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"version", false},  {"released", false},    {"change", false}, {"audit", false},
        {"AUC in it", true}, {"approved by", false}, {"gates", false}};
    assay_content_table(d->content, "Versions, oldest first", columns, 7);
    for (size_t k = 0; k < d->input->n_record; k++) {
        const struct cJSON *record = assay_json_root(d->input->records[k]);
        const char *version = assay_path_text(record, "version"),
                   *at = assay_path_text(record, "at");
        const char *level = assay_path_text(record, "changes.level");
        const char *verdict = assay_path_text(record, "audit.verdict"),
                   *by = assay_path_text(record, "approver");
        bool audited = has_own_audit(record);
        bool overridden = assay_path_value(record, "override") != NULL;
        assay_content_cell(d->content, "%s", version != NULL ? version : "-");
        assay_content_cell(d->content, "%.10s", at != NULL ? at : "-");
        assay_content_cell(d->content, "%s", level != NULL ? level : "first");
        assay_content_cell(d->content, "%s", audited && verdict != NULL ? verdict : "none");
        assay_content_cell(
            d->content, "%s",
            audited ? assay_say_estimate(assay_path_estimate(record, "audit.metrics.auc"), 3) : "-");
        assay_content_cell(d->content, "%s", by != NULL ? by : "-");
        assay_content_mark(d->content, overridden ? ASSAY_TONE_BAD : ASSAY_TONE_PLAIN, NULL, "%s",
                           overridden ? "overridden" : "open");
    }
}

static const char *event_words(enum assay_event event)
{
    return event == ASSAY_EVENT_RELEASE    ? "released"
           : event == ASSAY_EVENT_ROLLBACK ? "gone back to"
                                           : "withdrawn";
}

static void say_ledger(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"entry", false},  {"when", false}, {"version", false}, {"what", false},
        {"before", false}, {"by", false},   {"reason", false},  {"key", false}};
    const struct assay_ledger *ledger = d->input->ledger;
    assay_content_table(d->content, "Ledger", columns, 8);
    for (size_t e = 0; e < ledger->n_entry; e++) {
        const struct assay_entry *entry = &ledger->entries[e];
        assay_content_cell(d->content, "%zu", entry->number);
        assay_content_cell(d->content, "%s", entry->at);
        assay_content_cell(d->content, "%s", entry->version);
        assay_content_cell(d->content, "%s", event_words(entry->event));
        assay_content_cell(d->content, "%s", entry->from != NULL ? entry->from : "-");
        assay_content_cell(d->content, "%s", entry->by != NULL ? entry->by : "-");
        assay_content_cell(d->content, "%s", entry->reason != NULL ? entry->reason : "-");
        assay_content_cell(d->content, "%s", entry->key != NULL ? entry->key : "-");
    }
}

void assay_document_history(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_HISTORY, "Change history");
    say_versions(d);
    say_ledger(d);
}
