#include "core/model/model_evidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/spec/spec_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { HUGE_COUNT_BITS = 50 };

/* A number, or null, which becomes NaN. */
static enum assay_status read_optional(struct assay_json *doc, const struct cJSON *object,
                                       const char *key, double *out, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    if (value != NULL && assay_json_is_null(value)) {
        *out = NAN;
        return ASSAY_OK;
    }
    return assay_json_want_number(doc, object, key, out, err);
}

/* object[key] must be this word: format 1 knows no other fit. */
static enum assay_status check_word(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, const char *word, struct assay_error *err)
{
    size_t index;
    return assay_json_want_word(doc, object, key, &word, 1, &index, err);
}

static enum assay_status read_count(struct assay_json *doc, const struct cJSON *object,
                                    const char *key, size_t *out, struct assay_error *err)
{
    return assay_json_want_count(doc, object, key, 0, (size_t)1 << HUGE_COUNT_BITS, out, err);
}

enum assay_status assay_evidence_interval(struct assay_json *doc, const struct cJSON *object,
                                          const char *key, double *low, double *high,
                                          struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    *low = *high = NAN;
    if (value != NULL && assay_json_is_null(value))
        return ASSAY_OK;
    const struct cJSON *first = assay_json_first(value);
    if (!assay_json_is_array(value) || assay_json_count(value) != 2 ||
        !assay_json_is_number(first) || !assay_json_is_number(assay_json_next(first))) {
        if (value == NULL)
            return assay_fail(err, ASSAY_EDATA, "%s: no \"%s\" here; expected [low, high] or null",
                              assay_json_place(doc, object), key);
        return assay_json_wrong(doc, value, err, "[low, high] or null");
    }
    *low = assay_json_number(first);
    *high = assay_json_number(assay_json_next(first));
    return ASSAY_OK;
}

/* ---- fit ---- */

static enum assay_status read_matrix(struct assay_json *doc, const struct cJSON *object,
                                     const char *key, size_t n, double **out,
                                     struct assay_error *err)
{
    const struct cJSON *rows;
    enum assay_status status = assay_json_want_array(doc, object, key, &rows, err);
    if (status != ASSAY_OK)
        return status;
    *out = assay_alloc(n * n, sizeof **out);
    if (*out == NULL)
        return assay_fail_memory(err, "reading a model");
    size_t k = 0;
    if (assay_json_count(rows) != n)
        return assay_json_wrong(doc, rows, err, "%zu rows", n);
    for (const struct cJSON *row = assay_json_first(rows); row != NULL; row = assay_json_next(row)) {
        if (!assay_json_is_array(row) || assay_json_count(row) != n)
            return assay_json_wrong(doc, row, err, "a row of %zu numbers", n);
        for (const struct cJSON *x = assay_json_first(row); x != NULL; x = assay_json_next(x)) {
            if (!assay_json_is_number(x))
                return assay_json_wrong(doc, x, err, "a number");
            (*out)[k++] = assay_json_number(x);
        }
    }
    return ASSAY_OK;
}

static enum assay_status read_coefficient(struct assay_json *doc, const struct cJSON *object,
                                          const char *name, struct assay_coefficient *c,
                                          struct assay_error *err)
{
    static const char *const keys[] = {"name", "estimate", "std_error", "z", "p_value", "interval"};
    const char *found;
    if (!assay_json_is_object(object))
        return assay_json_wrong(doc, object, err, "a coefficient as an object");
    enum assay_status status =
        assay_json_check_keys(doc, object, "a coefficient", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, object, "name", &found, err);
    if (status == ASSAY_OK && strcmp(found, name) != 0)
        status = assay_json_wrong(doc, assay_json_get(object, "name"), err, "\"%s\"", name);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, object, "estimate", &c->estimate, err);
    if (status == ASSAY_OK)
        status = read_optional(doc, object, "std_error", &c->std_error, err);
    if (status == ASSAY_OK)
        status = read_optional(doc, object, "z", &c->z, err);
    if (status == ASSAY_OK)
        status = read_optional(doc, object, "p_value", &c->p_value, err);
    if (status == ASSAY_OK)
        status = assay_evidence_interval(doc, object, "interval", &c->low, &c->high, err);
    return status;
}

