/* verify_version.c - the folder of one version: its record against the ledger, its files against
 * the record, its model against itself */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/model/model.h"
#include "release/registry/entry.h"
#include "release/registry/store.h"
#include "release/registry/verify_parts.h"

#define RECORD          "release.json"
#define MODEL           "model.json"
#define MODEL_SIGNATURE "model.json.minisig"
#define AUDIT           "audit.json"
#define CHANGES         "changes.md"

/* One folder being looked at. */
struct version_look {
    struct assay_look *look;
    const struct assay_entry *release;
    struct assay_text place;            /* "ROOT/versions/V" */
    struct assay_names names;           /* of the files in it */
    struct assay_json *record;          /* NULL: not as the ledger says, or unreadable */
    struct assay_text model, signature; /* empty: not there, or not as the record says */
    char audit[ASSAY_DIGEST_SIZE];      /* likewise; of its bytes */
};

static bool took(struct version_look *v, enum assay_status status, const struct assay_error *err)
{
    return assay_look_took(v->look, status, err);
}

static bool is_there(const struct version_look *v, const char *file)
{
    for (size_t k = 0; k < v->names.n; k++)
        if (strcmp(v->names.names[k], file) == 0)
            return true;
    return false;
}

static bool read_file(struct version_look *v, const char *file, struct assay_text *text)
{
    struct assay_error err = {0};
    struct assay_text name = {0};
    assay_text_printf(&name, ASSAY_VERSIONS "/%s/%s", v->release->version, file);
    enum assay_status status =
        name.failed ? ASSAY_ENOMEM : assay_store_read(v->look->root, name.data, text, NULL, &err);
    assay_text_clear(&name);
    return took(v, status, &err);
}

/* ---- the record ---- */

static bool same_text(struct version_look *v, const struct cJSON *object, const char *key,
                      const char *expected)
{
    struct assay_error err = {0};
    const char *value;
    if (!took(v, assay_json_want_string(v->record, object, key, &value, &err), &err))
        return false;
    if (strcmp(value, expected) == 0)
        return true;
    assay_look_defect(v->look,
                      "%s: \"%s\" is \"%.80s\"; expected \"%s\", as entry %zu of the ledger",
                      assay_json_place(v->record, assay_json_get(object, key)), key, value,
                      expected, v->release->number);
    return false;
}

/* A text of the record's, in `object` at its top (NULL: at the top itself), where either may be
 * null, and *text is then NULL. *member is where it stands. False: it is neither text nor null. */
static bool text_or_null(struct version_look *v, const char *object, const char *key,
                         const struct cJSON **member, const char **text)
{
    struct assay_error err = {0};
    const struct cJSON *holder = assay_json_root(v->record);
    *text = NULL;
    if (object != NULL) {
        *member = assay_json_get(holder, object);
        if (*member != NULL && assay_json_is_null(*member))
            return true;
        if (!took(v, assay_json_want_object(v->record, holder, object, &holder, &err), &err))
            return false;
    }
    *member = assay_json_get(holder, key);
    return (*member != NULL && assay_json_is_null(*member)) ||
           took(v, assay_json_want_string(v->record, holder, key, text, &err), &err);
}

/* It is what it must be (NULL: null), as `by` says. */
static void same_or_null(struct version_look *v, const char *object, const char *key,
                         const char *expected, const char *by)
{
    const struct cJSON *member;
    const char *text;
    if (!text_or_null(v, object, key, &member, &text))
        return;
    if (text == expected || (text != NULL && expected != NULL && strcmp(text, expected) == 0))
        return;
    const char *had = text != NULL ? "\"" : "", *want = expected != NULL ? "\"" : "";
    assay_look_defect(v->look, "%s: \"%s%s%s\" is %s%.80s%s; expected %s%.80s%s, as %s",
                      assay_json_place(v->record, member), object != NULL ? object : "",
                      object != NULL ? "." : "", key, had, text != NULL ? text : "null", had, want,
                      expected != NULL ? expected : "null", want, by);
}

