/* commit.c - a change of a registry, made so that it counts at one moment and not before
 * (registry.h says how) */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/registry/entry.h"
#include "release/registry/listing.h"
#include "release/registry/recover.h"
#include "release/registry/registry.h"
#include "release/registry/store.h"

enum { MODE = 0666, MODE_OF_VERSIONS = 0444, MAX_TOP = 6 };

/* A change on its way. */
struct making {
    struct assay_registry *registry;
    const struct assay_registry_change *change;
    const char *version; /* borrowed from the entry; NULL: the change is no release */
    struct assay_listing *next;
    struct assay_text signature, public_key,
        key_file;                            /* of the ledger; its file and that file's name */
    struct assay_registry_file top[MAX_TOP]; /* files at the top that are to be written */
    size_t n_top;
    struct assay_text bytes; /* of "current" */
};

static void making_clear(struct making *m)
{
    if (m->next != NULL)
        assay_listing_clear(m->next);
    free(m->next);
    assay_text_clear(&m->signature);
    assay_text_clear(&m->public_key);
    assay_text_clear(&m->key_file);
    assay_text_clear(&m->bytes);
}

static enum assay_status fail_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "changing a registry");
}

/* ---- what it will be ---- */

static enum assay_status check_name(const struct making *m, struct assay_error *err)
{
    const struct assay_registry *registry = m->registry;
    const char *name = m->change->name;
    if (registry->name == NULL || strcmp(registry->name, name) == 0)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA,
                      "%s: holds versions of the model \"%.80s\"; \"%.80s\" is another",
                      registry->path, registry->name, name);
}

static enum assay_status check_place(const struct making *m, struct assay_error *err)
{
    struct assay_text folder = {0};
    enum assay_store_kind kind = ASSAY_STORE_NOTHING;
    assay_text_printf(&folder, ASSAY_VERSIONS "/%s", m->version);
    enum assay_status status = folder.failed
                                   ? fail_memory(err)
                                   : assay_store_look(m->registry->path, folder.data, &kind, err);
    if (status == ASSAY_OK && kind != ASSAY_STORE_NOTHING)
        status = assay_fail(err, ASSAY_EDATA,
                            "%s/%s: is there already, and the ledger does not know "
                            "of it; expected it free",
                            m->registry->path, folder.data);
    assay_text_clear(&folder);
    return status;
}

static const struct assay_registry_file *record_of(const struct assay_registry_change *change)
{
    for (size_t k = 0; k < change->n_file; k++)
        if (strcmp(change->files[k].name, "release.json") == 0)
            return &change->files[k];
    return NULL;
}

static enum assay_status add_entry(struct making *m, struct assay_error *err)
{
    struct assay_entry entry = m->change->entry;
    const struct assay_registry_file *record = record_of(m->change);
    const struct assay_secret_key *key = m->change->key;
    assert((record != NULL) == (entry.event == ASSAY_EVENT_RELEASE));
    assert(key == NULL ? entry.key == NULL
                       : entry.key != NULL && strcmp(entry.key, key->public_key.id) == 0);
    if (record != NULL)
        assay_digest_of(record->bytes, record->length, entry.record);
    return assay_ledger_add(&m->registry->ledger, &entry, err);
}

static enum assay_status sign(struct making *m, struct assay_error *err)
{
    const struct assay_ledger *ledger = &m->registry->ledger;
    const struct assay_secret_key *key = m->change->key;
    struct assay_text comment = {0};
    if (key == NULL)
        return ASSAY_OK;
    assay_text_printf(&comment, "assay ledger, %zu entries", ledger->n_entry);
    assay_text_printf(&m->key_file, "%s.pub", key->public_key.id);
    assay_public_key_write(&key->public_key, &m->public_key);
    enum assay_status status = comment.failed || m->key_file.failed || m->public_key.failed
                                   ? fail_memory(err)
                                   : assay_sign(key, ledger->text.data, ledger->text.length,
                                                comment.data, &m->signature, err);
    assay_text_clear(&comment);
    return status;
}

/* Lists a file; one that stands in its place with the same bytes needs not be written. It is the
 * place that is asked, not what "current" lists: what was lost or altered comes back so. What
 * cannot be replaced there, as a directory, is found before anything has changed. */
static enum assay_status put_top(struct making *m, const char *name, const char *bytes,
                                 size_t length, struct assay_error *err)
{
    struct assay_text there = {0};
    char digest[ASSAY_DIGEST_SIZE];
    bool found;
    enum assay_status status = assay_store_read(m->registry->path, name, &there, &found, err);
    bool same = status == ASSAY_OK && found && there.length == length &&
                memcmp(there.data, bytes, length) == 0;
    assay_text_clear(&there);
    if (status != ASSAY_OK)
        return status;
    if (!same)
        m->top[m->n_top++] = (struct assay_registry_file){name, bytes, length};
    assay_digest_of(bytes, length, digest);
    return assay_listing_put(m->next, name, digest + 7, err);
}

