#include "core/spec/spec_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

/* Sums of shares as people write them, such as ten times 0.1, miss 1 by rounding alone. */
static const double slack = 1e-9;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rules {
    struct assay_json *doc;
    const struct cJSON *root;
    const struct assay_spec *spec;
    struct assay_error *err;
};

/* ---- where things stand; each is asked only for what was declared ---- */

static const struct cJSON *of_fit(const struct rules *r, const char *key)
{
    return assay_json_get(assay_json_get(r->root, "fit"), key);
}

static const struct cJSON *of_line(const struct rules *r, const char *key)
{
    const struct cJSON *line = assay_json_get(r->root, "line");
    return assay_json_is_object(line) ? assay_json_get(line, key) : line;
}

static const struct cJSON *of_signal(const struct rules *r, size_t j, const char *key)
{
    const struct cJSON *signal = assay_json_first(assay_json_get(r->root, "signals"));
    while (j-- > 0)
        signal = assay_json_next(signal);
    return key != NULL ? assay_json_get(signal, key) : signal;
}

static const struct cJSON *of_dimension(const struct rules *r, size_t k)
{
    const struct cJSON *member = assay_json_first(assay_json_get(r->root, "dimensions"));
    while (k-- > 0)
        member = assay_json_next(member);
    return assay_json_get(member, "share");
}

static bool has_limits(const struct assay_signal_spec *signal)
{
    return signal->weight_low > 0 || signal->weight_high < 1;
}

/* ---- signals ---- */

static enum assay_status check_experts(const struct rules *r)
{
    const struct assay_spec *spec = r->spec;
    size_t n_expert = 0, first_without = spec->n_signal;
    double sum = 0;
    for (size_t j = 0; j < spec->n_signal; j++) {
        if (!isnan(spec->signals[j].expert)) {
            n_expert++;
            sum += spec->signals[j].expert;
        } else if (first_without == spec->n_signal) {
            first_without = j;
        }
    }
    if (n_expert == 0)
        return ASSAY_OK;
    if (n_expert < spec->n_signal) {
        char name[ASSAY_QUOTE_SIZE];
        const char *text = spec->signals[first_without].name;
        assay_fail(r->err, ASSAY_EDATA,
                   "%s: signal \"%s\" has no \"expert\" weight, and others have; expected all of "
                   "them to have one, or none",
                   assay_json_place(r->doc, of_signal(r, first_without, NULL)),
                   assay_quote_value(text, strlen(text), name));
        assay_hint(r->err, "Say \"expert\": 0 where the team gives no weight.");
        return ASSAY_EDATA;
    }
    return sum > 0 ? ASSAY_OK
                   : assay_json_wrong(r->doc, of_signal(r, 0, "expert"), r->err,
                                      "a weight above 0 in at least one signal");
}

