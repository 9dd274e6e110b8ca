/* What the fit was pulled to: a penalty, or an anchor. */
#include <assert.h>
#include <math.h>

#include "core/model/model_fields.h"
#include "core/model/model_parts.h"

/* ---- penalty ---- */

static void write_penalty(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_penalty *penalty = &model->fit.penalty;
    if (penalty->word == ASSAY_NO_PENALTY) {
        assay_json_put_string(json, "penalty", assay_penalty_names[ASSAY_NO_PENALTY]);
        return;
    }
    assay_json_open(json, "penalty", '{');
    assay_json_put_string(json, "method", assay_penalty_names[penalty->word]);
    assay_json_put_number(json, "alpha", penalty->alpha);
    assay_json_put_number(json, "lambda", penalty->lambda);
    assay_json_put_bool(json, "chosen", penalty->chosen);
    if (penalty->stability != NULL)
        assay_json_put_numbers(json, "stability", penalty->stability, model->n_signal);
    else
        assay_json_put_null(json, "stability");
    assay_json_put_count(json, "half_samples", penalty->half_samples);
    assay_json_close(json);
}

static enum assay_status read_stability(struct assay_json *doc, const struct cJSON *part,
                                        struct assay_model *model, struct assay_error *err)
{
    struct assay_model_penalty *penalty = &model->fit.penalty;
    enum assay_status status = assay_want_size(doc, part, "half_samples", &penalty->half_samples,
                                               err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *list = assay_json_get(part, "stability");
    if (assay_field_is_null(part, "stability"))
        return penalty->half_samples == 0
                   ? ASSAY_OK
                   : assay_json_wrong(doc, list, err, "a share for each of the signals");
    status = assay_want_vector(doc, part, "stability", model->n_signal, &penalty->stability, err);
    if (status == ASSAY_OK && penalty->half_samples == 0)
        status = assay_json_wrong(doc, list, err, "null where no half-samples were drawn");
    for (size_t j = 0; status == ASSAY_OK && j < model->n_signal; j++)
        if (penalty->stability[j] < 0 || penalty->stability[j] > 1)
            status = assay_json_wrong(doc, list, err, "shares, 0 to 1, not %g",
                                      penalty->stability[j]);
    return status;
}

static enum assay_status read_penalty(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"method", "alpha",     "lambda",
                                       "chosen", "stability", "half_samples"};
    struct assay_model_penalty *penalty = &model->fit.penalty;
    const struct cJSON *value = assay_json_get(object, "penalty"), *part;
    size_t word = 0;
    if (!assay_json_is_object(value))
        return assay_check_word(doc, object, "penalty", assay_penalty_names[ASSAY_NO_PENALTY], err);
    enum assay_status status =
        assay_want_part(doc, object, "penalty", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "method", &assay_penalty_names[ASSAY_RIDGE], 3,
                                      &word, err);
    penalty->word = (enum assay_penalty_word)(ASSAY_RIDGE + word);
    if (status == ASSAY_OK)
        status = assay_want_share(doc, part, "alpha", &penalty->alpha, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "lambda", &penalty->lambda, err);
    if (status == ASSAY_OK && penalty->lambda < 0)
        status = assay_json_wrong(doc, assay_json_get(part, "lambda"), err, "0 or more");
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "chosen", &penalty->chosen, err);
    return status != ASSAY_OK ? status : read_stability(doc, part, model, err);
}

/* ---- anchor ---- */

static void write_conflict(struct assay_json_writer *json, const struct assay_model_anchor *anchor)
{
    if (isnan(anchor->conflict_statistic)) {
        assay_json_put_null(json, "conflict");
        return;
    }
    assay_json_open(json, "conflict", '{');
    assay_json_put_number(json, "statistic", anchor->conflict_statistic);
    assay_json_put_count(json, "degrees", anchor->conflict_degrees);
    assay_json_put_number(json, "p_value", anchor->conflict_p);
    assay_json_close(json);
}

static void write_no_anchor(struct assay_json_writer *json, double degrees)
{
    assay_json_put_string(json, "anchor", assay_anchor_names[ASSAY_ANCHOR_NONE]);
    assay_json_put_null(json, "anchored_to");
    assay_json_put_null(json, "anchor_weights");
    assay_json_put_null(json, "strength");
    assay_json_put_null(json, "lambda");
    assay_json_put_bool(json, "strength_chosen", false);
    assay_json_put_optional(json, "degrees", degrees);
    assay_json_put_null(json, "conflict");
}

/* Weights are the sign that there is an anchor. */
static void write_anchor(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_anchor *anchor = &model->fit.anchor;
    if (anchor->weight == NULL) {
        write_no_anchor(json, anchor->degrees);
        return;
    }
    assert(anchor->word > ASSAY_ANCHOR_NONE);
    assay_json_put_string(json, "anchor", assay_anchor_names[anchor->word]);
    assay_json_put_string(json, "anchored_to", assay_taken_names[anchor->taken]);
    assay_json_put_numbers(json, "anchor_weights", anchor->weight, model->n_signal);
    assay_put_amount(json, "strength", anchor->strength);
    assay_put_amount(json, "lambda", anchor->lambda);
    assay_json_put_bool(json, "strength_chosen", anchor->chosen);
    assay_json_put_optional(json, "degrees", anchor->degrees);
    write_conflict(json, anchor);
}

