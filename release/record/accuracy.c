#include "release/record/accuracy.h"

#include <math.h>

#include "core/model/model_fields.h"
#include "release/record/look.h"
#include "release/record/sources.h"

/* ---- of an audit ---- */

static void put_audit_figures(struct assay_json_writer *json, const char *key,
                              const struct cJSON *figures)
{
    assay_json_open(json, key, '{');
    for (const struct cJSON *f = assay_look_first(figures); f != NULL; f = assay_json_next(f))
        assay_json_put_optional(json, assay_json_key(f),
                                assay_json_is_number(f) ? assay_json_number(f) : (double)NAN);
    assay_json_close(json);
}

static void put_difference(struct assay_json_writer *json, const char *metric,
                           struct assay_estimate difference)
{
    assay_json_open(json, NULL, '{');
    assay_json_put_string(json, "metric", metric);
    assay_json_put_optional(json, "value", difference.value);
    assay_json_put_interval(json, "interval", difference.low, difference.high);
    assay_json_close(json);
}

static void put_audit_differences(struct assay_json_writer *json, const struct cJSON *differences)
{
    assay_json_open(json, "differences", '[');
    for (const struct cJSON *d = assay_look_first(differences); d != NULL; d = assay_json_next(d)) {
        const char *metric = assay_look_text(d, "metric");
        if (metric != NULL)
            put_difference(json, metric, assay_look_estimate(assay_look_at(d, "difference")));
    }
    assay_json_close(json);
}

static void put_of_audit(struct assay_json_writer *json, const struct cJSON *comparison)
{
    assay_json_open(json, "accuracy", '{');
    assay_json_put_string(json, "source", "audit");
    assay_json_put_optional(json, "n", assay_look_number(comparison, "n"));
    assay_json_put_optional(json, "events", assay_look_number(comparison, "events"));
    put_audit_figures(json, "before", assay_look_at(comparison, "champion"));
    put_audit_figures(json, "after", assay_look_at(comparison, "challenger"));
    put_audit_differences(json, assay_look_at(comparison, "differences"));
    assay_json_close(json);
}

/* ---- of a calibration ---- */

static void put_model_figures(struct assay_json_writer *json, const char *key,
                              const struct assay_model_performance *performance)
{
    assay_json_open(json, key, '{');
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        assay_json_put_optional(json, assay_figure_name((enum assay_figure_name)f),
                                performance->figures[f].value);
    assay_json_close(json);
}

static void put_of_calibration(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_changes *changes = &model->changes;
    const struct assay_model_yardstick *yard = &model->yardsticks[ASSAY_YARD_CHAMPION];
    assay_json_open(json, "accuracy", '{');
    assay_json_put_string(json, "source", "calibration");
    assay_json_put_count(json, "n", changes->before.n);
    assay_json_put_count(json, "events", changes->before.events);
    put_model_figures(json, "before", &changes->before);
    put_model_figures(json, "after", &changes->after);
    assay_json_open(json, "differences", '[');
    if (yard->n == changes->before.n && yard->events == changes->before.events) {
        put_difference(json, "auc", yard->auc_gain);
        put_difference(json, "brier", yard->brier_change);
        put_difference(json, "log_loss", yard->log_loss_change);
    }
    assay_json_close(json);
    assay_json_close(json);
}

void assay_record_put_accuracy(struct assay_json_writer *json,
                               const struct assay_release_facts *facts)
{
    const struct cJSON *comparison = assay_record_comparison(facts);
    const struct assay_model_changes *changes = &facts->model->changes;
    if (assay_look_at(comparison, "champion") != NULL &&
        assay_look_at(comparison, "challenger") != NULL)
        put_of_audit(json, comparison);
    else if (assay_record_parent_is_previous(facts) && changes->before.n > 0 &&
             changes->after.n > 0)
        put_of_calibration(json, facts->model);
    else
        assay_json_put_null(json, "accuracy");
}