static enum assay_status check_free_signs(const struct rules *r)
{
    for (size_t j = 0; j < r->spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &r->spec->signals[j];
        if (!signal->sign_free)
            continue;
        if (signal->weight_low == signal->weight_high)
            assay_json_wrong(r->doc, of_signal(r, j, "weight"), r->err,
                             "no fixed weight where the sign is free");
        else if (signal->weight_low > 0)
            assay_json_wrong(r->doc, of_signal(r, j, "weight"), r->err,
                             "no lower limit where the sign is free");
        else
            continue;
        assay_hint(r->err, "Say \"sign\": \"constrained\" for this signal, or give an upper limit "
                           "alone, as [0, 0.3].");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

/* ---- scale and line ---- */

static enum assay_status check_scale(const struct rules *r)
{
    const struct assay_spec *spec = r->spec;
    const struct cJSON *scale = assay_json_get(r->root, "scale");
    if (spec->scale != ASSAY_WEIGHTED_AVERAGE)
        return ASSAY_OK;
    for (size_t j = 0; j < spec->n_signal; j++) {
        char name[ASSAY_QUOTE_SIZE];
        const char *text = spec->signals[j].name;
        if (spec->signals[j].missing != ASSAY_INDICATOR)
            continue;
        assay_json_wrong(r->doc, scale, r->err,
                         "\"log-odds\" where a signal's missing policy is \"indicator\", as \"%s\" "
                         "has",
                         assay_quote_value(text, strlen(text), name));
        assay_hint(r->err, "The weighted average cannot carry the indicator's term; use another "
                           "policy, or the points that stand for a missing value.");
        return ASSAY_EDATA;
    }
    if (spec->fit.models_by == NULL && spec->line.by == NULL)
        return ASSAY_OK;
    assay_json_wrong(r->doc, scale, r->err, "\"log-odds\" with %s",
                     spec->fit.models_by != NULL ? "\"models_by\"" : "a line \"by\" segment");
    assay_hint(r->err, "The weighted average cannot carry %s of the segments' own.",
               spec->fit.models_by != NULL ? "intercepts" : "lines");
    return ASSAY_EDATA;
}

/* Rounding a dimension takes its average, which weights of both signs do not have. */
static enum assay_status check_rounding(const struct rules *r)
{
    const struct assay_spec *spec = r->spec;
    const struct cJSON *rounding = assay_json_get(r->root, "rounding");
    if (!spec->rounding.dimensions && !spec->rounding.score)
        return ASSAY_OK;
    if (spec->scale != ASSAY_WEIGHTED_AVERAGE) {
        assay_json_wrong(r->doc, rounding, r->err,
                         "no rounding where \"scale\" is \"log-odds\"");
        assay_hint(r->err, "Say \"scale\": \"weighted-average\", or leave the rounding out.");
        return ASSAY_EDATA;
    }
    for (size_t j = 0; j < spec->n_signal; j++) {
        char name[ASSAY_QUOTE_SIZE];
        const char *text = spec->signals[j].name;
        if (!spec->signals[j].sign_free)
            continue;
        assay_json_wrong(r->doc, rounding, r->err,
                         "no rounding where a signal's sign is free, as that of \"%s\" is",
                         assay_quote_value(text, strlen(text), name));
        assay_hint(r->err, "Weights of both signs make no average; constrain the sign, or leave the "
                           "rounding out.");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

static enum assay_status check_line(const struct rules *r)
{
    const struct assay_line_spec *line = &r->spec->line;
    if (isnan(r->spec->at_risk_probability) ||
        (line->rule == ASSAY_LINE_TARGETS && line->by == NULL))
        return ASSAY_OK;
    if (line->rule != ASSAY_LINE_TARGETS) {
        assay_json_wrong(r->doc, of_line(r, "rule"), r->err,
                         "no rule beside \"at_risk_probability\": one of the two decides");
        assay_hint(r->err, "Leave out the probability, and the rule finds it; or the rule.");
    } else {
        assay_json_wrong(r->doc, of_line(r, "by"), r->err,
                         "no lines by segment beside \"at_risk_probability\", one for all");
        assay_hint(r->err, "Leave out the probability, and each segment's line is found.");
    }
    return ASSAY_EDATA;
}

/* ---- fit ---- */

/* What shrinks by itself takes neither anchor nor limits nor weights by segment; `what` is it. */
static enum assay_status check_alone(const struct rules *r, const char *what)
{
    const struct assay_fit_spec *fit = &r->spec->fit;
    if (fit->anchor != ASSAY_ANCHOR_BY_DEFAULT && fit->anchor != ASSAY_ANCHOR_NONE)
        return assay_json_wrong(r->doc, of_fit(r, "anchor"), r->err, "\"auto\" or \"none\" with %s",
                                what);
    if (!isnan(fit->strength))
        return assay_json_wrong(r->doc, of_fit(r, "strength"), r->err,
                                "no strength with %s, which takes no anchor", what);
    if (fit->models_by != NULL)
        return assay_json_wrong(r->doc, of_fit(r, "models_by"), r->err,
                                "no weights by segment with %s", what);
    if (fit->round_to > 0)
        return assay_json_wrong(r->doc, of_fit(r, "round_to"), r->err,
                                "no rounding with %s, which the refit to rounded weights would undo",
                                what);
    for (size_t j = 0; j < r->spec->n_signal; j++)
        if (has_limits(&r->spec->signals[j]))
            return assay_json_wrong(r->doc, of_signal(r, j, "weight"), r->err,
                                    "no limits on weights with %s", what);
    if (r->spec->n_dimension > 0)
        return assay_json_wrong(r->doc, of_dimension(r, 0), r->err, "no limits on shares with %s",
                                what);
    return ASSAY_OK;
}

static enum assay_status check_method(const struct rules *r)
{
    const struct assay_fit_spec *fit = &r->spec->fit;
    char what[64];
    enum assay_status status = ASSAY_OK;
    if (fit->method == ASSAY_FIRTH) {
        status = fit->penalty == ASSAY_NO_PENALTY
                     ? check_alone(r, "method \"firth\"")
                     : assay_json_wrong(r->doc, of_fit(r, "penalty"), r->err,
                                        "\"none\" with method \"firth\"");
        if (status != ASSAY_OK)
            assay_hint(r->err, "Firth's method is a penalty of its own; leave this out, or let "
                               "\"method\" be \"maximum-likelihood\".");
    } else if (fit->penalty != ASSAY_NO_PENALTY) {
        snprintf(what, sizeof what, "penalty \"%s\"", assay_penalty_names[fit->penalty]);
        status = check_alone(r, what);
        if (status != ASSAY_OK)
            assay_hint(r->err, "A penalty pulls the weights by itself; leave this out, or let "
                               "\"penalty\" be \"none\".");
    }
    return status;
}

static enum assay_status check_anchor(const struct rules *r)
{
    const struct assay_fit_spec *fit = &r->spec->fit;
    if (fit->anchor == ASSAY_ANCHOR_NONE && !isnan(fit->strength)) {
        assay_json_wrong(r->doc, of_fit(r, "strength"), r->err,
                         "no strength where the anchor is \"none\"");
        assay_hint(r->err, "Name the anchor, \"equal\", \"expert\" or \"champion\", or leave the "
                           "strength out.");
        return ASSAY_EDATA;
    }
    if (fit->anchor == ASSAY_ANCHOR_EXPERT && isnan(r->spec->signals[0].expert)) {
        assay_json_wrong(r->doc, of_fit(r, "anchor"), r->err,
                         "another where the signals have no \"expert\" weights");
        assay_hint(r->err, "Give each signal the team's own weight, in any unit: \"expert\": 3.");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

static enum assay_status check_segments(const struct rules *r)
{
    const struct assay_fit_spec *fit = &r->spec->fit;
    if (fit->models_by == NULL && !isnan(fit->pooling)) {
        assay_json_wrong(r->doc, of_fit(r, "pooling"), r->err, "no pooling without \"models_by\"");
        assay_hint(r->err, "Name the column whose values have weights of their own, or leave the "
                           "pooling out.");
        return ASSAY_EDATA;
    }
    if (fit->models_by != NULL && fit->round_to > 0) {
        assay_json_wrong(r->doc, of_fit(r, "round_to"), r->err, "no rounding with \"models_by\"");
        assay_hint(r->err, "Rounded weights are one list for all; leave one of the two out.");
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

/* ---- limits ---- */

/* Adds up the weights' limits, of one dimension or (NULL) of all. *low is -HUGE_VAL where a sign is
 * free: that weight may be as negative as it likes. */
static void sum_limits(const struct assay_spec *spec, const char *dimension, double *low,
                       double *high)
{
    *low = *high = 0;
    for (size_t j = 0; j < spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &spec->signals[j];
        if (dimension != NULL && strcmp(signal->dimension, dimension) != 0)
            continue;
        *low += signal->sign_free ? -HUGE_VAL : signal->weight_low;
        *high += signal->weight_high;
    }
}

/* A list for a hint: "logins" 0.6, "tickets" 0.5. */
struct limit_list {
    struct assay_text text;
    bool cut;
};

static void add_limit(struct limit_list *list, const char *name, double limit)
{
    enum { ROOM = 200 }; /* of a hint's 320 bytes; one more name and its limit fit behind */
    char shown[ASSAY_QUOTE_SIZE];
    if (list->text.length > ROOM)
        list->cut = true;
    else
        assay_text_printf(&list->text, "%s\"%s\" %g", list->text.length > 0 ? ", " : "",
                          assay_quote_value(name, strlen(name), shown), limit);
}

static void hint_limits(const struct rules *r, struct limit_list *list, bool lower)
{
    if (list->text.length > 0 && !list->text.failed)
        assay_hint(r->err, "%s limits: %s%s.", lower ? "Lower" : "Upper", list->text.data,
                   list->cut ? " and more" : "");
    assay_text_clear(&list->text);
}

/* Those of the weights that count, of one dimension or (NULL) of all. */
static void hint_weights(const struct rules *r, const char *dimension, bool lower)
{
    struct limit_list list = {0};
    for (size_t j = 0; j < r->spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &r->spec->signals[j];
        double limit = lower ? signal->weight_low : signal->weight_high;
        if (!(lower && limit == 0) &&
            (dimension == NULL || strcmp(signal->dimension, dimension) == 0))
            add_limit(&list, signal->name, limit);
    }
    hint_limits(r, &list, lower);
}

static void hint_shares(const struct rules *r, bool lower)
{
    struct limit_list list = {0};
    for (size_t k = 0; k < r->spec->n_dimension; k++) {
        const struct assay_dimension_spec *dimension = &r->spec->dimensions[k];
        double limit = lower ? dimension->share_low : dimension->share_high;
        if (!lower || limit > 0)
            add_limit(&list, dimension->name, limit);
    }
    hint_limits(r, &list, lower);
}

static enum assay_status check_weights(const struct rules *r)
{
    double low, high;
    sum_limits(r->spec, NULL, &low, &high);
    const struct cJSON *signals = assay_json_get(r->root, "signals");
    if (low > 1 + slack) {
        assay_fail(r->err, ASSAY_EDATA,
                   "%s: the lower limits of the weights add up to %.9g; expected at most 1",
                   assay_json_place(r->doc, signals), low);
        hint_weights(r, NULL, true);
        return ASSAY_EDATA;
    }
    if (high < 1 - slack) {
        assay_fail(r->err, ASSAY_EDATA,
                   "%s: the upper limits of the weights add up to %.9g; expected at least 1",
                   assay_json_place(r->doc, signals), high);
        hint_weights(r, NULL, false);
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

static const struct assay_dimension_spec *find_dimension(const struct assay_spec *spec,
                                                         const char *name)
{
    for (size_t k = 0; k < spec->n_dimension; k++)
        if (strcmp(spec->dimensions[k].name, name) == 0)
            return &spec->dimensions[k];
    return NULL;
}

/* A sign that is free, in a dimension without limits, makes room for any sum of the lower ones; the
 * sum of the upper ones says something only when every dimension has one. */
static enum assay_status check_shares(const struct rules *r)
{
    const struct assay_spec *spec = r->spec;
    double low = 0, high = 0;
    bool all = true, bounded = true;
    for (size_t k = 0; k < spec->n_dimension; k++) {
        low += spec->dimensions[k].share_low;
        high += spec->dimensions[k].share_high;
    }
    for (size_t j = 0; j < spec->n_signal; j++)
        if (find_dimension(spec, spec->signals[j].dimension) == NULL) {
            all = false;
            bounded = bounded && !spec->signals[j].sign_free;
        }
    const char *place = assay_json_place(r->doc, assay_json_get(r->root, "dimensions"));
    if (bounded && low > 1 + slack) {
        assay_fail(r->err, ASSAY_EDATA,
                   "%s: the lower limits of the shares add up to %.9g; expected at most 1", place,
                   low);
        hint_shares(r, true);
        return ASSAY_EDATA;
    }
    if (all && high < 1 - slack) {
        assay_fail(r->err, ASSAY_EDATA,
                   "%s: the upper limits of the shares add up to %.9g, and every dimension has "
                   "one; expected at least 1",
                   place, high);
        hint_shares(r, false);
        return ASSAY_EDATA;
    }
    return ASSAY_OK;
}

static enum assay_status check_share(const struct rules *r, size_t k)
{
    const struct assay_dimension_spec *dimension = &r->spec->dimensions[k];
    char name[ASSAY_QUOTE_SIZE];
    double low, high;
    sum_limits(r->spec, dimension->name, &low, &high);
    bool too_high = high < dimension->share_low - slack;
    if (!too_high && low <= dimension->share_high + slack)
        return ASSAY_OK;
    assay_fail(r->err, ASSAY_EDATA,
               "%s: the share of \"%s\" is %s %g, and its signals' limits add up to %.9g; expected "
               "limits that can be met",
               assay_json_place(r->doc, of_dimension(r, k)),
               assay_quote_value(dimension->name, strlen(dimension->name), name),
               too_high ? "at least" : "at most",
               too_high ? dimension->share_low : dimension->share_high, too_high ? high : low);
    hint_weights(r, dimension->name, !too_high);
    return ASSAY_EDATA;
}

static enum assay_status check_limits(const struct rules *r)
{
    enum assay_status status = check_weights(r);
    if (status == ASSAY_OK && r->spec->n_dimension > 0)
        status = check_shares(r);
    for (size_t k = 0; status == ASSAY_OK && k < r->spec->n_dimension; k++)
        status = check_share(r, k);
    return status;
}

enum assay_status assay_spec_rules_check(struct assay_json *doc, const struct cJSON *root,
                                         const struct assay_spec *spec, struct assay_error *err)
{
    static enum assay_status (*const checks[])(const struct rules *) = {
        check_experts, check_free_signs, check_scale,    check_rounding, check_line,
        check_method,  check_anchor,     check_segments, check_limits};
    struct rules rules = {doc, root, spec, err};
    enum assay_status status = ASSAY_OK;
    for (size_t k = 0; status == ASSAY_OK && k < COUNT(checks); k++)
        status = checks[k](&rules);
    return status;
}
