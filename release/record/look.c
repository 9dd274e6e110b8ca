#include "release/record/look.h"

#include <math.h>
#include <string.h>

const struct cJSON *assay_look_at(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = assay_json_is_object(object) ? assay_json_get(object, key) : NULL;
    return value != NULL && !assay_json_is_null(value) ? value : NULL;
}

static double number_of(const struct cJSON *value)
{
    return assay_json_is_number(value) ? assay_json_number(value) : (double)NAN;
}

double assay_look_number(const struct cJSON *object, const char *key)
{
    return number_of(assay_look_at(object, key));
}

const char *assay_look_text(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = assay_look_at(object, key);
    return assay_json_is_string(value) ? assay_json_string(value) : NULL;
}

struct assay_estimate assay_look_estimate(const struct cJSON *object)
{
    const struct cJSON *low = assay_look_first(assay_look_at(object, "interval"));
    const struct cJSON *high = low != NULL ? assay_json_next(low) : NULL;
    struct assay_estimate estimate = {assay_look_number(object, "value"), number_of(low),
                                      number_of(high)};
    if (isnan(estimate.low) || isnan(estimate.high))
        estimate.low = estimate.high = NAN;
    return estimate;
}

const struct cJSON *assay_look_for(const struct cJSON *list, const char *key, const char *text)
{
    for (const struct cJSON *e = assay_look_first(list); e != NULL; e = assay_json_next(e)) {
        const char *found = assay_look_text(e, key);
        if (found != NULL && strcmp(found, text) == 0)
            return e;
    }
    return NULL;
}

const struct cJSON *assay_look_first(const struct cJSON *container)
{
    return assay_json_is_array(container) || assay_json_is_object(container)
               ? assay_json_first(container)
               : NULL;
}
