#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/model/model_fields.h"
#include "core/model/model_parts.h"
#include "core/spec/spec_parts.h"

static const char *const method_words[] = {"maximum likelihood", "firth"};
static const char imported_word[] = "imported";
static const char *const covariance_words[] = {"information", "accounts"};
static const char *const interval_words[] = {"wald", "wald, clustered", "profile likelihood"};

static const char *method_word(const struct assay_model *model)
{
    return model->fit.imported ? imported_word : method_words[model->spec.fit.method];
}

static const char *signs_word(const struct assay_spec *spec)
{
    size_t n_free = 0;
    for (size_t j = 0; j < spec->n_signal; j++)
        n_free += spec->signals[j].sign_free ? 1 : 0;
    return n_free == 0 ? "constrained" : n_free == spec->n_signal ? "free" : "mixed";
}

/* Akaike (1973). A pulled fit counts its effective degrees (Gray 1992), any other the coefficients
 * that are not held; NaN where a penalty leaves no such number. */
static double information_criterion(const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    double count = 0;
    if (fit->anchor.weight != NULL || fit->penalty.word != ASSAY_NO_PENALTY)
        return -2 * fit->log_likelihood + 2 * fit->anchor.degrees;
    for (size_t k = 0; k < model->n_coef; k++)
        count += isnan(fit->coefficients[k].std_error) ? 0 : 1;
    return -2 * fit->log_likelihood + 2 * count;
}

/* ---- coefficients ---- */

