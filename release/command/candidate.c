#include "release/command/candidate.h"

#include <stdio.h>
#include <string.h>

#include "core/base/file.h"
#include "release/command/common.h"

static enum assay_status read_audit(const char *path, struct assay_candidate *candidate,
                                    struct assay_error *err)
{
    struct assay_text *text = &candidate->audit_text;
    enum assay_status status = assay_file_read(path, ASSAY_AUDIT_LIMIT, text, err);
    if (status == ASSAY_OK)
        status = assay_json_parse(path, text->data, text->length, ASSAY_JSON_STRICT,
                                  &candidate->audit, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_sha256 hash;
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, text->data, text->length);
    assay_sha256_finish(&hash, candidate->audit_sha256);
    return ASSAY_OK;
}

enum assay_status assay_candidate_read(const char *path, const char *audit_path,
                                       struct assay_candidate *candidate, struct assay_error *err)
{
    struct assay_error why = {0};
    candidate->path = path;
    enum assay_status status = assay_file_read(path, ASSAY_MODEL_LIMIT, &candidate->text, err);
    if (status != ASSAY_OK)
        return status;
    status = assay_model_read_text(path, candidate->text.data, candidate->text.length,
                                   &candidate->model, &why);
    if (status == ASSAY_ENOMEM)
        return assay_fail_memory(err, "reading the candidate");
    candidate->readable = status == ASSAY_OK;
    snprintf(candidate->why_not, sizeof candidate->why_not, "%s", why.message);
    snprintf(candidate->digest, sizeof candidate->digest, "%s", candidate->model.digest);
    if (candidate->readable && strcmp(candidate->model.version, ASSAY_CANDIDATE_WORD) != 0)
        return assay_fail(err, ASSAY_EDATA, "%s: version \"%.40s\", a model that was released; "
                                            "expected a candidate, as calibrate writes it",
                          path, candidate->model.version);
    return audit_path == NULL ? ASSAY_OK : read_audit(audit_path, candidate, err);
}

enum assay_status assay_candidate_compare(struct assay_candidate *candidate,
                                          const struct assay_registry *registry,
                                          struct assay_error *err)
{
    const struct assay_ledger *ledger = &registry->ledger;
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    if (!candidate->readable || in_force == NULL)
        return ASSAY_OK;
    if (registry->name != NULL && strcmp(registry->name, candidate->model.spec.name) != 0) {
        assay_fail(err, ASSAY_EDATA, "%s: model \"%.60s\"; expected \"%.60s\", whose versions %s holds",
                   candidate->path, candidate->model.spec.name, registry->name, registry->path);
        assay_hint(err, "A registry holds the versions of one model; give another one its own.");
        return ASSAY_EDATA;
    }
    const struct assay_entry *release = assay_ledger_release_of(ledger, in_force);
    enum assay_status status = assay_version_model(registry, release, &candidate->previous, err);
    if (status != ASSAY_OK)
        return status;
    candidate->has_previous = true;
    snprintf(candidate->previous_candidate, sizeof candidate->previous_candidate, "%s",
             release->candidate);
    return assay_change_find(&candidate->previous, &candidate->model, &candidate->change, err);
}

enum assay_status assay_candidate_ask(const struct assay_candidate *candidate, int32_t today,
                                      struct assay_gates *gates, struct assay_error *err)
{
    const struct assay_gate_input input = {
        .model = candidate->readable ? &candidate->model : NULL,
        .unreadable = candidate->why_not,
        .bytes = candidate->text.data,
        .length = candidate->text.length,
        .audit = candidate->audit,
        .previous = candidate->has_previous ? &candidate->previous : NULL,
        .previous_candidate = candidate->has_previous ? candidate->previous_candidate : NULL,
        .change = candidate->has_previous ? &candidate->change : NULL,
        .today = today,
    };
    return assay_gates_ask(&input, gates, err);
}

void assay_candidate_clear(struct assay_candidate *candidate)
{
    assay_change_clear(&candidate->change);
    assay_model_clear(&candidate->previous);
    assay_model_clear(&candidate->model);
    assay_json_free(candidate->audit);
    assay_text_clear(&candidate->audit_text);
    assay_text_clear(&candidate->text);
    *candidate = (struct assay_candidate){0};
}
