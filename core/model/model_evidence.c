#include <stdio.h>
#include <string.h>

#include "core/model/model_fields.h"
#include "core/model/model_parts.h"

/* ---- performance ---- */

void assay_put_figures(struct assay_json_writer *json,
                         const struct assay_estimate figures[ASSAY_FIGURES])
{
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        assay_put_estimate(json, assay_figure_name((enum assay_figure_name)f), &figures[f]);
}

enum assay_status assay_figures_read(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_estimate figures[ASSAY_FIGURES],
                                     struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    for (size_t f = 0; status == ASSAY_OK && f < ASSAY_FIGURES; f++)
        status = assay_want_estimate(doc, object, assay_figure_name((enum assay_figure_name)f),
                                     &figures[f], err);
    return status;
}

void assay_performance_write(struct assay_json_writer *json, const char *key,
                             const struct assay_model_performance *performance)
{
    if (performance->n == 0) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_count(json, "n", performance->n);
    assay_json_put_count(json, "events", performance->events);
    assay_put_figures(json, performance->figures);
    assay_json_close(json);
}

enum assay_status assay_performance_read(struct assay_json *doc, const struct cJSON *object,
                                         const char *key,
                                         struct assay_model_performance *performance,
                                         struct assay_error *err)
{
    const char *keys[2 + ASSAY_FIGURES] = {"n", "events"};
    const struct cJSON *part;
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        keys[2 + f] = assay_figure_name((enum assay_figure_name)f);
    enum assay_status status =
        assay_want_part(doc, object, key, true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = assay_want_rows(doc, part, &performance->n, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, part, performance->n, &performance->events, err);
    return status != ASSAY_OK ? status
                              : assay_figures_read(doc, part, performance->figures, err);
}

static void write_performances(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "performance", '{');
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++)
        assay_performance_write(json, assay_performance_names[k], &model->performance[k]);
    assay_json_close(json);
}

static enum assay_status read_performances(struct assay_json *doc, const struct cJSON *root,
                                           struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = assay_want_part(doc, root, "performance", false,
                                               assay_performance_names, ASSAY_PERFORMANCES, &part,
                                               err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_PERFORMANCES; k++)
        status = assay_performance_read(doc, part, assay_performance_names[k],
                                        &model->performance[k], err);
    return status;
}

/* ---- yardsticks ---- */

static void write_yardstick(struct assay_json_writer *json, const char *key,
                            const struct assay_model_yardstick *yardstick)
{
    if (yardstick->n == 0) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_count(json, "n", yardstick->n);
    assay_json_put_count(json, "events", yardstick->events);
    assay_json_put_optional(json, "auc", yardstick->auc);
    assay_json_put_optional(json, "brier", yardstick->brier);
    assay_json_put_optional(json, "log_loss", yardstick->log_loss);
    assay_put_estimate(json, "auc_gain", &yardstick->auc_gain);
    assay_put_estimate(json, "brier_change", &yardstick->brier_change);
    assay_put_estimate(json, "log_loss_change", &yardstick->log_loss_change);
    assay_json_close(json);
}

static enum assay_status read_yardstick(struct assay_json *doc, const struct cJSON *object,
                                        const char *key, struct assay_model_yardstick *yardstick,
                                        struct assay_error *err)
{
    static const char *const keys[] = {"n",        "events",   "auc",          "brier",
                                       "log_loss", "auc_gain", "brier_change", "log_loss_change"};
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, key, true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = assay_want_rows(doc, part, &yardstick->n, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, part, yardstick->n, &yardstick->events, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "auc", &yardstick->auc, err);
    if (status == ASSAY_OK && (yardstick->auc < 0 || yardstick->auc > 1))
        status = assay_json_wrong(doc, assay_json_get(part, "auc"), err, "a share, 0 to 1");
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "brier", &yardstick->brier, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "log_loss", &yardstick->log_loss, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, part, "auc_gain", &yardstick->auc_gain, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, part, "brier_change", &yardstick->brier_change, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, part, "log_loss_change", &yardstick->log_loss_change,
                                     err);
    return status;
}

static void write_yardsticks(struct assay_json_writer *json, const struct assay_model *model)
{
    assay_json_open(json, "yardsticks", '{');
    for (size_t k = 0; k < ASSAY_YARDS; k++)
        write_yardstick(json, assay_yard_names[k], &model->yardsticks[k]);
    assay_json_close(json);
}

