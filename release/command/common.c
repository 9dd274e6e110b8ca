#include "release/command/common.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "release/record/changelog.h"
#include "release/record/record.h"
#include "release/registry/entry.h"
#include "release/sign/password.h"

struct assay_writing assay_writing_default(void)
{
    return (struct assay_writing){.registry_path = ASSAY_DEFAULT_REGISTRY,
                                  .as_of = ASSAY_NO_DATE,
                                  .wait = 60,
                                  .registry = {.lock = -1}};
}

/* ---- what is asked for ---- */

enum assay_status assay_reading_open(const char *path, struct assay_registry *registry,
                                     struct assay_error *err)
{
    enum assay_status status = assay_registry_there(path, err);
    return status != ASSAY_OK ? status : assay_registry_open(path, registry, err);
}

enum assay_status assay_registry_there(const char *path, struct assay_error *err)
{
    if (access(path, F_OK) == 0)
        return ASSAY_OK;
    assay_fail(err, ASSAY_EIO, "%s: no registry there; expected a directory that \"assay release add\" "
                               "has made", *path != '\0' ? path : "\"\"");
    assay_hint(err, "--registry DIR says where it is.");
    return ASSAY_EIO;
}

enum assay_status assay_check_text(const char *option, const char *text, bool lines,
                                   struct assay_error *err)
{
    char quoted[ASSAY_QUOTE_SIZE];
    if (text == NULL)
        return ASSAY_OK;
    size_t length = strlen(text);
    bool plain = assay_is_utf8(text, length), blank = true;
    for (size_t k = 0; plain && k < length; k++) {
        unsigned char c = (unsigned char)text[k];
        bool next_line_or_control = c == 0xc2 && (unsigned char)text[k + 1] < 0xa0; /* U+0080 to 9F */
        plain = (c >= 0x20 && c != 0x7f && !next_line_or_control) || (lines && (c == '\n' || c == '\t'));
        blank = blank && (c == ' ' || c == '\t' || c == '\n');
    }
    if (plain && !blank)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "%s is \"%s\"; expected %s", option,
                      assay_quote_value(text, length, quoted),
                      lines ? "text in UTF-8" : "one line of text in UTF-8");
}

/* ---- the key ---- */

/* A key beside what it signs is no key: whoever can change the one can change the other. */
static enum assay_status check_key_is_outside(const struct assay_writing *w,
                                              struct assay_error *err)
{
    char key[PATH_MAX], registry[PATH_MAX];
    if (realpath(w->key_path, key) == NULL || realpath(w->registry_path, registry) == NULL)
        return ASSAY_OK; /* one of them is not there: found when it is opened */
    size_t length = strlen(registry);
    if (strncmp(key, registry, length) != 0 || key[length] != '/')
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s: the secret key lies in the registry; expected it elsewhere",
               w->key_path);
    assay_hint(err, "Who can write to the registry could sign; and a registry is copied and shared.");
    return ASSAY_EDATA;
}

static enum assay_status read_key(struct assay_writing *w, struct assay_error *err)
{
    char prompt[160];
    if (w->key_path == NULL)
        return ASSAY_OK;
    snprintf(prompt, sizeof prompt, "Password of %.120s", w->key_path);
    struct assay_password_source source = {.file = w->password_path, .prompt = prompt};
    enum assay_status status = check_key_is_outside(w, err);
    if (status == ASSAY_OK)
        status = assay_secret_key_read(w->key_path, assay_password_give, &source, &w->key, err);
    if (status != ASSAY_OK && source.err.status != ASSAY_OK && err != NULL)
        *err = source.err; /* why there was no password */
    w->has_key = status == ASSAY_OK;
    return status;
}

/* Once signed, always asked. */
static enum assay_status check_signed(const struct assay_writing *w, struct assay_error *err)
{
    const struct assay_ledger *ledger = &w->registry.ledger;
    const char *key = NULL;
    for (size_t e = 0; e < ledger->n_entry; e++)
        key = ledger->entries[e].key != NULL ? ledger->entries[e].key : key;
    if (key == NULL || w->has_key || w->is_unsigned)
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s: the ledger was signed with key %s; expected --key",
               w->registry_path, key);
    assay_hint(err, "With --unsigned the entry is made without, and the ledger has no signature until "
                    "the next that is signed; list and verify say so.");
    return ASSAY_EDATA;
}

