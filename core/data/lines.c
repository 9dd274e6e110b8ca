#include "core/data/lines.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER_SIZE = 1 << 18 };

/* Each kind of line end is looked for once per byte: a file of lone CRs would otherwise be
 * searched for LF to its end at every line. */
static size_t find(const struct assay_lines *lines, char c)
{
    const char *hit = memchr(lines->buffer + lines->at, c, lines->filled - lines->at);
    return hit != NULL ? (size_t)(hit - lines->buffer) : lines->filled;
}

static enum assay_status refill(struct assay_lines *lines, struct assay_error *err)
{
    lines->at = lines->filled = 0;
    enum assay_status status =
        assay_source_read(lines->source, lines->buffer, BUFFER_SIZE, &lines->filled, err);
    if (status != ASSAY_OK)
        lines->filled = 0;
    lines->lf = find(lines, '\n');
    lines->cr = find(lines, '\r');
    return status;
}

enum assay_status assay_lines_init(struct assay_lines *lines, struct assay_source *source,
                                   struct assay_error *err)
{
    *lines = (struct assay_lines){.source = source, .line = 1};
    lines->buffer = malloc(BUFFER_SIZE);
    if (lines->buffer == NULL)
        return assay_fail_memory(err, "opening a data file");
    enum assay_status status = refill(lines, err);
    if (status != ASSAY_OK)
        assay_lines_clear(lines);
    return status;
}

void assay_lines_clear(struct assay_lines *lines)
{
    free(lines->buffer);
    *lines = (struct assay_lines){0};
}

const char *assay_lines_peek(const struct assay_lines *lines, size_t *n)
{
    *n = lines->filled - lines->at;
    return lines->buffer + lines->at;
}

void assay_lines_skip(struct assay_lines *lines, size_t n)
{
    lines->at += n;
}

/* The LF of a CRLF that fell on either side of the buffer's end. */
static void take_late_lf(struct assay_lines *lines, struct assay_piece *piece)
{
    *piece = (struct assay_piece){
        .bytes = lines->buffer, .length = 1, .line = lines->line - 1, .ends = true};
    lines->at = 1;
}

static void take_line(struct assay_lines *lines, struct assay_piece *piece)
{
    if (lines->lf < lines->at)
        lines->lf = find(lines, '\n');
    if (lines->cr < lines->at)
        lines->cr = find(lines, '\r');
    size_t end = lines->lf < lines->cr ? lines->lf : lines->cr;
    bool ends = end < lines->filled;
    if (ends && end == lines->cr) {
        lines->after_cr = end + 1 == lines->filled;
        end += end + 1 == lines->lf && lines->lf < lines->filled;
    }
    end += ends;
    *piece = (struct assay_piece){.bytes = lines->buffer + lines->at,
                                  .length = end - lines->at,
                                  .line = lines->line,
                                  .starts = !lines->mid_line,
                                  .ends = ends};
    lines->at = end;
    lines->line += ends;
    lines->mid_line = !ends;
}

enum assay_status assay_lines_next(struct assay_lines *lines, struct assay_piece *piece,
                                   struct assay_error *err)
{
    if (lines->at == lines->filled) {
        enum assay_status status = refill(lines, err);
        if (status != ASSAY_OK)
            return status;
        bool late = lines->after_cr && lines->lf == 0 && lines->filled > 0;
        lines->after_cr = false;
        if (late) {
            take_late_lf(lines, piece);
            return ASSAY_OK;
        }
    }
    if (lines->at == lines->filled)
        *piece = (struct assay_piece){.bytes = "", .line = lines->line};
    else
        take_line(lines, piece);
    return ASSAY_OK;
}
