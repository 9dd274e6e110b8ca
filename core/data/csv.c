#include "core/data/csv.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/thread.h"
#include "core/data/csv_pipeline.h"
#include "core/data/csv_preamble.h"
#include "core/data/csv_rejects.h"
#include "core/data/source.h"

struct assay_csv {
    struct assay_source *source;
    struct assay_feed feed;
    struct assay_csv_format format;
    bool guessed;
    size_t n_thread;
    struct assay_csv_tuning tuning;
    struct assay_rejects rejects;

    struct assay_pipeline *pipeline; /* made when the first row is asked for */
    struct assay_delivery *delivery; /* taken from it, and handed over up to: */
    struct assay_part_place place;
    struct assay_table rest; /* for parts that are cut */
    size_t n_record, on_disk;
    bool ended;
};

struct assay_csv_options assay_csv_options_default(void)
{
    return (struct assay_csv_options){.max_field = (size_t)1 << 26};
}

struct assay_csv_tuning assay_csv_tuning_default(void)
{
    return (struct assay_csv_tuning){.slab_size = ASSAY_SLAB_SIZE};
}

void assay_csv_tune(struct assay_csv *csv, const struct assay_csv_tuning *tuning)
{
    assert(csv->pipeline == NULL && tuning->slab_size >= 1 &&
           tuning->slab_size <= ASSAY_SLAB_SIZE);
    csv->tuning = *tuning;
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
    if (options->no_fingerprint)
        assay_source_skip_sha256(source);
    made->n_thread = options->n_thread > 0 ? options->n_thread : assay_processor_count();
    made->tuning = assay_csv_tuning_default();
    made->format = (struct assay_csv_format){.source = assay_source_name(source),
                                             .delimiter = options->delimiter,
                                             .max_field = options->max_field,
                                             .filing = options->rejects != NULL};
    enum assay_status status = assay_feed_init(&made->feed, source, err);
    if (status == ASSAY_OK)
        status = assay_csv_preamble_read(&made->feed, &made->format, &made->guessed, err);
    if (status == ASSAY_OK)
        status = assay_cell_plan_init(&made->format.plan, made->format.header.n, err);
    if (status == ASSAY_OK && options->rejects != NULL)
        status = assay_rejects_open(&made->rejects, options->rejects, err);
    made->on_disk = assay_source_bytes(source);
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
    assay_pipeline_free(csv->pipeline);
    assay_table_clear(&csv->rest);
    assay_rejects_clear(&csv->rejects);
    assay_cell_plan_clear(&csv->format.plan);
    assay_csv_header_clear(&csv->format.header);
    assay_feed_clear(&csv->feed);
    assay_source_close(csv->source);
    free(csv);
}

/* ---- select ---- */

static enum assay_status select_column(struct assay_csv *csv,
                                       const struct assay_column_request *request,
                                       struct assay_table *table, struct assay_error *err)
{
    size_t field, index;
    bool joined;
    enum assay_status status = assay_csv_header_find(&csv->format.header, csv->format.source,
                                                     request->column, request->what, &field, err);
    if (status == ASSAY_OK)
        status = assay_cell_plan_want(&csv->format.plan, field, request, &joined, err);
    if (status == ASSAY_OK && !joined)
        status = assay_table_add_column(table, request->column, request->type, &index, err);
    return status;
}

enum assay_status assay_csv_select(struct assay_csv *csv,
                                   const struct assay_column_request requests[], size_t n_request,
                                   struct assay_table *table, struct assay_error *err)
{
    assert(csv->format.plan.n_slot == 0 && table->n_column == 0 && table->n_row == 0);
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; k < n_request && status == ASSAY_OK; k++)
        status = select_column(csv, &requests[k], table, err);
    if (status != ASSAY_OK)
        assay_table_clear(table);
    return status;
}

/* ---- read ---- */

static enum assay_status start(struct assay_csv *csv, const struct assay_table *table,
                               struct assay_error *err)
{
    csv->feed.slab_size = csv->tuning.slab_size;
    enum assay_status status = assay_part_columns(&csv->rest, table, err);
    if (status == ASSAY_OK)
        status = assay_pipeline_new(&csv->format, &csv->feed, table, csv->n_thread, &csv->tuning,
                                    &csv->pipeline, err);
    return status;
}

