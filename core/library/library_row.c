#include <math.h>
#include <stdalign.h>

#include "core/library/library_parts.h"
#include "core/model/points.h"

_Static_assert(LIBASSAY_NO_SCORE == (int)ASSAY_ROW_DROPPED &&
                   LIBASSAY_NEW_PLAN == (int)ASSAY_ROW_UNSEEN_PLAN &&
                   LIBASSAY_NEW_SEGMENT == (int)ASSAY_ROW_UNSEEN_SEGMENT,
               "flags go out as they are");

/* A block of one row, in memory of its own. */
struct row {
    struct assay_block block;
    alignas(double) unsigned char room[ASSAY_COMPILED_ROW_ROOM];
};

static void score_row(const struct libassay_model *model, const struct libassay_value values[],
                      struct row *row)
{
    struct assay_lane lanes[ASSAY_MAX_INPUTS];
    int32_t ids[ASSAY_MAX_INPUTS];
    double numbers[ASSAY_MAX_INPUTS];
    for (size_t k = 0; k < model->model.n_input; k++) {
        lanes[k] = (struct assay_lane){.numbers = &numbers[k], .ids = &ids[k]};
        numbers[k] = values[k].number;
        if (!model->model.inputs[k].is_text)
            continue;
        const char *text = assay_library_text(values[k].text);
        ids[k] = assay_compiled_id(model->compiled, k, text);
        if (assay_compiled_reads_number(model->compiled, k))
            numbers[k] = assay_library_number(model, text);
    }
    assay_block_lay(model->compiled, row->room, 1, &row->block);
    assay_compiled_score(model->compiled, lanes, 1, &row->block);
}

static void hand_over(const struct assay_block *block, struct libassay_score *out)
{
    bool scored = (block->flags[0] & ASSAY_ROW_DROPPED) == 0;
    double none = NAN;
    struct libassay_score made = {.composite = scored ? block->composite[0] : none,
                                  .score = scored ? block->score[0] : none,
                                  .probability = scored ? block->probability[0] : none,
                                  .log_odds = scored ? block->log_odds[0] : none,
                                  .zone = scored ? (int32_t)block->zone[0] : -1,
                                  .flags = block->flags[0],
                                  .n_missing = block->n_missing[0],
                                  .n_unknown = block->n_unknown[0]};
    assay_library_hand_over(&made, sizeof made, out);
}

static enum libassay_status check_values(const struct libassay_model *model,
                                         const struct libassay_value values[], size_t n_value,
                                         struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_given(values, "values", error);
    if (status == LIBASSAY_OK && n_value != model->model.n_input)
        status = assay_library_misused(error, "values: %zu; expected %zu, one an input", n_value,
                                       model->model.n_input);
    return status;
}

static enum libassay_status check_drivers(const struct libassay_model *model,
                                          const struct libassay_driver drivers[], size_t n_driver,
                                          struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(drivers, "drivers", error);
    if (status == LIBASSAY_OK && n_driver != model->model.n_signal)
        status = assay_library_misused(error, "drivers: %zu; expected %zu, one a signal", n_driver,
                                       model->model.n_signal);
    return status;
}

enum libassay_status libassay_score_row(const struct libassay_model *model,
                                        const struct libassay_value values[], size_t n_value,
                                        struct libassay_score *out, struct libassay_error *error)
{
    struct row row;
    enum libassay_status status = check_values(model, values, n_value, error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_score", error);
    if (status != LIBASSAY_OK)
        return status;
    score_row(model, values, &row);
    hand_over(&row.block, out);
    return LIBASSAY_OK;
}

enum libassay_status libassay_explain_row(const struct libassay_model *model,
                                          const struct libassay_value values[], size_t n_value,
                                          struct libassay_driver drivers[], size_t n_driver,
                                          struct libassay_score *out, struct libassay_error *error)
{
    struct row row;
    enum libassay_status status = check_values(model, values, n_value, error);
    if (status == LIBASSAY_OK)
        status = check_drivers(model, drivers, n_driver, error);
    if (status == LIBASSAY_OK && out != NULL)
        status = assay_library_check_size(out, sizeof *out, "libassay_score", error);
    if (status != LIBASSAY_OK)
        return status;
    score_row(model, values, &row);
    struct assay_terms terms = assay_block_terms(model->compiled, &row.block, 0);
    for (size_t j = 0; j < n_driver; j++) {
        double s = row.block.s[j];
        bool missing = row.block.missing[j];
        drivers[j] = (struct libassay_driver){
            .normalised = s,
            .weight = assay_terms_weight(&model->model, terms)[j],
            .points = assay_points_of_signal(&model->model, terms, j, s, missing),
            .missing = missing};
    }
    if (out != NULL)
        hand_over(&row.block, out);
    return LIBASSAY_OK;
}
