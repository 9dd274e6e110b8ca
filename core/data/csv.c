#include "core/data/csv.h"

#include <assert.h>
#include <csv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/data/csv_cells.h"
#include "core/data/csv_header.h"
#include "core/data/csv_rejects.h"
#include "core/data/lines.h"
#include "core/data/source.h"

#define AS_TEXT(x) #x
#define NUMBERS_AS_TEXT(a, b, c) AS_TEXT(a) "." AS_TEXT(b) "." AS_TEXT(c)

const char *assay_csv_library_version(void)
{
    return NUMBERS_AS_TEXT(CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
}

enum {
    FIELD_BLOCK = 1 << 16,    /* first size of libcsv's field buffer */
    LONGEST_HEADER = 1 << 26, /* bytes */
};

#define QUOTE_EXPECTED "quotes around the whole field and doubled inside it"

struct assay_csv {
    struct assay_source *source;
    struct assay_lines lines;
    struct csv_parser parser;
    char delimiter;
    bool guessed;
    size_t max_field;
    bool ended;
    struct assay_csv_header header;
    struct assay_cells cells;
    struct assay_rejects rejects;
    size_t n_record;

    /* the record being read */
    size_t record_line;
    size_t n_field;
    bool broken;              /* libcsv gave it up; what is left of its line is passed over */
    struct assay_text record; /* raw, for the rejects file alone */

    /* for libcsv's callbacks, which cannot return anything */
    bool in_header;
    struct assay_table *table;
    struct assay_error *err;
    enum assay_status status;
};

struct assay_csv_options assay_csv_options_default(void)
{
    return (struct assay_csv_options){.max_field = (size_t)1 << 26};
}

/* ---- callbacks ---- */

static enum assay_status fail_long_field(struct assay_csv *csv, size_t field)
{
    static const char advice[] = "expected a shorter one, or a closing quote";
    const char *source = assay_source_name(csv->source);
    if (csv->in_header || field >= csv->header.n)
        return assay_fail(csv->err, ASSAY_EFORMAT, "%s:%zu:%zu: the field is longer than %zu "
                          "bytes; %s", source, csv->record_line, field + 1, csv->max_field, advice);
    char shown[ASSAY_QUOTE_SIZE];
    const char *name = assay_csv_header_name(&csv->header, field);
    return assay_fail(csv->err, ASSAY_EFORMAT, "%s:%zu:%zu: field \"%s\" is longer than %zu bytes; "
                      "%s", source, csv->record_line, field + 1,
                      assay_quote_value(name, strlen(name), shown), csv->max_field, advice);
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct assay_csv *csv = context;
    size_t field = csv->n_field++;
    if (csv->status != ASSAY_OK)
        return;
    if (length > csv->max_field)
        csv->status = fail_long_field(csv, field);
    else if (csv->in_header)
        csv->status = assay_csv_header_add(&csv->header, assay_source_name(csv->source),
                                           bytes != NULL ? bytes : "", length, csv->err);
    else if (field < csv->cells.n_field && csv->cells.first_slot[field] != ASSAY_NO_SLOT)
        assay_cells_take(&csv->cells, csv->table, field, bytes, length);
}

static void reject(struct assay_csv *csv, struct assay_reject *bad)
{
    const char *record = csv->record.data;
    size_t length = csv->record.length;
    while (length > 0 && (record[length - 1] == '\n' || record[length - 1] == '\r'))
        length--;
    bad->line = csv->record_line;
    bad->record = record;
    bad->record_length = length;
    csv->status = csv->record.failed || csv->cells.bad.value.failed
                      ? assay_fail_memory(csv->err, "noting a bad row")
                      : assay_rejects_add(&csv->rejects, assay_source_name(csv->source), bad,
                                          csv->err);
    csv->n_record++;
    csv->n_field = 0;
    assay_cells_restart(&csv->cells);
}

static void reject_cell(struct assay_csv *csv)
{
    const struct assay_bad_cell *cell = &csv->cells.bad;
    reject(csv, &(struct assay_reject){.reason = cell->reason,
                                       .column = cell->field + 1,
                                       .name = assay_csv_header_name(&csv->header, cell->field),
                                       .what = cell->what,
                                       .value = cell->value.data,
                                       .value_length = cell->value.length,
                                       .expected = cell->expected});
}

/* A row of the wrong width is reported as that, whatever its cells are: they may have moved. */
static void on_row(int end, void *context)
{
    (void)end;
    struct assay_csv *csv = context;
    if (csv->status != ASSAY_OK)
        return;
    if (csv->in_header) {
        csv->n_field = 0;
    } else if (csv->n_field != csv->header.n) {
        reject(csv, &(struct assay_reject){.reason = ASSAY_REJECT_WIDTH,
                                           .n_field = csv->n_field,
                                           .n_header = csv->header.n});
    } else if (csv->cells.bad.found) {
        reject_cell(csv);
    } else {
        csv->n_record++;
        csv->n_field = 0;
        if (!assay_cells_commit(&csv->cells, csv->table, csv->record_line))
            csv->status = assay_fail_memory(csv->err, "adding a row to the table");
    }
}

/* ---- libcsv ---- */

/* Also the only way on after a parse error, which leaves libcsv's state in the middle of things. */
static void start_parser(struct assay_csv *csv)
{
    csv_free(&csv->parser);
    csv_init(&csv->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_EMPTY_IS_NULL);
    csv_set_delim(&csv->parser, (unsigned char)csv->delimiter);
    csv_set_realloc_func(&csv->parser, realloc);
    csv_set_free_func(&csv->parser, free);
    csv->broken = false;
}

/* Errors that end the reading come back; a misplaced quote only sets `broken`. */
static enum assay_status parse(struct assay_csv *csv, const char *bytes, size_t length)
{
    /* libcsv grows its buffer by this much; as much again as there is makes long fields cheap. */
    size_t held = csv_get_buffer_size(&csv->parser);
    csv_set_blk_size(&csv->parser, held > FIELD_BLOCK ? held : FIELD_BLOCK);
    if (csv_parse(&csv->parser, bytes, length, on_field, on_row, csv) != length) {
        if (csv_error(&csv->parser) != CSV_EPARSE)
            return assay_fail_memory(csv->err, "reading a CSV field");
        csv->broken = true;
    }
    if (csv->status == ASSAY_OK && csv->parser.entry_pos > csv->max_field + 1)
        csv->status = fail_long_field(csv, csv->n_field);
    return csv->status;
}

static enum assay_status fail_open_quote(struct assay_csv *csv)
{
    return assay_fail(csv->err, ASSAY_EFORMAT, "%s:%zu: a quote is still open at the end of the "
                      "file; expected a closing quote in the record that begins on this line",
                      assay_source_name(csv->source), csv->record_line);
}

/* The last record need not end with its line. */
static enum assay_status finish_parser(struct assay_csv *csv)
{
    if (csv_fini(&csv->parser, on_field, on_row, csv) != 0)
        return fail_open_quote(csv);
    return csv->status;
}

/* ---- header ---- */

/* Collects the lines of the first record that is not blank; what parts its fields is then known
 * before libcsv sees it. */
static enum assay_status gather_header(struct assay_csv *csv, struct assay_header_scan *scan,
                                       struct assay_text *text, struct assay_error *err)
{
    struct assay_piece piece;
    do {
        enum assay_status status = assay_lines_next(&csv->lines, &piece, err);
        if (status != ASSAY_OK)
            return status;
        if (piece.starts && !scan->begun) {
            assay_text_reset(text);
            csv->record_line = csv->header.line = piece.line;
        }
        assay_text_add(text, piece.bytes, piece.length);
        assay_header_scan_add(scan, piece.bytes, piece.length);
        if (text->failed)
            return assay_fail_memory(err, "reading the header");
        if (text->length > LONGEST_HEADER)
            return assay_fail(err, ASSAY_EFORMAT, "%s:%zu: the header is longer than %d bytes; "
                              "expected a header line, or a closing quote",
                              assay_source_name(csv->source), csv->header.line, LONGEST_HEADER);
    } while (piece.length > 0 && !(piece.ends && scan->begun && !scan->in_quotes));
    if (!scan->begun)
        return assay_fail(err, ASSAY_EFORMAT, "%s: empty; expected a header line",
                          assay_source_name(csv->source));
    return ASSAY_OK;
}

static enum assay_status parse_header(struct assay_csv *csv, const struct assay_text *text,
                                      struct assay_error *err)
{
    csv->err = err;
    csv->in_header = true;
    start_parser(csv);
    enum assay_status status = parse(csv, text->data, text->length);
    if (status == ASSAY_OK && csv->broken)
        status = assay_fail(err, ASSAY_EFORMAT, "%s:%zu: a quote stands inside an unquoted field "
                            "or text behind a closing quote; expected " QUOTE_EXPECTED,
                            assay_source_name(csv->source), csv->header.line);
    if (status == ASSAY_OK)
        status = finish_parser(csv);
    if (status == ASSAY_OK)
        status = assay_csv_header_check(&csv->header, assay_source_name(csv->source), err);
    csv->in_header = false;
    return status;
}

static enum assay_status read_header(struct assay_csv *csv, struct assay_error *err)
{
    size_t n, skip;
    const char *first = assay_lines_peek(&csv->lines, &n);
    enum assay_status status =
        assay_csv_sniff(assay_source_name(csv->source), first, n, &skip, err);
    if (status != ASSAY_OK)
        return status;
    assay_lines_skip(&csv->lines, skip);
    struct assay_header_scan scan = {.given = csv->delimiter};
    struct assay_text text = {0};
    status = gather_header(csv, &scan, &text, err);
    if (status == ASSAY_OK) {
        csv->guessed = csv->delimiter == 0;
        csv->delimiter = assay_header_scan_delimiter(&scan);
        status = parse_header(csv, &text, err);
    }
    assay_text_clear(&text);
    return status;
}

/* ---- open, close ---- */

static enum assay_status check_delimiter(char c, struct assay_error *err)
{
    if (c != '"' && c != '\n' && c != '\r' && c != ' ' && (unsigned char)c < 0x80)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_EDATA, "the delimiter is a quote, a blank, a line end or not "
                      "ASCII; expected one character such as , or ;");
}

