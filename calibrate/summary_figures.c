#include <math.h>
#include <stdlib.h>

#include "calibrate/summary_parts.h"

enum { CELL_WIDTH = 21 };

/* ---- performance ---- */

/* The last cell of a line is not padded. */
static void print_cell(FILE *out, const char *cell, bool last)
{
    fprintf(out, "  %-*s", last ? 0 : CELL_WIDTH, cell);
}

static void print_figure(FILE *out, const struct assay_estimate *figure, bool percent, bool last)
{
    double unit = percent ? 100 : 1;
    int digits = percent ? 1 : 3;
    char cell[64];
    if (isnan(figure->value))
        snprintf(cell, sizeof cell, "-");
    else if (isnan(figure->low))
        snprintf(cell, sizeof cell, "%.*f", digits, unit * figure->value);
    else
        snprintf(cell, sizeof cell, "%.*f [%.*f, %.*f]", digits, unit * figure->value, digits,
                 unit * figure->low, digits, unit * figure->high);
    print_cell(out, cell, last);
}

/* Which of the four were measured: columns in the order of the file, those without rows left out but
 * for the last, whose absence is worth a dash. */
static size_t choose_columns(const struct assay_model *model, size_t column[ASSAY_PERFORMANCES])
{
    size_t n = 0;
    for (size_t k = 0; k < ASSAY_PERFORMANCES; k++)
        if (model->performance[k].n > 0 || k == ASSAY_OUT_OF_TIME)
            column[n++] = k;
    return n;
}

static void print_counts(FILE *out, const struct assay_model *model, const size_t column[],
                         size_t n_column)
{
    assay_print_name(out, 2, "snapshots (events)");
    for (size_t c = 0; c < n_column; c++) {
        const struct assay_model_performance *performance = &model->performance[column[c]];
        char cell[64] = "-";
        if (performance->n > 0)
            snprintf(cell, sizeof cell, "%s (%s)", assay_grouped(performance->n),
                     assay_grouped(performance->events));
        print_cell(out, cell, c + 1 == n_column);
    }
    fputc('\n', out);
}

void assay_print_performance(FILE *out, const struct assay_model *model)
{
    static const struct {
        enum assay_figure_name figure;
        const char *label;
        bool percent;
    } rows[] = {{ASSAY_FIG_AUC, "AUC", false},
                {ASSAY_FIG_SENSITIVITY, "sensitivity, %", true},
                {ASSAY_FIG_SPECIFICITY, "specificity, %", true},
                {ASSAY_FIG_PPV, "precision (PPV), %", true},
                {ASSAY_FIG_BRIER, "Brier score", false},
                {ASSAY_FIG_LOG_LOSS, "log loss", false},
                {ASSAY_FIG_CALIBRATION_SLOPE, "calibration slope", false},
                {ASSAY_FIG_OE_RATIO, "observed / expected", false}};
    static const char *const titles[ASSAY_PERFORMANCES] = {"apparent", "optimism-corrected",
                                                           "cross-validated", "out of time"};
    size_t column[ASSAY_PERFORMANCES], n_column = choose_columns(model, column);
    fprintf(out, "\nHow well it tells, with 95%% intervals\n");
    assay_print_name(out, 2, "");
    for (size_t c = 0; c < n_column; c++)
        print_cell(out, titles[column[c]], c + 1 == n_column);
    fputc('\n', out);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        assay_print_name(out, 2, rows[r].label);
        for (size_t c = 0; c < n_column; c++)
            if (model->performance[column[c]].n > 0)
                print_figure(out, &model->performance[column[c]].figures[rows[r].figure],
                             rows[r].percent, c + 1 == n_column);
            else
                print_cell(out, "-", c + 1 == n_column);
        fputc('\n', out);
    }
    print_counts(out, model, column, n_column);
}

/* ---- is it worth it? ---- */

static void print_yard(FILE *out, const struct assay_model_yardstick *yard, const char *label)
{
    char cell[64];
    if (yard->n == 0)
        return;
    assay_print_name(out, 2, label);
    snprintf(cell, sizeof cell, "%.3f", yard->auc);
    fprintf(out, "  %-7s", isnan(yard->auc) ? "-" : cell);
    snprintf(cell, sizeof cell, "%+.4f [%+.4f, %+.4f]", yard->auc_gain.value, yard->auc_gain.low,
             yard->auc_gain.high);
    fprintf(out, "  %-28s", isnan(yard->auc_gain.low) ? "-" : cell);
    snprintf(cell, sizeof cell, "%+.4f [%+.4f, %+.4f]", yard->log_loss_change.value,
             yard->log_loss_change.low, yard->log_loss_change.high);
    fprintf(out, "  %s\n", isnan(yard->log_loss_change.low) ? "-" : cell);
}

