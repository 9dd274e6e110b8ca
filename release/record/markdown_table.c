#include "release/record/markdown_table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "release/record/markdown.h"

/* A hostile name makes its own row long, not all of them. */
enum { WIDEST = 40, SHORTEST = 3 };

static void end_cell(struct assay_markdown_table *table)
{
    assay_text_putc(&table->cells, '\0');
    table->n_cell++;
}

void assay_markdown_table_put(struct assay_markdown_table *table, const char *cell)
{
    assay_text_puts(&table->cells, cell);
    end_cell(table);
}

void assay_markdown_table_put_foreign(struct assay_markdown_table *table, const char *cell)
{
    assay_markdown_put(&table->cells, cell);
    end_cell(table);
}

void assay_markdown_table_printf(struct assay_markdown_table *table, const char *format, ...)
{
    char cell[1200]; /* three doubles with all their digits */
    va_list args;
    va_start(args, format);
    vsnprintf(cell, sizeof cell, format, args);
    va_end(args);
    assay_markdown_table_put(table, cell);
}

static void measure(const struct assay_markdown_table *table, int width[])
{
    const char *cell = table->cells.data;
    for (size_t c = 0; c < table->n_column; c++)
        width[c] = SHORTEST;
    for (size_t k = 0; k < table->n_cell; k++, cell += strlen(cell) + 1) {
        int w = assay_display_width(cell);
        if (w > width[k % table->n_column])
            width[k % table->n_column] = w < WIDEST ? w : WIDEST;
    }
}

static void put_rule(struct assay_text *text, const int width[], size_t n_column, size_t n_left)
{
    for (size_t c = 0; c < n_column; c++) {
        assay_text_puts(text, c < n_left ? "|:" : "|");
        for (int k = 0; k < width[c] + 1; k++)
            assay_text_putc(text, '-');
        if (c >= n_left)
            assay_text_putc(text, ':');
    }
    assay_text_puts(text, "|\n");
}

static void put_cell(struct assay_text *text, const char *cell, int width, bool left)
{
    int pad = width - assay_display_width(cell);
    pad = pad > 0 ? pad : 0;
    if (left)
        assay_text_printf(text, "| %s%*s ", cell, pad, "");
    else
        assay_text_printf(text, "| %*s%s ", pad, "", cell);
}

void assay_markdown_table_end(struct assay_markdown_table *table, struct assay_text *text)
{
    int width[ASSAY_MARKDOWN_COLUMNS];
    size_t n = table->n_column;
    assert(n >= 1 && n <= ASSAY_MARKDOWN_COLUMNS && table->n_cell % n == 0);
    text->failed |= table->cells.failed;
    if (!text->failed) {
        const char *cell = table->cells.data;
        measure(table, width);
        for (size_t k = 0; k < table->n_cell; k++, cell += strlen(cell) + 1) {
            put_cell(text, cell, width[k % n], k % n < table->n_left);
            if (k % n == n - 1)
                assay_text_puts(text, "|\n");
            if (k == n - 1)
                put_rule(text, width, n, table->n_left);
        }
    }
    assay_text_clear(&table->cells);
    table->n_cell = 0;
}
