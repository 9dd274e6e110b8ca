#include "core/base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json_scan.h"
#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/text.h"

const char *assay_json_library_version(void)
{
    return cJSON_Version();
}

struct spot {
    const cJSON *value;
    size_t at;
};

struct assay_json {
    char *name;
    char *text;
    cJSON *root;
    struct spot *spots; /* every value and where it stands, sorted by address */
    size_t n_spot;
    char place[512];
};

/* Blanks out // comments that stand outside strings, so that every byte keeps its place. */
static void blank_comments(char *text, size_t length)
{
    bool in_string = false;
    for (size_t k = 0; k < length; k++) {
        if (in_string) {
            if (text[k] == '\\')
                k++;
            else if (text[k] == '"' || text[k] == '\n')
                in_string = false;
        } else if (text[k] == '"') {
            in_string = true;
        } else if (text[k] == '/' && k + 1 < length && text[k + 1] == '/') {
            while (k < length && text[k] != '\n')
                text[k++] = ' ';
        }
    }
}

static int by_address(const void *a, const void *b)
{
    const struct spot *left = a, *right = b;
    return left->value < right->value ? -1 : left->value > right->value;
}

/* Document order is parent first, which is the order in which the scan noted offsets. */
static void note_spots(struct assay_json *doc, const cJSON *value, const size_t offsets[])
{
    doc->spots[doc->n_spot] = (struct spot){value, offsets[doc->n_spot]};
    doc->n_spot++;
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        note_spots(doc, child, offsets);
}

static size_t offset_of(const struct assay_json *doc, const cJSON *value)
{
    struct spot key = {.value = value};
    const struct spot *spot = bsearch(&key, doc->spots, doc->n_spot, sizeof key, by_address);
    return spot != NULL ? spot->at : 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const cJSON *const *)a)->string, (*(const cJSON *const *)b)->string);
}

/* Compares keys as they read, so that "\\u0061" is another "a". members has room for any object's;
 * sorting them keeps a hostile file with a million keys from taking hours. */
static enum assay_status refuse_repeated_keys(struct assay_json *doc, const cJSON *container,
                                              const cJSON *members[], struct assay_error *err)
{
    size_t n = 0;
    for (const cJSON *child = container->child; child != NULL; child = child->next)
        if (child->string != NULL)
            members[n++] = child;
    qsort(members, n, sizeof *members, by_key);
    for (size_t k = 1; k < n; k++) {
        if (by_key(&members[k - 1], &members[k]) != 0)
            continue;
        const cJSON *second = offset_of(doc, members[k]) > offset_of(doc, members[k - 1])
                                  ? members[k]
                                  : members[k - 1];
        char quoted[ASSAY_QUOTE_SIZE];
        return assay_fail(err, ASSAY_EFORMAT,
                          "%s: key \"%s\" stands here a second time; expected it once",
                          assay_json_place(doc, second),
                          assay_quote_value(second->string, strlen(second->string), quoted));
    }
    enum assay_status status = ASSAY_OK;
    for (const cJSON *child = container->child; status == ASSAY_OK && child != NULL;
         child = child->next)
        if (child->child != NULL)
            status = refuse_repeated_keys(doc, child, members, err);
    return status;
}

static enum assay_status build(struct assay_json *doc, size_t length, struct assay_error *err)
{
    struct assay_json_offsets offsets = {0};
    enum assay_status status = assay_json_scan(doc->name, doc->text, length, &offsets, err);
    if (status != ASSAY_OK) {
        free(offsets.at);
        return status;
    }
    const char *end;
    doc->root = cJSON_ParseWithLengthOpts(doc->text, length + 1, &end, 1);
    doc->spots = assay_alloc(offsets.n, sizeof *doc->spots);
    const cJSON **members = assay_alloc(offsets.n, sizeof *members);
    if (doc->root == NULL || doc->spots == NULL || members == NULL) {
        status = assay_fail_memory(err, "reading JSON"); /* the scan took it: it is not the text */
    } else {
        note_spots(doc, doc->root, offsets.at);
        qsort(doc->spots, doc->n_spot, sizeof *doc->spots, by_address);
        status = refuse_repeated_keys(doc, doc->root, members, err);
    }
    free(members);
    free(offsets.at);
    return status;
}

enum assay_status assay_json_parse(const char *name, const char *text, size_t length,
                                   enum assay_json_flavour flavour, struct assay_json **out,
                                   struct assay_error *err)
{
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* an editor's byte order mark */
        text += 3;
        length -= 3;
    }
    struct assay_json *doc = assay_alloc(1, sizeof *doc);
    if (doc == NULL)
        return assay_fail_memory(err, "reading JSON");
    doc->name = assay_copy_string(name);
    doc->text = assay_copy_text(text, length);
    enum assay_status status;
    if (doc->name == NULL || doc->text == NULL)
        status = assay_fail_memory(err, "reading JSON");
    else {
        if (flavour == ASSAY_JSON_COMMENTS)
            blank_comments(doc->text, length);
        status = build(doc, length, err);
    }
    if (status != ASSAY_OK) {
        assay_json_free(doc);
        return status;
    }
    *out = doc;
    return ASSAY_OK;
}

