/* markdown_table.h - a Markdown table whose columns line up, so that it reads as plain text too
 *
 *   struct assay_markdown_table table = {.n_column = 2, .n_left = 1};
 *   assay_markdown_table_put(&table, "metric");
 *   assay_markdown_table_printf(&table, "%.3f", auc);
 *   assay_markdown_table_end(&table, text);
 *
 * Cells come row by row, the headings first, and are Markdown already (markdown.h escapes foreign
 * texts). The first columns are aligned left, the others right. Memory failure is the text's, at
 * the end.
 */
#ifndef ASSAY_RELEASE_RECORD_MARKDOWN_TABLE_H
#define ASSAY_RELEASE_RECORD_MARKDOWN_TABLE_H

#include <stddef.h>

#include "core/base/text.h"

enum { ASSAY_MARKDOWN_COLUMNS = 24 };

struct assay_markdown_table {
    size_t n_column; /* 1 to ASSAY_MARKDOWN_COLUMNS */
    size_t n_left;   /* of them, from the first on, aligned left */
    size_t n_cell;
    struct assay_text cells; /* each with its NUL */
};

void assay_markdown_table_put(struct assay_markdown_table *table, const char *cell);
void assay_markdown_table_put_foreign(struct assay_markdown_table *table,
                                      const char *cell); /* escaped first */
void assay_markdown_table_printf(struct assay_markdown_table *table, const char *format, ...)
    ASSAY_PRINTF(2, 3);

/* Appends the table to text and clears it; the last row is whole. */
void assay_markdown_table_end(struct assay_markdown_table *table, struct assay_text *text);

#endif