/* Takes the source over, also on failure. */
static enum assay_status open_source(struct assay_source *source,
                                     const struct assay_csv_options *options,
                                     struct assay_csv **csv, struct assay_error *err)
{
    struct assay_csv *made = assay_alloc(1, sizeof *made);
    if (made == NULL) {
        assay_source_close(source);
        return assay_fail_memory(err, "opening a data file");
    }
    made->source = source;
    made->delimiter = options->delimiter;
    made->max_field = options->max_field;
    enum assay_status status = assay_lines_init(&made->lines, source, err);
    if (status == ASSAY_OK)
        status = read_header(made, err);
    if (status == ASSAY_OK)
        status = assay_cells_init(&made->cells, made->header.n, err);
    if (status == ASSAY_OK && options->rejects != NULL)
        status = assay_rejects_open(&made->rejects, options->rejects, err);
    if (status == ASSAY_OK)
        *csv = made;
    else
        assay_csv_close(made);
    return status;
}

enum assay_status assay_csv_open(const char *path, const struct assay_csv_options *options,
                                 struct assay_csv **csv, struct assay_error *err)
{
    struct assay_source *source;
    enum assay_status status = check_delimiter(options->delimiter, err);
    if (status == ASSAY_OK)
        status = assay_source_open(path, &source, err);
    return status == ASSAY_OK ? open_source(source, options, csv, err) : status;
}

