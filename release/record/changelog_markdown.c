#include <string.h>

#include "release/record/changelog_parts.h"
#include "release/record/look.h"
#include "release/record/markdown.h"
#include "release/record/words_parts.h"

enum { DAY = 10 }; /* the day of a time */

/* ---- the top ---- */

/* The entry that last brought this version into force: its release, or a return to it. */
static const struct assay_entry *brought_by(const struct assay_ledger *ledger, const char *version)
{
    const struct assay_entry *found = NULL;
    for (size_t k = 0; k < ledger->n_entry; k++)
        if (ledger->entries[k].event != ASSAY_EVENT_WITHDRAW &&
            strcmp(ledger->entries[k].version, version) == 0)
            found = &ledger->entries[k];
    return found;
}

static void say_in_force(const struct assay_ledger *ledger, struct assay_text *text,
                         struct assay_text *line)
{
    const char *version = assay_ledger_in_force(ledger, ledger->n_entry);
    const struct assay_entry *entry = version != NULL ? brought_by(ledger, version) : NULL;
    if (entry == NULL)
        assay_text_puts(line, "No version has been released yet.");
    else
        assay_text_printf(line, "In force: **%s**, since %.*s.", version, DAY, entry->at);
    assay_words_paragraph(text, line);
}

static void say_guide(struct assay_text *text)
{
    static const char *const guide[] = {
        "`current` says which version is in force, and where its model is.",
        ("`versions/NUMBER/` holds a version and is never changed: `model.json` is the model, "
         "`release.json` "
         "says why it was released, `audit.json` is the audit it was released on, `changes.md` its "
         "section "
         "of this page."),
        ("`ledger.jsonl` has a line for every release, rollback and withdrawal, and in each the "
         "SHA-256 of "
         "the line before."),
        "`CHANGELOG.json` is this page for programs.",
        "`assay release verify` checks every byte of it.",
    };
    assay_text_putc(text, '\n');
    for (size_t k = 0; k < sizeof guide / sizeof *guide; k++)
        assay_markdown_wrap(text, "- ", "  ", guide[k]);
}

/* ---- entries ---- */

static void say_by(const char *by, const char *reason, struct assay_text *line)
{
    if (by != NULL) {
        assay_text_puts(line, " by ");
        assay_words_clause(line, by);
    }
    if (reason != NULL) {
        assay_text_puts(line, ", because ");
        assay_words_clause(line, reason);
    }
    assay_text_putc(line, '.');
}

static void say_closed_gates(const struct assay_entry *entry, struct assay_json *record,
                             struct assay_text *line)
{
    const struct cJSON *override = assay_look_at(assay_json_root(record), "override");
    const char *lead = " (";
    if (override == NULL)
        return;
    assay_text_puts(line, " **Released over closed gates**");
    for (const struct cJSON *g = assay_look_first(assay_look_at(override, "gates")); g != NULL;
         g = assay_json_next(g), lead = ", ") {
        assay_text_puts(line, lead);
        assay_markdown_put(line, assay_json_string(g));
    }
    assay_text_puts(line, assay_look_first(assay_look_at(override, "gates")) != NULL ? ")" : "");
    say_by(NULL, entry->reason, line);
}

/* What has become of a version since. */
static void say_standing(const struct assay_ledger *ledger, const struct assay_entry *entry,
                         struct assay_json *record, struct assay_text *text,
                         struct assay_text *line)
{
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, entry->version);
    assay_text_puts(line, entry->version);
    if (withdrawal != NULL) {
        assay_text_printf(line, " was **withdrawn** on %.*s", DAY, withdrawal->at);
        say_by(withdrawal->by, withdrawal->reason, line);
    } else {
        assay_text_puts(line, strcmp(entry->version, in_force) == 0 ? " is **in force**."
                                                                    : " is no longer in force.");
    }
    say_closed_gates(entry, record, line);
    assay_words_paragraph(text, line);
}

static void say_release(const struct assay_changelog *changelog, size_t k, struct assay_text *text,
                        struct assay_text *line)
{
    const struct assay_changelog_version *version = changelog->versions[k];
    say_standing(changelog->ledger, &changelog->ledger->entries[k], changelog->records[k], text,
                 line);
    assay_text_putc(text, '\n');
    assay_text_add(text, version->changes, version->changes_length);
    if (version->changes_length > 0 && version->changes[version->changes_length - 1] != '\n')
        assay_text_putc(text, '\n');
}

static void say_event(const struct assay_entry *entry, struct assay_text *text,
                      struct assay_text *line)
{
    if (entry->event == ASSAY_EVENT_ROLLBACK) {
        assay_text_printf(text, "\n## Back to %s, %.*s\n", entry->version, DAY, entry->at);
        assay_text_printf(line, "Rolled back from %s", entry->from != NULL ? entry->from : "?");
    } else {
        assay_text_printf(text, "\n## %s withdrawn, %.*s\n", entry->version, DAY, entry->at);
        assay_text_puts(line, "Withdrawn");
    }
    say_by(entry->by, entry->reason, line);
    assay_words_paragraph(text, line);
}

void assay_changelog_markdown(const struct assay_changelog *changelog, struct assay_text *text)
{
    const struct assay_ledger *ledger = changelog->ledger;
    struct assay_text line = {0};
    assay_text_puts(text, "# Changelog of ");
    assay_markdown_put(text, changelog->name);
    assay_text_putc(text, '\n');
    say_in_force(ledger, text, &line);
    say_guide(text);
    for (size_t k = ledger->n_entry; k-- > 0;) {
        assay_text_puts(text,
                        "\n---\n"); /* behind an empty line: a rule, not a heading's underline */
        if (ledger->entries[k].event == ASSAY_EVENT_RELEASE)
            say_release(changelog, k, text, &line);
        else
            say_event(&ledger->entries[k], text, &line);
    }
    assay_text_clear(&line);
}
