#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

static bool room_for(struct assay_text *text, size_t more)
{
    if (text->failed || more >= (size_t)-1 - text->length ||
        !assay_grow(&text->data, &text->capacity, text->length + more + 1, 1))
        text->failed = true;
    return !text->failed;
}

void assay_text_add(struct assay_text *text, const char *bytes, size_t length)
{
    if (!room_for(text, length))
        return;
    if (length > 0)
        memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void assay_text_puts(struct assay_text *text, const char *string)
{
    assay_text_add(text, string, strlen(string));
}

void assay_text_putc(struct assay_text *text, char c)
{
    assay_text_add(text, &c, 1);
}

char *assay_text_room(struct assay_text *text, size_t more)
{
    return room_for(text, more) ? text->data + text->length : NULL;
}

void assay_text_printf(struct assay_text *text, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        text->failed = true;
    else if (room_for(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

char *assay_csv_print(const char *cell, size_t length, char separator, char *to)
{
    bool quote = length > 0 && (cell[0] == ' ' || cell[0] == '\t' || cell[length - 1] == ' ' ||
                                cell[length - 1] == '\t');
    for (size_t k = 0; k < length && !quote; k++)
        quote = cell[k] == separator || cell[k] == '"' || cell[k] == '\n' || cell[k] == '\r';
    if (!quote) {
        if (length > 0)
            memcpy(to, cell, length);
        return to + length;
    }
    *to++ = '"';
    for (size_t k = 0; k < length; k++) {
        if (cell[k] == '"')
            *to++ = '"';
        *to++ = cell[k];
    }
    *to++ = '"';
    return to;
}

void assay_text_csv(struct assay_text *text, const char *cell, size_t length, char separator)
{
    if (length > ((size_t)-1 - 2) / 2)
        text->failed = true;
    char *to = assay_text_room(text, 2 * length + 2);
    if (to == NULL)
        return;
    text->length = (size_t)(assay_csv_print(cell, length, separator, to) - text->data);
    text->data[text->length] = '\0';
}

void assay_text_reset(struct assay_text *text)
{
    text->length = 0;
    if (text->data != NULL)
        text->data[0] = '\0';
}

void assay_text_clear(struct assay_text *text)
{
    free(text->data);
    *text = (struct assay_text){0};
}

/* Well formed as Unicode 15, table 3-7, has it. */
size_t assay_utf8_length(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    size_t need = first >= 0xc2 && first <= 0xdf   ? 2
                  : first >= 0xe0 && first <= 0xef ? 3
                  : first >= 0xf0 && first <= 0xf4 ? 4
                                                   : 0;
    if (need == 0 || need > length)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t k = 2; k < need; k++)
        if ((bytes[k] & 0xc0) != 0x80)
            return 0;
    return need;
}

bool assay_is_utf8(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t step = assay_utf8_length(bytes + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

const char *assay_quote_value(const char *bytes, size_t length, char out[ASSAY_QUOTE_SIZE])
{
    enum { SHOWN = 40 };
    size_t at = 0, used = 0;
    while (at < length) {
        size_t step = assay_utf8_length(bytes + at, length - at);
        if (at + (step > 0 ? step : 1) > SHOWN)
            break;
        unsigned char c = (unsigned char)bytes[at];
        if (step == 0 || c < 0x20 || c == 0x7f) {
            used += (size_t)snprintf(out + used, ASSAY_QUOTE_SIZE - used, "\\x%02x", c);
            step = 1;
        } else {
            memcpy(out + used, bytes + at, step);
            used += step;
        }
        at += step;
    }
    snprintf(out + used, ASSAY_QUOTE_SIZE - used, "%s", at < length ? "..." : "");
    return out;
}

int assay_display_width(const char *text)
{
    int shown = 0;
    for (; *text != '\0'; text++) /* continuation bytes take no room */
        shown += ((unsigned char)*text & 0xc0) != 0x80;
    return shown;
}

/* Damerau's optimal string alignment distance (Damerau 1964), case folded, for short words. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 48 };
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return (size_t)-1;
    size_t row[3][LONGEST + 1];
    for (size_t j = 0; j <= m; j++)
        row[1][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[2], *above = row[1], *before = row[0];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t cost = (a[i - 1] | 0x20) != (b[j - 1] | 0x20);
            size_t best = above[j - 1] + cost;
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        memcpy(row[0], row[1], sizeof row[0]);
        memcpy(row[1], row[2], sizeof row[1]);
    }
    return row[1][m];
}

const char *assay_nearest_word(const char *word, const char *const candidates[], size_t n)
{
    const char *nearest = NULL;
    size_t best = (size_t)-1;
    for (size_t k = 0; k < n; k++) {
        size_t distance = edit_distance(word, candidates[k]);
        if (distance < best) {
            best = distance;
            nearest = candidates[k];
        }
    }
    /* A third of the letters may be wrong; further away it is another word. */
    return nearest != NULL && best <= 1 + strlen(word) / 3 && best < strlen(nearest) ? nearest
                                                                                      : NULL;
}
