#include "core/report/page.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_DIGITS = 7, LONGEST_NUMBER = 40 };

/* The page as built: page_asset.S. */
extern const char assay_page_asset[];
extern const char assay_page_asset_end[];

/* What the page has, each once and in this order, where the title and the document belong, and what
 * scripts/build-report-assets writes into one that can draw. */
static const char title_place[] = "@assay-title@";
static const char json_place[] = "@assay-json@";
static const char charts_mark[] = "data-charts=\"yes\"";

static size_t asset_length(void)
{
    return (size_t)(assay_page_asset_end - assay_page_asset);
}

/* Plain text as the content of an element. */
static void add_text(struct assay_text *html, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '&')
            assay_text_puts(html, "&amp;");
        else if (*text == '<')
            assay_text_puts(html, "&lt;");
        else if (*text == '>')
            assay_text_puts(html, "&gt;");
        else
            assay_text_putc(html, *text);
    }
}

/* How many bytes at json[at] must not stand as they are in a script element, and what does instead.
 */
static size_t escaped(const char *json, size_t length, size_t at, const char **instead)
{
    if (json[at] == '<') {
        *instead = "\\u003c";
        return 1;
    }
    if (length - at >= 3 && memcmp(json + at, "\xe2\x80\xa8", 3) == 0) {
        *instead = "\\u2028";
        return 3;
    }
    if (length - at >= 3 && memcmp(json + at, "\xe2\x80\xa9", 3) == 0) {
        *instead = "\\u2029";
        return 3;
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static size_t number_length(const char *json, size_t length, size_t at)
{
    size_t end = at;
    while (end < length && json[end] != '\0' && strchr("+-.0123456789eE", json[end]) != NULL)
        end++;
    return end - at;
}

/* A number whose digits are many more than anybody sees; counts stay as they are. Seven digits draw
 * the same page, and lists of accounts are half as long. */
static void add_number(struct assay_text *html, const char *number, size_t length)
{
    char digits[LONGEST_NUMBER + 1], shorter[LONGEST_NUMBER];
    if (length > SHOWN_DIGITS + 3 && length <= LONGEST_NUMBER &&
        memchr(number, '.', length) != NULL) {
        memcpy(digits, number, length);
        digits[length] = '\0';
        snprintf(shorter, sizeof shorter, "%.*g", SHOWN_DIGITS, strtod(digits, NULL));
        assay_text_puts(html, shorter);
    } else {
        assay_text_add(html, number, length);
    }
}

/* The string that begins at json[at], with what ends it: the bytes up to there. */
static size_t string_length(const char *json, size_t length, size_t at)
{
    size_t end = at + 1;
    while (end < length && json[end] != '"')
        end += json[end] == '\\' && length - end > 1 ? 2 : 1;
    return end < length ? end + 1 - at : length - at;
}

static void add_string(struct assay_text *html, const char *string, size_t length)
{
    size_t run = 0;
    for (size_t at = 0; at < length;) {
        const char *instead = "";
        size_t skip = escaped(string, length, at, &instead);
        if (skip > 0) {
            assay_text_add(html, string + run, at - run);
            assay_text_puts(html, instead);
            run = at + skip;
        }
        at += skip > 0 ? skip : 1;
    }
    assay_text_add(html, string + run, length - run);
}

/* The document, token by token. */
static void add_json(struct assay_text *html, const char *json, size_t length)
{
    for (size_t at = 0, token; at < length; at += token) {
        token = 1;
        if (json[at] == '"') {
            token = string_length(json, length, at);
            add_string(html, json + at, token);
        } else if (json[at] == '-' || (json[at] >= '0' && json[at] <= '9')) {
            token = number_length(json, length, at);
            add_number(html, json + at, token);
        } else if (!is_blank(json[at])) {
            add_string(html, json + at, 1);
        }
    }
}

enum assay_status assay_report_page(const char *json, size_t length, const char *title,
                                    struct assay_text *html, struct assay_error *err)
{
    const char *asset = assay_page_asset, *end = assay_page_asset_end;
    const char *at_title = memmem(asset, asset_length(), title_place, sizeof title_place - 1);
    const char *at_json = memmem(asset, asset_length(), json_place, sizeof json_place - 1);
    assert(at_title != NULL && at_json > at_title); /* the build has seen to it */
    const char *after_title = at_title + sizeof title_place - 1;
    const char *after_json = at_json + sizeof json_place - 1;
    size_t before = html->length;

    assay_text_add(html, asset, (size_t)(at_title - asset));
    add_text(html, title != NULL ? title : "Health score report");
    assay_text_add(html, after_title, (size_t)(at_json - after_title));
    add_json(html, json, length);
    assay_text_add(html, after_json, (size_t)(end - after_json));
    if (!html->failed)
        return ASSAY_OK;
    html->length = before;
    if (html->data != NULL)
        html->data[before] = '\0';
    return assay_fail_memory(err, "writing the report");
}

bool assay_report_has_charts(void)
{
    return memmem(assay_page_asset, asset_length(), charts_mark, sizeof charts_mark - 1) != NULL;
}
