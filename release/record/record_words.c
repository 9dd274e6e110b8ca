#include <stdbool.h>
#include <string.h>

#include "release/record/look.h"
#include "release/record/markdown.h"
#include "release/record/record.h"
#include "release/record/words_parts.h"

/* ---- the head ---- */

static void say_override(const struct cJSON *record, struct assay_text *text,
                         struct assay_text *line)
{
    const struct cJSON *override = assay_look_at(record, "override");
    const char *reason = assay_look_text(override, "reason");
    if (reason == NULL)
        return;
    const char *lead = "**Released over closed gates: ";
    for (const struct cJSON *g = assay_look_first(assay_look_at(override, "gates")); g != NULL;
         g = assay_json_next(g)) {
        assay_text_puts(line, lead);
        assay_markdown_put(line, assay_json_string(g));
        lead = ", ";
    }
    assay_text_puts(line, ", because ");
    assay_words_clause(line, reason);
    assay_text_puts(line, ".**");
    assay_words_paragraph(text, line);
}

static void say_approval(const struct cJSON *record, struct assay_text *text,
                         struct assay_text *line)
{
    const char *approver = assay_look_text(record, "approver");
    const char *before = assay_look_text(assay_look_at(record, "previous"), "version");
    if (approver != NULL) {
        assay_text_puts(line, "Approved by ");
        assay_words_clause(line, approver);
        assay_text_puts(line, ". ");
    } else {
        assay_text_puts(line, "No approver was named. ");
    }
    assay_text_puts(line, before != NULL ? "Follows " : "The first version");
    assay_markdown_put(line, before != NULL ? before : "");
    assay_text_putc(line, '.');
    assay_words_paragraph(text, line);
}

/* A quotation; each line of the notes stays a line of its own. */
static void say_notes(const struct cJSON *record, struct assay_text *text, struct assay_text *line)
{
    const char *notes = assay_look_text(record, "notes");
    bool any = false;
    for (const char *at = notes; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        assay_markdown_escape(line, at, length);
        if (line->length > 0) {
            assay_text_puts(text, any ? ">\n" : "\n");
            assay_markdown_wrap(text, "> ", "> ", line->data);
            any = true;
        }
        text->failed |= line->failed;
        assay_text_reset(line);
        at += length + (at[length] == '\n');
    }
}

/* ---- the sections that are a list or a line ---- */

void assay_words_impact(const struct cJSON *record, struct assay_text *text)
{
    const struct cJSON *words = assay_look_at(assay_look_at(record, "impact"), "words");
    struct assay_text line = {0};
    if (assay_look_first(words) == NULL)
        return;
    assay_words_heading(text, "Business impact");
    for (const struct cJSON *w = assay_look_first(words); w != NULL; w = assay_json_next(w)) {
        assay_markdown_put(&line, assay_json_string(w));
        assay_words_paragraph(text, &line);
    }
    assay_text_clear(&line);
}

static void put_gate(const struct cJSON *gate, struct assay_text *line)
{
    const char *name = assay_look_text(gate, "gate"), *result = assay_look_text(gate, "result");
    const char *asked = assay_look_text(gate, "asked"), *found = assay_look_text(gate, "found");
    bool closed = result != NULL && strcmp(result, assay_gate_results[ASSAY_GATE_CLOSED]) == 0;
    assay_markdown_put(line, name != NULL ? name : "?");
    assay_text_puts(line, closed ? ", **" : ", ");
    assay_markdown_put(line, result != NULL ? result : "?");
    assay_text_puts(line, closed ? "**" : "");
    if (found != NULL && *found != '\0') {
        assay_text_puts(line, ": ");
        assay_words_clause(line, found);
    }
    if (closed && asked != NULL && *asked != '\0') {
        assay_text_puts(line, "; asked: ");
        assay_words_clause(line, asked);
    }
}

void assay_words_gates(const struct cJSON *record, struct assay_text *text)
{
    const struct cJSON *gates = assay_look_at(record, "gates");
    struct assay_text line = {0};
    if (assay_look_first(gates) == NULL)
        return;
    assay_words_heading(text, "Gates");
    assay_text_putc(text, '\n');
    for (const struct cJSON *gate = assay_json_first(gates); gate != NULL;
         gate = assay_json_next(gate)) {
        put_gate(gate, &line);
        text->failed |= line.failed;
        if (line.length > 0)
            assay_markdown_wrap(text, "- ", "  ", line.data);
        assay_text_reset(&line);
    }
    assay_text_clear(&line);
}

static void say_model(const struct cJSON *record, struct assay_text *text, struct assay_text *line)
{
    const struct cJSON *model = assay_look_at(record, "model");
    const char *from = assay_look_text(model, "from"), *to = assay_look_text(model, "to");
    const char *created = assay_look_text(model, "created"),
               *digest = assay_look_text(model, "digest");
    const char *key = assay_look_text(assay_look_at(record, "signature"), "key");
    assay_words_heading(text, "Model");
    assay_text_printf(line, "Calibrated on %s from ", created != NULL ? created : "?");
    assay_words_rows(line, assay_look_number(model, "rows"), assay_look_number(model, "events"));
    if (from != NULL && to != NULL)
        assay_text_printf(line, ", %s to %s", from, to);
    assay_text_puts(line, key != NULL ? ". Signed with key " : ". Not signed.");
    if (key != NULL) {
        assay_markdown_put(line, key);
        assay_text_putc(line, '.');
    }
    assay_text_printf(line, " Digest %s.", digest != NULL ? digest : "?");
    assay_words_paragraph(text, line);
}

/* ---- the whole ---- */

static enum assay_status say_changes(struct assay_json *record, const struct cJSON *root,
                                     struct assay_text *text, struct assay_error *err)
{
    const struct cJSON *changes = assay_look_at(root, "changes");
    if (changes == NULL)
        return assay_words_weights(root, text, err);
    struct assay_text plain = {0};
    enum assay_status status = assay_change_words(record, changes, &plain, err);
    if (status == ASSAY_OK && plain.length > 0) {
        assay_words_heading(text, "What changed");
        assay_text_putc(text, '\n');
        assay_markdown_lines(text, plain.data);
    }
    assay_text_clear(&plain);
    return status;
}

static void say_head(const struct cJSON *root, struct assay_text *text)
{
    struct assay_text line = {0};
    const char *version = assay_look_text(root, "version"), *at = assay_look_text(root, "at");
    assay_text_printf(text, "## %s, %.10s\n", version != NULL ? version : "?",
                      at != NULL ? at : "?");
    say_override(root, text, &line);
    say_approval(root, text, &line);
    say_notes(root, text, &line);
    assay_text_clear(&line);
}

static void say_model_and_clear(const struct cJSON *root, struct assay_text *text)
{
    struct assay_text line = {0};
    say_model(root, text, &line);
    assay_text_clear(&line);
}

enum assay_status assay_record_words(struct assay_json *record, struct assay_text *text,
                                     struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(record);
    struct assay_text words = {0};
    say_head(root, &words);
    enum assay_status status = say_changes(record, root, &words, err);
    if (status == ASSAY_OK) {
        assay_words_accuracy(root, &words);
        assay_words_impact(root, &words);
        assay_words_moves(root, &words);
        assay_words_gates(root, &words);
        say_model_and_clear(root, &words);
        if (!words.failed)
            assay_text_add(text, words.data, words.length);
        if (words.failed || text->failed)
            status = assay_fail_memory(err, "writing the changelog");
    }
    assay_text_clear(&words);
    return status;
}
