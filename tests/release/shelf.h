/* shelf.h - small registries, made through the registry's own door, and looked at from outside
 *
 * A shelf is a directory of its own with "models" in it. Versions hold a model of one signal that
 * reads, a short audit, a record and notes; what differs from one to the next is the intercept.
 */
#ifndef ASSAY_TESTS_RELEASE_SHELF_H
#define ASSAY_TESTS_RELEASE_SHELF_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json_write.h"
#include "core/base/memory.h"
#include "core/model/model.h"
#include "core/model/scorer.h"
#include "release/registry/entry.h"
#include "release/registry/registry.h"
#include "release/registry/store.h"
#include "release/registry/verify.h"
#include "release/sign/secret_key.h"
#include "tests/release/signing.h"
#include "tests/release/tree.h"
#include "tests/support/suite.h"

#define SHELF_MODEL_NAME "shelf"

struct shelf {
    char folder[32];
    char models[48]; /* FOLDER/models */
    struct assay_secret_key key;
};

/* ---- files ---- */

static inline const char *shelf_path(const struct shelf *shelf, const char *name)
{
    static char paths[4][256]; /* of the last four calls */
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s%s%s", shelf->models, *name != '\0' ? "/" : "", name);
    return path;
}

static inline struct assay_text shelf_read(const struct shelf *shelf, const char *name)
{
    return tree_read(shelf_path(shelf, name));
}

static inline void shelf_put(const struct shelf *shelf, const char *name, const char *text)
{
    tree_write(shelf_path(shelf, name), text, strlen(text));
}

static inline bool shelf_has(const struct shelf *shelf, const char *name)
{
    return access(shelf_path(shelf, name), F_OK) == 0;
}

static inline void shelf_rename(const struct shelf *shelf, const char *from, const char *to)
{
    ck_assert_int_eq(rename(shelf_path(shelf, from), shelf_path(shelf, to)), 0);
}

static inline void shelf_remove(const struct shelf *shelf, const char *name)
{
    ck_assert_int_eq(unlink(shelf_path(shelf, name)), 0);
}

/* TO becomes a copy of FROM, a file or a folder, whatever TO was. */
static inline void shelf_copy(const struct shelf *shelf, const char *from, const char *to)
{
    tree_copy(shelf_path(shelf, from), shelf_path(shelf, to));
}

/* What is in a directory of the registry, each name with a blank behind it. */
static inline void shelf_lists(const struct shelf *shelf, const char *directory, const char *want)
{
    struct assay_error err = {0};
    struct assay_names names = {0};
    struct assay_text text = {0};
    assay_text_puts(&text, "");
    ck_assay_ok(assay_store_list(shelf->models, directory, &names, NULL, &err));
    for (size_t k = 0; k < names.n; k++)
        assay_text_printf(&text, "%s ", names.names[k]);
    ck_assert_str_eq(text.data, want);
    assay_text_clear(&text);
    assay_names_clear(&names);
}

/* ---- a model ---- */

static inline void *shelf_alloc(size_t n, size_t size)
{
    void *memory = assay_alloc(n, size);
    ck_assert_ptr_nonnull(memory);
    return memory;
}