/* ---- opening ---- */

static void say_waiting(void *context)
{
    fprintf(stderr, "%s: waiting for another release to finish\n", (const char *)context);
}

/* What has not happened yet is not written down: every later entry would have to come after it. A
 * day's grace is for clocks, and for whoever lives east of here. */
static enum assay_status check_past(const struct assay_writing *w, const char *what,
                                    const char *time_text, struct assay_error *err)
{
    int32_t today = (int32_t)(time(NULL) / 86400);
    if (assay_days_of(time_text) <= today + 1)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "%s: %s is of %.10s, which is yet to come; expected a day up to "
                                        "today", w->registry_path, what, time_text);
}

/* Clocks of different machines differ by seconds; the ledger's order is that of its lines. */
static enum assay_status settle_time(struct assay_writing *w, struct assay_error *err)
{
    const struct assay_ledger *ledger = &w->registry.ledger;
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    enum assay_status status = assay_time_of_run(w->as_of, w->at, err);
    if (status == ASSAY_OK)
        status = check_past(w, "the entry", w->at, err);
    if (status != ASSAY_OK || ledger->n_entry == 0)
        return status;
    const char *last = ledger->entries[ledger->n_entry - 1].at;
    bool by_clock = w->as_of == ASSAY_NO_DATE && (epoch == NULL || *epoch == '\0');
    if (strcmp(w->at, last) >= 0)
        return ASSAY_OK;
    if (by_clock) {
        snprintf(w->at, sizeof w->at, "%s", last);
        return check_past(w, "the ledger's last entry", last, err);
    }
    assay_fail(err, ASSAY_EDATA, "%s: the entry would be of %s; expected %s, when the last was made, or "
                                 "later", w->registry_path, w->at, last);
    assay_hint(err, "The ledger is in the order of time: leave --as-of out, or give a later day.");
    return ASSAY_EDATA;
}

enum assay_status assay_writing_open(struct assay_writing *w, struct assay_error *err)
{
    enum assay_status status = read_key(w, err);
    if (status == ASSAY_OK)
        status = (w->make ? assay_registry_make : assay_registry_open_to_write)(
            w->registry_path, w->wait, say_waiting, (void *)(uintptr_t)w->registry_path, &w->registry,
            err);
    if (status == ASSAY_OK)
        status = check_signed(w, err);
    return status != ASSAY_OK ? status : settle_time(w, err);
}

int assay_writing_misuse(const struct assay_writing *w, const struct assay_command *command)
{
    if (w->password_path != NULL && w->key_path == NULL)
        return assay_misuse(command, "--password-file without --key FILE");
    if (w->key_path != NULL && w->is_unsigned)
        return assay_misuse(command, "--key beside --unsigned; expected one of them");
    return ASSAY_GO_ON;
}

void assay_writing_close(struct assay_writing *w)
{
    assay_secret_key_clear(&w->key);
    if (w->registry.path != NULL)
        assay_registry_close(&w->registry);
}

/* ---- publishing ---- */

/* Every version's record and notes: texts[2 k] and [2 k + 1]. What was altered is not passed on. */
static enum assay_status read_versions(const struct assay_registry *registry,
                                       struct assay_changelog_version versions[],
                                       struct assay_text texts[], size_t *n_version,
                                       struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t e = 0; status == ASSAY_OK && e < registry->ledger.n_entry; e++) {
        const struct assay_entry *entry = &registry->ledger.entries[e];
        if (entry->event != ASSAY_EVENT_RELEASE)
            continue;
        struct assay_text *bytes = &texts[2 * *n_version], *changes = bytes + 1;
        struct assay_json *record = NULL;
        status = assay_version_record(registry, entry, bytes, &record, err);
        if (status == ASSAY_OK)
            status = assay_version_file(registry, entry, record, "changes.md", changes, err);
        if (status == ASSAY_OK)
            versions[(*n_version)++] = (struct assay_changelog_version){
                entry->version, bytes->data, bytes->length, changes->data, changes->length};
        assay_json_free(record);
    }
    return status;
}

static void take_new(const struct assay_ledger *after, const struct assay_registry_file files[],
                     size_t n_file, struct assay_changelog_version *made)
{
    made->version = after->entries[after->n_entry - 1].version;
    for (size_t k = 0; k < n_file; k++) {
        if (strcmp(files[k].name, "release.json") == 0) {
            made->record = files[k].bytes;
            made->record_length = files[k].length;
        } else if (strcmp(files[k].name, "changes.md") == 0) {
            made->changes = files[k].bytes;
            made->changes_length = files[k].length;
        }
    }
}