static void check_record(struct version_look *v)
{
    const struct assay_entry *release = v->release;
    char by[64];
    snprintf(by, sizeof by, "entry %zu of the ledger", release->number);
    same_or_null(v, NULL, "approver", release->by, by);
    same_or_null(v, "override", "reason", release->reason, by);
    same_or_null(v, "previous", "version", release->from, by);
    same_or_null(v, "signature", "key", release->key, by);
    struct assay_error err = {0};
    const struct cJSON *root = assay_json_root(v->record), *model;
    same_text(v, root, "version", v->release->version);
    same_text(v, root, "at", v->release->at);
    if (!took(v, assay_json_want_object(v->record, root, "model", &model, &err), &err))
        return;
    same_text(v, model, "digest", v->release->digest);
    same_text(v, model, "candidate", v->release->candidate);
}

/* A record with other bytes than the ledger says is not looked into: nothing in it counts. */
static void read_record(struct version_look *v)
{
    struct assay_error err = {0};
    struct assay_text text = {0}, place = {0};
    char digest[ASSAY_DIGEST_SIZE];
    assay_text_printf(&place, "%s/" RECORD, v->place.data);
    if (place.failed)
        v->look->out_of_memory = true;
    else if (read_file(v, RECORD, &text)) {
        assay_digest_of(text.data, text.length, digest);
        if (strcmp(digest, v->release->record) != 0)
            assay_look_defect(v->look,
                              "%s: its hash is %.19s...; expected %.19s..., as entry %zu of "
                              "the ledger says",
                              place.data, digest, v->release->record, v->release->number);
        else if (took(v,
                      assay_json_parse(place.data, text.data, text.length, ASSAY_JSON_STRICT,
                                       &v->record, &err),
                      &err)) {
            v->look->out->n_file++;
            check_record(v);
        }
    }
    assay_text_clear(&place);
    assay_text_clear(&text);
}

/* ---- the files of the record ---- */

/* Its bytes are as the record says; those of model and signature are kept. */
static void check_file(struct version_look *v, const char *file, size_t bytes, const char *sha256)
{
    struct assay_text own = {0};
    struct assay_text *text = strcmp(file, MODEL) == 0             ? &v->model
                              : strcmp(file, MODEL_SIGNATURE) == 0 ? &v->signature
                                                                   : &own;
    char digest[ASSAY_DIGEST_SIZE];
    if (!is_there(v, file))
        assay_look_defect(v->look, "%s/%s: missing; " RECORD " lists it", v->place.data, file);
    else if (read_file(v, file, text)) {
        assay_digest_of(text->data, text->length, digest);
        if (text->length != bytes || strcmp(digest + 7, sha256) != 0) {
            assay_look_defect(v->look,
                              "%s/%s: %zu bytes with SHA-256 %.12s...; " RECORD " lists %zu "
                              "with %.12s...",
                              v->place.data, file, text->length, digest + 7, bytes, sha256);
            assay_text_reset(text);
        } else {
            v->look->out->n_file++;
            if (strcmp(file, AUDIT) == 0)
                memcpy(v->audit, digest, sizeof digest);
        }
    }
    assay_text_clear(&own);
}

