#include "release/registry/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/base/memory.h"
#include "release/registry/entry.h"
#include "release/registry/registry.h"
#include "release/version/number.h"

/* Those that every registry with an entry has. */
static const char *const always[] = {ASSAY_ATTRIBUTES_FILE, "CHANGELOG.json", "CHANGELOG.md",
                                     ASSAY_LEDGER_FILE};
enum { N_ALWAYS = sizeof always / sizeof *always, LARGEST_NUMBER = 1000000000 };

void assay_listing_clear(struct assay_listing *current)
{
    for (size_t k = 0; k < current->n_file; k++)
        free(current->files[k].name);
    free(current->files);
    free(current->name);
    free(current->version);
    *current = (struct assay_listing){0};
}

bool assay_may_be_listed(const char *file)
{
    char id[ASSAY_KEY_ID_SIZE];
    for (size_t k = 0; k < N_ALWAYS; k++)
        if (strcmp(file, always[k]) == 0)
            return true;
    if (strcmp(file, ASSAY_SIGNATURE_FILE) == 0)
        return true;
    snprintf(id, sizeof id, "%.16s", file);
    return assay_is_key_id(id) && strcmp(file + 16, ".pub") == 0;
}

/* ---- files ---- */

/* Where file stands, or would stand. */
static size_t position(const struct assay_listing *current, const char *file)
{
    size_t low = 0, high = current->n_file;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(current->files[middle].name, file) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool stands_at(const struct assay_listing *current, size_t k, const char *file)
{
    return k < current->n_file && strcmp(current->files[k].name, file) == 0;
}

const char *assay_listing_of(const struct assay_listing *current, const char *file)
{
    size_t k = position(current, file);
    return stands_at(current, k, file) ? current->files[k].sha256 : NULL;
}

enum assay_status assay_listing_put(struct assay_listing *current, const char *file,
                                    const char *sha256, struct assay_error *err)
{
    size_t k = position(current, file);
    if (!stands_at(current, k, file)) {
        char *name = assay_copy_string(file);
        if (name == NULL || !assay_grow(&current->files, &current->capacity, current->n_file + 1,
                                        sizeof *current->files)) {
            free(name);
            return assay_fail_memory(err, "listing the files of a registry");
        }
        memmove(&current->files[k + 1], &current->files[k],
                (current->n_file - k) * sizeof *current->files);
        current->n_file++;
        current->files[k].name = name;
    }
    memcpy(current->files[k].sha256, sha256, ASSAY_SHA256_TEXT_SIZE);
    return ASSAY_OK;
}

/* ---- writing ---- */

enum assay_status assay_listing_write(const struct assay_listing *current, struct assay_text *text,
                                      struct assay_error *err)
{
    struct assay_json_writer json = {.out = *text};
    struct assay_text model = {0};
    assay_text_printf(&model, ASSAY_VERSIONS "/%s/model.json", current->version);
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", ASSAY_CURRENT_FORMAT);
    assay_json_put_string(&json, "name", current->name);
    assay_json_put_string(&json, "version", current->version);
    assay_json_put_string(&json, "model", model.failed ? "" : model.data);
    assay_json_put_string(&json, "digest", current->digest);
    assay_json_put_count(&json, "entry", current->entry);
    assay_json_put_string(&json, "head", current->head);
    assay_json_open(&json, "files", '[');
    for (size_t k = 0; k < current->n_file; k++) {
        assay_json_open(&json, NULL, '{');
        assay_json_put_string(&json, "file", current->files[k].name);
        assay_json_put_string(&json, "sha256", current->files[k].sha256);
        assay_json_close(&json);
    }
    assay_json_close(&json);
    assay_json_close(&json);
    bool failed = json.out.failed || model.failed;
    assay_text_clear(&model);
    *text = json.out;
    return failed ? assay_fail_memory(err, "writing \"current\"") : ASSAY_OK;
}

/* ---- reading ---- */

static enum assay_status take_text(struct assay_json *doc, const struct cJSON *root,
                                   const char *key, char **out, struct assay_error *err)
{
    const char *value;
    enum assay_status status = assay_json_want_string(doc, root, key, &value, err);
    if (status != ASSAY_OK)
        return status;
    *out = assay_copy_string(value);
    return *out != NULL ? ASSAY_OK : assay_fail_memory(err, "reading \"current\"");
}

static enum assay_status take_digest(struct assay_json *doc, const struct cJSON *root,
                                     const char *key, char out[ASSAY_DIGEST_SIZE],
                                     struct assay_error *err)
{
    const char *value;
    enum assay_status status = assay_json_want_string(doc, root, key, &value, err);
    if (status != ASSAY_OK)
        return status;
    if (!assay_is_digest(value))
        return assay_json_wrong(doc, assay_json_get(root, key), err,
                                "\"sha256:\" and 64 hexadecimal digits");
    memcpy(out, value, ASSAY_DIGEST_SIZE);
    return ASSAY_OK;
}

static enum assay_status take_file(struct assay_json *doc, const struct cJSON *item,
                                   struct assay_listing *current, struct assay_error *err)
{
    const char *file, *sha256;
    char digest[ASSAY_DIGEST_SIZE];
    if (!assay_json_is_object(item))
        return assay_json_wrong(doc, item, err, "an object with \"file\" and \"sha256\"");
    enum assay_status status = assay_json_want_string(doc, item, "file", &file, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, item, "sha256", &sha256, err);
    if (status != ASSAY_OK)
        return status;
    if (!assay_may_be_listed(file))
        return assay_json_wrong(doc, assay_json_get(item, "file"), err, "a file of a registry");
    snprintf(digest, sizeof digest, "sha256:%.64s", sha256);
    if (!assay_is_digest(digest) || strlen(sha256) != 64)
        return assay_json_wrong(doc, assay_json_get(item, "sha256"), err, "64 hexadecimal digits");
    return assay_listing_put(current, file, sha256, err);
}

static enum assay_status take_all(struct assay_json *doc, struct assay_listing *current,
                                  struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc), *files = NULL;
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "an object");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status == ASSAY_OK && strcmp(format, ASSAY_CURRENT_FORMAT) != 0)
        return assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"%s\"",
                                ASSAY_CURRENT_FORMAT);
    if (status == ASSAY_OK)
        status = take_text(doc, root, "name", &current->name, err);
    if (status == ASSAY_OK)
        status = take_text(doc, root, "version", &current->version, err);
    if (status == ASSAY_OK)
        status = take_digest(doc, root, "digest", current->digest, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, root, "entry", 1, LARGEST_NUMBER, &current->entry, err);
    if (status == ASSAY_OK)
        status = take_digest(doc, root, "head", current->head, err);
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, root, "files", &files, err);
    for (const struct cJSON *item = files != NULL ? assay_json_first(files) : NULL;
         status == ASSAY_OK && item != NULL; item = assay_json_next(item))
        status = take_file(doc, item, current, err);
    return status;
}

