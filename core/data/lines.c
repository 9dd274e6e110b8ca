#include "core/data/lines.h"

#include <string.h>

/* Each kind of line end is looked for once per byte: a file of lone CRs would otherwise be
 * searched for LF to its end at every line. */
static size_t find(const struct assay_lines *lines, char c)
{
    if (lines->at == lines->length)
        return lines->length;
    const char *hit = memchr(lines->bytes + lines->at, c, lines->length - lines->at);
    return hit != NULL ? (size_t)(hit - lines->bytes) : lines->length;
}

void assay_lines_give(struct assay_lines *lines, const char *bytes, size_t length)
{
    lines->bytes = bytes;
    lines->at = 0;
    lines->length = length;
    lines->lf = find(lines, '\n');
    lines->cr = find(lines, '\r');
}

void assay_lines_seek(struct assay_lines *lines, size_t at, size_t line)
{
    lines->at = at;
    lines->line = line;
    lines->mid_line = false;
    lines->after_cr = false;
}

/* The LF of a CRLF that fell on either side of a portion's end. */
static void take_late_lf(struct assay_lines *lines, struct assay_piece *piece)
{
    *piece = (struct assay_piece){
        .bytes = lines->bytes, .length = 1, .line = lines->line - 1, .ends = true};
    lines->at = 1;
}

static void take_line(struct assay_lines *lines, struct assay_piece *piece)
{
    if (lines->lf < lines->at)
        lines->lf = find(lines, '\n');
    if (lines->cr < lines->at)
        lines->cr = find(lines, '\r');
    size_t end = lines->lf < lines->cr ? lines->lf : lines->cr;
    bool ends = end < lines->length;
    if (ends && end == lines->cr) {
        lines->after_cr = end + 1 == lines->length;
        end += end + 1 == lines->lf && lines->lf < lines->length;
    }
    end += ends;
    *piece = (struct assay_piece){.bytes = lines->bytes + lines->at,
                                  .length = end - lines->at,
                                  .line = lines->line,
                                  .starts = !lines->mid_line,
                                  .ends = ends};
    lines->at = end;
    lines->line += ends;
    lines->mid_line = !ends;
}

bool assay_lines_next(struct assay_lines *lines, struct assay_piece *piece)
{
    if (lines->at == lines->length)
        return false;
    bool late = lines->after_cr && lines->at == 0 && lines->lf == 0;
    lines->after_cr = false;
    if (late)
        take_late_lf(lines, piece);
    else
        take_line(lines, piece);
    return true;
}
