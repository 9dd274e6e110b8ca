#include "core/model/compiled_table.h"

#include <stdlib.h>

#include "core/base/memory.h"

static enum assay_status no_memory(struct assay_error *err)
{
    return assay_fail_memory(err, "preparing to score");
}

enum assay_status assay_compiled_table_init(const struct assay_compiled *compiled,
                                            const struct assay_model *model,
                                            const struct assay_table *table,
                                            struct assay_compiled_table *tied,
                                            struct assay_error *err)
{
    struct assay_compiled_table made = {.compiled = compiled,
                                        .n_input = model->n_input,
                                        .inputs = assay_alloc(model->n_input, sizeof *made.inputs)};
    if (made.inputs == NULL)
        return no_memory(err);
    for (size_t k = 0; k < made.n_input; k++) {
        struct assay_tied_input *input = &made.inputs[k];
        const char *column = model->inputs[k].column;
        bool is_text = model->inputs[k].is_text;
        input->number = input->text = ASSAY_NOT_TIED;
        if (is_text)
            input->text = assay_table_find(table, column, ASSAY_TEXT);
        if (assay_compiled_reads_number(compiled, k))
            input->number = assay_table_find(table, column, ASSAY_NUMBER);
        input->none = is_text ? assay_compiled_id(compiled, k, NULL) : 0;
    }
    enum assay_status status = assay_compiled_table_extend(&made, table, err);
    if (status != ASSAY_OK)
        assay_compiled_table_clear(&made);
    else
        *tied = made;
    return status;
}

void assay_compiled_table_clear(struct assay_compiled_table *tied)
{
    for (size_t k = 0; tied->inputs != NULL && k < tied->n_input; k++)
        free(tied->inputs[k].id_of_code);
    free(tied->inputs);
    *tied = (struct assay_compiled_table){0};
}

enum assay_status assay_compiled_table_extend(struct assay_compiled_table *tied,
                                              const struct assay_table *table,
                                              struct assay_error *err)
{
    for (size_t k = 0; k < tied->n_input; k++) {
        struct assay_tied_input *input = &tied->inputs[k];
        if (input->text == ASSAY_NOT_TIED)
            continue;
        const struct assay_dictionary *texts = table->columns[input->text].dictionary;
        size_t n = assay_dictionary_count(texts);
        if (!assay_grow(&input->id_of_code, &input->code_capacity, n, sizeof *input->id_of_code))
            return no_memory(err);
        for (; input->n_code < n; input->n_code++)
            input->id_of_code[input->n_code] = assay_compiled_id(
                tied->compiled, k, assay_dictionary_text(texts, (int32_t)input->n_code));
    }
    return ASSAY_OK;
}

enum assay_status assay_compiled_work_init(const struct assay_compiled_table *tied, size_t capacity,
                                           struct assay_compiled_work *work,
                                           struct assay_error *err)
{
    struct assay_compiled_work made = {
        .numbers = assay_alloc(tied->n_input * capacity, sizeof *made.numbers),
        .ids = assay_alloc(tied->n_input * capacity, sizeof *made.ids),
        .room = assay_alloc(assay_block_room(tied->compiled, capacity), 1)};
    if (made.numbers == NULL || made.ids == NULL || made.room == NULL) {
        assay_compiled_work_clear(&made);
        return assay_fail_memory(err, "scoring");
    }
    assay_block_lay(tied->compiled, made.room, capacity, &made.block);
    *work = made;
    return ASSAY_OK;
}

void assay_compiled_work_clear(struct assay_compiled_work *work)
{
    free(work->numbers);
    free(work->ids);
    free(work->room);
    *work = (struct assay_compiled_work){0};
}

static void find_ids(const struct assay_tied_input *input, const int32_t codes[], size_t n,
                     int32_t ids[])
{
    for (size_t i = 0; i < n; i++)
        ids[i] = codes[i] == ASSAY_NO_CODE ? input->none : input->id_of_code[codes[i]];
}

void assay_compiled_table_score(const struct assay_compiled_table *tied,
                                const struct assay_table *table, size_t first, size_t n,
                                struct assay_compiled_work *work)
{
    for (size_t k = 0; k < tied->n_input; k++) {
        const struct assay_tied_input *input = &tied->inputs[k];
        struct assay_lane *lane = &work->lanes[k];
        *lane = (struct assay_lane){0};
        if (input->number != ASSAY_NOT_TIED)
            lane->numbers = assay_column_numbers(&table->columns[input->number], first, n,
                                                 work->numbers + k * work->block.capacity);
        if (input->text == ASSAY_NOT_TIED)
            continue;
        int32_t *ids = work->ids + k * work->block.capacity;
        find_ids(input, table->columns[input->text].codes + first, n, ids);
        lane->ids = ids;
    }
    assay_compiled_score(tied->compiled, work->lanes, n, &work->block);
}