static enum assay_status check_form(const char *name, const char *text, size_t length,
                                    const struct assay_listing *current, struct assay_error *err)
{
    struct assay_text again = {0};
    enum assay_status status = assay_listing_write(current, &again, err);
    if (status == ASSAY_OK && (again.length != length || memcmp(again.data, text, length) != 0))
        status = assay_fail(err, ASSAY_EFORMAT,
                            "%s: not as assay writes it; expected each byte of it", name);
    assay_text_clear(&again);
    return status;
}

enum assay_status assay_listing_read(const char *name, const char *text, size_t length,
                                     struct assay_listing *current, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_listing made = {0};
    enum assay_status status = assay_json_parse(name, text, length, ASSAY_JSON_STRICT, &doc, err);
    if (status != ASSAY_OK)
        return status;
    status = take_all(doc, &made, err);
    assay_json_free(doc);
    if (status == ASSAY_OK)
        status = check_form(name, text, length, &made, err);
    if (status != ASSAY_OK) {
        assay_listing_clear(&made);
        return status;
    }
    *current = made;
    return ASSAY_OK;
}

/* ---- against the ledger ---- */

bool assay_first_signs(const struct assay_ledger *ledger, size_t n)
{
    const char *key = ledger->entries[n].key;
    return key != NULL && assay_ledger_first_signed(ledger, key) == &ledger->entries[n];
}

static enum assay_status want_listed(const char *name, const struct assay_listing *current,
                                     const char *file, size_t *wanted, struct assay_error *err)
{
    ++*wanted;
    if (assay_listing_of(current, file) != NULL)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "%s: \"files\" has no \"%s\"; the ledger asks for it", name,
                      file);
}

static enum assay_status check_files(const char *name, const struct assay_listing *current,
                                     const struct assay_ledger *ledger, struct assay_error *err)
{
    size_t wanted = 0;
    enum assay_status status = ASSAY_OK;
    char file[ASSAY_KEY_ID_SIZE + 4];
    for (size_t k = 0; status == ASSAY_OK && k < N_ALWAYS; k++)
        status = want_listed(name, current, always[k], &wanted, err);
    if (status == ASSAY_OK && ledger->entries[ledger->n_entry - 1].key != NULL)
        status = want_listed(name, current, ASSAY_SIGNATURE_FILE, &wanted, err);
    for (size_t k = 0; status == ASSAY_OK && k < ledger->n_entry; k++) {
        if (!assay_first_signs(ledger, k))
            continue;
        snprintf(file, sizeof file, "%s.pub", ledger->entries[k].key);
        status = want_listed(name, current, file, &wanted, err);
    }
    if (status == ASSAY_OK && current->n_file != wanted)
        status = assay_fail(err, ASSAY_EDATA,
                            "%s: \"files\" has %zu files; the ledger asks for %zu of them", name,
                            current->n_file, wanted);
    return status;
}

enum assay_status assay_listing_check(const char *name, const struct assay_listing *current,
                                      const struct assay_ledger *ledger, struct assay_error *err)
{
    if (current->entry != ledger->n_entry)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: \"entry\" is %zu; expected %zu, the entries of the "
                          "ledger",
                          name, current->entry, ledger->n_entry);
    const char *head = ledger->entries[ledger->n_entry - 1].hash;
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    const char *digest = assay_ledger_release_of(ledger, in_force)->digest;
    if (strcmp(current->head, head) != 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: \"head\" is %.19s...; expected %.19s..., the hash of "
                          "the ledger's last entry",
                          name, current->head, head);
    if (strcmp(current->version, in_force) != 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: \"version\" is \"%.20s\"; expected \"%s\", which the "
                          "ledger puts in force",
                          name, current->version, in_force);
    if (strcmp(current->digest, digest) != 0)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: \"digest\" is %.19s...; expected %.19s..., that of "
                          "version %s in the ledger",
                          name, current->digest, digest, in_force);
    return check_files(name, current, ledger, err);
}
