#include "release/registry/survey.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "release/registry/entry.h"
#include "release/registry/lock.h"
#include "release/registry/store.h"
#include "release/version/number.h"

/* A survey on its way. */
struct survey {
    const char *root;
    const struct assay_listing *current; /* or NULL */
    const struct assay_ledger *ledger;
    struct assay_survey *found;
    char *coming; /* the version that ".ledger.jsonl.next" would release, or NULL */
};

void assay_survey_clear(struct assay_survey *survey)
{
    for (size_t k = 0; k < survey->n; k++)
        free(survey->items[k].name);
    free(survey->items);
    *survey = (struct assay_survey){0};
}

const char *assay_survey_first(const struct assay_survey *survey, enum assay_leftover_kind kind)
{
    for (size_t k = 0; k < survey->n; k++)
        if (survey->items[k].kind == kind)
            return survey->items[k].name;
    return NULL;
}

bool assay_survey_unfinished(const struct assay_survey *survey)
{
    return assay_survey_first(survey, ASSAY_LEFT_AWAITED) != NULL;
}

bool assay_survey_remains(const struct assay_survey *survey)
{
    return assay_survey_first(survey, ASSAY_LEFT_FILE) != NULL ||
           assay_survey_first(survey, ASSAY_LEFT_FOLDER) != NULL ||
           assay_survey_first(survey, ASSAY_LEFT_VERSION) != NULL;
}

enum assay_status assay_leftover_check(const char *root, const struct assay_leftover *item,
                                       struct assay_error *err)
{
    bool directory = item->kind == ASSAY_LEFT_NO_DIRECTORY;
    if (!directory && item->kind != ASSAY_LEFT_NO_FILE)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA,
                      "%s/%s: expected a %s there, no link or %s; in the way of every change "
                      "until it is removed by hand",
                      root, item->name, directory ? "directory" : "file",
                      directory ? "file" : "directory");
}

enum assay_status assay_survey_check(const char *root, const struct assay_survey *survey,
                                     struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < survey->n; k++)
        status = assay_leftover_check(root, &survey->items[k], err);
    return status;
}

static enum assay_status add(struct survey *s, enum assay_leftover_kind kind, const char *folder,
                             const char *name, struct assay_error *err)
{
    struct assay_survey *found = s->found;
    struct assay_text path = {0};
    assay_text_puts(&path, folder);
    assay_text_puts(&path, name);
    if (path.failed ||
        !assay_grow(&found->items, &found->capacity, found->n + 1, sizeof *found->items)) {
        assay_text_clear(&path);
        return assay_fail_memory(err, "looking at a registry");
    }
    found->items[found->n++] = (struct assay_leftover){kind, path.data};
    return ASSAY_OK;
}

/* ---- bytes that "current" lists ---- */

/* Whether root/name has the hash; text then has its bytes, else it is as it was. */
static enum assay_status has_hash(const char *root, const char *name, const char *sha256,
                                  struct assay_text *text, bool *found, bool *same,
                                  struct assay_error *err)
{
    char digest[ASSAY_DIGEST_SIZE];
    size_t before = text->length;
    enum assay_status status = assay_store_read(root, name, text, found, err);
    *same = false;
    if (status == ASSAY_OK && *found) {
        assay_digest_of(text->data + before, text->length - before, digest);
        *same = strcmp(digest + 7, sha256) == 0;
    }
    if (!*same && text->data != NULL) {
        text->length = before;
        text->data[before] = '\0';
    }
    return status;
}

static char *beside(const char *file)
{
    struct assay_text name = {0};
    assay_text_printf(&name, ".%s.next", file);
    if (!name.failed)
        return name.data;
    assay_text_clear(&name);
    return NULL;
}

static enum assay_status other_bytes(const char *root, const char *file, const char *sha256,
                                     bool found, struct assay_error *err)
{
    if (!found)
        return assay_fail(err, ASSAY_EDATA, "%s/%s: missing; \"current\" lists it", root, file);
    return assay_fail(err, ASSAY_EDATA,
                      "%s/%s: its SHA-256 is not %.12s..., which \"current\" lists; it was changed",
                      root, file, sha256);
}

enum assay_status assay_listed_read(const char *root, const struct assay_listing *current,
                                    const char *file, struct assay_text *text,
                                    struct assay_error *err)
{
    const char *sha256 = assay_listing_of(current, file);
    if (sha256 == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s/" ASSAY_CURRENT_FILE ": \"files\" has no \"%s\"",
                          root, file);
    char *next = beside(file);
    bool found = false, found_next, same = false;
    enum assay_status status = next == NULL
                                   ? assay_fail_memory(err, "reading a registry")
                                   : has_hash(root, file, sha256, text, &found, &same, err);
    if (status == ASSAY_OK && !same)
        status = has_hash(root, next, sha256, text, &found_next, &same, err);
    /* Where somebody else has put it into its place meanwhile, it is there now. */
    if (status == ASSAY_OK && !same)
        status = has_hash(root, file, sha256, text, &found, &same, err);
    free(next);
    if (status == ASSAY_OK && !same)
        status = other_bytes(root, file, sha256, found, err);
    return status;
}

