/* The table for the terminal */
#include <string.h>

#include "release/gates/gates.h"

enum {
    TEXT_WIDTH = 100,
    NAME_WIDTH = 13,
    RESULT_WIDTH = 11,
    INDENT = 2 + NAME_WIDTH + RESULT_WIDTH
};

/* Texts come from files, too: what would move the terminal's cursor parts words. */
static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Columns of word[length]: bytes that begin a character. */
static size_t width_of(const char *word, size_t length)
{
    size_t width = 0;
    for (size_t k = 0; k < length; k++)
        width += ((unsigned char)word[k] & 0xc0) != 0x80;
    return width;
}

/* From column INDENT on, in lines of up to TEXT_WIDTH columns that all begin there. */
static void put_hanging(struct assay_text *text, const char *words)
{
    size_t column = INDENT;
    while (is_blank(*words) && *words != '\0')
        words++;
    while (*words != '\0') {
        size_t length = 0;
        while (!is_blank(words[length]))
            length++;
        size_t width = width_of(words, length);
        if (column > INDENT && column + 1 + width > TEXT_WIDTH) {
            assay_text_printf(text, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            assay_text_putc(text, ' ');
            column++;
        }
        assay_text_add(text, words, length);
        column += width;
        words += length;
        while (is_blank(*words) && *words != '\0')
            words++;
    }
    assay_text_putc(text, '\n');
}

static void put_asked(struct assay_text *text, const char *asked)
{
    struct assay_text line = {0};
    assay_text_printf(&line, "asked: %s", asked);
    text->failed |= line.failed;
    assay_text_printf(text, "%*s", INDENT, "");
    put_hanging(text, line.data != NULL ? line.data : "");
    assay_text_clear(&line);
}

void assay_gates_words(const struct assay_gates *gates, struct assay_text *text)
{
    static const char *const results[] = {"open", "CLOSED", "not asked"};
    assay_text_puts(text, "Gates\n");
    for (size_t g = 0; g < ASSAY_GATES; g++) {
        const struct assay_gate *gate = &gates->gate[g];
        assay_text_printf(text, "  %-*s%-*s", NAME_WIDTH, assay_gate_names[g], RESULT_WIDTH,
                          results[gate->result]);
        put_hanging(text, gate->found);
        if (gate->result == ASSAY_GATE_CLOSED)
            put_asked(text, gate->asked);
    }
}
