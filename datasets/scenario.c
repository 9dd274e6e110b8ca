#include "datasets/scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/date.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "datasets/scenario_rules.h"
#include "datasets/scenario_signal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The decimals of a share or a weight may not add up to 1 in binary. */
#define SUM_TOLERANCE 1e-9

/* Plans, segments or regions. */
#define GROUPS_MOST 100

static const struct cJSON *root_of(const struct assay_scenario *scenario)
{
    return assay_json_root(scenario->doc);
}

/* A list of at least one and at most `most` elements. */
static enum assay_status want_list(struct assay_json *doc, const struct cJSON *object,
                                   const char *key, size_t most, const struct cJSON **list,
                                   size_t *n, struct assay_error *err)
{
    enum assay_status status = assay_json_want_array(doc, object, key, list, err);
    if (status != ASSAY_OK)
        return status;
    *n = assay_json_count(*list);
    if (*n == 0 || *n > most)
        return assay_json_wrong(doc, *list, err, "1 to %zu elements, not %zu", most, *n);
    return ASSAY_OK;
}

/* Text that can name something: not empty, and none of the n names there are. */
static enum assay_status want_name(struct assay_json *doc, const struct cJSON *object,
                                   const char *const names[], size_t n, const char **name,
                                   struct assay_error *err)
{
    const char *text = NULL;
    enum assay_status status = assay_json_want_string(doc, object, "name", &text, err);
    if (status != ASSAY_OK)
        return status;
    const struct cJSON *value = assay_json_get(object, "name");
    if (text[0] == '\0')
        return assay_json_wrong(doc, value, err, "a name");
    for (size_t k = 0; k < n; k++)
        if (strcmp(text, names[k]) == 0)
            return assay_json_wrong(doc, value, err, "a name not used before");
    *name = text;
    return ASSAY_OK;
}

static enum assay_status want_elements(struct assay_json *doc, const struct cJSON *list,
                                       const char *what, struct assay_error *err)
{
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at))
        if (!assay_json_is_object(at))
            return assay_json_wrong(doc, at, err, "%s in braces", what);
    return ASSAY_OK;
}

/* ---- groups ---- */

#define GROUP(key, low, high, member, optional) \
    {key, ASSAY_RULE_NUMBER, low, high, offsetof(struct assay_scenario_group, member), optional}

static const struct assay_rule group_rules[] = {
    {.key = "name", .kind = ASSAY_RULE_ELSEWHERE},
    GROUP("share", 0, 1, share, false),
    GROUP("log_odds", -10, 10, log_odds, true),
    GROUP("arr_median", 1, 1e9, arr_median, false), /* the last two are for plans alone */
    GROUP("arr_sigma", 0, 3, arr_sigma, false),
};

struct group_list {
    const char *key, *what;
    size_t n_rule;
};
static const struct group_list plan_list = {"plans", "a plan", COUNT(group_rules)};
static const struct group_list segment_list = {"segments", "a segment", COUNT(group_rules) - 2};
static const struct group_list region_list = {"regions", "a region", COUNT(group_rules) - 2};

static enum assay_status read_groups(struct assay_json *doc, const struct group_list *kind,
                                     struct assay_scenario_group **out, size_t *n_out,
                                     struct assay_error *err)
{
    const char *names[GROUPS_MOST];
    const struct cJSON *list = NULL;
    size_t n = 0;
    enum assay_status status =
        want_list(doc, assay_json_root(doc), kind->key, GROUPS_MOST, &list, &n, err);
    if (status == ASSAY_OK)
        status = want_elements(doc, list, kind->what, err);
    if (status != ASSAY_OK)
        return status;
    struct assay_scenario_group *groups = assay_alloc(n, sizeof *groups);
    if (groups == NULL)
        return assay_fail_memory(err, "reading a scenario");
    *out = groups; /* the scenario's from here on, whatever happens */
    *n_out = n;
    double sum = 0.0;
    const struct cJSON *at = assay_json_first(list);
    for (size_t k = 0; k < n; k++, at = assay_json_next(at)) {
        status = assay_rules_read(doc, at, kind->what, group_rules, kind->n_rule, &groups[k], err);
        if (status == ASSAY_OK)
            status = want_name(doc, at, names, k, &groups[k].name, err);
        if (status != ASSAY_OK)
            return status;
        names[k] = groups[k].name;
        sum += groups[k].share;
    }
    if (fabs(sum - 1.0) > SUM_TOLERANCE)
        return assay_json_wrong(doc, list, err, "shares that sum to 1, not %.6g", sum);
    return ASSAY_OK;
}

