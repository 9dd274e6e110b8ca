#include "release/document/content.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

/* ---- releasing ---- */

static void picture_free(struct assay_picture *picture)
{
    if (picture == NULL)
        return;
    for (size_t r = 0; r < picture->n_row; r++) {
        free(picture->rows[r].label);
        free(picture->rows[r].words);
    }
    free(picture->rows);
    free(picture);
}

static void block_clear(struct assay_block *block)
{
    for (size_t c = 0; c < block->n_cell; c++)
        free(block->cells[c].text);
    free(block->cells);
    free(block->text);
    picture_free(block->picture);
}

void assay_content_clear(struct assay_content *content)
{
    for (size_t s = 0; s < content->n_section; s++) {
        struct assay_section *section = &content->sections[s];
        for (size_t b = 0; b < section->n_block; b++)
            block_clear(&section->blocks[b]);
        free(section->blocks);
    }
    free(content->sections);
    free(content->title);
    free(content->lede);
    free(content->colophon);
    *content = (struct assay_content){0};
}

bool assay_is_hidden(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] != 0xe2 || (b[1] != 0x80 && b[1] != 0x81))
        return false;
    return b[1] == 0x80 ? b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae)
                        : b[2] >= 0xa6 && b[2] <= 0xa9;
}

/* ---- small steps ---- */

/* A text of its own, NULL (and failed) when there is no memory. */
static char *print_text(struct assay_content *content, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static char *print_text(struct assay_content *content, const char *format, va_list arguments)
{
    va_list again;
    char *text = NULL;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (!content->failed && length >= 0)
        text = assay_alloc((size_t)length + 1, 1);
    if (text != NULL)
        vsnprintf(text, (size_t)length + 1, format, arguments);
    else
        content->failed = true;
    return text;
}

static struct assay_section *last_section(struct assay_content *content)
{
    assert(content->n_section > 0);
    return &content->sections[content->n_section - 1];
}

static struct assay_block *last_block(struct assay_content *content)
{
    struct assay_section *section = last_section(content);
    return section->n_block > 0 ? &section->blocks[section->n_block - 1] : NULL;
}

void assay_content_finish(struct assay_content *content)
{
    if (content->failed || content->n_section == 0)
        return;
    struct assay_block *block = last_block(content);
    if (block == NULL)
        return;
    if ((block->kind == ASSAY_BLOCK_TABLE && block->n_cell == 0) ||
        (block->kind == ASSAY_BLOCK_PICTURE && block->picture->n_row < 2)) {
        block_clear(block);
        last_section(content)->n_block--;
    }
}

/* A new block that takes over text, which may be NULL for want of memory. */
static struct assay_block *add_block(struct assay_content *content, enum assay_block_kind kind,
                                     char *text)
{
    struct assay_section *section;
    assay_content_finish(content);
    if (!content->failed) {
        section = last_section(content);
        if (assay_grow(&section->blocks, &section->capacity, section->n_block + 1,
                       sizeof *section->blocks)) {
            section->blocks[section->n_block] = (struct assay_block){.kind = kind, .text = text};
            return &section->blocks[section->n_block++];
        }
        content->failed = true;
    }
    free(text);
    return NULL;
}

/* The last block when it is of this kind, else a new one. */
static struct assay_block *block_of(struct assay_content *content, enum assay_block_kind kind)
{
    struct assay_block *block = content->failed ? NULL : last_block(content);
    return block != NULL && block->kind == kind ? block : add_block(content, kind, NULL);
}

static void add_cell(struct assay_content *content, struct assay_block *block,
                     struct assay_cell cell)
{
    if (block != NULL && cell.text != NULL &&
        assay_grow(&block->cells, &block->capacity, block->n_cell + 1, sizeof *block->cells)) {
        block->cells[block->n_cell++] = cell;
        return;
    }
    content->failed = true;
    free(cell.text);
}

/* Declares `made`, the printed text of the function that calls it. */
#define PRINT_INTO(made)                                                                           \
    char *made;                                                                                    \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    made = print_text(content, format, arguments);                                                 \
    va_end(arguments)

/* ---- the frame ---- */

void assay_content_title(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    free(content->title);
    content->title = made;
}

void assay_content_lede(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    free(content->lede);
    content->lede = made;
}

void assay_content_colophon(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    free(content->colophon);
    content->colophon = made;
}

void assay_content_section(struct assay_content *content, const char *key, const char *title)
{
    assay_content_finish(content);
    if (content->failed || !assay_grow(&content->sections, &content->capacity,
                                       content->n_section + 1, sizeof *content->sections)) {
        content->failed = true;
        return;
    }
    content->sections[content->n_section++] = (struct assay_section){.key = key, .title = title};
}

const struct assay_section *assay_content_find(const struct assay_content *content, const char *key)
{
    for (size_t s = 0; s < content->n_section; s++)
        if (strcmp(content->sections[s].key, key) == 0)
            return &content->sections[s];
    return NULL;
}

/* ---- text ---- */

void assay_content_heading(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    add_block(content, ASSAY_BLOCK_HEADING, made);
}

void assay_content_paragraph(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    add_block(content, ASSAY_BLOCK_PARAGRAPH, made);
}

void assay_content_note(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    add_block(content, ASSAY_BLOCK_NOTE, made);
}

void assay_content_prose(struct assay_content *content, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        if (length > strspn(text, " \t\r\n"))
            assay_content_paragraph(content, "%.*s", (int)length, text);
        text += length + strspn(text + length, "\n");
    }
}

