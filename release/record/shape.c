#include "release/record/shape.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/sha256.h"
#include "release/registry/entry.h"
#include "release/version/number.h"

enum { MOST_MEMBERS = 24 };

static const char *const expected[] = {
    [ASSAY_SHAPE_TEXT] = "text in quotes",
    [ASSAY_SHAPE_VERSION] = "a version number, \"1.2.3\"",
    [ASSAY_SHAPE_TIME] = "a second, \"2026-10-05T09:30:00Z\"",
    [ASSAY_SHAPE_DAY] = "a day, \"2026-10-05\"",
    [ASSAY_SHAPE_DIGEST] = "a digest, \"sha256:\" and 64 hexadecimal digits",
    [ASSAY_SHAPE_SHA256] = "64 hexadecimal digits",
    [ASSAY_SHAPE_NUMBER] = "a number",
    [ASSAY_SHAPE_COUNT] = "a whole number from 0 up",
    [ASSAY_SHAPE_INTERVAL] = "[low, high]",
    [ASSAY_SHAPE_TEXTS] = "a list of texts",
    [ASSAY_SHAPE_OBJECT] = "an object in braces",
    [ASSAY_SHAPE_LIST] = "a list of objects",
    [ASSAY_SHAPE_FIGURES] = "an object of numbers by name",
    [ASSAY_SHAPE_ESTIMATES] = "an object of estimates by name",
    [ASSAY_SHAPE_FREE] = "an object in braces",
};

/* ---- scalars ---- */

static bool is_sha256(const char *text)
{
    return strspn(text, "0123456789abcdef") == ASSAY_SHA256_TEXT_SIZE - 1 &&
           strlen(text) == ASSAY_SHA256_TEXT_SIZE - 1;
}

static bool is_day(const char *text)
{
    int32_t day;
    return strlen(text) == 10 && assay_date_parse(text, 10, &day);
}

static bool is_text_of(const char *text, enum assay_shape_kind kind)
{
    struct assay_version version;
    switch (kind) {
    case ASSAY_SHAPE_VERSION:
        return assay_version_parse(text, &version);
    case ASSAY_SHAPE_TIME:
        return assay_time_parse(text);
    case ASSAY_SHAPE_DAY:
        return is_day(text);
    case ASSAY_SHAPE_DIGEST:
        return assay_is_digest(text);
    case ASSAY_SHAPE_SHA256:
        return is_sha256(text);
    default:
        return true;
    }
}

static bool is_count(const struct cJSON *value)
{
    double x = assay_json_is_number(value) ? assay_json_number(value) : -1;
    return x >= 0 && x <= 0x1p53 - 1 && x == floor(x);
}

static bool is_interval(const struct cJSON *value)
{
    if (!assay_json_is_array(value) || assay_json_count(value) != 2)
        return false;
    const struct cJSON *low = assay_json_first(value), *high = assay_json_next(low);
    return assay_json_is_number(low) && assay_json_is_number(high) &&
           assay_json_number(low) <= assay_json_number(high);
}

static bool is_kind(const struct cJSON *value, enum assay_shape_kind kind)
{
    switch (kind) {
    case ASSAY_SHAPE_NUMBER:
        return assay_json_is_number(value);
    case ASSAY_SHAPE_COUNT:
        return is_count(value);
    case ASSAY_SHAPE_INTERVAL:
        return is_interval(value);
    case ASSAY_SHAPE_TEXTS:
    case ASSAY_SHAPE_LIST:
        return assay_json_is_array(value);
    case ASSAY_SHAPE_OBJECT:
    case ASSAY_SHAPE_FIGURES:
    case ASSAY_SHAPE_ESTIMATES:
    case ASSAY_SHAPE_FREE:
        return assay_json_is_object(value);
    default:
        return assay_json_is_string(value) && is_text_of(assay_json_string(value), kind);
    }
}

/* ---- what is made of others ---- */

static enum assay_status check_value(struct assay_json *doc, const struct cJSON *value,
                                     const struct assay_shape *shape, struct assay_error *err);

/* Each element is of this kind; of an object its members' values. */
static enum assay_status check_elements(struct assay_json *doc, const struct cJSON *container,
                                        const struct assay_shape *element, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (const struct cJSON *e = assay_json_first(container); status == ASSAY_OK && e != NULL;
         e = assay_json_next(e))
        status = check_value(doc, e, element, err);
    return status;
}

static enum assay_status check_within(struct assay_json *doc, const struct cJSON *value,
                                      const struct assay_shape *shape, struct assay_error *err)
{
    const struct assay_shape text = {.kind = ASSAY_SHAPE_TEXT};
    const struct assay_shape figure = {.kind = ASSAY_SHAPE_NUMBER, .or_null = true};
    const struct assay_shape object = {.key = shape->key,
                                       .kind = ASSAY_SHAPE_OBJECT,
                                       .members = shape->members,
                                       .n_member = shape->n_member};
    switch (shape->kind) {
    case ASSAY_SHAPE_TEXTS:
        return check_elements(doc, value, &text, err);
    case ASSAY_SHAPE_FIGURES:
        return check_elements(doc, value, &figure, err);
    case ASSAY_SHAPE_LIST:
    case ASSAY_SHAPE_ESTIMATES:
        return check_elements(doc, value, &object, err);
    case ASSAY_SHAPE_OBJECT:
        return assay_shape_check(doc, value, shape->key, shape->members, shape->n_member, err);
    default:
        return ASSAY_OK;
    }
}

static enum assay_status check_value(struct assay_json *doc, const struct cJSON *value,
                                     const struct assay_shape *shape, struct assay_error *err)
{
    if (shape->or_null && assay_json_is_null(value))
        return ASSAY_OK;
    if (!is_kind(value, shape->kind))
        return assay_json_wrong(doc, value, err, "%s%s", expected[shape->kind],
                                shape->or_null ? ", or null" : "");
    return check_within(doc, value, shape, err);
}

enum assay_status assay_shape_check(struct assay_json *doc, const struct cJSON *object,
                                    const char *what, const struct assay_shape members[], size_t n,
                                    struct assay_error *err)
{
    const char *keys[MOST_MEMBERS] = {NULL};
    assert(n <= MOST_MEMBERS);
    for (size_t k = 0; k < n; k++)
        keys[k] = members[k].key;
    enum assay_status status = assay_json_check_keys(doc, object, what, keys, n, err);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++) {
        const struct cJSON *value = assay_json_get(object, members[k].key);
        if (value == NULL)
            return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected %s%s",
                              assay_json_place(doc, object), members[k].key,
                              expected[members[k].kind], members[k].or_null ? ", or null" : "");
        status = check_value(doc, value, &members[k], err);
    }
    return status;
}
