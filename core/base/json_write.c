#include "core/base/json_write.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/base/number.h"

static void put_text(struct assay_text *out, const char *value)
{
    enum { LONGEST = 4 }; /* bytes of a character */
    assay_text_putc(out, '"');
    for (const char *at = value; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x80) {
            size_t length = assay_utf8_length(at, strnlen(at, LONGEST));
            assay_text_add(out, at, length);
            at += length > 0 ? length - 1 : 0;
            continue;
        }
        if (c == '"' || c == '\\') {
            assay_text_putc(out, '\\');
            assay_text_putc(out, *at);
        } else if (c == '\n')
            assay_text_puts(out, "\\n");
        else if (c == '\r')
            assay_text_puts(out, "\\r");
        else if (c == '\t')
            assay_text_puts(out, "\\t");
        else if (c < 0x20 || c == 0x7f)
            assay_text_printf(out, "\\u%04x", c);
        else
            assay_text_putc(out, *at);
    }
    assay_text_putc(out, '"');
}

static void new_line(struct assay_json_writer *json)
{
    assay_text_putc(&json->out, '\n');
    for (size_t k = 0; k < json->depth; k++)
        assay_text_puts(&json->out, "  ");
}

/* What stands before any value: separator, line, key. */
static void begin(struct assay_json_writer *json, const char *key)
{
    if (json->depth > 0) {
        bool is_inline = json->level[json->depth - 1].inline_list;
        if (json->level[json->depth - 1].any)
            assay_text_puts(&json->out, is_inline ? ", " : ",");
        json->level[json->depth - 1].any = true;
        if (!is_inline)
            new_line(json);
    }
    if (key != NULL) {
        put_text(&json->out, key);
        assay_text_puts(&json->out, ": ");
    }
}

void assay_json_open(struct assay_json_writer *json, const char *key, char kind)
{
    assert(json->depth < ASSAY_JSON_WRITE_DEPTH);
    begin(json, key);
    json->level[json->depth].close = kind == '{' ? '}' : ']';
    json->level[json->depth].any = false;
    json->level[json->depth].inline_list = kind == '-';
    json->depth++;
    assay_text_putc(&json->out, kind == '{' ? '{' : '[');
}

void assay_json_close(struct assay_json_writer *json)
{
    assert(json->depth > 0);
    json->depth--;
    if (json->level[json->depth].any && !json->level[json->depth].inline_list)
        new_line(json);
    assay_text_putc(&json->out, json->level[json->depth].close);
    if (json->depth == 0)
        assay_text_putc(&json->out, '\n');
}

struct assay_json_writer assay_json_branch(const struct assay_json_writer *json)
{
    assert(json->depth > 0 && json->level[json->depth - 1].any);
    struct assay_json_writer branch = *json;
    branch.out = (struct assay_text){0};
    return branch;
}

void assay_json_join(struct assay_json_writer *json, struct assay_json_writer *branch)
{
    assert(branch->depth == json->depth);
    json->out.failed = json->out.failed || branch->out.failed;
    if (branch->out.length > 0)
        assay_text_add(&json->out, branch->out.data, branch->out.length);
    assay_text_clear(&branch->out);
}

void assay_json_put_string(struct assay_json_writer *json, const char *key, const char *value)
{
    begin(json, key);
    put_text(&json->out, value);
}

void assay_json_put_number(struct assay_json_writer *json, const char *key, double value)
{
    assert(isfinite(value));
    char text[ASSAY_NUMBER_SIZE];
    begin(json, key);
    assay_text_add(&json->out, text, assay_number_print(value, text));
}

void assay_json_put_count(struct assay_json_writer *json, const char *key, size_t value)
{
    begin(json, key);
    assay_text_printf(&json->out, "%zu", value);
}

void assay_json_put_bool(struct assay_json_writer *json, const char *key, bool value)
{
    begin(json, key);
    assay_text_puts(&json->out, value ? "true" : "false");
}

void assay_json_put_null(struct assay_json_writer *json, const char *key)
{
    begin(json, key);
    assay_text_puts(&json->out, "null");
}

void assay_json_put_optional(struct assay_json_writer *json, const char *key, double value)
{
    if (isnan(value))
        assay_json_put_null(json, key);
    else
        assay_json_put_number(json, key, value);
}

void assay_json_put_numbers(struct assay_json_writer *json, const char *key, const double values[],
                            size_t n)
{
    assay_json_open(json, key, '-');
    for (size_t k = 0; k < n; k++)
        assay_json_put_optional(json, NULL, values[k]);
    assay_json_close(json);
}

void assay_json_put_interval(struct assay_json_writer *json, const char *key, double low,
                             double high)
{
    if (isnan(low) || isnan(high)) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_put_numbers(json, key, (const double[]){low, high}, 2);
}
