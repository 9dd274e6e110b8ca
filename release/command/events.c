/* events.c - assay release rollback and withdraw: what happens to versions after their release */
#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "release/command/common.h"
#include "release/command/verbs.h"

struct happening {
    struct assay_writing writing;
    const char *word; /* the version, or NULL */
    const char *reason, *approver;
    bool json;
};

/* The version that the present one was released in place of, or, where that was withdrawn, the one
 * that it was. Never one that was gone back from: doing it again goes further back, not to and fro.
 * NULL: there is none. */
static const struct assay_entry *version_before(const struct assay_ledger *ledger)
{
    const char *at = assay_ledger_in_force(ledger, ledger->n_entry);
    while (at != NULL) {
        at = assay_ledger_release_of(ledger, at)->from;
        if (at != NULL && assay_ledger_withdrawal_of(ledger, at) == NULL)
            return assay_ledger_release_of(ledger, at);
    }
    return NULL;
}

static enum assay_status find_target(const struct happening *h, const struct assay_entry **target,
                                     struct assay_error *err)
{
    const struct assay_ledger *ledger = &h->writing.registry.ledger;
    if (h->word != NULL)
        return assay_version_find(&h->writing.registry, h->word, target, err);
    if (ledger->n_entry == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: no version yet; expected one to go back from",
                          h->writing.registry_path);
    *target = version_before(ledger);
    return *target != NULL ? ASSAY_OK
                           : assay_fail(err, ASSAY_EDATA,
                                        "%s: no version stands before the one in force; expected one "
                                        "to go back to",
                                        h->writing.registry_path);
}

static bool is_in_force(const struct assay_ledger *ledger, const struct assay_entry *release)
{
    const char *now = assay_ledger_in_force(ledger, ledger->n_entry);
    return now != NULL && strcmp(now, release->version) == 0;
}

static enum assay_status check_rollback(const struct happening *h, const struct assay_entry *target,
                                        struct assay_error *err)
{
    const struct assay_ledger *ledger = &h->writing.registry.ledger;
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, target->version);
    if (withdrawal != NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: version %s was withdrawn on %.10s: %.200s; expected "
                                            "one that may be used",
                          h->writing.registry_path, target->version, withdrawal->at,
                          withdrawal->reason);
    if (is_in_force(ledger, target))
        return assay_fail(err, ASSAY_EDATA, "%s: version %s is in force; expected another",
                          h->writing.registry_path, target->version);
    return ASSAY_OK;
}

static enum assay_status check_withdrawal(const struct happening *h,
                                          const struct assay_entry *target, struct assay_error *err)
{
    const struct assay_ledger *ledger = &h->writing.registry.ledger;
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, target->version);
    if (withdrawal != NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: version %s was withdrawn on %.10s already",
                          h->writing.registry_path, target->version, withdrawal->at);
    if (!is_in_force(ledger, target))
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s: version %s is in force; expected one that is not",
               h->writing.registry_path, target->version);
    assay_hint(err, "Go back to another first: \"assay release rollback --reason TEXT\".");
    return ASSAY_EDATA;
}

static enum assay_status print_json(const struct assay_entry *entry, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "event", assay_event_names[entry->event]);
    assay_json_put_string(&json, "version", entry->version);
    if (entry->from != NULL)
        assay_json_put_string(&json, "from", entry->from);
    assay_json_put_string(&json, "at", entry->at);
    assay_json_put_count(&json, "entry", entry->number);
    assay_json_put_string(&json, "head", entry->hash);
    assay_json_close(&json);
    enum assay_status status = assay_deliver_json(&json, NULL, err);
    assay_text_clear(&json.out);
    return status;
}

static enum assay_status say(const struct happening *h, struct assay_error *err)
{
    const struct assay_ledger *ledger = &h->writing.registry.ledger;
    const struct assay_entry *entry = &ledger->entries[ledger->n_entry - 1];
    if (h->json)
        return print_json(entry, err);
    if (entry->event == ASSAY_EVENT_ROLLBACK)
        printf("Rolled back: %s %s is in force again, in place of %s.\n", h->writing.registry.name,
               entry->version, entry->from);
    else
        printf("Withdrawn: %s %s. Its files stay where they are.\n", h->writing.registry.name,
               entry->version);
    printf("  signed  %s\n  ledger  entry %zu, %s\n", entry->key != NULL ? entry->key : "no",
           entry->number, entry->hash);
    return assay_flush_stdout(err);
}

