/* Content as GitHub Flavored Markdown that reads as plain text too: short lines, tables whose
 * columns stand under each other. Pictures are left out, as their numbers stand in tables. */
#include <ctype.h>
#include <string.h>

#include "release/document/content.h"
#include "release/record/markdown.h"

enum { LONG_TEXT = 60, LONG_LAST_TEXT = 40 }; /* columns on the screen */

/* ---- lines ---- */

static void put_text(struct assay_text *out, const char *text, const char *first,
                     const char *indent)
{
    struct assay_text escaped = {0};
    assay_markdown_put(&escaped, text);
    if (escaped.failed)
        out->failed = true;
    else if (escaped.length > 0)
        assay_markdown_wrap(out, first, indent, escaped.data);
    assay_text_clear(&escaped);
}

/* What a notice says first. */
static void put_strong(struct assay_text *out, const char *text)
{
    struct assay_text escaped = {0};
    assay_text_puts(&escaped, "**");
    assay_markdown_put(&escaped, text);
    assay_text_puts(&escaped, "**");
    if (escaped.failed)
        out->failed = true;
    else
        assay_markdown_wrap(out, "> ", "> ", escaped.data);
    assay_text_clear(&escaped);
}

/* A heading is one line, however long. */
static void put_heading(struct assay_text *out, const char *marks, const char *text)
{
    assay_text_puts(out, marks);
    assay_markdown_put(out, text);
    assay_text_putc(out, '\n');
}

/* ---- tables ---- */

/* GitHub's name of a heading: lower case, blanks as hyphens, punctuation dropped. */
static void put_anchor(struct assay_text *out, const char *title)
{
    assay_text_putc(out, '#');
    for (; *title != '\0'; title++)
        if (*title == ' ')
            assay_text_putc(out, '-');
        else if (isalnum((unsigned char)*title) || *title == '-')
            assay_text_putc(out, (char)tolower((unsigned char)*title));
}

static void escape_cell(const struct assay_content *content, const struct assay_cell *cell,
                        struct assay_text *out)
{
    const struct assay_section *to =
        cell->section == NULL ? NULL : assay_content_find(content, cell->section);
    if (to != NULL)
        assay_text_putc(out, '[');
    assay_markdown_put(out, cell->text);
    if (to != NULL) {
        assay_text_puts(out, "](");
        put_anchor(out, to->title);
        assay_text_putc(out, ')');
    }
}

static void put_padding(struct assay_text *out, size_t n, char c)
{
    for (size_t k = 0; k < n; k++)
        assay_text_putc(out, c);
}

struct layout {
    const struct assay_content *content;
    const struct assay_block *table;
    size_t width[ASSAY_TABLE_COLUMNS];
    struct assay_text scratch;
};

/* At least the three hyphens below it. */
static size_t title_width(const struct assay_table_column *column)
{
    size_t width = strlen(column->title);
    return width > 3 ? width : 3;
}

static void measure(struct layout *layout)
{
    const struct assay_block *table = layout->table;
    for (size_t k = 0; k < table->n_column; k++)
        layout->width[k] = title_width(&table->columns[k]);
    for (size_t c = 0; c < table->n_cell; c++) {
        size_t *width = &layout->width[c % table->n_column];
        assay_text_reset(&layout->scratch);
        escape_cell(layout->content, &table->cells[c], &layout->scratch);
        size_t now =
            layout->scratch.data == NULL ? 0 : (size_t)assay_display_width(layout->scratch.data);
        *width = now > *width ? now : *width;
    }
    /* Long texts are not padded for: they would make every line as long. */
    for (size_t k = 0; k < table->n_column; k++) {
        size_t most = k + 1 < table->n_column ? LONG_TEXT : LONG_LAST_TEXT;
        if (!table->columns[k].number && layout->width[k] > most)
            layout->width[k] = title_width(&table->columns[k]);
    }
}

static void put_cell(struct assay_text *out, const struct layout *layout, size_t column,
                     const char *text)
{
    const struct assay_block *table = layout->table;
    size_t now = (size_t)assay_display_width(text), width = layout->width[column];
    size_t pad = width > now ? width - now : 0;
    bool number = table->columns[column].number;
    assay_text_puts(out, column == 0 ? "| " : " ");
    put_padding(out, number ? pad : 0, ' ');
    assay_text_puts(out, text);
    put_padding(out, number ? 0 : pad, ' ');
    assay_text_puts(out, column + 1 == table->n_column ? " |\n" : " |");
}

