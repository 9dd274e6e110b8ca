/* How it was released: gates, override, notes, signature and files. */
#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"

static enum assay_tone tone_of(const char *result)
{
    return strcmp(result, "open") == 0     ? ASSAY_TONE_GOOD
           : strcmp(result, "closed") == 0 ? ASSAY_TONE_BAD
                                           : ASSAY_TONE_PLAIN;
}

static void say_gates(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"gate", false}, {"result", false}, {"asked for", false}, {"found", false}};
    assay_content_table(d->content, "Gates, as they stood at the release", columns, 4);
    for (const struct cJSON *gate = assay_path_first(d->record, "gates"); gate != NULL;
         gate = assay_json_next(gate)) {
        const char *name = assay_path_text(gate, "gate"), *result = assay_path_text(gate, "result");
        const char *asked = assay_path_text(gate, "asked"), *found = assay_path_text(gate, "found");
        if (name == NULL || result == NULL)
            continue;
        assay_content_cell(d->content, "%s", name);
        assay_content_mark(d->content, tone_of(result), NULL, "%s", result);
        assay_content_cell(d->content, "%s", asked != NULL ? asked : "-");
        assay_content_cell(d->content, "%s", found != NULL ? found : "-");
    }
}

static void say_files(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {
        {"file", false}, {"bytes", true}, {"SHA-256", false}};
    assay_content_table(d->content, "Files of the version", columns, 3);
    for (const struct cJSON *file = assay_path_first(d->record, "files"); file != NULL;
         file = assay_json_next(file)) {
        const char *name = assay_path_text(file, "file"), *sha256 = assay_path_text(file, "sha256");
        if (name == NULL)
            continue;
        assay_content_cell(d->content, "%s", name);
        assay_content_cell(d->content, "%s", assay_path_count(file, "bytes"));
        assay_content_cell(d->content, "%s", sha256 != NULL ? sha256 : "-");
    }
}

void assay_document_release(const struct assay_document *d)
{
    const char *at = assay_path_text(d->record, "at"), *by = assay_path_text(d->record, "approver");
    const char *notes = assay_path_text(d->record, "notes");
    const char *key = assay_path_text(d->record, "signature.key");
    const char *reason = assay_path_text(d->record, "override.reason");
    assay_content_section(d->content, ASSAY_SECTION_RELEASE, "Release");
    assay_content_paragraph(d->content, "Released %s%s%s. %s%s%s.",
                            at != NULL ? at : "at an unknown time",
                            by != NULL ? ", approved by " : "", by != NULL ? by : "",
                            key != NULL ? "Signed with key " : "Not signed", key != NULL ? key : "",
                            by == NULL ? "; nobody is named as having approved it" : "");
    if (reason != NULL)
        assay_content_notice(d->content, ASSAY_TONE_BAD,
                             "Closed gates were overridden. Reason given: %s", reason);
    if (notes != NULL) {
        assay_content_heading(d->content, "Notes");
        assay_content_prose(d->content, notes);
    }
    say_gates(d);
    say_files(d);
}