static enum assay_status put_all(struct making *m, struct assay_error *err)
{
    const struct assay_text *ledger = &m->registry->ledger.text;
    enum assay_status status =
        put_top(m, ASSAY_ATTRIBUTES_FILE, ASSAY_ATTRIBUTES, strlen(ASSAY_ATTRIBUTES), err);
    if (status == ASSAY_OK)
        status = put_top(m, ASSAY_LEDGER_FILE, ledger->data, ledger->length, err);
    for (size_t k = 0; status == ASSAY_OK && k < 2; k++) {
        const struct assay_registry_file *file = &m->change->changelog[k];
        status = put_top(m, file->name, file->bytes, file->length, err);
    }
    if (status == ASSAY_OK && m->change->key != NULL)
        status = put_top(m, ASSAY_SIGNATURE_FILE, m->signature.data, m->signature.length, err);
    if (status == ASSAY_OK && m->change->key != NULL)
        status = put_top(m, m->key_file.data, m->public_key.data, m->public_key.length, err);
    return status;
}

/* What "current" lists and this change does not touch: the keys. A signature is of one ledger only.
 */
static enum assay_status keep_listed(struct making *m, struct assay_error *err)
{
    const struct assay_listing *before = m->registry->current;
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; before != NULL && status == ASSAY_OK && k < before->n_file; k++)
        if (strcmp(before->files[k].name, ASSAY_SIGNATURE_FILE) != 0)
            status =
                assay_listing_put(m->next, before->files[k].name, before->files[k].sha256, err);
    return status;
}

static enum assay_status make_current(struct making *m, struct assay_error *err)
{
    const struct assay_ledger *ledger = &m->registry->ledger;
    const char *version = assay_ledger_in_force(ledger, ledger->n_entry);
    m->next = assay_alloc(1, sizeof *m->next);
    if (m->next == NULL)
        return fail_memory(err);
    m->next->name = assay_copy_string(m->change->name);
    m->next->version = assay_copy_string(version);
    if (m->next->name == NULL || m->next->version == NULL)
        return fail_memory(err);
    m->next->entry = ledger->n_entry;
    memcpy(m->next->head, ledger->entries[ledger->n_entry - 1].hash, ASSAY_DIGEST_SIZE);
    memcpy(m->next->digest, assay_ledger_release_of(ledger, version)->digest, ASSAY_DIGEST_SIZE);
    enum assay_status status = keep_listed(m, err);
    if (status == ASSAY_OK)
        status = put_all(m, err);
    return status == ASSAY_OK ? assay_listing_write(m->next, &m->bytes, err) : status;
}

/* ---- writing it beside ---- */

static enum assay_status write_folder(const struct making *m, struct assay_error *err)
{
    const char *root = m->registry->path;
    struct assay_text folder = {0}, name = {0};
    assay_text_printf(&folder, ASSAY_VERSIONS "/.%s.next", m->version);
    enum assay_status status =
        folder.failed ? fail_memory(err) : assay_store_make_directory(root, ASSAY_VERSIONS, err);
    if (status == ASSAY_OK)
        status = assay_store_make_directory(root, folder.data, err);
    for (size_t k = 0; status == ASSAY_OK && k < m->change->n_file; k++) {
        const struct assay_registry_file *file = &m->change->files[k];
        assert(strchr(file->name, '/') == NULL);
        assay_text_reset(&name);
        assay_text_printf(&name, "%s/%s", folder.data, file->name);
        status = name.failed ? fail_memory(err)
                             : assay_store_write(root, name.data, file->bytes, file->length,
                                                 MODE_OF_VERSIONS, err);
    }
    if (status == ASSAY_OK)
        status = assay_store_sync(root, folder.data, err);
    if (status == ASSAY_OK)
        status = assay_store_sync(root, ASSAY_VERSIONS, err);
    assay_text_clear(&name);
    assay_text_clear(&folder);
    return status;
}

static enum assay_status write_next(const struct making *m, const char *file, const char *bytes,
                                    size_t length, struct assay_error *err)
{
    struct assay_text name = {0};
    assay_text_printf(&name, ".%s.next", file);
    enum assay_status status =
        name.failed ? fail_memory(err)
                    : assay_store_write(m->registry->path, name.data, bytes, length, MODE, err);
    assay_text_clear(&name);
    return status;
}

static enum assay_status write_top(const struct making *m, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < m->n_top; k++)
        status = write_next(m, m->top[k].name, m->top[k].bytes, m->top[k].length, err);
    if (status == ASSAY_OK)
        status = write_next(m, ASSAY_CURRENT_FILE, m->bytes.data, m->bytes.length, err);
    return status == ASSAY_OK ? assay_store_sync(m->registry->path, "", err) : status;
}

