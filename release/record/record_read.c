#include <string.h>

#include "release/record/record.h"
#include "release/record/shape.h"

#define MEMBERS(array) .members = (array), .n_member = sizeof(array) / sizeof((array)[0])

static const struct assay_shape version[] = {
    {.key = "version", .kind = ASSAY_SHAPE_TEXT},
    {.key = "digest", .kind = ASSAY_SHAPE_DIGEST},
};

static const struct assay_shape model[] = {
    {.key = "digest", .kind = ASSAY_SHAPE_DIGEST},
    {.key = "candidate", .kind = ASSAY_SHAPE_DIGEST},
    {.key = "created", .kind = ASSAY_SHAPE_DAY},
    {.key = "parent", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(version)},
    {.key = "rows", .kind = ASSAY_SHAPE_COUNT},
    {.key = "events", .kind = ASSAY_SHAPE_COUNT},
    {.key = "from", .kind = ASSAY_SHAPE_DAY, .or_null = true},
    {.key = "to", .kind = ASSAY_SHAPE_DAY, .or_null = true},
};

static const struct assay_shape gate[] = {
    {.key = "gate", .kind = ASSAY_SHAPE_TEXT},
    {.key = "result", .kind = ASSAY_SHAPE_TEXT},
    {.key = "asked", .kind = ASSAY_SHAPE_TEXT},
    {.key = "found", .kind = ASSAY_SHAPE_TEXT},
};

static const struct assay_shape override[] = {
    {.key = "reason", .kind = ASSAY_SHAPE_TEXT},
    {.key = "gates", .kind = ASSAY_SHAPE_TEXTS},
};

static const struct assay_shape weight[] = {
    {.key = "name", .kind = ASSAY_SHAPE_TEXT},
    {.key = "dimension", .kind = ASSAY_SHAPE_TEXT},
    {.key = "weight", .kind = ASSAY_SHAPE_NUMBER},
    {.key = "interval", .kind = ASSAY_SHAPE_INTERVAL, .or_null = true},
};

static const struct assay_shape estimate[] = {
    {.key = "value", .kind = ASSAY_SHAPE_NUMBER, .or_null = true},
    {.key = "interval", .kind = ASSAY_SHAPE_INTERVAL, .or_null = true},
};

static const struct assay_shape audit[] = {
    {.key = "created", .kind = ASSAY_SHAPE_DAY, .or_null = true},
    {.key = "digest", .kind = ASSAY_SHAPE_DIGEST, .or_null = true},
    {.key = "model", .kind = ASSAY_SHAPE_DIGEST, .or_null = true},
    {.key = "rows", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "events", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "from", .kind = ASSAY_SHAPE_DAY, .or_null = true},
    {.key = "to", .kind = ASSAY_SHAPE_DAY, .or_null = true},
    {.key = "verdict", .kind = ASSAY_SHAPE_TEXT, .or_null = true},
    {.key = "headline", .kind = ASSAY_SHAPE_TEXT, .or_null = true},
    {.key = "metrics", .kind = ASSAY_SHAPE_ESTIMATES, MEMBERS(estimate)},
};

static const struct assay_shape difference[] = {
    {.key = "metric", .kind = ASSAY_SHAPE_TEXT},
    {.key = "value", .kind = ASSAY_SHAPE_NUMBER, .or_null = true},
    {.key = "interval", .kind = ASSAY_SHAPE_INTERVAL, .or_null = true},
};

static const struct assay_shape accuracy[] = {
    {.key = "source", .kind = ASSAY_SHAPE_TEXT},
    {.key = "n", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "events", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "before", .kind = ASSAY_SHAPE_FIGURES},
    {.key = "after", .kind = ASSAY_SHAPE_FIGURES},
    {.key = "differences", .kind = ASSAY_SHAPE_LIST, MEMBERS(difference)},
};

static const struct assay_shape range[] = {
    {.key = "low", .kind = ASSAY_SHAPE_NUMBER},
    {.key = "value", .kind = ASSAY_SHAPE_NUMBER},
    {.key = "high", .kind = ASSAY_SHAPE_NUMBER},
};

static const struct assay_shape impact[] = {
    {.key = "words", .kind = ASSAY_SHAPE_TEXTS},
    {.key = "retained", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(range)},
    {.key = "cost", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(range)},
    {.key = "net", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(range)},
};

