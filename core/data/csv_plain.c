#include "core/data/csv_plain.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/data/csv_index.h"
#include "core/data/csv_run.h"

enum {
    CHUNK = 1 << 15, /* bytes that are indexed at a time: they, and what is known of them, stay in the first cache */
    MANY_ODD = 16,   /* records in a row after which the slab is taken for one without plain records */
};

struct assay_plain {
    uint32_t *ends;
    struct assay_run_room room;
};

struct assay_plain *assay_plain_new(void)
{
    struct assay_plain *plain = assay_alloc(1, sizeof *plain);
    if (plain == NULL)
        return NULL;
    plain->ends = malloc((1 + CHUNK + ASSAY_INDEX_BLOCK) * sizeof *plain->ends);
    plain->room.odd = malloc(CHUNK);
    plain->room.left = malloc(CHUNK);
    if (plain->ends == NULL || plain->room.odd == NULL || plain->room.left == NULL) {
        assay_plain_free(plain);
        return NULL;
    }
    return plain;
}

void assay_plain_free(struct assay_plain *plain)
{
    if (plain == NULL)
        return;
    free(plain->ends);
    free(plain->room.odd);
    free(plain->room.left);
    free(plain);
}

/* ---- what comes next ---- */

/* The chunk that is being read: what is left of it begins at byte `at`, on line `line`, with ends[next]. */
struct chunk {
    const char *bytes;
    size_t at, line;
    struct assay_index index;
    size_t next;
    bool fresh;     /* nothing of it has been read */
    size_t longest; /* a row of more bytes may hold a field over the limit */
    size_t n_odd;   /* records that were not plain, since the last one that was */
};

static size_t line_end_at(const struct chunk *chunk, size_t k)
{
    const uint32_t *ends = chunk->index.ends;
    if (k >= chunk->index.n_end)
        return 0;
    if (chunk->bytes[ends[k]] == '\n')
        return 1;
    bool crlf = chunk->bytes[ends[k]] == '\r' && k + 1 < chunk->index.n_end &&
                ends[k + 1] == ends[k] + 1 && chunk->bytes[ends[k + 1]] == '\n';
    return crlf ? 2 : 0;
}

/* All rows of a chunk without quotes and CRs, when each LF stands where a row should end: then all other ends are
 * delimiters. */
static size_t count_even_rows(const struct chunk *chunk, size_t n_field)
{
    const struct assay_index *index = &chunk->index;
    if (!chunk->fresh || index->odd || index->n_lf * n_field > index->n_end)
        return 0;
    const uint32_t *end = index->ends + n_field - 1;
    for (size_t i = 0; i < index->n_lf; i++)
        if (chunk->bytes[end[i * n_field]] != '\n')
            return 0;
    return index->n_lf;
}

static bool is_plain_row(const struct chunk *chunk, const uint32_t *ends, size_t n_field,
                         char delimiter)
{
    for (size_t f = 0; f + 1 < n_field; f++)
        if (chunk->bytes[ends[f]] != delimiter)
            return false;
    return ends[n_field - 1] - (ends[-1] + 1) <= chunk->longest;
}

/* A lone field that is empty makes a line of blanks, which is no record. */
static bool is_blank_row(const struct chunk *chunk, const uint32_t *ends)
{
    uint32_t begin = ends[-1] + 1;
    char c = chunk->bytes[begin];
    return begin == ends[0] || c == ' ' || c == '\t';
}

/* The plain rows that come next, with one kind of line end. */
static struct assay_run next_run(const struct chunk *chunk, size_t n_field, char delimiter)
{
    const struct assay_index *index = &chunk->index;
    const uint32_t *ends = index->ends + chunk->next;
    struct assay_run run = {.bytes = chunk->bytes,
                            .ends = ends,
                            .line = chunk->line,
                            .ascii = !index->high,
                            .nul = index->nul};
    size_t line_end = line_end_at(chunk, chunk->next + n_field - 1),
           left = index->n_end - chunk->next;
    run.stride = n_field - 1 + line_end;
    if (line_end == 1 && n_field > 1 && chunk->longest >= CHUNK)
        run.n_row = count_even_rows(chunk, n_field);
    if (run.n_row > 0)
        return run;
    while (line_end > 0 && (run.n_row + 1) * run.stride <= left &&
           line_end_at(chunk, chunk->next + run.n_row * run.stride + n_field - 1) == line_end &&
           is_plain_row(chunk, ends + run.n_row * run.stride, n_field, delimiter) &&
           (n_field > 1 || !is_blank_row(chunk, ends + run.n_row * run.stride)))
        run.n_row++;
    return run;
}