static enum assay_status read_owners(struct assay_scenario *scenario, struct assay_error *err)
{
    const struct cJSON *list = NULL;
    size_t n = 0;
    enum assay_status status =
        want_list(scenario->doc, root_of(scenario), "owners", 1000, &list, &n, err);
    if (status != ASSAY_OK)
        return status;
    scenario->owners = assay_alloc(n, sizeof *scenario->owners);
    if (scenario->owners == NULL)
        return assay_fail_memory(err, "reading a scenario");
    for (const struct cJSON *at = assay_json_first(list); at != NULL; at = assay_json_next(at)) {
        if (!assay_json_is_string(at) || assay_json_string(at)[0] == '\0')
            return assay_json_wrong(scenario->doc, at, err, "a name in \"owners\"");
        scenario->owners[scenario->n_owner++] = assay_json_string(at);
    }
    return ASSAY_OK;
}

/* ---- signals ---- */

/* Names that the table itself uses, which a signal must leave alone. */
static const char *const fixed_columns[] = {
    "account_id",    "as_of",    "plan",       "segment",
    "region",        "owner",    "arr",        "tenure_months",
    "acted_on",      "churned_on", "true_probability", "untouched_probability",
    "true_churned", "saved",
};

/* Index of the dimension's name, entered when it is new. */
static size_t dimension_index(struct assay_scenario *scenario, const char *name)
{
    for (size_t d = 0; d < scenario->n_dimension; d++)
        if (strcmp(scenario->dimensions[d], name) == 0)
            return d;
    scenario->dimensions[scenario->n_dimension] = name;
    return scenario->n_dimension++;
}

static enum assay_status read_signal(struct assay_scenario *scenario, const struct cJSON *object,
                                     const char *const plans[], const char *names[], size_t j,
                                     struct assay_error *err)
{
    struct assay_scenario_signal *signal = &scenario->signals[j];
    const char *dimension = NULL;
    size_t n_plan = scenario->n_plan;
    enum assay_status status = assay_scenario_signal_read(
        scenario->doc, object, plans, n_plan, signal, &scenario->levels[j * n_plan], err);
    if (status == ASSAY_OK)
        status = want_name(scenario->doc, object, names, COUNT(fixed_columns) + j, &signal->name,
                           err);
    if (status == ASSAY_OK)
        status = assay_json_want_string(scenario->doc, object, "dimension", &dimension, err);
    if (status == ASSAY_OK)
        signal->dimension = dimension_index(scenario, dimension);
    names[COUNT(fixed_columns) + j] = signal->name;
    return status;
}

static enum assay_status read_signals(struct assay_scenario *scenario, struct assay_error *err)
{
    const struct cJSON *list = NULL;
    size_t n = 0;
    enum assay_status status = want_list(scenario->doc, root_of(scenario), "signals",
                                         ASSAY_SCENARIO_SIGNALS, &list, &n, err);
    if (status == ASSAY_OK)
        status = want_elements(scenario->doc, list, "a signal", err);
    if (status != ASSAY_OK)
        return status;
    scenario->signals = assay_alloc(n, sizeof *scenario->signals);
    scenario->dimensions = assay_alloc(n, sizeof *scenario->dimensions);
    scenario->levels = assay_alloc(n * scenario->n_plan, sizeof *scenario->levels);
    if (scenario->signals == NULL || scenario->dimensions == NULL || scenario->levels == NULL)
        return assay_fail_memory(err, "reading a scenario");
    const char *plans[GROUPS_MOST], *names[COUNT(fixed_columns) + ASSAY_SCENARIO_SIGNALS];
    for (size_t p = 0; p < scenario->n_plan; p++)
        plans[p] = scenario->plans[p].name;
    memcpy(names, fixed_columns, sizeof fixed_columns);
    double sum = 0.0;
    const struct cJSON *at = assay_json_first(list);
    for (size_t j = 0; j < n; j++, at = assay_json_next(at)) {
        status = read_signal(scenario, at, plans, names, j, err);
        if (status != ASSAY_OK)
            return status;
        sum += scenario->signals[j].weight;
    }
    scenario->n_signal = n;
    if (fabs(sum - 1.0) > SUM_TOLERANCE)
        return assay_json_wrong(scenario->doc, list, err, "weights that sum to 1, not %.6g", sum);
    return ASSAY_OK;
}

/* ---- the calendar ---- */

static enum assay_status want_date(struct assay_json *doc, const char *key, int32_t *days,
                                   struct assay_error *err)
{
    const char *text = NULL;
    enum assay_status status = assay_json_want_string(doc, assay_json_root(doc), key, &text, err);
    if (status == ASSAY_OK && !assay_date_parse(text, strlen(text), days))
        status = assay_json_wrong(doc, assay_json_get(assay_json_root(doc), key), err,
                                  "a date, as 2024-12-31");
    return status;
}

