#include "release/registry/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/base/memory.h"
#include "release/version/number.h"

const char *const assay_event_names[3] = {"release", "rollback", "withdraw"};

enum { LARGEST_NUMBER = 1000000000 };

static bool all_of(const char *text, const char *digits, size_t n)
{
    return strspn(text, digits) == n && text[n] == '\0';
}

bool assay_is_digest(const char *text)
{
    return strncmp(text, "sha256:", 7) == 0 && all_of(text + 7, "0123456789abcdef", 64);
}

bool assay_is_key_id(const char *text)
{
    return all_of(text, "0123456789ABCDEF", 16);
}

void assay_digest_of(const void *bytes, size_t length, char out[ASSAY_DIGEST_SIZE])
{
    struct assay_sha256 hash;
    memcpy(out, "sha256:", 7);
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, bytes, length);
    assay_sha256_finish(&hash, out + 7);
}

void assay_entry_clear(struct assay_entry *entry)
{
    free(entry->version);
    free(entry->from);
    free(entry->by);
    free(entry->reason);
    free(entry->key);
    *entry = (struct assay_entry){0};
}

enum assay_status assay_entry_copy(const struct assay_entry *entry, struct assay_entry *copy,
                                   struct assay_error *err)
{
    struct assay_entry made = *entry;
    char **const texts[] = {&made.version, &made.from, &made.by, &made.reason, &made.key};
    enum { TEXTS = sizeof texts / sizeof *texts };
    bool failed = false;
    for (size_t k = 0; k < TEXTS; k++)
        if (*texts[k] != NULL && (*texts[k] = assay_copy_string(*texts[k])) == NULL)
            failed = true;
    if (failed) {
        assay_entry_clear(&made);
        return assay_fail_memory(err, "copying an entry of the ledger");
    }
    *copy = made;
    return ASSAY_OK;
}

/* ---- writing ---- */

/* ,"key":"value" or ,"key":null. The writer knows how texts are quoted; lines of the ledger have no
 * blanks. */
static void put(struct assay_json_writer *json, const char *key, const char *value)
{
    assay_text_puts(&json->out, ",\"");
    assay_text_puts(&json->out, key);
    assay_text_puts(&json->out, "\":");
    if (value == NULL || *value == '\0')
        assay_text_puts(&json->out, "null");
    else
        assay_json_put_string(json, NULL, value);
}

void assay_entry_write(const struct assay_entry *entry, struct assay_text *text)
{
    struct assay_json_writer json = {.out = *text};
    assay_text_printf(&json.out, "{\"entry\":%zu", entry->number);
    put(&json, "at", entry->at);
    put(&json, "event", assay_event_names[entry->event]);
    put(&json, "version", entry->version);
    put(&json, "from", entry->from);
    put(&json, "digest", entry->digest);
    put(&json, "candidate", entry->candidate);
    put(&json, "record", entry->record);
    put(&json, "by", entry->by);
    put(&json, "reason", entry->reason);
    put(&json, "key", entry->key);
    put(&json, "previous", entry->previous);
    assay_text_puts(&json.out, "}\n");
    *text = json.out;
}

/* ---- reading ---- */

/* A text or null, which leaves *out NULL. */
static enum assay_status take_text(struct assay_json *doc, const struct cJSON *root,
                                   const char *key, char **out, struct assay_error *err)
{
    const char *value;
    const struct cJSON *member = assay_json_get(root, key);
    if (member != NULL && assay_json_is_null(member))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, root, key, &value, err);
    if (status != ASSAY_OK)
        return status;
    *out = assay_copy_string(value);
    return *out != NULL ? ASSAY_OK : assay_fail_memory(err, "reading the ledger");
}

static enum assay_status take_digest(struct assay_json *doc, const struct cJSON *root,
                                     const char *key, char out[ASSAY_DIGEST_SIZE],
                                     struct assay_error *err)
{
    const char *value;
    const struct cJSON *member = assay_json_get(root, key);
    if (member != NULL && assay_json_is_null(member))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, root, key, &value, err);
    if (status != ASSAY_OK)
        return status;
    if (!assay_is_digest(value))
        return assay_json_wrong(doc, member, err, "\"sha256:\" and 64 hexadecimal digits");
    memcpy(out, value, ASSAY_DIGEST_SIZE);
    return ASSAY_OK;
}

static enum assay_status take_time(struct assay_json *doc, const struct cJSON *root,
                                   struct assay_entry *entry, struct assay_error *err)
{
    const char *at;
    enum assay_status status = assay_json_want_string(doc, root, "at", &at, err);
    if (status != ASSAY_OK)
        return status;
    if (!assay_time_parse(at))
        return assay_json_wrong(doc, assay_json_get(root, "at"), err,
                                "a time as \"2026-10-05T09:30:00Z\"");
    memcpy(entry->at, at, strlen(at) + 1);
    return ASSAY_OK;
}