static enum assay_status read_yardsticks(struct assay_json *doc, const struct cJSON *root,
                                         struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = assay_want_part(doc, root, "yardsticks", false, assay_yard_names,
                                               ASSAY_YARDS, &part, err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_YARDS; k++)
        status = read_yardstick(doc, part, assay_yard_names[k], &model->yardsticks[k], err);
    return status;
}

/* ---- training data ---- */

enum { REASON_SIZE = 64 };

/* A bad row's reason as a key. */
static const char *reject_key(size_t reason, char out[REASON_SIZE])
{
    snprintf(out, REASON_SIZE, "bad_%s",
             assay_reject_reason_name((enum assay_reject_reason)reason));
    return out;
}

static void write_training(struct assay_json_writer *json,
                           const struct assay_training_data *training, size_t n_zone)
{
    char key[REASON_SIZE];
    assay_json_open(json, "training_data", '{');
    assay_json_put_count(json, "rows", training->rows);
    assay_json_put_count(json, "used", training->left_out[ASSAY_ROW_USED]);
    assay_json_open(json, "dropped", '{');
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        assay_json_put_count(json, assay_row_state_name((enum assay_row_state)k),
                             training->left_out[k]);
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        assay_json_put_count(json, reject_key(k, key), training->rejected[k]);
    assay_json_close(json);
    assay_json_put_string(json, "sha256", training->sha256);
    assay_put_date(json, "from", training->from);
    assay_put_date(json, "to", training->to);
    assay_model_reference_write(json, &training->reference, n_zone);
    assay_json_close(json);
}

static enum assay_status read_dropped(struct assay_json *doc, const struct cJSON *part,
                                      struct assay_training_data *training,
                                      struct assay_error *err)
{
    enum { STATES = ASSAY_ROW_STATES - ASSAY_ROW_USED - 1 };
    char bad[ASSAY_REJECT_REASONS][REASON_SIZE];
    const char *keys[STATES + ASSAY_REJECT_REASONS];
    const struct cJSON *dropped;
    for (size_t k = 0; k < STATES; k++)
        keys[k] = assay_row_state_name((enum assay_row_state)(ASSAY_ROW_USED + 1 + k));
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++)
        keys[STATES + k] = reject_key(k, bad[k]);
    enum assay_status status =
        assay_want_part(doc, part, "dropped", false, keys, ASSAY_COUNT(keys), &dropped, err);
    for (size_t k = 0; status == ASSAY_OK && k < STATES; k++)
        status = assay_want_size(doc, dropped, keys[k],
                                 &training->left_out[ASSAY_ROW_USED + 1 + k], err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_REJECT_REASONS; k++)
        status = assay_want_size(doc, dropped, keys[STATES + k], &training->rejected[k], err);
    return status;
}

static enum assay_status read_training(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"rows",   "used", "dropped", "sha256",
                                       "from",   "to",   "reference"};
    struct assay_training_data *training = &model->training;
    const struct cJSON *part;
    const char *sha256 = "";
    enum assay_status status =
        assay_want_part(doc, root, "training_data", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "rows", &training->rows, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "used", &training->left_out[ASSAY_ROW_USED], err);
    if (status == ASSAY_OK)
        status = read_dropped(doc, part, training, err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, part, "sha256", &sha256, err);
    if (status == ASSAY_OK && (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdef") != 64))
        status = assay_json_wrong(doc, assay_json_get(part, "sha256"), err,
                                  "64 hexadecimal digits in lower case");
    if (status == ASSAY_OK)
        memcpy(training->sha256, sha256, 65);
    if (status == ASSAY_OK)
        status = assay_want_date(doc, part, "from", &training->from, err);
    if (status == ASSAY_OK)
        status = assay_want_date(doc, part, "to", &training->to, err);
    return status != ASSAY_OK ? status
                              : assay_model_reference_read(doc, part, model, &training->reference,
                                                           err);
}

/* ---- all of them ---- */

void assay_model_evidence_write(struct assay_json_writer *json, const struct assay_model *model)
{
    write_performances(json, model);
    write_yardsticks(json, model);
    write_training(json, &model->training, model->spec.n_zone);
}

enum assay_status assay_model_evidence_read(struct assay_json *doc, const struct cJSON *object,
                                            struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = read_performances(doc, object, model, err);
    if (status == ASSAY_OK)
        status = read_yardsticks(doc, object, model, err);
    return status != ASSAY_OK ? status : read_training(doc, object, model, err);
}
