/* What must be known before anything else, what the version is, and the whole of it in one
 * paragraph. */
#include <string.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* ---- notices ---- */

static void say_override(const struct assay_document *d)
{
    const char *reason = assay_path_text(d->record, "override.reason");
    if (assay_path_value(d->record, "override") == NULL)
        return;
    assay_content_notice(d->content, ASSAY_TONE_BAD, "Released over closed gates. Reason given: %s",
                         reason != NULL ? reason : "none");
    for (const struct cJSON *gate = assay_path_first(d->record, "gates"); gate != NULL;
         gate = assay_json_next(gate)) {
        const char *result = assay_path_text(gate, "result"), *name = assay_path_text(gate, "gate");
        const char *asked = assay_path_text(gate, "asked"), *found = assay_path_text(gate, "found");
        if (result != NULL && strcmp(result, "closed") == 0 && name != NULL)
            assay_content_detail(d->content, "%s: asked for %s; found %s", name,
                                 asked != NULL ? asked : "-", found != NULL ? found : "-");
    }
}

static void say_standing(const struct assay_document *d)
{
    const struct assay_ledger *ledger = d->input->ledger;
    const struct assay_entry *withdrawal = assay_ledger_withdrawal_of(ledger, d->version);
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    if (withdrawal != NULL)
        assay_content_notice(d->content, ASSAY_TONE_BAD, "Withdrawn on %.10s. Reason given: %s",
                             withdrawal->at,
                             withdrawal->reason != NULL ? withdrawal->reason : "none");
    else if (in_force == NULL || strcmp(in_force, d->version) != 0)
        assay_content_notice(d->content, ASSAY_TONE_OPEN,
                             in_force == NULL ? "Not in force; no version is."
                                              : "Not in force: version %s is.",
                             in_force);
}

static void say_verdict(const struct assay_document *d)
{
    const char *result = assay_path_text(d->audit, "verdict.result");
    const char *headline = assay_path_text(d->audit, "verdict.headline");
    if (d->audit == NULL && d->input->audit != NULL)
        assay_content_notice(
            d->content, ASSAY_TONE_BAD,
            "Released with the audit of another model. Its figures are not this version's, and are "
            "left out here.");
    else if (d->audit == NULL)
        assay_content_notice(
            d->content, ASSAY_TONE_OPEN,
            "Released without an audit: how it does on data that it has not seen is "
            "known from its calibration only.");
    else if (result != NULL)
        assay_content_notice(d->content,
                             strcmp(result, "pass") == 0   ? ASSAY_TONE_GOOD
                             : strcmp(result, "fail") == 0 ? ASSAY_TONE_BAD
                                                           : ASSAY_TONE_OPEN,
                             "Audit at release: %s", headline != NULL ? headline : result);
}

/* ---- facts ---- */

static void say_facts(const struct assay_document *d)
{
    const struct assay_ledger *ledger = d->input->ledger;
    const char *at = assay_path_text(d->record, "at"), *by = assay_path_text(d->record, "approver");
    const char *key = assay_path_text(d->record, "signature.key");
    const char *previous = assay_path_text(d->record, "previous.version");
    const char *candidate = assay_path_text(d->record, "model.candidate");
    const char *in_force = assay_ledger_in_force(ledger, ledger->n_entry);
    const char *owner = assay_document_said(d, ASSAY_ABOUT_OWNER);
    assay_content_fact(d->content, "Model", "%s", d->model->spec.name);
    assay_content_fact(d->content, "Version", "%s%s", d->version,
                       in_force != NULL && strcmp(in_force, d->version) == 0 ? ", in force" : "");
    assay_content_fact(d->content, "Released", "%s", at != NULL ? at : "-");
    assay_content_fact(d->content, "Approved by", "%s", by != NULL ? by : "not stated");
    assay_content_fact(d->content, "Owner", "%s",
                       owner != NULL ? owner : "not stated (\"about.owner\")");
    assay_content_fact(d->content, "Version in force before", "%s",
                       previous != NULL ? previous : "none; this is the first");
    assay_content_fact(d->content, "Calibrated", "%s", d->model->created);
    assay_content_fact(d->content, "Signature", "%s%s", key != NULL ? "key " : "",
                       key != NULL ? key : "not signed");
    assay_content_fact(d->content, "Digest of the model file", "%s", d->model->digest);
    assay_content_fact(d->content, "Digest as a candidate", "%s", candidate != NULL ? candidate : "-");
}

