#include "core/spec/fit_spec.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/text.h"
#include "core/spec/spec_parts.h"

const char *const assay_fit_method_names[2] = {"maximum-likelihood", "firth"};
const char *const assay_anchor_names[5] = {"auto", "none", "equal", "expert", "champion"};
const char *const assay_penalty_names[4] = {"none", "ridge", "lasso", "elastic-net"};
const char *const assay_line_rule_names[4] = {"targets", "youden", "cost", "capacity"};
static const char *const sign_names[2] = {"constrained", "free"};

/* Far beyond any use, and far from overflow in what is made of it. */
static const double largest = 1e9;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct assay_fit_spec assay_fit_spec_default(void)
{
    return (struct assay_fit_spec){
        .strength = NAN, .alpha = 0.5, .lambda = NAN, .folds = 10, .pooling = NAN};
}

/* ---- values ---- */

static bool is_word(const struct cJSON *value, const char *word)
{
    return assay_json_is_string(value) && strcmp(assay_json_string(value), word) == 0;
}

static bool is_number_within(const struct cJSON *value, double low, double high)
{
    return assay_json_is_number(value) && assay_json_number(value) >= low &&
           assay_json_number(value) <= high;
}

/* object[key], where it is there, is one of n words; *index is untouched otherwise. */
static enum assay_status read_word(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, const char *const words[], size_t n,
                                   size_t *index, struct assay_error *err)
{
    return assay_json_get(object, key) == NULL
               ? ASSAY_OK
               : assay_json_want_word(doc, object, key, words, n, index, err);
}

/* object[key] must be above 0. */
static enum assay_status want_positive(struct assay_json *doc, const struct cJSON *object,
                                       const char *key, double *out, struct assay_error *err)
{
    double value;
    enum assay_status status = assay_json_want_number(doc, object, key, &value, err);
    if (status != ASSAY_OK)
        return status;
    if (!(value > 0) || value > largest)
        return assay_json_wrong(doc, assay_json_get(object, key), err,
                                "a number above 0 and up to 1e9");
    *out = value;
    return ASSAY_OK;
}

/* How strong a pull is: NaN for "auto", HUGE_VAL for "infinite". */
static enum assay_status read_strength(struct assay_json *doc, const struct cJSON *object,
                                       const char *key, double *out, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return ASSAY_OK;
    if (is_word(value, "auto"))
        *out = NAN;
    else if (is_word(value, "infinite"))
        *out = HUGE_VAL;
    else if (is_number_within(value, 0, largest))
        *out = assay_json_number(value);
    else
        return assay_json_wrong(doc, value, err,
                                "\"auto\", \"infinite\" or a number from 0 to 1e9");
    return ASSAY_OK;
}

static void write_strength(struct assay_json_writer *json, const char *key, double value)
{
    if (isnan(value))
        assay_json_put_string(json, key, "auto");
    else if (isinf(value))
        assay_json_put_string(json, key, "infinite");
    else
        assay_json_put_number(json, key, value);
}

/* A share of [0, 1], or a pair of them. */
static enum assay_status read_limits(struct assay_json *doc, const struct cJSON *value, double *low,
                                     double *high, struct assay_error *err)
{
    if (is_number_within(value, 0, 1)) {
        *low = *high = assay_json_number(value);
        return ASSAY_OK;
    }
    if (!assay_json_is_array(value) || assay_json_count(value) != 2)
        return assay_json_wrong(doc, value, err,
                                "a number from 0 to 1, or two of them as [lowest, highest]");
    const struct cJSON *first = assay_json_first(value), *second = assay_json_next(first);
    if (!is_number_within(first, 0, 1))
        return assay_json_wrong(doc, first, err, "a limit from 0 to 1");
    if (!is_number_within(second, assay_json_number(first), 1))
        return assay_json_wrong(doc, second, err, "a limit from %g, which is the lower one, to 1",
                                assay_json_number(first));
    *low = assay_json_number(first);
    *high = assay_json_number(second);
    return ASSAY_OK;
}

static void write_limits(struct assay_json_writer *json, const char *key, double low, double high)
{
    if (low == high)
        assay_json_put_number(json, key, low);
    else
        assay_json_put_numbers(json, key, (const double[]){low, high}, 2);
}

/* ---- fit ---- */