void assay_json_free(struct assay_json *doc)
{
    if (doc == NULL)
        return;
    cJSON_Delete(doc->root);
    free(doc->spots);
    free(doc->text);
    free(doc->name);
    free(doc);
}

const cJSON *assay_json_root(const struct assay_json *doc)
{
    return doc->root;
}

const char *assay_json_name(const struct assay_json *doc)
{
    return doc->name;
}

const char *assay_json_place(struct assay_json *doc, const cJSON *value)
{
    size_t line, byte;
    assay_json_locate(doc->text, offset_of(doc, value), &line, &byte);
    snprintf(doc->place, sizeof doc->place, "%s:%zu:%zu", doc->name, line, byte);
    return doc->place;
}

const cJSON *assay_json_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

const cJSON *assay_json_first(const cJSON *container)
{
    return container != NULL ? container->child : NULL;
}

const cJSON *assay_json_next(const cJSON *value)
{
    return value->next;
}

const char *assay_json_key(const cJSON *member)
{
    return member->string;
}

size_t assay_json_count(const cJSON *container)
{
    size_t n = 0;
    for (const cJSON *child = assay_json_first(container); child != NULL; child = child->next)
        n++;
    return n;
}

bool assay_json_is_object(const cJSON *value)
{
    return cJSON_IsObject(value);
}

bool assay_json_is_array(const cJSON *value)
{
    return cJSON_IsArray(value);
}

bool assay_json_is_string(const cJSON *value)
{
    return cJSON_IsString(value);
}

bool assay_json_is_number(const cJSON *value)
{
    return cJSON_IsNumber(value);
}

bool assay_json_is_bool(const cJSON *value)
{
    return cJSON_IsBool(value);
}

bool assay_json_is_null(const cJSON *value)
{
    return cJSON_IsNull(value);
}

double assay_json_number(const cJSON *value)
{
    return value->valuedouble;
}

bool assay_json_bool(const cJSON *value)
{
    return cJSON_IsTrue(value);
}

const char *assay_json_string(const cJSON *value)
{
    return value->valuestring;
}

/* A value as a message shows it: text in quotes, numbers as they are, containers by kind. */
static const char *show(const cJSON *value, char out[ASSAY_QUOTE_SIZE + 2])
{
    char quoted[ASSAY_QUOTE_SIZE];
    if (cJSON_IsString(value))
        snprintf(out, ASSAY_QUOTE_SIZE + 2, "\"%s\"",
                 assay_quote_value(value->valuestring, strlen(value->valuestring), quoted));
    else if (cJSON_IsNumber(value))
        assay_number_print(value->valuedouble, out);
    else
        snprintf(out, ASSAY_QUOTE_SIZE + 2, "%s",
                 cJSON_IsObject(value)  ? "an object"
                 : cJSON_IsArray(value) ? "a list"
                 : cJSON_IsNull(value)  ? "null"
                 : cJSON_IsTrue(value)  ? "true"
                                        : "false");
    return out;
}

enum assay_status assay_json_wrong(struct assay_json *doc, const cJSON *value,
                                   struct assay_error *err, const char *expected, ...)
{
    char wanted[400], shown[ASSAY_QUOTE_SIZE + 2], key[ASSAY_QUOTE_SIZE];
    va_list args;
    va_start(args, expected);
    vsnprintf(wanted, sizeof wanted, expected, args);
    va_end(args);
    if (value->string != NULL)
        return assay_fail(err, ASSAY_EDATA, "%s: \"%s\" is %s; expected %s",
                          assay_json_place(doc, value),
                          assay_quote_value(value->string, strlen(value->string), key),
                          show(value, shown), wanted);
    return assay_fail(err, ASSAY_EDATA, "%s: found %s; expected %s", assay_json_place(doc, value),
                      show(value, shown), wanted);
}

static enum assay_status absent(struct assay_json *doc, const cJSON *object, const char *key,
                                const char *expected, struct assay_error *err)
{
    return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected %s",
                      assay_json_place(doc, object), key, expected);
}

static enum assay_status want(struct assay_json *doc, const cJSON *object, const char *key,
                              cJSON_bool (*is)(const cJSON *), const char *expected,
                              const cJSON **out, struct assay_error *err)
{
    const cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return absent(doc, object, key, expected, err);
    if (!is(value))
        return assay_json_wrong(doc, value, err, "%s", expected);
    *out = value;
    return ASSAY_OK;
}

enum assay_status assay_json_want_object(struct assay_json *doc, const cJSON *object,
                                         const char *key, const cJSON **out,
                                         struct assay_error *err)
{
    return want(doc, object, key, cJSON_IsObject, "an object in braces", out, err);
}

