#include "core/base/json_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/text.h"

struct key {
    const char *text; /* between the quotes, escapes as written */
    size_t length;
};

struct scan {
    const char *name, *text, *at, *end;
    struct assay_json_offsets *offsets;
    struct assay_error *err;
    struct key *keys; /* of every object that is open, innermost last */
    size_t n_key, key_capacity;
    size_t depth;
};

void assay_json_locate(const char *text, size_t offset, size_t *line, size_t *byte)
{
    *line = 1;
    size_t start = 0;
    for (size_t k = 0; k < offset; k++)
        if (text[k] == '\n') {
            ++*line;
            start = k + 1;
        }
    *byte = offset - start + 1;
}

static enum assay_status wrong(struct scan *scan, const char *at, const char *expected)
{
    size_t line, byte;
    assay_json_locate(scan->text, (size_t)(at - scan->text), &line, &byte);
    if (at >= scan->end)
        return assay_fail(scan->err, ASSAY_EFORMAT, "%s:%zu:%zu: the file ends here; expected %s",
                          scan->name, line, byte, expected);
    size_t length = 0;
    while (at + length < scan->end && length < 12 && at[length] != '\n')
        length++;
    char quoted[ASSAY_QUOTE_SIZE];
    return assay_fail(scan->err, ASSAY_EFORMAT, "%s:%zu:%zu: \"%s\"; expected %s", scan->name, line,
                      byte, assay_quote_value(at, length > 0 ? length : 1, quoted), expected);
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' ||
                                    *scan->at == '\r'))
        scan->at++;
}

static bool note_offset(struct scan *scan, const char *at)
{
    struct assay_json_offsets *o = scan->offsets;
    if (!assay_grow(&o->at, &o->capacity, o->n + 1, sizeof *o->at))
        return false;
    o->at[o->n++] = (size_t)(at - scan->text);
    return true;
}

static bool is_hex4(const char *at)
{
    for (int k = 0; k < 4; k++)
        if (!((at[k] >= '0' && at[k] <= '9') || (at[k] >= 'a' && at[k] <= 'f') ||
              (at[k] >= 'A' && at[k] <= 'F')))
            return false;
    return true;
}

/* On `at`'s opening quote; leaves `at` behind the closing one. */
static enum assay_status scan_string(struct scan *scan, struct key *content)
{
    const char *start = ++scan->at;
    while (scan->at < scan->end && *scan->at != '"') {
        unsigned char c = (unsigned char)*scan->at;
        if (c < 0x20)
            return wrong(scan, scan->at, "a closing quote (a line end or control character in "
                                         "text is written \\n or \\u00..)");
        if (c != '\\') {
            scan->at++;
            continue;
        }
        if (scan->end - scan->at < 2 || strchr("\"\\/bfnrtu", scan->at[1]) == NULL ||
            scan->at[1] == '\0')
            return wrong(scan, scan->at, "an escape that JSON has (\\\" \\\\ \\/ \\b \\f \\n \\r "
                                         "\\t \\uXXXX)");
        if (scan->at[1] == 'u') {
            if (scan->end - scan->at < 6 || !is_hex4(scan->at + 2))
                return wrong(scan, scan->at, "four hexadecimal digits behind \\u");
            if (memcmp(scan->at + 2, "0000", 4) == 0)
                return wrong(scan, scan->at, "text without NUL characters");
            scan->at += 4;
        }
        scan->at += 2;
    }
    if (scan->at >= scan->end)
        return wrong(scan, scan->end, "a closing quote");
    *content = (struct key){start, (size_t)(scan->at - start)};
    if (!assay_is_utf8(content->text, content->length))
        return wrong(scan, start, "text in UTF-8");
    scan->at++;
    return ASSAY_OK;
}

static enum assay_status scan_number(struct scan *scan)
{
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at != '\0' && strchr("+-.eE0123456789", *scan->at))
        scan->at++;
    size_t length = (size_t)(scan->at - start);
    const char *digits = start + (start[0] == '-');
    bool leading_zero = scan->at - digits > 1 && digits[0] == '0' && digits[1] >= '0' &&
                        digits[1] <= '9';
    const char *point = memchr(start, '.', length);
    bool bare_point = point != NULL && (point == digits || point + 1 == scan->at ||
                                        point[1] < '0' || point[1] > '9');
    double value;
    if (start[0] == '+' || leading_zero || bare_point ||
        !assay_number_parse(start, length, &value))
        return wrong(scan, start, "a JSON value (a number within the range of double)");
    return ASSAY_OK;
}