static char *borrow(const char *text)
{
    return (char *)(uintptr_t)text;
}

static enum assay_status make(struct happening *h, enum assay_event event, struct assay_error *err)
{
    struct assay_writing *w = &h->writing;
    const struct assay_entry *target = NULL;
    enum assay_status status = assay_check_text("--reason", h->reason, false, err);
    if (status == ASSAY_OK)
        status = assay_check_text("--approver", h->approver, false, err);
    if (status == ASSAY_OK)
        status = assay_writing_open(w, err);
    if (status == ASSAY_OK)
        status = find_target(h, &target, err);
    if (status == ASSAY_OK)
        status = event == ASSAY_EVENT_ROLLBACK ? check_rollback(h, target, err)
                                               : check_withdrawal(h, target, err);
    if (status != ASSAY_OK)
        return status;
    const struct assay_ledger *ledger = &w->registry.ledger;
    struct assay_entry entry = {
        .event = event,
        .version = target->version,
        .by = borrow(h->approver),
        .reason = borrow(h->reason),
        .key = w->has_key ? w->key.public_key.id : NULL,
    };
    if (event == ASSAY_EVENT_ROLLBACK)
        entry.from = borrow(assay_ledger_in_force(ledger, ledger->n_entry));
    snprintf(entry.at, sizeof entry.at, "%s", w->at);
    status = assay_publish(w, w->registry.name, &entry, NULL, 0, err);
    return status != ASSAY_OK ? status : say(h, err);
}

static int run(struct happening *h, const struct assay_command *command, enum assay_event event)
{
    struct assay_error err = {0};
    if (h->reason == NULL)
        return assay_misuse(command, "no reason; expected --reason TEXT, for the ledger");
    int misused = assay_writing_misuse(&h->writing, command);
    if (misused != ASSAY_GO_ON)
        return misused;
    enum assay_status status = make(h, event, &err);
    assay_writing_close(&h->writing);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}

#define EVENT_OPTIONS(h) \
    {"reason", 'm', ASSAY_OPTION_TEXT, "TEXT", "why; required", &(h).reason, 0, 0, NULL}, \
    {"approver", 0, ASSAY_OPTION_TEXT, "NAME", "who decided it", &(h).approver, 0, 0, NULL}, \
    {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the result as JSON", &(h).json, 0, 0, NULL}, \
    ASSAY_WRITING_OPTIONS((h).writing)

int assay_release_rollback(int argc, char **argv)
{
    struct happening h = {.writing = assay_writing_default()};
    const struct assay_option options[] = {EVENT_OPTIONS(h)};
    const struct assay_command command = {
        .name = "release rollback",
        .operands = "[VERSION]",
        .summary = "Put an earlier version back in force; without VERSION the one that the present one "
                   "replaced.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .max_operand = 1,
        .notes = "The version gone back from stays where it is; \"withdraw\" marks it as not to be used."};
    int exit_status = assay_options_parse(&command, argc, argv, &h.word);
    return exit_status == ASSAY_GO_ON ? run(&h, &command, ASSAY_EVENT_ROLLBACK) : exit_status;
}

int assay_release_withdraw(int argc, char **argv)
{
    struct happening h = {.writing = assay_writing_default()};
    const struct assay_option options[] = {EVENT_OPTIONS(h)};
    const struct assay_command command = {
        .name = "release withdraw",
        .operands = "VERSION",
        .summary = "Mark a version as not to be used, for good; its files stay.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "What is in force cannot be withdrawn: roll back first."};
    int exit_status = assay_options_parse(&command, argc, argv, &h.word);
    return exit_status == ASSAY_GO_ON ? run(&h, &command, ASSAY_EVENT_WITHDRAW) : exit_status;
}
