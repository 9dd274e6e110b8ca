#include "release/record/json_copy.h"

#include <stdbool.h>

/* Texts may be sentences: they have lines of their own. */
static bool fits_a_line(const struct cJSON *list)
{
    for (const struct cJSON *e = assay_json_first(list); e != NULL; e = assay_json_next(e))
        if (!assay_json_is_number(e) && !assay_json_is_null(e) && !assay_json_is_bool(e))
            return false;
    return true;
}

static void copy_scalar(struct assay_json_writer *json, const char *key, const struct cJSON *value)
{
    if (assay_json_is_string(value))
        assay_json_put_string(json, key, assay_json_string(value));
    else if (assay_json_is_number(value))
        assay_json_put_number(json, key, assay_json_number(value));
    else if (assay_json_is_bool(value))
        assay_json_put_bool(json, key, assay_json_bool(value));
    else
        assay_json_put_null(json, key);
}

enum assay_status assay_json_copy(struct assay_json_writer *json, const char *key,
                                  struct assay_json *doc, const struct cJSON *value,
                                  struct assay_error *err)
{
    bool is_object = assay_json_is_object(value);
    if (!is_object && !assay_json_is_array(value)) {
        copy_scalar(json, key, value);
        return ASSAY_OK;
    }
    if (json->depth == ASSAY_JSON_WRITE_DEPTH)
        return assay_fail(err, ASSAY_EDATA, "%s: nests too deep; expected %d levels at most",
                          assay_json_place(doc, value), ASSAY_JSON_WRITE_DEPTH);
    assay_json_open(json, key, is_object ? '{' : fits_a_line(value) ? '-' : '[');
    enum assay_status status = ASSAY_OK;
    for (const struct cJSON *e = assay_json_first(value); status == ASSAY_OK && e != NULL;
         e = assay_json_next(e))
        status = assay_json_copy(json, is_object ? assay_json_key(e) : NULL, doc, e, err);
    assay_json_close(json);
    return status;
}
