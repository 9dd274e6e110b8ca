#include "core/model/model_fields.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/spec/spec_parts.h"

static const size_t largest_count = ((size_t)1 << 53) - 1;

/* ---- writing ---- */

void assay_put_text(struct assay_json_writer *json, const char *key, const char *text)
{
    if (text != NULL)
        assay_json_put_string(json, key, text);
    else
        assay_json_put_null(json, key);
}

void assay_put_date(struct assay_json_writer *json, const char *key, int32_t days)
{
    char text[ASSAY_DATE_SIZE];
    assay_put_text(json, key, days != ASSAY_NO_DATE ? assay_date_print(days, text) : NULL);
}

void assay_put_amount(struct assay_json_writer *json, const char *key, double value)
{
    if (value == HUGE_VAL)
        assay_json_put_string(json, key, "infinite");
    else
        assay_json_put_optional(json, key, value);
}

void assay_put_estimate(struct assay_json_writer *json, const char *key,
                        const struct assay_estimate *estimate)
{
    assay_json_open(json, key, '{');
    assay_json_put_optional(json, "value", estimate->value);
    assay_json_put_interval(json, "interval", estimate->low, estimate->high);
    assay_json_close(json);
}

void assay_put_matrix(struct assay_json_writer *json, const char *key, const double m[], size_t n)
{
    assay_json_open(json, key, '[');
    for (size_t r = 0; r < n; r++)
        assay_json_put_numbers(json, NULL, m + r * n, n);
    assay_json_close(json);
}

/* ---- reading ---- */

bool assay_field_is_null(const struct cJSON *object, const char *key)
{
    const struct cJSON *value = assay_json_get(object, key);
    return value != NULL && assay_json_is_null(value);
}

enum assay_status assay_want_optional(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, double *out, struct assay_error *err)
{
    if (assay_field_is_null(object, key)) {
        *out = NAN;
        return ASSAY_OK;
    }
    return assay_json_want_number(doc, object, key, out, err);
}

enum assay_status assay_want_amount(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, double *out, struct assay_error *err)
{
    static const char expected[] = "a number from 0 up, \"infinite\" or null";
    const struct cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected %s",
                          assay_json_place(doc, object), key, expected);
    if (assay_json_is_null(value))
        *out = NAN;
    else if (assay_json_is_string(value) && strcmp(assay_json_string(value), "infinite") == 0)
        *out = HUGE_VAL;
    else if (assay_json_is_number(value) && assay_json_number(value) >= 0)
        *out = assay_json_number(value);
    else
        return assay_json_wrong(doc, value, err, "%s", expected);
    return ASSAY_OK;
}

enum assay_status assay_want_share(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, double *out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_number(doc, object, key, out, err);
    if (status == ASSAY_OK && (*out < 0 || *out > 1))
        status = assay_json_wrong(doc, assay_json_get(object, key), err, "a share, 0 to 1");
    return status;
}

enum assay_status assay_want_probability(struct assay_json *doc, const struct cJSON *object,
                                         const char *key, double *out, struct assay_error *err)
{
    enum assay_status status = assay_json_want_number(doc, object, key, out, err);
    if (status == ASSAY_OK && (*out <= 0 || *out >= 1))
        status = assay_json_wrong(doc, assay_json_get(object, key), err,
                                  "a probability above 0 and below 1");
    return status;
}

enum assay_status assay_want_size(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, size_t *out, struct assay_error *err)
{
    return assay_json_want_count(doc, object, key, 0, largest_count, out, err);
}

enum assay_status assay_want_rows(struct assay_json *doc, const struct cJSON *object, size_t *rows,
                                  struct assay_error *err)
{
    return assay_json_want_count(doc, object, "n", 1, largest_count, rows, err);
}

enum assay_status assay_want_events(struct assay_json *doc, const struct cJSON *object, size_t rows,
                                    size_t *events, struct assay_error *err)
{
    return assay_json_want_count(doc, object, "events", 0, rows, events, err);
}

enum assay_status assay_take_interval(struct assay_json *doc, const struct cJSON *value,
                                      double *low, double *high, struct assay_error *err)
{
    *low = *high = NAN;
    if (assay_json_is_null(value))
        return ASSAY_OK;
    const struct cJSON *first = assay_json_first(value);
    if (!assay_json_is_array(value) || assay_json_count(value) != 2 ||
        !assay_json_is_number(first) || !assay_json_is_number(assay_json_next(first)))
        return assay_json_wrong(doc, value, err, "[low, high] or null");
    *low = assay_json_number(first);
    *high = assay_json_number(assay_json_next(first));
    return *low <= *high ? ASSAY_OK
                         : assay_json_wrong(doc, value, err, "[low, high], the lower one first");
}

enum assay_status assay_want_interval(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, double *low, double *high,
                                      struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected [low, high] or null",
                          assay_json_place(doc, object), key);
    return assay_take_interval(doc, value, low, high, err);
}

