#include "core/data/csv_part.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"

enum assay_status assay_part_columns(struct assay_table *table, const struct assay_table *like,
                                     struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    size_t index;
    for (size_t k = 0; k < like->n_column && status == ASSAY_OK; k++)
        status = assay_table_add_column(table, like->columns[k].name, like->columns[k].type, &index,
                                        err);
    if (status != ASSAY_OK)
        assay_table_clear(table);
    return status;
}

void assay_part_clear(struct assay_part *part)
{
    assay_table_clear(&part->table);
    free(part->noted);
    free(part->words);
    assay_text_clear(&part->texts);
    *part = (struct assay_part){0};
}

static void reset_table(struct assay_table *table)
{
    assay_table_reset(table);
    for (size_t k = 0; k < table->n_column; k++) {
        table->columns[k].n_unreadable = 0;
        if (table->columns[k].dictionary != NULL)
            assay_dictionary_reset(table->columns[k].dictionary);
    }
}

void assay_part_reset(struct assay_part *part)
{
    reset_table(&part->table);
    part->n_noted = part->n_words = 0;
    assay_text_reset(&part->texts);
    part->status = ASSAY_OK;
}

/* ---- bad rows ---- */

static size_t keep(struct assay_part *part, const char *bytes, size_t length)
{
    size_t at = part->texts.length;
    assay_text_add(&part->texts, bytes, length);
    return at;
}

static bool note_words(struct assay_part *part, const struct assay_reject *reject)
{
    if (!assay_grow(&part->words, &part->words_capacity, part->n_words + 1, sizeof *part->words))
        return false;
    const char *expected = reject->expected != NULL ? reject->expected : "";
    part->words[part->n_words++] = (struct assay_noted_words){
        .line = reject->line,
        .n_field = reject->n_field,
        .n_header = reject->n_header,
        .column = reject->column,
        .name = reject->name,
        .what = reject->what,
        .value_at = keep(part, reject->value, reject->value_length),
        .value_length = reject->value_length,
        .expected_at = keep(part, expected, strlen(expected) + 1),
        .record_at = keep(part, reject->record, reject->record_length),
        .record_length = reject->record_length,
    };
    return !part->texts.failed;
}

bool assay_part_note(struct assay_part *part, const struct assay_reject *reject, bool all_words)
{
    if (!assay_grow(&part->noted, &part->noted_capacity, part->n_noted + 1, sizeof *part->noted))
        return false;
    part->noted[part->n_noted] =
        (struct assay_noted){.row = (uint32_t)part->table.n_row, .reason = (uint8_t)reject->reason};
    if ((all_words || part->n_noted < ASSAY_REJECTS_SHOWN) && !note_words(part, reject))
        return false;
    part->n_noted++;
    return true;
}

static struct assay_reject recall(const struct assay_part *part, size_t k)
{
    struct assay_reject reject = {.reason = (enum assay_reject_reason)part->noted[k].reason};
    if (k >= part->n_words)
        return reject;
    const struct assay_noted_words *words = &part->words[k];
    const char *texts = part->texts.data;
    reject.line = words->line;
    reject.n_field = words->n_field;
    reject.n_header = words->n_header;
    reject.column = words->column;
    reject.name = words->name;
    reject.what = words->what;
    reject.value = texts + words->value_at;
    reject.value_length = words->value_length;
    reject.expected = texts + words->expected_at;
    reject.record = texts + words->record_at;
    reject.record_length = words->record_length;
    return reject;
}

enum assay_status assay_part_reject(const struct assay_part *part, struct assay_part_place *place,
                                    size_t before, struct assay_rejects *rejects,
                                    const char *source, struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && place->noted < part->n_noted &&
           part->noted[place->noted].row < before) {
        struct assay_reject reject = recall(part, place->noted++);
        status = assay_rejects_add(rejects, source, &reject, err);
    }
    return status;
}

/* ---- rows ---- */

static bool copy_texts(const struct assay_column *from, size_t first, size_t n,
                       struct assay_column *to)
{
    for (size_t i = 0; i < n; i++) {
        int32_t code = from->codes[first + i];
        if (code != ASSAY_NO_CODE) {
            const char *text = assay_dictionary_text(from->dictionary, code);
            code = assay_dictionary_enter(to->dictionary, text, strlen(text));
            if (code == ASSAY_NO_CODE)
                return false;
        }
        to->codes[i] = code;
    }
    return true;
}

static bool copy_cells(const struct assay_column *from, size_t first, size_t n,
                       struct assay_column *to)
{
    switch (from->type) {
    case ASSAY_NUMBER:
        memcpy(to->numbers, from->numbers + first, n * sizeof *to->numbers);
        return true;
    case ASSAY_TEXT:
        return copy_texts(from, first, n, to);
    case ASSAY_DATE:
        memcpy(to->dates, from->dates + first, n * sizeof *to->dates);
        return true;
    case ASSAY_FLAG:
        memcpy(to->flags, from->flags + first, n * sizeof *to->flags);
        return true;
    }
    return false;
}

enum assay_status assay_part_copy_open_row(const struct assay_table *from, struct assay_table *to,
                                           struct assay_error *err)
{
    enum assay_status status = assay_table_reserve(to, to->n_row + 1, err);
    for (size_t k = 0; k < from->n_column && status == ASSAY_OK; k++) {
        const struct assay_column *column = &from->columns[k];
        struct assay_column *copy = &to->columns[k];
        if (column->type == ASSAY_NUMBER)
            copy->numbers[to->n_row] = column->numbers[from->n_row];
        else if (column->type == ASSAY_DATE)
            copy->dates[to->n_row] = column->dates[from->n_row];
        else if (column->type == ASSAY_FLAG)
            copy->flags[to->n_row] = column->flags[from->n_row];
    }
    return status;
}

/* Dictionaries of its own again: that of the part has texts of rows that are not given yet. */
static enum assay_status cut(const struct assay_table *table, size_t first, size_t n,
                             struct assay_table *rest, struct assay_error *err)
{
    reset_table(rest);
    enum assay_status status = assay_table_reserve(rest, n, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < table->n_column; k++)
        if (!copy_cells(&table->columns[k], first, n, &rest->columns[k]))
            return assay_fail_memory(err, "adding a row to the table");
    memcpy(rest->lines, table->lines + first, n * sizeof *rest->lines);
    rest->n_row = n;
    if (first + n == table->n_row)
        for (size_t k = 0; k < table->n_column; k++)
            rest->columns[k].n_unreadable = table->columns[k].n_unreadable;
    return ASSAY_OK;
}

enum assay_status assay_part_give(const struct assay_part *part, struct assay_part_place *place,
                                  size_t n, struct assay_table *table, struct assay_table *rest,
                                  struct assay_error *err)
{
    const struct assay_table *rows = &part->table;
    enum assay_status status = ASSAY_OK;
    if (n == 0) { /* what was unreadable stood in bad rows */
        for (size_t k = 0; k < rows->n_column && rows->n_row == 0; k++)
            table->columns[k].n_unreadable += rows->columns[k].n_unreadable;
        return ASSAY_OK;
    }
    if (n < rows->n_row) {
        status = cut(rows, place->row, n, rest, err);
        rows = rest;
    }
    if (status == ASSAY_OK)
        status = assay_table_append(table, rows, err);
    if (status == ASSAY_OK)
        place->row += n;
    return status;
}
