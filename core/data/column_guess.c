#include "core/data/column_guess.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/memory.h"
#include "core/base/number.h"
#include "core/data/csv.h"

static bool is_wanted(const struct assay_csv *csv, size_t field, const char *const skip[],
                      size_t n_skip)
{
    const char *name = assay_csv_header(csv, field);
    if (*name == '\0')
        return false;
    for (size_t k = 0; k < n_skip; k++)
        if (strcmp(name, skip[k]) == 0)
            return false;
    for (size_t k = 0; k < assay_csv_header_count(csv); k++)
        if (k != field && strcmp(name, assay_csv_header(csv, k)) == 0)
            return false;
    return true;
}

/* Whether a column of the sample is worth asking for, and as what. */
static bool guess_type(const struct assay_column *column, size_t n_row, enum assay_column_type *type)
{
    size_t n_text = assay_dictionary_count(column->dictionary), n_number = 0, n_date = 0, n_value = 0;
    for (size_t k = 0; k < n_text; k++) {
        const char *text = assay_dictionary_text(column->dictionary, (int32_t)k);
        double number;
        int32_t date;
        n_number += assay_number_parse(text, strlen(text), &number);
        n_date += assay_date_parse(text, strlen(text), &date);
    }
    for (size_t i = 0; i < n_row; i++)
        n_value += column->codes[i] != ASSAY_NO_CODE;
    *type = n_number == n_text ? ASSAY_NUMBER : ASSAY_TEXT;
    bool few = n_text <= ASSAY_GUESS_LEVELS && 2 * n_text <= n_value;
    return n_text > 0 && (*type == ASSAY_NUMBER || (few && n_date < n_text));
}

static enum assay_status keep_column(const struct assay_column *column, enum assay_column_type type,
                                     struct assay_guessed_columns *guessed, struct assay_error *err)
{
    char *name = assay_copy_string(column->name);
    if (name == NULL)
        return assay_fail_memory(err, "looking at columns");
    guessed->columns[guessed->n++] = (struct assay_guessed_column){name, type};
    return ASSAY_OK;
}

static enum assay_status look(struct assay_csv *csv, const char *const skip[], size_t n_skip,
                              struct assay_column_request requests[], struct assay_table *table,
                              struct assay_guessed_columns *guessed, struct assay_error *err)
{
    size_t n = 0;
    bool more = true;
    for (size_t k = 0; k < assay_csv_header_count(csv); k++)
        if (is_wanted(csv, k, skip, n_skip))
            requests[n++] = (struct assay_column_request){.column = assay_csv_header(csv, k),
                                                          .type = ASSAY_TEXT,
                                                          .what = "column",
                                                          .lenient = true};
    if (n == 0)
        return ASSAY_OK;
    guessed->columns = assay_alloc(n, sizeof *guessed->columns);
    if (guessed->columns == NULL)
        return assay_fail_memory(err, "looking at columns");
    enum assay_status status = assay_csv_select(csv, requests, n, table, err);
    if (status == ASSAY_OK)
        status = assay_csv_read(csv, table, ASSAY_GUESS_ROWS, &more, err);
    for (size_t k = 0; status == ASSAY_OK && k < n; k++) {
        enum assay_column_type type;
        if (guess_type(&table->columns[k], table->n_row, &type))
            status = keep_column(&table->columns[k], type, guessed, err);
    }
    return status;
}

enum assay_status assay_columns_guess(const char *path, char delimiter, const char *const skip[],
                                      size_t n_skip, struct assay_guessed_columns *guessed,
                                      struct assay_error *err)
{
    struct assay_csv_options options = assay_csv_options_default();
    struct assay_csv *csv = NULL;
    struct assay_table table = {0};
    struct assay_guessed_columns made = {0};
    options.delimiter = delimiter;
    enum assay_status status = assay_csv_open(path, &options, &csv, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_column_request *requests = assay_alloc(assay_csv_header_count(csv), sizeof *requests);
    status = requests != NULL ? look(csv, skip, n_skip, requests, &table, &made, err)
                              : assay_fail_memory(err, "looking at columns");
    free(requests);
    assay_table_clear(&table);
    assay_csv_close(csv);
    if (status != ASSAY_OK) {
        assay_guessed_columns_clear(&made);
        return status;
    }
    *guessed = made;
    return ASSAY_OK;
}

void assay_guessed_columns_clear(struct assay_guessed_columns *guessed)
{
    for (size_t k = 0; k < guessed->n; k++)
        free(guessed->columns[k].name);
    free(guessed->columns);
    *guessed = (struct assay_guessed_columns){0};
}
