#include "validate/outcomes/acted_on.h"

#include <math.h>
#include <stdio.h>

#include "core/base/number.h"
#include "core/base/text.h"
#include "core/metric/saves.h"

static const double many_late = 0.05; /* of the actions: more are worth a word */
static const char *const group_names[ASSAY_ACTION_GROUPS] = {"not acted", "acted", "unknown"};

/* ---- the parts of the object ---- */

/* Empties the text; that it ran out of memory is the document's to remember. */
static void put_text(struct assay_json_writer *json, const char *key, struct assay_text *text)
{
    if (text->failed)
        json->out.failed = true;
    else
        assay_json_put_string(json, key, text->data);
    assay_text_reset(text);
}

static void put_counts(struct assay_json_writer *json, const struct assay_audit_input *input,
                       const struct assay_actions *actions, const struct assay_saves *saves)
{
    const struct assay_confusion *acted = &saves->group[ASSAY_ACTED_UPON].counts;
    const struct assay_confusion *alone = &saves->group[ASSAY_LEFT_ALONE].counts;
    assay_json_put_string(json, "column", assay_actions_column(input));
    assay_json_put_string(json, "kind", actions->dated ? "date" : "flag");
    assay_json_put_count(json, "acted", actions->n[ASSAY_ACTED_UPON]);
    assay_json_put_count(json, "not_acted", actions->n[ASSAY_LEFT_ALONE]);
    assay_json_put_count(json, "unknown", actions->n[ASSAY_MAYBE_ACTED_UPON]);
    assay_json_put_count(json, "flagged_acted", acted->tp + acted->fp);
    assay_json_put_count(json, "flagged_not_acted", alone->tp + alone->fp);
    assay_json_open(json, "not_counted", '{');
    assay_json_put_count(json, "after_event", actions->after_event);
    assay_json_put_count(json, "before_snapshot", actions->before_snapshot);
    assay_json_put_count(json, "after_horizon", actions->after_horizon);
    assay_json_close(json);
    assay_json_open(json, "stayed", '{');
    assay_json_put_count(json, "flagged", saves->stayed_flagged);
    assay_json_put_count(json, "unflagged", saves->stayed_unflagged);
    assay_json_close(json);
}

static void put_split(struct assay_json_writer *json, const struct assay_actions *actions,
                      const struct assay_saves *saves)
{
    static const size_t order[ASSAY_ACTION_GROUPS] = {ASSAY_ACTED_UPON, ASSAY_LEFT_ALONE,
                                                      ASSAY_MAYBE_ACTED_UPON};
    assay_json_open(json, "split", '[');
    for (size_t k = 0; k < ASSAY_ACTION_GROUPS; k++) {
        size_t g = order[k];
        const struct assay_confusion *counts = &saves->group[g].counts;
        if (g == ASSAY_MAYBE_ACTED_UPON && actions->n[g] == 0)
            continue;
        assay_json_open(json, NULL, '{');
        assay_json_put_string(json, "group", group_names[g]);
        assay_json_put_count(json, "n", actions->n[g]);
        assay_json_put_count(json, "events", counts->tp + counts->fn);
        assay_put_estimate(json, "sensitivity", &saves->group[g].sensitivity);
        assay_put_estimate(json, "specificity", &saves->group[g].specificity);
        assay_put_estimate(json, "ppv", &saves->group[g].ppv);
        assay_json_close(json);
    }
    assay_json_close(json);
}

static void say_bound(struct assay_text *text, const char *before, const char *name,
                      const struct assay_bound *bound)
{
    if (isnan(bound->low)) {
        assay_text_printf(text, "%s%s is not defined", before, name);
        return;
    }
    assay_text_printf(text,
                      "%s%s was between %.1f%% and %.1f%% (%.1f%% to %.1f%% with sampling error)",
                      before, name, 100 * bound->low, 100 * bound->high, 100 * bound->interval_low,
                      100 * bound->interval_high);
}