/* ---- from one to the next ---- */

/* Good rows are kept together; an odd one between them goes to libcsv. */
static void read_run(struct assay_plain *plain, struct assay_records *records,
                     const struct assay_run *run, struct assay_part *part)
{
    const struct assay_cell_plan *plan = &records->format->plan;
    const unsigned char *odd = plain->room.odd;
    size_t base = part->table.n_row, from = 0, length;
    part->status = assay_table_reserve(&part->table, base + run->n_row, &part->err);
    if (part->status != ASSAY_OK)
        return;
    size_t n_odd = assay_run_read(run, plan, &plain->room, &part->table);
    while (part->status == ASSAY_OK && from < run->n_row) {
        size_t to = n_odd == 0 ? run->n_row : from;
        while (to < run->n_row && !odd[to])
            to++;
        if (to > from && !assay_run_keep(run, plan, &plain->room, base, from, to, &part->table))
            part->status = assay_fail_memory(&part->err, "adding a row to the table");
        else if (to < run->n_row)
            assay_records_read_one(records,
                                   (size_t)(assay_run_field(run, to, 0, &length) - run->bytes),
                                   run->line + to);
        from = to + 1;
    }
}

/* One record that is not plain; false when the chunk may have only the beginning of it. */
static bool read_odd(struct assay_records *records, struct chunk *chunk, size_t end, bool last)
{
    size_t n_left = chunk->index.n_end - chunk->next;
    bool whole = last || chunk->fresh;
    for (size_t k = 0; k < n_left && !whole; k++) {
        char c = chunk->bytes[chunk->index.ends[chunk->next + k]];
        whole = c == '\n' || c == '\r';
    }
    if (!whole)
        return false;
    chunk->at = assay_records_read_one(records, chunk->at, chunk->line);
    if (++chunk->n_odd == MANY_ODD && records->part->status == ASSAY_OK) {
        assay_records_read(records);
        chunk->at = records->lines.at;
    }
    chunk->line = records->lines.line;
    while (chunk->next < chunk->index.n_end && chunk->index.ends[chunk->next] < chunk->at)
        chunk->next++;
    return chunk->at < end;
}

/* Reads from chunk->at on; afterwards it is where the next chunk begins. */
static void read_chunk(struct assay_plain *plain, struct assay_records *records,
                       struct chunk *chunk, size_t length, struct assay_part *part)
{
    const struct assay_csv_format *format = records->format;
    size_t n = length - chunk->at < CHUNK ? length - chunk->at : CHUNK, end = chunk->at + n;
    chunk->index.ends = plain->ends + 1;
    chunk->index.ends[-1] = (uint32_t)chunk->at - 1;
    assay_index_fill(&chunk->index, chunk->bytes, chunk->at, n, format->delimiter);
    chunk->next = 0;
    chunk->fresh = true;
    bool going = true;
    while (going && chunk->at < end && part->status == ASSAY_OK) {
        struct assay_run run = next_run(chunk, format->header.n, format->delimiter);
        if (run.n_row > 0) {
            read_run(plain, records, &run, part);
            chunk->next += run.n_row * run.stride;
            chunk->at = (size_t)chunk->index.ends[(ptrdiff_t)chunk->next - 1] + 1;
            chunk->line += run.n_row;
            chunk->n_odd = 0;
        } else {
            going = read_odd(records, chunk, end, end == length);
        }
        chunk->fresh = false;
    }
}

void assay_plain_read(struct assay_plain *plain, struct assay_records *records, const char *bytes,
                      size_t length, size_t line, struct assay_part *part)
{
    struct chunk chunk = {.bytes = bytes, .line = line, .longest = records->format->max_field};
    assay_memo_forget(&plain->room.memo);
    assay_records_give(records, bytes, length, part);
    while (chunk.at < length && part->status == ASSAY_OK)
        read_chunk(plain, records, &chunk, length, part);
}
