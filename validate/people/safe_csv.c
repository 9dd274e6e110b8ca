#include "validate/people/safe_csv.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/number.h"

/* Behind a split only what a cell can still begin with: a line end that follows another is no formula. */
static bool begins_formula(char c, bool first)
{
    return strchr(first ? "=+-@\t\r\n" : "=+-@", c) != NULL;
}

/* Whether a cell may begin behind c: where a program splits at other characters than we do. Quotes and
 * blanks do not end a beginning. */
static bool opens_cell(char c, bool open)
{
    return strchr(";\t\r\n", c) != NULL || (open && (c == '"' || c == ' '));
}

static void separate(struct assay_safe_line *cells)
{
    if (cells->n++ > 0)
        assay_text_putc(cells->out, ',');
}

/* Nearly all texts are harmless, and copied as they are. */
static bool is_harmless(const char *text)
{
    return !begins_formula(*text, true) && strpbrk(text, " \";\t\r\n") == NULL;
}

static void disarm(struct assay_text *scratch, const char *text)
{
    bool open = true;
    assay_text_reset(scratch);
    for (const char *c = text; *c != '\0'; c++) {
        if (open && begins_formula(*c, c == text))
            assay_text_putc(scratch, '\'');
        assay_text_putc(scratch, *c);
        open = opens_cell(*c, open);
    }
}

void assay_safe_text(struct assay_safe_line *cells, const char *text)
{
    separate(cells);
    if (text == NULL || *text == '\0')
        return;
    if (is_harmless(text)) {
        assay_text_csv(cells->out, text, strlen(text), ',');
        return;
    }
    disarm(&cells->scratch, text);
    if (cells->scratch.failed)
        cells->out->failed = true;
    else
        assay_text_csv(cells->out, cells->scratch.data, cells->scratch.length, ',');
}

void assay_safe_number(struct assay_safe_line *cells, double value, int decimals)
{
    separate(cells);
    if (isfinite(value))
        assay_text_printf(cells->out, "%.*f", decimals,
                          assay_number_unsigned_zero(value, decimals));
}

void assay_safe_exact(struct assay_safe_line *cells, double value)
{
    char digits[ASSAY_NUMBER_SIZE];
    separate(cells);
    if (isfinite(value))
        assay_text_add(cells->out, digits, assay_number_print(value + 0.0, digits));
}

void assay_safe_day(struct assay_safe_line *cells, int32_t day)
{
    char date[ASSAY_DATE_SIZE];
    separate(cells);
    if (day != ASSAY_NO_DATE)
        assay_text_puts(cells->out, assay_date_print(day, date));
}

void assay_safe_end(struct assay_safe_line *cells)
{
    assay_text_putc(cells->out, '\n');
    cells->n = 0;
}

void assay_safe_clear(struct assay_safe_line *cells)
{
    assay_text_clear(&cells->scratch);
}