void assay_print_worth(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration)
{
    struct assay_text words = {0};
    fprintf(out, "\nIs it worth it? Held-out predictions beside others' on the same snapshots, paired "
                 "95%% intervals\n");
    assay_print_name(out, 2, "");
    fprintf(out, "  %-7s  %-28s  %s\n", "AUC", "new weights' AUC, more by", "log loss, less is better");
    print_yard(out, &model->yardsticks[ASSAY_YARD_EQUAL], "equal weights");
    print_yard(out, &model->yardsticks[ASSAY_YARD_CHAMPION], "champion as it is");
    print_yard(out, &model->yardsticks[ASSAY_YARD_RECALIBRATED], "champion recalibrated");
    assay_worth_say(model->yardsticks, calibration->champion_saw, &words);
    if (words.data != NULL)
        assay_print_wrapped(out, words.data);
    assay_text_clear(&words);
}

/* ---- the line and the zones ---- */

static void print_rule(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *c)
{
    const struct assay_model_line *how = &model->line;
    const struct assay_line *answer = &c->line.answer;
    const struct assay_spec *spec = &model->spec;
    if (how->given)
        return;
    switch (how->rule) {
    case ASSAY_LINE_TARGETS:
        if (how->feasible)
            fprintf(out, "Every line from %.1f%% to %.1f%% meets both targets (sensitivity %g%%, "
                         "specificity %g%%); this one has most room on both.\n",
                    100 * how->low, 100 * how->high, 100 * spec->target_sensitivity,
                    100 * spec->target_specificity);
        else
            fprintf(out, "No line meets both targets: with specificity %g%% the most sensitivity is "
                         "%.1f%%, with sensitivity %g%% the most specificity %.1f%%; this one is "
                         "nearest.\n",
                    100 * spec->target_specificity, 100 * answer->most_sensitivity,
                    100 * spec->target_sensitivity, 100 * answer->most_specificity);
        return;
    case ASSAY_LINE_YOUDEN:
        fprintf(out, "The line makes sensitivity + specificity largest (Youden).\n");
        return;
    case ASSAY_LINE_COST:
        fprintf(out, "The line costs least, a miss at %g and a false alarm at %g: %.4g per 100 "
                     "snapshots (flagging nobody %.4g, everybody %.4g).\n",
                spec->line.miss, spec->line.false_alarm, how->cost, answer->cost_of_none,
                answer->cost_of_all);
        return;
    case ASSAY_LINE_CAPACITY:
        fprintf(out, "The line flags %.1f accounts a quarter, %zu being what the team can work; of "
                     "these %.1f [%.1f, %.1f] have the event.\n",
                answer->flagged, spec->line.accounts, how->caught, how->caught_low,
                how->caught_high);
        return;
    }
}

static void print_segment_lines(FILE *out, const struct assay_model *model)
{
    for (size_t k = 0; k < model->n_segment_line; k++) {
        const struct assay_model_segment_line *line = &model->segment_lines[k];
        fprintf(out, "  %s: %.1f%% (%s snapshots, %s events)%s\n", line->segment,
                100 * line->probability, assay_grouped(line->rows), assay_grouped(line->events),
                line->common ? ", the common line: too few events for its own" : "");
    }
}

static void print_resampled_line(FILE *out, const struct assay_model *model)
{
    const struct assay_estimate *line = &model->fit.bootstrap.line;
    if (model->fit.bootstrap.resamples > 0 && !isnan(line->low))
        fprintf(out, "Resamples put the line between %.1f%% and %.1f%% (95%%).\n", 100 * line->low,
                100 * line->high);
}

void assay_print_zones(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_zone_result zones[])
{
    fprintf(out, "\nScore %g is a probability of %.1f%%%s", model->at_risk_score,
            100 * model->at_risk_probability,
            !model->line.given                           ? ", chosen on held-out predictions"
            : isnan(model->spec.at_risk_probability) ? ", kept from the champion"
                                                     : ", as the spec says");
    if (model->spec.scale == ASSAY_LOG_ODDS)
        fprintf(out, "; every %g points halve the odds", model->spec.points_to_halve_odds);
    fprintf(out, ".\n");
    print_rule(out, model, calibration);
    print_resampled_line(out, model);
    print_segment_lines(out, model);
    assay_print_name(out, 2, "zone");
    fprintf(out, "%10s %10s   %s\n", "snapshots", "events", "share with the event, held out");
    for (size_t z = 0; z < model->spec.n_zone; z++) {
        const struct assay_estimate *rate = &zones[z].rate.wilson;
        char label[128];
        snprintf(label, sizeof label, "%s, from %.4g", model->spec.zones[z].name,
                 model->spec.zones[z].from);
        assay_print_name(out, 2, label);
        fprintf(out, "%10s %10s", assay_grouped(zones[z].n), assay_grouped(zones[z].n_event));
        if (zones[z].n > 0)
            fprintf(out, "   %.1f%% [%.1f, %.1f]", 100 * rate->value, 100 * rate->low,
                    100 * rate->high);
        fputc('\n', out);
    }
}

/* ---- segments ---- */

void assay_print_segments(FILE *out, const struct assay_calibration *calibration)
{
    struct assay_text words = {0};
    if (calibration->segmentation.column == NULL)
        return;
    assay_segmentation_say(&calibration->segmentation, &words);
    fputc('\n', out);
    if (words.data != NULL)
        assay_print_wrapped(out, words.data);
    assay_text_clear(&words);
}
