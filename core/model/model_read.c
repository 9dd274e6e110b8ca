#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/model/model.h"
#include "core/model/model_current.h"
#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/model/scorer.h"
#include "core/spec/audit_spec.h"
#include "core/spec/fit_spec.h"
#include "core/spec/release_spec.h"
#include "core/spec/spec_parts.h"

static enum assay_status read_identity(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"version", "digest"};
    const struct cJSON *parent;
    const char *created;
    int32_t day;
    enum assay_status status = assay_want_text(doc, root, "name", false, &model->spec.name, err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, root, "version", false, &model->version, err);
    if (status == ASSAY_OK)
        status = assay_want_part(doc, root, "parent", true, keys, ASSAY_COUNT(keys), &parent, err);
    if (status == ASSAY_OK && parent != NULL)
        status = assay_want_text(doc, parent, "version", false, &model->parent_version, err);
    if (status == ASSAY_OK && parent != NULL)
        status = assay_want_text(doc, parent, "digest", false, &model->parent_digest, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, root, "created", &created, err);
    if (status != ASSAY_OK)
        return status;
    if (strlen(created) != 10 || !assay_date_parse(created, 10, &day))
        return assay_json_wrong(doc, assay_json_get(root, "created"), err,
                                "a date as \"2026-06-30\"");
    memcpy(model->created, created, 11);
    return ASSAY_OK;
}

/* Two targets have defaults, which calibrate filled in; what else audits are asked, few declare. */
static enum assay_status read_audits(struct assay_json *doc, const struct cJSON *root,
                                     struct assay_spec *spec, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = assay_json_want_object(doc, root, "targets", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "sensitivity", &spec->target_sensitivity, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "specificity", &spec->target_specificity, err);
    if (status == ASSAY_OK)
        status = assay_targets_read(doc, part, &spec->target_sensitivity, &spec->target_specificity,
                                    &spec->audit, err);
    if (status != ASSAY_OK || assay_json_get(root, "audit") == NULL)
        return status;
    status = assay_json_want_object(doc, root, "audit", &part, err);
    return status != ASSAY_OK ? status : assay_audit_part_read(doc, part, &spec->audit, err);
}

/* What a release asks, and what people say of the model: absent where nobody declared it. */
static enum assay_status read_release(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_spec *spec, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = ASSAY_OK;
    if (assay_json_get(root, "release") != NULL) {
        status = assay_json_want_object(doc, root, "release", &part, err);
        if (status == ASSAY_OK)
            status = assay_release_spec_read(doc, part, &spec->release, err);
    }
    if (status == ASSAY_OK && assay_json_get(root, "about") != NULL) {
        status = assay_json_want_object(doc, root, "about", &part, err);
        if (status == ASSAY_OK)
            status = assay_about_read(doc, part, &spec->about, err);
    }
    return status;
}

/* "declared" but for its dimensions, which name those of the signals. */
static enum assay_status read_estimation(struct assay_json *doc, const struct cJSON *root,
                                         struct assay_spec *spec, struct assay_error *err)
{
    static const char *const keys[] = {"fit", "line", "dimensions"};
    const struct cJSON *part, *object;
    enum assay_status status =
        assay_want_part(doc, root, "declared", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, part, "fit", &object, err);
    if (status != ASSAY_OK)
        return status;
    spec->fit = assay_fit_spec_default();
    status = assay_fit_spec_read(doc, object, &spec->fit, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, part, "line", &object, err);
    return status != ASSAY_OK ? status : assay_line_spec_read(doc, object, &spec->line, err);
}

static enum assay_status read_declared(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    struct assay_spec *spec = &model->spec;
    const struct cJSON *part;
    enum assay_status status = assay_want_text(doc, root, "id", false, &spec->id, err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, root, "as_of", true, &spec->as_of, err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, root, "value", true, &spec->value, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "outcome", &part, err);
    if (status == ASSAY_OK)
        status = assay_outcome_spec_read(doc, part, &spec->outcome, err);
    if (status == ASSAY_OK && !assay_field_is_null(root, "cohort")) {
        status = assay_json_want_object(doc, root, "cohort", &part, err);
        if (status == ASSAY_OK)
            status = assay_cohort_spec_read(doc, part, &spec->cohort, err);
    }
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, root, "segments", &part, err);
    if (status == ASSAY_OK)
        status = assay_segments_read(doc, part, &spec->segments, &spec->n_segment, err);
    if (status == ASSAY_OK)
        status = read_estimation(doc, root, spec, err);
    if (status == ASSAY_OK)
        status = read_audits(doc, root, spec, err);
    return status != ASSAY_OK ? status : read_release(doc, root, spec, err);
}

