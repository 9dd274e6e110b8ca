#include "core/base/json_scan.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/base/text.h"

struct scan {
    const char *name, *text, *at, *end;
    struct assay_json_offsets *offsets;
    struct assay_error *err;
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

/* The three slips that hand-written JSON has most. */
static void advise(struct scan *scan, const char *at, const char *expected)
{
    const char *before = at;
    while (before > scan->text && strchr(" \t\r\n", before[-1]) != NULL)
        before--;
    if (before == scan->text)
        assay_hint(scan->err, "This is not a JSON file; is it the right one?");
    else if (*at == '\'')
        assay_hint(scan->err, "JSON wants double quotes.");
    else if ((*at == ']' || *at == '}') && before[-1] == ',')
        assay_hint(scan->err, "Take out the comma before it.");
    else if (*at == '"' && strncmp(expected, "\",\"", 3) == 0)
        assay_hint(scan->err, "A comma is missing before it.");
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
    while (length > 1 && at + length < scan->end && (at[length] & 0xc0) == 0x80)
        length--; /* not through the middle of a character */
    char quoted[ASSAY_QUOTE_SIZE];
    assay_fail(scan->err, ASSAY_EFORMAT, "%s:%zu:%zu: \"%s\"; expected %s", scan->name, line, byte,
               assay_quote_value(at, length > 0 ? length : 1, quoted), expected);
    advise(scan, at, expected);
    return ASSAY_EFORMAT;
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

/* The code unit that "\uXXXX" at `at` names, or -1. */
static long code_unit(const struct scan *scan, const char *at)
{
    long unit = 0;
    if (scan->end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int k = 2; k < 6; k++) {
        const char *digits = "0123456789abcdef", *digit = strchr(digits, at[k] | 0x20);
        if (digit == NULL || at[k] < '0')
            return -1;
        unit = unit * 16 + (digit - digits);
    }
    return unit;
}

/* On a backslash; leaves `at` behind the escape. */
static enum assay_status scan_escape(struct scan *scan)
{
    if (scan->end - scan->at < 2 || scan->at[1] == '\0' ||
        strchr("\"\\/bfnrtu", scan->at[1]) == NULL)
        return wrong(scan, scan->at, "an escape that JSON has (\\\" \\\\ \\/ \\b \\f \\n \\r "
                                     "\\t \\uXXXX)");
    if (scan->at[1] != 'u') {
        scan->at += 2;
        return ASSAY_OK;
    }
    long unit = code_unit(scan, scan->at);
    if (unit < 0)
        return wrong(scan, scan->at, "four hexadecimal digits behind \\u");
    if (unit == 0)
        return wrong(scan, scan->at, "text without NUL characters");
    /* Beyond 16 bits a character takes two escapes, high surrogate first; neither stands alone. */
    bool high = unit >= 0xd800 && unit <= 0xdbff, low = unit >= 0xdc00 && unit <= 0xdfff;
    long second = high ? code_unit(scan, scan->at + 6) : -1;
    if (low || (high && (second < 0xdc00 || second > 0xdfff)))
        return wrong(scan, scan->at, "both halves of a surrogate pair, \\ud8.. to \\udb.. first");
    scan->at += high ? 12 : 6;
    return ASSAY_OK;
}

/* On the opening quote; leaves `at` behind the closing one. */
static enum assay_status scan_string(struct scan *scan)
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
        enum assay_status status = scan_escape(scan);
        if (status != ASSAY_OK)
            return status;
    }
    if (scan->at >= scan->end)
        return wrong(scan, scan->end, "a closing quote");
    if (!assay_is_utf8(start, (size_t)(scan->at - start)))
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
        return wrong(scan, start, length == 0 ? "a JSON value"
                                              : "a number as JSON writes it, within the range of "
                                                "double");
    return ASSAY_OK;
}

static enum assay_status scan_value(struct scan *scan);

static enum assay_status scan_member(struct scan *scan)
{
    skip_blanks(scan);
    const char *start = scan->at;
    if (start >= scan->end || *start != '"')
        return wrong(scan, start, "a key in quotes");
    enum assay_status status = scan_string(scan);
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
    scan->at++;
    if (++scan->depth > ASSAY_JSON_MAX_DEPTH)
        return wrong(scan, scan->at - 1, "at most 64 levels of nesting");
    skip_blanks(scan);
    bool empty = scan->at < scan->end && *scan->at == close;
    while (!empty) {
        enum assay_status status = close == '}' ? scan_member(scan) : scan_value(scan);
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
    switch (*scan->at) {
    case '{':
        return scan_container(scan, '}');
    case '[':
        return scan_container(scan, ']');
    case '"':
        return scan_string(scan);
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
    return status;
}
