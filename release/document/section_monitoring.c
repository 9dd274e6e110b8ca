/* Monitoring plan: what is looked at each quarter, what must hold, and what a next version may
 * change. */
#include <math.h>

#include "release/document/sections.h"
#include "release/document/words.h"

/* ---- targets ---- */

static void put_target(const struct assay_document *d, const char *metric, double low, double high)
{
    const struct assay_estimate least = assay_estimate_without_interval(low);
    const struct assay_estimate most = assay_estimate_without_interval(high);
    assay_content_cell(d->content, "%s", assay_metric_words(metric));
    if (isnan(high))
        assay_content_cell(d->content, "at least %s", assay_say_metric(metric, least));
    else if (isnan(low))
        assay_content_cell(d->content, "at most %s", assay_say_metric(metric, most));
    else
        assay_content_cell(d->content, "%s to %s", assay_say_metric(metric, least),
                           assay_say_metric(metric, most));
}

static void say_targets(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"figure", false}, {"asked for", false}};
    const struct assay_spec *spec = &d->model->spec;
    assay_content_table(d->content, "Targets of an audit", columns, 2);
    put_target(d, "sensitivity", spec->target_sensitivity, NAN);
    put_target(d, "specificity", spec->target_specificity, NAN);
    for (size_t k = 0; k < spec->audit.n_target; k++)
        put_target(d, spec->audit.targets[k].metric, spec->audit.targets[k].low,
                   spec->audit.targets[k].high);
}

/* ---- the next version ---- */

static void say_promotion(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"figure", false},
                                                        {"may be worse by less than", true}};
    const struct assay_audit_spec *audit = &d->model->spec.audit;
    if (audit->n_promotion == 0)
        assay_content_note(
            d->content,
            "No promotion rule is declared: the spec's \"audit.promotion\" would say by how much a "
            "next version may fall behind this one.");
    assay_content_table(d->content,
                        "Promotion rule: a next version takes over where each of these holds",
                        columns, 2);
    for (size_t k = 0; k < audit->n_promotion; k++) {
        assay_content_cell(d->content, "%s", assay_metric_words(audit->promotion[k].metric));
        assay_content_cell(
            d->content, "%s",
            assay_say_margin(audit->promotion[k].metric, audit->promotion[k].margin));
    }
}

static void say_budget(const struct assay_document *d)
{
    const struct assay_release_spec *release = &d->model->spec.release;
    assay_content_heading(d->content, "What a release asks for%s",
                          release->declared ? "" : ", by default");
    assay_content_fact(d->content, "Age of its audit", "at most %s days",
                       assay_say_count(release->audit_age_days));
    assay_content_fact(d->content, "Verdict", "%s",
                       release->accept_inconclusive ? "pass or inconclusive" : "pass");
    assay_content_fact(d->content, "Observed / expected in the audit", "%s to %s",
                       assay_say_short(release->oe_low), assay_say_short(release->oe_high));
    assay_content_fact(d->content, "A weight may move by", "at most %s points of 100",
                       assay_say_short(100 * release->max_weight_change));
    assay_content_fact(d->content, "Snapshots that may change zone", "at most %s",
                       assay_say_percent(release->max_zone_changes));
}

/* ---- drift ---- */

static void say_drift(const struct assay_document *d)
{
    double limit = assay_path_number(d->audit, "calibration_drift.limit");
    assay_content_heading(d->content, "Drift");
    assay_content_item(
        d->content,
        "Every signal, the score, segments and plans are compared with the data of the calibration "
        "(PSI, Kolmogorov-Smirnov). How far apart is too far follows from how many accounts there "
        "are: "
        "where nothing has changed, an audit names any variable at most once in 20 times.");
    assay_content_item(
        d->content,
        "Events are added up against what was predicted, period by period (CUSUM)%s%s%s.",
        isnan(limit) ? "" : "; an alarm is a sum above ",
        isnan(limit) ? "" : assay_say_short(limit),
        isnan(limit) ? "" : ", which a score that holds passes within 20 periods once in 20 times");
    assay_content_item(
        d->content,
        "Whether the share of the healthiest zone grows without the event becoming rarer.");
}

void assay_document_monitoring(const struct assay_document *d)
{
    static const enum assay_about_key keys[] = {ASSAY_ABOUT_MONITORING};
    assay_content_section(d->content, ASSAY_SECTION_MONITORING, "Monitoring plan");
    assay_document_about(d, keys, 1);
    assay_content_paragraph(
        d->content,
        "An audit each quarter, once the outcomes of a quarter are known; a failed one, or drift, "
        "calls for "
        "a new calibration, and a new calibration for an audit of its own before it is released.");
    say_targets(d);
    say_drift(d);
    say_budget(d);
    say_promotion(d);
}
