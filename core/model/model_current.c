#include "core/model/model_current.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/model/model_fields.h"

enum { HEX = 64 };
static const char digest_head[] = "sha256:";

void assay_current_clear(struct assay_current *current)
{
    free(current->name);
    free(current->version);
    free(current->model);
    free(current->digest);
    free(current->head);
    for (size_t k = 0; k < current->n_file; k++) {
        free(current->files[k].file);
        free(current->files[k].sha256);
    }
    free(current->files);
    *current = (struct assay_current){0};
}

/* Its writer puts the format first, and a registry's check asks for the very bytes of its writer:
 * so the beginning tells it from a model, and no model is parsed twice. */
bool assay_current_is(const char *text, size_t length)
{
    static const char *const tokens[] = {"{", "\"format\"", ":", "\"assay-current/"};
    size_t at = 0;
    for (size_t k = 0; k < ASSAY_COUNT(tokens); k++) {
        size_t size = strlen(tokens[k]);
        while (at < length && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0')
            at++;
        if (length - at < size || memcmp(text + at, tokens[k], size) != 0)
            return false;
        at += size;
    }
    return true;
}

/* ---- kinds of field ---- */

static bool is_hex(const char *text)
{
    return strlen(text) == HEX && strspn(text, "0123456789abcdef") == HEX;
}

/* Digits of one part of a version number; 0: it is none. */
static size_t part_length(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 6 || (n > 1 && text[0] == '0') ? 0 : n;
}

static bool is_version(const char *text)
{
    for (int part = 0; part < 3; part++) {
        size_t n = part_length(text);
        if (n == 0 || text[n] != (part < 2 ? '.' : '\0'))
            return false;
        text += n + (part < 2);
    }
    return true;
}

static enum assay_status want_version(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_current *current, struct assay_error *err)
{
    enum assay_status status = assay_want_text(doc, root, "version", false, &current->version, err);
    if (status == ASSAY_OK && !is_version(current->version))
        status = assay_json_wrong(doc, assay_json_get(root, "version"), err,
                                  "a version number as \"1.2.0\"");
    return status;
}

static enum assay_status want_digest(struct assay_json *doc, const struct cJSON *root,
                                     const char *key, char **digest, struct assay_error *err)
{
    enum assay_status status = assay_want_text(doc, root, key, false, digest, err);
    if (status == ASSAY_OK && (strncmp(*digest, digest_head, strlen(digest_head)) != 0 ||
                               !is_hex(*digest + strlen(digest_head))))
        status = assay_json_wrong(doc, assay_json_get(root, key), err,
                                  "\"sha256:\" and 64 hexadecimal digits");
    return status;
}

/* Nothing else is followed, wherever a "current" may come from. */
static enum assay_status want_model(struct assay_json *doc, const struct cJSON *root,
                                    struct assay_current *current, struct assay_error *err)
{
    struct assay_text path = {0};
    enum assay_status status = assay_want_text(doc, root, "model", false, &current->model, err);
    assay_text_printf(&path, "versions/%s/model.json", current->version);
    if (status == ASSAY_OK && path.failed)
        status = assay_fail_memory(err, "reading what is in force");
    if (status == ASSAY_OK && strcmp(current->model, path.data) != 0)
        status = assay_json_wrong(doc, assay_json_get(root, "model"), err, "\"%s\"", path.data);
    assay_text_clear(&path);
    return status;
}

static enum assay_status want_file(struct assay_json *doc, const struct cJSON *element,
                                   struct assay_current_file *file, struct assay_error *err)
{
    static const char *const keys[] = {"file", "sha256"};
    enum assay_status status =
        assay_check_element(doc, element, "a file", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, element, "file", false, &file->file, err);
    if (status == ASSAY_OK && (*file->file == '\0' || strchr(file->file, '/') != NULL))
        status = assay_json_wrong(doc, assay_json_get(element, "file"), err,
                                  "the name of a file beside this one");
    if (status == ASSAY_OK)
        status = assay_want_text(doc, element, "sha256", false, &file->sha256, err);
    if (status == ASSAY_OK && !is_hex(file->sha256))
        status =
            assay_json_wrong(doc, assay_json_get(element, "sha256"), err, "64 hexadecimal digits");
    return status;
}

/* ---- the whole ---- */

static enum assay_status read_files(struct assay_json *doc, const struct cJSON *root,
                                    struct assay_current *current, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status =
        assay_want_list(doc, root, "files", sizeof *current->files, &current->files, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         status == ASSAY_OK && element != NULL; element = assay_json_next(element))
        status = want_file(doc, element, &current->files[current->n_file++], err);
    return status;
}

static enum assay_status check_format(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_error *err)
{
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "what is in force in a registry: an object");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status != ASSAY_OK || strcmp(format, ASSAY_CURRENT_FORMAT) == 0)
        return status;
    assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"%s\"", ASSAY_CURRENT_FORMAT);
    if (strncmp(format, "assay-current/", 14) == 0)
        assay_hint(err, "A newer assay wrote this registry; read it with that version.");
    return ASSAY_EFORMAT;
}

