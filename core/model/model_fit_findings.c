/* What was found about the fit: limits, rounding, sample size, bootstrap. */
#include <math.h>

#include "core/model/model_fields.h"
#include "core/model/model_parts.h"

/* ---- limits ---- */

static void write_limits(struct assay_json_writer *json, const struct assay_model_fit *fit)
{
    assay_json_open(json, "limits", '[');
    for (size_t k = 0; k < fit->n_limit; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "what", fit->limits[k].what);
        assay_json_put_optional(json, "deviance", fit->limits[k].deviance);
        assay_json_put_optional(json, "auc", fit->limits[k].auc);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status read_limits(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_model_fit *fit, struct assay_error *err)
{
    static const char *const keys[] = {"what", "deviance", "auc"};
    const struct cJSON *list;
    enum assay_status status =
        assay_want_list(doc, object, "limits", sizeof *fit->limits, &fit->limits, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element)) {
        struct assay_model_limit *limit = &fit->limits[fit->n_limit++];
        status = assay_check_element(doc, element, "a limit", keys, ASSAY_COUNT(keys), err);
        if (status == ASSAY_OK)
            status = assay_want_text(doc, element, "what", false, &limit->what, err);
        if (status == ASSAY_OK)
            status = assay_want_optional(doc, element, "deviance", &limit->deviance, err);
        if (status == ASSAY_OK)
            status = assay_want_optional(doc, element, "auc", &limit->auc, err);
    }
    return status;
}

/* ---- rounding ---- */

static void write_rounding(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_rounding *rounding = &model->fit.rounding;
    if (!(rounding->step > 0)) {
        assay_json_put_null(json, "rounding");
        return;
    }
    assay_json_open(json, "rounding", '{');
    assay_json_put_number(json, "step", rounding->step);
    assay_json_put_number(json, "log_likelihood_lost", rounding->log_likelihood);
    assay_json_put_numbers(json, "before", rounding->before, model->n_signal);
    assay_json_close(json);
}

/* Weights come from coefficients, in which rounding errors remain. */
static enum assay_status check_rounded(struct assay_json *doc, const struct cJSON *part,
                                       const struct assay_model *model, struct assay_error *err)
{
    double step = model->fit.rounding.step;
    for (size_t j = 0; j < model->n_signal; j++) {
        double steps = model->weight[j] / step;
        if (!(fabs(steps - round(steps)) * step <= 1e-9))
            return assay_json_wrong(doc, assay_json_get(part, "step"), err,
                                    "a step that weight %.12g is a multiple of", model->weight[j]);
    }
    return ASSAY_OK;
}

static enum assay_status read_rounding(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"step", "log_likelihood_lost", "before"};
    struct assay_model_rounding *rounding = &model->fit.rounding;
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, "rounding", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = assay_json_want_number(doc, part, "step", &rounding->step, err);
    if (status == ASSAY_OK && !(rounding->step > 0 && rounding->step <= 1))
        status = assay_json_wrong(doc, assay_json_get(part, "step"), err, "above 0, up to 1");
    if (status == ASSAY_OK)
        status = assay_check_same(doc, part, "step", model->spec.fit.round_to, "declared", err);
    if (status == ASSAY_OK)
        status = check_rounded(doc, part, model, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "log_likelihood_lost",
                                        &rounding->log_likelihood, err);
    if (status == ASSAY_OK)
        status = assay_want_vector(doc, part, "before", model->n_signal, &rounding->before, err);
    if (status == ASSAY_OK)
        status = assay_check_sum(doc, part, "before", rounding->before, model->n_signal, err);
    return status;
}

/* ---- sample size ---- */

static void write_sample_size(struct assay_json_writer *json,
                              const struct assay_model_sample_size *size)
{
    assay_json_open(json, "sample_size", '{');
    assay_json_put_optional(json, "r2", size->r2);
    assay_json_put_optional(json, "shrinkage", size->shrinkage);
    assay_put_amount(json, "for_shrinkage", size->for_shrinkage);
    assay_put_amount(json, "for_optimism", size->for_optimism);
    assay_put_amount(json, "for_margin", size->for_margin);
    assay_put_amount(json, "needed", size->needed);
    assay_json_close(json);
}

static enum assay_status read_sample_size(struct assay_json *doc, const struct cJSON *object,
                                          struct assay_model_sample_size *size,
                                          struct assay_error *err)
{
    static const char *const keys[] = {"r2",           "shrinkage",  "for_shrinkage",
                                       "for_optimism", "for_margin", "needed"};
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, "sample_size", false, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "r2", &size->r2, err);
    if (status == ASSAY_OK && size->r2 > 1)
        status = assay_json_wrong(doc, assay_json_get(part, "r2"), err, "at most 1");
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "shrinkage", &size->shrinkage, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "for_shrinkage", &size->for_shrinkage, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "for_optimism", &size->for_optimism, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "for_margin", &size->for_margin, err);
    if (status == ASSAY_OK)
        status = assay_want_amount(doc, part, "needed", &size->needed, err);
    return status;
}

/* ---- bootstrap ---- */

