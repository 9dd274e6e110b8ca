#include "release/document/document.h"

#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* The first sentence of a text, where it is short enough for a line below the title; else 0. */
static int short_sentence(const char *text)
{
    size_t length = strcspn(text, "\n"), k = 0;
    while (k + 1 < length && !(text[k] == '.' && text[k + 1] == ' '))
        k++;
    return k < 240 ? (int)(k + 1) : 0;
}

static void say_title(const struct assay_document *d)
{
    const char *population = assay_document_said(d, ASSAY_ABOUT_POPULATION);
    int length = population != NULL ? short_sentence(population) : 0;
    struct assay_text event = {0};
    assay_document_event(d, &event);
    assay_content_title(d->content, "%s %s: model document", d->model->spec.name, d->version);
    if (event.failed)
        d->content->failed = true;
    else
        assay_content_lede(
            d->content, "Development%s of a health score that predicts whether %s. %s%.*s",
            d->audit != NULL ? " and audit" : "", event.data,
            length > 0 ? "Accounts it covers: " : "", length, length > 0 ? population : "");
    assay_text_clear(&event);
}

static void fill(const struct assay_document *d)
{
    static void (*const sections[])(const struct assay_document *d) = {
        assay_document_summary, assay_document_purpose,  assay_document_data,
        assay_document_outcome, assay_document_signals,  assay_document_formula,
        assay_document_fit,     assay_document_line,     assay_document_performance,
        assay_document_audit,   assay_document_segments, assay_document_limits,
        assay_document_release, assay_document_changes,  assay_document_monitoring,
        assay_document_history, assay_document_openness, assay_document_checklist};
    say_title(d);
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++)
        sections[s](d);
    assay_content_finish(d->content);
    assay_content_colophon(d->content,
                           "Made by assay from the files of version %s alone: model.json, "
                           "release.json%s and the ledger. Its numbers are those of the files, "
                           "rounded.",
                           d->version, d->audit != NULL ? ", audit.json" : "");
}

/* The audit where it is of this very model, by its digest or the one it had as a candidate: figures
 * of another model, over which a release may have been forced, are not this version's. */
static const struct cJSON *own_audit(const struct assay_document_input *input)
{
    const struct cJSON *record = assay_json_root(input->record);
    const struct cJSON *root = input->audit != NULL ? assay_json_root(input->audit) : NULL;
    const char *audited = assay_path_text(root, "model.digest");
    const char *own = assay_path_text(record, "model.digest");
    const char *candidate = assay_path_text(record, "model.candidate");
    bool same = audited != NULL && ((own != NULL && strcmp(audited, own) == 0) ||
                                    (candidate != NULL && strcmp(audited, candidate) == 0));
    return same ? root : NULL;
}

static enum assay_status write_with(const struct assay_document_input *input,
                                    enum assay_status (*render)(const struct assay_content *content,
                                                                struct assay_text *text,
                                                                struct assay_error *err),
                                    struct assay_text *text, struct assay_error *err)
{
    struct assay_content content = {0};
    struct assay_document document = {.input = input,
                                      .model = input->model,
                                      .record = assay_json_root(input->record),
                                      .audit = own_audit(input),
                                      .content = &content};
    document.version = assay_path_text(document.record, "version");
    if (document.version == NULL)
        document.version = input->model->version;
    fill(&document);
    enum assay_status status = render(&content, text, err);
    assay_content_clear(&content);
    return status;
}

enum assay_status assay_document_markdown(const struct assay_document_input *input,
                                          struct assay_text *text, struct assay_error *err)
{
    return write_with(input, assay_render_markdown, text, err);
}

enum assay_status assay_document_html(const struct assay_document_input *input,
                                      struct assay_text *text, struct assay_error *err)
{
    return write_with(input, assay_render_html, text, err);
}
