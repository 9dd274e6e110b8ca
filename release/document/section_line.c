/* The at-risk line and the zones: where they stand, how they were chosen, what they have held so
 * far. */
#include <math.h>
#include <stdio.h>

#include "core/base/number.h"
#include "release/document/sections.h"
#include "release/document/words.h"
#include "release/record/look.h"

/* ---- the line ---- */

static void say_rule(const struct assay_document *d)
{
    const struct assay_spec *spec = &d->model->spec;
    const struct assay_model_line *line = &d->model->line;
    switch (line->rule) {
    case ASSAY_LINE_TARGETS:
        if (line->feasible)
            assay_content_paragraph(
                d->content,
                "The rule is the targets, sensitivity of at least %s and specificity of at least "
                "%s: every line from "
                "%s to %s meets both on held-out predictions, and this one has most room on both.",
                assay_say_percent(spec->target_sensitivity),
                assay_say_percent(spec->target_specificity), assay_say_percent(line->low),
                assay_say_percent(line->high));
        else
            assay_content_paragraph(d->content,
                                    "The rule is the targets, sensitivity of at least %s and "
                                    "specificity of at least %s: no line meets "
                                    "both on held-out predictions, and this one is nearest.",
                                    assay_say_percent(spec->target_sensitivity),
                                    assay_say_percent(spec->target_specificity));
        break;
    case ASSAY_LINE_YOUDEN:
        assay_content_paragraph(
            d->content,
            "The rule is the largest sensitivity and specificity together (Youden 1950), "
            "on held-out predictions.");
        break;
    case ASSAY_LINE_COST:
        assay_content_paragraph(
            d->content,
            "The rule is the least cost on held-out predictions, a miss at %s and a false alarm at "
            "%s.",
            assay_say_short(spec->line.miss), assay_say_short(spec->line.false_alarm));
        break;
    case ASSAY_LINE_CAPACITY:
        assay_content_paragraph(
            d->content,
            "The rule is what the team can work, %s accounts a quarter: among as many flagged, on "
            "held-out predictions, %s [%s, %s] have the event.",
            assay_say_count(spec->line.accounts), assay_say_number(line->caught, 1),
            assay_say_number(line->caught_low, 1), assay_say_number(line->caught_high, 1));
        break;
    }
}

/* Where a line that was given comes from: the file does not tell, but the version before does. */
static bool is_kept(const struct assay_document *d)
{
    double before = assay_path_number(d->record, "changes.line.before.probability");
    return !isnan(before) && fabs(before - d->model->at_risk_probability) < 1e-12;
}

static void say_line(const struct assay_document *d)
{
    const struct assay_model *model = d->model;
    const struct assay_estimate *resampled = &model->fit.bootstrap.line;
    assay_content_paragraph(
        d->content,
        "Whoever is scored gets a score, a probability and a zone. An account is flagged below "
        "score "
        "%s, a probability of %s%s.",
        assay_say_short(model->at_risk_score), assay_say_percent(model->at_risk_probability),
        !model->line.given ? ", chosen at this calibration"
        : assay_model_is_nominal(model)
            ? " by declaration: it is an imported scorecard's line, and a scorecard knows none"
        : model->fit.imported ? ", where the imported scorecard puts its line"
        : is_kept(d)       ? ", kept from the version before, so that a score means what it meant"
                           : ", as the spec says");
    if (!model->line.given)
        say_rule(d);
    if (model->spec.scale == ASSAY_LOG_ODDS)
        assay_content_paragraph(d->content, "Every %s points more halve the odds of the event.",
                                assay_say_short(model->spec.points_to_halve_odds));
    if (model->fit.bootstrap.resamples > 0 && !isnan(resampled->low))
        assay_content_paragraph(
            d->content,
            "Calibrated on other draws of the accounts, the line falls between %s and "
            "%s (95%%).",
            assay_say_percent(resampled->low), assay_say_percent(resampled->high));
}

