/* add.c - assay release add: a candidate becomes the next version, when its gates are open */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "release/command/candidate.h"
#include "release/command/common.h"
#include "release/command/verbs.h"
#include "release/gates/gates.h"
#include "release/record/record.h"
#include "release/registry/entry.h"

enum { MAX_FILES = 5 }; /* model, its signature, audit, changes, record */

struct adding {
    struct assay_writing writing;
    const char *candidate_path, *audit_path;
    const char *as, *notes, *notes_path, *approver, *override;
    bool dry_run, json;

    struct assay_candidate candidate;
    struct assay_gates gates;
    struct assay_version number;
    char version[ASSAY_VERSION_SIZE];
    bool known; /* it is in force already, or nothing has changed: there is nothing to do */

    struct assay_text notes_text, model, signature, changes, record;
    struct assay_registry_file files[MAX_FILES];
    size_t n_file;
};

static const struct assay_ledger *ledger_of(const struct adding *a)
{
    return &a->writing.registry.ledger;
}

/* ---- what is asked for ---- */

/* The texts that will stand in the ledger and the record. */
static enum assay_status read_texts(struct adding *a, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    if (a->notes_path != NULL)
        status = assay_file_read(a->notes_path, (size_t)1 << 20, &a->notes_text, err);
    if (status == ASSAY_OK && a->notes_path != NULL)
        a->notes = a->notes_text.data;
    if (status == ASSAY_OK)
        status = assay_check_text(a->notes_path != NULL ? a->notes_path : "--notes", a->notes, true, err);
    if (status == ASSAY_OK)
        status = assay_check_text("--approver", a->approver, false, err);
    return status != ASSAY_OK ? status : assay_check_text("--override", a->override, false, err);
}

/* A dry run does not hold the lock. A registry that is not there yet is made when the gates are
 * open, not before. */
static enum assay_status open_registry(struct adding *a, struct assay_error *err)
{
    struct assay_writing *w = &a->writing;
    bool there = access(w->registry_path, F_OK) == 0;
    if (there && !a->dry_run)
        return assay_writing_open(w, err);
    enum assay_status status = assay_time_of_run(w->as_of, w->at, err);
    if (status == ASSAY_OK && there)
        status = assay_registry_open(w->registry_path, &w->registry, err);
    return status;
}

