#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/date.h"
#include "core/spec/release_spec.h"
#include "release/version/change_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAJOR        ASSAY_LEVEL_MAJOR
#define PATCH        ASSAY_LEVEL_PATCH
#define TEXT(level, label, field)                                                                  \
    {                                                                                              \
        level, label, ASSAY_FIELD_TEXT, offsetof(struct assay_spec, field), NULL, NULL             \
    }
#define NUMBER(level, label, field, absent)                                                        \
    {                                                                                              \
        level, label, ASSAY_FIELD_NUMBER, offsetof(struct assay_spec, field), NULL, absent         \
    }
#define SIZE(level, label, field, absent)                                                          \
    {                                                                                              \
        level, label, ASSAY_FIELD_COUNT, offsetof(struct assay_spec, field), NULL, absent          \
    }
#define WORD(level, label, field, words)                                                           \
    {                                                                                              \
        level, label, ASSAY_FIELD_WORD, offsetof(struct assay_spec, field), words, NULL            \
    }
#define FLAG(level, label, field, words)                                                           \
    {                                                                                              \
        level, label, ASSAY_FIELD_FLAG, offsetof(struct assay_spec, field), words, NULL            \
    }

static const char *const sign_words[2] = {"constrained", "free"};
static const char *const rounding_words[2] = {"not rounded", "rounded half up"};
static const char *const declared_words[2] = {"not declared", "declared"};
static const char *const inconclusive_words[2] = {"refuse", "accept"};

static const struct assay_field fields[] = {
    TEXT(MAJOR, "id: column", id),
    TEXT(MAJOR, "as_of: column", as_of),
    TEXT(MAJOR, "cohort plan: column", cohort.plan),
    TEXT(MAJOR, "cohort tenure: column", cohort.tenure),
    TEXT(MAJOR, "weights by: column", fit.models_by),
    TEXT(MAJOR, "at-risk line by: column", line.by),
    WORD(MAJOR, "scale", scale, assay_scale_names),
    FLAG(MAJOR, "averages of dimensions", rounding.dimensions, rounding_words),
    FLAG(MAJOR, "scores", rounding.score, rounding_words),
    NUMBER(MAJOR, "points that halve the odds", points_to_halve_odds, ""),
    TEXT(PATCH, "name", name),
    TEXT(PATCH, "value: column", value),
    NUMBER(PATCH, "cohort.borrow", cohort.borrow, ""),
    NUMBER(PATCH, "targets.sensitivity", target_sensitivity, "none"),
    NUMBER(PATCH, "targets.specificity", target_specificity, "none"),
    WORD(PATCH, "fit.method", fit.method, assay_fit_method_names),
    FLAG(PATCH, "fit.signs", fit.signs_free, sign_words),
    WORD(PATCH, "fit.anchor", fit.anchor, assay_anchor_names),
    NUMBER(PATCH, "fit.strength", fit.strength, "auto"),
    WORD(PATCH, "fit.penalty", fit.penalty, assay_penalty_names),
    NUMBER(PATCH, "fit.alpha", fit.alpha, "none"),
    NUMBER(PATCH, "fit.lambda", fit.lambda, "auto"),
    NUMBER(PATCH, "fit.round_to", fit.round_to, ""),
    SIZE(PATCH, "fit.folds", fit.folds, NULL),
    NUMBER(PATCH, "fit.pooling", fit.pooling, "auto"),
    WORD(PATCH, "line.rule", line.rule, assay_line_rule_names),
    SIZE(PATCH, "line.accounts", line.accounts, "none"),
    TEXT(PATCH, "audit.owner: column", audit.owner),
    TEXT(PATCH, "audit.acted_on: date column", audit.acted_on_date),
    TEXT(PATCH, "audit.acted_on: 0/1 column", audit.acted_on_column),
    FLAG(PATCH, "release", release.declared, declared_words),
    FLAG(PATCH, "release.inconclusive", release.accept_inconclusive, inconclusive_words),
    SIZE(PATCH, "release.audit_age_days", release.audit_age_days, NULL),
    NUMBER(PATCH, "release.max_weight_change", release.max_weight_change, ""),
    NUMBER(PATCH, "release.max_zone_changes", release.max_zone_changes, ""),
};

