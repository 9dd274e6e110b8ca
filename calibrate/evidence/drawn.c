#include "calibrate/evidence/drawn.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/rows.h"

/* Copies of a column's values at the rows written out; false when there is no memory. */
static bool copy_values(const struct assay_drawn *drawn, const int32_t from[], int32_t **to)
{
    size_t n = drawn->history.n_row;
    *to = assay_rows_alloc(n, sizeof **to);
    for (size_t k = 0; *to != NULL && k < n; k++)
        (*to)[k] = from[drawn->row[k]];
    return *to != NULL;
}

/* The columns that a line depends on; the others stay empty. The id has a column of its own at the end,
 * for it may be the one that lines go by. */
static bool copy_columns(const struct assay_history *original, struct assay_drawn *drawn)
{
    const struct assay_table *table = original->table;
    const struct assay_columns *columns = original->columns;
    struct assay_column *made = assay_alloc(table->n_column + 1, sizeof *made);
    if (made == NULL)
        return false;
    drawn->table = (struct assay_table){
        .n_row = drawn->history.n_row, .n_column = table->n_column + 1, .columns = made};
    drawn->columns = *columns;
    drawn->columns.id = table->n_column;
    bool good = copy_values(drawn, table->columns[columns->id].codes, &made[table->n_column].codes);
    if (columns->as_of != ASSAY_NO_COLUMN)
        good = good &&
               copy_values(drawn, table->columns[columns->as_of].dates, &made[columns->as_of].dates);
    if (columns->line_by != ASSAY_NO_COLUMN) {
        const struct assay_column *by = &table->columns[columns->line_by];
        made[columns->line_by].dictionary = by->dictionary;
        good = good && copy_values(drawn, by->codes, &made[columns->line_by].codes);
    }
    return good;
}

/* Writes the rows out, copies of an account's rows one after the other: number[k] counts them, from
 * 0. */
static bool write_rows(const struct assay_history *original, const unsigned char times[],
                       struct assay_drawn *drawn, unsigned char **number)
{
    struct assay_history *history = &drawn->history;
    size_t n = 0;
    for (size_t i = 0; i < original->n_row; i++)
        n += times[i];
    drawn->row = assay_rows_alloc(n, sizeof *drawn->row);
    history->used = assay_rows_alloc(n, 1);
    history->outcome = assay_rows_alloc(n, 1);
    *number = assay_rows_alloc(n, 1);
    if (drawn->row == NULL || history->used == NULL || history->outcome == NULL || *number == NULL)
        return false;
    for (size_t i = 0; i < original->n_row; i++)
        for (unsigned char k = 0; k < times[i]; k++) {
            drawn->row[history->n_row] = i;
            history->used[history->n_row] = 1;
            history->outcome[history->n_row] = original->outcome[i];
            history->n_event += original->outcome[i];
            (*number)[history->n_row++] = k;
        }
    return true;
}

/* New codes, so that each copy of an account is an account of its own. */
static bool number_accounts(const struct assay_history *original, const unsigned char times[],
                            const unsigned char number[], struct assay_drawn *drawn)
{
    const struct assay_column *id = &original->table->columns[original->columns->id];
    int32_t *codes = drawn->table.columns[drawn->columns.id].codes, next = 1;
    int32_t *first = assay_rows_alloc(assay_dictionary_count(id->dictionary), sizeof *first);
    if (first == NULL)
        return false;
    for (size_t k = 0; k < drawn->history.n_row; k++) {
        int32_t *at = &first[codes[k]]; /* 0: not met yet */
        if (*at == 0) {
            *at = next;
            next += times[drawn->row[k]];
        }
        codes[k] = *at - 1 + number[k];
    }
    drawn->history.n_account = (size_t)(next - 1);
    assay_rows_free(first);
    return true;
}

enum assay_status assay_drawn_init(const struct assay_history *original,
                                   const unsigned char times[], struct assay_drawn *drawn,
                                   struct assay_error *err)
{
    unsigned char *number = NULL;
    *drawn = (struct assay_drawn){.history = {.spec = original->spec,
                                              .n_signal = original->n_signal,
                                              .n_thread = original->n_thread,
                                              .from = original->from,
                                              .to = original->to}};
    bool good = write_rows(original, times, drawn, &number) && copy_columns(original, drawn) &&
                number_accounts(original, times, number, drawn);
    assay_rows_free(number);
    drawn->history.table = &drawn->table;
    drawn->history.columns = &drawn->columns;
    drawn->history.n_used = drawn->history.n_row;
    if (good)
        return ASSAY_OK;
    assay_drawn_clear(drawn);
    return assay_fail_memory(err, "writing drawn rows out");
}

void assay_drawn_clear(struct assay_drawn *drawn)
{
    for (size_t c = 0; c < drawn->table.n_column; c++) {
        assay_rows_free(drawn->table.columns[c].codes);
        assay_rows_free(drawn->table.columns[c].dates);
    }
    free(drawn->table.columns);
    assay_rows_free(drawn->history.used);
    assay_rows_free(drawn->history.outcome);
    assay_rows_free(drawn->row);
    *drawn = (struct assay_drawn){0};
}
