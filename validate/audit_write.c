#include "validate/audit_write.h"

#include <math.h>
#include <stdio.h>

#include "core/base/json_write.h"
#include "validate/notes.h"

const char *assay_verdict_name(enum assay_verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "inconclusive"};
    return names[verdict];
}

void assay_audit_reason(const char *metric, const struct assay_estimate *estimate, double target,
                        enum assay_verdict result, size_t n, char *out, size_t size)
{
    if (isnan(estimate->value))
        snprintf(out, size, "%s is not defined: no snapshot to take it from", metric);
    else
        snprintf(out, size, "%s %.1f%% [%.1f, %.1f] of %zu against a target of %g%%: %s", metric,
                 100 * estimate->value, 100 * estimate->low, 100 * estimate->high, n, 100 * target,
                 result == ASSAY_PASS   ? "met"
                 : result == ASSAY_FAIL ? "missed"
                                        : "the interval straddles it");
}

static void write_subject(struct assay_json_writer *json,
                          const struct assay_audit_subject *subject,
                          const struct assay_audit_rules *rules)
{
    assay_json_put_string(json, "format", "assay-audit/1");
    if (subject->model != NULL) {
        assay_json_open(json, "model", '{');
        assay_json_put_string(json, "name", subject->model->spec.name);
        assay_json_put_string(json, "version", subject->model->version);
        assay_json_put_string(json, "digest", subject->model->digest);
        assay_json_close(json);
    } else {
        assay_json_put_string(json, "score_column", subject->score_column);
        assay_json_put_string(json, "higher_is",
                              rules->higher_is == ASSAY_HIGHER_IS_HEALTH ? "health" : "risk");
    }
}

static void put_day(struct assay_json_writer *json, const char *key, int32_t day)
{
    char text[ASSAY_DATE_SIZE];
    if (day == ASSAY_NO_DATE)
        assay_json_put_null(json, key);
    else
        assay_json_put_string(json, key, assay_date_print(day, text));
}

static void write_data(struct assay_json_writer *json, const struct assay_audit_data *data,
                       size_t n_event)
{
    char sha256[ASSAY_SHA256_TEXT_SIZE];
    const size_t *rejected = assay_csv_rejects_by_reason(data->intake.csv);
    assay_json_open(json, "data", '{');
    assay_json_put_count(json, "rows", assay_csv_record_count(data->intake.csv));
    assay_json_put_count(json, "used", data->n);
    assay_json_put_count(json, "events", n_event);
    assay_json_open(json, "dropped", '{');
    for (size_t k = ASSAY_ROW_USED + 1; k < ASSAY_ROW_STATES; k++)
        assay_json_put_count(json, assay_row_state_name((enum assay_row_state)k), data->count[k]);
    for (size_t k = 0; k < ASSAY_REJECT_REASONS; k++) {
        char key[64];
        snprintf(key, sizeof key, "bad_%s", assay_reject_reason_name((enum assay_reject_reason)k));
        assay_json_put_count(json, key, rejected[k]);
    }
    assay_json_close(json);
    assay_json_put_count(json, "early_events", data->early_events);
    assay_json_put_count(json, "unseen_plan", data->n_unseen);
    assay_json_put_count(json, "unseen_segment", data->n_new_segment);
    assay_json_put_count(json, "unknown_category", data->n_unknown);
    assay_csv_sha256(data->intake.csv, sha256);
    assay_json_put_string(json, "sha256", sha256);
    put_day(json, "from", data->from);
    put_day(json, "to", data->to);
    assay_json_close(json);
}