/* Whether this candidate is a version already; one that is in force leaves nothing to do. */
static enum assay_status check_new(struct adding *a, struct assay_error *err)
{
    const struct assay_ledger *ledger = ledger_of(a);
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    for (size_t e = 0; e < ledger->n_entry; e++) {
        const struct assay_entry *entry = &ledger->entries[e];
        if (entry->event != ASSAY_EVENT_RELEASE ||
            strcmp(entry->candidate, a->candidate.digest) != 0)
            continue;
        snprintf(a->version, sizeof a->version, "%s", entry->version);
        if (in_force != NULL && strcmp(in_force, entry->version) == 0) {
            a->known = true;
            return ASSAY_OK;
        }
        const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, entry->version);
        assay_fail(err, ASSAY_EDATA, "%s: released as %s on %.10s, and %s; expected a new candidate",
                   a->candidate_path, entry->version, entry->at,
                   withdrawal != NULL ? "withdrawn since" : "not in force now");
        if (withdrawal == NULL)
            assay_hint(err, "\"assay release rollback %s --registry %.80s --reason TEXT\" puts it back in "
                            "force.", entry->version, a->writing.registry_path);
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

/* ---- the number ---- */

static enum assay_status choose_number(struct adding *a, struct assay_error *err)
{
    const struct assay_ledger *ledger = ledger_of(a);
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    struct assay_version *used = assay_alloc(ledger->n_entry, sizeof *used), current, asked;
    enum assay_level level =
        a->candidate.has_previous ? a->candidate.change.level : ASSAY_LEVEL_MAJOR;
    enum assay_status status = ASSAY_OK;
    size_t n = 0;
    if (used == NULL)
        return assay_fail_memory(err, "choosing a version number");
    for (size_t e = 0; e < ledger->n_entry; e++)
        if (ledger->entries[e].event == ASSAY_EVENT_RELEASE &&
            assay_version_parse(ledger->entries[e].version, &used[n]))
            n++;
    const struct assay_version *from =
        in_force != NULL && assay_version_parse(in_force, &current) ? &current : NULL;
    if (a->as == NULL) {
        a->number = assay_version_next(from, level, used, n);
    } else if (!assay_version_parse(a->as, &asked)) {
        char quoted[ASSAY_QUOTE_SIZE];
        status = assay_fail(err, ASSAY_EDATA, "--as is \"%s\"; expected a version number as 1.2.0",
                            assay_quote_value(a->as, strlen(a->as), quoted));
    } else {
        status = assay_version_check(asked, from, level, used, n, err);
        if (status == ASSAY_EDATA)
            assay_error_prefix(err, "--as %s", a->as);
        a->number = asked;
    }
    assay_version_print(a->number, a->version);
    free(used);
    return status;
}

/* ---- the version's files ---- */

static void put_file(struct adding *a, const char *name, const struct assay_text *text)
{
    a->files[a->n_file++] = (struct assay_registry_file){name, text->data, text->length};
}

/* The candidate with its number, which changes the digest, and the signature. */
static enum assay_status make_model(struct adding *a, struct assay_error *err)
{
    struct assay_model *model = &a->candidate.model;
    char *version = assay_copy_string(a->version);
    if (version == NULL)
        return assay_fail_memory(err, "writing a version");
    free(model->version);
    model->version = version;
    enum assay_status status = assay_model_write(model, &a->model, err);
    if (status != ASSAY_OK)
        return status;
    put_file(a, "model.json", &a->model);
    if (!a->writing.has_key)
        return ASSAY_OK;
    char comment[256];
    snprintf(comment, sizeof comment, "assay model version %s, %s, %s", a->version, model->digest,
             a->writing.at);
    status = assay_sign(&a->writing.key, a->model.data, a->model.length, comment, &a->signature, err);
    if (status == ASSAY_OK)
        put_file(a, "model.json.minisig", &a->signature);
    return status;
}

static struct assay_release_facts facts_of(const struct adding *a)
{
    const struct assay_candidate *c = &a->candidate;
    bool overridden = a->override != NULL && assay_gates_closed(&a->gates) > 0;
    return (struct assay_release_facts){
        .model = &c->model,
        .candidate = c->digest,
        .previous = c->has_previous ? &c->previous : NULL,
        .previous_candidate = c->previous_candidate,
        .at = a->writing.at,
        .approver = a->approver,
        .notes = a->notes,
        .gates = &a->gates,
        .override = overridden ? a->override : NULL,
        .change = c->has_previous ? &c->change : NULL,
        .audit = c->audit,
        .audit_sha256 = c->audit != NULL ? c->audit_sha256 : NULL,
        .key_id = a->writing.has_key ? a->writing.key.public_key.id : NULL,
        .files = a->files,
        .n_file = a->n_file,
    };
}

/* The record twice: its words go into a file that the record names. */
static enum assay_status make_record(struct adding *a, struct assay_error *err)
{
    struct assay_release_facts facts = facts_of(a);
    struct assay_json *record = NULL;
    enum assay_status status = assay_record_write(&facts, &a->record, err);
    if (status == ASSAY_OK)
        status = assay_record_read("release.json", a->record.data, a->record.length, &record, err);
    if (status == ASSAY_OK)
        status = assay_record_words(record, &a->changes, err);
    assay_json_free(record);
    if (status != ASSAY_OK)
        return status;
    if (a->changes.failed)
        return assay_fail_memory(err, "writing the release notes");
    put_file(a, "changes.md", &a->changes);
    facts.n_file = a->n_file;
    assay_text_clear(&a->record);
    status = assay_record_write(&facts, &a->record, err);
    if (status == ASSAY_OK)
        put_file(a, "release.json", &a->record);
    return status;
}

static enum assay_status make_version(struct adding *a, struct assay_error *err)
{
    enum assay_status status = make_model(a, err);
    if (status == ASSAY_OK && a->candidate.audit != NULL)
        put_file(a, "audit.json", &a->candidate.audit_text);
    return status != ASSAY_OK ? status : make_record(a, err);
}

static enum assay_status publish(struct adding *a, struct assay_error *err)
{
    const struct assay_ledger *ledger = ledger_of(a);
    struct assay_release_facts facts = facts_of(a);
    struct assay_entry entry = {
        .event = ASSAY_EVENT_RELEASE,
        .version = a->version,
        .from = (char *)(uintptr_t)assay_ledger_in_force(ledger, ledger->n_entry),
        .by = (char *)(uintptr_t)a->approver,
        .reason = (char *)(uintptr_t)facts.override,
        .key = (char *)(uintptr_t)facts.key_id,
    };
    assay_digest_of(a->record.data, a->record.length, entry.record);
    snprintf(entry.at, sizeof entry.at, "%s", a->writing.at);
    snprintf(entry.digest, sizeof entry.digest, "%s", a->candidate.model.digest);
    snprintf(entry.candidate, sizeof entry.candidate, "%s", a->candidate.digest);
    return assay_publish(&a->writing, a->candidate.model.spec.name, &entry, a->files, a->n_file, err);
}

/* ---- what is said ---- */

static void say_gates(const struct adding *a, FILE *stream)
{
    struct assay_text text = {0};
    assay_gates_words(&a->gates, &text);
    if (text.data != NULL)
        fputs(text.data, stream);
    assay_text_clear(&text);
}

static void list_closed(const struct assay_gates *gates, struct assay_text *text)
{
    size_t said = 0;
    for (size_t g = 0; g < ASSAY_GATES; g++)
        if (gates->gate[g].result == ASSAY_GATE_CLOSED)
            assay_text_printf(text, "%s%s", said++ > 0 ? ", " : "", assay_gate_names[g]);
}

/* Exit status 1: the check says no. */
static int refuse(const struct adding *a)
{
    struct assay_text closed = {0};
    list_closed(&a->gates, &closed);
    fprintf(stderr, "%s: not released; closed: %s\n", a->candidate_path,
            closed.data != NULL ? closed.data : "");
    if (assay_gates_barred(&a->gates))
        fprintf(stderr, "  hint: The file itself is damaged or was not written by this program; no "
                        "reason opens that gate.\n");
    else
        fprintf(stderr, "  hint: --override \"REASON\" releases it all the same; the reason stands "
                        "beside the version for good.\n");
    assay_text_clear(&closed);
    return 1;
}

static const char *why_the_number(const struct adding *a)
{
    if (!a->candidate.has_previous)
        return "the first version";
    switch (a->candidate.change.level) {
    case ASSAY_LEVEL_MAJOR:
        return "a major change: what scorers are given, or what the answer means, is different";
    case ASSAY_LEVEL_MINOR:
        return "a minor change: scores come out differently";
    case ASSAY_LEVEL_PATCH:
    case ASSAY_LEVEL_NONE:
        break;
    }
    return "a patch: scores are the same, texts or evidence are not";
}

static void say_released(const struct adding *a)
{
    const struct assay_ledger *ledger = ledger_of(a);
    const struct assay_entry *entry = &ledger->entries[ledger->n_entry - 1];
    printf("\nReleased: %s %s, %s.\n", a->candidate.model.spec.name, a->version, why_the_number(a));
    printf("  model   %s/versions/%s/model.json\n", a->writing.registry_path, a->version);
    printf("  digest  %s\n", entry->digest);
    printf("  signed  %s\n", entry->key != NULL ? entry->key : "no");
    printf("  ledger  entry %zu, %s\n", entry->number, entry->hash);
}

static enum assay_status print_json(const struct adding *a, bool released, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    const struct assay_ledger *ledger = ledger_of(a);
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "name", a->candidate.model.spec.name);
    assay_json_put_string(&json, "version", a->version);
    assay_json_put_string(&json, "candidate", a->candidate.digest);
    assay_json_put_bool(&json, "released", released);
    assay_json_put_bool(&json, "nothing_to_do", a->known);
    if (a->candidate.has_previous)
        assay_json_put_string(&json, "level", assay_level_names[a->candidate.change.level]);
    if (!a->known)
        assay_gates_write(&json, "gates", &a->gates);
    if (released) {
        const struct assay_entry *entry = &ledger->entries[ledger->n_entry - 1];
        assay_json_put_string(&json, "digest", entry->digest);
        assay_json_put_count(&json, "entry", entry->number);
        assay_json_put_string(&json, "head", entry->hash);
    }
    assay_json_close(&json);
    enum assay_status status = assay_deliver_json(&json, NULL, err);
    assay_text_clear(&json.out);
    return status;
}