enum assay_status assay_csv_open_memory(const char *name, const char *bytes, size_t length,
                                        const struct assay_csv_options *options,
                                        struct assay_csv **csv, struct assay_error *err)
{
    struct assay_source *source;
    enum assay_status status = check_delimiter(options->delimiter, err);
    if (status == ASSAY_OK)
        status = assay_source_open_memory(name, bytes, length, &source, err);
    return status == ASSAY_OK ? open_source(source, options, csv, err) : status;
}

void assay_csv_close(struct assay_csv *csv)
{
    if (csv == NULL)
        return;
    csv_free(&csv->parser);
    assay_rejects_clear(&csv->rejects);
    assay_cells_clear(&csv->cells);
    assay_csv_header_clear(&csv->header);
    assay_text_clear(&csv->record);
    assay_lines_clear(&csv->lines);
    assay_source_close(csv->source);
    free(csv);
}

/* ---- select, read ---- */

static enum assay_status select_column(struct assay_csv *csv,
                                       const struct assay_column_request *request,
                                       struct assay_table *table, struct assay_error *err)
{
    size_t field, index;
    bool joined;
    enum assay_status status = assay_csv_header_find(&csv->header, assay_source_name(csv->source),
                                                     request->column, request->what, &field, err);
    if (status == ASSAY_OK)
        status = assay_cells_want(&csv->cells, field, request, &joined, err);
    if (status == ASSAY_OK && !joined)
        status = assay_table_add_column(table, request->column, request->type, &index, err);
    return status;
}

enum assay_status assay_csv_select(struct assay_csv *csv,
                                   const struct assay_column_request requests[], size_t n_request,
                                   struct assay_table *table, struct assay_error *err)
{
    assert(csv->cells.n_slot == 0 && table->n_column == 0 && table->n_row == 0);
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < n_request && status == ASSAY_OK; k++)
        status = select_column(csv, &requests[k], table, err);
    if (status != ASSAY_OK)
        assay_table_clear(table);
    return status;
}