static enum assay_status read_choices(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_fit_spec *fit, struct assay_error *err)
{
    size_t method = fit->method, sign = fit->signs_free, anchor = fit->anchor;
    enum assay_status status =
        read_word(doc, object, "method", assay_fit_method_names, 2, &method, err);
    if (status == ASSAY_OK)
        status = read_word(doc, object, "signs", sign_names, 2, &sign, err);
    if (status == ASSAY_OK)
        status = read_word(doc, object, "anchor", assay_anchor_names, 5, &anchor, err);
    fit->method = (enum assay_fit_method)method;
    fit->signs_free = sign == 1;
    fit->anchor = (enum assay_anchor_word)anchor;
    return status;
}

static enum assay_status read_alpha(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_fit_spec *fit, struct assay_error *err)
{
    const struct cJSON *alpha = assay_json_get(object, "alpha");
    if (alpha == NULL)
        return ASSAY_OK;
    if (fit->penalty != ASSAY_ELASTIC_NET)
        return assay_json_wrong(doc, alpha, err, "none with penalty \"%s\"",
                                assay_penalty_names[fit->penalty]);
    if (!is_number_within(alpha, 0, 1) || assay_json_number(alpha) == 0 ||
        assay_json_number(alpha) == 1) {
        assay_json_wrong(doc, alpha, err, "a number above 0 and below 1");
        assay_hint(err, "The share of the lasso; all of it is \"method\": \"lasso\", nothing of it "
                        "\"ridge\".");
        return ASSAY_EDATA;
    }
    fit->alpha = assay_json_number(alpha);
    return ASSAY_OK;
}

static enum assay_status read_lambda(struct assay_json *doc, const struct cJSON *object,
                                     struct assay_fit_spec *fit, struct assay_error *err)
{
    const struct cJSON *lambda = assay_json_get(object, "lambda");
    if (lambda == NULL)
        return ASSAY_OK;
    if (fit->penalty == ASSAY_NO_PENALTY)
        return assay_json_wrong(doc, lambda, err, "none with penalty \"none\"");
    if (is_word(lambda, "auto")) {
        fit->lambda = NAN;
        return ASSAY_OK;
    }
    if (!is_number_within(lambda, 0, largest) || assay_json_number(lambda) == 0) {
        assay_json_wrong(doc, lambda, err, "\"auto\" or a number above 0 and up to 1e9");
        if (is_number_within(lambda, 0, 0))
            assay_hint(err, "Without a penalty, say \"penalty\": \"none\".");
        return ASSAY_EDATA;
    }
    fit->lambda = assay_json_number(lambda);
    return ASSAY_OK;
}

static enum assay_status read_penalty(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_fit_spec *fit, struct assay_error *err)
{
    static const char *const keys[] = {"method", "alpha", "lambda"};
    const struct cJSON *penalty = assay_json_get(object, "penalty");
    size_t word;
    if (penalty == NULL)
        return ASSAY_OK;
    enum assay_status status;
    if (!assay_json_is_object(penalty)) {
        status = assay_json_want_word(doc, object, "penalty", assay_penalty_names, 4, &word, err);
        if (status == ASSAY_OK)
            fit->penalty = (enum assay_penalty_word)word;
        return status;
    }
    status = assay_json_check_keys(doc, penalty, "\"penalty\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, penalty, "method", assay_penalty_names, 4, &word, err);
    if (status != ASSAY_OK)
        return status;
    fit->penalty = (enum assay_penalty_word)word;
    status = read_alpha(doc, penalty, fit, err);
    return status != ASSAY_OK ? status : read_lambda(doc, penalty, fit, err);
}

/* Steps of which whole numbers make 1; 0 for none. */
static enum assay_status read_rounding(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_fit_spec *fit, struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, "round_to");
    if (value == NULL)
        return ASSAY_OK;
    if (is_number_within(value, 0, 0)) {
        fit->round_to = 0;
        return ASSAY_OK;
    }
    if (is_number_within(value, 0, 1)) {
        double steps = round(1 / assay_json_number(value));
        if (steps >= 2 && steps <= 10000 && fabs(1 / assay_json_number(value) - steps) <= 1e-9) {
            fit->round_to = 1 / steps;
            return ASSAY_OK;
        }
    }
    assay_json_wrong(doc, value, err, "one part in 2 to 10000, or 0");
    assay_hint(err, "Rounded weights add up to 1: 0.01 makes 100 steps of it, 0.05 makes 20.");
    return ASSAY_EDATA;
}