static enum assay_status scan_value(struct scan *scan);

static enum assay_status check_duplicate(struct scan *scan, size_t first, const char *at)
{
    const struct key *key = &scan->keys[scan->n_key - 1];
    for (size_t k = first; k + 1 < scan->n_key; k++)
        if (scan->keys[k].length == key->length &&
            memcmp(scan->keys[k].text, key->text, key->length) == 0) {
            size_t line, byte;
            char quoted[ASSAY_QUOTE_SIZE];
            assay_json_locate(scan->text, (size_t)(at - scan->text), &line, &byte);
            return assay_fail(scan->err, ASSAY_EFORMAT,
                              "%s:%zu:%zu: key \"%s\" stands here a second time; expected it once",
                              scan->name, line, byte,
                              assay_quote_value(key->text, key->length, quoted));
        }
    return ASSAY_OK;
}

static enum assay_status scan_member(struct scan *scan, size_t first)
{
    skip_blanks(scan);
    const char *start = scan->at;
    if (start >= scan->end || *start != '"')
        return wrong(scan, start, "a key in quotes");
    struct key key;
    enum assay_status status = scan_string(scan, &key);
    if (status != ASSAY_OK)
        return status;
    if (!assay_grow(&scan->keys, &scan->key_capacity, scan->n_key + 1, sizeof *scan->keys))
        return assay_fail_memory(scan->err, "reading JSON");
    scan->keys[scan->n_key++] = key;
    status = check_duplicate(scan, first, start);
    if (status != ASSAY_OK)
        return status;
    skip_blanks(scan);
    if (scan->at >= scan->end || *scan->at != ':')
        return wrong(scan, scan->at, "\":\" behind the key");
    scan->at++;
    size_t index = scan->offsets->n; /* the value notes itself there; its key is the better place */
    status = scan_value(scan);
    if (status == ASSAY_OK)
        scan->offsets->at[index] = (size_t)(start - scan->text);
    return status;
}

static enum assay_status scan_container(struct scan *scan, char close)
{
    size_t first = scan->n_key;
    scan->at++;
    if (++scan->depth > ASSAY_JSON_MAX_DEPTH)
        return wrong(scan, scan->at - 1, "at most 64 levels of nesting");
    skip_blanks(scan);
    bool empty = scan->at < scan->end && *scan->at == close;
    while (!empty) {
        enum assay_status status = close == '}' ? scan_member(scan, first) : scan_value(scan);
        if (status != ASSAY_OK)
            return status;
        skip_blanks(scan);
        if (scan->at < scan->end && *scan->at == close)
            break;
        if (scan->at >= scan->end || *scan->at != ',')
            return wrong(scan, scan->at, close == '}' ? "\",\" or \"}\"" : "\",\" or \"]\"");
        scan->at++;
    }
    scan->at++;
    scan->depth--;
    scan->n_key = first;
    return ASSAY_OK;
}

static enum assay_status scan_value(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};
    skip_blanks(scan);
    if (!note_offset(scan, scan->at))
        return assay_fail_memory(scan->err, "reading JSON");
    if (scan->at >= scan->end)
        return wrong(scan, scan->at, "a JSON value");
    struct key content;
    switch (*scan->at) {
    case '{':
        return scan_container(scan, '}');
    case '[':
        return scan_container(scan, ']');
    case '"':
        return scan_string(scan, &content);
    default:
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            size_t length = strlen(words[k]);
            if ((size_t)(scan->end - scan->at) >= length &&
                memcmp(scan->at, words[k], length) == 0) {
                scan->at += length;
                return ASSAY_OK;
            }
        }
        return scan_number(scan);
    }
}

enum assay_status assay_json_scan(const char *name, const char *text, size_t length,
                                  struct assay_json_offsets *offsets, struct assay_error *err)
{
    struct scan scan = {.name = name, .text = text, .at = text, .end = text + length,
                        .offsets = offsets, .err = err};
    enum assay_status status = scan_value(&scan);
    if (status == ASSAY_OK) {
        skip_blanks(&scan);
        if (scan.at < scan.end)
            status = wrong(&scan, scan.at, "nothing behind the value");
    }
    free(scan.keys);
    return status;
}