/* ---- the top ---- */

/* NAME of ".NAME.next", in out[length of name]; false: it is none, or no name of ours. */
static bool is_next(const char *name, char *out)
{
    size_t length = strlen(name);
    if (length <= 6 || name[0] != '.' || strcmp(name + length - 5, ".next") != 0)
        return false;
    memcpy(out, name + 1, length - 6);
    out[length - 6] = '\0';
    return true;
}

static enum assay_status look_at_next(struct survey *s, const char *name, const char *place,
                                      struct assay_error *err)
{
    const char *sha256 = s->current != NULL ? assay_listing_of(s->current, place) : NULL;
    bool found, awaited = false, there = false;
    enum assay_status status = ASSAY_OK;
    if (sha256 != NULL) {
        struct assay_text text = {0};
        status = has_hash(s->root, name, sha256, &text, &found, &awaited, err);
        if (status == ASSAY_OK && awaited)
            status = has_hash(s->root, place, sha256, &text, &found, &there, err);
        assay_text_clear(&text);
    }
    if (status != ASSAY_OK)
        return status;
    return add(s, awaited && !there ? ASSAY_LEFT_AWAITED : ASSAY_LEFT_FILE, "", name, err);
}

/* Public keys lie about in many places; only those that are listed are the registry's. */
static bool is_key(const char *name)
{
    return strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".pub") == 0;
}

static enum assay_status look_at_top(struct survey *s, const char *name, struct assay_error *err)
{
    enum assay_store_kind kind;
    enum assay_status status = assay_store_look(s->root, name, &kind, err);
    char *place = assay_copy_string(name);
    if (place == NULL && status == ASSAY_OK)
        status = assay_fail_memory(err, "looking at a registry");
    if (status != ASSAY_OK) {
        free(place);
        return status;
    }
    if (kind == ASSAY_STORE_NOTHING)
        status = ASSAY_OK; /* somebody moved it meanwhile */
    else if (is_next(name, place) &&
             (assay_may_be_listed(place) || strcmp(place, ASSAY_CURRENT_FILE) == 0))
        status = kind == ASSAY_STORE_FILE ? look_at_next(s, name, place, err)
                                          : add(s, ASSAY_LEFT_NO_FILE, "", name, err);
    else if (strcmp(name, ASSAY_VERSIONS) == 0 && kind != ASSAY_STORE_DIRECTORY)
        status = add(s, ASSAY_LEFT_NO_DIRECTORY, "", name, err);
    else if (strcmp(name, ASSAY_CURRENT_FILE) == 0 || strcmp(name, ASSAY_LOCK_FILE) == 0 ||
             strcmp(name, ASSAY_VERSIONS) == 0 ||
             (s->current != NULL && assay_listing_of(s->current, name) != NULL))
        status = ASSAY_OK;
    else if (assay_may_be_listed(name) && !is_key(name))
        status = add(s, ASSAY_LEFT_UNLISTED, "", name, err);
    else
        status = add(s, ASSAY_LEFT_FOREIGN, "", name, err);
    free(place);
    return status;
}

/* The ledger's last signature is removed before anything is renamed. */
static void excuse_signature(struct assay_survey *found)
{
    bool awaited = false;
    for (size_t k = 0; k < found->n; k++)
        awaited = awaited || (found->items[k].kind == ASSAY_LEFT_AWAITED &&
                              strcmp(found->items[k].name, "." ASSAY_LEDGER_FILE ".next") == 0);
    for (size_t k = 0; awaited && k < found->n; k++)
        if (found->items[k].kind == ASSAY_LEFT_UNLISTED &&
            strcmp(found->items[k].name, ASSAY_SIGNATURE_FILE) == 0)
            found->items[k].kind = ASSAY_LEFT_STALE;
}

/* ---- versions/ ---- */

/* The version that ".ledger.jsonl.next" adds to the ledger as it is, if it is such a file. */
static enum assay_status find_coming(struct survey *s, struct assay_error *err)
{
    static const char name[] = "." ASSAY_LEDGER_FILE ".next";
    const struct assay_ledger *now = s->ledger;
    struct assay_text text = {0};
    struct assay_ledger next = {0};
    enum assay_store_kind kind;
    bool found;
    enum assay_status status = assay_store_look(s->root, name, &kind, err);
    if (status == ASSAY_OK && kind == ASSAY_STORE_FILE)
        status = assay_store_read(s->root, name, &text, &found, err);
    if (status == ASSAY_OK && text.length > 0 &&
        assay_ledger_read(name, text.data, text.length, &next, err) == ASSAY_ENOMEM)
        status = ASSAY_ENOMEM;
    if (status == ASSAY_OK && next.n_entry == now->n_entry + 1 &&
        next.entries[now->n_entry].event == ASSAY_EVENT_RELEASE &&
        next.text.length > now->text.length &&
        (now->n_entry == 0 || memcmp(next.text.data, now->text.data, now->text.length) == 0)) {
        s->coming = assay_copy_string(next.entries[now->n_entry].version);
        if (s->coming == NULL)
            status = assay_fail_memory(err, "looking at a registry");
    }
    assay_ledger_clear(&next);
    assay_text_clear(&text);
    return status;
}