static enum assay_status say_known(const struct adding *a, struct assay_error *err)
{
    if (a->json)
        return print_json(a, false, err);
    printf("%s: nothing to release; %s is in force and gives the same scores with the same "
           "evidence\n", a->candidate_path, a->version);
    return assay_flush_stdout(err);
}

/* ---- the flow ---- */

static enum assay_status read_all(struct adding *a, struct assay_error *err)
{
    enum assay_status status = read_texts(a, err);
    return status != ASSAY_OK
               ? status
               : assay_candidate_read(a->candidate_path, a->audit_path, &a->candidate, err);
}

/* Is it new, what changed, which number, are the gates open? */
static enum assay_status look(struct adding *a, struct assay_error *err)
{
    struct assay_candidate *c = &a->candidate;
    enum assay_status status = c->readable ? check_new(a, err) : ASSAY_OK;
    if (status != ASSAY_OK || a->known)
        return status;
    status = assay_candidate_compare(c, &a->writing.registry, err);
    if (status == ASSAY_OK && c->has_previous && c->change.level == ASSAY_LEVEL_NONE) {
        snprintf(a->version, sizeof a->version, "%s", c->previous.version);
        a->known = true;
    }
    if (status == ASSAY_OK && !a->known && c->readable)
        status = choose_number(a, err);
    if (status == ASSAY_OK && !a->known)
        status = assay_candidate_ask(c, assay_days_of(a->writing.at), &a->gates, err);
    return status;
}