static enum assay_status read_coefficients(struct assay_json *doc, const struct cJSON *object,
                                           const struct assay_model *model,
                                           struct assay_coefficient **out, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, object, "coefficients", &list, err);
    if (status != ASSAY_OK)
        return status;
    if (assay_json_count(list) != model->n_coef)
        return assay_json_wrong(doc, list, err, "%zu coefficients", model->n_coef);
    *out = assay_alloc(model->n_coef, sizeof **out);
    if (*out == NULL)
        return assay_fail_memory(err, "reading a model");
    size_t k = 0;
    for (const struct cJSON *c = assay_json_first(list); c != NULL && status == ASSAY_OK;
         c = assay_json_next(c), k++) {
        char name[ASSAY_QUOTE_SIZE];
        status = read_coefficient(doc, c, assay_coefficient_name(model, k, name, sizeof name),
                                  &(*out)[k], err);
    }
    return status;
}

static enum assay_status read_warnings(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_model_fit *fit, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, object, "warnings", &list, err);
    if (status != ASSAY_OK)
        return status;
    fit->warnings = assay_alloc(assay_json_count(list), sizeof *fit->warnings);
    if (fit->warnings == NULL)
        return assay_fail_memory(err, "reading a model");
    for (const struct cJSON *w = assay_json_first(list); w != NULL && status == ASSAY_OK;
         w = assay_json_next(w)) {
        if (!assay_json_is_string(w))
            return assay_json_wrong(doc, w, err, "a warning in quotes");
        status = assay_spec_text(assay_json_string(w), &fit->warnings[fit->n_warning++], err);
    }
    return status;
}

static enum assay_status read_fit_numbers(struct assay_json *doc, const struct cJSON *part,
                                          struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    size_t seed = 0;
    const struct {
        const char *key;
        double *out;
    } numbers[] = {{"log_likelihood", &fit->log_likelihood},
                   {"null_log_likelihood", &fit->null_log_likelihood},
                   {"gradient_norm", &fit->gradient_norm},
                   {"kkt_residual", &fit->kkt_residual},
                   {"condition_number", &fit->condition_number}};
    const struct {
        const char *key;
        size_t *out;
    } counts[] = {{"folds", &model->spec.folds}, {"seed", &seed}, {"rows", &fit->rows},
                  {"events", &fit->events}, {"accounts", &fit->accounts},
                  {"iterations", &fit->iterations}};
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < COUNT(numbers); k++)
        status = assay_json_want_number(doc, part, numbers[k].key, numbers[k].out, err);
    for (size_t k = 0; status == ASSAY_OK && k < COUNT(counts); k++)
        status = assay_json_want_count(doc, part, counts[k].key, 0, (size_t)9007199254740991u,
                                       counts[k].out, err);
    model->spec.seed = seed;
    return status;
}