/* Fields have come, or a quoted one is being collected: a line that ends inside quotes has put
 * its own end into libcsv's buffer. */
static bool record_is_open(const struct assay_csv *csv)
{
    return csv->n_field > 0 || csv->parser.entry_pos > 0;
}

static void reject_broken(struct assay_csv *csv)
{
    reject(csv, &(struct assay_reject){.reason = ASSAY_REJECT_QUOTE, .expected = QUOTE_EXPECTED});
    start_parser(csv);
}

static enum assay_status take_piece(struct assay_csv *csv, const struct assay_piece *piece)
{
    if (piece->starts && !record_is_open(csv)) {
        csv->record_line = piece->line;
        assay_text_reset(&csv->record);
    }
    if (csv->rejects.filing)
        assay_text_add(&csv->record, piece->bytes, piece->length);
    enum assay_status status = ASSAY_OK;
    if (!csv->broken)
        status = parse(csv, piece->bytes, piece->length);
    if (status == ASSAY_OK && csv->broken && piece->ends) {
        reject_broken(csv);
        status = csv->status;
    }
    return status;
}

static enum assay_status finish_source(struct assay_csv *csv)
{
    if (csv->broken)
        reject_broken(csv);
    enum assay_status status = csv->status;
    if (status == ASSAY_OK)
        status = finish_parser(csv);
    if (status == ASSAY_OK)
        status = assay_rejects_finish(&csv->rejects, csv->err);
    csv->ended = status == ASSAY_OK;
    return status;
}

/* A line holds at most one end of a record, so room for one row more is always enough. */
static enum assay_status read_piece(struct assay_csv *csv, struct assay_table *table,
                                    struct assay_error *err)
{
    struct assay_piece piece;
    enum assay_status status = assay_table_reserve(table, table->n_row + 1, err);
    if (status == ASSAY_OK)
        status = assay_lines_next(&csv->lines, &piece, err);
    if (status != ASSAY_OK)
        return status;
    return piece.length > 0 ? take_piece(csv, &piece) : finish_source(csv);
}

enum assay_status assay_csv_read(struct assay_csv *csv, struct assay_table *table, size_t max_row,
                                 bool *more, struct assay_error *err)
{
    assert(table->n_column == csv->cells.n_slot);
    csv->table = table;
    csv->err = err;
    size_t limit = max_row < SIZE_MAX - table->n_row ? table->n_row + max_row : SIZE_MAX;
    enum assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && !csv->ended && table->n_row < limit)
        status = read_piece(csv, table, err);
    if (status == ASSAY_OK)
        *more = !csv->ended;
    return status;
}

/* ---- questions ---- */

const char *assay_csv_name(const struct assay_csv *csv)
{
    return assay_source_name(csv->source);
}

size_t assay_csv_header_count(const struct assay_csv *csv)
{
    return csv->header.n;
}

const char *assay_csv_header(const struct assay_csv *csv, size_t index)
{
    assert(index < csv->header.n);
    return assay_csv_header_name(&csv->header, index);
}

char assay_csv_delimiter(const struct assay_csv *csv)
{
    return csv->delimiter;
}

bool assay_csv_delimiter_guessed(const struct assay_csv *csv)
{
    return csv->guessed && csv->delimiter != ',';
}

size_t assay_csv_record_count(const struct assay_csv *csv)
{
    return csv->n_record;
}

size_t assay_csv_bytes(const struct assay_csv *csv)
{
    return assay_source_bytes(csv->source);
}

size_t assay_csv_size(const struct assay_csv *csv)
{
    return assay_source_size(csv->source);
}

size_t assay_csv_reject_count(const struct assay_csv *csv)
{
    return csv->rejects.count;
}

const size_t *assay_csv_rejects_by_reason(const struct assay_csv *csv)
{
    return csv->rejects.by_reason;
}

const char *assay_csv_reject_message(const struct assay_csv *csv, size_t k)
{
    return k < ASSAY_REJECTS_SHOWN && k < csv->rejects.count ? csv->rejects.shown[k].data : NULL;
}

void assay_csv_sha256(const struct assay_csv *csv, char out[ASSAY_SHA256_TEXT_SIZE])
{
    memcpy(out, assay_source_sha256(csv->source), ASSAY_SHA256_TEXT_SIZE);
}
