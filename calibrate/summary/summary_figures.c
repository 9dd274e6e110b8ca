#include <math.h>

#include "calibrate/summary/summary_parts.h"

enum { CELL_WIDTH = 21 };

/* ---- performance ---- */

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

static const char *counts_cell(size_t n, size_t events, char cell[ASSAY_CELL_SIZE])
{
    if (n == 0)
        return "-";
    snprintf(cell, ASSAY_CELL_SIZE, "%s (%s)", assay_grouped(n), assay_grouped(events));
    return cell;
}

static void print_counts(FILE *out, const struct assay_model *model, const size_t column[],
                         size_t n_column)
{
    char cell[ASSAY_CELL_SIZE];
    struct assay_row row = {.out = out};
    assay_print_name(out, 2, "snapshots (events)");
    for (size_t c = 0; c < n_column; c++) {
        const struct assay_model_performance *performance = &model->performance[column[c]];
        assay_row_cell(&row, CELL_WIDTH, counts_cell(performance->n, performance->events, cell));
    }
    assay_row_end(&row);
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
    struct assay_row row = {.out = out};
    char cell[ASSAY_CELL_SIZE];
    fprintf(out, "\nHow well it tells, with 95%% intervals\n");
    assay_print_name(out, 2, "");
    for (size_t c = 0; c < n_column; c++)
        assay_row_cell(&row, CELL_WIDTH, titles[column[c]]);
    assay_row_end(&row);
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        assay_print_name(out, 2, rows[r].label);
        for (size_t c = 0; c < n_column; c++) {
            const struct assay_model_performance *p = &model->performance[column[c]];
            assay_row_cell(&row, CELL_WIDTH,
                           p->n == 0 ? "-"
                                     : assay_interval_cell(&p->figures[rows[r].figure],
                                                           rows[r].percent ? 100 : 1,
                                                           rows[r].percent ? 1 : 3, false, cell));
        }
        assay_row_end(&row);
    }
    print_counts(out, model, column, n_column);
    if (model->spec.fit.folds == 0)
        assay_print_sentence(out, "  Nothing was held out (\"folds\": 0): apparent figures are of the snapshots that "
                             "the weights were fitted to, and flatter.");
}

/* ---- is it worth it? ---- */

enum { COUNTS_WIDTH = 18, AUC_WIDTH = 7, CHANGE_WIDTH = 28 };

static void print_yard(FILE *out, const struct assay_model_yardstick *yard, const char *label)
{
    char cell[ASSAY_CELL_SIZE];
    struct assay_row row = {.out = out};
    if (yard->n == 0)
        return;
    assay_print_name(out, 2, label);
    assay_row_cell(&row, COUNTS_WIDTH, counts_cell(yard->n, yard->events, cell));
    snprintf(cell, sizeof cell, "%.3f", yard->auc);
    assay_row_cell(&row, AUC_WIDTH, isnan(yard->auc) ? "-" : cell);
    assay_row_cell(&row, CHANGE_WIDTH, assay_interval_cell(&yard->auc_gain, 1, 4, true, cell));
    assay_row_cell(&row, CHANGE_WIDTH, assay_interval_cell(&yard->log_loss_change, 1, 4, true, cell));
    assay_row_end(&row);
}

static void print_yards(FILE *out, const struct assay_model_yardstick yards[])
{
    struct assay_row row = {.out = out};
    assay_print_name(out, 2, "");
    assay_row_cell(&row, COUNTS_WIDTH, "snapshots (events)");
    assay_row_cell(&row, AUC_WIDTH, "its AUC");
    assay_row_cell(&row, CHANGE_WIDTH, "new less its AUC (+ better)");
    assay_row_cell(&row, CHANGE_WIDTH, "new less its log loss (- better)");
    assay_row_end(&row);
    print_yard(out, &yards[ASSAY_YARD_EQUAL], "equal weights");
    print_yard(out, &yards[ASSAY_YARD_CHAMPION], "champion as it is");
    print_yard(out, &yards[ASSAY_YARD_RECALIBRATED], "champion recalibrated");
}

void assay_print_worth(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_summary_words *words)
{
    const struct assay_model_yardstick *yards = model->yardsticks;
    if (model->spec.fit.folds == 0)
        return;
    fprintf(out, "\nIs it worth it? Held-out predictions beside others' on the same snapshots, paired "
                 "95%% intervals\n");
    print_yards(out, yards);
    if (yards[ASSAY_YARD_CHAMPION].n > 0 && yards[ASSAY_YARD_CHAMPION].n < yards[ASSAY_YARD_EQUAL].n)
        fprintf(out, "The champion is compared only on snapshots %s.\n",
                calibration->judged != NULL ? "later than its own, and so is it chosen as an anchor"
                                            : "that it can score");
    assay_print_wrapped(out, words->worth.data);
}

/* ---- the line and the zones ---- */

