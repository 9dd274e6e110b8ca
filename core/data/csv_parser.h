/* csv_parser.h - libcsv, which decides what a field is
 *
 * Internal to core/data. Strict: a quote inside an unquoted field, or text behind a closing one, breaks the record.
 * Blanks around unquoted fields are not part of them, and lines of blanks are no records.
 */
#ifndef ASSAY_CORE_DATA_CSV_PARSER_H
#define ASSAY_CORE_DATA_CSV_PARSER_H

#include <stdbool.h>
#include <stddef.h>

struct assay_parser;

/* Who is told of fields and records; the context comes back with each call. */
struct assay_parser_sink {
    void (*on_field)(void *bytes, size_t length, void *context); /* NULL: empty and unquoted */
    void (*on_row)(int end, void *context);
    void *context;
};

enum assay_parsed {
    ASSAY_PARSED,
    ASSAY_PARSED_BROKEN, /* the record is given up; _restart, and go on behind its line */
    ASSAY_PARSED_NO_MEMORY,
};

/* NULL: no memory. */
struct assay_parser *assay_parser_new(char delimiter);
void assay_parser_free(struct assay_parser *parser);

/* Forgets the record that was being read. */
void assay_parser_restart(struct assay_parser *parser);

enum assay_parsed assay_parser_take(struct assay_parser *parser, const char *bytes, size_t length,
                                    const struct assay_parser_sink *sink);

/* The last record need not end with its line. False: a quote is still open. */
bool assay_parser_finish(struct assay_parser *parser, const struct assay_parser_sink *sink);

/* Whether a field is being collected, or a quoted one has begun to be; and its bytes without the blanks at its end,
 * of which a quote may still turn out to close it. */
bool assay_parser_holds(const struct assay_parser *parser);
size_t assay_parser_length(const struct assay_parser *parser);

#endif