/* The exit status when it is decided already, else ASSAY_GO_ON. */
static int decide(const struct adding *a)
{
    bool closed = assay_gates_closed(&a->gates) > 0;
    if (!a->json)
        say_gates(a, stdout);
    if (closed && (a->override == NULL || assay_gates_barred(&a->gates))) {
        fflush(stdout);
        return refuse(a);
    }
    if (a->override != NULL && !closed)
        fprintf(stderr, "%s: no gate is closed; the reason given with --override is not recorded\n",
                a->candidate_path);
    if (a->dry_run && !a->json)
        printf("\nWould be released as %s, %s. Nothing was written.\n", a->version,
               why_the_number(a));
    return a->dry_run ? 0 : ASSAY_GO_ON;
}

/* Makes the registry where there is none. One that somebody made meanwhile has a version in force,
 * against which everything is to be asked once more. */
static enum assay_status settle_registry(struct adding *a, int *decided, struct assay_error *err)
{
    if (a->writing.registry.path != NULL)
        return ASSAY_OK;
    enum assay_status status = assay_writing_open(&a->writing, err);
    if (status != ASSAY_OK || ledger_of(a)->n_entry == 0)
        return status;
    assay_gates_clear(&a->gates);
    status = look(a, err);
    if (status == ASSAY_OK && !a->known)
        *decided = decide(a);
    return status;
}

static enum assay_status release(struct adding *a, struct assay_error *err)
{
    enum assay_status status = make_version(a, err);
    if (status == ASSAY_OK)
        status = publish(a, err);
    if (status == ASSAY_OK && !a->json)
        say_released(a);
    return status == ASSAY_OK && a->json ? print_json(a, true, err) : status;
}