static void print_targets(FILE *out, const struct assay_model *model, const struct assay_line *answer)
{
    const struct assay_model_line *how = &model->line;
    const struct assay_spec *spec = &model->spec;
    if (how->feasible)
        assay_print_sentence(out, "Every line from %.1f%% to %.1f%% meets both targets (sensitivity %g%%, "
                             "specificity %g%%); this one has most room on both.",
                             100 * how->low, 100 * how->high, 100 * spec->target_sensitivity,
                             100 * spec->target_specificity);
    else
        assay_print_sentence(out, "No line meets both targets: with specificity %g%% the most sensitivity "
                             "is %.1f%%, with sensitivity %g%% the most specificity %.1f%%; this one is "
                             "nearest.", 100 * spec->target_specificity,
                             100 * answer->most_sensitivity, 100 * spec->target_sensitivity,
                             100 * answer->most_specificity);
}

/* Costs have the unit that the spec gives them: cents count where all are small. */
static void print_cost(FILE *out, const struct assay_model *model, const struct assay_line *answer)
{
    const struct assay_line_spec *line = &model->spec.line;
    double costs[] = {model->line.cost, answer->cost_of_none, answer->cost_of_all};
    char words[3][ASSAY_GROUPED_SIZE];
    for (size_t k = 0; k < 3; k++)
        if (fmax(answer->cost_of_none, answer->cost_of_all) < 1000)
            snprintf(words[k], sizeof words[k], "%.2f", costs[k]);
        else
            assay_number_group(costs[k], words[k]);
    assay_print_sentence(out, "The line costs least, a miss at %.10g and a false alarm at %.10g: %s per "
                         "100 snapshots (flagging nobody %s, everybody %s).",
                         line->miss, line->false_alarm, words[0], words[1], words[2]);
}

static void print_rule(FILE *out, const struct assay_model *model, const struct assay_line *answer)
{
    const struct assay_model_line *how = &model->line;
    if (how->given)
        return;
    switch (how->rule) {
    case ASSAY_LINE_TARGETS:
        print_targets(out, model, answer);
        return;
    case ASSAY_LINE_YOUDEN:
        assay_print_sentence(out, "The line makes sensitivity + specificity largest (Youden).");
        return;
    case ASSAY_LINE_COST:
        print_cost(out, model, answer);
        return;
    case ASSAY_LINE_CAPACITY:
        assay_print_sentence(out, "The line flags %.1f accounts a quarter, %zu being what the team can "
                             "work; of these %.1f [%.1f, %.1f] have the event.", answer->flagged,
                             model->spec.line.accounts, how->caught, how->caught_low,
                             how->caught_high);
        return;
    }
}

static void print_segment_lines(FILE *out, const struct assay_model *model)
{
    if (model->n_segment_line > 0)
        fprintf(out, "In these segments score %g is a probability of their own:\n",
                model->at_risk_score);
    for (size_t k = 0; k < model->n_segment_line; k++) {
        const struct assay_model_segment_line *line = &model->segment_lines[k];
        assay_print_sentence(out, "  %s: %.1f%% (%s snapshots, %s with the event)%s", line->segment,
                             100 * line->probability, assay_grouped(line->rows),
                             assay_grouped(line->events),
                             line->common ? ", the common line: too few snapshots, with the event or "
                                            "without, for one of its own" : "");
    }
}

static void print_line(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration)
{
    const struct assay_estimate *resampled = &model->fit.bootstrap.line;
    char halving[64] = "";
    if (model->spec.scale == ASSAY_LOG_ODDS)
        snprintf(halving, sizeof halving, "; every %g points halve the odds",
                 model->spec.points_to_halve_odds);
    fputc('\n', out);
    assay_print_sentence(out, "Score %g is a probability of %.1f%%%s%s.", model->at_risk_score,
                         100 * model->at_risk_probability,
                         !model->line.given ? ", chosen on held-out predictions"
                         : isnan(model->spec.at_risk_probability) ? ", kept from the champion"
                                                                  : ", as the spec says", halving);
    print_rule(out, model, &calibration->line.answer);
    if (model->fit.bootstrap.resamples > 0 && !isnan(resampled->low))
        assay_print_sentence(out, "Resamples put the line between %.1f%% and %.1f%% (95%%).",
                             100 * resampled->low, 100 * resampled->high);
    print_segment_lines(out, model);
}

void assay_print_zones(FILE *out, const struct assay_model *model,
                       const struct assay_calibration *calibration,
                       const struct assay_zone_result zones[])
{
    print_line(out, model, calibration);
    assay_print_name(out, 2, "zone");
    fprintf(out, "%10s %10s   %s\n", "snapshots", "events",
            model->spec.fit.folds > 0 ? "share with the event, held out"
                                      : "share with the event, apparent (not held out)");
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

void assay_print_segments(FILE *out, const struct assay_summary_words *words)
{
    if (words->segments.data == NULL)
        return;
    fputc('\n', out);
    assay_print_wrapped(out, words->segments.data);
}