static inline char *shelf_string(const char *text)
{
    char *copy = assay_copy_string(text);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

static inline void shelf_model_fit(struct assay_model *model)
{
    struct assay_model_fit *fit = &model->fit;
    fit->rows = 90;
    fit->events = 9;
    fit->accounts = 90;
    fit->coefficients = shelf_alloc(2, sizeof *fit->coefficients);
    fit->covariance = shelf_alloc(4, sizeof *fit->covariance);
    fit->free_coefficients = shelf_alloc(2, sizeof *fit->free_coefficients);
    fit->free_covariance = shelf_alloc(4, sizeof *fit->free_covariance);
    fit->coefficients[0].estimate = model->intercept;
    fit->coefficients[1].estimate = 0 - model->slope[0];
    fit->free_coefficients[0] = fit->coefficients[0];
    fit->free_coefficients[1] = fit->coefficients[1];
    model->training.rows = model->training.left_out[ASSAY_ROW_USED] = 90;
    model->training.from = model->training.to = ASSAY_NO_DATE;
    memset(model->training.sha256, 'a', 64);
    model->performance[ASSAY_APPARENT].n = 90;
    model->performance[ASSAY_APPARENT].events = 9;
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        model->performance[ASSAY_APPARENT].figures[f] = assay_estimate_undefined();
}

static inline void shelf_model_examples(struct assay_model *model)
{
    struct assay_error err = {0};
    bool missing[1];
    ck_assay_ok(assay_model_find_inputs(model, &err));
    model->examples = shelf_alloc(ASSAY_MIN_EXAMPLES, sizeof *model->examples);
    for (size_t e = 0; e < ASSAY_MIN_EXAMPLES; e++) {
        struct assay_example *example = &model->examples[e];
        struct assay_score score;
        model->n_example++;
        example->inputs = shelf_alloc(1, sizeof *example->inputs);
        example->s = shelf_alloc(1, sizeof *example->s);
        example->inputs[0].number = (double)(e * 3);
        assay_score_inputs(model, example->inputs, example->s, missing, &score);
        example->composite = score.composite;
        example->score = score.score;
        example->probability = score.probability;
        example->zone = score.zone;
    }
}

/* The file of a model that is called version; its digest goes into digest. */
static inline struct assay_text shelf_model(const char *version, double intercept,
                                            char digest[ASSAY_DIGEST_SIZE])
{
    static const char spec[] =
        "{\"name\": \"" SHELF_MODEL_NAME "\", \"id\": \"id\", \"outcome\": {\"column\": \"gone\"},"
        "\"signals\": [{\"name\": \"use\", \"dimension\": \"product\", \"better\": \"higher\","
        "\"normalise\": {\"method\": \"none\"}}],"
        "\"fit\": {\"anchor\": \"none\", \"bootstrap\": 0}, \"line\": \"targets\"}";
    struct assay_error err = {0};
    struct assay_text text = {0};
    struct assay_model model = {.n_signal = 1, .n_coef = 2, .intercept = intercept};
    ck_assay_ok(assay_spec_read_text("spec", spec, strlen(spec), &model.spec, &err));
    model.version = shelf_string(version);
    memcpy(model.created, "2026-07-01", 11);
    model.slope = shelf_alloc(1, sizeof *model.slope);
    model.weight = shelf_alloc(1, sizeof *model.weight);
    model.weight_interval = shelf_alloc(1, sizeof *model.weight_interval);
    model.missing_term = shelf_alloc(1, sizeof *model.missing_term);
    model.baselines = shelf_alloc(1, sizeof *model.baselines);
    model.slope[0] = 4;
    model.weight[0] = 1;
    model.weight_interval[0] = (struct assay_estimate){1, NAN, NAN};
    model.at_risk_probability = 0.25;
    model.at_risk_score = 50;
    model.cohorts.spec = &model.spec.cohort;
    model.cohorts.nodes = shelf_alloc(1, sizeof *model.cohorts.nodes);
    model.cohorts.nodes[0] = (struct assay_cohort_node){.band = ASSAY_ANY_BAND, .rows = 90};
    model.cohorts.n_node = 1;
    shelf_model_fit(&model);
    shelf_model_examples(&model);
    ck_assay_ok(assay_model_write(&model, &text, &err));
    snprintf(digest, ASSAY_DIGEST_SIZE, "%s", model.digest);
    assay_model_clear(&model);
    return text;
}

/* ---- a version ---- */

enum { SHELF_FILES = 5 };

struct shelf_version {
    struct assay_text texts[SHELF_FILES];
    struct assay_registry_file files[SHELF_FILES];
    size_t n_file;
    struct assay_entry entry; /* borrows what is not in it */
};

static inline void shelf_version_file(struct shelf_version *version, const char *name,
                                      struct assay_text text)
{
    size_t k = version->n_file++;
    ck_assert(!text.failed);
    version->texts[k] = text;
    version->files[k] = (struct assay_registry_file){name, text.data, text.length};
}

static inline struct assay_text shelf_text(const char *string)
{
    struct assay_text text = {0};
    assay_text_puts(&text, string);
    return text;
}

/* "key": text, in an object of its own where there is one; null for what is not there. */
static inline void shelf_put_text(struct assay_json_writer *json, const char *object,
                                  const char *key, const char *text)
{
    if (text == NULL) {
        assay_json_put_null(json, object != NULL ? object : key);
        return;
    }
    if (object != NULL)
        assay_json_open(json, object, '{');
    assay_json_put_string(json, key, text);
    if (object != NULL)
        assay_json_close(json);
}

/* NULL: it has no audit. */
static inline const char *shelf_audit_digest(const struct shelf_version *version,
                                             char out[ASSAY_DIGEST_SIZE])
{
    for (size_t k = 0; k < version->n_file; k++)
        if (strcmp(version->files[k].name, "audit.json") == 0) {
            assay_digest_of(version->files[k].bytes, version->files[k].length, out);
            return out;
        }
    return NULL;
}

static inline struct assay_text shelf_record(const struct shelf_version *version)
{
    const struct assay_entry *entry = &version->entry;
    struct assay_json_writer json = {0};
    char audit[ASSAY_DIGEST_SIZE];
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "version", entry->version);
    assay_json_put_string(&json, "at", entry->at);
    shelf_put_text(&json, NULL, "approver", entry->by);
    shelf_put_text(&json, "previous", "version", entry->from);
    shelf_put_text(&json, "override", "reason", entry->reason);
    shelf_put_text(&json, "signature", "key", entry->key);
    shelf_put_text(&json, "audit", "digest", shelf_audit_digest(version, audit));
    assay_json_open(&json, "model", '{');
    assay_json_put_string(&json, "digest", entry->digest);
    assay_json_put_string(&json, "candidate", entry->candidate);
    assay_json_close(&json);
    assay_json_open(&json, "files", '[');
    for (size_t k = 0; k < version->n_file; k++) {
        char digest[ASSAY_DIGEST_SIZE];
        assay_digest_of(version->files[k].bytes, version->files[k].length, digest);
        assay_json_open(&json, NULL, '{');
        assay_json_put_string(&json, "file", version->files[k].name);
        assay_json_put_count(&json, "bytes", version->files[k].length);
        assay_json_put_string(&json, "sha256", digest + 7);
        assay_json_close(&json);
    }
    assay_json_close(&json);
    assay_json_close(&json);
    return json.out;
}