/* What is stated twice must agree: weights with coefficients, the line on both its scales. */
static enum assay_status check_scale(struct assay_json *doc, const struct cJSON *root,
                                     struct assay_model *model, struct assay_error *err)
{
    double total = 0, line = log(model->at_risk_probability / (1 - model->at_risk_probability));
    const struct cJSON *signal = assay_json_first(assay_json_get(root, "signals"));
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    if (!(total > 0))
        return assay_json_wrong(doc, assay_json_get(root, "signals"), err,
                                "coefficients that add up to less than 0");
    for (size_t j = 0; j < model->n_signal; j++, signal = assay_json_next(signal))
        if (!(fabs(model->weight[j] - model->slope[j] / total) <= 1e-9))
            return assay_json_wrong(doc, assay_json_get(signal, "weight"), err,
                                    "the coefficient's share of all, %.12g",
                                    model->slope[j] / total);
    bool average = model->spec.scale == ASSAY_WEIGHTED_AVERAGE;
    double score = average ? 100 * (model->intercept - line) / total : 50;
    const struct cJSON *part = assay_json_get(root, "score");
    if (!(fabs(model->at_risk_score - score) <= 1e-6))
        return assay_json_wrong(doc, assay_json_get(part, "at_risk_score"), err,
                                "%.12g, where \"at_risk_probability\" stands on the score", score);
    if (average && model->n_indicator > 0)
        return assay_json_wrong(doc, assay_json_get(part, "scale"), err,
                                "\"log-odds\" beside a missing indicator");
    return ASSAY_OK;
}

/* ---- the whole ---- */

static enum assay_status check_format(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_error *err)
{
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "a model: an object");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status != ASSAY_OK)
        return status;
    if (strcmp(format, ASSAY_MODEL_FORMAT) == 0)
        return ASSAY_OK;
    assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"%s\"", ASSAY_MODEL_FORMAT);
    if (strncmp(format, "assay-model/", 12) == 0)
        assay_hint(err, "A newer assay wrote this file; score it with that version.");
    if (strncmp(format, "assay-current/", 14) == 0)
        assay_hint(err, "It names a model that lies beside it; give its path rather than what is in it.");
    return ASSAY_EFORMAT;
}

/* The file must end with the digest's line and "}", and the digest be that of all before. */
static enum assay_status check_digest(const char *name, const char *text, size_t length,
                                      struct assay_model *model, struct assay_error *err)
{
    static const char head[] = "  \"digest\": \"sha256:", tail[] = "\"\n}\n";
    size_t line = sizeof head - 1 + 64 + sizeof tail - 1;
    const char *at = length >= line ? text + length - line : text;
    if (length < line || memcmp(at, head, sizeof head - 1) != 0 ||
        memcmp(text + length - (sizeof tail - 1), tail, sizeof tail - 1) != 0) {
        assay_fail(err, ASSAY_EFORMAT,
                   "%s: no digest in the last line but one; expected the file as assay wrote it",
                   name);
        assay_hint(err, "It was changed on the way (an editor, line ends); get it again from where it "
                        "was released.");
        return ASSAY_EFORMAT;
    }
    struct assay_sha256 hash;
    char hex[ASSAY_SHA256_TEXT_SIZE];
    assay_sha256_init(&hash);
    assay_sha256_add(&hash, text, length - line);
    assay_sha256_finish(&hash, hex);
    const char *said = at + sizeof head - 1;
    if (memcmp(hex, said, 64) != 0) {
        assay_fail(err, ASSAY_EFORMAT,
                   "%s: the digest is %.12s...; expected %.12s..., that of what stands before it",
                   name, said, hex);
        assay_hint(err, "The file was changed after it was written; get it again from where it was "
                        "released.");
        return ASSAY_EFORMAT;
    }
    memcpy(model->digest, "sha256:", 7);
    memcpy(model->digest + 7, hex, sizeof hex);
    return ASSAY_OK;
}

static bool agree(double a, double b)
{
    return fabs(a - b) <= 1e-9; /* another compiler's exp() may end in other digits */
}

static bool same_points(const double a[], const double b[], size_t n)
{
    size_t j = 0;
    while (j < n && agree(a[j], b[j]))
        j++;
    return j == n;
}

