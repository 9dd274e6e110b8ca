#include "core/data/csv_records.h"

#include <stdio.h>
#include <string.h>

enum assay_status assay_records_init(struct assay_records *records,
                                     const struct assay_csv_format *format, struct assay_error *err)
{
    *records = (struct assay_records){.format = format, .lines = {.line = format->header.line}};
    records->parser = assay_parser_new(format->delimiter);
    if (records->parser != NULL && assay_cells_init(&records->cells, &format->plan))
        return ASSAY_OK;
    assay_records_clear(records);
    return assay_fail_memory(err, "opening a data file");
}

void assay_records_clear(struct assay_records *records)
{
    assay_parser_free(records->parser);
    assay_cells_clear(&records->cells);
    assay_text_clear(&records->record);
    *records = (struct assay_records){0};
}

/* ---- what libcsv tells ---- */

static void stop_for_memory(struct assay_part *part, const char *doing)
{
    part->status = assay_fail_memory(&part->err, doing);
}

static void stop_at_long_field(struct assay_records *records, size_t field)
{
    const struct assay_csv_format *format = records->format;
    struct assay_part *part = records->part;
    char shown[ASSAY_QUOTE_SIZE], named[ASSAY_QUOTE_SIZE + 16] = "the field";
    if (field < format->header.n) {
        const char *name = assay_csv_header_name(&format->header, field);
        snprintf(named, sizeof named, "field \"%s\"", assay_quote_value(name, strlen(name), shown));
    }
    part->status =
        assay_fail(&part->err, ASSAY_EFORMAT,
                   "%s:%zu:%zu: %s is longer than %zu bytes; expected a shorter one, or "
                   "a closing quote",
                   format->source, records->record_line, field + 1, named, format->max_field);
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct assay_records *records = context;
    const struct assay_cell_plan *plan = &records->format->plan;
    size_t field = records->n_field++;
    if (records->part->status != ASSAY_OK)
        return;
    if (length > records->format->max_field)
        stop_at_long_field(records, field);
    else if (field < plan->n_field && plan->first_slot[field] != ASSAY_NO_SLOT)
        assay_cells_take(&records->cells, &records->part->table, field, bytes, length);
}

static void reject(struct assay_records *records, struct assay_reject *bad)
{
    const char *record = records->record.data;
    size_t length = records->record.length;
    while (length > 0 && (record[length - 1] == '\n' || record[length - 1] == '\r'))
        length--;
    bad->line = records->record_line;
    bad->record = record;
    bad->record_length = length;
    if (records->record.failed || records->cells.bad.value.failed ||
        !assay_part_note(records->part, bad, records->format->filing))
        stop_for_memory(records->part, "noting a bad row");
    records->n_field = 0;
    assay_cells_restart(&records->cells);
}

static void reject_cell(struct assay_records *records)
{
    const struct assay_bad_cell *cell = &records->cells.bad;
    const struct assay_csv_header *header = &records->format->header;
    reject(records, &(struct assay_reject){.reason = cell->reason,
                                           .column = cell->field + 1,
                                           .name = assay_csv_header_name(header, cell->field),
                                           .what = cell->what,
                                           .value = cell->value.data,
                                           .value_length = cell->value.length,
                                           .expected = cell->expected});
}

/* A row of the wrong width is reported as that, whatever its cells are: they may have moved. */
static void on_row(int end, void *context)
{
    (void)end;
    struct assay_records *records = context;
    size_t n_header = records->format->header.n;
    if (records->part->status != ASSAY_OK)
        return;
    if (records->n_field != n_header) {
        reject(records, &(struct assay_reject){.reason = ASSAY_REJECT_WIDTH,
                                               .n_field = records->n_field,
                                               .n_header = n_header});
    } else if (records->cells.bad.found) {
        reject_cell(records);
    } else {
        records->n_field = 0;
        if (!assay_cells_commit(&records->cells, &records->part->table, records->record_line))
            stop_for_memory(records->part, "adding a row to the table");
    }
}

/* ---- what libcsv is told ---- */

/* Fields have come, or a quoted one is being collected: a line that ends inside quotes has put
 * its own end into libcsv's buffer. */
static bool record_is_open(const struct assay_records *records)
{
    return records->n_field > 0 || assay_parser_holds(records->parser);
}

static void reject_broken(struct assay_records *records)
{
    reject(records,
           &(struct assay_reject){.reason = ASSAY_REJECT_QUOTE, .expected = ASSAY_QUOTE_EXPECTED});
    assay_parser_restart(records->parser);
    records->broken = false;
}

static void parse(struct assay_records *records, const struct assay_piece *piece)
{
    struct assay_part *part = records->part;
    const struct assay_parser_sink sink = {on_field, on_row, records};
    enum assay_parsed parsed =
        assay_parser_take(records->parser, piece->bytes, piece->length, &sink);
    records->broken = parsed == ASSAY_PARSED_BROKEN;
    if (parsed == ASSAY_PARSED_NO_MEMORY)
        stop_for_memory(part, "reading a CSV field");
    else if (part->status == ASSAY_OK &&
             assay_parser_length(records->parser) > records->format->max_field + 1)
        stop_at_long_field(records, records->n_field);
}

/* A line holds at most one end of a record, so room for one row more is always enough. */
static void take_piece(struct assay_records *records, const struct assay_piece *piece)
{
    struct assay_part *part = records->part;
    part->status = assay_table_reserve(&part->table, part->table.n_row + 1, &part->err);
    if (part->status != ASSAY_OK)
        return;
    if (piece->starts && !record_is_open(records)) {
        records->record_line = piece->line;
        assay_text_reset(&records->record);
    }
    if (records->format->filing)
        assay_text_add(&records->record, piece->bytes, piece->length);
    if (!records->broken)
        parse(records, piece);
    if (part->status == ASSAY_OK && records->broken && piece->ends)
        reject_broken(records);
}

void assay_records_give(struct assay_records *records, const char *bytes, size_t length,
                        struct assay_part *part)
{
    assay_lines_give(&records->lines, bytes, length);
    records->part = part;
}

void assay_records_read(struct assay_records *records)
{
    struct assay_piece piece;
    while (records->part->status == ASSAY_OK && assay_lines_next(&records->lines, &piece))
        take_piece(records, &piece);
}

size_t assay_records_read_one(struct assay_records *records, size_t at, size_t line)
{
    struct assay_piece piece;
    assay_lines_seek(&records->lines, at, line);
    bool open = true;
    while (open && records->part->status == ASSAY_OK && assay_lines_next(&records->lines, &piece)) {
        take_piece(records, &piece);
        open = records->broken || record_is_open(records);
    }
    return records->lines.at;
}

void assay_records_finish(struct assay_records *records)
{
    const struct assay_parser_sink sink = {on_field, on_row, records};
    struct assay_part *part = records->part;
    if (part->status == ASSAY_OK && records->broken)
        reject_broken(records);
    if (part->status == ASSAY_OK)
        part->status = assay_table_reserve(&part->table, part->table.n_row + 1, &part->err);
    if (part->status != ASSAY_OK)
        return;
    if (!assay_parser_finish(records->parser, &sink))
        part->status = assay_fail(&part->err, ASSAY_EFORMAT,
                                  "%s:%zu: a quote is still open at the end of the file; expected "
                                  "a closing quote in the record that begins on this line",
                                  records->format->source, records->record_line);
}