enum assay_status assay_make_changelogs(const struct assay_registry *registry, const char *name,
                                        const struct assay_ledger *after,
                                        const struct assay_registry_file files[], size_t n_file,
                                        struct assay_text *markdown, struct assay_text *json,
                                        struct assay_error *err)
{
    size_t n = 0, room = after->n_entry;
    struct assay_changelog_version *versions = assay_alloc(room, sizeof *versions);
    struct assay_text *texts = assay_alloc(2 * room, sizeof *texts);
    enum assay_status status = versions == NULL || texts == NULL
                                   ? assay_fail_memory(err, "writing the changelog")
                                   : read_versions(registry, versions, texts, &n, err);
    if (status == ASSAY_OK && n_file > 0)
        take_new(after, files, n_file, &versions[n++]);
    if (status == ASSAY_OK)
        status = assay_changelog_write(name, after, versions, n, markdown, json, err);
    for (size_t k = 0; texts != NULL && k < 2 * room; k++)
        assay_text_clear(&texts[k]);
    free(texts);
    free(versions);
    return status;
}

/* The ledger as it will be. */
static enum assay_status ledger_after(const struct assay_registry *registry,
                                      const struct assay_entry *entry, struct assay_ledger *after,
                                      struct assay_error *err)
{
    const struct assay_text *text = &registry->ledger.text;
    enum assay_status status = ASSAY_OK;
    if (text->length > 0)
        status = assay_ledger_read("ledger.jsonl", text->data, text->length, after, err);
    return status != ASSAY_OK ? status : assay_ledger_add(after, entry, err);
}

enum assay_status assay_publish(struct assay_writing *w, const char *name,
                                const struct assay_entry *entry,
                                const struct assay_registry_file files[], size_t n_file,
                                struct assay_error *err)
{
    struct assay_ledger after = {0};
    struct assay_text markdown = {0}, json = {0};
    enum assay_status status = ledger_after(&w->registry, entry, &after, err);
    if (status == ASSAY_EDATA)
        assay_error_prefix(err, "%s", w->registry_path);
    if (status == ASSAY_OK)
        status = assay_make_changelogs(&w->registry, name, &after, files, n_file, &markdown, &json,
                                       err);
    if (status == ASSAY_OK) {
        struct assay_registry_change change = {
            .name = name,
            .entry = *entry,
            .files = files,
            .n_file = n_file,
            .changelog = {{"CHANGELOG.md", markdown.data, markdown.length},
                          {"CHANGELOG.json", json.data, json.length}},
            .key = w->has_key ? &w->key : NULL,
        };
        status = assay_registry_commit(&w->registry, &change, err);
    }
    assay_text_clear(&markdown);
    assay_text_clear(&json);
    assay_ledger_clear(&after);
    return status;
}

/* ---- versions ---- */

enum assay_status assay_version_find(const struct assay_registry *registry, const char *word,
                                     const struct assay_entry **release, struct assay_error *err)
{
    if (registry->ledger.n_entry == 0)
        return assay_fail(err, ASSAY_EDATA, "%s: no version yet", registry->path);
    enum assay_status status = assay_ledger_find(&registry->ledger, word, release, err);
    if (status == ASSAY_EDATA) {
        assay_error_prefix(err, "%s", registry->path);
        assay_hint(err, "\"assay release list\" names the versions.");
    }
    return status;
}

enum assay_status assay_version_model(const struct assay_registry *registry,
                                      const struct assay_entry *release, struct assay_model *model,
                                      struct assay_error *err)
{
    struct assay_text text = {0}, path = {0};
    assay_registry_path(registry, release->version, "model.json", &path);
    enum assay_status status = path.failed ? assay_fail_memory(err, "reading a version")
                                           : assay_registry_read(registry, release->version,
                                                                 "model.json", &text, err);
    /* Into its final place: parts of a model point at each other. */
    if (status == ASSAY_OK)
        status = assay_model_read_text(path.data, text.data, text.length, model, err);
    if (status == ASSAY_OK && strcmp(model->digest, release->digest) != 0) {
        status = assay_fail(err, ASSAY_EDATA, "%s: the digest is %.19s...; expected %.19s..., that of "
                                              "the ledger", path.data, model->digest, release->digest);
        assay_hint(err, "The version was changed; \"assay release verify\" tells what else was.");
        assay_model_clear(model);
    }
    assay_text_clear(&text);
    assay_text_clear(&path);
    return status;
}