/* ---- descriptions of what is no single field; nothing at all reads as "none" ---- */

static void add_comma(struct assay_text *text, size_t k)
{
    if (k > 0)
        assay_text_puts(text, ", ");
}

static void describe_outcome(struct assay_text *text, const struct assay_spec *spec)
{
    const struct assay_outcome_spec *outcome = &spec->outcome;
    assay_text_puts(text, outcome->column != NULL ? "0/1 column " : "date column ");
    assay_describe_name(text, outcome->column != NULL ? outcome->column : outcome->date);
}

static void describe_horizon(struct assay_text *text, const struct assay_spec *spec)
{
    if (spec->outcome.date != NULL)
        assay_text_printf(text, "%" PRId32 " days", spec->outcome.horizon_days);
}

static void describe_observed(struct assay_text *text, const struct assay_spec *spec)
{
    char date[ASSAY_DATE_SIZE];
    if (spec->outcome.date != NULL)
        assay_text_puts(text, assay_date_print(spec->outcome.observed_until, date));
}

static void describe_bands(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->cohort.n_band; k++) {
        add_comma(text, k);
        assay_describe_number(text, spec->cohort.bands[k], "");
    }
}

static void describe_zones(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->n_zone; k++) {
        add_comma(text, k);
        assay_text_printf(text, "\"%s\" from ", spec->zones[k].name);
        assay_describe_number(text, spec->zones[k].from, "");
    }
}

static void describe_segments(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->n_segment; k++) {
        add_comma(text, k);
        assay_text_printf(text, "\"%s\"", spec->segments[k]);
    }
}

static void describe_dimensions(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->n_dimension; k++) {
        add_comma(text, k);
        assay_text_printf(text, "\"%s\" ", spec->dimensions[k].name);
        assay_describe_number(text, spec->dimensions[k].share_low, "");
        assay_text_puts(text, " to ");
        assay_describe_number(text, spec->dimensions[k].share_high, "");
    }
}

static void describe_targets(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->audit.n_target; k++) {
        const struct assay_target *target = &spec->audit.targets[k];
        add_comma(text, k);
        assay_text_printf(text, "%s %s", target->metric,
                          isnan(target->low)    ? "at most "
                          : isnan(target->high) ? "at least "
                                                : "");
        assay_describe_number(text, isnan(target->low) ? target->high : target->low, "");
        if (!isnan(target->low) && !isnan(target->high)) {
            assay_text_puts(text, " to ");
            assay_describe_number(text, target->high, "");
        }
    }
}

static void describe_promotion(struct assay_text *text, const struct assay_spec *spec)
{
    for (size_t k = 0; k < spec->audit.n_promotion; k++) {
        add_comma(text, k);
        assay_text_printf(text, "%s ", spec->audit.promotion[k].metric);
        assay_describe_number(text, spec->audit.promotion[k].margin, "");
    }
}

static void describe_assumption(struct assay_text *text, const struct assay_assumption *assumption)
{
    if (isnan(assumption->value))
        return;
    assay_describe_number(text, assumption->value, "");
    if (assumption->low == assumption->value && assumption->high == assumption->value)
        return;
    assay_text_puts(text, ", from ");
    assay_describe_number(text, assumption->low, "");
    assay_text_puts(text, " to ");
    assay_describe_number(text, assumption->high, "");
}

static void describe_recovery(struct assay_text *text, const struct assay_spec *spec)
{
    describe_assumption(text, &spec->audit.recovery_rate);
}

static void describe_contact(struct assay_text *text, const struct assay_spec *spec)
{
    describe_assumption(text, &spec->audit.contact_cost);
}

/* Costs count under one rule alone, and are 0 elsewhere. */
static void describe_costs(struct assay_text *text, const struct assay_spec *spec)
{
    if (spec->line.rule != ASSAY_LINE_COST)
        return;
    assay_text_puts(text, "a miss ");
    assay_describe_number(text, spec->line.miss, "");
    assay_text_puts(text, ", a false alarm ");
    assay_describe_number(text, spec->line.false_alarm, "");
}