/* ---- the paragraph ---- */

/* A scorecard that nobody fitted: there are no snapshots to speak of. */
static void say_nominal(const struct assay_document *d, const char *event)
{
    const struct assay_model *model = d->model;
    assay_content_paragraph(
        d->content,
        "The score runs from 0 to 100, and higher is healthier. It is an imported scorecard of %zu "
        "measure%s with the weights that its team gave them; nothing in it was fitted. An account is "
        "flagged below score %s. Probabilities of the event (%s) are nominal, %s at that score by "
        "declaration: they rank accounts and do not say how many leave.",
        model->n_signal, model->n_signal == 1 ? "" : "s", assay_say_short(model->at_risk_score), event,
        assay_say_percent(model->at_risk_probability));
}

static void say_model(const struct assay_document *d)
{
    const struct assay_model *model = d->model;
    struct assay_text event = {0};
    assay_document_event(d, &event);
    if (event.failed)
        d->content->failed = true;
    else if (assay_model_is_nominal(model))
        say_nominal(d, event.data);
    else
        assay_content_paragraph(
            d->content,
            "The score runs from 0 to 100, and higher is healthier. Behind it is a logistic "
            "regression of the "
            "event (%s) on %zu signal%s, fitted to %s snapshots of %s accounts, %s of them with "
            "the event "
            "(%s). An account is flagged below score %s, which is a probability of %s.",
            event.data, model->n_signal, model->n_signal == 1 ? "" : "s",
            assay_say_count(model->fit.rows), assay_say_count(model->fit.accounts),
            assay_say_count(model->fit.events),
            assay_say_percentage(model->fit.events, model->fit.rows),
            assay_say_short(model->at_risk_score), assay_say_percent(model->at_risk_probability));
    assay_text_clear(&event);
}

static void say_performance(const struct assay_document *d)
{
    static const struct {
        size_t source;
        const char *words;
    } best[] = {{ASSAY_OUT_OF_TIME, "On the last period, which the fit had not seen"},
                {ASSAY_CROSS_VALIDATED, "On accounts held out by cross-validation"},
                {ASSAY_APPARENT, "On the snapshots that it was fitted to, which flatters"}};
    for (size_t k = 0; k < sizeof best / sizeof best[0]; k++) {
        const struct assay_model_performance *p = &d->model->performance[best[k].source];
        if (p->n == 0)
            continue;
        assay_content_paragraph(
            d->content,
            "%s, it has an AUC of %s, finds %s of those with the event (sensitivity), and "
            "leaves %s of the others alone (specificity). Brackets hold 95%% intervals.",
            best[k].words, assay_say_estimate(p->figures[ASSAY_FIG_AUC], 3),
            assay_say_rate(p->figures[ASSAY_FIG_SENSITIVITY]),
            assay_say_rate(p->figures[ASSAY_FIG_SPECIFICITY]));
        return;
    }
}

static void say_audit(const struct assay_document *d)
{
    if (d->audit == NULL)
        return;
    const char *from = assay_path_text(d->audit, "data.from"),
               *to = assay_path_text(d->audit, "data.to");
    assay_content_paragraph(
        d->content,
        "The audit at its release took %s snapshots, %s with the event, from %s to %s: AUC %s, "
        "sensitivity %s, specificity %s, observed / expected %s.",
        assay_path_count(d->audit, "data.used"), assay_path_count(d->audit, "data.events"),
        from != NULL ? from : "-", to != NULL ? to : "-",
        assay_say_estimate(assay_path_estimate(d->audit, "metrics.auc"), 3),
        assay_say_rate(assay_path_estimate(d->audit, "metrics.sensitivity")),
        assay_say_rate(assay_path_estimate(d->audit, "metrics.specificity")),
        assay_say_estimate(assay_path_estimate(d->audit, "metrics.oe_ratio"), 3));
}

void assay_document_summary(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_SUMMARY, "Summary");
    say_override(d);
    say_standing(d);
    say_verdict(d);
    say_model(d);
    say_performance(d);
    say_audit(d);
    assay_content_paragraph(
        d->content,
        d->audit != NULL
            ? "This document reports how the model was made and how it did in an audit on "
              "data apart from those it was made of."
            : "This document reports how the model was made. It has not been audited.");
    say_facts(d);
}
