#include "release/record/record.h"

#include <stdbool.h>

#include "core/base/sha256.h"
#include "core/model/model_fields.h"
#include "release/record/accuracy.h"
#include "release/record/evidence.h"
#include "release/record/moves.h"

static void put_version(struct assay_json_writer *json, const char *key, const char *version,
                        const char *digest)
{
    if (version == NULL || digest == NULL) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_string(json, "version", version);
    assay_json_put_string(json, "digest", digest);
    assay_json_close(json);
}

static void put_model(struct assay_json_writer *json, const struct assay_release_facts *facts)
{
    const struct assay_model *model = facts->model;
    assay_json_open(json, "model", '{');
    assay_json_put_string(json, "digest", model->digest);
    assay_json_put_string(json, "candidate", facts->candidate);
    assay_json_put_string(json, "created", model->created);
    put_version(json, "parent", model->parent_version, model->parent_digest);
    assay_json_put_count(json, "rows", model->fit.rows);
    assay_json_put_count(json, "events", model->fit.events);
    assay_put_date(json, "from", model->training.from);
    assay_put_date(json, "to", model->training.to);
    assay_json_close(json);
}

/* A reason where no gate was closed overrides nothing, and is not recorded as if it had. */
static void put_override(struct assay_json_writer *json, const struct assay_release_facts *facts)
{
    if (facts->override == NULL || assay_gates_closed(facts->gates) == 0) {
        assay_json_put_null(json, "override");
        return;
    }
    assay_json_open(json, "override", '{');
    assay_json_put_string(json, "reason", facts->override);
    assay_json_open(json, "gates", '-');
    for (size_t g = 0; g < ASSAY_GATES; g++)
        if (facts->gates->gate[g].result == ASSAY_GATE_CLOSED)
            assay_json_put_string(json, NULL, assay_gate_names[g]);
    assay_json_close(json);
    assay_json_close(json);
}

static void put_weights(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "weights", '[');
    for (size_t j = 0; j < model->n_signal; j++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", model->spec.signals[j].name);
        assay_json_put_string(json, "dimension", model->spec.signals[j].dimension);
        assay_json_put_number(json, "weight", model->weight[j]);
        assay_json_put_interval(json, "interval", model->weight_interval[j].low,
                                model->weight_interval[j].high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void put_what_changed(struct assay_json_writer *json,
                             const struct assay_release_facts *facts)
{
    if (facts->previous == NULL || facts->change == NULL) {
        assay_json_put_null(json, "changes");
        put_weights(json, facts->model);
        return;
    }
    assay_change_write(json, "changes", facts->previous, facts->model, facts->change);
    assay_json_put_null(json, "weights");
}

static void put_signature(struct assay_json_writer *json, const char *key_id)
{
    if (key_id == NULL) {
        assay_json_put_null(json, "signature");
        return;
    }
    assay_json_open(json, "signature", '{');
    assay_json_put_string(json, "key", key_id);
    assay_json_close(json);
}

static void put_files(struct assay_json_writer *json, const struct assay_registry_file *files,
                      size_t n)
{
    assay_json_open(json, "files", '[');
    for (size_t k = 0; k < n; k++) {
        struct assay_sha256 hash;
        char hex[ASSAY_SHA256_TEXT_SIZE];
        assay_sha256_init(&hash);
        assay_sha256_add(&hash, files[k].bytes, files[k].length);
        assay_sha256_finish(&hash, hex);
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "file", files[k].name);
        assay_json_put_count(json, "bytes", files[k].length);
        assay_json_put_string(json, "sha256", hex);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status write_record(struct assay_json_writer *json,
                                      const struct assay_release_facts *facts,
                                      struct assay_error *err)
{
    const struct assay_model *previous = facts->previous;
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "format", ASSAY_RELEASE_FORMAT);
    assay_json_put_string(json, "name", facts->model->spec.name);
    assay_json_put_string(json, "version", facts->model->version);
    assay_json_put_string(json, "at", facts->at);
    assay_put_text(json, "approver", facts->approver);
    assay_put_text(json, "notes", facts->notes);
    put_model(json, facts);
    put_version(json, "previous", previous != NULL ? previous->version : NULL,
                previous != NULL ? previous->digest : NULL);
    assay_gates_write(json, "gates", facts->gates);
    put_override(json, facts);
    put_what_changed(json, facts);
    assay_record_put_audit(json, facts);
    assay_record_put_accuracy(json, facts);
    assay_record_put_impact(json, facts);
    enum assay_status status = assay_record_put_moves(json, facts, err);
    if (status != ASSAY_OK)
        return status;
    put_signature(json, facts->key_id);
    put_files(json, facts->files, facts->n_file);
    assay_json_close(json);
    return ASSAY_OK;
}

enum assay_status assay_record_write(const struct assay_release_facts *facts,
                                     struct assay_text *text, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    enum assay_status status = write_record(&json, facts, err);
    if (status == ASSAY_OK && !json.out.failed)
        assay_text_add(text, json.out.data, json.out.length);
    if (status == ASSAY_OK && (json.out.failed || text->failed))
        status = assay_fail_memory(err, "writing the record");
    assay_text_clear(&json.out);
    return status;
}
