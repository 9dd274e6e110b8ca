#include "core/data/csv_parser.h"

#include <csv.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/data/csv.h"

#define AS_TEXT(x)               #x
#define NUMBERS_AS_TEXT(a, b, c) AS_TEXT(a) "." AS_TEXT(b) "." AS_TEXT(c)

const char *assay_csv_library_version(void)
{
    return NUMBERS_AS_TEXT(CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
}

enum { FIELD_BLOCK = 1 << 16 }; /* first size of libcsv's field buffer */

struct assay_parser {
    struct csv_parser state;
    char delimiter;
};

/* Also the only way on after a parse error, which leaves libcsv's state in the middle of things. */
void assay_parser_restart(struct assay_parser *parser)
{
    csv_free(&parser->state);
    csv_init(&parser->state, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_EMPTY_IS_NULL);
    csv_set_delim(&parser->state, (unsigned char)parser->delimiter);
    csv_set_realloc_func(&parser->state, realloc);
    csv_set_free_func(&parser->state, free);
}

struct assay_parser *assay_parser_new(char delimiter)
{
    struct assay_parser *parser = assay_alloc(1, sizeof *parser);
    if (parser == NULL)
        return NULL;
    parser->delimiter = delimiter;
    assay_parser_restart(parser);
    return parser;
}

void assay_parser_free(struct assay_parser *parser)
{
    if (parser != NULL)
        csv_free(&parser->state);
    free(parser);
}

enum assay_parsed assay_parser_take(struct assay_parser *parser, const char *bytes, size_t length,
                                    const struct assay_parser_sink *sink)
{
    /* libcsv grows its buffer by this much; as much again as there is makes long fields cheap. */
    size_t held = csv_get_buffer_size(&parser->state);
    csv_set_blk_size(&parser->state, held > FIELD_BLOCK ? held : FIELD_BLOCK);
    if (csv_parse(&parser->state, bytes, length, sink->on_field, sink->on_row, sink->context) ==
        length)
        return ASSAY_PARSED;
    return csv_error(&parser->state) == CSV_EPARSE ? ASSAY_PARSED_BROKEN : ASSAY_PARSED_NO_MEMORY;
}

bool assay_parser_finish(struct assay_parser *parser, const struct assay_parser_sink *sink)
{
    return csv_fini(&parser->state, sink->on_field, sink->on_row, sink->context) == 0;
}

bool assay_parser_holds(const struct assay_parser *parser)
{
    return parser->state.entry_pos > 0;
}

size_t assay_parser_length(const struct assay_parser *parser)
{
    return parser->state.entry_pos - parser->state.spaces;
}
