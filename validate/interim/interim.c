#include "validate/interim/interim.h"

#include <math.h>
#include <stdio.h>

#include "core/base/number.h"
#include "core/metric/expected.h"
#include "validate/interim/doubts.h"

static const char *const conditions[] = {
    "churn has become commoner or rarer than the probabilities say: every figure here is off by as much, and "
    "these snapshots cannot show it",
    "what leads to churn has changed, so that the same signals mean another risk: the order of the accounts "
    "is then wrong as well",
    "the accounts are of kinds that calibration never saw",
    "accounts are acted on because they were flagged: churn that outreach prevents counts here as churn"};

static void write_calibration(struct assay_json_writer *json, const struct assay_audit_input *input,
                              const struct assay_calibration_limits *limits)
{
    size_t which = assay_interim_evidence(input);
    if (which == ASSAY_PERFORMANCES) {
        assay_json_put_null(json, "calibration");
        return;
    }
    assay_json_open(json, "calibration", '{');
    assay_json_put_string(json, "from", assay_performance_names[which]);
    assay_json_put_interval(json, "intercept", limits->intercept_low, limits->intercept_high);
    assay_json_put_interval(json, "slope", limits->slope_low, limits->slope_high);
    assay_json_close(json);
}

/* ", sensitivity 78.0% (70.1% to 86.2%)" */
static void say_share(struct assay_text *text, const char *name, const struct assay_estimate *share)
{
    if (isnan(share->value))
        assay_text_printf(text, ", %s not defined", name);
    else
        assay_text_printf(text, ", %s %.1f%% (%.1f%% to %.1f%%)", name, 100 * share->value,
                          100 * share->low, 100 * share->high);
}

static void say_all(struct assay_text *text, const struct assay_expected *e)
{
    char n[ASSAY_GROUPED_SIZE], value[ASSAY_GROUPED_SIZE], low[ASSAY_GROUPED_SIZE],
        high[ASSAY_GROUPED_SIZE];
    assay_text_printf(text,
                      "An estimate from the probabilities alone: of %s snapshots that wait for their "
                      "outcome, about %s (%s to %s) will have churned",
                      assay_number_group((double)e->n, n), assay_number_group(round(e->events.value), value),
                      assay_number_group(floor(e->events.low), low),
                      assay_number_group(ceil(e->events.high), high));
    say_share(text, "sensitivity", &e->sensitivity);
    say_share(text, "specificity", &e->specificity);
    say_share(text, "precision", &e->ppv);
    if (!isnan(e->auc.value))
        assay_text_printf(text, ", AUC %.3f (%.3f to %.3f)", e->auc.value, e->auc.low, e->auc.high);
    assay_text_puts(text, ". Nothing of this was measured.");
}

static void advise(const struct assay_audit_input *input, const struct assay_expected *e,
                   const struct assay_doubts *doubts, struct assay_audit_output *out)
{
    if (doubts->calibration)
        assay_advise(out, 1, "Do not plan by the interim estimate, recalibrate first: %s", doubts->text[0]);
    if (e->sensitivity.high < input->target_sensitivity)
        assay_advise(out, 1, "Expect to miss the sensitivity target: %.0f%% (%.0f%% to %.0f%%) is estimated "
                             "for the snapshots that wait, and %.0f%% is asked",
                     100 * e->sensitivity.value, 100 * e->sensitivity.low, 100 * e->sensitivity.high,
                     100 * input->target_sensitivity);
    if (e->specificity.high < input->target_specificity)
        assay_advise(out, 1, "Expect to miss the specificity target: %.0f%% (%.0f%% to %.0f%%) is estimated "
                             "for the snapshots that wait, and %.0f%% is asked",
                     100 * e->specificity.value, 100 * e->specificity.low, 100 * e->specificity.high,
                     100 * input->target_specificity);
    assay_advise(out, 2, "Audit the %zu snapshots that wait once their outcomes are known: until then their "
                         "figures are estimates", e->n);
}

static void write_interim(const struct assay_audit_input *input, const struct assay_expected *e,
                          const struct assay_calibration_limits *limits,
                          const struct assay_doubts *doubts, struct assay_audit_output *out)
{
    struct assay_json_writer *json = &out->json;
    struct assay_text words = {0};
    say_all(&words, e);
    json->out.failed |= words.failed;
    assay_json_open(json, "interim", '{');
    assay_json_put_count(json, "n", e->n);
    assay_json_put_count(json, "flagged", e->n_flagged);
    assay_json_put_bool(json, "estimated", true);
    assay_put_estimate(json, "expected_events", &e->events);
    assay_put_estimate(json, "sensitivity", &e->sensitivity);
    assay_put_estimate(json, "specificity", &e->specificity);
    assay_put_estimate(json, "ppv", &e->ppv);
    assay_put_estimate(json, "auc", &e->auc);
    write_calibration(json, input, limits);
    assay_json_open(json, "conditions", '[');
    for (size_t k = 0; k < ASSAY_COUNT(conditions); k++)
        assay_json_put_string(json, NULL, conditions[k]);
    assay_json_close(json);
    assay_json_open(json, "warnings", '[');
    for (size_t k = 0; k < doubts->n; k++)
        assay_json_put_string(json, NULL, doubts->text[k]);
    assay_json_close(json);
    assay_json_put_string(json, "words", words.data != NULL ? words.data : "");
    assay_json_close(json);
    assay_text_clear(&words);
}

static void refuse(struct assay_audit_output *out, const char *why)
{
    assay_json_open(&out->json, "interim", '{');
    assay_json_put_string(&out->json, "refused", why);
    assay_json_close(&out->json);
}

enum assay_status assay_audit_interim(const struct assay_audit_input *input,
                                      struct assay_audit_output *out, struct assay_error *err)
{
    const struct assay_audit_set *set = &input->waiting;
    if (!input->interim) {
        assay_json_put_null(&out->json, "interim");
        return ASSAY_OK;
    }
    if (set->n == 0) {
        refuse(out, "No snapshot waits for its outcome: all that there is to know is in the audit.");
        return ASSAY_OK;
    }
    if (set->prob == NULL) {
        refuse(out, "A score without probabilities says nothing of how many to expect: only a model, or a "
                    "column of probabilities, can be judged before outcomes are known.");
        return ASSAY_OK;
    }
    if (input->model != NULL && assay_model_is_nominal(input->model)) {
        refuse(out, "The model is an imported scorecard that was not fitted: its nominal probabilities say "
                    "nothing of how many to expect.");
        return ASSAY_OK;
    }
    struct assay_expected_rows rows = {.prob = set->prob,
                                       .score = set->score,
                                       .higher_is = input->higher_is,
                                       .flagged = set->flagged,
                                       .cluster = set->account,
                                       .n = set->n};
    struct assay_calibration_limits limits = assay_interim_limits(input);
    struct assay_expected expected;
    struct assay_doubts doubts;
    enum assay_status status = assay_expected_measure(&rows, &limits, &expected, err);
    if (status == ASSAY_OK)
        status = assay_doubts_gather(input, &expected, &doubts, err);
    if (status != ASSAY_OK)
        return status;
    write_interim(input, &expected, &limits, &doubts, out);
    advise(input, &expected, &doubts, out);
    return ASSAY_OK;
}
