/* model_fields.h - the kinds of field that a model file is made of
 *
 * Internal to the parts of the model file (model_parts.h). A reader's message names the field's
 * place, its key, what stands there and what was expected: ASSAY_EDATA. What a reader allocates
 * stays in the model, for assay_model_clear().
 */
#ifndef ASSAY_CORE_MODEL_MODEL_FIELDS_H
#define ASSAY_CORE_MODEL_MODEL_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/json.h"
#include "core/base/json_write.h"
#include "core/metric/interval.h"

#define ASSAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- writing ---- */

void assay_put_text(struct assay_json_writer *json, const char *key, const char *text); /* or null */
void assay_put_date(struct assay_json_writer *json, const char *key, int32_t days);     /* or null */

/* A number; NaN is null, HUGE_VAL "infinite". */
void assay_put_amount(struct assay_json_writer *json, const char *key, double value);

/* {"value", "interval"}, NaN being null in either. */
void assay_put_estimate(struct assay_json_writer *json, const char *key,
                        const struct assay_estimate *estimate);
void assay_put_matrix(struct assay_json_writer *json, const char *key, const double m[], size_t n);

/* ---- reading ---- */

/* Whether object[key] is there and null. */
bool assay_field_is_null(const struct cJSON *object, const char *key);

/* A number, or null, which becomes NaN. */
ASSAY_JSON_ASK assay_want_optional(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, double *out, struct assay_error *err);

/* What assay_put_amount() wrote of a value that is not negative. */
ASSAY_JSON_ASK assay_want_amount(struct assay_json *doc, const struct cJSON *object,
                                 const char *key, double *out, struct assay_error *err);

/* A number of [0, 1]. */
ASSAY_JSON_ASK assay_want_share(struct assay_json *doc, const struct cJSON *object,
                                const char *key, double *out, struct assay_error *err);

/* A probability strictly between 0 and 1. */
ASSAY_JSON_ASK assay_want_probability(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, double *out, struct assay_error *err);

/* A whole number from 0 to 2^53 - 1, which every reader of JSON holds exactly. */
ASSAY_JSON_ASK assay_want_size(struct assay_json *doc, const struct cJSON *object, const char *key,
                               size_t *out, struct assay_error *err);

/* "n", above 0: none at all is written as null. */
ASSAY_JSON_ASK assay_want_rows(struct assay_json *doc, const struct cJSON *object, size_t *rows,
                               struct assay_error *err);

/* "events", of so many rows. */
ASSAY_JSON_ASK assay_want_events(struct assay_json *doc, const struct cJSON *object, size_t rows,
                                 size_t *events, struct assay_error *err);

/* [low, high] in order, or null, which becomes NaN twice. */
ASSAY_JSON_ASK assay_want_interval(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, double *low, double *high,
                                   struct assay_error *err);
/* The same of a list's element. */
ASSAY_JSON_ASK assay_take_interval(struct assay_json *doc, const struct cJSON *value, double *low,
                                   double *high, struct assay_error *err);
ASSAY_JSON_ASK assay_want_estimate(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, struct assay_estimate *out,
                                   struct assay_error *err);

/* Text, or null where `optional`; copied into *out. */
ASSAY_JSON_ASK assay_want_text(struct assay_json *doc, const struct cJSON *object, const char *key,
                               bool optional, char **out, struct assay_error *err);

/* A date, or null, which becomes ASSAY_NO_DATE. */
ASSAY_JSON_ASK assay_want_date(struct assay_json *doc, const struct cJSON *object, const char *key,
                               int32_t *out, struct assay_error *err);

/* Exactly n numbers; n * n numbers in n rows. */
ASSAY_JSON_ASK assay_want_vector(struct assay_json *doc, const struct cJSON *object,
                                 const char *key, size_t n, double **out, struct assay_error *err);
ASSAY_JSON_ASK assay_want_matrix(struct assay_json *doc, const struct cJSON *object,
                                 const char *key, size_t n, double **out, struct assay_error *err);

/* An object with no other keys than these; `optional`: or null, and then *part is NULL. */
ASSAY_JSON_ASK assay_want_part(struct assay_json *doc, const struct cJSON *object, const char *key,
                               bool optional, const char *const keys[], size_t n_key,
                               const struct cJSON **part, struct assay_error *err);

/* A list, with zeroed memory for its elements of `size` bytes each in *out, the address of whose
 * pointer is `out`. */
ASSAY_JSON_ASK assay_want_list(struct assay_json *doc, const struct cJSON *object, const char *key,
                               size_t size, void *out, const struct cJSON **list,
                               struct assay_error *err);

/* That an element of a list is an object with no other keys than these; `what` is "a cohort". */
ASSAY_JSON_ASK assay_check_element(struct assay_json *doc, const struct cJSON *element,
                                   const char *what, const char *const keys[], size_t n_key,
                                   struct assay_error *err);

/* ---- what is stated twice must agree ---- */

/* object[key] is `expected`, null standing for NaN; `says` is where it follows from: "fit". */
ASSAY_JSON_ASK assay_check_same(struct assay_json *doc, const struct cJSON *object,
                                const char *key, double expected, const char *says,
                                struct assay_error *err);

/* object[key] is this word. */
ASSAY_JSON_ASK assay_check_word(struct assay_json *doc, const struct cJSON *object,
                                const char *key, const char *word, struct assay_error *err);

/* The n numbers of object[key], which were read before, add up to 1 within 1e-9. */
ASSAY_JSON_ASK assay_check_sum(struct assay_json *doc, const struct cJSON *object, const char *key,
                               const double weight[], size_t n, struct assay_error *err);

#endif
