/* content.h - a document as sections of blocks, before it is Markdown or HTML
 *
 * Built from front to back: a section is opened, and what follows goes into it. Texts are plain
 * UTF-8, with whatever people called their signals; escaping is the renderers' work, and nothing
 * here is markup. Like a struct assay_text, a content never fails loudly: when memory runs out
 * `failed` is set, later calls do nothing, and the owner asks once at the end.
 */
#ifndef ASSAY_RELEASE_DOCUMENT_CONTENT_H
#define ASSAY_RELEASE_DOCUMENT_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/metric/interval.h"

enum assay_block_kind {
    ASSAY_BLOCK_HEADING, /* below the section's own */
    ASSAY_BLOCK_PARAGRAPH,
    ASSAY_BLOCK_NOTE,    /* a paragraph in the background */
    ASSAY_BLOCK_LIST,    /* text: NULL; cells are its items */
    ASSAY_BLOCK_FORMULA, /* lines as they stand */
    ASSAY_BLOCK_NOTICE,  /* text stands out, cells are what belongs to it */
    ASSAY_BLOCK_FACTS,   /* pairs of cells: what, value */
    ASSAY_BLOCK_TABLE,   /* text: its caption */
    ASSAY_BLOCK_PICTURE  /* HTML only: its numbers stand in a table, too */
};

enum assay_tone { ASSAY_TONE_PLAIN, ASSAY_TONE_GOOD, ASSAY_TONE_OPEN, ASSAY_TONE_BAD };

struct assay_cell {
    char *text;
    const char *section; /* key of the section it leads to, or NULL; borrowed */
    enum assay_tone tone;
};

/* A column of a table; the title is borrowed. Numbers stand to the right. */
struct assay_table_column {
    const char *title;
    bool number;
};
enum { ASSAY_TABLE_COLUMNS = 12 };

/* Estimates on one scale, a line each. */
struct assay_picture_row {
    char *label;
    struct assay_estimate value; /* low and high NaN: a dot without an interval */
    double beside;               /* the second mark; NaN: none */
    char *words;                 /* the numbers as text */
};
enum assay_mark { ASSAY_MARK_RING, ASSAY_MARK_TICK };
struct assay_picture {
    const char *title, *first,
        *second; /* borrowed; second: what the second marks are, NULL: none */
    enum assay_mark mark;
    double low, high, step; /* of the scale, low < high; marks beyond are drawn at its end */
    bool percent;           /* how the scale is labelled: 0.5 as "50%" */
    struct assay_picture_row *rows;
    size_t n_row, capacity;
};

struct assay_block {
    enum assay_block_kind kind;
    enum assay_tone tone;
    char *text;
    struct assay_table_column columns[ASSAY_TABLE_COLUMNS];
    size_t n_column;
    struct assay_cell *cells; /* [n_cell] of a table: row by row, the first of each its header */
    size_t n_cell, capacity;
    struct assay_picture *picture;
};

struct assay_section {
    const char *key, *title; /* borrowed; the key is its address in the page, [a-z-]+ */
    struct assay_block *blocks;
    size_t n_block, capacity;
};

struct assay_content {
    char *title;    /* "b2b-health 1.1.0" */
    char *lede;     /* the sentence below it, or NULL */
    char *colophon; /* the line that ends the document, or NULL */
    struct assay_section *sections;
    size_t n_section, capacity;
    bool failed;
};
void assay_content_clear(struct assay_content *content);

/* Whether text begins with a mark that turns the reading direction, or a line end of another kind
 * (U+200E, U+200F, U+2028 to 202E, U+2066 to 2069; three bytes each): they would make a text look
 * like another. */
bool assay_is_hidden(const char *text);

void assay_content_title(struct assay_content *content, const char *format, ...) ASSAY_PRINTF(2, 3);
void assay_content_lede(struct assay_content *content, const char *format, ...) ASSAY_PRINTF(2, 3);
void assay_content_colophon(struct assay_content *content, const char *format, ...)
    ASSAY_PRINTF(2, 3);
void assay_content_section(struct assay_content *content, const char *key, const char *title);

/* ---- blocks, into the last section ---- */
void assay_content_heading(struct assay_content *content, const char *format, ...)
    ASSAY_PRINTF(2, 3);
void assay_content_paragraph(struct assay_content *content, const char *format, ...)
    ASSAY_PRINTF(2, 3);
void assay_content_note(struct assay_content *content, const char *format, ...) ASSAY_PRINTF(2, 3);
/* A text that people wrote, a paragraph for each of its own (an empty line ends one). */
void assay_content_prose(struct assay_content *content, const char *text);
/* An item of the list that is the last block, or of a new one. */
void assay_content_item(struct assay_content *content, const char *format, ...) ASSAY_PRINTF(2, 3);
void assay_content_formula(struct assay_content *content, const char *text);
void assay_content_notice(struct assay_content *content, enum assay_tone tone, const char *format,
                          ...) ASSAY_PRINTF(3, 4);
/* A line below the last block, which is a notice. */
void assay_content_detail(struct assay_content *content, const char *format, ...)
    ASSAY_PRINTF(2, 3);
/* A pair in the facts that are the last block, or in new ones. */
void assay_content_fact(struct assay_content *content, const char *what, const char *format, ...)
    ASSAY_PRINTF(3, 4);

/* Opens a table of n columns, 1 to ASSAY_TABLE_COLUMNS; its cells follow row by row. One that gets
 * no row is taken away again when the next block or section comes. */
void assay_content_table(struct assay_content *content, const char *caption,
                         const struct assay_table_column columns[], size_t n);
void assay_content_cell(struct assay_content *content, const char *format, ...) ASSAY_PRINTF(2, 3);
/* A cell with a tone; section: the key of the section that it leads to, or NULL. */
void assay_content_mark(struct assay_content *content, enum assay_tone tone, const char *section,
                        const char *format, ...) ASSAY_PRINTF(4, 5);

/* The scale that holds lowest to highest (NaN: 0), in a few round steps. */
void assay_picture_scale(struct assay_picture *picture, double lowest, double highest);

/* Opens a picture like `shape`, whose rows are not looked at; its rows follow. Fewer than two rows
 * are no picture, and taken away like an empty table. */
void assay_content_picture(struct assay_content *content, const struct assay_picture *shape);
void assay_content_picture_row(struct assay_content *content, const char *label,
                               struct assay_estimate value, double beside, const char *format, ...)
    ASSAY_PRINTF(5, 6);

/* ---- afterwards ---- */
/* Takes away a last block that came to nothing; called once at the end. */
void assay_content_finish(struct assay_content *content);
/* The section of that key, or NULL. */
const struct assay_section *assay_content_find(const struct assay_content *content,
                                               const char *key);

/* ---- renderers; append ----
 *   ASSAY_ENOMEM  the content or the text has failed */
ASSAY_MUST_CHECK enum assay_status assay_render_markdown(const struct assay_content *content,
                                                         struct assay_text *text,
                                                         struct assay_error *err);
ASSAY_MUST_CHECK enum assay_status assay_render_html(const struct assay_content *content,
                                                     struct assay_text *text,
                                                     struct assay_error *err);

#endif