static void check_item(struct version_look *v, const struct cJSON *item)
{
    struct assay_error err = {0};
    const char *file, *sha256;
    size_t bytes;
    if (!assay_json_is_object(item)) {
        took(v, assay_json_wrong(v->record, item, &err, "an object"), &err);
        return;
    }
    enum assay_status status = assay_json_want_string(v->record, item, "file", &file, &err);
    if (status == ASSAY_OK)
        status =
            assay_json_want_count(v->record, item, "bytes", 0, ASSAY_STORE_LIMIT, &bytes, &err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(v->record, item, "sha256", &sha256, &err);
    if (took(v, status, &err))
        check_file(v, file, bytes, sha256);
}

static bool lists(const struct cJSON *files, const char *name)
{
    for (const struct cJSON *item = assay_json_first(files); item != NULL;
         item = assay_json_next(item)) {
        const struct cJSON *file = assay_json_is_object(item) ? assay_json_get(item, "file") : NULL;
        if (file != NULL && assay_json_is_string(file) &&
            strcmp(assay_json_string(file), name) == 0)
            return true;
    }
    return false;
}

static void check_files(struct version_look *v)
{
    struct assay_error err = {0};
    const struct cJSON *files;
    if (!took(v,
              assay_json_want_array(v->record, assay_json_root(v->record), "files", &files, &err),
              &err))
        return;
    for (const struct cJSON *item = assay_json_first(files); item != NULL;
         item = assay_json_next(item))
        check_item(v, item);
    for (size_t k = 0; k < v->names.n; k++)
        if (strcmp(v->names.names[k], RECORD) != 0 && !lists(files, v->names.names[k]))
            assay_look_defect(v->look, "%s/%s: not listed in " RECORD, v->place.data,
                              v->names.names[k]);
    static const char *const always[] = {MODEL, CHANGES};
    for (size_t k = 0; k < sizeof always / sizeof *always; k++)
        if (!lists(files, always[k]))
            assay_look_defect(v->look, "%s/" RECORD ": \"files\" has no \"%s\"", v->place.data,
                              always[k]);
    /* One that is listed and was not as listed has been named. */
    bool listed = lists(files, AUDIT);
    if (!listed || v->audit[0] != '\0')
        same_or_null(v, "audit", "digest", listed ? v->audit : NULL,
                     listed ? "the SHA-256 of " AUDIT : "there is no " AUDIT);
}

/* ---- the model ---- */

bool assay_candidate_digest(const char *bytes, size_t length, const char *version,
                            char out[ASSAY_DIGEST_SIZE])
{
    static const char candidate[] = "\n  \"version\": \"candidate\",\n",
                      digest[] = "  \"digest\": ";
    char line[64];
    size_t n = (size_t)snprintf(line, sizeof line, "\n  \"version\": \"%.24s\",\n", version);
    const char *at = memmem(bytes, length, line, n);
    const char *end = memrchr(bytes, ',', length); /* of the member before the digest */
    if (at == NULL || end == NULL || end < at + n ||
        (size_t)(bytes + length - end) < sizeof digest + 2 ||
        memcmp(end + 2, digest, sizeof digest - 1) != 0)
        return false;
    struct assay_sha256 hash;
    const char *rest = at + n;
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, bytes, (size_t)(at - bytes));
    assay_sha256_add(&hash, candidate, sizeof candidate - 1);
    assay_sha256_add(&hash, rest, (size_t)(end + 2 - rest));
    memcpy(out, "sha256:", 7);
    assay_sha256_finish(&hash, out + 7);
    return true;
}

static void check_identity(struct version_look *v, const char *place,
                           const struct assay_model *model)
{
    const struct assay_entry *release = v->release;
    struct assay_look *look = v->look;
    char candidate[ASSAY_DIGEST_SIZE] = "";
    if (strcmp(model->version, release->version) != 0)
        assay_look_defect(look, "%s: version \"%.40s\"; expected \"%s\", as its folder", place,
                          model->version, release->version);
    else if (strcmp(model->digest, release->digest) != 0)
        assay_look_defect(look,
                          "%s: its digest is %.19s...; expected %.19s..., as entry %zu of the "
                          "ledger says",
                          place, model->digest, release->digest, release->number);
    else if (!assay_candidate_digest(v->model.data, v->model.length, release->version, candidate) ||
             strcmp(candidate, release->candidate) != 0)
        assay_look_defect(look,
                          "%s: with \"candidate\" for its version its digest is not %.19s..., "
                          "that of the model that was audited",
                          place, release->candidate);
    if (look->has_current && strcmp(model->spec.name, look->current.name) != 0)
        assay_look_defect(look,
                          "%s: the model's name is \"%.80s\"; expected \"%.80s\", as "
                          "\"" ASSAY_CURRENT_FILE "\" says",
                          place, model->spec.name, look->current.name);
}