enum assay_status assay_want_estimate(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, struct assay_estimate *out,
                                      struct assay_error *err)
{
    static const char *const keys[] = {"value", "interval"};
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, key, false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "value", &out->value, err);
    if (status == ASSAY_OK)
        status = assay_want_interval(doc, part, "interval", &out->low, &out->high, err);
    return status;
}

enum assay_status assay_want_text(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, bool optional, char **out,
                                  struct assay_error *err)
{
    const char *text;
    if (optional && assay_field_is_null(object, key))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    return status != ASSAY_OK ? status : assay_spec_text(text, out, err);
}

enum assay_status assay_want_date(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, int32_t *out, struct assay_error *err)
{
    const char *text;
    *out = ASSAY_NO_DATE;
    if (assay_field_is_null(object, key))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    if (status == ASSAY_OK && !assay_date_parse(text, strlen(text), out))
        status = assay_json_wrong(doc, assay_json_get(object, key), err,
                                  "a date as \"2026-06-30\"");
    return status;
}

enum assay_status assay_want_vector(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, size_t n, double **out,
                                    struct assay_error *err)
{
    size_t found;
    enum assay_status status = assay_json_want_numbers(doc, object, key, out, &found, err);
    if (status == ASSAY_OK && found != n)
        status = assay_json_wrong(doc, assay_json_get(object, key), err, "%zu numbers", n);
    return status;
}

enum assay_status assay_want_matrix(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, size_t n, double **out,
                                    struct assay_error *err)
{
    const struct cJSON *rows;
    enum assay_status status = assay_json_want_array(doc, object, key, &rows, err);
    if (status != ASSAY_OK)
        return status;
    *out = assay_alloc(n * n, sizeof **out);
    if (*out == NULL)
        return assay_fail_memory(err, "reading a model");
    size_t k = 0;
    if (assay_json_count(rows) != n)
        return assay_json_wrong(doc, rows, err, "%zu rows", n);
    for (const struct cJSON *row = assay_json_first(rows); row != NULL; row = assay_json_next(row)) {
        if (!assay_json_is_array(row) || assay_json_count(row) != n)
            return assay_json_wrong(doc, row, err, "a row of %zu numbers", n);
        for (const struct cJSON *x = assay_json_first(row); x != NULL; x = assay_json_next(x)) {
            if (!assay_json_is_number(x))
                return assay_json_wrong(doc, x, err, "a number");
            (*out)[k++] = assay_json_number(x);
        }
    }
    return ASSAY_OK;
}

enum assay_status assay_want_part(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, bool optional, const char *const keys[],
                                  size_t n_key, const struct cJSON **part, struct assay_error *err)
{
    char what[64];
    *part = NULL;
    if (optional && assay_field_is_null(object, key))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(doc, object, key, part, err);
    snprintf(what, sizeof what, "\"%s\"", key);
    return status != ASSAY_OK ? status : assay_json_check_keys(doc, *part, what, keys, n_key, err);
}

enum assay_status assay_want_list(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, size_t size, void *out,
                                  const struct cJSON **list, struct assay_error *err)
{
    enum assay_status status = assay_json_want_array(doc, object, key, list, err);
    if (status != ASSAY_OK)
        return status;
    void *elements = assay_alloc(assay_json_count(*list), size);
    if (elements == NULL)
        return assay_fail_memory(err, "reading a model");
    memcpy(out, &elements, sizeof elements); /* out is really a T **; void ** would alias */
    return ASSAY_OK;
}

enum assay_status assay_check_element(struct assay_json *doc, const struct cJSON *element,
                                      const char *what, const char *const keys[], size_t n_key,
                                      struct assay_error *err)
{
    if (!assay_json_is_object(element))
        return assay_json_wrong(doc, element, err, "%s as an object", what);
    return assay_json_check_keys(doc, element, what, keys, n_key, err);
}

/* ---- what is stated twice must agree ---- */

enum assay_status assay_check_same(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, double expected, const char *says,
                                   struct assay_error *err)
{
    double said;
    enum assay_status status = assay_want_optional(doc, object, key, &said, err);
    if (status != ASSAY_OK || (isnan(expected) ? isnan(said) : said == expected))
        return status;
    const struct cJSON *value = assay_json_get(object, key);
    return isnan(expected)
               ? assay_json_wrong(doc, value, err, "null, as \"%s\" says", says)
               : assay_json_wrong(doc, value, err, "%.12g, which \"%s\" says", expected, says);
}

enum assay_status assay_check_word(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, const char *word, struct assay_error *err)
{
    size_t index;
    return assay_json_want_word(doc, object, key, &word, 1, &index, err);
}

enum assay_status assay_check_sum(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, const double weight[], size_t n,
                                  struct assay_error *err)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += weight[j];
    if (fabs(sum - 1) <= 1e-9)
        return ASSAY_OK;
    return assay_json_wrong(doc, assay_json_get(object, key), err,
                            "weights that add up to 1, not %.12g", sum);
}