static void put_rule(struct assay_text *out, const struct layout *layout)
{
    for (size_t k = 0; k < layout->table->n_column; k++) {
        bool number = layout->table->columns[k].number;
        assay_text_puts(out, k == 0 ? "| " : " ");
        put_padding(out, layout->width[k] - (number ? 1 : 0), '-');
        assay_text_puts(out, number ? ": |" : " |");
    }
    assay_text_putc(out, '\n');
}

static void put_table(struct assay_text *out, const struct assay_content *content,
                      const struct assay_block *table)
{
    struct layout layout = {.content = content, .table = table};
    put_text(out, table->text, "", "");
    assay_text_putc(out, '\n');
    measure(&layout);
    for (size_t k = 0; k < table->n_column; k++)
        put_cell(out, &layout, k, table->columns[k].title);
    put_rule(out, &layout);
    for (size_t c = 0; c < table->n_cell; c++) {
        assay_text_reset(&layout.scratch);
        escape_cell(content, &table->cells[c], &layout.scratch);
        put_cell(out, &layout, c % table->n_column,
                 layout.scratch.data == NULL ? "" : layout.scratch.data);
    }
    out->failed |= layout.scratch.failed;
    assay_text_clear(&layout.scratch);
}

/* ---- blocks ---- */

static void put_formula(struct assay_text *out, const char *lines)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        assay_text_puts(out, length > 0 ? "    " : "");
        assay_text_add(out, lines, length);
        assay_text_putc(out, '\n');
        lines += length + (lines[length] == '\n');
    }
}

static void put_facts(struct assay_text *out, const struct assay_block *block)
{
    for (size_t c = 0; c + 1 < block->n_cell; c += 2) {
        struct assay_text line = {0};
        assay_text_printf(&line, "%s: %s", block->cells[c].text, block->cells[c + 1].text);
        if (line.failed)
            out->failed = true;
        else
            put_text(out, line.data, "- ", "  ");
        assay_text_clear(&line);
    }
}

static void put_block(struct assay_text *out, const struct assay_content *content,
                      const struct assay_block *block)
{
    assay_text_putc(out, '\n');
    switch (block->kind) {
    case ASSAY_BLOCK_HEADING:
        put_heading(out, "### ", block->text);
        break;
    case ASSAY_BLOCK_PARAGRAPH:
    case ASSAY_BLOCK_NOTE:
        put_text(out, block->text, "", "");
        break;
    case ASSAY_BLOCK_LIST:
        for (size_t c = 0; c < block->n_cell; c++)
            put_text(out, block->cells[c].text, "- ", "  ");
        break;
    case ASSAY_BLOCK_FORMULA:
        put_formula(out, block->text);
        break;
    case ASSAY_BLOCK_NOTICE:
        put_strong(out, block->text);
        if (block->n_cell > 0)
            assay_text_puts(out, ">\n");
        for (size_t c = 0; c < block->n_cell; c++)
            put_text(out, block->cells[c].text, "> - ", ">   ");
        break;
    case ASSAY_BLOCK_FACTS:
        put_facts(out, block);
        break;
    case ASSAY_BLOCK_TABLE:
        put_table(out, content, block);
        break;
    case ASSAY_BLOCK_PICTURE:
        break;
    }
}

static void put_section(struct assay_text *out, const struct assay_content *content,
                        const struct assay_section *section)
{
    assay_text_printf(out, "\n## %s\n", section->title);
    for (size_t b = 0; b < section->n_block; b++)
        if (section->blocks[b].kind != ASSAY_BLOCK_PICTURE)
            put_block(out, content, &section->blocks[b]);
}

enum assay_status assay_render_markdown(const struct assay_content *content,
                                        struct assay_text *text, struct assay_error *err)
{
    if (content->failed)
        return assay_fail_memory(err, "writing the model document");
    put_heading(text, "# ", content->title);
    if (content->lede != NULL) {
        assay_text_putc(text, '\n');
        put_text(text, content->lede, "", "");
    }
    for (size_t s = 0; s < content->n_section; s++)
        put_section(text, content, &content->sections[s]);
    if (content->colophon != NULL) {
        assay_text_puts(text, "\n---\n\n");
        put_text(text, content->colophon, "", "");
    }
    return text->failed ? assay_fail_memory(err, "writing the model document") : ASSAY_OK;
}