static void write_coefficients(struct assay_json_writer *json, const struct assay_model *model,
                               const struct assay_coefficient coefficients[])
{
    char name[ASSAY_QUOTE_SIZE];
    assay_json_open(json, "coefficients", '[');
    for (size_t k = 0; k < model->n_coef; k++) {
        const struct assay_coefficient *c = &coefficients[k];
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "name", assay_coefficient_name(model, k, name, sizeof name));
        assay_json_put_number(json, "estimate", c->estimate);
        assay_json_put_optional(json, "std_error", c->std_error);
        assay_json_put_optional(json, "z", c->z);
        assay_json_put_optional(json, "p_value", c->p_value);
        assay_json_put_interval(json, "interval", c->low, c->high);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static enum assay_status read_coefficient(struct assay_json *doc, const struct cJSON *object,
                                          const char *name, struct assay_coefficient *c,
                                          struct assay_error *err)
{
    static const char *const keys[] = {"name", "estimate", "std_error", "z", "p_value", "interval"};
    enum assay_status status =
        assay_check_element(doc, object, "a coefficient", keys, ASSAY_COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_check_word(doc, object, "name", name, err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "estimate", &c->estimate, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, object, "std_error", &c->std_error, err);
    if (status == ASSAY_OK && c->std_error < 0)
        status = assay_json_wrong(doc, assay_json_get(object, "std_error"), err, "0 or more");
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, object, "z", &c->z, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, object, "p_value", &c->p_value, err);
    if (status == ASSAY_OK && (c->p_value < 0 || c->p_value > 1))
        status = assay_json_wrong(doc, assay_json_get(object, "p_value"), err, "a share, 0 to 1");
    if (status == ASSAY_OK)
        status = assay_want_interval(doc, object, "interval", &c->low, &c->high, err);
    return status;
}

static enum assay_status read_coefficients(struct assay_json *doc, const struct cJSON *object,
                                           const struct assay_model *model,
                                           struct assay_coefficient **out, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status =
        assay_want_list(doc, object, "coefficients", sizeof **out, out, &list, err);
    if (status != ASSAY_OK)
        return status;
    if (assay_json_count(list) != model->n_coef)
        return assay_json_wrong(doc, list, err, "%zu coefficients", model->n_coef);
    size_t k = 0;
    for (const struct cJSON *c = assay_json_first(list); c != NULL && status == ASSAY_OK;
         c = assay_json_next(c), k++) {
        char name[ASSAY_QUOTE_SIZE];
        status = read_coefficient(doc, c, assay_coefficient_name(model, k, name, sizeof name),
                                  &(*out)[k], err);
    }
    return status;
}

/* ---- the unconstrained table ---- */

static size_t interval_kind(const struct assay_model_fit *fit)
{
    return fit->profiled ? 2 : fit->clustered ? 1 : 0;
}

static void write_unconstrained(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    if (fit->free_missing) {
        assay_json_put_null(json, "unconstrained");
        return;
    }
    assay_json_open(json, "unconstrained", '{');
    assay_json_put_string(json, "intervals", interval_words[interval_kind(fit)]);
    assay_json_put_number(json, "log_likelihood", fit->free_log_likelihood);
    write_coefficients(json, model, fit->free_coefficients);
    assay_put_matrix(json, "covariance", fit->free_covariance, model->n_coef);
    assay_json_close(json);
}

/* All of it is NaN. */
static enum assay_status leave_unconstrained(struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    size_t n = model->n_coef;
    fit->free_missing = true;
    fit->free_log_likelihood = NAN;
    fit->free_coefficients = assay_alloc(n, sizeof *fit->free_coefficients);
    fit->free_covariance = assay_alloc(n * n, sizeof *fit->free_covariance);
    if (fit->free_coefficients == NULL || fit->free_covariance == NULL)
        return assay_fail_memory(err, "reading a model");
    for (size_t k = 0; k < n; k++)
        fit->free_coefficients[k] = (struct assay_coefficient){NAN, NAN, NAN, NAN, NAN, NAN};
    for (size_t k = 0; k < n * n; k++)
        fit->free_covariance[k] = NAN;
    return ASSAY_OK;
}

static enum assay_status read_unconstrained(struct assay_json *doc, const struct cJSON *object,
                                            struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"intervals", "log_likelihood", "coefficients", "covariance"};
    struct assay_model_fit *fit = &model->fit;
    const struct cJSON *part;
    size_t kind = 0;
    enum assay_status status =
        assay_want_part(doc, object, "unconstrained", true, keys, ASSAY_COUNT(keys), &part, err);
    if (status == ASSAY_OK && part == NULL)
        return leave_unconstrained(model, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, part, "intervals", interval_words,
                                      ASSAY_COUNT(interval_words), &kind, err);
    fit->profiled = kind == 2;
    if (status == ASSAY_OK && kind != interval_kind(fit))
        status = assay_json_wrong(doc, assay_json_get(part, "intervals"), err,
                                  "\"%s\", as \"covariance_by\" says",
                                  interval_words[interval_kind(fit)]);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "log_likelihood", &fit->free_log_likelihood,
                                        err);
    if (status == ASSAY_OK)
        status = read_coefficients(doc, part, model, &fit->free_coefficients, err);
    if (status == ASSAY_OK)
        status = assay_want_matrix(doc, part, "covariance", model->n_coef, &fit->free_covariance,
                                   err);
    return status;
}

/* ---- numbers ---- */

static void write_numbers(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    assay_json_put_count(json, "folds", model->spec.fit.folds);
    assay_json_put_number(json, "seed", (double)model->spec.seed);
    assay_json_put_count(json, "rows", fit->rows);
    assay_json_put_count(json, "events", fit->events);
    assay_json_put_count(json, "accounts", fit->accounts);
    assay_json_put_optional(json, "log_likelihood", fit->log_likelihood);
    assay_json_put_optional(json, "null_log_likelihood", fit->null_log_likelihood);
    assay_json_put_optional(json, "deviance", -2 * fit->log_likelihood);
    assay_json_put_optional(json, "aic", information_criterion(model));
    assay_json_put_count(json, "iterations", fit->iterations);
    assay_json_put_optional(json, "gradient_norm", fit->gradient_norm);
    assay_json_put_optional(json, "kkt_residual", fit->kkt_residual);
    assay_json_put_optional(json, "condition_number", fit->condition_number);
}

