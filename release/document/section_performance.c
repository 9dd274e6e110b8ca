/* Performance: each figure with its interval, by how it was measured, the audit beside; and
 * calibration in tenths. */
#include <math.h>
#include <stdio.h>

#include "release/document/sections.h"
#include "release/document/words.h"

static const char *const sources[ASSAY_PERFORMANCES] = {"apparent", "optimism-corrected",
                                                        "cross-validated", "out of time"};

/* A figure as the audit has it, NaN without an audit. */
static struct assay_estimate audited(const struct assay_document *d, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "metrics.%s", name);
    return assay_path_estimate(d->audit, path);
}

/* ---- the table ---- */

static void put_counts(const struct assay_document *d)
{
    assay_content_cell(d->content, "snapshots");
    for (size_t s = 0; s < ASSAY_PERFORMANCES; s++) {
        const struct assay_model_performance *p = &d->model->performance[s];
        assay_content_cell(d->content, "%s", p->n == 0 ? "-" : assay_say_count(p->n));
    }
    if (d->audit != NULL)
        assay_content_cell(d->content, "%s", assay_path_count(d->audit, "data.used"));
    assay_content_cell(d->content, "with the event");
    for (size_t s = 0; s < ASSAY_PERFORMANCES; s++) {
        const struct assay_model_performance *p = &d->model->performance[s];
        assay_content_cell(d->content, "%s", p->n == 0 ? "-" : assay_say_count(p->events));
    }
    if (d->audit != NULL)
        assay_content_cell(d->content, "%s", assay_path_count(d->audit, "data.events"));
}

static void say_figures(const struct assay_document *d)
{
    const struct assay_table_column columns[] = {{"figure", false},  {sources[0], true},
                                                 {sources[1], true}, {sources[2], true},
                                                 {sources[3], true}, {"audit at release", true}};
    assay_content_table(d->content, "Performance with 95% intervals, by how it was measured",
                        columns, d->audit != NULL ? 6 : 5);
    for (int f = 0; f < ASSAY_FIGURES; f++) {
        const char *name = assay_figure_name((enum assay_figure_name)f);
        assay_content_cell(d->content, "%s", assay_metric_words(name));
        for (size_t s = 0; s < ASSAY_PERFORMANCES; s++) {
            const struct assay_model_performance *p = &d->model->performance[s];
            assay_content_cell(d->content, "%s",
                               p->n == 0 ? "-" : assay_say_metric(name, p->figures[f]));
        }
        if (d->audit != NULL)
            assay_content_cell(d->content, "%s", assay_say_metric(name, audited(d, name)));
    }
    put_counts(d);
}

/* ---- pictures ---- */

static void put_estimate(const struct assay_document *d, const char *label, const char *name,
                         struct assay_estimate estimate, double beside)
{
    if (!isnan(estimate.value))
        assay_content_picture_row(d->content, label, estimate, beside, "%s",
                                  assay_say_metric(name, estimate));
}

static void draw_auc(const struct assay_document *d)
{
    const struct assay_picture shape = {
        .title = "AUC, by how it was measured",
        .first = "AUC with its 95% interval; 0.5 is no better than chance",
        .low = 0.5,
        .high = 1,
        .step = 0.1};
    assay_content_picture(d->content, &shape);
    for (size_t s = 0; s < ASSAY_PERFORMANCES; s++)
        if (d->model->performance[s].n > 0)
            put_estimate(d, sources[s], "auc", d->model->performance[s].figures[ASSAY_FIG_AUC],
                         NAN);
    put_estimate(d, "audit at release", "auc", audited(d, "auc"), NAN);
}