/* From NULL: the first. Key NULL: not signed. */
static inline void shelf_version_make(struct shelf_version *version, const char *number,
                                      const char *from, double intercept, const char *at,
                                      const struct assay_secret_key *key)
{
    struct assay_error err = {0};
    struct assay_text signature = {0};
    *version = (struct shelf_version){0};
    version->entry.version = (char *)(uintptr_t)number;
    version->entry.from = (char *)(uintptr_t)from;
    snprintf(version->entry.at, sizeof version->entry.at, "%s", at);
    struct assay_text candidate = shelf_model("candidate", intercept, version->entry.candidate);
    struct assay_text model = shelf_model(number, intercept, version->entry.digest);
    assay_text_clear(&candidate);
    if (key != NULL) {
        version->entry.key = (char *)(uintptr_t)key->public_key.id;
        ck_assay_ok(assay_sign(key, model.data, model.length, number, &signature, &err));
    }
    shelf_version_file(version, "model.json", model);
    if (key != NULL)
        shelf_version_file(version, "model.json.minisig", signature);
    shelf_version_file(version, "audit.json", shelf_text("{\"format\": \"assay-audit/1\"}\n"));
    shelf_version_file(version, "changes.md", shelf_text("## the first\n"));
    shelf_version_file(version, "release.json", shelf_record(version));
}

static inline void shelf_version_clear(struct shelf_version *version)
{
    for (size_t k = 0; k < version->n_file; k++)
        assay_text_clear(&version->texts[k]);
}

/* ---- changes ---- */

static inline void shelf_open(const struct shelf *shelf, struct assay_registry *registry)
{
    struct assay_error err = {0};
    ck_assay_ok(assay_registry_make(shelf->models, 5, NULL, NULL, registry, &err));
}

/* Files and entry as a change; the changelogs tell entry and version. texts[2] are to be cleared.
 */
static inline struct assay_registry_change shelf_change(const struct assay_entry *entry,
                                                        const struct assay_registry_file files[],
                                                        size_t n_file,
                                                        const struct assay_secret_key *key,
                                                        struct assay_text texts[2])
{
    assay_text_printf(&texts[0], "# %s %s at %s\n", assay_event_names[entry->event], entry->version,
                      entry->at);
    assay_text_printf(&texts[1], "[\"%s\", \"%s\"]\n", entry->version, entry->at);
    return (struct assay_registry_change){
        .name = SHELF_MODEL_NAME,
        .entry = *entry,
        .files = files,
        .n_file = n_file,
        .changelog = {{"CHANGELOG.md", texts[0].data, texts[0].length},
                      {"CHANGELOG.json", texts[1].data, texts[1].length}},
        .key = key};
}

