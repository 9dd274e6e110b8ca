/* text.h - a growing string, and small questions about strings
 *
 * A struct assay_text starts zeroed. Appending never fails loudly: when memory
 * runs out `failed` is set, later appends do nothing, and the owner asks once at
 * the end. data is NUL-terminated whenever it is not NULL.
 */
#ifndef ASSAY_CORE_BASE_TEXT_H
#define ASSAY_CORE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

struct assay_text {
    char *data;
    size_t length;
    size_t capacity;
    bool failed;
};

void assay_text_add(struct assay_text *text, const char *bytes, size_t length);
void assay_text_puts(struct assay_text *text, const char *string);
void assay_text_putc(struct assay_text *text, char c);
/* Room for so many more bytes, to be written there and then added to length: for what prints in place. NULL,
 * with `failed` set, when there is none. */
char *assay_text_room(struct assay_text *text, size_t more);
void assay_text_printf(struct assay_text *text, const char *format, ...) ASSAY_PRINTF(2, 3);

/* One CSV cell: quoted only when it must be (separator, quote, line end, outer blank). */
void assay_text_csv(struct assay_text *text, const char *cell, size_t length, char separator);
/* The same printed at `to`, which has room for 2 * length + 2 bytes; returns where it ends. */
char *assay_csv_print(const char *cell, size_t length, char separator, char *to);

/* Empties without giving the memory back, and keeps `failed`, so that a text used for one thing after
 * another is asked once, at the end; _clear gives the memory back and forgets. */
void assay_text_reset(struct assay_text *text);
void assay_text_clear(struct assay_text *text);

/* A value as an error message quotes it: at most 40 bytes, cut between characters and then
 * marked with "...", control characters and invalid UTF-8 shown as \xHH. out holds any result. */
#define ASSAY_QUOTE_SIZE 256
const char *assay_quote_value(const char *bytes, size_t length, char out[ASSAY_QUOTE_SIZE]);

/* Bytes of the UTF-8 character that text[length] begins with, length at least 1; 0: it does not begin with a
 * whole, well-formed one. */
size_t assay_utf8_length(const char *text, size_t length);

/* Whether bytes[length] is well-formed UTF-8 (no surrogates, no overlong forms). */
bool assay_is_utf8(const char *bytes, size_t length);

/* Columns that UTF-8 text takes on a screen, each character taken as one. */
int assay_display_width(const char *text);

/* The candidate nearest to word, or NULL when none is near enough to be what was meant. */
const char *assay_nearest_word(const char *word, const char *const candidates[], size_t n);

#endif