static enum assay_status read_counts(struct assay_json *doc, const struct cJSON *part,
                                     struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    size_t seed = 0;
    enum assay_status status =
        assay_check_same(doc, part, "folds", (double)model->spec.fit.folds, "declared", err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "seed", &seed, err);
    model->spec.seed = seed;
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "rows", &fit->rows, err);
    if (status == ASSAY_OK)
        status = assay_want_events(doc, part, fit->rows, &fit->events, err);
    if (status == ASSAY_OK)
        status = assay_json_want_count(doc, part, "accounts", 0, fit->rows, &fit->accounts, err);
    if (status == ASSAY_OK)
        status = assay_want_size(doc, part, "iterations", &fit->iterations, err);
    return status;
}

/* A number, or null where nothing was fitted. */
static enum assay_status read_likelihood(struct assay_json *doc, const struct cJSON *part,
                                         const char *key, const struct assay_model *model,
                                         double *out, struct assay_error *err)
{
    if (!assay_model_is_nominal(model))
        return assay_json_want_number(doc, part, key, out, err);
    *out = NAN;
    return assay_check_same(doc, part, key, NAN, "rows", err);
}

static enum assay_status read_numbers(struct assay_json *doc, const struct cJSON *part,
                                      struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    enum assay_status status = read_counts(doc, part, model, err);
    if (status == ASSAY_OK)
        status = read_likelihood(doc, part, "log_likelihood", model, &fit->log_likelihood, err);
    if (status == ASSAY_OK)
        status = read_likelihood(doc, part, "null_log_likelihood", model,
                                 &fit->null_log_likelihood, err);
    if (status == ASSAY_OK)
        status = assay_check_same(doc, part, "deviance", -2 * fit->log_likelihood,
                                  "log_likelihood", err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "gradient_norm", &fit->gradient_norm, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "kkt_residual", &fit->kkt_residual, err);
    if (status == ASSAY_OK)
        status = assay_want_optional(doc, part, "condition_number", &fit->condition_number, err);
    return status;
}

/* ---- the whole ---- */

void assay_model_fit_write(struct assay_json_writer *json, const struct assay_model *model)
{
    const struct assay_model_fit *fit = &model->fit;
    assay_json_open(json, "fit", '{');
    assay_json_put_string(json, "method", method_word(model));
    assay_json_put_string(json, "signs", signs_word(&model->spec));
    assay_fit_pull_write(json, model);
    write_numbers(json, model);
    write_coefficients(json, model, fit->coefficients);
    assay_json_put_string(json, "covariance_by", covariance_words[fit->clustered ? 1 : 0]);
    assay_put_matrix(json, "covariance", fit->covariance, model->n_coef);
    assay_fit_findings_write(json, model);
    assay_json_open(json, "warnings", '[');
    for (size_t k = 0; k < fit->n_warning; k++)
        assay_json_put_string(json, NULL, fit->warnings[k]);
    assay_json_close(json);
    write_unconstrained(json, model);
    assay_json_close(json);
}

static enum assay_status read_covariance(struct assay_json *doc, const struct cJSON *part,
                                         struct assay_model *model, struct assay_error *err)
{
    size_t by = 0;
    enum assay_status status =
        assay_json_want_word(doc, part, "covariance_by", covariance_words, 2, &by, err);
    model->fit.clustered = by == 1;
    if (status == ASSAY_OK)
        status = assay_want_matrix(doc, part, "covariance", model->n_coef, &model->fit.covariance,
                                   err);
    return status;
}

static enum assay_status read_warnings(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model_fit *fit, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_want_list(doc, object, "warnings", sizeof *fit->warnings,
                                               &fit->warnings, &list, err);
    if (status != ASSAY_OK)
        return status;
    for (const struct cJSON *w = assay_json_first(list); w != NULL && status == ASSAY_OK;
         w = assay_json_next(w)) {
        if (!assay_json_is_string(w))
            return assay_json_wrong(doc, w, err, "a warning in quotes");
        status = assay_spec_text(assay_json_string(w), &fit->warnings[fit->n_warning++], err);
    }
    return status;
}