static void say_bounds(struct assay_text *text, const char *things,
                       const struct assay_actions *actions, const struct assay_saves *saves)
{
    size_t stayed = saves->stayed_flagged + saves->stayed_unflagged;
    size_t unknown = actions->n[ASSAY_MAYBE_ACTED_UPON];
    char acted[ASSAY_GROUPED_SIZE], count[ASSAY_GROUPED_SIZE], flagged[ASSAY_GROUPED_SIZE];
    if (actions->n[ASSAY_ACTED_UPON] + unknown == 0) {
        assay_text_printf(text, "None of the %s was acted on: there is nobody who may have been saved.",
                          things);
        return;
    }
    assay_text_printf(text, "Of %s %s that were acted on",
                      assay_number_group((double)actions->n[ASSAY_ACTED_UPON], acted), things);
    if (unknown > 0)
        assay_text_printf(text, ", and %s of which that is not known",
                          assay_number_group((double)unknown, count));
    assay_text_printf(
        text,
        ", %s stayed, %s of them flagged. Each of these may have been saved, or may have "
        "stayed anyway. Had nobody acted,",
        assay_number_group((double)stayed, count),
        assay_number_group((double)saves->stayed_flagged, flagged));
    say_bound(text, " ", "sensitivity", &saves->sensitivity);
    say_bound(text, ", ", "specificity", &saves->specificity);
    say_bound(text, ", ", "precision", &saves->ppv);
    assay_text_puts(text, ". Taken for granted: acting on an account never makes it leave.");
}

static void put_bounds(struct assay_json_writer *json, const char *things,
                       const struct assay_actions *actions, const struct assay_saves *saves,
                       struct assay_text *text)
{
    const struct {
        const char *name;
        const struct assay_bound *bound;
    } bounds[] = {{"sensitivity", &saves->sensitivity},
                  {"specificity", &saves->specificity},
                  {"ppv", &saves->ppv},
                  {"npv", &saves->npv}};
    assay_json_open(json, "bounds", '{');
    for (size_t k = 0; k < sizeof bounds / sizeof *bounds; k++)
        assay_json_put_interval(json, bounds[k].name, bounds[k].bound->low, bounds[k].bound->high);
    assay_json_open(json, "intervals", '{');
    for (size_t k = 0; k < sizeof bounds / sizeof *bounds; k++)
        assay_json_put_interval(json, bounds[k].name, bounds[k].bound->interval_low,
                                bounds[k].bound->interval_high);
    assay_json_close(json);
    say_bounds(text, things, actions, saves);
    put_text(json, "words", text);
    assay_json_close(json);
}

/* ---- the effect ---- */

static void say_alike(struct assay_text *text, const struct assay_audit_input *input,
                      const struct assay_effect *effect)
{
    assay_text_puts(text, input->used.prob != NULL ? "probability" : "score");
    if (effect->with_value)
        assay_text_puts(text, ", value");
    if (input->used.plan != NULL)
        assay_text_puts(text, ", plan");
    for (size_t k = 0; k < input->n_segment; k++)
        assay_text_printf(text, ", %s", input->segments[k]);
}

static void say_refusal(struct assay_text *text, const char *things,
                        const struct assay_actions *actions, const struct assay_treatment *t)
{
    char by[40] = "";
    if (actions->landmark > 0)
        snprintf(by, sizeof by, " by day %d", actions->landmark);
    switch (t->problem) {
    case ASSAY_TREATMENT_FEW_ACTED:
        assay_text_printf(text, "only %zu %s were acted on%s; at least %d are needed.",
                          t->n_acted + t->outside_acted, things, by, ASSAY_TREATMENT_ROWS);
        break;
    case ASSAY_TREATMENT_FEW_OTHERS:
        assay_text_printf(text, "only %zu %s were not acted on%s; at least %d are needed.",
                          t->n_other + t->outside_other, things, by, ASSAY_TREATMENT_ROWS);
        break;
    case ASSAY_TREATMENT_FEW_EVENTS:
        assay_text_printf(
            text,
            "of the %zu %s of like risk that nobody acted on%s, %zu churned; as many as "
            "%d, after weighting too, are needed.",
            t->n_other, things, by, t->events_other, ASSAY_TREATMENT_EVENTS);
        break;
    default:
        assay_text_printf(
            text,
            "%s that were acted on and those that were not hardly overlap: too few that "
            "nobody acted on are like them in risk, plan and segments.",
            things);
    }
}