static enum assay_status take_what(struct assay_json *doc, const struct cJSON *root,
                                   struct assay_entry *entry, struct assay_error *err)
{
    size_t event;
    struct assay_version version;
    enum assay_status status =
        assay_json_want_count(doc, root, "entry", 1, LARGEST_NUMBER, &entry->number, err);
    if (status == ASSAY_OK)
        status = take_time(doc, root, entry, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, root, "event", assay_event_names, 3, &event, err);
    if (status != ASSAY_OK)
        return status;
    entry->event = (enum assay_event)event;
    status = take_text(doc, root, "version", &entry->version, err);
    if (status == ASSAY_OK &&
        (entry->version == NULL || !assay_version_parse(entry->version, &version)))
        return assay_json_wrong(doc, assay_json_get(root, "version"), err,
                                "a version number as \"1.1.0\"");
    return status == ASSAY_OK ? take_text(doc, root, "from", &entry->from, err) : status;
}

static enum assay_status take_all(struct assay_json *doc, struct assay_entry *entry,
                                  struct assay_error *err)
{
    static const char *const keys[] = {"entry", "at",     "event",     "version",
                                       "from",  "digest", "candidate", "record",
                                       "by",    "reason", "key",       "previous"};
    const struct cJSON *root = assay_json_root(doc);
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "an entry: an object");
    enum assay_status status =
        assay_json_check_keys(doc, root, "an entry", keys, sizeof keys / sizeof *keys, err);
    if (status == ASSAY_OK)
        status = take_what(doc, root, entry, err);
    if (status == ASSAY_OK)
        status = take_digest(doc, root, "digest", entry->digest, err);
    if (status == ASSAY_OK)
        status = take_digest(doc, root, "candidate", entry->candidate, err);
    if (status == ASSAY_OK)
        status = take_digest(doc, root, "record", entry->record, err);
    if (status == ASSAY_OK)
        status = take_text(doc, root, "by", &entry->by, err);
    if (status == ASSAY_OK)
        status = take_text(doc, root, "reason", &entry->reason, err);
    if (status == ASSAY_OK)
        status = take_text(doc, root, "key", &entry->key, err);
    if (status == ASSAY_OK && entry->key != NULL && !assay_is_key_id(entry->key))
        return assay_json_wrong(doc, assay_json_get(root, "key"), err,
                                "16 hexadecimal digits in upper case");
    return status == ASSAY_OK ? take_digest(doc, root, "previous", entry->previous, err) : status;
}

/* The line was parsed by itself, so that messages place everything in line 1. */
static void put_line_number(struct assay_error *err, const char *name, size_t number)
{
    size_t length = strlen(name);
    if (err == NULL || strncmp(err->message, name, length) != 0 ||
        strncmp(err->message + length, ":1:", 3) != 0)
        return;
    char rest[sizeof err->message];
    memcpy(rest, err->message + length + 3, sizeof rest - length - 3);
    rest[sizeof rest - length - 4] = '\0';
    snprintf(err->message + length, sizeof err->message - length, ":%zu:%s", number, rest);
}

static enum assay_status check_form(const char *name, size_t number, const char *line,
                                    size_t length, const struct assay_entry *entry,
                                    struct assay_error *err)
{
    struct assay_text text = {0};
    assay_entry_write(entry, &text);
    enum assay_status status = ASSAY_OK;
    if (text.failed)
        status = assay_fail_memory(err, "reading the ledger");
    else if (text.length != length || memcmp(text.data, line, length) != 0)
        status = assay_fail(err, ASSAY_EFORMAT,
                            "%s:%zu: not as assay writes an entry; expected each byte of it", name,
                            number);
    assay_text_clear(&text);
    return status;
}

enum assay_status assay_entry_read(const char *name, size_t number, const char *line, size_t length,
                                   struct assay_entry *entry, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_entry made = {0};
    enum assay_status status = assay_json_parse(name, line, length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_OK) {
        status = take_all(doc, &made, err);
        assay_json_free(doc);
    }
    if (status != ASSAY_OK)
        put_line_number(err, name, number);
    else
        status = check_form(name, number, line, length, &made, err);
    if (status != ASSAY_OK) {
        assay_entry_clear(&made);
        return status;
    }
    assay_digest_of(line, length, made.hash);
    *entry = made;
    return ASSAY_OK;
}
