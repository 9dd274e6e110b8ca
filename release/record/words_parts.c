#include "release/record/words_parts.h"

#include <math.h>
#include <string.h>

#include "core/base/number.h"
#include "release/record/markdown.h"

void assay_words_heading(struct assay_text *text, const char *heading)
{
    assay_text_printf(text, "\n### %s\n", heading);
}

void assay_words_paragraph(struct assay_text *text, struct assay_text *line)
{
    text->failed |= line->failed;
    if (line->length > 0) {
        assay_text_putc(text, '\n');
        assay_markdown_wrap(text, "", "", line->data);
    }
    assay_text_reset(line);
}

void assay_words_count(struct assay_text *line, double count)
{
    char grouped[ASSAY_GROUPED_SIZE];
    assay_text_puts(line, isnan(count) ? "?" : assay_number_group(count, grouped));
}

void assay_words_clause(struct assay_text *line, const char *foreign)
{
    size_t length = strlen(foreign);
    while (length > 0 && strchr(". \t\r\n", foreign[length - 1]) != NULL)
        length--;
    assay_markdown_escape(line, foreign, length);
}

void assay_words_rows(struct assay_text *line, double rows, double events)
{
    assay_words_count(line, rows);
    assay_text_puts(line, rows == 1 ? " snapshot, " : " snapshots, ");
    assay_words_count(line, events);
    assay_text_puts(line, " with the event");
}
