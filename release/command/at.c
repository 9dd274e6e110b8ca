/* at.c - assay release at: the version in force on a day, and why an account scored what it did */
#include <stdio.h>
#include <string.h>

#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/why/why.h"

struct asking {
    const char *registry_path, *when;
    struct assay_why_options why; /* account NULL: only the version is asked for */
    bool path, json;
    char until[ASSAY_TIME_SIZE]; /* the last second that counts */
    struct assay_registry registry;
    const struct assay_entry *since, *release;
};

/* A day means all of it; a second means itself. */
static enum assay_status read_when(struct asking *a, struct assay_error *err)
{
    char date[ASSAY_DATE_SIZE], quoted[ASSAY_QUOTE_SIZE];
    size_t length = strlen(a->when);
    if (length == 10 && assay_date_parse(a->when, length, &a->why.day))
        snprintf(a->until, sizeof a->until, "%.10sT23:59:59Z", assay_date_print(a->why.day, date));
    else if (length == 20 && assay_time_parse(a->when))
        snprintf(a->until, sizeof a->until, "%s", a->when);
    else
        return assay_fail(err, ASSAY_EDATA, "\"%s\": expected a date as 2026-06-30, or a time as "
                                            "2026-06-30T09:00:00Z",
                          assay_quote_value(a->when, length, quoted));
    a->why.day = assay_days_of(a->until);
    return ASSAY_OK;
}

static enum assay_status find(struct asking *a, struct assay_error *err)
{
    const struct assay_ledger *ledger = &a->registry.ledger;
    size_t n = assay_ledger_until(ledger, a->until);
    const char *version = assay_ledger_in_force(ledger, n);
    if (version == NULL && ledger->n_entry == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: no version yet", a->registry_path);
    if (version == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: nothing was in force on %s; the first version is of %s",
                          a->registry_path, a->when, ledger->entries[0].at);
    a->release = assay_ledger_release_of(ledger, version);
    while (n-- > 0 && ledger->entries[n].event == ASSAY_EVENT_WITHDRAW)
        ; /* what put it in force is the last release or rollback */
    a->since = &ledger->entries[n];
    return ASSAY_OK;
}

static void put_version(const struct asking *a, struct assay_text *text)
{
    const struct assay_ledger *ledger = &a->registry.ledger;
    const struct assay_entry *withdrawal =
        assay_ledger_withdrawal_of(ledger, a->release->version);
    assay_text_printf(text, "%s: %s %s, %s on %s", a->when, a->registry.name, a->release->version,
                      a->since->event == ASSAY_EVENT_RELEASE ? "released" : "rolled back to",
                      a->since->at);
    if (a->since->reason != NULL)
        assay_text_printf(text, a->since->event == ASSAY_EVENT_RELEASE ? " over closed gates (%s)"
                                                                       : " (%s)", a->since->reason);
    assay_text_puts(text, "\n  model   ");
    assay_registry_path(&a->registry, a->release->version, "model.json", text);
    assay_text_printf(text, "\n  digest  %s\n", a->release->digest);
    if (withdrawal != NULL)
        assay_text_printf(text, "  withdrawn on %.10s: %s\n", withdrawal->at, withdrawal->reason);
}

static void write_version(const struct asking *a, struct assay_json_writer *json)
{
    struct assay_text path = {0};
    assay_registry_path(&a->registry, a->release->version, "model.json", &path);
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "when", a->until);
    assay_json_put_string(json, "name", a->registry.name);
    assay_json_put_string(json, "version", a->release->version);
    assay_json_put_string(json, "since", a->since->at);
    assay_json_put_string(json, "event", assay_event_names[a->since->event]);
    if (path.data != NULL)
        assay_json_put_string(json, "model", path.data);
    assay_json_put_string(json, "digest", a->release->digest);
    assay_json_put_bool(json, "withdrawn",
                        assay_ledger_withdrawal_of(&a->registry.ledger, a->release->version) != NULL);
    assay_json_close(json);
    json->out.failed |= path.failed;
    assay_text_clear(&path);
}

/* The account's score, as that version gave it. */
static enum assay_status explain(const struct asking *a, struct assay_text *text,
                                 struct assay_error *err)
{
    struct assay_model model = {0};
    struct assay_text notes = {0};
    struct assay_why_options why = a->why;
    enum assay_status status = assay_version_model(&a->registry, a->release, &model, err);
    if (status != ASSAY_OK)
        return status;
    why.notes = &notes;
    if (!a->json)
        assay_text_putc(text, '\n');
    status = assay_why(&model, &why, a->json ? NULL : text, a->json ? text : NULL, err);
    if (notes.length > 0)
        fputs(notes.data, stderr);
    assay_text_clear(&notes);
    assay_model_clear(&model);
    return status;
}

static enum assay_status answer(struct asking *a, struct assay_text *text, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    if (a->path) {
        assay_registry_path(&a->registry, a->release->version, "model.json", text);
        assay_text_putc(text, '\n');
        return ASSAY_OK;
    }
    if (a->json && a->why.account == NULL) {
        write_version(a, &json);
        assay_text_add(text, json.out.data, json.out.length);
        text->failed |= json.out.failed;
        assay_text_clear(&json.out);
        return ASSAY_OK;
    }
    if (!a->json)
        put_version(a, text);
    return a->why.account != NULL ? explain(a, text, err) : ASSAY_OK;
}

static int run(struct asking *a)
{
    struct assay_error err = {0};
    struct assay_text text = {0};
    enum assay_status status = read_when(a, &err);
    if (status == ASSAY_OK)
        status = assay_reading_open(a->registry_path, &a->registry, &err);
    if (status != ASSAY_OK)
        return assay_complain(&err);
    status = find(a, &err);
    if (status == ASSAY_OK)
        status = answer(a, &text, &err);
    if (status == ASSAY_OK)
        status = assay_deliver(&text, NULL, &err);
    assay_text_clear(&text);
    assay_registry_close(&a->registry);
    return status == ASSAY_OK ? 0 : assay_complain(&err);
}

int assay_release_at(int argc, char **argv)
{
    struct asking a = {.registry_path = ASSAY_DEFAULT_REGISTRY,
                       .why = {.intake = assay_intake_options_default()}};
    const struct assay_option options[] = {
        ASSAY_REGISTRY_OPTION(a.registry_path),
        {"account", 0, ASSAY_OPTION_TEXT, "ID",
         "explain this account's score on its last snapshot up to that day; with --data",
         &a.why.account, 0, 0, NULL},
        {"path", 0, ASSAY_OPTION_FLAG, NULL, "print only where the model file is", &a.path, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the answer as JSON", &a.json, 0, 0, NULL},
        ASSAY_INTAKE_OPTIONS(a.why.intake),
    };
    const struct assay_command command = {
        .name = "release at",
        .operands = "DATE",
        .summary = "The version in force on a day (UTC), and why an account scored what it did.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "DATE is a day, which means its last second, or a time as 2026-06-30T09:00:00Z."};
    int exit_status = assay_options_parse(&command, argc, argv, &a.when);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if ((a.why.account != NULL) != (a.why.intake.path != NULL))
        return assay_misuse(&command, a.why.account != NULL ? "--account without --data FILE"
                                                            : "--data without --account ID");
    if (a.path && (a.json || a.why.account != NULL))
        return assay_misuse(&command, "--path beside --json or --account; expected one of them");
    return run(&a);
}