/* The last day of quarter q (1..4) of the year. */
static int32_t quarter_end(int year, int q)
{
    static const char *const last_day[] = {"03-31", "06-30", "09-30", "12-31"};
    char text[ASSAY_DATE_SIZE];
    int32_t days = ASSAY_NO_DATE;
    int length = snprintf(text, sizeof text, "%04d-%s", year, last_day[q - 1]);
    assay_date_parse(text, (size_t)length, &days);
    return days;
}

static enum assay_status read_calendar(struct assay_scenario *scenario, struct assay_error *err)
{
    struct assay_json *doc = scenario->doc;
    const struct cJSON *root = root_of(scenario);
    char text[ASSAY_DATE_SIZE];
    int year = 0, month = 0;
    int32_t first = 0;
    enum assay_status status = want_date(doc, "first_quarter", &first, err);
    if (status == ASSAY_OK)
        status = want_date(doc, "observed_until", &scenario->observed_until, err);
    if (status != ASSAY_OK)
        return status;
    sscanf(assay_date_print(first, text), "%d-%d", &year, &month);
    int q = (month + 2) / 3;
    if (first != quarter_end(year, q) || year > 9000)
        return assay_json_wrong(doc, assay_json_get(root, "first_quarter"), err,
                                "the last day of a quarter, as 2024-12-31");
    scenario->as_of = assay_alloc(scenario->n_quarter, sizeof *scenario->as_of);
    if (scenario->as_of == NULL)
        return assay_fail_memory(err, "reading a scenario");
    scenario->first_quarter_of_year = (size_t)q;
    for (size_t t = 0; t < scenario->n_quarter; t++) {
        int past = q - 1 + (int)t;
        scenario->as_of[t] = quarter_end(year + past / 4, past % 4 + 1);
    }
    int32_t last = scenario->as_of[scenario->n_quarter - 1];
    if (scenario->observed_until < last)
        return assay_json_wrong(doc, assay_json_get(root, "observed_until"), err,
                                "the last quarter's end, %s, or later",
                                assay_date_print(last, text));
    return ASSAY_OK;
}

/* ---- the whole ---- */

#define WORLD(key, kind, low, high, member, optional) \
    {key, kind, low, high, offsetof(struct assay_scenario, member), optional}
#define ELSEWHERE(name) {.key = name, .kind = ASSAY_RULE_ELSEWHERE}

static const struct assay_rule world_rules[] = {
    ELSEWHERE("name"),
    ELSEWHERE("first_quarter"),
    ELSEWHERE("observed_until"),
    ELSEWHERE("plans"),
    ELSEWHERE("segments"),
    ELSEWHERE("regions"),
    ELSEWHERE("owners"),
    ELSEWHERE("latent"),
    ELSEWHERE("risk"),
    ELSEWHERE("interventions"),
    ELSEWHERE("signals"),
    WORLD("seed", ASSAY_RULE_WHOLE, 0, 9007199254740992.0, seed, false),
    WORLD("accounts", ASSAY_RULE_WHOLE, 1, 1e7, n_account, false),
    WORLD("quarters", ASSAY_RULE_WHOLE, 1, ASSAY_SCENARIO_QUARTERS, n_quarter, false),
    WORLD("horizon_days", ASSAY_RULE_WHOLE, 2, 90, horizon_days, false),
    WORLD("joining_share", ASSAY_RULE_NUMBER, 0, 1, joining_share, false),
    WORLD("mean_tenure_months", ASSAY_RULE_NUMBER, 1, 240, mean_tenure_months, false),
    WORLD("newcomer_months", ASSAY_RULE_WHOLE, 0, 120, newcomer_months, true),
    WORLD("warm_up_quarters", ASSAY_RULE_WHOLE, 0, 40, warm_up_quarters, true),
    WORLD("arr_uplift_per_year", ASSAY_RULE_NUMBER, -0.5, 1, arr_uplift_per_year, true),
};
static const struct assay_rule latent_rules[] = {
    WORLD("common", ASSAY_RULE_NUMBER, 0, 1, common, false),
    WORLD("dimension", ASSAY_RULE_NUMBER, 0, 1, dimension, false),
    WORLD("persistence", ASSAY_RULE_NUMBER, 0, 0.999, persistence, false),
};
static const struct assay_rule risk_rules[] = {
    WORLD("intercept", ASSAY_RULE_NUMBER, -50, 50, intercept, false),
    WORLD("slope", ASSAY_RULE_NUMBER, 0, 100, slope, false),
};
static const struct assay_rule action_rules[] = {
    WORLD("risk_above", ASSAY_RULE_NUMBER, 0, 1, act_above, false),
    WORLD("probability", ASSAY_RULE_NUMBER, 0, 1, act_probability, false),
    WORLD("log_odds", ASSAY_RULE_NUMBER, -10, 0, act_log_odds, false),
    WORLD("within_days", ASSAY_RULE_WHOLE, 1, 89, act_within_days, false),
};

