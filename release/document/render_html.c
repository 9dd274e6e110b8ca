/* Content as one page of HTML that needs nothing else: no scripts, no fonts, no pictures from
 * elsewhere. */
#include "release/document/render_html.h"

#include <stdio.h>
#include <string.h>

enum { WIDE_TABLE = 6 }; /* columns */

static const char *const tone_classes[] = {"", "good", "open", "bad"};

/* ---- escaping ---- */

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void assay_html_escape(struct assay_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *entity = entity_of(*text);
        if (entity != NULL) {
            assay_text_puts(out, entity);
        } else if (assay_is_hidden(text)) {
            assay_text_puts(out, "\xef\xbf\xbd");
            text += 2;
        } else {
            bool control = ((unsigned char)*text < ' ' && *text != '\n') || *text == '\x7f';
            assay_text_putc(out, control ? ' ' : *text);
        }
    }
}

/* <TAG>text</CLOSE>; tag may carry attributes. */
static void put_element(struct assay_text *out, const char *tag, const char *close,
                        const char *text)
{
    assay_text_printf(out, "<%s>", tag);
    assay_html_escape(out, text);
    assay_text_printf(out, "</%s>\n", close);
}

/* ---- blocks ---- */

static void put_list(struct assay_text *out, const struct assay_block *block)
{
    assay_text_puts(out, "<ul>\n");
    for (size_t c = 0; c < block->n_cell; c++)
        put_element(out, "li", "li", block->cells[c].text);
    assay_text_puts(out, "</ul>\n");
}

static void put_facts(struct assay_text *out, const struct assay_block *block)
{
    assay_text_puts(out, "<dl class=\"card facts\">\n");
    for (size_t c = 0; c + 1 < block->n_cell; c += 2) {
        assay_text_puts(out, "<div>");
        put_element(out, "dt", "dt", block->cells[c].text);
        put_element(out, "dd", "dd", block->cells[c + 1].text);
        assay_text_puts(out, "</div>\n");
    }
    assay_text_puts(out, "</dl>\n");
}

static void put_notice(struct assay_text *out, const struct assay_block *block)
{
    assay_text_printf(out, "<div class=\"notice %s\" role=\"note\">\n", tone_classes[block->tone]);
    put_element(out, "p class=\"first\"", "p", block->text);
    if (block->n_cell > 0)
        put_list(out, block);
    assay_text_puts(out, "</div>\n");
}

/* An interval behind its value is set apart, so that a table of many columns can put it below. */
static void put_value(struct assay_text *out, const char *text)
{
    const char *bracket = strstr(text, " [");
    struct assay_text value = {0};
    if (bracket == NULL) {
        assay_html_escape(out, text);
        return;
    }
    assay_text_add(&value, text, (size_t)(bracket - text));
    assay_html_escape(out, value.data != NULL ? value.data : "");
    assay_text_puts(out, " <span class=\"range\">");
    assay_html_escape(out, bracket + 1);
    assay_text_puts(out, "</span>");
    out->failed |= value.failed;
    assay_text_clear(&value);
}

static void put_cell(struct assay_text *out, const struct assay_content *content,
                     const struct assay_cell *cell, bool number)
{
    bool link = cell->section != NULL && assay_content_find(content, cell->section) != NULL;
    if (link)
        assay_text_printf(out, "<a href=\"#%s\">", cell->section);
    if (cell->tone != ASSAY_TONE_PLAIN)
        assay_text_printf(out, "<span class=\"pill %s\">", tone_classes[cell->tone]);
    if (number)
        put_value(out, cell->text);
    else
        assay_html_escape(out, cell->text);
    assay_text_puts(out, cell->tone != ASSAY_TONE_PLAIN ? "</span>" : "");
    assay_text_puts(out, link ? "</a>" : "");
}

