#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/number.h"
#include "release/export/target_c.h"

enum { WIDTH = 100 };

void assay_c_put(struct assay_c_export *e, const char *template)
{
    while (*template != '\0') {
        size_t plain = strcspn(template, "@^");
        assay_text_add(e->out, template, plain);
        template += plain;
        if (*template != '\0')
            assay_text_puts(e->out, *template ++ == '@' ? e->names.model : e->capitals);
    }
}

void assay_c_printf(struct assay_c_export *e, const char *template, ...)
{
    char made[1000];
    va_list arguments;
    va_start(arguments, template);
    int length = vsnprintf(made, sizeof made, template, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof made);
    (void)length;
    assay_c_put(e, made);
}

/* ---- literals ---- */

/* The text of a literal; size ASSAY_NUMBER_SIZE + 2. */
static const char *print_literal(double value, char text[ASSAY_NUMBER_SIZE + 2])
{
    if (isnan(value))
        return "NAN";
    if (isinf(value))
        return value > 0 ? "HUGE_VAL" : "-HUGE_VAL";
    size_t length = assay_number_print(value, text);
    if (strpbrk(text, ".e") == NULL) /* an integer's literal would lose the sign of -0 */
        memcpy(text + length, ".0", 3);
    return text;
}

void assay_c_number(struct assay_c_export *e, double value)
{
    char text[ASSAY_NUMBER_SIZE + 2];
    assay_text_puts(e->out, print_literal(value, text));
}

void assay_c_numbers(struct assay_c_export *e, const double values[], size_t n, size_t indent)
{
    char text[ASSAY_NUMBER_SIZE + 2];
    size_t column = indent + 1;
    assay_text_printf(e->out, "%*s{", (int)indent, "");
    for (size_t k = 0; k < n; k++) {
        const char *number = print_literal(values[k], text);
        size_t length = strlen(number) + 1; /* with the comma */
        bool fresh = k > 0 && column + 1 + length > WIDTH;
        if (fresh)
            assay_text_printf(e->out, "\n%*s", (int)indent + 1, "");
        else if (k > 0)
            assay_text_putc(e->out, ' ');
        column = fresh ? indent + 1 + length : column + (k > 0) + length;
        assay_text_puts(e->out, number);
        assay_text_putc(e->out, k + 1 < n ? ',' : '}');
    }
}

void assay_c_string(struct assay_c_export *e, const char *text)
{
    assay_text_putc(e->out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\' || (*c == '?' && c > text && c[-1] == '?')) /* no trigraphs */
            assay_text_printf(e->out, "\\%c", *c);
        else if (*c < ' ' || *c > '~')
            assay_text_printf(e->out, "\\%03o", (unsigned)(unsigned char)*c);
        else
            assay_text_putc(e->out, *c);
    }
    assay_text_putc(e->out, '"');
}

void assay_c_comment(struct assay_c_export *e, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bool parted = c > text && ((*c == '/' && c[-1] == '*') || (*c == '*' && c[-1] == '/'));
        if (parted)
            assay_text_putc(e->out, ' ');
        assay_text_putc(e->out, (unsigned char)*c < ' ' || *c == 0x7f || *c == '\\' ? ' ' : *c);
    }
}

/* ---- inputs ---- */

const char *assay_c_number_member(const struct assay_c_export *e, const char *column)
{
    size_t k = assay_export_input(e->model, column);
    if (!assay_export_reads_number(e->model, k))
        return NULL;
    return e->number[k] != NULL ? e->number[k] : e->names.input[k];
}
