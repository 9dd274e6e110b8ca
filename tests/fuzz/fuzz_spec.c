/* Any bytes as a spec: refused with a sentence, the spec then untouched, or taken with every promise
 * of spec.h kept. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/spec/audit_spec.h"
#include "core/spec/fit_spec.h"
#include "core/spec/release_spec.h"
#include "core/spec/spec.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_signal(const struct assay_signal_spec *signal)
{
    const struct assay_normalise_spec *normalise = &signal->normalise;
    must(signal->name[0] != '\0' && signal->column[0] != '\0' && signal->dimension[0] != '\0');
    if (normalise->method == ASSAY_RANGE)
        must(normalise->low < normalise->high);
    must((normalise->n_step >= 2) == (normalise->method == ASSAY_STEPS));
    for (size_t k = 0; k < normalise->n_step; k++) {
        const struct assay_step *step = &normalise->steps[k];
        must(step->points >= 0 && step->points <= 100);
        must((step->category != NULL) == normalise->by_category);
        must(normalise->by_category || k == 0 || step->from > step[-1].from);
    }
}

static void check_share(double low, double high)
{
    must(low >= 0 && low <= high && high <= 1);
}

/* Chosen from the data, without end, or a number. */
static void check_strength(double strength)
{
    must(isnan(strength) || strength >= 0);
}

static void check_fit(const struct assay_spec *spec)
{
    const struct assay_fit_spec *fit = &spec->fit;
    const struct assay_line_spec *line = &spec->line;
    bool alone = fit->method == ASSAY_FIRTH || fit->penalty != ASSAY_NO_PENALTY;
    check_strength(fit->strength);
    check_strength(fit->pooling);
    must(isnan(fit->lambda) || fit->lambda > 0);
    must(fit->alpha > 0 && fit->alpha < 1);
    must(fit->round_to >= 0 && fit->round_to <= 0.5);
    must(fit->folds == 0 || (fit->folds >= 2 && fit->folds <= 100));
    must(fit->resamples == 0 || (fit->resamples >= 50 && fit->resamples <= 10000));
    must(fit->models_by != NULL || isnan(fit->pooling));
    must(!alone || (fit->anchor <= ASSAY_ANCHOR_NONE && isnan(fit->strength) &&
                    fit->models_by == NULL && spec->n_dimension == 0));
    must((line->miss > 0) == (line->rule == ASSAY_LINE_COST));
    must((line->false_alarm > 0) == (line->rule == ASSAY_LINE_COST));
    must((line->accounts > 0) == (line->rule == ASSAY_LINE_CAPACITY));
    must(isnan(spec->at_risk_probability) || line->rule == ASSAY_LINE_TARGETS);
    for (size_t j = 0; j < spec->n_signal; j++) {
        const struct assay_signal_spec *signal = &spec->signals[j];
        check_share(signal->weight_low, signal->weight_high);
        must(isnan(signal->expert) == isnan(spec->signals[0].expert));
        must(!signal->sign_free || signal->weight_low == 0);
    }
    for (size_t k = 0; k < spec->n_dimension; k++)
        check_share(spec->dimensions[k].share_low, spec->dimensions[k].share_high);
}

static void check_assumption(const struct assay_assumption *assumption)
{
    must(isnan(assumption->value) ||
         (assumption->low >= 0 && assumption->low <= assumption->value &&
          assumption->value <= assumption->high));
}

static void check_audit(const struct assay_audit_spec *audit)
{
    enum assay_target_kind kind;
    for (size_t k = 0; k < audit->n_target; k++) {
        const struct assay_target *target = &audit->targets[k];
        must(assay_target_kind_of(target->metric, &kind));
        must(isnan(target->low) == (kind == ASSAY_TARGET_AT_MOST));
        must(isnan(target->high) == (kind == ASSAY_TARGET_AT_LEAST));
        must(kind != ASSAY_TARGET_WITHIN || target->low < target->high);
    }
    for (size_t k = 0; k < audit->n_promotion; k++)
        must(audit->promotion[k].margin > 0 && audit->promotion[k].margin <= 1);
    must(audit->acted_on_date == NULL || audit->acted_on_column == NULL);
    check_assumption(&audit->recovery_rate);
    check_assumption(&audit->contact_cost);
}

static void check_release(const struct assay_spec *spec)
{
    const struct assay_release_spec *release = &spec->release;
    must(release->audit_age_days >= 1 && release->audit_age_days <= 3650);
    must(release->oe_low > 0 && release->oe_low < release->oe_high && release->oe_high <= 1e9);
    must(release->max_weight_change > 0 && release->max_weight_change <= 1);
    must(release->max_zone_changes > 0 && release->max_zone_changes <= 1);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++) {
        size_t length = spec->about.text[k] != NULL ? strlen(spec->about.text[k]) : 1;
        must(length >= 1 && length <= ASSAY_ABOUT_LIMIT);
    }
}