static void say_effect(struct assay_text *text, const char *things,
                       const struct assay_actions *actions, const struct assay_treatment *t)
{
    const struct assay_estimate *apart = &t->risk_difference, *prevented = &t->prevented;
    char acted[ASSAY_GROUPED_SIZE], churned[ASSAY_GROUPED_SIZE];
    assay_text_printf(text, "Of %s %s that were acted on",
                      assay_number_group((double)t->n_acted, acted), things);
    if (actions->landmark > 0)
        assay_text_printf(text, " and still there %d days after the snapshot", actions->landmark);
    assay_text_printf(text,
                      ", %s churned (%.1f%%); of %s like them that nobody acted on, %.1f%%. The "
                      "difference is %+.1f points (95%% interval %+.1f to %+.1f)",
                      assay_number_group((double)t->events_acted, churned),
                      100 * t->risk_acted.value, things,
                      100 * t->risk_otherwise.value,
                      assay_number_unsigned_zero(100 * apart->value, 1),
                      assay_number_unsigned_zero(100 * apart->low, 1),
                      assay_number_unsigned_zero(100 * apart->high, 1));
    if (prevented->value > 0.0)
        assay_text_printf(text, ", which is %.0f %s kept that would have churned (%.0f to %.0f)",
                          prevented->value, things, assay_number_unsigned_zero(prevented->low, 0),
                          prevented->high);
    assay_text_putc(text, '.');
    if (!actions->ordered)
        assay_text_puts(text,
                        " That holds only if accounts were marked at their snapshot, before any of "
                        "them could churn.");
    if (apart->low <= 0.0 && apart->high >= 0.0)
        assay_text_puts(text, " The interval holds 0: whether acting helps is not shown.");
}

static void say_assumption(struct assay_text *text, const struct assay_audit_input *input,
                           const struct assay_actions *actions, const struct assay_effect *effect)
{
    assay_text_puts(text, "Among accounts alike in ");
    say_alike(text, input, effect);
    assay_text_puts(
        text, ", who was acted on had nothing to do with who would churn. Where owners chose by "
              "what the data do not hold, the estimate is off by an unknown amount");
    double hidden = assay_hidden_reason(effect->treatment.risk_acted.value /
                                        effect->treatment.risk_otherwise.value);
    if (effect->treatment.risk_difference.value < 0.0 && isfinite(hidden))
        assay_text_printf(
            text,
            "; to explain all of it away, such a reason would have to change the chance "
            "of outreach and the chance of churn %.1f-fold each",
            hidden);
    if (actions->ordered && actions->landmark > 0)
        assay_text_printf(
            text,
            ". Accounts that churned in the first %d days are left out: not all could "
            "have been acted on yet, and counting them as not acted on would flatter "
            "outreach. What it prevented in those days is not in the figures",
            actions->landmark);
    if ((double)actions->late > many_late * (double)actions->n[ASSAY_ACTED_UPON])
        assay_text_printf(
            text,
            ". %zu were acted on after that day and count as not acted on, which makes the "
            "effect look smaller than it is",
            actions->late);
    if (!actions->ordered)
        assay_text_puts(
            text, ". It is not known which came first, outreach or churn: accounts that churned "
                  "before anybody could act count as not acted on, which flatters outreach; "
                  "give the dates of both");
    assay_text_puts(text, ".");
}

static void put_effect_numbers(struct assay_json_writer *json, const struct assay_actions *actions,
                               const struct assay_effect *effect)
{
    const struct assay_treatment *t = &effect->treatment;
    assay_json_put_count(json, "acted", t->n_acted);
    assay_json_put_count(json, "others", t->n_other);
    assay_json_put_count(json, "events_acted", t->events_acted);
    assay_json_put_count(json, "events_others", t->events_other);
    assay_json_put_number(json, "others_effective", t->n_effective);
    assay_json_put_count(json, "without_like", t->outside_acted);
    assay_json_put_count(json, "landmark_days", (size_t)actions->landmark);
    assay_json_put_count(json, "left_before", effect->left_before);
    assay_put_estimate(json, "risk_acted", &t->risk_acted);
    assay_put_estimate(json, "risk_otherwise", &t->risk_otherwise);
    assay_put_estimate(json, "risk_difference", &t->risk_difference);
    assay_put_estimate(json, "odds_ratio", &t->odds_ratio);
    assay_put_estimate(json, "kept", &t->kept);
    assay_put_estimate(json, "prevented", &t->prevented);
    assay_json_put_optional(json, "hidden_reason",
                            assay_hidden_reason(t->risk_acted.value / t->risk_otherwise.value));
}