static int run(struct adding *a)
{
    struct assay_error err = {0};
    int decided = ASSAY_GO_ON;
    enum assay_status status = read_all(a, &err);
    if (status == ASSAY_OK)
        status = open_registry(a, &err);
    if (status == ASSAY_OK)
        status = look(a, &err);
    if (status == ASSAY_OK && !a->known)
        decided = decide(a);
    if (status == ASSAY_OK && !a->known && decided == ASSAY_GO_ON)
        status = settle_registry(a, &decided, &err);
    if (status == ASSAY_OK && a->known)
        status = say_known(a, &err);
    else if (status == ASSAY_OK && decided == ASSAY_GO_ON)
        status = release(a, &err);
    else if (status == ASSAY_OK && a->json)
        status = print_json(a, false, &err);
    if (status == ASSAY_OK)
        status = assay_flush_stdout(&err);
    if (status != ASSAY_OK)
        return assay_complain(&err);
    return decided == ASSAY_GO_ON ? 0 : decided;
}

static void clear(struct adding *a)
{
    assay_gates_clear(&a->gates);
    assay_candidate_clear(&a->candidate);
    assay_text_clear(&a->notes_text);
    assay_text_clear(&a->model);
    assay_text_clear(&a->signature);
    assay_text_clear(&a->changes);
    assay_text_clear(&a->record);
    assay_writing_close(&a->writing);
}

int assay_release_add(int argc, char **argv)
{
    struct adding a = {.writing = assay_writing_default()};
    const struct assay_option options[] = {
        {"audit", 'a', ASSAY_OPTION_TEXT, "FILE",
         "the candidate's audit (assay validate CANDIDATE --champion " ASSAY_DEFAULT_REGISTRY ")",
         &a.audit_path, 0, 0, NULL},
        {"notes", 'm', ASSAY_OPTION_TEXT, "TEXT", "why this version, for the changelog", &a.notes, 0,
         0, NULL},
        {"notes-file", 0, ASSAY_OPTION_TEXT, "FILE", "likewise, from a file", &a.notes_path, 0, 0,
         NULL},
        {"approver", 0, ASSAY_OPTION_TEXT, "NAME", "who approves it", &a.approver, 0, 0, NULL},
        {"as", 0, ASSAY_OPTION_TEXT, "X.Y.Z",
         "the number; what changed chooses it without, and one that understates is refused", &a.as,
         0, 0, NULL},
        {"override", 0, ASSAY_OPTION_TEXT, "REASON",
         "release over closed gates; the reason stands beside the version for good", &a.override, 0,
         0, NULL},
        {"dry-run", 'n', ASSAY_OPTION_FLAG, NULL, "ask the gates, write nothing", &a.dry_run, 0, 0,
         NULL},
        {"json", 0, ASSAY_OPTION_FLAG, NULL, "print the result as JSON", &a.json, 0, 0, NULL},
        ASSAY_WRITING_OPTIONS(a.writing),
    };
    const struct assay_command command = {
        .name = "release add",
        .operands = "CANDIDATE",
        .summary = "Make a candidate the next version of a registry, when its gates are open.",
        .options = options,
        .n_option = sizeof options / sizeof options[0],
        .min_operand = 1,
        .max_operand = 1,
        .notes = "Exit status 1: a gate is closed, and nothing was released. A candidate that is in "
                 "force already leaves\nnothing to do (0). The gates: docs/release.md."};
    int exit_status = assay_options_parse(&command, argc, argv, &a.candidate_path);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    if (a.notes != NULL && a.notes_path != NULL)
        return assay_misuse(&command, "both --notes and --notes-file; expected one of them");
    exit_status = assay_writing_misuse(&a.writing, &command);
    if (exit_status != ASSAY_GO_ON)
        return exit_status;
    a.writing.make = true;
    exit_status = run(&a);
    clear(&a);
    return exit_status;
}