/* A model that does not give its own examples was written by another mathematics than ours. */
static enum assay_status check_examples(const char *name, const struct assay_model *model,
                                        struct assay_error *err)
{
    double s[ASSAY_MAX_SIGNALS];
    bool missing[ASSAY_MAX_SIGNALS];
    for (size_t e = 0; e < model->n_example; e++) {
        const struct assay_example *example = &model->examples[e];
        struct assay_score score;
        assay_score_inputs(model, example->inputs, s, missing, &score);
        if (score.dropped != example->dropped)
            return assay_fail(err, ASSAY_EDATA, "%s: example %zu %s a score; expected the reverse",
                              name, e + 1, example->dropped ? "gets" : "gets no");
        if (!same_points(s, example->s, model->n_signal))
            return assay_fail(err, ASSAY_EDATA, "%s: example %zu has other normalised signals than "
                                                "it says", name, e + 1);
        if (example->dropped)
            continue;
        if (!agree(score.score, example->score) || score.zone != example->zone)
            return assay_fail(err, ASSAY_EDATA,
                              "%s: example %zu scores %.12g (%s); expected %.12g (%s) as it says",
                              name, e + 1, score.score, model->spec.zones[score.zone].name,
                              example->score, model->spec.zones[example->zone].name);
        if (!agree(score.composite, example->composite) ||
            !agree(score.probability, example->probability))
            return assay_fail(err, ASSAY_EDATA,
                              "%s: example %zu has composite %.12g and probability %.12g; expected "
                              "%.12g and %.12g as it says", name, e + 1, score.composite,
                              score.probability, example->composite, example->probability);
    }
    return ASSAY_OK;
}

static enum assay_status read_root(struct assay_json *doc, const struct cJSON *root,
                                   struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {
        "format",    "name",           "version",     "parent",     "created",       "id",
        "as_of",     "value",          "outcome",     "cohort",     "segments",      "declared",
        "targets",   "audit",          "release",     "about",      "signals",       "cohorts",
        "intercept", "score",          "zones",       "segment_models", "fit",
        "performance", "yardsticks",   "training_data", "changes",  "examples",      "digest"};
    static enum assay_status (*const readers[])(struct assay_json *, const struct cJSON *,
                                                struct assay_model *, struct assay_error *) = {
        read_identity,
        read_declared,
        assay_model_signals_read,
        assay_model_score_read,
        assay_model_fit_read,
        assay_model_evidence_read,
        assay_model_changes_read,
        assay_model_examples_read,
        check_scale};
    enum assay_status status =
        assay_json_check_keys(doc, root, "the model", keys, ASSAY_COUNT(keys), err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_COUNT(readers); k++)
        status = readers[k](doc, root, model, err);
    return status;
}

enum assay_status assay_model_read_text(const char *name, const char *text, size_t length,
                                        struct assay_model *model, struct assay_error *err)
{
    struct assay_json *doc;
    struct assay_model made = {
        .spec = {.cohort = {.borrow = 200},
                 .audit = assay_audit_spec_default(),
                 .release = assay_release_spec_default()}};
    enum assay_status status = assay_json_parse(name, text, length, ASSAY_JSON_STRICT, &doc, err);
    if (status == ASSAY_EFORMAT)
        assay_hint(err, "It is not a whole model file as \"assay calibrate\" writes them.");
    if (status != ASSAY_OK)
        return status;
    status = check_format(doc, assay_json_root(doc), err);
    if (status == ASSAY_OK)
        status = check_digest(name, text, length, &made, err);
    if (status == ASSAY_OK)
        status = read_root(doc, assay_json_root(doc), &made, err);
    if (status == ASSAY_OK)
        status = check_examples(name, &made, err);
    assay_json_free(doc);
    if (status != ASSAY_OK) {
        assay_model_clear(&made);
        return status;
    }
    *model = made;
    model->cohorts.spec = &model->spec.cohort; /* it pointed into `made` */
    return ASSAY_OK;
}

static bool is_directory(const char *path)
{
    struct stat about;
    return strcmp(path, "-") != 0 && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* The version in force in the registry of this directory. */
static enum assay_status read_registry(const char *path, struct assay_model *model,
                                       struct assay_error *err)
{
    struct assay_text current = {0}, text = {0};
    size_t length = strlen(path);
    assay_text_puts(&current, path);
    assay_text_puts(&current, path[length - 1] == '/' ? "current" : "/current");
    enum assay_status status;
    if (current.failed)
        status = assay_fail_memory(err, "reading a model");
    else if (access(current.data, F_OK) != 0 && errno == ENOENT)
        status = assay_fail(err, ASSAY_EIO,
                            "%s: a directory without \"current\"; expected a model file, or a "
                            "registry with a version in force", path);
    else
        status = assay_file_read(current.data, ASSAY_MODEL_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = assay_current_follow(current.data, text.data, text.length, model, err);
    assay_text_clear(&text);
    assay_text_clear(&current);
    return status;
}

enum assay_status assay_model_read(const char *path, struct assay_model *model,
                                   struct assay_error *err)
{
    if (is_directory(path))
        return read_registry(path, model, err);
    struct assay_text text = {0};
    bool standard = strcmp(path, "-") == 0;
    enum assay_status status = assay_file_read(path, ASSAY_MODEL_LIMIT, &text, err);
    if (status == ASSAY_OK)
        status = !standard && assay_current_is(text.data, text.length)
                     ? assay_current_follow(path, text.data, text.length, model, err)
                     : assay_model_read_text(standard ? "standard input" : path, text.data,
                                             text.length, model, err);
    assay_text_clear(&text);
    return status;
}