static enum assay_status check_fit_words(struct assay_json *doc, const struct cJSON *part,
                                         struct assay_error *err)
{
    static const char *const keys[] = {
        "method", "signs", "penalty", "anchor", "strength", "folds", "seed", "rows", "events",
        "accounts", "log_likelihood", "null_log_likelihood", "deviance", "aic", "iterations",
        "gradient_norm", "kkt_residual", "condition_number", "coefficients", "covariance",
        "warnings", "unconstrained"};
    enum assay_status status = assay_json_check_keys(doc, part, "\"fit\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = check_word(doc, part, "method", "maximum likelihood", err);
    if (status == ASSAY_OK)
        status = check_word(doc, part, "signs", "constrained", err);
    if (status == ASSAY_OK)
        status = check_word(doc, part, "penalty", "none", err);
    if (status == ASSAY_OK)
        status = check_word(doc, part, "anchor", "none", err);
    return status;
}

static enum assay_status read_unconstrained(struct assay_json *doc, const struct cJSON *fit_part,
                                            struct assay_model *model, struct assay_error *err)
{
    static const char *const keys[] = {"log_likelihood", "coefficients", "covariance"};
    struct assay_model_fit *fit = &model->fit;
    const struct cJSON *part;
    enum assay_status status = assay_json_want_object(doc, fit_part, "unconstrained", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, part, "\"unconstrained\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_number(doc, part, "log_likelihood", &fit->free_log_likelihood,
                                        err);
    if (status == ASSAY_OK)
        status = read_coefficients(doc, part, model, &fit->free_coefficients, err);
    if (status == ASSAY_OK)
        status = read_matrix(doc, part, "covariance", model->n_coef, &fit->free_covariance, err);
    return status;
}

static enum assay_status read_fit(struct assay_json *doc, const struct cJSON *root,
                                  struct assay_model *model, struct assay_error *err)
{
    struct assay_model_fit *fit = &model->fit;
    const struct cJSON *part;
    enum assay_status status = assay_json_want_object(doc, root, "fit", &part, err);
    if (status == ASSAY_OK)
        status = check_fit_words(doc, part, err);
    if (status == ASSAY_OK)
        status = read_fit_numbers(doc, part, model, err);
    if (status == ASSAY_OK)
        status = read_coefficients(doc, part, model, &fit->coefficients, err);
    if (status == ASSAY_OK)
        status = read_matrix(doc, part, "covariance", model->n_coef, &fit->covariance, err);
    if (status == ASSAY_OK)
        status = read_warnings(doc, part, fit, err);
    return status != ASSAY_OK ? status : read_unconstrained(doc, part, model, err);
}

/* What stands beside a signal must be what the fit says of its coefficient. */
static enum assay_status check_beside(struct assay_json *doc, const struct cJSON *object,
                                      const char *key, double expected, struct assay_error *err)
{
    double said;
    enum assay_status status = read_optional(doc, object, key, &said, err);
    if (status == ASSAY_OK && !(isnan(expected) ? isnan(said) : said == expected))
        status = assay_json_wrong(doc, assay_json_get(object, key), err,
                                  "%.12g, which \"fit\" says", expected);
    return status;
}

static enum assay_status check_signals(struct assay_json *doc, const struct cJSON *root,
                                       const struct assay_model *model, struct assay_error *err)
{
    const struct assay_coefficient *c = model->fit.coefficients;
    enum assay_status status = check_beside(doc, root, "intercept", c->estimate, err);
    for (const struct cJSON *object = assay_json_first(assay_json_get(root, "signals"));
         object != NULL && status == ASSAY_OK; object = assay_json_next(object)) {
        double low, high;
        c++;
        status = check_beside(doc, object, "coefficient", c->estimate, err);
        if (status == ASSAY_OK)
            status = check_beside(doc, object, "std_error", c->std_error, err);
        if (status == ASSAY_OK)
            status = check_beside(doc, object, "p_value", c->p_value, err);
        if (status == ASSAY_OK)
            status = assay_evidence_interval(doc, object, "interval", &low, &high, err);
        if (status == ASSAY_OK && !(isnan(c->low) ? isnan(low) : low == c->low && high == c->high))
            status = assay_json_wrong(doc, assay_json_get(object, "interval"), err,
                                      "the interval that \"fit\" says");
    }
    return status;
}

/* ---- performance, data, changes ---- */

static enum assay_status check_performance_keys(struct assay_json *doc, const struct cJSON *part,
                                                struct assay_error *err)
{
    const char *keys[2 + ASSAY_FIGURES] = {"n", "events"};
    for (size_t f = 0; f < ASSAY_FIGURES; f++)
        keys[2 + f] = assay_figure_name((enum assay_figure_name)f);
    return assay_json_check_keys(doc, part, "a performance", keys, COUNT(keys), err);
}

static enum assay_status read_performance(struct assay_json *doc, const struct cJSON *object,
                                          const char *key,
                                          struct assay_model_performance *performance,
                                          struct assay_error *err)
{
    const struct cJSON *part = assay_json_get(object, key), *figure;
    if (part != NULL && assay_json_is_null(part))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(doc, object, key, &part, err);
    if (status == ASSAY_OK)
        status = check_performance_keys(doc, part, err);
    if (status == ASSAY_OK)
        status = read_count(doc, part, "n", &performance->n, err);
    if (status == ASSAY_OK)
        status = read_count(doc, part, "events", &performance->events, err);
    for (size_t f = 0; status == ASSAY_OK && f < ASSAY_FIGURES; f++) {
        struct assay_estimate *out = &performance->figures[f];
        status = assay_json_want_object(doc, part, assay_figure_name((enum assay_figure_name)f),
                                        &figure, err);
        if (status == ASSAY_OK)
            status = read_optional(doc, figure, "value", &out->value, err);
        if (status == ASSAY_OK)
            status = assay_evidence_interval(doc, figure, "interval", &out->low, &out->high, err);
    }
    return status;
}

static enum assay_status read_day(struct assay_json *doc, const struct cJSON *object,
                                  const char *key, int32_t *out, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    const char *text;
    *out = ASSAY_NO_DATE;
    if (value != NULL && assay_json_is_null(value))
        return ASSAY_OK;
    enum assay_status status = assay_json_want_string(doc, object, key, &text, err);
    if (status == ASSAY_OK && !assay_date_parse(text, strlen(text), out))
        status = assay_json_wrong(doc, value, err, "a date as \"2026-06-30\"");
    return status;
}

static enum assay_status read_training(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    struct assay_training_data *training = &model->training;
    const struct cJSON *part, *dropped;
    const char *sha256 = "";
    enum assay_status status = assay_json_want_object(doc, root, "training_data", &part, err);
    if (status == ASSAY_OK)
        status = read_count(doc, part, "rows", &training->rows, err);
    if (status == ASSAY_OK)
        status = read_count(doc, part, "used", &training->left_out[ASSAY_ROW_USED], err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, part, "dropped", &dropped, err);
    for (size_t k = ASSAY_ROW_USED + 1; status == ASSAY_OK && k < ASSAY_ROW_STATES; k++)
        status = read_count(doc, dropped, assay_row_state_name((enum assay_row_state)k),
                            &training->left_out[k], err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_REJECT_REASONS; k++) {
        char key[64];
        snprintf(key, sizeof key, "bad_%s", assay_reject_reason_name((enum assay_reject_reason)k));
        status = read_count(doc, dropped, key, &training->rejected[k], err);
    }
    if (status == ASSAY_OK)
        status = assay_json_want_string(doc, part, "sha256", &sha256, err);
    if (status == ASSAY_OK && (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdef") != 64))
        status = assay_json_wrong(doc, assay_json_get(part, "sha256"), err,
                                  "64 hexadecimal digits in lower case");
    if (status == ASSAY_OK)
        memcpy(training->sha256, sha256, 65);
    if (status == ASSAY_OK)
        status = read_day(doc, part, "from", &training->from, err);
    if (status == ASSAY_OK)
        status = read_day(doc, part, "to", &training->to, err);
    return status;
}

static enum assay_status read_weight_changes(struct assay_json *doc, const struct cJSON *list,
                                             struct assay_model_changes *changes,
                                             struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    changes->weights = assay_alloc(assay_json_count(list), sizeof *changes->weights);
    if (changes->weights == NULL)
        return assay_fail_memory(err, "reading a model");
    for (const struct cJSON *c = assay_json_first(list); c != NULL && status == ASSAY_OK;
         c = assay_json_next(c)) {
        struct assay_weight_change *change = &changes->weights[changes->n_weight++];
        const char *name;
        status = assay_json_want_string(doc, c, "name", &name, err);
        if (status == ASSAY_OK)
            status = assay_spec_text(name, &change->name, err);
        if (status == ASSAY_OK)
            status = read_optional(doc, c, "before", &change->before, err);
        if (status == ASSAY_OK)
            status = read_optional(doc, c, "after", &change->after, err);
    }
    return status;
}

static enum assay_status read_zone_moves(struct assay_json *doc, const struct cJSON *list,
                                         struct assay_model_changes *changes,
                                         struct assay_error *err)
{
    enum assay_status status = ASSAY_OK;
    changes->moves = assay_alloc(assay_json_count(list), sizeof *changes->moves);
    if (changes->moves == NULL)
        return assay_fail_memory(err, "reading a model");
    for (const struct cJSON *m = assay_json_first(list); m != NULL && status == ASSAY_OK;
         m = assay_json_next(m)) {
        struct assay_zone_move *move = &changes->moves[changes->n_move++];
        const char *text;
        status = assay_json_want_string(doc, m, "from", &text, err);
        if (status == ASSAY_OK)
            status = assay_spec_text(text, &move->from, err);
        if (status == ASSAY_OK)
            status = assay_json_want_string(doc, m, "to", &text, err);
        if (status == ASSAY_OK)
            status = assay_spec_text(text, &move->to, err);
        if (status == ASSAY_OK)
            status = read_count(doc, m, "snapshots", &move->snapshots, err);
    }
    return status;
}

static enum assay_status read_changes(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part = assay_json_get(root, "changes"), *list, *performance;
    if (part != NULL && assay_json_is_null(part) && model->parent_digest == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(doc, root, "changes", &part, err);
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, part, "weights", &list, err);
    if (status == ASSAY_OK)
        status = read_weight_changes(doc, list, &model->changes, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, part, "performance", &performance, err);
    if (status == ASSAY_OK)
        status = read_performance(doc, performance, "before", &model->changes.before, err);
    if (status == ASSAY_OK)
        status = read_performance(doc, performance, "after", &model->changes.after, err);
    if (status == ASSAY_OK)
        status = assay_json_want_array(doc, part, "zones", &list, err);
    return status != ASSAY_OK ? status : read_zone_moves(doc, list, &model->changes, err);
}

/* ---- examples ---- */

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
        for (size_t k = 0; k < COUNT(others); k++)
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
    size_t n_s = 0;
    if (!assay_json_is_object(object))
        return assay_json_wrong(doc, object, err, "an example as an object");
    enum assay_status status =
        assay_json_check_keys(doc, object, "an example", keys, COUNT(keys), err);
    if (status != ASSAY_OK)
        return status;
    example->inputs = assay_alloc(model->n_input, sizeof *example->inputs);
    if (example->inputs == NULL)
        return assay_fail_memory(err, "reading a model");
    status = read_inputs(doc, object, model, example, err);
    if (status == ASSAY_OK)
        status = assay_json_want_numbers(doc, object, "normalised", &example->s, &n_s, err);
    if (status == ASSAY_OK && n_s != model->n_signal)
        status = assay_json_wrong(doc, assay_json_get(object, "normalised"), err, "%zu numbers",
                                  model->n_signal);
    return status != ASSAY_OK ? status : read_results(doc, object, model, example, err);
}

static enum assay_status read_examples(struct assay_json *doc, const struct cJSON *root,
                                       struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *list;
    enum assay_status status = assay_json_want_array(doc, root, "examples", &list, err);
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
    for (const struct cJSON *object = assay_json_first(list);
         object != NULL && status == ASSAY_OK; object = assay_json_next(object))
        status = read_example(doc, object, model, &model->examples[model->n_example++], err);
    return status;
}

enum assay_status assay_evidence_read(struct assay_json *doc, const struct cJSON *root,
                                      struct assay_model *model, struct assay_error *err)
{
    const struct cJSON *part;
    enum assay_status status = read_fit(doc, root, model, err);
    if (status == ASSAY_OK)
        status = check_signals(doc, root, model, err);
    if (status == ASSAY_OK)
        status = assay_json_want_object(doc, root, "performance", &part, err);
    for (size_t k = 0; status == ASSAY_OK && k < ASSAY_PERFORMANCES; k++)
        status = read_performance(doc, part, assay_performance_names[k], &model->performance[k],
                                  err);
    if (status == ASSAY_OK)
        status = read_training(doc, root, model, err);
    if (status == ASSAY_OK)
        status = read_changes(doc, root, model, err);
    return status != ASSAY_OK ? status : read_examples(doc, root, model, err);
}