static inline enum assay_status shelf_commit(struct assay_registry *registry,
                                             const struct assay_entry *given,
                                             const struct assay_registry_file files[],
                                             size_t n_file, const struct assay_secret_key *key,
                                             struct assay_error *err)
{
    struct assay_text texts[2] = {{0}, {0}};
    struct assay_entry entry = *given;
    if (entry.event != ASSAY_EVENT_WITHDRAW)
        entry.from =
            (char *)(uintptr_t)assay_ledger_in_force(&registry->ledger, registry->ledger.n_entry);
    struct assay_registry_change change = shelf_change(&entry, files, n_file, key, texts);
    enum assay_status status = assay_registry_commit(registry, &change, err);
    assay_text_clear(&texts[0]);
    assay_text_clear(&texts[1]);
    return status;
}

static inline void shelf_release(const struct shelf *shelf, const char *number, double intercept,
                                 const char *at, const struct assay_secret_key *key)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct shelf_version version;
    shelf_open(shelf, &registry);
    const struct assay_ledger *ledger = &registry.ledger;
    shelf_version_make(&version, number, assay_ledger_in_force(ledger, ledger->n_entry), intercept,
                       at, key);
    ck_assay_ok(shelf_commit(&registry, &version.entry, version.files, version.n_file, key, &err));
    shelf_version_clear(&version);
    assay_registry_close(&registry);
}

/* A rollback or withdrawal. */
static inline void shelf_event(const struct shelf *shelf, enum assay_event event,
                               const char *number, const char *at,
                               const struct assay_secret_key *key)
{
    struct assay_error err = {0};
    struct assay_registry registry;
    struct assay_entry entry = {.event = event, .version = (char *)(uintptr_t)number};
    snprintf(entry.at, sizeof entry.at, "%s", at);
    if (key != NULL)
        entry.key = (char *)(uintptr_t)key->public_key.id;
    shelf_open(shelf, &registry);
    ck_assay_ok(shelf_commit(&registry, &entry, NULL, 0, key, &err));
    assay_registry_close(&registry);
}

/* Two versions and a rollback, all signed or none: the last entry is the third. */
static inline void shelf_fill(const struct shelf *shelf, bool is_signed)
{
    const struct assay_secret_key *key = is_signed ? &shelf->key : NULL;
    shelf_release(shelf, "1.0.0", 1, "2026-07-01T00:00:00Z", key);
    shelf_release(shelf, "1.1.0", 1.25, "2026-10-01T00:00:00Z", key);
    shelf_event(shelf, ASSAY_EVENT_ROLLBACK, "1.0.0", "2026-10-02T00:00:00Z", key);
}

static inline void shelf_init(struct shelf *shelf)
{
    struct assay_error err = {0};
    strcpy(shelf->folder, "/tmp/assay-shelf-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(shelf->folder));
    snprintf(shelf->models, sizeof shelf->models, "%s/models", shelf->folder);
    ck_assay_ok(assay_secret_key_decode("key", PLAIN_SECRET, strlen(PLAIN_SECRET), NULL, NULL,
                                        &shelf->key, &err));
}

static inline void shelf_clear(struct shelf *shelf)
{
    tree_remove(shelf->folder);
    assay_secret_key_clear(&shelf->key);
}

/* ---- what verify says ---- */

static inline struct assay_verification shelf_verify(const struct shelf *shelf,
                                                     const struct assay_verify_options *options)
{
    struct assay_error err = {0};
    struct assay_verification result = {0};
    static const struct assay_verify_options none;
    ck_assay_ok(
        assay_registry_verify(shelf->models, options != NULL ? options : &none, &result, &err));
    return result;
}

static inline void shelf_is(const struct shelf *shelf, enum assay_registry_state state)
{
    struct assay_verification result = shelf_verify(shelf, NULL);
    ck_assert_msg(result.state == state, "state %d, expected %d; %s", (int)result.state, (int)state,
                  result.n_defect > 0 ? result.defects[0] : "no defect");
    assay_verification_clear(&result);
}

#endif
