#include "release/record/markdown.h"

#include <stdbool.h>
#include <string.h>

/* ---- characters ---- */

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_edge(char c)
{
    return c == '\0' || is_blank(c);
}

/* &amp; and &#38; stand for a character, "R&D" does not. */
static bool begins_entity(const char *at, size_t length)
{
    size_t k = 1;
    while (k < length && (at[k] == '#' || is_alnum(at[k])))
        k++;
    return k > 1 && k < length && at[k] == ';';
}

/* Whether the character between before and at[1] (NUL: an end) would be read as Markdown or HTML.
 */
static bool is_active(char before, const char *at, size_t length)
{
    char after = length > 1 ? at[1] : '\0';
    switch (*at) {
    case '\\':
    case '`':
    case '|':
    case '~':
        return true;
    case '*':
        return !(is_edge(before) && is_edge(after));
    case '_':
        return !(is_alnum(before) && is_alnum(after));
    case '<':
        return after == '/' || after == '!' || after == '?' || is_alnum(after);
    case ']': /* of "[text](address)", "[text][name]" and "[name]: address" */
        return after == '(' || after == '[' || after == ':';
    case '&':
        return begins_entity(at, length);
    default:
        return false;
    }
}

/* U+061C, U+200E and F, U+2028 to E, U+2066 to 9: marks that turn the reading direction, and line
 * ends. C1 controls are U+0080 to 9F. */
static bool is_hidden(const char *at, size_t length)
{
    const unsigned char *b = (const unsigned char *)at;
    if (length == 1)
        return *b < 0x20 || *b == 0x7f;
    if (length == 2)
        return (b[0] == 0xc2 && b[1] < 0xa0) || (b[0] == 0xd8 && b[1] == 0x9c);
    if (length == 3 && b[0] == 0xe2 && b[1] == 0x80)
        return b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae);
    return length == 3 && b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9;
}

void assay_markdown_escape(struct assay_text *text, const char *foreign, size_t length)
{
    char before = '\0';
    size_t step = 1;
    for (size_t k = 0; k < length; k += step) {
        const char *at = foreign + k;
        step = assay_utf8_length(at, length - k);
        if (is_blank(*at)) {
            bool inner = before != '\0';
            while (k + step < length && is_blank(foreign[k + step]))
                step++;
            if (inner && k + step < length)
                assay_text_putc(text, ' ');
            before = inner ? ' ' : '\0';
            continue;
        }
        if (step == 0 || is_hidden(at, step)) {
            step = step == 0 ? 1 : step;
            assay_text_puts(text, "\xef\xbf\xbd");
        } else {
            if (is_active(before, at, length - k))
                assay_text_putc(text, '\\');
            assay_text_add(text, at, step);
        }
        before = *at;
    }
}

void assay_markdown_put(struct assay_text *text, const char *foreign)
{
    assay_markdown_escape(text, foreign, strlen(foreign));
}

/* ---- lines ---- */

/* Where in a line's first word a backslash keeps it from opening a block; `length`: nowhere. */
static size_t block_mark(const char *word, size_t length)
{
    size_t digits = strspn(word, "0123456789"), marks = strspn(word, "#+-*=_:");
    if (*word == '>' || marks >= length)
        return 0;
    if (digits > 0 && digits + 1 == length && (word[digits] == '.' || word[digits] == ')'))
        return digits;
    return length;
}

static void put_word(struct assay_text *text, const char *word, size_t length, bool begins)
{
    size_t mark = begins ? block_mark(word, length) : length;
    assay_text_add(text, word, mark);
    if (mark < length)
        assay_text_putc(text, '\\');
    assay_text_add(text, word + mark, length - mark);
}

static int width_of(const char *word, size_t length)
{
    int width = 0;
    for (size_t k = 0; k < length; k++)
        width += ((unsigned char)word[k] & 0xc0) != 0x80; /* a character's first byte */
    return width;
}

void assay_markdown_wrap(struct assay_text *text, const char *first, const char *next,
                         const char *line)
{
    int column = assay_display_width(first);
    bool begins = true;
    assay_text_puts(text, first);
    while (*(line += strspn(line, " ")) != '\0') {
        size_t length = strcspn(line, " ");
        int width = width_of(line, length);
        if (!begins && column + 1 + width > ASSAY_MARKDOWN_WIDTH) {
            assay_text_putc(text, '\n');
            assay_text_puts(text, next);
            column = assay_display_width(next);
            begins = true;
        }
        if (!begins) {
            assay_text_putc(text, ' ');
            column++;
        }
        put_word(text, line, length, begins);
        column += width;
        begins = false;
        line += length;
    }
    assay_text_putc(text, '\n');
}

void assay_markdown_lines(struct assay_text *text, const char *plain)
{
    struct assay_text line = {0};
    while (*plain != '\0') {
        size_t length = strcspn(plain, "\n");
        const char *lead = strncmp(plain, "- ", 2) == 0   ? "- "
                           : strncmp(plain, "  ", 2) == 0 ? "  "
                                                          : "";
        size_t skip = strlen(lead);
        assay_text_reset(&line);
        assay_markdown_escape(&line, plain + skip, length - skip);
        if (line.length > 0)
            assay_markdown_wrap(text, lead, skip > 0 ? "  " : "", line.data);
        else
            assay_text_putc(text, '\n');
        plain += length + (plain[length] == '\n');
    }
    text->failed |= line.failed;
    assay_text_clear(&line);
}
