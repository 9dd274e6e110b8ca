/* json.h - reading JSON that somebody wrote by hand, or that somebody damaged
 *
 * cJSON builds the tree; before it sees the text, a strict scan refuses what it would let
 * pass (control characters in strings, bad UTF-8, leading zeros, numbers beyond double, anything
 * after the value, depth over 64) and notes where each value stands. A key that stands twice in
 * an object is refused, however it is escaped. A byte order mark at the start is passed over.
 * A place is "name:line:byte", both from 1, the byte counted within its line.
 *
 * Values (struct cJSON) are borrowed from the document and die with it.
 */
#ifndef ASSAY_CORE_BASE_JSON_H
#define ASSAY_CORE_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

/* Version of cJSON that runs, "1.7.15". */
const char *assay_json_library_version(void);

struct cJSON;
struct assay_json;

enum assay_json_flavour {
    ASSAY_JSON_STRICT,
    ASSAY_JSON_COMMENTS, /* // to the end of the line is white space */
};

/* Parses text[length]; name stands in messages and is copied.
 *   ASSAY_EFORMAT  not JSON, with the place and what was expected there */
ASSAY_MUST_CHECK enum assay_status assay_json_parse(const char *name, const char *text,
                                                    size_t length,
                                                    enum assay_json_flavour flavour,
                                                    struct assay_json **doc,
                                                    struct assay_error *err);
void assay_json_free(struct assay_json *doc);

const struct cJSON *assay_json_root(const struct assay_json *doc);
const char *assay_json_name(const struct assay_json *doc);

/* "name:line:byte" of a value (for a member, of its key). The text lives until the next call
 * on the same document. */
const char *assay_json_place(struct assay_json *doc, const struct cJSON *value);

/* ---- looking, no errors ---- */
const struct cJSON *assay_json_get(const struct cJSON *object, const char *key); /* or NULL */
const struct cJSON *assay_json_first(const struct cJSON *container);             /* or NULL */
const struct cJSON *assay_json_next(const struct cJSON *value);                  /* or NULL */
const char *assay_json_key(const struct cJSON *member);
size_t assay_json_count(const struct cJSON *container);
bool assay_json_is_object(const struct cJSON *value);
bool assay_json_is_array(const struct cJSON *value);
bool assay_json_is_string(const struct cJSON *value);
bool assay_json_is_number(const struct cJSON *value);
bool assay_json_is_bool(const struct cJSON *value);
bool assay_json_is_null(const struct cJSON *value);
double assay_json_number(const struct cJSON *value);      /* of a number */
bool assay_json_bool(const struct cJSON *value);          /* of a boolean */
const char *assay_json_string(const struct cJSON *value); /* of a string */

/* ---- asking for what must be there; errors name place, key, value and what was expected ----
 * ASSAY_EDATA when it is absent or of another type; outputs untouched then. */
#define ASSAY_JSON_ASK ASSAY_MUST_CHECK enum assay_status
ASSAY_JSON_ASK assay_json_want_object(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, const struct cJSON **out,
                                      struct assay_error *err);
ASSAY_JSON_ASK assay_json_want_array(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, const struct cJSON **out,
                                     struct assay_error *err);
ASSAY_JSON_ASK assay_json_want_string(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, const char **out, struct assay_error *err);
ASSAY_JSON_ASK assay_json_want_number(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, double *out, struct assay_error *err);
ASSAY_JSON_ASK assay_json_want_bool(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, bool *out, struct assay_error *err);
/* A whole number in [low, high]. */
ASSAY_JSON_ASK assay_json_want_count(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, size_t low, size_t high, size_t *out,
                                     struct assay_error *err);
/* One of n words; *out is its index. */
ASSAY_JSON_ASK assay_json_want_word(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, const char *const words[], size_t n,
                                    size_t *out, struct assay_error *err);
/* Every number of an array of numbers; *out is allocated, *n_out its length. */
ASSAY_JSON_ASK assay_json_want_numbers(struct assay_json *doc, const struct cJSON *object,
                                       const char *key, double **out, size_t *n_out,
                                       struct assay_error *err);

/* Refuses any key that is not in keys[n], naming the nearest one; `what` names the object. */
ASSAY_JSON_ASK assay_json_check_keys(struct assay_json *doc, const struct cJSON *object,
                                     const char *what, const char *const keys[], size_t n,
                                     struct assay_error *err);

/* `"key" is VALUE; expected ...` at the value's place; for rules of the caller's own. */
enum assay_status assay_json_wrong(struct assay_json *doc, const struct cJSON *value,
                                   struct assay_error *err, const char *expected, ...)
    ASSAY_PRINTF(4, 5);

#endif
