#include "core/data/csv_preamble.h"

#include "core/base/text.h"
#include "core/data/csv_parser.h"
#include "core/data/lines.h"

enum { LONGEST_HEADER = 1 << 26 }; /* bytes */

/* The header record on its way through libcsv's callbacks, which cannot return anything. */
struct header_reader {
    struct assay_csv_format *format;
    size_t n_field;
    enum assay_status status;
    struct assay_error *err;
};

/* Passes over blank lines; *line is that of the header. */
static void add_piece(struct assay_header_scan *scan, const struct assay_piece *piece,
                      struct assay_text *text, size_t *line)
{
    if (piece->starts && !scan->begun) {
        assay_text_reset(text);
        *line = piece->line;
    }
    assay_text_add(text, piece->bytes, piece->length);
    assay_header_scan_add(scan, piece->bytes, piece->length);
}

static enum assay_status next_piece(struct assay_feed *feed, struct assay_lines *lines,
                                    struct assay_piece *piece, struct assay_error *err)
{
    if (assay_lines_next(lines, piece))
        return ASSAY_OK;
    *piece = (struct assay_piece){.length = 0};
    if (feed->ended)
        return ASSAY_OK;
    enum assay_status status = assay_feed_more(feed, err);
    if (status == ASSAY_OK) {
        assay_lines_give(lines, feed->bytes, feed->length);
        if (!assay_lines_next(lines, piece))
            piece->length = 0;
    }
    return status;
}

/* Collects the lines of the first record that is not blank; what parts its fields is then known
 * before libcsv sees it. */
static enum assay_status gather(struct assay_feed *feed, struct assay_lines *lines,
                                struct assay_csv_format *format, struct assay_header_scan *scan,
                                struct assay_text *text, struct assay_error *err)
{
    struct assay_piece piece;
    size_t *line = &format->header.line;
    do {
        enum assay_status status = next_piece(feed, lines, &piece, err);
        if (status != ASSAY_OK)
            return status;
        if (piece.length > 0)
            add_piece(scan, &piece, text, line);
        if (text->failed)
            return assay_fail_memory(err, "reading the header");
        if (text->length > LONGEST_HEADER)
            return assay_fail(err, ASSAY_EFORMAT,
                              "%s:%zu: the header is longer than %d bytes; "
                              "expected a header line, or a closing quote",
                              format->source, *line, LONGEST_HEADER);
    } while (piece.length > 0 && !(piece.ends && scan->begun && !scan->in_quotes));
    if (!scan->begun)
        return assay_fail(err, ASSAY_EFORMAT, "%s: empty; expected a header line", format->source);
    return ASSAY_OK;
}

/* ---- names ---- */

static enum assay_status fail_long_name(const struct header_reader *reader, size_t field)
{
    const struct assay_csv_format *format = reader->format;
    return assay_fail(reader->err, ASSAY_EFORMAT,
                      "%s:%zu:%zu: the field is longer than %zu bytes; expected a shorter one, or "
                      "a closing quote",
                      format->source, format->header.line, field + 1, format->max_field);
}

static void on_name(void *bytes, size_t length, void *context)
{
    struct header_reader *reader = context;
    const struct assay_csv_format *format = reader->format;
    size_t field = reader->n_field++;
    if (reader->status != ASSAY_OK)
        return;
    if (length > format->max_field)
        reader->status = fail_long_name(reader, field);
    else
        reader->status = assay_csv_header_add(&reader->format->header, format->source,
                                              bytes != NULL ? bytes : "", length, reader->err);
}

static void on_header(int end, void *context)
{
    (void)end;
    struct header_reader *reader = context;
    reader->n_field = 0;
}

static enum assay_status take_header(struct assay_parser *parser, const struct assay_text *text,
                                     struct header_reader *reader)
{
    const struct assay_csv_format *format = reader->format;
    const struct assay_parser_sink sink = {on_name, on_header, reader};
    enum assay_parsed parsed = assay_parser_take(parser, text->data, text->length, &sink);
    if (parsed == ASSAY_PARSED_NO_MEMORY)
        return assay_fail_memory(reader->err, "reading a CSV field");
    if (reader->status != ASSAY_OK)
        return reader->status;
    if (assay_parser_length(parser) > format->max_field + 1)
        return fail_long_name(reader, reader->n_field);
    if (parsed == ASSAY_PARSED_BROKEN)
        return assay_fail(reader->err, ASSAY_EFORMAT,
                          "%s:%zu: a quote stands inside an unquoted field or text behind a "
                          "closing quote; expected " ASSAY_QUOTE_EXPECTED,
                          format->source, format->header.line);
    if (!assay_parser_finish(parser, &sink))
        return assay_fail(reader->err, ASSAY_EFORMAT,
                          "%s:%zu: a quote is still open at the end of the file; expected a "
                          "closing quote in the record that begins on this line",
                          format->source, format->header.line);
    if (reader->status != ASSAY_OK)
        return reader->status;
    return assay_csv_header_check(&format->header, format->source, reader->err);
}

static enum assay_status read_names(const struct assay_text *text, struct assay_csv_format *format,
                                    struct assay_error *err)
{
    struct header_reader reader = {.format = format, .err = err};
    struct assay_parser *parser = assay_parser_new(format->delimiter);
    if (parser == NULL)
        return assay_fail_memory(err, "reading the header");
    enum assay_status status = take_header(parser, text, &reader);
    assay_parser_free(parser);
    return status;
}

/* ---- the door ---- */

/* The feed goes on behind the header's line; an LF may come that belongs to it. */
static enum assay_status leave(struct assay_feed *feed, const struct assay_lines *lines,
                               struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    feed->at = lines->at;
    feed->line = lines->line;
    if (lines->after_cr && !feed->ended) {
        status = assay_feed_more(feed, err);
        feed->at = feed->length > 0 && feed->bytes[0] == '\n';
    }
    return status;
}

enum assay_status assay_csv_preamble_read(struct assay_feed *feed, struct assay_csv_format *format,
                                          bool *guessed, struct assay_error *err)
{
    size_t skip;
    enum assay_status status =
        assay_csv_sniff(format->source, feed->bytes, feed->length, &skip, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_header_scan scan = {.given = format->delimiter};
    struct assay_text text = {0};
    struct assay_lines lines = {.line = 1};
    assay_lines_give(&lines, feed->bytes, feed->length);
    assay_lines_seek(&lines, skip, 1);
    status = gather(feed, &lines, format, &scan, &text, err);
    *guessed = format->delimiter == 0;
    if (status == ASSAY_OK) {
        format->delimiter = feed->delimiter = assay_header_scan_delimiter(&scan);
        status = read_names(&text, format, err);
    }
    if (status == ASSAY_OK)
        status = leave(feed, &lines, err);
    assay_text_clear(&text);
    return status;
}
