#include "calibrate/candidate_page.h"

#include <math.h>

#include "core/base/json_write.h"
#include "core/report/figures.h"
#include "core/report/figures_write.h"

static enum assay_status measure(const struct assay_held_out *h, const struct assay_model *model,
                                 struct assay_figures *figures, struct assay_error *err)
{
    struct assay_figures_rows rows = {.n = h->n,
                                      .score = h->score,
                                      .prob = h->prob,
                                      .flagged = h->flagged,
                                      .outcome = h->outcome,
                                      .value = h->value,
                                      .cluster = h->repeated ? h->account : NULL,
                                      .higher_is = ASSAY_HIGHER_IS_HEALTH,
                                      .line = model->at_risk_score,
                                      .line_probability = model->at_risk_probability};
    struct assay_figures_targets targets = {.sensitivity = model->spec.target_sensitivity,
                                            .specificity = model->spec.target_specificity,
                                            .further = model->spec.audit.targets,
                                            .n_further = model->spec.audit.n_target};
    return assay_figures_measure(&rows, &targets, figures, err);
}

static void write_zones(struct assay_json_writer *json, const struct assay_model *model,
                        const struct assay_zone_result zones[])
{
    assay_json_open(json, "zones", '[');
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", model->spec.zones[z].name);
        assay_json_put_number(json, "from", model->spec.zones[z].from);
        assay_json_put_count(json, "n", zones[z].n);
        assay_json_put_count(json, "events", zones[z].n_event);
        assay_json_put_optional(json, "rate", zones[z].rate.wilson.value);
        assay_json_put_interval(json, "interval", zones[z].rate.wilson.low,
                                zones[z].rate.wilson.high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void write_data(struct assay_json_writer *json, const struct assay_held_out *h,
                       const char *name)
{
    size_t n_event = 0;
    for (size_t i = 0; i < h->n; i++)
        n_event += h->outcome[i];
    assay_json_open(json, "data", '{');
    assay_json_put_string(json, "name", name);
    assay_json_put_count(json, "n", h->n);
    assay_json_put_count(json, "events", n_event);
    if (h->apparent)
        assay_json_put_bool(json, "held_out", false);
    assay_json_close(json);
}

/* The model's file is JSON already, and is put behind the other members as it stands. */
static void append_model(struct assay_text *page, const struct assay_text *model_file)
{
    while (page->length > 0 && page->data[page->length - 1] != '}')
        page->data[--page->length] = '\0';
    if (page->length > 0)
        page->data[--page->length] = '\0';
    assay_text_puts(page, ",\"model\":\n");
    assay_text_add(page, model_file->data, model_file->length);
    assay_text_puts(page, "}\n");
}

enum assay_status assay_candidate_page_write(const struct assay_held_out *held_out,
                                             const struct assay_model *model,
                                             const struct assay_zone_result zones[],
                                             const char *data_name,
                                             const struct assay_text *model_file,
                                             struct assay_text *page, struct assay_error *err)
{
    struct assay_json_writer json = {0};
    struct assay_figures figures = {0};
    enum assay_status status = measure(held_out, model, &figures, err);
    if (status != ASSAY_OK)
        return status;
    assay_json_open(&json, NULL, '{');
    assay_json_put_string(&json, "format", "assay-candidate/1");
    assay_json_put_string(&json, "created", model->created);
    write_data(&json, held_out, data_name);
    assay_figures_write(&figures, &json);
    write_zones(&json, model, zones);
    assay_json_close(&json);
    assay_figures_clear(&figures);
    if (!json.out.failed)
        append_model(&json.out, model_file);
    if (json.out.failed) {
        assay_text_clear(&json.out);
        return assay_fail_memory(err, "writing the candidate's report");
    }
    *page = json.out;
    return ASSAY_OK;
}