static enum assay_status name_folder(const struct making *m, struct assay_error *err)
{
    const char *root = m->registry->path;
    struct assay_text from = {0}, to = {0};
    assay_text_printf(&from, ASSAY_VERSIONS "/.%s.next", m->version);
    assay_text_printf(&to, ASSAY_VERSIONS "/%s", m->version);
    enum assay_status status = from.failed || to.failed
                                   ? fail_memory(err)
                                   : assay_store_rename(root, from.data, to.data, err);
    if (status == ASSAY_OK)
        status = assay_store_sync(root, ASSAY_VERSIONS, err);
    assay_text_clear(&from);
    assay_text_clear(&to);
    return status;
}

static enum assay_status write_beside(const struct making *m, struct assay_error *err)
{
    enum assay_status status = m->version != NULL ? write_folder(m, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = write_top(m, err);
    if (status == ASSAY_OK && m->version != NULL)
        status = name_folder(m, err);
    return status;
}

/* ---- the moment ---- */

enum moment { NOT_MADE, MADE, NOT_KNOWN };

/* A rename that was reported as failed may have been made all the same (network file systems repeat
 * a request whose answer was lost): what "current" now holds decides. */
static enum moment moment_of(const struct making *m)
{
    struct assay_text now = {0};
    bool found;
    enum moment moment = NOT_KNOWN;
    if (assay_store_read(m->registry->path, ASSAY_CURRENT_FILE, &now, &found, NULL) == ASSAY_OK)
        moment = found && now.length == m->bytes.length &&
                         memcmp(now.data, m->bytes.data, now.length) == 0
                     ? MADE
                     : NOT_MADE;
    assay_text_clear(&now);
    return moment;
}

static void add_to_message(struct assay_error *err, const char *what)
{
    if (err == NULL)
        return;
    size_t length = strlen(err->message);
    size_t room = sizeof err->message - length - 1, n = strlen(what);
    memcpy(err->message + length, what, n < room ? n + 1 : room + 1);
    err->message[sizeof err->message - 1] = '\0';
}

/* The registry is what the change makes of it; its last files find their places. */
static enum assay_status settle(struct making *m, char *name, struct assay_error *err)
{
    struct assay_registry *registry = m->registry;
    if (registry->current != NULL)
        assay_listing_clear(registry->current);
    free(registry->current);
    registry->current = m->next;
    m->next = NULL;
    free(registry->name);
    registry->name = name;
    enum assay_status status =
        assay_recover(registry->path, registry->current, &registry->ledger, err);
    registry->unfinished = status != ASSAY_OK;
    if (status != ASSAY_OK)
        add_to_message(err, "; the change counts all the same, and the next command that writes "
                            "finishes it");
    return status;
}

/* Back to what it was; what cannot be removed now, the next command that writes removes. */
static void undo(struct making *m, enum moment moment)
{
    struct assay_registry *registry = m->registry;
    assay_ledger_drop(&registry->ledger);
    registry->remains = moment == NOT_KNOWN || assay_recover(registry->path, registry->current,
                                                             &registry->ledger, NULL) != ASSAY_OK;
}

static enum assay_status make(struct making *m, struct assay_error *err)
{
    char *name = assay_copy_string(m->change->name);
    enum assay_status status = name == NULL ? fail_memory(err) : sign(m, err);
    enum moment moment = NOT_MADE;
    if (status == ASSAY_OK)
        status = make_current(m, err);
    if (status == ASSAY_OK)
        status = write_beside(m, err);
    if (status == ASSAY_OK) {
        status = assay_store_rename(m->registry->path, "." ASSAY_CURRENT_FILE ".next",
                                    ASSAY_CURRENT_FILE, err);
        moment = status == ASSAY_OK ? MADE : moment_of(m);
    }
    if (moment == MADE)
        return settle(m, name, err);
    if (moment == NOT_KNOWN)
        add_to_message(err, "; whether the change counts, \"assay release verify\" tells");
    undo(m, moment);
    free(name);
    return status;
}

enum assay_status assay_registry_commit(struct assay_registry *registry,
                                        const struct assay_registry_change *change,
                                        struct assay_error *err)
{
    struct making m = {.registry = registry, .change = change};
    assert(registry->lock >= 0 && !registry->unfinished && !registry->remains);
    if (change->entry.event == ASSAY_EVENT_RELEASE)
        m.version = change->entry.version;
    enum assay_status status = check_name(&m, err);
    if (status == ASSAY_OK)
        status = add_entry(&m, err);
    if (status != ASSAY_OK)
        return status;
    if (m.version != NULL)
        status = check_place(&m, err);
    if (status == ASSAY_OK)
        status = make(&m, err);
    else
        assay_ledger_drop(&registry->ledger);
    making_clear(&m);
    return status;
}
