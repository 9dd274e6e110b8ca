#include "core/model/model_fields.h"
#include "core/model/model_parts.h"

enum { ACCOUNTS = ASSAY_COUNT(((struct assay_weight_change *)NULL)->accounts) };

/* ---- weights ---- */

static void write_weight(struct assay_json_writer *json, const struct assay_weight_change *change)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "name", change->name);
    assay_json_put_optional(json, "before", change->before);
    assay_json_put_optional(json, "after", change->after);
    assay_put_estimate(json, "data", &change->data);
    assay_put_estimate(json, "baselines", &change->baselines);
    assay_put_estimate(json, "method", &change->method);
    assay_json_open(json, "accounts", '[');
    for (size_t k = 0; k < ACCOUNTS && change->accounts[k] != NULL; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "account", change->accounts[k]);
        assay_json_put_number(json, "pull", change->pulls[k]);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static enum assay_status read_accounts(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_weight_change *change, struct assay_error *err)
{
    static const char *const keys[] = {"account", "pull"};
    const struct cJSON *list;
    size_t k = 0;
    enum assay_status status = assay_json_want_array(doc, object, "accounts", &list, err);
    if (status == ASSAY_OK && assay_json_count(list) > ACCOUNTS)
        status = assay_json_wrong(doc, list, err, "at most %d accounts", ACCOUNTS);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element), k++) {
        status = assay_check_element(doc, element, "an account", keys, ASSAY_COUNT(keys), err);
        if (status == ASSAY_OK)
            status = assay_want_text(doc, element, "account", false, &change->accounts[k], err);
        if (status == ASSAY_OK)
            status = assay_json_want_number(doc, element, "pull", &change->pulls[k], err);
    }
    return status;
}

static enum assay_status read_weight(struct assay_json *doc, const struct cJSON *element,
                                     struct assay_weight_change *change, struct assay_error *err)
{
    static const char *const keys[] = {"name",      "before", "after",   "data",
                                       "baselines", "method", "accounts"};
    enum assay_status status =
        assay_check_element(doc, element, "a weight's change", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_want_text(doc, element, "name", false, &change->name, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, element, "before", &change->before, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, element, "after", &change->after, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, element, "data", &change->data, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, element, "baselines", &change->baselines, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, element, "method", &change->method, err);
    return status != ASSAY_OK ? status : read_accounts(doc, element, change, err);
}

static enum assay_status read_weights(struct assay_json *doc, const struct cJSON *part,
                                      struct assay_model_changes *changes, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, part, "weights", sizeof *changes->weights,
                                               &changes->weights, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element))
        status = read_weight(doc, element, &changes->weights[changes->n_weight++], err);
    return status;
}

/* ---- zones ---- */

static void write_move(struct assay_json_writer *json, const struct assay_zone_move *move)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "from", move->from);
    assay_json_put_string(json, "to", move->to);
    assay_json_put_count(json, "snapshots", move->snapshots);
    assay_json_close(json);
}

static enum assay_status read_moves(struct assay_json *doc, const struct cJSON *part,
                                    struct assay_model_changes *changes, struct assay_error *err)
{
    static const char *const keys[] = {"from", "to", "snapshots"};
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, part, "zones", sizeof *changes->moves,
                                               &changes->moves, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element)) {
        struct assay_zone_move *move = &changes->moves[changes->n_move++];
        status = assay_check_element(doc, element, "a move", keys, ASSAY_COUNT(keys), err);
        if (status == ASSAY_OK)
            status = assay_want_text(doc, element, "from", false, &move->from, err);
        if (status == ASSAY_OK)
            status = assay_want_text(doc, element, "to", false, &move->to, err);
        if (status == ASSAY_OK)
            status = assay_want_size(doc, element, "snapshots", &move->snapshots, err);
    }
    return status;
}

/* ---- the whole ---- */

void assay_model_changes_write(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_changes *changes = &model->changes;
    if (model->parent_digest == NULL) {
        assay_json_put_null(json, "changes");
        return;
    }
    assay_json_open(json, "changes", '{');
    assay_json_open(json, "weights", '[');
    for (size_t k = 0; k < changes->n_weight; k++)
        write_weight(json, &changes->weights[k]);
    assay_json_close(json);
    assay_json_open(json, "performance", '{');
    assay_performance_write(json, "before", &changes->before);
    assay_performance_write(json, "after", &changes->after);
    assay_json_close(json);
    assay_json_open(json, "zones", '[');
    for (size_t k = 0; k < changes->n_move; k++)
        write_move(json, &changes->moves[k]);
    assay_json_close(json);
    assay_json_close(json);
}

enum assay_status assay_model_changes_read(struct assay_json *doc, const struct cJSON *object,
                                           struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"weights", "performance", "zones"};
    static const char *const performance_keys[] = {"before", "after"};
    struct assay_model_changes *changes = &model->changes;
    const struct cJSON *part, *performance;
    enum assay_status status = assay_want_part(doc, object, "changes", model->parent_digest == NULL,
                                               keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = read_weights(doc, part, changes, err);
    if (status == ASSAY_OK)
        status = assay_want_part(doc, part, "performance", false, performance_keys,
                                 ASSAY_COUNT(performance_keys), &performance, err);
    if (status == ASSAY_OK)
        status = assay_performance_read(doc, performance, "before", &changes->before, err);
    if (status == ASSAY_OK)
        status = assay_performance_read(doc, performance, "after", &changes->after, err);
    return status != ASSAY_OK ? status : read_moves(doc, part, changes, err);
}
