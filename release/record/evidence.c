#include "release/record/evidence.h"

#include <math.h>

#include "core/model/model_fields.h"
#include "release/record/look.h"
#include "release/record/sources.h"

static void put_metrics(struct assay_json_writer *json, const struct cJSON *metrics)
{
    assay_json_open(json, "metrics", '{');
    const struct cJSON *first = assay_json_is_object(metrics) ? assay_json_first(metrics) : NULL;
    for (const struct cJSON *m = first; m != NULL; m = assay_json_next(m)) {
        struct assay_estimate estimate = assay_look_estimate(m);
        assay_put_estimate(json, assay_json_key(m), &estimate);
    }
    assay_json_close(json);
}

static void put_file_digest(struct assay_json_writer *json, const char *sha256)
{
    struct assay_text digest = {0};
    if (sha256 == NULL) {
        assay_json_put_null(json, "digest");
        return;
    }
    assay_text_printf(&digest, "sha256:%s", sha256);
    json->out.failed |= digest.failed;
    assay_json_put_string(json, "digest", digest.data != NULL ? digest.data : "");
    assay_text_clear(&digest);
}

void assay_record_put_audit(struct assay_json_writer *json, const struct assay_release_facts *facts)
{
    if (facts->audit == NULL) {
        assay_json_put_null(json, "audit");
        return;
    }
    const struct cJSON *root = assay_json_root(facts->audit), *data = assay_look_at(root, "data");
    const struct cJSON *verdict = assay_look_at(root, "verdict");
    assay_json_open(json, "audit", '{');
    assay_put_text(json, "created", assay_look_text(root, "created"));
    put_file_digest(json, facts->audit_sha256);
    assay_put_text(json, "model", assay_look_text(assay_look_at(root, "model"), "digest"));
    assay_json_put_optional(json, "rows", assay_look_number(data, "used"));
    assay_json_put_optional(json, "events", assay_look_number(data, "events"));
    assay_put_text(json, "from", assay_look_text(data, "from"));
    assay_put_text(json, "to", assay_look_text(data, "to"));
    assay_put_text(json, "verdict", assay_look_text(verdict, "result"));
    assay_put_text(json, "headline", assay_look_text(verdict, "headline"));
    put_metrics(json, assay_look_at(root, "metrics"));
    assay_json_close(json);
}

/* {low, value, high} of an assumption's consequence, or null where any of them is. */
static void put_range(struct assay_json_writer *json, const char *key, const struct cJSON *range)
{
    double low = assay_look_number(range, "low"), value = assay_look_number(range, "value");
    double high = assay_look_number(range, "high");
    if (isnan(low) || isnan(value) || isnan(high)) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_number(json, "low", low);
    assay_json_put_number(json, "value", value);
    assay_json_put_number(json, "high", high);
    assay_json_close(json);
}

void assay_record_put_impact(struct assay_json_writer *json,
                             const struct assay_release_facts *facts)
{
    const struct cJSON *impact = assay_look_at(assay_record_audit(facts), "impact");
    const struct cJSON *words = assay_look_at(impact, "words");
    const struct cJSON *expected = assay_look_at(impact, "expected");
    if (!assay_json_is_array(words) || assay_json_first(words) == NULL) {
        assay_json_put_null(json, "impact");
        return;
    }
    assay_json_open(json, "impact", '{');
    assay_json_open(json, "words", '[');
    for (const struct cJSON *w = assay_json_first(words); w != NULL; w = assay_json_next(w))
        if (assay_json_is_string(w))
            assay_json_put_string(json, NULL, assay_json_string(w));
    assay_json_close(json);
    put_range(json, "retained", assay_look_at(expected, "retained"));
    put_range(json, "cost", assay_look_at(expected, "cost"));
    put_range(json, "net", assay_look_at(expected, "net"));
    assay_json_close(json);
}
