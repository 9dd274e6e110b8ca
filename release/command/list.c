/* list.c - assay release list: versions, and what is in force */
#include <stdio.h>
#include <string.h>

#include "core/model/model_fields.h"
#include "release/command/common.h"
#include "release/command/verbs.h"

struct listing {
    const char *registry_path;
    bool events, json;
    struct assay_registry registry;
};

/* ---- text ---- */

static void put_version(const struct assay_ledger *ledger, const struct assay_entry *entry,
                        struct assay_text *text)
{
    struct assay_text standing = {0};
    assay_version_standing(ledger, entry->version, &standing);
    assay_text_printf(text, "  %-10s %.10s  %.12s  %-8s  %s", entry->version, entry->at,
                      entry->digest + 7, entry->key != NULL ? "signed" : "unsigned",
                      entry->by != NULL ? entry->by : "-");
    if (standing.length > 0 && strcmp(standing.data, "not in force") != 0)
        assay_text_printf(text, "; %s", standing.data);
    assay_text_putc(text, '\n');
    if (entry->reason != NULL)
        assay_text_printf(text, "  %10s released over closed gates: %s\n", "", entry->reason);
    text->failed |= standing.failed;
    assay_text_clear(&standing);
}

static void put_event(const struct assay_entry *entry, struct assay_text *text)
{
    static const char *const words[] = {"released", "rolled back to", "withdrew"};
    assay_text_printf(text, "  %3zu  %s  %s %s", entry->number, entry->at, words[entry->event],
                      entry->version);
    if (entry->by != NULL)
        assay_text_printf(text, ", by %s", entry->by);
    if (entry->key != NULL)
        assay_text_printf(text, ", signed with %s", entry->key);
    if (entry->reason != NULL)
        assay_text_printf(text, entry->event == ASSAY_EVENT_RELEASE ? ", over closed gates: %s"
                                                                    : ": %s", entry->reason);
    assay_text_putc(text, '\n');
}

static void put_state(const struct assay_registry *registry, struct assay_text *text)
{
    if (registry->unfinished)
        assay_text_puts(text, "The last change was interrupted after it counted; the next command "
                              "that writes finishes it.\n");
    else if (registry->remains)
        assay_text_puts(text, "A change was interrupted before it counted; the next command that "
                              "writes clears what is left of it.\n");
}

static void put_list(const struct listing *l, struct assay_text *text)
{
    const struct assay_ledger *ledger = &l->registry.ledger;
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    if (in_force == NULL) {
        assay_text_printf(text, "%s: no version yet\n", l->registry_path);
        put_state(&l->registry, text);
        return;
    }
    assay_text_printf(text, "%s: %s, %s in force\n\n", l->registry_path, l->registry.name, in_force);
    for (size_t e = ledger->n_entry; e-- > 0;)
        if (ledger->entries[e].event == ASSAY_EVENT_RELEASE)
            put_version(ledger, &ledger->entries[e], text);
    if (l->events) {
        assay_text_puts(text, "\nThe ledger\n");
        for (size_t e = 0; e < ledger->n_entry; e++)
            put_event(&ledger->entries[e], text);
    }
    assay_text_printf(text, "\nLedger: %zu entr%s, %s, head %s\n", ledger->n_entry,
                      ledger->n_entry == 1 ? "y" : "ies",
                      ledger->entries[ledger->n_entry - 1].key != NULL ? "signed" : "not signed",
                      ledger->entries[ledger->n_entry - 1].hash);
    put_state(&l->registry, text);
}

/* ---- JSON ---- */

static void write_entry(struct assay_json_writer *json, const struct assay_ledger *ledger,
                        const struct assay_entry *entry)
{
    bool release = entry->event == ASSAY_EVENT_RELEASE;
    assay_json_open(json, NULL, '{');
    assay_json_put_count(json, "entry", entry->number);
    assay_json_put_string(json, "at", entry->at);
    assay_json_put_string(json, "event", assay_event_names[entry->event]);
    assay_json_put_string(json, "version", entry->version);
    assay_put_text(json, "from", entry->from);
    assay_put_text(json, "digest", release ? entry->digest : NULL);
    assay_put_text(json, "by", entry->by);
    assay_put_text(json, "reason", entry->reason);
    assay_put_text(json, "key", entry->key);
    if (release)
        assay_json_put_bool(json, "withdrawn",
                            assay_ledger_withdrawal_of(ledger, entry->version) != NULL);
    assay_json_close(json);
}

static enum assay_status print_json(const struct listing *l, struct assay_error *err)
{
    const struct assay_ledger *ledger = &l->registry.ledger;
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_put_text(&json, "name", l->registry.name);
    assay_put_text(&json, "in_force", assay_ledger_in_force(ledger, ledger->n_entry));
    assay_put_text(&json, "head",
                      ledger->n_entry > 0 ? ledger->entries[ledger->n_entry - 1].hash : NULL);
    assay_json_put_bool(&json, "unfinished", l->registry.unfinished);
    assay_json_open(&json, "entries", '[');
    for (size_t e = 0; e < ledger->n_entry; e++)
        write_entry(&json, ledger, &ledger->entries[e]);
    assay_json_close(&json);
    assay_json_close(&json);
    enum assay_status status = assay_deliver_json(&json, NULL, err);
    assay_text_clear(&json.out);
    return status;
}

int assay_release_list(int argc, char **argv)
{
    struct listing l = {.registry_path = ASSAY_DEFAULT_REGISTRY};
    const struct assay_option options[] = {
        ASSAY_REGISTRY_OPTION(l.registry_path),
        {"events", 'e', ASSAY_OPTION_FLAG, NULL, "also every entry of the ledger", &l.events, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the ledger as JSON", &l.json, 0, 0, NULL},
    };
    const struct assay_command command = {
        .name = "release list",
        .operands = "",
        .summary = "Versions of a registry, newest first, and what is in force.",
        .options = options,
        .n_option = sizeof options / sizeof options[0]};
    int exit_status = assay_options_parse(&command, argc, argv, NULL);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    struct assay_error err = {0};
    struct assay_text text = {0};
    enum assay_status status = assay_reading_open(l.registry_path, &l.registry, &err);
    if (status != ASSAY_OK)
        return assay_complain(&err);
    if (l.json) {
        status = print_json(&l, &err);
    } else {
        put_list(&l, &text);
        status = assay_deliver(&text, NULL, &err);
    }
    assay_text_clear(&text);
    assay_registry_close(&l.registry);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}
