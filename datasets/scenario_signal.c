#include "datasets/scenario_signal.h"

#include <math.h>

#include "core/base/json.h"
#include "datasets/scenario_rules.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Of a plan or of newcomers, against 1. */
#define LEVEL_LOW 0.001
#define LEVEL_HIGH 1000.0

/* ---- the shape of its raw values ---- */

#define SHAPE(key, low, high, member) \
    {key, ASSAY_RULE_NUMBER, low, high, offsetof(struct assay_raw_shape, member), false}
#define SHAPE_LIMIT(member) \
    {#member, ASSAY_RULE_NUMBER, -1e9, 1e9, offsetof(struct assay_raw_shape, member), true}
#define SHAPE_COMMON \
    {.key = "family", .kind = ASSAY_RULE_ELSEWHERE}, \
        {"decimals", ASSAY_RULE_WHOLE, 0, 9, offsetof(struct assay_raw_shape, decimals), true}

static const struct assay_rule uniform_rules[] = {SHAPE_COMMON};
static const struct assay_rule lognormal_rules[] = {
    SHAPE_COMMON, SHAPE_LIMIT(low), SHAPE_LIMIT(high), SHAPE("median", 1e-6, 1e9, centre),
    SHAPE("sigma", 0, 5, spread)};
static const struct assay_rule share_rules[] = {
    SHAPE_COMMON, SHAPE_LIMIT(low), SHAPE_LIMIT(high), SHAPE("median", 0.001, 0.999, centre),
    SHAPE("sigma", 0, 5, spread)};
static const struct assay_rule normal_rules[] = {
    SHAPE_COMMON, SHAPE_LIMIT(low), SHAPE_LIMIT(high), SHAPE("mean", -1e6, 1e6, centre),
    SHAPE("sd", 0, 1e6, spread)};
static const struct assay_rule count_rules[] = {
    SHAPE_COMMON, SHAPE_LIMIT(low), SHAPE_LIMIT(high), SHAPE("mean", 1e-6, 1e4, centre),
    SHAPE("size", 0.01, 1e6, spread)};
static const struct assay_rule hurdle_rules[] = {
    SHAPE_COMMON, SHAPE_LIMIT(low), SHAPE_LIMIT(high), SHAPE("zero", 0, 0.999, zero),
    SHAPE("median", 1e-6, 1e9, centre), SHAPE("sigma", 0, 5, spread)};

#define FAMILY(name, rules) {name, "a " name " shape", rules, COUNT(rules)}
static const struct {
    const char *name, *what;
    const struct assay_rule *rules;
    size_t n_rule;
} families[] = {
    [ASSAY_RAW_UNIFORM] = FAMILY("uniform", uniform_rules),
    [ASSAY_RAW_LOGNORMAL] = FAMILY("lognormal", lognormal_rules),
    [ASSAY_RAW_SHARE] = FAMILY("share", share_rules),
    [ASSAY_RAW_NORMAL] = FAMILY("normal", normal_rules),
    [ASSAY_RAW_COUNT] = FAMILY("count", count_rules),
    [ASSAY_RAW_HURDLE] = FAMILY("hurdle", hurdle_rules),
};

static enum assay_status read_shape(struct assay_json *doc, const struct cJSON *object,
                                    struct assay_raw_shape *shape, struct assay_error *err)
{
    const char *names[COUNT(families)];
    for (size_t k = 0; k < COUNT(families); k++)
        names[k] = families[k].name;
    const struct cJSON *value = NULL;
    size_t family = 0;
    enum assay_status status = assay_json_want_object(doc, object, "shape", &value, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, value, "family", names, COUNT(names), &family, err);
    if (status != ASSAY_OK)
        return status;
    *shape = (struct assay_raw_shape){.family = (enum assay_raw_family)family,
                                      .low = -INFINITY,
                                      .high = INFINITY,
                                      .decimals = ASSAY_RAW_EXACT};
    status = assay_rules_read(doc, value, families[family].what, families[family].rules,
                              families[family].n_rule, shape, err);
    if (status == ASSAY_OK && shape->low >= shape->high)
        return assay_json_wrong(doc, assay_json_get(value, "high"), err,
                                "a number above \"low\", %.10g", shape->low);
    return status;
}

/* ---- the signal, and the parts of it that hold numbers of its own ---- */
#define SIGNAL(key, kind, low, high, member, optional) \
    {key, kind, low, high, offsetof(struct assay_scenario_signal, member), optional}

static const struct assay_rule signal_rules[] = {
    {.key = "name", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "dimension", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "better", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "shape", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "levels", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "season", .kind = ASSAY_RULE_ELSEWHERE},
    {.key = "missing", .kind = ASSAY_RULE_ELSEWHERE},
    SIGNAL("weight", ASSAY_RULE_NUMBER, 0, 1, weight, false),
    SIGNAL("newcomer_level", ASSAY_RULE_NUMBER, LEVEL_LOW, LEVEL_HIGH, newcomer_level, true),
    SIGNAL("trend_per_year", ASSAY_RULE_NUMBER, -3, 3, trend_per_year, true),
};
static const struct assay_rule season_rules[] = {
    SIGNAL("amplitude", ASSAY_RULE_NUMBER, 0, 3, season_amplitude, false),
    SIGNAL("peak_quarter", ASSAY_RULE_WHOLE, 1, 4, peak_quarter, false),
};
static const struct assay_rule missing_rules[] = {
    SIGNAL("rate", ASSAY_RULE_NUMBER, 0, 1, missing_rate, false),
    SIGNAL("log_odds", ASSAY_RULE_NUMBER, -10, 10, missing_log_odds, true),
};

static enum assay_status read_part(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, const char *what,
                                   const struct assay_rule rules[], size_t n, void *target,
                                   struct assay_error *err)
{
    const struct cJSON *part = NULL;
    if (assay_json_get(object, key) == NULL)
        return ASSAY_OK;
    enum assay_status status = assay_json_want_object(doc, object, key, &part, err);
    if (status != ASSAY_OK)
        return status;
    return assay_rules_read(doc, part, what, rules, n, target, err);
}

/* What plans multiply: a number for every plan by its name, or 1 for all. */
static enum assay_status read_levels(struct assay_json *doc, const struct cJSON *object,
                                     const char *const plans[], size_t n_plan, double levels[],
                                     struct assay_error *err)
{
    for (size_t p = 0; p < n_plan; p++)
        levels[p] = 1.0;
    if (assay_json_get(object, "levels") == NULL)
        return ASSAY_OK;
    const struct cJSON *map = NULL;
    enum assay_status status = assay_json_want_object(doc, object, "levels", &map, err);
    if (status == ASSAY_OK)
        status = assay_json_check_keys(doc, map, "\"levels\"", plans, n_plan, err);
    for (size_t p = 0; p < n_plan && status == ASSAY_OK; p++) {
        status = assay_json_want_number(doc, map, plans[p], &levels[p], err);
        if (status == ASSAY_OK && (levels[p] < LEVEL_LOW || levels[p] > LEVEL_HIGH))
            status = assay_json_wrong(doc, assay_json_get(map, plans[p]), err,
                                      "a number from %g to %g", LEVEL_LOW, LEVEL_HIGH);
    }
    return status;
}

/* A percentile has no scale that a plan or a newcomer could multiply. */
static enum assay_status refuse_levels(struct assay_json *doc, const struct cJSON *object,
                                       struct assay_error *err)
{
    static const char *const keys[] = {"levels", "newcomer_level"};
    for (size_t k = 0; k < COUNT(keys); k++) {
        const struct cJSON *value = assay_json_get(object, keys[k]);
        if (value != NULL)
            return assay_json_wrong(doc, value, err, "nothing, as the shape is \"uniform\"");
    }
    return ASSAY_OK;
}

enum assay_status assay_scenario_signal_read(struct assay_json *doc, const struct cJSON *object,
                                             const char *const plans[], size_t n_plan,
                                             struct assay_scenario_signal *signal,
                                             double levels[], struct assay_error *err)
{
    static const char *const better[] = {"higher", "lower"};
    size_t direction = 0;
    *signal = (struct assay_scenario_signal){.newcomer_level = 1.0, .peak_quarter = 1};
    enum assay_status status = assay_rules_read(doc, object, "a signal", signal_rules,
                                                COUNT(signal_rules), signal, err);
    if (status == ASSAY_OK)
        status = assay_json_want_word(doc, object, "better", better, 2, &direction, err);
    if (status == ASSAY_OK)
        status = read_shape(doc, object, &signal->shape, err);
    if (status == ASSAY_OK && signal->shape.family == ASSAY_RAW_UNIFORM)
        status = refuse_levels(doc, object, err);
    if (status == ASSAY_OK)
        status = read_levels(doc, object, plans, n_plan, levels, err);
    if (status == ASSAY_OK)
        status = read_part(doc, object, "season", "\"season\"", season_rules,
                           COUNT(season_rules), signal, err);
    if (status == ASSAY_OK)
        status = read_part(doc, object, "missing", "\"missing\"", missing_rules,
                           COUNT(missing_rules), signal, err);
    signal->lower_is_better = direction == 1;
    return status;
}