static const struct assay_shape move[] = {
    {.key = "from", .kind = ASSAY_SHAPE_TEXT},
    {.key = "to", .kind = ASSAY_SHAPE_TEXT},
    {.key = "n", .kind = ASSAY_SHAPE_COUNT},
};

static const struct assay_shape moves[] = {
    {.key = "source", .kind = ASSAY_SHAPE_TEXT},
    {.key = "n", .kind = ASSAY_SHAPE_COUNT},
    {.key = "moved", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "below", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "above", .kind = ASSAY_SHAPE_COUNT, .or_null = true},
    {.key = "before", .kind = ASSAY_SHAPE_TEXTS},
    {.key = "after", .kind = ASSAY_SHAPE_TEXTS},
    {.key = "table", .kind = ASSAY_SHAPE_LIST, MEMBERS(move)},
};

static const struct assay_shape signature[] = {
    {.key = "key", .kind = ASSAY_SHAPE_TEXT},
};

static const struct assay_shape file[] = {
    {.key = "file", .kind = ASSAY_SHAPE_TEXT},
    {.key = "bytes", .kind = ASSAY_SHAPE_COUNT},
    {.key = "sha256", .kind = ASSAY_SHAPE_SHA256},
};

static const struct assay_shape record_members[] = {
    {.key = "format", .kind = ASSAY_SHAPE_TEXT},
    {.key = "name", .kind = ASSAY_SHAPE_TEXT},
    {.key = "version", .kind = ASSAY_SHAPE_VERSION},
    {.key = "at", .kind = ASSAY_SHAPE_TIME},
    {.key = "approver", .kind = ASSAY_SHAPE_TEXT, .or_null = true},
    {.key = "notes", .kind = ASSAY_SHAPE_TEXT, .or_null = true},
    {.key = "model", .kind = ASSAY_SHAPE_OBJECT, MEMBERS(model)},
    {.key = "previous", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(version)},
    {.key = "gates", .kind = ASSAY_SHAPE_LIST, MEMBERS(gate)},
    {.key = "override", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(override)},
    {.key = "changes", .kind = ASSAY_SHAPE_FREE, .or_null = true},
    {.key = "weights", .kind = ASSAY_SHAPE_LIST, .or_null = true, MEMBERS(weight)},
    {.key = "audit", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(audit)},
    {.key = "accuracy", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(accuracy)},
    {.key = "impact", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(impact)},
    {.key = "moves", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(moves)},
    {.key = "signature", .kind = ASSAY_SHAPE_OBJECT, .or_null = true, MEMBERS(signature)},
    {.key = "files", .kind = ASSAY_SHAPE_LIST, MEMBERS(file)},
};

/* The format comes first: a newer one may have keys that this program has never heard of. */
static enum assay_status check(struct assay_json *doc, struct assay_error *err)
{
    const struct cJSON *root = assay_json_root(doc);
    const char *format;
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "a release record, an object in braces");
    enum assay_status status = assay_json_want_string(doc, root, "format", &format, err);
    if (status != ASSAY_OK)
        return status;
    if (strcmp(format, ASSAY_RELEASE_FORMAT) != 0)
        return assay_json_wrong(doc, assay_json_get(root, "format"), err, "\"%s\"",
                                ASSAY_RELEASE_FORMAT);
    return assay_shape_check(doc, root, "a release record", record_members,
                             sizeof record_members / sizeof *record_members, err);
}

enum assay_status assay_record_read(const char *name, const char *text, size_t length,
                                    struct assay_json **record, struct assay_error *err)
{
    struct assay_json *doc;
    if (length > ASSAY_RELEASE_LIMIT)
        return assay_fail(err, ASSAY_EFORMAT,
                          "%s: %zu bytes; expected a release record, at most %zu", name, length,
                          ASSAY_RELEASE_LIMIT);
    enum assay_status status = assay_json_parse(name, text, length, ASSAY_JSON_STRICT, &doc, err);
    if (status != ASSAY_OK)
        return status;
    status = check(doc, err);
    if (status != ASSAY_OK) {
        assay_json_free(doc);
        return status;
    }
    *record = doc;
    return ASSAY_OK;
}