static enum assay_status read_object(struct assay_scenario *scenario, const char *key,
                                     const struct assay_rule rules[], size_t n,
                                     struct assay_error *err)
{
    char what[40];
    snprintf(what, sizeof what, "\"%s\"", key);
    const struct cJSON *object = NULL;
    enum assay_status status =
        assay_json_want_object(scenario->doc, root_of(scenario), key, &object, err);
    if (status != ASSAY_OK)
        return status;
    return assay_rules_read(scenario->doc, object, what, rules, n, scenario, err);
}

static enum assay_status read_mechanism(struct assay_scenario *scenario, struct assay_error *err)
{
    struct assay_json *doc = scenario->doc;
    enum assay_status status =
        read_object(scenario, "latent", latent_rules, COUNT(latent_rules), err);
    if (status == ASSAY_OK && scenario->common + scenario->dimension > 1.0 + SUM_TOLERANCE)
        return assay_json_wrong(doc, assay_json_get(root_of(scenario), "latent"), err,
                                "\"common\" and \"dimension\" that sum to at most 1");
    if (status == ASSAY_OK)
        status = read_object(scenario, "risk", risk_rules, COUNT(risk_rules), err);
    const struct cJSON *actions = assay_json_get(root_of(scenario), "interventions");
    if (status != ASSAY_OK || actions == NULL)
        return status;
    status = read_object(scenario, "interventions", action_rules, COUNT(action_rules), err);
    if (status == ASSAY_OK && scenario->act_within_days >= scenario->horizon_days)
        return assay_json_wrong(doc, assay_json_get(actions, "within_days"), err,
                                "fewer days than \"horizon_days\", %zu", scenario->horizon_days);
    return status;
}

static enum assay_status read_world(struct assay_scenario *scenario, struct assay_error *err)
{
    struct assay_json *doc = scenario->doc;
    const struct cJSON *root = root_of(scenario);
    if (!assay_json_is_object(root))
        return assay_json_wrong(doc, root, err, "a scenario in braces");
    enum assay_status status = assay_rules_read(doc, root, "a scenario", world_rules,
                                                COUNT(world_rules), scenario, err);
    if (status == ASSAY_OK)
        status = want_name(doc, root, NULL, 0, &scenario->name, err);
    if (status == ASSAY_OK)
        status = read_calendar(scenario, err);
    if (status == ASSAY_OK)
        status = read_groups(doc, &plan_list, &scenario->plans, &scenario->n_plan, err);
    if (status == ASSAY_OK)
        status = read_groups(doc, &segment_list, &scenario->segments, &scenario->n_segment, err);
    if (status == ASSAY_OK)
        status = read_groups(doc, &region_list, &scenario->regions, &scenario->n_region, err);
    if (status == ASSAY_OK)
        status = read_owners(scenario, err);
    if (status == ASSAY_OK)
        status = read_mechanism(scenario, err);
    if (status == ASSAY_OK)
        status = read_signals(scenario, err);
    return status;
}

enum assay_status assay_scenario_parse(const char *name, const char *text, size_t length,
                                       struct assay_scenario *scenario, struct assay_error *err)
{
    struct assay_scenario made = {0};
    enum assay_status status =
        assay_json_parse(name, text, length, ASSAY_JSON_COMMENTS, &made.doc, err);
    if (status == ASSAY_OK)
        status = read_world(&made, err);
    if (status != ASSAY_OK)
        assay_scenario_clear(&made);
    else
        *scenario = made;
    return status;
}

enum assay_status assay_scenario_read(const char *path, struct assay_scenario *scenario,
                                      struct assay_error *err)
{
    struct assay_text text = {0};
    enum assay_status status = assay_file_read(path, (size_t)1 << 20, &text, err);
    if (status == ASSAY_OK)
        status = assay_scenario_parse(strcmp(path, "-") == 0 ? "standard input" : path, text.data,
                                      text.length, scenario, err);
    assay_text_clear(&text);
    return status;
}

void assay_scenario_clear(struct assay_scenario *scenario)
{
    free(scenario->as_of);
    free(scenario->plans);
    free(scenario->segments);
    free(scenario->regions);
    free(scenario->owners);
    free(scenario->signals);
    free(scenario->dimensions);
    free(scenario->levels);
    assay_json_free(scenario->doc);
    *scenario = (struct assay_scenario){0};
}