static void check_release_reads_back(struct assay_json *doc, const struct assay_spec *spec)
{
    struct assay_error err = {0};
    const struct cJSON *root = assay_json_root(doc);
    const struct cJSON *release = assay_json_get(root, "release"), *about = assay_json_get(root, "about");
    struct assay_release_spec back = assay_release_spec_default();
    struct assay_about texts = {0};
    must((release != NULL) == spec->release.declared);
    must(release == NULL || assay_release_spec_read(doc, release, &back, &err) == ASSAY_OK);
    must(back.oe_low == spec->release.oe_low && back.oe_high == spec->release.oe_high);
    must(back.max_weight_change == spec->release.max_weight_change);
    must(back.accept_inconclusive == spec->release.accept_inconclusive);
    must(about == NULL || assay_about_read(doc, about, &texts, &err) == ASSAY_OK);
    for (size_t k = 0; k < ASSAY_ABOUT_KEYS; k++)
        must(texts.text[k] == NULL ? spec->about.text[k] == NULL
                                   : strcmp(texts.text[k], spec->about.text[k]) == 0);
    assay_about_clear(&texts);
}

static void check_rules_read_back(struct assay_json *doc, const struct assay_spec *spec)
{
    struct assay_error err = {0};
    const struct cJSON *root = assay_json_root(doc), *part = assay_json_get(root, "audit");
    struct assay_audit_spec audit = assay_audit_spec_default();
    double sensitivity = 0, specificity = 0;
    must(assay_targets_read(doc, assay_json_get(root, "targets"), &sensitivity, &specificity, &audit,
                            &err) == ASSAY_OK);
    must(part == NULL || assay_audit_part_read(doc, part, &audit, &err) == ASSAY_OK);
    must(sensitivity == spec->target_sensitivity && specificity == spec->target_specificity);
    must(audit.n_target == spec->audit.n_target && audit.n_promotion == spec->audit.n_promotion);
    must((audit.owner != NULL) == (spec->audit.owner != NULL));
    assay_audit_spec_clear(&audit);
}

/* What a model file says of a spec must read as JSON, whatever the names in it are. */
static void check_written(const struct assay_spec *spec)
{
    struct assay_error err = {0};
    struct assay_json *doc;
    struct assay_json_writer json = {0};
    struct assay_fit_spec fit = assay_fit_spec_default();
    assay_json_open(&json, NULL, '{');
    assay_fit_spec_write(&json, spec);
    assay_targets_write(&json, spec);
    assay_audit_part_write(&json, &spec->audit);
    assay_release_spec_write(&json, &spec->release);
    assay_about_write(&json, &spec->about);
    assay_json_close(&json);
    must(!json.out.failed);
    must(assay_json_parse("written", json.out.data, json.out.length, ASSAY_JSON_STRICT, &doc,
                          &err) == ASSAY_OK);
    const struct cJSON *declared = assay_json_get(assay_json_root(doc), "declared");
    must(assay_fit_spec_read(doc, assay_json_get(declared, "fit"), &fit, &err) == ASSAY_OK);
    must(fit.folds == spec->fit.folds && fit.anchor == spec->fit.anchor);
    must(fit.round_to == spec->fit.round_to);
    free(fit.models_by);
    check_rules_read_back(doc, spec);
    check_release_reads_back(doc, spec);
    assay_json_free(doc);
    assay_text_clear(&json.out);
}

static void check_spec(const struct assay_spec *spec)
{
    must(spec->name != NULL && spec->id != NULL);
    must((spec->outcome.column != NULL) != (spec->outcome.date != NULL));
    must(spec->outcome.date == NULL ||
         (spec->as_of != NULL && spec->outcome.horizon_days >= 1 &&
          spec->outcome.horizon_days <= 3650));
    must(spec->n_signal >= 1 && spec->n_signal <= ASSAY_MAX_SIGNALS);
    for (size_t j = 0; j < spec->n_signal; j++)
        check_signal(&spec->signals[j]);
    must((spec->cohort.n_band > 0) == (spec->cohort.tenure != NULL));
    for (size_t b = 1; b < spec->cohort.n_band; b++)
        must(spec->cohort.bands[b] > spec->cohort.bands[b - 1]);
    must(spec->cohort.borrow >= 0 && isfinite(spec->cohort.borrow));
    must(spec->n_zone >= 2 && spec->n_zone <= ASSAY_MAX_ZONES && spec->zones[0].from == 0);
    for (size_t z = 1; z < spec->n_zone; z++)
        must(spec->zones[z].from > spec->zones[z - 1].from && spec->zones[z].from <= 100);
    must(spec->target_sensitivity > 0 && spec->target_sensitivity <= 1);
    must(spec->target_specificity > 0 && spec->target_specificity <= 1);
    must(spec->points_to_halve_odds > 0 && spec->points_to_halve_odds <= 100);
    must(isnan(spec->at_risk_probability) ||
         (spec->at_risk_probability > 0 && spec->at_risk_probability < 1));
    check_fit(spec);
    check_audit(&spec->audit);
    check_release(spec);
    check_written(spec);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct assay_error err = {0};
    struct assay_spec spec, untouched;
    memset(&spec, 0x5a, sizeof spec);
    untouched = spec;
    enum assay_status status =
        assay_spec_read_text("spec.json", (const char *)bytes, length, &spec, &err);
    must((status == ASSAY_OK) == (err.message[0] == '\0'));
    must(strchr(err.message, '\n') == NULL);
    if (status != ASSAY_OK) {
        must(memcmp(&spec, &untouched, sizeof spec) == 0);
        return 0;
    }
    check_spec(&spec);
    assay_spec_clear(&spec);
    return 0;
}
