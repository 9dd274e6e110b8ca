#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/spec/spec_parts.h"

static void write_example(struct assay_json_writer *json, const struct assay_model *model,
                          const struct assay_example *example)
{
    assay_json_open(json, NULL, '{');
    assay_json_open(json, "inputs", '{');
    for (size_t k = 0; k < model->n_input; k++) {
        const struct assay_example_input *input = &example->inputs[k];
        if (input->text != NULL)
            assay_json_put_string(json, model->inputs[k].column, input->text);
        else
            assay_json_put_optional(json, model->inputs[k].column, input->number);
    }
    assay_json_close(json);
    assay_json_put_numbers(json, "normalised", example->s, model->n_signal);
    if (example->dropped) {
        assay_json_put_null(json, "composite");
        assay_json_put_null(json, "score");
        assay_json_put_null(json, "probability");
        assay_json_put_null(json, "zone");
    } else {
        assay_json_put_number(json, "composite", example->composite);
        assay_json_put_number(json, "score", example->score);
        assay_json_put_number(json, "probability", example->probability);
        assay_json_put_string(json, "zone", model->spec.zones[example->zone].name);
    }
    assay_json_close(json);
}

void assay_model_examples_write(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "examples", '[');
    for (size_t e = 0; e < model->n_example; e++)
        write_example(json, model, &model->examples[e]);
    assay_json_close(json);
}

static enum assay_status read_inputs(struct assay_json *doc, const struct cJSON *object,
                                     const struct assay_model *model,
                                     struct assay_example *example, struct assay_error *err)
{
    const struct cJSON *inputs;
    enum assay_status status = assay_json_want_object(doc, object, "inputs", &inputs, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t k = 0; k < model->n_input; k++) {
        const struct cJSON *value = assay_json_get(inputs, model->inputs[k].column);
        example->inputs[k].number = NAN;
        if (value == NULL)
            return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected every input",
                              assay_json_place(doc, inputs), model->inputs[k].column);
        if (assay_json_is_null(value))
            continue;
        if (!(model->inputs[k].is_text ? assay_json_is_string(value) : assay_json_is_number(value)))
            return assay_json_wrong(doc, value, err, "%s or null",
                                    model->inputs[k].is_text ? "text" : "a number");
        if (!model->inputs[k].is_text)
            example->inputs[k].number = assay_json_number(value);
        else
            status = assay_spec_text(assay_json_string(value), &example->inputs[k].text, err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static enum assay_status read_results(struct assay_json *doc, const struct cJSON *object,
                                      const struct assay_model *model,
                                      struct assay_example *example, struct assay_error *err)
{
    const struct cJSON *score = assay_json_get(object, "score");
    const char *zone;
    if (score != NULL && assay_json_is_null(score)) {
        static const char *const others[] = {"composite", "probability", "zone"};
        example->dropped = true;
        for (size_t k = 0; k < ASSAY_COUNT(others); k++)
            if (!assay_json_is_null(assay_json_get(object, others[k])))
                return assay_fail(err, ASSAY_EDATA, "%s: a \"%s\" where the score is null; expected "
                                                    "null", assay_json_place(doc, object),
                                  others[k]);
        return ASSAY_OK;
    }
    enum assay_status status =
        assay_json_want_number(doc, object, "composite", &example->composite, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "score", &example->score, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "probability", &example->probability, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, object, "zone", &zone, err);
    if (status != ASSAY_OK)
        return status;
    for (example->zone = 0; example->zone < model->spec.n_zone; example->zone++)
        if (strcmp(model->spec.zones[example->zone].name, zone) == 0)
            return ASSAY_OK;
    return assay_json_wrong(doc, assay_json_get(object, "zone"), err, "one of the model's zones");
}

static enum assay_status read_example(struct assay_json *doc, const struct cJSON *object,
                                      const struct assay_model *model,
                                      struct assay_example *example, struct assay_error *err)
{
    static const char *const keys[] = {"inputs", "normalised", "composite", "score", "probability",
                                       "zone"};
    enum assay_status status =
        assay_check_element(doc, object, "an example", keys, ASSAY_COUNT(keys), err);
    if (status != ASSAY_OK)
        return status;
    example->inputs = assay_alloc(model->n_input, sizeof *example->inputs);
    if (example->inputs == NULL)
        return assay_fail_memory(err, "reading a model");
    status = read_inputs(doc, object, model, example, err);
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, object, "normalised", model->n_signal, &example->s, err);
    return status != ASSAY_OK ? status : read_results(doc, object, model, example, err);
}

enum assay_status assay_model_examples_read(struct assay_json *doc, const struct cJSON *object,
                                            struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, object, "examples", &list, err);
    if (status == ASSAY_OK)
        status = assay_model_find_inputs(model, err);
    if (status != ASSAY_OK)
        return status;
    size_t n = assay_json_count(list);
    if (n < ASSAY_MIN_EXAMPLES)
        return assay_json_wrong(doc, list, err, "at least %d examples", ASSAY_MIN_EXAMPLES);
    model->examples = assay_alloc(n, sizeof *model->examples);
    if (model->examples == NULL)
        return assay_fail_memory(err, "reading a model");
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element))
        status = read_example(doc, element, model, &model->examples[model->n_example++], err);
    return status;
}