static void write_bootstrap(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    if (bootstrap->resamples == 0) {
        assay_json_put_null(json, "bootstrap");
        return;
    }
    assay_json_open(json, "bootstrap", '{');
    assay_json_put_count(json, "resamples", bootstrap->resamples);
    assay_json_put_count(json, "failed", bootstrap->failed);
    assay_json_open(json, "weights", '[');
    for (size_t j = 0; j < model->n_signal; j++)
        assay_json_put_interval(json, NULL, bootstrap->weight[j].low, bootstrap->weight[j].high);
    assay_json_close(json);
    assay_put_estimate(json, "line", &bootstrap->line);
    assay_json_open(json, "figures", '{');
    assay_put_figures(json, bootstrap->figures);
    assay_json_close(json);
    assay_json_open(json, "zones", '[');
    for (size_t k = 0; k < model->spec.n_zone; k++) {
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", model->spec.zones[k].name);
        assay_put_estimate(json, "share", &bootstrap->zone_share[k]);
        assay_put_estimate(json, "rate", &bootstrap->zone_rate[k]);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}

static enum assay_status read_bootstrap_weights(struct assay_json *doc, const struct cJSON *part,
                                                struct assay_model *model, struct assay_error *err)
{
    struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, part, "weights", sizeof *bootstrap->weight,
                                               &bootstrap->weight, &list, err);
    if (status == ASSAY_OK && assay_json_count(list) != model->n_signal)
        status = assay_json_wrong(doc, list, err, "%zu intervals", model->n_signal);
    if (status != ASSAY_OK)
        return status;
    struct assay_estimate *weight = bootstrap->weight;
    const double *value = model->weight;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element), weight++) {
        weight->value = *value++;
        status = assay_take_interval(doc, element, &weight->low, &weight->high, err);
    }
    return status;
}

static enum assay_status read_bootstrap_zones(struct assay_json *doc, const struct cJSON *part,
                                              struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"name", "share", "rate"};
    struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, part, "zones", sizeof *bootstrap->zone_share,
                                               &bootstrap->zone_share, &list, err);
    if (status == ASSAY_OK)
        status = assay_want_list(doc, part, "zones", sizeof *bootstrap->zone_rate,
                                 &bootstrap->zone_rate, &list, err);
    if (status == ASSAY_OK && assay_json_count(list) != model->spec.n_zone)
        status = assay_json_wrong(doc, list, err, "%zu zones", model->spec.n_zone);
    if (status != ASSAY_OK)
        return status;
    size_t k = 0;
    for (const struct cJSON *element = assay_json_first(list);
         element != NULL && status == ASSAY_OK; element = assay_json_next(element), k++) {
        status = assay_check_element(doc, element, "a zone", keys, ASSAY_COUNT(keys), err);
        if (status == ASSAY_OK)
            status = assay_check_word(doc, element, "name", model->spec.zones[k].name, err);
        if (status == ASSAY_OK)
            status = assay_want_estimate(doc, element, "share", &bootstrap->zone_share[k], err);
        if (status == ASSAY_OK)
            status = assay_want_estimate(doc, element, "rate", &bootstrap->zone_rate[k], err);
    }
    return status;
}

static enum assay_status read_bootstrap_figures(struct assay_json *doc, const struct cJSON *part,
                                                struct assay_estimate figures[ASSAY_FIGURES],
                                                struct assay_error *err)
{
    const char *keys[ASSAY_FIGURES];
    const struct cJSON *object;
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        keys[f] = assay_figure_name((enum assay_figure_name)f);
    enum assay_status status =
        assay_want_part(doc, part, "figures", false, keys, ASSAY_COUNT(keys), &object, err);
    return status != ASSAY_OK ? status : assay_figures_read(doc, object, figures, err);
}

static enum assay_status read_bootstrap(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"resamples", "failed", "weights", "line", "figures", "zones"};
    struct assay_model_bootstrap *bootstrap = &model->fit.bootstrap;
    const struct cJSON *part;
    enum assay_status status =
        assay_want_part(doc, object, "bootstrap", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status != ASSAY_OK || part == NULL)
        return status;
    status = assay_json_want_count(doc, part, "resamples", 1, 1000000, &bootstrap->resamples, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, part, "failed", 0, bootstrap->resamples,
                                       &bootstrap->failed, err);
    if (status == ASSAY_OK)
        status = read_bootstrap_weights(doc, part, model, err);
    if (status == ASSAY_OK)
        status = assay_want_estimate(doc, part, "line", &bootstrap->line, err);
    if (status == ASSAY_OK)
        status = read_bootstrap_figures(doc, part, bootstrap->figures, err);
    return status != ASSAY_OK ? status : read_bootstrap_zones(doc, part, model, err);
}

/* ---- all of them ---- */

void assay_fit_findings_write(struct assay_json_writer *json, const struct assay_model *model)
{
    write_limits(json, &model->fit);
    write_rounding(json, model);
    write_sample_size(json, &model->fit.sample_size);
    write_bootstrap(json, model);
}

enum assay_status assay_fit_findings_read(struct assay_json *doc, const struct cJSON *object,
                                          struct assay_model *model, struct assay_error *err)
{
    enum assay_status status = read_limits(doc, object, &model->fit, err);
    if (status == ASSAY_OK)
        status = read_rounding(doc, object, model, err);
    if (status == ASSAY_OK)
        status = read_sample_size(doc, object, &model->fit.sample_size, err);
    return status != ASSAY_OK ? status : read_bootstrap(doc, object, model, err);
}