/* What was read under a path is what a hash says. */
static enum assay_status check_bytes(const struct assay_text *path, const struct assay_text *text,
                                     const char *digest, const char *by, struct assay_error *err)
{
    char found[ASSAY_DIGEST_SIZE];
    assay_digest_of(text->data, text->length, found);
    if (strcmp(found, digest) == 0)
        return ASSAY_OK;
    assay_fail(err, ASSAY_EDATA, "%s: its SHA-256 begins with %.12s; expected %.12s, as %s says",
               path->data, found + 7, digest + 7, by);
    assay_hint(err, "The version was changed; \"assay release verify\" tells what else was.");
    return ASSAY_EDATA;
}

enum assay_status assay_version_record(const struct assay_registry *registry,
                                       const struct assay_entry *release, struct assay_text *text,
                                       struct assay_json **record, struct assay_error *err)
{
    struct assay_text path = {0};
    assay_registry_path(registry, release->version, "release.json", &path);
    enum assay_status status =
        path.failed ? assay_fail_memory(err, "reading a version")
                    : assay_registry_read(registry, release->version, "release.json", text, err);
    if (status == ASSAY_OK)
        status = check_bytes(&path, text, release->record, "the ledger", err);
    if (status == ASSAY_OK)
        status = assay_record_read(path.data, text->data, text->length, record, err);
    assay_text_clear(&path);
    return status;
}

/* The hash of a file of the version; NULL: it has no such file. */
static const char *hash_in(const struct assay_json *record, const char *file)
{
    const struct cJSON *list = assay_json_get(assay_json_root(record), "files");
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at))
        if (strcmp(assay_json_string(assay_json_get(at, "file")), file) == 0)
            return assay_json_string(assay_json_get(at, "sha256"));
    return NULL;
}

bool assay_version_has(const struct assay_json *record, const char *file)
{
    return hash_in(record, file) != NULL;
}

enum assay_status assay_version_file(const struct assay_registry *registry,
                                     const struct assay_entry *release,
                                     const struct assay_json *record, const char *file,
                                     struct assay_text *text, struct assay_error *err)
{
    char digest[ASSAY_DIGEST_SIZE];
    const char *hash = hash_in(record, file);
    struct assay_text path = {0};
    assay_registry_path(registry, release->version, file, &path);
    if (path.failed)
        return assay_fail_memory(err, "reading a version");
    enum assay_status status =
        hash == NULL ? assay_fail(err, ASSAY_EDATA, "%s: not a file of the version; expected one that "
                                                    "release.json lists", path.data)
                     : assay_registry_read(registry, release->version, file, text, err);
    if (status == ASSAY_OK) {
        snprintf(digest, sizeof digest, "sha256:%.64s", hash);
        status = check_bytes(&path, text, digest, "release.json", err);
    }
    assay_text_clear(&path);
    return status;
}

int32_t assay_days_of(const char *time)
{
    int32_t days = ASSAY_NO_DATE;
    assay_date_parse(time, strnlen(time, 10), &days);
    return days;
}

void assay_version_standing(const struct assay_ledger *ledger, const char *version,
                            struct assay_text *text)
{
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, version);
    if (in_force != NULL && strcmp(in_force, version) == 0)
        assay_text_puts(text, "in force");
    else if (withdrawal == NULL)
        assay_text_puts(text, "not in force");
    if (withdrawal != NULL)
        assay_text_printf(text, "withdrawn on %.10s: %s", withdrawal->at, withdrawal->reason);
}

/* ---- printing ---- */

enum assay_status assay_deliver(struct assay_text *text, const char *path, struct assay_error *err)
{
    if (text->failed)
        return assay_fail_memory(err, "writing the answer");
    return assay_file_write(path != NULL ? path : "-", text->data != NULL ? text->data : "",
                            text->length, err);
}

enum assay_status assay_deliver_json(struct assay_json_writer *json, const char *path,
                                     struct assay_error *err)
{
    return assay_deliver(&json->out, path, err);
}
