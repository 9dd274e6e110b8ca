#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/library/library_parts.h"

/* One input of texts while blocks are scored. */
struct reading {
    int32_t *id_of_code;    /* [n_dictionary] */
    double *number_of_code; /* [n_dictionary]; NULL: not a number as well */
    int32_t *ids;           /* [ASSAY_COMPILED_ROWS] of this block */
    double *numbers;        /* the same; NULL */
};

struct batch {
    const struct libassay_model *model;
    const struct libassay_column *columns;
    struct reading readings[ASSAY_MAX_INPUTS]; /* zeroed where the input is a number */
    struct assay_lane lanes[ASSAY_MAX_INPUTS];
    struct assay_block block;
    void *room;
};

/* ---- what the caller may give ---- */

static enum libassay_status check_codes(const struct libassay_column *column, const char *name,
                                        size_t n_row, struct libassay_error *error)
{
    int32_t highest = -1;
    for (size_t i = 0; i < n_row; i++)
        highest = column->codes[i] > highest ? column->codes[i] : highest;
    if (highest < 0 || (size_t)highest < column->n_dictionary)
        return LIBASSAY_OK;
    size_t row = 0;
    while (column->codes[row] < 0 || (size_t)column->codes[row] < column->n_dictionary)
        row++;
    return assay_library_misused(error,
                                 "column \"%s\": row %zu has code %d; expected one below %zu", name,
                                 row, (int)column->codes[row], column->n_dictionary);
}

static enum libassay_status check_column(const struct assay_input *input,
                                         const struct libassay_column *column, size_t n_row,
                                         struct libassay_error *error)
{
    for (size_t k = 0; k < sizeof column->reserved / sizeof *column->reserved; k++)
        if (column->reserved[k] != NULL)
            return assay_library_misused(
                error, "column \"%s\": reserved is not zero; expected zeros", input->column);
    if (!input->is_text)
        return column->numbers != NULL || n_row == 0
                   ? LIBASSAY_OK
                   : assay_library_misused(error, "column \"%s\": no numbers; expected them",
                                           input->column);
    if ((column->texts != NULL) + (column->codes != NULL) != 1 && n_row > 0)
        return assay_library_misused(error, "column \"%s\": %s; expected either", input->column,
                                     column->texts != NULL ? "both texts and codes"
                                                           : "neither texts nor codes");
    if (column->dictionary == NULL && column->n_dictionary > 0)
        return assay_library_misused(error,
                                     "column \"%s\": no dictionary; expected one of %zu texts",
                                     input->column, column->n_dictionary);
    return column->codes != NULL ? check_codes(column, input->column, n_row, error) : LIBASSAY_OK;
}

static enum libassay_status check(const struct libassay_model *model,
                                  const struct libassay_column columns[], size_t n_column,
                                  size_t n_row, const struct libassay_results *out,
                                  struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_given(columns, "columns", error);
    if (status == LIBASSAY_OK && n_column != model->model.n_input)
        status = assay_library_misused(error, "columns: %zu; expected %zu, one an input", n_column,
                                       model->model.n_input);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_results", error);
    for (size_t k = 0; status == LIBASSAY_OK && k < n_column; k++)
        status = check_column(&model->model.inputs[k], &columns[k], n_row, error);
    return status;
}

/* ---- texts to ids ---- */

static bool prepare_codes(struct batch *batch, size_t input, bool as_number)
{
    const struct libassay_column *column = &batch->columns[input];
    struct reading *reading = &batch->readings[input];
    reading->id_of_code = assay_alloc(column->n_dictionary, sizeof *reading->id_of_code);
    if (as_number)
        reading->number_of_code = assay_alloc(column->n_dictionary, sizeof(double));
    if (reading->id_of_code == NULL || (as_number && reading->number_of_code == NULL))
        return false;
    for (size_t c = 0; c < column->n_dictionary; c++) {
        const char *text = assay_library_text(column->dictionary[c]);
        reading->id_of_code[c] = assay_compiled_id(batch->model->compiled, input, text);
        if (as_number)
            reading->number_of_code[c] = assay_library_number(batch->model, text);
    }
    return true;
}

static bool prepare(struct batch *batch)
{
    const struct libassay_model *model = batch->model;
    bool made =
        (batch->room = malloc(assay_block_room(model->compiled, ASSAY_COMPILED_ROWS))) != NULL;
    for (size_t k = 0; made && k < model->model.n_input; k++) {
        struct reading *reading = &batch->readings[k];
        bool as_number = assay_compiled_reads_number(model->compiled, k);
        if (!model->model.inputs[k].is_text)
            continue;
        reading->ids = assay_alloc(ASSAY_COMPILED_ROWS, sizeof *reading->ids);
        if (as_number)
            reading->numbers = assay_alloc(ASSAY_COMPILED_ROWS, sizeof *reading->numbers);
        made = reading->ids != NULL && (!as_number || reading->numbers != NULL);
        if (made && batch->columns[k].codes != NULL)
            made = prepare_codes(batch, k, as_number);
        batch->lanes[k] = (struct assay_lane){.ids = reading->ids, .numbers = reading->numbers};
    }
    if (made)
        assay_block_lay(model->compiled, batch->room, ASSAY_COMPILED_ROWS, &batch->block);
    return made;
}

