/* show.c - assay release show: one version: its notes, its model document, its files */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/document/document.h"
#include "release/record/record.h"

enum format { FORMAT_TEXT, FORMAT_MD, FORMAT_HTML, FORMAT_JSON, FORMAT_PATH };
static const char *const format_names[] = {"text", "md", "html", "json", "path", NULL};

struct showing {
    const char *registry_path, *word, *output;
    size_t format;
    struct assay_registry registry;
    const struct assay_entry *release;
};

/* ---- text, JSON, path ---- */

/* release.json itself, or a file that it lists. */
static enum assay_status put_file(const struct showing *s, const char *file, struct assay_text *text,
                                  struct assay_error *err)
{
    struct assay_text bytes = {0}, content = {0};
    struct assay_json *record = NULL;
    enum assay_status status =
        assay_version_record(&s->registry, s->release, &bytes, &record, err);
    if (status == ASSAY_OK && file == NULL)
        assay_text_add(text, bytes.data, bytes.length);
    else if (status == ASSAY_OK)
        status = assay_version_file(&s->registry, s->release, record, file, &content, err);
    if (status == ASSAY_OK && file != NULL)
        assay_text_add(text, content.data, content.length);
    assay_json_free(record);
    assay_text_clear(&bytes);
    assay_text_clear(&content);
    return status;
}

static enum assay_status put_text(const struct showing *s, struct assay_text *text,
                                  struct assay_error *err)
{
    const struct assay_entry *release = s->release;
    struct assay_text standing = {0};
    assay_version_standing(&s->registry.ledger, release->version, &standing);
    assay_text_printf(text, "%s %s", s->registry.name, release->version);
    if (standing.length > 0)
        assay_text_printf(text, ", %s", standing.data);
    assay_text_puts(text, "\n  model   ");
    assay_registry_path(&s->registry, release->version, "model.json", text);
    assay_text_printf(text, "\n  digest  %s\n  audited %s\n  signed  %s\n\n", release->digest,
                      release->candidate, release->key != NULL ? release->key : "no");
    text->failed |= standing.failed;
    assay_text_clear(&standing);
    return put_file(s, "changes.md", text, err);
}

/* ---- the document ---- */

struct files {
    struct assay_model model;
    struct assay_json *audit;
    struct assay_json **records; /* [n_record] of all versions, oldest first */
    size_t n_record;
    struct assay_json *record; /* this version's, one of them */
};

static enum assay_status read_audit(const struct showing *s, struct files *files,
                                    struct assay_error *err)
{
    struct assay_text text = {0}, path = {0};
    assay_registry_path(&s->registry, s->release->version, "audit.json", &path);
    enum assay_status status = path.failed
                                   ? assay_fail_memory(err, "reading a version")
                                   : assay_version_file(&s->registry, s->release, files->record,
                                                        "audit.json", &text, err);
    if (status == ASSAY_OK)
        status = assay_json_parse(path.data, text.data, text.length, ASSAY_JSON_STRICT,
                                  &files->audit, err);
    assay_text_clear(&text);
    assay_text_clear(&path);
    return status;
}

static enum assay_status read_files(const struct showing *s, struct files *files,
                                    struct assay_error *err)
{
    const struct assay_ledger *ledger = &s->registry.ledger;
    files->records = assay_alloc(ledger->n_entry, sizeof(struct assay_json *));
    if (files->records == NULL)
        return assay_fail_memory(err, "reading the versions");
    enum assay_status status = assay_version_model(&s->registry, s->release, &files->model, err);
    for (size_t e = 0; status == ASSAY_OK && e < ledger->n_entry; e++) {
        const struct assay_entry *entry = &ledger->entries[e];
        if (entry->event != ASSAY_EVENT_RELEASE)
            continue;
        struct assay_text bytes = {0};
        status = assay_version_record(&s->registry, entry, &bytes, &files->records[files->n_record],
                                      err);
        assay_text_clear(&bytes);
        if (status == ASSAY_OK && entry == s->release)
            files->record = files->records[files->n_record];
        files->n_record += status == ASSAY_OK;
    }
    if (status == ASSAY_OK && assay_version_has(files->record, "audit.json"))
        status = read_audit(s, files, err);
    return status;
}

static enum assay_status put_document(const struct showing *s, struct assay_text *text,
                                      struct assay_error *err)
{
    struct files files = {0};
    enum assay_status status = read_files(s, &files, err);
    if (status == ASSAY_OK) {
        const struct assay_document_input input = {.model = &files.model,
                                                   .record = files.record,
                                                   .audit = files.audit,
                                                   .ledger = &s->registry.ledger,
                                                   .records = files.records,
                                                   .n_record = files.n_record};
        status = s->format == FORMAT_HTML ? assay_document_html(&input, text, err)
                                          : assay_document_markdown(&input, text, err);
    }
    for (size_t k = 0; k < files.n_record; k++)
        assay_json_free(files.records[k]);
    free(files.records);
    assay_json_free(files.audit);
    assay_model_clear(&files.model);
    return status;
}

/* ---- the flow ---- */

static enum assay_status put(const struct showing *s, struct assay_text *text,
                             struct assay_error *err)
{
    switch ((enum format)s->format) {
    case FORMAT_TEXT:
        return put_text(s, text, err);
    case FORMAT_JSON:
        return put_file(s, NULL, text, err);
    case FORMAT_PATH:
        assay_registry_path(&s->registry, s->release->version, "model.json", text);
        assay_text_putc(text, '\n');
        return ASSAY_OK;
    case FORMAT_MD:
    case FORMAT_HTML:
        break;
    }
    return put_document(s, text, err);
}

static enum assay_status show(struct showing *s, struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_reading_open(s->registry_path, &s->registry, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_version_find(&s->registry, s->word, &s->release, err);
    if (status == ASSAY_OK)
        status = put(s, &text, err);
    if (status == ASSAY_OK)
        status = assay_deliver(&text, s->output, err);
    assay_text_clear(&text);
    assay_registry_close(&s->registry);
    return status;
}

int assay_release_show(int argc, char **argv)
{
    struct showing s = {.registry_path = ASSAY_DEFAULT_REGISTRY};
    const struct assay_option options[] = {
        ASSAY_REGISTRY_OPTION(s.registry_path),
        {"format", 'f', ASSAY_OPTION_CHOICE, "WHAT",
         "text: release notes; md or html: the model document; json: the record; path: where the model "
         "file is", &s.format, 0, 0, format_names},
        {"output", 'o', ASSAY_OPTION_TEXT, "FILE", "standard output without it", &s.output, 0, 0,
         NULL},
    };
    const struct assay_command command = {
        .name = "release show",
        .operands = "[VERSION]",
        .summary = "One version: what it is, why it was released, what changed.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .max_operand = 1,
        .notes = "VERSION is a number, \"current\" (which it is without), or the beginning of a digest."};
    int exit_status = assay_options_parse(&command, argc, argv, &s.word);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (s.word == NULL)
        s.word = "current";
    struct assay_error err = {0};
    return show(&s, &err) == ASSAY_OK ? 0 : assay_complain(&err);
}
