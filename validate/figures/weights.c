#include "validate/figures/weights.h"

#include <math.h>
#include <string.h>

static double weight_of(const struct assay_model *model, const char *signal)
{
    for (size_t j = 0; model != NULL && j < model->n_signal; j++)
        if (strcmp(model->spec.signals[j].name, signal) == 0)
            return model->weight[j];
    return NAN;
}

void assay_audit_write_weights(const struct assay_audit_input *input, struct assay_audit_output *out)
{
    const struct assay_model *model = input->model;
    struct assay_json_writer *json = &out->json;
    if (model == NULL) {
        assay_json_put_null(json, "weights");
        return;
    }
    assay_json_open(json, "weights", '[');
    for (size_t j = 0; j < model->n_signal; j++) {
        const struct assay_signal_spec *signal = &model->spec.signals[j];
        const struct assay_estimate *interval = &model->weight_interval[j];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "signal", signal->name);
        assay_json_put_string(json, "dimension", signal->dimension);
        assay_json_put_number(json, "weight", model->weight[j]);
        assay_json_put_interval(json, "interval", interval->low, interval->high);
        assay_json_put_optional(json, "champion_weight", weight_of(input->champion, signal->name));
        assay_json_close(json);
    }
    assay_json_close(json);
}