static void say_segment_lines(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"segment", false},
                                                        {"line", true},
                                                        {"snapshots", true},
                                                        {"with the event", true},
                                                        {"note", false}};
    assay_content_table(d->content, "Lines of segments", columns, 5);
    for (size_t k = 0; k < d->model->n_segment_line; k++) {
        const struct assay_model_segment_line *line = &d->model->segment_lines[k];
        assay_content_cell(d->content, "%s", line->segment);
        assay_content_cell(d->content, "%s", assay_say_percent(line->probability));
        assay_content_cell(d->content, "%s", assay_say_count(line->rows));
        assay_content_cell(d->content, "%s", assay_say_count(line->events));
        assay_content_cell(d->content, "%s",
                           line->common ? "the common line: too few snapshots" : "its own");
    }
}

/* ---- the zones ---- */

/* Probability at a score, under the log-odds scale. */
static double probability_at(const struct assay_model *model, double score)
{
    double line = model->at_risk_probability;
    return assay_expit(log(line / (1 - line)) -
                       (score - 50) * log(2) / model->spec.points_to_halve_odds);
}

/* The riskiest an account of the zone can be: its lower bound, but for the zone that reaches down
 * to 0. */
static const char *risk_cell(const struct assay_model *model, size_t z)
{
    double from = model->spec.zones[z].from;
    return model->spec.scale == ASSAY_LOG_ODDS && from > 0
               ? assay_say_percent(probability_at(model, from))
               : "-";
}

static double trained_rate(const struct assay_model *model, size_t z)
{
    const struct assay_model_reference *reference = &model->training.reference;
    return reference->zone_rows[z] == 0
               ? (double)NAN
               : (double)reference->zone_events[z] / (double)reference->zone_rows[z];
}

static const struct cJSON *audited_zone(const struct assay_document *d, size_t z)
{
    return assay_look_for(assay_path_value(d->audit, "zones"), "name",
                          d->model->spec.zones[z].name);
}

static void say_zones(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"zone", false},
                                                        {"from score", true},
                                                        {"probability there", true},
                                                        {"snapshots in calibration", true},
                                                        {"with the event", true},
                                                        {"snapshots in the audit", true},
                                                        {"with the event in the audit", true}};
    const struct assay_model *model = d->model;
    assay_content_table(d->content, "Zones", columns, d->audit != NULL ? 7 : 5);
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        const struct assay_model_reference *reference = &model->training.reference;
        assay_content_cell(d->content, "%s", model->spec.zones[z].name);
        assay_content_cell(d->content, "%s", assay_say_short(model->spec.zones[z].from));
        assay_content_cell(d->content, "%s", risk_cell(model, z));
        assay_content_cell(d->content, "%s",
                           reference->rows == 0 ? "-" : assay_say_count(reference->zone_rows[z]));
        assay_content_cell(d->content, "%s", assay_say_percent(trained_rate(model, z)));
        if (d->audit == NULL)
            continue;
        assay_content_cell(d->content, "%s", assay_path_count(audited_zone(d, z), "n"));
        assay_content_cell(d->content, "%s",
                           assay_say_rate(assay_path_pair(audited_zone(d, z), "rate", "interval")));
    }
}

static void draw_zones(const struct assay_document *d)
{
    struct assay_picture shape = {.title = "Share with the event, by zone",
                                  .first = "seen in the audit, with its 95% interval",
                                  .second = "in the calibration's data",
                                  .mark = ASSAY_MARK_RING,
                                  .percent = true};
    double highest = 0;
    if (assay_path_first(d->audit, "zones") == NULL)
        return;
    for (size_t z = 0; z < d->model->spec.n_zone; z++) {
        struct assay_estimate seen = assay_path_pair(audited_zone(d, z), "rate", "interval");
        highest = fmax(highest, fmax(fmax(seen.value, seen.high), trained_rate(d->model, z)));
    }
    assay_picture_scale(&shape, 0, highest);
    assay_content_picture(d->content, &shape);
    for (size_t z = 0; z < d->model->spec.n_zone; z++) {
        struct assay_estimate seen = assay_path_pair(audited_zone(d, z), "rate", "interval");
        assay_content_picture_row(d->content, d->model->spec.zones[z].name, seen,
                                  trained_rate(d->model, z), "%s, in calibration %s",
                                  assay_say_rate(seen),
                                  assay_say_percent(trained_rate(d->model, z)));
    }
}

void assay_document_line(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_LINE, "Line and zones");
    say_line(d);
    say_segment_lines(d);
    draw_zones(d);
    say_zones(d);
}