/* object[key], where it is there, is 0 or a whole number from least to most; *out is untouched otherwise. */
static enum assay_status read_count_or_none(struct assay_json *doc, const struct cJSON *object,
                                            const char *key, size_t least, size_t most, size_t *out,
                                            struct assay_error *err)
{
    const struct cJSON *value = assay_json_get(object, key);
    if (value == NULL)
        return ASSAY_OK;
    if (!is_number_within(value, 0, 0) &&
        (!is_number_within(value, (double)least, (double)most) ||
         assay_json_number(value) != floor(assay_json_number(value))))
        return assay_json_wrong(doc, value, err, "0 or a whole number from %zu to %zu", least, most);
    *out = (size_t)assay_json_number(value);
    return ASSAY_OK;
}

enum assay_status assay_fit_spec_read(struct assay_json *doc, const struct cJSON *object,
                                      struct assay_fit_spec *fit, struct assay_error *err)
{
    static const char *const keys[] = {"method",   "signs", "anchor",    "strength",  "penalty",
                                       "round_to", "folds", "bootstrap", "models_by", "pooling"};
    enum assay_status status =
        assay_json_check_keys(doc, object, "\"fit\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_choices(doc, object, fit, err);
    if (status == ASSAY_OK)
        status = read_strength(doc, object, "strength", &fit->strength, err);
    if (status == ASSAY_OK)
        status = read_penalty(doc, object, fit, err);
    if (status == ASSAY_OK)
        status = read_rounding(doc, object, fit, err);
    if (status == ASSAY_OK)
        status = read_count_or_none(doc, object, "folds", 2, 100, &fit->folds, err);
    if (status == ASSAY_OK)
        status = read_count_or_none(doc, object, "bootstrap", 50, 10000, &fit->resamples, err);
    fit->resamples_given = fit->resamples_given || assay_json_get(object, "bootstrap") != NULL;
    if (status == ASSAY_OK && assay_json_get(object, "models_by") != NULL)
        status = assay_spec_name(doc, object, "models_by", &fit->models_by, err);
    if (status == ASSAY_OK)
        status = read_strength(doc, object, "pooling", &fit->pooling, err);
    return status;
}

static void write_fit(struct assay_json_writer *json, const struct assay_fit_spec *fit)
{
    assay_json_open(json, "fit", '{');
    assay_json_put_string(json, "method", assay_fit_method_names[fit->method]);
    assay_json_put_string(json, "signs", sign_names[fit->signs_free]);
    assay_json_put_string(json, "anchor", assay_anchor_names[fit->anchor]);
    write_strength(json, "strength", fit->strength);
    if (fit->penalty == ASSAY_NO_PENALTY) {
        assay_json_put_string(json, "penalty", assay_penalty_names[fit->penalty]);
    } else {
        assay_json_open(json, "penalty", '{');
        assay_json_put_string(json, "method", assay_penalty_names[fit->penalty]);
        if (fit->penalty == ASSAY_ELASTIC_NET)
            assay_json_put_number(json, "alpha", fit->alpha);
        write_strength(json, "lambda", fit->lambda);
        assay_json_close(json);
    }
    assay_json_put_number(json, "round_to", fit->round_to);
    assay_json_put_count(json, "folds", fit->folds);
    if (fit->resamples_given)
        assay_json_put_count(json, "bootstrap", fit->resamples);
    if (fit->models_by != NULL)
        assay_json_put_string(json, "models_by", fit->models_by);
    write_strength(json, "pooling", fit->pooling);
    assay_json_close(json);
}

/* ---- line ---- */

static enum assay_status read_line_word(struct assay_json *doc, const struct cJSON *value,
                                        struct assay_line_spec *line, struct assay_error *err)
{
    for (size_t k = ASSAY_LINE_TARGETS; k <= ASSAY_LINE_YOUDEN; k++)
        if (is_word(value, assay_line_rule_names[k])) {
            line->rule = (enum assay_line_rule)k;
            return ASSAY_OK;
        }
    assay_json_wrong(doc, value, err, "\"targets\", \"youden\" or an object in braces");
    if (is_word(value, "cost"))
        assay_hint(err, "What is one of each worth? {\"rule\": \"cost\", \"miss\": 10, "
                        "\"false_alarm\": 1}.");
    else if (is_word(value, "capacity"))
        assay_hint(err, "How many can the team work each quarter? {\"rule\": \"capacity\", "
                        "\"accounts\": 40}.");
    return ASSAY_EDATA;
}

/* What one rule needs, the others refuse. */
static enum assay_status refuse_foreign_keys(struct assay_json *doc, const struct cJSON *object,
                                             enum assay_line_rule rule, struct assay_error *err)
{
    static const struct {
        const char *key;
        enum assay_line_rule rule;
    } keys[] = {{"miss", ASSAY_LINE_COST},
                {"false_alarm", ASSAY_LINE_COST},
                {"accounts", ASSAY_LINE_CAPACITY}};
    for (size_t k = 0; k < COUNT(keys); k++)
        if (assay_json_get(object, keys[k].key) != NULL && keys[k].rule != rule)
            return assay_json_wrong(doc, assay_json_get(object, keys[k].key), err,
                                    "none with the rule \"%s\": it belongs to \"%s\"",
                                    assay_line_rule_names[rule],
                                    assay_line_rule_names[keys[k].rule]);
    return ASSAY_OK;
}

enum assay_status assay_line_spec_read(struct assay_json *doc, const struct cJSON *value,
                                       struct assay_line_spec *line, struct assay_error *err)
{
    static const char *const keys[] = {"rule", "miss", "false_alarm", "accounts", "by"};
    if (!assay_json_is_object(value))
        return read_line_word(doc, value, line, err);
    size_t rule = line->rule;
    enum assay_status status =
        assay_json_check_keys(doc, value, "\"line\"", keys, COUNT(keys), err);
    if (status == ASSAY_OK)
        status = read_word(doc, value, "rule", assay_line_rule_names, 4, &rule, err);
    if (status != ASSAY_OK)
        return status;
    line->rule = (enum assay_line_rule)rule;
    status = refuse_foreign_keys(doc, value, line->rule, err);
    if (status == ASSAY_OK && line->rule == ASSAY_LINE_COST)
        status = want_positive(doc, value, "miss", &line->miss, err);
    if (status == ASSAY_OK && line->rule == ASSAY_LINE_COST)
        status = want_positive(doc, value, "false_alarm", &line->false_alarm, err);
    if (status == ASSAY_OK && line->rule == ASSAY_LINE_CAPACITY)
        status = assay_json_want_count(doc, value, "accounts", 1, 1000000000, &line->accounts, err);
    if (status == ASSAY_OK && assay_json_get(value, "by") != NULL)
        status = assay_spec_name(doc, value, "by", &line->by, err);
    return status;
}

static void write_line(struct assay_json_writer *json, const struct assay_line_spec *line)
{
    assay_json_open(json, "line", '{');
    assay_json_put_string(json, "rule", assay_line_rule_names[line->rule]);
    if (line->rule == ASSAY_LINE_COST) {
        assay_json_put_number(json, "miss", line->miss);
        assay_json_put_number(json, "false_alarm", line->false_alarm);
    }
    if (line->rule == ASSAY_LINE_CAPACITY)
        assay_json_put_count(json, "accounts", line->accounts);
    if (line->by != NULL)
        assay_json_put_string(json, "by", line->by);
    assay_json_close(json);
}

/* ---- limits ---- */

static enum assay_status refuse_dimension(struct assay_json *doc, const struct cJSON *member,
                                          const struct assay_spec *spec, struct assay_error *err)
{
    const char *names[ASSAY_MAX_SIGNALS];
    char shown[ASSAY_QUOTE_SIZE];
    const char *name = assay_json_key(member);
    for (size_t j = 0; j < spec->n_signal; j++)
        names[j] = spec->signals[j].dimension;
    const char *nearest = assay_nearest_word(name, names, spec->n_signal);
    assay_fail(err, ASSAY_EDATA, "%s: no signal has the dimension \"%s\"; expected one that has",
               assay_json_place(doc, member), assay_quote_value(name, strlen(name), shown));
    if (nearest != NULL)
        assay_hint(err, "Did you mean \"%s\"?", assay_quote_value(nearest, strlen(nearest), shown));
    return ASSAY_EDATA;
}

static enum assay_status read_dimension(struct assay_json *doc, const struct cJSON *member,
                                        struct assay_spec *spec, struct assay_error *err)
{
    static const char *const keys[] = {"share"};
    bool known = false;
    for (size_t j = 0; j < spec->n_signal && !known; j++)
        known = strcmp(spec->signals[j].dimension, assay_json_key(member)) == 0;
    if (!known)
        return refuse_dimension(doc, member, spec, err);
    if (!assay_json_is_object(member))
        return assay_json_wrong(doc, member, err, "its limits as {\"share\": [0.2, 0.4]}");
    enum assay_status status = assay_json_check_keys(doc, member, "a dimension", keys, 1, err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *share = assay_json_get(member, "share");
    if (share == NULL)
        return assay_fail(err, ASSAY_EDATA,
                          "%s: no \"share\" here; expected a number from 0 to 1, or two of them as "
                          "[lowest, highest]",
                          assay_json_place(doc, member));
    struct assay_dimension_spec *dimension = &spec->dimensions[spec->n_dimension++];
    status = assay_spec_text(assay_json_key(member), &dimension->name, err);
    return status != ASSAY_OK
               ? status
               : read_limits(doc, share, &dimension->share_low, &dimension->share_high, err);
}

enum assay_status assay_dimensions_read(struct assay_json *doc, const struct cJSON *object,
                                        struct assay_spec *spec, struct assay_error *err)
{
    spec->dimensions = assay_alloc(assay_json_count(object), sizeof *spec->dimensions);
    if (spec->dimensions == NULL)
        return assay_fail_memory(err, "reading a declaration");
    enum assay_status status = ASSAY_OK;
    for (const struct cJSON *member = assay_json_first(object);
         status == ASSAY_OK && member != NULL; member = assay_json_next(member))
        status = read_dimension(doc, member, spec, err);
    return status;
}

enum assay_status assay_signal_limits_read(struct assay_json *doc, const struct cJSON *object,
                                           bool sign_free, struct assay_signal_spec *signal,
                                           struct assay_error *err)
{
    const struct cJSON *expert = assay_json_get(object, "expert");
    const struct cJSON *weight = assay_json_get(object, "weight");
    size_t sign = sign_free;
    signal->expert = NAN;
    signal->weight_low = 0;
    signal->weight_high = 1;
    if (expert != NULL) {
        if (!is_number_within(expert, 0, largest))
            return assay_json_wrong(doc, expert, err, "a number from 0 to 1e9");
        signal->expert = assay_json_number(expert);
    }
    enum assay_status status = ASSAY_OK;
    if (weight != NULL)
        status = read_limits(doc, weight, &signal->weight_low, &signal->weight_high, err);
    if (status == ASSAY_OK)
        status = read_word(doc, object, "sign", sign_names, 2, &sign, err);
    signal->sign_free = sign == 1;
    if (status == ASSAY_OK && assay_json_get(object, "recorded") != NULL)
        status = assay_spec_name(doc, object, "recorded", &signal->recorded, err);
    return status;
}

void assay_signal_limits_write(struct assay_json_writer *json,
                               const struct assay_signal_spec *signal)
{
    if (!isnan(signal->expert))
        assay_json_put_number(json, "expert", signal->expert);
    if (signal->weight_low > 0 || signal->weight_high < 1)
        write_limits(json, "weight", signal->weight_low, signal->weight_high);
    assay_json_put_string(json, "sign", sign_names[signal->sign_free]);
    if (signal->recorded != NULL)
        assay_json_put_string(json, "recorded", signal->recorded);
}

/* ---- what a model file keeps of all this ---- */

void assay_fit_spec_write(struct assay_json_writer *json, const struct assay_spec *spec)
{
    assay_json_open(json, "declared", '{');
    write_fit(json, &spec->fit);
    write_line(json, &spec->line);
    assay_json_open(json, "dimensions", '{');
    for (size_t k = 0; k < spec->n_dimension; k++) {
        assay_json_open(json, spec->dimensions[k].name, '{');
        write_limits(json, "share", spec->dimensions[k].share_low, spec->dimensions[k].share_high);
        assay_json_close(json);
    }
    assay_json_close(json);
    assay_json_close(json);
}