/* The region can be reached, and so be scrolled, from the keyboard. */
static void put_table(struct assay_text *out, const struct assay_content *content,
                      const struct assay_block *table)
{
    assay_text_puts(
        out,
        "<div class=\"card\"><div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    assay_html_escape(out, table->text);
    assay_text_printf(out, "\"><table%s>\n",
                      table->n_column >= WIDE_TABLE ? " class=\"dense\"" : "");
    assay_text_puts(out, "<caption><span>");
    assay_html_escape(out, table->text);
    assay_text_puts(out, "</span></caption>\n");
    assay_text_puts(out, "<thead><tr>");
    for (size_t k = 0; k < table->n_column; k++)
        put_element(out,
                    table->columns[k].number ? "th scope=\"col\" class=\"number\""
                                             : "th scope=\"col\"",
                    "th", table->columns[k].title);
    assay_text_puts(out, "</tr></thead>\n<tbody>\n");
    for (size_t c = 0; c < table->n_cell; c++) {
        size_t k = c % table->n_column;
        const char *tag = k == 0 ? "th" : "td";
        assay_text_printf(out, "%s<%s%s%s>", k == 0 ? "<tr>" : "", tag,
                          k == 0 ? " scope=\"row\"" : "",
                          table->columns[k].number ? " class=\"number\"" : "");
        put_cell(out, content, &table->cells[c], table->columns[k].number);
        assay_text_printf(out, "</%s>%s", tag, k + 1 == table->n_column ? "</tr>\n" : "");
    }
    assay_text_puts(out, "</tbody></table></div></div>\n");
}

static void put_block(struct assay_text *out, const struct assay_content *content,
                      const struct assay_block *block)
{
    switch (block->kind) {
    case ASSAY_BLOCK_HEADING:
        put_element(out, "h3", "h3", block->text);
        break;
    case ASSAY_BLOCK_PARAGRAPH:
        put_element(out, "p", "p", block->text);
        break;
    case ASSAY_BLOCK_NOTE:
        put_element(out, "p class=\"note\"", "p", block->text);
        break;
    case ASSAY_BLOCK_LIST:
        put_list(out, block);
        break;
    case ASSAY_BLOCK_FORMULA:
        put_element(out, "pre class=\"card\"", "pre", block->text);
        break;
    case ASSAY_BLOCK_NOTICE:
        put_notice(out, block);
        break;
    case ASSAY_BLOCK_FACTS:
        put_facts(out, block);
        break;
    case ASSAY_BLOCK_TABLE:
        put_table(out, content, block);
        break;
    case ASSAY_BLOCK_PICTURE:
        assay_html_picture(out, block->picture);
        break;
    }
}

/* ---- the page ---- */

static void put_head(struct assay_text *out, const struct assay_content *content)
{
    assay_text_puts(out,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "style-src 'unsafe-inline'\">\n<title>");
    assay_html_escape(out, content->title);
    assay_text_puts(out, "</title>\n<style>\n");
    assay_text_puts(out, assay_document_style);
    assay_text_puts(
        out,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n"
        "<header class=\"masthead\">\n");
    put_element(out, "h1", "h1", content->title);
    if (content->lede != NULL)
        put_element(out, "p class=\"lede\"", "p", content->lede);
    assay_text_puts(out, "</header>\n");
}

static void put_contents(struct assay_text *out, const struct assay_content *content)
{
    assay_text_puts(out, "<nav class=\"contents\" aria-labelledby=\"contents\">\n"
                         "<p class=\"contents-title\" id=\"contents\">Contents</p>\n<ol>\n");
    for (size_t s = 0; s < content->n_section; s++) {
        assay_text_printf(out, "<li><a href=\"#%s\">", content->sections[s].key);
        assay_html_escape(out, content->sections[s].title);
        assay_text_puts(out, "</a></li>\n");
    }
    assay_text_puts(out, "</ol>\n</nav>\n");
}

static void put_section(struct assay_text *out, const struct assay_content *content,
                        const struct assay_section *section)
{
    assay_text_printf(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">",
                      section->key, section->key, section->key);
    assay_html_escape(out, section->title);
    assay_text_puts(out, "</h2>\n");
    for (size_t b = 0; b < section->n_block; b++)
        put_block(out, content, &section->blocks[b]);
    assay_text_puts(out, "</section>\n");
}

enum assay_status assay_render_html(const struct assay_content *content, struct assay_text *text,
                                    struct assay_error *err)
{
    if (content->failed)
        return assay_fail_memory(err, "writing the model document");
    put_head(text, content);
    assay_text_puts(text, "<div class=\"frame\">\n");
    put_contents(text, content);
    assay_text_puts(text, "<main id=\"content\" tabindex=\"-1\">\n");
    for (size_t s = 0; s < content->n_section; s++)
        put_section(text, content, &content->sections[s]);
    assay_text_puts(text, "</main>\n</div>\n<footer class=\"foot\">\n");
    if (content->colophon != NULL)
        put_element(text, "p", "p", content->colophon);
    assay_text_puts(text, "</footer>\n</body>\n</html>\n");
    return text->failed ? assay_fail_memory(err, "writing the model document") : ASSAY_OK;
}