enum assay_status assay_json_want_array(struct assay_json *doc, const cJSON *object,
                                        const char *key, const cJSON **out,
                                        struct assay_error *err)
{
    return want(doc, object, key, cJSON_IsArray, "a list in brackets", out, err);
}

enum assay_status assay_json_want_string(struct assay_json *doc, const cJSON *object,
                                         const char *key, const char **out,
                                         struct assay_error *err)
{
    const cJSON *value = NULL;
    enum assay_status status = want(doc, object, key, cJSON_IsString, "text in quotes", &value, err);
    if (status == ASSAY_OK)
        *out = value->valuestring;
    return status;
}

enum assay_status assay_json_want_number(struct assay_json *doc, const cJSON *object,
                                         const char *key, double *out, struct assay_error *err)
{
    const cJSON *value = NULL;
    enum assay_status status = want(doc, object, key, cJSON_IsNumber, "a number", &value, err);
    if (status == ASSAY_OK)
        *out = value->valuedouble;
    return status;
}

enum assay_status assay_json_want_bool(struct assay_json *doc, const cJSON *object,
                                       const char *key, bool *out, struct assay_error *err)
{
    const cJSON *value = NULL;
    enum assay_status status = want(doc, object, key, cJSON_IsBool, "true or false", &value, err);
    if (status == ASSAY_OK)
        *out = cJSON_IsTrue(value);
    return status;
}

enum assay_status assay_json_want_count(struct assay_json *doc, const cJSON *object,
                                        const char *key, size_t low, size_t high, size_t *out,
                                        struct assay_error *err)
{
    char expected[96];
    snprintf(expected, sizeof expected, "a whole number from %zu to %zu", low, high);
    const cJSON *value = NULL;
    enum assay_status status = want(doc, object, key, cJSON_IsNumber, expected, &value, err);
    if (status != ASSAY_OK)
        return status;
    double x = value->valuedouble;
    if (x != floor(x) || x < (double)low || x > (double)high)
        return assay_json_wrong(doc, value, err, "%s", expected);
    *out = (size_t)x;
    return ASSAY_OK;
}

enum assay_status assay_json_want_word(struct assay_json *doc, const cJSON *object,
                                       const char *key, const char *const words[], size_t n,
                                       size_t *out, struct assay_error *err)
{
    char expected[320] = "";
    size_t used = 0;
    for (size_t k = 0; k < n && used < sizeof expected; k++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s\"%s\"",
                                 k == 0       ? ""
                                 : k + 1 == n ? " or "
                                              : ", ",
                                 words[k]);
    const cJSON *value = NULL;
    enum assay_status status = want(doc, object, key, cJSON_IsString, expected, &value, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < n; k++)
        if (strcmp(value->valuestring, words[k]) == 0) {
            *out = k;
            return ASSAY_OK;
        }
    return assay_json_wrong(doc, value, err, "%s", expected);
}

enum assay_status assay_json_want_numbers(struct assay_json *doc, const cJSON *object,
                                          const char *key, double **out, size_t *n_out,
                                          struct assay_error *err)
{
    const cJSON *list;
    enum assay_status status = assay_json_want_array(doc, object, key, &list, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list), k = 0;
    double *numbers = assay_alloc(n, sizeof *numbers);
    if (numbers == NULL)
        return assay_fail_memory(err, "reading JSON");
    for (const cJSON *value = list->child; value != NULL; value = value->next) {
        if (!cJSON_IsNumber(value)) {
            free(numbers);
            return assay_json_wrong(doc, value, err, "a number in \"%s\"", key);
        }
        numbers[k++] = value->valuedouble;
    }
    *out = numbers;
    *n_out = n;
    return ASSAY_OK;
}

enum assay_status assay_json_check_keys(struct assay_json *doc, const cJSON *object,
                                        const char *what, const char *const keys[], size_t n,
                                        struct assay_error *err)
{
    for (const cJSON *member = object->child; member != NULL; member = member->next) {
        bool known = false;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(member->string, keys[k]) == 0;
        if (known)
            continue;
        char quoted[ASSAY_QUOTE_SIZE];
        const char *nearest = assay_nearest_word(member->string, keys, n);
        enum assay_status status =
            assay_fail(err, ASSAY_EDATA, "%s: unknown key \"%s\" in %s", assay_json_place(doc, member),
                       assay_quote_value(member->string, strlen(member->string), quoted), what);
        struct assay_text list = {0};
        for (size_t k = 0; k < n; k++)
            assay_text_printf(&list, "%s\"%s\"", k > 0 ? ", " : "", keys[k]);
        if (nearest != NULL)
            assay_hint(err, "Did you mean \"%s\"?", nearest);
        else if (!list.failed && list.data != NULL)
            assay_hint(err, "Known keys: %s.", list.data);
        assay_text_clear(&list);
        return status;
    }
    return ASSAY_OK;
}