static enum assay_status read_root(struct assay_json *doc, struct assay_current *current,
                                   struct assay_error *err)
{
    static const char *const keys[] = {"format", "name",  "version", "model",
                                       "digest", "entry", "head",    "files"};
    const struct cJSON *root = assay_json_root(doc);
    enum assay_status status = check_format(doc, root, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, root, "\"current\"", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, root, "name", false, &current->name, err);
    if (status == ASSAY_OK)
        status = want_version(doc, root, current, err);
    if (status == ASSAY_OK)
        status = want_model(doc, root, current, err);
    if (status == ASSAY_OK)
        status = want_digest(doc, root, "digest", &current->digest, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, root, "entry", 1, (size_t)9007199254740991u,
                                       &current->entry, err);
    if (status == ASSAY_OK)
        status = want_digest(doc, root, "head", &current->head, err);
    return status != ASSAY_OK ? status : read_files(doc, root, current, err);
}

enum assay_status assay_current_read_text(const char *name, const char *text, size_t length,
                                          struct assay_current *current, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_current made = {0};
    enum assay_status status = assay_json_parse(name, text, length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_EFORMAT)
        assay_hint(err, "It is not the whole file \"current\" that a registry of versions has.");
    if (status != ASSAY_OK)
        return status;
    status = read_root(doc, &made, err);
    assay_json_free(doc);
    if (status != ASSAY_OK)
        assay_current_clear(&made);
    else
        *current = made;
    return status;
}

/* ---- following it ---- */

static enum assay_status check_in_force(const char *path, const struct assay_current *current,
                                        const char *file, const struct assay_model *model,
                                        struct assay_error *err)
{
    if (strcmp(model->digest, current->digest) != 0)
        assay_fail(err, ASSAY_EDATA,
                   "%s: the digest is %.19s...; expected %.19s..., which %s names", file,
                   model->digest, current->digest, path);
    else if (strcmp(model->version, current->version) != 0)
        assay_fail(err, ASSAY_EDATA, "%s: version \"%.40s\"; expected \"%s\", which %s names", file,
                   model->version, current->version, path);
    else
        return ASSAY_OK;
    assay_hint(err, "One of the two was changed after the release; \"assay release verify\" says "
                    "which.");
    return ASSAY_EDATA;
}

static enum assay_status read_version(const char *path, const struct assay_current *current,
                                      const char *file, struct assay_model *model,
                                      struct assay_error *err)
{
    struct assay_text bytes = {0};
    struct assay_model made;
    enum assay_status status = assay_file_read(file, ASSAY_MODEL_LIMIT, &bytes, err);
    if (status == ASSAY_EIO)
        assay_hint(err, "%s names it as the version in force.", path);
    if (status == ASSAY_OK)
        status = assay_model_read_text(file, bytes.data, bytes.length, &made, err);
    assay_text_clear(&bytes);
    if (status != ASSAY_OK)
        return status;
    status = check_in_force(path, current, file, &made, err);
    if (status != ASSAY_OK) {
        assay_model_clear(&made);
        return status;
    }
    *model = made;
    model->cohorts.spec = &model->spec.cohort; /* it pointed into `made` */
    return ASSAY_OK;
}

enum assay_status assay_current_follow(const char *path, const char *text, size_t length,
                                       struct assay_model *model, struct assay_error *err)
{
    struct assay_current current;
    struct assay_text file = {0};
    const char *slash = strrchr(path, '/');
    enum assay_status status = assay_current_read_text(path, text, length, &current, err);
    if (status != ASSAY_OK)
        return status;
    assay_text_add(&file, path, slash != NULL ? (size_t)(slash + 1 - path) : 0);
    assay_text_puts(&file, current.model);
    status = file.failed ? assay_fail_memory(err, "reading what is in force")
                         : read_version(path, &current, file.data, model, err);
    assay_text_clear(&file);
    assay_current_clear(&current);
    return status;
}