static void release(struct batch *batch)
{
    for (size_t k = 0; k < batch->model->model.n_input; k++) {
        free(batch->readings[k].id_of_code);
        free(batch->readings[k].number_of_code);
        free(batch->readings[k].ids);
        free(batch->readings[k].numbers);
    }
    free(batch->room);
}

static void read_codes(const struct batch *batch, size_t input, const int32_t codes[], size_t n)
{
    const struct reading *reading = &batch->readings[input];
    int32_t none = assay_compiled_id(batch->model->compiled, input, NULL);
    for (size_t i = 0; i < n; i++)
        reading->ids[i] = codes[i] < 0 ? none : reading->id_of_code[codes[i]];
    for (size_t i = 0; reading->numbers != NULL && i < n; i++)
        reading->numbers[i] = codes[i] < 0 ? (double)NAN : reading->number_of_code[codes[i]];
}

/* Neighbours often share the same text, address and all. */
static void read_texts(const struct batch *batch, size_t input, const char *const texts[], size_t n)
{
    const struct reading *reading = &batch->readings[input];
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && texts[i] == texts[i - 1];
        const char *text = assay_library_text(texts[i]);
        reading->ids[i] =
            again ? reading->ids[i - 1] : assay_compiled_id(batch->model->compiled, input, text);
        if (reading->numbers != NULL)
            reading->numbers[i] =
                again ? reading->numbers[i - 1] : assay_library_number(batch->model, text);
    }
}

static void read_block(struct batch *batch, size_t start, size_t n)
{
    for (size_t k = 0; k < batch->model->model.n_input; k++) {
        const struct libassay_column *column = &batch->columns[k];
        if (!batch->model->model.inputs[k].is_text)
            batch->lanes[k].numbers = column->numbers + start;
        else if (column->codes != NULL)
            read_codes(batch, k, column->codes + start, n);
        else
            read_texts(batch, k, column->texts + start, n);
    }
}

/* ---- results ---- */

static void give_figures(const double from[], const uint32_t flags[], size_t n, double *to)
{
    for (size_t i = 0; to != NULL && i < n; i++)
        to[i] = flags[i] & ASSAY_ROW_DROPPED ? (double)NAN : from[i];
}

static void give_counts(const uint32_t from[], size_t n, uint32_t *to)
{
    if (to != NULL)
        memcpy(to, from, n * sizeof *to);
}

/* Where row `start` of an array that may be NULL stands. */
#define AT(array, start) ((array) != NULL ? (array) + (start) : NULL)

static void give(const struct assay_block *block, size_t start, size_t n,
                 const struct libassay_results *out)
{
    give_figures(block->composite, block->flags, n, AT(out->composite, start));
    give_figures(block->score, block->flags, n, AT(out->score, start));
    give_figures(block->probability, block->flags, n, AT(out->probability, start));
    give_figures(block->log_odds, block->flags, n, AT(out->log_odds, start));
    for (size_t i = 0; out->zone != NULL && i < n; i++)
        out->zone[start + i] = block->flags[i] & ASSAY_ROW_DROPPED ? -1 : (int32_t)block->zone[i];
    give_counts(block->flags, n, AT(out->flags, start));
    give_counts(block->n_missing, n, AT(out->n_missing, start));
    give_counts(block->n_unknown, n, AT(out->n_unknown, start));
}

enum libassay_status libassay_score_columns(const struct libassay_model *model,
                                            const struct libassay_column columns[], size_t n_column,
                                            size_t n_row, const struct libassay_results *out,
                                            struct libassay_error *error)
{
    struct assay_error err = {0};
    struct batch batch = {.model = model, .columns = columns};
    enum libassay_status status = check(model, columns, n_column, n_row, out, error);
    if (status != LIBASSAY_OK || n_row == 0)
        return status;
    if (!prepare(&batch)) {
        release(&batch);
        return assay_library_fail(error, assay_fail_memory(&err, "scoring"), &err);
    }
    for (size_t start = 0; start < n_row; start += ASSAY_COMPILED_ROWS) {
        size_t left = n_row - start, n = left < ASSAY_COMPILED_ROWS ? left : ASSAY_COMPILED_ROWS;
        read_block(&batch, start, n);
        assay_compiled_score(model->compiled, batch.lanes, n, &batch.block);
        give(&batch.block, start, n, out);
    }
    release(&batch);
    return LIBASSAY_OK;
}