static enum assay_status check_no_anchor(struct assay_json *doc, const struct cJSON *part,
                                         const struct assay_model_anchor *anchor,
                                         struct assay_error *err)
{
    static const char *const keys[] = {"anchored_to", "anchor_weights", "strength", "lambda",
                                       "conflict"};
    for (size_t k = 0; k < ASSAY_COUNT(keys); k++) {
        const struct cJSON *value = assay_json_get(part, keys[k]);
        if (value == NULL)
            return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected null",
                              assay_json_place(doc, part), keys[k]);
        if (!assay_json_is_null(value))
            return assay_json_wrong(doc, value, err, "null where there is no anchor");
    }
    if (anchor->chosen)
        return assay_json_wrong(doc, assay_json_get(part, "strength_chosen"), err,
                                "false where there is no anchor");
    return ASSAY_OK;
}

static enum assay_status read_conflict(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model_anchor *anchor, struct assay_error *err)
{
    static const char *const keys[] = {"statistic", "degrees", "p_value"};
    const struct cJSON *part;
    anchor->conflict_statistic = anchor->conflict_p = NAN;
    enum assay_status status =
        assay_want_part(doc, object, "conflict", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = assay_json_want_number(doc, part, "statistic", &anchor->conflict_statistic, err);
    if (status == ASSAY_OK && anchor->conflict_statistic < 0)
        status = assay_json_wrong(doc, assay_json_get(part, "statistic"), err, "0 or more");
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "degrees", &anchor->conflict_degrees, err);
    return status != ASSAY_OK ? status
                              : assay_want_share(doc, part, "p_value", &anchor->conflict_p, err);
}

/* Strength and lambda are the same on two scales: both without end, or neither. */
static enum assay_status read_strength(struct assay_json *doc, const struct cJSON *part,
                                       struct assay_model_anchor *anchor, struct assay_error *err)
{
    enum assay_status status = assay_want_amount(doc, part, "strength", &anchor->strength, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "lambda", &anchor->lambda, err);
    if (status == ASSAY_OK && isnan(anchor->strength))
        status = assay_json_wrong(doc, assay_json_get(part, "strength"), err,
                                  "a number from 0 up or \"infinite\"");
    if (status == ASSAY_OK && (isnan(anchor->lambda) ||
                               isinf(anchor->lambda) != isinf(anchor->strength)))
        status = assay_json_wrong(doc, assay_json_get(part, "lambda"), err,
                                  isinf(anchor->strength) ? "\"infinite\", as \"strength\" is"
                                                          : "a number from 0 up");
    return status;
}

static enum assay_status read_anchor_weights(struct assay_json *doc, const struct cJSON *part,
                                             struct assay_model *model, struct assay_error *err)
{
    struct assay_model_anchor *anchor = &model->fit.anchor;
    size_t taken = 0;
    enum assay_status status =
        assay_json_want_word(doc, part, "anchored_to", assay_taken_names, 3, &taken, err);
    anchor->taken = (unsigned)taken;
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, part, "anchor_weights", model->n_signal, &anchor->weight,
                                   err);
    if (status == ASSAY_OK)
        status = assay_check_sum(doc, part, "anchor_weights", anchor->weight, model->n_signal, err);
    if (status == ASSAY_OK)
        status = read_strength(doc, part, anchor, err);
    return status != ASSAY_OK ? status : read_conflict(doc, part, anchor, err);
}

static enum assay_status read_anchor(struct assay_json *doc, const struct cJSON *part,
                                     struct assay_model *model, struct assay_error *err)
{
    struct assay_model_anchor *anchor = &model->fit.anchor;
    size_t word = 0;
    enum assay_status status = assay_json_want_word(
        doc, part, "anchor", &assay_anchor_names[ASSAY_ANCHOR_NONE], 4, &word, err);
    anchor->word = (enum assay_anchor_word)(ASSAY_ANCHOR_NONE + word);
    if (status == ASSAY_OK)
        status = assay_json_want_bool(doc, part, "strength_chosen", &anchor->chosen, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "degrees", &anchor->degrees, err);
    if (status == ASSAY_OK && anchor->degrees < 0)
        status = assay_json_wrong(doc, assay_json_get(part, "degrees"), err, "0 or more");
    if (status != ASSAY_OK)
        return status;
    if (anchor->word != ASSAY_ANCHOR_NONE)
        return read_anchor_weights(doc, part, model, err);
    anchor->conflict_statistic = anchor->conflict_p = NAN;
    return check_no_anchor(doc, part, anchor, err);
}

/* ---- both ---- */

void assay_fit_pull_write(struct assay_json_writer *json, const struct assay_model *model)
{
    write_penalty(json, model);
    write_anchor(json, model);
}

enum assay_status assay_fit_pull_read(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = read_penalty(doc, object, model, err);
    if (status == ASSAY_OK)
        status = read_anchor(doc, object, model, err);
    if (status == ASSAY_OK && model->fit.penalty.word != ASSAY_NO_PENALTY &&
        model->fit.anchor.word != ASSAY_ANCHOR_NONE)
        status = assay_json_wrong(doc, assay_json_get(object, "anchor"), err,
                                  "\"none\" beside a penalty");
    return status;
}
