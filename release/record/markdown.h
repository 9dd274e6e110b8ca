/* markdown.h - Markdown that reads well as plain text, around texts that somebody else wrote
 *
 * Names, notes and reasons may hold anything: what is Markdown or HTML in them must show as the
 * characters it is, in as few backslashes as that takes (CommonMark 0.31 and GitHub's tables,
 * strikethrough). All append.
 */
#ifndef ASSAY_RELEASE_RECORD_MARKDOWN_H
#define ASSAY_RELEASE_RECORD_MARKDOWN_H

#include <stddef.h>

#include "core/base/text.h"

#define ASSAY_MARKDOWN_WIDTH 100

/* foreign[length] as a piece of a line or of a table's cell: blanks and line ends in a row are one
 * blank, none at either end; control characters, and those that turn the reading direction, are
 * shown as U+FFFD. Only what stands within the piece is made safe: what would open a block at the
 * start of a line is assay_markdown_wrap()'s to see. */
void assay_markdown_escape(struct assay_text *text, const char *foreign, size_t length);
void assay_markdown_put(struct assay_text *text, const char *foreign); /* up to its NUL */

/* line, already Markdown, in lines of ASSAY_MARKDOWN_WIDTH columns, broken at blanks; a longer word
 * has a line of its own. `first` begins the first of them, `next` the others. A word that would
 * open a block where it begins a line
 * ("-", "1.", "#", ">") gets a backslash. Ends with LF. */
void assay_markdown_wrap(struct assay_text *text, const char *first, const char *next,
                         const char *line);

/* Foreign plain text of lines, blank lines and lists ("- " begins an item, two blanks its other
 * lines), its lists kept and all else made safe. Lines that get too long by it are broken. */
void assay_markdown_lines(struct assay_text *text, const char *plain);

#endif
