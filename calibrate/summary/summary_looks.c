/* How the summary sets words, numbers and tables (summary_parts.h). */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/summary/summary_parts.h"
#include "core/base/memory.h"
#include "core/base/text.h"

/* ---- numbers ---- */

const char *assay_grouped_amount(double value)
{
    static char buffers[6][ASSAY_GROUPED_SIZE];
    static unsigned next;
    return assay_number_group(value, buffers[next++ % 6]);
}

const char *assay_grouped(size_t value)
{
    return assay_grouped_amount((double)value);
}

const char *assay_change_text(double value, int decimals, char out[ASSAY_CELL_SIZE])
{
    double shown = assay_number_unsigned_zero(value, decimals);
    snprintf(out, ASSAY_CELL_SIZE, shown == 0 ? "%.*f" : "%+.*f", decimals, shown);
    return out;
}

static void put_number(double value, int decimals, bool change, char out[ASSAY_CELL_SIZE])
{
    if (change)
        assay_change_text(value, decimals, out);
    else
        snprintf(out, ASSAY_CELL_SIZE, "%.*f", decimals, assay_number_unsigned_zero(value, decimals));
}

const char *assay_interval_cell(const struct assay_estimate *estimate, double unit, int decimals,
                                bool change, char cell[ASSAY_CELL_SIZE])
{
    bool none = change && assay_number_unsigned_zero(unit * estimate->value, decimals) == 0;
    char value[ASSAY_CELL_SIZE], low[ASSAY_CELL_SIZE], high[ASSAY_CELL_SIZE];
    if (isnan(estimate->value)) {
        snprintf(cell, ASSAY_CELL_SIZE, "-");
        return cell;
    }
    put_number(unit * estimate->value, decimals, change, value);
    put_number(unit * estimate->low, decimals, change, low);
    put_number(unit * estimate->high, decimals, change, high);
    if (isnan(estimate->low))
        snprintf(cell, ASSAY_CELL_SIZE, "%s%.30s", none ? " " : "", value);
    else
        snprintf(cell, ASSAY_CELL_SIZE, "%s%.29s [%.29s, %.29s]", none ? " " : "", value, low, high);
    return cell;
}

/* ---- tables ---- */

void assay_print_name(FILE *out, int indent, const char *name)
{
    int pad = ASSAY_NAME_WIDTH - indent - assay_display_width(name);
    fprintf(out, "%*s%s%*s", indent, "", name, pad > 1 ? pad : 1, "");
}

void assay_row_cell(struct assay_row *row, int width, const char *text)
{
    int rest = width - assay_display_width(text);
    fprintf(row->out, "%*s%s", row->pad + 2, "", text);
    row->pad = rest > 0 ? rest : 0;
}

void assay_row_end(struct assay_row *row)
{
    fputc('\n', row->out);
    row->pad = 0;
}

/* ---- sentences ---- */

/* Where to break a line that begins at text: behind the last blank that fits, or at its end. */
static size_t line_length(const char *text, size_t width)
{
    size_t end = strcspn(text, "\n"), blank = 0;
    if (end <= width)
        return end;
    for (size_t k = 1 + strspn(text, " "); k <= width; k++)
        if (text[k] == ' ')
            blank = k;
    return blank > 0 ? blank : end;
}

void assay_print_wrapped(FILE *out, const char *text)
{
    enum { WIDTH = 100 };
    size_t hanging = 2 + strspn(text, " "), indent = 0;
    while (*text != '\0') {
        size_t length = line_length(text, WIDTH - indent);
        fprintf(out, "%*s%.*s\n", (int)indent, "", (int)length, text);
        text += length;
        indent = *text == ' ' ? hanging : 0;
        text += *text != '\0'; /* the blank or the end of the line */
        if (indent == 0)
            hanging = 2 + strspn(text, " ");
    }
}

void assay_print_sentence(FILE *out, const char *format, ...)
{
    char text[2048]; /* no allocation: whoever comes to print has nothing left to fail */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(text, sizeof text, format, args);
    if (length >= 0 && (size_t)length < sizeof text) {
        assay_print_wrapped(out, text);
    } else { /* said all the same, in one line */
        vfprintf(out, format, again);
        fputc('\n', out);
    }
    va_end(again);
    va_end(args);
}