static void put_effect(struct assay_json_writer *json, const char *things,
                       const struct assay_audit_input *input, const struct assay_actions *actions,
                       const struct assay_effect *effect, struct assay_text *text)
{
    const struct assay_treatment *t = &effect->treatment;
    char acted[ASSAY_GROUPED_SIZE], all[ASSAY_GROUPED_SIZE], others[ASSAY_GROUPED_SIZE],
        effective[ASSAY_GROUPED_SIZE];
    assay_json_open(json, "effect", '{');
    if (t->problem != ASSAY_TREATMENT_FINE) {
        say_refusal(text, things, actions, t);
        put_text(json, "refused", text);
        assay_json_close(json);
        return;
    }
    put_effect_numbers(json, actions, effect);
    assay_text_puts(text,
                    "those that nobody acted on, weighted until they match those acted on in ");
    say_alike(text, input, effect);
    assay_text_puts(text, " (entropy balancing); the effect on those that were acted on");
    put_text(json, "method", text);
    say_assumption(text, input, actions, effect);
    put_text(json, "assumption", text);
    assay_text_printf(
        text,
        "%s of %s %s acted on have others of like risk; the %s others count, weighted, "
        "like %s. Before weighting the groups differed by up to %.1f standard deviations.",
        assay_number_group((double)t->n_acted, acted),
        assay_number_group((double)(t->n_acted + t->outside_acted), all), things,
        assay_number_group((double)t->n_other, others),
        assay_number_group(round(t->n_effective), effective), t->gap_before);
    put_text(json, "overlap", text);
    say_effect(text, things, actions, t);
    put_text(json, "words", text);
    assay_json_close(json);
}

static void advise(struct assay_audit_output *out, const char *things,
                   const struct assay_saves *saves, const struct assay_effect *effect)
{
    const struct assay_treatment *t = &effect->treatment;
    const struct assay_confusion *alone = &saves->group[ASSAY_LEFT_ALONE].counts;
    size_t left_alone = alone->tp + alone->fp;
    char alone_words[ASSAY_GROUPED_SIZE];
    if (t->problem == ASSAY_TREATMENT_NO_OVERLAP || t->problem == ASSAY_TREATMENT_FEW_OTHERS)
        assay_advise(
            out, 2,
            "To learn whether outreach works, leave a few flagged accounts alone, chosen by lot: "
            "so far nobody like those acted on was left alone");
    if (t->problem != ASSAY_TREATMENT_FINE)
        return;
    if (!effect->ordered)
        assay_advise(
            out, 2,
            "Record the days of outreach and of churn: without them an account that churned "
            "before anybody could act counts against leaving it alone");
    else if (t->risk_difference.high < 0.0 && left_alone > 0)
        assay_advise(
            out, 1,
            "Act on more of the flagged: %s flagged %s were left alone, and acting kept about "
            "%.0f of 100 that would have churned (%.0f to %.0f)",
            assay_number_group((double)left_alone, alone_words), things, 100 * t->kept.value, 100 * t->kept.low, 100 * t->kept.high);
    else if (t->risk_difference.low > 0.0)
        assay_advise(
            out, 1,
            "Look at how accounts are chosen for outreach: those acted on churned more than those "
            "like them that nobody acted on, which hints at a reason that the data do not hold");
}

enum assay_status assay_audit_acted_on(const struct assay_audit_input *input,
                                       const struct assay_actions *actions,
                                       const struct assay_effect *effect,
                                       struct assay_audit_output *out, struct assay_error *err)
{
    struct assay_saves saves;
    struct assay_text text = {0};
    const char *things = input->repeated ? "snapshots" : "accounts";
    struct assay_saves_rows rows = {.flagged = input->used.flagged,
                                    .outcome = input->used.outcome,
                                    .group = actions->group,
                                    .cluster = input->repeated ? input->used.account : NULL,
                                    .n = input->used.n};
    if (actions->group == NULL) {
        assay_json_put_null(&out->json, "acted_on");
        return ASSAY_OK;
    }
    enum assay_status status = assay_saves_measure(&rows, &saves, err);
    if (status != ASSAY_OK)
        return status;
    assay_json_open(&out->json, "acted_on", '{');
    put_counts(&out->json, input, actions, &saves);
    put_split(&out->json, actions, &saves);
    put_bounds(&out->json, things, actions, &saves, &text);
    put_effect(&out->json, things, input, actions, effect, &text);
    assay_json_close(&out->json);
    advise(out, things, &saves, effect);
    assay_text_clear(&text);
    return ASSAY_OK;
}
