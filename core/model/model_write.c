#include <stdio.h>

#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/spec/audit_spec.h"
#include "core/spec/fit_spec.h"
#include "core/spec/release_spec.h"
#include "core/spec/spec_parts.h"

static void write_identity(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_put_string(json, "format", ASSAY_MODEL_FORMAT);
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    if (model->parent_digest == NULL) {
        assay_json_put_null(json, "parent");
    } else {
        assay_json_open(json, "parent", '{');
        assay_json_put_string(json, "version", model->parent_version);
        assay_json_put_string(json, "digest", model->parent_digest);
        assay_json_close(json);
    }
    assay_json_put_string(json, "created", model->created);
}

static void write_declared(struct assay_json_writer *json, const struct assay_spec *spec)
{
    assay_json_put_string(json, "id", spec->id);
    assay_put_text(json, "as_of", spec->as_of);
    assay_put_text(json, "value", spec->value);
    assay_outcome_spec_write(json, &spec->outcome);
    assay_cohort_spec_write(json, &spec->cohort);
    assay_json_open(json, "segments", '-');
    for (size_t k = 0; k < spec->n_segment; k++)
        assay_json_put_string(json, NULL, spec->segments[k]);
    assay_json_close(json);
    assay_fit_spec_write(json, spec);
    assay_targets_write(json, spec);
    assay_audit_part_write(json, &spec->audit);
    assay_release_spec_write(json, &spec->release);
    assay_about_write(json, &spec->about);
}

enum assay_status assay_model_write(struct assay_model *model, struct assay_text *text,
                                    struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    write_identity(&json, model);
    write_declared(&json, &model->spec);
    assay_model_signals_write(&json, model);
    assay_model_score_write(&json, model);
    assay_model_fit_write(&json, model);
    assay_model_evidence_write(&json, model);
    assay_model_changes_write(&json, model);
    assay_model_examples_write(&json, model);
    /* The digest covers every byte before its own line, the comma and line end included. */
    assay_text_puts(&json.out, ",\n");
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the model");
    }
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, json.out.data, json.out.length);
    assay_sha256_finish(&hash, hex);
    snprintf(model->digest, sizeof model->digest, "sha256:%s", hex);
    assay_text_printf(&json.out, "  \"digest\": \"%s\"\n}\n", model->digest);
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the model");
    }
    *text = json.out;
    return ASSAY_OK;
}