void assay_content_item(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    add_cell(content, block_of(content, ASSAY_BLOCK_LIST), (struct assay_cell){.text = made});
}

void assay_content_formula(struct assay_content *content, const char *text)
{
    char *copy = content->failed || text == NULL ? NULL : assay_copy_string(text);
    if (copy == NULL)
        content->failed = true;
    else
        add_block(content, ASSAY_BLOCK_FORMULA, copy);
}

void assay_content_notice(struct assay_content *content, enum assay_tone tone, const char *format,
                          ...)
{
    PRINT_INTO(made);
    struct assay_block *block = add_block(content, ASSAY_BLOCK_NOTICE, made);
    if (block != NULL)
        block->tone = tone;
}

void assay_content_detail(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    struct assay_block *block = content->failed ? NULL : last_block(content);
    assert(block == NULL || block->kind == ASSAY_BLOCK_NOTICE);
    add_cell(content, block, (struct assay_cell){.text = made});
}

void assay_content_fact(struct assay_content *content, const char *what, const char *format, ...)
{
    PRINT_INTO(made);
    struct assay_block *block = block_of(content, ASSAY_BLOCK_FACTS);
    add_cell(content, block,
             (struct assay_cell){.text = content->failed ? NULL : assay_copy_string(what)});
    if (content->failed) { /* a pair or nothing */
        free(made);
        return;
    }
    add_cell(content, block, (struct assay_cell){.text = made});
}

/* ---- tables and pictures ---- */

void assay_content_table(struct assay_content *content, const char *caption,
                         const struct assay_table_column columns[], size_t n)
{
    char *copy = content->failed ? NULL : assay_copy_string(caption);
    assert(n >= 1 && n <= ASSAY_TABLE_COLUMNS);
    if (copy == NULL) {
        content->failed = true;
        return;
    }
    struct assay_block *block = add_block(content, ASSAY_BLOCK_TABLE, copy);
    if (block == NULL)
        return;
    memcpy(block->columns, columns, n * sizeof *columns);
    block->n_column = n;
}

void assay_content_cell(struct assay_content *content, const char *format, ...)
{
    PRINT_INTO(made);
    add_cell(content, content->failed ? NULL : last_block(content),
             (struct assay_cell){.text = made});
}

void assay_content_mark(struct assay_content *content, enum assay_tone tone, const char *section,
                        const char *format, ...)
{
    PRINT_INTO(made);
    add_cell(content, content->failed ? NULL : last_block(content),
             (struct assay_cell){made, section, tone});
}

void assay_picture_scale(struct assay_picture *picture, double lowest, double highest)
{
    static const double round[] = {1, 2, 5, 10};
    enum { MOST_STEPS = 6 };
    double low = isfinite(lowest) ? lowest : 0,
           high = isfinite(highest) && highest > low ? highest : low + 1;
    double power = pow(10, floor(log10((high - low) / MOST_STEPS)));
    size_t k = 0;
    while (k + 1 < sizeof round / sizeof round[0] &&
           ceil(high / (round[k] * power) - 1e-9) - floor(low / (round[k] * power) + 1e-9) >
               MOST_STEPS)
        k++;
    picture->step = round[k] * power;
    picture->low = picture->step * floor(low / picture->step + 1e-9);
    picture->high = picture->step * ceil(high / picture->step - 1e-9);
}

void assay_content_picture(struct assay_content *content, const struct assay_picture *shape)
{
    struct assay_picture *picture = content->failed ? NULL : assay_alloc(1, sizeof *picture);
    struct assay_block *block =
        picture == NULL ? NULL : add_block(content, ASSAY_BLOCK_PICTURE, NULL);
    if (block == NULL) {
        content->failed = true;
        free(picture);
        return;
    }
    *picture = *shape;
    picture->rows = NULL;
    picture->n_row = picture->capacity = 0;
    block->picture = picture;
}

void assay_content_picture_row(struct assay_content *content, const char *label,
                               struct assay_estimate value, double beside, const char *format, ...)
{
    PRINT_INTO(made);
    struct assay_block *block = content->failed ? NULL : last_block(content);
    char *copy = block == NULL ? NULL : assay_copy_string(label);
    if (copy == NULL || !assay_grow(&block->picture->rows, &block->picture->capacity,
                                    block->picture->n_row + 1, sizeof *block->picture->rows)) {
        content->failed = true;
        free(copy);
        free(made);
        return;
    }
    block->picture->rows[block->picture->n_row++] =
        (struct assay_picture_row){copy, value, beside, made};
}
