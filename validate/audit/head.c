#include "validate/audit/head.h"

#include <math.h>
#include <stdio.h>

#include "validate/audit/notes.h"

static void write_model(struct assay_json_writer *json, const char *key,
                        const struct assay_model *model)
{
    if (model == NULL) {
        assay_json_put_null(json, key);
        return;
    }
    assay_json_open(json, key, '{');
    assay_json_put_string(json, "name", model->spec.name);
    assay_json_put_string(json, "version", model->version);
    assay_json_put_string(json, "digest", model->digest);
    assay_json_close(json);
}

static void put_accounts(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    if (input->accounts != NULL)
        assay_json_put_count(json, "accounts", input->n_used_account);
    else
        assay_json_put_null(json, "accounts");
}

/* How many events the probabilities led to expect, and the variance of that number were they right. */
static void put_expected(struct assay_json_writer *json, const struct assay_audit_set *used)
{
    double expected = used->prob != NULL ? 0 : (double)NAN, variance = expected;
    for (size_t i = 0; used->prob != NULL && i < used->n; i++) {
        expected += used->prob[i];
        variance += used->prob[i] * (1 - used->prob[i]);
    }
    assay_json_put_optional(json, "expected", expected);
    assay_json_put_optional(json, "expected_variance", variance);
}

static void write_dropped(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    const size_t *rejected = assay_csv_rejects_by_reason(input->intake->csv);
    assay_json_open(json, "dropped", '{');
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        assay_json_put_count(json, assay_row_state_name((enum assay_row_state)k), input->count[k]);
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++) {
        char key[64];
        snprintf(key, sizeof key, "bad_%s", assay_reject_reason_name((enum assay_reject_reason)k));
        assay_json_put_count(json, key, rejected[k]);
    }
    assay_json_close(json);
}

static void write_data(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    assay_json_open(json, "data", '{');
    assay_json_put_string(json, "name", assay_csv_name(input->intake->csv));
    assay_json_put_count(json, "rows", assay_csv_record_count(input->intake->csv));
    assay_json_put_count(json, "used", input->used.n);
    assay_json_put_count(json, "events", input->used.n_event);
    put_accounts(json, input);
    put_expected(json, &input->used);
    assay_json_put_count(json, "waiting", input->waiting.n);
    assay_json_put_count(json, "other", input->other.n);
    write_dropped(json, input);
    assay_json_put_count(json, "early_events", input->early_events);
    assay_json_put_count(json, "unseen_plan", input->n_unseen);
    assay_json_put_count(json, "unseen_segment", input->n_new_segment);
    assay_json_put_count(json, "unknown_category", input->n_unknown);
    assay_csv_sha256(input->intake->csv, sha256);
    assay_json_put_string(json, "sha256", sha256);
    assay_put_date(json, "from", input->from);
    assay_put_date(json, "to", input->to);
    assay_json_close(json);
}

static void write_line(struct assay_json_writer *json, const struct assay_audit_input *input)
{
    const struct assay_model *model = input->model;
    bool own_lines = model != NULL && model->n_segment_line > 0;
    assay_json_open(json, "line", '{');
    assay_json_put_number(json, "score", input->line);
    assay_json_put_optional(json, "probability", model != NULL && assay_model_is_nominal(model)
                                                     ? NAN /* a declaration, not a finding */
                                                     : input->line_probability);
    assay_put_text(json, "by", own_lines ? model->spec.line.by : NULL);
    assay_json_open(json, "segments", '[');
    for (size_t k = 0; own_lines && k < model->n_segment_line; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "segment", model->segment_lines[k].segment);
        assay_json_put_number(json, "probability", model->segment_lines[k].probability);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

void assay_audit_head_write(const struct assay_audit_input *input, struct assay_audit_output *out)
{
    struct assay_json_writer *json = &out->json;
    assay_json_put_string(json, "format", "assay-audit/1");
    assay_put_date(json, "created", input->created);
    if (input->model != NULL) {
        write_model(json, "model", input->model);
    } else {
        assay_json_put_string(json, "score_column", input->score_column);
        assay_json_put_string(json, "higher_is",
                              input->higher_is == ASSAY_HIGHER_IS_HEALTH ? "health" : "risk");
    }
    write_model(json, "champion", input->champion);
    if (input->rules_name != NULL) {
        assay_json_open(json, "rules", '{');
        assay_json_put_string(json, "file", input->rules_name);
        assay_json_put_string(json, "sha256", input->rules_sha256);
        assay_json_close(json);
    } else {
        assay_json_put_null(json, "rules");
    }
    write_data(json, input);
    write_line(json, input);
}

enum assay_status assay_audit_quality_write(const struct assay_audit_input *input,
                                            const struct assay_confusion *counts,
                                            const struct assay_estimate *auc,
                                            struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_json_writer *json = &out->json;
    struct assay_notes notes;
    enum assay_status status = assay_notes_gather(input, counts, auc, &notes, err);
    if (status != ASSAY_OK)
        return status;
    assay_json_open(json, "quality", '{');
    if (input->model != NULL)
        assay_json_put_bool(json, "in_sample", assay_audit_in_sample(input));
    else
        assay_json_put_null(json, "in_sample");
    assay_json_open(json, "notes", '[');
    for (size_t k = 0; k < notes.n; k++)
        assay_json_put_string(json, NULL, notes.text[k]);
    assay_json_close(json);
    assay_json_close(json);
    return ASSAY_OK;
}

void assay_audit_advice_write(struct assay_audit_output *out)
{
    assay_json_open(&out->json, "what_to_do", '[');
    for (size_t k = 0; k < out->advice.n; k++)
        assay_json_put_string(&out->json, NULL, out->advice.line[k].text);
    assay_json_close(&out->json);
}