static void describe_resamples(struct assay_text *text, const struct assay_spec *spec)
{
    if (spec->fit.resamples_given)
        assay_text_printf(text, "%zu resamples", spec->fit.resamples);
    else
        assay_text_puts(text, "auto");
}

static void describe_oe(struct assay_text *text, const struct assay_spec *spec)
{
    assay_describe_number(text, spec->release.oe_low, "");
    assay_text_puts(text, " to ");
    assay_describe_number(text, spec->release.oe_high, "");
}

static void describe_seed(struct assay_text *text, const struct assay_spec *spec)
{
    assay_text_printf(text, "%" PRIu64, spec->seed);
}

static const struct {
    enum assay_level level;
    const char *label;
    void (*describe)(struct assay_text *text, const struct assay_spec *spec);
} described[] = {
    {MAJOR, "outcome", describe_outcome},
    {MAJOR, "outcome: horizon", describe_horizon},
    {MAJOR, "cohort bands", describe_bands},
    {MAJOR, "zones", describe_zones},
    {PATCH, "outcome: observed until", describe_observed},
    {PATCH, "segments audited", describe_segments},
    {PATCH, "limits of dimensions", describe_dimensions},
    {PATCH, "targets", describe_targets},
    {PATCH, "promotion margins", describe_promotion},
    {PATCH, "audit.recovery_rate", describe_recovery},
    {PATCH, "audit.contact_cost", describe_contact},
    {PATCH, "line: costs", describe_costs},
    {PATCH, "fit.bootstrap", describe_resamples},
    {PATCH, "release.oe_ratio", describe_oe},
    {PATCH, "seed", describe_seed},
};

/* A spec that declares no rules for releases goes by the defaults. */
static struct assay_spec with_release_rules(const struct assay_spec *spec)
{
    struct assay_spec same = *spec;
    if (!same.release.declared)
        same.release = assay_release_spec_default();
    return same;
}

/* Where a zone of a weighted average begins on the scale of odds, on which it was declared: at 50
 * on the at-risk line, a halving of the odds every so many points. */
static double declared_bound(const struct assay_model *model, double from)
{
    double total = 0, line = model->at_risk_probability;
    for (size_t j = 0; j < model->n_signal; j++)
        total += model->slope[j];
    double log_odds = model->intercept - total * from / 100;
    return 50 + (log(line / (1 - line)) - log_odds) * model->spec.points_to_halve_odds / M_LN2;
}

/* Zones of a weighted average are placed anew by every calibration, so that they go on to mean the
 * same risks: then they are no other zones. */
static bool mean_same_risks(const struct assay_model *a, const struct assay_model *b)
{
    bool same = a->spec.scale == ASSAY_WEIGHTED_AVERAGE && b->spec.scale == a->spec.scale &&
                a->spec.n_zone == b->spec.n_zone;
    for (size_t k = 0; same && k < a->spec.n_zone; k++) {
        const struct assay_zone *was = &a->spec.zones[k], *is = &b->spec.zones[k];
        same = strcmp(was->name, is->name) == 0 &&
               (k == 0 || fabs(declared_bound(a, was->from) - declared_bound(b, is->from)) <= 1e-6);
    }
    return same;
}

static enum assay_level level_of(const struct assay_diff *diff, size_t k)
{
    if (described[k].describe == describe_zones && mean_same_risks(diff->before, diff->after))
        return ASSAY_LEVEL_MINOR;
    return described[k].level;
}

void assay_diff_declared(struct assay_diff *diff)
{
    const struct assay_spec was = with_release_rules(&diff->before->spec);
    const struct assay_spec is = with_release_rules(&diff->after->spec);
    char label[64];
    for (size_t k = 0; k < COUNT(described); k++) {
        described[k].describe(&diff->was, &was);
        described[k].describe(&diff->is, &is);
        assay_diff_described(diff, level_of(diff, k), described[k].label);
    }
    assay_diff_fields(diff, fields, COUNT(fields), &was, &is);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++) {
        snprintf(label, sizeof label, "about.%s", assay_about_names[k]);
        assay_diff_texts(diff, PATCH, label, was.about.text[k], is.about.text[k]);
    }
}