static void write_line(struct assay_json_writer *json, const struct assay_audit_rules *rules,
                       const struct assay_audit_subject *subject)
{
    const struct assay_model *model = subject->model;
    bool own_lines = model != NULL && model->n_segment_line > 0;
    assay_json_open(json, "line", '{');
    assay_json_put_number(json, "score", rules->line);
    assay_json_put_optional(json, "probability", subject->line_probability);
    if (own_lines)
        assay_json_put_string(json, "by", model->spec.line.by);
    else
        assay_json_put_null(json, "by");
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

static void write_verdict(struct assay_json_writer *json, const struct assay_audit *audit,
                          const struct assay_audit_rules *rules)
{
    char reason[200];
    assay_json_open(json, "verdict", '{');
    assay_json_put_string(json, "result", assay_verdict_name(audit->verdict));
    assay_json_open(json, "reasons", '[');
    assay_audit_reason("sensitivity", &audit->rates.sensitivity.wilson, rules->target_sensitivity,
                       audit->sensitivity_result, audit->rates.sensitivity.n, reason,
                       sizeof reason);
    assay_json_put_string(json, NULL, reason);
    assay_audit_reason("specificity", &audit->rates.specificity.wilson, rules->target_specificity,
                       audit->specificity_result, audit->rates.specificity.n, reason,
                       sizeof reason);
    assay_json_put_string(json, NULL, reason);
    assay_json_close(json);
    assay_json_close(json);
}

/* ---- metrics ---- */

static void open_metric(struct assay_json_writer *json, const char *name,
                        const struct assay_estimate *estimate, const char *method)
{
    assay_json_open(json, name, '{');
    assay_json_put_optional(json, "value", estimate->value);
    assay_json_put_interval(json, "interval", estimate->low, estimate->high);
    assay_json_put_string(json, "method", method);
}

static void write_metric(struct assay_json_writer *json, const char *name,
                         const struct assay_estimate *estimate, const char *method)
{
    open_metric(json, name, estimate, method);
    assay_json_put_null(json, "target");
    assay_json_put_null(json, "result");
    assay_json_close(json);
}

/* target NaN: none. */
static void write_rate(struct assay_json_writer *json, const char *name,
                       const struct assay_rate *rate, double target, enum assay_verdict result)
{
    open_metric(json, name, &rate->wilson, "Wilson");
    assay_json_put_interval(json, "clopper_pearson", rate->clopper_pearson.low,
                            rate->clopper_pearson.high);
    assay_json_put_count(json, "of", rate->n);
    assay_json_put_optional(json, "target", target);
    if (isnan(target))
        assay_json_put_null(json, "result");
    else
        assay_json_put_string(json, "result", assay_verdict_name(result));
    assay_json_close(json);
}

static void write_metrics(struct assay_json_writer *json, const struct assay_audit *audit,
                          const struct assay_audit_rules *rules)
{
    const struct assay_performance *p = &audit->performance;
    const struct assay_confusion_rates *rates = &audit->rates;
    assay_json_open(json, "metrics", '{');
    write_rate(json, "sensitivity", &rates->sensitivity, rules->target_sensitivity,
               audit->sensitivity_result);
    write_rate(json, "specificity", &rates->specificity, rules->target_specificity,
               audit->specificity_result);
    write_rate(json, "ppv", &rates->ppv, NAN, ASSAY_INCONCLUSIVE);
    write_rate(json, "npv", &rates->npv, NAN, ASSAY_INCONCLUSIVE);
    write_rate(json, "prevalence", &rates->prevalence, NAN, ASSAY_INCONCLUSIVE);
    write_rate(json, "accuracy", &rates->accuracy, NAN, ASSAY_INCONCLUSIVE);
    write_rate(json, "flagged_share", &rates->flagged_share, NAN, ASSAY_INCONCLUSIVE);
    write_metric(json, "auc", &audit->auc.wald, "DeLong");
    write_metric(json, "auc_logit", &audit->auc.logit, "DeLong, on the logit scale");
    write_metric(json, "brier", &p->brier, "normal");
    write_metric(json, "log_loss", &p->log_loss, "normal");
    write_metric(json, "calibration_intercept", &p->calibration_intercept, "Wald");
    write_metric(json, "calibration_slope", &p->calibration_slope, "Wald");
    write_metric(json, "oe_ratio", &p->oe_ratio, "log-normal");
    assay_json_close(json);
}

static void write_counts(struct assay_json_writer *json, const char *key,
                         const struct assay_confusion *counts)
{
    assay_json_open(json, key, '{');
    assay_json_put_count(json, "tp", counts->tp);
    assay_json_put_count(json, "fp", counts->fp);
    assay_json_put_count(json, "fn", counts->fn);
    assay_json_put_count(json, "tn", counts->tn);
    assay_json_close(json);
}

static void write_zones(struct assay_json_writer *json, const struct assay_audit *audit,
                        const struct assay_audit_rules *rules)
{
    assay_json_open(json, "zones", '[');
    for (size_t z = 0; z < audit->n_zone; z++) {
        const struct assay_zone_result *zone = &audit->zones[z];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", rules->zones[z].name);
        assay_json_put_number(json, "from", rules->zones[z].from);
        assay_json_put_count(json, "n", zone->n);
        assay_json_put_count(json, "events", zone->n_event);
        assay_json_put_optional(json, "rate", zone->rate.wilson.value);
        assay_json_put_interval(json, "interval", zone->rate.wilson.low, zone->rate.wilson.high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void put_rate(struct assay_json_writer *json, const char *key,
                     const struct assay_estimate *estimate)
{
    assay_json_open(json, key, '{');
    assay_json_put_optional(json, "value", estimate->value);
    assay_json_put_interval(json, "interval", estimate->low, estimate->high);
    assay_json_close(json);
}

static void write_segments(struct assay_json_writer *json, const struct assay_audit *audit)
{
    assay_json_open(json, "segments", '[');
    for (size_t k = 0; k < audit->n_segment; k++) {
        const struct assay_audit_segment *segment = &audit->segments[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "column", segment->column);
        assay_json_put_string(json, "value", segment->value);
        assay_json_put_count(json, "n", segment->n);
        assay_json_put_count(json, "events", segment->n_event);
        write_counts(json, "counts", &segment->counts);
        put_rate(json, "auc", &segment->auc);
        put_rate(json, "sensitivity", &segment->rates.sensitivity.wilson);
        put_rate(json, "specificity", &segment->rates.specificity.wilson);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_value(struct assay_json_writer *json, const struct assay_audit *audit)
{
    if (isnan(audit->value_churned)) {
        assay_json_put_null(json, "impact");
        return;
    }
    assay_json_open(json, "impact", '{');
    assay_json_put_number(json, "value_lost", audit->value_churned);
    assay_json_put_number(json, "value_lost_flagged", audit->value_caught);
    assay_json_put_number(json, "value_lost_missed", audit->value_missed);
    assay_json_put_number(json, "value_flagged_in_vain", audit->value_in_vain);
    assay_json_put_count(json, "without_value", audit->n_value_missing);
    assay_json_close(json);
}

static void write_quality(struct assay_json_writer *json, const struct assay_audit *audit,
                          const struct assay_audit_data *data,
                          const struct assay_audit_rules *rules,
                          const struct assay_audit_subject *subject)
{
    struct assay_notes notes;
    assay_notes_gather(audit, data, rules, subject->model, &notes);
    assay_json_open(json, "quality", '{');
    if (subject->model != NULL)
        assay_json_put_bool(json, "in_sample", assay_audit_in_sample(data, subject->model));
    else
        assay_json_put_null(json, "in_sample");
    assay_json_open(json, "notes", '[');
    for (size_t k = 0; k < notes.n; k++)
        assay_json_put_string(json, NULL, notes.text[k]);
    assay_json_close(json);
    assay_json_close(json);
}

enum assay_status assay_audit_write(const struct assay_audit *audit,
                                    const struct assay_audit_data *data,
                                    const struct assay_audit_rules *rules,
                                    const struct assay_audit_subject *subject,
                                    struct assay_text *text, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    assay_json_open(&json, NULL, '{');
    write_subject(&json, subject, rules);
    write_data(&json, data, audit->n_event);
    write_line(&json, rules, subject);
    write_verdict(&json, audit, rules);
    write_counts(&json, "counts", &audit->counts);
    write_metrics(&json, audit, rules);
    write_zones(&json, audit, rules);
    write_segments(&json, audit);
    write_value(&json, audit);
    write_quality(&json, audit, data, rules, subject);
    assay_json_close(&json);
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the audit");
    }
    *text = json.out;
    return ASSAY_OK;
}