/* A folder that is to be removed holds files only. */
static enum assay_status look_into(struct survey *s, const char *folder, struct assay_error *err)
{
    struct assay_names names = {0};
    struct assay_text path = {0};
    bool found;
    enum assay_status status = assay_store_list(s->root, folder, &names, &found, err);
    for (size_t k = 0; status == ASSAY_OK && k < names.n; k++) {
        enum assay_store_kind kind = ASSAY_STORE_NOTHING;
        assay_text_reset(&path);
        assay_text_printf(&path, "%s/%s", folder, names.names[k]);
        status = path.failed ? assay_fail_memory(err, "looking at a registry")
                             : assay_store_look(s->root, path.data, &kind, err);
        if (status == ASSAY_OK && kind == ASSAY_STORE_DIRECTORY)
            status = add(s, ASSAY_LEFT_NO_FILE, "", path.data, err);
    }
    assay_text_clear(&path);
    assay_names_clear(&names);
    return status;
}

/* versions/NAME, which path is; version[length of name] is a copy of it. */
static enum assay_status judge_version(struct survey *s, const char *name, const char *path,
                                       char *version, enum assay_store_kind thing,
                                       struct assay_error *err)
{
    struct assay_version number;
    bool next = is_next(name, version);
    if (!assay_version_parse(version, &number))
        return add(s, ASSAY_LEFT_UNKNOWN, "", path, err);
    if (thing != ASSAY_STORE_DIRECTORY)
        return add(s, ASSAY_LEFT_NO_DIRECTORY, "", path, err);
    if (!next && assay_ledger_release_of(s->ledger, version) != NULL)
        return ASSAY_OK;
    bool coming = s->coming != NULL && strcmp(s->coming, version) == 0;
    if (!next && !coming)
        return add(s, ASSAY_LEFT_UNLISTED, "", path, err);
    enum assay_status status = add(s, next ? ASSAY_LEFT_FOLDER : ASSAY_LEFT_VERSION, "", path, err);
    return status == ASSAY_OK ? look_into(s, path, err) : status;
}

static enum assay_status look_at_version(struct survey *s, const char *name,
                                         struct assay_error *err)
{
    struct assay_text path = {0};
    enum assay_store_kind thing = ASSAY_STORE_NOTHING;
    char *version = assay_copy_string(name);
    assay_text_printf(&path, ASSAY_VERSIONS "/%s", name);
    enum assay_status status = version == NULL || path.failed
                                   ? assay_fail_memory(err, "looking at a registry")
                                   : assay_store_look(s->root, path.data, &thing, err);
    if (status == ASSAY_OK && thing != ASSAY_STORE_NOTHING)
        status = judge_version(s, name, path.data, version, thing, err);
    assay_text_clear(&path);
    free(version);
    return status;
}

static enum assay_status look_at_versions(struct survey *s, struct assay_error *err)
{
    struct assay_names names = {0};
    enum assay_store_kind kind;
    bool found;
    enum assay_status status = assay_store_look(s->root, ASSAY_VERSIONS, &kind, err);
    /* Anything else than a directory was named with the top, and is not looked into. */
    if (status == ASSAY_OK && kind == ASSAY_STORE_DIRECTORY)
        status = assay_store_list(s->root, ASSAY_VERSIONS, &names, &found, err);
    for (size_t k = 0; status == ASSAY_OK && k < names.n; k++)
        status = look_at_version(s, names.names[k], err);
    assay_names_clear(&names);
    return status;
}

enum assay_status assay_survey_take(const char *root, const struct assay_listing *current,
                                    const struct assay_ledger *ledger, struct assay_survey *survey,
                                    struct assay_error *err)
{
    struct assay_survey found = {0};
    struct survey s = {root, current, ledger, &found, NULL};
    struct assay_names top = {0};
    enum assay_status status = assay_store_list(root, "", &top, NULL, err);
    for (size_t k = 0; status == ASSAY_OK && k < top.n; k++)
        status = look_at_top(&s, top.names[k], err);
    if (status == ASSAY_OK)
        status = find_coming(&s, err);
    if (status == ASSAY_OK)
        status = look_at_versions(&s, err);
    assay_names_clear(&top);
    free(s.coming);
    if (status != ASSAY_OK) {
        assay_survey_clear(&found);
        return status;
    }
    excuse_signature(&found);
    *survey = found;
    return ASSAY_OK;
}
