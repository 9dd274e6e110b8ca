#include <string.h>

#include "core/library/library_parts.h"

enum libassay_status libassay_describe(const struct libassay_model *model,
                                       struct libassay_about *out, struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_about", error);
    if (status != LIBASSAY_OK)
        return status;
    const struct assay_model *at = &model->model;
    struct libassay_about about = {.name = at->spec.name,
                                   .version = at->version,
                                   .digest = at->digest,
                                   .format = ASSAY_MODEL_FORMAT,
                                   .id_column = at->spec.id,
                                   .n_input = at->n_input,
                                   .n_signal = at->n_signal,
                                   .n_zone = at->spec.n_zone,
                                   .n_example = at->n_example,
                                   .at_risk_score = at->at_risk_score,
                                   .at_risk_probability = at->at_risk_probability};
    assay_library_hand_over(&about, sizeof about, out);
    return LIBASSAY_OK;
}

/* Of what there are n, numbered from 0. */
static enum libassay_status check_index(const char *what, size_t index, size_t n,
                                        struct libassay_error *error)
{
    if (index < n)
        return LIBASSAY_OK;
    return assay_library_misused(error, "%s %zu; expected one below %zu", what, index, n);
}

enum libassay_status libassay_describe_input(const struct libassay_model *model, size_t input,
                                             struct libassay_input *out,
                                             struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = check_index("input", input, model->model.n_input, error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_input", error);
    if (status != LIBASSAY_OK)
        return status;
    const struct assay_input *at = &model->model.inputs[input];
    struct libassay_input made = {.column = at->column,
                                  .kind = at->is_text ? LIBASSAY_TEXT : LIBASSAY_NUMBER};
    assay_library_hand_over(&made, sizeof made, out);
    return LIBASSAY_OK;
}

enum libassay_status libassay_describe_signal(const struct libassay_model *model, size_t signal,
                                              struct libassay_signal *out,
                                              struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = check_index("signal", signal, model->model.n_signal, error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_signal", error);
    if (status != LIBASSAY_OK)
        return status;
    const struct assay_model *from = &model->model;
    const struct assay_signal_spec *at = &from->spec.signals[signal];
    struct libassay_signal made = {.name = at->name,
                                   .column = at->column,
                                   .dimension = at->dimension,
                                   .missing = assay_missing_names[at->missing],
                                   .weight = from->weight[signal],
                                   .coefficient = -from->slope[signal]};
    while (strcmp(from->inputs[made.input].column, at->column) != 0)
        made.input++;
    assay_library_hand_over(&made, sizeof made, out);
    return LIBASSAY_OK;
}

enum libassay_status libassay_describe_zone(const struct libassay_model *model, size_t zone,
                                            struct libassay_zone *out, struct libassay_error *error)
{
    enum libassay_status status = assay_library_check_given(model, "model", error);
    if (status == LIBASSAY_OK)
        status = check_index("zone", zone, model->model.spec.n_zone, error);
    if (status == LIBASSAY_OK)
        status = assay_library_check_size(out, sizeof *out, "libassay_zone", error);
    if (status != LIBASSAY_OK)
        return status;
    const struct assay_zone *at = &model->model.spec.zones[zone];
    struct libassay_zone made = {.name = at->name, .from = at->from};
    assay_library_hand_over(&made, sizeof made, out);
    return LIBASSAY_OK;
}