static void draw_rates(const struct assay_document *d)
{
    const struct assay_picture shape = {.title =
                                            "Sensitivity and specificity, beside their targets",
                                        .first = "with its 95% interval",
                                        .second = "target",
                                        .mark = ASSAY_MARK_TICK,
                                        .low = 0,
                                        .high = 1,
                                        .step = 0.2,
                                        .percent = true};
    static const enum assay_figure_name figures[] = {ASSAY_FIG_SENSITIVITY, ASSAY_FIG_SPECIFICITY};
    const double targets[] = {d->model->spec.target_sensitivity, d->model->spec.target_specificity};
    char label[96];
    assay_content_picture(d->content, &shape);
    for (size_t k = 0; k < 2; k++) {
        const char *name = assay_figure_name(figures[k]);
        for (size_t s = ASSAY_CROSS_VALIDATED; s < ASSAY_PERFORMANCES; s++) {
            snprintf(label, sizeof label, "%s, %s", name, sources[s]);
            if (d->model->performance[s].n > 0)
                put_estimate(d, label, name, d->model->performance[s].figures[figures[k]],
                             targets[k]);
        }
        snprintf(label, sizeof label, "%s, audit", name);
        put_estimate(d, label, name, audited(d, name), targets[k]);
    }
}

/* ---- calibration ---- */

static void draw_calibration(const struct assay_document *d)
{
    struct assay_picture shape = {
        .title = "Predicted and observed, in tenths of the audit's snapshots by risk",
        .first = "share with the event, with its 95% interval",
        .second = "mean predicted probability",
        .mark = ASSAY_MARK_RING,
        .percent = true};
    const struct cJSON *first = assay_path_first(d->audit, "curves.calibration.bins");
    double highest = 0;
    for (const struct cJSON *bin = first; bin != NULL; bin = assay_json_next(bin)) {
        struct assay_estimate seen = assay_path_pair(bin, "observed", "interval");
        highest = fmax(highest,
                       fmax(fmax(seen.value, seen.high), assay_path_number(bin, "mean_predicted")));
    }
    assay_picture_scale(&shape, 0, highest);
    assay_content_picture(d->content, &shape);
    size_t tenth = 0;
    for (const struct cJSON *bin = first; bin != NULL; bin = assay_json_next(bin)) {
        struct assay_estimate seen = assay_path_pair(bin, "observed", "interval");
        double predicted = assay_path_number(bin, "mean_predicted");
        char label[32];
        snprintf(label, sizeof label, "%zu", ++tenth);
        assay_content_picture_row(d->content, label, seen, predicted, "%s, predicted %s",
                                  assay_say_rate(seen), assay_say_percent(predicted));
    }
}

static void say_calibration(const struct assay_document *d)
{
    static const struct assay_table_column columns[] = {{"tenth, lowest risk first", false},
                                                        {"snapshots", true},
                                                        {"with the event", true},
                                                        {"mean predicted", true},
                                                        {"observed", true}};
    size_t group = 0;
    assay_content_table(d->content, "Calibration in the audit", columns, 5);
    for (const struct cJSON *bin = assay_path_first(d->audit, "curves.calibration.bins");
         bin != NULL; bin = assay_json_next(bin)) {
        assay_content_cell(d->content, "%zu", ++group);
        assay_content_cell(d->content, "%s", assay_path_count(bin, "n"));
        assay_content_cell(d->content, "%s", assay_path_count(bin, "events"));
        assay_content_cell(d->content, "%s",
                           assay_say_percent(assay_path_number(bin, "mean_predicted")));
        assay_content_cell(d->content, "%s",
                           assay_say_rate(assay_path_pair(bin, "observed", "interval")));
    }
}

void assay_document_performance(const struct assay_document *d)
{
    assay_content_section(d->content, ASSAY_SECTION_PERFORMANCE, "Performance");
    assay_content_paragraph(
        d->content,
        "Apparent is on the snapshots of the fit itself, and flatters. Optimism-corrected takes "
        "from "
        "it what the bootstrap says it flatters by. Cross-validated is on accounts that the fit "
        "did not "
        "see. Out of time is on the last period, with a fit to those before. AUC tells how well "
        "those with the event are ranked; sensitivity, specificity, precision and NPV, what flags "
        "at the "
        "line are worth; observed / expected, calibration intercept and slope, Brier score and "
        "log loss, whether probabilities can be taken at their word.");
    draw_auc(d);
    draw_rates(d);
    say_figures(d);
    draw_calibration(d);
    say_calibration(d);
}