/* Behind the last row and bad row of a slab. */
static enum assay_status finish_slab(struct assay_csv *csv, struct assay_error *err)
{
    const struct assay_slab *slab = &csv->delivery->slab;
    const struct assay_part *part = &csv->delivery->part;
    bool bad_part = part->status != ASSAY_OK;
    enum assay_status status = bad_part ? part->status : slab->status;
    if (status != ASSAY_OK) {
        if (err != NULL)
            *err = bad_part ? part->err : slab->err;
        return status;
    }
    csv->on_disk = slab->on_disk;
    csv->ended = slab->last;
    csv->delivery = NULL;
    csv->place = (struct assay_part_place){0};
    assay_pipeline_release(csv->pipeline);
    return csv->ended ? assay_rejects_finish(&csv->rejects, err) : ASSAY_OK;
}

/* Stops behind the row that is the last one wanted: as far as anybody can see, what follows has not been read. */
static enum assay_status hand_over(struct assay_csv *csv, struct assay_table *table, size_t limit,
                                   struct assay_error *err)
{
    const struct assay_part *part = &csv->delivery->part;
    size_t left = part->table.n_row - csv->place.row, wanted = limit - table->n_row;
    size_t n = left < wanted ? left : wanted, n_bad = csv->place.noted;
    enum assay_status status =
        assay_part_give(part, &csv->place, n, table, &csv->rest, err);
    if (status == ASSAY_OK)
        status = assay_part_reject(part, &csv->place, left < wanted ? SIZE_MAX : csv->place.row,
                                   &csv->rejects, csv->format.source, err);
    csv->n_record += status == ASSAY_OK ? n + csv->place.noted - n_bad : 0;
    return status == ASSAY_OK && left < wanted ? finish_slab(csv, err) : status;
}

/* Whether what is at hand goes beyond the limit, and there are rows without it. */
static bool would_cut(const struct assay_csv *csv, size_t n_row, size_t first, size_t limit)
{
    return n_row > first && csv->delivery->part.table.n_row - csv->place.row > limit - n_row;
}

static enum assay_status read_rows(struct assay_csv *csv, struct assay_table *table, size_t max_row,
                                   bool whole, bool *more, struct assay_error *err)
{
    assert(table->n_column == csv->format.plan.n_slot);
    size_t first = table->n_row,
           limit = max_row < SIZE_MAX - first ? first + max_row : SIZE_MAX;
    enum assay_status status = ASSAY_OK;
    if (csv->pipeline == NULL)
        status = start(csv, table, err);
    while (status == ASSAY_OK && !csv->ended && table->n_row < limit) {
        if (csv->delivery == NULL)
            csv->delivery = assay_pipeline_take(csv->pipeline);
        if (whole && would_cut(csv, table->n_row, first, limit))
            break;
        status = hand_over(csv, table, limit, err);
        assay_parallel_step();
    }
    if (status == ASSAY_OK)
        *more = !csv->ended;
    return status;
}

enum assay_status assay_csv_read(struct assay_csv *csv, struct assay_table *table, size_t max_row,
                                 bool *more, struct assay_error *err)
{
    return read_rows(csv, table, max_row, false, more, err);
}

enum assay_status assay_csv_read_whole(struct assay_csv *csv, struct assay_table *table,
                                       size_t max_row, bool *more, struct assay_error *err)
{
    return read_rows(csv, table, max_row, true, more, err);
}

/* ---- questions ---- */

const char *assay_csv_name(const struct assay_csv *csv)
{
    return csv->format.source;
}

size_t assay_csv_header_count(const struct assay_csv *csv)
{
    return csv->format.header.n;
}

const char *assay_csv_header(const struct assay_csv *csv, size_t index)
{
    assert(index < csv->format.header.n);
    return assay_csv_header_name(&csv->format.header, index);
}

char assay_csv_delimiter(const struct assay_csv *csv)
{
    return csv->format.delimiter;
}

bool assay_csv_delimiter_guessed(const struct assay_csv *csv)
{
    return csv->guessed && csv->format.delimiter != ',';
}

size_t assay_csv_record_count(const struct assay_csv *csv)
{
    return csv->n_record;
}

size_t assay_csv_bytes(const struct assay_csv *csv)
{
    return csv->on_disk;
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
    out[0] = '\0';
    if (csv->ended)
        memcpy(out, assay_source_sha256(csv->source), ASSAY_SHA256_TEXT_SIZE);
}
