#include "release/export/xlsx_pieces.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "release/export/xlsx_formula.h"

/* ---- references ---- */

void assay_xlsx_put_column(struct assay_text *out, size_t column)
{
    char name[4];
    size_t at = sizeof name;
    for (size_t rest = column + 1; rest > 0 && at > 0; rest = (rest - 1) / 26)
        name[--at] = (char)('A' + (rest - 1) % 26);
    assay_text_add(out, name + at, sizeof name - at);
}

void assay_xlsx_put_cell(struct assay_text *out, const char *sheet, size_t row, size_t column)
{
    if (sheet != NULL)
        assay_text_printf(out, "%s!", sheet);
    assay_text_putc(out, '$');
    assay_xlsx_put_column(out, column);
    assay_text_printf(out, "$%zu", row + 1);
}

void assay_xlsx_put_area(struct assay_text *out, const char *sheet, size_t top, size_t left,
                         size_t bottom, size_t right)
{
    assay_xlsx_put_cell(out, sheet, top, left);
    assay_text_putc(out, ':');
    assay_xlsx_put_cell(out, NULL, bottom, right);
}

void assay_xlsx_expand(struct assay_text *out, const char *formula, size_t row)
{
    char number[24];
    size_t digits = (size_t)snprintf(number, sizeof number, "%zu", row + 1);
    assay_text_reset(out);
    for (const char *mark; (mark = strchr(formula, ASSAY_XLSX_HERE)) != NULL; formula = mark + 1) {
        assay_text_add(out, formula, (size_t)(mark - formula));
        assay_text_add(out, number, digits);
    }
    assay_text_puts(out, formula);
}

/* ---- pieces of formulas ---- */

static void put_here(struct assay_text *out, size_t column)
{
    assay_xlsx_put_column(out, column);
    assay_text_putc(out, ASSAY_XLSX_HERE);
}

static void put_signals(const struct assay_xlsx_writing *f, size_t top, size_t bottom)
{
    assay_xlsx_put_area(f->out, "Lookup", top, ASSAY_XLSX_LOOKUP_SIGNALS, bottom,
                        ASSAY_XLSX_LOOKUP_SIGNALS + f->plan->n_signal - 1);
}

static void put_set(const struct assay_xlsx_writing *f, size_t block)
{
    const struct assay_xlsx_plan *plan = f->plan;
    if (plan->n_set == 1) {
        put_signals(f, block, block);
        return;
    }
    assay_text_puts(f->out, "INDEX(");
    put_signals(f, block, block + plan->n_set - 1);
    assay_text_putc(f->out, ',');
    put_here(f->out, plan->at.set);
    assay_text_puts(f->out, ",0)");
}

static void put_of_cohort(const struct assay_xlsx_writing *f, size_t block, size_t signal)
{
    const struct assay_xlsx_plan *plan = f->plan;
    size_t column = ASSAY_XLSX_LOOKUP_SIGNALS + signal, n_node = plan->model->cohorts.n_node;
    if (n_node == 1) {
        assay_xlsx_put_cell(f->out, "Lookup", block, column);
        return;
    }
    assay_text_puts(f->out, "INDEX(");
    assay_xlsx_put_area(f->out, "Lookup", block, column, block + n_node - 1, column);
    assay_text_puts(f->out, ",1+");
    put_here(f->out, plan->at.node);
    assay_text_putc(f->out, ')');
}

void assay_xlsx_put(const struct assay_xlsx_writing *f, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (const char *c = format; *c != '\0'; c++) {
        if (*c != '%') {
            assay_text_putc(f->out, *c);
            continue;
        }
        const char *text = *++c == 'a' ? va_arg(arguments, const char *) : NULL;
        size_t one = *c != 'a' ? va_arg(arguments, size_t) : 0;
        if (*c == 'a')
            assay_text_puts(f->out, text);
        else if (*c == 's')
            put_signals(f, one, one);
        else if (*c == 'w')
            put_set(f, one);
        else if (*c == 'v')
            put_of_cohort(f, one, va_arg(arguments, size_t));
        else
            put_here(f->out, one);
        if (*c == 'r') {
            assay_text_putc(f->out, ':');
            put_here(f->out, va_arg(arguments, size_t));
        }
    }
    va_end(arguments);
}

void assay_xlsx_put_find(const struct assay_xlsx_writing *f, size_t column, const char *sheet,
                         size_t top, size_t bottom, size_t left)
{
    assay_xlsx_put(f, "SUMPRODUCT(EXACT(%c,", column);
    assay_xlsx_put_area(f->out, sheet, top, left, bottom, left);
    assay_xlsx_put(f, ")*(ROW(");
    assay_xlsx_put_area(f->out, sheet, top, left, bottom, left);
    assay_xlsx_put(f, ")-ROW(");
    assay_xlsx_put_cell(f->out, sheet, top - 1, left);
    assay_xlsx_put(f, ")))");
}

void assay_xlsx_put_reached(const struct assay_xlsx_writing *f, size_t column, const char *sheet,
                            size_t top, size_t bottom, size_t edges, size_t words)
{
    if (words == ASSAY_XLSX_NONE) {
        assay_xlsx_put(f, "IFERROR(MATCH(%c,", column);
        assay_xlsx_put_area(f->out, sheet, top, edges, bottom, edges);
        assay_xlsx_put(f, ",1),1)");
        return;
    }
    assay_xlsx_put(f, "MAX(1,SUMPRODUCT((%c>", column);
    assay_xlsx_put_area(f->out, sheet, top, edges, bottom, edges);
    assay_xlsx_put(f, ")+(%c=", column);
    assay_xlsx_put_area(f->out, sheet, top, edges, bottom, edges);
    assay_xlsx_put(f, ")*(");
    assay_xlsx_put_area(f->out, sheet, top, words, bottom, words);
    assay_xlsx_put(f, "<>\"above\")))");
}