static void check_model(struct version_look *v)
{
    struct assay_error err = {0};
    struct assay_model model = {0};
    struct assay_text place = {0};
    assay_text_printf(&place, "%s/" MODEL, v->place.data);
    if (place.failed)
        v->look->out_of_memory = true;
    else if (took(v,
                  assay_model_read_text(place.data, v->model.data, v->model.length, &model, &err),
                  &err)) {
        check_identity(v, place.data, &model);
        assay_model_clear(&model);
    }
    assay_text_clear(&place);
}

static void check_signer(struct version_look *v, const char *place,
                         const struct assay_signature *signature)
{
    struct assay_look *look = v->look;
    struct assay_error err = {0};
    const char *id = signature->key_id, *said = v->release->key;
    const struct assay_public_key *key = assay_look_key(look, id);
    if (said == NULL || strcmp(said, id) != 0)
        assay_look_defect(look,
                          "%s: made with key %s; expected %s, as entry %zu of the ledger says",
                          place, id, said != NULL ? said : "no signature", v->release->number);
    else if (key == NULL)
        assay_look_defect(look,
                          "%s: made with key %s, of which there is no %s.pub to check it with",
                          place, id, id);
    else if (took(v,
                  assay_signature_check(place, MODEL, signature, key, v->model.data,
                                        v->model.length, &err),
                  &err)) {
        if (assay_look_trusts(look, id))
            look->out->signed_versions++;
        else
            assay_look_note(look, "%s: made with key %s, not with the key to trust", place, id);
    }
}

static void check_signature(struct version_look *v)
{
    struct assay_error err = {0};
    struct assay_signature signature;
    struct assay_text place = {0};
    assay_text_printf(&place, "%s/" MODEL_SIGNATURE, v->place.data);
    if (place.failed)
        v->look->out_of_memory = true;
    else if (took(v,
                  assay_signature_read(place.data, v->signature.data, v->signature.length,
                                       &signature, &err),
                  &err))
        check_signer(v, place.data, &signature);
    assay_text_clear(&place);
}

static void check_folder(struct version_look *v)
{
    read_record(v);
    if (v->record != NULL)
        check_files(v);
    else if (is_there(v, MODEL))
        read_file(v, MODEL, &v->model);
    if (v->model.length > 0)
        check_model(v);
    if (v->model.length > 0 && v->signature.length > 0)
        check_signature(v);
    if (!is_there(v, MODEL_SIGNATURE) && v->release->key != NULL)
        assay_look_defect(v->look,
                          "%s/" MODEL_SIGNATURE ": missing; entry %zu of the ledger is signed",
                          v->place.data, v->release->number);
}

/* The names of its files. */
static bool list(struct version_look *v, bool *found)
{
    struct assay_error err = {0};
    const char *folder = v->place.data + strlen(v->look->root) + 1;
    return took(v, assay_store_list(v->look->root, folder, &v->names, found, &err), &err);
}

void assay_verify_version(struct assay_look *look, const struct assay_entry *release)
{
    struct assay_error err = {0};
    struct version_look v = {.look = look, .release = release};
    enum assay_store_kind versions;
    bool found;
    /* Anything else in place of the directory was named with what lies about. */
    if (!took(&v, assay_store_look(look->root, ASSAY_VERSIONS, &versions, &err), &err) ||
        (versions != ASSAY_STORE_DIRECTORY && versions != ASSAY_STORE_NOTHING))
        return;
    assay_text_printf(&v.place, "%s/" ASSAY_VERSIONS "/%s", look->root, release->version);
    if (v.place.failed)
        look->out_of_memory = true;
    else if (list(&v, &found)) {
        if (found)
            check_folder(&v);
        else
            assay_look_defect(look, "%s: missing; entry %zu of the ledger releases it",
                              v.place.data, release->number);
    }
    assay_json_free(v.record);
    assay_text_clear(&v.model);
    assay_text_clear(&v.signature);
    assay_names_clear(&v.names);
    assay_text_clear(&v.place);
}