/* What stands beside a signal must be what the fit says of its coefficient. */
static enum assay_status check_signals(struct assay_json *doc, const struct cJSON *root,
                                       const struct assay_model *model, struct assay_error *err)
{
    const struct assay_coefficient *c = model->fit.coefficients;
    enum assay_status status = assay_check_same(doc, root, "intercept", c->estimate, "fit", err);
    for (const struct cJSON *object = assay_json_first(assay_json_get(root, "signals"));
         object != NULL && status == ASSAY_OK; object = assay_json_next(object)) {
        double low, high;
        c++;
        status = assay_check_same(doc, object, "coefficient", c->estimate, "fit", err);
        if (status == ASSAY_OK)
            status = assay_check_same(doc, object, "std_error", c->std_error, "fit", err);
        if (status == ASSAY_OK)
            status = assay_check_same(doc, object, "p_value", c->p_value, "fit", err);
        if (status == ASSAY_OK)
            status = assay_want_interval(doc, object, "interval", &low, &high, err);
        if (status == ASSAY_OK && !(isnan(c->low) ? isnan(low) : low == c->low && high == c->high))
            status = assay_json_wrong(doc, assay_json_get(object, "interval"), err,
                                      "the interval that \"fit\" says");
    }
    return status;
}

/* "method": the declared one, or that of a scorecard, which declares maximum likelihood for the day when its
 * weights are calibrated. */
static enum assay_status read_method(struct assay_json *doc, const struct cJSON *part,
                                     struct assay_model *model, struct assay_error *err)
{
    const char *word;
    enum assay_status status = assay_json_want_string(doc, part, "method", &word, err);
    if (status != ASSAY_OK)
        return status;
    model->fit.imported = model->spec.fit.method == ASSAY_MAXIMUM_LIKELIHOOD &&
                          strcmp(word, imported_word) == 0;
    return assay_check_word(doc, part, "method", method_word(model), err);
}

static enum assay_status read_words(struct assay_json *doc, const struct cJSON *root,
                                    struct assay_model *model, const struct cJSON **part,
                                    struct assay_error *err)
{
    static const char *const keys[] = {
        "method", "signs", "penalty", "anchor", "anchored_to", "anchor_weights", "strength",
        "lambda", "strength_chosen", "degrees", "conflict", "folds", "seed", "rows", "events",
        "accounts", "log_likelihood", "null_log_likelihood", "deviance", "aic", "iterations",
        "gradient_norm", "kkt_residual", "condition_number", "coefficients", "covariance_by",
        "covariance", "limits", "rounding", "sample_size", "bootstrap", "warnings",
        "unconstrained"};
    enum assay_status status =
        assay_want_part(doc, root, "fit", false, keys, ASSAY_COUNT(keys), part, err);
    if (status == ASSAY_OK)
        status = read_method(doc, *part, model, err);
    if (status == ASSAY_OK)
        status = assay_check_word(doc, *part, "signs", signs_word(&model->spec), err);
    return status;
}

enum assay_status assay_model_fit_read(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = read_words(doc, object, model, &part, err);
    if (status == ASSAY_OK)
        status = assay_fit_pull_read(doc, part, model, err);
    if (status == ASSAY_OK)
        status = read_numbers(doc, part, model, err);
    if (status == ASSAY_OK)
        status = read_coefficients(doc, part, model, &model->fit.coefficients, err);
    if (status == ASSAY_OK)
        status = assay_check_same(doc, part, "aic", information_criterion(model), "fit", err);
    if (status == ASSAY_OK)
        status = read_covariance(doc, part, model, err);
    if (status == ASSAY_OK)
        status = assay_fit_findings_read(doc, part, model, err);
    if (status == ASSAY_OK)
        status = read_warnings(doc, part, &model->fit, err);
    if (status == ASSAY_OK)
        status = read_unconstrained(doc, part, model, err);
    return status != ASSAY_OK ? status : check_signals(doc, object, model, err);
}
